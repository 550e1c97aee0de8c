"""A backup whose reader runs in a child process: looks like any other database from here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.backups.confined import Cell, Limits
from fraudgraph.backups.form import Column, Losses, Remark
from fraudgraph.errors import SourceError

__all__ = ["IsolatedDatabase"]

_TOLD = 3
_WALL_SECONDS = 12 * 3600.0


class _Table:
    """One table; each call of `batches` starts a child of its own."""

    def __init__(self, database: IsolatedDatabase, number: int, said: dict[str, Any]) -> None:
        self.schema: str = said["schema"]
        self.name: str = said["name"]
        self.row_count: int | None = said["row_count"]
        self.columns = tuple(
            Column(name=name, type=kind, code_page=page) for name, kind, page in said["columns"]
        )
        self.losses = Losses()
        self._database = database
        self._number = number

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's rows, as the child sends them."""
        yield from self._database.stream(self._number, self)


class IsolatedDatabase:
    """A database opened by `module.open_inside(files, folder)` in a child process.

    Parameters
    ----------
    cell : Cell
        Where the child works; the files lie in it.
    module : str
        The reader.
    files : sequence of Path
        The copies it opens.
    title : str
        What the backup is called in messages.
    import_from : sequence of Path
        Folders with packages that only the child sees.
    preload : sequence of str
        Modules to import while the child still may read every folder.
    memory_bytes : int or None
        Limit of its address space.

    Raises
    ------
    SourceError
        What the reader says of the backup, or that it broke down on it.
    """

    def __init__(
        self,
        cell: Cell,
        module: str,
        files: Sequence[Path],
        *,
        title: str,
        import_from: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        preload: Sequence[str] = (),
        memory_bytes: int | None = 6 << 30,
    ) -> None:
        self._cell = cell
        self._module = module
        self._title = title
        self._files = [str(file) for file in files]
        self._preload = list(preload)
        self._environment = dict(environment or {})
        self._import_from = [str(folder) for folder in import_from]
        self._limits = Limits(memory_bytes=memory_bytes, wall_seconds=_WALL_SECONDS)
        cell.hand_over()
        said = self._list()
        self.kind: str = said["kind"]
        self.version: str = said["version"]
        self.made_at = datetime.fromisoformat(said["made_at"]) if said["made_at"] else None
        self.warnings = [Remark(en, zh) for en, zh in said["warnings"]]
        self.skipped: dict[str, int] = said["skipped"]
        self._tables = [_Table(self, number, one) for number, one in enumerate(said["tables"])]

    def tables(self) -> Sequence[_Table]:
        """Its tables, as the reader lists them."""
        return self._tables

    def close(self) -> None:
        """End what still runs."""
        self._cell.close()

    def stream(self, number: int, table: _Table) -> Iterator[pa.RecordBatch]:
        """The batches of one table from a child of its own."""
        losses = self._cell.folder / f"losses-{number}.json"
        with (self._cell.folder / f"said-{number}").open("w+b") as said:
            child = self._start(number, losses, stdout=subprocess.PIPE, stderr=said)
            assert child.stdout is not None  # asked for above
            try:
                with pa.ipc.open_stream(child.stdout) as stream:
                    yield from stream
            except (pa.ArrowInvalid, OSError):
                pass  # it ended early: its exit code says why
            finally:
                child.stdout.close()
            code = child.wait()
            said.seek(0)
            self._check(code, said.read())
        table.losses = Losses()
        for one in json.loads(losses.read_text(encoding="utf-8")):
            table.losses.add(one["kind"], one["column"], one["count"], one["example"])

    def _list(self) -> dict[str, Any]:
        with (
            (self._cell.folder / "listed").open("w+b") as out,
            (self._cell.folder / "said").open("w+b") as said,
        ):
            code = self._start(None, None, stdout=out, stderr=said).wait()
            out.seek(0)
            said.seek(0)
            self._check(code, said.read())
            answer: dict[str, Any] = json.loads(out.read())
        return answer

    def _start(
        self, number: int | None, losses: Path | None, *, stdout: Any, stderr: Any
    ) -> subprocess.Popen[bytes]:
        asked = {
            "module": self._module,
            "preload": self._preload,
            "files": self._files,
            "folder": str(self._cell.folder),
            "table": number,
            "losses": str(losses),
            "user": self._cell.user,
        }
        return self._cell.start(
            [sys.executable, "-P", "-m", "fraudgraph.backups.child", json.dumps(asked)],
            limits=self._limits,
            environment={
                **self._environment,
                "PYTHONPATH": os.pathsep.join([*self._import_from, *filter(None, sys.path)]),
            },
            stdout=stdout,
            stderr=stderr,
            stay=True,
        )

    def _check(self, code: int, said: bytes) -> None:
        if code == 0:
            return
        text = said.decode("utf-8", errors="replace").strip()
        if code == _TOLD:
            raise SourceError(*json.loads(text))
        name = self._title
        last = text.splitlines()[-1][:300] if text else f"exit code {code}"
        raise SourceError(
            f"{name} could not be read: its reader broke down ({last}). The file is damaged, or of a form that is not known here; ask for a dump in SQL text.",
            f"无法读取 {name}：读取程序异常终止（{last}）。文件可能已损坏或格式未知；请改提供 SQL 文本转储。",
        )
