"""Scores a run's list against a world's truth.

Listed and planted rings are matched one to one by patient Jaccard, best first; a match counts from 0.5. A piece of a ring, a second group
of one ring, a padded or a lawful group is false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.worlds.files import Truth

__all__ = [
    "MATCH",
    "VISIBLE_NATS",
    "Score",
    "average_precision",
    "fund_of_claims",
    "mean_of",
    "people",
    "read_truth",
    "score",
]

MATCH = 0.5
VISIBLE_NATS = math.log(1e6)
"""A ring is visible if one who knows its members and places would hold it a million times likelier than chance."""
_PLACES = ("doctor", "facility", "pharmacy")
_CITED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures of one run; None where there is nothing to divide by."""

    planted: int
    visible: int
    listed: int
    matched: int
    recall: float | None
    """Of the planted."""
    recall_visible: float | None
    """Of those that an oracle sees; without an oracle every planted ring counts as seen."""
    precision: float | None
    """Matched among all listed."""
    named: float | None
    """People named who belong to a planted ring."""
    places_f1: float | None
    """Doctors, facilities and pharmacies named with matched rings."""
    money: float | None
    """Share of the fund money of planted claims that is of matched rings."""
    decoys: int
    """Listed with at least half of their people from one lawful group as planted."""
    cited: float | None
    """Mean average precision at 5 of the claims cited for matched rings."""
    per_4m: float | None
    """Listed per 4,000,000 claims, told where no ring is planted."""
    missed: tuple[str, ...]
    """Planted rings without a match: id, kind, oracle's nats, best Jaccard."""
    decoy_kinds: dict[str, int]
    """Lawful groups listed, by kind."""


def read_truth(folder: Path) -> Truth:
    """What was planted; columns and files that a world does not tell are empty."""
    frames = {}
    for name, columns in (
        ("rings", ("ring_id", "kind", "patients", "oracle_nats")),
        ("members", ("ring_id", "entity_type", "entity_id", "role")),
        ("decoys", ("decoy_id", "kind", "patients")),
        ("ring_claims", ("ring_id", "claim_id")),
    ):
        path = folder / f"{name}.csv"
        there = path.is_file() and path.stat().st_size > 1
        text = {c: str for c in columns if c != "oracle_nats"}
        frames[name] = (pd.read_csv(path, dtype=text) if there else pd.DataFrame()).reindex(
            columns=list(columns)
        )
    return Truth(**frames)


def people(members: pd.DataFrame) -> dict[str, set[str]]:
    """Patients by ring."""
    return _sets(members, ("patient",))


def _sets(members: pd.DataFrame, kinds: tuple[str, ...]) -> dict[str, set[str]]:
    chosen = members[members.entity_type.isin(kinds)]
    return chosen.groupby("ring_id").entity_id.agg(set).to_dict() if len(chosen) else {}


def fund_of_claims(delivery: Path, claim_ids: pd.Series) -> pd.Series:
    """Fund amount by claim of those claims that are asked for."""
    columns = ["claim_id", "fund_amount"]
    if (path := delivery / "claims.parquet").is_file():
        claims = pd.read_parquet(path, columns=columns)
    else:
        claims = pd.read_csv(delivery / "claims.csv", usecols=columns, dtype={"claim_id": str})
    claims = claims[claims.claim_id.isin(set(claim_ids))].drop_duplicates("claim_id")
    return pd.to_numeric(claims.set_index("claim_id").fund_amount, errors="coerce").astype(float).fillna(0.0)


def average_precision(cited: list[str], right: set[str], at: int = _CITED) -> float:
    """Average precision of the first claims cited."""
    hits, total = 0, 0.0
    for place, claim in enumerate(cited[:at], 1):
        if claim in right:
            hits += 1
            total += hits / place
    return total / min(at, len(right)) if right else 0.0


def score(out: Path, truth: Truth, *, claims: int, fund: pd.Series | None = None) -> Score:
    """Score the listed rings of the run in `out`; `fund` holds the fund amount of the planted claims."""
    rings = pd.read_parquet(out / "rings.parquet").sort_values("rank")
    rings = rings[rings.listed.astype(bool)]
    members = pd.read_parquet(out / "ring_members.parquet")
    members = members[members.ring_id.isin(rings.ring_id)]
    planted, listed = people(truth.members), people(members)
    best = _match(planted, listed)
    ok = {ring: name for ring, (name, jaccard) in best.items() if jaccard >= MATCH}
    nats = truth.rings.set_index("ring_id").oracle_nats.astype(float)
    visible = {ring for ring in planted if not nats.get(ring, math.nan) < VISIBLE_NATS}
    everybody, named = set().union(*planted.values()), set().union(*listed.values())
    decoys = _decoys(truth.decoys, listed)
    return Score(
        planted=len(planted),
        visible=len(visible),
        listed=len(rings),
        matched=len(ok),
        recall=_share(len(ok), len(planted)),
        recall_visible=_share(len(visible & set(ok)), len(visible)),
        precision=_share(len(ok), len(rings)),
        named=_share(len(named & everybody), len(named)),
        places_f1=_places(truth.members, members, ok),
        money=_money(truth.ring_claims, fund, set(ok)),
        decoys=len(decoys),
        cited=_cited(out, truth.ring_claims, ok),
        per_4m=None if planted else round(len(rings) * 4e6 / claims, 2),
        missed=tuple(
            f"{ring}:{kind}:{nats.get(ring, math.nan):.0f}:{best.get(ring, ('', 0.0))[1]:.2f}"
            for ring, kind in zip(truth.rings.ring_id, truth.rings.kind, strict=True)
            if ring not in ok
        ),
        decoy_kinds=pd.Series(decoys, dtype=str).value_counts().sort_index().to_dict(),
    )


def _match(planted: dict[str, set[str]], listed: dict[str, set[str]]) -> dict[str, tuple[str, float]]:
    """For planted rings the listed ring that is theirs, and how well it fits: best pairs first, each used once."""
    pairs = sorted(
        (
            (len(ring & group) / len(ring | group), key, name)
            for key, ring in planted.items()
            for name, group in listed.items()
            if ring & group
        ),
        reverse=True,
    )
    found: dict[str, tuple[str, float]] = {}
    used: set[str] = set()
    for jaccard, key, name in pairs:
        if key not in found and name not in used:
            found[key] = (name, jaccard)
            used.add(name)
    return found


def _places(truth: pd.DataFrame, members: pd.DataFrame, ok: dict[str, str]) -> float | None:
    planted, listed = _sets(truth, _PLACES), _sets(members, _PLACES)
    hit = sum(len(planted.get(ring, set()) & listed.get(name, set())) for ring, name in ok.items())
    both = sum(len(planted.get(ring, set())) + len(listed.get(name, set())) for ring, name in ok.items())
    return _share(2 * hit, both)


def _money(ring_claims: pd.DataFrame, fund: pd.Series | None, ok: set[str]) -> float | None:
    if fund is None or ring_claims.empty:
        return None
    amounts = ring_claims.claim_id.map(fund).fillna(0.0)
    whole = float(amounts.sum())
    return round(float(amounts[ring_claims.ring_id.isin(ok)].sum()) / whole, 3) if whole else None


def _decoys(decoys: pd.DataFrame, listed: dict[str, set[str]]) -> dict[str, str]:
    """Listed rings of which at least half are of one lawful group, with the kind of the group that holds most."""
    lawful = [
        (kind, set(str(ids).split("|"))) for kind, ids in zip(decoys.kind, decoys.patients, strict=True)
    ]
    found = {}
    for name, group in listed.items():
        share, kind = max(((len(group & ids) / len(group), kind) for kind, ids in lawful), default=(0.0, ""))
        if share >= 0.5:
            found[name] = str(kind)
    return found


def _cited(out: Path, ring_claims: pd.DataFrame, ok: dict[str, str]) -> float | None:
    if ring_claims.empty or not ok:
        return None
    evidence = pd.read_parquet(out / "evidence.parquet", columns=["ring_id", "claim_ids"])
    right = ring_claims.groupby("ring_id").claim_id.agg(set).to_dict()
    lists = (
        evidence[evidence.ring_id.isin(ok.values())]
        .groupby("ring_id", sort=False)
        .claim_ids.agg(list)
        .to_dict()
    )
    values = []
    for ring, name in ok.items():
        cited = list(dict.fromkeys(claim for part in lists.get(name, []) for claim in part))
        values.append(average_precision(cited, right.get(ring, set())))
    return round(sum(values) / len(values), 3)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def mean_of(scores: list[Score]) -> dict[str, Any]:
    """Figures of a world and level: means over its seeds, counts summed, misses and lawful kinds put together."""
    told: dict[str, Any] = {"runs": len(scores)}
    for name in ("planted", "visible", "listed", "matched", "decoys"):
        told[name] = sum(getattr(s, name) for s in scores)
    for name in ("recall", "recall_visible", "precision", "named", "places_f1", "money", "cited", "per_4m"):
        known = [value for s in scores if (value := getattr(s, name)) is not None]
        told[name] = round(sum(known) / len(known), 3) if known else None
    told["missed"] = [ring for s in scores for ring in s.missed]
    kinds = pd.Series(
        [kind for s in scores for kind, n in s.decoy_kinds.items() for _ in range(n)], dtype=str
    )
    told["decoy_kinds"] = kinds.value_counts().sort_index().to_dict()
    return told
