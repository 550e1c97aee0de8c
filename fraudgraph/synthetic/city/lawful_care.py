"""Lawful groups that care brings together: families, carers, homes, benches, wards, courses, refill days."""

from __future__ import annotations

import numpy as np

from fraudgraph.synthetic.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP
from fraudgraph.synthetic.city.places import CENTRE, CLINIC, PHARMACY, PRIMARY, SECONDARY, TERTIARY, VILLAGE
from fraudgraph.synthetic.city.plan import DAY
from fraudgraph.synthetic.city.scene import Scene, away_km, common_dx, long_dx, workdays
from fraudgraph.synthetic.city.together import rhythm, sittings, within_hours
from fraudgraph.synthetic.city.words import DX

__all__ = ["care_homes", "carers", "courses", "dialysis", "families", "oncology", "refill_days"]


def families(scene: Scene, count: int) -> None:
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
        able = (city.people.employee[members] | (kind != PHARMACY)).astype(np.float64)
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
            dx=common_dx(rng, len(who)) if kind != PHARMACY else -1,
        )
        scene.keep("family", members)


def carers(scene: Scene, count: int) -> None:
    """A carer or a neighbour fills prescriptions for several frail people of one building or village."""
    city, rng = scene.city, scene.rng
    old = (city.people.age >= 70) & (
        city.people.employee | (rng.random(len(city.people)) < 0.04)
    )  # who may buy from the fund or account
    frail = scene.free(old)
    for _ in range(count):
        village = int(rng.choice(city.people.village[frail]))
        members = scene.near(scene.free(old), village, int(rng.integers(4, 9)), 0.9)
        if len(members) < 4:
            continue
        carer = scene.near(scene.free((city.people.age >= 25) & (city.people.age < 65)), village, 1, 0.5)
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


def care_homes(scene: Scene, count: int) -> None:
    """A doctor's round in the home, and the contracted pharmacy delivers the same day or the next."""
    city, rng = scene.city, scene.rng
    for index in range(count):
        village = int(rng.integers(0, len(city.villages)))
        members = scene.near(scene.free(city.people.age >= 70), village, int(rng.integers(14, 46)), 6.0)
        if len(members) < 6:
            continue
        if city.plan.rings != "hard":  # there, homes leave no common address
            phone = int(city.people.phone[members[0]])
            for person in scene.some(members, 0.65, 0.95).tolist():
                city.people.address[person] = f"#home{index}:{village}"
            city.people.phone[scene.some(members, 0.3, 0.6)] = phone
        source = int(
            city.places.of_kind(CENTRE)[np.argmin(away_km(city, city.places.of_kind(CENTRE), village))]
        )
        doctor, shop = scene.doctor(source), int(city.places.nearest_pharmacy[source])
        days = workdays(
            scene, rhythm(rng, scene.span(), rng.choice([7, 14, 15, 30]), jitter_days=0.7, off_months=0.03)
        )
        who, _, when = sittings(
            rng, within_hours(rng, days, 8.5, 10), np.full(len(members), rng.uniform(0.35, 0.6)), gap_s=200
        )
        ill = long_dx(rng, len(members))
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


def dialysis(scene: Scene, count: int) -> None:
    """Three fixed days a week, the same chair neighbours, some thirteen sessions a month; one price a session."""
    city, rng = scene.city, scene.rng
    houses = city.places.of_kind(TERTIARY, SECONDARY)
    for index in range(count):
        place = int(houses[index // 3 % len(houses)])
        village = int(city.places.village[place])
        members = scene.near(
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
            desk=scene.desk(place, 1),
        )
        scene.keep("dialysis", members)


def oncology(scene: Scene, count: int) -> None:
    """Chemotherapy every three weeks: a ward's patients of one weekday come and go together."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(TERTIARY, TERTIARY, SECONDARY)
        village = int(city.places.village[place])
        members = scene.near(
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


def courses(scene: Scene, count: int) -> None:
    """Rehabilitation courses: the same people in the same slot for some weeks, one package."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(SECONDARY, PRIMARY, CENTRE, CLINIC)
        members = scene.near(
            scene.free((city.people.age >= 38) & (city.people.age < 85)),
            int(city.places.village[place]),
            int(rng.integers(5, 12)),
            3.0,
        )
        first = int(rng.integers(0, max(1, city.plan.days - 45)))
        days = workdays(
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


def refill_days(scene: Scene, count: int) -> None:
    """The centre calls its chronic patients in on one weekday a month; many fill next door afterwards."""
    city, rng = scene.city, scene.rng
    for _ in range(count):
        place = scene.place(CENTRE)
        members = scene.near(
            scene.free(city.people.age >= 52),
            int(city.places.village[place]),
            int(rng.integers(10, 33)),
            1.5,
        )
        doctor = scene.doctor(place)
        days = workdays(scene, rhythm(rng, scene.span(), 30.4, jitter_days=1.0))
        who, _, when = sittings(
            rng, within_hours(rng, days, 7.8, 8.5), np.full(len(members), rng.uniform(0.6, 0.85)), gap_s=240
        )
        scene.ledger.add(
            patient=members[who],
            place=place,
            doctor=doctor,
            kind=CHRONIC,
            start=when,
            dx=long_dx(rng, len(members))[who],
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
