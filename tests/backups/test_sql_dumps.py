"""Dumps in SQL text: what stands in them arrives, and nothing of it is carried out."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.backups.opening import open_backup
from fraudgraph.errors import SourceError

MYSQL = """-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
-- Server version\t10.11.6-MariaDB
/*!40101 SET NAMES {charset} */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `费用` (
  `id` int(11) NOT NULL,
  `name` varchar(40) DEFAULT NULL COMMENT 'it''s; (a) note',
  `amount` decimal(18,2) DEFAULT NULL,
  `day` date DEFAULT NULL,
  `at` datetime DEFAULT NULL,
  `picture` longblob DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET={charset};
/*!40101 SET character_set_client = {charset} */;
"""
END = "\n-- Dump completed on 2024-03-01  9:30:00\n"


def rows_of(path: Path, table: str | None = None) -> list[dict[str, Any]]:
    with open_backup([path]) as opened:
        found = [one for one in opened.database.tables() if table in (None, one.name)]
        return [row for one in found for batch in one.batches() for row in batch.to_pylist()]


def written(folder: Path, text: str, codec: str = "utf-8") -> Path:
    path = folder / "dump.sql"
    path.write_bytes(text.encode(codec))
    return path


def test_every_kind_of_literal_arrives_as_its_type(tmp_path: Path) -> None:
    body = r"INSERT INTO `费用` VALUES (1,'it\'s, (a) \"test\";\n\\',12.30,'2024-03-01','2024-03-01 08:00:01',0x00FF),(2,NULL,NULL,NULL,NULL,_binary 'a\0b'),(3,'''x''',-0.01,'2024-02-29','2024-02-29 00:00:00','');"
    found = rows_of(written(tmp_path, MYSQL.format(charset="utf8mb4") + body + END))
    assert found == [
        {"id": 1, "name": 'it\'s, (a) "test";\n\\', "amount": Decimal("12.30"), "day": date(2024, 3, 1), "at": datetime(2024, 3, 1, 8, 0, 1), "picture": b"\x00\xff"},
        {"id": 2, "name": None, "amount": None, "day": None, "at": None, "picture": b"a\x00b"},
        {"id": 3, "name": "'x'", "amount": Decimal("-0.01"), "day": date(2024, 2, 29), "at": datetime(2024, 2, 29), "picture": b""},
    ]  # fmt: skip


def test_a_backslash_inside_a_gbk_character_escapes_nothing(tmp_path: Path) -> None:
    words = ["誠", "乗許", "僜'", "誠\\'嘰", "甛\\\\"]
    assert any(0x5C in word.encode("gbk")[1::2] for word in words), "the trap is there"
    values = ",".join(
        f"({i},'{w}',1.00,NULL,NULL,NULL)"
        for i, w in enumerate(["誠", "乗許", "僜\\'", "誠\\\\\\'嘰", "甛\\\\\\\\"])
    )
    head = MYSQL.format(charset="gbk").split("/*!40101 SET character_set_client = gbk")[0]
    tail = f"/*!40101 SET character_set_client = gbk */;\nINSERT INTO `费用` VALUES {values};{END}"
    path = tmp_path / "gbk.sql"
    path.write_bytes(head.encode("utf-8") + tail.encode("gbk"))
    assert [row["name"] for row in rows_of(path)] == words


@pytest.mark.parametrize("statements", ["one row each", "many rows", "named columns"])
def test_the_way_of_writing_inserts_makes_no_difference(tmp_path: Path, statements: str) -> None:
    cells = [f"({i},'名{i}',{i}.50,NULL,NULL,NULL)" for i in range(5000)]
    text = {
        "one row each": "\n".join(f"INSERT INTO `费用` VALUES {one};" for one in cells),
        "many rows": "INSERT INTO `费用` VALUES " + ",\n".join(cells) + ";",
        "named columns": "\n".join(f"INSERT INTO `费用` (`name`, `id`, `amount`) VALUES ('名{i}',{i},{i}.50);" for i in range(5000)),
    }[statements]  # fmt: skip
    found = rows_of(written(tmp_path, MYSQL.format(charset="utf8mb4") + text + END))
    assert [(row["id"], row["name"], row["amount"]) for row in found] == [(i, f"名{i}", Decimal(f"{i}.50")) for i in range(5000)]  # fmt: skip


def test_a_string_that_looks_like_the_next_statement_stays_a_string(tmp_path: Path) -> None:
    trap = ';\nINSERT INTO `费用` VALUES (9,"x",1,NULL,NULL,NULL);\n'
    text = "".join(f"INSERT INTO `费用` VALUES ({i},'{trap}',1.00,NULL,NULL,NULL);\n" for i in range(3))
    assert [
        row["name"] for row in rows_of(written(tmp_path, MYSQL.format(charset="utf8mb4") + text + END))
    ] == [trap] * 3


def test_commands_functions_and_routines_are_counted_and_do_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not to be read", encoding="utf-8")
    text = f"""
\\! touch {tmp_path}/touched
INSERT INTO `费用` VALUES (1,LOAD_FILE('{secret}'),1.00,NULL,NULL,NULL),(2,'x',2.00,NULL,NULL,NULL);
LOAD DATA INFILE '{secret}' INTO TABLE `费用`;
DELIMITER ;;
CREATE TRIGGER `t` BEFORE INSERT ON `费用` FOR EACH ROW BEGIN DELETE FROM x; INSERT INTO `费用` VALUES (7,'no',1,NULL,NULL,NULL); END;;
DELIMITER ;
/*!50001 CREATE VIEW `v` AS select sleep(9) */;
"""
    path = written(tmp_path, MYSQL.format(charset="utf8mb4") + text + END)
    with open_backup([path]) as opened:
        (table,) = opened.database.tables()
        found = [row for batch in table.batches() for row in batch.to_pylist()]
        skipped = dict(opened.database.skipped)
        lost = table.losses.listed()  # type: ignore[attr-defined]
    assert [(row["id"], row["name"]) for row in found] == [(1, None), (2, "x")]
    assert skipped == {"client command": 1, "load statement": 1, "trigger": 1, "view": 1}
    assert [one["kind"] for one in lost] == ["expression, not a literal"]
    assert not (tmp_path / "touched").exists()


def test_a_dump_that_breaks_off_says_so_and_keeps_its_whole_rows(tmp_path: Path) -> None:
    text = MYSQL.format(charset="utf8mb4") + "INSERT INTO `费用` VALUES (1,'a',1.00,NULL,NULL,NULL),(2,'b"
    path = written(tmp_path, text)
    with open_backup([path]) as opened:
        assert "broken off" in opened.database.warnings[0].en
    assert [row["id"] for row in rows_of(path)] == [1]
    whole = written(tmp_path, MYSQL.format(charset="utf8mb4") + END)
    with open_backup([whole]) as opened:
        assert list(opened.database.warnings) == []


def test_gzip_is_taken_off_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "named.bak"
    text = MYSQL.format(charset="utf8mb4") + "INSERT INTO `费用` VALUES (1,'a',1.00,NULL,NULL,NULL);" + END
    path.write_bytes(gzip.compress(text.encode()))
    assert [row["id"] for row in rows_of(path)] == [1]
    path.write_bytes(gzip.compress(text.encode())[:-20])
    with pytest.raises(SourceError, match="broken off"):
        rows_of(path)


POSTGRES = """--
-- PostgreSQL database dump
--
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
CREATE FUNCTION h.f() RETURNS integer LANGUAGE sql AS $$ SELECT ';' || $q$'$q$; $$;
CREATE TABLE h.fee (id integer NOT NULL, "名" character varying(40), amount numeric(18,2), at timestamp without time zone, raw bytea);
"""


def test_copy_lines_and_inserts_of_postgresql_give_the_same(tmp_path: Path) -> None:
    lines = 'COPY h.fee (id, "名", amount, at, raw) FROM stdin;\n1\ta\\tb\\nc\\\\N\t1.50\t2024-03-01 08:00:00\t\\\\x00ff\n2\t\\N\t\\N\t\\N\t\\N\n3\t\t0.00\t2024-03-01 08:00:00.5\t\\\\x\n\\.\n'
    inserts = "INSERT INTO h.fee VALUES (1, 'a\tb\nc\\N', 1.50, '2024-03-01 08:00:00', '\\x00ff');\nINSERT INTO h.fee VALUES (2, NULL, NULL, NULL, NULL);\nINSERT INTO h.fee VALUES (3, '', 0.00, '2024-03-01 08:00:00.5', '\\x');\n"
    by_copy = rows_of(written(tmp_path, POSTGRES + lines))
    by_insert = rows_of(written(tmp_path, POSTGRES + inserts))
    assert by_copy == by_insert
    assert by_copy[0] == {
        "id": 1,
        "名": "a\tb\nc\\N",
        "amount": Decimal("1.50"),
        "at": datetime(2024, 3, 1, 8),
        "raw": b"\x00\xff",
    }


def test_copy_from_a_file_or_program_is_not_data(tmp_path: Path) -> None:
    path = written(
        tmp_path, POSTGRES + "COPY h.fee FROM PROGRAM 'id';\nCOPY h.fee (id) FROM stdin;\n7\n\\.\n"
    )
    with open_backup([path]) as opened:
        assert opened.database.skipped["copy statement"] == 1
    assert [row["id"] for row in rows_of(path)] == [7]


def test_a_script_of_sql_server_with_go(tmp_path: Path) -> None:
    text = "SET ANSI_NULLS ON\r\nGO\r\nCREATE TABLE [dbo].[fee]([id] [int] NOT NULL, [name] [nvarchar](20) NULL, [at] [datetime] NULL)\r\nGO\r\nINSERT [dbo].[fee] ([id], [name], [at]) VALUES (1, N'张''三', CAST(N'2024-03-01T08:00:00.000' AS DateTime))\r\nINSERT [dbo].[fee] ([id], [name], [at]) VALUES (2, NULL, NULL)\r\nGO\r\n"
    assert rows_of(written(tmp_path, text, "utf-16")) == [
        {"id": 1, "name": "张'三", "at": datetime(2024, 3, 1, 8)},
        {"id": 2, "name": None, "at": None},
    ]
