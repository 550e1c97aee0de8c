"""Sheets that were read before: what is read is the same with them and without, whatever became of them since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.importing import import_delivery
from fraudgraph.settings import Settings, SourceSettings
from fraudgraph.store import Store
from tests.claims import formats
from tests.claims.deliveries import settlement, write_csv
from tests.claims.test_import import correct

SAMPLES = Path(__file__).parents[2] / "data_samples"
LENIENT = SourceSettings(max_reject_share=1.0)


def everything(
    folder: Path, *sources: Path, kept: KeptSheets | None = None, mapping: Path | None = None
) -> Any:
    """All that a reading leaves behind: each table's rows in a fixed order, and the report."""
    with Store(folder) as store:
        report = read_claims(store, sources, LENIENT, kept=kept, mapping=mapping).as_json()
        names = store.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY 1"
        )
        tables = {name: store.rows(f"SELECT * FROM {name} ORDER BY ALL") for (name,) in names}
    shutil.rmtree(folder)
    return tables, report


def spoilt(count: int = 30) -> list[dict[str, str]]:
    """Settlements with faults, a repeated one and a refund."""
    rows = [settlement(i) for i in range(count)]
    rows[2]["medfee_sumamt"] = "壹佰"
    rows[5]["psn_no"] = ""
    rows[7]["begndate"] = "2025-13-40"
    rows.append(dict(rows[9]))
    refund = {
        "medfee_sumamt": "-112.50",
        "fund_pay_sumamt": "-60.25",
        "psn_no": rows[12]["psn_no"],
        "setl_time": "2025-03-04 18:00:00",
    }
    return [*rows, settlement(900, **refund)]


def test_the_sample_delivery_is_read_the_same_the_second_time(tmp_path: Path) -> None:
    kept = KeptSheets(tmp_path / "kept")
    plain = everything(tmp_path / "a", SAMPLES)
    assert everything(tmp_path / "b", SAMPLES, kept=kept) == plain
    assert everything(tmp_path / "c", SAMPLES, kept=KeptSheets(tmp_path / "kept")) == plain


@pytest.mark.parametrize(
    "make",
    [
        formats.csv_in("gb18030"),
        formats.csv_with_titles,
        formats.csv_with_total,
        formats.xlsx,
        formats.json_lines,
        formats.dbf,
    ],
)
def test_every_format_with_its_rejects_is_read_the_same(
    tmp_path: Path, make: Callable[[Path, list[dict[str, str]]], object]
) -> None:
    names = {
        "fixmedins_code": "机构编号",
        "medfee_sumamt": "总费用",
        "fund_pay_sumamt": "统筹支付",
        "refd_setl_flag": "退费标志",
    }
    rows = [{names.get(name, name): value for name, value in row.items()} for row in spoilt()]
    (tmp_path / "in").mkdir()
    make(tmp_path / "in", rows)
    plain = everything(tmp_path / "a", tmp_path / "in")
    assert plain[0]["rejects"], "there is something to send back"
    for _ in range(2):
        assert everything(tmp_path / "b", tmp_path / "in", kept=KeptSheets(tmp_path / "kept")) == plain


def test_a_line_that_breaks_the_csv_is_told_as_it_came(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    lines = source.read_text(encoding="utf-8").splitlines()
    lines[10] += ',"left open'
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plain = everything(tmp_path / "a", source)
    for _ in range(2):
        assert everything(tmp_path / "b", source, kept=KeptSheets(tmp_path / "kept")) == plain


def test_what_a_window_adds_is_judged_over_the_window(tmp_path: Path) -> None:
    """A repeated settlement and a refund whose first half came in an earlier delivery."""
    first = write_csv(tmp_path / "setl_d_1.csv", [settlement(i) for i in range(20)])
    again = settlement(3)
    refund = settlement(
        901, medfee_sumamt="-104.50", fund_pay_sumamt="-60.25", psn_no=settlement(4)["psn_no"], setl_time="2025-03-04 18:00:00"
    )  # fmt: skip
    second = write_csv(tmp_path / "setl_d_2.csv", [*(settlement(i) for i in range(20, 40)), again, refund])
    for one in (first, second):
        everything(tmp_path / "alone", one, kept=KeptSheets(tmp_path / "kept"))
    plain = everything(tmp_path / "a", first, second)
    assert everything(tmp_path / "b", first, second, kept=KeptSheets(tmp_path / "kept")) == plain
    with Store(tmp_path / "c") as store:
        read_claims(store, [first, second], LENIENT, kept=KeptSheets(tmp_path / "kept"))
        assert store.rows("SELECT claim_id FROM claims WHERE NOT counted ORDER BY 1") == [
            ("S00004",),
            ("S00901",),
        ]
        assert store.rows("SELECT code FROM rejects") == [("E_DUPLICATE",)]


@pytest.mark.parametrize("harm", ["deleted", "cut off"])
def test_what_is_kept_may_go_at_any_time(tmp_path: Path, harm: str) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    plain = everything(tmp_path / "a", source, kept=KeptSheets(tmp_path / "kept"))
    files = sorted(path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert {path.suffix for path in files} == {".json", ".parquet"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    for path in files:
        whole = path.read_bytes()
        if harm == "deleted":
            path.unlink()
        else:
            path.write_bytes(whole[: len(whole) // 2])
        assert everything(tmp_path / "b", source, kept=KeptSheets(tmp_path / "kept")) == plain, path.name


def test_another_mapping_or_other_bytes_are_read_anew(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", [settlement(i) for i in range(20)])
    everything(tmp_path / "a", source, kept=KeptSheets(tmp_path / "kept"))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[[table]]\ntable = "claims"\nunit = "fen"\n', encoding="utf-8")
    fen = everything(tmp_path / "b", source, kept=KeptSheets(tmp_path / "kept"), mapping=mapping)
    assert fen == everything(tmp_path / "c", source, mapping=mapping)
    write_csv(source, [settlement(i) for i in range(19)])
    assert len(everything(tmp_path / "d", source, kept=KeptSheets(tmp_path / "kept"))[0]["claims"]) == 19


def test_rows_of_the_days_to_come_are_judged_anew_each_time(tmp_path: Path) -> None:
    soon = (date.today() + timedelta(days=9)).isoformat()
    later = settlement(2, begndate=soon, enddate=soon, setl_time=f"{soon} 10:00:00")
    slip = settlement(2, begndate="2205-03-04", enddate="2205-03-04")
    ahead = write_csv(tmp_path / "setl_d_ahead.csv", [settlement(1), later])
    past = write_csv(tmp_path / "setl_d_past.csv", [settlement(1), slip])
    everything(tmp_path / "a", ahead, kept=KeptSheets(tmp_path / "kept"))
    assert not list((tmp_path / "kept").rglob("rows-*"))
    everything(tmp_path / "b", past, kept=KeptSheets(tmp_path / "kept"))
    assert len(list((tmp_path / "kept").rglob("rows-*.parquet"))) == 1


def test_corrected_rows_take_their_place_beside_kept_ones(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    import_delivery([source], tmp_path / "out", settings=Settings(source=LENIENT))
    fixed = correct(tmp_path / "out" / "rejects.xlsx", tmp_path / "fixed.xlsx", "medfee_sumamt", "102.50")
    plain = everything(tmp_path / "a", source, fixed)
    for _ in range(2):
        assert everything(tmp_path / "b", source, fixed, kept=KeptSheets(tmp_path / "kept")) == plain


def test_what_a_later_window_does_not_ask_for_goes(tmp_path: Path) -> None:
    march = write_csv(tmp_path / "march.csv", [settlement(i) for i in range(5)])
    days = {"begndate": "2025-04-04", "enddate": "2025-04-04", "setl_time": "2025-04-04 10:00:00"}
    april = write_csv(tmp_path / "april.csv", [settlement(i, **days) for i in range(20, 25)])
    everything(tmp_path / "a", march, april, kept=KeptSheets(tmp_path / "kept"))
    later = KeptSheets(tmp_path / "kept")
    everything(tmp_path / "b", april, kept=later)
    later.tidy(date(2025, 3, 1))
    assert len(list((tmp_path / "kept").rglob("rows-*.parquet"))) == 2, "March is still in the window"
    later.tidy(date(2025, 4, 1))
    (rows,) = (tmp_path / "kept").rglob("rows-*.parquet")
    (rows.parent / "rows-0-0000000000000000.parquet").write_bytes(b"of another version")
    later.tidy(date(2025, 4, 1))
    assert list((tmp_path / "kept").rglob("rows-*.parquet")) == [rows]


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    (tmp_path / "kept").write_text("a file where the folder should be", encoding="utf-8")
    plain = everything(tmp_path / "a", source)
    assert everything(tmp_path / "b", source, kept=KeptSheets(tmp_path / "kept")) == plain
