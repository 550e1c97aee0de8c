"""Money that agrees: every figure of a ring is the same in its dossier, on the index, in the workbook and on the terminal."""

import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fraudgraph.records import Ring
from fraudgraph.report import ring_text, rings_table
from fraudgraph.report.account import account_steps, figures, how_much
from fraudgraph.report.dossiers import MAX_CLAIMS
from fraudgraph.report.files import dossier_name
from fraudgraph.report.sanitise import amount
from fraudgraph.report.workbook import SHEETS
from fraudgraph.rings import load_rings
from tests.story_city import Story

IN_THE_BOOK = (
    "total_amount", "fund_amount", "excess_amount", "excess_low", "excess_high", "claim_count", "expected_amount", "people_claim_count",
    "people_fund_amount",
)  # fmt: skip


@pytest.fixture(scope="module")
def listed(story: Story) -> tuple[Ring, ...]:
    return tuple(ring for ring in load_rings(story.out) if ring.listed)


def shown(page: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, text in re.findall(r'data-figure="(\w+)">([^<]*)<', page):
        found.setdefault(key, set()).add(text)
    return found


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    rows = openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True)[name].iter_rows(
        values_only=True
    )
    keys = [str(title).split("\n")[-1] for title in next(rows)]
    return [dict(zip(keys, row, strict=True)) for row in rows]


def test_each_step_bridges_to_the_next(listed: tuple[Ring, ...]) -> None:
    for ring in listed:
        at = Decimal(0)
        for step in account_steps(ring):
            if step.stands and step.key != "people_fund_amount":
                assert step.amount == at, step.key
            at = step.amount if step.stands else at + step.amount
        assert at == ring.excess_low


def test_the_claims_beside_the_steps_add_up(listed: tuple[Ring, ...]) -> None:
    for ring in listed:
        counts = {step.key: step.claim_count or 0 for step in account_steps(ring)}
        left = (
            counts["people_fund_amount"]
            - counts.get("outside_fund_amount", 0)
            - counts.get("elsewhere_fund_amount", 0)
        )
        assert left == counts["fund_amount"] == ring.account.claim_count


def test_all_figures_of_dossier_index_workbook_and_terminal_are_equal(
    story: Story, listed: tuple[Ring, ...]
) -> None:
    index = (story.out / "index.html").read_text(encoding="utf-8")
    book = {row["ring_id"]: row for row in sheet(story.out / "referral_list.xlsx", SHEETS["list"])}
    table = rings_table(listed, "en")
    for ring in listed:
        known = figures(ring)
        page = (story.out / "dossiers" / dossier_name(ring.ring_id)).read_text(encoding="utf-8")
        assert shown(page).keys() >= {
            "fund_amount",
            "total_amount",
            "excess_amount",
            "excess_low",
            "claim_count",
        }
        for key, texts in shown(page).items():
            assert texts == {known[key]}, (ring.ring_id, key)
        row = next(part for part in index.split("<tr ") if f"<bdi>{ring.ring_id}</bdi></a>" in part)
        assert shown(row) == {key: {known[key]} for key in ("fund_amount", "excess_amount", "excess_low")}
        for key in IN_THE_BOOK:
            held = getattr(ring, key) if hasattr(ring, key) else getattr(ring.account, key)
            assert float(book[ring.ring_id][key]) == pytest.approx(float(held), abs=0.005), key
        line = next(text for text in table.splitlines() if ring.ring_id in text)
        assert all(known[key] in line for key in ("fund_amount", "excess_amount", "excess_low"))
        for lang in ("zh", "en"):
            told = ring_text(ring, lang)
            assert all(amount(step.amount) in told for step in account_steps(ring))
            assert how_much(ring).of(lang) in told


def test_claims_marked_in_a_dossier_are_those_of_the_account(story: Story, listed: tuple[Ring, ...]) -> None:
    for ring in listed:
        page = (story.out / "dossiers" / dossier_name(ring.ring_id)).read_text(encoding="utf-8")
        claims = page.partition('<section id="claims">')[2]
        if ring.account.people_claim_count <= MAX_CLAIMS:
            assert (
                claims.count("<tr class=met>")
                == ring.account.claim_count + ring.account.elsewhere_claim_count
            )
            assert claims.count("<tr") - 1 == ring.account.people_claim_count
