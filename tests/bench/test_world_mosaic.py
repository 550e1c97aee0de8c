"""The composed prefecture: same bytes, what each level says, and a truth that refers to what is delivered."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bench.worlds import mosaic
from bench.worlds.files import LEVELS, Level, truth_folder
from bench.worlds.mosaic_groups import CAUSES, SCHEMES

CLAIMS = 20_000


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("mosaic")
    for level in LEVELS:
        mosaic.make(folder / level, claims=CLAIMS, seed=3, level=level)
    return {level: folder / level for level in LEVELS}


def truth(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(truth_folder(out) / f"{name}.csv", dtype=str)


def test_same_seed_same_bytes(worlds: dict[str, Path], tmp_path: Path) -> None:
    mosaic.make(tmp_path / "again", claims=CLAIMS, seed=3, level="hard")
    for one, other in (
        (worlds["hard"], tmp_path / "again"),
        (truth_folder(worlds["hard"]), truth_folder(tmp_path / "again")),
    ):
        names = sorted(path.name for path in one.iterdir())
        assert names == sorted(path.name for path in other.iterdir())
        assert all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_another_seed_is_another_city(worlds: dict[str, Path], tmp_path: Path) -> None:
    mosaic.make(tmp_path / "other", claims=CLAIMS, seed=4, level="standard")
    kinds = set(truth(tmp_path / "other", "decoys").kind) & set(truth(worlds["standard"], "decoys").kind)
    assert len(kinds) < 15


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_holds_what_it_says(worlds: dict[str, Path], level: Level) -> None:
    out = worlds[level]
    claims = pd.read_parquet(out / "claims.parquet")
    assert abs(len(claims) - CLAIMS) < 0.1 * CLAIMS
    assert 7 <= len(claims) / claims.patient_id.nunique() <= 12
    rings, planted, members, decoys = (
        truth(out, name) for name in ("rings", "ring_claims", "members", "decoys")
    )
    assert decoys.kind.str.split("+").str[0].nunique() >= 15
    assert set(decoys.patients.str.split("|").explode()) <= set(claims.patient_id)
    if level == "none":
        assert rings.empty
        assert planted.empty
        assert members.empty
        return
    assert set(planted.claim_id) <= set(claims.claim_id)
    whose = claims.set_index("claim_id").patient_id.astype(str).loc[planted.claim_id].to_numpy()
    have = set(zip(planted.ring_id, whose, strict=True))
    people = members[members.entity_type == "patient"]
    assert have == set(zip(people.ring_id, people.entity_id, strict=True))
    assert (people.groupby("ring_id").size() == rings.set_index("ring_id").patients.astype(int)).all()
    for kind, column in (("doctor", "doctor_id"), ("facility", "facility_id"), ("pharmacy", "pharmacy_id")):
        assert set(members[members.entity_type == kind].entity_id) <= set(claims[column].dropna())
    ordinary = set(claims.loc[~claims.claim_id.isin(set(planted.claim_id)), "patient_id"])
    assert len(set(people.entity_id) & ordinary) >= 0.9 * people.entity_id.nunique()


def test_stealth_is_quieter_than_standard(worlds: dict[str, Path]) -> None:
    size = {level: len(truth(worlds[level], "ring_claims")) for level in ("standard", "stealth", "hard")}
    assert size["standard"] > size["stealth"] > size["hard"]


def test_refunds_point_to_an_earlier_claim_of_the_same_person(worlds: dict[str, Path]) -> None:
    claims = pd.read_parquet(worlds["standard"] / "claims.parquet")
    back = claims[claims.refund_of.notna()]
    first = claims.set_index("claim_id").loc[back.refund_of]
    assert 0.005 < len(back) / len(claims) < 0.04
    assert (first.patient_id.astype(str).to_numpy() == back.patient_id.astype(str).to_numpy()).all()
    assert (first.total_amount.to_numpy() + back.total_amount.to_numpy() == 0).all()


def test_every_composition_names_known_parts() -> None:
    assert len(CAUSES) >= 15
    assert len(SCHEMES) >= 9
    assert all(
        cause.size[0] >= 3 and cause.size[0] <= cause.size[1] <= cause.size[2] <= 200
        for cause in CAUSES.values()
    )
