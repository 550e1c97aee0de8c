"""The same rows in every format, encoding and layout: each gives the same claims, and rows and yuan add up."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from fraudgraph.claims.formats import html_tables
from fraudgraph.claims.formats.html_tables import html_rows
from fraudgraph.claims.formats.sheets import open_sheets
from fraudgraph.claims.formats.sources import discover
from fraudgraph.errors import SourceError
from fraudgraph.store import Store
from tests.claims import formats
from tests.claims.conftest import Read
from tests.claims.deliveries import as_csv, settlement, write_csv

ROWS = [settlement(i, psn_name="张三丰" if i % 2 else "欧阳明月") for i in range(1, 8)]
TRADITIONAL = [
    {
        "結算ID": row["setl_id"],
        "人員編號": row["psn_no"],
        "人員姓名": "張曉華" if number % 2 else "歐陽國棟",
        "定點醫藥機構編號": row["fixmedins_code"],
        "醫療類別": "普通門診",
        "開始時間": row["setl_time"],
        "醫療費總額": row["medfee_sumamt"],
        "基金支付總額": row["fund_pay_sumamt"],
    }
    for number, row in enumerate(ROWS)
]

FORMATS: dict[str, tuple[Callable[[Path, formats.Rows], Path], str]] = {
    "utf-16 le with mark": (formats.csv_in("utf-16-le", bom=b"\xff\xfe"), "utf-16"),
    "utf-16 be with mark": (formats.csv_in("utf-16-be", bom=b"\xfe\xff"), "utf-16"),
    "utf-16 le": (formats.csv_in("utf-16-le"), "utf-16-le"),
    "utf-16 be": (formats.csv_in("utf-16-be"), "utf-16-be"),
    "gbk": (formats.csv_in("gbk"), "gb18030"),
    "titles above the header": (formats.csv_with_titles, "gb18030"),
    "a total at the end": (formats.csv_with_total, "gb18030"),
    "xlsx": (formats.xlsx, ""),
    "xlsx with titles": (formats.xlsx_with_titles, ""),
    "xls": (formats.xls, ""),
    "xlsb": (formats.xlsb, ""),
    "ods": (formats.ods, ""),
    "html as xls": (formats.html_xls, "gb18030"),
    "xml as xls": (formats.xml_xls, "utf-8"),
    "json lines": (formats.json_lines, "utf-8"),
    "json array": (formats.json_array, "gb18030"),
    "json in a wrapper": (formats.json_wrapped, "utf-8"),
    "dbf": (formats.dbf, "gb18030"),
    "zip with chinese names": (formats.chinese_zip, "gb18030"),
    "zip of a workbook": (formats.zipped_workbook, ""),
    "gzip of a workbook": (formats.gzipped_workbook, ""),
}
SHORT = {"fixmedins_code": "机构编号", "medfee_sumamt": "总费用", "fund_pay_sumamt": "统筹支付", "refd_setl_flag": "退费标志"}  # fmt: skip


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_gives_the_same_claims_and_loses_nothing(
    store: Store, read: Read, tmp_path: Path, name: str
) -> None:
    make, encoding = FORMATS[name]
    rows = [{SHORT.get(key, key): value for key, value in row.items()} for row in ROWS]
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    make(delivery, rows)
    report = read(delivery)
    found = store.rows(
        "SELECT c.claim_id, c.patient_id, CAST(c.event_at AS VARCHAR), c.total_amount, c.fund_amount, p.name "
        "FROM claims AS c JOIN patients AS p USING (patient_id) ORDER BY 1"
    )
    assert found == [
        (
            row["setl_id"],
            row["psn_no"],
            row["setl_time"],
            Decimal(row["medfee_sumamt"]),
            Decimal(row["fund_pay_sumamt"]),
            row["psn_name"],
        )
        for row in ROWS
    ]
    claims = report.tables["claims"]
    assert claims.amount_kept == sum(Decimal(row["medfee_sumamt"]) for row in ROWS)
    assert (
        claims.rows_read
        == claims.rows_kept + claims.rows_set_aside
        == len(ROWS) + (name == "a total at the end")
    )
    assert claims.amount_read == claims.amount_kept + claims.amount_set_aside
    assert {one.encoding or "" for one in report.files} == {encoding}


def test_big5_with_the_old_form_of_characters(store: Store, read: Read, tmp_path: Path) -> None:
    report = read(write_csv(tmp_path / "a.csv", TRADITIONAL, encoding="big5"))
    assert report.files[0].encoding == "big5"
    assert store.count("claims") == len(ROWS)
    assert {row[0] for row in store.rows("SELECT name FROM patients")} == {"張曉華", "歐陽國棟"}


def test_a_stray_byte_costs_its_row_and_not_the_file(store: Store, read: Read, tmp_path: Path) -> None:
    lines = as_csv(ROWS).encode("gbk").split(b"\n")
    lines[3] = lines[3].replace("张".encode("gbk"), b"\x80")
    lines[5] = lines[5].replace("张".encode("gbk"), b"\xff")
    (tmp_path / "a.csv").write_bytes(b"\n".join(lines))
    report = read(tmp_path / "a.csv")
    assert store.rows('SELECT "line", code FROM rejects ORDER BY 1') == [(4, "E_ENCODING"), (6, "E_ENCODING")]
    assert report.tables["claims"].rows_kept == len(ROWS) - 2


def _sheet(book: xlsxwriter.Workbook, name: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = book.add_worksheet(name)
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(line, column, value)


def test_a_header_over_two_lines_with_merged_cells(store: Store, read: Read, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    top = ["结算ID", "人员", None, "机构编号", "开始日期", "医疗费", None]
    below = [None, "编号", "姓名", None, None, "总额", "基金支付总额"]
    rows = [[f"S{i}", f"P{i}", "甲", "H37020100001", "2025-03-04", 100.5, 50] for i in range(5)]
    _sheet(book, "Sheet1", [["明细表"], [], top, below, *rows])
    book.close()
    read(tmp_path / "a.xlsx")
    assert store.one("SELECT count(*), sum(total_amount), sum(fund_amount) FROM claims") == (
        5,
        Decimal("502.50"),
        Decimal("250.00"),
    )
    assert store.rows("SELECT DISTINCT name FROM patients") == [("甲",)]


def test_two_tables_in_one_sheet_and_more_in_others(store: Store, read: Read, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    claims = [list(ROWS[0]), *[list(row.values()) for row in ROWS]]
    doctors = [["医师代码", "医师姓名", "科别"], ["D1", "王", "内科"], ["D2", "李", "外科"]]
    _sheet(
        book,
        "数据",
        [
            ["一、结算"],
            *claims,
            [],
            ["二、医师"],
            *doctors,
            [],
            [],
            ["人员编号", "姓名", "性别"],
            ["X1", "赵", "男"],
        ],
    )
    _sheet(
        book, "机构", [["定点医疗机构编号", "医疗机构名称", "医院等级"], ["H37020100001", "某医院", "三级"]]
    )
    book.close()
    report = read(tmp_path / "a.xlsx")
    assert store.count("claims") == len(ROWS)
    assert store.rows("SELECT doctor_id, name FROM doctors ORDER BY 1") == [("D1", "王"), ("D2", "李")]
    assert store.rows("SELECT level FROM facilities") == [("tertiary",)]
    assert store.rows("SELECT sex FROM patients WHERE patient_id = 'X1'") == [("1",)]
    assert sorted(str(one.table) for one in report.files) == ["claims", "doctors", "facilities", "patients"]
    assert not store.count("rejects")


def test_two_tables_in_one_text(store: Store, read: Read, tmp_path: Path) -> None:
    spoilt = [*ROWS[:3], {**ROWS[3], "medfee_sumamt": "about 5"}]
    text = as_csv(spoilt) + "\n\n医师信息\n" + "医师代码,医师姓名,科别,职称\nD1,王,内科,\nD2,李,,,,\n"
    (tmp_path / "a.csv").write_bytes(text.encode("gb18030"))
    read(tmp_path / "a.csv")
    assert store.count("claims") == 3
    assert store.count("doctors") == 2
    assert store.rows('SELECT "line", code FROM rejects') == [(5, "E_NUMBER")]


def test_a_header_that_comes_again_on_each_page_is_no_record(
    store: Store, read: Read, tmp_path: Path
) -> None:
    head, *body = as_csv(ROWS).splitlines()
    (tmp_path / "a.csv").write_text(
        "\n".join([head, *body[:3], head, *body[3:], "小计,,,,"]) + "\n", encoding="utf-8"
    )
    report = read(tmp_path / "a.csv")
    assert store.count("claims") == len(ROWS)
    assert report.reasons["claims"]["E_NO_RECORD"] == 2, "the header and the subtotal"


def test_codes_above_chinese_names_and_a_total_in_a_column_of_numbers(
    store: Store, read: Read, tmp_path: Path
) -> None:
    names = ["序号", "结算ID", "就诊ID", "人员编号", "人员姓名"]
    codes = ["no", "setl_id", "mdtrt_id", "psn_no", "psn_name", *list(ROWS[0])[4:]]
    rows = [[str(i), *row.values()] for i, row in enumerate(ROWS, start=1)]
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    chinese = [
        *names,
        "定点医药机构编号",
        "医疗类别",
        "开始日期",
        "结束日期",
        "结算时间",
        "医疗费总额",
        "基金支付总额",
        "退费结算标志",
        "有效标志",
    ]
    _sheet(book, "a", [codes, chinese, *rows, ["合计", *[None] * 9, 714.5, 421.75]])
    book.close()
    report = read(tmp_path / "a.xlsx")
    assert store.count("claims") == len(ROWS)
    assert report.reasons["claims"] == {"E_NO_RECORD": 2}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("trimmed", [True, False])
def test_fixed_width_text_is_cut_by_bytes(
    store: Store, read: Read, tmp_path: Path, encoding: str, trimmed: bool
) -> None:
    widths = {"流水": 8, "卡号": 20, "姓名": 20, "机构": 12, "日期": 8, "总额": 12, "基金": 12}
    rows = [
        [f"S{i}", f"P{i}", "欧阳明月" if i % 2 else "张三", "H37020100001", "20250304", "100.50", "60.25"]
        for i in range(6)
    ]
    lines = [
        b"".join(v.encode(encoding).ljust(w) for v, w in zip(row, widths.values(), strict=True))
        for row in rows
    ]
    lines = [line.rstrip() if trimmed else line for line in lines]
    lines.append(lines[0] + b"more than there should be")
    (tmp_path / "js.txt").write_bytes(b"HEADER 20250304\r\n" + b"\r\n".join(lines) + b"\r\n")
    mapping = (
        '[[table]]\ntable = "claims"\nmatch = "*.txt"\nskip = 1\n[table.columns]\nclaim_id = "流水"\npatient_id = "卡号"\n'
        'patient_name = "姓名"\nplace_id = "机构"\nstarted_at = "日期"\ntotal_amount = "总额"\nfund_amount = "基金"\n[table.layout]\n'
        + "".join(f'"{name}" = {width}\n' for name, width in widths.items())
    )
    (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
    read(tmp_path / "js.txt", mapping=tmp_path / "m.toml")
    assert store.one("SELECT count(*), sum(total_amount) FROM claims") == (6, Decimal("603.00"))
    assert {row[0] for row in store.rows("SELECT name FROM patients")} == {"欧阳明月", "张三"}
    assert store.rows('SELECT "line", code FROM rejects') == [(8, "E_COLUMNS")]


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("¥1,234.50", "1234.50"),
        ("1,234.50元", "1234.50"),
        ("1.2万元", "12000.00"),
        ("12350分", "123.50"),
        ("１２３．５", "123.50"),
        ("人民币12元整", "12.00"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
    ],
)
def test_amounts_as_people_write_them(
    store: Store, read: Read, tmp_path: Path, written: str, yuan: str
) -> None:
    read(write_csv(tmp_path / "a.csv", [settlement(1, medfee_sumamt=written)]))
    assert store.one("SELECT total_amount FROM claims")[0] == Decimal(yuan)


@pytest.mark.parametrize(("header", "factor"), [("医疗费总额(万元)", 10000), ("医疗费总额（单位：分）", Decimal("0.01")), ("医疗费总额", 1)])  # fmt: skip
def test_a_unit_in_the_header_counts(
    store: Store, read: Read, tmp_path: Path, header: str, factor: Decimal
) -> None:
    row = {
        header if key == "medfee_sumamt" else key: value
        for key, value in settlement(1, medfee_sumamt="10150").items()
    }
    read(write_csv(tmp_path / "a.csv", [row]))
    assert store.one("SELECT total_amount FROM claims")[0] == Decimal(10150) * factor


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025年3月5日", "2025-03-05 00:00:00"),
        ("二〇二五年三月五日", "2025-03-05 00:00:00"),
        ("二零二五年十二月三十一日", "2025-12-31 00:00:00"),
        ("2025年3月5日 下午3:05", "2025-03-05 15:05:00"),
        ("2025年3月5日9时5分7秒", "2025-03-05 09:05:07"),
        ("2025/3/5 9:05", "2025-03-05 09:05:00"),
        ("2025-03-05 03:05 PM", "2025-03-05 15:05:00"),
        ("2025-03-04T16:00:00Z", "2025-03-05 00:00:00"),
        ("2025-03-05-09.05.03", "2025-03-05 09:05:03"),
        ("05-MAR-25", "2025-03-05 00:00:00"),
        ("05-3月 -25", "2025-03-05 00:00:00"),
        ("45721", "2025-03-05 00:00:00"),
        ("1741136707000", "2025-03-05 09:05:07"),
    ],
)
def test_dates_as_people_and_programs_write_them(
    store: Store, read: Read, tmp_path: Path, written: str, moment: str
) -> None:
    read(write_csv(tmp_path / "a.csv", [settlement(1, begndate=written, enddate="", setl_time="")]))
    assert store.one("SELECT CAST(started_at AS VARCHAR) FROM claims")[0] == moment


def test_ids_that_a_spreadsheet_rounded(store: Store, read: Read, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    good = settlement(1)
    numbers = {**settlement(2), "psn_no": 370200195001011234}
    account = {**settlement(3), "patient_bank_account": 6.217002870001234e18}
    names = [*good, "patient_bank_account"]
    _sheet(book, "a", [names, *[[row.get(name) for name in names] for row in (good, numbers, account)]])
    book.close()
    report = read(tmp_path / "a.xlsx")
    assert store.rows('SELECT "line", "column", code FROM rejects') == [(3, "psn_no", "E_ID_PRECISION")]
    assert store.rows("SELECT count(*), count(bank_account) FROM patients") == [(2, 0)]
    assert report.files[0].values_left_empty == 1


def test_marks_that_keep_a_spreadsheet_from_counting(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [
        settlement(1, psn_no='="00123"'),
        settlement(2, psn_no="'00124", psn_name="'; DROP TABLE claims; --"),
    ]
    read(write_csv(tmp_path / "a.csv", rows, encoding="gb18030"))
    assert store.rows("SELECT patient_id, name FROM patients ORDER BY 1") == [
        ("00123", "张三"),
        ("00124", "'; DROP TABLE claims; --"),
    ]


def test_a_json_line_that_breaks_off_is_set_aside_alone(store: Store, read: Read, tmp_path: Path) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    lines[2] = lines[2][:40]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    read(tmp_path / "a.jsonl")
    assert store.count("claims") == len(ROWS) - 1
    assert store.rows('SELECT "line", code FROM rejects') == [(3, "E_COLUMNS")]


def test_records_marked_as_deleted_in_a_dbf_are_void(store: Store, read: Read, tmp_path: Path) -> None:
    path = formats.dbf(tmp_path, [{SHORT.get(k, k): v for k, v in row.items()} for row in ROWS])
    raw = bytearray(path.read_bytes())
    start, size = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    raw[start + 2 * size] = ord("*")
    path.write_bytes(bytes(raw))
    read(path)
    assert store.count("claims") == len(ROWS) - 1
    assert store.rows('SELECT "line", code FROM rejects') == [(3, "E_VOID")]


def test_broken_and_locked_archives_and_tables_are_refused_in_words(
    store: Store, read: Read, tmp_path: Path
) -> None:
    packed = formats.chinese_zip(tmp_path, ROWS)
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(SourceError, match="zip") as refused:
        read(packed)
    assert "zip" in refused.value.message_zh
    table = formats.dbf(tmp_path, ROWS)
    table.write_bytes(table.read_bytes()[:-300])
    with pytest.raises(SourceError, match="promises 7 records"):
        read(table)
    (tmp_path / "a.json").write_text(json.dumps(ROWS)[:-30], encoding="utf-8")
    with pytest.raises(SourceError, match="JSON"):
        read(tmp_path / "a.json")


def test_a_page_with_several_tables_is_parsed_once(
    read: Read, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def table(rows: Sequence[dict[str, str]]) -> str:
        lines = [list(rows[0]), *(list(row.values()) for row in rows)]
        return "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines) + "</table>"  # fmt: skip

    doctors = [
        {"医师代码": "D1", "医师姓名": "王", "职称": "主治"},
        {"医师代码": "D2", "医师姓名": "李", "职称": ""},
    ]
    people = [{"人员编号": "X1", "姓名": "赵", "性别": "男"}]
    pages = "<html>" + table(ROWS) + table(doctors) + table(people) + "</html>"
    (tmp_path / "a.xls").write_text(pages, encoding="utf-8")
    parsed: list[Path] = []

    def counted(path: Path) -> Iterator[tuple[int, list[str]]]:
        parsed.append(path)
        return html_rows(path)

    monkeypatch.setattr(html_tables, "html_rows", counted)
    read(tmp_path / "a.xls")
    assert len(parsed) == 1
    assert (store.count("claims"), store.count("doctors")) == (len(ROWS), 2)
    assert store.rows("SELECT sex FROM patients WHERE patient_id = 'X1'") == [("1",)]


@pytest.mark.parametrize("cut", [40, -9])
def test_a_broken_gzip_with_a_layout_says_so_in_one_sentence(read: Read, tmp_path: Path, cut: int) -> None:
    lines = "".join(f"C{i:07d}P{i * 7919 % 1000:04d}\n" for i in range(50_000))
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(lines.encode())[:cut])
    (tmp_path / "m.toml").write_text(
        '[[table]]\ntable = "claims"\nmatch = "a.txt.gz"\n[table.columns]\nclaim_id = "a"\npatient_id = "b"\nplace_id = "b"\n'
        'total_amount = "b"\nfund_amount = "b"\n[table.layout]\na = 8\nb = 5\n',
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="gzip file that is broken off"):
        read(tmp_path / "a.txt.gz", mapping=tmp_path / "m.toml")


def test_a_delivery_in_other_words_is_read_and_the_report_names_the_columns_to_check(
    read: Read, store: Store, tmp_path: Path
) -> None:
    rows = [
        {"Receipt No": f"R{i:08d}", "Insured Person ID": f"37020019500101{i:04d}", "Hospital Code": "H37020100001", "Visit Kind": "11",
         "Date of Visit": f"2025-03-{i % 28 + 1:02d}", "Overall Cost (千元)": f"{i + 9}.5", "Reimbursed Amount_分": f"{i}25", "Remarks": "x"}
        for i in range(40)
    ]  # fmt: skip
    report = read(write_csv(tmp_path / "export.csv", rows))
    assert store.one("SELECT count(*), sum(total_amount), sum(fund_amount) FROM claims") == (
        40,
        sum(Decimal(i + 9) * 1000 + 500 for i in range(40)),
        sum(Decimal(f"{i}.25") for i in range(40)),
    )
    note = next(one for one in report.notes if one.code == "headers_understood")
    assert "total_amount = Overall Cost (千元)" in note.en and "Remarks" not in note.en
    assert "请核对" in note.zh
    assert all(one.code != "headers_understood" for one in read(write_csv(tmp_path / "b.csv", ROWS)).notes)


def test_memory_that_gave_out_is_not_blamed_on_the_supplier(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.parquet"
    store.run(f"COPY (SELECT 1 AS setl_id) TO '{source}' (FORMAT parquet)")
    (file,) = discover([source])

    def short_of_memory(*_args: object, **_values: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate")

    monkeypatch.setattr(store, "rows", short_of_memory)
    with pytest.raises(duckdb.OutOfMemoryException):
        open_sheets(store, file, tmp_path, 1)
