"""Phones, accounts and agents that people share outside their homes, as columns: a part of what makes a group grow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fraudgraph.detection.crowd import Flags, Ints
from fraudgraph.store import Store

__all__ = ["Identifiers", "read_identifiers", "shared_with"]

_SQL = Path(__file__).parent / "sql" / "expansion_identifiers.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """Who shares which phone, account or agent, by number, with the home of each holder."""

    patient: Ints
    number: Ints
    home: Ints
    kind: tuple[str, ...]
    partners: float
    """How many people outside the home a person shares with, on average over everybody."""


def read_identifiers(store: Store, people: int) -> Identifiers:
    """Read the identifiers that people share."""
    table = store.arrow(_SQL.read_text(encoding="utf-8"))
    patient, number, home = (
        table[name].to_numpy().astype(np.int64) for name in ("patient", "number", "home")
    )
    holders = np.bincount(number) if len(number) else np.zeros(0)
    homes = np.unique(np.stack([number, home]), axis=1, return_counts=True) if len(number) else None
    pairs = float((holders * (holders - 1.0)).sum())
    if homes is not None:
        pairs -= float((homes[1] * (homes[1] - 1.0)).sum())
    return Identifiers(
        patient=patient, number=number, home=home, kind=tuple(table["kind"].to_pylist()), partners=pairs / max(people, 1)
    )  # fmt: skip


def shared_with(identifiers: Identifiers, member: Flags) -> tuple[Ints, float]:
    """How many of a group each person shares an identifier with outside the home, and how many chance would give."""
    shared = np.zeros(len(member), np.int64)
    holds = np.flatnonzero(member[identifiers.patient])
    for row in np.flatnonzero(np.isin(identifiers.number, identifiers.number[holds])):
        same = identifiers.number[holds] == identifiers.number[row]
        shared[identifiers.patient[row]] += int(
            (same & (identifiers.home[holds] != identifiers.home[row])).sum()
        )
    return shared, max(identifiers.partners * float(member.sum()) / len(member), 1e-7)
