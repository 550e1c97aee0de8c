"""Writes `data_samples/`: a small delivery as suppliers send it, made from a sample city. Run from the root:

    python -m bench.make_data_samples

The same city gives the same bytes. What was planted goes to `tests/data/data_samples-truth/`, which the program never
reads. National column names; GB18030; refunds as records of their own on the same encounter; records that were withdrawn
(`vali_flag` 0); one list as xlsx; dates of two forms; some cells that can't be read. Beside claims: fee lines and stock of two
pharmacies, the agency's log, a workbook of lists (`bench.make_sample_registers.py`).
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import xlsxwriter

from bench.make_sample_registers import write_registers
from fraudgraph.synthetic.city import make_city

ROOT = Path(__file__).resolve().parent.parent
CLAIMS, MONTHS, SEED = 12_000, 12, 2037
_MED_TYPE = {"outpatient": "11", "chronic": "14", "inpatient": "21", "pharmacy": "41"}
_LEVEL = {"tertiary": "02", "secondary": "05", "primary": "08", "clinic": "11"}
_NATURE = {"public": "3", "private": "1"}
_SPECIALTY = {
    "internal": "内科", "surgery": "外科", "paediatrics": "儿科", "general": "全科", "tcm": "中医科", "rehabilitation": "康复科", "nephrology": "肾内科",
    "oncology": "肿瘤科", "gynaecology": "妇科", "emergency": "急诊科",
}  # fmt: skip
_TITLE = {"chief": "231", "associate chief": "232", "attending": "233", "physician": "234"}
Row = dict[str, Any]

SETTLEMENT = (
    "setl_id", "mdtrt_id", "psn_no", "insutype", "fixmedins_code", "med_type", "begndate", "enddate", "setl_time", "medfee_sumamt",
    "fund_pay_sumamt", "acct_pay", "psn_cash_pay", "opter_id", "refd_setl_flag", "vali_flag",
)  # fmt: skip
ENCOUNTER = (
    "mdtrt_id", "psn_no", "psn_name", "gend", "brdy", "insutype", "tel", "addr", "emp_name", "agnter_certno", "fixmedins_code", "med_type",
    "begntime", "endtime", "atddr_no", "dscg_maindiag_code", "dscg_way", "die_date", "vali_flag",
)  # fmt: skip


def main() -> int:
    """Make the city, then the delivery."""
    target, truth = ROOT / "data_samples", ROOT / "tests" / "data" / "data_samples-truth"
    with tempfile.TemporaryDirectory() as folder:
        made = make_city(Path(folder) / "city", claims=CLAIMS, months=MONTHS, rings="standard", seed=SEED)
        tables = {path.stem: pq.read_table(path).to_pylist() for path in sorted(made.out.glob("*.parquet"))}
        shutil.rmtree(truth, ignore_errors=True)
        shutil.copytree(made.truth, truth)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    settlements, encounters = _records(tables, np.random.default_rng(SEED))
    (target / "setl_d.csv").write_bytes(_csv(SETTLEMENT, settlements))
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0, filename="") as stream:
        stream.write(_csv(ENCOUNTER, encounters))
    (target / "mdtrt_d.csv.gz").write_bytes(packed.getvalue())
    _lists(target, tables)
    write_registers(target, tables, _csv, SEED)
    size = sum(path.stat().st_size for path in target.iterdir())
    print(
        f"{made.claims} claims, {made.rings} rings, {made.lawful_groups} lawful groups; {size / 1e6:.2f} MB"
    )
    return 0


def _records(tables: dict[str, list[Row]], rng: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Settlement and encounter records of all claims."""
    people = {row["patient_id"]: row for row in tables["patients"]}
    claims = tables["claims"]
    number = {
        claim_id: f"M{n:010d}"
        for claim_id, n in zip(
            dict.fromkeys(row["claim_id"] for row in claims), _numbers(rng, len(claims)), strict=False
        )
    }
    settlements, encounters = [], []
    for index, claim in enumerate(claims):
        refund = claim["total_amount"] is not None and claim["total_amount"] < 0
        encounter = (
            number[claim["refund_of"]]
            if refund and claim["refund_of"] in number
            else number[claim["claim_id"]]
        )
        settlements.append(_settlement(claim, encounter, people, refund=refund))
        if not refund:
            encounters.append(_encounter(claim, encounter, people))
        if index % 270 == 135 and not refund:  # an upload that was withdrawn and sent again
            withdrawn = {
                **settlements[-1],
                "setl_id": f"98{int(rng.integers(10**15, 10**16))}",
                "vali_flag": "0",
            }
            settlements.append(withdrawn)
    _spoil(settlements, encounters, rng)
    return settlements, encounters


def _numbers(rng: np.random.Generator, count: int) -> list[int]:
    step = 9_000_000_000 // count
    return (1_000_000_000 + rng.permutation(count) * step + rng.integers(0, step, count)).tolist()


def _settlement(claim: Row, encounter: str, people: dict[str, Row], *, refund: bool) -> Row:
    person = people.get(claim["patient_id"], {})
    ended = claim["ended_at"] or claim["started_at"]
    return {
        "setl_id": claim["claim_id"],
        "mdtrt_id": encounter,
        "psn_no": claim["patient_id"],
        "insutype": person.get("insurance_type"),
        "fixmedins_code": claim["facility_id"] or claim["pharmacy_id"],
        "med_type": _MED_TYPE[claim["claim_type"]],
        "begndate": claim["started_at"].date(),
        "enddate": ended.date(),
        "setl_time": claim["settled_at"],
        "medfee_sumamt": claim["total_amount"],
        "fund_pay_sumamt": claim["fund_amount"],
        "acct_pay": claim["account_amount"],
        "psn_cash_pay": claim["self_paid_amount"],
        "opter_id": claim["operator_id"],
        "refd_setl_flag": "1" if refund else "0",
        "vali_flag": "1",
    }


def _encounter(claim: Row, encounter: str, people: dict[str, Row]) -> Row:
    person = people.get(claim["patient_id"], {})
    return {
        "mdtrt_id": encounter,
        "psn_no": claim["patient_id"],
        "psn_name": person.get("name"),
        "gend": person.get("sex"),
        "brdy": person.get("birth_date"),
        "insutype": person.get("insurance_type"),
        "tel": person.get("phone"),
        "addr": person.get("address"),
        "emp_name": person.get("employer"),
        "agnter_certno": person.get("agent_id"),
        "fixmedins_code": claim["facility_id"] or claim["pharmacy_id"],
        "med_type": _MED_TYPE[claim["claim_type"]],
        "begntime": claim["started_at"],
        "endtime": claim["ended_at"],
        "atddr_no": claim["doctor_id"],
        "dscg_maindiag_code": claim["diagnosis_code"],
        "dscg_way": claim["discharge_way"],
        "die_date": person.get("death_date"),
        "vali_flag": "1",
    }


def _spoil(settlements: list[Row], encounters: list[Row], rng: np.random.Generator) -> None:
    """Cells as they arrive now and then: another form of date, text where a number should be, a day that does not exist."""
    for row in rng.choice(len(encounters), 40, replace=False).tolist():
        moment = encounters[row]["begntime"]
        encounters[row]["begntime"] = f"{moment.year}/{moment.month}/{moment.day} {moment:%H:%M:%S}"
    for row, cell in zip(
        rng.choice(len(settlements), 6, replace=False).tolist(),
        ("—", "N/A", "待核", "", "12O.5", "#VALUE!"),
        strict=True,
    ):
        settlements[row]["medfee_sumamt"] = cell
    for row in rng.choice(len(settlements), 4, replace=False).tolist():
        settlements[row]["setl_time"] = "2025-02-30 10:00:00"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_text(row[name]) for name in columns] for row in rows])
    return out.getvalue().encode("gb18030")


def _lists(target: Path, tables: dict[str, list[Row]]) -> None:
    """Institutions, doctors and registered sites as csv, pharmacies as xlsx with Chinese headings."""
    columns = (
        "medins_code",
        "medins_name",
        "hosp_lv",
        "medins_natu",
        "aprv_bed_cnt",
        "legrep_name",
        "tel",
        "addr",
        "bankacct",
        "lnt",
        "lat",
    )
    rows = [
        dict(zip(columns, (f["facility_id"], f["name"], _LEVEL[f["level"]], _NATURE[f["ownership"]], f["beds"], f["legal_representative"], f["phone"], f["address"], f["account"], f["longitude"], f["latitude"]), strict=True))
        for f in tables["facilities"]
    ]  # fmt: skip
    (target / "medins_info_b.csv").write_bytes(_csv(columns, rows))
    doctor = ("dr_code", "dr_name", "main_pracins_no", "caty", "dr_pro_tech_duty")
    rows = [
        dict(
            zip(
                doctor,
                (
                    d["doctor_id"],
                    d["name"],
                    d["facility_id"],
                    _SPECIALTY.get(d["specialty"]),
                    _TITLE.get(d["title"]),
                ),
                strict=True,
            )
        )
        for d in tables["doctors"]
    ]
    (target / "dr_info_b.csv").write_bytes(_csv(doctor, rows))
    sites = ("医师代码", "执业机构编号")
    rows = [dict(zip(sites, (s["doctor_id"], s["facility_id"]), strict=True)) for s in tables["doctor_sites"]]
    (target / "医师多点执业备案.csv").write_bytes(_csv(sites, rows))
    book = xlsxwriter.Workbook(target / "定点零售药店名录.xlsx")
    book.set_properties({"created": datetime(2026, 1, 5), "title": "定点零售药店名录"})
    sheet = book.add_worksheet("药店")
    sheet.write_row(
        0, 0, ["药店编号", "药店名称", "法定代表人", "联系电话", "联系地址", "银行账号", "经度", "纬度"]
    )
    for line, p in enumerate(tables["pharmacies"], start=1):
        sheet.write_row(
            line,
            0,
            [
                p["pharmacy_id"],
                p["name"],
                p["legal_representative"],
                p["phone"],
                p["address"],
                p["account"] or "",
                p["longitude"],
                p["latitude"],
            ],
        )
    book.close()


if __name__ == "__main__":
    sys.exit(main())
