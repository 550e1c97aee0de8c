"""The server's process and its doors: is it alive, does it answer, does it still get on, has its disk run full."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from fraudgraph.errors import GraphStoreError
from fraudgraph.graphdb.places import Places, ServerFacts

__all__ = ["Disk", "Logs", "alive", "answers", "end", "find_process", "free_ports", "log_length", "refuse_taken_ports", "start_time", "uninterrupted"]  # fmt: skip

_FIRST_PORTS = {"bolt": 7687, "http": 7474, "guide": 7490}
_LOOPBACK = "127.0.0.1"
_FULL_BYTES = 4 * 1024**2
"""With less than this Neo4j can't write a batch."""
_FULL_WORDS = ("No space left on device", "Disk quota exceeded", "File too large")
_TAIL_BYTES = 512 * 1024
_NO_WORK = "VmPauseMonitor"
"""What Java writes of a busy machine, also where the server itself stands still."""
_LINE = 220
"""Longest line of a log that is repeated in a message, characters."""


def start_time(pid: int) -> str:
    """The kernel's start time of a process; "" where it is gone, or ended and only not yet cleared away.

    A killed process keeps its ports and its lock on the store until the last of its threads has ended.
    """
    process = Path(f"/proc/{pid}")
    try:
        said = (process / "stat").read_text(encoding="ascii", errors="replace")
        threads = sum(1 for _ in (process / "task").iterdir())
    except OSError:
        return ""
    state, *rest = said.rpartition(")")[2].split()
    return "" if state in ("Z", "X") and threads <= 1 else rest[18]


def alive(pid: int, started: str) -> bool:
    """Whether this very process runs, not another that was given its number."""
    return pid > 0 and started != "" and start_time(pid) == started


def find_process(word: str) -> int:
    """The process of this user that was called with exactly this word; 0 if there is none."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes().split(b"\0") and start_time(
                int(folder.name)
            ):
                return int(folder.name)
    return 0


def end(pid: int, started: str, *, patience_seconds: float) -> None:
    """End a process: by request, and after so long by force."""
    if not alive(pid, started):
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + patience_seconds
    while alive(pid, started) and time.monotonic() < until:
        time.sleep(0.05)
    if alive(pid, started):
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and a closed terminal wait until these lines are over: what they begin is then known."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    earlier = {number: signal.signal(number, lambda got, _frame: came.append(got)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def answers(port: int) -> bool:
    """Whether somebody takes connections at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _can_listen(port: int) -> bool:
    """Whether a port of this machine is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports() -> dict[str, int]:
    """The usual port of each door, or the next that nobody holds; settled once, so that links stay good."""
    chosen: dict[str, int] = {}
    for name, first in _FIRST_PORTS.items():
        chosen[name] = next(
            port for port in range(first, first + 2000) if port not in chosen.values() and _can_listen(port)
        )
    return chosen


def refuse_taken_ports(facts: ServerFacts) -> None:
    """Stop where another program holds a port of this workspace's server.

    Raises
    ------
    GraphStoreError
        If so.
    """
    for port in (facts.bolt_port, facts.http_port):
        if not _can_listen(port):
            raise GraphStoreError(
                f"Port {port} of this workspace's server is held by another program. End that program, or remove neo4j-server.json in the workspace to have new ports chosen (links in earlier lists then lead nowhere).",
                f"本工作区服务器的端口 {port} 已被其他程序占用。请结束该程序，或删除工作区中的 neo4j-server.json 以重新选择端口（此前清单中的链接将失效）。",
            )


class Logs:
    """The server's logs from now on: while they grow it gets on, however slow the machine is.

    Parameters
    ----------
    places : Places
        The server's folders.
    quiet_seconds : float
        So long nothing may be written.
    most_seconds : float
        And so long it may take in all.
    """

    def __init__(self, places: Places, *, quiet_seconds: float, most_seconds: float) -> None:
        self._paths = (places.console, places.logs / "neo4j.log", places.logs / "debug.log")
        self._from = [_size(path) for path in self._paths]
        self._quiet, self._seen, self._moved = quiet_seconds, list(self._from), time.monotonic()
        self._until = time.monotonic() + most_seconds

    def still_moving(self) -> bool:
        """Whether to wait on."""
        now, sizes = time.monotonic(), [_size(path) for path in self._paths]
        if sizes != self._seen:
            said = "".join(_read(path, start) for path, start in zip(self._paths, self._seen, strict=True))
            if any(line.strip() and _NO_WORK not in line for line in said.splitlines()):
                self._moved = now
            self._seen = sizes
        return now < self._until and now - self._moved < self._quiet

    def last_words(self, count: int = 6) -> str:
        """What was written since, the end of it, in one line; of the first log that says anything."""
        for path, start in zip(self._paths, self._from, strict=True):
            lines = [line.strip()[:_LINE] for line in _read(path, start).splitlines() if line.strip()]
            lines = [line for line in lines if not line.startswith("Picked up JAVA_")]
            if lines:
                return " / ".join(lines[-count:])
        return ""


class Disk:
    """The disk under a local server's store, as far as it can be seen from here.

    Parameters
    ----------
    places : Places
        The server's folders.
    log_start : int, optional
        From where on its log is looked at, bytes; from its present end by default.
    """

    def __init__(self, places: Places, log_start: int | None = None) -> None:
        self.folder = places.home
        self._log = places.logs / "debug.log"
        self._from = log_length(places) if log_start is None else log_start

    def full(self, *, wait_seconds: float = 0.0) -> bool:
        """Whether nothing more can be written: nothing is free, or the server's log says so (a quota, a limit).

        Parameters
        ----------
        wait_seconds : float
            So long the log may take to say it, where something certainly went wrong.
        """
        until = time.monotonic() + wait_seconds
        while not self._full():
            if time.monotonic() >= until:
                return False
            time.sleep(0.2)
        return True

    def _full(self) -> bool:
        with contextlib.suppress(OSError):
            free = os.statvfs(self.folder)
            if free.f_bavail * free.f_frsize < _FULL_BYTES:
                return True
        said = _read(self._log, self._from)
        return any(words in said for words in _FULL_WORDS)


def log_length(places: Places) -> int:
    """How long the server's log is now, bytes."""
    return _size(places.logs / "debug.log")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(path: Path, start: int) -> str:
    size = _size(path)
    try:
        with path.open("rb") as file:
            file.seek(
                max(start if start <= size else 0, size - _TAIL_BYTES)
            )  # a log may have been begun anew
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
