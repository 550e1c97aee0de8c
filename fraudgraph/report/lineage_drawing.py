"""The picture of where rings came from and went: one lane a ring, months from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from fraudgraph.casework.known import Event, EventKind, Register
from fraudgraph.records import Month
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, STATUSES, Text, word

__all__ = ["lineage_page"]

MOST_LANES: Final = 120
_LEFT, _TOP, _STEP, _LANE = 130, 44, 84, 24
_FILLS = {
    EventKind.BORN: "#ffffff", EventKind.GROWN: "#0072b2", EventKind.SHRUNK: "#9ec9e2", EventKind.MERGED: "#c76a00",
    EventKind.SPLIT: "#e0a526", EventKind.REAWAKENED: "#2b8a3e", EventKind.DORMANT: "#c3ced5", EventKind.CLOSED: "#17262f",
}  # fmt: skip


def lineage_page(register: Register, *, lang_default: str = "zh") -> str:
    """The page with the picture of all rings that were ever put forward.

    Parameters
    ----------
    register : Register
        Rings and events until the month.
    lang_default : str
        "zh" or "en".
    """
    months = _months(register)
    at = {month: _LEFT + i * _STEP + _STEP // 2 for i, month in enumerate(months)}
    named = [ring for ring in register.rings.values() if ring.first_listed]
    shown = sorted(
        sorted(named, key=lambda r: (r.last_seen, r.ring_id))[-MOST_LANES:], key=lambda r: (r.born, r.ring_id)
    )
    lane = {ring.ring_id: _TOP + i * _LANE for i, ring in enumerate(shown)}
    events = [event for event in register.events if event.ring_id in lane]
    context: dict[str, Any] = {
        "lang": lang_default, "lead": LEAD_NOT_VERDICT, "title": Text("团伙沿革", "Lineage"),
        "month": register.month, "first": months[0], "left_out": len(named) - len(shown),
        "width": _LEFT + len(months) * _STEP, "height": _TOP + max(len(shown), 1) * _LANE,
        "months": [(at[month], month) for month in months],
        "lanes": [_lane(name, y, [e for e in events if e.ring_id == name], at) for name, y in lane.items()],
        "arcs": [arc for event in events if (arc := _arc(event, at, lane)) is not None],
    }  # fmt: skip
    return render("lineage.html.j2", ("page.js",), context)


def _months(register: Register) -> list[str]:
    """All months from the first event on."""
    last = Month.parse(register.month)
    first = Month.parse(min((event.month for event in register.events), default=register.month))
    count = last.year * 12 + last.month - first.year * 12 - first.month + 1
    at = first.year * 12 + first.month - 1
    return [str(Month((at + i) // 12, (at + i) % 12 + 1)) for i in range(count)]


def _lane(name: str, y: int, events: Sequence[Event], at: dict[str, int]) -> dict[str, Any]:
    by_month: dict[str, list[Event]] = {}
    for event in events:
        by_month.setdefault(event.month, []).append(event)
    seen = sorted(by_month)
    asleep = (EventKind.DORMANT, EventKind.CLOSED)
    parts = [
        {
            "x1": at[a], "x2": at[b], "width": min(2.0 + max(e.patients for e in by_month[a]) / 6, 12.0),
            "asleep": any(e.event in asleep for e in by_month[a]),
        }
        for a, b in pairwise(seen)
    ]  # fmt: skip
    marks = [
        {"x": at[e.month], "fill": _FILLS[e.event], "title": _title(e)} for e in events if e.event in _FILLS
    ]
    return {"ring_id": plain(name, 64), "y": y, "parts": parts, "marks": marks}


def _title(event: Event) -> str:
    said = word(STATUSES, event.event)
    other = f" {plain(event.other_id, 64)}" if event.other_id else ""
    return f"{event.month} {said.zh} {said.en}{other} ({event.patients}, +{event.joined}, -{event.left})"


def _arc(event: Event, at: dict[str, int], lane: dict[str, int]) -> dict[str, str] | None:
    """From the one to the other ring of a merge or split; drawn once, for the ring that ends or begins."""
    if event.event not in (EventKind.MERGED, EventKind.SPLIT) or event.other_id not in lane:
        return None
    ends = event.event is EventKind.MERGED and event.joined == 0
    begins = event.event is EventKind.SPLIT and event.joined > 0
    if not (ends or begins):
        return None
    a, b = (event.ring_id, event.other_id) if ends else (event.other_id, event.ring_id)
    x, y, z = at[event.month], lane[a], lane[b]
    d = f"M {x - _STEP // 2} {y} C {x - 14} {y} {x - 28} {z} {x} {z}"
    return {"d": d, "kind": str(event.event), "title": _title(event)}
