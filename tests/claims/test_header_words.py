"""Headers read by their words: what they mean, what they must not be taken for, and that values have the last word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

import fraudgraph.claims
from fraudgraph.claims.columns.header_words import readings
from fraudgraph.claims.columns.headers import find_header
from fraudgraph.claims.columns.mapping import preset_rules
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.columns.meanings import meanings
from fraudgraph.claims.columns.understanding import match_table
from fraudgraph.claims.columns.vocabulary import INITIALS, PINYIN, WORDS, vocabulary
from fraudgraph.claims.typing.written_sql import unit_of

PRESETS = Path(fraudgraph.claims.__file__).parent / "presets"
AMOUNTS = ("120.50", "80.00", "33.10", "1204.00")
DAYS = ("2025-03-04 08:31", "2025-03-05 10:02", "2025-03-06 11:45", "2025-03-06 12:00")
PERSONS = ("370202195001010011", "370202196102030022", "370202197203040033", "370202198304050044")
PLACES = ("H37020100001", "H37020100002", "H37020100003", "H37020100001")
IDS = ("A100000001", "A100000002", "A100000003", "A100000004")


def matched(columns: dict[str, Sequence[str]]) -> TableMapping | None:
    return match_table("export.csv", None, list(columns), (), lambda: list(columns.values()))


def fields(columns: dict[str, Sequence[str]]) -> dict[str, str]:
    found = matched(columns)
    assert found is not None
    headers = list(columns)
    return {headers[position]: name for name, position in found.columns.items()}


@pytest.mark.parametrize(
    ("header", "notions", "way"),
    [
        ("病人社保卡号码", {"person", "card", "id"}, WORDS),
        ("b.医师姓名", {"doctor", "fullname"}, WORDS),
        ("3、*出院日期", {"discharge", "time"}, WORDS),
        ("ＰａｔｉｅｎｔＮａｍｅ", {"person", "name"}, WORDS),
        ("dateofbirth", {"time", "weak", "birth"}, WORDS),
        ("DBO.T_BILL.TOTAL_FEE", {"total", "amount"}, WORDS),
        ("醫師編號", {"doctor", "id"}, WORDS),
        ("Patients Nbr", {"person", "id"}, WORDS),
        ("姓 名", {"fullname"}, WORDS),
        ("DSCHRG_DT", {"discharge", "time"}, PINYIN),
        ("hzXingming", {"person", "fullname"}, INITIALS),
        ("yaodianMingcheng", {"pharmacy", "name"}, PINYIN),
        ("chu_yuan_ri_qi", {"discharge", "time"}, PINYIN),
        ("YDMC", {"pharmacy", "name"}, INITIALS),
    ],
)
def test_a_header_is_cut_into_what_it_speaks_of(header: str, notions: set[str], way: int) -> None:
    first = readings(header)[0]
    assert (set(first.notions), first.unknown, first.way) == (notions, 0, way)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("大病保险支付金额", None),
        ("个人账户余额", None),
        ("药品总费用", None),
        ("全自费金额", None),
        ("起付线金额", None),
        ("其他基金支付", None),
        ("参保人联系人电话", None),
        ("转入医院编码", None),
        ("医保统筹金额", "fund_amount"),
        ("患者自付费用", "self_paid_amount"),
        ("门诊总费用", "total_amount"),
        ("account_paid_amt", "account_amount"),
        ("deductible_amount", None),
        ("admission_department", None),
        ("diagnosis_code_2", None),
        ("结算医院编码", "facility_id"),
        ("医院结算编码", "claim_id"),
        ("visit_patient_id", "patient_id"),
        ("patient_visit_id", "encounter_id"),
    ],
)
def test_amounts_and_ids_of_another_meaning_are_left_alone(header: str, field: str | None) -> None:
    found = meanings("claims", header)
    assert (found[0].field if found else None) == field


def test_values_decide_what_a_header_leaves_open() -> None:
    table = {"Bill No": IDS, "Patient": PERSONS, "Hospital": PLACES, "Visit Date": DAYS, "Total Cost": AMOUNTS, "Fund Pay": AMOUNTS, "Attending Doctor": IDS}  # fmt: skip
    coded = fields(table)
    assert (coded["Patient"], coded["Hospital"], coded["Attending Doctor"]) == ("patient_id", "place_id", "doctor_id")  # fmt: skip
    named = fields(
        {**table, "Patient ID": PERSONS, "Hospital Code": PLACES, "Patient": ("李一", "王二", "赵三", "钱四"),
         "Hospital": ("甲医院", "乙医院", "丙医院", "甲医院"), "Attending Doctor": ("孙五", "周六", "吴七", "郑八")}
    )  # fmt: skip
    assert (named["Patient"], named["Hospital"], named["Attending Doctor"]) == ("patient_name", "place_name", "doctor_name")  # fmt: skip


def test_values_that_contradict_a_header_keep_it_unmapped() -> None:
    table = {"Bill No": IDS, "Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Total Cost": AMOUNTS, "Fund Pay": AMOUNTS, "Cash Pay": DAYS}  # fmt: skip
    assert "Cash Pay" not in fields(table)


def test_a_register_does_not_take_a_table_of_amounts() -> None:
    claims = {"医生编码": IDS, "医生姓名": ("甲", "乙", "丙", "丁"), "机构编码": PLACES, "费用总额": AMOUNTS, "基金支付": AMOUNTS, "就诊日期": DAYS}  # fmt: skip
    assert matched(claims) is None


def test_the_closest_of_several_amounts_is_taken() -> None:
    table = {"Claim No": IDS, "Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Charge Amount": AMOUNTS, "Grand Total Charge": AMOUNTS,
             "Insurance Pay": AMOUNTS, "Pooling Fund Pay": AMOUNTS, "Patient Pay": AMOUNTS, "Cash Pay": AMOUNTS, "Pay Date": DAYS, "Settlement Date": DAYS}  # fmt: skip
    for headers in (list(table), list(table)[::-1]):
        found = fields({name: table[name] for name in headers})
        assert {found[one] for one in ("Grand Total Charge", "Pooling Fund Pay", "Cash Pay", "Settlement Date")} == {"total_amount", "fund_amount", "self_paid_amount", "settled_at"}  # fmt: skip
        assert not {"Charge Amount", "Insurance Pay", "Patient Pay", "Pay Date"} & set(found)


def test_abbreviations_count_only_where_a_table_is_written_so() -> None:
    short = fields({"JSDH": IDS, "RYBH": PERSONS, "YYBM": PLACES, "KSSJ": DAYS, "JSSJ": DAYS, "FYZE": AMOUNTS, "JJZF": AMOUNTS})  # fmt: skip
    assert short["JSSJ"] == "ended_at" and short["FYZE"] == "total_amount" and short["JSDH"] == "claim_id"
    mixed = fields({"Bill No": IDS, "Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Total Cost": AMOUNTS, "Fund Pay": AMOUNTS, "XJ": AMOUNTS})  # fmt: skip
    assert "XJ" not in mixed


def test_an_amount_that_only_says_paid_is_the_funds_if_the_bill_adds_up() -> None:
    table = {"Claim No": IDS, "Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Billed Amount": AMOUNTS, "Patient Paid": ("20.50", "10.00", "3.10", "4.00")}  # fmt: skip
    assert (
        fields({**table, "Amount Paid": ("100.00", "70.00", "30.00", "1200.00")})["Amount Paid"]
        == "fund_amount"
    )
    assert matched({**table, "Amount Paid": ("20.50", "10.00", "3.10", "4.00")}) is None
    assert matched({**table, "Deductible": ("100.00", "70.00", "30.00", "1200.00")}) is None


def test_one_column_that_headers_leave_open_is_found_by_its_values() -> None:
    whole = {"Claim No": IDS, "Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Total Cost": ("120.50", "80.00", "33.10", "1204.00"),
             "Fund Pay": ("100.00", "70.00", "30.00", "1200.00"), "Cash": ("20.50", "10.00", "3.10", "4.00")}  # fmt: skip

    def without(header: str, instead: str) -> dict[str, Sequence[str]]:
        return {instead if name == header else name: values for name, values in whole.items()}

    for header, field in (("Claim No", "claim_id"), ("Patient ID", "patient_id"), ("Hospital Code", "place_id"), ("Total Cost", "total_amount"), ("Fund Pay", "fund_amount")):  # fmt: skip
        assert fields(without(header, "qqqq"))["qqqq"] == field
    assert matched({**without("Claim No", "qqqq"), "wwww": IDS}) is None
    assert matched({**without("Total Cost", "qqqq"), "qqqq": AMOUNTS[::-1]}) is None
    assert matched({**{k: v for k, v in whole.items() if k not in ("Claim No", "Patient ID")}, "qqqq": PERSONS, "wwww": IDS}) is None  # fmt: skip


def test_a_register_leaves_tables_with_amounts_and_places_alone() -> None:
    odd = {
        "PTNT_ID": PERSONS,
        "PTNT_NM": ("李一", "王二", "赵三", "钱四"),
        "QQ": PLACES,
        "A1": AMOUNTS,
        "A2": AMOUNTS,
    }
    assert matched(odd) is None
    assert matched({name: odd[name] for name in ("PTNT_ID", "PTNT_NM")}) is not None


def test_tables_of_other_trades_are_nobodys() -> None:
    names, texts = ("李一", "王二", "赵三", "钱四"), ("甲", "乙", "丙", "丁")
    assert matched({"工号": IDS, "姓名": names, "部门": texts, "基本工资": AMOUNTS, "奖金": AMOUNTS}) is None
    assert matched({"编号": IDS, "名称": texts, "地址": texts, "电话": ("0532-5550001",) * 4}) is None
    assert matched({"Order ID": IDS, "Customer": names, "Product": texts, "Qty": ("1",) * 4, "Ship Date": DAYS}) is None  # fmt: skip
    assert matched({"日期": DAYS, "气温": AMOUNTS, "站点": texts}) is None
    named = matched({"工号": IDS, "姓名": names, "科室": texts, "职称": texts})
    assert named is not None and named.kind.name == "doctors"


def test_a_number_of_rows_is_no_claim_id() -> None:
    table = {"Patient ID": PERSONS, "Hospital Code": PLACES, "Visit Date": DAYS, "Total Cost": AMOUNTS, "Fund Pay": AMOUNTS}  # fmt: skip
    assert matched({"No": ("1", "2", "3", "4"), **table}) is None
    assert fields({"No": IDS, **table})["No"] == "claim_id"


def test_a_register_of_places_is_what_its_values_are() -> None:
    def kind(ids: Sequence[str], names: Sequence[str]) -> str:
        found = matched({"机构编码": ids, "机构名称": names, "联系电话": ("0532-5550001",) * 4})
        assert found is not None
        return found.kind.name

    shops = ("P37020100001", "P37020100002", "P37020100003", "P37020100004")
    assert kind(PLACES, ("甲医院", "乙医院", "丙医院", "丁医院")) == "facilities"
    assert kind(shops, ("甲药店", "乙药店", "丙药房", "丁药店")) == "pharmacies"
    assert kind((*shops[:2], *PLACES[:2]), ("甲药店", "乙药店", "丙医院", "丁医院")) == "institutions"


def test_a_header_in_other_words_is_found_below_a_title() -> None:
    rows = [
        ["Export of", "March", "", "", ""],
        ["Receipt", "Insured Person", "Clinic Code", "Amount Charged", "Remarks"],
        ["1", "x", "y", "3.5", ""],
    ]
    found = find_header([[*rows[0]], ["", "", "", "", ""], rows[1], rows[2]])
    assert found is not None and found.names[1] == "Insured Person"


@pytest.mark.parametrize(
    ("header", "unit"),
    [("总费用:万元", "10000"), ("基金支付_分", "0.01"), ("金额千元", "1000"), ("amount_fen", "0.01"), ("部分", "1"), ("金额（万元）", "10000"), ("总费用/元", "1")],
)  # fmt: skip
def test_a_unit_may_stand_behind_a_mark(header: str, unit: str) -> None:
    assert unit_of(header) == unit


def test_every_chinese_word_has_a_pinyin() -> None:
    sounds = tomllib.loads((PRESETS / "pinyin.toml").read_text(encoding="utf-8"))["readings"]
    known = {char for chars in sounds.values() for char in chars}
    phrases = {name for rule in preset_rules() for field in rule.columns for name in rule.synonyms(field)}
    needed = {char for text in {*vocabulary().chinese, *phrases} for char in re.findall(r"[\u3400-\u9fff]", text)}  # fmt: skip
    assert needed - known == set()


def test_every_notion_of_a_pattern_has_words() -> None:
    told = tomllib.loads((PRESETS / "meanings.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((PRESETS / "words.toml").read_text(encoding="utf-8"))
    notions = {notion for part in words.values() for key in part for notion in key.split()}
    patterns = [*told["meanings"].values(), *(one for table in told["tables"].values() for one in table.values())]  # fmt: skip
    used = {part.removesuffix("?") for texts in patterns for text in texts for one in text.removeprefix("~").split() for part in one.split("|")}  # fmt: skip
    assert used - notions == set()
