"""The rings of the world `payer`, and what one who knew everything could prove of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from bench.worlds.files import Level
from bench.worlds.payer_groups import YEAR, Ints, Kind, Payer, calendar, size_of

__all__ = ["SCHEMES", "Ring", "oracle_nats", "plant_rings"]


@dataclass(slots=True, kw_only=True)
class Ring:
    """One ring: who, how keen, and the events it held as (place, first day, days, chance that a member comes)."""

    number: int
    kind: str
    members: Ints
    join: float  # share of events that a member joins
    money: float  # over what is usual
    fewer: float  # factor on events
    spread: int  # days over which the people of one event come
    state: int
    referrers: Ints  # doctors who send their patients, where the scheme has such
    doctors: set[int] = field(default_factory=set)
    facilities: set[int] = field(default_factory=set)
    events: list[tuple[int, int, int, float]] = field(default_factory=list)

    def times(self, many: float) -> int:
        """A number of events after the level's factor."""
        return max(3, round(many * self.fewer))


def _bill(payer: Payer, ring: Ring, who: Ints, place: int, doctor: Ints | int, day: Ints, *, dx: Ints | int, fund: float, spread: float = 0.3, stay: Ints | int | None = None) -> None:  # fmt: skip
    """Write claims of the ring and remember who acted."""
    many = len(who)
    inpatient = stay is not None
    payer.add(
        ring.members[who],
        place,
        doctor,
        day,
        dx=dx,
        fund=payer.money(fund * ring.money, many, spread),
        ring=ring.number,
        length=stay if inpatient else 0,
        inpatient=inpatient,
    )
    ring.facilities.add(place)
    ring.doctors.update(np.unique(doctor).tolist())


def _gather_at(
    payer: Payer, ring: Ring, place: int, doctors: Ints, days: Ints, chance: float, **bill: object
) -> None:
    """The members who join come to the place within the ring's spread of each day."""
    rng = payer.rng
    at, who = np.nonzero(rng.random((len(days), len(ring.members))) < chance)
    day = np.asarray(days)[at] + rng.integers(0, ring.spread + 1, len(who))
    codes = payer.codes_for(ring.members[who], bill.pop("codes"), 0.8)  # type: ignore[arg-type]
    _bill(payer, ring, who, place, doctors[at % len(doctors)], day, dx=codes, **bill)  # type: ignore[arg-type]
    ring.events += [(place, int(day), ring.spread + 1, chance) for day in days]


def _alone(
    payer: Payer, ring: Ring, place: int, doctors: Ints, span: tuple[int, int], visits: float, **bill: object
) -> None:
    """The members who join come to the place at dates of their own; one event: who used the place at all."""
    rng = payer.rng
    joins = rng.random(len(ring.members)) < ring.join
    count = np.where(joins, 1 + rng.poisson(max(0.0, visits - 1), len(joins)), 0)
    who = np.repeat(np.arange(len(joins)), count)
    day = span[0] + rng.integers(0, max(1, span[1] - span[0]), len(who))
    codes = payer.codes_for(ring.members[who], bill.pop("codes"), 0.8)  # type: ignore[arg-type]
    _bill(payer, ring, who, place, doctors[ring.members[who] % len(doctors)], day, dx=codes, **bill)  # type: ignore[arg-type]
    ring.events.append((place, span[0], span[1] - span[0], ring.join))


def _span(payer: Payer, least: int, most: int) -> tuple[int, int]:
    days = int(payer.rng.integers(least, most + 1))
    first = int(payer.rng.integers(0, max(1, YEAR - days)))
    return first, first + days


def _days(payer: Payer, ring: Ring, many: float, least: int = 200) -> Ints:
    """Days of events at uneven distances."""
    first, last = _span(payer, least, 350)
    return np.sort(first + payer.rng.choice(last - first, min(ring.times(many), last - first), replace=False))


def _dense_block(payer: Payer, ring: Ring) -> None:
    for _ in range(int(payer.rng.integers(3, 6))):
        place, doctors = payer.place(ring.state, int(payer.rng.integers(1, 4)))
        visits = 4 * ring.fewer
        _alone(
            payer,
            ring,
            place,
            doctors,
            _span(payer, 150, 330),
            visits,
            codes=("7242", "4019", "78079", "71590"),
            fund=180,
        )


def _staged_admissions(payer: Payer, ring: Ring) -> None:
    """Five batches or so; each person comes to two of five."""
    rng = payer.rng
    place, doctors = payer.place(ring.state, 2)
    for day in _days(payer, ring, 5):
        who = np.flatnonzero(rng.random(len(ring.members)) < 0.5 * ring.join)
        come = day + rng.integers(0, ring.spread + 2, len(who))
        stay = 4 + rng.integers(0, 3, len(who))
        dx = payer.codes_for(ring.members[who], ("7802", "4019", "78659", "27651"), 0.8)
        _bill(
            payer,
            ring,
            who,
            place,
            doctors[rng.integers(0, len(doctors), len(who))],
            come,
            dx=dx,
            fund=4500,
            stay=stay,
        )
        ring.events.append((place, int(day), ring.spread + 2, 0.5 * ring.join))
        before = come - rng.integers(3, 12, len(who))  # the paper that an admission wants
        _bill(
            payer, ring, who, place, doctors[rng.integers(0, len(doctors), len(who))], before, dx=dx, fund=210
        )


def _home_sweep(payer: Payer, ring: Ring) -> None:
    """One travelling doctor bills whole corridors; the residents have honest rounds of their own besides."""
    rng = payer.rng
    honest = Kind(
        name="rounds", size=(0, 0, 0), dx=("3310",), every=(4, 5), weeks=(30, 50), attend=(0.6, 0.9)
    )
    for part in np.array_split(np.arange(len(ring.members)), int(rng.integers(1, 4))):
        home, doctor = payer.place(ring.state, 1)
        who, day = calendar(rng, honest, len(part), 0.1)
        day = day + who // 25
        money = payer.money(70, len(who), 0.1)
        dx = payer.codes_for(ring.members[part], ("3310", "4280", "29010"), 0.8)
        payer.add(ring.members[part[who]], home, doctor[0], day, dx=dx[who], fund=money)
    place, doctors = payer.place(ring.state, 1)
    corridors = np.array_split(rng.permutation(len(ring.members)), -(-len(ring.members) // 35))
    for day in _days(payer, ring, 14):
        for later, part in enumerate(corridors):
            who = part[rng.random(len(part)) < ring.join]
            come = day + later + rng.integers(0, ring.spread + 1, len(who))
            dx = payer.codes_for(ring.members[who], ("30981", "7030", "1101"), 0.8)
            _bill(payer, ring, who, place, doctors[0], come, dx=dx, fund=140)
        ring.events.append((place, int(day), ring.spread + len(corridors), ring.join))


def _phantom_therapy(payer: Payer, ring: Ring) -> None:
    """Sessions twice or thrice a week that nobody held."""
    rng = payer.rng
    place, doctors = payer.place(ring.state, 2)
    weeks = ring.times(int(rng.integers(14, 27)))
    start = int(rng.integers(0, 360 - 7 * weeks))
    offsets = np.sort(rng.choice(6, int(rng.integers(2, 4)), replace=False))
    days = (start + 7 * np.arange(weeks)[:, None] + offsets).ravel()
    _gather_at(
        payer, ring, place, doctors, days, ring.join, codes=("V571", "7242", "7197"), fund=110, spread=0.1
    )
    ring.events = [
        (place, int(start + 28 * block), 28, 1 - (1 - ring.join) ** 8) for block in range(-(-weeks // 4))
    ]


def _sober_brokers(payer: Payer, ring: Ring) -> None:
    """A house is passed from centre to centre; urine goes to one laboratory."""
    rng = payer.rng
    laboratory, _ = payer.place(ring.state, 1)
    weeks = ring.times(int(rng.integers(4, 8)))
    day, events = int(rng.integers(0, 40)), []
    for _ in range(int(rng.integers(4, 6))):
        centre, doctors = payer.place(ring.state, 1)
        stay = (day + 7 * np.arange(weeks)[:, None] + np.array([0, 2, 4])).ravel()
        _gather_at(payer, ring, centre, doctors, stay, ring.join, codes=("30400", "30390", "30401"), fund=230)
        tests = day + 7 * np.arange(weeks) + 1
        _gather_at(payer, ring, laboratory, doctors, tests, ring.join, codes=("V5883", "30400"), fund=420)
        for place, sessions in ((centre, 3 * weeks), (laboratory, weeks)):
            events.append((place, day, 7 * weeks, 1 - (1 - ring.join) ** sessions))
        day += 7 * weeks + int(rng.integers(2, 20))
    ring.events = events


def _imaging_kickback(payer: Payer, ring: Ring) -> None:
    """Patients of a few doctors are sent to one centre, past nearer ones; the visits to the doctors are ordinary."""
    rng = payer.rng
    centre, _ = payer.place(ring.state, 1)
    mine = payer.background.patient.isin(ring.members) & payer.background.doctor.isin(ring.referrers)
    seen = payer.background[mine].drop_duplicates("patient").sort_values("patient")
    who = np.searchsorted(ring.members, seen.patient.to_numpy())
    sent = rng.random(len(who)) < ring.join
    who, seen = who[sent], seen[sent]
    doctor = seen.doctor.to_numpy()
    for _ in range(1 + (ring.fewer == 1)):
        day = np.clip(seen.day.to_numpy(), 0, 345) + rng.integers(2, 16, len(who))
        dx = payer.codes_for(ring.members[who], ("7242", "7840", "71941"), 0.7)
        _bill(payer, ring, who, centre, doctor, day, dx=dx, fund=430)
        again = rng.random(len(who)) < 0.5
        who, doctor, seen = who[again], doctor[again], seen[again]
    ring.events.append((centre, 0, YEAR, ring.join))


def _clinic_tour(payer: Payer, ring: Ring) -> None:
    """A van with some of the pool, clinic by clinic."""
    rng = payer.rng
    clinics = [payer.place(ring.state, 1) for _ in range(int(rng.integers(3, 6)))]
    share = min(0.9, float(rng.integers(6, 14)) / len(ring.members))
    for day in _days(payer, ring, int(rng.integers(24, 44))):
        van = np.flatnonzero(rng.random(len(ring.members)) < share)
        for stop, number in enumerate(rng.permutation(len(clinics))[: int(rng.integers(2, 4))]):
            place, doctors = clinics[number]
            who = van[rng.random(len(van)) < ring.join]
            come = day + stop + rng.integers(0, ring.spread + 1, len(who))
            dx = payer.codes_for(ring.members[who], ("7820", "3569", "7242", "78079"), 0.8)
            _bill(payer, ring, who, place, doctors[0], come, dx=dx, fund=260)
            ring.events.append((place, int(day + stop), ring.spread + 1, share * ring.join))


def _identical_bills(payer: Payer, ring: Ring) -> None:
    """One bill, copied: same code, same sum, people who never met."""
    rng = payer.rng
    amount = float(rng.integers(31, 160) * 10)
    code = str(rng.choice(["7295", "3569", "7820", "78079"]))
    for _ in range(int(rng.integers(2, 4))):
        place, doctors = payer.place(ring.state, 1)
        _alone(
            payer,
            ring,
            place,
            doctors,
            _span(payer, 120, 300),
            4 * ring.fewer,
            codes=(code,),
            fund=amount / ring.money,
            spread=0,
        )


def _equipment(payer: Payer, ring: Ring) -> None:
    """Braces and beds ordered by one doctor, far away, for people whom he never saw."""
    _, doctors = payer.place(ring.state, 1)
    for _ in range(int(payer.rng.integers(2, 4))):
        supplier, _ = payer.place(ring.state, 0, own=0.7)
        _alone(
            payer,
            ring,
            supplier,
            doctors,
            _span(payer, 90, 260),
            2.6 * ring.fewer,
            codes=("7242", "71946", "7245"),
            fund=690,
        )


def _hospice_recruits(payer: Payer, ring: Ring) -> None:
    """Healthy people billed weekly as dying, then moved to the sister house."""
    rng = payer.rng
    first, doctors = payer.place(ring.state, 1)
    second, _ = payer.place(ring.state, 0, own=0.7)
    weeks = ring.times(int(rng.integers(11, 18)))
    begin = rng.integers(0, 90, len(ring.members))
    keen = ring.join + 0.5 * (1 - ring.join)
    for place, late in ((first, 0), (second, 7 * weeks + 10)):
        week, who = np.nonzero(rng.random((weeks, len(begin))) < keen)
        joins = rng.random(len(begin)) < ring.join
        week, who = week[joins[who]], who[joins[who]]
        day = begin[who] + late + 7 * week
        dx = payer.codes_for(ring.members[who], ("7997", "4280", "3310"), 0.8)
        _bill(payer, ring, who, place, doctors[0], day, dx=dx, fund=900, spread=0.1)
        ring.events.append((place, late, 90 + 7 * weeks, ring.join))


def _small_crew(payer: Payer, ring: Ring) -> None:
    """Four to six people who turn up together at one emergency room after another."""
    places = [payer.place(ring.state, 1, own=0.1) for _ in range(int(payer.rng.integers(3, 6)))]
    days = _days(payer, ring, int(payer.rng.integers(24, 44)))
    for number, (place, doctors) in enumerate(places):
        mine = days[number :: len(places)]
        _gather_at(
            payer, ring, place, doctors, mine, ring.join, codes=("8470", "7231", "7242", "95901"), fund=380
        )


def _slow_drip(payer: Payer, ring: Ring) -> None:
    """All year, one doctor, a few of them at a time."""
    place, doctors = payer.place(ring.state, 1)
    days = _days(payer, ring, int(payer.rng.integers(20, 34)), least=320)
    _gather_at(payer, ring, place, doctors, days, 0.5 * ring.join, codes=("4019", "25000", "7242"), fund=150)


def _home_health_ghosts(payer: Payer, ring: Ring) -> None:
    """Episodes certified by one doctor for people who can walk to the agency."""
    rng = payer.rng
    agency, doctors = payer.place(ring.state, 1)
    weeks = ring.times(14)
    begin = rng.integers(0, max(1, 350 - 7 * weeks), len(ring.members))
    joins = rng.random(len(begin)) < ring.join
    week, who = np.nonzero(rng.random((2 * weeks, len(begin))) < 0.9)
    week, who = week[joins[who]], who[joins[who]]
    day = begin[who] + (7 * week) // 2
    dx = payer.codes_for(ring.members[who], ("25000", "4019", "V5789"), 0.8)
    _bill(payer, ring, who, agency, doctors[0], day, dx=dx, fund=150, spread=0.1)
    ring.events.append((agency, 0, YEAR, ring.join))


SCHEMES: dict[str, tuple[Callable[[Payer, Ring], None], tuple[int, int, int]]] = {
    "loose_dense_block": (_dense_block, (40, 105, 200)),
    "staged_admissions": (_staged_admissions, (15, 55, 120)),
    "nursing_home_sweep": (_home_sweep, (20, 60, 140)),
    "phantom_therapy": (_phantom_therapy, (8, 26, 60)),
    "sober_home_brokers": (_sober_brokers, (6, 11, 22)),
    "imaging_kickback": (_imaging_kickback, (40, 90, 180)),
    "clinic_tour": (_clinic_tour, (16, 45, 100)),
    "identical_bills": (_identical_bills, (25, 60, 130)),
    "equipment_by_one_prescriber": (_equipment, (40, 90, 180)),
    "hospice_recruits": (_hospice_recruits, (10, 28, 60)),
    "small_crew": (_small_crew, (4, 5, 6)),
    "slow_drip": (_slow_drip, (8, 18, 36)),
    "home_health_ghosts": (_home_health_ghosts, (15, 36, 80)),
}
"""Scheme by name: what it does, and its least, usual and most people."""


def _patients_of_few(payer: Payer, many: int, state: int) -> tuple[Ints, Ints]:
    """Some three to eight doctors of the state and the patients of theirs who are in no group yet."""
    rng, back = payer.rng, payer.background
    back = back[(back.doctor >= 0) & ~payer.taken[back.patient] & (payer.state[back.patient] == state)]
    busy = back.groupby("doctor").patient.nunique()
    wanted = many / int(rng.integers(3, 8))
    fitness = np.abs(np.log(busy.to_numpy() / wanted)) + rng.random(len(busy)) * 0.5
    order = np.argsort(fitness, kind="stable")
    enough = int(np.searchsorted(np.cumsum(busy.to_numpy()[order]), many)) + 1
    doctors = busy.index.to_numpy()[order[: min(enough, 12)]]
    members = np.unique(back.patient[back.doctor.isin(doctors)])
    payer.taken[members] = True
    return members, doctors


def _recruit(payer: Payer, kind: str, many: int, state: int) -> Ints:
    """Who fits the scheme: old residents, people from all over, or neighbours."""
    if kind in ("identical_bills", "equipment_by_one_prescriber"):
        return payer.pick_far(many, ages=(55, 100))
    ages = {"nursing_home_sweep": (74, 105), "sober_home_brokers": (26, 66), "small_crew": (26, 75)}.get(
        kind, (50, 95)
    )
    return payer.pick_people(state, many, ages=ages, local=float(payer.rng.uniform(0.1, 0.7)), sign=0.85)


def plant_rings(
    payer: Payer, *, level: Level, sizes: list[int | None], ranges: dict[str, tuple[float, float]]
) -> list[Ring]:
    """One ring per entry of `sizes` (None: the scheme's own size), schemes in turn in random order."""
    rng = payer.rng
    names = [name for _ in range(1 + len(sizes) // len(SCHEMES)) for name in rng.permutation(list(SCHEMES))]
    rings: list[Ring] = []
    for number, size in enumerate(sizes):
        name = names[number]
        act, span = SCHEMES[name]
        quiet = level in ("stealth", "hard") or (level == "real" and rng.random() < 0.5)
        many = size or size_of(rng, span)
        state = payer.pick_state(many)
        referrers = np.array([], dtype=int)
        if name == "imaging_kickback":
            members, referrers = _patients_of_few(payer, many, state)
        else:
            members = _recruit(payer, name, many, state)
        if level == "hard" and rings and name != "imaging_kickback":
            lent = np.unique(np.concatenate([ring.members for ring in rings]))
            members = members.copy()
            out = rng.choice(len(members), min(len(lent), max(1, round(0.1 * len(members)))), replace=False)
            members[out] = rng.choice(lent, len(out), replace=False)
            members = np.unique(members)
        ring = Ring(
            number=number,
            kind=name,
            members=members,
            join=float(rng.uniform(*ranges["ring_join"])) * (0.6 if quiet else 1),
            money=1.0 if quiet else float(rng.uniform(*ranges["ring_money"])),
            fewer=0.6 if level == "hard" else 1.0,
            spread=int(rng.integers(3, 7)) if level == "hard" else int(rng.integers(0, 2)),
            state=state,
            referrers=referrers,
        )
        act(payer, ring)
        rings.append(ring)
    return rings


def oracle_nats(
    rings: list[Ring], claims: pd.DataFrame, people_of_state: Ints, facility_state: Ints
) -> list[float]:
    """Log-likelihood ratio of each ring's events, in nats, for one who knows members, places and the rates.

    Over the ring's events: ln Binomial(n; m, q) - ln Poisson(n; rate). n of the m members had a claim of the ring at the place in
    the event's window; q is the ring's true attendance; the rate is what these people's other claims at the place and the place's
    other claims per inhabitant of its state would bring into such a window, plus 1e-6; whoever came to the place before counts
    as a regular there, with as many visits a year as its other patients make. Courses (therapy, hospice, episodes) and rings
    without meetings are counted once per place or per four weeks, not per session: whoever begins a course goes on.
    """
    other = claims[claims.ring < 0]
    volume = np.bincount(other.facility, minlength=len(facility_state))
    by_place = other.groupby("facility").patient
    regular = by_place.size() / by_place.nunique()
    results = []
    everyone = (
        np.unique(np.concatenate([ring.members for ring in rings])) if rings else np.array([], dtype=int)
    )
    theirs = other[other.patient.isin(everyone)]
    for ring in rings:
        mine = claims[claims.ring == ring.number]
        own = theirs[theirs.patient.isin(ring.members)].groupby("facility").size()
        members, nats = len(ring.members), 0.0
        for place, first, days, chance in ring.events:
            inside = (mine.facility == place) & (mine.day >= first) & (mine.day < first + days)
            came = mine.patient[inside].nunique()
            by_chance = members * volume[place] / people_of_state[facility_state[place]]
            known = mine.patient[(mine.facility == place) & (mine.day < first)].nunique()
            rate = (own.get(place, 0) + by_chance + known * regular.get(place, 1.0)) * days / YEAR + 1e-6
            nats += stats.binom.logpmf(came, members, min(chance, 0.98)) - stats.poisson.logpmf(came, rate)
        results.append(float(nats))
    return results
