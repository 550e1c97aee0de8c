"""The two grammars of the world `mosaic`: why people are lawfully together, and how a ring works."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bench.worlds.mosaic_city import (
    CAMPUS,
    CHRONIC,
    CLINIC,
    DAYS,
    FACTORY,
    FAMILY,
    INPATIENT,
    OUTPATIENT,
    PHARMACY,
    PRIMARY,
    SECONDARY,
    SHOP,
    TERTIARY,
    VILLAGE,
    Book,
    City,
    seconds,
)

_PLACES = {
    "tertiary": TERTIARY, "secondary": SECONDARY, "primary": PRIMARY, "clinic": CLINIC, "shop": SHOP,
    "two_shops": SHOP, "two_clinics": CLINIC, "dual_shop": SHOP, "clinic_then_shop": CLINIC, "primary_then_shop": PRIMARY,
    "hospital_then_shop": SECONDARY, "moved_clinic": CLINIC,
}  # fmt: skip
_HOURS = {  # start (low, high) in minutes of the day, spread of arrivals (low, high) in minutes
    "queue": ((455, 520), (8, 45)),
    "slot": ((490, 960), (6, 40)),
    "tight": ((510, 1050), (2, 9)),
    "lunch": ((690, 760), (10, 45)),
    "evening": ((1050, 1170), (10, 60)),
    "spread": ((480, 540), (240, 560)),
}
_PERIOD = {
    "daily": (40, 200),
    "thrice": (80, 300),
    "weekly": (120, 365),
    "fortnightly": (150, 365),
    "21days": (110, 300),
}


@dataclass(frozen=True)
class Cause:
    """Why people are lawfully together, and with which other choices that makes sense."""

    who: tuple[str, ...]
    family: tuple[str, ...]
    where: tuple[str, ...]
    rhythm: tuple[str, ...]
    hours: tuple[str, ...]
    shared: tuple[str, ...] = ("nothing",)
    money: tuple[str, ...] = ("ordinary",)
    size: tuple[int, int, int] = (5, 15, 60)
    come: tuple[float, float] = (0.6, 0.95)
    own: bool = False
    """Each keeps an own phase: the same place and rhythm, but no meeting."""
    stay: bool = False
    one_doctor: float = 0.5


_OLD = ("hyp", "diab", "heart", "musc")
CAUSES: dict[str, Cause] = {
    "kin": Cause(("family",), ("resp", "hyp", "gastric"), ("clinic", "shop", "two_shops", "clinic_then_shop"), ("weekly", "fortnightly", "nth", "28days"), ("slot", "evening"), ("phone", "address", "account", "nothing"), size=(3, 5, 9)),
    "neighbours": Cause(("elderly_near", "adults_near"), ("hyp", "musc", "gastric"), ("clinic", "primary", "shop", "two_shops"), ("weekly", "thrice", "fortnightly"), ("queue", "slot"), ("nothing", "address"), size=(3, 6, 14), come=(0.5, 0.9)),
    "work_crew": Cause(("staff", "dorm"), ("musc", "injury", "check", "resp"), ("clinic", "secondary", "clinic_then_shop"), ("once", "twice", "nth", "weekly"), ("lunch", "slot", "evening"), ("employer", "address"), ("ordinary", "flat"), (6, 18, 120), (0.4, 0.9)),
    "school_class": Cause(("pupils_near",), ("dental", "eye", "resp"), ("primary", "secondary"), ("once", "twice", "wave"), ("slot",), ("nothing", "address"), ("flat", "ordinary"), (12, 30, 110), (0.8, 1.0)),
    "congregation": Cause(("anyone_far", "adults_near"), ("musc", "gastric", "hyp"), ("clinic", "shop"), ("weekly", "fortnightly"), ("slot", "evening"), ("nothing", "phone"), size=(8, 18, 60), come=(0.3, 0.7)),
    "dialysis": Cause(("elderly_far", "adults_far"), ("renal",), ("secondary", "tertiary"), ("thrice",), ("slot", "queue"), money=("flat", "ordinary"), size=(8, 20, 60), come=(0.9, 0.99)),
    "methadone": Cause(("men_far",), ("opioid",), ("primary",), ("daily",), ("queue",), money=("cheap", "flat"), size=(8, 16, 45), come=(0.6, 0.95)),
    "tuberculosis": Cause(("adults_near",), ("tb",), ("primary", "clinic"), ("daily", "thrice"), ("queue", "slot"), money=("cheap",), size=(4, 9, 24), come=(0.75, 0.97)),
    "chemotherapy": Cause(("elderly_far", "adults_far"), ("onco",), ("tertiary", "secondary"), ("21days", "fortnightly"), ("slot", "queue"), money=("dear",), size=(8, 22, 80), come=(0.7, 0.95)),
    "physiotherapy": Cause(("adults_near", "elderly_near"), ("musc", "injury"), ("clinic", "primary", "secondary"), ("thrice", "daily"), ("slot", "evening"), money=("flat", "ordinary"), size=(4, 10, 36)),
    "acupuncture": Cause(("elderly_near",), ("musc", "stroke"), ("clinic", "primary"), ("thrice", "daily", "weekly"), ("slot",), money=("flat", "cheap"), size=(4, 11, 40)),
    "rehabilitation": Cause(("elderly_far",), ("stroke",), ("secondary",), ("thrice", "weekly"), ("slot",), money=("ordinary", "dear"), size=(5, 12, 40)),
    "refill_day": Cause(("elderly_near", "elderly_village"), ("hyp", "diab"), ("primary", "clinic"), ("nth", "28days"), ("queue", "slot"), ("nothing", "address", "agent"), ("ordinary", "cheap"), (12, 32, 150)),
    "morning_queue": Cause(("elderly_far", "anyone_far"), ("heart", "gyn", "skin"), ("tertiary",), ("weekly", "fortnightly"), ("queue",), size=(5, 12, 30), come=(0.4, 0.8), one_doctor=0.9),
    "member_day": Cause(("anyone_near", "elderly_near"), ("resp", "hyp"), ("shop", "two_shops"), ("nth", "weekly"), ("spread", "slot"), money=("ordinary", "cheap"), size=(20, 55, 200), come=(0.25, 0.7)),
    "campaign": Cause(("women_near", "elderly_near", "adults_near"), ("check", "gyn"), ("primary", "secondary"), ("once", "twice"), ("spread", "slot"), money=("flat",), size=(40, 80, 200), come=(0.7, 1.0)),
    "vaccination": Cause(("pupils_near", "elderly_near"), ("vacc",), ("primary", "clinic"), ("once", "twice"), ("queue", "slot"), money=("flat",), size=(20, 50, 150), come=(0.8, 1.0)),
    "visiting_doctor": Cause(("elderly_near", "elderly_village"), (*_OLD, "eye"), ("primary", "clinic"), ("weekly", "fortnightly"), ("slot", "queue"), size=(8, 20, 70), come=(0.25, 0.7), one_doctor=1.0),
    "transport": Cause(("elderly_village", "anyone_village"), ("musc", "gastric", "eye"), ("secondary", "hospital_then_shop", "shop"), ("weekly", "fortnightly"), ("queue",), ("address", "nothing"), size=(5, 11, 30), come=(0.3, 0.75)),
    "care_home": Cause(("elderly_near",), _OLD, ("clinic", "shop", "primary", "two_shops"), ("nth", "weekly", "28days"), ("slot", "tight"), ("address", "agent", "account", "phone"), size=(12, 35, 110), come=(0.7, 0.97)),
    "long_stay": Cause(("adults_far",), ("psych",), ("secondary",), ("nth",), ("slot", "spread"), ("address", "agent", "nothing"), ("flat", "ordinary"), (12, 30, 90), (0.85, 0.99), stay=True),
    "workshop": Cause(("adults_near",), ("psych", "musc"), ("primary", "shop"), ("nth", "fortnightly"), ("lunch", "slot"), ("employer", "address"), size=(6, 13, 40)),
    "barracks": Cause(("men_far",), ("injury", "skin", "resp"), ("clinic", "primary"), ("weekly", "wave"), ("evening", "queue"), ("address", "employer"), size=(15, 40, 150), come=(0.1, 0.3)),
    "helper": Cause(("elderly_near",), _OLD, ("shop", "primary", "two_shops"), ("nth", "28days", "weekly"), ("tight",), ("agent", "phone", "nothing", "account"), size=(3, 6, 15), come=(0.7, 0.97)),
    "referral": Cause(("patients_far",), ("skin", "heart", "diab"), ("hospital_then_shop", "primary_then_shop"), ("28days",), ("spread",), money=("ordinary", "dear"), size=(10, 28, 120), own=True, one_doctor=1.0),
    "only_licence": Cause(("elderly_far", "adults_far"), ("onco", "hep"), ("dual_shop",), ("28days", "21days"), ("spread",), money=("dear",), size=(10, 30, 120), come=(0.8, 0.97), own=True),
    "only_stock": Cause(("adults_far",), ("skin", "psych", "eye"), ("shop",), ("28days", "nth"), ("spread",), money=("ordinary", "dear"), size=(6, 16, 50), own=True),
    "family_doctor": Cause(("elderly_near",), ("hyp", "diab", "heart"), ("primary", "clinic"), ("nth", "28days"), ("slot", "spread"), ("nothing", "agent"), size=(15, 45, 150), come=(0.5, 0.9), one_doctor=1.0),
    "pregnancy_school": Cause(("mothers_far",), ("preg",), ("secondary", "tertiary"), ("fortnightly", "weekly"), ("slot",), size=(6, 14, 40), come=(0.6, 0.9)),
    "epidemic": Cause(("pupils_near", "dorm", "anyone_near"), ("resp",), ("primary", "clinic", "secondary"), ("wave",), ("spread",), ("nothing", "address"), size=(15, 40, 180)),
    "dormitory": Cause(("students",), ("resp", "skin", "injury"), ("clinic", "shop"), ("weekly", "wave", "fortnightly"), ("evening", "lunch"), ("address", "employer"), size=(4, 7, 20), come=(0.2, 0.6)),
    "moved_place": Cause(("anyone_near",), ("resp", "hyp"), ("moved_clinic",), ("28days",), ("spread",), size=(20, 50, 140), come=(0.4, 0.9), own=True),
    "self_help": Cause(("elderly_far", "adults_far"), ("diab", "psych", "opioid"), ("shop", "two_shops", "primary"), ("weekly", "fortnightly"), ("evening", "slot"), size=(5, 9, 20), come=(0.4, 0.85)),
    "card_companions": Cause(("elderly_near",), ("hyp", "musc"), ("shop", "clinic_then_shop", "two_clinics"), ("weekly", "thrice"), ("lunch", "slot"), size=(3, 4, 8), come=(0.5, 0.9)),
    "cooperative": Cause(("anyone_village",), ("hyp", "musc", "gastric"), ("clinic", "primary", "shop"), ("28days",), ("spread",), ("account",), size=(10, 30, 120), own=True),
    "winter_ward": Cause(("elderly_village", "elderly_near"), ("resp", "heart"), ("primary", "secondary"), ("once", "twice"), ("slot", "spread"), size=(5, 10, 25), come=(0.6, 0.95), stay=True),
    "accident": Cause(("staff", "students"), ("injury", "gastric"), ("secondary", "tertiary"), ("once",), ("evening", "slot"), ("employer", "address"), size=(5, 14, 60), come=(0.9, 1.0), stay=True),
    "shared_rooms": Cause(("anyone_near", "women_near"), ("dental", "gyn", "skin"), ("two_clinics",), ("28days", "fortnightly"), ("spread",), size=(10, 30, 90), come=(0.3, 0.7), own=True),
}  # fmt: skip
"""Every lawful cause with the combinations that make sense."""


@dataclass(frozen=True)
class Scheme:
    """How a ring makes money, and with which other choices that goes."""

    recruit: tuple[str, ...]
    where: tuple[str, ...]
    form: str
    events: tuple[int, int]
    hours: tuple[str, ...]
    shared: tuple[str, ...]
    size: tuple[int, int]
    family: tuple[str, ...]
    acts: tuple[str, ...] = ("facility", "doctor")


SCHEMES: dict[str, Scheme] = {
    "phantom_visits": Scheme(("village_cards", "doctors_patients", "data_bought"), ("one_clinic", "one_primary", "two_clinics"), "meet", (14, 40), ("slot", "evening", "spread"), ("nothing", "agent"), (8, 120), ("resp", "gastric", "musc")),
    "staged_admissions": Scheme(("village_cards", "lured_patients", "employer_staff"), ("one_hospital", "one_primary", "two_hospitals"), "batches", (5, 9), ("slot", "spread"), ("nothing", "address", "phone"), (12, 160), ("heart", "musc", "resp", "stroke")),
    "drug_resale": Scheme(("village_cards", "relatives", "data_bought", "lured_patients"), ("rotating_pool", "chain_shops"), "tour", (12, 36), ("slot", "spread"), ("nothing", "agent", "phone"), (5, 90), ("heart", "hyp", "hep", "stroke"), ()),
    "steered_prescriptions": Scheme(("doctors_patients", "lured_patients"), ("hospital_and_shop", "clinic_and_shop"), "steer", (5, 14), ("spread",), ("nothing",), (15, 140), ("hep", "heart", "diab", "onco"), ("doctor", "pharmacy")),
    "split_bills": Scheme(("doctors_patients", "employer_staff", "village_cards"), ("one_clinic", "one_primary"), "split", (8, 24), ("slot", "spread"), ("nothing",), (8, 70), ("musc", "dental", "skin")),
    "identical_bills": Scheme(("data_bought", "doctors_patients", "lured_patients"), ("one_clinic", "two_clinics", "one_hospital"), "alike", (6, 16), ("spread",), ("nothing", "address"), (12, 110), ("check", "dental", "gastric")),
    "phantom_therapy": Scheme(("lured_patients", "doctors_patients", "relatives"), ("one_clinic", "one_hospital"), "series", (24, 60), ("slot", "evening"), ("nothing", "employer"), (6, 60), ("musc", "stroke")),
    "lent_cards": Scheme(("relatives", "village_cards", "employer_staff"), ("one_shop", "two_shops", "one_clinic"), "drip", (14, 34), ("spread",), ("phone", "account", "nothing"), (4, 10), ("hyp", "diab", "heart"), ("pharmacy",)),
    "shell_employer": Scheme(("data_bought", "lured_patients", "relatives"), ("one_hospital", "two_hospitals", "rotating_pool"), "meet", (6, 18), ("slot", "spread"), ("employer",), (10, 60), ("musc", "gastric", "heart"), ()),
    "card_sweep": Scheme(("village_cards", "employer_staff", "lured_patients"), ("one_shop", "two_shops", "chain_shops"), "meet", (10, 30), ("tight", "evening"), ("nothing", "agent"), (8, 130), ("resp", "hyp"), ("pharmacy",)),
    "paper_patients": Scheme(("data_bought",), ("rotating_pool", "two_clinics", "one_hospital"), "drip", (5, 12), ("spread",), ("phone", "account", "address", "agent"), (6, 50), ("gastric", "resp", "heart"), ()),
    "van_pickups": Scheme(("village_cards", "lured_patients"), ("one_hospital", "one_clinic", "hospital_and_shop"), "meet", (8, 26), ("queue",), ("nothing", "agent"), (8, 60), ("musc", "eye", "heart")),
    "home_cards": Scheme(("elders_of_home",), ("one_shop", "one_clinic", "chain_shops"), "meet", (8, 20), ("tight", "spread"), ("address", "agent", "account"), (10, 80), ("hyp", "heart", "stroke"), ("pharmacy", "facility")),
    "staff_and_relatives": Scheme(("employer_staff", "relatives"), ("one_hospital", "one_primary"), "batches", (4, 7), ("slot", "spread"), ("employer", "address", "nothing"), (5, 40), ("gastric", "musc")),
}  # fmt: skip
"""Every ring scheme with the combinations that make sense."""


@dataclass
class Ring:
    """One planted ring."""

    number: int
    kind: str
    scheme: str
    members: np.ndarray
    places: np.ndarray
    doctors: np.ndarray
    attendance: float
    meets: bool
    shared: str
    strength: float
    window_hours: float
    others: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Plan:
    """What has been planted so far."""

    city: City
    book: Book
    delivered: set[str]
    used: np.ndarray
    decoys: list[tuple[str, np.ndarray]] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    masks: dict[str, np.ndarray] = field(default_factory=dict)
    events: int = 0
    fresh_ids: int = 0


def plan_for(city: City, book: Book, delivered: set[str]) -> Plan:
    """An empty plan; `delivered` names the columns of the register that the supplier delivers."""
    age, kind = city.age, city.stype[city.home]
    masks = {
        "elderly": age >= 58, "adults": (age >= 22) & (age < 66), "women": (city.sex == 2) & (age >= 25) & (age < 62),
        "mothers": (city.sex == 2) & (age >= 21) & (age < 39), "men": (city.sex == 1) & (age >= 20) & (age < 55),
        "pupils": (age >= 5) & (age < 16), "patients": (city.chronic >= 0) | (age > 45), "anyone": age >= 3,
        "elderly_village": (age >= 55) & (kind == VILLAGE), "anyone_village": (age >= 16) & (kind == VILLAGE),
        "students": (kind == CAMPUS) & (age < 27), "dorm": (kind == FACTORY) & (age < 50) & (age > 16),
    }  # fmt: skip
    return Plan(city, book, delivered, np.zeros(city.people, np.int8), masks=masks)


def pick(plan: Plan, who: str, size: int) -> np.ndarray:
    """People who answer to a description, rather such as are in no group yet."""
    city, rng = plan.city, plan.city.rng
    if who == "family":
        first = int(rng.integers(0, city.people - size - 1))
        return np.arange(first, first + size)
    if who == "staff":
        staff = np.bincount(city.employer[city.employer >= 0], minlength=city.employers)
        firms = np.flatnonzero(staff >= min(size, staff.max()))
        members = np.flatnonzero(city.employer == rng.choice(firms))
        return np.sort(rng.choice(members, min(size, len(members)), replace=False))
    name, _, reach = who.rpartition("_")
    if who in plan.masks:
        name, reach = who, "near"
    free = np.flatnonzero(plan.masks[name] & (plan.used < 1 + (rng.random(city.people) < 0.08)))
    if len(free) < size * 2:
        free = np.flatnonzero(plan.masks[name])
    size = min(size, len(free))
    if reach == "far":
        return np.sort(rng.choice(free, size, replace=False))
    at = free[rng.integers(len(free))]
    far = np.hypot(city.sx - city.sx[city.home[at]], city.sy - city.sy[city.home[at]])[city.home[free]]
    pool = min(len(free), int(size * rng.uniform(1.2, 3)) + 2)
    near = free[np.argpartition(far + rng.random(len(free)) * 0.3, pool - 1)[:pool]]
    return np.sort(rng.choice(near, size, replace=False))


def calendar(plan: Plan, rhythm: str, cap: int) -> np.ndarray:
    """Days of a common rhythm, at most so many."""
    city, rng = plan.city, plan.city.rng
    every = np.arange(DAYS)
    if rhythm == "once":
        days = np.array([rng.integers(0, DAYS)])
    elif rhythm in ("twice", "wave"):
        first = int(rng.integers(0, 250))
        days = np.array([first, first + int(rng.integers(18, 110))])
    elif rhythm == "nth":
        nth = int(rng.integers(1, 28))
        days = np.flatnonzero(city.month_day == nth)
    elif rhythm == "28days":
        days = every[int(rng.integers(0, 28)) :: 28]
    else:
        low, high = _PERIOD[rhythm]
        length = int(rng.integers(low, high + 1))
        first = int(rng.integers(20 - length, DAYS - 20))
        span = every[max(0, first) : first + length]
        week = {"daily": (0, 1, 2, 3, 4, 5), "thrice": ((0, 2, 4), (1, 3, 5))[int(rng.integers(2))]}
        step = {"fortnightly": 14, "21days": 21}.get(rhythm)
        days = (
            span[::step]
            if step
            else span[np.isin(city.weekday[span], week.get(rhythm, (int(rng.integers(0, 6)),)))]
        )
    if len(days) > cap:
        first = int(rng.integers(0, len(days) - cap + 1))
        days = days[first : first + cap]
    return days


def choose_places(plan: Plan, where: str, members: np.ndarray, far: bool) -> list[np.ndarray]:
    """One or two stops, each with the places between which they alternate."""
    city, rng = plan.city, plan.city.rng
    kind = _PLACES[where]
    many = 2 if where in ("two_shops", "two_clinics", "moved_clinic") else 1
    steady = city.steady(np.flatnonzero(city.dual) if where == "dual_shop" else city.of[kind])
    if far or where == "dual_shop":
        weight = city.size[steady] ** 0.8
    else:
        at = city.home[members[len(members) // 2]]
        weight = city.size[steady] ** 0.4 * (
            np.exp(-np.hypot(city.x[steady] - city.sx[at], city.y[steady] - city.sy[at]) / 2.5) + 1e-9
        )
    stop = rng.choice(steady, min(many, len(steady)), replace=False, p=weight / weight.sum())
    if not where.endswith("then_shop"):
        return [stop]
    shops = city.steady(city.of[SHOP])
    away = np.hypot(city.x[shops] - city.x[stop[0]], city.y[shops] - city.y[stop[0]])
    return [stop, shops[np.argsort(away)[: 1 + int(rng.random() < 0.2)]]]


def meet(
    plan: Plan, members: np.ndarray, days: np.ndarray, come: float, hours: str, widen: float = 1.0
) -> tuple[np.ndarray, ...]:
    """Common events: who, number of the event, day, minute of the day (each an array over attendances)."""
    rng = plan.city.rng
    here = rng.random((len(days), len(members))) < come
    here[rng.integers(0, len(days), len(members)), np.arange(len(members))] |= rng.random(len(members)) < min(
        1.0, 2 * come
    )
    event, at = np.nonzero(here)
    (low, high), (short, long) = _HOURS[hours]
    start = rng.uniform(low, high) + rng.normal(0, rng.uniform(4, 25), len(days))
    spread = rng.uniform(short, long) * widen
    serving = (
        0.5 * np.bincount(event, minlength=len(days))[event]
    )  # half a minute each at the counter, at least
    minute = start[event] + rng.uniform(0, 1, len(event)) * np.maximum(spread, serving)
    return members[at], event, days[event], minute


def own_phase(
    plan: Plan, members: np.ndarray, every: float, times: int, come: float
) -> tuple[np.ndarray, ...]:
    """Everybody by an own calendar: who, number of the time, day, minute."""
    rng = plan.city.rng
    first = rng.uniform(0, max(every, DAYS - times * every), len(members))
    day = np.round(
        first[:, None] + np.arange(times) * every + rng.normal(0, 2.5, (len(members), times))
    ).astype(int)
    kept = (rng.random(day.shape) < come) & (day >= 0) & (day < DAYS)
    kept[:, times // 2] = (day[:, times // 2] >= 0) & (day[:, times // 2] < DAYS)
    at, nth = np.nonzero(kept)
    return members[at], nth, day[at, nth], rng.uniform(490, 1040, len(at))


def _doctors_at(city: City, place: int, family: int, many: int) -> np.ndarray:
    here = np.flatnonzero(city.doc_place == place)
    fit = here[city.doc_family[here] == family]
    pool = fit if len(fit) else here
    return city.rng.choice(pool, min(many, len(pool)), replace=False) if len(pool) else np.array([], int)


def _register(plan: Plan, members: np.ndarray, what: str, strength: float) -> tuple[str, int] | None:
    """Write a common identifier for a part of the members; the entity, if it is one that can be named."""
    city = plan.city
    part = members[city.rng.random(len(members)) < strength]
    plan.fresh_ids += 1
    number = 10_000_000 + plan.fresh_ids
    column = {
        "phone": city.phone,
        "account": city.account,
        "agent": city.agent,
        "address": city.address,
        "employer": city.employer,
    }.get(what)
    if column is None or len(part) < 2:
        return None
    if what == "employer":
        city.employee[part] |= city.age[part] >= 24
    column[part] = number
    return None if what == "address" else (what, number)


def _flat(plan: Plan, money: str, family: int, cls: int) -> tuple[float, float]:
    """Factor on the bill, and a fixed bill (or NaN)."""
    rng = plan.city.rng
    if money == "flat":
        low, high = (
            (280, 480)
            if family == FAMILY["renal"]
            else (3500, 6500)
            if family == FAMILY["psych"]
            else (20, 160)
        )
        return 1.0, float(np.round(rng.uniform(low, high)))
    if money == "dear":
        return float(rng.uniform(4, 14) if cls == SHOP else rng.uniform(2, 5)), np.nan
    return (float(rng.uniform(0.25, 0.5)) if money == "cheap" else float(rng.uniform(0.8, 1.3))), np.nan


def lawful(plan: Plan, name: str, cap: int, weak: float) -> None:
    """Draw one lawful group of that cause."""
    city, rng, cause = plan.city, plan.city.rng, CAUSES[name]
    who, where, rhythm, hours, shared, money = (
        str(rng.choice(options))
        for options in (cause.who, cause.where, cause.rhythm, cause.hours, cause.shared, cause.money)
    )
    low, middle, high = cause.size
    high = max(low, min(high, city.people // 40))
    size = int(np.clip(np.round(rng.lognormal(np.log(middle), 0.6)), low, high))
    members = pick(plan, who, size)
    family = FAMILY[str(rng.choice(cause.family))]
    stops = choose_places(plan, where, members, who.endswith("far"))
    come = float(rng.uniform(*cause.come))
    if cause.own or rhythm == "wave":
        times = max(2, min(13, cap // len(members))) if rhythm != "wave" else int(rng.integers(1, 4))
        every = {"28days": 28.0, "21days": 21.0, "fortnightly": 14.0}.get(rhythm, 30.4)
        person, nth, day, minute = own_phase(plan, members, every, times, come)
        if rhythm == "wave":
            middle_day, width = rng.integers(15, 330), rng.uniform(5, 11)
            day = np.clip(np.round(rng.normal(middle_day, width, len(day))), 0, DAYS - 1).astype(int)
    else:
        days = calendar(plan, rhythm, max(2, int(cap / (len(members) * come))))
        person, nth, day, minute = meet(plan, members, days, come, hours)
    factor, fixed = _flat(plan, money, family, city.cls[stops[0][0]])
    _write(plan, cause, (person, nth, day, minute), stops, family, (factor, fixed), where)
    strength = float(
        rng.uniform(rng.uniform(city.dials["sign_low"], city.dials["sign_high"]), city.dials["sign_high"])
    )
    if shared != "nothing":
        _register(plan, members, shared, strength * weak)
    plan.used[members] += 1
    plan.decoys.append((f"lawful:{name}+{who}+{where}+{rhythm}+{hours}+{money}+{shared}", np.unique(person)))


def _write(
    plan: Plan,
    cause: Cause,
    met: tuple[np.ndarray, ...],
    stops: list[np.ndarray],
    family: int,
    bill: tuple[float, float],
    where: str,
) -> None:
    city, rng = plan.city, plan.city.rng
    person, nth, day, minute = met
    stop = stops[0]
    place = (
        stop[nth % len(stop)]
        if where != "moved_clinic"
        else stop[(day > rng.integers(120, 260)).astype(int) % len(stop)]
    )
    doctor: np.ndarray | int = -1
    at_shop = city.cls[stop[0]] == SHOP
    if not at_shop and rng.random() < cause.one_doctor:
        source = int(rng.choice(city.of[TERTIARY])) if cause is CAUSES["visiting_doctor"] else int(stop[0])
        doctors = _doctors_at(city, source, family, 1 + int(rng.random() < 0.2))
        same = rng.random(len(person)) < rng.uniform(0.8, 1.0)
        doctor = np.where(same & (np.isin(place, stop[:1])), doctors[nth % len(doctors)], -1)
    kind = (
        PHARMACY
        if at_shop
        else INPATIENT
        if cause.stay
        else CHRONIC
        if family in _CHRONIC_KIND and rng.random() < 0.5
        else OUTPATIENT
    )
    nights: np.ndarray | int = 0
    factor, fixed = bill
    if cause.stay:
        nights = (
            np.full(len(person), 28)
            if cause is CAUSES["long_stay"]
            else np.clip(rng.poisson(7, len(person)), 2, 20)
        )
    if at_shop and cause in (CAUSES["only_licence"], CAUSES["only_stock"]):
        source = city.usual[TERTIARY if cause is CAUSES["only_licence"] else SECONDARY][person, 0]
        plan.book.add(
            person,
            place,
            seconds(city, place, day, minute),
            type=kind,
            family=family,
            doctor=-2,
            event=source,
            mult=factor * 1.2,
            flat=fixed,
        )
        return
    when = seconds(city, place, day, minute)
    plan.book.add(
        person, place, when, type=kind, family=family, doctor=doctor, nights=nights, mult=factor, flat=fixed
    )
    if len(stops) > 1:
        after = rng.random(len(person)) < rng.uniform(0.6, 0.95)
        shop = stops[1][person[after] % len(stops[1])]
        given = np.broadcast_to(doctor, len(person))[after]
        sites = np.where(given >= 0, -1, place[after])
        plan.book.add(
            person[after],
            shop,
            when[after] + rng.integers(500, 4000, int(after.sum())),
            type=PHARMACY,
            family=family,
            doctor=np.where(given >= 0, given, -2),
            event=sites,
            mult=factor,
        )


_CHRONIC_KIND = {FAMILY[name] for name in ("hyp", "diab", "renal", "onco", "hep", "psych", "tb", "stroke")}


def _recruit(plan: Plan, how: str, size: int, places: np.ndarray) -> np.ndarray:
    city, rng = plan.city, plan.city.rng
    if how == "doctors_patients":
        kind = int(city.cls[places[0]])
        own = np.flatnonzero((city.usual[kind][:, 0] == places[0]) & (city.age > 25))
        if len(own) >= size:
            return np.sort(rng.choice(own, size, replace=False))
        return pick(plan, "patients_near", size)
    who = {
        "village_cards": "elderly_village", "employer_staff": "staff", "relatives": "family", "lured_patients": "elderly_far",
        "data_bought": "anyone_far", "elders_of_home": "elderly_near",
    }[how]  # fmt: skip
    return pick(plan, who, size)


def _ring_places(plan: Plan, where: str) -> np.ndarray:
    city, rng = plan.city, plan.city.rng

    def some(kind: int, many: int) -> np.ndarray:
        pool = city.steady(city.of[kind])
        weight = np.where(city.private[pool], 3.0, 1.0) * city.size[pool] ** 0.3
        return rng.choice(pool, min(many, len(pool)), replace=False, p=weight / weight.sum())

    fixed = {
        "one_clinic": (CLINIC, 1), "two_clinics": (CLINIC, 2), "one_primary": (PRIMARY, 1), "one_hospital": (SECONDARY, 1),
        "two_hospitals": (SECONDARY, 2), "one_shop": (SHOP, 1), "two_shops": (SHOP, 2),
    }  # fmt: skip
    if where in fixed:
        return some(*fixed[where])
    if where in ("hospital_and_shop", "clinic_and_shop"):
        return np.concatenate([some(SECONDARY if where[0] == "h" else CLINIC, 1), some(SHOP, 1)])
    if where == "chain_shops":
        shops = city.steady(city.of[SHOP])
        chains = city.chain[shops]
        chain = rng.choice(chains[chains >= 0]) if (chains >= 0).any() else -1
        own = shops[chains == chain]
        return rng.choice(own, min(len(own), int(rng.integers(3, 8))), replace=False)
    return np.concatenate(
        [some(SHOP, int(rng.integers(3, 7))), some(PRIMARY, int(rng.integers(1, 3))), some(SECONDARY, 1)]
    )


def ring(plan: Plan, name: str, size: int, level: str) -> None:
    """Draw one ring of that scheme; `level` is standard, stealth or hard."""
    city, rng, scheme = plan.city, plan.city.rng, SCHEMES[name]
    recruit, where, hours = (
        str(rng.choice(options)) for options in (scheme.recruit, scheme.where, scheme.hours)
    )
    signs = [sign for sign in scheme.shared if sign == "nothing" or sign in plan.delivered]
    shared = str(rng.choice(signs)) if signs else "nothing"
    places = _ring_places(plan, where)
    members = _recruit(plan, recruit, min(size, 24) if recruit == "relatives" else size, places)
    if level == "hard" and plan.rings:
        old = np.unique(np.concatenate([other.members for other in plan.rings]))
        lent = rng.choice(old, min(len(old), max(1, round(0.1 * len(members)))), replace=False)
        members = np.unique(np.concatenate([members[: max(3, len(members) - len(lent))], lent]))
    d = city.dials
    come = float(
        rng.uniform(
            rng.uniform(d["ring_attendance_low"], d["ring_attendance_high"]), d["ring_attendance_high"]
        )
    )
    events, widen = int(rng.integers(scheme.events[0], scheme.events[1] + 1)), 1.0
    if level in ("stealth", "hard"):
        come *= 0.6
    if level == "hard":
        events, widen = max(3, round(events * 0.6)), 6.0
    hidden = str(
        rng.choice(["spread_hours", "ordinary_amounts", "mixed_with_patients", "members_ordinary_life"])
    )
    factor = (
        float(rng.uniform(1.1, d["ring_bill_high"]))
        if level == "standard" and hidden != "ordinary_amounts"
        else float(rng.uniform(0.9, 1.12))
    )
    if hidden == "spread_hours":
        widen *= 2.0
    number = len(plan.rings)
    strength = float(rng.uniform(0.55, 1.0)) * (0.75 if level == "hard" else 1.0)
    family = FAMILY[str(rng.choice(scheme.family))]
    doctors = np.concatenate(
        [_doctors_at(city, int(p), family, int(rng.integers(1, 4))) for p in places if city.cls[p] != SHOP]
        or [np.array([], int)]
    ).astype(int)
    this = Ring(
        number,
        f"ring:{recruit}+{name}+{where}+{hidden}+{shared}",
        name,
        members,
        places,
        doctors,
        come,
        scheme.form in ("meet", "tour", "batches", "split"),
        shared,
        strength,
        _HOURS[hours][1][1] * widen / 60,
    )
    plan.rings.append(this)
    span = _months(rng, events, scheme.form)
    _perform(plan, this, scheme, (events, span, come, hours, widen, factor, family))
    for what in ("facility", "doctor", "pharmacy"):
        if what in scheme.acts:
            of = doctors if what == "doctor" else places[(city.cls[places] == SHOP) == (what == "pharmacy")]
            this.others += [(what, int(one)) for one in of]
    if shared != "nothing" and (entity := _register(plan, members, shared, strength)):
        this.others.append(entity)
    plan.used[members] += 1


def _months(rng: np.random.Generator, events: int, form: str) -> np.ndarray:
    """Days of a ring's events: some months of activity, in no clean rhythm."""
    length = (
        int(rng.integers(max(60, events * (3 if form != "batches" else 20)), DAYS + 1))
        if events * 3 < 300
        else DAYS
    )
    first = int(rng.integers(0, DAYS - min(length, DAYS) + 1))
    days = first + np.sort(rng.choice(min(length, DAYS), min(events, length), replace=False))
    return days.astype(int)


def _perform(plan: Plan, this: Ring, scheme: Scheme, how: tuple) -> None:
    city, rng = plan.city, plan.city.rng
    events, days, come, hours, widen, factor, family = how
    places, members, doctors = this.places, this.members, this.doctors
    if scheme.form == "batches":
        return _batches(plan, this, days, (come, widen), factor, family)
    if scheme.form in ("meet", "tour", "split"):
        person, event, day, minute = meet(plan, members, days, come, hours, widen)
    else:
        every = {
            "series": rng.choice([2.33, 3.5]),
            "drip": rng.uniform(9, 26),
            "alike": rng.uniform(14, 40),
            "steer": rng.uniform(20, 32),
        }[scheme.form]
        person, event, day, minute = own_phase(plan, members, float(min(every, 355 / events)), events, come)
        if scheme.form == "series":
            minute = rng.uniform(*_HOURS[hours][0]) + rng.uniform(0, 45 * widen, len(minute))
    offset = plan.events
    plan.events += events + 1
    base = {"family": family, "ring": this.number, "event": offset + event}
    if scheme.form == "steer" or this.kind.split("+")[2] == "hospital_and_shop":
        place = np.broadcast_to(places[0], len(person))
        when = seconds(city, place, day, minute)
        doctor = doctors[rng.integers(0, len(doctors), len(person))]
        plan.book.add(person, place, when, doctor=doctor, **base)
        plan.book.add(
            person,
            np.broadcast_to(places[1], len(person)),
            when + rng.integers(900, int(5000 * widen**0.5), len(person)),
            type=PHARMACY,
            doctor=doctor,
            mult=factor * 1.8,
            **base,
        )
        return None
    rotate = event if scheme.form == "meet" else person + event
    place = (
        places[rotate % len(places)]
        if scheme.form != "tour"
        else places[(event * 3 + event // 5) % len(places)]
    )
    kind = np.where(city.cls[place] == SHOP, PHARMACY, CHRONIC if scheme.form == "tour" else OUTPATIENT)
    doctor = _own_doctors(city, doctors, place)
    flat = np.nan
    if scheme.form in ("alike", "series"):
        prices = np.round(np.exp(rng.normal(4.9, 0.25, int(rng.integers(1, 4)))) * factor, 2)
        flat = np.where(
            rng.random(len(person)) < rng.uniform(0.6, 0.95), prices[person % len(prices)], np.nan
        )
    lift = factor * (2.0 if scheme.form == "tour" else 1.0)
    when = seconds(city, place, day, minute)
    plan.book.add(person, place, when, type=kind, doctor=doctor, mult=lift, flat=flat, **base)
    if scheme.form == "split":
        again = rng.random(len(person)) < 0.7
        plan.book.add(
            person[again],
            place[again],
            when[again] + rng.integers(60, 3000, int(again.sum())),
            type=kind[again],
            doctor=doctor[again],
            mult=lift * 0.9,
            **(base | {"event": base["event"][again]}),
        )
    if scheme.form == "tour":
        more = (event % 3 > 0) & (rng.random(len(person)) < 0.85)
        second = places[(event[more] * 3 + event[more] // 5 + 1) % len(places)]
        kind = np.where(city.cls[second] == SHOP, PHARMACY, CHRONIC)
        plan.book.add(
            person[more],
            second,
            when[more] + int(rng.integers(1500, 5400)),
            type=kind,
            mult=lift,
            **(base | {"event": base["event"][more]}),
        )
    return None


def _own_doctors(city: City, doctors: np.ndarray, place: np.ndarray) -> np.ndarray:
    """For each claim one of the ring's doctors who sits at that place, mostly; -1 elsewhere."""
    out = np.full(len(place), -1)
    for doctor in doctors:
        here = (city.doc_place[doctor] == place) & ((out < 0) | (city.rng.random(len(place)) < 0.5))
        out = np.where(here & (city.rng.random(len(place)) < 0.93), doctor, out)
    return out


def _batches(
    plan: Plan, this: Ring, days: np.ndarray, how: tuple[float, float], factor: float, family: int
) -> None:
    """Stays in batches: everybody comes to some two of them, if so."""
    city, rng = plan.city, plan.city.rng
    many, (come, widen) = len(this.members), how
    spread = 1.5 * widen**0.7
    rank = rng.random((many, len(days))).argsort(1)
    chosen = (rank < 2) & (rng.random(rank.shape) < come)
    chosen |= rank == np.where(chosen.any(1), -1, 0)[:, None]
    at, event = np.nonzero(chosen)
    person = this.members[at]
    place = this.places[event % len(this.places)]
    day = np.clip(days[event] + rng.uniform(0, spread, len(at)).astype(int), 0, DAYS - 1)
    when = seconds(city, place, day, rng.normal(600, 90, len(at)))
    nights = np.clip(rng.poisson(rng.uniform(5, 9), len(at)), 2, 20)
    doctor = _own_doctors(city, this.doctors, place)
    this.attendance = float(2 / len(days) * come)
    this.window_hours = 24.0 * (1 + spread)
    plan.book.add(
        person,
        place,
        when,
        type=INPATIENT,
        nights=nights,
        doctor=doctor,
        family=family,
        mult=factor * (nights / 8.0) ** 0.8,
        ring=this.number,
        event=plan.events + event,
    )
    plan.events += len(days)


__all__ = ["CAUSES", "SCHEMES", "Plan", "Ring", "lawful", "plan_for", "ring"]
