"""A delivery that is small or plain comes to its end like any other: with an empty list, or one that says what it could not see."""

import json
import random
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudgraph.pipeline import run
from fraudgraph.records import Month
from fraudgraph.settings import Settings

HEADER = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount"


LIST_ALL = Settings.model_validate({"rings": {"list_score": -100}, "run": {"seed": 5}})
"""In a world of a few hundred claims hardly a fact is known: what is found is put forward whatever its score."""


def delivery(folder: Path, *rows: str) -> Path:
    path = folder / "claims.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return path


@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_handful_of_claims_gives_an_empty_list(tmp_path: Path, count: int) -> None:
    rows = (
        f"S{i},P{i},H{i % 3},outpatient,2025-10-{i % 28 + 1:02d} 09:{i % 60:02d}:00,100.00,60.00"
        for i in range(count)
    )
    summary = run([delivery(tmp_path, *rows)], tmp_path / "out")
    assert (summary.claims_kept, summary.ring_count, summary.listed_count) == (count, 0, 0)
    assert pq.read_table(tmp_path / "out" / "rings.parquet").num_rows == 0
    assert (tmp_path / "out" / "referral_list.jsonl").read_text(encoding="utf-8") == ""
    assert (tmp_path / "out" / "index.html").is_file()


def five_friends(month: int) -> list[str]:
    """Five people at one counter within minutes, on eight days of a month, and others on days of their own."""
    friends = [
        f"A{month}-{day}-{person},P{person},H1,outpatient,2025-{month:02d}-{day:02d} 15:{3 * person:02d}:00,300.00,200.00"
        for day in (2, 5, 9, 13, 16, 20, 23, 27)
        for person in range(5)
    ]
    chance = random.Random(month)
    others = [
        f"B{month}-{day}-{number},Q{chance.randrange(300)},H1,outpatient,2025-{month:02d}-{day:02d} "
        f"{chance.randrange(8, 18):02d}:{chance.randrange(60):02d}:00,90.00,50.00"
        for day in range(1, 29)
        for number in range(18)
    ]
    return friends + others


def test_five_who_keep_coming_within_minutes_are_put_forward_with_their_money(tmp_path: Path) -> None:
    source = delivery(tmp_path, *five_friends(8), *five_friends(9))
    summary = run([source], tmp_path / "out", settings=LIST_ALL)
    assert summary.listed_count == 1
    assert {view for view, _, _ in summary.views_off} == {
        "batch",
        "identity",
        "steering",
        "ownership",
        "trace_code",
    }
    (ring,) = pq.read_table(tmp_path / "out" / "rings.parquet").to_pylist()
    members = pq.read_table(tmp_path / "out" / "ring_members.parquet").to_pylist()
    people = {row["entity_id"] for row in members if row["entity_type"] == "patient"}
    assert people == {f"P{person}" for person in range(5)}
    assert ring["fund_amount"] == Decimal("16000.00"), "two months, eight days, five people, 200 yuan"
    assert ring["total_amount"] == Decimal("24000.00")
    assert (str(ring["first_seen"]), str(ring["last_seen"])) == ("2025-08-02", "2025-09-27")
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert told["seed"] == 5


def test_a_month_that_is_named_ends_what_is_read_and_names_the_rings(tmp_path: Path) -> None:
    source = delivery(tmp_path, *five_friends(8), *five_friends(9))
    summary = run([source], tmp_path / "out", month=Month(2025, 8))
    assert summary.month == "2025-08"
    (ring,) = pq.read_table(tmp_path / "out" / "rings.parquet").to_pylist()
    assert ring["ring_id"] == "2025-08-001"
    assert str(ring["last_seen"]) == "2025-08-27"
    assert ring["fund_amount"] == Decimal("8000.00")
