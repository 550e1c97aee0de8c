"""--capacity: so many rings as can be opened, at the run and on a run that is there."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudgraph.cli import main
from tests.story_city import Story


def test_a_run_puts_forward_so_many_and_keeps_the_rest(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["run", str(story.city), "--out", str(out), "--capacity", "3"]) == 0
    rings = pq.read_table(out / "rings.parquet").to_pylist()
    assert len(rings) == len(story.rows("rings"))
    assert sorted(row["rank"] for row in rings if row["listed"]) == [1, 2, 3]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["settings"]["referral"]["capacity"] == 3
    first = max(story.rows("rings"), key=lambda row: row["score"])
    assert next(row for row in rings if row["rank"] == 1)["score"] == first["score"]
    assert len(list((out / "dossiers").glob("*.html"))) == 3
    assert sum(row["fund_amount"] for row in rings) == sum(row["fund_amount"] for row in story.rows("rings"))
    capsys.readouterr()


def test_a_run_that_is_there_can_be_cut_too(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rings", "list", "--out", str(story.out), "--capacity", "2", "--json"]) == 0
    chosen = json.loads(capsys.readouterr().out)
    assert [ring["rank"] for ring in chosen] == [1, 2]
    assert {ring["ring_id"] for ring in chosen} <= set(story.listed())
    assert main(["rings", "list", "--out", str(story.out), "--capacity", "0"]) == 2


def test_a_ring_says_in_plain_words_why_not_chance_and_why_not_lawful(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    ring_id = sorted(story.listed())[0]
    assert main(["rings", "show", ring_id, "--out", str(story.out), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    for wanted in (
        "In plain words",
        "Why these people: ",
        "Why not chance: ",
        "Why not lawful: ",
    ):
        assert wanted in said
    assert main(["rings", "show", ring_id, "--out", str(story.out), "--lang", "zh"]) == 0
    assert "为何不像合理情形：" in capsys.readouterr().out
