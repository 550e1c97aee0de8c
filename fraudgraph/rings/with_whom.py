"""With whom: the rings whose people come to a doctor, place or desk, and who stands on the same claims."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fraudgraph.records import NodeKind
from fraudgraph.store import Store

__all__ = ["Partner", "RingPeople", "partners_of", "ring_people_of"]

_COLUMNS: Final = {
    NodeKind.PATIENT: "patient_id",
    NodeKind.DOCTOR: "doctor_id",
    NodeKind.FACILITY: "facility_id",
    NodeKind.PHARMACY: "pharmacy_id",
    NodeKind.OPERATOR: "operator_id",
}
_PARTNERS: Final = 5
_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPeople:
    """How many of a ring's people have claims with this one, and what those came to."""

    ring_id: str
    people_count: int
    member_count: int
    claim_count: int
    fund_amount: Decimal
    patient_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody or some place on the same claims: on how many of this one's."""

    kind: NodeKind
    entity_id: str
    claim_count: int
    own_claim_count: int
    """All claims of this one that name anybody of that kind."""


def ring_people_of(store: Store, kind: NodeKind, entity_id: str) -> tuple[RingPeople, ...]:
    """The rings whose people have claims with a doctor, place or desk; those with most people first."""
    if kind is NodeKind.PATIENT:
        return ()
    rows = store.rows(
        "WITH people AS (SELECT n.ring_id, c.patient_id, count(*) OVER (PARTITION BY n.ring_id) AS member_count FROM ring_names AS n "
        "JOIN group_members AS g ON g.group_no = n.group_no JOIN patient_codes AS c ON c.patient = g.patient) "
        "SELECT p.ring_id, count(DISTINCT p.patient_id), max(p.member_count), count(*), coalesce(sum(k.net_fund_amount), 0), "
        "list(DISTINCT p.patient_id ORDER BY p.patient_id) FROM people AS p JOIN claims AS k ON k.patient_id = p.patient_id "
        f"WHERE k.counted AND k.{_COLUMNS[kind]} = $id GROUP BY p.ring_id ORDER BY 2 DESC, 4 DESC, p.ring_id",
        id=entity_id,
    )  # fmt: skip
    return tuple(
        RingPeople(ring_id=ring, people_count=people, member_count=members, claim_count=claims, fund_amount=fund, patient_ids=tuple(ids[:_NAMED]))
        for ring, people, members, claims, fund, ids in rows
    )  # fmt: skip


def partners_of(store: Store, kind: NodeKind, entity_id: str) -> tuple[Partner, ...]:
    """Who stands on most of this one's claims, at most five of each kind."""
    found = []
    for other, column in _COLUMNS.items():
        if other is kind:
            continue
        rows = store.rows(
            f"SELECT {column}, count(*), sum(count(*)) OVER () FROM claims WHERE counted AND {_COLUMNS[kind]} = $id AND {column} IS NOT NULL "
            f"GROUP BY {column} ORDER BY 2 DESC, 1 LIMIT {_PARTNERS}",
            id=entity_id,
        )
        found += [
            Partner(kind=other, entity_id=who, claim_count=count, own_claim_count=int(own))
            for who, count, own in rows
        ]
    return tuple(found)
