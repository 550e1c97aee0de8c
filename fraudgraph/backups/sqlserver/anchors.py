"""Where values lie in a compressed record, and the compression information of a page (see compressed.py)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.pages import PAGE, u16
from fraudgraph.backups.sqlserver.records import word

__all__ = ["Located", "PageParts", "locate", "page_parts", "prefixed"]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
CLUSTER = 30


@dataclass(slots=True)
class PageParts:
    """A page's anchor (by column) and dictionary."""

    anchor: list[bytes | None]
    dictionary: list[bytes]


def prefixed(anchor: bytes, value: bytes, *, empty: bool) -> bytes:
    """The value that a stored one means beside its column's anchor."""
    if empty or not value:
        return anchor
    if value[0] & 0x80 and len(value) > 1:
        return anchor[: (value[0] & 0x7F) << 8 | value[1]] + value[2:]
    return anchor[: value[0]] + value[1:]


@dataclass(slots=True)
class Located:
    """Codes, starts, lengths and pointer marks of every value; `good` marks sound records."""

    good: Bools
    codes: npt.NDArray[np.uint8]
    start: Ints
    length: Ints
    pointer: Bools


def locate(flat: Bytes, at: Ints, limit: Ints, columns: int, wide: int) -> Located:
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
    return Located(good, codes, start, size, pointer)


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


def page_parts(page: bytes) -> PageParts | None:
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
    return PageParts(anchor, entries)


def _anchor(page: bytes, at: int, limit: int) -> list[bytes | None] | None:
    flat = np.frombuffer(page, np.uint8)
    count, wide = page[at + 1], 0
    if count & 0x80:
        count, wide = (count & 0x7F) << 8 | page[at + 2], 1
    if count > 1024 * 4:
        return None
    found = locate(flat, np.array([at]), np.array([limit]), count, wide)
    if not found.good[0]:
        return None
    out: list[bytes | None] = []
    for column in range(count):
        start, size = int(found.start[0, column]), int(found.length[0, column])
        out.append(page[start : start + size] if found.codes[0, column] >= 2 else None)
    return out
