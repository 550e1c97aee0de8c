"""Dates that mean "none": 9999-12-31, 0000-00-00, 1899-12-30 and what else programs put where nothing was entered."""

from __future__ import annotations

from fraudgraph.claims.typing.literals import literal

__all__ = ["open_end_sql"]

_ZEROS = "0+([.]0+)?|0{1,2}:00(:00)?([.]0+)?|(31[-/.]12|12[-/.]31)[-/.]9999.*|0{4}[-/.年]0{1,2}[-/.月]0{1,2}.*|0{1,2}[-/.]0{1,2}[-/.]0{4}.*|1900[-/]0?1[-/]0{1,2}.*|9{8}([.]0+)?|9{12}|9{14}|29[56][0-9]{4}([.][0-9]*)?"
_FAR_YEAR = 2090
_FIRST_DAYS = (
    "DATE '0001-01-01', DATE '0001-01-02', DATE '0001-01-03', DATE '1000-01-01', DATE '1111-11-11', DATE '1582-10-15', DATE '1600-01-01', DATE '1601-01-01', DATE '1752-09-14', DATE '1753-01-01', "
    "DATE '1799-12-31', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '1900-01-02'"
)
"""The first days of calendars, databases and spreadsheets."""


def open_end_sql(text: str, moment: str, field: str) -> str:
    """SQL: whether a date (its text, and the moment that it was read as) stands for none.

    A birthday may lie on the first day of 1970; the far future, the last day of a coming year and the day zero of a
    program are no dates of anything.
    """
    epoch = "" if "birth" in field else f" OR (CAST({moment} AS DATE) = DATE '1970-01-01')"
    ahead = f"year({moment}) >= {_FAR_YEAR} OR ({moment} >= CAST(current_date + 2 AS TIMESTAMP) AND month({moment}) = 12 AND day({moment}) = 31)"
    return (
        f"CASE WHEN {moment} >= TIMESTAMP '1970-01-03' AND {moment} < CAST(current_date + 2 AS TIMESTAMP) THEN FALSE "
        f"WHEN {text} IS NULL THEN FALSE WHEN {moment} IS NULL THEN regexp_full_match({text}, {literal(_ZEROS)}) "
        f"ELSE {ahead} OR CAST({moment} AS DATE) IN ({_FIRST_DAYS}){epoch} END"
    )
