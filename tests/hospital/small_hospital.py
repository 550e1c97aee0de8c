"""A small hospital made by hand: twelve ordinary stays whose papers, charges and settlements agree; tests bend one of them."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.hospital.matching import match
from fraudgraph.hospital.screening import screen_visit
from fraudgraph.hospital.tables import site_tables
from fraudgraph.hospital.visit import made_visit, open_visit
from fraudgraph.store import Store

ITEMS = {
    "BED": ("三人间床位费", "床位费", "001109000010000", 50),
    "CARE1": ("一级护理", "护理费", "001201000030000", 30),
    "CARE2": ("二级护理", "护理费", "001201000040000", 15),
    "DRUG": ("头孢曲松钠注射剂", "西药费", "XJ01DDT057B0010101", 20),
    "OTHER": ("奥美拉唑肠溶胶囊", "西药费", "XA02BCA182E0010101", 9),
    "HERB": ("黄芪饮片", "中草药费", "T000700123", 1),
    "LAB": ("血常规五分类", "化验费", "002501010150000", 25),
    "CT": ("头颅CT平扫", "检查费", "002103000010000", 200),
    "OP": ("阑尾切除术", "手术费", "003307000010000", 1500),
    "BIGOP": ("胃大部切除术", "手术费", "003306000010000", 4000),
    "ANAES": ("全身麻醉(每小时)", "麻醉费", "003301000010000", 120),
    "PT": ("中频脉冲电治疗", "治疗费", "003402000010000", 40),
    "STENT": ("药物洗脱支架", "材料费", "C0207010000000001", 900),
    "GAUZE": ("医用纱布块", "材料费", "C1407010000000002", 3),
    "REG": ("普通门诊诊查费", "诊查费", "001102000010000", 10),
    "GAS": ("氧气吸入", "治疗费", "001203000010000", 4),
}
"""Hospital code: name, charge class, national code, price in yuan."""
FIRST = date(2025, 3, 3)
RESULTS = (
    "白细胞",
    "红细胞",
    "血红蛋白",
    "血小板",
    "中性粒细胞",
    "淋巴细胞",
    "单核细胞",
    "红细胞压积",
    "平均体积",
)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day."""
    return datetime(day.year, day.month, day.day, hour, minute)


class SmallHospital:
    """Rows by table; every method adds what one event leaves in the books."""

    def __init__(self, stays: int = 12, *, line_ids: bool = True) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in site_tables()}
        self.line_ids = line_ids
        self._number = 1000
        for code, (name, _, nat, price) in ITEMS.items():
            self.add("h_item_map", hosp_item_code=code, nat_code=nat, name=name, unit_factor=1, price=price)
        self.add(
            "h_stock_moves",
            item_code="DRUG",
            item=ITEMS["DRUG"][0],
            kind="期初结存",
            quantity=5000,
            moved_at=at(FIRST),
        )
        for code, count in (("OTHER", 5000), ("HERB", 1000), ("STENT", 100), ("GAUZE", 200)):
            self.add(
                "h_stock_moves",
                item_code=code,
                item=ITEMS[code][0],
                kind="采购入库",
                quantity=count,
                moved_at=at(FIRST),
            )
        self.add(
            "h_stock_moves",
            item_code="RG",
            item="血常规五分类检测试剂",
            kind="采购入库",
            quantity=500,
            moved_at=at(FIRST),
        )
        for device, day in (("LIS1", date(2020, 1, 1)), ("CT1", date(2020, 1, 1)), ("PT1", date(2020, 1, 1))):
            self.add("h_devices", device_id=device, name=device, installed_on=day, rate=6)
        for staff, kind in (
            ("D01", "医师"),
            ("D02", "医师"),
            ("N01", "护士"),
            ("N02", "护士"),
            ("T01", "治疗师"),
            ("A01", "麻醉医师"),
        ):
            self.add("h_staff", staff_id=staff, name=staff, kind=kind, licence_to=date(2030, 1, 1))
        for number in range(stays):
            self.stay(f"V{number:03d}", FIRST + timedelta(days=2 * number))

    def add(self, table: str, /, **row: Any) -> dict[str, Any]:
        """One row."""
        self.rows[table].append(row)
        return row

    def number(self) -> str:
        """A number that nobody has."""
        self._number += 1
        return str(self._number)

    def person(self, visit: str) -> dict[str, Any]:
        """The visit's row."""
        return next(row for row in self.rows["h_visits"] if row["visit_no"] == visit)

    def stay(self, visit: str, day: date, nights: int = 4, **more: Any) -> None:
        """A stay of four nights with all that belongs to it."""
        last = day + timedelta(days=nights)
        place = len(self.rows["h_visits"])
        self.visit(visit, day, last, **more)
        drug = self.order(visit, "DRUG", at(day, 10), type="长期医嘱", stopped_at=at(last, 9))
        for offset in range(nights):
            one = day + timedelta(days=offset)
            self.charge(visit, "BED", at(one, 23))
            self.charge(visit, "CARE2", at(one, 23))
            self.charge(visit, "DRUG", at(one, 10), order_id=drug)
            self.add(
                "h_executions",
                order_id=drug,
                visit_no=visit,
                executed_at=at(one, 11),
                executor="N01",
                quantity=1,
            )
            self.add(
                "h_nursing",
                visit_no=visit,
                recorded_at=at(one, 14, place % 50),
                nurse="N01",
                level="二级护理",
                vitals="36.5",
                signed_at=at(one, 14, place % 50),
            )
            self.add("h_ward_days", visit_no=visit, ward="W1", on=one, bed=f"B{place}", state="在院")
            self.add("h_presence", person=visit, kind="食堂", at=at(one, 12), where="食堂")
        self.add(
            "h_dispensing",
            rx_id=f"R{visit}",
            visit_no=visit,
            item_code="DRUG",
            item=ITEMS["DRUG"][0],
            quantity=nights,
            dispensed_at=at(day, 10),
            returned=0,
        )
        self.lab(visit, day + timedelta(days=1))
        self.exam(visit, day + timedelta(days=1))
        self.add(
            "h_documents",
            doc_id=self.number(),
            visit_no=visit,
            kind="首次病程",
            author="D01",
            written_at=at(day, 15),
            signed_at=at(day, 16),
            text=_story(visit),
        )
        self.add("h_home_page", visit_no=visit, diagnoses="K35.900", blood_group="A", total_fee=None)

    def visit(self, visit: str, day: date, last: date, **more: Any) -> None:
        """The registration and its settlement."""
        row = {"visit_no": visit, "kind": "住院", "patient_id": f"P{visit}", "record_no": f"M{visit}", "registered_at": at(day, 8), "admitted_at": at(day, 9),
               "discharged_at": at(last, 16), "ward": "W1", "operator_id": "C01", "birth_on": date(1960, 1, 1), "name": f"人{visit}", "encounter_id": f"E{visit}"}  # fmt: skip
        row.update(more)
        self.add("h_visits", **row)
        self.add("s_claims", claim_id=f"S{visit}", encounter_id=f"E{visit}", patient_id=row["patient_id"], started_at=at(day, 9), ended_at=at(last, 16), settled_at=at(last, 17), total_amount=0, fund_amount=0,
                 diagnosis_code="K35.900", record_no=row["record_no"])  # fmt: skip

    def order(self, visit: str, code: str, when: datetime, **more: Any) -> str:
        """An order; its number."""
        number = f"O{self.number()}"
        row = {
            "order_id": number,
            "visit_no": visit,
            "type": "临时医嘱",
            "item_code": code,
            "item": ITEMS[code][0],
            "issued_at": when,
            "issued_by": "D01",
        }
        row.update(more)
        self.add("h_orders", **row)
        return number

    def charge(
        self, visit: str, code: str, when: datetime, quantity: float = 1, *, settled: bool = True, **more: Any
    ) -> dict[str, Any]:
        """A charge, and its line unless it was not settled."""
        name, kind, _nat, price = ITEMS[code]
        row = {"charge_id": self.number(), "visit_no": visit, "charged_at": when, "hosp_item_code": code, "name": name, "item_class": kind, "quantity": quantity,
               "unit_price": price, "amount": price * quantity, "payer": "医保"}  # fmt: skip
        row.update(more)
        self.add("h_charges", **row)
        if settled:
            self.line(
                visit,
                code,
                when,
                quantity,
                amount=row["amount"],
                line_id=row["charge_id"] if self.line_ids else None,
                hosp_item_code=code,
            )
        return row

    def line(self, visit: str, code: str, when: datetime, quantity: float = 1, **more: Any) -> dict[str, Any]:
        """A settled line."""
        name, kind, nat, price = ITEMS[code]
        row = {
            "claim_id": f"S{visit}",
            "item_code": nat,
            "item_name": name,
            "item_class": kind,
            "quantity": quantity,
            "unit_price": price,
            "amount": price * quantity,
            "charged_at": when,
        }
        row.update(more)
        claim = next((one for one in self.rows["s_claims"] if one["claim_id"] == row["claim_id"]), None)
        if claim is not None:
            claim["total_amount"] += row["amount"]
        return self.add("s_lines", **row)

    def lab(
        self, visit: str, day: date, *, report: bool = True, values: str | None = None, **more: Any
    ) -> str:
        """A blood count: order, charge, report of nine values."""
        order = self.order(visit, "LAB", at(day, 8))
        self.charge(visit, "LAB", at(day, 9), order_id=order)
        number = f"L{self.number()}"
        for place, item in enumerate(RESULTS if report else ()):
            row = {"report_no": number, "visit_no": visit, "order_id": order, "panel": ITEMS["LAB"][0], "item": item, "sampled_at": at(day, 9), "reported_at": at(day, 11), "device_id": "LIS1", "reviewer": "D02",
                   "result": f"{(sum((9 + k) ** 3 * ord(c) for k, c in enumerate(values or number)) * (place + 3)) % 997 / 10:.1f}"}  # fmt: skip
            row.update(more)
            self.add("h_lab", **row)
        return number

    def exam(self, visit: str, day: date, *, report: bool = True, **more: Any) -> None:
        """A CT: order, charge, report."""
        order = self.order(visit, "CT", at(day, 8))
        self.charge(visit, "CT", at(day, 10), order_id=order)
        if report:
            row = {"report_no": f"X{self.number()}", "visit_no": visit, "order_id": order, "modality": "CT", "item": ITEMS["CT"][0], "body_part": "头颅", "study_at": at(day, 10, len(self.rows["h_exams"]) % 50),
                   "reported_at": at(day, 12), "device_id": "CT1", "image_hash": f"hash{self.number()}"}  # fmt: skip
            row.update(more)
            self.add("h_exams", **row)

    def operation(
        self, visit: str, code: str, start: datetime, minutes: int = 90, *, charged: bool = True, **more: Any
    ) -> dict[str, Any]:
        """An operation with its record and charge."""
        if charged:
            self.charge(visit, code, start)
        row = {"op_id": self.number(), "visit_no": visit, "name": ITEMS[code][0], "room": "OR1", "started_at": start, "ended_at": start + timedelta(minutes=minutes), "surgeon": "D01", "anaesthetist": "A01",
               "anaes_from": start - timedelta(minutes=15), "anaes_to": start + timedelta(minutes=minutes + 15)}  # fmt: skip
        row.update(more)
        return self.add("h_operations", **row)

    def put_into(self, folder: Path) -> Path:
        """A visit's folder with these rows, not yet matched."""
        made_visit(folder)
        with open_visit(folder) as store:
            for table in site_tables().values():
                _insert(store, table.name, self.rows[table.name])
        return folder

    def write_csv(self, folder: Path, *, headers: str = "zh", encoding: str = "utf-8") -> tuple[Path, Path]:
        """The same as files with Chinese titles (`zh`) or column names (`en`): hospital's folder, settlement's folder."""
        sides = {"hospital": folder / "his", "settlement": folder / "settled"}
        for table in site_tables().values():
            if not self.rows[table.name]:
                continue
            path = sides[table.side] / (f"{table.title_zh}.csv" if headers == "zh" else f"{table.name}.csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            names = [
                column
                for column in table.columns
                if any(row.get(column.name) is not None for row in self.rows[table.name])
            ]
            with path.open("w", encoding=encoding, newline="") as file:
                writer = csv.writer(file)
                writer.writerow([column.title_zh if headers == "zh" else column.name for column in names])
                writer.writerows(
                    [[row.get(column.name) for column in names] for row in self.rows[table.name]]
                )
        return sides["hospital"], sides["settlement"]

    def findings(self, folder: Path, model: str) -> list[dict[str, Any]]:
        """What one model finds, dearest first."""
        self.put_into(folder)
        match(folder)
        (outcome,) = screen_visit(folder, only=[model])
        assert outcome.state == "ran", f"{model}: {outcome.reason_en}"
        with open_visit(folder) as store:
            table = store.arrow("SELECT * FROM findings ORDER BY finding_no").to_pylist()
        return [dict(row) for row in table]


def _insert(store: Store, name: str, rows: list[dict[str, Any]]) -> None:
    table = site_tables()[name]
    if not rows:
        return
    values = [
        {
            "row_id": number,
            "source_file": f"{name}.csv",
            "source_row": number + 1,
            **{column.name: _text(row.get(column.name)) for column in table.columns},
        }
        for number, row in enumerate(rows, start=1)
    ]
    store.put(
        "incoming_rows",
        pa.Table.from_pylist(
            values,
            schema=pa.schema(
                [
                    ("row_id", pa.int64()),
                    ("source_file", pa.string()),
                    ("source_row", pa.int64()),
                    *((column.name, pa.string()) for column in table.columns),
                ]
            ),
        ),
    )
    casts = ", ".join(f'CAST("{column.name}" AS {column.type})' for column in table.columns)
    store.run(f"INSERT INTO {name} SELECT row_id, NULL, source_file, source_row, {casts} FROM incoming_rows")
    store.run("DROP TABLE incoming_rows")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _story(visit: str) -> str:
    """A text of the person's own: numbers make its sentences differ."""
    mark = sum((place + 7) * ord(char) for place, char in enumerate(visit))
    words = (
        "腹痛",
        "发热",
        "咳嗽",
        "乏力",
        "头晕",
        "心悸",
        "恶心",
        "腹泻",
        "胸闷",
        "气促",
        "浮肿",
        "麻木",
        "盗汗",
        "纳差",
        "失眠",
        "皮疹",
        "口渴",
    )
    return (
        "患者"
        + "，".join(
            f"{words[(mark * (place + 3)) % 17]}{(mark * (place + 11)) % 89}天加重{(mark + place * place) % 23}次"
            for place in range(14)
        )
        + "。"
    )
