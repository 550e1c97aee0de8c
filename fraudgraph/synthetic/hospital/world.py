"""The books of the made-up hospital while they are being written: tables of rows, ids, staff with their rota, rooms and beds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from fraudgraph.synthetic.hospital.books import CENT, FIRST_DAY, LAST_DAY, MAP_DAY, TABLES, Row
from fraudgraph.synthetic.hospital.catalogue import ITEMS, MAP_CHANGES, WARDS, Item

__all__ = ["CENT", "FIRST_DAY", "LAST_DAY", "MAP_DAY", "TABLES", "Row", "Stay", "World", "at"]


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """That day at that clock."""
    return datetime.combine(day, time(hour, minute, second))


@dataclass(slots=True)
class Stay:
    """One visit with the rows that belong to it, by table."""

    visit: Row
    illness: str
    diagnosis: str
    attending: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    op_slot: Row | None = None
    other_diagnoses: str = ""
    blood_group: str = ""
    odd: set[str] = field(default_factory=set)

    @property
    def no(self) -> str:
        """The hospital's number of the visit."""
        return str(self.visit["visit_no"])

    @property
    def first(self) -> date:
        """Day of admission."""
        day: date = self.visit["admitted_at"].date()
        return day

    @property
    def last(self) -> date:
        """Day of discharge."""
        day: date = self.visit["discharged_at"].date()
        return day

    def charges(self, *codes: str) -> list[Row]:
        """Its charges of these items that stand, without reversed ones."""
        reversed_ids = {row["reverses_id"] for row in self.rows["charges"] if row["reverses_id"]}
        return [
            row
            for row in self.rows["charges"]
            if row["hosp_item_code"] in codes
            and not row["reverses_id"]
            and row["charge_id"] not in reversed_ids
            and not row.get("_gone")
        ]


class World:
    """Everything the hospital has written down so far, with the means to write more."""

    def __init__(self, *, seed: int, stays: int) -> None:
        self.rng = Random(f"hospital {seed}")
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.items: dict[str, Item] = dict(ITEMS)
        self.stays: list[Stay] = []
        self.serials: Counter[str] = Counter()
        self.scale = max(1, stays // 4000)
        self.staff: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.leave: dict[str, tuple[date, date]] = {}
        self.kept_leave: set[str] = set()
        self.turn: dict[str, tuple[str, int]] = {}
        self.beds: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        self.busy: dict[tuple[str, date], list[tuple[datetime, datetime]]] = defaultdict(list)
        self.overrides: dict[str, Row] = {}
        self.insurance: dict[str, str] = {}
        self.payment_changes: dict[str, Row] = {}
        self.extra_lines: list[Row] = []
        self.unsettled: dict[str, str] = {}
        self.own_stock: set[str] = set()
        self.claim_changes: dict[str, Row] = {}
        self.after: list[Callable[[], None]] = []
        self.silent_days: set[date] = set()
        self.no_sign_in: set[tuple[str, date]] = set()

    def next(self, prefix: str, width: int = 7) -> str:
        """The next number of a series."""
        self.serials[prefix] += 1
        return f"{prefix}{self.serials[prefix]:0{width}d}"

    def add(self, table: str, stay: Stay | None = None, **values: Any) -> Row:
        """Write one row; columns not named stay empty."""
        row: Row = dict.fromkeys(TABLES[table].split())
        row.update(values)
        if stay is not None:
            row["visit_no"] = stay.no
            stay.rows[table].append(row)
        self.tables[table].append(row)
        return row

    def drop(self, row: Row) -> None:
        """Take a row out of the books."""
        row["_gone"] = True

    def chance(self, share: float) -> bool:
        """True in this share of calls."""
        return self.rng.random() < share

    def minutes(self, low: int, high: int) -> timedelta:
        """Some minutes and seconds."""
        return timedelta(minutes=self.rng.randint(low, high), seconds=self.rng.randint(0, 59))

    def item_like(self, code: str, new_code: str, name: str, **changes: Any) -> Item:
        """A further entry of the price list, like another."""
        item = replace(self.items[code], code=new_code, name=name, **changes)
        self.items[new_code] = item
        return item

    # -- people -----------------------------------------------------------------------------------------------------

    def hire(self, dept: str, job: str, scope: str, count: int) -> None:
        """Staff of one department."""
        for _ in range(count):
            staff_id = self.next({"doctor": "D", "surgeon": "D", "nurse": "N"}.get(job, "S"), 4)
            crew = self.staff[(dept, job)]
            self.turn[staff_id] = (job, len(crew))
            crew.append(staff_id)
            name = self.rng.choice("赵钱孙李周吴郑王冯陈") + self.rng.choice("伟芳娜敏静丽强磊军洋勇艳杰娟涛明") + self.rng.choice("华平国文春玲辉")  # fmt: skip
            licence = date(2026 + self.rng.randrange(3), 1 + self.rng.randrange(12), 28)
            self.add("staff", staff_id=staff_id, staff_name=name, dept=dept, job=job, scope=scope, licence_to=licence)  # fmt: skip
            first = FIRST_DAY + timedelta(days=self.rng.randrange(20, 340))
            self.leave[staff_id] = (first, first + timedelta(days=self.rng.randint(4, 9)))

    def state(self, staff_id: str, day: date) -> str:
        """What the rota says: day, night, off or leave."""
        first, last = self.leave[staff_id]
        if first <= day <= last:
            return "leave"
        job, turn = self.turn[staff_id]
        place = (day.toordinal() + turn) % 6
        if job in ("nurse", "doctor"):
            return ("day", "day", "day", "night", "off", "off")[place]
        return "off" if place == 5 else "day"

    def on_duty(self, dept: str, job: str, moment: datetime) -> str:
        """Someone of that job who is at work at that time; the rota is mended where nobody is."""
        shift = "day" if 8 <= moment.hour < 18 else "night"
        day = moment.date() if moment.hour >= 8 else moment.date() - timedelta(days=1)
        crew = self.staff[(dept, job)]
        there = [one for one in crew if self.state(one, day) == shift]
        there = there or [one for one in crew if self.state(one, day) in ("day", "night")]
        if not there:
            for one in crew:
                if one in self.kept_leave:
                    continue
                kept, self.leave[one] = self.leave[one], (date(2023, 1, 1), date(2023, 1, 1))
                if self.state(one, day) != "off":
                    return one
                self.leave[one] = kept
            there = crew
        return there[self.rng.randrange(len(there))]

    def on_leave_in_year(self, dept: str, job: str, number: int) -> tuple[str, date, date]:
        """Someone whose leave lies well inside the year; it stays as it is."""
        there = [
            one for one in self.staff[(dept, job)] if self.leave[one][0] >= FIRST_DAY + timedelta(days=10)
        ]
        who = there[number % len(there)]
        self.kept_leave.add(who)
        return who, *self.leave[who]

    def serve(self, device_id: str, code: str) -> None:
        """The device can do this item too."""
        device = next(row for row in self.tables["devices"] if row["device_id"] == device_id)
        device["serves"] = f"{device['serves']},{code}"

    # -- rooms ------------------------------------------------------------------------------------------------------

    def bed_for(self, ward: str, first: date, last: date) -> str:
        """A bed that is free in these nights."""
        for number in range(1, 999):
            bed = f"{ward[1:]}-{number:02d}"
            taken = self.beds[(ward, bed)]
            if all(last <= start or first >= end for start, end in taken):
                taken.append((first, last))
                return bed
        raise ValueError("no bed")

    def free(self, who: str, start: datetime, end: datetime) -> bool:
        """Whether a room or person is free then, with a quarter of an hour between."""
        gap = timedelta(minutes=15)
        return all(end + gap <= a or start >= b + gap for a, b in self.busy[(who, start.date())])

    def book(self, who: str, start: datetime, end: datetime) -> None:
        """Note that a room or person is taken."""
        self.busy[(who, start.date())].append((start, end))

    # -- charges ----------------------------------------------------------------------------------------------------

    def price(self, code: str, day: date) -> Decimal:
        """The price of that day."""
        if code in MAP_CHANGES:
            _, _, old, new = MAP_CHANGES[code]
            return new if day >= MAP_DAY else old
        return self.items[code].price

    def nat_code(self, code: str, day: date) -> str:
        """The national code of that day."""
        if code in MAP_CHANGES:
            old, new, _, _ = MAP_CHANGES[code]
            return new if day >= MAP_DAY else old
        return self.items[code].nat_code

    def charge(
        self,
        stay: Stay,
        code: str,
        when: datetime,
        quantity: Decimal | int = 1,
        *,
        order: Row | None = None,
        price: Decimal | None = None,
        **more: Any,
    ) -> Row:
        """Charge an item to a visit."""
        item = self.items[code]
        number = Decimal(quantity)
        unit_price = self.price(code, when.date()) if price is None else price
        ward = WARDS.get(stay.visit["ward"], stay.visit["ward"])
        values: Row = {
            "charge_id": self.next("F", 9),
            "charged_at": when,
            "hosp_item_code": code,
            "item_name": item.name,
            "nat_code": self.nat_code(code, when.date()) or None,
            "charge_class": item.kind,
            "unit": item.unit,
            "quantity": number,
            "unit_price": unit_price,
            "amount": (unit_price * number).quantize(CENT, ROUND_HALF_UP),
            "order_id": order["order_id"] if order else None,
            "ordered_by": order["issued_by"] if order else None,
            "order_dept": ward,
            "exec_dept": ward,
            "payer": "self" if not item.insured else stay.visit["payer"],
            "entered_by": "SYS" if item.kind in ("bed", "nursing", "visit") else "收费1",
            "entered_at": when,
        }
        return self.add("charges", stay, **{**values, **more})

    def reverse(self, stay: Stay, charge: Row, when: datetime) -> Row:
        """Take a charge back with a row of its own."""
        taken = {key: charge[key] for key in TABLES["charges"].split()}
        taken |= {
            "charge_id": self.next("F", 9),
            "charged_at": when,
            "entered_at": when,
            "reverses_id": charge["charge_id"],
            "quantity": -charge["quantity"],
            "amount": -charge["amount"],
            "entered_by": "收费2",
        }
        return self.add("charges", stay, **taken)
