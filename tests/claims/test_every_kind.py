"""Thirteen kinds of values and tables that came in wrong without a word, each with inputs of its own and the right answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.columns.understanding import Understood, understand
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.typing.missing_words import is_missing_sql
from fraudgraph.claims.typing.number_sql import Mark, number_sql
from fraudgraph.claims.typing.open_ends import open_end_sql
from fraudgraph.claims.typing.pasted_ids import pasted_forms
from fraudgraph.claims.typing.time_sql import TimeForm, timestamp_sql
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store
from tests.claims.deliveries import settlement, write_csv

Read = Callable[..., ReadReport]
SHANGHAI = TimeForm(zone="Asia/Shanghai")


def values(sql: str, texts: Sequence[str]) -> list[Any]:
    """What SQL over `v` makes of each text, in one statement."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (i INTEGER, v VARCHAR)")
        con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
        return [row[0] for row in con.execute(f"SELECT {sql} FROM t ORDER BY i").fetchall()]


# ---- K1 amounts

POINTS = {
    "1’234.50": "1234.50", "1\u2009234.50": "1234.50", "¥1,234.50": "1234.50", "１，２３４．５０": "1234.50", "RMB 12.30": "12.30", "12.30元整": "12.30",
    "12.30 CR": "-12.30", "‐12.30": "-12.30", "﹣12.30": "-12.30", "- 12.30": "-12.30", "-¥12.30": "-12.30", "(¥12.30)": "-12.30", "−１２.３０": "-12.30",
    "2.5万": "25000.00", ".5": "0.50", "12.5.0": None, "1,234,56": None, "[12.30]": None, "12;30": None, "12:30": None, "1_234": None, "1/2": None, "0x1F": None,
    "Infinity": None, "12.30 (退)": None, "二百元": None,
}  # fmt: skip
COMMAS = {"−1.234,56": "-1234.56", "(1.234,56)": "-1234.56", "1’234,50": "1234.50", "12,30-": "-12.30", "€ 12,30": "12.30", "1.234.567,89": "1234567.89", "1,234.50": None, "12,3,4": None}  # fmt: skip


@pytest.mark.parametrize(("mark", "known"), [(".", POINTS), (",", COMMAS)])
def test_amounts_are_right_or_none(mark: Mark, known: dict[str, str | None]) -> None:
    found = values(number_sql("v", "DECIMAL(16,2)", mark), list(known))
    assert dict(zip(known, [None if one is None else str(one) for one in found], strict=True)) == known


# ---- K2 offsets and counts, K13 clocks

MOMENTS = {
    "2025-03-04T09:05:00+0800": "09:05", "2025-03-04 01:05:00 GMT": "09:05", "Tue, 04 Mar 2025 01:05:00 GMT": "09:05", "2025-03-03T21:05:00-04:00": "09:05",
    "2025-03-03T20:05:00−05:00": "09:05", "1741050300.0": "09:05", "1741050300000000": "09:05", "20250304T010500+0000": "09:05", "2025-03-04T01:05Z": "09:05",
    "2025-03-04 09:05:00 CST": "09:05", "2025-03-04 09:05:00 PST": None, "1741050300000000000": None, "45720.378472": "09:05",
    "2025-03-04 AM 12:05:00": "00:05", "2025-03-04 12:05 a.m.": "00:05", "2025-03-04 上午12:05": "00:05", "2025-03-04 PM 12:05": "12:05", "2025/3/4 中午12:30": "12:30",
    "2025-03-04 傍晚6:20": "18:20", "2025年3月4日 夜里11点": "23:00", "2025-03-04 下午 12:10": "12:10", "2025/03/04 下午9時5分": "21:05", "2025 年 3 月 4 日 9 时 5 分": "09:05",
    "Mar 4, 2025 9:05:00 PM": "21:05", "4 Mar 2025 21:05": "21:05", "2025-03-04 21h05": "21:05", "Tuesday, March 4, 2025 9:05 AM": "09:05", "20250304 0905": "09:05",
    "2025-03-04 25:00": None, "3月4日": None, "2025-03": None, "2025-13-04": None, "民国114年3月4日": None, "2025-063": None, "20250304090": None,
}  # fmt: skip


def test_moments_are_right_or_none() -> None:
    found = values(f"strftime({timestamp_sql('v', SHANGHAI)}, '%Y-%m-%d %H:%M')", list(MOMENTS))
    right = [None if clock is None else f"2025-03-04 {clock}" for clock in MOMENTS.values()]
    assert dict(zip(MOMENTS, found, strict=True)) == dict(zip(MOMENTS, right, strict=True))


# ---- K3 registers, K9 layouts in English, K10 what is said of a table that is none

IDS = ("A100000001", "A100000002", "A100000003", "A100000004")
NAMES = ("李一", "王二", "赵三", "钱四")
LATIN = ("Ann Bee", "Cy Dee", "Ed Eff", "Gi Haitch")
TIMES = ("2025-03-04 08:31", "2025-03-05 10:02", "2025-03-06 11:45", "2025-03-06 12:00")
DAYS = tuple(one[:10] for one in TIMES)
US_DAYS = ("03/14/2025", "03/25/2025", "03/06/2025", "03/07/2025")
AMOUNTS, LESS, REST = ("120.50", "80.00", "33.10", "1204.00"), ("100.00", "70.00", "30.00", "1200.00"), ("20.50", "10.00", "3.10", "4.00")  # fmt: skip
FIRMS = ("甲医药公司", "乙医药公司", "丙医药公司", "丁医药公司")
PHONES = ("13900000001", "13900000002", "13900000003", "13900000004")
MEMBERS, NPIS = ("M0001", "M0002", "M0003", "M0001"), ("1999900011", "1999900012", "1999900013", "1999900011")  # fmt: skip
NO_REGISTERS = {
    "价格表.csv": {"药品编码": IDS, "药品名称": ("阿莫西林胶囊", "布洛芬片", "维生素C片", "奥美拉唑肠溶胶囊"), "规格": ("24粒", "20片", "100片", "14粒"), "生产厂家": FIRMS, "零售价": AMOUNTS},
    "预约.csv": {"预约号": IDS, "患者姓名": NAMES, "预约时间": TIMES, "预约科室": ("内科", "外科", "儿科", "内科"), "手机号": PHONES},
    "投诉.csv": {"投诉编号": IDS, "投诉人": NAMES, "投诉时间": TIMES, "投诉内容": ("态度", "收费", "等待", "收费")},
    "供应商.csv": {"供应商编码": IDS, "供应商名称": FIRMS, "联系人": NAMES, "联系电话": PHONES, "地址": ("一路1号", "二路2号", "三路3号", "四路4号")},
    "考勤.csv": {"工号": IDS, "姓名": NAMES, "打卡时间": TIMES, "部门": ("内科", "外科", "儿科", "内科")},
    "checks.csv": {"check_no": IDS, "payee_name": ("Fictown Clinic", "Null Care", "Blank Clinic", "Fictown Clinic"), "amount": AMOUNTS, "check_date": DAYS},
    "设备.csv": {"设备编号": IDS, "设备名称": ("CT机", "彩超", "监护仪", "呼吸机"), "使用科室": ("放射", "超声", "内科", "ICU"), "购置日期": DAYS, "原值": AMOUNTS},
    "企业.csv": {"统一社会信用代码": ("91370200MA3C000001", "91370200MA3C000002", "91370200MA3C000003", "91370200MA3C000004"), "企业名称": FIRMS, "法定代表人": NAMES, "成立日期": DAYS},
    "vouchers.csv": {"Voucher ID": IDS, "Customer Name": LATIN, "Total": AMOUNTS, "Date": DAYS},
    "visits.csv": {"visit_id": IDS, "patient_name": LATIN, "arrived_at": TIMES, "left_at": TIMES, "triage": ("1", "2", "3", "2")},
}  # fmt: skip
_CORE = {"claim_id", "patient_id", "total_amount", "fund_amount"}
LAYOUTS: dict[str, tuple[dict[str, Sequence[str]], set[str]]] = {
    "ub04.csv": ({"Claim_ID": IDS, "Member_ID": MEMBERS, "Billing_NPI": NPIS, "Statement_From": US_DAYS, "Statement_Thru": US_DAYS, "Total_Charges": AMOUNTS, "Amount_Paid": LESS}, {*_CORE, "started_at", "ended_at", "place_id"}),
    "taf.csv": ({"CLM_ID": IDS, "MSIS_ID": MEMBERS, "BLG_PRVDR_NUM": NPIS, "SRVC_BGN_DT": DAYS, "SRVC_END_DT": DAYS, "TOT_BILLED_AMT": AMOUNTS, "TOT_MDCD_PD_AMT": LESS}, {*_CORE, "started_at", "ended_at", "place_id"}),
    "ncpdp.csv": ({"RX_CLAIM_ID": IDS, "CARDHOLDER_ID": MEMBERS, "NCPDP_ID": NPIS, "FILL_DATE": DAYS, "GROSS_AMT_DUE": AMOUNTS, "PLAN_PAID_AMT": LESS, "PATIENT_PAY_AMT": REST}, {*_CORE, "started_at", "pharmacy_id", "self_paid_amount"}),
    "aid.csv": ({"Scheme Claim No": IDS, "Member Number": MEMBERS, "Practice No": NPIS, "Service Date": US_DAYS, "Claimed Amount": AMOUNTS, "Scheme Paid": LESS}, {*_CORE, "started_at", "place_id"}),
    "dos.csv": ({"ClaimNumber": IDS, "SubscriberID": MEMBERS, "BillingProviderNPI": NPIS, "First Date of Service": US_DAYS, "Last Date of Service": US_DAYS, "Billed Amount": AMOUNTS, "Plan Paid": LESS, "Out-of-Pocket": REST}, {*_CORE, "started_at", "ended_at", "place_id", "self_paid_amount"}),
    "own words.csv": ({"CLM_ID": IDS, "QHX NAME": ("Ann General Hospital", "Bee Clinic", "Dee Hospital", "Ann General Hospital"), "QHX NO": MEMBERS, "Member ID": NPIS, "Admit Date": DAYS, "Total Charge": AMOUNTS, "Benefit Paid": LESS}, {*_CORE, "started_at", "facility_id", "place_name"}),
}  # fmt: skip


SEEN = {
    "stays.csv": ({"Claim No": IDS, "Member ID": MEMBERS, "Hospital Code": NPIS, "DOA": DAYS, "DOD": DAYS, "Claimed Amount": AMOUNTS, "Settled Amount": LESS}, {"DOD": "ended_at"}),
    "lines.csv": ({"Claim Reference": IDS, "ZQSD Code": ("X10", "X20", "X30", "X10"), "ZQSD Narrative": ("Removal of stitches", "Knee scan", "Blood count", "Removal of stitches"), "Qty": ("1", "2", "1", "1"), "Line Total": AMOUNTS}, {"ZQSD Code": "item_code", "ZQSD Narrative": "item_name"}),
    "directory.csv": ({"PROV_ID": IDS, "PROV_NAME": ("Dr. Ann Bee", "Dr. Cy Dee", "Dr. Ed Eff", "Dr. Gi Haitch"), "SPECIALTY": ("Cardiology", "Surgery", "Internal Medicine", "Surgery")}, {"PROV_ID": "doctor_id", "PROV_NAME": "name"}),
    "places.csv": ({"PROV_ID": IDS, "PROV_NAME": ("Ann General Hospital", "Bee Clinic", "Dee Hospital", "Eff Medical Center"), "BEDS": ("120", "8", "400", "12")}, {"PROV_ID": "facility_id", "PROV_NAME": "name"}),
    "parts.csv": ({"Claim No": IDS, "Member ID": MEMBERS, "Hospital Code": NPIS, "Service Date": DAYS, "Billed Amount": AMOUNTS, "Plan Paid": LESS, "Copay": REST, "Coinsurance": REST}, {"Plan Paid": "fund_amount"}),
}  # fmt: skip
"""Columns that the values or the columns beside them explain."""


@pytest.mark.parametrize("name", SEEN)
def test_columns_that_others_explain(name: str) -> None:
    table, told = SEEN[name]
    found = made_of(name, table).table
    assert found is not None
    read = {list(table)[position]: field for field, position in found.columns.items()}
    assert {header: read.get(header) for header in told} == told
    assert not {"Copay", "Coinsurance"} & set(read)  # each is a part of what was paid


def test_two_columns_that_could_be_the_person_are_told_apart_by_nothing() -> None:
    table = {"Claim No": IDS, "AAQ": MEMBERS, "BBQ": NPIS, "Service Date": DAYS, "Billed Amount": AMOUNTS, "Plan Paid": LESS}  # fmt: skip
    assert made_of("x.csv", table).table is None


def made_of(name: str, table: dict[str, Sequence[str]]) -> Understood:
    return understand(name, None, list(table), (), lambda: list(table.values()))


@pytest.mark.parametrize("name", NO_REGISTERS)
def test_what_is_no_register_is_taken_for_none_and_the_reason_is_told(name: str) -> None:
    found = made_of(name, NO_REGISTERS[name])
    assert found.table is None
    assert found.nearest is None or found.missing or found.refused or found.hospital


def test_a_register_is_one() -> None:
    person = {"人员编号": IDS, "姓名": NAMES, "性别": ("男", "女", "男", "女"), "出生日期": ("1950-01-01", "1961-02-03", "1972-03-04", "1983-04-05")}  # fmt: skip
    found = made_of("患者.csv", person).table
    assert found is not None and found.kind.name == "patients" and "name" in found.columns


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_in_english(name: str) -> None:
    table, fields = LAYOUTS[name]
    found = made_of(name, table).table
    assert found is not None and found.kind.name == "claims"
    assert set(found.columns) == fields


# ---- K4 nobody, K5 no end

NOBODY = ["（不详）", "【无】", "'NULL'", "null;", "无。", "空缺", "散客", "查无此人", "not stated", "-1", "-999", "000-00-0000", "walk-in", "(None)", "<N/A>"]  # fmt: skip
SOMEBODY = [
    "无名氏",
    "-12",
    "P-1",
    "Null, Ann",
    "100-00-0000",
    "散步",
    "Nonesuch",
    "D0",
    "(张三)",
    "Dummyson",
]
NO_END = ["9999-12-31 23:59:59", "2999-12-31", "1753-01-01 00:00:00.000", "31/12/9999", "12/31/9999", "1111-11-11", "00:00:00", "2958465", "0000-00-00T00:00:00Z", "99991231"]  # fmt: skip
AN_END = ["2025-03-04", "2024-12-31", "2025-12-30 00:00:00", "31/12/2024", "10:00:00", "45720", "1990-01-01"]


def test_words_for_nobody_and_names() -> None:
    found = dict(zip(NOBODY + SOMEBODY, values(is_missing_sql("v", (), names_someone=True), NOBODY + SOMEBODY), strict=True))  # fmt: skip
    assert found == {**dict.fromkeys(NOBODY, True), **dict.fromkeys(SOMEBODY, False)}


def test_ends_that_are_none_and_ends() -> None:
    found = values(open_end_sql("v", timestamp_sql("v", SHANGHAI), "ended_at"), NO_END + AN_END)
    assert dict(zip(NO_END + AN_END, found, strict=True)) == {**dict.fromkeys(NO_END, True), **dict.fromkeys(AN_END, False)}  # fmt: skip


# ---- K6 several cells, K8 encodings, K11 no records: one delivery each, read for real


def _html(rows: Sequence[dict[str, str]], merged: dict[str, int]) -> str:
    """Rows as a table whose columns in `merged` span so many rows each."""
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = ""
    for i, row in enumerate(rows):
        cells = [
            f"<td{f' rowspan={merged[name]}' if name in merged else ''}>{escape(text)}</td>"
            for name, text in row.items()
            if name not in merged or i % merged[name] == 0
        ]
        body += f"<tr>{''.join(cells)}</tr>"
    return f'<html><meta charset="utf-8"><table><tr>{head}</tr>{body}</table></html>'


def test_cells_over_several_rows_and_clocks_in_columns_of_their_own(
    store: Store, read: Read, tmp_path: Path
) -> None:
    clocks = ("90500", "9:05", "上午9:05", "0.378472222222222", "1899-12-30 09:05:00", "9时5分")
    rows = []
    for i, _clock in enumerate(clocks):
        row = settlement(i, psn_no=f"P{i // 2}", begndate="2025-03-04")
        rows.append({**row, "结算日期": "2025-03-04", "结算时间": "9:05:00"})
        del rows[-1]["setl_time"]
    (tmp_path / "merged.xls").write_text(
        _html(rows, {"psn_no": 2, "fixmedins_code": 6, "begndate": 3}), encoding="utf-8"
    )
    for i, clock in enumerate(clocks):
        row = settlement(10 + i, begndate="2025-03-04")
        del row["setl_time"]
        write_csv(tmp_path / f"clock{i}.csv", [{**row, "结算日期": "2025/3/4", "结算时间": clock}])
    report = read(tmp_path)
    assert report.tables["claims"].rows_set_aside == 0
    assert [row[0] for row in store.rows("SELECT patient_id FROM claims WHERE claim_id < 'S00006' ORDER BY claim_id")] == ["P0", "P0", "P1", "P1", "P2", "P2"]  # fmt: skip
    assert set(store.rows("SELECT strftime(settled_at, '%Y-%m-%d %H:%M') FROM claims")) == {
        ("2025-03-04 09:05",)
    }


@pytest.mark.parametrize("second", ["gb18030", "big5", "utf-8"])
def test_two_encodings_in_one_file_and_a_byte_that_is_neither(
    store: Store, read: Read, tmp_path: Path, second: str
) -> None:
    name = "歐陽建國" if second == "big5" else "欧阳建国"
    path = write_csv(tmp_path / "setl.csv", [settlement(i, psn_no=f"A{i}", psn_name=name) for i in range(12)])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = [line.encode("utf-8" if i < 7 else second) for i, line in enumerate(lines)]
    parts[3] = parts[3].replace("建".encode(), b"\xff")
    path.write_bytes(b"".join(parts))
    report = read(path)
    assert {row[0] for row in store.rows("SELECT name FROM patients")} == {name}
    assert report.reasons["claims"] == {"E_ENCODING": 1}


def test_lines_that_are_no_records(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "setl.csv", [settlement(i) for i in range(8)])
    none = ["总 计,,,,,,,,,900.00", "制表：赵六  审核：钱七  日期：2025-03-31", "本页合计：", "-- 8 rows --", "第 2 页/共 3 页", "累计,,,,,,,,,9999.00", "End of report", ",,,,,,,,,,,,", "打印人：王五"]  # fmt: skip
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(none) + "\n", encoding="utf-8")
    report = read_claims(store, [path], SourceSettings())
    assert report.tables["claims"].rows_kept == 8
    assert set(report.reasons["claims"]) == {"E_NO_RECORD"}


# ---- K7 identity


def test_one_person_however_the_id_is_written(store: Store, read: Read, tmp_path: Path) -> None:
    plain = "370200195001010007"
    wide = "".join(chr(ord(char) + 0xFEE0) for char in plain)
    forms = [plain, wide, f"\u200e{plain}", f"{plain}\u00a0", f"'{plain}", f'="{plain}"', f"{plain[:6]} {plain[6:14]} {plain[14:]}", f"\ufeff{plain}", f"{plain}.0"]  # fmt: skip
    read(write_csv(tmp_path / "setl.csv", [settlement(i, psn_no=form) for i, form in enumerate(forms)]))
    assert [row[0] for row in store.rows("SELECT DISTINCT patient_id FROM claims")] == [plain]


@pytest.mark.parametrize("pasted", ["ｈ９９０１０１０００２２", "H99010100022\n", '="H99010100022"', "H99010100022；", "“H99010100022”", "H99010100022,", "\tH99010100022"])  # fmt: skip
def test_an_id_as_it_is_pasted(pasted: str) -> None:
    assert "H99010100022" in pasted_forms(pasted)


# ---- K10 what is said


def test_a_table_of_nobody_says_what_it_lacks_in_both_languages(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "vouchers.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([NO_REGISTERS["vouchers.csv"], *zip(*NO_REGISTERS["vouchers.csv"].values(), strict=True)])  # fmt: skip
    with pytest.raises(SourceError) as refused:
        read_claims(store, [path], SourceSettings())
    said = refused.value
    assert "vouchers.csv" in said.message_en and "item_code" in said.message_en
    assert "vouchers.csv" in said.message_zh and "item_code" in said.message_zh
    assert not said.message_en.rstrip().endswith((":", "need", "need."))
    assert json.dumps(said.message_en)
