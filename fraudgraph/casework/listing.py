"""The month's list: what is held back and why, what changed first, whose it is and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.casework.known import CHANGES, EventKind, Register
from fraudgraph.casework.routes import Route, routes_of
from fraudgraph.casework.verdicts import Standing
from fraudgraph.records import Month, Ring, ScorePart
from fraudgraph.rings.assemble import Candidate
from fraudgraph.settings import CaseworkSettings, Settings

__all__ = ["Case", "CaseFacts", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the store knows of each group, by its number.

    `days` are its claims at meetings by day, `models` the screening models with a flag on one of them, `views` the
    kinds of meeting, `recovered` what the ledger has, `district` where most of its people live.
    """

    days: Mapping[int, Sequence[tuple[date, int]]] = field(default_factory=dict)
    models: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    views: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    recovered: Mapping[int, tuple[int, Decimal]] = field(default_factory=dict)
    district: Mapping[int, str] = field(default_factory=dict)
    prior: Mapping[int, tuple[ScorePart, ...]] = field(default_factory=dict)
    """The parts of the score with their built-in weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A ring as the desk keeps it: beside the ring what was decided, whose it is, and why it is not on the list."""

    ring: Ring
    would_be_listed: bool
    score_rank: int
    change: str
    standing: Standing | None
    routes: tuple[Route, ...]
    district: str
    models: tuple[str, ...]
    views: tuple[str, ...]
    claims_before: int
    claims_since: int
    recovered_count: int
    recovered_amount: Decimal
    first_listed: str
    prior_parts: tuple[ScorePart, ...]


def decide(
    candidates: tuple[Candidate, ...], facts: CaseFacts, register: Register, standings: Mapping[str, Standing], *,
    statuses: Mapping[str, EventKind], month: Month, settings: Settings,
) -> tuple[tuple[Candidate, ...], tuple[Case, ...]]:  # fmt: skip
    """Settle the list.

    Parameters
    ----------
    candidates : tuple of Candidate
        Named rings, by score.
    facts : CaseFacts
        From the store.
    register : Register
        As the month leaves it.
    standings : mapping
        Verdicts that hold, by ring.
    statuses : mapping
        What the month did to each named ring.
    month : Month
        The month.
    settings : Settings
        Growth, due days, owners, routes.

    Returns
    -------
    candidates, cases
        Both in the order of the list: rings put forward that changed, the others put forward, the rest.
    """
    by_score = sorted(
        candidates, key=lambda c: (not c.ring.listed, -c.ring.score, -c.ring.fund_amount, c.group_no)
    )
    found = []
    for number, candidate in enumerate(by_score, 1):
        name = candidate.ring.ring_id
        known = register.rings.get(name)
        case = _case(
            candidate, facts, standings.get(name), settings, number=number,
            change=statuses.get(name), first=known.first_listed if known else "", month=month,
        )  # fmt: skip
        found.append((candidate, case))
    found.sort(key=lambda pair: _order(pair[1]))
    found = _within(found, settings.referral.capacity)
    ranked = [
        (replace(one, ring=replace(case.ring, rank=rank)), replace(case, ring=replace(case.ring, rank=rank)))
        for rank, (one, case) in enumerate(found, 1)
    ]
    return tuple(one for one, _ in ranked), tuple(case for _, case in ranked)


def _within(found: list[tuple[Candidate, Case]], capacity: int | None) -> list[tuple[Candidate, Case]]:
    """No more rings than the team can open; what verdicts hold back takes nobody's place."""
    if capacity is None:
        return found
    told = (
        f"清单容量 {capacity} 个已满，名次在其后",
        f"the list takes {capacity} rings, and this one comes after them",
    )
    listed = [case for _, case in found if case.ring.listed]
    over = {case.ring.ring_id for case in listed[capacity:]}
    return [
        (one, replace(case, ring=replace(case.ring, listed=False, held_zh=told[0], held_en=told[1])))
        if case.ring.ring_id in over
        else (one, case)
        for one, case in found
    ]


def _order(case: Case) -> tuple[bool, bool, int]:
    return (not case.ring.listed, case.change not in CHANGES, case.score_rank)


def _case(
    candidate: Candidate, facts: CaseFacts, standing: Standing | None, settings: Settings, *,
    number: int, change: EventKind | None, first: str, month: Month,
) -> Case:  # fmt: skip
    group, ring = candidate.group_no, candidate.ring
    count, recovered = facts.recovered.get(group, (0, Decimal(0)))
    ring = _without(ring, count, recovered)
    models, district = facts.models.get(group, ()), facts.district.get(group, "")
    routes = routes_of(ring, models, settings.routes)
    before = since = 0
    if standing is not None:
        days = facts.days.get(group, ())
        before = sum(claims for day, claims in days if day <= standing.last.on)
        since = sum(claims for day, claims in days if day > standing.last.on)
    held_zh, held_en = _held(standing, before, since, settings.casework) if ring.listed else ("", "")
    first_day = Month.parse(first).last_day if first else None
    ring = replace(
        ring, status=str(change) if change else "new", verdict=standing.verdict if standing else "pending",
        listed=ring.listed and not held_zh, held_zh=held_zh, held_en=held_en,
        route_zh="\n".join(f"{r.title_zh}：{r.reason_zh}。依据：{r.source}" for r in routes),
        route_en="\n".join(f"{r.title_en}: {r.reason_en}. Source: {r.source}" for r in routes),
        owner=settings.casework.owners.get(district, ""),
        due_on=first_day + timedelta(days=settings.casework.due_days) if first_day else None,
        age_days=(month.last_day - first_day).days if first_day else None,
    )  # fmt: skip
    return Case(
        ring=ring, would_be_listed=candidate.ring.listed, score_rank=number, change=str(change or ""), standing=standing,
        routes=routes, district=district, models=models, views=facts.views.get(group, ()), claims_before=before,
        claims_since=since, recovered_count=count, recovered_amount=recovered, first_listed=first,
        prior_parts=facts.prior.get(group, ring.parts),
    )  # fmt: skip


def _without(ring: Ring, count: int, recovered: Decimal) -> Ring:
    """Money that was recovered before is not charged again: every amount after it in the account is less by as much."""
    if not recovered or not ring.fund_amount:
        return ring
    left = max(ring.fund_amount - recovered, Decimal(0))
    taken = ring.fund_amount - left
    excess, low, high = (
        None if part is None else max(part - taken, Decimal(0))
        for part in (ring.excess_amount, ring.excess_low, ring.excess_high)
    )
    account = replace(ring.account, recovered_claim_count=count, recovered_fund_amount=taken)
    return replace(
        ring, account=account, fund_amount=left, excess_amount=excess or Decimal(0), excess_low=low, excess_high=high, total_amount=max(ring.total_amount - taken, Decimal(0)),
        summary_zh=f"{ring.summary_zh}；另有 {taken:,.2f} 元此前已追回，不再计入",
        summary_en=f"{ring.summary_en}; {taken:,.2f} yuan recovered before are not counted again",
    )  # fmt: skip


def _held(standing: Standing | None, before: int, since: int, settings: CaseworkSettings) -> tuple[str, str]:
    """Why a ring that its score would list is kept off, in both languages; empty if it isn't."""
    if standing is None or standing.verdict == "pending":
        return "", ""
    last = standing.last
    if standing.verdict == "cleared":
        needed = max(1, round(settings.cleared_growth * before))
        if since >= needed:
            return "", ""
        return (
            f"{last.on} 由 {last.by} 核查排除；此后新增结算单 {since} 张，达到 {needed} 张时重新列入",
            f"cleared by {last.by} on {last.on}; {since} claims since, back on the list from {needed}",
        )
    if since:
        return "", ""
    zh, en = (
        ("查实", "confirmed") if standing.verdict == "confirmed" else ("认定证据不足", "found insufficient")
    )
    return (
        f"{last.on} 由 {last.by} {zh}；此后没有新的结算",
        f"{en} by {last.by} on {last.on}; no claims since",
    )
