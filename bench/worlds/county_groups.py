"""The county's lawful groups and its rings (see `county`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from bench.worlds.county_life import (
    CENTRE,
    CLINIC,
    DAYS,
    GENERAL,
    MATERNAL,
    PRIVATE,
    PSYCH,
    SHOP,
    TCM,
    County,
    D,
    Ledger,
)

__all__ = [
    "LAWFUL",
    "RINGS",
    "Group",
    "Ring",
    "Sign",
    "meeting_nats",
    "plant_lawful",
    "plant_rings",
    "visiting_nats",
]

OUT, CHRONIC, STAY, BUY = range(4)

_FIRMS = ("石料有限公司", "商贸有限公司", "农业发展有限公司", "建材有限公司", "劳务服务有限公司")


class Lawful(NamedTuple):
    """One kind of lawful group: who (scope, ages), where, when, with what claims, and what it leaves in registers."""

    kind: str
    weight: float
    size: tuple[int, int]
    scope: str
    age: tuple[int, int]
    place: str
    ctype: int
    rhythm: str
    gap: float
    attend: tuple[float, float]
    diag: str = ""
    sign: str = ""
    extra: str = ""


LAWFUL = (
    Lawful("carer_fetches_for_neighbours", 16, (3, 8), "hamlet", (62, 97), "centre", CHRONIC, "market:5", 2, (0.75, 0.98), sign="agent"),
    Lawful("family_on_one_phone", 22, (3, 6), "household", (0, 97), "centre", OUT, "market:3", 4, (0.4, 0.9), sign="phone"),
    Lawful("family_shops_on_market_day", 12, (3, 5), "household", (16, 97), "shop", BUY, "market:3", 2, (0.5, 0.9), sign="phone"),
    Lawful("hamlet_walks_to_market", 18, (4, 16), "hamlet", (40, 90), "centre", OUT, "market:4", 9, (0.4, 0.8)),
    Lawful("village_chronic_day", 16, (12, 60), "village", (48, 97), "clinic", CHRONIC, "month", 3, (0.6, 0.95)),
    Lawful("family_doctor_round", 9, (15, 80), "village", (55, 97), "clinic", OUT, "quarter", 4, (0.5, 0.9), extra="doctor"),
    Lawful("cadre_brings_cards_of_the_poor", 8, (8, 40), "village", (35, 97), "centre", CHRONIC, "quarter", 1.5, (0.7, 0.98), sign="cadre"),
    Lawful("tuberculosis_daily_dose", 2, (4, 12), "township", (18, 80), "centre", OUT, "daily:150", 6, (0.75, 0.95), diag="A15.000"),
    Lawful("methadone_queue", 1, (8, 25), "county", (28, 60), "general", OUT, "daily:260", 5, (0.55, 0.9), diag="F11.200"),
    Lawful("dialysis_shift", 2, (6, 18), "county", (35, 80), "general", CHRONIC, "shift", 5, (0.92, 0.99), diag="N18.500|N18.600|Z49.100"),
    Lawful("oncology_cycle", 5, (4, 10), "county", (40, 80), "general", STAY, "cycle:21", 25, (0.7, 0.95), diag="Z51.100|C34.900|C50.900"),
    Lawful("acupuncture_slot", 7, (4, 12), "seat", (45, 85), "tcm", OUT, "course:15", 4, (0.6, 0.95), diag="M54.500", extra="doctor"),
    Lawful("rehabilitation_group", 4, (5, 14), "county", (50, 85), "tcm", CHRONIC, "week:3", 8, (0.55, 0.9), diag="I69.300|G81.900"),
    Lawful("psychiatric_long_stay", 1.5, (12, 50), "county", (25, 75), "psych", STAY, "settle", 3, (0.9, 0.99), diag="F20.900", sign="institution"),
    Lawful("old_peoples_home_with_visiting_doctor", 5, (10, 45), "township", (68, 97), "centre", OUT, "week:1", 3, (0.45, 0.85), sign="home"),
    Lawful("firm_clinic_of_quarry", 3, (20, 90), "township", (22, 58), "centre", OUT, "month", 4, (0.2, 0.6), diag="J60.x00|T14.900", sign="employer"),
    Lawful("migrants_of_one_site_home_for_the_feast", 6, (8, 35), "village", (20, 56), "centre", OUT, "feast", 6, (0.5, 0.9), sign="site"),
    Lawful("boarding_school", 4, (20, 120), "township", (11, 16), "centre", OUT, "week:1", 3, (0.08, 0.3), sign="school"),
    Lawful("outbreak_in_a_village", 7, (10, 60), "village", (0, 97), "clinic", OUT, "burst:5", 5, (0.35, 0.6), diag="A09.900|J10.100"),
    Lawful("antenatal_day", 4, (6, 25), "county", (20, 40), "maternal", OUT, "week2", 7, (0.6, 0.9), diag="Z34.900", extra="women"),
    Lawful("screening_bus", 5, (15, 80), "village", (35, 64), "maternal", OUT, "burst:2", 4, (0.7, 0.95), diag="Z12.300", extra="women"),
    Lawful("shop_beside_the_hospital", 4, (20, 120), "county", (30, 90), "seatshop", BUY, "own:45", 0, (0.6, 0.9), extra="prescribed"),
    Lawful("only_dual_channel_shop", 2, (10, 60), "county", (35, 85), "seatshop", BUY, "own:30", 0, (0.8, 0.97), extra="dear"),
    Lawful("one_drug_one_shop", 4, (8, 50), "county", (40, 85), "seatshop", BUY, "own:35", 0, (0.7, 0.95), extra="drug"),
    Lawful("substitute_village_doctor", 6, (15, 90), "village", (0, 97), "nextclinic", OUT, "leave", 4, (0.15, 0.4)),
    Lawful("specialist_comes_weekly", 5, (8, 40), "township", (40, 90), "centre", OUT, "week:1", 6, (0.25, 0.6), extra="visiting"),
    Lawful("clinic_renamed", 4, (20, 120), "village", (0, 97), "nextclinic", OUT, "moved", 5, (0.08, 0.25)),
    Lawful("congregation_on_the_way_home", 5, (6, 25), "township", (35, 85), "shop", BUY, "week:1", 4, (0.35, 0.75)),
    Lawful("cooperative_with_one_account", 6, (10, 60), "village", (30, 75), "centre", OUT, "market:10", 6, (0.25, 0.6), sign="account"),
    Lawful("disability_workshop", 3, (6, 20), "township", (20, 58), "centre", OUT, "week:1", 4, (0.6, 0.9), diag="F79.900|G40.900", sign="workshop"),
    Lawful("member_day_of_a_shop", 5, (20, 90), "seat", (30, 85), "seatshop", BUY, "month", 5, (0.35, 0.7)),
    Lawful("dance_companions", 6, (4, 12), "seat", (52, 75), "seatshop", BUY, "week:1", 2, (0.4, 0.8), extra="women"),
    Lawful("diabetes_self_help", 4, (6, 25), "seat", (45, 80), "general", CHRONIC, "month", 5, (0.6, 0.9), diag="E11.900"),
    Lawful("twice_weekly_bus_to_the_county_town", 8, (6, 18), "township", (45, 85), "general", OUT, "week:2", 4, (0.15, 0.4)),
    Lawful("winter_stays_after_harvest", 7, (5, 25), "village", (60, 92), "centre", STAY, "winter", 30, (0.55, 0.9), diag="J44.100|I50.900"),
    Lawful("sheltered_house_of_the_five_guarantees", 3, (4, 12), "village", (66, 97), "clinic", CHRONIC, "month", 2, (0.8, 0.98), sign="home"),
    Lawful("grandparents_with_left_behind_children", 8, (3, 7), "hamlet", (0, 97), "clinic", OUT, "week2", 6, (0.4, 0.8), sign="phone"),
    Lawful("doctors_saturday_circle", 4, (5, 16), "seat", (50, 85), "private", OUT, "week:1", 6, (0.5, 0.85), extra="doctor"),
)  # fmt: skip


class Scheme(NamedTuple):
    """One kind of ring."""

    kind: str
    size: tuple[int, int]
    villages: tuple[int, int]
    places: str
    n_places: tuple[int, int]
    ctype: int
    meets: bool
    """Whether its people come together; else `events` counts each person's own claims."""
    events: tuple[int, int]
    gap: float
    hours: tuple[int, int]
    place_acts: bool
    doctors: int = 0
    sign: str = ""
    los: int = 0
    join: float = 1.0
    """Of the people at hand, which part an event is meant for."""
    diag: str = ""
    extra: str = ""


RINGS = (
    Scheme("cards_swept_at_a_shop", (12, 45), (2, 6), "shop", (1, 2), BUY, True, (32, 70), 1.6, (720, 1230), True),
    Scheme("staged_stays_two_of_five_batches", (25, 110), (2, 6), "private|centre", (1, 1), STAY, True, (10, 20), 14, (520, 900), True, 2, los=7, join=0.5, diag="J44.100|I20.000|M51.200"),
    Scheme("steered_prescriptions", (40, 120), (4, 12), "seatshop", (1, 1), BUY, False, (11, 22), 0, (540, 1080), True, 2),
    Scheme("rotating_pool", (12, 40), (2, 6), "seatshop|centre|shop|private", (3, 6), OUT, True, (40, 85), 3, (500, 1000), False, join=0.6, sign="phone"),
    Scheme("slow_drip", (4, 9), (1, 3), "shop|private", (1, 2), OUT, True, (45, 90), 35, (490, 1010), False),
    Scheme("paper_patients_of_absent_migrants", (20, 60), (1, 4), "clinic", (1, 1), OUT, False, (16, 34), 0, (1020, 1190), True, 1, sign="phone", extra="migrants"),
    Scheme("phantom_therapy", (18, 60), (3, 8), "tcm|private|centre", (1, 1), OUT, True, (45, 95), 4, (480, 980), False, 1, join=0.7, diag="M54.500|M47.800"),
    Scheme("identical_bills", (30, 100), (3, 9), "private", (1, 1), OUT, False, (10, 22), 0, (490, 1020), True, 1, extra="same"),
    Scheme("shell_employer", (15, 60), (2, 8), "private|centre", (1, 2), STAY, True, (9, 20), 20, (500, 980), False, 1, sign="employer", los=6, join=0.5),
    Scheme("home_cards", (4, 6), (1, 1), "seatshop|shop", (2, 4), BUY, True, (30, 65), 2, (520, 1220), False, sign="phone"),
    Scheme("staff_and_kin", (8, 25), (2, 5), "private", (1, 1), STAY, True, (7, 16), 40, (480, 1000), True, 1, sign="staff", los=6, join=0.6),
    Scheme("drug_resale_tour", (6, 16), (1, 4), "centre", (3, 5), CHRONIC, True, (45, 90), 3, (490, 700), False, extra="drug"),
    Scheme("van_pickup", (10, 40), (1, 4), "private|tcm", (1, 1), OUT, True, (20, 45), 3, (510, 660), True, 2),
    Scheme("clinics_bill_each_others_villagers", (40, 120), (3, 5), "clinic", (3, 5), OUT, False, (9, 22), 0, (1020, 1190), True, 0),
    Scheme("medicines_bought_back", (15, 45), (1, 4), "shop", (1, 2), BUY, False, (14, 28), 0, (500, 1220), True, extra="trace"),
    Scheme("one_accounts_large_circle", (90, 180), (6, 14), "private|seatshop|centre", (2, 4), OUT, True, (24, 48), 2.5, (500, 1010), False, 1, sign="account", join=0.35),
)  # fmt: skip


class Sign(NamedTuple):
    """A value that some people's register rows share."""

    column: str
    people: np.ndarray
    value: str


@dataclass(slots=True)
class Group:
    """A lawful group as planted."""

    kind: str
    people: np.ndarray


@dataclass(slots=True)
class Ring:
    """A ring as planted; `meetings` holds place, minutes of the window, attendance and people meant."""

    kind: str
    people: np.ndarray
    places: np.ndarray
    doctors: np.ndarray
    attendance: float
    scheme: Scheme
    meetings: list[tuple[int, float, int, int]] = field(default_factory=list)
    expected_own: float = 0.0
    shared: list[Sign] = field(default_factory=list)


def _near(rng: np.random.Generator, w: County, kind: int, township: int) -> int:
    """Return a place of the kind in the township, else in its county."""
    here = w.of_kind(kind, township=township)
    if not len(here):
        here = w.of_kind(kind, county=int(w.county_of[township]))
    here = here[w.places["open_day"][here] == 0] if (w.places["open_day"][here] == 0).any() else here
    return int(rng.choice(here, p=w.places["weight"][here] / w.places["weight"][here].sum()))


def _place(rng: np.random.Generator, w: County, what: str, person: int) -> int:
    """Resolve a place by word, seen from one member."""
    what = str(rng.choice(what.split("|")))
    township = int(w.people["township"][person])
    seat = int(np.flatnonzero(w.seat & (w.county_of == w.county_of[township]))[0])
    if what in {"clinic", "centre"}:
        return int(w.people[what][person])
    if what == "nextclinic":
        village = int(w.people["village"][person])
        clinics = w.of_kind(CLINIC, township=township)
        others = clinics[w.places["village"][clinics] != village]
        return int(others[np.argmin(np.abs(w.places["village"][others] - village))])
    kinds = {
        "general": GENERAL,
        "tcm": TCM,
        "maternal": MATERNAL,
        "private": PRIVATE,
        "psych": PSYCH,
        "shop": SHOP,
        "seatshop": SHOP,
        "anycentre": CENTRE,
    }
    return _near(rng, w, kinds[what], township if what == "shop" else seat)


def _scope(rng: np.random.Generator, w: County, scope: str) -> np.ndarray:
    """Return the people of one hamlet, village, township or county, or two neighbouring households."""
    people = w.people
    anchor = int(rng.integers(0, w.size))
    if scope == "seat":
        anchor = int(rng.choice(np.flatnonzero(people["town"])))
    if scope == "county":
        townships = np.flatnonzero(w.county_of == w.county_of[people["township"][anchor]])
        lo, hi = np.searchsorted(people["township"], [townships[0], townships[-1] + 1])
        return np.arange(lo, hi)
    column, width = {"household": ("household", 2), "hamlet": ("hamlet", 1), "village": ("village", 1)}.get(
        scope, ("township", 1)
    )
    value = people[column][anchor]
    lo, hi = np.searchsorted(people[column], [value, value + width])
    return np.arange(lo, hi)


def _rhythm(rng: np.random.Generator, w: County, rhythm: str, township: int) -> np.ndarray:  # noqa: PLR0911, PLR0912 - one arm per word
    """Return the days of a group's events."""
    name, _, number = rhythm.partition(":")
    k = int(number or 0)
    days = np.arange(DAYS)
    since, weekday = int(rng.integers(0, 60)), int(rng.integers(0, 7))
    markets = days[(days - w.market[township]) % 5 == 0]
    match name:
        case "market":
            chosen = markets[int(rng.integers(0, k)) :: k]
            return chosen[rng.random(len(chosen)) < rng.uniform(0.6, 0.95)]
        case "week":
            chosen = days[np.isin(w.weekday, [(weekday + 2 * i) % 6 for i in range(k)]) & (days >= since)]
            return chosen[rng.random(len(chosen)) < rng.uniform(0.55, 0.95)]
        case "week2":
            return days[w.weekday == min(weekday, 4)][int(rng.integers(0, 2)) :: 2]
        case "month":
            return np.clip(
                int(rng.integers(0, 28)) + 30 * np.arange(12) + rng.integers(-2, 3, 12), 0, DAYS - 1
            )
        case "quarter":
            return np.clip(
                int(rng.integers(5, 60)) + 91 * np.arange(4) + rng.integers(-12, 13, 4), 0, DAYS - 1
            )
        case "shift":
            return days[np.isin(w.weekday, [0, 2, 4] if rng.random() < 0.5 else [1, 3, 5])]
        case "daily":
            first = int(rng.integers(0, max(DAYS - k, 1)))
            return days[first : first + k]
        case "cycle":
            return np.arange(int(rng.integers(0, 150)), DAYS, k)[: int(rng.integers(4, 9))]
        case "course":
            starts = rng.choice(DAYS - 30, int(rng.integers(1, 4)), replace=False)
            return np.unique((starts[:, None] + np.arange(k)).ravel())
        case "settle":
            return np.clip(np.arange(12) * 30 + int(rng.integers(0, 4)), 0, DAYS - 31)
        case "burst":
            return int(rng.integers(0, DAYS - 10)) + np.arange(k)
        case "feast":
            return (w.festival - 6 + np.sort(rng.choice(22, 3, replace=False))) % DAYS
        case "winter":
            return (w.festival - 95 + np.sort(rng.choice(80, int(rng.integers(1, 4)), replace=False))) % DAYS
        case _:  # leave, moved: a stretch of days at another clinic
            first = int(rng.integers(20, 250))
            last = first + int(rng.integers(20, 75)) if name == "leave" else DAYS
            stretch = days[first:last]
            return stretch[:: 2 if name == "leave" else 4]


def _minutes(rng: np.random.Generator, event: np.ndarray, base: np.ndarray, gap: float) -> np.ndarray:
    """Let the people of each event follow each other with random gaps."""
    order = np.lexsort((rng.random(len(event)), event))
    waits = rng.gamma(1.6, max(gap, 0.3) / 1.6, len(event))
    total = np.cumsum(waits)
    sorted_event = event[order]
    first = np.r_[True, sorted_event[1:] != sorted_event[:-1]]
    start = np.maximum.accumulate(np.where(first, total - waits, 0))
    minute = np.empty(len(event))
    minute[order] = base[order] + total - start
    return np.where(minute > 1225, 1225 - (minute - 1225) % 700, minute)


def _lawful_people(rng: np.random.Generator, w: County, kind: Lawful, largest: int) -> np.ndarray:
    size = min(int(np.exp(rng.uniform(*np.log(kind.size)))) + (rng.random() < 0.5), largest)
    for _ in range(12):
        pool = _scope(rng, w, kind.scope)
        age = w.people["age"][pool]
        keep = (age >= kind.age[0]) & (age <= kind.age[1])
        if kind.extra == "women":
            keep &= w.people["sex"][pool] == 2
        if kind.sign == "site":
            keep &= w.people["migrant"][pool]
        pool = pool[keep]
        if len(pool) >= max(3, 0.4 * size):
            return np.sort(rng.choice(pool, min(size, len(pool)), replace=False))
    return np.empty(0, int)


def plant_lawful(
    rng: np.random.Generator, w: County, ledger: Ledger, *, number: int, budget: int, weak: bool
) -> tuple[list[Group], list[Sign]]:
    """Plant about `number` lawful groups of every kind with at most about `budget` claims."""
    weights = np.array([k.weight for k in LAWFUL]) * rng.lognormal(0, 0.35, len(LAWFUL))
    rest = max(number - len(LAWFUL), 0)
    kinds = np.r_[rng.permutation(len(LAWFUL)), rng.choice(len(LAWFUL), rest, p=weights / weights.sum())]
    groups: list[Group] = []
    signs: list[Sign] = []
    largest = max(8, w.size // 60)
    for i in kinds:
        kind = LAWFUL[i]
        if ledger.size > budget and len(groups) >= len(LAWFUL):
            break
        people = _lawful_people(rng, w, kind, largest)
        if len(people) >= 3:
            _lawful_claims(rng, w, ledger, kind, people, max(budget // 12, 150))
            groups.append(Group(kind.kind, people))
            signs += _lawful_signs(rng, w, kind, people, weak)
    return groups, signs


def _lawful_claims(
    rng: np.random.Generator, w: County, ledger: Ledger, kind: Lawful, people: np.ndarray, most: int
) -> None:
    place = _place(rng, w, kind.place, int(people[0]))
    q = rng.uniform(*kind.attend)
    steady = np.clip(rng.normal(q, 0.1, len(people)), 0.03, 0.995)  # some come always, some seldom
    first, count = w.places["first_doctor"][place], max(int(w.places["doctors"][place]), 1)
    doctor = int(first + rng.integers(0, count)) if kind.extra == "doctor" else -1
    if kind.extra in {"visiting", "prescribed"}:
        hospital = _place(rng, w, "general", int(people[0]))
        doctor = int(w.places["first_doctor"][hospital] + rng.integers(0, w.places["doctors"][hospital]))
    diag = (
        rng.choice([D[c] for c in kind.diag.split("|")], len(people))
        if kind.diag
        else np.full(len(people), -1)
    )
    if kind.ctype == CHRONIC and not kind.diag:
        diag = w.people["disease"][people]
    drug = int(rng.integers(0, 40)) if kind.extra in {"drug", "dear"} else -1
    scale = float(rng.uniform(6, 25)) if kind.extra == "dear" else float(rng.lognormal(0, 0.2))
    if kind.rhythm.startswith("own"):
        every = int(kind.rhythm[4:])
        turn = np.tile(np.arange(DAYS // every), (len(people), 1))
        day = (
            rng.integers(0, every, len(people))[:, None] + turn * every + rng.integers(-4, 5, turn.shape)
        ).ravel()
        who = np.repeat(np.arange(len(people)), turn.shape[1])
        minute = np.clip(w.people["hour"][people][who] + rng.normal(0, 70, len(who)), 485, 1225)
        keep = (day >= 0) & (day < DAYS) & (rng.random(len(who)) < steady[who])
    else:
        days = _rhythm(rng, w, kind.rhythm, int(w.people["township"][people[0]]))
        who = np.tile(np.arange(len(people)), len(days))
        event = np.repeat(np.arange(len(days)), len(people))
        day = days[event]
        base = float(rng.uniform(485, 640) if rng.random() < 0.75 else rng.uniform(840, 960))
        stagger = rng.integers(0, 3, len(who)) if kind.rhythm == "winter" else 0
        minute = _minutes(
            rng, event, base + rng.normal(0, 12, len(days))[event], kind.gap * rng.uniform(0.6, 1.7)
        )
        day = np.clip(day + stagger, 0, DAYS - 1)
        keep = rng.random(len(who)) < steady[who]
    keep &= w.home(people[who], day) | (kind.sign == "site")
    picked = np.flatnonzero(keep)[:most] if not kind.rhythm.startswith("own") else np.flatnonzero(keep)
    who, day, minute = who[picked], day[picked], minute[picked]
    los = {"settle": 30, "cycle": 3, "winter": 8}.get(kind.rhythm.partition(":")[0], 0)
    stay = np.clip(rng.normal(los, los * 0.15, len(who)), 1, 31).astype(int) if los else 0
    ledger.add(
        people[who],
        day=day,
        minute=minute,
        place=place,
        ctype=kind.ctype,
        doctor=doctor,
        diag=diag[who],
        scale=scale,
        los=stay,
        drug=drug,
    )
    if kind.extra == "prescribed":
        seen = rng.random(len(who)) < 0.75
        ledger.add(
            people[who][seen],
            day=day[seen],
            minute=minute[seen] - rng.uniform(10, 45, seen.sum()),
            place=hospital,
            ctype=OUT,
            doctor=doctor,
        )


def _phone(rng: np.random.Generator) -> str:
    return f"1{rng.choice(['36', '38', '50', '52', '57', '59', '78', '83', '87', '98'])}{rng.integers(0, 10**8):08d}"


def _account(rng: np.random.Generator) -> str:
    return f"62{rng.integers(10**8, 10**9)}{rng.integers(0, 10**8):08d}"


def _lawful_signs(  # noqa: PLR0911 - one arm per word
    rng: np.random.Generator, w: County, kind: Lawful, people: np.ndarray, weak: bool
) -> list[Sign]:
    if not kind.sign:
        return []
    share = rng.uniform(0.4, 1.0) * (0.6 if weak else 1.0)
    marked = people[rng.random(len(people)) < share]
    number = int(rng.integers(1, 400))
    place = f"#{int(w.people['village'][people[0]])}"  # the register's writer puts the village's name there
    match kind.sign:
        case "phone":
            return [Sign("phone", marked, _phone(rng))]
        case "agent":
            return [Sign("agent_id", marked, f"AG{rng.integers(10**5, 10**6)}")]
        case "cadre":
            agent = Sign("agent_id", marked, f"AG{rng.integers(10**5, 10**6)}")
            return [agent, Sign("identity_class", people[rng.random(len(people)) < 0.7], "脱贫人口")]
        case "account":
            return [
                Sign("bank_account", marked, _account(rng)),
                Sign("employer", marked[::3], f"{place}种植专业合作社"),
            ]
        case "employer":
            return [
                Sign("employer", marked, f"{place}{rng.choice(_FIRMS)}"),
                Sign("insurance_type", marked[::2], "310"),
            ]
        case "site":
            return [Sign("employer", marked, f"建筑劳务{number}项目部")]
        case "school":
            return [Sign("address", marked, f"{place}寄宿制初级中学")]
        case "workshop":
            return [Sign("employer", marked, f"{place}阳光庇护工场")]
        case _:
            home = "康复院" if kind.sign == "institution" else "敬老院"
            return [
                Sign("address", marked, f"{place}{home}"),
                Sign("identity_class", people[rng.random(len(people)) < 0.6], "特困人员"),
            ]


def plant_rings(
    rng: np.random.Generator, w: County, ledger: Ledger, *, number: int, level: str
) -> tuple[list[Ring], list[Sign]]:
    """Plant rings, kinds in random order before any comes twice; the index of a ring is its number in the ledger."""
    order = np.concatenate([rng.permutation(len(RINGS)) for _ in range(number // len(RINGS) + 1)])[:number]
    rings: list[Ring] = []
    signs: list[Sign] = []
    left = w.size / 1000
    for i in order:
        scheme = RINGS[i]
        mode = level if level != "real" else str(rng.choice(["standard", "stealth"]))
        size = int(rng.integers(scheme.size[0], scheme.size[1] + 1))
        if level == "real":
            if left < 4 and rings:
                break
            size = int(
                np.clip(round(9 * np.exp(rng.normal(0, 0.75))), 4, 40 if scheme.kind != "home_cards" else 8)
            )
        size = max(4, min(size, w.size // 45))
        ring = _ring_people(rng, w, scheme, size, rings if mode == "hard" else [])
        left -= len(ring.people)
        _ring_claims(rng, w, ledger, ring, len(rings), mode)
        signs += _ring_signs(rng, w, ring, mode)
        rings.append(ring)
    return rings, signs


def _ring_people(rng: np.random.Generator, w: County, scheme: Scheme, size: int, former: list[Ring]) -> Ring:
    anchor = int(rng.integers(0, w.size))
    township = w.people["township"][anchor]
    villages = np.flatnonzero(np.isin(w.village_township, [township, min(township + 1, len(w.seat) - 1)]))
    villages = rng.choice(
        villages,
        min(int(rng.integers(scheme.villages[0], scheme.villages[1] + 1)), len(villages)),
        replace=False,
    )
    pools = []
    for v in villages:
        lo, hi = np.searchsorted(w.people["village"], [v, v + 1])
        pools.append(np.arange(lo, hi))
    pool = np.concatenate(pools)
    age = w.people["age"][pool]
    weight = np.where(age < 18, 0.02, np.where(age < 45, 0.3, 1.0)) * np.where(
        w.people["migrant"][pool], 8.0 if scheme.extra == "migrants" else 0.1, 1.0
    )
    people = rng.choice(pool, min(size, max(4, len(pool) // 3)), replace=False, p=weight / weight.sum())
    if former:
        known = np.concatenate([r.people for r in former])
        swap = rng.choice(known, max(1, len(people) // 10))
        people = np.r_[people[len(swap) :], swap]
    people = np.unique(people)
    home = int(people[rng.integers(0, len(people))])
    wanted = int(rng.integers(scheme.n_places[0], scheme.n_places[1] + 1))
    places: list[int] = []
    for _ in range(8 * wanted):
        if len(places) == wanted:
            break
        seen_from = home if scheme.places != "clinic" else int(people[rng.integers(0, len(people))])
        if scheme.places == "centre":
            seen_from = (
                int(rng.integers(0, w.size))
                if w.size < 90_000
                else int(np.clip(home + rng.integers(-40_000, 40_000), 0, w.size - 1))
            )
        place = _place(rng, w, scheme.places, seen_from)
        if place not in places:
            places.append(place)
    doctors = _ring_doctors(rng, w, scheme, np.array(places), home)
    return Ring(scheme.kind, people, np.array(places), doctors, 0.0, scheme)


def _ring_doctors(
    rng: np.random.Generator, w: County, scheme: Scheme, places: np.ndarray, home: int
) -> np.ndarray:
    if scheme.kind == "steered_prescriptions":
        house = np.array([_place(rng, w, "general|private|centre", home)])
    else:
        house = places[w.places["doctors"][places] > 0]
    if scheme.kind == "clinics_bill_each_others_villagers":
        return w.places["first_doctor"][house]
    if not scheme.doctors or not len(house):
        return np.empty(0, int)
    count = int(w.places["doctors"][house[0]])
    return w.places["first_doctor"][house[0]] + rng.choice(count, min(scheme.doctors, count), replace=False)


def _ring_claims(
    rng: np.random.Generator, w: County, ledger: Ledger, ring: Ring, index: int, mode: str
) -> None:
    s, m = ring.scheme, len(ring.people)
    part = 1.0 if mode == "standard" else 0.6
    ring.attendance = float(rng.uniform(0.55, 0.95) * s.join * part)
    events = max(4, int(rng.integers(s.events[0], s.events[1] + 1) * (0.6 if mode == "hard" else 1.0)))
    first = int(rng.integers(0, 90))
    last = int(rng.integers(max(first + 150, 230), DAYS - 8))
    if s.meets:
        day = np.sort(rng.integers(first, last, events))
        phase = (day - w.market[w.people["township"][ring.people[0]]]) % 5
        day = np.where(
            (rng.random(events) < rng.uniform(0.1, 0.7)) & (s.kind != "van_pickup"),
            np.maximum(day - phase, 0),
            day,
        )
        where = ring.places[rng.integers(0, len(ring.places), events)]
        came = rng.random((events, m)) < ring.attendance
        event, who = np.nonzero(came)
        low, high = s.hours[0], max(s.hours[0] + 40, s.hours[1] - int(s.gap * m * ring.attendance * 0.6))
        base = rng.uniform(low, high) * 0.5 + 0.5 * rng.uniform(low, high, events)
        gap = s.gap * float(rng.uniform(0.7, 1.4)) * (6.0 if mode == "hard" else 1.0)
        minute = _minutes(rng, event, base[event], gap)
        day, place = day[event], where[event]
        spread = {"standard": 2, "stealth": 3}.get(mode, 6)  # days over which a batch of stays begins
        for e in range(events):
            here = minute[event == e]
            if len(here):
                window = 1440.0 * spread if s.ctype == STAY else max(float(here.max() - here.min()), 2.0)
                ring.meetings.append((int(where[e]), window, len(here), m))
        if s.ctype == STAY:
            day = np.clip(day + rng.integers(0, spread, len(day)), 0, DAYS - 1)
            minute = np.clip(rng.normal(640, 120, len(day)), 470, 1080)
    else:
        mean = events * ring.attendance
        ring.expected_own = mean
        who = np.repeat(np.arange(m), np.maximum(rng.poisson(mean, m), 1))
        day = rng.integers(first, last, len(who))
        minute = rng.uniform(*s.hours, len(who))
        turn = rng.integers(0, len(ring.places), len(who))
        if s.kind == "clinics_bill_each_others_villagers":  # never at the clinic of one's own village
            own = ring.places[turn] == w.people["clinic"][ring.people[who]]
            turn = np.where(own, (turn + 1) % len(ring.places), turn)
        place = ring.places[turn]
    person = ring.people[who]
    _ring_rows(rng, w, ledger, ring, index, mode, person, day, minute, place)
    ring.people = np.unique(person)


def _ring_rows(
    rng: np.random.Generator,
    w: County,
    ledger: Ledger,
    ring: Ring,
    index: int,
    mode: str,
    person: np.ndarray,
    day: np.ndarray,
    minute: np.ndarray,
    place: np.ndarray,
) -> None:
    s, n = ring.scheme, len(person)
    scale = float(rng.uniform(1.1, 2.2)) if mode == "standard" and rng.random() < 0.7 else 1.0
    shop = w.places["kind"][place] == SHOP
    ctype = np.where(shop, BUY, s.ctype if s.ctype != BUY else OUT)
    doctor = np.full(n, -1)
    if len(ring.doctors):
        theirs = rng.choice(ring.doctors, n)
        fits = (theirs >= w.places["first_doctor"][place]) & (
            theirs < w.places["first_doctor"][place] + w.places["doctors"][place]
        )
        use = fits | (s.kind == "steered_prescriptions")
        doctor = np.where(use & (rng.random(n) < (0.9 if mode == "standard" else 0.7)), theirs, -1)
    diag = rng.choice([D[c] for c in s.diag.split("|")], n) if s.diag else np.full(n, -1)
    fixed = np.full(n, np.nan)
    if s.extra == "same":
        menu = np.round(rng.lognormal(5.1, 0.4, int(rng.integers(2, 6))), 2)
        fixed = np.where(rng.random(n) < (0.9 if mode == "standard" else 0.55), rng.choice(menu, n), np.nan)
    drug = (
        rng.choice(rng.integers(0, 40, 3), n)
        if s.extra in {"drug", "trace"} or s.kind in {"cards_swept_at_a_shop", "steered_prescriptions"}
        else -1
    )
    los = np.clip(s.los + rng.integers(-1, 2 if mode == "standard" else 5, n), 2, 20) if s.los else 0
    ledger.add(
        person,
        day=day,
        minute=minute,
        place=place,
        ctype=ctype,
        doctor=doctor,
        diag=diag,
        scale=scale,
        fixed=fixed,
        ring=index,
        los=los,
        drug=drug,
    )


def _ring_signs(rng: np.random.Generator, w: County, ring: Ring, mode: str) -> list[Sign]:
    sign = ring.scheme.sign
    if not sign:
        return []
    share = rng.uniform(0.3, 0.8) * (1.0 if mode == "standard" else 0.6)
    marked = ring.people[rng.random(len(ring.people)) < share]
    if len(marked) < 2:
        return []
    village = f"#{int(w.people['village'][ring.people[0]])}"
    match sign:
        case "phone":
            ring.shared = [Sign("phone", marked, _phone(rng))]
        case "account":
            ring.shared = [Sign("bank_account", marked, _account(rng))]
        case "employer":
            ring.shared = [Sign("employer", marked, f"{village}{rng.choice(_FIRMS)}")]
            return [*ring.shared, Sign("insurance_type", marked, "310")]
        case _:
            ring.shared = [Sign("employer", marked[: max(2, len(marked) // 2)], f"@{int(ring.places[0])}")]
    return ring.shared


def meeting_nats(
    meetings: list[tuple[int, float, int, int]], attendance: float, rate: dict[int, float]
) -> float:
    """Log-likelihood ratio of a ring's meetings, for one who knows members, places and rates.

    Each meeting is (place, window in minutes, n who came, m who might): ln Binomial(n; m, attendance) - ln Poisson(n; lambda), where
    lambda = the members' ordinary claims at that place in a year, spread over 365 days of 480 busy minutes (a day's window: over the
    days), doubled for market days and mornings, + 1e-6.
    """
    total = 0.0
    for place, window, n, m in meetings:
        busy = window / 1440 if window >= 1440 else min(window / 480, 1.0)
        lam = 2 * rate[place] / DAYS * busy + 1e-6
        choose = gammaln(m + 1) - gammaln(n + 1) - gammaln(m - n + 1)
        together = choose + n * np.log(attendance) + (m - n) * np.log1p(-min(attendance, 0.999))
        total += together - (n * np.log(lam) - lam - gammaln(n + 1))
    return float(total)


def visiting_nats(claims: int, members: int, mean: float, ordinary: float) -> float:
    """Return the same for a ring without meetings: Poisson(claims; ring's mean + ordinary) against Poisson(claims; ordinary), places known."""
    base = ordinary + 1e-6
    lifted = base + members * mean
    return float(claims * np.log(lifted / base) - (lifted - base))
