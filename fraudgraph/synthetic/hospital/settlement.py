"""What the hospital uploads from its books: claims and fee lines, with each lawful reason why they differ to the cent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from fraudgraph.synthetic.hospital.world import CENT, FIRST_DAY, LAST_DAY, Row, Stay, World, at

__all__ = ["FACILITY", "Form", "Settled", "settle"]

FACILITY = "H37020100001"
Form = Literal["line ids", "each line", "by day in packs", "by day"]
"""What a line is: a charge with its id, a charge without, or the sum of a visit's item in a day."""


@dataclass(slots=True)
class Settled:
    """The settlement side, and why it differs from the books: one row of `balance` for each difference."""

    form: Form
    claims: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    balance: list[Row] = field(default_factory=list)
    claims_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def settle(world: World, form: Form) -> Settled:
    """Settle every insured visit that has ended; money of the two sides is told apart to the cent."""
    out = Settled(form)
    extra: dict[str, list[Row]] = defaultdict(list)
    for row in world.extra_lines:
        extra[row["visit_no"]].append(row)
    for stay in sorted(world.stays, key=lambda one: (one.visit["discharged_at"], one.no)):
        if stay.last < FIRST_DAY or stay.first > LAST_DAY:
            continue
        _settle_stay(world, stay, form, extra[stay.no], out)
    return out


def _cut(row: Row) -> bool:
    """Whether a charge lies outside the year that was exported."""
    return not FIRST_DAY <= row["charged_at"].date() <= LAST_DAY


def _settle_stay(world: World, stay: Stay, form: Form, extra: list[Row], out: Settled) -> None:
    rows = [row for row in stay.rows["charges"] if not row.get("_gone")]
    visit = stay.visit
    reason = None
    if visit["payer"] == "self":
        reason = "自费就诊"
    elif visit["cancelled"]:
        reason = "退号"
    elif stay.last > LAST_DAY:
        reason = "尚未结算"
    elif "package" in stay.odd:
        reason = "病种包干"
    kept = []
    for row in rows:
        why = reason or world.unsettled.get(row["charge_id"]) or (None if world.items[row["hosp_item_code"]].insured and row["payer"] != "self" else "自费项目")  # fmt: skip
        if why is None:
            kept.append(row)
        elif not _cut(row):
            _differ(out, stay, why, row["amount"], charge_id=row["charge_id"])
    if reason in ("自费就诊", "退号", "尚未结算"):
        return
    lines = _lines(world, stay, kept, form, out)
    for one in extra:
        lines.append(_extra_line(world, one))
        _differ(out, stay, one["reason"], -lines[-1]["amount"])
    visit["settle_no"] = world.next("JS", 8)
    _claims(world, stay, lines, out)


def _differ(out: Settled, stay: Stay, reason: str, amount: Decimal, charge_id: str | None = None) -> None:
    if amount:
        out.balance.append({"visit_no": stay.no, "reason": reason, "amount": amount, "charge_id": charge_id})


def _posted(row: Row) -> datetime:
    """The upload posts what is charged in the first minutes of a day on the day before."""
    when: datetime = row["charged_at"]
    if row["charge_class"] in ("bed", "nursing", "visit") and when.hour == 0:
        return at(when.date() - timedelta(days=1), 23, 59)
    return when


def _line(world: World, row: Row, **changes: Any) -> Row:
    item = world.items[row["hosp_item_code"]]
    values = {
        "item_code": row["nat_code"], "item_name": item.nat_name, "item_type": row["charge_class"],
        "quantity": row["quantity"], "unit_price": row["unit_price"], "amount": row["amount"],
        "charged_at": _posted(row), "ordered_by": row["ordered_by"], "hosp_item_code": row["hosp_item_code"],
        "hosp_item_name": item.name, "order_id": row["order_id"], "rx_id": row["rx_id"],
        "executed_by": row["executed_by"], "exec_dept": row["exec_dept"],
        "_charges": [row["charge_id"]], "_reverses": row["reverses_id"], "_late": row["charged_at"],
        "split_pack": int(item.factor > 1),
    }  # fmt: skip
    return {**values, **world.overrides.get(row["charge_id"], {}), **changes}


def _extra_line(world: World, one: Row) -> Row:
    """A line that was uploaded without a charge behind it."""
    item = world.items[one["code"]]
    quantity = Decimal(one["quantity"])
    amount = (one.get("price", item.price) * quantity).quantize(CENT, ROUND_HALF_UP)
    return {"item_code": item.nat_code, "item_name": item.nat_name, "item_type": item.kind, "quantity": quantity, "unit_price": one.get("price", item.price), "amount": amount, "charged_at": one["when"], "ordered_by": one.get("ordered_by"), "hosp_item_code": item.code, "hosp_item_name": item.name, "_charges": [], "_extra": one, "_late": one["when"]}  # fmt: skip


def _lines(world: World, stay: Stay, rows: list[Row], form: Form, out: Settled) -> list[Row]:
    """Lines of one stay. What was taken back before settlement is netted out, or goes up as two lines that cancel."""
    by_id = {row["charge_id"]: row for row in rows}
    pairs = {row["reverses_id"]: row for row in rows if row["reverses_id"] in by_id and row["charged_at"] < _settled_at(stay)}  # fmt: skip
    net = form.startswith("by day") or int(stay.no[-1]) % 2 == 0
    gone = {*pairs, *(row["charge_id"] for row in pairs.values())} if net else set()
    made = []
    for row in rows:
        if row["charge_id"] in gone:
            if _cut(row) != _cut(pairs.get(row["charge_id"], row)):
                _differ(out, stay, "导出期边界", row["amount"], row["charge_id"])
            continue
        line = _line(world, row)
        if _cut(row):
            _differ(out, stay, "导出期边界", -row["amount"], row["charge_id"])
        if line["amount"] != row["amount"]:
            why = line.get("_reason", "舍入")
            _differ(out, stay, why, row["amount"] - line["amount"], row["charge_id"])
        made.append(line)
    return _by_day(world, stay, made, form, out) if form.startswith("by day") else made


def _by_day(world: World, stay: Stay, lines: list[Row], form: Form, out: Settled) -> list[Row]:
    """One line for a visit's item and day; in packs where the catalogue counts packs, which may round by a cent."""
    days: dict[tuple[Any, ...], Row] = {}
    for line in lines:
        late = line["_late"] >= _settled_at(stay)
        key = (line["hosp_item_code"], line["item_code"], line["unit_price"], line["charged_at"].date(), late)
        if key not in days:
            days[key] = {**line, "order_id": None, "rx_id": None, "executed_by": None, "_charges": list(line["_charges"])}  # fmt: skip
            continue
        days[key]["quantity"] += line["quantity"]
        days[key]["amount"] += line["amount"]
        days[key]["_charges"] += line["_charges"]
    for line in days.values():
        factor = world.items[line["hosp_item_code"]].factor
        line["charged_at"] = at(line["charged_at"].date(), 0)
        if form == "by day in packs" and factor > 1 and not line.get("_packed"):
            line["unit_price"] = (line["unit_price"] * factor).quantize(Decimal("0.1"), ROUND_HALF_UP)
            line["quantity"] = (line["quantity"] / factor).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            amount = (line["unit_price"] * line["quantity"]).quantize(CENT, ROUND_HALF_UP)
            _differ(out, stay, "拆零舍入", line["amount"] - amount, " ".join(line["_charges"]))
            line["amount"] = amount
    return list(days.values())


def _settled_at(stay: Stay) -> datetime:
    when: datetime = stay.visit["discharged_at"] + timedelta(minutes=45 + int(stay.no[-2:]))
    return when


def _claims(world: World, stay: Stay, lines: list[Row], out: Settled) -> None:
    """One claim; two for a long stay settled in between; three where something was taken back after settlement."""
    when = _settled_at(stay)
    if "package" in stay.odd:
        price = world.items["P003"].price
        one = _extra_line(world, {"code": "P003", "quantity": 1, "when": when, "price": price})
        _differ(out, stay, "病种包干", -one["amount"])
        lines = [one]
    late = [line for line in lines if line["_late"] >= when and line.get("_reverses")]
    if late:
        before = [line for line in lines if line not in late]
        first = _claim(world, stay, [dict(line) for line in before], when, out)
        later = max(line["_late"] for line in late) + timedelta(hours=1)
        undone = [{**line, "quantity": -line["quantity"], "amount": -line["amount"], "_charges": [], "_of": line["line_id"]} for line in out.lines if line["claim_id"] == first]  # fmt: skip
        _claim(world, stay, undone, later, out, refund_of=first)
        taken = {line["_reverses"] for line in late}
        again = [{**line, "_of": None} for line in before if not taken & set(line["_charges"])]
        partly = [line for line in before if taken & set(line["_charges"]) and len(line["_charges"]) > 1]
        if partly:  # a day's line of which only a part was taken back
            again += partly + late
        _claim(world, stay, again, later + timedelta(minutes=1), out)
        return
    if "interim" in stay.odd:
        middle = at(stay.first + (stay.last - stay.first) / 2, 0)
        early = [line for line in lines if line["charged_at"] < middle]
        _claim(
            world, stay, early, middle + timedelta(hours=10), out, start=stay.visit["admitted_at"], end=middle
        )
        rest = [line for line in lines if line["charged_at"] >= middle]
        _claim(world, stay, rest, when, out, start=middle)
        return
    _claim(world, stay, lines, when, out)


def _claim(
    world: World,
    stay: Stay,
    lines: list[Row],
    when: datetime,
    out: Settled,
    *,
    refund_of: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> str:
    visit = stay.visit
    claim_id = world.next("3702JS", 9)
    total = sum((line["amount"] for line in lines), Decimal("0.00"))
    share = Decimal("0.82") if visit["payer"] == "employee" else Decimal("0.68")
    fund = (total * share).quantize(CENT, ROUND_HALF_UP)
    claim: Row = {
        "claim_id": claim_id, "patient_id": world.insurance[visit["patient_id"]],
        "facility_id": FACILITY, "doctor_id": stay.attending,
        "claim_type": "outpatient" if visit["kind"] == "outpatient" else "inpatient",
        "started_at": start or visit["admitted_at"], "ended_at": end or visit["discharged_at"], "settled_at": when,
        "diagnosis_code": stay.diagnosis, "total_amount": total, "fund_amount": fund,
        "account_amount": Decimal("0.00"), "self_paid_amount": total - fund, "operator_id": visit["operator_id"],
        "admission_way": visit["admission_source"], "discharge_way": visit["outcome"], "refund_of": refund_of,
        "encounter_id": visit["encounter_id"], "visit_no": visit["visit_no"], "record_no": visit["record_no"],
        "hosp_settle_id": visit["settle_no"],
    }  # fmt: skip
    out.claims.append({**claim, **world.claim_changes.get(stay.no, {})})
    out.claims_of[stay.no].append(claim_id)
    for line in lines:
        line_id = world.next("M", 9)
        if out.form == "line ids":
            line_id = f"{line['_of']}-T" if refund_of else (line["_charges"] or [line_id])[0]
        made = {**line, "claim_id": claim_id, "line_id": line_id, "reverses_id": line.get("_of") or line.get("_reverses")}  # fmt: skip
        out.lines.append(made)
        for charge_id in line["_charges"]:
            out.lines_of[charge_id].append(made["line_id"])
        if line.get("_extra"):
            line["_extra"].setdefault("line_ids", []).append(made["line_id"])
    return claim_id
