"""Delivered text: which encoding, which delimiter, and lines that DuckDB's reader would refuse.

DuckDB reads UTF-8 only, so anything else is copied to a UTF-8 file beside the store first. A regular file then goes
straight to DuckDB; one that is not (quotes left open, lines too long or too short, empty lines, stray bytes) is
read line by line, so that only the lines at fault are set aside.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from fraudgraph.claims.sources import SourceFile
from fraudgraph.errors import SourceError

__all__ = ["DAMAGED", "HEAD_BYTES", "TextFile", "open_text"]

DAMAGED = "\ufdd0"
"""Stands where bytes could not be decoded. A noncharacter: no delivered text may hold it."""
_BLOCK = 1 << 20
HEAD_BYTES = 1 << 18
_DELIMITERS = (",", "\t", ";", "|")
_ODD_SPACES = tuple(char.encode() for char in ("\x00", "\u3000", "\u00a0", "\ufeff", "\u200b"))
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A delivered text file, ready as UTF-8.

    `lines` counts physical lines up to the last that is not empty; `damaged` says that bytes had to be marked;
    `odd_spaces` that wide or invisible spaces, tabs or NULs occur.
    """

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    lines: int
    damaged: bool
    odd_spaces: bool


def open_text(source: SourceFile, scratch: Path) -> TextFile | None:
    """Make a text file ready for reading; None if it has no header of at least two columns.

    Parameters
    ----------
    source : SourceFile
        The delivered file.
    scratch : Path
        Where a UTF-8 copy may be written, if one is needed.

    Raises
    ------
    SourceError
        If a gzip file is broken off or damaged.
    """
    head = _head(source)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and head.count(b"\x00") * 4 > len(head):
        return None
    encoding = "utf-16" if wide else "utf-8"
    counts = _copy(source, encoding, scratch if wide or source.gzipped else None)
    if counts is None:
        encoding = "gb18030"
        counts = _copy(source, "gb18030", scratch)
    if counts is None:
        encoding = _less_damaged(head)
        counts = _copy(source, encoding, scratch, mark=True)
    assert counts is not None  # with marks nothing fails
    path = source.path if encoding == "utf-8" and not source.gzipped and not counts.damaged else scratch
    found = _header(path)
    if found is None:
        return None
    delimiter, headers = found
    return TextFile(
        path=path,
        encoding="utf-8-sig" if head.startswith(codecs.BOM_UTF8) else encoding,
        delimiter=delimiter,
        headers=headers,
        lines=counts.lines,
        damaged=counts.damaged,
        odd_spaces=counts.odd_spaces or (delimiter != "\t" and counts.tabs),
    )


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    damaged: bool = False
    odd_spaces: bool = False
    tabs: bool = False
    at_end: int = 0


def _open(source: SourceFile) -> BinaryIO:
    return cast(BinaryIO, gzip.open(source.path, "rb")) if source.gzipped else source.path.open("rb")


def _broken_gzip(source: SourceFile, problem: Exception) -> SourceError:
    return SourceError(
        f"{source.name} is a gzip file that is broken off or damaged ({problem}). Ask the supplier to send it again; nothing was read from it.",
        f"{source.name} 是不完整或已损坏的 gzip 文件({problem})。请让提供方重新发送,未读取其中任何数据。",
    )


def _head(source: SourceFile) -> bytes:
    try:
        with _open(source) as file:
            return file.read(HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise _broken_gzip(source, problem) from None


def _less_damaged(head: bytes) -> str:
    """UTF-8 or GB18030, whichever leaves fewer marks in the head of the file."""
    marks = {name: head.decode(name, errors="replace").count("\ufffd") for name in ("utf-8", "gb18030")}
    return min(marks, key=lambda name: marks[name])


def _mark(problem: UnicodeError) -> tuple[str, int]:
    if isinstance(problem, UnicodeDecodeError):
        return DAMAGED, problem.end
    raise problem


codecs.register_error("fraudgraph-mark", _mark)


def _copy(source: SourceFile, encoding: str, target: Path | None, *, mark: bool = False) -> _Counts | None:
    """Check a file's encoding from end to end, writing it as UTF-8 if a target is given; None if it is another."""
    decoder = codecs.getincrementaldecoder(encoding)("fraudgraph-mark" if mark else "strict")
    counts = _Counts(damaged=False)
    try:
        with _open(source) as file, target.open("wb") if target else _Nowhere() as out:
            while True:
                block = file.read(_BLOCK)
                text = decoder.decode(block, final=not block)
                as_utf8 = block if encoding == "utf-8" and not mark else text.encode()
                _look(counts, as_utf8)
                out.write(as_utf8)
                if mark and DAMAGED in text:
                    counts.damaged = True
                if not block:
                    break
    except UnicodeDecodeError:
        return None
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise _broken_gzip(source, problem) from None
    counts.lines += 1 - counts.at_end
    return counts


def _look(counts: _Counts, block: bytes) -> None:
    """Count lines and note what plain reading would stumble over. `at_end` counts the line ends after the last content."""
    body = block.rstrip(b"\r\n")
    tail = block.count(b"\n", len(body))
    counts.lines += block.count(b"\n")
    counts.at_end = tail if body else counts.at_end + tail
    counts.tabs = counts.tabs or b"\t" in block
    counts.odd_spaces = counts.odd_spaces or any(char in block for char in _ODD_SPACES)


class _Nowhere:
    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def write(self, _: bytes) -> None:
        """Nothing is kept: the file is already UTF-8."""


def _header(path: Path) -> tuple[str, tuple[str, ...]] | None:
    """The delimiter and the headers of the first line that is not empty."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        head = file.read(HEAD_BYTES)
    lines = list(re.split(r"\r\n|\n|\r", head)[:1])
    if not lines or not lines[0].strip():
        return None
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        headers = next(csv.reader([lines[0]], delimiter=delimiter), [])
    except csv.Error:
        return None
    if len(headers) < 2 or len(lines[0]) >= HEAD_BYTES:
        return None
    return delimiter, tuple(header.strip() for header in headers)
