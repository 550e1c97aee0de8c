"""Converters and engines as child processes: without network, unprivileged, with limits, gone with their parent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fraudgraph.errors import SourceError, StorageError

__all__ = ["Cell", "Finished", "Limits"]

_NOBODY = 65534
_LAUNCHER = Path(__file__).with_name("launcher.py")
_KEPT_FREE = 1 << 30
_STDERR_TAIL = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may use. The size of its files is bound by the free disk.

    Parameters
    ----------
    memory_bytes : int or None
        Address space; None for programs that reserve far more than they use (Java, MariaDB).
    wall_seconds : float
        Time until it is stopped.
    """

    memory_bytes: int | None = 4 << 30
    wall_seconds: float = 6 * 3600


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended, with the end of what it said."""

    code: int
    said: str


class Cell:
    """A folder inside the scratch folder in which children work, and the way to start them.

    Parameters
    ----------
    scratch : Path
        The scratch folder; its watchdog ends the children if this process dies.
    name : str
        The folder's name.

    Attributes
    ----------
    user : int or None
        The user without rights that children become; None where this process has no rights to give up, or where
        that user would not get to the folder.
    """

    def __init__(self, scratch: Path, name: str) -> None:
        self._scratch = scratch
        scratch.chmod(0o711)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=scratch))
        self.user = _NOBODY if _drops() and _passable(self.folder.parent) else None
        self._children: list[subprocess.Popen[bytes]] = []

    def take_in(self, path: Path, name: str | None = None) -> Path:
        """A copy of a file or folder that children may change as they like; links are not followed out of it.

        Raises
        ------
        StorageError
            If the disk has no room for it.
        """
        target = self.folder / (name or path.name)
        size = sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) if path.is_dir() else path.stat().st_size  # fmt: skip
        free = shutil.disk_usage(self.folder).free
        if size + _KEPT_FREE > free:
            raise StorageError(
                f"{path.name} is read from a copy, which needs {size / 1e9:.1f} GB; {free / 1e9:.1f} GB are free. Set TMPDIR to a larger disk.",
                f"{path.name} 须在副本上读取，需要 {size / 1e9:.1f} GB，磁盘只剩 {free / 1e9:.1f} GB。请将 TMPDIR 指到更大的磁盘。",
            )
        if path.is_dir():
            shutil.copytree(path, target, symlinks=True, ignore=_irregular)
        else:
            shutil.copyfile(path, target)
        return target

    def hand_over(self) -> None:
        """Give all that lies in the folder to the user that children run as."""
        if self.user is not None:
            for folder, _, files in os.walk(self.folder):
                os.chown(folder, _NOBODY, _NOBODY)
                for name in files:
                    os.chown(Path(folder) / name, _NOBODY, _NOBODY, follow_symlinks=False)

    def start(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        environment: Mapping[str, str] | None = None,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stdout: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.DEVNULL,
        stay: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a program; it is ended by `close` at the latest. With `stay` it gives up its rights itself."""
        program = shutil.which(argv[0]) or argv[0]
        asked = {
            "argv": [program, *argv[1:]],
            "user": self.user if not stay and _passable(Path(program)) else None,
            "parent": os.getpid(),
            "folder": str(self.folder),
            "environment": {"PATH": os.defpath, "HOME": str(self.folder), "TMPDIR": str(self.folder), "LANG": "C.UTF-8", **(environment or {})},
            "limits": {
                "file": max(shutil.disk_usage(self.folder).free - _KEPT_FREE, 1 << 20),
                "cpu": int(limits.wall_seconds) * 2 + 60,
                **({"memory": limits.memory_bytes} if limits.memory_bytes is not None else {}),
            },
        }  # fmt: skip
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(asked)],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=os.name == "posix",
        )
        self._children.append(child)
        with (self._scratch / "children").open("a") as noted:
            noted.write(f"{child.pid}\n")
        return child

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        what: str,
        environment: Mapping[str, str] | None = None,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stdout: IO[bytes] | int = subprocess.DEVNULL,
    ) -> Finished:
        """Run a program to its end.

        Raises
        ------
        SourceError
            If it takes longer than its limit.
        """
        with tempfile.TemporaryFile(dir=self.folder) as said:
            child = self.start(
                argv, limits=limits, environment=environment, stdin=stdin, stdout=stdout, stderr=said
            )
            try:
                code = child.wait(timeout=limits.wall_seconds)
            except subprocess.TimeoutExpired:
                raise SourceError(
                    f"{what} was stopped after {limits.wall_seconds:.0f} s: the backup is damaged, or far larger than expected. Ask for a dump in SQL text.",
                    f"{what} 运行 {limits.wall_seconds:.0f} 秒后被终止：备份可能已损坏或过大。请改提供 SQL 文本转储。",
                ) from None
            finally:
                self._end(child)
            said.seek(0, os.SEEK_END)
            said.seek(max(0, said.tell() - _STDERR_TAIL))
            return Finished(code, said.read().decode("utf-8", errors="replace").strip())

    def close(self) -> None:
        """End what still runs."""
        for child in self._children:
            self._end(child)
        self._children.clear()

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        if child.poll() is None:
            child.kill()
            child.wait()


def _drops() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _passable(path: Path) -> bool:
    """Whether a user without rights gets there: every folder above, and the thing itself, let others through."""
    resolved = path.resolve()
    return all(one.stat().st_mode & 0o001 for one in [resolved, *resolved.parents])


def _irregular(folder: str, names: list[str]) -> list[str]:
    """Sockets, pipes and devices are not copied."""
    return [name for name in names if not ((Path(folder) / name).is_file() or (Path(folder) / name).is_dir()) or (Path(folder) / name).is_symlink()]  # fmt: skip
