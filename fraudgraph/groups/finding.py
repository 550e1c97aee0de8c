"""Groups 社团: who keeps meeting whom.

Leiden on the small graph of surprising meetings. A weak meeting counts only where it closes triangles: among millions
of possible pairs single coincidences are many, coincidences that close up into cliques are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import graspologic_native
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from fraudgraph.settings import GroupSettings
from fraudgraph.store import Store

__all__ = ["GroupReport", "find_groups", "group_pairs"]

WEIGHT_CAP = 12.0
"""No view adds more than this to a pair's weight (minus log10 of p)."""
WEAKEST_WEIGHT = 2.0
STRONG_WEIGHT = 7.0
"""A pair of this weight stands without a triangle."""
_AT_ONCE = 4_000_000
_LEIDEN_ITERATIONS = (
    3  # the library's default of 1 gives clearly worse groups (measured: Q 0.642 against 0.684)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """How many people and pairs went into the groups, and how many groups came out."""

    pair_count: int
    person_count: int
    group_count: int


def find_groups(store: Store, settings: GroupSettings, *, seed: int, min_patients: int) -> GroupReport:
    """Find groups of people among the meetings.

    Parameters
    ----------
    store : Store
        Holds `pair_meetings`; gets `group_members(group_no, patient)`.
    settings : GroupSettings
        Resolution.
    seed : int
        Leiden's seed.
    min_patients : int
        Smaller groups are left out.
    """
    pairs = store.arrow(
        "SELECT a, b, sum(least(-log10(p), $cap)) AS weight FROM "
        "(SELECT a, b, min(p) AS p FROM pair_meetings "
        "GROUP BY a, b, CASE WHEN view = 'same_day' THEN 'burst' ELSE view END) "
        "GROUP BY a, b HAVING sum(least(-log10(p), $cap)) >= $weakest ORDER BY a, b",
        cap=WEIGHT_CAP,
        weakest=WEAKEST_WEIGHT,
    )
    a, b = (pairs[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    weight = np.round(pairs["weight"].to_numpy().astype(np.float64), 6)
    people, label = group_pairs(a, b, weight, seed=seed, resolution=settings.resolution)
    number, member_of, sizes = _number_groups(people, label, min_patients)
    store.put(
        "group_members",
        pa.table({"group_no": member_of.astype(np.int32), "patient": people[number].astype(np.int32)}),
    )
    return GroupReport(pair_count=len(a), person_count=len(people), group_count=int(sizes))


def group_pairs(
    a: npt.NDArray[np.int64],
    b: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    *,
    seed: int,
    resolution: float = 1.0,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Group the ends of weighted pairs.

    Returns
    -------
    people, label : arrays
        Each person that stands in a group, and the group's label.
    """
    if not len(a):
        return a, np.zeros(0, np.int64)
    people, ends = np.unique(np.concatenate([a, b]), return_inverse=True)
    left, right = ends[: len(a)], ends[len(a) :]
    kept = _close_triangles(left, right, weight, len(people))
    if not kept.any():
        return people[:0], np.zeros(0, np.int64)
    graph = _symmetric(left[kept], right[kept], weight[kept], len(people))
    inside = np.flatnonzero(np.diff(graph.indptr))
    graph = graph[inside][:, inside].tocsr()
    graph.sort_indices()
    _, communities = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data.astype(np.float64),
        graph.shape[0], resolution=resolution, use_modularity=False, iterations=_LEIDEN_ITERATIONS, seed=seed,
    )  # fmt: skip
    label = np.fromiter((communities[i] for i in range(len(inside))), np.int64, len(inside))
    return people[inside], label


def _close_triangles(
    left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], size: int
) -> npt.NDArray[np.bool_]:
    """Which pairs stand: the strong, and the weak that are a side of a triangle (who is not takes nothing from others by going)."""
    stand: npt.NDArray[np.bool_] = (weight >= STRONG_WEIGHT) | _in_triangles(left, right, size)
    return stand


def _in_triangles(
    left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.bool_]:
    """Which pairs are a side of a triangle.

    People are put in order of how many pairs they have; from the side of its two first people a triangle is looked for
    among the later partners of the second. Nobody with very many pairs is multiplied with himself: 2.7 million pairs
    take 6 s, where the product of the matrix with itself took 40 (measured, two cores).
    """
    degree = np.bincount(np.concatenate([left, right]), minlength=size)
    rank = np.empty(size, np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(size)
    ends = np.sort(np.stack([rank[left], rank[right]]), axis=0)
    order = np.lexsort((ends[1], ends[0]))
    low, high = ends[:, order]
    key, begins = low * size + high, np.searchsorted(low, np.arange(size + 1))
    tries = np.cumsum(np.diff(begins)[high])
    closed = np.zeros(len(order), bool)
    start = done = 0
    while start < len(order):
        stop = max(int(np.searchsorted(tries, done + _AT_ONCE, "right")), start + 1)
        count = np.diff(tries[start:stop], prepend=done)
        side = np.repeat(np.arange(start, stop), count)
        within = np.arange(len(side)) - np.repeat(tries[start:stop] - count - done, count)
        second = begins[high[side]] + within
        third = np.searchsorted(key, low[side] * size + high[second])
        found = key[np.minimum(third, len(key) - 1)] == low[side] * size + high[second]
        closed[side[found]] = closed[second[found]] = closed[third[found]] = True
        start, done = stop, int(tries[stop - 1])
    told = np.empty(len(order), bool)
    told[order] = closed
    return told


def _symmetric(
    left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], size: int
) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (np.concatenate([weight, weight]), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(size, size),
    )


def _number_groups(
    people: npt.NDArray[np.int64], label: npt.NDArray[np.int64], min_patients: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]:
    """Groups large enough, numbered by their smallest member, members in order."""
    if not len(people):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    names, inverse, counts = np.unique(label, return_inverse=True, return_counts=True)
    smallest = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(smallest, inverse, people)
    large = counts >= min_patients
    rank = np.full(len(names), -1)
    order = [i for i in np.argsort(smallest, kind="stable") if large[i]]
    rank[order] = np.arange(1, len(order) + 1)
    number = rank[inverse]
    rows = np.flatnonzero(number > 0)
    rows = rows[np.lexsort((people[rows], number[rows]))]
    return rows, number[rows], len(order)
