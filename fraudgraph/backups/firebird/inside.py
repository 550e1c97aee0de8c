"""In the child: Firebird's engine on a copy; base tables only, no triggers of the database, no external files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from firebird.driver import SrvRestoreFlag, connect, connect_server, driver_config

from fraudgraph.backups.form import Column, Losses, Remark
from fraudgraph.errors import SourceError

__all__ = ["open_inside"]

_ROWS = 5_000
_TABLES = """
SELECT TRIM(r.RDB$RELATION_NAME), r.RDB$RELATION_TYPE, r.RDB$EXTERNAL_FILE
FROM RDB$RELATIONS r WHERE COALESCE(r.RDB$SYSTEM_FLAG, 0) = 0 ORDER BY 1
"""
_COLUMNS = """
SELECT TRIM(c.RDB$FIELD_NAME), f.RDB$FIELD_TYPE, COALESCE(f.RDB$FIELD_SUB_TYPE, 0), COALESCE(f.RDB$FIELD_SCALE, 0),
  COALESCE(f.RDB$CHARACTER_LENGTH, f.RDB$FIELD_LENGTH), TRIM(s.RDB$CHARACTER_SET_NAME), f.RDB$COMPUTED_SOURCE, f.RDB$DIMENSIONS
FROM RDB$RELATION_FIELDS c JOIN RDB$FIELDS f ON f.RDB$FIELD_NAME = c.RDB$FIELD_SOURCE
LEFT JOIN RDB$CHARACTER_SETS s ON s.RDB$CHARACTER_SET_ID = f.RDB$CHARACTER_SET_ID
WHERE c.RDB$RELATION_NAME = ? ORDER BY c.RDB$FIELD_POSITION, 1
"""
_COUNTED = {
    "trigger": "SELECT COUNT(*) FROM RDB$TRIGGERS WHERE COALESCE(RDB$SYSTEM_FLAG, 0) = 0",
    "procedure": "SELECT COUNT(*) FROM RDB$PROCEDURES WHERE COALESCE(RDB$SYSTEM_FLAG, 0) = 0",
}
_WHOLE = {7: "smallint", 8: "integer", 16: "bigint", 26: "int128"}
_NAMES = {10: "float", 11: "d_float", 27: "double precision", 12: "date", 13: "time", 35: "timestamp", 23: "boolean", 24: "decfloat(16)", 25: "decfloat(34)", 28: "time with time zone", 29: "timestamp with time zone"}  # fmt: skip
_CHAR, _VARCHAR, _BLOB = 14, 37, 261
_ARROW = {
    10: pa.float64(),
    11: pa.float64(),
    27: pa.float64(),
    12: pa.date32(),
    13: pa.time64("us"),
    35: pa.timestamp("us"),
    23: pa.bool_(),
}
_DIGITS = {7: 5, 8: 10, 16: 19, 26: 38}


def open_inside(files: Sequence[Path], folder: Path) -> _Database:
    """Open the copy; a gbak backup is restored beside it first.

    Raises
    ------
    SourceError
        If the engine does not take the file.
    """
    driver_config.fb_client_library.value = str(Path(os.environ["FIREBIRD"]) / "libfbclient.so.2")
    file = files[0]
    try:
        if file.suffix == ".fbk":
            database = folder / "restored.fdb"
            if not (folder / "restored").exists():
                _restore(file, database)
                (folder / "restored").touch()
            return _Database(database, _made(file), is_backup=True)
        return _Database(file, None, is_backup=False)
    except Exception as problem:
        said = " ".join(str(problem).split())[:300]
        raise SourceError(
            f"Firebird's engine does not open the file: {said}. If it is damaged or encrypted, ask for a new backup made with gbak -b.",
            f"Firebird 引擎无法打开该文件：{said}。若已损坏或加密，请重新用 gbak -b 备份。",
        ) from None


def _restore(backup: Path, database: Path) -> None:
    with connect_server("", user="SYSDBA") as server:
        server.database.restore(
            backup=backup, database=database, flags=SrvRestoreFlag.REPLACE | SrvRestoreFlag.DEACTIVATE_IDX | SrvRestoreFlag.NO_VALIDITY, verbose=False
        )  # fmt: skip
        server.wait()


def _made(file: Path) -> datetime | None:
    head = file.open("rb").read(200)
    for at in range(len(head)):
        try:
            return datetime.strptime(head[at : at + 24].decode("ascii"), "%a %b %d %H:%M:%S %Y")
        except (ValueError, UnicodeDecodeError):
            continue
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shape(kind: int, subtype: int, scale: int, length: int) -> tuple[str, pa.DataType]:
    if kind in _WHOLE and (scale or kind == 26):
        return f"numeric({_DIGITS[kind]},{-scale})", pa.decimal128(_DIGITS[kind], -scale)
    if kind in _WHOLE:
        return _WHOLE[kind], pa.int64()
    if kind in (_CHAR, _VARCHAR):
        return f"{'char' if kind == _CHAR else 'varchar'}({length})", pa.string()
    if kind == _BLOB:
        return ("blob text", pa.string()) if subtype == 1 else ("blob", pa.binary())
    return _NAMES.get(kind, f"type {kind}"), _ARROW.get(kind, pa.string())


class _Table:
    schema = ""

    def __init__(self, connection: Any, name: str) -> None:
        self.name = name
        self.losses = Losses()
        self.columns: tuple[Column, ...] = ()
        self._connection = connection
        self._terms: list[str] = []
        self._fields: list[pa.Field] = []
        with connection.cursor() as cursor:
            cursor.execute(_COLUMNS, (name,))
            found = cursor.fetchall()
        columns = []
        for column, kind, subtype, scale, length, charset, computed, dimensions in found:
            if computed is not None or dimensions:
                self.losses.add("computed or array column, not read", column)
                continue
            declared, arrow = _shape(kind, subtype, scale, length)
            is_text = kind in (_CHAR, _VARCHAR) or (kind == _BLOB and subtype == 1)
            if charset == "OCTETS" and kind in (_CHAR, _VARCHAR):
                arrow = pa.binary()
            columns.append(Column(name=column, type=declared, code_page=charset if is_text else None))
            self._fields.append(pa.field(column, arrow))
            self._terms.append(
                _term(_quoted(column), kind, length, raw=is_text and charset in ("NONE", None))
            )
        self.columns = tuple(columns)

    @property
    def row_count(self) -> int:
        """By the engine's own count."""
        with self._connection.cursor() as cursor:
            count: int = cursor.execute(f"SELECT COUNT(*) FROM {_quoted(self.name)}").fetchone()[0]
        return count

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(self._terms)} FROM {_quoted(self.name)}")
            while rows := cursor.fetchmany(_ROWS):
                arrays = [self._array(values, field) for values, field in zip(zip(*rows, strict=True), self._fields, strict=True)]  # fmt: skip
                yield pa.record_batch(arrays, schema=pa.schema(self._fields))

    def _array(self, values: Sequence[Any], field: pa.Field) -> pa.Array:
        if pa.types.is_string(field.type):
            padded = next(column.type for column in self.columns if column.name == field.name).startswith(
                "char("
            )
            texts = [self._text(value, field.name) for value in values]
            return pa.array(
                [one.rstrip(" ") if one is not None and padded else one for one in texts], pa.string()
            )
        if pa.types.is_binary(field.type):
            return pa.array([None if one is None else _bytes(one) for one in values], pa.binary())
        return pa.array(values, field.type)

    def _text(self, value: Any, column: str) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if hasattr(value, "read") or isinstance(value, bytes):
            raw = _bytes(value)
            for codec in ("utf-8", "gb18030"):
                try:
                    return raw.decode(codec)
                except UnicodeDecodeError:
                    continue
            self.losses.add("bytes outside the code page", column)
            return raw.decode("gb18030", errors="replace")
        return str(value)


def _term(name: str, kind: int, length: int, *, raw: bool) -> str:
    """Texts of no declared code page come as bytes, to be told apart here."""
    if not raw:
        return name
    return (
        f"CAST({name} AS BLOB SUB_TYPE 0)"
        if kind == _BLOB
        else f"CAST({name} AS VARCHAR({min(length, 32765)}) CHARACTER SET OCTETS)"
    )


def _bytes(value: Any) -> bytes:
    return (
        value.read() if hasattr(value, "read") else value.encode() if isinstance(value, str) else bytes(value)
    )


class _Database:
    def __init__(self, file: Path, made: datetime | None, *, is_backup: bool) -> None:
        self._connection = connect(str(file), user="SYSDBA", charset="UTF8", no_db_triggers=True)
        self.kind = "Firebird backup (gbak)" if is_backup else "Firebird database"
        self.made_at = made
        ods = self._connection.info.ods
        self.version = f"structure {ods}"
        self.warnings: list[Remark] = []
        self.skipped: dict[str, int] = {}
        self._tables = []
        with self._connection.cursor() as cursor:
            for word, question in _COUNTED.items():
                if count := cursor.execute(question).fetchone()[0]:
                    self.skipped[word] = count
            found = cursor.execute(_TABLES).fetchall()
        for name, kind, external in found:
            if kind == 1 or external is not None or kind == 2:
                word = "view" if kind == 1 else "external table"
                self.skipped[word] = self.skipped.get(word, 0) + 1
            elif kind in (0, None):
                self._tables.append(_Table(self._connection, name))

    def tables(self) -> Sequence[_Table]:
        """Base tables that lie in the file."""
        return self._tables

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()
