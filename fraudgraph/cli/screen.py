"""screen: one click, all models that can run, findings in the order in which to look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import (
    AsJson,
    MappingFile,
    ModelsFolder,
    OutToWrite,
    Replace,
    SettingsFile,
    examples,
)
from fraudgraph.cli.terminal import print_json, print_result, print_table, progress, say

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "screen",
        help=t(
            "Run every screening model that the delivered data allow and write ranked findings into OUT.",
            "一键运行数据允许的全部筛查模型，将排序后的疑点写入 OUT。",
        ),
        epilog=examples(
            "fraudgraph screen delivery/ --out findings",
            "fraudgraph screen delivery/ --out findings --dir screens --run 2025-10",
        ),
    )(_screen)


def _screen(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE...", help=t("Claims files or folders.", "结算数据文件或目录。")),
    ],
    out: OutToWrite,
    folder: ModelsFolder = None,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help=t("Link findings to the rings of this run's OUT.", "将疑点关联到该次运行的疑似团伙。"),
        ),
    ] = None,
    settings: SettingsFile = None,
    mapping: MappingFile = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.one_click import screen
    from fraudgraph.screening.findings import report_lines
    from fraudgraph.settings import load_settings

    with progress() as listener:
        summary = screen(
            sources,
            out,
            settings=load_settings(settings),
            extra_dir=folder,
            mapping=mapping,
            run=run,
            replace=replace,
            progress=listener,
        )
    if as_json:
        print_json(summary)
        return
    header = (
        t("model", "模型"),
        t("title", "名称"),
        t("state", "状态"),
        t("hits", "命中"),
        t("seconds or reason", "用时或原因"),
    )
    print_table(header, report_lines(summary.report, language()))
    print_result(
        t(
            f"{summary.finding_count} findings from {len(summary.report.ran)} models in {summary.seconds:.1f} s: {summary.out / 'findings.csv'}",
            f"{len(summary.report.ran)} 个模型，{summary.finding_count} 项疑点，用时 {summary.seconds:.1f} 秒：{summary.out / 'findings.csv'}",
        )
    )
    if run is not None:
        say(
            t(
                f"{summary.linked_count} of them touch a ring of {run}.",
                f"其中 {summary.linked_count} 项涉及 {run} 的疑似团伙。",
            )
        )
