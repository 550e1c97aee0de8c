"""Evidence replays: the claims in OUT give every number again, and a number or claim that was changed is named."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.cli import main
from fraudgraph.errors import UsageError
from fraudgraph.rings import load_rings
from fraudgraph.rings.replay import replay_ring
from tests.story_city import Story


def first_listed(out: Path) -> str:
    return next(ring.ring_id for ring in load_rings(out) if ring.listed)


@pytest.fixture
def copied(story: Story, tmp_path: Path) -> Path:
    """A run that a test may spoil."""
    shutil.copytree(story.out, tmp_path / "out")
    return tmp_path / "out"


def rewritten(path: Path, change: Any) -> None:
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def test_every_number_of_the_first_and_the_last_ring_comes_out_again(story: Story) -> None:
    rings = load_rings(story.out)
    for ring in (rings[0], rings[-1]):
        replay = replay_ring(story.out, ring.ring_id)
        assert replay.differences == ()
        assert replay.evidence_count == len(ring.evidence) > 0
        assert replay.number_count > 50


def test_a_sentence_that_was_changed_is_named(copied: Path) -> None:
    ring_id = first_listed(copied)

    def more(rows: list[dict[str, Any]]) -> None:
        row = next(row for row in rows if row["ring_id"] == ring_id and row["kind"] == "sittings")
        row["observed"] += 1
        row["claim_ids"] = row["claim_ids"][1:]

    rewritten(copied / "evidence.parquet", more)
    found = {(d.where, d.what) for d in replay_ring(copied, ring_id).differences}
    assert found == {(f"{ring_id}-E01", "observed"), (f"{ring_id}-E01", "claim_ids")}


def test_a_claim_that_was_moved_is_noticed(copied: Path) -> None:
    ring = next(ring for ring in load_rings(copied) if ring.listed)
    claim = ring.evidence[0].claim_ids[0]
    with duckdb.connect(str(copied / "fraudgraph.duckdb")) as con:
        con.execute(
            "UPDATE claims SET event_date = event_date + 40, event_at = event_at + INTERVAL 40 DAY WHERE claim_id = ?", [claim]
        ).fetchall()  # fmt: skip
    found = replay_ring(copied, ring.ring_id).differences
    assert any(claim in d.kept for d in found)
    assert {d.what for d in found} >= {"claim_ids"}


def test_a_member_that_was_slipped_in_is_noticed(copied: Path) -> None:
    rings = load_rings(copied)
    ring, other = rings[0], rings[-1]
    stranger = next(m.entity_id for m in other.members if m.entity_type == "patient")

    def slip_in(rows: list[dict[str, Any]]) -> None:
        row = next(row for row in rows if row["ring_id"] == ring.ring_id and row["entity_type"] == "patient")
        rows.append({**row, "entity_id": stranger})

    rewritten(copied / "ring_members.parquet", slip_in)
    assert not replay_ring(copied, ring.ring_id).equal


def test_a_ring_that_is_not_there_is_wrong_usage(story: Story) -> None:
    with pytest.raises(UsageError):
        replay_ring(story.out, "1999-01-001")


def test_tables_of_another_version_are_told(copied: Path) -> None:
    with duckdb.connect(str(copied / "fraudgraph.duckdb")) as con:
        con.execute("ALTER TABLE claims DROP COLUMN operator_id").fetchall()
    with pytest.raises(UsageError, match="version"):
        replay_ring(copied, first_listed(copied))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_says_equal_with_0_and_different_with_8(
    copied: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ring_id = first_listed(copied)
    assert main(["evidence", "replay", str(copied), ring_id, "--lang", lang]) == 0
    assert ring_id in capsys.readouterr().out

    def cheaper(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["fund_amount"] -= Decimal("1.00")

    rewritten(copied / "rings.parquet", cheaper)
    assert main(["evidence", "replay", str(copied), ring_id, "--lang", lang]) == 8
    said = capsys.readouterr()
    assert "fund_amount" in said.out
    assert said.err.count("\n") == 1
    assert bool(re.search(r"[\u4e00-\u9fff]{4,}", said.err)) == (lang == "zh")
    assert main(["evidence", "replay", str(copied), ring_id, "--json"]) == 8
    (record,) = json.loads(capsys.readouterr().out)
    assert not record["equal"]
    assert [d["what"] for d in record["differences"]] == ["fund_amount"]
