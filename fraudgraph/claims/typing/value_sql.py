"""Small pieces of SQL that read one delivered text value: numbers, dates, ids, codes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from fraudgraph.claims.schema.schema import CLAIM_TYPES
from fraudgraph.claims.typing.literals import literal

__all__ = [
    "claim_type_sql",
    "coded_sql",
    "id_sql",
    "literal",
    "lookup_sql",
    "mended_sql",
    "rounded_sql",
]

_OPEN_SETS = ("action", "event_kind", "settlement_kind", "complication_level")
"""Code sets of which we know only the words that some model asks for: others stay as delivered."""


@cache
def _values() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent.parent / "presets" / "values.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


_WHOLE = "[0-9]+[.]0|[0-9]{5,}[.]00+"
"""A whole number that a table program gave decimals; 250.00 may be a code."""
_IN_GROUPS = "[1-9][0-9]{0,2}(,[0-9]{3}){2,}"


def id_sql(value: str) -> str:
    """An id as text: 123.0, 1.23E+2, 1,23E+2 and 370,201,190 are whole numbers that went through a table program; one that lost digits is none."""
    return (
        f"CASE WHEN contains(right({value}, 4), '.0') AND regexp_full_match({value}, '{_WHOLE}') AND NOT {rounded_sql(value)} THEN regexp_extract({value}, '^[0-9]+') "
        f"WHEN contains(right(upper({value}), 5), 'E') AND {_scientific(value)} THEN "
        f"CASE WHEN {_has_all(value)} THEN {_mantissa(value)} END "
        f"WHEN {rounded_sql(value)} THEN NULL WHEN {_grouped(value)} THEN replace({value}, ',', '') "
        f"WHEN right({value}, 1) = 'x' AND regexp_full_match({value}, '[0-9]{{17}}x') THEN upper({value}) ELSE {value} END"
    )


def _mantissa(value: str) -> str:
    return f"regexp_replace(regexp_extract({value}, '^([0-9][.,]?[0-9]*) ?[eE]', 1), '[.,]', '')"


def _has_all(value: str) -> str:
    """Whether a number in scientific form has all the digits that it stands for."""
    return f"length({_mantissa(value)}) = TRY_CAST(regexp_extract({value}, '[0-9]+$') AS INTEGER) + 1"


def _grouped(value: str) -> str:
    """A number with commas between groups of three, twice or more: a cell's format that was saved with it."""
    return f"CASE WHEN contains({value}, ',') THEN regexp_full_match({value}, '{_IN_GROUPS}') ELSE FALSE END"


def _is_double(value: str) -> str:
    """Whether a long number with decimals is one that a computer's float can hold: a written-out id is that only by chance."""
    whole = f"regexp_extract({value}, '^[0-9]+')"
    return f"coalesce(TRY_CAST(TRY_CAST({whole} AS DOUBLE) AS HUGEINT) = TRY_CAST({whole} AS HUGEINT), TRUE)"


def _scientific(value: str) -> str:
    """A number in scientific form; without point and sign it is a code like 3E12."""
    return (
        f"regexp_full_match({value}, '[0-9][.,][0-9]+ ?[eE][+]?[0-9]{{1,3}}|[0-9][.,]?[eE][+][0-9]{{1,3}}')"
    )


def rounded_sql(value: str) -> str:
    """Whether an id is a number that lost digits in a spreadsheet: in scientific form, or with more than fifteen before a point."""
    return (
        f"CASE WHEN contains(right(upper({value}), 5), 'E') THEN {_scientific(value)} AND NOT ({_has_all(value)}) "
        f"WHEN contains(right({value}, 4), '.0') AND regexp_full_match({value}, '[0-9]{{16,}}[.]0+') THEN {_is_double(value)} ELSE FALSE END"
    )


def mended_sql(value: str) -> str:
    """Whether an id in scientific form, or in groups, has all its digits, so that it was put right."""
    return (
        f"CASE WHEN contains(right(upper({value}), 5), 'E') THEN {_scientific(value)} AND NOT {rounded_sql(value)} "
        f"ELSE {_grouped(value)} END"
    )


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
