"""`.bak`: the Microsoft Tape Format (specification 1.00a), as far as a database backup uses it.

A file is a row of descriptor blocks (four letters, attributes, offset of the first stream at +8), each followed
by streams with a header of 22 bytes (four letters, u16 and u16 attributes, u64 length, u16 encryption,
u16 compression, u16 checksum), aligned to four bytes; `SPAD` ends a block. `MSDA` blocks hold `MQDA` streams:
two bytes, then pages. The stream `RAID` after `TAPE` holds the media set's GUID at 0, the number of stripes
(media families) at 20 and this one's number at 22.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from fraudgraph.backups.sqlserver.faults import refuse

__all__ = ["Backup", "BackupSet", "read_tape"]

MOST_BLOCKS = 2_000_000
"""More descriptor blocks than any backup has: a guard against files that never end."""


@dataclass(slots=True)
class BackupSet:
    """One backup in the file: when it was made and where its pages lie.

    `regions` are lists of (offset, length) of whole pages, one list for each `MSDA` block.
    """

    made_at: dt.datetime | None
    attributes: int
    database: str = ""
    regions: list[list[tuple[int, int]]] = field(default_factory=list)
    log_bytes: int = 0
    locale: int = 0


@dataclass(slots=True)
class Backup:
    """A backup file: its media set and the sets in it."""

    media_set: bytes
    stripes: int
    stripe: int
    sets: list[BackupSet]
    truncated: bool


def _date(raw: bytes) -> dt.datetime | None:
    """MTF_DATE_TIME: 14 bits of year, 4 month, 5 day, 5 hour, 6 minute, 6 second."""
    value = int.from_bytes(raw, "big")
    try:
        return dt.datetime(
            value >> 26, value >> 22 & 15, value >> 17 & 31, value >> 12 & 31, value >> 6 & 63, value & 63
        )
    except ValueError:
        return None


def _stream(view: memoryview, at: int) -> tuple[bytes, int, int]:
    """Name, length and hidden (encrypted or compressed) flag of a stream's header."""
    head = bytes(view[at : at + 22])
    length = int.from_bytes(head[8:16], "little")
    hidden = int.from_bytes(head[16:18], "little") | int.from_bytes(head[18:20], "little")
    return head[:4], length, hidden


class _Walk:
    """Goes over a backup once, block by block."""

    def __init__(self, view: memoryview, name: str) -> None:
        self.view, self.name, self.size = view, name, len(view)
        self.backup = Backup(b"", 1, 1, [], False)

    def run(self) -> Backup:
        at = 0
        for _ in range(MOST_BLOCKS):
            kind = bytes(self.view[at : at + 4])
            if at + 52 > self.size or not (kind.isalpha() and kind.isupper()):
                break
            first = int.from_bytes(self.view[at + 8 : at + 10], "little")
            if first < 52:
                self.backup.truncated = True
                break
            if kind == b"SSET":
                self._start_set(at)
            at = at + first if kind == b"SFMB" else self._streams(kind, at + first)
        return self.backup

    def _start_set(self, at: int) -> None:
        view = self.view
        made = _date(bytes(view[at + 88 : at + 93]))
        self.backup.sets.append(BackupSet(made, int.from_bytes(view[at + 52 : at + 56], "little")))

    def _streams(self, kind: bytes, at: int) -> int:
        region: list[tuple[int, int]] = []
        while at + 22 <= self.size:
            name, length, hidden = _stream(self.view, at)
            body = at + 22
            if hidden and name.startswith(b"MQ"):
                raise refuse(
                    f"{self.name} is an encrypted or compressed backup ({name.decode('latin-1')}); it can't be read here. Ask for BACKUP DATABASE … WITH NO_COMPRESSION and without ENCRYPTION.",
                    f"{self.name} 是加密或压缩备份，此处无法读取。请索取 BACKUP DATABASE … WITH NO_COMPRESSION 且不加密的备份。",
                )
            if length > self.size - body:
                self.backup.truncated = True
                length = self.size - body
            self._keep(kind, name, body, length, region)
            at = (body + length + 3) // 4 * 4
            if name == b"SPAD" or not name.strip(b"\0"):
                break
        if region and self.backup.sets:
            self.backup.sets[-1].regions.append(region)
        return at if at > 0 else self.size

    def _keep(self, kind: bytes, name: bytes, body: int, length: int, region: list[tuple[int, int]]) -> None:
        backup = self.backup
        if name == b"RAID" and kind == b"TAPE" and length >= 24:
            data = bytes(self.view[body : body + 24])
            backup.media_set = data[:16]
            backup.stripes = max(1, int.from_bytes(data[20:22], "little"))
            backup.stripe = int.from_bytes(data[22:24], "little")
        elif name == b"MQDA" and length > 2:
            region.append((body + 2, (length - 2) // 8192 * 8192))
        elif name == b"MQTL" and backup.sets:
            backup.sets[-1].log_bytes += max(0, length - 2)
        elif name == b"MQCI" and kind == b"MSCI" and backup.sets and length >= 219:
            backup.sets[-1].locale = int.from_bytes(self.view[body + 216 : body + 219], "little") & 0xFFFFF


def read_tape(view: memoryview, name: str) -> Backup:
    """The sets and page regions of a backup file.

    Parameters
    ----------
    view : memoryview
        The whole file.
    name : str
        Its name, for messages.
    """
    return _Walk(view, name).run()
