"""What is written once the year is over: price list, rota, sign-ins, stock, receipts, home pages; and the cut of the export."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fraudgraph.synthetic.hospital.catalogue import MAP_CHANGES
from fraudgraph.synthetic.hospital.papers import home_page
from fraudgraph.synthetic.hospital.reports import DEVICES
from fraudgraph.synthetic.hospital.settlement import Settled
from fraudgraph.synthetic.hospital.world import CENT, FIRST_DAY, LAST_DAY, MAP_DAY, Row, World, at

__all__ = ["close_the_books", "cut_export", "open_the_books", "stock_row", "write_receipts"]

_TIMES = {
    "charges": "charged_at", "orders": "issued_at", "executions": "executed_at", "lab": "sampled_at",
    "exams": "study_at", "operations": "started_at", "nursing": "recorded_at", "ward_days": "on_date",
    "documents": "written_at", "dispensing": "dispensed_at", "stock_moves": "moved_at", "sessions": "started_at",
    "device_logs": "started_at", "audit_log": "logged_at", "presence": "seen_at", "home_page": "coded_at",
    "payments": "paid_at",
}  # fmt: skip
"""By this time a row falls into the exported year or not."""


def open_the_books(world: World) -> None:
    """Staff and devices, before the first patient comes."""
    for ward in ("W01", "W02", "W03", "W04", "W05", "W06", "W07", "W08"):
        world.hire(ward, "doctor", "临床", 4 * world.scale)
        world.hire(ward, "nurse", "护理", 6 * world.scale)
        if ward in ("W02", "W03", "W04", "W07", "W08"):
            world.hire(ward, "surgeon", "临床", 3 * world.scale)
    world.hire("W06", "therapist", "康复治疗", 5 * world.scale)
    for dept, job, scope, count in (("OPD", "doctor", "临床", 6), ("OPD", "nurse", "护理", 6), ("麻醉科", "anaesthetist", "麻醉", 4), ("检验科", "technologist", "检验", 4), ("影像科", "radiologist", "医学影像", 5), ("药剂科", "pharmacist", "药学", 4), ("血透室", "dialysis nurse", "护理", 4)):  # fmt: skip
        world.hire(dept, job, scope, count * world.scale)
    for device, name, dept, serves, rate, rooms, remark in DEVICES:
        world.add("devices", device_id=device, device_name=name, dept=dept, serves=serves, installed_on=date(2019, 5, 6), rate_per_hour=rate * world.scale, room_count=rooms, remark=remark)  # fmt: skip
    for number in range(1, 9 * world.scale):
        world.add("devices", device_id=f"HD{number:02d}", device_name="血液透析机", dept="血透室", serves="D001", installed_on=date(2020, 3, 2), rate_per_hour=1, room_count=1)  # fmt: skip


def close_the_books(world: World) -> None:
    """Everything that follows from the year: home pages, catalogue map, stock, rota, sign-ins."""
    for stay in world.stays:
        if "papers" in stay.odd and "no home page" not in stay.odd:
            home_page(world, stay)
    for code, item in sorted(world.items.items()):
        spans: list[tuple[date, date | None]] = [(date(2022, 1, 1), None)]
        if code in MAP_CHANGES:
            spans = [(date(2022, 1, 1), MAP_DAY - timedelta(days=1)), (MAP_DAY, None)]
        for start, end in spans:
            day = max(start, FIRST_DAY)
            world.add("item_map", hosp_item_code=code, item_name=item.name, nat_code=world.nat_code(code, day) or None, nat_name=item.nat_name or None, charge_class=item.kind, unit=item.unit, unit_factor=item.factor, price=world.price(code, day), valid_from=start, valid_to=end, insured=int(item.insured))  # fmt: skip
    _stock(world)
    _rota(world)


def _stock(world: World) -> None:
    """Opening stock, monthly purchases and issues for whatever the year used, except items with a story of their own."""
    used: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 13)
    for table, moment in (("dispensing", "dispensed_at"), ("charges", "charged_at")):
        for row in world.tables[table]:
            code = row["hosp_item_code"]
            kind = world.items[code].kind
            if row.get("_gone") or (kind not in ("drug", "herb")) != (table == "charges"):
                continue
            if kind in ("drug", "herb", "consumable", "implant", "lab"):
                used[code][row[moment].month] += row["quantity"]
    for code in sorted(used):
        if code in world.own_stock:
            continue
        kind = world.items[code].kind
        if kind == "lab":
            _reagents(world, code, [int(number) for number in used[code]])
        else:
            _purchases(world, code, used[code], implant=kind == "implant")


def stock_row(world: World, code: str, kind: str, when: datetime, quantity: Decimal | int, **more: Any) -> Row:  # fmt: skip
    """One movement of stock; quantities in catalogue units (boxes), prices a tenth below the selling price."""
    item = world.items[code]
    price = (item.price * item.factor * Decimal("0.9")).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    values: Row = {"move_id": world.next("CK", 8), "hosp_item_code": code, "item_name": item.name, "move_type": kind, "moved_at": when, "booked_at": when, "quantity": Decimal(quantity), "unit": "盒" if item.factor > 1 else item.unit, "unit_price": price, "warehouse": "药库" if item.kind in ("drug", "herb") else "耗材库"}  # fmt: skip
    if kind == "purchase":
        values |= {"supplier": f"供应商{1 + int(code[1:4]) % 5}", "invoice_number": world.next("FP", 8), "invoice_date": when.date()}  # fmt: skip
    return world.add("stock_moves", **{**values, **more})


def _purchases(world: World, code: str, months: list[Decimal], *, implant: bool) -> None:
    factor = world.items[code].factor
    packs = [int(-(-number // factor)) if number > 0 else 0 for number in months]
    stock_row(world, code, "opening", at(FIRST_DAY, 0), max(2, sum(packs) // 8))
    for month in range(1, 13):
        if packs[month]:
            stock_row(
                world, code, "purchase", at(date(2024, month, 1), 8, 30), packs[month] + packs[month] // 20
            )
            if not implant:
                stock_row(world, code, "issue", at(date(2024, month, 1), 9, 30), packs[month])


def _reagents(world: World, code: str, months: list[int]) -> None:
    kit = f"RG{code}"
    name = f"{world.items[code].name}试剂(50测试)"
    world.add("reagents", reagent_code=kit, reagent_name=name, panel_code=code, tests_per_kit=50)
    moves = [("opening", at(FIRST_DAY, 0), 1 + sum(months) // 500)]
    moves += [("purchase", at(date(2024, month, 2), 10), -(-months[month] * 21 // 1000)) for month in range(1, 13) if months[month]]  # fmt: skip
    for kind, when, count in moves:
        bought: Row = {
            "supplier": "试剂供应商",
            "invoice_number": world.next("FP", 8),
            "invoice_date": when.date(),
        }
        world.add("stock_moves", move_id=world.next("CK", 8), hosp_item_code=kit, item_name=name, move_type=kind, moved_at=when, booked_at=when, quantity=Decimal(count), unit="盒", unit_price=Decimal("350"), warehouse="检验试剂库", **(bought if kind == "purchase" else {}))  # fmt: skip


def _rota(world: World) -> None:
    """Each person's day, and the sign-in of each doctor at work; on some days the sign-in device is down for all."""
    hours = {"day": ("08:00", "18:00"), "night": ("18:00", "08:00")}
    for staff_id in sorted(world.turn):
        day = FIRST_DAY
        while day <= LAST_DAY:
            state = world.state(staff_id, day)
            start, end = hours.get(state, (None, None))
            world.add("rota", staff_id=staff_id, on_date=day, state=state, time_from=start, time_to=end)
            if (
                start
                and world.turn[staff_id][0] in ("doctor", "surgeon")
                and day not in world.silent_days
                and (staff_id, day) not in world.no_sign_in
            ):
                when = at(day, 7 if state == "day" else 17, 30 + world.rng.randrange(28))
                world.add("presence", person_kind="staff", person_id=staff_id, presence_kind="sign-in", seen_at=when, place="门诊楼闸机")  # fmt: skip
            day += timedelta(days=1)


def write_receipts(world: World, settled: Settled) -> None:
    """A receipt for each claim and for each self-paid visit, numbered as they were given out."""
    visits = {stay.no: stay for stay in world.stays}
    rows = []
    for claim in settled.claims:
        rows.append((claim["settled_at"], claim["visit_no"], claim["total_amount"], claim["fund_amount"], claim["hosp_settle_id"]))  # fmt: skip
    for stay in world.stays:
        if stay.visit["payer"] == "self" and not stay.visit["cancelled"]:
            total = sum(
                (row["amount"] for row in stay.rows["charges"] if not row.get("_gone")), Decimal("0.00")
            )
            rows.append(
                (stay.visit["discharged_at"] + timedelta(minutes=30), stay.no, total, Decimal("0.00"), None)
            )
    for when, visit_no, total, fund, settle_no in sorted(rows, key=lambda one: (one[0], one[1], one[2])):
        number = world.next("PJ37", 8)
        if FIRST_DAY <= when.date() <= LAST_DAY:
            changes = world.payment_changes.get(visit_no, {})
            cash = total - fund
            waived = (cash * changes.get("waived_share", Decimal(0))).quantize(CENT, ROUND_HALF_UP)
            back = (cash * changes.get("refunded_share", Decimal(0))).quantize(CENT, ROUND_HALF_UP)
            row = world.add("payments", visits[visit_no], invoice_no=number, settle_no=settle_no, total_amount=total, fund_amount=fund, cash_amount=cash - waived, waived_amount=waived, refunded_amount=back, paid_at=when, fee_payer=changes.get("fee_payer", "本人"), reason=changes.get("reason"))  # fmt: skip
            row["_lost"] = False


def cut_export(world: World) -> None:
    """Only what happened in the year was handed over; a stay that goes on has no discharge yet."""
    for table, moment in _TIMES.items():
        for row in world.tables[table]:
            when = row[moment]
            day = when.date() if isinstance(when, datetime) else when
            if not FIRST_DAY <= day <= LAST_DAY:
                row["_gone"] = True
    for row in world.tables["visits"]:
        if row["admitted_at"].date() > LAST_DAY or row["discharged_at"].date() < FIRST_DAY:
            row["_gone"] = True
        elif row["discharged_at"].date() > LAST_DAY:
            row["discharged_at"] = None
