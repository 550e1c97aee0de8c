"""MariaDB: dumps in every style, XML, data folders, loose table files; by Debian's own programs."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backups.makers import content
from tests.backups.makers.content import Made, Row

NEEDED = ("mariadbd", "mariadb", "mariadb-dump", "mariadb-install-db")
_KIND = "MariaDB"
_TABLE = """CREATE TABLE `fee` (`id` int(11) NOT NULL, `name` varchar(60) DEFAULT NULL COMMENT 'it''s; (a) 注', `code` char(8) DEFAULT NULL, `amount` decimal(18,2) DEFAULT NULL,
`day` date DEFAULT NULL, `at` datetime DEFAULT NULL, `note` mediumtext DEFAULT NULL, `picture` longblob DEFAULT NULL, `big` bigint(20) DEFAULT NULL{key}) ENGINE={engine}"""
_SECOND = "CREATE TABLE `科室` (`编号` int NOT NULL, `名称` varchar(60){key}) ENGINE={engine}"
_STYLES: dict[str, tuple[str, ...]] = {
    "default": (),
    "hex, one row a statement": ("--hex-blob", "--skip-extended-insert"),
    "named columns": ("--complete-insert",),
    "no options": ("--skip-opt",),
    "replace": ("--replace",),
    "insert ignore": ("--insert-ignore", "--order-by-primary"),
    "ansi": ("--compatible=ansi",),
    "unquoted names": ("--skip-quote-names",),
    "no comments": ("--compact",),
    "delayed": ("--delayed-insert", "--skip-add-locks", "--no-tablespaces"),
    "triggers and routines": ("--routines", "--events", "--triggers"),
    "tz off": ("--skip-tz-utc", "--single-transaction", "--flush-logs"),
}
_GBK_STYLES = ("default", "hex, one row a statement", "named columns", "ansi")


def missing() -> list[str]:
    """Programs that are not here."""
    return [
        name for name in NEEDED if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None
    ]


class Server:
    """One server on a folder of its own, reached by its socket."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self._socket = folder / "s"
        user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--auth-root-authentication-method=normal", "--skip-test-db", *user],
            check=True, capture_output=True,
        )  # fmt: skip
        self._arguments = [
            shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self._socket}", "--skip-networking", "--skip-grant-tables",
            f"--pid-file={folder / 'pid'}", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4", "--performance-schema=0", *user,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            self._arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            asked = subprocess.run(
                ["mariadb", "--no-defaults", "-S", self._socket, "-e", "SELECT 1"],
                capture_output=True,
                check=False,
            )
            if asked.returncode == 0:
                return
            time.sleep(0.1)
        raise TimeoutError("MariaDB did not start")

    def stop(self) -> None:
        """Shut it down in order, so that its files are whole."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=120)
            self._process = None

    def do(self, statements: str) -> None:
        """Run statements."""
        subprocess.run(
            ["mariadb", "--no-defaults", "-S", self._socket, "--default-character-set=utf8mb4", "--max-allowed-packet=256M"],
            input=statements.encode(), check=True, capture_output=True,
        )  # fmt: skip

    def dump(self, database: str, *options: str) -> bytes:
        """What mariadb-dump writes."""
        return subprocess.run(
            ["mariadb-dump", "--no-defaults", "-S", self._socket, *options, database], check=True, capture_output=True
        ).stdout  # fmt: skip


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A started server, stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    one = Server(folder)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def literal(value: object) -> str:
    """A value in SQL, texts by their bytes, so that no quoting of ours can be wrong."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f"CONVERT(X'{value.encode().hex()}' USING utf8mb4)"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return f"'{value}'"


def fill(table: str, rows: list[Row]) -> str:
    """INSERTs of rows."""
    parts = []
    for first in range(0, len(rows), 100):
        cells = ",".join(
            f"({','.join(literal(one) for one in row.values())})" for row in rows[first : first + 100]
        )
        parts.append(f"INSERT INTO `{table}` VALUES {cells};\n")
    return "".join(parts)


def database(
    name: str, tables: dict[str, list[Row]], *, engine: str = "InnoDB", charset: str = "utf8mb4", key: bool = True
) -> str:  # fmt: skip
    """A database with the two tables, a view and a trigger."""
    mark = "PRIMARY KEY"
    ending = f" DEFAULT CHARSET={charset};\n"
    first = _TABLE.format(key=f", {mark} (`id`)" if key else "", engine=engine) + ending
    second = _SECOND.format(key=f", {mark} (`编号`)" if key else "", engine=engine) + ending
    return (
        f"CREATE DATABASE `{name}` CHARACTER SET {charset}; USE `{name}`;\n{first}{second}"
        + fill("fee", tables["fee"])
        + fill(content.DEPARTMENT, tables[content.DEPARTMENT])
        + "CREATE VIEW `v` AS SELECT id FROM fee;\nCREATE TRIGGER `t` BEFORE INSERT ON `fee` FOR EACH ROW SET NEW.note = 'no';\n"
    )


def dumps(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """Dumps of one database in UTF-8 and one in GBK, in every style."""
    texts = {
        charset: content.tables(count, seed, codec)
        for charset, codec in (("utf8mb4", "utf-8"), ("gbk", "gbk"))
    }
    with server(folder / "server") as running:
        for charset, tables in texts.items():
            running.do(database(charset, tables, charset=charset))
            for style, options in _STYLES.items():
                if charset == "gbk" and style not in _GBK_STYLES:
                    continue
                made = running.dump(charset, f"--default-character-set={charset}", *options)
                yield _file(folder, f"{charset}, {style}", ".sql", made, tables)
        plain, tables = running.dump("utf8mb4", "--databases"), texts["utf8mb4"]
        for ending, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
            yield _file(folder, f"packed {ending}", f".sql{ending}", pack(plain), tables)
        yield _file(folder, "XML, hex", ".xml", running.dump("utf8mb4", "--xml", "--hex-blob"), tables)
        crossed = running.dump("gbk", "--default-character-set=utf8mb4")
        yield _file(folder, "GBK tables, UTF-8 dump", ".sql", crossed, texts["gbk"])


def _file(folder: Path, name: str, ending: str, data: bytes, tables: dict[str, list[Row]]) -> Made:
    path = folder / f"{name.replace(' ', '_').replace(',', '')}{ending}"
    path.write_bytes(data)
    return Made(_KIND, f"dump: {name}", (path,), tables)


_ENGINES = {
    "innodb": "InnoDB ROW_FORMAT=DYNAMIC",
    "redundant": "InnoDB ROW_FORMAT=REDUNDANT",
    "compact": "InnoDB ROW_FORMAT=COMPACT",
    "compressed": "InnoDB ROW_FORMAT=COMPRESSED",
    "myisam": "MyISAM",
    "aria": "Aria TRANSACTIONAL=0",
}


def files(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """The data folder of a server that was shut down, and single tables' files taken out of it."""
    tables = content.tables(count, seed)
    running = Server(_new(folder / "server"))
    running.start()
    try:
        for name, engine in _ENGINES.items():
            running.do(database(name, tables, engine=engine, key=name != "redundant"))
        created = {name: running.dump(name, "--no-data", "--skip-triggers") for name in _ENGINES}
    finally:
        running.stop()
    for name in _ENGINES:
        kept = running.data.with_name(f"of_{name}")
        shutil.copytree(running.data, kept, ignore=shutil.ignore_patterns(*(set(_ENGINES) - {name})))
        yield Made(_KIND, f"data folder: {name}", (kept,), tables)
    for name in ("innodb", "redundant", "compact", "compressed"):
        loose = _new(folder / f"loose_{name}")
        shutil.copyfile(running.data / name / "fee.ibd", loose / "fee.ibd")
        (loose / "fee.sql").write_bytes(created[name])
        yield Made(_KIND, f"loose .ibd: {name}", (loose / "fee.ibd",), {"fee": tables["fee"]})
    for name, without in (("myisam", ""), ("myisam", ".MYI"), ("aria", "")):
        loose = _new(folder / f"loose_{name}{without}")
        for one in (running.data / name).glob("fee.*"):
            if one.suffix not in (without, ".TRG"):
                shutil.copyfile(one, loose / one.name)
        title = f"loose {name}{f' without {without}' if without else ''}"
        yield Made(_KIND, title, (loose,), {"fee": tables["fee"]})


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
