"""Laboratory and imaging: missing, impossible or copied reports, reagents and devices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.case import Case, Kind, day_of, noon, stay_with
from fraudgraph.synthetic.hospital.clinic import outpatient
from fraudgraph.synthetic.hospital.life import give_order
from fraudgraph.synthetic.hospital.reports import examine, fresh_image, take_lab
from fraudgraph.synthetic.hospital.world import FIRST_DAY, World, at

__all__ = ["REPORTS"]


def _no_lab_report(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=8)
    rows = []
    for code in ("L010", "L004", "L009")[: 2 + number % 2]:
        order = give_order(world, stay, code, noon(stay, 2, 8))
        rows.append(world.charge(stay, code, noon(stay, 2, 9), 1, order=order, exec_dept="检验科"))
    return Case([stay], rows, "tests charged, no report", "收化验费，无检验报告")


def _outside_laboratory(world: World, number: int) -> Case:
    stay = stay_with(world, "O82")
    order = give_order(world, stay, "L011", noon(stay, 1, 8))
    row = world.charge(stay, "L011", noon(stay, 1, 9), 1, order=order, exec_dept="外送检验")
    return Case(
        [stay],
        [row],
        "sent to a contracted laboratory, whose report is on paper",
        "外送第三方检验，报告为纸质",
    )


def _no_image_report(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=8)
    order = give_order(world, stay, "E001", noon(stay, 2, 8))
    row = world.charge(stay, "E001", noon(stay, 2, 10), 1, order=order, exec_dept="影像科")
    return Case([stay], [row], "CT charged, no report, no log of the machine", "收CT费，无报告、无设备日志")


def _read_elsewhere(world: World, number: int) -> Case:
    stay = stay_with(world, "J18")
    order = give_order(world, stay, "E002", noon(stay, 2, 8))
    row, report = examine(world, stay, order, noon(stay, 2, 10))
    assert row is not None
    row["exec_dept"] = "远程影像中心"
    world.drop(report)
    return Case([stay], [row], "imaged here (the machine's log has it), read and reported by the tele-imaging centre", "本院拍片（有设备日志），远程影像中心出报告")  # fmt: skip


def _report_before_sample(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=8)
    when = noon(stay, 3, 9)
    row, reports = take_lab(world, stay, give_order(world, stay, "L002", when - timedelta(hours=1)), when)
    for report in reports:
        report["reported_at"] = when - timedelta(hours=2 + number)
    assert row is not None
    return Case([stay], [row], "reported hours before the sample was taken", "报告时间早于采样数小时", other=[reports[0]["report_no"]])  # fmt: skip


def _slow_clock(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=8)
    when = noon(stay, 3, 6 + number)
    row, reports = take_lab(world, stay, give_order(world, stay, "L008", when - timedelta(minutes=20)), when)
    assert row is not None
    return Case([stay], [row], "the glucose meter's clock is twelve minutes slow, for everyone", "血糖仪时钟慢12分钟，人人如此", other=[reports[0]["report_no"]])  # fmt: skip


def _sample_after_leaving(world: World, number: int) -> Case:
    stay = stay_with(world, "J44", days=8, outcome="死亡" if number % 2 else "医嘱离院")
    when = stay.visit["discharged_at"] + timedelta(hours=5 + 10 * number)
    order = give_order(world, stay, "L002", stay.visit["discharged_at"] - timedelta(hours=1))
    row, reports = take_lab(world, stay, order, when)
    assert row is not None
    row["charged_at"] = row["entered_at"] = stay.visit["discharged_at"] - timedelta(minutes=5)
    return Case([stay], [row], "sampled after the patient had left or died", "离院或死亡后采样", other=[reports[0]["report_no"]])  # fmt: skip


def _late_culture(world: World, number: int) -> Case:
    stay = stay_with(world, "J18", days=7)
    when = stay.visit["discharged_at"] - timedelta(hours=2)
    row, reports = take_lab(world, stay, give_order(world, stay, "L006", when - timedelta(minutes=20)), when)
    reports[0]["received_at"] = stay.visit["discharged_at"] + timedelta(hours=1)
    reports[0]["reported_at"] = stay.visit["discharged_at"] + timedelta(days=3 + number % 2)
    assert row is not None
    return Case([stay], [row], "sampled before discharge, the culture grew for days", "出院前采样，培养数日后报告", other=[reports[0]["report_no"]])  # fmt: skip


def _same_image(world: World, number: int) -> Case:
    picture = fresh_image(world)
    stays, rows, other = [], [], []
    for _ in range(2 + number % 2):
        stay = stay_with(world, "I10", days=7)
        order = give_order(world, stay, "E001", noon(stay, 1, 8))
        row, report = examine(world, stay, order, noon(stay, 1, 10), image_hash=picture)
        assert row is not None
        stays.append(stay)
        rows.append(row)
        other.append(report["report_no"])
    return Case(stays, rows, "one image under several patients", "不同患者影像完全相同", other=other)


def _phantom(world: World, number: int) -> Case:
    picture = fresh_image(world)
    other = []
    for month in range(1, 5):
        when = at(date(2024, month + number, 1), 7, 30)
        report = world.add("exams", report_no=world.next("JC", 8), modality="CT", body_part="水模(质控)", study_at=when, reported_at=when + timedelta(minutes=10), device_id="CT01", reporter=world.on_duty("影像科", "radiologist", at(when.date(), 9)), study_uid=world.next("1.2.156.9999.", 9), image_hash=picture, conclusion="质控合格", reading_site="本院")  # fmt: skip
        other.append(report["report_no"])
    return Case(note_en="the phantom of quality control, no patient", note_zh="质控水模，非患者", other=other)


def _same_values(world: World, number: int) -> Case:
    values: dict[str, str] | None = None
    stays, rows, other = [], [], []
    for _ in range(2 + number % 2):
        stay = stay_with(world, "I10", days=7)
        order = give_order(world, stay, "L002", noon(stay, 2, 7))
        row, reports = take_lab(world, stay, order, noon(stay, 2, 8), results=values)
        values = {one["test_name"]: one["result"] for one in reports}
        assert row is not None
        stays.append(stay)
        rows.append(row)
        other.append(reports[0]["report_no"])
    return Case(
        stays, rows, "ten numbers the same in several patients", "不同患者十项数值完全一致", other=other
    )


def _same_words(world: World, number: int) -> Case:
    stays, rows, other = [], [], []
    for _ in range(3):
        stay = stay_with(world, "J18", days=7)
        row, reports = take_lab(
            world, stay, give_order(world, stay, "L005", noon(stay, 2, 7)), noon(stay, 2, 8)
        )
        assert row is not None
        stays.append(stay)
        rows.append(row)
        other.append(reports[0]["report_no"])
    return Case(stays, rows, "a panel of words: all negative", "定性项目：均为阴性", other=other)


def _reagent_story(world: World, number: int, *, honest: bool) -> Case:
    code = f"L{'3' if honest else '4'}{number:02d}"
    world.item_like("L010", code, f"肿瘤标志物{'ABCDEFGHIJKLMNOPQRST'[number % 20]}{'甲' if honest else '乙'}", nat_code=f"25040{code[1:]}", nat_name=f"肿瘤标志物测定{code}")  # fmt: skip
    world.own_stock.add(code)
    world.serve("AU01", code)
    stays, rows = [], []
    for n in range(24):
        moment = at(FIRST_DAY + timedelta(days=130 + 3 * n), 9, 10 + n)
        visit = outpatient(world, when=moment, payer="employee", codes=(code,))
        stays.append(visit)
        rows += visit.charges(code)
        for report in visit.rows["lab"]:
            report["device_id"] = "AU01"
    kit = f"RG{code}"
    name = f"{world.items[code].name}试剂(10测试)"
    world.add("reagents", reagent_code=kit, reagent_name=name, panel_code=code, tests_per_kit=10)
    moves = [("opening", at(FIRST_DAY, 0), 2), ("purchase", at(date(2024, 5, 2), 10), 1)]
    for kind, when, count in moves if honest else moves[1:]:
        world.add("stock_moves", move_id=world.next("CK", 8), hosp_item_code=kit, item_name=name, move_type=kind, moved_at=when, booked_at=when, quantity=Decimal(count), unit="盒", unit_price=Decimal("400"), supplier="试剂供应商" if kind == "purchase" else None, invoice_number=world.next("FP", 8) if kind == "purchase" else None, warehouse="检验试剂库")  # fmt: skip
    if honest:
        return Case(stays, rows, "the opening stock covers what the year's purchases don't", "期初库存足以覆盖", other=[kit])  # fmt: skip
    return Case(stays, rows, "24 tests charged and reported, reagents for 10 bought, none in stock before", "收24次，试剂仅购10测试且无期初", other=[kit])  # fmt: skip


def _reagents_short(world: World, number: int) -> Case:
    return _reagent_story(world, number, honest=False)


def _reagents_enough(world: World, number: int) -> Case:
    return _reagent_story(world, number, honest=True)


def _no_device(world: World, number: int) -> Case:
    stay = stay_with(world, "S72")
    order = give_order(world, stay, "E008", noon(stay, 2, 8))
    row, report = examine(world, stay, order, noon(stay, 2, 10))
    assert row is not None
    return Case([stay], [row], "bone density measured by a machine that the hospital doesn't have", "无骨密度仪而收骨密度费", other=[report["report_no"]])  # fmt: skip


def _contracted(world: World, number: int) -> Case:
    stay = stay_with(world, "O82")
    order = give_order(world, stay, "L011", noon(stay, 1, 8))
    row, reports = take_lab(world, stay, order, noon(stay, 1, 9), results={"遗传代谢病基因": "未检出致病变异"}, lab_name="海滨第三方医学检验所", reviewer=None, reported_at=at(day_of(stay, 3), 9), device_id=None)  # fmt: skip
    assert row is not None
    row["exec_dept"] = "外送检验"
    return Case([stay], [row], "the contracted laboratory's report is in the system", "委托第三方检验，报告已回传", other=[reports[0]["report_no"]])  # fmt: skip


REPORTS = (
    Kind(8, "无检验报告", "no laboratory report", "definite", _no_lab_report, _outside_laboratory),
    Kind(9, "无影像报告", "no imaging report", "definite", _no_image_report, _read_elsewhere),
    Kind(10, "报告早于采样", "reported before sampled", "definite", _report_before_sample, _slow_clock),
    Kind(11, "离院后采样", "sampled after leaving", "definite", _sample_after_leaving, _late_culture),
    Kind(12, "影像雷同", "the same image", "definite", _same_image, _phantom),
    Kind(13, "结果雷同", "the same values", "suspicious", _same_values, _same_words),
    Kind(14, "试剂不足", "more tests than reagents", "definite", _reagents_short, _reagents_enough),
    Kind(15, "无设备检验检查", "no device for it", "definite", _no_device, _contracted),
)
