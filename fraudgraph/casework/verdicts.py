"""Verdicts 核查结论: what investigators found, added line by line and never changed."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from fraudgraph.casework.appending import append_lines, read_records
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.settings import CaseworkSettings, load_settings

__all__ = [
    "VERDICTS",
    "Standing",
    "Verdict",
    "add_months",
    "add_verdicts",
    "check_days",
    "read_verdicts",
    "standing_words",
    "standings",
]

VERDICTS = ("pending", "confirmed", "cleared", "insufficient")
FILE_NAME = "verdicts.jsonl"
_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One answer of one person. `settles` overrules what others said before.

    `source` says how it came: the command, or the returned file's name and hash.
    """

    ring_id: str
    verdict: str
    by: str
    on: date
    reason: str = ""
    expires_on: date | None = None
    settles: bool = False
    handling: str = ""
    source: str = "command"

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            hint_en, hint_zh = nearest_hint(self.verdict, list(VERDICTS))
            raise UsageError(
                f"Verdict {self.verdict!r} on {self.ring_id} is not known; {hint_en}",
                f"{self.ring_id} 的核查结论 {self.verdict!r} 无法识别；{hint_zh}",
            )
        if self.verdict != "pending" and not self.by.strip():
            raise UsageError(
                f"The verdict {self.verdict} on {self.ring_id} names nobody. Say who found it (--by, or the column handled_by).",
                f"{self.ring_id} 的核查结论 {self.verdict} 未注明核查人，请用 --by 或 handled_by 列填写。",
            )


def check_days(verdicts: Iterable[Verdict], today: date) -> None:
    """See that verdicts lie in the past and expire after they were given.

    Raises
    ------
    UsageError
        Naming the first that doesn't; nothing is recorded then.
    """
    for one in verdicts:
        if one.on > today or one.on.year < _FIRST_YEAR:
            raise UsageError(
                f"The verdict on {one.ring_id} is dated {one.on}; expected a day from {_FIRST_YEAR} to today, {today}. Correct --on or the column on. Nothing was recorded.",
                f"{one.ring_id} 的核查结论日期为 {one.on}，应在 {_FIRST_YEAR} 年至今天（{today}）之间。请改正 --on 或 on 列。未登记任何内容。",
            )
        if one.expires_on is not None and one.expires_on < one.on:
            raise UsageError(
                f"The verdict on {one.ring_id} of {one.on} expires on {one.expires_on}, before it was given. Correct --expires or the column expires_on. Nothing was recorded.",
                f"{one.ring_id} 于 {one.on} 的核查结论有效期至 {one.expires_on}，早于结论日期。请改正 --expires 或 expires_on 列。未登记任何内容。",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a ring stands: the verdict that holds, and the others that contradict it.

    Where people disagree the ring counts as pending, so that it stays on the list until somebody settles it.
    """

    ring_id: str
    verdict: str
    last: Verdict
    disagreeing: tuple[Verdict, ...] = ()
    expired: bool = False


def add_verdicts(folder: Path, verdicts: Iterable[Verdict]) -> int:
    """Add verdicts at the end of the file; what stands there is not added again, by whatever file it came.

    Returns
    -------
    int
        How many were added.
    """
    known = {_line(replace(verdict, source="")) for verdict in read_verdicts(folder)}
    fresh = []
    for verdict in verdicts:
        said = _line(replace(verdict, source=""))
        if said not in known:
            known.add(said)
            fresh.append(_line(verdict))
    if fresh:
        append_lines(folder / FILE_NAME, fresh)
    return len(fresh)


def _line(verdict: Verdict) -> str:
    plain = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(verdict).items()
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def read_verdicts(folder: Path) -> list[Verdict]:
    """All verdicts in the order in which they came; a last line that was cut off by a power failure is passed over."""
    return read_records(folder / FILE_NAME, _as_verdict)


def _as_verdict(row: dict[str, Any]) -> Verdict:
    expires = date.fromisoformat(row["expires_on"]) if row["expires_on"] else None
    return Verdict(**{**row, "on": date.fromisoformat(row["on"]), "expires_on": expires})


def standings(verdicts: Sequence[Verdict], as_of: date, settings: CaseworkSettings) -> Mapping[str, Standing]:
    """Where each ring stands on a day.

    Parameters
    ----------
    verdicts : sequence of Verdict
        All, in the order in which they came.
    as_of : date
        The day; verdicts that expired before it no longer hold.
    settings : CaseworkSettings
        How long `cleared` holds where no expiry was given.
    """
    by_ring: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_ring.setdefault(verdict.ring_id, []).append(verdict)
    return {name: _standing(name, by_ring[name], as_of, settings) for name in sorted(by_ring)}


def standing_words(path: Path, as_of: date | None = None) -> dict[str, str]:
    """By ring the verdict that stands, from a workspace's own verdicts or from any table of ring_id and verdict.

    Parameters
    ----------
    path : Path
        `casework/verdicts.jsonl` of a workspace, where disagreements and expiry count; or a csv, parquet or JSON lines
        file, where the last word counts.
    as_of : date, optional
        The day on which it is asked; today if left out.

    Raises
    ------
    SourceError
        If the file can't be read or lacks the two columns.
    """
    from fraudgraph.screening.history import read_ring_verdicts  # noqa: PLC0415  # a verdict alone needs no database

    workspace = path.parent.parent / "fraudgraph.toml"
    if path.name != FILE_NAME or not workspace.is_file():
        return read_ring_verdicts(path)
    held = standings(read_verdicts(path.parent), as_of or date.today(), load_settings(workspace).casework)
    return {name: standing.verdict for name, standing in held.items()}


def _standing(name: str, said: list[Verdict], as_of: date, settings: CaseworkSettings) -> Standing:
    last_word = max((i for i, one in enumerate(said) if one.settles), default=0)
    latest = {one.by: one for one in said[last_word:]}  # each person's last word
    holding = [
        one for one in latest.values() if one.verdict != "pending" and not _expired(one, as_of, settings)
    ]
    last = said[-1]
    if not holding:
        gone = any(one.verdict != "pending" for one in latest.values())
        return Standing(ring_id=name, verdict="pending", last=last, expired=gone)
    if len({one.verdict for one in holding}) > 1:
        return Standing(ring_id=name, verdict="pending", last=last, disagreeing=tuple(holding))
    return Standing(ring_id=name, verdict=holding[-1].verdict, last=holding[-1])


def _expired(verdict: Verdict, as_of: date, settings: CaseworkSettings) -> bool:
    if verdict.expires_on is not None:
        return verdict.expires_on < as_of
    return verdict.verdict == "cleared" and add_months(verdict.on, settings.cleared_months) < as_of


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
