"""Every type in every form of record; the files are made from the specification, not by a server."""

from pathlib import Path

import pytest

from fraudgraph.backups.sqlserver import open_database
from tests.backups.sqlserver import kinds
from tests.backups.sqlserver.build import Builder, Symbol, compressed, fixed_var, information, place_columns


def read(path: Path, data: bytes, name: str = "t") -> tuple[list[dict[str, object]], list[str]]:
    path.write_bytes(data)
    with open_database(path) as database:
        table = database.table(name)
        rows = [row for batch in table.batches() for row in batch.to_pylist()]
        return rows, [note.en for note in table.notes()]


def made(records: list[bytes], compression: int, info: bytes = b"", sums: bool = False) -> bytes:
    builder = Builder(sums=sums)
    builder.table("t", kinds.COLUMNS, [records], compression=compression, info=info)
    builder.finish()
    return builder.data()


@pytest.mark.parametrize("compression", [0, 1])
def test_every_type_comes_out_as_it_was_put_in(tmp_path: Path, compression: int) -> None:
    places = place_columns(kinds.COLUMNS)
    if compression:
        records = [
            compressed([kinds.tight(c, v) for c, v in zip(kinds.COLUMNS, row, strict=True)])
            for row in kinds.ROWS
        ]
    else:
        records = [
            fixed_var(places, [kinds.loose(c, v) for c, v in zip(kinds.COLUMNS, row, strict=True)])
            for row in kinds.ROWS
        ]
    rows, notes = read(tmp_path / "a.mdf", made(records, compression, sums=True))
    for found, row in zip(rows, kinds.ROWS, strict=True):
        for name, value in kinds.expected(row).items():
            assert found[name] == value, name
    assert ["1 times lost their seventh digit" in note for note in notes] == [True]


def test_a_page_with_anchor_and_dictionary_gives_the_values_they_stand_for(tmp_path: Path) -> None:
    cols = [
        kinds.Col("id", 56),
        kinds.Col("name", 167, 40, collation=kinds.LATIN),
        kinds.Col("town", 231, 40),
    ]
    builder = Builder()
    info = information([None, b"Hospital North", None], [b"\x09East", kinds.scsu("Harbour")])
    records = [
        compressed([kinds.biased(1), b"", Symbol(1)]),
        compressed([kinds.biased(2), Symbol(0), Symbol(1)]),
        compressed([kinds.biased(3), b"\x00Dr", kinds.scsu("城关")]),
        compressed([kinds.biased(4), b"\x0e ward", None]),
        compressed([kinds.biased(5), None, b""]),
    ]
    builder.table("t", cols, [records], compression=2, info=info)
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    assert rows == [
        {"id": 1, "name": "Hospital North", "town": "Harbour"},
        {"id": 2, "name": "Hospital East", "town": "Harbour"},
        {"id": 3, "name": "Dr", "town": "城关"},
        {"id": 4, "name": "Hospital North ward", "town": None},
        {"id": 5, "name": None, "town": ""},
    ]
    assert notes == []


def test_more_than_thirty_columns_are_found_over_their_clusters(tmp_path: Path) -> None:
    cols = [kinds.Col(f"c{k}", 167, 40, collation=kinds.LATIN) for k in range(200)]
    values = [None if k % 7 == 0 else b"x" * (k % 13) for k in range(200)]
    builder = Builder()
    builder.table("t", cols, [[compressed(values)] * 3], compression=1)
    builder.finish()
    rows, notes = read(tmp_path / "a.mdf", builder.data())
    stated = {f"c{k}": None if v is None else v.decode() for k, v in enumerate(values)}
    assert rows == [stated] * 3
    assert notes == []
