"""The coastal world: same seed, same bytes; every level makes what it says; its truth speaks of what is delivered."""

from pathlib import Path

import pandas as pd
import pytest

from bench.worlds.coast import make
from bench.worlds.files import LEVELS, truth_folder

CLAIMS = 20_000


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small city of each level, all of one seed."""
    folder = tmp_path_factory.mktemp("coast")
    for level in LEVELS:
        make(folder / level, claims=CLAIMS, seed=4, level=level)
    return {level: folder / level for level in LEVELS}


def _truth(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(out) / f"{name}.csv", dtype=str)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(
    worlds: dict[str, Path], tmp_path: Path
) -> None:
    make(tmp_path / "again", claims=CLAIMS, seed=4, level="standard")
    make(tmp_path / "other", claims=CLAIMS, seed=5, level="standard")
    first, again = worlds["standard"], tmp_path / "again"
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in names)
    for path in sorted(truth_folder(first).iterdir()):
        assert path.read_bytes() == (truth_folder(again) / path.name).read_bytes()
    assert (first / "claims.parquet").read_bytes() != (tmp_path / "other" / "claims.parquet").read_bytes()


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_holds_about_the_claims_asked_for_and_at_least_fifteen_lawful_kinds(
    worlds: dict[str, Path], level: str
) -> None:
    claims = pd.read_parquet(worlds[level] / "claims.parquet")
    assert abs(len(claims) - CLAIMS) <= 0.1 * CLAIMS
    assert 7 <= len(claims) / claims.patient_id.nunique() <= 12
    assert _truth(worlds[level], "decoys").kind.nunique() >= 15


def test_a_city_without_rings_has_none_and_the_others_have(worlds: dict[str, Path]) -> None:
    assert all(_truth(worlds["none"], name).empty for name in ("rings", "members", "ring_claims"))
    assert all(len(_truth(worlds[level], "rings")) >= (1 if level == "real" else 3) for level in LEVELS[:4])


def test_hard_rings_are_quieter_than_standard_ones(worlds: dict[str, Path]) -> None:
    a_person = {
        level: len(_truth(worlds[level], "ring_claims"))
        / (_truth(worlds[level], "members").role == "patient").sum()
        for level in ("standard", "stealth", "hard")
    }
    assert a_person["hard"] < a_person["stealth"] < a_person["standard"]


@pytest.mark.parametrize("level", LEVELS)
def test_the_truth_names_only_what_is_delivered(worlds: dict[str, Path], level: str) -> None:
    out = worlds[level]
    claims = pd.read_parquet(out / "claims.parquet")
    patients = pd.read_parquet(out / "patients.parquet")
    members = _truth(out, "members")
    known = {
        "patient": set(claims.patient_id),
        "doctor": set(claims.doctor_id.dropna()),
        "facility": set(claims.facility_id.dropna()),
        "pharmacy": set(claims.pharmacy_id.dropna()),
        "phone": set(patients.phone.dropna()),
        "agent": set(patients.get("agent_id", pd.Series(dtype=object)).dropna()),
        "account": set(patients.get("bank_account", pd.Series(dtype=object)).dropna()),
        "employer": set(patients.get("employer", pd.Series(dtype=object)).dropna()),
    }
    for kind, group in members.groupby("entity_type"):
        assert set(group.entity_id) <= known[kind], kind
    planted = claims[claims.claim_id.isin(_truth(out, "ring_claims").claim_id)]
    assert set(planted.patient_id) == set(members[members.role == "patient"].entity_id)
    lawful = _truth(out, "decoys").patients.str.split("|").explode()
    assert set(lawful.dropna()) <= set(claims.patient_id)
