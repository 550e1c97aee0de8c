"""A real Neo4j on this machine: started and stopped by one command, on loopback, its data in the workspace."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fraudgraph.errors import GraphStoreError, LockedError, StorageError, UsageError
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.jars import cache_folder, fetch_jars
from fraudgraph.graphdb.java import find_java
from fraudgraph.graphdb.places import Places, ServerFacts
from fraudgraph.graphdb.program import Program, write_settings
from fraudgraph.progress import NullProgress, Progress

__all__ = ["LocalServer", "prepare_program"]

_FIRST_PORTS = {"bolt": 7687, "http": 7474, "guide": 7490}
_STOP_SECONDS = 90
_START_SECONDS = 180
_GUIDE_SECONDS = 20
_LOOPBACK = "127.0.0.1"


def prepare_program(
    places: Places,
    *,
    java: Path | None = None,
    repository: str | None = None,
    bundle: Path | None = None,
    progress: Progress | None = None,
) -> Program:
    """Java and program files in place, fetched if need be."""
    bundled = bundle / "java" if bundle is not None else None
    found = find_java(java or (bundled if bundled is not None and bundled.is_dir() else None))
    folder = cache_folder()
    fetch_jars(folder, repository=repository, bundle=bundle, progress=progress or NullProgress())
    return Program(found, folder, places)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """The graph server of one workspace."""

    places: Places

    @property
    def facts(self) -> ServerFacts:
        """Ports and process; a UsageError if it has never been started."""
        found = self.places.facts()
        if found is None:
            raise UsageError(
                f"No graph server has been started in {self.places.workspace}. Start one with `fraudgraph neo4j start`, or give --workspace.",
                f"工作区 {self.places.workspace} 尚未启动过图数据库。请执行 `fraudgraph neo4j start`，或指定 --workspace。",
            )
        return found

    @property
    def uri(self) -> str:
        """Where programs reach it."""
        return f"bolt://localhost:{self.facts.bolt_port}"

    @property
    def browser_url(self) -> str:
        """Where people reach it, the user's name filled in."""
        return f"http://localhost:{self.facts.http_port}/browser/?dbms=neo4j://neo4j@localhost:{self.facts.bolt_port}"

    def running(self) -> bool:
        """Whether the server's process is alive."""
        facts = self.places.facts()
        return facts is not None and _alive(facts.pid, facts.started)

    def start(self, program: Program, *, read_only: bool = False, progress: Progress | None = None) -> bool:
        """Start the server and wait until it answers; False if it was running already.

        Raises
        ------
        GraphStoreError
            If it does not come up; the message ends with the last it said.
        LockedError
            If it runs in the other mode (read-only or not).
        """
        with _one_start_at_a_time():
            return self._start(program, read_only, progress or NullProgress())

    def _start(self, program: Program, read_only: bool, tell: Progress) -> bool:
        if self.running():
            if self.facts.read_only != read_only:
                raise LockedError(
                    "The server runs in the other mode (read-only or not). Stop it first: fraudgraph neo4j stop.",
                    "服务器正以另一种方式（只读/可写）运行。请先停止：fraudgraph neo4j stop。",
                )
            self._serve_guides()
            return False
        self.places.make()
        known = self.places.facts() is not None
        facts = self._settled(read_only)
        write_settings(self.places, facts)
        self.places.clear_half_import()
        if not (self.places.home / "data" / "databases" / "system").exists():
            tell.stage("First start: setting the password", "首次启动：设置口令")
            program.administer("dbms", "set-initial-password", "--", self.places.password())
        tell.stage("Starting Neo4j", "启动 Neo4j")
        facts = replace(facts, java=str(program.java))
        pid = program.start()
        begun = _start_time(pid)
        self.places.keep(replace(facts, pid=pid, started=begun))
        try:
            self._wait(pid, begun)
        except GraphStoreError:
            if not known:  # somebody took a port in between: the next first start chooses anew
                self.places.facts_file.unlink(missing_ok=True)
            raise
        self._serve_guides()
        return True

    def stop(self, *, force: bool = False) -> bool:
        """Stop the server cleanly (and the guides); False if it was not running.

        `force` ends it as a power cut would; it mends its store at the next start, and nothing committed is lost.

        Raises
        ------
        GraphStoreError
            If it is still there after a minute and a half.
        """
        facts = self.places.facts()
        if facts is None:
            return False
        if _alive(facts.guide_pid, facts.guide_started):
            os.kill(facts.guide_pid, signal.SIGTERM)
        was_running = _alive(facts.pid, facts.started)
        if was_running:
            os.kill(facts.pid, signal.SIGKILL if force else signal.SIGTERM)
            _wait_gone(facts)
        self.places.keep(replace(facts, pid=0, started="", guide_pid=0, guide_started=""))
        return was_running

    def open_graph(self) -> GraphStore:
        """A connection to the running server.

        Raises
        ------
        GraphStoreError
            If it is not running or does not answer.
        """
        return GraphStore.connect(self.uri, ("neo4j", self.places.password()), audit=self.places.audit)

    def _settled(self, read_only: bool) -> ServerFacts:
        kept = self.places.facts()
        if kept is None:
            ports = _free_ports()
            kept = ServerFacts(bolt_port=ports["bolt"], http_port=ports["http"], guide_port=ports["guide"])
        else:
            _refuse_taken_ports(kept)
        return replace(kept, pid=0, started="", read_only=read_only)  # guides outlive a hard kill

    def _wait(self, pid: int, begun: str) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if not _alive(pid, begun):
                break
            with contextlib.suppress(GraphStoreError):
                if _answers(self.facts.bolt_port):
                    self.open_graph().close()
                    return
            time.sleep(0.25)
        else:
            os.kill(pid, signal.SIGTERM)
        tail = " / ".join(_last_lines(self.places.console, 8))
        raise GraphStoreError(
            f"Neo4j did not come up. It said: {tail}. All of it: fraudgraph neo4j logs.",
            f"Neo4j 未能启动。其输出：{tail}。完整日志：fraudgraph neo4j logs。",
        )

    def _serve_guides(self) -> None:
        facts = self.facts
        if _alive(facts.guide_pid, facts.guide_started):
            return
        words = [
            sys.executable,
            "-m",
            "fraudgraph.graphdb.guide_server",
            str(facts.guide_port),
            str(facts.bolt_port),
        ]
        with (self.places.logs / "guides.log").open("ab") as log:
            pid = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            ).pid
        begun = _start_time(pid)
        self.places.keep(replace(facts, guide_pid=pid, guide_started=begun))
        until = time.monotonic() + _GUIDE_SECONDS
        while _alive(pid, begun) and not _answers(facts.guide_port) and time.monotonic() < until:
            time.sleep(0.05)


@contextlib.contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """Two first starts at the same moment would choose the same ports, and two of one workspace the same store."""
    path = cache_folder() / "start.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise StorageError(
            f"{path} can't be written: {problem.strerror or problem}. Set XDG_CACHE_HOME to a folder of your own.",
            f"无法写入 {path}：{problem.strerror or problem}。请将 XDG_CACHE_HOME 指到自己的目录。",
        ) from None
    with os.fdopen(handle):
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _start_time(pid: int) -> str:
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


def _alive(pid: int, started: str) -> bool:
    return pid > 0 and started != "" and _start_time(pid) == started


def _wait_gone(facts: ServerFacts) -> None:
    until = time.monotonic() + _STOP_SECONDS
    while _alive(facts.pid, facts.started):
        if time.monotonic() > until:
            raise GraphStoreError(
                f"Neo4j (process {facts.pid}) has not stopped after {_STOP_SECONDS} s. Look at `fraudgraph neo4j logs` (a full disk?), then call stop again, or stop --force.",
                f"Neo4j（进程 {facts.pid}）在 {_STOP_SECONDS} 秒后仍未停止。请查看 `fraudgraph neo4j logs`（磁盘是否已满？）后重试，或用 stop --force。",
            )
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_ports() -> dict[str, int]:
    """The usual port of each door, or the next that nobody holds; settled once, so that links stay good."""
    chosen: dict[str, int] = {}
    for name, first in _FIRST_PORTS.items():
        chosen[name] = next(
            port for port in range(first, first + 2000) if port not in chosen.values() and _can_listen(port)
        )
    return chosen


def _refuse_taken_ports(facts: ServerFacts) -> None:
    for port in (facts.bolt_port, facts.http_port):
        if not _can_listen(port):
            raise GraphStoreError(
                f"Port {port} of this workspace's server is held by another program. End that program, or remove neo4j-server.json in the workspace to have new ports chosen (links in earlier lists then lead nowhere).",
                f"本工作区服务器的端口 {port} 已被其他程序占用。请结束该程序，或删除工作区中的 neo4j-server.json 以重新选择端口（此前清单中的链接将失效）。",
            )


def _last_lines(path: Path, count: int) -> list[str]:
    try:
        return [
            line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ][-count:]
    except OSError:
        return []
