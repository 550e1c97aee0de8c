"""expand: from a few known cards, doctors or places to the group they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table, say

if TYPE_CHECKING:
    from fraudgraph.expansion import ExpandedMember, Expansion
    from fraudgraph.report.naming import Naming

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "expand",
        help=t(
            "Grow a group from known cards, doctors or places, and say why each member joined and where it ends.",
            "由已知的卡、医师或机构扩展出一个群组，说明每个成员加入的理由和停止的原因。",
        ),
        epilog=examples(
            "fraudgraph expand 2025-10 --patients A,B,C",
            "fraudgraph expand 2025-10 --tip tip.txt --json",
            "fraudgraph expand 2025-10 --doctors D1 --pharmacies P1",
        ),
    )(_expand)


def _ids(help_en: str, help_zh: str) -> Any:
    return typer.Option(metavar="A,B,C", help=t(help_en, help_zh), show_default=False)


def _expand(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    patients: Annotated[str, _ids("Ids of known cards.", "已知的卡（人员编号）。")] = "",
    doctors: Annotated[str, _ids("Ids of known doctors.", "已知的医师。")] = "",
    facilities: Annotated[str, _ids("Ids of known facilities.", "已知的医疗机构。")] = "",
    pharmacies: Annotated[str, _ids("Ids of known pharmacies.", "已知的药店。")] = "",
    operators: Annotated[str, _ids("Ids of known operators.", "已知的经办人。")] = "",
    tip: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=t(
                "A text file; every id in it that occurs in the claims is taken as known.",
                "线索文本文件；其中凡在结算数据中出现的编号均视为已知。",
            ),
            show_default=False,
        ),
    ] = None,
    most: Annotated[
        int,
        typer.Option("--most", metavar="N", min=3, help=t("Largest number of patients.", "参保人数上限。")),
    ] = 300,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.expansion import expand_group, read_seeds
    from fraudgraph.report.naming import Naming
    from fraudgraph.rings import load_run_settings
    from fraudgraph.store import Store

    kept = load_run_settings(out)
    naming = Naming((), kept)
    named = {
        "patient": patients, "doctor": doctors, "facility": facilities, "pharmacy": pharmacies, "operator": operators,
    }  # fmt: skip
    with Store(
        out, threads=kept.run.threads, memory_limit_gib=kept.run.memory_limit_gib, read_only=True
    ) as store:
        seeds, unknown = read_seeds(store, named, tip)
        found = expand_group(store, seeds, most=most)
    if unknown:
        say(
            t(
                f"Not in this run's claims and left out: {', '.join(unknown)}.",
                f"本批次的结算数据中没有以下编号，已略去：{'、'.join(unknown)}。",
            )
        )
    if as_json:
        print_json(_record(found, naming, unknown))
    else:
        _tell(found, naming)


def _record(found: Expansion, naming: Naming, unknown: tuple[str, ...]) -> dict[str, object]:
    """The group as plain values; the keys are described in docs/outputs.md."""
    return {
        "members": [
            {
                "entity_type": str(m.entity_type), "entity_id": naming.entity(m.entity_type, m.entity_id), "seed": m.seed,
                "reason": m.reason, "reason_zh": m.reason_zh, "observed": m.observed, "expected": m.expected, "p": m.p,
            }
            for m in found.members
        ],
        "stop_reason": found.stop_reason, "stop_reason_zh": found.stop_reason_zh, "stop_rule": found.stop_rule,
        "note": found.note, "note_zh": found.note_zh, "looked_at": found.looked_at, "unknown_ids": list(unknown),
    }  # fmt: skip


def _tell(found: Expansion, naming: Naming) -> None:
    zh = language() == "zh"
    print_result(
        t(
            "A group grown from what is known: leads, not a verdict; everyone in it may have a lawful reason.",
            "由已知线索扩展出的群组：仅为线索，不是结论；其中每个人都可能有合理原因。",
        )
    )
    print_table(
        [t("kind", "类别"), t("id", "编号"), t("known", "已知"), t("why", "理由")],
        [_row(m, naming, zh) for m in found.members],
    )
    print_result(found.stop_reason_zh if zh else found.stop_reason)
    if found.note:
        print_result(found.note_zh if zh else found.note)


def _row(member: ExpandedMember, naming: Naming, zh: bool) -> list[str]:
    from fraudgraph.report.words import KINDS

    return [
        KINDS[member.entity_type].of("zh" if zh else "en"),
        naming.entity(member.entity_type, member.entity_id),
        t("yes", "是") if member.seed else "",
        member.reason_zh if zh else member.reason,
    ]
