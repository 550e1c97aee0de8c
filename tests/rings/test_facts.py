"""Facts are counted over those whom they are about."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.meetings import find_meetings
from fraudgraph.rings.facts import read_facts
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

TREATED = tuple(f"T{number}" for number in range(5))
STRANGERS = tuple(f"S{number}" for number in range(6))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def course() -> World:
    """Five people on twelve mornings of a rehabilitation course; six others who were there twice; and the rest of the clinic."""
    world, chance = World(), random.Random(3)
    first = datetime(2025, 3, 3, 9)
    for turn in range(12):
        day = first + timedelta(days=2 * turn)
        there = [*TREATED, *(STRANGERS if turn in (0, 9) else ())]
        for place, who in enumerate(there):
            code, amount = ("M54.5", "164.00") if who in TREATED else ("J20.9", f"{90 + place}.00")
            world.visit(
                who,
                "H1",
                day + timedelta(minutes=3 * place),
                diagnosis_code=code,
                total_amount=Decimal(amount),
            )
    for number in range(300):
        when = datetime.combine(date(2025, 1, 6), datetime.min.time()) + timedelta(
            days=chance.randrange(300), minutes=chance.randrange(500, 1000)
        )
        world.visit(f"P{number:03d}", "H1", when)
    return world


def test_a_course_is_that_of_the_people_treated(store: Store) -> None:
    course().fill(store)
    find_meetings(store, Settings().meetings)
    store.put(
        "group_parents",
        pa.table({"group_no": pa.array([], pa.int32()), "parent_no": pa.array([], pa.int32())}),
    )
    store.run(
        "CREATE TABLE group_members AS SELECT 1::INTEGER AS group_no, patient FROM patient_codes WHERE patient_id LIKE 'T%' OR patient_id LIKE 'S%'"
    )
    find_sittings(store)
    store.run(
        "CREATE TABLE group_blocks (group_no INTEGER, place INTEGER, people DOUBLE, observed DOUBLE, expected DOUBLE, p DOUBLE); CREATE TABLE group_steering (group_no INTEGER, people INTEGER, expected DOUBLE, nats DOUBLE); "
        "CREATE TABLE group_customs (group_no INTEGER, people INTEGER, expected DOUBLE, nats DOUBLE)"
    )
    (facts,) = read_facts(store).values()
    assert facts.known.values["course_days"] == 23
    assert facts.known.values["course_visits_each_fortnight"] == pytest.approx(12 * 14 / 23)
