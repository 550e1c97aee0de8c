"""The tables beyond claims once their rows are in: what settlements and doctors brought along, and the order of stock."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.cleaning.newest import newest_first
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.store import Store

__all__ = ["settle_supervision"]

_BROUGHT: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("claims", "claim_details", "detail", "claim_id", {}),
    ("doctors", "staff", "staff", "doctor_id", {"place_id": "facility_id"}),
)
"""(kind, table, prefix, column that is the table's first key, other columns of the kind): rows that come on another table."""


def settle_supervision(store: Store, landings: Sequence[Landing]) -> None:
    """Fill what came on other tables' rows, and tell opening and closing counts of stock apart.

    Rows that the table has from a file of its own stay as they are.
    """
    for kind, table, prefix, key, others in _BROUGHT:
        delivered = {name for one in landings if one.mapping.kind.name == kind for name in one.mapping.fields}
        brought = [name for name in CANONICAL[table].column_names if f"{prefix}_{name}" in delivered]
        if brought:
            _take_over(
                store,
                kind,
                table,
                {CANONICAL[table].key[0]: key},
                prefix,
                brought,
                others,
                newest_first(landings),
            )
    if store.count("stock_moves"):
        _settle_stock(store)


def _take_over(
    store: Store,
    kind: str,
    table: str,
    key: dict[str, str],
    prefix: str,
    brought: Sequence[str],
    others: dict[str, str],
    turn: str,
) -> None:
    """One row per key with the columns that its rows brought, for the keys that the table does not hold yet."""
    (own, source), *_ = key.items()
    columns = {name: f"{prefix}_{name}" for name in brought} | others
    values = ", ".join(f"arg_min({field}, {turn}) AS {name}" for name, field in columns.items())
    some = " OR ".join(f"{prefix}_{name} IS NOT NULL" for name in brought)
    known = "SEMI JOIN claims AS c ON c.claim_id = i.claim_id" if kind == "claims" else ""
    required = [
        column.name for column in CANONICAL[table].columns if column.required and column.name in brought
    ]
    complete = " AND ".join(f"{name} IS NOT NULL" for name in [own, *required])
    store.run(
        f"""INSERT INTO {table} BY NAME
        SELECT * FROM (
            SELECT i.{source} AS {own}, {values}
            FROM scratch.{kind}_in AS i {known}
            WHERE ({some}) AND i.row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = $kind)
                AND i.{source} NOT IN (SELECT {own} FROM {table})
            GROUP BY i.{source}
        ) WHERE {complete} ORDER BY {own}""",
        kind=kind,
    )


def _settle_stock(store: Store) -> None:
    """A negative purchase or sale is a return; a count before all other moves is the opening stock, one after all the closing."""
    store.run(
        """UPDATE stock_moves SET
            move_type = CASE move_type WHEN 'purchase' THEN 'purchase_return' WHEN 'sale' THEN 'sale_return' ELSE move_type END,
            quantity = -quantity
        WHERE quantity < 0 AND move_type <> 'count'"""
    )
    store.run(
        """CREATE OR REPLACE TABLE scratch.stock_spans AS
        SELECT place_id, item_code,
            min(moved_at) FILTER (WHERE move_type <> 'count') AS first_move_at,
            max(moved_at) FILTER (WHERE move_type <> 'count') AS last_move_at,
            min(moved_at) FILTER (WHERE move_type = 'count') AS first_count_at,
            max(moved_at) FILTER (WHERE move_type = 'count') AS last_count_at
        FROM stock_moves GROUP BY place_id, item_code"""
    )
    store.run(
        """UPDATE stock_moves AS m SET move_type = CASE
            WHEN m.moved_at = s.first_count_at AND (s.first_move_at IS NULL OR m.moved_at <= s.first_move_at) THEN 'opening'
            WHEN m.moved_at = s.last_count_at AND m.moved_at >= s.last_move_at THEN 'closing'
            ELSE 'count' END
        FROM scratch.stock_spans AS s
        WHERE s.place_id = m.place_id AND s.item_code = m.item_code AND m.move_type = 'count'"""
    )
