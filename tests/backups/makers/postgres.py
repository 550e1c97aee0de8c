"""PostgreSQL: dumps in every form and data folders, by the programs of one major version."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backups.makers import content
from tests.backups.makers.content import Made, Row

_KIND = "PostgreSQL"
_NOBODY = 65534
_TABLES = """CREATE TABLE fee (id integer PRIMARY KEY, name varchar(60), code char(8), amount numeric(18,2), day date, at timestamp, note text, picture bytea, big bigint);
CREATE TABLE "科室" ("编号" integer, "名称" varchar(60));
CREATE VIEW v AS SELECT id FROM fee;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := ';'; RETURN NEW; END $$;
"""
_TRIGGER = "CREATE TRIGGER t BEFORE INSERT ON fee FOR EACH ROW EXECUTE PROCEDURE f();\n"
_FORMS: dict[str, tuple[str, ...]] = {
    "plain": (), "custom": ("-Fc",), "tar": ("-Ft",), "folder": ("-Fd",), "inserts": ("--inserts",),
    "named inserts": ("--column-inserts",), "custom, not packed": ("-Fc", "-Z0"), "clean, create": ("--clean", "--create", "--if-exists"),
    "data and schema apart": ("--section=pre-data", "--section=data"), "quoted": ("--quote-all-identifiers",),
}  # fmt: skip
_CHINESE_FORMS = ("plain", "inserts", "custom")


def programs() -> Path | None:
    """Debian's newest folder of programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


class Server:
    """A server of one version on a folder of its own; it runs as a user without rights where we are root."""

    def __init__(self, programs_of: Path, folder: Path) -> None:
        self.data, self._folder, self._programs = folder / "data", folder, programs_of
        folder.mkdir(parents=True, exist_ok=True)
        self._user = {"user": _NOBODY, "group": _NOBODY} if os.geteuid() == 0 else {}
        if self._user:
            os.chown(folder, _NOBODY, _NOBODY)
            for one in folder.parents:
                if one.stat().st_uid == 0 and one.is_relative_to("/tmp") and one != Path("/tmp"):
                    one.chmod(one.stat().st_mode | 0o011)
        self._run("initdb", "-D", str(self.data), "-U", "p", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off -c max_connections=8 -c shared_buffers=8MB"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self._folder / "log"), "-o", options, "start")  # fmt: skip

    def stop(self) -> None:
        """Shut it down in order."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def do(self, statements: str, database: str = "postgres") -> None:
        """Run statements."""
        client = shutil.which("psql") or str(self._programs / "psql")
        subprocess.run(
            [client, "-h", self._folder, "-U", "p", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
            input=statements.encode(), check=True, capture_output=True, env={**os.environ, "PGCLIENTENCODING": "UTF8"},
        )  # fmt: skip

    def dump(self, database: str, path: Path, *options: str) -> None:
        """Have pg_dump write a file or folder."""
        program = self._programs / "pg_dump"
        subprocess.run(
            [program, "-h", self._folder, "-U", "p", "-f", path, *options, database],
            check=True,
            capture_output=True,
        )

    def _run(self, program: str, *arguments: str) -> None:
        ended = subprocess.run(
            [self._programs / program, *arguments], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            cwd=self._folder, **self._user,
        )  # fmt: skip
        if ended.returncode:
            raise RuntimeError(f"{program} ended with {ended.returncode}: {ended.stderr!r}")


@contextmanager
def server(programs_of: Path, folder: Path) -> Iterator[Server]:
    """A started server, stopped at the end."""
    one = Server(programs_of, folder)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def literal(value: object) -> str:
    """A value in SQL, texts and blobs by their bytes."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f"convert_from('\\x{value.encode().hex()}', 'UTF8')"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return f"'{value}'"


def fill(tables: dict[str, list[Row]]) -> str:
    """The two tables with a view, a function and a trigger."""
    parts = [_TABLES]
    for name, rows in tables.items():
        parts += [
            f'INSERT INTO "{name}" VALUES ({",".join(literal(one) for one in row.values())});\n'
            for row in rows
        ]
    return f"BEGIN;\n{''.join(parts)}{_TRIGGER}COMMIT;\n"


def dumps(folder: Path, count: int, seed: int, programs_of: Path) -> Iterator[Made]:
    """Every form, then forms in GBK and the data folder of the server once it is shut down."""
    major, tables, chinese = (
        _major(programs_of),
        content.tables(count, seed),
        content.tables(count, seed, "gbk"),
    )
    with server(programs_of, folder / "server") as running:
        running.do("CREATE DATABASE his; CREATE DATABASE his_gbk;")
        running.do(fill(tables), "his")
        running.do(fill(chinese), "his_gbk")
        for form, options in _FORMS.items():
            path = folder / f"{form.replace(' ', '_').replace(',', '')}.dump"
            running.dump("his", path, *options)
            yield Made(_KIND, f"{major} {form}", (path,), tables)
        packed = folder / "plain.sql.gz"
        packed.write_bytes(gzip.compress((folder / "plain.dump").read_bytes()))
        yield Made(_KIND, f"{major} plain, packed", (packed,), tables)
        for form in _CHINESE_FORMS:
            path = folder / f"gbk_{form}.dump"
            running.dump("his_gbk", path, "-E", "GBK", *_FORMS[form])
            yield Made(_KIND, f"{major} {form}, GBK", (path,), chinese)
        running.do("DROP DATABASE his_gbk;")
    yield Made(_KIND, f"{major} data folder", (running.data,), tables)


def data_folder(folder: Path, count: int, seed: int, programs_of: Path) -> Iterator[Made]:
    """Only the data folder, for versions that come without pg_dump."""
    tables = content.tables(count, seed)
    with server(programs_of, folder / "server") as running:
        running.do(fill(tables))
    yield Made(_KIND, f"{_major(programs_of)} data folder", (running.data,), tables)


def _major(programs_of: Path) -> str:
    said = subprocess.run(
        [programs_of / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return said.split()[2].split(".")[0]
