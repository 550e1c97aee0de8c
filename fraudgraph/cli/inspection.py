"""inspect: what delivered files are, before anything is imported."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, SettingsFile, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table, say
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.claims.inspection.inspecting import Inspection, SheetReport

__all__ = ["add_to"]

_FEW = 12
"""So many models that are off are listed one by one."""


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "inspect",
        help=t(
            "Say what files are: format, encoding, table, columns, what looks wrong, and what a run could not look at. Imports nothing.",
            "说明文件是什么：格式、编码、所属的表、各列、可疑之处，以及因缺列而关闭的视图和模型。不导入数据。",
        ),
        epilog=examples(
            "fraudgraph inspect delivery/",
            "fraudgraph inspect delivery/ --write mapping.toml",
            "fraudgraph inspect delivery/ --mapping mapping.toml --settings fraudgraph.toml --remember",
        ),
    )(_inspect)


def _inspect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES...", help=t("Files or folders.", "文件或目录。"))
    ],
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="F",
            help=t("Write the proposed mapping to F (TOML).", "将建议的列名对照写入 F（TOML）。"),
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="F", help=t("A mapping file to try.", "要试用的列名对照文件。")),
    ] = None,
    remember: Annotated[
        bool,
        typer.Option(
            "--remember",
            help=t(
                "Keep the mapping for later files with the same headers.",
                "记住该对照，供以后表头相同的文件使用。",
            ),
        ),
    ] = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.claims.accounting.joins import few_found, join_sentence
    from fraudgraph.claims.inspection.inspecting import inspect_files
    from fraudgraph.settings import load_settings
    from fraudgraph.store import Store

    if write is not None and write.exists():
        raise UsageError(
            f"{write} exists. Give --write another name; nothing was written.",
            f"{write} 已存在。请为 --write 换一个文件名；未写入任何内容。",
        )
    source = load_settings(settings).source
    with (
        tempfile.TemporaryDirectory(prefix="fraudgraph-") as scratch,
        Store(Path(scratch) / "store") as store,
    ):
        found = inspect_files(store, files, mapping=mapping, keep=remember, settings=source)
    if write is not None:
        write.write_text(found.mapping, encoding="utf-8")
    switched = _switched_off(found)
    if as_json:
        print_json(
            {
                "files": found.sheets,
                "remarks": found.remarks,
                "joins": found.joins,
                "off": switched,
                "mapping": found.mapping,
            }
        )
        return
    for sheet in found.sheets:
        _print_sheet(sheet)
    for remark in found.remarks:
        print_result(t(f"! {remark.en}", f"！{remark.zh}"))
    for one in found.joins:
        sentence = t(*join_sentence(one))
        print_result(f"{t('! ', '！') if few_found(one) else ''}{sentence}")
    if any(sheet.table == "claims" for sheet in found.sheets):
        _print_off(switched)
    else:
        print_result(
            t(
                "No table of claims: a run needs one before any view or model can look at anything.",
                "没有结算单表：有结算单后，视图和模型才能运行。",
            )
        )
    for path in found.remembered:
        say(t(f"Remembered: {path}", f"已记住：{path}"))
    if write is not None:
        say(t(f"Proposed mapping: {write}", f"建议的列名对照：{write}"))


def _switched_off(found: Inspection) -> dict[str, list[dict[str, Any]]]:
    """Views and models that these files can't feed, with what they lack."""
    from fraudgraph.meetings.finding import VIEWS, view_card
    from fraudgraph.screening import load_screens

    def lacking(needs: Any) -> list[str]:
        named = {"patients": "patients.patient_id"}
        wanted = [named.get(need, need if "." in need else f"claims.{need}") for need in needs]
        return [need for need in wanted if found.delivered.isdisjoint(need.split(" | "))]

    views = []
    for view in VIEWS:
        card = view_card(view)
        missing = lacking(card["needs"])
        if missing:
            views.append(
                {"id": view, "title_zh": card["title_zh"], "title": card["title"], "missing": missing}
            )
    models = [
        {"id": screen.id, "title_zh": screen.title_zh, "title": screen.title, "missing": missing}
        for screen in load_screens()
        if (missing := [column for column in screen.columns if column not in found.delivered])
    ]
    return {"views": views, "models": models}


def _print_sheet(sheet: SheetReport) -> None:
    name = sheet.file if sheet.sheet is None else f"{sheet.file}[{sheet.sheet}]"
    if sheet.problem_en:
        print_result(f"✗ {t(sheet.problem_en, sheet.problem_zh)}\n")
        return
    if sheet.same_as:
        print_result(
            t(f"= {name}: the same as {sheet.same_as}\n", f"= {name}：与 {sheet.same_as} 内容相同\n")
        )
        return
    facts = [sheet.format, sheet.encoding or "", {",": t("comma", "逗号"), "\t": t("tab", "制表符"), None: ""}.get(sheet.delimiter, sheet.delimiter or "")]  # fmt: skip
    if sheet.rows is not None:
        facts.append(t(f"header in row {sheet.header_row}", f"表头在第 {sheet.header_row} 行"))
        facts.append(t(f"{sheet.rows:,} rows", f"{sheet.rows:,} 行"))
    mark = "✓" if sheet.table else "?"
    table = (
        f"{sheet.table} ({sheet.mapping})" if sheet.table else t("no table that we know", "不是可识别的表")
    )
    if sheet.format == "unknown":
        print_result(
            t(
                f"? {name}: no table but a picture, a PDF, a document or an archive that is not opened; ask for csv or a workbook\n",
                f"? {name}：不是表格（图片、PDF、文档或无法打开的压缩包），请索取 csv 或工作簿\n",
            )
        )
        return
    if sheet.correction:
        mark, table = "✓", t("rejects that came back corrected; import and run take them", "更正后发回的剔除记录，可直接用于 import 和 run")  # fmt: skip
    print_result(f"{mark} {name}: {table}; {', '.join(one for one in facts if one)}")
    if sheet.hospital:
        print_result(
            t(
                f"  a table of a hospital's own ({sheet.hospital}, {sheet.hospital_en}): it waits for the hospital side and is never read as settlements",
                f"  院端数据（{sheet.hospital}，{sheet.hospital_zh}）：留待院端比对，不会作为结算数据读取",
            )
        )
    elif sheet.lacking:
        listed = ", ".join(sheet.lacking[1:])
        print_result(
            t(
                f"  nearest: {sheet.lacking[0]}, which would still need {listed}",
                f"  最接近 {sheet.lacking[0]}，还缺：{listed}",
            )
        )
    elif sheet.refused_en:
        print_result(
            t(
                f"  nearest: {sheet.nearest}, not taken: {sheet.refused_en}",
                f"  最接近 {sheet.nearest}，未采用：{sheet.refused_zh}",
            )
        )
    if sheet.guesses:
        listed = ", ".join(f"{name} = {header}" for name, header in sheet.guesses)
        print_result(
            t(
                f"  by its values it could be claims: {listed} (check; --write keeps it)",
                f"  按列值推测可能是结算单：{listed}（请核对；--write 可写出）",
            )
        )
    if sheet.columns:
        header = (
            t("column", "列"),
            t("is", "对应"),
            t("filled", "非空"),
            t("read", "可识别"),
            t("values", "样例"),
        )
        rows = [
            (
                c.header,
                ("≈ " if c.sure < 1 else "") + (c.field or "-"),
                f"{c.filled_share:.0%}",
                f"{c.parsed_share:.0%}" if c.field else "",
                " | ".join(c.samples),
            )
            for c in sheet.columns
        ]
        print_table(header, rows)
        if any(c.sure < 1 for c in sheet.columns):
            print_result(
                t(
                    "  ≈ understood from the words of the header and the values: check these",
                    "  ≈ 按表头用词和列值判断，请核对",
                )
            )
    for remark in sheet.remarks:
        print_result(t(f"! {remark.en}", f"！{remark.zh}"))
    print_result("")


def _print_off(switched: dict[str, list[dict[str, Any]]]) -> None:
    for one in switched["views"]:
        missing = ", ".join(one["missing"])
        print_result(
            t(
                f"View off: {one['id']} ({one['title']}) lacks {missing}",
                f"视图关闭：{one['id']}（{one['title_zh']}），缺少 {missing}",
            )
        )
    models = switched["models"]
    for one in models if len(models) <= _FEW else ():
        missing = ", ".join(one["missing"])
        print_result(
            t(
                f"Model off: {one['id']} ({one['title']}) lacks {missing}",
                f"模型关闭：{one['id']}（{one['title_zh']}），缺少 {missing}",
            )
        )
    if len(models) > _FEW:
        counts = Counter(
            table for one in models for table in {need.partition(".")[0] for need in one["missing"]}
        )
        listed = ", ".join(f"{table} {count}" for table, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))  # fmt: skip
        print_result(
            t(
                f"Models off: {len(models)}, for want of columns of: {listed} (--json lists each)",
                f"模型关闭：{len(models)} 个，缺列所在的表：{listed}（--json 列出每个模型）",
            )
        )
    if not switched["views"] and not switched["models"]:
        print_result(t("Nothing is off: every view and model can run.", "所有视图和模型均可运行。"))
