"""Lawful groups that a day, a place or a firm brings together."""

from __future__ import annotations

import numpy as np

from fraudgraph.synthetic.city.arrays import Ints
from fraudgraph.synthetic.city.ledger import OUTPATIENT, SHOP
from fraudgraph.synthetic.city.places import CENTRE, CLINIC, PHARMACY, PRIMARY, SECONDARY, TERTIARY, VILLAGE
from fraudgraph.synthetic.city.scene import Scene, common_dx, long_dx, workdays
from fraudgraph.synthetic.city.together import rhythm, sittings, within_hours
from fraudgraph.synthetic.city.words import DX

__all__ = ["check_ups", "dormitories", "epidemics", "firm_days", "market_days", "screening_days", "two_sites"]


def market_days(scene: Scene, count: int) -> None:
    """The village doctor is the only choice, and people come on market day."""
    city, rng = scene.city, scene.rng
    clinics = rng.permutation(city.places.of_kind(VILLAGE))[:count]
    for place in clinics.tolist():
        village = int(city.places.village[place])
        members = scene.near(scene.free(city.people.age >= 40), village, int(rng.integers(10, 32)), 0.5)
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
            dx=long_dx(rng, len(who)),
        )
        scene.keep("village_doctor", members)


def _one_day(
    scene: Scene,
    *,
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
    dx = np.where(rng.random(len(who)) < rng.uniform(0.65, 0.9), DX[sign], common_dx(rng, len(who)))
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


def check_ups(scene: Scene, count: int) -> None:
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
        days = workdays(scene, rng.integers(0, city.plan.days, int(rng.integers(1, 3))))
        _one_day(
            scene,
            kind="check_up",
            members=members,
            place=scene.place(SECONDARY, PRIMARY, TERTIARY),
            days=days,
            sign="Z00.0",
            fee_yuan=float(rng.integers(18, 46) * 10),
            gap_s=70,
            odds=0.8,
        )
        gone = members[rng.random(len(members)) < 0.15]  # left the firm, or it was never delivered
        city.people.employer[gone] = -1


def epidemics(scene: Scene, count: int) -> None:
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


def screening_days(scene: Scene, count: int) -> None:
    """Vaccination or screening days of a centre, once or twice a year."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(CENTRE)
        members = scene.near(
            scene.free(city.people.age >= 50),
            int(city.places.village[place]),
            int(rng.integers(25, 71)),
            1.5,
        )
        days = workdays(scene, rng.integers(0, city.plan.days, int(rng.integers(1, 3))))
        sign, fee = (("Z23", 96.0), ("Z12.3", 150.0))[int(rng.integers(0, 2))]
        _one_day(
            scene,
            kind="screening_day",
            members=members,
            place=place,
            days=days,
            sign=sign,
            fee_yuan=fee,
            gap_s=120,
            odds=0.75,
        )


def two_sites(scene: Scene, count: int) -> None:
    """A doctor with two registered sites, and loyal patients who follow."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        home, away = scene.place(TERTIARY, SECONDARY), scene.place(PRIMARY, CLINIC, CENTRE)
        doctor = scene.doctor(home)
        if doctor in city.doctors.second_site:
            continue
        if rng.random() < 0.9:
            city.doctors.second_site[doctor] = away
        members = scene.near(
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
                dx=long_dx(rng, len(who)),
            )
        scene.keep("two_sites", members)


def firm_days(scene: Scene, count: int) -> None:
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


def dormitories(scene: Scene, count: int) -> None:
    """Young people of one dormitory share its address and its landline and now and then fall ill together."""
    city, rng = scene.city, scene.rng
    for index in range(count):
        village = int(rng.choice(np.flatnonzero(city.villages.urban)))
        members = scene.near(
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
            dx=common_dx(rng, len(who)),
        )
        scene.keep("dormitory", members)
