"""Drugs and herbs: bought, issued, dispensed, returned, settled."""

from __future__ import annotations

from datetime import date, timedelta

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, noon, stay_with
from fraudgraph.synthetic.hospital.finishing import stock_row
from fraudgraph.synthetic.hospital.life import drug_day, give_order
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Row, Stay, World, at

__all__ = ["DRUGS"]


def _own_drug(world: World, number: int, mark: str, name: str, like: str = "M016") -> str:
    """A drug of this case alone, so that its stock tells one story."""
    code = f"{like[0]}{mark}{number:02d}"
    world.item_like(like, code, f"{name}{number + 1}号", nat_code=f"XZ{mark}{number:02d}", nat_name=f"{name}{number + 1}号(目录)")  # fmt: skip
    world.own_stock.add(code)
    return code


def _given(world: World, code: str, start: date, *, patients: int = 3, days: int = 4, quantity: int = 2) -> tuple[list[Stay], list[Row]]:  # fmt: skip
    """Several stays that get the drug for some days."""
    stays, rows = [], []
    for n in range(patients):
        stay = stay_with(world, "J18", start=at(start + timedelta(days=5 * n), 9, 20 + n), days=8)
        order = give_order(world, stay, code, noon(stay, 1, 8), until=noon(stay, days + 1, 8))
        rows += [drug_day(world, stay, order, day_of(stay, day), quantity) for day in range(1, days + 1)]
        stays.append(stay)
    return stays, rows


def _above_issued(world: World, number: int) -> Case:
    code = _own_drug(world, number, "5", "某某注射剂")
    stays, rows = _given(world, code, date(2024, 5, 6) + timedelta(days=number))
    for row in rows[::2]:  # every second dose never left the pharmacy
        for gone in [
            *stays[0].rows["dispensing"],
            *stays[1].rows["dispensing"],
            *stays[2].rows["dispensing"],
        ]:
            if gone["rx_id"] == row["rx_id"]:
                world.drop(gone)
    stock_row(world, code, "purchase", at(date(2024, 5, 1), 9), 14)
    stock_row(world, code, "issue", at(date(2024, 5, 1), 10), 12)
    return Case(stays, rows, "24 settled, 12 issued and dispensed, 14 bought", "结算24支，出库发药12支", other=[code], also=(23,))  # fmt: skip


def _opening_and_transfer(world: World, number: int) -> Case:
    code = _own_drug(world, number, "6", "某某针剂")
    stays, rows = _given(world, code, date(2024, 5, 6) + timedelta(days=number))
    stock_row(world, code, "opening", at(FIRST_DAY, 0), 10, warehouse="住院药房")
    stock_row(world, code, "purchase", at(date(2024, 5, 1), 9), 8)
    stock_row(world, code, "issue", at(date(2024, 5, 1), 10), 8)
    stock_row(
        world, code, "transfer_in", at(date(2024, 5, 3), 10), 8, warehouse="住院药房", supplier="分院药库"
    )
    return Case(stays, rows, "opening stock and a transfer from the branch cover it", "期初加分院调拨足以覆盖", other=[code])  # fmt: skip


def _other_drug(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    order = give_order(world, stay, "M016", noon(stay, 1, 8), until=noon(stay, 5, 8))
    rows = [drug_day(world, stay, order, day_of(stay, n), 2, dispensed_code="M001") for n in range(1, 5)]
    return Case([stay], rows, "a cheap antibiotic dispensed, a dear one charged and settled", "发头孢呋辛，收哌拉西林他唑巴坦")  # fmt: skip


def _other_brand(world: World, number: int) -> Case:
    code = f"M8{number:02d}"
    if code not in world.items:
        world.item_like("M001", code, f"注射用头孢呋辛钠(乙厂{number + 1})")
    stay = stay_with(world, "N18", days=8)
    order = give_order(world, stay, "M001", noon(stay, 1, 8), until=noon(stay, 5, 8))
    rows = [drug_day(world, stay, order, day_of(stay, n), 1, dispensed_code=code) for n in range(1, 5)]
    return Case(
        [stay], rows, "the same substance of another maker, at the same price", "同通用名、同价的另一厂家"
    )


def _back_not_refunded(world: World, number: int, *, honest: bool = False) -> Case:
    stay = stay_with(world, "J44", days=10)
    order = give_order(world, stay, "M008", noon(stay, 2, 8))
    row = drug_day(world, stay, order, day_of(stay, 2), 4 + number, done=False)
    when = noon(stay, 3, 15)
    world.add("dispensing", stay, disp_id=world.next("FY", 9), rx_id=row["rx_id"], hosp_item_code="M008", item_name=row["item_name"], quantity=-row["quantity"], dispensed_at=when, dispenser=world.on_duty("药剂科", "pharmacist", when), returned=1)  # fmt: skip
    if honest:
        back = world.reverse(stay, row, when + timedelta(days=2))
        return Case(
            [stay], [row, back], "returned, and taken back from the bill two days later", "退药两日后退费"
        )
    return Case(
        [stay], [row], "returned to the pharmacy, still settled", "药已退回药房，费用未退仍结算", also=(6, 7)
    )


def _back_and_refunded(world: World, number: int) -> Case:
    return _back_not_refunded(world, number, honest=True)


def _herbs(world: World, number: int, bought: int, mark: str, name: str) -> tuple[list[Stay], list[Row], str]:
    code = _own_drug(world, number, mark, name, like="H001")
    stays, rows = _given(world, code, date(2024, 8, 1) + timedelta(days=number), quantity=120)
    stock_row(world, code, "purchase", at(date(2024, 7, 28), 9), bought)
    stock_row(world, code, "issue", at(date(2024, 7, 28), 10), bought)
    return stays, rows, code


def _herbs_short(world: World, number: int) -> Case:
    stays, rows, code = _herbs(world, number, 900, "5", "黄芪")
    return Case(stays, rows, "1,440 g charged, 900 g bought", "收1440克，仅购900克", other=[code], also=(22,))


def _herbs_weighed(world: World, number: int) -> Case:
    stays, rows, code = _herbs(world, number, 1400, "6", "当归")
    return Case(stays, rows, "1,440 g charged, 1,400 g bought: moisture and weighing, under three per cent", "收1440克、购1400克，称量与吸潮误差不足3%", other=[code])  # fmt: skip


def _before_bought(world: World, number: int) -> Case:
    code = _own_drug(world, number, "7", "某某新药")
    stays, rows = _given(world, code, date(2024, 5, 6) + timedelta(days=number))
    stock_row(world, code, "purchase", at(date(2024, 8, 5), 9), 30)
    stock_row(world, code, "issue", at(date(2024, 8, 5), 10), 26)
    return Case(stays, rows, "settled in May, first bought in August", "5月已结算，8月才首次购进", other=[code], also=(22,))  # fmt: skip


def _booked_late(world: World, number: int) -> Case:
    code = _own_drug(world, number, "9", "某某新剂")
    stays, rows = _given(world, code, date(2024, 5, 6) + timedelta(days=number))
    booked = at(date(2024, 5, 14), 9) + timedelta(days=number)
    came = date(2024, 5, 2)
    stock_row(world, code, "purchase", at(came, 9), 30, booked_at=booked, invoice_date=came)
    stock_row(world, code, "issue", at(came, 10), 26, booked_at=booked)
    return Case(
        stays,
        rows,
        "it came on 2 May and was booked two weeks later",
        "5月2日到货，两周后才记账",
        other=[code],
    )


DRUGS = (
    Kind(22, "结算大于出库", "settled above issued", "definite", _above_issued, _opening_and_transfer),
    Kind(23, "结算药非发药", "another drug dispensed", "definite", _other_drug, _other_brand),
    Kind(24, "退药未退费", "returned, not refunded", "definite", _back_not_refunded, _back_and_refunded),
    Kind(25, "饮片量差", "more slices charged than bought", "suspicious", _herbs_short, _herbs_weighed),
    Kind(26, "先结算后购进", "settled before bought", "definite", _before_bought, _booked_late),
)
