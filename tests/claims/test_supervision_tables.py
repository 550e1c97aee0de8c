"""Tables beyond claims: found by what suppliers call their columns, typed, kept row by row, and passed on to the models."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.claims.columns.mapping import preset_rules
from fraudgraph.claims.columns.understanding import match_table
from fraudgraph.claims.schema.fields import PLAIN_KINDS
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.store import Store
from tests.claims.conftest import Read
from tests.claims.deliveries import settlement, write_csv

NATIONAL = {
    "stock_moves": [
        ["fixmedins_code", "med_list_codg", "fixmedins_bchno", "dynt_no", "spler_name", "finl_trns_pric", "purc_retn_cnt", "purc_invo_no", "purc_retn_stoin_time"],
        ["fixmedins_code", "med_list_codg", "fixmedins_bchno", "finl_trns_pric", "purc_retn_cnt", "purc_retn_stoin_time", "medins_prod_purc_no"],
        ["fixmedins_code", "med_list_codg", "fixmedins_bchno", "phar_certno", "setl_id", "psn_no", "finl_trns_pric", "rtal_docno", "drug_trac_codg", "sel_retn_cnt", "sel_retn_time"],
        ["fixmedins_code", "med_list_codg", "inv_chg_type", "fixmedins_bchno", "pric", "cnt", "inv_chg_time"],
        ["fixmedins_code", "med_list_codg", "invdate", "inv_cnt", "manu_lotnum", "fixmedins_bchno"],
        ["流水号", "机构编号", "医保目录编码", "类型", "时间", "数量", "单价"],
    ],
    "item_catalogue": [["hilist_code", "hilist_name", "list_type", "pric_uplmt_amt", "vali_flag"], ["医保目录编码", "目录名称", "限性别", "最小年龄"]],
    "item_rules": [["规则类型", "项目编码", "关联编码"]],
    "staff": [["nurs_code", "main_pracins_no", "psn_no", "nemp_time"], ["工号", "机构编号", "参保人编号", "离职日期"]],
    "staff_absences": [["工号", "请假开始日期", "请假结束日期", "假别"]],
    "person_events": [["psn_no", "名单类型", "羁押日期", "释放日期"]],
    "certifications": [["trt_dcla_detl_sn", "psn_no", "opsp_dise_code", "ide_fixmedins_no", "hosp_ide_date", "diag_dr_codg", "agnter_certno"]],
    "claim_details": [["setl_id", "invono", "hosp_part_amt", "balc", "mid_setl_flag"]],
    "prescriptions": [["rxno", "psn_no", "prsc_dr_code", "prsc_time"], ["处方号", "人员编号", "开方医师", "开方时间"]],
    "holidays": [["日期", "节日名称"]],
    "place_events": [["fixmedins_code", "变更类型", "生效日期"]],
    "enrolments": [
        ["psn_no", "emp_no", "crt_insu_date"],
        ["psn_no", "insutype", "psn_insu_stas", "crt_insu_date", "paus_insu_date", "emp_no", "psn_type", "insu_admdvs"],
    ],
    "devices": [["医疗机构编号", "项目编码", "设备台数", "每台每日最多次数"]],
    "agency_actions": [["日志编号", "setl_id", "环节", "opter_id", "opt_time"], ["操作流水号", "结算ID", "操作", "经办人", "操作时间"]],
    "delivered_versions": [["setl_id", "报送日期", "psn_no", "fixmedins_code", "fund_pay_sumamt", "vali_flag"]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "headers"), [(table, headers) for table, forms in NATIONAL.items() for headers in forms]
)
def test_a_table_is_known_by_what_suppliers_call_its_columns(table: str, headers: list[str]) -> None:
    found = match_table("export.csv", None, headers)
    assert found is not None
    assert found.kind.name == table


@pytest.mark.parametrize("table", PLAIN_KINDS)
def test_every_table_is_known_by_canonical_names_and_by_chinese_titles(table: str) -> None:
    assert any(rule.table == table and not rule.has for rule in preset_rules())
    columns = CANONICAL[table].columns
    for headers in ([one.name for one in columns], [one.title_zh for one in columns]):
        found = match_table("export.csv", None, headers)
        assert found is not None
        assert found.kind.name == table
        assert set(found.fields) >= set(CANONICAL[table].column_names)


def claims(folder: Path, **more: str) -> Path:
    return write_csv(folder / "setl_d.csv", [settlement(i, **more) for i in range(1, 5)])


def test_the_stock_messages_become_one_ledger(store: Store, read: Read, tmp_path: Path) -> None:
    bought = {"fixmedins_code": "P1", "med_list_codg": "X1", "finl_trns_pric": "8.5", "purc_invo_no": "F1", "spler_name": "甲公司", "dynt_no": "S1"}  # fmt: skip
    purchases = [
        {**bought, "fixmedins_bchno": "b1", "purc_retn_cnt": "100", "purc_retn_stoin_time": "2025-01-05 08:00:00"},
        {**bought, "fixmedins_bchno": "b2", "purc_retn_cnt": "-20", "purc_retn_stoin_time": "2025-01-09 08:00:00"},
        {**bought, "fixmedins_bchno": "b3", "purc_retn_cnt": "many", "purc_retn_stoin_time": "2025-01-10 08:00:00"},
        {**bought, "fixmedins_bchno": "b1", "purc_retn_cnt": "100", "purc_retn_stoin_time": "2025-01-05 08:00:00"},
    ]  # fmt: skip
    changes = [
        {"fixmedins_code": "P1", "med_list_codg": "X1", "fixmedins_bchno": f"c{kind}", "inv_chg_type": kind, "cnt": "3", "inv_chg_time": "2025-02-01 08:00:00"}
        for kind in ("101", "103", "105", "999")
    ]  # fmt: skip
    counts = [
        {"fixmedins_code": "P1", "med_list_codg": "X1", "fixmedins_bchno": f"n{when}", "inv_cnt": "7", "invdate": when}
        for when in ("2025-01-01", "2025-01-20", "2025-12-31")
    ]  # fmt: skip
    report = read(
        claims(tmp_path),
        write_csv(tmp_path / "purchase.csv", purchases),
        write_csv(tmp_path / "change.csv", changes),
        write_csv(tmp_path / "count.csv", counts),
    )
    assert store.rows("SELECT move_id, move_type, quantity FROM stock_moves ORDER BY moved_at, move_id") == [
        ("n2025-01-01", "opening", Decimal(7)),
        ("b1", "purchase", Decimal(100)),
        ("b2", "purchase_return", Decimal(20)),
        ("n2025-01-20", "count", Decimal(7)),
        ("c101", "transfer_in", Decimal(3)),
        ("c103", "surplus", Decimal(3)),
        ("c105", "shortage", Decimal(3)),
        ("n2025-12-31", "closing", Decimal(7)),
    ]
    stock = next(table for table in report.tables.values() if table.table == "stock_moves")
    assert (stock.rows_read, stock.rows_kept, stock.rows_set_aside) == (11, 8, 3)
    assert store.rows('SELECT source_file, "line", "value", code FROM rejects ORDER BY source_file, "line"') == [
        ("change.csv", 5, "999", "E_CODE"),
        ("purchase.csv", 4, "many", "E_NUMBER"),
        ("purchase.csv", 5, "P1", "E_DUPLICATE"),
    ]  # fmt: skip


def test_what_comes_on_a_settlement_or_a_doctor_fills_its_own_table(
    store: Store, read: Read, tmp_path: Path
) -> None:
    doctors = [
        {"dr_code": "D1", "dr_name": "王五", "main_pracins_no": "H1", "nemp_time": "2025-02-01"},
        {"dr_code": "D2", "dr_name": "赵六", "main_pracins_no": "H1", "nemp_time": ""},
    ]
    read(claims(tmp_path, invono="F77", balc="12.5", setl_type="1"), write_csv(tmp_path / "dr.csv", doctors))
    assert store.rows(
        "SELECT DISTINCT invoice_number, account_balance, settlement_kind FROM claim_details"
    ) == [("F77", Decimal("12.50"), "manual")]
    assert store.count("claim_details") == 4
    assert store.rows("SELECT staff_id, place_id, CAST(left_on AS VARCHAR) FROM staff") == [
        ("D1", "H1", "2025-02-01")
    ]


def test_words_of_the_agencys_log_become_ours_and_strange_ones_stay(
    store: Store, read: Read, tmp_path: Path
) -> None:
    rows = [
        {"日志编号": f"L{number}", "结算ID": "S00001", "环节": action, "经办人ID": "A1", "经办时间": "2025-03-05 10:00:00"}
        for number, action in enumerate(("受理登记", "初审", "复核", "打印"))
    ]  # fmt: skip
    read(claims(tmp_path), write_csv(tmp_path / "经办日志.csv", rows, encoding="gb18030"))
    assert store.rows("SELECT action, staff_id, acted_at FROM agency_actions ORDER BY action_id") == [
        (action, "A1", datetime(2025, 3, 5, 10)) for action in ("file", "review", "approve", "打印")
    ]


def test_a_sale_brings_its_settlement_and_its_trace_code(store: Store, read: Read, tmp_path: Path) -> None:
    sold = {"fixmedins_code": "P1", "med_list_codg": "X1", "fixmedins_bchno": "b1", "setl_id": "S00001", "psn_no": "Z1", "sel_retn_cnt": "1", "finl_trns_pric": "30", "sel_retn_time": "2025-03-04 09:01:07", "trdn_flag": "0"}  # fmt: skip
    codes = ("81234567890123456789", "81234567890123456790")
    sales = [{**sold, "drug_trac_codg": code} for code in codes]
    read(claims(tmp_path), write_csv(tmp_path / "sales.csv", sales))
    assert store.rows(
        "SELECT move_type, claim_id, trace_code, split_pack FROM stock_moves ORDER BY trace_code"
    ) == [("sale", "S00001", code, False) for code in codes]
