"""Baselines on the raw graph: shared identifiers, communities of patients and providers."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from bench.baselines.grouping import Floats, components, groups_by_label, leiden, top
from bench.baselines.visits import Ints, OnDemand, Visits

__all__ = ["bipartite_leiden", "prepare_bipartite", "prepare_identifiers", "shared_identifiers"]

HOLDERS = "SELECT patient_id, {kind} AS value FROM read_parquet($patients) WHERE {kind} IS NOT NULL ORDER BY patient_id"
KINDS = {
    "phone_account": ("phone", "bank_account"),
    "phone_account_agent": ("phone", "bank_account", "agent_id"),
    "account_agent": ("bank_account", "agent_id"),
    "with_address": ("phone", "bank_account", "agent_id", "address"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who holds which value of an identifier, and how many hold it."""

    patient: Ints
    value: Ints
    holders: Ints


def prepare_identifiers(visits: Visits) -> dict[str, Holders]:
    """The register's identifiers of people with claims."""
    found = {}
    with duckdb.connect() as con:
        for kind in KINDS["with_address"]:
            rows = con.execute(
                HOLDERS.format(kind=kind), {"patients": str(visits.registers / "patients.parquet")}
            ).fetchnumpy()
            names = rows["patient_id"].astype(str)
            at = np.searchsorted(visits.patients, names)
            at[at == len(visits.patients)] = 0
            here = np.asarray(visits.patients)[at] == names
            value = np.unique(rows["value"].astype(str)[here], return_inverse=True)[1].astype(np.int64)
            found[kind] = Holders(patient=at[here], value=value, holders=np.bincount(value)[value])
    return found


def shared_identifiers(
    visits: Visits,
    identifiers: dict[str, Holders],
    *,
    kinds: str,
    holders: int,
    at_least: int,
    least: int,
    most: int,
) -> list[Ints]:
    """As in Neo4j's fraud example: people who share identifiers are linked, components of two and more are suspicious.

    A value with more than `holders` holders links nobody; a link needs `at_least` shared values; groups of fewer
    than `least` people are no rings.
    """
    size = len(visits.patients)
    pairs: list[Ints] = [np.zeros(0, np.int64)]
    for kind in KINDS[kinds]:
        table = identifiers[kind]
        use = (table.holders >= 2) & (table.holders <= holders)
        order = np.lexsort((table.patient[use], table.value[use]))
        patient, value = table.patient[use][order], table.value[use][order]
        for step in range(1, holders):
            same = np.flatnonzero(value[step:] == value[:-step])
            if not len(same):
                break
            pairs.append(patient[same] * size + patient[same + step])
    pair, shared = np.unique(np.concatenate(pairs), return_counts=True)
    pair = pair[shared >= at_least]
    a, b = pair // size, pair % size
    return groups_by_label(components(a, b, size), np.unique(np.concatenate([a, b])), least=least, most=most)


def prepare_bipartite(visits: Visits) -> dict[tuple[str, float], tuple[list[Ints], list[float]]]:
    """Communities of the raw graph of patients and places or doctors, visits as weights, at several resolutions.

    With each group of 4 to 200 patients the share of its people's visits that stay inside the community.
    """
    size = len(visits.patients)

    def communities(key: tuple[str, float]) -> tuple[list[Ints], list[float]]:
        objects, resolution = key
        patient, thing = visits.objects(objects)
        width = int(thing.max()) + 1
        pair, times = np.unique(patient * width + thing, return_counts=True)
        a, b, weight = pair // width, pair % width + size, times.astype(float)
        labels = leiden(a, b, weight, size + width, resolution=resolution)
        groups = groups_by_label(labels, np.unique(a), least=4, most=200)
        strength: Floats = np.bincount(a, weight, size)
        inside = np.bincount(a, weight * (labels[a] == labels[b]), size)
        return groups, [float(inside[group].sum() / strength[group].sum()) for group in groups]

    return OnDemand(communities)


def bipartite_leiden(
    _visits: Visits,
    found: dict[tuple[str, float], tuple[list[Ints], list[float]]],
    *,
    objects: str,
    resolution: float,
    count: int,
) -> list[Ints]:
    """The communities that keep most to themselves."""
    groups, scores = found[objects, resolution]
    return top(groups, scores, count)
