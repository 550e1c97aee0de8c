"""Stability, delay, expansion, calibration, injections: the parts that judge, on small made-up answers."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import calibration, delay, expansion, injections, stability
from bench.rings.cities import REPORT_SEEDS, cities_asked_for, parser
from bench.rings.scoring import Planted
from bench.rings.variants import shuffled, variant
from fraudgraph.synthetic.city import CityReport, make_city


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CityReport:
    return make_city(
        tmp_path_factory.mktemp("small") / "city", claims=12_000, months=12, rings="standard", seed=3
    )


def rows(path: Path) -> Counter[str]:
    return Counter(map(repr, pq.read_table(path).to_pylist()))


def test_shuffling_keeps_every_row_and_changes_the_order(made: CityReport, tmp_path: Path) -> None:
    other = shuffled(made.out, tmp_path / "shuffled", seed=1)
    for name in ("claims", "patients", "facilities"):
        before, after = (pq.read_table(folder / f"{name}.parquet") for folder in (made.out, other))
        assert before.schema.names == after.schema.names
        assert rows(made.out / f"{name}.parquet") == rows(other / f"{name}.parquet")
        assert before.column(0).to_pylist() != after.column(0).to_pylist()


def test_each_change_of_a_city_changes_what_it_says(made: CityReport, tmp_path: Path) -> None:
    guilty = {
        row["entity_id"]
        for row in pq.read_table(made.truth / "ring_members.parquet").to_pylist()
        if row["entity_type"] == "patient"
    }
    before = {row["claim_id"]: row for row in pq.read_table(made.out / "claims.parquet").to_pylist()}
    seen = []
    for what, folder in stability.variants_of(made.out, tmp_path, seed=1, in_rings=guilty):
        seen.append(what)
        now = {row["claim_id"]: row for row in pq.read_table(folder / "claims.parquet").to_pylist()}
        differ = [claim for claim, row in before.items() if now.get(claim) != row]
        if what == "changed":
            assert 0.015 < len(differ) / len(before) < 0.025
            assert not {before[claim]["patient_id"] for claim in differ} & guilty
            gone = [claim for claim in differ if claim not in now]
            assert 0.35 < len(gone) / len(differ) < 0.65
            moved = [abs((now[c]["started_at"] - before[c]["started_at"]).days) for c in differ if c in now]
            assert (min(moved), max(moved)) == (1, 7)
        if what == "doctor":
            assert {now[claim]["doctor_id"] for claim in differ} == {"D000000000000"}
            assert 0.04 < len(differ) / len(before) < 0.06
        if what == "phone":
            phones = Counter(row["phone"] for row in pq.read_table(folder / "patients.parquet").to_pylist())
            assert 0.17 < phones["13800000000"] / phones.total() < 0.23
            assert not differ
    assert seen == list(stability.AIMS)


def test_a_ring_is_the_same_only_with_the_same_members() -> None:
    one, two = frozenset({("patient", "a"), ("patient", "b")}), frozenset({("patient", "c"), ("doctor", "d")})
    same = stability.compare({"1": one, "2": two}, {"9": two, "8": one})
    assert (same.before, same.same, same.same_people, same.new) == (2, 2, 2, 0)
    other = stability.compare(
        {"1": one, "2": two}, {"1": one | {("patient", "x")}, "2": two - {("doctor", "d")}}
    )
    assert (other.same, other.same_people, other.new) == (0, 1, 1)
    assert other.moved == {"doctor left": 1}


def test_a_ring_is_listed_in_the_first_month_that_fits_what_it_has_done() -> None:
    doings = {
        "T1": [(date(2025, 2, 1), "a", 10.0), (date(2025, 2, 2), "b", 10.0), (date(2025, 6, 1), "c", 80.0)],
        "T2": [(date(2025, 3, 3), "x", 5.0)],
        "T3": [(date(2025, 12, 31), "z", 5.0)],
    }
    told = delay.first_listed(doings, {3: {"R": {"a", "b"}}, 4: {"R": {"a", "b", "q"}, "S": {"x", "y", "w"}}})
    assert told["T1"] == (3, pytest.approx(0.2))
    assert told["T2"] == (None, 1.0)
    assert told["T3"] == (None, 1.0)
    assert delay.first_listed(doings, {12: {"R": {"z"}}})["T3"] == (12, 1.0)


def test_what_a_ring_did_adds_up_to_the_truth(made: CityReport) -> None:
    doings = delay.ring_doings(made.out)
    for row in pq.read_table(made.truth / "rings.parquet").to_pylist():
        assert sum(fund for _, _, fund in doings[row["ring_id"]]) == pytest.approx(row["fund_amount"])


def test_a_cut_city_ends_with_its_month(made: CityReport, tmp_path: Path) -> None:
    cut = variant(
        made.out,
        tmp_path / "cut",
        {"claims": "SELECT * FROM {claims} WHERE started_at < $end_of_month"},
        end_of_month=date(2025, 4, 1),
    )
    started = pq.read_table(cut / "claims.parquet").column("started_at").to_pylist()
    assert max(started).month == 3
    assert rows(cut / "patients.parquet") == rows(made.out / "patients.parquet")


def ring(*patients: str) -> Planted:
    return Planted(typology="card_sweep", patients=set(patients), places=set(), neutral=set(), fund=1.0)


def test_expansion_counts_who_is_back_and_who_does_not_belong() -> None:
    planted = {"T1": ring(*"abcdefgh"), "T2": ring(*"hxyz")}
    answer = {
        "members": [{"entity_type": "patient", "entity_id": i} for i in "abcdexq"]
        + [{"entity_type": "pharmacy", "entity_id": "p"}],
        "stop_reason": "weak",
    }
    told = expansion.judge("T1", planted, ["a", "b", "c"], answer)
    assert (told.recovered, told.recovered_rest) == (5 / 8, 2 / 5)
    assert told.strangers == pytest.approx(2 / 7)
    assert told.outsiders == pytest.approx(1 / 7)


def test_promised_and_realised_false_rings() -> None:
    rings = {
        "R1": (0.01, set("abcd")),
        "R2": (0.04, set("ab")),
        "R3": (0.05, set("xyz")),
        "R4": (0.3, set("u")),
    }
    told = calibration.tally(rings, {"T": set("abcd")}, at=0.05)
    assert (told.rings, told.false, told.strangers_only, told.told) == (3, 2, 1, 0.05)
    cities = [calibration.Tally(rings=20, false=1, strangers_only=0, told=0.05)] * 19
    row = calibration.compare(
        [*cities, calibration.Tally(rings=20, false=5, strangers_only=5, told=0.05)], at=0.05
    )
    assert (row["rings"], row["false_share"], row["ratio"], row["told"]) == (400, 0.06, 1.2, 0.05)
    assert row["ratio_95"][0] == 1.0
    assert 1.2 < row["ratio_95"][1] <= 2.0
    assert (
        calibration.compare([calibration.Tally(rings=0, false=0, strangers_only=0, told=0.0)], at=0.05)[
            "rings"
        ]
        == 0
    )


def test_an_injection_uses_what_is_there_and_keeps_the_rest(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    data = tmp_path / "data"
    data.mkdir()
    lines = [
        "BeneID,ClaimID,ClaimStartDt,ClaimEndDt,Provider,InscClaimAmtReimbursed,AttendingPhysician,DeductibleAmtPaid,ClmDiagnosisCode_1"
    ]
    for number in range(600):
        day = f"2009-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        lines.append(
            f"B{draw.integers(80)},C{number},{day},{day},P{draw.integers(15)},{number % 90}0,D{number % 7},0,4019"
        )
    for name in injections.FILES:
        with gzip.open(data / name, "wt") as file:
            file.write("\n".join(lines) + "\n")
    block = injections.lay_in(data, tmp_path / "one", shape="50x10", seed=4)
    assert block.claims == injections.lay_in(data, tmp_path / "two", shape="50x10", seed=4).claims
    assert block.claims != injections.lay_in(data, tmp_path / "two", shape="50x10", seed=5).claims
    assert 0.4 < len(block.claims) / 500 < 0.6
    assert len({claim[3] for claim in block.claims}) == 10
    with gzip.open(tmp_path / "one" / injections.FILES[0], "rt") as file:
        written = file.read().splitlines()
    assert len(written) == 601 + len(block.claims)
    assert {line.split(",")[1] for line in lines[1:]} < {line.split(",")[1] for line in written[1:]}


def test_injections_without_the_data_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert injections.main(["--data", str(tmp_path), "--work", str(tmp_path)]) == 0
    assert "Nothing measured" in capsys.readouterr().out


def test_the_best_fitting_ring_counts() -> None:
    listed = {"R1": set("ab"), "R2": set("abcx")}
    assert injections.best_f1(frozenset("abcd"), listed) == 0.75
    assert injections.best_f1(frozenset("abcd"), {}) == 0.0


def test_reporting_seeds_need_a_word() -> None:
    made = parser("rings", "")
    with pytest.raises(SystemExit, match="reporting"):
        list(cities_asked_for(made.parse_args(["--seeds", "301"])))
    asked = list(cities_asked_for(made.parse_args(["--kind", "hard,real", "--report"])))
    assert [seed for kind, _, seed in asked if kind == "hard"] == list(REPORT_SEEDS["hard"])
    assert {claims for kind, claims, _ in asked if kind == "real"} == {4_000_000}
    assert {seed for _, _, seed in cities_asked_for(made.parse_args([]))} == {1, 2, 3}
