"""Chains of shared phones and accounts are a ring of their own, or tie pieces together; homes, villages and few people are not."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from fraudgraph.groups import search_groups
from fraudgraph.meetings import find_meetings
from fraudgraph.rings import assemble_rings
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

CHAIN = tuple(f"C{number}" for number in range(8))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def town(*, address: str | None = None, village: str | None = None, people: int = 8) -> World:
    """Two thousand people with phones of their own; the chain's people share a phone two by two and never meet."""
    world = World()
    for number in range(2000):
        world.person(
            f"P{number:04d}", phone=f"1390000{number:04d}", bank_account=f"6333{number:04d}", address=f"{number} Hill Road",
            residence_code=f"V{number % 40:02d}", household_id=f"F{number:03d}",
        )  # fmt: skip
        world.visit(f"P{number:04d}", f"H{number % 9}", date(2025, 1, 6) + timedelta(days=number % 200))
    for number, person in enumerate(CHAIN[:people]):
        world.person(
            person, phone=f"1380000000{number // 2}", bank_account=f"62220000{(number + 1) // 2}",
            address=address or f"{number} Lake Road", household_id=f"G{number}",
            residence_code=village or f"V{number:02d}",
        )  # fmt: skip
        world.visit(person, f"H{number}", date(2025, 2, 3) + timedelta(days=17 * number))
    return world


def groups(store: Store, world: World) -> list[set[str]]:
    find_meetings(world.fill(store), Settings().meetings)
    search_groups(store, Settings().groups, seed=1, min_patients=4)
    return [
        set(people)
        for _, people in store.rows(
            "SELECT g.group_no, list(c.patient_id) FROM group_members AS g JOIN patient_codes AS c ON c.patient = g.patient "
            "GROUP BY g.group_no ORDER BY g.group_no"
        )
    ]


def test_a_chain_of_shared_phones_and_accounts_is_a_group_without_a_single_meeting(store: Store) -> None:
    assert groups(store, town()) == [set(CHAIN)]


@pytest.mark.parametrize(
    "world",
    [town(address="1 Home Street"), town(village="V77"), town(people=5)],
    ids=["one home", "one village", "few people"],
)
def test_homes_villages_and_few_people_are_no_such_group(store: Store, world: World) -> None:
    assert groups(store, world) == []


def test_pieces_that_meetings_found_become_one(store: Store) -> None:
    world = town()
    for piece, place in ((CHAIN[:4], "K1"), (CHAIN[4:], "K2")):
        for number in range(8):
            for late, person in enumerate(piece):
                at = f"2025-0{1 + number % 6}-1{number} 09:{10 + late}"
                world.purchase(person, place, at)
    for number in range(2000):
        world.purchase(f"P{number:04d}", f"K{1 + number % 2}", f"2025-0{1 + number % 6}-{1 + number % 28:02d} {8 + number % 9:02d}:{number % 60:02d}")  # fmt: skip
    assert groups(store, world) == [set(CHAIN)]


def test_such_a_ring_is_listed_for_its_identities_alone(store: Store) -> None:
    groups(store, town())
    store.run(
        "CREATE TABLE flags (model VARCHAR, subject_type VARCHAR, subject_id VARCHAR, member_ids VARCHAR[], claim_ids VARCHAR[], "
        "amount DECIMAL(16,2), strength DOUBLE, facts VARCHAR)"
    )
    store.run(
        "CREATE TABLE outliers (entity_type VARCHAR, entity_id VARCHAR, score DOUBLE, peer_group VARCHAR, reasons VARCHAR)"
    )
    (candidate,) = assemble_rings(store, Settings().rings)
    assert candidate.ring.listed
    assert candidate.ring.typology == "shared_identity"
    points = {part.name: part.points for part in candidate.ring.parts}
    assert points["identity"] > 6
    assert points["identity"] == max(points.values()), "its identities, not that it met, put it there"
    assert "no money is counted" in candidate.ring.summary_en
    assert all(member.reason_en.startswith("shares a phone") for member in candidate.ring.members)
