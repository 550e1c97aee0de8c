"""A case as its events tell it: where it stands, its evidence, its clocks; nothing is kept but the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from fraudgraph.cases.clocks import Until, until
from fraudgraph.cases.events import Event
from fraudgraph.cases.step_rules import CaseStep, StepRules
from fraudgraph.cases.store import Reader
from fraudgraph.cases.working_days import WorkingDays
from fraudgraph.errors import UsageError, nearest_hint

__all__ = ["Case", "Clock", "Taken", "case_of", "cases", "clocks_of", "moment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken, and when."""

    seq: int
    step: CaseStep
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case 案件. `state` is the last step's name, or open."""

    id: str
    title: str
    county: str
    competence: str
    owner: str
    opened_at: datetime
    about: str
    steps: tuple[Taken, ...]
    events: tuple[Event, ...]
    supervised_until: date | None

    @property
    def state(self) -> str:
        """The last step's name, or open."""
        return self.steps[-1].step.name if self.steps else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term of a case: what must be done until when; `ended_at` once it was."""

    case_id: str
    what_zh: str
    what_en: str
    source: str
    verified: bool
    started_at: datetime
    until: Until
    ended_at: datetime | None
    ends_with: tuple[str, ...]
    theirs: bool

    def overdue(self, now: datetime) -> bool:
        """Whether it is open and over."""
        return self.ended_at is None and now > self.until.at


def moment(text: str) -> datetime:
    """A moment as events keep it; a day alone is its beginning."""
    return datetime.fromisoformat(text)


def cases(reader: Reader, rules: StepRules) -> dict[str, Case]:
    """All cases, by number."""
    found: dict[str, list[Event]] = {}
    for event in reader.events(kinds=_KINDS):
        found.setdefault(event.subject, []).append(event)
    return {name: _case(events, rules) for name, events in sorted(found.items())}


def case_of(reader: Reader, name: str, rules: StepRules) -> Case:
    """One case.

    Raises
    ------
    UsageError
        If there is none of that number.
    """
    events = reader.events(subject=name, kinds=_KINDS)
    if not events:
        known = [one.subject for one in reader.events(kinds=("case_opened",))]
        hint_en, hint_zh = nearest_hint(name, known) if known else ("none was opened yet.", "尚未建立案件。")
        raise UsageError(
            f"There is no case {name!r}; {hint_en} Nothing was recorded.",
            f"没有案件 {name!r}；{hint_zh} 未登记任何内容。",
        )
    return _case(events, rules)


_KINDS = (
    "case_opened", "case_step", "case_correction", "case_evidence", "case_owner", "case_supervised", "case_person", "case_package", "case_handed",
)  # fmt: skip


def _case(events: Sequence[Event], rules: StepRules) -> Case:
    first = events[0]
    void = {event.body["of"] for event in events if event.kind == "case_correction"}
    steps = tuple(
        Taken(seq=event.seq, step=rules.steps[event.body["step"]], at=moment(event.body["on"]))
        for event in events
        if event.kind == "case_step" and event.seq not in void
    )
    owner, watched = first.body["owner"], None
    for event in events:
        if event.kind == "case_owner":
            owner = event.body["owner"]
        elif event.kind == "case_supervised":
            watched = date.fromisoformat(event.body["until"]) if event.body["until"] else None
    return Case(
        id=first.subject, title=first.body["title"], county=first.body["county"], competence=first.body["competence"],
        owner=owner, opened_at=moment(first.body["on"]), about=first.body["about"], steps=steps, events=tuple(events),
        supervised_until=watched,
    )  # fmt: skip


def clocks_of(case: Case, days: WorkingDays) -> list[Clock]:
    """All clocks that the steps of a case have started, and the superior's where it is supervised."""
    found = []
    for number, taken in enumerate(case.steps):
        if taken.step.term is None:
            continue
        later = case.steps[number + 1 :]
        ended = next((one.at for one in later if one.step.name in taken.step.ends_with), None)
        if ended is None and case.state in ("closed", "withdrawn", "not_established"):
            ended = case.steps[-1].at
        found.append(
            Clock(
                case_id=case.id, what_zh=taken.step.what_zh, what_en=taken.step.what_en, source=taken.step.source,
                verified=taken.step.verified, started_at=taken.at, until=until(taken.at, taken.step.term, days),
                ended_at=ended, ends_with=taken.step.ends_with, theirs=taken.step.theirs,
            )
        )  # fmt: skip
    if case.supervised_until is not None:
        found.append(
            Clock(
                case_id=case.id, what_zh="挂牌督办办结", what_en="supervised case to be closed", source="挂牌督办通知",
                verified=True, started_at=case.opened_at,
                until=Until(at=datetime.combine(case.supervised_until, time(23, 59, 59)), sure=True),
                ended_at=case.steps[-1].at if case.state == "closed" else None, ends_with=("closed",), theirs=False,
            )
        )  # fmt: skip
    return found
