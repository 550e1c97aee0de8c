"""Compressed records (CD) and the compression information of a page (anchor, dictionary).

Record: byte 0 (bit 0 this form, bits 2 to 4 kind: 0 row, 2 stub, 4 forwarded row, odd ghosts, 6 index; bit 5 long
values), count of columns (one byte, or two with 0x80), four bits a column: 0 NULL, 1 empty, 2 to 9 that many bytes
less one, 10 long, 11 a bit that is 1, 12 a symbol of the page's dictionary. Then a byte for each cluster of 30
columns but the last, the short values, and for long ones: a byte, u16 count, u16 ends (0x8000: a pointer), a byte
for each cluster but the last, the values. On the page (+96): flags (2 anchor, 4 dictionary), u16, one u16 end for
each part, the anchor as a record of this form, the dictionary (u16 count, u16 ends, entries). A column with an
anchor stores a length and what follows the anchor's first so many bytes. Sources: Microsoft, "Page compression
implementation"; Kalen Delaney, "SQL Server 2008 Internals", chapter 7; PROVENANCE.md of BusinessCentral.BakReader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.anchors import PageParts, locate, page_parts, prefixed
from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.pages import PAGE
from fraudgraph.backups.sqlserver.records import Cells, Slots, gather

__all__ = ["CompressedRows", "find_compressed"]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LARGEST_ROW = 16_384
"""More than any row holds in itself: what a dictionary makes of a record is held against it."""


@dataclass(slots=True)
class CompressedRows:
    """Compressed rows of a block of pages: code, start and length of every value."""

    flat: Bytes
    page: Ints
    codes: npt.NDArray[np.uint8]
    start: Ints
    length: Ints
    pointer: Bools
    parts: dict[int, PageParts]

    def __len__(self) -> int:
        return len(self.page)

    def keep(self, which: Bools | slice) -> CompressedRows:
        """Only some of the rows."""
        return CompressedRows(
            self.flat, self.page[which], self.codes[which], self.start[which], self.length[which],
            self.pointer[which], self.parts,
        )  # fmt: skip

    def absent(self, column: int) -> Bools:
        """Whether the record was written before the column (from 1) was added."""
        if column > self.codes.shape[1]:
            return np.ones(len(self), bool)
        return np.asarray(self.codes[:, column - 1] == 255)

    def cells(self, column: int) -> Cells:
        """Values of one column (from 1); a bit that is 1 comes as the byte 1."""
        if column > self.codes.shape[1] or column < 1:
            nulls = np.ones(len(self), bool)
            return Cells(np.zeros(0, np.uint8), np.zeros(len(self) + 1, np.int64), nulls)
        codes = self.codes[:, column - 1]
        nulls = np.asarray((codes == 0) | (codes == 255))
        pointer = self.pointer[:, column - 1]
        anchored = any(
            part.dictionary or (column <= len(part.anchor) and part.anchor[column - 1])
            for part in self.parts.values()
        )
        if anchored:
            cells = self._resolve(column, codes, nulls)
        else:
            cells = gather(self.flat, self.start[:, column - 1], self.length[:, column - 1], nulls)
        ones = codes == 11
        if ones.any():
            cells = _with_ones(cells, ones)
        cells.complex = pointer if pointer.any() else None
        return cells

    def _resolve(self, column: int, codes: npt.NDArray[np.uint8], nulls: Bools) -> Cells:
        """Put anchors and dictionary entries in their places."""
        raw = gather(self.flat, self.start[:, column - 1], self.length[:, column - 1], nulls).items()
        symbols = codes == 12
        for row, page in enumerate(self.page.tolist()):
            value = raw[row]
            part = self.parts.get(page)
            if value is None or part is None or codes[row] == 11:
                continue
            if symbols[row]:
                value = part.dictionary[value[0]] if value[0] < len(part.dictionary) else b""
            anchor = part.anchor[column - 1] if column <= len(part.anchor) else None
            raw[row] = prefixed(anchor, value, empty=codes[row] == 1) if anchor else value
        return Cells.of(raw)


def _with_ones(cells: Cells, ones: Bools) -> Cells:
    """Bits that are 1, which have no bytes of their own, as the byte 1."""
    if len(cells.data) == 0:
        offsets = np.zeros(len(ones) + 1, np.int64)
        np.cumsum(ones, out=offsets[1:])
        return Cells(np.ones(int(offsets[-1]), np.uint8), offsets, cells.nulls)
    values = cells.items()
    for row in np.flatnonzero(ones).tolist():
        values[row] = b"\x01"
    return Cells.of(values)


def find_compressed(slots: Slots, pages: Bytes, names: list[str], losses: Losses) -> CompressedRows | None:
    """The compressed rows among records; None if there are none.

    Parameters
    ----------
    slots : Slots
    pages : array of bytes
        The block that the slots are of.
    names : list of str
        What to call each page in a report.
    losses : Losses
    """
    flat = slots.flat
    head = flat[slots.start]
    kind = (head >> 2) & 7
    slots = slots.keep(((head & 1) > 0) & ((kind == 0) | (kind == 4)))
    if not len(slots.start):
        return None
    parts: dict[int, PageParts] = {}
    broken: list[int] = []
    for page in np.unique(slots.page).tolist():
        if pages[page, 2] & 0x80:
            found = page_parts(pages[page].tobytes())
            if found is None:
                broken.append(page)
                losses.add("page_broken", names[page])
            else:
                parts[page] = found
    if broken:
        slots = slots.keep(~np.isin(slots.page, broken))
    first = flat[np.minimum(slots.start + 1, len(flat) - 1)].astype(np.int64)
    second = flat[np.minimum(slots.start + 2, len(flat) - 1)].astype(np.int64)
    wide = first >= 0x80
    count = np.where(wide, (first & 0x7F) << 8 | second, first)
    return _assemble(slots, count, wide, parts, names, losses)


def _assemble(
    slots: Slots, count: Ints, wide: Bools, parts: dict[int, PageParts], names: list[str], losses: Losses
) -> CompressedRows:
    good = (count > 0) & (slots.start + 2 + (count + 1) // 2 <= slots.limit)
    most = int(count[good].max(initial=0))
    total = len(count)
    codes = np.full((total, most), 255, np.uint8)
    start, length = np.zeros((total, most), np.int64), np.zeros((total, most), np.int64)
    pointer = np.zeros((total, most), bool)
    for columns in np.unique(count[good]).tolist():
        for two in (False, True):
            rows = np.flatnonzero(good & (count == columns) & (wide == two))
            if not len(rows):
                continue
            found = locate(slots.flat, slots.start[rows], slots.limit[rows], columns, int(two))
            good[rows] = found.good
            codes[rows, :columns], pointer[rows, :columns] = found.codes, found.pointer
            start[rows, :columns], length[rows, :columns] = found.start, found.length
    heavy = length.sum(axis=1) + 3
    used = np.bincount(slots.page, np.where(good, heavy, 0), minlength=len(names))
    overlapping = used > PAGE
    good &= ~overlapping[slots.page] & (_meant(codes, slots.page, parts, length) <= LARGEST_ROW)
    bad = np.flatnonzero(~good)
    if len(bad):
        losses.add("record", names[int(slots.page[bad[0]])], len(bad))
    rows_all = CompressedRows(slots.flat, slots.page, codes, start, length, pointer, parts)
    return rows_all.keep(good)


def _meant(codes: npt.NDArray[np.uint8], page: Ints, parts: dict[int, PageParts], length: Ints) -> Ints:
    """An upper bound of the bytes that each record means once anchors and dictionary are put in."""
    meant = length.sum(axis=1)
    symbols = (codes == 12).sum(axis=1)
    for number, part in parts.items():
        here = page == number
        longest = max((len(entry) for entry in part.dictionary), default=0)
        anchors = sum(len(anchor or b"") for anchor in part.anchor)
        if longest * codes.shape[1] + anchors > LARGEST_ROW // 2:
            meant[here] += symbols[here] * longest + anchors
    return np.asarray(meant, dtype=np.int64)
