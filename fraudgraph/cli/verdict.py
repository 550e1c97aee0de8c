"""verdict: what investigators found, by hand or from returned lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.case_options import in_step
from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, WorkspaceToUse, day_as_typed, examples, workspace_of
from fraudgraph.cli.terminal import print_json, print_result, print_table, say
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.casework.verdicts import Standing

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "verdict",
        help=t(
            "Record what an investigator found, read a returned list, or show where each ring stands.",
            "登记核查结论、读回交回的清单，或查看各团伙的结论。",
        ),
        epilog=examples(
            'fraudgraph verdict R-2025-0017 confirmed --by 李敏 --reason "…" --workspace W',
            'fraudgraph verdict R-2025-0003 cleared --by 王强 --reason "…" --expires 2026-06-30 --workspace W',
            "fraudgraph verdict --from returned.xlsx --from west.csv --workspace W",
            "fraudgraph verdict --list --workspace W",
        ),
    )(_verdict)


def _verdict(
    ring: Annotated[
        str | None, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))
    ] = None,
    verdict: Annotated[
        str | None,
        typer.Argument(
            metavar="VERDICT",
            help=t(
                "pending, confirmed, cleared or insufficient.",
                "pending 待核、confirmed 查实、cleared 排除、insufficient 证据不足。",
            ),
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help=t("Who found it.", "核查人。"))] = "",
    reason: Annotated[str, typer.Option("--reason", help=t("Why.", "理由。"))] = "",
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help=t("When; today by default.", "日期，默认今天。"))
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="DAY", help=t("The last day on which it holds.", "有效期至。")),
    ] = None,
    settles: Annotated[
        bool,
        typer.Option(
            "--settles", help=t("Overrule what others said before.", "以此为准，取代此前不一致的结论。")
        ),
    ] = False,
    returned: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", metavar="FILE", help=t("A returned list (xlsx or csv).", "交回的清单（xlsx 或 csv）。")
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help=t("Show where each ring stands.", "查看各团伙的结论。"))
    ] = False,
    workspace: WorkspaceToUse = None,
    as_json: AsJson = False,
) -> None:
    place = workspace_of(workspace)
    when = day_as_typed(on, "--on") or date.today()
    if show:
        _show(workspace, as_json)
        return
    from fraudgraph.casework.returns import read_returns
    from fraudgraph.casework.verdicts import Verdict, add_verdicts, check_days, read_verdicts
    from fraudgraph.jobs.registers import check_known

    if returned:
        known = read_verdicts(place.casework)
        found = []
        for path in returned:
            given = read_returns(path, on=when, by=by, known=known, tell=lambda en, zh: say(t(en, zh)))
            try:
                check_known(place, [one.ring_id for one in given])
                check_days(given, date.today())
            except UsageError as problem:
                raise UsageError(
                    f"{path.name}: {problem.message_en}", f"{path.name}：{problem.message_zh}"
                ) from None
            found += given
    elif ring is not None and verdict is not None:
        found = [
            Verdict(
                ring_id=ring, verdict=verdict, by=by, on=when, reason=reason,
                expires_on=day_as_typed(expires, "--expires"), settles=settles,
            )
        ]  # fmt: skip
    else:
        raise UsageError(
            "Give a ring and a verdict, or returned lists with --from, or --list.",
            "请给出团伙编号和结论，或用 --from 给出交回的清单，或用 --list 查看。",
        )
    check_known(place, [one.ring_id for one in found])
    check_days(found, date.today())
    with in_step(place, by=by or "verdict"):
        added = add_verdicts(place.casework, found)
    _tell_disagreeing(workspace, {one.ring_id for one in found})
    if not added:
        print_result(
            t(
                f"Nothing new: all {len(found)} verdicts were recorded before; a list that comes back twice counts once.",
                f"没有新内容：{len(found)} 条核查结论此前均已登记；重复交回的清单只计一次。",
            )
            if found
            else t("No row holds a verdict; nothing was recorded.", "没有填写核查结论的行，未登记任何内容。")
        )
        return
    print_result(
        t(
            f"{added} verdicts recorded, {len(found) - added} were known already. The next `fraudgraph month` takes them up.",
            f"已登记核查结论 {added} 条，另有 {len(found) - added} 条此前已登记。下次执行 `fraudgraph month` 时生效。",
        )
    )


def _standings(workspace: Path | None) -> dict[str, Standing]:
    from fraudgraph.casework.verdicts import read_verdicts, standings
    from fraudgraph.settings import load_settings

    place = workspace_of(workspace)
    settings = load_settings(place.settings)
    return dict(standings(read_verdicts(place.casework), date.today(), settings.casework))


def _tell_disagreeing(workspace: Path | None, rings: set[str]) -> None:
    for name, standing in _standings(workspace).items():
        if name in rings and standing.disagreeing:
            said = ", ".join(f"{one.by}: {one.verdict} ({one.on})" for one in standing.disagreeing)
            say(
                t(
                    f"Verdicts on {name} contradict each other: {said}. It stays on the list until somebody settles it (--settles).",
                    f"{name} 的核查结论不一致：{said}。在有人以 --settles 裁定之前保留在清单上。",
                )
            )


def _show(workspace: Path | None, as_json: bool) -> None:
    found = list(_standings(workspace).values())
    if as_json:
        print_json(found)
        return
    print_table(
        (t("ring", "团伙"), t("verdict", "结论"), t("by", "核查人"), t("on", "日期"), t("note", "说明")),
        (
            (
                one.ring_id, one.verdict, one.last.by, str(one.last.on),
                t("contradictory", "结论不一致") if one.disagreeing else t("expired", "已过期") if one.expired else one.last.reason,
            )
            for one in found
        ),
    )  # fmt: skip
