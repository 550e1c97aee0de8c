"""Same input, same bytes; rows in another order, same rings; labels beside the claims, same everything."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.pipeline import run
from tests.story_city import Story
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
NOT_COMPARED = {"run.json", "fraudgraph.duckdb", "SHA256SUMS"}
"""Seconds and paths stand in the first, the database's own layout in the second (design, section 5), their sums in the third."""


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in NOT_COMPARED
    }


def differing(one: Path, other: Path) -> list[str]:
    """Names of the files that are not the same, byte by byte, in two runs."""
    a, b = files(one), files(other)
    assert len(a) > 20, "a run leaves that many files, pages included"
    return [name for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def test_another_process_writes_the_same_bytes(story: Story, tmp_path: Path) -> None:
    """With another seed of Python's own hashes, which nothing may lean on."""
    subprocess.run(
        [sys.executable, "-m", "fraudgraph", "run", str(story.city), "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    assert differing(story.out, tmp_path / "out") == []


def test_rows_in_another_order_give_the_same_rings(story: Story, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    (tmp_path / "city").mkdir()
    for path in sorted(story.city.glob("*.parquet")):
        table = pq.read_table(path)
        order = rng.permutation(table.num_rows)
        pq.write_table(table.take(pa.array(order)), tmp_path / "city" / path.name, row_group_size=7_001)
    run([tmp_path / "city"], tmp_path / "out")
    # a reject names the line it stood on, and that is another one now
    assert set(differing(story.out, tmp_path / "out")) <= {"rejects.parquet", "rejects.xlsx"}
    assert rejected(story.out) == rejected(tmp_path / "out")


def test_labels_beside_the_claims_change_nothing(story: Story, tmp_path: Path) -> None:
    """Whoever marks claims with what is known of them must not find it again in the answer."""
    of_claim = dict(zip(*pq.read_table(story.truth / "ring_claims.parquet").select(["claim_id", "ring_id"]).to_pydict().values(), strict=True))  # fmt: skip
    guilty = {row["entity_id"] for row in pq.read_table(story.truth / "ring_members.parquet").to_pylist()}
    (tmp_path / "city").mkdir()
    for path in sorted(story.city.glob("*.parquet")):
        table = pq.read_table(path)
        key = table.column(0).to_pylist()
        if path.stem == "claims":
            labels = [of_claim.get(claim) for claim in key]
        else:
            labels = ["T0001" if entity in guilty else None for entity in key]
        table = table.append_column("is_fraud", pa.array([label is not None for label in labels]))
        table = table.append_column("ring_id", pa.array(labels, pa.string()))
        table = table.append_column("label", pa.array([int(label is not None) for label in labels]))
        pq.write_table(table, tmp_path / "city" / path.name)
    assert any(of_claim)
    run([tmp_path / "city"], tmp_path / "out")
    # a reject shows its row as delivered, and the labels were delivered
    assert set(differing(story.out, tmp_path / "out")) <= {"rejects.parquet", "rejects.xlsx"}
    assert rejected(story.out) == rejected(tmp_path / "out")


def rejected(out: Path) -> list[tuple[str, ...]]:
    """What was set aside and why, without the line and the raw row."""
    table = pq.read_table(out / "rejects.parquet").drop_columns(["line", "raw_line"])
    return sorted(tuple(map(str, row.values())) for row in table.to_pylist())


@pytest.mark.parametrize("name", ["rings", "ring_members", "evidence", "meetings"])
def test_tables_stand_in_an_order_of_their_own(story: Story, name: str) -> None:
    """Ranked rings first; what belongs to them follows in the same order; meetings by view and ids."""
    rows = story.rows(name)
    if name == "meetings":
        keys: list[tuple[str, ...]] = [(row["view"], row["a"], row["b"]) for row in rows]
    else:
        keys = [(row["ring_id"],) for row in rows]
    assert keys == sorted(keys)
