"""The backend's functions, with networkx's own names and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import graspologic_native
import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from fraudgraph.nxbackend.graph import FastGraph

__all__ = ["connected_components", "core_number", "leiden_communities", "louvain_communities", "pagerank"]

_ROUNDS: Final = 3
"""Leiden's rounds: one gives clearly worse groups (modularity 0.642 against 0.684 on 0.85 million edges)."""
_LOOPS: Final = "Input graph has self loops which is not permitted; Consider using G.remove_edges_from(nx.selfloop_edges(G))."


def connected_components(G: FastGraph) -> Iterator[set[Any]]:  # noqa: N803  # networkx's name
    """The sets of nodes that hang together, in the order of their first nodes."""
    _, label = csgraph.connected_components(G.matrix(None), directed=False)
    yield from _sets(G, label)


def leiden_communities(
    G: FastGraph,  # noqa: N803
    weight: str | None = "weight",
    resolution: float = 1,
    max_level: int | None = None,
    seed: Any = None,
) -> list[set[Any]]:
    """A partition of high modularity by Leiden; the same seed gives the same partition.

    Parameters
    ----------
    max_level : int, optional
        Rounds of the whole algorithm; three if left out.

    Raises
    ------
    ValueError
        If `max_level` is not positive.
    networkx.NetworkXError
        If a weight is negative or not finite.
    """
    if max_level is not None and max_level <= 0:
        raise ValueError("max_level argument must be a positive integer or None")
    matrix = G.matrix(weight)
    if matrix.nnz and not (np.isfinite(matrix.data).all() and matrix.data.min() >= 0):
        raise nx.NetworkXError("Leiden needs weights that are finite and not negative.")
    label = np.arange(len(G))
    inside = np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)
    if len(inside):
        part = matrix if len(inside) == len(G) else matrix[inside][:, inside]
        label[inside] = len(G) + _leiden(part, float(resolution), max_level or _ROUNDS, _number(seed))
    return list(_sets(G, label))


def louvain_communities(
    G: FastGraph,  # noqa: N803
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 1e-07,
    max_level: int | None = None,
    seed: Any = None,
) -> list[set[Any]]:
    """Leiden in the place of Louvain: another partition, of no worse modularity, many times faster."""
    del threshold, max_level  # calls that set them never come here: see `can_run`
    return leiden_communities(G, weight, resolution, None, seed)


def _leiden(matrix: sparse.csr_array, resolution: float, rounds: int, seed: int) -> npt.NDArray[np.int64]:
    _, found = graspologic_native.leiden_csr(
        matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data, matrix.shape[0],
        resolution=resolution, iterations=rounds, use_modularity=True, seed=seed,
    )  # fmt: skip
    label = np.zeros(matrix.shape[0], np.int64)
    label[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), np.int64, len(found))
    return label


def _number(seed: Any) -> int:
    """networkx hands over a generator; Leiden wants a number."""
    return int(seed.getrandbits(31)) if hasattr(seed, "getrandbits") else int(seed or 0)


def _sets(G: FastGraph, label: npt.NDArray[np.int64]) -> Iterator[set[Any]]:  # noqa: N803
    """Nodes by label, the labels in the order in which they first occur."""
    if not len(label):
        return
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")[inverse]
    order = np.argsort(rank, kind="stable")
    ends = np.cumsum(np.bincount(rank))
    nodes = G.nodes
    members = order.tolist()
    start = 0
    for end in ends.tolist():
        yield {nodes[i] for i in members[start:end]}
        start = end


def pagerank(
    G: FastGraph,  # noqa: N803
    alpha: float = 0.85,
    personalization: Mapping[Any, float] | None = None,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Any, float] | None = None,
    weight: str | None = "weight",
    dangling: Mapping[Any, float] | None = None,
) -> dict[Any, float]:
    """PageRank by the power method, with the same steps and the same stop as networkx's.

    Raises
    ------
    ZeroDivisionError
        If `personalization` adds up to nothing.
    networkx.PowerIterationFailedConvergence
        If `max_iter` steps were not enough.
    """
    size = len(G)
    if size == 0:
        return {}
    matrix = G.matrix(weight)
    out = np.asarray(matrix.sum(axis=1)).ravel()
    share = np.divide(1.0, out, out=np.zeros(size), where=out != 0)
    moves = sparse.csr_array((matrix.data * np.repeat(share, np.diff(matrix.indptr)), matrix.indices, matrix.indptr), shape=matrix.shape).T.tocsr()  # fmt: skip
    even = np.full(size, 1.0 / size)
    x = even if nstart is None else _shares(G, nstart)
    jump = even if personalization is None else _shares(G, personalization, strict=True)
    lost = jump if dangling is None else _shares(G, dangling)
    ends = np.flatnonzero(out == 0)
    for _ in range(max_iter):
        before = x
        x = alpha * (moves @ x + x[ends].sum() * lost) + (1 - alpha) * jump
        if np.abs(x - before).sum() < size * tol:
            return dict(zip(G.nodes, x.tolist(), strict=True))
    raise nx.PowerIterationFailedConvergence(max_iter)


def _shares(G: FastGraph, given: Mapping[Any, float], *, strict: bool = False) -> npt.NDArray[np.float64]:  # noqa: N803
    """A mapping from nodes as a vector that adds up to one."""
    values = np.array([given.get(node, 0) for node in G.nodes], dtype=float)
    total = values.sum()
    if strict and total == 0:
        raise ZeroDivisionError
    return np.asarray(values / total)


def core_number(G: FastGraph) -> dict[Any, int]:  # noqa: N803
    """The largest k for which each node is in a k-core.

    Nodes with few lines go first, a whole layer at a time. A graph that is one long thread has as many layers as
    half its nodes, and there networkx is as fast.

    Raises
    ------
    networkx.NetworkXNotImplemented
        If a node has a line to itself.
    """
    matrix = G.matrix(None)
    if matrix.diagonal().any():
        raise nx.NetworkXNotImplemented(_LOOPS)
    if G.is_directed():
        matrix = (matrix + matrix.T).tocsr()
    indptr, indices, lines = matrix.indptr.astype(np.int64), matrix.indices, matrix.data.astype(np.int64)
    degree = np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)
    core = np.zeros(len(degree), np.int64)
    left = np.ones(len(degree), bool)
    k = 0
    waiting = np.flatnonzero(degree <= 0)
    remaining = len(degree)
    while remaining:
        while len(waiting):
            core[waiting] = k
            left[waiting] = False
            remaining -= len(waiting)
            at = _spans(indptr, waiting)
            touched = indices[at]
            np.subtract.at(degree, touched, lines[at])
            touched = np.unique(touched)
            waiting = touched[left[touched] & (degree[touched] <= k)]
        if remaining:
            k = int(degree[left].min())
            waiting = np.flatnonzero(left & (degree <= k))
    return dict(zip(G.nodes, core.tolist(), strict=True))


def _spans(indptr: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where the entries of some rows stand."""
    starts, lengths = indptr[rows], indptr[rows + 1] - indptr[rows]
    ends = np.cumsum(lengths)
    if not len(ends) or not ends[-1]:
        return np.zeros(0, np.int64)
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(ends[-1])
