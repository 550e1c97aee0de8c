"""An id looked for in every file under a folder, however the file is packed: text, Parquet, workbooks, archives, databases."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mmap
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.store import DATABASE_NAME, Store

__all__ = ["files_with", "stands_in", "whole_id"]

_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
_CLOSED = (b"7z\xbc\xaf\x27\x1c", b"Rar!")
"""Archives that can't be looked into without unpacking them to disk."""
_DUCKDB_MARK = slice(8, 12)
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    ValueError,
    OSError,
)


def whole_id(person: str) -> str:
    """A regular expression for an id that is not a part of a longer one."""
    return rf"(?<![0-9A-Za-z]){re.escape(person)}(?![0-9A-Za-z])"


def files_with(root: Path, person: str, store: Store) -> list[Path]:
    """Files under a folder in which an id stands, in order.

    Parameters
    ----------
    root : Path
        The folder; hidden files are looked into too.
    person : str
        The id. Ids of few digits are found in amounts as well.
    store : Store
        To look into DuckDB files with.
    """
    own = store.folder / DATABASE_NAME
    found = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and path != own]
    return sorted(path for path in found if _in_file(path, person, store))


def stands_in(data: bytes, person: str) -> bool | None:
    """Whether an id stands in a file's bytes, packed or not; None if they can't be looked into."""
    if any(_pattern(person, name).search(data) for name in _ENCODINGS):
        return True
    if data.startswith(_CLOSED):
        return None
    try:
        answers = [stands_in(inner, person) for inner in _inside(data)]
    except _BROKEN:
        return None
    return True if True in answers else None if None in answers else False


def _pattern(person: str, encoding: str) -> re.Pattern[bytes]:
    if encoding.startswith("utf-16"):
        return re.compile(re.escape(person.encode(encoding)))
    return re.compile(rb"(?<![0-9A-Za-z])" + re.escape(person.encode(encoding)) + rb"(?![0-9A-Za-z])")


def _inside(data: bytes) -> Iterator[bytes]:
    """What is packed in a file's bytes, nothing if it isn't packed."""
    for mark, open_up in _PACKED.items():
        if data.startswith(mark):
            yield open_up(data)
            return
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.infolist():
                yield archive.read(one)
    elif data.startswith(b"PAR1"):
        yield str(pq.read_table(io.BytesIO(data)).to_pydict()).encode()
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
            for member in bundle:
                part = bundle.extractfile(member)
                if part is not None:
                    yield part.read()


def _in_file(path: Path, person: str, store: Store) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    if head[_DUCKDB_MARK] == b"DUCK":
        return _in_duckdb(path, person, store)
    if head.startswith(b"SQLite format 3"):
        return _in_sqlite(path, person)
    if head.startswith(b"PAR1"):
        found = store.one(
            "SELECT count(*) FROM read_parquet($path) AS t WHERE regexp_matches(CAST(t AS VARCHAR), $pattern)",
            path=str(path), pattern=_of_duckdb(person),
        )  # fmt: skip
        return bool(found[0])
    if not head:
        return False
    if head.startswith((*_PACKED, b"PK\x03\x04")) or path.suffix == ".tar":
        return stands_in(path.read_bytes(), person) is True
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(_pattern(person, name).search(data) for name in _ENCODINGS)


def _in_duckdb(path: Path, person: str, store: Store) -> bool:
    store.run(f"ATTACH {literal(str(path))} AS looked_into (READ_ONLY)")
    try:
        tables = store.rows(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'looked_into' ORDER BY ALL"
        )
        return any(
            store.one(
                f'SELECT count(*) FROM looked_into."{schema}"."{table}" AS t WHERE regexp_matches(CAST(t AS VARCHAR), $pattern)',
                pattern=_of_duckdb(person),
            )[0]
            for schema, table in tables
        )
    finally:
        store.run("DETACH looked_into")


def _of_duckdb(person: str) -> str:
    """The whole id as DuckDB's regular expressions have it, which look neither back nor ahead."""
    return f"(^|[^0-9A-Za-z]){re.escape(person)}($|[^0-9A-Za-z])"


def _in_sqlite(path: Path, person: str) -> bool:
    pattern = re.compile(whole_id(person))
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return any(
            pattern.search(str(row)) for name in tables for row in base.execute(f'SELECT * FROM "{name}"')
        )
    finally:
        base.close()
