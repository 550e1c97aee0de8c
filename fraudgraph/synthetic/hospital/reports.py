"""Laboratory and imaging of the made-up hospital: from order to report and charge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fraudgraph.synthetic.hospital.world import Row, Stay, World

__all__ = ["DEVICES", "examine", "fresh_image", "take_lab"]

DEVICES = (
    ("XN01", "血细胞分析仪", "检验科", "L001", 60, 1, None),
    ("AU01", "全自动生化仪", "检验科", "L002,L003,L010", 60, 1, None),
    ("CA01", "凝血分析仪", "检验科", "L004,L007", 40, 1, None),
    ("UA01", "尿液分析仪", "检验科", "L005", 60, 1, None),
    ("BC01", "细菌鉴定仪", "检验科", "L006", 30, 1, None),
    ("PG01", "床旁血糖仪(时钟慢12分钟)", "检验科", "L008,L009", 60, 6, None),
    ("CT01", "64排CT", "影像科", "E001,E002", 8, 1, None),
    ("DR01", "数字化X线机", "影像科", "E003,E006", 20, 1, None),
    ("US01", "彩超(4个诊室共用登记号)", "超声科", "E004,E005", 6, 4, "登记号为科室号，共4台"),
    ("MR01", "1.5T磁共振", "影像科", "E007", 4, 1, None),
)
"""(id, name, department, items it serves, per hour and room, rooms, remark)."""

_PANELS = {
    "L001": (("白细胞", 4, 12, 2), ("红细胞", 3, 6, 2), ("血红蛋白", 90, 160, 0), ("血小板", 100, 350, 0), ("中性粒细胞%", 45, 85, 1), ("淋巴细胞%", 10, 45, 1)),
    "L002": (("ALT", 8, 80, 1), ("AST", 8, 70, 1), ("总胆红素", 5, 30, 1), ("总蛋白", 55, 80, 1), ("白蛋白", 30, 50, 1), ("尿素", 2, 12, 2), ("肌酐", 40, 180, 1), ("尿酸", 150, 480, 0), ("葡萄糖", 4, 12, 2), ("钾", 3, 6, 2)),
    "L003": (("CRP", 0, 120, 1),),
    "L004": (("PT", 10, 16, 1), ("APTT", 24, 45, 1), ("TT", 12, 20, 1), ("FIB", 2, 5, 2)),
    "L008": (("指尖血糖", 4, 14, 1),),
    "L009": (("pH", 7, 8, 2), ("PO2", 55, 98, 1), ("PCO2", 30, 60, 1)),
    "L010": (("cTnI", 0, 2, 3),),
}  # fmt: skip
_WORDS = {
    "L005": (("尿蛋白", "阴性"), ("尿糖", "阴性"), ("酮体", "阴性"), ("潜血", "阴性"), ("白细胞", "阴性"), ("亚硝酸盐", "阴性"), ("胆红素", "阴性"), ("尿胆原", "正常")),
    "L006": (("痰培养", "无致病菌生长"),),
}  # fmt: skip


def take_lab(
    world: World,
    stay: Stay,
    order: Row,
    sampled: datetime,
    *,
    charged: bool = True,
    results: dict[str, str] | None = None,
    **more: Any,
) -> tuple[Row | None, list[Row]]:
    """Take a sample, report it, charge it; a row for each value. The glucose meters' clock is twelve minutes slow."""
    code = order["hosp_item_code"]
    device = next((one[0] for one in DEVICES if code in one[3]), None)
    quick = code in ("L008", "L009")
    received = sampled + (timedelta(minutes=1) if quick else world.minutes(10, 50))
    hours = 60 if code == "L006" else 2
    reported = received + (timedelta(hours=hours) + world.minutes(0, 59))
    if quick:
        reported = sampled + timedelta(minutes=2 - 12)
    values: Row = {
        "report_no": world.next("JY", 8),
        "order_id": order["order_id"],
        "panel_code": code,
        "sampled_at": sampled,
        "received_at": received,
        "reported_at": reported,
        "reviewer": world.on_duty("检验科", "technologist", reported if not quick else sampled),
        "device_id": device,
        "abnormal": 0,
        "lab_name": "本院检验科",
    }
    rows = []
    found = results or _results(world, stay, code)
    for name, result in found.items():
        rows.append(world.add("lab", stay, **{**values, "test_name": name, "result": result, **more}))
    if not charged:
        return None, rows
    return world.charge(stay, code, sampled + world.minutes(1, 10), 1, order=order, executed_by=values["reviewer"], exec_dept="检验科"), rows  # fmt: skip


def _results(world: World, stay: Stay, code: str) -> dict[str, str]:
    if code == "L007":
        return {"ABO血型": stay.blood_group}
    if code in _WORDS:
        return dict(_WORDS[code])
    panel = _PANELS.get(code, ((code, 1, 100, 2),))
    return {
        name: f"{low + world.rng.random() * (high - low):.{places}f}" for name, low, high, places in panel
    }


def fresh_image(world: World) -> str:
    """The fingerprint of an image that no other has."""
    return f"{world.rng.getrandbits(64):016x}"


def examine(
    world: World,
    stay: Stay,
    order: Row,
    when: datetime,
    *,
    charged: bool = True,
    quantity: int = 1,
    **more: Any,
) -> tuple[Row | None, Row]:
    """Make an image, report it, charge it."""
    code = order["hosp_item_code"]
    device = next((one[0] for one in DEVICES if code in one[3]), None)
    modality, _, part = world.items[code].part.partition(":")
    study = world.next("1.2.156.9999.", 9)
    reported = when + world.minutes(30, 110)
    values: Row = {
        "report_no": world.next("JC", 8),
        "order_id": order["order_id"],
        "modality": modality,
        "body_part": part,
        "study_at": when,
        "reported_at": reported,
        "device_id": device,
        "reporter": world.on_duty("影像科", "radiologist", when),
        "study_uid": study,
        "image_hash": fresh_image(world),
        "conclusion": world.rng.choice(("未见明显异常", "符合临床诊断", "建议复查", "考虑炎症")),
        "reading_site": "本院",
    }
    report = world.add("exams", stay, **{**values, **more})
    if report["device_id"]:
        world.add("device_logs", log_id=world.next("RZ", 8), device_id=report["device_id"], started_at=when, ended_at=when + timedelta(minutes=6), study_uid=study)  # fmt: skip
    if not charged:
        return None, report
    return world.charge(stay, code, when + world.minutes(1, 10), quantity, order=order, executed_by=values["reporter"], exec_dept="影像科"), report  # fmt: skip
