"""Comparison among like people, counted once more by hand from the claims of a small city's run."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from fraudgraph.records import NodeKind, Ring
from fraudgraph.rings import load_rings
from tests.story_city import Story


@pytest.fixture(scope="module")
def claims(story: Story) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(story.out / "fraudgraph.duckdb"), read_only=True) as con:
        return con.execute(
            "SELECT claim_id, patient_id, place_id, net_fund_amount, claim_type FROM claims WHERE counted ORDER BY claim_id"
        ).fetchall()


@pytest.fixture(scope="module")
def ring(story: Story) -> Ring:
    return next(ring for ring in load_rings(story.out) if ring.listed)


def people(ring: Ring) -> set[str]:
    return {m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT}


def test_a_place_is_compared_with_what_its_other_people_do(ring: Ring, claims: list[tuple[Any, ...]]) -> None:
    ours = people(ring)
    compared = [e for e in ring.evidence if e.kind in ("facility", "pharmacy")]
    assert compared
    anywhere: dict[str, int] = defaultdict(int)
    for _, person, _, _, _ in claims:
        anywhere[person] += 1
    for item in compared:
        place = next(m.entity_id for m in ring.members if f" {m.entity_id}:" in item.sentence_en)
        here: dict[str, int] = defaultdict(int)
        for _, person, where, _, _ in claims:
            if where == place:
                here[person] += 1
        assert item.observed == sum(count for person, count in here.items() if person in ours)
        others = [person for person in here if person not in ours]
        share = sum(here[person] for person in others) / sum(anywhere[person] for person in others)
        expected = share * sum(anywhere[person] for person in here if person in ours)
        assert item.expected == pytest.approx(expected, abs=1e-3)


def test_money_is_that_of_the_rings_people(ring: Ring, claims: list[tuple[Any, ...]]) -> None:
    (item,) = [e for e in ring.evidence if e.kind == "money"]
    ours = people(ring)
    met = {claim for e in ring.evidence if e.kind == "sittings" for claim in e.claim_ids}
    kinds = {kind == "inpatient" for claim, _, _, _, kind in claims if claim in met}
    total = sum(
        (fund for _, person, _, fund, kind in claims if person in ours and (kind == "inpatient") in kinds),
        Decimal(0),
    )
    assert item.observed == pytest.approx(float(total) / len(ours), abs=0.01)
    assert item.expected is not None and item.expected > 0


def test_nearly_every_sentence_has_its_comparison_and_its_claims(
    story: Story, claims: list[tuple[Any, ...]]
) -> None:
    known = {claim for claim, *_ in claims}
    kinds = set()
    for ring in load_rings(story.out):
        for item in ring.evidence:
            kinds.add(item.kind)
            assert item.observed is not None
            assert item.expected is not None, item.sentence_en
            assert item.claim_ids, item.sentence_en
            assert set(item.claim_ids) <= known
            assert "nan" not in item.sentence_en
    assert kinds >= {"sittings", "sitting", "money", "flag", "operator"}
    assert kinds & {"facility", "pharmacy"}


def test_like_people_come_to_far_fewer_of_most_listed_rings_meetings(story: Story) -> None:
    found = [
        e for ring in load_rings(story.out) if ring.listed for e in ring.evidence if e.kind == "attendance"
    ]
    far = [
        e for e in found if e.observed is not None and e.expected is not None and e.observed > 2 * e.expected
    ]
    assert len(far) > len(found) / 2 > 0, [e.sentence_en for e in found if e not in far]


def test_the_number_of_one_meeting_is_that_of_its_claims(story: Story) -> None:
    meetings = [item for ring in load_rings(story.out) for item in ring.evidence if item.kind == "sitting"]
    assert meetings
    with duckdb.connect(str(story.out / "fraudgraph.duckdb"), read_only=True) as con:
        for item in meetings:
            people, places, first, last = con.execute(
                "SELECT count(DISTINCT patient_id), count(DISTINCT place_id), min(event_date), max(event_date) FROM claims "
                "WHERE list_contains(?, claim_id)",
                [list(item.claim_ids)],
            ).fetchall()[0]
            assert item.observed == people - 1, item.sentence_en
            assert places == 1
            assert (last - first).days <= 30, "a wave of admissions at most"
            assert str(first) in item.sentence_zh
