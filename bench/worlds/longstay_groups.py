"""The lawful groups and the rings of `longstay`, made by one engine so that the mechanics of coming together are the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln, logsumexp

from bench.worlds.longstay_city import CHRONIC, DAYS, DX, OUT, SHOP, STAY, Book, City

__all__ = ["LAWFUL", "RINGS", "Made", "oracle_nats", "plant_lawful", "plant_rings"]


class Lawful(NamedTuple):
    """One kind of lawful group: instances per 400,000 claims, size, who, where, when, what, how close, how faithful, what shows."""

    count: float
    low: int
    high: int
    pool: str
    places: tuple[int, ...]
    plan: str
    claim: int
    dx: tuple[str, ...]
    price: float  # 0: what the place charges
    gap: float  # minutes between people
    attend: tuple[float, float]
    signs: tuple[str, ...] = ("dx",)


_AGED = ("I10.x00", "E11.900", "I25.103", "F03.x00")
# fmt: off
LAWFUL: dict[str, Lawful] = {
    "psychiatric_ward": Lawful(6, 10, 90, "adult", (2,), "chain", STAY, ("F20.900", "F31.900"), 0, 5, (0.85, 0.99), ("dx", "identity", "med_type")),
    "rehabilitation_ward": Lawful(7, 8, 45, "old", (3,), "waves", STAY, ("I69.300", "G81.900"), 0, 12, (0.5, 0.85)),
    "care_home_rounds": Lawful(8, 8, 60, "old", (4,), "fortnight", CHRONIC, _AGED, 190, 3.5, (0.7, 0.95), ("dx", "address", "phone", "contract")),
    "dialysis_shift": Lawful(8, 6, 26, "city", (5, 1), "shift", CHRONIC, ("N18.001",), 400, 6, (0.88, 0.98)),
    "methadone_queue": Lawful(2, 14, 45, "adult", (12,), "daily", OUT, ("F11.200",), 12, 3, (0.5, 0.85)),
    "tuberculosis_queue": Lawful(3, 5, 20, "adult", (13, 10), "observed", OUT, ("A16.200",), 38, 4, (0.75, 0.95)),
    "psychiatric_day_hospital": Lawful(3, 8, 28, "adult", (14,), "workdays", OUT, ("F20.900", "F70.900"), 110, 2.5, (0.55, 0.85)),
    "physiotherapy_slots": Lawful(9, 5, 24, "old", (3, 8, 10), "twice", OUT, ("M54.502", "M47.802", "I69.300"), 95, 9, (0.6, 0.92)),
    "acupuncture_course": Lawful(13, 4, 30, "old", (8, 15, 10), "course", OUT, ("M54.502", "M75.000", "G81.900"), 120, 7, (0.7, 0.95)),
    "occupational_ward": Lawful(5, 8, 55, "mine", (6,), "batches", STAY, ("J60.x00", "J64.x00"), 0, 9, (0.6, 0.95), ("dx", "med_type")),
    "sanatorium_party": Lawful(8, 8, 45, "old", (7,), "batch", STAY, ("I25.103", "M17.900", "J44.900"), 0, 4, (0.75, 1.0), ("dx", "identity")),
    "free_bus_clinic": Lawful(9, 8, 70, "hamlet", (9, 8), "weekly", OUT, ("M17.900", "I10.x00", "L30.900"), 0, 3, (0.08, 0.35), ("residence",)),
    "cataract_bus": Lawful(5, 6, 40, "oldtown", (9, 1), "batch", STAY, ("H25.900",), 3600, 6, (0.75, 1.0)),
    "winter_infusions": Lawful(10, 3, 12, "oldhamlet", (9, 8, 10, 6), "winter", STAY, ("I63.900", "I25.103", "J44.900"), 0, 20, (0.7, 1.0), ("residence",)),
    "respite_stays": Lawful(4, 4, 22, "old", (3, 7, 9), "batch", STAY, ("F03.x00", "I69.300"), 0, 14, (0.7, 1.0), ("dx", "identity")),
    "oncology_cycles": Lawful(6, 5, 24, "city", (0, 1), "cycle21", STAY, ("Z51.101", "C34.900", "C50.900"), 0, 11, (0.85, 0.98), ("dx", "med_type")),
    "family_one_phone": Lawful(22, 3, 6, "family", (10, 11, 15, 16), "some", OUT, (), 0, 3, (0.6, 0.95), ("phone", "address")),
    "carer_fetching": Lawful(12, 4, 13, "oldhamlet", (16,), "monthly", SHOP, _AGED, 130, 1.6, (0.6, 0.95), ("agent", "residence")),
    "hamlet_walkers": Lawful(12, 3, 11, "oldhamlet", (11, 10), "fortnight", CHRONIC, _AGED, 0, 4, (0.45, 0.85), ("residence",)),
    "member_day": Lawful(6, 20, 160, "town", (16,), "monthly", SHOP, (), 0, 2.5, (0.15, 0.4), ()),
    "village_chronic_day": Lawful(10, 8, 65, "oldhamlet", (11, 10), "monthly", CHRONIC, ("I10.x00", "E11.900"), 0, 2.5, (0.4, 0.85), ("dx", "residence")),
    "family_doctor_team": Lawful(8, 15, 110, "oldtown", (10, 11), "year", CHRONIC, ("I10.x00", "E11.900"), 0, 0, (0.6, 0.95), ("dx", "med_type")),
    "screening_bus": Lawful(5, 15, 120, "hamlet", (10, 1, 9), "once", OUT, ("Z00.000",), 85, 2, (0.9, 1.0), ("dx", "residence")),
    "vaccination_day": Lawful(4, 20, 140, "town", (10,), "once", OUT, ("Z23.800",), 110, 1.2, (0.85, 1.0)),
    "school_clinic": Lawful(4, 6, 50, "young", (10, 15), "season", OUT, ("J06.900", "J11.101"), 0, 5, (0.7, 1.0)),
    "epidemic": Lawful(6, 10, 90, "hamlet", (10, 11, 1), "season", OUT, ("A09.900", "J11.101"), 0, 7, (0.8, 1.0), ("dx", "residence")),
    "cooperative_account": Lawful(4, 8, 70, "hamlet", (11,), "year", OUT, ("I10.x00", "M54.502"), 0, 0, (0.6, 0.9), ("account", "residence")),
    "dormitory": Lawful(4, 6, 40, "young", (15, 10, 16), "some", OUT, ("J06.900", "K29.500"), 0, 4, (0.2, 0.5), ("address", "phone")),
    "disability_workshop": Lawful(4, 6, 26, "adult", (10, 14), "monthly", CHRONIC, ("F70.900", "G81.900"), 0, 5, (0.65, 0.95), ("identity", "dx", "agent")),
    "congregation": Lawful(5, 5, 34, "old", (16, 15), "weekly", SHOP, (), 0, 4, (0.1, 0.3), ()),
    "self_help_group": Lawful(6, 4, 20, "town", (10, 1), "monthly", CHRONIC, ("E11.900", "J44.900"), 0, 6, (0.5, 0.9)),
    "sheltered_flats": Lawful(5, 5, 22, "old", (10, 15, 16), "fortnight", OUT, _AGED, 0, 4, (0.4, 0.8), ("address", "identity")),
    "only_dual_channel_shop": Lawful(5, 8, 55, "city", (16,), "cycle", SHOP, ("D66.x00", "C34.900", "C50.900"), 2600, 0, (0.85, 0.98), ("dx", "fewdoctors")),
    "migrant_crew": Lawful(4, 6, 40, "adult", (6, 15, 1), "some", OUT, ("M54.502", "L30.900"), 0, 6, (0.3, 0.7), ("address",)),
    "card_companions": Lawful(9, 3, 7, "oldhamlet", (10, 8, 3), "weekly", OUT, ("M17.900", "M54.502"), 0, 5, (0.4, 0.75), ()),
    "multi_site_doctor": Lawful(4, 8, 60, "town", (9, 10), "weekly", OUT, ("M54.502", "E11.900"), 0, 8, (0.12, 0.4), ("onedoctor",)),
    "pregnancy_school": Lawful(3, 4, 16, "women", (1, 10), "monthly", OUT, ("Z34.900",), 0, 5, (0.6, 0.9)),
    "infusion_room_regulars": Lawful(8, 4, 14, "town", (15, 11), "course", OUT, ("J20.900", "J44.900"), 0, 6, (0.7, 0.95), ()),
    "unit_pensioners": Lawful(4, 8, 60, "mine", (6, 16), "monthly", SHOP, ("J60.x00", "J44.900"), 0, 2, (0.35, 0.75), ("dx", "address")),
}
# fmt: on


class Ring(NamedTuple):
    """One kind of ring: how often, size, who is recruited, where, how; `meets`: it comes together."""

    weight: float
    low: int
    high: int
    pool: str
    places: tuple[int, ...]
    sites: tuple[int, int]
    events: tuple[int, int]
    share: tuple[float, float]  # of the pool called to an event
    claim: int
    gap: float
    dx: tuple[str, ...]
    price: float
    meets: bool
    doctors: tuple[int, int]
    place_acts: float
    holds: tuple[str, ...] = ()


_MILD = ("M54.502", "I10.x00", "K29.500", "J20.900", "M47.802", "I25.103")
# fmt: off
RINGS: dict[str, Ring] = {
    "staged_admissions": Ring(3, 10, 60, "old", (9, 8, 10, 3), (1, 1), (5, 8), (0.38, 0.45), STAY, 9, _MILD, 0, True, (1, 2), 0.8, ("phone",)),
    "rotating_stays": Ring(2.5, 8, 45, "old", (9, 3, 8, 7), (2, 4), (9, 16), (0.35, 0.6), STAY, 15, _MILD, 0, True, (1, 3), 0.6, ("agent",)),
    "held_cards_ward": Ring(2, 20, 130, "adult", (2, 3, 9), (1, 1), (6, 12), (0.85, 1.0), STAY, 4, ("F20.900", "F31.900", "I69.300"), 0, True, (1, 2), 0.9, ("phone", "agent")),
    "bussed_stays": Ring(2, 40, 160, "oldtown", (9, 8, 6, 7), (1, 2), (8, 16), (0.18, 0.35), STAY, 4, _MILD, 0, True, (1, 3), 0.8),
    "staff_relatives_stays": Ring(1.5, 5, 16, "adult", (9, 3, 6), (1, 1), (4, 6), (0.7, 0.95), STAY, 25, _MILD, 0, True, (1, 1), 1.0),
    "card_sweep": Ring(3, 8, 80, "city", (16,), (1, 2), (24, 64), (0.55, 1.0), SHOP, 1.6, ("I10.x00", "E11.900"), 150, True, (0, 0), 0.7),
    "steered_prescriptions": Ring(3, 20, 120, "oldtown", (16,), (1, 1), (11, 24), (1.0, 1.0), SHOP, 0, ("E11.900", "I25.103", "I63.900"), 380, False, (1, 3), 0.9),
    "rotating_pool": Ring(2.5, 8, 50, "city", (15, 9, 10, 16), (3, 6), (50, 120), (0.3, 0.6), OUT, 4, _MILD, 0, True, (0, 0), 0.2, ("phone",)),
    "slow_drip": Ring(3, 4, 7, "city", (10, 15, 1, 8), (1, 2), (11, 20), (0.9, 1.0), CHRONIC, 9, ("I10.x00", "E11.900", "I25.103"), 330, True, (0, 1), 0.3),
    "paper_patients": Ring(2, 15, 110, "city", (15, 9, 11), (1, 2), (12, 26), (1.0, 1.0), OUT, 0, _MILD, 0, False, (1, 2), 1.0, ("phone", "account")),
    "phantom_therapy": Ring(2.5, 10, 70, "old", (8, 15, 3, 9), (1, 1), (70, 170), (0.5, 0.8), OUT, 5, ("M54.502", "M75.000", "M47.802"), 180, True, (1, 2), 1.0),
    "identical_bills": Ring(1.5, 15, 90, "town", (15, 9, 11), (1, 1), (11, 22), (1.0, 1.0), OUT, 0, _MILD, -1, False, (1, 1), 1.0),
    "agent_certificates": Ring(1.5, 12, 70, "city", (1, 10, 9), (1, 2), (10, 18), (1.0, 1.0), CHRONIC, 0, ("I69.300", "G81.900", "I25.103"), 620, False, (1, 2), 0.3, ("agent",)),
    "home_cards": Ring(1.5, 8, 50, "old", (16,), (1, 1), (24, 50), (0.8, 1.0), SHOP, 1.2, ("I10.x00", "F03.x00"), 210, True, (0, 1), 0.9, ("address",)),
    "resale_tour": Ring(2.5, 4, 14, "city", (16, 1, 10, 0), (3, 6), (75, 190), (0.75, 1.0), CHRONIC, 4, ("E11.900", "I25.103", "C34.900"), 540, True, (0, 0), 0.1),
    "van_pickups": Ring(2, 12, 130, "hamlet", (9, 8, 15), (1, 1), (28, 80), (0.3, 0.55), OUT, 2.5, _MILD, 0, True, (1, 2), 0.9),
}
# fmt: on
_WHENEVER = {"daily", "workdays", "shift", "twice", "weekly", "fortnight", "monthly", "chain", "observed"}


@dataclass
class Made:
    """What was planted: lawful groups by tag, rings by tag, and what post-processing must know."""

    lawful: list[tuple[int, str, np.ndarray]] = field(default_factory=list)
    rings: list[dict] = field(default_factory=list)
    med_type: dict[int, str] = field(default_factory=dict)
    sites: set[tuple[int, int]] = field(default_factory=set)


def _recruit(city: City, pool: str, count: int, nb: int) -> np.ndarray:
    """People of a pool: whole city, a town, a hamlet, a family; by age where the pool says so."""
    rng = city.rng
    ages = {"old": (60, 100), "young": (6, 23), "adult": (20, 75), "mine": (55, 100), "women": (19, 40)}
    low, high = next((span for word, span in ages.items() if word in pool), (0, 100))
    if pool == "family":
        houses = np.flatnonzero(np.bincount(city.house) >= max(3, min(count, 5)))
        members = np.flatnonzero(city.house == rng.choice(houses)) if len(houses) else np.arange(3)
        return members[:count]
    ok = (city.age >= low) & (city.age <= high)
    if pool == "women":
        ok &= city.sex == 2
    if pool == "mine":
        ok &= city.nb_mine[city.nb] & (city.sex == 1)
    if "hamlet" in pool:
        within = ok & (city.nb == nb)
        ok = within if within.sum() >= count else ok & (city.town[city.nb] == city.town[nb])
    elif "town" in pool:
        ok &= city.town[city.nb] == city.town[nb]
    found = np.flatnonzero(ok)
    if len(found) < count:
        found = np.flatnonzero((city.age >= low) & (city.age <= high))
    weight = np.sqrt(0.2 + city.activity[found])
    return np.sort(rng.choice(found, min(count, len(found)), replace=False, p=weight / weight.sum()))


def _plan(city: City, plan: str, m: int) -> np.ndarray:
    """Days (people by events), -1 where none."""
    rng = city.rng
    year = np.arange(DAYS)
    weekday = city.weekday_of(year)
    if plan in ("daily", "workdays", "shift", "twice", "weekly", "fortnight"):
        days = {
            "daily": [0, 1, 2, 3, 4, 5, 6],
            "workdays": [0, 1, 2, 3, 4],
            "shift": [[0, 2, 4], [1, 3, 5]][rng.integers(2)],
            "twice": [[0, 3], [1, 4], [0, 2, 4], [1, 5]][rng.integers(4)],
        }.get(plan, [rng.integers(0, 6)])
        common = year[np.isin(weekday, days)][:: 2 if plan == "fortnight" else 1]
        common = common[rng.integers(0, 6) :] if plan != "daily" else common
    elif plan == "monthly":
        common = rng.integers(0, 28) + np.round(np.arange(12) * 30.44).astype(int) + (rng.random(12) < 0.15)
    elif plan == "observed":
        first = rng.integers(0, 200)
        common = np.arange(first, first + rng.integers(60, 160))
        common = common[weekday[common % DAYS] < 6]
    elif plan == "course":
        starts = np.cumsum(rng.integers(25, 90, rng.integers(2, 5))) - 20
        common = (starts[:, None] + np.arange(rng.integers(7, 12))).ravel()
    elif plan in ("once", "batch", "batches", "winter"):
        k = rng.integers(2, 4) if plan == "batches" else rng.integers(1, 3)
        common = rng.integers(20, 250, 1) + np.arange(k) * rng.integers(25, 100)
        if plan == "winter":
            cold = np.argsort(-np.convolve(city.day_weight, np.ones(31) / 31, "same"))[:80]
            common = rng.choice(cold, 1) + np.arange(k) * 28
    elif plan == "some":
        common = np.sort(rng.choice(year, rng.integers(5, 16), replace=False))
    elif plan == "chain":
        common = rng.integers(0, 30) + np.arange(13) * 30 - 30
    elif plan == "season":
        first = rng.integers(10, DAYS - 30)
        return np.sort(first + np.floor(rng.gamma(2.5, 2.6, (m, 2))).astype(int), axis=1)
    else:
        every = {"waves": 40, "cycle21": 21, "cycle": 28, "year": 33}[plan]
        own = rng.integers(0, every, m)[:, None] + np.arange(DAYS // every + 1)[None, :] * every
        joint = rng.random(m) < {"waves": 0.55, "cycle21": 0.6, "cycle": 0.2, "year": 0.0}[plan]
        own[joint] = own[0]
        wobble = (
            rng.integers(-9, 10, own.shape)
            if plan == "year"
            else np.round(
                rng.normal(0, {"waves": 2.5, "cycle21": 0.6, "cycle": 1.6}[plan], own.shape)
            ).astype(int)
        )
        return own + wobble
    days = np.broadcast_to(common, (m, len(common))).copy()
    if plan in _WHENEVER:
        join = np.where(rng.random(m) < 0.65, 0, rng.integers(0, 240, m))
        leave = np.where(rng.random(m) < 0.7, DAYS, join + rng.integers(60, 300, m))
        days[(days < join[:, None]) | (days >= leave[:, None])] = -1
    if plan in ("batch", "batches", "chain", "winter"):
        days = np.where(days >= 0, days + (rng.random(days.shape) < 0.15), days)
    return days


def _sign(city: City, members: np.ndarray, field_name: str, strength: float) -> None:
    """Members who show the sign come to share the column's value."""
    shown = members[city.rng.random(len(members)) < strength]
    if not len(shown):
        return
    column = {
        "phone": city.phone,
        "account": city.account,
        "agent": city.agent,
        "address": city.home,
        "identity": city.ident,
        "residence": city.lives,
    }[field_name]
    if field_name == "identity":
        column[shown] = city.rng.integers(1, 4)
    elif field_name == "agent":
        column[shown] = city.n + members[0]
    else:
        column[shown] = column[members[0]]
    if field_name == "address":
        city.lives[shown] = city.lives[members[0]]


def _lengths(city: City, plan: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = city.rng
    low, high = {
        "chain": (29, 29),
        "waves": (18, 27),
        "batches": (12, 25),
        "batch": (9, 14),
        "winter": (8, 12),
        "cycle21": (1, 4),
        "cataract": (2, 3),
    }.get(plan, (7, 12))
    return np.clip(
        rng.integers(low, high + 1) + (0 if plan == "chain" else rng.integers(-1, 2, shape)), 1, 60
    ) + np.zeros(shape, int)


def _month_long(day: np.ndarray) -> np.ndarray:
    """Nights of a chained stay: to the very day of re-admission for most, one fewer for who came a day late."""
    turn = np.bincount(day.clip(0) % 30, minlength=30).argmax()
    return np.where(day % 30 == turn, 30, 29)


def _codes(names: tuple[str, ...]) -> np.ndarray:
    return np.array([DX.index(name) for name in names])


def _gather(
    city: City, book: Book, spec: Lawful, members: np.ndarray, place: int, tag: int, weak: float
) -> None:
    rng, m = city.rng, len(members)
    days = _plan(city, spec.plan, m)
    hit = (rng.random(days.shape) < rng.uniform(*spec.attend)) & (days >= 0) & (days < DAYS)
    row, col = np.nonzero(hit)
    who, day = members[row], days[row, col]
    holiday = city.day_weight[day] < 0.45 * city.day_weight.mean()
    keep = ~holiday | (spec.plan in ("daily", "shift", "observed", "chain")) | (rng.random(len(who)) < 0.15)
    row, col, who, day = row[keep], col[keep], who[keep], day[keep]
    places = np.full(len(who), place)
    base = (
        rng.choice([500, 525, 545, 580, 640, 840, 880, 930])
        if spec.claim != STAY
        else rng.choice([540, 600, 660, 870])
    )
    if spec.plan in ("chain", "batch", "batches"):
        base = min(base, 600)
    span = min(spec.gap * max(m, 3), 420)
    fixed = (
        rng.random(m) * span
        if spec.plan in ("shift", "twice", "course", "workdays", "observed")
        else np.zeros(m)
    )
    offset = fixed[row] + rng.normal(0, 9, len(row)) if fixed.any() else rng.random(len(row)) * span
    minute = city.minutes(who, places) if spec.gap == 0 else np.clip(base + offset, 380, 1250)
    stay = (
        _lengths(city, "cataract" if "H25.900" in spec.dx else spec.plan, (len(who),))
        if spec.claim == STAY
        else 0
    )
    if spec.plan == "chain":
        stay = _month_long(day)
    amount = (
        city.price(places, spec.claim, stay, sigma=0.3)
        if not spec.price
        else spec.price * np.exp(rng.normal(0, 0.12, len(who)))
    )
    doc = city.doctors(who, places, day)
    if {"onedoctor", "fewdoctors"} & set(spec.signs) or spec.plan in ("twice", "year", "shift"):
        mine = (
            rng.choice(np.flatnonzero(city.doc_count[city.doc_place] > 1), rng.integers(1, 4))
            if city.doc_count[place] == 0 or "onedoctor" in spec.signs
            else city.doc_first[place] + rng.integers(0, city.doc_count[place], 1 + (spec.plan == "shift"))
        )
        doc = np.where(rng.random(len(who)) < 0.85, rng.choice(mine, m)[row], doc)
    dx = rng.choice(12, len(who))
    if spec.dx:
        own = rng.choice(_codes(spec.dx), m)
        told = rng.random(m) < (rng.uniform(0.4, 1.0) * weak if "dx" in spec.signs else 0.35)
        dx = np.where(told[row], own[row], dx)
    book.add(who, places, doc, spec.claim, day, minute, stay=stay, dx=dx, amount=amount, tag=tag)
    if "contract" in spec.signs:
        shop = city.near(int(city.nb[members[0]]), (16,))
        day = _plan(city, "monthly", m)
        row, col = np.nonzero((rng.random(day.shape) < 0.85) & (day >= 0))
        book.add(
            members[row],
            shop,
            doc[0] if len(doc) else -1,
            SHOP,
            day[row, col],
            870 + rng.random(len(row)) * 2.2 * m,
            dx=rng.choice(_codes(_AGED), len(row)),
            amount=160 * np.exp(rng.normal(0, 0.3, len(row))),
            tag=tag,
        )


def plant_lawful(city: City, book: Book, made: Made, claims: int, weak: float) -> None:
    """Every kind of lawful group, in numbers that follow the city's size."""
    rng, tag = city.rng, 0
    shrink = min(1.0, (claims / 200_000) ** 0.6)
    for kind, spec in LAWFUL.items():
        for _ in range(max(1, round(spec.count * claims / 400_000 * rng.uniform(0.75, 1.25)))):
            tag += 1
            size = round(spec.low + (spec.high - spec.low) * rng.beta(0.9, 2.4) * shrink)
            nb = int(rng.choice(len(city.town), p=np.diff(city.nb_ptr) / city.n))
            if "hamlet" in spec.pool and rng.random() < 0.6:
                nb = int(rng.choice(np.flatnonzero(city.nb_village)))
            if spec.pool == "mine":
                nb = int(rng.choice(np.flatnonzero(city.nb_mine)))
            members = _recruit(city, spec.pool, max(size, 3), nb)
            place = city.near(int(city.nb[members[0]]), spec.places, 3.0 if "hamlet" in spec.pool else 8.0)
            strength = rng.uniform(0.4, 1.0) * weak
            for name in set(spec.signs) & {"phone", "account", "agent", "address", "identity", "residence"}:
                if name != "phone" or "family" in kind or rng.random() < 0.5:
                    _sign(
                        city,
                        members,
                        name,
                        strength * (0.45 if name == "phone" and "family" not in kind else 1),
                    )
            if "med_type" in spec.signs and rng.random() < 0.7 * weak + 0.2:
                made.med_type[tag] = {
                    "psychiatric_ward": "210303",
                    "occupational_ward": "2105",
                    "oncology_cycles": "2111",
                }.get(kind, "140104")
            before = len(book.parts)
            claim = SHOP if city.kind[place] == 16 else OUT if spec.claim == SHOP else spec.claim
            _gather(city, book, spec._replace(claim=claim), members, place, tag, weak)
            if kind == "multi_site_doctor" and len(book.parts[before]["doc"]):
                made.sites.add((int(np.bincount(book.parts[before]["doc"].clip(0)).argmax()), place))
            present = np.unique(
                np.concatenate(
                    [part["who"][(part["day"] >= 0) & (part["day"] < DAYS)] for part in book.parts[before:]]
                )
            )
            if len(present) >= 3:
                made.lawful.append((tag, kind, present))


def _event_days(rng: np.random.Generator, events: int, stays: bool, chain: bool) -> np.ndarray:
    if chain:
        return rng.integers(0, max(1, DAYS - 30 * events)) + np.arange(events) * 30
    active = rng.uniform(0.5, 0.95) if not stays else rng.uniform(0.65, 0.95)
    gaps = rng.gamma(3.0, 1.0, events + 1)
    days = np.floor(np.cumsum(gaps)[:-1] / gaps.sum() * DAYS * active) + rng.integers(
        0, int(DAYS * (1 - active)) + 1
    )
    return days.astype(int).clip(0, DAYS - 2)


@dataclass(kw_only=True)
class _Case:
    """One ring while it is planted."""

    kind: str
    spec: Ring
    members: np.ndarray
    sites: np.ndarray
    doctors: np.ndarray
    events: int
    attend: float
    called: float
    quiet: bool
    hard: bool


def _case(city: City, kind: str, size: int, style: str, shared: np.ndarray) -> _Case:
    rng, spec = city.rng, RINGS[kind]
    nb = int(rng.choice(len(city.town), p=np.diff(city.nb_ptr) / city.n))
    members = _recruit(city, spec.pool, size, nb)
    if len(shared):
        members = np.unique(np.concatenate([members[len(shared) :], shared]))
    loose = 4.0 if "hamlet" in spec.pool or "town" in spec.pool else 12.0
    wanted = int(rng.integers(spec.sites[0], spec.sites[1] + 1))
    sites = list(dict.fromkeys(city.near(nb, spec.places, loose) for _ in range(wanted * 3)))[:wanted]
    doctors = np.zeros(0, int)
    if spec.doctors[1] and (k := rng.integers(spec.doctors[0], spec.doctors[1] + 1)):
        at = sites[0] if city.doc_count[sites[0]] else city.near(nb, (1, 10, 9), 6.0)
        doctors = city.doc_first[at] + rng.choice(
            city.doc_count[at], min(k, city.doc_count[at]), replace=False
        )
    hard, quiet = style == "hard", style != "standard"
    events = max(3, round(rng.integers(spec.events[0], spec.events[1] + 1) * (0.6 if hard else 1)))
    attend = rng.uniform(0.55, 0.95) * (0.6 if quiet else 1)
    return _Case(
        kind=kind,
        spec=spec,
        members=members,
        sites=np.array(sites),
        doctors=doctors,
        events=events,
        attend=attend,
        called=rng.uniform(*spec.share),
        quiet=quiet,
        hard=hard,
    )


def _at_least_once(rng: np.random.Generator, going: np.ndarray) -> np.ndarray:
    """Who never came came once: a member is one with a claim."""
    idle = np.flatnonzero(~going.any(axis=1))
    going[idle, rng.integers(0, going.shape[1], len(idle))] = True
    return going


def _come_together(city: City, case: _Case) -> tuple[np.ndarray, ...]:
    """Rows of members, days, places, minutes, events; and the span of arrivals."""
    rng, spec, m = city.rng, case.spec, len(case.members)
    stays = spec.claim == STAY
    stops = 1 if case.kind != "resale_tour" else min(3, len(case.sites))
    common = _event_days(rng, max(2, case.events // stops), stays, case.kind == "held_cards_ward")
    days = np.repeat(common, stops)
    where = case.sites[
        (np.arange(len(days)) + (0 if stops > 1 else rng.integers(0, 3, len(days)))) % len(case.sites)
    ]
    if case.kind == "staged_admissions":
        going = (np.argsort(np.argsort(rng.random((m, len(days))), axis=1), axis=1) < 2) & (
            rng.random((m, len(days))) < case.attend
        )
        case.called = 2 / len(days)
    else:
        going = np.repeat(rng.random((m, len(common))) < case.called * case.attend, stops, axis=1)
        going &= rng.random(going.shape) < (0.9 if stops > 1 else 1.0)
    row, col = np.nonzero(_at_least_once(rng, going))
    late = rng.integers(0, 5, len(row)) if case.hard else (rng.random(len(row)) < 0.2).astype(int)
    day = days[col] + (late if stays else 0)
    base = rng.choice([530, 590, 650, 850, 930, 1010], len(days)) + rng.normal(0, 25, len(days))
    if stops > 1:
        base = (
            rng.choice([530, 850])
            + np.arange(len(days)) % stops * rng.uniform(55, 90)
            + rng.normal(0, 18, len(days))
        )
    span = min(
        spec.gap * (6 if case.hard else rng.uniform(0.7, 1.5)) * max(m * case.called * case.attend, 2), 400
    )
    minute = np.clip(base[col] + rng.random(len(row)) * span, 450, 1265)
    return row, day, where[col], minute, col, np.float64(span)


def _come_alone(city: City, case: _Case) -> tuple[np.ndarray, ...]:
    """The same for a ring whose people come each on days of their own."""
    rng, m, every = city.rng, len(case.members), DAYS / case.events
    own = np.floor(np.arange(case.events)[None, :] * every + rng.random((m, case.events)) * every).astype(int)
    row, col = np.nonzero(_at_least_once(rng, rng.random(own.shape) < case.attend))
    place = case.sites[rng.integers(0, len(case.sites), len(row))]
    return (
        row,
        own[row, col],
        place,
        city.minutes(case.members[row], place),
        np.arange(len(row)),
        np.float64(0),
    )


def _bill(city: City, case: _Case, place: np.ndarray, claim: np.ndarray, stay: np.ndarray) -> np.ndarray:
    rng, n, price = city.rng, len(place), case.spec.price
    markup = np.where(rng.random(n) < 0.8, 1.0 if case.quiet else rng.uniform(1.1, 1.7), 1.0)
    if price > 0:
        return price * (0.6 if case.quiet else 1.0) * markup * np.exp(rng.normal(0, 0.35, n))
    amount = city.price(place, claim, stay, sigma=0.4) * markup
    if price < 0:
        fixed = np.round(rng.uniform(90, 420, 6 if case.quiet else 2), 1)
        amount = np.where(rng.random(n) < (0.6 if case.quiet else 0.9), rng.choice(fixed, n), amount)
    return amount


def _one_ring(city: City, book: Book, made: Made, number: int, case: _Case) -> None:
    rng, spec, members, kind = city.rng, case.spec, case.members, case.kind
    row, day, place, minute, ev, span = (_come_together if spec.meets else _come_alone)(city, case)
    who, n = members[row], len(row)
    stays, chain = spec.claim == STAY, kind == "held_cards_ward"
    stay = (
        _month_long(day)
        if chain
        else rng.integers(6, 13) + rng.integers(-2, 3, n)
        if stays
        else np.zeros(n, int)
    )
    claim = np.where(city.kind[place] == 16, SHOP, OUT if spec.claim == SHOP else spec.claim)
    doc = city.doctors(who, place, day)
    if len(case.doctors):
        mine = (city.doc_place[case.doctors[0]] == place) | (city.kind[place] == 16)
        doc = np.where(
            mine & (rng.random(n) < (0.6 if case.quiet else 0.85)), rng.choice(case.doctors, n), doc
        )
    dx = np.where(rng.random(n) < 0.7, rng.choice(_codes(spec.dx), len(members))[row], rng.choice(12, n))
    book.add(
        who,
        place,
        doc,
        claim,
        day,
        minute,
        stay=stay,
        dx=dx,
        amount=_bill(city, case, place, claim, stay),
        tag=-number,
        ev=ev,
    )
    held, entities = rng.uniform(0.15, 0.6) * (0.5 if case.quiet else 1), []
    central = kind in ("paper_patients", "agent_certificates", "home_cards")
    for name in spec.holds:
        if rng.random() < (0.95 if central else 0.5):
            _sign(city, members, name, held * (1.5 if central else 1))
            if name != "address":
                entities.append((name, int(members[0]) + (city.n if name == "agent" else 0)))
    entities += [("doctor", int(d)) for d in case.doctors]
    entities += [("place", int(s)) for s in case.sites if rng.random() < spec.place_acts]
    q = case.called * case.attend if spec.meets else case.attend * case.events
    made.rings.append(
        {
            "tag": number,
            "kind": kind,
            "meets": spec.meets,
            "stays": stays,
            "chain": chain,
            "pool": members,
            "q": q,
            "span": float(span),
            "window": 5.0 if case.hard else 2.0,
            "entities": entities,
        }
    )


def plant_rings(city: City, book: Book, made: Made, claims: int, level: str) -> None:
    """Rings as the level says; a third are of stays."""
    rng = city.rng
    if level == "none":
        return
    real = level == "real"
    sizes = np.clip(np.round(np.exp(rng.normal(np.log(9), 0.6, 4000))), 4, 40).astype(int)
    count = (
        int(np.searchsorted(np.cumsum(sizes), city.n / 1000)) + 1
        if real
        else max(3, round(14 * claims / 400_000 * rng.uniform(0.9, 1.15)))
    )
    stay_kinds = [k for k, s in RINGS.items() if s.claim == STAY]
    other = [k for k in RINGS if k not in stay_kinds]
    lists = []
    for kinds, wanted in ((stay_kinds, max(1, round(count / 3))), (other, count - max(1, round(count / 3)))):
        w = np.array([RINGS[k].weight for k in kinds])
        drawn: list[str] = []
        while len(drawn) < wanted:
            drawn += list(rng.choice(kinds, len(kinds), replace=False, p=w / w.sum()))
        lists += drawn[:wanted]
    limit = max(4, city.n // 40)
    for number, kind in enumerate(lists, 1):
        spec = RINGS[kind]
        size = (
            int(sizes[number - 1])
            if real
            else min(round(spec.low + (spec.high - spec.low) * rng.beta(1.1, 1.5)), limit)
        )
        style = ("standard", "stealth")[rng.integers(2)] if real else level
        known = np.concatenate([ring["pool"] for ring in made.rings]) if made.rings else np.zeros(0, int)
        share = max(1, round(size / 10)) if level == "hard" and len(known) else 0
        shared = rng.choice(known, share, replace=False) if 0 < share <= len(known) else np.zeros(0, int)
        _one_ring(city, book, made, number, _case(city, kind, size, style, shared))


def oracle_nats(
    ring: dict, claims: pd.DataFrame, others: pd.DataFrame, place_share: np.ndarray, habitual: np.ndarray
) -> float:
    """Log-likelihood ratio of a ring's claims, by one who knows members, places and rates.

    A ring that meets: over its events, ln Binomial(n; m, q) - ln Poisson(n; λ), where λ is how many members ordinary life would bring to that place in
    that window: half from their own other claims there, half from the place's share of all claims, plus 1e-6; the window is the span of
    arrivals (at least 20 minutes of a ten-hour day) or, for stays, the days of entry. A chain of monthly stays counts its first two events fully and a tenth of the
    later ones, because who is in a ward in May is in it in June. A ring that does not meet: over members and places, ln Poisson(k; q) - ln of a mixture that lets an
    ordinary person be a habitual visitor of that place as often as people are (`habitual`).
    """
    m, mine = len(ring["pool"]), others[others.who.isin(ring["pool"])]
    there = mine.groupby("place").size()
    if ring["meets"]:
        window = ring["window"] if ring["stays"] else max(ring["span"], 20.0) / 600
        if ring["stays"]:
            mine = mine[mine.kind == STAY]
            there = mine.groupby("place").size()
        total = 0.0
        seen = claims.groupby("ev").agg(n=("who", "nunique"), place=("place", "first"))
        for at, (n, place) in enumerate(zip(seen.n, seen.place, strict=True)):
            own = 0.5 * there.get(place, 0) + 0.5 * len(mine) * place_share[place]
            lam = own / DAYS * window * 1.4 + 1e-6
            q = min(ring["q"], 0.97)
            binomial = (
                gammaln(m + 1) - gammaln(n + 1) - gammaln(m - n + 1) + n * np.log(q) + (m - n) * np.log1p(-q)
            )
            part = binomial - (n * np.log(lam) - lam - gammaln(n + 1))
            total += part * (0.1 if ring["chain"] and at > 1 else 1.0)
        return float(total)
    k = claims.groupby(["who", "place"]).size().reset_index(name="k")
    sites = claims.place.nunique()
    mu = max(ring["q"] / sites, 0.1)
    lam = (
        0.5 * there.reindex(k.place).fillna(0).to_numpy() / m
        + 0.5 * len(mine) / m * place_share[k.place]
        + 1e-4
    )
    count = k.k.to_numpy()
    eps = habitual[k.place.to_numpy()].clip(1e-5, 0.5)
    ordinary = logsumexp(
        np.stack([np.log1p(-eps) + count * np.log(lam) - lam, np.log(eps) + count * np.log(mu) - mu]), axis=0
    )
    return float((count * np.log(mu) - mu - ordinary).sum())
