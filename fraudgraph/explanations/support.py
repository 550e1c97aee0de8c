"""Which claims speak for a lawful explanation, how much of the surprise they carry, and what is left without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import poisson

from fraudgraph.explanations.facts import ExplanationSupport
from fraudgraph.store import Store

__all__ = ["read_support"]

_SQL = Path(__file__).parent / "sql"
REST_PEOPLE = 4
"""Fewer people than this outside an explanation are not looked at by themselves."""
GOOD_SITTING_P = 0.01
MOST_DECADES = 12.0
DECADES_EACH = 6.0
"""What each person left must bring, as for a group picked out of a city (score.py)."""


def read_support(store: Store) -> dict[int, dict[str, ExplanationSupport]]:
    """The claims behind every explanation, by group and name.

    Parameters
    ----------
    store : Store
        Holds `lawful_claims` (claims.sql), member claims, sittings and `explanation_marks`.
    """
    left = _left_over(store)
    found: dict[int, dict[str, ExplanationSupport]] = {}
    for group_no, name, people, claims, share in store.rows(
        (_SQL / "shares.sql").read_text(encoding="utf-8")
    ):
        count, rest = left.get((group_no, name), (0, 0.0))
        found.setdefault(group_no, {})[name] = ExplanationSupport(
            patient_count=people, claim_ids=tuple(claims), claim_share=float(share), rest_count=count, rest_share=rest
        )  # fmt: skip
    return found


def _left_over(store: Store) -> dict[tuple[int, str], tuple[int, float]]:
    """People outside each explanation, and the share of the group's surprise that is theirs, beyond chance groups."""
    table = store.arrow((_SQL / "rest.sql").read_text(encoding="utf-8"), least=REST_PEOPLE)
    whole = dict(
        store.rows(
            "SELECT s.group_no, sum(CAST(least(-log10(j.p), 12.0) AS DECIMAL(12,6))) FROM group_sessions AS s "
            "JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good GROUP BY s.group_no ORDER BY s.group_no"
        )
    )
    present, expected = (
        table[name].to_numpy().astype(np.float64) for name in ("present_count", "expected_count")
    )
    p = np.maximum(poisson.sf(present - 2, np.maximum(expected, 1e-12)), 1e-300)
    decades = np.where(p <= GOOD_SITTING_P, np.minimum(-np.log10(p), MOST_DECADES), 0.0)
    decades *= np.where(present >= 3, 1.0, 0.3)
    found: dict[tuple[int, str], tuple[int, float]] = {}
    groups, names, counts = (table[name].to_pylist() for name in ("group_no", "name", "rest_count"))
    for group_no, name, count, value in zip(groups, names, counts, decades.tolist(), strict=True):
        before = found.get((group_no, name), (count, 0.0))
        found[group_no, name] = (count, before[1] + value)
    return {
        key: (
            count,
            round(
                min(max(total - DECADES_EACH * count, 0.0) / max(float(whole.get(key[0], 0)), 1e-6), 1.0), 4
            ),
        )
        for key, (count, total) in found.items()
    }
