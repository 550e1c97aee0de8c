"""The month nobody watches: take in what arrived, score the window, follow the rings, settle the list, publish."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from fraudgraph import __version__
from fraudgraph.errors import FraudgraphError, SourceError, UsageError
from fraudgraph.jobs.clerk import REGISTER_NAME, Clerk, open_case_file
from fraudgraph.jobs.collecting import collect
from fraudgraph.jobs.deliveries import Delivery, deliveries, link_window, take_in, window_of
from fraudgraph.jobs.graph_copy import publish_graph
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.outputs import write_month_files
from fraudgraph.jobs.scored import ScoredMonth, score_month
from fraudgraph.jobs.workspace import Lock, Workspace, write_private
from fraudgraph.pipeline import Stages, describe_run, explain_rings, summarise, write_found
from fraudgraph.records import Month
from fraudgraph.run_folder import RunFolder
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["NOTHING_TO_DO", "STAGES", "MonthSummary", "run_month"]

STAGES = ("import", "score", "rings", "publish")
NOTHING_TO_DO = 99
_SCORING = ("source", "screening", "meetings", "groups", "outliers", "rings", "run")
"""Settings that the long stages depend on."""
_LISTING = ("casework", "referral", "privacy")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSummary:
    """What a monthly job did. `done` holds the months that were made anew, in order; none means nothing to do.

    `late` names earlier months that a delivery was late for; `waiting` counts stragglers too few to score a month anew.
    """

    month: str
    out: Path
    done: tuple[str, ...]
    late: tuple[str, ...]
    waiting: int
    delivery: str
    listed_count: int
    changed_count: int
    held_count: int
    ring_count: int
    published: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What one month is made of and whether it has to be made."""

    month: Month
    first: Month
    used: tuple[tuple[Delivery, list[Any]], ...]
    score_key: str
    case_key: str
    start_at: str
    late: bool
    waiting: int


def run_month(
    workspace: Workspace, month: Month, settings: Settings, *, from_stage: str | None = None,
    listener: Callable[[str], None] | None = None,
) -> MonthSummary:  # fmt: skip
    """Do a month's job in a workspace.

    Parameters
    ----------
    workspace : Workspace
        Made by `init_workspace`.
    month : Month
        The month to publish.
    settings : Settings
        The workspace's settings.
    from_stage : str, optional
        Do this stage and those after it even if nothing changed: import, score, rings or publish.
    listener : callable, optional
        Gets the log's lines as they are written.

    Raises
    ------
    FraudgraphError
        With one sentence that says what to do. Months that were published stay as they are.
    """
    if from_stage is not None and from_stage not in STAGES:
        raise UsageError(
            f"There is no stage {from_stage!r}. Choose one of: {', '.join(STAGES)}.",
            f"没有阶段 {from_stage!r}，可选：{'、'.join(STAGES)}。",
        )
    began = perf_counter()
    journal = Journal(workspace.root / "logs" / f"{month}.jsonl", listener)
    with Lock(workspace.checked(), f"fraudgraph month {month}") as lock:
        journal.note(
            "begin",
            month=str(month),
            from_stage=from_stage,
            version=__version__,
            left_behind=lock.left_behind,
        )
        try:
            summary = _Job(workspace, month, settings, journal, from_stage).do(began)
        except FraudgraphError as problem:
            journal.note("failed", exit_code=problem.exit_code, message=problem.message_en)
            raise
        journal.note("end", **asdict(summary))
    return summary


class _Job:
    """One call of the job: the stages in order."""

    def __init__(
        self, workspace: Workspace, month: Month, settings: Settings, journal: Journal, from_stage: str | None
    ) -> None:
        self._workspace, self._month, self._settings = workspace, month, settings
        self._journal, self._from = journal, from_stage

    def do(self, began: float) -> MonthSummary:
        fresh = self._import() if self._from in (None, "import") else None
        every = deliveries(self._workspace)
        if not every:
            raise SourceError(
                f"Nothing was ever delivered to this workspace. Put the claims files into {self._workspace.inbox} and run again.",
                f"该工作区尚未收到任何数据。请将结算数据放入 {self._workspace.inbox} 后重新运行。",
            )
        plans = self._plans(every)
        for plan in plans:
            if plan.start_at:
                self._make(plan)
        published = publish_graph(
            self._workspace, self._month, self._settings, force=self._from == "publish", journal=self._journal
        )
        kept = json.loads((self._workspace.month(self._month) / "month.json").read_text(encoding="utf-8"))
        return MonthSummary(
            month=str(self._month), out=self._workspace.month(self._month),
            done=tuple(str(plan.month) for plan in plans if plan.start_at),
            late=tuple(str(plan.month) for plan in plans if plan.late),
            waiting=sum(plan.waiting for plan in plans), delivery=fresh.id if fresh else "", published=published,
            seconds=round(perf_counter() - began, 3), **kept["counts"],
        )  # fmt: skip

    def _import(self) -> Delivery | None:
        collect(self._workspace, self._month, self._settings, self._journal)
        taken = take_in(self._workspace, self._settings)
        if taken is not None:
            self._journal.note(
                "delivery", id=taken.id, files=[file.name for file in taken.files], months=taken.months,
                rows_kept=taken.rows_kept, rows_set_aside=taken.rows_set_aside,
            )  # fmt: skip
        return taken

    def _plans(self, every: Sequence[Delivery]) -> list[_Plan]:
        """The month asked for and those published before that a delivery was late for."""
        months = sorted({*self._workspace.published(), self._month})
        return [plan for month in months if (plan := self._plan(month, every)) is not None]

    def _plan(self, month: Month, every: Sequence[Delivery]) -> _Plan | None:
        folder, asked = self._workspace.month(month), month == self._month
        first, used = window_of(every, month, self._settings)
        kept = _read_json(folder / "month.json")
        late, waiting = False, 0
        if kept is not None:
            late, waiting = self._lateness(kept, used, first, month)
            if not late:
                used = [(one, files) for one, files in used if one.id in kept["deliveries"]]
        score_key = self._score_key(month, used)
        case_key = self._case_key(month, score_key)
        start = self._start(kept, score_key, case_key, asked=asked, late=late)
        if not asked and not start:
            return None
        return _Plan(
            month=month, first=first, used=tuple(used), score_key=score_key, case_key=case_key, start_at=start,
            late=late, waiting=waiting,
        )  # fmt: skip

    def _lateness(
        self, kept: dict[str, Any], used: Sequence[tuple[Delivery, list[Any]]], first: Month, month: Month
    ) -> tuple[bool, int]:
        """Whether deliveries since the month was made bring enough for it, and how many claims they bring."""
        had, new = ({}, {})  # type: tuple[dict[str, int], dict[str, int]]
        for one, _ in used:
            into = had if one.id in kept["deliveries"] else new
            for name, count in one.months.items():
                if str(first) <= name <= str(month):
                    into[name] = into.get(name, 0) + count
        late = any(count >= self._settings.month.late_share * had.get(name, 0) for name, count in new.items())
        return late, 0 if late else sum(new.values())

    def _start(
        self, kept: dict[str, Any] | None, score_key: str, case_key: str, *, asked: bool, late: bool
    ) -> str:
        """The stage to begin with; empty where nothing is to be done."""
        if asked and self._from in ("score", "rings"):
            return self._from
        if kept is None or late or (asked and kept["score_key"] != score_key):
            return "score"
        return "rings" if asked and kept["case_key"] != case_key else ""

    def _score_key(self, month: Month, used: Sequence[tuple[Delivery, list[Any]]]) -> str:
        parts = {
            "version": __version__,
            "month": str(month),
            "window_months": self._settings.month.window_months,
            "settings": {name: getattr(self._settings, name).model_dump(mode="json") for name in _SCORING},
            "mapping": _hash_files([self._workspace.mapping] if self._workspace.mapping else []),
            "screens": _hash_files(sorted((self._workspace.root / "screens").glob("*.sql"))),
            "files": sorted([one.id, file.name, file.sha256] for one, files in used for file in files),
        }
        return _hash(parts)

    def _case_key(self, month: Month, score_key: str) -> str:
        earlier = [one for one in self._workspace.published() if one < month]
        register = [self._workspace.month(earlier[-1]) / REGISTER_NAME] if earlier else []
        parts = {
            "score": score_key,
            "settings": {name: getattr(self._settings, name).model_dump(mode="json") for name in _LISTING},
            "casework": _hash_files(sorted(self._workspace.casework.glob("[!.]*"))),
            "register": _hash_files(register),
        }
        return _hash(parts)

    def _make(self, plan: _Plan) -> None:
        stages = Stages(self._journal, {})
        scored = self._scored(plan, stages)
        self._journal.note("rings", month=str(plan.month), scored_before=scored.again)
        stages.seconds.update(
            {name: scored.seconds[name] for name in scored.seconds if name not in stages.seconds}
        )
        self._publish(plan, scored, stages)

    def _scored(self, plan: _Plan, stages: Stages) -> ScoredMonth:
        work = self._workspace.work / "scored"
        for other in work.glob("*"):  # only the month at hand is kept: a store is as large as its window
            if other.name != str(plan.month):
                shutil.rmtree(other, ignore_errors=True)
        window = self._workspace.work / "window"
        folder = work / str(plan.month)
        try:
            return score_month(
                folder, [link_window(plan.used, window)], self._settings, plan.month,
                mapping=self._workspace.mapping, key=plan.score_key, stages=stages,
                again=plan.start_at == "score" and self._from == "score",
            )  # fmt: skip
        finally:
            shutil.rmtree(window, ignore_errors=True)

    def _publish(self, plan: _Plan, scored: ScoredMonth, stages: Stages) -> None:
        """Rings and list into the month's folder: complete, or as it was."""
        began, settings = perf_counter(), self._settings
        clerk = Clerk(
            self._workspace, plan.month, settings, open_case_file(self._workspace, plan.month, settings)
        )
        out = self._workspace.month(plan.month)
        with RunFolder(out, replace=True) as folder:
            scored.copy_store(folder.path)
            with Store(
                folder.path, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
            ) as store:
                clerk.edit_groups(store)
                found = explain_rings(
                    store, scored.scored, settings, stages=stages, name=lambda these: clerk.name(store, these)
                )
                write_found(store, found, folder.path, settings, stages=stages)
                counts = stages.do(
                    "month", lambda: write_month_files(store, clerk, found, folder.path, plan.first)
                )
                store.drop_working_tables()
            kept = {
                "month": str(plan.month), "first_month": str(plan.first), "score_key": plan.score_key,
                "case_key": plan.case_key, "deliveries": [one.id for one, _ in plan.used], "counts": counts,
            }  # fmt: skip
            write_private(folder.path / "month.json", json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
            seconds = round(perf_counter() - began, 3)
            describe_run(folder.path, found, settings, stages.seconds, summarise(found, out, seconds))
            stages.progress.done()
        self._journal.note("published", month=str(plan.month), late=plan.late, **counts)


def _read_json(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _hash(parts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _hash_files(paths: Sequence[Path]) -> list[list[str]]:
    return [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths if path.is_file()]
