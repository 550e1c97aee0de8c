"""Which page of the database each page of a backup is.

A backup's first `MQDA` region of a file holds, in ascending order, every extent that the allocation map (GAM,
page 2, then every 511,232 pages) calls taken, and those with a PFS page, the first of an interval, and mixed
ones with room (SGAM). What a page's own header says is not asked: after a shrink headers lie. A second region
of the same file holds extents that changed meanwhile; it supersedes. Padding pages of type 0x65 end a region.
Source: PROVENANCE.md of StefanMaron/BusinessCentral.BakReader (MIT), measured there against RESTORE.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.faults import Losses, refuse
from fraudgraph.backups.sqlserver.pages import EXTENT, DataFile
from fraudgraph.backups.sqlserver.regions import (
    FILLER,
    Region,
    fitting,
    interval_extents,
    is_foreign,
    named_extent,
    starts_file,
)
from fraudgraph.backups.sqlserver.tape import BackupSet

__all__ = ["place"]

SAMPLES = 4096
LOOK_AHEAD = 4
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class _Mapped:
    """Which extent each block of eight is, and how well that fits what the pages call themselves.

    `top` is the last extent that the allocation map calls taken.
    """

    extents: list[int]
    blocks: list[int]
    foreign: int = 0
    missing: int = 0
    top: int = 0


def _map_first(region: Region, file_id: int) -> _Mapped:
    """Place the blocks of a file's first region, interval by interval."""
    mapped = _Mapped([], [])
    block = 0
    for number in range(1 << 16):
        if block + EXTENT > region.blocks or region.ids(block)[0] == FILLER:
            break
        named = interval_extents(region, block, number).tolist()
        mapped.top = max([mapped.top, *named[-1:]])
        extents = named[: (region.blocks - block) // EXTENT]
        while extents and region.ids(block + EXTENT * (len(extents) - 1))[0] == FILLER:
            extents.pop()
        if not extents:
            break
        block = _accept(region, file_id, block, named, len(extents), mapped)
    return mapped


def _accept(region: Region, file_id: int, block: int, extents: list[int], count: int, mapped: _Mapped) -> int:
    """Take an interval's extents as they come, or align them where samples don't fit; the next block."""
    sample = range(count) if count <= SAMPLES else np.linspace(0, count - 1, SAMPLES).astype(int).tolist()
    if not any(is_foreign(region, block + EXTENT * k, extents[k], file_id) for k in sample):
        mapped.extents += extents[:count]
        mapped.blocks += [block + EXTENT * k for k in range(count)]
        return block + EXTENT * count
    return _align(region, file_id, block, extents, mapped)


def _align(region: Region, file_id: int, block: int, extents: list[int], mapped: _Mapped) -> int:
    """Walk blocks and extents side by side; where pages disagree, what follows decides.

    A block is the extent expected (its headers lie), one that the map leaves out, or a later one (some are
    missing), whichever lets more of the next blocks fit; the first wins a draw.
    """
    index = {extent: k for k, extent in enumerate(extents)}
    at = 0
    while at < len(extents) and block + EXTENT <= region.blocks and region.ids(block)[0] != FILLER:
        extent = extents[at]
        if is_foreign(region, block, extent, file_id):
            named = named_extent(region, block, file_id)
            stay = fitting(region, file_id, block + EXTENT, extents[at + 1 :][:LOOK_AHEAD])
            later = index.get(named, -1)
            if (
                later > at
                and fitting(region, file_id, block + EXTENT, extents[later + 1 :][:LOOK_AHEAD]) > stay
            ):
                mapped.missing += later - at
                at, extent = later, named
            elif (
                later < 0 <= named
                and fitting(region, file_id, block + EXTENT, extents[at:][:LOOK_AHEAD]) > stay
            ):
                at, extent = at - 1, named
            else:
                mapped.foreign += 1
        mapped.extents.append(extent)
        mapped.blocks.append(block)
        at, block = at + 1, block + EXTENT
    return block


def _stripe_guess(region: Region) -> int:
    """How many stripes the gaps between the region's extents suggest; 1 if none."""
    leads = [region.ids(k * EXTENT)[1] for k in range(min(region.blocks // EXTENT, 64))]
    steps = [b - a for a, b in pairwise(leads) if b > a]
    if not steps:
        return 1
    usual = int(np.median(steps)) // EXTENT
    return usual if 2 <= usual <= 64 else 1


def _refuse_partial(region: Region, name: str, wrong: int, total: int) -> None:
    guess = _stripe_guess(region)
    if guess > 1:
        raise refuse(
            f"{name} holds one extent of every {guess}: it is one stripe of a set of {guess}. Ask for all {guess} files of the set, or for a backup into a single file.",
            f"{name} 只含每 {guess} 个区中的一个：它是 {guess} 个条带中的一个。请索取全部 {guess} 个文件，或备份为单个文件。",
        )
    raise refuse(
        f"{name}: {wrong} of {total} extents are not the ones that the allocation map names; it is a differential or partial backup, or damaged. Ask for a full database backup.",
        f"{name}：{total} 个区中有 {wrong} 个与分配图不符；可能是差异或部分备份，或已损坏。请索取完整数据库备份。",
    )


def _overlay(region: Region, file: _File, losses: Losses) -> int:
    """Put a later region's frames over the first: each frame by what most of its headers say, ascending.

    Returns the block after the region.
    """
    last, block = -1, 0
    while block + EXTENT <= region.blocks and region.ids(block)[0] != FILLER:
        if block and starts_file(region, block):
            break
        best = named_extent(region, block, file.number, last)
        if block == 0 and starts_file(region, 0):
            best = 0
        if best > file.top:
            losses.add("chain", f"changed extent {file.number}:{best * EXTENT}")
        elif best >= 0:
            file.put(best, region.at(block))
            last = best
        block += EXTENT
    return block


@dataclass(slots=True)
class _File:
    """Where a file's extents lie so far; `top` is the last that its allocation map calls taken."""

    number: int
    extents: Ints
    top: int

    def put(self, extent: int, at: int) -> None:
        """Place one extent."""
        if extent >= len(self.extents):
            more = np.full(extent + 1 - len(self.extents), -1, dtype=np.int64)
            self.extents = np.concatenate([self.extents, more])
        self.extents[extent] = at


def place(view: Bytes, chosen: BackupSet, name: str, losses: Losses) -> dict[int, DataFile]:
    """The data files inside a backup set, each with the place of its extents.

    Parameters
    ----------
    view : array of bytes
        The backup file, memory-mapped.
    chosen : BackupSet
        The set whose regions are read.
    name : str
        The backup's name, for messages.
    losses : Losses
        Counts what could not be placed.
    """
    files: dict[int, _File] = {}
    for parts in chosen.regions:
        region = Region(view, parts)
        while region.blocks >= EXTENT:
            after = _place_one(region, files, name, losses)
            while after + EXTENT <= region.blocks and region.ids(after)[0] in (0, FILLER):
                after += EXTENT
            if after + EXTENT <= region.blocks and not starts_file(region, after):
                _refuse_partial(region, name, 0, after // EXTENT)
            region = region.tail(after)
    return {
        number: DataFile(number, name, view, len(file.extents) * EXTENT, file.extents)
        for number, file in files.items()
    }


def _place_one(region: Region, files: dict[int, _File], name: str, losses: Losses) -> int:
    """Place the pages of the file that a region starts with; the block after them."""
    number = next((file for _, _, file in map(region.ids, range(EXTENT)) if file), 0)
    if number in files:
        return _overlay(region, files[number], losses)
    if not starts_file(region, 0):
        losses.add("chain", f"region at byte {region.at(0)} of {name}")
        return region.blocks
    mapped = _map_first(region, number)
    total, wrong = len(mapped.extents), mapped.foreign + mapped.missing
    if not total or wrong * 4 > total:
        _refuse_partial(region, name, wrong, total)
    losses.add("placed", f"file {number} of {name}", mapped.foreign)
    losses.add("missing", f"file {number} of {name}", mapped.missing)
    where = np.full(max(mapped.extents) + 1, -1, dtype=np.int64)
    where[mapped.extents] = [region.at(block) for block in mapped.blocks]
    files[number] = _File(number, where, mapped.top)
    return mapped.blocks[-1] + EXTENT
