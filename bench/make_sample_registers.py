"""The part of `data_samples/` that inspectors bring beside claims: fee lines and stock of two pharmacies, the agency's log, lists.

All of it is invented on top of the sample city's claims. What the screening models should see there is little and known
(`PLANTED`): the rest is ordinary business.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

Row = dict[str, Any]
Csv = Callable[[tuple[str, ...], list[Row]], bytes]
SHOPS = ("P99010100019", "P99010100009")
PLANTED = {
    "M011": "two purchases on the card of a person in custody",
    "M014": "two women billed for a drug that only men get",
    "M072": "five packs settled twice",
    "M075": "one drug sold that was never bought in such quantity",
    "M077": "purchases without slip and invoice",
    "M089": "a pharmacist signs in two shops within minutes",
    "M111": "three cases filed and approved by the same clerk",
    "M112": "bills approved faster than they can be read",
}
"""By model, what was laid into these files."""
_DRUGS = (
    ("XN02BA00101", "阿司匹林肠溶片", 15.80), ("XC07AB00201", "美托洛尔缓释片", 28.40), ("XC08CA00501", "氨氯地平片", 22.60),
    ("XA10BA00202", "二甲双胍缓释片", 30.20), ("ZA04CAF0311", "复方丹参滴丸", 26.50), ("ZC03AAT0117", "通络胶囊", 34.90),
    ("XA02BC00104", "奥美拉唑肠溶胶囊", 19.70), ("XR05CB00103", "氨溴索口服液", 24.30), ("ZG03BAQ0252", "前列舒通片", 38.60),
    ("ZA01BAG0095", "感冒清热颗粒", 12.90),
)  # fmt: skip
"""(code, name, price): invented codes in the form of the national ones."""
_MEN_ONLY, _SHORT = "ZG03BAQ0252", "ZC03AAT0117"
_TRACE_FROM = date(2025, 7, 1)
FEE = (
    "setl_id", "feedetl_sn", "hilist_code", "hilist_name", "med_chrgitm_type", "cnt", "pric", "det_item_fee_sumamt", "fee_ocur_time",
    "drug_trac_codg", "trdn_flag",
)  # fmt: skip
STOCK = ("流水号", "机构编号", "医保目录编码", "出入库类型", "出入库时间", "数量", "进价", "供货单位", "发票号", "随货单号", "药师编号", "结算ID", "药品追溯码")  # fmt: skip
LOG = ("日志编号", "结算ID", "业务环节", "经办人编号", "经办时间")


def write_registers(target: Path, tables: dict[str, list[Row]], as_csv: Csv, seed: int) -> None:
    """Write the four files; the same claims give the same bytes."""
    rng = np.random.default_rng([seed, 9])
    sold = [row for row in tables["claims"] if row["pharmacy_id"] in SHOPS and row["total_amount"] > 0]
    women = {row["patient_id"] for row in tables["patients"] if row["sex"] == "2"}
    lines = _fee_lines(sold, women, rng)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0, filename="") as stream:
        stream.write(as_csv(FEE, lines))
    (target / "fee_list_d_药店.csv.gz").write_bytes(packed.getvalue())
    (target / "药店进销存.csv").write_bytes(as_csv(STOCK, _stock(sold, lines, rng)))
    (target / "经办操作日志.csv").write_bytes(as_csv(LOG, _log(tables["claims"], rng)))
    _lists(target / "目录与名单.xlsx", sold)


def _fee_lines(sold: Sequence[Row], women: set[str], rng: np.random.Generator) -> list[Row]:
    """What each purchase held: one to three drugs whose amounts make up the bill."""
    lines: list[Row] = []
    spoilt = 0
    for claim in sold:
        left, count = Decimal(claim["total_amount"]), int(rng.integers(1, 4))
        for place, drug in enumerate(rng.choice(len(_DRUGS), count, replace=False).tolist()):
            code, name, price = _DRUGS[drug]
            if code == _MEN_ONLY and claim["patient_id"] in women:
                spoilt += 1
                if spoilt > 2:
                    code, name, price = _DRUGS[0]
            last = place == count - 1
            packs = min(4, max(1, round(float(left) / (1 if last else count) / price)))
            amount = left if last else min(left, (Decimal(str(price)) * packs).quantize(Decimal("0.01")))
            if amount <= 0:
                continue
            left -= amount
            lines.append(_line(claim, len(lines), code, name, packs, amount, rng))
    _repeat_codes(lines)
    return lines


def _line(
    claim: Row, number: int, code: str, name: str, packs: int, amount: Decimal, rng: np.random.Generator
) -> Row:
    settled = claim["settled_at"] or claim["started_at"]
    scanned = settled.date() >= _TRACE_FROM and (claim["pharmacy_id"] == SHOPS[0] or rng.random() < 0.3)
    return {
        "setl_id": claim["claim_id"],
        "feedetl_sn": f"F{number:07d}",
        "hilist_code": code,
        "hilist_name": name,
        "med_chrgitm_type": "09" if code.startswith("X") else "11",
        "cnt": packs,
        "pric": (amount / packs).quantize(Decimal("0.0001")),
        "det_item_fee_sumamt": amount,
        "fee_ocur_time": settled,
        "drug_trac_codg": f"8{int(rng.integers(10**18, 9 * 10**18))}" if scanned else None,
        "trdn_flag": "0",
    }  # fmt: skip


def _repeat_codes(lines: list[Row]) -> None:
    """Five packs come back: the code of an earlier sale on a later one."""
    coded = [line for line in lines if line["drug_trac_codg"]]
    for number in range(5):
        coded[-1 - 40 * number]["drug_trac_codg"] = coded[20 + 30 * number]["drug_trac_codg"]


def _stock(sold: Sequence[Row], lines: Sequence[Row], rng: np.random.Generator) -> list[Row]:
    """Opening stock, monthly purchases that cover the sales (but for one drug in one shop), the sales slips of December."""
    shop_of = {claim["claim_id"]: claim["pharmacy_id"] for claim in sold}
    rows: list[Row] = []

    def move(kind: str, shop: str, code: str, when: datetime, count: int, **more: Any) -> None:
        empty = dict.fromkeys(STOCK)
        rows.append({**empty, "流水号": f"JX{len(rows):06d}", "机构编号": shop, "医保目录编码": code, "出入库类型": kind, "出入库时间": when, "数量": count, **more})  # fmt: skip

    for shop in SHOPS:
        for code, _, price in _DRUGS:
            need = sum(
                int(one["cnt"])
                for one in lines
                if shop_of[one["setl_id"]] == shop and one["hilist_code"] == code
            )
            short = shop == SHOPS[0] and code == _SHORT
            move("期初库存", shop, code, datetime(2025, 1, 1), 2 if short else 10)
            for month in range(1, 13):
                bare = shop == SHOPS[0] and month in (10, 11) and code in (_SHORT, _DRUGS[0][0], _DRUGS[3][0])
                count = (1 if month == 6 else 0) if short else need // 12 + 1
                if bare:
                    count = max(count, 8) if not short else 1
                if count:
                    move("采购入库", shop, code, datetime(2025, month, 3, 9, int(rng.integers(0, 60))), count, 进价=round(price * 0.7, 2), 供货单位=None if bare else "北山医药有限公司", 发票号=None if bare else f"FP{month:02d}{len(rows):05d}", 随货单号=None if bare else f"SH{len(rows):05d}")  # fmt: skip
    december = [one for one in lines if one["fee_ocur_time"] >= datetime(2025, 12, 1)]
    for line in december:
        shop = shop_of[line["setl_id"]]
        move("销售出库", shop, line["hilist_code"], line["fee_ocur_time"], int(line["cnt"]), 药师编号=f"Y{SHOPS.index(shop) + 1}", 结算ID=line["setl_id"], 药品追溯码=line["drug_trac_codg"])  # fmt: skip
    for number in range(4):  # the same pharmacist a few minutes later in the other shop
        when = datetime(2025, 12, 8 + number, 10, 0)
        for step, shop in enumerate(SHOPS):
            move("销售出库", shop, _DRUGS[9][0], when + timedelta(minutes=4 * step), 1, 药师编号="Y1")
    return rows


def _log(claims: Sequence[Row], rng: np.random.Generator) -> list[Row]:
    """A month of reimbursements: filed, reviewed and approved by three clerks, with a hurried afternoon and three cases in one hand."""
    chosen = [row for row in claims if row["facility_id"] and row["total_amount"] > 0 and row["started_at"] >= datetime(2025, 11, 1)][:90]  # fmt: skip
    rows: list[Row] = []

    def act(claim: Row, step: str, clerk: str, when: datetime) -> None:
        rows.append({"日志编号": f"RZ{len(rows):05d}", "结算ID": claim["claim_id"], "业务环节": step, "经办人编号": clerk, "经办时间": when})  # fmt: skip

    for number, claim in enumerate(chosen):
        day = datetime(2025, 12, 1, 9) + timedelta(days=number // 10, minutes=30 * (number % 10))
        act(claim, "受理登记", "JB03" if number in (5, 17, 40) else "JB01", day)
        act(
            claim,
            "初审",
            "JB02",
            day + timedelta(minutes=int(rng.integers(6, 20)), seconds=int(rng.integers(0, 60))),
        )
        if number < 60:
            act(claim, "复核", "JB03", day + timedelta(minutes=int(rng.integers(22, 28))))
        else:  # thirty bills within a minute and a half
            act(claim, "复核", "JB03", datetime(2025, 12, 12, 16, 0) + timedelta(seconds=3 * (number - 60)))
    return rows


def _lists(path: Path, sold: Sequence[Row]) -> None:
    """One workbook of lists: catalogue, holidays, a register of another department."""
    held = next(row for row in sold if row["started_at"].month == 9)
    later = [row for row in sold if row["patient_id"] == held["patient_id"] and row["started_at"] >= held["started_at"]][:2]  # fmt: skip
    first, last = later[0]["started_at"].date(), later[-1]["started_at"].date()
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime(2026, 1, 5), "title": "目录与名单"})
    holidays = [date(2025, 1, 1), *(date(2025, 1, 28) + timedelta(days=n) for n in range(8)), *(date(2025, 4, 4) + timedelta(days=n) for n in range(3)), *(date(2025, 5, 1) + timedelta(days=n) for n in range(5)), *(date(2025, 10, 1) + timedelta(days=n) for n in range(8))]  # fmt: skip
    sheets: dict[str, list[list[Any]]] = {
        "医保目录": [["医保目录编码", "目录名称", "限性别", "每单位可用天数", "易倒卖", "追溯码强制日期"]]
        + [[code, name, "男" if code == _MEN_ONLY else "", 7, "是" if code in (_SHORT, "XC07AB00201") else "否", _TRACE_FROM.isoformat()] for code, name, _ in _DRUGS],
        "节假日": [["日期", "名称"]] + [[one.isoformat(), "法定节假日"] for one in holidays],
        "比对名单": [["人员编号", "类型", "开始日期", "结束日期"], [held["patient_id"], "羁押", (first - timedelta(days=20)).isoformat(), (last + timedelta(days=20)).isoformat()]],
    }  # fmt: skip
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for line, cells in enumerate(table):
            sheet.write_row(line, 0, cells)
    book.close()
