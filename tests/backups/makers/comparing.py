"""What `fraudgraph backups read` wrote, beside what was put in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.backups.makers.content import Made, Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a reading ended: `exact`, `counts`, `refused`, or `WRONG` with the first difference."""

    word: str
    said: str = ""
    cells: int = 0


def written(out: Path) -> dict[str, list[Row]]:
    """The tables by their names without schema, in the order of their first column."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return {one["name"]: _sorted(pq.read_table(out / one["file"]).to_pylist()) for one in manifest["tables"]}


def disagreeing(out: Path) -> list[str]:
    """Tables whose own count, where there is one, is not what was read."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return [one["name"] for one in manifest["tables"] if not one["agrees"]]


def outcome(made: Made, out: Path) -> Outcome:
    """What a reading that ended well brought."""
    if made.refused:
        return Outcome("WRONG", "read, but it must be refused")
    if bad := disagreeing(out):
        return Outcome("WRONG", f"own count differs: {', '.join(bad)}")
    found = {name.lower(): rows for name, rows in written(out).items()}
    for name, count in made.counts.items():
        if len(found.get(name.lower(), ())) != count:
            return Outcome("WRONG", f"{name}: {len(found.get(name.lower(), ()))} rows, not {count}")
    cells = 0
    for name, rows in made.tables.items():
        if name.lower() not in found:
            return Outcome("WRONG", f"no table {name}; there are {', '.join(sorted(found))}")
        if difference := differing(_sorted(rows), found[name.lower()]):
            return Outcome("WRONG", f"{name}: {difference}")
        cells += sum(len(row) for row in rows)
    return Outcome("exact" if made.tables else "counts", "", cells)


def differing(wanted: list[Row], found: list[Row]) -> str:
    """The first difference in words; empty if there is none. A value of another type is a difference."""
    if len(wanted) != len(found):
        return f"{len(found)} rows, not {len(wanted)}"
    for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
        by_name = {key.lower(): value for key, value in other.items()}
        if len(one) != len(other):
            return f"columns {', '.join(other)}, not {', '.join(one)}"
        for column, value in one.items():
            got = by_name.get(column.lower(), "no such column")
            if not _same(value, got):
                return f"row {number}, {column}: {_shown(got)}, not {_shown(value)}"
    return ""


def _same(value: Any, got: Any) -> bool:
    return value == got and (type(value) is type(got) or {type(value), type(got)} == {int, bool})


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 160 else f"{text[:160]}… ({len(text)} characters)"


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (str(type(next(iter(row.values())))), next(iter(row.values()))))
