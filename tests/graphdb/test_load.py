"""Loading: once and exactly, resumable anywhere, one month visible at a time, what is not ours left alone."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.casework.verdicts import Verdict, add_verdicts
from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.graphdb import batches
from fraudgraph.graphdb import load as load_module
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.job import load_out
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.model import EDGES, NODES
from fraudgraph.graphdb.publish import loaded_runs, remove_month
from fraudgraph.graphdb.questions import ask
from fraudgraph.progress import NullProgress
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
        expected = {table.label: source.nodes(table).num_rows for table in NODES if table.stamped}
        lines = {table.name: source.edges(table).num_rows for table in EDGES}
    run = graph.value("MATCH (r:Published) RETURN r.key")
    found = {
        label: graph.value(f"MATCH (n:{label} {{run: $run}}) RETURN count(n)", run=run) for label in expected
    }
    assert found == expected
    per_table = {
        table.name: graph.value(
            f"MATCH (:{table.start})-[x:{table.type} {{run: $run}}]->(:{table.end}) RETURN count(x)", run=run
        )
        for table in EDGES
    }
    assert per_table == lines


class KilledError(Exception):
    """Stands for the end of the process."""


def test_a_load_killed_anywhere_goes_on_and_nobody_sees_half_a_month(
    served: Served, graph: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = size(graph)
    shown = [row["ring_id"] for row in ask(graph, "rings_of_the_month")]
    monkeypatch.setattr(batches, "_BATCH_ROWS", 1500)
    plain, left = load_module._run_batch, 0

    def dies(*given: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError
        return plain(*given)  # type: ignore[arg-type]

    with served.source(all_claims=True) as source:  # other options: another stamp of the same month
        for batches_before_the_end in (3, 30):
            left = batches_before_the_end
            with monkeypatch.context() as broken:
                broken.setattr(load_module, "_run_batch", dies)
                with pytest.raises(KilledError):
                    load_run(graph, source)
            assert [row["ring_id"] for row in ask(graph, "rings_of_the_month")] == shown
        done = load_run(graph, source)
        assert done.created > 0 and done.left_out == 0
        assert (
            graph.value("MATCH (c:Claim {run: $run}) RETURN count(c)", run=source.stamp)
            == source.nodes(next(t for t in NODES if t.label == "Claim")).num_rows
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


NODES_OF = "MATCH (n {run: $run}) WHERE NOT n:LoadMark RETURN labels(n) AS l, properties(n) AS p ORDER BY coalesce(n.key, '')"
LINES_OF = (
    "MATCH (a)-[x]->(b) WHERE x.run = $run RETURN coalesce(a.key, a.id) AS a, type(x) AS t, properties(x) AS p, "
    "coalesce(b.key, b.id) AS b ORDER BY t, a, b"
)


def content(graph: GraphStore, run: str) -> list[dict[str, Any]]:
    """All that belongs to a run, but the time it was loaded at."""
    rows = graph.rows(NODES_OF, run=run) + graph.rows(LINES_OF, run=run)
    for row in rows:
        row["p"].pop("loaded_at", None)
    return rows


def test_an_earlier_month_loaded_later_is_what_the_import_tool_made_and_does_not_displace_the_one_in_view(
    served: Served, graph: GraphStore
) -> None:
    with served.source(served.earlier) as source:
        imported = content(graph, source.stamp)
        remove_month(graph, "2025-11")
        assert content(graph, source.stamp) == []
        done = load_run(graph, source)
        assert (done.way, done.visible, done.left_out) == ("bolt", False, 0)
        assert content(graph, source.stamp) == imported and len(imported) > 1000
    assert graph.value("MATCH (r:Published) RETURN r.month") == "2025-12"


def test_an_import_that_ended_before_its_last_step_is_not_loaded_again(
    served: Served, graph: GraphStore
) -> None:
    with served.source(served.earlier) as source:
        before = content(graph, source.stamp)
        graph.write("MATCH (r:Run {key: $run}) SET r.state = 'imported' REMOVE r.loaded_at", run=source.stamp)
        assert load_run(graph, source).created == 0
        assert content(graph, source.stamp) == before


def test_the_import_tool_is_only_for_an_empty_store(served: Served) -> None:
    server = served.server
    assert not server.places.import_mark.exists()
    with pytest.raises(UsageError, match="only for an empty store"):
        load_out(served.out, server=server, places=server.places, way="offline", progress=NullProgress())


def test_what_is_not_ours_is_never_touched(served: Served, graph: GraphStore) -> None:
    graph.write("CREATE (:Ship {name: 'theirs'})-[:SAILS]->(:Port {name: 'theirs'})")
    try:
        with served.source() as source:
            load_run(graph, source)
        remove_month(graph, "2025-11")
        assert graph.value("MATCH (:Ship)-[x:SAILS]->(:Port) RETURN count(x)") == 1
        with served.source(served.earlier) as source:
            load_run(graph, source)
    finally:
        graph.write("MATCH (n) WHERE n:Ship OR n:Port DETACH DELETE n")


@pytest.mark.parametrize(
    "theirs",
    ["Patient {id: '1', name: 'theirs'}", "Ring {id: 'theirs'}", "Claim {run: 'theirs'}", "Run {key: 'x'}"],
)
def test_nodes_of_others_under_our_labels_are_refused_also_after_a_load(
    served: Served, graph: GraphStore, theirs: str
) -> None:
    graph.write(f"CREATE (n:{theirs}) SET n:Theirs")
    try:
        before = size(graph)
        with (
            served.source(all_claims=True) as source,
            pytest.raises(GraphStoreError, match=theirs.split(maxsplit=1)[0]),
        ):
            load_run(graph, source)
        assert size(graph) == before
    finally:
        graph.write("MATCH (n:Theirs) DETACH DELETE n")
    with served.source() as source:
        assert load_run(graph, source).created == 0, "without them it goes on"


def test_a_graph_of_the_version_before_marks_is_taken_for_ours(served: Served, graph: GraphStore) -> None:
    graph.write("MATCH (n) WHERE n.made_by IS NOT NULL REMOVE n.made_by")
    graph.write("MATCH (s:FraudgraphStore) SET s.version = 1")
    with served.source() as source:
        load_run(graph, source)
    assert (
        graph.value("MATCH (n:Patient|Facility|Item|Identifier) WHERE n.made_by IS NULL RETURN count(n)") == 0
    )


def test_a_verdict_given_after_the_load_is_on_the_rings_card_at_the_next_one(
    served: Served, graph: GraphStore, tmp_path: Path
) -> None:
    (tmp_path / "fraudgraph.toml").write_text("", encoding="utf-8")
    (tmp_path / "months").mkdir()
    (tmp_path / "months" / "2025-12").symlink_to(served.out)
    said = Verdict(
        ring_id="2025-12-001",
        verdict="confirmed",
        by="A. Clerk",
        on=date(2026, 1, 5),
        reason="住址核对，电话 13912345678",
    )
    (tmp_path / "casework").mkdir()
    add_verdicts(tmp_path / "casework", [said])
    with served.source(tmp_path / "months" / "2025-12") as source:
        assert load_run(graph, source).created == 0
    rings = {row["ring_id"]: row for row in ask(graph, "rings_in_numbers")}
    told = rings["2025-12-001"]
    assert (told["verdict"], told["verdict_zh"], told["status_zh"]) == ("confirmed", "查实", "新发现")
    assert told["note"] == "住址核对，电话 139****5678"
    assert rings["2025-12-002"]["verdict"] is None
    card = graph.value("MATCH (:Published)<-[:PART_OF]-(r:Ring {id: '2025-12-001'}) RETURN r.verdict_by")
    assert card == "A. Clerk"


def test_evidence_names_places_beside_their_numbers(graph: GraphStore) -> None:
    found = graph.rows(
        "MATCH (:Published)<-[:PART_OF]-(r:Ring)-[:SHOWN_BY]->(e:Evidence), (r)<-[:MEMBER_OF]-(p:Facility|Pharmacy) "
        "WHERE e.sentence_zh CONTAINS p.id RETURN e.sentence_zh AS zh, e.sentence_en AS en, p.id AS id, p.name AS name"
    )
    assert found
    assert all(f"{row['name']} ({row['id']})" in row["zh"] for row in found)
    assert all(f"{row['name']} ({row['id']})" in row["en"] for row in found)


def test_shared_identifiers_are_codes_unless_unmasked(served: Served, graph: GraphStore) -> None:
    held = graph.rows("MATCH (i:Identifier) RETURN i.id AS id, i.name AS name")
    assert held
    assert all(len(row["id"].partition(":")[2]) == 16 for row in held)
    people = graph.rows("MATCH (p:Patient) RETURN p.name AS name LIMIT 50")
    assert all("*" in row["name"] for row in people if not row["name"].isdigit())
    with served.source(unmask=True) as source:
        plain = source.nodes(next(t for t in NODES if t.label == "Identifier"))
        assert any(len(name.partition(" ")[2]) > 6 for name in plain["name"].to_pylist())


def test_a_folder_that_is_no_run_is_refused(served: Served, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no complete run"):
        served.source(tmp_path)
    partial = tmp_path / "partial"
    shutil.copytree(served.out, partial)
    (partial / "meetings.parquet").unlink()
    with pytest.raises(UsageError, match=r"meetings\.parquet is not there"):
        served.source(partial)
