"""An event 办案事件: who did what to which subject, and the two hashes that chain it to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["Entry", "Event", "body_text", "chained", "sm3_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What shall be recorded; number, time and hashes come from the store.

    `second_actor` is the second person where a rule asks for two. `rule_set` names the dated rules that were applied.
    """

    actor: str
    kind: str
    subject: str
    body: Mapping[str, Any] = field(default_factory=dict)
    second_actor: str = ""
    rule_set: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recorded event, as it stands in the store."""

    seq: int
    at: str
    actor: str
    second_actor: str
    kind: str
    subject: str
    body: Mapping[str, Any]
    rule_set: str
    prev_hash: str
    hash: str
    sm3: str


def body_text(body: Mapping[str, Any]) -> str:
    """The body as the text that is kept and hashed: sorted keys, amounts and days as text."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in an event's body")


def chained(
    seq: int, at: str, actor: str, second_actor: str, kind: str, subject: str, body: str, rule_set: str, prev_hash: str
) -> bytes:  # fmt: skip
    """The bytes that are hashed: every column, each with its length, and the hash before.

    Lengths stand in front, so that no text can be moved from one column into the next.
    """
    parts = (str(seq), at, actor, second_actor, kind, subject, body, rule_set, prev_hash)
    return b"".join(b"%d:%b" % (len(raw), raw) for raw in (part.encode() for part in parts))


def sm3_of(data: bytes) -> str:
    """SM3 of some bytes; empty where this platform's OpenSSL lacks it."""
    return hashlib.new("sm3", data).hexdigest() if "sm3" in hashlib.algorithms_available else ""
