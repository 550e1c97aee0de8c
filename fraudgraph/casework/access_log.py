"""Who looked at whole names and numbers, when, and what for: a file beside OUT that only grows."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.casework.appending import append_lines, read_lines

__all__ = ["access_log", "log_access", "read_access"]


def access_log(out: Path) -> Path:
    """Where looking into a run is written down: beside its folder, so that a run that takes its place leaves it alone."""
    whole = out.resolve()
    return whole.with_name(f"{whole.name}.access.jsonl")


def log_access(out: Path, *, command: str, subject: str, reason: str = "", shown: int = 0) -> None:
    """Write down that somebody asked; done before anything is shown.

    Parameters
    ----------
    out : Path
        The run's folder.
    command, subject, reason : str
        What was asked, about what, and what for.
    shown : int
        How many are shown.

    Raises
    ------
    StorageError
        If it can't be written: then nothing is shown.
    """
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "user": _user(), "command": command, "subject": subject,
        "reason": reason, "shown": shown,
    }  # fmt: skip
    append_lines(access_log(out), [json.dumps(entry, ensure_ascii=False)])


def read_access(out: Path) -> list[dict[str, object]]:
    """All entries, in order."""
    return list(read_lines(access_log(out)))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine, as in some containers
        return "unknown"
