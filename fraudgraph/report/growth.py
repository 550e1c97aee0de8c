"""How a ring grew: from which day on each of its people, places and lines was there, and what each month brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from fraudgraph.records import Dossier, DossierClaim, DossierEdge, NodeKind
from fraudgraph.report.co_attendance import moments, waves
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.layout import Key

__all__ = ["Growth", "MonthRow", "growth", "month_rows"]

_PLACES = (NodeKind.FACILITY, NodeKind.PHARMACY)


@dataclass(frozen=True, slots=True)
class Growth:
    """The days on which the ring met, in order, and since which of them each node and each pair was seen at a meeting."""

    days: tuple[date, ...]
    nodes: dict[Key, int]
    pairs: dict[frozenset[Key], int]

    def since(self, edge: DossierEdge) -> int:
        """The place in `days` from which a line is drawn: when its ends first met, else once both are there."""
        ends: tuple[Key, Key] = (edge.source_type, edge.source_id), (edge.target_type, edge.target_id)
        return self.pairs.get(frozenset(ends), max(self.nodes.get(end, 0) for end in ends))


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month: meetings, who was at them, who was new and who was never seen at one again, claims and fund money at them."""

    month: str
    meeting_count: int
    people_count: int
    joined: tuple[str, ...]
    left: tuple[str, ...]
    claim_count: int
    fund_amount: Decimal
    bar: float
    """The month's fund money beside that of the dearest month, 0..1."""


def growth(dossier: Dossier) -> Growth:
    """From which meeting day on each node and each pair of a ring was there."""
    met = [claim for claim in dossier.claims if claim.in_meeting]
    days = tuple(sorted({claim.day for claim in met}))
    number = {day: index for index, day in enumerate(days)}
    nodes: dict[Key, int] = {}
    pairs: dict[frozenset[Key], int] = {}
    at: dict[date, set[Key]] = defaultdict(set)
    for claim in sorted(met, key=lambda c: (c.day, c.claim_id)):
        ends = _named(claim)
        at[claim.day].add(ends[0])
        for end in ends:
            nodes.setdefault(end, number[claim.day])
        for one, two in combinations(ends, 2):
            pairs.setdefault(frozenset((one, two)), number[claim.day])
    for day in days:
        _together(pairs, at[day], number[day])
    for wave in waves(met):
        _together(pairs, {(NodeKind.PATIENT, patient) for patient in wave.patients}, number[wave.last])
    return Growth(days, nodes, pairs)


def _together(pairs: dict[frozenset[Key], int], people: Iterable[Key], since: int) -> None:
    for one, two in combinations(sorted(people), 2):
        pair = frozenset((one, two))
        pairs[pair] = min(pairs.get(pair, since), since)


def _named(claim: DossierClaim) -> list[Key]:
    """Whom a claim names, the patient first; a place stands under either kind, whichever the ring has."""
    ends: list[Key] = [(NodeKind.PATIENT, claim.patient_id), *((kind, claim.place_id) for kind in _PLACES)]
    if claim.doctor_id:
        ends.append((NodeKind.DOCTOR, claim.doctor_id))
    if claim.operator_id:
        ends.append((NodeKind.OPERATOR, claim.operator_id))
    return ends


def month_rows(dossier: Dossier, cast: Cast) -> list[MonthRow]:
    """Month against month: what happened at the ring's meetings, who came for the first time and who for the last."""
    met = sorted((c for c in dossier.claims if c.in_meeting), key=lambda c: (c.day, c.claim_id))
    if not met:
        return []
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    by_month: dict[str, list[DossierClaim]] = {name: [] for name in _months(met[0].day, met[-1].day)}
    for claim in met:
        name = f"{claim.day:%Y-%m}"
        by_month[name].append(claim)
        first.setdefault(claim.patient_id, name)
        last[claim.patient_id] = name
    count: dict[str, int] = defaultdict(int)
    for day in [m.start.date() for m in moments(met)] + [w.first for w in waves(met)]:
        count[f"{day:%Y-%m}"] += 1
    paid = {name: sum((c.fund_amount for c in claims), Decimal(0)) for name, claims in by_month.items()}
    most = max(*paid.values(), Decimal(1))
    final = list(by_month)[-1]
    return [
        MonthRow(
            month=name, meeting_count=count[name], people_count=len({c.patient_id for c in claims}),
            joined=_handles(cast, (p for p, month in first.items() if month == name)),
            left=_handles(cast, (p for p, month in last.items() if month == name != final)),
            claim_count=len(claims), fund_amount=paid[name], bar=float(max(paid[name], Decimal(0)) / most),
        )
        for name, claims in by_month.items()
    ]  # fmt: skip


def _months(first: date, last: date) -> Iterator[str]:
    """Every month from the first day to the last, quiet ones too."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year}-{month:02d}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _handles(cast: Cast, patients: Iterable[str]) -> tuple[str, ...]:
    found = (cast.handle(NodeKind.PATIENT, patient) or cast.naming.entity(NodeKind.PATIENT, patient) for patient in patients)  # fmt: skip
    return tuple(sorted(found, key=lambda handle: (len(handle), handle)))
