"""Oracle's `exp` dumps by oradmp (alpha), in a child process on a copy."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.backups.confined import Cell
from fraudgraph.backups.form import Column, Losses, ReaderOptions, Remark
from fraudgraph.backups.isolated import IsolatedDatabase
from fraudgraph.backups.parts import parts_folder
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.progress import Progress

__all__ = ["open_database", "open_inside"]

_DIRECT = re.compile(rb"\A.{3}EXPORT:V\d\d\.\d\d\.\d\d\n(D)", re.S)
_ALPHA = Remark(
    "Oracle exp dumps are read by a library that is still alpha: compare the row counts with the export's log.",
    "Oracle exp 转储由尚处于 alpha 阶段的程序库读取：请与导出日志中的行数核对。",
)
_TURNED = Remark(
    "The dump was made with direct=y; the mark for that was changed in the copy, because the library does not know this version's. Compare row counts with the export's log.",
    "该转储以 direct=y 生成；程序库不识别此版本的相应标记，已在副本中改写。请与导出日志中的行数核对。",
)


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> IsolatedDatabase:
    """Open a copy of a dump.

    Raises
    ------
    UsageError
        If the library is not here.
    """
    path, home = paths[0], parts_folder(options.parts) / "oracle"
    if not (home / "oradmp").is_dir() and find_spec("oradmp") is None:
        raise UsageError(
            f"{path.name} is an Oracle exp dump; its reader oradmp (MIT / Apache) is not here. Fetch it once: `fraudgraph backups get oracle`.",
            f"{path.name} 是 Oracle exp 转储；本机没有读取它的 oradmp（MIT / Apache）。请获取一次：`fraudgraph backups get oracle`。",
        )
    cell = Cell(options.scratch, "oracle")
    progress.stage(f"Copying {path.name}", f"复制 {path.name}")
    copy = cell.take_in(path, "dump.dmp")
    with copy.open("r+b") as file:
        direct = _DIRECT.match(file.read(64))
        if direct is not None:
            file.seek(direct.start(1))
            file.write(b"U")
    opened = IsolatedDatabase(
        cell, "fraudgraph.backups.oracle_exp", [copy], title=path.name, import_from=[home], preload=["oradmp"]
    )
    if direct is not None:
        opened.warnings.append(_TURNED)
    return opened


def open_inside(files: Sequence[Path], folder: Path) -> _Database:  # noqa: ARG001  # the protocol
    """In the child: open the copy.

    Raises
    ------
    SourceError
        If the library does not take the dump.
    """
    oradmp = import_module("oradmp")
    warnings.simplefilter("ignore")
    try:
        return _Database(
            oradmp.open(
                files[0],
                on_value_error="null",
                unconfirmed_lob="decode",
                interval_as="string",
                number_default="string",
            )
        )
    except oradmp.OradmpError as problem:
        raise _said(problem) from None


def _said(problem: Exception) -> SourceError:
    return SourceError(
        f"The Oracle dump can't be read further: {problem}. Ask for the tables as csv or INSERT text.",
        f"该 Oracle 转储无法继续读取：{problem}。请将各表导出为 csv 或 INSERT 文本。",
    )


class _Table:
    def __init__(self, dump: Any, info: Any, charset: str | None) -> None:
        self.schema = ""
        self.name: str = info.name
        self.row_count: int = info.num_rows
        self.losses = Losses()
        self.columns = tuple(
            Column(name=one.name, type=(one.declared or one.oracle_type).lower(), code_page=charset if one.charset_id else None)
            for one in info.columns
        )  # fmt: skip
        self._dump = dump
        self._number: int = info.ordinal

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's rows as the library gives them."""
        errors = import_module("oradmp").OradmpError
        try:
            with self._dump.read_table(self._number) as reader:
                yield from reader
                for one in reader.warnings:
                    self.losses.add(
                        str(getattr(one, "code", one)),
                        count=getattr(one, "count", None) or 1,
                        example=str(one),
                    )
        except errors as problem:
            raise _said(problem) from None


class _Database:
    kind = "Oracle export (exp)"
    made_at = None

    def __init__(self, dump: Any) -> None:
        self._dump = dump
        catalog, info = dump.scan(), dump.info
        self.version: str = info.version
        self.warnings = [_ALPHA]
        self.skipped: dict[str, int] = {}
        if catalog.end != "complete":
            self.warnings.append(
                Remark(
                    f"The dump could be followed only up to a place inside it ({catalog.stop_error}): later tables are missing. Ask for these as csv or INSERT text.",
                    f"转储文件只能读到中途（{catalog.stop_error}）：其后的表缺失。请将这些表导出为 csv 或 INSERT 文本。",
                )
            )
        self._tables = [_Table(dump, one, info.client_charset or info.db_charset) for one in catalog.tables]

    def tables(self) -> Sequence[_Table]:
        """Tables with rows."""
        return self._tables

    def close(self) -> None:
        """Close the copy."""
        self._dump.close()
