"""Backups: where pages lie in a tape, and which tapes are refused."""

import datetime as dt
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudgraph.backups.sqlserver import open_database
from fraudgraph.errors import SourceError
from tests.backups.sqlserver.build import EXTENT, PAGE, Builder, Col, fixed_var, i4, place_columns, u16
from tests.backups.sqlserver.test_sqlserver_types import read

COLS = [Col("id", 56), Col("name", 231, 60)]


def built(*, sums: bool = False, rows: int = 2000) -> Builder:
    builder = Builder(sums=sums)
    records = [fixed_var(place_columns(COLS), [i4(k), u16(f"病人 {k}")]) for k in range(rows)]
    builder.next_extent[1] = 40  # extents 2 to 39 are free: a backup leaves them out
    builder.table("t", COLS, [records])
    builder.finish()
    return builder


def test_pages_are_placed_by_the_allocation_map_even_where_their_headers_lie(tmp_path: Path) -> None:
    builder = built()
    target = next(
        key for key, page in builder.pages.items() if page[1] == 1 and u16("病人 1777") in bytes(page)
    )
    struct.pack_into("<I", builder.pages[target], 32, 17)
    rows, notes = read(tmp_path / "a.bak", builder.tape())
    assert [row["id"] for row in rows] == list(range(2000))
    assert notes == []


def test_extents_written_again_replace_those_written_before(tmp_path: Path) -> None:
    builder = built()
    target = next(
        key for key, page in builder.pages.items() if page[1] == 1 and u16("病人 1777") in bytes(page)
    )
    first = target[1] // EXTENT * EXTENT
    page = builder.pages[target]
    page[:] = bytes(page).replace(u16("病人 1777"), u16("病人 XXXX"))
    second = b"".join(bytes(builder.pages.get((1, first + k), bytes(PAGE))) for k in range(EXTENT))
    rows, notes = read(tmp_path / "a.bak", built().tape(second=second))
    assert [row["name"] for row in rows] == [f"病人 {'XXXX' if k == 1777 else k}" for k in range(2000)]
    assert notes == []


def with_extents(builder: Builder, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """A tape whose first region's extents were changed."""
    whole, size = builder.region, EXTENT * PAGE

    def changed(file: int) -> bytes:
        data = whole(file)
        return b"".join(change([data[k : k + size] for k in range(0, len(data), size)]))

    builder.region = changed  # type: ignore[method-assign]
    return builder.tape()


def test_an_extent_freed_while_the_backup_ran_does_not_shift_those_after_it(tmp_path: Path) -> None:
    stray = bytearray(EXTENT * PAGE)
    for slot in range(EXTENT):
        stray[slot * PAGE : slot * PAGE + 2] = b"\x01\x01"
        struct.pack_into("<IH", stray, slot * PAGE + 32, 20 * EXTENT + slot, 1)
    rows, notes = read(
        tmp_path / "a.bak", with_extents(built(), lambda found: [found[0], bytes(stray), *found[1:]])
    )
    assert [row["id"] for row in rows] == list(range(2000))
    assert notes == []


def test_an_extent_missing_from_the_backup_loses_its_own_rows_only(tmp_path: Path) -> None:
    builder = built(rows=6000)
    target = next(
        key for key, page in builder.pages.items() if page[1] == 1 and u16("病人 1777") in bytes(page)
    )

    def without(found: list[bytes]) -> list[bytes]:
        return [one for one in found if bytes(builder.pages[target]) not in one]

    rows, notes = read(tmp_path / "a.bak", with_extents(builder, without))
    assert 3000 < len(rows) < 5000
    assert "not in the files" in notes[0]


@pytest.mark.parametrize("joined", [False, True])
def test_a_tape_with_several_data_files_is_read_whether_they_share_a_stream_or_not(
    tmp_path: Path, joined: bool
) -> None:
    builder = Builder()
    records = [fixed_var(place_columns(COLS), [i4(k), u16(f"病人 {k}")]) for k in range(2000)]
    builder.table("near", COLS, [records])
    builder.table("far", COLS, [records], file=3)
    builder.finish()
    for name in ("near", "far"):
        rows, notes = read(tmp_path / "a.bak", builder.tape(joined=joined), name)
        assert [row["id"] for row in rows] == list(range(2000))
        assert notes == []


def test_a_database_of_sql_server_2000_is_refused(tmp_path: Path) -> None:
    builder = Builder(version=539)
    builder.table("t", COLS, [[fixed_var(place_columns(COLS), [i4(1), u16("x")])]])
    builder.finish()
    assert "SQL Server 2000" in str(refused(tmp_path / "a.mdf", builder.data()))


def test_a_backup_says_when_it_was_made_and_by_which_version(tmp_path: Path) -> None:
    (tmp_path / "a.bak").write_bytes(built().tape())
    with open_database(tmp_path / "a.bak") as database:
        assert database.kind == "sqlserver-bak"
        assert database.made_at == dt.datetime(2024, 5, 17, 8, 30, 15)
        assert (database.version.internal, database.version.product) == (957, "2022")
        assert database.name == "clinic"


def refused(path: Path, data: bytes) -> SourceError:
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        open_database(path)
    assert "请" in caught.value.message_zh
    return caught.value


def test_compressed_striped_differential_and_foreign_files_are_refused_with_what_to_ask_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.bak"
    assert "NO_COMPRESSION" in str(refused(path, b"MSSQLBAK" + bytes(5000)))
    assert "stripe 2 of 3" in str(refused(path, built().tape(stripes=3, stripe=2)))
    assert "differential" in str(refused(path, built().tape(attributes=8)))
    assert "neither a data file" in str(refused(path, b"PGDMP" + bytes(9000)))
    assert "is empty" in str(refused(path, b""))


def test_a_tape_with_every_second_extent_is_called_a_stripe_even_if_it_does_not_say_so(
    tmp_path: Path,
) -> None:
    builder = built()
    whole = builder.region

    def half(file: int) -> bytes:
        data = whole(file)
        size = EXTENT * PAGE
        return b"".join(data[k : k + size] for k in range(0, len(data), 2 * size))

    builder.region = half  # type: ignore[method-assign]
    assert "one stripe of a set" in str(refused(tmp_path / "a.bak", builder.tape()))


def test_an_encrypted_stream_is_refused(tmp_path: Path) -> None:
    data = bytearray(built().tape())
    at = data.index(b"MQDA")
    struct.pack_into("<H", data, at + 16, 1)
    assert "ENCRYPTION" in str(refused(tmp_path / "a.bak", bytes(data)))


def test_pages_that_are_encrypted_are_said_to_be_so(tmp_path: Path) -> None:
    builder = built()
    noise = bytes((k * k * 31 + k * 7) % 251 for k in range(PAGE - 96))
    for (_, number), page in builder.pages.items():
        if number not in (0, 1, 2, 3, 6, 7, 9):
            page[96:] = noise
    assert "TDE" in str(refused(tmp_path / "a.mdf", builder.data()))


def test_a_log_file_beside_the_data_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.mdf").write_bytes(built().data())
    log = bytearray(4 * PAGE)
    log[0:2] = b"\x01\x0f"
    (tmp_path / "a.ldf").write_bytes(bytes(log))
    with open_database([tmp_path / "a.mdf", tmp_path / "a.ldf"]) as database:
        assert any("log file" in note.en for note in database.warnings)
        assert sum(batch.num_rows for batch in database.table("t").batches()) == 2000


def test_damaged_pages_are_told_by_their_checksum(tmp_path: Path) -> None:
    builder = built(sums=True)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert (len(rows), notes) == (2000, [])
    target = next(
        key for key, page in builder.pages.items() if page[1] == 1 and u16("病人 1777") in bytes(page)
    )
    builder.pages[target][4000] ^= 1
    _, notes = read(tmp_path / "a.mdf", builder.data())
    assert "1 pages fail their own checksum" in notes[0]


def test_torn_page_bits_are_put_back(tmp_path: Path) -> None:
    builder = built()
    for page in builder.pages.values():
        word = 2
        for sector in range(1, 16):
            at = sector * 512 + 511
            word |= (page[at] & 3) << (2 * sector)
            page[at] = page[at] & 0xFC | 2
        page[5] |= 1
        struct.pack_into("<I", page, 60, word)
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == [{"id": k, "name": f"病人 {k}"} for k in range(2000)]
    assert notes == []
