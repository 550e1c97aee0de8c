"""Pages: 8,192 bytes, a header of 96, an array of slots at the end.

Header fields used (Microsoft, "Pages and extents architecture guide"; Paul Randal, "Anatomy of a page"):
+1 type, +2 flags of the type (0x80: compression information), +4 flags (0x100 torn bits, 0x200 checksum),
+16 next page, +22 count of slots, +32 page and file number, +60 checksum or torn bits.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.faults import LostValueError

__all__ = ["PAGE", "DataFile", "PageStore", "bad_sums", "mend_torn", "slot_offsets", "u16", "u32"]

PAGE = 8192
HEADER = 96
EXTENT = 8

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def u16(data: bytes, at: int) -> int:
    """An unsigned 16-bit number, lowest byte first."""
    return int.from_bytes(data[at : at + 2], "little")


def u32(data: bytes, at: int) -> int:
    """An unsigned 32-bit number, lowest byte first."""
    return int.from_bytes(data[at : at + 4], "little")


def mend_torn(pages: Bytes) -> None:
    """Put back the two bits of each sector that torn-page detection took away (in place).

    The last byte of sectors 1 to 15 carries a pattern in its two lowest bits; what stood there is in the
    header's word at +60, two bits a sector (seen on a backup of 2005; Randal, "torn-page detection").
    """
    flags = pages[:, 4].astype(np.uint16) | (pages[:, 5].astype(np.uint16) << 8)
    torn = np.flatnonzero(((flags & 0x300) == 0x100) & (pages[:, 0] == 1))
    if not len(torn):
        return
    word = np.ascontiguousarray(pages[torn, 60:64]).view("<u4").ravel()
    for sector in range(1, 16):
        at = sector * 512 + 511
        bits = ((word >> np.uint32(2 * sector)) & np.uint32(3)).astype(np.uint8)
        pages[torn, at] = (pages[torn, at] & 0xFC) | bits


def bad_sums(pages: Bytes) -> npt.NDArray[np.bool_]:
    """Which pages carry a checksum (flag 0x200) that their bytes don't give.

    Each sector's 128 words are XORed, the result rotated left by 15 minus the sector's number, and all XORed.
    """
    flagged = (pages[:, 5] & 2) > 0
    words = np.ascontiguousarray(pages).view("<u4").reshape(len(pages), 16, 128)
    stored = words[:, 0, 15]
    sums = np.bitwise_xor.reduce(words, axis=2)
    sums[:, 0] ^= stored
    turn = (15 - np.arange(16)).astype(np.uint32)
    sums = (sums << turn) | np.where(turn > 0, sums >> ((32 - turn) % 32).astype(np.uint32), 0).astype(
        np.uint32
    )
    found = np.bitwise_xor.reduce(sums, axis=1)
    return np.asarray(flagged & (found != stored))


@dataclass(slots=True)
class DataFile:
    """One data file's pages, wherever they lie: position times 8,192, or by extent inside a backup.

    Parameters
    ----------
    view : array of bytes
        The whole file on disk (memory-mapped).
    page_count : int
        Pages that may be asked for.
    extents : array of byte offsets, or None
        Where each extent of eight pages starts, −1 where the backup doesn't hold it; None: by position.
    """

    file_id: int
    name: str
    view: Bytes
    page_count: int
    extents: Ints | None = None
    mapped: Any = None

    def offsets(self, pages: Ints) -> Ints:
        """Byte offset of each page, −1 where it is missing."""
        inside = (pages >= 0) & (pages < self.page_count)
        if self.extents is None:
            return np.where(inside, pages * PAGE, -1)
        base = self.extents[np.where(inside, pages // EXTENT, 0)]
        return np.where(inside & (base >= 0), base + (pages % EXTENT) * PAGE, -1)

    def release(self) -> None:
        """Let the system drop what was mapped so far: memory stays flat."""
        advise = getattr(self.mapped, "madvise", None)
        if advise is not None:
            advise(mmap.MADV_DONTNEED)


@dataclass(slots=True)
class PageStore:
    """All data files of one database; pages by file and number."""

    files: dict[int, DataFile]
    damaged: int = 0
    kept: dict[tuple[int, int], bytes] = field(default_factory=dict)
    taken: int = 0

    def page(self, file_id: int, page_id: int) -> bytes:
        """One page's bytes; a missing one raises LostValueError naming it."""
        found = self.kept.get((file_id, page_id))
        if found is not None:
            return found
        held = self.files.get(file_id)
        at = -1 if held is None else int(held.offsets(np.array([page_id], dtype=np.int64))[0])
        if held is None or at < 0:
            raise LostValueError(f"page {file_id}:{page_id}")
        block = held.view[at : at + PAGE].reshape(1, PAGE).copy()
        mend_torn(block)
        if block[0, 5] & 2 and bad_sums(block)[0]:
            self.damaged += 1
        data = block.tobytes()
        if len(self.kept) >= 256:
            self.kept.clear()
        self.kept[file_id, page_id] = data
        self._count(1)
        return data

    def block(self, file_id: int, pages: Ints) -> tuple[Bytes, npt.NDArray[np.bool_]]:
        """Many pages of one file as rows of a table of bytes, and which of them were there."""
        held = self.files.get(file_id)
        if held is None:
            return np.zeros((0, PAGE), np.uint8), np.zeros(len(pages), bool)
        at = held.offsets(pages)
        there = at >= 0
        at = at[there]
        out = np.empty((len(at), PAGE), np.uint8)
        cuts = np.flatnonzero(np.diff(at) != PAGE) + 1
        for low, high in zip([0, *cuts.tolist()], [*cuts.tolist(), len(at)], strict=True):
            if high > low:
                first = int(at[low])
                out[low:high] = held.view[first : first + (high - low) * PAGE].reshape(-1, PAGE)
        mend_torn(out)
        self._count(len(at))
        return out, there

    def _count(self, pages: int) -> None:
        self.taken += pages
        if self.taken > 4096:  # every 32 MiB
            self.taken = 0
            for held in self.files.values():
                held.release()


def slot_offsets(page: bytes) -> list[int]:
    """Where each record of one page starts; slots that are empty or point outside are left out."""
    count = u16(page, 22)
    if count > (PAGE - HEADER) // 2:
        return []
    end = PAGE - 2 * count
    found = (u16(page, PAGE - 2 * (slot + 1)) for slot in range(count))
    return [at for at in found if HEADER <= at < end]
