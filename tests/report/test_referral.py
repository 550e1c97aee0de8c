"""The referral list: workbook, csv, json lines."""

import csv
import hashlib
import json
import stat
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from fraudgraph.errors import StorageError
from fraudgraph.records import NodeKind, ReferralList, Role
from fraudgraph.report import referral_schema, write_referral
from fraudgraph.report.fields import EVIDENCE_FIELDS, EXPLANATION_FIELDS, LIST_FIELDS, MEMBER_FIELDS
from fraudgraph.report.naming import Naming
from fraudgraph.report.ring_summary import SUMMARY_FIELDS, summary_row
from fraudgraph.report.workbook import LAST_PRINTED, SHEETS
from fraudgraph.settings import Settings

from .conftest import a_member, a_referral, small_ring


@pytest.fixture(scope="module")
def book(written: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written / "referral_list.xlsx")


def csv_rows(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def test_the_workbook_has_its_seven_sheets_and_opens_on_the_list(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == list(SHEETS.values())
    assert book.active is not None
    assert book.active.title == SHEETS["list"]


@pytest.mark.parametrize(
    ("sheet", "fields", "rows"),
    [("list", LIST_FIELDS, 2), ("summary", SUMMARY_FIELDS, 2), ("members", MEMBER_FIELDS, 11 + 208), ("evidence", EVIDENCE_FIELDS, 5), ("explanations", EXPLANATION_FIELDS, 5)],
)  # fmt: skip
def test_each_sheet_holds_the_listed_rings(
    book: openpyxl.Workbook, sheet: str, fields: tuple, rows: int
) -> None:  # type: ignore[type-arg]
    page = book[SHEETS[sheet]]
    assert [cell.value for cell in page[1]] == [f"{field.title.zh}\n{field.key}" for field in fields]
    assert page.max_row == rows + 1
    assert page.freeze_panes is not None
    assert page.auto_filter.ref is not None
    assert page.print_title_rows == "$1:$1"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize in (9, "9")


def test_the_summary_counts_what_speaks_for_and_against(settings: Settings) -> None:
    base = small_ring()
    quiet = replace(base.evidence[3], kind="money", observed=400.0, expected=504.0)
    ring = replace(base, evidence=(*base.evidence[:3], quiet))
    row = summary_row(ring, Naming([ring], settings))
    assert (row["evidence_count"], row["against_count"]) == (3, 1)
    assert row["claim_count"] == len({claim for item in ring.evidence for claim in item.claim_ids})
    assert row["cast_en"] == "prescriber 2, outlet 1, card holder 7, possible victim 1"
    assert str(row["nearest_lawful_en"]).startswith("family: 2 of the 8")
    assert "504" in str(row["comparison_zh"])


def test_what_goes_on_paper_fits_on_paper(book: openpyxl.Workbook) -> None:
    for name, last in LAST_PRINTED.items():
        page = book[SHEETS[name]]
        keys = [str(cell.value).split("\n")[-1] for cell in page[1]]
        letter = openpyxl.utils.get_column_letter(keys.index(last) + 1)
        assert page.print_area == f"'{page.title}'!$A$1:${letter}${page.max_row}"
        assert page.sheet_properties.pageSetUpPr.fitToPage and page.page_setup.fitToHeight == 0
        width = sum(
            page.column_dimensions[openpyxl.utils.get_column_letter(i + 1)].width or 0
            for i in range(keys.index(last) + 1)
        )
        assert width <= 235, f"{name}: letters would be too small to read on A4"


def test_rings_that_were_held_back_are_not_on_the_list(book: openpyxl.Workbook, written: Path) -> None:
    ids = [row[1].value for row in book[SHEETS["list"]].iter_rows(min_row=2)]
    assert ids == ["2025-10-001", "2025-10-002"]
    assert "2025-10-003" not in (written / "referral_list.jsonl").read_text("utf-8")


def test_verdict_and_handling_are_chosen_from_lists(book: openpyxl.Workbook) -> None:
    page = book[SHEETS["list"]]
    by_range = {str(v.sqref): v.formula1 for v in page.data_validations.dataValidation}
    keys = [field.key for field in LIST_FIELDS]
    verdict = openpyxl.utils.get_column_letter(keys.index("verdict") + 1)
    handling = openpyxl.utils.get_column_letter(keys.index("handling") + 1)
    assert (
        by_range[f"{verdict}2:{verdict}3"]
        == '"待核 pending,查实 confirmed,排除 cleared,证据不足 insufficient"'
    )
    assert by_range[f"{handling}2:{handling}3"] == '"未开始 open,核查中 checking,已办结 done"'
    assert page[f"{verdict}2"].value == "待核 pending"


def test_ids_are_text_and_amounts_are_numbers(book: openpyxl.Workbook) -> None:
    members = book[SHEETS["members"]]
    keys = [field.key for field in MEMBER_FIELDS]
    cell = members.cell(row=5, column=keys.index("entity_id") + 1)
    assert (cell.value, cell.data_type) == ("37020000000000", "s")
    fund = book[SHEETS["list"]].cell(row=2, column=[f.key for f in LIST_FIELDS].index("fund_amount") + 1)
    assert (fund.value, fund.data_type) == (13904.3, "n")
    first = book[SHEETS["list"]].cell(row=2, column=[f.key for f in LIST_FIELDS].index("first_seen") + 1)
    assert first.value == datetime(2025, 8, 7)


def test_the_first_sheet_says_what_the_list_is(book: openpyxl.Workbook) -> None:
    text = "\n".join(str(c.value) for row in book[SHEETS["explanation"]].iter_rows() for c in row if c.value)
    for wanted in (
        "不是结论",
        "not a finding",
        "青竹湾市医疗保障局",
        "2025-10",
        "交付数据缺少机构编号",
        "4,333,904.30",
    ):
        assert wanted in text


def test_the_csv_opens_in_chinese_offices(written: Path) -> None:
    raw = (written / "referral_list.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") >= 3
    header, first, second = csv_rows(written / "referral_list.csv")
    assert header == [f"{field.title.zh} {field.key}" for field in LIST_FIELDS]
    row = dict(zip([field.key for field in LIST_FIELDS], first, strict=True))
    assert (row["rank"], row["ring_id"], row["fund_amount"], row["q_value"]) == (
        "1",
        "2025-10-001",
        "13904.30",
        "0.012",
    )
    assert dict(zip([field.key for field in LIST_FIELDS], second, strict=True))["q_value"] == ""


def test_every_json_line_keeps_to_its_schema(written: Path) -> None:
    schema = json.loads((written / "referral_list.schema.json").read_text("utf-8"))
    assert schema == referral_schema()
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    lines = (written / "referral_list.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2
    for line in lines:
        check.validate(json.loads(line))
    first = json.loads(lines[0])
    assert round(sum(part["points"] for part in first["parts"]), 2) == first["score"]
    assert len(first["members"]) == 11
    assert not check.is_valid({**first, "unknown": 1})


def test_the_same_list_gives_the_same_bytes(
    tmp_path: Path, referral: ReferralList, settings: Settings
) -> None:
    digests = []
    for name in ("one", "two"):
        folder = tmp_path / name
        backwards = replace(referral, rings=referral.rings if name == "one" else referral.rings[::-1])
        write_referral(folder, backwards, settings, generated_for="青竹湾市")
        digests.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())})
    assert digests[0] == digests[1]
    assert set(digests[0]) == {
        "referral_list.csv",
        "referral_list.jsonl",
        "referral_list.schema.json",
        "referral_list.xlsx",
    }


def test_files_are_for_their_owner_only(written: Path) -> None:
    for path in written.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_values_that_look_like_formulas_come_out_as_text(tmp_path: Path, settings: Settings) -> None:
    shop = a_member(
        NodeKind.PHARMACY, "=1+1", Role.OUTLET, name='=HYPERLINK("http://x","药房")', reason_zh="@SUM(A1)"
    )
    patient = a_member(NodeKind.PATIENT, "-2+3", Role.CARD_HOLDER, name="\uff1dcmd|' /C calc'!A0")
    hostile = replace(
        small_ring(),
        summary_zh="=cmd|' /C calc'!A0",
        summary_en="+1+1",
        members=(shop, patient),
        ring_id="2025-10-001",
    )
    write_referral(tmp_path, a_referral(hostile), settings, generated_for="=1+1")
    book = openpyxl.load_workbook(tmp_path / "referral_list.xlsx")
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=cmd|' /C calc'!A0" in {cell.value for cell in cells}
    row = dict(
        zip([field.key for field in LIST_FIELDS], csv_rows(tmp_path / "referral_list.csv")[1], strict=True)
    )
    assert (row["summary_zh"], row["summary_en"]) == ("'=cmd|' /C calc'!A0", "'+1+1")


def test_a_negative_amount_stays_a_number_in_the_csv(tmp_path: Path, settings: Settings) -> None:
    write_referral(
        tmp_path,
        a_referral(replace(small_ring(), excess_amount=Decimal("-12.50"))),
        settings,
        generated_for="x",
    )
    row = dict(
        zip([field.key for field in LIST_FIELDS], csv_rows(tmp_path / "referral_list.csv")[1], strict=True)
    )
    assert row["excess_amount"] == "-12.50"


def test_a_month_without_rings_still_gives_a_list(tmp_path: Path, settings: Settings) -> None:
    write_referral(tmp_path, a_referral(), settings, generated_for="x")
    assert len(csv_rows(tmp_path / "referral_list.csv")) == 1
    assert (tmp_path / "referral_list.jsonl").read_bytes() == b""
    assert openpyxl.load_workbook(tmp_path / "referral_list.xlsx")[SHEETS["list"]].max_row == 1


def test_a_folder_that_can_not_be_written_is_one_clear_error(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StorageError, match=r"referral_list\.xlsx") as problem:
        write_referral(tmp_path / "taken", a_referral(small_ring()), settings, generated_for="x")
    assert problem.value.exit_code == 7
