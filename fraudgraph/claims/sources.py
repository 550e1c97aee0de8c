"""Which files were delivered, and what each of them is by its first bytes (names lie, bytes don't)."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fraudgraph.errors import SourceError

__all__ = ["SourceFile", "discover"]

FileFormat = Literal["csv", "workbook", "parquet", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One delivered file, with its fingerprint."""

    path: Path
    name: str
    size: int
    sha256: str
    format: FileFormat
    gzipped: bool


def discover(sources: Sequence[Path]) -> tuple[SourceFile, ...]:
    """The delivered files in a fixed order: named files as they are, folders with all they hold but hidden files.

    Raises
    ------
    SourceError
        If a path does not exist, can't be read, or there is no file at all.
    """
    if not sources:
        raise SourceError(
            "No source was given. Name a folder or files with claims.", "未指定数据来源,请给出文件夹或文件。"
        )
    found: dict[Path, tuple[str, Path]] = {}
    for source in sources:
        for path, name in _members(source):
            found.setdefault(path.resolve(), (name, path))
    if not found:
        listed = ", ".join(str(source) for source in sources)
        raise SourceError(
            f"{listed} holds no file. Expected csv, xlsx or parquet files with claims; check the path.",
            f"{listed} 中没有文件。应有 csv、xlsx 或 parquet 格式的结算数据,请检查路径。",
        )
    return tuple(
        _fingerprint(path, name)
        for name, path in sorted(found.values(), key=lambda one: (one[0], str(one[1])))
    )


def _members(source: Path) -> list[tuple[Path, str]]:
    if not source.exists():
        raise SourceError(
            f"{source} does not exist. Check the path of the delivered files.",
            f"{source} 不存在,请检查数据文件的路径。",
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
            head = file.read(8)
            digest.update(head)
            while block := file.read(1 << 20):
                digest.update(block)
            size = file.tell()
    except OSError as problem:
        raise SourceError(
            f"{path} can't be read: {problem}. Check its permissions and the medium it lies on.",
            f"{path} 无法读取:{problem}。请检查文件权限和存储介质。",
        ) from None
    return SourceFile(
        path=path,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        format=_format(path, head) if size else "csv",
        gzipped=head.startswith(b"\x1f\x8b"),
    )


def _format(path: Path, head: bytes) -> FileFormat:
    """By the first bytes; where those say nothing, a name that promises a workbook or Parquet is taken at its word."""
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    if suffix in (".xlsx", ".xlsm") or (head.startswith(b"PK\x03\x04") and _holds_workbook(path)):
        return "workbook"
    if head.startswith(b"\xd0\xcf\x11\xe0") and suffix == ".xls":
        return "workbook"
    return "unknown" if head.startswith((b"PK\x03\x04", b"%PDF")) else "csv"


def _holds_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
