"""Microsoft's sample databases, where the shared folder is present: every cell against the script that makes them."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.backups.sqlserver import open_database
from fraudgraph.errors import SourceError

PLACES = [parent / "shared" / "data" / "backups" for parent in Path(__file__).resolve().parents]
SHARED = next((place for place in PLACES if place.is_dir()), PLACES[-1])
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample files are not here")

VALUE = re.compile(r"\s*(N?'(?:[^']|'')*'|0x[0-9A-Fa-f]*|NULL|[-+0-9.eE]+)\s*([,)])")
HEAD = re.compile(r'INSERT\s+(?:INTO\s+)?"?([A-Za-z ]+?)"?\s*(?:\(([^)]*)\))?\s*VALUES\s*\(', re.I)


def script() -> str:
    return (SHARED / "northwind_truth.sql").read_bytes().decode("utf-8", "replace")


def truth() -> dict[str, list[tuple[list[str], list[str]]]]:
    """Rows of each table as the script states them: names of columns and literals."""
    text = script()
    out: dict[str, list[tuple[list[str], list[str]]]] = {}
    for head in HEAD.finditer(text):
        names = [part.strip().strip('"') for part in (head[2] or "").split(",") if part.strip()]
        at, values, end = head.end(), [], ","
        while end == ",":
            found = VALUE.match(text, at)
            assert found, text[at : at + 80]
            values.append(found[1])
            end, at = found[2], found.end()
        out.setdefault(head[1].strip(), []).append((names, values))
    return out


def meant(literal: str, found: object) -> object:  # noqa: PLR0911  # one line a type
    """A literal as the type that was read."""
    if literal == "NULL":
        return None
    if literal.startswith("0x"):
        return bytes.fromhex(literal[2:])
    text = literal.removeprefix("N")
    text = text[1:-1].replace("''", "'") if text.startswith("'") else text
    if isinstance(found, dt.datetime):
        month, day, year = text.split("/")
        return dt.datetime(int(year), int(month), int(day))
    if isinstance(found, bool):
        return bool(int(text))
    if isinstance(found, Decimal):
        return Decimal(text)
    if isinstance(found, float):
        return float(text)
    return int(text) if isinstance(found, int) else text


def same(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return abs(found - expected) < 1e-7
    if isinstance(found, str) and isinstance(expected, str):
        return found.rstrip(" ").replace("\r\n", "") == expected.rstrip(" ").replace("\r\n", "")
    return found == expected


@pytest.mark.parametrize("name", ["northwind_2005.bak", "northwnd_2008.mdf"])
def test_every_cell_of_northwind_is_what_its_script_says(name: str) -> None:
    cells, wrong = 0, []
    with open_database(SHARED / name) as database:
        for title, rows in truth().items():
            table = database.table(title)
            read = [row for batch in table.batches() for row in batch.to_pylist()]
            assert table.losses.notes() == []
            assert len(read) == len(rows) == table.row_count, title
            names = [column.name for column in table.columns]
            keys = 2 if title in ("Order Details", "EmployeeTerritories") else 1
            found = {tuple(str(row[key]).strip() for key in names[:keys]): row for row in read}
            for given, values in rows:
                stated = dict(zip(given or names, values, strict=True))
                key = tuple(str(stated[key]).removeprefix("N").strip("'").strip() for key in names[:keys])
                for column, literal in stated.items():
                    cells += 1
                    value = found[key][column]
                    if not same(value, meant(literal, value)):
                        wrong.append((title, key, column, value, literal[:60]))
    assert wrong == [], wrong[:12]
    assert cells > 24_000


def test_every_table_of_pubs_has_the_rows_that_the_file_itself_counts() -> None:
    with open_database(SHARED / "pubs_2008.mdf") as database:
        tables = database.tables()
        assert len(tables) == 11
        for table in tables:
            assert sum(batch.num_rows for batch in table.batches()) == table.row_count
            assert table.notes() == []


def test_one_stripe_of_two_is_refused_and_named() -> None:
    with pytest.raises(SourceError, match="stripe 1 of 2") as caught:
        open_database(SHARED / "northwind_stripe_of_two.bak")
    assert "2 个条带中的第 1 个" in caught.value.message_zh


def test_a_backup_says_when_it_was_made_and_that_its_log_is_not_replayed() -> None:
    with open_database(SHARED / "northwind_2005.bak") as database:
        assert str(database.version) == "SQL Server 2005 (611)"
        assert database.made_at == dt.datetime(2011, 9, 17, 13, 29, 56)
        assert any("not replayed" in note.en and "不重放" in note.zh for note in database.warnings)
