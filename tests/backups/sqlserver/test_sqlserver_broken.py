"""Broken and hostile files end in counted losses or one sentence; they never crash, hang or fill the memory."""

import struct
from pathlib import Path

import pytest

from fraudgraph.backups.sqlserver import open_database
from fraudgraph.errors import SourceError
from tests.backups.sqlserver import fuzz
from tests.backups.sqlserver.build import (
    PAGE,
    Builder,
    Col,
    Symbol,
    compressed,
    fixed_var,
    i4,
    information,
    place_columns,
    u16,
)
from tests.backups.sqlserver.test_sqlserver_types import read


def test_some_hundred_broken_copies_are_read_refused_or_told_as_losses(tmp_path: Path) -> None:
    base = fuzz.bases()
    ends = {"read": 0, "losses": 0, "refused": 0}
    for name, _, data in fuzz.broken_copies(200, 7, base):
        end, rows, size = fuzz.read_through(data, tmp_path, Path(name).suffix)
        ends[end] += 1
        assert rows < len(data) and size < 100 * len(data)
    assert ends["losses"] > 20 and ends["refused"] > 10 and ends["read"] > 10, ends


def test_the_unbroken_files_are_read_without_a_word(tmp_path: Path) -> None:
    for name, data in fuzz.bases().items():
        end, rows, _ = fuzz.read_through(data, tmp_path, Path(name).suffix)
        assert (end, rows > 250) == ("read", True)


def test_values_that_run_in_circles_or_nowhere_are_lost_and_counted(tmp_path: Path) -> None:
    rows, notes = read(tmp_path / "a.mdf", fuzz.looping_lob(), "lobs")
    assert [(row["memo"], row["body"]) for row in rows] == [(None, None), (None, None)]
    assert "4 values stored off their row" in notes[0]


def small() -> Builder:
    cols = [Col("id", 56), Col("name", 231, 60)]
    builder = Builder()
    builder.table("t", cols, [[fixed_var(place_columns(cols), [i4(k), u16(f"n{k}")]) for k in range(50)]])
    builder.finish()
    return builder


def data_page(builder: Builder) -> bytearray:
    return next(page for page in builder.pages.values() if page[1] == 1 and u16("n49") in bytes(page))


def test_an_allocation_chain_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    builder = small()
    for (file, number), page in builder.pages.items():
        if page[1] == 10:
            struct.pack_into("<IH", page, 16, number, file)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert len(rows) == 50
    assert "run in a circle" in notes[0]


def test_slots_that_all_point_at_one_record_do_not_multiply_it(tmp_path: Path) -> None:
    builder = small()
    page = data_page(builder)
    struct.pack_into("<H", page, 22, 2000)
    for slot in range(2000):
        struct.pack_into("<H", page, PAGE - 2 * (slot + 1), 96)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == []
    assert "contradict themselves" in " ".join(notes)


def test_lengths_and_slots_beyond_the_page_lose_their_rows_only(tmp_path: Path) -> None:
    builder = small()
    page = data_page(builder)
    first, second = (struct.unpack_from("<H", page, PAGE - 2 * k)[0] for k in (1, 2))
    struct.pack_into("<H", page, first + 2, 0x7FF0)
    struct.pack_into("<H", page, PAGE - 6, 8190)
    struct.pack_into("<H", page, second + 13, 0x7FFF)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert [row["id"] for row in rows] == list(range(3, 50))
    assert "3 records point outside" in notes[0]


def test_a_dictionary_that_would_blow_up_its_page_is_left_out(tmp_path: Path) -> None:
    cols = [Col(f"c{k}", 167, 8000) for k in range(900)]
    info = information(None, [b"x" * 5000])
    builder = Builder()
    builder.table("t", cols, [[compressed([Symbol(0)] * 900)]], compression=2, info=info)
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == []
    assert "records" in notes[0]


@pytest.mark.parametrize("where", [612, 616, 1])
def test_a_boot_page_that_points_nowhere_is_refused_in_one_sentence(tmp_path: Path, where: int) -> None:
    builder = small()
    builder.pages[1, 9][where] = 0xEE
    (tmp_path / "a.mdf").write_bytes(builder.data())
    with pytest.raises(SourceError) as caught:
        open_database(tmp_path / "a.mdf")
    assert str(caught.value).count("\n") == 0
