"""Each kind of meeting finds the two who keep meeting, and is silent about the two whose place explains it."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fraudgraph.meetings import VIEWS, find_meetings
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

FIRST = date(2025, 3, 3)
"""A Monday."""
DAYS = 90
DAYS_TOGETHER = (4, 15, 25, 37, 51, 66)
"""Scattered over the three months, one of them a Saturday."""
MARKET_DAYS = (2, 16, 30, 44, 58, 72)
"""Every second Wednesday."""
HARDLY_CHANCE = 1e-6


def on(number: int) -> date:
    return FIRST + timedelta(days=number)


def clock(number: int, minute: int) -> datetime:
    return datetime.combine(on(number), datetime.min.time()) + timedelta(minutes=minute)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def town(*, a_day: int = 20, with_clock: bool = True) -> World:
    """Five hundred people at one clinic and two pharmacies, everyone on days and at hours of their own."""
    world, chance = World(), random.Random(17)
    for number in range(DAYS):
        for _ in range(a_day):
            person, minute = f"P{chance.randrange(500):03d}", chance.randrange(8 * 60, 18 * 60)
            at = clock(number, minute) if with_clock else on(number)
            if chance.random() < 0.5:
                world.visit(person, "H1", at)
            else:
                world.purchase(person, chance.choice(("K1", "K2")), at)
    return world


def market(world: World, *, with_clock: bool = True, gate: str = "") -> None:
    """Forty people of a village whose doctor comes every second Wednesday: all of them are there each time."""
    chance = random.Random(31)
    for number in MARKET_DAYS:
        for person in range(40):
            minute = chance.randrange(8 * 60, 11 * 60)
            world.visit(f"V{person:02d}", "H8", clock(number, minute) if with_clock else on(number))
            if gate:
                world.purchase(
                    f"V{person:02d}", gate, clock(number, minute + 40) if with_clock else on(number)
                )


def pairs(store: Store, view: str, world: World, *, at_most: float = HARDLY_CHANCE) -> set[tuple[str, str]]:
    """Who meets whom beyond chance, in one view."""
    report = find_meetings(
        world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != view))
    )
    assert [found.view for found in report.views if found.on] == [view]
    return {
        (a, b)
        for a, b in store.rows(
            "SELECT x.patient_id, y.patient_id FROM pair_meetings AS m JOIN patient_codes AS x ON x.patient = m.a "
            "JOIN patient_codes AS y ON y.patient = m.b WHERE m.view = $view AND m.p <= $most",
            view=view,
            most=at_most,
        )
    }


# Minutes apart at one terminal.


def test_two_cards_swiped_minutes_apart_on_six_days_are_found_among_ordinary_people(store: Store) -> None:
    world = town()
    for number in DAYS_TOGETHER:
        world.purchase("A", "K1", clock(number, 870 + number))
        world.purchase("B", "K1", clock(number, 873 + number))
    assert pairs(store, "burst", world) == {("A", "B")}


def test_two_at_the_counter_on_the_same_days_but_hours_apart_swipe_no_burst(store: Store) -> None:
    world = town()
    for number in DAYS_TOGETHER:
        world.purchase("A", "K1", clock(number, 500 + number % 7))
        world.purchase("B", "K1", clock(number, 1000 + number % 7))
    assert pairs(store, "burst", world, at_most=1) & {("A", "B")} == set()


def test_neighbours_who_come_when_everybody_comes_are_no_burst(store: Store) -> None:
    world = town()
    market(world)
    assert pairs(store, "burst", world) == set()


# The same days, where no clock was delivered.


def test_two_at_one_place_on_the_same_twelve_days_are_found_without_a_clock(store: Store) -> None:
    world = town(a_day=12, with_clock=False)
    for number in (*DAYS_TOGETHER, 8, 29, 57, 71, 78, 86):
        world.visit("A", "H1", on(number))
        world.visit("B", "H1", on(number))
    assert pairs(store, "same_day", world, at_most=1e-5) == {("A", "B")}


def test_two_at_one_place_as_often_on_days_of_their_own_are_not(store: Store) -> None:
    world = town(a_day=12, with_clock=False)
    for number in (*DAYS_TOGETHER, 8, 29, 57, 71, 78, 86):
        world.visit("A", "H1", on(number))
        world.visit("B", "H1", on(number + 2))
    assert pairs(store, "same_day", world) == set()


@pytest.mark.parametrize("with_clock", [True, False])
def test_neighbours_who_come_on_the_only_day_there_is_meet_by_the_calendar(
    store: Store, with_clock: bool
) -> None:
    world = town(a_day=12, with_clock=with_clock)
    market(world, with_clock=with_clock)
    assert pairs(store, "same_day", world) == set()


# Two places on one day.


def test_two_who_go_to_the_same_two_places_on_the_same_days_are_found(store: Store) -> None:
    world = town()
    for number in DAYS_TOGETHER:
        for person, late in (("A", 0), ("B", 25)):
            world.visit(person, "H1", clock(number, 540 + late))
            world.purchase(person, "K1", clock(number, 800 + late))
    assert pairs(store, "journey", world) == {("A", "B")}


def test_two_who_go_to_the_same_two_places_on_days_of_their_own_are_not(store: Store) -> None:
    world = town()
    for number in DAYS_TOGETHER:
        for person, later_days in (("A", 0), ("B", 1)):
            world.visit(person, "H1", clock(number + later_days, 540))
            world.purchase(person, "K1", clock(number + later_days, 800))
    assert pairs(store, "journey", world) == set()


def test_everybody_who_goes_on_to_the_pharmacy_at_the_gate_is_no_journey(store: Store) -> None:
    world = town()
    market(world, gate="K8")
    assert pairs(store, "journey", world) == set()


# Admitted and discharged together.


def wards(world: World) -> None:
    """A hospital with two admissions a day of three hundred people, for a year."""
    chance = random.Random(4)
    for number in range(360):
        for _ in range(2):
            world.stay(
                f"P{chance.randrange(300):03d}", "H1", on(number), on(number + chance.randrange(4, 12))
            )


def test_two_who_are_admitted_and_discharged_together_seven_times_are_found(store: Store) -> None:
    world = World()
    wards(world)
    for number in (3, 54, 96, 158, 210, 261, 323):
        world.stay("A", "H1", on(number), on(number + 7))
        world.stay("B", "H1", on(number + 1), on(number + 8))
    assert pairs(store, "batch", world, at_most=1e-4) == {("A", "B")}


def test_two_who_are_admitted_together_but_leave_apart_are_not(store: Store) -> None:
    world = World()
    wards(world)
    for number in (3, 54, 96, 158, 210, 261, 323):
        world.stay("A", "H1", on(number), on(number + 4))
        world.stay("B", "H1", on(number), on(number + 11))
    assert pairs(store, "batch", world, at_most=1) & {("A", "B")} == set()


def test_patients_of_a_ward_that_works_in_cycles_come_and_go_by_its_calendar(store: Store) -> None:
    world = World()
    wards(world)
    for number in range(0, 360, 21):
        for person in range(40):
            world.stay(f"C{person:02d}", "H9", on(number), on(number + 3))
    assert pairs(store, "batch", world, at_most=1e-4) == set()


# What only one household should have in common.


def registered(world: World, **shared: str) -> None:
    """Five hundred people at home in households of two, each home with a phone and an agent of its own."""
    for person in range(500):
        home = person // 2
        world.person(
            f"P{person:03d}", household_id=f"F{home}", address=f"Lane {home}", phone=f"139{home:08d}",
            bank_account=f"62221{person:011d}", agent_id=f"G{home + 1000}",
        )  # fmt: skip
    for person, home in (("A", "F900"), ("B", "F901")):
        world.visit(person, "H1", clock(1, 600 + ord(person)))
        world.person(person, household_id=home, address=f"Road {home}", **shared)


@pytest.mark.parametrize(
    "shared", [{"phone": "13800000001"}, {"bank_account": "6222000000000001"}, {"agent_id": "G7"}]
)
def test_two_of_different_households_with_one_phone_account_or_agent_are_found(
    store: Store, shared: dict[str, str]
) -> None:
    world = town()
    registered(world, **shared)
    assert pairs(store, "identity", world, at_most=0.01) == {("A", "B")}


def test_a_phone_of_one_household_or_of_one_address_is_no_meeting(store: Store) -> None:
    world = town()
    registered(world)
    for person in ("C", "D"):
        world.visit(person, "H1", clock(2, 600 + ord(person)))
        world.person(person, household_id=f"F95{person}", address="Home for the elderly", phone="13800000002")
    assert pairs(store, "identity", world, at_most=1) == set()


def test_a_number_that_a_clerk_typed_for_everybody_is_no_meeting(store: Store) -> None:
    world = town()
    registered(world)
    for person in range(70):
        world.visit(f"Z{person:02d}", "H1", clock(person, 700))
        world.person(f"Z{person:02d}", household_id=f"F8{person:02d}", phone="13800138000")
    assert pairs(store, "identity", world, at_most=1) == set()


def test_where_many_share_a_phone_with_somebody_outside_one_pair_more_is_nothing_special(
    store: Store,
) -> None:
    world = town()
    for person in range(500):
        world.person(f"P{person:03d}", household_id=f"F{person}", phone=f"137{person // 2:08d}")
    assert pairs(store, "identity", world, at_most=0.01) == set()


# One doctor, one pharmacy.


def prescriptions(world: World) -> None:
    """Six doctors of H1 whose patients fill where they live; all patients of H2 go to the pharmacy at its gate."""
    chance = random.Random(9)
    for doctor in range(6):
        for _ in range(40):
            person, shop = f"P{chance.randrange(500):03d}", f"K{chance.randrange(6)}"
            at = clock(chance.randrange(DAYS), chance.randrange(500, 1000))
            world.purchase(person, shop, at, doctor_id=f"D1{doctor}", prescriber_facility_id="H1")
            world.purchase(person, "K8", at, doctor_id=f"D2{doctor}", prescriber_facility_id="H2")


def steered(store: Store, world: World) -> set[tuple[str, str]]:
    find_meetings(world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != "steering")))
    return {
        (a, b)
        for a, b in store.rows(
            "SELECT a, b FROM place_meetings WHERE view = 'steering' AND a_type = 'doctor' AND b_type = 'pharmacy' "
            "AND p <= $most AND observed > expected",
            most=HARDLY_CHANCE,
        )
    }


def test_a_doctor_whose_prescriptions_go_to_one_pharmacy_unlike_the_colleagues_is_found(store: Store) -> None:
    world = World()
    prescriptions(world)
    for number in range(40):
        world.purchase(f"P{number * 11:03d}", "K7", clock(number * 2, 640), doctor_id="D19", prescriber_facility_id="H1")  # fmt: skip
    assert steered(store, world) == {("D19", "K7")}


def test_doctors_whose_patients_all_go_to_the_pharmacy_at_the_gate_steer_nobody(store: Store) -> None:
    world = World()
    prescriptions(world)
    assert steered(store, world) == set()


# What every view owes.


@pytest.mark.parametrize("view", ["burst", "same_day", "journey", "batch", "identity"])
def test_the_order_of_the_rows_does_not_matter(view: str, tmp_path: Path) -> None:
    world = town(a_day=12)
    wards(world)
    registered(world, phone="13800000001")
    for number in DAYS_TOGETHER:
        for person, late in (("A", 0), ("B", 4)):
            world.visit(person, "H1", clock(number, 540 + late))
            world.purchase(person, "K1", clock(number, 800 + late))
            world.stay(person, "H2", on(number), on(number + 3))
    answers = []
    for number, ordered in enumerate((world, world.shuffled(3))):
        with Store(tmp_path / str(number)) as store:
            assert pairs(store, view, ordered, at_most=1)
            answers.append(store.rows("SELECT * FROM pair_meetings ORDER BY ALL"))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("view", VIEWS)
def test_what_was_wholly_refunded_never_took_place(view: str, store: Store) -> None:
    world = town(a_day=5)
    prescriptions(world)
    wards(world)
    registered(world, phone="13800000001")
    world.refund_everything()
    report = find_meetings(world.fill(store), MeetingSettings())
    assert {found.view: found.meeting_count for found in report.views}[view] == 0
