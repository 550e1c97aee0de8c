"""The case store 办案库: one SQLite file in which events are added and never changed."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from fraudgraph.cases.events import Entry, Event, body_text, chained, sm3_of
from fraudgraph.errors import LockedError, ReplayError, StorageError, UsageError

__all__ = ["CLOCK_CORRECTED", "CaseStore", "Head", "event_of", "now_utc"]

CLOCK_CORRECTED = "clock_corrected"
"""The one kind of event that may be dated before the one it follows."""
_PATIENCE_SECONDS = 30.0
_TOLERANCE = timedelta(minutes=2)
"""A clock that a time server has put back by so little is no clock set back."""
_COLUMNS = "seq, at, actor, second_actor, kind, subject, body, rule_set, prev_hash, hash, sm3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last event's number and hashes: what is printed on documents and kept outside of the file."""

    seq: int
    hash: str
    sm3: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def now_utc() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def event_of(row: Sequence[Any]) -> Event:
    """A row of the table as an event."""
    seq, at, actor, second, kind, subject, body, rule_set, prev_hash, sha, sm3 = row
    return Event(
        seq=seq, at=at, actor=actor, second_actor=second, kind=kind, subject=subject, body=json.loads(body),
        rule_set=rule_set, prev_hash=prev_hash, hash=sha, sm3=sm3,
    )  # fmt: skip


class CaseStore:
    """A workspace's events.

    Parameters
    ----------
    path : Path
        The SQLite file.
    clock : callable, optional
        Tells the time; the machine's by default.
    on_added : callable, optional
        Told the head after every act, to be kept outside of the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = now_utc,
        on_added: Callable[[Head], None] | None = None,
    ) -> None:
        self.path = path
        self._clock = clock
        self._on_added = on_added

    def exists(self) -> bool:
        """Whether anything was ever recorded."""
        return self.path.is_file()

    def add(self, *entries: Entry) -> list[Event]:
        """Record entries, all or none."""
        return self.act(lambda _reader: list(entries))

    def act(self, decide: Callable[[Reader], Sequence[Entry]]) -> list[Event]:
        """Look and record in one step: nobody else can record in between.

        Parameters
        ----------
        decide : callable
            Gets a reader of what stands there now and says what shall be recorded; raises where a rule forbids it.

        Raises
        ------
        UsageError
            If the machine's clock stands before the last event.
        StorageError
            If the disk is full or the file can't be written; nothing is recorded then.
        LockedError
            If another process has been recording for half a minute.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._connection() as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                added = self._append(con, decide(Reader(con)))
                con.execute("COMMIT")
            except BaseException:
                if con.in_transaction:
                    con.execute("ROLLBACK")
                raise
        if added:
            self._keep_outside(Head(seq=added[-1].seq, hash=added[-1].hash, sm3=added[-1].sm3))
        return added

    def _keep_outside(self, head: Head) -> None:
        if self._on_added is None:
            return
        try:
            self._on_added(head)
        except OSError as problem:
            raise StorageError(
                f"Event {head.seq} was recorded, but its anchor could not be written ({problem.strerror}: {problem.filename}). Don't record it again; free some space and write one with `fraudgraph case anchor`.",
                f"第 {head.seq} 条事件已登记，但锚点未能写入（{problem.strerror}：{problem.filename}）。请勿重复登记；清理空间后用 `fraudgraph case anchor` 写出锚点。",
            ) from None

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One unchanging look at the store; others may record meanwhile."""
        if not self.exists():
            con = sqlite3.connect(":memory:")
            con.executescript(_schema())
            yield Reader(con)
            con.close()
            return
        with self._connection() as con:
            con.execute("BEGIN")
            yield Reader(con)
            con.execute("ROLLBACK")

    def head(self) -> Head:
        """The last event's number and hashes."""
        with self.read() as reader:
            return reader.head()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            con = self._opened()
            try:
                yield con
            finally:
                con.close()
        except sqlite3.Error as problem:
            raise self._told(problem) from None

    def _opened(self) -> sqlite3.Connection:
        earlier = os.umask(0o077)  # SQLite makes its two side files as the first was made
        try:
            con = sqlite3.connect(self.path, timeout=_PATIENCE_SECONDS, isolation_level=None)
            con.execute("PRAGMA synchronous = FULL")
            _prepare(con)
            return con
        finally:
            os.umask(earlier)

    def _append(self, con: sqlite3.Connection, entries: Sequence[Entry]) -> list[Event]:
        head, last_at = Reader(con).head(), Reader(con).last_at()
        added = []
        for entry in entries:
            at = self._time_of(entry, last_at)
            columns = (
                head.seq + 1, at, entry.actor, entry.second_actor, entry.kind, entry.subject, body_text(entry.body),
                entry.rule_set, head.hash,
            )  # fmt: skip
            raw = chained(*columns)
            row = (*columns, hashlib.sha256(raw).hexdigest(), sm3_of(raw))
            con.execute(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            added.append(event_of(row))
            head, last_at = Head(seq=row[0], hash=row[9], sm3=row[10]), at
        return added

    def _time_of(self, entry: Entry, last_at: str) -> str:
        now = self._clock()
        said = now.isoformat(timespec="microseconds")
        if not last_at or said >= last_at or entry.kind == CLOCK_CORRECTED:
            return said
        if datetime.fromisoformat(last_at) - now <= _TOLERANCE:
            return last_at
        raise UsageError(
            f"This machine's clock says {said[:16]} UTC, but the last event was recorded at {last_at[:16]} UTC. Set the clock right; if it was the earlier time that was wrong, say so with `fraudgraph case clock`. Nothing was recorded.",
            f"本机时钟为 {said[:16]}（UTC），早于最后一条记录的时间 {last_at[:16]}（UTC）。请校正时钟；如此前的时间有误，请用 `fraudgraph case clock` 说明。未登记任何内容。",
        )

    def _told(self, problem: sqlite3.Error) -> Exception:
        said = str(problem)
        if "locked" in said or "busy" in said:
            return LockedError(
                f"Another process has been recording in {self.path} for {_PATIENCE_SECONDS:.0f} seconds. Wait for it to end and try again; nothing was recorded.",
                f"另一进程正在写入 {self.path}，已等待 {_PATIENCE_SECONDS:.0f} 秒。请待其结束后重试；未登记任何内容。",
            )
        if isinstance(problem, sqlite3.IntegrityError) or "malformed" in said or "not a database" in said:
            return ReplayError(
                f"{self.path} is damaged or was changed from outside ({said}). Run `fraudgraph case verify`, and restore it from a backup; nothing was recorded.",
                f"{self.path} 已损坏或被外部改动（{said}）。请执行 `fraudgraph case verify`，并从备份恢复；未登记任何内容。",
            )
        return StorageError(
            f"{self.path} can't be written or read: {said}. Free some space or check the permissions, and try again; nothing was recorded.",
            f"无法读写 {self.path}：{said}。请清理空间或检查权限后重试；未登记任何内容。",
        )


class Reader:
    """What stands in the store at one moment."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con

    def head(self) -> Head:
        """The last event's number and hashes; number 0 where there is none."""
        row = self._con.execute("SELECT seq, hash, sm3 FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(seq=row[0], hash=row[1], sm3=row[2]) if row else Head(seq=0, hash="", sm3="")

    def last_at(self) -> str:
        """When the last event was recorded; empty where there is none."""
        row = self._con.execute("SELECT at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    def events(self, *, subject: str | None = None, kinds: Sequence[str] = ()) -> list[Event]:
        """Events in order, of one subject or of some kinds or all."""
        marks = ", ".join("?" * len(kinds))
        where = [f"kind IN ({marks})"] if kinds else []
        values: list[str] = list(kinds)
        if subject is not None:
            where.append("subject = ?")
            values.append(subject)
        said = f" WHERE {' AND '.join(where)}" if where else ""
        return [
            event_of(row)
            for row in self._con.execute(f"SELECT {_COLUMNS} FROM events{said} ORDER BY seq", values)
        ]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """All rows as they stand, bodies as text, in the order of their numbers."""
        return self._con.execute(f"SELECT {_COLUMNS} FROM events ORDER BY seq")

    def guards_missing(self) -> list[str]:
        """Guards of the table that the file no longer has as they were made."""
        fresh = sqlite3.connect(":memory:")
        fresh.executescript(_schema())
        asked = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        made, here = (dict(con.execute(asked).fetchall()) for con in (fresh, self._con))
        fresh.close()
        return sorted(name for name, sql in made.items() if here.get(name) != sql)

    def damage(self) -> str:
        """What SQLite finds wrong with the file's structure; empty where nothing is."""
        found = str(self._con.execute("PRAGMA integrity_check(1)").fetchone()[0])
        return "" if found == "ok" else found


def _prepare(con: sqlite3.Connection) -> None:
    """WAL and the table, made by whoever comes first; SQLite doesn't wait of itself where two change to WAL at once."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            con.execute("PRAGMA journal_mode = WAL").fetchone()
            if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
                con.executescript(_schema())
            return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def _schema() -> str:
    return files("fraudgraph.cases").joinpath("schema.sql").read_text(encoding="utf-8")
