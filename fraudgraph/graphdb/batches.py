"""A run's tables cut into batches for the server, each with its Cypher; made ready while the server is busy."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from queue import Full, Queue

import pyarrow as pa
import pyarrow.compute as pc

from fraudgraph.graphdb.model import EDGES, ENTITY_LABELS, MADE_BY, NODES, EdgeTable, NodeTable
from fraudgraph.graphdb.source import RunSource

__all__ = ["Batch", "ahead", "batches_of", "refreshing"]

_BATCH_ROWS = 20_000
_READY = 2
"""So many batches wait for the server: enough that neither waits for the other, few enough for memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows for one transaction. `opens`: the first batch of its table that this call looks at (it may have no rows)."""

    step: str
    is_line: bool
    cypher: str
    total: int
    first: int
    rows: list[list[object]]
    dates: list[object]
    """Every day that the rows speak of: rows name it by its place here, because to pack a date takes as long as a row."""
    opens: bool


def batches_of(source: RunSource, done: dict[str, int]) -> Iterator[Batch]:
    """Every table's rows that are not in yet: nodes before relationships."""
    for node_table in NODES:
        rows = source.nodes(node_table)
        yield from _cut(node_table.label, _node_cypher(node_table, rows), rows, done.get(node_table.label, 0))
    for edge_table in EDGES:
        rows = source.edges(edge_table)
        yield from _cut(edge_table.name, _edge_cypher(edge_table, rows), rows, done.get(edge_table.name, 0))


def refreshing(source: RunSource, labels: set[str]) -> Iterator[Batch]:
    """People and places whose facts may have changed since an earlier run brought them."""
    for node_table in NODES:
        if node_table.stamped or node_table.label not in labels:
            continue
        rows = source.nodes(node_table)
        _, *others = _read(rows).items()
        differs = " OR ".join(f"coalesce(n.{name} <> {value}, {value} IS NOT NULL)" for name, value in others)
        sets = ", ".join(f"n.{name} = {value}" for name, value in others)
        cypher = f"UNWIND $rows AS r MATCH (n:{node_table.label} {{id: r[0]}}) WHERE {differs} SET {sets}"
        yield from _cut(node_table.label, cypher, rows, 0)


def _cut(step: str, cypher: str, table: pa.Table, done: int) -> Iterator[Batch]:
    for first in range(done, max(table.num_rows, done + 1), _BATCH_ROWS):
        rows, dates = _plain(table.slice(first, _BATCH_ROWS))
        yield Batch(
            step=step, is_line="-" in step, cypher=cypher, total=table.num_rows, first=first, rows=rows, dates=dates,
            opens=first == done,
        )  # fmt: skip


def _plain(table: pa.Table) -> tuple[list[list[object]], list[object]]:
    columns: list[list[object]] = []
    dates: list[object] = []
    for column in table.columns:
        if not pa.types.is_date(column.type):
            columns.append(column.to_pylist())
            continue
        coded = column.combine_chunks().dictionary_encode()
        columns.append(pc.add(coded.indices, len(dates)).to_pylist())
        dates += coded.dictionary.to_pylist()
    return [list(row) for row in zip(*columns, strict=True)], dates


_TAKE_TURN = (
    "MERGE (m:LoadMark {key: $mark}) ON CREATE SET m.rows = 0, m.run = $run, m.step = $step SET m.turn = true "
    "WITH m WHERE m.rows = $from SET m.rows = $to WITH m UNWIND $rows AS r "
)
"""The first SET takes the lock; a second load (or a repeated commit) then finds the batch done and makes nothing."""


def _read(rows: pa.Table) -> dict[str, str]:
    """How Cypher reads each column of a row."""
    return {
        field.name: f"$dates[r[{index}]]" if pa.types.is_date(field.type) else f"r[{index}]"
        for index, field in enumerate(rows.schema)
    }


def _map(read: dict[str, str]) -> str:
    return ", ".join([*(f"{name}: {value}" for name, value in read.items()), "run: $run"])


def _node_cypher(table: NodeTable, rows: pa.Table) -> str:
    _, *others = _read(rows).items()
    if table.stamped:
        create = f"CREATE (n:{table.label} {{key: r[0], {_map(dict(others))}}})"
    else:
        sets = ", ".join([f"n.made_by = '{MADE_BY}'", *(f"n.{name} = {value}" for name, value in others)])
        create = f"MERGE (n:{table.label} {{id: r[0]}}) ON CREATE SET {sets}"
    return f"{_TAKE_TURN}{create} RETURN count(*) AS took"


def _edge_cypher(table: EdgeTable, rows: pa.Table) -> str:
    start, end = ("id" if label in ENTITY_LABELS else "key" for label in (table.start, table.end))
    _, _, *others = _read(rows).items()
    return (
        f"{_TAKE_TURN}MATCH (a:{table.start} {{{start}: r[0]}}) MATCH (b:{table.end} {{{end}: r[1]}}) "
        f"CREATE (a)-[x:{table.type} {{{_map(dict(others))}}}]->(b) RETURN count(*) AS took"
    )


def ahead(batches: Iterator[Batch]) -> Generator[Batch]:
    """The same batches, made ready by a second thread: queries and packing go on while the server writes."""
    ready: Queue[Batch | BaseException | None] = Queue(_READY)
    stopped = threading.Event()

    def put(item: Batch | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.2)
                return
            except Full:
                continue

    def make() -> None:
        try:
            for batch in batches:
                put(batch)
                if stopped.is_set():
                    return
            put(None)
        except BaseException as problem:  # it is raised where the batches are used
            put(problem)

    maker = threading.Thread(target=make, name="fraudgraph-batches", daemon=True)
    maker.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        maker.join()
