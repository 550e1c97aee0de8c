"""init, month: the workspace and the job that runs in it every month."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.case_options import check_in_step
from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, examples, workspace_of, workspace_root
from fraudgraph.cli.terminal import command_name, print_json, print_result, progress, say

if TYPE_CHECKING:
    from fraudgraph.jobs import MonthSummary
    from fraudgraph.jobs.workspace import Workspace

__all__ = ["add_to", "up_to_date"]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command(
        "init",
        help=t(
            "Make a workspace: settings with comments, an inbox, and folders for months and casework.",
            "新建工作区：带注释的设置文件、收件箱、月度结果和办案目录。",
        ),
        epilog=examples("fraudgraph init /srv/fraudgraph"),
    )(_init)
    app.command(
        "month",
        help=t(
            "The monthly job: take in what arrived, score the window, follow the rings, publish the list.",
            "月度任务：接收新数据，滚动评分，跟踪团伙，发布清单。",
        ),
        epilog=examples(
            "fraudgraph month 2025-10 --workspace /srv/fraudgraph",
            "fraudgraph month 2025-10 --workspace /srv/fraudgraph --from-stage rings",
            "fraudgraph month 2025-10 --workspace /srv/fraudgraph --log-json",
        ),
    )(_month)


def _init(
    workspace: Annotated[
        Path, typer.Argument(metavar="WORKSPACE", help=t("The folder to make.", "要新建的目录。"))
    ],
) -> None:
    from fraudgraph.jobs.workspace import init_workspace

    made = init_workspace(workspace)
    if not made:
        print_result(
            t(
                f"{workspace} is a workspace already; nothing was changed.",
                f"{workspace} 已是工作区，未作改动。",
            )
        )
        return
    print_result(
        t(
            f"The workspace is in {workspace}.\nPut the claims files into {workspace / 'inbox'}, then: {command_name()} month YYYY-MM --workspace {workspace}",
            f"工作区已建在 {workspace}。\n请将结算数据放入 {workspace / 'inbox'}，然后执行：{command_name()} month YYYY-MM --workspace {workspace}",
        )
    )


def _month(
    month: Annotated[
        str, typer.Argument(metavar="YYYY-MM", help=t("The month to publish.", "要发布的月份。"))
    ],
    workspace: WorkspaceToUse = None,
    from_stage: Annotated[
        str | None,
        typer.Option(
            "--from-stage",
            metavar="import|score|rings|publish",
            help=t(
                "Do this stage and those after it, even if nothing changed.",
                "从该阶段起重新执行，即使没有变化。",
            ),
        ),
    ] = None,
    log_json: Annotated[
        bool,
        typer.Option(
            "--log-json",
            help=t(
                "Print the log on stderr as it is written, one JSON object a line.",
                "将日志（每行一个 JSON）同时输出到标准错误。",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.records import Month
    from fraudgraph.settings import load_settings

    asked = Month.parse(month)
    place = up_to_date(workspace)
    check_in_step(place)
    settings = load_settings(place.settings)

    from fraudgraph.jobs import NOTHING_TO_DO, run_month  # after the cheap things to get wrong

    with progress() as bars:
        done = run_month(
            place,
            asked,
            settings,
            from_stage=from_stage,
            listener=_to_stderr if log_json else None,
            progress=None if log_json else bars,
        )
    if as_json:
        print_json(done)
    else:
        print_result(_told(done))
    if not done.done and not done.published:
        raise typer.Exit(NOTHING_TO_DO)


def up_to_date(given: Path | None) -> Workspace:
    """The workspace that is meant; one of an older form is migrated first, on a copy, and told so."""
    from fraudgraph.jobs.migration import migrate

    root = workspace_root(given)
    done = migrate(root)
    if done is not None:
        say(
            t(
                f"The workspace had format {done.before}: migrated to {done.after}; the old one is kept in {done.kept_as}. Report: {done.report}",
                f"工作区原为格式 {done.before}，已迁移到 {done.after}；原工作区保留在 {done.kept_as}。报告：{done.report}",
            )
        )
    return workspace_of(given)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


def _told(done: MonthSummary) -> str:
    """What the job did, and where to look first."""
    if not done.done and not done.published:
        waiting = (
            t(f" {done.waiting:,} late claims wait.", f"另有 {done.waiting:,} 张补交的结算单待并入。")
            if done.waiting
            else ""
        )
        return t(
            f"Nothing to do: {done.month} is published and nothing changed.{waiting}",
            f"无需处理：{done.month} 已发布且没有变化。{waiting}",
        )
    lines = []
    if done.late:
        late = t(", ".join(done.late), "、".join(done.late))
        lines.append(
            t(f"A delivery came late for {late}: scored anew.", f"有补交数据涉及 {late}，已重新评分。")
        )
    if done.listed_count:
        lines.append(
            t(
                f"{done.month}: {done.listed_count:,} rings put forward as leads, {done.changed_count:,} of them new or changed; {done.held_count:,} held back by verdicts; {done.ring_count:,} looked at, in {done.seconds:.0f} s.",
                f"{done.month}：列为线索 {done.listed_count:,} 个，其中新增或有变化 {done.changed_count:,} 个；因核查结论暂不列入 {done.held_count:,} 个；共考察 {done.ring_count:,} 个，用时 {done.seconds:.0f} 秒。",
            )
        )
    else:
        lines.append(
            t(
                f"{done.month}: nothing to list; {done.held_count:,} held back by verdicts, {done.ring_count:,} looked at, in {done.seconds:.0f} s.",
                f"{done.month}：没有需要列入的疑似团伙；因核查结论暂不列入 {done.held_count:,} 个，共考察 {done.ring_count:,} 个，用时 {done.seconds:.0f} 秒。",
            )
        )
    if done.broken_models:
        names = t(", ".join(done.broken_models), "、".join(done.broken_models))
        lines.append(
            t(
                f"Could not run and found nothing: {names}. The month's page says why.",
                f"未能运行、因此没有结果的模型：{names}。原因见月度页面。",
            )
        )
    if done.issue > 1:
        lines.append(
            t(
                f"This is issue {done.issue} of the list; what changed and why: {done.out / 'changes.html'}",
                f"这是该月清单的第 {done.issue} 版；改动及原因：{done.out / 'changes.html'}",
            )
        )
    lines.append(t(f"Look first: {done.out / 'month.html'}", f"先看：{done.out / 'month.html'}"))
    lines.append(
        t(f"The list:   {done.out / 'referral_list.xlsx'}", f"清单：{done.out / 'referral_list.xlsx'}")
    )
    if language() == "zh" and done.published:
        lines.append("已载入 Neo4j。")
    elif done.published:
        lines.append("Loaded into Neo4j.")
    return "\n".join(lines)
