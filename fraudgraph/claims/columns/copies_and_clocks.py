"""Columns that go together: a header that stands twice, and a day whose time of day stands in a column of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from fraudgraph.claims.columns.matching import TableMapping, normalised

__all__ = ["copies", "doubled_words", "with_clocks", "with_filled_copies"]

_DAY_WORDS = re.compile(r"日期时间|年月日|日期|date|day|dt$|日$")
_TIME_WORDS = re.compile(r"时间点|时间|时刻|时分秒|时分|钟点|time|clock|tm$|hour|hhmmss|hhmi|时$")
_CLOCK = re.compile(
    r"(?:上午|下午|中午|凌晨|早上|晚上|[AaPp]\.?[Mm]\.?)?\s*\d{1,2}\s*[:：时点.]\s*\d{1,2}\s*(?:[:：分.]\s*\d{1,2}(?:[.,]\d+)?)?\s*[分秒]?\s*(?:上午|下午|[AaPp]\.?[Mm]\.?)?"
    r"|0?\.\d{2,}|(?:1899[-/]12[-/]3[01]|1900[-/]0?1[-/]0{0,2}[01]?)[ T]+[0-9:.]+|\d{1,6}"
)
_DAY = re.compile(
    r"(?:19|20)\d{2}[-/.年]?\s?\d{1,2}[-/.月]?\s?\d{1,2}日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}|[34]\d{4}(?:\.0+)?"
)
_MOSTLY = 0.8


def copies(headers: Sequence[str], position: int) -> tuple[int, ...]:
    """Positions of the columns that have the same header as one of them, itself among them."""
    wanted = normalised(headers[position])
    return tuple(i for i, header in enumerate(headers) if header and normalised(header) == wanted)


def doubled_words(headers: Sequence[str], position: int, places: Sequence[int]) -> tuple[str, str]:
    """What to say of a header that stands twice, in English and Chinese."""
    listed = ", ".join(str(place + 1) for place in places)
    return (
        f"header {headers[position]!r} stands on columns {listed}; column {position + 1} is read",
        f"表头“{headers[position]}”出现在第 {listed} 列；读取第 {position + 1} 列",
    )


def with_filled_copies(
    found: TableMapping, headers: Sequence[str], values: Sequence[Sequence[object]]
) -> TableMapping:
    """Where a header stands twice and its first column is empty, the column that is filled.

    Parameters
    ----------
    found : TableMapping
        As the headers gave it.
    headers : sequence of str
        Of the table.
    values : sequence of columns
        The first values of each.
    """
    moved: dict[str, int] = {}
    for name, position in found.columns.items():
        if _filled(values, position):
            continue
        other = next(
            (i for i in copies(headers, position) if i in found.unmapped and _filled(values, i)), None
        )
        if other is not None:
            moved[name] = other
    if not moved:
        return found
    free = {found.columns[name] for name in moved}
    unmapped = sorted({*found.unmapped, *free} - set(moved.values()))
    return replace(found, columns={**found.columns, **moved}, unmapped=tuple(unmapped))


def with_clocks(
    found: TableMapping, headers: Sequence[str], values: Sequence[Sequence[object]]
) -> TableMapping:
    """Days and times of day that stand in two columns, joined: 就诊日期 and 就诊时间, visit_date and visit_time.

    Two columns belong together where their headers are the same but for the words for day and time, and where the values
    of one are days and those of the other times of day.
    """
    columns, clocks = dict(found.columns), dict(found.clocks)
    free = [i for i in found.unmapped if headers[i]]
    for name, position in found.columns.items():
        if found.kind.field(name).type != "timestamp" or not headers[position]:
            continue
        stem = _stem(headers[position])
        for other in list(free):
            if _stem(headers[other]) != stem:
                continue
            if _all(values, position, _DAY) and _is_clock(headers, values, other):
                clocks[name] = other
            elif _all(values, other, _DAY) and _is_clock(headers, values, position):
                columns[name], clocks[name] = other, position
            else:
                continue
            free.remove(other)
            break
    if clocks == found.clocks:
        return found
    taken = {*columns.values(), *clocks.values()}
    return replace(
        found, columns=columns, clocks=clocks, unmapped=tuple(i for i in found.unmapped if i not in taken)
    )


def _stem(header: str) -> str:
    """A header without its words for day and time."""
    plain = normalised(header)
    return _TIME_WORDS.sub("", _DAY_WORDS.sub("", plain))


def _texts(values: Sequence[Sequence[object]], position: int) -> list[str]:
    if position >= len(values):
        return []
    return [text for value in values[position] if value is not None and (text := str(value).strip())]


def _filled(values: Sequence[Sequence[object]], position: int) -> bool:
    return bool(_texts(values, position))


def _all(values: Sequence[Sequence[object]], position: int, form: re.Pattern[str]) -> bool:
    texts = _texts(values, position)
    return bool(texts) and sum(bool(form.fullmatch(text)) for text in texts) >= _MOSTLY * len(texts)


def _is_clock(headers: Sequence[str], values: Sequence[Sequence[object]], position: int) -> bool:
    """Times of day by their form; bare digits only under a header that speaks of time, and not where they are days."""
    if _all(values, position, _DAY) or not _all(values, position, _CLOCK):
        return False
    return not _all(values, position, re.compile(r"\d+")) or bool(
        _TIME_WORDS.search(normalised(headers[position]))
    )
