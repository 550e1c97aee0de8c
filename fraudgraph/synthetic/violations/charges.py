"""Cases of models on charge lines."""

from __future__ import annotations

from functools import partial

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.world import World, at, day

__all__ = ["ledger", "never_bought", "stocked"]


def _two_items(
    w: World, kind: str, days_apart: int = 0, *, taken_back: bool = False, both: bool = True
) -> None:
    w.put("item_rules", rule_kind=kind, item_code="whole", other_code="part")
    claim = w.visit("p1", "H1", "2025-03-01")
    w.item(claim, "whole", amount=60, charged_at=at("2025-03-01 09:00"))
    if both:
        w.item(claim, "part", amount=20, charged_at=at("2025-03-01 10:00", days_apart * 86400))
    if taken_back:
        w.item(claim, "part", quantity=-1, amount=-20, charged_at=at("2025-03-01 11:00"))


for model, kind in (("M046", "exclusive"), ("M047", "component")):
    fires(model, partial(_two_items, kind=kind))
    edge(model, partial(_two_items, kind=kind), partial(_two_items, kind=kind, both=False))
    silent(model, "different days", partial(_two_items, kind=kind, days_apart=1))
    silent(model, "line taken back", partial(_two_items, kind=kind, taken_back=True))


def _priced(w: World, price: float, **more: object) -> None:
    w.put("item_catalogue", item_code="i1", price_limit=100)
    w.item(w.visit("p1", "H1", "2025-03-01", **more), "i1", quantity=1, unit_price=price, amount=price)


fires("M048", lambda w: _priced(w, 140))
edge("M048", lambda w: _priced(w, 101.01), lambda w: _priced(w, 101))
silent("M048", "rounding", lambda w: _priced(w, 100.5))
silent("M048", "settlement of another region", lambda w: _priced(w, 140, med_type_raw="25"))


def _daily_items(w: World, quantity: float, *, days: int = 0, taken_back: float = 0) -> None:
    w.put("item_catalogue", item_code="i1", daily_max=24)
    claim = (
        w.stay("p1", "H1", "2025-03-01", day("2025-03-01", days))
        if days
        else w.visit("p1", "H1", "2025-03-01")
    )
    moment = at("2025-03-01 12:00", days * 86400)
    w.item(claim, "i1", quantity=quantity, amount=quantity, charged_at=moment)
    if taken_back:
        w.item(claim, "i1", quantity=-taken_back, amount=-taken_back, charged_at=moment)


fires("M049", lambda w: _daily_items(w, 40))
edge("M049", lambda w: _daily_items(w, 24.5), lambda w: _daily_items(w, 24))
silent("M049", "all days of a stay posted at once", lambda w: _daily_items(w, 8 * 24, days=7))
silent("M049", "line taken back", lambda w: _daily_items(w, 40, taken_back=20))


def _named(w: World, delivered: str, lines: int = 8, official: str = "阿司匹林肠溶片") -> None:
    w.put("item_catalogue", item_code="i1", name=official)
    for number in range(lines):
        w.item(w.visit(f"p{number}", "H1", "2025-03-01"), "i1", amount=30, item_name=delivered)


fires("M050", lambda w: _named(w, "蛋白粉礼盒"))
edge("M050", lambda w: _named(w, "蛋白粉礼盒", 5), lambda w: _named(w, "蛋白粉礼盒", 4))
edge("M050", lambda w: _named(w, "abXXXXX", 5, "abcdefg"), lambda w: _named(w, "abcXXXX", 5, "abcdefg"))
silent(
    "M050",
    "one name contains the other",
    lambda w: _named(w, "拜耳德国原研进口阿司匹林肠溶片一百毫克三十片盒装"),
)


def _both_names(w: World, own: str, lines: int = 30) -> None:
    """No catalogue: a line has the name that it was settled under and the institution's own."""
    for n in range(lines):
        claim = w.visit(f"p{n}", "H1", day("2025-03-01", n % 20))
        w.item(claim, "i1", amount=90, item_name="低频脉冲电治疗", hosp_item_name=own)


fires("M050", lambda w: _both_names(w, "面部护理"), "settled under another name than the institution's own")
silent("M050", "one name contains the other", lambda w: _both_names(w, "低频脉冲电治疗(次)"))
silent("M050", "few lines", lambda w: _named(w, "蛋白粉礼盒", 2))


def ledger(
    w: World,
    item: str,
    kind: str = "purchase",
    quantity: float = 10,
    place: str = "P1",
    when: str = "2025-01-02 09:00",
    **more: object,
) -> None:
    """Rows of a stock ledger or of items without one, as several models need them."""
    number = len(w.rows["stock_moves"])
    w.put(
        "stock_moves",
        move_id=f"m{number}",
        place_id=place,
        item_code=item,
        move_type=kind,
        moved_at=at(when),
        quantity=quantity,
        **more,
    )


def _sold(
    w: World, item: str, amount: float, quantity: float = 10, item_type: str = "09", place: str = "P1"
) -> None:
    claim = w.purchase("p1", place, "2025-03-01", fund_amount=amount)
    w.item(claim, item, quantity=quantity, amount=amount, item_type=item_type)


def never_bought(
    w: World, amount: float, kind: str | None = None, *, has_ledger: bool = True, until: str = "2025-06-30"
) -> None:
    """Rows of a stock ledger or of items without one, as several models need them."""
    if has_ledger:
        ledger(w, "other")
        ledger(w, "other", "sale", 1, when=f"{until} 18:00")
    if kind:
        ledger(w, "drug", kind)
    _sold(w, "drug", amount)


fires("M051", lambda w: never_bought(w, 900))
edge("M051", lambda w: never_bought(w, 500), lambda w: never_bought(w, 499))
silent("M051", "place without a ledger", lambda w: never_bought(w, 900, has_ledger=False))
silent("M051", "opening stock", lambda w: never_bought(w, 900, "opening"))
silent("M051", "transferred in", lambda w: never_bought(w, 900, "transfer_in"))
silent("M051", "outside the ledger's period", lambda w: never_bought(w, 900, until="2025-02-28"))


def stocked(
    w: World,
    settled: float,
    bought: float = 100,
    opening: float = 0,
    *,
    item_type: str = "08",
    amount: float = 9000,
    until: str = "2025-06-30",
) -> None:
    """Rows of a stock ledger or of items without one, as several models need them."""
    if bought or opening:
        ledger(w, "other", "sale", 1, when=f"{until} 18:00")
    if bought:
        ledger(w, "thing", "purchase", bought)
    if opening:
        ledger(w, "thing", "opening", opening)
    _sold(w, "thing", amount, settled, item_type)


fires("M052", lambda w: stocked(w, 150))
edge("M052", lambda w: stocked(w, 105.1), lambda w: stocked(w, 105))
silent("M052", "opening stock", lambda w: stocked(w, 150, opening=60))
silent("M052", "place without a ledger", lambda w: stocked(w, 150, 0))
silent("M052", "small difference", lambda w: stocked(w, 103))
silent("M052", "outside the ledger's period", lambda w: stocked(w, 150, until="2025-02-28"))


def _test_sets(w: World, same: int, others: int, *, tests: int = 6, diagnoses: int = 8) -> None:
    for number in range(same + others):
        disease = f"{'IJKMN'[number % diagnoses % 5]}{10 + number % diagnoses}"
        claim = w.visit(f"p{number}", "H1", "2025-03-01", doctor_id="d1", diagnosis_code=disease)
        for item in range(tests if number < same else 1 + number % 3):
            w.item(claim, f"t{item}", item_type="04", amount=10)


fires("M058", lambda w: _test_sets(w, 25, 5))
edge("M058", lambda w: _test_sets(w, 18, 12), lambda w: _test_sets(w, 17, 13))
edge("M058", lambda w: _test_sets(w, 25, 5, tests=5), lambda w: _test_sets(w, 25, 5, tests=4))
silent("M058", "one disease", lambda w: _test_sets(w, 25, 5, diagnoses=1))
silent("M058", "few patients", lambda w: _test_sets(w, 15, 4))
silent("M058", "small set", lambda w: _test_sets(w, 25, 5, tests=3))


def _repeated_test(w: World, times: int, gap: int = 20, *, inpatient: bool = False) -> None:
    w.put("item_catalogue", item_code="hba1c", min_interval_days=60)
    for number in range(times):
        start = day("2025-01-05", number * gap)
        claim = w.stay("p1", "H1", start, day(start, 3)) if inpatient else w.visit("p1", "H1", start)
        w.item(claim, "hba1c", amount=70)


fires("M059", lambda w: _repeated_test(w, 8))
edge("M059", lambda w: _repeated_test(w, 4), lambda w: _repeated_test(w, 3))
edge("M059", lambda w: _repeated_test(w, 5, 59), lambda w: _repeated_test(w, 5, 60))
silent("M059", "repeated during a stay", lambda w: _repeated_test(w, 8, inpatient=True))
silent("M059", "fewer repeats", lambda w: _repeated_test(w, 2))


def _scoped(w: World, diagnosis: str | None, earlier: str | None = None, days_before: int = 100) -> None:
    w.put("item_catalogue", item_code="i1", scope_diagnoses="C34,C50")
    if earlier:
        w.visit("p1", "H1", day("2025-06-01", -days_before), diagnosis_code=earlier)
    w.item(w.visit("p1", "H1", "2025-06-01", diagnosis_code=diagnosis), "i1", amount=90)


fires("M060", lambda w: _scoped(w, "I10"))
edge("M060", lambda w: _scoped(w, "I10", "C34.1", 366), lambda w: _scoped(w, "I10", "C34.1", 365))
silent("M060", "diagnosis on an earlier claim", lambda w: _scoped(w, "I10", "C50.9"))
silent("M060", "no diagnosis delivered", lambda w: _scoped(w, None))


def _supply(w: World, quantity: float, claim_type: str = "outpatient") -> None:
    w.put("item_catalogue", item_code="i1", supply_days=1)
    if claim_type == "inpatient":
        claim = w.stay("p1", "H1", "2025-03-01", "2025-03-08")
    else:
        claim = w.visit("p1", "H1", "2025-03-01", claim_type=claim_type)
    w.item(claim, "i1", quantity=quantity, amount=90)


fires("M061", lambda w: _supply(w, 60))
edge("M061", lambda w: _supply(w, 31), lambda w: _supply(w, 30))
edge("M061", lambda w: _supply(w, 85, "chronic"), lambda w: _supply(w, 84, "chronic"))
silent("M061", "long prescription for chronic disease", lambda w: _supply(w, 60, "chronic"))
silent("M061", "inpatient care", lambda w: _supply(w, 60, "inpatient"))


def _chronic_drug(w: World, item: str, *certified: str) -> None:
    w.put("item_rules", rule_kind="disease_drug", item_code="insulin", other_code="E11")
    w.put("item_rules", rule_kind="disease_drug", item_code="amlodipine", other_code="I10")
    for disease in certified:
        w.put(
            "certifications",
            certification_id=disease,
            patient_id="p1",
            disease_code=disease,
            certified_on="2025-01-05",
        )
    w.item(w.visit("p1", "H1", "2025-03-01", claim_type="chronic"), item, amount=80)


fires("M062", lambda w: _chronic_drug(w, "insulin", "I10"))
edge("M062", lambda w: _chronic_drug(w, "insulin", "I10"), lambda w: _chronic_drug(w, "amlodipine", "I10"))
silent("M062", "second certified disease", lambda w: _chronic_drug(w, "insulin", "I10", "E11"))
silent("M062", "drug on no list", lambda w: _chronic_drug(w, "vitamin", "I10"))
silent("M062", "no certification delivered", lambda w: _chronic_drug(w, "insulin"))


def _sessions(w: World, a_day: int, days: int = 5, *, devices: int | None = 2) -> None:
    if devices:
        w.put("devices", facility_id="H1", item_code="hd", device_count=devices, sessions_per_day=3)
    for number in range(days):
        for person in range(a_day):
            start = day("2025-03-01", number)
            w.item(w.visit(f"p{person}", "H1", start), "hd", amount=90, charged_at=at(f"{start} 08:00"))


fires("M063", lambda w: _sessions(w, 10))
edge("M063", lambda w: _sessions(w, 7), lambda w: _sessions(w, 6))
edge("M063", lambda w: _sessions(w, 10, 3), lambda w: _sessions(w, 10, 2))
silent("M063", "single days", lambda w: _sessions(w, 10, 2))
silent("M063", "unknown devices", lambda w: _sessions(w, 10, devices=None))


def _spoken(w: World, name: str, lines: int = 6) -> None:
    for number in range(lines):
        w.item(w.visit(f"p{number}", "H1", "2025-03-01"), "i1", amount=90, item_name=name)


fires("M064", lambda w: _spoken(w, "激光美白护理"))
edge("M064", lambda w: _spoken(w, "种植牙", 3), lambda w: _spoken(w, "种植牙", 2))
silent("M064", "medical words that sound alike", lambda w: _spoken(w, "唇腭裂整形修复"))
silent("M064", "single lines", lambda w: _spoken(w, "种植牙", 1))


def _taken_home(w: World, quantity: float, diagnosis: str = "K80.2", days_before_end: int = 0) -> None:
    w.put("item_catalogue", item_code="i1", supply_days=1)
    claim = w.stay("p1", "H1", "2025-03-01", "2025-03-08", diagnosis_code=diagnosis)
    w.item(
        claim, "i1", quantity=quantity, amount=90, charged_at=at("2025-03-08 09:00", -days_before_end * 86400)
    )


fires("M066", lambda w: _taken_home(w, 20))
edge("M066", lambda w: _taken_home(w, 9), lambda w: _taken_home(w, 8))
silent("M066", "chronic disease", lambda w: _taken_home(w, 28, "I10"))
silent("M066", "drugs of ordinary days", lambda w: _taken_home(w, 20, days_before_end=2))


def _split(w: World, claims: int, occasions: int = 5, diagnosis: str = "I10", *, doctors: int = 1) -> None:
    for occasion in range(occasions):
        for number in range(claims):
            w.visit(
                "p1",
                "H1",
                day("2025-03-01", occasion),
                doctor_id=f"d{number % doctors}",
                diagnosis_code=diagnosis,
            )


fires("M067", lambda w: _split(w, 5))
edge("M067", lambda w: _split(w, 3, 3), lambda w: _split(w, 2, 3))
silent("M067", "several doctors", lambda w: _split(w, 4, doctors=4))
silent("M067", "dialysis", lambda w: _split(w, 5, diagnosis="N18.5"))
silent("M067", "single occasion", lambda w: _split(w, 5, 1))
