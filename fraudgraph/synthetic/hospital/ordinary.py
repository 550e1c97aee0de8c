"""An ordinary year: stays and out-patients, and what looks odd and is lawful."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.catalogue import ILLNESSES
from fraudgraph.synthetic.hospital.clinic import outpatient
from fraudgraph.synthetic.hospital.life import give_order, service, treat
from fraudgraph.synthetic.hospital.people import make_patient
from fraudgraph.synthetic.hospital.reports import take_lab
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Stay, World, at

__all__ = ["ordinary_year"]


def ordinary_year(world: World, stays: int) -> None:
    """The year without any violation."""
    starts = sorted(world.rng.randrange(-8, 366) for _ in range(stays))
    for number, ahead in enumerate(starts):
        illness = world.rng.choice(ILLNESSES)
        hour = world.rng.choice((8, 9, 9, 10, 10, 11, 14, 15, 16))
        start = at(
            FIRST_DAY + timedelta(days=ahead), hour, world.rng.randrange(10, 60), world.rng.randrange(60)
        )
        days = 34 if number % 97 == 50 and illness.therapy else None
        stay = treat(world, illness, start=start, days=days, case=False)
        if days:
            stay.odd.add("interim")
        _oddities(world, stay, number)
    for number in range(stays):
        visit = outpatient(world)
        if number % 200 == 7:  # registered, and gone before being seen
            _cancel(world, visit)
    for _ in range(max(1, stays // 50)):
        _day_case(world)
    for day in (date(2024, 3, 14), date(2024, 9, 3)):
        world.silent_days.add(day)
        world.add("audit_log", logged_at=at(day, 9), user_id="信息科", action="故障", target_table="access_record", reason="闸机故障，全院当日无签到数据")  # fmt: skip


def _oddities(world: World, stay: Stay, number: int) -> None:
    """Every so often: a late refund, an urgent treatment before its order, a glucose meter, a long culture, a waived share."""
    rng = world.rng
    if number % 50 == 3 and stay.charges("L001"):  # taken back after settlement: settled again
        world.reverse(stay, stay.charges("L001")[0], stay.visit["discharged_at"] + timedelta(days=rng.randint(2, 9)))  # fmt: skip
    if number % 12 == 5:  # urgent: done at once, ordered within two hours
        done = stay.visit["admitted_at"] + timedelta(minutes=5)
        order = give_order(world, stay, "S002", done + world.minutes(50, 110), urgent=1)
        service(world, stay, order, done, 2)
    if number % 6 == 1:
        when = at(stay.first + timedelta(days=1), 6, rng.randrange(5, 55))
        take_lab(world, stay, give_order(world, stay, "L008", when - timedelta(minutes=12)), when)
    if number % 40 == 11 and stay.visit["payer"] != "self":
        world.payment_changes[stay.no] = {"waived_share": Decimal("0.7"), "fee_payer": "民政局", "reason": "医疗救助"}  # fmt: skip
    if number % 60 == 17:  # a standing order that was cancelled at once, nothing charged
        give_order(world, stay, "S007", stay.visit["admitted_at"] + world.minutes(30, 50), cancelled=1)


def _cancel(world: World, visit: Stay) -> None:
    """Taken back altogether, within the hour."""
    visit.visit["cancelled"] = 1
    for table in ("orders", "lab", "exams", "dispensing"):
        for row in visit.rows[table]:
            if table == "orders":
                row["cancelled"] = 1
            else:
                world.drop(row)
    for row in [*visit.rows["charges"]]:
        world.reverse(visit, row, visit.visit["registered_at"] + world.minutes(61, 90))


def _day_case(world: World) -> None:
    """A day-care operation settled at one price, whatever the charges add up to."""
    illness = next(one for one in ILLNESSES if one.ward == "W08")
    first = FIRST_DAY + timedelta(days=world.rng.randrange(5, 350))
    start = at(first, 8, world.rng.randrange(5, 50))
    stay = treat(world, illness, start=start, days=2, payer="resident", patient=make_patient(world))
    stay.odd.add("package")
