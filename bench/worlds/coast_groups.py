"""The coast's groups, lawful ones and rings: one table of patterns each and one way to play them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bench.worlds.coast_city import CATS, STREAMS, Book, City, near

__all__ = ["LAWFUL", "RINGS", "Pattern", "Played", "choose", "play"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a group goes about.

    style: meet (occasions, one after the other), slots (own weekdays and minute), batches (each comes to some of k batches),
    tour (cards carried over several places in a day), drip (nobody meets anybody). every: days between occasions; life: share of
    the year; gap: mean minutes between people; span: days over which an occasion spreads; signs: personal columns that hold
    the cause; then: (stream, kind of place, share, latest minutes after); steady: bills alike.
    """

    kind: str
    size: tuple[int, int]
    who: str
    cats: str
    stream: str
    rate: float = 5.0
    style: str = "meet"
    every: tuple[float, float] = (14, 30)
    attend: tuple[float, float] = (0.5, 0.9)
    gap: tuple[float, float] = (3, 12)
    hour: tuple[float, float] = (8.2, 10.5)
    season: str = ""
    life: tuple[float, float] = (0.8, 1.0)
    snap: bool = True
    local: float = 0.9
    places: tuple[int, int] = (1, 1)
    doctors: int = 1
    dx: tuple[str, ...] = ()
    scale: tuple[float, float] = (0.8, 1.2)
    steady: bool = False
    signs: tuple[str, ...] = ()
    then: tuple[str, str, float, int] | None = None
    span: int = 0
    los: tuple[int, int] = (-1, -1)
    med: str = ""
    roles: tuple[str, ...] = ()
    far: bool = False


def _p(kind: str, size: tuple[int, int], who: str, cats: str, stream: str, **more: object) -> Pattern:
    return Pattern(kind, size, who, cats, stream, **more)  # type: ignore[arg-type]


LAWFUL: tuple[Pattern, ...] = (
    _p("care_home", (14, 70), "frail", "COMM", "chronic", every=(12, 31), attend=(0.6, 0.95), gap=(2, 6), rate=7,
       dx=("I69.300", "F03.x00", "I10.x00"), signs=("address", "phone"), then=("pharmacy", "PHA", 0.4, 200)),
    _p("methadone_queue", (6, 26), "adult", "COMM", "clinic", style="slots", every=(7, 7), attend=(0.75, 0.95), rate=2,
       hour=(8, 10), dx=("F11.200",), scale=(0.1, 0.16), steady=True, local=0.3, doctors=2),
    _p("tuberculosis_watch", (4, 14), "adult", "COMM", "clinic", style="slots", every=(3, 3), attend=(0.7, 0.95), rate=3,
       life=(0.5, 0.5), dx=("A15.000",), scale=(0.4, 0.7), local=0.5),
    _p("dialysis_shift", (10, 32), "chronic", "DIAL", "chronic", style="slots", every=(3, 3), attend=(0.9, 0.98), rate=2.5,
       hour=(7, 17), dx=("N18.001", "Z49.101"), scale=(1.1, 1.4), steady=True, local=0.3, doctors=3),
    _p("infusion_cycles", (8, 40), "old", "TER", "stay", every=(20, 22), attend=(0.5, 0.8), gap=(6, 20), span=3, rate=5,
       dx=("C34.900", "C50.900", "C18.900"), los=(1, 3), scale=(0.5, 1), local=0.1, life=(0.4, 0.8), med="2111", doctors=2),
    _p("needle_series", (5, 22), "old", "TCM", "tcm", style="slots", every=(2, 3), attend=(0.7, 0.95), rate=14,
       life=(0.08, 0.35), hour=(8, 17), dx=("M54.200", "M17.900", "M51.200"), steady=True),
    _p("stroke_exercise", (5, 18), "old", "SEC", "hospital", style="slots", every=(2, 3), attend=(0.6, 0.9), rate=5,
       life=(0.2, 0.6), hour=(14, 16.5), dx=("I69.300",), steady=True, local=0.5),
    _p("village_chronic_day", (12, 90), "chronic", "VIL", "chronic", every=(28, 31), attend=(0.45, 0.85), gap=(2, 7), rate=14,
       local=1.0, dx=("I10.x00", "E11.900"), signs=("street",)),
    _p("crew_ashore", (5, 24), "worker", "CLIN", "clinic", every=(16, 30), attend=(0.4, 0.8), gap=(3, 12), hour=(15, 18), rate=8,
       season="fishing", snap=False, signs=("employer",), then=("pharmacy", "PHA", 0.5, 60), dx=("L55.900", "M54.500", "S61.900")),
    _p("winter_colony", (8, 45), "winter", "PHA", "pharmacy", every=(7, 10), attend=(0.3, 0.65), gap=(2, 8), rate=9, doctors=0,
       season="winter", signs=("address", "residence"), hour=(8.2, 10)),
    _p("winter_choir", (5, 20), "winter", "TCM", "tcm", every=(7, 7), attend=(0.45, 0.8), gap=(3, 10), rate=6, season="winter",
       signs=("residence",), hour=(14, 16), dx=("M17.900", "BNS020")),
    _p("member_day", (15, 120), "old", "PHA", "pharmacy", every=(10, 15), attend=(0.25, 0.5), gap=(2, 9), rate=16, doctors=0,
       hour=(8.2, 9.5), snap=False),
    _p("shop_beside", (20, 130), "any", "SEC", "hospital", every=(3, 7), attend=(0.03, 0.1), gap=(10, 40), rate=6, doctors=2,
       then=("pharmacy", "PHA", 0.85, 70), local=0.4, dx=("H40.900", "L40.000", "M10.900")),
    _p("special_drug_shop", (20, 100), "any", "PHA", "pharmacy", style="drip", every=(27, 31), attend=(0.8, 0.95), rate=2,
       dx=("C34.900", "M05.900", "L40.000"), scale=(18, 40), local=0.05, doctors=4, med="1502"),
    _p("fetching_carer", (3, 6), "frail", "PHA", "pharmacy", every=(26, 33), attend=(0.7, 0.95), gap=(0.6, 2), rate=26, doctors=1,
       signs=("phone",), hour=(9, 17), scale=(1, 2.2), local=1.0),
    _p("mahjong_friends", (3, 6), "old", "TCM", "tcm", every=(7, 14), attend=(0.6, 0.9), gap=(2, 8), rate=20, local=1.0),
    _p("square_dancers", (6, 24), "oldf", "COMM", "clinic", every=(25, 33), attend=(0.4, 0.75), gap=(2, 8), rate=9, local=0.9,
       dx=("M17.900", "I10.x00"), signs=("street",)),
    _p("sugar_circle", (7, 26), "chronic", "COMM", "chronic", every=(28, 30), attend=(0.5, 0.85), gap=(3, 9), rate=7, hour=(14, 15.5),
       dx=("E11.900",)),
    _p("college_rooms", (6, 50), "student", "UNIT", "clinic", every=(20, 60), attend=(0.3, 0.6), gap=(2, 8), rate=6, hour=(11.5, 17),
       season="school", signs=("employer",), snap=False, dx=("J06.900", "A09.000"), local=0.4),
    _p("fish_plant_clinic", (20, 140), "worker", "UNIT", "clinic", every=(25, 60), attend=(0.2, 0.5), gap=(2, 6), rate=4, local=0.3,
       signs=("employer",), dx=("M54.500", "L23.900", "J06.900")),
    _p("vaccine_days", (20, 110), "child", "COMM", "clinic", every=(60, 120), attend=(0.5, 0.8), gap=(1.5, 5), rate=7,
       dx=("Z25.100",), scale=(0.6, 1.2), steady=True, season="school"),
    _p("expectant_class", (5, 16), "youngf", "SEC", "hospital", every=(26, 30), attend=(0.6, 0.9), gap=(4, 12), rate=7,
       life=(0.4, 0.6), dx=("Z34.900",), local=0.5),
    _p("young_workshop_births", (5, 24), "youngf", "SEC", "stay", style="drip", every=(300, 400), attend=(0.7, 0.9), rate=4,
       dx=("O80.000", "O82.000"), los=(3, 6), med="52", signs=("employer",), scale=(0.7, 1.1), local=0.4, life=(1, 1)),
    _p("long_stay_ward", (12, 60), "adult", "PRIV", "stay", every=(30, 31), attend=(0.85, 0.98), gap=(2, 6), rate=2, doctors=2,
       dx=("F20.900", "F20.500"), los=(28, 31), med="210303", local=0.1, signs=("identity",), steady=True),
    _p("home_round", (5, 16), "frail", "LTC", "home", every=(3, 7), attend=(0.75, 0.95), gap=(25, 50), rate=12, steady=True,
       dx=("I69.300", "G20.x00", "F03.x00"), local=1.0),
    _p("cataract_bus", (6, 22), "old", "DAYS", "day", every=(90, 140), attend=(0.5, 0.8), gap=(15, 35), rate=8, local=1.0,
       dx=("H25.900",), los=(0, 1), steady=True, signs=("street",), then=("hospital", "SEC", 0.3, 300)),
    _p("ferry_day", (6, 40), "island", "SEC", "hospital", every=(7, 14), attend=(0.15, 0.4), gap=(4, 14), rate=7, local=1.0, doctors=4,
       then=("pharmacy", "PHA", 0.7, 150), hour=(9, 10.5)),
    _p("sheltered_workshop", (6, 30), "adult", "SEC", "chronic", every=(28, 31), attend=(0.6, 0.9), gap=(3, 8), rate=4,
       dx=("F70.900", "F20.900"), signs=("employer", "identity"), local=0.4),
    _p("bad_banquet", (8, 60), "any", "CLIN", "clinic", every=(500, 900), attend=(0.75, 0.95), gap=(3, 14), span=2, rate=8,
       dx=("A09.000", "A05.900"), snap=False, local=0.7, hour=(8, 14), doctors=3),
    _p("coach_upset", (5, 25), "tourist", "CLIN", "clinic", every=(500, 900), attend=(0.8, 0.98), gap=(2, 8), rate=8, season="summer",
       dx=("A09.000", "T67.000"), signs=("residence",), snap=False, hour=(15, 20), then=("pharmacy", "PHA", 0.6, 60)),
    _p("temple_house", (6, 30), "old", "TCM", "tcm", every=(14, 31), attend=(0.5, 0.85), gap=(3, 8), rate=4, signs=("address",),
       local=0.8),
    _p("village_cooperative", (8, 60), "resident", "COMM", "chronic", every=(28, 32), attend=(0.35, 0.7), gap=(3, 9), rate=6, local=1.0,
       signs=("account",), doctors=2),
    _p("dog_days_plasters", (20, 160), "any", "TCM", "tcm", every=(10, 10), attend=(0.65, 0.95), gap=(1.5, 4), rate=9,
       season="dogdays", dx=("J45.900", "J30.400", "BEZ010"), steady=True, snap=False, doctors=2),
    _p("winter_paste_orders", (10, 60), "old", "TCM", "tcm", every=(12, 18), attend=(0.5, 0.8), gap=(4, 12), rate=7, season="autumn",
       scale=(3, 6), hour=(8.5, 14)),
    _p("two_site_doctor", (12, 60), "old", "TCM", "tcm", every=(7, 14), attend=(0.2, 0.45), gap=(5, 14), rate=6, places=(2, 2),
       local=0.4),
    _p("coast_guard_post", (10, 60), "worker", "UNIT", "clinic", every=(30, 70), attend=(0.4, 0.8), gap=(1.5, 5), rate=2,
       signs=("employer", "address"), local=0.4, steady=True),
    _p("allergy_shots", (5, 20), "child", "SEC", "hospital", every=(26, 30), attend=(0.7, 0.9), gap=(5, 15), rate=5, local=0.3,
       dx=("J30.400",), steady=True, hour=(14.5, 16.5)),
    _p("family_phone", (3, 6), "house", "CLIN", "clinic", every=(30, 70), attend=(0.6, 0.95), gap=(1, 6), rate=24, snap=False,
       signs=("phone", "address"), hour=(9, 18), then=("pharmacy", "PHA", 0.4, 60), local=1.0),
    _p("old_dock_couples", (3, 4), "old", "COMM", "chronic", every=(13, 16), attend=(0.75, 0.95), gap=(1, 3), rate=20, local=1.0,
       signs=("address",)),
)  # fmt: skip

RINGS: tuple[Pattern, ...] = (
    _p("crew_cards_kept", (9, 40), "worker", "PHA", "pharmacy", every=(4, 10), gap=(0.8, 3), hour=(12, 20), doctors=0,
       signs=("employer",), roles=("place",), scale=(1.5, 3.5), life=(0.5, 1), local=0.8),
    _p("lecture_admissions", (40, 130), "old", "PRIV", "stay", style="batches", every=(30, 55), attend=(0.45, 0.7), span=2, local=0.5,
       gap=(8, 30), doctors=2, dx=("M51.200", "I67.801", "J42.x00"), los=(7, 10), roles=("place", "doctor"), scale=(0.8, 1.5), snap=False),
    _p("groceries_for_granules", (15, 60), "old", "PHA", "pharmacy", every=(5, 10), gap=(5, 16), hour=(8.5, 15), steady=True,
       doctors=0, roles=("place",), scale=(1.5, 3.5), life=(0.4, 1)),
    _p("visits_never_made", (12, 40), "frail", "LTC", "home", style="slots", every=(2, 3), attend=(0.8, 0.98), hour=(8, 16), steady=True,
       roles=("place", "doctor"), life=(0.3, 0.9), scale=(1, 1.4), doctors=2, local=0.5),
    _p("landlord_cards", (4, 10), "winter", "PHA", "pharmacy", style="tour", every=(4, 10), gap=(0.7, 3), hour=(9, 19), doctors=0,
       signs=("phone", "agent"), roles=("agent", "phone"), places=(2, 4), scale=(1.2, 3), life=(0.6, 1)),
    _p("day_surgery_mill", (20, 80), "old", "DAYS", "day", style="batches", every=(16, 35), attend=(0.35, 0.6), gap=(10, 40), span=1,
       dx=("K64.900", "I83.900"), los=(0, 1), signs=("agent",), roles=("place", "doctor", "agent"), local=0.4, snap=False),
    _p("split_courses", (12, 45), "any", "CLIN", "clinic", style="drip", every=(3, 7), attend=(0.8, 0.95), steady=True, local=0.5,
       roles=("place", "doctor"), dx=("M54.500", "M54.200", "J20.900"), life=(0.3, 0.8), scale=(0.9, 1.8)),
    _p("resale_tour", (10, 26), "chronic", "PHA", "pharmacy", style="tour", every=(6, 14), gap=(0.8, 4), hour=(9, 17), doctors=1,
       places=(4, 8), scale=(1.5, 4), dx=("I25.100", "E11.900"), local=0.3, life=(0.4, 1), roles=()),
    _p("two_doctors_one_shop", (40, 120), "chronic", "SEC", "hospital", style="drip", every=(14, 30), doctors=2, local=0.3, far=True,
       then=("pharmacy", "PHA", 0.9, 150), roles=("doctor", "then"), scale=(1, 2), dx=("I25.100", "E11.900", "I67.801")),
    _p("benefit_shells", (14, 44), "youngf", "PRIV", "stay", style="drip", every=(300, 360), attend=(0.9, 1), los=(3, 5), local=0.1,
       dx=("O82.000", "O80.000"), med="52", signs=("employer", "agent"), roles=("employer", "agent"), scale=(2, 4), places=(2, 4)),
    _p("paper_identities", (25, 110), "resident", "CLIN", "clinic", style="drip", every=(12, 26), attend=(0.7, 0.95), local=0.1,
       signs=("phone", "account"), roles=("place", "phone", "account"), places=(1, 3), doctors=2),
    _p("rotating_pool", (22, 60), "any", "CLIN", "clinic", every=(2.5, 6), attend=(0.2, 0.4), gap=(4, 15), places=(4, 7), doctors=1,
       local=0.5, snap=False, hour=(9, 17), roles=("place",), dx=("M54.500", "K29.500"), life=(0.5, 1), scale=(1, 2)),
    _p("slow_drip", (4, 6), "old", "PHA", "pharmacy", every=(5, 12), gap=(1, 5), hour=(9, 19), doctors=0, scale=(1, 2.5), local=0.6,
       roles=("place",)),
    _p("staff_and_kin", (5, 15), "any", "CLIN", "clinic", every=(3, 7), gap=(1, 5), hour=(18, 20), local=0.6, roles=("place", "doctor"),
       signs=("phone",), scale=(1, 2), snap=False),
    _p("van_pickup", (9, 22), "village", "TCM", "tcm", every=(5, 10), gap=(2, 8), hour=(8.5, 11), local=1.0, far=True,
       roles=("place", "doctor"), dx=("M17.900", "M54.500"), scale=(1.2, 2.4), steady=True),
    _p("circling_admissions", (6, 20), "old", "PRIV", "stay", every=(24, 42), attend=(0.6, 0.9), gap=(15, 60), span=2, los=(8, 12),
       places=(3, 4), local=0.5, dx=("I69.300", "J44.900", "M51.200"), roles=("place",), snap=False, doctors=1),
    _p("sessions_on_paper", (9, 26), "old", "TCM", "tcm", style="slots", every=(2, 3), attend=(0.8, 0.97), hour=(8, 18), steady=True,
       life=(0.2, 0.7), roles=("place", "doctor"), dx=("M54.200", "M51.200"), scale=(1, 1.6)),
    _p("lodgers_home_cards", (4, 8), "dock", "PHA", "pharmacy", style="tour", every=(5, 11), gap=(0.7, 4), hour=(16, 21), doctors=0,
       places=(2, 3), signs=("address",), scale=(1, 2.5), roles=(), local=1.0),
)  # fmt: skip


@dataclass(slots=True)
class Scene:
    """What a style needs to place its claims: people, places, rhythm, the year's days allowed, gap in minutes, attendance."""

    city: City
    book: Book
    pattern: Pattern
    members: np.ndarray
    places: np.ndarray
    every: float
    inside: np.ndarray
    gap: float
    own: np.ndarray
    ring: int


@dataclass(slots=True)
class Played:
    """What a group became: its people, places, doctors, the stop after (-1: none) and who came at all."""

    pattern: Pattern
    members: np.ndarray
    places: np.ndarray
    doctors: np.ndarray
    second: int
    came: np.ndarray


def _fits(city: City, who: str) -> np.ndarray:
    """Who may belong to a group of this sort (worked out once a city)."""
    if not city.sorts:
        city.sorts = _sorts(city)
    return city.sorts[who]


def _sorts(city: City) -> dict[str, np.ndarray]:
    age, group = city.age, city.group
    kind = city.zone_kind[city.zone]
    home = group < 4
    return {
        "any": home, "old": home & (age > 57), "oldf": home & (age > 52) & (city.sex == 2), "frail": home & (age > 70),
        "chronic": home & (age > 48), "adult": home & (age > 22) & (age < 68), "worker": (group == 1) & (age > 19),
        "resident": (group == 2) | ((group == 0) & (age > 65)), "winter": group == 4, "tourist": group == 5,
        "child": group == 3, "student": home & (age >= 18) & (age < 24), "youngf": (city.sex == 2) & home & (age > 20) & (age < 38),
        "island": home & np.isin(kind, ("island", "fishing")), "village": home & np.isin(kind, ("inland", "fishing")) & (age > 45),
        "dock": home & (kind == "dock") & (age > 25), "house": home,
    }  # fmt: skip


def choose(city: City, pattern: Pattern, size: int, reuse: np.ndarray | None = None) -> np.ndarray:
    """People for a group: mostly of one zone where the pattern says so, neighbours by household order."""
    rng = city.rng
    fit = np.flatnonzero(_fits(city, pattern.who) & ~city.taken)
    if pattern.who == "house":
        houses = np.bincount(city.household[fit])
        enough = np.flatnonzero(houses >= 3)
        people = fit[city.household[fit] == rng.choice(enough)][: max(size, 3)]
        city.taken[people] = True
        return people
    if len(fit) < size:
        return fit[:0]
    if rng.random() < pattern.local:
        counts = np.bincount(city.zone[fit], minlength=len(city.zone_kind))
        good = np.flatnonzero(counts >= size)
        if len(good):
            zone = rng.choice(good, p=counts[good] / counts[good].sum())
            pool = fit[city.zone[fit] == zone]
            pool = pool[np.argsort(city.household[pool], kind="stable")]
            wide = min(len(pool), int(size * rng.uniform(1.5, 8)))
            at = rng.integers(0, len(pool) - wide + 1)
            fit = pool[at : at + wide]
    weight = np.sqrt(city.activity[fit]) + 0.15
    people = rng.choice(fit, size, replace=False, p=weight / weight.sum())
    if reuse is not None and len(reuse):
        n = min(len(reuse), max(1, round(size * 0.1)))
        people[:n] = rng.choice(reuse, n, replace=False)
        people = np.unique(people)
    city.taken[people] = True
    return people


def _season(city: City, name: str, life: float) -> np.ndarray:
    rng = city.rng
    day = np.arange(city.days)
    month = city.month(day)
    inside = {
        "": np.ones(city.days, bool), "winter": np.isin(month, (11, 12, 1, 2, 3)), "summer": np.isin(month, (6, 7, 8, 9)),
        "fishing": ~np.isin(month, (5, 6, 7)), "school": ~np.isin(month, (2, 7, 8)), "autumn": np.isin(month, (10, 11, 12)),
        "dogdays": np.isin(month, (7, 8)),
    }[name]  # fmt: skip
    if life < 1:
        length = int(city.days * life)
        first = rng.integers(0, city.days - length + 1)
        inside &= (day >= first) & (day < first + length)
    return inside if inside.any() else np.ones(city.days, bool)


def _occasions(city: City, pattern: Pattern, every: float, inside: np.ndarray) -> np.ndarray:
    rng = city.rng
    first = np.flatnonzero(inside)[0]
    t = first + rng.uniform(0, min(every, max(inside.sum() - 2, 1)))
    days = np.arange(t, city.days, every) + rng.normal(
        0, every * (0.04 if pattern.snap else 0.22), 0 + len(np.arange(t, city.days, every))
    )
    days = days.astype(int)
    if pattern.snap:
        days += (rng.integers(0, 6) - city.weekday(days) + 3) % 7 - 3
    days = np.unique(days[(days >= 0) & (days < city.days - 1)])
    days = days[inside[days] & (rng.random(len(days)) < 0.95)]
    return days if len(days) else np.flatnonzero(inside)[len(np.flatnonzero(inside)) // 2 :][:1]


def _where(city: City, pattern: Pattern, members: np.ndarray) -> np.ndarray:
    rng = city.rng
    zone = np.bincount(city.zone[members]).argmax()
    pull = near(city, int(zone), {pattern.cats: 1.0}, 60.0 if pattern.far else STREAMS[pattern.stream].reach)
    if pattern.roles:
        pull = pull**0.5
    pull[(city.opened > 0) | (city.closed < 1000)] = 0
    if not pull.any():
        pull = (city.cat == CATS.index(pattern.cats)).astype(float)
    n = min(int(rng.integers(pattern.places[0], pattern.places[1] + 1)), int((pull > 0).sum()))
    return rng.choice(len(pull), max(n, 1), replace=False, p=pull / pull.sum())


def _helpers(city: City, pattern: Pattern, places: np.ndarray) -> np.ndarray:
    """Doctors of the group by place: (place, n); -1 where there is none."""
    rng = city.rng
    wide = max(pattern.doctors, 1)
    out = np.full((len(places), wide), -1)
    if not pattern.doctors:
        return out
    for i, place in enumerate(places):
        if city.doctors[place]:
            out[i] = city.first_doctor[place] + rng.integers(0, city.doctors[place], wide)
        else:
            out[i] = rng.choice(len(city.doctor_place), wide)
    if pattern.kind == "two_site_doctor":
        out[:] = out[0]
        city.guest[places[-1]] = out[0, 0]
    return out


def play(
    city: City, book: Book, pattern: Pattern, members: np.ndarray, ring: int, hard: bool, attend: float
) -> Played:
    """Make the group's claims."""
    rng = city.rng
    every = rng.uniform(*pattern.every) / (0.6 if hard else 1.0)
    life = min(1.0, rng.uniform(*pattern.life))
    inside = _season(city, pattern.season, life)
    places = _where(city, pattern, members)
    helpers = _helpers(city, pattern, places)
    gap = rng.uniform(*pattern.gap) * (6 if hard else 1)
    own = np.clip(attend + rng.normal(0, 0.08, len(members)), 0.02, 0.99)
    maker = {"meet": _meet, "slots": _slots, "batches": _batches, "tour": _tour, "drip": _drip}[pattern.style]
    who, at, day, minute, event = maker(
        Scene(city, book, pattern, members, places, every, inside, gap, own, ring)
    )
    if not len(who):
        who, at, day = members[:1], np.zeros(1, int), np.array([int(np.flatnonzero(inside)[0])])
        minute, event = np.array([600]), np.array([-1])
    place = places[at]
    doctor = helpers[at, (who + day // 60) % helpers.shape[1]]
    low, high = city.hours[place].T
    minute = np.where(minute >= high, rng.uniform(high - 45, high), np.maximum(minute, low)).astype(int)
    los = (
        rng.integers(pattern.los[0], pattern.los[1] + 1, len(who))
        if pattern.los[0] >= 0
        else np.full(len(who), -1)
    )
    scale = np.full(len(who), rng.uniform(*pattern.scale))
    if pattern.steady:
        scale = -scale * rng.choice([1.0, 1.0, 1.0, 1.15, 0.8], len(who))
    codes = np.array(pattern.dx or (-1,), dtype=object)
    dx = codes[who % len(codes)]
    wide = rng.random(len(who)) < 0.12
    dx = np.where(wide, np.array(-1, dtype=object), dx) if pattern.dx else dx
    book.add(pattern.stream, person=who, place=place, doctor=doctor, day=day, minute=minute, los=los, ring=ring, event=event,
             scale=scale, dx=dx, note=pattern.med)  # fmt: skip
    second = -1
    if pattern.then:
        second = _then(city, book, pattern, who, place, doctor, day, minute, ring, scale)
    return Played(
        pattern, members, places, helpers[:, : max(pattern.doctors, 1)].ravel(), second, np.unique(who)
    )


def _event(book: Book, ring: int, place: int, day: int, minutes: float) -> int:
    book.events.append((ring, place, day, minutes))
    return len(book.events) - 1


def _row(city: City, people: np.ndarray, base: float, gap: float, close: float) -> np.ndarray:
    """Minutes of people who come one after the other; squeezed before closing time."""
    steps = np.cumsum(city.rng.exponential(gap, len(people)))
    room = max(close - base - 10, 30)
    return base + steps * min(1.0, room / max(steps[-1], 1))


def _meet(s: Scene) -> tuple[np.ndarray, ...]:
    rng, parts = s.city.rng, []
    slot = rng.uniform(*s.pattern.hour) * 60
    turn = rng.integers(0, len(s.places))
    for i, day in enumerate(_occasions(s.city, s.pattern, s.every, s.inside)):
        who = s.members[rng.random(len(s.members)) < s.own]
        if not len(who):
            continue
        who = rng.permutation(who)
        at = (turn + i) % len(s.places) if rng.random() < 0.7 else int(rng.integers(0, len(s.places)))
        minute = _row(s.city, who, slot + rng.normal(0, 22), s.gap, s.city.hours[s.places[at], 1])
        late = rng.integers(0, s.pattern.span + 1, len(who))
        window = minute[-1] - minute[0] + 10 if not s.pattern.span else 600.0 * (s.pattern.span + 1)
        event = _event(s.book, s.ring, int(s.places[at]), int(day), window)
        parts.append(
            (
                who,
                np.full(len(who), at),
                np.minimum(day + late, s.city.days - 1),
                minute,
                np.full(len(who), event),
            )
        )
    return _join(parts)


def _slots(s: Scene) -> tuple[np.ndarray, ...]:
    """The rhythm is visits a week here. Each one has weekdays and a minute; beds or tables are shared by shifts."""
    rng, parts = s.city.rng, []
    n = len(s.members)
    weekly = max(1, round(float(s.every) * (0.36 if s.every > s.pattern.every[1] else 1)))
    shared = rng.random((2, 7))
    keys = shared[rng.integers(0, 2, n)] + rng.normal(0, 0.05, (n, 7))
    on = np.argsort(np.argsort(keys, axis=1), axis=1) < weekly
    shifts = np.sort(rng.uniform(*s.pattern.hour, max(2, n // 5))) * 60 // 15 * 15
    slot = shifts[rng.integers(0, len(shifts), n)]
    days = np.flatnonzero(s.inside & ~(s.city.holidays() & (weekly < 6)))
    come = on[:, s.city.weekday(days)] & (rng.random((n, len(days))) < s.own[:, None])
    for column, day in enumerate(days):
        i = np.flatnonzero(come[:, column])
        if not len(i):
            continue
        at = np.full(len(i), int(s.members[0]) % len(s.places))
        event = _event(s.book, s.ring, int(s.places[at[0]]), int(day), 40.0 * len(np.unique(slot[i])))
        parts.append(
            (
                s.members[i],
                at,
                np.full(len(i), day),
                slot[i] + rng.normal(0, 6, len(i)),
                np.full(len(i), event),
            )
        )
    return _join(parts)


def _batches(s: Scene) -> tuple[np.ndarray, ...]:
    rng, parts = s.city.rng, []
    for day in _occasions(s.city, s.pattern, s.every, s.inside)[:7]:
        who = rng.permutation(s.members[rng.random(len(s.members)) < s.own])
        if not len(who):
            continue
        at = int(rng.integers(0, len(s.places)))
        late = rng.integers(0, s.pattern.span + 1, len(who))
        event = _event(s.book, s.ring, int(s.places[at]), int(day), 600.0 * (s.pattern.span + 1))
        minute = _row(s.city, who, rng.uniform(*s.pattern.hour) * 60, s.gap, s.city.hours[s.places[at], 1])
        parts.append(
            (
                who,
                np.full(len(who), at),
                np.minimum(day + late, s.city.days - 1),
                minute,
                np.full(len(who), event),
            )
        )
    return _join(parts)


def _tour(s: Scene) -> tuple[np.ndarray, ...]:
    rng, parts = s.city.rng, []
    for day in _occasions(s.city, replace(s.pattern, snap=False), s.every, s.inside):
        clock = rng.uniform(*s.pattern.hour) * 60 - 60
        stops = rng.permutation(len(s.places))[: max(2, round(len(s.places) * rng.uniform(0.5, 1)))]
        for at in stops:
            who = rng.permutation(
                s.members[rng.random(len(s.members)) < s.own * (1.0 if len(stops) < 3 else 0.5)]
            )
            if not len(who):
                continue
            minute = _row(s.city, who, clock, s.gap, s.city.hours[s.places[at], 1])
            event = _event(s.book, s.ring, int(s.places[at]), int(day), minute[-1] - minute[0] + 10)
            parts.append(
                (who, np.full(len(who), at), np.full(len(who), day), minute, np.full(len(who), event))
            )
            clock = minute[-1] + rng.uniform(10, 45)
            if clock > 1215:
                break
    return _join(parts)


def _drip(s: Scene) -> tuple[np.ndarray, ...]:
    rng, parts = s.city.rng, []
    free = np.flatnonzero(s.inside & ~s.city.holidays())
    for person, share in zip(s.members, s.own, strict=True):
        pace = s.every * rng.lognormal(0, 0.2)
        k = max(1, int(len(free) / pace))
        t = rng.uniform(0, 1) + np.arange(k) if s.every < 200 else rng.uniform(0, 1, 1) * k
        t = np.minimum(t[rng.random(len(t)) < share] / k * len(free) + rng.normal(0, 2), len(free) - 1)
        day = free[np.clip(t, 0, len(free) - 1).astype(int)]
        usual = rng.normal(s.city.usual_minute[person], 45, len(day))
        at = np.where(
            rng.random(len(day)) < 0.8, person % len(s.places), rng.integers(0, len(s.places), len(day))
        )
        parts.append((np.full(len(day), person), at, day, usual, np.full(len(day), -1)))
    return _join(parts)


def _join(parts: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    if not parts:
        return (np.empty(0, int),) * 5
    return tuple(np.concatenate(column).astype(int) for column in zip(*parts, strict=True))


def _then(city, book, pattern, who, place, doctor, day, minute, ring, scale) -> int:
    """The stop after: one shop or clinic for all of the group, near the place (or, steered, anywhere)."""
    rng = city.rng
    stream, cat, share, latest = pattern.then
    fit = np.flatnonzero((city.cat == CATS.index(cat)) & (city.opened == 0) & (city.closed > 1000))
    dist = np.hypot(*(city.place_xy[fit] - city.place_xy[place[0]]).T)
    second = int(rng.choice(fit) if pattern.far else fit[np.argmin(dist + rng.exponential(0.3, len(fit)))])
    go = np.flatnonzero(rng.random(len(who)) < share)
    later = minute[go] + rng.integers(6, latest, len(go))
    book.add(stream, person=who[go], place=np.full(len(go), second), doctor=doctor[go], day=day[go],
             minute=np.minimum(later, city.hours[second, 1] - 1), ring=ring, scale=np.abs(scale[go]))  # fmt: skip
    return second
