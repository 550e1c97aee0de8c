"""Columns cut out of records by bytes: dBase tables and fixed-width text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ByteColumn", "cut_columns", "decoded"]


@dataclass(frozen=True, slots=True)
class ByteColumn:
    """A column at a place in each record; `offset` and `width` in bytes."""

    name: str
    offset: int
    width: int


def cut_columns(
    records: np.ndarray, columns: Sequence[ByteColumn], encoding: str
) -> tuple[list[pa.Array], np.ndarray]:
    """The columns of a block of records as trimmed text, and which records hold bytes that can't be decoded.

    Parameters
    ----------
    records : ndarray of uint8, (rows, record length)
        The records as they lie in the file.
    columns : sequence of ByteColumn
        Where each column lies.
    encoding : str
        Of the text inside.
    """
    damaged = np.zeros(len(records), dtype=bool)
    found = []
    for column in columns:
        part = np.ascontiguousarray(records[:, column.offset : column.offset + column.width])
        values = part.view(f"S{column.width}").ravel()
        if part.max(initial=0) < 0x80:
            texts = pa.array(values, type=pa.binary()).cast(pa.string())
        else:
            decoded_values, bad = decoded(values, encoding)
            damaged |= bad
            texts = pa.array(decoded_values, type=pa.string())
        found.append(pc.utf8_trim(texts, characters=" \x00\u3000\t\r\n"))
    return found, damaged


def decoded(values: np.ndarray, encoding: str) -> tuple[list[str], np.ndarray]:
    """Each value decoded; a value with bytes that can't be decoded keeps what can be, and is marked."""
    bad = np.zeros(len(values), dtype=bool)
    texts: list[str] = []
    for index, value in enumerate(values.tolist()):
        try:
            texts.append(value.decode(encoding))
        except UnicodeDecodeError:
            texts.append(value.decode(encoding, errors="replace"))
            bad[index] = True
    return texts, bad
