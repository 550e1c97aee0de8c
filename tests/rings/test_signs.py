"""Facts that the score looks at: where the cards are, what the bills are, and how alone a group stands."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.meetings import find_meetings
from fraudgraph.rings.alone import FEWEST_GROUPS, how_alone
from fraudgraph.rings.facts import read_facts
from fraudgraph.rings.signs_apart import by_kind
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

PEOPLE = tuple(f"T{number}" for number in range(5))
FIRST = datetime(2025, 3, 3, 9)
TURNS = 12
CLAIMS = TURNS * len(PEOPLE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def city(*, amount: str = "160.00", of_others: str = "40.00") -> World:
    """Five people at one clinic on twelve mornings, and three hundred visits of others there."""
    world, chance = World(), random.Random(3)
    for turn in range(TURNS):
        for place, who in enumerate(PEOPLE):
            when = FIRST + timedelta(days=5 * turn, minutes=3 * place)
            world.visit(
                who,
                "H1",
                when,
                diagnosis_code="M54.5",
                total_amount=Decimal(amount),
                fund_amount=Decimal("30.00"),
            )
    for number in range(300):
        when = datetime(2025, 1, 6) + timedelta(
            days=chance.randrange(300), minutes=chance.randrange(500, 1000)
        )
        world.visit(
            f"P{number:03d}",
            "H1",
            when,
            diagnosis_code="J20.9",
            total_amount=Decimal(of_others),
            fund_amount=Decimal("30.00"),
        )
    for who in (*PEOPLE, *(f"P{number:03d}" for number in range(300))):
        world.person(who, birth_date=date(1960, 5, 1), sex="1", residence_code="370101")
    return world


def signs_of(world: World, store: Store) -> dict[str, float]:
    world.fill(store)
    find_meetings(store, Settings().meetings)
    store.put(
        "group_parents",
        pa.table({"group_no": pa.array([], pa.int32()), "parent_no": pa.array([], pa.int32())}),
    )
    store.run(
        "CREATE TABLE group_members AS SELECT 1::INTEGER AS group_no, patient FROM patient_codes WHERE patient_id LIKE 'T%'"
    )
    find_sittings(store)
    store.run(
        "CREATE TABLE group_blocks (group_no INTEGER, place INTEGER, people DOUBLE, observed DOUBLE, expected DOUBLE, p DOUBLE); "
        "CREATE TABLE group_steering (group_no INTEGER, people INTEGER, expected DOUBLE, nats DOUBLE); "
        "CREATE TABLE group_customs (group_no INTEGER, people INTEGER, expected DOUBLE, nats DOUBLE)"
    )
    (facts,) = read_facts(store).values()
    return facts.signs


def test_a_card_used_while_its_owner_lies_in_another_hospital_is_counted(store: Store) -> None:
    world = city()
    world.stay(
        "T0", "H9", "2025-03-07", "2025-03-19", diagnosis_code="I63.9"
    )  # the mornings of the 8th, 13th and 18th
    world.stay(
        "T1", "H9", "2025-03-08", "2025-03-13", diagnosis_code="I63.9"
    )  # admitted and discharged on a morning: neither counts
    assert signs_of(world, store)["while_admitted_share"] == pytest.approx(3 / CLAIMS, abs=1e-6)


def test_a_card_at_two_places_at_once_is_counted(store: Store) -> None:
    world = city()
    world.visit("T0", "H2", FIRST + timedelta(minutes=20), diagnosis_code="J20.9")
    world.visit("T1", "H2", FIRST + timedelta(hours=3), diagnosis_code="J20.9")  # an errand on the way home
    assert signs_of(world, store)["elsewhere_at_once_share"] == pytest.approx(1 / CLAIMS, abs=1e-6)


def test_bills_beyond_the_places_own_are_told_by_share_and_by_money(store: Store) -> None:
    dear = signs_of(city(), store)
    assert dear["of_place_money_share"] == pytest.approx(CLAIMS * 160 / (CLAIMS * 160 + 300 * 40), abs=1e-6)
    assert dear["money_over_visits_log"] > 0.9
    assert dear["tens_share"] == 1.0
    assert dear["own_amounts_share"] == 1.0


def test_bills_like_the_others_are_not(store: Store) -> None:
    usual = signs_of(city(amount="40.00"), store)
    assert usual["money_over_visits_log"] == pytest.approx(0.0, abs=1e-4)
    assert usual["highest_bills_share"] == 0.0
    assert usual["own_amounts_share"] == 0.0
    assert usual["amount_repeat_beyond"] == pytest.approx(0.0, abs=0.05)


def test_people_who_meet_at_other_places_too_are_told_from_strangers(tmp_path: Path) -> None:
    found = {}
    for name, places in (
        ("neighbours", ("H2",)),
        ("strangers", tuple(f"H{number}" for number in range(2, 7))),
    ):
        world = city()
        for place, who in enumerate(PEOPLE):
            for turn in range(4):
                world.visit(
                    who,
                    places[place % len(places)],
                    FIRST + timedelta(days=40 * turn + 7 * place, hours=4),
                    diagnosis_code="J20.9",
                )
        with Store(tmp_path / name) as opened:
            found[name] = signs_of(world, opened)["met_elsewhere_log"]
    assert found["neighbours"] > found["strangers"] + 2


def groups(number: int) -> tuple[dict[int, dict[str, float]], dict[int, frozenset[int]]]:
    """So many member days at as many shops, hardly different, of other people each."""
    chance = random.Random(5)
    signs = {
        no: {
            "attendance": 0.6 + chance.random() / 50,
            "purity": 0.3 + chance.random() / 50,
            "weekday_share": 1.0,
        }
        for no in range(1, number + 1)
    }
    return signs, {no: frozenset(range(10 * no, 10 * no + 8)) for no in signs}


def test_one_group_unlike_forty_of_a_custom_stands_alone() -> None:
    signs, members = groups(40)
    signs[17] = {"attendance": 0.9, "purity": 0.9, "weekday_share": 0.2}
    told = how_alone(signs, members)
    assert told[17] == {"alone_rank": 1.0, "alone_six_rank": 1.0}
    assert sorted(ranks["alone_rank"] for ranks in told.values())[0] < 0.1
    again = how_alone(dict(reversed(signs.items())), dict(reversed(members.items())))
    assert again == told


def test_the_same_people_found_twice_are_no_custom() -> None:
    signs, members = groups(40)
    for no in (16, 17):
        signs[no] = {"attendance": 0.9, "purity": 0.9, "weekday_share": 0.2}
    apart = how_alone(signs, members)[17]["alone_rank"]
    members[16] = members[17]
    assert apart < 0.5
    assert how_alone(signs, members)[17]["alone_rank"] > 0.9


def test_among_a_few_groups_none_is_usual() -> None:
    assert how_alone(*groups(FEWEST_GROUPS - 1)) == {}


def test_coming_back_to_a_ward_speaks_under_a_name_of_its_own() -> None:
    known = {"attendance": 0.4, "purity": 0.5, "window_count_log": 1.0, "inpatient_share": 1.0}
    assert by_kind(known, steered=False) == {
        "stays_attendance": 0.4, "purity": 0.5, "window_count_log": 1.0, "inpatient_share": 1.0,
    }  # fmt: skip
    visits = {**known, "inpatient_share": 0.2}
    assert by_kind(visits, steered=False) == visits
    assert "steered_life_share" in by_kind({"life_share": 0.4}, steered=True)
    assert "clientele_own_doctor_share" in by_kind(
        {"own_doctor_share": 0.4, "customs_nats_log": 2.0}, steered=False
    )
