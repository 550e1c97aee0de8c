"""The county as a world: same bytes, levels as promised, truth that refers to what was delivered."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from bench.worlds.county import make
from bench.worlds.county_groups import LAWFUL, RINGS, meeting_nats, visiting_nats
from bench.worlds.files import LEVELS, truth_folder

CLAIMS = 20_000


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("counties")
    for level in LEVELS:
        make(folder / level, claims=CLAIMS, seed=11, level=level)
    return {level: folder / level for level in LEVELS}


def _digest(out: Path) -> dict[str, str]:
    files = sorted([*out.iterdir(), *truth_folder(out).iterdir()])
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _truth(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(out) / f"{name}.csv", dtype={"entity_id": str})


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    counties: dict[str, Path], tmp_path: Path
) -> None:
    make(tmp_path / "again", claims=CLAIMS, seed=11, level="standard")
    make(tmp_path / "other", claims=CLAIMS, seed=12, level="standard")
    assert _digest(tmp_path / "again") == _digest(counties["standard"])
    assert _digest(tmp_path / "other")["claims.parquet"] != _digest(counties["standard"])["claims.parquet"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_county_is_as_large_as_asked_and_its_truth_names_what_was_delivered(
    counties: dict[str, Path], level: str
) -> None:
    out = counties[level]
    claims = pd.read_parquet(out / "claims.parquet")
    assert abs(len(claims) - CLAIMS) <= CLAIMS * 0.1
    assert CLAIMS / 13 <= claims.patient_id.nunique() <= CLAIMS / 7
    assert (claims.facility_id.notna() ^ claims.pharmacy_id.notna()).all()
    refunds = claims[claims.refund_of.notna()]
    assert 0.008 < len(refunds) / len(claims) < 0.032
    assert set(refunds.refund_of) <= set(claims.claim_id)
    assert (refunds.total_amount < 0).all()
    members, ring_claims, decoys = _truth(out, "members"), _truth(out, "ring_claims"), _truth(out, "decoys")
    theirs = claims[claims.claim_id.isin(ring_claims.claim_id)]
    assert set(theirs.patient_id) == set(members[members.entity_type == "patient"].entity_id)
    places = set(claims.facility_id.dropna()) | set(claims.pharmacy_id.dropna())
    assert set(members[members.entity_type.isin(["facility", "pharmacy"])].entity_id) <= places
    assert set(decoys.patients.str.split("|").explode()) <= set(claims.patient_id)


def test_lawful_groups_are_of_many_kinds_at_every_level(counties: dict[str, Path]) -> None:
    for out in counties.values():
        decoys = _truth(out, "decoys")
        assert decoys.kind.nunique() >= 15
        assert decoys.patients.str.count(r"\|").min() >= 2
    assert len(LAWFUL) >= 15
    assert len(RINGS) >= 10


def test_a_county_without_rings_has_none_and_others_have_some(counties: dict[str, Path]) -> None:
    assert {level: len(_truth(out, "rings")) > 0 for level, out in counties.items()} == {
        level: level != "none" for level in LEVELS
    }
    assert _truth(counties["none"], "ring_claims").empty


def test_in_the_real_county_one_person_in_a_thousand_is_in_a_ring(tmp_path: Path) -> None:
    make(tmp_path / "real", claims=60_000, seed=5, level="real")
    people = len(
        pd.read_parquet(tmp_path / "real" / "claims.parquet", columns=["patient_id"]).patient_id.unique()
    )
    rings = _truth(tmp_path / "real", "rings")
    assert 0.0005 <= rings.patients.sum() / people <= 0.004
    assert rings.patients.between(3, 40).all()


def test_people_of_a_stealthy_county_join_less_and_pay_ordinary_bills(counties: dict[str, Path]) -> None:
    sizes = {level: len(_truth(counties[level], "ring_claims")) for level in ("standard", "stealth", "hard")}
    assert sizes["standard"] > sizes["stealth"] > sizes["hard"] > 0


def test_registers_are_as_poor_as_the_county_says(counties: dict[str, Path]) -> None:
    people = pd.read_parquet(counties["standard"] / "patients.parquet")
    assert "household_id" not in people
    assert 0.35 < people.phone.isna().mean() < 0.65


def test_the_oracle_grows_with_what_ordinary_life_does_not_explain() -> None:
    meetings = [(3, 20.0, 8, 12)] * 10
    assert meeting_nats(meetings, 0.7, {3: 5.0}) > meeting_nats(meetings, 0.7, {3: 500.0})
    assert visiting_nats(60, 10, 6.0, 4.0) > visiting_nats(60, 10, 6.0, 200.0)
    assert visiting_nats(40, 10, 6.0, 40.0) < 0
