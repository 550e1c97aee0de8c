"""The only place that opens DuckDB. Other rooms run SQL on the store they are given.

A store is one DuckDB file in a folder, with Parquet written from it. Values enter SQL only as `$name` parameters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from fraudgraph.errors import StorageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LockedStore", "Store", "StoreTimeoutError", "parquet_reader", "quoted", "storage_problem"]

DATABASE_NAME = "fraudgraph.duckdb"
_DISK_WORDS = (
    "No space left",
    "Disk quota",
    "Could not write",
    "failed to write",
    "Permission denied",
    "Read-only",
)
_WORKING_TABLES = {
    "coded_claims", "place_pairs", "place_density", "place_days", "trips", "group_edges", "diagnosis_families", "explanation_marks",
    "group_places", "patient_totals", "at_places", "group_peers",
}  # fmt: skip
_MACROS = Path(__file__).parent / "sql" / "macros_duckdb.sql"


def quoted(name: str) -> str:
    """An identifier safe to stand in SQL (identifiers can't be parameters; values never come this way)."""
    return '"' + name.replace('"', '""') + '"'


def storage_problem(problem: BaseException, where: Path) -> StorageError | None:
    """What DuckDB says when the disk is full or closed to us, as our own error; None for anything else."""
    text = str(problem)
    if not isinstance(problem, duckdb.Error) or not any(word in text for word in _DISK_WORDS):
        return None
    first = text.splitlines()[0]
    return StorageError(
        f"The disk under {where} is full or can't be written: {first}. Nothing was left behind; free some space or choose another --out.",
        f"{where} 所在磁盘已满或不可写：{first}。未留下任何残余文件；请清理磁盘空间或换一个 --out。",
    )


@contextmanager
def parquet_reader() -> Iterator[Callable[[Path], list[dict[str, Any]]]]:
    """What gives the rows of a small Parquet file, in the file's order; a ValueError says why it can't be read.

    DuckDB is there for every look-up anyway; pyarrow and numpy, which it would bring along, take longer than the answer.
    """
    with duckdb.connect(":memory:", config={"threads": 1}) as con:

        def rows(path: Path) -> list[dict[str, Any]]:
            try:
                answer = con.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
                names = [column[0] for column in answer.description or ()]
                return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            except duckdb.Error as problem:
                raise ValueError(str(problem)) from None

        yield rows


class Store:
    """One run's tables.

    Parameters
    ----------
    folder : Path
        Where the DuckDB file lies; made with mode 0700 if missing.
    threads : int
        Threads DuckDB may use.
    memory_limit_gib : float
        Memory before DuckDB spills to `folder`, GiB.
    read_only : bool
        Open an existing store without the right to change it.

    Raises
    ------
    StorageError
        If the folder can't be made or the file can't be opened.
    """

    def __init__(
        self, folder: Path, *, threads: int = 2, memory_limit_gib: float = 3.0, read_only: bool = False
    ) -> None:
        self.folder = folder
        try:
            if not read_only:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.con = duckdb.connect(
                str(folder / DATABASE_NAME),
                read_only=read_only,
                config={
                    "threads": threads,
                    "memory_limit": f"{memory_limit_gib}GiB",
                    "temp_directory": str(folder / "spill.tmp"),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "preserve_insertion_order": False,
                },
            )
        except (duckdb.Error, OSError) as problem:
            raise StorageError(
                f"The store in {folder} can't be opened: {problem}. Check the path, its permissions and the free disk space.",
                f"无法打开 {folder} 中的数据文件：{problem}。请检查路径、权限和磁盘空间。",
            ) from None
        self._define_macros()
        if not read_only:
            (folder / DATABASE_NAME).chmod(0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self.con.close()

    def run(self, sql: str, **parameters: Any) -> None:
        """Run one or more statements for their effect."""
        self.con.execute(sql, parameters or None).fetchall()

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, for small answers."""
        return self.con.execute(sql, parameters or None).fetchall()

    def one(self, sql: str, **parameters: Any) -> tuple[Any, ...]:
        """The only row of a query."""
        (row,) = self.rows(sql, **parameters)
        return row

    def arrow(self, sql: str, **parameters: Any) -> pa.Table:
        """A query's answer as an Arrow table: columns, for numpy and scipy."""
        return self.con.sql(sql, params=parameters or None).to_arrow_table()

    def put(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table under a name, in place of what was there."""
        self.con.register("_incoming", table)
        try:
            self.run(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM _incoming")
        finally:
            self.con.unregister("_incoming")

    def borrow(self, folder: Path, tables: Iterable[str]) -> None:
        """See those of another store's tables that it has, under their own names, without the right to change them.

        Raises
        ------
        StorageError
            If the other store can't be opened.
        """
        path = str(folder / DATABASE_NAME).replace("'", "''")
        try:
            self.run(f"ATTACH '{path}' AS kept (READ_ONLY)")
        except duckdb.Error as problem:
            raise StorageError(
                f"The store in {folder} can't be opened: {str(problem).splitlines()[0]}. Give a folder that a run wrote and that no other program holds open.",
                f"无法打开 {folder} 中的数据文件：{str(problem).splitlines()[0]}。请指定运行写出的文件夹，并关闭占用它的其他程序。",
            ) from None
        there = {
            row[0] for row in self.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'")
        }
        for name in tables:
            if name in there:
                self.run(f"CREATE VIEW {quoted(name)} AS SELECT * FROM kept.{quoted(name)}")

    def has(self, table: str) -> bool:
        """Whether a table or view exists."""
        return bool(
            self.rows(
                "SELECT 1 FROM duckdb_tables() WHERE table_name = $name UNION ALL SELECT 1 FROM duckdb_views() WHERE view_name = $name LIMIT 1",
                name=table,
            )
        )

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.one(f"SELECT count(*) FROM {quoted(table)}")[0])

    def drop_working_tables(self) -> None:
        """Keep the claims and what later commands read; give the space of the rest back."""
        for (name,) in self.rows(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
        ):
            if name in _WORKING_TABLES:
                self.run(f"DROP TABLE {quoted(name)}")
        self.run("CHECKPOINT")

    def write_parquet(self, query: str, path: Path, parameters: Mapping[str, Any] | None = None) -> None:
        """Write a query (with its own ORDER BY) to Parquet: first beside, then renamed into place.

        One thread and a fixed row-group size, so that the same rows are the same bytes.
        """
        beside = path.with_name(path.name + ".tmp")
        table = self.con.sql(query, params=dict(parameters or {}) or None).to_arrow_table()
        import pyarrow.parquet as pq  # noqa: PLC0415  # 60 ms that most commands don't need

        pq.write_table(table, beside, compression="zstd", row_group_size=122_880)
        beside.chmod(0o600)
        beside.replace(path)

    def _define_macros(self) -> None:
        _define_macros(self.con)

    @contextmanager
    def guarded(self, seconds: float | None = None) -> Iterator[None]:
        """Run the block's queries so that one that fails or takes too long can be told apart and passed over.

        Raises
        ------
        StoreTimeoutError
            If a query was still at work after `seconds`.
        ValueError
            If the database refused a query; the text says why.
        StorageError
            If the disk is full or can't be written.
        """
        try:
            with _time_limit(self.con, seconds):
                yield
        except duckdb.IOException as problem:
            raise StorageError(
                f"The store in {self.folder} can't be written: {problem}. Check the free disk space and the permissions.",
                f"无法写入 {self.folder} 中的数据文件：{problem}。请检查磁盘空间和权限。",
            ) from None
        except duckdb.Error as problem:
            raise ValueError(str(problem)) from None


class StoreTimeoutError(Exception):
    """A query was stopped because it reached its time limit."""


class LockedStore:
    """A DuckDB that can only answer questions, for SQL that somebody else wrote.

    No files, no network, no extensions, no settings, no Python variables; what is attached is read-only. `ask`
    puts the text inside a sub-query, so that it can be nothing but one SELECT.

    Parameters
    ----------
    statements : iterable of str
        Run before the door is locked, such as CREATE TABLE or CREATE VIEW.
    database : Path, optional
        A DuckDB file to attach read-only as `kept`.
    spill : Path, optional
        Where queries larger than memory may go on disk; without it they stop at the memory limit.
    """

    def __init__(
        self,
        statements: Iterable[str],
        *,
        database: Path | None = None,
        spill: Path | None = None,
        threads: int = 1,
        memory_limit_gib: float = 1.0,
    ) -> None:
        config: dict[str, Any] = {
            "threads": threads,
            "memory_limit": f"{memory_limit_gib}GiB",
            "temp_directory": str(spill) if spill is not None else "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "preserve_insertion_order": False,
        }
        self.con = duckdb.connect(":memory:", config=config)
        if database is not None:
            path = str(database).replace("'", "''")
            self.con.execute(f"ATTACH '{path}' AS kept (READ_ONLY)").fetchall()
        _define_macros(self.con)
        for statement in (
            *statements,
            "SET TimeZone = 'Asia/Shanghai'",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self.con.execute(statement).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def statements(self, sql: str) -> list[str]:
        """The kinds of statement that a text holds, such as ["SELECT"]; a ValueError says why it can't be parsed."""
        try:
            return [str(statement.type).rpartition(".")[2] for statement in self.con.extract_statements(sql)]
        except duckdb.Error as problem:
            raise ValueError(str(problem)) from None

    def columns(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Names and types of a SELECT's columns; a ValueError says why it can't run."""
        try:
            described = self.con.execute(
                f"DESCRIBE SELECT * FROM ({sql}\n) AS asked", dict(parameters) or None
            )
            return [(str(row[0]), str(row[1])) for row in described.fetchall()]  # bound, never run
        except duckdb.Error as problem:
            raise ValueError(str(problem)) from None

    def ask(self, sql: str, parameters: Mapping[str, Any], *, seconds: float | None = None) -> pa.Table:
        """The answer to a SELECT as an Arrow table; a ValueError says why it can't run.

        Raises
        ------
        StoreTimeoutError
            If it took longer than `seconds`.
        """
        try:
            with _time_limit(self.con, seconds):
                asked = self.con.sql(f"SELECT * FROM ({sql}\n) AS asked", params=dict(parameters) or None)
                return asked.to_arrow_table()
        except duckdb.Error as problem:
            raise ValueError(str(problem)) from None


@contextmanager
def _time_limit(con: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, con.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        raise StoreTimeoutError(f"stopped after {seconds:g} s") from None
    finally:
        timer.cancel()


def _define_macros(con: duckdb.DuckDBPyConnection) -> None:
    for statement in _MACROS.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            con.execute(statement).fetchall()
