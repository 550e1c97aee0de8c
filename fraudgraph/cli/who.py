"""who, why-not, find: what a run knows of an id, why it is or is not on the list, and whose id it is."""

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
    app.command(
        "find",
        help=t(
            "Look for a name, a part of one, a phone, an address, an account or an id in a run's registers. Shown whole; that somebody looked is logged beside OUT.",
            "在一次运行的名录中查找姓名（或其一部分）、电话、地址、账户或编号。完整显示；查找会记入 OUT 旁的日志。",
        ),
        epilog=examples("fraudgraph find 青禾 --out 2025-10", "fraudgraph find 13812345678 --out 2025-10"),
    )(_find)


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


def _find(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help=t("What to look for; a part will do.", "要查找的文字，部分即可。")
        ),
    ],
    out: OutToRead = DEFAULT_OUT,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.casework.access_log import log_access
    from fraudgraph.report.lookup_text import found_record, found_text
    from fraudgraph.rings import load_run_settings
    from fraudgraph.rings.finding import find
    from fraudgraph.rings.kept_store import opened

    with opened(out, load_run_settings(out)) as store:
        found, count = find(store, text)
    log_access(out, command="find", subject=text, shown=len(found))
    if as_json:
        print_json({"count": count, "found": [found_record(one) for one in found]})
    else:
        print_result(found_text(found, count, language()))


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
