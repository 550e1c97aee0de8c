"""who, why-not: what a run knows of an id, and why it is or is not on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import language, t
from fraudgraph.cli.options import DEFAULT_OUT, AsJson, OutToRead, examples
from fraudgraph.cli.terminal import print_json, print_result

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command(
        "who",
        help=t(
            "What a run knows of a person, doctor, place or operator: claims, meetings, flags, rings; of several ids also what links them.",
            "查看一次运行对参保人、医师、机构药店或经办人所知：结算、异常同现、疑点、疑似团伙；给出多个编号时还列出其间联系。",
        ),
        epilog=examples(
            "fraudgraph who 990101196603 --out 2025-10",
            "fraudgraph who 990101196603 990101197712 D990101365400 --out 2025-10",
        ),
    )(_who)
    app.command(
        "why-not",
        help=t(
            "Why an id is not on the list: how far it came and the number that decided.",
            "某编号为何不在清单上：走到哪一步，由哪个数字决定。",
        ),
        epilog=examples("fraudgraph why-not 990101196603 --out 2025-10"),
    )(_why_not)


def _who(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help=t("Ids as delivered.", "交付数据中的编号。"))
    ],
    out: OutToRead = DEFAULT_OUT,
    as_json: AsJson = False,
) -> None:
    _look(ids, out, as_json=as_json, brief=False)


def _why_not(
    entity_id: Annotated[
        str, typer.Argument(metavar="ID", help=t("An id as delivered.", "交付数据中的编号。"))
    ],
    out: OutToRead = DEFAULT_OUT,
    as_json: AsJson = False,
) -> None:
    _look([entity_id], out, as_json=as_json, brief=True)


def _look(ids: list[str], out: Path, *, as_json: bool, brief: bool) -> None:
    from fraudgraph.report.lookup_text import known_record, known_text, link_record, links_text
    from fraudgraph.report.naming import Naming
    from fraudgraph.rings import load_rings, load_run_settings
    from fraudgraph.rings.kept_store import opened
    from fraudgraph.rings.lookup import links_between, look_up
    from fraudgraph.rings.why_not import why_not

    rings, settings = load_rings(out), load_run_settings(out)
    naming = Naming(rings, settings)
    with opened(out, settings) as store:
        known = [found for one in dict.fromkeys(ids) for found in look_up(store, rings, one)]
        decided = [why_not(store, found, settings) for found in known]
        links = links_between(store, known) if len(known) > 1 and not brief else ()
    pairs = list(zip(known, decided, strict=True))
    if as_json:
        found = {"known": [known_record(one, deciding, naming) for one, deciding in pairs]}
        print_json(found if brief else {**found, "links": [link_record(link, naming) for link in links]})
        return
    pages = [known_text(one, deciding, naming, language(), brief=brief) for one, deciding in pairs]
    if len(known) > 1 and not brief:
        pages.append(links_text(links, naming, language()))
    print_result("\n".join(pages))
