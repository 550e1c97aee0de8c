"""deliveries list, show, withdraw, restore: what was delivered to a workspace, and whether it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands, workspace_of
from fraudgraph.cli.terminal import print_json, print_result, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from fraudgraph.jobs.deliveries import Delivery

__all__ = ["add_to"]

_Id = Annotated[
    str,
    typer.Argument(metavar="DELIVERY", help=t("Its id or number, such as 12.", "交付的编号，如 12。")),
]
_By = Annotated[str, typer.Option("--by", help=t("Who decides.", "操作人。"))]
_Reason = Annotated[str, typer.Option("--reason", help=t("Why.", "理由。"))]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="deliveries",
        help=t(
            "What was delivered to a workspace; take a wrong delivery out, or back in.",
            "查看工作区收到的交付；撤回有误的交付，或恢复。",
        ),
    )
    add_commands(group, (
        ("list", _list, "All deliveries, in order.", "按顺序列出全部交付。", "fraudgraph deliveries list --workspace W"),
        ("show", _show, "One delivery: files, months, what it changed.", "查看一次交付：文件、月份、改了什么。", "fraudgraph deliveries show 12 --workspace W"),
        ("withdraw", _withdraw, "It shall not count any more; nothing is deleted.", "不再计入；不删除任何数据。", "fraudgraph deliveries withdraw 12 --by 李敏 --reason … --workspace W"),
        ("restore", _restore, "It shall count again.", "重新计入。", "fraudgraph deliveries restore 12 --by 李敏 --reason … --workspace W"),
    ))  # fmt: skip
    app.add_typer(group)


def _state(one: Delivery) -> str:
    return t("withdrawn", "已撤回") if one.withdrawn else t("counts", "计入")


def _list(workspace: WorkspaceToUse = None, as_json: AsJson = False) -> None:
    from fraudgraph.jobs.deliveries import deliveries

    every = deliveries(workspace_of(workspace))
    if as_json:
        print_json(every)
        return
    print_table(
        (
            t("delivery", "交付"), t("taken in", "接收时间"), t("state", "状态"), t("months", "月份"), t("claims", "结算单"),
            t("new", "新增"), t("changed", "更正"), t("withdrawn", "作废"), t("again", "重复"), t("files", "文件"),
        ),
        (
            (
                one.id, one.taken_in_at[:16], _state(one), _span(one), f"{one.rows_kept.get('claims', 0):,}",
                *(f"{one.effects.get(name, 0):,}" for name in ("new", "changed", "withdrawn", "again")), str(len(one.files)),
            )
            for one in every
        ),
    )  # fmt: skip


def _span(one: Delivery) -> str:
    months = sorted(one.months)
    return "" if not months else months[0] if len(months) == 1 else f"{months[0]} – {months[-1]}"


def _show(delivery: _Id, workspace: WorkspaceToUse = None, as_json: AsJson = False) -> None:
    from fraudgraph.jobs.deliveries import delivery_by_id

    one = delivery_by_id(workspace_of(workspace), delivery)
    if as_json:
        print_json(one)
        return
    lines = [f"{one.id}  {one.taken_in_at}  {_state(one)}"]
    if one.decision is not None:
        lines.append(f"{one.decision.action}: {one.decision.by}, {one.decision.on}: {one.decision.reason}")
    lines.append(
        t("Claims by month: ", "各月结算单：") + ", ".join(f"{m}: {n:,}" for m, n in one.months.items())
    )
    touched = ", ".join(f"{m}: {n:,}" for m, n in one.touched.items())
    lines.append(t("New, changed or withdrawn by month: ", "各月新增、更正或作废：") + touched)
    print_result("\n".join(lines))
    print_table(
        (t("file", "文件"), t("tables", "表"), t("bytes", "字节"), "sha256"),
        ((file.name, ", ".join(file.kinds), f"{file.size:,}", file.sha256) for file in one.files),
    )


def _withdraw(delivery: _Id, by: _By = "", reason: _Reason = "", workspace: WorkspaceToUse = None) -> None:
    _decide(workspace, delivery, "withdraw", by, reason)


def _restore(delivery: _Id, by: _By = "", reason: _Reason = "", workspace: WorkspaceToUse = None) -> None:
    _decide(workspace, delivery, "restore", by, reason)


def _decide(workspace: Path | None, name: str, action: str, by: str, reason: str) -> None:
    from fraudgraph.jobs.deliveries import decide_on, delivery_by_id
    from fraudgraph.jobs.lock import Lock

    place = workspace_of(workspace)
    with Lock(place, f"fraudgraph deliveries {action}"):
        one = delivery_by_id(place, name)
        decide_on(place, one, action, by=by, reason=reason)
    months = sorted({*one.months, *one.touched})
    which = ", ".join(months) or "-"
    print_result(
        t(
            f"Noted: {one.id} {'does not count any more' if action == 'withdraw' else 'counts again'}. The next `fraudgraph month` scores {which} and later months anew; lists issued before stay, numbered.",
            f"已登记：{one.id} {'不再计入' if action == 'withdraw' else '重新计入'}。下次执行 `fraudgraph month` 时将重新评分 {which} 及以后各月；此前发出的清单按编号保留。",
        )
    )
