"""A ring's score as a waterfall: where each part starts and ends, so that the eye can add."""

from __future__ import annotations

from dataclasses import dataclass

from fraudgraph.records import Ring
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import Text

__all__ = ["Bar", "Waterfall", "waterfall"]

_LEFT, _RIGHT, _WIDTH, _ROW, _TOP = 250.0, 76.0, 760.0, 26.0, 6.0
_UNTOLD = 0.005


@dataclass(frozen=True, slots=True)
class Bar:
    """One part: its title, its points and where it stands, in drawing units."""

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
    parts = [(Text(plain(p.title_zh, 60), plain(p.title_en, 60)), p.points) for p in ring.parts]
    untold = ring.score - sum(points for _, points in parts)
    if abs(untold) > _UNTOLD:
        parts.append((Text("未列明部分", "part not named"), untold))
    ends = [0.0]
    for _, points in parts:
        ends.append(ends[-1] + points)
    low, high = min(*ends, 0.0, ring.score), max(*ends, ring.score, 0.01)
    scale = (_WIDTH - _LEFT - _RIGHT) / (high - low)

    def x(value: float) -> float:
        return round(_LEFT + (value - low) * scale, 1)

    bars = [
        Bar(
            title,
            f"{points:+.2f}",
            "plus" if points >= 0 else "minus",
            min(x(start), x(end)),
            _TOP + row * _ROW,
            round(abs(x(end) - x(start)), 1),
            x(end),
        )
        for row, ((title, points), start, end) in enumerate(zip(parts, ends, ends[1:], strict=False))
    ]
    total = Text("得分合计", "Score")
    bars.append(
        Bar(total, f"{ring.score:.2f}", "sum", min(x(0), x(ring.score)), _TOP + len(parts) * _ROW, max(abs(x(ring.score) - x(0)), 1.0), x(ring.score))
    )  # fmt: skip
    return Waterfall(_WIDTH, _TOP * 2 + len(bars) * _ROW, x(0), _LEFT, tuple(bars))
