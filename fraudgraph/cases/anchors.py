"""Anchors 锚点: the head's number and hash, kept outside of the store; a chain alone could be rewritten whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.cases.store import Head, now_utc
from fraudgraph.casework.appending import append_lines, read_lines
from fraudgraph.errors import StorageError, UsageError

__all__ = ["Anchor", "anchor_as_typed", "keeping", "read_anchors", "write_anchor"]

_TYPED = re.compile(r"(?P<seq>[1-9]\d*):(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """That an event had this hash, and who remembers it: a file or a printed page."""

    seq: int
    hash: str
    source: str


def write_anchor(path: Path, head: Head, *, what: str = "") -> None:
    """Add the head to a file of anchors; `what` says for which document."""
    line = {
        "seq": head.seq, "hash": head.hash, "sm3": head.sm3, "at": now_utc().isoformat(timespec="seconds"), "what": what,
    }  # fmt: skip
    append_lines(path, [json.dumps(line, ensure_ascii=False, sort_keys=True)])


def keeping(path: Path) -> Callable[[Head], None]:
    """What adds every new head to a file of anchors."""
    return lambda head: write_anchor(path, head)


def read_anchors(path: Path) -> list[Anchor]:
    """All anchors of a file.

    Raises
    ------
    StorageError
        If the file is damaged.
    """
    try:
        return [
            Anchor(seq=int(one["seq"]), hash=str(one["hash"]), source=str(path)) for one in read_lines(path)
        ]
    except (KeyError, TypeError, ValueError):
        raise StorageError(
            f"{path} holds a line that is no anchor; expected seq and hash. Restore it from a backup.",
            f"{path} 中有一行不是锚点，应有 seq 和 hash。请从备份恢复。",
        ) from None


def anchor_as_typed(text: str) -> Anchor:
    """A head as it is printed on documents: the event's number, a colon, 64 hexadecimal digits.

    Raises
    ------
    UsageError
        If it is something else.
    """
    found = _TYPED.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(
            f"--head takes a number, a colon and 64 hexadecimal digits as printed on a document, not {text!r}.",
            f"--head 应为文书上所印的“序号:64 位十六进制数”，不能是 {text!r}。",
        )
    return Anchor(seq=int(found["seq"]), hash=found["hash"], source=text.strip()[:20] + "…")
