"""Seed expansion: from three cards of a planted ring to the ring, with reasons, an end, and not to the neighbours."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudgraph.errors import UsageError
from fraudgraph.expansion import Seeds, expand_group, read_seeds
from fraudgraph.records import NodeKind
from fraudgraph.store import Store
from tests.story_city import Story

EASY = {"multi_card_buyer", "prescription_mill", "card_sweep", "staff_cards", "rotation", "slow_drip"}


def _planted(story: Story) -> dict[str, set[str]]:
    typology = {
        row["ring_id"]: row["typology"] for row in pq.read_table(story.truth / "rings.parquet").to_pylist()
    }
    rings: dict[str, set[str]] = {}
    for row in pq.read_table(story.truth / "ring_members.parquet").to_pylist():
        if row["entity_type"] == "patient" and typology[row["ring_id"]] in EASY:
            rings.setdefault(row["ring_id"], set()).add(row["entity_id"])
    return rings


def _patients(found: object) -> set[str]:
    return {m.entity_id for m in found.members if m.entity_type is NodeKind.PATIENT}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def grown(story: Story) -> list[tuple[set[str], set[str]]]:
    """Planted rings beside what grew from three of their cards."""
    with Store(story.out, read_only=True) as store:
        return [
            (ring, _patients(expand_group(store, Seeds(patients=tuple(sorted(ring)[:3])))))
            for _, ring in sorted(_planted(story).items())
        ]


def test_three_cards_bring_back_most_of_a_ring_and_few_strangers(
    grown: list[tuple[set[str], set[str]]],
) -> None:
    recovered = [len(found & ring) / len(ring) for ring, found in grown]
    strangers = [len(found - ring) / len(found) for ring, found in grown]
    assert len(grown) >= 2
    assert sum(recovered) / len(recovered) >= 0.8
    assert sum(strangers) / len(strangers) <= 0.2


def test_three_ordinary_people_stay_alone(story: Story) -> None:
    planted = {
        row["entity_id"] for row in pq.read_table(story.truth / "ring_members.parquet").to_pylist()
    } | {row["patient_id"] for row in pq.read_table(story.truth / "lookalikes.parquet").to_pylist()}
    with Store(story.out, read_only=True) as store:
        everybody = [
            row[0] for row in store.rows("SELECT DISTINCT patient_id FROM claims WHERE counted ORDER BY 1")
        ]
        ordinary = [who for who in everybody if who not in planted]
        for first in range(0, 3000, 600):
            found = expand_group(store, Seeds(patients=tuple(ordinary[first : first + 300 : 100])))
            assert len(_patients(found)) <= 4
            assert found.stop_reason
            assert found.stop_reason_zh


def test_everyone_has_a_reason_with_its_comparison(story: Story) -> None:
    ring = max(_planted(story).values(), key=lambda people: (len(people), sorted(people)))
    seeds = tuple(sorted(ring)[:3])
    with Store(story.out, read_only=True) as store:
        found = expand_group(store, Seeds(patients=seeds))
        again = expand_group(store, Seeds(patients=seeds[::-1]))
    people = [m for m in found.members if m.entity_type is NodeKind.PATIENT]
    assert {m.entity_id for m in people if m.seed} == set(seeds)
    assert all(m.reason and m.reason_zh for m in found.members)
    for member in people[3:]:
        by_company = member.p <= 1e-2 and (member.observed > member.expected or "shares" in member.reason)
        assert by_company or "of this run" in member.reason
    assert {(m.entity_type, m.entity_id) for m in again.members} == {
        (m.entity_type, m.entity_id) for m in found.members
    }
    assert any(m.entity_type in {NodeKind.FACILITY, NodeKind.PHARMACY} for m in found.members)


def test_the_limit_ends_a_group_and_says_so(story: Story) -> None:
    ring = max(_planted(story).values(), key=lambda people: (len(people), sorted(people)))
    with Store(story.out, read_only=True) as store:
        found = expand_group(store, Seeds(patients=tuple(sorted(ring)[:3])), most=5)
    assert len(_patients(found)) == 5
    assert found.stop_rule == "size"
    assert "5" in found.stop_reason


def test_a_tip_names_what_it_names(story: Story, tmp_path: Path) -> None:
    ring = sorted(next(iter(_planted(story).values())))[:3]
    tip = tmp_path / "tip.txt"
    tip.write_bytes(f"举报：{ring[0]}、{ring[1]}和{ring[2]}，电话 10086。".encode("gb18030"))
    with Store(story.out, read_only=True) as store:
        seeds, unknown = read_seeds(store, {"patient": f"{ring[0]}, nobody-9"}, tip)
        assert seeds.patients == tuple(ring)
        assert unknown == ("nobody-9",)
        with pytest.raises(UsageError, match="None of the 1 ids"):
            read_seeds(store, {"doctor": ring[0]}, None)
        with pytest.raises(UsageError, match="Nothing to start from"):
            read_seeds(store, {}, None)


def test_a_named_pharmacy_leads_to_the_cards_that_keep_company_there(story: Story) -> None:
    typology = {
        row["ring_id"]: row["typology"] for row in pq.read_table(story.truth / "rings.parquet").to_pylist()
    }
    rows = pq.read_table(story.truth / "ring_members.parquet").to_pylist()
    shops = [
        (row["ring_id"], row["entity_id"]) for row in rows
        if row["entity_type"] == "pharmacy" and typology[row["ring_id"]] in {"card_sweep", "multi_card_buyer", "staff_cards"}
    ]  # fmt: skip
    hits = 0
    with Store(story.out, read_only=True) as store:
        for ring_id, shop in sorted(shops):
            ring = {r["entity_id"] for r in rows if r["ring_id"] == ring_id and r["entity_type"] == "patient"}
            found = _patients(expand_group(store, Seeds(pharmacies=(shop,))))
            hits += len(found & ring) >= 0.5 * len(ring)
    assert hits >= 1


def test_works_on_a_run_copied_elsewhere_with_claims_only(story: Story, tmp_path: Path) -> None:
    shutil.copy(story.out / "fraudgraph.duckdb", tmp_path / "fraudgraph.duckdb")
    ring = sorted(next(iter(_planted(story).values())))
    with Store(tmp_path) as store:
        for table in ("group_members", "visits", "pair_meetings", "ring_names"):
            store.run(f"DROP TABLE IF EXISTS {table}")
        assert _patients(expand_group(store, Seeds(patients=tuple(ring[:3])))) >= set(ring[:3])


def _people_of_rings(story: Story) -> dict[str, set[str]]:
    people: dict[str, set[str]] = {}
    for row in pq.read_table(story.out / "ring_members.parquet").to_pylist():
        if row["entity_type"] == "patient":
            people.setdefault(row["ring_id"], set()).add(row["entity_id"])
    return people


def test_the_rest_of_the_ring_in_which_most_known_cards_stand_is_named_with_that_reason(
    story: Story,
) -> None:
    listed = [r["ring_id"] for r in pq.read_table(story.out / "rings.parquet").to_pylist() if r["listed"]]
    people = _people_of_rings(story)
    with Store(story.out, read_only=True) as store:
        for ring_id in listed:
            cards = tuple(sorted(people[ring_id])[:3])
            found = expand_group(store, Seeds(patients=cards))
            told = [m for m in found.members if f"in {ring_id} of this run" in m.reason]
            assert _patients(found) >= people[ring_id]
            assert bool(told) == ("of this run" in found.note) == ("本批次" in found.note_zh)


def test_a_group_with_a_lawful_explanation_brings_nobody_in(story: Story) -> None:
    lawful = {
        row["ring_id"]
        for row in pq.read_table(story.out / "explanations.parquet").to_pylist()
        if row["holds"]
    } - {r["ring_id"] for r in pq.read_table(story.out / "rings.parquet").to_pylist() if r["listed"]}
    people = _people_of_rings(story)
    assert lawful
    with Store(story.out, read_only=True) as store:
        for ring_id in sorted(lawful)[:4]:
            found = expand_group(store, Seeds(patients=tuple(sorted(people[ring_id])[:3])))
            assert not any(f"in {ring_id} of this run" in m.reason for m in found.members)
