"""Fees against orders and executions, and against what was uploaded."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, noon, stay_with, upload
from fraudgraph.synthetic.hospital.life import drug_day, give_order, service
from fraudgraph.synthetic.hospital.world import CENT, FIRST_DAY, World, at

__all__ = ["FEES"]


def _uploaded_only(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7)
    lines = [upload(world, stay, 1, "S005", noon(stay, n, 15), 1 + number % 2) for n in range(2, 6)]
    return Case([stay], note_en="dressings uploaded that the books don't hold", note_zh="上传换药费，院端账上没有", extra=lines)  # fmt: skip


def _before_the_export(world: World, number: int) -> Case:
    start = at(FIRST_DAY - timedelta(days=3 + number % 3), 10, 20)
    stay = stay_with(world, "I69", start=start, days=14)
    early = [row for row in stay.rows["charges"] if row["charged_at"].date() < FIRST_DAY]
    return Case([stay], early, "charged before the exported year begins", "费用发生在导出期之前")


def _dearer_upload(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    if number % 2:
        row = stay.charges("M002")[2]
        new = {"quantity": row["quantity"] * 4, "amount": row["amount"] * 4}
        note = ("four times the quantity uploaded", "上传数量为院端四倍")
    else:
        row = stay.charges("M001")[1]
        dear = world.items["M016"]
        new = {"item_code": dear.nat_code, "item_name": dear.nat_name, "unit_price": dear.price, "amount": (dear.price * row["quantity"]).quantize(CENT)}  # fmt: skip
        note = ("a dearer drug's code uploaded", "上传为更贵药品的编码")
    world.overrides[row["charge_id"]] = {**new, "_reason": "违规2", "_packed": True}
    return Case([stay], [row], *note)


def _in_packs(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    order = give_order(world, stay, "M009", noon(stay, 1, 10))
    row = drug_day(world, stay, order, day_of(stay, 1), 30 * (1 + number % 3))
    packs = 1 + number % 3
    world.overrides[row["charge_id"]] = {"quantity": Decimal(packs), "unit_price": (row["amount"] / packs).quantize(Decimal("0.0001")), "_packed": True}  # fmt: skip
    return Case([stay], [row], "tablets in the books, boxes in the upload, the same money", "院端按片、上传按盒，金额相等")  # fmt: skip


def _without_order(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=9)
    rows = [world.charge(stay, "S004", noon(stay, n), 2, ordered_by=stay.attending) for n in range(2, 6 + number % 3)]  # fmt: skip
    return Case([stay], rows, "inhalations charged, none ordered", "收雾化费，无任何雾化医嘱", also=(6,))


def _order_written_later(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=8, admission_source="急诊")
    done = stay.visit["admitted_at"] + timedelta(minutes=6)
    order = give_order(world, stay, "S003", done + timedelta(minutes=60 + 40 * number), urgent=1)
    row = service(world, stay, order, done, 4)
    assert row is not None
    row["order_id"] = None
    return Case([stay], [row], "an emergency: done and charged at once, ordered in the hours after", "急诊先执行收费，数小时内补医嘱")  # fmt: skip


def _after_stop(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=10)
    order = give_order(world, stay, "S002", noon(stay, 1, 9), until=noon(stay, 3, 16))
    for n in (1, 2, 3):
        service(world, stay, order, noon(stay, n), 10)
    rows = [world.charge(stay, "S002", noon(stay, n), 10, order=order) for n in range(4, 8 + number % 2)]
    return Case([stay], rows, "oxygen charged for days after the order was stopped", "停医嘱后仍连日收吸氧费", also=(6, 7))  # fmt: skip


def _stopping_day(world: World, number: int) -> Case:
    stay = stay_with(world, "I25", days=7, operation=False)
    order = give_order(world, stay, "S003", noon(stay, 1, 9), until=noon(stay, 3, 15))
    for n in (1, 2):
        service(world, stay, order, noon(stay, n), 12)
    service(world, stay, order, noon(stay, 3), 6, charged=False)
    row = world.charge(stay, "S003", at(day_of(stay, 3), 23, 40), 6 + number % 2 * 0, order=order)
    return Case([stay], [row], "the last day's hours are posted at its end, after the stop", "停嘱当日的费用于日终记账")  # fmt: skip


def _cancelled_kept(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    order = give_order(world, stay, "E007", noon(stay, 1, 9), cancelled=1)
    row = world.charge(stay, "E007", noon(stay, 1, 10), 1, order=order, exec_dept="影像科")
    return Case(
        [stay], [row], "order cancelled, charge kept and settled", "医嘱已作废，费用未退仍结算", also=(6, 9)
    )


def _cancelled_back_later(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    order = give_order(world, stay, "E007", noon(stay, 1, 9), cancelled=1)
    row = world.charge(stay, "E007", noon(stay, 1, 10), 1, order=order, exec_dept="影像科")
    back = world.reverse(stay, row, stay.visit["discharged_at"] + timedelta(days=2 + number))
    return Case([stay], [row, back], "order cancelled; taken back and settled anew after discharge", "医嘱作废，出院后退费并重新结算")  # fmt: skip


def _not_done(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=8)
    order = give_order(world, stay, "S005", noon(stay, 2, 9), until=noon(stay, 7, 9))
    rows = [world.charge(stay, "S005", noon(stay, n), 1, order=order) for n in range(3, 7)]
    return Case([stay], rows, "dressings ordered and charged, none carried out", "有医嘱有收费，无执行记录")


def _ward_on_paper(world: World, number: int) -> Case:
    start = at(FIRST_DAY + timedelta(days=15 + 9 * number), 9, 30)
    stay = stay_with(world, "I69", start=start, days=10)
    rows = stay.charges("S001", "T003")
    return Case(
        [stay], rows, "the whole ward kept executions on paper until 1 April", "康复科4月1日前执行记录为纸质"
    )


def _more_than_done(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=9)
    order = give_order(world, stay, "S002", noon(stay, 1, 9), until=noon(stay, 6, 9))
    rows = []
    for n in range(2, 6):
        service(world, stay, order, noon(stay, n), 2, charged=False)
        rows.append(world.charge(stay, "S002", noon(stay, n, 20), 24, order=order))
    return Case([stay], rows, "two hours of oxygen given a day, 24 charged", "每日吸氧2小时，收24小时")


def _whole_ampoule(world: World, number: int) -> Case:
    stay = stay_with(world, "N18", days=9)
    order = give_order(world, stay, "M008", noon(stay, 1, 8), until=noon(stay, 5, 9), dose="0.5支")
    rows = []
    for n in range(2, 5):
        row = drug_day(world, stay, order, day_of(stay, n), 1, done=False)
        world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=noon(stay, n), executor=world.on_duty("W05", "nurse", noon(stay, n)), quantity=Decimal("0.5"))  # fmt: skip
        rows.append(row)
    return Case([stay], rows, "half an ampoule given, the opened one charged", "用半支，按最小包装收一支")


FEES = (
    Kind(
        1,
        "有结算无院端",
        "settled, not in the hospital's books",
        "definite",
        _uploaded_only,
        _before_the_export,
    ),
    Kind(2, "上传与院端不符", "upload differs from the books", "definite", _dearer_upload, _in_packs),
    Kind(3, "无医嘱收费", "charged without an order", "definite", _without_order, _order_written_later),
    Kind(4, "停嘱后收费", "charged after the order was stopped", "definite", _after_stop, _stopping_day),
    Kind(5, "取消医嘱未退", "cancelled, not taken back", "definite", _cancelled_kept, _cancelled_back_later),
    Kind(6, "无执行收费", "charged, not carried out", "definite", _not_done, _ward_on_paper),
    Kind(7, "超执行量", "charged above what was done", "definite", _more_than_done, _whole_ampoule),
)
