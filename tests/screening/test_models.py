"""Every model flags what it must, leaves its lawful look-alikes alone, and keeps the contract of the design's section 6."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from fraudgraph.records import Screen
from fraudgraph.screening import check_screen, load_screens, reason_sentence, screen_claims
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations import Case, all_cases
from fraudgraph.synthetic.violations.world import World

SCREENS = {screen.id: screen for screen in load_screens()}
MODELS = [pytest.param(screen, id=screen.id) for screen in SCREENS.values()]
CASES = [
    pytest.param(case, id=f"{case.model}-{case.kind}-{number}-{case.name}")
    for number, case in enumerate(all_cases())
]
FLAG_COLUMNS = (
    "model",
    "subject_type",
    "subject_id",
    "member_ids",
    "claim_ids",
    "amount",
    "strength",
    "facts",
)


def flags(
    store: Store, world: World, screen: Screen, settings: ScreeningSettings | None = None
) -> list[dict[str, Any]]:
    world.fill(store)
    report = screen_claims(store, settings or ScreeningSettings(), screens=[screen])
    (outcome,) = report.outcomes
    assert outcome.state == "ran", outcome.reason_en
    rows = store.rows("SELECT * FROM flags")
    assert outcome.hits == len(rows)
    return [dict(zip(FLAG_COLUMNS, row, strict=True)) for row in rows]


def plain_case(screen: Screen) -> World:
    world = World()
    next(case for case in all_cases() if case.model == screen.id and case.kind == "fires").build(world)
    return world


@pytest.mark.parametrize("case", CASES)
def test_case(store: Store, case: Case) -> None:
    world = World()
    case.build(world)
    found = flags(store, world, SCREENS[case.model])
    assert bool(found) == case.should_fire, found


@pytest.mark.parametrize("screen", MODELS)
def test_every_exclusion_and_both_sides_of_the_threshold_have_a_case(screen: Screen) -> None:
    own = [case for case in all_cases() if case.model == screen.id]
    kinds = Counter(case.kind for case in own)
    assert all(kinds[kind] for kind in ("fires", "inside", "outside"))
    named = {case.name for case in own if case.kind == "silent"} | {"refunded claims"}
    assert set(screen.exclusions) <= named
    assert {case.name for case in own if case.kind == "silent"} <= set(screen.exclusions)
    assert screen.exclusions


@pytest.mark.parametrize("screen", MODELS)
def test_the_card_and_the_select_agree(screen: Screen) -> None:
    check_screen(screen)


@pytest.mark.parametrize("screen", MODELS)
def test_flags_are_money_and_strength_within_bounds_and_say_why(store: Store, screen: Screen) -> None:
    for flag in flags(store, plain_case(screen), screen):
        assert flag["amount"] >= 0
        assert 0 <= flag["strength"] <= 1
        assert flag["claim_ids"] == sorted(set(flag["claim_ids"]))
        assert flag["member_ids"] == sorted(set(flag["member_ids"]))
        for lang in ("zh", "en"):
            sentence = reason_sentence(screen, flag, lang)
            assert "{" not in sentence
            assert "None" not in sentence


@pytest.mark.parametrize("screen", MODELS)
def test_money_is_not_multiplied_by_lines_or_joins(store: Store, screen: Screen) -> None:
    for flag in flags(store, plain_case(screen), screen):
        known, billed = store.one(
            "SELECT count(*), coalesce(sum(net_total_amount), 0) FROM claims WHERE list_contains($ids, claim_id)",
            ids=flag["claim_ids"],
        )
        if (
            known == len(flag["claim_ids"]) > 0
        ):  # a deleted record, or a stock ledger, has no claim to compare with
            assert flag["amount"] <= billed


@pytest.mark.parametrize("screen", MODELS)
def test_the_order_of_rows_does_not_matter(store: Store, screen: Screen) -> None:
    first = flags(store, plain_case(screen), screen)
    assert first
    for seed in (1, 2):
        assert flags(store, plain_case(screen).shuffled(seed), screen) == first


@pytest.mark.parametrize("screen", [entry for entry in MODELS if "claims.counted" in entry.values[0].columns])
def test_what_was_wholly_refunded_did_not_take_place(store: Store, screen: Screen) -> None:
    world = plain_case(screen)
    world.refund_everything()
    assert flags(store, world, screen) == []


@pytest.mark.parametrize("screen", MODELS)
def test_a_model_judges_only_by_the_law_of_the_day(store: Store, screen: Screen) -> None:
    world = plain_case(screen)
    world.shift_days = -366 * 12
    assert flags(store, world, screen) == []


@pytest.mark.parametrize("screen", MODELS)
def test_amounts_come_as_decimals(store: Store, screen: Screen) -> None:
    assert all(isinstance(flag["amount"], Decimal) for flag in flags(store, plain_case(screen), screen))
