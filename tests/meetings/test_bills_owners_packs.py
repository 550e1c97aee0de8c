"""Same bills, common owners, repeated packs: each finds what was planted, and lets pass what the place or the register explains."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from fraudgraph.meetings import VIEWS, find_meetings
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World
from tests.meetings.test_views import HARDLY_CHANCE, clock, pairs

RING = tuple(f"R{number}" for number in range(6))
TOGETHER = (4, 15, 25, 37, 51, 66)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def clinic(*, amounts: tuple[int, ...] = (), people: int = 400, a_day: int = 25) -> World:
    """Ninety days at one clinic: everybody's bill has an amount of its own, or one of the clinic's few prices."""
    world, chance = World(), random.Random(12)
    for number in range(90):
        for _ in range(a_day):
            amount = chance.choice(amounts) if amounts else chance.lognormvariate(5, 0.7)
            world.visit(f"P{chance.randrange(people):03d}", "H1", clock(number, chance.randrange(480, 1080)), total_amount=round(amount, 2), fund_amount=1)  # fmt: skip
    return world


# The same bills.


def test_people_whose_bills_are_alike_to_the_yuan_on_six_days_are_found_hours_apart(store: Store) -> None:
    world, chance = clinic(), random.Random(3)
    for turn, number in enumerate(TOGETHER):
        for person in RING:
            amount = 137 + 41 * turn + chance.choice((0, 0.2, 0.4))
            world.visit(person, "H1", clock(number, chance.randrange(480, 1080)), total_amount=amount, fund_amount=1)  # fmt: skip
    assert pairs(store, "same_bill", world) == set(combinations(RING, 2))


def test_people_on_the_same_days_with_bills_of_their_own_are_not(store: Store) -> None:
    world, chance = clinic(), random.Random(3)
    for number in TOGETHER:
        for person in RING:
            world.visit(person, "H1", clock(number, chance.randrange(480, 1080)), total_amount=round(chance.lognormvariate(5, 0.7), 2), fund_amount=1)  # fmt: skip
    assert pairs(store, "same_bill", world, at_most=1) == set()


def test_a_clinic_of_a_few_fixed_prices_bills_everybody_alike(store: Store) -> None:
    """A herbal decoction costs what it costs."""
    world = clinic(amounts=(60, 90, 120, 180, 240))
    for turn, number in enumerate(TOGETHER):
        for person in RING:
            world.visit(person, "H1", clock(number, 600), total_amount=(60, 90, 120, 180, 240, 60)[turn], fund_amount=1)  # fmt: skip
    assert pairs(store, "same_bill", world, at_most=1) == set()


def test_the_package_of_one_check_up_day_is_one_bill_in_common(store: Store) -> None:
    world = clinic()
    for person in range(45):
        world.visit(f"F{person:02d}", "H1", clock(40, 480 + person), total_amount=388, fund_amount=1)
    assert pairs(store, "same_bill", world, at_most=1) == set()


def test_two_with_one_prescription_month_after_month_have_one_bill_in_common(store: Store) -> None:
    """Habits: the same two drugs for the same complaint, on the same refill days."""
    world = clinic()
    for number in range(2, 90, 8):
        for person in ("A", "B"):
            bill = world.visit(person, "H1", clock(number, 500), total_amount=73, fund_amount=1)
            world.item(bill, "D1", 2, 50)
            world.item(bill, "D2", 1, 23)
    assert pairs(store, "same_bill", world, at_most=1) == set()


def baskets(
    world: World, chance: random.Random, person: str, number: int, lines: list[tuple[int, int]]
) -> None:
    price = 30 + 200 * chance.random()  # prices and days differ: only what was billed can be alike
    bill = world.visit(person, "H1", clock(number, chance.randrange(480, 1080)), total_amount=round(price, 2), fund_amount=1)  # fmt: skip
    for item, quantity in lines:
        world.item(bill, f"D{item}", quantity, 5)


def prescribing() -> World:
    """Bills of two or three of sixty items; one in four is the clinic's infusion package."""
    world, chance = World(), random.Random(7)
    for number in range(90):
        for _ in range(20):
            lines = [
                (item, chance.randrange(1, 7)) for item in chance.sample(range(60), chance.choice((2, 3)))
            ]
            package = [(90, 1), (91, 2), (92, 5)]
            baskets(world, chance, f"P{chance.randrange(300):03d}", number, package if chance.random() < 0.25 else lines)  # fmt: skip
    return world


def test_people_with_the_same_four_rare_baskets_on_scattered_days_are_found(store: Store) -> None:
    world, chance = prescribing(), random.Random(8)
    recipes = [[(item, 3), (item + 7, 6), (item + 20, 2)] for item in (1, 5, 11, 17)]
    for person in RING:
        for lines in recipes:
            baskets(world, chance, person, chance.randrange(90), lines[::-1] if person == "R3" else lines)
    assert pairs(store, "same_bill", world, at_most=1e-4) == set(combinations(RING, 2))


def test_people_who_all_had_the_package_of_the_place_are_not(store: Store) -> None:
    world, chance = prescribing(), random.Random(8)
    for person in RING:
        for _ in range(6):
            baskets(world, chance, person, chance.randrange(90), [(90, 1), (91, 2), (92, 5)])
    assert pairs(store, "same_bill", world, at_most=1) == set()


def test_a_place_with_a_hundred_thousand_identical_bills_makes_no_pairs(store: Store) -> None:
    world = clinic(a_day=1)
    world.fill(store)
    store.run(
        "INSERT INTO claims BY NAME SELECT concat('m', i) AS claim_id, concat('M', i % 20000) AS patient_id, 'H1' AS facility_id, 'H1' AS place_id, "
        "'facility' AS place_type, 'outpatient' AS claim_type, DATE '2025-03-03' + CAST(i % 90 AS INTEGER) AS event_date, "
        "TIMESTAMP '2025-03-03 09:00:00' AS started_at, 35.00 AS net_total_amount, 20.00 AS net_fund_amount, 35.00 AS total_amount, "
        "20.00 AS fund_amount, TRUE AS counted FROM range(100000) AS t(i)"
    )
    report = find_meetings(store, MeetingSettings(off=tuple(name for name in VIEWS if name != "same_bill")))
    (ran,) = [view for view in report.views if view.on]
    assert (ran.view, ran.meeting_count) == ("same_bill", 0)


# Places of one owner.


def market_town(*, shared: int) -> World:
    """Three villages whose people use one or two of twenty shops; K0 and K5 have one owner, K1 to K4 a second."""
    world, chance = World(), random.Random(5)
    for person in range(1200):
        home = person % 3
        world.person(f"P{person:04d}", residence_code=f"V{home}")
        for shop in chance.sample(range(20), chance.choice((1, 1, 2))):
            world.purchase(f"P{person:04d}", f"K{shop}", clock(chance.randrange(90), 600))
    for person in range(shared):
        world.person(f"S{person:02d}", residence_code="V0")
        for shop in ("K0", "K5"):
            world.purchase(f"S{person:02d}", shop, clock(chance.randrange(90), 600))
    owners = ("Qi Lan", "Bo Yu", "Bo Yu", "Bo Yu", "Bo Yu", "Qi Lan", *(f"Shen {n}" for n in range(14)))
    for shop, owner in enumerate(owners):
        world.put("pharmacies", pharmacy_id=f"K{shop}", legal_representative=owner, phone=f"0532{shop:07d}")
    return world


def owned(store: Store, world: World) -> set[tuple[str, str]]:
    find_meetings(
        world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != "ownership"))
    )
    return {
        (a, b)
        for a, b in store.rows(
            "SELECT a, b FROM place_meetings WHERE view = 'ownership' AND observed > expected AND p <= $most",
            most=HARDLY_CHANCE,
        )
    }


def test_two_shops_of_one_owner_that_share_many_people_beyond_the_town_are_found(store: Store) -> None:
    assert owned(store, market_town(shared=45)) == {("K0", "K5")}


def test_shops_of_one_owner_whose_customers_choose_as_the_town_does_are_not(store: Store) -> None:
    assert owned(store, market_town(shared=0)) == set()


def test_shops_that_share_as_many_people_but_no_owner_are_not(store: Store) -> None:
    world = market_town(shared=45)
    for shop in world.rows["pharmacies"]:
        shop["legal_representative"] = shop["pharmacy_id"]
    assert owned(store, world) == set()


def test_a_value_that_stands_with_every_place_is_a_placeholder(store: Store) -> None:
    world = market_town(shared=45)
    for shop in range(20):
        world.put("pharmacies", pharmacy_id=f"Z{shop}", legal_representative="Qi Lan")
    assert owned(store, world) == set()


def clinics_of_one_owner(*, registered: bool) -> World:
    """Fourteen clinics of six doctors; five doctors of H01 also settle at H02, which has the same account."""
    world, chance = World(), random.Random(2)
    for place in range(14):
        world.put(
            "facilities", facility_id=f"H{place:02d}", account="6222001" if place in (1, 2) else f"62{place}"
        )
        for doctor in range(6):
            for _ in range(12):
                world.visit(f"P{chance.randrange(2000):04d}", f"H{place:02d}", clock(chance.randrange(90), 600), doctor_id=f"D{place:02d}{doctor}")  # fmt: skip
    for doctor in range(5):
        for _ in range(4):
            world.visit(f"P{chance.randrange(2000):04d}", "H02", clock(chance.randrange(90), 700), doctor_id=f"D01{doctor}")  # fmt: skip
        if registered:
            for place in ("H01", "H02"):
                world.put("doctor_sites", doctor_id=f"D01{doctor}", facility_id=place)
    return world


def test_two_clinics_of_one_account_whose_doctors_settle_at_both_are_found(store: Store) -> None:
    assert owned(store, clinics_of_one_owner(registered=False)) == {("H01", "H02")}


def test_doctors_who_are_registered_at_both_are_no_surprise(store: Store) -> None:
    assert owned(store, clinics_of_one_owner(registered=True)) == set()


def test_owners_dealt_out_anew_among_the_shops_link_nobody(store: Store) -> None:
    world = market_town(shared=45)
    values = [shop["legal_representative"] for shop in world.rows["pharmacies"]]
    found = 0
    for seed in range(6):
        dealt = random.Random(seed).sample(values, len(values))
        for shop, owner in zip(world.rows["pharmacies"], dealt, strict=True):
            shop["legal_representative"] = (
                owner if shop["pharmacy_id"] not in {"K0", "K5"} else shop["pharmacy_id"]
            )
        found += len(owned(store, world))
    assert found == 0


# A place that comes back under another name.


def closing(*, taken_over: int) -> World:
    """Ten shops of two villages; K0 stops on day 60, K10 opens on day 70 and keeps some of its people."""
    world, chance = World(), random.Random(6)
    for person in range(1000):
        world.person(f"P{person:04d}", residence_code=f"V{person % 2}")
        for shop in chance.sample(range(10), 2):
            world.purchase(
                f"P{person:04d}", f"K{shop}", clock(chance.randrange(60 if shop == 0 else 150), 600)
            )
    of_old = sorted({row["patient_id"] for row in world.rows["claims"] if row["place_id"] == "K0"})
    others = [f"P{person:04d}" for person in range(1000) if f"P{person:04d}" not in of_old]
    for person in [*of_old[:taken_over], *chance.sample(others, 120 - taken_over)]:
        world.purchase(person, "K10", clock(chance.randrange(70, 150), 600))
    return world


def succeeded(store: Store, world: World) -> list[tuple[str, str]]:
    find_meetings(
        world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != "successor"))
    )
    return store.rows("SELECT a, b FROM place_meetings WHERE view = 'successor' ORDER BY a, b")


def test_a_new_shop_with_most_of_the_people_of_one_that_stopped_is_its_successor(store: Store) -> None:
    assert succeeded(store, closing(taken_over=90)) == [("K0", "K10")]


def test_a_new_shop_that_has_its_share_of_a_closed_neighbours_people_is_not(store: Store) -> None:
    assert succeeded(store, closing(taken_over=26)) == []


def test_a_shop_that_was_there_all_along_succeeds_nobody(store: Store) -> None:
    world = closing(taken_over=90)
    for person in range(0, 60, 10):
        world.purchase(f"P{person:04d}", "K10", clock(person, 700))
    assert succeeded(store, world) == []


def test_people_dealt_out_anew_among_all_purchases_leave_no_successor(store: Store) -> None:
    world = closing(taken_over=90)
    claims = world.rows["claims"]
    people = random.Random(1).sample([row["patient_id"] for row in claims], len(claims))
    for row, person in zip(claims, people, strict=True):
        row["patient_id"] = person
    assert succeeded(store, world) == []


# One pack, twice.


def code(number: int) -> str:
    return f"8100{number:016d}"


def shops(*, wrong: float = 0.01, people: int = 300) -> World:
    """Four shops, a pack a purchase; one code in a hundred was typed wrongly and is another pack's."""
    world, chance = World(), random.Random(21)
    used: list[int] = []
    for number in range(90):
        for _ in range(30):
            bill = world.purchase(f"P{chance.randrange(people):03d}", f"K{chance.randrange(4)}", clock(number, 600))  # fmt: skip
            again = bool(used) and chance.random() < wrong
            used.append(chance.choice(used) if again else len(used))
            world.item(bill, "D1", 1, 20, trace_code=code(used[-1]))
    return world


def packs(world: World, person: str, place: str, number: int, codes: list[int], **more: object) -> None:
    for one in codes:
        bill = world.purchase(person, place, clock(number, 630))
        world.item(bill, "D1", 1, 20, trace_code=code(one), **more)


def travelled(store: Store) -> set[tuple[str, str]]:
    return {
        (a, b)
        for a, b in store.rows(
            "SELECT a, b FROM place_meetings WHERE view = 'trace_code' AND p <= $most", most=HARDLY_CHANCE
        )
    }


def resale(world: World) -> None:
    """Six cards fetch eighteen packs at K1, which are settled again on the others' cards at K3 six weeks later."""
    for person, name in enumerate(RING):
        packs(world, name, "K1", 10 + person, [9000 + person * 3 + n for n in range(3)])
        other = (person + 1) % len(RING)
        packs(world, name, "K3", 52 + person, [9000 + other * 3 + n for n in range(3)])


def test_people_between_whom_packs_go_round_are_found_and_so_are_the_two_shops(store: Store) -> None:
    world = shops()
    resale(world)
    found = pairs(store, "trace_code", world)
    assert found == {tuple(sorted((RING[i], RING[(i + 1) % 6]))) for i in range(6)}
    assert travelled(store) == {("K1", "K3")}


def test_wrongly_typed_codes_make_nobody_meet(store: Store) -> None:
    assert pairs(store, "trace_code", shops(), at_most=1e-3) == set()
    assert travelled(store) == set()


def test_a_shop_that_types_badly_explains_its_customers(store: Store) -> None:
    world, chance = shops(), random.Random(4)
    for number in range(600):
        packs(
            world,
            f"P{chance.randrange(300):03d}",
            "K9",
            number % 90,
            [7000 + number - (number % 5 == 0) * 40],
        )
    assert pairs(store, "trace_code", world, at_most=1e-4) == set()


@pytest.mark.parametrize("lawful", ["split", "returned", "default code"])
def test_packs_sold_in_parts_given_back_or_coded_by_default_are_left_out(lawful: str, store: Store) -> None:
    world = shops()
    if lawful == "split":
        for number in range(6):
            for person in RING:
                packs(world, person, "K1", 10 + number, [9100 + number], split_pack=True)
    elif lawful == "returned":
        resale(world)
        for line in [line for line in world.rows["claim_items"] if line["trace_code"] >= code(9000)]:
            world.item(line["claim_id"], "D2", -1, -20, trace_code=line["trace_code"])
    else:
        for person in range(80):
            packs(world, f"P{person:03d}", "K1", person, [9999, 9998, 9997])
    assert pairs(store, "trace_code", world, at_most=1e-3) == set()


def test_codes_dealt_out_anew_among_the_packs_make_nobody_meet(store: Store) -> None:
    """Every repeated code stays as often as it was; whose packs it stands on is left to chance."""
    world = shops(wrong=0.03)
    resale(world)
    lines, found = world.rows["claim_items"], 0
    for seed in range(3):
        codes = random.Random(seed).sample([line["trace_code"] for line in lines], len(lines))
        for line, one in zip(lines, codes, strict=True):
            line["trace_code"] = one
        found += len(pairs(store, "trace_code", world, at_most=1e-4)) + len(travelled(store))
    assert found == 0


# What every view owes.


@pytest.mark.parametrize("view", ["same_bill", "ownership", "trace_code"])
def test_the_order_of_the_rows_does_not_matter(view: str, tmp_path: Path) -> None:
    world = market_town(shared=45)
    bills, first = shops(), date(2025, 3, 3)
    resale(bills)
    world.rows["claims"] += [{**row, "claim_id": f"s{row['claim_id']}"} for row in bills.rows["claims"]]
    world.rows["claim_items"] += [
        {**row, "claim_id": f"s{row['claim_id']}"} for row in bills.rows["claim_items"]
    ]
    for turn, number in enumerate(TOGETHER):
        for person in RING:
            world.purchase(person, "K6", first + timedelta(days=number), total_amount=137 + 41 * turn, fund_amount=1)  # fmt: skip
    answers = []
    for number, ordered in enumerate((world, world.shuffled(3))):
        with Store(tmp_path / str(number)) as store:
            find_meetings(
                ordered.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != view))
            )
            answers.append(
                [
                    store.rows(f"SELECT * FROM {table} ORDER BY ALL")
                    for table in ("pair_meetings", "place_meetings")
                ]
            )
    assert any(answers[0])
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("view", "column"),
    [
        ("same_bill", "place_id"),
        ("successor", "place_id"),
        ("ownership", "account"),
        ("trace_code", "trace_code"),
    ],
)
def test_without_its_columns_a_view_is_off_and_says_which(view: str, column: str, store: Store) -> None:
    world = clinic(a_day=2)
    for row in world.rows["claims"]:
        row["place_id"] = None if column == "place_id" else row["place_id"]
    world.put("facilities", facility_id="H1", name="A clinic without an owner")
    world.item("c00001", "D1", 1, 20)
    report = find_meetings(
        world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != view))
    )
    (found,) = [one for one in report.views if one.view == view]
    assert (found.on, found.meeting_count) == (False, 0)
    assert column in found.reason_zh and column in found.reason_en
