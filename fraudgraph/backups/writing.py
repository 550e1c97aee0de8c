"""A backup's tables as Parquet files beside a manifest that accounts for every row."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.backups.form import Column, Database, Losses, Remark, Table
from fraudgraph.backups.opening import Opened
from fraudgraph.errors import StorageError, UsageError
from fraudgraph.progress import Progress

__all__ = ["TableReport", "facts_of", "inspect_tables", "table_facts", "table_title", "write_tables"]

_ROWS_A_GROUP = 500_000
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What became of one table.

    Attributes
    ----------
    rows_read : int
        Rows that were read.
    source_rows : int or None
        The source's own count; None where it keeps none.
    """

    schema: str
    name: str
    file: str | None
    rows_read: int
    source_rows: int | None
    sha256: str | None
    columns: tuple[Column, ...]
    losses: tuple[dict[str, object], ...]

    @property
    def agrees(self) -> bool:
        """Whether the source's own count, where there is one, is what was read."""
        return self.source_rows is None or self.source_rows == self.rows_read


def table_title(table: Table | TableReport) -> str:
    """How a table is named to people: with its schema where there is one."""
    return f"{table.schema}.{table.name}" if table.schema else table.name


def facts_of(opened: Opened) -> dict[str, Any]:
    """What a backup says of itself, for the manifest and for programs."""
    database = opened.database
    return {
        "files": [path.name for path in opened.paths],
        "kind": database.kind,
        "version": database.version,
        "made_at": database.made_at.isoformat(sep=" ") if database.made_at is not None else None,
        "warnings": [{"en": one.en, "zh": one.zh} for one in _remarks(database)],
        "skipped": dict(sorted(getattr(database, "skipped", {}).items())),
    }


def _remarks(database: Database) -> list[Remark]:
    return [one if isinstance(one, Remark) else Remark(str(one), str(one)) for one in database.warnings]


def inspect_tables(opened: Opened, progress: Progress) -> list[TableReport]:
    """Every table with its rows counted: the source's own count where there is one, else by reading it."""
    reports = []
    for table in opened.database.tables():
        rows = table.row_count
        if rows is None:
            progress.stage(f"Counting {table_title(table)}", f"清点 {table_title(table)}")
            rows = 0
            for batch in table.batches():
                rows += batch.num_rows
                progress.advance(batch.num_rows)
        reports.append(_report(table, file=None, rows=rows, sha256=None))
    return reports


def write_tables(
    opened: Opened, out: Path, *, tables: Sequence[str] | None, progress: Progress
) -> list[TableReport]:
    """Write tables into a new folder; it appears under its name only when it is whole.

    Parameters
    ----------
    opened : Opened
        The backup.
    out : Path
        The folder, which must not exist.
    tables : sequence of str, optional
        Names (with or without schema) of the tables wanted; all by default.
    progress : Progress
        Told row by row.

    Raises
    ------
    UsageError
        If `out` exists or a wanted table is not there.
    StorageError
        If the disk is full or the folder can't be written.
    """
    if out.exists():
        raise UsageError(
            f"{out} exists. Give --out another name; nothing was written.",
            f"{out} 已存在。请为 --out 换一个名称；未写入任何内容。",
        )
    wanted = _wanted(opened.database.tables(), tables)
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        beside.mkdir(parents=True, mode=0o700)
        reports, names = [], set[str]()
        for table in wanted:
            name = _file_name(table, names)
            reports.append(_write(table, beside / name, progress))
        _write_manifest(opened, reports, beside / _MANIFEST)
        beside.replace(out)
    except OSError as problem:
        raise StorageError(
            f"{out} can't be written: {problem.strerror or problem}. Free some space or choose another place; nothing was kept.",
            f"无法写入 {out}：{problem.strerror or problem}。请清理空间或更换位置；未保留任何内容。",
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return reports


def _wanted(tables: Sequence[Table], names: Sequence[str] | None) -> list[Table]:
    if names is None:
        return list(tables)
    known = {title for table in tables for title in (table.name, table_title(table))}
    missing = [name for name in names if name not in known]
    if missing:
        listed = ", ".join(sorted(table_title(table) for table in tables)[:20])
        raise UsageError(
            f"The backup has no table {missing[0]!r}. It has: {listed}.",
            f"备份中没有表 {missing[0]!r}。其中有：{listed}。",
        )
    return [table for table in tables if table.name in names or table_title(table) in names]


def _file_name(table: Table, taken: set[str]) -> str:
    plain = re.sub(r"[^\w.-]+", "_", table_title(table)).strip(".")[:80] or "table"
    name, number = f"{plain}.parquet", 2
    while name.lower() in taken:
        name, number = f"{plain}_{number}.parquet", number + 1
    taken.add(name.lower())
    return name


def _write(table: Table, path: Path, progress: Progress) -> TableReport:
    progress.stage(f"Reading {table_title(table)}", f"读取 {table_title(table)}", total=table.row_count)
    rows, writer = 0, None
    for batch in table.batches():
        if writer is None:
            writer = pq.ParquetWriter(path, batch.schema, compression="zstd")
        writer.write_batch(batch, row_group_size=_ROWS_A_GROUP)
        rows += batch.num_rows
        progress.advance(batch.num_rows)
    if writer is None:
        names = dict.fromkeys(column.name for column in table.columns)
        pq.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), path)
    else:
        writer.close()
    path.chmod(0o600)
    return _report(table, file=path.name, rows=rows, sha256=_sha256(path))


def _report(table: Table, *, file: str | None, rows: int, sha256: str | None) -> TableReport:
    losses = getattr(table, "losses", None)
    return TableReport(
        schema=table.schema,
        name=table.name,
        file=file,
        rows_read=rows,
        source_rows=table.row_count,
        sha256=sha256,
        columns=tuple(
            Column(name=one.name, type=str(one.type), code_page=getattr(one, "code_page", None))
            for one in table.columns
        ),
        losses=tuple(losses.listed()) if isinstance(losses, Losses) else (),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(opened: Opened, reports: Sequence[TableReport], path: Path) -> None:
    facts = facts_of(opened)
    facts["sources"] = [
        {"name": one.name, "bytes": one.stat().st_size, "sha256": _sha256(one)}
        for one in opened.paths
        if one.is_file()
    ]
    facts["tables"] = [table_facts(report) for report in reports]
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)


def table_facts(report: TableReport) -> dict[str, Any]:
    """One table for the manifest and for programs."""
    return {
        "schema": report.schema,
        "name": report.name,
        "file": report.file,
        "rows_read": report.rows_read,
        "source_rows": report.source_rows,
        "agrees": report.agrees,
        "sha256": report.sha256,
        "columns": [
            {"name": one.name, "type": one.type, "code_page": one.code_page} for one in report.columns
        ],
        "losses": list(report.losses),
    }
