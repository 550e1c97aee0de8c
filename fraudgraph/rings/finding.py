"""Look for a name, a part of one, a phone, an address, an account or an id in a run's own registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fraudgraph.claims.typing.pasted_ids import pasted_forms
from fraudgraph.errors import UsageError
from fraudgraph.records import NodeKind
from fraudgraph.store import Store

__all__ = ["Found", "find"]

_REGISTERS: Final = (
    (NodeKind.PATIENT, "patients", "patient_id", ("patient_id", "name", "phone", "bank_account", "address", "agent_id")),
    (NodeKind.DOCTOR, "doctors", "doctor_id", ("doctor_id", "name")),
    (NodeKind.FACILITY, "facilities", "facility_id", ("facility_id", "name", "phone", "account", "address", "legal_representative")),
    (NodeKind.PHARMACY, "pharmacies", "pharmacy_id", ("pharmacy_id", "name", "phone", "account", "address", "legal_representative")),
)  # fmt: skip
_ON_CLAIMS: Final = tuple(
    (kind, "claims", f"{kind}_id", (f"{kind}_id",))
    for kind in (NodeKind.PATIENT, NodeKind.DOCTOR, NodeKind.FACILITY, NodeKind.PHARMACY, NodeKind.OPERATOR)
)
MOST_FOUND: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Somebody or some place that holds the text: where it stands, and whether it is all that stands there."""

    kind: NodeKind
    entity_id: str
    name: str
    column: str
    value: str
    exact: bool
    claim_count: int
    ring_ids: tuple[str, ...]


def find(store: Store, text: str) -> tuple[tuple[Found, ...], int]:
    """Everybody and every place whose name, id, phone, account, address or agent holds a text; exact ones first.

    Parameters
    ----------
    store : Store
        The run's own, opened to read.
    text : str
        As somebody typed or pasted it.

    Returns
    -------
    tuple of Found, and how many there are in all
        At most 50 of them.

    Raises
    ------
    UsageError
        If the text is empty.
    """
    forms = [form for form in pasted_forms(text.strip()) if form]
    if not forms:
        raise UsageError(
            "There is nothing to look for: the text is empty. Give a name, a part of one, a phone, an address or an id.",
            "没有要查找的内容：文字为空。请给出姓名、姓名的一部分、电话、地址或编号。",
        )
    rows: list[tuple[str, str, str, str, str, bool, int]] = []
    for form in forms:
        rows = store.rows(f"{_asked()} LIMIT 2000", text=form)
        if rows:
            break
    rings = _rings(store, sorted({row[1] for row in rows[:MOST_FOUND]}))
    found = tuple(
        Found(
            kind=NodeKind(kind), entity_id=entity, name=name, column=column, value=value, exact=exact, claim_count=count,
            ring_ids=tuple(sorted(rings.get((kind, entity), ()))),
        )
        for kind, entity, name, column, value, exact, count in rows[:MOST_FOUND]
    )  # fmt: skip
    return found, len(rows)


def _asked() -> str:
    """One question over all registers: a row for each who holds the text, with the place where it fits best."""
    parts = []
    for kind, table, key, columns in (*_REGISTERS, *_ON_CLAIMS):
        name = "name" if "name" in columns else "''"
        parts += [
            f"SELECT '{kind}' AS kind, {key} AS entity_id, coalesce({name}, '') AS name, '{column}' AS column_name, {column} AS value "
            f"FROM {table} WHERE contains({column}, $text)"
            for column in columns
        ]
    counts = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, {kind}_id AS entity_id, count(*) AS claim_count FROM claims WHERE counted AND {kind}_id IS NOT NULL GROUP BY {kind}_id"
        for kind in (
            NodeKind.PATIENT,
            NodeKind.DOCTOR,
            NodeKind.FACILITY,
            NodeKind.PHARMACY,
            NodeKind.OPERATOR,
        )
    )
    return (
        f"WITH held AS ({' UNION ALL '.join(parts)}), "
        "best AS (SELECT kind, entity_id, max(name) AS name, min_by(column_name, (value <> $text, column_name)) AS column_name, "
        "min_by(value, (value <> $text, column_name)) AS value, bool_or(value = $text) AS exact FROM held GROUP BY kind, entity_id), "
        f"counts AS ({counts}) "
        "SELECT b.kind, b.entity_id, b.name, b.column_name, b.value, b.exact, coalesce(c.claim_count, 0) FROM best AS b "
        "LEFT JOIN (SELECT DISTINCT c.patient_id FROM group_members AS g JOIN ring_names AS n ON n.group_no = g.group_no "
        "JOIN patient_codes AS c ON c.patient = g.patient) AS r ON b.kind = 'patient' AND r.patient_id = b.entity_id "
        "LEFT JOIN counts AS c ON c.kind = b.kind AND c.entity_id = b.entity_id ORDER BY NOT b.exact, r.patient_id IS NULL, 7 DESC, b.kind, b.entity_id"
    )


def _rings(store: Store, patients: list[str]) -> dict[tuple[str, str], list[str]]:
    rows = store.rows(
        "SELECT c.patient_id, n.ring_id FROM group_members AS g JOIN patient_codes AS c ON c.patient = g.patient "
        "JOIN ring_names AS n ON n.group_no = g.group_no WHERE c.patient_id IN (SELECT unnest($ids))",
        ids=patients,
    )
    found: dict[tuple[str, str], list[str]] = {}
    for patient, ring in rows:
        found.setdefault((str(NodeKind.PATIENT), patient), []).append(ring)
    return found
