"""The judge is judged: matching, false rings, wrong people, places, money."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.rings.scoring import Planted, match, score_run, score_sets
from fraudgraph.synthetic.city import make_city


def people(*names: str) -> set[tuple[str, str]]:
    return {("patient", name) for name in names}


def planted(
    patients: str,
    *,
    places: set[tuple[str, str]] | None = None,
    neutral: set[tuple[str, str]] | None = None,
    fund: float = 100.0,
) -> Planted:
    return Planted(
        typology="card_sweep",
        patients=set(patients),
        places=places or set(),
        neutral=neutral or set(),
        fund=fund,
    )


def test_a_ring_named_exactly_is_found_and_nobody_is_wrong() -> None:
    figures = score_sets({"T1": planted("abcd")}, {"R1": people(*"abcd")}, {}).figures()
    assert (
        figures["recall"],
        figures["precision"],
        figures["patients_wrong"],
        figures["money_found_share"],
    ) == (1, 1, 0, 1)


def test_a_fragment_below_half_and_a_duplicate_count_as_false() -> None:
    figures = score_sets(
        {"T1": planted("abcdefgh")},
        {"R1": people(*"abc"), "R2": people(*"abcdefgh"), "R3": people(*"abcdefg")},
        {},
    ).figures()
    assert figures["found"] == 1
    assert figures["precision"] == pytest.approx(1 / 3, abs=1e-4)


def test_a_padded_ring_is_not_found() -> None:
    figures = score_sets({"T1": planted("abcd")}, {"R1": people(*"abcdvwxyz")}, {}).figures()
    assert figures["found"] == 0
    assert figures["patients_wrong"] == 5
    assert figures["patients_right_share"] == pytest.approx(4 / 9, abs=1e-4)


def test_the_matching_takes_most_pairs_rather_than_the_best_single_one() -> None:
    # R1 fits both rings; R2 fits only the first: greedy by Jaccard would lose a pair
    rings = {"T1": set("abcdef"), "T2": set("abcdefghi")}
    lists = {"R1": set("abcdef"), "R2": set("abcd")}
    assert match(rings, lists) == {"T1": "R2", "T2": "R1"}


def test_exactly_half_is_found() -> None:
    assert match({"T": set("abcd")}, {"R": set("ab")}) == {"T": "R"}
    assert match({"T": set("abcde")}, {"R": set("ab")}) == {}


def test_a_listed_family_counts_as_look_alike_but_a_ring_inside_a_home_does_not() -> None:
    groups = {"L1": ("family", set("vwx")), "L2": ("care_home", set("abcdefghij"))}
    figures = score_sets(
        {"T1": planted("abcd")}, {"R1": people(*"abcd"), "R2": people(*"vwxq")}, groups
    ).figures()
    assert figures["lookalike_kinds"] == {"family": 1}
    assert figures["lookalikes_listed"] == 1


def test_places_that_a_ring_merely_used_are_neither_asked_for_nor_wrong() -> None:
    shop, clinic, other = ("pharmacy", "P1"), ("facility", "H1"), ("doctor", "D9")
    ring = planted("abcd", places={shop}, neutral={clinic})
    figures = score_sets({"T1": ring}, {"R1": people(*"abcd") | {shop, clinic, other}}, {}).figures()
    assert figures["places_f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_city_without_rings_has_no_recall_and_counts_what_is_listed() -> None:
    figures = score_sets({}, {"R1": people(*"abcd")}, {}).figures()
    assert figures["recall"] is None
    assert (figures["listed"], figures["precision"], figures["patients_wrong"]) == (1, 0.0, 4)


def test_scores_of_runs_add_up() -> None:
    one = score_sets({"T1": planted("abcd")}, {"R1": people(*"abcd")}, {})
    two = score_sets({"T1": planted("abcd")}, {}, {})
    figures = (one + two).figures()
    assert (figures["planted"], figures["found"], figures["recall"]) == (2, 1, 0.5)
    assert figures["by_typology"] == {"card_sweep": (2, 1)}


def test_a_run_that_lists_the_truth_scores_one_and_unlisted_rings_do_not_count(tmp_path: Path) -> None:
    made = make_city(tmp_path / "city", claims=12_000, months=6, rings="standard", seed=3)
    members = pq.read_table(made.truth / "ring_members.parquet")
    rings = pq.read_table(made.truth / "rings.parquet")
    out = tmp_path / "out"
    out.mkdir()
    names = rings.column("ring_id").to_pylist()
    pq.write_table(members, out / "ring_members.parquet")
    pq.write_table(pa.table({"ring_id": names, "listed": [True] * len(names)}), out / "rings.parquet")
    full = score_run(out, made.truth).figures()
    assert (full["recall"], full["precision"], full["places_f1"], full["patients_wrong"]) == (1, 1, 1, 0)
    pq.write_table(pa.table({"ring_id": names, "listed": [False] * len(names)}), out / "rings.parquet")
    assert score_run(out, made.truth).figures()["listed"] == 0
