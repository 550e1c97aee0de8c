"""Cases of models on doctors and staff, on institutions as a network, and on the agency itself."""

from __future__ import annotations

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.world import World, at, day


def _two_sites(
    w: World, times: int, minutes: float = 10, *, registered: bool = False, inpatient: bool = False
) -> None:
    if registered:
        w.put("doctor_sites", doctor_id="d1", facility_id="H1")
        w.put("doctor_sites", doctor_id="d1", facility_id="H2")
    for number in range(times):
        first = at("2025-03-01 09:00", number * 86400)
        w.visit(f"p{number}", "H1", first, doctor_id="d1")
        second = at("2025-03-01 09:00", number * 86400 + minutes * 60)
        w.claim(f"q{number}", "H2", "inpatient" if inpatient else "outpatient", second, doctor_id="d1")


fires("M091", lambda w: _two_sites(w, 8))
edge("M091", lambda w: _two_sites(w, 3), lambda w: _two_sites(w, 2))
edge("M091", lambda w: _two_sites(w, 5, 29.9), lambda w: _two_sites(w, 5, 30))
silent("M091", "registered practice at both", lambda w: _two_sites(w, 8, registered=True))
silent("M091", "inpatient bills", lambda w: _two_sites(w, 8, inpatient=True))
silent("M091", "single slip", lambda w: _two_sites(w, 1))


def _workload(w: World, visits: int, days: int = 3, *, busy_peers: int = 0) -> None:
    for number in range(days):
        for person in range(visits):
            w.visit(f"p{person}", "H1", day("2025-03-01", number), doctor_id="d1")
    for peer in range(busy_peers):
        for person in range(140 if peer == 0 else 1):
            w.visit(f"q{person}", "H2", "2025-03-01", doctor_id=f"e{peer}")


fires("M092", lambda w: _workload(w, 160))
edge("M092", lambda w: _workload(w, 121, 2), lambda w: _workload(w, 120, 2))
silent("M092", "a department's common code", lambda w: _workload(w, 601, 2))
silent("M092", "single days", lambda w: _workload(w, 160, 1))
silent("M092", "as at peers", lambda w: _workload(w, 121, 2, busy_peers=110))


def _busy_specialty(w: World) -> None:
    """Among a hundred doctors who vaccinate, one has 140 visits on a day; in the whole city few have."""
    _workload(w, 121, 2, busy_peers=110)
    for doctor in ("d1", *(f"e{number}" for number in range(110))):
        w.put("doctors", doctor_id=doctor, specialty="预防接种")
    for number in range(3000):
        w.visit(f"r{number}", "H3", "2025-03-01", doctor_id=f"f{number}")


silent("M092", "as at peers", _busy_specialty)


def _gone(
    w: World, visit_day: str, *, left: str | None = None, suspended: tuple[str, str] | None = None
) -> None:
    since, until = suspended or (None, None)
    w.put("staff", staff_id="d1", place_id="H1", left_on=left, suspended_from=since, suspended_to=until)
    w.visit("p1", "H1", visit_day, doctor_id="d1")


fires("M093", lambda w: _gone(w, "2025-04-01", left="2025-03-01"))
fires("M093", lambda w: _gone(w, "2025-04-01", suspended=("2025-03-01", "2025-06-01")), "suspended")
edge(
    "M093",
    lambda w: _gone(w, "2025-03-02", left="2025-03-01"),
    lambda w: _gone(w, "2025-03-01", left="2025-03-01"),
)
silent("M093", "the day itself", lambda w: _gone(w, "2025-03-01", suspended=("2025-03-01", "2025-06-01")))
silent(
    "M093", "after the suspension", lambda w: _gone(w, "2025-06-02", suspended=("2025-03-01", "2025-06-01"))
)


def _orders(w: World, lines: int, specialty: str | None = "口腔科") -> None:
    w.put("item_catalogue", item_code="heart", specialty="心内科")
    w.put("doctors", doctor_id="d1", specialty=specialty)
    for number in range(lines):
        w.item(w.visit(f"p{number}", "H1", "2025-03-01"), "heart", amount=60, ordered_by="d1")


fires("M094", lambda w: _orders(w, 20))
edge("M094", lambda w: _orders(w, 10), lambda w: _orders(w, 9))
silent("M094", "few orders", lambda w: _orders(w, 3))
silent("M094", "general practice", lambda w: _orders(w, 20, "全科医学科"))
silent("M094", "specialty not delivered", lambda w: _orders(w, 20, None))


def _leave(w: World, visits: int, days: tuple[int, ...] = (2, 3, 4)) -> None:
    w.put("staff_absences", staff_id="d1", started_on="2025-03-01", ended_on="2025-03-10", kind="leave")
    for number in range(visits):
        w.visit(f"p{number}", "H1", day("2025-03-01", days[number % len(days)]), doctor_id="d1")


fires("M096", lambda w: _leave(w, 9))
edge("M096", lambda w: _leave(w, 3), lambda w: _leave(w, 2))
silent("M096", "first and last day", lambda w: _leave(w, 9, (0, 9)))
silent("M096", "single entry", lambda w: _leave(w, 1))


def _certified(
    w: World,
    bare: int,
    treated: int = 0,
    *,
    on: str = "2026-02-01",
    treated_on: str = "2025-10-01",
    disease: str = "I69",
) -> None:
    w.visit("z", "H9", "2025-01-01")
    for number in range(bare + treated):
        if number >= bare:
            w.visit(f"p{number}", "H1", treated_on, diagnosis_code="I69.3")
        w.put(
            "certifications",
            certification_id=f"t{number}",
            patient_id=f"p{number}",
            certifier_id="d1",
            disease_code=disease,
            certified_on=on,
        )
        w.visit(f"p{number}", "H1", day(on, 20), claim_type="chronic", diagnosis_code="I69.3")


fires("M102", lambda w: _certified(w, 9))
edge("M102", lambda w: _certified(w, 5, 5), lambda w: _certified(w, 4, 4))
edge(
    "M102",
    lambda w: _certified(w, 0, 9, treated_on="2025-01-31"),
    lambda w: _certified(w, 0, 9, treated_on="2025-02-01"),
)
silent("M102", "treated before", lambda w: _certified(w, 0, 9))
silent("M102", "data begin too late", lambda w: _certified(w, 9, on="2025-06-01"))
silent("M102", "few cases", lambda w: _certified(w, 3))
silent("M102", "code of another catalogue", lambda w: _certified(w, 9, disease="M03900"))


def _owners(w: World, places: int, value: str = "甄某某", names: str | None = None) -> None:
    for number in range(places):
        w.put(
            "pharmacies",
            pharmacy_id=f"P{number}",
            name=names or f"药{number}号店",
            legal_representative=value,
        )
        w.purchase(f"p{number}", f"P{number}", "2025-03-01")


fires("M104", lambda w: _owners(w, 4))
edge("M104", lambda w: _owners(w, 2), lambda w: _owners(w, 1))
silent("M104", "branches of one chain", lambda w: _owners(w, 4, names="康寿大药房分店"))
silent("M104", "placeholder value", lambda w: _owners(w, 11))


def _reborn(w: World, shared: int, fresh: int, *, first_day: str = "2025-07-10") -> None:
    w.put("place_events", place_id="P1", kind="cancelled", happened_on="2025-07-01")
    for number in range(shared + fresh):
        if number < shared:
            w.purchase(f"p{number}", "P1", "2025-05-01")
        w.purchase(f"p{number}", "P2", first_day)
    w.purchase("z", "P1", "2025-05-02")


fires("M105", lambda w: _reborn(w, 30, 10))
edge("M105", lambda w: _reborn(w, 12, 18), lambda w: _reborn(w, 11, 19))
silent("M105", "place that was there before", lambda w: _reborn(w, 30, 10, first_day="2025-05-05"))
silent("M105", "small share", lambda w: _reborn(w, 6, 30))
silent("M105", "few patients", lambda w: _reborn(w, 15, 4))


def _brought(w: World, persons: int, hospitals: int = 1, **same: object) -> None:
    for number in range(persons):
        w.person(
            f"p{number}", **{"agent_id": "g1", "household_id": f"f{number}", "address": f"a{number}", **same}
        )
        w.stay(f"p{number}", f"H{number % hospitals}", "2025-03-01", "2025-03-08")


fires("M106", lambda w: _brought(w, 15))
edge("M106", lambda w: _brought(w, 8), lambda w: _brought(w, 7))
silent("M106", "one address", lambda w: _brought(w, 15, address="home"))
silent("M106", "one household", lambda w: _brought(w, 15, household_id="f"))
silent("M106", "spread over hospitals", lambda w: _brought(w, 24, 3))


def _grown(
    w: World,
    last: int,
    before: int = 20,
    *,
    elsewhere: int = 100,
    elsewhere_last: int | None = None,
    since: int = 1,
    expanded: bool = False,
) -> None:
    for month in range(1, 8):
        peak = month == 7
        for number in range(last if peak else before):
            if month >= since:
                w.purchase(f"p{number}", "P1", f"2025-{month:02d}-10")
        for number in range((elsewhere_last or elsewhere) if peak else elsewhere):
            w.purchase(f"q{number}", "P2", f"2025-{month:02d}-10")
    if expanded:
        w.put("place_events", place_id="P1", kind="expanded", happened_on="2025-06-20")


fires("M107", lambda w: _grown(w, 120, elsewhere=400))
edge("M107", lambda w: _grown(w, 80, 25, elsewhere=2000), lambda w: _grown(w, 74, 25, elsewhere=2000))
silent("M107", "expanded place", lambda w: _grown(w, 120, elsewhere=400, expanded=True))
silent("M107", "city-wide rise", lambda w: _grown(w, 120, elsewhere=100, elsewhere_last=500), own_city=True)
silent("M107", "newly opened place", lambda w: _grown(w, 120, elsewhere=400, since=5))
silent("M107", "small volume", lambda w: _grown(w, 50, 5, elsewhere=400))


def _shell(
    w: World, admitted: int, others: int = 2, days: int = 40, amount: int = 9000, **more: object
) -> None:
    for number in range(admitted + others):
        w.put("enrolments", patient_id=f"p{number}", employer="e1", started_on="2025-01-05")
        if number < admitted:
            start = day("2025-01-05", days)
            w.stay(f"p{number}", "H1", start, day(start, 7), fund_amount=amount, **more)


fires("M108", lambda w: _shell(w, 9))
edge("M108", lambda w: _shell(w, 5), lambda w: _shell(w, 4))
edge("M108", lambda w: _shell(w, 9, days=90), lambda w: _shell(w, 9, days=91))
silent("M108", "large employer", lambda w: _shell(w, 6, 60))
silent("M108", "emergency", lambda w: _shell(w, 9, admission_way="1"))
silent("M108", "small bills", lambda w: _shell(w, 9, amount=900))


def _acted(w: World, claims: int, filer: str = "s1", approver: str = "s1") -> None:
    for number in range(claims):
        claim = w.visit(f"p{number}", "H1", "2025-03-01")
        for step, (action, staff) in enumerate((("file", filer), ("approve", approver))):
            moment = at("2025-03-05 09:00", number * 600 + step * 60)
            w.put(
                "agency_actions",
                action_id=f"a{number}{action}",
                claim_id=claim,
                action=action,
                staff_id=staff,
                acted_at=moment,
            )


fires("M111", lambda w: _acted(w, 8))
edge("M111", lambda w: _acted(w, 2), lambda w: _acted(w, 1))
silent("M111", "two persons", lambda w: _acted(w, 8, approver="s2"))
silent("M111", "single slip", lambda w: _acted(w, 1))


def _reviewed(w: World, claims: int, gap: float = 2) -> None:
    for number in range(claims):
        claim = w.visit(f"p{number}", "H1", "2025-03-01")
        moment = at("2025-03-05 09:00", number * gap)
        w.put(
            "agency_actions",
            action_id=f"a{number:04d}",
            claim_id=claim,
            action="review",
            staff_id="s1",
            acted_at=moment,
        )


fires("M112", lambda w: _reviewed(w, 60))
edge("M112", lambda w: _reviewed(w, 21), lambda w: _reviewed(w, 20))
edge("M112", lambda w: _reviewed(w, 40, 4), lambda w: _reviewed(w, 40, 5))
silent("M112", "checked batch in one second", lambda w: _reviewed(w, 60, 0))
silent("M112", "normal pace", lambda w: _reviewed(w, 60, 90))
silent("M112", "few reviews", lambda w: _reviewed(w, 9))


def _reimbursed(w: World, claims: int, total: int = 9600, gap: int = 10, kind: str = "manual") -> None:
    for number in range(claims):
        claim = w.visit("p1", "H1", day("2025-03-01", number * gap), total_amount=total, fund_amount=6000)
        w.put("claim_details", claim_id=claim, settlement_kind=kind)


fires("M113", lambda w: _reimbursed(w, 5))
edge("M113", lambda w: _reimbursed(w, 3, 9000), lambda w: _reimbursed(w, 3, 8999))
edge("M113", lambda w: _reimbursed(w, 3, 9999), lambda w: _reimbursed(w, 3, 10000))
silent("M113", "online settlement", lambda w: _reimbursed(w, 5, kind="online"))
silent("M113", "far below the limit", lambda w: _reimbursed(w, 5, 4000))
silent("M113", "long intervals", lambda w: _reimbursed(w, 5, gap=60))


def _delivered(w: World, claims: int, first: int, second: int | None, *, third: int | None = None) -> None:
    for number in range(claims):
        claim = w.visit(f"p{number}", "H1", "2025-03-01", fund_amount=max(first, second or 0))
        for month, amount in ((4, first), (5, second), (6, third if third is not None else second)):
            w.put(
                "delivered_versions",
                claim_id=claim,
                delivered_on=f"2025-{month:02d}-05",
                patient_id=f"p{number}",
                place_id="H1",
                fund_amount=amount,
                present=amount is not None,
            )


fires("M114", lambda w: _delivered(w, 8, 100, 400))
edge("M114", lambda w: _delivered(w, 3, 100, 101), lambda w: _delivered(w, 2, 100, 101))
silent("M114", "corrected downwards", lambda w: _delivered(w, 8, 400, 100))
silent("M114", "single corrections", lambda w: _delivered(w, 1, 100, 400))


def _vanished(w: World, claims: int, amount: int = 100, *, back: bool = False) -> None:
    for number in range(claims):
        w.visit("q", "H1", "2025-03-01", fund_amount=amount)
        states = ((4, amount, True), (5, None, False), *(((6, amount, True),) if back else ()))
        for month, paid, present in states:
            w.put(
                "delivered_versions",
                claim_id=f"gone{number}",
                delivered_on=f"2025-{month:02d}-05",
                patient_id=f"p{number}",
                place_id="H1",
                fund_amount=paid,
                present=present,
            )


fires("M115", lambda w: _vanished(w, 9))
edge("M115", lambda w: _vanished(w, 5), lambda w: _vanished(w, 4))
silent("M115", "came back", lambda w: _vanished(w, 9, back=True))
silent("M115", "single losses", lambda w: _vanished(w, 2))
silent("M115", "zero amounts", lambda w: _vanished(w, 9, 0))
