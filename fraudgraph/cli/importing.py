"""import: read deliveries without looking for rings; take corrected rows; compare with an earlier delivery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, MappingFile, OutToWrite, Replace, SettingsFile, examples
from fraudgraph.cli.terminal import print_json, print_result, progress

if TYPE_CHECKING:
    from fraudgraph.importing import ImportSummary

__all__ = ["add_to"]

_DEFAULT_OUT = Path("fraudgraph-import")


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "import",
        help=t(
            "Read deliveries into OUT and account for every row: rejects to correct, a quality page, changes since an earlier delivery.",
            "读取数据到 OUT 并核对每一行：供更正的剔除记录、数据质量页、与先前交付的差异。",
        ),
        epilog=examples(
            "fraudgraph import delivery/ --out 2025-10-import",
            "fraudgraph import delivery/ --retry rejects.xlsx --out 2025-10-import --replace",
            "fraudgraph import delivery/ --against 2025-09-import --out 2025-10-import",
        ),
    )(_import)


def _import(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SOURCE...",
            help=t(
                "Files or folders; with --retry those of the earlier import if left out.",
                "数据文件或目录；带 --retry 时可省略，沿用先前导入的来源。",
            ),
        ),
    ] = None,
    out: OutToWrite = _DEFAULT_OUT,
    retry: Annotated[
        list[Path] | None,
        typer.Option(
            "--retry",
            metavar="SHEET",
            help=t(
                "A rejects.xlsx that came back corrected; may be repeated.",
                "更正后发回的 rejects.xlsx，可重复。",
            ),
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="EARLIER",
            help=t(
                "An earlier import or run to compare with, row by row.", "先前的导入或运行结果，逐行比对。"
            ),
        ),
    ] = None,
    month: Annotated[
        str | None,
        typer.Option("--month", metavar="YYYY-MM", help=t("The last month to keep.", "保留到该月。")),
    ] = None,
    settings: SettingsFile = None,
    mapping: MappingFile = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.importing import import_delivery
    from fraudgraph.records import Month
    from fraudgraph.settings import load_settings

    with progress() as listener:
        summary = import_delivery(
            sources or (),
            out,
            retry=retry or (),
            against=against,
            month=Month.parse(month) if month is not None else None,
            settings=load_settings(settings),
            mapping=mapping,
            replace=replace,
            progress=listener,
        )
    if as_json:
        print_json(summary)
    else:
        _tell(summary)


def _tell(summary: ImportSummary) -> None:
    out, found = summary.out, summary.comparison
    book = out / "rejects.xlsx"
    to_correct_en = f"To correct: {book}\n" if summary.rejects_count else ""
    to_correct_zh = f"待更正：{book}\n" if summary.rejects_count else ""
    print_result(
        t(
            f"Read {summary.claims_read:,} claims ({summary.amount_read:,.2f} yuan), kept {summary.claims_kept:,} ({summary.amount_kept:,.2f} yuan); {summary.rejects_count:,} rows set aside.\n"
            f"{to_correct_en}Quality:    {out / 'quality.html'}",
            f"读取结算单 {summary.claims_read:,} 条（{summary.amount_read:,.2f} 元），采用 {summary.claims_kept:,} 条（{summary.amount_kept:,.2f} 元）；剔除记录 {summary.rejects_count:,} 行。\n"
            f"{to_correct_zh}数据质量：{out / 'quality.html'}",
        )
    )
    if summary.corrected_count:
        print_result(
            t(
                f"{summary.corrected_count:,} rows came back corrected.",
                f"更正后重新读入 {summary.corrected_count:,} 行。",
            )
        )
    if found is not None:
        print_result(
            t(
                f"Against {found.earlier}: {found.changed:,} claims changed, {found.missing:,} missing, {found.added_late:,} added later; row by row in {out / 'delivery_changes.csv'}",
                f"与 {found.earlier} 相比：结算单被改 {found.changed:,} 条、消失 {found.missing:,} 条、补入 {found.added_late:,} 条；逐行见 {out / 'delivery_changes.csv'}",
            )
        )
