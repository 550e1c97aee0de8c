"""The bench of worlds: worlds brought in are what they were, lists are scored as told, seeds are kept apart."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bench.worlds import main, world_a
from bench.worlds.city import make as make_city_world
from bench.worlds.files import Truth, truth_folder
from bench.worlds.kept import case_of, make_world
from bench.worlds.report import worst
from bench.worlds.scoring import average_precision, fund_of_claims, mean_of, read_truth, score

ORIGINAL = Path(__file__).parents[3] / "shared" / "worlds" / "world_a.py"
if not ORIGINAL.exists():
    ORIGINAL = Path(__file__).parents[4] / "shared" / "worlds" / "world_a.py"


def _digest(out: Path) -> dict[str, str]:
    files = sorted([*out.iterdir(), *truth_folder(out).iterdir()])
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original of world A is not here")
def test_world_a_writes_the_bytes_of_its_original(tmp_path: Path) -> None:
    for level, argument in (("hard", "--hard"), ("none", "--null")):
        world_a.make(tmp_path / level, claims=20_000, seed=5, level=level)
        theirs = tmp_path / f"{level}-original"
        subprocess.run(
            [sys.executable, str(ORIGINAL), str(theirs), "--claims", "20000", "--seed", "5", argument],
            check=True,
            capture_output=True,
        )
        assert _digest(tmp_path / level) == _digest(theirs)
    assert read_truth(truth_folder(tmp_path / "none")).members.empty
    assert len(read_truth(truth_folder(tmp_path / "hard")).rings) == world_a.RINGS


def test_the_sample_city_tells_its_truth_as_the_other_worlds_do(tmp_path: Path) -> None:
    make_city_world(tmp_path / "city", claims=20_000, seed=3, level="standard")
    truth = read_truth(truth_folder(tmp_path / "city"))
    claims = pd.read_parquet(tmp_path / "city" / "claims.parquet")
    assert set(truth.rings.ring_id) == set(truth.members.ring_id) == set(truth.ring_claims.ring_id)
    assert set(truth.ring_claims.claim_id) <= set(claims.claim_id)
    assert truth.rings.oracle_nats.isna().all()
    assert truth.decoys.kind.nunique() > 3
    assert not (tmp_path / "city-truth").exists()
    fund = fund_of_claims(tmp_path / "city", truth.ring_claims.claim_id)
    assert set(fund.index) == set(truth.ring_claims.claim_id)
    assert fund.sum() == pytest.approx(
        claims[claims.claim_id.isin(set(truth.ring_claims.claim_id))]
        .drop_duplicates("claim_id")
        .fund_amount.astype(float)
        .sum()
    )


def test_half_a_world_is_never_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(tmp_path, "county", "standard", 20_000, 1)

    def broken(out: Path, **_: object) -> None:
        out.mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr("bench.worlds.county.make", broken)
        with pytest.raises(KeyboardInterrupt):
            make_world(case)
    assert not case.delivery.exists()
    assert make_world(case) > 0
    assert (case.delivery / "claims.parquet").is_file()
    assert make_world(case) == 0


# --- scoring: three planted rings and five listed groups, written by hand


def _members(rows: dict[str, list[str]], kinds: dict[str, list[str]] | None = None) -> pd.DataFrame:
    found = [(ring, "patient", p) for ring, ids in rows.items() for p in ids]
    found += [(ring, "doctor", d) for ring, ids in (kinds or {}).items() for d in ids]
    return pd.DataFrame(found, columns=["ring_id", "entity_type", "entity_id"])


def _people(first: int, last: int) -> list[str]:
    return [f"p{i}" for i in range(first, last + 1)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    groups = {
        "G1": _people(1, 8),  # ring K1 (p1 to p10): 0.8
        "G2": _people(9, 10),  # a piece of K1: false
        "G3": [*_people(11, 14), "x1", "x2", "x3", "x4"],  # K2 (p11 to p16), padded: 4 of 10
        "G4": _people(31, 34),  # lawful
        "G5": _people(21, 24),  # ring K3, whole, but not listed
    }
    pd.DataFrame(
        {"ring_id": list(groups), "rank": range(1, 6), "listed": [True, True, True, True, False]}
    ).to_parquet(tmp_path / "rings.parquet")
    _members(groups, {"G1": ["d1", "d9"], "G4": ["d7"]}).to_parquet(tmp_path / "ring_members.parquet")
    pd.DataFrame(
        {
            "ring_id": ["G1", "G1", "G4"],
            "claim_ids": [["c1", "w1"], ["c1", "c2", "c3", "w2", "c4"], ["w3"]],
        }
    ).to_parquet(tmp_path / "evidence.parquet")
    return tmp_path


@pytest.fixture
def planted() -> Truth:
    rings = {"K1": _people(1, 10), "K2": _people(11, 16), "K3": _people(21, 24)}
    return Truth(
        rings=pd.DataFrame(
            {"ring_id": list(rings), "kind": ["pool", "drip", "tiny"], "oracle_nats": [90.0, 40.0, 9.0]}
        ),
        members=_members(rings, {"K1": ["d1", "d2"]}),
        decoys=pd.DataFrame({"decoy_id": ["L1"], "kind": ["dialysis"], "patients": ["p31|p32|p40"]}),
        ring_claims=pd.DataFrame(
            {"ring_id": ["K1"] * 4 + ["K2"], "claim_id": ["c1", "c2", "c3", "c4", "c9"]}
        ),
    )


def test_a_hand_made_list_is_scored_as_by_hand(run: Path, planted: Truth) -> None:
    fund = pd.Series({"c1": 10.0, "c2": 10.0, "c3": 10.0, "c4": 10.0, "c9": 60.0})
    told = score(run, planted, claims=1_000_000, fund=fund)
    assert (told.planted, told.visible, told.listed, told.matched) == (3, 2, 4, 1)
    assert told.recall == 0.333
    assert told.recall_visible == 0.5
    assert told.precision == 0.25
    assert told.named == round(14 / 22, 3)
    assert told.places_f1 == 0.5  # d1 of {d1, d2} against {d1, d9}
    assert told.money == 0.4
    assert (told.decoys, told.decoy_kinds) == (1, {"dialysis": 1})
    assert told.cited == round((1 + 2 / 3 + 3 / 4) / 4, 3)  # c1, w1, c2, c3, w2: three of four, at 1, 3 and 4
    assert told.per_4m is None
    assert told.missed == ("K2:drip:40:0.40", "K3:tiny:9:0.00")


def test_a_world_that_tells_less_gets_fewer_figures_and_no_wrong_ones(run: Path, planted: Truth) -> None:
    bare = Truth(
        rings=planted.rings.drop(columns="oracle_nats").assign(oracle_nats=None),
        members=planted.members,
        decoys=planted.decoys,
        ring_claims=planted.ring_claims.iloc[:0],
    )
    told = score(run, bare, claims=1_000_000)
    assert told.visible == told.planted == 3
    assert told.money is None
    assert told.cited is None


def test_without_rings_the_listed_are_told_per_four_million(
    run: Path, planted: Truth, tmp_path: Path
) -> None:
    nothing = Truth(
        rings=planted.rings.iloc[:0],
        members=planted.members.iloc[:0],
        decoys=planted.decoys,
        ring_claims=planted.ring_claims.iloc[:0],
    )
    told = score(run, nothing, claims=400_000)
    assert told.per_4m == 40.0
    assert told.recall is None
    assert told.precision == 0.0


def test_average_precision_counts_places_and_what_can_be_had() -> None:
    assert average_precision(["a", "b"], {"a", "b"}) == 1
    assert average_precision(["x", "a"], {"a"}) == 0.5
    assert average_precision([], {"a"}) == 0
    assert average_precision(["x"] * 5 + ["a"], {"a"}) == 0  # the sixth is not looked at


def test_the_worst_world_is_the_headline(run: Path, planted: Truth) -> None:
    row = mean_of([score(run, planted, claims=1_000_000)])
    rows = {
        ("county", "hard"): {**row, "recall_visible": 0.9, "precision": 0.9},
        ("payer", "hard"): {**row, "recall_visible": 1.0, "precision": 0.1},
        ("city", "none"): {**row, "per_4m": 0.0},
        ("payer", "none"): {**row, "per_4m": 2.0},
    }
    assert worst(rows, "hard") == "payer"
    assert worst(rows, "none") == "payer"
    assert worst(rows, "real") is None


def test_reporting_seeds_and_tuning_seeds_are_kept_apart(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--report"):
        main(["--seeds", "301", "--work", str(tmp_path)])
    with pytest.raises(SystemExit, match="tuning"):
        main(["--seeds", "1", "--report", "--work", str(tmp_path)])
    assert not any(tmp_path.iterdir())
