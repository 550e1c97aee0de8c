"""evidence pdf and page: a ring on paper, and as one file to pass on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.terminal import print_result
from fraudgraph.errors import UsageError

__all__ = ["print_ring", "write_page"]


def print_ring(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    ring_id: Annotated[str, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="F",
            help=t(
                "The summary's pdf; RING.pdf here if left out. The annex stands beside it: RING-annex.pdf.",
                "摘要的 pdf 文件；默认为当前目录下的 RING.pdf。附件与之并列：RING-annex.pdf。",
            ),
        ),
    ] = None,
) -> None:
    """Print the two-page summary and the annex."""
    from fraudgraph.doctor import find_chromium
    from fraudgraph.report.checking import head_hash
    from fraudgraph.report.files import dossier_name
    from fraudgraph.report.pdf import print_page
    from fraudgraph.rings import load_rings
    from fraudgraph.rings.replay import find_ring

    name = dossier_name(find_ring(load_rings(out), ring_id).ring_id)
    chromium = find_chromium()
    if chromium is None:
        raise UsageError(
            "No Chromium was found on this machine; install one, or name it in the environment variable BROWSER_PATH. The page itself opens and prints in any browser.",
            "本机没有找到 Chromium：请安装，或用环境变量 BROWSER_PATH 指明。线索材料也可在任何浏览器中打开并打印。",
        )
    target = to or Path(name).with_suffix(".pdf")
    annex = target.with_name(f"{target.stem}-annex.pdf")
    head = head_hash(out)[:16]
    print_page(out / "summaries" / name, target, chromium=chromium, lang=language(), head=head)
    print_page(out / "dossiers" / name, annex, chromium=chromium, lang=language())
    print_result(f"{target}\n{annex}")


def write_page(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    ring_id: Annotated[str, typer.Argument(metavar="RING", help=t("The ring's number.", "团伙编号。"))],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="F",
            help=t("The file; RING.html here if left out.", "文件；默认为当前目录下的 RING.html。"),
        ),
    ] = None,
) -> None:
    """Write a ring's dossier as one file."""
    from fraudgraph.report.files import dossier_name, save
    from fraudgraph.report.pages import in_one_file

    name = dossier_name(ring_id.strip())
    page = out / "dossiers" / name
    if not page.is_file():
        raise UsageError(
            f"There is no page {page}. Only rings put forward have one; `fraudgraph rings list` names them.",
            f"没有页面 {page}。只有列入清单的疑似团伙才有线索材料，可用 `fraudgraph rings list` 查看。",
        )
    target = to or Path(name)
    save(target, in_one_file(page.read_text(encoding="utf-8")))
    print_result(str(target))
