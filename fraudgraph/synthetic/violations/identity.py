"""Cases of identity and person-level models."""

from __future__ import annotations

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.world import World, at, day


def _purchase_in_stay(w: World, days: int, fund: int = 80, times: int = 1) -> None:
    w.stay("p1", "H1", "2025-03-01", "2025-03-10")
    for number in range(times):
        w.purchase("p1", "P1", day("2025-03-01", days + number), fund_amount=fund)


fires("M003", lambda w: _purchase_in_stay(w, 4))
fires("M003", lambda w: _purchase_in_stay(w, 4, 0, 2), "two from the personal account")
edge("M003", lambda w: _purchase_in_stay(w, 8), lambda w: _purchase_in_stay(w, 9))
silent("M003", "day of admission", lambda w: _purchase_in_stay(w, 0))
silent("M003", "day of discharge", lambda w: _purchase_in_stay(w, 9))
silent("M003", "one purchase without pooled money", lambda w: _purchase_in_stay(w, 4, 0, 1))


def _far_apart(w: World, minutes: int, *, degrees: float = 1.0, clock: str = "2025-03-01 09:00") -> None:
    w.put("facilities", facility_id="H1", longitude=120.0, latitude=36.0)
    w.put("facilities", facility_id="H2", longitude=120.0, latitude=36.0 + degrees)
    w.visit("p1", "H1", at(clock))
    w.visit("p1", "H2", at(clock, minutes * 60))


fires("M005", lambda w: _far_apart(w, 15))
edge("M005", lambda w: _far_apart(w, 55), lambda w: _far_apart(w, 56))
silent("M005", "neighbouring places", lambda w: _far_apart(w, 1, degrees=0.2))
silent("M005", "enough time to travel", lambda w: _far_apart(w, 180))


def _uploaded_at_midnight(w: World) -> None:
    _far_apart(w, 15)
    for claim in w.rows["claims"]:
        claim["event_at"] = claim["settled_at"] = at("2025-03-01 00:00")


silent("M005", "batch upload at midnight", _uploaded_at_midnight)


def _tour(w: World, places: int, **more: object) -> None:
    for number in range(places):
        w.visit("p1", f"H{number}", f"2025-03-01 {9 + number:02d}:00", **more)


def _tour_ending_at_pharmacy(w: World) -> None:
    _tour(w, 2)
    w.purchase("p1", "P1", "2025-03-01 15:00", doctor_id="d1")


def _tour_ending_in_hospital(w: World) -> None:
    _tour(w, 2)
    w.stay("p1", "H9", "2025-03-01", "2025-03-05")


fires("M006", lambda w: _tour(w, 5))
edge("M006", lambda w: _tour(w, 3), lambda w: _tour(w, 2))
silent("M006", "prescription filled at a pharmacy", _tour_ending_at_pharmacy)
silent("M006", "admission to hospital", _tour_ending_in_hospital)


def _busy_month(w: World, visits: int, diagnosis: str = "I10", *, per_day: int = 1) -> None:
    for number in range(visits):
        w.visit("p1", f"H{number % 3}", day("2025-03-01", number // per_day), diagnosis_code=diagnosis)


def _one_visit_many_bills(w: World) -> None:
    for number in range(20):
        w.visit("p1", "H1", day("2025-03-01", number // 4))


fires("M007", lambda w: _busy_month(w, 25))
edge("M007", lambda w: _busy_month(w, 16), lambda w: _busy_month(w, 15))
silent("M007", "dialysis", lambda w: _busy_month(w, 25, "N18.5"))
silent("M007", "cancer treatment", lambda w: _busy_month(w, 25, "C50.9"))
silent("M007", "rehabilitation", lambda w: _busy_month(w, 25, "Z50.1"))
silent("M007", "wound care", lambda w: _busy_month(w, 25, "Z48.0"))
silent("M007", "several bills of one visit", _one_visit_many_bills)


def _daily_purchases(w: World, days: int, *, per_day: int = 1) -> None:
    for number in range(days):
        for _ in range(per_day):
            w.purchase("p1", "P1", day("2025-03-01", number))


def _daily_clinic(w: World) -> None:
    for number in range(6):
        w.visit("p1", "H1", day("2025-03-01", number))


fires("M008", lambda w: _daily_purchases(w, 6))
edge("M008", lambda w: _daily_purchases(w, 3), lambda w: _daily_purchases(w, 2))
silent("M008", "several purchases on one day", lambda w: _daily_purchases(w, 1, per_day=5))
silent("M008", "outpatient course of treatment", _daily_clinic)


def _year_of_stays(
    w: World, stays: int, diagnosis: str = "I10", *, identity: str = "", **more: object
) -> None:
    w.person("p1", identity_class=identity)
    for number in range(stays):
        start = day("2025-01-05", number * 30)
        w.stay("p1", "H1", start, day(start, 6), diagnosis_code=diagnosis, **more)


fires("M009", lambda w: _year_of_stays(w, 8))
edge("M009", lambda w: _year_of_stays(w, 6), lambda w: _year_of_stays(w, 5))
edge("M009", lambda w: _year_of_stays(w, 4, identity="2307"), lambda w: _year_of_stays(w, 3, identity="2307"))
silent("M009", "cancer and its treatment", lambda w: _year_of_stays(w, 8, "Z51.1"))
silent("M009", "dialysis", lambda w: _year_of_stays(w, 8, "N18.5"))
silent("M009", "psychiatry", lambda w: _year_of_stays(w, 8, "F20.0"))
silent("M009", "transfer", lambda w: _year_of_stays(w, 8, admission_way="3"))


def _spender(w: World, paid: int, diagnosis: str = "I10", peers: int = 120) -> None:
    for number in range(peers):
        w.person(f"q{number}", birth_date="1980-05-05", insurance_type="310")
        w.visit(f"q{number}", "H1", "2025-03-01", fund_amount=100)
    w.person("p1", birth_date="1980-05-05", insurance_type="310")
    w.visit("p1", "H1", "2025-03-01", fund_amount=paid, diagnosis_code=diagnosis)


fires("M010", lambda w: _spender(w, 900_000))
edge("M010", lambda w: _spender(w, 300), lambda w: _spender(w, 299), own_city=True)
silent("M010", "severe illness", lambda w: _spender(w, 900_000, "C34.1"))
silent("M010", "too few peers", lambda w: _spender(w, 900_000, peers=60), own_city=True)


def _away(w: World, visit_day: str, kind: str = "custody", until: str | None = "2025-06-30") -> None:
    w.put("person_events", patient_id="p1", kind=kind, started_on="2025-03-01", ended_on=until)
    w.visit("p1", "H1", visit_day)


fires("M011", lambda w: _away(w, "2025-04-01"))
fires("M011", lambda w: _away(w, "2025-04-01", "abroad"), "abroad")
edge("M011", lambda w: _away(w, "2025-03-02"), lambda w: _away(w, "2025-03-01"))
silent("M011", "first day", lambda w: _away(w, "2025-03-01"))
silent("M011", "last day", lambda w: _away(w, "2025-06-30"))
silent("M011", "register entry without an end", lambda w: _away(w, "2025-04-01", until=None))


def _injured(w: World, days: int, diagnosis: str = "S72.0", *, recovered: bool | None = None) -> None:
    w.put("person_events", patient_id="p1", kind="accident", started_on="2025-03-01", recovered=recovered)
    w.visit("p1", "H1", day("2025-03-01", days), diagnosis_code=diagnosis)


fires("M012", lambda w: _injured(w, 2))
edge("M012", lambda w: _injured(w, 30), lambda w: _injured(w, 31))
silent("M012", "illness", lambda w: _injured(w, 2, "I10"))
silent("M012", "fund paid back", lambda w: _injured(w, 2, recovered=True))
silent("M012", "long after the accident", lambda w: _injured(w, 200))


def _invoiced(w: World, times: int, *, interim: bool | None = None) -> None:
    for number in range(times):
        claim = w.visit("p1", "H1", day("2025-03-01", number))
        w.put("claim_details", claim_id=claim, invoice_number="inv1", mid_settlement=interim)


fires("M013", lambda w: _invoiced(w, 3))
edge("M013", lambda w: _invoiced(w, 2), lambda w: _invoiced(w, 1))
silent("M013", "interim settlement of one stay", lambda w: _invoiced(w, 3, interim=True))


def _wrong_sex_item(w: World, person: str | None, item: str | None = "2", diagnosis: str = "I10") -> None:
    w.put("item_catalogue", item_code="i1", sex=item)
    w.person("p1", sex=person)
    w.item(w.visit("p1", "H1", "2025-03-01", diagnosis_code=diagnosis), "i1", amount=60)


fires("M014", lambda w: _wrong_sex_item(w, "1"))
edge("M014", lambda w: _wrong_sex_item(w, "1", "2"), lambda w: _wrong_sex_item(w, "2", "2"))
silent("M014", "sex not stated", lambda w: _wrong_sex_item(w, "9"))
silent("M014", "newborn on the mother's card", lambda w: _wrong_sex_item(w, "1", diagnosis="P59.9"))


def _diagnosed(w: World, sex: str | None, diagnosis: str) -> None:
    w.person("p1", sex=sex)
    w.visit("p1", "H1", "2025-03-01", diagnosis_code=diagnosis)


fires("M014D", lambda w: _diagnosed(w, "1", "O80.0"))
fires("M014D", lambda w: _diagnosed(w, "2", "N40"), "a woman with a prostate")
edge("M014D", lambda w: _diagnosed(w, "1", "N80.1"), lambda w: _diagnosed(w, "2", "N80.1"))
silent("M014D", "sex not stated", lambda w: _diagnosed(w, "0", "O80.0"))
silent("M014D", "disease of both sexes", lambda w: _diagnosed(w, "1", "C50.9"))


def _limited_item(w: World, born: int, least: int | None = None, most: int | None = 14) -> None:
    w.put("item_catalogue", item_code="i1", min_age=least, max_age=most)
    w.person("p1", birth_date=f"{born}-03-01")
    w.item(w.visit("p1", "H1", "2025-06-01"), "i1", amount=60)


fires("M015", lambda w: _limited_item(w, 1960))
fires("M015", lambda w: _limited_item(w, 2020, 18, None), "an adult's item for a child")
edge("M015", lambda w: _limited_item(w, 2009), lambda w: _limited_item(w, 2010))
silent("M015", "one year of grace", lambda w: _limited_item(w, 2010))
silent("M015", "impossible birth date", lambda w: _limited_item(w, 1890))


def _obstetric(w: World, born: int, diagnosis: str = "O80.0") -> None:
    w.person("p1", birth_date=f"{born}-03-01")
    w.stay("p1", "H1", "2025-06-01", "2025-06-05", diagnosis_code=diagnosis)


fires("M016", lambda w: _obstetric(w, 1950))
edge("M016", lambda w: _obstetric(w, 1964), lambda w: _obstetric(w, 1965))
edge("M016", lambda w: _obstetric(w, 2016), lambda w: _obstetric(w, 2015))
silent("M016", "newborn on the mother's card", lambda w: _obstetric(w, 2025))
silent("M016", "impossible birth date", lambda w: _obstetric(w, 1890))


def _one_phone(w: World, persons: int, **same: object) -> None:
    for number in range(persons):
        w.person(
            f"p{number}",
            **{
                "phone": "13900000001",
                "household_id": f"f{number}",
                "address": f"a{number}",
                "employer": f"e{number}",
                **same,
            },
        )
        w.visit(f"p{number}", "H1", "2025-03-01", fund_amount=90000)


fires("M017", lambda w: _one_phone(w, 6))
edge("M017", lambda w: _one_phone(w, 3), lambda w: _one_phone(w, 2))
silent("M017", "one household", lambda w: _one_phone(w, 6, household_id="f"))
silent("M017", "one address", lambda w: _one_phone(w, 6, address="home"))
silent("M017", "one employer", lambda w: _one_phone(w, 6, employer="works"))
silent("M017", "placeholder number", lambda w: _one_phone(w, 51))


def _agent_files(w: World, persons: int, **same: object) -> None:
    for number in range(persons):
        w.person(f"p{number}", **{"household_id": f"f{number}", "address": f"a{number}", **same})
        w.put(
            "certifications",
            certification_id=f"t{number}",
            patient_id=f"p{number}",
            certified_on="2025-02-01",
            agent_id="g1",
        )
        w.visit(f"p{number}", "H1", "2025-03-01", claim_type="chronic")


fires("M018", lambda w: _agent_files(w, 9))
edge("M018", lambda w: _agent_files(w, 5), lambda w: _agent_files(w, 4))
silent("M018", "one household", lambda w: _agent_files(w, 9, household_id="f"))
silent("M018", "one address", lambda w: _agent_files(w, 9, address="home"))


def _one_device(w: World, persons: int, household: str | None = None) -> None:
    for number in range(persons):
        w.person(f"p{number}", household_id=household or f"f{number}")
        w.put("claim_details", claim_id=w.purchase(f"p{number}", "P1", "2025-03-01"), device_id="v1")


fires("M019", lambda w: _one_device(w, 9))
edge("M019", lambda w: _one_device(w, 4), lambda w: _one_device(w, 3))
silent("M019", "one household", lambda w: _one_device(w, 9, "f"))
silent("M019", "the counter's own device", lambda w: _one_device(w, 61))


def _one_payer(w: World, persons: int, household: str | None = None, *, own: bool = False) -> None:
    w.person("o1", household_id="f")
    for number in range(persons):
        w.person(f"p{number}", household_id=household or f"f{number}")
        patient = "o1" if own else f"p{number}"
        claim = w.purchase(patient, "P1", day("2025-03-01", number), account_amount=70, fund_amount=0)
        w.put("claim_details", claim_id=claim, payer_account_id="o1")


fires("M020", lambda w: _one_payer(w, 9))
edge("M020", lambda w: _one_payer(w, 5), lambda w: _one_payer(w, 4))
silent("M020", "own purchases", lambda w: _one_payer(w, 9, own=True))
silent("M020", "one household", lambda w: _one_payer(w, 9, "f"))
