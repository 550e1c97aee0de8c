"""Broken copies of small SQL Server files: a seeded mutation of bases made from the specification.

A reader must answer each with rows, counted losses or one SourceError, in bounded time and memory.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fraudgraph.backups.sqlserver import open_database
from fraudgraph.errors import SourceError
from tests.backups.sqlserver import kinds
from tests.backups.sqlserver.build import (
    LATIN,
    PAGE,
    PRC,
    Builder,
    Col,
    Off,
    Symbol,
    biased,
    compressed,
    fixed_var,
    i4,
    information,
    inline,
    lob_inner,
    lob_record,
    lob_root,
    lob_small,
    place_columns,
    pointer,
    u16,
)  # fmt: skip

SHARED = ("northwind_2005.bak", "northwnd_2008.mdf", "pubs_2008.mdf")
EXTREMES = (0, 1, 2, 0x60, 0x7FFF, 0x8000, 0xFFFF, 0x1FFF, 0x2000)


def _lob_table(builder: Builder) -> None:
    data = "病历摘要".encode("gbk") * 3000
    pieces = [data[k : k + 8000] for k in range(0, len(data), 8000)]
    links, at = [], 0
    for piece in pieces:
        at += len(piece)
        links.append((at, builder.lob_page([lob_record(3, piece)]), 0))
    inner = builder.lob_page([lob_inner(links)])
    root = builder.lob_page([lob_root(links), lob_small(b"short"), lob_record(8, bytes(8))])
    cols = [Col("id", 56), Col("memo", 35, collation=PRC), Col("body", 165, -1)]
    rows = [[i4(k), pointer(root, k % 3), inline([(len(data), inner, 0)])] for k in range(12)]
    builder.table("lobs", cols, [[fixed_var(place_columns(cols), row) for row in rows]])


def _plain_rows() -> list[list[object]]:
    """The rows of every type, but for the one time whose seventh digit is told as a loss."""
    at = kinds.NAMES.index("at7")
    return [
        [(value[0], 10) if k == at and value else value for k, value in enumerate(row)] for row in kinds.ROWS
    ]


def bases() -> dict[str, bytes]:
    """Small files that hold every structure the reader knows."""
    builder = Builder()
    places = place_columns(kinds.COLUMNS)
    loose = [
        fixed_var(places, [kinds.loose(c, v) for c, v in zip(kinds.COLUMNS, row, strict=True)])
        for row in _plain_rows()
    ]
    tight = [
        compressed([kinds.tight(c, v) for c, v in zip(kinds.COLUMNS, row, strict=True)])
        for row in _plain_rows()
    ]
    builder.table("loose", kinds.COLUMNS, [loose * 20, loose])
    builder.table("tight", kinds.COLUMNS, [tight * 20], compression=1)
    two = [Col("id", 56), Col("name", 167, 40, collation=LATIN)]
    info = information([None, b"Hospital North"], [b"\x09East", b"\x00South"])
    packed = [compressed([biased(k), Symbol(k % 2) if k % 3 else b""]) for k in range(100)]
    builder.table("packed", two, [packed], compression=2, info=info)
    sparse = [Col("id", 56), Col("weight", 56, sparse=True), Col("word", 231, 40, sparse=True)]
    rows = [[i4(k), i4(k) if k % 2 else None, u16("词") if k % 3 else None] for k in range(50)]
    builder.table("sparse", sparse, [[fixed_var(place_columns(sparse), row) for row in rows]])
    variant = [Col("id", 56), Col("any", 98, 8016), Col("when", 58)]
    values = [
        [i4(k), bytes([231, 1]) + struct.pack("<HI", 100, PRC) + u16("变体"), i4(k << 16)] for k in range(20)
    ]
    builder.table("variant", variant, [[fixed_var(place_columns(variant), row) for row in values]])
    _lob_table(builder)
    builder.finish()
    return {"made.mdf": builder.data(), "made.bak": builder.tape()}


def shared_bases() -> dict[str, bytes]:
    """Microsoft's samples, where the shared folder is present."""
    places = [parent / "shared" / "data" / "backups" for parent in Path(__file__).resolve().parents]
    found = next((place for place in places if place.is_dir()), None)
    return {} if found is None else {name: (found / name).read_bytes() for name in SHARED}


def _word(data: bytearray, at: int, value: int) -> None:
    if 0 <= at < len(data) - 2:
        struct.pack_into("<H", data, at, value & 0xFFFF)


def mutate(base: bytes, rng: np.random.Generator) -> bytes:
    """A broken copy."""
    data = bytearray(base)
    shift = 0 if data[:2] == b"\x01\x0f" else int(base.find(b"MQDA")) + 24
    pages = (len(data) - shift) // PAGE
    live = [k for k in range(pages) if data[shift + k * PAGE] == 1]
    for _ in range(int(rng.integers(1, 9))):
        page = shift + int(rng.choice(live)) * PAGE
        kind = int(rng.integers(0, 11))
        extreme = int(rng.choice(EXTREMES))
        if kind == 0:
            data[page + int(rng.integers(0, 96))] = int(rng.integers(0, 256))
        elif kind == 1:
            _word(data, page + PAGE - 2 * int(rng.integers(1, 40)), extreme)
        elif kind == 2:
            _word(data, page + 22, int(rng.choice((0, 1, 2000, 2698, 2699, 4048, 65535))))
        elif kind == 3:
            _word(data, page + 96 + int(rng.integers(0, 300)), extreme)
        elif kind == 4:
            data[page + int(rng.integers(0, PAGE))] ^= 1 << int(rng.integers(0, 8))
        elif kind == 5:
            other = shift + int(rng.choice(live)) * PAGE
            data[page : page + PAGE] = data[other : other + PAGE]
        elif kind == 6:
            data[page : page + PAGE] = rng.bytes(PAGE) if rng.random() < 0.5 else bytes(PAGE)
        elif kind == 7:
            struct.pack_into("<IH", data, page + 16, int(rng.integers(0, pages + 2)), 1)
        elif kind == 8:
            begin = int(rng.integers(0, PAGE - 16))
            data[page + begin : page + begin + 8] = rng.bytes(8)
        elif kind == 9:
            at = int(rng.integers(0, min(len(data), 8192) - 4))
            data[at : at + 4] = rng.bytes(4)
        elif rng.random() < 0.2:
            del data[int(rng.integers(1, len(data))) :]
            break
    return bytes(data)


def broken_copies(count: int, seed: int, base: dict[str, bytes]) -> Iterator[tuple[str, int, bytes]]:
    """Name of the base, number and bytes of each broken copy."""
    names = sorted(base)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        name = names[number % len(names)]
        yield name, number, mutate(base[name], rng)


def read_through(data: bytes, folder: Path, suffix: str) -> tuple[str, int, int]:
    """Read a whole file: how it ended (read, losses, refused), rows and bytes of Arrow."""
    path = folder / f"broken{suffix}"
    path.write_bytes(data)
    rows = size = 0
    try:
        with open_database(path) as database:
            lost = bool(database.skipped)
            for table in database.tables():
                for batch in table.batches():
                    batch.validate()
                    rows += batch.num_rows
                    size += batch.nbytes
                lost |= bool(table.notes())
    except SourceError as error:
        assert error.message_en and error.message_zh
        return "refused", rows, size
    return "losses" if lost else "read", rows, size


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for broken copies."""
    return tempfile.TemporaryDirectory(prefix="fraudgraph-fuzz-")


def looping_lob() -> bytes:
    """A file whose large values run in circles: a root that names itself, an inner node that names its root."""
    builder = Builder()
    page = builder.new_page(1, 3)
    root = lob_root([(8000, page, 0)])
    builder.fill(page, [root, lob_inner([(10, page, 2)]), lob_inner([(10, page, 1)])])
    cols = [Col("id", 56), Col("memo", 35, collation=PRC), Col("body", 165, -1)]
    rows = [
        [i4(1), pointer(page, 0), inline([(10, page, 1)])],
        [i4(2), pointer((1, 9999), 0), Off(b"\x04" + bytes(23))],
    ]
    builder.table("lobs", cols, [[fixed_var(place_columns(cols), row) for row in rows]])
    builder.finish()
    return builder.data()
