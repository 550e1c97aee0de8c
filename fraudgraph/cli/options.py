"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.jobs.workspace import Workspace

__all__ = [
    "DEFAULT_OUT",
    "AsJson",
    "Capacity",
    "MappingFile",
    "ModelsFolder",
    "OutToRead",
    "OutToWrite",
    "Replace",
    "SettingsFile",
    "WorkspaceToUse",
    "add_commands",
    "day_as_typed",
    "examples",
    "workspace_of",
    "workspace_root",
]

DEFAULT_OUT = Path("fraudgraph-out")
"""Where `run` writes and the other commands read, unless told otherwise."""

OutToRead = Annotated[
    Path, typer.Option("--out", metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
]
OutToWrite = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="OUT",
        help=t(
            "Where to write; must not exist yet, unless --replace.",
            "写入的目录，须尚不存在（--replace 除外）。",
        ),
    ),
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help=t("Overwrite OUT if it is an earlier one of ours.", "OUT 若是本程序先前的结果，则覆盖。"),
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="F", help=t("A settings file (TOML).", "设置文件（TOML）。")),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="F",
        help=t(
            "Which delivered column is which (TOML), where the program can't tell.",
            "列名对照文件（TOML），用于程序无法识别的列。",
        ),
    ),
]
ModelsFolder = Annotated[
    Path | None,
    typer.Option("--dir", metavar="D", help=t("A folder of models made on site.", "现场自建模型所在目录。")),
]
AsJson = Annotated[
    bool, typer.Option("--json", help=t("Print JSON, for programs.", "输出 JSON，供程序使用。"))
]

WorkspaceToUse = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="W",
        help=t(
            "The workspace that `init` made; FRAUDGRAPH_WORKSPACE, else fraudgraph-workspace here.",
            "`init` 建立的工作区；默认取 FRAUDGRAPH_WORKSPACE，否则为当前目录下 fraudgraph-workspace。",
        ),
    ),
]


def workspace_of(given: Path | None) -> Workspace:
    """The workspace that is meant, if it is one of today's form."""
    from fraudgraph.jobs.workspace import Workspace

    return Workspace(workspace_root(given)).checked()


def workspace_root(given: Path | None) -> Path:
    """The folder of the workspace that is meant, whatever it holds."""
    return given or Path(os.environ.get("FRAUDGRAPH_WORKSPACE") or "fraudgraph-workspace")


def day_as_typed(text: str | None, option: str) -> date | None:
    """A day as typed, or a sentence that says how to type it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} takes a day of the form 2025-10-31, not {text!r}.",
            f"{option} 应为形如 2025-10-31 的日期，不能是 {text!r}。",
        ) from None


Capacity = Annotated[
    int | None,
    typer.Option(
        "--capacity",
        metavar="N",
        min=1,
        help=t(
            "Put forward only N rings: those to open first, with little overlap in people and money.",
            "只列出最应先查的 N 个团伙，其人员与费用尽量不重叠。",
        ),
        show_default=False,
    ),
]


def examples(*lines: str) -> str:
    """The examples at the end of a command's help, one a line."""
    return "\n\n".join([t("Examples:", "示例："), *lines])


def add_commands(
    group: typer.Typer, commands: Iterable[tuple[str, Callable[..., None], str, str, str]]
) -> None:
    """Add commands to a group: each with its name, what it calls, help in English and in Chinese, and an example line."""
    for name, command, en, zh, line in commands:
        group.command(name, help=t(en, zh), epilog=examples(line))(command)
