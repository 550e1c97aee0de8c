"""The backend against networkx itself: equal where networkx has an answer, no worse where two answers are right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fraudgraph as fg
from fraudgraph.nxbackend.graph import FastGraph
from fraudgraph.nxbackend.interface import LOUVAIN_MIN_EDGES
from tests.waiting import PATIENCE

SUITE = (
    "networkx.algorithms.community.tests.test_leiden",
    "networkx.algorithms.community.tests.test_louvain",
    "networkx.algorithms.components.tests.test_connected",
    "networkx.algorithms.link_analysis.tests.test_pagerank",
    "networkx.algorithms.tests.test_core",
)


@pytest.fixture(autouse=True)
def converted_anew() -> Iterator[None]:
    """Calls with `backend=` keep converted graphs unless told otherwise, and warn when they use one."""
    with nx.config(cache_converted_graphs=False):
        yield


@pytest.fixture
def fast() -> Iterator[None]:
    fg.enable_fast()
    yield
    fg.disable_fast()


def test_networkxs_own_tests_pass_on_the_backend(tmp_path: Path) -> None:
    """networkx runs its suite with every graph converted first; what the backend lacks goes back to networkx."""
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--pyargs", *SUITE],
        check=False, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, "NETWORKX_TEST_BACKEND": "fraudgraph", "NETWORKX_FALLBACK_TO_NX": "1"},
    )  # fmt: skip
    assert said.returncode == 0, said.stdout[-3000:]
    assert int(said.stdout.rsplit(" passed", 1)[0].rsplit(None, 1)[-1]) >= 100, said.stdout[-300:]


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph:
    """All four sorts, with loops, gaps between nodes, names of several types and weights here and there."""
    graph = draw(st.sampled_from([nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph]))()
    names = [0, 1, 2, "a", "b", ("t", 1), 17, 3.5]
    graph.add_nodes_from(draw(st.lists(st.sampled_from(names), max_size=8)))
    for a, b, w in draw(
        st.lists(
            st.tuples(
                st.sampled_from(names),
                st.sampled_from(names),
                st.none() | st.floats(0.1, 9.0, allow_nan=False),
            ),
            max_size=24,
        )
    ):
        graph.add_edge(a, b, **({} if w is None else {"weight": w}))
    return graph


@settings(max_examples=150, deadline=None)
@given(graph=graphs())
def test_pagerank_is_networkxs(graph: nx.Graph) -> None:
    for weight in ("weight", None):
        ours = nx.pagerank(graph, weight=weight, backend="fraudgraph")
        theirs = nx.pagerank(graph, weight=weight, backend="networkx")
        assert list(ours) == list(theirs)
        assert ours == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(graph=graphs())
def test_cores_and_components_are_networkxs(graph: nx.Graph) -> None:
    simple = nx.DiGraph(graph) if graph.is_directed() else nx.Graph(graph)
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))
    assert nx.core_number(simple, backend="fraudgraph") == nx.core_number(simple, backend="networkx")
    if not graph.is_directed():
        assert list(nx.connected_components(graph, backend="fraudgraph")) == list(
            nx.connected_components(graph, backend="networkx")
        )


@settings(max_examples=100, deadline=None)
@given(graph=graphs(), seed=st.integers(0, 99))
def test_leiden_partitions_and_repeats(graph: nx.Graph, seed: int) -> None:
    undirected = nx.MultiGraph(graph) if graph.is_multigraph() else nx.Graph(graph)
    once = nx.community.leiden_communities(undirected, seed=seed, backend="fraudgraph")
    assert nx.community.is_partition(undirected, once)
    assert once == nx.community.leiden_communities(undirected, seed=seed, backend="fraudgraph")


def planted(groups: int = 60, size: int = 40, seed: int = 5) -> nx.Graph:
    return nx.planted_partition_graph(groups, size, 0.3, 0.002, seed=seed)


def test_louvain_on_a_larger_graph_is_no_worse_than_networkxs(fast: None) -> None:
    graph = planted()
    assert graph.number_of_edges() >= LOUVAIN_MIN_EDGES
    ours = nx.community.louvain_communities(graph, seed=1)
    theirs = nx.community.louvain_communities(graph, seed=1, backend="networkx")
    assert nx.community.is_partition(graph, ours)
    assert nx.community.modularity(graph, ours) >= nx.community.modularity(graph, theirs) - 0.01


def test_louvain_on_a_small_graph_is_exactly_networkxs(fast: None) -> None:
    graph = nx.karate_club_graph()
    assert nx.community.louvain_communities(graph, seed=2) == nx.community.louvain_communities(
        graph, seed=2, backend="networkx"
    )


def test_what_leiden_cannot_mean_goes_to_networkx(fast: None) -> None:
    graph = planted(groups=40)
    levels = nx.community.louvain_communities(graph, seed=1, max_level=1)
    assert levels == nx.community.louvain_communities(graph, seed=1, max_level=1, backend="networkx")


def test_a_changed_weight_is_seen(fast: None) -> None:
    graph = nx.Graph([(1, 2), (2, 3), (3, 4)])
    before = nx.pagerank(graph)
    graph[1][2]["weight"] = 100.0
    assert nx.pagerank(graph) == pytest.approx(nx.pagerank(graph, backend="networkx"))
    assert nx.pagerank(graph) != pytest.approx(before)


def test_views_of_graphs_work(fast: None) -> None:
    graph = planted(groups=3)
    part = graph.subgraph(range(50))
    assert nx.core_number(part) == nx.core_number(part, backend="networkx")
    assert nx.pagerank(part) == pytest.approx(nx.pagerank(part, backend="networkx"))


def test_bad_weights_are_refused() -> None:
    graph = nx.Graph()
    graph.add_edge(1, 2, weight=-1.0)
    with pytest.raises(nx.NetworkXError, match="not negative"):
        nx.community.leiden_communities(graph, backend="fraudgraph")


def test_switching_on_twice_and_off_leaves_networkx_as_it_was() -> None:
    nx.config.cache_converted_graphs = True
    before = (list(nx.config.backend_priority.algos), True)
    fg.enable_fast()
    fg.enable_fast()
    assert nx.config.backend_priority.algos == ["fraudgraph", *before[0]]
    fg.disable_fast()
    assert (list(nx.config.backend_priority.algos), nx.config.cache_converted_graphs) == before


def test_the_matrix_is_networkxs() -> None:
    graph = nx.MultiGraph([(1, 1), (1, 2), (1, 2), (2, 3)])
    theirs = nx.to_scipy_sparse_array(graph, dtype=float)
    assert (FastGraph(graph).matrix(None) != theirs).nnz == 0
