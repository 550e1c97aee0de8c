"""A ring drawn for a notebook: the same picture as on its page, as svg and as html that answers to the mouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd

from fraudgraph.desk.arguments import save_private
from fraudgraph.desk.frames import each_row
from fraudgraph.desk.networks import surprise, visited
from fraudgraph.desk.style import FONT, GREY, KIND_COLOURS, LINE_COLOURS, LINE_DASHES
from fraudgraph.records import Dossier, DossierClaim, DossierEdge, NodeKind, Ring
from fraudgraph.report.drawing import Drawing, Line, Node, drawing
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.naming import Naming
from fraudgraph.settings import Settings

__all__ = ["RingDrawing", "draw_ring"]

_LEGEND_HEIGHT: Final = 92.0
_SHOWN_WIDTH: Final = 940.0
MANY_PAIRS: Final = 60
"""Up to so many pairs every meeting is drawn; beyond it each patient's firmest few."""
FIRMEST: Final = 3
_SCRIPT: Final = """
var told = document.getElementById('told');
function near(id) {
  document.querySelectorAll('[data-node],[data-line]').forEach(function (e) {
    var ends = (e.getAttribute('data-line') || '').split(' ');
    var on = !id || e.getAttribute('data-node') === id || ends.indexOf(id) >= 0 ||
      document.querySelector('[data-line="' + id + ' ' + e.getAttribute('data-node') + '"],[data-line="' + e.getAttribute('data-node') + ' ' + id + '"]');
    e.style.opacity = on ? '' : '0.1';
  });
}
function say(text) {
  var row = document.createElement('div');
  row.textContent = text;
  told.appendChild(row);
}
function title(e) { return e.querySelector('title').textContent; }
document.addEventListener('click', function (event) {
  var hit = event.target.closest('[data-node],[data-line]');
  var id = hit && hit.getAttribute('data-node');
  near(id);
  told.textContent = '';
  if (hit) { say(title(hit)); }
  if (!id) { return; }
  var lines = [].slice.call(document.querySelectorAll('[data-line]')).reverse().filter(function (e) {
    return e.getAttribute('data-line').split(' ').indexOf(id) >= 0;
  });
  lines.slice(0, 8).forEach(function (e) {
    var ends = e.getAttribute('data-line').split(' ');
    var other = document.querySelector('[data-node="' + (ends[0] === id ? ends[1] : ends[0]) + '"]');
    say(title(other).split(' · ')[0] + ' — ' + title(e));
  });
  if (lines.length > 8) { say('+' + (lines.length - 8)); }
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingDrawing:
    """A ring's drawing. JupyterLab shows the html, other viewers the svg; a click on a node shows only what it touches.

    Attributes
    ----------
    svg : str
        The picture, complete in itself.
    node_count, hidden_count : int
        Nodes drawn, and members left out, which one node "+N" stands for.
    """

    title: str
    svg: str
    width: float
    height: float
    node_count: int
    hidden_count: int

    @property
    def html(self) -> str:
        """The picture in a frame of its own; it needs no network."""
        page = (
            f"<!doctype html><meta charset='utf-8'><style>body{{margin:0;font-family:{FONT}}}svg{{max-width:100%;height:auto}}"
            "#told{height:9.5em;overflow:auto;padding:2px 8px;font-size:14px;line-height:1.35}[data-node],[data-line]{cursor:pointer}</style>"
            f"{self.svg}<div id='told'></div><script>{_SCRIPT}</script>"
        )
        width = min(self.width, _SHOWN_WIDTH)
        return (
            f'<iframe srcdoc="{escape(page)}" title="{escape(self.title)}" sandbox="allow-scripts" '
            f'style="width:100%;max-width:{width:.0f}px;height:{self.height * width / self.width + 150:.0f}px;border:0"></iframe>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The drawing for whoever can show it."""
        del include, exclude
        return {"text/html": self.html, "image/svg+xml": self.svg, "text/plain": repr(self)}

    def __repr__(self) -> str:
        more = f", +{self.hidden_count} more" if self.hidden_count else ""
        return f"RingDrawing({self.title}: {self.node_count} nodes{more})"

    def save(self, path: str | Path) -> Path:
        """Write the picture as an svg file, or as an html page that answers to the mouse.

        Raises
        ------
        UsageError
            If the name ends otherwise than in .svg or .html.
        """
        page = Path(path).suffix.lower() in (".html", ".htm") if isinstance(path, (str, Path)) else False
        return save_private(path, self.html if page else self.svg, ".svg", ".html", ".htm")


def draw_ring(
    ring: Ring, meetings: pd.DataFrame, claims: pd.DataFrame, place_names: Mapping[str, str], *, lang: str
) -> RingDrawing:
    """Lay out and draw a ring.

    Parameters
    ----------
    ring : Ring
        Its members.
    meetings, claims : DataFrame
        Its meetings and the claims of its evidence.
    place_names : mapping
        Names of places by id.
    lang : {"zh", "en"}
        Language of the legend and of what a node tells.
    """
    firmest, left_out = _firmest(ring, meetings)
    dossier = Dossier(
        ring=ring, edges=tuple(_edges(ring, firmest, claims)), claims=tuple(_claims(claims)),
        claim_count=len(claims), place_names=dict(place_names),
    )  # fmt: skip
    laid = drawing(dossier, Cast(dossier, Naming([ring], Settings())))
    return RingDrawing(
        title=ring.ring_id, svg=_svg(laid, ring.ring_id, lang, left_out), width=laid.width, height=laid.height + _LEGEND_HEIGHT,
        node_count=len(laid.nodes), hidden_count=laid.hidden_nodes,
    )  # fmt: skip


def _firmest(ring: Ring, meetings: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The meetings to draw, and how many pairs are left out: among many pairs only each patient's firmest few."""
    members = {m.entity_id for m in ring.members}
    inside = meetings[meetings["a"].isin(members) & meetings["b"].isin(members)]
    people = (inside["a_type"] == "patient") & (inside["b_type"] == "patient")
    pairs = inside[people].assign(weight=lambda f: [surprise(p) for p in f["p"]])
    pairs = pairs.groupby(["a", "b"], sort=True).agg(weight=("weight", "sum")).reset_index()
    if len(pairs) <= MANY_PAIRS:
        return inside, 0
    both_ways = pd.concat([pairs.assign(of=pairs["a"]), pairs.assign(of=pairs["b"])])
    ordered = both_ways.sort_values(["weight", "a", "b"], ascending=[False, True, True])
    kept = ordered.groupby("of").head(FIRMEST)[["a", "b"]].drop_duplicates()
    drawn = inside[people].merge(kept, on=["a", "b"])
    return pd.concat([drawn, inside[~people]], ignore_index=True), len(pairs) - len(kept)


def _edges(ring: Ring, meetings: pd.DataFrame, claims: pd.DataFrame) -> Iterator[DossierEdge]:
    members = {(str(m.entity_type), m.entity_id) for m in ring.members}
    for row in each_row(meetings):
        if {(row.a_type, row.a), (row.b_type, row.b)} <= members:
            yield DossierEdge(
                source_type=NodeKind(row.a_type), source_id=row.a, target_type=NodeKind(row.b_type), target_id=row.b,
                kind=row.view, observed=row.observed, expected=row.expected, weight=surprise(row.p),
            )  # fmt: skip
    for row in each_row(visited(claims)):
        if {("patient", row.patient_id), (row.entity_type, row.entity_id)} <= members:
            yield DossierEdge(
                source_type=NodeKind.PATIENT, source_id=row.patient_id, target_type=NodeKind(row.entity_type),
                target_id=row.entity_id, kind="visited", observed=float(row.claim_count), expected=None,
                weight=float(row.claim_count),
            )  # fmt: skip


def _claims(claims: pd.DataFrame) -> Iterator[DossierClaim]:
    """Only what the layout asks for: who was where."""
    for row in each_row(claims):
        yield DossierClaim(
            claim_id=row.claim_id, patient_id=row.patient_id, place_id=row.place_id, doctor_id="", operator_id="",
            claim_type=row.claim_type, day=row.event_date, at=None, ended_on=None, diagnosis_code="",
            total_amount=row.total_amount, fund_amount=row.fund_amount, in_meeting=True,
        )  # fmt: skip


def _svg(laid: Drawing, title: str, lang: str, left_out: int) -> str:
    height = laid.height + _LEGEND_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {laid.width:g} {height:g}" width="{laid.width:g}" height="{height:g}" '
        f'role="img" font-family="{escape(FONT)}"><title>{escape(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>'
    ]
    parts += [_line(line, lang) for line in laid.lines]
    parts += [_node(node, lang, named=laid.named) for node in laid.nodes]
    parts += _legend(laid, lang)
    if left_out:
        zh = f"每位参保人只画最强的 {FIRMEST} 条同现线，另有 {left_out} 对未画。"
        en = f"Each patient's {FIRMEST} firmest meetings are drawn; {left_out} more pairs met."
        parts.append(_words(14, laid.height + 74, zh if lang == "zh" else en))
    return "".join([*parts, "</svg>"])


def _line(line: Line, lang: str) -> str:
    colour, dash = LINE_COLOURS.get(line.kind, "#77838c"), LINE_DASHES.get(line.kind)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line data-line="{line.source} {line.target}" x1="{line.x1}" y1="{line.y1}" x2="{line.x2}" y2="{line.y2}" stroke="{colour}" '
        f'stroke-width="{line.width}" stroke-opacity="0.45"{dashed}><title>{escape(line.told.of(lang))}</title></line>'
    )


def _node(node: Node, lang: str, *, named: bool) -> str:
    small = node.kind == "patient" and not named
    r = 13.0 if small else 15.0 if node.kind == "patient" else 20.0
    told = " · ".join(part for part in (node.label, node.kind_text.of(lang), node.ident) if part)
    faint = "" if node.member else ' fill-opacity="0.35" stroke-dasharray="3 2"'
    shape = _shape(node.kind, node.x, node.y, r, faint)
    if small:
        text = f'<text x="{node.x}" y="{node.y + 3:g}" text-anchor="middle" font-size="9" font-weight="bold" fill="#ffffff">{escape(node.handle)}</text>'
    else:
        dx = {"left": -r - 7, "right": r + 7}.get(node.side, 0.0)
        dy = {"top": -r - 8, "bottom": r + 21}.get(node.side, 6.0)
        anchor = {"left": "end", "right": "start"}.get(node.side, "middle")
        text = (
            f'<text x="{node.x + dx:g}" y="{node.y + dy:g}" text-anchor="{anchor}" font-size="16" fill="#17262f" paint-order="stroke" '
            f'stroke="#ffffff" stroke-width="3">{escape(node.label[:16])}</text>'
        )
    return f'<g data-node="{node.key}">{shape}{text}<title>{escape(told)}</title></g>'


def _shape(kind: str, x: float, y: float, r: float, extra: str = "") -> str:
    """A circle for a patient, a triangle for a doctor, a square, a diamond and a hexagon for the rest."""
    paint = f'fill="{KIND_COLOURS.get(kind, GREY)}" stroke="#ffffff" stroke-width="2"{extra}'
    if kind == "patient":
        return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {paint}/>'
    corners = {
        "doctor": ((0, -1.25), (1.2, 0.95), (-1.2, 0.95)),
        "facility": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "pharmacy": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "operator": ((-1.15, 0), (-0.58, -1), (0.58, -1), (1.15, 0), (0.58, 1), (-0.58, 1)),
    }.get(kind, ((-1.5, -0.8), (1.5, -0.8), (1.5, 0.8), (-1.5, 0.8)))
    points = " ".join(f"{x + dx * r:g},{y + dy * r:g}" for dx, dy in corners)
    return f'<polygon points="{points}" {paint}/>'


def _legend(laid: Drawing, lang: str) -> list[str]:
    """Shapes and colours of nodes in one row, lines in the next."""
    parts, x, y = [], 24.0, laid.height + 16
    for kind, text in laid.kinds:
        parts.append(_shape(kind, x, y, 8.0) + _words(x + 16, y + 5, text.of(lang)))
        x += 46 + _width(text.of(lang))
    x, y = 24.0, laid.height + 44
    for kind, text in laid.line_kinds:
        dash = LINE_DASHES.get(kind)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<line x1="{x - 10:g}" y1="{y:g}" x2="{x + 16:g}" y2="{y:g}" stroke="{LINE_COLOURS.get(kind, "#77838c")}" stroke-width="4"{dashed}/>'
            + _words(x + 22, y + 5, text.of(lang))
        )
        x += 52 + _width(text.of(lang))
    return parts


def _words(x: float, y: float, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="14" fill="#17262f">{escape(text)}</text>'


def _width(text: str) -> float:
    """About how wide a text stands at 14 units."""
    return sum(14.0 if ord(char) > 0x2E7F else 7.4 for char in text)
