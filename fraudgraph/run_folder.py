"""A run's folder: complete or not there. Work happens beside it; a rename puts it in place."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from fraudgraph.errors import StorageError, UsageError
from fraudgraph.store import storage_problem

__all__ = ["MANIFEST_NAME", "RunFolder"]

MANIFEST_NAME = "run.json"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


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
        self._check(replace)

    def _check(self, replace: bool) -> None:
        if not (self.out.exists() or self.out.is_symlink()):
            return
        if not (self.out.is_dir() and not self.out.is_symlink() and (self.out / MANIFEST_NAME).is_file()):
            raise UsageError(
                f"{self.out} exists and is no run of ours (it holds no {MANIFEST_NAME}). Nothing was touched; give another --out.",
                f"{self.out} 已存在且不是本程序的运行结果(没有 {MANIFEST_NAME})。未作任何改动,请换一个 --out。",
            )
        if not replace:
            raise UsageError(
                f"{self.out} already holds a run. Give another --out, or --replace to put the new results in its place.",
                f"{self.out} 已有一次运行的结果。请换一个 --out,或加 --replace 以新结果替换。",
            )

    def __enter__(self) -> Self:
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(mode=_PRIVATE_FOLDER)
        except OSError as problem:
            raise _cannot_write(self.out, problem) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if value is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            if isinstance(value, OSError) and value.errno in {
                errno.ENOSPC,
                errno.EDQUOT,
                errno.EACCES,
                errno.EROFS,
            }:
                raise _cannot_write(self.out, value) from None
            full = storage_problem(value, self.out)
            if full is not None:
                raise full from None
            return
        try:
            self._put_in_place()
        except OSError as problem:
            shutil.rmtree(self.path, ignore_errors=True)
            raise _cannot_write(self.out, problem) from None

    def _put_in_place(self) -> None:
        for path in self.path.rglob("*"):
            path.chmod(_PRIVATE_FOLDER if path.is_dir() else _PRIVATE_FILE)
        if not self.out.exists():
            self.path.rename(self.out)
            return
        earlier = self.out.with_name(f".{self.out.name}.earlier-{os.getpid()}")
        self.out.rename(earlier)
        try:
            self.path.rename(self.out)
        except OSError:
            earlier.rename(self.out)
            raise
        shutil.rmtree(earlier, ignore_errors=True)


def _cannot_write(out: Path, problem: OSError) -> StorageError:
    what = problem.strerror or str(problem)
    return StorageError(
        f"Results can't be written to {out}: {what}. Nothing was left behind; free some space or choose another --out.",
        f"无法写入 {out}:{what}。未留下任何残余文件;请清理磁盘空间或换一个 --out。",
    )
