"""SQL that reads a time of day that stands in a column of its own: 09:05, 上午9:05, 90500, 0905, 0.378472, 1899-12-30 09:05:00."""

from __future__ import annotations

from typing import Literal

from fraudgraph.claims.typing.literals import literal
from fraudgraph.claims.typing.time_sql import TimeForm, timestamp_sql

__all__ = ["ClockForm", "clock_class_sql", "clock_sql"]

ClockForm = Literal["hhmm", "hhmmss"]
"""What bare digits of up to four places are: hours and minutes, or a time with seconds that lost its leading zeros."""

_DAY_ZERO = "(?:1899[-/](?:12)[-/](?:30|31)|1900[-/]0?1[-/]0{0,2}[01]?)[ T]+"


def clock_sql(value: str, form: ClockForm) -> str:
    """SQL: the seconds since midnight; NULL where it can't be read."""
    spoken = (
        f"""TRY_CAST({timestamp_sql(f"('2000-01-01 ' || {value})", TimeForm(zone="UTC"))} AS TIMESTAMP)"""
    )
    long = f"lpad({value}, 6, '0')"
    short = f"lpad({value}, 4, '0') || '00'"
    digits = f"CASE WHEN length({value}) > 4 THEN {long} ELSE {short if form == 'hhmm' else long} END"
    of_digits = f"try_strptime('20000101' || ({digits}), '%Y%m%d%H%M%S')"
    after_day = (
        f"TRY_CAST('2000-01-01 ' || regexp_replace({value}, {literal('^' + _DAY_ZERO)}, '') AS TIMESTAMP)"
    )
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9]{{1,6}}') THEN epoch({of_digits}) - 946684800 "
        f"WHEN regexp_full_match({value}, '[0-9]*[.][0-9]+(?:[eE]-[0-9]+)?') AND NOT regexp_full_match({value}, '[0-9]{{1,2}}[.][0-9]{{2}}') THEN round((TRY_CAST({value} AS DOUBLE) - floor(TRY_CAST({value} AS DOUBLE))) * 86400) "
        f"WHEN regexp_matches({value}, {literal('^' + _DAY_ZERO)}) THEN epoch({after_day}) - 946684800 "
        f"WHEN {value} IS NOT NULL THEN epoch({spoken}) - 946684800 END"
    )


def clock_class_sql(value: str) -> str:
    """What bare digits say about their column: 1 hours and minutes, 2 with seconds, 0 nothing."""
    return (
        f"CASE WHEN regexp_full_match({value}, '0[0-9]{{3}}') THEN 1 "
        f"WHEN regexp_full_match({value}, '[0-9]{{5,6}}') THEN 2 ELSE 0 END"
    )
