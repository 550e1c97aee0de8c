"""SQL that reads amounts the way people write them: 1,234.50元, 1.234,56 €, 1 234,56, 1.2万元, (12.50), 12.50-, −12.30.

Whether the point or the comma marks the decimals is decided for a whole column (`number_class_sql` counts what its
values say); a value that fits no reading of its column is not read. What is rare stands behind a CASE: DuckDB shares
common expressions by working them out for every row, but never looks for them inside a CASE.
"""

from __future__ import annotations

from typing import Literal

from fraudgraph.claims.typing.literals import chained, literal

__all__ = ["Mark", "is_plain_number_sql", "number_class_sql", "number_sql"]

Mark = Literal["plain", ".", ",", "both", "refused"]
"""What marks the decimals of a column: `plain` reads only what has one reading whatever the column is, `both` takes each value
that has only one reading by it, `refused` reads none."""

_MINUS = "−–—‐‑‒―－﹣⁻₋˗﹘➖"
_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n"
_FROM = f"０１２３４５６７８９．，（）［］＋￥＄＇’‘{_MINUS}{_BLANKS}\u200b\u200e\u200f\u2060\ufeff"
_TO = f"0123456789.,()[]+¥$'''{'-' * len(_MINUS)}{' ' * len(_BLANKS)}"
_CURRENCY = "人民币|RMB|CNY|USD|EUR|GBP|[¥$€£]"
_NUMBER = (
    f"^ ?([-+(]|负|CR|DR)? ?(?:{_CURRENCY})? ?([-+(])? ?([.,]?[0-9][0-9.,' ]*(?:[eE][-+]?[0-9]{{1,2}})?) ?(万|亿|千|百|角|分)? ?"
    f"(?:元整|元正|[元圆块整]|{_CURRENCY})? ?([-)]|CR|DR|Cr|cr)? ?$"
)
_PARTS = "['before', 'inner', 'core', 'unit', 'after']"
_SCALES = "CASE it.unit WHEN '万' THEN 10000 WHEN '亿' THEN 100000000 WHEN '千' THEN 1000 WHEN '百' THEN 100 WHEN '角' THEN 0.1 WHEN '分' THEN 0.01 ELSE 1 END"
_SIGNS = (
    "(CAST(it.before IN ('-', '负', 'CR') AS INTEGER) + CAST(it.inner = '-' AS INTEGER) + CAST(it.after IN ('-', 'CR', 'Cr', 'cr') AS INTEGER) "
    "+ CAST(it.before = '(' OR it.inner = '(' AS INTEGER))"
)
_BALANCED = "((it.before = '(') OR (it.inner = '(')) = (it.after = ')')"


def _style(decimal: str, grouping: str) -> str:
    """The form of a number with this decimal mark: groups of three, if any, all parted in one way."""
    groups = "|".join(f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (grouping, " ", "'"))
    return f"(?:(?:{groups}|[0-9]+)(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][-+]?[0-9]{{1,2}})?"


_POINT, _COMMA = _style("\\.", ","), _style(",", "\\.")
_FITS_POINT = f"regexp_full_match(trim(it.core), {literal(_POINT)})"
_FITS_COMMA = f"regexp_full_match(trim(it.core), {literal(_COMMA)})"
_FOURS = "regexp_full_match(trim(it.core), '[1-9][0-9]{0,3}(?:,[0-9]{4})+')"
"""1,2345: groups of four beside amounts with points, or decimals with a comma; only a column of commas tells."""
_WHOLE = "NOT regexp_matches(it.core, '[.,]')"


def _taken_apart(value: str) -> str:
    tidy = f"translate({value}, {literal(_FROM)}, {literal(_TO)})"
    single = f"regexp_replace({tidy}, ' +', ' ', 'g')"
    return f"regexp_extract({single}, {literal(_NUMBER)}, {_PARTS})"


def is_plain_number_sql(value: str) -> str:
    """Whether a text may be cast as it is: no single group of three behind a point, no mark of a programming language."""
    return f"substr({value}, -4, 1) <> '.' AND NOT contains({value}, '_')"


def number_sql(value: str, sql_type: str, mark: Mark) -> str:
    """Text as a number; NULL where it has no reading, or more than one."""
    if mark == "refused":
        return f"CAST(NULL AS {sql_type})"
    only = {
        "plain": is_plain_number_sql(value),
        "both": is_plain_number_sql(value),
        ".": f"NOT contains({value}, '_')",
        ",": f"NOT contains({value}, '_') AND NOT contains({value}, '.')",
    }[mark]
    plain = f"CASE WHEN {only} THEN TRY_CAST({value} AS {sql_type}) END"
    if mark == "plain":
        return plain
    return f"coalesce({plain}, CASE WHEN {value} IS NOT NULL THEN {_rare(value, sql_type, mark)} END)"


def _rare(value: str, sql_type: str, mark: Mark) -> str:
    point, comma = _cast("','", "'.'", ""), _cast("'.'", "','", ".")
    read = {
        ".": f"CASE WHEN {_FITS_POINT} THEN {point} END",
        ",": f"CASE WHEN {_FITS_COMMA} THEN {comma} END",
        "both": (
            f"CASE WHEN {_FITS_POINT} AND (NOT {_FITS_COMMA} OR {_WHOLE}) THEN {point} "
            f"WHEN {_FITS_COMMA} AND NOT {_FITS_POINT} AND NOT {_FOURS} THEN {comma} END"
        ),
    }[mark]
    amount = f"TRY_CAST(({read}) * ({_SCALES}) * (1 - 2 * {_SIGNS}) AS {sql_type})"
    good = f"CASE WHEN it.core <> '' AND {_SIGNS} <= 1 AND {_BALANCED} THEN {amount} END"
    return chained(_taken_apart(value), good)


def _cast(grouping: str, decimal: str, point: str) -> str:
    """The core as an exact number, once its form is known."""
    digits = f"replace(replace(replace(it.core, {grouping}, ''), ' ', ''), '''', '')"
    if point:
        digits = f"replace({digits}, {decimal}, '{point}')"
    return f"TRY_CAST({digits} AS DECIMAL(24,8))"


def number_class_sql(value: str) -> str:
    """What a value says about its column: 1 the point marks decimals, 2 the comma does, 3 it could be either, 0 nothing."""
    rare = chained(
        _taken_apart(value),
        f"CASE WHEN it.core = '' OR {_WHOLE} THEN 0 WHEN {_FITS_POINT} AND {_FITS_COMMA} THEN 3 "
        f"WHEN {_FITS_POINT} THEN 1 WHEN {_FOURS} THEN 3 WHEN {_FITS_COMMA} THEN 2 ELSE 0 END",
    )
    plain = number_sql(value, "DECIMAL(24,8)", "plain")
    return f"CASE WHEN {value} IS NULL THEN 0 WHEN {plain} IS NOT NULL THEN CAST(contains({value}, '.') AS INTEGER) ELSE {rare} END"
