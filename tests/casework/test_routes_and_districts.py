"""Routes come from thresholds that are settings; a district sees its own persons and nobody else's."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from fraudgraph.casework.routes import routes_of
from fraudgraph.jobs.district_lists import ring_for_district
from fraudgraph.records import Evidence, Member, NodeKind, Ring, Role, Typology
from fraudgraph.settings import RouteSettings

SETTINGS = RouteSettings()


def member(kind: NodeKind, name: str, shown: str = "") -> Member:
    return Member(entity_type=kind, entity_id=name, role=Role.CARD_HOLDER, strength=1.0, name=shown)


def ring(excess: str, *members: Member) -> Ring:
    return Ring(
        ring_id="R-2025-0001", rank=1, listed=True, score=50.0, q_value=None, total_amount=Decimal(excess), fund_amount=Decimal(excess),
        excess_amount=Decimal(excess), first_seen=date(2025, 1, 1), last_seen=date(2025, 6, 1), status="new", typology=Typology.CARD_SWEEP,
        summary_zh="摘要", summary_en="summary", members=members,
    )  # fmt: skip


PATIENTS = tuple(member(NodeKind.PATIENT, f"P{i}") for i in range(5))
PLACE = member(NodeKind.PHARMACY, "P37020200001")


def names(found: Ring, models: tuple[str, ...] = (), settings: RouteSettings = SETTINGS) -> list[str]:
    return [route.name for route in routes_of(found, models, settings)]


def test_the_police_are_suggested_from_the_amount_in_the_settings_on() -> None:
    assert names(ring("10000.00", *PATIENTS, PLACE)) == ["police", "agreement"]
    assert names(ring("9999.99", *PATIENTS, PLACE)) == ["agreement"]
    assert names(ring("9999.99", *PATIENTS, PLACE), settings=RouteSettings(police_yuan=6000)) == [
        "police",
        "agreement",
    ]
    assert names(ring("99999.00", *PATIENTS[:3], PLACE)) == ["agreement"], (
        "three people are no organised matter"
    )


def test_flags_suggest_the_authority_that_they_concern() -> None:
    assert names(ring("1.00", *PATIENTS, PLACE), ("M111", "M072", "M093", "M001")) == [
        "discipline",
        "market",
        "health",
        "agreement",
    ]


def test_a_ring_without_places_and_much_money_stays_with_the_bureau() -> None:
    (route,) = routes_of(ring("1.00", *PATIENTS), (), SETTINGS)
    assert route.name == "bureau"
    assert "第41条" in route.source


def test_every_route_names_its_reason_and_legal_source() -> None:
    for route in routes_of(ring("50000.00", *PATIENTS, PLACE), ("M111", "M072", "M093"), SETTINGS):
        assert route.reason_zh
        assert route.reason_en
        assert "《" in route.source or "号" in route.source


def test_a_district_sees_its_own_persons_and_no_sentence_that_names_another() -> None:
    def said(text: str, *claims: str) -> Evidence:
        return Evidence(
            evidence_id="E1",
            kind="sitting",
            sentence_zh=text,
            sentence_en="",
            observed=1.0,
            expected=0.1,
            claim_ids=claims,
        )

    whole = replace(
        ring("50000.00", *PATIENTS, PLACE, member(NodeKind.DOCTOR, "D1", "穆青")),
        evidence=(
            said("这 5 人同时出现", "c0", "c4"),
            said("P4 与 P0 共用电话", "c4"),
            said("医师穆青开方", "c0"),
        ),
    )
    homes = {("patient", f"P{i}"): "370202" if i < 3 else "370203" for i in range(5)}
    homes["pharmacy", "P37020200001"] = "370202"
    owner = {"c0": "P0", "c4": "P4"}
    west = ring_for_district(whole, "370202", homes, owner)
    assert west is not None
    assert {m.entity_id for m in west.members} == {"P0", "P1", "P2", "P37020200001", "D1"}
    assert [(one.sentence_zh, one.claim_ids) for one in west.evidence] == [
        ("这 5 人同时出现", ("c0",)),
        ("医师穆青开方", ("c0",)),
    ]
    assert "另有其他区划成员 2 名" in west.summary_zh
    east = ring_for_district(whole, "370203", homes, owner)
    assert east is not None
    assert {m.entity_id for m in east.members if m.entity_type is NodeKind.PATIENT} == {"P3", "P4"}
    assert ring_for_district(whole, "370211", homes, owner) is None
