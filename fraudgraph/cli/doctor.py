"""doctor: what this machine has and lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import DEFAULT_OUT, AsJson, examples
from fraudgraph.cli.terminal import print_json, print_table, say

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "doctor",
        help=t(
            "Check this machine: Python, packages, memory, disk, fonts; each with the command that mends it.",
            "检查本机环境：Python、依赖包、内存、磁盘、字体等，并给出补救命令。",
        ),
        epilog=examples(
            "fraudgraph doctor",
            "fraudgraph doctor --out /data/runs --json",
            "fraudgraph doctor --workspace W",
        ),
    )(_doctor)


def _doctor(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="OUT", help=t("Where results shall be written.", "结果将写入的目录。")),
    ] = DEFAULT_OUT,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            metavar="W",
            help=t(
                "Look at this workspace instead: format, hashes, damaged files, free space, permissions.",
                "改为检查该工作区：格式、哈希、损坏的文件、可用空间、权限。",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.doctor import Health, examine

    if workspace is None:
        checks = examine(out)
    else:
        from fraudgraph.jobs.checkup import examine_workspace
        from fraudgraph.jobs.workspace import Workspace

        checks = examine_workspace(Workspace(workspace))
    if as_json:
        print_json(checks)
    else:
        words = {
            Health.OK: t("ok", "正常"),
            Health.WARN: t("note", "注意"),
            Health.MISSING: t("missing", "缺失"),
        }
        print_table(
            (t("State", "状态"), t("What", "项目"), t("Found", "现状"), t("To mend", "补救命令")),
            [
                (words[c.health], t(c.title_en, c.title_zh), t(c.found_en, c.found_zh), c.remedy)
                for c in checks
            ],
        )
    lacking = [check for check in checks if check.required and check.health is Health.MISSING]
    if lacking:
        names = ", ".join(t(check.title_en, check.title_zh) for check in lacking)
        say(t(f"Required and missing: {names}.", f"必需但缺失：{names}。"))
        raise typer.Exit(1)
