"""Files in the forms that suppliers send: encodings, delimiters, workbooks, Parquet, presets, mapping files."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter

from fraudgraph.errors import FraudgraphError, SettingsError, SourceError
from fraudgraph.store import Store
from tests.claims.conftest import Read
from tests.claims.deliveries import as_csv, canonical, settlement, write_csv

CHINESE = {
    "setl_id": "结算ID",
    "mdtrt_id": "就诊ID",
    "psn_no": "人员编号",
    "psn_name": "人员姓名",
    "fixmedins_code": "定点医药机构编号",
    "med_type": "医疗类别",
    "begndate": "开始日期",
    "enddate": "结束日期",
    "setl_time": "结算时间",
    "medfee_sumamt": "医疗费总额",
    "fund_pay_sumamt": "基金支付总额",
    "refd_setl_flag": "退费结算标志",
    "vali_flag": "有效标志",
}
ROWS = [settlement(i, psn_name="张㐂𠀀" if i % 2 else "李四") for i in range(1, 8)]
CHINESE_ROWS = [{CHINESE[key]: value for key, value in row.items()} for row in ROWS]


def everything(store: Store) -> list[tuple[object, ...]]:
    return store.rows(
        "SELECT c.*, p.name FROM claims AS c JOIN patients AS p USING (patient_id) ORDER BY claim_id"
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """What the plain UTF-8 delivery gives: every other form must give the same."""
    from fraudgraph.claims.reading import read_claims
    from fraudgraph.settings import SourceSettings

    folder = tmp_path_factory.mktemp("plain")
    with Store(folder / "store") as store:
        read_claims(store, [write_csv(folder / "setl_d.csv", ROWS)], SourceSettings())
        rows = everything(store)
    assert [row[-1] for row in rows] == [row["psn_name"] for row in ROWS]
    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_in_any_encoding_and_with_any_delimiter(
    store: Store, read: Read, tmp_path: Path, expected: list[object], encoding: str, delimiter: str
) -> None:
    read(write_csv(tmp_path / "结算.csv", CHINESE_ROWS, encoding=encoding, delimiter=delimiter))
    assert everything(store) == expected


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n\n", "\n"])
def test_line_ends_of_any_kind(
    store: Store, read: Read, tmp_path: Path, expected: list[object], newline: str
) -> None:
    path = tmp_path / "setl_d.csv"
    path.write_bytes(as_csv(ROWS).replace("\n", newline).encode("gb18030"))
    read(path)
    assert everything(store) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_gzip_in_a_folder_with_hidden_files_and_a_letter(
    store: Store, read: Read, tmp_path: Path, expected: list[object], encoding: str
) -> None:
    folder = tmp_path / "delivery" / "2025" / "03"
    folder.mkdir(parents=True)
    (folder / "setl_d.csv.gz").write_bytes(gzip.compress(as_csv(ROWS).encode(encoding)))
    (folder / ".setl_d.csv").write_text("half written")
    (tmp_path / "delivery" / ".hidden").mkdir()
    write_csv(tmp_path / "delivery" / ".hidden" / "setl_d.csv", [settlement(99)])
    (folder / "说明.txt").write_text("各位好,数据见附件。", encoding="gb18030")
    report = read(tmp_path / "delivery")
    assert everything(store) == expected
    assert [one.file for one in report.skipped] == ["2025/03/说明.txt"]
    assert any("说明.txt" in note.zh and "说明.txt" in note.en for note in report.notes)


def test_a_workbook_with_a_sheet_per_table(
    store: Store, read: Read, tmp_path: Path, expected: list[object]
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "数据.xlsx"))
    for name, rows in (("结算", CHINESE_ROWS), ("备注", [{"说明": "空"}])):
        sheet = book.add_worksheet(name)
        for column, header in enumerate(rows[0]):
            sheet.write_string(0, column, header)
            for line, row in enumerate(rows, start=1):
                sheet.write_string(line, column, row[header])
    book.close()
    report = read(tmp_path / "数据.xlsx")
    assert everything(store) == expected
    assert [(one.file, one.sheet) for one in report.skipped] == [("数据.xlsx", "备注")]


def test_a_workbook_with_numbers_and_dates_in_its_cells(store: Store, read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        [
            "setl_id",
            "psn_no",
            "fixmedins_code",
            "med_type",
            "begndate",
            "setl_time",
            "medfee_sumamt",
            "fund_pay_sumamt",
        ]
    )
    sheet.append(
        [
            "S1",
            "370200195001011234",
            "H37020100001",
            11,
            date(2025, 3, 4),
            datetime(2025, 3, 4, 9, 8, 7),
            12.5,
            10,
        ]
    )
    sheet.append(["S2", 370200195001011234, "H37020100001", 11, date(2025, 3, 4), None, 12.5, 10])
    sheet.append(["S3", 12345, "P37020100001", 41.0, "2025-03-04", "09:08:07", "12.50", "10"])
    book.save(tmp_path / "a.xlsx")
    read(tmp_path / "a.xlsx")
    assert store.rows("SELECT claim_id, patient_id, event_at, total_amount FROM claims ORDER BY 1") == [
        ("S1", "370200195001011234", datetime(2025, 3, 4, 9, 8, 7), Decimal("12.50")),
        ("S3", "12345", datetime(2025, 3, 4, 9, 8, 7), Decimal("12.50")),
    ]
    assert store.rows('SELECT code, "line", "column" FROM rejects') == [("E_ID_PRECISION", 3, "psn_no")]


def test_typed_parquet_with_canonical_names(store: Store, read: Read, tmp_path: Path) -> None:
    path = tmp_path / "claims.parquet"
    duckdb.sql(
        f"""COPY (SELECT 'C' || i AS claim_id, 370200000000000000 + i AS patient_id, 'H37020100001' AS facility_id,
        'outpatient' AS claim_type, TIMESTAMP '2025-03-04 09:00:00' + to_minutes(i) AS started_at,
        CAST(i AS DOUBLE) / 3 AS total_amount, CAST(1 AS DECIMAL(16,2)) AS fund_amount,
        CASE WHEN i = 5 THEN NULL ELSE 'x' END AS doctor_id, CASE WHEN i = 6 THEN DATE '1980-01-01' END AS ended_at
        FROM range(10) AS t(i)) TO '{path}' (FORMAT parquet)"""
    )
    report = read(path)
    assert report.tables["claims"].rows_kept == 9
    assert store.one("SELECT patient_id, total_amount FROM claims WHERE claim_id = 'C1'") == (
        "370200000000000001",
        Decimal("0.33"),
    )
    assert store.rows('SELECT "line", code FROM rejects') == [(7, "E_DATE_OLD")]
    assert store.one(
        "SELECT delivered, filled_share FROM column_catalog WHERE table_name = 'claims' AND column_name = 'doctor_id'"
    ) == (True, 0.888889)
    assert store.one(
        "SELECT delivered FROM column_catalog WHERE table_name = 'claims' AND column_name = 'operator_id'"
    ) == (False,)


def test_parquet_of_text_is_read_like_text(
    store: Store, read: Read, tmp_path: Path, expected: list[object]
) -> None:
    source = write_csv(tmp_path / "setl_d.csv", ROWS)
    path = tmp_path / "setl_d.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{path}' (FORMAT parquet)")
    read(path)
    assert everything(store) == expected


def test_damaged_lines_are_set_aside_alone(store: Store, read: Read, tmp_path: Path) -> None:
    lines = as_csv(CHINESE_ROWS).encode("gb18030").split(b"\n")
    for index, stray in ((2, b"\xff\xff"), (4, b"\xc3\x28\x81")):
        assert "四".encode("gb18030") in lines[index]
        lines[index] = lines[index].replace("四".encode("gb18030"), stray)
    path = tmp_path / "setl_d.csv"
    path.write_bytes(b"\n".join(lines))
    report = read(path)
    assert store.rows('SELECT "line", code FROM rejects ORDER BY 1') == [(3, "E_ENCODING"), (5, "E_ENCODING")]
    assert report.tables["claims"].rows_kept == len(ROWS) - 2


def test_lines_with_too_few_or_many_values_or_an_open_quote(store: Store, read: Read, tmp_path: Path) -> None:
    lines = as_csv(ROWS).splitlines()
    lines[2] += ",one,more"
    lines[3] = lines[3].rsplit(",", 2)[0]
    lines[4] = lines[4].replace("李四", '李"四').replace("张㐂𠀀", '张"㐂')
    lines[5] = lines[5].replace("S00005", '"S00005')
    lines[6] += ",,"
    path = tmp_path / "setl_d.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    read(path)
    assert store.rows('SELECT "line", code FROM rejects ORDER BY 1') == [
        (3, "E_COLUMNS"),
        (4, "E_COLUMNS"),
        (6, "E_QUOTE"),
    ]
    assert store.count("claims") == 4


def test_empty_lines_and_quoted_newlines_keep_the_line_numbers_right(
    store: Store, read: Read, tmp_path: Path
) -> None:
    head, *body = as_csv(
        [settlement(1, psn_name="甲\n乙\n丙"), settlement(2, psn_no=""), settlement(3)]
    ).split("\n")
    path = tmp_path / "setl_d.csv"
    path.write_text("\n".join([head, *body[:3], "", *body[3:], "", ""]), encoding="utf-8")
    read(path)
    assert store.rows('SELECT "line", code FROM rejects') == [(6, "E_REQUIRED")]
    assert store.count("claims") == 2


def test_hostile_values_come_through_as_text(store: Store, read: Read, tmp_path: Path) -> None:
    values = [
        "'; DROP TABLE claims; --",
        '=cmd|"/c calc"!A1',
        "<b>粗</b>",
        "a,b\nc\rd",
        "x\x00y",
        "{$name}",
        "长" * 20000,
        "NULL",
        "\u202eabc",
    ]
    rows = [settlement(i, psn_no=f"A{i}", psn_name=value) for i, value in enumerate(values)]
    path = tmp_path / 'o\'neill "x" $a.csv'
    read(write_csv(path, rows, encoding="gb18030"))
    plain = [None if value == "NULL" else value.replace("\u202e", "") for value in values]
    assert [row[0] for row in store.rows("SELECT name FROM patients ORDER BY patient_id")] == plain


def test_the_same_file_twice_is_read_once(store: Store, read: Read, tmp_path: Path) -> None:
    write_csv(tmp_path / "setl_d.csv", ROWS)
    write_csv(tmp_path / "setl_d copy.csv", ROWS)
    report = read(tmp_path)
    assert report.tables["claims"].rows_read == len(ROWS)
    assert "same_file" in {note.code for note in report.notes}


def test_one_table_in_several_files(store: Store, read: Read, tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ROWS[:3], encoding="gb18030")
    write_csv(tmp_path / "b.csv", CHINESE_ROWS[3:])
    report = read(tmp_path / "b.csv", tmp_path / "a.csv")
    assert store.count("claims") == len(ROWS)
    assert [(one.file, one.encoding, one.rows_kept) for one in report.files] == [
        ("a.csv", "gb18030", 3),
        ("b.csv", "utf-8", 4),
    ]
    assert report.files[1].columns["total_amount"] == "医疗费总额"


def test_reference_tables(store: Store, read: Read, tmp_path: Path) -> None:
    write_csv(tmp_path / "setl_d.csv", ROWS)
    write_csv(
        tmp_path / "dr_info_b.csv",
        [{"dr_code": "D1", "dr_name": "王", "main_pracins_no": "H1", "caty": "内科"}],
    )
    write_csv(
        tmp_path / "fixmedins_b.csv",
        [
            {
                "fixmedins_code": "H37020100001",
                "fixmedins_name": "某医院",
                "fixmedins_type": "1",
                "hosp_lv": "2",
                "medins_natu": "3",
                "legrep_name": "甲",
                "lnt": "120.5",
            },
            {
                "fixmedins_code": "P37020100001",
                "fixmedins_name": "某药店",
                "fixmedins_type": "2",
                "hosp_lv": "11",
                "medins_natu": "1",
                "legrep_name": "乙",
                "lnt": "",
            },
        ],
        encoding="gb18030",
    )
    write_csv(
        tmp_path / "doctor_sites.csv",
        [{"doctor_id": "D1", "facility_id": "H1"}, {"doctor_id": "D1", "facility_id": "H2"}],
    )
    write_csv(
        tmp_path / "holidays.csv",
        [{"day": "2025-10-01", "name": "国庆节"}, {"day": "2099-10-01", "name": "国庆节"}],
    )
    read(tmp_path)
    assert store.rows("SELECT doctor_id, name, facility_id, specialty FROM doctors") == [
        ("D1", "王", "H1", "内科")
    ]
    assert store.rows(
        "SELECT facility_id, level, ownership, legal_representative, longitude FROM facilities"
    ) == [("H37020100001", "tertiary", "public", "甲", 120.5)]
    assert store.rows("SELECT pharmacy_id, name, legal_representative FROM pharmacies") == [
        ("P37020100001", "某药店", "乙")
    ]
    assert store.count("doctor_sites") == 2
    assert store.count("holidays") == 2


def test_columns_nobody_mapped_are_kept(store: Store, read: Read, tmp_path: Path) -> None:
    read(write_csv(tmp_path / "setl_d.csv", [{**ROWS[0], "备注": '说"好"', "hifp_pay": "", "memo_no": "7"}]))
    assert store.one("SELECT json(extra) FROM claims")[0] == '{"memo_no":"7","备注":"说\\"好\\""}'


MEDICARE = {
    "inpatient.csv": '"BeneID","ClaimID","ClaimStartDt","ClaimEndDt","Provider","InscClaimAmtReimbursed","AttendingPhysician","OperatingPhysician","AdmissionDt","DeductibleAmtPaid","DischargeDt","DiagnosisGroupCode","ClmDiagnosisCode_1"\n"B1","C1",2009-04-12,2009-04-18,"PRV1",26000,"PHY1",NA,2009-04-12,1068,2009-04-18,"201","1970"\n',
    "outpatient.csv": '"BeneID","ClaimID","ClaimStartDt","ClaimEndDt","Provider","InscClaimAmtReimbursed","AttendingPhysician","ClmDiagnosisCode_1","DeductibleAmtPaid"\n"B1","C2",2009-10-11,2009-10-11,"PRV2",50,NA,"78943",NA\n',
    "beneficiary.csv": '"BeneID","DOB","DOD","Gender","Race","County"\n"B1",1943-01-01,NA,2,1,230\n',
}


def test_medicare_like_files(store: Store, read: Read, tmp_path: Path) -> None:
    for name, text in MEDICARE.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    report = read(tmp_path)
    columns = "claim_id, claim_type, doctor_id, total_amount, fund_amount, event_at, place_id, json(extra)"
    assert store.rows(f"SELECT {columns} FROM claims ORDER BY 1") == [
        (
            "C1",
            "inpatient",
            "PHY1",
            Decimal(27068),
            Decimal(26000),
            None,
            "PRV1",
            '{"AdmissionDt":"2009-04-12","DiagnosisGroupCode":"201","DischargeDt":"2009-04-18"}',
        ),
        ("C2", "outpatient", None, Decimal(50), Decimal(50), None, "PRV2", None),
    ]
    assert store.rows("SELECT patient_id, birth_date, sex, death_date FROM patients") == [
        ("B1", date(1943, 1, 1), "2", None)
    ]
    assert {"no_clock", "no_pharmacies", "no_items"} <= {note.code for note in report.notes}


_REAL = Path(__file__).parents[3] / "shared" / "data" / "medicare_like"
if _REAL.is_dir():

    def test_the_public_medicare_like_set(store: Store, read: Read) -> None:
        report = read(_REAL, max_reject_share=0.0)
        assert report.tables["claims"].rows_kept == 125_841 + 9_551
        assert report.tables["patients"].rows == 63_968
        assert report.has_clock is False
        assert (
            store.one("SELECT count(DISTINCT facility_id), count(DISTINCT patient_id) FROM claims")[0]
            == 1_353
        )


_SAMPLES = Path(__file__).parents[2] / "data_samples"
if any(not path.name.startswith(".") for path in _SAMPLES.rglob("*")):

    def test_the_sample_delivery(store: Store, read: Read) -> None:
        report = read(_SAMPLES, max_reject_share=0.05)
        assert report.has_clock
        assert report.tables["claims"].rows_kept > 1000
        assert store.count("patients") > 0


# ---- mapping files ----

OTHER = [
    {
        "流水": f"S{i}",
        "卡": f"A{i}",
        "院": "0012",
        "日": "04/03/2025",
        "总": "10050",
        "基": "6025",
        "类": "甲",
    }
    for i in range(3)
]
GOOD_MAPPING = """
[[table]]
table = "claims"
match = "*.csv"
unit = "fen"
dates = ["%d/%m/%Y"]
[table.columns]
claim_id = "流水"
patient_id = "卡"
facility_id = "院"
started_at = "日"
total_amount = "总"
fund_amount = "基"
med_type_raw = "类"
[table.claim_type]
"甲" = "inpatient"
[table.constants]
operator_id = "窗口1"
"""


def test_a_mapping_file_names_columns_units_dates_codes_and_constants(
    store: Store, read: Read, tmp_path: Path
) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING, encoding="utf-8")
    read(write_csv(tmp_path / "x.csv", OTHER), mapping=tmp_path / "m.toml")
    columns = "patient_id, facility_id, event_date, total_amount, fund_amount, claim_type, operator_id"
    assert store.rows(f"SELECT {columns} FROM claims ORDER BY 1 LIMIT 1") == [
        ("A0", "0012", date(2025, 3, 4), Decimal("100.50"), Decimal("60.25"), "inpatient", "窗口1")
    ]


def test_a_mapping_file_wins_over_the_presets(store: Store, read: Read, tmp_path: Path) -> None:
    text = '[[table]]\ntable = "claims"\n[table.columns]\npatient_id = "mdtrt_id"\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    read(write_csv(tmp_path / "setl_d.csv", ROWS), mapping=tmp_path / "m.toml")
    assert store.one("SELECT patient_id, total_amount FROM claims WHERE claim_id = 'S00001'") == (
        "M00001",
        Decimal("101.50"),
    )


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('table = "claims"', 'table = "claim"'), "claims"),
        (("patient_id =", "pateint_id ="), "patient_id"),
        (("unit =", "units ="), "unit"),
        (('"fen"', '"cent"'), "yuan"),
        (('"卡"', '"卡号"'), "卡"),
        (('"inpatient"', '"inpatients"'), "inpatient"),
        (('"*.csv"', '"y.csv"'), "x.csv"),
        (("[[table]]", "[[table"), "TOML"),
        (('total_amount = "总"\n', ""), "total_amount"),
    ],
)
def test_a_bad_mapping_is_refused_with_the_nearest_name(
    store: Store, read: Read, tmp_path: Path, change: tuple[str, str], word: str
) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING.replace(*change), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read(write_csv(tmp_path / "x.csv", OTHER), mapping=tmp_path / "m.toml")
    assert word in refused.value.message_en and word in refused.value.message_zh


def test_a_mapping_file_that_is_not_there(store: Store, read: Read, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        read(write_csv(tmp_path / "x.csv", OTHER), mapping=tmp_path / "none.toml")


# ---- deliveries that can't be used ----


def _truncated_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(as_csv([settlement(i) for i in range(3000)]).encode())[:-500])


def _broken_parquet(path: Path) -> None:
    duckdb.sql(
        f"COPY (SELECT 'C' || i AS claim_id, 'P' AS patient_id, 'H' AS facility_id, 1.0 AS total_amount, 1.0 AS fund_amount FROM range(100000) AS t(i)) TO '{path}' (FORMAT parquet)"
    )
    path.write_bytes(path.read_bytes()[:-300])


def _spoilt_parquet(path: Path) -> None:
    duckdb.sql(
        f"COPY (SELECT 'C' || i AS claim_id, 'P' || hash(i) AS patient_id, 'H' AS facility_id, 1.0 AS total_amount, 1.0 AS fund_amount, DATE '2025-01-01' AS started_at FROM range(100000) AS t(i)) TO '{path}' (FORMAT parquet)"
    )
    content = bytearray(path.read_bytes())
    content[1000:60000] = bytes(59000)
    path.write_bytes(bytes(content))


BAD_FILES = {
    "empty": ("a.csv", lambda p: p.write_bytes(b""), "is empty", "空文件"),
    "random bytes": (
        "a.csv",
        lambda p: p.write_bytes(bytes((i * 7919 + i // 3 * 31) % 251 for i in range(5000))),
        "a.csv",
        "a.csv",
    ),
    "zeros": ("a.csv", lambda p: p.write_bytes(bytes(5000)), "no table", "没有带表头的表"),
    "a picture": ("a.png", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(3000)), "a.png", "a.png"),
    "text": ("a.txt", lambda p: p.write_text("Dear all,\nfind attached.\n"), "a.txt", "a.txt"),
    "unknown columns": ("a.csv", lambda p: p.write_text("x,y\n1,2\n"), "unknown columns (x, y)", "无法识别"),
    "no patient": (
        "a.csv",
        lambda p: write_csv(p, [{k: v for k, v in r.items() if k != "psn_no"} for r in ROWS]),
        "patient id",
        "人员编号",
    ),
    "header only": (
        "a.csv",
        lambda p: p.write_text(as_csv(ROWS).split("\n")[0] + "\n"),
        "no rows",
        "没有数据行",
    ),
    "no row usable": (
        "a.csv",
        lambda p: write_csv(p, [{**r, "begndate": "soon"} for r in ROWS]),
        "E_DATE",
        "E_DATE",
    ),
    "truncated gzip": ("a.csv.gz", _truncated_gzip, "broken off", "不完整"),
    "broken workbook": ("a.xlsx", lambda p: p.write_bytes(b"PK\x03\x04" + bytes(500)), "workbook", "工作簿"),
    "broken parquet": ("a.parquet", _broken_parquet, "Parquet", "Parquet"),
    "spoilt parquet": ("a.parquet", _spoilt_parquet, "Parquet", "Parquet"),
    "only fee lines": (
        "fee.csv",
        lambda p: write_csv(
            p, [{"setl_id": "1", "hilist_code": "X", "cnt": "1", "det_item_fee_sumamt": "1"}]
        ),
        "claim items",
        "费用明细",
    ),
}


@pytest.mark.parametrize("case", list(BAD_FILES))
@pytest.mark.parametrize("alone", [True, False])
def test_a_file_that_cannot_be_used_is_named_with_what_was_expected(
    store: Store, read: Read, tmp_path: Path, case: str, alone: bool
) -> None:
    name, write, english, chinese = BAD_FILES[case]
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder / name)
    with pytest.raises(SourceError) as refused:
        read(folder / name if alone else folder)
    assert refused.value.exit_code == 4
    assert english in refused.value.message_en
    assert chinese in refused.value.message_zh
    assert not (store.folder / "reading.tmp").exists()


def test_paths_that_are_not_there_or_hold_nothing(store: Store, read: Read, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="holds no file"):
        read(tmp_path / "empty")
    with pytest.raises(FraudgraphError, match="No source"):
        read()


def test_too_many_rows_set_aside_stop_the_run(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(i, medfee_sumamt="x" if i < 6 else "1") for i in range(100)]
    path = write_csv(tmp_path / "setl_d.csv", rows)
    with pytest.raises(SourceError) as refused:
        read(path, max_reject_share=0.05)
    for part in ("claims", "6.0%", "E_NUMBER", "line 2", "medfee_sumamt"):
        assert part in refused.value.message_en
    assert read(path, max_reject_share=0.06).tables["claims"].rows_set_aside == 6


def test_a_month_without_claims(store: Store, read: Read, tmp_path: Path) -> None:
    from fraudgraph.records import Month

    with pytest.raises(SourceError, match="2025-03-04"):
        read(write_csv(tmp_path / "setl_d.csv", ROWS), month=Month(2024, 1))


def test_canonical_csv_with_both_places_is_refused_row_by_row(
    store: Store, read: Read, tmp_path: Path
) -> None:
    rows = [
        canonical(1),
        canonical(2, pharmacy_id="P1"),
        canonical(3, facility_id="", pharmacy_id="P1", claim_type="pharmacy"),
    ]
    read(write_csv(tmp_path / "claims.csv", rows))
    assert store.rows("SELECT claim_id, place_id, place_type FROM claims ORDER BY 1") == [
        ("C00001", "H37020100001", "facility"),
        ("C00003", "P1", "pharmacy"),
    ]
    assert store.rows("SELECT code FROM rejects") == [("E_PLACE",)]


def test_the_page_on_files_lists_every_reason() -> None:
    from fraudgraph.claims.accounting.rejects import REASONS

    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    for code, reason in REASONS.items():
        assert f"| `{code}`" in page
        assert f"{reason.en}; {reason.zh}" in page


def test_the_mapping_file_of_the_page_is_a_mapping_file(tmp_path: Path) -> None:
    from fraudgraph.claims.columns.mapping import load_mapping

    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    (tmp_path / "m.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    (rule,) = load_mapping(tmp_path / "m.toml")
    assert (rule.table, rule.unit, rule.claim_type) == ("claims", "fen", {"门特": "chronic"})
