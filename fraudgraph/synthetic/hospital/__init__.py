"""A made-up hospital: one reality, the hospital's own books of it, and what was settled from it.

Written from what hospitals do, before the models of the hospital side and without reading them; then frozen. The clean
hospital holds lawful oddities only; the planted one holds violations of 53 kinds with an innocent twin beside each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from fraudgraph.errors import UsageError
from fraudgraph.synthetic.hospital.cases import Case, write_cases
from fraudgraph.synthetic.hospital.dialects import DIALECTS, Dialect
from fraudgraph.synthetic.hospital.finishing import (
    close_the_books,
    cut_export,
    open_the_books,
    write_receipts,
)
from fraudgraph.synthetic.hospital.ordinary import ordinary_year
from fraudgraph.synthetic.hospital.settlement import FACILITY, Settled, settle
from fraudgraph.synthetic.hospital.world import Row, World
from fraudgraph.synthetic.hospital.writing import write_books, write_csv

__all__ = ["MadeHospital", "make_hospital"]

_CLAIM = "claim_id patient_id facility_id doctor_id claim_type started_at ended_at settled_at diagnosis_code total_amount fund_amount account_amount self_paid_amount operator_id admission_way discharge_way refund_of"
_LINE = "claim_id line_id item_code item_name item_type quantity unit_price amount charged_at ordered_by split_pack hosp_item_code hosp_item_name order_id rx_id executed_by exec_dept reverses_id"
_TRUTH = "case_id kind title_zh title_en role certainty visit_nos charge_ids claim_ids line_ids other_ids also_kinds note_zh note_en"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeHospital:
    """What was written: the books, the settlements, the truth, and how much of each."""

    books: Path
    settlements: Path
    truth: Path
    visits: int
    charges: int
    lines: int
    cases: int


def make_hospital(
    out: Path,
    *,
    stays: int = 2_000,
    seed: int = 1,
    dialect: str = "mariadb",
    planted: bool = True,
    cases: int = 5,
) -> MadeHospital:
    """Write a hospital-year: `out/hospital`, `out/settlements` and, apart, `out/truth`; same seed, same bytes.

    Parameters
    ----------
    out : Path
        The folder to make.
    stays : int
        Ordinary stays, as many visits of out-patients besides; the cases come on top.
    seed : int
        Same seed, same hospital.
    dialect : str
        mariadb (a dump), sqlserver (csv of its tables), pinyin (GB18030 csv) or excel (one workbook).
    planted : bool
        Whether violations are planted; the innocent twins are there in any case.
    cases : int
        How many violations, and how many twins, of each kind.

    Raises
    ------
    UsageError
        Where the dialect is unknown, a number too small, or the folder holds something already.
    """
    _check(out, stays, dialect, cases)
    way = DIALECTS[dialect]
    world = World(seed=seed, stays=stays)
    open_the_books(world)
    ordinary_year(world, stays)
    told = write_cases(world, planted=planted, times=cases)
    close_the_books(world)
    settled = settle(world, way.form)
    write_receipts(world, settled)
    for change in world.after:
        change()
    cut_export(world)
    write_books(world, out / "hospital", way)
    _write_settlements(world, settled, out / "settlements", way)
    _write_truth(settled, told, out / "truth")
    return MadeHospital(
        books=out / "hospital",
        settlements=out / "settlements",
        truth=out / "truth",
        visits=sum(not row.get("_gone") for row in world.tables["visits"]),
        charges=sum(not row.get("_gone") for row in world.tables["charges"]),
        lines=len(settled.lines),
        cases=len(told),
    )


def _check(out: Path, stays: int, dialect: str, cases: int) -> None:
    if dialect not in DIALECTS:
        known = ", ".join(DIALECTS)
        raise UsageError(
            f"Dialect {dialect!r} is unknown; expected one of {known}. Name one of these.",
            f"未知的医院系统形式“{dialect}”，应为 {known} 之一，请改用其中一种。",
        )
    if stays < 1 or cases < 1:
        raise UsageError(
            f"A hospital needs at least 1 stay and 1 case; found {stays} and {cases}. Give larger numbers.",
            f"住院人次和案例数至少为 1，实为 {stays} 和 {cases}，请改大。",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"{out} exists and is not empty; a made-up hospital is written into a new folder. Name another.",
            f"{out} 已存在且非空；虚构医院只写入新目录，请另指定目录。",
        )


def _write_settlements(world: World, settled: Settled, out: Path, way: Dialect) -> None:
    """The settlement side in canonical columns; which keys it carries depends on the hospital's system."""
    write_csv(out / "claims.csv", (*_CLAIM.split(), *way.claim_keys), settled.claims)
    shaken = Random("clock")
    lines = settled.lines
    if way.form == "each line":  # the upload's clock is some seconds behind
        lines = [{**row, "charged_at": row["charged_at"] + timedelta(seconds=shaken.randrange(41)), "line_id": None, "order_id": None} for row in lines]  # fmt: skip
    columns = _LINE.split()
    if way.form != "line ids":
        columns = [name for name in columns if name not in ("line_id", "reverses_id")]
    if way.form.startswith("by day"):
        columns = [name for name in columns if name not in ("order_id", "rx_id", "executed_by")]
    write_csv(out / "claim_items.csv", columns, lines)
    people = {row["insurance_no"]: row for row in world.tables["patients"]}
    seen = sorted({row["patient_id"] for row in settled.claims})
    write_csv(out / "patients.csv", ("patient_id", "name", "birth_date", "sex", "phone", "address"), [{**people[one], "patient_id": one} for one in seen])  # fmt: skip
    doctors = [row for row in world.tables["staff"] if row["job"] in ("doctor", "surgeon")]
    write_csv(out / "doctors.csv", ("doctor_id", "name", "facility_id", "specialty"), [{"doctor_id": row["staff_id"], "name": row["staff_name"], "facility_id": FACILITY, "specialty": row["dept"]} for row in doctors])  # fmt: skip
    place = {"facility_id": FACILITY, "name": "海滨市虚构人民医院", "level": "secondary", "ownership": "public", "beds": 300}  # fmt: skip
    write_csv(out / "facilities.csv", place, [place])


def _write_truth(settled: Settled, told: list[Case], out: Path) -> None:
    """Which cases there are, and each reason why the two sides differ, to the cent."""
    rows: list[Row] = []
    for number, case in enumerate(told, 1):
        lines = {one for charge in case.charges for one in settled.lines_of.get(charge["charge_id"], [])}
        lines |= {one for extra in case.extra for one in extra.get("line_ids", [])}
        visits = [stay.no for stay in case.stays]
        rows.append({
            "case_id": f"C{number:04d}", "kind": case.kind.number, "title_zh": case.kind.zh, "title_en": case.kind.en,
            "role": case.role, "certainty": case.kind.certainty if case.role == "violation" else "innocent",
            "visit_nos": " ".join(visits), "charge_ids": " ".join(row["charge_id"] for row in case.charges),
            "claim_ids": " ".join(one for visit in visits for one in settled.claims_of.get(visit, [])),
            "line_ids": " ".join(sorted(lines)), "other_ids": " ".join(case.other),
            "also_kinds": " ".join(map(str, case.also)), "note_zh": case.note_zh, "note_en": case.note_en,
        })  # fmt: skip
    write_csv(out / "cases.csv", _TRUTH.split(), rows)
    write_csv(out / "balance.csv", ("visit_no", "reason", "amount", "charge_id"), settled.balance)
