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
from bench.worlds.terms import Learner, Terms, fit, read_terms, table_of

QUICK = Learner(rounds=40, seeds=2, smallest_leaf=5)


def _groups(*, seed: int = 4, count: int = 240, missing: float = 0.0) -> pd.DataFrame:
    """Groups of three worlds: rings are large in `step` and small in `crowd`; `noise` tells nothing."""
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
            "gain": rng.uniform(13, 80, count),
            "step": rng.normal(0, 1, count) + 1.5 * ring,
            "crowd": rng.poisson(5, count) - 2.0 * ring,
            "noise": rng.normal(0, 1, count),
        }
    )
    for fact in ("step", "crowd"):
        frame.loc[rng.random(count) < missing, fact] = np.nan
    return frame


def _table(groups: pd.DataFrame, learner: Learner) -> tuple[Terms, np.ndarray]:
    weight = weights(groups)
    boosted = fit(groups, facts_of(groups), labels(groups), weight, learner)
    return table_of(boosted, groups, weight, learner), boosted.decision(groups)


def test_the_table_is_what_the_boosters_say() -> None:
    groups = _groups()
    terms, decision = _table(groups, Learner(rounds=40, seeds=2, smallest_leaf=5, least_nats=0.0))
    assert np.abs(terms.score(groups) - decision).max() < 1e-6
    assert decision.std() > 0.5


def test_a_learnt_absence_is_exact_too_and_still_adds_nothing() -> None:
    groups = _groups(missing=0.3)
    learner = Learner(rounds=40, seeds=2, smallest_leaf=5, least_nats=0.0, missing="learnt")
    terms, decision = _table(groups, learner)
    assert np.abs(terms.score(groups) - decision).max() < 1e-6
    empty = groups.assign(**dict.fromkeys(facts_of(groups), np.nan))
    assert (terms.score(empty) == terms.prior).all()


def test_an_absence_that_tells_nothing_counts_as_the_average() -> None:
    groups = _groups(missing=0.3)
    terms, _ = _table(groups, QUICK)
    weight = weights(groups)
    known = groups.step.notna().to_numpy()
    told = terms.of("step", groups.step.to_numpy())
    assert np.average(told[known], weights=weight[known]) == pytest.approx(0, abs=1e-9)
    assert (told[~known] == 0).all()


def test_weak_facts_are_left_out_and_strong_ones_stay() -> None:
    groups = _groups()
    terms, _ = _table(groups, Learner(rounds=40, seeds=2, smallest_leaf=5, least_nats=0.6))
    assert "step" in terms.steps
    assert "noise" not in terms.steps


def test_a_table_written_and_read_again_is_the_tidied_one(tmp_path: Path) -> None:
    groups = _groups()
    terms, _ = _table(groups, QUICK)
    terms.tidied().write(tmp_path / "terms.csv")
    again = read_terms(tmp_path / "terms.csv")
    assert np.abs(again.score(groups) - terms.tidied().score(groups)).max() < 1e-9
    assert np.abs(again.score(groups) - terms.score(groups)).max() < 0.0005 * (len(terms.steps) + 1)
    rows = pd.read_csv(tmp_path / "terms.csv")
    assert list(rows.columns) == ["fact", "low", "high", "nats"]
    assert (rows.fact == "prior").sum() == 1
    for _, bins in rows[rows.fact != "prior"].groupby("fact"):
        assert np.isnan(bins.low.iloc[0])
        assert np.isnan(bins.high.iloc[-1])
        assert (bins.low.to_numpy()[1:] == bins.high.to_numpy()[:-1]).all()
        assert (bins.low.to_numpy()[1:] < bins.high.to_numpy()[1:])[:-1].all()


def test_each_world_weighs_the_same_and_a_piece_less() -> None:
    groups = _groups()
    assert groups.assign(w=weights(groups)).groupby("world").w.sum().nunique() == 1
    piece = groups.assign(inside=np.where(groups.index == 0, 0.9, groups.inside), jaccard=0.1)
    assert weights(piece)[0] == pytest.approx(0.3 * weights(groups)[0])


def test_a_world_held_out_is_not_seen() -> None:
    groups = _groups()
    lied = groups.assign(jaccard=np.where(groups.world == "payer", 0.9 - groups.jaccard, groups.jaccard))
    kept = learn(groups, QUICK, leave_out="payer").tidied().frame()
    pd.testing.assert_frame_equal(kept, learn(lied, QUICK, leave_out="payer").tidied().frame())
    assert not kept.equals(learn(groups, QUICK).tidied().frame())


def test_groups_of_too_little_gain_are_not_asked() -> None:
    groups = _groups()
    dropped = pd.concat([groups, groups.assign(gain=3.0, jaccard=0.9 - groups.jaccard)], ignore_index=True)
    pd.testing.assert_frame_equal(learn(groups, QUICK).frame(), learn(dropped, QUICK).frame())


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
    facts = groups.melt("ring_id", ["gain", "step", "crowd", "noise"], "fact", "value").dropna()
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
    assert "step" in read_terms(tmp_path / "a" / "terms.csv").steps
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
