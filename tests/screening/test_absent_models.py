"""None of the 110 models of the domain list is silently missing, and what the page refers to exists."""

from __future__ import annotations

import re
from pathlib import Path

import fraudgraph
from fraudgraph.screening import load_screens

ROOT = Path(fraudgraph.__file__).parent
PAGE = ROOT.parent / "docs" / "absent_models.md"
LISTED = {f"M{number:03d}" for number in range(1, 111)}


def test_every_model_of_the_list_is_a_card_or_is_argued() -> None:
    ours = {screen.id for screen in load_screens()}
    argued = set(re.findall(r"^\| (M\d{3}) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert ours & argued == set()
    assert LISTED - ours - argued == set()
    assert argued <= LISTED


def test_models_of_the_hospitals_side_that_the_page_names_exist() -> None:
    named = set(re.findall(r"\bH\d{2}\b", PAGE.read_text(encoding="utf-8")))
    cards = "".join(card.read_text(encoding="utf-8") for card in (ROOT / "hospital" / "models").glob("*.sql"))
    assert len(named) >= 15
    assert {one for one in named if f'id = "{one}"' not in cards} == set()


def test_an_article_that_was_not_verified_is_called_so() -> None:
    for screen in load_screens():
        if "第7号" in screen.basis:
            assert "未核实" in screen.basis and "not verified" in screen.basis, screen.id
