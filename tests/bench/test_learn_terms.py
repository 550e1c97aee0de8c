"""Learning terms: the table is what the boosters say, a world held out is not seen, the origin tells all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.learn_terms import main
from bench.worlds.groups import facts_of, labels, weights
from bench.worlds.learning import learn, measure
from bench.worlds.terms import Learner, calibrated, fit, score, table_of, write
from fraudgraph.rings.terms import Terms, read_terms

QUICK = Learner(rounds=40, seeds=2, smallest_leaf=5)


def _groups(*, seed: int = 4, count: int = 240, missing: float = 0.0) -> pd.DataFrame:
    """Groups of three worlds: rings are large in `fund_log` and small in `others_log`; `span_share` tells nothing."""
    rng = np.random.default_rng(seed)
    ring = rng.random(count) < 0.3
    frame = pd.DataFrame(
        {
            "world": rng.choice(["county", "payer", "city"], count, p=[0.5, 0.3, 0.2]),
            "level": "standard",
            "seed": 1,
            "ring_id": [f"R{i:04d}" for i in range(count)],
            "jaccard": np.where(ring, 0.8, 0.1),
            "planted": np.where(ring, [f"K{i}" for i in range(count)], ""),
            "inside": np.where(ring, 1.0, 0.2),
            "lawful_holds": 0.0,
            "fund_log": rng.normal(0, 1, count) + 1.5 * ring,
            "others_log": rng.poisson(5, count) - 2.0 * ring,
            "span_share": rng.normal(0, 1, count),
        }
    )
    for fact in ("fund_log", "others_log"):
        frame.loc[rng.random(count) < missing, fact] = np.nan
    return frame


def _table(groups: pd.DataFrame, learner: Learner) -> tuple[Terms, np.ndarray]:
    boosted = fit(groups, facts_of(groups), labels(groups), weights(groups), learner)
    return table_of(boosted), boosted.decision(groups)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_table_is_what_the_boosters_say(missing: float) -> None:
    groups = _groups(missing=missing)
    terms, decision = _table(groups, QUICK)
    assert np.abs(score(terms, groups) - decision).max() < 1e-5 * len(terms.trees)
    assert decision.std() > 0.5


def test_a_fact_speaks_one_way_only() -> None:
    groups = _groups()
    terms, _ = _table(
        groups.assign(others_log=-groups.others_log), QUICK
    )  # here rings have more others: not believed
    row = groups.drop(columns="others_log").iloc[[0]]
    low, high = (score(terms, row.assign(others_log=value))[0] for value in (-9.0, 9.0))
    assert low >= high - 1e-6


def test_a_table_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    groups = _groups(missing=0.2)
    terms, _ = _table(groups, QUICK)
    write(terms, tmp_path / "terms.csv")
    assert np.abs(score(read_terms(tmp_path / "terms.csv"), groups) - score(terms, groups)).max() < 1e-4


def test_a_calibrated_table_says_shift_and_slope() -> None:
    groups = _groups()
    terms, _ = _table(groups, QUICK)
    assert (
        np.abs(score(calibrated(terms, 0.5, -1.0), groups) - (0.5 * score(terms, groups) - 1.0)).max() < 1e-2
    )


def test_each_world_weighs_the_same_and_a_piece_less() -> None:
    groups = _groups()
    assert groups.assign(w=weights(groups)).groupby("world").w.sum().nunique() == 1
    piece = groups.assign(inside=np.where(groups.index == 0, 0.9, groups.inside), jaccard=0.1)
    assert weights(piece)[0] == pytest.approx(0.3 * weights(groups)[0])


def test_a_world_held_out_is_not_seen() -> None:
    groups = _groups()
    lied = groups.assign(jaccard=np.where(groups.world == "payer", 0.9 - groups.jaccard, groups.jaccard))
    kept = learn(groups, QUICK, leave_out="payer")
    assert kept == learn(lied, QUICK, leave_out="payer")
    assert kept != learn(groups, QUICK)


def test_groups_that_an_explanation_takes_off_are_not_asked() -> None:
    groups = _groups()
    lawful = groups.assign(lawful_holds=1.0, jaccard=0.9 - groups.jaccard)
    assert learn(groups, QUICK) == learn(pd.concat([groups, lawful], ignore_index=True), QUICK)


def test_one_sort_of_groups_teaches_nothing() -> None:
    with pytest.raises(SystemExit, match="one sort"):
        learn(_groups().assign(jaccard=0.1), QUICK)


def test_a_second_group_of_one_ring_is_a_false_one() -> None:
    scored = pd.DataFrame(
        {
            "seed": 1,
            "ring_id": ["R1", "R2", "R3", "R4"],
            "jaccard": [0.9, 0.6, 0.1, 0.7],
            "planted": ["K1", "K1", "", "K2"],
            "score": [3.0, 2.0, 1.0, -1.0],
        }
    )
    told = measure(scored, "county", "hard", planted=3)
    assert (told.reach, told.listed, told.right) == (2, 3, 1)
    assert (told.recall, told.precision, told.real_false) == (0.333, 0.333, 0.667)
    assert told.promised_false == round(float(np.mean([1 / (1 + np.exp(s)) for s in (3, 2, 1)])), 3)
    assert (told.best_at, told.best_recall, told.best_precision) == (-1.0, 0.667, 0.5)


def _keep_run(work: Path, name: str, groups: pd.DataFrame) -> None:
    """A run's files and its truth, as the program and a world write them."""
    out, truth = work / "runs" / name, work / "worlds" / f"{name}.truth"
    for folder in (out, truth):
        folder.mkdir(parents=True)
    people = {row.ring_id: [f"{row.ring_id}-{i}" for i in range(5)] for row in groups.itertuples()}
    members = pd.DataFrame([(r, "patient", p) for r, ids in people.items() for p in ids])
    members.columns = ["ring_id", "entity_type", "entity_id"]
    members.to_parquet(out / "ring_members.parquet")
    facts = groups.melt(
        "ring_id", ["lawful_holds", "fund_log", "others_log", "span_share"], "fact", "value"
    ).dropna()
    facts.to_parquet(out / "ring_facts.parquet")
    rings = groups[groups.jaccard >= 0.5].ring_id
    members[members.ring_id.isin(rings)].assign(role="patient").to_csv(truth / "members.csv", index=False)
    pd.DataFrame({"ring_id": rings, "kind": "pool", "patients": 5}).to_csv(truth / "rings.csv", index=False)


def test_a_table_is_learnt_from_kept_runs_and_tells_its_origin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, world in ((1, "county"), (2, "payer"), (3, "city")):
        _keep_run(tmp_path, f"{world}-standard-1000-{seed}", _groups(seed=seed, count=120))
    arguments = ["--work", str(tmp_path), "--rounds", "30", "--boosters", "2", "--date", "2026-01-02"]
    assert main([*arguments, "--cross", "--write", str(tmp_path / "a" / "terms.csv")]) == 0
    assert "payer" in capsys.readouterr().out
    assert "fund_log" in read_terms(tmp_path / "a" / "terms.csv").facts
    told = tomllib.loads((tmp_path / "a" / "terms.toml").read_text(encoding="utf-8"))
    assert told["worlds"] == ["city", "county", "payer"]
    assert (told["runs"], told["groups"], len(told["held_out"])) == (3, 360, 3)
    assert told["learner"]["rounds"] == 30
    main([*arguments, "--cross", "--write", str(tmp_path / "b" / "terms.csv")])
    for name in ("terms.csv", "terms.toml"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    main([*arguments, "--leave-out", "payer", "--write", str(tmp_path / "c" / "terms.csv")])
    without = tomllib.loads((tmp_path / "c" / "terms.toml").read_text(encoding="utf-8"))
    assert (without["worlds"], without["groups"]) == (["city", "county"], 240)


def test_nothing_is_learnt_on_reporting_seeds(tmp_path: Path) -> None:
    _keep_run(tmp_path, "county-standard-1000-301", _groups(count=30))
    with pytest.raises(SystemExit, match="301"):
        main(["--work", str(tmp_path)])


def test_a_run_without_facts_is_told(tmp_path: Path) -> None:
    _keep_run(tmp_path, "county-standard-1000-1", _groups(count=30))
    (tmp_path / "runs" / "county-standard-1000-1" / "ring_facts.parquet").unlink()
    with pytest.raises(SystemExit, match=r"ring_facts\.parquet"):
        main(["--work", str(tmp_path)])
