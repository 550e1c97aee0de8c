"""expand from the command line: JSON for programs, sentences for people, one sentence for a wrong call."""

import json

import pyarrow.parquet as pq
import pytest

from fraudgraph.cli import main
from tests.story_city import Story


def _cards(story: Story) -> list[str]:
    rows = pq.read_table(story.truth / "ring_members.parquet").to_pylist()
    first = min(row["ring_id"] for row in rows)
    return sorted(
        row["entity_id"] for row in rows if row["ring_id"] == first and row["entity_type"] == "patient"
    )[:3]


def test_json_names_members_with_reasons_and_the_stop(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = _cards(story)
    assert main(["expand", str(story.out), "--patients", ",".join([*cards, "nobody"]), "--json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert {"entity_type", "entity_id", "reason", "reason_zh", "seed"} <= set(answer["members"][0])
    assert [m["entity_id"] for m in answer["members"][:3]] == cards
    assert answer["stop_reason"]
    assert answer["unknown_ids"] == ["nobody"]
    assert "nobody" in said.err


def test_people_read_why_in_their_language(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", str(story.out), "--patients", ",".join(_cards(story)), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "起始已知" in said
    assert "不是结论" in said


def test_a_wrong_call_is_one_sentence(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", str(story.out)]) == 2
    assert main(["expand", str(story.out), "--patients", "nobody"]) == 2
    assert main(["expand", str(story.city), "--patients", "nobody"]) == 2
    assert all(line for line in capsys.readouterr().err.splitlines())
