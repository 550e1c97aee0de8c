"""Graphs for networkx say what was observed, what was expected, and what is only presence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import fraudgraph as fg
from fraudgraph.desk.networks import WEIGHT_CAP, surprise


def test_a_rings_graph_holds_its_members_with_their_numbers(run: fg.Run, ring_id: str) -> None:
    ring = run.ring(ring_id)
    graph = ring.to_networkx()
    assert set(graph) == {(str(m.entity_type), m.entity_id) for m in ring.record.members}
    for _, facts in graph.nodes(data=True):
        assert {"entity_type", "role", "strength", "claim_count", "fund_amount", "name"} <= facts.keys()


def test_meetings_carry_their_comparison_and_presence_has_no_weight(run: fg.Run, ring_id: str) -> None:
    graph = run.ring(ring_id).to_networkx()
    met = [facts for *_, facts in graph.edges(data=True) if facts["kind"] == "meeting"]
    came = [facts for *_, facts in graph.edges(data=True) if facts["kind"] == "visited"]
    assert met
    assert came
    for facts in met:
        views = json.loads(facts["views"])
        assert facts["weight"] == pytest.approx(sum(surprise(v["p"]) for v in views.values()), abs=1e-4)
        assert all({"observed", "expected", "p"} <= v.keys() for v in views.values())
    assert all("weight" not in facts and facts["claim_count"] >= 1 for facts in came)


@pytest.mark.parametrize(
    ("write", "read"),
    [(nx.write_graphml, nx.read_graphml), (nx.write_gexf, nx.read_gexf), (nx.write_gml, nx.read_gml)],
)
def test_a_rings_graph_goes_to_a_file_and_comes_back(
    run: fg.Run, ring_id: str, tmp_path: Path, write: Callable[..., Any], read: Callable[..., Any]
) -> None:
    graph = run.ring(ring_id).to_networkx()
    write(graph, tmp_path / "ring")
    back = read(tmp_path / "ring")
    assert (len(back), back.number_of_edges()) == (len(graph), graph.number_of_edges())
    assert sorted(facts["name"] for _, facts in back.nodes(data=True)) == sorted(
        facts["name"] for _, facts in graph.nodes(data=True)
    )
    met = [facts for *_, facts in back.edges(data=True) if facts["kind"] == "meeting"]
    assert met and all("observed" in next(iter(json.loads(facts["views"]).values())) for facts in met)


def test_a_rings_graph_is_json(run: fg.Run, ring_id: str) -> None:
    graph = run.ring(ring_id).to_networkx()
    for form in (nx.node_link_data(graph), nx.cytoscape_data(graph)):
        assert json.loads(json.dumps(form, allow_nan=False))


def test_networkx_works_on_it(run: fg.Run) -> None:
    graph = run.to_networkx()
    rings = run.rings()
    patients = sum(kind == "patient" for kind, _ in graph)
    assert 0 < patients <= rings["patient_count"].sum()
    assert nx.number_connected_components(graph) >= 1


@pytest.mark.parametrize(
    ("p", "weight"), [(1.0, 0.0), (0.01, 2.0), (1e-12, WEIGHT_CAP), (0.0, WEIGHT_CAP), (1e-300, WEIGHT_CAP)]
)
def test_surprise_is_capped_and_never_infinite(p: float, weight: float) -> None:
    assert surprise(p) == pytest.approx(weight)
