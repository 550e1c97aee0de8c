"""Which share of columns `inspect` maps right without help: `python -m bench headers [--labels FILE] [--work FOLDER] [--json FILE]`.

`tests/data/header_variants.toml` holds invented deliveries whose headers were written by someone who had not seen the
program's own list, each column with what it is. Every delivery is written as csv (its sample rows ten times over, with
ids that go on counting) and inspected by itself; no remembered mapping is used. A column counts as right if its table
and its field are. Columns that are nothing of ours are counted apart: they must be left alone; so is what `inspect`
only suggests by the values of an unknown table, which a person has to check. What is missed is printed; it is not meant
to be taught to the program word by word, or the figure says nothing any more.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.claims.inspection.inspecting import SheetReport, inspect_files
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.store import Store

__all__ = ["Delivery", "Judged", "counted", "main", "measure", "read_deliveries", "score_delivery"]

LABELS = Path(__file__).parents[2] / "tests" / "data" / "header_variants.toml"
REPEATS = 10
AIM = 0.95
"""Share of columns mapped right (of those that are something of ours)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One invented file: its table and, by header, the right fields (none: to be left alone) and sample values."""

    name: str
    table: str
    fields: dict[str, frozenset[str]]
    values: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One column: what it is, what was made of it, and what was only suggested (`table.field`, empty if nothing)."""

    delivery: str
    header: str
    expected: str
    found: str
    right: bool
    suggested: str = ""

    @property
    def suggested_right(self) -> bool:
        """Not mapped, but rightly suggested by the values of an unknown table."""
        return not self.right and self.suggested in self.expected.split(" or ") if self.suggested else False


def main(argv: list[str]) -> int:
    """Write, inspect, print what is missed and the share, write json."""
    parser = argparse.ArgumentParser(prog="python -m bench headers", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "fraudgraph-bench")
    parser.add_argument("--json", type=Path, help="where the figures go (default: in the work folder)")
    parser.add_argument("--labels", type=Path, default=LABELS, help="labelled deliveries (default: ours)")
    parser.add_argument("--quick", action="store_true", help="the same; it takes seconds")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    deliveries = read_deliveries(options.labels)
    columns = measure(deliveries, options.work)
    missed = [column for column in columns if not column.right]
    for column in missed:
        hint = f", suggested {column.suggested}" if column.suggested else ""
        print(
            f"{column.delivery}: {column.header!r} is {column.expected or '-'}, found {column.found or '-'}{hint}"
        )
    figures = counted(columns)
    for name, figure in figures.items():
        print(f"{name:22} {figure}")
    print(f"aim: share_right >= {AIM}")
    told = [{"delivery": c.delivery, "header": c.header, "is": c.expected, "found": c.found} for c in missed]
    target = options.json or options.work / "headers.json"
    target.write_text(
        json.dumps({**figures, "missed": told}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(f"figures in {target}")
    return 0


def counted(columns: Sequence[Judged]) -> dict[str, float]:
    """The figures: columns that are something of ours, shares of them, and foreign columns left alone."""
    ours = [column for column in columns if column.expected]
    foreign = [column for column in columns if not column.expected]
    right = sum(column.right for column in ours)
    suggested = sum(column.suggested_right for column in ours)
    by_delivery: dict[str, list[bool]] = {}
    for column in ours:
        by_delivery.setdefault(column.delivery, []).append(column.right)
    return {
        "deliveries": len(by_delivery),
        "deliveries_all_right": sum(all(rights) for rights in by_delivery.values()),
        "deliveries_none_right": sum(not any(rights) for rights in by_delivery.values()),
        "columns": len(ours),
        "right": right,
        "share_right": round(right / len(ours), 4),
        "mapped_wrongly": sum(bool(column.found) and not column.right for column in ours),
        "suggested_right": suggested,
        "suggested_wrong": sum(bool(column.suggested) and not column.suggested_right for column in columns),
        "foreign_columns": len(foreign),
        "foreign_left_alone": sum(column.right for column in foreign),
        **_tables(columns),
    }


def _tables(columns: Sequence[Judged]) -> dict[str, float]:
    """How many deliveries were taken for the table that they are, for another, and how many that are none of ours for one."""
    expected: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for column in columns:
        wanted = {one.partition(".")[0] for one in column.expected.split(" or ") if one}
        expected.setdefault(column.delivery, set()).update(wanted)
        taken = {column.found.partition(".")[0]} if column.found else set()
        found.setdefault(column.delivery, set()).update(taken)
    ours = [name for name, tables in expected.items() if tables]
    return {
        "tables_recognised": sum(found[name] == expected[name] for name in ours),
        "tables_as_another": sum(bool(found[name] - expected[name]) for name in ours),
        "foreign_tables": len(expected) - len(ours),
        "foreign_tables_taken": sum(bool(found[name]) for name in expected if not expected[name]),
    }


def read_deliveries(path: Path) -> tuple[Delivery, ...]:
    """The labelled deliveries of a file."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Delivery(
            one["name"],
            one["table"],
            {header: frozenset(filter(None, field.split("|"))) for header, field, _ in one["columns"]},
            {header: tuple(told["samples"][sample]) for header, _, sample in one["columns"]},
        )
        for one in told["delivery"]
    )


def measure(deliveries: Sequence[Delivery], work: Path) -> tuple[Judged, ...]:
    """Every column of every delivery, judged; each delivery is inspected by itself."""
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory(dir=work) as folder:
        before = os.environ.get("FRAUDGRAPH_MAPPINGS")
        os.environ["FRAUDGRAPH_MAPPINGS"] = str(Path(folder) / "nothing-remembered")
        try:
            for number, delivery in enumerate(deliveries):
                file = Path(folder) / f"delivery{number:02}.csv"
                _write(delivery, file)
                with Store(Path(folder) / f"store{number}") as store:
                    judged += score_delivery(delivery, inspect_files(store, [file]).sheets)
        finally:
            del os.environ["FRAUDGRAPH_MAPPINGS"]
            if before is not None:
                os.environ["FRAUDGRAPH_MAPPINGS"] = before
    return tuple(judged)


def score_delivery(delivery: Delivery, sheets: Sequence[SheetReport]) -> list[Judged]:
    """Judge what `inspect` proposes; a field of another table is wrong, and so is a header that was not found at all."""
    found = {
        column.header.strip(): f"{sheet.table}.{column.field}"
        for sheet in sheets
        for column in sheet.columns
        if sheet.table and column.field
    }
    suggested = {header.strip(): f"claims.{field}" for sheet in sheets for field, header in sheet.guesses}
    judged = []
    for header, fields in delivery.fields.items():
        expected = {f"{delivery.table}.{field}" for field in fields}
        got = found.get(header.strip(), "")
        right = got in expected if expected else not got
        hint = suggested.get(header.strip(), "")
        judged.append(Judged(delivery.name, header, " or ".join(sorted(expected)), got, right, hint))
    return judged


def _write(delivery: Delivery, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(delivery.fields)
        for time in range(REPEATS):
            rows.writerows(
                zip(*(_onwards(delivery, header, time) for header in delivery.fields), strict=True)
            )


def _onwards(delivery: Delivery, header: str, time: int) -> tuple[str, ...]:
    """A column's samples once more; the table's own id goes on counting."""
    values = delivery.values[header]
    own = CANONICAL[delivery.table].key[0]
    if delivery.table == "claim_items" or own not in delivery.fields[header]:
        return values
    return tuple(re.sub(r"\d+$", lambda digits: _plus(digits[0], time * 1000), value) for value in values)


def _plus(digits: str, more: int) -> str:
    return str(int(digits) + more).zfill(len(digits))
