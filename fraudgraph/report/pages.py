"""Pages that open from disk without a network: templates, both languages, and a policy that forbids the rest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fraudgraph.report.sanitise import amount, number, plain
from fraudgraph.report.words import Text

__all__ = ["render", "static_text"]


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
    return Markup('<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


def render(template: str, scripts: tuple[str, ...], context: Mapping[str, Any]) -> str:
    """A whole page as text.

    Parameters
    ----------
    template : str
        A file of `templates/`.
    scripts : tuple of str
        Files of `static/` that the page carries; nothing else may run in it.
    context : mapping
        What the template shows.
    """
    sources = [static_text(name) for name in scripts]
    allowed = " ".join(f"'sha256-{_digest(source)}'" for source in sources)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(
        policy=policy,
        scripts=[Markup(source) for source in sources],
        style=Markup(static_text("report.css")),
        **context,
    )  # fmt: skip


def _digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode()
