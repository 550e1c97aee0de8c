"""One month made: scored, named, listed, and put in its place."""

from __future__ import annotations

import json
import shutil
from datetime import date
from time import perf_counter

from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.jobs.deliveries import deliveries, link_window
from fraudgraph.jobs.issues import earlier_list, keep_issues
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.month_review import Clerk, open_case_file
from fraudgraph.jobs.outputs import broken_models, write_month_files
from fraudgraph.jobs.plan import Plan, case_key, made_of
from fraudgraph.jobs.scored import ScoredMonth, score_month
from fraudgraph.jobs.workspace import Workspace, write_private
from fraudgraph.pipeline import Stages, describe_run, explain_rings, summarise, write_found
from fraudgraph.run_folder import RunFolder
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["make_month"]


def make_month(
    workspace: Workspace, plan: Plan, settings: Settings, journal: Journal, *, again: bool = False
) -> None:
    """Make a month as planned; its folder is complete afterwards, or as it was.

    Parameters
    ----------
    workspace : Workspace
        Where.
    plan : Plan
        What it is made of.
    settings : Settings
        The workspace's settings.
    journal : Journal
        Told what is going on.
    again : bool
        Score anew what an earlier job has scored.
    """
    stages = Stages(journal, {})
    scored = _scored(workspace, plan, settings, stages, again=again)
    journal.note("rings", month=str(plan.month), scored_before=scored.again)
    stages.seconds.update(
        {name: scored.seconds[name] for name in scored.seconds if name not in stages.seconds}
    )
    _publish(workspace, plan, settings, journal, scored, stages)


def _scored(
    workspace: Workspace, plan: Plan, settings: Settings, stages: Stages, *, again: bool
) -> ScoredMonth:
    work, window = workspace.work / "scored", workspace.work / "window"
    for other in work.glob("*"):  # only the month at hand is kept: a store is as large as its window
        if other.name != str(plan.month):
            shutil.rmtree(other, ignore_errors=True)
    kept = KeptSheets(workspace.kept)
    try:
        scored = score_month(
            work / str(plan.month), [link_window(plan.used, window)], settings, plan.month,
            mapping=workspace.mapping, key=plan.score_key, kept=kept, stages=stages, again=again,
        )  # fmt: skip
    finally:
        shutil.rmtree(window, ignore_errors=True)
    if not scored.again:
        kept.tidy(date(plan.first.year, plan.first.month, 1))
    return scored


def _publish(
    workspace: Workspace,
    plan: Plan,
    settings: Settings,
    journal: Journal,
    scored: ScoredMonth,
    stages: Stages,
) -> None:
    """Rings and list into the month's folder: complete, or as it was."""
    began, key = perf_counter(), case_key(workspace, plan.month, settings, plan.score_key)
    clerk = Clerk(workspace, plan.month, settings, open_case_file(workspace, plan.month, settings))
    out = workspace.month(plan.month)
    before = earlier_list(workspace, plan.month)
    with RunFolder(out, replace=True) as folder:
        scored.copy_store(folder.path)
        with Store(
            folder.path, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
        ) as store:
            clerk.edit_groups(store)
            every = settings.model_copy(
                update={"referral": settings.referral.model_copy(update={"capacity": None})}
            )
            found = explain_rings(  # the list is cut to the team's capacity after verdicts, not before
                store, scored.scored, every, stages=stages, name=lambda these: clerk.name(store, these)
            )
            write_found(store, found, folder.path, settings, stages=stages)
            issue = before.next_issue(folder.path) if before else 1
            counts = stages.do(
                "month", lambda: write_month_files(store, clerk, found, folder.path, plan.first, issue=issue)
            )
            store.drop_working_tables()
        kept = {
            "month": str(plan.month), "first_month": str(plan.first), "score_key": plan.score_key,
            "case_key": key, "deliveries": [one.id for one, _ in plan.used], "counts": counts, "issue": issue,
            "made_of": made_of(workspace, settings), "broken_models": [one.model for one in broken_models(found)],
        }  # fmt: skip
        if before is not None:
            keep_issues(before, folder.path, kept, deliveries(workspace))
        write_private(folder.path / "month.json", json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
        seconds = round(perf_counter() - began, 3)
        describe_run(folder.path, found, settings, stages.seconds, summarise(found, out, seconds))
        stages.progress.done()
    journal.note("published", month=str(plan.month), late=plan.late, issue=issue, **counts)
    for one in broken_models(found):
        journal.note("model_failed", model=one.model, reason=one.reason_en)
