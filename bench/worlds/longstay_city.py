"""The industrial city of `longstay`: people, places, doctors and ordinary life. Shared by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

__all__ = ["DAYS", "DX", "PLACES", "Book", "City", "build_city", "live"]

DAYS = 365
OUT, CHRONIC, STAY, SHOP = range(4)
CLOSED = 9999


class PlaceKind(NamedTuple):
    """One kind of place: how many per 400,000 claims, how big, how dear, when open."""

    suffix: str
    level: str
    private: float
    count: float
    least: int
    pull: float
    reach: float  # km
    doctors: int
    beds: int
    price: float
    per_diem: float
    opens: int  # minutes
    shuts: int


PLACES = (
    PlaceKind("中心医院", "tertiary", 0.0, 3, 2, 60, 14, 60, 900, 255, 1350, 460, 1060),
    PlaceKind("人民医院", "secondary", 0.1, 6, 2, 30, 8, 24, 280, 185, 720, 465, 1050),
    PlaceKind("精神卫生医院", "secondary", 0.5, 4, 2, 3, 20, 7, 220, 150, 195, 480, 1020),
    PlaceKind("康复医院", "secondary", 0.6, 6, 2, 4, 12, 8, 150, 160, 430, 470, 1050),
    PlaceKind("养护院医务室", "clinic", 0.8, 7, 2, 0.3, 2, 2, 20, 70, 150, 490, 1010),
    PlaceKind("血液透析中心", "clinic", 0.8, 4, 2, 0.2, 12, 3, 0, 410, 400, 380, 1200),
    PlaceKind("矿务局职工医院", "secondary", 0.0, 3, 1, 12, 7, 12, 260, 150, 480, 460, 1050),
    PlaceKind("疗养院", "primary", 0.2, 4, 2, 0.6, 30, 4, 160, 120, 310, 480, 1020),
    PlaceKind("中医医院", "secondary", 0.5, 8, 2, 9, 7, 8, 80, 205, 520, 460, 1080),
    PlaceKind("医院", "primary", 1.0, 18, 5, 7, 9, 7, 70, 150, 510, 460, 1080),
    PlaceKind("社区卫生服务中心", "primary", 0.05, 18, 5, 14, 2.2, 8, 30, 88, 330, 465, 1050),
    PlaceKind("卫生室", "clinic", 0.3, 42, 9, 3, 1.2, 2, 0, 52, 200, 440, 1120),
    PlaceKind("药物维持治疗门诊", "clinic", 0.0, 1.6, 1, 0.01, 15, 3, 0, 22, 0, 450, 1020),
    PlaceKind("结核病防治所", "clinic", 0.0, 1.4, 1, 0.3, 15, 4, 0, 75, 260, 465, 1020),
    PlaceKind("日间医院", "clinic", 0.6, 3, 1, 0.4, 10, 4, 0, 130, 0, 480, 1000),
    PlaceKind("诊所", "clinic", 1.0, 24, 5, 3, 1.8, 2, 0, 78, 0, 470, 1230),
    PlaceKind("药房", "shop", 1.0, 40, 8, 12, 2.0, 0, 0, 98, 0, 470, 1290),
)
PHARMACY = 16
ROLES = {
    "primary": {10: 1.0, 11: 1.0, 15: 0.9, 9: 0.35, 8: 0.35},
    "hospital": {0: 1.0, 1: 1.0, 9: 0.6, 8: 0.8, 6: 1.0, 3: 0.2, 2: 0.15, 13: 0.1},
    "ward": {0: 1.0, 1: 1.1, 9: 1.2, 6: 1.2, 3: 0.9, 8: 0.8, 10: 0.2, 7: 0.4, 2: 0.6},
    "shop": {16: 1.0},
}
DX = (
    *(
        "I10.x00",
        "E11.900",
        "I25.103",
        "I63.900",
        "J06.900",
        "J20.900",
        "J18.900",
        "M54.502",
        "K29.500",
        "J44.900",
        "M17.900",
        "N39.000",
    ),
    *(
        "F20.900",
        "F31.900",
        "N18.001",
        "C34.900",
        "C50.900",
        "J60.x00",
        "A16.200",
        "F11.200",
        "H25.900",
        "Z51.101",
        "G81.900",
        "M47.802",
    ),
    *(
        "J11.101",
        "A09.900",
        "Z23.800",
        "Z00.000",
        "Z34.900",
        "F70.900",
        "F03.x00",
        "I69.300",
        "J64.x00",
        "M75.000",
        "L30.900",
        "D66.x00",
    ),
)
_COMMON = np.array([9, 6, 6, 3, 9, 6, 2.5, 7, 6, 3, 5, 2, *[0.2] * 10, 0.4, 4, *[0.25] * 9, 2, 3, 0.05])
_SYLLABLES = "瑞和康宁德仁安济同益福华泰盛恒新春林石岭河沟桥铁钢煤东西南北平顺兴旺青云松柏柳槐"
_TOWNS = "沟岭河甸堡屯坊矿桥滩"


@dataclass
class Book:
    """Claims in the making, as columns in pieces. tag: 0 ordinary, +k lawful group k, -k ring k; ev: the ring's own event number."""

    parts: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(
        self,
        who: np.ndarray,
        place: Any,
        doc: Any,
        kind: Any,
        day: Any,
        minute: Any,
        *,
        stay: Any = 0,
        dx: Any = -1,
        amount: Any = 0.0,
        tag: int = 0,
        ev: Any = -1,
    ) -> None:
        """Append claims; scalars spread."""
        n = len(who)
        columns = (
            ("place", place, "i4"),
            ("doc", doc, "i4"),
            ("kind", kind, "i1"),
            ("day", day, "i4"),
            ("minute", minute, "f4"),
            ("stay", stay, "i4"),
            ("dx", dx, "i2"),
        )
        part = {name: np.broadcast_to(np.asarray(value), n).astype(form) for name, value, form in columns}
        part["amount"] = np.broadcast_to(np.asarray(amount, dtype="f8"), n).copy()
        part["who"] = np.asarray(who).astype("i4")
        part["tag"] = np.full(n, tag, "i4")
        part["ev"] = np.broadcast_to(np.asarray(ev), n).astype("i4")
        self.parts.append(part)

    def frame(self) -> pd.DataFrame:
        """All pieces as one table; days outside the year go."""
        table = pd.DataFrame(
            {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        )
        return table[(table.day >= 0) & (table.day < DAYS)].reset_index(drop=True)


@dataclass
class City:
    """The drawn city. Arrays over people (in order of neighbourhood and household), places, doctors, neighbourhoods."""

    p: dict[str, float]
    rng: np.random.Generator
    start: np.datetime64
    day_weight: np.ndarray
    nb: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    employee: np.ndarray
    house: np.ndarray
    head: np.ndarray
    phone: np.ndarray
    account: np.ndarray
    agent: np.ndarray
    home: np.ndarray
    lives: np.ndarray
    ident: np.ndarray
    chronic: np.ndarray
    weekday: np.ndarray
    clock: np.ndarray
    activity: np.ndarray
    usual: dict[str, np.ndarray]
    nb_xy: np.ndarray
    nb_ptr: np.ndarray
    nb_village: np.ndarray
    nb_mine: np.ndarray
    town: np.ndarray
    kind: np.ndarray
    place_xy: np.ndarray
    pull: np.ndarray
    place_price: np.ndarray
    opened: np.ndarray
    shut: np.ndarray
    evening_poster: np.ndarray
    doc_first: np.ndarray
    doc_count: np.ndarray
    doc_place: np.ndarray
    duty: np.ndarray
    names: list[str]
    towns: list[str]
    role_places: dict[str, np.ndarray]
    role_cum: dict[str, np.ndarray]

    @property
    def n(self) -> int:
        """People."""
        return len(self.nb)

    def weekday_of(self, day: np.ndarray) -> np.ndarray:
        """0 Monday to 6 Sunday."""
        first = int((self.start.astype("M8[D]").astype(int) + 3) % 7)
        return (np.asarray(day) + first) % 7

    def draw_places(self, who: np.ndarray, role: str) -> np.ndarray:
        """A place of this role for each person, by nearness and pull."""
        chosen = np.empty(len(who), "i4")
        order = np.argsort(self.nb[who], kind="stable")
        cuts = np.searchsorted(self.nb[who][order], np.arange(len(self.town) + 1))
        u = self.rng.random(len(who))
        for nb in np.flatnonzero(np.diff(cuts)):
            at = order[cuts[nb] : cuts[nb + 1]]
            chosen[at] = self.role_places[role][np.searchsorted(self.role_cum[role][nb], u[at])]
        return chosen

    def draw_days(self, count: int) -> np.ndarray:
        """Days by season, weekday and holiday."""
        return np.searchsorted(
            np.cumsum(self.day_weight) / self.day_weight.sum(), self.rng.random(count)
        ).clip(0, DAYS - 1)

    def minutes(self, who: np.ndarray, place: np.ndarray) -> np.ndarray:
        """A minute of the day: the person's own hour or the place's peaks, within opening hours."""
        rng, kind = self.rng, self.kind[place]
        opens, shuts = np.array([k.opens for k in PLACES])[kind], np.array([k.shuts for k in PLACES])[kind]
        u = rng.random(len(who))
        late = np.isin(kind, (PHARMACY, 15))
        peak = np.where(
            u < np.where(late, 0.4, 0.62), 565, np.where(u < np.where(late, 0.7, 0.97), 905, 1130)
        )
        own = rng.random(len(who)) < self.p["own_hour"]
        minute = np.where(own, self.clock[who], peak) + rng.normal(0, 1, len(who)) * np.where(own, 38, 62)
        minute = np.where(minute < opens, 2 * opens - minute, minute)
        minute = np.where(minute > shuts, 2 * shuts - minute, minute)
        lunch = (minute > 715) & (minute < 805) & ~late & (rng.random(len(who)) < 0.8)
        minute = np.where(lunch, 805 + rng.exponential(45, len(who)), minute)
        night = np.isin(kind, (0, 1)) & (rng.random(len(who)) < 0.05)
        return np.where(night, rng.uniform(0, 1439, len(who)), np.clip(minute, opens, shuts))

    def doctors(self, who: np.ndarray, place: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The usual doctor there if on duty, else another one on duty; -1 at a shop."""
        count = self.doc_count[place]
        mixed = (who.astype("i8") * 2654435761 + place.astype("i8") * 40503) % 1_000_003 / 1_000_003
        u = np.where(self.rng.random(len(who)) < self.p["own_doctor"], mixed, self.rng.random(len(who)))
        index = np.floor(count * u**1.5).astype("i4")
        weekday = self.weekday_of(day)
        for _ in range(3):
            doc = self.doc_first[place] + np.where(count > 0, index % np.maximum(count, 1), 0)
            off = (count > 1) & ~self.duty[np.where(count > 0, doc, 0), weekday]
            index = index + off
        doc = self.doc_first[place] + np.where(count > 0, index % np.maximum(count, 1), 0)
        return np.where(count > 0, doc, -1)

    def price(self, place: np.ndarray, kind: Any, stay: Any, *, sigma: float = 0.52) -> np.ndarray:
        """What a claim there usually costs."""
        base = np.array([k.price for k in PLACES])[self.kind[place]]
        diem = np.array([k.per_diem for k in PLACES])[self.kind[place]]
        noise = np.exp(self.rng.normal(-(sigma**2) / 2, sigma, len(place)))
        kind = np.broadcast_to(kind, len(place))
        whole = np.where(
            kind == STAY,
            np.maximum(diem, 180) * np.maximum(stay, 1) ** 0.93,
            np.where(kind == CHRONIC, base * 1.3 + 150, base),
        )
        return whole * self.place_price[place] * np.where(kind == STAY, noise**0.75, noise)

    def of_kind(self, kinds: Sequence[int]) -> np.ndarray:
        """Places of these kinds that were open all year."""
        return np.flatnonzero(np.isin(self.kind, kinds) & (self.opened <= 0) & (self.shut >= CLOSED))

    def near(self, nb: int, kinds: Sequence[int], loose: float = 4.0) -> int:
        """One place of these kinds, more likely a near one."""
        places = self.of_kind(kinds)
        away = np.hypot(*(self.place_xy[places] - self.nb_xy[nb]).T)
        weight = (0.3 + np.sqrt(self.pull[places])) * np.exp(-away / loose) + 1e-9
        return int(self.rng.choice(places, p=weight / weight.sum()))


def _people(rng: np.random.Generator, p: dict[str, float], n: int, nbs: np.ndarray) -> dict[str, np.ndarray]:
    sizes = rng.choice([1, 2, 3, 4, 5, 6], size=n, p=[0.27, 0.36, 0.2, 0.1, 0.05, 0.02])
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), n)) + 1]
    house_nb = np.sort(rng.choice(len(nbs), size=len(sizes), p=nbs / nbs.sum()))
    house = np.repeat(np.arange(len(sizes)), sizes)[:n]
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    head, seat = first[house], np.arange(n) - first[house]
    old = rng.random(len(sizes)) < p["old"]
    head_age = np.where(
        old, rng.gamma(6, 2.4, len(sizes)).clip(0, 36) + 57, 22 + 37 * rng.beta(2.2, 1.7, len(sizes))
    )
    age = head_age[house] + np.where(seat == 1, rng.normal(-1, 3, n), 0)
    age = np.where(
        seat >= 2,
        head_age[house] - rng.normal(27, 4, n) - np.where((seat >= 4) & (head_age[house] > 55), 26, 0),
        age,
    )
    age = np.where(age < 1, rng.uniform(0, 17, n), age + rng.uniform(0, 1, n)).clip(0, 99)
    child, frail = age < 15, (age > 72) & (rng.random(n) < p["old_on_kin_phone"])
    kin = np.where(seat == 0, np.minimum(head + np.minimum(sizes[house] - 1, 2), n - 1), head)
    phone = np.where(child, head, np.where(frail, kin, np.arange(n)))
    employee = (rng.random(n) < np.where(age < 18, 0.0, np.where(age > 60, 0.55, 0.5))).astype(bool)
    return {
        "nb": house_nb[house], "house": house, "head": head, "age": age, "sex": np.where(seat == 0, 1 + (rng.random(n) < 0.4), np.where(seat == 1, 2 - (rng.random(n) < 0.4), 1 + (rng.random(n) < 0.5))),
        "phone": phone, "account": np.where(child | (rng.random(n) < 0.05), head, np.arange(n)), "employee": employee,
    }  # fmt: skip


def build_city(rng: np.random.Generator, p: dict[str, float], claims: int) -> City:
    """Draw the city: neighbourhoods, people, places with doctors, habits."""
    n, scale = int(claims / p["claims_per_person"]), claims / 400_000
    n_nb = max(14, int(n / p["people_per_neighbourhood"]))
    towns = max(4, n_nb // 9)
    town = np.sort(rng.integers(0, towns, n_nb))
    side = 9 + 9 * np.sqrt(scale)
    town_xy = rng.normal(0, side / 2.2, (towns, 2))
    nb_xy = town_xy[town] + rng.normal(0, 1.1, (n_nb, 2))
    village = np.hypot(*nb_xy.T) > np.quantile(np.hypot(*nb_xy.T), p["urban"])
    mine = np.isin(town, rng.choice(towns, max(1, towns // 6), replace=False))
    people = _people(rng, p, n, np.exp(rng.normal(0, 0.8, n_nb)) * np.where(village, 0.6, 1.4))
    kind = np.concatenate(
        [
            np.full(max(k.least, round(k.count * scale**0.92 * rng.uniform(0.85, 1.15))), i)
            for i, k in enumerate(PLACES)
        ]
    )
    pull = np.array([k.pull for k in PLACES])[kind] * np.exp(rng.normal(0, 0.7, len(kind)))
    at = rng.integers(0, n_nb, len(kind))
    place_xy = nb_xy[at] * np.where(np.isin(kind, (0, 1, 8, 16)), 0.6, 1)[:, None] + rng.normal(
        0, 0.4, (len(kind), 2)
    )
    place_xy[kind == 11] = nb_xy[rng.choice(np.flatnonzero(village), (kind == 11).sum())] + rng.normal(
        0, 0.3, ((kind == 11).sum(), 2)
    )
    place_xy[kind == 6] = nb_xy[rng.choice(np.flatnonzero(mine), (kind == 6).sum())]
    small = np.isin(kind, (9, 11, 15, 16))
    fate = rng.random(len(kind))
    opened = np.where(small & (fate < p["new_places"]), rng.integers(20, 280, len(kind)), 0)
    shut = np.where(small & (fate > 1 - p["new_places"] / 2), rng.integers(120, 340, len(kind)), CLOSED)
    doc_count = np.ceil(
        np.array([k.doctors for k in PLACES])[kind] * np.exp(rng.normal(0, 0.25, len(kind)))
    ).astype(int)
    doc_first = np.concatenate([[0], np.cumsum(doc_count)[:-1]])
    duty = rng.random((doc_count.sum(), 7)) < np.array([0.88, 0.85, 0.85, 0.85, 0.82, 0.5, 0.4])
    start = np.datetime64(
        rng.choice(["2023-01-01", "2023-07-01", "2024-01-01", "2024-04-01", "2024-07-01"]), "D"
    )
    dates = pd.DatetimeIndex(start + np.arange(DAYS))
    weight = np.array([1.12, 1.05, 1.02, 1.0, 1.03, 0.8, 0.68])[dates.day_of_week] * (
        1 + p["winter"] * np.cos((dates.day_of_year - 10) / 58.1)
    )
    for first, last in (
        ("2023-01-21", "2023-01-27"),
        ("2023-05-01", "2023-05-03"),
        ("2023-10-01", "2023-10-06"),
        ("2024-02-10", "2024-02-17"),
        ("2024-05-01", "2024-05-05"),
        ("2024-10-01", "2024-10-07"),
        ("2025-01-28", "2025-02-04"),
        ("2025-05-01", "2025-05-05"),
    ):
        weight = np.where((dates >= first) & (dates <= last), weight * p["holiday"], weight)
    weight = weight * np.exp(rng.normal(0, 0.05, DAYS))
    names = [f"{''.join(rng.choice(list(_SYLLABLES), 2))}{PLACES[k].suffix}" for k in kind]
    town_names = [
        f"{''.join(rng.choice(list(_SYLLABLES), 1))}{''.join(rng.choice(list(_SYLLABLES), 1))}{rng.choice(list(_TOWNS))}"
        for _ in range(towns)
    ]
    age = people["age"]
    role_places, role_cum = {}, {}
    for role, shares in ROLES.items():
        ids = np.flatnonzero(np.isin(kind, list(shares)))
        away = np.hypot(
            nb_xy[:, None, 0] - place_xy[None, ids, 0], nb_xy[:, None, 1] - place_xy[None, ids, 1]
        )
        reach = np.array([k.reach for k in PLACES])[kind[ids]]
        w = pull[ids] * np.array([shares[k] for k in kind[ids]]) * np.exp(-away / reach) + 1e-6
        cum = np.cumsum(w, axis=1)
        cum = cum / cum[:, -1:]
        cum[:, -1] = 1.0
        role_places[role], role_cum[role] = ids, cum
    activity = (
        rng.gamma(p["activity_shape"], 1, n)
        * (0.45 + (age / 55) ** 1.6)
        * np.where(people["employee"], 1.25, 0.85)
    )
    city = City(
        p=p, rng=rng, start=start, day_weight=weight, agent=np.full(n, -1), home=np.arange(n) * 0 + people["house"], lives=people["nb"].copy(), ident=np.zeros(n, "i1"),
        chronic=rng.random(n) < np.clip((age - 38) / 75, 0.01, 0.6) * p["chronic"], weekday=rng.integers(0, 7, n), clock=rng.choice([500, 540, 580, 630, 870, 930, 1000, 1110], n, p=[0.17, 0.2, 0.2, 0.12, 0.1, 0.1, 0.06, 0.05]) + rng.normal(0, 18, n),
        activity=activity / activity.mean(), usual={}, nb_xy=nb_xy, nb_ptr=np.searchsorted(people["nb"], np.arange(n_nb + 1)), nb_village=village, nb_mine=mine, town=town, kind=kind, place_xy=place_xy, pull=pull,
        place_price=np.exp(rng.normal(0, 0.18, len(kind))), opened=opened, shut=shut, evening_poster=np.isin(kind, (11, 15, 4)) & (rng.random(len(kind)) < p["evening_posters"]), doc_first=doc_first, doc_count=doc_count,
        doc_place=np.repeat(np.arange(len(kind)), doc_count), duty=duty, names=names, towns=town_names, role_places=role_places, role_cum=role_cum, **people,
    )  # fmt: skip
    city.usual = {role: city.draw_places(np.arange(n), role) for role in ROLES}
    helped = np.flatnonzero(city.chronic & (rng.random(n) < 0.12))
    city.agent[helped] = city.head[helped]
    poor = rng.random(n)
    city.ident[poor < 0.05] = 1
    city.ident[(poor > 0.97) & (age > 40)] = 2
    return city


def _visits(
    city: City, book: Book, count: float, role: str, kind: int, loyal: float, weight: np.ndarray
) -> None:
    rng = city.rng
    who = np.repeat(np.arange(city.n), rng.poisson(weight * count / weight.sum()))
    place = np.where(rng.random(len(who)) < loyal, city.usual[role][who], city.draw_places(who, role))
    day = city.draw_days(len(who))
    own = rng.random(len(who)) < city.p["own_weekday"]
    day = np.where(own, day - city.weekday_of(day) + city.weekday[who], day).clip(0, DAYS - 1)
    minute, doc = city.minutes(who, place), city.doctors(who, place, day)
    if kind == SHOP:
        kinds, stay = np.full(len(who), SHOP), 0
    elif kind == STAY:
        kinds = np.full(len(who), STAY)
        stay = (
            np.ceil(rng.gamma(2.2, 4.3, len(who)) * np.where(np.isin(city.kind[place], (2, 3, 7)), 2.1, 1))
            .clip(1, 75)
            .astype(int)
        )
    else:
        kinds, stay = np.full(len(who), kind), 0
    dx = rng.choice(len(DX), len(who), p=_COMMON / _COMMON.sum())
    book.add(who, place, doc, kinds, day, minute, stay=stay, dx=dx, amount=city.price(place, kinds, stay))
    if kind in (OUT, SHOP):
        _company(city, book)


def _company(city: City, book: Book) -> None:
    """Some visits are made with one of the household or the neighbour next door."""
    rng, last = city.rng, book.parts[-1]
    pick = np.flatnonzero(rng.random(len(last["who"])) < city.p["company"])
    who = last["who"][pick]
    kin = rng.random(len(pick)) < 0.65
    other = np.where(
        kin,
        np.where(city.head[who] == who, np.minimum(who + 1, city.n - 1), city.head[who]),
        np.clip(who + 2 + who % 3, 0, city.n - 1),
    )
    fits = (other != who) & np.where(
        kin, city.house[other] == city.house[who], city.nb[other] == city.nb[who]
    )
    pick, other = pick[fits], other[fits]
    place, day = last["place"][pick], last["day"][pick]
    doc = np.where(rng.random(len(pick)) < 0.6, last["doc"][pick], city.doctors(other, place, day))
    book.add(
        other,
        place,
        doc,
        last["kind"][pick],
        day,
        last["minute"][pick] + rng.exponential(6, len(pick)),
        dx=rng.choice(len(DX), len(pick), p=_COMMON / _COMMON.sum()),
        amount=city.price(place, last["kind"][pick], 0),
    )


def _refills(city: City, book: Book, count: float) -> None:
    rng = city.rng
    ill = np.flatnonzero(city.chronic)
    every = rng.choice([28, 30, 31, 35, 60, 90], len(ill), p=[0.2, 0.34, 0.16, 0.12, 0.12, 0.06])
    day = (
        rng.integers(0, every)[:, None]
        + np.arange(14)[None, :] * every[:, None]
        + np.round(rng.normal(0, 2.5, (len(ill), 14))).astype(int)
    )
    expected = (DAYS / every).sum() * 1.3
    keep = (rng.random(day.shape) < min(0.97, count / expected)) & (day >= 0) & (day < DAYS)
    row, col = np.nonzero(keep)
    who, day = ill[row], day[row, col]
    day = np.where(
        rng.random(len(who)) < city.p["own_weekday"], day - city.weekday_of(day) + city.weekday[who], day
    ).clip(0, DAYS - 1)
    role = (ill * 7919 % 10 < 6)[row]
    place = np.where(role, city.usual["primary"][who], city.usual["hospital"][who])
    minute, doc = city.minutes(who, place), city.doctors(who, place, day)
    dx = (who * 31 % 100) // 34
    book.add(who, place, doc, CHRONIC, day, minute, dx=dx, amount=city.price(place, CHRONIC, 0, sigma=0.35))
    fill = np.flatnonzero(rng.random(len(who)) < 0.3)
    shop = np.where(
        rng.random(len(fill)) < 0.75, city.usual["shop"][who[fill]], city.draw_places(who[fill], "shop")
    )
    book.add(
        who[fill],
        shop,
        doc[fill],
        SHOP,
        day[fill],
        minute[fill] + 12 + rng.exponential(35, len(fill)),
        dx=dx[fill],
        amount=city.price(shop, SHOP, 0) * 1.5,
    )


def _courses(city: City, book: Book, count: float) -> None:
    rng = city.rng
    weight = city.activity / city.activity.sum()
    who = rng.choice(city.n, int(count / 5.2), p=weight)
    length = rng.choice([3, 5, 7, 10], len(who), p=[0.45, 0.25, 0.15, 0.15])
    first, place = city.draw_days(len(who)), city.usual["primary"][who]
    minute, dx = city.minutes(who, place), rng.choice(len(DX), len(who), p=_COMMON / _COMMON.sum())
    doc = city.doctors(who, place, first)
    row = np.repeat(np.arange(len(who)), length)
    step = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    at = who[row], place[row]
    book.add(
        at[0],
        at[1],
        doc[row],
        OUT,
        first[row] + step,
        minute[row] + rng.normal(0, 14, len(row)),
        dx=dx[row],
        amount=city.price(at[1], OUT, 0, sigma=0.25),
    )


def live(city: City, book: Book, count: float) -> None:
    """Ordinary life: about `count` claims of visits, refills, courses, purchases and stays."""
    w = city.activity
    count = count / 1.03
    _visits(city, book, count * 0.24, "primary", OUT, city.p["loyal"], w)
    _visits(city, book, count * 0.15, "hospital", OUT, city.p["loyal"] - 0.1, w)
    _visits(
        city, book, count * 0.29, "shop", SHOP, city.p["loyal"] - 0.05, w * np.where(city.employee, 1.5, 0.5)
    )
    _visits(city, book, count * 0.055, "ward", STAY, 0.45, w * (0.2 + city.age / 60))
    _refills(city, book, count * 0.17)
    _courses(city, book, count * 0.055)
