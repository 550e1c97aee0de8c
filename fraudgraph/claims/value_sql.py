"""Small pieces of SQL that read one delivered text value: numbers, dates, ids, codes."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fraudgraph.claims.schema import CLAIM_TYPES

__all__ = ["MISSING", "claim_type_sql", "id_sql", "literal", "lookup_sql", "number_sql", "timestamp_sql"]

MISSING = ("", "NULL", "null", "\\N", "None", "none", "NaN", "nan", "<NA>", "NaT")
"""Texts that mean nothing was entered."""
_DATE_FORMATS = (
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分%S秒",
)


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


@cache
def _values() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "presets" / "values.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def id_sql(value: str) -> str:
    """An id as text; '123.0' is a whole number that went through a table program."""
    return (
        f"CASE WHEN ends_with({value}, '.0') AND regexp_full_match({value}, '[0-9]+\\.0') "
        f"THEN left({value}, -2) ELSE {value} END"
    )


def timestamp_sql(value: str, own: Sequence[str]) -> str:
    """Text as a moment: the operator's own forms first, then the usual ones."""
    formats = ", ".join(literal(one) for one in _DATE_FORMATS)
    plain = (
        f"coalesce(TRY_CAST({value} AS TIMESTAMP), CASE length({value}) "
        f"WHEN 8 THEN try_strptime({value}, '%Y%m%d') WHEN 14 THEN try_strptime({value}, '%Y%m%d%H%M%S') "
        f"WHEN 12 THEN try_strptime({value}, '%Y%m%d%H%M') "
        f"WHEN 10 THEN CASE WHEN ends_with({value}, '.0') THEN try_strptime(left({value}, 8), '%Y%m%d') END END, "
        f"try_strptime({value}, [{formats}]))"
    )
    if not own:
        return plain
    return f"coalesce(try_strptime({value}, [{', '.join(literal(one) for one in own)}]), {plain})"


def number_sql(value: str, sql_type: str) -> str:
    """Text as a number: thousands separators, currency marks and wide digits are allowed for where plain reading fails."""
    tidy = f"translate({value}, '０１２３４５６７８９．－,，¥￥元 ', '0123456789.-')"
    return f"coalesce(TRY_CAST({value} AS {sql_type}), TRY_CAST({tidy} AS {sql_type}))"


def _plain_code(value: str) -> str:
    """A code as number or zero-padded text: '11', '11.0' and '011' are one; words in lower case."""
    return (
        f"coalesce(CAST(TRY_CAST(TRY_CAST({value} AS DECIMAL(18,2)) AS BIGINT) AS VARCHAR), lower({value}))"
    )


def lookup_sql(value: str, table: str, words: str | None = None) -> str:
    """The canonical word behind a code, or behind a word that the value contains; NULL if there is none."""
    code = _plain_code(value)
    exact = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(_values()[table].items()))
    found = f"CASE {code} {exact} END"
    if words is None:
        return found
    contained = " ".join(
        f"WHEN contains({value}, {literal(k)}) THEN {literal(v)}" for k, v in _values()[words].items()
    )
    return f"coalesce({found}, CASE {contained} END)"


def claim_type_sql(value: str, own: dict[str, str]) -> str:
    """The claim type behind a code or a word; NULL if it is neither."""
    code = _plain_code(value)
    exact = {**{one: one for one in CLAIM_TYPES}, **own}
    chosen = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(exact.items()))
    own_codes = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(own.items()))
    prefixes = sorted(_values()["claim_type"].items(), key=lambda one: (-len(one[0]), one[0]))
    by_code = " ".join(f"WHEN starts_with({code}, {literal(k)}) THEN {literal(v)}" for k, v in prefixes)
    words = " ".join(
        f"WHEN contains(lower({value}), {literal(k)}) THEN {literal(v)}"
        for k, v in _values()["claim_type_words"].items()
    )
    by_own = f"CASE {code} {own_codes} END, " if own else ""
    return f"coalesce(CASE {value} {chosen} END, {by_own}CASE {by_code} END, CASE {words} END)"
