"""A backup opened: its kind told from its bytes, its reader called, its scratch folder watched over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from fraudgraph.backups.form import Database, ReaderOptions
from fraudgraph.backups.kinds import REFUSED, kind_of, kind_of_folder
from fraudgraph.backups.scratch import Scratch
from fraudgraph.backups.unpacking import unpacked
from fraudgraph.errors import SourceError
from fraudgraph.progress import NullProgress, Progress

__all__ = ["Opened", "backup_kind", "open_backup"]

_READERS = {
    "sql dump": "fraudgraph.backups.sqltext.reader",
    "mysql xml": "fraudgraph.backups.xml_dump",
    "postgres archive": "fraudgraph.backups.postgres.archive",
    "postgres folder": "fraudgraph.backups.postgres.folder",
    "sqlite": "fraudgraph.backups.sqlite_file",
    "dbf": "fraudgraph.backups.dbase.reader",
    "firebird": "fraudgraph.backups.firebird.reader",
    "firebird backup": "fraudgraph.backups.firebird.reader",
    "access": "fraudgraph.backups.access.reader",
    "mysql folder": "fraudgraph.backups.mysql_files.reader",
    "mysql tables": "fraudgraph.backups.mysql_files.reader",
    "mysql myi": "fraudgraph.backups.mysql_files.reader",
    "oracle exp": "fraudgraph.backups.oracle_exp",
    "mssql": "fraudgraph.backups.mssql",
}
"""Each reader is a module with `open_database(paths, options, progress)`; loaded only when a file asks for it."""
_PACKINGS = ("gzip", "bzip2", "xz")


class Opened:
    """An opened backup with the folder for its copies; leaving the block removes that folder."""

    def __init__(self, database: Database, scratch: Scratch, paths: Sequence[Path]) -> None:
        self.database = database
        self.paths = tuple(paths)
        self._scratch = scratch

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what was started and remove what was made."""
        self.database.close()
        self._scratch.close()


def backup_kind(path: Path) -> str:
    """The kind of a file or folder in a word of this room; empty if it is no backup that is known here."""
    if path.is_dir():
        return kind_of_folder(path)
    return kind_of(path)


def open_backup(
    paths: Sequence[Path],
    *,
    scratch: Path | None = None,
    parts: Path | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Open the file or the files of one backup.

    Parameters
    ----------
    paths : sequence of Path
        One file or folder; several where a backup has several (`.mdf` with `.ndf`, stripes of a `.bak`).
    scratch : Path, optional
        Where copies may lie; the system's place for such files by default.
    parts : Path, optional
        Where fetched engines lie; this user's cache by default.
    progress : Progress, optional
        Told while it takes long.

    Raises
    ------
    SourceError
        If a file is missing, of no kind that is known here, damaged, or of a kind that is refused.
    """
    listener = progress or NullProgress()
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path} does not exist. Check the path of the backup.", f"{path} 不存在，请检查备份文件的路径。")  # fmt: skip
    folder = Scratch(scratch)
    try:
        options = ReaderOptions(scratch=folder.path, parts=parts)
        kind, files = _settled(paths, folder.path, listener)
        database = _reader(kind, paths[0])(files, options, listener)
    except BaseException:
        folder.close()
        raise
    return Opened(database, folder, paths)


def _settled(paths: Sequence[Path], folder: Path, progress: Progress) -> tuple[str, tuple[Path, ...]]:
    first, files = paths[0], tuple(paths)
    kind = backup_kind(first)
    for _ in range(2):
        if kind in _PACKINGS:
            files = (unpacked(files[0], kind, folder, progress),)
            kind = backup_kind(files[0])
    return kind, files


def _reader(kind: str, path: Path) -> Callable[[Sequence[Path], ReaderOptions, Progress], Database]:
    if kind in REFUSED:
        what_en, ask_en, what_zh, ask_zh = REFUSED[kind]
        raise SourceError(
            f"{path.name} is {what_en}, which is not read here: {ask_en}.",
            f"{path.name} 是{what_zh}，本程序不读取：{ask_zh}。",
        )
    module = _READERS.get(kind)
    if module is None:
        raise SourceError(
            f"{path.name} is no backup of a kind that is known here. Expected a dump or a database file of MySQL, MariaDB, PostgreSQL, SQL Server, Oracle (exp), Access, Firebird, SQLite or dBase/FoxPro; else ask for csv.",
            f"{path.name} 不是可识别的备份。可读：MySQL、MariaDB、PostgreSQL、SQL Server、Oracle（exp）、Access、Firebird、SQLite、dBase/FoxPro 的转储或数据库文件；其他请导出为 csv。",
        )
    opened: Callable[[Sequence[Path], ReaderOptions, Progress], Database] = import_module(
        module
    ).open_database
    return opened
