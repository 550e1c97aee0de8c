"""evidence replay, check, unmask, page, pdf: are the numbers what the claims give, is OUT whole, what is behind a code, and paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.evidence_paper import print_ring, write_page
from fraudgraph.cli.language import t
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
        "check",
        help=t(
            "Is OUT as the run left it: every file against SHA256SUMS, every figure and seal of the pages against the tables, the head hash against one kept elsewhere. "
            "Exit code 0: all equal; 8: something differs.",
            "核对 OUT 是否仍是运行写出的原样：各文件对照 SHA256SUMS，页面上的数字和校验码对照结果表，批次校验码对照另行保存的值。退出码 0 为全部一致，8 为有不一致。",
        ),
        epilog=examples(
            "fraudgraph evidence check 2025-10", "fraudgraph evidence check 2025-10 --head 3f9a61d2c07b44e5"
        ),
    )(_check)
    group.command(
        "unmask",
        help=t(
            "What stands behind the code of a shared agent, phone, account, employer or device. Who asked, when and why is logged beside OUT.",
            "查看共用代办人、电话、账户、单位、设备代码所代表的原值。何人、何时、为何查看会记入 OUT 旁的日志。",
        ),
        epilog=examples('fraudgraph evidence unmask 2025-10 A-7KQ2M4XN3P --reason "interview on 12 March"'),
    )(_unmask)
    group.command(
        "page",
        help=t(
            "A ring's dossier as one file that can be passed on alone, with the script of its drawing in it.",
            "把团伙的线索材料写成可单独转交的一个文件（含关系图所用脚本）。",
        ),
        epilog=examples("fraudgraph evidence page 2025-10 2025-10-001 --to case.html"),
    )(write_page)
    group.command(
        "pdf",
        help=t(
            "Print a ring's two-page summary and, as an annex, its dossier with the claims; with a Chromium that is on this machine.",
            "用本机的 Chromium 打印两页案情摘要，并将线索材料（含结算单）打印为附件。",
        ),
        epilog=examples("fraudgraph evidence pdf 2025-10 2025-10-001 --to 2025-10-001.pdf"),
    )(print_ring)
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


def _check(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    head: Annotated[
        str,
        typer.Option(
            "--head",
            metavar="HEX",
            help=t(
                "The head hash as it stands on a printed summary, or its beginning (8 digits at least).",
                "打印的摘要上的批次校验码，或其开头（至少 8 位）。",
            ),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from fraudgraph.report.checking import check_folder
    from fraudgraph.rings import load_rings

    if head and (len(head) < 8 or any(char not in "0123456789abcdefABCDEF" for char in head)):
        raise UsageError(
            f"--head {head!r} is no head hash: expected 8 to 64 hex digits, as they stand at the end of a printed summary.",
            f"--head {head!r} 不是批次校验码：应为 8 至 64 位十六进制数字，见打印摘要末尾。",
        )
    checked = check_folder(out, load_rings(out), head=head)
    if as_json:
        print_json({
            "head": checked.head, "file_count": checked.file_count, "figure_count": checked.figure_count,
            "faults": [{"file": f.file, "what": f.what, "kept": f.kept, "found": f.found} for f in checked.faults],
        })  # fmt: skip
    else:
        print_result(t(f"Head hash {checked.head}", f"批次校验码 {checked.head}"))
        if checked.faults:
            header = (
                t("file", "文件"),
                t("what", "项目"),
                t("as the run wrote it", "运行写出"),
                t("found", "现为"),
            )
            print_table(header, ((f.file, f.what, f.kept, f.found) for f in checked.faults))
        else:
            print_result(
                t(
                    f"{checked.file_count} files and {checked.figure_count} figures are as the run left them.",
                    f"{checked.file_count} 个文件、{checked.figure_count} 个数字均与运行写出的一致。",
                )
            )
    if checked.faults:
        names = ", ".join(dict.fromkeys(fault.file for fault in checked.faults))
        raise ReplayError(
            f"{out} is not as the run left it: {names}. Use a whole copy, or run again; nothing from the files named may be relied on.",
            f"{out} 已不是运行写出的原样：{names}。请使用完整的副本或重新运行；所列文件不可采信。",
        )


def _unmask(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    code: Annotated[
        str,
        typer.Argument(metavar="CODE", help=t("The code, such as A-7KQ2M4XN3P.", "代码，如 A-7KQ2M4XN3P。")),
    ],
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help=t("What for; goes into the log.", "用途，记入日志。")),
    ],
    as_json: AsJson = False,
) -> None:
    from fraudgraph.casework.access_log import log_access
    from fraudgraph.rings import load_run_settings
    from fraudgraph.rings.kept_store import opened

    if not reason.strip():
        raise UsageError(
            "--reason is empty. Say what the value is needed for; it goes into the log.",
            "--reason 为空。请写明用途，将记入日志。",
        )
    with opened(out, load_run_settings(out)) as store:
        rows = store.rows(
            "SELECT kind, value FROM shared_identifiers WHERE code = $code", code=code.strip().upper()
        )
    if not rows:
        raise UsageError(
            f"No shared identifier of this run has the code {code!r}. Codes stand among the members of a ring: `fraudgraph rings show`.",
            f"本批次没有代码为 {code!r} 的共用信息。代码见团伙成员：`fraudgraph rings show`。",
        )
    log_access(out, command="evidence unmask", subject=code.strip().upper(), reason=reason.strip(), shown=1)
    kind, value = rows[0]
    if as_json:
        print_json({"code": code.strip().upper(), "kind": kind, "value": value})
    else:
        print_result(str(value))


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
