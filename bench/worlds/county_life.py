"""The county's people, places and ordinary days (see `county`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np

__all__ = [
    "CENTRE",
    "CLINIC",
    "DIAGNOSES",
    "GENERAL",
    "MATERNAL",
    "PRIVATE",
    "PSYCH",
    "SHOP",
    "TCM",
    "County",
    "Ledger",
    "build",
    "live",
]

CLINIC, CENTRE, GENERAL, TCM, MATERNAL, PRIVATE, SHOP, PSYCH = range(8)
OUT, CHRONIC, STAY, BUY = range(4)
DAYS = 365
_SPRING_FESTIVALS = (date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17))

_CODES = (
    # 0-15 common outpatient, by falling frequency
    "J06.900 J20.900 K29.500 M54.500 J02.900 R51.x00 K52.900 M25.500 R42.x00 L30.900 N39.000 J40.x00 K30.x00 M47.800 H10.900 J00.x00 "
    # 16-25 chronic
    "I10.x00 E11.900 J44.900 I25.100 I69.300 M06.900 B18.100 G20.x00 F20.900 G40.900 "
    # 26-37 inpatient
    "J18.900 I63.900 J44.100 I50.900 M51.200 K80.200 I20.000 E11.700 S72.000 K35.900 N20.100 H25.900 "
    # 38-53 of special groups
    "N18.500 N18.600 Z49.100 A15.000 F11.200 C34.900 C50.900 Z51.100 G81.900 A09.900 Z34.900 Z12.300 J60.x00 T14.900 J10.100 F79.900"
)
DIAGNOSES = tuple(_CODES.split())
D = {code: i for i, code in enumerate(DIAGNOSES)}
_COMMON, _LASTING, _BEDS = np.arange(16), np.arange(16, 26), np.arange(26, 38)


@dataclass(slots=True)
class Ledger:
    """Events as columns, gathered chunk by chunk."""

    chunks: list[dict[str, np.ndarray]] = field(default_factory=list)
    size: int = 0

    TYPES = (
        ("person", "i4", None), ("day", "i4", None), ("minute", "f4", None), ("place", "i4", None), ("ctype", "i1", None),
        ("doctor", "i4", -1), ("diag", "i2", -1), ("scale", "f4", 1.0), ("fixed", "f4", np.nan), ("ring", "i4", -1),
        ("los", "i2", 0), ("drug", "i2", -1),
    )  # fmt: skip

    def add(self, person: np.ndarray, **columns: object) -> None:
        """Append events; scalars are spread over all people."""
        n = len(person)
        if not n:
            return
        columns["person"] = person
        chunk = {
            name: np.broadcast_to(np.asarray(columns.get(name, default), dtype=kind), n)
            for name, kind, default in self.TYPES
        }
        self.chunks.append(chunk)
        self.size += n

    def frame(self) -> dict[str, np.ndarray]:
        """Return one array per column."""
        return {name: np.concatenate([c[name] for c in self.chunks]) for name, _, _ in self.TYPES}


@dataclass(slots=True)
class County:
    """People (sorted by township, village, hamlet, household), places, doctors and the calendar."""

    p: SimpleNamespace
    start: date
    people: dict[str, np.ndarray]
    places: dict[str, np.ndarray]
    seat: np.ndarray
    """Of each township: is it its county's seat."""
    county_of: np.ndarray
    market: np.ndarray
    """Of each township: market phase 0 to 4."""
    village_township: np.ndarray
    season: np.ndarray
    weekday: np.ndarray
    festival: int

    @property
    def size(self) -> int:
        """People."""
        return len(self.people["village"])

    def of_kind(self, kind: int, township: int | None = None, county: int | None = None) -> np.ndarray:
        """Return the places of a kind in a township or county."""
        keep = self.places["kind"] == kind
        if township is not None:
            keep &= self.places["township"] == township
        if county is not None:
            keep &= self.places["county"] == county
        return np.flatnonzero(keep)

    def home(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Tell who is at home that day (migrants are away for half of the year)."""
        since = (day - self.people["away_from"][person]) % DAYS
        return since >= self.people["away_days"][person]


def _people(
    rng: np.random.Generator,
    p: SimpleNamespace,
    size: int,
    village_size: np.ndarray,
    town: np.ndarray,
    festival: int,
) -> dict[str, np.ndarray]:
    village = np.repeat(np.arange(len(village_size)), village_size)
    edge = np.r_[True, village[1:] != village[:-1]]
    first = edge | (rng.random(size) < 1 / p.household_size)
    household = np.cumsum(first) - 1
    heads = np.flatnonzero(first)
    hamlet = np.cumsum(edge | (first & (rng.random(size) < p.household_size / p.hamlet_size))) - 1
    position = np.arange(size) - heads[household]
    base = np.where(
        rng.random(len(heads)) < 0.45, rng.normal(69, 8, len(heads)), rng.normal(45, 9, len(heads))
    )[household]
    age = np.select(
        [position == 0, position == 1, position == 2],
        [base, base + rng.normal(-1, 3, size), base - rng.normal(26, 4, size)],
        base - rng.normal(33, 12, size),
    )
    age = np.abs(np.clip(age, -40, 97)).astype(int)
    sex = np.where(
        position == 0,
        1 + (rng.random(size) < 0.25),
        np.where(position == 1, 2 - (rng.random(size) < 0.2), rng.integers(1, 3, size)),
    )
    in_town = town[village]
    migrant = (age >= 18) & (age < 57) & (rng.random(size) < np.where(in_town, p.migrants * 0.3, p.migrants))
    lasting = rng.random(size) < p.chronic * np.interp(age, [0, 35, 50, 65, 97], [0.02, 0.1, 0.6, 2.1, 2.4])
    activity = rng.gamma(p.activity_shape, size=size) * np.interp(
        age, [0, 4, 12, 30, 55, 75, 97], [1.8, 1.5, 0.7, 0.5, 1, 1.8, 1.5]
    )
    return {
        "village": village, "household": household, "hamlet": hamlet, "age": age, "sex": sex.astype(int), "town": in_town, "chronic": lasting,
        "migrant": migrant,
        "away_from": (festival + rng.normal(18, 7, size).astype(int)) % DAYS,
        "away_days": np.where(migrant, np.clip(rng.normal(p.away_days, 55, size), 50, 320), 0).astype(int),
        "activity": activity * np.where(lasting, 1.7, 1.0) * rng.lognormal(0, 0.35, size) + 0.02,
        "employee": (age >= 19) & (rng.random(size) < np.where(in_town, p.employees * 3, p.employees)),
        "hour": np.clip(np.where(rng.random(size) < 0.68, rng.normal(555, 50, size), rng.normal(920, 60, size)), 450, 1120),
        "disease": rng.choice(_LASTING, size, p=np.array([36, 20, 12, 11, 8, 4, 3, 2, 2.5, 1.5]) / 100),
        "thrift": rng.lognormal(0, 0.28, size),
        "weekday": rng.integers(0, 7, size),
    }  # fmt: skip


def build(rng: np.random.Generator, p: SimpleNamespace, size: int) -> County:
    """Draw a county: villages, townships, places with doctors, people with habits."""
    counties = max(1, round(size / 170_000))
    townships = max(3, counties * 3, round(size / p.people_per_township))
    villages = max(3 * townships, round(size / p.people_per_village))
    village_township = np.sort(np.r_[np.arange(townships), rng.integers(0, townships, villages - townships)])
    county_of = np.arange(townships) * counties // townships
    seat = np.r_[True, county_of[1:] != county_of[:-1]]
    weight = rng.lognormal(0, 0.55, villages) * np.where(seat[village_township], 2.2, 1)
    village_size = np.maximum(rng.multinomial(size, weight / weight.sum()), 1)
    size = int(village_size.sum())
    start = (
        date(2023, 1, 1)
        if p.start_month == 0
        else date(2023 + p.start_month // 12, p.start_month % 12 + 1, 1)
    )
    festival = next((f - start).days for f in _SPRING_FESTIVALS if f >= start)
    people = _people(rng, p, size, village_size, seat[village_township], festival % DAYS)
    people["township"] = village_township[people["village"]]
    places = _places(rng, p, village_township, county_of, seat, size)
    days = np.arange(DAYS)
    weekday = np.array([(start + timedelta(int(d))).weekday() for d in days])
    month = np.array([(start + timedelta(int(d))).month for d in days])
    season = np.array([1.22, 1.05, 1.08, 1.02, 0.95, 0.88, 0.9, 0.92, 0.96, 0.95, 1.07, 1.24])[
        month - 1
    ] * rng.lognormal(0, 0.04, DAYS)
    near = (days - festival % DAYS + 180) % DAYS - 180
    season[(near >= -1) & (near <= 3)] *= p.holiday_dip
    season[(near >= 5) & (near <= 17)] *= 1.15
    golden = np.array([(start + timedelta(int(d))).strftime("%m%d") for d in days])
    season[(golden >= "1001") & (golden <= "1003")] *= 0.6
    world = County(
        p,
        start,
        people,
        places,
        seat,
        county_of,
        rng.permutation(np.arange(townships) % 5),
        village_township,
        season,
        weekday,
        festival % DAYS,
    )
    _habits(rng, world)
    return world


def _places(
    rng: np.random.Generator,
    p: SimpleNamespace,
    village_township: np.ndarray,
    county_of: np.ndarray,
    seat: np.ndarray,
    size: int,
) -> dict[str, np.ndarray]:
    rows: list[tuple[int, int, int, int]] = []
    for v, t in enumerate(village_township):
        rows += [(CLINIC, t, v, 1 + (rng.random() < 0.25))] * (1 + (rng.random() < p.second_clinic))
    for t in range(len(county_of)):
        share = size / len(county_of)
        rows.append((CENTRE, t, -1, max(4, int(share / 900) + rng.integers(0, 5))))
        shops = rng.integers(4, 8) + int(share / 3500) if seat[t] else rng.integers(1, 3)
        rows += [(SHOP, t, -1, 0)] * int(shops)
        if seat[t]:
            people = size / seat.sum()
            rows.append((GENERAL, t, -1, max(8, int(people / 650))))
            rows.append((TCM, t, -1, max(5, int(people / 2500))))
            rows.append((MATERNAL, t, -1, max(4, int(people / 4000))))
            rows.append((PSYCH, t, -1, max(2, int(people / 15000))))
            rows += [(PRIVATE, t, -1, int(rng.integers(4, 10)))] * int(2 + people // 50_000)
    table = np.array(rows)
    kind, township, village, doctors = table.T
    n = len(kind)
    return {
        "kind": kind, "township": township, "village": village, "county": county_of[township],
        "doctors": doctors, "first_doctor": np.r_[0, np.cumsum(doctors)[:-1]],
        "weight": rng.lognormal(0, np.where(kind == SHOP, 0.8, 0.4)) * np.where((kind == SHOP) & seat[township], 1.3, 1.0),
        "open_day": np.where((kind == SHOP) & (rng.random(n) < p.new_shops), rng.integers(30, 250, n), 0),
        "batch": (kind == CLINIC) & (rng.random(n) < p.batch_clinics),
        "batch_at": rng.normal(1080, 40, n),
        "level": rng.lognormal(0, 0.13, n),
        "no_doctor": np.where(kind == CLINIC, np.clip(rng.beta(0.5, 1.0, n), 0, 1), p.doctor_gaps),
        "no_diag": np.where((kind == CLINIC) & (rng.random(n) < 0.06), 0.9, p.diagnosis_gaps),
        "terminals": np.where(kind == CLINIC, 1, rng.integers(1, 4, n) + np.where(kind == GENERAL, 6, 0)),
    }  # fmt: skip


def _pick_weighted(rng: np.random.Generator, choices: np.ndarray, weight: np.ndarray, n: int) -> np.ndarray:
    return rng.choice(choices, n, p=weight[choices] / weight[choices].sum())


def _habits(rng: np.random.Generator, w: County) -> None:
    """Give everyone a usual clinic, centre, hospital and shop."""
    p, people, places = w.p, w.people, w.places
    n = w.size
    clinics = w.of_kind(CLINIC)
    first = np.searchsorted(places["village"][clinics], people["village"])
    last = np.searchsorted(places["village"][clinics], people["village"], side="right") - 1
    people["clinic"] = clinics[np.where(rng.random(n) < 0.65, first, last)]
    centre = w.of_kind(CENTRE)
    other = np.clip(np.arange(len(centre)) + rng.choice([-1, 1], len(centre)), 0, len(centre) - 1)
    border = rng.random(len(w.village_township)) < p.border_villages
    people["centre"] = np.where(
        border[people["village"]], centre[other[people["township"]]], centre[people["township"]]
    )
    people["hospital"], people["shop"] = np.empty(n, int), np.empty(n, int)
    county = w.county_of[people["township"]]
    for c in range(int(w.county_of.max()) + 1):
        who = np.flatnonzero(county == c)
        houses = np.concatenate([w.of_kind(k, county=c) for k in (GENERAL, TCM, MATERNAL, PRIVATE)])
        pull = places["weight"] * np.array([0, 0, 6.5, 1.6, 0.7, 0.55, 0, 0])[places["kind"]]
        people["hospital"][who] = _pick_weighted(rng, houses, pull, len(who))
        seat_shops = w.of_kind(SHOP, township=int(np.flatnonzero(w.seat & (w.county_of == c))[0]))
        people["shop"][who] = _pick_weighted(rng, seat_shops, places["weight"], len(who))
    for t in range(len(w.seat)):
        who = np.flatnonzero((people["township"] == t) & (rng.random(n) < p.near_shop))
        people["shop"][who] = _pick_weighted(rng, w.of_kind(SHOP, township=t), places["weight"], len(who))


def _days(rng: np.random.Generator, w: County, person: np.ndarray, rural: np.ndarray) -> np.ndarray:
    """Draw days by season and weekday, move many to market day or the usual weekday, keep migrants' to when they are home."""
    weights = w.season * np.where(w.weekday >= 5, w.p.weekend, 1.0)
    cdf = np.cumsum(weights) / weights.sum()
    day = np.minimum(np.searchsorted(cdf, rng.random(len(person))), DAYS - 1)
    away = ~w.home(person, day)
    end = w.people["away_from"][person] + w.people["away_days"][person]
    day = np.where(
        away,
        (end + rng.integers(0, DAYS, len(person)) % np.maximum(DAYS - w.people["away_days"][person], 1))
        % DAYS,
        day,
    )
    phase = (day - w.market[w.people["township"][person]]) % 5
    to_market = np.where(phase <= 2, -phase, 5 - phase)
    snap = rural & (rng.random(len(person)) < w.p.market_pull)
    day = np.where(snap, day + to_market, day)
    habit = (w.people["weekday"][person] - w.weekday[np.clip(day, 0, DAYS - 1)] + 3) % 7 - 3
    day = np.where(
        ~snap & w.people["town"][person] & (rng.random(len(person)) < w.p.weekday_habit), day + habit, day
    )
    return np.where((day < 0) | (day >= DAYS), rng.integers(0, DAYS, len(person)), day)


def minutes(
    rng: np.random.Generator, w: County, person: np.ndarray, day: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """Draw the minute of a visit: own habit, mornings on market days, opening hours."""
    minute = w.people["hour"][person] + rng.normal(0, 55, len(person))
    market = (day - w.market[w.places["township"][place]]) % 5 == 0
    minute = np.where(market & (rng.random(len(person)) < 0.7), rng.normal(565, 55, len(person)), minute)
    kind = w.places["kind"][place]
    shop = kind == SHOP
    minute = np.where(shop & (rng.random(len(person)) < 0.35), rng.uniform(500, 1225, len(person)), minute)
    lunch = ~shop & (kind != CLINIC) & (minute > 715) & (minute < 845)
    minute = np.where(
        lunch,
        np.where(
            rng.random(len(person)) < 0.6,
            rng.uniform(600, 715, len(person)),
            rng.uniform(850, 930, len(person)),
        ),
        minute,
    )
    low, high = np.where(shop, 480, 460), np.where(shop, 1235, np.where(kind == CLINIC, 1190, 1035))
    return np.where((minute < low) | (minute > high), rng.uniform(low + 10, low + 240), minute)


def _visits(rng: np.random.Generator, w: County, n: int) -> dict[str, np.ndarray]:
    """Return single ordinary visits: who, when, where."""
    p, people = w.p, w.people
    person = rng.choice(w.size, n, p=people["activity"] / people["activity"].sum())
    u, town = rng.random(n), people["town"][person]
    cut = np.cumsum(
        np.array([p.to_clinic, p.to_centre, p.to_hospital, p.to_shop])
        / (p.to_clinic + p.to_centre + p.to_hospital + p.to_shop)
    )
    u = np.where(town & (u < cut[0]) & (rng.random(n) < 0.55), cut[0] + u / cut[0] * (1 - cut[0]), u)
    where = np.searchsorted(cut[:3], u)
    shop = people["shop"][person]
    stray = rng.random(n)
    other = people["shop"][rng.integers(0, w.size, n)]
    near = np.minimum(person + rng.integers(1, 200, n), w.size - 1)
    shop = np.where(stray < p.strays, people["shop"][near], np.where(stray < p.strays * 1.15, other, shop))
    hospital = np.where(rng.random(n) < 0.22, people["hospital"][near], people["hospital"][person])
    clinic = np.where(rng.random(n) < p.strays * 0.35, people["clinic"][near], people["clinic"][person])
    place = np.choose(where, [clinic, people["centre"][person], hospital, shop])
    day = _days(rng, w, person, (where > 0) & ~town)
    return {
        "person": person,
        "day": day,
        "place": place,
        "minute": minutes(rng, w, person, day, place),
        "ctype": np.where(where == 3, BUY, OUT),
    }


def live(rng: np.random.Generator, w: County, ledger: Ledger, target: int) -> None:
    """Add `target` claims of ordinary life: visits, courses, companions, refills, stays."""
    life = Ledger()
    _refills(rng, w, life)
    _stays(rng, w, life, int(target * w.p.stays))
    rest = max(target - life.size, 0)
    visits = _visits(rng, w, int(rest / (1 + w.p.courses * 2.6 + w.p.companions) * 1.02) + 200)
    life.add(**visits)
    n = len(visits["person"])
    course = np.flatnonzero((rng.random(n) < w.p.courses) & (visits["ctype"] == OUT))
    extra = rng.choice([2, 3, 4, 6, 9], len(course), p=[0.4, 0.25, 0.15, 0.15, 0.05])
    again = np.repeat(course, extra)
    step = np.arange(len(again)) - np.repeat(np.cumsum(extra) - extra, extra) + 1
    day = visits["day"][again] + step
    fits = day < DAYS
    again, day = again[fits], day[fits]
    life.add(
        visits["person"][again],
        day=day,
        place=visits["place"][again],
        ctype=OUT,
        minute=visits["minute"][again] + rng.normal(0, 14, len(again)),
    )
    led = np.flatnonzero(rng.random(n) < w.p.companions)
    lead = visits["person"][led]
    mate = np.clip(
        lead + rng.choice([-2, -1, 1, 2, 3, 9, 17], len(led), p=[0.14, 0.28, 0.28, 0.1, 0.08, 0.06, 0.06]),
        0,
        w.size - 1,
    )
    ok = (w.people["hamlet"][mate] == w.people["hamlet"][lead]) & w.home(mate, visits["day"][led])
    led, mate = led[ok], mate[ok]
    life.add(
        mate,
        day=visits["day"][led],
        place=visits["place"][led],
        ctype=visits["ctype"][led],
        minute=visits["minute"][led] + rng.gamma(1.3, 6, len(led)),
    )
    short = target - life.size
    if short > 0:
        life.add(**_visits(rng, w, short))
    columns = life.frame()
    keep = np.sort(rng.permutation(life.size)[:target])
    ledger.add(**{name: values[keep] for name, values in columns.items()})


def _refills(rng: np.random.Generator, w: County, life: Ledger) -> None:
    people = w.people
    who = np.flatnonzero(people["chronic"])
    every = rng.choice([14, 28, 30, 31, 45, 60, 90], len(who), p=[0.05, 0.17, 0.36, 0.14, 0.06, 0.15, 0.07])
    count = DAYS // every + 1
    person, gap = np.repeat(who, count), np.repeat(every, count)
    turn = np.arange(len(person)) - np.repeat(np.cumsum(count) - count, count)
    day = (
        np.repeat(rng.integers(0, every), count)
        + turn * gap
        + rng.normal(0, 2.2, len(person)).round().astype(int)
    )
    phase = (day - w.market[people["township"][person]]) % 5
    day = np.where(
        rng.random(len(person)) < w.p.market_pull, day + np.where(phase <= 2, -phase, 5 - phase), day
    )
    choice = rng.random(len(who))
    habit = np.select(
        [choice < w.p.refill_clinic, choice < w.p.refill_clinic + 0.42, choice < 0.9],
        [people["clinic"][who], people["centre"][who], people["hospital"][who]],
        people["shop"][who],
    )
    mind = np.isin(people["disease"][who], [D["F20.900"], D["G40.900"]]) & (choice < 0.8)
    psych = np.array([w.of_kind(PSYCH, county=c)[0] for c in range(int(w.county_of.max()) + 1)])
    habit = np.where(mind, psych[w.county_of[people["township"][who]]], habit)
    place = np.repeat(habit, count)
    keep = (day >= 0) & (day < DAYS) & (rng.random(len(person)) > w.p.missed_refills)
    person, day, place = person[keep], day[keep], place[keep]
    at_home = w.home(person, day)
    person, day, place = person[at_home], day[at_home], place[at_home]
    life.add(
        person,
        day=day,
        place=place,
        ctype=CHRONIC,
        minute=minutes(rng, w, person, day, place),
        diag=people["disease"][person],
    )


def _stays(rng: np.random.Generator, w: County, life: Ledger, n: int) -> None:
    weight = np.sqrt(w.people["activity"]) * np.interp(
        w.people["age"], [0, 6, 20, 50, 70, 97], [1.6, 0.7, 0.5, 1, 2.6, 3.2]
    )
    person = rng.choice(w.size, n, p=weight / weight.sum())
    day = _days(rng, w, person, np.zeros(n, bool))
    place = np.where(
        rng.random(n) < w.p.stays_at_centre, w.people["centre"][person], w.people["hospital"][person]
    )
    los = np.clip(rng.gamma(3.2, 2.5, n), 1, 45).astype(int)
    minute = np.clip(
        np.where(rng.random(n) < 0.15, rng.uniform(0, 1439, n), rng.normal(640, 130, n)), 0, 1439
    )
    life.add(
        person,
        day=day,
        place=place,
        ctype=STAY,
        minute=minute,
        los=los,
        diag=rng.choice(_BEDS, n, p=np.array([17, 16, 13, 10, 10, 7, 7, 6, 4, 4, 3, 3]) / 100),
    )


def auto_diagnosis(rng: np.random.Generator, w: County, events: dict[str, np.ndarray]) -> np.ndarray:
    """Give each event without a diagnosis one of its kind."""
    n = len(events["person"])
    common = rng.choice(_COMMON, n, p=1 / np.arange(1.6, 17.6) / (1 / np.arange(1.6, 17.6)).sum())
    lasting = w.people["disease"][events["person"]]
    drawn = np.where(
        (events["ctype"] == CHRONIC) | (w.people["chronic"][events["person"]] & (rng.random(n) < 0.35)),
        lasting,
        common,
    )
    drawn = np.where(events["ctype"] == STAY, rng.choice(_BEDS, n), drawn)
    return np.where(events["diag"] >= 0, events["diag"], drawn)


def auto_doctor(rng: np.random.Generator, w: County, events: dict[str, np.ndarray]) -> np.ndarray:
    """Give each event at a facility its doctor: the usual one, else another; two days a week off."""
    person, place, n = events["person"], events["place"], len(events["person"])
    count = w.places["doctors"][place]
    usual = ((person.astype(np.int64) * 7919 + place * 104729) % 9973) / 9973
    u = np.where(rng.random(n) < w.p.usual_doctor, usual, rng.random(n))
    k = np.minimum((np.maximum(count, 1) * u**1.7).astype(int), np.maximum(count, 1) - 1)
    off = (count > 2) & ((events["day"] + 2 * k) % 7 < 2)
    k = np.where(off, (k + 1) % np.maximum(count, 1), k)
    own = np.where(count > 0, w.places["first_doctor"][place] + k, -1)
    u = rng.random(n) / w.p.prescribed  # at shops: below 1, the claim names whose prescription was filled
    people = w.people
    writer = np.select(
        [u < 0.5, u < 0.88], [people["hospital"][person], people["centre"][person]], people["clinic"][person]
    )
    k = (
        w.places["doctors"][writer] * np.where(rng.random(n) < w.p.usual_doctor, usual, rng.random(n)) ** 1.7
    ).astype(int)
    own = np.where((count == 0) & (u < 1), w.places["first_doctor"][writer] + k, own)
    return np.where(events["doctor"] >= 0, events["doctor"], own)
