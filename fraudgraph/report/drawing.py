"""A ring's drawing: at most 150 nodes, lines merged by pair, places computed here so that it is always the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fraudgraph.records import Dossier, DossierEdge, NodeKind
from fraudgraph.report.cast import Cast
from fraudgraph.report.plain import number, plain
from fraudgraph.report.words import KINDS, VIEWS, Text, word

__all__ = ["MAX_LINES", "MAX_NODES", "Drawing", "Line", "Node", "drawing"]

MAX_NODES: Final = 150
MAX_LINES: Final = 600
_SIZE = 1000.0
Key = tuple[NodeKind | None, str]
_MORE: Key = (None, "")


@dataclass(frozen=True, slots=True)
class Node:
    """One person, place or the node that stands for all who are not drawn."""

    key: str
    kind: str
    kind_text: Text
    handle: str
    label: str
    ident: str
    x: float
    y: float
    member: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What ties two nodes: one line per pair, with every kind of meeting that it stands for."""

    source: str
    target: str
    kind: str
    width: float
    told: Text
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes, lines and what was left out."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    hidden_nodes: int
    hidden_lines: int
    kinds: tuple[tuple[str, Text], ...]
    line_kinds: tuple[tuple[str, Text], ...]
    named: bool
    """Whether names fit beside the handles."""

    def elements(self) -> list[dict[str, Any]]:
        """The same drawing for the interactive view."""
        nodes = [
            {
                "data": {"id": n.key, "kind": n.kind, "short": n.handle, "label": n.label, "ident": n.ident, "zh": n.kind_text.zh, "en": n.kind_text.en, "member": n.member},
                "position": {"x": n.x, "y": n.y},
            }
            for n in self.nodes
        ]  # fmt: skip
        lines = [
            {"data": {"id": f"e{i}", "source": e.source, "target": e.target, "kind": e.kind, "width": e.width, "zh": e.told.zh, "en": e.told.en}}
            for i, e in enumerate(self.lines)
        ]  # fmt: skip
        return nodes + lines


@dataclass(slots=True)
class _Bundle:
    """All edges between one pair."""

    edges: list[DossierEdge] = field(default_factory=list)

    @property
    def weight(self) -> float:
        return sum(edge.weight for edge in self.edges)

    @property
    def kind(self) -> str:
        return min(self.edges, key=lambda e: (-e.weight, e.kind)).kind


def drawing(dossier: Dossier, cast: Cast) -> Drawing:
    """Lay out a ring: places and prescribers inside, patients on circles around them.

    Parameters
    ----------
    dossier : Dossier
        Members and edges; more than `MAX_NODES` become one node that says how many.
    cast : Cast
        Names.
    """
    wanted = _by_importance(dossier)
    shown, hidden = (
        (wanted, []) if len(wanted) <= MAX_NODES else (wanted[: MAX_NODES - 1], wanted[MAX_NODES - 1 :])
    )
    bundles = _bundled(dossier.edges, set(shown), bool(hidden))
    strongest = sorted(bundles, key=lambda pair: (-bundles[pair].weight, pair_key(pair)))
    kept = strongest[:MAX_LINES]
    everyone = [*shown, _MORE] if hidden else shown
    places = _positions(everyone, kept)
    keys = {key: f"n{index}" for index, key in enumerate(everyone)}
    heaviest = max((bundles[pair].weight for pair in kept), default=1.0) or 1.0
    nodes = tuple(_node(key, keys[key], places[key], cast, len(hidden)) for key in everyone)
    lines = tuple(
        Line(
            keys[a],
            keys[b],
            bundles[a, b].kind,
            round(1.0 + 5.0 * math.sqrt(max(bundles[a, b].weight, 0.0) / heaviest), 2),
            _told(bundles[a, b].edges),
            *places[a],
            *places[b],
        )
        for a, b in sorted(kept, key=lambda pair: (bundles[pair].weight, pair_key(pair)))
    )
    present = {key[0] for key in everyone}
    return Drawing(
        nodes,
        lines,
        len(hidden),
        len(strongest) - len(kept),
        tuple((kind.value, KINDS[kind]) for kind in NodeKind if kind in present),
        tuple((kind, word(VIEWS, plain(kind, 40))) for kind in sorted({line.kind for line in lines})),
        len(everyone) <= 40,
    )


def pair_key(pair: tuple[Key, Key]) -> tuple[str, ...]:
    """A pair as text, for an order that never changes."""
    return tuple(f"{kind or '~'}:{ident}" for kind, ident in pair)


def _by_importance(dossier: Dossier) -> list[Key]:
    """Members first, places and doctors before patients, firmest first; then whoever else the edges name."""
    members = sorted(
        dossier.ring.members, key=lambda m: (m.entity_type is NodeKind.PATIENT, -m.strength, m.entity_type, m.entity_id)
    )  # fmt: skip
    keys: list[Key] = [(m.entity_type, m.entity_id) for m in members]
    known = set(keys)
    others = {
        end
        for e in dossier.edges
        for end in ((e.source_type, e.source_id), (e.target_type, e.target_id))
        if end not in known
    }
    return keys + sorted(others)


def _bundled(edges: Iterable[DossierEdge], shown: set[Key], more: bool) -> dict[tuple[Key, Key], _Bundle]:
    bundles: dict[tuple[Key, Key], _Bundle] = {}
    for edge in edges:
        ends: list[Key] = []
        for end in ((edge.source_type, edge.source_id), (edge.target_type, edge.target_id)):
            ends.append(end if end in shown or not more else _MORE)
        a, b = sorted(ends, key=lambda key: (str(key[0] or "~"), key[1]))
        if a != b:
            bundles.setdefault((a, b), _Bundle()).edges.append(edge)
    return bundles


def _positions(keys: Sequence[Key], pairs: Sequence[tuple[Key, Key]]) -> dict[Key, tuple[float, float]]:
    """Places and doctors on an inner circle, patients on outer ones near those they are tied to."""
    inner = [key for key in keys if key[0] not in (NodeKind.PATIENT, None)]
    outer = [key for key in keys if key[0] is NodeKind.PATIENT]
    inner_radius = 0.0 if len(inner) < 2 else min(90.0 + 14.0 * len(inner), 210.0)
    places = _circle(inner, inner_radius, -math.pi / 2)
    ties: dict[Key, list[Key]] = {}
    for a, b in pairs:
        ties.setdefault(a, []).append(b)
        ties.setdefault(b, []).append(a)
    order = sorted(outer, key=lambda key: (_bearing(ties.get(key, []), places), key[1]))
    first = inner_radius + 190.0 if inner else 260.0
    for ring, members in enumerate(_shells(order, first)):
        places |= _circle(members, first + 95.0 * ring, -math.pi / 2 + 0.11 * ring)
    reach = max((math.hypot(x, y) for x, y in places.values()), default=0.0)
    if _MORE in keys:
        places[_MORE] = (0.0, reach + 110.0)
        reach += 110.0
    scale = (_SIZE / 2 - 60.0) / max(reach, 300.0)
    centre = _SIZE / 2
    return {
        key: (round(centre + x * scale, 1), round(centre + y * scale, 1)) for key, (x, y) in places.items()
    }


def _circle(keys: Sequence[Key], radius: float, start: float) -> dict[Key, tuple[float, float]]:
    step = 2 * math.pi / max(len(keys), 1)
    return {
        key: (radius * math.cos(start + step * i), radius * math.sin(start + step * i))
        for i, key in enumerate(keys)
    }


def _bearing(ties: Iterable[Key], places: Mapping[Key, tuple[float, float]]) -> float:
    """The direction of whoever inside a patient is tied to."""
    seen = [places[key] for key in ties if key in places]
    if not seen:
        return 10.0
    return round(math.atan2(sum(y for _, y in seen), sum(x for x, _ in seen)), 6)


def _shells(keys: Sequence[Key], first_radius: float) -> list[list[Key]]:
    """Patients dealt onto as many circles as they need, neighbours staying in one direction."""
    rings = 1
    while sum(_room(first_radius, ring) for ring in range(rings)) < len(keys):
        rings += 1
    return [list(keys[ring::rings]) for ring in range(rings)]


def _room(first_radius: float, ring: int) -> int:
    return max(int(2 * math.pi * (first_radius + 95.0 * ring) / 62.0), 1)


def _node(key: Key, ident: str, at: tuple[float, float], cast: Cast, hidden: int) -> Node:
    kind, entity_id = key
    if kind is None:
        more = f"+{hidden}"
        return Node(
            ident,
            "more",
            Text(f"另有 {hidden} 个未画出", f"{hidden} more not drawn"),
            more,
            more,
            "",
            *at,
            False,
        )
    handle = cast.handle(kind, entity_id)
    return Node(
        ident,
        kind.value,
        KINDS[kind],
        handle or "·",
        cast.label(kind, entity_id),
        cast.naming.entity(kind, entity_id),
        *at,
        bool(handle),
    )


def _told(edges: Sequence[DossierEdge]) -> Text:
    """What a line stands for: each kind with its count against what was expected."""
    ordered = sorted(edges, key=lambda e: (-e.weight, e.kind, e.source_id, e.target_id))[:6]
    lines_zh, lines_en = [], []
    for edge in ordered:
        title = word(VIEWS, plain(edge.kind, 40))
        against = edge.expected is not None
        lines_zh.append(
            f"{title.zh}:{number(edge.observed)} 次" + (f"，预期 {number(edge.expected)}" if against else "")
        )
        lines_en.append(
            f"{title.en}: {number(edge.observed)}"
            + (f", expected {number(edge.expected)}" if against else "")
        )
    return Text("; ".join(lines_zh), "; ".join(lines_en))
