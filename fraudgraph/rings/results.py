"""Results on disk: rings, members, evidence, meetings, flags, outliers and rejects as Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.records import (
    Dossier,
    DossierClaim,
    DossierEdge,
    NodeKind,
)
from fraudgraph.rings.assemble import Candidate
from fraudgraph.rings.score import facts_of
from fraudgraph.store import Store

__all__ = ["make_dossiers", "write_results"]

_SQL = Path(__file__).parent / "sql"
_MONEY = pa.decimal128(16, 2)
_IDS = pa.list_(pa.string())
_RINGS = pa.schema(
    [
        ("ring_id", pa.string()), ("rank", pa.int32()), ("listed", pa.bool_()), ("score", pa.float64()),
        ("q_value", pa.float64()), ("total_amount", _MONEY), ("fund_amount", _MONEY), ("excess_amount", _MONEY),
        ("excess_low", _MONEY), ("excess_high", _MONEY),
        ("first_seen", pa.date32()), ("last_seen", pa.date32()), ("status", pa.string()), ("typology", pa.string()),
        ("summary_zh", pa.string()), ("summary_en", pa.string()),
    ]
)  # fmt: skip
_ACCOUNT = (
    ("claim_count", pa.int64()), ("people_claim_count", pa.int64()), ("people_total_amount", _MONEY), ("people_fund_amount", _MONEY),
    ("elsewhere_claim_count", pa.int64()), ("elsewhere_fund_amount", _MONEY), ("recovered_claim_count", pa.int64()),
    ("recovered_fund_amount", _MONEY), ("expected_amount", _MONEY), ("peer_count", pa.int64()),
)  # fmt: skip
_MEMBERS = pa.schema(
    [
        ("ring_id", pa.string()), ("entity_type", pa.string()), ("entity_id", pa.string()), ("role", pa.string()),
        ("strength", pa.float64()), ("name", pa.string()), ("reason_zh", pa.string()), ("reason_en", pa.string()),
        ("claim_count", pa.int64()), ("expected_claim_count", pa.float64()), ("fund_amount", _MONEY),
    ]
)  # fmt: skip
_EVIDENCE = pa.schema(
    [
        ("ring_id", pa.string()), ("evidence_id", pa.string()), ("kind", pa.string()), ("sentence_zh", pa.string()),
        ("sentence_en", pa.string()), ("observed", pa.float64()), ("expected", pa.float64()), ("claim_ids", _IDS),
    ]
)  # fmt: skip
_PARTS = pa.schema(
    [("ring_id", pa.string()), ("name", pa.string()), ("title_zh", pa.string()), ("title_en", pa.string()),
     ("points", pa.float64())]
)  # fmt: skip
_FACTS = pa.schema([("ring_id", pa.string()), ("fact", pa.string()), ("value", pa.float64())])
_EXPLANATIONS = pa.schema(
    [
        ("ring_id", pa.string()), ("name", pa.string()), ("title_zh", pa.string()), ("title_en", pa.string()),
        ("share", pa.float64()), ("observed", pa.float64()), ("threshold", pa.float64()), ("holds", pa.bool_()),
        ("sentence_zh", pa.string()), ("sentence_en", pa.string()), ("claim_ids", _IDS), ("claim_share", pa.float64()),
    ]
)  # fmt: skip


def write_results(store: Store, candidates: tuple[Candidate, ...], out: Path) -> None:
    """Write every result table of the contract into OUT.

    Parameters
    ----------
    store : Store
        Holds meetings, flags, outliers and rejects.
    candidates : tuple of Candidate
        Named rings with their evidence.
    out : Path
        The run's folder.
    """
    rings = [candidate.ring for candidate in candidates]
    accounts = [name for name, _ in _ACCOUNT]
    _write(
        out / "rings.parquet",
        pa.schema([*_RINGS, *(pa.field(name, kind) for name, kind in _ACCOUNT)]),
        ([*(getattr(r, n) for n in _RINGS.names), *(getattr(r.account, n) for n in accounts)] for r in rings),
    )
    for path, schema, attribute in (
        ("ring_members.parquet", _MEMBERS, "members"),
        ("evidence.parquet", _EVIDENCE, "evidence"),
        ("score_parts.parquet", _PARTS, "parts"),
        ("explanations.parquet", _EXPLANATIONS, "explanations"),
    ):
        rows = (
            [ring.ring_id, *(getattr(part, name) for name in schema.names[1:])]
            for ring in rings
            for part in getattr(ring, attribute)
        )
        _write(out / path, schema, rows)
    known = (
        [c.ring.ring_id, fact, value]
        for c in candidates
        for fact, value in sorted(facts_of(c.facts, c.ring.explanations).items())
    )
    _write(out / "ring_facts.parquet", _FACTS, known)
    names = pa.table(
        {
            "group_no": pa.array([c.group_no for c in candidates], pa.int32()),
            "ring_id": [c.ring.ring_id for c in candidates],
        }
    )
    store.put("ring_names", names)
    store.write_parquet((_SQL / "meetings_out.sql").read_text(encoding="utf-8"), out / "meetings.parquet")
    store.write_parquet(
        "SELECT * FROM flags ORDER BY model, subject_id, member_ids, claim_ids", out / "flags.parquet"
    )
    store.write_parquet(
        "SELECT * FROM outliers ORDER BY entity_type, score DESC, entity_id", out / "outliers.parquet"
    )
    store.write_parquet(
        'SELECT * FROM rejects ORDER BY source_file, line, code, "column", value, raw_line',
        out / "rejects.parquet",
    )


def _write(path: Path, schema: pa.Schema, rows: Iterator[list[Any]]) -> None:
    columns: list[list[Any]] = [[] for _ in schema.names]
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(list(value) if isinstance(value, tuple) else value)
    table = pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
    beside = path.with_name(path.name + ".tmp")
    pq.write_table(table, beside, compression="zstd")
    beside.chmod(0o600)
    beside.replace(path)


def make_dossiers(store: Store, candidates: tuple[Candidate, ...]) -> Iterator[Dossier]:
    """The page content of each listed ring, one at a time: its lines and its claims beside the ring itself."""
    store.run((_SQL / "edges.sql").read_text(encoding="utf-8"))
    for candidate in candidates:
        if candidate.ring.listed:
            yield _dossier(store, candidate)


def _dossier(store: Store, candidate: Candidate) -> Dossier:
    group = {"group_no": candidate.group_no}
    edges = store.rows(
        "SELECT source_type, source_id, target_type, target_id, kind, observed, expected, weight FROM group_edges "
        "WHERE group_no = $group_no ORDER BY weight DESC, kind, source_id, target_id",
        **group,
    )
    named = {m.entity_id for m in candidate.ring.members}
    claims = store.rows((_SQL / "dossier_claims.sql").read_text(encoding="utf-8"), **group)
    places = store.rows(
        "SELECT facility_id AS id, name FROM facilities WHERE name IS NOT NULL AND facility_id IN "
        "(SELECT place_id FROM member_claims WHERE group_no = $group_no) UNION ALL "
        "SELECT pharmacy_id AS id, name FROM pharmacies WHERE name IS NOT NULL AND pharmacy_id IN "
        "(SELECT place_id FROM member_claims WHERE group_no = $group_no) ORDER BY 1",
        **group,
    )
    points = store.rows((_SQL / "place_points.sql").read_text(encoding="utf-8"), **group)
    return Dossier(
        ring=candidate.ring,
        edges=tuple(
            DossierEdge(
                source_type=NodeKind(row[0]), source_id=row[1], target_type=NodeKind(row[2]), target_id=row[3],
                kind=row[4], observed=row[5], expected=row[6], weight=row[7],
            )
            for row in edges
            if row[1] in named and row[3] in named
        ) + _shared_edges(store, candidate),
        claims=tuple(_claim(row) for row in claims),
        claim_count=len(claims),
        place_names=dict(places),
        place_points={place: (longitude, latitude) for place, longitude, latitude in points},
    )  # fmt: skip


def _shared_edges(store: Store, candidate: Candidate) -> tuple[DossierEdge, ...]:
    """From each person to what is shared with others."""
    rows = store.rows(
        "SELECT s.kind, i.code, s.patient_ids FROM group_shared AS s JOIN shared_identifiers AS i ON i.kind = s.kind AND i.value = s.value "
        "WHERE s.group_no = $group_no ORDER BY s.kind, i.code",
        group_no=candidate.group_no,
    )
    members = {m.entity_id for m in candidate.ring.members}
    return tuple(
        DossierEdge(
            source_type=NodeKind.PATIENT, source_id=patient, target_type=NodeKind(kind), target_id=code, kind="identity",
            observed=1, expected=None, weight=3.0,
        )
        for kind, code, patients in rows if code in members for patient in patients if patient in members
    )  # fmt: skip


def _claim(row: tuple[Any, ...]) -> DossierClaim:
    (
        claim_id,
        patient_id,
        place_id,
        doctor_id,
        operator_id,
        kind,
        day,
        at,
        ended,
        diagnosis,
        total,
        fund,
        met,
    ) = row
    return DossierClaim(
        claim_id=claim_id, patient_id=patient_id, place_id=place_id, doctor_id=doctor_id or "",
        operator_id=operator_id or "", claim_type=kind, day=day or date(1970, 1, 1), at=at, ended_on=ended,
        diagnosis_code=diagnosis or "", total_amount=total or Decimal(0), fund_amount=fund or Decimal(0),
        in_meeting=met,
    )  # fmt: skip
