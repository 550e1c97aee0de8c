"""Loading: once and exactly, resumable anywhere, one month visible at a time, what is not ours left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.graphdb import load as load_module
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.publish import loaded_runs, remove_month
from fraudgraph.graphdb.questions import ask
from tests.graphdb.conftest import Served

pytestmark = pytest.mark.neo4j

SIZE = "MATCH (n) WHERE NOT n:LoadMark WITH count(n) AS nodes CALL () { MATCH ()-[r]->() RETURN count(r) AS lines } RETURN nodes, lines"


def size(graph: GraphStore) -> dict[str, int]:
    return graph.rows(SIZE)[0]


def test_a_second_load_creates_nothing(served: Served, graph: GraphStore) -> None:
    before = size(graph)
    with served.source() as source:
        again = load_run(graph, source)
    assert (again.created, again.way, again.visible) == (0, "none", True)
    assert size(graph) == before


def test_every_row_found_its_ends_and_counts_match_the_run(served: Served, graph: GraphStore) -> None:
    with served.source() as source:
        expected = {table.label: source.nodes(table).num_rows for table in load_module.NODES if table.stamped}
        lines = {table.name: source.edges(table).num_rows for table in load_module.EDGES}
    run = graph.value("MATCH (r:Published) RETURN r.key")
    found = {
        label: graph.value(f"MATCH (n:{label} {{run: $run}}) RETURN count(n)", run=run) for label in expected
    }
    assert found == expected
    per_table = {
        table.name: graph.value(
            f"MATCH (:{table.start})-[x:{table.type} {{run: $run}}]->(:{table.end}) RETURN count(x)", run=run
        )
        for table in load_module.EDGES
    }
    assert per_table == lines


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("batch", [3, 45])
def test_a_load_killed_anywhere_goes_on_and_nobody_sees_half_a_month(
    batch: int, served: Served, graph: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = size(graph)
    shown = [row["ring_id"] for row in ask(graph, "rings_of_the_month")]
    monkeypatch.setattr(load_module, "_BATCH_ROWS", 1500)
    seen = 0
    plain = GraphStore.session

    def dies(self: GraphStore, *, read: bool = False) -> object:
        nonlocal seen
        seen += not read
        if seen > batch + 30:  # the schema's statements come first
            raise KilledError
        return plain(self, read=read)

    with served.source(all_claims=True) as source:  # other options: another stamp of the same month
        with monkeypatch.context() as broken:
            broken.setattr(GraphStore, "session", dies)
            with pytest.raises(KilledError):
                load_run(graph, source)
        assert [row["ring_id"] for row in ask(graph, "rings_of_the_month")] == shown
        done = load_run(graph, source)
        assert done.created > 0 and done.left_out == 0
        assert (
            graph.value("MATCH (c:Claim {run: $run}) RETURN count(c)", run=source.stamp)
            == source.nodes(next(t for t in load_module.NODES if t.label == "Claim")).num_rows
        )
    months = [run.month for run in loaded_runs(graph)]
    assert months == ["2025-12", "2025-11"], "the replaced run was swept"
    with served.source() as source:
        load_run(graph, source)
    assert size(graph) == before


def test_a_month_can_be_removed_and_comes_back_the_same(served: Served, graph: GraphStore) -> None:
    before = size(graph)
    remove_month(graph, "2025-12")
    assert [(run.month, run.visible) for run in loaded_runs(graph)] == [("2025-11", True)]
    assert graph.value("MATCH (n) WHERE n.run STARTS WITH '2025-12' RETURN count(n)") == 0
    assert graph.value("MATCH ()-[r]->() WHERE r.run STARTS WITH '2025-12' RETURN count(r)") == 0
    assert (
        graph.value(
            "MATCH (n:InRing) WHERE NOT EXISTS { (n)-[:MEMBER_OF]->(:Ring)-[:PART_OF]->(:Published) } RETURN count(n)"
        )
        == 0
    )
    with served.source() as source:
        assert load_run(graph, source).visible
    assert size(graph) == before
    with pytest.raises(UsageError, match="No run of month"):
        remove_month(graph, "2024-01")


def test_an_earlier_month_loaded_later_does_not_displace_the_one_in_view(
    served: Served, graph: GraphStore
) -> None:
    remove_month(graph, "2025-11")
    with served.source(served.earlier) as source:
        assert not load_run(graph, source).visible
    assert graph.value("MATCH (r:Published) RETURN r.month") == "2025-12"


def test_what_is_not_ours_is_never_touched(served: Served, graph: GraphStore) -> None:
    graph.write("CREATE (:Ship {name: 'theirs'})-[:SAILS]->(:Port {name: 'theirs'})")
    try:
        with served.source() as source:
            load_run(graph, source)
        remove_month(graph, "2025-11")
        assert graph.value("MATCH (:Ship)-[x:SAILS]->(:Port) RETURN count(x)") == 1
        with served.source(served.earlier) as source:
            load_run(graph, source)
        graph.write("MATCH (s:FraudgraphStore) REMOVE s:FraudgraphStore SET s:SetAside")
        before = size(graph)
        with served.source() as source, pytest.raises(GraphStoreError, match="did not make"):
            load_run(graph, source)
        assert size(graph) == before
    finally:
        graph.write("MATCH (s:SetAside) REMOVE s:SetAside SET s:FraudgraphStore")
        graph.write("MATCH (n) WHERE n:Ship OR n:Port DETACH DELETE n")


def test_shared_identifiers_are_codes_unless_unmasked(served: Served, graph: GraphStore) -> None:
    held = graph.rows("MATCH (i:Identifier) RETURN i.id AS id, i.name AS name")
    assert held
    assert all(len(row["id"].partition(":")[2]) == 16 for row in held)
    people = graph.rows("MATCH (p:Patient) RETURN p.name AS name LIMIT 50")
    assert all("*" in row["name"] for row in people if not row["name"].isdigit())
    with served.source(unmask=True) as source:
        plain = source.nodes(next(t for t in load_module.NODES if t.label == "Identifier"))
        assert any(len(name.partition(" ")[2]) > 6 for name in plain["name"].to_pylist())


def test_a_folder_that_is_no_run_is_refused(served: Served, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no complete run"):
        served.source(tmp_path)
    partial = tmp_path / "partial"
    shutil.copytree(served.out, partial)
    (partial / "meetings.parquet").unlink()
    with pytest.raises(UsageError, match=r"meetings\.parquet is not there"):
        served.source(partial)
