"""A ring's score, and its money, as a waterfall: where each part starts and ends, so that the eye can add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fraudgraph.records import Ring
from fraudgraph.report.account import account_steps
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import Text

__all__ = ["Bar", "Waterfall", "money_waterfall", "waterfall"]

_LEFT, _RIGHT, _WIDTH, _ROW, _TOP = 310.0, 96.0, 820.0, 26.0, 6.0
_UNTOLD = 0.005


@dataclass(frozen=True, slots=True)
class Bar:
    """One part: its title, its number and where it stands, in drawing units."""

    title: Text
    points: str
    kind: str
    x: float
    y: float
    width: float
    joint: float
    """Where the next bar begins."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The whole drawing."""

    width: float
    height: float
    zero: float
    left: float
    bars: tuple[Bar, ...]


def waterfall(ring: Ring) -> Waterfall:
    """Lay out a ring's score parts and their sum; a part that nobody named is shown as such, never hidden."""
    parts = [(Text(plain(p.title_zh, 60), plain(p.title_en, 60)), p.points, False) for p in ring.parts]
    untold = ring.score - sum(points for _, points, _ in parts)
    if abs(untold) > _UNTOLD:
        parts.append((Text("未列明部分", "part not named"), untold, False))
    parts.append((Text("得分合计", "Score"), ring.score, True))
    return _laid_out(parts, lambda value, stands: f"{value:.2f}" if stands else f"{value:+.2f}")


def money_waterfall(ring: Ring) -> Waterfall:
    """Lay out a ring's account: from all claims of its people to what is beyond doubt."""
    steps = [(step.title, float(step.amount), step.stands) for step in account_steps(ring)]
    return _laid_out(steps, lambda value, _: f"{value:,.2f}")


def _laid_out(steps: list[tuple[Text, float, bool]], say: Callable[[float, bool], str]) -> Waterfall:
    """Steps one below the other; one that stands is drawn from nothing and the next begins at its end."""
    spans, at = [], 0.0
    for _, value, stands in steps:
        start, at = (0.0, value) if stands else (at, at + value)
        spans.append((start, at))
    ends = [end for span in spans for end in span]
    low, high = min(*ends, 0.0), max(*ends, 0.01)
    scale = (_WIDTH - _LEFT - _RIGHT) / (high - low)

    def x(value: float) -> float:
        return round(_LEFT + (value - low) * scale, 1)

    bars = tuple(
        Bar(
            title, say(value, stands), "sum" if stands else "plus" if value >= 0 else "minus", min(x(start), x(end)),
            _TOP + row * _ROW, max(round(abs(x(end) - x(start)), 1), 1.0 if stands else 0.0), x(end),
        )
        for row, ((title, value, stands), (start, end)) in enumerate(zip(steps, spans, strict=True))
    )  # fmt: skip
    return Waterfall(_WIDTH, _TOP * 2 + len(bars) * _ROW, x(0), _LEFT, bars)
