"""How a world is written: the only code that worlds share.

A world is a module of this folder with `make(out, *, claims, seed, level)`. It draws its own parameters from the seed, invents a city
and hands it to `write_world`. `out` gets the delivery (canonical columns, Parquet or csv); `OUT.truth` beside it gets what only the judge may see.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

__all__ = ["LEVELS", "Level", "Truth", "truth_folder", "write_world"]

Level = Literal["standard", "stealth", "hard", "real", "none"]
LEVELS: tuple[Level, ...] = ("standard", "stealth", "hard", "real", "none")

_RINGS = ("ring_id", "kind", "patients", "oracle_nats")
_MEMBERS = ("ring_id", "entity_type", "entity_id", "role")
_DECOYS = ("decoy_id", "kind", "patients")
_RING_CLAIMS = ("ring_id", "claim_id")
_ENTITIES = {"patient", "doctor", "facility", "pharmacy", "operator", "agent", "phone", "account", "employer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was planted.

    rings: ring_id, kind, patients (count), oracle_nats (log-likelihood ratio, in nats, of one who knows members, places and the
    world's own rates). members: ring_id, entity_type, entity_id, role. decoys: decoy_id, kind, patients (ids joined by "|").
    ring_claims: ring_id, claim_id of every claim that exists only because of the ring.
    """

    rings: pd.DataFrame
    members: pd.DataFrame
    decoys: pd.DataFrame
    ring_claims: pd.DataFrame


def truth_folder(out: Path) -> Path:
    """Where the truth of a world's delivery lies: beside it, never inside."""
    return out.with_name(out.name + ".truth")


def write_world(
    out: Path, tables: dict[str, pd.DataFrame], truth: Truth, *, form: Literal["parquet", "csv"] = "parquet"
) -> None:
    """Write a delivery and its truth; what stood there before goes.

    Raises
    ------
    ValueError
        The truth names people or claims that the delivery does not hold, or lacks a column.
    """
    _check(tables, truth)
    for folder in (out, truth_folder(out)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, table in tables.items():
        if form == "parquet":
            table.to_parquet(out / f"{name}.parquet", index=False)
        else:
            table.to_csv(out / f"{name}.csv", index=False)
    for name, frame, columns in (
        ("rings", truth.rings, _RINGS),
        ("members", truth.members, _MEMBERS),
        ("decoys", truth.decoys, _DECOYS),
        ("ring_claims", truth.ring_claims, _RING_CLAIMS),
    ):
        frame.reindex(columns=list(columns)).to_csv(truth_folder(out) / f"{name}.csv", index=False)


def _check(tables: dict[str, pd.DataFrame], truth: Truth) -> None:
    known = set(tables["claims"].claim_id)
    if len(known) != len(tables["claims"]):
        raise ValueError("claims.claim_id repeats")
    if strangers := set(truth.ring_claims.claim_id) - known:
        raise ValueError(f"{len(strangers)} ring claims are not among the claims, as {min(strangers)}")
    people = set(tables["claims"].patient_id)
    planted = truth.members[truth.members.entity_type == "patient"]
    if absent := set(planted.entity_id) - people:
        raise ValueError(f"{len(absent)} ring members have no claim, as {min(absent)}")
    if wrong := set(truth.members.entity_type) - _ENTITIES:
        raise ValueError(f"unknown entity types {sorted(wrong)}")
    if unlike := set(truth.rings.ring_id) ^ set(planted.ring_id):
        raise ValueError(f"rings without people or people without a ring, as {min(unlike)}")
