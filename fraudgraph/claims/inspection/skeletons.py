"""What the tables of a delivery that are none of ours would need to be read, as parts of a mapping file."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.columns.remembered import skeleton_text
from fraudgraph.claims.columns.understanding import Understood
from fraudgraph.claims.formats.sheets import Sheet

__all__ = ["skeletons"]


def skeletons(unknown: Sequence[tuple[Sheet, Understood, str | None]], *, active: bool) -> list[str]:
    """What the tables that are none of ours would need; where nothing else can be written, the likeliest of them is to be filled in."""
    ranked = [
        (one.nearest is not None and one.nearest.kind.name == "claims", one.nearest is not None, -place)
        for place, (_, one, _) in enumerate(unknown)
        if one.hospital is None
    ]
    first = -max(ranked)[2] if active and ranked else None
    return [
        skeleton_text(one, sheet.headers, file=sheet.source.name, sheet=name, active=place == first)
        for place, (sheet, one, name) in enumerate(unknown)
    ]
