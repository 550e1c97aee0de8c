"""How late institutions upload, and days on which one of them uploaded much of what lay far back."""

from __future__ import annotations

from fraudgraph.store import Store

__all__ = ["LATE_DAYS", "UPLOADS_QUERY", "write_uploads"]

LATE_DAYS = 30
"""An upload so many days after the event is late."""
_MOMENTS = ("uploaded_at", "settled_at")
UPLOADS_QUERY = "SELECT * FROM upload_lag ORDER BY late_share DESC, late_count DESC, place_id"


def write_uploads(store: Store) -> None:
    """Fill `upload_lag`, one row an institution, from the claims that are kept (while they still lie in scratch).

    The moment is the upload's where one was delivered, else the settlement's; the event is the end of the stay, else
    its start. `backfill_count` are the late uploads of the one day that had most of them.
    """
    moment = next(
        (name for name in _MOMENTS if store.one(f"SELECT count({name}) FROM scratch.claims_in")[0]), None
    )
    if moment is None:
        store.run(
            "CREATE OR REPLACE TABLE upload_lag (place_id VARCHAR, measured_by VARCHAR, claim_count BIGINT, median_days DOUBLE, "
            "p95_days DOUBLE, late_count BIGINT, late_share DOUBLE, backfill_day DATE, backfill_count BIGINT)"
        )
        return
    store.run(
        f"""CREATE OR REPLACE TABLE upload_lag AS
        WITH lags AS (
            SELECT k.place_id, CAST(i.{moment} AS DATE) AS day, CAST(i.{moment} AS DATE) - CAST(coalesce(k.ended_at, k.started_at) AS DATE) AS days
            FROM scratch.claims_kept AS k INNER JOIN scratch.claims_in AS i ON i.row_no = k.row_no
            WHERE i.{moment} IS NOT NULL AND NOT k.is_reversal
        ),
        days AS (
            SELECT place_id, day, count(*) AS late FROM lags WHERE days > {LATE_DAYS} GROUP BY place_id, day
        ),
        worst AS (
            SELECT place_id, day, late FROM days QUALIFY row_number() OVER (PARTITION BY place_id ORDER BY late DESC, day) = 1
        )
        SELECT l.place_id, '{moment}' AS measured_by, count(*) AS claim_count, CAST(quantile_disc(days, 0.5) AS DOUBLE) AS median_days,
            CAST(quantile_disc(days, 0.95) AS DOUBLE) AS p95_days, count(CASE WHEN days > {LATE_DAYS} THEN 1 END) AS late_count,
            round(count(CASE WHEN days > {LATE_DAYS} THEN 1 END) / count(*), 4) AS late_share, min(w.day) AS backfill_day, coalesce(min(w.late), 0) AS backfill_count
        FROM lags AS l LEFT JOIN worst AS w ON w.place_id = l.place_id
        GROUP BY l.place_id"""
    )
