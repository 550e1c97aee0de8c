"""A run's results into the graph, in batches over Bolt: exactly once, resumable, visible all at once.

Each batch and the note that it was done are one transaction; a load that was killed goes on at the next batch.
What belongs to a run carries its stamp, and one small transaction at the end makes it the run that readers see.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from fraudgraph.errors import GraphStoreError, LockedError
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.model import (
    EDGES,
    ENTITY_LABELS,
    NODES,
    OUR_LABELS,
    EdgeTable,
    NodeTable,
    schema_statements,
)
from fraudgraph.graphdb.publish import publish, sweep
from fraudgraph.graphdb.source import RunSource
from fraudgraph.progress import NullProgress, Progress

__all__ = ["LoadSummary", "begin_run", "load_run", "make_schema", "refuse_foreign"]

_BATCH_ROWS = 20_000
MODEL_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary:
    """What a load did. Seconds are wall time; `created` counts nodes and relationships made by this call."""

    run: str
    month: str
    nodes: int
    relationships: int
    created: int
    left_out: int
    """Rows whose ends are not in the graph: 0 in sound data."""
    seconds: float
    way: str
    """bolt, offline, or none (it was all there)."""
    visible: bool
    """Whether readers now see this month (a later one stays in view otherwise)."""


def refuse_foreign(graph: GraphStore) -> None:
    """Stop before the first change where nodes with our labels stand that are not ours.

    Raises
    ------
    GraphStoreError
        If there are any; or if the graph was made by a newer program.
    """
    marks = graph.rows("MATCH (s:FraudgraphStore {key: 'model'}) RETURN s.version AS version")
    if marks:
        if int(marks[0]["version"]) > MODEL_VERSION:
            raise GraphStoreError(
                "The graph was loaded by a newer version of this program. Update the program, or load into another server.",
                "图数据由更新版本的程序加载。请升级本程序,或加载到其他服务器。",
            )
        return
    for label in OUR_LABELS:
        if graph.rows(f"MATCH (n:{label}) RETURN 1 AS found LIMIT 1"):
            raise GraphStoreError(
                f"This database holds {label} nodes that this program did not make. Nothing was touched; load into a server of its own (fraudgraph neo4j start).",
                f"该数据库中已有并非本程序生成的 {label} 节点。未作任何改动;请加载到独立的服务器(fraudgraph neo4j start)。",
            )


def make_schema(graph: GraphStore) -> None:
    """Constraints and indexes, waited for."""
    for statement in schema_statements():
        graph.write_unmanaged(statement)
    graph.write_unmanaged("CALL db.awaitIndexes(300)")
    graph.write("MERGE (s:FraudgraphStore {key: 'model'}) SET s.version = $version", version=MODEL_VERSION)


def begin_run(graph: GraphStore, source: RunSource) -> str:
    """Note that a run is being loaded; returns the state it had (loaded: nothing is left to do)."""
    graph.write(
        "MERGE (r:Run {key: $run}) ON CREATE SET r.state = 'loading', r.month = $month, r.run = $run, r.name = $month, "
        "r.published = false, r.program_version = $version, r.claim_count = $claims, r.unmasked = $unmasked",
        run=source.stamp, month=source.month, version=str(source.manifest.get("version", "")),
        claims=int(source.manifest["counts"]["claims_kept"]), unmasked=source.options.unmask,
    )  # fmt: skip
    return str(graph.value("MATCH (r:Run {key: $run}) RETURN r.state", run=source.stamp))


def load_run(
    graph: GraphStore, source: RunSource, *, show: bool | None = None, progress: Progress | None = None
) -> LoadSummary:
    """Load a run over Bolt and make it visible.

    Parameters
    ----------
    graph : GraphStore
        A server we may write to.
    source : RunSource
        The run's folder.
    show : bool, optional
        Make this the month that readers see; by default unless a later month is in view.
    progress : Progress, optional
        Told what is going on.

    Raises
    ------
    GraphStoreError
        If the server goes away or refuses; calling again goes on where it stopped.
    LockedError
        If another load of the same run is at work.
    """
    started = time.perf_counter()
    tell = progress or NullProgress()
    refuse_foreign(graph)
    make_schema(graph)
    created = left_out = nodes = relationships = 0
    state = begin_run(graph, source)
    if state != "loaded":
        for node_table in NODES:
            table = source.nodes(node_table)
            made, _ = _load_table(
                graph, source.stamp, node_table.label, _node_cypher(node_table, table), table, tell
            )
            created += made
            nodes += table.num_rows
        for edge_table in EDGES:
            table = source.edges(edge_table)
            made, lost = _load_table(
                graph, source.stamp, edge_table.name, _edge_cypher(edge_table, table), table, tell
            )
            created, left_out, relationships = created + made, left_out + lost, relationships + table.num_rows
    tell.stage("Making the month visible", "发布该月")
    visible = publish(graph, source.stamp, show=show)
    if state != "loaded":
        _refresh(graph, source, tell)
    sweep(graph)
    return LoadSummary(
        run=source.stamp, month=source.month, nodes=nodes, relationships=relationships, created=created, left_out=left_out,
        seconds=round(time.perf_counter() - started, 2), way="none" if state == "loaded" else "bolt", visible=visible,
    )  # fmt: skip


def _load_table(
    graph: GraphStore, run: str, step: str, cypher: str, table: pa.Table, tell: Progress
) -> tuple[int, int]:
    """Load the rows that are not in yet; returns how many elements were made and how many rows had no ends."""
    mark = f"{run}|{step}"
    found = graph.rows("MATCH (m:LoadMark {key: $mark}) RETURN m.rows AS rows", mark=mark)
    done = int(found[0]["rows"]) if found else 0
    tell.stage(step, step, total=table.num_rows)
    tell.advance(done)
    created = left_out = 0
    for start, rows in _batches(table, done):
        values = {"mark": mark, "run": run, "from": start, "to": start + len(rows), "rows": rows}
        with graph.session() as session:
            took, counters = session.execute_write(
                lambda tx, values=values: (  # type: ignore[misc]
                    (answer := tx.run(cypher, values)).single(strict=True)["took"],
                    answer.consume().counters,
                )
            )
        made = (
            counters.relationships_created if "-" in step else counters.nodes_created - (start == 0)
        )  # less the note
        created += made
        if "-" in step:
            left_out += len(rows) - took
        if took == 0 and not _is_done(graph, mark, start + len(rows)):
            raise LockedError(
                "Another load of this run is at work on the same server. Wait for it to end, then call again.",
                "同一服务器上正有另一个进程加载本批次。请待其结束后重试。",
            )
        tell.advance(len(rows))
    return created, left_out


def _is_done(graph: GraphStore, mark: str, rows: int) -> bool:
    return bool(graph.value("MATCH (m:LoadMark {key: $mark}) RETURN m.rows = $rows", mark=mark, rows=rows))


def _batches(table: pa.Table, done: int) -> Iterator[tuple[int, list[list[object]]]]:
    for start in range(done, table.num_rows, _BATCH_ROWS):
        columns = [column.to_pylist() for column in table.slice(start, _BATCH_ROWS).columns]
        yield start, [list(row) for row in zip(*columns, strict=True)]


_TAKE_TURN = (
    "MERGE (m:LoadMark {key: $mark}) ON CREATE SET m.rows = 0, m.run = $run SET m.turn = true "
    "WITH m WHERE m.rows = $from SET m.rows = $to WITH m UNWIND $rows AS r "
)
"""The first SET takes the lock; a second load (or a repeated commit) then finds the batch done and makes nothing."""


def _values(names: list[str], first: int) -> str:
    return ", ".join(f"{name}: r[{index}]" for index, name in enumerate(names, first))


def _node_cypher(table: NodeTable, rows: pa.Table) -> str:
    names = rows.column_names[1:]
    if table.stamped:
        create = f"CREATE (n:{table.label} {{key: r[0]}}) SET n += {{{_values(names, 1)}}}, n.run = $run"
    else:
        create = f"MERGE (n:{table.label} {{id: r[0]}}) ON CREATE SET n += {{{_values(names, 1)}}}"
    return f"{_TAKE_TURN}{create} RETURN count(*) AS took"


def _edge_cypher(table: EdgeTable, rows: pa.Table) -> str:
    keys = {table.start: "id" if table.start in ENTITY_LABELS else "key", table.end: "id" if table.end in ENTITY_LABELS else "key"}  # fmt: skip
    return (
        f"{_TAKE_TURN}MATCH (a:{table.start} {{{keys[table.start]}: r[0]}}) MATCH (b:{table.end} {{{keys[table.end]}: r[1]}}) "
        f"CREATE (a)-[x:{table.type}]->(b) SET x += {{{_values([*rows.column_names[2:]], 2)}}}, x.run = $run RETURN count(*) AS took"
    )


def _refresh(graph: GraphStore, source: RunSource, tell: Progress) -> None:
    """Names and other lasting facts of people and places that changed since they were first loaded."""
    for node_table in NODES:
        table = source.nodes(node_table) if not node_table.stamped else None
        if table is None or table.num_rows == 0:
            continue
        tell.stage(
            f"{node_table.label}: changed facts", f"{node_table.label}:更新变动信息", total=table.num_rows
        )
        names = table.column_names[1:]
        differs = " OR ".join(
            f"coalesce(n.{name} <> r[{i}], r[{i}] IS NOT NULL)" for i, name in enumerate(names, 1)
        )
        for _, rows in _batches(table, 0):
            graph.write(
                f"UNWIND $rows AS r MATCH (n:{node_table.label} {{id: r[0]}}) WHERE {differs} SET n += {{{_values(names, 1)}}}",
                rows=rows,
            )
            tell.advance(len(rows))
