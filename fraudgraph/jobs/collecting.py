"""What does not come by itself: files fetched by pattern, tables fetched from a database; all of it goes to the inbox."""

from __future__ import annotations

import csv
import glob
import json
import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

from fraudgraph.errors import SettingsError, SourceError
from fraudgraph.jobs.damage import read_json
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.workspace import Workspace, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = ["collect"]

_ROWS_AT_ONCE = 10_000


def collect(workspace: Workspace, month: Month, settings: Settings, journal: Journal) -> None:
    """Fetch what the settings name for a month.

    Raises
    ------
    SettingsError
        If the database's driver or its connection is not set up.
    SourceError
        If a query fails.
    """
    for pattern in settings.month.collect:
        _copy_new(workspace, pattern.replace("{month}", str(month)), journal)
    if settings.month.queries:
        _query(workspace, month, settings, journal)


def _copy_new(workspace: Workspace, pattern: str, journal: Journal) -> None:
    """Copy the files of a pattern that were not copied before: same path, size and time mean the same file."""
    seen_path = workspace.deliveries / ".collected.json"
    remedy = ("Delete it: files are then fetched once more.", "可删除该文件，文件将重新获取一次。")
    seen: dict[str, str] = read_json(seen_path, remedy) or {}
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207  # absolute patterns with **
        path = Path(name)
        if not path.is_file() or path.is_symlink():
            continue
        stat = path.stat()
        mark = f"{stat.st_size} {stat.st_mtime_ns}"
        if seen.get(name) == mark:
            continue
        _into_inbox(workspace, path)
        seen[name] = mark
        write_private(seen_path, json.dumps(seen, ensure_ascii=False, indent=1) + "\n")
        journal.note("collected", file=name, size=stat.st_size)


def _into_inbox(workspace: Workspace, path: Path) -> None:
    beside = workspace.inbox / f"{path.name}.part"
    shutil.copyfile(path, beside)
    beside.replace(workspace.inbox / path.name)


def _query(workspace: Workspace, month: Month, settings: Settings, journal: Journal) -> None:
    days = {"{first_day}": f"{month}-01", "{last_day}": month.last_day.isoformat()}
    connection = _connect(settings)
    try:
        for table, sql in settings.month.queries.items():
            for name, day in days.items():
                sql = sql.replace(name, day)  # noqa: PLW2901  # dates of ours, into the operator's own query
            rows = _fetch(connection, sql, workspace.inbox / f"{table}-{month}.csv", table)
            journal.note("queried", table=table, rows=rows)
    finally:
        connection.close()


def _connect(settings: Settings) -> Any:
    name = settings.month.database or ""
    try:
        driver = import_module(name)
    except (ImportError, ValueError):
        raise SettingsError(
            f"The database driver {name!r} (month.database) is not installed. Install it beside fraudgraph, or correct the name.",
            f"未安装数据库驱动 {name!r}（month.database）。请在 fraudgraph 的环境中安装，或改正名称。",
        ) from None
    wanted = {key: _from_environment(key, value) for key, value in settings.month.database_connect.items()}
    try:
        return driver.connect(**wanted)
    except Exception as problem:  # each driver has errors of its own
        raise SourceError(
            f"The database can't be reached ({type(problem).__name__}: {problem}). Check month.database_connect and the network.",
            f"无法连接数据库（{type(problem).__name__}：{problem}）。请检查 month.database_connect 和网络。",
        ) from None


def _from_environment(key: str, value: str | int) -> str | int:
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    found = os.environ.get(value[1:])
    if found is None:
        raise SettingsError(
            f"month.database_connect.{key} asks for the environment variable {value[1:]}, which is not set.",
            f"month.database_connect.{key} 需要环境变量 {value[1:]}，但未设置。",
        )
    return found


def _fetch(connection: Any, sql: str, target: Path, table: str) -> int:
    """Write a query's rows as csv; the file appears when it is whole."""
    beside = target.with_name(target.name + ".part")
    count = 0
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column[0] for column in cursor.description])
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                writer.writerows(rows)
                count += len(rows)
    except OSError:
        raise
    except Exception as problem:
        beside.unlink(missing_ok=True)
        raise SourceError(
            f"The query for {table} (month.queries) failed: {type(problem).__name__}: {problem}. Correct it and run again.",
            f"{table} 的查询（month.queries）失败：{type(problem).__name__}：{problem}。请改正后重新运行。",
        ) from None
    if count:
        beside.replace(target)
    else:
        beside.unlink()
    return count
