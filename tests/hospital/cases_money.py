"""Violations and innocent twins of fees, reports, operations and drugs."""

from __future__ import annotations

from datetime import date, timedelta

from tests.hospital.bent_hospital import twin, violation
from tests.hospital.small_hospital import ITEMS, SmallHospital, at

DAY = timedelta(days=1)


def _last(w: SmallHospital, table: str) -> dict[str, object]:
    return w.rows[table][-1]


@violation("H01")
def settled_only(w: SmallHospital, v: str, d: date) -> str:
    w.line(v, "STENT", at(d + DAY))
    return f"S{v}"


@twin("H01")
def reversed_settlement(w: SmallHospital, v: str, d: date) -> str:
    first = w.line(v, "STENT", at(d + DAY), line_id=w.number())
    w.line(v, "STENT", at(d + DAY, 15), -1, line_id=w.number(), reverses_id=first["line_id"])
    return f"S{v}"


@violation("H02")
def more_settled(w: SmallHospital, v: str, d: date) -> None:
    charge = w.charge(v, "GAS", at(d + DAY), 2, settled=False)
    w.line(v, "GAS", at(d + DAY), 12, line_id=charge["charge_id"])


@twin("H02")
def rounding(w: SmallHospital, v: str, d: date) -> None:
    charge = w.charge(v, "GAS", at(d + DAY), 2, settled=False)
    w.line(v, "GAS", at(d + DAY), 2, line_id=charge["charge_id"], amount=8.05)


@violation("H03")
def no_order(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "PT", at(d + 3 * DAY))


@twin("H03")
def emergency(w: SmallHospital, v: str, d: date) -> None:
    w.person(v)["admission_way"] = "急诊"
    w.rows["h_orders"] = [
        row for row in w.rows["h_orders"] if not (row["visit_no"] == v and row["item_code"] == "LAB")
    ]
    w.charge(v, "OTHER", at(d, 13), rx_id="E1")
    w.add(
        "h_dispensing",
        rx_id="E1",
        visit_no=v,
        item_code="OTHER",
        item=ITEMS["OTHER"][0],
        quantity=1,
        dispensed_at=at(d, 13),
        returned=0,
    )
    for row in w.rows["h_charges"]:
        if row["visit_no"] == v and row["hosp_item_code"] == "LAB":
            row["order_id"] = w.order(v, "LAB", at(d + DAY, 8))


@violation("H04")
def after_stop(w: SmallHospital, v: str, d: date) -> None:
    order = w.order(v, "GAS", at(d, 10), type="长期医嘱", stopped_at=at(d, 20))
    w.charge(v, "GAS", at(d + 2 * DAY, 10), order_id=order)
    w.add("h_executions", order_id=order, visit_no=v, executed_at=at(d, 12), executor="N01", quantity=1)


@twin("H04")
def rounding_day(w: SmallHospital, v: str, d: date) -> None:
    order = w.order(v, "GAS", at(d, 10), type="长期医嘱", stopped_at=at(d + DAY, 9))
    w.charge(v, "GAS", at(d + 2 * DAY, 0, 30), order_id=order)
    w.add("h_executions", order_id=order, visit_no=v, executed_at=at(d, 12), executor="N01", quantity=1)


@violation("H05")
def cancelled(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "GAS", at(d, 10), order_id=w.order(v, "GAS", at(d, 9), cancelled=True))


@twin("H05")
def cancelled_and_reversed(w: SmallHospital, v: str, d: date) -> None:
    charge = w.charge(
        v, "GAS", at(d, 10), order_id=w.order(v, "GAS", at(d, 9), cancelled=True), settled=False
    )
    w.charge(v, "GAS", at(d, 15), -1, settled=False, reverses_id=charge["charge_id"])


@violation("H06")
def not_executed(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "PT", at(d + DAY), order_id=w.order(v, "PT", at(d + DAY, 8)))


@twin("H06")
def paper_ward(w: SmallHospital, v: str, d: date) -> None:
    w.person(v)["ward"] = "纸质病区"
    w.rows["h_executions"] = [row for row in w.rows["h_executions"] if row["visit_no"] != v]


@violation("H07")
def above_executed(w: SmallHospital, v: str, d: date) -> None:
    order = w.order(v, "PT", at(d + DAY, 8))
    w.charge(v, "PT", at(d + DAY), 6, order_id=order)
    w.add("h_executions", order_id=order, visit_no=v, executed_at=at(d + DAY), executor="T01", quantity=1)


@twin("H07")
def smallest_pack(w: SmallHospital, v: str, d: date) -> None:
    order = w.order(v, "PT", at(d + DAY, 8))
    w.charge(v, "PT", at(d + DAY), 2, order_id=order)
    w.add("h_executions", order_id=order, visit_no=v, executed_at=at(d + DAY), executor="T01", quantity=1)


@violation("H08")
def no_lab_report(w: SmallHospital, v: str, d: date) -> None:
    w.lab(v, d + 2 * DAY, report=False)


@twin("H08")
def outside_laboratory(w: SmallHospital, v: str, d: date) -> None:
    w.lab(v, d + 2 * DAY, report=False)
    _last(w, "h_charges")["exec_dept"] = "外送检验"


@violation("H09")
def no_exam_report(w: SmallHospital, v: str, d: date) -> None:
    w.exam(v, d + 3 * DAY, report=False)


@twin("H09")
def teleradiology(w: SmallHospital, v: str, d: date) -> None:
    w.exam(v, d + 3 * DAY, report=False)
    _last(w, "h_charges")["exec_dept"] = "远程影像中心"


@violation("H10")
def early_report(w: SmallHospital, v: str, d: date) -> None:
    w.lab(v, d + 2 * DAY, reported_at=at(d + 2 * DAY, 7))


@twin("H10")
def wrong_clock(w: SmallHospital, v: str, d: date) -> None:
    for hour in range(5):
        w.lab(
            v,
            d + 2 * DAY,
            device_id="SKEW",
            sampled_at=at(d + 2 * DAY, 9 + hour),
            reported_at=at(d + 2 * DAY, 8 + hour),
        )
    w.add("h_devices", device_id="SKEW", name="SKEW", installed_on=date(2020, 1, 1), rate=60)


@violation("H11")
def late_sample(w: SmallHospital, v: str, d: date) -> None:
    w.lab(v, d + 5 * DAY)


@twin("H11")
def late_culture(w: SmallHospital, v: str, d: date) -> None:
    w.lab(v, d + 3 * DAY, reported_at=at(d + 7 * DAY))


@violation("H12")
def one_image(w: SmallHospital, v: str, d: date) -> str:
    w.exam(v, d + 3 * DAY, image_hash="SAME")
    w.exam("V010", d + 3 * DAY, image_hash="SAME")
    return "V010"


@twin("H12")
def phantom(w: SmallHospital, v: str, d: date) -> None:
    for visit in (v, "V011"):
        w.exam(visit, d + 3 * DAY, image_hash="QC", body_part="质控体模")


@violation("H13")
def one_blood(w: SmallHospital, v: str, d: date) -> str:
    w.lab(v, d + 3 * DAY, values="copied")
    w.lab("V012", d + 3 * DAY, values="copied")
    return "V012"


@twin("H13")
def qualitative(w: SmallHospital, v: str, d: date) -> None:
    for visit in (v, "V013"):
        w.lab(visit, d + 3 * DAY, result="阴性")


@violation("H14")
def few_reagents(w: SmallHospital, v: str, d: date) -> str:
    next(row for row in w.rows["h_stock_moves"] if row["item_code"] == "RG")["quantity"] = 20
    return ITEMS["LAB"][0]


@violation("H15")
def device_to_come(w: SmallHospital, v: str, d: date) -> str:
    w.exam(v, d + 2 * DAY, device_id="NEW")
    return "NEW"


@violation("H16")
def no_record(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "OP", at(d + DAY, 14))


@twin("H16")
def recorded_next_day(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "OP", at(d + DAY, 23))
    w.operation(v, "OP", at(d + 2 * DAY, 1), charged=False)


@violation("H17")
def two_tables(w: SmallHospital, v: str, d: date) -> str:
    w.operation(v, "OP", at(d + 2 * DAY, 8), room="OR7", surgeon="D07")
    w.operation("V014", "OP", at(d + 2 * DAY, 8, 30), room="OR8", surgeon="D07")
    return "D07"


@twin("H17")
def next_table(w: SmallHospital, v: str, d: date) -> str:
    w.operation(v, "OP", at(d + 2 * DAY, 8), room="OR9", surgeon="D08")
    w.operation("V015", "OP", at(d + 2 * DAY, 9, 20), room="OR9", surgeon="D09")
    return "OR9"


@violation("H18")
def long_sleep(w: SmallHospital, v: str, d: date) -> None:
    w.operation(v, "OP", at(d + 2 * DAY, 8))
    w.charge(v, "ANAES", at(d + 2 * DAY, 8), 6)


@twin("H18")
def recovery_room(w: SmallHospital, v: str, d: date) -> None:
    w.operation(v, "OP", at(d + 2 * DAY, 8))
    w.charge(v, "ANAES", at(d + 2 * DAY, 8), 3)


@violation("H19")
def dearer_operation(w: SmallHospital, v: str, d: date) -> None:
    w.operation(v, "BIGOP", at(d + 2 * DAY, 8), name=ITEMS["OP"][0])


@twin("H19")
def longer_name(w: SmallHospital, v: str, d: date) -> None:
    w.operation(v, "OP", at(d + 2 * DAY, 8), name="腹腔镜下阑尾切除术")


def _stent(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "STENT", at(d + 2 * DAY), order_id=w.order(v, "STENT", at(d + 2 * DAY, 8)))
    w.add(
        "h_executions",
        order_id=_last(w, "h_orders")["order_id"],
        visit_no=v,
        executed_at=at(d + 2 * DAY),
        executor="N01",
        quantity=1,
    )


@violation("H20")
def not_issued(w: SmallHospital, v: str, d: date) -> None:
    _stent(w, v, d)


@twin("H20")
def issued(w: SmallHospital, v: str, d: date) -> None:
    _stent(w, v, d)
    w.add(
        "h_stock_moves",
        item_code="STENT",
        item=ITEMS["STENT"][0],
        kind="领用出库",
        quantity=1,
        moved_at=at(d + 2 * DAY),
        visit_no=v,
    )


@violation("H21")
def much_gauze(w: SmallHospital, v: str, d: date) -> str:
    w.charge(v, "GAUZE", at(d), 260, settled=True)
    return ITEMS["GAUZE"][0]


@twin("H21")
def donated_gauze(w: SmallHospital, v: str, d: date) -> str:
    w.add(
        "h_stock_moves",
        item_code="GAUZE",
        item=ITEMS["GAUZE"][0],
        kind="捐赠入库",
        quantity=100,
        moved_at=at(d),
    )
    w.charge(v, "GAUZE", at(d), 260)
    return ITEMS["GAUZE"][0]


@violation("H22")
def not_given(w: SmallHospital, v: str, d: date) -> None:
    order = next(row["order_id"] for row in w.rows["h_orders"] if row["visit_no"] == v)
    w.charge(v, "DRUG", at(d + DAY, 15), 5, order_id=order)


@violation("H23")
def cheap_drug_given(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "OTHER", at(d, 12), 1, rx_id="SWAP", order_id=w.order(v, "OTHER", at(d, 9)))
    w.add(
        "h_dispensing",
        rx_id="SWAP",
        visit_no=v,
        item_code="VITC",
        item="维生素C片",
        quantity=1,
        dispensed_at=at(d, 12),
        returned=0,
    )


@twin("H23")
def another_brand(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "OTHER", at(d, 12), 1, rx_id="BRAND", order_id=w.order(v, "OTHER", at(d, 9)))
    w.add(
        "h_dispensing",
        rx_id="BRAND",
        visit_no=v,
        item_code="OME2",
        item="奥美拉唑肠溶片",
        quantity=1,
        dispensed_at=at(d, 12),
        returned=0,
    )


@violation("H24")
def kept_money(w: SmallHospital, v: str, d: date) -> None:
    next(row for row in w.rows["h_dispensing"] if row["visit_no"] == v)["returned"] = 2


@twin("H24")
def refunded(w: SmallHospital, v: str, d: date) -> None:
    next(row for row in w.rows["h_dispensing"] if row["visit_no"] == v)["returned"] = 1
    charge = next(
        row for row in w.rows["h_charges"] if row["visit_no"] == v and row["hosp_item_code"] == "DRUG"
    )
    w.charge(v, "DRUG", at(d + 2 * DAY, 15), -1, settled=False, reverses_id=charge["charge_id"])
    w.rows["s_lines"] = [row for row in w.rows["s_lines"] if row.get("line_id") != charge["charge_id"]]


@violation("H25")
def much_herb(w: SmallHospital, v: str, d: date) -> str:
    w.charge(v, "HERB", at(d), 1200)
    return ITEMS["HERB"][0]


@twin("H25")
def weighing_loss(w: SmallHospital, v: str, d: date) -> str:
    w.charge(v, "HERB", at(d), 1040)
    return ITEMS["HERB"][0]


@violation("H26")
def not_yet_bought(w: SmallHospital, v: str, d: date) -> str:
    w.rows["h_item_map"].append({"hosp_item_code": "LATE", "nat_code": "XL01", "name": "晚到注射液"})
    ITEMS.setdefault("LATE", ("晚到注射液", "西药费", "XL01ABC00000000001", 80))
    w.charge(v, "LATE", at(d), 1)
    w.add(
        "h_stock_moves",
        item_code="LATE",
        item="晚到注射液",
        kind="采购入库",
        quantity=50,
        moved_at=at(d + 40 * DAY),
    )
    return "晚到注射液"


@violation("H47")
def before_admission(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "GAS", at(d - 2 * DAY))


@twin("H47")
def tests_before(w: SmallHospital, v: str, d: date) -> None:
    w.exam(v, d - 2 * DAY)


@violation("H55")
def after_discharge(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "GAS", at(d + 6 * DAY))


@twin("H55")
def posted_next_day(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "GAS", at(d + 5 * DAY, 8))


@violation("H56")
def twice(w: SmallHospital, v: str, d: date) -> None:
    order = w.order(v, "CT", at(d + DAY, 8))
    for _ in range(2):
        w.charge(v, "CT", at(d + DAY, 13, 7), order_id=order)


@twin("H56")
def two_orders(w: SmallHospital, v: str, d: date) -> None:
    for _ in range(2):
        w.charge(v, "GAS", at(d + DAY, 13, 7), order_id=w.order(v, "GAS", at(d + DAY, 8)))


@violation("H54")
def more_than_stock(w: SmallHospital, v: str, d: date) -> str:
    next(row for row in w.rows["h_stock_moves"] if row["item_code"] == "DRUG")["quantity"] = 60
    return ITEMS["DRUG"][0]
