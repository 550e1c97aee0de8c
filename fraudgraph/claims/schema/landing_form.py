"""The form of a landing table: its columns and types, and which of them a row can't do without."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.schema.fields import Field, FieldType
from fraudgraph.claims.schema.schema import CANONICAL

__all__ = ["COUNTS", "SQL_TYPES", "content_columns", "landing_columns", "required_fields"]

COUNTS = ("blanked", "open_ends", "mended")
"""What a landed row counts: values that could not be read and are left empty, dates that mean "no end", ids put right."""

SQL_TYPES: dict[FieldType, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "money": "DECIMAL(16,2)",
    "number": "DECIMAL(16,4)",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "integer": "INTEGER",
    "double": "DOUBLE",
    "flag": "BOOLEAN",
    "sex": "VARCHAR",
    "level": "VARCHAR",
    "ownership": "VARCHAR",
    "move_type": "VARCHAR",
    "rule_kind": "VARCHAR",
    "action": "VARCHAR",
    "event_kind": "VARCHAR",
    "settlement_kind": "VARCHAR",
    "complication_level": "VARCHAR",
}


def landing_columns(kind_name: str, fields: Sequence[Field]) -> list[tuple[str, str]]:
    """Names and SQL types of a landing table's columns, in the order of `typed_select`."""
    columns = [("line", "BIGINT")] + [(field.name, SQL_TYPES[field.type]) for field in fields]
    if kind_name == "claims":
        columns += [("settled_time", "TIME")]
    if kind_name in ("claims", "encounters"):
        columns += [("extra", "VARCHAR")]
    counts = [(name, "INTEGER") for name in COUNTS]
    return [*columns, *counts, ("fault_no", "INTEGER"), ("fault_value", "VARCHAR")]


def content_columns(kind_name: str, fields: Sequence[Field]) -> list[str]:
    """The columns of a landing table that hold what was delivered."""
    return [name for name, _ in landing_columns(kind_name, fields)[1 : -len(COUNTS) - 2]]


def required_fields(kind_name: str) -> set[str]:
    """Fields without which a row is set aside when it lands (a claim's start may still come from its encounter)."""
    if kind_name == "claims":
        return {"claim_id", "patient_id", "total_amount", "fund_amount"}
    if kind_name == "encounters":
        return {"encounter_id"}
    if kind_name == "institutions":
        return {"place_id"}
    required = {column.name for column in CANONICAL[kind_name].columns if column.required}
    return required - {"claim_id"} if kind_name == "claim_items" else required
