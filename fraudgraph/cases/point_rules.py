"""What points lead to 记分后果: a pure computation from decisions and one rule set, without store or clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from fraudgraph.cases.rule_sets import read_rules
from fraudgraph.casework.verdicts import add_months
from fraudgraph.errors import UsageError, nearest_hint

__all__ = ["Again", "Band", "Deduction", "Outcome", "PointRules", "Span", "Step", "outcome", "point_rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A class of conduct and how many points it may cost."""

    id: str
    least: int
    most: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From how many points in a year which effect sets in, for how many months."""

    at: int
    effect: str
    months: tuple[int, int]
    each: bool
    once_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Suspended again within so many months of the end of the last: so many months more."""

    within_months: int
    extra_months: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRules:
    """One rule set as its table states it."""

    id: str
    title_zh: str
    title_en: str
    source: str
    holds_from: date
    holds_to: date | None
    verified: bool
    by: tuple[str, ...]
    total: int
    needs_handling: bool
    appeal: str
    emergency_excepted: bool
    bands: tuple[Band, ...]
    steps: tuple[Step, ...]
    again: Again | None

    def band(self, name: str) -> Band:
        """A class of conduct by its name."""
        for one in self.bands:
            if one.id == name:
                return one
        hint_en, hint_zh = nearest_hint(name, [one.id for one in self.bands])
        raise UsageError(
            f"{self.id} has no band {name!r}; {hint_en}", f"{self.id} 没有记分档次 {name!r}；{hint_zh}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """Points that were taken. `months` and `extra_months` are what the deciding person chose where the rules leave a range.

    `overturned_on`: the day on which an appeal succeeded; from then on it is as if it had never been.
    """

    seq: int
    points: int
    decided_on: date
    months: int | None = None
    extra_months: int | None = None
    overturned_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time without qualification. `open_choice`: the length was never chosen for it and is the least there is."""

    effect: str
    first: date
    last: date
    because: int
    extra: bool = False
    open_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a person stands on a day: active, suspended 暂停 or ended 终止."""

    state: str
    used: int
    left: int
    until: date | None
    spans: tuple[Span, ...]


@cache
def point_rules() -> tuple[PointRules, ...]:
    """All rule sets of points."""
    return tuple(_as_rules(row) for row in read_rules("points.toml")["rule_set"])


def _as_rules(row: dict[str, Any]) -> PointRules:
    again = row.get("again")
    return PointRules(
        id=row["id"], title_zh=row["title_zh"], title_en=row["title_en"], source=row["source"], holds_from=row["from"],
        holds_to=row.get("to"), verified=row["verified"], by=tuple(row["by"]), total=row["total"],
        needs_handling=row["needs_handling"], appeal=row["appeal"], emergency_excepted=row["emergency_excepted"],
        bands=tuple(Band(**one) for one in row["bands"]),
        steps=tuple(Step(**{**one, "months": tuple(one["months"])}) for one in row["steps"]),
        again=Again(within_months=again["within_months"], extra_months=tuple(again["extra_months"])) if again else None,
    )  # fmt: skip


def outcome(rules: PointRules, deductions: Iterable[Deduction], as_of: date) -> Outcome:
    """How a person stands on a day.

    Parameters
    ----------
    rules : PointRules
        The rule set.
    deductions : iterable of Deduction
        All decisions on that person under it, in any order.
    as_of : date
        The day; later decisions and later successful appeals are not looked at.
    """
    standing = sorted(
        (
            one
            for one in deductions
            if one.decided_on <= as_of and (one.overturned_on is None or one.overturned_on > as_of)
        ),
        key=lambda one: (one.decided_on, one.seq),
    )
    spans: list[Span] = []
    used: dict[int, int] = {}
    for one in standing:
        year = one.decided_on.year
        before = used.get(year, 0)
        used[year] = min(rules.total, before + one.points)
        span = _span(rules, one, before, used[year], spans)
        if span is not None:
            spans.append(span)
    now = [span for span in spans if span.first <= as_of <= span.last]
    state = next((word for word in ("ended", "suspended") if any(s.effect == word for s in now)), "active")
    this_year = used.get(as_of.year, 0)
    return Outcome(
        state=state, used=this_year, left=rules.total - this_year,
        until=max((span.last for span in now), default=None), spans=tuple(spans),
    )  # fmt: skip


def _span(rules: PointRules, one: Deduction, before: int, after: int, earlier: list[Span]) -> Span | None:
    """What one decision leads to; the day of the decision is not counted, so the last day is the corresponding one."""
    reached = [step for step in rules.steps if step.at <= after and (step.each or before < step.at)]
    if not reached:
        return None
    step = reached[-1]
    if step.at < max(other.at for other in rules.steps if other.at <= after):
        return None  # already at a heavier step: a lighter one adds nothing
    least, most = step.months
    if step.once_months is not None and one.points >= step.at:
        least = most = step.once_months
    chosen = one.months if one.months is not None and least <= one.months <= most else least
    open_choice = least != most and chosen != one.months
    extra = _is_again(rules, one.decided_on, earlier) if step.effect == "suspended" else False
    if extra and rules.again is not None:
        low, high = rules.again.extra_months
        more = one.extra_months if one.extra_months is not None and low <= one.extra_months <= high else low
        open_choice = open_choice or more != one.extra_months
        chosen += more
    return Span(
        effect=step.effect, first=one.decided_on, last=add_months(one.decided_on, chosen), because=one.seq,
        extra=extra, open_choice=open_choice,
    )  # fmt: skip


def _is_again(rules: PointRules, day: date, earlier: list[Span]) -> bool:
    """Whether a suspension that begins on a day follows the end of the last one closely enough."""
    ends = [span.last for span in earlier if span.effect == "suspended" and span.last < day]
    return rules.again is not None and any(day <= add_months(end, rules.again.within_months) for end in ends)
