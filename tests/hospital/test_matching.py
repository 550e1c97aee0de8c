"""Both sides of a hospital brought together: every row and yuan in one class, each pair with its rule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.errors import SourceError
from fraudgraph.hospital.matching import match
from fraudgraph.hospital.visit import open_visit
from tests.hospital.small_hospital import FIRST, ITEMS, SmallHospital, at


def _classes(folder: Path, side: str) -> dict[str, tuple[int, Decimal]]:
    found: dict[str, tuple[int, Decimal]] = {}
    for row in match(folder).balance:
        if row.side == side:
            count, yuan = found.get(row.kind, (0, Decimal(0)))
            found[row.kind] = (count + row.line_count, yuan + row.yuan)
    return found


@pytest.mark.parametrize(("line_ids", "rule"), [(True, "L1"), (False, "L2")])
def test_books_that_agree_match_line_by_line(tmp_path: Path, line_ids: bool, rule: str) -> None:
    found = match(SmallHospital(3, line_ids=line_ids).put_into(tmp_path / "visit"))
    assert {(row.side, row.kind, row.rule) for row in found.balance} == {
        ("settlement", "equal", rule),
        ("hospital", "equal", rule),
    }
    assert found.equal_share == 1.0


def test_every_row_and_yuan_stands_in_one_class_on_each_side(tmp_path: Path) -> None:
    world = SmallHospital(3, line_ids=False)
    day = FIRST + timedelta(days=2)
    world.line("V000", "STENT", at(day))  # settlement only
    world.charge("V001", "GAUZE", at(day), 7, settled=False)  # hospital only
    world.charge("V001", "OTHER", at(day), 2, settled=False)
    world.line("V001", "OTHER", at(day), 5)  # quantity differs
    wrong = world.charge("V002", "PT", at(day))
    world.charge("V002", "PT", at(day, 15), -1, settled=False, reverses_id=wrong["charge_id"])
    world.rows["s_lines"].pop(
        next(
            i
            for i, row in enumerate(world.rows["s_lines"])
            if row["claim_id"] == "SV002" and row["item_code"] == ITEMS["PT"][2]
        )
    )
    world.line("V000", "REG", at(FIRST - timedelta(days=40)))  # outside the export's period
    folder = world.put_into(tmp_path / "visit")
    settled, charged = _classes(folder, "settlement"), _classes(folder, "hospital")
    assert settled["settlement_only"] == (1, Decimal(900))
    assert settled["quantity_differs"] == (1, Decimal(45))
    assert settled["outside"] == (1, Decimal(10))
    assert charged["hospital_only"] == (1, Decimal(21))
    assert charged["quantity_differs"] == (1, Decimal(18))
    assert charged["reversed"] == (2, Decimal(0))
    assert sum(yuan for _, yuan in settled.values()) == sum(
        Decimal(str(row["amount"])) for row in world.rows["s_lines"]
    )
    assert sum(yuan for _, yuan in charged.values()) == sum(
        Decimal(str(row["amount"])) for row in world.rows["h_charges"]
    )
    assert sum(count for count, _ in charged.values()) == len(world.rows["h_charges"])


def test_a_posting_at_midnight_and_a_days_sum_are_the_same_money(tmp_path: Path) -> None:
    world = SmallHospital(2, line_ids=False)
    day = FIRST + timedelta(days=1)
    for hour in (8, 14):
        world.charge("V000", "GAS", at(day, hour), 3, settled=False)
    world.line("V000", "GAS", at(day, 0), 6)
    world.charge("V001", "PT", at(day + timedelta(days=2), 23, 59), settled=False)
    world.line("V001", "PT", at(day + timedelta(days=3), 0))
    found = match(world.put_into(tmp_path / "visit"))
    rules = {
        row.rule: row.line_count for row in found.balance if row.side == "settlement" and row.kind == "equal"
    }
    assert rules == {"L2": 29, "L3": 1}
    assert found.equal_share == 1.0


def test_the_maps_unit_factor_is_no_difference(tmp_path: Path) -> None:
    world = SmallHospital(2, line_ids=False)
    next(row for row in world.rows["h_item_map"] if row["hosp_item_code"] == "OTHER")["unit_factor"] = 7
    world.charge("V000", "OTHER", at(FIRST, 12), 2, settled=False)
    world.line("V000", "OTHER", at(FIRST, 12), 14, amount=18)
    assert match(world.put_into(tmp_path / "visit")).equal_share == 1.0


def test_two_stays_of_one_person_on_the_same_days_stay_ambiguous(tmp_path: Path) -> None:
    world = SmallHospital(2)
    world.stay("V100", FIRST, patient_id="PV000", encounter_id=None, record_no=None)
    for row in world.rows["h_visits"] + world.rows["s_claims"]:
        if row.get("patient_id") in ("PV000",):
            row["encounter_id"] = row["record_no"] = None
    folder = world.put_into(tmp_path / "visit")
    match(folder)
    with open_visit(folder, read_only=True) as store:
        told = store.rows(
            "SELECT claim_id, state, visit_no FROM m_claim_visits WHERE rule = 'V4' ORDER BY claim_id"
        )
    assert [(claim, state, visit) for claim, state, visit in told] == [
        ("SV000", "ambiguous", None),
        ("SV100", "ambiguous", None),
    ]


def test_one_side_alone_is_refused_with_a_sentence(tmp_path: Path) -> None:
    world = SmallHospital(1)
    world.rows["s_lines"] = []
    with pytest.raises(SourceError, match="no settlement lines"):
        match(world.put_into(tmp_path / "visit"))
