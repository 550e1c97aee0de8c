"""Newest wins: of the rows that several deliveries bring under one key, those of the latest delivery count.

One rule for corrected files, folders that are exported whole each month, and rows withdrawn by their mark. It holds
between deliveries only; what one delivery says twice is a reject, as it ever was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from fraudgraph.claims.cleaning.claim_changes import ClaimChanges, PlaceChanges
from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.schema.fields import KINDS, REFERENCE_KINDS
from fraudgraph.claims.schema.landing_form import landing_columns
from fraudgraph.store import Store

__all__ = [
    "content_sql",
    "delivery_no",
    "newest_first",
    "set_aside_superseded",
    "set_aside_superseded_items",
    "several_deliveries",
    "supersede_table",
    "with_deliveries",
    "write_claim_changes",
]

_SQL = Path(__file__).parent / "sql"
_AMOUNT = {"claims": "total_amount", "claim_items": "amount"}
_NOT_CONTENT = {"line", "extra", "blanked", "fault_no", "fault_value", "uploaded_at"}
"""Columns in which a claim that is delivered again may differ and still be the same."""
_PLACES_SHOWN = 60


def delivery_no(name: str) -> int:
    """The number of the delivery that a file of a workspace's window belongs to: 12 of `0012-3f…/claims.csv`."""
    return int(name.partition("-")[0])


def with_deliveries(landings: Sequence[Landing]) -> list[Landing]:
    """The same tables, each with the number of its delivery."""
    return [replace(one, delivery_no=delivery_no(one.sheet.source.name)) for one in landings]


def several_deliveries(landings: Sequence[Landing]) -> bool:
    """Whether tables of more than one delivery are read together."""
    return len({one.delivery_no for one in landings}) > 1


def supersede_table(store: Store) -> None:
    """An empty list of which row took whose place."""
    store.run(
        "CREATE OR REPLACE TABLE scratch.superseded (kind VARCHAR, row_no BIGINT, by_row_no BIGINT, delivery_no INTEGER, by_delivery_no INTEGER, code VARCHAR)"
    )


def content_sql(kind_name: str) -> str:
    """SQL for what a row says, as a hash over the columns that the program knows."""
    names = [
        name
        for name, _ in landing_columns(kind_name, KINDS[kind_name].fields)
        if name not in _NOT_CONTENT and name != "valid_flag"
    ]
    return "md5(to_json(struct_pack(" + ", ".join(f"{name} := {name}" for name in names) + "))::VARCHAR)"


def newest_first(landings: Sequence[Landing]) -> str:
    """SQL that orders rows of a register: the latest delivery first, within it as the files stand."""
    several = several_deliveries(landings)
    return "struct_pack(d := -delivery_no, r := row_no)" if several else "row_no"


def set_aside_superseded(store: Store, kind_name: str, key: str) -> None:
    """Set aside the rows of a kind whose key a later delivery brings again.

    Entries of registers are merged column by column, the latest value first; of them only what was withdrawn goes.
    """
    usable = f"scratch.{kind_name}_in WHERE (fault_no IS NULL OR voided)"
    content = "''" if kind_name in REFERENCE_KINDS else content_sql(kind_name)
    store.run(
        f"""CREATE OR REPLACE TABLE scratch.versions AS
        WITH keyed AS (SELECT *, {key} AS key_text FROM {usable}),
        several AS (SELECT key_text FROM keyed GROUP BY key_text HAVING min(delivery_no) < max(delivery_no))
        SELECT row_no, key_text, delivery_no, voided, {content} AS content FROM keyed SEMI JOIN several USING (key_text)"""
    )
    store.run((_SQL / "superseded_rows.sql").read_text(encoding="utf-8"))
    if kind_name in REFERENCE_KINDS:
        store.run("DELETE FROM scratch.superseded_now WHERE code <> 'E_WITHDRAWN'")
    _take_over(store, kind_name)


def set_aside_superseded_items(store: Store) -> None:
    """Set aside fee lines that a later delivery brings again, by claim and, where lines are numbered, by line."""
    store.run(
        f"""CREATE OR REPLACE TABLE scratch.item_versions AS
        WITH several AS (SELECT claim_id FROM scratch.items_resolved GROUP BY claim_id HAVING min(delivery_no) < max(delivery_no))
        SELECT i.row_no, r.claim_id, i.line_id, i.delivery_no, i.voided, i.amount, {content_sql("claim_items").replace(":= ", ":= i.")} AS content
        FROM scratch.items_resolved AS r SEMI JOIN several AS s ON s.claim_id = r.claim_id
        INNER JOIN scratch.claim_items_in AS i ON i.row_no = r.row_no"""
    )
    store.run((_SQL / "superseded_items.sql").read_text(encoding="utf-8"))
    _take_over(store, "claim_items")
    store.run(
        "DELETE FROM scratch.items_resolved WHERE row_no IN (SELECT row_no FROM scratch.superseded_now)"
    )


def _take_over(store: Store, kind_name: str) -> None:
    amount = f"i.{_AMOUNT[kind_name]}" if kind_name in _AMOUNT else "NULL"
    store.run(
        f"""INSERT INTO scratch.set_aside
        SELECT $kind, s.row_no, s.code, '', NULL, NULL, {amount}
        FROM scratch.superseded_now AS s INNER JOIN scratch.{kind_name}_in AS i ON i.row_no = s.row_no""",
        kind=kind_name,
    )
    store.run(
        "INSERT INTO scratch.superseded SELECT $kind, row_no, by_row_no, delivery_no, by_delivery_no, code FROM scratch.superseded_now",
        kind=kind_name,
    )


def write_claim_changes(store: Store, first_day: date, last_day: date) -> ClaimChanges:
    """The table `claim_changes`, one row per claim of the window that a later delivery changed or withdrew.

    `before` is the version that counted until then, `after` the one that counts now (empty if there is none).
    """
    store.run(
        f"CREATE OR REPLACE TABLE claim_changes AS {(_SQL / 'claim_changes.sql').read_text(encoding='utf-8')}",
        first_day=first_day,
        last_day=last_day,
    )
    again = store.one("SELECT count(*) FROM scratch.superseded WHERE code = 'E_DELIVERED_AGAIN'")[0]
    row = store.one(
        "SELECT count(*) FILTER (WHERE what = 'changed'), count(*) FILTER (WHERE what = 'withdrawn'), coalesce(sum(total_before), 0), "
        "coalesce(sum(total_after), 0), coalesce(sum(fund_before), 0), coalesce(sum(fund_after), 0) FROM claim_changes"
    )
    places = store.rows(
        "SELECT place_id, count(*), sum(fund_before), coalesce(sum(fund_after), 0) FROM claim_changes WHERE place_id IS NOT NULL "
        "GROUP BY place_id ORDER BY abs(sum(fund_before) - coalesce(sum(fund_after), 0)) DESC, place_id LIMIT $most",
        most=_PLACES_SHOWN,
    )
    return ClaimChanges(
        changed=int(row[0]), withdrawn=int(row[1]), rows_again=int(again), total_before=row[2], total_after=row[3],
        fund_before=row[4], fund_after=row[5],
        places=tuple(PlaceChanges(place_id=p, claims=int(n), fund_before=b, fund_after=a) for p, n, b, a in places),
    )  # fmt: skip
