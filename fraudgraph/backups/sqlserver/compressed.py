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

from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.pages import PAGE, u16
from fraudgraph.backups.sqlserver.records import Cells, Slots, gather, word

__all__ = ["CompressedRows", "find_compressed"]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
CLUSTER = 30
LARGEST_ROW = 16_384
"""More than any row holds in itself: what a dictionary makes of a record is held against it."""


@dataclass(slots=True)
class _Page:
    """A page's anchor (by column) and dictionary."""

    anchor: list[bytes | None]
    dictionary: list[bytes]


@dataclass(slots=True)
class CompressedRows:
    """Compressed rows of a block of pages: code, start and length of every value."""

    flat: Bytes
    page: Ints
    codes: npt.NDArray[np.uint8]
    start: Ints
    length: Ints
    pointer: Bools
    parts: dict[int, _Page]

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
            values = cells.items()
            for row in np.flatnonzero(ones).tolist():
                values[row] = b"\x01"
            cells = Cells.of(values)
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
            raw[row] = _prefixed(anchor, value, empty=codes[row] == 1) if anchor else value
        return Cells.of(raw)


def _prefixed(anchor: bytes, value: bytes, *, empty: bool) -> bytes:
    """The value that a stored one means beside its column's anchor."""
    if empty or not value:
        return anchor
    if value[0] & 0x80 and len(value) > 1:
        return anchor[: (value[0] & 0x7F) << 8 | value[1]] + value[2:]
    return anchor[: value[0]] + value[1:]


@dataclass(slots=True)
class _Located:
    good: Bools
    codes: npt.NDArray[np.uint8]
    start: Ints
    length: Ints
    pointer: Bools


def _locate(flat: Bytes, at: Ints, limit: Ints, columns: int, wide: int) -> _Located:
    """Where the values of records with the same count of columns lie."""
    packed = (columns + 1) // 2
    first = at + 2 + wide
    good = first + packed <= limit
    top = max(len(flat) - packed, 0)
    view = np.lib.stride_tricks.sliding_window_view(flat, max(packed, 1))
    nibbles = view[np.minimum(first, top)][:, :packed]
    codes = np.empty((len(at), packed * 2), np.uint8)
    codes[:, 0::2], codes[:, 1::2] = nibbles & 15, nibbles >> 4
    codes = codes[:, :columns]
    good &= ~(codes > 12).any(axis=1)
    size = np.where((codes >= 2) & (codes <= 9), codes.astype(np.int64) - 1, (codes == 12).astype(np.int64))
    clusters = (columns + CLUSTER - 1) // CLUSTER
    short = first + packed + max(clusters - 1, 0)
    ends = short[:, None] + np.cumsum(size, axis=1)
    start = ends - size
    after = ends[:, -1] if columns else short
    good &= after <= limit
    is_long = codes == 10
    pointer = np.zeros(codes.shape, bool)
    rows = np.flatnonzero(is_long.any(axis=1) & good)
    if len(rows):
        _locate_long(flat, rows, is_long, after, limit, clusters, good, start, size, pointer)
    return _Located(good, codes, start, size, pointer)


def _locate_long(
    flat: Bytes, rows: Ints, is_long: Bools, after: Ints, limit: Ints, clusters: int,
    good: Bools, start: Ints, size: Ints, pointer: Bools,
) -> None:  # fmt: skip
    """Fill in where long values lie (in place)."""
    head = after[rows]
    count = word(flat, head + 1)
    data = head + 3 + 2 * count + max(clusters - 1, 0)
    rank = np.cumsum(is_long[rows], axis=1) - 1
    fine = (head + 3 <= limit[rows]) & (data <= limit[rows]) & (rank[:, -1] < count)
    fine &= (flat[np.minimum(head, len(flat) - 1)] & 1) > 0
    good[rows[~fine]] = False
    rows, head, data, rank = rows[fine], head[fine], data[fine], rank[fine]
    row, column = np.nonzero(is_long[rows])
    place = rank[row, column]
    end = word(flat, head[row] + 3 + 2 * place)
    before = np.where(place > 0, word(flat, head[row] + 3 + 2 * np.maximum(place - 1, 0)) & 0x7FFF, 0)
    pointer[rows[row], column] = (end & 0x8000) > 0
    end &= 0x7FFF
    start[rows[row], column] = data[row] + before
    size[rows[row], column] = np.maximum(end - before, 0)
    wrong = (end < before) | (data[row] + end > limit[rows[row]])
    good[rows[row[wrong]]] = False


def _information(page: bytes) -> _Page | None:
    """Anchor and dictionary of a page; None if they contradict themselves."""
    flags = page[96]
    at = 99
    anchor_end = dictionary_end = 0
    if flags & 2:
        anchor_end, at = u16(page, at), at + 2
    if flags & 4:
        dictionary_end, at = u16(page, at), at + 2
    anchor: list[bytes | None] = []
    if flags & 2:
        if 96 + anchor_end > PAGE or 96 + anchor_end < at + 2:
            return None
        found = _anchor(page, at, 96 + anchor_end)
        if found is None:
            return None
        anchor, at = found, 96 + anchor_end
    entries: list[bytes] = []
    if flags & 4:
        count = u16(page, at)
        base, stop = at + 2 + 2 * count, 96 + dictionary_end
        if stop > PAGE or base > stop:
            return None
        begin = base
        for k in range(count):
            end = at + u16(page, at + 2 + 2 * k)
            if not begin <= end <= stop:
                return None
            entries.append(page[begin:end])
            begin = end
    return _Page(anchor, entries)


def _anchor(page: bytes, at: int, limit: int) -> list[bytes | None] | None:
    flat = np.frombuffer(page, np.uint8)
    count, wide = page[at + 1], 0
    if count & 0x80:
        count, wide = (count & 0x7F) << 8 | page[at + 2], 1
    if count > 1024 * 4:
        return None
    found = _locate(flat, np.array([at]), np.array([limit]), count, wide)
    if not found.good[0]:
        return None
    out: list[bytes | None] = []
    for column in range(count):
        start, size = int(found.start[0, column]), int(found.length[0, column])
        out.append(page[start : start + size] if found.codes[0, column] >= 2 else None)
    return out


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
    parts: dict[int, _Page] = {}
    broken: list[int] = []
    for page in np.unique(slots.page).tolist():
        if pages[page, 2] & 0x80:
            found = _information(pages[page].tobytes())
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
    slots: Slots, count: Ints, wide: Bools, parts: dict[int, _Page], names: list[str], losses: Losses
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
            found = _locate(slots.flat, slots.start[rows], slots.limit[rows], columns, int(two))
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


def _meant(codes: npt.NDArray[np.uint8], page: Ints, parts: dict[int, _Page], length: Ints) -> Ints:
    """An upper bound of the bytes that each record means once anchors and dictionary are put in."""
    meant = length.sum(axis=1)
    symbols = (codes == 12).sum(axis=1)
    for number, part in parts.items():
        here = page == number
        longest = max((len(entry) for entry in part.dictionary), default=0)
        anchors = sum(len(anchor or b"") for anchor in part.anchor)
        if longest * codes.shape[1] + anchors > LARGEST_ROW // 2:
            meant[here] += symbols[here] * longest + anchors
    return meant
