"""Today's sample city as a world: what `fraudgraph sample` makes, with its truth in the form that all worlds share.

Its rings carry no oracle: every planted ring counts as one that an oracle sees.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from bench.worlds.files import Level, truth_folder
from fraudgraph.synthetic.city import make_city

MONTHS = 12

__all__ = ["make"]


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write a sample city and, beside it, its truth; what stood there before goes. Same arguments, same bytes."""
    for folder in (out, truth_folder(out)):
        shutil.rmtree(folder, ignore_errors=True)
    made = make_city(out, claims=claims, months=MONTHS, rings=level, seed=seed)
    _convert(made.truth, truth_folder(out))
    shutil.rmtree(made.truth)


def _convert(of: Path, to: Path) -> None:
    to.mkdir(parents=True)
    rings = pd.read_parquet(of / "rings.parquet").rename(columns={"typology": "kind"})
    rings = rings[["ring_id", "kind", "patients"]].assign(oracle_nats=None)
    members = pd.read_parquet(of / "ring_members.parquet")[["ring_id", "entity_type", "entity_id", "role"]]
    decoys = (
        pd.read_parquet(of / "lookalikes.parquet")
        .groupby(["group_id", "kind"], sort=True)
        .patient_id.agg("|".join)
        .reset_index()
        .rename(columns={"group_id": "decoy_id", "patient_id": "patients"})
    )
    claims = pd.read_parquet(of / "ring_claims.parquet")[["ring_id", "claim_id"]]
    for name, frame in (("rings", rings), ("members", members), ("decoys", decoys), ("ring_claims", claims)):
        frame.to_csv(to / f"{name}.csv", index=False)
