"""SQL that reads moments the way people and programs write them: 二〇二五年三月五日, 下午3:05, PM 03:05, Mar  4 2025  9:05AM, +08:00.

Whether 03/04/2025 is in March or in April is decided for a whole column (`order_class_sql` counts what its values say).
What is rare stands behind a CASE, as in `number_sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fraudgraph.claims.typing.literals import chained, literal
from fraudgraph.claims.typing.zones import local_sql, zone_names

__all__ = ["Order", "TimeForm", "order_class_sql", "quick_timestamp_sql", "timestamp_sql"]

Order = Literal["none", "mdy", "dmy", "both", "refused"]
"""Which comes first in 03/04/2025; `both` reads what has only one reading, `none` and `refused` read none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeForm:
    """How the moments of one column are written.

    `zone` is the source's zone; `own` are the operator's forms, which win; `day_zero` is the day that a spreadsheet counts from.
    """

    zone: str
    order: Order = "none"
    own: tuple[str, ...] = ()
    day_zero: str = "1899-12-30"


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MORNING = "上午|午前|早上|早晨|清晨|凌晨|AM|A\\.M\\.?"
_AFTERNOON = "下午|午后|傍晚|PM|P\\.M\\.?"
_EVENING = "晚上|夜里|夜间|晚间|晚"
_HALF = f"{_MORNING}|{_AFTERNOON}|{_EVENING}|中午|正午"
_WEEKDAY = "(?:星期|礼拜|周)[一二三四五六日天]|\\b(?:MON|TUE|TUES|WED|THU|THUR|THURS|FRI|SAT|SUN|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY|SUNDAY)\\b[,.]?"
_FROM = "０１２３４５６７８９．－／：Ｔ，＋年時點〇零○\u00a0\u2009\u202f\u3000\t\r\n‐‑–−"
_TO = "0123456789.-/:T,+年时点000       ----"
_HAND = "一二三四五六七八九"
_CLOCK_TAIL = "(?::[0-9]{2}(?:[.,][0-9]+)?|T[0-9]{4,6}(?:[.,][0-9]+)?)"
_OFFSET = f"{_CLOCK_TAIL} ?(?:UTC|GMT)?([+-][0-9]{{1,2}}:?(?:[0-9]{{2}})?)$"
_WHEN = (
    "^(?:([0-9]{4})[-/.年 ] ?([0-9]{1,2})[-/.月 ] ?([0-9]{1,2})[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})"
    "|([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}))"
    "(?:(?:[ T,-]+|日 ?|号 ?)?([0-9]{1,2}) ?(?:[:.时点H] ?([0-9]{1,2})?(?: ?[:.分M] ?([0-9]{1,2})(?:[.,:]([0-9]{1,9}))?)?)?(半)?[分秒S整]?"
    "|[ T-]?([0-9]{2})([0-9]{2})([0-9]{2})?(?:[.,]([0-9]{1,9}))?)?$"
)
_WHEN_PARTS = "['y1','m1','d1','y2','m2','d2','a','b','y3','h','mi','s','f','half','h2','mi2','s2','f2']"
_HOUR = (
    "TRY_CAST(CASE WHEN it.at.h <> '' THEN it.at.h WHEN it.at.h2 <> '' THEN it.at.h2 ELSE '0' END AS INTEGER)"
)
_YEAR_LAST = "^[^0-9]*([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})(?:[^0-9].*)?$"


def quick_timestamp_sql(value: str) -> str:
    """Moments that read the same whatever the column is: year first, without offset, or all digits."""
    return (
        f"CASE WHEN length({value}) = 19 AND substr({value}, 14, 1) = ':' AND substr({value}, 17, 1) = ':' AND substr({value}, 5, 1) IN ('-', '/') THEN TRY_CAST({value} AS TIMESTAMP) "
        f"WHEN length({value}) = 10 AND substr({value}, 5, 1) IN ('-', '/') AND substr({value}, 8, 1) IN ('-', '/') THEN TRY_CAST({value} AS TIMESTAMP) "
        f"WHEN substr({value}, 5, 1) IN ('-', '/') AND right({value}, 1) BETWEEN '0' AND '9' AND NOT contains({value}, '+') AND NOT contains(substr({value}, 11), '-') THEN TRY_CAST({value} AS TIMESTAMP) "
        f"ELSE CASE length({value}) WHEN 8 THEN try_strptime({value}, '%Y%m%d') WHEN 14 THEN try_strptime({value}, '%Y%m%d%H%M%S') "
        f"WHEN 12 THEN try_strptime({value}, '%Y%m%d%H%M') WHEN 10 THEN CASE WHEN ends_with({value}, '.0') THEN try_strptime(left({value}, 8), '%Y%m%d') END END END"
    )


def timestamp_sql(value: str, form: TimeForm, *, plain: bool = False) -> str:
    """Text as a moment in the source's zone; NULL where it has no reading, or more than one.

    Parameters
    ----------
    value : str
        SQL of the text.
    form : TimeForm
        How the column is written.
    plain : bool
        Only what reads the same whatever the column is.
    """
    quick = quick_timestamp_sql(value)
    read = quick
    if not plain:
        read = f"coalesce({quick}, CASE WHEN {value} IS NOT NULL THEN coalesce({_counted(value, form)}, {_written(value, form)}) END)"
    if not form.own:
        return read
    return f"coalesce(try_strptime({value}, [{', '.join(literal(one) for one in form.own)}]), {read})"


def _written(value: str, form: TimeForm) -> str:
    names = "|".join(zone_names(form.zone)) or "-"
    plain = f"upper(translate({value}, {literal(_FROM)}, {literal(_TO)}))"
    by_hand = f"CASE WHEN regexp_matches(it, '[{_HAND}十]') THEN {_numerals('it')} ELSE it END"
    known = (
        "struct_pack(half := regexp_extract(it, {half}), utc := regexp_matches(it, {utc}), east := regexp_extract(it, {offset}, 1), "
        "rest := trim(regexp_replace(regexp_replace(regexp_replace(it, {drop}, ' ', 'g'), {tail}, '\\1\\2'), ' +', ' ', 'g'), ' ,'))"
    ).format(
        half=literal(_HALF),
        utc=literal("[0-9 ](?:Z|UTC|GMT)$"),
        offset=literal(_OFFSET),
        drop=literal(f"\\b(?:{names})\\b|{_WEEKDAY}|{_HALF}"),
        tail=literal(
            f"({_CLOCK_TAIL}) ?(?:(?:UTC|GMT)?[+-][0-9]{{1,2}}:?(?:[0-9]{{2}})?|Z|UTC|GMT)$|([0-9]) ?(?:Z|UTC|GMT)$"
        ),
    )
    return chained(
        plain,
        "regexp_replace(regexp_replace(trim(regexp_replace(it, ' +', ' ', 'g')), ' ?\\[[A-Z/_]+\\]$', ''), '([0-9]) ([年月日号时点分秒])', '\\1\\2', 'g')",
        _weekday_first(by_hand),
        _months("it"),
        known,
        f"struct_pack(half := it.half, utc := it.utc, east := it.east, at := regexp_extract(it.rest, {literal(_WHEN)}, {_WHEN_PARTS}))",
        f"struct_pack(half := it.half, utc := it.utc, east := it.east, at := it.at, hour := {_HOUR})",
        _assembled(form.order),
        f"struct_pack(ts := it.ts, utc := CASE WHEN it.east <> '' THEN it.ts - to_minutes({_east()}) WHEN it.utc THEN it.ts END)",
        f"CASE WHEN it.utc IS NULL THEN it.ts ELSE {local_sql('it.utc', form.zone)} END",
    )


def _weekday_first(by_hand: str) -> str:
    """Weekdays go before numerals are read: 周二 is no two."""
    return f"list_transform([regexp_replace(it, '(?:星期|礼拜|周)[一二三四五六日天]', ' ', 'g')], lambda it: {by_hand})[1]"


def _numerals(value: str) -> str:
    """Chinese numerals as digits."""
    tens = f"regexp_replace({value}, '([二三四五])十([{_HAND}])', '\\1\\2', 'g')"
    tens = f"regexp_replace({tens}, '([二三四五])十', '\\10', 'g')"
    tens = f"replace(regexp_replace({tens}, '十([{_HAND}])', '一\\1', 'g'), '十', '一0')"
    return f"translate({tens}, '{_HAND}', '123456789')"


def _months(value: str) -> str:
    """Dates with a month in letters, year first: MAR 4 2025, 4 MAR 2025, 04-MAR-25, MAR 04 09:05:00 CST 2025, 04-3月 -25."""
    named = "(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*\\.?"
    moved = f"regexp_replace({value}, '{named} ([0-9]{{1,2}}) ([0-9:]+)((?: [A-Z]+)?) ([0-9]{{4}})$', '\\1 \\2 \\5 \\3\\4')"
    first = (
        f"regexp_replace({moved}, '{named},? ?([0-9]{{1,2}})(?:ST|ND|RD|TH)?,? ([0-9]{{4}})', '\\3-\\1-\\2')"
    )
    middle = f"regexp_replace({first}, '\\b([0-9]{{1,2}})[- ]{named}[- ,]+([0-9]{{4}})', '\\3-\\2-\\1')"
    short = f"regexp_replace({middle}, '^([0-9]{{1,2}})-{named}-([0-9]{{2}})\\b', '20\\3-\\2-\\1')"
    oracle = f"regexp_replace({short}, '^([0-9]{{1,2}})-([0-9]{{1,2}})月 ?-([0-9]{{2}})\\b', '20\\3-\\2-\\1')"
    lettered = "it"
    for number, month in enumerate(_MONTHS, start=1):
        lettered = f"replace({lettered}, '-{month}-', '-{number:02d}-')"
    return f"CASE WHEN regexp_matches({value}, '[A-Z]{{3}}|^[0-9]+-[0-9]+月') THEN list_transform([{oracle}], lambda it: {lettered})[1] ELSE {value} END"


def _assembled(order: Order) -> str:
    """Parts as one moment, half of the day counted in."""
    month, day = {
        "mdy": ("it.at.a", "it.at.b"),
        "dmy": ("it.at.b", "it.at.a"),
        "both": (
            "CASE WHEN CAST(it.at.b AS INTEGER) > 12 OR it.at.a = it.at.b THEN it.at.a WHEN CAST(it.at.a AS INTEGER) > 12 THEN it.at.b END",
            "CASE WHEN CAST(it.at.b AS INTEGER) > 12 OR it.at.a = it.at.b THEN it.at.b WHEN CAST(it.at.a AS INTEGER) > 12 THEN it.at.a END",
        ),
    }.get(order, ("CASE WHEN it.at.a = it.at.b THEN it.at.a END",) * 2)
    date = (
        "CASE WHEN it.at.y1 <> '' THEN it.at.y1 || '-' || it.at.m1 || '-' || it.at.d1 WHEN it.at.y2 <> '' THEN it.at.y2 || '-' || it.at.m2 || '-' || it.at.d2 "
        f"WHEN it.at.y3 <> '' THEN it.at.y3 || '-' || ({month}) || '-' || ({day}) END"
    )
    hour = "it.hour"
    told = "(it.at.h <> '' OR it.at.h2 <> '')"
    shifted = (
        f"CASE WHEN it.half = '' THEN {hour} WHEN NOT {told} THEN 0 "
        f"WHEN regexp_full_match(it.half, '{_MORNING}') THEN CASE WHEN {hour} = 12 THEN 0 WHEN {hour} < 12 THEN {hour} END "
        f"WHEN regexp_full_match(it.half, '{_AFTERNOON}') THEN CASE WHEN {hour} < 12 THEN {hour} + 12 ELSE {hour} END "
        f"WHEN it.half IN ('中午', '正午') THEN CASE WHEN {hour} BETWEEN 1 AND 2 THEN {hour} + 12 WHEN {hour} BETWEEN 11 AND 14 THEN {hour} END "
        f"WHEN {hour} BETWEEN 4 AND 11 THEN {hour} + 12 WHEN {hour} BETWEEN 16 AND 23 THEN {hour} END"
    )
    minute = "CASE WHEN it.at.half <> '' THEN CASE WHEN it.at.mi = '' THEN '30' END WHEN it.at.mi <> '' THEN it.at.mi WHEN it.at.mi2 <> '' THEN it.at.mi2 ELSE '0' END"
    second = "CASE WHEN it.at.s <> '' THEN it.at.s WHEN it.at.s2 <> '' THEN it.at.s2 ELSE '0' END"
    part = "CASE WHEN it.at.f <> '' THEN it.at.f WHEN it.at.f2 <> '' THEN it.at.f2 ELSE '0' END"
    clock = f"lpad(CAST(({shifted}) AS VARCHAR), 2, '0') || ':' || lpad({minute}, 2, '0') || ':' || lpad({second}, 2, '0') || '.' || left({part}, 6)"
    return f"struct_pack(utc := it.utc, east := it.east, ts := TRY_CAST(({date}) || ' ' || ({clock}) AS TIMESTAMP))"


def _east() -> str:
    """Minutes east of Greenwich of an offset in text."""
    digits = "regexp_replace(it.east, '[^0-9]', '', 'g')"
    hours = f"CASE WHEN length({digits}) > 2 THEN left({digits}, -2) ELSE {digits} END"
    minutes = f"CASE WHEN length({digits}) > 2 THEN right({digits}, 2) ELSE '0' END"
    return f"(CASE WHEN left(it.east, 1) = '-' THEN -1 ELSE 1 END * (60 * CAST({hours} AS INTEGER) + CAST({minutes} AS INTEGER)))"


def _counted(value: str, form: TimeForm) -> str:
    """Days that a spreadsheet counts, seconds, milliseconds or microseconds since 1970, and dates that went through a number."""
    number = f"TRY_CAST({value} AS DOUBLE)"
    digits = f"replace(regexp_extract({value}, '^([0-9][.][0-9]+)[eE]', 1), '.', '')"
    whole = f"regexp_extract({value}, '^([0-9]+)[.]0+$', 1)"
    count = f"CAST(regexp_extract({value}, '^[0-9]+') AS BIGINT)"
    since = f"make_timestamp({count} * CASE length(regexp_extract({value}, '^[0-9]+')) WHEN 10 THEN 1000000 WHEN 13 THEN 1000 ELSE 1 END)"
    return (
        f"CASE WHEN regexp_full_match({value}, '[1-5][0-9]{{4}}([.][0-9]+)?') AND {number} < 55153 AND (length({value}) = 5 OR {number} > 32874) "
        f"THEN TIMESTAMP '{form.day_zero}' + to_seconds(round({number} * 86400)) "
        f"WHEN regexp_full_match({value}, '1[0-9]{{9}}([.][0-9]*)?|1[0-9]{{12}}([.]0+)?|1[0-9]{{15}}([.]0+)?') THEN {chained(since, local_sql('it', form.zone))} "
        f"WHEN regexp_full_match({value}, '[0-9]{{8,14}}[.]0+') THEN CASE length({whole}) WHEN 8 THEN try_strptime({whole}, '%Y%m%d') WHEN 12 THEN try_strptime({whole}, '%Y%m%d%H%M') WHEN 14 THEN try_strptime({whole}, '%Y%m%d%H%M%S') END "
        f"WHEN regexp_full_match({value}, '2[.]0[0-9]{{6}}[eE][+]?0?7') THEN try_strptime({digits}, '%Y%m%d') "
        f"WHEN regexp_full_match({value}, '2[.]0[0-9]{{12}}[eE][+]?13') THEN try_strptime({digits}, '%Y%m%d%H%M%S') END"
    )


def order_class_sql(value: str) -> str:
    """What a date with its year last says about its column: 1 the month comes first, 2 the day does, 3 it could be either, 0 nothing."""
    parts = chained(
        f"regexp_extract({value}, {literal(_YEAR_LAST)}, ['a', 'b', 'y'])",
        "struct_pack(a := TRY_CAST(it.a AS INTEGER), b := TRY_CAST(it.b AS INTEGER))",
        "CASE WHEN it.a IS NULL OR it.a = it.b OR least(it.a, it.b) > 12 OR greatest(it.a, it.b) > 31 OR least(it.a, it.b) < 1 THEN 0 "
        "WHEN it.b > 12 THEN 1 WHEN it.a > 12 THEN 2 ELSE 3 END",
    )
    return f"CASE WHEN {value} IS NULL OR substr({value}, 5, 1) IN ('-', '/') THEN 0 ELSE {parts} END"
