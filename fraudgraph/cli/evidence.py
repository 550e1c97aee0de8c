"""evidence replay, evidence pdf: are the numbers of a ring what the claims give; its dossier on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table
from fraudgraph.errors import ReplayError, UsageError

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
    group.command(
        "pdf",
        help=t(
            "Print a ring's dossier as pdf, with a Chromium that is on this machine.",
            "用本机的 Chromium 将线索材料打印为 pdf。",
        ),
        epilog=examples("fraudgraph evidence pdf 2025-10 2025-10-001 --to 2025-10-001.pdf"),
    )(_pdf)
    app.add_typer(group)


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


def _pdf(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    ring_id: Annotated[str, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="F",
            help=t("The pdf; RING.pdf here if left out.", "pdf 文件；默认为当前目录下的 RING.pdf。"),
        ),
    ] = None,
) -> None:
    from fraudgraph.doctor import find_chromium
    from fraudgraph.report.files import dossier_name
    from fraudgraph.report.pdf import print_page
    from fraudgraph.rings import load_rings
    from fraudgraph.rings.replay import find_ring

    name = dossier_name(find_ring(load_rings(out), ring_id).ring_id)
    chromium = find_chromium()
    if chromium is None:
        raise UsageError(
            "No Chromium was found on this machine; install one, or name it in the environment variable BROWSER_PATH. The page itself opens and prints in any browser.",
            "本机没有找到 Chromium：请安装，或用环境变量 BROWSER_PATH 指明。线索材料也可在任何浏览器中打开并打印。",
        )
    target = to or Path(name).with_suffix(".pdf")
    print_page(out / "dossiers" / name, target, chromium=chromium, lang=language())
    print_result(str(target))


def _tell(replay: Replay, naming: Naming) -> None:
    zh = f"{replay.ring_id}：证据 {replay.evidence_count} 条、数字 {replay.number_count} 个，依据结算单 {replay.claim_count} 张，"
    en = f"{replay.ring_id}: {replay.evidence_count} sentences, {replay.number_count} numbers, from {replay.claim_count} claims: "
    if replay.equal:
        print_result(t(en + "all as the claims give them.", zh + "复算全部一致。"))
        return
    print_result(t(en + f"{len(replay.differences)} differ.", zh + f"{len(replay.differences)} 个不一致。"))
    header = (t("where", "位置"), t("number", "项目"), t("in OUT", "结果表"), t("from the claims", "复算"))
    print_table(header, (tuple(row.values()) for row in _differences(replay, naming)))


def _record(replay: Replay, naming: Naming) -> dict[str, object]:
    return {
        "ring_id": replay.ring_id,
        "equal": replay.equal,
        "evidence_count": replay.evidence_count,
        "number_count": replay.number_count,
        "claim_count": replay.claim_count,
        "differences": _differences(replay, naming),
    }


def _differences(replay: Replay, naming: Naming) -> list[dict[str, str]]:
    return [
        {"where": naming.sentence(d.where), "what": d.what, "kept": naming.sentence(d.kept), "again": naming.sentence(d.again)}
        for d in replay.differences
    ]  # fmt: skip
