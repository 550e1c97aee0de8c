"""What the desk needs to know of each group, asked of the store once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fraudgraph.casework.kept_tables import recovered_money
from fraudgraph.casework.listing import CaseFacts
from fraudgraph.store import Store

__all__ = ["DISTRICT_OF_PLACE", "read_case_facts", "seed_neighbours"]

DISTRICT_OF_PLACE = r"[HhPp]?(\d{6})\d*"
"""A designated place's code: a letter, six digits of the division, a running number."""
_SQL = Path(__file__).parent / "sql"


def read_case_facts(store: Store, ledger: Path) -> CaseFacts:
    """Days, models, views, districts and recovered money of every group."""
    days: dict[int, list[tuple[date, int]]] = {}
    for group_no, day, count in store.rows(
        "SELECT group_no, event_date, count(DISTINCT claim_id) FROM member_claims "
        "WHERE session_no IS NOT NULL GROUP BY group_no, event_date ORDER BY group_no, event_date"
    ):
        days.setdefault(int(group_no), []).append((day, int(count)))
    return CaseFacts(
        days=days,
        models=_lists(
            store,
            "WITH hits AS (SELECT DISTINCT model, unnest(claim_ids) AS claim_id FROM flags) "
            "SELECT DISTINCT m.group_no, h.model FROM member_claims AS m JOIN hits AS h ON h.claim_id = m.claim_id "
            "WHERE m.session_no IS NOT NULL ORDER BY 1, 2",
        ),
        views=_lists(
            store,
            "SELECT DISTINCT x.group_no, m.view FROM pair_meetings AS m JOIN group_members AS x ON x.patient = m.a "
            "JOIN group_members AS y ON y.patient = m.b AND y.group_no = x.group_no ORDER BY 1, 2",
        ),
        recovered=recovered_money(store, ledger),
        district=_districts(store),
    )


def _lists(store: Store, sql: str) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for group_no, value in store.rows(sql):
        found.setdefault(int(group_no), []).append(str(value))
    return {group_no: tuple(values) for group_no, values in found.items()}


def _districts(store: Store) -> Mapping[int, str]:
    """By group: the division that most of its people live in; where that isn't known, of most of its places."""
    rows: list[tuple[Any, ...]] = store.rows(
        (_SQL / "districts.sql").read_text(encoding="utf-8"), place_code=DISTRICT_OF_PLACE
    )
    return {int(group_no): str(district) for group_no, district in rows}


def seed_neighbours(store: Store, seeds: frozenset[str]) -> list[dict[str, Any]]:
    """People in no ring who met two or more members of confirmed rings more often than chance has it.

    Parameters
    ----------
    store : Store
        Holds `pair_meetings` and the groups.
    seeds : frozenset of str
        Patients of confirmed rings.
    """
    if not seeds:
        return []
    rows = store.rows(
        "WITH known AS (SELECT patient, patient_id FROM patient_codes WHERE patient_id IN (SELECT unnest($seeds))), "
        "met AS (SELECT k.patient_id AS seed, m.b AS other, m.observed, m.expected, m.p FROM pair_meetings AS m JOIN known AS k ON k.patient = m.a "
        "UNION ALL SELECT k.patient_id, m.a, m.observed, m.expected, m.p FROM pair_meetings AS m JOIN known AS k ON k.patient = m.b) "
        "SELECT c.patient_id, count(DISTINCT m.seed) AS seeds, CAST(sum(m.observed) AS BIGINT) AS observed, round(sum(m.expected), 4) AS expected "
        "FROM met AS m JOIN patient_codes AS c ON c.patient = m.other "
        "WHERE m.p <= 0.001 AND c.patient_id NOT IN (SELECT patient_id FROM known) AND m.other NOT IN (SELECT patient FROM group_members) "
        "GROUP BY c.patient_id HAVING count(DISTINCT m.seed) >= 2 ORDER BY seeds DESC, observed DESC, c.patient_id LIMIT 500",
        seeds=sorted(seeds),
    )
    names = ("patient_id", "seeds_met", "observed", "expected")
    return [dict(zip(names, row, strict=True)) for row in rows]
