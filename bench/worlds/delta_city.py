"""The delta: its neighbourhoods, employers, places and people, and the days that its people live.

`build` invents the city; `live` walks the calendar day by day for everybody at once. Visits come from lives: who is free today, whose
pills run out, who fell ill (and who else in the room or the family did), who was paid, whose course of treatment has its next date.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

PH, ON, CL, CH, SH, TH, EYE, DEN, GYN, DIA, REH, TCM, FAC, PSY, CDC, PRV = range(16)
"""Kinds of places: pharmacy, online pharmacy, private clinic, community centre, secondary and tertiary hospital, eye, dental,
gynaecology, dialysis, rehabilitation, Chinese medicine, a firm's clinic, psychiatry, disease control, private general hospital."""
ACUTE, REFILL, SHOP, SPECIAL, COURSE, STAY, FOLLOW, GROUP = range(8)
"""What a claim came from; GROUP rows carry their own claim type and price."""
OUTPATIENT, CHRONIC, INPATIENT, PHARMACY = range(4)
OFFICE, SIXDAY, CREW, LONG, RETIRED, PUPIL, HOME = range(7)
VILLAGE, ESTATE, DORM = range(3)

_PER_PLACE = {
    PH: 300,
    CL: 900,
    CH: 2500,
    SH: 15000,
    TH: 40000,
    EYE: 15000,
    DEN: 6000,
    GYN: 15000,
    DIA: 15000,
    REH: 9000,
}
_PER_PLACE |= {TCM: 7000, PSY: 40000, CDC: 30000, PRV: 10000}
_LEAST = {
    PH: 10,
    CL: 6,
    CH: 3,
    SH: 2,
    TH: 1,
    EYE: 2,
    DEN: 3,
    GYN: 2,
    DIA: 2,
    REH: 3,
    TCM: 3,
    PSY: 1,
    CDC: 1,
    PRV: 3,
}
_REACH = {
    PH: 1.1,
    CL: 1.6,
    CH: 1.8,
    SH: 7.0,
    TH: 14.0,
    EYE: 10.0,
    DEN: 4.5,
    GYN: 9.0,
    DIA: 8.0,
    REH: 7.0,
    TCM: 5.0,
}
_REACH |= {ON: 999.0, FAC: 3.0, PSY: 20.0, CDC: 15.0, PRV: 6.0}
_HOURS = {PH: (480, 1320), ON: (0, 1439), CL: (480, 1260), CH: (480, 1050), SH: (470, 1060), TH: (460, 1050)}
_DOCTORS = {
    CL: 2,
    CH: 9,
    SH: 34,
    TH: 75,
    EYE: 9,
    DEN: 6,
    GYN: 12,
    DIA: 6,
    REH: 9,
    TCM: 7,
    FAC: 2,
    PSY: 10,
    CDC: 5,
    PRV: 13,
}
HOSPITALS = (SH, TH, EYE, DEN, GYN, DIA, REH, PSY, PRV)
_TABLE = 48
_IS_HOSPITAL = np.isin(np.arange(16), HOSPITALS)

ACUTE_DX = (
    "J06.9",
    "J20.9",
    "J03.9",
    "K29.5",
    "M54.5",
    "L30.9",
    "J30.4",
    "K52.9",
    "R51",
    "N39.0",
    "J11.1",
    "S61.0",
    "B34.9",
    "K59.0",
)
CHRONIC_DX = ("I10", "E11.9", "E78.5", "I25.1", "J44.9", "M10.9", "B18.1", "I63.9", "E03.9", "J45.9")
SPECIAL_DX = {
    EYE: ("H52.1", "H04.1", "H25.9", "H10.9"),
    DEN: ("K02.9", "K05.3", "K04.0", "K07.6"),
    GYN: ("N76.0", "N92.0", "O26.9", "Z34.9"),
    REH: ("M51.2", "M54.5", "I69.3", "S62.6"),
    TCM: ("M54.2", "G47.0", "K30", "M75.0"),
}
STAY_DX = (
    "J18.9",
    "K80.2",
    "I63.9",
    "I20.9",
    "M51.2",
    "E11.9",
    "S82.8",
    "K35.8",
    "N20.1",
    "J44.1",
    "H25.9",
    "O80.0",
)


@dataclass(slots=True)
class People:
    """One row a person; every array is as long."""

    home: np.ndarray
    household: np.ndarray
    kin: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    rota: np.ndarray
    phase: np.ndarray
    employer: np.ndarray
    migrant: np.ndarray
    frail: np.ndarray
    chronic: np.ndarray
    interval: np.ndarray
    dx: np.ndarray
    loyal: np.ndarray
    hour: np.ndarray
    payday: np.ndarray
    leave_from: np.ndarray
    leave_to: np.ndarray
    usual_acute: np.ndarray
    usual_refill: np.ndarray
    usual_shop: np.ndarray
    usual_work: np.ndarray
    clinic: np.ndarray
    purse: np.ndarray

    def take(self, index: np.ndarray) -> People:
        """The same people, only those of `index`."""
        return People(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(slots=True)
class City:
    """Everything that stands: neighbourhoods, places, doctors on duty, people, and the calendar."""

    dates: pd.DatetimeIndex
    holiday: np.ndarray
    nb_xy: np.ndarray
    nb_kind: np.ndarray
    town: np.ndarray
    kind: np.ndarray
    xy: np.ndarray
    weight: np.ndarray
    price: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    born: np.ndarray
    gone: np.ndarray
    member_day: np.ndarray
    chain: np.ndarray
    tables: dict[int, np.ndarray]
    doctor_home: np.ndarray
    first_doctor: np.ndarray
    duty: np.ndarray
    sites: np.ndarray
    employer_xy: np.ndarray
    people: People

    def places_of(self, *kinds: int) -> np.ndarray:
        """Places of these kinds that stood all year."""
        fit = np.isin(self.kind, kinds) & (self.born == 0) & (self.gone > len(self.dates))
        return np.flatnonzero(fit)


def calendar(rng: np.random.Generator) -> tuple[pd.DatetimeIndex, np.ndarray, int]:
    """Some twelve months, which of their days are holidays, and the day of the Spring Festival."""
    start = pd.Timestamp(2023, 1, 1) + pd.DateOffset(months=int(rng.integers(0, 25)))
    dates = pd.date_range(start, periods=int(rng.integers(362, 369)))
    feasts = {
        "2023-01-21": 7,
        "2024-02-10": 8,
        "2025-01-28": 8,
        "2026-02-15": 8,
        "2023-06-22": 3,
        "2024-06-08": 3,
        "2025-05-31": 3,
    }
    feasts |= {
        f"{year}-{day}": n
        for year in (2023, 2024, 2025, 2026)
        for day, n in (("01-01", 1), ("04-04", 3), ("05-01", 5), ("10-01", 7))
    }
    holiday = np.zeros(len(dates), bool)
    spring = -99
    for first, n in feasts.items():
        at = (pd.Timestamp(first) - start).days
        holiday[max(at, 0) : max(at + n, 0)] = True
        if n >= 7 and "-10-" not in first and -20 < at < len(dates) + 20:
            spring = at
    return dates, holiday, spring


def _heavy(rng: np.random.Generator, n: int, sigma: float) -> np.ndarray:
    weights = rng.lognormal(0, sigma, n)
    return weights / weights.sum()


def build(prm: dict[str, float], rng: np.random.Generator, persons: int) -> City:
    """Invent the city for about this many people."""
    dates, holiday, spring = calendar(rng)
    n_nb = max(14, persons // 300)
    side = np.sqrt(n_nb) * 0.55
    towns = rng.random((max(4, n_nb // 12), 2)) * side
    town = rng.choice(len(towns), n_nb, p=_heavy(rng, len(towns), 0.7))
    nb_xy = towns[town] + rng.normal(0, 0.8, (n_nb, 2))
    nb_kind = rng.choice(3, n_nb, p=[0.45, 0.33, 0.22])
    nb_kind[:3] = (VILLAGE, ESTATE, DORM)
    kin, household, home, age = _households(prm, rng, persons, nb_kind)
    n = len(home)
    migrant = np.where(kin, rng.random(n) < 0.25, rng.random(n) < 0.95)
    rota = np.where(
        migrant,
        rng.choice(4, n, p=[0.10, 0.30, 0.37, 0.23]),
        rng.choice([OFFICE, SIXDAY, CREW, HOME], n, p=[0.36, 0.22, 0.14, 0.28]),
    )
    rota = np.where(age >= 60, RETIRED, np.where(age < 18, PUPIL, rota)).astype(np.int8)
    employer, employer_xy, employer_size = _employers(rng, rota, home, nb_kind, nb_xy)
    places = _places(prm, rng, n, nb_xy, employer_xy, employer_size, len(dates))
    tables = _tables(rng, nb_xy, places)
    clinics = np.flatnonzero(places["kind"] == FAC)
    clinic_of = np.full(len(employer_xy), -1)
    clinic_of[np.argsort(-employer_size, kind="stable")[: len(clinics)]] = clinics
    phase = np.where(
        employer >= 0, (employer * 5 + rng.integers(0, 3, n) * 2) % 6, rng.integers(0, 6, n)
    ).astype(np.int16)
    paydays = rng.choice([5, 8, 10, 15, 20, 25, 28], len(employer_xy) + 1)
    sick_p = np.select([age >= 60, age >= 45, age >= 30], [0.55, 0.22, 0.07], 0.02)
    leave = spring - rng.integers(2, 14, n)
    goes = migrant & (rng.random(n) < prm["home_leave"]) & (spring > -50)
    pick = lambda kind, nb: tables[kind][nb, rng.integers(0, _TABLE, len(nb))]  # noqa: E731
    usual_acute = _usual(
        rng,
        pick,
        home,
        (CL, CH, SH, TH, PRV),
        np.select([age[:, None] >= 60], [[0.2, 0.4, 0.22, 0.11, 0.07]], [0.36, 0.24, 0.2, 0.1, 0.1]),
    )
    usual_refill = _usual(
        rng, pick, home, (CH, SH, PH, CL, ON, TH), np.tile([0.4, 0.17, 0.2, 0.1, 0.05, 0.08], (n, 1))
    )
    near_work = np.argmin(((employer_xy[:, None, :] - nb_xy[None]) ** 2).sum(2), axis=1)
    people = People(
        home=home, household=household, kin=kin, age=age, sex=rng.integers(1, 3, n).astype(np.int8), rota=rota, phase=phase,
        employer=employer, migrant=migrant, frail=(rng.gamma(0.8, 1.25, n) * rng.lognormal(0, 0.45, n)).astype(np.float32) * np.select([age >= 60, age < 12], [1.9, 1.6], 1.0),
        chronic=rng.random(n) < sick_p, interval=rng.choice([14, 28, 30, 30, 30, 56, 60, 84], n).astype(np.int16),
        dx=rng.choice(len(CHRONIC_DX), n, p=_zipf(len(CHRONIC_DX))), loyal=rng.beta(5, 2, n).astype(np.float32),
        hour=np.where(age >= 60, rng.normal(545, 60, n), rng.normal(900, 170, n)).clip(430, 1270), payday=paydays[employer],
        leave_from=np.where(goes, leave, 9999), leave_to=np.where(goes, leave + rng.integers(12, 28, n), 9999),
        usual_acute=usual_acute, usual_refill=usual_refill, usual_shop=pick(PH, home),
        usual_work=pick(PH, np.where(employer >= 0, near_work[employer], home)), clinic=np.where(employer >= 0, clinic_of[employer], -1),
        purse=rng.lognormal(0, 0.3, n),
    )  # fmt: skip
    doctor_home, first_doctor, duty, sites = _doctors(prm, rng, places["kind"])
    return City(
        dates=dates, holiday=holiday, nb_xy=nb_xy, nb_kind=nb_kind, town=town, tables=tables, doctor_home=doctor_home,
        first_doctor=first_doctor, duty=duty, sites=sites, employer_xy=employer_xy, people=people, **places,
    )  # fmt: skip


def _zipf(n: int) -> np.ndarray:
    weights = 1 / np.arange(1, n + 1) ** 0.9
    return weights / weights.sum()


def _households(
    prm: dict[str, float], rng: np.random.Generator, persons: int, nb_kind: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Families, old couples, three generations, dormitory rooms and single tenants: (kin, household, home, age)."""
    share = np.array([0.24, 0.15, 0.12, 0.0, 0.2])
    share[3] = prm["dormitory"]
    mean = (share / share.sum() * [3.3, 1.7, 5.0, 6.0, 1.0]).sum()
    n_hh = int(persons / mean)
    kind = rng.choice(5, n_hh, p=share / share.sum())
    size = np.choose(
        kind,
        [
            rng.integers(2, 6, n_hh),
            rng.integers(1, 3, n_hh),
            rng.integers(4, 7, n_hh),
            rng.integers(4, 9, n_hh),
            np.ones(n_hh, int),
        ],
    )
    nb = np.empty(n_hh, int)
    for of, where in (
        (0, (VILLAGE, ESTATE)),
        (1, (ESTATE, VILLAGE)),
        (2, (VILLAGE, ESTATE)),
        (3, (DORM,)),
        (4, (VILLAGE, DORM)),
    ):
        fit = np.flatnonzero(np.isin(nb_kind, where))
        nb[kind == of] = rng.choice(fit, int((kind == of).sum()), p=_heavy(rng, len(fit), 0.6))
    household = np.repeat(np.arange(n_hh), size)
    place = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    of, n = kind[household], len(household)
    grown, child, old = rng.integers(24, 50, n), rng.integers(0, 18, n), rng.integers(58, 89, n)
    young = (18 + rng.gamma(2.2, 5.5, n)).clip(18, 55).astype(int)
    age = np.select([of == 1, of >= 3, place < 2, (of == 2) & (place >= 3)], [old, young, grown, old], child)
    return of < 3, household, nb[household], age.astype(np.int16)


def _employers(
    rng: np.random.Generator, rota: np.ndarray, home: np.ndarray, nb_kind: np.ndarray, nb_xy: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Firms of all sizes; the people of a dormitory mostly work for the one or two that rent it."""
    works = rota <= LONG
    count = max(8, int(works.sum() / 35))
    weight = rng.pareto(1.15, count) + 0.15
    weight /= weight.sum()
    employer = np.where(works, rng.choice(count, len(rota), p=weight), -1)
    big = np.argsort(-weight, kind="stable")[: max(4, count // 15)]
    landlord = rng.choice(big, (len(nb_kind), 2))
    mine = landlord[home, (rng.random(len(home)) < 0.25).astype(int)]
    employer = np.where(works & (nb_kind[home] == DORM) & (rng.random(len(home)) < 0.85), mine, employer)
    site = rng.integers(0, len(nb_xy), count)
    for nb in np.flatnonzero(nb_kind == DORM):
        site[landlord[nb, 0]] = nb
    return (
        employer,
        nb_xy[site] + rng.normal(0, 0.3, (count, 2)),
        np.bincount(employer[works], minlength=count),
    )


def _places(
    prm: dict[str, float],
    rng: np.random.Generator,
    persons: int,
    nb_xy: np.ndarray,
    employer_xy: np.ndarray,
    size: np.ndarray,
    days: int,
) -> dict[str, np.ndarray]:
    kinds, spots = [], []
    for kind, per in _PER_PLACE.items():
        n = max(_LEAST[kind], int(persons / per * prm["places"]))
        kinds += [kind] * n
        spots.append(nb_xy[rng.integers(0, len(nb_xy), n)] + rng.normal(0, 0.45, (n, 2)))
    online = int(rng.integers(3, 7))
    clinics = max(2, min(int((size > 60).sum()), persons // 2500))
    kinds += [ON] * online + [FAC] * clinics
    spots += [
        nb_xy[rng.integers(0, len(nb_xy), online)],
        employer_xy[np.argsort(-size, kind="stable")[:clinics]],
    ]
    kind = np.array(kinds)
    n = len(kind)
    loose = np.isin(kind, (PH, CL, DEN, TCM, REH))
    born = np.where(loose & (rng.random(n) < prm["new_places"]), rng.integers(30, 300, n), 0)
    gone = np.where(
        loose & (born == 0) & (rng.random(n) < prm["closing"]), rng.integers(90, 340, n), days + 9
    )
    hours = np.array([_HOURS.get(int(k), (510, 1080)) for k in kind])
    late = (kind == PH) & (rng.random(n) < 0.06)
    return {
        "kind": kind, "xy": np.concatenate(spots), "weight": rng.lognormal(0, prm["place_tail"], n), "price": rng.lognormal(0, 0.16, n),
        "opens": np.where(late, 0, hours[:, 0] - rng.choice([0, 0, 30], n)).clip(0), "closes": np.where(late, 1439, hours[:, 1] + rng.choice([0, 0, 30, 60], n)).clip(0, 1439),
        "born": born, "gone": gone, "chain": np.where(np.isin(kind, (PH, ON)), rng.choice(9, n, p=_zipf(9)), -1),
        "member_day": np.where(kind == PH, rng.choice([8, 16, 18, 28, 0], n), 0),
    }  # fmt: skip


def _tables(
    rng: np.random.Generator, nb_xy: np.ndarray, places: dict[str, np.ndarray]
) -> dict[int, np.ndarray]:
    """For each kind of place and neighbourhood 48 draws by weight and distance."""
    tables = {}
    for kind in range(16):
        these = np.flatnonzero(places["kind"] == kind)
        far = np.sqrt(((nb_xy[:, None, :] - places["xy"][these][None]) ** 2).sum(2))
        pull = places["weight"][these] * np.exp(-far / _REACH[kind]) + 1e-9
        cum = np.cumsum(pull / pull.sum(1, keepdims=True), axis=1)
        draws = rng.random((len(nb_xy), _TABLE))
        tables[kind] = these[
            np.stack([np.searchsorted(c, u).clip(0, len(these) - 1) for c, u in zip(cum, draws, strict=True)])
        ]
    return tables


def _usual(
    rng: np.random.Generator, pick: object, home: np.ndarray, kinds: tuple[int, ...], shares: np.ndarray
) -> np.ndarray:
    which = (rng.random(len(home))[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(1)
    usual = np.empty(len(home), int)
    for i, kind in enumerate(kinds):
        mine = which == i
        usual[mine] = pick(kind, home[mine])  # type: ignore[operator]
    return usual


def _doctors(prm: dict[str, float], rng: np.random.Generator, kind: np.ndarray) -> tuple[np.ndarray, ...]:
    """Doctors, whether each holds a session in each of fourteen half days, and the second sites of some."""
    base = np.array([_DOCTORS.get(int(k), 0) for k in kind])
    count = np.where(base > 0, np.maximum(1, (base * rng.lognormal(0, 0.35, len(kind))).astype(int)), 0)
    doctor_home = np.repeat(np.arange(len(kind)), count)
    duty = rng.random((len(doctor_home), 14)) < rng.uniform(0.35, 0.9, len(doctor_home))[:, None]
    duty[:, 12:] &= rng.random((len(doctor_home), 2)) < 0.6
    moving = np.flatnonzero(rng.random(len(doctor_home)) < prm["multi_site"])
    private = np.flatnonzero(np.isin(kind, (CL, CH, EYE, DEN, GYN, REH, TCM, PRV)))
    sites = np.stack([moving, rng.choice(private, len(moving))], axis=1)
    return doctor_home, np.cumsum(count) - count, duty, sites[doctor_home[sites[:, 0]] != sites[:, 1]]


def live(  # noqa: PLR0915 - a day is one story
    city: City, prm: dict[str, float], rng: np.random.Generator, scale: float, people: People | None = None
) -> dict[str, np.ndarray]:
    """Everybody's year. Gives rows: person, place, day, minute, need, stay (days), dx (a code's place in its list)."""
    who = people or city.people
    n = len(who.home)
    rows: list[tuple[np.ndarray, ...]] = []
    stock = (rng.random(n) * who.interval).astype(np.float32)
    lead = rng.integers(0, 8, n)
    acute, shop, special = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    busy, fresh = np.zeros(n, np.int16), np.full(int(who.household.max()) + 1, -99)
    left, due, gap, c_place, c_minute, c_dx = (np.zeros(n, np.int32) for _ in range(6))
    p_acute = np.minimum(0.0052 * scale * who.frail, 0.2)
    p_shop = np.minimum(0.0062 * scale * (0.4 + 0.6 * who.frail) * np.where(who.age < 18, 0.25, 1.0), 0.25)
    p_special = np.minimum(0.0016 * scale * (0.5 + 0.5 * who.frail), 0.05)
    wave = [(rng.uniform(0, 360), rng.uniform(6, 16), rng.uniform(0.3, 1.1)) for _ in range(3)]
    for d, date in enumerate(city.dates):
        wd, dom, feast = date.weekday(), date.day, bool(city.holiday[d])
        turn = (d + who.phase) % 6
        off = np.select(
            [who.rota == OFFICE, who.rota == SIXDAY, who.rota == CREW, who.rota == LONG, who.rota == PUPIL],
            [np.full(n, wd >= 5 or feast), np.full(n, feast) | (wd == np.where(who.phase < 4, 6, who.phase - 2)), turn >= 4,
             np.full(n, feast and prm["shutdown"] > 0.5) | ((d + who.phase * 5) % 15 == 0), np.full(n, wd >= 5 or feast or date.month in (7, 8))], True,
        )  # fmt: skip
        state = np.select(
            [
                off & (who.rota != RETIRED),
                who.rota == RETIRED,
                (who.rota == CREW) & (turn >= 2),
                who.rota == PUPIL,
            ],
            [0, 3, 2, 4],
            1,
        )
        free = np.where(off, 1.0, np.where(who.rota == LONG, 0.28, prm["workday_free"]))
        here = (busy <= d) & ~((who.leave_from <= d) & (d < who.leave_to))
        season = (
            1
            + 0.28 * np.cos(2 * np.pi * (date.day_of_year - 15) / 365)
            + sum(h * np.exp(-(((d - m) / w) ** 2)) for m, w, h in wave)
        )
        season *= prm["feast_quiet"] if feast else 1.0
        ill = here & (
            rng.random(n) < p_acute * season * (1 + prm["contagion"] * (fresh[who.household] >= d - 4))
        )
        fresh[who.household[ill]] = d
        acute |= ill
        stock -= 1
        paid = (dom - who.payday) % 30 < 4
        shop |= here & (rng.random(n) < p_shop * (0.75 + 0.25 * season) * (1 + prm["payday"] * paid))
        shop |= (
            here
            & (city.member_day[who.usual_shop] == dom)
            & (rng.random(n) < prm["member_day"] * (0.3 + who.frail) * 0.02 * (who.age >= 40))
        )
        special |= here & (rng.random(n) < p_special)
        u = rng.random(n)
        go_c = here & (left > 0) & (due <= d) & (u < 0.87)
        go_a = here & acute & ~go_c & (u < 0.5 * (0.45 + 0.55 * free))
        go_r = here & who.chronic & (stock < lead) & ~go_c & ~go_a & (u < 0.06 + 0.5 * free)
        go_x = here & special & ~(go_c | go_a | go_r) & (u < 0.2 * free**2)
        go_s = here & shop & ~(go_c | go_a | go_r | go_x) & (u < 0.1 + 0.35 * free)
        acute &= rng.random(n) > 0.13  # it passes by itself
        need = np.select([go_c, go_a, go_r, go_x, go_s], [COURSE, ACUTE, REFILL, SPECIAL, SHOP], -1)
        leader = np.full(len(fresh), -1)
        goers = np.flatnonzero(need >= 0)
        leader[who.household[goers]] = goers
        join = (
            here
            & (need < 0)
            & (leader[who.household] >= 0)
            & (acute | shop | (who.chronic & (stock < lead + 4)))
        )
        join &= rng.random(n) < np.where(who.kin, prm["go_together"], 0.5 * prm["go_together"])
        need[join] = np.select(
            [acute[join], who.chronic[join] & (stock[join] < lead[join] + 4)], [ACUTE, REFILL], SHOP
        )
        p = np.flatnonzero(need >= 0)
        what = need[p]
        place = _choose(city, who, rng, p, what, off[p], wd, feast)
        place[what == COURSE] = c_place[p[what == COURSE]]
        minute = _clock(city, who, rng, p, place, state[p], what)
        minute[what == COURSE] = c_minute[p[what == COURSE]] + rng.integers(
            -8, 15, int((what == COURSE).sum())
        )
        at = np.searchsorted(p, leader[who.household[p]])
        follows = (
            (p != leader[who.household[p]])
            & (join[p] | ((what == what[at]) & (rng.random(len(p)) < 0.6)))
            & (what != COURSE)
            & (what[at] != SPECIAL)
        )
        follows &= (what == what[at]) | (city.kind[place[at]] != FAC)
        place = np.where(follows, place[at], place)
        minute = np.where(follows, minute[at] + rng.integers(1, 14, len(p)), minute)
        kind = city.kind[place]
        alive = (city.born[place] <= d) & (d < city.gone[place])
        shut = _IS_HOSPITAL[kind] & (
            rng.random(len(p)) < (0.62 if feast else 0.35 if wd == 6 else 0.12 if wd == 5 else 0.0)
        )
        ok = alive & ~(shut & (what != COURSE))
        p, what, place, minute, kind = p[ok], what[ok], place[ok], minute[ok], kind[ok]
        acute[p[what == ACUTE]] = False
        shop[p[what == SHOP]] = False
        special[p[what == SPECIAL]] = False
        r = p[what == REFILL]
        stock[r] = np.maximum(stock[r], 0) * 0.7 + who.interval[r] * rng.choice([1, 1, 1, 1.5, 2], len(r))
        c = p[what == COURSE]
        left[c] -= 1
        due[c] = d + gap[c]
        dx = np.select(
            [what == REFILL, what == COURSE, what == SPECIAL],
            [who.dx[p], c_dx[p], rng.integers(0, 4, len(p))],
            (rng.random(len(p)) ** 1.7 * len(ACUTE_DX)).astype(int),
        )
        stay = np.zeros(len(p), np.int32)
        grave = (
            (what == ACUTE)
            & np.isin(kind, (SH, TH, PRV, CH))
            & (
                rng.random(len(p))
                < 0.075 * prm["admit"] * np.where(who.age[p] >= 60, 2.4, 1) * np.where(kind == CH, 0.3, 1)
            )
        )
        grave |= (
            (what == SPECIAL) & np.isin(kind, (EYE, GYN, REH)) & (rng.random(len(p)) < 0.10 * prm["admit"])
        )
        stay[grave] = np.maximum(1, rng.lognormal(1.85, 0.55, int(grave.sum()))).astype(int)
        dx = np.where(grave, rng.integers(0, len(STAY_DX), len(p)), dx)
        busy[p[grave]] = d + stay[grave]
        start = (
            ~grave
            & (
                ((what == SPECIAL) & (rng.random(len(p)) < 0.42))
                | ((what == ACUTE) & (rng.random(len(p)) < 0.06))
            )
            & ~np.isin(kind, (PH, ON))
        )
        s = p[start]
        left[s] = rng.integers(1, 5, len(s)) + rng.geometric(0.28, len(s)) * np.isin(kind[start], (REH, TCM))
        gap[s] = np.where(np.isin(kind[start], (DEN, EYE)), 7, rng.choice([1, 1, 2, 3, 7], len(s)))
        due[s] = d + gap[s]
        c_place[s], c_minute[s], c_dx[s] = place[start], minute[start], dx[start]
        rows.append((p, place, np.full(len(p), d), minute, np.where(grave, STAY, what), stay, dx))
        after = (
            ~grave
            & (what == ACUTE)
            & ~np.isin(kind, (PH, ON, FAC))
            & (rng.random(len(p)) < prm["script_out"])
        )
        f = p[after]
        shop_at = np.where(
            rng.random(len(f)) < 0.5,
            who.usual_shop[f],
            city.tables[PH][who.home[f], rng.integers(0, _TABLE, len(f))],
        )
        up = (city.born[shop_at] <= d) & (d < city.gone[shop_at])
        rows.append(
            (
                f[up],
                shop_at[up],
                np.full(int(up.sum()), d),
                minute[after][up] + rng.integers(18, 90, int(up.sum())),
                np.full(int(up.sum()), FOLLOW),
                np.zeros(int(up.sum()), np.int32),
                dx[after][up],
            )
        )
    names = ("person", "place", "day", "minute", "need", "stay", "dx")
    return {
        name: np.concatenate(part).astype(np.int32)
        for name, part in zip(names, zip(*rows, strict=True), strict=True)
    }


def _choose(
    city: City,
    who: People,
    rng: np.random.Generator,
    p: np.ndarray,
    what: np.ndarray,
    off: np.ndarray,
    wd: int,
    feast: bool,
) -> np.ndarray:
    """Where each errand leads: the usual place, or one that lies near or draws far."""
    n = len(p)
    stays_true = rng.random(n) < who.loyal[p]
    other = rng.integers(0, _TABLE, n)
    kinds = np.select(
        [what == ACUTE, what == REFILL, what == SPECIAL],
        [rng.choice([CL, CH, SH, TH, PRV, PH], n, p=[0.28, 0.2, 0.2, 0.12, 0.1, 0.1]), rng.choice([CH, PH, SH, ON], n, p=[0.35, 0.4, 0.2, 0.05]),
         np.where((who.sex[p] == 2) & (who.age[p] > 17) & (rng.random(n) < 0.35), GYN, rng.choice([EYE, DEN, REH, TCM], n, p=[0.22, 0.36, 0.17, 0.25]))],
        np.where(rng.random(n) < 0.07, ON, PH),
    )  # fmt: skip
    place = np.empty(n, int)
    for kind in range(16):
        mine = kinds == kind
        place[mine] = city.tables[kind][who.home[p[mine]], other[mine]]
    shop = np.where(off | (rng.random(n) < 0.4), who.usual_shop[p], who.usual_work[p])
    usual = np.select([what == ACUTE, what == REFILL], [who.usual_acute[p], who.usual_refill[p]], shop)
    place = np.where(stays_true & (what != SPECIAL), usual, place)
    place = np.where(
        _IS_HOSPITAL[city.kind[place]] & (what == ACUTE) & (feast or wd == 6) & (rng.random(n) < 0.4),
        city.tables[CL][who.home[p], other],
        place,
    )
    inside = (what == ACUTE) & (who.clinic[p] >= 0) & ~off & (rng.random(n) < 0.45)
    return np.where(inside, who.clinic[p], place)


def _clock(
    city: City,
    who: People,
    rng: np.random.Generator,
    p: np.ndarray,
    place: np.ndarray,
    state: np.ndarray,
    what: np.ndarray,
) -> np.ndarray:
    """The minute: when the person is free and the place open; hospitals call numbered slots."""
    n = len(p)
    coin, z = rng.random(n), rng.normal(0, 1, n)
    own = np.select(
        [state == 0, state == 1, state == 2, state == 3],
        [who.hour[p] + 75 * z, np.where(coin < 0.22, 752 + 17 * z, 1178 + 42 * z), np.where(coin < 0.5, 545 + 40 * z, 1030 + 50 * z), who.hour[p] + 50 * z], 1035 + 45 * z,
    )  # fmt: skip
    house = np.where(coin < np.where(state == 3, 0.78, 0.6), 560 + 55 * z - 25 * (state == 3), 895 + 48 * z)
    slots = _IS_HOSPITAL[city.kind[place]]
    minute = np.where(slots | (city.kind[place] == CH), house, own)
    minute = np.where(
        slots & (rng.random(n) < 0.75), np.floor(minute / 30) * 30 + rng.exponential(11, n), minute
    )
    night = (what == ACUTE) & slots & (rng.random(n) < 0.07)
    minute = np.where(night, rng.uniform(1080, 1430, n), minute)
    early = (minute < city.opens[place]) & ~night
    late = (minute > city.closes[place]) & ~night
    minute = np.where(early, city.opens[place] + rng.exponential(16, n), minute)
    minute = np.where(late, city.closes[place] - rng.exponential(28, n), minute)
    return minute.clip(1, 1438).astype(int)
