"""Models made on site: written, tried, shared; and what they can't do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fraudgraph.errors import ModelError, UsageError
from fraudgraph.records import Screen
from fraudgraph.screening import check_screen, load_screens, parse_screen, screen_claims
from fraudgraph.screening.site import export_screens, import_screens, new_screen
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World, day


@pytest.fixture
def world(store: Store) -> World:
    world = World()
    for number in range(12):
        world.purchase("p1", "P1", day("2025-03-01", number * 2))
    world.fill(store)
    return world


def test_a_new_model_works_as_it_stands(store: Store, world: World, tmp_path: Path) -> None:
    path = new_screen("own_model", tmp_path)
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[parse_screen(path)]).outcomes
    assert (outcome.state, outcome.hits) == ("ran", 1)
    assert store.one("SELECT subject_id, len(claim_ids) FROM flags") == ("p1", 12)


def test_new_models_get_free_ids_and_names(tmp_path: Path) -> None:
    first, second = (parse_screen(new_screen(name, tmp_path)) for name in ("one_model", "two_model"))
    assert first.id != second.id
    for name in ("one_model", "split_stay", "Bad Name", "../up"):
        with pytest.raises(UsageError):
            new_screen(name, tmp_path)


def test_models_of_the_workspace_run_with_the_built_in_ones_and_a_bad_one_stops_nobody(
    store: Store, world: World, tmp_path: Path
) -> None:
    new_screen("own_model", tmp_path)
    new_screen("bad_model", tmp_path).write_text("SELECT 1", encoding="utf-8")
    report = screen_claims(store, ScreeningSettings(), extra_dir=tmp_path)
    states = {outcome.model: outcome.state for outcome in report.outcomes}
    assert states["S001"] == "ran"
    assert states["bad_model"] == "failed"
    assert states["M001"] == "ran"
    assert len(report.outcomes) == len(load_screens()) + 2


def test_a_newer_version_takes_the_place_of_the_older_and_the_older_stays_listed(
    store: Store, world: World, tmp_path: Path
) -> None:
    first = parse_screen(new_screen("own_model", tmp_path))
    second = replace(first, version=2)
    report = screen_claims(store, ScreeningSettings(), screens=[first, second])
    assert [(outcome.version, outcome.state) for outcome in report.outcomes] == [(1, "retired"), (2, "ran")]
    assert store.rows("SELECT version, state, hits FROM screen_runs ORDER BY version") == [
        (1, "retired", 0),
        (2, "ran", 1),
    ]


def test_a_retired_model_stays_listed_and_does_not_run(store: Store, world: World, tmp_path: Path) -> None:
    retired = replace(parse_screen(new_screen("own_model", tmp_path)), status="retired")
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[retired]).outcomes
    assert (outcome.state, outcome.hits) == ("retired", 0)


def with_facts(screen: Screen, inner: str) -> Screen:
    """The model with a sub-query of its author's choice among its facts."""
    return replace(
        screen,
        parameters=(),
        sql="SELECT 'x' AS subject_id, ['x'] AS member_ids, CAST([] AS VARCHAR[]) AS claim_ids, CAST(0 AS DECIMAL(16,2)) AS amount, "
        f"CAST(0.5 AS DOUBLE) AS strength, {{'month': 1, 'purchase_count': CAST(({inner}) AS VARCHAR)}} AS facts",
    )


HOSTILE = [
    "SELECT content FROM read_text('{secret}')",
    "SELECT any_value(COLUMNS(*)) FROM read_csv('{secret}', header = false)",
    "SELECT any_value(COLUMNS(*)) FROM '{secret}'",
    "SELECT count(*) FROM glob('{folder}/*')",
    "SELECT content FROM read_blob('{secret}')",
    "SELECT content FROM read_text('https://example.org/')",
    "SELECT getenv('HOME')",
    "SELECT count(*) FROM world",
    "SELECT count(*) FROM parquet_metadata('{secret}')",
    "SELECT count(*) FROM sniff_csv('{secret}')",
    "SELECT count(*) FROM duckdb_secrets()",
    "SELECT content FROM read_text('{copy}')",
]


@pytest.mark.parametrize("inner", HOSTILE)
def test_a_model_reads_no_files_no_network_no_environment(
    store: Store, world: World, tmp_path: Path, inner: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret\n", encoding="utf-8")
    base = parse_screen(new_screen("own_model", tmp_path / "screens"))
    copy = store.folder / "site_models.duckdb"
    hostile = with_facts(base, inner.format(secret=secret, folder=tmp_path, copy=copy))
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[hostile]).outcomes
    assert outcome.state == "failed", outcome
    assert store.count("flags") == 0


@pytest.mark.parametrize(
    "sql",
    [
        "COPY claims TO '{folder}/out.csv'",
        "ATTACH '{folder}/out.duckdb'",
        "DROP TABLE claims",
        "UPDATE claims SET fund_amount = 0",
        "CREATE TABLE mine AS SELECT 1",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "EXPORT DATABASE '{folder}/out'",
        "CALL force_checkpoint()",
        "WITH gone AS (DELETE FROM claims RETURNING claim_id) SELECT * FROM gone",
        "SELECT 1) AS asked; DROP TABLE claims; SELECT * FROM (SELECT 1",
        "SELECT 1; DELETE FROM claims",
    ],
)
def test_a_model_that_is_more_than_one_select_is_refused(
    store: Store, world: World, tmp_path: Path, sql: str
) -> None:
    base = parse_screen(new_screen("own_model", tmp_path / "screens"))
    hostile = replace(base, parameters=(), sql=sql.format(folder=tmp_path))
    with pytest.raises(ModelError):
        check_screen(hostile)
    before = store.count("claims")
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[hostile]).outcomes
    assert outcome.state == "failed"
    assert store.count("claims") == before > 0
    assert not list(tmp_path.glob("out*"))


def test_a_model_of_ones_own_that_never_ends_is_stopped(store: Store, world: World, tmp_path: Path) -> None:
    base = parse_screen(new_screen("own_model", tmp_path))
    endless = with_facts(
        base,
        "SELECT count(*) FROM range(4000000) AS a(x), range(4000000) AS b(y) WHERE x * y % 7919 = (SELECT count(*) FROM claims)",
    )
    endless = replace(endless, sql=endless.sql + " WHERE (SELECT count(*) FROM claims) > 0")
    (outcome,) = screen_claims(store, ScreeningSettings(max_seconds=0.5), screens=[endless]).outcomes
    assert outcome.state == "failed"
    assert "stopped after 0.5 s" in outcome.reason_en


def test_a_set_of_models_travels_with_its_hash(tmp_path: Path) -> None:
    path = new_screen("own_model", tmp_path / "ours")
    digest = export_screens(tmp_path / "ours", tmp_path / "set.json")
    written, same = import_screens(tmp_path / "set.json", tmp_path / "theirs")
    assert same == digest
    assert [one.name for one in written] == [path.name]
    assert (tmp_path / "theirs" / path.name).read_bytes() == path.read_bytes()


def test_a_set_that_was_changed_on_the_way_is_refused(tmp_path: Path) -> None:
    new_screen("own_model", tmp_path / "ours")
    export_screens(tmp_path / "ours", tmp_path / "set.json")
    held = json.loads((tmp_path / "set.json").read_text(encoding="utf-8"))
    held["models"]["own_model.sql"] += " "
    (tmp_path / "set.json").write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(ModelError, match="do not match the hash"):
        import_screens(tmp_path / "set.json", tmp_path / "theirs")
    held["models"] = {"../escape.sql": "SELECT 1"}
    (tmp_path / "set.json").write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(ModelError, match="is no set"):
        import_screens(tmp_path / "set.json", tmp_path / "theirs")
    assert not (tmp_path / "theirs").exists()
