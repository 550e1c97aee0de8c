"""PostgreSQL data folders: an engine of the same major version in single-user mode, on a copy; no server, no socket."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fraudgraph.backups.confined import Cell, Limits
from fraudgraph.backups.form import ReaderOptions, Remark
from fraudgraph.backups.postgres.programs import of_major
from fraudgraph.backups.sqltext.dump import SqlDump
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_LIMITS = Limits(memory_bytes=None, wall_seconds=12 * 3600)
_OLDEST_GENERATED = 12
_DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
_COLUMNS = """SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), t.typoutput::oid < 16384 AND t.typtype <> 'c'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped{generated}
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast' ORDER BY 1, 2, a.attnum"""
_OTHERS = """SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'external table' END, count(*)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') GROUP BY 1"""
_Tables = dict[tuple[str, str], list[tuple[str, str]]]


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> SqlDump:
    """Open a copy of a data folder.

    Raises
    ------
    UsageError
        If there is no engine of its major version.
    SourceError
        If the engine does not open the copy.
    """
    path = paths[0]
    major = (path / "PG_VERSION").read_text(encoding="ascii").strip()
    program = of_major("postgres", major, options.parts)
    if program is None:
        raise UsageError(
            f"{path.name} is a data folder of PostgreSQL {major}, which only an engine of that version opens, and there is none. Install it (Debian: apt-get install postgresql-{major}; for 18: `fraudgraph backups get postgres`), or ask for a pg_dump.",
            f"{path.name} 是 PostgreSQL {major} 的数据目录，须由同一主版本的引擎打开，本机没有。请安装（Debian：apt-get install postgresql-{major}；18 版：`fraudgraph backups get postgres`），或改提供 pg_dump 转储。",
        )
    cell = Cell(options.scratch, "postgres")
    progress.stage(f"Copying {path.name}", f"复制 {path.name}")
    _bare(cell.take_in(path, "data"))
    engine = _Engine(cell, program, path.name, major)
    text = cell.folder / "tables.sql"
    text.write_text(
        "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n", encoding="utf-8"
    )
    remarks, counts, skipped = [], {}, dict[str, int]()
    databases = [row[0] for row in engine.ask("postgres", _DATABASES)]
    for database in databases:
        tables, unread = engine.tables(database)
        remarks += unread
        for kind, count in engine.ask(database, _OTHERS):
            skipped[kind] = skipped.get(kind, 0) + int(count)
        progress.stage(f"Reading {database}", f"读取 {database}", total=len(tables))
        engine.append(database, tables, text, prefix=f"{database}." if len(databases) > 1 else "")
        for (schema, name), _ in tables.items():
            said = engine.ask(database, f"SELECT count(*) FROM ONLY {_quoted(schema)}.{_quoted(name)}")
            counts[(f"{database}.{schema}" if len(databases) > 1 else schema, name)] = int(said[0][0])
            progress.advance()
    opened = SqlDump(text, progress, name=path.name)
    opened.kind, opened.version, opened.made_at = "PostgreSQL data folder", major, None
    opened.warnings = [*remarks, *opened.warnings]
    opened.skipped.update(skipped)
    for table in opened.tables():
        table.row_count = counts.get((table.schema, table.name))
    if any((path / "pg_tblspc").glob("*")):
        opened.warnings.append(
            Remark(
                "The folder has tablespaces outside of it: their tables are missing. Ask for a pg_dump.",
                "该目录另有外部表空间，其中的表缺失。请改提供 pg_dump 转储。",
            )
        )
    return opened


def _bare(data: Path) -> None:
    """Settings of ours only: none of the copy's may load a library or run a command."""
    for name in (
        "postgresql.auto.conf",
        "postmaster.pid",
        "recovery.conf",
        "recovery.signal",
        "standby.signal",
        "pg_ident.conf",
    ):
        (data / name).unlink(missing_ok=True)
    (data / "postgresql.conf").write_text("", encoding="utf-8")
    (data / "pg_hba.conf").write_text("", encoding="utf-8")
    data.chmod(0o700)
    for name in ("pg_tblspc", "pg_replslot", "pg_notify", "pg_stat_tmp", "pg_twophase", "pg_snapshots"):
        (data / name).mkdir(exist_ok=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(cell: str) -> str:
    return cell.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\")


class _Engine:
    """Calls of `postgres --single`: each runs a few statements and ends."""

    def __init__(self, cell: Cell, program: Path, title: str, major: str) -> None:
        self._cell, self._program, self._title = cell, program, title
        self._generated = " AND a.attgenerated = ''" if float(major) >= _OLDEST_GENERATED else ""
        cell.hand_over()

    def ask(self, database: str, question: str) -> list[list[str]]:
        """Rows of an answer as text."""
        answer = self._cell.folder / "answer"
        answer.unlink(missing_ok=True)
        self._run(database, [f"COPY ({' '.join(question.split())}) TO {_literal(str(answer))}"])
        if not answer.is_file():
            raise self._refused("no answer")
        return [
            [_plain(one) for one in line.split("\t")]
            for line in answer.read_text(encoding="utf-8").splitlines()
        ]

    def tables(self, database: str) -> tuple[_Tables, list[Remark]]:
        """Tables with the columns that can be read, and what is said of the others."""
        tables: _Tables = {}
        remarks = []
        for schema, name, column, kind, safe in self.ask(
            database, _COLUMNS.format(generated=self._generated)
        ):
            columns = tables.setdefault((schema, name), [])
            if safe == "t":
                columns.append((column, kind))
            else:
                remarks.append(
                    Remark(
                        f"{schema}.{name}.{column} has a type of its own ({kind}) and was not read: that would run code from the backup.",
                        f"{schema}.{name}.{column} 为自定义类型（{kind}），未读取：否则会执行备份中的代码。",
                    )
                )
        return {key: columns for key, columns in tables.items() if columns}, remarks

    def append(self, database: str, tables: _Tables, text: Path, *, prefix: str) -> None:
        """Each table as CREATE TABLE and COPY lines at the end of a text."""
        for (schema, name), columns in tables.items():
            rows = self._cell.folder / "rows"
            listed = ", ".join(_quoted(column) for column, _ in columns)
            self._run(
                database, [f"COPY {_quoted(schema)}.{_quoted(name)} ({listed}) TO {_literal(str(rows))}"]
            )
            title = f"{_quoted(prefix + schema)}.{_quoted(name)}"
            declared = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns)
            with text.open("ab") as out:
                out.write(
                    f"CREATE TABLE {title} ({declared});\nCOPY {title} ({listed}) FROM stdin;\n".encode()
                )
                if rows.is_file():
                    with rows.open("rb") as made:
                        shutil.copyfileobj(made, out, 1 << 20)
                    rows.unlink()
                out.write(b"\\.\n")

    def _run(self, database: str, statements: list[str]) -> None:
        asked = self._cell.folder / "asked"
        asked.write_text("SET client_encoding = 'UTF8'\n" + "\n".join(statements) + "\n", encoding="utf-8")
        settings = ("shared_preload_libraries=", "session_preload_libraries=", "local_preload_libraries=", "jit=off", "fsync=off", "archive_mode=off", "ssl=off", "log_min_messages=error")  # fmt: skip
        with asked.open("rb") as source:
            ended = self._cell.run(
                [str(self._program), "--single", "-D", str(self._cell.folder / "data"), "-E", *[part for one in settings for part in ("-c", one)], database],
                limits=_LIMITS,
                what="postgres",
                stdin=source,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        if ended.code != 0 or "ERROR:" in ended.said or "FATAL:" in ended.said:
            raise self._refused(ended.said)

    def _refused(self, said: str) -> SourceError:
        last = " ".join(said.split())[-300:]
        return SourceError(
            f"PostgreSQL does not open the copy of {self._title}: {last}. If it was copied from a running server, ask for a pg_dump.",
            f"PostgreSQL 无法打开 {self._title} 的副本：{last}。若从运行中的服务器复制，请改提供 pg_dump 转储。",
        )
