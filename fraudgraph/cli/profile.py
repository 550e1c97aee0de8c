"""profile: a doctor, pharmacy or facility beside its peers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import DEFAULT_OUT, AsJson, OutToRead, examples
from fraudgraph.cli.terminal import print_json, print_result

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command(
        "profile",
        help=t(
            "A doctor, pharmacy or facility beside its peers, on each measure and over time, as one page.",
            "将医师、药店或医疗机构与同类逐项、逐月对照，生成一页。",
        ),
        epilog=examples(
            "fraudgraph profile P99010100006 --out 2025-10",
            "fraudgraph profile D990101165737 --out 2025-10 --page doctor.html",
        ),
    )(_profile)


def _profile(
    entity_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help=t("The doctor's, pharmacy's or facility's id.", "医师、药店或机构编号。")
        ),
    ],
    out: OutToRead = DEFAULT_OUT,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page",
            metavar="F",
            help=t(
                "Where to write the page; profile-ID.html here if left out.",
                "页面写到哪里；默认为当前目录下的 profile-编号.html。",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.desk import open_run
    from fraudgraph.desk.profile_page import as_record

    profile = open_run(out, lang=language()).profile(entity_id)
    written = profile.save(page or Path(f"profile-{re.sub(r'[^0-9A-Za-z_-]', '_', entity_id)}.html"))
    if as_json:
        print_json({**as_record(profile), "page": str(written)})
        return
    first = profile.frame.iloc[0]
    print_result(
        t(
            f"{profile.title}: compared with peers {profile.peers}.\n"
            f"Furthest from them: {first['title']} {first['own']:,.2f}, peers {first['middle']:,.2f}. Unlike does not mean unlawful.\n"
            f"The page: {written}",
            f"{profile.title}：对照组为{profile.peers}。\n"
            f"偏离最大：{first['title']} {first['own']:,.2f}，同类 {first['middle']:,.2f}。与同类不同不等于违规。\n"
            f"页面：{written}",
        )
    )
