"""Where a drawing's nodes stand: patients on circles at the left, places and their people in columns at the right.

Nothing is drawn by chance or by forces: the same ring always looks the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from fraudgraph.records import NodeKind

__all__ = ["MORE", "Key", "positions"]

Key = tuple[NodeKind | None, str]
MORE: Final[Key] = (None, "")
"""The node that stands for all who are not drawn."""

_NAMED_STEP, _DENSE_STEP, _SHELL = 74.0, 33.0, 46.0
_COLUMN_ROWS, _COLUMN_WIDTH, _ROW_HEIGHT = 7, 220.0, 104.0
_MARGIN = 84.0
_PLACES = (NodeKind.FACILITY, NodeKind.PHARMACY)


def positions(
    keys: Sequence[Key], main_place: Mapping[Key, Key], *, named: bool
) -> tuple[dict[Key, tuple[float, float]], float, float]:
    """Where each node stands, and how wide and high the drawing is.

    Parameters
    ----------
    keys : sequence of Key
        Nodes, most important first.
    main_place : mapping of Key to Key
        The place a patient is most tied to; patients of one place stand together.
    named : bool
        Whether names are written beside the nodes, which takes room.
    """
    columns = _columns(keys)
    column_of = {key: index for index, key in enumerate(key for column in columns for key in column)}
    order = {key: index for index, key in enumerate(keys)}
    patients = sorted(
        (key for key in keys if key[0] is NodeKind.PATIENT),
        key=lambda key: (column_of.get(main_place.get(key, MORE), len(column_of)), order[key]),
    )
    shells = _shells(patients, _NAMED_STEP if named else _DENSE_STEP)
    radius = shells[0][0] if shells else 0.0
    tallest = max((len(column) for column in columns), default=0)
    height = max(2 * radius, (tallest - 1) * _ROW_HEIGHT, 240.0) + 2 * _MARGIN
    centre = height / 2
    placed = _circles(shells, radius + _MARGIN, centre)
    left = 2 * radius + 2 * _MARGIN + (150.0 if shells else 0.0)
    for number, column in enumerate(columns):
        top = centre - (len(column) - 1) * _ROW_HEIGHT / 2
        for row, key in enumerate(column):
            placed[key] = (left + number * _COLUMN_WIDTH, top + row * _ROW_HEIGHT)
    width = left + max(len(columns) - 1, 0) * _COLUMN_WIDTH + 120.0 if columns else 2 * (radius + _MARGIN)
    return (
        {key: (round(x, 1), round(y, 1)) for key, (x, y) in placed.items()},
        round(width, 1),
        round(height, 1),
    )


def _columns(keys: Sequence[Key]) -> list[list[Key]]:
    """Places first, then doctors, desks and what people share, then the node for the rest; no column is too long to read."""
    places = [key for key in keys if key[0] in _PLACES]
    people = [key for key in keys if key[0] is not None and key[0] not in (*_PLACES, NodeKind.PATIENT)]
    rest = [key for key in keys if key == MORE]
    columns = [column for group in (places, people) for column in _evenly(group)]
    if rest and columns:
        columns[0] = columns[0] + rest
        return columns
    return columns + ([rest] if rest else [])


def _evenly(keys: Sequence[Key]) -> list[list[Key]]:
    """As few columns as will do, of about the same length."""
    count = math.ceil(len(keys) / _COLUMN_ROWS)
    length = math.ceil(len(keys) / count) if count else 0
    return [list(keys[start : start + length]) for start in range(0, len(keys), length or 1)]


def _shells(patients: Sequence[Key], step: float) -> list[tuple[float, list[Key]]]:
    """Circles from outside in, each with its radius and who stands on it; neighbours keep one direction."""
    if not patients:
        return []
    radius = min(max(len(patients) * step / (2 * math.pi), 150.0), 400.0)
    radii = [radius]
    while sum(_room(r, step) for r in radii) < len(patients):
        radii.append(radii[-1] - _SHELL)
        if radii[-1] < 60.0:
            radius += _SHELL
            radii = [radius - i * _SHELL for i in range(len(radii))]
    rooms = [_room(r, step) for r in radii]
    filled: list[list[Key]] = [[] for _ in radii]
    for key in patients:
        emptiest = min(range(len(radii)), key=lambda i: ((len(filled[i]) + 1) / rooms[i], i))
        filled[emptiest].append(key)
    return list(zip(radii, filled, strict=True))


def _room(radius: float, step: float) -> int:
    return max(int(2 * math.pi * radius / step), 1)


def _circles(shells: Sequence[tuple[float, list[Key]]], x: float, y: float) -> dict[Key, tuple[float, float]]:
    placed = {}
    for radius, keys in shells:
        turn = 2 * math.pi / max(len(keys), 1)
        for index, key in enumerate(keys):
            angle = -math.pi / 2 + turn * (index + 0.5)
            placed[key] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return placed
