"""Lawful groups that look like rings: families, homes, benches, wards, market days, check-ups …

They bill ordinary amounts. Each leaves the signs that such groups really leave (ages, diagnoses, addresses,
employers), in most members and not in all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fraudgraph.synthetic.city import lawful_care as care
from fraudgraph.synthetic.city import lawful_days as days
from fraudgraph.synthetic.city.ledger import Ledger
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.scene import Scene
from fraudgraph.synthetic.city.together import Truth

__all__ = ["LAWFUL_KINDS", "add_lawful"]

# kind: (maker, groups a 10,000 persons, at least)
_KINDS: dict[str, tuple[Callable[[Scene, int], None], float, int]] = {
    "dialysis": (care.dialysis, 0.8, 1),
    "care_home": (care.care_homes, 0.7, 1),
    "oncology": (care.oncology, 0.9, 1),
    "school_epidemic": (days.epidemics, 0.7, 1),
    "check_up": (days.check_ups, 1.2, 1),
    "carer": (care.carers, 2.2, 2),
    "village_doctor": (days.market_days, 1.6, 2),
    "screening_day": (days.screening_days, 0.8, 1),
    "refill_day": (care.refill_days, 1.2, 1),
    "rehabilitation": (care.courses, 1.2, 1),
    "two_sites": (days.two_sites, 0.8, 1),
    "firm_day": (days.firm_days, 1.0, 1),
    "dormitory": (days.dormitories, 0.7, 1),
    "family": (care.families, 14.0, 6),
}
LAWFUL_KINDS = (*_KINDS, "closed_neighbour")


def add_lawful(city: City, ledger: Ledger, truth: Truth) -> None:
    """Let the lawful groups live in the city."""
    used = np.zeros(len(city.people), dtype=np.bool_)
    for index, (maker, rate, least) in enumerate(_KINDS.values()):
        scene = Scene(city, city.plan.rng(100 + index), ledger, truth, used)
        maker(scene, max(least, round(rate * len(city.people) / 10_000)))
