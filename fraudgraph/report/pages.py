"""Pages that open from disk without a network: templates, both languages, and a policy that forbids the rest."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fraudgraph.report.files import save
from fraudgraph.report.sanitise import amount, number, plain
from fraudgraph.report.words import Text

__all__ = ["SHARED", "in_one_file", "render", "save_shared", "static_text"]

SHARED: Final = "shared"
"""The folder of a run that holds the scripts which many pages carry out."""
_SHARED_SCRIPT: Final = '<script src="../{folder}/{name}"></script>'


@cache
def static_text(name: str) -> str:
    """A file of `static/`, as it goes into a page."""
    return (
        files("fraudgraph.report").joinpath("static", name).read_text(encoding="utf-8").replace("\r\n", "\n")
    )


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("fraudgraph.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    env.globals.update(t=_both, t2=lambda zh, en: _both(Text(zh, en)))
    env.filters.update(amount=amount, number=number)
    return env


def _harmless(value: object) -> object:
    """Every text that enters a page shows its control and direction characters; markup of ours stays as it is."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _both(text: Text) -> Markup:
    """A text in both languages; the page shows one of them."""
    zh, en = (escape(plain(part)) for part in text)
    if zh == en:
        return zh
    return Markup("<i lang=zh>{}</i><i lang=en>{}</i>").format(zh, en)


def render(
    template: str, scripts: tuple[str, ...], context: Mapping[str, Any], *, shared: tuple[str, ...] = ()
) -> str:
    """A whole page as text.

    Parameters
    ----------
    template : str
        A file of `templates/`.
    scripts : tuple of str
        Files of `static/` that the page carries; nothing else may run in it.
    context : mapping
        What the template shows.
    shared : tuple of str
        Files of `static/` that stand once beside all pages (`save_shared`); only files of this machine or of the server
        that shows the page may be carried out then.
    """
    sources = [static_text(name) for name in scripts]
    allowed = " ".join(f"'sha256-{_digest(source)}'" for source in sources)
    policy = (
        f"default-src 'none'; script-src {_SHARED_SOURCES if shared else ''}{allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(
        policy=policy,
        shared=[_shared_tag(name) for name in shared],
        scripts=[Markup(source) for source in sources],
        style=Markup(_tight(static_text("report.css"))),
        **context,
    )  # fmt: skip


_SHARED_SOURCES: Final = "'self' file: "


def _shared_tag(name: str) -> Markup:
    return Markup(_SHARED_SCRIPT.format(folder=SHARED, name=name))  # a file of ours


def save_shared(out: Path, names: tuple[str, ...]) -> None:
    """Write the scripts that the pages of a run share, each once."""
    for name in names:
        save(out / SHARED / name, static_text(name))


def in_one_file(page: str) -> str:
    """A page with the scripts that it shares put into it, so that it can be passed on alone."""
    for name in sorted(set(re.findall(rf'<script src="\.\./{SHARED}/([\w.]+)"></script>', page))):
        source = static_text(name)
        page = page.replace(_shared_tag(name), f"<script>{source}</script>")
        page = page.replace(escape(_SHARED_SOURCES), escape(f"'sha256-{_digest(source)}' "), 1)
    return page


def _tight(style: str) -> str:
    """A style without the blanks that only its authors need: it stands in every page."""
    return re.sub(r"([{};:,])\s+", r"\1", style).strip()


def _digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode()
