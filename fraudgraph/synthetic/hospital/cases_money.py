"""Prices, waived shares, lured patients, registration, and the books' own completeness."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, noon, stay_with
from fraudgraph.synthetic.hospital.clinic import outpatient
from fraudgraph.synthetic.hospital.life import give_order
from fraudgraph.synthetic.hospital.papers import story, write_document
from fraudgraph.synthetic.hospital.people import make_patient
from fraudgraph.synthetic.hospital.reports import examine
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Row, Stay, World, at

__all__ = ["MONEY"]


def _two_prices(world: World, number: int, *, honest: bool) -> Case:
    code = f"E{'3' if honest else '4'}{number:02d}"
    world.item_like(
        "E004",
        code,
        f"专项彩超{'甲' if honest else '乙'}{number + 1}",
        nat_code=f"2203{code}",
        nat_name=f"彩色多普勒超声专项{code}",
        price=Decimal("160"),
    )
    world.serve("US01", code)  # fmt: skip
    stays, rows = [], []
    for n in range(8):
        when = at(FIRST_DAY + timedelta(days=120 + number * 7 + n), 9, 12 + n)
        own = n % 2 == 1
        visit = outpatient(world, when=when, payer="self" if own else "employee", codes=(code,), kind="checkup" if own and honest else "outpatient")  # fmt: skip
        for row in visit.rows["exams"]:
            row["device_id"] = "US01"
            log = {"started_at": row["study_at"], "ended_at": row["study_at"] + timedelta(minutes=8)}
            world.add("device_logs", log_id=world.next("RZ", 8), device_id="US01", study_uid=row["study_uid"], **log)  # fmt: skip
        for row in visit.charges(code):
            if own:
                row["unit_price"] = Decimal("90")
                row["amount"] = Decimal("90.00")
                if honest:
                    row["order_dept"] = "体检中心(套餐)"
            else:
                rows.append(row)
        stays.append(visit)
    if honest:
        return Case(stays, rows, "cheaper inside a check-up package", "体检套餐内价格较低")
    return Case(stays, rows, "160 yuan from the fund's patients, 90 from those who pay themselves, on the same days", "医保病人160元，自费病人90元")  # fmt: skip


def _dearer_for_insured(world: World, number: int) -> Case:
    return _two_prices(world, number, honest=False)


def _package_price(world: World, number: int) -> Case:
    return _two_prices(world, number, honest=True)


def _share_given_back(world: World, number: int) -> Case:
    stays = [stay_with(world, "M54", days=8) for _ in range(3)]
    for stay in stays:
        world.payment_changes[stay.no] = {"refunded_share": Decimal(1)} if number % 2 else {"waived_share": Decimal(1)}  # fmt: skip
    return Case(stays, [], "the patient's share waived or handed back", "个人自付全部减免或返还")


def _medical_aid(world: World, number: int) -> Case:
    stays = [stay_with(world, "I69", days=11) for _ in range(2)]
    for stay in stays:
        world.payment_changes[stay.no] = {
            "waived_share": Decimal("0.9"),
            "fee_payer": "民政局",
            "reason": "医疗救助",
        }
    return Case(stays, [], "paid by medical aid", "医疗救助支付")


def _early_charge(world: World, stay: Stay, days: int, code: str = "E002") -> Row:
    when = stay.visit["admitted_at"] - timedelta(days=days, minutes=50)
    order = give_order(world, stay, code, when - timedelta(minutes=30), issued_by=world.on_duty("OPD", "doctor", when))  # fmt: skip
    row, _ = examine(world, stay, order, when)
    assert row is not None
    row["order_dept"] = "门诊"
    return row


def _outpatient_made_inpatient(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    rows = [_early_charge(world, stay, 6 + number % 4 + n) for n in range(2)]
    return Case(
        [stay],
        rows,
        "out-patient imaging of the week before charged to the stay",
        "入院前一周门诊费用计入住院",
    )


def _before_admission_policy(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7)
    row = _early_charge(world, stay, 1, "E004")
    row["order_dept"] = "院前准备中心"
    return Case([stay], [row], "tests within three days before a planned operation, as the policy allows", "择期手术院前检查，政策允许3日内")  # fmt: skip


def _checkup(world: World, when: date, count: int, group: str) -> list[tuple[Row, Stay]]:
    made = []
    for n in range(count):
        person = make_patient(world, address=group)
        visit = outpatient(world, when=at(when, 8, 5 + n), payer="self", patient=person, codes=("L001",), kind="checkup")  # fmt: skip
        made.append((person, visit))
    return made


def _checkup_to_ward(world: World, number: int) -> Case:
    day = FIRST_DAY + timedelta(days=130 + 17 * number)
    stays = []
    for n, (person, visit) in enumerate(_checkup(world, day, 10, f"虚构村{number + 1}组体检")):
        stays.append(visit)
        if n < 8:
            stays.append(stay_with(world, "M54", days=7, patient=person, start=at(day + timedelta(days=1 + n % 2), 9, 12 + n)))  # fmt: skip
    charges = [row for stay in stays if stay.visit["kind"] == "inpatient" for row in stay.charges("B001")]
    return Case(stays, charges, "eight of ten of a check-up group admitted within days for slight complaints", "体检团10人中8人数日内因轻症入院", also=(49,))  # fmt: skip


def _checkup_found_something(world: World, number: int) -> Case:
    day = FIRST_DAY + timedelta(days=130 + 17 * number)
    made = _checkup(world, day, 10, f"虚构厂{number + 1}车间体检")
    person, _visit = made[0]
    stay = stay_with(world, "K80", days=7, patient=person, start=at(day + timedelta(days=2), 9, 30))
    write_document(world, stay, "病程记录", stay.attending, noon(stay, 1, 8), "体检发现胆囊结石伴颈部嵌顿，需手术。" + story(world, stay))  # fmt: skip
    return Case([*(one for _, one in made), stay], stay.charges("O001"), "one of ten, with stones that had to be operated", "10人中1人，体检发现需手术的结石")  # fmt: skip


def _batch(world: World, number: int) -> Case:
    when = at(FIRST_DAY + timedelta(days=125 + 23 * number), 9, 10)
    phone = f"1380000{number:04d}"
    stays = [stay_with(world, "M54", days=7, start=when + timedelta(minutes=2 * n), operator_id="R09", contact_phone=phone, registered_at=when + timedelta(minutes=2 * n - 5)) for n in range(9)]  # fmt: skip
    return Case(stays, [row for stay in stays for row in stay.charges("B001")], "nine admissions in twenty minutes, one operator, one contact phone", "同一操作员20分钟登记9人，联系电话相同", other=["R09", phone])  # fmt: skip


def _busy_desk(world: World, number: int) -> Case:
    when = at(FIRST_DAY + timedelta(days=125 + 23 * number), 8, 10)
    visits = [outpatient(world, when=when + timedelta(minutes=2 * n), operator_id="R01") for n in range(9)]
    return Case(visits, [], "the desk's usual morning: many people, each with a phone of their own", "窗口早高峰，各有各的电话", other=["R01"])  # fmt: skip


def _deleted(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    notice = at(date(2024, 11, 20), 9)
    other = []
    for n in range(6):
        when = notice + timedelta(hours=10 + n, minutes=7 * number)
        row = world.add("audit_log", logged_at=when, user_id=f"信息{1 + number % 2}", action="删除", target_table="医嘱执行", target_key=f"{stay.no}-{n}", before_value=f"executed_at={noon(stay, 2)}", after_value=None, reason=None)  # fmt: skip
        other.append(row["target_key"])
    if not any(row["action"] == "接收检查通知" for row in world.tables["audit_log"]):
        world.add(
            "audit_log", logged_at=notice, user_id="医保办", action="接收检查通知", reason="收到飞行检查通知"
        )
    return Case([stay], [], "records of a discharged patient deleted in the evening after the notice", "接到检查通知当晚删除出院病人记录", other=other)  # fmt: skip


def _documented(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    when = stay.visit["discharged_at"] + timedelta(days=2)
    world.add("audit_log", logged_at=when, user_id="收费2", action="修改", target_table="费用明细", target_key=stay.charges("E005")[0]["charge_id"], before_value="exec_dept=影像科", after_value="exec_dept=超声科", reason=f"更正申请单{number + 240501}，科主任签字")  # fmt: skip
    return Case(
        [stay], [], "a correction with its form and signature, no amount touched", "有申请单的更正，未动金额"
    )


def _missing_receipts(world: World, number: int) -> Case:
    """Receipts of some days are missing, their numbers too."""
    first = date(2024, 2 + number % 9, 10)
    case = Case(note_en=f"receipts of {first} and the three days after missing, numbers skipped", note_zh=f"{first} 起4日票据缺失，号码跳号")  # fmt: skip

    def lose() -> None:
        for row in world.tables["payments"]:
            if first <= row["paid_at"].date() <= first + timedelta(days=3):
                world.drop(row)
                case.other.append(row["invoice_no"])

    world.after.append(lose)
    return case


def _new_series(world: World, number: int) -> Case:
    day = date(2024, 2 + number % 9, 24)
    case = Case(note_en="receipt book changed, voided numbers logged", note_zh="更换票据本，作废号段有登记")

    def renumber() -> None:
        first = next((row for row in world.tables["payments"] if row["paid_at"].date() >= day), None)
        if first is None:
            return
        step = 500
        for row in world.tables["payments"]:
            if row["invoice_no"] >= first["invoice_no"] and row is not first:
                row["invoice_no"] = f"PJ37{int(row['invoice_no'][4:]) + step:08d}"
        case.other.append(first["invoice_no"])
        last = f"PJ37{int(first['invoice_no'][4:]) + step:08d}"
        world.add("audit_log", logged_at=at(day, 8), user_id="财务科", action="票据号段变更", target_table="收款票据", before_value=first["invoice_no"], after_value=last, reason="旧号段作废登记在册")  # fmt: skip

    world.after.append(renumber)
    return case


def _never_there(world: World, number: int) -> Case:
    stay = stay_with(world, "I69", days=11)
    for row in world.tables["presence"]:
        if row["person_id"] == stay.no and row["seen_at"].date() >= day_of(stay, 3):
            world.drop(row)
    rows = [row for row in stay.charges("B001") if row["charged_at"].date() >= day_of(stay, 3)]
    return Case([stay], rows, "a meal plan, and no meal or door for a week", "订餐而一周无用餐、无门禁")


def _own_food(world: World, number: int) -> Case:
    stay = stay_with(world, "I69", days=11, meal_plan=0)
    return Case([stay], stay.charges("B001"), "no meal plan: the family brings food", "未订餐，家属送饭")


def _absent_doctor(world: World, number: int) -> Case:
    when = at(FIRST_DAY + timedelta(days=131 + 19 * number), 10, 0)
    crew = world.staff[("OPD", "doctor")]
    doctor = next(one for one in crew if world.state(one, when.date()) == "day")
    world.no_sign_in.add((doctor, when.date()))
    visits = []
    for n in range(5):
        visit = outpatient(world, when=when + timedelta(minutes=11 * n), payer="employee")
        visit.attending = doctor
        for table, column in (("orders", "issued_by"), ("charges", "ordered_by")):
            for row in visit.rows[table]:
                if row[column]:
                    row[column] = doctor
        visits.append(visit)
    for visit in world.stays:  # whoever else the doctor saw that day
        if (
            visit.attending == doctor
            and visit.visit["kind"] == "outpatient"
            and visit.first == when.date()
            and visit not in visits
        ):
            visits.append(visit)
    rows = [row for visit in visits for row in visit.rows["charges"] if row["ordered_by"]]
    return Case(
        visits,
        rows,
        "a doctor bills all morning without having signed in",
        "未签到医师整上午开单结算",
        other=[doctor],
    )


def _device_down(world: World, number: int) -> Case:
    day = (date(2024, 3, 14), date(2024, 9, 3))[number % 2]
    visits = [outpatient(world, when=at(day, 10, 9 * n), payer="employee") for n in range(4)]
    return Case(
        visits, [], "the sign-in device was down: nobody signed in that day", "闸机故障，当日全院无签到"
    )


MONEY = (
    Kind(
        45, "医保自费价差", "insured dearer than self-paid", "suspicious", _dearer_for_insured, _package_price
    ),
    Kind(46, "减免返现", "share waived or handed back", "suspicious", _share_given_back, _medical_aid),
    Kind(
        47,
        "门诊转住院",
        "out-patient charges in the stay",
        "definite",
        _outpatient_made_inpatient,
        _before_admission_policy,
    ),
    Kind(
        48, "体检转住院", "check-up group admitted", "suspicious", _checkup_to_ward, _checkup_found_something
    ),
    Kind(49, "集中登记", "registered in batches", "suspicious", _batch, _busy_desk),
    Kind(50, "删改痕迹", "deleted after discharge or notice", "definite", _deleted, _documented),
    Kind(51, "数据缺段", "gaps in the books", "suspicious", _missing_receipts, _new_series),
    Kind(52, "夜间缺席", "absent at night", "suspicious", _never_there, _own_food),
    Kind(53, "无签到结算", "settled without sign-in", "suspicious", _absent_doctor, _device_down),
)
