"""demo, run, sample: the commands that make something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import (
    DEFAULT_OUT,
    AsJson,
    Capacity,
    MappingFile,
    OutToWrite,
    Replace,
    SettingsFile,
    examples,
)
from fraudgraph.cli.sampling import make_hospital_year, plant_beside
from fraudgraph.cli.terminal import command_name, print_json, print_result, progress, say

if TYPE_CHECKING:
    from fraudgraph.pipeline import RunSummary

__all__ = ["add_to"]

_DEMO_OUT = Path("fraudgraph-demo")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command(
        "demo",
        help=t(
            "Run the main job on the sample delivery that comes with the program, and say where to look.",
            "用随程序附带的样例数据运行主流程，并提示查看位置。",
        ),
        epilog=examples("fraudgraph demo", "fraudgraph demo --out /data/try"),
    )(_demo)
    app.command(
        "run",
        help=t(
            "Read claims files and write rings, evidence, dossiers and the referral list into OUT.",
            "读取结算数据文件，将疑似团伙、证据、线索材料和移送清单写入 OUT。",
        ),
        epilog=examples(
            "fraudgraph run delivery/ --out 2025-10",
            "fraudgraph run settlements.csv fees.xlsx --out 2025-10 --month 2025-10",
            "fraudgraph run delivery/ --out 2025-10 --settings fraudgraph.toml --mapping columns.toml --replace",
        ),
    )(_run)
    app.command(
        "sample",
        help=t(
            "Make a city of invented claims, with or without rings, to try things on.",
            "生成一座虚构城市的结算数据（可含或不含团伙），供试用。",
        ),
        epilog=examples(
            "fraudgraph sample city --claims 400000 --months 6 --rings standard --seed 7",
            "fraudgraph sample quiet --rings none",
            "fraudgraph sample ward --hospital --dialect sqlserver --stays 500",
        ),
    )(_sample)


def _demo(
    out: OutToWrite = _DEMO_OUT,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.content import content_folder
    from fraudgraph.pipeline import run
    from fraudgraph.settings import load_settings

    with progress() as listener:
        summary = run(
            [content_folder("data_samples")],
            out,
            month=None,
            settings=load_settings(),
            mapping=None,
            replace=replace or out == _DEMO_OUT,
            progress=listener,
        )
    _tell(summary, as_json)


def _run(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help=t(
                "Claims files or folders of them: csv, workbooks, dbf, JSON, HTML, Parquet, also packed (docs/files.md).",
                "结算数据文件或目录：csv、工作簿、dbf、JSON、HTML、Parquet，可为压缩包（见 docs/files.md）。",
            ),
        ),
    ],
    out: OutToWrite = DEFAULT_OUT,
    month: Annotated[
        str | None,
        typer.Option(
            "--month",
            metavar="YYYY-MM",
            help=t(
                "List only rings seen in this month, from claims up to its end.",
                "只列出该月出现的团伙，数据取至该月末。",
            ),
        ),
    ] = None,
    settings: SettingsFile = None,
    mapping: MappingFile = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", metavar="N", help=t("Seed of everything random.", "随机种子。"), show_default=False
        ),
    ] = None,
    capacity: Capacity = None,
    calibrate: Annotated[
        int | None,
        typer.Option(
            "--calibrate",
            metavar="N",
            min=0,
            max=50,
            show_default=False,
            help=t(
                "Repeat the search N times on people dealt out anew, so that each ring gets a q-value (5 is a good number).",
                "将人员在各机构内随机重排后重复搜索 N 次，为每个疑似团伙给出 q 值（建议 5 次）。",
            ),
        ),
    ] = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.records import Month
    from fraudgraph.settings import load_settings

    asked = Month.parse(month) if month is not None else None
    wanted = load_settings(settings, seed=seed, capacity=capacity, shuffles=calibrate)

    from fraudgraph.pipeline import run  # seconds of imports: after the cheap things to get wrong

    with progress() as listener:
        summary = run(
            sources, out, month=asked, settings=wanted, mapping=mapping, replace=replace, progress=listener
        )
    _tell(summary, as_json)


def _sample(
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help=t("The folder to make.", "要新建的目录。")),
    ],
    claims: Annotated[
        int, typer.Option(metavar="N", help=t("How many claims, about.", "结算单数量（约）。"))
    ] = 100_000,
    months: Annotated[int, typer.Option(metavar="M", help=t("Over how many months.", "跨越的月数。"))] = 6,
    rings: Annotated[
        str,
        typer.Option(
            metavar="none|standard|stealth|hard|real",
            help=t("Which planted rings; the truth is written beside.", "植入哪类团伙；真相另存。"),
        ),
    ] = "standard",
    seed: Annotated[
        int, typer.Option(metavar="S", help=t("Same seed, same city.", "种子相同，城市相同。"))
    ] = 1,
    items: Annotated[
        bool, typer.Option("--items", help=t("Write fee lines too.", "同时生成费用明细。"))
    ] = False,
    split_by_month: Annotated[
        Path | None,
        typer.Option(
            "--split-by-month",
            metavar="DIR",
            help=t(
                "Write the claims once more as deliveries, a folder for each month, for a workspace's inbox.",
                "另按月写成逐次交付，每月一个目录，供工作区 inbox 使用。",
            ),
        ),
    ] = None,
    supervision: Annotated[
        bool,
        typer.Option(
            "--supervision",
            help=t(
                "Plant every violation of the model catalogue with its innocent twins beside the city.",
                "在城市数据旁植入模型目录中的每种违规及其合理情形。",
            ),
        ),
    ] = False,
    hospital: Annotated[
        bool,
        typer.Option(
            "--hospital",
            help=t(
                "Make a hospital-year instead: its own books, what was settled, and the truth apart.",
                "改为生成一家虚构医院一年的数据：院端账册、结算数据，真相另存。",
            ),
        ),
    ] = False,
    dialect: Annotated[
        str,
        typer.Option(
            metavar="mariadb|sqlserver|pinyin|excel",
            help=t("The system that the hospital's books come from.", "医院账册出自哪种系统。"),
        ),
    ] = "mariadb",
    stays: Annotated[
        int, typer.Option(metavar="N", help=t("Ordinary stays of the hospital.", "医院的普通住院人次。"))
    ] = 2_000,
    planted: Annotated[
        bool,
        typer.Option(
            "--planted/--clean",
            help=t("With violations, or with lawful oddities only.", "植入违规，或仅含看似异常的合理情形。"),
        ),
    ] = True,
) -> None:
    if hospital:
        make_hospital_year(out, dialect=dialect, stays=stays, seed=seed, planted=planted)
        return
    from fraudgraph.synthetic.city import make_city

    with progress() as listener:
        made = make_city(
            out,
            claims=claims,
            months=months,
            rings=rings,
            seed=seed,
            items=items,
            progress=lambda step: listener.stage(step, step),
        )
    if split_by_month is not None:
        from fraudgraph.synthetic.monthly import write_monthly

        folders = write_monthly(made.out, split_by_month)
        say(
            t(
                f"Delivered month by month in {split_by_month}: {folders[0].name} to {folders[-1].name}.",
                f"已按月写成交付：{split_by_month}，{folders[0].name} 至 {folders[-1].name}。",
            )
        )
    if supervision:
        plant_beside(made.out, made.truth)
    print_result(
        t(
            f"{made.claims:,} claims of {made.persons:,} invented persons are in {made.out}.\n"
            f"What was planted ({made.rings} rings, {made.lawful_groups} lawful groups) is in {made.truth}; no run reads it.",
            f"虚构参保人 {made.persons:,} 名，结算单 {made.claims:,} 条，已写入 {made.out}。\n"
            f"植入的真相（团伙 {made.rings} 个，合理群体 {made.lawful_groups} 个）另存于 {made.truth}，运行时不会读取。",
        )
    )


def _tell(summary: RunSummary, as_json: bool) -> None:
    """What a run found, what it couldn't look at, and where to look first."""
    if as_json:
        print_json(summary)
        return
    for view, reason_zh, reason_en in summary.views_off:
        say(t(f"Off: {view}. {reason_en}", f"未启用：{view}。{reason_zh}"))
    out, program = summary.out, command_name()
    print_result(
        t(
            f"Read {summary.claims_read:,} claims, used {summary.claims_kept:,}; {summary.rejects_count:,} rows set aside ({out / 'rejects.parquet'}).\n"
            f"{summary.listed_count:,} rings put forward as leads, of {summary.ring_count:,} looked at, in {summary.seconds:.0f} s.\n"
            f"Look first: {out / 'index.html'}\n"
            f"The list:   {out / 'referral_list.xlsx'}\n"
            f"In words:   {program} rings list --out {out}",
            f"读取结算单 {summary.claims_read:,} 条，采用 {summary.claims_kept:,} 条；剔除记录 {summary.rejects_count:,} 行（见 {out / 'rejects.parquet'}）。\n"
            f"共考察疑似团伙 {summary.ring_count:,} 个，其中 {summary.listed_count:,} 个列为线索，用时 {summary.seconds:.0f} 秒。\n"
            f"先看：{out / 'index.html'}\n"
            f"清单：{out / 'referral_list.xlsx'}\n"
            f"终端查看：{program} rings list --out {out} --lang {language()}",
        )
    )
