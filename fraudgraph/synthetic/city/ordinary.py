"""Ordinary life: visits, refills, stays and purchases of everybody, ring members and group members included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Floats, Ints, Rng
from fraudgraph.synthetic.city.clocks import Calendar, clock
from fraudgraph.synthetic.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP, Ledger
from fraudgraph.synthetic.city.people import People, Villages
from fraudgraph.synthetic.city.places import PHARMACY, TERTIARY, Doctors, Places
from fraudgraph.synthetic.city.plan import DAY, VISITS_A_YEAR, CityPlan
from fraudgraph.synthetic.city.words import ordinary_dx

__all__ = ["City", "add_ordinary", "make_habits"]

# odds of a kind of place (tertiary, secondary, primary, centre, clinic, village), (resident, employee)
_WHERE = {
    OUTPATIENT: np.array([[0.12, 0.15, 0.08, 0.28, 0.08, 0.29], [0.34, 0.22, 0.10, 0.24, 0.07, 0.03]]),
    CHRONIC: np.array([[0.15, 0.25, 0.05, 0.49, 0.01, 0.05], [0.30, 0.25, 0.05, 0.36, 0.03, 0.01]]),
    INPATIENT: np.array([[0.36, 0.38, 0.15, 0.11, 0, 0], [0.65, 0.25, 0.08, 0.02, 0, 0.0]]),
}
_STAY_DAYS = (8.4, 10.2, 14.0, 8.4, 5.0, 5.0)
# how much care an age needs: up to 5, 18, 40, 60, 75, older
_AGE_STEPS = np.array([6, 19, 41, 61, 76])
_NEED = {
    OUTPATIENT: np.array([1.6, 0.7, 0.7, 1.0, 1.6, 1.8]),
    INPATIENT: np.array([0.8, 0.25, 0.5, 0.9, 2.0, 3.2]),
    SHOP: np.array([0.6, 0.4, 0.8, 1.0, 1.5, 1.3]),
}
_LOYAL = {OUTPATIENT: 0.72, CHRONIC: 0.92, INPATIENT: 0.6, SHOP: 0.66}


@dataclass(slots=True)
class City:
    """Everything that stands before the first claim."""

    plan: CityPlan
    villages: Villages
    people: People
    places: Places
    doctors: Doctors
    calendar: Calendar
    habit: Floats
    """persons x 10: usual place of each kind (7), usual doctor, usual hour, second pharmacy."""
    special_patients: Bools
    """Dialysis patients: their chronic care is their bench."""

    def usual_place(self, person: Ints, kind: int) -> Ints:
        """Where a person usually goes for a kind of place."""
        level = self.habit[person, kind]
        place: Ints = self.places.first[kind] + self.places.pull[kind].draw(
            self.people.village[person], level
        )
        return place


def make_habits(plan: CityPlan, people: People) -> Floats:
    """Usual places: a household mostly keeps the same ones."""
    rng = plan.rng(5)
    homes = int(people.household[-1]) + 1
    own = rng.random((len(people), 10))
    shared = rng.random((homes, 10))[people.household]
    together = rng.random((len(people), 10)) < np.array([0.5] * 7 + [0.35, 0.1, 0.5])
    return np.where(together, shared, own)


def add_ordinary(city: City, ledger: Ledger, taken: Ints) -> None:
    """Append the city's ordinary claims, so many that with the claims already `taken` the rates are the national ones.

    Parameters
    ----------
    taken : array, 4 x 2
        Claims that groups and rings already made, by type and (resident, employee).
    """
    rng = city.plan.rng(6)
    years = city.plan.years * city.plan.visits / (city.plan.events - city.plan.refunds)
    employee = city.people.employee
    members = np.array([(~employee).sum(), employee.sum()])
    wanted = np.zeros((4, 2), dtype=np.int64)
    for kind, name in enumerate(("outpatient", "chronic", "inpatient", "pharmacy")):
        wanted[kind] = np.round(np.array(VISITS_A_YEAR[name])[::-1] * members * years)
    wanted = np.maximum(wanted - taken, 0)
    made = np.zeros((4, 2), dtype=np.int64)
    made[INPATIENT] = _stays(city, rng, ledger, wanted[INPATIENT])
    fills = _Fills([], [], [], [])
    made[CHRONIC] = _refills(city, rng, ledger, wanted[CHRONIC], fills)
    rest = city.plan.visits - int(taken.sum()) - int(made.sum()) - int(wanted[SHOP].sum())
    share = wanted[OUTPATIENT, 1] / max(1, wanted[OUTPATIENT].sum())
    visits = np.array([rest - round(rest * share), round(rest * share)])
    _visits(city, rng, ledger, np.maximum(visits, 0), fills)
    _purchases(city, rng, ledger, wanted[SHOP], fills)


@dataclass(slots=True)
class _Fills:
    """Prescriptions that were taken to a pharmacy."""

    patient: list[Ints]
    doctor: list[Ints]
    facility: list[Ints]
    start: list[Ints]

    def take(
        self, rng: Rng, odds: Floats, *, patient: Ints, doctor: Ints, facility: Ints, start: Ints
    ) -> None:
        """Let some visits end in a prescription that is filled outside."""
        rows = np.flatnonzero(rng.random(len(patient)) < odds)
        for column, values in zip(
            (self.patient, self.doctor, self.facility, self.start),
            (patient, doctor, facility, start),
            strict=True,
        ):
            column.append(values[rows])


def _need(city: City, rng: Rng, kind: int, frailty: float) -> Floats:
    age_class = np.searchsorted(_AGE_STEPS, city.people.age, side="right")
    alive = np.minimum(city.people.death_day, city.plan.days) / city.plan.days
    need: Floats = _NEED[kind][age_class] * rng.gamma(frailty, 1 / frailty, len(city.people)) * alive
    return need


def _who(city: City, rng: Rng, need: Floats, counts: Ints) -> Ints:
    """So many residents and employees, each as often as needed."""
    drawn = []
    for is_employee in (0, 1):
        pool = np.flatnonzero(city.people.employee == bool(is_employee))
        ladder = np.cumsum(need[pool])
        drawn.append(pool[np.searchsorted(ladder, rng.random(counts[is_employee]) * ladder[-1])])
    return np.concatenate(drawn)


def _where(city: City, rng: Rng, kind: int, patient: Ints) -> Ints:
    """Place of each visit: the kind of place first, then mostly the usual one of that kind."""
    odds = _WHERE[kind][city.people.employee[patient].astype(np.int64)]
    urban = city.villages.urban[city.people.village[patient]]
    odds = odds * np.where(urban[:, None], np.array([1, 1, 1, 1, 1, 0.1]), 1.0)
    ladder = np.cumsum(odds, axis=1)
    place_kind = (rng.random(len(patient))[:, None] * ladder[:, -1:] > ladder).sum(axis=1)
    return _choose(city, rng, patient, place_kind, _LOYAL[kind])


def _choose(city: City, rng: Rng, patient: Ints, place_kind: Ints, loyal: float) -> Ints:
    place = np.zeros(len(patient), dtype=np.int64)
    usual = rng.random(len(patient)) < loyal
    for k in range(7):
        rows = np.flatnonzero(place_kind == k)
        level = np.where(usual[rows], city.habit[patient[rows], k], rng.random(len(rows)))
        place[rows] = city.places.first[k] + city.places.pull[k].draw(
            city.people.village[patient[rows]], level
        )
    return place


def _doctor(city: City, rng: Rng, patient: Ints, place: Ints, loyal: float) -> Ints:
    level = np.where(rng.random(len(patient)) < loyal, city.habit[patient, 7], rng.random(len(patient)))
    return city.doctors.pick(place, level)


def _hour(city: City, rng: Rng, patient: Ints, place: Ints) -> Ints:
    habit = 0.03 + 0.94 * city.habit[patient, 8] + 0.03 * rng.standard_normal(len(patient))
    habit = np.clip(habit, 0.02, 0.98)  # nobody's habit is midnight
    own_hour = (patient % 2 == 0) & (rng.random(len(patient)) < 0.8)
    return clock(rng, city.places.kind[place], np.where(own_hour, habit, rng.random(len(patient))))


def _session_day(city: City, doctor: Ints, day: Ints) -> Ints:
    """The doctor's next session from a day on."""
    later = day + city.doctors.wait[doctor, city.calendar.weekday[day]]
    return np.where(later < city.plan.days, later, day)


def _not_in_hospital(city: City, ledger: Ledger, patient: Ints, day: Ints) -> Ints:
    """Who lies in hospital comes after discharge instead (nine times of ten)."""
    rows = ledger.columns()
    stays = np.flatnonzero(rows["kind"] == INPATIENT)
    if len(stays) == 0:
        return day
    first = rows["start"][stays] // DAY
    last = (rows["start"][stays] + rows["stay"][stays]) // DAY
    key = rows["patient"][stays].astype(np.int64) * 10_000 + first
    order = np.argsort(key, kind="stable")
    found = np.searchsorted(key[order], patient * 10_000 + day, side="left") - 1
    stay = order[np.maximum(found, 0)]
    inside = (
        (found >= 0) & (rows["patient"][stays][stay] == patient) & (day > first[stay]) & (day < last[stay])
    )
    moved = np.where(inside & (patient % 10 != 0), last[stay] + 1 + day % 7, day)
    return np.where(moved < city.plan.days, moved, day)


def _stays(city: City, rng: Rng, ledger: Ledger, counts: Ints) -> Ints:
    patient = _who(city, rng, _need(city, rng, INPATIENT, 0.7), counts)
    place = _where(city, rng, INPATIENT, patient)
    doctor = _doctor(city, rng, patient, place, 0.3)
    kind = city.places.kind[place]
    usual_nights = np.array(_STAY_DAYS)[kind] * np.where(city.people.employee[patient], 1.0, 0.91)
    nights = np.maximum(1, np.round(rng.gamma(2.6, usual_nights / 2.6))).astype(np.int64)
    nights = np.where(rng.random(len(patient)) < 0.026, 0, nights)  # day surgery
    latest = np.minimum(city.people.death_day[patient] + 1, city.plan.days) - nights
    day = np.minimum(city.calendar.draw(rng, "stay", len(patient)), latest - 1)
    fits = day >= 0
    rows = ledger.columns()
    held = rows["kind"] == INPATIENT
    others = np.c_[
        rows["patient"][held], rows["start"][held] // DAY, (rows["start"][held] + rows["stay"][held]) // DAY
    ]
    everyone = np.r_[others[:, 0], patient]
    begin, end = np.r_[others[:, 1], day], np.r_[others[:, 2], day + nights]
    order = np.lexsort((begin, everyone))
    same = np.r_[False, everyone[order][1:] == everyone[order][:-1]]
    clash = np.zeros(len(order), dtype=np.bool_)
    reached = np.r_[-1, end[order][:-1]]
    clash[order] = same & (begin[order] <= reached + 2)
    before_other = np.r_[same[1:] & (begin[order][1:] <= end[order][:-1] + 2), False]
    ours_first = np.zeros(len(order), dtype=np.bool_)
    ours_first[order] = before_other & np.r_[order[1:] < len(others), False]
    keep = np.flatnonzero(fits & ~(clash | ours_first)[len(others) :])
    patient, place, doctor, nights, day = (column[keep] for column in (patient, place, doctor, nights, day))
    start = day * DAY + clock(rng, np.zeros(len(keep), dtype=np.int64))
    leave = (day + nights) * DAY + rng.integers(9 * 3_600, 16 * 3_600, len(keep))
    ledger.add(
        patient=patient, place=place, doctor=doctor, kind=INPATIENT, start=start, stay=np.maximum(leave - start, 4 * 3_600),
        dx=ordinary_dx(rng, "inpatient", len(keep)), admission=rng.choice([1, 2, 3, 9], size=len(keep), p=(0.25, 0.66, 0.04, 0.05)),
        discharge=rng.choice([1, 2, 3, 4, 5, 9], size=len(keep), p=(0.9, 0.025, 0.01, 0.035, 0.012, 0.018)),
        factor=np.sqrt(np.maximum(nights, 1) / np.array(_STAY_DAYS)[city.places.kind[place]]),
    )  # fmt: skip
    employee = city.people.employee[patient]
    return np.array([(~employee).sum(), employee.sum()])


def _refills(city: City, rng: Rng, ledger: Ledger, counts: Ints, fills: _Fills) -> Ints:
    """Registered chronic patients fetch their supply month after month, many on a habitual weekday and hour."""
    people, days = city.people, city.plan.days
    wish = rng.random(len(people)) * np.where(
        people.age < 35, 0.02, np.where(people.age < 55, 0.25, np.minimum(people.age / 60, 1.4))
    )
    wish[city.special_patients] = -1
    made = []
    for is_employee in (0, 1):
        pool = np.flatnonzero((people.employee == bool(is_employee)) & (wish > 0))
        pool = pool[np.argsort(-wish[pool], kind="stable")]
        every = rng.choice(
            [14, 28, 30, 30, 31, 60, 84], size=len(pool), p=(0.06, 0.2, 0.3, 0.2, 0.1, 0.1, 0.04)
        )
        times = np.maximum(1, np.minimum(days, people.death_day[pool]) // every)
        enough = int(np.searchsorted(np.cumsum(times), counts[is_employee])) + 1
        pool, every, times = pool[:enough], every[:enough], times[:enough]
        person = np.repeat(pool, times)
        turn = np.arange(len(person)) - np.repeat(np.cumsum(times) - times, times)
        gap = np.repeat(every, times)
        day = (
            np.repeat(rng.random(len(pool)), times) * gap
            + turn * gap
            + 2.2 * rng.standard_normal(len(person))
        ).astype(np.int64)
        person, day = person[: counts[is_employee]], np.clip(day, 0, days - 1)[: counts[is_employee]]
        made.append((person, day))
    patient = np.concatenate([person for person, _ in made])
    day = np.concatenate([when for _, when in made])
    favourite = (city.habit[patient, 6] * 5).astype(np.int64)
    to_weekday = (favourite - city.calendar.weekday[day] + 3) % 7 - 3
    habitual = (patient % 5 < 3) & (rng.random(len(patient)) < 0.85)
    day = np.clip(day + np.where(habitual, to_weekday, 0), 0, days - 1)
    day = np.clip(
        day + np.where(city.calendar.holiday[day] == 1, rng.integers(2, 9, len(day)), 0), 0, days - 1
    )
    place_kind_level = np.random.default_rng([city.plan.seed, 61]).random(len(people))
    place = _usual_chronic_place(city, rng, patient, place_kind_level)
    doctor = _doctor(city, rng, patient, place, 0.85)
    day = np.where(rng.random(len(day)) < 0.6, _session_day(city, doctor, day), day)
    day = _not_in_hospital(city, ledger, patient, day)
    start = day * DAY + _hour(city, rng, patient, place)
    own_dx = ordinary_dx(np.random.default_rng([city.plan.seed, 62]), "chronic", len(people))
    ledger.add(
        patient=patient, place=place, doctor=doctor, kind=CHRONIC, start=start, dx=own_dx[patient], tight=0.6
    )
    odds = np.where(people.employee[patient], 0.16, 0.0)
    fills.take(rng, odds, patient=patient, doctor=doctor, facility=place, start=start)
    return np.array([len(made[0][0]), len(made[1][0])])


def _usual_chronic_place(city: City, rng: Rng, patient: Ints, level: Floats) -> Ints:
    odds = _WHERE[CHRONIC][city.people.employee[patient].astype(np.int64)]
    ladder = np.cumsum(odds, axis=1)
    place_kind = (level[patient][:, None] * ladder[:, -1:] > ladder).sum(axis=1)
    return _choose(city, rng, patient, place_kind, _LOYAL[CHRONIC])


def _visits(city: City, rng: Rng, ledger: Ledger, counts: Ints, fills: _Fills) -> None:
    """Outpatient visits; every fourth is a second look by the same doctor some days later."""
    again = np.round(counts * 0.23).astype(np.int64)
    patient = _who(city, rng, _need(city, rng, OUTPATIENT, 0.9), counts - again)
    day = city.calendar.draw(rng, "visit", len(patient), np.maximum(city.people.death_day[patient], 1))
    day = _not_in_hospital(city, ledger, patient, day)
    place = _where(city, rng, OUTPATIENT, patient)
    doctor = _doctor(city, rng, patient, place, 0.45)
    day = np.where(rng.random(len(day)) < 0.7, _session_day(city, doctor, day), day)
    dx = ordinary_dx(rng, "outpatient", len(patient))
    employee = city.people.employee[patient]
    second = np.concatenate([rng.choice(np.flatnonzero(employee == bool(i)), again[i]) for i in (0, 1)])
    later = np.minimum(day[second] + rng.integers(1, 15, len(second)), city.plan.days - 1)
    patient, place, doctor, dx = (np.r_[column, column[second]] for column in (patient, place, doctor, dx))
    day = np.r_[day, later]
    start = day * DAY + _hour(city, rng, patient, place)
    ledger.add(patient=patient, place=place, doctor=doctor, kind=OUTPATIENT, start=start, dx=dx)
    odds = np.where(city.people.employee[patient], 0.07, 0.0)
    fills.take(rng, odds, patient=patient, doctor=doctor, facility=place, start=start)


def _purchases(city: City, rng: Rng, ledger: Ledger, counts: Ints, fills: _Fills) -> None:
    patient, doctor, facility, start = (
        np.concatenate(column) for column in (fills.patient, fills.doctor, fills.facility, fills.start)
    )
    rows = rng.permutation(len(patient))[: counts[1]]
    patient, doctor, facility, start = patient[rows], doctor[rows], facility[rows], start[rows]
    pick = rng.random(len(rows))
    usual = city.usual_place(patient, PHARMACY)
    level = rng.random(len(rows))
    near = city.places.first[PHARMACY] + city.places.pull[PHARMACY].draw(city.places.village[facility], level)
    shop = np.where(pick < 0.4, city.places.nearest_pharmacy[facility], np.where(pick < 0.75, usual, near))
    same_day = rng.random(len(rows)) < 0.75
    when = np.where(
        same_day,
        start + rng.integers(900, 9_000, len(rows)),
        start + DAY * rng.integers(1, 4, len(rows)) + rng.integers(-7_200, 7_200, len(rows)),
    )
    when = np.minimum(when, city.plan.days * DAY - 60)
    ledger.add(
        patient=patient, place=shop, doctor=doctor, prescriber=facility, kind=SHOP, start=when, factor=1.5
    )
    _shopping(city, rng, ledger, counts[1] - len(rows))
    _special_drugs(city, rng, ledger, int(counts[0]))


def _shopping(city: City, rng: Rng, ledger: Ledger, count: int) -> None:
    """Employees' own purchases from the account, many on a chain's member day."""
    patient = _who(city, rng, _need(city, rng, SHOP, 1.1), np.array([0, count]))
    second = (rng.random(count) < 0.22).astype(np.int64)
    place = city.usual_place(patient, PHARMACY)
    village = city.people.village[patient]
    draw = city.places.pull[PHARMACY].draw
    place = np.where(second == 1, city.places.first[PHARMACY] + draw(village, city.habit[patient, 9]), place)
    stray = rng.random(count) < 0.18
    place = np.where(stray, city.places.first[PHARMACY] + draw(village, rng.random(count)), place)
    day = city.calendar.draw(rng, "shop", count, np.maximum(city.people.death_day[patient], 1))
    day = _not_in_hospital(city, ledger, patient, day)
    member_day = city.places.owner[place] % 28
    ahead = member_day - day % 30
    moves = (city.places.owner[place] >= len(city.places)) & (np.abs(ahead) <= 3) & (rng.random(count) < 0.3)
    day = np.clip(day + np.where(moves, ahead, 0), 0, city.plan.days - 1)
    ledger.add(patient=patient, place=place, kind=SHOP, start=day * DAY + _hour(city, rng, patient, place))


def _special_drugs(city: City, rng: Rng, ledger: Ledger, count: int) -> None:
    """Residents with a dear drug fetch it every month at one dual-channel pharmacy, on a doctor's prescription."""
    if count == 0:
        return
    residents = np.flatnonzero(~city.people.employee & (city.people.age >= 30))
    months = max(1, round(city.plan.days / 30))
    person = rng.choice(residents, size=max(1, -(-count // months)), replace=False)
    patient = np.repeat(person, months)[:count]
    turn = np.tile(np.arange(months), len(person))[:count]
    day = np.clip(
        turn * 30 + np.repeat(rng.integers(0, 30, len(person)), months)[:count] + rng.integers(-2, 3, count),
        0,
        city.plan.days - 1,
    )
    place = city.usual_place(patient, PHARMACY)
    facility = city.usual_place(patient, TERTIARY)
    doctor = city.doctors.pick(facility, city.habit[patient, 7])
    start = day * DAY + _hour(city, rng, patient, place)
    ledger.add(
        patient=patient, place=place, doctor=doctor, prescriber=facility, kind=SHOP, start=start, special=1
    )
