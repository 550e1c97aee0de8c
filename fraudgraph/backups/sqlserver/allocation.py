"""Which pages belong to an allocation unit: its chain of IAM pages, and the PFS bits of single pages.

An IAM page (type 10) holds in slot 0 the first page of its interval (+40) and eight single pages (+46), in slot 1
one bit for each extent of the interval. A PFS page (1, then every 8,088) holds a byte a page; 0x40: in use.
Page headers are not asked, nor are `first_page` and `root_page`, which lie after a shrink.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.faults import Losses, LostValueError
from fraudgraph.backups.sqlserver.pages import EXTENT, PAGE, PageStore, u16, u32
from fraudgraph.backups.sqlserver.regions import INTERVAL, bitmap_of

__all__ = ["Allocation"]

PFS_EVERY = 8088
IAM = 10
Ints = npt.NDArray[np.int64]


class Allocation:
    """Answers which pages an allocation unit owns."""

    def __init__(self, store: PageStore) -> None:
        self.store = store
        self.in_use: dict[tuple[int, int], npt.NDArray[np.bool_] | None] = {}

    def pages(self, first: tuple[int, int], losses: Losses) -> list[tuple[int, Ints]]:
        """Pages of a unit by file, ascending within each link of its IAM chain.

        Parameters
        ----------
        first : (file, page)
            Where the chain starts.
        losses : Losses
            Counts chains that break or run in a circle.
        """
        found: list[tuple[int, Ints]] = []
        seen: set[tuple[int, int]] = set()
        at = first
        while at != (0, 0):
            if at in seen:
                losses.add("chain", f"page {at[0]}:{at[1]}")
                break
            seen.add(at)
            try:
                page = self.store.page(*at)
            except LostValueError as lost:
                losses.add("chain", str(lost))
                break
            if page[1] != IAM:
                losses.add("chain", f"page {at[0]}:{at[1]}")
                break
            found += self._one(page, losses, at)
            at = (u16(page, 20), u32(page, 16))
        return found

    def _one(self, page: bytes, losses: Losses, at: tuple[int, int]) -> list[tuple[int, Ints]]:
        head = u16(page, PAGE - 2)
        bits = bitmap_of(page)
        if bits is None or not 96 <= head <= 200:
            losses.add("chain", f"page {at[0]}:{at[1]}")
            return []
        base, file = u32(page, head + 40), u16(page, head + 44)
        singles: dict[int, list[int]] = {}
        for slot in range(8):
            where = head + 46 + 6 * slot
            if u32(page, where):
                singles.setdefault(u16(page, where + 4), []).append(u32(page, where))
        found = [
            (number, np.array(sorted(set(ids)), dtype=np.int64)) for number, ids in sorted(singles.items())
        ]
        held = self.store.files.get(file)
        if base % (INTERVAL * EXTENT) or (held is None and bits.any()):
            losses.add("page_missing", f"file {file}", int(bits.sum()) * EXTENT)
            return found
        extents = np.flatnonzero(bits)
        if held is not None:
            limit = (held.page_count - base + EXTENT - 1) // EXTENT
            extents = extents[extents < limit]
        pages = (base + extents[:, None] * EXTENT + np.arange(EXTENT)).reshape(-1)
        pages = self._used(file, pages)
        if len(pages):
            found.append((file, pages.astype(np.int64)))
        return found

    def _used(self, file: int, pages: Ints) -> Ints:
        """Only pages that their PFS page calls in use; where it is missing, all but the maps themselves."""
        keep = (pages % PFS_EVERY != 0) & (pages % (INTERVAL * EXTENT) > 7)
        keep |= (pages > 7) & (pages < PFS_EVERY)
        interval = pages // PFS_EVERY
        for number in np.unique(interval).tolist():
            bits = self._pfs(file, number)
            if bits is None:
                continue
            here = interval == number
            keep[here] &= bits[pages[here] - number * PFS_EVERY]
        return np.asarray(pages[keep], dtype=np.int64)

    def _pfs(self, file: int, number: int) -> npt.NDArray[np.bool_] | None:
        key = (file, number)
        if key not in self.in_use:
            self.in_use[key] = self._read_pfs(file, number)
        return self.in_use[key]

    def _read_pfs(self, file: int, number: int) -> npt.NDArray[np.bool_] | None:
        try:
            page = self.store.page(file, max(1, number * PFS_EVERY))
        except LostValueError:
            return None
        at = u16(page, PAGE - 2)
        if page[1] != 11 or not 96 <= at <= 200:
            return None
        return np.asarray((np.frombuffer(page, np.uint8, PFS_EVERY, at + 4)[:PFS_EVERY] & 0x40) > 0)
