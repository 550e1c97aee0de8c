"""The made-up hospital's files: its books in one of four dialects, the settlements, and what is true in a folder apart."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from fraudgraph.synthetic.hospital.dialects import CLASS_WORDS, CODES, COLUMN_NAMES, TABLE_NAMES, Dialect
from fraudgraph.synthetic.hospital.world import TABLES, Row, World

__all__ = ["write_books", "write_csv"]

_FLAGS = ("cancelled", "urgent", "returned", "signed", "insured", "meal_plan", "abnormal")
_DAY = ("valid_from", "valid_to", "birth_date", "licence_to", "on_date", "invoice_date", "installed_on", "retired_on")  # fmt: skip
_SQL_TYPES = {"quantity": "decimal(16,4)", "unit_price": "decimal(16,4)", "price": "decimal(16,4)", "body": "text", "vitals": "varchar(60)"}  # fmt: skip


def write_books(world: World, out: Path, dialect: Dialect) -> list[Path]:
    """Write every table of the hospital as its system would hand it over."""
    out.mkdir(parents=True)
    if dialect.name == "mariadb":
        return [_dump(world, out / "his_backup_20250105.sql", dialect)]
    if dialect.name == "excel":
        return [_workbook(world, out / "医院数据2024.xlsx", dialect)]
    made = []
    for table in TABLES:
        if dialect.name == "sqlserver" and table in ("visits", "charges"):
            for mark, inside in (("ZY", True), ("MZ", False)):
                rows = (row for row in _rows(world, table) if str(row["visit_no"]).startswith("ZY") == inside)
                made.append(_text(out, f"dbo.{mark}_{TABLE_NAMES[table][1]}.csv", table, rows, dialect))
            continue
        name = TABLE_NAMES[table][dialect.place]
        made.append(_text(out, f"dbo.{name}.csv" if dialect.name == "sqlserver" else f"{name}.csv", table, _rows(world, table), dialect))  # fmt: skip
    made.append(_code_list(out, dialect))
    return made


def _rows(world: World, table: str) -> Iterator[Row]:
    return (row for row in world.tables[table] if not row.get("_gone"))


def _header(table: str, dialect: Dialect) -> list[str]:
    return [COLUMN_NAMES[column][dialect.place] for column in TABLES[table].split()]


def _coders(table: str, dialect: Dialect) -> list[dict[str, str]]:
    """For each column, values that the system says in words or codes of its own."""
    place = 0 if dialect.coded is None else 1 + dialect.coded
    made = []
    for column in TABLES[table].split():
        own = {value: words[place] for (name, value), words in CODES.items() if name == column}
        made.append(CLASS_WORDS if column == "charge_class" else own)
    return made


def _said(coders: list[dict[str, str]], row: Row, columns: list[str]) -> list[Any]:
    """The values of a row in the system's own words or codes."""
    values = [row[column] for column in columns]
    return [coder.get(value, value) if coder else value for coder, value in zip(coders, values, strict=True)]


def _in_csv(dialect: Dialect) -> dict[type, Callable[[Any], str]]:
    """How each type of value looks in a csv file of this system."""
    forms: dict[type, Callable[[Any], str]] = {type(None): lambda _: "", str: str, int: str, float: str}
    forms[Decimal] = "{:f}".format
    if dialect.name == "sqlserver":
        return {**forms, datetime: lambda value: f"{value.isoformat(' ')}.000", date: date.isoformat}
    drop = str.maketrans("", "", "-: ")
    return {**forms, datetime: lambda value: str(value).translate(drop), date: lambda value: str(value).translate(drop)}  # fmt: skip


def _text(out: Path, name: str, table: str, rows: Iterable[Row], dialect: Dialect) -> Path:
    path = out / name
    encoding = "utf-8-sig" if dialect.name == "sqlserver" else "gb18030"
    columns, coders, forms = TABLES[table].split(), _coders(table, dialect), _in_csv(dialect)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_header(table, dialect))
        for row in rows:
            writer.writerow([forms[type(value)](value) for value in _said(coders, row, columns)])
    return path


def _code_list(out: Path, dialect: Dialect) -> Path:
    """The system's own list of codes."""
    path = out / ("dbo.SysDictionary.csv" if dialect.name == "sqlserver" else "ZDB.csv")
    header = ("DictType", "Code", "Name") if dialect.name == "sqlserver" else ("ZDLX", "DM", "MC")
    with path.open(
        "w", encoding="utf-8-sig" if dialect.name == "sqlserver" else "gb18030", newline=""
    ) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        for (column, _), words in CODES.items():
            writer.writerow((COLUMN_NAMES[column][dialect.place], words[1 + (dialect.coded or 0)], words[0]))
    return path


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _sql_type(column: str) -> str:
    if column in _SQL_TYPES:
        return _SQL_TYPES[column]
    if column.endswith("_amount") or column == "amount":
        return "decimal(16,2)"
    if column.endswith("_at") or column in ("anaes_from", "anaes_to"):
        return "datetime"
    if column in _DAY:
        return "date"
    if column in (*_FLAGS, "unit_factor", "icu_hours", "tests_per_kit", "rate_per_hour", "room_count"):
        return "int(11)"
    return "varchar(100)"


def _dump(world: World, path: Path, dialect: Dialect) -> Path:
    """A dump as mysqldump of MariaDB writes it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for Linux (x86_64)\n--\n-- Host: localhost    Database: his\n-- ------------------------------------------------------\n-- Server version\t10.11.6-MariaDB\n\n/*!40101 SET NAMES utf8mb4 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n"
        )
        for table in TABLES:
            name = TABLE_NAMES[table][0]
            columns = TABLES[table].split()
            file.write(
                f"\n--\n-- Table structure for table `{name}`\n--\n\nDROP TABLE IF EXISTS `{name}`;\nCREATE TABLE `{name}` (\n"
            )
            file.write(",\n".join(f"  `{head}` {_sql_type(column)} DEFAULT NULL COMMENT '{COLUMN_NAMES[column][3]}'" for head, column in zip(_header(table, dialect), columns, strict=True)))  # fmt: skip
            file.write(
                f"\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='{TABLE_NAMES[table][3]}';\n\n--\n-- Dumping data for table `{name}`\n--\n\nLOCK TABLES `{name}` WRITE;\n"
            )
            coders = _coders(table, dialect)
            rows = [f"({','.join(map(_sql, _said(coders, row, columns)))})" for row in _rows(world, table)]
            for start in range(0, len(rows), 500):
                file.write(f"INSERT INTO `{name}` VALUES\n" + ",\n".join(rows[start : start + 500]) + ";\n")
            file.write("UNLOCK TABLES;\n")
        file.write("\n-- Dump completed on 2025-01-05  2:00:01\n")
    return path


def _workbook(world: World, path: Path, dialect: Dialect) -> Path:
    """One workbook, a sheet for each table, dates as dates and amounts as numbers."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    )
    book.set_properties({"created": datetime(2025, 1, 5)})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for table in TABLES:
        sheet = book.add_worksheet(TABLE_NAMES[table][3])
        columns, coders = TABLES[table].split(), _coders(table, dialect)
        sheet.write_row(0, 0, _header(table, dialect))
        for number, row in enumerate(_rows(world, table), 1):
            for place, value in enumerate(_said(coders, row, columns)):
                if value is None:
                    continue
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value)
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, datetime(value.year, value.month, value.day), day)
                elif isinstance(value, Decimal | int):
                    sheet.write_number(number, place, float(value))
                else:
                    sheet.write_string(number, place, value)
    book.close()
    return path


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Row]) -> None:
    """A plain UTF-8 file, for settlements and truth."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = tuple(columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow(["" if row.get(name) is None else f"{row[name]:f}" if isinstance(row[name], Decimal) else row[name] for name in names])  # fmt: skip
