"""A run's tables as pandas frames. Amounts are yuan as floats here; the exact decimals stay in the Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from fraudgraph.desk.arguments import as_text
from fraudgraph.errors import StorageError, UsageError
from fraudgraph.records import Member, NodeKind, Ring
from fraudgraph.report.sanitise import masked_name
from fraudgraph.store import DATABASE_NAME, LockedStore, Store

__all__ = ["each_row", "members_frame", "parquet_frame", "query", "rings_frame", "shown_name"]

_PERSONS = (NodeKind.PATIENT, NodeKind.DOCTOR, NodeKind.OPERATOR, NodeKind.AGENT)


def query(out: Path, sql: str, **values: Any) -> pd.DataFrame:
    """One SELECT over a run's claims database, behind the door of models made on site: no file but the run's, no change.

    Raises
    ------
    UsageError
        If the database refuses the query; the text says why.
    """
    text, database = as_text(sql, "sql"), out / DATABASE_NAME
    if not database.is_file():
        with Store(out, read_only=True):  # says what is missing
            pass
    with tempfile.TemporaryDirectory(prefix="fraudgraph-") as spill:
        try:
            with LockedStore(
                ("SET search_path = 'kept.main,memory.main'",),
                database=database,
                spill=Path(spill),
                threads=2,
                memory_limit_gib=2.0,
            ) as store:
                table = store.ask(text.strip().removesuffix(";"), values)
        except ValueError as problem:
            first = str(problem).splitlines()[0]
            raise UsageError(
                f"The query can't be answered: {first}. Give one SELECT; values go in as $name.",
                f"查询无法执行:{first}。请给出一条 SELECT 语句,取值以 $name 形式传入。",
            ) from None
    return _floats(table.to_pandas())


def parquet_frame(path: Path) -> pd.DataFrame:
    """One of a run's Parquet files.

    Raises
    ------
    StorageError
        If it is gone or damaged, naming it.
    """
    try:
        return _floats(pd.read_parquet(path))
    except (OSError, ValueError):
        raise StorageError(
            f"{path} is damaged or gone. Run again with --replace, or restore the folder from a backup.",
            f"{path} 已损坏或不存在。请以 --replace 重新运行，或从备份恢复该目录。",
        ) from None


def _floats(frame: pd.DataFrame) -> pd.DataFrame:
    """Decimals as floats: pandas can't add up objects quickly, and plotly can't draw them."""
    for name in frame.columns:
        if frame[name].dtype == object:
            known = frame[name].dropna()
            if len(known) and isinstance(known.iloc[0], Decimal):
                frame[name] = frame[name].astype(float)
    return frame


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """A small frame's rows, their columns by name. Never for claims of a whole run."""
    yield from frame.itertuples(index=False)


def rings_frame(rings: tuple[Ring, ...], lang: str) -> pd.DataFrame:
    """One row a ring, in the order an investigator should open them."""
    rows = [
        {
            "ring_id": ring.ring_id,
            "rank": ring.rank,
            "listed": ring.listed,
            "score": ring.score,
            "q_value": ring.q_value,
            "typology": str(ring.typology),
            "patient_count": _count(ring, NodeKind.PATIENT),
            "doctor_count": _count(ring, NodeKind.DOCTOR),
            "place_count": _count(ring, NodeKind.FACILITY) + _count(ring, NodeKind.PHARMACY),
            "total_amount": float(ring.total_amount),
            "fund_amount": float(ring.fund_amount),
            "excess_amount": float(ring.excess_amount),
            "excess_low": float("nan") if ring.excess_low is None else float(ring.excess_low),
            "first_seen": pd.Timestamp(ring.first_seen),
            "last_seen": pd.Timestamp(ring.last_seen),
            "status": ring.status,
            "lawful_explanation": _holding(ring, lang),
            "summary": ring.summary_zh if lang == "zh" else ring.summary_en,
        }
        for ring in rings
    ]
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else _RING_COLUMNS)
    frame["q_value"] = frame["q_value"].astype(float)
    return frame


_RING_COLUMNS = [
    "ring_id", "rank", "listed", "score", "q_value", "typology", "patient_count", "doctor_count", "place_count",
    "total_amount", "fund_amount", "excess_amount", "excess_low", "first_seen", "last_seen", "status", "lawful_explanation", "summary",
]  # fmt: skip


def _count(ring: Ring, kind: NodeKind) -> int:
    return sum(member.entity_type is kind for member in ring.members)


def _holding(ring: Ring, lang: str) -> str:
    """The lawful explanations that hold, strongest first; "" if none does."""
    held = sorted((e for e in ring.explanations if e.holds), key=lambda e: (-e.share, e.name))
    return ", ".join(e.title_zh if lang == "zh" else e.title_en for e in held)


def shown_name(member: Member, *, full: bool) -> str:
    """A person's name cut to its first character unless the whole one was asked for; a place's name whole."""
    return masked_name(member.name) if member.entity_type in _PERSONS and not full else member.name


def members_frame(ring: Ring, lang: str, *, full_names: bool) -> pd.DataFrame:
    """One row a member: who, which role, how firmly, and the number that says so."""
    return pd.DataFrame(
        [
            {
                "entity_type": str(m.entity_type),
                "entity_id": m.entity_id,
                "name": shown_name(m, full=full_names),
                "role": str(m.role),
                "strength": m.strength,
                "claim_count": m.claim_count,
                "fund_amount": float(m.fund_amount),
                "reason": m.reason_zh if lang == "zh" else m.reason_en,
            }
            for m in ring.members
        ],
        columns=[
            "entity_type",
            "entity_id",
            "name",
            "role",
            "strength",
            "claim_count",
            "fund_amount",
            "reason",
        ],
    )
