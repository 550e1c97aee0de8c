"""The blind world `metropolis`: the same seed writes the same bytes, levels make what they say, the truth speaks of delivered ids."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from bench.worlds.files import LEVELS, truth_folder
from bench.worlds.metropolis import make

CLAIMS = 20_000  # small: six of them are made


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("metropolis")
    for level in LEVELS:
        make(root / level, claims=CLAIMS, seed=11, level=level)
    return {level: root / level for level in LEVELS}


def _truth(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(out) / f"{name}.csv", dtype={"entity_id": str, "claim_id": str})


def _digest(out: Path) -> dict[str, str]:
    files = sorted([*out.iterdir(), *truth_folder(out).iterdir()])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_and_another_level_others(worlds: dict[str, Path], tmp_path: Path) -> None:
    make(tmp_path / "again", claims=CLAIMS, seed=11, level="standard")
    first = _digest(worlds["standard"])
    assert _digest(tmp_path / "again") == first
    assert _digest(worlds["none"])["claims.parquet"] != first["claims.parquet"]


@pytest.mark.parametrize("level", ["standard", "none"])
def test_size_people_refunds_and_keys(worlds: dict[str, Path], level: str) -> None:
    claims = pd.read_parquet(worlds[level] / "claims.parquet")
    assert abs(len(claims) - CLAIMS) <= CLAIMS // 10
    assert CLAIMS / 14 < claims.patient_id.nunique() < CLAIMS / 7
    assert (claims.facility_id.isna() ^ claims.pharmacy_id.isna()).all()
    refunds = claims[claims.refund_of.notna()]
    assert 0.005 < len(refunds) / len(claims) < 0.04
    assert (refunds.total_amount <= 0).all()
    assert set(refunds.refund_of) <= set(claims.claim_id)
    items = pd.read_parquet(worlds[level] / "claim_items.parquet")
    assert set(items.claim_id) <= set(claims.claim_id)
    assert not items.duplicated(["claim_id", "item_code"]).any()
    billed = items.groupby("claim_id").amount.sum()
    total = claims.set_index("claim_id").total_amount[billed.index]
    assert (billed - total).abs().max() < 0.02


@pytest.mark.parametrize("level", LEVELS)
def test_truth_refers_to_what_was_delivered(worlds: dict[str, Path], level: str) -> None:
    out = worlds[level]
    claims = pd.read_parquet(out / "claims.parquet")
    members, ring_claims = _truth(out, "members"), _truth(out, "ring_claims")
    for kind, ids in (
        ("patient", set(claims.patient_id)),
        ("doctor", set(pd.read_parquet(out / "doctors.parquet").doctor_id)),
        ("facility", set(pd.read_parquet(out / "facilities.parquet").facility_id)),
        ("pharmacy", set(pd.read_parquet(out / "pharmacies.parquet").pharmacy_id)),
    ):
        assert set(members.entity_id[members.entity_type == kind]) <= ids
    billed = ring_claims.merge(claims.astype({"patient_id": str}), on="claim_id")
    assert set(zip(billed.ring_id, billed.patient_id, strict=True)) == {
        (ring, who)
        for ring, who, kind in zip(members.ring_id, members.entity_id, members.entity_type, strict=True)
        if kind == "patient"
    }
    decoys = _truth(out, "decoys")
    assert decoys.kind.nunique() >= 15
    assert set("|".join(decoys.patients).split("|")) <= set(claims.patient_id)


def test_levels_make_what_they_say(worlds: dict[str, Path]) -> None:
    assert _truth(worlds["none"], "rings").empty and _truth(worlds["none"], "ring_claims").empty
    per_level = {}
    for level in ("standard", "stealth", "hard", "real"):
        rings, ring_claims = _truth(worlds[level], "rings"), _truth(worlds[level], "ring_claims")
        assert len(rings) >= 1
        assert rings.oracle_nats.notna().all()
        per_level[level] = len(ring_claims) / rings.patients.sum()
    assert per_level["standard"] > per_level["stealth"] > per_level["hard"]
    assert _truth(worlds["real"], "rings").patients.between(3, 40).all()


def test_ring_members_keep_ordinary_life(worlds: dict[str, Path]) -> None:
    claims = pd.read_parquet(worlds["standard"] / "claims.parquet")
    members, ring_claims = _truth(worlds["standard"], "members"), _truth(worlds["standard"], "ring_claims")
    people = set(members.entity_id[members.entity_type == "patient"])
    own = claims[claims.patient_id.isin(people) & ~claims.claim_id.isin(ring_claims.claim_id)]
    assert own.patient_id.nunique() > 0.7 * len(people)
