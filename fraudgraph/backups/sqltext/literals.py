"""Rows of literals, `(1,'a',NULL),(2,…)`, cut into cells with numpy: no Python step per value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqltext.dialect import Dialect

__all__ = ["BARE", "BITS", "HEX", "NULL", "QUOTED", "UNKNOWN", "Cells", "OddRowsError", "beside_heads", "cut_rows", "escapers", "gathered", "quotes"]  # fmt: skip

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

NULL, BARE, QUOTED, HEX, BITS, UNKNOWN = range(6)
_QUOTE, _OPEN, _CLOSE, _COMMA, _ODD = 1, 2, 3, 4, 5
_CLASS = np.zeros(256, dtype=np.uint8)
_CLASS[[39, 40, 41, 44]] = _QUOTE, _OPEN, _CLOSE, _COMMA
_CLASS[list(b'";`[#')] = _ODD
_UNESCAPED = np.arange(256, dtype=np.uint8)
_UNESCAPED[list(b"ntr0bZ")] = 10, 9, 13, 0, 8, 26
_BLANK = np.zeros(256, dtype=bool)
_BLANK[[32, 10, 13, 9]] = True
_NUMBER_BEGINS = np.zeros(256, dtype=bool)
_NUMBER_BEGINS[list(b"0123456789-+.")] = True
_LEADS = np.zeros(256, dtype=bool)
_LEADS[0x81:0xFF] = True
_WORDS = {b"NULL": NULL, b"DEFAULT": NULL, b"TRUE": BARE, b"FALSE": BARE}
_HEX_MARKS = (b"x", b"X")
_BIT_MARKS = (b"b", b"B")


class OddRowsError(ValueError):
    """The block holds something besides plain literals: a function, a quoted name, a row of another length."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A block's cells: `data` holds their bytes with escapes undone, the arrays (rows x columns) where each lies."""

    data: Bytes
    starts: Positions
    ends: Positions
    kinds: npt.NDArray[np.uint8]
    consumed: int

    def column(self, index: int) -> pa.Array:
        """One column's bytes; null for NULL and for what is no literal."""
        kinds = self.kinds[:, index]
        return gathered(
            self.data, self.starts[:, index], self.ends[:, index], (kinds != NULL) & (kinds != UNKNOWN)
        )


def escapers(block: Bytes, dialect: Dialect) -> Positions:
    """Positions of the backslashes that escape the byte after them."""
    empty = np.empty(0, dtype=np.int64)
    if not dialect.backslash:
        return empty
    found = np.flatnonzero(block == 92)
    if not found.size:
        return empty
    if dialect.backslash_can_trail and _LEADS[block[np.maximum(found - 1, 0)]].any():
        found = found[_escaping_among_pairs(block, found)]
    else:
        first = np.concatenate(([True], np.diff(found) != 1))
        begins = np.flatnonzero(first)
        place = np.arange(found.size) - begins[np.cumsum(first) - 1]
        found = found[place % 2 == 0]
    return found[found < block.size - 1]


def _escaping_among_pairs(block: Bytes, found: Positions) -> npt.NDArray[np.bool_]:
    """Which backslashes escape, where one can also be the second byte of a character.

    It is one if an odd count of high bytes stands before it. A high byte that is itself escaped (as servers do
    with one that begins no character) does not count: only then does one backslash hang on an earlier one.
    """
    high = np.zeros(found.size, dtype=np.int64)
    still = np.arange(found.size)
    back = found - 1
    while still.size:
        is_high = (back >= 0) & _LEADS[block[np.maximum(back, 0)]]
        still, back = still[is_high], back[is_high] - 1
        high[still] += 1
    escaping: npt.NDArray[np.bool_] = high % 2 == 0
    before = found - high - 1
    hanging = np.flatnonzero((before >= 0) & (block[np.maximum(before, 0)] == 92))
    earlier = np.searchsorted(found, before[hanging])
    for place, on, run in zip(hanging.tolist(), earlier.tolist(), high[hanging].tolist(), strict=True):
        if escaping[on]:
            escaping[place] = run % 2 == 1
    return escaping


def quotes(block: Bytes, escaping: Positions) -> Positions:
    """Positions of the single quotes that are not escaped by a backslash."""
    found = np.flatnonzero(block == 39)
    return _without(found, escaping + 1)


def _without(found: Positions, taken: Positions) -> Positions:
    if not taken.size or not found.size:
        return found
    at = np.searchsorted(taken, found)
    same = taken[np.minimum(at, taken.size - 1)] == found
    kept: Positions = found[~same]
    return kept


def beside_heads(block: Bytes, marks: Positions, between: bytes) -> Positions:
    """The marks without those that belong to an end of a statement followed by the head of just such another."""
    semicolons = marks[block[marks] == 59]
    follows = semicolons + len(between) <= block.size
    for offset, byte in enumerate(between):
        follows &= block[np.minimum(semicolons + offset, block.size - 1)] == byte
    semicolons = semicolons[follows]
    if not semicolons.size:
        return marks
    before = np.searchsorted(semicolons, marks, side="right") - 1
    in_head = (before >= 0) & (marks - semicolons[np.maximum(before, 0)] < len(between))
    kept: Positions = marks[~in_head]
    return kept


def cut_rows(raw: bytes | memoryview, dialect: Dialect, width: int, between: bytes = b"") -> Cells:
    """Cut a block that begins at a row's bracket into cells; what follows its last whole row is left for later.

    Parameters
    ----------
    raw : bytes
        The block.
    dialect : Dialect
        How it is written.
    width : int
        How many values a row has.
    between : bytes
        What may stand between rows besides a comma: the end of a statement and the head of the next, the same each time.

    Raises
    ------
    OddRowsError
        If a row is not `width` plain literals.
    """
    block = np.frombuffer(raw, dtype=np.uint8)
    escaping = escapers(block, dialect)
    classes = _CLASS[block]
    if escaping.size:
        classes[escaping + 1] = 0
    places = np.flatnonzero(classes)
    found = classes[places]
    is_quote = found == _QUOTE
    strings = places[is_quote]
    outside = ((np.cumsum(is_quote) & 1) == 0) & ~is_quote
    marks, found = places[outside], found[outside]
    if between:
        marks = beside_heads(block, marks, between)
        found = classes[marks]
    depth = np.cumsum((found == _OPEN).astype(np.int64) - (found == _CLOSE))
    closes = marks[found == _CLOSE]
    if not closes.size:
        none = np.empty((0, width), dtype=np.int64)
        return Cells(block, none, none, np.empty((0, width), dtype=np.uint8), 0)
    last = closes[-1]
    whole = marks <= last
    marks, found, depth = marks[whole], found[whole], depth[whole]
    if depth.max() > 1 or depth.min() < 0 or (found == _ODD).any():
        raise OddRowsError
    count = closes.size
    opens = marks[found == _OPEN]
    commas = marks[(found == _COMMA) & (depth == 1)]
    if opens.size != count or commas.size != count * (width - 1):
        raise OddRowsError
    commas = commas.reshape(count, width - 1)
    if width > 1 and ((commas[:, 0] < opens) | (commas[:, -1] > closes)).any():
        raise OddRowsError
    starts = np.concatenate((opens[:, None], commas), axis=1) + 1
    ends = np.concatenate((commas, closes[:, None]), axis=1)
    _trim(block, starts, ends)
    kinds = _kinds(block, starts, ends, strings)
    data = _undo_escapes(block, escaping, strings, int(last) + 1, starts, ends)
    return Cells(data, starts, ends, kinds, int(last) + 1)


def _trim(block: Bytes, starts: Positions, ends: Positions) -> None:
    """Leave out blanks around the cells."""
    while (blank := _BLANK[block[starts]] & (starts < ends)).any():
        starts += blank
    while (blank := _BLANK[block[ends - 1]] & (starts < ends)).any():
        ends -= blank


def _kinds(block: Bytes, starts: Positions, ends: Positions, strings: Positions) -> npt.NDArray[np.uint8]:
    """What each cell is; quotes and marks like `0x`, `_binary` and `N` are taken off its bounds."""
    first, final = block[starts], block[ends - 1]
    kinds = np.full(starts.shape, UNKNOWN, dtype=np.uint8)
    quoted = (first == 39) & (final == 39) & (ends - starts >= 2)
    kinds[quoted] = QUOTED
    starts += quoted
    ends -= quoted
    number = _NUMBER_BEGINS[first] & (ends > starts)
    kinds[number] = BARE
    is_hex = number & (first == 48) & ((block[np.minimum(starts + 1, block.size - 1)] | 32) == 120)
    is_hex &= ends - starts >= 2
    kinds[is_hex] = HEX
    starts += 2 * is_hex
    null = (ends - starts == 4) & ((first | 32) == 110)
    for offset, letter in enumerate(b"ull", start=1):
        null &= (block[np.minimum(starts + offset, block.size - 1)] | 32) == letter
    kinds[null] = NULL
    for row, column in np.argwhere(kinds == UNKNOWN).tolist():
        _odd_cell(block, starts, ends, kinds, strings, (row, column))
    return kinds


def _odd_cell(
    block: Bytes,
    starts: Positions,
    ends: Positions,
    kinds: npt.NDArray[np.uint8],
    strings: Positions,
    at: tuple[int, int],
) -> None:
    start, end = int(starts[at]), int(ends[at])
    if block[end - 1] != 39:
        kinds[at] = _WORDS.get(block[start:end].tobytes().upper(), UNKNOWN)
        return
    quote = int(strings[np.searchsorted(strings, start)])
    mark = block[start:quote].tobytes().strip()
    if mark in _HEX_MARKS:
        kinds[at] = HEX
    elif mark in _BIT_MARKS:
        kinds[at] = BITS
    elif mark in (b"N", b"n") or mark[:1] == b"_":
        kinds[at] = QUOTED
    else:
        return
    starts[at], ends[at] = quote + 1, end - 1


def _undo_escapes(
    block: Bytes, escaping: Positions, strings: Positions, size: int, starts: Positions, ends: Positions
) -> Bytes:
    """Bytes without escapes and doubled quotes; the bounds are moved along."""
    closing, following = strings[1:-1:2], strings[2::2]
    doubled = closing[following == closing + 1]
    if not escaping.size and not doubled.size:
        return block
    escaped = block[escaping + 1]
    kept = (escaped == ord("%")) | (escaped == ord("_"))
    dropped = np.sort(np.concatenate((escaping[~kept], doubled)))
    dropped = dropped[dropped < size]
    data = block[:size].copy()
    inside = escaping[escaping + 1 < size] + 1
    data[inside] = _UNESCAPED[data[inside]]
    keep = np.ones(size, dtype=bool)
    keep[dropped] = False
    starts -= np.searchsorted(dropped, starts)
    ends -= np.searchsorted(dropped, ends)
    return data[keep]


def gathered(data: Bytes, starts: Positions, ends: Positions, valid: npt.NDArray[np.bool_]) -> pa.Array:
    """Pieces of `data` as one Arrow column of bytes."""
    lengths = np.where(valid, ends - starts, 0)
    offsets = np.zeros(lengths.size + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    take = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
    buffers = [
        None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little").tobytes()),
        pa.py_buffer(offsets.astype(np.int32).tobytes()),
        pa.py_buffer(data[take].tobytes()),
    ]
    return pa.Array.from_buffers(pa.binary(), lengths.size, buffers)
