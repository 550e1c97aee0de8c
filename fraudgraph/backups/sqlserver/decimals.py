"""decimal, numeric, money: 16-byte Arrow decimals from the stored forms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver.arrays import validity
from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.records import Cells

__all__ = ["from_fixed", "from_int64", "from_vardecimal", "vardecimal"]

Bools = npt.NDArray[np.bool_]


def _array(
    low: npt.NDArray[np.uint64], high: npt.NDArray[np.uint64], nulls: Bools, kind: pa.DataType
) -> pa.Array:
    words = np.empty((len(low), 2), "<u8")
    words[:, 0], words[:, 1] = low, high
    words[nulls] = 0
    buffers = [validity(nulls), pa.py_buffer(words.tobytes())]
    return pa.Array.from_buffers(kind, len(low), buffers, int(nulls.sum()))


def from_int64(values: npt.NDArray[np.int64], nulls: Bools, precision: int, scale: int) -> pa.Array:
    """Decimals from scaled integers."""
    low = values.astype(np.int64).view(np.uint64)
    high = np.where(values < 0, np.uint64(2**64 - 1), np.uint64(0))
    return _array(low, high, nulls, pa.decimal128(precision, scale))


def _limit(precision: int) -> tuple[int, int]:
    bound = 10**precision
    return bound & (2**64 - 1), bound >> 64


def from_fixed(
    matrix: npt.NDArray[np.uint8], nulls: Bools, precision: int, scale: int, losses: Losses, where: str
) -> pa.Array:
    """Decimals of a fixed column: a byte of sign (1 positive), then the magnitude, lowest byte first."""
    precision, scale = max(1, min(38, precision)), min(scale, 38)
    words = np.zeros((len(matrix), 16), np.uint8)
    width = min(matrix.shape[1] - 1, 16)
    words[:, :width] = matrix[:, 1 : 1 + width]
    both = words.view("<u8")
    low, high = both[:, 0].copy(), both[:, 1].copy()
    top_low, top_high = _limit(precision)
    over = (high > np.uint64(top_high)) | ((high == np.uint64(top_high)) & (low >= np.uint64(top_low)))
    over &= ~nulls
    losses.add("decode", where, int(over.sum()))
    minus = matrix[:, 0] == 0
    negative_low = ~low + np.uint64(1)
    negative_high = ~high + (low == 0).astype(np.uint64)
    low = np.where(minus, negative_low, low)
    high = np.where(minus, negative_high, high)
    return _array(low, high, nulls | over, pa.decimal128(precision, scale))


def vardecimal(raw: bytes, scale: int) -> int:
    """The scaled integer of a vardecimal: sign and exponent in a byte, then groups of ten bits, three digits each.

    The value is 0.digits × 10^exponent; 0x80 set means positive; the exponent is biased by 63.
    """
    if not raw:
        return 0
    exponent = (raw[0] & 0x7F) - 63
    bits = len(raw[1:]) * 8
    groups = -(-bits // 10)
    whole = int.from_bytes(raw[1:], "big") << (groups * 10 - bits)
    digits = 0
    for group in range(groups):
        three = whole >> (10 * (groups - 1 - group)) & 1023
        if three > 999:
            raise ValueError(three)
        digits = digits * 1000 + three
    power = exponent - 3 * groups + scale
    value = digits * 10**power if power >= 0 else _divide(digits, 10**-power)
    return value if raw[0] & 0x80 else -value


def _divide(digits: int, by: int) -> int:
    whole, rest = divmod(digits, by)
    if rest:
        raise ValueError(rest)
    return whole


def from_vardecimal(
    cells: Cells, nulls: Bools, precision: int, scale: int, losses: Losses, where: str
) -> pa.Array:
    """Decimals of compressed rows and of tables of 2005 in vardecimal format."""
    precision, scale = max(1, min(38, precision)), min(scale, 38)
    quick, low, high = _quick(cells, scale)
    over = quick & (np.abs(low.view(np.int64)) >= (10 ** min(precision, 18)))
    nulls = nulls.copy()
    for row in np.flatnonzero((~quick | over) & ~nulls).tolist():
        value = _slow(cells.item(row), precision, scale)
        if value is None:
            nulls[row] = True
            losses.add("decode", where)
        else:
            low[row], high[row] = value & (2**64 - 1), value >> 64 & (2**64 - 1)
    return _array(low, high, nulls, pa.decimal128(precision, scale))


def _slow(raw: bytes, precision: int, scale: int) -> int | None:
    """One vardecimal; None if it is none, or too large for its column."""
    try:
        value = vardecimal(raw, scale) if len(raw) <= 20 else 10**38
    except ValueError:
        return None
    return value if abs(value) < 10**precision else None


def _quick(cells: Cells, scale: int) -> tuple[Bools, npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Scaled integers of the vardecimals of at most 18 digits, and which those are."""
    size = np.diff(cells.offsets)
    raw = np.zeros((len(size), 12), np.int64)
    for at in range(min(10, int(size.max(initial=0)))):
        held = np.flatnonzero(size > at)
        raw[held, at] = cells.data[cells.offsets[held] + at]
    digits = np.zeros(len(size), np.int64)
    good = size <= 8
    for group in range(6):
        bit = 10 * group
        first = 1 + bit // 8
        three = (raw[:, first] << 16) | (raw[:, first + 1] << 8) | raw[:, first + 2]
        part = (three >> (14 - bit % 8)) & 1023
        good &= part <= 999
        digits = digits * 1000 + part
    power = (raw[:, 0] & 0x7F) - 63 - 18 + scale
    good &= (power <= 0) & (power >= -18) | (size == 0)
    by = 10 ** np.clip(-power, 0, 18)
    value = digits // by
    good &= (value * by == digits) | (size == 0)
    value = np.where((raw[:, 0] & 0x80) > 0, value, -value)
    value = np.where(size == 0, 0, value)
    high = np.where(value < 0, np.uint64(2**64 - 1), np.uint64(0))
    return good, value.view(np.uint64).copy(), high
