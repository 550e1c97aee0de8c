"""Which kind of backup a file is: told from its bytes, never from its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from fraudgraph.backups.sqltext.dump import looks_like_dump

__all__ = ["REFUSED", "kind_of", "kind_of_folder"]

_HEAD_BYTES = 1 << 16
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_DBF = frozenset((0x02, 0x03, 0x04, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5, 0xFB))


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "mssql compressed": (
        "a compressed SQL Server backup",
        "make an uncompressed one: BACKUP DATABASE … WITH NO_COMPRESSION",
        "SQL Server 压缩备份",
        "请另做不压缩的备份：BACKUP DATABASE … WITH NO_COMPRESSION",
    ),
    "oracle datapump": (
        "an Oracle Data Pump export (expdp)",
        "ask for an export by `exp`, or for the tables as csv or INSERT text",
        "Oracle 数据泵导出文件（expdp）",
        "请改用 exp 导出，或导出为 csv 或 INSERT 文本",
    ),
    "dameng": (
        "a Dameng (DM) backup or export",
        "ask for the tables as csv or INSERT text (DTS), or a MySQL-style dump",
        "达梦数据库的备份或导出文件",
        "请用 DTS 将表导出为 csv 或 INSERT 文本",
    ),
    "db2": (
        "a DB2 backup",
        "ask for the tables by EXPORT TO … OF DEL (csv)",
        "DB2 备份",
        "请用 EXPORT TO … OF DEL 将各表导出为 csv",
    ),
    "ixf": (
        "a DB2 IXF export",
        "ask for the tables by EXPORT TO … OF DEL (csv)",
        "DB2 的 IXF 导出文件",
        "请用 EXPORT TO … OF DEL 将各表导出为 csv",
    ),
    "sybase": (
        "a Sybase database or backup",
        "ask for the tables by bcp … out -c (text)",
        "Sybase 数据库或备份",
        "请用 bcp … out -c 将各表导出为文本",
    ),
    "cache": (
        "a Caché / IRIS database",
        "ask for the tables as csv (Data Export Wizard)",
        "Caché / IRIS 数据库",
        "请用数据导出向导将各表导出为 csv",
    ),
    "bacpac": (
        "a SQL Server BACPAC",
        "ask for an uncompressed .bak: BACKUP DATABASE … WITH NO_COMPRESSION",
        "SQL Server 的 BACPAC 文件",
        "请改提供不压缩的 .bak：BACKUP DATABASE … WITH NO_COMPRESSION",
    ),
    "mysql ibd of a server in use": (
        "an InnoDB system tablespace",
        "give the whole data folder, copied while the server was stopped, or a dump",
        "InnoDB 系统表空间文件",
        "请提供停机时复制的整个数据目录，或提供转储文件",
    ),
    "xtrabackup stream": (
        "a stream of xtrabackup or mariabackup (xbstream)",
        "unpack it (xbstream -x, then --prepare) and give the folder, or ask for a mysqldump",
        "xtrabackup / mariabackup 的流文件（xbstream）",
        "请先解包（xbstream -x 并 --prepare）后提供目录，或提供 mysqldump 转储文件",
    ),
}
"""Kinds that are recognised and not read: what it is and what to ask for, in English and Chinese."""


def kind_of(path: Path) -> str:
    """The kind of one file; empty for what is no backup that this room knows."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return _binary_kind(head, path) or _text_kind(head)


def kind_of_folder(path: Path) -> str:
    """The kind of a folder that is a backup as a whole; empty for any other folder."""
    if (path / "toc.dat").is_file() and (path / "toc.dat").open("rb").read(5) == b"PGDMP":
        return "postgres archive"
    if (path / "PG_VERSION").is_file() and (path / "global").is_dir() and (path / "base").is_dir():
        return "postgres folder"
    if (path / "ibdata1").is_file() or ((path / "mysql").is_dir() and any((path / "mysql").glob("*.frm"))):
        return "mysql folder"
    tables = [*path.glob("*.frm"), *path.glob("*.MYD"), *path.glob("*.ibd")]
    return "mysql tables" if tables else ""


def _binary_kind(head: bytes, path: Path) -> str:
    marked = next((kind for mark, kind in (*_PACKED.items(), *_MARKS) if head.startswith(mark)), None)
    tested = next((kind for test, kind in _TESTS if test(head)), None) if marked is None else None
    if (found := marked or tested) is not None:
        return found
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    return "dbf" if _is_dbf(head) else ""


_MARKS = (
    (b"SQLite format 3\x00", "sqlite"),
    (b"PGDMP", "postgres archive"),
    (b"TAPE", "mssql"),
    (b"MSSQLBAK", "mssql compressed"),
    (b"XBSTCK01", "xtrabackup stream"),
    (b"\x01\x0f\x00\x00", "mssql"),
    (b"DM_BAK", "dameng"),
    (b"DAMENG", "dameng"),
    (b"\xfe\xfe\x07\x01", "mysql myi"),
    (b"\xfe\xfe\x07\x02", "mysql myi"),
)


def _is_firebird(head: bytes) -> bool:
    """Page type 1 (header page) with a page size that can be and an on-disk structure with Firebird's mark."""
    if len(head) < 64 or head[0] != 1:
        return False
    size = int.from_bytes(head[16:18], "little")
    structure = int.from_bytes(head[18:20], "little")
    return size in (1024, 2048, 4096, 8192, 16384, 32768) and (structure & 0x7FFF) in range(8, 16)


_GBAK_DATE = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4}"
)


def _is_gbak(head: bytes) -> bool:
    """A record `rec_burp` (0) whose first attribute is the date (1): a text like `Sat Nov 28 12:41:40 2026`."""
    return head[:2] in (b"\x00\x01", b"\x00\x02") and _GBAK_DATE.search(head[:200]) is not None


def _is_innodb(head: bytes) -> bool:
    """First page of a tablespace: page number 0, type FSP_HDR (8) or, in compressed ones, the same at 24."""
    return len(head) >= 1024 and head[4:8] == b"\0\0\0\0" and head[24:26] == b"\x00\x08" and head[8:12] in (b"\0\0\0\0", b"\xff\xff\xff\xff")  # fmt: skip


_TESTS = (
    (lambda head: head[4:19] in (b"Standard Jet DB", b"Standard ACE DB") or head[4:14] == b"MSISAM Dat", "access"),
    (lambda head: head[3:11] == b"EXPORT:V", "oracle exp"),
    (lambda head: head[257:262] == b"ustar" and head.startswith(b"toc.dat\0"), "postgres archive"),
    (lambda head: head[257:262] == b"ustar", "tar"),
    (_is_firebird, "firebird"),
    (_is_gbak, "firebird backup"),
    (_is_innodb, "mysql tables"),
    (lambda head: head[:2] == b"\xfe\x01" and len(head) > 64 and head[2] in (7, 8, 9, 10, 11), "mysql tables"),
    (lambda head: b"\x00" in head[:4096] and re.search(rb"IBMPC/WIN_NT|x86_64/Linux", head[:4096]) is not None and b"KGC" not in head[:2] and head[3:11] != b"EXPORT:V" and b'"' in head[:4096], "oracle datapump"),
    (lambda head: head.startswith(b"SQLUBRMEDHEAD") or b"SQLUBRMEDHEAD" in head[:64], "db2"),
    (lambda head: head[6:10] == b"HIXF" or head[:10].endswith(b"HIXF"), "ixf"),
    (lambda head: head[:64].find(b"SQLAnywhere") >= 0 or head.startswith(b"\x01SQL Anywhere") or (b"Sybase" in head[:512] and b"\0" in head[:512]), "sybase"),
    (lambda head: b"DM DATABASE" in head[:4096] or b"DMBAK" in head[:4096] or (b"DM8 " in head[:256] and b"\0" in head[:256]), "dameng"),
    (lambda head: head.startswith(b"ZV1") or b"CACHE.DAT" in head[:2048] or b"IRIS.DAT" in head[:2048], "cache"),
)  # fmt: skip


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return ""
    return "bacpac" if {"model.xml", "Origin.xml"} <= names else ""


def _is_dbf(head: bytes) -> bool:
    if len(head) < 65 or head[0] not in _DBF:
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    fits = header >= 65 and record >= 2 and head[2] <= 12 and head[3] <= 31
    return (
        fits
        and (head[43:44].isalpha() or head[43:44] in b"0+@")
        and (len(head) < header or b"\x0d" in head[64:header])
    )


def _text_kind(head: bytes) -> str:
    text = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace").encode()
    plain = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith(b"<"):
        signs = (b"<mysqldump", b"<pma_xml_export", b"<resultset")
        return "mysql xml" if any(sign in plain for sign in signs) else ""
    if b"\x00" in text[:512]:
        return ""
    return "sql dump" if looks_like_dump(plain) else ""
