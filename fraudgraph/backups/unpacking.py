"""Packed dumps are unpacked beside, never past what the disk holds or past what an honest one grows to."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from fraudgraph.errors import SourceError
from fraudgraph.progress import Progress

__all__ = ["in_utf8", "unpacked"]

_BLOCK = 1 << 20
_SPARE_BYTES = 1 << 30
_MOST_GROWTH = 1100
"""gzip grows at most 1,032-fold; a dump of real rows 5- to 30-fold."""
_SUSPECT_BYTES = 8 << 30


def unpacked(path: Path, packing: str, folder: Path, progress: Progress) -> Path:
    """The content of a gzip, bzip2 or xz file, written into `folder`.

    Raises
    ------
    SourceError
        If the file is broken, or grows as only a bomb does, or past the free disk.
    """
    target = folder / f"{path.stem or path.name}.unpacked"
    openers: dict[str, Callable[[Path, str], object]] = {
        "gzip": gzip.open,
        "bzip2": bz2.open,
        "xz": lzma.open,
    }
    opened = openers[packing](path, "rb")
    progress.stage(f"Unpacking {path.name} (MB)", f"解压 {path.name}（MB）")
    try:
        with cast(BinaryIO, opened) as inner, target.open("wb") as out:
            _copy(inner, out, path, folder, progress)
    except (EOFError, zlib.error, OSError, lzma.LZMAError) as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise SourceError(
            f"{path.name} is a {packing} file that is broken off or damaged ({problem}). Ask for it again.",
            f"{path.name} 是不完整或已损坏的 {packing} 文件（{problem}）。请重新获取。",
        ) from None
    return target


def _copy(inner: BinaryIO, out: BinaryIO, path: Path, folder: Path, progress: Progress) -> None:
    packed, size = path.stat().st_size, 0
    while block := inner.read(_BLOCK):
        size += len(block)
        bomb = size > _SUSPECT_BYTES and size > packed * _MOST_GROWTH // 4
        if bomb or (size // _BLOCK % 256 == 0 and shutil.disk_usage(folder).free < _SPARE_BYTES):
            raise SourceError(
                f"{path.name} ({packed / 1e6:,.1f} MB) has grown to {size / 1e9:,.1f} GB and was stopped: it is a bomb, or the disk is too small. Unpack it yourself where there is room.",
                f"{path.name}（{packed / 1e6:,.1f} MB）解压已达 {size / 1e9:,.1f} GB，已停止：可能是压缩炸弹，或磁盘空间不足。请在空间充足处自行解压。",
            )
        out.write(block)
        progress.advance()


def in_utf8(path: Path, folder: Path) -> Path:
    """The text itself, or its copy in UTF-8 where it came in UTF-16 or with a mark before it."""
    with path.open("rb") as file:
        mark = file.read(3)
    codec = (
        "utf-16"
        if mark[:2] in (b"\xff\xfe", b"\xfe\xff")
        else "utf-8-sig"
        if mark == b"\xef\xbb\xbf"
        else None
    )
    if codec is None:
        return path
    target = folder / f"{path.stem}.utf8.sql"
    with path.open(encoding=codec, newline="", errors="replace") as text, target.open("w", encoding="utf-8", newline="") as out:  # fmt: skip
        shutil.copyfileobj(text, out, _BLOCK)
    return target
