"""Two larger small hospitals: one with a violation for every model, one with their innocent twins, each on a stay of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.hospital.small_hospital import FIRST, ITEMS, SmallHospital, at

Bend = Callable[[SmallHospital, str, date], str | None]
VIOLATIONS: dict[str, Bend] = {}
TWINS: dict[str, list[Bend]] = {}


def violation(model: str) -> Callable[[Bend], Bend]:
    """The function bends a stay so that the model must fire; it gives the subject where that is not the stay."""

    def keep(bend: Bend) -> Bend:
        VIOLATIONS[model] = bend
        return bend

    return keep


def twin(model: str) -> Callable[[Bend], Bend]:
    """The function makes what looks like it and is lawful, or lies at the boundary."""

    def keep(bend: Bend) -> Bend:
        TWINS.setdefault(model, []).append(bend)
        return bend

    return keep


def usual(stays: int = 30) -> SmallHospital:
    """Ordinary stays in which every table and column holds something."""
    w = SmallHospital(stays)
    for place in range(8):
        visit, day = f"V{place:03d}", FIRST + timedelta(days=2 * place)
        w.operation(visit, "OP", at(day + timedelta(days=1), 14))
        w.charge(visit, "ANAES", at(day + timedelta(days=1), 14), 2)
        rx = w.number()
        w.charge(visit, "OTHER", at(day, 11), 2, rx_id=rx, order_id=w.order(visit, "OTHER", at(day, 10)))
        w.add(
            "h_executions",
            order_id=w.rows["h_orders"][-1]["order_id"],
            visit_no=visit,
            executed_at=at(day, 12),
            executor="N01",
            quantity=2,
        )
        w.add(
            "h_dispensing",
            rx_id=rx,
            visit_no=visit,
            item_code="OTHER",
            item=ITEMS["OTHER"][0],
            quantity=2,
            dispensed_at=at(day, 11),
            returned=0,
        )
        therapy(w, visit, day + timedelta(days=1), "T01", 9 + place % 3)
        w.charge(
            visit,
            "STENT",
            at(day + timedelta(days=2)),
            order_id=w.order(visit, "STENT", at(day + timedelta(days=2), 8)),
        )
        w.add(
            "h_executions",
            order_id=w.rows["h_orders"][-1]["order_id"],
            visit_no=visit,
            executed_at=at(day + timedelta(days=2)),
            executor="N01",
            quantity=1,
        )
        w.add(
            "h_stock_moves",
            item_code="STENT",
            item=ITEMS["STENT"][0],
            kind="领用出库",
            quantity=1,
            moved_at=at(day + timedelta(days=2)),
            visit_no=visit,
        )
        w.add(
            "h_payments",
            invoice_no=w.number(),
            visit_no=visit,
            total=500,
            cash=100,
            self_due=100,
            waived=0,
            refunded=0,
            paid_at=at(day + timedelta(days=4), 17),
        )
    w.add(
        "h_orders",
        order_id="OX",
        visit_no="V000",
        type="临时医嘱",
        item="X",
        issued_at=at(FIRST, 9),
        issued_by="D01",
        cancelled=True,
    )
    w.add("h_audit_log", at=at(FIRST, 10), user="C01", action="新增", table="费用", key="x")
    w.add(
        "h_devices",
        device_id="OLD",
        name="OLD",
        installed_on=date(2015, 1, 1),
        retired_on=date(2024, 12, 31),
        rate=6,
    )
    w.add("h_devices", device_id="NEW", name="NEW", installed_on=date(2030, 1, 1), rate=6)
    w.add("h_devices", device_id="BUSY", name="BUSY", installed_on=date(2015, 1, 1), rate=3)
    for offset in range(60):
        day = FIRST + timedelta(days=offset)
        w.visit(f"MZ{offset}", day, day, kind="门诊", admitted_at=None, discharged_at=None)
        w.charge(f"MZ{offset}", "REG", at(day, 10), ordered_by="D01")
    for offset in range(80):
        for staff in ("D01", "D02", "N01", "N02", "T01", "A01"):
            w.add("h_presence", person=staff, kind="签到", at=at(FIRST + timedelta(days=offset), 7, 50))
            w.add("h_rota", staff_id=staff, on=FIRST + timedelta(days=offset), state="白班")
    return w


def therapy(
    w: SmallHospital,
    visit: str,
    day: date,
    therapist: str,
    hour: int,
    minute: int = 0,
    *,
    logged: bool = True,
    device: str = "PT1",
) -> None:
    """A session with its order, charge and log."""
    w.charge(visit, "PT", at(day, hour, minute), order_id=w.order(visit, "PT", at(day, 8)))
    w.add(
        "h_executions",
        order_id=w.rows["h_orders"][-1]["order_id"],
        visit_no=visit,
        executed_at=at(day, hour, minute),
        executor=therapist,
        quantity=1,
    )
    w.add(
        "h_sessions",
        session_id=w.number(),
        visit_no=visit,
        item=ITEMS["PT"][0],
        started_at=at(day, hour, minute),
        ended_at=at(day, hour, minute) + timedelta(minutes=20),
        therapist=therapist,
        device=device,
        signed=True,
    )
    if logged:
        w.add(
            "h_device_logs",
            device_id=device,
            started_at=at(day, hour, minute),
            ended_at=at(day, hour, minute) + timedelta(minutes=20),
        )


def bent() -> tuple[SmallHospital, dict[str, str]]:
    """A hospital with one violation for each model; model to subject."""
    w = usual()
    expected = {}
    for place, (model, bend) in enumerate(sorted(VIOLATIONS.items())):
        visit, day = f"X{model[1:]}", FIRST + timedelta(days=5 + place % 50)
        w.stay(visit, day)
        expected[model] = bend(w, visit, day) or visit
    return w, expected


def innocent() -> tuple[SmallHospital, dict[str, set[str]]]:
    """A hospital with all innocent twins; model to subjects that it must not name."""
    w = usual()
    spared: dict[str, set[str]] = {}
    place = 0
    for model, bends in sorted(TWINS.items()):
        for number, bend in enumerate(bends):
            visit, day = f"Y{model[1:]}{number}", FIRST + timedelta(days=5 + place % 50)
            place += 1
            w.stay(visit, day)
            spared.setdefault(model, set()).add(bend(w, visit, day) or visit)
    return w, spared
