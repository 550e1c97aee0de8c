"""DuckDB SQL in Spark's words: sqlglot does what it knows, our macros do the rest (design, section 5).

Needs sqlglot, which comes with the extra `spark`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import sqlglot
from sqlglot import exp

__all__ = ["FORBIDDEN", "forbidden_in", "select_of", "spark_macros", "to_spark"]

FORBIDDEN = {
    "try_strptime": "Spark has no list of formats",
    "percentile_cont": "written quantile_cont; use fg_quantile",
    "percentile_disc": "written quantile_disc; use fg_quantile",
    "mad": "take the median of distances in a second step",
    "hash": "use fg_hash",
    "group_concat": "written string_agg; its order is lost",
    "any_value": "differs from run to run",
    "first": "differs from run to run",
    "last": "differs from run to run",
}
"""Functions that do not mean the same on both engines, or not the same twice."""

_MACRO = re.compile(r"^-- (?P<name>fg_\w+)\((?P<arguments>[^)]*)\) := (?P<body>.+)$", re.MULTILINE)


def select_of(text: str) -> str:
    """A model file's SELECT without its card; other SQL as it is."""
    return re.sub(r"\A\s*/\*---.*?---\*/", "", text, flags=re.DOTALL).strip()


def spark_macros() -> dict[str, tuple[tuple[str, ...], str]]:
    """Our macros in Spark's words: name to arguments and expression."""
    text = (Path(__file__).parent / "macros_spark.sql").read_text(encoding="utf-8")
    return {
        found["name"]: (tuple(name.strip() for name in found["arguments"].split(",")), found["body"].strip())
        for found in _MACRO.finditer(text)
    }


def forbidden_in(sql: str) -> list[str]:
    """Functions used in a text that do not carry over, each with what to do instead."""
    found = []
    for tree in sqlglot.parse(sql, read="duckdb"):
        if tree is None:
            continue
        for call in tree.find_all(exp.Func):
            name = call.name if isinstance(call, exp.Anonymous) else call.sql_name()
            spelled = (name or "").lower()
            if spelled in FORBIDDEN or (
                spelled == "regexp_replace" and "g" not in str(call.args.get("modifiers", ""))
            ):
                found.append(
                    f"{spelled}: {FORBIDDEN.get(spelled, 'give the option g, or Spark replaces more than DuckDB')}"
                )
        found += [
            "asof join: no such join in Spark" for join in tree.find_all(exp.Join) if join.method == "ASOF"
        ]
    return found


def to_spark(sql: str, values: Mapping[str, bool | int | float | str | date] | None = None) -> str:
    """One SELECT in Spark SQL.

    Parameters
    ----------
    sql : str
        DuckDB SQL; `$names` are put in as literals from `values` where given.
    values : mapping, optional
        Parameter values. They enter through the syntax tree, never through text.
    """
    macros = spark_macros()

    def carried_over(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name.lower() in macros:
            arguments, body = macros[node.name.lower()]
            given = dict(zip(arguments, node.expressions, strict=True))
            tree: exp.Expr = sqlglot.parse_one(body, read="spark")
            for part in list(tree.find_all(exp.Column)):
                if part.name in given:
                    part.replace(given[part.name].copy())
            return tree
        return node

    def filled_in(node: exp.Expr) -> exp.Expr:
        name = node.name if isinstance(node, exp.Parameter | exp.Placeholder) else ""
        if values is not None and name in values:
            return _literal(values[name])
        return node

    tree = sqlglot.parse_one(sql, read="duckdb").transform(carried_over).transform(filled_in)
    return str(tree.sql(dialect="spark"))


def _literal(value: bool | int | float | str | date) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, float):
        return exp.cast(exp.Literal.number(value), "DOUBLE")
    return exp.convert(value)
