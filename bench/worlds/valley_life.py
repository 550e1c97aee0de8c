"""The mountain prefecture of the world "valley": its land, places and people, and how they live with their ailments.

People do not visit at a rate. Needs arise (refills that fall due, spells of illness with follow-ups, courses, stays) and wait; an errand day
carries them out: the next market day of the township, the person's usual weekday, or at once if it cannot wait. Whoever travels does
everything on that trip, comes with the village's van or on foot, and stands in the queue of the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["COLUMNS", "DAYS", "Sheet", "World", "build", "daily_life", "h01", "ragged"]

DAYS = 365
VCLINIC, CENTRE, CLINIC, GENERAL, TCM, MCH, PRIVATE, TERTIARY, PSYCH, SHOP, STATION = range(11)
COLUMNS = ("p", "place", "doc", "t", "typ", "dur", "diag", "amt", "pres", "adm", "ring")
"""Of a sheet: person, place, doctor (-1 none), minute since the start, claim type (0 outpatient, 1 chronic, 2 inpatient, 3 pharmacy),
minutes it took, diagnosis, amount, prescribing facility (-1 none), admission way (0 none), ring (-1 none)."""
MEDIAN = np.array([  # yuan by kind of place and claim type
    (34, 58, 800, 30), (72, 118, 2150, 60), (84, 120, 1500, 70), (205, 235, 5300, 110), (172, 215, 4700, 120), (165, 170, 3900, 90),
    (190, 210, 4300, 100), (335, 320, 12400, 180), (150, 190, 5200, 90), (60, 150, 60, 62), (36, 90, 900, 40),
], dtype=float)  # fmt: skip
SIGMA = np.array([0.62, 0.42, 0.55, 0.72])
ACUTE = ("J06.900", "J20.900", "J02.900", "K29.500", "K52.900", "M54.500", "R51.x00", "R42.x00", "N39.000", "L30.900", "M25.500", "H10.900",
         "K02.900", "J30.400", "K30.x00", "T14.900", "M79.100", "L50.900", "R10.400", "J18.900")  # fmt: skip
CHRONIC = (
    "I10.x00x002",
    "E11.900",
    "I25.103",
    "J44.900",
    "I63.900",
    "M10.900",
    "K74.600",
    "F20.900",
    "B18.100",
    "M06.900",
)
STAY = (
    "J18.900",
    "I63.900",
    "J44.100",
    "K80.200",
    "M51.202",
    "I50.900",
    "E11.900x001",
    "S82.200",
    "K29.700",
    "N20.000",
    "I10.x05",
    "J98.414",
)
COURSE = ("M54.200", "M47.800", "G51.000", "M75.001", "I69.300", "M17.900")
SPECIAL = (
    "F11.200",
    "A16.200",
    "N18.500",
    "C34.900",
    "C50.900",
    "C18.900",
    "Z34.900",
    "Z00.000",
    "T30.000",
    "A09.900",
    "J11.100",
    "C22.000",
)
DIAGNOSES = np.array([*ACUTE, *CHRONIC, *STAY, *COURSE, *SPECIAL], dtype=object)
OFF_A, OFF_C = 0, len(ACUTE)
OFF_S, OFF_K = OFF_C + len(CHRONIC), OFF_C + len(CHRONIC) + len(STAY)
_HOLIDAYS = (("2024-01-01", 1), ("2024-02-10", 8), ("2024-04-04", 3), ("2024-05-01", 5), ("2024-06-08", 3), ("2024-09-15", 3),
             ("2024-10-01", 7), ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3),
             ("2025-10-01", 8), ("2026-01-01", 3))  # fmt: skip


def h01(a: np.ndarray, b: np.ndarray | int, salt: int) -> np.ndarray:
    """A fixed uniform number for each pair: what stays the same for a person at a place, or a household on a day."""
    x = np.asarray(a).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    y = np.broadcast_to(np.asarray(b), x.shape).astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    x = x ^ (y + np.uint64(salt * 0x1B873593 + 11))
    for shift, by in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(by)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def ragged(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Owner and running number of `counts[i]` rows for every i."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


@dataclass(slots=True)
class Sheet:
    """Claims as they are written down, column by column."""

    parts: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(
        self, p: np.ndarray, place: np.ndarray | int, t: np.ndarray, typ: np.ndarray | int, **more: object
    ) -> None:
        """One batch of claims; what is not given stays empty."""
        n = len(p)
        given: dict[str, object] = {"p": p, "place": place, "t": t, "typ": typ, "doc": -1, "dur": 0, "diag": -1, "amt": 0.0,
                                    "pres": -1, "adm": 0, "ring": -1, **more}  # fmt: skip
        kinds = {"amt": np.float64, "t": np.int64, "dur": np.int64}
        self.parts.append(
            {c: np.broadcast_to(np.asarray(given[c]), n).astype(kinds.get(c, np.int32)) for c in COLUMNS}
        )

    def __len__(self) -> int:
        return sum(len(part["p"]) for part in self.parts)

    def columns(self) -> dict[str, np.ndarray]:
        """All claims so far."""
        return {c: np.concatenate([part[c] for part in self.parts]) for c in COLUMNS}


@dataclass(slots=True)
class World:
    """Land, calendar, places, doctors and people; `areas` are villages, then towns, county seats and the capital."""

    par: dict[str, float]
    start: pd.Timestamp
    villages: int
    towns: int
    counties: int
    anc: np.ndarray
    km: np.ndarray
    xy: np.ndarray
    market: np.ndarray
    next_market: np.ndarray
    reopen: np.ndarray
    holiday: np.ndarray
    next_work: np.ndarray
    season: np.ndarray
    van: np.ndarray
    kind: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    area: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    weight: np.ndarray = field(default_factory=lambda: np.zeros(0))
    price: np.ndarray = field(default_factory=lambda: np.zeros(0))
    opened: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    evening: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    doc_0: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    doc_n: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    duty: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    people: dict[str, np.ndarray] = field(default_factory=dict)
    sites: list[tuple[int, int]] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.people["home"])

    def dow(self, day: np.ndarray) -> np.ndarray:
        """Weekday, Monday 0."""
        return (np.asarray(day) + self.start.day_of_week) % 7

    def usual(self, rng: np.random.Generator, place: np.ndarray, typ: np.ndarray) -> np.ndarray:
        """What such a claim costs there."""
        place, typ = np.broadcast_arrays(np.asarray(place), np.asarray(typ))
        amount = MEDIAN[self.kind[place], typ] * self.price[place] * self.par["price"]
        return np.maximum(
            amount * np.exp(rng.normal(0, 1, len(place)) * SIGMA[typ] * self.par["spread"]), 1.5
        )

    def doctor(
        self, rng: np.random.Generator, p: np.ndarray, place: np.ndarray, day: np.ndarray
    ) -> np.ndarray:
        """The usual doctor if on duty that weekday, else who is; -1 at a pharmacy."""
        p, place, day = np.broadcast_arrays(p, place, day)
        n = np.maximum(self.doc_n[place], 1)
        u = np.where(rng.random(len(p)) < self.people["stick"][p], h01(p, place, 7), rng.random(len(p)))
        k = np.minimum((u**1.5 * n).astype(int), n - 1)
        bit = self.dow(day)
        for _ in range(5):
            off = (self.duty[np.minimum(self.doc_0[place] + k, len(self.duty) - 1)] >> bit) & 1 == 0
            k = np.where(off, (k + 1) % n, k)
        return np.where(self.doc_n[place] > 0, self.doc_0[place] + k, -1)

    def near(self, rng: np.random.Generator, area: int, kinds: Sequence[int]) -> int:
        """A place of these kinds as near as there is one: the area, its town, its seat, the capital, anywhere."""
        fits = np.isin(self.kind, kinds)
        for level in range(4):
            here = np.flatnonzero(fits & (self.area == self.anc[area, level]))
            if len(here):
                return int(rng.choice(here, p=self.weight[here] / self.weight[here].sum()))
        anywhere = np.flatnonzero(fits)
        return int(rng.choice(anywhere if len(anywhere) else np.flatnonzero(self.kind == CENTRE)))


# ---------------------------------------------------------------- land and calendar


def _land(rng: np.random.Generator, par: dict[str, float], persons: int) -> World:
    counties = int(np.clip(rng.integers(2, 5) + persons // 90_000, 2 if persons > 5000 else 1, 12))
    towns = int(max(3, counties, persons / par["per_town"]))
    per = rng.poisson(par["villages"], towns) + 2
    villages = int(per.sum())
    total = villages + towns + counties + 1
    seat_of = np.sort(rng.integers(0, counties, towns))
    seat_of[:counties] = np.arange(counties)
    seat_of.sort()
    town_of = np.repeat(np.arange(towns), per)
    anc = np.full((total, 4), total - 1)
    anc[:villages] = np.stack(
        [
            np.arange(villages),
            villages + town_of,
            villages + towns + seat_of[town_of],
            np.full(villages, total - 1),
        ],
        1,
    )
    at = np.arange(towns)
    anc[villages : villages + towns] = np.stack(
        [villages + at, villages + at, villages + towns + seat_of, np.full(towns, total - 1)], 1
    )
    seats = villages + towns + np.arange(counties)
    anc[villages + towns : total - 1] = np.stack([seats, seats, seats, np.full(counties, total - 1)], 1)
    km, xy = np.zeros(total), np.zeros((total, 2))
    km[:villages] = rng.gamma(2.2, 3.2, villages) + 0.8
    km[villages : villages + towns] = rng.gamma(4.0, 7.5, towns) + 5
    km[villages + towns : -1] = rng.uniform(45, 160, counties)
    for level in (slice(villages + towns, total - 1), slice(villages, villages + towns), slice(0, villages)):
        parent = {villages: 2, villages + towns: 3}.get(level.start, 1)
        angle = rng.uniform(0, 2 * np.pi, level.stop - level.start)
        xy[level] = xy[anc[level, parent]] + km[level, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    start = pd.Timestamp(
        str(rng.choice(np.array(["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01"])))
    )
    units = towns + counties + 1
    far = DAYS + 40
    day = np.arange(far)
    cycle = rng.choice(np.array([3, 5, 7, 10]), units, p=[0.3, 0.3, 0.28, 0.12])
    market = (day[None] + rng.integers(0, 10, units)[:, None]) % cycle[:, None] == 0
    holiday = np.zeros(far, bool)
    for first, length in _HOLIDAYS:
        at0 = (pd.Timestamp(first) - start).days
        holiday[max(at0, 0) : max(at0 + length, 0)] = True
    resting = holiday | ((day + start.day_of_week) % 7 >= 5)
    closed = np.zeros((units, far), bool)
    for unit in np.flatnonzero(rng.random(units) < par["closures"]):
        at0 = int(rng.integers(5, DAYS - 15))
        closed[unit, at0 : at0 + int(rng.integers(2, 7))] = True
    doy = (day + start.day_of_year) % 365
    curve = 1 + par["winter"] * np.cos(2 * np.pi * (doy - 10) / 365)
    season = np.stack([curve * (1 + rng.uniform(0.3, 1.4) * np.exp(-0.5 * ((day - rng.integers(0, DAYS)) / rng.uniform(5, 12)) ** 2))
                       for _ in range(counties + 1)])[:, :DAYS]  # fmt: skip
    season = season * np.where(holiday[:DAYS], 0.7, 1.0)
    van = rng.normal(rng.uniform(465, 590, villages)[:, None], 13, (villages, far)).astype(np.int16)
    return World(par=par, start=start, villages=villages, towns=towns, counties=counties, anc=anc, km=km, xy=xy, market=market,
                 next_market=_next(market), reopen=_next(~closed), holiday=holiday, next_work=_next(~resting[None])[0],
                 season=season, van=van)  # fmt: skip


def _next(good: np.ndarray) -> np.ndarray:
    far = good.shape[1]
    at = np.where(good, np.arange(far), far - 1)
    return np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]


_PER_AREA = {  # kind: fewest and most in a town, a seat, the capital
    CENTRE: ((1, 1), (1, 1), (1, 2)), CLINIC: ((0, 2), (3, 8), (6, 12)), GENERAL: ((0, 0), (1, 1), (0, 0)), TCM: ((0, 0), (1, 1), (1, 1)),
    MCH: ((0, 0), (1, 1), (1, 1)), PRIVATE: ((0, 0), (1, 3), (2, 4)), TERTIARY: ((0, 0), (0, 0), (1, 2)), PSYCH: ((0, 0), (0, 0), (1, 1)),
    SHOP: ((1, 3), (5, 13), (10, 24)), STATION: ((0, 0), (1, 1), (1, 1)),
}  # fmt: skip
_DOCTORS = {VCLINIC: (1, 2), CENTRE: (4, 10), CLINIC: (1, 4), GENERAL: (24, 60), TCM: (12, 30), MCH: (6, 13), PRIVATE: (5, 15),
            TERTIARY: (50, 110), PSYCH: (6, 13), SHOP: (0, 1), STATION: (2, 4)}  # fmt: skip


def _places(rng: np.random.Generator, w: World, persons: int) -> None:
    area = list(np.flatnonzero(rng.random(w.villages) < 0.86))
    kind = [VCLINIC] * len(area)
    grow = (persons / w.counties / 13_000) ** 0.6
    for unit in range(w.towns + w.counties + 1):
        level = 0 if unit < w.towns else (1 if unit < w.towns + w.counties else 2)
        for k, spans in _PER_AREA.items():
            low, high = spans[level]
            often = grow if k in (CLINIC, SHOP) and level else 1.0
            count = max(low and 1, round(int(rng.integers(low, high + 1)) * often))
            area += [w.villages + unit] * count
            kind += [k] * count
    w.area, w.kind = np.array(area), np.array(kind)
    m = len(kind)
    w.weight = np.exp(rng.normal(0, w.par["place_tail"], m))
    w.price = np.exp(rng.normal(0, 0.13, m))
    fresh = (rng.random(m) < w.par["new_places"]) & np.isin(w.kind, (CLINIC, PRIVATE, SHOP))
    w.opened = np.where(fresh, rng.integers(30, 300, m), 0)
    w.evening = (w.kind == VCLINIC) & (rng.random(m) < w.par["evening"])
    span = np.array([_DOCTORS[k] for k in range(11)])[w.kind]
    w.doc_n = np.where(w.kind == SHOP, 0, rng.integers(span[:, 0], span[:, 1]))
    w.doc_0 = np.cumsum(w.doc_n) - w.doc_n
    owner = np.repeat(np.arange(m), w.doc_n)
    length = np.where(
        np.isin(w.kind[owner], (VCLINIC, CLINIC)),
        rng.integers(6, 8, len(owner)),
        rng.integers(4, 7, len(owner)),
    )
    first = rng.integers(0, 7, len(owner))
    bits = np.arange(7)
    w.duty = ((((bits[None] - first[:, None]) % 7) < length[:, None]) * (1 << bits)).sum(1)


# ---------------------------------------------------------------- people


def _people(rng: np.random.Generator, w: World, persons: int) -> None:
    par = w.par
    sizes = rng.choice(np.arange(1, 7), persons, p=[0.17, 0.31, 0.21, 0.16, 0.1, 0.05])
    houses = int(np.searchsorted(np.cumsum(sizes), persons)) + 1
    sizes = sizes[:houses]
    weight = np.exp(rng.normal(0, 0.7, len(w.anc)))
    kinds = (
        slice(0, w.villages),
        slice(w.villages, w.villages + w.towns),
        slice(w.villages + w.towns, len(w.anc) - 1),
        slice(len(w.anc) - 1, len(w.anc)),
    )
    shares = np.array([par["rural"], 0.14, 0.2, 0.08])
    for cut, share in zip(kinds, shares / shares.sum(), strict=True):
        weight[cut] *= share / weight[cut].sum()
    house_home = np.sort(rng.choice(len(w.anc), houses, p=weight / weight.sum()))
    house, pos = (x[:persons] for x in ragged(sizes))
    home = house_home[house]
    head = np.where(rng.random(houses) < 0.42, rng.normal(69, 8, houses), rng.normal(44, 11, houses))
    age = head[house]
    age = np.where(pos == 1, age + rng.normal(-1, 3, persons), age)
    child = rng.uniform(0, 17, persons)
    age = np.where(
        pos >= 2, np.where(rng.random(persons) < 0.68, child, np.where(age < 55, age + 27, age - 27)), age
    )
    age = np.clip(age, 0.1, 97)
    head_sex = rng.integers(1, 3, houses)
    sex = np.where(
        pos == 0, head_sex[house], np.where(pos == 1, 3 - head_sex[house], rng.integers(1, 3, persons))
    )
    level = np.digitize(home, [w.villages, w.villages + w.towns])
    employed = (rng.random(persons) < np.array([0.03, 0.2, 0.46])[level]) & (age > 20)
    frail = np.exp(rng.normal(0, par["frailty"], persons)) * (
        0.55 + 0.9 * (age < 7) + 1.1 * np.clip((age - 35) / 40, 0, 1.2)
    )
    frail /= frail.mean()
    chronic = rng.random(persons) < np.clip((age - 38) / 55, 0, 0.7) * par["chronic"]
    joint = rng.random(houses) < par["couples"]
    key = np.where(joint[house] & (pos <= 1), house + persons, np.arange(persons))
    gap = np.array([14, 28, 30, 60, 90])[np.searchsorted([0.08, 0.33, 0.7, 0.88], h01(key, 0, 1))]
    unit = np.where(home < w.villages, w.anc[home, 1], home) - w.villages
    away = (level == 0) & (age > 18) & (age < 56) & (rng.random(persons) < par["migrants"])
    w.people = {
        "home": home, "house": house, "pos": pos, "age": age, "sex": sex, "employed": employed, "frail": frail, "chronic": chronic, "key": key,
        "gap": gap, "unit": unit, "away": away, "level": level, "hamlet": (h01(house, 3, 2) * (2 + home % 5)).astype(int),
        "stick": rng.beta(5, 1.6, persons), "weekday": (h01(key, 0, 3) * 7).astype(int),
        "marketer": h01(key, 0, 4) < np.array([0.78, 0.4, 0.15])[level] * par["market"], "hour": h01(key, 0, 5),
        "vanner": h01(key, 0, 6) * par["van"] * (level == 0), "illness": (h01(np.arange(persons), 0, 8) ** 1.8 * len(CHRONIC)).astype(int),
        "lean": rng.normal(0, 0.6, persons),
    }  # fmt: skip


def build(rng: np.random.Generator, par: dict[str, float], persons: int) -> World:
    """The prefecture and its people."""
    w = _land(rng, par, persons)
    _places(rng, w, persons)
    _people(rng, w, persons)
    return w


# ---------------------------------------------------------------- daily life


_FITS = {  # need: how much a kind of place draws it
    "out": {VCLINIC: 1, CENTRE: 4, CLINIC: 1.1, GENERAL: 9, TCM: 3.5, MCH: 1.2, PRIVATE: 1.6, TERTIARY: 14},
    "chronic": {VCLINIC: 1, CENTRE: 5, CLINIC: 0.4, GENERAL: 8, TCM: 4, PRIVATE: 1, TERTIARY: 9},
    "shop": {SHOP: 1},
    "bed": {CENTRE: 3, GENERAL: 9, TCM: 3, PRIVATE: 1.6, TERTIARY: 12, MCH: 1.1},
    "course": {CENTRE: 3, CLINIC: 1.5, TCM: 4, PRIVATE: 1.5, TERTIARY: 1},
}


def _picker(w: World, need: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For `_pick`: places in the order of their areas, running weights, and the area that serves each area."""
    draw = np.array([_FITS[need].get(k, 0.0) for k in range(11)])[w.kind] * w.weight
    places = np.flatnonzero(draw)
    places = places[np.argsort(w.area[places], kind="stable")]
    area = w.area[places]
    total = np.bincount(area, draw[places], len(w.anc))
    run = np.cumsum(draw[places])
    before = np.concatenate([[0], np.cumsum(total)])[area]
    serves = np.full(len(w.anc), len(w.anc) - 1)
    for level in (3, 2, 1, 0):
        up = w.anc[:, level]
        serves = np.where(total[up] > 0, up, serves)
    return places, area + np.minimum((run - before) / total[area], 1.0), serves


def _pick(picker: tuple[np.ndarray, np.ndarray, np.ndarray], area: np.ndarray, u: np.ndarray) -> np.ndarray:
    places, run, serves = picker
    at = np.searchsorted(run, serves[area] + np.clip(u, 1e-9, 1 - 1e-9))
    return places[np.minimum(at, len(places) - 1)]


def _needs(rng: np.random.Generator, w: World, budget: float) -> dict[str, np.ndarray]:
    """What falls due or befalls people: person, day, kind (0 acute, 1 refill, 2 shop, 3 course), how long it can wait."""
    x, n = w.people, w.n
    sick = np.flatnonzero(x["chronic"])
    phase = h01(x["key"][sick], 0, 9) * x["gap"][sick]
    owner, k = ragged(((DAYS - phase) / x["gap"][sick]).astype(int) + 1)
    refill_day = (
        phase[owner]
        + k * x["gap"][sick][owner]
        + rng.normal(0, 1, len(k)) * (1.5 + 0.35 * np.sqrt(k) * w.par["laxness"])
    )
    late = rng.random(len(k)) > w.par["refill_kept"]
    refill, refill_day = sick[owner][~late], refill_day[~late]
    taker = np.flatnonzero(rng.random(n) < 0.045 * np.minimum(x["frail"], 3) * w.par["courses"])
    first = rng.integers(0, DAYS, len(taker))
    step = rng.choice(np.array([1, 1, 1, 2, 3]), len(taker))
    owner, k = ragged(rng.integers(3, 16, len(taker)))
    come = rng.random(len(k)) < 0.88
    course, course_day = taker[owner][come], (first[owner] + k * step[owner])[come]
    rest = max(budget - len(refill) - len(course), 0.35 * budget)
    shops = w.par["shops"]
    rate = x["frail"] * np.where(x["employed"], 1.0, 0.8)
    count = rng.poisson(rate / rate.sum() * rest * (1 - shops) / 1.62)
    owner, _ = ragged(count)
    county = w.anc[x["home"][owner], 2] - w.villages - w.towns
    cdf = np.cumsum(w.season / w.season.sum(1, keepdims=True), axis=1) + np.arange(len(w.season))[:, None]
    day0 = np.searchsorted(cdf.ravel(), county + rng.random(len(owner)) * 0.999999) % DAYS
    touches = np.minimum(rng.geometric(1 / 1.62, len(owner)), 9)
    spell, k = ragged(touches)
    acute, acute_day = owner[spell], day0[spell] + k * rng.integers(1, 5, len(k))
    want = (x["employed"] * 2.6 + 0.7) * np.exp(rng.normal(0, 0.9, n)) * np.sqrt(x["frail"])
    owner, _ = ragged(rng.poisson(want / want.sum() * rest * shops))
    tied = np.flatnonzero(rng.random(len(owner)) < 0.5)
    shop_day = rng.integers(0, DAYS, len(owner)).astype(float)
    visits = np.concatenate([refill, acute])
    order = np.argsort(visits, kind="stable")
    low, high = (
        np.searchsorted(visits[order], owner[tied]),
        np.searchsorted(visits[order], owner[tied], side="right"),
    )
    has = high > low
    at = order[(low + (rng.random(len(tied)) * (high - low)).astype(int))[has]]
    shop_day[tied[has]] = np.concatenate([refill_day, acute_day])[at]
    parts = (
        (acute, acute_day, 0, 1.1),
        (refill, refill_day, 1, 5.0),
        (owner, shop_day, 2, 4.0),
        (course, course_day, 3, 0.0),
    )
    p = np.concatenate([a for a, *_ in parts])
    kind = np.concatenate([np.full(len(a), k) for a, _, k, _ in parts])
    wait = np.concatenate(
        [rng.exponential(t * w.par["patience"], len(a)) if t else np.zeros(len(a)) for a, _, _, t in parts]
    )
    day = np.concatenate([np.asarray(d, float) for _, d, _, _ in parts]).astype(int)
    fest = np.flatnonzero(w.holiday[:DAYS])
    long = fest[np.flatnonzero(np.diff(fest, append=fest[-1] + 9) > 1)] if len(fest) else np.array([200])
    homecoming = np.abs(day[:, None] - long[None, -4:]).min(1) < 16
    stays = (day >= 0) & (day < DAYS) & (~x["away"][p] | homecoming | (rng.random(len(p)) < 0.07))
    return {"p": p[stays], "day": day[stays], "kind": kind[stays], "wait": wait[stays]}


def _errands(
    rng: np.random.Generator, w: World, need: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, area and arrival of the trip that carries out each need."""
    x, p, day = w.people, need["p"], need["day"]
    unit = x["unit"][p]
    market = w.next_market[unit, day]
    weekday = day + (x["weekday"][p] - w.dow(day)) % 7
    planned = np.where(x["marketer"][p], market, weekday)
    day = np.where(planned - day <= need["wait"], planned, day)
    resting = (
        (w.next_work[day] != day)
        & (need["wait"] > 0.5)
        & (rng.random(len(p)) < np.array([0.35, 0.25, 0.6])[x["level"][p]])
    )
    resting &= ~w.market[unit, day]
    day = np.where(resting & (w.next_work[day] - day < 9), w.next_work[day], day)
    key = x["key"][p]
    market_now = w.market[unit, day]
    lean = np.exp(x["lean"][p])
    far = np.exp(-w.km[x["home"][p]] / 40)
    level = x["level"][p]
    stay = np.where(level == 0, np.where(market_now, 0.24, 0.6) / lean, 0.0) * w.par["village_pull"]
    town = np.where(level <= 1, np.where(market_now, 0.6, 0.36), 0.0)
    seat = np.where(level <= 1, 0.15 * lean * far, 0.9)
    capital = np.where(x["home"][p] == len(w.anc) - 1, 1.0, 0.03 * lean)
    run = np.cumsum(np.stack([stay, town, seat, capital]), axis=0)
    u = h01(key, day, 21) * run[3]
    up = (u[None] > run[:3]).sum(0)
    area = w.anc[x["home"][p], up]
    day = np.where(up > 0, np.minimum(w.reopen[unit, day], DAYS - 1), np.minimum(day, DAYS - 1))
    other = (h01(key, day, 22) < 0.025) & (up == 1) & (unit < w.towns)
    area = np.where(other, w.villages + (unit + 1) % w.towns, area)
    slot = h01(key, day, 23)
    clock = np.where(
        x["hour"][p] < 0.62, 565 + 60 * (x["hour"][p] - 0.3) / 0.3, np.where(x["hour"][p] < 0.9, 925, 1120)
    )
    clock = clock + (slot - 0.5) * 150 + rng.normal(0, 4, len(p))
    rides = (up > 0) & (h01(key, day, 24) < x["vanner"][p]) & (x["home"][p] < w.villages)
    village = np.minimum(x["home"][p], w.villages - 1)
    road = (
        w.km[village] / 26
        + np.where(up > 1, w.km[w.anc[village, 1]] / 36, 0)
        + np.where(up > 2, w.km[w.anc[village, 2]] / 48, 0)
    ) * 60
    return day, area, np.where(rides, w.van[village, day] + road + h01(key, day, 25) * 14, clock)


def _queue(w: World, place: np.ndarray, day: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """When each is served: in order of coming, a place takes as many minutes a person as its crowd allows."""
    busy = np.bincount(place, minlength=len(w.kind)) / 300
    serve = np.clip(300 / np.maximum(busy * 1.8, 1e-9), 0.25, 5.0)
    order = np.lexsort((clock, day, place))
    group = place[order].astype(np.int64) * 512 + day[order]
    new = np.flatnonzero(np.diff(group, prepend=-1))
    segment = np.cumsum(np.diff(group, prepend=-1) != 0) - 1
    rank = np.arange(len(order)) - new[segment]
    s = serve[place[order]]
    served = np.maximum.accumulate(clock[order] - rank * s + segment * 1e5) - segment * 1e5 + rank * s
    out = np.empty(len(order))
    out[order] = np.maximum(served, clock[order])
    return out


def _hours(rng: np.random.Generator, w: World, place: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """Inside opening hours, few over noon."""
    kind = w.kind[place]
    office = np.isin(kind, (CENTRE, GENERAL, TCM, MCH, TERTIARY, PSYCH, STATION))
    noon = office & (clock > 728) & (clock < 835) & (rng.random(len(clock)) < 0.82)
    clock = np.where(noon, 836 + rng.exponential(18, len(clock)), clock)
    first = np.where(office, 482, np.where(kind == SHOP, 500, 440))
    last = np.where(office, 1055, np.where(kind == SHOP, 1275, 1215))
    clock = np.where(clock < first, first + rng.exponential(14, len(clock)), clock)
    return np.where(clock > last, last - rng.exponential(35, len(clock)), clock)


def _stays(rng: np.random.Generator, w: World, sheet: Sheet, number: float) -> None:
    """Admissions, with patients sent up and sent back down within the consortium."""
    x = w.people
    risk = x["frail"] * (0.4 + np.clip((x["age"] - 45) / 25, 0, 2.2)) * np.where(x["away"], 0.1, 1)
    p, _ = ragged(rng.poisson(risk / risk.sum() * number / 1.16))
    day = rng.integers(0, DAYS, len(p))
    day = np.where(rng.random(len(p)) < 0.6, np.minimum(w.next_work[day], DAYS - 1), day)
    up = np.maximum(np.searchsorted([0.0, 0.4, 0.88], rng.random(len(p))), 1)
    area = w.anc[x["home"][p], up]
    picker = _picker(w, "bed")
    place = _pick(
        picker, area, np.where(rng.random(len(p)) < x["stick"][p], h01(p, area, 31), rng.random(len(p)))
    )
    nights = np.maximum(1, np.exp(rng.normal(1.95, 0.5, len(p)))).astype(int)
    sent = rng.random(len(p)) < w.par["sent_up"]
    back = sent & (rng.random(len(p)) < w.par["sent_down"])
    home = w.anc[x["home"], 1]
    legs = [(p, place, day, nights, np.where(rng.random(len(p)) < 0.3, 1, 2))]
    day2 = day + nights
    place2 = _pick(picker, np.where(up < 2, w.anc[area, 2], len(w.anc) - 1), rng.random(len(p)))
    nights2 = np.maximum(3, np.exp(rng.normal(2.3, 0.4, len(p)))).astype(int)
    legs.append((p[sent], place2[sent], day2[sent], nights2[sent], np.full(sent.sum(), 3)))
    place3 = _pick(picker, home[p], rng.random(len(p)) * 0.5)
    legs.append(
        (p[back], place3[back], (day2 + nights2)[back], np.maximum(nights[back], 4), np.full(back.sum(), 3))
    )
    for leg in legs:
        ok = leg[2] + leg[3] < DAYS + 25
        who, where, when, long, way = (column[ok] for column in leg)
        t = when * 1440 + _hours(rng, w, where, rng.normal(630, 120, len(who))).astype(np.int64)
        leave = (when + long) * 1440 + rng.normal(640, 75, len(who)).astype(np.int64)
        amount = w.usual(rng, where, np.full(len(who), 2)) * (long / 7.5) ** 0.7
        diag = OFF_S + (rng.random(len(who)) ** 1.4 * len(STAY)).astype(int)
        keep = when < DAYS
        sheet.add(who[keep], where[keep], t[keep], 2, dur=(leave - t)[keep], amt=amount[keep], diag=diag[keep], adm=way[keep],
                  doc=w.doctor(rng, who, where, when)[keep])  # fmt: skip


def daily_life(rng: np.random.Generator, w: World, sheet: Sheet, number: int) -> None:
    """Some 5 % more claims of ordinary life than `number`; the caller drops what is too much."""
    x = w.people
    _stays(rng, w, sheet, number * w.par["stay_share"])
    need = _needs(rng, w, number * 1.14)
    p, kind = need["p"], need["kind"]
    day, area, clock = _errands(rng, w, need)
    course = kind == 3
    area = np.where(
        course, np.where(h01(p, 0, 26) < 0.7, w.anc[x["home"][p], 1], w.anc[x["home"][p], 2]), area
    )
    clock = np.where(course, 490 + 30 * (h01(p, 0, 27) * 16).astype(int) + rng.exponential(7, len(p)), clock)
    place = np.zeros(len(p), int)
    for k, name in enumerate(("out", "chronic", "shop", "course")):
        at = np.flatnonzero(kind == k)
        picker = _picker(w, name)
        u = np.where(
            rng.random(len(at)) < x["stick"][p[at]],
            h01(x["key"][p[at]], area[at], 40 + k),
            rng.random(len(at)),
        )
        if k == 3:
            u = h01(p[at], 0, 43)
        place[at] = _pick(picker, area[at], u)
        for _ in range(3):
            early = np.flatnonzero(day[at] < w.opened[place[at]])
            place[at[early]] = _pick(picker, area[at[early]], rng.random(len(early)))
    known = day >= w.opened[place]
    p, kind, day, place, clock, course = (
        p[known],
        kind[known],
        day[known],
        place[known],
        clock[known],
        course[known],
    )
    shop = kind == 2
    clock = clock + np.where(shop, 22 + rng.exponential(28, len(p)), 0)
    clock = _hours(rng, w, place, _queue(w, place, day, _hours(rng, w, place, clock)))
    doc = w.doctor(rng, p, place, day)
    typ = np.where(shop, 3, np.where((kind == 1) & (rng.random(len(p)) < w.par["chronic_coded"]), 1, 0))
    diag = np.select([kind == 0, kind == 1, course], [OFF_A + (rng.random(len(p)) ** 1.5 * len(ACUTE)).astype(int),
                     OFF_C + x["illness"][p], OFF_K + (h01(p, 2, 28) * len(COURSE)).astype(int)], -1)  # fmt: skip
    amount = w.usual(rng, place, typ) * np.exp(0.25 * x["lean"][p])
    doc, pres = _prescribers(rng, p, day, place, doc, shop)
    sheet.add(p, place, day * 1440 + clock.astype(np.int64), typ, doc=doc, diag=diag, amt=amount, pres=pres)


def _prescribers(
    rng: np.random.Generator,
    p: np.ndarray,
    day: np.ndarray,
    place: np.ndarray,
    doc: np.ndarray,
    shop: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """A shop's sale on the day of a visit often fills that visit's prescription."""
    key = p.astype(np.int64) * 512 + day
    visits = np.flatnonzero(~shop)
    visits = visits[np.argsort(key[visits], kind="stable")]
    at = np.searchsorted(key[visits], key)
    at = np.minimum(at, len(visits) - 1)
    same = shop & (key[visits][at] == key) & (rng.random(len(p)) < 0.6)
    return np.where(same, doc[visits[at]], doc), np.where(same, place[visits[at]], -1)
