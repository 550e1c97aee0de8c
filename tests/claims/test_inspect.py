"""inspect: what files are, what looks wrong in them, what they switch off; mappings written, tried and remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fraudgraph.claims.inspection.column_values import shortened
from fraudgraph.claims.inspection.inspecting import Inspection, inspect_files
from fraudgraph.cli import main
from fraudgraph.importing import import_delivery
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store
from tests.claims import formats
from tests.claims.conftest import Read
from tests.claims.deliveries import canonical, settlement, write_csv


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_MAPPINGS", str(tmp_path / "memory"))


def look(tmp_path: Path, *paths: Path, **options: object) -> Inspection:
    with Store(tmp_path / "scratch") as store:
        return inspect_files(store, paths, **options)  # type: ignore[arg-type]


def codes(found: Inspection) -> set[str]:
    return {remark.code for sheet in found.sheets for remark in sheet.remarks} | {
        r.code for r in found.remarks
    }


def test_every_file_is_named_with_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [settlement(i) for i in range(60)]
    formats.csv_with_titles(folder, rows)
    formats.xls(folder, rows[:20])
    formats.json_lines(folder, rows[20:40])
    (folder / "空.csv").write_bytes(b"")
    (folder / "说明.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04" + bytes(50))
    write_csv(folder / "未知.csv", [{"setl_id": "1", "psn_no": "2", "medfee_sumamt": "3", "备注": "x"}])
    (folder / "结算 copy.csv").write_bytes((folder / "结算.csv").read_bytes())
    found = {one.file: one for one in look(tmp_path, folder).sheets}
    titled = found["结算 copy.csv"]
    assert (titled.format, titled.encoding, titled.delimiter, titled.header_row, titled.rows, titled.table) == (
        "csv", "gb18030", ",", 4, 60, "claims",
    )  # fmt: skip
    assert found["结算.csv"].same_as == "结算 copy.csv"
    assert (found["结算.xls"].format, found["结算.xls"].table, found["结算.xls"].rows) == (
        "workbook",
        "claims",
        20,
    )
    assert (found["结算.jsonl"].format, found["结算.jsonl"].rows) == ("json", 20)
    assert found["空.csv"].format == "empty"
    assert (found["说明.pdf"].format, found["说明.pdf"].table) == ("unknown", None)
    assert "workbook" in found["坏.xlsx"].problem_en and "工作簿" in found["坏.xlsx"].problem_zh
    assert found["未知.csv"].lacking[:2] == ("claims", "fund_amount")


def test_samples_show_the_form_and_not_the_person(tmp_path: Path) -> None:
    row = settlement(1, psn_name="欧阳明月")
    (sheet,) = look(tmp_path, write_csv(tmp_path / "a.csv", [row])).sheets
    samples = {column.header: column.samples for column in sheet.columns}
    assert samples["psn_name"] == ("欧＊＊＊",)
    assert samples["psn_no"] == ("370…01 (18)",)
    assert samples["medfee_sumamt"] == ("101.50",)
    assert shortened("13812345678") == "138…78 (11)"
    assert "5678" not in repr(sheet.columns)


def test_shares_of_values_that_can_be_read(tmp_path: Path) -> None:
    rows = [
        settlement(i, med_type="普通门诊" if i % 2 else "甲类", begndate="x" if i == 3 else "2025-03-04")
        for i in range(10)
    ]
    (sheet,) = look(tmp_path, write_csv(tmp_path / "a.csv", rows)).sheets
    read = {column.field: column.parsed_share for column in sheet.columns}
    assert (read["med_type_raw"], read["started_at"], read["total_amount"]) == (0.5, 0.9, 1.0)
    assert [remark.column for remark in sheet.remarks] == ["med_type"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medfee_sumamt": "20250304"}, "dates_as_amounts"),
        ({"medfee_sumamt": "10.00", "fund_pay_sumamt": "60.25"}, "fund_above_total"),
        ({"setl_id": "S1"}, "claim_id_repeats"),
        ({"psn_no": "370200195001011000"}, "lost_digits"),
    ],
)
def test_columns_that_look_wrong_by_their_values(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    assert code not in codes(
        look(tmp_path, write_csv(tmp_path / "a.csv", [settlement(i) for i in range(80)]))
    )
    rows = [settlement(i, **changes) for i in range(80)]
    assert code in codes(look(tmp_path, write_csv(tmp_path / "b.csv", rows)))


def test_a_sex_code_the_wrong_way_round_is_a_matter_of_data_quality(tmp_path: Path) -> None:
    rows = [canonical(i, diagnosis_code="O80.0" if i < 20 else "I10") for i in range(50)]
    claims = write_csv(tmp_path / "claims.csv", rows)
    people = [{"patient_id": f"P{i:04d}", "name": "甲", "sex": "1" if i < 20 else "2"} for i in range(50)]
    wrong = look(tmp_path, claims, write_csv(tmp_path / "patients.csv", people))
    assert codes(wrong) == {"sex_swapped"}
    assert "数据质量" in wrong.remarks[0].zh and "not of suspicion" in wrong.remarks[0].en
    right = [{**one, "sex": "2" if one["sex"] == "1" else "1"} for one in people]
    assert not codes(look(tmp_path, claims, write_csv(tmp_path / "patients2.csv", right)))


def test_placeholder_doctors_and_phones(tmp_path: Path) -> None:
    rows = [canonical(i, doctor_id="99999" if i % 2 else f"D{i}") for i in range(80)]
    people = [
        {"patient_id": f"P{i}", "name": "甲", "phone": "13800000000" if i < 5 else f"139{i:08d}"}
        for i in range(80)
    ]
    found = look(
        tmp_path, write_csv(tmp_path / "claims.csv", rows), write_csv(tmp_path / "patients.csv", people)
    )
    marked = {
        (sheet.table, r.column) for sheet in found.sheets for r in sheet.remarks if r.code == "placeholder"
    }
    assert marked == {("claims", "doctor_id"), ("patients", "phone")}


def test_a_mapping_written_tried_and_remembered(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [
        {"甲": f"S{i}", "乙": f"P{i}", "丙": "H37020100001", "丁": "2025-03-04", "戊": "10", "己": "5"}
        for i in range(3)
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    assert '# claim_id = "?"' in look(tmp_path, path).mapping
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[[table]]\ntable = "claims"\n[table.columns]\nclaim_id = "甲"\npatient_id = "乙"\nplace_id = "丙"\nstarted_at = "丁"\ntotal_amount = "戊"\nfund_amount = "己"\n',
        encoding="utf-8",
    )
    proposed = look(tmp_path, path, mapping=mapping, keep=True)
    assert len(proposed.remembered) == 1
    (tmp_path / "written.toml").write_text(proposed.mapping, encoding="utf-8")
    assert read(path, mapping=tmp_path / "written.toml").tables["claims"].rows_kept == 3
    later = write_csv(tmp_path / "later.csv", [{**row, "甲": row["甲"] + "x"} for row in rows])
    report = read(later)
    assert report.files[0].mapping == f"remembered {proposed.remembered[0].stem}"
    assert store.count("claims") == 3


def test_unknown_headers_are_guessed_by_their_values_and_only_proposed(
    store: Store, read: Read, tmp_path: Path
) -> None:
    rows = [
        {
            "甲": f"JS{i:08d}",
            "乙": f"37020019500101{i:04d}",
            "丙": "H37020100001",
            "丁": f"2025-03-{i % 28 + 1:02d}",
            "戊": f"{60 + i}.25",
            "己": f"{100 + i}.50",
            "庚": "内科",
        }
        for i in range(40)
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    found = look(tmp_path, path)
    (sheet,) = found.sheets
    assert sheet.table is None
    assert dict(sheet.guesses) == {
        "claim_id": "甲",
        "patient_id": "乙",
        "place_id": "丙",
        "started_at": "丁",
        "total_amount": "己",
        "fund_amount": "戊",
    }
    (tmp_path / "m.toml").write_text(found.mapping, encoding="utf-8")
    assert read(path, mapping=tmp_path / "m.toml").tables["claims"].rows_kept == 40
    assert (
        not look(tmp_path, write_csv(tmp_path / "b.csv", [{**row, "乙": "x"} for row in rows]))
        .sheets[0]
        .guesses
    )


def test_a_reject_workbook_that_came_back_is_named_and_not_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [settlement(i, **({"psn_no": ""} if i == 3 else {})) for i in range(40)]
    source = write_csv(tmp_path / "结算.csv", rows)
    import_delivery([source], tmp_path / "out")
    (sheet, *_) = [
        one for one in look(tmp_path, tmp_path / "out" / "rejects.xlsx", keep=True).sheets if one.correction
    ]
    assert sheet.table is None and sheet.lacking == () and sheet.guesses == ()
    assert not (tmp_path / "memory").exists()
    assert main(["inspect", str(tmp_path / "out" / "rejects.xlsx"), "--lang", "en"]) == 0
    assert "rejects that came back corrected" in capsys.readouterr().out


def test_a_column_understood_from_its_words_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"Receipt No": f"R{i:08d}", "Insured Person ID": f"37020019500101{i:04d}", "Hospital Code": "H37020100001",
         "Date of Visit": "2025-03-04", "Overall Cost": f"{i + 9}.50", "Reimbursed Amount": f"{i}.25", "setl_time": "2025-03-04"}
        for i in range(30)
    ]  # fmt: skip
    path = write_csv(tmp_path / "export.csv", rows)
    columns = {column.header: column for column in look(tmp_path, path).sheets[0].columns}
    assert columns["setl_time"].sure == 1.0 and 0.6 <= columns["Overall Cost"].sure < 1.0
    assert columns["Reimbursed Amount"].field == "fund_amount"
    assert main(["inspect", str(path), "--lang", "en"]) == 0
    assert "≈ total_amount" in capsys.readouterr().out


def test_the_command_writes_a_mapping_and_says_what_is_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "claims.csv", [canonical(i, started_at="2025-03-04") for i in range(9)])
    target = tmp_path / "m.toml"
    assert main(["inspect", str(path), "--json", "--write", str(target)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["files"][0]["table"] == "claims"
    off = {one["id"]: one["missing"] for one in said["off"]["views"]}
    assert off["burst"] == ["claims.event_at"] and off["identity"] == ["patients.patient_id"]
    assert any(
        one["missing"] == ["claims.diagnosis_code"] or "claims.diagnosis_code" in one["missing"]
        for one in said["off"]["models"]
    )
    assert 'claim_id = "claim_id"' in target.read_text(encoding="utf-8")
    assert main(["inspect", str(path), "--write", str(target)]) == 2
    assert main(["inspect", str(path), "--lang", "zh"]) == 0
    assert "视图关闭：burst" in capsys.readouterr().out


def test_it_reads_by_the_settings_of_a_run(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "setl.csv", [settlement(i, enddate="05/06/2025") for i in range(12)])
    assert "column_refused" in codes(look(tmp_path, path))
    assert "column_refused" not in codes(look(tmp_path, path, settings=SourceSettings(date_order="dmy")))
