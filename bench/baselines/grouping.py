"""From links between people to groups of people: what several baselines share."""

from __future__ import annotations

import graspologic_native
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from bench.baselines.visits import Ints, Visits

__all__ = ["Floats", "components", "groups_by_label", "leiden", "pairs_together", "square", "top"]

Floats = npt.NDArray[np.float64]
SEED = 7


def square(a: Ints, b: Ints, weight: Floats, size: int) -> sp.csr_matrix:
    """The symmetric matrix of undirected links, each given once."""
    half = sp.coo_matrix((weight, (a, b)), shape=(size, size)).tocsr()
    both = (half + half.T).tocsr()
    both.sort_indices()
    return both


def components(a: Ints, b: Ints, size: int) -> Ints:
    """Label of the connected component of each node."""
    if not len(a):
        return np.arange(size)
    return connected_components(square(a, b, np.ones(len(a)), size), directed=False)[1].astype(np.int64)


def leiden(a: Ints, b: Ints, weight: Floats, size: int, *, resolution: float) -> Ints:
    """Label of each node's Leiden community (modularity); nodes without links stay alone."""
    labels = np.arange(size) + size
    if not len(a):
        return labels
    nodes = np.unique(np.concatenate([a, b]))
    graph = square(np.searchsorted(nodes, a), np.searchsorted(nodes, b), weight, len(nodes))
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        len(nodes),
        resolution=resolution,
        iterations=3,
        seed=SEED,
    )
    labels[nodes[np.fromiter(found.keys(), np.int64, len(found))]] = np.fromiter(
        found.values(), np.int64, len(found)
    )
    return labels


def groups_by_label(labels: Ints, members: Ints, *, least: int, most: int) -> list[Ints]:
    """Members of each label, where there are neither too few nor too many."""
    order = members[np.argsort(labels[members], kind="stable")]
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    return [group for group in np.split(order, cuts) if least <= len(group) <= most]


def top(groups: list[Ints], scores: list[float], count: int) -> list[Ints]:
    """The groups with the highest scores; equal scores in the order given."""
    return [groups[at] for at in np.argsort(-np.asarray(scores), kind="stable")[:count]]


def pairs_together(visits: Visits, *, minutes: int | None) -> tuple[Ints, Ints, Ints]:
    """(a, b, times) for people at one place on one day, at most so many minutes apart; a < b, times of 2 or more.

    None for the minutes takes the whole day. A day on which a pair met several times counts once.
    """
    place_day = visits.place_day
    order = np.lexsort((visits.patient, visits.minute, place_day))
    group, minute, patient, day = (
        column[order] for column in (place_day, visits.minute, visits.patient, visits.day)
    )
    size = len(visits.patients)
    met: list[Ints] = [np.zeros(0, np.int64)]
    at, step = np.arange(len(order)), 1
    while len(at):  # who is not near the one `step` rows on is not near those behind either
        at = at[at + step < len(order)]
        near = group[at + step] == group[at]
        if minutes is not None:
            near &= minute[at + step] - minute[at] <= minutes
        at = at[near]
        first, second = patient[at], patient[at + step]
        pair = np.minimum(first, second) * size + np.maximum(first, second)
        met.append((pair * 1_000 + day[at] % 1_000)[first != second])
        step += 1
    pair, times = np.unique(np.unique(np.concatenate(met)) // 1_000, return_counts=True)
    often = times >= 2
    return pair[often] // size, pair[often] % size, times[often].astype(np.int64)
