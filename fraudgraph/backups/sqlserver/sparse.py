"""Sparse columns: a vector at the end of the record holds those that have a value.

u16 5, u16 count, that many u16 column numbers and u16 ends, then the values in their usual form. Source: Mark
Rasmussen, "Sparse column storage: the sparse vector".
"""

from __future__ import annotations

import numpy as np

__all__ = ["from_vector"]


def from_vector(raw: bytes, number: int) -> bytes | None:
    """One column's value in a sparse vector; None if it is not in it."""
    if len(raw) < 4 or raw[:2] != b"\x05\x00":
        return None
    count = int.from_bytes(raw[2:4], "little")
    if 4 + 4 * count > len(raw):
        return None
    numbers = np.frombuffer(raw, "<u2", count, 4)
    ends = np.frombuffer(raw, "<u2", count, 4 + 2 * count).astype(np.int64)
    found = np.flatnonzero(numbers == number)
    if not len(found) or not count:
        return None
    first = 4 + 4 * count
    shift = (
        0 if int(ends[-1]) + first > len(raw) else first
    )  # ends count from the vector's start or its bytes'
    at = int(found[0])
    low = first if at == 0 else int(ends[at - 1]) + shift
    return raw[low : int(ends[at]) + shift]
