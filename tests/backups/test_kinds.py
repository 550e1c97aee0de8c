"""Other kinds, the command line and what is refused."""

import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fraudgraph.backups.delivering import as_tables, is_backup
from fraudgraph.backups.opening import open_backup
from fraudgraph.cli.app import app
from fraudgraph.errors import SourceError, UsageError
from tests.waiting import wait_until

SHARED = Path(__file__).parents[3] / "shared" / "data" / "backups"


def lite(path: Path) -> Path:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE fee (id INTEGER, name TEXT, amount REAL)")
        made.executemany("INSERT INTO fee VALUES (?, ?, ?)", [(1, "张三", 1.5), (2, None, 2.0)])
        made.execute("CREATE VIEW v AS SELECT 1")
    made.close()
    return path


def test_sqlite_gives_its_base_tables(tmp_path: Path) -> None:
    with open_backup([lite(tmp_path / "a.bak")]) as opened:
        (table,) = opened.database.tables()
        assert [row for batch in table.batches() for row in batch.to_pylist()] == [
            {"id": 1, "name": "张三", "amount": 1.5},
            {"id": 2, "name": None, "amount": 2.0},
        ]
        assert (table.row_count, dict(opened.database.skipped)) == (2, {"view": 1})


def test_a_damaged_sqlite_file_is_one_sentence(tmp_path: Path) -> None:
    path = lite(tmp_path / "a.db")
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000)
    with pytest.raises(SourceError, match="damaged"):
        open_backup([path])


def fox(path: Path, *, memo: bool) -> Path:
    """Two records of Visual FoxPro: the second with nulls, by the flags behind the fields."""

    def field(name: bytes, letter: bytes, at: int, width: int, decimals: int, flags: int) -> bytes:
        return (
            name.ljust(11, b"\0")
            + letter
            + struct.pack("<I", at)
            + bytes([width, decimals, flags])
            + b"\0" * 13
        )

    fields = [field(b"NAME", b"C", 1, 8, 0, 2), field(b"AMT", b"N", 9, 10, 2, 2), field(b"DAY", b"D", 19, 8, 0, 2), field(b"NOTE", b"M", 27, 4, 0, 2), field(b"_NullFlags", b"0", 31, 1, 0, 5)]  # fmt: skip
    head = (
        bytes([0x30, 124, 3, 1])
        + struct.pack("<IHH", 2, 32 + 5 * 32 + 1 + 263, 32)
        + b"\0" * 17
        + b"\x7a"
        + b"\0\0"
    )
    first = (
        b" "
        + "张三".encode("gbk").ljust(8)
        + b"     12.50"
        + b"20240301"
        + struct.pack("<I", 1 if memo else 0)
        + b"\x00"
    )
    second = b" " + b" " * 8 + b"      0.00" + b" " * 8 + b"\0" * 4 + b"\x0f"
    path.write_bytes(head + b"".join(fields) + b"\x0d" + b"\0" * 263 + first + second + b"\x1a")
    if memo:
        text = "备注".encode("gbk")
        path.with_suffix(".FPT").write_bytes(
            struct.pack(">IHH", 2, 0, 64).ljust(64, b"\0") + struct.pack(">II", 1, len(text)) + text
        )
    return path


def test_visual_foxpro_knows_null_from_zero(tmp_path: Path) -> None:
    with open_backup([fox(tmp_path / "fee.dbf", memo=True)]) as opened:
        (table,) = opened.database.tables()
        rows = [row for batch in table.batches() for row in batch.to_pylist()]
    assert rows == [
        {"NAME": "张三", "AMT": Decimal("12.50"), "DAY": date(2024, 3, 1), "NOTE": "备注"},
        {"NAME": None, "AMT": None, "DAY": None, "NOTE": None},
    ]


def test_a_missing_memo_file_is_asked_for(tmp_path: Path) -> None:
    with open_backup([fox(tmp_path / "fee.dbf", memo=False)]) as opened:
        assert "memo file" in opened.database.warnings[0].en


XML = """<?xml version="1.0"?>
<mysqldump xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><database name="h">
<table_structure name="fee"><field Field="id" Type="int(11)" Null="NO" /><field Field="name" Type="varchar(20)" Null="YES" /></table_structure>
<table_data name="fee"><row><field name="id">1</field><field name="name">a&lt;b</field></row><row><field name="id">2</field><field name="name" xsi:nil="true" /></row></table_data>
</database></mysqldump>"""


def test_xml_dumps_are_streamed_and_entities_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml"
    path.write_text(XML, encoding="utf-8")
    with open_backup([path]) as opened:
        (table,) = opened.database.tables()
        assert [row for batch in table.batches() for row in batch.to_pylist()] == [
            {"id": 1, "name": "a<b"},
            {"id": 2, "name": None},
        ]
    path.write_text(
        XML.replace("<mysqldump", '<!DOCTYPE x [<!ENTITY a "aaaa">]><mysqldump', 1), encoding="utf-8"
    )
    with pytest.raises(SourceError, match="entities"):
        open_backup([path])


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"MSSQLBAK" + b"\0" * 600, "NO_COMPRESSION"),
        (b"SQLUBRMEDHEAD" + b"\0" * 600, "OF DEL"),
        (b"XBSTCK01" + b"\0" * 600, "xbstream"),
        (b"PGDMP\x01\x63\x00" + b"\0" * 600, "pg_restore"),
        (b"just text\n" * 30, "no backup of a kind"),
    ],
)
def test_what_is_not_read_says_what_to_ask_for(tmp_path: Path, head: bytes, said: str) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes(head)
    with pytest.raises((SourceError, UsageError), match=said) as told:
        open_backup([path])
    assert told.value.message_zh


def test_read_writes_parquet_and_a_manifest_and_never_over_what_is_there(tmp_path: Path) -> None:
    path, out = lite(tmp_path / "a.db"), tmp_path / "out"
    done = CliRunner().invoke(app, ["backups", "read", str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (table,) = manifest["tables"]
    assert (table["rows_read"], table["source_rows"], table["agrees"]) == (2, 2, True)
    assert pq.read_table(out / table["file"]).column("name").to_pylist() == ["张三", None]
    with pytest.raises(UsageError, match="exists"):
        CliRunner().invoke(app, ["backups", "read", str(path), "--out", str(out)], catch_exceptions=False)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.db", "out"]


def test_a_delivered_backup_becomes_parquet_files(tmp_path: Path) -> None:
    path = lite(tmp_path / "a.db")
    plain = tmp_path / "fee.csv"
    plain.write_text("id,name\n1,a\n", encoding="utf-8")
    assert (is_backup(path), is_backup(plain)) == (True, False)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (made,) = as_tables(path, scratch)
    assert pq.read_table(made).num_rows == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a kill that no program survives")
def test_a_killed_reader_leaves_no_folder_behind(tmp_path: Path) -> None:
    path = lite(tmp_path / "a.db")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = f"import sys, time\nfrom pathlib import Path\nfrom fraudgraph.backups.opening import open_backup\nopened = open_backup([Path({str(path)!r})], scratch=Path({str(scratch)!r}))\nprint('open', flush=True)\ntime.sleep(3600)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    assert list(scratch.iterdir()) != []
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    wait_until(lambda: not list(scratch.iterdir()))


@pytest.mark.skipif(not SHARED.is_dir(), reason="public sample files are not here")
def test_a_script_of_northwind_and_a_data_pump_file() -> None:
    with open_backup([SHARED / "northwind_truth.sql"]) as opened:
        counts = {
            table.name: sum(batch.num_rows for batch in table.batches()) for table in opened.database.tables()
        }
    assert (counts["Order Details"], counts["Orders"], counts["Customers"]) == (2155, 830, 91)
    with pytest.raises(SourceError, match="Data Pump"):
        open_backup([SHARED / "oracle_expdp_scott.dmp"])
