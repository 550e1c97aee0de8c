"""A run's folder: complete or not there. Work happens beside it; a rename puts it in place.

A run that was killed can't clear up after itself. The next one to the same place does: a folder is left behind when
no process holds its lock, which the system lets go with the process, and its number is nobody's.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from fraudgraph.errors import StorageError, UsageError
from fraudgraph.store import storage_problem

__all__ = ["MANIFEST_NAME", "RunFolder", "exchange"]

MANIFEST_NAME = "run.json"
_HERE, _SWAP = -100, 2
"""AT_FDCWD, and RENAME_EXCHANGE as RENAME_SWAP."""
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_STORAGE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}


class RunFolder:
    """Work in `path`; on leaving without a failure it becomes `out`.

    Parameters
    ----------
    out : Path
        The folder asked for.
    replace : bool
        Put the new results in the place of an earlier run of ours.

    Raises
    ------
    UsageError
        If `out` exists and may not be replaced, or its parent is missing.
    StorageError
        If the folder can't be made, or the disk fills up on the way.
    """

    def __init__(self, out: Path, *, replace: bool = False) -> None:
        self.out = Path(os.path.abspath(out))  # noqa: PTH100  # resolve() would follow a link and replace its target
        self.path = self.out.with_name(f".{self.out.name}.partial-{os.getpid()}")
        self._replace = replace
        self._lock = -1
        self._made: list[Path] = []
        self._bring_back()
        self._check()

    def _check(self) -> None:
        if not (self.out.exists() or self.out.is_symlink()):
            return
        if not (self.out.is_dir() and not self.out.is_symlink() and (self.out / MANIFEST_NAME).is_file()):
            raise UsageError(
                f"{self.out} exists and is no run of ours (it holds no {MANIFEST_NAME}). Nothing was touched; give another --out.",
                f"{self.out} 已存在且不是本程序的运行结果（没有 {MANIFEST_NAME}）。未作任何改动，请换一个 --out。",
            )
        if not self._replace:
            raise UsageError(
                f"{self.out} already holds a run. Give another --out, or --replace to put the new results in its place.",
                f"{self.out} 已有一次运行的结果。请换一个 --out，或加 --replace 以新结果替换。",
            )

    def __enter__(self) -> Self:
        try:
            self._made = [folder for folder in self.out.parents if not folder.exists()]
            self.out.parent.mkdir(parents=True, exist_ok=True)
            for abandoned in self._left_behind("partial", "earlier"):
                shutil.rmtree(abandoned, ignore_errors=True)
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(mode=_PRIVATE_FOLDER)
            self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            self._clear_away()
            raise _cannot_write(self.out, problem) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if value is not None:
            self._clear_away()
            if isinstance(value, OSError) and value.errno in _STORAGE_ERRNOS:
                raise _cannot_write(self.out, value) from None
            full = storage_problem(value, self.out)
            if full is not None:
                raise full from None
            return
        try:
            self._check()  # somebody may have put something there meanwhile
            self._put_in_place()
        except UsageError:
            self._clear_away()
            raise
        except OSError as problem:
            self._clear_away()
            raise _cannot_write(self.out, problem) from None
        os.close(self._lock)

    def _clear_away(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:
                break
        if self._lock >= 0:
            os.close(self._lock)

    def _bring_back(self) -> None:
        """A process killed between the two renames left the earlier run beside its place."""
        if self.out.exists() or self.out.is_symlink():
            return
        for earlier in self._left_behind("earlier"):
            earlier.rename(self.out)
            return

    def _left_behind(self, *kinds: str) -> Iterator[Path]:
        """What runs to this place that are no more left beside it."""
        wanted = re.compile(rf"\.{re.escape(self.out.name)}\.({'|'.join(kinds)})-([0-9]{{1,9}})")
        beside = sorted(self.out.parent.iterdir()) if self.out.parent.is_dir() else []
        for path in beside:
            found = wanted.fullmatch(path.name)
            if found is not None and _abandoned(path, int(found[2])):
                yield path

    def _put_in_place(self) -> None:
        for path in self.path.rglob("*"):
            path.chmod(_PRIVATE_FOLDER if path.is_dir() else _PRIVATE_FILE)
        if not self.out.exists():
            self.path.rename(self.out)
            return
        if exchange(self.path, self.out):
            shutil.rmtree(self.path, ignore_errors=True)  # what was there before
            return
        earlier = self.out.with_name(f".{self.out.name}.earlier-{os.getpid()}")
        self.out.rename(earlier)
        try:
            self.path.rename(self.out)
        except OSError:
            earlier.rename(self.out)
            raise
        shutil.rmtree(earlier, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, so that readers never find neither; False where the system can't.

    Parameters
    ----------
    one, other : Path
        Folders on one file system. Linux has it on ext4, xfs, btrfs, tmpfs and overlay, macOS on APFS; network file
        systems mostly don't.
    """
    system = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(system, "renameat2"):
        return int(system.renameat2(_HERE, names[0], _HERE, names[1], _SWAP)) == 0
    if hasattr(system, "renamex_np"):
        return int(system.renamex_np(*names, _SWAP)) == 0
    return False


def _abandoned(folder: Path, process: int) -> bool:
    """Whether no process works in a folder: none has its number here and none, in whatever container, holds its lock."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        pass
    except PermissionError:
        return False
    else:
        return False
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _cannot_write(out: Path, problem: OSError) -> StorageError:
    what = problem.strerror or str(problem)
    return StorageError(
        f"Results can't be written to {out}: {what}. Nothing was left behind; free some space or choose another --out.",
        f"无法写入 {out}:{what}。未留下任何残余文件；请清理磁盘空间或换一个 --out。",
    )
