"""A run says of every model whether it ran and why not; one bad model never stops the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fraudgraph.errors import SettingsError
from fraudgraph.screening import load_screens, screen_claims
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

SCREENS = {screen.id: screen for screen in load_screens()}


@pytest.fixture
def world() -> World:
    world = World()
    world.person("p1", death_date="2025-03-01")
    world.visit("p1", "H1", "2025-04-01 10:00")
    return world


def test_a_model_whose_column_was_not_delivered_is_off_and_names_it(store: Store, world: World) -> None:
    world.fill(store)
    store.run("UPDATE column_catalog SET delivered = FALSE WHERE column_name = 'death_date'")
    report = screen_claims(store, ScreeningSettings(), screens=[SCREENS["M001"], SCREENS["M004"]])
    off, ran = report.outcomes
    assert (off.model, off.state) == ("M001", "off")
    assert "patients.death_date" in off.reason_en
    assert "死亡日期" in off.reason_zh
    assert ran.state == "ran"
    assert report.ran == (ran,)
    assert report.not_run == (off,)


def test_a_model_that_needs_a_clock_is_off_without_one(store: Store) -> None:
    world = World()
    world.visit("p1", "H1", "2025-04-01")
    world.fill(store)
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[SCREENS["M078"]]).outcomes
    assert outcome.state == "off"
    assert "claims.event_at" in outcome.reason_en


def test_a_model_can_be_switched_off_and_its_threshold_moved(store: Store, world: World) -> None:
    world.fill(store)
    (off,) = screen_claims(store, ScreeningSettings(off=("M001",)), screens=[SCREENS["M001"]]).outcomes
    assert off.state == "off"
    kept = ScreeningSettings(parameters={"M001": {"grace_days": 60}})
    assert screen_claims(store, kept, screens=[SCREENS["M001"]]).outcomes[0].hits == 0
    assert screen_claims(store, ScreeningSettings(), screens=[SCREENS["M001"]]).outcomes[0].hits == 1


@pytest.mark.parametrize(
    "settings",
    [
        ScreeningSettings(off=("M01",)),
        ScreeningSettings(parameters={"M01": {}}),
        ScreeningSettings(parameters={"M001": {"grace_day": 3}}),
        ScreeningSettings(parameters={"M001": {"grace_days": "three"}}),
    ],
)
def test_a_setting_that_fits_no_model_names_what_would(
    store: Store, world: World, settings: ScreeningSettings
) -> None:
    world.fill(store)
    with pytest.raises(SettingsError) as raised:
        screen_claims(store, settings, screens=[SCREENS["M001"]])
    assert "M001" in raised.value.message_en


def test_a_model_that_fails_leaves_no_hits_and_the_others_go_on(store: Store, world: World) -> None:
    world.fill(store)
    broken = replace(SCREENS["M001"], id="M000", sql=SCREENS["M001"].sql.replace("sum(c.net", "-sum(c.net"))
    failed, ran = screen_claims(store, ScreeningSettings(), screens=[broken, SCREENS["M001"]]).outcomes
    assert (failed.state, ran.state) == ("failed", "ran")
    assert "negative" in failed.reason_en
    assert {model for (model,) in store.rows("SELECT DISTINCT model FROM flags")} == {"M001"}


def test_a_model_that_takes_too_long_is_stopped(store: Store, world: World) -> None:
    world.fill(store)
    endless = replace(
        SCREENS["M001"],
        id="M000",
        parameters=(),
        sql="SELECT CAST(count(*) AS VARCHAR) AS subject_id, ['a'] AS member_ids, ['c'] AS claim_ids, "
        "CAST(0 AS DECIMAL(16,2)) AS amount, 0.5::DOUBLE AS strength, {'death_date': 1, 'first_date': 1} AS facts "
        "FROM range(CASE WHEN (SELECT count(*) FROM claims) > 0 THEN 3000000 ELSE 0 END) a, range(3000000) b WHERE hash(a.range + b.range) = 7",
    )
    settings = ScreeningSettings(max_seconds=0.3)
    stopped, ran = screen_claims(store, settings, screens=[endless, SCREENS["M001"]]).outcomes
    assert stopped.state == "failed"
    assert "stopped after 0.3 s" in stopped.reason_en
    assert stopped.seconds < 30
    assert ran.state == "ran"
