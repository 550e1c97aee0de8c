"""screens list, show, new, try, export, import, history: the screening models, and those made on site."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import AsJson, ModelsFolder, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table, say
from fraudgraph.errors import UsageError, nearest_hint

if TYPE_CHECKING:
    from fraudgraph.records import Screen

__all__ = ["add_to"]

ModelId = Annotated[
    str,
    typer.Argument(
        metavar="ID", help=t("The model's id or name, such as M021.", "模型编号或名称，如 M021。")
    ),
]
_SCREENS = Path("screens")
_Folder = Annotated[
    Path,
    typer.Option(
        "--dir", metavar="D", help=t("The folder of models made on site.", "现场自建模型所在目录。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="screens",
        help=t("Screening models: what each looks for and why.", "筛查模型：各自查什么、依据何在。"),
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
    group.command(
        "new",
        help=t("Write a working model to change into your own.", "生成一个可直接运行的模型样板，供修改。"),
        epilog=examples("fraudgraph screens new night_purchases --dir screens"),
    )(_new)
    group.command(
        "try",
        help=t(
            "Run a model file on claims and show its first hits, behind the locked door.",
            "在隔离环境中用数据试跑一个模型文件，并显示前几条结果。",
        ),
        epilog=examples(
            "fraudgraph screens try screens/night_purchases.sql delivery/",
            "fraudgraph screens try screens/split_stay.sql 2025-10 --against M021",
        ),
    )(_try)
    group.command(
        "export",
        help=t("Put a folder's models into one file for another team.", "将目录中的模型打包为一个文件。"),
        epilog=examples("fraudgraph screens export set.json --dir screens"),
    )(_export)
    group.command(
        "import",
        help=t("Take over a set of models from another team.", "导入其他团队的模型集。"),
        epilog=examples("fraudgraph screens import set.json --dir screens"),
    )(_import)
    group.command(
        "history",
        help=t("What fired in which version, over finished folders.", "按版本查看历次运行的命中情况。"),
        epilog=examples(
            "fraudgraph screens history 2025-09 2025-10",
            "fraudgraph screens history 2025-09 2025-10 --verdicts verdicts.jsonl",
        ),
    )(_history)
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


def _new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=t("Small letters and underscores.", "小写字母和下划线。"))
    ],
    folder: _Folder = _SCREENS,
) -> None:
    from fraudgraph.screening.site import new_screen

    path = new_screen(name, folder)
    print_result(str(path))
    say(
        t(
            f"Change it, then: fraudgraph screens try {path} SOURCE…",
            f"修改后运行：fraudgraph screens try {path} SOURCE…",
        )
    )


def _try(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("The model's file.", "模型文件。"))],
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help=t("Claims files or folders, or a finished OUT.", "结算数据文件或目录，或已完成的 OUT。"),
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="ID|FILE",
            help=t("Compare with a model, or with a version in a file.", "与另一模型或另一版本的文件对比。"),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from tempfile import TemporaryDirectory

    from fraudgraph.one_click import try_screen
    from fraudgraph.screening import check_screen, load_screens, parse_screen
    from fraudgraph.settings import load_settings

    candidate = parse_screen(file)
    check_screen(candidate)
    other = None
    if against is not None:
        is_file = against.endswith(".sql")
        other = parse_screen(Path(against)) if is_file else find_screen(load_screens(), against)
        check_screen(other)
    with TemporaryDirectory() as scratch:
        trial = try_screen(
            candidate, sources, Path(scratch) / "store", settings=load_settings(), against=other
        )
    if as_json:
        print_json(trial)
        return
    for (outcome,) in (one.outcomes for one in (trial.report, trial.beside) if one is not None):
        if outcome.state != "ran":
            print_result(f"{outcome.model}: {t(outcome.reason_en, outcome.reason_zh)}")
            raise typer.Exit(3)
    (outcome,) = trial.report.outcomes
    print_result(
        t(
            f"{outcome.hits} hits in {outcome.seconds:.2f} s",
            f"{outcome.hits} 条命中，用时 {outcome.seconds:.2f} 秒",
        )
    )
    for zh, en in trial.sentences:
        print_result("- " + t(en, zh))
    if trial.in_both is not None:
        print_result(
            t(
                f"Against {against}: {trial.in_both} in both, {trial.only_here} only here, {trial.only_there} only there.",
                f"与 {against} 对比：共同 {trial.in_both}，仅本模型 {trial.only_here}，仅对方 {trial.only_there}。",
            )
        )


def _export(
    target: Annotated[Path, typer.Argument(metavar="FILE", help=t("The file to write.", "写出的文件。"))],
    folder: _Folder = _SCREENS,
) -> None:
    from fraudgraph.screening.site import export_screens

    print_result(f"{target}  sha256 {export_screens(folder, target)}")


def _import(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help=t("The set to take over.", "要导入的模型集。"))
    ],
    folder: _Folder = _SCREENS,
) -> None:
    from fraudgraph.screening.site import import_screens

    written, digest = import_screens(source, folder)
    print_result("\n".join([f"sha256 {digest}", *map(str, written)]))


def _history(
    outs: Annotated[
        list[Path],
        typer.Argument(
            metavar="OUT...", help=t("Finished folders, oldest first.", "已完成的结果目录，由早到晚。")
        ),
    ],
    verdicts: Annotated[
        Path | None,
        typer.Option(
            "--verdicts",
            metavar="F",
            help=t(
                "Verdicts on rings (ring_id, verdict): shows how often each model was right.",
                "团伙核查结论（ring_id、verdict）：显示各模型的查实率。",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.casework.verdicts import standing_words
    from fraudgraph.screening.history import version_history

    rows = version_history(outs, standing_words(verdicts) if verdicts is not None else None)
    if as_json:
        print_json([{**asdict(row), "hit_share": row.hit_share} for row in rows])
        return
    names = ["out", "model", "version", "sha256", "state", "hits"]
    if verdicts is not None:
        names += ["confirmed", "cleared", "hit_share"]
    print_table(names, [[_cell(getattr(row, name)) for name in names] for row in rows])


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
