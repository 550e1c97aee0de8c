"""pg_dump's archives (-Fc, -Ft, -Fd): turned to text by pg_restore, which starts no server, then read like a dump."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fraudgraph.backups.confined import Cell, Limits
from fraudgraph.backups.form import ReaderOptions
from fraudgraph.backups.postgres.programs import newest
from fraudgraph.backups.sqltext.dump import SqlDump
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_CREATED = re.compile(r"; Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_SERVER = re.compile(r";\s+Dumped from database version: (.+)")
_FORM = re.compile(r";\s+Format: (\w+)")
_SECONDS_A_MEGABYTE = 2.0


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> SqlDump:
    """Open an archive: a file, or the folder that `-Fd` writes.

    Raises
    ------
    UsageError
        If there is no pg_restore on this machine.
    SourceError
        If pg_restore does not take the archive.
    """
    program = newest("pg_restore", options.parts)
    if program is None:
        raise UsageError(
            "A PostgreSQL archive is turned to text by pg_restore, which is not here. Install it (Debian: apt-get install postgresql-client) or call `fraudgraph backups get postgres`; no server is started.",
            "PostgreSQL 归档须由 pg_restore 转为文本，本机没有该程序。请安装（Debian：apt-get install postgresql-client），或执行 `fraudgraph backups get postgres`；不会启动服务器。",
        )
    path, cell = paths[0], Cell(options.scratch, "archive")
    given = [str(cell.take_in(path))] if path.is_dir() else []
    cell.hand_over()
    listed = _restore(cell, program, path, ["-l", *given], cell.folder / "contents.txt")
    progress.stage(f"Turning {path.name} to text", f"将 {path.name} 转为文本")
    text = cell.folder / "archive.sql"
    _restore(cell, program, path, ["--no-owner", "--no-privileges", "-f", "-", *given], text)
    contents = listed.read_text(encoding="utf-8", errors="replace")
    opened = SqlDump(text, progress, name=path.name)
    opened.kind = "PostgreSQL archive"
    form, server, created = _FORM.search(contents), _SERVER.search(contents), _CREATED.search(contents)
    if server is not None:
        opened.version = f"{server[1]}{f' ({form[1].lower()})' if form is not None else ''}"
    if created is not None:
        opened.made_at = datetime.strptime(created[1], "%Y-%m-%d %H:%M:%S")
    return opened


def _restore(cell: Cell, program: Path, path: Path, arguments: list[str], out: Path) -> Path:
    size = path.stat().st_size if path.is_file() else 0
    limits = Limits(memory_bytes=2 << 30, wall_seconds=3600 + size / 1e6 * _SECONDS_A_MEGABYTE)
    source = path.open("rb") if path.is_file() else None
    try:
        with out.open("wb") as written:
            ended = cell.run(
                [str(program), *arguments],
                limits=limits,
                what="pg_restore",
                stdin=source if source is not None else subprocess.DEVNULL,
                stdout=written,
            )
    finally:
        if source is not None:
            source.close()
    if ended.code != 0:
        raise SourceError(
            f"{path.name} begins like a PostgreSQL archive, but pg_restore does not take it: {ended.said[-300:]}. If it is of KingbaseES, openGauss or GaussDB, or of a newer server, ask for a plain dump (pg_dump -Fp, sys_dump -Fp or gs_dump -F p).",
            f"{path.name} 的开头与 PostgreSQL 归档相同，但 pg_restore 无法读取：{ended.said[-300:]}。若来自 KingbaseES、openGauss、GaussDB 或更新版本的服务器，请改用纯文本转储（pg_dump -Fp、sys_dump -Fp 或 gs_dump -F p）。",
        )
    return out
