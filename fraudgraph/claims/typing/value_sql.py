"""Small pieces of SQL that read one delivered text value: numbers, dates, ids, codes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from fraudgraph.claims.schema.schema import CLAIM_TYPES

__all__ = [
    "MISSING",
    "claim_type_sql",
    "coded_sql",
    "id_sql",
    "literal",
    "lookup_sql",
    "rounded_sql",
]

MISSING = ("", "NULL", "null", "\\N", "None", "none", "NaN", "nan", "<NA>", "NaT")
"""Texts that mean nothing was entered."""
_OPEN_SETS = ("action", "event_kind", "settlement_kind", "complication_level")
"""Code sets of which we know only the words that some model asks for: others stay as delivered."""


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


@cache
def _values() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent.parent / "presets" / "values.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def id_sql(value: str) -> str:
    """An id as text; '123.0' is a whole number that went through a table program, 1.1E+17 one that lost its digits there."""
    return (
        f"CASE WHEN ends_with({value}, '.0') AND regexp_full_match({value}, '[0-9]+\\.0') THEN left({value}, -2) "
        f"WHEN contains({value}, '+') AND {rounded_sql(value)} THEN NULL ELSE {value} END"
    )


def rounded_sql(value: str) -> str:
    """Whether an id is a number in scientific form: a spreadsheet rounded it."""
    return f"regexp_full_match({value}, '[0-9](\\.[0-9]+)?[eE]\\+[0-9]+')"


def _simplified(value: str) -> str:
    """The characters of our words in the form that we write them in."""
    return f"translate({value}, '門診購藥體檢掛號術級營無醫屬類別險診療', '门诊购药体检挂号术级营无医属类别险诊疗')"


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
        f"WHEN contains({_simplified(value)}, {literal(k)}) THEN {literal(v)}"
        for k, v in _values()[words].items()
    )
    return f"coalesce({found}, CASE {contained} END)"


def coded_sql(value: str, code_set: str) -> str:
    """The canonical word of a code set; where the set is open, else the delivered word."""
    words = f"{code_set}_words"
    found = lookup_sql(value, code_set, words if words in _values() else None)
    return f"coalesce({found}, {value})" if code_set in _OPEN_SETS else found


def claim_type_sql(value: str, own: dict[str, str]) -> str:
    """The claim type behind a code or a word; NULL if it is neither."""
    code = _plain_code(value)
    exact = {**{one: one for one in CLAIM_TYPES}, **own}
    chosen = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(exact.items()))
    own_codes = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(own.items()))
    prefixes = sorted(_values()["claim_type"].items(), key=lambda one: (-len(one[0]), one[0]))
    by_code = " ".join(f"WHEN starts_with({code}, {literal(k)}) THEN {literal(v)}" for k, v in prefixes)
    words = " ".join(
        f"WHEN contains(lower({_simplified(value)}), {literal(k)}) THEN {literal(v)}"
        for k, v in _values()["claim_type_words"].items()
    )
    by_own = f"CASE {code} {own_codes} END, " if own else ""
    return f"coalesce(CASE {value} {chosen} END, {by_own}CASE {by_code} END, CASE {words} END)"
