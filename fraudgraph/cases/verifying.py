"""Is every event what was recorded? Each hash is computed anew, and compared with every anchor kept outside."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fraudgraph.cases.anchors import Anchor
from fraudgraph.cases.events import chained, sm3_of
from fraudgraph.cases.store import CLOCK_CORRECTED, CaseStore, Head
from fraudgraph.errors import ReplayError

__all__ = ["Verified", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How much was looked at, and how much of it stands outside as well."""

    events: int
    head: Head
    anchors: int
    anchored_to: int
    """Number of the last event that an anchor outside of the file vouches for; 0 where there is none."""
    without_sm3: int


def verify(store: CaseStore, anchors: Iterable[Anchor] = ()) -> Verified:
    """Look at every event.

    Parameters
    ----------
    store : CaseStore
        The events.
    anchors : iterable of Anchor
        What stands outside: in files of anchors, on printed pages.

    Raises
    ------
    ReplayError
        Naming the first event that is not what was recorded: changed, missing, moved, cut off at the end.
    """
    known = list(anchors)
    wanted: dict[int, list[Anchor]] = {}
    for anchor in known:
        wanted.setdefault(anchor.seq, []).append(anchor)
    head = Head(seq=0, hash="", sm3="")
    without = 0
    with store.read() as reader:
        for row in _checked(reader.rows()):
            head = Head(seq=row[0], hash=row[9], sm3=row[10])
            without += row[10] == ""
            for anchor in wanted.pop(head.seq, ()):
                if anchor.hash != head.hash:
                    raise _unlike(anchor, head)
        missing, damage = reader.guards_missing(), reader.damage()
    if wanted:
        last = max(wanted)
        raise ReplayError(
            f"The store ends at event {head.seq}, but {wanted[last][0].source} knows of event {last}: events were cut off at the end. Restore the store from a backup.",
            f"办案库止于第 {head.seq} 条，而 {wanted[last][0].source} 记有第 {last} 条：末尾的事件被删去。请从备份恢复办案库。",
        )
    if missing:
        raise ReplayError(
            f"The store lacks its guards ({', '.join(missing)}): somebody has opened it to changes, though every event is still as recorded. Restore it from a backup.",
            f"办案库缺少防改触发器（{'、'.join(missing)}）：有人为改动开了口子，但各条事件仍与登记时一致。请从备份恢复。",
        )
    if damage:
        raise ReplayError(
            f"Every event is as recorded, but the file's own structure is damaged ({damage}). Restore the store from a backup.",
            f"各条事件与登记时一致，但文件结构已损坏（{damage}）。请从备份恢复办案库。",
        )
    return Verified(
        events=head.seq, head=head, anchors=len(known), anchored_to=max((one.seq for one in known), default=0),
        without_sm3=without,
    )  # fmt: skip


def _checked(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows whose hashes, order and times agree."""
    expected, before, last_at = 1, "", ""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except sqlite3.Error as problem:
            raise ReplayError(
                f"Event {expected} can't be read any more ({problem}): the file was damaged or changed. Restore the store from a backup.",
                f"第 {expected} 条事件已无法读取（{problem}）：文件已损坏或被改动。请从备份恢复办案库。",
            ) from None
        seq, at, kind = row[0], row[1], row[4]
        if seq != expected:
            raise ReplayError(
                f"Event {expected} is missing: after {expected - 1} comes {seq}. Restore the store from a backup.",
                f"缺少第 {expected} 条事件：第 {expected - 1} 条之后是第 {seq} 条。请从备份恢复办案库。",
            )
        of_form = isinstance(seq, int) and all(isinstance(value, str) for value in row[1:])
        raw = chained(*row[:9]) if of_form else b""
        if (
            not of_form
            or row[8] != before
            or hashlib.sha256(raw).hexdigest() != row[9]
            or row[10] not in ("", sm3_of(raw))
        ):
            raise ReplayError(
                f"Event {seq} ({kind} on {row[5]}, {str(at)[:16]} UTC, by {row[2]}) is not what was recorded: its hash does not fit. Restore the store from a backup.",
                f"第 {seq} 条事件（{row[5]} 的 {kind}，{str(at)[:16]} UTC，{row[2]}）与登记时不一致：哈希不符。请从备份恢复办案库。",
            )
        if at < last_at and kind != CLOCK_CORRECTED:
            raise ReplayError(
                f"Event {seq} ({kind} on {row[5]}) is dated {at[:16]} UTC, before the event it follows ({last_at[:16]} UTC), and no clock was corrected.",
                f"第 {seq} 条事件（{row[5]} 的 {kind}）的时间为 {at[:16]}（UTC），早于其前一条（{last_at[:16]} UTC），且未登记时钟校正。",
            )
        expected, before, last_at = seq + 1, row[9], at
        yield row


def _unlike(anchor: Anchor, head: Head) -> ReplayError:
    return ReplayError(
        f"Event {head.seq} has the hash {head.hash[:16]}…, but {anchor.source} remembers {anchor.hash[:16]}…: the chain was rewritten at or before this event. Restore the store from a backup.",
        f"第 {head.seq} 条事件的哈希为 {head.hash[:16]}…，而 {anchor.source} 所记为 {anchor.hash[:16]}…：该条或其之前的链被整体改写。请从备份恢复办案库。",
    )
