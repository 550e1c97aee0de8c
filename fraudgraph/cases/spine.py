"""Acts on a case 案件: opened, a step taken, evidence added, handed on, supervised, corrected; each checked against the table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from fraudgraph.cases.case_file import Case, Clock, case_of, clocks_of
from fraudgraph.cases.clocks import until
from fraudgraph.cases.events import Entry, sm3_of
from fraudgraph.cases.officers import BODIES, check_actor, check_two
from fraudgraph.cases.step_rules import CaseStep, StepRules
from fraudgraph.cases.store import Reader
from fraudgraph.cases.working_days import WorkingDays
from fraudgraph.errors import UsageError, nearest_hint

__all__ = [
    "Due", "Opening", "StepTaken", "add_evidence", "correct", "due", "hand_on", "open_case", "supervise", "take_step",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a case begins with. `competence`: own or superior; `about`: the ring or clue it comes from."""

    title: str
    about: str
    county: str
    owner: str
    on: datetime
    competence: str = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step as it is handed in."""

    case_id: str
    step: str
    on: datetime
    clock_given: bool
    note: str = ""
    document: str = ""
    late_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open clock and whom it concerns: the owner, the chief, or the superior."""

    clock: Clock
    case: Case
    overdue: bool
    goes_to: str


def open_case(reader: Reader, one: Opening, *, by: str, now: datetime) -> list[Entry]:
    """Open a case; it gets the next number of its year.

    Raises
    ------
    UsageError
        If the competence is no word of ours, a day lies ahead, or owner and actor are no officers.
    """
    if one.competence not in ("own", "superior"):
        hint_en, hint_zh = nearest_hint(one.competence, ["own", "superior"])
        raise UsageError(
            f"--competence {one.competence!r} is not known; {hint_en}",
            f"--competence {one.competence!r} 无法识别；{hint_zh}",
        )
    if not one.title.strip() or not one.county.strip():
        raise UsageError(
            "A case needs a title and a county (--title, --county). Nothing was recorded.",
            "案件须有案由和县（区）（--title、--county）。未登记任何内容。",
        )
    check_actor(reader, by, tuple(BODIES), what=("Opening a case", "建立案件"), basis="")
    check_actor(reader, one.owner, tuple(BODIES), what=("Owning a case", "承办案件"), basis="")
    _check_past(one.on, now)
    year = one.on.year
    numbers = [
        int(event.subject[7:])
        for event in reader.events(kinds=("case_opened",))
        if event.subject.startswith(f"C-{year}-")
    ]
    body = {
        "title": one.title, "about": one.about, "county": one.county, "owner": one.owner,
        "on": one.on.isoformat(timespec="minutes"), "competence": one.competence,
    }  # fmt: skip
    return [
        Entry(actor=by, kind="case_opened", subject=f"C-{year}-{max(numbers, default=0) + 1:04d}", body=body)
    ]


def take_step(
    reader: Reader,
    one: StepTaken,
    rules: StepRules,
    days: WorkingDays,
    *,
    by: str,
    second: str,
    now: datetime,
) -> list[Entry]:
    """Take a step, if the table allows it after the last one, by these people, at this time.

    Raises
    ------
    UsageError
        In one sentence what speaks against it.
    """
    case, step = case_of(reader, one.case_id, rules), rules.step(one.step)
    if case.state not in step.after:
        after = ", ".join(step.after)
        allowed = ", ".join(s.name for s in rules.next_after(case.state)) or "–"
        raise UsageError(
            f"{step.name} ({step.en}) comes after {after}; {case.id} stands at {case.state}, after which come {allowed}. Basis: {step.source}. Nothing was recorded.",
            f"{step.name}（{step.zh}）应在 {after} 之后；{case.id} 目前为 {case.state}，其后可为 {allowed}。依据：{step.source}。未登记任何内容。",
        )
    _check_people(reader, case, step, by, second)
    _check_past(one.on, now)
    begun = case.steps[-1].at if case.steps else case.opened_at
    if one.on < begun:
        raise UsageError(
            f"{step.name} is dated {_said(one.on)}, before the step it follows ({_said(begun)}). Nothing was recorded.",
            f"{step.name} 的时间 {_said(one.on)} 早于其前一步骤（{_said(begun)}）。未登记任何内容。",
        )
    _check_clock(step, one)
    _check_in_time(case, step, one, days)
    body = {
        "step": step.name, "on": one.on.isoformat(timespec="minutes"), "note": one.note, "document": one.document,
        "late_reason": one.late_reason, "basis": step.source, "verified": step.verified,
    }  # fmt: skip
    return [
        Entry(
            actor=by, second_actor=second, kind="case_step", subject=case.id, body=body, rule_set=rules.id
        )
    ]  # fmt: skip


def _check_people(reader: Reader, case: Case, step: CaseStep, by: str, second: str) -> None:
    what = (f"{step.name} ({step.en})", step.zh)
    bodies = step.by
    if case.competence == "superior":
        bodies = tuple(body for body in step.by if body != "bureau")
    basis = step.source + ("；本案由上级管辖" if case.competence == "superior" else "")
    if step.two:
        check_two(reader, by, second, bodies, what=what, basis=basis)
        return
    officer = check_actor(reader, by, bodies, what=what, basis=basis)
    if second:
        check_two(reader, by, second, bodies, what=what, basis=basis)
    if step.chief and not officer.chief:
        raise UsageError(
            f"{step.name} ({step.en}) is for the head of the body; {by} is not one. Basis: {step.source}. Nothing was recorded.",
            f"{step.zh}应由单位负责人办理，{by} 不是负责人。依据：{step.source}。未登记任何内容。",
        )


def _check_past(on: datetime, now: datetime) -> None:
    if on > now or on.year < 2000:
        raise UsageError(
            f"{_said(on)} is no time from 2000 to now ({_said(now)}); an act is recorded once it was done. Correct --on. Nothing was recorded.",
            f"{_said(on)} 不在 2000 年至现在（{_said(now)}）之间；行为完成后方可登记。请改正 --on。未登记任何内容。",
        )


def _check_clock(step: CaseStep, one: StepTaken) -> None:
    """Terms in hours need the hour at both ends."""
    if not one.clock_given and (
        step.name == "referred" or (step.term is not None and step.term.unit == "hours")
    ):
        raise UsageError(
            f"{step.name} is counted in hours ({step.source}): give --on with a clock, as 2026-03-02T15:30. Nothing was recorded.",
            f"{step.name} 按小时计算期限（{step.source}）：--on 须写明时刻，如 2026-03-02T15:30。未登记任何内容。",
        )


def _check_in_time(case: Case, step: CaseStep, one: StepTaken, days: WorkingDays) -> None:
    for clock in clocks_of(case, days):
        if clock.ended_at is not None or step.name not in clock.ends_with or one.on <= clock.until.at:
            continue
        if clock.theirs and step.name not in ("hearing_asked",):
            continue
        if not one.late_reason.strip():
            raise UsageError(
                f"{step.name} on {case.id} was due until {_said(clock.until.at)} ({clock.what_en}; {clock.source}); found {_said(one.on)}. Say why it is late (--late-reason), or correct --on. Nothing was recorded.",
                f"{case.id} 的 {step.name} 期限至 {_said(clock.until.at)}（{clock.what_zh}；{clock.source}），实际为 {_said(one.on)}。请用 --late-reason 说明逾期原因，或改正 --on。未登记任何内容。",
            )


def add_evidence(
    reader: Reader, name: str, path: Path, rules: StepRules, *, by: str, second: str, origin: str
) -> list[Entry]:
    """Keep a file's hashes with a case; taken by two people. The file itself stays where it is.

    Raises
    ------
    UsageError
        If the file can't be read or the people may not take evidence.
    """
    case = case_of(reader, name, rules)
    check_two(
        reader, by, second, tuple(BODIES), what=("Taking evidence", "收集证据"), basis="行政处罚法第42、46条"
    )
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"{path} can't be read: {problem.strerror}. Nothing was recorded.",
            f"无法读取 {path}：{problem.strerror}。未登记任何内容。",
        ) from None
    body = {
        "file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "sm3": sm3_of(data),
        "origin": origin,
    }  # fmt: skip
    return [Entry(actor=by, second_actor=second, kind="case_evidence", subject=case.id, body=body)]


def hand_on(reader: Reader, name: str, owner: str, rules: StepRules, *, by: str, reason: str) -> list[Entry]:
    """Give a case to another owner."""
    case = case_of(reader, name, rules)
    for person in (by, owner):
        check_actor(reader, person, tuple(BODIES), what=("Owning a case", "承办案件"), basis="")
    return [Entry(actor=by, kind="case_owner", subject=case.id, body={"owner": owner, "reason": reason})]


def supervise(
    reader: Reader, name: str, last: date | None, rules: StepRules, *, by: str, today: date, reason: str
) -> list[Entry]:
    """The superior puts a case under supervision 挂牌督办 with a day, or lifts it (`last` None).

    Raises
    ------
    UsageError
        If somebody else than the superior does it, or the day lies in the past.
    """
    case = case_of(reader, name, rules)
    check_actor(
        reader, by, ("superior",), what=("Supervising a case", "挂牌督办"), basis="挂牌督办由上级机关决定"
    )
    if last is not None and last <= today:
        raise UsageError(
            f"--until {last} lies in the past or is today ({today}); a deadline must lie ahead. Nothing was recorded.",
            f"--until {last} 不晚于今天（{today}）；期限须在今天之后。未登记任何内容。",
        )
    return [Entry(actor=by, kind="case_supervised", subject=case.id, body={"until": last, "reason": reason})]


def correct(
    reader: Reader, number: int, rules: StepRules, *, by: str, second: str, reason: str
) -> list[Entry]:
    """Take the last step of a case back, by a new event of two people; the step stays in the store.

    Raises
    ------
    UsageError
        If the event is no step, or not its case's last.
    """
    event = next((one for one in reader.events(kinds=("case_step",)) if one.seq == number), None)
    case = case_of(reader, event.subject, rules) if event is not None else None
    if case is None or not case.steps or case.steps[-1].seq != number:
        last = f"{case.steps[-1].seq} ({case.steps[-1].step.name})" if case and case.steps else "–"
        raise UsageError(
            f"Event {number} is not the last step of a case that still holds (that is {last}); steps are taken back one by one from the end. Nothing was recorded.",
            f"第 {number} 条事件不是某案件仍然有效的最后一步（最后一步为 {last}）；须从最后一步起逐一更正。未登记任何内容。",
        )
    if not reason.strip():
        raise UsageError(
            "A correction needs a reason (--reason). Nothing was recorded.", "更正须注明理由（--reason）。未登记任何内容。"
        )  # fmt: skip
    step = case.steps[-1].step
    check_two(reader, by, second, step.by, what=("Correcting a step", "更正步骤"), basis=step.source)
    return [
        Entry(
            actor=by, second_actor=second, kind="case_correction", subject=case.id,
            body={"of": number, "reason": reason}, rule_set=rules.id,
        )
    ]  # fmt: skip


def due(
    found: dict[str, Case], rules: StepRules, days: WorkingDays, *, now: datetime, last: date | None = None
) -> list[Due]:
    """Open clocks, the earliest first; `last` leaves out what is due later."""
    open_ones = []
    for case in found.values():
        for clock in clocks_of(case, days):
            if clock.ended_at is not None or (last is not None and clock.until.day > last):
                continue
            late = clock.overdue(now)
            further = until(clock.until.at, rules.escalate_superior, days)
            goes_to = "superior" if late and now > further.at else "chief" if late else "owner"
            open_ones.append(Due(clock=clock, case=case, overdue=late, goes_to=goes_to))
    return sorted(open_ones, key=lambda one: (one.clock.until.at, one.case.id, one.clock.what_en))


def _said(when: datetime) -> str:
    return when.isoformat(sep=" ", timespec="minutes")
