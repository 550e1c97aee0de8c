"""Data folders and loose tables, turned to a dump by a throw-away MariaDB and read like one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from fraudgraph.backups.confined import Cell
from fraudgraph.backups.form import ReaderOptions, Remark
from fraudgraph.backups.mysql_files.server import ThrowAwayServer
from fraudgraph.backups.sqltext.ddl import create_text
from fraudgraph.backups.sqltext.dump import SqlDump
from fraudgraph.errors import SourceError
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_SYSTEM = ("mysql", "sys", "information_schema", "performance_schema")
_LOOSE = "loose"
_TABLE_ENDINGS = (".frm", ".myd", ".myi", ".mad", ".mai", ".ibd", ".sql", ".cfg", ".opt", ".csv", ".csm")


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> SqlDump:
    """Open a whole data folder, or table files.

    Parameters
    ----------
    paths : sequence of Path
        The data folder; or a folder with table files; or table files. A loose `.ibd` needs its CREATE TABLE beside it, as `.sql`.

    Raises
    ------
    SourceError
        If MariaDB does not open the copy, or the folder is of MySQL 8.
    """
    first = paths[0]
    cell = Cell(options.scratch, "mariadb")
    progress.stage(f"Copying {first.name}", f"复制 {first.name}")
    whole = first.is_dir() and (first / "ibdata1").is_file()
    if whole and (first / "mysql.ibd").is_file():
        raise SourceError(
            f"{first.name} is a data folder of MySQL 8, which no engine that may be brought here opens. Ask for a dump (mysqldump).",
            f"{first.name} 是 MySQL 8 的数据目录，没有可用的引擎能打开。请改提供 mysqldump 转储。",
        )
    data = cell.folder / "data"
    if whole:
        cell.take_in(first, "data")
        for one in ("auto.cnf", "multi-master.info", "relay-log.info", "master.info"):
            (data / one).unlink(missing_ok=True)
    else:
        data.mkdir()
        _lay_loose(paths, data / _LOOSE)
    progress.stage(f"Opening {first.name}", f"打开 {first.name}")
    server = ThrowAwayServer(cell, first.name)
    repaired = _repair(server, data / _LOOSE) if not whole else []
    return _dumped(server, cell.folder / "tables.sql", first, progress, repaired)


def _lay_loose(paths: Sequence[Path], folder: Path) -> None:
    """The files of the tables, in a database of their own. With one file of a table its others come along."""
    folder.mkdir()
    files = []
    for path in paths:
        if path.is_dir():
            files += [
                one
                for one in sorted(path.iterdir())
                if one.suffix.lower() in _TABLE_ENDINGS and one.is_file()
            ]
        else:
            files += [
                one
                for one in sorted(path.parent.glob(f"{path.stem}.*"))
                if one.suffix.lower() in _TABLE_ENDINGS
            ]
    for one in files:
        shutil.copyfile(one, folder / one.name)


def _repair(server: ThrowAwayServer, folder: Path) -> list[Remark]:
    """Make loose tables usable: a MyISAM table without its index is repaired, an `.ibd` is brought under its CREATE."""
    remarks = []
    names = {one.stem for one in folder.iterdir()}
    for name in sorted(names):
        quoted = "`" + name.replace("`", "``") + "`"
        endings = {one.suffix.lower() for one in folder.glob(f"{name}.*")}
        if ".myd" in endings and ".frm" in endings:
            how = "USE_FRM" if ".myi" not in endings else "QUICK"
            server.ask(f"REPAIR TABLE {_LOOSE}.{quoted} {how}")
        elif ".ibd" in endings and ".sql" in endings:
            _bring_in(server, folder, name)
        elif ".ibd" in endings or ".myd" in endings:
            remarks.append(
                Remark(
                    f"{name}: an .ibd needs its CREATE TABLE beside it ({name}.sql), a .MYD its .frm; it was not read. Ask for them, or for a dump.",
                    f"{name}：.ibd 须附建表语句（{name}.sql），.MYD 须附 .frm；未读取。请补充，或改提供转储。",
                )
            )
    return remarks


def _bring_in(server: ThrowAwayServer, folder: Path, name: str) -> None:
    kept = folder.parent / f"{name}.kept"
    (folder / f"{name}.ibd").rename(kept)
    server.ask(f"USE {_LOOSE}; {create_text(folder / f'{name}.sql')}")
    quoted = "`" + name.replace("`", "``") + "`"
    server.ask(f"ALTER TABLE {_LOOSE}.{quoted} DISCARD TABLESPACE")
    target = folder / f"{name}.ibd"
    shutil.copyfile(kept, target)
    stat = folder.stat()
    shutil.chown(target, stat.st_uid, stat.st_gid)
    server.ask(f"ALTER TABLE {_LOOSE}.{quoted} IMPORT TABLESPACE")


def _dumped(
    server: ThrowAwayServer, text: Path, path: Path, progress: Progress, remarks: list[Remark]
) -> SqlDump:
    listed = ", ".join(f"'{one}'" for one in _SYSTEM)
    found = server.ask(
        f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ({listed}) ORDER BY 1, 2"
    )
    others = server.ask(
        f"SELECT count(*) FROM information_schema.tables WHERE table_type = 'VIEW' AND table_schema NOT IN ({listed})"
    )
    version = server.ask("SELECT version()")[0][0]
    counts = {}
    progress.stage(f"Turning {path.name} to text", f"将 {path.name} 转为文本", total=len(found))
    text.touch()
    for schema in sorted({row[0] for row in found}):
        tables = [row[1] for row in found if row[0] == schema]
        server.dump(schema, tables, text)
        for table in tables:
            name = f"`{schema.replace('`', '``')}`.`{table.replace('`', '``')}`"
            try:
                counts[(schema, table)] = int(server.ask(f"SELECT count(*) FROM {name}")[0][0])
            except SourceError as problem:
                remarks.append(
                    Remark(
                        f"{schema}.{table}: {problem.message_en}", f"{schema}.{table}：{problem.message_zh}"
                    )
                )
            progress.advance()
    server.close()
    if not found:
        raise SourceError(
            f"{path.name} holds no table that MariaDB can open{': ' + remarks[0].en if remarks else ''}. Ask for a dump (mysqldump).",
            f"{path.name} 中没有 MariaDB 能打开的表{'：' + remarks[0].zh if remarks else ''}。请改提供 mysqldump 转储。",
        )
    opened = SqlDump(text, progress, name=path.name)
    opened.kind = "MySQL / MariaDB data files"
    opened.version = f"read by MariaDB {version.split('-')[0]}"
    opened.made_at = None
    opened.warnings = [*remarks, *opened.warnings]
    if int(others[0][0]):
        opened.skipped["view"] += int(others[0][0])
    for one in opened.tables():
        one.row_count = counts.get((one.schema, one.name))
    return opened
