"""A networkx graph as a sparse matrix: read once in C loops instead of edge by edge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

__all__ = ["FastGraph"]


class FastGraph:
    """What the backend computes on. Holds the networkx graph that it came from, unchanged.

    Parameters
    ----------
    graph : networkx graph
        Any of the four sorts. It must not change while this object is in use.
    """

    __networkx_backend__ = "fraudgraph"

    def __init__(self, graph: nx.Graph[Any]) -> None:
        self.original = graph
        self.nodes = list(graph)
        rows: Any = vars(graph).get("_adj", graph.adj)  # the plain dicts: `adj` wraps each in a view
        self._rows = rows
        lengths = np.fromiter(map(len, rows.values()), np.int64, len(self.nodes))
        self._indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        neighbours: Iterator[Any] = chain.from_iterable(rows.values())
        if not _numbered(self.nodes):
            number = dict(zip(self.nodes, range(len(self.nodes)), strict=True))
            neighbours = map(number.__getitem__, neighbours)
        self._indices = np.fromiter(neighbours, np.int32, int(self._indptr[-1]))
        self._matrices: dict[tuple[str | None, float], sparse.csr_array] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def is_directed(self) -> bool:
        """Whether its lines have a direction."""
        return self.original.is_directed()

    def is_multigraph(self) -> bool:
        """Whether two nodes may have several lines between them."""
        return self.original.is_multigraph()

    def number_of_edges(self) -> int:
        """Its lines."""
        return self.original.number_of_edges()

    def matrix(self, weight: str | None, default: float = 1.0) -> sparse.csr_array:
        """The adjacency matrix: both directions of an undirected line, a loop once, several lines added up.

        Parameters
        ----------
        weight : str or None
            The attribute that holds a line's weight; None counts lines.
        default : float
            The weight of a line without that attribute.
        """
        key = (weight, default)
        if key not in self._matrices:
            size = len(self.nodes)
            matrix = sparse.csr_array((self._weights(weight, default), self._indices.copy(), self._indptr.copy()), shape=(size, size))  # fmt: skip
            matrix.sort_indices()
            self._matrices[key] = matrix
        return self._matrices[key]

    def _weights(self, weight: str | None, default: float) -> np.ndarray[Any, np.dtype[np.float64]]:
        count = len(self._indices)
        multi = self.is_multigraph()
        if weight is None and not multi:
            return np.ones(count)
        lines = chain.from_iterable(row.values() for row in self._rows.values())
        if weight is None:
            return np.fromiter(map(len, lines), np.float64, count)
        if multi:
            return np.fromiter((sum(d.get(weight, default) for d in keys.values()) for keys in lines), np.float64, count)  # fmt: skip
        return np.fromiter(map(dict.get, lines, repeat(weight), repeat(default)), np.float64, count)


def _numbered(nodes: list[Any]) -> bool:
    """Whether the nodes are 0, 1, 2 … in this order already."""
    return all(type(node) is int for node in nodes) and nodes == list(range(len(nodes)))
