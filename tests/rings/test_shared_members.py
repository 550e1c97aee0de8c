"""Who leads it: what a ring's people share is a member under a keyed code, and who collects for most of them comes first."""

from pathlib import Path

import pytest

from fraudgraph.records import Member, NodeKind, Role
from fraudgraph.rings import load_rings
from fraudgraph.rings.shared_members import Shared, read_shared
from fraudgraph.store import Store
from tests.story_city import Story


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A group of six of six homes: five with one agent (who is insured too), three with one phone, two with one account."""
    made = Store(tmp_path)
    made.run(
        "CREATE TABLE patients (patient_id VARCHAR, name VARCHAR, phone VARCHAR, bank_account VARCHAR, agent_id VARCHAR, employer VARCHAR, household_id VARCHAR, address VARCHAR); "
        "INSERT INTO patients SELECT 'p' || i, '穆青' || i, CASE WHEN i <= 3 THEN '13812345678' ELSE '1390000000' || i END, CASE WHEN i <= 2 THEN '6222020200001234' END, "
        "CASE WHEN i <= 5 THEN 'p9' END, NULL, 'h' || i, NULL FROM range(1, 10) AS t(i); "
        "CREATE TABLE patient_codes AS SELECT 'p' || i AS patient_id, CAST(i AS INTEGER) AS patient FROM range(1, 10) AS t(i); "
        "CREATE TABLE group_members AS SELECT 1 AS group_no, unnest(range(1, 7)) AS patient; "
        "CREATE TABLE claims AS SELECT 'c' || i AS claim_id, 'p' || i AS patient_id, true AS counted FROM range(1, 10) AS t(i); "
        "CREATE TABLE member_claims AS SELECT 1 AS group_no, 'c' || i AS claim_id, 'p' || i AS patient_id, 1 AS session_no, CAST(10 * i AS DECIMAL(16,2)) AS fund_amount FROM range(1, 7) AS t(i)"
    )
    return made


def by_kind(store: Store, key: str = "k") -> dict[NodeKind, Shared]:
    return {one.member.entity_type: one for one in read_shared(store, key).get(1, ())}


def test_the_agent_of_five_of_six_is_called_a_possible_organiser_with_the_number(store: Store) -> None:
    agent = by_kind(store)[NodeKind.AGENT].member
    assert agent.role is Role.ORGANISER
    assert agent.strength == round(5 / 6, 4)
    assert agent.name == "穆青9"  # the agent is insured: the register names them
    assert "5 of the 6 people, of 5 households" in agent.reason_en
    assert (agent.claim_count, float(agent.fund_amount)) == (5, 150.0)


def test_a_shared_phone_is_a_member_and_no_organiser_and_what_two_share_is_none(store: Store) -> None:
    found = by_kind(store)
    assert found[NodeKind.PHONE].member.role is Role.SHARED
    assert found[NodeKind.PHONE].member.name == "138****5678"
    assert NodeKind.ACCOUNT not in found


def test_one_family_with_one_agent_is_no_ring_with_an_organiser(store: Store) -> None:
    """The innocent twin: the same five people, one home."""
    store.run("UPDATE patients SET household_id = 'home'")
    assert by_kind(store) == {}
    store.run("UPDATE patients SET household_id = CASE WHEN patient_id = 'p1' THEN 'other' ELSE 'home' END")
    assert by_kind(store)[NodeKind.AGENT].member.role is Role.SHARED


def test_a_hotline_or_a_committee_that_acts_for_everybody_is_nobodys_agent(store: Store) -> None:
    store.run(
        "INSERT INTO patients SELECT 'q' || i, NULL, '13812345678', NULL, 'p9', NULL, 'x' || i, NULL FROM range(80) AS t(i)"
    )
    assert by_kind(store) == {}


def test_a_device_that_three_cards_were_shown_to_is_a_member(store: Store) -> None:
    store.run(
        "CREATE TABLE claim_details AS SELECT 'c' || i AS claim_id, 'dev-778899' AS device_id FROM range(1, 5) AS t(i)"
    )
    device = by_kind(store)[NodeKind.DEVICE].member
    assert (device.role, device.name) == (Role.ORGANISER, "****8899")


def test_a_code_says_nothing_by_itself_and_stays_with_its_key(store: Store) -> None:
    one, again, other = (by_kind(store, key)[NodeKind.PHONE].member.entity_id for key in ("k", "k", "l"))
    assert one == again != other
    assert one.startswith("T-") and "138" not in one
    own = by_kind(store, "")[NodeKind.PHONE].member.entity_id
    assert own == by_kind(store, "")[NodeKind.PHONE].member.entity_id != one


def test_in_a_city_the_agent_of_an_identity_ring_stands_first(story: Story) -> None:
    led = {
        ring.ring_id: [m for m in ring.members if m.role is Role.ORGANISER] for ring in load_rings(story.out)
    }
    shared: list[Member] = [m for members in led.values() for m in members if m.entity_type is NodeKind.AGENT]
    assert shared, "the city holds a ring that shares an agent"
    for ring in load_rings(story.out):
        told = [e.sentence_zh for e in ring.evidence if e.kind == "identity"]
        for member in led[ring.ring_id]:
            if member.entity_type is NodeKind.AGENT:
                assert any(member.entity_id in sentence for sentence in told)
