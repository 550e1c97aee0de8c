"""A ring's seal: a short hash over all that the tables say of it, printed on its pages, so that a page and the tables can be held together."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any, Final

from fraudgraph.records import Ring

__all__ = ["foot", "ring_seal"]

_OF_RING: Final = (
    "ring_id", "rank", "listed", "score", "q_value", "total_amount", "fund_amount", "excess_amount", "excess_low", "excess_high",
    "first_seen", "last_seen", "status", "typology", "summary_zh", "summary_en",
)  # fmt: skip
_DIGITS: Final = 16


def ring_seal(ring: Ring) -> str:
    """The first 16 hex digits of SHA-256 over the ring's row, account, members, score parts, evidence and explanations."""
    told = {
        "ring": [_plain(getattr(ring, name)) for name in _OF_RING],
        **{name: [_values(one) for one in getattr(ring, name)] for name in ("members", "parts", "evidence", "explanations")},
        "account": _values(ring.account),
    }  # fmt: skip
    told["members"].sort(key=lambda member: (member[0], member[1]))  # kind and id: their order says nothing
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS]


def foot(ring: Ring) -> str:
    """What stands at the foot of each printed sheet: the ring's id and seal, in letters that need no escaping."""
    safe = "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else "." for char in ring.ring_id
    )
    return f"{safe} · {ring_seal(ring)}"


def _values(one: Any) -> list[Any]:
    return [_plain(getattr(one, name)) for name in one.__dataclass_fields__]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
