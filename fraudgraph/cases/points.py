"""Points 记分: taking them, appeals against them, and where a person stands; every step an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from fraudgraph.cases.clocks import Term, until
from fraudgraph.cases.events import Entry, Event
from fraudgraph.cases.officers import check_actor, check_two
from fraudgraph.cases.point_rules import Deduction, Outcome, PointRules, outcome, point_rules
from fraudgraph.cases.rule_sets import held_on, named
from fraudgraph.cases.staff import known_staff
from fraudgraph.cases.store import Reader
from fraudgraph.cases.working_days import WorkingDays
from fraudgraph.errors import UsageError

__all__ = [
    "Act",
    "appeal",
    "decide_appeal",
    "deductions",
    "standing",
    "take_points",
]

_WHAT = ("Taking points", "记分")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One decision on points, as it is handed in.

    `handling` and `handled_on` name the document by which the institution itself was handled before.
    """

    person: str
    band: str
    points: int
    act_on: date
    decided_on: date
    reason: str
    handling: str = ""
    handled_on: date | None = None
    months: int | None = None
    extra_months: int | None = None
    rules: str = "national-2024"


def take_points(reader: Reader, act: Act, *, by: str, second: str, today: date) -> list[Entry]:
    """Record a decision on points, after every check that the rule set asks for.

    Raises
    ------
    UsageError
        In one sentence what is wrong: person, body, rules of the day, order of days, range of points or of months.
    """
    rules = named(point_rules(), act.rules)
    check_two(reader, by, second, rules.by, what=_WHAT, basis=rules.source)
    known_staff(reader, act.person)
    held_on(rules, act.act_on)
    _check_days(rules, act, today)
    _check_points(rules, act)
    before = deductions(reader, act.person, rules.id)
    stands = outcome(rules, before, act.decided_on)
    if stands.left == 0:
        raise UsageError(
            f"{act.person} has {stands.used} of {rules.total} points for {act.decided_on.year} already; nothing more can be taken in that year. Nothing was recorded.",
            f"{act.person} 在 {act.decided_on.year} 年度已记 {stands.used} 分，满 {rules.total} 分，该年度不能再记分。未登记任何内容。",
        )
    _check_months(rules, act, before)
    body = {
        "band": act.band, "points": act.points, "act_on": act.act_on, "decided_on": act.decided_on, "reason": act.reason,
        "handling": act.handling, "handled_on": act.handled_on, "months": act.months, "extra_months": act.extra_months,
    }  # fmt: skip
    return [
        Entry(actor=by, second_actor=second, kind="points", subject=act.person, body=body, rule_set=rules.id)
    ]


def _check_days(rules: PointRules, act: Act, today: date) -> None:
    if not act.reason.strip():
        raise UsageError(
            "Taking points needs a reason (--reason). Nothing was recorded.", "记分须注明理由（--reason）。未登记任何内容。"
        )  # fmt: skip
    if rules.needs_handling and (not act.handling.strip() or act.handled_on is None):
        raise UsageError(
            f"By {rules.source} points follow the handling of the institution: name that document and its day (--handling, --handled-on). Nothing was recorded.",
            f"按{rules.source}，须在机构受到处理之后记分：请注明处理文书及日期（--handling、--handled-on）。未登记任何内容。",
        )
    days = [
        ("--act-on", act.act_on), ("--handled-on", act.handled_on), ("--decided-on", act.decided_on), ("today 今天", today),
    ]  # fmt: skip
    said = [(name, day) for name, day in days if day is not None]
    for (early, first), (late, then) in pairwise(said):
        if first > then:
            raise UsageError(
                f"{early} {first} lies after {late} {then}; expected act, handling of the institution, decision, today in this order. Nothing was recorded.",
                f"{early} {first} 晚于 {late} {then}；顺序应为行为、机构处理、记分决定、今天。未登记任何内容。",
            )


def _check_points(rules: PointRules, act: Act) -> None:
    band = rules.band(act.band)
    if not band.least <= act.points <= band.most:
        raise UsageError(
            f"{act.points} points are beyond the band {band.id} of {rules.source}: expected {band.least} to {band.most} of {rules.total} in all. Nothing was recorded.",
            f"{act.points} 分超出{rules.source}档次 {band.id} 的范围：应为 {band.least} 至 {band.most} 分（总分 {rules.total}）。未登记任何内容。",
        )


def _check_months(rules: PointRules, act: Act, before: Sequence[Deduction]) -> None:
    """Where the rules leave a range, somebody must have chosen; where they leave none, nobody may."""
    new = Deduction(
        seq=1 << 60, points=act.points, decided_on=act.decided_on, months=act.months, extra_months=act.extra_months
    )  # fmt: skip
    span = next(
        (s for s in outcome(rules, [*before, new], act.decided_on).spans if s.because == new.seq), None
    )
    chosen = [
        word for word, n in (("--months", act.months), ("--extra-months", act.extra_months)) if n is not None
    ]
    if span is None:
        wanted_en, wanted_zh, wrong = "no suspension follows", "不导致暂停", bool(chosen)
    else:
        step = next(s for s in rules.steps if s.effect == span.effect)
        wanted = [f"--months {step.months[0]}–{step.months[1]}"] if step.months[0] != step.months[1] else []
        if span.extra and rules.again is not None:
            wanted.append(f"--extra-months {rules.again.extra_months[0]}–{rules.again.extra_months[1]}")
        wanted_en = wanted_zh = " ".join(wanted) or span.effect
        wrong = span.open_choice or [w.split()[0] for w in wanted] != chosen
    if wrong:
        raise UsageError(
            f"For {act.points} points of {act.decided_on} {rules.source} expects: {wanted_en}; found: {' '.join(chosen) or 'nothing chosen, or out of that range'}. Nothing was recorded.",
            f"{act.decided_on} 的 {act.points} 分，按{rules.source}应为：{wanted_zh}；实际为：{' '.join(chosen) or '未选择，或超出范围'}。未登记任何内容。",
        )


def appeal(
    reader: Reader, number: int, *, by: str, on: date, reason: str, today: date, days: WorkingDays
) -> list[Entry]:
    """Take in that the person objects to a decision, within the term.

    Raises
    ------
    UsageError
        If there is no such decision, it was appealed against already, or the term is over.
    """
    event = _decision(reader, number)
    rules = named(point_rules(), event.rule_set)
    check_actor(reader, by, rules.by, what=("Taking in an appeal", "受理申诉"), basis=rules.source)
    if any(
        one.body["of"] == number for one in reader.events(subject=event.subject, kinds=("points_appeal",))
    ):
        raise UsageError(
            f"Decision {number} was appealed against already. Nothing was recorded.",
            f"第 {number} 条记分决定此前已受理申诉。未登记任何内容。",
        )
    decided = date.fromisoformat(event.body["decided_on"])
    last = until(datetime.combine(decided, time()), Term.parse(rules.appeal), days)
    if not decided <= on <= min(last.day, today):
        raise UsageError(
            f"An appeal against decision {number} of {decided} is in time until {last.day} ({rules.source}) and can't be dated after today; found {on}. Nothing was recorded.",
            f"对 {decided} 第 {number} 条记分决定的申诉期限至 {last.day}（{rules.source}），且不得晚于今天；实际为 {on}。未登记任何内容。",
        )
    body = {"of": number, "on": on, "reason": reason}
    return [Entry(actor=by, kind="points_appeal", subject=event.subject, body=body, rule_set=rules.id)]


def decide_appeal(
    reader: Reader, number: int, *, by: str, second: str, on: date, succeeds: bool, reason: str, today: date
) -> list[Entry]:
    """Decide an appeal; who took the points doesn't decide. One that succeeds restores them from its day on.

    Raises
    ------
    UsageError
        If there is no open appeal, or the same people would decide on their own decision.
    """
    event = _decision(reader, number)
    rules = named(point_rules(), event.rule_set)
    check_two(reader, by, second, rules.by, what=("Deciding an appeal", "申诉复核"), basis=rules.source)
    made = [
        one
        for one in reader.events(subject=event.subject, kinds=("points_appeal",))
        if one.body["of"] == number
    ]
    done = [
        one
        for one in reader.events(subject=event.subject, kinds=("points_appeal_decided",))
        if one.body["of"] == number
    ]
    if not made or done:
        raise UsageError(
            f"No appeal against decision {number} is open. Nothing was recorded.", f"第 {number} 条记分决定没有待复核的申诉。未登记任何内容。"
        )  # fmt: skip
    if {by, second} & {event.actor, event.second_actor}:
        raise UsageError(
            f"Decision {number} is by {event.actor} and {event.second_actor}; others must decide the appeal against it. Nothing was recorded.",
            f"第 {number} 条记分决定由 {event.actor}、{event.second_actor} 作出，申诉须由其他人复核。未登记任何内容。",
        )
    filed = date.fromisoformat(made[0].body["on"])
    if not filed <= on <= today:
        raise UsageError(
            f"The appeal is of {filed}; its decision must be dated from then to today, not {on}. Nothing was recorded.",
            f"申诉日期为 {filed}，复核日期应在该日至今天之间，不能是 {on}。未登记任何内容。",
        )
    body = {"of": number, "on": on, "succeeds": succeeds, "reason": reason}
    return [
        Entry(
            actor=by, second_actor=second, kind="points_appeal_decided", subject=event.subject, body=body,
            rule_set=rules.id,
        )
    ]  # fmt: skip


def _decision(reader: Reader, number: int) -> Event:
    found = next((one for one in reader.events(kinds=("points",)) if one.seq == number), None)
    if found is None:
        raise UsageError(
            f"Event {number} is no decision on points; `fraudgraph points status PERSON` shows their numbers. Nothing was recorded.",
            f"第 {number} 条事件不是记分决定；可用 `fraudgraph points status 人员编号` 查看序号。未登记任何内容。",
        )
    return found


def deductions(reader: Reader, person: str, rules: str) -> list[Deduction]:
    """All decisions on a person under a rule set, with the appeals that succeeded."""
    events = reader.events(subject=person, kinds=("points", "points_appeal_decided"))
    gone = {
        one.body["of"]: date.fromisoformat(one.body["on"])
        for one in events
        if one.kind == "points_appeal_decided" and one.body["succeeds"]
    }
    return [
        Deduction(
            seq=one.seq, points=one.body["points"], decided_on=date.fromisoformat(one.body["decided_on"]),
            months=one.body["months"], extra_months=one.body["extra_months"], overturned_on=gone.get(one.seq),
        )
        for one in events
        if one.kind == "points" and one.rule_set == rules
    ]  # fmt: skip


def standing(reader: Reader, person: str, as_of: date) -> list[tuple[PointRules, Outcome]]:
    """How a person stands under each rule set by which points were taken; under the first one where none were."""
    known_staff(reader, person)
    used = {one.rule_set for one in reader.events(subject=person, kinds=("points",))}
    sets = [one for one in point_rules() if one.id in used] or [point_rules()[0]]
    return [(one, outcome(one, deductions(reader, person, one.id), as_of)) for one in sets]
