"""Files that only grow: each line is one JSON object, and what stands there is never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from fraudgraph.errors import StorageError, UsageError

__all__ = ["append_lines", "read_lines", "read_records"]

_Record = TypeVar("_Record")


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add lines at the end and see them onto the disk; a last line that was cut off is closed first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "".join(f"{line}\n" for line in lines)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "rb+") as file:
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
            text = "\n" + text
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All objects, in order; a line that was cut off by a power failure is passed over.

    Raises
    ------
    StorageError
        If a line is damaged in another way, naming it: nobody's decision is passed over silently.
    """
    return [one for _, one in _numbered(path)]


def read_records(path: Path, make: Callable[[dict[str, Any]], _Record]) -> list[_Record]:
    """All lines as records, in order.

    Parameters
    ----------
    path : Path
        The file.
    make : callable
        Makes a record of a line's object.

    Raises
    ------
    StorageError
        If a line is damaged, or is no such record, naming it.
    """
    found = []
    for number, one in _numbered(path):
        try:
            found.append(make(one))
        except (AttributeError, KeyError, TypeError, ValueError, UsageError):
            raise _damaged(path, number) from None
    return found


def _numbered(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            one = json.loads(line)
        except ValueError as problem:
            if _cut_off(line, problem):
                continue
            raise _damaged(path, number) from None
        if not isinstance(one, dict):
            raise _damaged(path, number)
        yield number, one


def _cut_off(line: str, problem: ValueError) -> bool:
    """Whether a line begins as an object does and only lacks its end."""
    at_end = isinstance(problem, json.JSONDecodeError) and (
        problem.pos >= len(line.rstrip()) or problem.msg.startswith("Unterminated")
    )
    return not line.strip() or (line.startswith("{") and at_end)


def _damaged(path: Path, number: int) -> StorageError:
    return StorageError(
        f"{path}, line {number}, is damaged: expected one JSON object as the program writes it. Restore the file from a backup, or correct the line; nothing was done.",
        f"{path} 第 {number} 行已损坏，应为程序写入的一个 JSON 对象。请从备份恢复该文件或改正该行；未做任何处理。",
    )
