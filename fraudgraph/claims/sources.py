"""Which files were delivered, and what each of them is by its first bytes (names lie, bytes don't)."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from fraudgraph.errors import SourceError

__all__ = ["FileFormat", "SourceFile", "discover", "format_of"]

FileFormat = Literal["csv", "html", "json", "dbf", "workbook", "parquet", "zip", "packed", "unknown"]
"""What a file is: `csv` stands for any plain text, `html` also for Excel's XML tables, `packed` for gzip of one that is no text."""

_HEAD_BYTES = 1 << 16
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


def discover(sources: Sequence[Path], unpack_to: Path | None = None) -> tuple[SourceFile, ...]:
    """The delivered files in a fixed order: named files as they are, folders with all they hold but hidden files.

    Parameters
    ----------
    sources : sequence of Path
        Folders or files.
    unpack_to : Path, optional
        Where zip archives are unpacked; without it they stay one file each.

    Raises
    ------
    SourceError
        If a path does not exist, can't be read, an archive is damaged or locked, or there is no file at all.
    """
    if not sources:
        raise SourceError(
            "No source was given. Name a folder or files with claims.", "未指定数据来源，请给出文件夹或文件。"
        )
    found: dict[Path, tuple[str, Path]] = {}
    for source in sources:
        for path, name in _members(source):
            found.setdefault(path.resolve(), (name, path))
    if not found:
        listed = ", ".join(str(source) for source in sources)
        raise SourceError(
            f"{listed} holds no file. Expected files with claims (csv, workbooks, dbf, JSON, Parquet …); check the path.",
            f"{listed} 中没有文件。应有结算数据文件（csv、工作簿、dbf、JSON、Parquet 等），请检查路径。",
        )
    files: list[SourceFile] = []
    for name, path in sorted(found.values(), key=lambda one: (one[0], str(one[1]))):
        one = _fingerprint(path, name)
        if unpack_to is not None and one.format in ("zip", "packed"):
            from fraudgraph.claims.archives import unpack  # noqa: PLC0415  # it needs SourceFile from here

            files += [_fingerprint(inner, inner_name) for inner, inner_name in unpack(one, unpack_to)]
        else:
            files.append(one)
    return tuple(files)


def _members(source: Path) -> list[tuple[Path, str]]:
    if not source.exists():
        raise SourceError(
            f"{source} does not exist. Check the path of the delivered files.",
            f"{source} 不存在，请检查数据文件的路径。",
        )
    if source.is_file():
        return [(source, source.name)]
    inside = [
        path
        for path in source.rglob("*")
        if path.is_file() and not any(part.startswith((".", "~$")) for part in path.relative_to(source).parts)
    ]
    return [(path, path.relative_to(source).as_posix()) for path in inside]


def _fingerprint(path: Path, name: str) -> SourceFile:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            digest.update(head)
            while block := file.read(1 << 20):
                digest.update(block)
            size = file.tell()
    except OSError as problem:
        raise SourceError(
            f"{path} can't be read: {problem}. Check its permissions and the medium it lies on.",
            f"{path} 无法读取：{problem}。请检查文件权限和存储介质。",
        ) from None
    gzipped = head.startswith(b"\x1f\x8b")
    return SourceFile(
        path=path,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        format=_format_inside(path, name) if gzipped else format_of(path, name, head) if size else "csv",
        gzipped=gzipped,
    )


def _format_inside(path: Path, name: str) -> FileFormat:
    """A gzip of text is read as it is; of anything else it is unpacked first."""
    try:
        with gzip.open(path, "rb") as file:
            head = file.read(_HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return "csv"  # whoever reads it says that it is broken
    inner = format_of(None, PurePath(name).stem, head)
    return inner if inner in ("csv", "html", "json") else "packed"


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
