"""A connection to a Neo4j server, ours or another, whose failures are sentences a person can act on."""

from __future__ import annotations

import getpass
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString, Self

import neo4j
from neo4j import exceptions

from fraudgraph.errors import GraphStoreError, StorageError
from fraudgraph.graphdb.process import Disk

__all__ = ["DATABASE", "GraphStore", "as_text", "disk_is_full"]

DATABASE = "neo4j"
logging.getLogger("neo4j").addHandler(logging.NullHandler())  # its retries are no news for people
_OLDEST = (5, 23)
"""The questions use `CALL (x) { … }`, which stands since 5.23. Tested: 5.26.30 and 2026.04.0."""
_ASKERS_FAULT = ("Neo.ClientError.Statement", "Neo.ClientError.Security")
_STORE_FAILED = ("TransactionLogError", "critical error")
_LOG_SECONDS = 10.0
"""After such a failure the log says why, but not before the client hears of it."""
_CONNECT_SECONDS = 30.0  # where nobody listens the answer comes at once; a busy machine may take a while


class GraphStore:
    """A server that answered, of a version we can work with.

    Parameters
    ----------
    driver : neo4j.Driver
        Open, and ours to close.
    audit : Path, optional
        Where questions asked through our commands are noted.
    disk : Disk, optional
        The disk under the store, where the server is ours: what fails on a full one is told so.
    """

    def __init__(self, driver: neo4j.Driver, *, audit: Path | None = None, disk: Disk | None = None) -> None:
        self.driver = driver
        self.version = ""
        self._audit = audit
        self._disk = disk

    @classmethod
    def connect(
        cls, uri: str, auth: tuple[str, str], *, audit: Path | None = None, disk: Disk | None = None,
        oldest: tuple[int, int] = _OLDEST,
    ) -> Self:  # fmt: skip
        """Connect, and look whether the server can be used.

        Raises
        ------
        GraphStoreError
            If nobody answers, the password is wrong, or the server is too old.
        """
        try:
            driver = neo4j.GraphDatabase.driver(
                uri, auth=auth, connection_timeout=_CONNECT_SECONDS, connection_acquisition_timeout=_CONNECT_SECONDS,
                max_transaction_retry_time=20, notifications_min_severity="OFF", user_agent="fraudgraph",
            )  # fmt: skip
        except (exceptions.ConfigurationError, ValueError) as problem:
            raise GraphStoreError(
                f"{uri!r} is no address of a Neo4j server: {problem}. It looks like bolt://host:7687 or neo4j+s://host:7687.",
                f"{uri!r} 不是 Neo4j 服务器地址：{problem}。形如 bolt://主机：7687 或 neo4j+s://主机：7687。",
            ) from None
        store = cls(driver, audit=audit, disk=disk)
        try:
            with store.sentences(uri):
                driver.verify_connectivity()
                store.version = str(
                    store.value(
                        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]"
                    )
                )
            store._refuse_old(uri, oldest)
        except BaseException:
            driver.close()
            raise
        return store

    def _refuse_old(self, uri: str, oldest: tuple[int, int]) -> None:
        numbers = [int(part) for part in re.findall(r"\d+", self.version)[:2]] or [0]
        if tuple(numbers) < oldest:
            wanted = ".".join(str(part) for part in oldest)
            raise GraphStoreError(
                f"The Neo4j at {uri} is version {self.version}; {wanted} or newer is needed. Nothing was changed; use a newer server, or `fraudgraph neo4j start` for one of our own.",
                f"{uri} 处的 Neo4j 版本为 {self.version}，需要 {wanted} 或更高。未作任何改动；请使用更新的服务器，或用 `fraudgraph neo4j start` 启动自带的服务器。",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the server."""
        self.driver.close()

    @contextmanager
    def session(self, *, read: bool = False) -> Iterator[neo4j.Session]:
        """A session whose failures come out as GraphStoreError."""
        access = neo4j.READ_ACCESS if read else neo4j.WRITE_ACCESS
        with self.sentences(), self.driver.session(database=DATABASE, default_access_mode=access) as session:
            yield session

    def rows(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a question, as plain values and graph elements; read-only."""
        with self.session(read=True) as session:
            return session.execute_read(
                lambda tx: [
                    dict(zip(record.keys(), record.values(), strict=True))
                    for record in tx.run(as_text(cypher), parameters)
                ]
            )

    def value(self, cypher: str, **parameters: Any) -> Any:
        """The only value of a question."""
        with self.session(read=True) as session:
            record = session.run(as_text(cypher), parameters).single(strict=True)
            return record[0]

    def write(self, cypher: str, **parameters: Any) -> neo4j.ResultSummary:
        """Run a change in a transaction of its own."""
        with self.session() as session:
            return session.execute_write(lambda tx: tx.run(as_text(cypher), parameters).consume())

    def write_unmanaged(self, cypher: str, **parameters: Any) -> neo4j.ResultSummary:
        """Run a change that makes its own transactions (CALL … IN TRANSACTIONS), or a change of schema."""
        with self.session() as session:
            return session.run(as_text(cypher), parameters).consume()

    def note(self, what: str, parameters: Mapping[str, Any]) -> None:
        """Write into the audit log who asked what, and when."""
        if self._audit is None:
            return
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "user": _user(),
            "what": what,
            "parameters": {key: str(value) for key, value in sorted(parameters.items())},
        }
        handle = os.open(self._audit, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    @contextmanager
    def sentences(self, uri: str = "") -> Iterator[None]:
        """Turn the driver's failures into one sentence each."""
        try:
            yield
        except exceptions.AuthError:
            raise GraphStoreError(
                "Neo4j refuses the user or password. For our own server they are in the workspace (fraudgraph neo4j open --print); for another set NEO4J_USERNAME and NEO4J_PASSWORD.",
                "Neo4j 拒绝了用户名或口令。自带服务器的口令在工作区中（fraudgraph neo4j open --print）；其他服务器请设置 NEO4J_USERNAME 和 NEO4J_PASSWORD。",
            ) from None
        except (
            exceptions.ServiceUnavailable,
            exceptions.SessionExpired,
            exceptions.IncompleteCommit,
            OSError,
        ) as problem:
            self._tell_a_full_disk(problem)
            where = f" at {uri}" if uri else ""
            raise GraphStoreError(
                f"Neo4j{where} is not there, or went away: {_first_line(problem)}. Start it (fraudgraph neo4j start) and call again; a load goes on where it stopped.",
                f"Neo4j{where} 不在线或中途断开：{_first_line(problem)}。请启动后（fraudgraph neo4j start）重试；加载会从中断处继续。",
            ) from None
        except exceptions.Neo4jError as problem:
            if not str(problem.code).startswith(_ASKERS_FAULT):
                self._tell_a_full_disk(problem)
            raise _refusal(problem) from None
        except exceptions.DriverError as problem:
            self._tell_a_full_disk(problem)
            raise GraphStoreError(
                f"The connection to Neo4j failed: {_first_line(problem)}. Check the server (fraudgraph neo4j status) and call again.",
                f"与 Neo4j 的连接失败：{_first_line(problem)}。请检查服务器（fraudgraph neo4j status）后重试。",
            ) from None

    def _tell_a_full_disk(self, problem: BaseException) -> None:
        if self._disk is None:
            return
        told = f"{getattr(problem, 'code', '')} {_first_line(problem)}"
        wait_seconds = _LOG_SECONDS if any(words in told for words in _STORE_FAILED) else 0.0
        if self._disk.full(wait_seconds=wait_seconds):
            raise disk_is_full(self._disk.folder, _first_line(problem)) from None


def disk_is_full(folder: Path, said: str) -> StorageError:
    """What is said of a full disk under the store; Neo4j's own words for it name an index or a transaction."""
    return StorageError(
        f"The disk under {folder} is full, and Neo4j could not write: {said}. Free some space, then stop and start it (fraudgraph neo4j stop, then start) and call again: nothing committed is lost, and a load goes on where it stopped.",
        f"{folder} 所在磁盘已满，Neo4j 无法写入：{said}。请清理空间，停止并重新启动（先 fraudgraph neo4j stop，再 start）后重试：已提交的数据不会丢失，加载会从中断处继续。",
    )


def _refusal(problem: exceptions.Neo4jError) -> GraphStoreError:
    code, said = str(problem.code), _first_line(problem)
    if (
        "ReadOnly" in code
        or "Forbidden" in code
        or "read-only" in said.lower()
        or "read only" in said.lower()
    ):
        return GraphStoreError(
            "This Neo4j was started read-only and takes no changes. Stop it and start it without --read-only to load.",
            "此 Neo4j 以只读方式启动，不接受改动。如需加载，请停止后不带 --read-only 重新启动。",
        )
    if "OutOfMemory" in code or "MemoryPool" in code or "OutOfDisk" in code or "space" in said.lower():
        return GraphStoreError(
            f"The Neo4j server is out of memory or disk: {said}. Give it more, remove old runs (fraudgraph neo4j remove), and call again; a load goes on where it stopped.",
            f"Neo4j 服务器内存或磁盘不足：{said}。请扩容或移除旧批次（fraudgraph neo4j remove）后重试；加载会从中断处继续。",
        )
    if any(words in f"{code} {said}" for words in _STORE_FAILED):
        return GraphStoreError(
            f"The Neo4j server could not write to its disk: {said}. Free some space, stop and start it (fraudgraph neo4j stop, then start), and call again; a load goes on where it stopped.",
            f"Neo4j 服务器无法写盘：{said}。请清理磁盘空间，停止并重新启动（先 fraudgraph neo4j stop，再 start）后重试；加载会从中断处继续。",
        )
    return GraphStoreError(
        f"Neo4j refused: {said} ({code}). If this is a question of your own, correct it; otherwise look at `fraudgraph neo4j logs`.",
        f"Neo4j 拒绝执行：{said}（{code}）。若为自写查询，请改正；否则请查看 `fraudgraph neo4j logs`。",
    )


def _first_line(problem: BaseException) -> str:
    text = str(getattr(problem, "message", None) or problem)
    return text.strip().splitlines()[0][:400].rstrip(".:") if text.strip() else type(problem).__name__


def as_text(cypher: str) -> LiteralString:
    """Cypher of our own, as the driver wants it called; values come as parameters only."""
    return cypher


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
