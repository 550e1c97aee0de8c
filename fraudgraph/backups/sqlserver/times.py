"""Dates and times: days and ticks to Arrow.

datetime: days since 1900-01-01 and 1/300 seconds; smalldatetime: days and minutes; date: days since 0001-01-01 in
3 bytes; time(s): units of 10^-s seconds in 3, 4 or 5 bytes; datetime2(s): time, then date; datetimeoffset(s): the
same in UTC, then minutes of offset ([MS-TDS] 2.2.5.5.1.8 and .9).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver.arrays import numbers
from fraudgraph.backups.sqlserver.faults import Losses

__all__ = [
    "date",
    "datetime",
    "datetime2",
    "datetimeoffset",
    "guess_small",
    "offset_text",
    "time",
    "time_width",
]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

DAYS_0001_TO_1970 = 719_162
DAYS_1900_TO_1970 = 25_567
LAST_DAY = 3_652_058
"""9999-12-31, counted from 0001-01-01."""
FIRST_DATETIME, LAST_DATETIME = -53_690, 2_958_463
DAY_US = 86_400_000_000


def time_width(scale: int) -> int:
    """Bytes of a time of a scale."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


def _number(matrix: Bytes, at: int, width: int) -> Ints:
    out = np.zeros(len(matrix), np.int64)
    for k in range(width):
        out |= matrix[:, at + k].astype(np.int64) << (8 * k)
    return out


def _checked(good: Bools, nulls: Bools, losses: Losses, where: str) -> Bools:
    wrong = ~good & ~nulls
    losses.add("decode", where, int(wrong.sum()))
    return nulls | wrong


def datetime(
    days: Ints, ticks: Ints, nulls: Bools, losses: Losses, where: str, *, unit: str = "ms"
) -> pa.Array:
    """datetime and smalldatetime; thousandths are rounded as the server shows them (…0, …3, …7)."""
    good = (days >= FIRST_DATETIME) & (days <= LAST_DATETIME) & (ticks >= 0) & (ticks < 25_920_000)
    nulls = _checked(good, nulls, losses, where)
    thousandths = (ticks * 10 + 1) // 3
    whole = (days - DAYS_1900_TO_1970) * 86_400_000 + thousandths
    values = np.where(nulls, 0, whole if unit == "ms" else whole // 1000)
    return numbers(values.astype(np.int64), nulls, pa.timestamp(unit))


def guess_small(signed: Ints, plain: Ints) -> tuple[Ints, Ints]:
    """Days and minutes of compressed smalldatetimes.

    No public source states whether half of the range is added, as for integers; the form is chosen that gives
    fewer dates after 2050.
    """
    forms = []
    for value in (signed & 0xFFFFFFFF, plain & 0xFFFFFFFF):
        days, minutes = value >> 16, value & 0xFFFF
        late = int(((days > 54_787) | (minutes >= 1440)).sum())
        forms.append((late, days, minutes))
    best = min(forms, key=lambda form: form[0])
    return best[1], best[2]


def date(matrix: Bytes, nulls: Bools, losses: Losses, where: str) -> pa.Array:
    """date."""
    days = _number(matrix, 0, 3)
    nulls = _checked(days <= LAST_DAY, nulls, losses, where)
    values = np.where(nulls, 0, days - DAYS_0001_TO_1970).astype(np.int32)
    return numbers(values, nulls, pa.date32())


def _units(matrix: Bytes, scale: int) -> Ints:
    """Time of day in units of 100 ns."""
    return np.asarray(_number(matrix, 0, time_width(scale)) * 10 ** (7 - min(scale, 7)), dtype=np.int64)


def time(matrix: Bytes, scale: int, nulls: Bools, losses: Losses, where: str) -> pa.Array:
    """time(s), in microseconds; a seventh digit that is not zero is cut and counted."""
    units = _units(matrix, scale)
    nulls = _checked((units >= 0) & (units < DAY_US * 10), nulls, losses, where)
    losses.add("digit", where, int(((units % 10 != 0) & ~nulls).sum()))
    return numbers(units // 10, nulls, pa.time64("us"))


def datetime2(matrix: Bytes, scale: int, nulls: Bools, losses: Losses, where: str) -> pa.Array:
    """datetime2(s), in microseconds; a seventh digit that is not zero is cut and counted."""
    units, days = _units(matrix, scale), _number(matrix, time_width(scale), 3)
    nulls = _checked((units >= 0) & (units < DAY_US * 10) & (days <= LAST_DAY), nulls, losses, where)
    losses.add("digit", where, int(((units % 10 != 0) & ~nulls).sum()))
    values = np.where(nulls, 0, (days - DAYS_0001_TO_1970) * DAY_US + units // 10)
    return numbers(values.astype(np.int64), nulls, pa.timestamp("us"))


def offset_text(units: int, days: int, minutes: int, scale: int) -> str:
    """A datetimeoffset as the server writes it: local time and offset."""
    local = days * DAY_US * 10 + units + minutes * 600_000_000
    day, rest = divmod(local, DAY_US * 10)
    second, fraction = divmod(rest, 10_000_000)
    shown = dt.date.fromordinal(day + 1).isoformat()
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    part = f".{fraction:07d}"[: scale + 1] if scale else ""
    sign = "-" if minutes < 0 else "+"
    return f"{shown} {clock}{part} {sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def datetimeoffset(matrix: Bytes, scale: int, nulls: Bools, losses: Losses, where: str) -> pa.Array:
    """datetimeoffset(s) as text, since a column of Arrow has one offset for all rows."""
    width = time_width(scale)
    units, days = _units(matrix, scale), _number(matrix, width, 3)
    minutes = _number(matrix, width + 3, 2)
    minutes = np.where(minutes >= 0x8000, minutes - 0x10000, minutes)
    local = days * DAY_US * 10 + units + minutes * 600_000_000
    good = (units >= 0) & (units < DAY_US * 10) & (abs(minutes) <= 840)
    good &= (local >= 0) & (local < (LAST_DAY + 1) * DAY_US * 10)
    nulls = _checked(good, nulls, losses, where)
    rows = zip(units.tolist(), days.tolist(), minutes.tolist(), nulls.tolist(), strict=True)
    return pa.array([None if null else offset_text(u, d, m, scale) for u, d, m, null in rows], pa.string())
