"""XML that mysqldump, the mysql client and phpMyAdmin write: streamed, entities refused."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from xml.parsers import expat

import pyarrow as pa

from fraudgraph.backups.form import Column, Losses, ReaderOptions, Remark
from fraudgraph.backups.sqltext.rows import schema_of
from fraudgraph.backups.typed import is_binary, typed
from fraudgraph.errors import SourceError
from fraudgraph.progress import Progress

__all__ = ["XmlDump", "open_database"]

_BLOCK = 1 << 20
_ROWS = 20_000
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f]")
_KEPT_AT = 0x10FF00
"""Control characters, which servers write and XML forbids, pass the parser as these."""
_KEPT = re.compile(f"[{chr(_KEPT_AT)}-{chr(_KEPT_AT + 31)}]")
_KINDS = ((b"<mysqldump", "MySQL XML dump"), (b"<pma_xml_export", "phpMyAdmin XML export"), (b"<resultset", "MySQL XML result"))  # fmt: skip
_CREATED = re.compile(
    rb"- (?:Generation Time|\xe7\x94\x9f\xe6\x88\x90\xe6\x97\xb6\xe9\x97\xb4)\s*[:\xef\xbc\x9a]+\s*([^\r\n]+)"
)
_VERSION = re.compile(
    rb"- (?:Server version|\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8\xe7\x89\x88\xe6\x9c\xac)\s*[:\xef\xbc\x9a]+\s*([^\r\n]+)"
)


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> XmlDump:  # noqa: ARG001  # the protocol
    """Open an XML dump."""
    return XmlDump(paths[0], progress)


class _Rows:
    """Listens to the parser: tells tables, their columns and their rows."""

    def __init__(self) -> None:
        self.rows: list[tuple[tuple[str, str], dict[str, bytes | None]]] = []
        self.columns: dict[tuple[str, str], dict[str, str]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.keep: tuple[str, str] | None = None
        self._database = ""
        self._table = ""
        self._row: dict[str, bytes | None] | None = None
        self._field: str | None = None
        self._hex = False
        self._text: list[str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "database":
            self._database = name
        elif tag in ("table_structure", "table_data", "resultset"):
            self._table = name or _table_of(given.get("statement", ""))
            self.columns.setdefault((self._database, self._table), {})
            self.counts.setdefault((self._database, self._table), 0)
        elif tag == "field" and "Field" in given:
            self.columns[(self._database, self._table)][given["Field"]] = given.get("Type", "text")
        elif tag == "row":
            self._row = {}
        elif tag == "table" and name:
            self._table, self._row = name, {}
            self.columns.setdefault((self._database, name), {})
            self.counts.setdefault((self._database, name), 0)
        elif tag in ("field", "column") and self._row is not None:
            self._field, self._text = name, []
            self._hex = given.get("xsi:type") == "xs:hexBinary"
            if given.get("xsi:nil") == "true":
                self._row[name], self._field = None, None

    def text(self, data: str) -> None:
        if self._field is not None:
            self._text.append(data)

    def end(self, tag: str) -> None:
        if tag in ("field", "column") and self._field is not None and self._row is not None:
            raw = _KEPT.sub(lambda one: chr(ord(one[0]) - _KEPT_AT), "".join(self._text))
            if tag == "column" and raw == "NULL":
                self._row[self._field] = None
            else:
                self._row[self._field] = binascii.unhexlify(raw) if self._hex else raw.encode()
            self._field = None
        elif tag in ("row", "table") and self._row is not None:
            self._finish()

    def _finish(self) -> None:
        assert self._row is not None
        key = (self._database, self._table)
        if self._row or key in self.counts:
            self.counts[key] = self.counts.get(key, 0) + 1
            known = self.columns.setdefault(key, {})
            for name in self._row.keys() - known.keys():
                known[name] = "text"
            if self.keep == key:
                self.rows.append((key, self._row))
        self._row = None


def _value(raw: bytes | None, declared: str) -> bytes | None:
    if raw is None or not declared.startswith("bit"):
        return raw
    return str(int.from_bytes(raw, "big")).encode()


def _table_of(statement: str) -> str:
    found = re.search(r"\bFROM\s+[`\"]?([\w$.]+)", statement, re.I)
    return found[1] if found is not None else "result"


def _parser(listener: _Rows, name: str) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.text

    def entity(*_: object) -> None:
        raise SourceError(
            f"{name} declares XML entities, which no dump does: it is not read. Ask for a plain dump.",
            f"{name} 中声明了 XML 实体，正常的转储文件不会这样，已拒绝读取。请提供普通转储文件。",
        )

    parser.EntityDeclHandler = entity
    return parser


class XmlTable:
    """A table in an XML dump."""

    def __init__(self, dump: XmlDump, key: tuple[str, str], columns: tuple[Column, ...]) -> None:
        self.schema, self.name = key
        self.columns = columns
        self.row_count: int | None = None
        self.losses = Losses()
        self._dump = dump

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's rows; the whole dump is gone through for them."""
        self.losses = Losses()
        schema = schema_of(self.columns)
        for rows in self._dump.rows((self.schema, self.name)):
            arrays = [
                typed(
                    pa.array([_value(row.get(column.name), column.type) for row in rows], pa.binary()),
                    schema.field(i).type,
                    codec="utf-8",
                    losses=self.losses,
                    column=column.name,
                )
                for i, column in enumerate(self.columns)
            ]
            yield pa.record_batch(arrays, schema=schema)


class XmlDump:
    """An XML dump: one pass finds the tables, one pass a table reads it."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._path = path
        with path.open("rb") as file:
            head = file.read(4096)
        self.kind = next((kind for sign, kind in _KINDS if sign in head), "MySQL XML dump")
        self.version = _said(_VERSION, head)
        self.made_at = _when(_said(_CREATED, head))
        self.warnings: list[Remark] = []
        self.skipped: dict[str, int] = {}
        self._listener = _Rows()
        progress.stage(
            f"Looking through {path.name} (MB)",
            f"查看 {path.name}（MB）",
            total=path.stat().st_size // _BLOCK,
        )
        for _ in self._parsed(self._listener):
            progress.advance()

    def tables(self) -> Sequence[XmlTable]:
        """Its tables, by database and name."""
        return [
            XmlTable(self, key, tuple(Column(name=name, type=kind, code_page=None if is_binary(kind) else "utf-8") for name, kind in columns.items()))
            for key, columns in sorted(self._listener.columns.items())
            if columns
        ]  # fmt: skip

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, key: tuple[str, str]) -> Iterator[list[dict[str, bytes | None]]]:
        """The rows of one table, in blocks."""
        listener = _Rows()
        listener.keep = key
        for _ in self._parsed(listener):
            if len(listener.rows) >= _ROWS:
                yield [row for _, row in listener.rows]
                listener.rows.clear()
        if listener.rows:
            yield [row for _, row in listener.rows]

    def _parsed(self, listener: _Rows) -> Iterator[None]:
        parser = _parser(listener, self._path.name)
        with self._path.open("rb") as file:
            try:
                while block := file.read(_BLOCK):
                    parser.Parse(_CONTROL.sub(lambda one: chr(_KEPT_AT + one[0][0]).encode(), block))
                    yield
                parser.Parse(b"", True)
            except (expat.ExpatError, binascii.Error) as problem:
                if not self.warnings:
                    self.warnings.append(
                        Remark(
                            f"The XML is broken off or damaged ({problem}): what stands before that was read.",
                            f"XML 不完整或已损坏（{problem}）：此前的内容已读取。",
                        )
                    )


def _said(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    return found[1].decode("utf-8", errors="replace").strip() if found is not None else ""


def _when(said: str) -> datetime | None:
    for form in ("%b %d, %Y at %I:%M %p", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(said, form)
        except ValueError:
            continue
    return None
