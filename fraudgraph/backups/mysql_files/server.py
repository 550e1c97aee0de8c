"""A MariaDB that lives for one reading: on a copy, without network, users, plugins, events or files outside."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from fraudgraph.backups.confined import Cell, Limits
from fraudgraph.errors import SourceError, UsageError

__all__ = ["ThrowAwayServer"]

_LIMITS = Limits(memory_bytes=None, wall_seconds=12 * 3600)
_SECONDS_TO_START = 600
_PLACES = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/bin")


def _program(*names: str) -> str:
    for name in names:
        found = shutil.which(name) or next(
            (f"{place}/{name}" for place in _PLACES if Path(place, name).is_file()), None
        )
        if found is not None:
            return found
    raise UsageError(
        f"Data files of MySQL and MariaDB are read by a throw-away MariaDB, and {names[0]} is not here. Install it (Debian: apt-get install mariadb-server-core mariadb-client; GPL, a program of its own), or ask for a dump (mysqldump).",
        f"读取 MySQL/MariaDB 数据文件需要临时启动 MariaDB，本机没有 {names[0]}。请安装（Debian：apt-get install mariadb-server-core mariadb-client；GPL，独立程序），或改提供 mysqldump 转储。",
    )


class ThrowAwayServer:
    """Started on a data folder inside a cell; ended by `close`.

    Parameters
    ----------
    cell : Cell
        Where it lives; the data lie in its folder `data`.
    title : str
        What the backup is called in messages.
    """

    def __init__(self, cell: Cell, title: str) -> None:
        self._cell, self._title = cell, title
        server, self._client, self._dumper = (
            _program("mariadbd", "mysqld"),
            _program("mariadb", "mysql"),
            _program("mariadb-dump", "mysqldump"),
        )
        folder = cell.folder
        for name in ("plugins", "tmp"):
            (folder / name).mkdir()
        cell.hand_over()
        arguments = [
            "--no-defaults", f"--datadir={folder / 'data'}", f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}", f"--tmpdir={folder / 'tmp'}",
            f"--plugin-dir={folder / 'plugins'}", f"--secure-file-priv={folder / 'tmp'}", "--skip-networking", "--skip-grant-tables", "--local-infile=0",
            "--event-scheduler=DISABLED", "--skip-log-bin", "--skip-slave-start", "--skip-symbolic-links", "--innodb-fast-shutdown=2", "--innodb-buffer-pool-size=256M",
            "--max-allowed-packet=1G", "--lower-case-table-names=0", "--performance-schema=0", "--loose-innodb-use-native-aio=0", "--character-set-server=utf8mb4",
        ]  # fmt: skip
        self._log = folder / "server.log"
        with self._log.open("wb") as log:
            self._process = cell.start([server, *arguments], limits=_LIMITS, stderr=log, stdout=log)
        self._wait()

    def ask(self, statement: str) -> list[list[str]]:
        """Rows of an answer as text."""
        answer = self._cell.folder / "answer"
        with answer.open("wb") as out:
            ended = self._cell.run(
                [self._client, "--no-defaults", "-S", str(self._cell.folder / "s"), "-N", "-B", "--default-character-set=utf8mb4", "-e", statement],
                limits=_LIMITS,
                what="mariadb",
                stdout=out,
            )  # fmt: skip
        if ended.code != 0:
            raise self._refused(ended.said)
        return [
            line.split("\t") for line in answer.read_text(encoding="utf-8", errors="replace").splitlines()
        ]

    def dump(self, database: str, tables: list[str], out: Path) -> None:
        """Append the rows of base tables to a text, as a dump."""
        with out.open("ab") as text:
            text.write(f"USE `{database.replace('`', '``')}`;\n".encode())
            text.flush()
            ended = self._cell.run(
                [self._dumper, "--no-defaults", "-S", str(self._cell.folder / "s"), "--default-character-set=utf8mb4", "--hex-blob", "--skip-triggers", "--skip-lock-tables", "--skip-add-drop-table", "--force", "--max-allowed-packet=1G", database, *tables],
                limits=_LIMITS,
                what="mariadb-dump",
                stdout=text,
            )  # fmt: skip
        if ended.code not in (0, 2):
            raise self._refused(ended.said)

    def close(self) -> None:
        """End the server."""
        self._cell.close()

    def _wait(self) -> None:
        until = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise self._refused(self._log.read_text(encoding="utf-8", errors="replace")[-600:])
            if (self._cell.folder / "s").exists():
                asked = subprocess.run(
                    [self._client, "--no-defaults", "-S", str(self._cell.folder / "s"), "-e", "SELECT 1"], capture_output=True, check=False, timeout=60
                )  # fmt: skip
                if asked.returncode == 0:
                    return
            time.sleep(0.2)
        raise self._refused("it did not start in time")

    def _refused(self, said: str) -> SourceError:
        last = " ".join(said.split())[-300:]
        return SourceError(
            f"MariaDB does not open the copy of {self._title}: {last}. If the files come from another version or were copied from a running server, ask for a dump (mysqldump).",
            f"MariaDB 无法打开 {self._title} 的副本：{last}。若文件来自其他版本或从运行中的服务器复制，请改提供 mysqldump 转储。",
        )
