"""One job at a time: the lock of a workspace, which the system lets go with the process."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from fraudgraph.errors import LockedError
from fraudgraph.jobs.workspace import Workspace, cannot_write

__all__ = ["Lock"]


class Lock:
    """Held while a job works in a workspace; the system lets it go with the process, however that ends.

    Parameters
    ----------
    workspace : Workspace
        Where.
    command : str
        What is being done, for whoever finds the place taken.

    Raises
    ------
    LockedError
        If another process holds it.
    """

    def __init__(self, workspace: Workspace, command: str) -> None:
        self._path = workspace.root / ".lock"
        self._command = command
        self._handle = -1
        self._umask = 0o022
        self.left_behind: dict[str, Any] | None = None
        """Who held the lock and ended without letting it go, if anybody did."""

    def __enter__(self) -> Self:
        try:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise cannot_write(self._path, problem) from None
        holder = self._holder()
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise self._taken(holder) from None
        self.left_behind = holder
        self._umask = os.umask(0o077)  # whatever a job makes is its owner's alone
        self._note({
            "pid": os.getpid(), "host": socket.gethostname(), "command": self._command,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        })  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.umask(self._umask)
        self._note(None)
        os.close(self._handle)

    def _holder(self) -> dict[str, Any] | None:
        try:
            found = json.loads(os.pread(self._handle, 4096, 0).decode("utf-8") or "null")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def _note(self, holder: dict[str, Any] | None) -> None:
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps(holder).encode("utf-8"), 0)

    def _taken(self, holder: dict[str, Any] | None) -> LockedError:
        who = holder or {}
        en = f"process {who.get('pid', '?')} on {who.get('host', '?')}, `{who.get('command', '?')}`, since {who.get('since', '?')}"
        zh = f"主机 {who.get('host', '?')} 上的进程 {who.get('pid', '?')}（`{who.get('command', '?')}`，自 {who.get('since', '?')}）"
        return LockedError(
            f"Another job is at work in this workspace: {en}. Wait until it is done, then run again.",
            f"该工作区正在运行另一任务：{zh}。请等待其结束后重新运行。",
        )
