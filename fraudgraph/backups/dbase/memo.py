"""Memo files beside a table: .fpt of FoxPro, .dbt of dBase III and IV."""

from __future__ import annotations

import mmap
from pathlib import Path

__all__ = ["Memo", "memo_beside"]

_DBASE3_BLOCK = 512
_DBASE4_MARK = b"\xff\xff\x08\x00"
_LARGEST = 1 << 28


def memo_beside(path: Path) -> Path | None:
    """The memo file of a table, however its ending is written."""
    wanted = {f"{path.stem}{ending}".lower() for ending in (".fpt", ".dbt", ".dct", ".vct", ".sct", ".smt")}
    return next(
        (one for one in sorted(path.parent.iterdir()) if one.name.lower() in wanted and one.is_file()), None
    )


class Memo:
    """A memo file; blocks are read by number."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._bytes = (
            mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
        )
        self._fox = path.suffix.lower() != ".dbt"
        self._size = self._block_size()

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self._bytes, mmap.mmap) and not self._bytes.closed:
            self._bytes.close()
        self._file.close()

    def read(self, number: int) -> bytes | None:
        """The content of the memo that begins at a block; None where the file has no such block."""
        at = number * self._size
        if number <= 0 or at + 8 > len(self._bytes):
            return None
        if self._fox:
            length = int.from_bytes(self._bytes[at + 4 : at + 8], "big")
            return self._piece(at + 8, length)
        if self._bytes[at : at + 4] == _DBASE4_MARK:
            length = int.from_bytes(self._bytes[at + 4 : at + 8], "little")
            return self._piece(at + 8, length - 8)
        end = self._bytes.find(b"\x1a", at)
        return bytes(self._bytes[at : end if end >= 0 else len(self._bytes)])

    def _piece(self, at: int, length: int) -> bytes | None:
        if length < 0 or length > _LARGEST or at + length > len(self._bytes):
            return None
        return bytes(self._bytes[at : at + length])

    def _block_size(self) -> int:
        if self._fox:
            return int.from_bytes(self._bytes[6:8], "big") or 1
        size = int.from_bytes(self._bytes[20:22], "little")
        return size if size and size % 64 == 0 and self._bytes[16:17] != b"\x03" else _DBASE3_BLOCK
