"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import t

__all__ = ["DEFAULT_OUT", "AsJson", "OutToRead", "examples"]

DEFAULT_OUT = Path("fraudgraph-out")
"""Where `run` writes and the other commands read, unless told otherwise."""

OutToRead = Annotated[
    Path, typer.Option("--out", metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
]
AsJson = Annotated[
    bool, typer.Option("--json", help=t("Print JSON, for programs.", "输出 JSON，供程序使用。"))
]


def examples(*lines: str) -> str:
    """The examples at the end of a command's help, one a line."""
    return "\n\n".join([t("Examples:", "示例："), *lines])
