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
    """A column's bytes as found: a matrix (fixed columns) or cells (variable and compressed ones).

    `absent` marks rows written before the column was added: its default, if the catalogue keeps one, is theirs.
    """

    nulls: Bools
    matrix: Bytes | None = None
    cells: Cells | None = None
    compressed: bool = False
    bit: int = 0
    absent: Bools | None = None

    def part(self, low: int, high: int) -> Raw:
        """Some of the rows."""
        matrix = None if self.matrix is None else self.matrix[low:high]
        cells = None if self.cells is None else self.cells.part(low, high)
        absent = None if self.absent is None else self.absent[low:high]
        return Raw(self.nulls[low:high], matrix, cells, self.compressed, self.bit, absent)


@dataclass(frozen=True, slots=True)
class Task:
    """A column to be turned into Arrow: its bytes, its type, and where losses are told."""

    raw: Raw
    kind: ColumnType
    losses: Losses
    where: str


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


def _integer(task: Task) -> pa.Array:
    arrow, code = INTEGERS[task.kind.xtype]
    if not task.raw.compressed or task.raw.cells is None:
        return numbers(_matrix(task.raw, np.dtype(code).itemsize).view(code).ravel(), task.raw.nulls, arrow)
    values = unbias(task.raw.cells, signed=task.kind.xtype != 48)
    info = np.iinfo(code)
    wrong = ~task.raw.nulls & ((values < info.min) | (values > info.max))
    task.losses.add("decode", task.where, int(wrong.sum()))
    nulls = task.raw.nulls | wrong
    return numbers(np.where(nulls, 0, values).astype(code), nulls, arrow)


def _bit(task: Task) -> pa.Array:
    if task.raw.matrix is not None:
        return booleans((task.raw.matrix[:, 0] >> task.raw.bit) & 1 > 0, task.raw.nulls)
    return booleans(_matrix(task.raw, 1)[:, 0] > 0, task.raw.nulls)


def _float(task: Task) -> pa.Array:
    width = 4 if task.kind.xtype == 59 else 8
    code, arrow = ("<f4", pa.float32()) if width == 4 else ("<f8", pa.float64())
    return numbers(
        _matrix(task.raw, width, right=task.raw.compressed).view(code).ravel(), task.raw.nulls, arrow
    )


def _money(task: Task) -> pa.Array:
    width = MONEY[task.kind.xtype]
    if task.raw.compressed and task.raw.cells is not None:
        values = unbias(task.raw.cells)
    else:
        matrix = _matrix(task.raw, width)
        values = matrix.view("<i8" if width == 8 else "<i4").ravel().astype(np.int64)
    return decimals.from_int64(values, task.raw.nulls, 19 if width == 8 else 10, 4)


def _decimal(task: Task) -> pa.Array:
    if task.raw.matrix is not None:
        return decimals.from_fixed(
            task.raw.matrix, task.raw.nulls, task.kind.precision, task.kind.scale, task.losses, task.where
        )
    assert task.raw.cells is not None
    return decimals.from_vardecimal(
        task.raw.cells, task.raw.nulls, task.kind.precision, task.kind.scale, task.losses, task.where
    )


def _guid(task: Task) -> pa.Array:
    matrix = _matrix(task.raw, 16)
    order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    digits = np.frombuffer(b"0123456789ABCDEF", np.uint8)
    both = matrix[:, order]
    text = np.full((len(both), 36), ord("-"), np.uint8)
    places = np.array([k + (k >= 8) + (k >= 12) + (k >= 16) + (k >= 20) for k in range(32)])
    text[:, places[0::2]], text[:, places[1::2]] = digits[both >> 4], digits[both & 15]
    offsets = np.arange(len(both) + 1, dtype=np.int32) * 36
    return texts.string_array(np.ascontiguousarray(text).reshape(-1), offsets, task.raw.nulls)


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


def _unicode(task: Task) -> pa.Array:
    cells = _cells(task.raw)
    if task.raw.compressed and task.kind.length != -1 and task.kind.xtype != 99:
        cells = texts.expand(cells, task.losses, task.where)
    if task.kind.xtype == 239:
        wide = Raw(task.raw.nulls, cells=cells, compressed=task.raw.compressed)
        cells = _fixed_cells(wide, task.kind.length, b" \0")
    return texts.from_utf16(cells, task.raw.nulls, task.losses, task.where)


def _text(task: Task) -> pa.Array:
    cells = _fixed_cells(task.raw, task.kind.length, b" ") if task.kind.xtype == 175 else _cells(task.raw)
    return texts.from_code_page(cells, task.raw.nulls, task.kind.page, task.losses, task.where)


def _binary(task: Task) -> pa.Array:
    cells = _fixed_cells(task.raw, task.kind.length, b"\0") if task.kind.xtype == 173 else _cells(task.raw)
    return texts.binary_array(cells, task.raw.nulls)


def _rowversion(task: Task) -> pa.Array:
    matrix = _matrix(task.raw, 8, right=True)
    if not task.raw.compressed:
        matrix = matrix[:, ::-1]
    data = np.ascontiguousarray(matrix).reshape(-1)
    offsets = np.arange(len(matrix) + 1, dtype=np.int64) * 8
    return texts.binary_array(Cells(data, offsets, task.raw.nulls), task.raw.nulls)


def _datetime(task: Task) -> pa.Array:
    if task.raw.compressed and task.raw.cells is not None:
        whole = unbias(task.raw.cells)
        days, ticks = whole >> 32, whole & 0xFFFFFFFF
    else:
        both = _matrix(task.raw, 8).view("<i4").reshape(-1, 2).astype(np.int64)
        days, ticks = both[:, 1], both[:, 0]
    return times.datetime(days, ticks, task.raw.nulls, task.losses, task.where)


def _smalldatetime(task: Task) -> pa.Array:
    if task.raw.compressed and task.raw.cells is not None:
        days, minutes = times.guess_small(unbias(task.raw.cells), unbias(task.raw.cells, signed=False))
    else:
        both = _matrix(task.raw, 4).view("<u2").reshape(-1, 2).astype(np.int64)
        days, minutes = both[:, 1], both[:, 0]
    return times.datetime(days, minutes * 18000, task.raw.nulls, task.losses, task.where, unit="s")


def _date(task: Task) -> pa.Array:
    return times.date(_matrix(task.raw, 3), task.raw.nulls, task.losses, task.where)


def _time(task: Task) -> pa.Array:
    return times.time(
        _matrix(task.raw, times.time_width(task.kind.scale)),
        task.kind.scale,
        task.raw.nulls,
        task.losses,
        task.where,
    )


def _datetime2(task: Task) -> pa.Array:
    matrix = _matrix(task.raw, times.time_width(task.kind.scale) + 3)
    return times.datetime2(matrix, task.kind.scale, task.raw.nulls, task.losses, task.where)


def _datetimeoffset(task: Task) -> pa.Array:
    matrix = _matrix(task.raw, times.time_width(task.kind.scale) + 5)
    return times.datetimeoffset(matrix, task.kind.scale, task.raw.nulls, task.losses, task.where)


def _variant(task: Task) -> pa.Array:
    return variants.to_arrow(_cells(task.raw), task.raw.nulls, task.losses, task.where)


_BY_TYPE: dict[int, Callable[[Task], pa.Array]] = {
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
    return _BY_TYPE[kind.xtype](Task(raw, kind, losses, where))
