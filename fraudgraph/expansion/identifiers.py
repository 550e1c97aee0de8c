"""Phones, accounts and agents that people share outside their homes, as columns: a part of what makes a group grow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fraudgraph.expansion.visit_index import Flags, Ints
from fraudgraph.store import Store

__all__ = ["Identifiers", "read_identifiers", "shared_with"]

_SQL = Path(__file__).parent / "sql" / "identifiers.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """Who shares which phone, account or agent, by number, with the household and address of each holder."""

    patient: Ints
    number: Ints
    household: Ints
    address: Ints
    kind: tuple[str, ...]
    partners: float
    """How many people outside the home a person shares with, on average over everybody."""

    def none(self) -> Identifiers:
        """Without any: where a home's own phone would bring the whole home in."""
        nobody = np.zeros(0, np.int64)
        return Identifiers(
            patient=nobody, number=nobody, household=nobody, address=nobody, kind=(), partners=self.partners
        )


def read_identifiers(store: Store, people: int) -> Identifiers:
    """Read the identifiers that people share."""
    table = store.arrow(_SQL.read_text(encoding="utf-8"))
    patient, number, household, address = (
        table[name].to_numpy().astype(np.int64) for name in ("patient", "number", "household", "address")
    )
    pairs = (
        _pairs(number)
        - _pairs(number, household)
        - _pairs(number, address)
        + _pairs(number, household, address)
    )
    return Identifiers(
        patient=patient, number=number, household=household, address=address, kind=tuple(table["kind"].to_pylist()), partners=pairs / max(people, 1)
    )  # fmt: skip


def _pairs(*keys: Ints) -> float:
    """Ordered pairs of holders that have all of these in common."""
    if not len(keys[0]):
        return 0.0
    _, counts = np.unique(np.stack(keys), axis=1, return_counts=True)
    return float((counts * (counts - 1.0)).sum())


def shared_with(identifiers: Identifiers, member: Flags) -> tuple[Ints, float]:
    """How many of a group each person shares an identifier with outside the home, and how many chance would give."""
    shared = np.zeros(len(member), np.int64)
    holds = np.flatnonzero(member[identifiers.patient])
    for row in np.flatnonzero(np.isin(identifiers.number, identifiers.number[holds])):
        same = identifiers.number[holds] == identifiers.number[row]
        apart = (identifiers.household[holds] != identifiers.household[row]) & (
            identifiers.address[holds] != identifiers.address[row]
        )
        shared[identifiers.patient[row]] += int((same & apart).sum())
    return shared, max(identifiers.partners * float(member.sum()) / len(member), 1e-7)
