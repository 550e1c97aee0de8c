"""The out-patient clinic of the made-up hospital."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from fraudgraph.synthetic.hospital.life import give_order
from fraudgraph.synthetic.hospital.people import make_patient
from fraudgraph.synthetic.hospital.reports import examine, take_lab
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Row, Stay, World, at

__all__ = ["outpatient"]


def outpatient(world: World, *, when: datetime | None = None, payer: str | None = None, patient: Row | None = None, codes: tuple[str, ...] = (), **visit: Any) -> Stay:  # fmt: skip
    """A visit to the out-patient clinic: registration, perhaps a test, perhaps tablets."""
    rng = world.rng
    moment = when or at(FIRST_DAY + timedelta(days=rng.randrange(0, 364)), rng.choice((8, 9, 10, 11, 14, 15, 16)), rng.randrange(60), rng.randrange(60))  # fmt: skip
    who = patient or make_patient(world)
    paid = payer or rng.choices(("employee", "resident", "self"), (45, 45, 10))[0]
    values: Row = {
        "visit_no": world.next("MZ24", 7), "kind": "outpatient",
        "encounter_id": None if paid == "self" else world.next("JZ3702", 8),
        "patient_id": who["patient_id"], "record_no": f"M{who['patient_id'][1:]}",
        "registered_at": moment, "operator_id": f"R{rng.randrange(1, 5):02d}", "contact_phone": who["phone"],
        "ward": "OPD", "admitted_at": moment, "discharged_at": moment + world.minutes(40, 110),
        "payer": paid, "outcome": None, "admission_source": None, "meal_plan": 0, "cancelled": 0,
    }  # fmt: skip
    row = world.add("visits", **{**values, **visit})
    stay = Stay(row, "门诊就诊", rng.choice(("I10.x00", "J06.900", "E11.900")), world.on_duty("OPD", "doctor", moment))  # fmt: skip
    world.stays.append(stay)
    world.charge(stay, "G001", moment, entered_by="挂号1")
    for code in codes or (rng.choice(("L001", "L005", "M005", "M015", "M017", "E004", "L008")),):
        later = moment + world.minutes(15, 30)
        order = give_order(world, stay, code, later, issued_by=stay.attending)
        kind = world.items[code].kind
        if kind == "lab":
            take_lab(world, stay, order, later + world.minutes(5, 15))
        elif kind == "exam":
            examine(world, stay, order, later + world.minutes(10, 20))
        else:
            rx = world.next("CF", 9)
            world.charge(stay, code, later + timedelta(minutes=5), world.items[code].factor * 2, order=order, rx_id=rx, exec_dept="门诊药房")  # fmt: skip
            moment2 = later + timedelta(minutes=11)
            world.add("dispensing", stay, disp_id=world.next("FY", 9), rx_id=rx, hosp_item_code=code, item_name=world.items[code].name, quantity=Decimal(world.items[code].factor * 2), dispensed_at=moment2, dispenser=world.on_duty("药剂科", "pharmacist", moment2), returned=0)  # fmt: skip
    return stay
