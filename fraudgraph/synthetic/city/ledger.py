"""The claims under way: columns that every part of the city appends to, priced together at the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Floats, Ints, Rng, spread_lognormal
from fraudgraph.synthetic.city.people import People
from fraudgraph.synthetic.city.places import VILLAGE, Places

__all__ = ["CHRONIC", "INPATIENT", "OUTPATIENT", "SHOP", "TYPES", "Ledger", "price"]

OUTPATIENT, CHRONIC, INPATIENT, SHOP = range(4)
TYPES = ("outpatient", "chronic", "inpatient", "pharmacy")
_COLUMNS: dict[str, tuple[Any, Any]] = {  # name: (dtype, default)
    "patient": (np.int32, None),
    "place": (np.int32, None),
    "doctor": (np.int32, -1),
    "kind": (np.int8, None),
    "start": (np.int64, None),  # seconds since the first midnight
    "stay": (np.int32, 0),  # seconds until the end
    "dx": (np.int16, -1),
    "desk": (np.int16, -1),  # operator at the place, -1: whoever is on duty
    "prescriber": (np.int32, -1),  # facility of the prescribing doctor
    "admission": (np.int8, 0),
    "discharge": (np.int8, 0),
    "factor": (np.float32, 1.0),  # amount against the ordinary one
    "tight": (np.float32, 1.0),  # spread of the amount against the ordinary one
    "fixed": (np.int32, 0),  # a package price in fen instead
    "pool": (np.int8, -1),  # at pharmacies: 1 the fund pays a part, 0 account only, -1 as usual
    "ring": (np.int32, -1),
    "special": (np.int8, 0),  # 1: special drug at a dual-channel pharmacy
    "refund_of": (np.int64, -1),
}


class Ledger:
    """Columns of claims; `add` appends many rows, scalars are spread over them."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def add(self, **columns: Any) -> None:
        """Append rows: `patient` decides how many."""
        count = len(columns["patient"])
        if count == 0:
            return
        row: dict[str, Any] = {}
        for name, (dtype, default) in _COLUMNS.items():
            value = columns.pop(name, default)
            row[name] = np.broadcast_to(np.asarray(value, dtype=dtype), (count,))
        assert not columns, columns
        self._parts.append(row)

    def columns(self) -> dict[str, Any]:
        """All rows so far, as one array a column."""
        return {
            name: np.concatenate([part[name] for part in self._parts])
            if self._parts
            else np.zeros(0, dtype=dtype)
            for name, (dtype, _) in _COLUMNS.items()
        }


# mean amounts in yuan by kind of place (tertiary … village); pharmacies apart; employee, resident
_OUTPATIENT_LEVEL = np.array([1.45, 1.05, 0.9, 0.62, 0.6, 0.35]), np.array([1.9, 1.5, 1.2, 0.9, 0.75, 0.5])
_INPATIENT_LEVEL = (
    np.array([13_840, 8_327, 6_105, 6_105, 6_105, 6_105.0]),
    np.array([11_300, 6_250, 3_600, 3_200, 3_200, 3_200.0]),
)
_CHRONIC_LEVEL = np.array([1.5, 1.15, 0.9, 0.75, 0.7, 0.5])
_SIGMA = np.array([0.85, 0.7, 0.62, 0.72])


MEANS_WANTED = np.array([117, 252, 494, 652, 7_409, 11_706, 611, 98.0])
"""Yuan a claim by type and (resident, employee): national 2024."""


def price(rng: Rng, rows: dict[str, Any], people: People, places: Places) -> tuple[Ints, Ints, Ints]:
    """Total, fund and account amounts in fen.

    Means follow section 5.1 of the domain notes by claim type and insurance; the shape is a lognormal for each type
    and level of place, because one for all types can't have the tail that settlements show.
    """
    place_kind = np.minimum(places.kind[rows["place"]], VILLAGE)
    kind = rows["kind"].astype(np.int64)
    employee = people.employee[rows["patient"]]
    mean = np.select(
        [kind == OUTPATIENT, kind == CHRONIC, kind == INPATIENT],
        [
            np.where(
                employee, 252 * _OUTPATIENT_LEVEL[0][place_kind], 117 * _OUTPATIENT_LEVEL[1][place_kind]
            ),
            np.where(employee, 690, 530) * _CHRONIC_LEVEL[place_kind],
            np.where(employee, _INPATIENT_LEVEL[0][place_kind], _INPATIENT_LEVEL[1][place_kind]),
        ],
        np.where(rows["special"] == 1, 611.0, np.where(employee, 98.0, 62.0)),
    )
    mean = mean * _scale(rows, mean, kind * 2 + employee)[kind * 2 + employee]
    sigma = _SIGMA[kind] * rows["tight"]
    total = spread_lognormal(rng, mean * rows["factor"], sigma)
    total = _as_tills_do(rng, total, kind)
    fen = np.where(rows["fixed"] > 0, rows["fixed"].astype(np.int64), np.round(total * 100).astype(np.int64))
    fen = np.maximum(fen, 100)
    return (fen, *_who_pays(rng, fen, rows, place_kind=place_kind, employee=employee))


def _scale(rows: dict[str, Any], mean: Floats, cell: Ints) -> Floats:
    """What brings the lawful claims of each type and insurance to the wanted mean."""
    drawn = (rows["fixed"] == 0) & (rows["ring"] < 0)
    packaged = (rows["fixed"] > 0) & (rows["ring"] < 0)
    expected = np.bincount(cell[drawn], (mean * rows["factor"])[drawn], minlength=8)
    bundles = np.bincount(cell[packaged], rows["fixed"][packaged] / 100, minlength=8)
    counts = np.bincount(cell[drawn | packaged], minlength=8)
    wanted = np.maximum(MEANS_WANTED * counts - bundles, 0.3 * MEANS_WANTED * counts)
    scale: Floats = np.divide(wanted, expected, out=np.ones(8), where=expected > 0)
    return scale


def _as_tills_do(rng: Rng, total: Floats, kind: Ints) -> Floats:
    """Shelf prices end in .00, .50 or .80 more often than not; hospital bills end anywhere."""
    pick = rng.random(len(total))
    ends = np.select([pick < 0.3, pick < 0.45, pick < 0.6], [0.0, 0.5, 0.8], -1.0)
    shelf = (kind == SHOP) | ((kind == OUTPATIENT) & (total < 60))
    return np.where(shelf & (ends >= 0), np.floor(total) + ends, total)


def _who_pays(
    rng: Rng, fen: Ints, rows: dict[str, Any], *, place_kind: Ints, employee: Bools
) -> tuple[Ints, Ints]:
    kind = rows["kind"]
    share = np.select(
        [kind == OUTPATIENT, kind == CHRONIC, kind == INPATIENT],
        [
            np.where(
                employee,
                np.array([0.5, 0.55, 0.6, 0.65, 0.6, 0.65])[place_kind],
                np.array([0.3, 0.4, 0.5, 0.55, 0.5, 0.55])[place_kind],
            ),
            np.where(employee, 0.8, 0.62),
            np.where(
                employee,
                np.array([0.74, 0.79, 0.83, 0.85, 0.85, 0.85])[place_kind],
                np.array([0.53, 0.63, 0.72, 0.76, 0.76, 0.76])[place_kind],
            ),
        ],
        np.where(employee, 0.6, 0.55),
    )
    share = np.clip(share + 0.07 * rng.standard_normal(len(fen)), 0.05, 0.97)
    none = (kind == OUTPATIENT) & (
        rng.random(len(fen)) < np.where(employee, 0.25, 0.3)
    )  # below the deductible
    prescribed = rows["prescriber"] >= 0
    pooled = np.where(
        rows["pool"] >= 0,
        rows["pool"] == 1,
        prescribed | (rows["special"] == 1) | (rng.random(len(fen)) < 0.08),
    )
    none |= (kind == SHOP) & ~pooled
    fund = np.where(none, 0, np.round(fen * share)).astype(np.int64)
    rest = fen - fund
    from_account = employee & (rng.random(len(fen)) < np.where(kind == INPATIENT, 0.5, 0.85))
    account = np.where(
        from_account, np.where(rng.random(len(fen)) < 0.8, rest, np.round(rest * rng.random(len(fen)))), 0
    )
    return fund, account.astype(np.int64)
