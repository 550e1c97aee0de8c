"""Firebird databases and gbak backups, by the embedded engine of one version in a process of its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.backups.makers import content
from tests.backups.makers.content import Made

_KIND = "Firebird"
_INSIDE = """
import pickle, sys
from pathlib import Path
from firebird.driver import SrvBackupFlag, connect_server, create_database, driver_config
root, folder, charset, rows, second = pickle.load(sys.stdin.buffer)
driver_config.fb_client_library.value = root + "/libfbclient.so.2"
file = folder + "/his.fdb"
with create_database(file, user="SYSDBA", charset="UTF8", overwrite=True, page_size=8192, db_sql_dialect=3) as made:
    big = "BIGINT"
    made.execute_immediate(f'CREATE TABLE FEE (ID INTEGER NOT NULL PRIMARY KEY, NAME VARCHAR(60) CHARACTER SET {charset}, CODE CHAR(8) CHARACTER SET {charset}, AMOUNT NUMERIC(18,2), "DAY" DATE, "AT" TIMESTAMP, NOTE BLOB SUB_TYPE 1 CHARACTER SET {charset}, PICTURE BLOB, BIG {big})')
    made.execute_immediate(f'CREATE TABLE "{second[0]}" ("{second[1]}" INTEGER, "{second[2]}" VARCHAR(60) CHARACTER SET UTF8)')
    made.execute_immediate("CREATE VIEW V AS SELECT ID FROM FEE")
    made.commit()
    with made.cursor() as cursor:
        cursor.executemany("INSERT INTO FEE VALUES (?,?,?,?,?,?,?,?,?)", rows)
        cursor.executemany(f'INSERT INTO "{second[0]}" VALUES (?,?)', second[3])
    made.commit()
    made.execute_immediate("CREATE TRIGGER T FOR FEE BEFORE INSERT AS BEGIN NEW.CODE = 'no'; END")
    made.commit()
with connect_server("", user="SYSDBA") as server:
    for name, flags in (("transportable", SrvBackupFlag.NONE), ("not transportable", SrvBackupFlag.NON_TRANSPORTABLE)):
        server.database.backup(database=file, backup=f"{folder}/{name.replace(' ', '_')}.fbk", flags=flags)
        server.wait()
"""


def files(folder: Path, count: int, seed: int, home: Path, version: str, charset: str = "UTF8") -> Iterator[Made]:  # fmt: skip
    """A database file and two forms of gbak's backup."""
    folder.mkdir(parents=True, exist_ok=True)
    codec = {"UTF8": "utf-8", "GBK": "gbk"}[charset]
    tables = content.tables(count, seed, codec)
    root = _laid_out(folder / "engine", home / "firebird" / "embedded" / "runtime")
    second = [content.DEPARTMENT, *content.DEPARTMENT_COLUMNS, [tuple(one.values()) for one in content.DEPARTMENTS]]  # fmt: skip
    asked = (str(root), str(folder), charset, [tuple(row.values()) for row in tables["fee"]], second)
    subprocess.run(
        [sys.executable, "-c", _INSIDE], input=pickle.dumps(asked), check=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(home), "FIREBIRD": str(root), "FIREBIRD_LOCK": str(folder), "FIREBIRD_TMP": str(folder), "LD_LIBRARY_PATH": str(root)},
    )  # fmt: skip
    for file in ("his.fdb", "transportable.fbk", "not_transportable.fbk"):
        yield Made(_KIND, f"{version} {charset} {file.replace('_', ' ')}", (folder / file,), tables)


def _laid_out(root: Path, runtime: Path) -> Path:
    root.mkdir()
    for one in runtime.iterdir():
        if one.name not in ("firebird.conf", "firebird.log"):
            (root / one.name).symlink_to(one)
    maths = sorted(Path("/lib").glob("*-linux-gnu/libtommath.so.1"))
    if maths and not (root / "libtommath.so.0").exists():
        (root / "libtommath.so.0").symlink_to(maths[0])
    return root
