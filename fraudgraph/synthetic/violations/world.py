"""A small world of claims, built sentence by sentence, then laid into a store."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from fraudgraph.claims.schema.schema import CANONICAL, create_table_sql
from fraudgraph.store import Store

__all__ = ["World", "at", "catalogue_everything", "day"]

_CLOCKLESS = datetime.min.time()


def day(text: str | date, plus: int = 0) -> date:
    """A date from "2025-03-01", some days later."""
    return (date.fromisoformat(text) if isinstance(text, str) else text) + timedelta(days=plus)


def at(text: str, plus_seconds: float = 0) -> datetime:
    """A moment from "2025-03-01 09:00", some seconds later."""
    return datetime.fromisoformat(text) + timedelta(seconds=plus_seconds)


def catalogue_everything(store: Store) -> None:
    """A catalogue that calls every column of every canonical table delivered."""
    listed = ", ".join(f"'{name}'" for name in CANONICAL)
    store.run(
        "CREATE OR REPLACE TABLE column_catalog AS SELECT table_name, column_name, TRUE AS delivered, 1.0 AS filled_share "
        f"FROM duckdb_columns() WHERE table_name IN ({listed})"
    )


class World:
    """Rows by canonical table. Ids may carry a prefix and dates a shift, so that a case can be planted many times."""

    def __init__(self, *, prefix: str = "", shift_days: int = 0) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CANONICAL}
        self.prefix = prefix
        self.shift_days = shift_days
        self._next = 0

    def claim(
        self, patient: str, place: str, claim_type: str, start: str | date | datetime, **more: Any
    ) -> str:
        """One claim that took place; `start` with a clock is its event time too."""
        self._next += 1
        started = datetime.fromisoformat(str(start))
        row: dict[str, Any] = {
            "claim_id": f"{self.prefix}c{self._next:05d}",
            "patient_id": patient,
            "claim_type": claim_type,
            "started_at": started,
            "total_amount": Decimal("150.00"),
            "fund_amount": Decimal("100.00"),
            ("pharmacy_id" if claim_type == "pharmacy" else "facility_id"): place,
            "counted": True,
            "is_refund": False,
            **more,
        }
        settled = row.get("settled_at")
        if settled is None and started.time() != _CLOCKLESS:
            settled = row["settled_at"] = started
        row.setdefault("place_id", row.get("facility_id") or row.get("pharmacy_id"))
        row.setdefault("place_type", "pharmacy" if claim_type == "pharmacy" else "facility")
        row.setdefault("event_date", started.date())
        row.setdefault("event_at", started if started.time() != _CLOCKLESS else settled)
        row["total_amount"] = max(Decimal(row["total_amount"]), Decimal(row["fund_amount"]))
        row.setdefault("net_total_amount", row["total_amount"])
        row.setdefault("net_fund_amount", row["fund_amount"])
        self.rows["claims"].append(row)
        return str(row["claim_id"])

    def visit(self, patient: str, facility: str, start: str | date | datetime, **more: Any) -> str:
        """An outpatient visit."""
        return self.claim(patient, facility, more.pop("claim_type", "outpatient"), start, **more)

    def purchase(self, patient: str, pharmacy: str, start: str | date | datetime, **more: Any) -> str:
        """A purchase at a pharmacy."""
        return self.claim(patient, pharmacy, "pharmacy", start, **more)

    def stay(self, patient: str, facility: str, start: str | date, end: str | date, **more: Any) -> str:
        """A stay in hospital from one day to another."""
        more = {"fund_amount": Decimal("3000.00"), "ended_at": datetime.fromisoformat(str(end)), **more}
        return self.claim(patient, facility, "inpatient", start, **more)

    def item(
        self, claim_id: str, item_code: str, quantity: float = 1, amount: float = 10, **more: Any
    ) -> None:
        """A line of a claim."""
        self.put(
            "claim_items", claim_id=claim_id, item_code=item_code, quantity=quantity, amount=amount, **more
        )

    def person(self, patient: str, **more: Any) -> None:
        """An insured person."""
        self.put("patients", patient_id=patient, **more)

    def put(self, table: str, **row: Any) -> None:
        """A row of any canonical table."""
        self.rows[table].append(row)

    def refund_everything(self) -> None:
        """As if every claim had been wholly refunded: nothing took place."""
        for claim in self.rows["claims"]:
            claim.update(counted=False, net_total_amount=Decimal(0), net_fund_amount=Decimal(0))

    def shuffled(self, seed: int) -> World:
        """The same rows in another order."""
        other = World(prefix=self.prefix, shift_days=self.shift_days)
        for table, rows in self.rows.items():
            other.rows[table] = random.Random(seed).sample(rows, len(rows))
        return other

    def table(self, name: str) -> pa.Table:
        """A canonical table as Arrow, ids prefixed and dates shifted."""
        kinds = _kinds(name)
        columns = {
            column: pa.array([self._value(kind, column, row.get(column)) for row in self.rows[name]], kind)
            for column, kind in kinds.items()
        }
        return pa.table(columns)

    def fill(self, store: Store) -> Store:
        """Lay all tables into a store, with a catalogue that calls every column delivered."""
        store.run("BEGIN")  # one write to disk for all tables
        for name, table in CANONICAL.items():
            store.run(create_table_sql(table))
            if self.rows[name]:
                store.put("incoming", self.table(name))
                store.run(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        catalogue_everything(store)
        store.run("COMMIT")
        return store

    def _value(self, kind: pa.DataType, column: str, value: Any) -> Any:
        if value is None:
            return None
        if pa.types.is_string(kind):
            own = column.endswith("_id") or (column in _ID_LIKE and not _DISEASE.fullmatch(str(value)))
            bare = not own or not self.prefix or str(value).startswith(self.prefix)
            bare = bare or (
                column == "trace_code" and set(str(value)) == {"0"}
            )  # a placeholder is everybody's
            return str(value) if bare else f"{self.prefix}{value}"
        if pa.types.is_decimal(kind):
            return Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale))
        if pa.types.is_timestamp(kind):
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return moment + timedelta(days=self.shift_days)
        if pa.types.is_date(kind):
            return day(str(value)[:10], self.shift_days)
        return value


_ID_LIKE = frozenset(
    {
        "refund_of",
        "ordered_by",
        "trace_code",
        "phone",
        "address",
        "bank_account",
        "employer",
        "account",
        "legal_representative",
        "item_code",
        "other_code",
        "invoice_number",
    }
)
_DISEASE = re.compile(r"[A-Z]\d\d(\.\d)?")


def _kinds(name: str) -> Mapping[str, pa.DataType]:
    kinds = {column.name: _KINDS[column.type] for column in CANONICAL[name].columns}
    if name == "claims":
        kinds |= {
            "place_id": pa.string(),
            "place_type": pa.string(),
            "event_date": pa.date32(),
            "event_at": pa.timestamp("us"),
            "is_refund": pa.bool_(),
            "net_total_amount": pa.decimal128(16, 2),
            "net_fund_amount": pa.decimal128(16, 2),
            "counted": pa.bool_(),
        }
    return kinds


_KINDS = {
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "DECIMAL(16,2)": pa.decimal128(16, 2),
    "DECIMAL(16,4)": pa.decimal128(16, 4),
    "DOUBLE": pa.float64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
}
