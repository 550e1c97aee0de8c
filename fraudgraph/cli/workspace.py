"""workspace migrate, forget, hold: bring a workspace to today's form; erase what must not be kept any longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import (
    AsJson,
    WorkspaceToUse,
    add_commands,
    workspace_of,
    workspace_root,
)
from fraudgraph.cli.terminal import print_json, print_result, print_table
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.jobs.forgetting import Forgetting
    from fraudgraph.jobs.holds import Hold

__all__ = ["add_to"]

_By = Annotated[str, typer.Option("--by", help=t("Who decides.", "操作人。"))]
_Reason = Annotated[str, typer.Option("--reason", help=t("Why.", "理由。"))]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="workspace",
        help=t(
            "Bring a workspace to today's form; erase people or old months; put a case on hold.",
            "将工作区迁移到当前格式；删除个人或旧月份的数据；对案件设置保留。",
        ),
    )
    add_commands(group, (
        ("migrate", _migrate, "Bring an older workspace to today's form, on a copy.", "在副本上将旧工作区迁移到当前格式。", "fraudgraph workspace migrate --workspace W"),
        ("forget", _forget, "Erase a person, or months before one, everywhere in the workspace.", "在整个工作区中删除一个人，或某月之前的数据。", "fraudgraph workspace forget --person P1 --by 李敏 --reason … --workspace W"),
        ("hold", _hold, "A ring's people are kept until the hold is released.", "团伙成员的数据在解除保留前不得删除。", "fraudgraph workspace hold R-2025-0017 --by 李敏 --reason … --workspace W"),
        ("holds", _holds, "Which holds there are.", "查看保留。", "fraudgraph workspace holds --workspace W"),
    ))  # fmt: skip
    app.add_typer(group)


def _migrate(workspace: WorkspaceToUse = None, as_json: AsJson = False) -> None:
    from fraudgraph.jobs.migration import migrate

    done = migrate(workspace_root(workspace))
    if as_json:
        print_json(done)
        return
    if done is None:
        print_result(
            t(
                "The workspace has today's form already; nothing was changed.",
                "工作区已是当前格式，未作改动。",
            )
        )
        return
    print_result(
        t(
            f"Migrated from format {done.before} to {done.after}: {done.deliveries} deliveries, {done.months} months. The old workspace is kept in {done.kept_as}; the report: {done.report}",
            f"已从格式 {done.before} 迁移到 {done.after}：交付 {done.deliveries} 个，月份 {done.months} 个。原工作区保留在 {done.kept_as}；报告：{done.report}",
        )
    )


def _forget(
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help=t("The person's id.", "参保人编号。"))
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="YYYY-MM", help=t("Erase months before this one.", "删除该月之前的各月。")
        ),
    ] = None,
    by_retention: Annotated[
        bool,
        typer.Option(
            "--by-retention",
            help=t("Erase what month.keep_months lets go.", "按 month.keep_months 删除到期月份。"),
        ),
    ] = False,
    by: _By = "",
    reason: _Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.jobs.forgetting import forget_before, forget_person, month_of_retention
    from fraudgraph.records import Month
    from fraudgraph.settings import load_settings

    place = workspace_of(workspace)
    settings = load_settings(place.settings)
    if sum((person is not None, before is not None, by_retention)) != 1:
        raise UsageError(
            "Give one of --person ID, --before YYYY-MM and --by-retention.",
            "请给出 --person ID、--before YYYY-MM 或 --by-retention 之一。",
        )
    if person is not None:
        done = forget_person(place, person, settings, by=by, reason=reason)
    else:
        first = Month.parse(before) if before is not None else month_of_retention(place, settings)
        done = forget_before(place, first, settings, by=by, reason=reason)
    if as_json:
        print_json(done)
        return
    if not (done.rows or done.entries or done.months):
        print_result(t("Nothing is that old; nothing was erased.", "没有更早的数据；未删除任何数据。"))
        return
    months = ", ".join(done.months) or "-"
    print_result(
        t(
            f"Erased: {done.rows:,} delivered rows in {done.files} files, {done.entries} lines of casework and logs; months removed: {months} (`fraudgraph month` makes those anew whose claims are left, earliest first). The act is recorded without the data in {done.record}",
            f"已删除：{done.files} 个文件中的 {done.rows:,} 行交付数据，办案记录和日志 {done.entries} 行；已移除的月份：{months}（仍有数据的月份可从最早的开始用 `fraudgraph month` 重新生成）。此操作已登记（不含数据）：{done.record}",
        )
    )
    _say_what_is_left(done)


def _say_what_is_left(done: Forgetting) -> None:
    """The graph, what a hold keeps, and files in which the id still stands."""
    if done.graph:
        print_result(
            t(
                "The local Neo4j's store is gone too: start it and load the months again (`fraudgraph month … --from-stage publish`). A month loaded into another Neo4j has to be erased there.",
                "本地 Neo4j 的数据也已删除：请重新启动并载入各月（`fraudgraph month … --from-stage publish`）。载入其他 Neo4j 的数据须在该处删除。",
            )
        )
    if done.kept:
        kept = ", ".join(done.kept)
        print_result(
            t(
                f"Kept, because a ring on legal hold was put forward in them: {kept} (see `fraudgraph workspace holds`). Claims of its people stay too.",
                f"因其中有处于法定保留状态的团伙而保留：{kept}（见 `fraudgraph workspace holds`）。其成员的结算数据也予保留。",
            )
        )
    if done.found_in:
        left = ", ".join(done.found_in[:10])
        print_result(
            t(
                f"The same letters or digits still stand in {len(done.found_in)} files: {left}. Look whether they mean the person; an amount or another number can be the same.",
                f"仍有 {len(done.found_in)} 个文件含有相同的字符：{left}。请核对是否指该人；金额或其他编号可能与之相同。",
            )
        )


def _hold(
    ring: Annotated[str, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))],
    release: Annotated[bool, typer.Option("--release", help=t("End the hold.", "解除保留。"))] = False,
    by: _By = "",
    reason: _Reason = "",
    workspace: WorkspaceToUse = None,
) -> None:
    from fraudgraph.jobs.holds import set_hold

    set_hold(workspace_of(workspace), ring, release=release, by=by, reason=reason)
    print_result(
        t(
            f"{ring} is {'released' if release else 'on hold'}.",
            f"{ring} 已{'解除保留' if release else '设置保留'}。",
        )
    )


def _holds(workspace: WorkspaceToUse = None, as_json: AsJson = False) -> None:
    from fraudgraph.jobs.holds import held_rings

    found = held_rings(workspace_of(workspace))
    if as_json:
        print_json(found)
        return
    print_table(
        (t("ring", "团伙"), t("by", "操作人"), t("on", "日期"), t("why", "理由")),
        ((name, one.by, one.on, _why_held(one)) for name, one in found.items()),
    )


def _why_held(one: Hold) -> str:
    """Somebody's reason as it was given; what the program holds by itself, in the reader's language."""
    from fraudgraph.jobs.holds import AUTOMATIC

    if one.by != AUTOMATIC:
        return one.reason
    words = {
        "confirmed": t("confirmed", "已查实"),
        "pending": t("listed, no answer yet", "已列入清单，尚无结论"),
    }
    return words.get(one.reason, one.reason)
