"""watch: the daily look."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.month import up_to_date
from fraudgraph.cli.options import AsJson, WorkspaceToUse, day_as_typed, examples
from fraudgraph.cli.terminal import print_json, print_result, progress
from fraudgraph.errors import UsageError

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "watch",
        help=t(
            "Add a day's claims: which known rings moved, which new ones crossed the line, where they may be next.",
            "加入当日结算：哪些已知团伙有动作，哪些新团伙达到门槛，下一次可能在何处。",
        ),
        epilog=examples("fraudgraph watch 2025-11-03 --workspace W"),
    )(_watch)


def _watch(
    day: Annotated[
        str, typer.Argument(metavar="DAY", help=t("The day, such as 2025-11-03.", "日期，如 2025-11-03。"))
    ],
    workspace: WorkspaceToUse = None,
    known: Annotated[
        bool,
        typer.Option(
            "--known",
            help=t("Known rings only: quick, no new ones.", "只看已知团伙：较快，不找新团伙。"),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.settings import load_settings

    asked = day_as_typed(day, "DAY")
    if asked is None:
        raise UsageError("Give a day.", "请给出日期。")
    place = up_to_date(workspace)
    settings = load_settings(place.settings)

    from fraudgraph.jobs.watch import watch_day

    with progress() as bars:
        done = watch_day(place, asked, settings, progress=bars, known_only=known)
    if as_json:
        print_json(done)
        return
    rings = len({one.ring_id for one in done.moved})
    print_result(
        t(
            f"{done.day}: {done.claims:,} claims; {rings} known rings moved, {len(done.crossed)} new ones crossed the line, {len(done.expected)} sessions foreseen, in {done.seconds:.0f} s.\nLook first: {done.out / 'day.html'}",
            f"{done.day}：结算单 {done.claims:,} 张；已知团伙有动作 {rings} 个，新达到门槛 {len(done.crossed)} 个，预计同现 {len(done.expected)} 次，用时 {done.seconds:.0f} 秒。\n先看：{done.out / 'day.html'}",
        )
    )
