"""A ring's q-value: what chance makes of the same claims when people are dealt out anew inside each place."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fraudgraph.groups import find_blocks, find_clienteles, find_groups, find_parts, find_steering
from fraudgraph.meetings import find_meetings
from fraudgraph.pipeline import run
from fraudgraph.progress import NullProgress
from fraudgraph.rings import assemble_rings, calibrate_rings, load_rings
from fraudgraph.rings.calibrate import q_values
from fraudgraph.settings import Settings, load_settings
from fraudgraph.store import Store
from tests.groups.test_blocks import county

SHUFFLES = 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def test_the_share_that_chance_would_make_never_rises_with_the_score() -> None:
    found = np.array([40.0, 30.0, 20.0, 10.0, 5.0, 0.0])
    chance = np.array([0.0, 3.0, 8.0, 12.0, 12.0])
    q = q_values(found, chance, shuffles=4)
    assert q == pytest.approx([1 / 15, 1 / 15, 1 / 15, 3 / 5 / 4, 4 / 5 / 5, 1.0])
    assert (np.diff(q) >= 0).all()


def test_where_chance_makes_as_many_nothing_is_promised() -> None:
    scores = np.array([9.0, 8.0, 7.0])
    assert (q_values(scores, np.repeat(scores, 50), shuffles=50) > 0.95).all()


def test_people_are_dealt_out_anew_inside_their_places_and_nothing_else_changes(store: Store) -> None:
    county(ring=True).fill(store)
    sql = (Path(__file__).parents[2] / "fraudgraph/rings/sql/shuffled_claims.sql").read_text(encoding="utf-8")
    for seed in (1, 2):
        store.run(f"CREATE OR REPLACE TABLE dealt_{seed} AS {sql}", seed=seed)
        assert store.one(
            f"SELECT count(*), count(DISTINCT claim_id), sum(net_total_amount) FROM dealt_{seed}"
        ) == store.one(
            "SELECT count(*), count(DISTINCT claim_id), sum(net_total_amount) FROM claims WHERE counted"
        )
        for kept in ("place_id, event_at", "place_id, patient_id"):
            assert store.rows(f"SELECT DISTINCT {kept} FROM dealt_{seed} ORDER BY ALL") == store.rows(
                f"SELECT DISTINCT {kept} FROM claims WHERE counted ORDER BY ALL"
            )
    (moved,) = store.one(
        "SELECT count(*) FROM dealt_1 JOIN claims USING (claim_id) WHERE dealt_1.patient_id <> claims.patient_id"
    )
    (other,) = store.one(
        "SELECT count(*) FROM dealt_1 JOIN dealt_2 USING (claim_id) WHERE dealt_1.patient_id <> dealt_2.patient_id"
    )
    (every,) = store.one("SELECT count(*) FROM claims WHERE counted")
    assert moved > 0.8 * every
    assert other > 0.8 * every


def test_the_tables_of_the_run_are_left_as_they_were(store: Store) -> None:
    county(ring=True).fill(store)
    settings = load_settings(shuffles=1)
    find_meetings(store, settings.meetings)
    find_groups(store, settings.groups, seed=1, min_patients=4)
    find_parts(store, min_patients=4)
    find_steering(store, min_patients=4)
    find_clienteles(store, min_patients=4)
    find_blocks(store, min_patients=4)
    store.run("CREATE TABLE flags (model VARCHAR, subject_id VARCHAR, claim_ids VARCHAR[])")
    store.run("CREATE TABLE outliers (entity_type VARCHAR, entity_id VARCHAR, score DOUBLE)")
    found = assemble_rings(store, settings.rings)
    before = store.rows("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL")
    members = store.rows("SELECT * FROM group_members ORDER BY ALL")
    calibrated = calibrate_rings(store, found, settings, progress=NullProgress())
    assert store.rows("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL") == before
    assert store.rows("SELECT * FROM group_members ORDER BY ALL") == members
    assert all(0 < (c.ring.q_value or 0) <= 1 for c in calibrated)


def test_a_run_that_was_asked_to_gives_every_ring_its_q_value(story_city: Path, tmp_path: Path) -> None:
    run([story_city], tmp_path / "out", settings=load_settings(shuffles=SHUFFLES))
    rings = load_rings(tmp_path / "out")
    listed = [ring for ring in rings if ring.listed]
    assert listed
    assert all(ring.q_value is not None and 0 < ring.q_value < 0.5 for ring in listed)
    assert Settings().calibration.shuffles == 0
