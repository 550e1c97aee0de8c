"""One measured piece of work in a process of its own: `python -m bench.speed.work floor|read|csv IN OUT`.

Prints the seconds of the work alone, without the start of Python and its imports.
"""

from __future__ import annotations

import codecs
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from fraudgraph.claims.reading import read_claims
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

THREADS = 2

FLOOR = """
COPY (
    SELECT *, date_diff('second', lag(started_at) OVER one_place, started_at) AS gap_seconds
    FROM read_parquet($source)
    WINDOW one_place AS (PARTITION BY coalesce(facility_id, pharmacy_id) ORDER BY started_at)
    ORDER BY coalesce(facility_id, pharmacy_id), started_at
) TO '{target}' (FORMAT parquet)
"""
"""The least that any method must do which looks at who comes after whom: read, order by place and time, write."""


def floor(source: Path, target: Path) -> float:
    """DuckDB alone orders the claims by place and time, and writes them with the gap to the event before."""
    con = duckdb.connect(config={"threads": THREADS})
    began = time.perf_counter()
    con.execute(FLOOR.format(target=target), {"source": str(source / "claims.parquet")}).fetchall()
    return time.perf_counter() - began


def read(source: Path, target: Path) -> float:
    """The program's own import of whatever lies in a folder."""
    with Store(target, threads=THREADS) as store:
        began = time.perf_counter()
        read_claims(store, [source], SourceSettings(max_reject_share=0.5))
        return time.perf_counter() - began


def csv(source: Path, target: Path) -> float:
    """The claims once more as a supplier's csv in GB18030 (no measurement: it makes the input of one)."""
    target.mkdir()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        plain = Path(scratch) / "claims.csv"
        duckdb.connect(config={"threads": THREADS}).execute(
            f"COPY (FROM read_parquet($source)) TO '{plain}' (HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')",
            {"source": str(source / "claims.parquet")},
        ).fetchall()
        with (
            plain.open(encoding="utf-8") as lines,
            codecs.open(str(target / "claims.csv"), "w", "gb18030") as out,
        ):
            while block := lines.read(1 << 24):
                out.write(block)
    return time.perf_counter() - began


if __name__ == "__main__":
    piece = {"floor": floor, "read": read, "csv": csv}[sys.argv[1]]
    print(piece(Path(sys.argv[2]), Path(sys.argv[3])))
