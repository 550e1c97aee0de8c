"""How a list of rings is scored against what was planted.

Planted and listed rings are matched one to one by the Jaccard index of their patients; a pair counts at 0.5 or more,
and the matching is the one with most pairs (then the highest sum of Jaccard). So fragments, duplicates, padded and
lawful groups all count as false. Only rings with `listed` are looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy.optimize import linear_sum_assignment

__all__ = ["FOUND_AT", "Score", "match", "score_run", "score_sets"]

FOUND_AT = 0.5
PLACES = ("doctor", "pharmacy", "facility")
NEUTRAL = ("place_used",)
"""Roles in the truth that are neither asked for nor held against a list: places that a ring used without their doing."""


@dataclass(slots=True, kw_only=True)
class Score:
    """One run against one city; counts, so that runs can be added up."""

    planted: int = 0
    listed: int = 0
    found: int = 0
    patients_named: int = 0
    patients_wrong: int = 0
    planted_patients: int = 0
    planted_patients_named: int = 0
    lookalikes_listed: int = 0
    lookalike_kinds: Counter[str] = field(default_factory=Counter)
    places_right: int = 0
    places_wrong: int = 0
    places_missed: int = 0
    fund_planted: float = 0.0
    fund_found: float = 0.0
    by_typology: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """typology: [planted, found]."""

    def __add__(self, other: Score) -> Score:
        total = Score()
        for name in self.__slots__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if name == "by_typology":
                for part in (mine, theirs):
                    for typology, (planted, found) in part.items():
                        total.by_typology[typology][0] += planted
                        total.by_typology[typology][1] += found
            else:
                setattr(total, name, mine + theirs)
        return total

    def figures(self) -> dict[str, Any]:
        """The shares that are reported; None where there is nothing to divide by."""

        def share(part: float, whole: float) -> float | None:
            return round(part / whole, 4) if whole else None

        recall, precision = share(self.found, self.planted), share(self.found, self.listed)
        f1 = share(2 * self.found, self.planted + self.listed)
        return {
            "planted": self.planted,
            "listed": self.listed,
            "found": self.found,
            "recall": recall,
            "precision": precision,
            "f1": f1,
            "patients_named": self.patients_named,
            "patients_wrong": self.patients_wrong,
            "patients_right_share": share(self.patients_named - self.patients_wrong, self.patients_named),
            "planted_patients_named_share": share(self.planted_patients_named, self.planted_patients),
            "lookalikes_listed": self.lookalikes_listed,
            "lookalike_kinds": dict(sorted(self.lookalike_kinds.items())),
            "places_f1": share(
                2 * self.places_right, 2 * self.places_right + self.places_wrong + self.places_missed
            ),
            "money_found_share": share(self.fund_found, self.fund_planted),
            "by_typology": {name: tuple(counts) for name, counts in sorted(self.by_typology.items())},
        }


def match(planted: dict[str, set[str]], listed: dict[str, set[str]]) -> dict[str, str]:
    """Planted ring to listed ring, one to one, the most pairs with a Jaccard index of at least 0.5."""
    if not planted or not listed:
        return {}
    left, right = sorted(planted), sorted(listed)
    column = {name: index for index, name in enumerate(right)}
    holders: dict[str, list[int]] = defaultdict(list)
    for name in right:
        for patient in listed[name]:
            holders[patient].append(column[name])
    jaccard = np.zeros((len(left), len(right)))
    for row, name in enumerate(left):
        shared = Counter(c for patient in planted[name] for c in holders.get(patient, ()))
        for c, both in shared.items():
            jaccard[row, c] = both / (len(planted[name]) + len(listed[right[c]]) - both)
    good = jaccard >= FOUND_AT
    # a pair more is always worth more than any sum of Jaccard indices
    rows, columns = linear_sum_assignment(-(good * (len(left) + 1.0) + good * jaccard))
    return {left[r]: right[c] for r, c in zip(rows, columns, strict=True) if good[r, c]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One planted ring as the truth tells it."""

    typology: str
    patients: set[str]
    places: set[tuple[str, str]]
    neutral: set[tuple[str, str]]
    fund: float


def score_sets(
    planted: dict[str, Planted],
    listed: dict[str, set[tuple[str, str]]],
    lookalikes: dict[str, tuple[str, set[str]]],
) -> Score:
    """Score listed rings given as sets of (entity type, id).

    Parameters
    ----------
    planted : dict
        Truth by ring.
    listed : dict
        Members of each listed ring.
    lookalikes : dict
        Lawful groups: (kind, patients).
    """
    patients = {name: {i for kind, i in members if kind == "patient"} for name, members in listed.items()}
    pairs = match({name: ring.patients for name, ring in planted.items()}, patients)
    taken = set(pairs.values())
    guilty = set().union(*(ring.patients for ring in planted.values())) if planted else set()
    named = set().union(*patients.values()) if patients else set()
    score = Score(
        planted=len(planted),
        listed=len(listed),
        found=len(pairs),
        patients_named=len(named),
        patients_wrong=len(named - guilty),
        planted_patients=len(guilty),
        planted_patients_named=len(named & guilty),
        fund_planted=sum(ring.fund for ring in planted.values()),
        fund_found=sum(planted[name].fund for name in pairs),
    )
    for name, ring in planted.items():
        score.by_typology[ring.typology][0] += 1
        score.by_typology[ring.typology][1] += name in pairs
        if name in pairs:
            told = {member for member in listed[pairs[name]] if member[0] in PLACES} - ring.neutral
            score.places_right += len(told & ring.places)
            score.places_wrong += len(told - ring.places)
            score.places_missed += len(ring.places - told)
    for name in sorted(set(listed) - taken):
        for kind, members in lookalikes.values():
            if patients[name] and len(patients[name] & members) >= 0.5 * len(patients[name]):
                score.lookalikes_listed += 1
                score.lookalike_kinds[kind] += 1
                break
    return score


def read_truth(truth: Path) -> tuple[dict[str, Planted], dict[str, tuple[str, set[str]]]]:
    """What was planted, from the folder beside a city."""
    members: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in pq.read_table(truth / "ring_members.parquet").to_pylist():
        members[row["ring_id"]].append((row["entity_type"], row["entity_id"], row["role"]))
    planted = {}
    for row in pq.read_table(truth / "rings.parquet").to_pylist():
        of_ring = members[row["ring_id"]]
        planted[row["ring_id"]] = Planted(
            typology=row["typology"],
            patients={i for kind, i, _ in of_ring if kind == "patient"},
            places={(kind, i) for kind, i, role in of_ring if kind in PLACES and role not in NEUTRAL},
            neutral={(kind, i) for kind, i, role in of_ring if kind in PLACES and role in NEUTRAL},
            fund=float(row["fund_amount"]),
        )
    groups: dict[str, tuple[str, set[str]]] = {}
    for row in pq.read_table(truth / "lookalikes.parquet").to_pylist():
        groups.setdefault(row["group_id"], (row["kind"], set()))[1].add(row["patient_id"])
    return planted, groups


def score_run(out: Path, truth: Path) -> Score:
    """Score a run's output folder (rings.parquet, ring_members.parquet) against a city's truth."""
    planted, groups = read_truth(truth)
    on_list = {
        row["ring_id"]
        for row in pq.read_table(out / "rings.parquet", columns=["ring_id", "listed"]).to_pylist()
        if row["listed"]
    }
    listed: dict[str, set[tuple[str, str]]] = {ring: set() for ring in on_list}
    for row in pq.read_table(
        out / "ring_members.parquet", columns=["ring_id", "entity_type", "entity_id"]
    ).to_pylist():
        if row["ring_id"] in on_list:
            listed[row["ring_id"]].add((row["entity_type"], row["entity_id"]))
    return score_sets(planted, listed, groups)
