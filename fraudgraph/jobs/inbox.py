"""The inbox: which files wait, and copies of them that are known to be whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.errors import SourceError
from fraudgraph.jobs.deliveries import sha256_of
from fraudgraph.jobs.workspace import Workspace

__all__ = ["BadFile", "Waiting", "copy_whole", "inbox_files", "refuse", "still_as_copied"]

_UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload")
_BLOCK = 1 << 20
_NAMED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """A file that can't be used, and why, in both languages."""

    name: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file in the inbox as it was when it was copied."""

    path: Path
    name: str
    sha256: str
    size: int
    changed_ns: int


def inbox_files(workspace: Workspace) -> tuple[list[Path], list[BadFile]]:
    """Files that wait to be taken in; links, which are not followed, and what is no file.

    Hidden files and those still being copied (by their name) are left alone.
    """
    found: list[Path] = []
    links: list[BadFile] = []
    for folder, folders, names in os.walk(workspace.inbox):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "~$")))
        for name in sorted([*names, *(name for name in folders if (Path(folder) / name).is_symlink())]):
            path = Path(folder) / name
            if name.startswith((".", "~$")) or name.endswith(_UNFINISHED):
                continue
            relative = path.relative_to(workspace.inbox).as_posix()
            if path.is_symlink():
                links.append(BadFile(name=relative, en="it is a symbolic link; deliver the file itself", zh="是符号链接，请交付文件本身"))  # fmt: skip
            elif path.is_file():
                found.append(path)
            else:
                links.append(BadFile(name=relative, en="it is no ordinary file (a pipe, a socket or a device)", zh="不是普通文件（管道、套接字或设备）"))  # fmt: skip
    return sorted(found), links


def copy_whole(path: Path, name: str, target: Path) -> Waiting | BadFile:
    """Copy a file, hashed on the way and once more afterwards.

    Returns
    -------
    Waiting or BadFile
        A bad file if it grew or changed meanwhile, can't be read, or the copy is not the same.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            before = os.fstat(source.fileno())
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as copy:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
        after = path.stat()
    except PermissionError:
        return BadFile(name=name, en="it can't be read: no permission", zh="无法读取：没有权限")
    except FileNotFoundError:
        return BadFile(name=name, en="it was taken away while it was copied", zh="复制时文件被移走")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return BadFile(
            name=name,
            en=f"it is still being written ({before.st_size} bytes at first, {after.st_size} now); run again when it is complete",
            zh=f"仍在写入（起初 {before.st_size} 字节，现在 {after.st_size} 字节），请在写完后重新运行",
        )
    whole = digest.hexdigest()
    if target.stat().st_size != after.st_size or sha256_of(target) != whole:
        return BadFile(
            name=name,
            en="its copy is not the same as the file; check the disk",
            zh="副本与原文件不同，请检查磁盘",
        )
    return Waiting(path=path, name=name, sha256=whole, size=after.st_size, changed_ns=after.st_mtime_ns)


def still_as_copied(one: Waiting) -> bool:
    """Whether a file in the inbox is what was copied: if somebody wrote on, it stays and counts as a delivery of its own."""
    try:
        now = one.path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (one.size, one.changed_ns)


def refuse(bad: Sequence[BadFile], *, whole: SourceError | None = None) -> SourceError:
    """The gate's answer: every bad file by name, and what is wrong with the delivery as a whole if that is all."""
    if not bad:
        assert whole is not None
        return whole
    en = " | ".join(f"{one.name}: {one.en}" for one in bad[:_NAMED])
    zh = " | ".join(f"{one.name}：{one.zh}" for one in bad[:_NAMED])
    return SourceError(
        f"{len(bad)} files in the inbox can't be used; nothing was taken in and the inbox is as it was. {en} "
        "Correct or remove them and run again; with month.quarantine = true they are put aside and the rest goes on.",
        f"inbox 中有 {len(bad)} 个文件不可用；未接收任何文件，inbox 保持原样。{zh} "
        "请更正或移走后重新运行；设置 month.quarantine = true 可将其隔离并继续处理其余文件。",
    )
