"""The coast's places, people and ordinary life: who goes where, to whom, when and for how much, without any group."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = [
    "CATS",
    "STREAMS",
    "Book",
    "City",
    "Stream",
    "amounts",
    "build_city",
    "duty_doctor",
    "live",
    "near",
]

CATS = ("TER", "SEC", "PRIV", "COMM", "VIL", "CLIN", "TCM", "DAYS", "LTC", "UNIT", "DIAL", "PHA")
"""Tertiary, secondary, small private hospital, community centre, village clinic, private clinic, TCM clinic, day-surgery
centre, long-term-care station, clinic of a firm or school, dialysis centre, pharmacy."""
_C = {name: code for code, name in enumerate(CATS)}
_OPENING = {
    "TER": (470, 1050), "SEC": (475, 1050), "PRIV": (480, 1080), "COMM": (480, 1020), "VIL": (440, 1110),
    "CLIN": (490, 1230), "TCM": (480, 1170), "DAYS": (450, 1020), "LTC": (470, 1080), "UNIT": (480, 1050),
    "DIAL": (400, 1290), "PHA": (480, 1300),
}  # fmt: skip
_DOCTORS = {
    "TER": (70, 140), "SEC": (25, 55), "PRIV": (5, 12), "COMM": (5, 13), "VIL": (1, 2), "CLIN": (1, 5), "TCM": (2, 9),
    "DAYS": (3, 8), "LTC": (5, 16), "UNIT": (1, 4), "DIAL": (3, 7), "PHA": (0, 0),
}  # fmt: skip
_ZONES = (
    ("dock", 4),
    ("strip", 3),
    ("new", 6),
    ("fishing", 10),
    ("inland", 8),
    ("island", 2),
    ("complex", 5),
)


@dataclass(frozen=True, slots=True)
class Stream:
    """One way of using care. `cats`: place kinds and how they attract; `rate`: visits a year by group of people."""

    ctype: str
    med: str
    cats: dict[str, float]
    median: float
    sigma: float
    fund: float
    rate: tuple[float, ...]
    reach: float
    dx: tuple[str, ...]


# groups of people: retired, worker, resident adult, child, winterer, tourist
STREAMS: dict[str, Stream] = {
    "pharmacy": Stream(
        "pharmacy", "41", {"PHA": 1.0}, 68, 0.85, 0.25, (5.2, 4.2, 0.9, 0.3, 4.6, 0.35), 1.6, ("",)
    ),
    "clinic": Stream(
        "outpatient", "11", {"CLIN": 1.0, "COMM": 1.6, "VIL": 1.2}, 92, 0.75, 0.5, (3.4, 1.9, 2.2, 2.6, 2.6, 0.5), 2.0,
        ("J06.900", "J20.900", "K29.500", "M54.500", "L30.900", "R51.x00", "K30.x00", "N39.000", "H10.900", "J02.900"),
    ),
    "hospital": Stream(
        "outpatient", "11", {"TER": 1.0, "SEC": 0.9, "PRIV": 0.6}, 225, 0.9, 0.52, (2.1, 1.3, 0.9, 1.1, 1.3, 0.3), 14.0,
        ("R10.400", "K21.900", "N20.000", "E04.900", "M47.800", "H52.100", "L50.900", "J18.900", "R42.x00", "K80.200",
         "N40.x00", "D25.900"),
    ),
    "tcm": Stream(
        "outpatient", "16", {"TCM": 1.0, "COMM": 0.12}, 185, 0.6, 0.5, (1.9, 0.8, 0.6, 0.2, 2.2, 0.05), 3.5,
        ("BNP140", "M54.200", "BNW030", "M17.900", "BNS020", "M51.200", "G51.000", "BEZ010"),
    ),
    "chronic": Stream(
        "chronic", "1401", {"COMM": 1.6, "SEC": 0.7, "TER": 0.5, "VIL": 0.7, "PHA": 0.4}, 330, 0.65, 0.74,
        (2.6, 0.25, 0.9, 0.02, 0.9, 0.0), 3.0, ("I10.x00", "E11.900", "I25.100", "J44.900", "I69.300", "M05.900"),
    ),
    "stay": Stream(
        "inpatient", "21", {"TER": 1.0, "SEC": 1.0, "PRIV": 0.8}, 6600, 0.75, 0.74, (0.42, 0.1, 0.16, 0.1, 0.2, 0.03),
        18.0, ("J18.900", "I63.900", "I20.000", "K80.100", "M51.200", "E11.900", "S72.000", "C34.900", "K35.800"),
    ),
    "day": Stream(
        "inpatient", "28", {"DAYS": 1.0, "TER": 0.1}, 4700, 0.35, 0.72, (0.06, 0.03, 0.03, 0.01, 0.03, 0.0), 25.0,
        ("H25.900", "K64.900", "I83.900", "K63.500", "D17.900"),
    ),
    "home": Stream(
        "outpatient", "4101", {"LTC": 1.0}, 88, 0.25, 0.88, (0.28, 0.0, 0.02, 0.0, 0.02, 0.0), 6.0,
        ("I69.300", "F03.x00", "G20.x00", "S72.000"),
    ),
}  # fmt: skip
_SURNAMES = np.array(list("汪卢葛柯夏凌桑薛戚鲍倪褚邢谭樊霍虞宫阮岑管蓝甘祁穆焦纪尹解段丛曲隋矫逄于栾綦"))
_GIVEN = np.array(
    list("波澜汀浦屿渔舟帆秀芬桂莲淑英玉兰建国海生永福春和平明珍凤琴志强晓红丽萍俊宁欣怡子涵宇辰")
)


@dataclass(slots=True)
class Book:
    """Claims as they are made: lists of equally long arrays, joined at the end. ring, event: -1 for ordinary life."""

    rows: list[dict[str, np.ndarray]] = field(default_factory=list)
    events: list[tuple[int, int, int, float]] = field(default_factory=list)
    count: int = 0

    def add(self, stream: str, **columns: np.ndarray) -> None:
        """Take claims of one stream. Missing columns: doctor, los, ring, event, scale, same."""
        n = len(columns["person"])
        if not n:
            return
        filled = {
            "doctor": -1,
            "los": -1,
            "ring": -1,
            "event": -1,
            "scale": 1.0,
            "dx": -1,
            "note": "",
        } | columns
        row = {}
        for name, value in filled.items():
            kind = object if name in ("dx", "note") else np.float32 if name == "scale" else np.int32
            row[name] = np.broadcast_to(np.asarray(value, dtype=kind), (n,))
        row["stream"] = np.full(n, list(STREAMS).index(stream), np.int8)
        self.rows.append(row)
        self.count += n


@dataclass(slots=True)
class City:
    """All arrays of places (index: place), doctors (index: doctor) and people (index: person)."""

    rng: np.random.Generator
    p: dict[str, float]
    start: np.datetime64
    days: int
    zone_kind: np.ndarray
    zone_xy: np.ndarray
    cat: np.ndarray
    place_zone: np.ndarray
    place_xy: np.ndarray
    size: np.ndarray
    opened: np.ndarray
    closed: np.ndarray
    successor: np.ndarray
    chain: np.ndarray
    hours: np.ndarray
    first_doctor: np.ndarray
    doctors: np.ndarray
    doctor_place: np.ndarray
    duty: np.ndarray
    guest: np.ndarray
    group: np.ndarray = field(default_factory=lambda: np.empty(0, np.int8))
    age: np.ndarray = field(default_factory=lambda: np.empty(0))
    sex: np.ndarray = field(default_factory=lambda: np.empty(0))
    zone: np.ndarray = field(default_factory=lambda: np.empty(0))
    household: np.ndarray = field(default_factory=lambda: np.empty(0))
    activity: np.ndarray = field(default_factory=lambda: np.empty(0))
    usual_minute: np.ndarray = field(default_factory=lambda: np.empty(0))
    usual_weekday: np.ndarray = field(default_factory=lambda: np.empty(0))
    dx: np.ndarray = field(default_factory=lambda: np.empty(0))
    taken: np.ndarray = field(default_factory=lambda: np.empty(0))
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    sorts: dict[str, np.ndarray] = field(default_factory=dict)

    def month(self, day: np.ndarray | int) -> np.ndarray:
        """Calendar month (1 to 12) of a day number."""
        return (self.start + np.asarray(day)).astype("datetime64[M]").astype(int) % 12 + 1

    def weekday(self, day: np.ndarray | int) -> np.ndarray:
        """0 Monday to 6 Sunday of a day number."""
        return ((self.start + np.asarray(day)).astype("datetime64[D]").astype(int) + 3) % 7

    def holidays(self) -> np.ndarray:
        """True on public holidays, by day number."""
        dates = self.start + np.arange(self.days)
        out = np.zeros(self.days, bool)
        for year, spring in ((2023, "01-22"), (2024, "02-10"), (2025, "01-29"), (2026, "02-17")):
            for first, length in ((spring, 7), ("01-01", 1), ("04-04", 2), ("05-01", 4), ("10-01", 7)):
                begin = np.datetime64(f"{year}-{first}")
                out |= (dates >= begin) & (dates < begin + length)
        return out

    def names(self, n: int) -> np.ndarray:
        """Invented names."""
        given = _GIVEN[self.rng.integers(0, len(_GIVEN), n)] + np.where(
            self.rng.random(n) < 0.75, _GIVEN[self.rng.integers(0, len(_GIVEN), n)], ""
        )
        return (_SURNAMES[(len(_SURNAMES) * self.rng.random(n) ** 1.5).astype(int)] + given).astype(object)


def build_city(rng: np.random.Generator, p: dict[str, float], claims: int) -> City:
    """Zones, places, doctors and people for about so many claims."""
    scale = claims / 400_000
    more = max(0.35, scale**0.5)
    kinds = np.repeat(
        [k for k, _ in _ZONES], [max(1, round(n * more * rng.uniform(0.8, 1.2))) for _, n in _ZONES]
    )
    xy = np.column_stack([rng.uniform(0, 60, len(kinds)), np.abs(rng.normal(0, 2, len(kinds)))])
    town = np.isin(kinds, ("dock", "strip", "new"))
    xy[town, 0] = rng.normal(30, 5, town.sum())
    xy[kinds == "inland", 1] += rng.uniform(6, 22, (kinds == "inland").sum())
    xy[kinds == "island", 1] -= rng.uniform(8, 16, (kinds == "island").sum())
    counts = {
        "TER": max(1, round(3 * more)), "SEC": max(2, round(7 * more)), "PRIV": max(3, round(12 * scale**0.8)),
        "COMM": max(4, round(13 * scale**0.8)), "VIL": max(4, round(22 * scale**0.9)), "CLIN": max(10, round(75 * scale)),
        "TCM": max(5, round(28 * scale)), "DAYS": max(2, round(4 * scale**0.7)), "LTC": max(2, round(9 * scale)),
        "UNIT": max(2, round(8 * scale)), "DIAL": max(1, round(3 * scale**0.8)), "PHA": max(14, round(105 * scale)),
    }  # fmt: skip
    counts = {k: max(1, round(v * p["places"])) for k, v in counts.items()}
    cat = np.repeat(np.arange(len(CATS)), [counts[c] for c in CATS])
    zones_of = {
        "VIL": ("fishing", "inland", "island"),
        "TER": ("new", "dock"),
        "SEC": ("new", "dock", "strip"),
    }
    zone = np.empty(len(cat), int)
    for code, name in enumerate(CATS):
        fit = np.flatnonzero(np.isin(kinds, zones_of.get(name, tuple(k for k, _ in _ZONES if k != "island"))))
        weight = np.where(town[fit], 3.0, 1.0)
        zone[cat == code] = rng.choice(fit, (cat == code).sum(), p=weight / weight.sum())
    n = len(cat)
    size = rng.lognormal(0, p["place_sigma"], n)
    doctors = np.array(
        [rng.integers(_DOCTORS[CATS[c]][0], _DOCTORS[CATS[c]][1] + 1) if CATS[c] != "PHA" else 0 for c in cat]
    )
    small = np.isin(cat, [_C["CLIN"], _C["TCM"], _C["PRIV"]])
    doctors = np.where(small, np.maximum(1, (doctors * np.clip(size, 0.5, 2.5)).astype(int)), doctors)
    doctor_place = np.repeat(np.arange(n), doctors)
    hours = np.array([_OPENING[CATS[c]] for c in cat]) + rng.integers(-2, 3, (n, 2)) * 15
    guest = np.where(small & (rng.random(n) < 0.25), rng.integers(0, len(doctor_place), n), -1)
    opened, closed = np.zeros(n, int), np.full(n, 10_000)
    successor = np.full(n, -1)
    loose = np.isin(cat, [_C["CLIN"], _C["TCM"], _C["PHA"], _C["PRIV"]])
    late = loose & (rng.random(n) < p["new_places"])
    opened[late] = rng.integers(20, 300, late.sum())
    city = City(
        rng, p, np.datetime64(["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"][rng.integers(0, 4)]), 366, kinds,
        xy, cat, zone, xy[zone] + rng.normal(0, 0.9, (n, 2)), size, opened, closed, successor,
        np.where(cat == _C["PHA"], rng.integers(0, 9, n), -1), hours,
        np.concatenate([[0], np.cumsum(doctors)[:-1]]), doctors, doctor_place,
        rng.random((len(doctor_place), 7)) < np.array([0.85, 0.85, 0.82, 0.82, 0.8, 0.5, 0.3]), guest,
    )  # fmt: skip
    _rename(city)
    _people(city, int(claims / p["claims_per_person"]))
    return city


def _rename(city: City) -> None:
    """Some small places stop and go on under a new id at the same door."""
    rng = city.rng
    for code in ("CLIN", "TCM", "PHA"):
        fit = np.flatnonzero((city.cat == _C[code]) & (city.opened > 0))
        for new in fit[: max(1, len(fit) // 3)]:
            old = rng.choice(
                np.flatnonzero((city.cat == _C[code]) & (city.opened == 0) & (city.successor < 0))
            )
            city.closed[old], city.successor[old] = city.opened[new], new
            city.place_zone[new], city.place_xy[new] = city.place_zone[old], city.place_xy[old] + 0.001


def _people(city: City, n: int) -> None:
    rng, p = city.rng, city.p
    share = np.array([0.26, 0.33, 0.22, 0.08, p["winterers"], p["tourists"]])
    city.group = rng.choice(6, n, p=share / share.sum()).astype(np.int8)
    mean = np.array([70.0, 39, 46, 8, 68, 38])[city.group]
    spread = np.array([7.5, 10, 15, 4, 5.5, 14])[city.group]
    low, high = np.array([52, 19, 18, 0, 55, 3])[city.group], np.array([98, 60, 88, 17, 88, 80])[city.group]
    city.age = np.clip(rng.normal(mean, spread), low + rng.random(n), high)
    city.age = np.abs(city.age - rng.random(n))
    city.sex = 1 + (rng.random(n) < 0.53)
    weight = np.array([
        [5, 2, 4, 2.2, 2, 1.2, 0.6], [3, 3, 7, 1.5, 1.2, 0.5, 0.3], [2, 1.5, 2, 4, 4, 1.6, 0.1],
        [2.5, 2, 5, 2, 2, 0.8, 0.1], [0.6, 1, 0.8, 0.6, 0.1, 0.05, 9], [1, 9, 1, 0.5, 0.1, 0.5, 0.2],
    ])  # fmt: skip
    kind = np.array([[k for k, _ in _ZONES].index(z) for z in city.zone_kind])
    body = rng.lognormal(0, 0.5, len(kind))
    city.zone = np.empty(n, int)
    for g in range(6):
        of = city.group == g
        w = weight[g][kind] * body
        city.zone[of] = rng.choice(len(kind), of.sum(), p=w / w.sum())
    visiting = city.group >= 4
    order = np.lexsort((rng.random(n), city.group * visiting, city.zone))
    cut = np.zeros(n, bool)
    edges = np.cumsum(rng.choice([1, 2, 3, 4, 5], n, p=[0.18, 0.34, 0.28, 0.14, 0.06]))
    cut[edges[edges < n]] = True
    changed = np.diff(city.zone[order], prepend=-1) != 0
    city.household = np.empty(n, int)
    city.household[order] = np.cumsum(cut | changed)
    city.activity = rng.gamma(p["activity_shape"], 1 / p["activity_shape"], n) * np.clip(
        0.6 + city.age / 110, 0.6, 1.4
    )
    city.usual_minute = np.where(rng.random(n) < 0.62, rng.normal(565, 50, n), rng.normal(930, 95, n))
    evening = (city.group == 1) & (rng.random(n) < 0.5)
    city.usual_minute[evening] = rng.normal(1130, 45, evening.sum())
    city.usual_weekday = rng.integers(0, 7, n)
    city.dx = rng.choice(6, n, p=[0.45, 0.24, 0.14, 0.07, 0.06, 0.04])
    city.taken = np.zeros(n, bool)


def near(city: City, zone: int, cats: dict[str, float], reach: float) -> np.ndarray:
    """How places of these kinds attract people of a zone; sums to 1."""
    pull = np.zeros(len(city.cat))
    dist = np.hypot(*(city.place_xy - city.zone_xy[zone]).T)
    for name, weight in cats.items():
        of = city.cat == _C[name]
        base = city.size[of] * weight * {"TER": 6, "SEC": 2.5}.get(name, 1.0)
        pull[of] = base * (np.exp(-dist[of] / reach) + 1e-4)
    return pull / pull.sum()


def duty_doctor(
    city: City, place: np.ndarray, day: np.ndarray, habit: np.ndarray, faithful: float
) -> np.ndarray:
    """A doctor of the place who works that weekday; mostly the one of habit (a number 0 to 1 per visitor)."""
    rng = city.rng
    count = city.doctors[place]
    draw = np.where(rng.random(len(place)) < faithful, habit, rng.random(len(place)))
    offset = (count * draw**1.7).astype(int)
    first, weekday = city.first_doctor[place], city.weekday(day)
    for _ in range(3):
        doctor = np.minimum(first + offset % np.maximum(count, 1), len(city.doctor_place) - 1)
        offset = np.where(city.duty[doctor, weekday], offset, offset + 1)
    guest = city.guest[place]
    called = (guest >= 0) & (rng.random(len(place)) < 0.12) & (weekday == place % 7)
    return np.where(count == 0, -1, np.where(called, guest, doctor))


def _day_weights(city: City, stream: str, group: int) -> np.ndarray:
    day = np.arange(city.days)
    weekday, month, off = city.weekday(day), city.month(day), city.holidays()
    flat = stream in ("pharmacy", "clinic")
    w = np.array(
        [1.05, 1.0, 0.98, 0.97, 1.0, 0.95, 0.9] if flat else [1.3, 1.15, 1.08, 1.05, 1.0, 0.55, 0.38]
    )[weekday]
    w = w * np.where(off, 0.7 if flat else 0.33, 1.0)
    season = np.array([1.15, 0.95, 1.05, 1, 0.95, 0.93, 0.97, 0.97, 0.95, 1, 1.1, 1.2])
    w = w * season[month - 1] * city.p["epidemic"][day] if stream in ("clinic", "pharmacy") else w
    if group == 4:
        w = w * np.array([1.0, 1, 0.9, 0.35, 0.05, 0.02, 0.02, 0.02, 0.05, 0.45, 0.9, 1])[month - 1]
    if group == 5:
        w = (
            w
            * np.array([0.2, 0.4, 0.3, 0.6, 1.0, 1.2, 2, 2.2, 0.9, 1.2, 0.3, 0.2])[month - 1]
            * np.where(off, 3, 1)
        )
    return np.cumsum(w / w.sum())


def _minutes(city: City, person: np.ndarray, place: np.ndarray) -> np.ndarray:
    rng, n = city.rng, len(person)
    shop = city.cat[place] == _C["PHA"]
    free = np.where(rng.random(n) < 0.58, rng.normal(580, 62, n), rng.normal(905, 75, n))
    free = np.where(
        (shop | (city.cat[place] == _C["CLIN"])) & (rng.random(n) < 0.3), rng.normal(1150, 70, n), free
    )
    own = city.usual_minute[person] + rng.normal(0, 28, n)
    minute = np.where(rng.random(n) < city.p["hour_habit"], own, free)
    low, high = city.hours[place].T
    queue = ~shop & (rng.random(n) < 0.07)
    minute = np.where(queue, low + rng.exponential(14, n), minute)
    wrong = (minute < low) | (minute >= high)
    return np.where(wrong, rng.uniform(low, high), minute).astype(int)


def live(city: City, book: Book, wanted: int) -> None:
    """Ordinary life of everybody, about so many claims."""
    rng = city.rng
    n = len(city.group)
    rates = {}
    for name, s in STREAMS.items():
        rates[name] = np.array(s.rate)[city.group] * city.activity * rng.gamma(1.6, 1 / 1.6, n)
    for name, share in (("chronic", 0.42), ("tcm", 0.16), ("home", 0.07)):
        rates[name] = rates[name] * (rng.random(n) < share) / share
    extra = 0.955 + city.p["companions"]
    factor = wanted / extra / sum(r.sum() for r in rates.values())
    for name in STREAMS:
        lam = rates[name] * factor
        if name in ("tcm", "home"):
            length = 7 if name == "tcm" else 30
            courses = rng.poisson(lam / length)
            _visits(city, book, name, *_courses(city, name, np.repeat(np.arange(n), courses)))
        else:
            person = np.repeat(np.arange(n), rng.poisson(lam))
            _visits(city, book, name, person, _days(city, name, person), None)
    _hospital_shops(city, book)
    _companions(city, book)


def _courses(city: City, stream: str, person: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Courses of sessions: people, days and the minute of each one's slot."""
    rng = city.rng
    n = len(person)
    length = rng.choice([3, 5, 7, 10, 12], n) if stream == "tcm" else rng.integers(8, 53, n)
    step = rng.choice([1, 1, 2, 2, 3, 7], n) if stream == "tcm" else 7 // rng.choice([1, 1, 2, 3], n)
    first = _days(city, stream, person)
    slot = np.clip(city.usual_minute[person], 500, 1080) // 15 * 15
    k = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    day = np.repeat(first, length) + k * np.repeat(step, length) + (rng.random(len(k)) < 0.1)
    keep = (day < city.days) & (rng.random(len(day)) < 0.93)
    minute = np.repeat(slot, length) + rng.normal(0, 7, len(day))
    return np.repeat(person, length)[keep], day[keep].astype(int), minute[keep].astype(int)


def _days(city: City, stream: str, person: np.ndarray) -> np.ndarray:
    rng = city.rng
    day = np.empty(len(person), int)
    kind = np.where(city.group[person] >= 4, city.group[person], 0)
    for g in (0, 4, 5):
        of = kind == g
        day[of] = np.searchsorted(_day_weights(city, stream, g), rng.random(of.sum()))
    if stream == "chronic":
        count = np.bincount(person, minlength=len(city.group))[person]
        first = np.searchsorted(person, person)
        k = np.arange(len(person)) - first
        phase = (person * 0.6180339887) % 1
        regular = (k + phase) * city.days / count + rng.normal(0, 2.5, len(person))
        day = np.where((kind == 0) & (rng.random(len(person)) < 0.8), regular, day).astype(int)
    habit = rng.random(len(person)) < city.p["weekday_habit"] * np.where(city.age[person] > 55, 1.0, 0.5)
    shift = (city.usual_weekday[person] - city.weekday(day) + 3) % 7 - 3
    day = np.clip(np.where(habit, day + shift, day), 0, city.days - 1)
    off = (
        city.holidays()[day]
        & (stream not in ("pharmacy", "clinic", "stay"))
        & (rng.random(len(person)) < 0.6)
    )
    return np.where(off, np.minimum(day + 7, city.days - 1), day)


def _visits(
    city: City, book: Book, stream: str, person: np.ndarray, day: np.ndarray, minute: np.ndarray | None
) -> None:
    rng, s = city.rng, STREAMS[stream]
    if not len(person):
        return
    usual = np.empty((len(city.group), 4), np.int32)
    for z in range(len(city.zone_kind)):
        of = np.flatnonzero(city.zone == z)
        wide = near(city, z, s.cats, s.reach * 4)
        tight = np.cumsum(near(city, z, s.cats, s.reach))
        usual[of, :3] = np.searchsorted(tight, rng.random((len(of), 3)) * tight[-1] * 0.999999)
        usual[of, 3] = np.searchsorted(np.cumsum(wide), rng.random(len(of)) * 0.999999)
    which = rng.choice(4, len(person), p=[0.6, 0.2, 0.1, 0.1])
    if minute is not None:
        which = (person * 7 + day // 45) % 8 // 6
    place = usual[person, which]
    for _ in range(2):
        gone = day >= city.closed[place]
        place = np.where(gone & (city.successor[place] >= 0), city.successor[place], place)
        early = day < city.opened[place]
        place = np.where(early, usual[person, (which + 1) % 3], place)
    keep = (day >= city.opened[place]) & (day < city.closed[place])
    person, day, place = person[keep], day[keep], place[keep]
    minute = _minutes(city, person, place) if minute is None else np.clip(minute[keep], *city.hours[place].T)
    doctor = duty_doctor(city, place, day, (person * 0.7548776662) % 1, city.p["doctor_habit"])
    los = np.full(len(person), -1)
    if stream == "stay":
        los = np.clip(rng.lognormal(1.9, 0.55, len(person)), 1, 60).astype(int)
    if stream == "day":
        los = (rng.random(len(person)) < 0.3).astype(int)
    book.add(stream, person=person, place=place, doctor=doctor, day=day, minute=minute, los=los)


def _hospital_shops(city: City, book: Book) -> None:
    """After a visit some fill the prescription at a shop beside the hospital."""
    rng = city.rng
    shops = np.flatnonzero((city.cat == _C["PHA"]) & (city.opened == 0) & (city.closed > 1000))
    rows = next(
        r for r in book.rows if r["stream"][0] == list(STREAMS).index("hospital") and len(r["person"]) > 50
    )
    chosen = np.flatnonzero(rng.random(len(rows["person"])) < city.p["filled_beside"])
    beside = np.zeros(len(city.cat), int)
    for place in np.flatnonzero(np.isin(city.cat, [0, 1, 2])):
        beside[place] = shops[np.argmin(np.hypot(*(city.place_xy[shops] - city.place_xy[place]).T))]
    minute = rows["minute"][chosen] + rng.integers(8, 75, len(chosen))
    book.add(
        "pharmacy", person=rows["person"][chosen], place=beside[rows["place"][chosen]], day=rows["day"][chosen],
        minute=np.minimum(minute, 1290), doctor=rows["doctor"][chosen], scale=1.8,
    )  # fmt: skip


def _companions(city: City, book: Book) -> None:
    """People of one household go together, now and then."""
    rng = city.rng
    size = np.bincount(city.household)
    order = np.argsort(city.household, kind="stable")
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    for row in [r for r in book.rows if len(r["person"]) > 200 and r["ring"][0] < 0]:
        if row["los"][0] >= 0:
            continue
        chosen = np.flatnonzero(rng.random(len(row["person"])) < city.p["companions"])
        house = city.household[row["person"][chosen]]
        other = order[first[house] + rng.integers(0, size[house])]
        keep = (other != row["person"][chosen]) & (city.group[other] != 5)
        at = chosen[keep]
        book.add(
            list(STREAMS)[int(row["stream"][0])], person=other[keep], place=row["place"][at], doctor=row["doctor"][at],
            day=row["day"][at], minute=row["minute"][at] + rng.integers(0, 9, keep.sum()),
        )  # fmt: skip


def amounts(city: City, stream: np.ndarray, place: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Ordinary bills: by stream, price level of place, habit of person."""
    rng = city.rng
    table = list(STREAMS.values())
    median = np.array([s.median for s in table])[stream]
    sigma = np.array([s.sigma for s in table])[stream]
    level = np.exp(np.sin(np.arange(len(city.cat)) * 12.9898) * 0.18)[place]
    level = level * np.where(city.cat[place] == 0, 1.7, 1.0) * np.where(city.cat[place] == 2, 0.8, 1.0)
    taste = np.exp(np.sin(np.arange(len(city.group)) * 78.233) * 0.25)[person]
    return city.p["prices"] * median * level * taste * np.exp(rng.normal(0, 1, len(stream)) * sigma)
