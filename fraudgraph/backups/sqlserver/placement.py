"""Which page of the database each page of a backup is.

A backup's first `MQDA` region of a file holds, in ascending order, every extent that the allocation map (GAM,
page 2, then every 511,232 pages) calls taken, and those with a PFS page, the first of an interval, and mixed
ones with room (SGAM). What a page's own header says is not asked: after a shrink headers lie. A second region
of the same file holds extents that changed meanwhile; it supersedes. Padding pages of type 0x65 end a region.
Source: PROVENANCE.md of StefanMaron/BusinessCentral.BakReader (MIT), measured there against RESTORE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.faults import Losses, refuse
from fraudgraph.backups.sqlserver.pages import EXTENT, PAGE, DataFile, mend_torn
from fraudgraph.backups.sqlserver.tape import BackupSet

__all__ = ["INTERVAL", "bitmap_of", "place"]

INTERVAL = 63_904
"""Extents under one allocation map."""

PFS_EVERY = 8088
FILLER, FILE_HEADER = 0x65, 15
SAMPLES = 4096
LOOK_AHEAD = 4

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


class _Region:
    """The pages of one region, in the order of the backup, over one or more streams."""

    def __init__(self, view: Bytes, parts: Sequence[tuple[int, int]]) -> None:
        self.view = view
        counts = [length // PAGE for _, length in parts]
        self.starts = np.array([0, *np.cumsum(counts)], dtype=np.int64)
        self.bases = np.array([at for at, _ in parts], dtype=np.int64)
        self.blocks = int(self.starts[-1])

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


def _interval(region: _Region, block: int, number: int) -> Ints:
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


def _map_first(region: _Region, file_id: int) -> _Mapped:
    """Place the blocks of a file's first region, interval by interval."""
    mapped = _Mapped([], [])
    block = 0
    for number in range(1 << 16):
        if block + EXTENT > region.blocks or region.ids(block)[0] == FILLER:
            break
        named = _interval(region, block, number).tolist()
        mapped.top = max([mapped.top, *named[-1:]])
        extents = named[: (region.blocks - block) // EXTENT]
        while extents and region.ids(block + EXTENT * (len(extents) - 1))[0] == FILLER:
            extents.pop()
        if not extents:
            break
        block = _accept(region, file_id, block, named, len(extents), mapped)
    return mapped


def _accept(
    region: _Region, file_id: int, block: int, extents: list[int], count: int, mapped: _Mapped
) -> int:
    """Take an interval's extents as they come, or align them where samples don't fit; the next block."""
    sample = range(count) if count <= SAMPLES else np.linspace(0, count - 1, SAMPLES).astype(int).tolist()
    if not any(_foreign(region, block + EXTENT * k, extents[k], file_id) for k in sample):
        mapped.extents += extents[:count]
        mapped.blocks += [block + EXTENT * k for k in range(count)]
        return block + EXTENT * count
    return _align(region, file_id, block, extents, mapped)


def _align(region: _Region, file_id: int, block: int, extents: list[int], mapped: _Mapped) -> int:
    """Walk blocks and extents side by side; where pages disagree, what follows decides.

    A block is the extent expected (its headers lie), one that the map leaves out, or a later one (some are
    missing), whichever lets more of the next blocks fit; the first wins a draw.
    """
    index = {extent: k for k, extent in enumerate(extents)}
    at = 0
    while at < len(extents) and block + EXTENT <= region.blocks and region.ids(block)[0] != FILLER:
        extent = extents[at]
        if _foreign(region, block, extent, file_id):
            named = _named(region, block, file_id)
            stay = _fits(region, file_id, block + EXTENT, extents[at + 1 :][:LOOK_AHEAD])
            later = index.get(named, -1)
            if (
                later > at
                and _fits(region, file_id, block + EXTENT, extents[later + 1 :][:LOOK_AHEAD]) > stay
            ):
                mapped.missing += later - at
                at, extent = later, named
            elif (
                later < 0 <= named
                and _fits(region, file_id, block + EXTENT, extents[at:][:LOOK_AHEAD]) > stay
            ):
                at, extent = at - 1, named
            else:
                mapped.foreign += 1
        mapped.extents.append(extent)
        mapped.blocks.append(block)
        at, block = at + 1, block + EXTENT
    return block


def _named(region: _Region, block: int, file_id: int) -> int:
    """The extent that most pages of a block call theirs; -1 if none."""
    votes: dict[int, int] = {}
    for slot in range(EXTENT):
        _, page, file = region.ids(block + slot)
        if file == file_id and page % EXTENT == slot and page:
            votes[page // EXTENT] = votes.get(page // EXTENT, 0) + 1
    return max(votes.items(), key=lambda item: (item[1], -item[0]))[0] if votes else -1


def _fits(region: _Region, file_id: int, block: int, extents: list[int]) -> int:
    """How many of the next blocks call themselves the extents given."""
    return sum(
        _named(region, block + EXTENT * k, file_id) == extent
        for k, extent in enumerate(extents)
        if block + EXTENT * (k + 1) <= region.blocks
    )


def _foreign(region: _Region, block: int, extent: int, file_id: int) -> bool:
    """Whether pages stand here that all call themselves others than this extent's."""
    _, page, file = region.ids(block)
    if page == extent * EXTENT and file == file_id:
        return False
    ids = [region.ids(block + slot)[1:] for slot in range(EXTENT)]
    own = any(page == extent * EXTENT + slot and file == file_id for slot, (page, file) in enumerate(ids))
    return not own and any(page for page, _ in ids)


def _stripe_guess(region: _Region) -> int:
    """How many stripes the gaps between the region's extents suggest; 1 if none."""
    leads = [region.ids(k * EXTENT)[1] for k in range(min(region.blocks // EXTENT, 64))]
    steps = [b - a for a, b in pairwise(leads) if b > a]
    if not steps:
        return 1
    usual = int(np.median(steps)) // EXTENT
    return usual if 2 <= usual <= 64 else 1


def _refuse_partial(region: _Region, name: str, wrong: int, total: int) -> None:
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


def _overlay(region: _Region, file_id: int, held: DataFile, top: int, losses: Losses) -> None:
    """Put a later region's frames over the first: each frame by what most of its headers say, ascending."""
    extents = held.extents if held.extents is not None else np.zeros(0, np.int64)
    last = -1
    for frame in range(region.blocks // EXTENT):
        if region.ids(frame * EXTENT)[0] == FILLER:
            break
        best = _named(region, frame * EXTENT, file_id)
        if frame == 0 and region.ids(0)[0] == FILE_HEADER:
            best = 0
        if best < 0:
            continue
        if best <= last or best > top:
            losses.add("chain", f"changed extent {file_id}:{best * EXTENT}")
            continue
        if best >= len(extents):
            extents = np.concatenate([extents, np.full(best + 1 - len(extents), -1, dtype=np.int64)])
        last = best
        extents[best] = region.at(frame * EXTENT)
    held.extents, held.page_count = extents, len(extents) * EXTENT


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
    files: dict[int, DataFile] = {}
    tops: dict[int, int] = {}
    for parts in chosen.regions:
        region = _Region(view, parts)
        if region.blocks < EXTENT:
            continue
        file_id = next((file for _, page, file in map(region.ids, range(EXTENT)) if file), 0)
        held = files.get(file_id)
        if held is not None and held.extents is not None:
            _overlay(region, file_id, held, tops[file_id], losses)
            continue
        if region.ids(0)[0] != FILE_HEADER or file_id == 0:
            losses.add("chain", f"region at byte {parts[0][0]}")
            continue
        mapped = _map_first(region, file_id)
        total = len(mapped.extents)
        wrong = mapped.foreign + mapped.missing
        if not total or wrong * 4 > total or _short(region, mapped.blocks[-1] + EXTENT):
            _refuse_partial(region, name, wrong, total)
        losses.add("placed", f"file {file_id} of {name}", mapped.foreign)
        losses.add("missing", f"file {file_id} of {name}", mapped.missing)
        tops[file_id] = mapped.top
        where = np.full(max(mapped.extents) + 1, -1, dtype=np.int64)
        where[mapped.extents] = [region.at(block) for block in mapped.blocks]
        files[file_id] = DataFile(file_id, name, view, len(where) * EXTENT, where)
    return files


def _short(region: _Region, after: int) -> bool:
    """Whether real pages follow the extents that the allocation map names."""
    rest = range(after, region.blocks, EXTENT)
    return any(region.ids(block)[0] not in (0, FILLER) and region.ids(block)[1] for block in rest)
