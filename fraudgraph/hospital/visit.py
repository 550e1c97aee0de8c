"""The folder of a visit: its database, what was taken in, and the way out again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudgraph.errors import UsageError
from fraudgraph.hospital.tables import create_sql, site_tables
from fraudgraph.store import Store, quoted

__all__ = ["MARK", "forget", "made_visit", "open_visit"]

MARK = "visit.json"
"""The file that says that a folder is a visit's."""
_BOOKS = (
    "CREATE TABLE IF NOT EXISTS taken (file VARCHAR, sha256 VARCHAR, size BIGINT, side VARCHAR, sheet VARCHAR, table_name VARCHAR, "
    "nearest VARCHAR, missing VARCHAR, columns VARCHAR, unknown VARCHAR, rows_read BIGINT, rows_taken BIGINT, rows_set_aside BIGINT, "
    "yuan_read DECIMAL(18,2), yuan_taken DECIMAL(18,2), yuan_set_aside DECIMAL(18,2))",
    "CREATE TABLE IF NOT EXISTS set_aside (table_name VARCHAR, source_file VARCHAR, source_row BIGINT, reason VARCHAR, column_name VARCHAR, "
    "value VARCHAR, yuan DECIMAL(18,2), raw VARCHAR)",
)


def made_visit(folder: Path) -> Path:
    """Make a visit's folder, or find it made.

    Raises
    ------
    UsageError
        If the folder holds something else.
    """
    if folder.exists() and not (folder / MARK).is_file() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty and no visit of ours. Name a new folder, or one that `site take` made.",
            f"{folder} 不为空，也不是本程序建立的核查目录。请指定新目录或由 `site take` 建立的目录。",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = folder / MARK
    if not mark.exists():
        mark.write_text(json.dumps({"kind": "fraudgraph visit", "version": 1}) + "\n", encoding="utf-8")
        mark.chmod(0o600)
    with Store(folder) as store:
        for statement in (*_BOOKS, *(create_sql(table) for table in site_tables().values())):
            store.run(statement)
        for table in site_tables().values():
            for column in table.columns:
                store.run(
                    f"ALTER TABLE {table.name} ADD COLUMN IF NOT EXISTS {quoted(column.name)} {column.type}"
                )
    return folder


@contextmanager
def open_visit(folder: Path, *, read_only: bool = False) -> Iterator[Store]:
    """The visit's store.

    Raises
    ------
    UsageError
        If the folder is no visit's.
    """
    if not (folder / MARK).is_file():
        raise UsageError(
            f"{folder} is no visit's folder. `fraudgraph site take FILES --visit {folder}` makes one.",
            f"{folder} 不是核查目录。请先运行 `fraudgraph site take 文件 --visit {folder}`。",
        )
    with Store(folder, read_only=read_only) as store:
        yield store


def forget(folder: Path) -> int:
    """Remove a visit's folder with all that it holds; how many files went.

    Raises
    ------
    UsageError
        If the folder is no visit's.
    """
    with open_visit(folder, read_only=True):
        pass
    count = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return count
