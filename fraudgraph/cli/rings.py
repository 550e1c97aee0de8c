"""rings list, rings show: what a run found, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import DEFAULT_OUT, AsJson, Capacity, OutToRead, examples
from fraudgraph.cli.terminal import print_json, print_result
from fraudgraph.errors import UsageError, nearest_hint

if TYPE_CHECKING:
    from fraudgraph.records import Ring

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="rings",
        help=t("Look at the rings that a run found.", "查看一次运行发现的疑似团伙。"),
    )
    group.command(
        "list",
        help=t("The rings put forward, in the order to open them.", "按应核查的先后列出疑似团伙。"),
        epilog=examples(
            "fraudgraph rings list --out 2025-10",
            "fraudgraph rings list --out 2025-10 --all --json",
            "fraudgraph rings list --out 2025-10 --capacity 10",
        ),
    )(_list)
    group.command(
        "show",
        help=t(
            "One ring: members and roles, evidence, lawful explanations tried, money.",
            "查看一个疑似团伙：成员与角色、证据、已排查的合理解释、金额。",
        ),
        epilog=examples("fraudgraph rings show 2025-10-001 --out 2025-10"),
    )(_show)
    app.add_typer(group)


def _list(
    out: OutToRead = DEFAULT_OUT,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help=t(
                "Also the rings that were looked at and not put forward.", "也列出已考察但未列为线索的团伙。"
            ),
        ),
    ] = False,
    capacity: Capacity = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.rings import load_rings, load_run_settings

    rings = tuple(ring for ring in load_rings(out) if every or ring.listed)
    if capacity is not None:
        from fraudgraph.rings import choose_rings

        rings = choose_rings(tuple(ring for ring in rings if ring.listed), capacity)
    if as_json:
        from fraudgraph.report import ring_record

        kept = load_run_settings(out)
        print_json([{"listed": ring.listed, **ring_record(ring, kept)} for ring in rings])
    else:
        from fraudgraph.report import rings_table

        print_result(rings_table(rings, language()))


def _show(
    ring_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help=t("The ring's number, such as 2025-10-001.", "团伙编号，如 2025-10-001。")
        ),
    ],
    out: OutToRead = DEFAULT_OUT,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.rings import load_rings, load_run_settings

    ring = _find(load_rings(out), ring_id)
    if as_json:
        from fraudgraph.report import ring_record

        print_json({"listed": ring.listed, **ring_record(ring, load_run_settings(out))})
    else:
        from fraudgraph.report import ring_text

        print_result(ring_text(ring, language(), settings=load_run_settings(out)))


def _find(rings: tuple[Ring, ...], ring_id: str) -> Ring:
    for ring in rings:
        if ring.ring_id == ring_id:
            return ring
    hint_en, hint_zh = nearest_hint(ring_id, [ring.ring_id for ring in rings])
    raise UsageError(
        f"There is no ring {ring_id!r} among the {len(rings)} of this run; {hint_en}",
        f"本批次的 {len(rings)} 个疑似团伙中没有 {ring_id!r};{hint_zh}",
    )
