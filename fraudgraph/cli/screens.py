"""screens list, screens show: which screening models there are and what each one looks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table
from fraudgraph.errors import UsageError, nearest_hint

if TYPE_CHECKING:
    from fraudgraph.records import Screen

__all__ = ["add_to"]

ModelsFolder = Annotated[
    Path | None,
    typer.Option("--dir", metavar="D", help=t("A folder of models made on site.", "现场自建模型所在目录。")),
]
ModelId = Annotated[
    str,
    typer.Argument(metavar="ID", help=t("The model's id or name, such as M021.", "模型编号或名称,如 M021。")),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="screens",
        help=t("Screening models: what each looks for and why.", "筛查模型:各自查什么、依据何在。"),
    )
    group.command(
        "list",
        help=t("All screening models.", "列出全部筛查模型。"),
        epilog=examples("fraudgraph screens list", "fraudgraph screens list --json"),
    )(_list)
    group.command(
        "show",
        help=t("One model's card and its SQL.", "查看一个模型的卡片和 SQL。"),
        epilog=examples("fraudgraph screens show M021", "fraudgraph screens show split_stay --json"),
    )(_show)
    app.add_typer(group)


def _list(folder: ModelsFolder = None, as_json: AsJson = False) -> None:
    from fraudgraph.screening import load_screens

    screens = load_screens(folder)
    if as_json:
        print_json([_summary(screen) for screen in screens])
        return
    header = (
        t("id", "编号"),
        t("model", "模型"),
        t("result", "性质"),
        t("severity", "严重度"),
        t("basis", "依据"),
    )
    print_table(
        header,
        [
            (screen.id, t(screen.title, screen.title_zh), _result(screen), str(screen.severity), screen.basis)
            for screen in screens
        ],
    )


def _show(model: ModelId, folder: ModelsFolder = None, as_json: AsJson = False) -> None:
    from fraudgraph.screening import card_text, load_screens

    screen = find_screen(load_screens(folder), model)
    if as_json:
        print_json(screen)
    else:
        print_result(card_text(screen, language()))


def find_screen(screens: tuple[Screen, ...], wanted: str) -> Screen:
    """The model of an id or name; of several versions the newest.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = [screen for screen in screens if wanted in (screen.id, screen.name)]
    if found:
        return found[-1]
    hint_en, hint_zh = nearest_hint(wanted, [name for screen in screens for name in (screen.id, screen.name)])
    raise UsageError(
        f"There is no screening model {wanted!r} among {len(screens)}; {hint_en}",
        f"{len(screens)} 个筛查模型中没有 {wanted!r};{hint_zh}",
    )


def _summary(screen: Screen) -> dict[str, Any]:
    keys = (
        "id",
        "name",
        "version",
        "family",
        "title",
        "title_zh",
        "level",
        "result",
        "severity",
        "basis",
        "status",
    )
    return {key: getattr(screen, key) for key in keys}


def _result(screen: Screen) -> str:
    return t(screen.result, "明确" if screen.result == "definite" else "可疑")
