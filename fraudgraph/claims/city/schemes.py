"""What each planted ring does: one function a typology."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fraudgraph.claims.city.arrays import Floats, Ints, Rng
from fraudgraph.claims.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP, Ledger
from fraudgraph.claims.city.ordinary import City
from fraudgraph.claims.city.places import CENTRE, CLINIC, PHARMACY, PRIMARY, SECONDARY, TERTIARY, VILLAGE
from fraudgraph.claims.city.together import PlantedRing, rhythm, sittings, within_hours
from fraudgraph.claims.city.words import DX, ordinary_dx
from fraudgraph.errors import UsageError

__all__ = ["SCHEMES", "Style", "big_block"]

_MILD = np.array([DX[code] for code in ("M54.5", "I10", "R42", "J20.9", "K29.5", "M47.8", "I25.1")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How boldly a ring works."""

    low: float
    high: float
    """Range of the members' chance to take part."""
    factor: float
    tight: float
    """Amounts and their spread, against ordinary ones."""
    gap_s: float
    """Median seconds between swipes."""
    keep: float
    """Share of the sessions that take place."""
    sharing: float
    """Chance that a ring borrows members of another."""

    def odds(self, rng: Rng, count: int) -> Floats:
        """Each member's own chance."""
        return rng.uniform(self.low, self.high, count)


def _life(city: City, rng: Rng, low_months: float = 4, high_months: float = 13) -> tuple[int, int]:
    days = city.plan.days
    length = min(days, int(rng.uniform(low_months, high_months) * 30.4))
    first = int(rng.integers(0, days - length + 1))
    return first, first + length - 1


def _days(
    city: City,
    rng: Rng,
    style: Style,
    every: float,
    jitter: float | None = None,
    life: tuple[int, int] | None = None,
) -> Ints:
    span = life or _life(city, rng)
    days = rhythm(
        rng,
        span,
        every,
        jitter_days=min(3.0, every / 6) if jitter is None else jitter,
        off_months=0.08,
        keep=style.keep,
    )
    return days if len(days) >= 3 else np.unique(np.linspace(span[0], span[1], 4).astype(np.int64))


def _place(city: City, rng: Rng, *kinds: int, private: bool = False) -> int:
    rows = city.places.of_kind(*kinds)
    if private and city.places.private[rows].any():
        rows = rows[city.places.private[rows]]
    odds = city.places.size[rows] ** 0.5
    return int(rng.choice(rows, p=odds / odds.sum()))


def _doctor(city: City, rng: Rng, place: int) -> int:
    return int(rng.choice(city.doctors.at(place)))


def _desk(city: City, rng: Rng, place: int) -> int:
    return 2 * int(rng.integers(0, city.places.desks[place]))


def _hour(rng: Rng, shop: bool = True) -> tuple[float, float]:
    """A slot of the day: mostly within ordinary hours, sometimes the quiet ones."""
    slots = (
        ((8.5, 11.0), (14.0, 17.5), (19.0, 20.6), (12.0, 13.4))
        if shop
        else ((8.3, 11.0), (13.6, 16.0), (15.6, 17.0), (11.6, 12.6))
    )
    return slots[int(rng.choice(4, p=(0.3, 0.3, 0.25, 0.15)))]


def _swipe(
    city: City,
    rng: Rng,
    ledger: Ledger,
    style: Style,
    ring: int,
    place: int,
    people: Ints,
    when: Ints,
    desk: int,
) -> None:
    """Purchases at a pharmacy by one operator, mostly from the pool."""
    at = np.where(rng.random(len(people)) < 0.92, desk, -1)
    pool = (rng.random(len(people)) < 0.75).astype(np.int8)
    ledger.add(
        patient=people,
        place=place,
        kind=SHOP,
        start=when,
        desk=at,
        factor=style.factor * 1.2,
        tight=style.tight,
        pool=pool,
        ring=ring,
    )


def _card_sweep(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """Cards kept at a pharmacy (or two of one owner) are swiped one after another."""
    shops = [_place(city, rng, PHARMACY)]
    if rng.random() < 0.3:
        shops.append(_place(city, rng, PHARMACY))
        city.places.owner[shops[1]] = city.places.owner[shops[0]]
    desks = [_desk(city, rng, shop) for shop in shops]
    days = _days(city, rng, style, float(rng.choice([7, 10, 14, 15, 30], p=(0.15, 0.2, 0.3, 0.15, 0.2))))
    low, high = _hour(rng)
    who, session, when = sittings(
        rng, within_hours(rng, days, low, high), style.odds(rng, len(members)), gap_s=style.gap_s
    )
    at = rng.integers(0, len(shops), len(days))[session]
    for index, shop in enumerate(shops):
        rows = at == index
        _swipe(city, rng, ledger, style, ring, shop, members[who[rows]], when[rows], desks[index])
    return PlantedRing(
        "card_sweep",
        members,
        places=dict.fromkeys(shops, "outlet"),
        desks=set(zip(shops, desks, strict=True)),
    )


def _multi_card_buyer(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing:
    """One buyer carries many cards through a clinic and some pharmacies in one journey."""
    clinic = _place(city, rng, CENTRE, SECONDARY, TERTIARY)
    shops = [_place(city, rng, PHARMACY) for _ in range(int(rng.integers(1, 4)))]
    days = _days(city, rng, style, float(rng.choice([7, 10, 14, 21])))
    odds = style.odds(rng, len(members))
    start = within_hours(rng, days, 8.3, 13.5)
    doctor = city.doctors.pick(np.full(len(days), clinic), rng.random(len(days)))
    ill = ordinary_dx(rng, "chronic", len(members))
    present = (rng.random((len(days), len(members))) < odds).astype(np.float64)
    for stop, place in enumerate([clinic, *shops]):
        at_stop = present * (rng.random(present.shape) < 0.85)
        for session in range(len(days)):
            who, _, when = sittings(rng, start[session : session + 1], at_stop[session], gap_s=style.gap_s)
            people = members[who]
            if stop == 0:
                ledger.add(
                    patient=people,
                    place=place,
                    doctor=doctor[session],
                    kind=CHRONIC,
                    start=when,
                    dx=ill[who],
                    factor=style.factor,
                    tight=0.6 * style.tight,
                    ring=ring,
                )
            else:
                from_rx = rng.random(len(people)) < 0.5
                ledger.add(
                    patient=people, place=place, kind=SHOP, start=when, factor=style.factor * 1.3, tight=style.tight, pool=1, ring=ring,
                    doctor=np.where(from_rx, doctor[session], -1), prescriber=np.where(from_rx, clinic, -1),
                )  # fmt: skip
        start = start + rng.integers(1_500, 3_600, len(days)) + round(style.gap_s * len(members) * 0.4)
    buyer = int(rng.choice(members))
    return PlantedRing(
        "multi_card_buyer",
        members,
        places={clinic: "place_used", **dict.fromkeys(shops, "place_used")},
        organiser=buyer,
    )


def _stays(
    city: City,
    rng: Rng,
    ledger: Ledger,
    style: Style,
    ring: int,
    people: Ints,
    place: int,
    doctors: Ints,
    begin: Ints,
    nights: Ints,
    dx: Ints,
) -> None:
    fits = begin + nights < city.plan.days
    people, begin, nights, dx, doctors = people[fits], begin[fits], nights[fits], dx[fits], doctors[fits]
    start = within_hours(rng, begin, 8, 11.5)
    leave = within_hours(rng, begin + nights, 9, 15)
    ledger.add(
        patient=people, place=place, doctor=doctors, kind=INPATIENT, start=start, stay=np.maximum(leave - start, 3_600), dx=dx,
        admission=2, discharge=1, factor=0.6 + 0.4 * min(style.factor, 2.2), tight=0.25 + 0.75 * style.tight, ring=ring,
    )  # fmt: skip


def _bus_in(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """Card holders are fetched to a small hospital in a batch, and go home together."""
    place = _place(city, rng, PRIMARY, SECONDARY, private=True)
    staff = rng.permutation(city.doctors.at(place))[: int(rng.integers(1, 4))]
    days = _days(
        city, rng, style, float(rng.choice([28, 35, 45, 60])), jitter=5, life=_life(city, rng, 6, 13)
    )
    who, session, _ = sittings(rng, days, style.odds(rng, len(members)), gap_s=1)
    begin = days[session] + rng.choice([0, 0, 0, 1], size=len(who))
    nights = rng.integers(5, 10, len(days))[session] + rng.choice([0, 0, 0, 1, -1], size=len(who))
    _stays(
        city,
        rng,
        ledger,
        style,
        ring,
        members[who],
        place,
        rng.choice(staff, size=len(who)),
        begin,
        nights,
        rng.choice(_MILD, size=len(who)),
    )
    broker = int(rng.choice(members))
    return PlantedRing(
        "bus_in",
        members,
        doctors=dict.fromkeys(staff.tolist(), "prescriber"),
        places={place: "front"},
        organiser=broker,
    )


def _rotation(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """The same people circulate through linked hospitals."""
    houses = np.unique(
        [_place(city, rng, PRIMARY, SECONDARY, CENTRE) for _ in range(int(rng.integers(3, 5)))]
    )
    if rng.random() < 0.5:
        city.places.owner[houses] = city.places.owner[houses[0]]
    days = _days(city, rng, style, float(rng.choice([20, 25, 30])), jitter=2, life=_life(city, rng, 7, 13))
    odds = style.odds(rng, len(members))
    doctors: dict[int, str] = {}
    for turn, day in enumerate(days.tolist()):
        place = int(houses[turn % len(houses)])
        doctor = int(city.doctors.at(place)[ring % len(city.doctors.at(place))])
        present = np.flatnonzero(rng.random(len(members)) < odds)
        if len(present) < 2:
            continue
        doctors[doctor] = "prescriber"
        begin = np.minimum(day + rng.integers(0, 4, len(present)), city.plan.days - 1)
        nights = rng.integers(6, 12, len(present))
        _stays(
            city,
            rng,
            ledger,
            style,
            ring,
            members[present],
            place,
            np.full(len(present), doctor),
            begin,
            nights,
            rng.choice(_MILD, size=len(present)),
        )
    return PlantedRing("rotation", members, doctors=doctors, places=dict.fromkeys(houses.tolist(), "front"))


def _prescription_mill(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing:
    """One doctor writes, one pharmacy fills, whoever the patient is."""
    clinic = _place(city, rng, CLINIC, CENTRE, SECONDARY)
    doctor, shop = _doctor(city, rng, clinic), _place(city, rng, PHARMACY)
    days = _days(city, rng, style, float(rng.choice([7, 14, 15, 30])))
    who, _, when = sittings(
        rng, within_hours(rng, days, 8.3, 14.5), style.odds(rng, len(members)), gap_s=style.gap_s * 2.5
    )
    ill = ordinary_dx(rng, "chronic", len(members))
    ledger.add(
        patient=members[who],
        place=clinic,
        doctor=doctor,
        kind=np.where(rng.random(len(who)) < 0.5, CHRONIC, OUTPATIENT),
        start=when,
        dx=ill[who],
        factor=1.0,
        tight=0.7 * style.tight,
        ring=ring,
    )
    goes = rng.random(len(who)) < 0.9
    later = when[goes] + np.maximum(300, rng.normal(3_000, 1_300, int(goes.sum()))).astype(np.int64)
    ledger.add(
        patient=members[who][goes], place=shop, doctor=doctor, prescriber=clinic, kind=SHOP, start=later, factor=style.factor * 1.5, tight=style.tight, pool=1, ring=ring,
    )  # fmt: skip
    return PlantedRing(
        "prescription_mill",
        members,
        doctors={doctor: "prescriber"},
        places={clinic: "place_used", shop: "outlet"},
    )


def _phantom_sessions(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing:
    """Therapy sessions at a fixed interval that nobody came to: one package, one therapist, billed in a row."""
    place = _place(city, rng, CLINIC, PRIMARY, private=True)
    doctor, desk = _doctor(city, rng, place), _desk(city, rng, place)
    days = _days(city, rng, style, float(rng.choice([2, 3, 4, 7])), jitter=0.4, life=_life(city, rng, 3, 7))
    low, high = _hour(rng, shop=False)
    courses = rng.uniform(0, 0.4, len(members))  # courses begin one after another
    who, session, when = sittings(
        rng, within_hours(rng, days, low, high), style.odds(rng, len(members)), gap_s=style.gap_s
    )
    share = (session / max(1, len(days) - 1)) if len(days) > 1 else np.zeros(len(who))
    begun = (share >= courses[who]) & (share <= courses[who] + 0.62)
    who, when = who[begun], when[begun]
    fee = int(rng.integers(80, 220) * 100)
    fixed = np.where(rng.random(len(who)) < 0.7, round(fee * min(style.factor, 1.8)), 0)
    sign = rng.choice([DX["M54.5"], DX["M47.8"], DX["I69.3"]], size=len(members))
    ledger.add(
        patient=members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=sign[who],
        fixed=fixed,
        factor=style.factor,
        tight=0.4,
        desk=desk,
        ring=ring,
    )
    return PlantedRing(
        "phantom_sessions",
        members,
        doctors={doctor: "prescriber"},
        places={place: "front"},
        desks={(place, desk)},
    )


def _identity_ring(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing:
    """Cards held by one hand show in two or three phones, accounts and an agent; two or three are used at a time."""
    phones = 18_700_000_000 + rng.integers(0, 10**8, 3)
    accounts = 6_229_000_000_000_000 + rng.integers(0, 10**9, 2)
    held = rng.random(len(members))
    city.people.phone[members[held < 0.75]] = phones[
        rng.integers(0, 1 + len(members) // 5 % 3 + 1, int((held < 0.75).sum())) % 3
    ]
    city.people.account[members[held > 0.4]] = accounts[rng.integers(0, 2, int((held > 0.4).sum()))]
    if rng.random() < 0.4:
        city.people.agent[members[rng.random(len(members)) < 0.6]] = int(rng.integers(0, len(city.people)))
    shops = [_place(city, rng, PHARMACY) for _ in range(int(rng.integers(3, 6)))]
    days = _days(city, rng, style, float(rng.choice([3, 5, 7])))
    used: dict[int, str] = {}
    for day in days.tolist():
        shop = shops[int(rng.integers(0, len(shops)))]
        hand = rng.permutation(len(members))[: int(rng.integers(2, 5))]
        hand = hand[rng.random(len(hand)) < rng.uniform(style.low, style.high)]
        if len(hand) == 0:
            continue
        used[shop] = "place_used"
        when = within_hours(rng, np.array([day]), 9, 19) + np.cumsum(
            rng.exponential(style.gap_s * 2, len(hand))
        ).astype(np.int64)
        ledger.add(
            patient=members[hand],
            place=shop,
            kind=SHOP,
            start=when,
            factor=style.factor * 1.2,
            tight=style.tight,
            pool=1,
            ring=ring,
        )
    return PlantedRing("identity_ring", members, places=used, organiser=int(members[0]))


def _staff_cards(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """Staff of a clinic bill the cards of relatives in the quiet hours of their own shift."""
    place = _place(city, rng, CLINIC, CENTRE, PRIMARY, VILLAGE)
    doctor, desk = _doctor(city, rng, place), _desk(city, rng, place)
    kin = members[rng.random(len(members)) < 0.4]
    city.people.house_number[kin] = int(rng.integers(1, 400))
    city.people.village[kin] = int(city.people.village[members[0]])
    days = _days(city, rng, style, float(rng.choice([5, 7, 10])))
    low = float(rng.choice([11.3, 15.9, 12.4]))
    who, _, when = sittings(
        rng,
        within_hours(rng, days, low, low + 0.7),
        0.7 * style.odds(rng, len(members)),
        gap_s=style.gap_s * 1.5,
    )
    ledger.add(
        patient=members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=ordinary_dx(rng, "outpatient", len(who)),
        factor=style.factor,
        tight=style.tight,
        desk=desk,
        ring=ring,
    )
    return PlantedRing(
        "staff_cards",
        members,
        doctors={doctor: "prescriber"},
        places={place: "place_used"},
        desks={(place, desk)},
    )


def _slow_drip(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """Eight to twelve cards, a few at a time, week after week for most of a year."""
    shop = _place(city, rng, PHARMACY)
    desk = _desk(city, rng, shop)
    days = _days(city, rng, style, float(rng.choice([4, 5, 7])), life=_life(city, rng, 8, 13))
    who, _, when = sittings(
        rng, within_hours(rng, days, 9, 19.5), 0.45 * style.odds(rng, len(members)), gap_s=style.gap_s * 1.5
    )
    _swipe(city, rng, ledger, style, ring, shop, members[who], when, desk)
    return PlantedRing("slow_drip", members, places={shop: "outlet"}, desks={(shop, desk)})


def _organiser(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """One organiser rotates a hundred and more cards over three clinics and two pharmacies, a few at a time."""
    clinics = rng.permutation(city.places.of_kind(CLINIC, CENTRE, PRIMARY))[:3].tolist()
    shops = rng.permutation(city.places.of_kind(PHARMACY))[:2].tolist()
    doctors = {place: _doctor(city, rng, place) for place in clinics}
    days = _days(city, rng, style, 3, jitter=1, life=_life(city, rng, 8, 13))
    turn = rng.permutation(len(members))
    odds = style.odds(rng, len(members))
    for index, day in enumerate(days.tolist()):
        place = (clinics + shops)[int(rng.integers(0, 5))]
        chosen = np.roll(turn, -index * 11)[: int(rng.integers(16, 31))]
        who, _, when = sittings(
            rng, within_hours(rng, np.array([day]), 8.5, 15), odds[chosen], gap_s=style.gap_s
        )
        people = members[chosen[who]]
        if place in doctors:
            ledger.add(
                patient=people,
                place=place,
                doctor=doctors[place],
                kind=OUTPATIENT,
                start=when,
                dx=rng.choice(_MILD, size=len(people)),
                factor=style.factor,
                tight=style.tight,
                ring=ring,
            )
        else:
            _swipe(city, rng, ledger, style, ring, place, people, when, 0)
    places = {**dict.fromkeys(clinics, "front"), **dict.fromkeys(shops, "outlet")}
    return PlantedRing(
        "organiser",
        members,
        doctors=dict.fromkeys(doctors.values(), "prescriber"),
        places=places,
        organiser=int(rng.choice(members)),
    )


def _block(
    city: City,
    rng: Rng,
    ledger: Ledger,
    members: Ints,
    doctors: Ints,
    links: Floats,
    ring: int,
    factor: float,
) -> None:
    """One claim for each link of a patient and a doctor, on any working day; no two need to meet."""
    who, which = np.nonzero(links)
    life = _life(city, rng, 8, 13)
    day = rng.integers(life[0], life[1] + 1, len(who))
    when = within_hours(rng, day, 8.3, 16.5)
    doctor = doctors[which]
    ledger.add(
        patient=members[who],
        place=city.doctors.facility[doctor],
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=ordinary_dx(rng, "outpatient", len(who)),
        factor=factor,
        ring=ring,
    )


def _dense_block(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing | None:
    """A closed set of doctors of some clinics sees a closed set of patients, on scattered days."""
    staff = np.flatnonzero(
        np.isin(city.doctors.facility, rng.permutation(city.places.of_kind(PRIMARY, CENTRE, CLINIC))[:4])
    )
    doctors = rng.permutation(staff)[: int(rng.integers(6, 11))]
    if len(doctors) < 4:
        return None
    links = rng.random((len(members), len(doctors))) < rng.uniform(style.low, style.high) * 0.85
    _block(city, rng, ledger, members, doctors, links.astype(np.float64), ring, style.factor)
    places = np.unique(city.doctors.facility[doctors])
    return PlantedRing(
        "dense_block",
        members,
        doctors=dict.fromkeys(doctors.tolist(), "prescriber"),
        places=dict.fromkeys(places.tolist(), "front"),
    )


def big_block(city: City, rng: Rng, ledger: Ledger, pool: Ints, ring: int) -> PlantedRing:
    """122 doctors and 181 patients, every one linked to at least 47 of the other side."""
    staff = np.flatnonzero(
        np.isin(city.places.kind[city.doctors.facility], (SECONDARY, PRIMARY, CENTRE, CLINIC))
    )
    if len(staff) < 122 or len(pool) < 181:
        raise UsageError(
            f"The 122 x 181 block needs 122 doctors outside tertiary hospitals; this city has {len(staff)}. Ask for more claims (about 400,000 for 12 months).",
            f"122 × 181 的稠密块需要三级医院以外的 122 名医师,本城只有 {len(staff)} 名。请增加结算单数(12 个月约需 40 万)。",
        )
    doctors, members = rng.permutation(staff)[:122], np.sort(rng.permutation(pool)[:181])
    links = np.zeros((181, 122), dtype=np.bool_)
    rank = np.argsort(np.argsort(rng.random(links.shape), axis=1), axis=1)
    links |= rank < 47
    for column in np.flatnonzero(links.sum(axis=0) < 47).tolist():
        missing = 47 - int(links[:, column].sum())
        links[rng.permutation(np.flatnonzero(~links[:, column]))[:missing], column] = True
    _block(city, rng, ledger, members, doctors, links.astype(np.float64), ring, 1.0)
    return PlantedRing(
        "big_block",
        members,
        doctors=dict.fromkeys(doctors.tolist(), "prescriber"),
        places=dict.fromkeys(np.unique(city.doctors.facility[doctors]).tolist(), "place_used"),
    )


def _identical_bills(
    city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int
) -> PlantedRing:
    """A clinic bills one basket for everybody on several dates; on each date people are some time apart."""
    place = _place(city, rng, CLINIC, PRIMARY, CENTRE)
    doctor = _doctor(city, rng, place)
    days = _days(city, rng, style, float(rng.choice([10, 14, 21])))
    who, session, when = sittings(
        rng, within_hours(rng, days, 8.3, 11), style.odds(rng, len(members)), gap_s=style.gap_s * 5
    )
    basket = (rng.integers(90, 330, max(1, len(days))) * 100 * min(style.factor, 1.6)).astype(np.int64)[
        session
    ] + rng.integers(-3, 4, len(who)) * 20
    ledger.add(
        patient=members[who],
        place=place,
        doctor=doctor,
        kind=OUTPATIENT,
        start=when,
        dx=rng.choice(_MILD, size=len(who)),
        fixed=basket,
        ring=ring,
    )
    return PlantedRing("identical_bills", members, doctors={doctor: "prescriber"}, places={place: "front"})


def _home_sweep(city: City, rng: Rng, ledger: Ledger, members: Ints, style: Style, ring: int) -> PlantedRing:
    """Somebody takes a part of a care home's cards to a pharmacy that has no contract with it."""
    made = _card_sweep(city, rng, ledger, members, style, ring)
    made.typology = "home_sweep"
    return made


SCHEMES: dict[str, Callable[[City, Rng, Ledger, Ints, Style, int], PlantedRing | None]] = {
    "card_sweep": _card_sweep,
    "multi_card_buyer": _multi_card_buyer,
    "bus_in": _bus_in,
    "rotation": _rotation,
    "prescription_mill": _prescription_mill,
    "phantom_sessions": _phantom_sessions,
    "identity_ring": _identity_ring,
    "staff_cards": _staff_cards,
    "slow_drip": _slow_drip,
    "organiser": _organiser,
    "dense_block": _dense_block,
    "identical_bills": _identical_bills,
    "home_sweep": _home_sweep,
}
