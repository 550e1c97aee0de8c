"""One table with every type, its rows in all three forms. Made from the specification, not by a server."""

import codecs
import datetime as dt
import struct
import uuid
from decimal import Decimal

from tests.backups.sqlserver.build import (
    BIT,
    LATIN,
    PRC,
    Col,
    biased,
    decimal_fixed,
    i2,
    i4,
    i8,
    u16,
    vardecimal,
)

MONEY = Decimal("0.0001")
D0001 = dt.date(1, 1, 1).toordinal()


def date3(day: dt.date) -> bytes:
    return (day.toordinal() - D0001).to_bytes(3, "little")


def clock(units: int, scale: int) -> bytes:
    width = 3 if scale <= 2 else 4 if scale <= 4 else 5
    return units.to_bytes(width, "little")


def datetime_words(at: dt.datetime) -> tuple[int, int]:
    since = at - dt.datetime(1900, 1, 1)
    return since.days, round((since.seconds + since.microseconds / 1e6) * 300)


def scsu(text: str) -> bytes:
    """The form of a text in compressed rows: single bytes where it is Latin 1, else UTF-16."""
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return u16(text)
    return data if len(data) % 2 else data + b"\x10" * bool(data)


COLUMNS = [
    Col("id", 56), Col("tiny", 48), Col("small", 52), Col("big", 127), Col("yes", 104), Col("no", 104),
    Col("share", 106, prec=18, scale=2), Col("wide", 108, prec=38, scale=10), Col("fee", 60), Col("coin", 122),
    Col("float8", 62), Col("real4", 59), Col("seen", 61), Col("day", 40), Col("hour0", 41, scale=0),
    Col("hour7", 41, scale=7), Col("at3", 42, scale=3), Col("at7", 42, scale=7), Col("abroad", 43, scale=2),
    Col("guid", 36), Col("code", 175, 6, collation=LATIN), Col("ncode", 239, 8, collation=PRC),
    Col("raw", 173, 5), Col("version", 189, 8), Col("name", 231, 60, collation=PRC),
    Col("latin", 167, 40, collation=LATIN), Col("gbk", 167, 40, collation=PRC), Col("blob", 165, 100),
]  # fmt: skip
NAMES = [col.name for col in COLUMNS]

AT = dt.datetime(2024, 2, 29, 23, 59, 59, 997000)
ROWS: list[list[object]] = [
    [1, 255, -32768, 2**63 - 1, True, False, Decimal("-12345.67"), Decimal("1234567890123456789012345678.0123456789"),
     Decimal("19.9900"), Decimal("-3.5000"), 1.5, 0.25, AT, dt.date(2024, 2, 29), 86399, 863999999990,
     (dt.date(9999, 12, 31), 12345), (dt.date(1, 1, 1), 17), (dt.date(2024, 1, 1), 100, 480),
     uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "AB", "病", b"\x01\x02", b"\0\0\0\0\0\0\x07\xd1",
     "王小明", "Müller", "诊疗费€", b"\x00\xff"],
    [-5, 0, 7, -1, False, True, Decimal("0.01"), Decimal(0), Decimal(0), Decimal("214748.3647"), -1e300, -3.0,
     dt.datetime(1753, 1, 1), dt.date(1, 1, 1), 0, 0, (dt.date(2000, 1, 1), 0), (dt.date(2000, 1, 1), 0),
     (dt.date(2000, 1, 1), 0, -330), uuid.UUID(int=0), "ABCDEF", "abcd", b"\x01\x02\x03\x04\x05", b"\0" * 8,
     "plain", "", "ascii only", b""],
    [3, *[None] * (len(COLUMNS) - 1)],
]  # fmt: skip


def loose(col: Col, value: object) -> bytes | None:  # noqa: PLR0911  # one line a type
    """A value in the uncompressed form."""
    kind = col.xtype
    if value is None:
        return None
    if kind in (48, 104):
        return bytes([int(value)])
    if kind in (52, 56, 127):
        return {52: i2, 56: i4, 127: i8}[kind](value)
    if kind in (106, 108):
        return decimal_fixed(value, col)
    if kind in (60, 122):
        return struct.pack("<q" if kind == 60 else "<i", int(value / MONEY))
    if kind in (59, 62):
        return struct.pack("<f" if kind == 59 else "<d", value)
    if kind == 61:
        return struct.pack("<ii", *reversed(datetime_words(value)))
    if kind == 175:
        return value.encode("cp1252").ljust(col.length)
    if kind == 239:
        return u16(value.ljust(col.length // 2))
    if kind == 173:
        return value.ljust(col.length, b"\0")
    return bytes(reversed(value)) if kind == 189 else _either(col, value)


def _either(col: Col, value: object) -> bytes:  # noqa: PLR0911  # one line a type
    """Values that look the same in both forms."""
    kind, scale = col.xtype, col.scale
    if kind == 40:
        return date3(value)
    if kind == 41:
        return clock(value, scale)
    if kind == 42:
        return clock(value[1], scale) + date3(value[0])
    if kind == 43:
        return clock(value[1], scale) + date3(value[0]) + i2(value[2])
    if kind == 36:
        return value.bytes_le
    if kind == 231:
        return u16(value)
    if kind == 167:
        return value.encode("cp1252") if col.collation == LATIN else value.encode("gbk", "euro")
    return value


def tight(col: Col, value: object) -> object:  # noqa: PLR0911  # one line a type
    """A value in the compressed form."""
    kind = col.xtype
    if value is None:
        return None
    if kind == 104:
        return BIT if value else b""
    if kind == 48:
        return bytes([value]) if value else b""
    if kind in (52, 56, 127):
        return biased(value)
    if kind in (106, 108):
        return vardecimal(value)
    if kind in (60, 122):
        return biased(int(value / MONEY))
    if kind in (59, 62):
        return loose(col, value).lstrip(b"\0")
    if kind == 61:
        days, ticks = datetime_words(value)
        return biased((days << 32) + ticks)
    if kind in (231, 239):
        return scsu(value)
    if kind == 175:
        return value.encode("cp1252")
    if kind == 189:
        return value.lstrip(b"\0")
    return value.rstrip(b"\0") if kind == 173 else _either(col, value)


def _euro(error: UnicodeEncodeError) -> tuple[bytes, int]:
    return b"\x80" * (error.end - error.start), error.end


def expected(row: list[object]) -> dict[str, object]:
    """What a row must come out as."""
    out: dict[str, object] = {}
    for col, value in zip(COLUMNS, row, strict=True):
        out[col.name] = None if value is None else _shown(col, value)
    return out


def _shown(col: Col, value: object) -> object:  # noqa: PLR0911  # one line a type
    kind = col.xtype
    if kind == 41:
        micros = value * 10 ** (6 - col.scale) if col.scale <= 6 else value // 10
        return (dt.datetime.min + dt.timedelta(microseconds=micros)).time()
    if kind == 42:
        day, units = value
        micros = units * 10 ** (6 - col.scale) if col.scale <= 6 else units // 10
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(microseconds=micros)
    if kind == 43:
        day, units, minutes = value
        local = dt.datetime.combine(day, dt.time()) + dt.timedelta(milliseconds=units * 10, minutes=minutes)
        sign = "-" if minutes < 0 else "+"
        offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 10000:02d} {offset}"
    if kind == 36:
        return str(value).upper()
    if kind == 175:
        return value.ljust(col.length)
    if kind == 239:
        return value.ljust(col.length // 2)
    return value.ljust(col.length, b"\0") if kind == 173 else value


codecs.register_error("euro", _euro)
