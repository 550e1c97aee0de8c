"""refer person, build, send, reply: cases handed to the police or to discipline inspection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.case_options import By, CaseId, With, act, moment_as_typed, now, room_of, tell
from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands
from fraudgraph.errors import UsageError

__all__ = ["add_to"]

_To = Annotated[
    str, typer.Option("--to", help=t("police or discipline.", "police 公安机关、discipline 纪检监察机关。"))
]
_When = Annotated[
    str | None, typer.Option("--on", metavar="WHEN", help=t("Moment; now by default.", "时刻，默认为现在。"))
]
_Late = Annotated[str, typer.Option("--late-reason", help=t("Why it is late.", "逾期原因。"))]
REPLIES = ("police_filed", "police_declined", "outcome")
"""What an answer can be, as steps of the table."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="refer",
        help=t("Referral packages with their terms, receipts and replies.", "移送材料及其期限、回执和反馈。"),
    )
    add_commands(group, (
        ("person", _person, "A person of a case: role, own amount, what was repaid.", "登记涉案人员：作用、本人金额、已退缴。", "fraudgraph refer person C-2026-0001 P001 --name 张某 --role 组织者 --amount 58000 --repaid 2000 --by 李敏 --workspace W"),
        ("build", _build, "Write the package: letter, report, lists, a sheet a person, return slip.", "制作移送材料：移送书、调查报告、清单、人员情况表、回执。", "fraudgraph refer build C-2026-0001 --to police --amount 120000 --office 某市医疗保障局 --addressee 某市公安局 --number 医保移〔2026〕1号 --out package --by 李敏 --with 王强 --workspace W"),
        ("send", _send, "Say that it was handed over, with the moment; only what was built goes.", "登记移送时刻；仅可移送所制作的材料。", "fraudgraph refer send C-2026-0001 package --to police --on 2026-03-02T15:30 --by 李敏 --with 王强 --workspace W"),
        ("reply", _reply, "What the police answered, or how it ended.", "登记公安机关反馈或案件结果。", "fraudgraph refer reply C-2026-0001 police_filed --on 2026-03-05 --note … --by 李敏 --workspace W"),
    ))  # fmt: skip
    app.add_typer(group)


def _person(
    case: CaseId,
    person: Annotated[str, typer.Argument(metavar="ID", help=t("The person's id.", "人员编号。"))],
    name: Annotated[str, typer.Option("--name", help=t("Name.", "姓名。"))],
    role: Annotated[str, typer.Option("--role", help=t("Part in the case.", "在案件中的作用。"))],
    amount: Annotated[str, typer.Option("--amount", help=t("Own amount, yuan.", "本人金额（元）。"))],
    repaid: Annotated[str, typer.Option("--repaid", help=t("Repaid, yuan.", "已退缴（元）。"))] = "0",
    post: Annotated[str, typer.Option("--post", help=t("Post.", "职务。"))] = "",
    political: Annotated[str, typer.Option("--political", help=t("Political status.", "政治面貌。"))] = "",
    by: By = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.amounts import amount_as_typed
    from fraudgraph.cases.referral import add_person
    from fraudgraph.cases.referral_papers import Involved
    from fraudgraph.cases.step_rules import step_rules

    one = Involved(
        id=person, name=name, role=role, amount=amount_as_typed(amount, "--amount"), post=post, political=political,
        repaid=amount_as_typed(repaid, "--repaid"),
    )  # fmt: skip
    done = act(workspace, lambda reader: add_person(reader, case, one, step_rules(), by=by))
    tell(done, as_json, f"{person} is named in {case}", f"已在 {case} 登记 {person}")


def _build(
    case: CaseId,
    amount: Annotated[str, typer.Option("--amount", help=t("The whole case, yuan.", "全案金额（元）。"))],
    office: Annotated[str, typer.Option("--office", help=t("Who hands over.", "移送单位。"))],
    addressee: Annotated[str, typer.Option("--addressee", help=t("To whom.", "接收单位。"))],
    number: Annotated[str, typer.Option("--number", help=t("Number of the letter.", "移送书文号。"))],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=t("A new folder.", "新目录。"))],
    to: _To = "police",
    goods: Annotated[
        list[str] | None,
        typer.Option("--goods", metavar="NAME|NUMBER|PLACE", help=t("A line of the list of goods.", "涉案物品清单的一行：名称|数量|存放地点。")),
    ] = None,
    reporters: Annotated[
        Path | None,
        typer.Option("--reporters", metavar="FILE", help=t("Names, phones, ids of reporters, one a line: no document may hold one; kept nowhere.", "举报人姓名、电话、编号，每行一个：任何文书不得出现；不作保存。")),
    ] = None,
    by: By = "",
    second: With = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from fraudgraph.cases.amounts import amount_as_typed
    from fraudgraph.cases.anchors import write_anchor
    from fraudgraph.cases.referral import build
    from fraudgraph.cases.referral_papers import Package
    from fraudgraph.cases.step_rules import step_rules

    lines = [tuple(part.strip() for part in line.split("|")) for line in goods or ()]
    if any(len(line) != 3 for line in lines):
        raise UsageError("--goods takes NAME|NUMBER|PLACE.", "--goods 应为 名称|数量|存放地点。")
    words = _words(reporters)
    package = Package(
        case_id=case, to=to, office=office, addressee=addressee, number=number, goods=tuple((a, b, c) for a, b, c in lines),
        amount=amount_as_typed(amount, "--amount"),
    )  # fmt: skip
    room = room_of(workspace)
    store = room.store()
    done = store.act(
        lambda reader: build(
            reader, package, out, step_rules(), by=by, second=second, reporters=words, now=now()
        )
    )
    write_anchor(room.anchors_file, store.head(), what=out.name)
    tell(
        done,
        as_json,
        f"{len(done[0].body['files'])} documents in {out}",
        f"已在 {out} 写出 {len(done[0].body['files'])} 份文书",
    )


def _words(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"--reporters {path} can't be read as UTF-8 text.",
            f"--reporters {path} 无法作为 UTF-8 文本读取。",
        ) from None


def _send(
    case: CaseId,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=t("The package.", "移送材料目录。"))],
    to: _To = "police",
    on: _When = None,
    late_reason: _Late = "",
    by: By = "",
    second: With = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.events import Entry
    from fraudgraph.cases.referral import check_package, hand_clue
    from fraudgraph.cases.spine import StepTaken, take_step
    from fraudgraph.cases.step_rules import step_rules
    from fraudgraph.cases.store import Reader

    when, has_clock = moment_as_typed(on)
    rules, days = step_rules(), room_of(workspace).working_days()
    one = StepTaken(
        case_id=case, step="referred", on=when, clock_given=has_clock, document=folder.name, late_reason=late_reason
    )  # fmt: skip

    def hand_over(reader: Reader) -> list[Entry]:
        check_package(reader, case, folder, rules, to)
        if to == "police":
            return take_step(reader, one, rules, days, by=by, second=second, now=now())
        return hand_clue(reader, case, to, rules, by=by, second=second, on=when, now=now())

    done = act(workspace, hand_over)
    tell(done, as_json, f"{case} was handed over", f"{case} 已移送")


def _reply(
    case: CaseId,
    reply: Annotated[str, typer.Argument(metavar="REPLY", help=t("police_filed, police_declined or outcome.", "police_filed 立案、police_declined 不予立案、outcome 结果。"))],
    on: _When = None,
    note: Annotated[str, typer.Option("--note", help=t("What it says.", "内容。"))] = "",
    late_reason: _Late = "",
    by: By = "",
    second: With = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from fraudgraph.cases.spine import StepTaken, take_step
    from fraudgraph.cases.step_rules import step_rules
    from fraudgraph.errors import nearest_hint

    if reply not in REPLIES:
        hint_en, hint_zh = nearest_hint(reply, list(REPLIES))
        raise UsageError(f"{reply!r} is no reply; {hint_en}", f"{reply!r} 不是反馈；{hint_zh}")
    when, has_clock = moment_as_typed(on)
    one = StepTaken(
        case_id=case, step=reply, on=when, clock_given=has_clock, note=note, late_reason=late_reason
    )
    rules, days = step_rules(), room_of(workspace).working_days()
    done = act(workspace, lambda reader: take_step(reader, one, rules, days, by=by, second=second, now=now()))
    tell(done, as_json, f"{case}: {reply}", f"{case}：{rules.steps[reply].zh}")
