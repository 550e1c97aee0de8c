"""The small delivery is what suppliers send, and its truth lies elsewhere."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
DELIVERY, TRUTH = ROOT / "data_samples", ROOT / "tests" / "data" / "data_samples-truth"


def rows(name: str) -> list[dict[str, str]]:
    data = (DELIVERY / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("gb18030")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_is_small_and_holds_an_xlsx_and_no_truth() -> None:
    files = sorted(DELIVERY.iterdir())
    assert sum(path.stat().st_size for path in files) <= 3_000_000
    assert any(path.suffix == ".xlsx" for path in files)
    assert not any(path.suffix == ".parquet" for path in files)


def test_settlements_and_encounters_join_and_refunds_come_as_records_of_their_own() -> None:
    settlements, encounters = rows("setl_d.csv"), rows("mdtrt_d.csv.gz")
    known = {row["mdtrt_id"] for row in encounters}
    plain = [row for row in settlements if row["refd_setl_flag"] == "0"]
    refunds = [row for row in settlements if row["refd_setl_flag"] == "1"]
    assert all(row["mdtrt_id"] in known for row in plain)
    assert 0.04 < len(refunds) / len(settlements) < 0.06
    assert sum(row["mdtrt_id"] in known for row in refunds) > 0.9 * len(refunds)
    assert all(
        row["medfee_sumamt"].startswith("-")
        for row in refunds
        if row["medfee_sumamt"][1:].replace(".", "").isdigit()
    )
    assert 0.002 < sum(row["vali_flag"] == "0" for row in settlements) / len(settlements) < 0.006


def test_dirt_is_there_and_names_are_chinese() -> None:
    settlements, encounters = rows("setl_d.csv"), rows("mdtrt_d.csv.gz")
    assert any(not row["psn_no"] for row in settlements)
    assert any(row["medfee_sumamt"] == "N/A" for row in settlements)
    assert any("/" in row["begntime"] for row in encounters)
    assert any(row["begntime"].startswith("1900") for row in encounters)
    assert any("村" in row["addr"] for row in encounters)


def test_planted_rings_are_in_the_delivery_under_its_ids() -> None:
    sent = {row["setl_id"] for row in rows("setl_d.csv")}
    planted = pq.read_table(TRUTH / "ring_claims.parquet").column("claim_id").to_pylist()
    assert len(planted) > 500
    assert set(planted) <= sent
    assert pq.read_table(TRUTH / "rings.parquet").num_rows >= 6
