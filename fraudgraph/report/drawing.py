"""A ring's drawing: at most 150 nodes, one line per pair and kind of meeting, always the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fraudgraph.records import Dossier, DossierEdge, NodeKind
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.growth import Growth, growth
from fraudgraph.report.layout import MORE, Key, positions
from fraudgraph.report.sanitise import number, plain
from fraudgraph.report.words import KINDS, VIEWS, Text, word

__all__ = ["MAX_LINES", "MAX_NODES", "Drawing", "Line", "Node", "drawing"]

MAX_NODES: Final = 150
MAX_LINES: Final = 500
NAMED_UP_TO: Final = 36
PRESENCE: Final = "visited"
"""Lines that say who came where; they carry no surprise, so they are thin."""
_APART = 7.0
Pair = tuple[Key, Key]
Bundles = dict[tuple[Pair, str], list[DossierEdge]]


@dataclass(frozen=True, slots=True)
class Node:
    """One person or place, or the node that stands for all who are not drawn."""

    key: str
    kind: str
    kind_text: Text
    handle: str
    label: str
    ident: str
    x: float
    y: float
    member: bool
    side: str = "bottom"
    """Where its name stands: top, bottom, left or right."""
    since: int = 0
    """From which of the drawing's days on it is there."""


@dataclass(frozen=True, slots=True)
class Line:
    """What ties two nodes by one kind of meeting; lines between the same two stand beside each other."""

    source: str
    target: str
    kind: str
    width: float
    told: Text
    x1: float
    y1: float
    x2: float
    y2: float
    counted: tuple[str, str]
    """Observed and expected, as written; "" where nothing was expected."""
    since: int
    """From which of the drawing's days on it is there."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes, lines and what was left out."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    hidden_nodes: int
    hidden_lines: int
    kinds: tuple[tuple[str, Text], ...]
    line_kinds: tuple[tuple[str, Text], ...]
    named: bool
    """Whether names fit beside the nodes."""
    days: tuple[str, ...]
    """The days on which the ring met."""

    def titles(self) -> dict[str, dict[str, Text]]:
        """What kinds of nodes and lines are called, for the interactive view."""
        more = {node.kind: node.kind_text for node in self.nodes if node.kind == "more"}
        return {"nodes": dict(self.kinds) | more, "lines": dict(self.line_kinds)}

    def elements(self) -> dict[str, list[Any]]:
        """The same drawing for the interactive view: nodes, and lines as source, target, kind, width, observed, expected, since."""
        return {
            "nodes": [
                {"id": n.key, "kind": n.kind, "short": n.handle, "label": n.label, "ident": n.ident, "member": n.member, "side": n.side, "since": n.since, "x": n.x, "y": n.y}
                for n in self.nodes
            ],
            "lines": [[e.source, e.target, e.kind, e.width, *e.counted, e.since] for e in self.lines],
        }  # fmt: skip

    def strokes(self) -> list[tuple[str, float, str]]:
        """The lines of the still drawing, those of one kind and width as one path, the thin ones first."""
        paths: dict[tuple[float, str], list[str]] = {}
        for line in self.lines:
            paths.setdefault((round(line.width * 2) / 2, line.kind), []).append(
                f"M{line.x1:g} {line.y1:g}L{line.x2:g} {line.y2:g}"
            )
        return [(kind, width, "".join(parts)) for (width, kind), parts in sorted(paths.items())]


def drawing(dossier: Dossier, cast: Cast) -> Drawing:
    """Lay out a ring's members and what ties them.

    Parameters
    ----------
    dossier : Dossier
        Members and edges; beyond `MAX_NODES` one node says how many more there are.
    cast : Cast
        Names.
    """
    wanted = _by_importance(dossier)
    shown = wanted if len(wanted) <= MAX_NODES else wanted[: MAX_NODES - 1]
    hidden = len(wanted) - len(shown)
    everyone = [*shown, MORE] if hidden else shown
    bundles = _bundled(dossier.edges, set(shown))
    kept = sorted(bundles, key=lambda b: (_only_patients(b[0]), -_weight(bundles[b]), _order(b)))[:MAX_LINES]
    named = len(everyone) <= NAMED_UP_TO
    places, width, height = positions(everyone, _main_places(dossier), named=named)
    keys = {key: f"n{index}" for index, key in enumerate(everyone)}
    grown = growth(dossier)
    lines = _lines(kept, bundles, keys, places, grown)
    nodes = [
        replace(_node(key, keys[key], places[key], cast, hidden), since=grown.nodes.get(key, 0))
        for key in everyone
    ]
    present = {key[0] for key in everyone}
    return Drawing(
        tuple(replace(node, side=_side(node, places)) for node in nodes),
        lines,
        width,
        height,
        hidden,
        len(bundles) - len(kept),
        tuple((kind.value, KINDS[kind]) for kind in NodeKind if kind in present),
        tuple((kind, word(VIEWS, kind)) for kind in sorted({line.kind for line in lines})),
        named,
        tuple(day.isoformat() for day in grown.days),
    )


def _by_importance(dossier: Dossier) -> list[Key]:
    """Members first, places and doctors before patients, firmest first; then whoever else the edges name."""
    members = sorted(
        dossier.ring.members, key=lambda m: (m.entity_type is NodeKind.PATIENT, -m.strength, m.entity_type, m.entity_id)
    )  # fmt: skip
    keys: list[Key] = [(m.entity_type, m.entity_id) for m in members]
    known = set(keys)
    named: set[tuple[NodeKind, str]] = set()
    for edge in dossier.edges:
        named |= {(edge.source_type, edge.source_id), (edge.target_type, edge.target_id)}
    return keys + sorted(named - known)


def _bundled(edges: Sequence[DossierEdge], shown: set[Key]) -> Bundles:
    """Edges by pair and kind; those of two who are not drawn, or of a patient with one, are left out."""
    bundles: Bundles = defaultdict(list)
    for edge in edges:
        ends: list[Key] = [(edge.source_type, edge.source_id), (edge.target_type, edge.target_id)]
        drawn = [end if end in shown else MORE for end in ends]
        a, b = sorted(drawn, key=lambda key: (str(key[0] or "~"), key[1]))
        if a != b and not (MORE in drawn and NodeKind.PATIENT in (a[0], b[0])):
            bundles[(a, b), plain(edge.kind, 40)].append(edge)
    return bundles


def _weight(edges: Sequence[DossierEdge]) -> float:
    return sum(edge.weight for edge in edges)


def _only_patients(pair: Pair) -> bool:
    return all(key[0] is NodeKind.PATIENT for key in pair)


def _order(bundle: tuple[Pair, str]) -> tuple[str, ...]:
    """A line's name as text, for an order that never changes."""
    return (*(f"{kind or '~'}:{ident}" for kind, ident in bundle[0]), bundle[1])


def _main_places(dossier: Dossier) -> dict[Key, Key]:
    """The member place at which each patient has most claims in meetings."""
    places = {m.entity_id: m.entity_type for m in dossier.ring.members if m.entity_type in (NodeKind.FACILITY, NodeKind.PHARMACY)}  # fmt: skip
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in dossier.claims:
        if claim.place_id in places:
            count[claim.patient_id][claim.place_id] += 100 if claim.in_meeting else 1
    main = {patient: min(seen, key=lambda place: (-seen[place], place)) for patient, seen in count.items()}
    return {(NodeKind.PATIENT, patient): (places[place], place) for patient, place in main.items()}


def _lines(
    kept: Sequence[tuple[Pair, str]],
    bundles: Bundles,
    keys: dict[Key, str],
    places: dict[Key, tuple[float, float]],
    grown: Growth,
) -> tuple[Line, ...]:
    """Thin lines first, so that strong ones lie on top; several between one pair side by side."""
    heaviest = max((_weight(bundles[b]) for b in kept if b[1] != PRESENCE), default=1.0) or 1.0
    lanes: dict[Pair, list[str]] = defaultdict(list)
    for pair, kind in sorted(kept, key=_order):
        lanes[pair].append(kind)
    lines = []
    for pair, kind in sorted(kept, key=lambda b: (_weight(bundles[b]), _order(b))):
        (x1, y1), (x2, y2) = places[pair[0]], places[pair[1]]
        lane = lanes[pair].index(kind) - (len(lanes[pair]) - 1) / 2
        length = math.hypot(x2 - x1, y2 - y1) or 1.0
        dx, dy = -(y2 - y1) / length * lane * _APART, (x2 - x1) / length * lane * _APART
        share = 0.0 if kind == PRESENCE else max(_weight(bundles[pair, kind]), 0.0) / heaviest
        width = 1.6 + 4.2 * math.sqrt(share)
        ends = (round(x1 + dx, 1), round(y1 + dy, 1), round(x2 + dx, 1), round(y2 + dy, 1))
        edges = bundles[pair, kind]
        counted, told = _told(kind, edges)
        since = min(grown.since(edge) for edge in edges)
        lines.append(
            Line(
                keys[pair[0]], keys[pair[1]], kind, round(width, 1), told, *ends, counted=counted, since=since
            )
        )
    return tuple(lines)


def _node(key: Key, ident: str, at: tuple[float, float], cast: Cast, hidden: int) -> Node:
    kind, entity_id = key
    if kind is None:
        more = f"+{hidden}"
        text = Text(f"另有 {hidden} 个未画出", f"{hidden} more not drawn")
        return Node(ident, "more", text, more, more, "", *at, True)
    handle = cast.handle(kind, entity_id)
    label = cast.label(kind, entity_id)
    return Node(ident, kind.value, KINDS[kind], handle or "·", label, cast.naming.entity(kind, entity_id), *at, bool(handle))  # fmt: skip


def _side(node: Node, places: Mapping[Key, tuple[float, float]]) -> str:
    """Names of patients stand outside their circle, so that lines don't cross them."""
    if node.kind != NodeKind.PATIENT:
        return "bottom"
    circle = [at for (kind, _), at in places.items() if kind is NodeKind.PATIENT]
    dx = node.x - sum(x for x, _ in circle) / len(circle)
    dy = node.y - sum(y for _, y in circle) / len(circle)
    if abs(dx) > abs(dy):
        return "left" if dx < 0 else "right"
    return "top" if dy < 0 else "bottom"


def _told(kind: str, edges: Sequence[DossierEdge]) -> tuple[tuple[str, str], Text]:
    """What a line stands for: how often, against how often expected."""
    title = word(VIEWS, kind)
    observed = sum(edge.observed for edge in edges)
    known = [edge.expected for edge in edges if edge.expected is not None]
    if not known:
        return (number(observed), ""), Text(
            f"{title.zh} {number(observed)} 次", f"{title.en}: {number(observed)}"
        )
    expected = number(sum(known))
    return (number(observed), expected), Text(
        f"{title.zh} {number(observed)} 次，预期 {expected}",
        f"{title.en}: {number(observed)}, expected {expected}",
    )
