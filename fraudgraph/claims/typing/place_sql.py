"""Which kind of place billed a claim, and what kind of care it was."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.typing.value_sql import claim_type_sql

__all__ = ["place_sql"]


def place_sql(read: Sequence[str], own: dict[str, str]) -> str:
    """Which kind of place billed, and the claim type: explicit columns win, then the code's letter, then the care type."""
    given = claim_type_sql("r_claim_type", own) if "claim_type" in read else "NULL"
    care = claim_type_sql("med_type_raw", own) if "med_type_raw" in read else "NULL"
    return f"""
        SELECT * REPLACE (
            CASE WHEN is_pharmacy THEN facility_id ELSE coalesce(facility_id, place_id) END AS facility_id,
            CASE WHEN is_pharmacy THEN coalesce(pharmacy_id, place_id) ELSE pharmacy_id END AS pharmacy_id,
            CASE
                WHEN said_type IS NULL AND unknown_type THEN NULL
                WHEN place_id IS NOT NULL AND is_pharmacy THEN 'pharmacy'
                WHEN place_id IS NOT NULL AND said_type = 'pharmacy' THEN 'outpatient'
                WHEN said_type IS NOT NULL THEN said_type
                WHEN is_pharmacy THEN 'pharmacy'
                WHEN CAST(ended_at AS DATE) > CAST(started_at AS DATE) OR admission_way IS NOT NULL THEN 'inpatient'
                ELSE 'outpatient'
            END AS claim_type
        ) FROM (
            SELECT *,
                coalesce(CASE
                    WHEN facility_id IS NOT NULL THEN FALSE
                    WHEN pharmacy_id IS NOT NULL THEN TRUE
                    WHEN regexp_matches(place_id, '^[Pp][0-9]') THEN TRUE
                    WHEN regexp_matches(place_id, '^[Hh][0-9]') THEN FALSE
                    ELSE said_type = 'pharmacy'
                END, FALSE) AS is_pharmacy
            FROM (
                SELECT *, coalesce({given}, {care}) AS said_type,
                    {"r_claim_type" if "claim_type" in read else "NULL"} IS NOT NULL OR med_type_raw IS NOT NULL AS unknown_type
                FROM typed
            )
        )"""
