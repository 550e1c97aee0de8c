"""Which files were delivered: found, unpacked where they came packed, and each with its fingerprint."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePath

from fraudgraph.claims.formats.archives import unpack
from fraudgraph.claims.formats.source_file import FileFormat, SourceFile, format_of
from fraudgraph.errors import SourceError

__all__ = ["discover"]

_HEAD_BYTES = 1 << 16


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
