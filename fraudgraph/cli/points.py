"""points staff, add, appeal, decide, status, rules: points of staff's qualification for payment."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.case_options import By, Reason, With, act, now, room_of, tell
from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, add_commands, day_as_typed
from fraudgraph.cli.terminal import print_json, print_result, print_table

__all__ = ["add_to"]

_Person = Annotated[str, typer.Argument(metavar="PERSON", help=t("The person's code.", "人员代码。"))]
_On = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help=t("When; today by default.", "日期，默认今天。"))
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="points",
        help=t(
            "Points of doctors and other staff: taken by dated rule sets, appealed, restored.",
            "医师等人员的记分：按有施行日期的规则集记分、申诉、恢复。",
        ),
    )
    add_commands(group, (
        ("staff", _staff, "Register a person with all registered sites.", "登记人员及其全部登记执业地点。", "fraudgraph points staff D0001 --name 陈医 --site H001 --site H002 --by 孙经 --workspace W"),
        ("add", _add, "Take points, by two people.", "记分（两人）。", "fraudgraph points add D0001 --band fraud --points 10 --months 3 --act-on 2026-01-10 --decided-on 2026-03-02 --handling 决〔2026〕1号 --handled-on 2026-02-20 --by 孙经 --with 周办 --reason … --workspace W"),
        ("appeal", _appeal, "Take an appeal in.", "受理申诉。", "fraudgraph points appeal 12 --on 2026-03-05 --by 孙经 --reason … --workspace W"),
        ("decide", _decide, "Decide an appeal; others than who took the points.", "复核申诉（由原记分人员以外的两人）。", "fraudgraph points decide 12 --succeeds --by 吴核 --with 郑核 --reason … --workspace W"),
        ("status", _status, "Where a person stands, at every site.", "查看人员的记分与资格状态，适用于其全部执业地点。", "fraudgraph points status D0001 --as-of 2026-12-31 --workspace W"),
        ("rules", _rules, "The rule sets with their sources.", "查看规则集及其来源。", "fraudgraph points rules"),
    ))  # fmt: skip
    app.add_typer(group)


def _staff(
    person: _Person,
    site: Annotated[
        list[str],
        typer.Option(
            "--site",
            metavar="ID",
            help=t("A registered site; may be given again.", "登记执业地点，可多次给出。"),
        ),
    ],
    name: Annotated[str, typer.Option("--name", help=t("The person's name.", "姓名。"))] = "",
    by: By = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.staff import Staff, new_staff

    one = Staff(id=person, name=name, sites=tuple(site))
    done = act(workspace, lambda reader: new_staff(reader, one, by=by))
    tell(
        done, as_json, f"{person} is registered at {', '.join(site)}", f"{person} 已登记于 {'、'.join(site)}"
    )


def _add(
    person: _Person,
    points: Annotated[int, typer.Option("--points", min=1, help=t("How many.", "记分分值。"))],
    band: Annotated[str, typer.Option("--band", help=t("Class of conduct, see `points rules`.", "记分档次，见 `points rules`。"))],
    act_on: Annotated[str, typer.Option("--act-on", metavar="DAY", help=t("Day of the act.", "行为日期。"))],
    decided_on: Annotated[str | None, typer.Option("--decided-on", metavar="DAY", help=t("Day of the decision; today by default.", "记分决定日期，默认今天。"))] = None,
    handling: Annotated[str, typer.Option("--handling", help=t("Document by which the institution was handled.", "对机构的处理文书号。"))] = "",
    handled_on: Annotated[str | None, typer.Option("--handled-on", metavar="DAY", help=t("Its day.", "该文书日期。"))] = None,
    months: Annotated[int | None, typer.Option("--months", help=t("Months of suspension, where the rules leave a range.", "暂停月数（规则给出幅度时）。"))] = None,
    extra_months: Annotated[int | None, typer.Option("--extra-months", help=t("Months more, where suspended again.", "再次暂停时另加的月数。"))] = None,
    rules: Annotated[str, typer.Option("--rules", help=t("The rule set.", "规则集。"))] = "national-2024",
    by: By = "",
    second: With = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from fraudgraph.cases.points import Act, take_points

    today = now().date()
    done_on = day_as_typed(act_on, "--act-on")
    assert done_on is not None
    one = Act(
        person=person, band=band, points=points, act_on=done_on, reason=reason, handling=handling, months=months,
        decided_on=day_as_typed(decided_on, "--decided-on") or today, extra_months=extra_months, rules=rules,
        handled_on=day_as_typed(handled_on, "--handled-on"),
    )  # fmt: skip
    done = act(workspace, lambda reader: take_points(reader, one, by=by, second=second, today=today))
    said_en, said_zh = _said(workspace, person, today)
    tell(done, as_json, f"{points} points taken. {said_en}", f"已记 {points} 分。{said_zh}")


def _appeal(
    number: Annotated[
        int, typer.Argument(metavar="EVENT", help=t("The decision's event.", "记分决定的事件序号。"))
    ],
    on: _On = None,
    by: By = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.points import appeal

    today, days = now().date(), room_of(workspace).working_days()
    when = day_as_typed(on, "--on") or today
    done = act(
        workspace,
        lambda reader: appeal(reader, number, by=by, on=when, reason=reason, today=today, days=days),
    )
    tell(done, as_json, f"Appeal against {number} taken in", f"已受理对第 {number} 条记分决定的申诉")


def _decide(
    number: Annotated[
        int, typer.Argument(metavar="EVENT", help=t("The decision's event.", "记分决定的事件序号。"))
    ],
    succeeds: Annotated[
        bool, typer.Option("--succeeds/--fails", help=t("How it ends.", "申诉成立或不成立。"))
    ],
    on: _On = None,
    by: By = "",
    second: With = "",
    reason: Reason = "",
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.points import decide_appeal

    today = now().date()
    when = day_as_typed(on, "--on") or today
    done = act(
        workspace,
        lambda reader: decide_appeal(
            reader, number, by=by, second=second, on=when, succeeds=succeeds, reason=reason, today=today
        ),
    )
    said_en, said_zh = _said(workspace, done[0].subject, today)
    tell(done, as_json, f"Appeal decided. {said_en}", f"申诉已复核。{said_zh}")


def _said(workspace: Path | None, person: str, day: date) -> tuple[str, str]:
    from fraudgraph.cases.points import standing

    with room_of(workspace).store().read() as reader:
        found = standing(reader, person, day)
    zh_of = {"active": "正常", "suspended": "暂停", "ended": "终止"}
    en = "; ".join(
        f"{rules.id}: {one.used} of {rules.total} this year, {one.state}{f' until {one.until}' if one.until else ''}"
        for rules, one in found
    )
    zh = "；".join(
        f"{rules.id}：本年度 {one.used}/{rules.total} 分，{zh_of[one.state]}{f'至 {one.until}' if one.until else ''}"
        for rules, one in found
    )
    return en, zh


def _status(
    person: _Person,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help=t("The day; today by default.", "日期，默认今天。")),
    ] = None,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.cases.points import standing
    from fraudgraph.cases.rule_sets import mark_of
    from fraudgraph.cases.staff import staff

    day = day_as_typed(as_of, "--as-of") or now().date()
    with room_of(workspace).store().read() as reader:
        found, known = standing(reader, person, day), staff(reader)
        events = reader.events(subject=person, kinds=("points", "points_appeal", "points_appeal_decided"))
    if as_json:
        print_json([
            {"rules": rules.id, "verified": rules.verified, "as_of": day, "state": one.state, "used": one.used, "left": one.left,
             "until": one.until, "spans": one.spans, "sites": known[person].sites}
            for rules, one in found
        ])  # fmt: skip
        return
    en, zh = _said(workspace, person, day)
    print_result(
        t(
            f"{person} on {day}: {en}. At all sites: {', '.join(known[person].sites)}",
            f"{person}（{day}）：{zh}。适用于全部执业地点：{'、'.join(known[person].sites)}",
        )
    )
    for rules, one in found:
        print_result(t(f"Source: {mark_of(rules, 'en')}", f"依据：{mark_of(rules, 'zh')}"))
        for span in one.spans:
            print_result(
                t(
                    f"  {span.effect} {span.first} to {span.last}, because of event {span.because}{' (length to be decided anew: the least is shown)' if span.open_choice else ''}",
                    f"  {'终止' if span.effect == 'ended' else '暂停'} {span.first} 至 {span.last}，因第 {span.because} 条{'（时长待重新决定，所示为最短）' if span.open_choice else ''}",
                )
            )
        if rules.emergency_excepted and one.state != "active":
            print_result(t("  Emergency care and rescue stay payable.", "  急诊、抢救的费用除外。"))
    print_table(
        (t("event", "序号"), t("what", "事项"), t("by", "办理人"), t("points", "分值"), t("day", "日期"), t("reason", "理由")),
        (
            (str(e.seq), e.kind, "、".join(n for n in (e.actor, e.second_actor) if n), str(e.body.get("points", "")),
             str(e.body.get("decided_on") or e.body.get("on", "")), str(e.body["reason"]))
            for e in events
        ),
    )  # fmt: skip


def _rules(as_json: AsJson = False) -> None:
    from fraudgraph.cases.point_rules import point_rules
    from fraudgraph.cases.rule_sets import mark_of

    if as_json:
        print_json(list(point_rules()))
        return
    zh = language() == "zh"
    for one in point_rules():
        print_result(
            t(
                f"{one.id}: {one.title_en}, from {one.holds_from}. {mark_of(one, 'en')}",
                f"{one.id}：{one.title_zh}，自 {one.holds_from}。{mark_of(one, 'zh')}",
            )
        )
        print_table(
            (t("band", "档次"), t("points", "分值"), t("conduct", "行为")),
            ((band.id, f"{band.least}–{band.most}", band.zh if zh else band.en) for band in one.bands),
        )
