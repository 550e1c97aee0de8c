"""Clienteles 固定客源: people who come to one doctor or place far more often than its kind's other patients come to theirs.

Nobody has to meet for it: forty cards that are swiped at one counter all year, whoever stands there and whenever. Most clienteles are
lawful (dialysis, a course of treatment, a chronic illness and its doctor): what tells them apart is told by the facts, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudgraph.groups.changing import change_groups, whole_groups
from fraudgraph.store import Store

__all__ = ["find_clienteles"]

_SQL = Path(__file__).parent / "sql" / "clienteles.sql"
MOST_PEOPLE = 400
TIMES_EXPECTED = 3.0
"""So many times as many people come so often as to others of the kind."""
LEAST_NATS = 8.0
SAME_PEOPLE = 0.4
"""Clienteles of different places are one group that have this share of all their people in common."""
KNOWN_SHARE = 0.5
"""A clientele that has this share of all people in common with a group is that group, seen from its place."""


@dataclass(slots=True)
class _Clientele:
    people: set[int]
    rows: list[tuple[int, int | None, int, float, float]]


def find_clienteles(store: Store, *, min_patients: int) -> None:
    """Add clienteles as groups; gets `group_customs(group_no, place, doctor, people, expected, nats)`.

    Parameters
    ----------
    store : Store
        Holds claims, codes, `group_members`, `group_parents`.
    min_patients : int
        Smaller groups are left out.
    """
    store.run(
        _SQL.read_text(encoding="utf-8"),
        fewest=min_patients,
        most=MOST_PEOPLE,
        times=TIMES_EXPECTED,
        nats=LEAST_NATS,
    )
    groups, last = whole_groups(store)
    added: list[tuple[int, int]] = []
    rows: list[tuple[int, int, int | None, int, float, float]] = []
    for clientele in _joined(store):
        if any(_alike(clientele.people, people) >= KNOWN_SHARE for people in groups.values()):
            continue
        last += 1
        added += [(last, person) for person in sorted(clientele.people)]
        rows += [(last, *row) for row in clientele.rows]
    change_groups(store, {}, added)
    columns = {
        "group_no": pa.int32(), "place": pa.int32(), "doctor": pa.int32(), "people": pa.int32(),
        "expected": pa.float64(), "nats": pa.float64(),
    }  # fmt: skip
    store.put(
        "group_customs",
        pa.table(
            {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(columns.items())}
        ),
    )
    store.run("DROP TABLE group_cells; DROP TABLE group_clienteles")


def _joined(store: Store) -> list[_Clientele]:
    """Clienteles, the surest first; those of the same people at several places, or of one doctor and their place, are one."""
    table = store.arrow(
        "SELECT g.nats, g.place, g.doctor, g.people, g.expected, c.patient FROM group_clienteles AS g "
        "JOIN group_cells AS c ON c.kind = g.kind AND c.place = g.place AND c.doctor = g.doctor AND c.visits >= g.least "
        "ORDER BY g.nats DESC, g.kind, g.place, g.doctor, c.patient"
    )
    columns = [
        table[name].to_numpy() for name in ("place", "doctor", "nats", "people", "expected", "patient")
    ]
    place, doctor, nats, people, expected, patient = columns
    new = (np.diff(place) != 0) | (np.diff(doctor) != 0) | (np.diff(nats) != 0)
    edges = np.flatnonzero(np.concatenate([[True], new, [True]])) if len(place) else np.zeros(1, np.int64)
    joined: list[_Clientele] = []
    for first, beyond in pairwise(edges):
        own = set(patient[first:beyond].astype(int).tolist())
        row = (
            int(place[first]), int(doctor[first]) if doctor[first] >= 0 else None,
            int(people[first]), float(expected[first]), float(nats[first]),
        )  # fmt: skip
        alike = next((other for other in joined if _alike(own, other.people) >= SAME_PEOPLE), None)
        if alike is None:
            joined.append(_Clientele(people=own, rows=[row]))
        elif row[0] not in {other[0] for other in alike.rows}:
            alike.people |= own
            alike.rows.append(row)
    return joined


def _alike(one: set[int], other: set[int]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
