"""Peer-group outliers: the odd stand out among their peers, the large and the ordinary do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import sqlglot
from scipy.stats import spearmanr

from fraudgraph.outliers.kinds import KINDS, PATIENT_FLOOR
from fraudgraph.outliers.peers import PeerGroup, compare, distance, peer_groups
from fraudgraph.outliers.scoring import OutlierReport, score_outliers, second_opinion
from fraudgraph.records import NodeKind
from fraudgraph.settings import OutlierSettings
from fraudgraph.sql.translate import forbidden_in, select_of, to_spark
from fraudgraph.store import Store
from tests.outliers.world import PLACES, Town, open_town

SEED = 5
USUAL = Town()
ODD_AND_TWIN = [
    ("pharmacy", "K007", "K008", {"next_to_another_ratio", "off_hours_share", "equal_amount_share"}),
    ("facility", "H007", "H008", {"next_to_another_ratio", "off_hours_share", "equal_amount_share"}),
    ("doctor", "D007", "D008", {"visits_per_day", "same_minute_ratio", "top_pharmacy_share"}),
    ("patient", "P0007", "P0008", {"many_places_day_share", "days_between_visits", "busiest_week_visits"}),
]


def _scored(folder: Path, town: Town = USUAL, min_peers: int = 20) -> tuple[Store, OutlierReport]:
    store = open_town(folder, town)
    return store, score_outliers(store, OutlierSettings(min_peers=min_peers), seed=SEED)


def _bytes(store: Store, folder: Path) -> bytes:
    path = folder / "outliers.parquet"
    store.write_parquet("SELECT * FROM outliers ORDER BY entity_type, score DESC, entity_id", path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, OutlierReport]]:
    store, report = _scored(tmp_path_factory.mktemp("town"))
    yield store, report
    store.close()


@pytest.fixture(scope="module")
def found(town: tuple[Store, OutlierReport]) -> dict[str, tuple[float, list[dict[str, Any]]]]:
    rows = town[0].rows("SELECT entity_id, score, reasons FROM outliers")
    return {name: (score, json.loads(reasons)) for name, score, reasons in rows}


@pytest.mark.parametrize(("kind", "odd", "twin", "expected"), ODD_AND_TWIN)
def test_the_odd_stand_out_and_their_equally_large_twin_does_not(
    town: tuple[Store, OutlierReport],
    found: dict[str, tuple[float, list[dict[str, Any]]]],
    kind: str,
    odd: str,
    twin: str,
    expected: set[str],
) -> None:
    ((first, score),) = town[0].rows(
        "SELECT entity_id, score FROM outliers WHERE entity_type = $kind ORDER BY score DESC, entity_id LIMIT 1",
        kind=kind,
    )
    assert first == odd
    assert score > 6
    assert {reason["feature"] for reason in found[odd][1]} == expected
    assert found.get(twin, (0.0, []))[0] < 3.2


@pytest.mark.parametrize("large", ["K001", "H001", "D001"])
def test_the_large_and_ordinary_are_not_odd(
    found: dict[str, tuple[float, list[dict[str, Any]]]], large: str
) -> None:
    assert found[large][0] < 3.2


def test_one_far_larger_than_all_has_no_peers_and_the_report_says_so(
    town: tuple[Store, OutlierReport], found: dict[str, tuple[float, list[dict[str, Any]]]]
) -> None:
    (report,) = (kind for kind in town[1].kinds if kind.entity_type is NodeKind.PHARMACY)
    assert "K002" not in found
    assert (report.measured_count, report.scored_count, report.unscored_count) == (PLACES, PLACES - 1, 1)
    assert "1 with fewer than 20 peers get no score" in report.sentence_en
    assert "1 个的同类不足 20 个" in report.sentence_zh


def test_where_nobody_is_odd_nobody_stands_far_out(tmp_path: Path) -> None:
    store, _ = _scored(tmp_path, Town(odd=False))
    with store:
        assert store.one("SELECT max(score) FROM outliers WHERE entity_type <> 'patient'")[0] < 5
        assert store.one("SELECT count(*) FROM outliers WHERE entity_type = 'patient'")[0] < 40


def test_reasons_are_at_most_three_the_oddest_first_each_with_its_comparison(
    found: dict[str, tuple[float, list[dict[str, Any]]]],
) -> None:
    assert any(reasons for _, reasons in found.values())
    for _, reasons in found.values():
        assert len(reasons) <= 3
        assert [reason["z"] for reason in reasons] == sorted(
            (reason["z"] for reason in reasons), reverse=True
        )
        for reason in reasons:
            assert list(reason) == ["feature", "title_zh", "title_en", "value", "peer_median", "z"]
            low = reason["feature"] == "days_between_visits"
            assert (reason["value"] < reason["peer_median"]) == low


def test_persons_below_the_floor_are_not_kept_and_every_place_with_peers_is(
    town: tuple[Store, OutlierReport],
) -> None:
    kept = dict(town[0].rows("SELECT entity_type, min(score) FROM outliers GROUP BY entity_type"))
    assert kept["patient"] >= PATIENT_FLOOR > kept["pharmacy"]
    counts = dict(town[0].rows("SELECT entity_type, count(*) FROM outliers GROUP BY entity_type"))
    assert counts["facility"] == counts["doctor"] == PLACES
    assert town[1].kept_count == sum(counts.values())
    assert {kind.entity_type.value: kind.kept_count for kind in town[1].kinds} == counts


def test_the_order_of_the_rows_does_not_matter_and_twice_is_the_same_bytes(
    town: tuple[Store, OutlierReport], tmp_path: Path
) -> None:
    first = _bytes(town[0], tmp_path)
    again, _ = _scored(tmp_path / "again")
    shuffled, _ = _scored(tmp_path / "shuffled", Town(order_seed=3))
    with again, shuffled:
        assert _bytes(again, tmp_path) == first
        assert _bytes(shuffled, tmp_path) == first


def test_labels_and_columns_that_were_not_mapped_have_no_influence(
    town: tuple[Store, OutlierReport], tmp_path: Path
) -> None:
    noted, _ = _scored(tmp_path / "noted", Town(notes=True))
    with noted:
        assert noted.one("SELECT count(extra) FROM claims")[0] > 0
        assert _bytes(noted, tmp_path) == _bytes(town[0], tmp_path)


def test_too_few_peers_and_nobody_gets_a_score(tmp_path: Path) -> None:
    store, report = _scored(tmp_path, min_peers=PLACES)
    with store:
        kinds = {kind.entity_type: kind for kind in report.kinds}
        for kind in (NodeKind.FACILITY, NodeKind.PHARMACY, NodeKind.DOCTOR):
            assert kinds[kind].unscored_count == kinds[kind].measured_count == PLACES
            assert f"fewer than {PLACES} peers" in kinds[kind].sentence_en
        assert store.rows("SELECT DISTINCT entity_type FROM outliers") == [("patient",)]


def test_without_a_clock_what_needs_one_is_off_and_said(tmp_path: Path) -> None:
    store, report = _scored(tmp_path, Town(clock=False))
    with store:
        kinds = {kind.entity_type: kind for kind in report.kinds}
        off = {name: reason for name, _, reason in kinds[NodeKind.PHARMACY].features_off}
        assert set(off) == {"off_hours_share", "next_to_another_ratio"}
        assert "event_at" in off["off_hours_share"]
        assert "same_minute_ratio" not in kinds[NodeKind.DOCTOR].features_on
        (first,) = store.one(
            "SELECT entity_id FROM outliers WHERE entity_type = 'pharmacy' ORDER BY score DESC LIMIT 1"
        )
        assert first == "K007"  # one sum for all stays odd without a clock


def test_a_town_without_claims_gives_an_empty_table(tmp_path: Path) -> None:
    store = open_town(tmp_path, USUAL)
    with store:
        for table in (
            "claims",
            "visits",
            "coded_claims",
            "coded_stays",
            "patient_codes",
            "place_codes",
            "doctor_codes",
        ):
            store.run(f"DELETE FROM {table}")
        report = score_outliers(store, OutlierSettings(), seed=SEED)
        assert store.count("outliers") == report.kept_count == 0


def test_both_opinions_point_the_same_way() -> None:
    z = np.clip(np.random.default_rng(2).normal(size=(300, 8)), 0, None)
    z[17, :3] = 6
    forest, own = second_opinion(z, seed=SEED), distance(z)
    assert spearmanr(forest, own).statistic > 0.6
    assert forest.argmax() == own.argmax() == 17
    assert forest.min() >= 0
    assert np.array_equal(forest, second_opinion(z, seed=SEED))


def _group(count: int) -> PeerGroup:
    rows = np.arange(count)
    return PeerGroup(judged=rows, reference=rows, label="all")


def test_what_size_explains_is_no_oddity() -> None:
    rng = np.random.default_rng(4)
    volume = np.round(np.exp(rng.uniform(4, 5.4, 60))).astype(np.int64)
    volume[0] = volume[1] = 380
    values = volume**1.0 * np.exp(rng.normal(0, 0.1, 60))
    values[0], values[1] = 380, 380 * 3
    z, _ = compare(values, volume, _group(60), scale="ratio", side="high", min_peers=20)
    assert z[0] < 2
    assert z[1] > 3


def test_only_the_unusual_side_counts() -> None:
    values = np.random.default_rng(4).normal(0.5, 0.02, 50).clip(0, 1)
    values[0], values[1] = 0.05, 0.95
    volume = np.full(50, 100)
    high, _ = compare(values, volume, _group(50), scale="share", side="high", min_peers=20)
    low, _ = compare(values, volume, _group(50), scale="share", side="low", min_peers=20)
    assert (high[0], low[1]) == (0, 0)
    assert high[1] > 5
    assert low[0] > 5


@pytest.mark.parametrize(("apart", "least", "most"), [(1, 5, 8), (12, 1, 2.5)])
def test_where_most_peers_are_the_same_one_apart_is_odd_and_a_quarter_is_not(
    apart: int, least: float, most: float
) -> None:
    values = np.zeros(50)
    values[:apart] = 0.5
    z, median = compare(values, np.full(50, 9), _group(50), scale="share", side="high", min_peers=20)
    assert median == 0
    assert least < z[0] <= most
    assert z[-1] == 0


def test_among_very_many_peers_nothing_is_odder_than_it_is_rare() -> None:
    values = np.zeros(2000)
    values[:100] = 0.5
    values[0] = 1.0
    z, _ = compare(values, np.full(2000, 9), _group(2000), scale="share", side="high", min_peers=20)
    assert z[1] < 1.7  # one in twenty
    assert z[0] > 3  # the only one


def test_a_value_that_is_not_known_is_not_odd_and_too_few_known_values_compare_with_nobody() -> None:
    values = np.full(30, np.nan)
    values[:21] = np.linspace(1, 2, 21)
    volume = np.full(30, 9)
    z, median = compare(values, volume, _group(30), scale="ratio", side="high", min_peers=20)
    assert median == 1.5
    assert z[20] > 0
    assert (z[21:] == 0).all()
    values[20] = np.nan
    z, median = compare(values, volume, _group(30), scale="ratio", side="high", min_peers=20)
    assert np.isnan(median)
    assert (z == 0).all()


@pytest.mark.parametrize(("count", "groups"), [(20, 0), (21, 1)])
def test_twenty_peers_are_twenty_others(count: int, groups: int) -> None:
    volume = np.full(count, 100)
    assert len(peer_groups([], (), volume, essential=0, min_peers=20)) == groups


def test_a_kind_with_too_few_is_compared_more_widely_but_never_beyond_the_essential() -> None:
    level = pa.array(["clinic"] * 33 + ["tertiary"] * 3)
    owner = pa.array(["private"] * 30 + ["public"] * 3 + ["public"] * 3)
    groups = peer_groups(
        [level, owner], ("peer_level", "peer_ownership"), np.full(36, 100), essential=1, min_peers=20
    )
    assert [(group.judged.tolist(), len(group.reference)) for group in groups] == [
        (list(range(30)), 30),
        ([30, 31, 32], 33),
    ]
    assert groups[0].label == "level=clinic; ownership=private; visits=100-100; peers=29"


def test_peers_are_of_similar_size() -> None:
    volume = np.concatenate([np.full(30, 10), np.full(30, 1000), [9000]])
    groups = peer_groups([], (), volume, essential=0, min_peers=20)
    assert [group.reference.tolist() for group in groups] == [list(range(30)), list(range(30, 60))]


@pytest.mark.parametrize("file", sorted({kind.file for kind in KINDS}))
def test_the_measuring_has_a_form_in_spark(file: str) -> None:
    sql = next(kind for kind in KINDS if kind.file == file).sql()
    assert forbidden_in(select_of(sql)) == []
    (statement,) = sqlglot.parse(select_of(sql), read="duckdb")
    assert statement is not None
    assert sqlglot.parse_one(to_spark(statement.sql(dialect="duckdb")), read="spark")
