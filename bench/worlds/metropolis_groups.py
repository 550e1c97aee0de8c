"""Groups of the city `metropolis`: lawful ones, rings, and what one who knows everything could say of each ring (in nats)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom, poisson

from bench.worlds.metropolis_city import (
    CHR,
    DAY,
    DRUGS,
    DX,
    HOUR,
    INP,
    OUT,
    PHA,
    Book,
    City,
    doctors_for,
    hospital_clock,
    shop_clock,
)

__all__ = ["LAWFUL", "RINGS", "Group", "lawful", "oracle", "rings"]

_ITEM = {code: i for i, (code, *_) in enumerate(DRUGS)}
_RESALE = np.array(
    [_ITEM[c] for c in ("XC08CA05", "XA10AE04", "XB01AC04", "ZA04CAT", "ZA09BAY", "XA10BK01", "XC10AA05")]
)
_DEAR = np.array([_ITEM[c] for c in ("XL01EB04", "XL04AD02", "XL01XE18", "XH01CB02")])
_NIGHTS = {
    "oncology_cycles": (2, 5),
    "rehabilitation_ward": (16, 22),
    "psychiatric_long_stay": (28, 29),
    "eye_camp_surgery": (1, 2),
}
# kind | mechanism | size | who | place | claim kind | diagnosis | events | days between | attendance | seconds between people | hour | sign | weight
_LAWFUL_ROWS = """
carer_for_neighbours|meet|3-9|old|shop|3|I10|9-26|14,21,28|.75-.97|40-140|8-18|phone|10
family_on_one_phone|meet|3-7|house|chc|0|J06.9|5-14|20-35|.6-.95|60-400|8-16|phone|10
member_day_neighbours|meet|6-45|old|chainshop|3|I10|8-12|member|.5-.85|60-500|8-9|none|9
company_benefit_day|meet|15-150|firm|shop|3|K21.9|2-6|30-90|.4-.85|30-150|12-17|employer|6
methadone_queue|meet|8-24|adult|methadone|0|F11.2|60-130|1|.75-.95|60-240|8-9|none|1.5
tuberculosis_watched_doses|meet|5-14|any|chc|0|A15.0|40-75|2|.8-.97|120-600|8-9|none|2
dialysis_shift|dialysis|8-20|any|dialysis|1|N18.5|130-150|2,3|.93-.985|60-240|7-13|none|1.5
oncology_cycles|stay|5-24|any|tert|2|C34.9|5-10|21|.8-.96|900-4000|8-10|none|5
physiotherapy_slots|meet|6-20|dx|physio|0|M51.2|12-28|2,3,7|.75-.95|120-900|9-17|none|6
acupuncture_membership|meet|5-24|any|tcm|0|M47.8|12-40|7|.6-.92|200-1200|9-17|none|7
orthodontic_half_day|meet|8-40|kid|dental|0|K07.4|7-11|28-35|.7-.93|300-900|9-15|none|5
rehabilitation_ward|stay|6-26|old|rehab|2|I63.9|3-7|24-34|.7-.95|1200-5000|8-11|none|3
psychiatric_long_stay|stay|8-60|adult|psy|2|F20.9|6-12|30|.85-.99|100-500|9-10|address|3
care_home_round|meet|12-70|old|home|1|I10|10-24|14,28|.75-.95|90-300|8-9|address|5
care_home_contract_shop|meet|10-50|old|shop|3|I10|10-12|28|.8-.98|25-80|14-16|address+phone|4
family_doctor_team_day|meet|15-80|chronic|chc|1|I10|4-12|28,42|.5-.85|100-420|8-9|none|9
firm_clinic_regulars|meet|8-40|firm|firm|0|M54.5|6-20|7,14|.5-.85|150-700|12-13|employer|5
dormitory_influenza|wave|12-80|student|campus|0|J10.1|1-2|4-9|.8-1|0-0|8-16|address|4
school_screening|wave|30-150|kid|chc|0|Z01.0|1-2|1-3|.8-.98|20-90|8-9|employer|3
vaccination_days|wave|25-130|old|chc|0|Z23|1-2|1-3|.8-.97|60-160|8-9|none|5
screening_bus|wave|30-150|firmwomen|sec|0|Z00.0|1-1|1-2|.85-.98|100-300|8-9|employer|3
estate_epidemic|wave|10-45|any|chc|0|J10.1|1-2|3-7|.8-1|0-0|8-16|none|7
pregnancy_school|meet|5-24|woman|tert|0|Z34.9|5-8|28|.7-.93|150-800|8-13|none|6
only_dual_channel_shop|share|8-60|any|dual|3|C34.9|5-12|28|.8-.95|0-0|9-17|none|5
drug_only_one_shop_stocks|share|6-50|any|shop|3|Z94.0|4-12|28|.8-.95|0-0|9-18|none|6
shop_beside_hospital|pass|15-110|chronic|shop|3|I25.1|3-8|30|.6-.9|0-0|8-16|none|6
locum_month|share|15-80|chronic|chc|1|I10|2-3|12|.7-.95|0-0|8-16|none|4
professor_two_sites|two|10-60|chronic|tert|0|I25.1|3-7|30|.6-.9|200-900|8-13|none|4
building_site_crew|meet|10-70|adult|gp|0|M54.5|4-14|7,14|.4-.75|90-500|17-19|address+phone|6
riders_of_an_agency|share|15-90|adult|gp|0|M54.5|2-6|30|.5-.9|0-0|9-20|phone|5
faith_community|meet|8-45|any|tcm|0|M47.8|10-30|7|.4-.75|120-800|11-13|none|4
square_dance_friends|meet|4-16|oldwoman|shop|3|E78.5|14-40|7|.55-.85|40-240|9-10|none|9
sheltered_workshop|meet|8-30|adult|chc|1|F32.9|8-12|28|.75-.95|60-300|9-10|identity+agent|4
escorted_unit|meet|8-40|adult|sec|0|J20.9|6-16|14,21|.3-.6|100-500|8-13|address+agent|3
diabetes_self_help|meet|6-26|dx|chc|1|E11.9|8-12|28|.6-.9|100-500|9-10|none|5
resettled_village_account|share|12-50|old|chc|1|I10|5-10|30|.6-.9|0-0|8-16|account|4
property_manager_books|meet|6-40|old|chc|1|I10|6-12|28|.5-.85|90-400|9-14|phone|5
shopping_friends|meet|3-5|old|shop|3|I25.1|14-40|7,10|.6-.92|30-180|9-18|none|9
night_shift_colleagues|meet|5-25|firm|shop|3|K29.5|10-26|9-14|.35-.7|40-240|7-8|employer|4
couples_treated_together|meet|2-2|house|tcm|0|M47.8|12-40|5,7|.85-.98|60-500|9-17|none|8
group_practice_patients|two|10-60|chronic|gp|0|I10|4-10|21|.6-.9|300-2000|9-16|none|3
eye_camp_surgery|stay|10-50|old|sec|2|H25.9|1-2|40|.8-.97|300-900|8-9|agent|2
"""  # fmt: skip
# kind | mechanism | size | who | roles of places | places | claim kind | events | days between | seconds between people | hour | held together by | doctors that act | style
_RING_ROWS = """
card_sweep|meet|12-45|retired|shop|1-2|3|22-54|4-12|25-110|8-20|phone|0|meet
small_crew|meet|4-6|adult|shop|2-4|3|48-101|2-6|40-300|9-19|none|0|meet
staged_admissions|batches|24-70|old|priv|1-2|2|8-13|24-36|400-3000|8-11|agent|2|meet
steered_prescriptions|steer|22-60|chronic|dual|1-1|3|12-27|20|0-0|9-16|none|2|habit
rotating_pool|meet|14-40|adult|shop,gp,tcm|3-6|3|29-68|3-8|60-500|9-18|phone|1|meet
slow_drip|drip|7-22|old|shop|1-2|3|29-61|7-9|0-0|8-20|none|0|habit
paper_patients|paper|17-70|any|gp|1-2|0|12-35|12|0-0|9-17|account+phone|1|habit
phantom_therapy|meet|10-30|old|physio|1-1|0|48-108|2-3|90-600|9-16|none|2|meet
identical_bills|meet|11-40|adult|tcm|1-1|0|19-49|5-10|60-300|10-17|none|1|meet
shell_employer|meet|12-45|adult|priv|1-2|0|14-35|7-15|200-1200|9-16|employer+agent|1|meet
home_cards|meet|12-40|homes|shop|1-2|3|17-35|9-14|20-90|8-20|address|0|meet
staff_and_relatives|paper|10-30|house|priv|1-1|0|24-59|9|0-0|9-17|none|2|habit
resale_tour|tour|4-10|retired|tert,shop,shop,sec|3-5|3|14-35|7-16|60-500|8-9|none|0|meet
van_pickup|meet|14-60|old|priv|1-1|0|12-30|10-18|60-360|9-10|none|2|meet
trace_reuse|meet|10-28|retired|shop|1-2|3|22-49|5-10|60-600|9-19|none|0|meet
card_agency|meet|100-180|adult|shop,shop,gp|3-5|3|14-30|8-18|25-140|9-20|phone+agent|0|meet
"""  # fmt: skip
LAWFUL = [dict(zip(("kind", "mech", "size", "who", "role", "claim", "dx", "events", "gap", "attend", "spread", "hour", "sign", "weight"), row.split("|"), strict=True)) for row in _LAWFUL_ROWS.strip().splitlines()]  # fmt: skip
RINGS = [dict(zip(("kind", "mech", "size", "who", "role", "places", "claim", "events", "gap", "spread", "hour", "held", "doctors", "style"), row.split("|"), strict=True)) for row in _RING_ROWS.strip().splitlines()]  # fmt: skip


@dataclass
class Group:
    """One planted group: people, what holds them together, and for a ring its events and actors."""

    kind: str
    members: np.ndarray
    signs: list[tuple[str, np.ndarray]] = field(default_factory=list)
    places: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    doctors: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    style: str = "meet"
    acting: bool = False
    events: list[tuple[int, int, int, int, int, float]] = field(
        default_factory=list
    )  # place, from, to, came, could, q


def _span(rng: np.random.Generator, text: str) -> float:
    low, high = (float(x) for x in text.split("-"))
    return float(rng.uniform(low, high))


def _gap(rng: np.random.Generator, text: str) -> float:
    return (
        float(rng.choice([float(x) for x in text.split(",")]))
        if "," in text or "-" not in text
        else _span(rng, text)
    )


def _people(
    c: City, rng: np.random.Generator, who: str, m: int, dx: int = -1, sparse: bool = False
) -> np.ndarray:
    if who in ("firm", "firmwomen"):
        size = c.staff_n[: c.n_employers]
        fit = np.flatnonzero(size >= min(m * 1.3, size.max()))
        staff = c.by_employer[rng.choice(fit)]
        staff = staff[c.sex[staff] == 2] if who == "firmwomen" and (c.sex[staff] == 2).sum() >= 5 else staff
        return rng.permutation(staff)[:m]
    if who == "student":
        return rng.permutation(c.by_employer[c.n_employers + int(rng.integers(0, 3))])[:m]
    if who == "house":
        if m > 7:  # staff of a place and their relatives: several homes
            return np.unique(
                np.concatenate(
                    [np.flatnonzero(c.hh == c.hh[p])[:4] for p in rng.integers(0, c.n, max(3, m // 2))]
                )
            )[: m + 2]
        fit = np.flatnonzero(c.hh_size >= min(m, 5))
        return np.flatnonzero(c.hh == rng.choice(fit))[:m]
    centre = int(rng.integers(0, c.n_estates))
    near = np.argsort(np.hypot(*(c.estate_xy - c.estate_xy[centre]).T), kind="stable")
    wide = max(3, 1 + m // 8) if not sparse else max(8, c.n_estates // 3)
    for reach in (wide, wide * 3, wide * 9, c.n_estates):
        pool = np.concatenate([c.by_estate[e] for e in near[:reach]])
        age, sex = c.age[pool], c.sex[pool]
        mask = {"old": age > 60, "homes": age > 70, "oldwoman": (age > 52) & (sex == 2), "kid": (age > 5) & (age < 16), "woman": (sex == 2) & (age > 21) & (age < 42), "adult": (age > 18) & (age < 62),
                "retired": (age > 52) & c.employee[pool], "chronic": c.dx[pool] >= 0, "dx": (c.dx[pool] == dx) if dx == DX["E11.9"] else age > 35, "any": age > 1}[who]  # fmt: skip
        if mask.sum() >= m * 1.5 or reach >= c.n_estates:
            return rng.permutation(pool[mask])[:m]
    return pool[:m]


def _place(c: City, rng: np.random.Generator, role: str, members: np.ndarray, far: float = 0.0) -> int:
    pool = np.flatnonzero((c.chain >= 0) if role == "chainshop" else (c.role == role))
    pool = pool if len(pool) else np.flatnonzero(c.role == "shop")
    home = np.median(c.estate_xy[c.estate[members]], axis=0)
    dist = np.hypot(*(c.xy[pool] - home).T)
    return int(pool[np.argmin(np.abs(dist - far) + rng.exponential(0.4, len(pool)))])


def _dates(c: City, rng: np.random.Generator, n: int, gap: float, place: int, jitter: float) -> np.ndarray:
    last = len(c.days) - 1
    span = n * gap
    first = rng.integers(0, max(1, int(last - span))) if span < last else int(rng.integers(0, 8))
    day = first + np.cumsum(np.maximum(1, rng.normal(gap, jitter * gap, n))).astype(np.int64) if gap > 1 else first + np.arange(n)  # fmt: skip
    if gap == int(gap) and int(gap) % 7 == 0:
        day = first + (np.arange(n) * gap).astype(np.int64)
    day = np.unique(day[day <= last])
    if gap > 1 and not c.is_shop[place]:
        day = day + np.where((c.weekday[day] == 6) & (gap % 7 > 0), 1, 0)
    return np.unique(day[(day <= last) & ~c.feast[np.minimum(day, last)]])


def _meet(
    rng: np.random.Generator, members: np.ndarray, days: np.ndarray, q: float, spread: float, hour: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(member, event number, start) of everyone who came: one after another with exponential gaps, in no fixed order."""
    e, m = len(days), len(members)
    came = rng.random((e, m)) < q
    wait = np.cumsum(rng.exponential(max(spread, 1), (e, m)), axis=1)
    wait = np.minimum(wait, 11.0 * HOUR * (wait / max(wait.max(), 1)) if wait.max() > 11 * HOUR else wait)
    seat = np.argsort(rng.random((e, m)), axis=1)
    begin = days * DAY + ((hour + rng.normal(0, 0.12, e)) * HOUR).astype(np.int64)
    latest = np.maximum(days * DAY + int(21.3 * HOUR) - wait.max(axis=1), days * DAY + int(7.5 * HOUR))
    start = (np.minimum(begin, latest)[:, None] + np.take_along_axis(wait, seat, axis=1)).astype(np.int64)
    row, col = np.nonzero(came)
    return members[col], row, start[row, col]


def lawful(c: City, rng: np.random.Generator, book: Book, count: int, weak: float) -> list[Group]:
    """Plant `count` lawful groups, every kind at least once."""
    c.by_estate = np.split(np.argsort(c.estate, kind="stable"), np.cumsum(np.bincount(c.estate, minlength=c.n_estates))[:-1])  # fmt: skip
    c.hh_size = np.bincount(c.hh)
    c.staff_n = np.bincount(c.employer[c.employer >= 0], minlength=c.n_employers + 3)
    order = np.flatnonzero(c.employer >= 0)
    order = order[np.argsort(c.employer[order], kind="stable")]
    c.by_employer = np.split(order, np.cumsum(c.staff_n)[:-1])
    weight = np.array([float(row["weight"]) for row in LAWFUL])
    extra = rng.choice(len(LAWFUL), max(0, count - len(LAWFUL)), p=weight / weight.sum())
    return [_one_lawful(c, rng, book, LAWFUL[k], i, weak) for i, k in enumerate(np.concatenate([np.arange(len(LAWFUL)), extra]))]  # fmt: skip


def _one_lawful(  # noqa: PLR0912, PLR0915 - one row of the table, read top to bottom
    c: City, rng: np.random.Generator, book: Book, row: dict, index: int, weak: float
) -> Group:
    low, high = (int(x) for x in row["size"].split("-"))
    m = int(
        np.clip(np.exp(rng.uniform(np.log(low), np.log(high + 0.99))), low, min(high, max(low, c.n // 120)))
    )
    dx, mech, claim = DX[row["dx"]], row["mech"], int(row["claim"])
    people = _people(c, rng, row["who"], m, dx)
    if len(people) < 2:
        people = _people(c, rng, "any", m)
    place = _place(c, rng, row["role"], people)
    if row["role"] == "firm":
        employer = int(rng.choice([e for e in c.firm_of if e < c.n_employers]))
        people, place = rng.permutation(c.by_employer[employer])[:m], c.firm_of[employer]
    if row["role"] == "campus":
        place = c.firm_of.get(int(c.employer[people[0]]), place)
    n, q, spread, hour = round(_span(rng, row["events"])), _span(rng, row["attend"]), _span(rng, row["spread"]), _span(rng, row["hour"])  # fmt: skip
    group = Group(row["kind"], people, places=np.array([place]))
    if row["gap"] == "member":
        days = np.flatnonzero(c.member_day[c.chain[place]] & ~c.feast) if c.chain[place] >= 0 else np.arange(8, len(c.days), 30)  # fmt: skip
        days = days[:: max(1, len(days) // n)]
    else:
        gap = _gap(rng, row["gap"])
        days = _dates(c, rng, n, gap, place, 0.12)
    if not len(days):
        days = np.array([int(rng.integers(10, len(c.days) - 30))])
    doctor, end, item, at = -1, -1, -1, place
    if mech == "dialysis":
        days = np.flatnonzero(np.isin(c.weekday, (0, 2, 4) if rng.random() < 0.5 else (1, 3, 5)))
    if mech in ("meet", "dialysis", "two", "stay") or (mech == "wave" and spread > 0):
        who, event, start = _meet(rng, people, days, q, spread, hour)
    elif mech == "wave":
        who = people[rng.random(len(people)) < q]
        start = (days[0] + rng.binomial(8, 0.4, len(who))) * DAY + hospital_clock(rng, rng.random(len(who)), rng.random(len(who)) < 0.4)  # fmt: skip
    else:  # each on days of one's own
        who = np.repeat(people, np.maximum(1, rng.binomial(n, q, len(people))))
        day = rng.integers(int(days[0]), min(len(c.days), int(days[-1]) + 20), len(who))
        start = day * DAY + (shop_clock(rng, rng.random(len(who)), rng.random(len(who)) < 0.3) if claim == PHA else hospital_clock(rng, rng.random(len(who)), rng.random(len(who)) < 0.3))  # fmt: skip
    start = np.minimum(start, len(c.days) * DAY - 1).astype(np.int64)
    team = np.flatnonzero(c.doc_place == place)
    if claim != PHA and len(team):
        fit = doctors_for(
            c, rng, np.array([place]), np.array([dx]), np.array([int(days[0]) * DAY + 9 * HOUR])
        )[0]
        doctor = np.where(rng.random(len(who)) < 0.8, fit, doctors_for(c, rng, np.full(len(who), place), np.full(len(who), dx), start))  # fmt: skip
    if mech == "two":  # the professor also sits elsewhere; a practice has two doors
        other = _place(c, rng, "sec" if row["role"] == "tert" else row["role"], people, 2.0)
        at = np.where(event % 2 == 0, place, other)
        c.sites.append((int(fit), other))
        group.places = np.array([place, other])
    if mech == "stay":
        low, high = _NIGHTS[row["kind"]]
        end = (start // DAY + rng.integers(low, high + 1, len(who))) * DAY + rng.integers(
            9, 15, len(who)
        ) * HOUR
    if row["kind"] in ("only_dual_channel_shop", "drug_only_one_shop_stocks"):
        item = int(rng.choice(_DEAR)) if row["role"] == "dual" else int(rng.integers(0, len(DRUGS)))
        doctor = np.where(
            rng.random(len(who)) < 0.8,
            doctors_for(c, rng, c.h_hosp[who, 0], np.full(len(who), dx), start),
            -1,
        )
    if mech == "pass":  # first the hospital, then the shop at its gate
        hospital = _place(c, rng, "tert", people)
        near = np.flatnonzero(c.is_shop)
        at = int(near[np.argmin(np.hypot(*(c.xy[near] - c.xy[hospital]).T))])
        doctor = doctors_for(c, rng, np.full(len(who), hospital), np.full(len(who), dx), start)
        book.add(person=who, place=hospital, doctor=doctor, kind=OUT, start=start, dx=dx, group=index)
        start, group.places = start + rng.integers(1500, 9000, len(who)), np.array([hospital, at])
    if row["kind"] == "dialysis_shift":
        dx, item = np.array([DX["N18.5"], DX["Z49.1"], DX["N18.9"]])[rng.choice(3, len(who), p=[0.6, 0.25, 0.15])], len(DRUGS) + 6  # fmt: skip
    therapy = {"physiotherapy_slots": 5, "acupuncture_membership": 4, "couples_treated_together": 3, "orthodontic_half_day": 7, "vaccination_days": 8}  # fmt: skip
    if row["kind"] in therapy:
        item = len(DRUGS) + therapy[row["kind"]]
    own = (
        (c.dx[who] >= 0)
        if claim in (CHR, PHA) and np.ndim(dx) == 0 and item < 0
        else np.zeros(len(who), bool)
    )
    book.add(person=who, place=at, doctor=doctor, kind=claim, start=start, end=end, dx=np.where(own, c.dx[who], dx), item=item, qty=0, group=index)  # fmt: skip
    for sign in row["sign"].split("+"):
        if sign != "none":
            group.signs.append((sign, people[rng.random(len(people)) < rng.uniform(0.4, 1.0) * weak]))
    return group


def rings(
    c: City, rng: np.random.Generator, book: Book, level: str, count: int, people: int, trace: bool
) -> list[Group]:
    """Plant `count` rings by the level; at `real`, sizes are drawn with median 9 until `people` are in rings."""
    kinds = [row for row in RINGS if trace or row["kind"] != "trace_reuse"]
    if level == "real":
        sizes: list[int] = []
        while not sizes or sum(sizes) < people:
            sizes.append(int(np.clip(np.exp(rng.normal(np.log(9), 0.62)), 4, 40)))
        kinds = [row for row in kinds if row["kind"] != "card_agency"]
    else:
        sizes = [0] * count
    turn = np.concatenate([rng.permutation(len(kinds)) for _ in range(len(sizes) // len(kinds) + 1)])
    planted: list[Group] = []
    for index, size in enumerate(sizes):
        mood = level if level != "real" else str(rng.choice(["standard", "stealth"]))
        shared = (
            np.concatenate([g.members for g in planted])
            if planted and level == "hard"
            else np.zeros(0, np.int64)
        )
        planted.append(_one_ring(c, rng, book, kinds[turn[index]], index, mood, size, shared))
    return planted


def _one_ring(  # noqa: PLR0912, PLR0915 - one row of the table, read top to bottom
    c: City,
    rng: np.random.Generator,
    book: Book,
    row: dict,
    index: int,
    mood: str,
    size: int,
    shared: np.ndarray,
) -> Group:
    low, high = (int(x) for x in row["size"].split("-"))
    m = size or int(
        np.clip(low * ((high + 0.99) / low) ** (rng.random() ** 0.65), low, min(high, max(4, c.n // 25)))
    )
    people = _people(c, rng, row["who"], m, sparse=bool(rng.random() < 0.6))[:m]
    borrowed = rng.permutation(np.setdiff1d(shared, people))[: round(m * 0.1)]
    if len(borrowed):
        people = np.concatenate([people[: m - len(borrowed)], borrowed])
    soft, hard = mood != "standard", mood == "hard"
    q = _span(rng, "0.55-0.95") * (0.6 if soft else 1)
    n = max(3, round(_span(rng, row["events"]) * (0.6 if hard else 1)))
    spread, hour = _span(rng, row["spread"]) * (6 if hard else 1), _span(rng, row["hour"])
    factor = 1.0 if soft else _span(rng, "1-2.3")
    roles = row["role"].split(",")
    many = round(_span(rng, row["places"]))
    places = np.array(
        [_place(c, rng, roles[i % len(roles)], people, rng.uniform(0.5, 7)) for i in range(many)]
    )
    claim, mech = int(row["claim"]), row["mech"]
    days = _dates(c, rng, n, _gap(rng, row["gap"]), int(places[0]), 0.35)
    acting = rng.permutation(np.flatnonzero(np.isin(c.doc_place, places)))[: int(row["doctors"])]
    group = Group(row["kind"], people, places=np.unique(places), doctors=acting, style=row["style"], acting=row["kind"] not in ("small_crew", "resale_tour", "slow_drip"))  # fmt: skip

    def clock(k: int) -> np.ndarray:
        return (
            shop_clock(rng, rng.random(k), rng.random(k) < 0.4)
            if claim == PHA
            else hospital_clock(rng, rng.random(k), rng.random(k) < 0.45)
        )

    end, item, total = -1, -1, np.nan
    if mech in ("meet", "batches"):
        who, event, start = _meet(rng, people, days, q, spread, hour)
        if mech == "batches":  # each person belongs to two of five batches
            five = np.arange(5)
            mine = np.argsort(rng.random((len(people), 5)), axis=1)[:, :2]
            spot = np.searchsorted(np.sort(people), who)
            mine = mine[np.argsort(people)][spot]
            keep = (five[event % 5][:, None] == mine).any(axis=1)
            who, event, start = who[keep], event[keep], start[keep]
            start = start + (rng.random(len(start)) < 0.35) * DAY
            end = (
                start // DAY + np.maximum(3, rng.normal(8, 1.3, len(who))).astype(np.int64)
            ) * DAY + rng.integers(9 * HOUR, 15 * HOUR, len(who))
        at = places[event % many] if rng.random() < 0.5 else places[rng.integers(0, many, len(days))][event]
    elif mech == "tour":
        who, event, start = _meet(rng, people, days, q, spread, hour)
        hop = np.tile(np.arange(many), len(who))
        who, event, start = np.repeat(who, many), np.repeat(event, many), np.repeat(start, many) + hop * int(rng.uniform(1.2, 2.4) * HOUR)  # fmt: skip
        start, at, event = (
            np.minimum(start, start // DAY * DAY + 20 * HOUR + start % 3600),
            places[hop],
            event * many + hop,
        )
    else:
        span = rng.integers(240, len(c.days)) if mech != "drip" else len(c.days)
        first = int(rng.integers(0, len(c.days) - span + 1))
        who = np.repeat(people, np.maximum(2, rng.binomial(n, q, len(people))))
        day = first + rng.integers(0, span, len(who))
        start, at, event = (
            day * DAY + clock(len(who)),
            places[rng.integers(0, many, len(who))],
            np.zeros(len(who), np.int64),
        )
    ok = (start // DAY < len(c.days)) & (c.opened[at] <= start // DAY)
    who, event, start, at, end = who[ok], event[ok], start[ok], at[ok], end[ok] if np.ndim(end) else end
    kind = np.where(c.is_shop[at], PHA, INP if claim == INP else OUT)
    dx = np.where((c.dx[who] >= 0) & (rng.random(len(who)) < 0.6), c.dx[who], DX[str(rng.choice(["I10", "I25.1", "E11.9", "M54.5"]))])  # fmt: skip
    doctor = np.where(c.is_shop[at], -1, doctors_for(c, rng, at, dx, start))
    if len(acting):
        pick = acting[rng.integers(0, len(acting), len(who))]
        doctor = np.where(
            (c.doc_place[pick] == at) & (rng.random(len(who)) < (0.9 if not soft else 0.65)), pick, doctor
        )
    if row["kind"] in (
        "card_sweep",
        "resale_tour",
        "trace_reuse",
        "rotating_pool",
        "slow_drip",
        "card_agency",
        "small_crew",
    ):
        item = np.where(rng.random(len(who)) < (0.85 if not soft else 0.4), rng.choice(_RESALE[rng.permutation(len(_RESALE))[:4]], len(who)), -1)  # fmt: skip
    if row["kind"] == "phantom_therapy":
        item = len(DRUGS) + 5
    if row["kind"] == "identical_bills":
        base = np.round(rng.lognormal(5.3, 0.3), 2)
        total = np.where(rng.random(len(who)) < (0.85 if not soft else 0.35), base, np.nan)
        item = np.where(np.isnan(total), -1, len(DRUGS) + 3)
    if mech == "steer":
        group.doctors = acting = rng.permutation(np.flatnonzero((c.role[c.doc_place] == "tert") | (c.role[c.doc_place] == "chc")))[: int(rng.integers(1, 3))]  # fmt: skip
        doctor = acting[rng.integers(0, len(acting), len(who))]
        start = start // DAY * DAY + hospital_clock(rng, rng.random(len(who)), rng.random(len(who)) < 0.4)
        book.add(
            person=who, place=c.doc_place[doctor], doctor=doctor, kind=OUT, start=start, dx=dx, ring=index
        )
        dear = np.concatenate([_DEAR[:1] if not soft else _RESALE[:2], _RESALE[:3]])
        start, item = start + rng.integers(1800, 5 * HOUR, len(who)), rng.choice(dear[1:], len(who))
        item = np.where(rng.random(len(who)) < 0.06, dear[0], item)
    book.add(person=who, place=at, doctor=doctor, kind=kind, start=start, end=end, dx=dx, factor=factor, total=total, item=item, qty=0, ring=index)  # fmt: skip
    group.members = np.unique(who)
    for held in row["held"].split("+"):
        if held != "none":
            group.signs.append((held, group.members[rng.random(len(group.members)) < (rng.uniform(0.5, 1.0) if not soft else rng.uniform(0.2, 0.6))]))  # fmt: skip
    if group.style == "meet":
        rate = q * 0.4 if mech == "batches" else q
        for number in np.unique(event):
            t = start[event == number]
            group.events.append((int(at[event == number][0]), int(t.min()), int(t.max()), len(np.unique(who[event == number])), len(group.members), rate))  # fmt: skip
    return group


def oracle(
    c: City, claims: dict[str, np.ndarray], group: Group, index: int, holders: dict[str, float]
) -> float:
    """Log-likelihood ratio of a ring in nats, for one who knows members, places and true rates.

    With meetings: over the ring's events, ln Binomial(n; m, q) - ln Poisson(n; lambda); lambda is what the members' claims outside
    this ring give for that place and window: own rate there (shrunk to the place's rate per person of the city), times the place's
    share of that hour and its liveliness that day (so a member day is nothing strange); windows are at least ten minutes.
    Without meetings: per member, ln Poisson(k; ring rate) - ln lawful probability of k claims at the ring's places, the lawful side
    mixing the member's ordinary rate and the chance that anyone takes up such a place as a habit: no member is worth more than that
    chance allows. A shared identifier adds, per holder after the first, -ln of the share of people who hold such a hub, at most 2 nats.
    """
    mine = np.isin(claims["person"], group.members) & (claims["ring"] != index)
    days = len(c.days)
    nats = 0.0
    if group.style == "meet":
        for place in {e[0] for e in group.events}:
            here = claims["place"] == place
            when = claims["start"][here & (claims["ring"] != index)]
            by_day = np.bincount(when // DAY, minlength=days)[:days] + 0.2
            by_hour = np.bincount(when % DAY // HOUR, minlength=24) + 0.5
            own = (mine & here).sum() + len(group.members) * here.sum() / c.n
            for _, t0, t1, n, m, q in (e for e in group.events if e[0] == place):
                window = max(t1 - t0, 600) * (n + 1) / max(n, 1)
                lively = by_day[t0 // DAY] / by_day.mean()
                hours = np.arange(t0 % DAY // HOUR, t1 % DAY // HOUR + 1) % 24
                share = min(1.0, window / DAY + 0.0) if t1 - t0 > 20 * HOUR else by_hour[hours].mean() / by_hour.sum() * window / HOUR  # fmt: skip
                lam = own / days * lively * min(share, 2.0) + 1e-6
                nats += binom.logpmf(min(n, m), m, q) - poisson.logpmf(n, lam)
    else:
        place_or_doctor = np.isin(claims["place"], group.places)
        k = np.bincount(np.searchsorted(group.members, claims["person"][place_or_doctor & (claims["ring"] == index)]), minlength=len(group.members))  # fmt: skip
        mu = np.bincount(np.searchsorted(group.members, claims["person"][place_or_doctor & mine]), minlength=len(group.members)) + place_or_doctor.sum() / c.n  # fmt: skip
        others = np.bincount(claims["person"][place_or_doctor & (claims["ring"] != index)], minlength=c.n)
        habit = ((others >= max(2, np.median(k) / 2)).sum() + 1) / c.n
        total = k + np.round(mu - place_or_doctor.sum() / c.n)
        log_pois = lambda x, r: x * np.log(r) - r - gammaln(x + 1)  # noqa: E731
        rate = max(k.mean(), 0.1)
        ring = log_pois(total, rate + mu)
        plain = np.logaddexp(
            np.log1p(-habit) + log_pois(total, mu), np.log(habit) + log_pois(total, np.maximum(total, 0.5))
        )
        nats += float((ring - plain).sum())
    for sign, held in group.signs:
        nats += max(0, len(held) - 1) * min(2.0, -np.log(holders.get(sign, 0.05)))
    return round(float(nats), 2)
