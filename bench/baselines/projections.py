"""Baselines that link people who were at the same place on the same day: threshold, hypergeometric, fraud-weighted communities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from bench.baselines.grouping import Floats, components, groups_by_label, leiden, pairs_together, top
from bench.baselines.sorting import patient_features, unlike_others
from bench.baselines.visits import Ints, OnDemand, Visits

__all__ = ["co_visit_threshold", "fraud_weighted", "global_hypergeometric", "prepare_likelihood", "prepare_pairs", "prepare_tests"]  # fmt: skip

WINDOWS = {"day": None, "hour": 60, "quarter": 15}

Pairs = dict[str, tuple[Ints, Ints, Ints]]


def prepare_pairs(visits: Visits) -> Pairs:
    """Pairs that met on two days or more, by how near in time a meeting has to be."""
    return OnDemand(lambda window: pairs_together(visits, minutes=WINDOWS[window]))


def co_visit_threshold(
    visits: Visits, pairs: Pairs, *, window: str, times: int, least: int, most: int
) -> list[Ints]:
    """Raw co-visits: people linked who met at least so often; each connected component is a group."""
    a, b, met = pairs[window]
    often = met >= times
    labels = components(a[often], b[often], len(visits.patients))
    return groups_by_label(labels, np.unique(np.concatenate([a[often], b[often]])), least=least, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """Pairs with the chance of meeting so often if everybody chose place and day at random."""

    a: Ints
    b: Ints
    p: Floats
    all_pairs: float


def prepare_tests(visits: Visits) -> Tests:
    """One hypergeometric test a pair over all place-days of the city (a statistically validated projection)."""
    patient, place_day = visits.objects("place_day")
    once = np.unique(patient * (int(place_day.max()) + 1) + place_day)
    active = np.bincount(once // (int(place_day.max()) + 1), minlength=len(visits.patients))
    a, b, met = pairs_together(visits, minutes=None)
    low, high = np.minimum(active[a], active[b]), np.maximum(active[a], active[b])
    cases, back = np.unique(np.stack([met, low, high]), axis=1, return_inverse=True)
    p = hypergeom.sf(cases[0] - 1, int(place_day.max()) + 1, cases[1], cases[2])[back.ravel()]
    people = int((active > 0).sum())
    return Tests(a=a, b=b, p=p, all_pairs=people * (people - 1) / 2)


def global_hypergeometric(
    visits: Visits, tests: Tests, *, level: float, correction: str, grouping: str, least: int, most: int
) -> list[Ints]:
    """Links that survive a correction over all pairs there could be; components or communities of them."""
    if correction == "bonferroni":
        limit = level / tests.all_pairs
    else:  # Benjamini-Hochberg; pairs that never met have p = 1
        ranked = np.sort(tests.p)
        passing = np.flatnonzero(ranked <= level * np.arange(1, len(ranked) + 1) / tests.all_pairs)
        limit = ranked[passing[-1]] if len(passing) else -1.0
    held = tests.p <= limit
    a, b, size = tests.a[held], tests.b[held], len(visits.patients)
    if grouping == "components":
        labels = components(a, b, size)
    else:
        surprise = np.minimum(-np.log10(np.maximum(tests.p[held], 1e-300)), 50.0)
        labels = leiden(a, b, surprise, size, resolution=1.0)
    return groups_by_label(labels, np.unique(np.concatenate([a, b])), least=least, most=most)


def prepare_likelihood(visits: Visits) -> tuple[Pairs, Floats]:
    """Pairs as above, and how unlike others each patient's claims are, 0 to 1."""
    return prepare_pairs(visits), unlike_others(patient_features(visits))


def fraud_weighted(
    visits: Visits,
    prepared: tuple[Pairs, Floats],
    *,
    window: str,
    times: int,
    strength: float,
    resolution: float,
    count: int,
) -> list[Ints]:
    """A co-visit network whose links weigh more between suspicious people; communities, the most suspicious first.

    After the description of FraudAuditor (Zhou et al. 2023); there a person chooses window, threshold and groups on
    a screen, here the knobs do. Order: mean likelihood of the members times the mean meetings a member has inside.
    """
    pairs, likelihood = prepared
    a, b, met = pairs[window]
    often = met >= times
    a, b, met = a[often], b[often], met[often]
    weight = met * (1 + strength * (likelihood[a] + likelihood[b]) / 2)
    labels = leiden(a, b, weight, len(visits.patients), resolution=resolution)
    groups = groups_by_label(labels, np.unique(np.concatenate([a, b])), least=4, most=200)
    inside = labels[a] == labels[b]
    mass = np.bincount(a[inside], weight[inside], len(labels)) + np.bincount(
        b[inside], weight[inside], len(labels)
    )
    scores = [float(likelihood[group].mean() * mass[group].mean()) for group in groups]
    return top(groups, scores, count)
