"""Bytes of a column become values of its declared type; what does not fit becomes null and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudgraph.backups.form import Losses

__all__ = ["arrow_type", "is_binary", "typed"]

_WHOLE = {
    "tinyint": pa.int16(), "smallint": pa.int32(), "mediumint": pa.int32(), "int": pa.int64(), "integer": pa.int64(), "bigint": pa.int64(),
    "int2": pa.int32(), "int4": pa.int64(), "int8": pa.int64(), "serial": pa.int64(), "bigserial": pa.int64(), "smallserial": pa.int32(),
    "year": pa.int32(), "oid": pa.int64(),
}  # fmt: skip
_FLOATS = frozenset(("float", "double", "real", "float4", "float8", "double precision"))
_BINARY = frozenset(("blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary", "bytea", "image", "geometry", "point", "rowversion"))  # fmt: skip
_STAMPS = frozenset(("datetime", "timestamp", "datetime2", "smalldatetime", "timestamp without time zone"))
_ZONED = frozenset(("timestamptz", "timestamp with time zone", "datetimeoffset"))
_DECIMALS = frozenset(("decimal", "numeric", "dec", "fixed", "number"))
_MOST_DIGITS = 38
_TRUE = frozenset((b"t", b"true", b"1", b"yes", b"y", b"on"))
_PARTS = re.compile(
    r"([a-z0-9_ ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))?\s*(unsigned)?(?:\s+(?:zerofill|signed))?$"
)


def is_binary(declared: str) -> bool:
    """Whether a declared type holds bytes, not text."""
    found = _PARTS.match(declared.lower().strip())
    return found is not None and found[1] in _BINARY


def arrow_type(declared: str) -> pa.DataType:
    """The Arrow type that takes every value of a declared type; text where there is none."""
    found = _PARTS.match(declared.lower().strip())
    if found is None:
        return pa.string()
    name, digits, scale, unsigned = found[1], found[2], found[3], found[4]
    if name in _WHOLE:
        return pa.uint64() if unsigned and name == "bigint" else _WHOLE[name]
    if name in _DECIMALS and digits is not None and int(digits) <= _MOST_DIGITS and int(scale or 0) >= 0:
        return pa.decimal128(int(digits), int(scale or 0))
    if name in ("money", "smallmoney"):
        return pa.decimal128(19, 4)
    if name == "date":
        return pa.date32()
    simple: tuple[tuple[frozenset[str], pa.DataType], ...] = (
        (_FLOATS, pa.float64()),
        (_BINARY, pa.binary()),
        (_STAMPS, pa.timestamp("us")),
        (_ZONED, pa.timestamp("us", tz="UTC")),
        (frozenset(("bool", "boolean")), pa.bool_()),
    )
    return next((kind for names, kind in simple if name in names), pa.string())


def typed(raw: pa.Array, kind: pa.DataType, *, codec: str, losses: Losses, column: str) -> pa.Array:
    """A column's bytes as values of `kind`."""
    if pa.types.is_binary(kind):
        return raw
    text = _text(raw, codec, losses, column)
    if pa.types.is_string(kind):
        return text
    try:
        if pa.types.is_boolean(kind):
            return pa.array([None if one is None else one in _TRUE for one in raw.to_pylist()], pa.bool_())
        return text.cast(kind)
    except pa.ArrowInvalid:
        return _one_by_one(text, kind, losses, column)


def _text(raw: pa.Array, codec: str, losses: Losses, column: str) -> pa.Array:
    if codec in ("utf-8", "ascii") or _is_ascii(raw):
        try:
            text = raw.cast(pa.string())
            text.validate(full=True)
            return text
        except pa.ArrowInvalid:
            pass
    else:
        whole = _decoded_at_once(raw, codec)
        if whole is not None:
            return whole
    decoded: list[str | None] = []
    for one in raw.to_pylist():
        if one is None:
            decoded.append(None)
            continue
        try:
            decoded.append(one.decode(codec))
        except UnicodeDecodeError:
            decoded.append(one.decode(codec, errors="replace"))
            losses.add("bytes outside the code page", column, example=repr(one[:30]))
    return pa.array(decoded, pa.string())


def _decoded_at_once(raw: pa.Array, codec: str) -> pa.Array | None:
    """All texts decoded as one, with a zero byte between them; None if one of them holds such a byte or can't be read."""
    offsets = np.frombuffer(raw.buffers()[1], dtype=np.int32)[raw.offset : raw.offset + len(raw) + 1].astype(
        np.int64
    )
    data = np.frombuffer(raw.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    ends = offsets[1:] - offsets[0] + np.arange(len(raw))
    joined = np.zeros(data.size + len(raw), dtype=np.uint8)
    is_text = np.ones(joined.size, dtype=bool)
    is_text[ends] = False
    joined[is_text] = data
    try:
        written = np.frombuffer(joined.tobytes().decode(codec).encode(), dtype=np.uint8)
    except UnicodeDecodeError:
        return None
    zeros = np.flatnonzero(written == 0)
    if zeros.size != len(raw):
        return None
    made = np.zeros(len(raw) + 1, dtype=np.int32)
    made[1:] = zeros - np.arange(len(raw))
    valid = pc.is_valid(raw)
    mask = None if raw.null_count == 0 else valid.buffers()[1]
    return pa.Array.from_buffers(
        pa.string(),
        len(raw),
        [mask, pa.py_buffer(made.tobytes()), pa.py_buffer(written[written != 0].tobytes())],
    )


def _is_ascii(raw: pa.Array) -> bool:
    data = raw.buffers()[2]
    return data is None or bytes(data).isascii()


def _one_by_one(text: pa.Array, kind: pa.DataType, losses: Losses, column: str) -> pa.Array:
    """For the rare block in which some value does not fit its type."""
    read = _reader(kind)
    values: list[Any] = []
    for one in text.to_pylist():
        value = None if one is None else read(one.strip())
        if one is not None and value is None:
            losses.add(f"not a value of its type ({kind})", column, example=one)
        values.append(value)
    return pa.array(values, kind)


def _reader(kind: pa.DataType) -> Callable[[str], Any]:
    if pa.types.is_decimal(kind):
        return lambda text: _decimal(text, kind.precision, kind.scale)
    if pa.types.is_integer(kind):
        low, high = (0, 2**64 - 1) if kind == pa.uint64() else (-(2 ** (kind.bit_width - 1)), 2 ** (kind.bit_width - 1) - 1)  # fmt: skip
        return lambda text: _whole(text, low, high)
    if pa.types.is_floating(kind):
        return _float
    if pa.types.is_date(kind):
        return _date
    return lambda text: _moment(text, zoned=kind.tz is not None)


def _decimal(text: str, precision: int, scale: int) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").lstrip("$¥"))
        exact = value.quantize(Decimal(1).scaleb(-scale))
    except InvalidOperation:
        return None
    return exact if exact == value and len(exact.as_tuple().digits) <= precision else None


def _whole(text: str, low: int, high: int) -> int | None:
    text = {"true": "1", "false": "0"}.get(text.lower(), text)
    try:
        value = Decimal(text)
        whole = int(value)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return whole if whole == value and low <= whole <= high else None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text if not text.isdigit() else f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        moment = _moment(text, zoned=False)
        return moment.date() if moment is not None and moment == moment.replace(hour=0, minute=0, second=0, microsecond=0) else None  # fmt: skip


_FORMS = (
    "%Y%m%d %H:%M:%S",
    "%Y%m%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%Y%m%d%H%M%S",
    "%b %d %Y %I:%M%p",
    "%Y-%m-%d %H:%M:%S.%f",
)


def _moment(text: str, *, zoned: bool) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    for form in () if moment is not None else _FORMS:
        try:
            moment = datetime.strptime(text, form)
            break
        except ValueError:
            continue
    if moment is None or (moment.tzinfo is None) == zoned:
        return None
    return moment
