"""Cases as a table of the month, and back: what later months and the feedback learn from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.casework.known import Event
from fraudgraph.casework.learning import Decided
from fraudgraph.casework.listing import Case
from fraudgraph.casework.verdicts import Standing
from fraudgraph.errors import StorageError

__all__ = ["CASES", "LINEAGE", "case_rows", "decided_rings", "kept_rows", "write_cases", "write_lineage"]

_MONEY = pa.decimal128(16, 2)
CASES = pa.schema(
    [
        ("ring_id", pa.string()), ("rank", pa.int32()), ("listed", pa.bool_()), ("would_be_listed", pa.bool_()),
        ("score_rank", pa.int32()), ("score", pa.float64()), ("change", pa.string()), ("verdict", pa.string()),
        ("verdict_by", pa.string()), ("verdict_on", pa.date32()), ("disagreeing", pa.string()), ("held_zh", pa.string()),
        ("held_en", pa.string()), ("routes", pa.list_(pa.string())), ("district", pa.string()), ("owner", pa.string()),
        ("first_listed", pa.string()), ("due_on", pa.date32()), ("age_days", pa.int32()), ("claims_before", pa.int64()),
        ("claims_since", pa.int64()), ("recovered_count", pa.int64()), ("recovered_amount", _MONEY),
        ("models", pa.list_(pa.string())), ("views", pa.list_(pa.string())), ("parts", pa.string()),
    ]
)  # fmt: skip
LINEAGE = pa.schema(
    [
        ("month", pa.string()), ("ring_id", pa.string()), ("event", pa.string()), ("other_id", pa.string()),
        ("on", pa.date32()), ("patients", pa.int32()), ("joined", pa.int32()), ("left", pa.int32()), ("listed", pa.bool_()),
    ]
)  # fmt: skip


def write_cases(cases: Iterable[Case], path: Path) -> None:
    """Write casework.parquet: one row a ring, in the order of the list."""
    _write([_row(case) for case in cases], CASES, path)


def _row(case: Case) -> dict[str, Any]:
    ring, standing = case.ring, case.standing
    given = standing.last if standing and standing.verdict != "pending" else None
    against = standing.disagreeing if standing else ()
    return {
        "ring_id": ring.ring_id, "rank": ring.rank, "listed": ring.listed, "would_be_listed": case.would_be_listed,
        "score_rank": case.score_rank, "score": ring.score, "change": case.change, "verdict": ring.verdict,
        "verdict_by": given.by if given else "", "verdict_on": given.on if given else None,
        "disagreeing": "; ".join(f"{one.verdict} {one.by} {one.on}" for one in against), "held_zh": ring.held_zh,
        "held_en": ring.held_en, "routes": [route.name for route in case.routes], "district": case.district,
        "owner": ring.owner, "first_listed": case.first_listed, "due_on": ring.due_on, "age_days": ring.age_days,
        "claims_before": case.claims_before, "claims_since": case.claims_since, "recovered_count": case.recovered_count,
        "recovered_amount": case.recovered_amount.quantize(Decimal("0.01")), "models": list(case.models),
        "views": list(case.views), "parts": json.dumps({part.name: part.points for part in case.prior_parts}),
    }  # fmt: skip


def write_lineage(events: Sequence[Event], path: Path) -> None:
    """Write lineage.parquet: everything that happened to rings with a name, month by month."""
    _write([{name: getattr(event, name) for name in LINEAGE.names} for event in events], LINEAGE, path)


def _write(rows: Sequence[Mapping[str, Any]], schema: pa.Schema, path: Path) -> None:
    table = pa.table({f.name: pa.array([row[f.name] for row in rows], f.type) for f in schema}, schema=schema)
    beside = path.with_name(path.name + ".tmp")
    pq.write_table(table, beside, compression="zstd")
    beside.chmod(0o600)
    beside.replace(path)


def case_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a casework.parquet."""
    return kept_rows(path)


def kept_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a small table of a published month.

    Raises
    ------
    StorageError
        If the file is gone or damaged, naming it.
    """
    try:
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowException):
        raise StorageError(
            f"{path} is damaged or gone. Restore it from a backup, or make its month anew: fraudgraph month {path.parent.name} --from-stage rings",
            f"{path} 已损坏或不存在。请从备份恢复，或重新生成该月：fraudgraph month {path.parent.name} --from-stage rings",
        ) from None
    return rows


def decided_rings(
    months: Mapping[str, Sequence[Mapping[str, Any]]], standings: Mapping[str, Standing]
) -> list[Decided]:
    """Rings that their score put forward in some month and that have a verdict by now.

    Parameters
    ----------
    months : mapping
        Rows of casework.parquet by month.
    standings : mapping
        Verdicts that hold, by ring.
    """
    found = []
    for month, rows in sorted(months.items()):
        for row in rows:
            standing = standings.get(row["ring_id"])
            if row["would_be_listed"] and standing is not None and standing.verdict != "pending":
                found.append(_decided(month, row, standing.verdict, standing.last.on))
    return found


def _decided(month: str, row: Mapping[str, Any], verdict: str, on: date) -> Decided:
    parts = {name: points for name, points in json.loads(row["parts"]).items() if name != "seeds"}
    return Decided(
        ring_id=row["ring_id"], month=month, score_rank=row["score_rank"], score=row["score"], parts=parts,
        models=tuple(row["models"]), views=tuple(row["views"]), verdict=verdict, on=on,
    )  # fmt: skip
