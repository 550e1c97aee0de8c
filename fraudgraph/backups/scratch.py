"""A folder for copies, gone when the work is over and also when it was killed: a small watchdog sees to that."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["Scratch"]

_WATCHDOG = """
import os, shutil, signal, sys
sys.stdin.buffer.read()
folder = sys.argv[1]
def pids():
    try:
        return [int(line) for line in open(os.path.join(folder, "children")).read().split()]
    except OSError:
        return []
for pid in pids():
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass
shutil.rmtree(folder, ignore_errors=True)
"""
"""It waits until the pipe from its parent closes: that happens however the parent ends."""


class Scratch:
    """A private folder.

    Parameters
    ----------
    place : Path, optional
        Where to make it; the system's place for temporary files by default.
    """

    def __init__(self, place: Path | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="fraudgraph-backup-", dir=place))
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCHDOG, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )

    def close(self) -> None:
        """Remove the folder. May be called more than once."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._watchdog.stdin is not None and not self._watchdog.stdin.closed:
            with contextlib.suppress(OSError):
                self._watchdog.stdin.close()
            self._watchdog.wait(timeout=60)
