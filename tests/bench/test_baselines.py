"""The methods we compare ourselves with do what they are known for; a weak rival proves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.baselines import BASELINES, KNOBS, score_groups, tune
from bench.baselines.blocks import fraudar_block, zoom_block
from bench.baselines.grouping import leiden, pairs_together
from bench.baselines.visits import Visits, read_visits
from bench.rings.scoring import read_truth
from fraudgraph.synthetic.city import make_city

PEOPLE, PLACES, DAYS = 400, 12, 120
RING = set(range(8))


def visits_with_a_ring(folder: Path) -> Visits:
    """Everybody goes where and when they like; eight people go to place 3 together every sixth day."""
    draw = np.random.default_rng(5)
    count = 2_400
    patient, place, day = (draw.integers(0, top, count) for top in (PEOPLE, PLACES, DAYS))
    minute = day * 1440 + draw.integers(480, 1080, count)
    met = np.arange(0, DAYS, 6)
    patient = np.concatenate([patient, np.tile(sorted(RING), len(met))])
    place = np.concatenate([place, np.full(len(met) * len(RING), 3)])
    day = np.concatenate([day, np.repeat(met, len(RING))])
    minute = np.concatenate(
        [minute, np.repeat(met * 1440 + 600, len(RING)) + np.tile(np.arange(len(RING)), len(met))]
    )
    names = [f"P{code:04d}" for code in range(PEOPLE)]
    shared = ["1390000"] * len(RING) + [f"138{code:05d}" for code in range(len(RING), PEOPLE)]
    nobody = pa.nulls(PEOPLE, pa.string())
    pq.write_table(
        pa.table(
            {
                "patient_id": names,
                "phone": shared,
                "bank_account": nobody,
                "agent_id": nobody,
                "address": nobody,
            }
        ),
        folder / "patients.parquet",
    )
    amount = np.where(np.arange(len(patient)) < count, 100.0, 900.0)
    return Visits(
        registers=folder, patients=names, patient=patient, place=place, doctor=place * 2 + patient % 2, day=day, minute=minute,
        at_pharmacy=place < 4, is_stay=np.zeros(len(patient), bool), total=amount, fund=amount / 2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    return visits_with_a_ring(tmp_path_factory.mktemp("town"))


GENTLE: dict[str, dict[str, Any]] = {
    "identifiers": {"kinds": "phone_account", "holders": 20, "at_least": 1, "least": 4, "most": 60},
    "fraudar": {"objects": "place_day", "bound": 0, "count": 5, "least": 4, "most": 60},
    "forest": {
        "objects": "place",
        "patient_share": 0.03,
        "object_share": 1.0,
        "visits_least": 3,
        "grouping": "place",
    },
    "billed": {"objects": "place", "money": "total", "places": 1, "people": 8},
    "co_visits": {"window": "hour", "times": 4, "least": 4, "most": 60},
    "hypergeometric": {
        "level": 0.01,
        "correction": "bonferroni",
        "grouping": "components",
        "least": 4,
        "most": 60,
    },
    "fraud_weighted": {"window": "hour", "times": 3, "strength": 1.0, "resolution": 1.0, "count": 5},
    "m_zoom": {"measure": "arithmetic", "damped": False, "bound": 0, "count": 5, "least": 4, "most": 60},
}


@pytest.mark.parametrize("name", sorted(GENTLE))
def test_each_method_finds_a_ring_of_the_kind_it_was_made_for(name: str, town: Visits) -> None:
    method = BASELINES[name]
    groups = method.groups(town, method.prepare(town), **GENTLE[name])
    overlap = [len(RING & set(g.tolist())) / len(RING | set(g.tolist())) for g in groups]
    assert max(overlap, default=0.0) >= 0.75


def test_communities_of_the_raw_graph_separate_two_towns() -> None:
    a = np.array([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    b = np.array([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9])
    labels = leiden(a, b, np.ones(12), 10, resolution=1.0)
    assert len(set(labels[[0, 1, 2, 6, 7]])) == 1
    assert labels[0] != labels[3]


def test_people_who_met_are_counted_once_a_day_and_only_within_the_minutes(town: Visits) -> None:
    for minutes in (None, 60):
        expected: dict[tuple[int, int], set[int]] = {}
        rows = list(
            zip(
                town.patient.tolist(),
                town.place.tolist(),
                town.day.tolist(),
                town.minute.tolist(),
                strict=True,
            )
        )
        at: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for patient, place, day, minute in rows:
            at.setdefault((place, day), []).append((patient, minute))
        for (_, day), there in at.items():
            for p, when in there:
                for q, other in there:
                    if p < q and (minutes is None or abs(when - other) <= minutes):
                        expected.setdefault((p, q), set()).add(day)
        a, b, times = pairs_together(town, minutes=minutes)
        found = {(p, q): n for p, q, n in zip(a.tolist(), b.tolist(), times.tolist(), strict=True)}
        assert found == {pair: len(days) for pair, days in expected.items() if len(days) >= 2}


def plain_peeling(a: np.ndarray, b: np.ndarray, weight: np.ndarray, size: int) -> float:
    """FRAUDAR as the paper tells it, one node at a time; the best mean weight."""
    alive = {int(n) for n in np.concatenate([a, b])}
    edges = list(zip(a.tolist(), b.tolist(), weight.tolist(), strict=True))
    best = 0.0
    while alive:
        inside = [(p, q, w) for p, q, w in edges if p in alive and q in alive]
        best = max(best, sum(w for _, _, w in inside) / len(alive))
        degree = dict.fromkeys(sorted(alive), 0.0)
        for p, q, w in inside:
            degree[p] += w
            degree[q] += w
        alive.remove(min(degree, key=lambda node: (degree[node], node)))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_quick_peeling_is_as_good_as_the_plain_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    pairs = np.unique(draw.integers(0, 25, 90) * 25 + draw.integers(0, 25, 90))
    a, b = pairs // 25, pairs % 25 + 25
    weight = draw.uniform(0.3, 0.8, len(a))  # no ties: then both must take the same road
    inside, density = fraudar_block(a, b, weight, 50)
    held = inside[a] & inside[b]
    assert density == pytest.approx(weight[held].sum() / inside.sum())
    assert density == pytest.approx(plain_peeling(a, b, weight, 50))


def test_zooming_finds_the_dense_cube_and_keeps_to_a_bound() -> None:
    draw = np.random.default_rng(3)
    cube = np.array([(p, q, d) for p in range(6) for q in range(2) for d in range(7)]).T
    cells = np.unique(np.concatenate([cube, draw.integers(0, 60, (3, 200))], axis=1), axis=1)
    held, density = zoom_block(cells, np.ones(cells.shape[1]), measure="arithmetic")
    assert set(cells[0][held].tolist()) == set(range(6))
    assert density == pytest.approx(6 * 2 * 7 / (15 / 3))
    held, _ = zoom_block(cells, np.ones(cells.shape[1]), measure="arithmetic", bound=5)
    assert 4 <= len(set(cells[0][held].tolist())) <= 5


def test_tuning_takes_the_knobs_with_the_best_f1_and_a_city_is_cleaned(tmp_path: Path) -> None:
    made = make_city(tmp_path / "city", claims=12_000, months=6, rings="standard", seed=3)
    visits, truth = read_visits(made.out), read_truth(made.truth)
    claims = pq.read_table(made.out / "claims.parquet")
    assert 0.85 * len(claims) < len(visits.patient) < 0.95 * len(claims)  # 5 % refunds and what they reverse
    assert "未知医师" in pq.read_table(made.out / "doctors.parquet").column("name").to_pylist()
    assert (visits.doctor == -1).any()
    method = BASELINES["co_visits"]
    knobs, f1 = tune(method, [(visits, truth)])
    every = [
        score_groups(visits, method.groups(visits, method.prepare(visits), **one), truth).figures()["f1"]
        or 0.0
        for one in method.settings()
    ]
    assert f1 == max(every) > 0
    assert (
        score_groups(visits, method.groups(visits, method.prepare(visits), **knobs), truth).figures()["f1"]
        == f1
    )


def test_the_kept_knobs_are_values_that_were_tried() -> None:
    kept = json.loads(KNOBS.read_text(encoding="utf-8"))
    assert set(kept) == set(BASELINES)
    for name, method in BASELINES.items():
        assert kept[name]["knobs"] in list(method.settings()), name
