"""Values stored off their row: text pointers, row overflow, trees of pieces.

A pointer of 16 bytes (text, ntext, image; max types with "large value types out of row"): 8 bytes of time stamp, page, file, slot. An inline root (varchar(max)
and kin, row overflow), 12 bytes and 12 for each link: byte 0 is 2 (overflow) or 4 (root). Records on pages of type
3 and 4: u16 status, u16 length, u64 id, u16 type: 0 small (u16 length at +14, bytes from +20), 2 inner node
(u16 count at +16, 16 bytes a link from +20: u64 end, page, file, slot), 3 piece (from +14), 4 and 5 root (of SQL Server 2000 and later; u16 count at
+16, 12 bytes a link from +24: u32 end, page, file, slot), 8 NULL. Source: PROVENANCE.md of
BusinessCentral.BakReader; Paul Randal on text pages.
"""

from __future__ import annotations

from fraudgraph.backups.sqlserver.faults import LostValueError
from fraudgraph.backups.sqlserver.pages import PAGE, PageStore, u16, u32

__all__ = ["Lobs"]

LARGEST = 2**31 - 1
DEEPEST = 12
Where = tuple[int, int, int]
Link = tuple[int, Where]


class Lobs:
    """Follows pointers. Every page and slot is visited once in a value: a loop ends as a loss."""

    def __init__(self, store: PageStore) -> None:
        self.store = store

    def follow(self, pointer: bytes) -> bytes | None:
        """The value behind a pointer of 16 bytes or an inline root; None if it says NULL."""
        if len(pointer) != 16:
            return self.inline(pointer)
        at = (u16(pointer, 12), u32(pointer, 8), u16(pointer, 14))
        if at == (0, 0, 0):
            return None
        return self._value(at)

    def inline(self, root: bytes) -> bytes | None:
        """The value behind an inline root."""
        if len(root) < 24 or root[0] not in (1, 2, 4) or (len(root) - 12) % 12:
            raise LostValueError("inline root")
        links = self._links(root, 12, (len(root) - 12) // 12, wide=False)
        return self._join(links, set(), 0)

    def _value(self, at: Where) -> bytes | None:
        record = self._record(at)
        kind = u16(record, 12)
        if kind == 8:
            return None
        return self._content(record, kind, {at}, 0, LARGEST)

    def _record(self, at: Where) -> bytes:
        page = self.store.page(at[0], at[1])
        count = u16(page, 22)
        if page[1] not in (3, 4) or at[2] >= count or count > PAGE // 2 - 48:
            raise LostValueError(f"page {at[0]}:{at[1]}")
        start = u16(page, PAGE - 2 * (at[2] + 1))
        end = PAGE - 2 * count
        length = u16(page, start + 2)
        if start < 96 or length < 14 or start + length > end or (page[start] >> 1) & 7 != 4:
            raise LostValueError(f"page {at[0]}:{at[1]} slot {at[2]}")
        return page[start : start + length]

    def _content(self, record: bytes, kind: int, seen: set[Where], depth: int, want: int) -> bytes:
        if kind == 0:
            size = u16(record, 14)
            if 20 + size > len(record):
                raise LostValueError("small value longer than its record")
            return record[20 : 20 + size]
        if kind == 3:
            return record[14:]
        if kind not in (2, 4, 5) or depth >= DEEPEST:
            raise LostValueError(f"record of type {kind}")
        wide, first = kind == 2, 20 if kind == 2 else 24
        count = u16(record, 16)
        if first + count * (16 if wide else 12) > len(record):
            raise LostValueError("more links than the record holds")
        links = self._links(record, first, count, wide=wide)
        if links and links[-1][0] > want:
            raise LostValueError("links longer than the value")
        return self._join(links, seen, depth + 1)

    @staticmethod
    def _links(record: bytes, first: int, count: int, *, wide: bool) -> list[Link]:
        step, width = (16, 8) if wide else (12, 4)
        links = []
        for at in range(first, first + count * step, step):
            end = int.from_bytes(record[at : at + width], "little")
            where = at + width
            links.append((end, (u16(record, where + 4), u32(record, where), u16(record, where + 6))))
        return links

    def _join(self, links: list[Link], seen: set[Where], depth: int) -> bytes:
        parts: list[bytes] = []
        done = 0
        for end, at in links:
            if at in seen or not done <= end <= LARGEST:
                raise LostValueError(f"page {at[0]}:{at[1]} slot {at[2]}")
            seen.add(at)
            record = self._record(at)
            part = self._content(record, u16(record, 12), seen, depth, end - done)
            if len(part) != end - done:
                raise LostValueError(f"page {at[0]}:{at[1]} slot {at[2]}")
            parts.append(part)
            done = end
        return b"".join(parts)
