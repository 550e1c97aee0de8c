"""The big first load: Neo4j's own import tool, into an empty store of the local server that is stopped meanwhile."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fraudgraph.errors import StorageError
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.jars import cache_folder
from fraudgraph.graphdb.java import find_java
from fraudgraph.graphdb.load import MODEL_VERSION, LoadSummary, make_schema, make_search
from fraudgraph.graphdb.model import EDGES, NODES
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.publish import publish
from fraudgraph.graphdb.server import LocalServer
from fraudgraph.graphdb.source import RunSource
from fraudgraph.progress import Progress

__all__ = ["import_offline", "is_empty", "worth_offline"]

_WORTH_CLAIMS = 500_000
"""From so many claims on the import tool wins over Bolt in spite of stopping and starting the server."""
_LIST_MARK = "\x1f"
_TYPES = {
    "int32": "int",
    "int64": "long",
    "double": "double",
    "bool": "boolean",
    "string": "string",
    "date32[day]": "date",
}


def is_empty(graph: GraphStore) -> bool:
    """Whether the store holds nothing at all, ours or anybody's."""
    return not graph.rows("MATCH (n) RETURN 1 AS found LIMIT 1")


def worth_offline(source: RunSource) -> bool:
    """Whether a first load of this run is large enough for the import tool."""
    return int(source.manifest["counts"]["claims_kept"]) >= _WORTH_CLAIMS


def import_offline(
    server: LocalServer, source: RunSource, *, show: bool | None = None, progress: Progress
) -> LoadSummary:
    """Write the graph as CSV, stop the server, import, start it again and make the month visible.

    The store must be empty (`is_empty`). After a failure the same command may be given again: an import that was
    cut short is begun anew, one that was over only needs its indexes.
    """
    started = time.perf_counter()
    folder = server.places.home / "import"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        words, nodes, lines = _write_tables(source, folder, progress)
        facts = server.facts
        server.stop()
        progress.stage("Importing", "离线导入")
        program = Program(find_java(Path(facts.java) if facts.java else None), cache_folder(), server.places)
        server.places.import_mark.touch()
        program.administer(
            "database", "import", "full", "neo4j", "--overwrite-destination", "--array-delimiter=U+001F",
            "--multiline-fields=true", "--bad-tolerance=0", f"--report-file={folder / 'report.txt'}", *words,
        )  # fmt: skip
        server.places.import_mark.unlink()
        server.start(program, read_only=facts.read_only, progress=progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with server.open_graph() as graph:
        progress.stage("Indexes", "建立索引")
        make_schema(graph)
        make_search(graph)
        visible = publish(graph, source.stamp, show=show)
    return LoadSummary(
        run=source.stamp, month=source.month, nodes=nodes, relationships=lines, created=nodes + lines, left_out=0,
        seconds=round(time.perf_counter() - started, 2), way="offline", visible=visible,
    )  # fmt: skip


def _write_tables(source: RunSource, folder: Path, progress: Progress) -> tuple[list[str], int, int]:
    words, node_count, line_count = _run_words(source, folder), 0, 0
    for node_table in NODES:
        progress.stage(f"Writing {node_table.label}", f"写出 {node_table.label}")
        table = source.nodes(node_table)
        node_count += table.num_rows
        header = [f"{node_table.key}:ID({node_table.label})", *_typed(table, 1)]
        if node_table.stamped:
            table = table.append_column("run", pa.repeat(source.stamp, table.num_rows))
            header.append("run:string")
        words.append(
            f"--nodes={node_table.label}={_write(folder / f'node-{node_table.label}', header, table)}"
        )
    for edge_table in EDGES:
        progress.stage(f"Writing {edge_table.name}", f"写出 {edge_table.name}")
        table = source.edges(edge_table)
        line_count += table.num_rows
        header = [
            f":START_ID({edge_table.start})",
            f":END_ID({edge_table.end})",
            *_typed(table, 2),
            "run:string",
        ]
        table = table.append_column("run", pa.repeat(source.stamp, table.num_rows))
        words.append(
            f"--relationships={edge_table.type}={_write(folder / f'line-{edge_table.name}', header, table)}"
        )
    return words, node_count, line_count


def _run_words(source: RunSource, folder: Path) -> list[str]:
    run = pa.table(
        {
            "key": [source.stamp], "run": [source.stamp], "name": [source.month], "month": [source.month], "state": ["imported"], "published": [False],
            "program_version": [str(source.manifest.get("version", ""))], "claim_count": pa.array([source.manifest["counts"]["claims_kept"]], pa.int64()),
            "unmasked": [source.options.unmask],
        }
    )  # fmt: skip
    model = pa.table({"key": ["model"], "version": pa.array([MODEL_VERSION], pa.int64())})
    return [
        f"--nodes=Run={_write(folder / 'node-Run', ['key:ID(Run)', *_typed(run, 1)], run)}",
        f"--nodes=FraudgraphStore={_write(folder / 'node-Store', ['key:ID(FraudgraphStore)', *_typed(model, 1)], model)}",
    ]


def _typed(table: pa.Table, first: int) -> list[str]:
    header = []
    for field in list(table.schema)[first:]:
        if pa.types.is_list(field.type):
            header.append(f"{field.name}:string[]")
        elif pa.types.is_timestamp(field.type):
            header.append(f"{field.name}:localdatetime")
        else:
            header.append(f"{field.name}:{_TYPES.get(str(field.type), 'string')}")
    return header


def _write(stem: Path, header: list[str], table: pa.Table) -> str:
    """Header and data as two CSV files; returns what the import tool calls the pair."""
    columns = [_as_text(column) for column in table.columns]
    names, rows = stem.with_suffix(".head.csv"), stem.with_suffix(".csv")
    try:
        names.write_text(",".join(header) + "\n", encoding="utf-8")
        pa_csv.write_csv(
            pa.table(columns, names=[str(i) for i in range(len(columns))]),
            rows,
            pa_csv.WriteOptions(include_header=False),
        )
    except OSError as problem:
        raise StorageError(
            f"The import files can't be written to {stem.parent}: {problem.strerror or problem}. Free some space, or load with --way bolt.",
            f"无法将导入文件写入 {stem.parent}:{problem.strerror or problem}。请清理空间，或用 --way bolt 加载。",
        ) from None
    return f"{names},{rows}"


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists and times in the import tool's own writing; everything else as CSV has it."""
    if pa.types.is_list(column.type):
        return pc.binary_join(column, _LIST_MARK)
    if pa.types.is_timestamp(column.type):
        return pc.strftime(pc.cast(column, pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%S")
    return column
