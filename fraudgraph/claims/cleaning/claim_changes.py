"""What later deliveries changed in earlier ones, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["SUPERSEDED", "ClaimChanges", "PlaceChanges"]

SUPERSEDED = ("E_DELIVERED_AGAIN", "E_REPLACED", "E_WITHDRAWN")
"""Codes of rows that a later delivery took the place of: no fault of anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChanges:
    """What later deliveries changed at one place. Amounts in yuan."""

    place_id: str
    claims: int
    fund_before: Decimal
    fund_after: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChanges:
    """Claims of the window that a later delivery changed or withdrew. Amounts in yuan.

    `rows_again` counts unchanged rows of any table that were delivered again; they are nobody's fault.
    """

    changed: int = 0
    withdrawn: int = 0
    rows_again: int = 0
    total_before: Decimal = Decimal(0)
    total_after: Decimal = Decimal(0)
    fund_before: Decimal = Decimal(0)
    fund_after: Decimal = Decimal(0)
    places: tuple[PlaceChanges, ...] = ()
