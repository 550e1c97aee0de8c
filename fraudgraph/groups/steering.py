"""Steering 处方引流: doctors whose patients go to one pharmacy past where they, their neighbours and the colleagues' patients go.

Nobody has to meet for it. The ring is the doctors and the shop; its patients are those who were steered, often unaware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudgraph.groups.changing import change_groups, whole_groups
from fraudgraph.groups.segments import Floats, Ints
from fraudgraph.store import Store

__all__ = ["find_steering"]

_SQL = Path(__file__).parent / "sql"
LEAST_PEOPLE = 5
"""Fewer patients of one doctor at a shop are no flow."""
OWN_PRIOR = 2.0
"""Purchases of the residence's habits that stand beside a person's own."""
SMALLEST_CHANCE, LARGEST_CHANCE = 1e-4, 0.98
LEAST_NATS = 3.0
SAME_PEOPLE = 0.2
"""Two doctors of one shop work together who share a facility, or this much of the smaller one's people."""
KNOWN_SHARE = 0.4
"""A flow whose people are to this much in one group is a part of it, and no group of its own."""


@dataclass(slots=True)
class _Flow:
    place: int
    nats: float
    expected: float
    people: set[int]
    doctors: list[int]
    facilities: set[int] = field(default_factory=set)


def find_steering(store: Store, *, min_patients: int) -> None:
    """Add steered patients as groups; gets `group_steering(group_no, place, doctor, people, expected, nats)`.

    Parameters
    ----------
    store : Store
        Holds claims, codes, `coded_claims`, `person_homes`, `group_members`, `group_parents`.
    min_patients : int
        Smaller groups are left out.
    """
    store.run((_SQL / "fills.sql").read_text(encoding="utf-8"))
    store.run((_SQL / "flows.sql").read_text(encoding="utf-8"), least=LEAST_PEOPLE)
    flows = [flow for flow in _joined(_flows(store)) if len(flow.people) >= min_patients]
    groups, last = whole_groups(store)
    added: list[tuple[int, int]] = []
    rows: list[tuple[int, int, int, int, float, float]] = []
    for flow in flows:
        known = [
            no for no, people in groups.items()
            if len(people & flow.people) >= KNOWN_SHARE * len(flow.people)
        ]  # fmt: skip
        if known:
            continue
        last += 1
        added += [(last, person) for person in sorted(flow.people)]
        rows += [
            (last, flow.place, doctor, len(flow.people), flow.expected, flow.nats)
            for doctor in sorted(flow.doctors)
        ]
    change_groups(store, {}, added)
    columns = {
        "group_no": pa.int32(), "place": pa.int32(), "doctor": pa.int32(), "people": pa.int32(),
        "expected": pa.float64(), "nats": pa.float64(),
    }  # fmt: skip
    store.put(
        "group_steering",
        pa.table(
            {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(columns.items())}
        ),
    )
    for table in ("group_fills", "group_purchases", "group_flows"):
        store.run(f"DROP TABLE {table}")


def _flows(store: Store) -> list[_Flow]:
    """Flows from one doctor to one shop that chance does not explain, the surest first."""
    table = store.arrow((_SQL / "steered.sql").read_text(encoding="utf-8"))
    doctor, place, patient = (
        table[name].to_numpy().astype(np.int64) for name in ("doctor", "place", "patient")
    )
    if not len(doctor):
        return []
    here = table["here"].to_numpy(zero_copy_only=False).astype(bool)
    own_here, own_all, neighbours, colleagues = (
        table[name].to_numpy().astype(np.float64)
        for name in ("own_here", "own_all", "neighbours", "colleagues")
    )
    own = (own_here + OWN_PRIOR * neighbours) / (own_all + OWN_PRIOR)
    chance = np.clip(np.maximum(np.maximum(own, neighbours), colleagues), SMALLEST_CHANCE, LARGEST_CHANCE)
    (pairs,) = store.one("SELECT count(DISTINCT doctor) * count(DISTINCT place) FROM group_fills")
    facilities = dict(
        store.rows("SELECT doctor, max(facility) FROM group_flows GROUP BY doctor ORDER BY doctor")
    )
    edges = np.flatnonzero(np.append(True, (np.diff(doctor) != 0) | (np.diff(place) != 0)))
    found: list[_Flow] = []
    for first, beyond in zip(edges, [*edges[1:], len(doctor)], strict=True):
        rows = slice(int(first), int(beyond))
        nats = _nats(here[rows], chance[rows]) - float(np.log(max(pairs, 1)))
        if nats > LEAST_NATS:
            found.append(
                _Flow(
                    place=int(place[first]), nats=round(nats, 6), expected=round(float(chance[rows].sum()), 6),
                    people=set(patient[rows][here[rows]].tolist()), doctors=[int(doctor[first])],
                    facilities={facilities[int(doctor[first])]},
                )
            )  # fmt: skip
    return sorted(found, key=lambda flow: (-flow.nats, flow.doctors))


def _nats(here: Ints, chance: Floats) -> float:
    """How much better "a share of them is sent" explains where they went than their own chances."""
    sent = float(np.clip(here.mean(), 0.05, 0.97))
    return float(np.where(here, np.log((sent + (1 - sent) * chance) / chance), np.log1p(-sent)).sum())


def _joined(flows: list[_Flow]) -> list[_Flow]:
    """Flows to one shop from doctors who share a facility or patients are of one ring."""
    joined: list[_Flow] = []
    for flow in flows:
        for other in joined:
            common = len(other.people & flow.people)
            if other.place == flow.place and (
                flow.facilities & other.facilities
                or common >= SAME_PEOPLE * min(len(other.people), len(flow.people))
            ):
                other.people |= flow.people
                other.doctors += flow.doctors
                other.facilities |= flow.facilities
                other.nats += flow.nats
                other.expected += flow.expected
                break
        else:
            joined.append(flow)
    return joined
