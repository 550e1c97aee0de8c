"""Texts and bytes: UTF-16 and code pages to Arrow strings, a block at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver import scsu
from fraudgraph.backups.sqlserver.arrays import validity
from fraudgraph.backups.sqlserver.collation import CodePage
from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.records import Cells

__all__ = ["binary_array", "decode_one", "expand", "from_code_page", "from_utf16", "string_array"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
EURO = {"gbk": b"\x80"}
"""Code page 936 has the euro sign at 0x80, which Python's gbk has not."""


def _buffers(
    data: bytes | npt.NDArray[np.uint8], offsets: npt.NDArray[np.integer], nulls: Bools, kind: pa.DataType
) -> pa.Array:
    ends = np.ascontiguousarray(offsets, dtype=np.int32)
    parts = [validity(nulls), pa.py_buffer(ends.tobytes()), pa.py_buffer(bytes(data))]
    return pa.Array.from_buffers(kind, len(nulls), parts, int(nulls.sum()))


def string_array(
    data: bytes | npt.NDArray[np.uint8], offsets: npt.NDArray[np.integer], nulls: Bools
) -> pa.Array:
    """An Arrow string array from UTF-8 bytes and ends."""
    return _buffers(data if isinstance(data, bytes) else data.tobytes(), offsets, nulls, pa.string())


def binary_array(cells: Cells, nulls: Bools) -> pa.Array:
    """An Arrow binary array from cells."""
    return _buffers(cells.data.tobytes(), cells.offsets, nulls, pa.binary())


def _mend_surrogates(units: npt.NDArray[np.uint16]) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """Lone halves of surrogate pairs become U+FFFD; also says which units those were."""
    high = (units & 0xFC00) == 0xD800
    low = (units & 0xFC00) == 0xDC00
    lone = np.zeros(len(units), bool)
    if high.any() or low.any():
        lone[:-1] |= high[:-1] & ~low[1:]
        lone[1:] |= low[1:] & ~high[:-1]
        lone[-1] |= high[-1]
        lone[0] |= low[0]
        units = np.where(lone, np.uint16(0xFFFD), units)
    return units, lone


def from_utf16(cells: Cells, nulls: Bools, losses: Losses, where: str) -> pa.Array:
    """Strings from UTF-16, lowest byte first."""
    size = np.diff(cells.offsets)
    if (size % 2).any():
        losses.add("text", where, int((size % 2 > 0).sum()))
        cells = Cells.of([None if v is None else v[: len(v) // 2 * 2] for v in cells.items()])
    units = np.frombuffer(cells.data.tobytes(), "<u2")
    if not len(units):
        return string_array(b"", np.zeros(len(nulls) + 1, np.int32), nulls)
    units, lone = _mend_surrogates(units)
    ends = cells.offsets // 2
    if lone.any():
        losses.add("text", where, int(np.unique(np.searchsorted(ends, np.flatnonzero(lone), "right")).size))
    size8 = 1 + (units >= 0x80).astype(np.int64) + (units >= 0x800)
    high, low = (units & 0xFC00) == 0xD800, (units & 0xFC00) == 0xDC00
    size8[high], size8[low] = 4, 0
    at = np.zeros(len(units) + 1, np.int64)
    np.cumsum(size8, out=at[1:])
    data = units.astype("<u2").tobytes().decode("utf-16-le", "replace").encode("utf-8", "replace")
    offsets = at[ends]
    if len(data) != int(at[-1]):  # a pair cut in two by the end of a value
        return pa.array(
            [None if v is None else v.decode("utf-16-le", "replace") for v in cells.items()], pa.string()
        )
    return string_array(data, offsets, nulls)


TAGS = np.zeros(256, bool)
TAGS[:0x20] = True
TAGS[[0x00, 0x09, 0x0A, 0x0D]] = False


def expand(cells: Cells, losses: Losses, where: str) -> Cells:
    """Undo SCSU; a value that is none stands as U+FFFD and is counted.

    Values without tags are Latin 1, a byte a character, and are widened all at once.
    """
    size = np.diff(cells.offsets)
    odd = size % 2 > 0
    if not odd.any():
        return cells
    ends = cells.offsets[1:]
    last = np.where(size > 0, cells.data[np.maximum(ends - 1, 0)], 0)
    tail = odd & (last == 0x10)
    tags = np.zeros(len(cells.data) + 1, np.int64)
    np.cumsum(TAGS[cells.data], out=tags[1:])
    tagged = odd & ((tags[ends] - tags[cells.offsets[:-1]] - tail) > 0)
    slow: dict[int, bytes] = {}
    known: dict[bytes, bytes] = {}
    for row in np.flatnonzero(tagged).tolist():
        slow[row] = _decoded(cells.item(row), known, losses, where)
    plain = odd & ~tagged
    width = np.where(plain, 2 * (size - tail), size)
    if slow:
        width[list(slow)] = [len(value) for value in slow.values()]
    offsets = np.zeros(len(size) + 1, np.int64)
    np.cumsum(width, out=offsets[1:])
    out = np.zeros(int(offsets[-1]), np.uint8)
    take = np.where(tagged, 0, size - (tail & plain))
    step = np.where(plain, 2, 1)
    within = np.arange(int(take.sum())) - np.repeat(np.cumsum(take) - take, take)
    target = np.repeat(offsets[:-1], take) + within * np.repeat(step, take)
    out[target] = cells.data[np.repeat(cells.offsets[:-1], take) + within]
    for row, value in slow.items():
        out[offsets[row] : offsets[row + 1]] = np.frombuffer(value, np.uint8)
    return Cells(out, offsets, cells.nulls)


def _decoded(value: bytes, known: dict[bytes, bytes], losses: Losses, where: str) -> bytes:
    if value not in known:
        try:
            known[value] = scsu.decode(value)
        except (ValueError, OverflowError):
            losses.add("decode", where)
            known[value] = "\ufffd".encode("utf-16-le")
    return known[value]


def decode_one(raw: bytes, codec: str) -> tuple[str, bool]:
    """One text, and whether all of its bytes are of the code page."""
    try:
        return raw.decode(codec), True
    except UnicodeDecodeError:
        pass
    euro = EURO.get(codec)
    if euro is not None:
        try:
            return "".join("\u20ac" if part is None else part for part in _with_euro(raw, codec)), True
        except UnicodeDecodeError:
            try:
                return raw.decode("gb18030"), True
            except UnicodeDecodeError:
                pass
    if codec.startswith("cp125"):  # Windows shows a byte that its page leaves open as the control character
        return "".join(_single(byte, codec) for byte in raw), True
    return raw.decode(codec, "replace"), False


def _single(byte: int, codec: str) -> str:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


def _with_euro(raw: bytes, codec: str) -> list[str | None]:
    """Text around lone 0x80 bytes; None stands for each of those."""
    parts: list[str | None] = []
    at = begin = 0
    while at < len(raw):
        if raw[at] == 0x80:
            parts += [raw[begin:at].decode(codec), None]
            at = begin = at + 1
        else:
            at += 2 if raw[at] > 0x80 else 1
    return [*parts, raw[begin:].decode(codec)]


def _guess(cells: Cells, page: CodePage) -> str:
    """The codec for a column whose collation alone doesn't tell."""
    data = cells.data.tobytes()
    if page.may_be_utf8 and not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    if page.name:
        return page.name
    try:
        data.decode("gbk")
    except UnicodeDecodeError:
        return "cp1252"
    return "gbk"


def from_code_page(cells: Cells, nulls: Bools, page: CodePage, losses: Losses, where: str) -> pa.Array:
    """Strings from bytes in a code page."""
    data = cells.data.tobytes()
    if data.isascii():
        return string_array(data, cells.offsets, nulls)
    codec = _guess(cells, page)
    quick = _quick(cells, data, codec)
    if quick is not None:
        return string_array(quick[0], quick[1], nulls)
    out: list[str | None] = []
    known: dict[bytes, tuple[str, bool]] = {}
    for value in cells.items():
        if value is None:
            out.append(None)
            continue
        found = known.get(value)
        if found is None:
            found = known[value] = decode_one(value, codec)
        if not found[1]:
            losses.add("text", where)
        out.append(found[0])
    return pa.array(out, pa.string())


def _quick(cells: Cells, data: bytes, codec: str) -> tuple[bytes, Ints] | None:
    """Decode all values in one go, parted by a byte that none of them holds; None if that can't be."""
    present = np.bincount(cells.data, minlength=256)
    free = np.flatnonzero(present[:0x20] == 0)
    if not len(free):
        return None
    mark = bytes([int(free[0])])
    size = np.diff(cells.offsets)
    rows = len(size)
    joined = np.full(len(data) + rows, mark[0], np.uint8)
    at = np.arange(len(data)) + np.repeat(np.arange(rows), size)
    joined[at] = cells.data
    try:
        text = joined.tobytes().decode(codec).encode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    marks = np.flatnonzero(np.frombuffer(text, np.uint8) == mark[0])
    if len(marks) != rows:
        return None
    kept = text.replace(mark, b"")
    offsets = np.zeros(rows + 1, np.int64)
    offsets[1:] = marks - np.arange(rows)
    return kept, offsets
