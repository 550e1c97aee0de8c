"""The world of a payer without clocks: same bytes, the levels, and a truth that refers to what is delivered."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from bench.worlds import payer
from bench.worlds.files import LEVELS, Level, truth_folder

CLAIMS = 20_000


def _background_missing() -> str | None:
    try:
        payer.source_folder()
    except FileNotFoundError as absent:
        return str(absent)
    return None


needs_background = pytest.mark.skipif(
    _background_missing() is not None, reason=_background_missing() or "the background is there"
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[Level, Path]:
    folder = tmp_path_factory.mktemp("payer")
    for level in LEVELS:
        payer.make(folder / level, claims=CLAIMS, seed=3, level=level)
    return {level: folder / level for level in LEVELS}


def _sums(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_without_its_background_the_world_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"medicare_like .* is not under .*FRAUDGRAPH_SHARED"):
        payer.make(tmp_path / "out", claims=CLAIMS, seed=1, level="none", shared=tmp_path)


@needs_background
def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(
    worlds: dict[Level, Path], tmp_path: Path
) -> None:
    payer.make(tmp_path / "again", claims=CLAIMS, seed=3, level="standard")
    payer.make(tmp_path / "other", claims=CLAIMS, seed=4, level="standard")
    first = worlds["standard"]
    assert _sums(tmp_path / "again") == _sums(first)
    assert _sums(truth_folder(tmp_path / "again")) == _sums(truth_folder(first))
    assert _sums(tmp_path / "other")["claims.parquet"] != _sums(first)["claims.parquet"]


@needs_background
def test_every_level_holds_what_it_says(worlds: dict[Level, Path]) -> None:
    rings = {level: pd.read_csv(truth_folder(folder) / "rings.csv") for level, folder in worlds.items()}
    assert rings["none"].empty
    assert all(len(rings[level]) == 1 for level in ("standard", "stealth", "hard"))
    in_rings = rings["real"].patients.sum()
    assert 4 <= in_rings <= 45
    for level, folder in worlds.items():
        claims = pd.read_parquet(folder / "claims.parquet")
        assert 0.9 * CLAIMS <= len(claims) <= 1.1 * CLAIMS, level
        decoys = pd.read_csv(truth_folder(folder) / "decoys.csv")
        assert decoys.kind.nunique() >= 15, level
        assert decoys.patients.str.count(r"\|").between(2, 199).all(), level


@needs_background
def test_the_truth_refers_to_delivered_ids(worlds: dict[Level, Path]) -> None:
    for folder in worlds.values():
        claims = pd.read_parquet(folder / "claims.parquet").set_index("claim_id")
        truth = {
            name: pd.read_csv(truth_folder(folder) / f"{name}.csv")
            for name in ("members", "decoys", "ring_claims")
        }
        for kind, column in (("patient", "patient_id"), ("doctor", "doctor_id"), ("facility", "facility_id")):
            named = truth["members"][truth["members"].entity_type == kind].entity_id
            assert set(named) <= set(claims[column])
        assert {person for group in truth["decoys"].patients for person in group.split("|")} <= set(
            claims.patient_id
        )
        planted = claims.loc[truth["ring_claims"].claim_id]
        people = set(truth["members"].query("entity_type == 'patient'").entity_id)
        assert set(planted.patient_id) == people
        besides = claims.drop(index=truth["ring_claims"].claim_id)
        assert people <= set(besides.patient_id)  # ordinary life of every member


@needs_background
def test_no_date_carries_a_clock_and_refunds_reverse_a_claim(worlds: dict[Level, Path]) -> None:
    claims = pd.read_parquet(worlds["standard"] / "claims.parquet")
    assert (pd.to_datetime(claims.started_at).dt.normalize() == pd.to_datetime(claims.started_at)).all()
    back = claims[claims.refund_of.notna()]
    assert 0.005 < len(back) / len(claims) < 0.035
    original = claims.set_index("claim_id").loc[back.refund_of]
    assert (original.fund_amount.to_numpy() == -back.fund_amount.to_numpy()).all()


@needs_background
def test_copies_of_a_person_do_not_meet_themselves() -> None:
    people, claims, _ = payer._read(payer.source_folder())
    rng = payer.np.random.default_rng(5)
    folk, bills = payer._background(rng, people, claims, 300_000)
    many = len(people)
    source = folk.source.to_numpy()[bills.patient] % many
    year = bills[bills.day >= 0].assign(source=source[bills.day >= 0])
    first = year[folk["copy"].to_numpy()[year.patient] == 0]
    later = year[folk["copy"].to_numpy()[year.patient] == 1]
    met = first.merge(later, on=["source", "facility", "day"])
    assert len(met) < 0.02 * len(first)
    counties = people[["State", "County"]].iloc[folk.source % many].to_numpy()
    assert (counties == folk[["State", "County"]].to_numpy()).all()
