"""Which lawful explanations are worth a sentence, and one line for those that are nowhere near."""

from __future__ import annotations

from typing import Final

from fraudgraph.records import Explanation, Ring
from fraudgraph.report.words import Text

__all__ = ["NEAR_SHARE", "far_line", "near_and_far"]

NEAR_SHARE: Final = 0.05
"""An explanation that accounts for less than this has no sign speaking for it."""


def near_and_far(ring: Ring) -> tuple[list[Explanation], list[Explanation]]:
    """The explanations that hold or explain something, the nearest first; and those that are nowhere near."""
    tried = sorted(ring.explanations, key=lambda e: (not e.holds, -e.share, e.name))
    near = [item for item in tried if item.holds or item.share >= NEAR_SHARE]
    return near, [item for item in tried if item not in near]


def far_line(near: int, far: int) -> Text:
    """One line for the explanations that are nowhere near; empty if there are none."""
    if not far:
        return Text("", "")
    if not near:
        return Text(
            f"检验了 {far} 项合理解释，均无迹象。",
            f"{far} lawful explanations were tried; nothing speaks for any of them.",
        )
    return Text(
        f"另有 {far} 项合理解释，均无迹象。",
        f"{far} more lawful explanations were tried; nothing speaks for any of them.",
    )
