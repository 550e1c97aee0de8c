"""World A: a city by another hand, brought in as it stands (`_world_a_city.py`, never edited).

Its truth has neither claims of rings nor an oracle: nothing is reported about cited claims or money there, and every planted ring
counts as one that an oracle sees.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.worlds._world_a_city import City
from bench.worlds.files import Level, truth_folder

RINGS = 14
"""How many rings the generator plants by default, whatever the number of claims."""

__all__ = ["RINGS", "make"]


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write world A and, beside it, its truth; what stood there before goes. Same arguments, same bytes."""
    for folder in (out, truth_folder(out)):
        shutil.rmtree(folder, ignore_errors=True)
    City(
        claims,
        seed,
        RINGS,
        level == "none",
        stealth=level == "stealth",
        hard=level == "hard",
        real=level == "real",
    ).write(out)
