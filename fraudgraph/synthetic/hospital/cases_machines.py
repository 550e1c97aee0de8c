"""Staff, treatments and machines: who can't have been there, and what can't have run."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, noon, stay_with
from fraudgraph.synthetic.hospital.clinic import outpatient
from fraudgraph.synthetic.hospital.life import drug_day, give_order, run_session, service
from fraudgraph.synthetic.hospital.reports import examine
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Row, Stay, World, at

__all__ = ["MACHINES"]


def _in_two_places(world: World, number: int) -> Case:
    stay = stay_with(world, "S82")
    op = stay.op_slot
    assert op is not None
    rows: list[Row] = []
    visits: list[Stay] = []
    for n in range(2):
        middle = op["started_at"] + timedelta(minutes=20 + 9 * n)
        visit = outpatient(world, when=middle - timedelta(minutes=15), payer="employee", codes=("M015",))
        for order in visit.rows["orders"]:
            order["issued_by"], order["issued_at"] = op["surgeon"], middle
        for row in visit.charges("M015"):
            row["ordered_by"] = op["surgeon"]
            rows.append(row)
        visit.attending = op["surgeon"]
        visits.append(visit)
    return Case([stay, *visits], rows, "the surgeon sees out-patients while operating", "术者手术期间在门诊开单", other=[op["op_id"]])  # fmt: skip


def _team_login(world: World, number: int) -> Case:
    stay = stay_with(world, "S82")
    op = stay.op_slot
    assert op is not None
    order = give_order(world, stay, "M003", op["started_at"] + timedelta(minutes=25), issued_by="TEAM-W04", route="静滴")  # fmt: skip
    order["issued_by"] = "TEAM-W04"
    row = _drug_now(world, stay, order)
    return Case([stay], [row], "the ward's team login orders while its surgeon operates", "病区共用工号在手术期间开医嘱", other=[op["op_id"]])  # fmt: skip


def _drug_now(world: World, stay: Stay, order: Row) -> Row:
    """A dose right after its order."""
    return drug_day(world, stay, order, order["issued_at"].date(), 1)


def _out_of_scope(world: World, number: int) -> Case:
    stay = stay_with(world, "M54", days=9)
    rows = stay.charges("T001")[:4]
    if number % 2:
        who = world.staff[("药剂科", "pharmacist")][number % 4]
        note = ("massage given by a pharmacist", "药师做推拿治疗")
    else:
        world.hire("W06", "helper", "康复治疗", 1)
        who = world.staff[("W06", "helper")][-1]
        world.tables["staff"][-1]["licence_to"] = date(2023, 12, 31)
        world.leave[who] = (date(2023, 1, 1), date(2023, 1, 1))
        note = ("massage given by a therapist whose licence had run out", "执业证已过期者做推拿治疗")
    orders = {row["order_id"] for row in rows}
    for row in rows:
        row["executed_by"] = who
    for table, column in (("executions", "executor"), ("sessions", "therapist")):
        for row in stay.rows[table]:
            if row["order_id"] in orders:
                row[column] = who
    return Case([stay], rows, *note, other=[who])


def _in_an_emergency(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=8)
    when = at(day_of(stay, 2), 3, 12)
    order = give_order(world, stay, "S002", when, urgent=1)
    doctor = world.staff[("W08", "surgeon")][number % 3]
    row = service(world, stay, order, when, 2)
    assert row is not None
    row["executed_by"] = doctor
    stay.rows["executions"][-1]["executor"] = doctor
    return Case(
        [stay],
        [row],
        "an eye surgeon helps in an emergency at night",
        "夜间抢救，眼科医师参与",
        other=[doctor],
    )


def _two_sessions(world: World, number: int) -> Case:
    one = stay_with(world, "M54", days=9)
    two = stay_with(world, "M54", days=9, start=one.visit["admitted_at"] + timedelta(minutes=20))
    rows: list[Row] = []
    other: list[str] = []
    mine, theirs = one.rows["sessions"], two.rows["sessions"]
    for first, second in zip(mine[:4], theirs[:4], strict=False):
        if first["started_at"].date() != second["started_at"].date():
            continue
        long = second["ended_at"] - second["started_at"]
        second["started_at"] = first["started_at"] + timedelta(minutes=5)
        second["ended_at"], second["therapist"] = second["started_at"] + long, first["therapist"]
        for row in two.rows["executions"]:
            if row["order_id"] == second["order_id"]:
                row["executed_at"], row["executor"] = second["started_at"], first["therapist"]
        for row in two.charges("T001"):
            if row["order_id"] == second["order_id"]:
                row["executed_by"], row["charged_at"] = (
                    first["therapist"],
                    second["ended_at"] + timedelta(minutes=3),
                )
                row["entered_at"] = row["charged_at"]
                rows.append(row)
        other += [first["session_id"], second["session_id"]]
    return Case(
        [one, two], rows, "one therapist massages two patients at once", "同一治疗师同时推拿两人", other=other
    )


def _group(world: World, number: int) -> Case:
    first = stay_with(world, "M54", days=9)
    stays = [first, *(stay_with(world, "M54", days=9, start=first.visit["admitted_at"] + timedelta(minutes=9 * n)) for n in (1, 2))]  # fmt: skip
    start = at(day_of(first, 4), 18, 30)
    who = next(one for one in world.staff[("W06", "therapist")] if world.state(one, start.date()) == "day")
    group = world.next("ZU", 5)
    rows = [run_session(world, stay, give_order(world, stay, "T004", start - timedelta(hours=1)), start, timedelta(minutes=40), therapist=who, group=group) for stay in stays]  # fmt: skip
    return Case(
        stays,
        rows,
        "group exercise: one therapist, several patients, one group",
        "集体运动疗法，一师多患",
        other=[group],
    )


def _dialysis_unlogged(world: World, number: int) -> Case:
    stay = stay_with(world, "N18", days=12)
    rows: list[Row] = []
    other: list[str] = []
    done = {row["started_at"].date() for row in stay.rows["sessions"]}
    for n in range(1, 11):
        day = day_of(stay, n)
        if day in done or len(rows) >= 4:
            continue
        start = at(day, 18, 20)
        order = give_order(world, stay, "D001", at(day, 7, 40))
        rows.append(
            run_session(
                world, stay, order, start, timedelta(hours=4), device=f"HD{1 + number % 8:02d}", logged=False
            )
        )
        other.append(stay.rows["sessions"][-1]["session_id"])
    return Case(
        [stay], rows, "dialysis charged on days when no machine ran", "无机器日志的透析收费", other=other
    )


def _bedside_machine(world: World, number: int) -> Case:
    if not any(row["device_id"] == "CRRT1" for row in world.tables["devices"]):
        world.add("devices", device_id="CRRT1", device_name="床旁血滤机", dept="肾内科", serves="D002", installed_on=date(2021, 6, 1), rate_per_hour=1, room_count=1, remark="无联网日志")  # fmt: skip
    stay = stay_with(world, "N18", days=10, start=at(FIRST_DAY + timedelta(days=140 + 21 * number), 9, 20))
    start = at(day_of(stay, 3), 10, 0)
    order = give_order(world, stay, "D002", start - timedelta(hours=1))
    row = run_session(world, stay, order, start, timedelta(hours=10), device="CRRT1", logged=False)
    row["quantity"], row["amount"] = Decimal(10), row["unit_price"] * 10
    stay.rows["executions"][-1]["quantity"] = Decimal(10)
    return Case([stay], [row], "a bedside machine that keeps no log on the network", "床旁血滤机无联网日志", other=["CRRT1"])  # fmt: skip


def _old_device(world: World, number: int, *, honest: bool) -> Case:
    device = f"CT{'L' if honest else 'X'}{number:02d}"
    world.add("devices", device_id=device, device_name="16排CT" + ("(租借替代机)" if honest else ""), dept="影像科", serves="E001,E002", installed_on=date(2012, 4, 1), retired_on=date(2024, 5, 31), rate_per_hour=6, room_count=1)  # fmt: skip
    if honest:
        world.tables["devices"][-1]["remark"] = "旧机5月31日停用；同编号租借机6月3日起用(租借合同在册)"
        world.add("devices", device_id=f"{device}-JY", device_name="16排CT(租借)", dept="影像科", serves="E001,E002", installed_on=date(2024, 6, 3), rate_per_hour=6, room_count=1, remark=f"租借机，沿用登记号{device}")  # fmt: skip
    stay = stay_with(world, "J18", start=at(date(2024, 7, 8) + timedelta(days=number), 9, 40), days=8)
    order = give_order(world, stay, "E001", noon(stay, 2, 8))
    row, report = examine(world, stay, order, noon(stay, 2, 10), device_id=device)
    assert row is not None
    if honest:
        return Case(
            [stay],
            [row],
            "a machine on loan under the old one's number",
            "租借设备沿用原编号",
            other=[device],
        )
    return Case([stay], [row], "imaged by a machine that was retired in May", "5月已停用设备仍收费", other=[device, report["report_no"]])  # fmt: skip


def _retired(world: World, number: int) -> Case:
    return _old_device(world, number, honest=False)


def _on_loan(world: World, number: int) -> Case:
    return _old_device(world, number, honest=True)


def _rush(world: World, number: int, code: str, count: int) -> tuple[list[Stay], list[Row], list[str]]:
    start = at(FIRST_DAY + timedelta(days=160 + 13 * number), 14, 0)

    stays: list[Stay] = []
    rows: list[Row] = []
    other: list[str] = []
    for n in range(count):
        visit = outpatient(world, when=start - timedelta(minutes=40), payer="resident", codes=(code,))
        report = visit.rows["exams"][0]
        moved = start + timedelta(minutes=n * 55 // count, seconds=n % 50)
        log = next(
            row for row in reversed(world.tables["device_logs"]) if row["study_uid"] == report["study_uid"]
        )
        log["started_at"], log["ended_at"] = moved, moved + timedelta(minutes=2)
        report["study_at"], report["reported_at"] = moved, moved + timedelta(minutes=50)
        stays.append(visit)
        rows += visit.charges(code)
        for row in visit.charges(code):
            row["charged_at"] = row["entered_at"] = moved + timedelta(minutes=2)
        other.append(report["report_no"])
        visit.visit["discharged_at"] = start + timedelta(hours=2)
    return stays, rows, other


def _beyond_capacity(world: World, number: int) -> Case:
    stays, rows, other = _rush(world, number, "E001", 26)
    return Case(
        stays,
        rows,
        "26 CTs within an hour on one machine that can do eight",
        "一台CT一小时26人次",
        other=other,
    )


def _several_rooms(world: World, number: int) -> Case:
    stays, rows, other = _rush(world, number, "E004", 18)
    return Case(stays, rows, "18 scans within an hour: one number stands for four ultrasound rooms", "一个登记号代表4间彩超室", other=other)  # fmt: skip


def _more_parts(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=8)
    row, report = examine(world, stay, give_order(world, stay, "E001", noon(stay, 2, 8)), noon(stay, 2, 10), quantity=3)  # fmt: skip
    assert row is not None
    return Case(
        [stay],
        [row],
        "three parts charged, the chest imaged",
        "只做胸部，收3个部位",
        other=[report["report_no"]],
    )


def _both_sides(world: World, number: int) -> Case:
    stay = stay_with(world, "S82")
    row, report = examine(world, stay, give_order(world, stay, "E006", noon(stay, 2, 8)), noon(stay, 2, 10), quantity=2, body_part="双侧膝关节")  # fmt: skip
    assert row is not None
    return Case([stay], [row], "both knees: charged by the side", "双膝按侧计费", other=[report["report_no"]])


MACHINES = (
    Kind(33, "手术中接诊", "operating and ordering at once", "suspicious", _in_two_places, _team_login),
    Kind(34, "无资质执行", "outside scope or licence", "definite", _out_of_scope, _in_an_emergency),
    Kind(35, "治疗师超时", "therapist in two sessions", "definite", _two_sessions, _group),
    Kind(
        36,
        "透析机日志不符",
        "dialysis without the machine's log",
        "definite",
        _dialysis_unlogged,
        _bedside_machine,
    ),
    Kind(37, "停用设备收费", "a retired device charged", "definite", _retired, _on_loan),
    Kind(38, "设备超产能", "more than a device can do", "suspicious", _beyond_capacity, _several_rooms),
    Kind(39, "部位多计", "more parts charged than imaged", "definite", _more_parts, _both_sides),
)
