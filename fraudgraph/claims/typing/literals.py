"""Texts of ours as SQL literals, and a way to name a value once inside an expression."""

from __future__ import annotations

__all__ = ["MERGED", "chained", "literal"]

MERGED = "\ufdd1"
"""Stands before a value that a merged cell gives to several rows: an amount must not be counted for each of them."""


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def chained(value: str, *steps: str) -> str:
    """Work out one step after the other, each from the one before as `it`: planning takes as long as the text is."""
    found = f"[{value}]"
    for step in steps:
        found = f"list_transform({found}, lambda it: {step})"
    return f"{found}[1]"
