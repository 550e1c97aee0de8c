"""case officer, open, step, evidence, owner, supervise, correct: acts on a case; due, show, verify and others look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli import case_looking
from fraudgraph.cli.case_options import By, CaseId, Reason, With, act, moment_as_typed, now, room_of, tell
from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands, day_as_typed

__all__ = ["add_to"]

_On = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="WHEN", help=t("Day or moment; now by default.", "日期或时刻，默认为现在。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="case",
        help=t(
            "Case files: opened, steps by the table of steps, evidence, terms; every act is kept and can be verified.",
            "案件办理：立案、按流程表逐步办理、证据、期限；每一步都留痕并可核验。",
        ),
    )
    add_commands(group, (
        ("officer", _officer, "Take an officer in, with the body the person belongs to.", "登记办案人员及其所属单位。", "fraudgraph case officer 李敏 --body bureau --certificate 37020001 --by 赵局 --workspace W"),
        ("open", _open, "Open a case.", "建立案件。", 'fraudgraph case open --title "…" --county 370202 --about R-2026-0001 --owner 李敏 --by 李敏 --workspace W'),
        ("step", _step, "Take the next step, as the table of steps allows it.", "按流程表登记下一步骤。", "fraudgraph case step C-2026-0001 filed --by 李敏 --with 王强 --workspace W"),
        ("evidence", _evidence, "Keep a file's hashes with a case.", "登记证据文件的哈希。", 'fraudgraph case evidence C-2026-0001 record.pdf --by 李敏 --with 王强 --origin "…" --workspace W'),
        ("owner", _owner, "Give a case to another owner.", "变更承办人。", "fraudgraph case owner C-2026-0001 王强 --by 李敏 --reason … --workspace W"),
        ("supervise", _supervise, "The superior supervises a case until a day, or lifts that.", "上级挂牌督办或解除督办。", "fraudgraph case supervise C-2026-0001 --until 2026-12-31 --by 钱督 --reason … --workspace W"),
        ("correct", _correct, "Take the last step of a case back, by a new event of two people.", "由两人以新的事件更正案件的最后一步。", "fraudgraph case correct 17 --by 李敏 --with 王强 --reason … --workspace W"),
    ))  # fmt: skip
    case_looking.add_to(group)
    app.add_typer(group)


def _officer(
    name: Annotated[str, typer.Argument(metavar="NAME", help=t("The person.", "姓名。"))],
    body: Annotated[
        str,
        typer.Option(
            "--body",
            help=t("bureau, agency or superior.", "bureau 行政部门、agency 经办机构、superior 上级。"),
        ),
    ],
    certificate: Annotated[
        str,
        typer.Option("--certificate", help=t("Number of the enforcement certificate.", "行政执法证件号。")),
    ] = "",
    chief: Annotated[
        bool, typer.Option("--chief", help=t("Head of the body: approves.", "单位负责人，有审批权。"))
    ] = False,
    by: By = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.officers import Officer, new_officer

    one = Officer(name=name, body=body, certificate=certificate, chief=chief)
    done = act(workspace, lambda reader: new_officer(reader, one, by=by))
    tell(done, as_json, f"{name} may act now", f"已登记办案人员 {name}")


def _open(
    title: Annotated[str, typer.Option("--title", help=t("What it is about.", "案由。"))],
    county: Annotated[str, typer.Option("--county", help=t("County code or name.", "县（区）代码或名称。"))],
    owner: Annotated[str, typer.Option("--owner", help=t("The officer in charge.", "承办人。"))],
    about: Annotated[str, typer.Option("--about", help=t("The ring or clue.", "团伙或线索编号。"))] = "",
    competence: Annotated[
        str, typer.Option("--competence", help=t("own or superior.", "own 本级、superior 上级管辖。"))
    ] = "own",
    on: _On = None,
    by: By = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.spine import Opening, open_case

    when, _ = moment_as_typed(on)
    one = Opening(title=title, about=about, county=county, owner=owner, on=when, competence=competence)
    done = act(workspace, lambda reader: open_case(reader, one, by=by, now=now()))
    tell(done, as_json, f"Opened {done[0].subject}", f"已建立案件 {done[0].subject}")


def _step(
    case: CaseId,
    step: Annotated[
        str,
        typer.Argument(
            metavar="STEP",
            help=t(
                "As in the table; `case show` lists the next.", "流程表中的步骤，`case show` 列出可选项。"
            ),
        ),
    ],
    on: _On = None,
    note: Annotated[str, typer.Option("--note", help=t("What was done.", "说明。"))] = "",
    document: Annotated[str, typer.Option("--document", help=t("Document number.", "文书编号。"))] = "",
    late_reason: Annotated[str, typer.Option("--late-reason", help=t("Why it is late.", "逾期原因。"))] = "",
    by: By = "",
    second: With = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.case_file import case_of, clocks_of
    from fraudgraph.cases.spine import StepTaken, take_step
    from fraudgraph.cases.step_rules import step_rules

    when, has_clock = moment_as_typed(on)
    one = StepTaken(
        case_id=case, step=step, on=when, clock_given=has_clock, note=note, document=document, late_reason=late_reason
    )  # fmt: skip
    room, rules = room_of(workspace), step_rules()
    days = room.working_days()
    store = room.store()
    done = store.act(lambda reader: take_step(reader, one, rules, days, by=by, second=second, now=now()))
    with store.read() as reader:
        running = [c for c in clocks_of(case_of(reader, case, rules), days) if c.ended_at is None]
    en = "; ".join(f"{c.what_en} until {c.until.at:%Y-%m-%d %H:%M}" for c in running)
    zh = "；".join(f"{c.what_zh}至 {c.until.at:%Y-%m-%d %H:%M}" for c in running)
    tell(done, as_json, f"{case}: {step}. {en}".rstrip(". ") + ".", f"{case}：{rules.steps[step].zh}。{zh}")


def _evidence(
    case: CaseId,
    path: Annotated[Path, typer.Argument(metavar="FILE", help=t("The file.", "证据文件。"))],
    origin: Annotated[str, typer.Option("--origin", help=t("Where it comes from.", "来源。"))],
    by: By = "",
    second: With = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.spine import add_evidence
    from fraudgraph.cases.step_rules import step_rules

    done = act(
        workspace,
        lambda reader: add_evidence(reader, case, path, step_rules(), by=by, second=second, origin=origin),
    )
    said = f"SHA-256 {done[0].body['sha256']}"
    tell(done, as_json, f"Kept with {case}: {said}", f"已登记到 {case}：{said}")


def _owner(
    case: CaseId,
    owner: Annotated[str, typer.Argument(metavar="OFFICER", help=t("The new owner.", "新承办人。"))],
    by: By = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.spine import hand_on
    from fraudgraph.cases.step_rules import step_rules

    done = act(workspace, lambda reader: hand_on(reader, case, owner, step_rules(), by=by, reason=reason))
    tell(done, as_json, f"{owner} has {case} now", f"{case} 的承办人现为 {owner}")


def _supervise(
    case: CaseId,
    last: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help=t("To be closed until.", "办结期限。"))
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help=t("Lift it.", "解除督办。"))] = False,
    by: By = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.spine import supervise
    from fraudgraph.cases.step_rules import step_rules
    from fraudgraph.errors import UsageError

    day = day_as_typed(last, "--until")
    if (day is None) != lift:
        raise UsageError("Give either --until or --lift.", "请给出 --until 或 --lift 之一。")
    done = act(
        workspace,
        lambda reader: supervise(reader, case, day, step_rules(), by=by, today=now().date(), reason=reason),
    )
    tell(done, as_json, f"{case} is supervised until {day}" if day else f"{case} is no longer supervised",
         f"{case} 挂牌督办，期限 {day}" if day else f"{case} 已解除督办")  # fmt: skip


def _correct(
    number: Annotated[int, typer.Argument(metavar="EVENT", help=t("The step's event.", "步骤的事件序号。"))],
    by: By = "",
    second: With = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.spine import correct
    from fraudgraph.cases.step_rules import step_rules

    done = act(
        workspace, lambda reader: correct(reader, number, step_rules(), by=by, second=second, reason=reason)
    )
    tell(done, as_json, f"Event {number} is taken back", f"第 {number} 条事件已更正")
