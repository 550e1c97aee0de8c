"""Operations, anaesthesia, implants and consumables."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.case import Case, Kind, noon, stay_with
from fraudgraph.synthetic.hospital.finishing import stock_row
from fraudgraph.synthetic.hospital.life import give_order
from fraudgraph.synthetic.hospital.papers import write_document
from fraudgraph.synthetic.hospital.world import CENT, FIRST_DAY, Row, Stay, World, at

__all__ = ["THEATRE"]


def _op(stay: Stay) -> Row:
    assert stay.op_slot is not None
    return stay.op_slot


def _no_record(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7, operation=False)
    when = noon(stay, 2)
    order = give_order(world, stay, "O001", noon(stay, 2, 8))
    rows = [world.charge(stay, code, when, count, order=order, exec_dept="手术室") for code, count in (("O001", 1), ("A001", 2), ("K005", 1))]  # fmt: skip
    return Case(
        [stay], rows, "an operation charged with anaesthesia, no record of it", "收手术麻醉费，无手术记录"
    )


def _bedside(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    when = noon(stay, 2, 15)
    order = give_order(world, stay, "S006", noon(stay, 2, 14))
    nurse = world.on_duty("W01", "doctor", when)
    world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=when, executor=nurse, quantity=Decimal(1))  # fmt: skip
    row = world.charge(stay, "S006", when + timedelta(minutes=20), 1, order=order, executed_by=nurse)
    write_document(world, stay, "有创操作记录", nurse, when + timedelta(minutes=40), f"床旁胸腔穿刺，抽出淡黄液{100 + 20 * number}毫升，过程顺利。")  # fmt: skip
    return Case(
        [stay],
        [row],
        "punctured at the bedside: a note, no theatre record",
        "床旁穿刺，有操作记录，无手术间记录",
    )


def _surgeon_twice(world: World, number: int) -> Case:
    one = stay_with(world, "K80", days=7)
    first = _op(one)
    start = at(one.first, 9, 40)
    two = stay_with(world, "K80", start=start, days=7)
    second = _op(two)
    long = second["ended_at"] - second["started_at"]
    second["started_at"] = first["started_at"] + timedelta(minutes=15)
    second["ended_at"] = second["started_at"] + long
    second["anaes_from"], second["anaes_to"] = second["started_at"] - timedelta(minutes=15), second["ended_at"] + timedelta(minutes=10)  # fmt: skip
    second["surgeon"], second["room"] = first["surgeon"], f"OR-B{1 + number}"
    for row in two.rows["documents"]:
        if row["doc_kind"] == "手术记录":
            row["author"], row["written_at"] = first["surgeon"], second["ended_at"] + timedelta(minutes=40)
            row["signed_at"] = row["written_at"] + timedelta(minutes=8)
    shift = {row["charge_id"]: row for row in two.charges("O001", "A001", "K005")}
    for row in shift.values():
        row["charged_at"] = row["entered_at"] = second["ended_at"] + timedelta(minutes=10)
    orders = {row["order_id"] for row in shift.values()}
    for row in two.rows["orders"]:
        if row["order_id"] in orders:
            row["issued_at"] = at(second["started_at"].date(), 8, 11)
    return Case([one, two], one.charges("O001") + two.charges("O001"), "the same surgeon in two rooms for an hour", "同一术者同时段在两个手术间", other=[first["op_id"], second["op_id"]])  # fmt: skip


def _supervisor(world: World, number: int) -> Case:
    one = stay_with(world, "K80", days=7)
    two = stay_with(world, "K80", start=at(one.first, 9, 40), days=7)
    first, second = _op(one), _op(two)
    second["assistant"] = first["surgeon"] if first["surgeon"] != second["surgeon"] else None
    third = world.staff[("W03", "surgeon")]
    first["assistant"] = next(one for one in third if one not in (first["surgeon"], second["surgeon"]))
    return Case([one, two], one.charges("O001") + two.charges("O001"), "supervising as assistant, operating himself next door at another time or handing over", "上级医师作为助手指导", other=[first["op_id"], second["op_id"]])  # fmt: skip


def _long_anaesthesia(world: World, number: int) -> Case:
    stay = stay_with(world, "S82")
    row = stay.charges("A001")[0]
    row["quantity"] += Decimal(3 + number % 3)
    row["amount"] = (row["unit_price"] * row["quantity"]).quantize(CENT)
    return Case([stay], [row], "hours of anaesthesia charged beyond the record", "麻醉收费时长远超记录", other=[_op(stay)["op_id"]])  # fmt: skip


def _recovery(world: World, number: int) -> Case:
    stay = stay_with(world, "S82")
    row = stay.charges("A001")[0]
    row["quantity"] += Decimal("0.5")
    row["amount"] = (row["unit_price"] * row["quantity"]).quantize(CENT)
    world.add("nursing", stay, recorded_at=_op(stay)["anaes_to"] + timedelta(minutes=15), nurse=world.on_duty("W04", "nurse", _op(stay)["anaes_to"]), record_kind="复苏室", vitals=f"Steward评分{4 + number % 3}，复苏30分钟", bed="PACU", signed_at=_op(stay)["anaes_to"] + timedelta(minutes=32))  # fmt: skip
    return Case([stay], [row], "half an hour in the recovery room counts as anaesthesia", "复苏室半小时计入麻醉时间", other=[_op(stay)["op_id"]])  # fmt: skip


def _other_operation(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7)
    op = _op(stay)
    op["op_code"], op["op_name"], op["op_level"] = "O007", world.items["O007"].name, "1"
    for row in stay.rows["documents"]:
        if row["doc_kind"] == "手术记录":
            row["body"] = row["body"].replace(world.items["O001"].name, op["op_name"])
    return Case([stay], stay.charges("O001"), "a small operation recorded, a large one charged", "记录为体表小手术，按腹腔镜大手术收费", other=[op["op_id"]])  # fmt: skip


def _new_code(world: World, number: int) -> Case:
    start = at(date(2024, 6, 27) + timedelta(days=number % 3), 9, 30)
    stay = stay_with(world, "K80", start=start, days=8)
    return Case([stay], stay.charges("O001"), "the national code of the operation changed on 1 July", "7月1日医保编码更换", other=[_op(stay)["op_id"]])  # fmt: skip


def _implant_never_issued(world: World, number: int) -> Case:
    stay = stay_with(world, "S72")
    for row in stay.rows["stock_moves"]:
        world.drop(row)
    return Case([stay], stay.charges("I002"), "a hip charged that the store never gave out", "收髋关节假体费，库房无领用", other=[_op(stay)["op_id"]])  # fmt: skip


def _consignment(world: World, number: int) -> Case:
    stay = stay_with(world, "S72")
    for row in stay.rows["stock_moves"]:
        row["move_type"] = "consignment"
        row["moved_at"] = row["moved_at"] + timedelta(days=1 + number)
        row["booked_at"] = row["moved_at"]
    return Case([stay], stay.charges("I002"), "on consignment: booked days after use", "寄售耗材，使用后数日补办出库", other=[row["move_id"] for row in stay.rows["stock_moves"]])  # fmt: skip


def _consumable_story(world: World, number: int, *, honest: bool) -> Case:
    code = f"K{'3' if honest else '4'}{number:02d}"
    world.item_like("K006", code, f"止血材料{'甲' if honest else '乙'}{number + 1}型", nat_code=f"C1504{code[1:]}", nat_name=f"止血材料{code}")  # fmt: skip
    world.own_stock.add(code)
    stays, rows = [], []
    for n in range(4):
        stay = stay_with(
            world, "K80", days=7, start=at(FIRST_DAY + timedelta(days=140 + 11 * n + number), 9, 20)
        )
        op = _op(stay)
        order = give_order(world, stay, code, op["started_at"] - timedelta(hours=1), issued_by=op["surgeon"])
        rows.append(world.charge(stay, code, op["ended_at"] + timedelta(minutes=9), 5, order=order, executed_by=op["surgeon"], exec_dept="手术室"))  # fmt: skip
        world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=op["ended_at"], executor=op["surgeon"], quantity=Decimal(5))  # fmt: skip
        stays.append(stay)
    stock_row(world, code, "purchase", at(date(2024, 4, 8), 9), 12)
    if honest:
        stock_row(
            world, code, "donation", at(date(2024, 4, 9), 9), 10, unit_price=Decimal(0), supplier="慈善基金会"
        )
        return Case(stays, rows, "bought and donated together cover it", "购入加捐赠足以覆盖", other=[code])
    return Case(
        stays, rows, "20 charged, 12 bought, nothing before", "收费20片，仅购12片且无期初", other=[code]
    )


def _overused(world: World, number: int) -> Case:
    return _consumable_story(world, number, honest=False)


def _donated(world: World, number: int) -> Case:
    return _consumable_story(world, number, honest=True)


THEATRE = (
    Kind(16, "无手术记录", "no record of the operation", "definite", _no_record, _bedside),
    Kind(17, "手术重叠", "surgeon or room twice at once", "definite", _surgeon_twice, _supervisor),
    Kind(18, "麻醉时长虚高", "anaesthesia longer than recorded", "definite", _long_anaesthesia, _recovery),
    Kind(19, "术式串换", "another operation than recorded", "definite", _other_operation, _new_code),
    Kind(20, "高值耗材无领用", "implant never given out", "definite", _implant_never_issued, _consignment),
    Kind(21, "一次性耗材超购", "used above bought", "definite", _overused, _donated),
)
