"""Columns that are told apart after headers were read: an institution's own codes, a register's key, what a claim's line says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fraudgraph.claims.columns.assigning import Columns
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.columns.meanings import meanings
from fraudgraph.claims.columns.table_kind import better_key

__all__ = ["TELLING", "kept_apart"]

TELLING = {
    "patients": ("birth_date", "sex", "insurance_type", "identity_class"),
    "doctors": ("title",),
    "facilities": ("level", "beds"),
    "pharmacies": (),
    "institutions": ("level", "beds", "place_kind"),
}
"""Columns that tell whose register a table is where its key does not."""


def kept_apart(found: TableMapping, columns: Columns) -> TableMapping:
    """The institution's own item code stands in where the insurance's is not given; a register's key is what others join to; a claim line's columns."""
    known = dict(found.columns)
    for name in (
        ("item_code", "item_name") if found.kind.name == "claim_items" and not found.rule.only else ()
    ):
        if name not in known and f"hosp_{name}" in known:
            known[name] = known.pop(f"hosp_{name}")
    free = list(found.unmapped)
    key = found.kind.needs[0][0] if found.kind.name in TELLING else "patient_id"
    for name in (key, "encounter_id") if not found.rule.only else ():
        if name in known:
            other = better_key(found.kind.name, name, columns, known[name], free)
            if other is not None:
                free = [*(position for position in free if position != other), known[name]]
                known[name] = other
    if "line_number" in known and found.kind.name == "claims":
        known, free = _line_columns(known, free, columns)
    if known == found.columns:
        return found
    return replace(found, columns=known, unmapped=tuple(sorted(free)))


_OF_A_LINE = {"item_code": "line_item_code", "item_name": "line_item_name", "quantity": "line_quantity", "amount": "line_amount"}  # fmt: skip


def _line_columns(
    known: dict[str, int], free: Sequence[int], columns: Columns
) -> tuple[dict[str, int], list[int]]:
    """What a claim's lines say of themselves, in columns that the claim has no use for."""
    left = []
    for position in free:
        fields = [one.field for one in meanings("claim_items", columns.plain[position])]
        name = next((_OF_A_LINE[one] for one in fields[:1] if one in _OF_A_LINE), None)
        if name is None or name in known:
            left.append(position)
        else:
            known[name] = position
    return known, left
