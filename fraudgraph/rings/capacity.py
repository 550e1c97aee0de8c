"""Which rings to open where a team can open only so many: strong ones that bring new people and new money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fraudgraph.records import NodeKind, Ring

__all__ = ["Openable", "choose", "choose_rings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Openable:
    """A ring as somebody with little time sees it: its score, its people, and its claims with what each is worth."""

    score: float
    people: frozenset[str]
    claims: Mapping[str, float]


def choose(rings: Sequence[Openable], capacity: int) -> tuple[int, ...]:
    """The rings to open, in this order: each time the one with the highest score for what it adds.

    A ring counts with its score times the share of its people and money (each half) that no ring chosen before has.

    Parameters
    ----------
    rings : sequence of Openable
        In their usual order, which decides between equals.
    capacity : int
        How many can be opened.

    Returns
    -------
    tuple of int
        Positions in `rings`, the first to open first.
    """
    chosen: list[int] = []
    people: set[str] = set()
    claims: set[str] = set()
    while len(chosen) < min(capacity, len(rings)):
        left = [number for number in range(len(rings)) if number not in chosen]
        best = max(left, key=lambda number: (_worth(rings[number], people, claims), -number))
        chosen.append(best)
        people |= rings[best].people
        claims |= rings[best].claims.keys()
    return tuple(chosen)


def _worth(ring: Openable, people: set[str], claims: set[str]) -> float:
    fund = sum(ring.claims.values())
    new_fund = sum(amount for claim, amount in ring.claims.items() if claim not in claims)
    new_people = len(ring.people - people) / max(len(ring.people), 1)
    return round(ring.score * 0.5 * (new_people + (new_fund / fund if fund > 0 else new_people)), 9)


def choose_rings(rings: Sequence[Ring], capacity: int) -> tuple[Ring, ...]:
    """Of a run's rings those to open, ranked in the order to open them; every claim of the evidence weighs the same."""
    seen = [
        Openable(
            score=ring.score,
            people=frozenset(m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT),
            claims=dict.fromkeys(sorted({claim for item in ring.evidence for claim in item.claim_ids}), 1.0),
        )
        for ring in rings
    ]
    return tuple(replace(rings[number], rank=rank) for rank, number in enumerate(choose(seen, capacity), 1))
