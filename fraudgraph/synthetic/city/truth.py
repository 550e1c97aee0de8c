"""What was planted, written beside the city: the program never reads it, the benchmark does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.synthetic.city.finishing import Dirt
from fraudgraph.synthetic.city.ids import Ids
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.places import PHARMACY
from fraudgraph.synthetic.city.together import Truth

__all__ = ["write_truth"]


def write_truth(
    folder: Path, city: City, rows: dict[str, Any], *, ids: Ids, dirt: Dirt, truth: Truth
) -> None:
    """Write rings, their members and claims, the lawful groups, and how much dirt there is."""
    patients, doctors, places, desks = (
        column.to_pylist() for column in (ids.patients, ids.doctors, ids.places, ids.desks)
    )
    members: list[tuple[str, str, str, str, str]] = []
    summary: list[dict[str, Any]] = []
    at = np.flatnonzero(rows["ring"] >= 0)
    by_ring = at[np.argsort(rows["ring"][at], kind="stable")]
    cuts = np.searchsorted(rows["ring"][by_ring], np.arange(len(truth.rings) + 1))
    for number, ring in enumerate(truth.rings):
        name = f"T{number + 1:04d}"
        claims = by_ring[cuts[number] : cuts[number + 1]]
        own = claims[rows["refund_of"][claims] < 0]
        organiser = ring.organiser
        members += [
            (name, ring.typology, "patient", patients[p], "organiser" if p == organiser else "card_holder")
            for p in ring.patients.tolist()
        ]
        members += [
            (name, ring.typology, "doctor", doctors[d], role) for d, role in sorted(ring.doctors.items())
        ]
        members += [
            (
                name,
                ring.typology,
                "pharmacy" if city.places.kind[p] == PHARMACY else "facility",
                places[p],
                role,
            )
            for p, role in sorted(ring.places.items())
        ]
        members += [
            (name, ring.typology, "operator", desks[int(ids.first_desk[p]) + d], "outlet")
            for p, d in sorted(ring.desks)
        ]
        summary.append(
            {
                "ring_id": name, "typology": ring.typology, "patients": len(ring.patients), "claims": len(own),
                "fund_amount": int(rows["fund"][claims].sum()) / 100, "total_amount": int(rows["total"][claims].sum()) / 100,
                "first_day": city.plan.first_day + timedelta(days=int(rows["start"][own].min() // 86_400)) if len(own) else None,
                "last_day": city.plan.first_day + timedelta(days=int(rows["start"][own].max() // 86_400)) if len(own) else None,
            }
        )  # fmt: skip
    names = ("ring_id", "typology", "entity_type", "entity_id", "role")
    _write(
        folder / "ring_members.parquet",
        {n: [row[i] for row in members] for i, n in enumerate(names)},
        dict.fromkeys(names, pa.string()),
    )
    kinds = {
        "ring_id": pa.string(), "typology": pa.string(), "patients": pa.int32(), "claims": pa.int32(), "fund_amount": pa.float64(),
        "total_amount": pa.float64(), "first_day": pa.date32(), "last_day": pa.date32(),
    }  # fmt: skip
    _write(folder / "rings.parquet", {n: [row[n] for row in summary] for n in kinds}, kinds)
    ring_names = [f"T{n + 1:04d}" for n in rows["ring"][by_ring].tolist()]
    pq.write_table(
        pa.table({"ring_id": pa.array(ring_names, pa.string()), "claim_id": ids.claim(by_ring)}),
        folder / "ring_claims.parquet",
    )
    groups = [
        (f"L{n + 1:05d}", g.kind, patients[p])
        for n, g in enumerate(truth.groups)
        for p in g.patients.tolist()
    ]
    columns = ("group_id", "kind", "patient_id")
    _write(
        folder / "lookalikes.parquet",
        {n: [row[i] for row in groups] for i, n in enumerate(columns)},
        dict.fromkeys(columns, pa.string()),
    )
    counts = dirt.counts()
    _write(
        folder / "dirt.parquet",
        {"kind": list(counts), "rows": list(counts.values())},
        {"kind": pa.string(), "rows": pa.int64()},
    )


def _write(path: Path, columns: dict[str, list[Any]], kinds: dict[str, pa.DataType]) -> None:
    pq.write_table(pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()}), path)
