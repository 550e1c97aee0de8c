"""The prefecture of the world `mosaic`: places, people, doctors, and what everybody does anyway.

Times are whole seconds since the first day's midnight; people, places and doctors are row numbers until they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DAYS = 365
TERTIARY, SECONDARY, PRIMARY, CLINIC, SHOP = range(5)
OUTPATIENT, CHRONIC, INPATIENT, PHARMACY = range(4)
URBAN, FACTORY, CAMPUS, VILLAGE = range(4)

RANGES: dict[str, tuple[float, float]] = {
    "claims_per_person": (8.0, 10.4),
    "people_per_settlement": (320, 620),
    "place_size_spread": (0.7, 1.1),
    "usual_first": (0.5, 0.7),
    "usual_second": (0.12, 0.22),
    "weekday_habit": (0.15, 0.4),
    "hour_habit": (0.25, 0.5),
    "chronic_share": (0.14, 0.24),
    "stay_share": (0.025, 0.04),
    "shop_share": (0.36, 0.5),
    "course_share": (0.02, 0.06),
    "companion_share": (0.02, 0.07),
    "filled_share": (0.12, 0.3),
    "household_phone": (0.15, 0.5),
    "household_account": (0.2, 0.6),
    "elder_agent": (0.02, 0.12),
    "price_level": (0.85, 1.2),
    "price_spread": (0.6, 0.85),
    "multi_site": (0.03, 0.1),
    "lawful_share": (0.12, 0.2),
    "lawful_groups_per_400k": (150, 260),
    "sign_low": (0.4, 0.6),
    "sign_high": (0.85, 1.0),
    "ring_attendance_low": (0.55, 0.7),
    "ring_attendance_high": (0.8, 0.95),
    "ring_bill_high": (1.5, 2.6),
    "ring_size_median": (24, 40),
    "ring_claims_aimed_at": (0.022, 0.042),
    "refund_share": (0.01, 0.03),
    "dirt_share": (0.001, 0.008),
    "no_clock_places": (0.0, 0.03),
    "no_diagnosis_at_shop": (0.5, 0.95),
    "column_missing": (0.1, 0.45),
}
"""Every parameter that a seed draws, with its bounds (uniform)."""

FAMILIES: dict[str, tuple[tuple[str, ...], str, float, float]] = {
    # codes, specialty, factor on a bill, weight in ordinary life
    "resp": (("J06.900", "J20.900", "J40.x00", "J18.900", "J02.900"), "呼吸内科", 0.9, 20),
    "hyp": (("I10.x00", "I10.x05", "I11.900"), "心血管内科", 1.0, 9),
    "diab": (("E11.900", "E11.200", "E11.400"), "内分泌科", 1.1, 6),
    "heart": (("I25.103", "I20.900", "I48.900"), "心血管内科", 1.3, 6),
    "stroke": (("I63.900", "I69.300", "G81.900"), "神经内科", 1.4, 3),
    "gastric": (("K29.500", "K30.x00", "K21.900"), "消化内科", 1.0, 9),
    "musc": (("M54.500", "M17.900", "M47.800", "M75.000"), "骨科", 0.9, 10),
    "skin": (("L30.900", "L50.900", "B35.300"), "皮肤科", 0.8, 6),
    "gyn": (("N76.000", "N92.600", "D25.900"), "妇科", 1.1, 5),
    "preg": (("Z34.900", "Z34.000", "O26.900"), "产科", 1.2, 1),
    "psych": (("F20.900", "F32.900", "G47.000"), "精神科", 1.2, 2),
    "renal": (("N18.900", "N18.001"), "肾内科", 2.0, 0.4),
    "onco": (("C34.900", "C50.900", "C18.900", "C16.900"), "肿瘤科", 3.5, 0.7),
    "tb": (("A15.000", "A16.200"), "感染科", 0.7, 0.2),
    "opioid": (("F11.200",), "精神科", 0.3, 0.05),
    "hep": (("B18.100", "B18.200"), "感染科", 1.5, 1.2),
    "eye": (("H26.900", "H10.900", "H52.100"), "眼科", 1.0, 4),
    "dental": (("K02.900", "K05.300", "K04.700"), "口腔科", 1.2, 5),
    "injury": (("S93.400", "T14.000", "S61.000"), "外科", 1.2, 4),
    "check": (("Z00.000", "Z01.800", "R03.000"), "全科", 0.8, 4),
    "vacc": (("Z27.900", "Z25.100"), "全科", 0.5, 0.3),
}
FAMILY = {name: number for number, name in enumerate(FAMILIES)}
_FACTOR = np.array([row[2] for row in FAMILIES.values()])
_WEIGHT = np.array([row[3] for row in FAMILIES.values()])
_CHRONIC = np.array([FAMILY[name] for name in ("hyp", "diab", "heart", "stroke", "hep", "psych", "musc")])

_OPEN = {
    TERTIARY: (420, 1200),
    SECONDARY: (450, 1065),
    PRIMARY: (460, 1060),
    CLINIC: (470, 1260),
    SHOP: (480, 1320),
}
_SCALE_KM = {TERTIARY: 25.0, SECONDARY: 11.0, PRIMARY: 4.0, CLINIC: 2.6, SHOP: 2.2}
_LOG_PRICE = {TERTIARY: 5.35, SECONDARY: 5.0, PRIMARY: 4.3, CLINIC: 4.15, SHOP: 4.05}
_LOG_STAY = {TERTIARY: 9.15, SECONDARY: 8.7, PRIMARY: 8.1, CLINIC: 7.4, SHOP: 7.0}
_HOLIDAYS = (("01-01", 1), ("04-04", 3), ("05-01", 5), ("10-01", 7))
_SPRING = {2022: "01-31", 2023: "01-21", 2024: "02-10", 2025: "01-28"}


@dataclass
class City:
    """All that the generator knows of the prefecture."""

    rng: np.random.Generator
    dials: dict[str, float]
    start: pd.Timestamp
    people: int
    # settlements
    sx: np.ndarray = field(init=False)
    sy: np.ndarray = field(init=False)
    stype: np.ndarray = field(init=False)
    # people
    home: np.ndarray = field(init=False)
    household: np.ndarray = field(init=False)
    age: np.ndarray = field(init=False)
    sex: np.ndarray = field(init=False)
    employee: np.ndarray = field(init=False)
    employer: np.ndarray = field(init=False)
    employers: int = 0
    chronic: np.ndarray = field(init=False)
    rate: np.ndarray = field(init=False)
    phone: np.ndarray = field(init=False)
    account: np.ndarray = field(init=False)
    agent: np.ndarray = field(init=False)
    address: np.ndarray = field(init=False)
    # places
    cls: np.ndarray = field(init=False)
    x: np.ndarray = field(init=False)
    y: np.ndarray = field(init=False)
    size: np.ndarray = field(init=False)
    price: np.ndarray = field(init=False)
    private: np.ndarray = field(init=False)
    dual: np.ndarray = field(init=False)
    opened: np.ndarray = field(init=False)
    closed: np.ndarray = field(init=False)
    day_off: np.ndarray = field(init=False)
    chain: np.ndarray = field(init=False)
    clockless: np.ndarray = field(init=False)
    of: dict[int, np.ndarray] = field(default_factory=dict)
    gravity: dict[int, np.ndarray] = field(default_factory=dict)
    usual: dict[int, np.ndarray] = field(default_factory=dict)
    # doctors
    doc_place: np.ndarray = field(init=False)
    doc_family: np.ndarray = field(init=False)
    doc_rota: np.ndarray = field(init=False)
    doc_first: np.ndarray = field(init=False)
    doc_count: np.ndarray = field(init=False)
    doc_second: np.ndarray = field(init=False)
    day_weight: dict[int, np.ndarray] = field(default_factory=dict)
    weekday: np.ndarray = field(init=False)
    month_day: np.ndarray = field(init=False)

    def draw_place(self, settlement: np.ndarray, kind: int) -> np.ndarray:
        """A place of that class for each settlement, by size and distance."""
        flat, many = self.gravity[kind], len(self.of[kind])
        at = np.searchsorted(flat, settlement + self.rng.random(len(settlement))) - settlement * many
        return self.of[kind][np.clip(at, 0, many - 1)]

    def steady(self, places: np.ndarray) -> np.ndarray:
        """Those of the places that are open all year and all week."""
        kept = places[(self.opened[places] == 0) & (self.closed[places] == DAYS) & (self.day_off[places] < 0)]
        return kept if len(kept) else places


def build_city(rng: np.random.Generator, dials: dict[str, float], people: int) -> City:
    """A prefecture of so many people."""
    start = pd.Timestamp(2023, 1, 1) + pd.DateOffset(months=int(rng.integers(0, 19)))
    city = City(rng, dials, start, people)
    _settle(city)
    _house(city)
    _insure(city)
    _place(city)
    _doctors(city)
    _calendar(city)
    for kind in city.of:
        city.usual[kind] = np.stack([city.draw_place(city.home, kind) for _ in range(2)], axis=1)
    return city


def _settle(city: City) -> None:
    rng = city.rng
    many = max(14, int(city.people / city.dials["people_per_settlement"]))
    types = rng.choice(4, many, p=[0.46, 0.14, 0.06, 0.34])
    types[:4] = [URBAN, FACTORY, CAMPUS, VILLAGE]
    scale = 6 * np.sqrt(max(1.0, city.people / 40000))
    far = np.select([types == URBAN, types == FACTORY, types == CAMPUS], [0.55, 1.1, 0.9], 2.4) * scale
    angle = rng.uniform(0, 2 * np.pi, many)
    reach = far * np.sqrt(rng.gamma(2.0, 0.5, many))
    city.sx, city.sy, city.stype = reach * np.cos(angle), reach * np.sin(angle) * 0.75, types


def _folded(rng: np.random.Generator, values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values outside the bounds are drawn anew inside."""
    return np.where((values < low) | (values > high), rng.uniform(low, high, len(values)), values)


def _house(city: City) -> None:
    rng, people = city.rng, city.people
    weight = rng.lognormal(0, 0.6, len(city.sx)) * np.array([1.2, 0.9, 0.9, 0.7])[city.stype]
    homes = people  # more households than needed; cut below
    at = np.sort(rng.choice(len(weight), homes, p=weight / weight.sum()))
    alone = np.isin(city.stype[at], (FACTORY, CAMPUS)) & (rng.random(homes) < 0.8)
    members = np.where(alone, 1, rng.choice([1, 2, 3, 4, 5], homes, p=[0.14, 0.27, 0.31, 0.18, 0.1]))
    kept = np.sort(rng.permutation(homes)[: np.searchsorted(np.cumsum(members), people) + 1])
    members, at, alone = members[kept], at[kept], alone[kept]
    household = np.repeat(np.arange(len(kept)), members)[:people]
    if len(household) < people:
        household = np.concatenate([household, len(kept) + np.arange(people - len(household))])
        at = np.concatenate([at, rng.integers(0, len(weight), people)])
        alone = np.concatenate([alone, np.zeros(people, bool)])
    head = _folded(rng, rng.normal(44, 15, household[-1] + 1), 20, 88)
    nth = np.arange(people) - np.searchsorted(household, household)
    base = head[household]
    child = base - rng.normal(27, 4, people)
    elder = base + rng.normal(26, 4, people)
    age = np.select(
        [nth == 0, nth == 1, nth == 2, nth == 3],
        [
            base,
            base + rng.normal(-1, 3, people),
            np.where(child > 0, child, elder),
            np.where(rng.random(people) < 0.75, child, elder),
        ],
        elder,
    )
    age = np.where((age < 0) | (age > 96), rng.uniform(1, 85, people), age)
    kind = city.stype[at[household]]
    single = alone[household]
    age = np.where(single & (kind == FACTORY), _folded(rng, rng.normal(30, 8, people), 17, 58), age)
    age = np.where(single & (kind == CAMPUS), _folded(rng, rng.normal(21, 1.8, people), 17, 30), age)
    city.home, city.household, city.age = at[household], household, age
    city.sex = np.where(
        nth == 1, 2, np.where(nth == 0, np.where(rng.random(people) < 0.72, 1, 2), rng.integers(1, 3, people))
    )
    alike = (rng.random(household[-1] + 1) < city.dials["household_phone"])[household] & (nth > 0)
    city.phone = np.where(alike, household, household[-1] + 1 + np.arange(people))
    city.phone = np.where(nth == 0, household, city.phone)
    shared = (rng.random(household[-1] + 1) < city.dials["household_account"])[household]
    city.account = np.where(shared, household, household[-1] + 1 + np.arange(people))
    city.address = np.full(people, -1)
    helped = (age > 68) & (rng.random(people) < city.dials["elder_agent"])
    city.agent = np.where(helped, city.home * 3 + rng.integers(0, 3, people), -1)


def _insure(city: City) -> None:
    rng, kind, age = city.rng, city.stype[city.home], city.age
    chance = np.array([0.62, 0.94, 0.5, 0.16])[kind]
    city.employee = (rng.random(city.people) < chance) & (age >= 20) & ~((kind == CAMPUS) & (age < 27))
    firms = max(12, city.people // 90)
    weight = 1 / np.arange(1, firms + 1) ** 0.9
    employer = rng.choice(firms, city.people, p=weight / weight.sum())
    zone = firms + city.home * 3 + rng.choice(3, city.people, p=[0.55, 0.3, 0.15])
    employer = np.where((kind == FACTORY) & (rng.random(city.people) < 0.85), zone, employer)
    city.employers = firms + 3 * len(city.sx)
    city.employer = np.where(city.employee & (age < 61), employer, -1)
    odds = np.interp(age, [0, 35, 50, 65, 90], [0.0, 0.02, 0.15, 0.5, 0.6])
    odds *= city.dials["chronic_share"] / odds.mean()
    family = _CHRONIC[rng.choice(len(_CHRONIC), city.people, p=[0.36, 0.2, 0.16, 0.07, 0.06, 0.05, 0.1])]
    city.chronic = np.where(rng.random(city.people) < odds, family, -1)
    by_age = np.interp(age, [0, 4, 12, 25, 45, 62, 78, 96], [1.5, 1.5, 0.8, 0.55, 0.8, 1.7, 2.1, 1.5])
    city.rate = (rng.gamma(1.1, 1, city.people) + 0.12) * by_age * rng.lognormal(0, 0.45, city.people)


def _place(city: City) -> None:
    rng, scale = city.rng, city.people / 40000
    counts = {
        TERTIARY: max(2, round(4 * scale**0.7)),
        SECONDARY: max(3, round(11 * scale**0.85)),
        PRIMARY: max(5, round(26 * scale)),
        CLINIC: max(9, round(80 * scale)),
        SHOP: max(12, round(115 * scale)),
    }
    cls = np.repeat(np.arange(5), list(counts.values()))
    many = len(cls)
    weight = np.bincount(city.home, minlength=len(city.sx)).astype(float)
    near = rng.choice(len(weight), many, p=weight / weight.sum())
    urban = np.flatnonzero(city.stype == URBAN)
    near = np.where(cls <= SECONDARY, rng.choice(urban, many), near)
    city.cls, city.x, city.y = (
        cls,
        city.sx[near] + rng.normal(0, 0.7, many),
        city.sy[near] + rng.normal(0, 0.7, many),
    )
    city.size = rng.lognormal(0, city.dials["place_size_spread"], many)
    city.price = rng.normal(0, 0.16, many)
    odds = np.array([0.1, 0.4, 0.25, 0.8, 1.0])[cls]
    city.private = rng.random(many) < odds
    fresh, gone = rng.random(many) < 0.04, rng.random(many) < 0.03
    late = (cls >= PRIMARY) & fresh
    city.opened = np.where(late, rng.integers(30, 300, many), 0)
    city.closed = np.where((cls >= CLINIC) & gone & ~late, rng.integers(120, 360, many), DAYS)
    city.day_off = np.where((cls == CLINIC) & (rng.random(many) < 0.25), rng.integers(0, 7, many), -1)
    city.chain = np.where((cls == SHOP) & (rng.random(many) < 0.55), rng.integers(0, 7, many), -1)
    city.clockless = rng.random(many) < city.dials["no_clock_places"]
    city.dual = np.zeros(many, bool)
    shops = np.flatnonzero(cls == SHOP)
    city.dual[rng.choice(shops, max(2, len(shops) // 18), replace=False)] = True
    for kind in range(5):
        places = np.flatnonzero(cls == kind)
        far = np.hypot(city.sx[:, None] - city.x[places], city.sy[:, None] - city.y[places])
        pull = city.size[places] * (np.exp(-far / _SCALE_KM[kind]) + 0.002)
        cum = np.cumsum(pull / pull.sum(1, keepdims=True), axis=1)
        cum[:, -1] = 1.0
        city.of[kind] = places
        city.gravity[kind] = (cum + np.arange(len(city.sx))[:, None]).ravel()


def _doctors(city: City) -> None:
    rng = city.rng
    places = np.flatnonzero(city.cls != SHOP)
    mean = np.array([90, 34, 11, 2])[city.cls[places]] * np.clip(city.size[places], 0.3, 3) ** 0.6
    staff = np.maximum(1, rng.poisson(mean))
    city.doc_place = np.repeat(places, staff)
    many = len(city.doc_place)
    weight = _WEIGHT + 1.0
    city.doc_family = rng.choice(len(FAMILIES), many, p=weight / weight.sum())
    city.doc_family = np.where(city.cls[city.doc_place] >= PRIMARY, FAMILY["check"], city.doc_family)
    order = np.lexsort((city.doc_family, city.doc_place))
    city.doc_place, city.doc_family = city.doc_place[order], city.doc_family[order]
    rota = rng.random((many, 7)) < rng.uniform(0.35, 0.8, (many, 1))
    rota[:, 5:] &= rng.random((many, 2)) < 0.6
    rota[np.arange(many), rng.integers(0, 5, many)] = True
    city.doc_rota = rota
    key = city.doc_place * len(FAMILIES) + city.doc_family
    wanted = np.arange(len(city.cls) * len(FAMILIES))
    city.doc_first = np.searchsorted(key, wanted)
    city.doc_count = np.searchsorted(key, wanted, side="right") - city.doc_first
    city.doc_second = np.where(rng.random(many) < city.dials["multi_site"], rng.choice(places, many), -1)


def _calendar(city: City) -> None:
    rng = city.rng
    dates = pd.date_range(city.start, periods=DAYS)
    city.weekday = dates.day_of_week.to_numpy()
    free = np.zeros(DAYS, bool)
    for year in {int(dates[0].year), int(dates[-1].year)}:
        for text, length in (*_HOLIDAYS, (_SPRING.get(year, "02-05"), 8)):
            first = (pd.Timestamp(f"{year}-{text}") - city.start).days
            free[max(0, first) : max(0, first + length)] = True
    city.month_day = dates.day.to_numpy()
    month = dates.month.to_numpy()
    season = 1 + 0.14 * np.cos((month - 0.5) / 12 * 2 * np.pi)
    week = {
        TERTIARY: [1.25, 1.12, 1.08, 1.03, 1.0, 0.62, 0.42],
        SECONDARY: [1.2, 1.1, 1.05, 1.02, 1.0, 0.7, 0.5],
        PRIMARY: [1.15, 1.08, 1.05, 1.0, 1.0, 0.72, 0.55],
        CLINIC: [1.03, 1.0, 0.98, 1.0, 1.0, 1.06, 0.9],
        SHOP: [1.0, 0.97, 0.98, 0.98, 1.02, 1.1, 1.05],
    }
    for kind, weights in week.items():
        factor = np.array(weights)[city.weekday] * season * rng.lognormal(0, 0.07, DAYS)
        factor *= np.where(free, 0.3 if kind <= PRIMARY else 0.75, 1.0)
        city.day_weight[kind] = np.cumsum(factor) / factor.sum()


@dataclass
class Book:
    """Claims in the making, column by column."""

    parts: list[dict[str, np.ndarray]] = field(default_factory=list)
    rows: int = 0

    def add(self, person: np.ndarray, place: np.ndarray, when: np.ndarray, **more: object) -> None:
        """Add claims; whatever is not given takes its default."""
        many = len(person)
        base: dict[str, object] = {
            "type": OUTPATIENT, "nights": 0, "family": -1, "doctor": -1, "mult": 1.0, "flat": np.nan, "ring": -1, "event": -1,
        }  # fmt: skip
        base |= more
        kinds = {
            "type": np.int8,
            "nights": np.int16,
            "family": np.int8,
            "doctor": np.int32,
            "ring": np.int16,
            "event": np.int32,
        }
        row = {
            name: np.broadcast_to(np.asarray(value), many).astype(kinds.get(name, np.float64))
            for name, value in base.items()
        }
        row |= {
            "person": person.astype(np.int32),
            "place": place.astype(np.int32),
            "when": when.astype(np.int64),
        }
        self.parts.append(row)
        self.rows += many

    def columns(self) -> dict[str, np.ndarray]:
        """All claims as one set of columns."""
        return {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}


def minutes(city: City, cls: np.ndarray) -> np.ndarray:
    """A minute of the day for each claim, by the rhythm of its class of place."""
    rng, many = city.rng, len(cls)
    u = rng.random(many)
    late = cls >= CLINIC
    centre = np.where(late, np.select([u < 0.38, u < 0.62], [580, 910], 1115), np.where(u < 0.63, 560, 895))
    width = np.where(late, np.where(u < 0.62, 80, 70), np.where(u < 0.63, 62, 66))
    at = rng.normal(centre, width)
    return _within(city, cls, at)


def _within(city: City, cls: np.ndarray, at: np.ndarray) -> np.ndarray:
    low = np.array([_OPEN[kind][0] for kind in range(5)])[cls]
    high = np.array([_OPEN[kind][1] for kind in range(5)])[cls]
    lunch = (cls <= PRIMARY) & (at > 725) & (at < 805) & (city.rng.random(len(at)) < 0.75)
    at = np.where(lunch, at - 90, at)
    out = (at < low) | (at > high)
    return np.where(out, city.rng.uniform(low, np.minimum(high, low + 300)), at)


def seconds(city: City, place: np.ndarray, day: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """Day and minute as seconds, inside the opening hours of the class."""
    minute = _within(city, city.cls[place], minute)
    return (day.astype(np.int64) * 86400 + minute * 60).astype(np.int64) + city.rng.integers(
        0, 60, len(place)
    )


def _habitual(city: City, person: np.ndarray, cls: np.ndarray) -> np.ndarray:
    drawn = minutes(city, cls)
    habit = np.random.default_rng(int(city.rng.integers(1 << 31))).random(city.people)
    late = cls >= CLINIC
    own = np.where(
        late,
        np.where(habit[person] < 0.5, 520 + 200 * habit[person], 860 + 380 * habit[person]),
        470 + 190 * habit[person],
    )
    use = city.rng.random(len(person)) < city.dials["hour_habit"]
    return np.where(use, own + city.rng.normal(0, 28, len(person)), drawn)


def _usual(city: City, person: np.ndarray, cls: np.ndarray) -> np.ndarray:
    place = np.zeros(len(person), np.int64)
    u = city.rng.random(len(person))
    first, second = city.dials["usual_first"], city.dials["usual_second"]
    for kind in range(5):
        at = np.flatnonzero(cls == kind)
        own = city.usual[kind][person[at], (u[at] > first).astype(int)]
        new = city.draw_place(city.home[person[at]], kind)
        place[at] = np.where(u[at] < first + second, own, new)
    return place


def _days(city: City, person: np.ndarray, cls: np.ndarray) -> np.ndarray:
    u = city.rng.random(len(person))
    day = np.zeros(len(person), np.int64)
    for kind in range(5):
        at = cls == kind
        day[at] = np.searchsorted(city.day_weight[kind], u[at])
    like = (person * 7919 % 1013) % 7
    moved = day + (like - city.weekday[np.clip(day, 0, DAYS - 1)] + 3) % 7 - 3
    use = city.rng.random(len(person)) < city.dials["weekday_habit"]
    return np.clip(np.where(use & (cls != SHOP), moved, day), 0, DAYS - 1)


def live(city: City, book: Book, target: int) -> None:
    """Ordinary life of everybody: about `target` claims, a little more."""
    before = book.rows
    _refills(city, book, target)
    _stays(city, book, int(target * city.dials["stay_share"]))
    d = city.dials
    growth = (
        1 + (1 - d["shop_share"]) * (d["course_share"] * 2.6 + d["filled_share"]) + d["companion_share"] * 0.7
    )
    _acute(city, book, int((target - (book.rows - before)) / growth * 1.06) + 50)


def _refills(city: City, book: Book, target: int) -> None:
    rng = city.rng
    ill = np.flatnonzero(city.chronic >= 0)
    every = rng.choice([14, 28, 30, 30, 60, 90], len(ill), p=[0.08, 0.24, 0.24, 0.14, 0.18, 0.12])
    times = np.ceil(DAYS / every).astype(int)
    if times.sum() > 0.26 * target:
        kept = rng.random(len(ill)) < 0.26 * target / times.sum()
        ill, every, times = ill[kept], every[kept], times[kept]
    cls = rng.choice([TERTIARY, SECONDARY, PRIMARY, SHOP], len(ill), p=[0.1, 0.2, 0.42, 0.28])
    place = np.zeros(len(ill), np.int64)
    for kind in range(5):
        at = cls == kind
        place[at] = city.usual[kind][ill[at], 0]
    phase, wobble = rng.uniform(0, every), rng.choice([0.7, 2.0, 5.0], len(ill))
    row = np.repeat(np.arange(len(ill)), times)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    day = np.round(phase[row] + nth * every[row] + rng.normal(0, wobble[row])).astype(int)
    closed = (city.cls[place[row]] <= PRIMARY) & (city.weekday[np.clip(day, 0, DAYS - 1)] >= 5)
    day = day + np.where(closed & (rng.random(len(day)) < 0.6), 2, 0)
    kept = (day >= 0) & (day < DAYS) & (rng.random(len(day)) < 0.9)
    row, day = row[kept], day[kept]
    who, where = ill[row], place[row]
    when = seconds(city, where, day, _habitual(city, who, city.cls[where]))
    kind = np.where(city.cls[where] == SHOP, PHARMACY, CHRONIC)
    book.add(who, where, when, type=kind, family=city.chronic[who], mult=np.where(kind == PHARMACY, 2.2, 2.6))


def _stays(city: City, book: Book, many: int) -> None:
    rng = city.rng
    weight = city.rate * np.interp(city.age, [0, 20, 50, 70, 95], [0.8, 0.5, 1.0, 2.2, 2.5])
    who = rng.choice(city.people, many, p=weight / weight.sum())
    cls = rng.choice([TERTIARY, SECONDARY, PRIMARY], many, p=[0.4, 0.4, 0.2])
    where = _usual(city, who, cls)
    nights = np.clip(rng.lognormal(np.log(np.array([6.2, 7.8, 8.5])[cls]), 0.5), 1, 60).astype(int)
    day = _days(city, who, cls)
    family = rng.choice(len(FAMILIES), many, p=_WEIGHT / _WEIGHT.sum())
    family = np.where(np.isin(family, (FAMILY["vacc"], FAMILY["check"])), FAMILY["heart"], family)
    when = seconds(city, where, day, rng.normal(610, 110, many))
    book.add(who, where, when, type=INPATIENT, nights=nights, family=family, mult=(nights / 8.0) ** 0.8)


def _acute(city: City, book: Book, many: int) -> None:
    rng, d = city.rng, city.dials
    who = np.searchsorted(np.cumsum(city.rate) / city.rate.sum(), rng.random(many))
    who = np.clip(who, 0, city.people - 1)
    shop = d["shop_share"]
    cls = np.searchsorted(np.cumsum([0.17, 0.2, 0.33, 0.3]) * (1 - shop), rng.random(many))
    where = _usual(city, who, cls)
    day = _days(city, who, cls)
    wave = 0.35 + 1.1 * (np.cos((day + city.start.day_of_year - 15) / 365 * 2 * np.pi) + 1) / 2
    family = rng.choice(len(FAMILIES), many, p=_WEIGHT / _WEIGHT.sum())
    family = np.where((family == FAMILY["resp"]) & (rng.random(many) > wave), FAMILY["gastric"], family)
    family = np.where((family == FAMILY["gyn"]) & (city.sex[who] == 1), FAMILY["skin"], family)
    own = (city.chronic[who] >= 0) & (rng.random(many) < 0.3)
    family = np.where(own, city.chronic[who], family)
    when = seconds(city, where, day, _habitual(city, who, cls))
    kind = np.where(cls == SHOP, PHARMACY, OUTPATIENT)
    book.add(who, where, when, type=kind, family=family)
    _companions(city, book, who, where, when, kind)
    seen = np.flatnonzero(kind == OUTPATIENT)
    start = seen[rng.random(len(seen)) < d["course_share"]]
    length = rng.integers(2, 7, len(start)) - 1
    row = np.repeat(start, length)
    nth = 1 + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    later = when[row] + nth * 86400 + rng.normal(0, 900, len(row)).astype(int)
    book.add(who[row], where[row], later, family=family[row], mult=0.8)
    filled = seen[rng.random(len(seen)) < d["filled_share"]]
    near = city.usual[SHOP][who[filled], 0]
    beside = city.draw_place(_nearest(city, where[filled]), SHOP)
    shops = np.where(rng.random(len(filled)) < 0.55, near, beside)
    book.add(
        who[filled],
        shops,
        when[filled] + rng.integers(600, 7200, len(filled)),
        type=PHARMACY,
        family=family[filled],
        doctor=-2,
        event=where[filled],
    )


def _companions(
    city: City, book: Book, who: np.ndarray, where: np.ndarray, when: np.ndarray, kind: np.ndarray
) -> None:
    rng = city.rng
    row = np.flatnonzero(rng.random(len(who)) < city.dials["companion_share"])
    other = np.clip(who[row] + rng.choice([-1, 1], len(row)), 0, city.people - 1)
    kept = city.household[other] == city.household[who[row]]
    row, other = row[kept], other[kept]
    book.add(
        other,
        where[row],
        when[row] + rng.integers(40, 600, len(row)),
        type=kind[row],
        family=rng.choice(len(FAMILIES), len(row), p=_WEIGHT / _WEIGHT.sum()),
    )


def _nearest(city: City, places: np.ndarray) -> np.ndarray:
    """The settlement nearest to each place."""
    kinds = np.unique(places)
    far = np.hypot(city.sx[None] - city.x[kinds][:, None], city.sy[None] - city.y[kinds][:, None])
    return far.argmin(1)[np.searchsorted(kinds, places)]


def settle(city: City, c: dict[str, np.ndarray]) -> np.ndarray:
    """Drop what cannot be (closed places, visits inside one's own stay, other years); return the rows that stay."""
    day = c["when"] // 86400
    kept = (day >= 0) & (day < DAYS) & (day >= city.opened[c["place"]]) & (day < city.closed[c["place"]])
    kept &= city.weekday[np.clip(day, 0, DAYS - 1)] != city.day_off[c["place"]]
    stay = np.flatnonzero((c["type"] == INPATIENT) & kept)
    key = c["person"][stay].astype(np.int64) * 1000 + day[stay]
    order = np.argsort(key, kind="stable")
    key, nights = key[order], c["nights"][stay][order]
    mine = c["person"].astype(np.int64) * 1000 + day
    at = np.searchsorted(key, mine) - 1
    within = (at >= 0) & (len(key) > 0)
    if len(key):
        inside = within & (mine < key[at] + nights[at]) & (key[at] // 1000 == c["person"])
        kept &= ~(inside & (c["ring"] == -1) & (city.rng.random(len(day)) < 0.97))
    return kept


def give_doctors(city: City, c: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Who treated, and for filled prescriptions where that doctor sits: arrays of doctors and prescribers' places (-1: none)."""
    rng, many = city.rng, len(c["person"])
    site = np.where(c["doctor"] == -2, c["event"], c["place"])
    wanted = (c["doctor"] == -2) | ((c["doctor"] == -1) & (city.cls[c["place"]] != SHOP))
    row = np.flatnonzero(wanted)
    where, family = site[row], np.maximum(c["family"][row], 0)
    key = where * len(FAMILIES) + np.where(city.cls[where] >= PRIMARY, FAMILY["check"], family)
    first, count = city.doc_first[key], city.doc_count[key]
    whole = np.searchsorted(city.doc_place, where), np.searchsorted(city.doc_place, where, side="right")
    none = count == 0
    first, count = np.where(none, whole[0], first), np.where(none, whole[1] - whole[0], count)
    usual = first + (c["person"][row].astype(np.int64) * 7919 + where * 104729) % 1000003 % count
    day = city.weekday[np.clip(c["when"][row] // 86400, 0, DAYS - 1)]
    spare = first + (rng.random(len(row)) * count).astype(np.int64)
    use = city.doc_rota[usual, day] & (rng.random(len(row)) < 0.8)
    doctor = np.full(many, -1)
    doctor[row] = np.where(use, usual, spare)
    guests = np.flatnonzero(city.doc_second >= 0)
    guests = guests[np.argsort(city.doc_second[guests], kind="stable")]
    low = np.searchsorted(city.doc_second[guests], where)
    more = np.searchsorted(city.doc_second[guests], where, side="right") - low
    guest = (more > 0) & (rng.random(len(row)) < 0.12)
    doctor[row[guest]] = guests[low[guest] + (rng.random(int(guest.sum())) * more[guest]).astype(int)]
    doctor = np.where(c["doctor"] >= 0, c["doctor"], doctor)
    at_shop = (city.cls[c["place"]] == SHOP) & (doctor >= 0)
    return doctor, np.where(at_shop, city.doc_place[np.maximum(doctor, 0)], -1)


def give_money(city: City, c: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Total, fund and personal account of each claim, yuan."""
    rng, many, cls = city.rng, len(c["person"]), city.cls[c["place"]]
    stay = c["type"] == INPATIENT
    level = np.where(stay, np.array(list(_LOG_STAY.values()))[cls], np.array(list(_LOG_PRICE.values()))[cls])
    spread = np.where(stay, 0.48, city.dials["price_spread"])
    factor = np.where(c["family"] >= 0, _FACTOR[np.maximum(c["family"], 0)] ** np.where(stay, 0.4, 1.0), 1.0)
    total = (
        np.exp(rng.normal(level + city.price[c["place"]], spread))
        * factor
        * c["mult"]
        * city.dials["price_level"]
    )
    total = np.where(np.isnan(c["flat"]), total, c["flat"])
    shop = c["type"] == PHARMACY
    total = np.where(
        shop & (rng.random(many) < 0.6), np.round(total * 2) / 2 - np.where(total > 8, 0.2, 0), total
    )
    total = np.round(np.clip(total, 1.5, 400000), 2)
    employee, old = city.employee[c["person"]], city.age[c["person"]] >= 60
    base = (
        np.array([0.6, 0.78, 0.82, 0.35])[c["type"]]
        - np.where(cls == TERTIARY, 0.08, 0)
        + np.where(cls >= PRIMARY, 0.05, 0)
    )
    ratio = np.clip(base + np.where(employee, 0.04, -0.1) + np.where(old & employee, 0.05, 0), 0.1, 0.95)
    scope = rng.beta(14, 1.6, many)
    line = np.where(
        stay,
        np.array([900, 500, 200, 100, 0])[cls],
        np.where(c["type"] == OUTPATIENT, np.where(employee, 20, 10), 0),
    )
    fund = np.round(np.maximum(0, total * scope - line) * ratio, 2)
    own_money = np.where(np.isin(c["family"], _CHRONIC), 0.4, 0.85) * np.where(c["mult"] > 1.6, 0.3, 1.0)
    fund = np.where(shop & (c["doctor"] == -1) & (rng.random(many) < own_money), 0, fund)
    account = np.where(
        employee, np.round((total - fund) * np.where(rng.random(many) < 0.75, 1, rng.random(many)), 2), 0
    )
    return total, fund, account
