"""The only place that opens DuckDB. Other rooms run SQL on the store they are given.

A store is one DuckDB file in a folder, with Parquet written from it. Values enter SQL only as `$name` parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from fraudgraph.errors import StorageError

__all__ = ["Store", "quoted"]

DATABASE_NAME = "fraudgraph.duckdb"
_MACROS = Path(__file__).parent / "sql" / "macros_duckdb.sql"


def quoted(name: str) -> str:
    """An identifier safe to stand in SQL (identifiers can't be parameters; values never come this way)."""
    return '"' + name.replace('"', '""') + '"'


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
                    "TimeZone": "Asia/Shanghai",
                },
            )
        except (duckdb.Error, OSError) as problem:
            raise StorageError(
                f"The store in {folder} can't be opened: {problem}. Check the path, its permissions and the free disk space.",
                f"无法打开 {folder} 中的数据文件:{problem}。请检查路径、权限和磁盘空间。",
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
        for statement in _MACROS.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                self.con.execute(statement).fetchall()
