"""Candidates: many guesses who may belong together, from every source. A guess costs nothing; the judge decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import graspologic_native
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from fraudgraph.groups.events import Events, find_events
from fraudgraph.groups.presences import DAY_MINUTES, Presences
from fraudgraph.groups.segments import Floats, Ints
from fraudgraph.store import Store

__all__ = ["as_rows", "from_events", "from_meetings"]

WEIGHT_CAP = 12.0
"""No view adds more than this to a pair's weight (minus log10 of p)."""
STRENGTHS, COARSE_RESOLUTION = (2.0, 4.0), 0.1
"""The network is cut at two strengths of pairs and two sizes of groups."""
LEAST_WEIGHT = 5.0
"""Pairs inside a group must weigh this much a person: others are loose ends of the partition."""
LEAST_PEOPLE, MOST_PEOPLE, MOST_OF_EVENTS, MOST_OF_EVENT = 4, 400, 600, 300
OVERLAPS = (0.25, 0.4, 0.6)
"""Events that share so much of the smaller one's people are of one group."""
LEAST_COMMON = 3
_LEIDEN_ITERATIONS = (
    3  # the library's default of 1 gives clearly worse groups (measured: Q 0.642 against 0.684)
)
_MEETINGS = (
    "SELECT a, b, sum(weight) AS weight FROM (SELECT a, b, max(least(-log10(p), $cap)) AS weight FROM pair_meetings "
    "GROUP BY a, b, CASE WHEN view = 'same_day' THEN 'burst' ELSE view END) GROUP BY a, b ORDER BY a, b"
)


def from_meetings(store: Store, *, seed: int, resolution: float) -> list[Ints]:
    """Groups of the network of surprising pairs: seeded Leiden, at several resolutions and strengths of pairs."""
    pairs = store.arrow(_MEETINGS, cap=WEIGHT_CAP)
    a, b = (pairs[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    weight = np.round(pairs["weight"].to_numpy().astype(np.float64), 6)
    found: list[Ints] = []
    for strength in STRENGTHS:
        strong = weight >= strength
        if strong.any():
            found += _partitions(a[strong], b[strong], weight[strong], (COARSE_RESOLUTION, resolution), seed)
    return found


def _partitions(a: Ints, b: Ints, weight: Floats, resolutions: tuple[float, ...], seed: int) -> list[Ints]:
    people, ends = np.unique(np.concatenate([a, b]), return_inverse=True)
    left, right, size = ends[: len(a)], ends[len(a) :], len(people)
    graph = sparse.csr_matrix(
        (np.tile(weight, 2), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(size, size),
    )
    graph.sort_indices()
    found: list[Ints] = []
    for resolution in resolutions:
        _, communities = graspologic_native.leiden_csr(
            graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data.astype(np.float64),
            size, resolution=resolution, use_modularity=False, iterations=_LEIDEN_ITERATIONS, seed=seed,
        )  # fmt: skip
        label = np.fromiter((communities[i] for i in range(size)), np.int64, size)
        inside = label[left] == label[right]
        total = np.bincount(label[left[inside]], weight[inside], minlength=int(label.max()) + 1)
        count = np.bincount(label)
        kept = (count >= LEAST_PEOPLE) & (count <= MOST_PEOPLE) & (total >= LEAST_WEIGHT * count)
        order = np.argsort(label, kind="stable")
        begins = np.searchsorted(label[order], np.arange(len(count) + 1))
        found += [people[order[begins[i] : begins[i + 1]]] for i in np.flatnonzero(kept)]
    return found


def from_events(seen: Presences) -> list[Ints]:
    """People of windows that hold far more of them than the station's rhythm brings: of one, of several at a station, of
    several that share people."""
    events = find_events(seen)
    if not len(events):
        return []
    people = events.people(seen)
    alone = [people.indices[people.indptr[i] : people.indptr[i + 1]] for i in range(len(events))]
    found = [np.sort(one).astype(np.int64) for one in alone if len(one) <= MOST_OF_EVENT]
    return [*found, *_of_station(seen, events, people), *_of_common_people(events, people)]


def _of_station(seen: Presences, events: Events, people: sparse.csr_matrix) -> Iterable[Ints]:
    """Who stands in several events of a station on different days (of stays, also in one)."""
    for station in np.unique(events.station):
        rows = np.flatnonzero(events.station == station)
        stay = bool(seen.is_stay[station])
        day = events.begin[rows] // (2 * DAY_MINUTES if stay else DAY_MINUTES)
        cells = people[rows].tocoo()
        different = np.unique(np.stack([cells.col.astype(np.int64), day[cells.row]]), axis=1)
        who, count = np.unique(different[0], return_counts=True)
        for least in (1, 2, 3) if stay else (2, 3):
            some = who[count >= least]
            if LEAST_PEOPLE <= len(some) <= MOST_OF_EVENTS:
                yield some


def _of_common_people(events: Events, people: sparse.csr_matrix) -> Iterable[Ints]:
    """Who stands in two or more of the events that share people, near or far."""
    common = (people @ people.T).tocoo()
    kept = (common.row < common.col) & (common.data >= LEAST_COMMON)
    left, right, shared = common.row[kept], common.col[kept], common.data[kept]
    near = (events.station[left] == events.station[right]) & (
        np.abs(events.begin[left] - events.begin[right]) < 3 * DAY_MINUTES
    )
    left, right, shared = left[~near], right[~near], shared[~near]
    size = np.diff(people.indptr)
    overlap = shared / np.minimum(size[left], size[right])
    for least in OVERLAPS:
        joined = overlap >= least
        links = sparse.coo_matrix(
            (np.ones(np.count_nonzero(joined)), (left[joined], right[joined])),
            shape=(len(events), len(events)),
        )
        number, label = connected_components(links, directed=False)
        several = np.bincount(label, minlength=number) >= 2
        gather = sparse.csr_matrix(
            (np.ones(len(events)), (label, np.arange(len(events)))), shape=(number, len(events))
        )
        together = (gather @ people).tocsr()
        together.sort_indices()
        for i in np.flatnonzero(several):
            row = slice(together.indptr[i], together.indptr[i + 1])
            some = together.indices[row][together.data[row] >= 2].astype(np.int64)
            if LEAST_PEOPLE <= len(some) <= MOST_OF_EVENTS:
                yield some


def as_rows(candidates: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Different candidates as rows (candidate, person)."""
    different = {
        people.tobytes(): people for people in map(np.unique, candidates) if len(people) >= LEAST_COMMON
    }
    kept = list(different.values())
    if not kept:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.repeat(np.arange(len(kept)), [len(people) for people in kept]), np.concatenate(kept).astype(
        np.int64
    )
