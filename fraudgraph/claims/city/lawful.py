"""Lawful groups that look like rings: families, homes, benches, wards, market days, check-ups …

They bill ordinary amounts. Each leaves the signs that such groups really leave (ages, diagnoses, addresses,
employers), in most members and not in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fraudgraph.claims.city.arrays import Bools, Floats, Ints, Rng
from fraudgraph.claims.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP, Ledger
from fraudgraph.claims.city.ordinary import City
from fraudgraph.claims.city.places import CENTRE, CLINIC, PHARMACY, PRIMARY, SECONDARY, TERTIARY, VILLAGE
from fraudgraph.claims.city.plan import DAY
from fraudgraph.claims.city.together import LawfulGroup, Truth, near_people, rhythm, sittings, within_hours
from fraudgraph.claims.city.words import DX

__all__ = ["LAWFUL_KINDS", "add_lawful"]


@dataclass(slots=True)
class _Scene:
    city: City
    rng: Rng
    ledger: Ledger
    truth: Truth
    used: Bools

    def free(self, mask: Bools) -> Ints:
        """People of a mask who are in no lawful group yet and live through the whole time."""
        people = self.city.people
        return np.flatnonzero(mask & (people.death_day > self.city.plan.days) & ~self.used)

    def keep(self, kind: str, members: Ints) -> None:
        self.truth.groups.append(LawfulGroup(kind, np.sort(members)))
        self.used[members] = True

    def span(self, share: float = 1.0) -> tuple[int, int]:
        """A stretch of the city's time."""
        days = self.city.plan.days
        length = max(min(days, 60), int(days * share))
        first = int(self.rng.integers(0, days - length + 1))
        return first, first + length - 1

    def some(self, members: Ints, low: float = 0.6, high: float = 0.9) -> Ints:
        """The members in whom a sign shows."""
        return members[self.rng.random(len(members)) < self.rng.uniform(low, high)]

    def place(self, *kinds: int) -> int:
        """A place of some kinds, larger ones sooner."""
        rows = self.city.places.of_kind(*kinds)
        odds = self.city.places.size[rows]
        return int(self.rng.choice(rows, p=odds / odds.sum()))

    def doctor(self, place: int, specialty: int = -1) -> int:
        """A doctor of a place, of a specialty where there is one."""
        staff = self.city.doctors.at(place)
        fitting = staff[self.city.doctors.specialty[staff] == specialty]
        return int(self.rng.choice(fitting if len(fitting) else staff))


def _workdays(scene: _Scene, days: Ints) -> Ints:
    """Weekends and holidays give way to the next working day."""
    calendar = scene.city.calendar
    days = days.copy()
    for _ in range(9):
        off = (calendar.weekday[days] >= 5) | (calendar.holiday[days] == 1)
        days = np.minimum(days + off, calendar.days - 1)
    return np.unique(days)


def _families(scene: _Scene, count: int) -> None:
    """Some households see the doctor or the pharmacy together."""
    city, rng = scene.city, scene.rng
    size = np.bincount(city.people.household)
    candidates = np.flatnonzero(size >= 3)
    for home in rng.choice(candidates, size=min(count, len(candidates)), replace=False).tolist():
        members = np.arange(*np.searchsorted(city.people.household, [home, home + 1]))
        members = members[city.people.death_day[members] > city.plan.days]
        if len(members) < 3 or scene.used[members].any():
            continue
        village = city.people.village[members[:1]]
        kind = int(rng.choice([TERTIARY, SECONDARY, CENTRE, PHARMACY, PHARMACY, VILLAGE]))
        if kind == PHARMACY and city.people.employee[members].sum() < 2:
            kind = CENTRE  # residents have no account to buy from
        place = int((city.places.first[kind] + city.places.pull[kind].draw(village, rng.random(1)))[0])
        days = rhythm(rng, scene.span(), rng.uniform(18, 70), jitter_days=14, off_months=0.2)
        able = city.people.employee[members] | (kind != PHARMACY)
        who, session, when = sittings(
            rng, within_hours(rng, days, 8.2, 18), able * rng.uniform(0.5, 0.85), gap_s=260
        )
        doctor = (
            np.array([scene.doctor(place) if kind != PHARMACY else -1 for _ in days])[session]
            if len(session)
            else -1
        )
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=doctor,
            kind=SHOP if kind == PHARMACY else OUTPATIENT,
            start=when,
            dx=_fever(rng, len(who)) if kind != PHARMACY else -1,
        )
        scene.keep("family", members)


def _fever(rng: Rng, count: int) -> Ints:
    return np.array([DX[code] for code in ("J06.9", "J20.9", "J02.9", "K29.5", "L30.9", "I10", "H10.9")])[
        rng.integers(0, 7, count)
    ]


def _carers(scene: _Scene, count: int) -> None:
    """A carer or a neighbour fills prescriptions for several frail people of one building or village."""
    city, rng = scene.city, scene.rng
    old = (city.people.age >= 70) & (
        city.people.employee | (rng.random(len(city.people)) < 0.04)
    )  # who may buy from the fund or account
    frail = scene.free(old)
    for _ in range(count):
        village = int(rng.choice(city.people.village[frail]))
        members = near_people(city, rng, scene.free(old), village, int(rng.integers(4, 9)), 0.9)
        if len(members) < 4:
            continue
        carer = near_people(
            city, rng, scene.free((city.people.age >= 25) & (city.people.age < 65)), village, 1, 0.5
        )
        place = int(
            (
                city.places.first[PHARMACY]
                + city.places.pull[PHARMACY].draw(np.array([village]), rng.random(1))
            )[0]
        )
        source = int(city.usual_place(members[:1], CENTRE)[0])
        doctor = scene.doctor(source)
        city.people.agent[scene.some(members)] = int(carer[0])
        together = scene.some(members, 0.5, 0.8)
        city.people.house_number[together] = int(rng.integers(1, 400))
        city.people.village[together] = village
        days = rhythm(
            rng, scene.span(rng.uniform(0.6, 1)), rng.choice([14, 28, 30]), jitter_days=3, off_months=0.05
        )
        who, _, when = sittings(rng, within_hours(rng, days, 8.5, 18), np.full(len(members), 0.85), gap_s=100)
        filled = rng.random(len(who)) < 0.6
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=np.where(filled, doctor, -1),
            prescriber=np.where(filled, source, -1),
            kind=SHOP,
            start=when,
        )
        scene.keep("carer", members)


def _care_homes(scene: _Scene, count: int) -> None:
    """A doctor's round in the home, and the contracted pharmacy delivers the same day or the next."""
    city, rng = scene.city, scene.rng
    for index in range(count):
        village = int(rng.integers(0, len(city.villages)))
        members = near_people(
            city, rng, scene.free(city.people.age >= 70), village, int(rng.integers(14, 46)), 6.0
        )
        if len(members) < 6:
            continue
        if city.plan.rings != "hard":  # there, homes leave no common address
            phone = int(city.people.phone[members[0]])
            for person in scene.some(members, 0.65, 0.95).tolist():
                city.people.address[person] = f"#home{index}:{village}"
            city.people.phone[scene.some(members, 0.3, 0.6)] = phone
        source = int(
            city.places.of_kind(CENTRE)[np.argmin(_distance(city, city.places.of_kind(CENTRE), village))]
        )
        doctor, shop = scene.doctor(source), int(city.places.nearest_pharmacy[source])
        days = _workdays(
            scene, rhythm(rng, scene.span(), rng.choice([7, 14, 15, 30]), jitter_days=0.7, off_months=0.03)
        )
        who, _, when = sittings(
            rng, within_hours(rng, days, 8.5, 10), np.full(len(members), rng.uniform(0.35, 0.6)), gap_s=200
        )
        ill = _chronic_dx(rng, len(members))
        scene.ledger.add(
            patient=members[who],
            place=source,
            doctor=doctor,
            kind=CHRONIC,
            start=when,
            dx=ill[who],
            tight=0.6,
            desk=0,
        )
        filled = rng.random(len(who)) < np.where(city.people.employee[members[who]], 0.9, 0.06)
        later = (
            when + np.where(rng.random(len(when)) < 0.7, 4 * 3_600, DAY) + rng.integers(-600, 600, len(when))
        )
        scene.ledger.add(
            patient=members[who][filled],
            place=shop,
            doctor=doctor,
            prescriber=source,
            kind=SHOP,
            start=later[filled],
        )
        scene.keep("care_home", members)


def _distance(city: City, places: Ints, village: int) -> Floats:
    away: Floats = np.hypot(
        city.places.x[places] - city.villages.x[village], city.places.y[places] - city.villages.y[village]
    )
    return away


def _chronic_dx(rng: Rng, count: int) -> Ints:
    return np.array(
        [DX[code] for code in ("I10", "I10", "I10", "E11.9", "E11.9", "I25.1", "I69.3", "J44.9")]
    )[rng.integers(0, 8, count)]


def _dialysis(scene: _Scene, count: int) -> None:
    """Three fixed days a week, the same chair neighbours, some thirteen sessions a month; one price a session."""
    city, rng = scene.city, scene.rng
    houses = city.places.of_kind(TERTIARY, SECONDARY)
    for index in range(count):
        place = int(houses[index // 3 % len(houses)])
        village = int(city.places.village[place])
        members = near_people(
            city,
            rng,
            scene.free((city.people.age >= 30) & (city.people.age < 82)),
            village,
            int(rng.integers(6, 13)),
            8.0,
        )
        city.special_patients[members] = True
        first = int(rng.integers(0, 2))
        days = np.arange(city.plan.days)
        week = city.calendar.weekday
        days = days[np.isin(week, [first, first + 2, first + 4])]
        hour = float(rng.choice([7.2, 12.6, 17.2]))
        joined = np.where(rng.random(len(members)) < 0.25, rng.integers(0, city.plan.days, len(members)), 0)
        who, session, when = sittings(
            rng, within_hours(rng, days, hour, hour + 0.3), np.full(len(members), 0.94), gap_s=170
        )
        there = days[session] >= joined[who]
        who, when = who[there], when[there]
        sign = np.where(rng.random(len(members)) < 0.88, DX["N18.5"], DX["I10"])
        fee = rng.integers(400, 520) * 100 + 1_000 * rng.integers(0, 4, len(members))
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=scene.doctor(place, 6),
            kind=CHRONIC,
            start=when,
            dx=sign[who],
            fixed=fee[who],
            desk=scene_desk(city, place, 1),
        )
        scene.keep("dialysis", members)


def scene_desk(city: City, place: int, window: int) -> int:
    """The operator number of one window of a place."""
    return int(min(window, city.places.desks[place] - 1)) * 2


def _oncology(scene: _Scene, count: int) -> None:
    """Chemotherapy every three weeks: a ward's patients of one weekday come and go together."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(TERTIARY, TERTIARY, SECONDARY)
        village = int(city.places.village[place])
        members = near_people(
            city,
            rng,
            scene.free((city.people.age >= 35) & (city.people.age < 78)),
            village,
            int(rng.integers(6, 13)),
            12.0,
        )
        first, last = scene.span(rng.uniform(0.35, 0.7))
        days = np.minimum(np.arange(first, last, 21), city.plan.days - 6)
        who, session, when = sittings(
            rng, within_hours(rng, days, 8, 9.5), np.full(len(members), 0.85), gap_s=420
        )
        late = rng.choice([0, 0, 0, 1], size=len(who)) * DAY
        nights = rng.choice([2, 3, 3, 4], size=len(days))[session] + rng.choice([0, 0, 0, 1], size=len(who))
        leave = (when // DAY + nights) * DAY + rng.integers(10 * 3_600, 15 * 3_600, len(who))
        sign = np.where(rng.random(len(who)) < 0.82, DX["Z51.1"], DX["C34.9"])
        start = when + late
        scene.ledger.add(
            patient=members[who], place=place, doctor=scene.doctor(place, 7), kind=INPATIENT, start=start, stay=np.maximum(leave - start, DAY),
            dx=sign, admission=2, discharge=1, factor=0.7,
        )  # fmt: skip
        scene.keep("oncology", members)


def _market_days(scene: _Scene, count: int) -> None:
    """The village doctor is the only choice, and people come on market day."""
    city, rng = scene.city, scene.rng
    clinics = rng.permutation(city.places.of_kind(VILLAGE))[:count]
    for place in clinics.tolist():
        village = int(city.places.village[place])
        members = near_people(
            city, rng, scene.free(city.people.age >= 40), village, int(rng.integers(10, 32)), 0.5
        )
        days = rhythm(rng, scene.span(), float(rng.choice([5, 7, 10])), jitter_days=0.2)
        who, _, when = sittings(
            rng, within_hours(rng, days, 7.2, 8.4), np.full(len(members), rng.uniform(0.16, 0.3)), gap_s=420
        )
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=scene.doctor(place),
            kind=OUTPATIENT,
            start=when,
            dx=_chronic_dx(rng, len(who)),
        )
        scene.keep("village_doctor", members)


def _one_day(
    scene: _Scene,
    kind: str,
    members: Ints,
    place: int,
    days: Ints,
    sign: str,
    fee_yuan: float,
    gap_s: float,
    odds: float,
) -> None:
    """Everybody on one or two days, at several desks, for one package."""
    rng = scene.rng
    who, _, when = sittings(rng, within_hours(rng, days, 7.8, 8.6), np.full(len(members), odds), gap_s=gap_s)
    dx = np.where(rng.random(len(who)) < rng.uniform(0.65, 0.9), DX[sign], _fever(rng, len(who)))
    fee = np.where(rng.random(len(who)) < 0.8, round(fee_yuan * 100), 0)
    staff = scene.city.doctors.at(place)
    scene.ledger.add(
        patient=members[who],
        place=place,
        doctor=rng.choice(staff, size=len(who)),
        kind=OUTPATIENT,
        start=when,
        dx=dx,
        fixed=fee,
    )
    scene.keep(kind, members)


def _check_ups(scene: _Scene, count: int) -> None:
    """A firm sends its staff to a check-up."""
    city, rng = scene.city, scene.rng
    size = np.bincount(city.people.employer[city.people.employer >= 0], minlength=city.people.firms)[
        : city.people.firms
    ]
    firms = np.flatnonzero(size >= 15)
    for firm in rng.permutation(firms)[:count].tolist():
        staff = scene.free(city.people.employer == firm)
        if len(staff) < 10:
            continue
        members = rng.permutation(staff)[: rng.integers(10, 71)]
        days = _workdays(scene, rng.integers(0, city.plan.days, int(rng.integers(1, 3))))
        _one_day(
            scene,
            "check_up",
            members,
            scene.place(SECONDARY, PRIMARY, TERTIARY),
            days,
            "Z00.0",
            float(rng.integers(18, 46) * 10),
            70,
            0.8,
        )
        gone = members[rng.random(len(members)) < 0.15]  # left the firm, or it was never delivered
        city.people.employer[gone] = -1


def _epidemics(scene: _Scene, count: int) -> None:
    """Influenza goes through a school: classmates within a week or two at the same outpatient desk."""
    city, rng = scene.city, scene.rng
    schools = np.unique(city.people.school_class[city.people.school_class >= 0] // 52)
    for school in rng.permutation(schools)[:count].tolist():
        pupils = scene.free(city.people.school_class // 52 == school)
        members = rng.permutation(pupils)[: rng.integers(14, 46)]
        if len(members) < 8:
            continue
        place = scene.place(CENTRE, SECONDARY, TERTIARY)
        first = int(rng.integers(0, max(1, city.plan.days - 24)))
        peak = first + np.abs(rng.normal(5, 2.5, len(members))).astype(np.int64)
        visits = rng.integers(1, 4, len(members))
        who = np.repeat(np.arange(len(members)), visits)
        day = np.minimum(peak[who] + rng.integers(0, 3, len(who)), city.plan.days - 1)
        when = within_hours(rng, day, 8, 20) if rng.random() < 0.5 else within_hours(rng, day, 15.5, 19)
        staff = np.array([scene.doctor(place, 2), scene.doctor(place, 2), scene.doctor(place)])
        sign = np.array([DX["J10.1"], DX["J11.1"], DX["J06.9"]])[
            rng.choice(3, size=len(who), p=(0.4, 0.35, 0.25))
        ]
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=rng.choice(staff, size=len(who)),
            kind=OUTPATIENT,
            start=when,
            dx=sign,
        )
        scene.keep("school_epidemic", members)


def _screening_days(scene: _Scene, count: int) -> None:
    """Vaccination or screening days of a centre, once or twice a year."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(CENTRE)
        members = near_people(
            city,
            rng,
            scene.free(city.people.age >= 50),
            int(city.places.village[place]),
            int(rng.integers(25, 71)),
            1.5,
        )
        days = _workdays(scene, rng.integers(0, city.plan.days, int(rng.integers(1, 3))))
        sign, fee = (("Z23", 96.0), ("Z12.3", 150.0))[int(rng.integers(0, 2))]
        _one_day(scene, "screening_day", members, place, days, sign, fee, 120, 0.75)


def _refill_days(scene: _Scene, count: int) -> None:
    """The centre calls its chronic patients in on one weekday a month; many fill next door afterwards."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(CENTRE)
        members = near_people(
            city,
            rng,
            scene.free(city.people.age >= 52),
            int(city.places.village[place]),
            int(rng.integers(10, 33)),
            1.5,
        )
        doctor = scene.doctor(place)
        days = _workdays(scene, rhythm(rng, scene.span(), 30.4, jitter_days=1.0))
        who, _, when = sittings(
            rng, within_hours(rng, days, 7.8, 8.5), np.full(len(members), rng.uniform(0.6, 0.85)), gap_s=240
        )
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=doctor,
            kind=CHRONIC,
            start=when,
            dx=_chronic_dx(rng, len(members))[who],
            tight=0.6,
        )
        fills = rng.random(len(who)) < np.where(
            city.people.employee[members[who]], rng.choice([0.0, 0.5, 0.8]), 0.03
        )
        shop = int(city.places.nearest_pharmacy[place])
        later = when[fills] + rng.integers(900, 4_500, int(fills.sum()))
        scene.ledger.add(
            patient=members[who][fills], place=shop, doctor=doctor, prescriber=place, kind=SHOP, start=later
        )
        scene.keep("refill_day", members)


def _courses(scene: _Scene, count: int) -> None:
    """Rehabilitation courses: the same people in the same slot for some weeks, one package."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(SECONDARY, PRIMARY, CENTRE, CLINIC)
        members = near_people(
            city,
            rng,
            scene.free((city.people.age >= 38) & (city.people.age < 85)),
            int(city.places.village[place]),
            int(rng.integers(5, 12)),
            3.0,
        )
        first = int(rng.integers(0, max(1, city.plan.days - 45)))
        days = _workdays(
            scene,
            np.arange(first, min(first + int(rng.integers(14, 43)), city.plan.days), int(rng.integers(1, 3))),
        )
        hour = float(rng.choice([8.5, 10.0, 14.2, 15.5]))
        who, _, when = sittings(
            rng,
            within_hours(rng, days, hour, hour + 0.2),
            np.full(len(members), rng.uniform(0.7, 0.9)),
            gap_s=150,
        )
        sign = np.array([DX[code] for code in ("M54.5", "M47.8", "I69.3", "G81.9", "M17.9")])[
            rng.integers(0, 5, len(members))
        ]
        fee = int(rng.integers(60, 180)) * 100
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=scene.doctor(place, 5),
            kind=OUTPATIENT,
            start=when,
            dx=sign[who],
            fixed=fee,
        )
        scene.keep("rehabilitation", members)


def _two_sites(scene: _Scene, count: int) -> None:
    """A doctor with two registered sites, and loyal patients who follow."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        home, away = scene.place(TERTIARY, SECONDARY), scene.place(PRIMARY, CLINIC, CENTRE)
        doctor = scene.doctor(home)
        if doctor in city.doctors.second_site:
            continue
        if rng.random() < 0.9:
            city.doctors.second_site[doctor] = away
        members = near_people(
            city,
            rng,
            scene.free(city.people.age >= 30),
            int(city.places.village[away]),
            int(rng.integers(12, 31)),
            5.0,
        )
        for place, weekday, odds in ((home, 1, 0.06), (away, int(rng.choice([3, 5])), 0.13)):
            days = np.flatnonzero((city.calendar.weekday == weekday) & (city.calendar.holiday == 0))
            who, _, when = sittings(
                rng, within_hours(rng, days, 8.2, 9.5), np.full(len(members), odds), gap_s=700, least=1
            )
            scene.ledger.add(
                patient=members[who],
                place=place,
                doctor=doctor,
                kind=OUTPATIENT,
                start=when,
                dx=_chronic_dx(rng, len(who)),
            )
        scene.keep("two_sites", members)


def _firm_days(scene: _Scene, count: int) -> None:
    """Mates of one shift go to the pharmacy after work on the firm's benefit day."""
    city, rng = scene.city, scene.rng
    size = np.bincount(city.people.employer[city.people.employer >= 0], minlength=city.people.firms)[
        : city.people.firms
    ]
    for firm in rng.permutation(np.flatnonzero(size >= 12))[:count].tolist():
        staff = scene.free(city.people.employer == firm)
        members = rng.permutation(staff)[: rng.integers(7, 22)]
        if len(members) < 6:
            continue
        place = scene.place(PHARMACY)
        days = rhythm(rng, scene.span(rng.uniform(0.5, 1)), float(rng.choice([15, 30])), jitter_days=1.2)
        hour = float(rng.choice([8.3, 16.3, 17.6]))
        who, _, when = sittings(
            rng,
            within_hours(rng, days, hour, hour + 0.4),
            np.full(len(members), rng.uniform(0.35, 0.65)),
            gap_s=110,
        )
        scene.ledger.add(patient=members[who], place=place, kind=SHOP, start=when)
        city.people.employer[members[rng.random(len(members)) < 0.22]] = -1
        scene.keep("firm_day", members)


def _dormitories(scene: _Scene, count: int) -> None:
    """Young people of one dormitory share its address and its landline and now and then fall ill together."""
    city, rng = scene.city, scene.rng
    for index in range(count):
        village = int(rng.choice(np.flatnonzero(city.villages.urban)))
        members = near_people(
            city,
            rng,
            scene.free((city.people.age >= 18) & (city.people.age < 34)),
            village,
            int(rng.integers(6, 21)),
            3.0,
        )
        for person in scene.some(members, 0.7, 0.95).tolist():
            city.people.address[person] = f"#dormitory{index}:{village}"
        city.people.phone[scene.some(members, 0.5, 0.8)] = 53_200_000_000 + int(rng.integers(0, 10**7))
        place = scene.place(CENTRE, SECONDARY, CLINIC)
        days = rhythm(rng, scene.span(), rng.uniform(20, 45), jitter_days=9, off_months=0.3)
        who, _, when = sittings(
            rng, within_hours(rng, days, 9, 19), np.full(len(members), rng.uniform(0.15, 0.35)), gap_s=300
        )
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=scene.doctor(place),
            kind=OUTPATIENT,
            start=when,
            dx=_fever(rng, len(who)),
        )
        scene.keep("dormitory", members)


# kind: (maker, groups a 10,000 persons, at least)
_KINDS: dict[str, tuple[Callable[[_Scene, int], None], float, int]] = {
    "dialysis": (_dialysis, 0.8, 1),
    "care_home": (_care_homes, 0.7, 1),
    "oncology": (_oncology, 0.9, 1),
    "school_epidemic": (_epidemics, 0.7, 1),
    "check_up": (_check_ups, 1.2, 1),
    "carer": (_carers, 2.2, 2),
    "village_doctor": (_market_days, 1.6, 2),
    "screening_day": (_screening_days, 0.8, 1),
    "refill_day": (_refill_days, 1.2, 1),
    "rehabilitation": (_courses, 1.2, 1),
    "two_sites": (_two_sites, 0.8, 1),
    "firm_day": (_firm_days, 1.0, 1),
    "dormitory": (_dormitories, 0.7, 1),
    "family": (_families, 14.0, 6),
}
LAWFUL_KINDS = tuple(_KINDS)


def add_lawful(city: City, ledger: Ledger, truth: Truth) -> None:
    """Let the lawful groups live in the city."""
    used = np.zeros(len(city.people), dtype=np.bool_)
    for index, (maker, rate, least) in enumerate(_KINDS.values()):
        scene = _Scene(city, city.plan.rng(100 + index), ledger, truth, used)
        maker(scene, max(least, round(rate * len(city.people) / 10_000)))
