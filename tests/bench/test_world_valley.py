"""The valley: the same seed gives the same bytes, every level makes what it says, the truth speaks of what is delivered."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from bench.worlds.files import LEVELS, Level, truth_folder
from bench.worlds.valley import make
from bench.worlds.valley_groups import KINDS, RINGS

CLAIMS = 20_000


def _table(folder: Path, name: str) -> pd.DataFrame:
    parquet = folder / f"{name}.parquet"
    return pd.read_parquet(parquet) if parquet.exists() else pd.read_csv(folder / f"{name}.csv", dtype=str)


def _truth(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(folder) / f"{name}.csv", dtype=str, keep_default_na=False)


def _digest(*folders: Path) -> str:
    files = sorted(path for folder in folders for path in folder.iterdir())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


@pytest.fixture(scope="module")
def valleys(tmp_path_factory: pytest.TempPathFactory) -> dict[Level, Path]:
    """One small valley a level, of the same seed."""
    root = tmp_path_factory.mktemp("valley")
    for level in LEVELS:
        make(root / level, claims=CLAIMS, seed=11, level=level)
    return {level: root / level for level in LEVELS}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_valley(
    valleys: dict[Level, Path], tmp_path: Path
) -> None:
    for name, seed in (("again", 11), ("other", 12)):
        make(tmp_path / name, claims=CLAIMS, seed=seed, level="stealth")
    first = _digest(valleys["stealth"], truth_folder(valleys["stealth"]))
    assert first == _digest(tmp_path / "again", truth_folder(tmp_path / "again"))
    assert first != _digest(tmp_path / "other", truth_folder(tmp_path / "other"))


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_has_its_claims_its_people_and_its_lawful_groups(
    valleys: dict[Level, Path], level: Level
) -> None:
    claims = _table(valleys[level], "claims")
    assert abs(len(claims) - CLAIMS) <= CLAIMS / 10
    assert CLAIMS / 12.5 < claims.patient_id.nunique() < CLAIMS / 6.5
    assert (claims.facility_id.isna() != claims.pharmacy_id.isna()).all()
    refunds = (claims.total_amount.astype(float) < 0).mean()
    assert 0.008 < refunds < 0.032
    decoys = _truth(valleys[level], "decoys")
    assert decoys.kind.nunique() >= 15
    assert set(decoys.kind) <= set(KINDS)
    size = decoys.patients.str.split("|").map(len)
    assert size.between(3, 200).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_truth_speaks_of_what_is_delivered(valleys: dict[Level, Path], level: Level) -> None:
    claims = _table(valleys[level], "claims")
    members, ring_claims = _truth(valleys[level], "members"), _truth(valleys[level], "ring_claims")
    known = {
        "patient": set(claims.patient_id),
        "doctor": set(claims.get("doctor_id", [])),
        "facility": set(claims.facility_id),
        "pharmacy": set(claims.pharmacy_id),
    }
    for kind, ids in known.items():
        assert set(members.entity_id[members.entity_type == kind]) <= ids
    lawful = _truth(valleys[level], "decoys").patients.str.split("|").explode()
    assert set(lawful) <= known["patient"]
    acted = ring_claims.merge(claims[["claim_id", "patient_id"]].astype(str), on="claim_id")
    assert len(acted) == len(ring_claims)
    patients = members[members.entity_type == "patient"]
    assert set(zip(acted.ring_id, acted.patient_id, strict=True)) == set(
        zip(patients.ring_id, patients.entity_id, strict=True)
    )


def test_without_rings_there_are_only_lawful_groups(valleys: dict[Level, Path]) -> None:
    assert _truth(valleys["none"], "rings").empty
    assert _truth(valleys["none"], "ring_claims").empty
    assert len(_truth(valleys["none"], "decoys")) >= 15


@pytest.mark.parametrize("level", ["standard", "stealth", "hard", "real"])
def test_rings_are_of_known_kinds_and_sizes(valleys: dict[Level, Path], level: Level) -> None:
    rings = _truth(valleys[level], "rings")
    assert len(rings) >= 1
    assert set(rings.kind) <= set(RINGS)
    assert rings.patients.astype(int).between(3, 180).all()
    assert (rings.oracle_nats.astype(float) > 0).all()
    if level == "real":
        assert rings.patients.astype(int).max() <= 40


def test_rings_do_less_where_they_hide(valleys: dict[Level, Path]) -> None:
    acts = {level: len(_truth(valleys[level], "ring_claims")) for level in ("standard", "stealth", "hard")}
    assert acts["standard"] > acts["stealth"] > acts["hard"]
