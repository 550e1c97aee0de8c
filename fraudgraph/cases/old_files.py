"""Verdicts, hand edits, holds and the ledger as older workspaces keep them: each line taken into the store once, and watched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudgraph.cases.events import Entry, Event
from fraudgraph.cases.officers import BODIES, check_two
from fraudgraph.cases.store import Reader
from fraudgraph.errors import ReplayError, UsageError

__all__ = ["FILES", "Changed", "accept", "changed", "check_unchanged", "take_over"]

FILES = ("verdicts.jsonl", "hand.jsonl", "holds.jsonl", "ledger.csv")
_KINDS = ("old_line", "old_line_replaced")
_PEOPLE = ("people", "patients", "other_patients")
"""Lists of people are kept as their number only: the line's hash vouches for them, and a person who is erased is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A line that is not what was taken over: edited, or gone (`now` empty)."""

    file: str
    line: int
    event: int
    was: str
    now: str
    said: str


def take_over(reader: Reader, folder: Path, *, by: str) -> list[Entry]:
    """What of the older files is not in the store yet, as entries.

    Raises
    ------
    ReplayError
        If a line that was taken over before has changed since.
    """
    check_unchanged(reader, folder)
    known = _known(reader)
    entries = []
    for name in FILES:
        for number, line in _lines(folder / name):
            if (name, number) not in known:
                body = {"line": number, "sha256": _sha(line), **_told(name, line)}
                entries.append(Entry(actor=by, kind="old_line", subject=f"casework/{name}", body=body))
    return entries


def changed(reader: Reader, folder: Path) -> list[Changed]:
    """Lines that are not what was taken over."""
    found = []
    now = {(name, number): line for name in FILES for number, line in _lines(folder / name)}
    for (name, number), event in sorted(_known(reader).items()):
        line = now.get((name, number))
        if line is None or _sha(line) != event.body["sha256"]:
            kept = event.body.get("kept", {})
            said = ", ".join(
                str(kept[key]) for key in ("ring_id", "verdict", "action", "by", "on") if kept.get(key)
            )
            found.append(
                Changed(
                    file=name, line=number, event=event.seq, was=event.body["sha256"],
                    now="" if line is None else _sha(line), said=said,
                )
            )  # fmt: skip
    return found


def check_unchanged(reader: Reader, folder: Path) -> None:
    """See that the older files still say what was taken over.

    Raises
    ------
    ReplayError
        Naming the first line that doesn't, and the event that knows better.
    """
    wrong = changed(reader, folder)
    if not wrong:
        return
    one = wrong[0]
    said_en, said_zh = (f" ({one.said})", f"（{one.said}）") if one.said else ("", "")
    how_en, how_zh = ("was changed", "被改动") if one.now else ("is gone", "已不存在")
    raise ReplayError(
        f"Line {one.line} of {folder / one.file} {how_en} since it was recorded as event {one.event}{said_en}; {len(wrong)} such lines in all. Restore the file from a backup, or accept what it says now, by two people, with `fraudgraph case takeover --accept`.",
        f"{folder / one.file} 第 {one.line} 行自登记为第 {one.event} 条事件{said_zh}后{how_zh}；此类行共 {len(wrong)} 行。请从备份恢复该文件，或由两人用 `fraudgraph case takeover --accept` 认可现有内容。",
    )


def accept(reader: Reader, folder: Path, *, by: str, second: str, reason: str) -> list[Entry]:
    """Take what changed lines say now as right, as new events: after a lawful erasure, or a correction in the ledger.

    Raises
    ------
    UsageError
        If the second person or the reason is missing, or nothing has changed.
    """
    check_two(
        reader, by, second, tuple(BODIES), what=("Accepting changed lines", "认可改动的行"), basis="双人复核"
    )
    wrong = changed(reader, folder)
    if not wrong or not reason.strip():
        raise UsageError(
            "No line has changed, or the reason (--reason) is missing. Nothing was recorded.",
            "没有被改动的行，或未注明理由（--reason）。未登记任何内容。",
        )
    now = {(name, number): line for name in FILES for number, line in _lines(folder / name)}
    return [
        Entry(
            actor=by, second_actor=second, kind="old_line_replaced", subject=f"casework/{one.file}",
            body={
                "line": one.line, "of": one.event, "was": one.was, "sha256": one.now, "reason": reason,
                **_told(one.file, now.get((one.file, one.line), "")),
            },
        )
        for one in wrong
    ]  # fmt: skip


def _known(reader: Reader) -> dict[tuple[str, int], Event]:
    """By file and line the last event on it; a line whose end was accepted is known no more."""
    found: dict[tuple[str, int], Event] = {}
    for event in reader.events(kinds=_KINDS):
        key = (event.subject.removeprefix("casework/"), int(event.body["line"]))
        found[key] = event
    return {key: event for key, event in found.items() if event.body["sha256"]}


def _lines(path: Path) -> Sequence[tuple[int, str]]:
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [one for one in numbered if one[0] > 1] if path.suffix == ".csv" else numbered


def _told(name: str, line: str) -> dict[str, Any]:
    """What the line says, readable in the event."""
    try:
        kept = json.loads(line)
    except ValueError:
        return {"kept": {"text": line}} if name.endswith(".csv") else {}
    if not isinstance(kept, dict):
        return {}
    for key in _PEOPLE:
        if isinstance(kept.get(key), list):
            kept[key] = len(kept[key])
    return {"kept": kept}


def _sha(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
