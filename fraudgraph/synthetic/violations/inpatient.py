"""Cases of inpatient models."""

from __future__ import annotations

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.world import World, at, day


def _stay_with_lines(w: World, idle: tuple[int, ...] = (), *, at_once: bool = False, days: int = 12) -> None:
    """A stay from Monday 2025-03-03, treated every day but the idle ones."""
    claim = w.stay("p1", "H1", "2025-03-03", day("2025-03-03", days))
    for number in range(days + 1):
        if number not in idle:
            moment = at("2025-03-03 10:00", 0 if at_once else number * 86400)
            w.item(claim, f"drug{number}", item_type="09", amount=20, charged_at=moment)
        w.item(claim, "bed", item_type="01", amount=40, charged_at=at("2025-03-03 08:00", number * 86400))


fires("M022", lambda w: _stay_with_lines(w, (1, 2, 3, 7)))
edge("M022", lambda w: _stay_with_lines(w, (2, 3)), lambda w: _stay_with_lines(w, (2,)))
silent("M022", "first and last day", lambda w: _stay_with_lines(w, (0, 12)))
silent("M022", "weekend", lambda w: _stay_with_lines(w, (5, 6)))
silent("M022", "all lines posted at once", lambda w: _stay_with_lines(w, (2, 3), at_once=True))


def _mild_stay(
    w: World, exams: int, treatment: int, other: int, diagnosis: str = "J06.9", days: int = 4, **more: object
) -> None:
    claim = w.stay("p1", "H1", "2025-03-01", day("2025-03-01", days), diagnosis_code=diagnosis, **more)
    w.item(claim, "ct", item_type="03", amount=exams)
    w.item(claim, "drug", item_type="09", amount=other)
    if treatment:
        w.item(claim, "therapy", item_type="05", amount=treatment)


fires("M023", lambda w: _mild_stay(w, 900, 0, 100))
edge("M023", lambda w: _mild_stay(w, 700, 0, 300), lambda w: _mild_stay(w, 699, 0, 301))
silent("M023", "emergency admission", lambda w: _mild_stay(w, 900, 0, 100, admission_way="1"))
silent("M023", "treated stay", lambda w: _mild_stay(w, 800, 150, 50))
silent("M023", "serious illness", lambda w: _mild_stay(w, 900, 0, 100, "I21.0"))
fires("M033", lambda w: _mild_stay(w, 900, 0, 100))
edge("M033", lambda w: _mild_stay(w, 701, 0, 299), lambda w: _mild_stay(w, 700, 0, 300))
silent("M033", "emergency admission", lambda w: _mild_stay(w, 900, 0, 100, admission_way="1"))
silent("M033", "operation or therapy", lambda w: _mild_stay(w, 900, 20, 80))
silent("M033", "suspected tumour", lambda w: _mild_stay(w, 900, 0, 100, "D37.6"))
silent("M033", "long stay", lambda w: _mild_stay(w, 900, 0, 100, days=6))


def _companions(
    w: World, persons: int, periods: int, gap: int = 1, diagnosis: str = "I10", household: str | None = None
) -> None:
    for number in range(persons):
        w.person(f"p{number}", household_id=household or f"f{number}")
        for period in range(periods):
            start = day("2025-01-10", period * 60 + number * gap)
            w.stay(f"p{number}", "H1", start, day(start, 7), diagnosis_code=diagnosis)


fires("M025", lambda w: _companions(w, 5, 3, 0))
edge("M025", lambda w: _companions(w, 3, 2), lambda w: _companions(w, 2, 2))
edge("M025", lambda w: _companions(w, 3, 2, 2), lambda w: _companions(w, 3, 2, 3))
silent("M025", "one household", lambda w: _companions(w, 5, 3, 0, household="f"))
silent("M025", "treatment cycles", lambda w: _companions(w, 5, 3, 0, "Z51.1"))
silent("M025", "a single period", lambda w: _companions(w, 5, 1, 0))


def _admissions(
    w: World,
    batch: int,
    weekly: int = 1,
    diagnosis: str = "I10",
    *,
    others: int = 0,
    weeks: int = 8,
    places: int = 4,
) -> None:
    """Every Wednesday a few, and one Wednesday many; elsewhere likewise if a wave goes through the city."""
    for week in range(weeks):
        for number in range(weekly):
            start = day("2025-01-01", week * 7)
            w.stay(f"q{week}_{number}", "H1", start, day(start, 5))
        for place in range(places):
            start = day("2025-01-01", week * 7)
            for number in range(others if week == 5 else 1):
                w.stay(f"r{week}_{place}_{number}", f"X{place}", start, day(start, 5))
    for number in range(batch):
        w.stay(f"p{number}", "H1", "2025-02-05", "2025-02-10", diagnosis_code=diagnosis)


fires("M026", lambda w: _admissions(w, 20))
edge("M026", lambda w: _admissions(w, 7), lambda w: _admissions(w, 6))
silent("M026", "usual weekday", lambda w: _admissions(w, 4, 12))
silent("M026", "city-wide wave", lambda w: _admissions(w, 12, others=9), own_city=True)
silent("M026", "epidemic", lambda w: _admissions(w, 20, diagnosis="A09.0"))


def _holiday(w: World, per_day: int, normal: int = 2, diagnosis: str = "I10", **more: object) -> None:
    for number in range(60):
        festive = number % 6 == 0
        if festive:
            w.put("holidays", day=day("2025-01-01", number))
        for person in range(per_day if festive else normal):
            start = day("2025-01-01", number)
            w.stay(f"p{number}_{person}", "H1", start, day(start, 4), diagnosis_code=diagnosis, **more)


fires("M027", lambda w: _holiday(w, 3))
edge("M027", lambda w: _holiday(w, 2), lambda w: _holiday(w, 2, 3))
silent("M027", "emergency admission", lambda w: _holiday(w, 3, admission_way="1"))
silent("M027", "maternity", lambda w: _holiday(w, 3, diagnosis="O80.0"))
silent("M027", "few admissions", lambda w: _holiday(w, 1, 1))


def _ward(w: World, persons: int, days: int = 6, *, beds: int = 10) -> None:
    w.put("facilities", facility_id="H1", beds=beds)
    for number in range(persons):
        w.stay(f"p{number}", "H1", "2025-03-01", day("2025-03-01", days))


def _turnover(w: World) -> None:
    w.put("facilities", facility_id="H1", beds=10)
    for number in range(40):
        start = day("2025-03-01", number // 10 * 2)
        w.stay(f"p{number}", "H1", start, day(start, 2))


def _expanded(w: World) -> None:
    _ward(w, 20)
    w.put("place_events", place_id="H1", kind="expanded", happened_on="2025-02-01")


fires("M028", lambda w: _ward(w, 20))
edge("M028", lambda w: _ward(w, 12), lambda w: _ward(w, 11))
edge("M028", lambda w: _ward(w, 20, 3), lambda w: _ward(w, 20, 2))
silent("M028", "day of discharge", _turnover)
silent("M028", "day surgery", lambda w: _ward(w, 30, 0))
silent("M028", "newly opened ward", _expanded)


def _billed_days(
    w: World, quantity: int, item_type: str, name: str = "一级护理", *, stay_days: int = 7, **more: object
) -> None:
    claim = w.stay("p1", "H1", "2025-03-01", day("2025-03-01", stay_days), **more)
    w.item(claim, "i1", quantity=quantity, amount=40 * quantity, item_type=item_type, item_name=name)


fires("M029", lambda w: _billed_days(w, 14, "01"))
edge("M029", lambda w: _billed_days(w, 9, "01"), lambda w: _billed_days(w, 8, "01"))
silent("M029", "first and last day both counted", lambda w: _billed_days(w, 8, "01"))
silent("M029", "still in hospital", lambda w: _billed_days(w, 14, "01", ended_at=None))
fires("M030", lambda w: _billed_days(w, 14, "07"))
edge("M030", lambda w: _billed_days(w, 9, "07"), lambda w: _billed_days(w, 8, "07"))
silent("M030", "first and last day both counted", lambda w: _billed_days(w, 8, "07"))
silent("M030", "charged by the hour", lambda w: _billed_days(w, 60, "07", "一级护理(小时)"))
silent("M030", "special nursing acts", lambda w: _billed_days(w, 14, "07", "口腔护理"))


def _lengths(w: World, same: int, spread: int, diagnosis: str = "I10", *, fixed: int = 10) -> None:
    for number in range(same):
        w.stay(f"p{number}", "H1", "2025-03-01", day("2025-03-01", fixed), diagnosis_code=diagnosis)
    for number in range(spread):
        w.stay(
            f"q{number}", "H1", "2025-03-01", day("2025-03-01", 11 + number % 12), diagnosis_code=diagnosis
        )


def _peers_alike(w: World) -> None:
    _lengths(w, 25, 25)
    for place in range(30):
        for number in range(40):
            days = 9 if number < 30 else 11 + number % 9
            w.stay(f"x{place}_{number}", f"X{place}", "2025-03-01", day("2025-03-01", days))


fires("M031", lambda w: _lengths(w, 30, 20))
edge("M031", lambda w: _lengths(w, 21, 29), lambda w: _lengths(w, 20, 30))
silent("M031", "day surgery", lambda w: _lengths(w, 40, 20, fixed=1))
silent("M031", "fixed courses", lambda w: _lengths(w, 40, 10, "Z51.1"))
silent("M031", "few stays", lambda w: _lengths(w, 20, 9))


def _few_private_places_among_many_public_ones(w: World) -> list[tuple[str, bool]]:
    """Six private places (the first is the one judged) and sixty public ones of one level."""
    names = [(f"H{number}", number < 6) for number in range(66)]
    for name, private in names:
        w.put("facilities", facility_id=name, level="secondary", ownership="private" if private else "public")
    return names


def _private_peers_alike(w: World) -> None:
    for name, private in _few_private_places_among_many_public_ones(w):
        for number in range(40):
            same = number < (20 if name == "H0" else 30 if private else 3)
            days = 10 if same else 11 + number % 12
            w.stay(f"{name}_{number}", name, "2025-03-01", day("2025-03-01", days))


silent("M031", "as at peers", _peers_alike, own_city=True)
silent("M031", "as at peers", _private_peers_alike, own_city=True)


def _copies(w: World, persons: int, items: int = 16, *, days: int = 7, same_person: bool = False) -> None:
    for number in range(persons):
        start = day("2025-01-01", number * 20 if same_person else number)
        claim = w.stay("p0" if same_person else f"p{number}", "H1", start, day(start, days))
        for item in range(items):
            w.item(claim, f"i{item:02d}", quantity=item + 1, amount=5)


fires("M032", lambda w: _copies(w, 8))
edge("M032", lambda w: _copies(w, 5), lambda w: _copies(w, 4))
edge("M032", lambda w: _copies(w, 6, 15), lambda w: _copies(w, 6, 14))
silent("M032", "short bills", lambda w: _copies(w, 8, 6))
silent("M032", "day surgery packages", lambda w: _copies(w, 8, days=1))
silent("M032", "one person's repeated course", lambda w: _copies(w, 8, same_person=True))


def _therapy(w: World, sessions: int, minutes: float | None = 30) -> None:
    w.put("item_catalogue", item_code="t1", minutes=minutes)
    for number in range(sessions):
        claim = w.stay(f"p{number}", "H1", "2025-03-01", "2025-03-08")
        w.item(claim, "t1", amount=50, ordered_by="d1", charged_at=at("2025-03-03 09:00", number * 60))


fires("M034", lambda w: _therapy(w, 30))
edge("M034", lambda w: _therapy(w, 17), lambda w: _therapy(w, 16))
silent("M034", "treatment without staff time", lambda w: _therapy(w, 30, 0))
silent("M034", "a department's common code", lambda w: _therapy(w, 81))


def _poor_patients(
    w: World,
    supported: int,
    ordinary: int,
    region_supported: int = 5,
    region: int = 95,
    diagnosis: str = "I10",
) -> None:
    counts = (("H1100000001", supported, ordinary), ("H1100000002", region_supported, region))
    for place, poor, other in counts:
        for number in range(poor + other):
            w.person(f"{place}_{number}", identity_class="2302" if number < poor else None)
            w.stay(f"{place}_{number}", place, "2025-03-01", "2025-03-08", diagnosis_code=diagnosis)


fires("M035", lambda w: _poor_patients(w, 30, 20))
edge("M035", lambda w: _poor_patients(w, 8, 40), lambda w: _poor_patients(w, 6, 40))
silent("M035", "region with many supported people", lambda w: _poor_patients(w, 30, 20, 60, 40))
silent("M035", "few stays", lambda w: _poor_patients(w, 20, 9))
silent("M035", "psychiatry", lambda w: _poor_patients(w, 30, 20, diagnosis="F20.0"))


def _waves(
    w: World,
    persons: int,
    count: int = 3,
    diagnosis: str = "I10",
    *,
    usual: int = 0,
    household: str | None = None,
) -> None:
    for window in range(40):
        size = persons if window % 10 == 0 and window // 10 < count else usual
        for number in range(size):
            patient = f"p{window}_{number}"
            w.person(patient, residence_code="370202001001", household_id=household or f"f_{patient}")
            start = day("2025-01-02", window * 3)
            w.stay(patient, "H1", start, day(start, 5), diagnosis_code=diagnosis)
    w.stay("z", "H2", "2025-05-20", "2025-05-25")


fires("M036", lambda w: _waves(w, 12))
edge("M036", lambda w: _waves(w, 8, 2), lambda w: _waves(w, 7, 2))
silent("M036", "the village's usual hospital", lambda w: _waves(w, 12, usual=8))
silent("M036", "epidemic", lambda w: _waves(w, 12, diagnosis="A09.0"))
silent("M036", "a single wave", lambda w: _waves(w, 12, 1))
silent("M036", "one household", lambda w: _waves(w, 12, household="f"))


def _waived(
    w: World,
    free: int,
    paying: int,
    *,
    identity: str | None = None,
    insurance: str = "310",
    peers_free: int = 0,
) -> None:
    for place in range(12):
        own = place == 0
        for number in range(40 if not own else free + paying):
            patient = f"p{place}_{number}"
            zero = number < (free if own else peers_free)
            w.person(
                patient,
                identity_class=identity if zero else None,
                insurance_type=insurance if zero else "310",
            )
            paid = 0 if zero else 500
            w.stay(patient, f"H{place}", "2025-03-01", "2025-03-08", self_paid_amount=paid, account_amount=0)


fires("M037", lambda w: _waived(w, 30, 20))
edge("M037", lambda w: _waived(w, 11, 39), lambda w: _waived(w, 10, 40))
silent("M037", "supported people", lambda w: _waived(w, 30, 40, identity="2307"))
silent("M037", "retired cadres", lambda w: _waived(w, 30, 40, insurance="340"))
silent("M037", "few stays", lambda w: _waived(w, 20, 9))
silent("M037", "as at peers", lambda w: _waived(w, 12, 38, peers_free=20))


def _private_peers_waive(w: World) -> None:
    for name, private in _few_private_places_among_many_public_ones(w):
        for number in range(40):
            free = number < (12 if name == "H0" else 20 if private else 0)
            w.person(f"{name}_{number}")
            w.stay(
                f"{name}_{number}",
                name,
                "2025-03-01",
                "2025-03-08",
                self_paid_amount=0 if free else 500,
                account_amount=0,
            )


silent("M037", "as at peers", _private_peers_waive)


def _doctor_in_bed(w: World, visits: int, days: tuple[int, ...] = (2, 3, 4)) -> None:
    w.put("staff", staff_id="d1", patient_id="p1", place_id="H1")
    w.stay("p1", "H2", "2025-03-01", "2025-03-10")
    for number in range(visits):
        w.visit(f"q{number}", "H1", day("2025-03-01", days[number % len(days)]), doctor_id="d1")


fires("M038", lambda w: _doctor_in_bed(w, 8))
edge("M038", lambda w: _doctor_in_bed(w, 2), lambda w: _doctor_in_bed(w, 1))
silent("M038", "day of admission or discharge", lambda w: _doctor_in_bed(w, 8, (0, 9)))
silent("M038", "a single entry", lambda w: _doctor_in_bed(w, 1))


def _coded(
    w: World, complicated: int, others: int = 4, *, stays: int = 40, days: int = 7, level: str = "secondary"
) -> None:
    for place in range(8):
        own = place == 0
        w.put("facilities", facility_id=f"H{place}", level=level if own else "secondary")
        for number in range(stays if own else 40):
            bad = number < (complicated if own else others)
            claim = w.stay(
                f"p{place}_{number}", f"H{place}", "2025-03-01", day("2025-03-01", days if own else 7)
            )
            w.put("claim_details", claim_id=claim, complication_level="MCC" if bad else "")


fires("M039", lambda w: _coded(w, 30))
edge("M039", lambda w: _coded(w, 9), lambda w: _coded(w, 8))
silent("M039", "peers of the same level", lambda w: _coded(w, 30, level="tertiary"))


def _private_peers_code(w: World) -> None:
    for name, private in _few_private_places_among_many_public_ones(w):
        for number in range(40):
            bad = number < (20 if name == "H0" else 24 if private else 2)
            claim = w.stay(f"{name}_{number}", name, "2025-03-01", "2025-03-08")
            w.put("claim_details", claim_id=claim, complication_level="MCC" if bad else "")


silent("M039", "peers of the same level", _private_peers_code)
silent("M039", "longer stays", lambda w: _coded(w, 30, days=12))
silent("M039", "few stays", lambda w: _coded(w, 25, stays=29))


def _dated_line(w: World, hours_after_end: float = 0, hours_before_start: float = 0) -> None:
    claim = w.stay("p1", "H1", "2025-03-10", "2025-03-17")
    moment = at("2025-03-17 00:00", hours_after_end * 3600)
    if hours_before_start:
        moment = at("2025-03-10 00:00", -hours_before_start * 3600)
    w.item(claim, "ct", amount=300, charged_at=moment)


fires("M040", lambda w: _dated_line(w, 72))
edge("M040", lambda w: _dated_line(w, 24.1), lambda w: _dated_line(w, 24))
edge("M040", lambda w: _dated_line(w, 0, 24.1), lambda w: _dated_line(w, 0, 24))
silent("M040", "tests shortly before admission", lambda w: _dated_line(w, 0, 12))
silent("M040", "evening of discharge", lambda w: _dated_line(w, 19))


def _rotation(
    w: World, persons: int, diagnosis: str = "I10", *, gap: int = 5, stays: int = 4, **more: object
) -> None:
    for number in range(persons):
        start = day("2025-01-05", number)
        for stay in range(stays):
            w.stay(f"p{number}", f"H{stay % 3}", start, day(start, 7), diagnosis_code=diagnosis, **more)
            start = day(start, 7 + gap)


fires("M041", lambda w: _rotation(w, 8))
edge("M041", lambda w: _rotation(w, 5), lambda w: _rotation(w, 4))
edge("M041", lambda w: _rotation(w, 6, gap=30), lambda w: _rotation(w, 6, gap=31))
silent("M041", "treatment cycles", lambda w: _rotation(w, 8, "C50.9"))
silent("M041", "transfer", lambda w: _rotation(w, 8, admission_way="3"))
silent("M041", "few persons", lambda w: _rotation(w, 3))
silent("M041", "long gaps", lambda w: _rotation(w, 8, gap=60))


def _year_end(
    w: World,
    persons: int,
    out: str = "2025-12-30",
    back: str = "2026-01-02",
    *,
    interim: bool = False,
    second: str = "I10",
) -> None:
    for number in range(persons):
        first = w.stay(f"p{number}", "H1", "2025-12-15", out, diagnosis_code="I10")
        w.stay(f"p{number}", "H1", back, "2026-01-15", diagnosis_code=second)
        w.put("claim_details", claim_id=first, mid_settlement=interim)


fires("M044", lambda w: _year_end(w, 9))
edge("M044", lambda w: _year_end(w, 5), lambda w: _year_end(w, 4))
edge("M044", lambda w: _year_end(w, 9, "2025-12-29"), lambda w: _year_end(w, 9, "2025-12-28"))
silent("M044", "interim settlement", lambda w: _year_end(w, 9, interim=True))
silent("M044", "single cases", lambda w: _year_end(w, 2))
silent("M044", "different illness", lambda w: _year_end(w, 9, second="S72.0"))


def _capped(w: World, near: int, below: int, *, exact: bool = False) -> None:
    for number in range(near + below):
        total = 10000 if exact else (9900 if number < near else 9200 + number % 5 * 100)
        claim = w.stay(f"p{number}", "H1", "2025-03-01", "2025-03-08", total_amount=total)
        w.put("claim_details", claim_id=claim, price_cap=10000)


fires("M045", lambda w: _capped(w, 30, 12))
edge("M045", lambda w: _capped(w, 15, 20), lambda w: _capped(w, 14, 20))
silent("M045", "evenly spread costs", lambda w: _capped(w, 10, 40))
silent("M045", "fixed price per case", lambda w: _capped(w, 40, 0, exact=True))
silent("M045", "few cases", lambda w: _capped(w, 15, 4))
