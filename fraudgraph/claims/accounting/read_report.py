"""What reading found, kept and set aside: the numbers that must add up, and the sentences for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from fraudgraph.claims.cleaning.claim_changes import ClaimChanges

__all__ = ["FileReport", "Note", "ReadReport", "TableReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing worth knowing about the delivery, in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One sheet of one file. Amounts in yuan; `rows_read = rows_kept + rows_set_aside + rows_outside`.

    `columns` maps each canonical field to the delivered header; `rows_outside` lie outside the window asked for;
    `open_ends` are dates that mean "none" (9999-12-31) and are empty; `ids_mended` ids in scientific form that had all their digits.
    `same_as` names the file that a skipped one repeats byte for byte; `hospital` the table of a hospital's own that a skipped one is.
    """

    file: str
    sheet: str | None
    size: int
    sha256: str
    format: str
    encoding: str | None
    table: str | None
    mapping: str | None
    columns: dict[str, str] = field(default_factory=dict)
    rows_read: int = 0
    rows_kept: int = 0
    rows_set_aside: int = 0
    rows_outside: int = 0
    amount_read: Decimal = Decimal(0)
    amount_kept: Decimal = Decimal(0)
    amount_set_aside: Decimal = Decimal(0)
    amount_outside: Decimal = Decimal(0)
    values_left_empty: int = 0
    open_ends: int = 0
    ids_mended: int = 0
    same_as: str | None = None
    hospital: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """One kind of delivered table over all files. `rows` is what the canonical table holds in the end.

    Of `rows_set_aside`, `rows_superseded` came again in a later delivery: no fault of theirs.
    """

    table: str
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    rows_outside: int
    amount_read: Decimal
    amount_kept: Decimal
    amount_set_aside: Decimal
    amount_outside: Decimal
    rows: int
    rows_superseded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What came of a delivery.

    `reasons` counts the rows set aside by table and reason code; `months` is every month that has claims; `changes`
    tells what later deliveries changed in earlier ones.
    """

    tables: dict[str, TableReport]
    files: tuple[FileReport, ...]
    skipped: tuple[FileReport, ...]
    reasons: dict[str, dict[str, int]]
    months: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    last_month: str | None
    has_clock: bool
    notes: tuple[Note, ...]
    changes: ClaimChanges = field(default_factory=ClaimChanges)

    def as_json(self) -> dict[str, Any]:
        """Plain values for run.json: amounts as text, days as ISO text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
