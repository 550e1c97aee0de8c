"""What the commands of casework share: who acts, when, in which room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import workspace_of
from fraudgraph.cli.terminal import print_json, print_result
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.cases.events import Entry, Event
    from fraudgraph.cases.room import CaseRoom
    from fraudgraph.cases.store import Reader
    from fraudgraph.jobs.workspace import Workspace

__all__ = [
    "By",
    "CaseId",
    "Reason",
    "With",
    "act",
    "check_in_step",
    "in_step",
    "moment_as_typed",
    "now",
    "room_of",
    "tell",
]

By = Annotated[str, typer.Option("--by", help=t("Who acts.", "办理人。"))]
With = Annotated[str, typer.Option("--with", help=t("The second person.", "第二人。"))]
Reason = Annotated[str, typer.Option("--reason", help=t("Why.", "理由。"))]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help=t("The case's number.", "案件编号。"))]


def room_of(workspace: Path | None) -> CaseRoom:
    """The case room of the workspace that is meant."""
    from fraudgraph.cases.room import CaseRoom

    return CaseRoom(workspace_of(workspace).root)


def now() -> datetime:
    """The local time, as officers write it: to the minute, without a zone."""
    return datetime.now().replace(second=0, microsecond=0)


def moment_as_typed(text: str | None) -> tuple[datetime, bool]:
    """A day or a moment as typed, and whether it has a clock; now if left out."""
    if text is None:
        return now(), True
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None), "T" in text or " " in text.strip()
    except ValueError:
        raise UsageError(
            f"--on takes a day or a moment of the form 2026-03-02 or 2026-03-02T15:30, not {text!r}.",
            f"--on 应为形如 2026-03-02 或 2026-03-02T15:30 的日期或时刻，不能是 {text!r}。",
        ) from None


def act(workspace: Path | None, decide: Callable[[Reader], Sequence[Entry]]) -> list[Event]:
    """Look and record in one step."""
    return room_of(workspace).store().act(decide)


def tell(events: list[Event], as_json: bool, en: str, zh: str) -> None:
    """Say what was recorded, with the number by which it is known."""
    if as_json:
        print_json(events)
        return
    numbers = ", ".join(str(one.seq) for one in events)
    print_result(t(f"{en} (event {numbers})", f"{zh}（第 {numbers} 条事件）"))


def check_in_step(place: Workspace) -> None:
    """Where the workspace has a case store, see that verdicts, hand edits, holds and ledger say what it knows.

    Raises
    ------
    ReplayError
        If a line was changed since, or is gone.
    """
    from fraudgraph.cases.old_files import check_unchanged
    from fraudgraph.cases.room import CaseRoom

    store = CaseRoom(place.root).store()
    if store.exists():
        with store.read() as reader:
            check_unchanged(reader, place.casework)


@contextmanager
def in_step(place: Workspace, *, by: str) -> Iterator[None]:
    """What is added to the older files meanwhile goes into the case store as well, where there is one."""
    from fraudgraph.cases.old_files import take_over
    from fraudgraph.cases.room import CaseRoom

    check_in_step(place)
    yield
    store = CaseRoom(place.root).store()
    if store.exists():
        store.act(lambda reader: take_over(reader, place.casework, by=by))
