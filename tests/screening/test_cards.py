"""A card that breaks the form gets one sentence of its own; the catalogue page says what the cards say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudgraph.errors import ModelError
from fraudgraph.records import Screen
from fraudgraph.screening import FAMILIES, card_text, check_screen, load_screens, parse_screen
from fraudgraph.screening.site import new_screen

Change = Callable[[str], str]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return new_screen("own_model", tmp_path)


def broken(model: Path, change: Change) -> ModelError:
    text = model.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    model.write_text(changed, encoding="utf-8")
    with pytest.raises(ModelError) as raised:
        check_screen(parse_screen(model))
    return raised.value


FAULTS: list[tuple[str, Change, str]] = [
    ("no card", lambda text: text.replace("/*---", "--"), "has no card"),
    ("no toml", lambda text: text.replace('id = "S001"', "id = S001"), "no TOML"),
    (
        "missing key",
        lambda text: text.replace('money_rule = "', '#money_rule = "'),
        "lacks the key 'money_rule'",
    ),
    ("unknown key", lambda text: text.replace("severity =", "severty = 1\nseverity ="), "severity"),
    ("bad id", lambda text: text.replace('"S001"', '"s 1"'), "'id' is 's 1'"),
    ("other name", lambda text: text.replace('"own_model"', '"other"'), "'own_model'"),
    ("bad result", lambda text: text.replace('"suspicious"', '"maybe"'), "definite, suspicious"),
    ("bad severity", lambda text: text.replace("severity = 2", "severity = 9"), "from 1 to 5"),
    ("date as text", lambda text: text.replace("2021-05-01", '"2021-05-01"'), "no quotes"),
    (
        "unknown table",
        lambda text: text.replace('"claims.counted"', '"claim.counted"'),
        "did you mean: claims",
    ),
    ("unknown column", lambda text: text.replace('"claims.counted"', '"claims.countd"'), "counted"),
    ("undeclared column", lambda text: text.replace('"claims.claim_type", ', ""), "add 'claims.claim_type'"),
    (
        "misspelt column",
        lambda text: text.replace("sum(net_fund_amount)", "sum(net_fund_amont)"),
        "net_fund_amount",
    ),
    ("undeclared table", lambda text: text.replace("FROM claims\n", "FROM patients\n"), "patients"),
    (
        "undeclared parameter",
        lambda text: text.replace("> $max_purchases", "> $max_purchase"),
        "max_purchases",
    ),
    ("unused parameter", lambda text: text.replace("$max_purchases", "8"), "never reads $max_purchases"),
    ("second statement", lambda text: text + ";\nSELECT 1\n", "holds 2 statements"),
    (
        "not a select",
        lambda text: text[: text.index("---*/")] + "---*/\nDROP TABLE claims -- $max_purchases\n",
        "never reads",
    ),
    (
        "missing output",
        lambda text: text.replace("AS strength", "AS strenth"),
        "does not return the column 'strength'",
    ),
    (
        "wrong type",
        lambda text: text.replace("array_agg(DISTINCT claim_id)", "array_agg(DISTINCT 1)"),
        "'claim_ids' as INTEGER[]",
    ),
    ("output too many", lambda text: text.replace("AS facts", "AS facts, 1 AS more"), "'more'"),
    ("unfillable sentence", lambda text: text.replace("in {month};", "in {mnth};"), "did you mean: month"),
    (
        "misspelt type",
        lambda text: text.replace("AS DOUBLE)", "AS DUOBLE)"),
        "did you mean: DOUBLE",
    ),
    ("misspelt function", lambda text: text.replace("year(event", "yeer(event"), "did you mean: year"),
    ("syntax", lambda text: text.replace("GROUP BY", "GRUOP BY"), "can't run"),
]


@pytest.mark.parametrize(
    ("change", "expected"), [pytest.param(change, said, id=name) for name, change, said in FAULTS]
)
def test_each_fault_has_its_own_sentence(model: Path, change: Change, expected: str) -> None:
    problem = broken(model, change)
    assert expected in problem.message_en
    assert problem.message_zh != problem.message_en
    assert "\n" not in problem.message_en


def test_a_statement_that_only_changes_things_is_refused(model: Path) -> None:
    text = model.read_text(encoding="utf-8").split("[parameters")[0]
    model.write_text(text + "---*/\nDELETE FROM claims\n", encoding="utf-8")
    with pytest.raises(ModelError, match="DELETE, not a SELECT"):
        check_screen(parse_screen(model))


def test_the_library_has_every_family_and_unique_names() -> None:
    screens = load_screens()
    assert len(screens) >= 80
    assert {screen.family for screen in screens} == set(FAMILIES)
    assert len({screen.name for screen in screens}) == len(screens)
    assert [screen.id for screen in screens] == sorted(screen.id for screen in screens)


@pytest.mark.parametrize("screen", [pytest.param(screen, id=screen.id) for screen in load_screens()])
def test_a_card_is_whole_in_both_languages(screen) -> None:  # type: ignore[no-untyped-def]
    assert all(parameter.origin for parameter in screen.parameters)
    for lang in ("zh", "en"):
        assert screen.id in card_text(screen, lang)
    assert "fraudster" not in card_text(screen, "en")
    assert any("一" <= letter <= "鿿" for letter in screen.reason_zh + screen.question_zh)
    assert "$in_force_from" in screen.sql
    assert "$in_force_to" in screen.sql


@pytest.mark.parametrize("screen", load_screens(), ids=lambda screen: screen.id)
def test_chinese_on_a_card_is_written_with_chinese_punctuation(screen: Screen) -> None:
    for text in (screen.title_zh, screen.question_zh, screen.look_alike_zh, screen.reason_zh):
        assert re.search(r"[一-鿿）}][,;:?!(]|[,;:?!)][一-鿿]", text) is None, text
