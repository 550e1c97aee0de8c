"""A real Neo4j on this machine: started and stopped by one command, on loopback, its data in the workspace."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from fraudgraph.errors import GraphStoreError, LockedError, StorageError, UsageError
from fraudgraph.graphdb.connection import GraphStore, disk_is_full
from fraudgraph.graphdb.jars import cache_folder, fetch_jars
from fraudgraph.graphdb.java import find_java
from fraudgraph.graphdb.places import Places, ServerFacts
from fraudgraph.graphdb.process import (
    Disk,
    Logs,
    alive,
    answers,
    end,
    find_process,
    free_ports,
    log_length,
    refuse_taken_ports,
    start_time,
    uninterrupted,
)
from fraudgraph.graphdb.program import Program, argument_word, write_settings
from fraudgraph.progress import NullProgress, Progress

__all__ = ["LocalServer", "Stopped", "prepare_program"]

_QUIET_SECONDS = 180
"""So long a server that comes up may write nothing into its logs."""
_START_SECONDS = 3600
"""And so long it may take in all: after a hard kill a large store is mended first."""
_STOP_QUIET_SECONDS = 90
_STOP_SECONDS = 600
_PATIENCE_SECONDS = 10
"""Between asking a process to end and ending it: where a start is broken off, or the disk is full."""
_GUIDE_SECONDS = 60


class Stopped(StrEnum):
    """How a server was stopped; the first is false."""

    WAS_NOT_RUNNING = ""
    CLEAN = "clean"
    FORCED = "forced"


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
        return facts is not None and alive(facts.pid, facts.started)

    def answering(self) -> bool:
        """Whether the server's process is alive and takes connections."""
        return self.running() and answers(self.facts.bolt_port)

    def start(self, program: Program, *, read_only: bool = False, progress: Progress | None = None) -> bool:
        """Start the server and wait until it answers; False if it was running already.

        A start that is broken off (Ctrl-C, SIGTERM, an error) leaves no server behind. It waits as long as the
        server's logs move.

        Raises
        ------
        GraphStoreError
            If it does not come up; the message ends with the last it said.
        LockedError
            If it runs in the other mode (read-only or not).
        """
        tell = progress or NullProgress()
        with _one_start_at_a_time(tell):
            return self._start(program, read_only, tell)

    def _start(self, program: Program, read_only: bool, tell: Progress) -> bool:
        self._adopt()
        if self.running():
            if self.facts.read_only != read_only:
                raise LockedError(
                    "The server runs in the other mode (read-only or not). Stop it first: fraudgraph neo4j stop.",
                    "服务器正以另一种方式（只读/可写）运行。请先停止：fraudgraph neo4j stop。",
                )
            self._wait(Logs(self.places, quiet_seconds=_QUIET_SECONDS, most_seconds=_START_SECONDS))
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
        logs = Logs(self.places, quiet_seconds=_QUIET_SECONDS, most_seconds=_START_SECONDS)
        before = log_length(self.places)
        try:
            with uninterrupted():
                pid = program.start()
                begun = start_time(pid)
                facts = replace(facts, java=str(program.java), pid=pid, started=begun, log_start=before)
                self.places.keep(facts)
            self._wait(logs)
            self._serve_guides()
        except BaseException:
            with uninterrupted():
                self._end_at_once(forget=not known)
            raise
        return True

    def _adopt(self) -> None:
        """A server of this workspace whose start was killed before it could note whom it had started."""
        facts = self.places.facts()
        if facts is None or self.running():
            return
        if pid := find_process(argument_word(self.places)):
            self.places.keep(replace(facts, pid=pid, started=start_time(pid)))

    def _end_at_once(self, *, forget: bool) -> None:
        facts = self.places.facts()
        if facts is None:
            return
        end(facts.guide_pid, facts.guide_started, patience_seconds=1)
        end(facts.pid, facts.started, patience_seconds=_PATIENCE_SECONDS)
        if forget:  # somebody took a port in between: the next first start chooses anew
            self.places.facts_file.unlink(missing_ok=True)
        else:
            self.places.keep(replace(facts, pid=0, started="", guide_pid=0, guide_started=""))

    def stop(self, *, force: bool = False) -> Stopped:
        """Stop the server cleanly (and the guides).

        `force` ends it as a power cut would, and so does a full disk, on which it never stops by itself; it mends its
        store at the next start, and nothing committed is lost.

        Raises
        ------
        GraphStoreError
            If it is still there although its logs have long been still.
        """
        self._adopt()
        facts = self.places.facts()
        if facts is None:
            return Stopped.WAS_NOT_RUNNING
        end(facts.guide_pid, facts.guide_started, patience_seconds=5)
        how = Stopped.WAS_NOT_RUNNING
        if alive(facts.pid, facts.started):
            disk = Disk(self.places, facts.log_start)
            os.kill(facts.pid, signal.SIGKILL if force else signal.SIGTERM)
            how = self._until_gone(facts, disk)
        with contextlib.suppress(StorageError):  # on a full disk; that process is gone all the same
            self.places.keep(replace(facts, pid=0, started="", guide_pid=0, guide_started=""))
        return Stopped.FORCED if how and force else how

    def _until_gone(self, facts: ServerFacts, disk: Disk) -> Stopped:
        logs = Logs(self.places, quiet_seconds=_STOP_QUIET_SECONDS, most_seconds=_STOP_SECONDS)
        how, full_since = Stopped.CLEAN, 0.0
        while alive(facts.pid, facts.started):
            full_since = (full_since or time.monotonic()) if disk.full() else 0.0
            if full_since and time.monotonic() - full_since > _PATIENCE_SECONDS and how is Stopped.CLEAN:
                os.kill(facts.pid, signal.SIGKILL)
                how = Stopped.FORCED
            if not logs.still_moving():
                raise GraphStoreError(
                    f"Neo4j (process {facts.pid}) has not stopped, and its logs are still. It last said: {logs.last_words() or '-'}. Call stop again, or stop --force.",
                    f"Neo4j（进程 {facts.pid}）仍未停止，且日志已无变化。最后输出：{logs.last_words() or '-'}。请重试，或用 stop --force。",
                )
            time.sleep(0.1)
        return how

    def open_graph(self) -> GraphStore:
        """A connection to the running server.

        Raises
        ------
        GraphStoreError
            If it is not running or does not answer.
        """
        auth = ("neo4j", self.places.password())
        return GraphStore.connect(
            self.uri, auth, audit=self.places.audit, disk=Disk(self.places, self.facts.log_start)
        )

    def _settled(self, read_only: bool) -> ServerFacts:
        kept = self.places.facts()
        if kept is None:
            ports = free_ports()
            kept = ServerFacts(bolt_port=ports["bolt"], http_port=ports["http"], guide_port=ports["guide"])
        else:
            refuse_taken_ports(kept)
        return replace(kept, pid=0, started="", read_only=read_only)  # guides outlive a hard kill

    def _wait(self, logs: Logs) -> None:
        """Until it answers; as long as its logs move. What does not come up is told with what it said last."""
        while self.running():
            with contextlib.suppress(GraphStoreError):
                if answers(self.facts.bolt_port):
                    self.open_graph().close()
                    return
            if not logs.still_moving():
                break
            time.sleep(0.25)
        said = logs.last_words() or "-"
        if Disk(self.places, self.facts.log_start).full():
            raise disk_is_full(self.places.home, said)
        raise GraphStoreError(
            f"Neo4j {'is there but does not answer' if self.running() else 'did not come up'}. It last said: {said}. All of it: fraudgraph neo4j logs.",
            f"Neo4j {'进程存在但没有应答' if self.running() else '未能启动'}。最后输出：{said}。完整日志：fraudgraph neo4j logs。",
        )

    def _serve_guides(self) -> None:
        facts = self.facts
        if alive(facts.guide_pid, facts.guide_started):
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
        begun = start_time(pid)
        self.places.keep(replace(facts, guide_pid=pid, guide_started=begun))
        until = time.monotonic() + _GUIDE_SECONDS
        while alive(pid, begun) and not answers(facts.guide_port) and time.monotonic() < until:
            time.sleep(0.05)


@contextlib.contextmanager
def _one_start_at_a_time(tell: Progress) -> Iterator[None]:
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
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell.stage("Waiting for another server to come up", "等待另一台服务器启动完成")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
