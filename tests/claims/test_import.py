"""import: rejects that go back and come back, deliveries compared, upload lag, the quality page."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from fraudgraph.claims.cleaning.corrections import MARKERS
from fraudgraph.claims.inspection.quality import measure_quality
from fraudgraph.cli import main
from fraudgraph.errors import SourceError, UsageError
from fraudgraph.importing import _REJECTS_QUERY, ImportSummary, import_delivery
from fraudgraph.settings import Settings, SourceSettings
from fraudgraph.store import Store
from tests.claims import formats
from tests.claims.deliveries import canonical, settlement, write_csv

LENIENT = Settings(source=SourceSettings(max_reject_share=1.0))


def bring(out: Path, *sources: Path, **options: object) -> ImportSummary:
    return import_delivery(sources, out, settings=LENIENT, **options)  # type: ignore[arg-type]


def rows_of(path: Path, query: str) -> list[tuple[object, ...]]:
    with Store(path, read_only=True) as store:
        return store.rows(query)


def spoilt(count: int = 12) -> list[dict[str, str]]:
    changes = {2: {"medfee_sumamt": "壹佰"}, 5: {"psn_no": ""}, 7: {"begndate": "2025-13-40"}}
    return [settlement(i, **changes.get(i, {})) for i in range(count)]


def correct(book: Path, target: Path, column: str, value: str, *, delete: int | None = None) -> Path:
    """The supplier's part: write the right value wherever the column is at fault; perhaps delete a row."""
    work = openpyxl.load_workbook(book)
    for sheet in work.worksheets[1:]:
        names = [cell.value for cell in sheet[1]]
        fault, at = names.index(MARKERS["column"]), names.index(column)
        for row in list(sheet.iter_rows(min_row=2)):
            if row[fault].value == column:
                row[at].value = value
        if delete is not None:
            sheet.delete_rows(delete)
    work.save(target)
    return target


@pytest.mark.parametrize("make", [formats.csv_in("gb18030"), formats.xlsx, formats.json_lines, formats.dbf])
def test_corrected_rows_take_the_place_of_those_set_aside(tmp_path: Path, make: object) -> None:
    rows = [{("机构编号" if k == "fixmedins_code" else "总费用" if k == "medfee_sumamt" else "统筹支付" if k == "fund_pay_sumamt" else "退费标志" if k == "refd_setl_flag" else k): v for k, v in row.items()} for row in spoilt()]  # fmt: skip
    delivery = tmp_path / "in"
    delivery.mkdir()
    make(delivery, rows)  # type: ignore[operator]
    first = bring(tmp_path / "out", delivery)
    assert (first.claims_kept, first.rejects_count) == (9, 3)
    fixed = correct(tmp_path / "out" / "rejects.xlsx", tmp_path / "fixed.xlsx", "总费用", "102.50")
    second = bring(tmp_path / "out2", delivery, retry=[fixed])
    assert (second.claims_kept, second.corrected_count) == (10, 3)
    assert rows_of(tmp_path / "out2", "SELECT total_amount FROM claims WHERE claim_id = 'S00002'") == [(Decimal("102.50"),)]  # fmt: skip
    codes = pq.read_table(tmp_path / "out2" / "rejects.parquet").column("code").to_pylist()
    assert sorted(codes) == ["E_CORRECTED"] * 3 + ["E_DATE", "E_REQUIRED"]


def test_a_second_round_of_corrections(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    bring(tmp_path / "one", source)
    fixed = correct(tmp_path / "one" / "rejects.xlsx", tmp_path / "fixed.xlsx", "medfee_sumamt", "102.50")
    bring(tmp_path / "two", source, retry=[fixed])
    again = correct(tmp_path / "two" / "rejects.xlsx", tmp_path / "again.xlsx", "begndate", "2025-03-04")
    third = bring(tmp_path / "three", source, retry=[fixed, again])
    assert third.claims_kept == 11
    assert third.amount_read == third.amount_kept + sum(
        amount or 0
        for amount in pq.read_table(tmp_path / "three" / "rejects.parquet").column("amount").to_pylist()
    )


def test_a_row_that_the_supplier_deletes_stays_set_aside(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    bring(tmp_path / "one", source)
    fixed = correct(
        tmp_path / "one" / "rejects.xlsx", tmp_path / "fixed.xlsx", "begndate", "2025-03-04", delete=2
    )
    found = bring(tmp_path / "two", source, retry=[fixed])
    assert found.corrected_count == 2
    codes = pq.read_table(tmp_path / "two" / "rejects.parquet").column("code").to_pylist()
    assert sorted(codes) == ["E_CORRECTED", "E_CORRECTED", "E_NUMBER", "E_REQUIRED"]


def test_corrections_without_their_delivery_are_refused(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt())
    bring(tmp_path / "one", source)
    with pytest.raises(SourceError, match=r"setl_d\.csv"):
        bring(
            tmp_path / "two",
            write_csv(tmp_path / "other.csv", [settlement(99)]),
            retry=[tmp_path / "one" / "rejects.xlsx"],
        )
    with pytest.raises(UsageError, match="No source"):
        bring(tmp_path / "two", retry=[tmp_path / "one" / "rejects.xlsx"])


def test_the_command_takes_the_sources_of_the_earlier_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(
        tmp_path / "setl_d.csv", [settlement(i) for i in range(100)] + [settlement(200, medfee_sumamt="x")]
    )
    out = tmp_path / "out"
    assert main(["import", str(source), "--out", str(out)]) == 0
    fixed = correct(out / "rejects.xlsx", tmp_path / "fixed.xlsx", "medfee_sumamt", "7.00")
    assert main(["import", "--retry", str(fixed), "--out", str(out), "--replace", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.split("\n{", 1)[1].join(["{", ""]))
    assert (said["claims_kept"], said["corrected_count"]) == (101, 1)


def test_what_a_later_delivery_changed_lacks_and_added(tmp_path: Path) -> None:
    before = [
        canonical(i, facility_id=f"H{i % 3:011d}", started_at=f"2025-03-{1 + i % 20:02d} 09:00:00")
        for i in range(60)
    ]
    after = [dict(row) for row in before]
    after[3]["total_amount"] = "999.00"
    after[3]["doctor_id"] = "D9"
    del after[10]
    after.append(canonical(500, facility_id="H00000000001", started_at="2025-03-05 10:00:00"))
    after.append(canonical(501, facility_id="H00000000001", started_at="2025-04-01 10:00:00"))
    bring(tmp_path / "one", write_csv(tmp_path / "a.csv", before))
    found = bring(tmp_path / "two", write_csv(tmp_path / "b.csv", after), against=tmp_path / "one").comparison
    assert found is not None
    assert (found.changed, found.missing, found.added_late, found.claims_in_both) == (1, 1, 1, 59)
    with (tmp_path / "two" / "delivery_changes.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    changed = {
        (r["claim_id"], r["column_name"], r["before"], r["after"]) for r in rows if r["change"] == "changed"
    }
    assert changed == {("C00003", "total_amount", "103.50", "999.00"), ("C00003", "doctor_id", "D1", "D9")}
    assert {r["claim_id"] for r in rows if r["change"] == "missing"} == {"C00010"}
    assert {r["claim_id"] for r in rows if r["change"] == "added_late"} == {"C00500"}
    by_place = {one.place_id: one for one in found.places}
    assert by_place["H00000000000"].amount_difference == Decimal("895.50")
    page = (tmp_path / "two" / "quality.html").read_text(encoding="utf-8")
    assert "与先前交付相比" in page and "Against the earlier delivery" in page


def test_fee_lines_that_were_changed(tmp_path: Path) -> None:
    claims = [canonical(i) for i in range(5)]
    lines = [
        {
            "claim_id": f"C{i:05d}",
            "item_code": "X1",
            "quantity": "1",
            "amount": "10",
            "charged_at": "2025-03-04",
        }
        for i in range(5)
    ]
    one, two = tmp_path / "a", tmp_path / "b"
    for folder, items in (
        (one, lines),
        (two, [{**lines[0], "amount": "12"}, *lines[2:], {**lines[2], "item_code": "X2"}]),
    ):
        folder.mkdir()
        write_csv(folder / "claims.csv", claims)
        write_csv(folder / "claim_items.csv", items)
    bring(tmp_path / "one", one)
    found = bring(tmp_path / "two", two, against=tmp_path / "one").comparison
    assert found is not None and found.items_changed == 3
    rows = rows_of(
        tmp_path / "two",
        "SELECT claim_id, change, item_code, before, after FROM delivery_changes ORDER BY 1, 3",
    )
    assert rows == [
        ("C00000", "changed", "X1", "10.00", "12.00"),
        ("C00001", "missing", "X1", "10.00", None),
        ("C00002", "added_late", "X2", None, "10.00"),
    ]


def test_a_fee_line_of_the_same_amount_says_which_column_changed(tmp_path: Path) -> None:
    line = {"claim_id": "C00000", "item_code": "X1", "charged_at": "2025-03-04"}
    once = [{**line, "quantity": "2", "amount": "10"}]
    split = [{**line, "quantity": "2", "amount": "5"}, {**line, "quantity": "1", "amount": "5"}]
    for name, items in (("a", once), ("b", split)):
        (tmp_path / name).mkdir()
        write_csv(tmp_path / name / "claims.csv", [canonical(0)])
        write_csv(tmp_path / name / "claim_items.csv", items)
    bring(tmp_path / "one", tmp_path / "a")
    found = bring(tmp_path / "two", tmp_path / "b", against=tmp_path / "one").comparison
    assert found is not None and found.items_changed == 1
    query = "SELECT column_name, before, after FROM delivery_changes WHERE kind = 'claim_items' ORDER BY 1"
    assert rows_of(tmp_path / "two", query) == [("lines", "1", "2"), ("quantity", "2.0000", "3.0000")]


def test_rejects_that_differ_only_in_their_raw_line_stand_in_one_order(tmp_path: Path) -> None:
    header = ",".join(canonical(0))
    good = [",".join(canonical(i).values()) for i in range(3)]
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join([header, *good, "zz,1", "yy,1", "zz,0"]) + "\n", encoding="utf-8")
    bring(tmp_path / "out", folder)
    lines = pq.read_table(tmp_path / "out" / "rejects.parquet").column("raw_line").to_pylist()
    assert lines == ["zz,1", "yy,1", "zz,0"]
    with Store(tmp_path / "ties") as store:
        store.run(
            "CREATE TABLE rejects AS SELECT 'f' AS source_file, NULL::BIGINT AS \"line\", 'c' AS \"column\", 'v' AS \"value\", 'E' AS code, NULL::DECIMAL(16,2) AS amount, "
            "chr(65 + (i * 7 % 26)::INTEGER) AS raw_line FROM range(26) AS r(i)"
        )
        assert [row[-1] for row in store.rows(_REJECTS_QUERY)] == [chr(65 + i) for i in range(26)]


def test_the_same_delivery_again_changes_nothing(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "a.csv", [canonical(i) for i in range(20)])
    bring(tmp_path / "one", source)
    found = bring(tmp_path / "two", source, against=tmp_path / "one").comparison
    assert found is not None and (
        found.changed,
        found.missing,
        found.added_late,
        found.items_changed,
        found.places,
    ) == (0, 0, 0, 0, ())
    with pytest.raises(UsageError, match="holds no import"):
        bring(tmp_path / "three", source, against=tmp_path)


def test_late_uploads_and_the_day_of_the_back_fill(tmp_path: Path) -> None:
    rows = [
        settlement(
            i,
            fixmedins_code="H37020100001" if i < 40 else "H37020100002",
            setl_time="2025-03-04 09:00:00",
            上传时间="2025-06-30 08:00:00" if i < 15 else "2025-03-05 08:00:00",
        )
        for i in range(80)
    ]
    bring(tmp_path / "out", write_csv(tmp_path / "setl_d.csv", rows))
    found = rows_of(
        tmp_path / "out",
        "SELECT place_id, measured_by, late_count, CAST(backfill_day AS VARCHAR), backfill_count FROM upload_lag ORDER BY 1",
    )
    assert found == [
        ("H37020100001", "uploaded_at", 15, "2025-06-30", 15),
        ("H37020100002", "uploaded_at", 0, None, 0),
    ]


def test_the_quality_page_in_numbers_and_both_languages(tmp_path: Path) -> None:
    rows = [
        canonical(i, diagnosis_code="感冒" if i < 7 else "J06.9", doctor_id="99999" if i % 2 else f"D{i}", started_at=f"2025-0{1 + i % 3}-04 09:00:00", total_amount="90000" if i == 0 else "100", fund_amount="500" if i in (1, 2) else "60")
        for i in range(150)
    ]  # fmt: skip
    people = [
        {
            "patient_id": f"P{i:04d}",
            "name": '<script>alert("x")</script>',
            "phone": "13800000000" if i < 20 else f"139{i:08d}",
        }
        for i in range(50)
    ]
    folder = tmp_path / "in"
    folder.mkdir()
    write_csv(folder / "claims.csv", rows)
    write_csv(folder / "patients.csv", people * 3)
    bring(tmp_path / "out", folder)
    with Store(tmp_path / "out", read_only=True) as store:
        quality = measure_quality(store)
    assert quality.months == ("2025-01", "2025-02", "2025-03")
    assert sum(quality.month_counts) == 150
    assert {one.what_en: one.count for one in quality.outliers}["the fund pays more than the total"] == 2
    assert [(one.column, one.value, one.count) for one in quality.unknown_codes] == [
        ("diagnosis_code", "感冒", 7)
    ]
    assert ("claims.doctor_id", "99999") in {(one.column, one.value) for one in quality.placeholders}
    page = (tmp_path / "out" / "quality.html").read_text(encoding="utf-8")
    for word in ("按机构和月份", "By institution and month", "不是疑点", "not about suspicion", "感冒"):
        assert word in page
    assert "<script>alert" not in page and "http" not in page.replace("http-equiv", "")


def test_the_same_import_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "setl_d.csv", spoilt(60))
    for name in ("one", "two"):
        bring(tmp_path / name, source)
    for file in ("rejects.xlsx", "rejects.parquet", "quality.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_hostile_values_go_back_as_text(tmp_path: Path) -> None:
    rows = [
        settlement(i, psn_name=name, medfee_sumamt="x")
        for i, name in enumerate(["=1+1", '@SUM("a")', "a\u202eb", "http://x"])
    ]
    bring(tmp_path / "out", write_csv(tmp_path / "setl_d.csv", [*rows, settlement(9)]))
    sheet = openpyxl.load_workbook(tmp_path / "out" / "rejects.xlsx").worksheets[1]
    names = [cell.value for cell in sheet[1]]
    cells = [row[names.index("psn_name")] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells][:2] == ["=1+1", '@SUM("a")']
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
