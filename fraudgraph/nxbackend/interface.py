"""What networkx calls: graphs in, functions by name, answers out; and the switch that analysts use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import networkx as nx

from fraudgraph.nxbackend import algorithms
from fraudgraph.nxbackend.graph import FastGraph

__all__ = ["LOUVAIN_MIN_EDGES", "Backend", "backend", "disable_fast", "enable_fast"]

LOUVAIN_MIN_EDGES: Final = 5_000
"""Louvain on smaller graphs stays with networkx: it takes a moment there, and the partition is exactly its own."""
_NAME: Final = "fraudgraph"
_THRESHOLD: Final = 1e-07


class Backend:
    """The backend as networkx's dispatching sees it."""

    connected_components = staticmethod(algorithms.connected_components)
    core_number = staticmethod(algorithms.core_number)
    leiden_communities = staticmethod(algorithms.leiden_communities)
    louvain_communities = staticmethod(algorithms.louvain_communities)
    pagerank = staticmethod(algorithms.pagerank)

    @staticmethod
    def convert_from_nx(graph: Any, **_: Any) -> Any:
        """A networkx graph in the backend's form."""
        return graph if isinstance(graph, FastGraph) else FastGraph(graph)

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        """An answer in networkx's form; answers are plain Python values already."""
        return result.original if isinstance(result, FastGraph) else result

    @staticmethod
    def can_run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool | str:
        """Whether a call can be answered with the same meaning; else why not, and networkx answers itself."""
        if name != "louvain_communities":
            return True
        named = dict(zip(("G", "weight", "resolution", "threshold", "max_level", "seed"), args, strict=False))
        named.update(kwargs)
        graph = named["G"]
        if graph.is_directed():
            return "Leiden is for undirected graphs"
        if named.get("max_level") is not None or named.get("threshold", _THRESHOLD) != _THRESHOLD:
            return "max_level and threshold mean Louvain's own levels"
        if graph.number_of_edges() < LOUVAIN_MIN_EDGES:
            return f"fewer than {LOUVAIN_MIN_EDGES} edges: networkx's own partition is kept"
        return True

    should_run = can_run


backend = Backend()


def enable_fast(*, keep_converted: bool = False) -> None:
    """Let networkx use this program's fast functions wherever it has them; code that calls networkx stays as it is.

    Parameters
    ----------
    keep_converted : bool
        Convert each graph only once. Faster for many calls on one graph, but a weight changed by
        `G[u][v]["weight"] = …` is then not seen (networkx warns of that at each such call).

    Examples
    --------
    >>> import networkx as nx
    >>> enable_fast()
    >>> sorted(map(len, nx.connected_components(nx.Graph([(1, 2), (3, 4), (4, 5)]))))
    [2, 3]
    >>> disable_fast()
    """
    priority: Any = nx.config.backend_priority
    priority.algos = [_NAME, *(name for name in priority.algos if name != _NAME)]
    nx.config.cache_converted_graphs = keep_converted


def disable_fast() -> None:
    """Take `enable_fast` back: networkx answers everything itself."""
    priority: Any = nx.config.backend_priority
    priority.algos = [name for name in priority.algos if name != _NAME]
    nx.config.cache_converted_graphs = True
