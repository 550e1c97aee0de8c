"""Chooses the embedded engine that fits a Firebird file and has it read a copy in a closed child process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fraudgraph.backups.confined import Cell
from fraudgraph.backups.form import ReaderOptions
from fraudgraph.backups.isolated import IsolatedDatabase
from fraudgraph.backups.parts import parts_folder
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_ENGINES = {12: "firebird-3", 13: "firebird-5"}
"""Which fetched engine opens which on-disk structure."""
_NEWEST = 13
_SETTINGS = """UdfAccess = None
ExternalFileAccess = None
DatabaseAccess = Restrict {folder}
TempDirectories = {folder}
Providers = {provider}
"""


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> IsolatedDatabase:
    """Open a copy of a database file, or restore a gbak backup in the child.

    Raises
    ------
    SourceError
        If the file's structure is one that no engine here opens.
    UsageError
        If the engine was not fetched.
    """
    path = paths[0]
    with path.open("rb") as file:
        head = file.read(64)
    is_backup = head[:1] == b"\x00"
    structure = _NEWEST if is_backup else int.from_bytes(head[18:20], "little") & 0x7FFF
    engine = _ENGINES.get(structure)
    if engine is None:
        raise SourceError(
            f"{path.name} is a Firebird or InterBase database of structure {structure} (Firebird 2.5 or older has 11 and less): no engine here opens it. Ask for a backup made with gbak -b; that is read.",
            f"{path.name} 是结构版本为 {structure} 的 Firebird/InterBase 数据库（2.5 及更早版本为 11 及以下），无法直接打开。请改提供 gbak -b 备份，可以读取。",
        )
    home = parts_folder(options.parts) / engine
    runtime = home / "firebird" / "embedded" / "runtime"
    if not runtime.is_dir():
        raise UsageError(
            f"{path.name} is read by Firebird's embedded engine, which is not here. Fetch it once: `fraudgraph backups get {engine}` (licence: IDPL / MIT).",
            f"读取 {path.name} 需要 Firebird 嵌入式引擎，本机没有。请获取一次：`fraudgraph backups get {engine}`（许可证：IDPL / MIT）。",
        )
    cell = Cell(options.scratch, "firebird")
    progress.stage(f"Copying {path.name}", f"复制 {path.name}")
    copy = cell.take_in(path, "backup.fbk" if is_backup else "database.fdb")
    root = cell.folder / "engine"
    root.mkdir()
    for one in runtime.iterdir():
        if one.name not in ("firebird.conf", "firebird.log"):
            (root / one.name).symlink_to(one)
    maths = sorted(Path("/lib").glob("*-linux-gnu/libtommath.so.1"))
    if structure == 12 and maths:  # its engine asks for the library under its older name
        (root / "libtommath.so.0").symlink_to(maths[0])
    provider = "Engine12" if structure == 12 else "Engine13"
    (root / "firebird.conf").write_text(
        _SETTINGS.format(folder=cell.folder, provider=provider), encoding="utf-8"
    )
    progress.stage(f"Opening {path.name}", f"打开 {path.name}")
    return IsolatedDatabase(
        cell,
        "fraudgraph.backups.firebird.inside",
        [copy],
        title=path.name,
        import_from=[home],
        environment={
            "FIREBIRD": str(root),
            "FIREBIRD_LOCK": str(cell.folder),
            "FIREBIRD_TMP": str(cell.folder),
            "LD_LIBRARY_PATH": f"{root}:{runtime}",
        },
    )
