"""Operations of the made-up hospital: a free room, surgeon and anaesthetist, the record, and what is charged for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.catalogue import Illness
from fraudgraph.synthetic.hospital.world import Row, Stay, World, at

__all__ = ["LEVELS", "find_slot", "issue_implant", "operate", "record_operation"]

LEVELS = {"O001": "3", "O002": "4", "O003": "3", "O004": "3", "O005": "2", "O006": "3", "O007": "1"}


def find_slot(world: World, stay: Stay, minutes: int) -> tuple[str, str, str, datetime, datetime]:
    """Room, surgeon, anaesthetist, start and end: the first that are free together from the day after admission."""
    nights = (stay.last - stay.first).days
    for ahead in (*range(1, nights), nights, 0):
        day = stay.first + timedelta(days=ahead)
        surgeons = [
            one for one in world.staff[(stay.visit["ward"], "surgeon")] if world.state(one, day) == "day"
        ]
        gas = [one for one in world.staff[("麻醉科", "anaesthetist")] if world.state(one, day) == "day"]
        opens = at(day, 9) if ahead else stay.visit["admitted_at"] + timedelta(hours=3)
        closes = at(day, 23) if ahead < nights else stay.visit["discharged_at"] - timedelta(hours=1)
        for quarter in range(96):
            start = opens + timedelta(minutes=15 * quarter)
            end = start + timedelta(minutes=minutes)
            if end > closes:
                break
            for room in (f"OR{n}" for n in range(1, 4 * world.scale + 1)):
                who = next((one for one in surgeons if world.free(one, start, end)), None)
                sleep = next((one for one in gas if world.free(one, start, end)), None)
                if who and sleep and world.free(room, start, end):
                    for one in (room, who, sleep):
                        world.book(one, start, end)
                    return room, who, sleep, start, end
    raise ValueError("no theatre")


def record_operation(
    world: World,
    stay: Stay,
    code: str,
    slot: tuple[str, str, str, datetime, datetime],
    *,
    local: bool = False,
) -> Row:
    """The theatre's own record."""
    room, surgeon, sleep, start, end = slot
    stay.op_slot = world.add("operations", stay, op_id=world.next("SS", 7), op_code=code, op_name=world.items[code].name, op_level=LEVELS.get(code, "2"), room=room, started_at=start, ended_at=end, surgeon=surgeon, anaesthetist=None if local else sleep, anaes_from=None if local else start - timedelta(minutes=15), anaes_to=None if local else end + timedelta(minutes=10), cancelled=0)  # fmt: skip
    return stay.op_slot


def operate(
    world: World, stay: Stay, illness: Illness, give_order: Callable[..., Row], *, code: str | None = None
) -> None:
    """An operation with anaesthesia, implant and consumables, charged as recorded."""
    what = code or illness.operation
    local = what in ("O004", "O007", "O003")
    slot = find_slot(world, stay, world.rng.choice((60, 75, 90, 105)))
    row = record_operation(world, stay, what, slot, local=local)
    start, end = row["started_at"], row["ended_at"]
    order = give_order(world, stay, what, at(start.date(), 8, world.rng.randrange(5, 40)))
    more = {"order": order, "executed_by": row["surgeon"], "exec_dept": "手术室"}
    after = end + world.minutes(5, 25)
    world.charge(stay, what, after, 1, **more)
    if local:
        world.charge(stay, "A002", after, 1, **more)
    else:
        hours = Decimal(-(-(row["anaes_to"] - row["anaes_from"]).seconds // 1800)) / 2
        world.charge(stay, "A001", after, hours, **more)
    if what == "O001":
        world.charge(stay, "K005", after, 1, **more)
    if illness.implant and what == illness.operation:
        world.charge(stay, illness.implant, after, 1, **more)
        issue_implant(world, stay, illness.implant, start - timedelta(minutes=50))


def issue_implant(world: World, stay: Stay, code: str, when: datetime, kind: str = "issue") -> Row:
    """The store hands an implant to the theatre for this patient."""
    return world.add("stock_moves", stay, move_id=world.next("CK", 8), hosp_item_code=code, item_name=world.items[code].name, move_type=kind, moved_at=when, booked_at=when, quantity=Decimal(1), unit=world.items[code].unit, warehouse="高值耗材库")  # fmt: skip
