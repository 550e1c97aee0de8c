"""What the commands print with: results on stdout, everything said on the way on stderr."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fraudgraph.cli.language import t
from fraudgraph.progress import NullProgress, Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["command_name", "print_json", "print_result", "print_table", "progress", "say"]


def print_result(text: str) -> None:
    """A line (or several) of the answer, on stdout, exactly as given."""
    print(text.removesuffix("\n"))  # noqa: T201


def print_json(value: Any) -> None:
    """The answer for programs: indented JSON on stdout; records become objects, amounts numbers, dates ISO text."""
    print_result(json.dumps(value, default=_plain, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A small table on stdout: aligned on a terminal, one tab-separated line a row in a pipe."""
    if not sys.stdout.isatty():
        for row in [header, *rows]:
            print_result("\t".join(row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


def say(text: str) -> None:
    """A message for the person at the terminal or the job's log, on stderr."""
    print(text, file=sys.stderr)  # noqa: T201


def command_name() -> str:
    """How this program is called from here: its name if the shell finds it, else the path to type."""
    program = Path(sys.argv[0])
    if program.stem != "fraudgraph":
        return "python -m fraudgraph"
    found = shutil.which("fraudgraph")
    if found is not None and Path(found).resolve() == program.resolve():
        return "fraudgraph"
    folder = Path.cwd()
    return str(program.relative_to(folder) if program.is_relative_to(folder) else program)


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars on a terminal, silence in a pipe; over when the block is left, also by a failure."""
    listener: Progress = _TerminalProgress() if sys.stderr.isatty() else NullProgress()
    try:
        yield listener
    finally:
        listener.done()


class _TerminalProgress:
    """One bar per stage, each left standing with its time when the next begins."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._stage: TaskID | None = None

    def stage(self, name_en: str, name_zh: str, total: int | None = None) -> None:
        self._finish_stage()
        self._bars.start()
        self._stage = self._bars.add_task(t(name_en, name_zh), total=total)

    def advance(self, n: int = 1) -> None:
        if self._stage is not None:
            self._bars.advance(self._stage, n)

    def done(self) -> None:
        self._finish_stage()
        self._bars.stop()

    def _finish_stage(self) -> None:
        if self._stage is None:
            return
        task = next(task for task in self._bars.tasks if task.id == self._stage)
        total = task.total if task.total is not None else max(task.completed, 1)
        self._bars.update(self._stage, total=total, completed=total)
        self._stage = None


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return str(value)
