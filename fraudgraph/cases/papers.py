"""The case file 案卷 as a document, and the terms of all cases as a workbook by county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from fraudgraph.cases.case_file import Case, Clock, clocks_of
from fraudgraph.cases.documents import Paper, Table
from fraudgraph.cases.events import body_text
from fraudgraph.cases.spine import Due
from fraudgraph.cases.step_rules import StepRules
from fraudgraph.cases.working_days import WorkingDays

__all__ = ["case_paper", "clock_row", "write_due"]

_SAID = ("title", "step", "note", "document", "late_reason", "file", "sha256", "origin", "reason", "owner", "until", "of", "name", "role", "amount", "repaid")  # fmt: skip


def clock_row(clock: Clock, now: datetime) -> tuple[str, ...]:
    """A clock as people read it, in both languages, with a mark where something about it is not sure."""
    state = "到期已过 overdue" if clock.overdue(now) else "进行中 open"
    if clock.ended_at is not None:
        late = clock.ended_at > clock.until.at
        state = f"{clock.ended_at:%Y-%m-%d %H:%M} {'逾期 late' if late else '按期 in time'}"
    marks = (
        []
        if clock.until.sure
        else ["该年度工作日安排未知，日期可能变动 working days of that year not known yet"]
    )
    if not clock.verified:
        marks.append("依据未经核对 unverified")
    return (
        f"{clock.what_zh} {clock.what_en}", f"{clock.started_at:%Y-%m-%d %H:%M}", f"{clock.until.at:%Y-%m-%d %H:%M}",
        state, "；".join([clock.source, *marks]),
    )  # fmt: skip


def case_paper(case: Case, rules: StepRules, days: WorkingDays, now: datetime) -> Paper:
    """The whole case file: facts, steps with who and when, evidence with hashes, terms, what may come next."""
    void = {event.body["of"] for event in case.events if event.kind == "case_correction"}
    rows = tuple(
        (
            str(event.seq), event.at[:16].replace("T", " ") + " UTC",
            event.kind + ("（已更正 taken back）" if event.seq in void else ""),
            "、".join(name for name in (event.actor, event.second_actor) if name), _told(event.body),
        )
        for event in case.events
    )  # fmt: skip
    unsure = sorted({taken.step.source for taken in case.steps if not taken.step.verified})
    following = tuple((s.name, f"{s.zh} {s.en}", s.source) for s in rules.next_after(case.state))
    return Paper(
        title="案卷 Case file",
        number=case.id,
        parts=(
            f"案由 {case.title}；线索 {case.about or '–'}；县（区） {case.county}；承办 {case.owner}；管辖 {case.competence}；现状 {case.state}",
            "# 期限 Terms",
            Table(header=("事项 what", "起 from", "止 until", "状态 state", "依据 basis"), rows=tuple(clock_row(c, now) for c in clocks_of(case, days))),
            "# 经过 Events",
            Table(header=("序号 no.", "登记时间 recorded", "事项 kind", "办理人 by", "内容 what"), rows=rows),
            "# 可办理的下一步 Possible next steps",
            Table(header=("步骤 step", "名称 name", "依据 basis"), rows=following),
        ),
        notes=[f"未经核对原文的依据 unverified: {'；'.join(unsure)}"] if unsure else [],
    )  # fmt: skip


def _told(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    said = {key: body[key] for key in _SAID if body.get(key)}
    return body_text(said).strip("{}").replace('"', "")


def write_due(found: Sequence[Due], path: Path, now: datetime) -> None:
    """Terms by county: a sheet of counts and a sheet of all, with whom each concerns."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": now})
    bold = book.add_format({"bold": True, "text_wrap": True})
    counts = book.add_worksheet("县区汇总 by county")
    counts.write_row(
        0, 0, ["县（区） county", "期限数 terms", "逾期 overdue", "已报上级 with the superior"], bold
    )
    totals = Counter(one.case.county for one in found)
    for line, county in enumerate(sorted(totals), 1):
        mine = [one for one in found if one.case.county == county]
        late, up = sum(one.overdue for one in mine), sum(one.goes_to == "superior" for one in mine)
        counts.write_row(line, 0, [county, totals[county], late, up])
    sheet = book.add_worksheet("明细 all")
    header = [
        "县（区） county",
        "案件 case",
        "承办 owner",
        "事项 what",
        "起 from",
        "止 until",
        "状态 state",
        "依据 basis",
        "报送 goes to",
    ]
    sheet.write_row(0, 0, header, bold)
    for line, one in enumerate(found, 1):
        sheet.write_row(
            line, 0, [one.case.county, one.case.id, one.case.owner, *clock_row(one.clock, now), one.goes_to]
        )
    for each in (counts, sheet):
        each.freeze_panes(1, 0)
        each.set_column(0, 8, 22)
    book.close()
    path.chmod(0o600)
