"""site: a hospital's own tables beside what it settled, in a folder of one visit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, ModelsFolder, add_commands
from fraudgraph.cli.terminal import print_json, print_result, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fraudgraph.hospital.landing import TakenTable
    from fraudgraph.hospital.matching import Matched
    from fraudgraph.hospital.screening import SiteOutcome

__all__ = ["add_to"]

_Visit = Annotated[
    Path, typer.Option("--visit", metavar="W", help=t("The folder of this visit.", "本次核查的目录。"))
]
_Files = Annotated[
    list[Path], typer.Argument(metavar="FILES...", help=t("The hospital's own data.", "院端数据文件或目录。"))
]
_Settlement = Annotated[
    list[Path] | None,
    typer.Option(
        "--settlement",
        metavar="PATH",
        help=t(
            "What was settled: files, a folder, or a run's OUT; may be repeated.",
            "结算数据：文件、目录或运行结果目录，可重复。",
        ),
    ),
]
_Place = Annotated[
    str, typer.Option("--place", metavar="H", help=t("The hospital's number.", "医疗机构编号。"))
]
_Mapping = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="F",
        help=t("Which table and column is which (TOML).", "表和列的对照文件（TOML）。"),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="site",
        help=t(
            "On site: the hospital's own data beside what was settled. Nothing leaves the visit's folder.",
            "现场核查：院端数据与结算数据比对，数据不离开核查目录。",
        ),
    )
    add_commands(group, (
        ("take", _take, "Take in files of any form; every row and yuan is accounted for.", "读入任意格式的文件，逐行逐元核对。", "fraudgraph site take his/ --settlement setl/ --visit W"),
        ("match", _match, "Match settlements and charges, visit by visit and line by line.", "逐次就诊、逐行比对结算与院端费用。", "fraudgraph site match --visit W"),
        ("screen", _screen, "Run every model that the delivered tables allow.", "运行数据允许的全部模型。", "fraudgraph site screen --visit W"),
        ("stay", _stay, "One stay on one time axis, as a page.", "一次住院的时间轴页面。", "fraudgraph site stay 1001234 --visit W"),
        ("page", _page, "The visit's page: balance, findings, stays.", "核查总览页：平衡、疑点、住院。", "fraudgraph site page --visit W"),
        ("pack", _pack, "Findings as a workbook and pages for the file.", "疑点工作簿与页面，供归档。", "fraudgraph site pack --visit W"),
        ("check", _check, "All steps at once.", "一次完成全部步骤。", "fraudgraph site check his/ --settlement setl/ --visit W"),
        ("forget", _forget, "Remove the visit with all its data.", "删除核查目录及其全部数据。", "fraudgraph site forget --visit W --yes"),
    ))  # fmt: skip
    app.add_typer(group)


def _take(
    files: _Files,
    visit: _Visit,
    settlement: _Settlement = None,
    place: _Place = "",
    mapping: _Mapping = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.hospital.taking import take

    taken = take(
        files,
        visit,
        settlement=settlement or (),
        place=place,
        mapping=mapping,
        tell=lambda en, zh: say(t(en, zh)),
    )
    if as_json:
        print_json(taken)
        return
    _tell_taken(taken)


def _tell_taken(taken: Sequence[TakenTable]) -> None:
    header = (
        t("file", "文件"), t("table", "表"), t("rows read", "读取行"), t("taken", "采用"), t("set aside", "剔除"),
        t("yuan taken", "采用金额"), t("not understood", "未识别的列"),
    )  # fmt: skip
    print_table(header, (_taken_row(one) for one in taken))


def _taken_row(one: TakenTable) -> tuple[str, ...]:
    name = f"{one.file}{f'[{one.sheet}]' if one.sheet else ''}"
    if one.already:
        return (name, t("already taken", "已读入"), "", "", "", "", "")
    table = one.table or (
        t(f"none; nearly {one.nearest}, lacks", f"未识别；近似 {one.nearest}，缺")
        + f" {', '.join(one.missing)}"
        if one.nearest
        else t("none", "未识别")
    )
    got = one.landed
    return (
        name, table, f"{got.rows_read:,}", f"{got.rows_taken:,}", f"{got.rows_set_aside:,}", f"{got.yuan_taken:,.2f}", ", ".join(one.unknown),
    )  # fmt: skip


def _match(visit: _Visit, as_json: AsJson = False) -> None:
    from fraudgraph.hospital.matching import match

    found = match(visit)
    if as_json:
        print_json(found)
        return
    _tell_matched(found)


def _tell_matched(found: Matched) -> None:
    from fraudgraph.hospital.matching import CLASSES

    print_table(
        (t("visit rule", "就诊规则"), t("state", "状态"), t("settlements", "结算单")),
        ((rule or "—", state, f"{count:,}") for rule, state, count in found.visits),
    )
    print_table(
        (t("side", "侧"), t("class", "分类"), t("rule", "规则"), t("rows", "行"), t("yuan", "金额")),
        ((t(row.side, "结算" if row.side == "settlement" else "院端"), t(CLASSES[row.kind][1], CLASSES[row.kind][0]), row.rule or "—",
          f"{row.line_count:,}", f"{row.yuan:,.2f}") for row in found.balance),
    )  # fmt: skip
    print_result(
        t(
            f"{found.equal_share:.2%} of settled lines stand equal in the hospital's books.",
            f"{found.equal_share:.2%} 的结算明细与院端一致。",
        )
    )


def _screen(visit: _Visit, folder: ModelsFolder = None, as_json: AsJson = False) -> None:
    from fraudgraph.hospital.screening import screen_visit

    outcomes = screen_visit(visit, extra=folder)
    if as_json:
        print_json(outcomes)
        return
    _tell_screened(outcomes)


def _tell_screened(outcomes: Sequence[SiteOutcome]) -> None:
    print_table(
        (t("model", "模型"), t("title", "名称"), t("state", "状态"), t("definite", "明确"), t("suspicious", "可疑"), t("yuan", "金额"), t("reason", "原因")),
        ((one.model.id, t(one.model.title, one.model.title_zh), _STATES[one.state][0 if language() == "zh" else 1], str(one.definite), str(one.suspicious),
          f"{one.amount:,.2f}", t(one.reason_en, one.reason_zh)) for one in outcomes),
    )  # fmt: skip


_STATES = {"ran": ("已运行", "ran"), "off": ("未运行", "off"), "failed": ("出错", "failed")}


def _check(
    files: _Files,
    visit: _Visit,
    settlement: _Settlement = None,
    place: _Place = "",
    mapping: _Mapping = None,
    folder: ModelsFolder = None,
) -> None:
    from fraudgraph.hospital.matching import match
    from fraudgraph.hospital.pack import write_pack
    from fraudgraph.hospital.screening import screen_visit
    from fraudgraph.hospital.taking import take

    _tell_taken(
        take(
            files,
            visit,
            settlement=settlement or (),
            place=place,
            mapping=mapping,
            tell=lambda en, zh: say(t(en, zh)),
        )
    )
    _tell_matched(match(visit))
    _tell_screened(screen_visit(visit, extra=folder))
    for path in write_pack(visit, lang=language()):
        print_result(str(path))


def _stay(
    stay: Annotated[
        str, typer.Argument(metavar="STAY", help=t("The hospital's visit number.", "院内就诊号。"))
    ],
    visit: _Visit,
) -> None:
    from fraudgraph.hospital.stay import write_stay

    print_result(str(write_stay(visit, stay, lang=language())))


def _page(visit: _Visit) -> None:
    from fraudgraph.hospital.page import write_page

    print_result(str(write_page(visit, lang=language())))


def _pack(visit: _Visit) -> None:
    from fraudgraph.hospital.pack import write_pack

    for path in write_pack(visit, lang=language()):
        print_result(str(path))


def _forget(
    visit: _Visit,
    yes: Annotated[bool, typer.Option("--yes", help=t("Really.", "确认删除。"))] = False,
) -> None:
    from fraudgraph.errors import UsageError
    from fraudgraph.hospital.visit import forget

    if not yes:
        raise UsageError(
            f"This removes {visit} with all the hospital's data in it. Say --yes if that is meant.",
            f"将删除 {visit} 及其中全部院端数据；确认请加 --yes。",
        )
    count = forget(visit)
    print_result(t(f"{count} files of the visit are gone.", f"已删除核查目录中的 {count} 个文件。"))
