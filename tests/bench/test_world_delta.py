"""The delta as a world: same bytes, levels as promised, truth that refers to what was delivered."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.worlds.delta import make
from bench.worlds.delta_groups import LAWFUL, RINGS, meeting_nats, using_nats
from bench.worlds.files import LEVELS, truth_folder

CLAIMS = 20_000
SEED = 5


@pytest.fixture(scope="module")
def deltas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("deltas")
    for level in LEVELS:
        make(folder / level, claims=CLAIMS, seed=SEED, level=level)
    return {level: folder / level for level in LEVELS}


def _digest(out: Path) -> dict[str, str]:
    files = sorted([*out.iterdir(), *truth_folder(out).iterdir()])
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _truth(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(
        truth_folder(out) / f"{name}.csv", dtype={"entity_id": str, "claim_id": str, "patients": str}
    )


def test_delta_same_seed_same_bytes_and_another_seed_another_city(
    deltas: dict[str, Path], tmp_path: Path
) -> None:
    make(tmp_path / "again", claims=CLAIMS, seed=SEED, level="standard")
    assert _digest(tmp_path / "again") == _digest(deltas["standard"])
    make(tmp_path / "other", claims=5_000, seed=SEED + 1, level="standard")
    assert _digest(tmp_path / "other")["claims.parquet"] != _digest(deltas["standard"])["claims.parquet"]


@pytest.mark.parametrize("level", LEVELS)
def test_delta_is_as_large_as_asked_and_its_truth_names_what_was_delivered(
    deltas: dict[str, Path], level: str
) -> None:
    out = deltas[level]
    claims = pd.read_parquet(out / "claims.parquet")
    assert abs(len(claims) - CLAIMS) <= 0.1 * CLAIMS
    assert CLAIMS / 12.5 <= claims.patient_id.nunique() <= CLAIMS / 7
    assert (claims.facility_id.notna() ^ claims.pharmacy_id.notna()).all()
    refunds = claims[claims.refund_of.notna()]
    assert 0.009 < len(refunds) / len(claims) < 0.03
    assert set(refunds.refund_of) <= set(claims.claim_id)
    assert (refunds.total_amount < 0).all()
    members, theirs, decoys = (_truth(out, name) for name in ("members", "ring_claims", "decoys"))
    ring_people = set(claims.patient_id[claims.claim_id.isin(theirs.claim_id)])
    assert ring_people == set(members.entity_id[members.entity_type == "patient"])
    delivered = {
        "doctor": set(claims.doctor_id),
        "facility": set(claims.facility_id),
        "pharmacy": set(claims.pharmacy_id),
        "patient": set(claims.patient_id),
    }
    if "operator_id" in claims:
        delivered["operator"] = set(claims.operator_id)
    papers = pd.read_parquet(out / "patients.parquet")
    for kind, column in (
        ("agent", "agent_id"),
        ("phone", "phone"),
        ("account", "bank_account"),
        ("employer", "employer"),
    ):
        delivered[kind] = set(papers[column]) if column in papers else set()
    for kind, part in members.groupby("entity_type"):
        assert set(part.entity_id) <= delivered[kind], kind
    assert set("|".join(decoys.patients).split("|")) <= delivered["patient"]


@pytest.mark.parametrize("level", LEVELS)
def test_delta_lawful_kinds_stand_at_every_level(deltas: dict[str, Path], level: str) -> None:
    decoys = _truth(deltas[level], "decoys")
    assert decoys.kind.nunique() >= 30
    assert decoys.patients.str.count(r"\|").add(1).min() >= 3


def test_delta_levels_make_the_rings_that_they_say(deltas: dict[str, Path]) -> None:
    rings = {level: _truth(out, "rings") for level, out in deltas.items()}
    assert rings["none"].empty
    assert _truth(deltas["none"], "ring_claims").empty
    for level in ("standard", "stealth", "hard"):
        assert len(rings[level]) == 2
        assert np.isfinite(rings[level].oracle_nats).all()
    assert 1 <= len(rings["real"]) <= 2
    assert rings["real"].patients.astype(int).between(4, 40).all()
    share = {level: len(_truth(out, "ring_claims")) for level, out in deltas.items()}
    assert share["hard"] < share["stealth"] < share["standard"]


def test_delta_kinds_differ_in_name_and_every_ring_has_a_business() -> None:
    names = [plan.name for plan in (*LAWFUL, *RINGS)]
    assert len(set(names)) == len(names)
    assert all(plan.model for plan in RINGS)
    assert not any(plan.model for plan in LAWFUL)


def test_delta_oracle_grows_with_surprise_and_is_capped_without_meetings() -> None:
    assert meeting_nats(6, 10, 0.6, 0.01) > meeting_nats(6, 10, 0.6, 1.0) > meeting_nats(6, 10, 0.6, 6.0)
    assert meeting_nats(0, 10, 0.6, 0.01) < 0
    one, many = (
        using_nats(np.array([8.0]), np.array([0.1]), 0.02),
        using_nats(np.array([80.0]), np.array([0.1]), 0.02),
    )
    assert one == many == pytest.approx(np.log(50))
    assert using_nats(np.array([8.0]), np.array([8.0]), 0.02) == pytest.approx(0, abs=0.01)
