"""Opening data files and backups."""

from __future__ import annotations

import datetime as dt
import mmap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fraudgraph.backups.sqlserver.catalog import Catalog
from fraudgraph.backups.sqlserver.faults import Losses, Note, refuse
from fraudgraph.backups.sqlserver.pages import PAGE, DataFile, PageStore
from fraudgraph.backups.sqlserver.placement import place
from fraudgraph.backups.sqlserver.schema import Skipped, read_tables
from fraudgraph.backups.sqlserver.tables import Table
from fraudgraph.backups.sqlserver.tape import Backup, BackupSet, read_tape
from fraudgraph.backups.sqlserver.versions import NEWEST, Version, product_of

__all__ = ["Database", "open_database"]


@dataclass(slots=True)
class Database:
    """An opened database. Use it as a context, or call `close`.

    Parameters
    ----------
    kind : str
        "sqlserver-mdf" or "sqlserver-bak".
    made_at : datetime or None
        When the backup was written; None for data files.
    warnings : list of Note
        What the reader of a report must know, in both languages.
    skipped : list of Skipped
        Tables that are not read, each with the reason and what to ask for.
    """

    kind: str
    version: Version
    name: str
    made_at: dt.datetime | None
    warnings: list[Note]
    skipped: list[Skipped] = field(default_factory=list)
    _tables: list[Table] = field(default_factory=list)
    _maps: list[mmap.mmap] = field(default_factory=list)

    def tables(self) -> list[Table]:
        """The tables that can be read, by schema and name."""
        return list(self._tables)

    def table(self, name: str) -> Table:
        """One table by its name, with or without schema."""
        for table in self._tables:
            if name in (table.full_name, table.name):
                return table
        listed = ", ".join(table.full_name for table in self._tables[:20])
        raise refuse(f"there is no table {name}; there are: {listed}.", f"没有表 {name}；现有：{listed}。")

    def close(self) -> None:
        """Let go of the files."""
        self._tables.clear()
        for held in self._maps:
            try:
                held.close()
            except BufferError:  # an array of the caller's still looks at it
                continue

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@dataclass(slots=True)
class _Opened:
    path: Path
    mapped: mmap.mmap
    view: np.ndarray[tuple[int], np.dtype[np.uint8]]

    @property
    def head(self) -> bytes:
        return self.view[:8].tobytes()


def _open(path: Path) -> _Opened:
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise refuse(
            f"{path.name} is empty; ask for the file again.", f"{path.name} 为空，请重新索取。"
        ) from None
    except OSError as error:
        raise refuse(
            f"{path} can't be opened ({error.strerror}); check its name and rights.",
            f"无法打开 {path}（{error.strerror}）；请检查文件名与权限。",
        ) from None
    return _Opened(path, mapped, np.frombuffer(mapped, np.uint8))


def _is_data_file(opened: _Opened) -> bool:
    return len(opened.view) >= PAGE and int(opened.view[0]) == 1 and int(opened.view[1]) == 15


def open_database(paths: Path | str | Iterable[Path | str]) -> Database:
    """Open one database: an `.mdf` with its `.ndf` files, or a backup (all stripes of it).

    Parameters
    ----------
    paths : path or several
        Told apart by their bytes, not by their names.

    Raises
    ------
    SourceError
        The file is of another kind, compressed, encrypted, incomplete or too damaged to be opened.
    """
    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(one) for one in paths]
    opened = [_open(path) for path in given]
    if not opened:
        raise refuse("no file was given; name an .mdf or a .bak.", "未给出文件；请指定 .mdf 或 .bak。")
    for one in opened:
        if one.head == b"MSSQLBAK":
            raise refuse(
                f"{one.path.name} is a compressed (or encrypted) backup; it can't be read here. Ask for BACKUP DATABASE … TO DISK = '…' WITH NO_COMPRESSION, without ENCRYPTION.",
                f"{one.path.name} 是压缩（或加密）备份，此处无法读取。请索取 BACKUP DATABASE … TO DISK = '…' WITH NO_COMPRESSION 且不加密的备份。",
            )
    tapes = [one for one in opened if one.head[:4] == b"TAPE"]
    files = [one for one in opened if _is_data_file(one)]
    if len(tapes) + len(files) != len(opened) or (tapes and files):
        other = next((one for one in opened if one not in tapes and one not in files), opened[0])
        raise refuse(
            f"{other.path.name} is neither a data file (.mdf, .ndf) nor an uncompressed backup (.bak) like the rest; give the files of one database.",
            f"{other.path.name} 既不是数据文件（.mdf、.ndf），也不是同类的未压缩备份（.bak）；请只给同一数据库的文件。",
        )
    return _open_tapes(tapes) if tapes else _open_files(files)


def _open_files(opened: list[_Opened]) -> Database:
    losses = Losses()
    warnings: list[Note] = []
    found: dict[int, DataFile] = {}
    for one in opened:
        file_id = int.from_bytes(one.view[36:38].tobytes(), "little")
        if len(one.view) < 2 * PAGE or int(one.view[PAGE + 1]) != 11:
            warnings.append(
                Note(
                    f"{one.path.name} is a log file (.ldf); it is not read.",
                    f"{one.path.name} 是日志文件（.ldf），不读取。",
                )
            )
            continue
        if file_id in found:
            raise refuse(
                f"{one.path.name} and {found[file_id].name} are both file {file_id} of a database; give the files of one database.",
                f"{one.path.name} 与 {found[file_id].name} 都是文件 {file_id}；请只给同一数据库的文件。",
            )
        if len(one.view) % PAGE:
            warnings.append(
                Note(
                    f"{one.path.name} ends within a page; it may have been cut short in copying.",
                    f"{one.path.name} 的末尾不是整页，复制时可能被截断。",
                )
            )
        found[file_id] = DataFile(file_id, one.path.name, one.view, len(one.view) // PAGE, None, one.mapped)
    warnings.append(
        Note(
            "The log is not replayed: what the server had not yet written to its data files is not seen.",
            "不重放日志：服务器尚未写入数据文件的改动看不到。",
        )
    )
    return _build("sqlserver-mdf", found, losses, warnings, opened, None, 0)


def _open_tapes(opened: list[_Opened]) -> Database:
    losses = Losses()
    warnings: list[Note] = []
    backups = [(one, read_tape(memoryview(one.mapped), one.path.name)) for one in opened]
    first, backup = backups[0]
    _check_stripes(backups)
    chosen = _choose(backup, first.path.name, warnings)
    files = place(first.view, chosen, first.path.name, losses)
    for held in files.values():
        held.mapped = first.mapped
    if backup.truncated:
        warnings.append(
            Note(
                f"{first.path.name} ends before its own lengths say; its last pages are missing.",
                f"{first.path.name} 比其自身记载的长度短，末尾的页缺失。",
            )
        )
    if chosen.log_bytes:
        warnings.append(
            Note(
                f"The log in the backup ({chosen.log_bytes:,} bytes) is not replayed: changes made while the backup ran may be missing or half done.",
                f"不重放备份中的日志（{chosen.log_bytes:,} 字节）：备份期间的改动可能缺失或不完整。",
            )
        )
    return _build("sqlserver-bak", files, losses, warnings, opened, chosen.made_at, chosen.locale)


def _check_stripes(backups: list[tuple[_Opened, Backup]]) -> None:
    backup = backups[0][1]
    names = ", ".join(one.path.name for one, _ in backups)
    if backup.stripes > 1:
        have = sorted({one.stripe for _, one in backups if one.media_set == backup.media_set})
        listed = ", ".join(str(number) for number in have)
        raise refuse(
            f"{names}: stripe {listed} of {backup.stripes} of one backup (media set {backup.media_set.hex()}); a backup written to several files at once can't be put together here. Ask for a backup into a single file, uncompressed.",
            f"{names}：这是一次备份的 {backup.stripes} 个条带中的第 {listed} 个（介质集 {backup.media_set.hex()}）；同时写入多个文件的备份此处无法拼合。请索取写入单个文件的未压缩备份。",
        )
    if len(backups) > 1:
        raise refuse(
            f"{names} are several backups; give one at a time.", f"{names} 是多个备份；请一次只给一个。"
        )


def _choose(backup: Backup, name: str, warnings: list[Note]) -> BackupSet:
    """The last full database backup of the file."""
    usable = [one for one in backup.sets if one.regions]
    full = [one for one in usable if not one.attributes & 0x18]
    if not full:
        what = (
            ("a differential backup", "差异备份")
            if usable
            else ("a log backup, or cut short", "日志备份或已被截断")
        )
        raise refuse(
            f"{name} holds no full database backup ({what[0]}); ask for BACKUP DATABASE … WITH NO_COMPRESSION.",
            f"{name} 不含完整数据库备份（{what[1]}）；请索取 BACKUP DATABASE … WITH NO_COMPRESSION。",
        )
    if len(backup.sets) > 1:
        warnings.append(
            Note(
                f"{name} holds {len(backup.sets)} backups; the last full one is read.",
                f"{name} 含 {len(backup.sets)} 个备份；读取最后一个完整备份。",
            )
        )
    return full[-1]


def _build(
    kind: str, files: dict[int, DataFile], losses: Losses, warnings: list[Note],
    opened: list[_Opened], made_at: dt.datetime | None, locale: int,
) -> Database:  # fmt: skip
    store = PageStore(files)
    catalog = Catalog(store, losses)
    version = Version(catalog.version, product_of(catalog.version))
    if catalog.version > NEWEST:
        warnings.append(
            Note(
                f"Internal version {catalog.version} is newer than any known here; counts must be compared.",
                f"内部版本 {catalog.version} 比此处已知的都新；请核对行数。",
            )
        )
    tables, skipped = read_tables(catalog, locale)
    warnings += _missing_files(catalog, files) + losses.notes()
    return Database(
        kind, version, catalog.name, made_at, warnings, skipped, tables, [one.mapped for one in opened]
    )


def _missing_files(catalog: Catalog, files: dict[int, DataFile]) -> list[Note]:
    """Data files that the database has and that were not given."""
    table = catalog.table(24, ("fileid", "filetype"))
    names = catalog.texts_of(24, ("lname", "pname"))
    if table is None or not names:
        return []
    said = []
    rows = zip(table.numbers["fileid"].tolist(), table.numbers["filetype"].tolist(), *names, strict=True)
    for number, kind, logical, path in rows:
        if kind == 0 and number not in files and number > 0:
            said.append(
                Note(
                    f"Data file {number} ({logical}, {path}) was not given; rows that lie in it are missing.",
                    f"未提供数据文件 {number}（{logical}，{path}）；其中的行缺失。",
                )
            )
    return said
