"""sql_variant: a byte of type, a byte of version (1), what the type needs, the value; shown as text.

Texts carry u16 longest length and u32 collation (either order is accepted, told by the collation's form), binaries
u16 longest length, decimals precision and scale, times their scale. Source: Kalen Delaney, "SQL Server
Internals" on sql_variant.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver import texts, times
from fraudgraph.backups.sqlserver.collation import code_page
from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.pages import u16, u32
from fraudgraph.backups.sqlserver.records import Cells

__all__ = ["body", "show", "to_arrow"]

WIDTHS = {36: 16, 40: 3, 48: 1, 52: 2, 56: 4, 58: 4, 59: 4, 60: 8, 61: 8, 62: 8, 104: 1, 122: 4, 127: 8}


def show(raw: bytes) -> str:
    """The text of one variant; ValueError if it is none."""
    if len(raw) < 2 or raw[1] != 1:
        raise ValueError("version")
    kind, held = raw[0], raw[2:]
    if kind in (167, 175, 231, 239):
        return _text(kind, held)
    if kind in (165, 173):
        return "0x" + held[2:].hex().upper()
    if kind in (106, 108):
        return _decimal(held[1], held[2:])
    if kind in (41, 42, 43):
        return _time(kind, held[0], held[1:])
    width = WIDTHS.get(kind)
    if width is None or len(held) < width:
        raise ValueError(kind)
    return _plain(kind, held[:width])


def body(raw: bytes) -> bytes | None:
    """The bytes of a variant's value as a row would hold them; None if it is none."""
    if len(raw) < 2 or raw[1] != 1:
        return None
    head = {167: 6, 175: 6, 231: 6, 239: 6, 165: 2, 173: 2, 106: 2, 108: 2, 41: 1, 42: 1, 43: 1}
    return raw[2 + head.get(raw[0], 0) :]


def _text(kind: int, body: bytes) -> str:
    if len(body) < 6:
        raise ValueError("short")
    late, early = u32(body, 2), u32(body, 0)
    collation = late if _like_collation(late) or not _like_collation(early) else early
    if kind in (231, 239):
        return body[6:].decode("utf-16-le", "replace")
    page = code_page(collation, 0, 0)
    return texts.decode_one(body[6:], page.name or "gbk")[0]


def _like_collation(number: int) -> bool:
    return number & 0x3FF < 0x100 and bool(number & 0xF000)


def _decimal(scale: int, body: bytes) -> str:
    number = int.from_bytes(body[1:], "little")
    if scale > 38 or number >= 10**38 or not body:
        raise ValueError(scale)
    return _scaled(-number if body[0] == 0 else number, scale)


def _scaled(number: int, scale: int) -> str:
    digits = f"{abs(number):0{scale + 1}d}"
    shown = digits if not scale else f"{digits[:-scale]}.{digits[-scale:]}"
    return f"-{shown}" if number < 0 else shown


def _time(kind: int, scale: int, body: bytes) -> str:
    width = times.time_width(scale)
    if scale > 7 or len(body) < width + {41: 0, 42: 3, 43: 5}[kind]:
        raise ValueError(scale)
    units = int.from_bytes(body[:width], "little") * 10 ** (7 - scale)
    days = int.from_bytes(body[width : width + 3], "little") if kind != 41 else 0
    minutes = int.from_bytes(body[width + 3 : width + 5], "little", signed=True) if kind == 43 else 0
    shown = times.offset_text(units, days, minutes, scale)
    return shown if kind == 43 else shown[:-7] if kind == 42 else shown[11:-7]


def _plain(kind: int, raw: bytes) -> str:
    if kind in (48, 104):
        return str(raw[0])
    if kind in (52, 56, 127):
        return str(int.from_bytes(raw, "little", signed=True))
    if kind in (60, 122):
        return _scaled(int.from_bytes(raw, "little", signed=True), 4)
    if kind in (59, 62):
        return repr(float(np.frombuffer(raw, "<f4" if kind == 59 else "<f8")[0]))
    return _guid(raw) if kind == 36 else _datetime(kind, raw)


def _guid(raw: bytes) -> str:
    tail = raw[8:].hex().upper()
    return f"{u32(raw, 0):08X}-{u16(raw, 4):04X}-{u16(raw, 6):04X}-{tail[:4]}-{tail[4:]}"


def _datetime(kind: int, raw: bytes) -> str:
    if kind == 40:
        return dt.date.fromordinal(int.from_bytes(raw, "little") + 1).isoformat()
    base = dt.datetime(1900, 1, 1)
    if kind == 58:
        return (base + dt.timedelta(days=u16(raw, 2), minutes=u16(raw, 0))).isoformat(" ")
    days, ticks = int.from_bytes(raw[4:], "little", signed=True), u32(raw, 0)
    return (base + dt.timedelta(days=days, milliseconds=(ticks * 10 + 1) // 3)).isoformat(" ", "milliseconds")


def to_arrow(cells: Cells, nulls: npt.NDArray[np.bool_], losses: Losses, where: str) -> pa.Array:
    """A column of variants as strings."""
    out: list[str | None] = []
    for raw, null in zip(cells.items(), nulls.tolist(), strict=True):
        if raw is None or null:
            out.append(None)
            continue
        try:
            out.append(show(raw))
        except (ValueError, OverflowError, IndexError):
            losses.add("decode", where)
            out.append(None)
    return pa.array(out, pa.string())
