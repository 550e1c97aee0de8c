"""decimal, numeric, money: 16-byte Arrow decimals from the stored forms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver.faults import Losses
from fraudgraph.backups.sqlserver.records import Cells

__all__ = ["from_fixed", "from_int64", "from_vardecimal", "vardecimal"]

Bools = npt.NDArray[np.bool_]


def _array(low: npt.NDArray[np.uint64], high: npt.NDArray[np.uint64], nulls: Bools, kind: pa.DataType) -> pa.Array:
    words = np.empty((len(low), 2), "<u8")
    words[:, 0], words[:, 1] = low, high
    words[nulls] = 0
    valid = np.packbits(~nulls, bitorder="little")
    buffers = [pa.py_buffer(valid.tobytes()), pa.py_buffer(words.tobytes())]
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
    bound = 10**precision
    known: dict[bytes, int] = {}
    numbers = np.zeros(len(nulls), object)
    bad = nulls.copy()
    for row, raw in enumerate(cells.items()):
        if raw is None or bad[row]:
            continue
        value = known.get(raw)
        if value is None:
            try:
                value = vardecimal(raw, scale) if len(raw) <= 20 else bound
            except ValueError:
                value = bound
            known[raw] = value
        if abs(value) >= bound:
            bad[row] = True
            losses.add("decode", where)
            continue
        numbers[row] = value
    mask = (1 << 64) - 1
    low = np.fromiter((int(v) & mask for v in numbers), np.uint64, len(numbers))
    high = np.fromiter((int(v) >> 64 & mask for v in numbers), np.uint64, len(numbers))
    return _array(low, high, bad, pa.decimal128(precision, scale))
