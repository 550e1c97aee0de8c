"""Lawful life laid out claim by claim, and its guilty twin: the explanation holds for the one and not for the other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from fraudgraph.explanations.known import read_known
from fraudgraph.explanations.weighing import Weighed, weigh
from fraudgraph.meetings.finding import prepare_visits
from fraudgraph.rings.facts import prepare_facts
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

FIRST = date(2025, 1, 6)
Meeting = tuple[str, int]
"""A place, and the day after the first on which the group was there."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def clock(day: int, minute: int = 540) -> datetime:
    return datetime.combine(FIRST, datetime.min.time()) + timedelta(days=day, minutes=minute)


def weighed(
    store: Store, world: World, members: Sequence[str], meetings: Sequence[Meeting], name: str
) -> Weighed:
    """Weigh one explanation on a group with given meetings, from 9:00 to 9:30 or, for stays, of a day."""
    world.fill(store)
    prepare_visits(store)
    store.put("chosen", pa.table({"patient_id": list(members)}))
    store.run(
        "CREATE TABLE group_members AS SELECT CAST(1 AS INTEGER) AS group_no, patient FROM patient_codes WHERE patient_id IN (SELECT patient_id FROM chosen)"
    )
    store.put(
        "met",
        pa.table(
            {
                "session_no": list(range(len(meetings))),
                "place_id": [place for place, _ in meetings],
                "day": [day for _, day in meetings],
            }
        ),
    )
    stays = any(row["claim_type"] == "inpatient" for row in world.rows["claims"])
    store.run(
        "CREATE TABLE group_sessions AS SELECT CAST(m.session_no AS INTEGER) AS session_no, CAST(1 AS INTEGER) AS group_no, "
        f"'{'stay' if stays else 'visit'}' AS kind, l.place, CAST(date_diff('day', DATE '1970-01-01', $first) + m.day AS INTEGER) AS day, "
        "CAST(date_diff('day', DATE '1970-01-01', $first) + m.day AS INTEGER) AS to_day, 0 AS stratum, 540 AS from_minute, 570 AS to_minute, "
        "$people AS present_count, 0 AS others_count, 0.01 AS window_share, 0.01 AS expected_count FROM met AS m JOIN place_codes AS l ON l.place_id = m.place_id",
        first=FIRST,
        people=len(members),
    )
    store.run(
        "CREATE TABLE session_chances AS SELECT session_no, 1e-9 AS p, TRUE AS good FROM group_sessions"
    )
    store.run("CREATE TABLE group_parents (group_no INTEGER, parent_no INTEGER)")
    prepare_facts(store)
    return next(found for found in weigh(read_known(store)[1]) if found.name == name)


def people(world: World, names: Sequence[str], **shared: str) -> None:
    for number, name in enumerate(names):
        world.person(name, birth_date=date(1950 + number, 5, 5), **shared)


def townsfolk(world: World, place: str, *, count: int, days: int, **shared: str) -> None:
    """Others who come to a place, each once in three weeks or so, at all hours."""
    chance = random.Random(place)
    for number in range(count):
        world.person(f"T-{place}-{number}", birth_date=date(1980, 1, 1), **shared)
        for day in range(chance.randrange(21), days, 21):
            come = world.purchase if place.startswith("K") else world.visit
            come(f"T-{place}-{number}", place, clock(day, chance.randrange(480, 1080)))


@pytest.mark.parametrize("lawful", [True, False])
def test_neighbours_at_their_own_shop_or_at_one_that_is_nobodys(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(5)]
    people(world, names, residence_code="V1")
    townsfolk(world, "K1", count=60, days=180, residence_code="V1")
    townsfolk(world, "K2", count=60, days=180, residence_code="V2")
    met = [("K1" if lawful else "K2", 28 * month + 3) for month in range(6)]
    for place, day in met:
        for number, name in enumerate(names):
            world.purchase(name, place, clock(day, 541 + number))
    for name in names:
        for day in (12, 70, 130):
            world.purchase(name, "K1", clock(day, 700))
    found = weighed(store, world, names, met, "neighbours")
    assert found.holds == lawful
    assert not lawful or found.nearness == 1


@pytest.mark.parametrize("lawful", [True, False])
def test_couples_who_come_together_or_whose_cards_come_one_by_one(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(6)]
    for number, name in enumerate(names):
        world.person(name, birth_date=date(1950, 5, 5), household_id=f"H{number // 2}")
    townsfolk(world, "K1", count=60, days=180)
    met = [("K1", 20 * turn + 3) for turn in range(8)]
    for turn, (place, day) in enumerate(met):
        there = names if lawful else [names[2 * couple + turn % 2] for couple in range(3)]
        for number, name in enumerate(there):
            world.purchase(name, place, clock(day, 541 + number))
    assert weighed(store, world, names, met, "couples").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_a_member_day_for_everybody_or_for_them_alone(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(8)]
    people(world, names)
    townsfolk(world, "K1", count=150, days=180)
    days = [day for day in range(180) if (FIRST + timedelta(days=day)).day == 8]
    met = [("K1", day) for day in days]
    for day in days:
        for number, name in enumerate(names):
            world.purchase(name, "K1", clock(day, 541 + number))
        for number in range(120 if lawful else 0):
            world.purchase(f"T-K1-{number}", "K1", clock(day, 480 + 3 * number))
    assert weighed(store, world, names, met, "member_day").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_a_dose_every_day_or_a_diagnosis_without_doses(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(6)]
    people(world, names)
    townsfolk(world, "H1", count=40, days=90)
    days = list(range(0, 90, 1 if lawful else 9))
    for day in days:
        for number, name in enumerate(names):
            world.visit(name, "H1", clock(day, 541 + number), diagnosis_code="F11.2")
    assert weighed(store, world, names, [("H1", day) for day in days], "daily_queue").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_long_stays_or_ten_days_in_and_out(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(6)]
    people(world, names)
    days = [5, 95, 185]
    for day in days:
        for name in names:
            end = FIRST + timedelta(days=day + (80 if lawful else 10))
            world.stay(
                name,
                "H1",
                FIRST + timedelta(days=day),
                end,
                diagnosis_code="F20.0",
                total_amount=Decimal(9000),
            )
    assert weighed(store, world, names, [("H1", day) for day in days], "long_stay").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_the_shop_beside_the_hospital_or_one_they_are_sent_to(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(8)]
    people(world, names)
    townsfolk(world, "K1", count=60, days=120)
    if lawful:
        for claim in list(world.rows["claims"]):
            world.visit(str(claim["patient_id"]), "H1", claim["started_at"] - timedelta(minutes=40))
    days = list(range(4, 120, 14))
    for day in days:
        for number, name in enumerate(names):
            world.visit(name, "H1", clock(day, 480 + number))
            world.purchase(name, "K1", clock(day, 541 + number))
    assert weighed(store, world, names, [("K1", day) for day in days], "beside_hospital").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_a_firms_own_clinic_or_one_that_is_anybodys(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(8)]
    world.put("facilities", facility_id="H1", level="clinic", ownership="private")
    people(world, names, employer="E1")
    townsfolk(world, "H1", count=40, days=120, employer="E1" if lawful else "E2")
    days = list(range(4, 120, 14))
    for day in days:
        for number, name in enumerate(names):
            world.visit(name, "H1", clock(day, 541 + number))
    assert weighed(store, world, names, [("H1", day) for day in days], "own_clinic").holds == lawful


@pytest.mark.parametrize("lawful", [True, False])
def test_a_schools_own_clinic_or_one_that_is_anybodys(store: Store, lawful: bool) -> None:
    world, names = World(), [f"N{number}" for number in range(8)]
    world.put("facilities", facility_id="H1", level="primary", ownership="public")
    for name in names:
        world.person(name, birth_date=date(2012, 5, 5))
    for number in range(40):
        world.person(f"P{number}", birth_date=date(2011 if lawful else 1971, 5, 5))
        world.visit(f"P{number}", "H1", clock(3 * number, 700))
    days = list(range(4, 120, 14))
    for day in days:
        for number, name in enumerate(names):
            world.visit(name, "H1", clock(day, 541 + number))
    assert weighed(store, world, names, [("H1", day) for day in days], "own_clinic").holds == lawful


@pytest.mark.parametrize(
    ("elsewhere", "at_once", "holds"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_an_employer_with_staff_or_one_that_exists_only_to_claim(
    store: Store, elsewhere: bool, at_once: bool, holds: bool
) -> None:
    world, names = World(), [f"N{number}" for number in range(8)]
    people(world, names, employer="E1")
    townsfolk(world, "H1", count=40, days=300)
    for number, name in enumerate(names):
        started = date(2025, 1, 10) if at_once else date(2018 + number % 5, 3, 1)
        world.put("enrolments", patient_id=name, employer="E1", started_on=started)
        if elsewhere:
            world.purchase(name, "K7", clock(40 + number, 900))
        if at_once:
            world.visit(name, "H1", clock(60 + number, 700), diagnosis_code="O80.0")
    days = list(range(4, 300, 30))
    for day in days:
        for number, name in enumerate(names):
            world.visit(name, "H1", clock(day, 541 + number))
    found = weighed(store, world, names, [("H1", day) for day in days], "employer")
    assert found.holds == holds
    assert not elsewhere or at_once or found.missing == ("one_account_share", "own_contact_share")
