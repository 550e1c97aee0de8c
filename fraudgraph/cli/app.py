"""All commands in one place."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Annotated

import typer

from fraudgraph.cli import (
    backups,
    cases,
    casework,
    deliveries,
    doctor,
    evidence,
    expand,
    importing,
    inspection,
    lab,
    month,
    neo4j,
    points,
    profile,
    refer,
    rings,
    run,
    screen,
    screens,
    site,
    verdict,
    watch,
    who,
    workspace,
)
from fraudgraph.cli.language import t
from fraudgraph.cli.options import examples
from fraudgraph.cli.terminal import print_result

__all__ = ["app", "app_for"]

app = typer.Typer(
    name="fraudgraph",
    help=t(
        "From a bureau's claims files to explained rings and a referral list. Works offline; every result is a lead, not a verdict.",
        "从医保结算数据到可解释的疑似团伙与移送清单。离线运行；结果均为线索，不是结论。",
    ),
    epilog=examples(
        "fraudgraph demo",
        "fraudgraph run delivery/ --out 2025-10",
        "fraudgraph rings list --out 2025-10",
        "fraudgraph --lang zh doctor",
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from fraudgraph import __version__

        print_result(f"fraudgraph {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # handled by its callback
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help=t("Print the version.", "显示版本号。")
        ),
    ] = False,
    lang: Annotated[  # settled by `settle_language` before this line is read
        str,
        typer.Option(
            metavar="zh|en",
            help=t(
                "Language of messages; the environment's (LANG) by default. May stand anywhere in the line.",
                "提示语言，默认取自环境变量 LANG。可写在命令行任何位置。",
            ),
            show_default=False,
        ),
    ] = "",
) -> None:
    pass


run.add_to(app)
importing.add_to(app)
inspection.add_to(app)
backups.add_to(app)
rings.add_to(app)
expand.add_to(app)
month.add_to(app)
verdict.add_to(app)
casework.add_to(app)
cases.add_to(app)
points.add_to(app)
refer.add_to(app)
watch.add_to(app)
deliveries.add_to(app)
workspace.add_to(app)
evidence.add_to(app)
who.add_to(app)
screen.add_to(app)
screens.add_to(app)
site.add_to(app)
doctor.add_to(app)
neo4j.add_to(app)
lab.add_to(app)
profile.add_to(app)


def app_for(line: Sequence[str]) -> typer.Typer:
    """The app with no more than the command that a line begins with; all of it where the first word names none.

    Typer reads the signature of every command it holds: for a look-up that takes a good part of the answer's time.
    """
    word = line[0] if line else ""
    one = copy.copy(app)
    one.registered_commands = [command for command in app.registered_commands if command.name == word]
    one.registered_groups = [
        group
        for group in app.registered_groups
        if group.typer_instance is not None and group.typer_instance.info.name == word
    ]
    return one if one.registered_commands or one.registered_groups else app
