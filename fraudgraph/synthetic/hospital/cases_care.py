"""Beds, nursing, staff, treatments and machines."""

from __future__ import annotations

from datetime import timedelta

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, illness, noon, stay_with
from fraudgraph.synthetic.hospital.life import (
    admit,
    give_order,
)
from fraudgraph.synthetic.hospital.people import make_patient
from fraudgraph.synthetic.hospital.reports import examine
from fraudgraph.synthetic.hospital.world import FIRST_DAY, World, at

__all__ = ["CARE"]


def _too_many_bed_days(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=7)
    rows = [world.charge(stay, "B001", at(day_of(stay, 6), 23, 51 + n)) for n in range(2 + number % 3)]
    return Case([stay], rows, "more bed days charged than nights in the ward", "床位费天数多于在床日")


def _first_and_last_day(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=7)
    row = world.charge(stay, "B001", stay.visit["discharged_at"] - timedelta(minutes=9))
    return Case(
        [stay],
        [row],
        "the day of discharge counted like the day of admission: one more",
        "入院日、出院日各计一日",
    )


def _two_in_a_bed(world: World, number: int) -> Case:
    one = stay_with(world, "M54", days=9)
    two = stay_with(world, "M54", days=8, start=one.visit["admitted_at"] + timedelta(days=1, hours=1))
    for table in ("ward_days", "nursing"):
        for row in two.rows[table]:
            row["bed"] = one.visit["bed"]
    two.visit["bed"] = one.visit["bed"]
    return Case([one, two], one.charges("B001") + two.charges("B001"), "two adults in one bed for a week", "一床同时住两名成人一周", other=[one.visit["bed"]])  # fmt: skip


def _newborn(world: World, number: int) -> Case:
    mother = stay_with(world, "O82")
    born = mother.visit["admitted_at"] + timedelta(days=1, hours=3)
    child = make_patient(world, name="某某之婴", birth_date=born.date(), phone=mother.visit["contact_phone"])
    baby = admit(world, illness("O82"), start=born, days=(mother.last - born.date()).days, patient=child, kind="newborn", bed=mother.visit["bed"], meal_plan=0, payer="resident")  # fmt: skip
    baby.diagnosis, baby.illness = "Z38.000", "新生儿"
    for n in range((baby.last - baby.first).days):
        world.add("ward_days", baby, ward="W07", on_date=day_of(baby, n), bed=mother.visit["bed"], state="in")
        when = noon(baby, n, 20)
        world.add("nursing", baby, recorded_at=when, nurse=world.on_duty("W07", "nurse", when), record_kind="新生儿", level="2", vitals=f"T36.{6 + n} 体重{3200 + 20 * n}g", bed=mother.visit["bed"], signed_at=when + timedelta(minutes=1))  # fmt: skip
        world.charge(baby, "G002", at(day_of(baby, n), 23, 50))
    return Case([mother, baby], baby.charges("G002"), "a newborn in the mother's bed", "母婴同床", other=[mother.visit["bed"]])  # fmt: skip


def _bed_only_on_paper(world: World, number: int) -> Case:
    stay = stay_with(world, "M54", days=8)
    for table, moment in (
        ("nursing", "recorded_at"),
        ("executions", "executed_at"),
        ("sessions", "started_at"),
    ):
        for row in stay.rows[table]:
            if day_of(stay, 2) <= row[moment].date() <= day_of(stay, 6):
                world.drop(row)
    meals = [row for row in world.tables["presence"] if row["person_id"] == stay.no and day_of(stay, 2) <= row["seen_at"].date() <= day_of(stay, 6)]  # fmt: skip
    for row in meals:
        world.drop(row)
    rows = [row for row in stay.charges("B001", "N002", "T001") if day_of(stay, 2) <= row["charged_at"].date() <= day_of(stay, 6)]  # fmt: skip
    return Case([stay], rows, "five days without vitals, treatment or meals; bed, nursing and massage charged", "连续5日无体征、无执行、无用餐，照收床位护理推拿费", also=(6, 52))  # fmt: skip


def _on_leave(world: World, number: int) -> Case:
    stay = stay_with(world, "I69", days=12)
    day = day_of(stay, 5)
    for table, moment in (
        ("nursing", "recorded_at"),
        ("executions", "executed_at"),
        ("sessions", "started_at"),
    ):
        for row in stay.rows[table]:
            if at(day, 10) <= row[moment] < at(day, 10) + timedelta(hours=23):
                world.drop(row)
    for row in [*stay.rows["charges"]]:
        if row["charged_at"].date() == day and row["charged_at"].hour >= 10 and row["charge_class"] in ("therapy", "service"):  # fmt: skip
            world.drop(row)
    for row in stay.rows["ward_days"]:
        if row["on_date"] == day:
            row["state"] = "leave_bed"
    give_order(world, stay, "N002", at(day, 9, 50), dose="请假离院，次日9时前返回")
    kept = [row for row in stay.charges("B001") if row["charged_at"].date() == day]
    return Case(
        [stay], kept, "leave of less than a day, noted in the ward's list", "请假不足24小时，床位日报有记录"
    )


def _level_above(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    for row in stay.rows["nursing"]:
        row["level"] = "3"
    for order in stay.rows["orders"]:
        if order["hosp_item_code"] == "N002":
            order["hosp_item_code"], order["item_name"] = "N003", world.items["N003"].name
    rows = stay.charges("N002")
    for row in rows:
        item = world.items["N001"]
        row |= {"hosp_item_code": "N001", "item_name": item.name, "nat_code": item.nat_code, "unit_price": item.price, "amount": item.price}  # fmt: skip
    return Case([stay], rows, "level three ordered and recorded, level one charged", "医嘱记录三级护理，按一级收费", also=(3,))  # fmt: skip


def _level_changed_at_noon(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    day = day_of(stay, 3)
    order = give_order(world, stay, "N001", at(day, 12, 5), until=at(day + timedelta(days=1), 8))
    row = next(one for one in stay.charges("N002") if one["charged_at"].date() == day)
    item = world.items["N001"]
    row |= {"hosp_item_code": "N001", "item_name": item.name, "nat_code": item.nat_code, "unit_price": item.price, "amount": item.price, "order_id": order["order_id"]}  # fmt: skip
    for one in stay.rows["nursing"]:
        if one["recorded_at"].date() == day and one["recorded_at"].hour >= 12:
            one["level"] = "1"
    return Case(
        [stay],
        [row],
        "the level changed at noon; the day is charged at the higher",
        "中午变更级别，当日按高级别收费",
    )


def _signed_by_the_dozen(world: World, number: int) -> Case:
    stays = [stay_with(world, "I10", days=6, start=at(FIRST_DAY + timedelta(days=150 + 20 * number), 9, 10 + n)) for n in range(5)]  # fmt: skip
    day = day_of(stays[0], 3)
    moment = at(day, 16, 30)
    nurse = world.on_duty("W02", "nurse", moment)
    for stay in stays:
        for n in range(8):
            world.add("nursing", stay, recorded_at=moment - timedelta(hours=n, minutes=n), nurse=nurse, record_kind="护理记录", level="2", vitals=f"T36.{n} P7{n}", bed=stay.visit["bed"], signed_at=moment + timedelta(seconds=n * 5 + stays.index(stay)))  # fmt: skip
    return Case(stays, [row for stay in stays for row in stay.charges("N002")], "forty records signed by one nurse within a minute", "一名护士一分钟内签名40条", other=[nurse])  # fmt: skip


def _from_the_monitor(world: World, number: int) -> Case:
    stays = [stay_with(world, "I25", days=6, operation=False, start=at(FIRST_DAY + timedelta(days=150 + 20 * number), 9, 10 + n)) for n in range(3)]  # fmt: skip
    moment = at(day_of(stays[0], 3), 15, 0)
    nurse = world.on_duty("W02", "nurse", moment)
    for stay in stays:
        for n in range(12):
            world.add("nursing", stay, recorded_at=moment - timedelta(minutes=5 * n), nurse=nurse, record_kind="监护仪自动采集", level="2", vitals=f"P{70 + n} SpO2 9{n % 9}", bed=stay.visit["bed"], signed_at=moment)  # fmt: skip
    return Case(
        stays, [], "captured by the monitors, confirmed together", "监护仪自动采集，批量确认", other=[nurse]
    )


def _signed_on_leave(world: World, number: int) -> Case:
    nurse, first, last = world.on_leave_in_year("W01", "nurse", number)
    stay = stay_with(world, "J18", start=at(first - timedelta(days=1), 9, 30), days=8)
    signed = [row for row in stay.rows["nursing"] if first <= row["recorded_at"].date() <= last and 8 <= row["recorded_at"].hour < 20][:4]  # fmt: skip
    for row in signed:
        row["nurse"] = nurse
    return Case([stay], [], "records signed by a nurse who was on leave", "休假护士仍有签名", other=[nurse])


def _remote_reading(world: World, number: int) -> Case:
    reader, first, _ = world.on_leave_in_year("影像科", "radiologist", number)
    stay = stay_with(world, "J18", start=at(first, 9, 30), days=7)
    order = give_order(world, stay, "E001", noon(stay, 1, 9))
    row, report = examine(
        world, stay, order, noon(stay, 1, 10), reporter=reader, reading_site="居家远程审片(已备案)"
    )
    assert row is not None
    return Case([stay], [row], "images read from home, which is permitted and noted", "备案的居家远程审片", other=[report["report_no"], reader])  # fmt: skip


CARE = (
    Kind(27, "床位费超床日", "bed days above ward days", "definite", _too_many_bed_days, _first_and_last_day),
    Kind(28, "一床多人", "two in one bed", "definite", _two_in_a_bed, _newborn),
    Kind(29, "挂床", "a bed occupied on paper", "suspicious", _bed_only_on_paper, _on_leave),
    Kind(
        30, "护理级别不符", "nursing level above the record", "definite", _level_above, _level_changed_at_noon
    ),
    Kind(31, "护士签名超限", "signed by the dozen", "suspicious", _signed_by_the_dozen, _from_the_monitor),
    Kind(32, "休假签名", "signed on leave", "definite", _signed_on_leave, _remote_reading),
)
