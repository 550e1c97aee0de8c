"""Ways to group people who keep meeting, all of one shape: `fit(meetings)`, then `groups_`, `labels_` and `score(known)`.

A grouping of one's own needs no more than that: `fit` that sets `groups_` and returns itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable
from typing import Any, Protocol, Self

import networkx as nx
import pandas as pd

from fraudgraph.desk.frames import each_row
from fraudgraph.desk.networks import surprise

__all__ = ["Asked", "DenseBlocks", "GdsGroups", "Grouping", "LeidenGroups", "NetworkxGroups", "agreement", "people_graph"]  # fmt: skip

FOUND_AT = 0.5
"""A group counts as found where it shares half of all members of both."""
_GDS_GRAPH = "fraudgraph_desk"
_GDS_PROJECT = (
    "UNWIND $lines AS line WITH gds.graph.project($name, line[0], line[1], {relationshipProperties: {weight: line[2]}}, "
    "{undirectedRelationshipTypes: ['*']}) AS made RETURN made.nodeCount AS people"
)
_GDS_LEIDEN = (
    "CALL gds.leiden.stream($name, {relationshipWeightProperty: 'weight', randomSeed: $seed, concurrency: 1}) "
    "YIELD nodeId, communityId RETURN nodeId AS person, communityId AS part ORDER BY person"
)


def people_graph(meetings: pd.DataFrame) -> nx.Graph[Any]:
    """Persons and their meetings: `weight` adds up −log10 p over the views, each at most 12."""
    graph: nx.Graph[Any] = nx.Graph()
    weights = meetings.assign(weight=[surprise(p) for p in meetings["p"]])
    pairs = weights.groupby(["a", "b"], sort=True).agg(weight=("weight", "sum")).reset_index()
    graph.add_weighted_edges_from((row.a, row.b, row.weight) for row in each_row(pairs))
    return graph


class Grouping:
    """What all groupings share. `groups_` is set by `fit`: sets of person ids, the largest first."""

    def __init__(self, *, min_size: int = 4) -> None:
        self.min_size = min_size
        self.groups_: list[frozenset[str]] = []

    def fit(self, meetings: pd.DataFrame) -> Self:
        """Group the people of some meetings.

        Parameters
        ----------
        meetings : DataFrame
            Columns a, b and p, as `run.all_meetings()` gives them.
        """
        found = (frozenset(group) for group in self.find(people_graph(meetings)))
        large = [group for group in found if len(group) >= self.min_size]
        self.groups_ = sorted(large, key=lambda group: (-len(group), sorted(group)))
        return self

    def find(self, graph: nx.Graph[Any]) -> Iterable[Collection[str]]:
        """The groups of a weighted graph of people; each way has its own."""
        raise NotImplementedError

    @property
    def labels_(self) -> pd.Series:
        """The number of each person's group."""
        pairs = {person: number for number, group in enumerate(self.groups_) for person in sorted(group)}
        return pd.Series(pairs, name="group", dtype="int64")

    def score(self, known: Collection[Collection[str]]) -> float:
        """How well the groups match known ones: F1 over groups, 0..1; see `agreement`."""
        return agreement(self.groups_, known)["f1"]


class NetworkxGroups(Grouping):
    """Any of networkx's community functions.

    Parameters
    ----------
    function : callable
        Such as `networkx.community.louvain_communities`.
    **options
        Its own parameters.

    Examples
    --------
    >>> import pandas as pd
    >>> met = pd.DataFrame({"a": ["1", "1", "2"], "b": ["2", "3", "3"], "p": [1e-5, 1e-6, 1e-4]})
    >>> [sorted(g) for g in NetworkxGroups(nx.connected_components, min_size=3).fit(met).groups_]
    [['1', '2', '3']]
    """

    def __init__(self, function: Callable[..., Any], *, min_size: int = 4, **options: Any) -> None:
        super().__init__(min_size=min_size)
        self.function = function
        self.options = options

    def find(self, graph: nx.Graph[Any]) -> Iterable[Collection[str]]:
        """The function's own answer."""
        return list(self.function(graph, **self.options))


class LeidenGroups(NetworkxGroups):
    """Leiden on the surprise of meetings, repeatable by its seed.

    Parameters
    ----------
    resolution : float
        Higher gives smaller groups.
    seed : int
        The same seed gives the same groups.
    """

    def __init__(self, *, resolution: float = 1.0, seed: int = 20251001, min_size: int = 4) -> None:
        super().__init__(
            nx.community.leiden_communities, min_size=min_size, resolution=resolution, seed=seed, backend="fraudgraph"
        )  # fmt: skip


class Asked(Protocol):
    """A graph database that answers questions: what `LocalServer(…).open_graph()` gives."""

    def rows(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a question."""


class GdsGroups(Grouping):
    """Leiden of Neo4j's graph data science library, in a running server; nothing is stored there.

    Only numbers and weights are sent, no person's id; the graph is held in memory and dropped at the end.

    Parameters
    ----------
    graph : Asked
        A server that has the library.
    seed : int
        The same seed gives the same groups.

    Raises
    ------
    GraphStoreError
        From `fit`, if the server is away or has no such library.
    """

    def __init__(self, graph: Asked, *, seed: int = 7, min_size: int = 4) -> None:
        super().__init__(min_size=min_size)
        self.graph = graph
        self.seed = seed

    def find(self, graph: nx.Graph[Any]) -> Iterable[Collection[str]]:
        """GDS's communities, told back by the persons' ids."""
        people = sorted(graph)
        number = {person: place for place, person in enumerate(people)}
        edges: Iterable[tuple[str, str, float]] = graph.edges(data="weight")
        lines = [[number[a], number[b], weight] for a, b, weight in edges]
        drop = "CALL gds.graph.drop($name, false) YIELD graphName RETURN graphName"
        self.graph.rows(drop, name=_GDS_GRAPH)
        try:
            self.graph.rows(_GDS_PROJECT, name=_GDS_GRAPH, lines=sorted(lines))
            found = self.graph.rows(_GDS_LEIDEN, name=_GDS_GRAPH, seed=self.seed)
        finally:
            self.graph.rows(drop, name=_GDS_GRAPH)
        groups: dict[int, set[str]] = {}
        for row in found:
            groups.setdefault(row["part"], set()).add(people[row["person"]])
        return groups.values()


class DenseBlocks(Grouping):
    """Peeling in the way of FRAUDAR: take away who adds least until the densest block is left, set it aside, go on.

    Parameters
    ----------
    min_density : float
        Blocks whose surprise per member is lower are no longer taken.
    max_blocks : int
        At most so many.
    """

    def __init__(self, *, min_density: float = 6.0, max_blocks: int = 200, min_size: int = 4) -> None:
        super().__init__(min_size=min_size)
        self.min_density = min_density
        self.max_blocks = max_blocks

    def find(self, graph: nx.Graph[Any]) -> Iterable[Collection[str]]:
        """The blocks, the densest first; nobody is in two."""
        rest = graph.copy()
        for _ in range(self.max_blocks):
            block, density = _densest(rest)
            if density < self.min_density:
                return
            yield from nx.connected_components(rest.subgraph(block))
            rest.remove_nodes_from(block)


def _densest(graph: nx.Graph[Any]) -> tuple[set[str], float]:
    """The best of all blocks that greedy peeling passes through, and its weight per member."""
    degree = dict(graph.degree(weight="weight"))
    total = sum(degree.values()) / 2
    waiting = [(weight, node) for node, weight in degree.items()]
    heapq.heapify(waiting)
    left, best, density, order = set(degree), 0, total / max(len(degree), 1), []
    while waiting and len(left) > 1:
        weight, node = heapq.heappop(waiting)
        if node not in left or weight != degree[node]:
            continue
        left.remove(node)
        order.append(node)
        total -= weight
        for other in graph[node]:
            if other in left:
                degree[other] -= graph[node][other]["weight"]
                heapq.heappush(waiting, (degree[other], other))
        if total / len(left) > density + 1e-9:
            best, density = len(order), total / len(left)
    return set(graph) - set(order[:best]), density


def agreement(found: Collection[Collection[str]], known: Collection[Collection[str]]) -> dict[str, float]:
    """How well found groups match known ones, one to one, at a Jaccard index of at least 0.5.

    Returns
    -------
    dict
        `found_count`, `recall`, `precision` and `f1`; a share is 0 where there is nothing to divide by.
    """
    ours, theirs = [set(group) for group in found], [set(group) for group in known]
    pairs = sorted(
        ((len(a & b) / len(a | b), i, j) for i, a in enumerate(ours) for j, b in enumerate(theirs) if a & b),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    used_ours: set[int] = set()
    used_theirs: set[int] = set()
    for share, i, j in pairs:
        if share >= FOUND_AT and i not in used_ours and j not in used_theirs:
            used_ours.add(i)
            used_theirs.add(j)
    hits = len(used_ours)
    return {
        "found_count": hits,
        "recall": hits / len(theirs) if theirs else 0.0,
        "precision": hits / len(ours) if ours else 0.0,
        "f1": 2 * hits / (len(ours) + len(theirs)) if ours or theirs else 0.0,
    }
