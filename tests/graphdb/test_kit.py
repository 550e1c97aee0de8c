"""What Browser is given: style, guides and saved scripts say the same as the questions, and lead nowhere else."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from fraudgraph.graphdb.guides import GUIDES, Guide
from fraudgraph.graphdb.kit import kit_files, question_link, write_kit
from fraudgraph.graphdb.program import browser_commands
from fraudgraph.graphdb.questions import find_question, load_questions

ADDRESS = "http://localhost:7490"


def test_the_saved_scripts_are_the_questions_in_folders_that_browser_accepts() -> None:
    held = zipfile.ZipFile(io.BytesIO(kit_files(ADDRESS)["fraudgraph-saved-scripts.zip"]))
    assert held.namelist() == [question.file_name for question in load_questions()]
    for question in load_questions():
        text = held.read(question.file_name).decode("utf-8")
        assert text == question.text and text.startswith(f"// {question.title_zh} / {question.title_en}")
        assert question.file_name.isascii()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_both_forms_of_a_guide_offer_the_same_questions(guide: object) -> None:
    name = guide.name  # type: ignore[attr-defined]
    page = kit_files(ADDRESS)[f"{name}.html"].decode("utf-8")
    newer = kit_files(ADDRESS)[f"{name}.adoc"].decode("utf-8")
    questions = [part for step in guide.steps for part in step.buttons if ":" not in part]  # type: ignore[attr-defined]
    offered = [html.unescape(found) for found in re.findall(r'data-populate="([^"]*)"', page)]
    assert offered == [find_question(part).text.strip() for part in questions]
    assert all(text in newer for text in offered)
    assert set(re.findall(r"https?://[^\s\"<]+", page)) <= {
        f"{ADDRESS}/ring.html",
        f"{ADDRESS}/fraudgraph.grass",
    }
    assert page.count("<slide") == len(guide.steps)  # type: ignore[attr-defined]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_slide_has_a_question_and_sets_what_its_questions_ask_for(guide: Guide) -> None:
    known: set[str] = set()
    for step in guide.steps:
        asked = [find_question(part) for part in step.buttons if ":" not in part]
        assert asked, step.title_en
        known |= set(re.findall(r"\|param (\w+) =>", "\n".join(step.buttons)))
        for question in asked:
            assert set(question.parameters) <= known, (step.title_en, question.name)
    assert guide.name != "start" or "find_person_or_place" in guide.steps[1].buttons


def test_browser_reads_the_commands_as_we_mean_them() -> None:
    text = browser_commands(ADDRESS)
    held = re.sub(r'"[^"]*"', lambda found: found[0].replace(";", ""), text)
    words = [part.strip().split(" ")[0] for part in held.split(";")]
    assert words == ["style", "clear", "config", "guide", "play"], (
        "what leaves a frame in time stands before `clear`"
    )
    rules = json.loads(text.removeprefix("style ").partition("; clear")[0])
    grass = kit_files(ADDRESS)["fraudgraph.grass"].decode("utf-8")
    assert list(rules) == re.findall(r"^([\w.]+) \{", grass, re.MULTILINE)
    assert rules["node.Ring"]["caption"] == "{name}" and rules["relationship"]["caption"] == "<type>"
    assert all("\n" not in value and ";" not in value for rule in rules.values() for value in rule.values())


def test_the_style_keeps_to_what_browser_can_read() -> None:
    style = kit_files(ADDRESS)["fraudgraph.grass"].decode("utf-8")
    for line in style.splitlines():
        if ":" in line:
            assert line.count(":") == 1 and line.rstrip().endswith(";"), line
    assert {"node.Ring", "node.Patient", "node.HighRisk", "relationship.MET"} <= set(
        re.findall(r"^([\w.]+) \{", style, re.MULTILINE)
    )


def test_the_kit_is_written_whole_and_a_link_has_its_values_in_it(tmp_path: Path) -> None:
    written = write_kit(tmp_path / "kit", ADDRESS)
    assert {path.name for path in written} == set(kit_files(ADDRESS))
    link = question_link("http://localhost:7474/", "ring_whole", ringId="O'Neil")
    assert "$ringId" not in link and "O%5C%27Neil" in link
