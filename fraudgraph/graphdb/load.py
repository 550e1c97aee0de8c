"""A run's results into the graph, in batches over Bolt: exactly once, resumable, visible all at once.

Each batch and the note that it was done are one transaction; a load that was killed goes on at the next batch.
What belongs to a run carries its stamp, and one small transaction at the end makes it the run that readers see.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

import neo4j

from fraudgraph.errors import GraphStoreError, LockedError
from fraudgraph.graphdb.batches import Batch, ahead, batches_of, refreshing
from fraudgraph.graphdb.cases import tell_cases
from fraudgraph.graphdb.connection import GraphStore, as_text
from fraudgraph.graphdb.model import (
    ENTITY_LABELS,
    MADE_BY,
    STAMPED_LABELS,
    schema_statements,
    search_statements,
)
from fraudgraph.graphdb.publish import publish, sweep
from fraudgraph.graphdb.source import RunSource
from fraudgraph.progress import NullProgress, Progress

__all__ = ["LoadSummary", "begin_run", "load_run", "make_schema", "make_search", "refuse_foreign"]

MODEL_VERSION = 2


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
    """Stop before the first change where nodes with our labels stand that are not ours, loaded here before or not.

    Raises
    ------
    GraphStoreError
        If there are any; or if the graph was made by a newer program.
    """
    version = _version(graph)
    if version > MODEL_VERSION:
        raise GraphStoreError(
            "The graph was loaded by a newer version of this program. Update the program, or load into another server.",
            "图数据由更新版本的程序加载。请升级本程序，或加载到其他服务器。",
        )
    runs = [row["run"] for row in graph.rows("MATCH (r:Run) WHERE r.state IS NOT NULL RETURN r.key AS run")]
    ours = {
        **dict.fromkeys(ENTITY_LABELS, "n.made_by IS NOT NULL" if version != 1 else "n.id IS NOT NULL"),
        **dict.fromkeys((*STAMPED_LABELS, "LoadMark"), "n.run IN $runs"),
        "Run": "n.key IN $runs",
        "FraudgraphStore": "n.version IS NOT NULL",
    }
    for label, is_ours in ours.items():
        if graph.rows(
            f"MATCH (n:{label}) WHERE NOT coalesce({is_ours}, false) RETURN 1 AS found LIMIT 1", runs=runs
        ):
            raise GraphStoreError(
                f"This database holds {label} nodes that this program did not make. Nothing was touched; load into a server of its own (fraudgraph neo4j start).",
                f"该数据库中已有并非本程序生成的 {label} 节点。未作任何改动；请加载到独立的服务器（fraudgraph neo4j start）。",
            )


def _version(graph: GraphStore) -> int:
    marks = graph.rows("MATCH (s:FraudgraphStore {key: 'model'}) RETURN s.version AS version")
    return int(marks[0]["version"]) if marks else 0


def make_schema(graph: GraphStore) -> None:
    """Constraints and look-up indexes, waited for."""
    _make_indexes(graph, schema_statements())
    if (
        _version(graph) == 1
    ):  # whose people and places bore no mark; they were looked at before its first load
        for label in ENTITY_LABELS:
            graph.write_unmanaged(
                f"MATCH (n:{label}) WHERE n.made_by IS NULL CALL (n) {{ SET n.made_by = $by }} IN TRANSACTIONS OF 10000 ROWS",
                by=MADE_BY,
            )
    graph.write("MERGE (s:FraudgraphStore {key: 'model'}) SET s.version = $version", version=MODEL_VERSION)


def make_search(graph: GraphStore) -> None:
    """The index that finds people and places by a part of their name or id, waited for."""
    _make_indexes(graph, search_statements())


def _make_indexes(graph: GraphStore, statements: list[str]) -> None:
    """Make what is not there; an index of ours that failed (on a full disk) would stay so for ever, and is made anew."""
    for row in graph.rows(
        "SHOW INDEXES YIELD name, state, owningConstraint WHERE state = 'FAILED' AND name STARTS WITH 'fraudgraph_' "
        "RETURN name, owningConstraint IS NOT NULL AS is_constraint"
    ):
        graph.write_unmanaged(
            f"DROP {'CONSTRAINT' if row['is_constraint'] else 'INDEX'} {row['name']} IF EXISTS"
        )
    for statement in statements:
        graph.write_unmanaged(statement)
    graph.write_unmanaged("CALL db.awaitIndexes(600)")


def begin_run(graph: GraphStore, source: RunSource) -> str:
    """Note that a run is being loaded; returns the state it has (loading, imported or loaded)."""
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
    state = begin_run(graph, source)
    load = _Load(graph, source.stamp, tell)
    rows_are_in = state in ("loaded", "imported")  # imported: the import tool had done all but the last step
    if not rows_are_in:
        load.all_of(source)
    tell.stage("Making the month visible", "发布该月")
    make_search(graph)
    tell_cases(graph, source)
    visible = publish(graph, source.stamp, show=show)
    if not rows_are_in:
        load.refresh(source)
    sweep(graph)
    return LoadSummary(
        run=source.stamp, month=source.month, nodes=load.nodes, relationships=load.relationships, created=load.created, left_out=load.left_out,
        seconds=round(time.perf_counter() - started, 2), way="none" if rows_are_in else "bolt", visible=visible,
    )  # fmt: skip


class _Load:
    """One load at work: what it has done so far."""

    def __init__(self, graph: GraphStore, run: str, tell: Progress) -> None:
        self.graph, self.run, self.tell = graph, run, tell
        self.nodes = self.relationships = self.created = self.left_out = 0
        self._met_before: set[str] = set()
        """Labels of which the graph held people or places already: their facts may have changed."""

    def all_of(self, source: RunSource) -> None:
        """Load the rows that are not in yet, nodes first."""
        marks = self.graph.rows(
            "MATCH (m:LoadMark {run: $run}) RETURN m.step AS step, m.rows AS rows", run=self.run
        )
        done = {str(mark["step"]): int(mark["rows"]) for mark in marks}
        with closing(ahead(batches_of(source, done))) as batches:
            for batch in batches:
                if batch.opens:
                    self._open(batch, done.get(batch.step, 0))
                if batch.rows:
                    self._take(batch)
                self.tell.advance(len(batch.rows))

    def _open(self, batch: Batch, done: int) -> None:
        self.tell.stage(batch.step, batch.step, total=batch.total)
        self.tell.advance(done)
        if batch.is_line:
            self.relationships += batch.total
            return
        self.nodes += batch.total
        if done:
            self._met_before.add(batch.step)

    def _take(self, batch: Batch) -> None:
        mark = f"{self.run}|{batch.step}"
        upto = batch.first + len(batch.rows)
        values = {
            "mark": mark, "step": batch.step, "run": self.run, "from": batch.first, "to": upto, "rows": batch.rows, "dates": batch.dates,
        }  # fmt: skip
        with self.graph.session() as session:
            took, counters = session.execute_write(_run_batch, batch.cypher, values)
        if took == 0 and not self._is_done(mark, upto):
            raise LockedError(
                "Another load of this run is at work on the same server. Wait for it to end, then call again.",
                "同一服务器上正有另一个进程加载本批次。请待其结束后重试。",
            )
        if batch.is_line:
            self.created += counters.relationships_created
            self.left_out += len(batch.rows) - took
            return
        made = counters.nodes_created - (batch.first == 0)  # less the note
        self.created += made
        if made < len(batch.rows):
            self._met_before.add(batch.step)

    def _is_done(self, mark: str, rows: int) -> bool:
        return bool(
            self.graph.value("MATCH (m:LoadMark {key: $mark}) RETURN m.rows = $rows", mark=mark, rows=rows)
        )

    def refresh(self, source: RunSource) -> None:
        """Names and other lasting facts of people and places that the graph knew before, where they changed."""
        with closing(ahead(refreshing(source, self._met_before))) as batches:
            for batch in batches:
                if batch.opens:
                    self.tell.stage(
                        f"{batch.step}: changed facts", f"{batch.step}：更新变动信息", total=batch.total
                    )
                self.graph.write(batch.cypher, rows=batch.rows, dates=batch.dates)
                self.tell.advance(len(batch.rows))


def _run_batch(
    tx: neo4j.ManagedTransaction, cypher: str, values: dict[str, object]
) -> tuple[int, neo4j.SummaryCounters]:
    answer = tx.run(as_text(cypher), values)
    return int(answer.single(strict=True)["took"]), answer.consume().counters
