"""Rows under one key: which columns tell a kind's rows apart, and all rows but one per key set aside."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.claims.schema.fields import KINDS, REFERENCE_KINDS, REFERENCE_TABLES
from fraudgraph.claims.schema.landing_form import content_columns
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.store import Store

__all__ = ["AMOUNTS", "KEYS", "ROWS_PER_SHEET", "key_sql", "set_aside_repeated"]

ROWS_PER_SHEET = 1 << 40
"""A row's number is its sheet's number times this, plus its line."""
_SQL = Path(__file__).parent / "sql"
AMOUNTS = {"claims": "total_amount", "claim_items": "amount"}
"""The column of money that is accounted for, by kind."""
KEYS = {
    "claims": ("claim_id",),
    "encounters": ("encounter_id",),
    "institutions": ("place_id",),
    **{name: CANONICAL[name].key for name in REFERENCE_TABLES},
}
"""Columns that tell a kind's rows apart; fee lines have none."""


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def key_sql(kind_name: str, *before: str) -> str:
    """SQL for the text by which a kind's rows are told apart, with more columns before it."""
    return "concat_ws(chr(31), " + ", ".join([*before, *KEYS[kind_name]]) + ")"


def set_aside_repeated(store: Store, kind_name: str, *, by_order: bool) -> None:
    """All rows but one per key. Reference tables may say the same thing in several sheets: those are merged later.

    Within one delivery of a workspace the last row counts (`by_order`); in a delivery read by itself the rows' order
    decides nothing.
    """
    kind = KINDS[kind_name]
    per_sheet = [f"CAST(row_no // {ROWS_PER_SHEET} AS VARCHAR)"] if kind_name in REFERENCE_KINDS else []
    key = key_sql(kind_name, *per_sheet)
    names = content_columns(kind_name, kind.fields)
    content = "md5(to_json(struct_pack(" + ", ".join(f"{name} := {name}" for name in names) + "))::VARCHAR)"
    at_time = "coalesce(settled_at, started_at)" if kind_name == "claims" else "NULL"
    if kind_name == "encounters":
        at_time = "started_at"
    turn = "-row_no" if by_order else "0"
    source = f"scratch.{kind_name}_in WHERE fault_no IS NULL"
    if by_order:
        source += f" AND row_no NOT IN (SELECT row_no FROM scratch.superseded WHERE kind = '{kind_name}')"
    store.run(f"CREATE OR REPLACE VIEW scratch.keyed AS SELECT row_no, {key} AS key_text FROM {source}")
    store.run(_sql("repeated_rows"))  # apart: comparing content is dear and only these few rows need it
    store.run(
        f"CREATE OR REPLACE VIEW scratch.keyed_content AS SELECT row_no, {key} AS key_text, {turn} AS turn, {content} AS content, CAST({at_time} AS TIMESTAMP) AS at_time FROM {source} AND row_no IN (SELECT row_no FROM scratch.repeated_rows)"
    )
    field = KEYS[kind_name][0]
    amount = f"i.{AMOUNTS[kind_name]}" if kind_name in AMOUNTS else "NULL"
    store.run(
        f"""INSERT INTO scratch.set_aside
        SELECT $kind, d.row_no, d.code, $field, NULL, i.{field}, {amount}
        FROM ({_sql("repeated_keys")}) AS d INNER JOIN scratch.{kind_name}_in AS i ON i.row_no = d.row_no""",
        kind=kind_name,
        field=field,
    )
