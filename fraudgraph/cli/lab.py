"""lab: JupyterLab on a copy of the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import examples
from fraudgraph.cli.terminal import say

__all__ = ["add_to"]

DEFAULT_FOLDER = Path("fraudgraph-lab")


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "lab",
        help=t(
            "Open JupyterLab on a copy of the notebooks. Notebooks that were changed there are left as they are.",
            "在笔记本的副本上打开 JupyterLab。已在副本中改过的笔记本保持不变。",
        ),
        epilog=examples("fraudgraph lab", "fraudgraph lab --dir /data/desk --port 8890 --no-browser"),
    )(_lab)


def _lab(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="D", help=t("Where the copy lies.", "副本所在目录。"))
    ] = DEFAULT_FOLDER,
    port: Annotated[
        int, typer.Option("--port", metavar="N", help=t("Port on this machine.", "本机端口。"))
    ] = 8888,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help=t("Open the web browser.", "自动打开浏览器。")),
    ] = True,
) -> None:
    from fraudgraph.desk.lab import copy_notebooks, lab_command

    copied, kept = copy_notebooks(folder)
    say(
        t(
            f"Notebooks in {folder}: {copied} copied, {kept} left as they were. Stop with Ctrl+C.",
            f"笔记本在 {folder}：新复制 {copied} 个，保持不变 {kept} 个。按 Ctrl+C 停止。",
        )
    )
    raise typer.Exit(lab_command(folder, port=port, browser=browser))
