"""Walks a dump from statement to statement over a memory map: says what each is, carries none out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from mmap import mmap

import numpy as np

from fraudgraph.backups.sqltext.dialect import Dialect, codec_of
from fraudgraph.backups.sqltext.literals import beside_heads, escapers
from fraudgraph.backups.sqltext.patterns import COPY, DELIMITER, USE, first_words, names_in, patterns_for

__all__ = ["Copy", "Create", "Insert", "Walker"]

_SHORT = 4096
_BLOCK = 1 << 20
_CHARSET = re.compile(rb"(?:SET\s+(?:NAMES|character_set_client\s*=|client_encoding\s*(?:=|TO))|\\encoding)\s*['\"]?([\w-]+)", re.I)  # fmt: skip
_SAVED_CHARSET = re.compile(rb"SET\s+character_set_client\s*=\s*@", re.I)
_SQL_MODE = re.compile(rb"SET\s+(?:SESSION\s+|@@\w*\.?)?(?:@\w+\s*=\s*@@SQL_MODE\s*,\s*)?SQL_MODE\s*=\s*(['\"])(.*?)\1", re.I)  # fmt: skip
_STANDARD_STRINGS = re.compile(rb"SET\s+standard_conforming_strings\s*=\s*'?(on|off)", re.I)
_CONNECT = re.compile(rb"\\c(?:onnect)?\s+(?:-reuse-previous=\w+\s+)?(\S+)")
_PLACEHOLDER = re.compile(rb"VIEW\s+\S+\s+AS\s+SELECT\s+1\s+AS\s", re.I)
"""What a dump makes first in the place of a view, so that other views can name it."""
_COPY_END = b"\n\\.\n"
_COPY_END_DOS = b"\n\\.\r\n"
_QUIET = frozenset(
    ("SET", "USE", "LOCK", "UNLOCK", "DROP", "ALTER", "START", "BEGIN", "COMMIT", "ANALYZE", "COMMENT", "GO", "PRINT", "IF", "END", "CHECKPOINT", "EXIT", "INSERT")
)  # fmt: skip
_QUIET_PAIRS = frozenset(("CREATE DATABASE", "CREATE INDEX", "CREATE SCHEMA", "CREATE UNIQUE", "CREATE SEQUENCE", "CREATE CLUSTERED", "CREATE NONCLUSTERED"))  # fmt: skip
_OBJECTS = ("VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "RULE", "EXTENSION", "TYPE", "DOMAIN", "USER", "ROLE", "SERVER", "POLICY", "AGGREGATE", "OPERATOR", "CAST", "PACKAGE")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows of literals for one table, at `start:end` of the dump.

    `between` is what separates statements inside that stretch: many dumps write one for every row.
    """

    begin: int
    start: int
    end: int
    table: tuple[str, ...]
    columns: tuple[str, ...] | None
    dialect: Dialect
    schema: str
    between: bytes = b""


@dataclass(frozen=True, slots=True)
class Copy:
    """Lines of PostgreSQL's COPY for one table, at `start:end`."""

    begin: int
    start: int
    end: int
    table: tuple[str, ...]
    columns: tuple[str, ...] | None
    dialect: Dialect
    schema: str


@dataclass(frozen=True, slots=True)
class Create:
    """A CREATE TABLE, at `start:end`."""

    start: int
    end: int
    dialect: Dialect
    schema: str


class Walker:
    """Goes over one stretch of a dump.

    Attributes
    ----------
    skipped : Counter of str
        What was met and left alone: views, triggers, client commands …
    broken_at : int or None
        Where the text ends inside a statement.
    """

    def __init__(
        self, text: mmap | bytes, dialect: Dialect, *, start: int = 0, end: int | None = None
    ) -> None:
        self.skipped: Counter[str] = Counter()
        self.broken_at: int | None = None
        self.dialect = dialect
        self.schema = ""
        self._text = text
        self._at = start
        self._end = len(text) if end is None else end
        self._delimiter = b";"
        self._outer_codec = dialect.codec
        self._heads: dict[tuple[bytes, Dialect], tuple[str, ...]] = {}

    @property
    def at(self) -> int:
        """How far it has come, in bytes from the dump's start."""
        return self._at

    def events(self) -> Iterator[Insert | Copy | Create]:
        """What matters, in the dump's order."""
        text = self._text
        while True:
            patterns = patterns_for(self.dialect)
            blank = patterns.blanks.match(text, self._at, self._end)
            assert blank is not None  # it matches the empty string too
            self._at = blank.end()
            if self._at >= self._end:
                return
            if (head := patterns.insert.match(text, self._at, self._end)) is not None:
                yield self._insert(head)
            elif text[self._at] == 92:
                self._client_command()
            elif self.dialect.maker == "postgres" and (copy := COPY.match(text, self._at, self._end)):
                yield self._copy(copy)
            elif (found := DELIMITER.match(text, self._at, self._end)) is not None:
                self._delimiter, self._at = found[1], found.end()
            elif (create := self._other()) is not None:
                yield create

    def _names(self, written: bytes | None) -> tuple[str, ...] | None:
        if written is None:
            return None
        key = (written, self.dialect)
        if key not in self._heads:
            self._heads[key] = names_in(written, self.dialect)
        return self._heads[key]

    def _insert(self, head: re.Match[bytes]) -> Insert:
        begin, start = head.start(), head.end()
        end = self._statement_end(start)
        between = b""
        written = head[0]
        for gap in (b"\n", b"\r\n"):
            if end < self._end and self._text[end : end + len(gap) + len(written)] == gap + written:
                between = b";" + gap + written
                end = self._quoted_end(start, between) or end
                break
        self._at = end
        table = self._names(head[1]) or ()
        return Insert(begin, start, end, table, self._names(head[2]), self.dialect, self.schema, between)

    def _copy(self, head: re.Match[bytes]) -> Copy:
        start = head.end()
        ends = [at for mark in (_COPY_END, _COPY_END_DOS) if (at := self._text.find(mark, start - 1, self._end)) >= 0]  # fmt: skip
        if ends:
            end = min(ends) + 1
            self._at = self._text.find(b"\n", end, self._end) + 1 or self._end
        else:
            end = self._at = self._end
            if bytes(self._text[max(start - 1, end - 3) : end]) != b"\n\\.":
                self.broken_at = start
            else:
                end -= 2
        return Copy(head.start(), start, end, self._names(head[1]) or (), self._names(head[2]), self.dialect, self.schema)  # fmt: skip

    def _client_command(self) -> None:
        line_end = self._text.find(b"\n", self._at, self._end)
        line_end = self._end if line_end < 0 else line_end
        line = bytes(self._text[self._at : min(line_end, self._at + 200)])
        if (found := _CONNECT.match(line)) is not None:
            self.schema = found[1].decode("utf-8", errors="replace").strip("'\"")
        elif (charset := _CHARSET.match(line)) is not None:
            self._set_codec(charset[1])
        elif not line.startswith((b"\\restrict", b"\\unrestrict", b"\\.")):
            self.skipped["client command"] += 1
        self._at = line_end + 1

    def _statement_end(self, start: int) -> int:
        pattern = patterns_for(self.dialect).statement
        short = pattern.match(self._text, start, min(start + _SHORT, self._end))
        if short is not None:
            return short.end()
        end = self._quoted_end(start)
        if end is None:
            whole = pattern.match(self._text, start, self._end)
            end = whole.end() if whole is not None else None
        if end is None:
            self.broken_at = start
            return self._end
        return end

    def _quoted_end(self, start: int, between: bytes = b"") -> int | None:
        """The end of a long run of literals, block by block; None if it holds other kinds of quotes."""
        inside = False
        while start < self._end:
            block = np.frombuffer(self._cut(start), dtype=np.uint8)
            escaping = escapers(block, self.dialect)
            marked = (block == 39) | (block == 59) | (block == 34) | (block == 96)
            if escaping.size:
                marked[escaping + 1] = False
            places = np.flatnonzero(marked)
            found = block[places]
            is_quote = found == 39
            parity = (np.cumsum(is_quote) + inside) & 1
            outside = places[(parity == 0) & ~is_quote]
            if outside.size and between:
                outside = beside_heads(block, outside, between)
            if outside.size:
                first = int(outside[0])
                return start + first + 1 if block[first] == 59 else None
            inside = bool(parity[-1]) if parity.size else inside
            start += block.size
        return None

    def _cut(self, start: int) -> bytes:
        """A block that ends where no character and no escape is cut in two."""
        size = _BLOCK
        while True:
            raw = bytes(self._text[start : min(start + size, self._end)])
            if start + len(raw) >= self._end:
                return raw
            comma = len(raw)
            for _ in range(64):
                comma = raw.rfind(b",", 0, comma)
                if comma < 0:
                    break
                if raw[comma - 1 : comma] != b"\\":
                    return raw[: comma + 1]
            size *= 2

    def _other(self) -> Create | None:
        begin = self._at
        if self._delimiter != b";":
            self._delimited()
            return None
        end = patterns_for(self.dialect).statement.match(self._text, begin, self._end)
        if end is None:
            rest = bytes(self._text[begin : begin + 2000])
            last = self._text.find(b"\n", begin, self._end)
            if first_words(rest).split(" ")[0] not in ("", *_QUIET):
                self.broken_at = begin
            self._at = self._end if last < 0 else last + 1
            return None
        self._at = end.end()
        return self._classify(begin, self._at)

    def _delimited(self) -> None:
        """Bodies of routines: up to their own delimiter, counted by what they begin with."""
        begin = self._at
        found = self._text.find(self._delimiter, begin, self._end)
        self._at = self._end if found < 0 else found + len(self._delimiter)
        self._classify(begin, self._at)

    def _classify(self, begin: int, end: int) -> Create | None:
        text = bytes(self._text[begin : min(end, begin + 2000)])
        words = first_words(text)
        first, pair = words.split(" ")[0], " ".join(words.split(" ")[:2])
        if pair.startswith(("CREATE TABLE", "CREATE UNLOGGED", "CREATE FOREIGN")) and not pair.endswith(
            "FOREIGN"
        ):
            if not text.startswith(b"/*!"):
                return Create(begin, end, self.dialect, self.schema)
            self.skipped["view"] += 1
        elif first == "SET" or b"client_encoding" in text:
            self._settings(text)
        elif first == "USE" and (found := USE.search(text)) is not None:
            self.schema = names_in(found[1], self.dialect)[0]
        elif first not in _QUIET and pair not in _QUIET_PAIRS and words and not _PLACEHOLDER.search(text):
            self._count(words)
        return None

    def _count(self, words: str) -> None:
        parts = words.split(" ")
        if parts[0] in ("CREATE", "REPLACE"):
            kinds = [kind for kind in _OBJECTS if kind in parts]
            self.skipped[kinds[0].lower() if kinds else " ".join(parts[:2]).lower()] += 1
        elif words.startswith("SELECT PG_CATALOG"):
            return
        else:
            self.skipped[f"{parts[0].lower()} statement"] += 1

    def _settings(self, text: bytes) -> None:
        if (mode := _SQL_MODE.search(text)) is not None and self.dialect.maker == "mysql":
            self.dialect = replace(self.dialect, backslash=b"NO_BACKSLASH_ESCAPES" not in mode[2].upper())
        if (standard := _STANDARD_STRINGS.search(text)) is not None:
            self.dialect = replace(self.dialect, backslash=standard[1].lower() == b"off")
        if _SAVED_CHARSET.search(text) is not None:
            self.dialect = replace(self.dialect, codec=self._outer_codec)
        elif (charset := _CHARSET.search(text)) is not None:
            names = re.search(rb"NAMES|encoding", charset[0], re.I) is not None
            self._set_codec(charset[1], outer=names)

    def _set_codec(self, name: bytes, *, outer: bool = True) -> None:
        codec = codec_of(name.decode("ascii", errors="replace"))
        if codec is None:
            return
        self.dialect = replace(self.dialect, codec=codec)
        if outer:
            self._outer_codec = codec
