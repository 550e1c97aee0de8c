"""Where rows and values lie: heaps, forwarding, ghosts, dropped columns, large values, partitions, files."""

import datetime as dt
import struct
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.backups.sqlserver import open_database
from fraudgraph.backups.sqlserver import scsu as reader_scsu
from fraudgraph.backups.sqlserver.sparse import from_vector
from tests.backups.sqlserver.build import (
    LATIN,
    PRC,
    Builder,
    Col,
    biased,
    compressed,
    fixed_var,
    i4,
    i8,
    inline,
    lob_inner,
    lob_record,
    lob_root,
    lob_small,
    place_columns,
    pointer,
    u16,
)  # fmt: skip
from tests.backups.sqlserver.kinds import clock, date3, decimal_fixed
from tests.backups.sqlserver.test_sqlserver_types import read

ID = Col("id", 56)
NAME = Col("name", 231, 60)


def rows_of(cols: list[Col], values: list[list[bytes | None]], **more: int) -> list[bytes]:
    return [fixed_var(place_columns(cols), row, **more) for row in values]


def test_ghosts_stubs_and_empty_slots_are_no_rows_and_a_forwarded_row_is_one(tmp_path: Path) -> None:
    cols = [ID, NAME]
    good, forwarded, ghost = (
        rows_of(cols, [[i4(k), u16(f"row {k}")]], kind=kind)[0] for k, kind in ((1, 0), (2, 1), (3, 6))
    )
    stub = bytes([4]) + struct.pack("<IHH", 99, 1, 0)
    builder = Builder()
    builder.table("t", cols, [[good, stub, forwarded, ghost]], clustered=False, counts=[2])
    builder.finish()
    at = next(key for key, page in builder.pages.items() if page[1] == 1 and good in bytes(page))
    page = builder.pages[at]
    struct.pack_into("<H", page, 22, 5)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == [{"id": 1, "name": "row 1"}, {"id": 2, "name": "row 2"}]
    assert notes == []


def test_compressed_ghosts_and_stubs_are_no_rows(tmp_path: Path) -> None:
    records = [
        compressed([biased(k), u16("张三")], kind=kind) for k, kind in ((1, 0), (2, 3), (3, 2), (4, 4))
    ]
    builder = Builder()
    builder.table("t", [ID, NAME], [records], compression=1, counts=[2])
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert [row["id"] for row in rows] == [1, 4]
    assert notes == []


def test_a_dropped_column_keeps_its_place_and_an_added_one_is_null_in_older_rows(tmp_path: Path) -> None:
    cols = [ID, Col("gone", 127, dropped=True), Col("internal", 127, internal=True), NAME, Col("added", 56)]
    places = place_columns(cols)
    old = fixed_var(places, [i4(1), i8(-1), i8(5), u16("old"), i4(0)], columns=4)
    new = fixed_var(places, [i4(2), i8(0), i8(6), u16("new"), i4(42)])
    builder = Builder()
    builder.table("t", cols, [[old, new]])
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == [{"id": 1, "name": "old", "added": None}, {"id": 2, "name": "new", "added": 42}]
    assert notes == []


@pytest.mark.parametrize("compression", [0, 1])
def test_rows_older_than_a_column_get_the_default_that_the_catalogue_keeps(
    tmp_path: Path, compression: int
) -> None:
    cols = [ID, Col("state", 56), Col("word", 231, 20)]
    places = place_columns(cols)
    if compression:
        records = [compressed([biased(1)]), compressed([biased(2), biased(5), u16("新的")])]
    else:
        records = [
            fixed_var(places, [i4(1), i4(0), u16("")], columns=1), fixed_var(places, [i4(2), i4(5), u16("新的")]),
        ]  # fmt: skip
    builder = Builder()
    builder.table("t", cols, [records], compression=compression)
    rowset = builder.rowsets[-1][0]
    text = bytes([231, 1]) + struct.pack("<HI", 20, PRC) + u16("旧")
    builder.defaults += [(rowset, 2, bytes([56, 1]) + i4(-7)), (rowset, 3, text)]
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == [{"id": 1, "state": -7, "word": "旧"}, {"id": 2, "state": 5, "word": "新的"}]
    assert notes == []


def test_sparse_columns_come_from_the_vector_at_the_end_of_the_record(tmp_path: Path) -> None:
    cols = [
        ID,
        Col("weight", 56, sparse=True),
        Col("word", 231, 40, sparse=True),
        Col("share", 106, prec=9, scale=2, sparse=True),
    ]
    values = [
        [i4(1), i4(70), None, None],
        [i4(2), None, u16("糖尿病"), decimal_fixed(Decimal("1.25"), cols[3])],
        [i4(3), None, None, None],
    ]
    builder = Builder()
    builder.table("t", cols, [rows_of(cols, values)])
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert [tuple(str(v) for v in row.values()) for row in rows] == [
        ("1", "70", "None", "None"), ("2", "None", "糖尿病", "1.25"), ("3", "None", "None", "None"),
    ]  # fmt: skip
    assert notes == []


def test_sparse_columns_read_the_published_example_of_a_vector(tmp_path: Path) -> None:
    """Bytes as in Rasmussen's "Sparse column storage": columns 3 and 6 of a table hold 3 and 1234."""
    raw = bytes.fromhex("0500 0200 0300 0600 1000 1400 03000000 d2040000".replace(" ", ""))
    assert (from_vector(raw, 3), from_vector(raw, 6), from_vector(raw, 4)) == (i4(3), i4(1234), None)


BIG = "病历摘要".encode("gbk") * 5000


def large(builder: Builder) -> list[bytes]:
    """Rows with a text pointer, an inline root over two levels, and a value moved off its row."""
    pieces = [BIG[k : k + 8000] for k in range(0, len(BIG), 8000)]
    links, at = [], 0
    for piece in pieces:
        at += len(piece)
        links.append((at, builder.lob_page([lob_record(3, piece)]), 0))
    inner = builder.lob_page([lob_inner(links)])
    root = builder.lob_page(
        [lob_root(links), lob_small(b"short"), lob_record(8, bytes(8)), lob_root(links, kind=4)]
    )
    over = builder.lob_page([lob_record(3, b"off the row" * 300)])
    cols = [ID, Col("memo", 35, collation=PRC), Col("body", 165, -1), Col("long", 167, 8000, collation=LATIN)]
    values = [
        [i4(1), pointer(root, 0), inline([(len(BIG), inner, 0)]), inline([(3300, over, 0)], 2)],
        [i4(2), pointer(root, 1), b"in the row", b"x"],
        [i4(3), pointer(root, 2), None, b""],
        [i4(4), pointer(root, 3), b"", None],
    ]
    builder.table("t", cols, [rows_of(cols, values)])
    return pieces


def test_large_values_are_followed_through_roots_inner_nodes_and_overflow(tmp_path: Path) -> None:
    builder = Builder(sums=True)
    large(builder)
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    text = BIG.decode("gbk")
    assert [row["memo"] for row in rows] == [text, "short", None, text]
    assert [row["body"] for row in rows] == [BIG, b"in the row", None, b""]
    assert [row["long"] for row in rows] == ["off the row" * 300, "x", "", None]
    assert notes == []


def test_partitions_and_a_second_data_file_are_read_and_a_missing_file_is_named(tmp_path: Path) -> None:
    cols = [ID, NAME]
    builder = Builder()
    parts = [rows_of(cols, [[i4(k), u16(f"name {k}")] for k in range(low, low + 300)]) for low in (0, 300)]
    builder.table("t", cols, parts)
    builder.table("far", cols, [parts[0]], file=3)
    builder.finish()
    main, second = tmp_path / "a.mdf", tmp_path / "b.ndf"
    main.write_bytes(builder.data())
    second.write_bytes(builder.data(3))
    with open_database([main, second]) as database:
        assert sum(batch.num_rows for batch in database.table("t").batches()) == 600
        assert sum(batch.num_rows for batch in database.table("far").batches()) == 300
        assert not any("not given" in note.en for note in database.warnings)
    with open_database(main) as database:
        assert any("Data file 3" in note.en and "数据文件 3" in note.zh for note in database.warnings)
        far = database.table("far")
        assert sum(batch.num_rows for batch in far.batches()) == 0
        assert "not in the files" in far.notes()[0].en


def test_variants_and_small_dates_are_shown_as_the_server_does(tmp_path: Path) -> None:
    cols = [ID, Col("any", 98, 8016), Col("when", 58)]
    text = bytes([231, 1]) + struct.pack("<HI", 100, PRC) + u16("变体")
    latin = bytes([167, 1]) + struct.pack("<HI", 100, LATIN) + "é".encode("cp1252")
    number = bytes([56, 1]) + i4(-7)
    money = bytes([106, 1, 18, 2, 1]) + (1999).to_bytes(8, "little")
    moment = bytes([42, 1, 3]) + clock(1500, 3) + date3(dt.date(2024, 1, 2))
    small = struct.pack("<HH", 61, 45292)
    values = [[i4(k), value, small] for k, value in enumerate((text, latin, number, money, moment, None))]
    builder = Builder()
    builder.table("t", cols, [rows_of(cols, values)])
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert [row["any"] for row in rows] == ["变体", "é", "-7", "19.99", "2024-01-02 00:00:01.500", None]
    assert {row["when"] for row in rows} == {dt.datetime(2024, 1, 3, 1, 1)}
    assert notes == []


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        # UTS 6, section 9: German, Russian, Japanese
        ("d6 6c 20 66 6c 69 65 df 74", "Öl fließt"),
        ("12 9c be c1 ba b2 b0", "Москва"),
        ("41 10", "A"),
    ],
)
def test_scsu_reads_the_examples_of_its_standard(stored: str, meant: str) -> None:
    data = bytes.fromhex(stored)
    data += b"\x10" * (len(data) % 2 == 0)
    shown = reader_scsu.decode(data if stored != "41 10" else b"A").decode("utf-16-le")
    assert shown == meant


def test_what_can_not_be_read_is_named_with_its_reason(tmp_path: Path) -> None:
    cols = [ID, Col("total", 56, status=0x10), Col("letter", 241, -1), Col("file", 165, -1, status=0x20)]
    builder = Builder()
    places = place_columns(cols)
    builder.table("t", cols, [[fixed_var(places, [i4(1), i4(2), b"", b""])]])
    builder.table("column_store", [ID], [[fixed_var(place_columns([ID]), [i4(1)])]], compression=3)
    builder.objects.append((4242, "in_memory", b"U "))
    builder.columns.append((4242, ID, 1))
    builder.finish()
    (tmp_path / "a.mdf").write_bytes(builder.data())
    with open_database(tmp_path / "a.mdf") as database:
        table = database.table("t")
        assert [column.name for column in table.columns] == ["id"]
        said = {name: note.en for name, note in table.skipped}
        assert "formula" in said["total"] and "CAST" in said["letter"] and "FILESTREAM" in said["file"]
        tables = {one.name: one.note for one in database.skipped}
        assert "columnstore" in tables["dbo.column_store"].en and "列存储" in tables["dbo.column_store"].zh
        assert "memory-optimised" in tables["dbo.in_memory"].en
