"""Baselines that sort single people and places: isolation forest, billed amount."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import IsolationForest

from bench.baselines.grouping import Floats, groups_by_label, leiden, top
from bench.baselines.visits import Ints, OnDemand, Visits

__all__ = ["billed_amount", "isolation_forest", "patient_features", "prepare_forest", "prepare_nothing", "unlike_others"]  # fmt: skip


def _distinct(of: Ints, what: Ints, size: int) -> Floats:
    """How many different values of `what` each entity has."""
    pairs = np.unique(of * (int(what.max()) + 2) + what + 1) // (int(what.max()) + 2)
    return np.bincount(pairs, minlength=size).astype(np.float64)


def _features(visits: Visits, of: Ints, other: Ints, *, size: int) -> Floats:
    """Volume, money, variety and timing of an entity's claims; amounts and counts in logs."""
    count = np.bincount(of, minlength=size).astype(np.float64)
    some = np.maximum(count, 1)

    def mean(values: Floats) -> Floats:
        return np.bincount(of, values, size) / some

    total, fund = np.bincount(of, visits.total, size), np.bincount(of, visits.fund, size)
    hour = visits.minute // 60 % 24
    spread = mean(np.log1p(visits.total) ** 2) - mean(np.log1p(visits.total)) ** 2
    days = _distinct(of, visits.day, size)
    columns = [
        np.log1p(count), np.log1p(total), np.log1p(fund), np.log1p(total / some), fund / np.maximum(total, 1.0), np.sqrt(np.maximum(spread, 0)),
        np.log1p(_distinct(of, other, size)), np.log1p(_distinct(of, visits.doctor, size)), np.log1p(days), count / np.maximum(days, 1.0),
        mean(visits.at_pharmacy.astype(float)), mean(visits.is_stay.astype(float)), mean((hour < 7) | (hour >= 19)),
        mean((visits.day + 5) % 7 >= 5),
    ]  # fmt: skip
    return np.column_stack(columns)


def patient_features(visits: Visits) -> Floats:
    """One row a patient."""
    return _features(visits, visits.patient, visits.place, size=len(visits.patients))


def unlike_others(features: Floats) -> Floats:
    """How easily an isolation forest sets a row apart, as a rank from 0 to 1."""
    forest = IsolationForest(n_estimators=200, random_state=7, n_jobs=1).fit(features)
    return np.asarray((rankdata(-forest.score_samples(features)) - 1) / max(1, len(features) - 1))


def prepare_forest(visits: Visits) -> dict[str, Floats]:
    """Ranks of patients, and of places and doctors by what their claims look like."""

    def ranks(name: str) -> Floats:
        if name == "patient":
            return unlike_others(patient_features(visits))
        column: Ints = getattr(visits, name)
        known = np.where(column >= 0, column, int(column.max()) + 1)
        return unlike_others(_features(visits, known, visits.patient, size=int(known.max()) + 1))

    return OnDemand(ranks)


def isolation_forest(
    visits: Visits,
    ranks: dict[str, Floats],
    *,
    objects: str,
    patient_share: float,
    object_share: float,
    visits_least: int,
    grouping: str,
) -> list[Ints]:
    """The oddest people at the oddest places or doctors: by place, or communities of the graph between the two."""
    patient, thing = visits.objects(objects)
    odd = (ranks["patient"][patient] >= 1 - patient_share) & (ranks[objects][thing] >= 1 - object_share)
    width = int(thing.max()) + 1
    pair, times = np.unique(patient[odd] * width + thing[odd], return_counts=True)
    pair, times = pair[times >= visits_least], times[times >= visits_least]
    people, things = pair // width, pair % width
    if grouping == "place":
        order = np.argsort(things, kind="stable")
        groups = np.split(people[order], np.flatnonzero(np.diff(things[order])) + 1)
        return [group for group in groups if 4 <= len(group) <= 200]
    size = len(visits.patients)
    labels = leiden(people, things + size, times.astype(float), size + width, resolution=1.0)
    return groups_by_label(labels, np.unique(people), least=4, most=200)


def prepare_nothing(_visits: Visits) -> None:
    """The claims are enough."""


def billed_amount(
    visits: Visits, _prepared: None, *, objects: str, money: str, places: int, people: int
) -> list[Ints]:
    """The places or doctors that bill most, each with the patients who bill most there."""
    known = getattr(visits, objects) >= 0
    patient, thing = visits.objects(objects)
    amount: Floats = getattr(visits, money)[known]
    width = int(thing.max()) + 1
    pair, back = np.unique(patient * width + thing, return_inverse=True)
    billed = np.bincount(back, amount)
    of_thing = np.bincount(thing, amount, width)
    groups = []
    for chosen in np.argsort(-of_thing, kind="stable")[:places]:
        at = np.flatnonzero(pair % width == chosen)
        groups.append(np.sort(pair[at[np.argsort(-billed[at], kind="stable")[:people]]] // width))
    return top(groups, [0.0] * len(groups), places)
