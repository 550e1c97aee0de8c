"""evidence replay: are the numbers of a ring what the claims give?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table
from fraudgraph.errors import ReplayError

if TYPE_CHECKING:
    from fraudgraph.report.naming import Naming
    from fraudgraph.rings.replay import Replay

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="evidence",
        help=t("Check the evidence behind the rings.", "核对疑似团伙的证据。"),
        no_args_is_help=True,
    )
    group.callback()(_group)
    group.command(
        "replay",
        help=t(
            "Count every number of a ring's evidence again from the claims kept in OUT and say where one differs. "
            "Exit code 0: all equal; 8: one differs.",
            "用 OUT 中保存的结算数据重新计算团伙证据的每个数字，并指出不一致之处。退出码 0 为全部一致，8 为有不一致。",
        ),
        epilog=examples(
            "fraudgraph evidence replay 2025-10 2025-10-001",
            "fraudgraph evidence replay 2025-10            # every ring put forward",
        ),
    )(_replay)
    app.add_typer(group)


def _group() -> None:
    """A group of one command stays a group."""


def _replay(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    ring_id: Annotated[
        str | None,
        typer.Argument(
            metavar="RING",
            help=t(
                "The ring's number; every ring put forward if left out.",
                "团伙编号；不写则逐一复算列入清单的团伙。",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.report.naming import Naming
    from fraudgraph.rings import load_rings, load_run_settings
    from fraudgraph.rings.replay import find_ring, replay_ring

    settings, rings = load_run_settings(out), load_rings(out)
    wanted = [find_ring(rings, ring_id)] if ring_id else [ring for ring in rings if ring.listed]
    found = []
    for ring in wanted:
        replay = replay_ring(out, ring.ring_id)
        found.append((replay, Naming([ring], settings)))
        if not as_json:
            _tell(*found[-1])
    if as_json:
        print_json([_record(replay, naming) for replay, naming in found])
    differing = [replay for replay, _ in found if not replay.equal]
    if differing:
        count, names = (
            sum(len(replay.differences) for replay in differing),
            ", ".join(r.ring_id for r in differing),
        )
        raise ReplayError(
            f"{count} numbers in {out} are not what its claims give ({names}). The tables or the claims were changed after the run, or "
            "another version of the program wrote them: run again, and use nothing from this folder until it replays.",
            f"{out} 中有 {count} 个数字与其结算数据不符（{names}）。结果表或结算数据在运行后被改动，或由其他版本的程序写出：请重新运行，在复算一致之前不要使用该目录中的内容。",
        )


def _tell(replay: Replay, naming: Naming) -> None:
    zh = f"{replay.ring_id}：证据 {replay.evidence_count} 条、数字 {replay.number_count} 个，依据结算单 {replay.claim_count} 张，"
    en = f"{replay.ring_id}: {replay.evidence_count} sentences, {replay.number_count} numbers, from {replay.claim_count} claims: "
    if replay.equal:
        print_result(t(en + "all as the claims give them.", zh + "复算全部一致。"))
        return
    print_result(t(en + f"{len(replay.differences)} differ.", zh + f"{len(replay.differences)} 个不一致。"))
    header = (t("where", "位置"), t("number", "项目"), t("in OUT", "结果表"), t("from the claims", "复算"))
    print_table(header, (tuple(row.values()) for row in _record(replay, naming)["differences"]))


def _record(replay: Replay, naming: Naming) -> dict[str, object]:
    return {
        "ring_id": replay.ring_id,
        "equal": replay.equal,
        "evidence_count": replay.evidence_count,
        "number_count": replay.number_count,
        "claim_count": replay.claim_count,
        "differences": [
            {"where": naming.sentence(d.where), "what": d.what, "kept": naming.sentence(d.kept), "again": naming.sentence(d.again)}
            for d in replay.differences
        ],
    }  # fmt: skip
