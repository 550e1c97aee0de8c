"""The world `longstay`: repeatable, as its level says, and true to what it delivers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bench.worlds.files import LEVELS, truth_folder
from bench.worlds.longstay import make

_CLAIMS = 20_000
_OF_STAYS = {
    "staged_admissions",
    "rotating_stays",
    "held_cards_ward",
    "bussed_stays",
    "staff_relatives_stays",
}


def _read(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(out) / f"{name}.csv", dtype=str)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("longstay")
    for level in LEVELS:
        make(folder / level, claims=_CLAIMS, seed=5, level=level)
    return {level: folder / level for level in LEVELS}


def test_same_seed_gives_the_same_bytes(worlds: dict[str, Path], tmp_path: Path) -> None:
    make(tmp_path / "again", claims=_CLAIMS, seed=5, level="standard")
    for folder in (worlds["standard"], truth_folder(worlds["standard"])):
        other = tmp_path / folder.name.replace("standard", "again")
        names = sorted(path.name for path in folder.iterdir())
        assert names == sorted(path.name for path in other.iterdir())
        for name in names:
            assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def test_another_seed_gives_another_city(worlds: dict[str, Path], tmp_path: Path) -> None:
    make(tmp_path / "other", claims=_CLAIMS, seed=6, level="standard")
    first = pd.read_parquet(worlds["standard"] / "claims.parquet", columns=["total_amount"])
    second = pd.read_parquet(tmp_path / "other" / "claims.parquet", columns=["total_amount"])
    assert not first.equals(second)


@pytest.mark.parametrize("level", LEVELS)
def test_the_delivery_has_the_size_and_the_columns_asked_for(worlds: dict[str, Path], level: str) -> None:
    claims = pd.read_parquet(worlds[level] / "claims.parquet")
    patients = pd.read_parquet(worlds[level] / "patients.parquet")
    assert abs(len(claims) - _CLAIMS) <= 0.1 * _CLAIMS
    assert _CLAIMS / 12 <= len(patients) <= _CLAIMS / 7
    assert "employer" not in patients
    clock = (claims.started_at != claims.started_at.dt.normalize()).mean()
    assert 0.55 <= clock <= 0.8
    assert (claims.facility_id.isna() ^ claims.pharmacy_id.isna()).all()
    assert 0.008 <= (claims.total_amount < 0).mean() <= 0.03


@pytest.mark.parametrize("level", LEVELS)
def test_truth_speaks_of_what_is_delivered(worlds: dict[str, Path], level: str) -> None:
    out = worlds[level]
    claims = pd.read_parquet(out / "claims.parquet")
    members, ring_claims, decoys = _read(out, "members"), _read(out, "ring_claims"), _read(out, "decoys")
    owner = claims.set_index("claim_id").patient_id
    people = members[members.entity_type == "patient"]
    came = set(zip(ring_claims.ring_id, owner.loc[ring_claims.claim_id], strict=True))
    assert came == set(zip(people.ring_id, people.entity_id, strict=True))
    for kind, column in (("doctor", "doctor_id"), ("facility", "facility_id"), ("pharmacy", "pharmacy_id")):
        table = {"doctor": "doctors", "facility": "facilities", "pharmacy": "pharmacies"}[kind]
        known = set(pd.read_parquet(out / f"{table}.parquet")[column])
        assert set(members[members.entity_type == kind].entity_id) <= known
    listed = decoys.patients.str.split("|").explode()
    assert set(listed) <= set(claims.patient_id)
    assert decoys.patients.str.count(r"\|").min() >= 1
    assert decoys.kind.nunique() >= 15


def test_levels_make_what_they_say(worlds: dict[str, Path]) -> None:
    rings = {level: _read(out, "rings").astype({"patients": int}) for level, out in worlds.items()}
    assert rings["none"].empty and _read(worlds["none"], "members").empty
    for level in ("standard", "stealth", "hard"):
        assert len(rings[level]) >= 2
        assert set(rings[level].kind) & _OF_STAYS and set(rings[level].kind) - _OF_STAYS
    standard, stealth, hard = (len(_read(worlds[x], "ring_claims")) for x in ("standard", "stealth", "hard"))
    assert standard > stealth > hard > 0
    assert rings["real"].patients.between(3, 40).all()
    assert rings["real"].patients.sum() < rings["standard"].patients.sum()
