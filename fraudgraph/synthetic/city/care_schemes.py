"""Rings whose money comes out at hospitals and clinics: one function a typology."""

from __future__ import annotations

import numpy as np

from fraudgraph.errors import UsageError
from fraudgraph.synthetic.city.arrays import Bools, Ints
from fraudgraph.synthetic.city.job import MILD, Job
from fraudgraph.synthetic.city.ledger import OUTPATIENT
from fraudgraph.synthetic.city.places import CENTRE, CLINIC, PHARMACY, PRIMARY, SECONDARY, VILLAGE
from fraudgraph.synthetic.city.together import PlantedRing, sittings, within_hours
from fraudgraph.synthetic.city.words import DX, ordinary_dx

__all__ = [
    "big_block",
    "bus_in",
    "dense_block",
    "identical_bills",
    "organiser",
    "phantom_sessions",
    "rotation",
    "staff_cards",
]


def bus_in(job: Job) -> PlantedRing:
    """Card holders are fetched to a small hospital in a batch, and go home together."""
    place = job.place(PRIMARY, SECONDARY, private=True)
    staff = job.rng.permutation(job.city.doctors.at(place))[: int(job.rng.integers(1, 4))]
    days = job.days(float(job.rng.choice([28, 30, 35, 45])), jitter=5, life=job.life(8, 13))
    who, session, _ = sittings(job.rng, days, job.odds(), gap_s=1)
    begin = days[session] + job.rng.choice([0, 0, 0, 1], size=len(who))
    nights = job.rng.integers(5, 10, len(days))[session] + job.rng.choice([0, 0, 0, 1, -1], size=len(who))
    job.admit(
        job.members[who],
        place,
        doctors=job.rng.choice(staff, size=len(who)),
        begin=begin,
        nights=nights,
        dx=job.rng.choice(MILD, size=len(who)),
    )
    broker = int(job.rng.choice(job.members))
    return PlantedRing(
        "bus_in",
        job.members,
        doctors=dict.fromkeys(staff.tolist(), "prescriber"),
        places={place: "front"},
        organiser=broker,
    )


def rotation(job: Job) -> PlantedRing:
    """The same people circulate through linked hospitals."""
    houses = np.unique([job.place(PRIMARY, SECONDARY, CENTRE) for _ in range(int(job.rng.integers(3, 5)))])
    if job.rng.random() < 0.5:
        job.city.places.owner[houses] = job.city.places.owner[houses[0]]
    days = job.days(float(job.rng.choice([20, 25, 30])), jitter=2, life=job.life(7, 13))
    odds = job.odds()
    doctors: dict[int, str] = {}
    for turn, day in enumerate(days.tolist()):
        place = int(houses[turn % len(houses)])
        doctor = int(job.city.doctors.at(place)[job.ring % len(job.city.doctors.at(place))])
        present = np.flatnonzero(job.rng.random(len(job.members)) < odds)
        if len(present) < 2:
            continue
        doctors[doctor] = "prescriber"
        begin = np.minimum(day + job.rng.integers(0, 4, len(present)), job.city.plan.days - 1)
        nights = job.rng.integers(6, 12, len(present))
        job.admit(
            job.members[present],
            place,
            doctors=np.full(len(present), doctor),
            begin=begin,
            nights=nights,
            dx=job.rng.choice(MILD, size=len(present)),
        )
    return PlantedRing(
        "rotation", job.members, doctors=doctors, places=dict.fromkeys(houses.tolist(), "front")
    )


def phantom_sessions(job: Job) -> PlantedRing:
    """Therapy sessions at a fixed interval that nobody came to: one package, one therapist, billed in a row."""
    place = job.place(CLINIC, PRIMARY, private=True)
    doctor, desk = job.doctor(place), job.desk(place)
    days = job.days(float(job.rng.choice([2, 3, 4, 7])), jitter=0.4, life=job.life(3, 7))
    low, high = job.hour(shop=False)
    courses = job.rng.uniform(0, 0.4, len(job.members))  # courses begin one after another
    who, session, when = sittings(
        job.rng, within_hours(job.rng, days, low, high), job.odds(), gap_s=job.style.gap_s
    )
    share = (session / max(1, len(days) - 1)) if len(days) > 1 else np.zeros(len(who))
    begun = (share >= courses[who]) & (share <= courses[who] + 0.62)
    who, when = who[begun], when[begun]
    fee = int(job.rng.integers(80, 220) * 100)
    fixed = np.where(job.rng.random(len(who)) < 0.7, round(fee * min(job.style.factor, 1.8)), 0)
    sign = job.rng.choice([DX["M54.5"], DX["M47.8"], DX["I69.3"]], size=len(job.members))
    job.bill(
        patient=job.members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=sign[who],
        fixed=fixed,
        factor=job.style.factor,
        tight=0.4,
        desk=desk,
    )
    return PlantedRing(
        "phantom_sessions",
        job.members,
        doctors={doctor: "prescriber"},
        places={place: "front"},
        desks={(place, desk)},
    )


def staff_cards(job: Job) -> PlantedRing:
    """Staff of a clinic bill the cards of relatives in the quiet hours of their own shift."""
    place = job.place(CLINIC, CENTRE, PRIMARY, VILLAGE)
    doctor, desk = job.doctor(place), job.desk(place)
    kin = job.members[job.rng.random(len(job.members)) < 0.4]
    job.city.people.house_number[kin] = int(job.rng.integers(1, 400))
    job.city.people.village[kin] = int(job.city.people.village[job.members[0]])
    days = job.days(float(job.rng.choice([5, 7, 10])))
    low = float(job.rng.choice([11.3, 15.9, 12.4]))
    who, _, when = sittings(
        job.rng,
        within_hours(job.rng, days, low, low + 0.7),
        0.7 * job.odds(),
        gap_s=job.style.gap_s * 1.5,
    )
    job.bill(
        patient=job.members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=ordinary_dx(job.rng, "outpatient", len(who)),
        factor=job.style.factor,
        tight=job.style.tight,
        desk=desk,
    )
    return PlantedRing(
        "staff_cards",
        job.members,
        doctors={doctor: "prescriber"},
        places={place: "place_used"},
        desks={(place, desk)},
    )


def identical_bills(job: Job) -> PlantedRing:
    """A clinic bills one basket for everybody on several dates; on each date people are some time apart."""
    place = job.place(CLINIC, PRIMARY, CENTRE)
    doctor = job.doctor(place)
    days = job.days(float(job.rng.choice([10, 14, 21])))
    who, session, when = sittings(
        job.rng, within_hours(job.rng, days, 8.3, 11), job.odds(), gap_s=job.style.gap_s * 5
    )
    basket = (job.rng.integers(90, 330, max(1, len(days))) * 100 * min(job.style.factor, 1.6)).astype(
        np.int64
    )[session] + job.rng.integers(-3, 4, len(who)) * 20
    job.bill(
        patient=job.members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=job.rng.choice(MILD, size=len(who)),
        fixed=basket,
    )
    return PlantedRing(
        "identical_bills", job.members, doctors={doctor: "prescriber"}, places={place: "front"}
    )


def organiser(job: Job) -> PlantedRing:
    """One organiser rotates a hundred and more cards over three clinics and two pharmacies, a few at a time."""
    clinics = job.rng.permutation(job.city.places.of_kind(CLINIC, CENTRE, PRIMARY))[:3].tolist()
    shops = job.rng.permutation(job.city.places.of_kind(PHARMACY))[:2].tolist()
    doctors = {place: job.doctor(place) for place in clinics}
    days = job.days(3, jitter=1, life=job.life(8, 13))
    turn = job.rng.permutation(len(job.members))
    odds = job.odds()
    for index, day in enumerate(days.tolist()):
        place = (clinics + shops)[int(job.rng.integers(0, 5))]
        chosen = np.roll(turn, -index * 11)[: int(job.rng.integers(16, 31))]
        who, _, when = sittings(
            job.rng, within_hours(job.rng, np.array([day]), 8.5, 15), odds[chosen], gap_s=job.style.gap_s
        )
        people = job.members[chosen[who]]
        if place in doctors:
            job.bill(
                patient=people,
                place=place,
                doctor=doctors[place],
                kind=OUTPATIENT,
                start=when,
                dx=job.rng.choice(MILD, size=len(people)),
                factor=job.style.factor,
                tight=job.style.tight,
            )
        else:
            job.swipe(place, people, when, 0)
    places = {**dict.fromkeys(clinics, "front"), **dict.fromkeys(shops, "outlet")}
    return PlantedRing(
        "organiser",
        job.members,
        doctors=dict.fromkeys(doctors.values(), "prescriber"),
        places=places,
        organiser=int(job.rng.choice(job.members)),
    )


def dense_block(job: Job) -> PlantedRing | None:
    """A closed set of doctors of some clinics sees a closed set of patients, on scattered days."""
    staff = np.flatnonzero(
        np.isin(
            job.city.doctors.facility,
            job.rng.permutation(job.city.places.of_kind(PRIMARY, CENTRE, CLINIC))[:4],
        )
    )
    doctors = job.rng.permutation(staff)[: int(job.rng.integers(6, 11))]
    if len(doctors) < 4:
        return None
    links = (
        job.rng.random((len(job.members), len(doctors)))
        < job.rng.uniform(job.style.low, job.style.high) * 0.85
    )
    _meet_on_any_day(job, doctors, links)
    places = np.unique(job.city.doctors.facility[doctors])
    return PlantedRing(
        "dense_block",
        job.members,
        doctors=dict.fromkeys(doctors.tolist(), "prescriber"),
        places=dict.fromkeys(places.tolist(), "front"),
    )


def big_block(job: Job) -> PlantedRing:
    """122 doctors and 181 patients, every one linked to at least 47 of the other side."""
    staff = np.flatnonzero(
        np.isin(job.city.places.kind[job.city.doctors.facility], (SECONDARY, PRIMARY, CENTRE, CLINIC))
    )
    if len(staff) < 122 or len(job.members) < 181:
        raise UsageError(
            f"The 122 x 181 block needs 122 doctors outside tertiary hospitals; this city has {len(staff)}. Ask for more claims (about 400,000 for 12 months).",
            f"122 × 181 的稠密块需要三级医院以外的 122 名医师,本城只有 {len(staff)} 名。请增加结算单数(12 个月约需 40 万)。",
        )
    doctors = job.rng.permutation(staff)[:122]
    job.members = np.sort(job.rng.permutation(job.members)[:181])
    links = np.zeros((181, 122), dtype=np.bool_)
    rank = np.argsort(np.argsort(job.rng.random(links.shape), axis=1), axis=1)
    links |= rank < 47
    for column in np.flatnonzero(links.sum(axis=0) < 47).tolist():
        missing = 47 - int(links[:, column].sum())
        links[job.rng.permutation(np.flatnonzero(~links[:, column]))[:missing], column] = True
    _meet_on_any_day(job, doctors, links)
    return PlantedRing(
        "big_block",
        job.members,
        doctors=dict.fromkeys(doctors.tolist(), "prescriber"),
        places=dict.fromkeys(np.unique(job.city.doctors.facility[doctors]).tolist(), "place_used"),
    )


def _meet_on_any_day(job: Job, doctors: Ints, links: Bools) -> None:
    """One claim for each link of a patient and a doctor, on any day of the ring's life; no two need to meet."""
    who, which = np.nonzero(links)
    first, last = job.life(8, 13)
    when = within_hours(job.rng, job.rng.integers(first, last + 1, len(who)), 8.3, 16.5)
    doctor = doctors[which]
    job.bill(
        patient=job.members[who], place=job.city.doctors.facility[doctor], doctor=doctor, kind=OUTPATIENT, start=when,
        dx=ordinary_dx(job.rng, "outpatient", len(who)), factor=job.style.factor,
    )  # fmt: skip
