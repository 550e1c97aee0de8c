"""Cases of the models that came first."""

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.world import World, at, day


def _after_death(w: World, days: int, **more: object) -> None:
    w.person("p1", death_date="2025-03-10")
    w.visit("p1", "H1", day("2025-03-10", days), **more)
    w.visit("p2", "H1", day("2025-03-20"))


fires("M001", lambda w: _after_death(w, 20))
edge("M001", lambda w: _after_death(w, 2), lambda w: _after_death(w, 1))
silent("M001", "one day of registration delay", lambda w: _after_death(w, 1))
silent(
    "M001",
    "settled later for care before death",
    lambda w: _after_death(w, -5, settled_at=at("2025-04-02 10:00")),
)


def _visit_in_stay(w: World, days: int, **more: object) -> None:
    w.stay("p1", "H1", "2025-03-01", "2025-03-10")
    w.visit("p1", "H2", day("2025-03-01", days), **more)


fires("M002", lambda w: _visit_in_stay(w, 4))
edge("M002", lambda w: _visit_in_stay(w, 1), lambda w: _visit_in_stay(w, 0))
edge("M002", lambda w: _visit_in_stay(w, 8), lambda w: _visit_in_stay(w, 9))
silent("M002", "day of admission", lambda w: _visit_in_stay(w, 0))
silent("M002", "day of discharge", lambda w: _visit_in_stay(w, 9))
silent("M002", "dialysis at another place", lambda w: _visit_in_stay(w, 4, diagnosis_code="Z49.1"))


def _two_stays(w: World, second_from: str, place: str = "H2", **first: object) -> None:
    w.stay("p1", "H1", "2025-03-01", "2025-03-10", **first)
    w.stay("p1", place, second_from, "2025-03-20")


fires("M004", lambda w: _two_stays(w, "2025-03-05"))
edge("M004", lambda w: _two_stays(w, "2025-03-09"), lambda w: _two_stays(w, "2025-03-10"))
silent("M004", "transfer on one day", lambda w: _two_stays(w, "2025-03-09", discharge_way="2"))
silent("M004", "same institution's interim settlement", lambda w: _two_stays(w, "2025-03-05", "H1"))


def _readmitted(w: World, gap: int, disease: str = "I10.0", *, left: str = "1", **second: object) -> None:
    w.stay("p1", "H1", "2025-03-01", "2025-03-08", diagnosis_code=disease, discharge_way=left)
    start = day("2025-03-08", gap)
    w.stay("p1", "H1", start, day(start, 6), diagnosis_code=disease, **second)


fires("M021", lambda w: _readmitted(w, 10))
edge("M021", lambda w: _readmitted(w, 15), lambda w: _readmitted(w, 16))
silent("M021", "chemotherapy and radiotherapy", lambda w: _readmitted(w, 10, "Z51.1"))
silent("M021", "chemotherapy and radiotherapy", lambda w: _readmitted(w, 10, med_type_raw="2111"))
silent("M021", "cancer", lambda w: _readmitted(w, 10, "C34.9"))
silent("M021", "dialysis", lambda w: _readmitted(w, 10, "N18.5"))
silent("M021", "psychiatry", lambda w: _readmitted(w, 10, "F20.0"))
silent("M021", "perinatal period", lambda w: _readmitted(w, 10, "P07.3"))
silent("M021", "emergency admission", lambda w: _readmitted(w, 10, admission_way="1"))
silent("M021", "transfer", lambda w: _readmitted(w, 10, left="2"))


def _same_second(
    w: World, persons: int, moment: str = "2025-03-01 09:15:27", *, household: str | None = None
) -> None:
    for number in range(persons):
        w.person(f"p{number}", household_id=household or f"f{number}")
        w.visit(f"p{number}", "H1", "2025-03-01", settled_at=at(moment), operator_id="o1")
    for number in range(6):
        w.visit(
            f"q{number}",
            "H1",
            "2025-03-02",
            settled_at=at("2025-03-02 10:00:11", number * 777),
            operator_id="o1",
        )


def _minute_clock(w: World) -> None:
    for number in range(4):
        w.visit(f"p{number}", "H1", "2025-03-01", settled_at=at("2025-03-01 09:15"), operator_id="o1")
        w.visit(
            f"q{number}", "H1", "2025-03-02", settled_at=at("2025-03-02 10:00", number * 60), operator_id="o1"
        )


fires("M068", lambda w: _same_second(w, 5))
edge("M068", lambda w: _same_second(w, 3), lambda w: _same_second(w, 2))
silent("M068", "clock without seconds", _minute_clock)
silent("M068", "batch upload at midnight", lambda w: _same_second(w, 5, "2025-03-01 00:00:00"))
silent("M068", "one household", lambda w: _same_second(w, 5, household="f1"))


def _quiet_counter(w: World) -> None:
    for number in range(40):
        w.purchase(
            f"q{number}",
            "P1",
            at("2025-02-01 09:00", number // 2 * 86400 + number % 2 * 14000),
            operator_id="o1",
        )


def _sweep(w: World, persons: int, gap: int = 60, **person: object) -> None:
    _quiet_counter(w)
    for number in range(persons):
        w.person(f"p{number}", **{"address": f"a{number}", "employer": f"e{number}", **person})
        w.purchase(f"p{number}", "P1", at("2025-03-05 15:00", number * gap), operator_id="o1")


def _busy_hour(w: World) -> None:
    for morning in range(10):
        for number in range(41):
            w.purchase(
                f"p{morning}_{number}",
                "P1",
                at("2025-03-01 09:00", morning * 86400 + number * 86),
                operator_id="o1",
            )


def _busy_day(w: World) -> None:
    _quiet_counter(w)
    for number in range(120):
        w.purchase(
            f"p{number}", "P1", at("2025-03-05 08:00", number * 80 + number // 12 * 300), operator_id="o1"
        )


fires("M078", lambda w: _sweep(w, 12))
edge("M078", lambda w: _sweep(w, 8), lambda w: _sweep(w, 7))
edge("M078", lambda w: _sweep(w, 12, 90), lambda w: _sweep(w, 12, 91))
silent("M078", "busy hour of the counter", _busy_hour)
silent("M078", "busy day of the counter", _busy_day)
silent("M078", "one address", lambda w: _sweep(w, 12, address="home"))
silent("M078", "one employer", lambda w: _sweep(w, 12, employer="works"))
