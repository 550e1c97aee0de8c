"""A backup's pages region by region, and what they call themselves (see placement.py)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.pages import EXTENT, PAGE, mend_torn

__all__ = [
    "FILLER", "INTERVAL", "Region", "bitmap_of", "fitting", "interval_extents", "is_foreign", "named_extent", "starts_file",
]  # fmt: skip

INTERVAL = 63_904
"""Extents under one allocation map."""

PFS_EVERY = 8088
FILLER, FILE_HEADER = 0x65, 15

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def bitmap_of(page: bytes, extents: int = INTERVAL) -> npt.NDArray[np.bool_] | None:
    """The bits of an allocation page's second record, lowest bit first; None if it is none."""
    at = int.from_bytes(page[PAGE - 4 : PAGE - 2], "little")
    if int.from_bytes(page[22:24], "little") != 2 or not 96 <= at <= 200:
        return None
    length = int.from_bytes(page[at + 2 : at + 4], "little")
    if not 0 < length <= PAGE - at - 8:
        return None
    bits = np.unpackbits(np.frombuffer(page, np.uint8, length, at + 4), bitorder="little")
    out = np.zeros(extents, bool)
    out[: min(extents, len(bits))] = bits[:extents]
    return out


class Region:
    """The pages of one region, in the order of the backup, over one or more streams."""

    def __init__(self, view: Bytes, parts: Sequence[tuple[int, int]]) -> None:
        self.view, self.parts = view, list(parts)
        counts = [length // PAGE for _, length in parts]
        self.starts = np.array([0, *np.cumsum(counts)], dtype=np.int64)
        self.bases = np.array([at for at, _ in parts], dtype=np.int64)
        self.blocks = int(self.starts[-1])

    def tail(self, block: int) -> Region:
        """What follows a block."""
        parts = []
        for (at, length), begin in zip(self.parts, self.starts[:-1].tolist(), strict=True):
            skip = min(max(0, block - begin) * PAGE, length)
            if length > skip:
                parts.append((at + skip, length - skip))
        return Region(self.view, parts)

    def at(self, block: int) -> int:
        """Byte offset of a block."""
        part = int(np.searchsorted(self.starts, block, side="right")) - 1
        return int(self.bases[part] + (block - self.starts[part]) * PAGE)

    def page(self, block: int) -> bytes:
        """A block's bytes."""
        if not 0 <= block < self.blocks:
            return b""
        at = self.at(block)
        copy = self.view[at : at + PAGE].reshape(1, PAGE).copy()
        mend_torn(copy)
        return copy.tobytes()

    def ids(self, block: int) -> tuple[int, int, int]:
        """Type, page and file number that a block's header states."""
        at = self.at(block)
        head = self.view[at : at + 38].tobytes()
        return head[1], int.from_bytes(head[32:36], "little"), int.from_bytes(head[36:38], "little")


def interval_extents(region: Region, block: int, number: int) -> Ints:
    """The extents of one interval that the region holds, given where its first extent lies."""
    gam_at, sgam_at = (2, 3) if number == 0 else (0, 1)
    gam, sgam = bitmap_of(region.page(block + gam_at)), bitmap_of(region.page(block + sgam_at))
    if gam is None:
        return np.zeros(0, np.int64)
    held = ~gam
    if sgam is not None:
        held |= sgam
    held[0] = True
    first_page = number * INTERVAL * EXTENT
    pfs = np.arange(
        (first_page + PFS_EVERY - 1) // PFS_EVERY, (first_page + INTERVAL * EXTENT) // PFS_EVERY + 1
    )
    at = (pfs * PFS_EVERY - first_page) // EXTENT
    held[at[(at >= 0) & (at < INTERVAL)]] = True
    return np.asarray(np.flatnonzero(held) + number * INTERVAL, dtype=np.int64)


def named_extent(region: Region, block: int, file_id: int, above: int = -1) -> int:
    """The extent after `above` that most pages of a block call theirs; -1 if none."""
    votes: dict[int, int] = {}
    for slot in range(EXTENT):
        _, page, file = region.ids(block + slot)
        if file == file_id and page % EXTENT == slot and page and page // EXTENT > above:
            votes[page // EXTENT] = votes.get(page // EXTENT, 0) + 1
    return max(votes.items(), key=lambda item: (item[1], -item[0]))[0] if votes else -1


def fitting(region: Region, file_id: int, block: int, extents: list[int]) -> int:
    """How many of the next blocks call themselves the extents given."""
    return sum(
        named_extent(region, block + EXTENT * k, file_id) == extent
        for k, extent in enumerate(extents)
        if block + EXTENT * (k + 1) <= region.blocks
    )


def is_foreign(region: Region, block: int, extent: int, file_id: int) -> bool:
    """Whether pages stand here that all call themselves others than this extent's."""
    _, page, file = region.ids(block)
    if page == extent * EXTENT and file == file_id:
        return False
    ids = [region.ids(block + slot)[1:] for slot in range(EXTENT)]
    own = any(page == extent * EXTENT + slot and file == file_id for slot, (page, file) in enumerate(ids))
    return not own and any(page for page, _ in ids)


def starts_file(region: Region, block: int) -> bool:
    """Whether a file's first page stands here."""
    kind, page, file = region.ids(block)
    return kind == FILE_HEADER and page == 0 and file > 0
