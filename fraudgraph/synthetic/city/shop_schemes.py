"""Rings whose money comes out at pharmacies: one function a typology."""

from __future__ import annotations

import numpy as np

from fraudgraph.synthetic.city.job import Job
from fraudgraph.synthetic.city.ledger import CHRONIC, OUTPATIENT, SHOP
from fraudgraph.synthetic.city.places import CENTRE, CLINIC, PHARMACY, SECONDARY, TERTIARY
from fraudgraph.synthetic.city.together import PlantedRing, sittings, within_hours
from fraudgraph.synthetic.city.words import ordinary_dx

__all__ = ["card_sweep", "home_sweep", "identity_ring", "multi_card_buyer", "prescription_mill", "slow_drip"]


def card_sweep(job: Job) -> PlantedRing:
    """Cards kept at a pharmacy (or two of one owner) are swiped one after another."""
    shops = [job.place(PHARMACY)]
    if job.rng.random() < 0.3:
        shops.append(job.place(PHARMACY))
        job.city.places.owner[shops[1]] = job.city.places.owner[shops[0]]
    desks = [job.desk(shop) for shop in shops]
    days = job.days(float(job.rng.choice([7, 10, 14, 15, 30], p=(0.15, 0.2, 0.3, 0.15, 0.2))))
    low, high = job.hour()
    who, session, when = sittings(
        job.rng, within_hours(job.rng, days, low, high), job.odds(), gap_s=job.style.gap_s
    )
    at = job.rng.integers(0, len(shops), len(days))[session]
    for index, shop in enumerate(shops):
        rows = at == index
        job.swipe(shop, job.members[who[rows]], when[rows], desks[index])
    return PlantedRing(
        "card_sweep",
        job.members,
        places=dict.fromkeys(shops, "outlet"),
        desks=set(zip(shops, desks, strict=True)),
    )


def home_sweep(job: Job) -> PlantedRing:
    """Somebody takes a part of a care home's cards to a pharmacy that has no contract with it."""
    made = card_sweep(job)
    made.typology = "home_sweep"
    return made


def multi_card_buyer(job: Job) -> PlantedRing:
    """One buyer carries many cards through a clinic and some pharmacies in one journey."""
    clinic = job.place(CENTRE, SECONDARY, TERTIARY)
    shops = [job.place(PHARMACY) for _ in range(int(job.rng.integers(1, 4)))]
    days = job.days(float(job.rng.choice([7, 10, 14, 21])))
    odds = job.odds()
    start = within_hours(job.rng, days, 8.3, 13.5)
    doctor = job.city.doctors.pick(np.full(len(days), clinic), job.rng.random(len(days)))
    ill = ordinary_dx(job.rng, "chronic", len(job.members))
    present = (job.rng.random((len(days), len(job.members))) < odds).astype(np.float64)
    for stop, place in enumerate([clinic, *shops]):
        at_stop = present * (job.rng.random(present.shape) < 0.85)
        for session in range(len(days)):
            who, _, when = sittings(
                job.rng, start[session : session + 1], at_stop[session], gap_s=job.style.gap_s
            )
            people = job.members[who]
            if stop == 0:
                job.bill(
                    patient=people,
                    place=place,
                    doctor=doctor[session],
                    kind=CHRONIC,
                    start=when,
                    dx=ill[who],
                    factor=job.style.factor,
                    tight=0.6 * job.style.tight,
                )
            else:
                from_rx = job.rng.random(len(people)) < 0.5
                job.bill(
                    patient=people, place=place, kind=SHOP, start=when, factor=job.style.factor * 1.3, tight=job.style.tight, pool=1,
                    doctor=np.where(from_rx, doctor[session], -1), prescriber=np.where(from_rx, clinic, -1),
                )  # fmt: skip
        start = (
            start
            + job.rng.integers(1_500, 3_600, len(days))
            + round(job.style.gap_s * len(job.members) * 0.4)
        )
    buyer = int(job.rng.choice(job.members))
    return PlantedRing(
        "multi_card_buyer",
        job.members,
        places={clinic: "place_used", **dict.fromkeys(shops, "place_used")},
        organiser=buyer,
    )


def identity_ring(job: Job) -> PlantedRing:
    """Cards held by one hand show in two or three phones, accounts and an agent; two or three are used at a time."""
    phones = 18_700_000_000 + job.rng.integers(0, 10**8, 3)
    accounts = 6_229_000_000_000_000 + job.rng.integers(0, 10**9, 2)
    held = job.rng.random(len(job.members))
    job.city.people.phone[job.members[held < 0.75]] = phones[
        job.rng.integers(0, 1 + len(job.members) // 5 % 3 + 1, int((held < 0.75).sum())) % 3
    ]
    job.city.people.account[job.members[held > 0.4]] = accounts[
        job.rng.integers(0, 2, int((held > 0.4).sum()))
    ]
    if job.rng.random() < 0.4:
        job.city.people.agent[job.members[job.rng.random(len(job.members)) < 0.6]] = int(
            job.rng.integers(0, len(job.city.people))
        )
    shops = [job.place(PHARMACY) for _ in range(int(job.rng.integers(3, 6)))]
    days = job.days(float(job.rng.choice([3, 5, 7])))
    used: dict[int, str] = {}
    for day in days.tolist():
        shop = shops[int(job.rng.integers(0, len(shops)))]
        hand = job.rng.permutation(len(job.members))[: int(job.rng.integers(2, 5))]
        hand = hand[job.rng.random(len(hand)) < job.rng.uniform(job.style.low, job.style.high)]
        if len(hand) == 0:
            continue
        used[shop] = "place_used"
        when = within_hours(job.rng, np.array([day]), 9, 19) + np.cumsum(
            job.rng.exponential(job.style.gap_s * 2, len(hand))
        ).astype(np.int64)
        job.bill(
            patient=job.members[hand],
            place=shop,
            kind=SHOP,
            start=when,
            factor=job.style.factor * 1.2,
            tight=job.style.tight,
            pool=1,
        )
    return PlantedRing("identity_ring", job.members, places=used, organiser=int(job.members[0]))


def slow_drip(job: Job) -> PlantedRing:
    """Eight to twelve cards, a few at a time, week after week for most of a year."""
    shop = job.place(PHARMACY)
    desk = job.desk(shop)
    days = job.days(float(job.rng.choice([4, 5, 7])), life=job.life(8, 13))
    who, _, when = sittings(
        job.rng, within_hours(job.rng, days, 9, 19.5), 0.45 * job.odds(), gap_s=job.style.gap_s * 1.5
    )
    job.swipe(shop, job.members[who], when, desk)
    return PlantedRing("slow_drip", job.members, places={shop: "outlet"}, desks={(shop, desk)})


def prescription_mill(job: Job) -> PlantedRing:
    """One doctor writes, one pharmacy fills, whoever the patient is."""
    clinic = job.place(CLINIC, CENTRE, SECONDARY)
    doctor, shop = job.doctor(clinic), job.place(PHARMACY)
    days = job.days(float(job.rng.choice([7, 14, 15, 30])))
    who, _, when = sittings(
        job.rng, within_hours(job.rng, days, 8.3, 14.5), job.odds(), gap_s=job.style.gap_s * 2.5
    )
    ill = ordinary_dx(job.rng, "chronic", len(job.members))
    job.bill(
        patient=job.members[who],
        place=clinic,
        doctor=doctor,
        kind=np.where(job.rng.random(len(who)) < 0.5, CHRONIC, OUTPATIENT),
        start=when,
        dx=ill[who],
        factor=1.0,
        tight=0.7 * job.style.tight,
    )
    goes = job.rng.random(len(who)) < 0.9
    later = when[goes] + np.maximum(300, job.rng.normal(3_000, 1_300, int(goes.sum()))).astype(np.int64)
    job.bill(
        patient=job.members[who][goes], place=shop, doctor=doctor, prescriber=clinic, kind=SHOP, start=later, factor=job.style.factor * 1.5, tight=job.style.tight, pool=1,
    )  # fmt: skip
    return PlantedRing(
        "prescription_mill",
        job.members,
        doctors={doctor: "prescriber"},
        places={clinic: "place_used", shop: "outlet"},
    )
