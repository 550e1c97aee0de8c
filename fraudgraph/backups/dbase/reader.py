"""A table's records as Arrow batches, cut by bytes with numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.dbase.header import Field, Header, read_header
from fraudgraph.backups.dbase.memo import Memo, memo_beside
from fraudgraph.backups.form import Column, Losses, ReaderOptions, Remark
from fraudgraph.backups.sqltext.literals import gathered
from fraudgraph.backups.typed import typed
from fraudgraph.progress import Progress

__all__ = ["DbfDatabase", "DbfTable", "open_database"]

_ROWS = 20_000
_JULIAN_1970 = 2_440_588
_DAY_MS = 86_400_000
_MEMOS = "MGPW"
_TRUE, _FALSE = b"TtYy", b"FfNn"
_MOST_DIGITS = 38
_Block = npt.NDArray[np.uint8]


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> DbfDatabase:  # noqa: ARG001  # the protocol
    """Open one table or several; memo files are looked for beside them."""
    return DbfDatabase(
        [path for path in paths if path.suffix.lower() not in (".fpt", ".dbt", ".cdx", ".idx")]
    )


class DbfDatabase:
    """Tables that came together."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.skipped: dict[str, int] = {}
        self._tables = [DbfTable(path) for path in paths]
        header = self._tables[0].header
        self.kind, self.version, self.made_at = "dBase table", header.version, header.made_at
        self.warnings = [remark for table in self._tables for remark in table.remarks()]

    def tables(self) -> Sequence[DbfTable]:
        """One table a file."""
        return self._tables

    def close(self) -> None:
        """Let go of the files."""
        for table in self._tables:
            table.close()


class DbfTable:
    """One table with its memo file."""

    schema = ""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.header = read_header(path)
        self.losses = Losses()
        self._path = path
        self._memo_path = memo_beside(path)
        self._memo = Memo(self._memo_path) if self._memo_path is not None else None
        self._kept = tuple(field for field in self.header.fields if not field.is_system)
        self.columns = tuple(
            Column(name=field.name, type=_declared(field), code_page=self.header.codec if field.letter in "CVM" and not field.is_binary else None)
            for field in self._kept
        )  # fmt: skip

    @property
    def row_count(self) -> int:
        """The header's own count less the records that are marked as deleted."""
        return self.header.rows - sum(int((block[:, 0] == ord("*")).sum()) for block in self._blocks())

    def remarks(self) -> Iterator[Remark]:
        """What a reader of this table should know."""
        if self.header.codec_is_guess:
            yield Remark(
                f"{self.name}: the table names no code page that fits its bytes; they were read as {self.header.codec}.",
                f"{self.name}：表中注明的代码页与内容不符，已按 {self.header.codec} 读取。",
            )
        if self._memo is None and any(field.letter in _MEMOS for field in self._kept):
            yield Remark(
                f"{self.name}: its memo file (.fpt or .dbt) is not beside it; memo columns are empty. Ask for that file.",
                f"{self.name}：缺少备注文件（.fpt 或 .dbt），备注列为空。请一并提供。",
            )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The records that are not deleted."""
        self.losses = Losses()
        schema = pa.schema([pa.field(column.name, _kind(field)) for column, field in zip(self.columns, self._kept, strict=True)])  # fmt: skip
        for block in self._blocks():
            deleted = block[:, 0] == ord("*")
            self.losses.add("record marked as deleted", count=int(deleted.sum()))
            kept = np.ascontiguousarray(block[~deleted])
            if len(kept):
                yield pa.record_batch([self._column(kept, field) for field in self._kept], schema=schema)

    def close(self) -> None:
        """Let go of the memo file."""
        if self._memo is not None:
            self._memo.close()

    def _blocks(self) -> Iterator[_Block]:
        header = self.header
        with self._path.open("rb") as file:
            file.seek(header.start)
            for first in range(0, header.rows, _ROWS):
                count = min(_ROWS, header.rows - first)
                raw = file.read(count * header.record)
                whole = len(raw) // header.record
                yield np.frombuffer(raw[: whole * header.record], dtype=np.uint8).reshape(
                    whole, header.record
                )

    def _column(self, block: _Block, field: Field) -> pa.Array:
        part = np.ascontiguousarray(block[:, field.offset : field.offset + field.width])
        null = self._bit(block, field.null_bit)
        if field.letter in _MEMOS:
            return self._memos(part, field, null)
        if field.letter in "CVQNFD":
            return self._text(block, part, field, null)
        return _binary(part, field, self.header, null)

    def _bit(self, block: _Block, bit: int) -> npt.NDArray[np.bool_]:
        flags = next((field for field in self.header.fields if field.letter == "0"), None)
        if bit < 0 or flags is None or bit // 8 >= flags.width:
            return np.zeros(len(block), dtype=bool)
        return (block[:, flags.offset + bit // 8] >> (bit % 8) & 1).astype(bool)

    def _text(self, block: _Block, part: _Block, field: Field, null: npt.NDArray[np.bool_]) -> pa.Array:
        starts, ends = _bounds(part, field)
        if field.length_bit >= 0:
            short = self._bit(block, field.length_bit)
            ends = np.where(short, np.arange(len(part)) * field.width + np.minimum(part[:, -1], field.width), (np.arange(len(part)) + 1) * field.width)  # fmt: skip
            starts = np.arange(len(part)) * field.width
        empty = (starts >= ends) if field.letter in "NFD" else np.zeros(len(part), dtype=bool)
        raw = gathered(part.reshape(-1), starts, np.maximum(starts, ends), ~null & ~empty)
        if field.letter == "D":
            return _dates(raw, self.losses, field.name)
        return typed(raw, _kind(field), codec=self.header.codec, losses=self.losses, column=field.name)

    def _memos(self, part: _Block, field: Field, null: npt.NDArray[np.bool_]) -> pa.Array:
        values: list[bytes | None] = []
        for raw, missing in zip(part, null.tolist(), strict=True):
            number = _block_number(raw.tobytes())
            value = None if missing or number == 0 or self._memo is None else self._memo.read(number)
            if number and not missing and value is None and self._memo is not None:
                self.losses.add("memo that its file does not hold", field.name, example=f"block {number}")
            values.append(value)
        return typed(
            pa.array(values, pa.binary()),
            _kind(field),
            codec=self.header.codec,
            losses=self.losses,
            column=field.name,
        )


def _block_number(raw: bytes) -> int:
    if len(raw) == 4:
        return int.from_bytes(raw, "little")
    text = raw.strip(b" \0")
    return int(text) if text.isdigit() else 0


def _declared(field: Field) -> str:
    shape = (
        f"({field.width},{field.decimals})"
        if field.letter in "NF"
        else f"({field.width})"
        if field.letter in "CVQ"
        else ""
    )
    return f"{field.letter}{shape}{' binary' if field.is_binary and field.letter in 'CVM' else ''}"


def _kind(field: Field) -> pa.DataType:
    if field.letter in "GPWQ" or (field.is_binary and field.letter in "CVM"):
        return pa.binary()
    if field.letter in "NF":
        return pa.decimal128(min(max(field.width, field.decimals + 1), _MOST_DIGITS), field.decimals) if field.decimals or field.width > 18 else pa.int64()  # fmt: skip
    simple = {
        "D": pa.date32(), "L": pa.bool_(), "I": pa.int64(), "+": pa.int64(), "Y": pa.decimal128(19, 4),
        "B": pa.float64(), "O": pa.float64(), "T": pa.timestamp("ms"), "@": pa.timestamp("ms"),
    }  # fmt: skip
    return simple.get(field.letter, pa.string())


def _bounds(part: _Block, field: Field) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each value lies without the blanks that fill the field; numbers stand right, texts left."""
    filled = (part != 32) & (part != 0)
    first = np.arange(len(part)) * field.width
    some = filled.any(axis=1)
    ends = first + np.where(some, field.width - filled[:, ::-1].argmax(axis=1), 0)
    starts = first + (np.where(some, filled.argmax(axis=1), 0) if field.letter in "NFD" else 0)
    return starts, ends


def _dates(raw: pa.Array, losses: Losses, name: str) -> pa.Array:
    dashed = [None if one is None else one[:4] + b"-" + one[4:6] + b"-" + one[6:] for one in raw.to_pylist()]
    return typed(pa.array(dashed, pa.binary()), pa.date32(), codec="ascii", losses=losses, column=name)


def _binary(part: _Block, field: Field, header: Header, null: npt.NDArray[np.bool_]) -> pa.Array:
    letter = field.letter
    if letter == "L":
        known = np.isin(part[:, 0], list(_TRUE + _FALSE))
        return pa.array(np.isin(part[:, 0], list(_TRUE)), mask=null | ~known)
    if letter in "I+" and field.width == 4:
        whole = part.view("<i4").ravel() if letter == "I" and header.version != "dBase 7" else (part.view(">u4").ravel() ^ 0x80000000).view(">i4")  # fmt: skip
        return pa.array(whole.astype(np.int64), mask=null)
    if letter == "Y":
        values = [
            None if gone else one
            for one, gone in zip(part.view("<i8").ravel().tolist(), null.tolist(), strict=True)
        ]
        return pa.array(
            [None if one is None else Decimal(one).scaleb(-4) for one in values], pa.decimal128(19, 4)
        )
    if letter == "B" and field.width == 8:
        return pa.array(part.view("<f8").ravel(), mask=null)
    if letter == "T" and field.width == 8:
        days, moment = part.view("<i4").reshape(-1, 2).T
        stamps = (days.astype(np.int64) - _JULIAN_1970) * _DAY_MS + moment
        return pa.array(stamps, type=pa.timestamp("ms"), mask=null | (days == 0))
    return pa.nulls(len(part), _kind(field))
