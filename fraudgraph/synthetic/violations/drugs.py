"""Cases of models on drugs, pharmacies, stock and trace codes."""

from __future__ import annotations

from fraudgraph.synthetic.violations import edge, fires, silent
from fraudgraph.synthetic.violations.charges import ledger, never_bought, stocked
from fraudgraph.synthetic.violations.world import World, at, day


def _collected(w: World, _packs: int, gap: int, per_pack: float = 30, *, drugs: int = 1) -> None:
    for number in range(_packs):
        item = f"i{number % drugs}"
        if number < drugs:
            w.put("item_catalogue", item_code=item, supply_days=per_pack)
        w.item(w.purchase("p1", "P1", day("2025-01-05", number * gap)), item, amount=90)


fires("M069", lambda w: _collected(w, 12, 7))
edge("M069", lambda w: _collected(w, 2, 1, 60.5 + 0.5 + 0.5), lambda w: _collected(w, 2, 1, 60.5))
silent("M069", "surplus within the allowance", lambda w: _collected(w, 6, 20))
silent("M069", "several drugs", lambda w: _collected(w, 12, 7, drugs=6))


def _renewed(w: World, times: int, gap: int, *, places: int = 3) -> None:
    w.put("item_catalogue", item_code="i1", supply_days=30)
    for number in range(times):
        w.item(w.purchase("p1", f"P{number % places}", day("2025-01-05", number * gap)), "i1", amount=90)


fires("M070", lambda w: _renewed(w, 6, 8))
edge("M070", lambda w: _renewed(w, 3, 22), lambda w: _renewed(w, 3, 23))
silent("M070", "early renewal", lambda w: _renewed(w, 6, 25))
silent("M070", "single occasion", lambda w: _renewed(w, 2, 8))
silent("M070", "same place", lambda w: _renewed(w, 6, 8, places=1))


def _basket(w: World, prone: float, other: float, *, places: int = 5, purchases: int = 10) -> None:
    w.put("item_catalogue", item_code="prone", resale_prone=True)
    for number in range(purchases):
        claim = w.purchase(
            "p1", f"P{number % places}", day("2025-01-05", number * 9), fund_amount=prone + other
        )
        w.item(claim, "prone", amount=prone, item_type="09")
        w.item(claim, "plain", amount=other, item_type="09")


fires("M071", lambda w: _basket(w, 900, 20))
edge("M071", lambda w: _basket(w, 900, 100), lambda w: _basket(w, 900, 101))
silent("M071", "one usual place", lambda w: _basket(w, 900, 20, places=1))
silent("M071", "mixed basket", lambda w: _basket(w, 900, 600))
silent("M071", "small sums", lambda w: _basket(w, 400, 0))

CODE = "81234567890123456789"


def _packs(
    w: World,
    uses: int,
    code: str = CODE,
    *,
    codes: int = 1,
    owner: bool = False,
    split: bool = False,
    given_back: bool = False,
) -> None:
    for number in range(uses):
        place = f"P{number % 2}"
        w.put("pharmacies", pharmacy_id=place, legal_representative="甄某" if owner else f"甄{place}")
        claim = w.purchase(f"p{number}", place, day("2025-01-05", number * 40))
        for pack in range(codes):
            own = f"{code[:-2]}{pack:02d}" if codes > 1 else code
            w.item(claim, "drug", amount=30, trace_code=own, split_pack=split)
            if given_back and number == 0:
                w.item(claim, "drug", quantity=-1, amount=-30, trace_code=own, split_pack=split)


def _same_claim_twice(w: World) -> None:
    claim = w.purchase("p1", "P1", "2025-01-05")
    w.item(claim, "drug", amount=30, trace_code=CODE)
    w.item(claim, "drug", amount=30, trace_code=CODE)


fires("M072", lambda w: _packs(w, 3))
edge("M072", lambda w: _packs(w, 2), lambda w: _packs(w, 1))
silent("M072", "split pack", lambda w: _packs(w, 3, split=True))
silent("M072", "given back and sold again", lambda w: _packs(w, 2, given_back=True))
silent("M072", "same claim uploaded twice", _same_claim_twice)
silent("M072", "placeholder code", lambda w: _packs(w, 21))
silent("M072", "placeholder code", lambda w: _packs(w, 3, "0"))


def _pack_sales(
    w: World, sales: int, code: str = CODE, *, back: bool = False, settled: bool = True, **more: object
) -> None:
    for number in range(sales):
        when = day("2025-01-05", number * 40)
        claim = w.purchase(f"p{number}", f"P{number % 2}", when) if settled else None
        moves = ("sale", "sale_return") if back and number == 0 else ("sale",)
        for step, move in enumerate(moves):
            w.put(
                "stock_moves",
                move_id=f"m{number}_{step}",
                place_id=f"P{number % 2}",
                item_code="drug",
                move_type=move,
                moved_at=f"{when} 09:0{step}",
                quantity=1,
                unit_price=30,
                claim_id=claim,
                trace_code=code,
                **more,
            )


fires("M072S", lambda w: _pack_sales(w, 3))
edge("M072S", lambda w: _pack_sales(w, 2), lambda w: _pack_sales(w, 1))
silent("M072S", "split pack", lambda w: _pack_sales(w, 3, split_pack=True))
silent("M072S", "given back and sold again", lambda w: _pack_sales(w, 2, back=True))
silent("M072S", "placeholder code", lambda w: _pack_sales(w, 21))
silent("M072S", "placeholder code", lambda w: _pack_sales(w, 3, "0"))
silent("M072S", "deleted record", lambda w: _pack_sales(w, 3, deleted_at="2025-09-01"))
silent("M072S", "not settled", lambda w: _pack_sales(w, 3, settled=False))
fires("M073", lambda w: _packs(w, 2, codes=6))
edge("M073", lambda w: _packs(w, 2, codes=3), lambda w: _packs(w, 2, codes=2))
silent("M073", "split pack", lambda w: _packs(w, 2, codes=6, split=True))
silent("M073", "single packs", lambda w: _packs(w, 2, codes=1))
silent("M073", "linked places", lambda w: _packs(w, 2, codes=6, owner=True))


def _uncoded(
    w: World,
    bare: int,
    coded: int,
    *,
    on: str = "2026-05-01",
    split: bool = False,
    required: str | None = "2026-01-01",
) -> None:
    w.put("item_catalogue", item_code="drug", trace_required_from=required)
    for number in range(bare + coded):
        claim = w.purchase(f"p{number}", "P1", on)
        w.item(
            claim,
            "drug",
            amount=30,
            trace_code=None if number < bare else f"8{number:019d}",
            split_pack=split,
        )


fires("M074", lambda w: _uncoded(w, 30, 20))
edge("M074", lambda w: _uncoded(w, 11, 39), lambda w: _uncoded(w, 10, 40))
silent("M074", "before the mandatory date", lambda w: _uncoded(w, 30, 20, required="2026-06-01"))
silent("M074", "split pack", lambda w: _uncoded(w, 30, 20, split=True))
silent("M074", "drug without a mandatory code", lambda w: _uncoded(w, 30, 20, required=None))
silent("M074", "few lines", lambda w: _uncoded(w, 20, 9))

fires("M075", lambda w: stocked(w, 200, item_type="09"))
edge(
    "M075",
    lambda w: stocked(w, 200, item_type="09", amount=4000),
    lambda w: stocked(w, 200, item_type="09", amount=3999),
)
silent("M075", "small difference", lambda w: stocked(w, 104, item_type="09", amount=90000))
silent("M075", "place without a ledger", lambda w: never_bought(w, 9000, has_ledger=False))
silent("M075", "opening stock", lambda w: stocked(w, 200, opening=120, item_type="09"))
silent("M075", "outside the ledger's period", lambda w: stocked(w, 200, item_type="09", until="2025-02-28"))


def _bought_at(
    w: World, price: float, quantity: float = 200, *, places: int = 7, deleted: bool = False
) -> None:
    for number in range(places):
        ledger(w, "drug", quantity=100, place=f"P{number}", unit_price=10)
    ledger(
        w,
        "drug",
        quantity=quantity,
        place="X",
        unit_price=price,
        deleted_at="2025-02-01" if deleted else None,
    )


fires("M076", lambda w: _bought_at(w, 60))
edge("M076", lambda w: _bought_at(w, 20.5), lambda w: _bought_at(w, 20))
silent("M076", "few buyers", lambda w: _bought_at(w, 60, places=3))
silent("M076", "small purchases", lambda w: _bought_at(w, 60, 10))
silent("M076", "deleted record", lambda w: _bought_at(w, 60, deleted=True))

fires("M077", lambda w: ledger(w, "drug", quantity=300, unit_price=10))
edge(
    "M077",
    lambda w: ledger(w, "drug", quantity=100, unit_price=10),
    lambda w: ledger(w, "drug", quantity=99, unit_price=10),
)
silent(
    "M077",
    "slip without invoice yet",
    lambda w: ledger(w, "drug", quantity=300, unit_price=10, slip_number="s1"),
)
silent("M077", "small value", lambda w: ledger(w, "drug", quantity=3, unit_price=10))
silent(
    "M077",
    "deleted record",
    lambda w: ledger(w, "drug", quantity=300, unit_price=10, deleted_at="2025-02-01"),
)


def _in_a_row(w: World, persons: int, step: int = 1, **same: object) -> None:
    for number in range(persons):
        patient = f"N{400000 + number * step}"
        w.person(patient, **{"household_id": f"f{number}", "employer": f"e{number}", **same})
        w.purchase(patient, "P1", "2025-03-01")


fires("M079", lambda w: _in_a_row(w, 9))
edge("M079", lambda w: _in_a_row(w, 5), lambda w: _in_a_row(w, 4))
silent("M079", "one household", lambda w: _in_a_row(w, 9, household_id="f"))
silent("M079", "one employer", lambda w: _in_a_row(w, 9, employer="e"))
silent("M079", "short runs", lambda w: _in_a_row(w, 9, 2))


def _card_group(w: World, persons: int, days: int, gap: int = 120, **same: object) -> None:
    for number in range(persons):
        w.person(f"p{number}", **{"household_id": f"f{number}", "address": f"a{number}", **same})
        for session in range(days):
            w.purchase(
                f"p{number}",
                "P1",
                at("2025-03-01 15:00", session * 86400 * 6 + number * gap),
                operator_id="o1",
            )


fires("M080", lambda w: _card_group(w, 8, 6))
edge("M080", lambda w: _card_group(w, 4, 3), lambda w: _card_group(w, 4, 2))
edge("M080", lambda w: _card_group(w, 6, 4, 600), lambda w: _card_group(w, 6, 4, 601))
silent("M080", "one household", lambda w: _card_group(w, 8, 6, household_id="f"))
silent("M080", "one address", lambda w: _card_group(w, 8, 6, address="home"))
silent("M080", "single occasion", lambda w: _card_group(w, 8, 1))
silent("M080", "few people", lambda w: _card_group(w, 3, 6))


def _equal(w: World, persons: int, each: int = 300, others: int = 30, *, usual: bool = False) -> None:
    for number in range(persons):
        w.purchase(f"p{number}", "P1", "2025-03-05", total_amount=each, fund_amount=each // 2)
    for number in range(others):
        w.purchase(f"q{number}", "P1", "2025-03-05", total_amount=50 + number, fund_amount=20)
    for number in range(60):
        total = each if usual and number % 2 else 70 + number
        w.purchase(f"r{number}", "P1", day("2025-03-06", number % 20), total_amount=total, fund_amount=20)


fires("M081", lambda w: _equal(w, 20))
edge("M081", lambda w: _equal(w, 10), lambda w: _equal(w, 9))
silent("M081", "the place's usual fee", lambda w: _equal(w, 20, usual=True))
silent("M081", "small sums", lambda w: _equal(w, 20, 19))
silent("M081", "small share of the day", lambda w: _equal(w, 10, others=200))


def _emptied(w: World, persons: int, paid: int = 800, left: float = 0) -> None:
    for number in range(persons):
        claim = w.purchase(
            f"p{number}", "P1", "2025-12-30", account_amount=paid, total_amount=paid, fund_amount=0
        )
        w.put("claim_details", claim_id=claim, account_balance=left)


fires("M082", lambda w: _emptied(w, 15))
edge("M082", lambda w: _emptied(w, 8), lambda w: _emptied(w, 7))
edge("M082", lambda w: _emptied(w, 9, left=5), lambda w: _emptied(w, 9, left=5.01))
silent("M082", "small balances", lambda w: _emptied(w, 15, 150))
silent("M082", "single cases", lambda w: _emptied(w, 3))


def _nights(w: World, night: int, daytime: int, clock: str = "02:10") -> None:
    for number in range(night):
        w.purchase(
            f"p{number}",
            "P1",
            day("2025-03-01", number),
            settled_at=at(f"{day('2025-03-01', number)} {clock}"),
        )
    for number in range(daytime):
        w.purchase(f"q{number}", "P1", at("2025-03-01 10:00", number * 60 % 20000))


fires("M083", lambda w: _nights(w, 15, 300))
edge("M083", lambda w: _nights(w, 10, 400), lambda w: _nights(w, 9, 400))
edge("M083", lambda w: _nights(w, 12, 300, "23:00"), lambda w: _nights(w, 12, 300, "22:59"))
silent("M083", "open all night", lambda w: _nights(w, 60, 300))
silent("M083", "batch upload at midnight", lambda w: _nights(w, 15, 300, "00:00"))
silent("M083", "few settlements", lambda w: _nights(w, 5, 200))


def _prescribed(
    w: World, forged: int, *, doctor: str = "d1", number_given: bool = True, other_patient: bool = False
) -> None:
    w.put(
        "prescriptions",
        prescription_id="r0",
        patient_id="q",
        doctor_id="d1",
        issued_at=at("2025-02-28 09:00"),
    )
    for number in range(forged):
        claim = w.purchase(f"p{number}", "P1", "2025-03-01", doctor_id=doctor)
        known = "r0" if other_patient else f"x{number}"
        w.put("claim_details", claim_id=claim, prescription_id=known if number_given else None)


fires("M084", lambda w: _prescribed(w, 8))
fires("M084", lambda w: _prescribed(w, 8, other_patient=True), "written for somebody else")
edge("M084", lambda w: _prescribed(w, 3), lambda w: _prescribed(w, 2))
silent("M084", "no prescription number", lambda w: _prescribed(w, 8, number_given=False))
silent("M084", "doctor whose prescriptions were not delivered", lambda w: _prescribed(w, 8, doctor="d9"))
silent("M084", "single slips", lambda w: _prescribed(w, 1))


def _steered(w: World, own: int, elsewhere: int, colleagues_same: int = 5, colleagues: int = 40) -> None:
    def filled(doctor: str, shop: str, times: int) -> None:
        for number in range(times):
            w.purchase(
                f"{doctor}{shop}{number}", shop, "2025-03-01", doctor_id=doctor, prescriber_facility_id="H1"
            )

    filled("d1", "P1", own)
    filled("d1", "P2", elsewhere)
    filled("d2", "P1", colleagues_same)
    filled("d2", "P3", colleagues // 2)
    filled("d3", "P4", colleagues // 2)


fires("M085", lambda w: _steered(w, 40, 2))
edge("M085", lambda w: _steered(w, 33, 8), lambda w: _steered(w, 32, 8))
silent("M085", "colleagues' patients go there too", lambda w: _steered(w, 40, 2, 60, 20))
silent("M085", "few prescriptions", lambda w: _steered(w, 29, 0))


def _hoard(w: World, quantity: float, amount: float = 40000) -> None:
    w.put("item_catalogue", item_code="dear", daily_max=1)
    claim = w.purchase("p1", "P1", "2025-03-01", fund_amount=amount)
    w.item(claim, "dear", quantity=quantity, amount=amount, item_type="09")


fires("M086", lambda w: _hoard(w, 200))
edge("M086", lambda w: _hoard(w, 68.3), lambda w: _hoard(w, 68.2))
silent("M086", "two months' supply at once", lambda w: _hoard(w, 62))
silent("M086", "cheap drug", lambda w: _hoard(w, 200, 900))


def _signing(w: World, times: int, minutes: float = 3, *, places: int = 2) -> None:
    for number in range(times):
        for shop in range(2):
            moment = at("2025-03-01 09:00", number * 86400 + shop * minutes * 60)
            w.put(
                "stock_moves",
                move_id=f"m{number}_{shop}",
                place_id=f"P{shop % places}",
                item_code="drug",
                move_type="sale",
                moved_at=moment,
                quantity=1,
                pharmacist_id="ph1",
            )


fires("M089", lambda w: _signing(w, 8))
edge("M089", lambda w: _signing(w, 3), lambda w: _signing(w, 2))
edge("M089", lambda w: _signing(w, 5, 9.9), lambda w: _signing(w, 5, 10))
silent("M089", "single slip", lambda w: _signing(w, 1))
silent("M089", "same shop", lambda w: _signing(w, 8, places=1))


def _proxy(w: World, persons: int, **same: object) -> None:
    for number in range(persons):
        w.person(
            f"p{number}", **{"agent_id": "g1", "household_id": f"f{number}", "address": f"a{number}", **same}
        )
        w.purchase(f"p{number}", "P1", day("2025-03-01", number % 28))


fires("M090", lambda w: _proxy(w, 20))
edge("M090", lambda w: _proxy(w, 10), lambda w: _proxy(w, 9))
silent("M090", "one address", lambda w: _proxy(w, 20, address="home"))
silent("M090", "one household", lambda w: _proxy(w, 20, household_id="f"))
