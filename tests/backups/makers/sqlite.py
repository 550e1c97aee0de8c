"""SQLite by Python's own library: both encodings, a write-ahead log that was never taken in."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tests.backups.makers import content
from tests.backups.makers.content import Made, Row

_KIND = "SQLite"
_TABLES = """CREATE TABLE fee (id INTEGER PRIMARY KEY, name TEXT, code TEXT, amount TEXT, day TEXT, at TEXT, note TEXT, picture BLOB, big INTEGER);
CREATE TABLE "科室" ("编号" INTEGER, "名称" TEXT);
CREATE VIEW v AS SELECT load_extension('x');
"""


def _held(row: Row) -> Row:
    """SQLite knows no decimals and no dates: they are kept as text."""
    return {
        name: str(value) if name in ("amount", "day", "at") and value is not None else value
        for name, value in row.items()
    }


def _filled(path: Path, tables: dict[str, list[Row]], pragma: str) -> sqlite3.Connection:
    made = sqlite3.connect(path)
    made.execute(pragma)
    made.executescript(_TABLES)
    for name, rows in tables.items():
        marks = ",".join("?" * len(rows[0]))
        made.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [tuple(row.values()) for row in rows])
    made.commit()
    return made


def files(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """UTF-8, UTF-16, packed, and a copy with its log beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: [_held(row) for row in rows] for name, rows in content.tables(count, seed).items()}
    for encoding in ("UTF-8", "UTF-16le", "UTF-16be"):
        path = folder / f"{encoding}.bak"
        _filled(path, tables, f"PRAGMA encoding = '{encoding}'").close()
        yield Made(_KIND, encoding, (path,), tables)
    packed = folder / "packed.gz"
    packed.write_bytes(gzip.compress((folder / "UTF-8.bak").read_bytes()))
    yield Made(_KIND, "packed", (packed,), tables)
    living = _filled(folder / "living.db", tables, "PRAGMA journal_mode = WAL")
    for ending in ("", "-wal"):
        shutil.copyfile(folder / f"living.db{ending}", folder / f"copied.db{ending}")
    living.close()
    yield Made(_KIND, "write-ahead log", (folder / "copied.db",), tables)
