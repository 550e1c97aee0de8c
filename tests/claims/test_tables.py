"""What a table is: registers hold no claims, hospital tables are no settlements, and what is not taken is still explained."""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.claims.columns.mapping import load_mapping
from fraudgraph.claims.columns.understanding import Understood, understand
from fraudgraph.claims.inspection.inspecting import inspect_files
from fraudgraph.claims.reading import read_claims
from fraudgraph.screening import load_screens, screen_claims
from fraudgraph.settings import ScreeningSettings, SourceSettings
from fraudgraph.store import Store

CASES = Path(os.environ.get("FRAUDGRAPH_SHARED") or Path(__file__).parents[3] / "shared") / "field" / "cases"
DAYS = ("2025-03-04 08:31", "2025-03-05 10:02", "2025-03-06 11:45", "2025-03-06 12:00")
AMOUNTS = ("120.50", "80.00", "33.10", "1204.00")
LESS = ("100.00", "70.00", "30.00", "1200.00")
IDS = ("A100000001", "A100000002", "A100000003", "A100000004")
NPI = ("1700113701", "1990338912", "1569125963", "1700113701")


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_MAPPINGS", str(tmp_path / "memory"))


def made_of(table: dict[str, Sequence[str]], name: str = "export.csv") -> Understood:
    return understand(name, None, list(table), (), lambda: list(table.values()))


def kind(table: dict[str, Sequence[str]], name: str = "export.csv") -> str | None:
    found = made_of(table, name).table
    return None if found is None else found.kind.name


def fields(table: dict[str, Sequence[str]], name: str = "export.csv") -> dict[str, str]:
    found = made_of(table, name).table
    assert found is not None
    return {field: list(table)[position] for field, position in found.columns.items()}


def write(path: Path, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def field_case(name: str) -> Path:
    folder = CASES / name
    if not folder.is_dir():
        pytest.skip("the field cases are not beside this checkout")
    return folder


def test_registers_take_no_claims() -> None:
    claims = {"claim_no": IDS, "holder_id": IDS, "payout_bank_account": IDS, "claim_amount": AMOUNTS}
    sales = {"购药时间": DAYS, "社保卡号": IDS, "商品编码": ("1", "2", "3", "4"), "商品名称": ("甲片", "乙片", "丙片", "丁片"), "应收金额": AMOUNTS}  # fmt: skip
    assert kind(claims) is None
    assert kind(sales) is None
    assert (
        kind({"社保卡号": IDS, "姓名": ("甲", "乙", "丙", "丁"), "出生日期": ("1950-01-01",) * 4})
        == "patients"
    )


def test_names_of_goods_are_nobodys_names() -> None:
    for header in ("商品名称", "通用名", "Gnrc_Name", "Brnd_Name"):
        assert kind({"卡号": IDS, header: ("甲片", "乙片", "丙片", "丁片")}) is None


def test_registers_take_no_events() -> None:
    calls = {"Call ID": ("C1", "C2", "C3", "C4"), "Member Ref": IDS, "Agent": ("kbell", "jroe", "kbell", "amoe"), "Call Start": DAYS}  # fmt: skip
    assert kind(calls) is None
    people = {"Member No": IDS, "Full Name": ("A B", "C D", "E F", "G H"), "Date Of Birth": ("1950-01-01",) * 4, "Date Captured": DAYS}  # fmt: skip
    assert kind(people) == "patients"


def test_a_directory_of_doctors_is_no_register_of_places() -> None:
    doctors = {"PROV_NPI": NPI, "PROV_FULL_NM": ("A B", "C D", "E F", "A B"), "PRAC_FACILITY_ID": ("F1", "F2", "F3", "F1"), "SPECIALTY": ("Cardiology",) * 4}  # fmt: skip
    assert kind(doctors) != "facilities"


def test_a_rota_is_a_hospitals_own() -> None:
    rota = {"gonghao": ("0451", "0452", "0453", "0454"), "yisheng_xingming": ("甲", "乙", "丙", "丁"), "keshi": ("内科",) * 4, "banci": ("早",) * 4, "paiban_riqi": ("2025-03-04",) * 4}  # fmt: skip
    found = made_of(rota)
    assert found.table is None and found.hospital is not None and found.hospital.name == "h_rota"


def test_segments_of_a_message_stand_before_what_they_hold() -> None:
    table = {"REF_D9_ClaimNumber": IDS, "NM109_IL_MemberID": IDS, "NM109_85_BillingProviderNPI": NPI, "DTP_434_StatementFrom": DAYS, "CLM02_TotalClaimChargeAmount": AMOUNTS, "CLP04_ClaimPaymentAmount": LESS}  # fmt: skip
    assert fields(table)["patient_id"] == "NM109_IL_MemberID"


def test_doctors_with_their_places_are_a_register_where_each_comes_once() -> None:
    once = {"doctor_id": IDS, "facility_id": ("H1", "H2", "H1", "H2")}
    often = {"doctor_id": ("D1", "D1", "D2", "D3"), "facility_id": ("H1", "H2", "H1", "H2")}
    assert kind(once, "doctors.csv") == "doctors"
    assert kind(often, "doctors.csv") == "doctor_sites"
    assert kind(once, "doctor_sites.csv") == kind(once, "医师多点执业.csv") == "doctor_sites"
    assert kind({"pharmacy_id": ("P1", "P2"), "longitude": ("120.1", "120.2"), "latitude": ("36.1", "36.2")}) == "pharmacies"  # fmt: skip


def test_a_registers_key_is_what_other_files_join_to() -> None:
    people = {"SSN": ("999-17-5017", "999-50-8136", "999-66-5642", "999-66-5643"), "Id": ("3edac2e3-d223", "9d188916-8390", "1d3d16ce-a3a4", "2d3d16ce-a3a4"), "BIRTHDATE": ("1950-01-01",) * 4, "GENDER": ("M", "F", "M", "F")}  # fmt: skip
    assert fields(people, "patients.csv")["patient_id"] == "Id"
    counted = {**people, "Id": ("1", "2", "3", "4")}
    assert fields(counted, "patients.csv")["patient_id"] == "SSN"
    assert (
        fields({"身份证号": IDS, "医保人员编号": IDS, "姓名": ("甲", "乙", "丙", "丁")})["patient_id"]
        == "医保人员编号"
    )


def test_a_payers_claims_are_claims_though_they_name_items() -> None:
    table = {"Claim_ID": IDS, "Member_ID": IDS, "Provider_NPI": NPI, "Service_Date": DAYS, "CPT_Code": ("99213", "99214", "99215", "99213"), "Units": ("1", "1", "2", "1"), "Amount_Billed": AMOUNTS, "Amount_Allowed": LESS, "Amount_Paid": LESS}  # fmt: skip
    found = fields(table)
    assert (kind(table), found["total_amount"], found["fund_amount"]) == (
        "claims",
        "Amount_Billed",
        "Amount_Paid",
    )
    assert kind({**table, "Amount_Paid": ("900.00", "900.00", "900.00", "9000.00")}) != "claims"


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        (["住院号", "医嘱号", "项目编码", "项目名称", "数量", "单价", "金额", "收费时间", "执行科室"], "h_charges"),
        (["住院号", "医嘱号", "医嘱内容", "频次", "用法", "开嘱时间", "停嘱时间"], "h_orders"),
        (["住院号", "检验项目", "结果值", "参考范围", "标本类型", "采样时间"], "h_lab"),
        (["检查号", "检查部位", "影像所见", "检查结论", "报告时间"], "h_exams"),
        (["住院号", "手术名称", "麻醉方式", "主刀", "手术开始时间"], "h_operations"),
        (["住院号", "体温", "脉搏", "血压", "记录护士"], "h_nursing"),
    ],
)  # fmt: skip
def test_a_hospitals_own_tables_are_never_settlements(headers: list[str], table: str) -> None:
    found = made_of(dict.fromkeys(headers, ("1", "2", "3", "4")))
    assert found.table is None
    assert found.hospital is not None and found.hospital.name == table


def test_fee_lines_that_name_their_settlement_stay_fee_lines() -> None:
    headers = [
        "结算单号",
        "住院号",
        "医嘱号",
        "国家医保编码",
        "院内项目名称",
        "数量",
        "单价",
        "金额",
        "执行科室",
    ]
    found = made_of(dict.fromkeys(headers, ("1", "2", "3", "4")))
    assert found.table is not None and found.table.kind.name == "claim_items"


def test_what_was_understood_is_shown_and_a_skeleton_is_always_written(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rx.csv",
        ["MEMBER_ID", "RX_ID", "SRVC_DT", "PTNT_PAY_AMT", "XYZ"],
        [["M1", "R1", "2025-03-04", "1.50", "1"]] * 3,
    )
    with Store(tmp_path / "scratch") as store:
        found = inspect_files(store, [path])
    (sheet,) = found.sheets
    assert sheet.table is None and sheet.nearest == "claims" and "total_amount" in sheet.lacking
    assert {column.field for column in sheet.columns} >= {"patient_id", "started_at"}
    (skeleton,) = tomllib.loads(found.mapping)["table"]
    assert skeleton["table"] == "claims" and skeleton["columns"]["patient_id"] == "MEMBER_ID"
    assert "# total_amount" in found.mapping
    (tmp_path / "m.toml").write_text(found.mapping, encoding="utf-8")
    assert load_mapping(tmp_path / "m.toml")[0].match == "rx.csv"


def line_rows(total: bool) -> list[list[str]]:
    rows = []
    for claim in range(6):
        for line in range(1, 4):
            amount = 10 * (claim + line)
            whole = sum(10 * (claim + one) for one in range(1, 4))
            given = [f"{whole}.00", f"{whole // 2}.00"] if total else [f"{amount}.00", f"{amount // 2}.00"]
            rows.append([f"CLM{claim:05d}", str(line), f"MBR{claim:05d}", "1700000000", "2025-03-01", f"9921{line}", f"{amount}.00", *given])  # fmt: skip
    return rows


@pytest.mark.parametrize("total", [True, False])
def test_lines_of_a_claim_count_once(tmp_path: Path, total: bool) -> None:
    headers = ["claim_id", "claim_line_number", "patient_id", "facility_npi", "claim_start_date", "hcpcs_code", "line_charge_amount", "total_claim_charge_amount", "total_claim_paid_amount"]  # fmt: skip
    path = write(tmp_path / "medical_claim.csv", headers, line_rows(total))
    with Store(tmp_path / "store") as store:
        report = read_claims(store, [path], SourceSettings())
        assert store.one("SELECT count(*), sum(total_amount) FROM claims") == (6, Decimal("810.00"))
        assert store.one("SELECT count(*), sum(amount) FROM claim_items") == (18, Decimal("810.00"))
    (note,) = [one for one in report.notes if one.code == "claim_lines"]
    assert "18 rows became 6 claims" in note.en


def test_lost_zeros_are_told_with_their_repair(tmp_path: Path) -> None:
    write(tmp_path / "medins.csv", ["机构编号", "机构名称", "医院等级"], [["00123", "甲医院", "3"], ["00045", "乙医院", "2"], ["00007", "丙诊所", "1"]])  # fmt: skip
    headers = [
        "setl_id",
        "psn_no",
        "fixmedins_code",
        "med_type",
        "begntime",
        "medfee_sumamt",
        "fund_pay_sumamt",
    ]
    rows = [[f"S{n:06d}", f"37020119000000{n:04d}", ("123", "45", "7")[n % 3], "11", "2025-03-04 09:00:00", "100.00", "60.00"] for n in range(12)]  # fmt: skip
    write(tmp_path / "setl_d.csv", headers, rows)
    with Store(tmp_path / "scratch") as store:
        (join,) = inspect_files(store, [tmp_path]).joins
    assert (join.found, join.values, join.used, join.repaired) == (0, 3, 0, 3)
    assert "zfill 5" in join.repair_en
    with Store(tmp_path / "store") as store:
        report = read_claims(store, [tmp_path / "medins.csv", tmp_path / "setl_d.csv"], SourceSettings())
    assert any(one.code == "keys_not_found" and "zfill 5" in one.en for one in report.notes)


def test_lines_that_do_not_make_the_total_are_told(tmp_path: Path) -> None:
    claims = [[f"S{n:06d}", f"P{n}", "H1", "11", "2025-03-04 09:00:00", "100.00", "60.00"] for n in range(4)]
    write(tmp_path / "setl.csv", ["setl_id", "psn_no", "fixmedins_code", "med_type", "begntime", "medfee_sumamt", "fund_pay_sumamt"], claims)  # fmt: skip
    lines = [[f"S{n:06d}", "X1", "1", "90.00" if n == 0 else "100.00"] for n in range(4)]
    write(tmp_path / "fee.csv", ["setl_id", "hilist_code", "cnt", "det_item_fee_sumamt"], lines)
    with Store(tmp_path / "store") as store:
        report = read_claims(store, [tmp_path / "setl.csv", tmp_path / "fee.csv"], SourceSettings())
        assert store.rows("SELECT place_id, claim_count, differing_count FROM line_sums") == [("H1", 4, 1)]
    assert [one.code for one in report.notes if one.code == "line_sums_differ"]


@pytest.mark.parametrize(("own", "flags"), [("面部护理", 1), ("低频脉冲电治疗（次）", 0)])
def test_an_item_settled_under_another_name_is_seen_without_a_catalogue(
    tmp_path: Path, own: str, flags: int
) -> None:
    claims = [[f"S{n:06d}", f"P{n}", "H1", "11", "2025-03-04 09:00:00", "90.00", "60.00"] for n in range(30)]
    write(tmp_path / "setl.csv", ["setl_id", "psn_no", "fixmedins_code", "med_type", "begntime", "medfee_sumamt", "fund_pay_sumamt"], claims)  # fmt: skip
    lines = [[f"S{n:06d}", "X1", "低频脉冲电治疗", "L9", own, "1", "90.00"] for n in range(30)]
    write(tmp_path / "fee.csv", ["setl_id", "hilist_code", "hilist_name", "medins_list_codg", "medins_list_name", "cnt", "det_item_fee_sumamt"], lines)  # fmt: skip
    with Store(tmp_path / "store") as store:
        read_claims(store, [tmp_path / "setl.csv", tmp_path / "fee.csv"], SourceSettings())
        screens = [one for one in load_screens() if one.id == "M050"]
        screen_claims(store, ScreeningSettings(), screens=screens)
        assert store.count("flags") == flags


FIELD = [
    ("31-synthea", "patients.csv", "patients", {"patient_id": "Id"}),
    ("31-synthea", "providers.csv", "doctors", {"doctor_id": "Id", "facility_id": "ORGANIZATION"}),
    ("31-synthea", "organizations.csv", "facilities", {"facility_id": "Id"}),
    ("31-synthea", "payers.csv", None, {}),
    ("31-synthea", "claims.csv", None, {}),
    ("31-synthea", "claims_transactions.csv", "claim_items", {"claim_id": "APPOINTMENTID"}),
    ("32-register-takes-claims", "claims.csv", None, {}),
    ("35-us-claims-as-items", "sample_medical_claims.csv", "claims", {"fund_amount": "Amount_Paid", "patient_id": "Member_ID", "place_id": "Provider_NPI"}),
    ("35-us-claims-as-items", "sample_pharmacy_claims.csv", "claims", {"fund_amount": "Amount_Paid", "pharmacy_id": "Pharmacy_NPI"}),
    ("36-write-empty-mapping", "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv", "claims", {"patient_id": "DESYNPUF_ID", "fund_amount": "CLM_PMT_AMT"}),
    ("36-write-empty-mapping", "DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_1.csv", None, {}),
    ("09-line-level", "medical_claim.csv", "claims", {"line_number": "claim_line_number", "total_amount": "total_claim_charge_amount"}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "file", "table", "wanted"), FIELD)
def test_field_cases(case: str, file: str, table: str | None, wanted: dict[str, str]) -> None:
    path = field_case(case) / file
    with path.open(encoding="utf-8", newline="") as lines:
        headers, *rows = list(csv.reader(lines))
    found = understand(file, None, headers, (), lambda: list(zip(*rows[:200], strict=True)))
    assert (found.table.kind.name if found.table else None) == table
    if found.table is not None:
        got = {field: headers[position] for field, position in found.table.columns.items()}
        assert {field: got.get(field) for field in wanted} == wanted


def test_only_charges_of_synthea_are_charges() -> None:
    folder = field_case("31-synthea")
    with Path(folder / "claims_transactions.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = understand("claims_transactions.csv", None, list(rows[0]), ())
    assert found.table is not None and found.table.rule.keep == {"TYPE": ("CHARGE",)}
