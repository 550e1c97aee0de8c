"""Planted rings: which, how many, of whom. What each of them does is in `schemes`.

Sizes are mostly small (median 8 to 10, some of 4, few above 40). Members keep their ordinary visits and join a part
of the ring's events only; some rings bill ordinary amounts; only some leave signs in phones, accounts or agents.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fraudgraph.synthetic.city import care_schemes as care
from fraudgraph.synthetic.city import shop_schemes as shops
from fraudgraph.synthetic.city.arrays import Bools, Ints, Rng
from fraudgraph.synthetic.city.job import Job, Style
from fraudgraph.synthetic.city.ledger import Ledger
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.together import PlantedRing, Truth, near_people

__all__ = ["RING_SHARE", "TYPOLOGIES", "add_rings"]

_SCHEMES: dict[str, Callable[[Job], PlantedRing | None]] = {
    "card_sweep": shops.card_sweep,
    "multi_card_buyer": shops.multi_card_buyer,
    "bus_in": care.bus_in,
    "rotation": care.rotation,
    "prescription_mill": shops.prescription_mill,
    "phantom_sessions": care.phantom_sessions,
    "identity_ring": shops.identity_ring,
    "staff_cards": care.staff_cards,
    "slow_drip": shops.slow_drip,
    "organiser": care.organiser,
    "dense_block": care.dense_block,
    "identical_bills": care.identical_bills,
    "home_sweep": shops.home_sweep,
}
TYPOLOGIES = tuple(_SCHEMES)
RING_SHARE = {"none": 0.0, "standard": 0.007, "stealth": 0.007, "hard": 0.007, "real": 0.001}
"""Persons in rings, the organisers' hundred cards apart."""
# odds of each typology, and whether its size is its own affair
_ODDS = {
    "card_sweep": 0.17, "multi_card_buyer": 0.12, "bus_in": 0.10, "rotation": 0.08, "prescription_mill": 0.11,
    "phantom_sessions": 0.08, "identity_ring": 0.09, "staff_cards": 0.07, "slow_drip": 0.06, "dense_block": 0.03,
    "identical_bills": 0.06, "home_sweep": 0.02, "organiser": 0.0,
}  # fmt: skip


def add_rings(city: City, ledger: Ledger, truth: Truth, kind: str) -> None:
    """Plant the rings of a kind of city.

    Parameters
    ----------
    kind : str
        none, standard, stealth, hard or real.
    """
    if kind == "none":
        return
    rng = city.plan.rng(200)
    room = max(round(RING_SHARE[kind] * len(city.people)), 60)
    taken = np.zeros(len(city.people), dtype=np.bool_)
    odds = {name: weight for name, weight in _ODDS.items() if room >= 150 or name != "dense_block"}
    # every typology once, as far as there is room, then by odds
    queue = rng.permutation([name for name, weight in odds.items() if weight > 0]).tolist()
    if kind != "real" and room >= 300:
        queue = ["organiser"] * max(1, room // 3_500) + queue
    weights = np.array(list(odds.values()))
    planted = 0
    for _ in range(
        20 * room
    ):  # a plan may come to nothing; a city always holds enough people for some that do not
        if planted >= room:
            break
        typology = queue.pop(0) if queue else str(rng.choice(list(odds), p=weights / weights.sum()))
        ring = _plant(city, rng, ledger, truth, taken, typology=typology, kind=kind, room=room - planted)
        if ring is None:
            continue
        fresh = int((~taken[ring.patients]).sum())
        taken[ring.patients] = True
        planted += fresh if typology != "organiser" else 0
    if city.plan.big_block:
        members = np.flatnonzero(~taken & _grown(city))
        job = Job(city=city, rng=rng, members=members, style=_style(rng, "stealth"), ring=len(truth.rings))
        truth.rings.append(care.big_block(job))
        job.file(ledger)


def _plant(
    city: City, rng: Rng, ledger: Ledger, truth: Truth, taken: Bools, *, typology: str, kind: str, room: int
) -> PlantedRing | None:
    """One ring; None where the people for it are not to be had, or fewer than four came to do anything."""
    style = _style(rng, kind)
    size = _size(rng, typology, most=_most(city, kind))
    if typology != "organiser" and size > room + 8:
        return None
    members = _recruit(city, rng, truth, taken, typology=typology, size=size, sharing=style.sharing)
    if len(members) < 4:
        return None
    job = Job(city=city, rng=rng, members=members, style=style, ring=len(truth.rings))
    ring = _SCHEMES[typology](job)
    active = job.billed()
    if ring is None or len(active) < 4:
        return None
    ring.patients = active
    ring.organiser = ring.organiser if ring.organiser in active else -1
    job.file(ledger)
    truth.rings.append(ring)
    _leave_signs(city, rng, ring)
    return ring


def _grown(city: City) -> Bools:
    grown: Bools = (city.people.age >= 20) & (city.people.death_day > city.plan.days)
    return grown


def _style(rng: Rng, kind: str) -> Style:
    """How boldly a ring works."""
    half_hearted = kind in ("stealth", "hard") or (kind == "real" and rng.random() < 0.5)
    calm = half_hearted or rng.random() < 0.35
    return Style(
        low=0.36 if half_hearted else 0.6,
        high=0.6 if half_hearted else 1.0,
        factor=1.0 if calm else float(rng.uniform(1.6, 3.0)),
        tight=1.0 if calm else float(rng.uniform(0.12, 0.5)),
        gap_s=(720.0 if kind == "hard" else 120.0) * float(rng.uniform(0.8, 1.4)),
        keep=0.6 if kind == "hard" else 1.0,
        sharing=0.3 if kind == "hard" else 0.1,
    )


def _most(city: City, kind: str) -> int:
    """The largest ordinary ring: a village of two thousand has none of fifty."""
    return 40 if kind == "real" else 60 if len(city.people) > 20_000 else 16


def _size(rng: Rng, typology: str, *, most: int) -> int:
    size = int(np.round(np.exp(rng.normal(np.log(9.0), 0.55))))
    size = int(np.clip(size, 4, most))
    own = {
        "organiser": (100, 121), "slow_drip": (8, 13), "dense_block": (20, 41), "bus_in": (max(size, 6), max(size, 6) + 4), "home_sweep": (6, 13),
    }  # fmt: skip
    return int(rng.integers(*own[typology])) if typology in own else size


def _recruit(
    city: City, rng: Rng, truth: Truth, taken: Bools, *, typology: str, size: int, sharing: float
) -> Ints:
    """Card holders: some from one or two villages (acquaintances), the others from all over the city."""
    people = city.people
    fits = _grown(city) & ~taken & ~city.special_patients
    if typology in ("card_sweep", "multi_card_buyer", "slow_drip", "prescription_mill", "organiser"):
        fits &= people.employee | (rng.random(len(people)) < 0.03)
    if typology in ("bus_in", "rotation", "identity_ring"):
        fits &= people.age >= 45
    if typology == "identity_ring":
        fits &= people.employee
    if typology == "home_sweep":
        homes = [
            group.patients
            for group in truth.groups
            if group.kind == "care_home" and len(group.patients) > 2 * size
        ]
        if not homes:
            return np.zeros(0, dtype=np.int64)
        home = homes[int(rng.integers(0, len(homes)))]
        home = home[~taken[home]]
        with_account = np.argsort(rng.random(len(home)) - city.people.employee[home], kind="stable")
        return home[with_account][:size] if len(home) > size else home[:0]
    pool = np.flatnonzero(fits)
    local = round(size * rng.uniform(0.2, 0.8))
    village = int(city.people.village[rng.choice(pool)])
    near = near_people(city, rng, pool=pool, village=village, count=local, reach_km=0.8)
    others = rng.choice(pool, size=size + len(near), replace=False)
    others = others[~np.isin(others, near)][: size - local]
    members = np.r_[near, others]
    earlier = [ring for ring in truth.rings if ring.typology not in ("organiser", "dense_block")]
    if earlier and rng.random() < sharing:
        lender = earlier[int(rng.integers(0, len(earlier)))].patients
        shared = rng.permutation(lender)[: max(1, min(size // 3, len(lender) // 3))]
        members = np.r_[members[: size - len(shared)], shared]
    return np.unique(members)


def _leave_signs(city: City, rng: Rng, ring: PlantedRing) -> None:
    """A third of the rings share a phone, an account or an agent among some members (identity rings see to their own)."""
    if ring.typology == "identity_ring" or rng.random() > 0.3:
        return
    some = ring.patients[rng.random(len(ring.patients)) < rng.uniform(0.3, 0.7)]
    if len(some) < 2:
        return
    sign = int(rng.integers(0, 3))
    if sign == 0:
        city.people.phone[some] = int(city.people.phone[some[0]]) or 18_900_000_000 + int(
            rng.integers(0, 10**8)
        )
    elif sign == 1:
        city.people.account[some] = 6_228_000_000_000_000 + int(rng.integers(0, 10**9))
    else:
        city.people.agent[some] = int(rng.choice(np.flatnonzero(_grown(city))))
