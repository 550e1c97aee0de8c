"""Figures that are seen everywhere: in JupyterLab, in html exported from a notebook, and without a network.

A plotly figure in a notebook is normally only a note for JupyterLab, and exported html shows nothing. Ours carries
html beside the note; the first one of a kernel brings plotly's script along, the others use it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go
import plotly.io as pio

from fraudgraph.desk.arguments import save_private
from fraudgraph.desk.style import FONT, PALETTE

__all__ = ["Figure", "show"]

PLOTLY_MIME: Final = "application/vnd.plotly.v1+json"
_DEFAULTS: Final = ("#636efa", "#ef553b", "#00cc96", "#ab63fa", "#ffa15a", "#19d3f3")
"""The first colours that plotly takes by itself: red and green among them."""
_SAFE: Final = dict(zip(_DEFAULTS, PALETTE, strict=True))
_CONFIG: Final = {"displaylogo": False, "responsive": True}


class _Kernel:
    """What this process has already shown."""

    figures = 0


class Figure(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A plotly figure; all of plotly's methods work on it.

    It shows itself in JupyterLab, and in html that `jupyter nbconvert` or the File menu writes, without a network.
    `save("x.html")` writes a page of its own.
    """

    _ipython_display_ = None
    """Else plotly shows the figure itself and the html never comes to be."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, Any]:
        """The figure for whoever can show it: plotly's own note, html, and a line of text."""
        del include, exclude
        return bundle(self)

    def save(self, path: str | Path) -> Path:
        """Write the figure as one html page that needs no network (about 5 MB: plotly's script is in it).

        Returns
        -------
        Path
            The page.

        Raises
        ------
        UsageError
            If the name ends otherwise than in .html.
        """
        text = self.to_html(include_plotlyjs=True, config=_CONFIG, div_id=_name(self.to_json()))
        return save_private(path, text, ".html", ".htm")


def show(figure: go.Figure) -> Figure:
    """Make any plotly figure one that survives export without a network, in our fonts.

    Colours that plotly chose by itself become ones that colour-blind readers can tell apart; your own stay.

    Parameters
    ----------
    figure : plotly Figure
        Such as `plotly.express.bar(…)`.
    """
    if isinstance(figure, Figure):
        return figure
    ours = Figure(figure)
    for trace in ours.data:
        for part in ("marker", "line"):
            if part in trace and isinstance(trace[part].color, str):
                trace[part].color = _SAFE.get(trace[part].color.lower(), trace[part].color)
    ours.update_layout(font={"family": FONT}, template="plotly_white", colorway=list(PALETTE))
    ours.update_yaxes(automargin=True)
    return ours


def bundle(figure: go.Figure) -> dict[str, Any]:
    """What a notebook keeps of a figure, by MIME type."""
    text = pio.to_json(figure, validate=False)
    first = _Kernel.figures == 0
    _Kernel.figures += 1
    note = json.loads(text)
    note["config"] = dict(_CONFIG)
    html = pio.to_html(
        figure, config=_CONFIG, include_plotlyjs=first, full_html=False, validate=False,
        default_height=figure.layout.height or 450, div_id=f"{_name(text)}-{_Kernel.figures}",
    )  # fmt: skip
    return {PLOTLY_MIME: note, "text/html": html, "text/plain": _told(figure)}


def _name(text: str) -> str:
    return f"figure-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _told(figure: go.Figure) -> str:
    return f"Figure: {figure.layout.title.text or 'untitled'}".replace("<br>", " ")


def styled(figure: Figure, title: str, *, height: int = 420) -> Figure:
    """Our fonts and colours on a figure."""
    figure.update_layout(
        title={"text": title, "x": 0.01, "xanchor": "left", "font": {"size": 16}},
        font={"family": FONT, "size": 13, "color": "#17262f"},
        colorway=list(PALETTE),
        template="plotly_white",
        height=height,
        margin={"l": 20, "r": 20, "t": 64, "b": 40},
        hoverlabel={"font": {"family": FONT}},
    )
    figure.update_yaxes(automargin=True)
    figure.update_xaxes(automargin=True)
    return figure
