"""A delivered table's rows, typed, into the visit's table; rows that can't stand go aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.claims.typing.number_sql import number_sql
from fraudgraph.claims.typing.time_sql import TimeForm, timestamp_sql
from fraudgraph.claims.typing.value_sql import id_sql, literal
from fraudgraph.hospital.tables import SiteColumn, SiteTable
from fraudgraph.hospital.understanding import SiteUnderstood
from fraudgraph.store import Store, quoted

__all__ = ["REASONS", "Landed", "TakenTable", "land_sheet"]

REASONS = {
    "E_EMPTY": ("必填列为空", "a column that is needed is empty"),
    "E_VALUE": ("值无法读取", "a value can't be read"),
    "E_REPEATED": ("整行重复", "the whole row is there already"),
    "E_BROKEN": ("行损坏", "the row is broken"),
}
"""Why a row was set aside, in Chinese and English."""
_TRUE = "'1','Y','YES','T','TRUE','是','有','已签','作废','已作废','取消','已取消','撤销','已撤销','停用','退','已退','CANCELLED','CANCELED','VOID','C'"
_NOTHING = "'', '-', '--', 'NULL', 'null', 'None', 'N/A', '无', '/', '\\N', '(null)'"
_FORM = TimeForm(zone="Asia/Shanghai", order="both")


@dataclass(frozen=True, slots=True)
class Landed:
    """A table's balance: read = taken + set aside, in rows and in yuan."""

    rows_read: int = 0
    rows_taken: int = 0
    rows_set_aside: int = 0
    yuan_read: Decimal = Decimal(0)
    yuan_taken: Decimal = Decimal(0)
    yuan_set_aside: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTable:
    """One delivered table: what was understood of it, and its balance of rows and yuan."""

    file: str
    sheet: str | None
    table: str | None
    nearest: str | None
    missing: tuple[str, ...]
    columns: dict[str, str]
    unknown: tuple[str, ...]
    landed: Landed
    already: bool = False


def land_sheet(store: Store, sheet: Sheet, made: SiteUnderstood, place: str) -> Landed:
    """Type a sheet's rows and put them into the table that it was understood as.

    Returns
    -------
    Landed
        The balance; rows of a table that is none of ours are read and set aside as a whole.
    """
    _stage(store, sheet)
    if made.table is None:
        rows = int(store.one("SELECT count(*) FROM landing_raw")[0])
        return Landed(rows_read=rows, rows_set_aside=rows)
    _type(store, made.table, made, sheet, place)
    _set_aside(store, made.table)
    names = ", ".join(quoted(column.name) for column in made.table.columns)
    store.run(
        f"INSERT INTO {made.table.name} SELECT coalesce((SELECT max(row_id) FROM {made.table.name}), 0) + row_number() OVER (ORDER BY source_row), "
        f"place_id, source_file, source_row, {names} FROM landing_typed WHERE _reason IS NULL ORDER BY source_row"
    )
    money = quoted(made.table.money) if made.table.money else "0"
    read, taken, yuan_read, yuan_taken = store.one(
        f"SELECT count(*), count(*) FILTER (_reason IS NULL), coalesce(sum({money}), 0), coalesce(sum({money}) FILTER (_reason IS NULL), 0) FROM landing_typed"
    )
    return Landed(
        read, taken, read - taken, Decimal(yuan_read), Decimal(yuan_taken), Decimal(yuan_read - yuan_taken)
    )


def _stage(store: Store, sheet: Sheet) -> None:
    """All rows as text, numbered in their order."""
    cells = ", ".join(
        f"CASE WHEN v{i} IN ({_NOTHING}) THEN NULL ELSE v{i} END AS c{i}" for i in range(len(sheet.headers))
    )
    plain = ", ".join(
        f"trim(replace(CAST(c{i} AS VARCHAR), {literal(MERGED)}, ''), ' \t\r\n\u3000\u00a0') AS v{i}"
        for i in range(len(sheet.headers))
    )
    fault = "_fault" if sheet.relation and "_fault" in sheet.relation else "CAST(NULL AS VARCHAR)"
    store.run("SET preserve_insertion_order = true")
    try:
        store.run(
            f"CREATE OR REPLACE TEMP TABLE landing_raw AS SELECT _fault, _row, {cells} FROM "
            f"(SELECT {fault} AS _fault, coalesce(_line, {sheet.first_line - 1} + row_number() OVER ()) AS _row, {plain} FROM ({sheet.relation}))"
        )
    finally:
        store.run("SET preserve_insertion_order = false")


def _type(store: Store, table: SiteTable, made: SiteUnderstood, sheet: Sheet, place: str) -> None:
    told, checks = [], []
    for column in table.columns:
        position = made.columns.get(column.name)
        if position is None:
            told.append(f"CAST(NULL AS {column.type}) AS {quoted(column.name)}")
            continue
        told.append(f"{_value(column, f'c{position}')} AS {quoted(column.name)}")
        if column.required:
            name = quoted(column.name)
            checks.append(f"WHEN c{position} IS NULL THEN 'E_EMPTY:{column.name}'")
            checks.append(f"WHEN {name} IS NULL THEN 'E_VALUE:{column.name}'")
    width = ", ".join(f"c{i}" for i in range(len(sheet.headers)))
    named = ", ".join(quoted(column.name) for column in table.columns)
    cells = ", ".join(f"coalesce(c{i}, '')" for i in range(len(sheet.headers)))
    raw = f"concat_ws(',', {cells})"
    keyed = table.columns[0].name in made.columns and table.columns[0].required
    repeated = (
        f"WHEN count(*) OVER (PARTITION BY {width}) > 1 AND row_number() OVER (PARTITION BY {width} ORDER BY _row) > 1 THEN 'E_REPEATED:'"
        if keyed and table.columns[0].name.endswith(("_id", "_no"))
        else ""
    )
    repeated = repeated if table.columns[0].name not in ("visit_no", "staff_id", "person") else ""
    store.run(
        f"CREATE OR REPLACE TEMP TABLE landing_typed AS SELECT CASE WHEN _fault IS NOT NULL THEN 'E_BROKEN:' {' '.join(checks)} {repeated} END AS _reason, "
        f"{raw} AS _raw, $place AS place_id, $file AS source_file, _row AS source_row, {named} "
        f"FROM (SELECT *, {', '.join(told)} FROM landing_raw)",
        place=place or None,
        file=sheet.title,
    )


def _value(column: SiteColumn, cell: str) -> str:
    if column.type == "TIMESTAMP":
        return timestamp_sql(cell, _FORM)
    if column.type == "DATE":
        return f"CAST({timestamp_sql(cell, _FORM)} AS DATE)"
    if column.type.startswith("DECIMAL"):
        return number_sql(cell, column.type, "both")
    if column.type == "BOOLEAN":
        return f"CASE WHEN {cell} IS NULL THEN NULL ELSE upper({cell}) IN ({_TRUE}) END"
    return id_sql(cell)


def _set_aside(store: Store, table: SiteTable) -> None:
    money = f"CAST({quoted(table.money)} AS DECIMAL(18,2))" if table.money else "CAST(NULL AS DECIMAL(18,2))"
    store.run(
        f"INSERT INTO set_aside SELECT $table, source_file, source_row, split_part(_reason, ':', 1), split_part(_reason, ':', 2), "
        f"NULL, {money}, _raw FROM landing_typed WHERE _reason IS NOT NULL ORDER BY source_row",
        table=table.name,
    )
