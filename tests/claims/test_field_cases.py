"""Inputs made after public bug reports of people who do this work: each value is read right, or set aside with its reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.store import Store

SHARED = Path(os.environ.get("FRAUDGRAPH_SHARED") or Path(__file__).parents[3] / "shared")
CASES = SHARED / "field" / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the cases lie beside the repository: ../shared is not here"
)

Read = Callable[..., ReadReport]


@pytest.fixture
def case(read: Read) -> Callable[[str], ReadReport]:
    """Read the delivered files of one case."""

    def run(name: str) -> ReadReport:
        files = sorted(path for path in (CASES / name).iterdir() if path.name != "README")
        return read(*files)

    return run


def column(store: Store, select: str) -> list[Any]:
    return [row[0] for row in store.rows(f"SELECT {select} FROM claims ORDER BY claim_id")]


Case = Callable[[str], ReadReport]


def test_twelve_hour_clocks(store: Store, case: Case) -> None:
    assert case("01-cn-12h-clock").tables["claims"].rows_set_aside == 0
    assert column(store, "strftime(event_at, '%Y-%m-%d %H:%M:%S')") == [
        f"2025-03-04 {clock}"
        for clock in (
            "09:05:00", "15:05:00", "00:10:05", "12:30:00", "15:05:00", "15:05:00", "15:05:00", "00:10:05",
            "15:05:00", "15:05:09", "15:05:00", "15:05:00", "01:20:00", "20:15:00", "12:15:00", "15:05:00",
        )
    ]  # fmt: skip


def test_workbooks_that_count_from_1904(store: Store, case: Case) -> None:
    case("02-date1904")
    assert set(column(store, "event_date")) == set(
        store.rows("SELECT DATE '2025-03-04'")[0] + store.rows("SELECT DATE '2025-03-05'")[0]
    )
    clocks = column(store, "strftime(event_at, '%H:%M')")
    assert clocks == [f"{9 + (i * 7) // 60:02d}:{(i * 7) % 60:02d}" for i in range(12)]


@pytest.mark.parametrize("name", ["03-merged-body", "23-html-rowspan"])
def test_a_cell_over_several_rows_is_every_rows(store: Store, case: Case, name: str) -> None:
    assert case(name).tables["claims"].rows_kept == 12
    assert list(Counter(column(store, "patient_id")).values()) == [3, 3, 3, 3]
    assert sum(column(store, "total_amount")) == sum(100 + 3.5 * i for i in range(12))


def test_a_header_twice(store: Store, case: Case) -> None:
    report = case("04-duplicate-headers")
    assert column(store, "strftime(settled_at, '%m')") == ["03"] * 24
    assert len(set(column(store, "patient_id"))) == 20
    assert sum(note.code == "doubled_header" for note in report.notes) == 2


def test_a_header_twice_its_first_column_empty(store: Store, case: Case) -> None:
    assert case("22-dup-first-empty").tables["claims"].rows_kept == 12
    assert column(store, "patient_id") == [f"3702011900000001{i:02d}" for i in range(12)]


def test_a_database_that_writes_its_own_null(store: Store, case: Case) -> None:
    assert case("06-mysql-outfile").tables["claims"].rows_kept == 12
    assert set(column(store, "ended_at")) == {None}
    assert not [one for one in column(store, "patient_id") if "N" in one]


def test_ends_that_are_none(store: Store, case: Case) -> None:
    report = case("07-open-end-dates")
    assert report.tables["claims"].rows_kept == 12
    assert set(column(store, "ended_at")) == {None}
    assert column(store, "settled_at").count(None) >= 11
    assert any(note.code == "open_ends" for note in report.notes)


def test_decimal_commas(store: Store, case: Case) -> None:
    case("08-decimal-comma")
    assert list(map(str, column(store, "total_amount"))) == [
        "1234.56", "12.13", "105.50", "0.75", "260.00", "1234.56", "2500.00", "1234567.89",
    ]  # fmt: skip


def test_refunds_by_a_word(store: Store, case: Case) -> None:
    case("10-reversal-by-code")
    kept = sum(100 + 3.5 * i for i in range(12) if i not in (2, 5, 7))
    assert float(sum(column(store, "net_total_amount"))) == kept
    assert sum(column(store, "CAST(counted AS INTEGER)")) == 9


def test_moments_with_an_offset(store: Store, case: Case) -> None:
    assert case("11-offsets").tables["claims"].rows_set_aside == 0
    assert set(column(store, "strftime(event_at, '%Y-%m-%d %H:%M')")) == {"2025-03-04 09:05"}


def test_marks_around_ids(store: Store, case: Case) -> None:
    case("12-tabs-around-ids")
    people = Counter(column(store, "patient_id"))
    assert people.pop("370201191000000001") == 15
    assert list(people) == ["37020119100000001"]  # another one, in full width


def test_two_encodings_in_one_file(store: Store, case: Case) -> None:
    report = case("14-mixed-encodings")
    assert report.tables["claims"].rows_kept == 24
    assert {row[0] for row in store.rows("SELECT name FROM patients")} == {"王䶮", "欧阳建国"}
    assert report.files[0].encoding == "gb18030+utf-8"


def test_names_of_the_west(store: Store, case: Case) -> None:
    case("19-latin1")
    names = {row[0] for row in store.rows("SELECT name FROM patients")}
    assert {"José", "Núñez", "Müller", "Peña", "Ñuñoa", "Ana María", "Zoë", "Façade", "Bjørn", "Åsa"} <= names


def test_words_for_missing_are_nobody(store: Store, case: Case) -> None:
    report = case("15-null-words")
    assert report.tables["claims"].rows_set_aside == 24
    assert set(report.reasons["claims"]) == {"E_REQUIRED"}
    assert all(one.startswith("3702") for one in column(store, "patient_id"))


def test_ids_that_lost_digits(store: Store, case: Case) -> None:
    report = case("16-sci-short")
    assert report.reasons["claims"] == {"E_ID_PRECISION": 10}
    assert column(store, "patient_id") == ["123456", "370202000000"]


def test_days_and_clocks_in_two_columns(store: Store, case: Case) -> None:
    assert case("17-split-date-time").tables["claims"].rows_kept == 12
    assert column(store, "strftime(event_at, '%Y-%m-%d %H:%M:%S')") == ["2025-03-04 09:05:00"] * 11 + [
        "2025-03-04 21:05:00"
    ]
    assert set(column(store, "strftime(settled_at, '%H:%M')")) == {"09:05", "21:05"}


def test_footers_are_no_records(store: Store, case: Case) -> None:
    report = case("21-footer")
    assert report.tables["claims"].rows_kept == 12
    assert report.reasons["claims"] == {"E_NO_RECORD": 6}
