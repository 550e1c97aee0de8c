"""Whether a screening model's SELECT keeps to its card: bound against empty tables that hold nothing but the declared columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

from fraudgraph.claims.schema.schema import CANONICAL, DERIVED_CLAIM_COLUMNS
from fraudgraph.errors import ModelError, nearest_hint
from fraudgraph.records import Screen
from fraudgraph.screening.card_checks import known_columns
from fraudgraph.screening.cards import reason_fields
from fraudgraph.store import LockedStore, quoted

__all__ = ["OUTPUT_COLUMNS", "check_screen", "fact_names"]

OUTPUT_COLUMNS = ("subject_id", "member_ids", "claim_ids", "amount", "strength", "facts")
"""What every model returns, in this order."""

_TYPES = {
    "subject_id": r"VARCHAR",
    "member_ids": r"VARCHAR\[\]",
    "claim_ids": r"VARCHAR\[\]",
    "amount": r"(DECIMAL\(.*\)|BIGINT|INTEGER|HUGEINT)",
    "strength": r"(DOUBLE|FLOAT|DECIMAL\(.*\)|INTEGER)",
    "facts": r"STRUCT\(.*\)",
}
_WANTED = {
    "subject_id": "VARCHAR",
    "member_ids": "VARCHAR[]",
    "claim_ids": "VARCHAR[]",
    "amount": "DECIMAL(16,2)",
    "strength": "DOUBLE",
    "facts": "STRUCT, {'name': value, …}",
}
_SQL_TYPES = ("VARCHAR", "DOUBLE", "DECIMAL", "INTEGER", "BIGINT", "DATE", "TIMESTAMP", "BOOLEAN")
SENTENCE_FIELDS = ("subject_id", "amount", "claim_count", "member_count")
"""What a reason sentence may name beside the model's own facts."""

Value = bool | int | float | str | date


def default_parameters(screen: Screen) -> dict[str, Value]:
    """The values a model's SELECT runs with where no setting changes them."""
    values: dict[str, Value] = {parameter.name: parameter.default for parameter in screen.parameters}
    if "$in_force_from" in screen.sql:
        values["in_force_from"] = screen.basis_from
    if "$in_force_to" in screen.sql:
        values["in_force_to"] = screen.basis_to or date(9999, 12, 31)
    return values


def check_screen(screen: Screen) -> None:
    """Hold a model to the contract: one SELECT, declared columns only, the six output columns, sentences that can be filled.

    Raises
    ------
    ModelError
        One sentence on the first thing that breaks the contract.
    """
    with LockedStore(_empty_tables(screen)) as room:
        _check_statement(screen, room)
        try:
            columns = room.columns(screen.sql, default_parameters(screen))
        except ValueError as problem:
            raise _explain(screen, str(problem)) from None
    _check_output(screen, dict(columns))
    facts = fact_names(dict(columns)["facts"])
    for sentence in (screen.reason_zh, screen.reason_en):
        for field in reason_fields(sentence):
            if field not in facts and field not in SENTENCE_FIELDS:
                hint_en, hint_zh = nearest_hint(field, [*facts, *SENTENCE_FIELDS])
                raise ModelError(
                    f"A reason sentence of model {screen.id} names {{{field}}}, which the SELECT's facts do not hold; {hint_en}",
                    f"模型 {screen.id} 的说明句用到 {{{field}}}，但 SELECT 的 facts 中没有；{hint_zh}",
                )


def fact_names(struct_type: str) -> tuple[str, ...]:
    """Field names of a STRUCT type such as `STRUCT(gap_days BIGINT, kind VARCHAR)`."""
    inner = struct_type[struct_type.index("(") + 1 : -1]
    names, depth, part = [], 0, ""
    for letter in inner + ",":
        if letter == "," and depth == 0:
            names.append(part.strip().split(" ", 1)[0].strip('"'))
            part = ""
            continue
        depth += (letter == "(") - (letter == ")")
        part += letter
    return tuple(names)


def _empty_tables(screen: Screen) -> list[str]:
    wanted: dict[str, list[str]] = {}
    for entry in (*screen.columns, *screen.optional):
        table, _, name = entry.partition(".")
        wanted.setdefault(table, []).append(name)
    return [
        f"CREATE TABLE {quoted(table)} ({', '.join(f'{quoted(name)} {column_type(table, name)}' for name in dict.fromkeys(names))})"
        for table, names in wanted.items()
    ]


def column_type(table: str, column: str) -> str:
    """The SQL type of a canonical or derived column."""
    types: Mapping[str, str] = {entry.name: entry.type for entry in CANONICAL[table].columns}
    if column in types:
        return types[column]
    return next(type_ for name, type_, _ in DERIVED_CLAIM_COLUMNS if name == column)


def _check_statement(screen: Screen, room: LockedStore) -> None:
    try:
        kinds = room.statements(screen.sql)
    except ValueError as problem:
        raise _explain(screen, str(problem)) from None
    if len(kinds) > 1:
        raise ModelError(
            f"Model {screen.id} holds {len(kinds)} statements; a model is one SELECT. Remove everything after the first.",
            f"模型 {screen.id} 含有 {len(kinds)} 条语句；模型只能是一条 SELECT，请删去其余语句。",
        )
    if kinds != ["SELECT"]:
        found = kinds[0] if kinds else "nothing"
        raise ModelError(
            f"Model {screen.id} is {found}, not a SELECT; a model only reads. Rewrite it as one SELECT.",
            f"模型 {screen.id} 是 {found}，不是 SELECT；模型只能读取数据，请改写为一条 SELECT。",
        )


def _check_output(screen: Screen, columns: Mapping[str, str]) -> None:
    for name in OUTPUT_COLUMNS:
        if name not in columns:
            raise ModelError(
                f"The SELECT of model {screen.id} does not return the column {name!r}; it must return {', '.join(OUTPUT_COLUMNS)}.",
                f"模型 {screen.id} 的 SELECT 没有返回 {name!r} 列；应返回 {'、'.join(OUTPUT_COLUMNS)}。",
            )
        if not re.fullmatch(_TYPES[name], columns[name]):
            raise ModelError(
                f"The SELECT of model {screen.id} returns {name!r} as {columns[name]}; expected {_WANTED[name]}. Use CAST.",
                f"模型 {screen.id} 的 SELECT 返回的 {name!r} 列类型为 {columns[name]}，应为 {_WANTED[name]}，请用 CAST 转换。",
            )
    for name in columns:
        if name not in OUTPUT_COLUMNS:
            raise ModelError(
                f"The SELECT of model {screen.id} returns the column {name!r}, which no one reads; put it into facts or leave it out.",
                f"模型 {screen.id} 的 SELECT 多返回了 {name!r} 列，请放入 facts 或删去。",
            )


def _explain(screen: Screen, problem: str) -> ModelError:
    first = problem.split("\n", 1)[0].strip()
    column = re.search(r'column "?([\w.]+)"? not found|does not have a column named "([\w.]+)"', problem)
    table = re.search(r"Table with name ([\w./]+) does not exist", problem)
    if column is not None:
        name = (column[1] or column[2]).rpartition(".")[2]
        return _unknown_column(screen, name)
    if table is not None:
        declared = sorted({entry.partition(".")[0] for entry in (*screen.columns, *screen.optional)})
        hint_en, hint_zh = nearest_hint(table[1], declared)
        return ModelError(
            f"Model {screen.id} reads the table {table[1]!r}, from which its card declares no column; {hint_en}",
            f"模型 {screen.id} 读取表 {table[1]!r}，但卡片没有声明该表的字段；{hint_zh}",
        )
    first = first.rstrip("!.")
    near = _meant(problem)
    meant_en, meant_zh = (f"; did you mean: {near}?", f"；是否想写：{near}？") if near else (".", "。")
    return ModelError(
        f"The SELECT of model {screen.id} can't run: {first}{meant_en} Correct the SQL.",
        f"模型 {screen.id} 的 SELECT 不能运行：{first}{meant_zh}请改正 SQL。",
    )


def _meant(problem: str) -> str | None:
    """The type or function that was likely meant, where the engine does not know the one that was written."""
    unknown = re.search(r"Type with name (\w+) does not exist", problem)
    if unknown is not None:
        return next(iter(get_close_matches(unknown[1].upper(), _SQL_TYPES, n=1)), ", ".join(_SQL_TYPES))
    found = re.search(r'Did you mean "([^"]+)"', problem)
    return found[1] if found is not None else None


def _unknown_column(screen: Screen, name: str) -> ModelError:
    tables = sorted({entry.partition(".")[0] for entry in (*screen.columns, *screen.optional)})
    known = [f"{table}.{column}" for table in tables for column in known_columns(table)]
    exact = [entry for entry in known if entry.endswith("." + name)]
    if exact:
        return ModelError(
            f"Model {screen.id} reads the column {name!r}, which its card does not declare; add {exact[0]!r} to columns or optional.",
            f"模型 {screen.id} 读取字段 {name!r}，但卡片没有声明；请在 columns 或 optional 中加入 {exact[0]!r}。",
        )
    near = get_close_matches(name, [entry.partition(".")[2] for entry in known], n=3, cutoff=0.5)
    listed = ", ".join(dict.fromkeys(near)) or ", ".join(known[:8])
    return ModelError(
        f"Model {screen.id} reads the column {name!r}, which no table of its card has; did you mean: {listed}?",
        f"模型 {screen.id} 读取字段 {name!r}，卡片所列各表中都没有；是否想写：{listed}？",
    )
