"""What has to be made: the month asked for, and earlier ones that a delivery came late for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudgraph import __version__
from fraudgraph.jobs.damage import damaged, read_json
from fraudgraph.jobs.deliveries import DeliveredFile, Delivery, window_of
from fraudgraph.jobs.registers import REGISTER_NAME
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = ["Plan", "case_key", "made_of", "month_notes", "plan_months"]

_SCORING = ("source", "screening", "meetings", "groups", "outliers", "rings", "run")
"""Settings that the long stages depend on."""
_LISTING = ("casework", "routes", "referral", "privacy", "calibration")
_Used = Sequence[tuple[Delivery, list[DeliveredFile]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one month is made of. `start_at` is the stage to begin with, empty where nothing is to be done.

    `waiting` counts claims that came late and are too few to score the month anew.
    """

    month: Month
    first: Month
    used: tuple[tuple[Delivery, list[DeliveredFile]], ...]
    score_key: str
    start_at: str
    late: bool
    waiting: int


def plan_months(
    workspace: Workspace,
    asked: Month,
    settings: Settings,
    every: Sequence[Delivery],
    *,
    from_stage: str | None,
) -> list[Plan]:
    """The month asked for, always, and those published before that a delivery was late for, in order.

    Parameters
    ----------
    workspace : Workspace
        Where.
    asked : Month
        The month asked for.
    settings : Settings
        The workspace's settings.
    every : sequence of Delivery
        All that was ever taken in.
    from_stage : str, optional
        Stage from which the month asked for is to be done even if nothing changed.
    """
    months = sorted({*workspace.published(), asked})
    with_claims = {month for one in every if not one.withdrawn for month in one.months}
    plans = [
        _plan(workspace, month, settings, every, from_stage if month == asked else None)
        for month in months
        if month == asked or str(month) in with_claims
    ]
    return [plan for plan in plans if plan.month == asked or (plan.start_at == "score" and plan.late)]


def _plan(
    workspace: Workspace, month: Month, settings: Settings, every: Sequence[Delivery], from_stage: str | None
) -> Plan:
    first, found = window_of(every, month, settings)
    used: _Used = found
    kept = month_notes(workspace, month)
    late, waiting = False, 0
    if kept is not None:
        late, waiting = _lateness(kept, used, first, month, settings.month.late_share)
        late = late or _decided_since(kept, every, first, month)
        if not late and from_stage != "score":
            used = [(one, files) for one, files in used if one.id in kept["deliveries"]]
    score_key = _score_key(workspace, month, settings, used)
    if from_stage in ("score", "rings"):
        start = from_stage
    elif kept is None or kept["score_key"] != score_key:
        start = "score"
    else:
        start = "rings" if kept["case_key"] != case_key(workspace, month, settings, score_key) else ""
    return Plan(
        month=month, first=first, used=tuple(used), score_key=score_key, start_at=start, late=late, waiting=waiting
    )  # fmt: skip


def _decided_since(kept: dict[str, Any], every: Sequence[Delivery], first: Month, month: Month) -> bool:
    """Whether a delivery was withdrawn or restored by hand since the month was made."""
    return any(
        one.decision is not None
        and one.withdrawn == (one.id in kept["deliveries"])
        and (one.holds(first, month) or not (one.months or one.touched))
        for one in every
    )


def _lateness(
    kept: dict[str, Any], used: _Used, first: Month, month: Month, late_share: float
) -> tuple[bool, int]:
    """Whether deliveries since the month was made bring enough for it, and how many claims they bring else."""
    had: dict[str, int] = {}
    new: dict[str, int] = {}
    for one, _ in used:
        into = had if one.id in kept["deliveries"] else new
        counts = one.months if one.id in kept["deliveries"] else one.touched
        for name, count in counts.items():
            if str(first) <= name <= str(month):
                into[name] = into.get(name, 0) + count
    late = any(count >= late_share * had.get(name, 0) for name, count in new.items())
    return late, 0 if late else sum(new.values())


def made_of(workspace: Workspace, settings: Settings) -> dict[str, str]:
    """What a month depends on beside its deliveries, each as a hash: enough to say later what was changed."""
    return {
        "version": __version__,
        "scoring": _hash({name: getattr(settings, name).model_dump(mode="json") for name in _SCORING}),
        "listing": _hash({name: getattr(settings, name).model_dump(mode="json") for name in _LISTING}),
        "mapping": _hash({"files": _hash_files([workspace.mapping] if workspace.mapping else [])}),
        "screens": _hash({"files": _hash_files(sorted((workspace.root / "screens").rglob("*.sql")))}),
        "casework": _hash({"files": _hash_files(sorted(workspace.casework.glob("[!.]*")))}),
    }


def _score_key(workspace: Workspace, month: Month, settings: Settings, used: _Used) -> str:
    return _hash(
        {
            "version": __version__,
            "month": str(month),
            "window_months": settings.month.window_months,
            "settings": {name: getattr(settings, name).model_dump(mode="json") for name in _SCORING},
            "mapping": _hash_files([workspace.mapping] if workspace.mapping else []),
            "screens": _hash_files(sorted((workspace.root / "screens").rglob("*.sql"))),
            "files": sorted([one.id, file.name, file.sha256] for one, files in used for file in files),
        }
    )


def case_key(workspace: Workspace, month: Month, settings: Settings, score_key: str) -> str:
    """What the list depends on, beside the claims: verdicts, hand edits, calendar, ledger, the month before."""
    earlier = [one for one in workspace.published() if one < month]
    register = [workspace.month(earlier[-1]) / REGISTER_NAME] if earlier else []
    return _hash(
        {
            "score": score_key,
            "settings": {name: getattr(settings, name).model_dump(mode="json") for name in _LISTING},
            "casework": _hash_files(sorted(workspace.casework.glob("[!.]*"))),
            "register": _hash_files(register),
        }
    )


def month_notes(workspace: Workspace, month: Month) -> dict[str, Any] | None:
    """What a published month was made of (month.json), or None where it was not made yet.

    Raises
    ------
    StorageError
        If the file is damaged.
    """
    path = workspace.month(month) / "month.json"
    remedy = (
        f"Restore it from a backup; or move {path.parent} away and run `fraudgraph month {month}` again.",
        f"请从备份恢复；或移走 {path.parent} 后重新执行 `fraudgraph month {month}`。",
    )
    kept = read_json(path, remedy)
    if kept is not None and not {"deliveries", "score_key", "case_key", "counts"} <= kept.keys():
        raise damaged(path, remedy)
    return kept


def _hash(parts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _hash_files(paths: Sequence[Path]) -> list[list[str]]:
    return [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths if path.is_file()]
