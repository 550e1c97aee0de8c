"""Which canonical columns a delivered column brings for other tables."""

from __future__ import annotations

__all__ = ["brought_along"]


def brought_along(found: set[str]) -> set[str]:
    """What claims, encounters and institutions bring for other tables."""
    more: set[str] = set()
    prefixes = {"patient_": "patients", "doctor_": "doctors"}
    for name in found:
        table, _, column = name.partition(".")
        if table == "encounters":
            more.add(f"claims.{column}")
        if table in ("claims", "encounters"):
            for prefix, target in prefixes.items():
                if column.startswith(prefix) and column != f"{prefix}id":
                    more |= {f"{target}.{column.removeprefix(prefix)}", f"{target}.{prefix}id"}
            if column == "place_id":
                more |= {
                    "claims.facility_id",
                    "claims.pharmacy_id",
                    "facilities.facility_id",
                    "pharmacies.pharmacy_id",
                }
            if column in ("med_type_raw", "facility_id", "pharmacy_id"):
                more |= {"claims.claim_type", "claims.place_id"}
            if column in ("place_name", "place_level"):
                more.add(f"facilities.{column.removeprefix('place_')}")
        if table == "institutions":
            more |= {f"{target}.{column}" for target in ("facilities", "pharmacies")}
    if any(name.startswith("claims.") for name in found):
        derived = ("place_id", "place_type", "event_date", "is_refund", "net_total_amount", "net_fund_amount", "counted", "claim_type", "started_at")  # fmt: skip
        more |= {f"claims.{name}" for name in derived}
    return more
