"""Signs of groups that need not meet: how far clienteles, steered patients, blocks and chains of identifiers are beyond chance."""

from __future__ import annotations

import numpy as np

from fraudgraph.rings.terms import read_signs_file
from fraudgraph.store import Store

__all__ = ["add_from_places", "by_kind", "without_windows"]

LEAST_EXPECTED = 0.05
"""Fewer people than this are never expected."""
CHAINED_SHARE = 0.9
"""A group without a meeting is a chain of shared identifiers where so many of its people share one with another."""


def add_from_places(store: Store, signs: dict[int, dict[str, float]]) -> set[int]:
    """Add how far clienteles, steered patients and blocks are beyond chance. Returns the groups of steered patients."""
    live = "WHERE group_no IN (SELECT group_no FROM group_members) GROUP BY group_no ORDER BY group_no"
    for no, people, expected, nats in store.rows(
        f"SELECT group_no, max(people), min(expected), sum(nats) FROM group_customs {live}"
    ):
        signs[no]["customs_nats_log"] = float(np.log1p(max(nats, 0.0)))
        signs[no]["customs_lift_log"] = float(np.log(people / max(expected, LEAST_EXPECTED)))
    for no, nats in store.rows(f"SELECT group_no, -ln(min(p)) FROM group_blocks {live}"):
        if "customs_nats_log" not in signs[no]:
            signs[no]["block_nats_log"] = float(np.log1p(max(nats, 0.0)))
    steered = store.rows(
        f"SELECT group_no, max(people), max(expected), sum(DISTINCT nats) FROM group_steering {live}"
    )
    for no, people, expected, nats in steered:
        signs[no]["steering_nats_log"] = float(np.log1p(max(nats, 0.0)))
        signs[no]["steering_lift_log"] = float(np.log(people / max(expected, LEAST_EXPECTED)))
        signs[no]["steering_per_person_log"] = float(np.log(max(nats, 1.0) / signs[no]["people"]))
    return {no for no, *_ in steered}


def without_windows(known: dict[str, float]) -> dict[str, float]:
    """Of groups whose people need not meet: how many share a set of places, or how much of a chain hangs on one identifier."""
    if "customs_nats_log" in known:
        return {}
    if "block_nats_log" in known:
        return {"block_people_log": known["people_log"]}
    if known["linked_share"] >= CHAINED_SHARE:
        tops = [known.get(f"top_{kind}_share", 0.0) for kind in ("phone", "account", "agent")]
        return {"chain_top_share": max(tops)}
    return {}


def by_kind(known: dict[str, float], *, steered: bool) -> dict[str, float]:
    """Tell facts that mean something else in groups of this kind under names of their own (`stays_attendance` for `attendance`).

    Who comes back to a ward every time is ill; whose card is used in two batches of five may not be: the fact is the same, what it
    speaks for is not. Which facts these are stands in `signs.toml`.
    """
    kind = ""
    if steered:
        kind = "steered"
    elif "customs_nats_log" in known:
        kind = "clientele"
    elif (
        "window_count_log" in known
        and "block_nats_log" not in known
        and known.get("inpatient_share", 0.0) > 0.5
    ):
        kind = "stays"
    registered = read_signs_file()
    return {
        f"{kind}_{fact}" if kind and f"{kind}_{fact}" in registered else fact: value
        for fact, value in known.items()
    }
