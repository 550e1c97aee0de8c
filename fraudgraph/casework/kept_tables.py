"""What users keep with a spreadsheet: the calendar of events and the ledger of money that was recovered before."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path

import pyarrow as pa

from fraudgraph.errors import UsageError
from fraudgraph.records import Explanation
from fraudgraph.store import Store

__all__ = ["CalendarEvent", "calendar_explanations", "read_calendar", "recovered_money"]

_CENT = Decimal("0.01")
_HOLDS = 0.8
"""An event explains a ring if this share of its claims lies in the event's days and at its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """Something that brings people together lawfully. `place_id` is empty where it concerns all places."""

    place_id: str
    first_day: date
    last_day: date
    kind: str
    note: str


def read_calendar(path: Path) -> list[CalendarEvent]:
    """Read calendar.csv: place_id, from, to, kind, note.

    Raises
    ------
    UsageError
        If a row has no such days.
    """
    found = []
    for number, row in _rows(path, ("from", "to", "kind")):
        try:
            first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
        except ValueError:
            raise UsageError(
                f"{path.name}, row {number}: from and to must be dates of the form 2025-10-31, found {row['from']!r} and {row['to']!r}. Correct the row.",
                f"{path.name} 第 {number} 行：from 和 to 应为形如 2025-10-31 的日期，实际为 {row['from']!r} 和 {row['to']!r}，请改正。",
            ) from None
        found.append(
            CalendarEvent(
                place_id=row.get("place_id", ""), first_day=first, last_day=last, kind=row["kind"], note=row.get("note", "")
            )
        )  # fmt: skip
    return found


def calendar_explanations(store: Store, events: list[CalendarEvent]) -> Mapping[int, Explanation]:
    """By group: the event that most of its claims lie in, as a lawful explanation; groups without any are left out."""
    if not events:
        return {}
    store.put(
        "calendar_events",
        pa.table(
            {
                "no": pa.array(range(len(events)), pa.int32()),
                "place_id": [event.place_id for event in events],
                "first_day": pa.array([event.first_day for event in events], pa.date32()),
                "last_day": pa.array([event.last_day for event in events], pa.date32()),
            }
        ),
    )
    rows = store.rows(
        "WITH seats AS (SELECT DISTINCT group_no, claim_id, place_id, event_date FROM member_claims WHERE session_no IS NOT NULL), "
        "sizes AS (SELECT group_no, count(*) AS claim_count FROM seats GROUP BY group_no) "
        "SELECT s.group_no, e.no, count(*) AS inside, max(z.claim_count) AS claim_count, list(s.claim_id ORDER BY s.claim_id) AS claim_ids "
        "FROM seats AS s JOIN sizes AS z ON z.group_no = s.group_no "
        "JOIN calendar_events AS e ON s.event_date BETWEEN e.first_day AND e.last_day AND (e.place_id = '' OR e.place_id = s.place_id) "
        "GROUP BY s.group_no, e.no ORDER BY s.group_no, inside DESC, e.no"
    )
    store.run("DROP TABLE calendar_events")
    found: dict[int, Explanation] = {}
    for group_no, number, inside, claims, claim_ids in rows:
        if group_no not in found:
            found[group_no] = _explanation(events[number], inside, claims, tuple(claim_ids))
    return found


def _explanation(event: CalendarEvent, inside: int, claims: int, claim_ids: tuple[str, ...]) -> Explanation:
    share = inside / claims
    days = f"{event.first_day} 至 {event.last_day}"
    named = f"{event.kind}（{event.note}）" if event.note else event.kind
    return Explanation(
        name="calendar", title_zh=f"事件日历：{event.kind}", title_en=f"calendar: {event.kind}",
        share=1.0 if share >= _HOLDS else 0.0, observed=round(share, 4), threshold=_HOLDS, holds=share >= _HOLDS,
        sentence_zh=f"同现时的结算有 {share:.0%} 在事件“{named}”期间（{days}）（标准：至少 {_HOLDS:.0%}）",
        sentence_en=f"{share:.0%} of the claims at the meetings lie in the event “{named}”, {event.first_day} to {event.last_day} (rule: at least {_HOLDS:.0%})",
        claim_ids=claim_ids,
    )  # fmt: skip


def recovered_money(store: Store, path: Path) -> Mapping[int, tuple[int, Decimal]]:
    """By group: how many of its claims stand in the ledger, and the fund money that was recovered on them, yuan.

    Raises
    ------
    UsageError
        If an amount in the ledger can't be read.
    """
    rows = _rows(path, ("claim_id",))
    amounts: dict[str, Decimal | None] = {}
    for number, row in rows:
        text = row.get("amount", "").replace(",", "")
        try:
            amounts[row["claim_id"]] = _yuan(text) if text else None
        except InvalidOperation:
            raise UsageError(
                f"{path.name}, row {number}: {text!r} is no amount in yuan. Correct it, or leave it empty if the whole claim was recovered.",
                f"{path.name} 第 {number} 行：{text!r} 不是金额（元）。请改正；整笔已追回的可留空。",
            ) from None
    if not amounts:
        return {}
    store.put(
        "recovered_claims",
        pa.table(
            {"claim_id": list(amounts), "amount": pa.array(list(amounts.values()), pa.decimal128(16, 2))}
        ),
    )
    found = {
        int(group_no): (int(count), Decimal(amount))
        for group_no, count, amount in store.rows(
            "WITH seats AS (SELECT DISTINCT group_no, claim_id, fund_amount FROM member_claims WHERE session_no IS NOT NULL) "
            "SELECT s.group_no, count(*), CAST(sum(least(coalesce(r.amount, s.fund_amount), s.fund_amount)) AS DECIMAL(16,2)) "
            "FROM seats AS s JOIN recovered_claims AS r ON r.claim_id = s.claim_id GROUP BY s.group_no ORDER BY s.group_no"
        )
    }
    store.run("DROP TABLE recovered_claims")
    return found


def _yuan(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite():
        raise InvalidOperation
    return amount.quantize(_CENT)


def _rows(path: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The filled rows of a user's csv, UTF-8 or as a Chinese spreadsheet saves it."""
    if not path.is_file():
        return []
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    reader = csv.DictReader(StringIO(text))
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise UsageError(
            f"{path.name} has no column {missing[0]}. Its header must hold, separated by commas: {', '.join(needed)}.",
            f"{path.name} 缺少列 {missing[0]}，表头须含（以逗号分隔）：{'、'.join(needed)}。",
        )
    rows = [
        {
            key: (value or "").strip()
            for key, value in row.items()
            if isinstance(key, str) and not isinstance(value, list)
        }
        for row in reader
    ]
    filled = [(number, row) for number, row in enumerate(rows, 2) if any(row.values())]
    for number, row in filled:
        empty = [name for name in needed if not row[name]]
        if empty:
            raise UsageError(
                f"{path.name}, row {number}: {empty[0]} is empty. Fill it in, or take the row out.",
                f"{path.name} 第 {number} 行：{empty[0]} 为空。请补填，或删除该行。",
            )
    return filled
