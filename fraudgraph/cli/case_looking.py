"""case due, show, verify, anchor, clock, takeover: where cases stand, and whether everything is as it was recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.case_options import By, CaseId, Reason, With, act, now, room_of, tell
from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands, workspace_of
from fraudgraph.cli.terminal import print_json, print_result, print_table

__all__ = ["add_to"]


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group `case`."""
    add_commands(group, (
        ("due", _due, "Open terms of all cases, the earliest first.", "全部案件的未结期限，最早者在前。", "fraudgraph case due --days 7 --xlsx due.xlsx --workspace W"),
        ("show", _show, "One case: events, terms, what may come next.", "查看案件：经过、期限、可办理的下一步。", "fraudgraph case show C-2026-0001 --docx file.docx --workspace W"),
        ("verify", _verify, "See that every event is what was recorded (code 8 if not).", "核验每条事件与登记时一致（不一致时退出码 8）。", "fraudgraph case verify --workspace W"),
        ("anchor", _anchor, "Write the store's head to a file on another medium.", "将办案库的末端哈希写到另一介质上的文件。", "fraudgraph case anchor --to /media/usb/anchors.jsonl --workspace W"),
        ("clock", _clock, "Explain that this machine's clock was wrong.", "说明本机时钟此前有误。", "fraudgraph case clock --by 李敏 --with 王强 --reason … --workspace W"),
        ("takeover", _takeover, "Take verdicts, hand edits, holds and ledger of older files into the store.", "将旧文件中的核查结论、人工调整、保留和台账接入办案库。", "fraudgraph case takeover --by 李敏 --workspace W"),
    ))  # fmt: skip


def _due(
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=0, help=t("Only what is due within so many days.", "仅列出该天数内到期的。")
        ),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            "--xlsx", metavar="FILE", help=t("Also as a workbook by county.", "另存为按县区汇总的工作簿。")
        ),
    ] = None,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.case_file import cases
    from fraudgraph.cases.papers import clock_row, write_due
    from fraudgraph.cases.spine import due
    from fraudgraph.cases.step_rules import step_rules

    room, at = room_of(workspace), now()
    last = None if days is None else at.date() + timedelta(days=days)
    with room.store().read() as reader:
        found = due(cases(reader, step_rules()), step_rules(), room.working_days(), now=at, last=last)
    if xlsx is not None:
        write_due(found, xlsx, at)
    if as_json:
        print_json([
            {"case": one.case.id, "county": one.case.county, "owner": one.case.owner, "what": one.clock.what_en,
             "until": one.clock.until.at, "sure": one.clock.until.sure, "overdue": one.overdue, "goes_to": one.goes_to}
            for one in found
        ])  # fmt: skip
        return
    print_table(
        (t("case", "案件"), t("owner", "承办"), t("what", "事项"), t("from", "起"), t("until", "止"), t("state", "状态"), t("basis", "依据"), t("goes to", "报送")),
        ((one.case.id, one.case.owner, *clock_row(one.clock, at), one.goes_to) for one in found),
    )  # fmt: skip


def _show(
    case: CaseId,
    docx: Annotated[
        Path | None, typer.Option("--docx", metavar="FILE", help=t("Write the case file.", "写出案卷文档。"))
    ] = None,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.anchors import write_anchor
    from fraudgraph.cases.case_file import case_of
    from fraudgraph.cases.documents import Table, write_docx
    from fraudgraph.cases.papers import case_paper
    from fraudgraph.cases.step_rules import step_rules

    room, at = room_of(workspace), now()
    with room.store().read() as reader:
        found, head = case_of(reader, case, step_rules()), reader.head()
    paper = case_paper(found, step_rules(), room.working_days(), at)
    if docx is not None:
        write_docx(paper, docx, head, made_on=at)
        write_anchor(room.anchors_file, head, what=docx.name)
    if as_json:
        print_json({"case": found.id, "state": found.state, "events": found.events})
        return
    for part in paper.parts:
        if isinstance(part, Table):
            print_table(part.header, part.rows)
        else:
            print_result(part)
    for line in paper.notes:
        print_result(line)


def _verify(
    anchor: Annotated[
        list[Path] | None,
        typer.Option(
            "--anchor", metavar="FILE", help=t("A file of anchors kept elsewhere.", "另存的锚点文件。")
        ),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            "--head", metavar="NUMBER:HASH", help=t("As printed on a document.", "文书上所印的末端哈希。")
        ),
    ] = None,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.anchors import anchor_as_typed, read_anchors
    from fraudgraph.cases.old_files import check_unchanged
    from fraudgraph.cases.verifying import verify
    from fraudgraph.errors import UsageError

    room = room_of(workspace)
    known = room.anchors()
    for path in anchor or ():
        if not path.is_file():
            raise UsageError(f"There is no file of anchors {path}.", f"没有锚点文件 {path}。")
        known += read_anchors(path)
    known += [anchor_as_typed(text) for text in head or ()]
    store = room.store()
    done = verify(store, known)
    with store.read() as reader:
        check_unchanged(reader, workspace_of(workspace).casework)
    if as_json:
        print_json(done)
        return
    print_result(
        t(
            f"{done.events} events are as recorded; {done.anchors} anchors outside agree, the last at event {done.anchored_to}. Head {done.head}",
            f"{done.events} 条事件与登记时一致；{done.anchors} 个外部锚点相符，最后一个在第 {done.anchored_to} 条。末端 {done.head}",
        )
    )
    if done.events > done.anchored_to:
        print_result(
            t(
                "Events after the last anchor are vouched for by the chain alone: write one with `fraudgraph case anchor`.",
                "最后一个锚点之后的事件仅由哈希链保证：请用 `fraudgraph case anchor` 写出锚点。",
            )
        )


def _anchor(
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FILE", help=t("Where; added at the end.", "目标文件，追加在末尾。")),
    ],
    workspace: WorkspaceToUse = None,
) -> None:
    from fraudgraph.cases.anchors import write_anchor

    head = room_of(workspace).store().head()
    write_anchor(to, head)
    print_result(t(f"Head {head} kept in {to}.", f"末端 {head} 已写入 {to}。"))


def _clock(
    by: By = "",
    second: With = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.officers import clock_corrected

    done = act(workspace, lambda reader: clock_corrected(reader, by=by, second=second, reason=reason))
    tell(
        done,
        as_json,
        "Kept: later events may be dated before the earlier ones",
        "已登记：此后事件的时间可早于此前的事件",
    )


def _takeover(
    by: By = "",
    second: With = "",
    reason: Reason = "",
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help=t(
                "Accept what changed lines say now; takes two people and a reason.",
                "认可被改动的行的现有内容，须两人并注明理由。",
            ),
        ),
    ] = False,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases import old_files
    from fraudgraph.errors import UsageError

    if not by.strip():
        raise UsageError("Say who does it (--by).", "请用 --by 注明办理人。")
    folder = workspace_of(workspace).casework
    if accept:
        act(workspace, lambda reader: old_files.accept(reader, folder, by=by, second=second, reason=reason))
    done = act(workspace, lambda reader: old_files.take_over(reader, folder, by=by))
    if as_json:
        print_json(done)
        return
    print_result(
        t(
            f"{len(done)} lines taken over. The files stay where they are and are watched: a line changed later is named by `fraudgraph case verify`.",
            f"已接入 {len(done)} 行。原文件保留并受监看：此后被改动的行由 `fraudgraph case verify` 指出。",
        )
    )
