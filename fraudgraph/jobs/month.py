"""The month nobody watches: take in what arrived, score the window, follow the rings, settle the list, publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from fraudgraph import __version__
from fraudgraph.errors import FraudgraphError, SourceError, UsageError
from fraudgraph.jobs.collecting import collect
from fraudgraph.jobs.deliveries import Delivery, deliveries
from fraudgraph.jobs.graph_copy import publish_graph
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.plan import Plan, month_notes, plan_months
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.jobs.workspace import Workspace, tidy
from fraudgraph.progress import Progress
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = ["NOTHING_TO_DO", "STAGES", "MonthSummary", "check_month", "run_month"]

STAGES = ("import", "score", "rings", "publish")
NOTHING_TO_DO = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSummary:
    """What a monthly job did. `done` holds the months that were made anew, in order; none means nothing to do.

    `late` names earlier months that a delivery was late for; `waiting` counts stragglers too few to score a month anew.
    `broken_models` are models of one's own that could not run; `issue` says the how-manieth list of the month this is.
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
    broken_models: tuple[str, ...] = ()
    issue: int = 1


def run_month(
    workspace: Workspace, month: Month, settings: Settings, *, from_stage: str | None = None,
    listener: Callable[[str], None] | None = None, progress: Progress | None = None,
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
    progress : Progress, optional
        Told of the stages.

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
    settings = _with_own_screens(workspace, settings)
    journal = Journal(workspace.root / "logs" / f"{month}.jsonl", listener, progress)
    with Lock(workspace.checked(), f"fraudgraph month {month}") as lock:
        journal.note(
            "begin",
            month=str(month),
            from_stage=from_stage,
            version=__version__,
            left_behind=lock.left_behind,
        )
        tidy(workspace.months)
        try:
            summary = _Job(workspace, month, settings, journal, from_stage).do(began)
        except FraudgraphError as problem:
            journal.note("failed", exit_code=problem.exit_code, message=problem.message_en)
            raise
        except BaseException as problem:
            journal.note("stopped", kind=type(problem).__name__, message=str(problem))
            raise
        journal.note("end", **asdict(summary))
    return summary


def _with_own_screens(workspace: Workspace, settings: Settings) -> Settings:
    """Models in the workspace's own folder run too, unless the settings name another."""
    folder = workspace.root / "screens"
    if settings.screening.folder is not None or not any(folder.rglob("*.sql")):
        return settings
    own = settings.screening.model_copy(update={"folder": folder})
    return settings.model_copy(update={"screening": own})


def check_month(month: Month, every: Sequence[Delivery]) -> None:
    """See that a month has claims before any work begins.

    Raises
    ------
    SourceError
        Naming the months that exist.
    """
    known = sorted({name for one in every if not one.withdrawn for name in one.months})
    if str(month) not in known:
        listed = ", ".join(known[-24:]) or "-"
        raise SourceError(
            f"No claims of {month} were delivered; nothing was scored. Months with claims: {listed}. Give one of them, or put the month's claims into the inbox and run again.",
            f"没有 {month} 的结算数据，未进行评分。有数据的月份：{listed}。请给出其中一个月份，或将该月数据放入 inbox 后重新运行。",
        )


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
        check_month(self._month, every)
        plans = plan_months(self._workspace, self._month, self._settings, every, from_stage=self._from)
        for plan in plans:
            if plan.start_at:
                self._make(plan)
        published = publish_graph(
            self._workspace, self._month, self._settings, force=self._from == "publish", journal=self._journal
        )
        kept = month_notes(self._workspace, self._month)
        assert kept is not None  # made above, or before
        return MonthSummary(
            month=str(self._month), out=self._workspace.month(self._month),
            done=tuple(str(plan.month) for plan in plans if plan.start_at),
            late=tuple(str(plan.month) for plan in plans if plan.late),
            waiting=sum(plan.waiting for plan in plans), delivery=fresh.id if fresh else "", published=published,
            seconds=round(perf_counter() - began, 3), broken_models=tuple(kept.get("broken_models", ())), issue=int(kept.get("issue", 1)),
            **kept["counts"],
        )  # fmt: skip

    def _make(self, plan: Plan) -> None:
        from fraudgraph.jobs.month_build import make_month  # noqa: PLC0415  # seconds of imports: only where there is work

        make_month(self._workspace, plan, self._settings, self._journal, again=self._from == "score")

    def _import(self) -> Delivery | None:
        collect(self._workspace, self._month, self._settings, self._journal)
        taken = take_in(self._workspace, self._settings)
        if taken is not None:
            self._journal.note(
                "delivery", id=taken.id, files=[file.name for file in taken.files], months=taken.months,
                rows_kept=taken.rows_kept, rows_set_aside=taken.rows_set_aside, touched=taken.touched, effects=taken.effects,
            )  # fmt: skip
        return taken
