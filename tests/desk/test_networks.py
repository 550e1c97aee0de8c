"""Graphs for networkx say what was observed, what was expected, and what is only presence."""

from __future__ import annotations

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
        assert facts["weight"] == pytest.approx(
            sum(surprise(v["p"]) for v in facts["views"].values()), abs=1e-4
        )
        assert all({"observed", "expected", "p"} <= v.keys() for v in facts["views"].values())
    assert all("weight" not in facts and facts["claim_count"] >= 1 for facts in came)


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
