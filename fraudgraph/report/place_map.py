"""A ring's places as points on a plain map, with the distances between them; needs no tiles and no network."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from fraudgraph.records import Dossier, NodeKind
from fraudgraph.report.entity_labels import Cast

__all__ = ["MapPoint", "PlaceMap", "place_map"]

_WIDTH, _HEIGHT, _MARGIN = 760.0, 380.0, 46.0
_KM_PER_DEGREE: Final = 111.32
_OTHERS: Final = 20
_NAMED_PAIRS: Final = 10
_SCALES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One place: where it is drawn, how large by the claims at meetings, and whether the ring names it."""

    x: float
    y: float
    radius: float
    label: str
    kind: str
    member: bool
    above: bool


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """The map, its scale, the distances between the ring's own places, and how many have no point."""

    width: float
    height: float
    points: tuple[MapPoint, ...]
    scale_km: float
    scale_width: float
    distances: tuple[tuple[str, str, float], ...]
    unknown_count: int


def place_map(dossier: Dossier, cast: Cast) -> PlaceMap | None:
    """Member places and those used most besides; None where fewer than two have a point.

    Parameters
    ----------
    dossier : Dossier
        With `place_points`, degrees; one degree of longitude is shortened by the latitude.
    cast : Cast
        Names.
    """
    used = Counter(claim.place_id for claim in dossier.claims)
    met = Counter(claim.place_id for claim in dossier.claims if claim.in_meeting)
    ours = [place for place in sorted(used) if _is_member(cast, place)]
    known = [place for place in ours if place in dossier.place_points]
    others = sorted(
        (p for p in used if p in dossier.place_points and p not in known), key=lambda p: (-used[p], p)
    )[:_OTHERS]
    if not known or len(known) + len(others) < 2:
        return None
    flat = _flat({place: dossier.place_points[place] for place in [*others, *known]})
    left, bottom = min(x for x, _ in flat.values()), min(y for _, y in flat.values())
    wide = max(max(x for x, _ in flat.values()) - left, 0.1)
    high = max(max(y for _, y in flat.values()) - bottom, 0.1)
    per_km = min((_WIDTH - 2 * _MARGIN - 90) / wide, (_HEIGHT - 2 * _MARGIN) / high)
    height = high * per_km + 2 * _MARGIN
    most = max([*met.values(), 1])
    points = [
        MapPoint(
            x=round(_MARGIN + (flat[p][0] - left) * per_km, 1), y=round(height - _MARGIN - (flat[p][1] - bottom) * per_km, 1),
            radius=round(6 + 10 * math.sqrt(met[p] / most), 1) if p in known else 4.0, label=cast.place(p) if p in known else "",
            kind=cast.place_kind(p).value, member=p in known, above=False,
        )
        for p in flat
    ]  # fmt: skip
    scale = max((s for s in _SCALES if s * per_km <= 160), default=_SCALES[0])
    pairs = sorted(
        (_apart(flat[a], flat[b]), cast.place(a), cast.place(b)) for a, b in combinations(known, 2)
    )
    return PlaceMap(
        _WIDTH, round(height, 1), _apart_labels(points), scale, round(scale * per_km, 1),
        tuple((a, b, km) for km, a, b in pairs[-_NAMED_PAIRS:][::-1]), len(ours) - len(known),
    )  # fmt: skip


def _is_member(cast: Cast, place: str) -> bool:
    return any(cast.member(kind, place) for kind in (NodeKind.FACILITY, NodeKind.PHARMACY))


def _flat(points: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Kilometres east and north of nowhere in particular: good enough for a city, said to be so on the page."""
    middle = math.radians(sum(latitude for _, latitude in points.values()) / len(points))
    return {
        place: (longitude * _KM_PER_DEGREE * math.cos(middle), latitude * _KM_PER_DEGREE)
        for place, (longitude, latitude) in points.items()
    }


def _apart(one: tuple[float, float], two: tuple[float, float]) -> float:
    return round(math.hypot(one[0] - two[0], one[1] - two[1]), 1)


def _apart_labels(points: list[MapPoint]) -> tuple[MapPoint, ...]:
    """A name stands above its point where it would lie on another name."""
    placed: list[MapPoint] = []
    for point in points:
        crowded = point.member and any(
            other.member and not other.above and abs(other.x - point.x) < 150 and abs(other.y - point.y) < 18
            for other in placed
        )
        placed.append(
            MapPoint(point.x, point.y, point.radius, point.label, point.kind, point.member, crowded)
        )
    return tuple(placed)
