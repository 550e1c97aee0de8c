"""How a stay goes in the made-up hospital: what is ordered, done, reported, nursed and charged, day after day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fraudgraph.synthetic.hospital.catalogue import ILLNESSES, WARDS, Illness
from fraudgraph.synthetic.hospital.papers import write_papers
from fraudgraph.synthetic.hospital.people import make_patient
from fraudgraph.synthetic.hospital.reports import examine, take_lab
from fraudgraph.synthetic.hospital.theatre import operate
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Row, Stay, World, at

__all__ = [
    "PAPER_UNTIL",
    "admit",
    "drug_day",
    "give_order",
    "run_session",
    "service",
    "treat",
]

PAPER_UNTIL = date(2024, 4, 1)
"""Until then the rehabilitation ward keeps its executions on paper: the system holds none."""


def admit(
    world: World,
    illness: Illness | None = None,
    *,
    start: datetime | None = None,
    days: int | None = None,
    payer: str | None = None,
    patient: Row | None = None,
    kind: str = "inpatient",
    case: bool = True,
    **visit: Any,
) -> Stay:
    """Register a stay; nothing is done yet. A `case` is insured, in mid-year and without oddities of its own."""
    rng = world.rng
    chosen = illness or rng.choice(ILLNESSES)
    length = days or rng.randint(*chosen.days)
    if start is None:
        first = FIRST_DAY + timedelta(days=rng.randrange(100, 320) if case else rng.randrange(-8, 366))
        start = at(first, rng.choice((8, 9, 9, 10, 10, 11, 14, 15, 16)), rng.randrange(10, 60), rng.randrange(60))  # fmt: skip
    end = at(start.date() + timedelta(days=length), 10, rng.randrange(5, 59), rng.randrange(60))
    who = patient or make_patient(world)
    paid = payer or rng.choices(("employee", "resident", "self"), (50, 50, 0 if case else 8))[0]
    record = next((one.visit["record_no"] for one in world.stays if patient is not None and one.visit["patient_id"] == who["patient_id"]), None)  # fmt: skip
    values: Row = {
        "visit_no": world.next("ZY24", 6),
        "kind": kind,
        "encounter_id": None if paid == "self" else world.next("JZ3702", 8),
        "patient_id": who["patient_id"],
        "record_no": record or world.next("", 8),
        "registered_at": start - world.minutes(3, 30),
        "operator_id": f"R{rng.randrange(1, 5):02d}",
        "contact_phone": who["phone"],
        "ward": chosen.ward,
        "bed": world.bed_for(chosen.ward, start.date(), end.date()),
        "admitted_at": start,
        "discharged_at": end,
        "payer": paid,
        "outcome": "医嘱离院",
        "admission_source": rng.choice(("门诊", "门诊", "急诊")),
        "meal_plan": 1,
        "cancelled": 0,
    }
    row = world.add("visits", **{**values, **visit})
    doctor = world.on_duty(row["ward"], "doctor", end)
    stay = Stay(row, chosen.name, chosen.diagnosis, doctor)
    stay.blood_group = rng.choices(("A", "B", "O", "AB"), (28, 30, 32, 10))[0]
    world.stays.append(stay)
    return stay


def give_order(
    world: World,
    stay: Stay,
    code: str,
    when: datetime,
    *,
    until: datetime | None = None,
    frequency: str = "qd",
    **more: Any,
) -> Row:
    """Write an order; one with an end is a standing order."""
    item = world.items[code]
    doctor = world.on_duty(stay.visit["ward"], "doctor", when)
    nurse = world.on_duty(stay.visit["ward"], "nurse", when)
    routes = {"drug": "静滴" if item.unit in ("支", "袋") else "口服", "herb": "煎服"}
    values: Row = {
        "order_id": world.next("YZ", 8),
        "order_type": "long" if until else "stat",
        "hosp_item_code": code,
        "item_name": item.name,
        "dose": f"1{item.unit}",
        "frequency": frequency if until else "st",
        "route": routes.get(item.kind),
        "issued_at": when,
        "issued_by": doctor,
        "checked_by": nurse,
        "stopped_at": until,
        "cancelled": 0,
        "urgent": 0,
    }
    return world.add("orders", stay, **{**values, **more})


def service(
    world: World,
    stay: Stay,
    order: Row,
    when: datetime,
    quantity: Decimal | int = 1,
    *,
    done: bool = True,
    charged: bool = True,
) -> Row | None:
    """Do what was ordered and charge it; a ward on paper leaves no execution in the system."""
    nurse = world.on_duty(stay.visit["ward"], "nurse", when)
    paper = stay.visit["ward"] == "W06" and when.date() < PAPER_UNTIL
    if done and not paper:
        world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=when, executor=nurse, quantity=Decimal(quantity))  # fmt: skip
    if not charged:
        return None
    return world.charge(stay, order["hosp_item_code"], when + world.minutes(1, 9), quantity, order=order, executed_by=nurse)  # fmt: skip


def drug_day(
    world: World,
    stay: Stay,
    order: Row,
    day: date,
    quantity: Decimal | int = 1,
    *,
    dispensed_code: str | None = None,
    done: bool = True,
) -> Row:
    """One day of a drug: dispensed to the ward, given, charged."""
    rx = world.next("CF", 9)
    code = dispensed_code or order["hosp_item_code"]
    given = at(day, 9, world.rng.randrange(5, 59), world.rng.randrange(60))
    if given - timedelta(minutes=15) < order["issued_at"]:
        given = order["issued_at"] + world.minutes(20, 50)
    when = given - timedelta(minutes=15)
    world.add("dispensing", stay, disp_id=world.next("FY", 9), rx_id=rx, hosp_item_code=code, item_name=world.items[code].name, quantity=Decimal(quantity), dispensed_at=when, dispenser=world.on_duty("药剂科", "pharmacist", when), returned=0, trace_code=world.next("8", 19) if world.items[code].factor == 1 else None)  # fmt: skip
    nurse = world.on_duty(stay.visit["ward"], "nurse", given)
    if done and not (stay.visit["ward"] == "W06" and day < PAPER_UNTIL):
        world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=given, executor=nurse, quantity=Decimal(quantity))  # fmt: skip
    return world.charge(stay, order["hosp_item_code"], when, quantity, order=order, rx_id=rx, executed_by=nurse, exec_dept="住院药房")  # fmt: skip


def treat(world: World, illness: Illness | None = None, *, operation: bool = True, **admission: Any) -> Stay:
    """A whole ordinary stay, from admission to home page."""
    chosen = illness or world.rng.choice(ILLNESSES)
    stay = admit(world, chosen, **admission)
    rng = world.rng
    start, end = stay.visit["admitted_at"], stay.visit["discharged_at"]
    ordered = start + world.minutes(15, 40)
    surgical = bool(chosen.operation) and operation and (chosen.operation != "O003" or rng.random() < 0.5)
    level = "N001" if surgical and chosen.operation in ("O002", "O003") else "N002"
    orders = {code: give_order(world, stay, code, ordered, until=end - timedelta(minutes=50)) for code in (level, *chosen.drugs)}  # fmt: skip
    drip = give_order(world, stay, "S001", ordered, until=end - timedelta(minutes=50))
    for code in chosen.labs:
        take_lab(world, stay, give_order(world, stay, code, ordered), ordered + world.minutes(15, 70))
    for code in chosen.exams:
        examine(world, stay, give_order(world, stay, code, ordered), ordered + world.minutes(40, 150))
    if surgical:
        operate(world, stay, chosen, give_order)
    if (end - start).days >= 6 and "L001" in chosen.labs:
        again = at(stay.first + timedelta(days=4), 8, rng.randrange(5, 50))
        take_lab(world, stay, give_order(world, stay, "L001", again), again + timedelta(minutes=12))
    day = stay.first
    while day < stay.last:
        _ward_day(world, stay, day, level, orders[level])
        _medicine(world, stay, day, [orders[code] for code in chosen.drugs], drip)
        if chosen.therapy:
            _therapy(world, stay, chosen.therapy, day, ordered)
        day += timedelta(days=1)
    if world.chance(0.3):
        world.charge(stay, "P001", at(stay.first, 17, 10), (stay.last - stay.first).days)
    write_papers(world, stay)
    return stay


def _ward_day(world: World, stay: Stay, day: date, level: str, order: Row) -> None:
    """Bed, nursing level, doctor's round; vitals are written twice a day, at level one four times."""
    ward = stay.visit["ward"]
    late = ward in ("W03", "W04")  # their bed fees are posted after midnight
    posted = at(day + timedelta(days=1), 0, 5) if late else at(day, 23, 50)
    world.charge(stay, "B001", posted)
    world.charge(stay, level, posted, order=order)
    world.charge(stay, "G002", posted, ordered_by=stay.attending)
    world.add("ward_days", stay, ward=ward, on_date=day, bed=stay.visit["bed"], state="in")
    bed = int(stay.visit["bed"].split("-")[1])
    hours = (8, 14, 20) if level == "N001" else (8, 20)
    for hour in hours:
        when = at(day, hour, 2) + timedelta(minutes=bed * 2, seconds=world.rng.randrange(60))
        if when < stay.visit["admitted_at"] or when > stay.visit["discharged_at"]:
            continue
        vitals = f"T{36 + world.rng.randrange(15) / 10:.1f} P{60 + world.rng.randrange(40)} R{16 + world.rng.randrange(6)} BP{105 + world.rng.randrange(45)}/{60 + world.rng.randrange(30)}"
        world.add("nursing", stay, recorded_at=when, nurse=world.on_duty(ward, "nurse", when), record_kind="体征", level=level[-1], vitals=vitals, bed=stay.visit["bed"], signed_at=when + timedelta(seconds=world.rng.randrange(20, 50)))  # fmt: skip
    if stay.visit["meal_plan"]:
        world.add("presence", person_kind="patient", person_id=stay.no, presence_kind="meal", seen_at=at(day, 17, world.rng.randrange(60)), place="食堂送餐")  # fmt: skip


def _medicine(world: World, stay: Stay, day: date, drugs: list[Row], drip: Row) -> None:
    """Drugs, infusion and what an infusion uses up; one in twenty charges is entered twice and taken back."""
    infused = False
    for order in drugs:
        item = world.items[order["hosp_item_code"]]
        quantity = 2 if item.unit in ("支", "片", "粒") and item.factor > 1 else 1
        charge = drug_day(world, stay, order, day, quantity)
        infused |= item.unit == "袋"
        if world.chance(0.05):
            _given_back(world, stay, order, charge)
    if infused:
        moment = max(at(day, 9, world.rng.randrange(30, 59)), drip["issued_at"] + world.minutes(20, 40))
        service(world, stay, drip, moment, len(drugs) - 1 or 1)
        for code in ("K001", "K002"):
            used = world.charge(stay, code, moment + timedelta(minutes=2), 1, order=drip)
            if world.chance(0.05):
                twice = world.charge(stay, code, used["charged_at"], 1, order=drip)
                world.reverse(stay, twice, used["charged_at"] + world.minutes(30, 240))


def _given_back(world: World, stay: Stay, order: Row, charge: Row) -> None:
    """A dose too many is dispensed and charged, returned to the pharmacy, and taken back from the bill."""
    extra = drug_day(world, stay, order, charge["charged_at"].date(), charge["quantity"], done=False)
    back = extra["charged_at"] + world.minutes(60, 400)
    world.add("dispensing", stay, disp_id=world.next("FY", 9), rx_id=extra["rx_id"], hosp_item_code=extra["hosp_item_code"], item_name=extra["item_name"], quantity=-extra["quantity"], dispensed_at=back, dispenser=world.on_duty("药剂科", "pharmacist", back), returned=1)  # fmt: skip
    world.reverse(stay, extra, back + world.minutes(5, 50))


def _therapy(world: World, stay: Stay, code: str, day: date, ordered: datetime) -> None:
    """Treatments with sessions: dialysis every other day, therapy daily, each at a time of its own."""
    dialysis = code == "D001"
    if (dialysis and (day - stay.first).days % 2 == 0) or day == stay.first:
        return
    dept, job = ("血透室", "dialysis nurse") if dialysis else ("W06", "therapist")
    long = timedelta(hours=4) if dialysis else timedelta(minutes=30)
    hours = (8, 13) if dialysis else range(8, 18)
    for hour in hours:
        for minute in (0,) if dialysis else (2, 36):
            start = at(day, hour, minute, world.rng.randrange(60))
            machines = [f"HD{n:02d}" for n in range(1, 9 * world.scale)] if dialysis else [one for one in world.staff[(dept, job)] if world.state(one, day) == "day"]  # fmt: skip
            for place in machines:
                if all(start + long <= a or start >= b for a, b in world.busy[(place, day)]):
                    world.book(place, start, start + long)
                    order = give_order(world, stay, code, max(ordered, at(day, 7, 50)))
                    run_session(world, stay, order, start, long, device=place if dialysis else None, therapist=None if dialysis else place)  # fmt: skip
                    return


def run_session(
    world: World,
    stay: Stay,
    order: Row,
    start: datetime,
    long: timedelta,
    *,
    device: str | None = None,
    therapist: str | None = None,
    group: str | None = None,
    logged: bool = True,
) -> Row:
    """One treatment: session, execution, machine's log, charge."""
    who = therapist or world.on_duty("血透室", "dialysis nurse", start)
    code = order["hosp_item_code"]
    world.add("sessions", stay, session_id=world.next("ZL", 8), order_id=order["order_id"], hosp_item_code=code, started_at=start, ended_at=start + long, therapist=who, device_id=device, signed=1, group_no=group)  # fmt: skip
    if not (stay.visit["ward"] == "W06" and start.date() < PAPER_UNTIL):
        world.add("executions", stay, exec_id=world.next("ZX", 9), order_id=order["order_id"], executed_at=start, executor=who, quantity=Decimal(1))  # fmt: skip
    if device and logged:
        world.add("device_logs", log_id=world.next("RZ", 8), device_id=device, started_at=start + timedelta(minutes=3), ended_at=start + long - timedelta(minutes=4))  # fmt: skip
    return world.charge(stay, code, start + long + world.minutes(2, 9), 1, order=order, executed_by=who, exec_dept="血透室" if device else WARDS["W06"])  # fmt: skip
