"""casework merge, split, drop, note, log: the analyst's hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.case_options import in_step
from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands, workspace_of
from fraudgraph.cli.terminal import print_json, print_result, print_table
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["add_to"]

_Ring = Annotated[str, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))]
_By = Annotated[str, typer.Option("--by", help=t("Who settles it.", "操作人。"))]
_Reason = Annotated[str, typer.Option("--reason", help=t("Why.", "理由。"))]
_Members = Annotated[
    list[str],
    typer.Option(
        "--member", metavar="ID", help=t("A patient; may be given again.", "参保人编号，可多次给出。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="casework",
        help=t(
            "Settle by hand what belongs together; kept, and applied in every later month.",
            "人工调整团伙；调整会保留，并在以后各月生效。",
        ),
    )
    add_commands(group, (
        ("merge", _merge, "Two rings are one.", "两个团伙合为一个。", "fraudgraph casework merge R-2025-0017 R-2025-0021 --by 李敏 --reason … --workspace W"),
        ("split", _split, "Some members are a ring of their own.", "部分成员另成一个团伙。", "fraudgraph casework split R-2025-0017 --member P1 --member P2 --by 李敏 --reason … --workspace W"),
        ("drop", _drop, "Some people don't belong to it.", "部分人员不属于该团伙。", "fraudgraph casework drop R-2025-0017 --member P1 --by 李敏 --reason … --workspace W"),
        ("note", _note, "Keep a note with a ring.", "为团伙添加备注。", "fraudgraph casework note R-2025-0017 --by 李敏 --reason … --workspace W"),
        ("undo", _undo, "Take an entry back, by a new one.", "以新的一条撤销此前的一条调整。", "fraudgraph casework undo 3 --by 李敏 --reason … --workspace W"),
        ("log", _log, "Everything that was settled by hand.", "查看全部人工调整。", "fraudgraph casework log --workspace W"),
    ))  # fmt: skip
    app.add_typer(group)


def _merge(
    ring: _Ring,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help=t("The ring that goes into it.", "并入的团伙编号。"))
    ],
    by: _By = "",
    reason: _Reason = "",
    workspace: WorkspaceToUse = None,
) -> None:
    _add(workspace, "merge", ring, by, reason, other=other)


def _split(
    ring: _Ring, member: _Members, by: _By = "", reason: _Reason = "", workspace: WorkspaceToUse = None
) -> None:
    _add(workspace, "split", ring, by, reason, people=tuple(member))


def _drop(
    ring: _Ring, member: _Members, by: _By = "", reason: _Reason = "", workspace: WorkspaceToUse = None
) -> None:
    _add(workspace, "drop", ring, by, reason, people=tuple(member))


def _note(ring: _Ring, by: _By = "", reason: _Reason = "", workspace: WorkspaceToUse = None) -> None:
    _add(workspace, "note", ring, by, reason)


def _undo(
    number: Annotated[
        int,
        typer.Argument(metavar="NUMBER", help=t("The entry's number in the log.", "调整在记录中的序号。")),
    ],
    by: _By = "",
    reason: _Reason = "",
    workspace: WorkspaceToUse = None,
) -> None:
    from fraudgraph.casework.manual_edits import undo

    place = workspace_of(workspace)
    with in_step(place, by=by):
        made = undo(place.casework, number, by=by, on=date.today(), reason=reason)
    print_result(
        t(
            f"Kept: entry {number} ({made.ring_id}) does not hold any more, from the next `fraudgraph month` on.",
            f"已保存：第 {number} 条调整（{made.ring_id}）自下次执行 `fraudgraph month` 起不再生效。",
        )
    )


def _add(
    workspace: Path | None, action: str, ring: str, by: str, reason: str, *, other: str = "", people: tuple[str, ...] = ()
) -> None:  # fmt: skip
    from fraudgraph.casework.manual_edits import HandEdit, add_edit
    from fraudgraph.jobs.registers import check_known, check_members, known_rings

    place = workspace_of(workspace)
    check_known(place, [name for name in (ring, other) if name])
    known = known_rings(place)
    check_members(ring, known[ring].patients, people)
    if other == ring:
        raise UsageError(
            f"{ring} can't be merged with itself. Nothing was recorded.",
            f"{ring} 不能与自身合并。未登记任何内容。",
        )
    edit = HandEdit(
        action=action, ring_id=ring, by=by, on=date.today(), reason=reason, other=other, people=people,
        patients=known[ring].patients, other_patients=known[other].patients if other else (),
    )  # fmt: skip
    with in_step(place, by=by):
        add_edit(place.casework, edit)
    print_result(
        t(
            "Kept. The next `fraudgraph month` applies it, and every one after that.",
            "已保存。下次执行 `fraudgraph month` 时生效，此后每月沿用。",
        )
    )


def _log(workspace: WorkspaceToUse = None, as_json: AsJson = False) -> None:
    from fraudgraph.casework.manual_edits import read_edits, undone

    edits = read_edits(workspace_of(workspace).casework)
    gone = undone(edits)
    if as_json:
        print_json(edits)
        return
    print_table(
        (
            t("no.", "序号"),
            t("on", "日期"),
            t("what", "操作"),
            t("ring", "团伙"),
            t("who or which", "对象"),
            t("by", "操作人"),
            t("why", "理由"),
        ),
        (
            (
                str(number),
                str(one.on),
                one.action + (t(" (undone)", "（已撤销）") if number in gone else ""),
                one.ring_id,
                one.other or ", ".join(one.people) or (str(one.undoes) if one.undoes else ""),
                one.by,
                one.reason,
            )
            for number, one in enumerate(edits, 1)
        ),
    )
