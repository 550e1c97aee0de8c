"""The made-up hospital: two sides of one reality, in balance to the cent, every violation with its innocent twin."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fraudgraph.errors import UsageError
from fraudgraph.synthetic.hospital import make_hospital
from fraudgraph.synthetic.hospital.dialects import COLUMN_NAMES, DIALECTS, TABLE_NAMES
from fraudgraph.synthetic.hospital.world import TABLES

STAYS, CASES = 12, 1


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small planted hospital in each dialect."""
    made = {}
    for name in DIALECTS:
        made[name] = tmp_path_factory.mktemp("hospital") / name
        make_hospital(made[name], stays=STAYS, seed=5, dialect=name, cases=CASES)
    return made


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hospital") / "clean"
    make_hospital(out, stays=80, seed=6, dialect="sqlserver", planted=False, cases=CASES)
    return out


def plain(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dump_rows(text: str, name: str) -> Iterator[list[str]]:
    """Rows of one table of the dump, read by its own syntax."""
    value = re.compile(r"'((?:[^'\\]|\\.)*)'|([^,()']+)")
    inside = False
    for line in text.splitlines():
        if line.startswith("INSERT INTO"):
            inside = line == f"INSERT INTO `{name}` VALUES"
        elif inside and line.startswith("("):
            yield [a or ("" if b == "NULL" else b) for a, b in value.findall(line[1:].rstrip(",;")[:-1])]


@cache
def book(root: Path, table: str) -> list[dict[str, Any]]:
    """One table of the hospital's books in neutral column names, read by the dialect's own tool."""
    name = root.name if root.name in DIALECTS else "sqlserver"
    place, columns = DIALECTS[name].place, TABLES[table].split()
    folder, own = root / "hospital", TABLE_NAMES[table][DIALECTS[name].place]
    if name == "mariadb":
        text = next(folder.glob("*.sql")).read_text(encoding="utf-8")
        return [dict(zip(columns, row, strict=True)) for row in dump_rows(text, own)]
    if name == "excel":
        sheet = openpyxl.load_workbook(next(folder.glob("*.xlsx")), read_only=True)[own]
        rows = sheet.iter_rows(values_only=True)
        assert list(next(rows)) == [COLUMN_NAMES[column][place] for column in columns]
        return [dict(zip(columns, row, strict=True)) for row in rows]
    encoding = "utf-8-sig" if name == "sqlserver" else "gb18030"
    found = []
    for path in sorted(
        [*folder.glob(f"{own}.csv"), *folder.glob(f"dbo.{own}.csv"), *folder.glob(f"dbo.??_{own}.csv")]
    ):
        with path.open(encoding=encoding, newline="") as file:
            read = csv.reader(file)
            assert next(read) == [COLUMN_NAMES[column][place] for column in columns]
            found += [dict(zip(columns, row, strict=True)) for row in read]
    return found


def yuan(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(str(row["amount"])) for row in rows), Decimal(0)).quantize(Decimal("0.01"))


@pytest.mark.parametrize("name", DIALECTS)
def test_the_two_sides_differ_by_told_reasons_and_nothing_else(places: dict[str, Path], name: str) -> None:
    root = places[name]
    charges, lines = book(root, "charges"), plain(root / "settlements" / "claim_items.csv")
    told = plain(root / "truth" / "balance.csv")
    assert len(charges) > 10_000
    assert yuan(charges) - yuan(lines) == yuan(told)
    assert {"导出期边界", "自费项目", "病种包干", "违规1", "违规2"} <= {row["reason"] for row in told}


def test_each_visit_balances_too(places: dict[str, Path]) -> None:
    root = places["pinyin"]
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for row in book(root, "charges"):
        balance[row["visit_no"]] += Decimal(row["amount"])
    visits = {row["settle_no"]: row["visit_no"] for row in book(root, "visits") if row["settle_no"]}
    claims = {row["claim_id"]: row for row in plain(root / "settlements" / "claims.csv")}
    for line in plain(root / "settlements" / "claim_items.csv"):
        balance[visits[claims[line["claim_id"]]["hosp_settle_id"]]] -= Decimal(line["amount"])
    for row in plain(root / "truth" / "balance.csv"):
        balance[row["visit_no"]] -= Decimal(row["amount"])
    assert len(balance) > 300
    assert not {visit: amount for visit, amount in balance.items() if amount}


@pytest.mark.parametrize("name", DIALECTS)
def test_lines_add_up_to_their_claims(places: dict[str, Path], name: str) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    lines = plain(places[name] / "settlements" / "claim_items.csv")
    for line in lines:
        sums[line["claim_id"]] += Decimal(line["amount"])
    claims = plain(places[name] / "settlements" / "claims.csv")
    assert all(sums[claim["claim_id"]] == Decimal(claim["total_amount"]) for claim in claims)
    assert all(line["hosp_item_name"] and line["item_name"] for line in lines)
    assert any(line["hosp_item_name"] != line["item_name"] for line in lines)
    assert set(DIALECTS[name].claim_keys) <= set(claims[0])


@pytest.mark.parametrize("name", DIALECTS)
def test_every_table_of_every_dialect_can_be_read_by_its_own_tool(places: dict[str, Path], name: str) -> None:
    for table in TABLES:
        rows = book(places[name], table)
        assert rows, table
        heads = [COLUMN_NAMES[column][DIALECTS[name].place] for column in TABLES[table].split()]
        assert len(set(heads)) == len(heads), table


@pytest.mark.parametrize("name", DIALECTS)
def test_each_kind_is_planted_with_its_twin_beside_it(places: dict[str, Path], name: str) -> None:
    cases = plain(places[name] / "truth" / "cases.csv")
    counts = Counter((int(row["kind"]), row["role"]) for row in cases)
    assert counts == {(kind, role): CASES for kind in range(1, 54) for role in ("violation", "twin")}
    assert {row["certainty"] for row in cases if row["role"] == "violation"} == {"definite", "suspicious"}
    assert {row["certainty"] for row in cases if row["role"] == "twin"} == {"innocent"}
    assert all(row["visit_nos"] or row["other_ids"] for row in cases if row["kind"] != "51"), (
        "a gap has no ids"
    )


@pytest.mark.parametrize("name", DIALECTS)
def test_the_truth_names_what_is_in_the_files(places: dict[str, Path], name: str) -> None:
    root = places[name]
    charges = {row["charge_id"]: row for row in book(root, "charges")}
    visits = {row["visit_no"] for row in book(root, "visits")}
    claims = {row["claim_id"] for row in plain(root / "settlements" / "claims.csv")}
    for row in plain(root / "truth" / "cases.csv"):
        assert set(row["visit_nos"].split()) <= visits
        assert set(row["claim_ids"].split()) <= claims
        if (row["kind"], row["role"]) != ("1", "twin"):  # charged before the export begins
            assert set(row["charge_ids"].split()) <= set(charges), row["kind"]
        if name == "mariadb" and row["line_ids"]:
            lines = {one["line_id"] for one in plain(root / "settlements" / "claim_items.csv")}
            assert set(row["line_ids"].split()) <= lines


def test_violations_are_what_they_say(places: dict[str, Path]) -> None:
    """Some kinds looked up in the files themselves, the twin beside."""
    root = places["sqlserver"]
    cases = {(int(row["kind"]), row["role"]): row for row in plain(root / "truth" / "cases.csv")}
    charges = {row["charge_id"]: row for row in book(root, "charges")}
    orders = {row["order_id"]: row for row in book(root, "orders")}
    lab_orders = {row["order_id"] for row in book(root, "lab")}
    moves = book(root, "stock_moves")

    def charged(kind: int, role: str) -> list[dict[str, Any]]:
        return [charges[one] for one in cases[kind, role]["charge_ids"].split()]

    assert all(not row["order_id"] for row in charged(3, "violation"))
    assert all(row["charged_at"] > orders[row["order_id"]]["stopped_at"] for row in charged(4, "violation"))
    assert all(orders[row["order_id"]]["cancelled"] in ("True", "1") for row in charged(5, "violation"))
    assert yuan(charged(5, "violation")) > 0 == yuan(charged(5, "twin"))
    assert not any(row["order_id"] in lab_orders for row in charged(8, "violation"))
    assert all(row["exec_dept"] == "外送检验" for row in charged(8, "twin"))
    assert all(row["visit_no"] in {one["visit_no"] for one in moves} for row in charged(20, "twin"))
    assert not any(row["visit_no"] in {one["visit_no"] for one in moves} for row in charged(20, "violation"))
    for role, enough in (("violation", False), ("twin", True)):
        code = cases[21, role]["other_ids"]
        come = sum(Decimal(one["quantity"]) for one in moves if one["hosp_item_code"] == code)
        assert (come >= sum(Decimal(row["quantity"]) for row in charged(21, role))) is enough
    groups = {row["visit_no"]: row["blood_group"] for row in book(root, "home_page")}
    assert len({groups[one] for one in cases[44, "violation"]["visit_nos"].split()}) == 2


def test_a_clean_hospital_contradicts_itself_only_lawfully(clean: Path) -> None:
    charges, visits = book(clean, "charges"), {row["visit_no"]: row for row in book(clean, "visits")}
    taken_back = {row["reverses_id"] for row in charges}
    standing = [row for row in charges if not row["reverses_id"] and row["charge_id"] not in taken_back]
    assert {row["role"] for row in plain(clean / "truth" / "cases.csv")} == {"twin"}
    assert 0.015 < len([one for one in taken_back if one]) / len(charges) < 0.08
    assert {row["charge_class"] for row in standing if not row["order_id"]} <= {
        "床位费",
        "诊查费",
        "挂号费",
        "其他费",
        "治疗费",
    }
    reported = {row["order_id"] for row in (*book(clean, "lab"), *book(clean, "exams"))}
    unreported = [
        row
        for row in standing
        if row["charge_class"] in ("化验费", "检查费") and row["order_id"] not in reported
    ]
    assert {row["exec_dept"] for row in unreported} == {"外送检验", "远程影像中心"}
    nights = Counter((row["bed"], row["on_date"]) for row in book(clean, "ward_days"))
    shared = {bed for (bed, _), count in nights.items() if count > 1}
    assert all(bed.startswith("07") for bed in shared)  # mother and child
    early = [row for row in book(clean, "lab") if row["reported_at"] < row["sampled_at"]]
    assert early and {row["device_id"] for row in early} == {"PG01"}
    assert any(row["payer"] == "99" for row in visits.values())


def test_an_operating_theatre_holds_one_operation_at_a_time(clean: Path) -> None:
    for who in ("surgeon", "room", "anaesthetist"):
        busy: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in book(clean, "operations"):
            if row[who]:
                busy[row[who]].append((row["started_at"], row["ended_at"]))
        for spans in busy.values():
            spans.sort()
            assert all(later[0] >= former[1] for former, later in pairwise(spans))


def test_drugs_charged_were_dispensed_in_a_clean_hospital(clean: Path) -> None:
    charged: dict[str, Decimal] = defaultdict(Decimal)
    for row in book(clean, "charges"):
        if row["rx_id"]:
            charged[row["rx_id"]] += Decimal(row["quantity"])
    for row in book(clean, "dispensing"):
        charged[row["rx_id"]] -= Decimal(row["quantity"])
    late = {row["charge_ids"] for row in plain(clean / "truth" / "cases.csv")}
    assert len(charged) > 1_000 and late
    assert not {rx: left for rx, left in charged.items() if left}


def test_the_map_changes_in_the_middle_of_the_year(clean: Path) -> None:
    codes = {
        (row["nat_code"], row["charged_at"] >= "2024-07-01")
        for row in book(clean, "charges")
        if row["hosp_item_code"] == "L003"
    }
    assert codes == {("250401025", False), ("250401025a", True)}


@pytest.mark.parametrize("name", DIALECTS)
def test_same_seed_same_bytes(places: dict[str, Path], tmp_path: Path, name: str) -> None:
    again = tmp_path / name
    make_hospital(again, stays=STAYS, seed=5, dialect=name, cases=CASES)
    assert sums_of(again) == sums_of(places[name])


def test_another_seed_is_another_hospital(places: dict[str, Path], tmp_path: Path) -> None:
    make_hospital(tmp_path / "pinyin", stays=STAYS, seed=8, dialect="pinyin", cases=CASES)
    assert sums_of(tmp_path / "pinyin") != sums_of(places["pinyin"])


def sums_of(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mariadb, sqlserver, pinyin, excel"):
        make_hospital(tmp_path / "x", dialect="oracle")
    with pytest.raises(UsageError, match="at least 1 stay"):
        make_hospital(tmp_path / "x", stays=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("a", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        make_hospital(tmp_path / "full")
