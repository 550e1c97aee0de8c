"""Bytes of a column become an Arrow array, for both forms of record.

Sources: Microsoft, "Data types (Transact-SQL)" for ranges; Kalen Delaney, "SQL Server Internals" for storage;
[MS-TDS] 2.2.5.5 for date and time by scale; PROVENANCE.md of BusinessCentral.BakReader for compressed values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver import decimals, texts, times, variants
from fraudgraph.backups.sqlserver.arrays import booleans, numbers
from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.records import Cells
from fraudgraph.backups.sqlserver.types import ColumnType

__all__ = ["Raw", "to_arrow", "unbias"]

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

INTEGERS: dict[int, tuple[pa.DataType, str]] = {
    48: (pa.uint8(), "u1"), 52: (pa.int16(), "<i2"), 56: (pa.int32(), "<i4"), 127: (pa.int64(), "<i8"),
}  # fmt: skip
MONEY = {60: 8, 122: 4}


@dataclass(slots=True)
class Raw:
    """A column's bytes as found: a matrix (fixed columns) or cells (variable and compressed ones)."""

    nulls: Bools
    matrix: Bytes | None = None
    cells: Cells | None = None
    compressed: bool = False
    bit: int = 0

    def part(self, low: int, high: int) -> Raw:
        """Some of the rows."""
        matrix = None if self.matrix is None else self.matrix[low:high]
        cells = None if self.cells is None else self.cells.part(low, high)
        return Raw(self.nulls[low:high], matrix, cells, self.compressed, self.bit)


def widths(cells: Cells) -> Ints:
    """Length of every cell."""
    return np.diff(cells.offsets)


def padded(cells: Cells, width: int, *, right: bool, fill: int = 0) -> Bytes:
    """Cells as a matrix: bytes at the left (right=False) or right end, the rest filled; longer cells are cut."""
    size = np.minimum(widths(cells), width)
    out = np.full((len(size), width), fill, np.uint8)
    row = np.repeat(np.arange(len(size)), size)
    within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    shift = np.repeat(width - size, size) if right else 0
    out[row, within + shift] = cells.data[np.repeat(cells.offsets[:-1], size) + within]
    return out


def unbias(cells: Cells, *, signed: bool = True) -> Ints:
    """Integers of compressed rows: highest byte first, shortened, with half of the range added if signed."""
    size = np.minimum(widths(cells), 8)
    raw = padded(cells, 8, right=True).view(">u8").ravel().astype(np.uint64)
    if not signed:
        return raw.astype(np.int64)
    half = np.where(size > 0, np.uint64(1) << (8 * np.maximum(size, 1) - 1).astype(np.uint64), np.uint64(0))
    return (raw - half).view(np.int64)


def _matrix(raw: Raw, width: int, *, right: bool = False) -> Bytes:
    if raw.matrix is not None:
        return np.ascontiguousarray(raw.matrix)
    assert raw.cells is not None
    return padded(raw.cells, width, right=right)


def _integer(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    arrow, code = INTEGERS[kind.xtype]
    if not raw.compressed or raw.cells is None:
        return numbers(_matrix(raw, np.dtype(code).itemsize).view(code).ravel(), raw.nulls, arrow)
    values = unbias(raw.cells, signed=kind.xtype != 48)
    info = np.iinfo(code)
    wrong = ~raw.nulls & ((values < info.min) | (values > info.max))
    losses.add("decode", where, int(wrong.sum()))
    nulls = raw.nulls | wrong
    return numbers(np.where(nulls, 0, values).astype(code), nulls, arrow)


def _bit(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    if raw.matrix is not None:
        return booleans((raw.matrix[:, 0] >> raw.bit) & 1 > 0, raw.nulls)
    return booleans(_matrix(raw, 1)[:, 0] > 0, raw.nulls)


def _float(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    width = 4 if kind.xtype == 59 else 8
    code, arrow = ("<f4", pa.float32()) if width == 4 else ("<f8", pa.float64())
    return numbers(_matrix(raw, width, right=raw.compressed).view(code).ravel(), raw.nulls, arrow)


def _money(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    width = MONEY[kind.xtype]
    if raw.compressed and raw.cells is not None:
        values = unbias(raw.cells)
    else:
        matrix = _matrix(raw, width)
        values = matrix.view("<i8" if width == 8 else "<i4").ravel().astype(np.int64)
    return decimals.from_int64(values, raw.nulls, 19 if width == 8 else 10, 4)


def _decimal(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    if raw.matrix is not None:
        return decimals.from_fixed(raw.matrix, raw.nulls, kind.precision, kind.scale, losses, where)
    assert raw.cells is not None
    return decimals.from_vardecimal(raw.cells, raw.nulls, kind.precision, kind.scale, losses, where)


def _guid(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    matrix = _matrix(raw, 16)
    order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    digits = np.frombuffer(b"0123456789ABCDEF", np.uint8)
    both = matrix[:, order]
    text = np.full((len(both), 36), ord("-"), np.uint8)
    places = np.array([k + (k >= 8) + (k >= 12) + (k >= 16) + (k >= 20) for k in range(32)])
    text[:, places[0::2]], text[:, places[1::2]] = digits[both >> 4], digits[both & 15]
    offsets = np.arange(len(both) + 1, dtype=np.int32) * 36
    return texts.string_array(np.ascontiguousarray(text).reshape(-1), offsets, raw.nulls)


def _cells(raw: Raw) -> Cells:
    if raw.cells is not None:
        return raw.cells
    assert raw.matrix is not None
    width = raw.matrix.shape[1]
    offsets = np.arange(len(raw.matrix) + 1, dtype=np.int64) * width
    return Cells(np.ascontiguousarray(raw.matrix).reshape(-1), offsets, raw.nulls)


def _fixed_cells(raw: Raw, width: int, fill: bytes) -> Cells:
    """Cells of char(n), nchar(n), binary(n), which compression has shortened."""
    cells = _cells(raw)
    if not raw.compressed or width <= 0:
        return cells
    size = widths(cells)
    if (size >= width).all():
        return cells
    matrix = padded(cells, width, right=False)
    beyond = np.arange(width) >= size[:, None]
    matrix = np.where(beyond, np.resize(np.frombuffer(fill, np.uint8), width), matrix)
    return Cells(matrix.reshape(-1), np.arange(len(size) + 1, dtype=np.int64) * width, cells.nulls)


def _unicode(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    cells = _cells(raw)
    if raw.compressed and kind.length != -1 and kind.xtype != 99:
        cells = texts.expand(cells, losses, where)
    if kind.xtype == 239:
        wide = Raw(raw.nulls, cells=cells, compressed=raw.compressed)
        cells = _fixed_cells(wide, kind.length, b" \0")
    return texts.from_utf16(cells, raw.nulls, losses, where)


def _text(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    cells = _fixed_cells(raw, kind.length, b" ") if kind.xtype == 175 else _cells(raw)
    return texts.from_code_page(cells, raw.nulls, kind.page, losses, where)


def _binary(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    cells = _fixed_cells(raw, kind.length, b"\0") if kind.xtype == 173 else _cells(raw)
    return texts.binary_array(cells, raw.nulls)


def _rowversion(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    matrix = _matrix(raw, 8, right=True)
    if not raw.compressed:
        matrix = matrix[:, ::-1]
    data = np.ascontiguousarray(matrix).reshape(-1)
    offsets = np.arange(len(matrix) + 1, dtype=np.int64) * 8
    return texts.binary_array(Cells(data, offsets, raw.nulls), raw.nulls)


def _datetime(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    if raw.compressed and raw.cells is not None:
        whole = unbias(raw.cells)
        days, ticks = whole >> 32, whole & 0xFFFFFFFF
    else:
        both = _matrix(raw, 8).view("<i4").reshape(-1, 2).astype(np.int64)
        days, ticks = both[:, 1], both[:, 0]
    return times.datetime(days, ticks, raw.nulls, losses, where)


def _smalldatetime(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    if raw.compressed and raw.cells is not None:
        days, minutes = times.guess_small(unbias(raw.cells), unbias(raw.cells, signed=False))
    else:
        both = _matrix(raw, 4).view("<u2").reshape(-1, 2).astype(np.int64)
        days, minutes = both[:, 1], both[:, 0]
    return times.datetime(days, minutes * 18000, raw.nulls, losses, where, unit="s")


def _date(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    return times.date(_matrix(raw, 3), raw.nulls, losses, where)


def _time(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    return times.time(_matrix(raw, times.time_width(kind.scale)), kind.scale, raw.nulls, losses, where)


def _datetime2(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    matrix = _matrix(raw, times.time_width(kind.scale) + 3)
    return times.datetime2(matrix, kind.scale, raw.nulls, losses, where)


def _datetimeoffset(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    matrix = _matrix(raw, times.time_width(kind.scale) + 5)
    return times.datetimeoffset(matrix, kind.scale, raw.nulls, losses, where)


def _variant(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    return variants.to_arrow(_cells(raw), raw.nulls, kind, losses, where)


_BY_TYPE: dict[int, Callable[[Raw, ColumnType, Losses, str], pa.Array]] = {
    34: _binary, 35: _text, 36: _guid, 40: _date, 41: _time, 42: _datetime2, 43: _datetimeoffset,
    48: _integer, 52: _integer, 56: _integer, 58: _smalldatetime, 59: _float, 60: _money, 61: _datetime,
    62: _float, 98: _variant, 99: _unicode, 104: _bit, 106: _decimal, 108: _decimal, 122: _money, 127: _integer,
    165: _binary, 167: _text, 173: _binary, 175: _text, 189: _rowversion, 231: _unicode, 239: _unicode,
    240: _binary,
}  # fmt: skip


def to_arrow(raw: Raw, kind: ColumnType, losses: Losses, where: str) -> pa.Array:
    """The Arrow array of a column.

    Parameters
    ----------
    raw : Raw
    kind : ColumnType
    losses : Losses
        Counts values that don't fit their type.
    where : str
        Table and column, for the report.
    """
    return _BY_TYPE[kind.xtype](raw, kind, losses, where)
