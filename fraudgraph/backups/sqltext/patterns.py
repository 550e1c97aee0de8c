"""The byte patterns of SQL text, one set per way of writing; possessive, so no input makes them slow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fraudgraph.backups.sqltext.dialect import Dialect

__all__ = ["COPY", "DELIMITER", "FIRST_WORDS", "IDENTIFIER", "USE", "Patterns", "first_words", "names_in", "patterns_for"]  # fmt: skip

_PAIR = rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]"
IDENTIFIER = rb"(?:`(?:[^`]|``)*+`|\"(?:[^\"]|\"\")*+\"|\[[^\]]*+\]|[\w$\x80-\xff@#]++)"
_PAIRED_IDENTIFIER = (
    rb"(?:`(?:%(p)s|[^`]|``)*+`|\"(?:%(p)s|[^\"]|\"\")*+\"|\[(?:%(p)s|[^\]])*+\]|(?:%(p)s|[\w$\x80-\xff@#])++)"
    % {b"p": _PAIR}
)
_COMMENT = rb"/\*(?:[^*]++|\*(?!/))*+\*/"
COPY = re.compile(rb"COPY\s+(%(i)s(?:\.%(i)s)*+)\s*(?:\(([^)]*+)\)\s*)?FROM\s+stdin\b[^;\n]*+;[^\n]*+\n" % {b"i": IDENTIFIER}, re.I)  # fmt: skip
DELIMITER = re.compile(rb"DELIMITER[ \t]+(\S+)[^\n]*+(?:\n|\Z)", re.I)
USE = re.compile(rb"USE\s+(%(i)s)" % {b"i": IDENTIFIER}, re.I)
FIRST_WORDS = re.compile(rb"[A-Za-z_]+(?:\s+[A-Za-z_]+){0,5}")
_IDENTIFIER = re.compile(IDENTIFIER)
_PAIRED = re.compile(_PAIRED_IDENTIFIER)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled for one way of writing.

    Parameters
    ----------
    blanks : pattern
        White space and comments that mean nothing.
    insert : pattern
        The head of an INSERT up to its first row: groups are the table and the list of columns.
    statement : pattern
        From anywhere outside strings to the end of the statement.
    cell : pattern
        One value inside a row's brackets, with the comma or bracket that ends it.
    """

    blanks: re.Pattern[bytes]
    insert: re.Pattern[bytes]
    statement: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    identifier: re.Pattern[bytes]


@cache
def patterns_for(dialect: Dialect) -> Patterns:
    """The patterns that fit a dialect."""
    paired = dialect.backslash_can_trail
    identifier = _PAIRED_IDENTIFIER if paired else IDENTIFIER
    escape = rb"|\\." if dialect.backslash else b""
    stop = rb"\x5c" if dialect.backslash else b""
    if paired:
        plain = rb"[\x00-\x26\x28-\x5b\x5d-\x80]++|(?:%s)++|[\x80-\xff]" % _PAIR
        plain += b"" if dialect.backslash else rb"|\x5c"
    else:
        plain = rb"[^'%s]++" % stop
    single = rb"'(?:%s%s|'')*+'" % (plain, escape)
    double = rb"\"(?:[^\"%s]++%s|\"\")*+\"" % (stop, escape)
    back = rb"`(?:%s[^`])*+`" % (_PAIR + b"|" if paired else b"")
    strings = b"|".join((single, double, back))
    if dialect.maker == "postgres":
        strings += rb"|\$(\w*+)\$(?:[^$]++|\$(?!\1\$))*+\$\1\$"
    marks = rb"[/\-#$\\*]"
    statement = rb"(?:[^'\"`;/\-#$\\]++|%s|/\*(?![!M])(?:[^*]++|\*(?!/))*+\*/|--[ \t\r\n][^\n]*+|%s)*+;" % (
        strings,
        marks,
    )
    inner = rb"[^'\"()]++|%s" % b"|".join((single, double))
    nested = rb"\((?:%s)*+\)" % inner
    for _ in range(3):
        nested = rb"\((?:%s|%s)*+\)" % (inner, nested)
    cell = rb"\s*+((?:[^'\"(),]++|%s|%s|%s)*+)([,)])" % (single, double, nested)
    hash_comment = rb"|#[^\n]*+" if dialect.maker == "mysql" else b""
    blanks = rb"(?:\s++|;|--[^\n]*+%s|/\*(?!!)(?:[^*]++|\*(?!/))*+\*/)*+" % hash_comment
    insert = (
        rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*+(?:INTO\s+)?(%(i)s(?:\s*\.\s*%(i)s)*+)\s*"
        rb"(?:\(\s*(%(i)s\s*(?:,\s*%(i)s\s*)*+)\)\s*)?(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES?\s*(?=\()"
    ) % {b"i": identifier}
    return Patterns(
        blanks=re.compile(blanks),
        insert=re.compile(insert, re.I),
        statement=re.compile(statement, re.S),
        cell=re.compile(cell, re.S),
        identifier=_PAIRED if paired else _IDENTIFIER,
    )


def first_words(statement: bytes) -> str:
    """What a statement begins with, in capitals; marks of conditional comments and their versions are left out."""
    plain = re.sub(rb"/\*M?!\d*|\*/|" + _COMMENT, b" ", statement[:2000])
    plain = re.sub(rb"DEFINER\s*=\s*\S+|SQL\s+SECURITY\s+\w+|ALGORITHM\s*=\s*\w+|OR\s+REPLACE|UNIQUE|TEMPORARY", b" ", plain, flags=re.I)  # fmt: skip
    found = FIRST_WORDS.search(plain)
    return " ".join(found[0].decode("ascii").upper().split()) if found else ""


def names_in(written: bytes, dialect: Dialect) -> tuple[str, ...]:
    """Identifiers in a dotted or comma-separated list, without their quotes."""
    names = []
    for match in patterns_for(dialect).identifier.finditer(written):
        raw = match[0]
        if raw[:1] in (b"`", b'"'):
            raw = raw[1:-1].replace(raw[:1] * 2, raw[:1])
        elif raw[:1] == b"[":
            raw = raw[1:-1]
        names.append(_decoded(raw, dialect.codec))
    return tuple(names)


def _decoded(raw: bytes, codec: str) -> str:
    for one in (codec, "utf-8", "gb18030"):
        try:
            return raw.decode(one)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")
