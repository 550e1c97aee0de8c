"""The number that decided, for rings that were looked at and not put forward."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from fraudgraph.records import Explanation, Member, NodeKind, Ring, Role, Typology
from fraudgraph.rings.lookup import InRing, Known
from fraudgraph.rings.why_not import why_not
from fraudgraph.settings import Settings

MEMBER = Member(entity_type=NodeKind.PATIENT, entity_id="P1", role=Role.CARD_HOLDER, strength=0.9)
RING = Ring(
    ring_id="2025-10-007", rank=7, listed=False, score=-4.2, q_value=None, total_amount=Decimal(10), fund_amount=Decimal(8),
    excess_amount=Decimal(6), first_seen=date(2025, 1, 2), last_seen=date(2025, 10, 3), status="new", typology=Typology.CARD_SWEEP,
    summary_zh="", summary_en="", members=(MEMBER,),
)  # fmt: skip
HOME = Explanation(
    name="care_home", title_zh="养老机构", title_en="a care home", share=1.0, observed=0.9, threshold=0.6, holds=True,
    sentence_zh="九成年满七十", sentence_en="nine in ten are seventy",
)  # fmt: skip


def known(*rings: Ring, claim_count: int = 5) -> Known:
    return Known(
        kind=NodeKind.PATIENT, entity_id="P1", name="", claim_count=claim_count, total_amount=Decimal(0), fund_amount=Decimal(0),
        first_day=None, last_day=None, meeting_count=0, meetings=(), flags=(),
        rings=tuple(InRing(ring=ring, member=MEMBER) for ring in rings), outlier_score=None, peer_group="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ring", "settings", "stage", "observed", "needed"),
    [
        (RING, {}, "low_score", -4.2, 0.0),
        (RING, {"rings": {"list_score": 5.5}}, "low_score", -4.2, 5.5),
        (replace(RING, explanations=(HOME,)), {}, "explained", 0.9, 0.6),
        (replace(RING, score=9.0), {"referral": {"capacity": 3}}, "kept_off", 9.0, 0.0),
        (replace(RING, score=9.0, held_zh="已排除", held_en="cleared in May"), {}, "kept_off", 9.0, 0.0),
        (replace(RING, score=9.0, listed=True), {}, "listed", 9.0, None),
    ],
)
def test_a_ring_says_what_decided(
    ring: Ring, settings: dict[str, Any], stage: str, observed: float, needed: float | None
) -> None:
    found = why_not(cast(Any, None), known(ring), Settings.model_validate(settings))
    assert (found.stage, found.ring_id, found.observed, found.needed) == (
        stage,
        "2025-10-007",
        observed,
        needed,
    )
    assert "2025-10-007" in found.sentence_zh and "2025-10-007" in found.sentence_en
    if ring.held_en:
        assert "cleared in May" in found.sentence_en


def test_the_best_of_several_rings_counts() -> None:
    listed = replace(RING, ring_id="2025-10-001", rank=1, listed=True, score=30.0)
    assert why_not(cast(Any, None), known(RING, listed), Settings()).stage == "listed"


def test_who_has_no_claims_can_not_be_compared() -> None:
    assert why_not(cast(Any, None), known(claim_count=0), Settings()).stage == "no_claims"
