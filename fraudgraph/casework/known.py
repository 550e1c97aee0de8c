"""What is remembered of rings from month to month, and what happened to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from fraudgraph.errors import StorageError

__all__ = ["CHANGES", "Event", "EventKind", "KnownRing", "Register", "next_number"]

_NAME = re.compile(r"R-(\d{4})-(\d+)")


class EventKind(StrEnum):
    """What a month did to a ring."""

    BORN = "born"
    GROWN = "grown"
    SHRUNK = "shrunk"
    MERGED = "merged"
    SPLIT = "split"
    CONTINUING = "continuing"
    DORMANT = "dormant"
    REAWAKENED = "reawakened"
    CLOSED = "closed"


CHANGES = frozenset(EventKind) - {EventKind.CONTINUING, EventKind.DORMANT, EventKind.CLOSED}
"""What puts a ring at the top of the list: something new to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRing:
    """A ring with a name. `state` is active, dormant, merged or closed, since the month `since`.

    `patients` are those of the last month in which it was seen; `into` is the ring that took a merged one in.
    """

    ring_id: str
    born: str
    patients: tuple[str, ...]
    state: str
    since: str
    last_seen: date
    first_listed: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the lineage: what happened to a ring in a month, and on which day its members were last together.

    `other_id` is the ring that it merged with or split from; `joined` and `left` count patients.
    """

    month: str
    ring_id: str
    event: EventKind
    other_id: str
    on: date
    patients: int
    joined: int
    left: int
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All rings with a name as one month left them, with everything that happened until then."""

    month: str
    rings: Mapping[str, KnownRing] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def as_json(self) -> str:
        """The register as text, in a fixed order."""
        plain = {
            "month": self.month,
            "rings": [_plain(self.rings[name]) for name in sorted(self.rings)],
            "events": [_plain(event) for event in self.events],
        }
        return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> Register:
        """Read a register that `as_json` wrote.

        Raises
        ------
        StorageError
            If the file is gone or damaged, naming it.
        """
        try:
            return cls._parsed(path)
        except (OSError, ValueError, KeyError, TypeError):
            raise StorageError(
                f"{path} is damaged or gone: it is expected to hold the rings that are known by name. Restore it from a backup, or make its month anew: fraudgraph month {path.parent.name} --from-stage rings",
                f"{path} 已损坏或不存在：其中应为已命名的团伙。请从备份恢复，或重新生成该月：fraudgraph month {path.parent.name} --from-stage rings",
            ) from None

    @classmethod
    def _parsed(cls, path: Path) -> Register:
        kept = json.loads(path.read_text(encoding="utf-8"))
        rings = {
            row["ring_id"]: KnownRing(
                **{
                    **row,
                    "patients": tuple(row["patients"]),
                    "last_seen": date.fromisoformat(row["last_seen"]),
                }
            )
            for row in kept["rings"]
        }
        events = tuple(
            Event(**{**row, "event": EventKind(row["event"]), "on": date.fromisoformat(row["on"])})
            for row in kept["events"]
        )
        return cls(month=kept["month"], rings=rings, events=events)


def _plain(value: KnownRing | Event) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in asdict(value).items()}


def next_number(names: Iterable[str], year: int) -> int:
    """The first number of a year that no ring has had."""
    taken = [int(found[2]) for name in names if (found := _NAME.fullmatch(name)) and int(found[1]) == year]
    return max(taken, default=0) + 1
