"""A delivered file with its fingerprint, and what it is by its first bytes (names lie, bytes don't)."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

__all__ = ["FileFormat", "SourceFile", "format_of"]

FileFormat = Literal["csv", "html", "json", "dbf", "workbook", "parquet", "zip", "packed", "unknown"]
"""What a file is: `csv` stands for any plain text, `html` also for Excel's XML tables, `packed` for gzip of one that is no text."""

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"SQLite format 3",
)
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xlsb", ".ods")
_OTHER_OLE_NAMES = (".doc", ".ppt", ".msg", ".wps")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_DBF_VERSIONS = frozenset((0x02, 0x03, 0x04, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xF5, 0xFB))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One delivered file, with its fingerprint. `name` tells the archives that it came in: 三月.zip/结算.csv."""

    path: Path
    name: str
    size: int
    sha256: str
    format: FileFormat
    gzipped: bool


def format_of(path: Path | None, name: str, head: bytes) -> FileFormat:
    """By the first bytes; where those say nothing, a name that promises a workbook or Parquet is taken at its word."""
    suffix = PurePath(name).suffix.lower()
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    if head.startswith(_ARCHIVES):
        return "zip" if path is None else _archive(path, suffix)
    if head.startswith(_OLE) or suffix in _WORKBOOK_NAMES:
        return "unknown" if suffix in _OTHER_OLE_NAMES else "workbook"
    if head.startswith(_FOREIGN):
        return "unknown"
    return "dbf" if _is_dbf(head) else _text_format(head)


def _archive(path: Path, suffix: str) -> FileFormat:
    promised = suffix in _WORKBOOK_NAMES
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return "workbook" if promised else "zip"
    if promised or names & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "mimetype"} <= names:
        return "workbook"
    return "unknown" if "[Content_Types].xml" in names else "zip"


def _is_dbf(head: bytes) -> bool:
    """A dBase table: version, a date that can be, and header and record sizes that fit the field list."""
    if len(head) < 65 or head[0] not in _DBF_VERSIONS:
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    fits = header >= 65 and record >= 2 and 1 <= head[2] <= 12 and 1 <= head[3] <= 31
    return fits and head[43:44].isalpha() and (len(head) < header or b"\x0d" in head[64:header])


def _text_format(head: bytes) -> FileFormat:
    for mark in _BOMS:
        head = head.removeprefix(mark)
    plain = head.replace(b"\x00", b"").lstrip()
    if plain.startswith((b"{", b"[")):
        return "json"
    lower = plain.lower()
    if lower.startswith(b"<") and (b"<table" in lower or b"<html" in lower or b"office:spreadsheet" in lower):
        return "html"
    return "csv"
