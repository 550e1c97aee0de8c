"""A cross-check with another engine: components and communities recomputed by Neo4j's graph algorithms."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import networkx as nx

from fraudgraph.errors import GraphStoreError
from fraudgraph.graphdb.connection import GraphStore

__all__ = ["Agreement", "adjusted_rand_index", "compare_with_gds"]

_GRAPH = "fraudgraph_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two engines agree; 1 is the same grouping, 0 what chance would give (adjusted Rand index)."""

    people: int
    meetings: int
    components: int
    gds_components: int
    components_agreement: float
    rings: int
    gds_communities: int
    rings_agreement: float
    """Our rings against GDS's Leiden communities, over the people in rings. The two maximise different things."""
    our_seconds: float
    gds_seconds: float


def compare_with_gds(graph: GraphStore) -> Agreement:
    """Recompute components and communities of the visible run's meetings in GDS.

    Raises
    ------
    GraphStoreError
        If the server has no GDS, or no run is in view.
    """
    lines = graph.rows(
        "MATCH (run:Published) MATCH (a:Patient)-[m:MET]->(b:Patient) WHERE m.run = run.key RETURN a.id AS a, b.id AS b, m.surprise AS weight ORDER BY a, b"
    )
    if not lines:
        raise GraphStoreError(
            "No meetings are in view: load a run first (fraudgraph neo4j load OUT).",
            "当前没有可见的同现数据：请先加载（fraudgraph neo4j load OUT）。",
        )
    started = time.perf_counter()
    meetings: nx.Graph[str] = nx.Graph()
    meetings.add_weighted_edges_from((row["a"], row["b"], row["weight"]) for row in lines)
    ours = {person: no for no, part in enumerate(nx.connected_components(meetings)) for person in part}
    our_seconds = time.perf_counter() - started
    members = graph.rows(
        "MATCH (:Published)<-[:PART_OF]-(r:Ring)<-[:MEMBER_OF]-(p:Patient) WITH p, r ORDER BY r.rank RETURN p.id AS id, collect(r.id)[0] AS ring ORDER BY id"
    )
    rings = {row["id"]: row["ring"] for row in members if row["id"] in ours}
    started = time.perf_counter()
    components, communities = _gds_groups(graph)
    gds_seconds = time.perf_counter() - started
    people, in_rings = sorted(ours), sorted(rings)
    return Agreement(
        people=len(people), meetings=len(lines), components=len(set(ours.values())), gds_components=len(set(components.values())),
        components_agreement=adjusted_rand_index([ours[p] for p in people], [components[p] for p in people]),
        rings=len(set(rings.values())), gds_communities=len(set(communities.values())),
        rings_agreement=adjusted_rand_index([rings[p] for p in in_rings], [communities[p] for p in in_rings]),
        our_seconds=round(our_seconds, 3), gds_seconds=round(gds_seconds, 3),
    )  # fmt: skip


def _gds_groups(graph: GraphStore) -> tuple[dict[str, int], dict[str, int]]:
    drop = "CALL gds.graph.drop($name, false) YIELD graphName RETURN graphName"
    graph.rows(drop, name=_GRAPH)
    try:
        graph.rows(
            "MATCH (run:Published) MATCH (a:Patient)-[m:MET]->(b:Patient) WHERE m.run = run.key "
            "RETURN gds.graph.project($name, a, b, {relationshipProperties: {weight: m.surprise}}, {undirectedRelationshipTypes: ['*']}) AS made",
            name=_GRAPH,
        )
        components = graph.rows(
            "CALL gds.wcc.stream($name) YIELD nodeId, componentId RETURN gds.util.asNode(nodeId).id AS id, componentId AS part",
            name=_GRAPH,
        )
        communities = graph.rows(
            "CALL gds.leiden.stream($name, {relationshipWeightProperty: 'weight', randomSeed: 7, concurrency: 1}) "
            "YIELD nodeId, communityId RETURN gds.util.asNode(nodeId).id AS id, communityId AS part",
            name=_GRAPH,
        )
    finally:
        graph.rows(drop, name=_GRAPH)
    return {r["id"]: r["part"] for r in components}, {r["id"]: r["part"] for r in communities}


def adjusted_rand_index(one: Sequence[object], other: Sequence[object]) -> float:
    """Agreement of two groupings of the same people (Hubert and Arabie 1985): 1 the same, 0 as by chance."""
    pairs = sum(comb(n, 2) for n in Counter(zip(one, other, strict=True)).values())
    left = sum(comb(n, 2) for n in Counter(one).values())
    right = sum(comb(n, 2) for n in Counter(other).values())
    every = comb(len(one), 2)
    expected = left * right / every if every else 0.0
    most = (left + right) / 2
    return 1.0 if most == expected else round((pairs - expected) / (most - expected), 6)
