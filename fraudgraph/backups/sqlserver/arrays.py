"""Arrow arrays from buffers: pa.array with a mask would import pandas, which takes longer than reading a file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["booleans", "numbers", "validity"]

Bools = npt.NDArray[np.bool_]


def validity(nulls: Bools) -> pa.Buffer:
    """The bitmap of what is not NULL."""
    return pa.py_buffer(np.packbits(~nulls, bitorder="little").tobytes())


def numbers(values: npt.NDArray[np.generic], nulls: Bools, kind: pa.DataType) -> pa.Array:
    """An array of fixed width whose values already have Arrow's form."""
    data = np.ascontiguousarray(values)
    if nulls.any():
        data = np.where(nulls, np.zeros(1, data.dtype), data)
    return pa.Array.from_buffers(
        kind, len(nulls), [validity(nulls), pa.py_buffer(data.tobytes())], int(nulls.sum())
    )


def booleans(values: Bools, nulls: Bools) -> pa.Array:
    """An array of truth values."""
    bits = np.packbits(values & ~nulls, bitorder="little").tobytes()
    return pa.Array.from_buffers(
        pa.bool_(), len(nulls), [validity(nulls), pa.py_buffer(bits)], int(nulls.sum())
    )
