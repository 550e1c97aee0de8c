"""The big first load: Neo4j's own import tool, into an empty store of the local server that is stopped meanwhile."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fraudgraph.errors import StorageError
from fraudgraph.graphdb.cases import tell_cases
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.jars import cache_folder
from fraudgraph.graphdb.java import find_java
from fraudgraph.graphdb.load import MODEL_VERSION, LoadSummary, make_schema, make_search
from fraudgraph.graphdb.model import EDGES, MADE_BY, NODES, EdgeTable
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
        files = _write_tables(source, folder, progress)
        facts = server.facts
        server.stop()
        progress.stage("Importing", "离线导入")
        program = Program(find_java(Path(facts.java) if facts.java else None), cache_folder(), server.places)
        server.places.import_mark.touch()
        program.administer(
            "database", "import", "full", "neo4j", "--overwrite-destination", "--id-type=actual",
            "--array-delimiter=U+001F", "--bad-tolerance=0", f"--report-file={folder / 'report.txt'}", *files.words,
        )  # fmt: skip
        server.places.import_mark.unlink()
        server.start(program, read_only=facts.read_only, progress=progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with server.open_graph() as graph:
        progress.stage("Indexes", "建立索引")
        make_schema(graph)
        make_search(graph)
        tell_cases(graph, source)
        visible = publish(graph, source.stamp, show=show)
    return LoadSummary(
        run=source.stamp, month=source.month, nodes=files.nodes, relationships=files.lines, created=files.nodes + files.lines, left_out=files.left_out,
        seconds=round(time.perf_counter() - started, 2), way="offline", visible=visible,
    )  # fmt: skip


class _Files:
    """The import tool's CSV files: nodes numbered through, relationships naming their ends by number.

    With numbers the tool needs no dictionary of ids; files are written while the next query runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words: list[str] = []
        self.nodes = self.lines = self.left_out = 0
        self._keys: dict[str, tuple[int, pa.Array]] = {}
        self._writer = ThreadPoolExecutor(1)
        self._waiting: list[Future[None]] = []

    def add_nodes(self, label: str, table: pa.Table) -> None:
        """Nodes of a label; the first column is their key."""
        first = sum(len(keys) for _, keys in self._keys.values())
        self._keys[label] = (first, table.column(0).combine_chunks())
        numbers = pa.array(range(first, first + table.num_rows), pa.int64())
        self._write(f"--nodes={label}", f"node-{label}", [":ID", *_typed(table)], [numbers, *table.columns])

    def add_lines(self, table: EdgeTable, rows: pa.Table) -> None:
        """Relationships; the first two columns are the keys of their ends."""
        start, end = (
            self._numbers(label, rows.column(i)) for i, label in enumerate((table.start, table.end))
        )
        header = [":START_ID", ":END_ID", *_typed(rows.select(range(2, rows.num_columns)))]
        numbered = rows.set_column(0, "start", start).set_column(1, "end", end)
        if start.null_count or end.null_count:
            numbered = numbered.filter(pc.and_(pc.is_valid(start), pc.is_valid(end)))
        self.lines += numbered.num_rows
        self.left_out += rows.num_rows - numbered.num_rows
        self._write(f"--relationships={table.type}", f"line-{table.name}", header, numbered.columns)

    def _numbers(self, label: str, keys: pa.ChunkedArray) -> pa.ChunkedArray:
        first, known = self._keys[label]
        return pc.add(pc.cast(pc.index_in(keys, value_set=known), pa.int64()), first)

    def _write(self, word: str, name: str, header: list[str], columns: list[Any]) -> None:
        names, rows = self.folder / f"{name}.head.csv", self.folder / f"{name}.csv"
        names.write_text(",".join(header) + "\n", encoding="utf-8")
        self.words.append(f"{word}={names},{rows}")
        if len(self._waiting) > 1:
            self._waiting[-2].result()  # so that no more than two tables are held
        self._waiting.append(self._writer.submit(_write_csv, rows, columns))

    def close(self) -> None:
        """Wait until all is written."""
        try:
            for one in self._waiting:
                one.result()
        finally:
            self._writer.shutdown()


def _write_csv(path: Path, columns: list[Any]) -> None:
    table = pa.table([_as_text(column) for column in columns], names=[str(i) for i in range(len(columns))])
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(include_header=False))


def _write_tables(source: RunSource, folder: Path, progress: Progress) -> _Files:
    files = _Files(folder)
    try:
        files.add_nodes("Run", _run_row(source))
        files.add_nodes(
            "FraudgraphStore", pa.table({"key": ["model"], "version": pa.array([MODEL_VERSION], pa.int64())})
        )
        for node_table in NODES:
            progress.stage(f"Writing {node_table.label}", f"写出 {node_table.label}")
            table = source.nodes(node_table)
            table = table.rename_columns([node_table.key, *table.column_names[1:]])
            files.nodes += table.num_rows
            files.add_nodes(node_table.label, _stamped(table, source) if node_table.stamped else _ours(table))
        for edge_table in EDGES:
            progress.stage(f"Writing {edge_table.name}", f"写出 {edge_table.name}")
            files.add_lines(edge_table, _stamped(source.edges(edge_table), source))
        files.close()
    except OSError as problem:
        raise StorageError(
            f"The import files can't be written to {folder}: {problem.strerror or problem}. Free some space, or load with --way bolt.",
            f"无法将导入文件写入 {folder}：{problem.strerror or problem}。请清理空间，或用 --way bolt 加载。",
        ) from None
    return files


def _ours(table: pa.Table) -> pa.Table:
    return table.append_column("made_by", pa.repeat(MADE_BY, table.num_rows))


def _stamped(table: pa.Table, source: RunSource) -> pa.Table:
    return table.append_column("run", pa.repeat(source.stamp, table.num_rows))


def _run_row(source: RunSource) -> pa.Table:
    return pa.table(
        {
            "key": [source.stamp], "run": [source.stamp], "name": [source.month], "month": [source.month], "state": ["imported"], "published": [False],
            "program_version": [str(source.manifest.get("version", ""))], "claim_count": pa.array([source.manifest["counts"]["claims_kept"]], pa.int64()),
            "unmasked": [source.options.unmask],
        }
    )  # fmt: skip


def _typed(table: pa.Table) -> list[str]:
    header = []
    for field in table.schema:
        if pa.types.is_list(field.type):
            header.append(f"{field.name}:string[]")
        elif pa.types.is_timestamp(field.type):
            header.append(f"{field.name}:localdatetime")
        else:
            header.append(f"{field.name}:{_TYPES.get(str(field.type), 'string')}")
    return header


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists and times in the import tool's own writing, a text on one line; everything else as CSV has it."""
    if pa.types.is_list(column.type):
        return pc.binary_join(column, _LIST_MARK)
    if pa.types.is_timestamp(column.type):
        return pc.strftime(pc.cast(column, pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_string(column.type) and pc.any(pc.match_substring_regex(column, "[\r\n]")).as_py():
        return pc.replace_substring_regex(column, r"[\r\n]+", " ")
    return column
