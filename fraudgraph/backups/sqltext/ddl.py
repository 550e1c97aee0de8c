"""CREATE TABLE read for its columns: names, declared types, code pages. Nothing else of it is used."""

from __future__ import annotations

import re
from pathlib import Path

from fraudgraph.backups.form import Column
from fraudgraph.backups.sqltext.dialect import CODE_PAGES, Dialect
from fraudgraph.backups.sqltext.patterns import IDENTIFIER, names_in
from fraudgraph.backups.sqltext.walking import Create, Walker
from fraudgraph.errors import SourceError

__all__ = ["create_text", "read_create"]

_HEAD = re.compile(
    rb"(?:/\*!\d+\s*)?CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL\s+|LOCAL\s+)?TEMPORARY\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(%(i)s(?:\s*\.\s*%(i)s)*+)\s*\("
    % {b"i": IDENTIFIER},
    re.I,
)
_PIECE = re.compile(rb"'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"]|\"\")*+\"|`(?:[^`]|``)*+`|\[[^\]]*+\]|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/|[(),]|[^'\"`\[(),\-/]++|.", re.S)  # fmt: skip
_NOT_COLUMNS = frozenset(("PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "CHECK", "FOREIGN", "PERIOD", "EXCLUDE", "LIKE"))  # fmt: skip
_TYPE = re.compile(
    r"\s*(?:\[?\w+\]?\.)?\[?(double\s+precision|character\s+varying|timestamp(?:\s*\(\d+\))?\s+with(?:out)?\s+time\s+zone|time(?:\s*\(\d+\))?\s+with(?:out)?\s+time\s+zone|\"?\w+\"?)\]?"
    r"\s*(\([^)]*\))?(\s*\[\])*(\s+unsigned)?",
    re.I,
)
_CHARSET = re.compile(r"(?:CHARACTER\s+SET|CHARSET)\s*=?\s*(\w+)", re.I)
_COLLATE = re.compile(r"COLLATE\s*=?\s*([a-z0-9]+)_", re.I)
_GENERATED = re.compile(
    r"\bGENERATED\s+ALWAYS\s+AS\s*\(|\bAS\s*\(.*\)\s*(?:VIRTUAL|STORED|PERSISTENT|PERSISTED)", re.I | re.S
)
_NO_TEXT = frozenset(("int", "bigint", "smallint", "tinyint", "mediumint", "decimal", "numeric", "date", "datetime", "timestamp", "float", "double", "real", "integer", "bytea", "blob", "longblob", "mediumblob", "tinyblob", "binary", "varbinary", "boolean", "bit", "time", "money", "image", "year"))  # fmt: skip


def read_create(statement: bytes, dialect: Dialect) -> tuple[tuple[str, ...], tuple[Column, ...]] | None:
    """The table's dotted name and its columns; None if there is no list of columns.

    Columns that the server computes are kept: a dump that leaves them out names the others.
    """
    head = _HEAD.match(statement)
    if head is None:
        return None
    name = names_in(head[1], dialect)
    parts, tail = _definitions(statement[head.end() :])
    default = _charset(_plain(tail, dialect)) or ("utf8" if dialect.maker == "postgres" else None)
    columns = []
    for part in parts:
        column = _column(part, dialect, default)
        if column is not None:
            columns.append(column)
    return name, tuple(columns)


def _definitions(body: bytes) -> tuple[list[bytes], bytes]:
    parts: list[bytes] = []
    depth, here = 0, bytearray()
    for match in _PIECE.finditer(body):
        piece = match[0]
        if piece[:2] in (b"--", b"/*"):
            continue
        if piece == b"(":
            depth += 1
        elif piece == b")":
            if depth == 0:
                parts.append(bytes(here))
                return parts, body[match.end() :]
            depth -= 1
        elif piece == b"," and depth == 0:
            parts.append(bytes(here))
            here = bytearray()
            continue
        here += piece
    parts.append(bytes(here))
    return parts, b""


def _plain(raw: bytes, dialect: Dialect) -> str:
    for codec in ("utf-8", dialect.codec):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def _charset(text: str) -> str | None:
    found = _CHARSET.search(text) or _COLLATE.search(text)
    return found[1].lower() if found is not None and found[1].lower() in CODE_PAGES else None


def _column(part: bytes, dialect: Dialect, default: str | None) -> Column | None:
    part = part.strip()
    quoted = re.match(rb"`(?:[^`]|``)*+`|\"(?:[^\"]|\"\")*+\"|\[[^\]]*+\]", part)
    bare = re.match(rb"[\w$\x80-\xff@#]+", part)
    found = quoted or bare
    if found is None or (quoted is None and found[0].decode("latin-1").upper() in _NOT_COLUMNS):
        return None
    names = names_in(found[0], dialect)
    rest = re.sub(r"'(?:[^'\\]|\\.|'')*'", "''", _plain(part[found.end() :], dialect))
    kind = _TYPE.match(rest)
    if kind is None:
        return Column(name=names[0], type="text", code_page=default)
    words = " ".join(kind[1].lower().replace('"', "").split())
    words = re.sub(r"\s*\(\d+\)", "", words)
    arguments = re.sub(r"\s+", "", kind[2] or "")
    if kind[3]:
        declared = f"{words}{arguments}[]"
    else:
        declared = f"{words}{arguments}{' unsigned' if kind[4] or ' unsigned' in rest.lower() else ''}"
    holds_text = words not in _NO_TEXT and not words.startswith(("timestamp", "double", "time "))
    return Column(name=names[0], type=declared, code_page=(_charset(rest) or default) if holds_text else None)


def create_text(path: Path) -> str:
    """The one CREATE TABLE of a small file; nothing else of it is passed on.

    Raises
    ------
    SourceError
        If the file holds no CREATE TABLE.
    """
    dialect = Dialect("mysql", backslash=True)
    walker = Walker(path.read_bytes(), dialect)
    statement = next((event for event in walker.events() if isinstance(event, Create)), None)
    raw = path.read_bytes()
    if statement is None:
        raise SourceError(
            f"{path.name} holds no CREATE TABLE. Give the one that made the table.",
            f"{path.name} 中没有 CREATE TABLE 语句。请提供该表的建表语句。",
        )
    return raw[statement.start : statement.end].decode("utf-8")
