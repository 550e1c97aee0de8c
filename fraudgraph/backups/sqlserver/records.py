"""Records of the FixedVar form, found for many pages at once.

Byte 0: bits 1 to 3 say what it is (0 row, 1 forwarded row, 2 stub that points to one, 3 index, 4 piece of a large
value, 5 to 7 ghosts), bit 4 null bitmap, bit 5 variable columns, bit 0 the compressed form. u16 at +2: end of the
fixed part; there u16 columns and their null bits (absent without bit 4); then u16 count of variable columns,
their ends (0x8000: the value is a pointer or a sparse vector), their bytes. Sources: Paul Randal, "Anatomy of a
record"; Kalen Delaney, "SQL Server Internals".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.pages import HEADER, PAGE

__all__ = ["Cells", "Rows", "Slots", "find_rows", "find_slots", "gather", "word"]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NO_BITMAP = 0x7FFF
"""Stands for the count of columns of a record that has no null bitmap: all are there."""


@dataclass(slots=True)
class Cells:
    """One column of many rows: bytes end to end, where each starts, which are NULL.

    `complex` marks values that are pointers or vectors, to be followed before they mean anything.
    """

    data: Bytes
    offsets: Ints
    nulls: Bools
    complex: Bools | None = None

    def part(self, low: int, high: int) -> Cells:
        """Some of the rows."""
        offsets = self.offsets[low : high + 1]
        data = self.data[int(offsets[0]) : int(offsets[-1])]
        return Cells(data, offsets - offsets[0], self.nulls[low:high])

    def item(self, row: int) -> bytes:
        """The bytes of one row's value."""
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def items(self) -> list[bytes | None]:
        """All values as Python bytes; None for NULL."""
        raw, ends = self.data.tobytes(), self.offsets.tolist()
        return [None if null else raw[ends[k] : ends[k + 1]] for k, null in enumerate(self.nulls.tolist())]

    @staticmethod
    def of(values: list[bytes | None]) -> Cells:
        """Cells from Python values."""
        nulls = np.fromiter((value is None for value in values), bool, len(values))
        lengths = np.fromiter((len(value or b"") for value in values), np.int64, len(values))
        offsets = np.zeros(len(values) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Cells(np.frombuffer(b"".join(value or b"" for value in values), np.uint8), offsets, nulls)


def word(flat: Bytes, at: Ints) -> Ints:
    """Unsigned 16-bit numbers at many places; places past the end give what stands at the end."""
    top = len(flat) - 1
    low = flat[np.minimum(at, top)].astype(np.int64)
    return low | (flat[np.minimum(at + 1, top)].astype(np.int64) << 8)


def gather(flat: Bytes, start: Ints, length: Ints, nulls: Bools) -> Cells:
    """Copy many slices of a buffer end to end."""
    offsets = np.zeros(len(start) + 1, np.int64)
    np.cumsum(length, out=offsets[1:])
    total = int(offsets[-1])
    at = np.repeat(start - offsets[:-1], length)
    at += np.arange(total, dtype=np.int64)
    return Cells(flat[at], offsets, nulls)


@dataclass(slots=True)
class Slots:
    """Where records start, in a block of pages laid end to end."""

    flat: Bytes
    page: Ints
    start: Ints
    limit: Ints

    def keep(self, which: Bools) -> Slots:
        """Only some of the records."""
        return Slots(self.flat, self.page[which], self.start[which], self.limit[which])


def find_slots(pages: Bytes, names: list[str], losses: Losses) -> Slots:
    """The start of every record of a block of pages; impossible slots are counted as losses.

    Parameters
    ----------
    pages : array of bytes, one row a page
    names : list of str
        What to call each page in a report.
    losses : Losses
    """
    count = pages[:, 22].astype(np.int64) | (pages[:, 23].astype(np.int64) << 8)
    absurd = count > (PAGE - HEADER) // 3
    for number in np.flatnonzero(absurd).tolist():
        losses.add("page_broken", names[number])
    count[absurd] = 0
    page = np.repeat(np.arange(len(pages), dtype=np.int64), count)
    before = np.cumsum(count) - count
    slot = np.arange(len(page), dtype=np.int64) - before[page]
    flat = np.ascontiguousarray(pages).reshape(-1)
    table = flat.view("<u2").reshape(len(pages), PAGE // 2)
    at = table[page, PAGE // 2 - 1 - slot].astype(np.int64)
    end = PAGE - 2 * count[page]
    good = (at >= HEADER) & (at + 4 <= end)
    _tell("record", page[~good & (at != 0)], names, losses)
    page, at, end = page[good], at[good], end[good]
    return Slots(flat, page, page * PAGE + at, page * PAGE + end)


def _tell(kind: str, pages: Ints, names: list[str], losses: Losses) -> None:
    if len(pages):
        losses.add(kind, names[int(pages[0])], len(pages))


@dataclass(slots=True)
class Rows:
    """Rows of the FixedVar form: where their parts lie (absolute in `flat`)."""

    flat: Bytes
    page: Ints
    start: Ints
    limit: Ints
    fixed_end: Ints
    columns: Ints
    bitmap: Ints
    variables: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.start)

    def keep(self, which: Bools | slice) -> Rows:
        """Only some of the rows."""
        return Rows(
            self.flat, self.page[which], self.start[which], self.limit[which], self.fixed_end[which],
            self.columns[which], self.bitmap[which], self.variables[which], self.ends[which],
        )  # fmt: skip

    def null(self, bit: int) -> Bools:
        """Whether the column with this null bit (from 1) is NULL or not in the record at all."""
        if bit <= 0:
            return np.zeros(len(self), bool)
        at = self.bitmap + (bit - 1) // 8
        there = self.columns >= bit
        value = self.flat[np.minimum(np.where(there & (self.bitmap >= 0), at, 0), len(self.flat) - 1)]
        return ~there | ((((value >> ((bit - 1) % 8)) & 1) > 0) & (self.bitmap >= 0))

    def absent(self, bit: int) -> Bools:
        """Whether the record was written before the column was added."""
        return self.columns < bit if bit > 0 else np.zeros(len(self), bool)

    def fixed(self, offset: int, width: int) -> tuple[Bytes, Bools]:
        """A fixed column's bytes, one row each, and which records don't reach that far."""
        short = offset + width > self.fixed_end
        at = np.where(short, 0, self.start + offset)
        view = np.lib.stride_tricks.sliding_window_view(self.flat, width)
        return view[at], short

    def variable(self, ordinal: int) -> tuple[Ints, Ints, Bools]:
        """Start and length of a variable column (from 0), and whether it is a pointer."""
        there = self.variables > ordinal
        end = word(self.flat, self.ends + 2 * ordinal)
        first = self.ends + 2 * self.variables - self.start
        start = first if ordinal == 0 else word(self.flat, self.ends + 2 * (ordinal - 1)) & 0x7FFF
        pointer = there & ((end & 0x8000) > 0)
        end &= 0x7FFF
        size = end - start
        there &= (size > 0) & (self.start + end <= self.limit) & (start >= first)
        return np.where(there, self.start + start, 0), np.where(there, size, 0), pointer & there


def find_rows(slots: Slots, names: list[str], losses: Losses) -> Rows:
    """The rows among records of the FixedVar form; ghosts, stubs and index records are passed over."""
    flat = slots.flat
    status = flat[slots.start]
    kind = (status >> 1) & 7
    slots = slots.keep(((status & 1) == 0) & (kind <= 1))
    start, limit = slots.start, slots.limit
    status = flat[start]
    has_bitmap, has_variable = (status & 0x10) > 0, (status & 0x20) > 0
    fixed_end = word(flat, start + 2)
    good = (fixed_end >= 4) & (start + fixed_end <= limit)
    at = np.where(good, start + fixed_end, 0)
    columns = np.where(has_bitmap, word(flat, at), 0)
    after = at + np.where(has_bitmap, 2 + (columns + 7) // 8, 0)
    good &= after <= limit
    variables = np.where(has_variable & good, word(flat, after), 0)
    ends = after + 2
    data = np.where(variables > 0, ends + 2 * variables, after)
    good &= data <= limit
    last = word(flat, np.where(good & (variables > 0), ends + 2 * (variables - 1), 0)) & 0x7FFF
    stop = np.where(variables > 0, np.maximum(data, start + last), data)
    good &= stop <= limit
    _tell("record", slots.page[~good], names, losses)
    used = np.bincount(slots.page[good], (stop - start)[good], minlength=len(names))
    for number in np.flatnonzero(used > PAGE).tolist():
        losses.add("page_broken", names[number])
    if (used > PAGE).any():
        good &= used[slots.page] <= PAGE
    columns = np.where(
        has_bitmap, columns, NO_BITMAP
    )  # records of sparse columns only say nothing of columns
    bitmap = np.where(has_bitmap, at + 2, -1)
    rows = Rows(flat, slots.page, start, limit, fixed_end, columns, bitmap, variables, ends)
    return rows.keep(good)
