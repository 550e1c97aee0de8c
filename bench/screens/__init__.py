"""Recall and precision of every screening model on a city with violations and their lawful look-alikes planted side by side.

`python -m bench screens [--quick]` prints one line a model; `--page` also writes `docs/models.md` from the cards and the figures.
The plants are the cases of `tests/screening/cases`, each under its own ids, laid into an invented city without rings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pyarrow as pa

from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.schema import CANONICAL
from fraudgraph.screening import catalogue_page, load_screens, screen_claims
from fraudgraph.settings import ScreeningSettings, SourceSettings
from fraudgraph.store import Store
from tests.screening.cases import all_cases
from tests.screening.world import World

ROOT = Path(__file__).parents[2]
FIGURES = Path(__file__).parent / "figures.json"
PAGE = ROOT / "docs" / "models.md"

Figures = dict[str, tuple[int, int, int]]


def main(argv: list[str]) -> int:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(prog="python -m bench screens", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a city of 20,000 claims instead of 200,000")
    parser.add_argument("--page", action="store_true", help="write docs/models.md and the figures behind it")
    options = parser.parse_args(argv)
    begun = time.perf_counter()
    figures = measure(20_000 if options.quick else 200_000)
    for model, (planted, found, wrong) in figures.items():
        print(f"{model:6} planted {planted:3} found {found:3} wrong {wrong:3}")
    planted, found, wrong = (sum(column) for column in zip(*figures.values(), strict=True))
    print(f"all    planted {planted} found {found} wrong {wrong}  in {time.perf_counter() - begun:.0f} s")
    if options.page:
        FIGURES.write_text(json.dumps(figures, indent=0) + "\n", encoding="utf-8")
        PAGE.write_text(catalogue_page(load_screens(), figures), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def read_figures() -> Figures:
    """The figures that stand in the page."""
    return {model: tuple(row) for model, row in json.loads(FIGURES.read_text(encoding="utf-8")).items()}  # type: ignore[misc]


def measure(claims: int) -> Figures:
    """By model: violations planted, found, and look-alikes wrongly flagged."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        command = [
            sys.executable,
            "-m",
            "fraudgraph",
            "sample",
            str(city),
            "--claims",
            str(claims),
            "--months",
            "12",
            "--rings",
            "none",
            "--seed",
            "3",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        with Store(Path(scratch) / "store") as store:
            read_claims(store, [city], SourceSettings())
            kinds = plant(store)
            screen_claims(store, ScreeningSettings())
            rows = store.rows("SELECT model, subject_id, member_ids, claim_ids FROM flags")
    hit: dict[str, set[str]] = defaultdict(set)
    for model, subject, members, ids in rows:
        for name in (subject, *members[:1], *ids[:1]):
            mark, separator, _ = name.partition("~")
            if separator:
                hit[model].add(mark)
    figures: Figures = {}
    for screen in load_screens():
        own = {mark: should for mark, (model, should) in kinds.items() if model == screen.id}
        planted = [mark for mark, should in own.items() if should]
        quiet = [mark for mark, should in own.items() if not should]
        figures[screen.id] = (
            len(planted),
            len(hit[screen.id] & set(planted)),
            len(hit[screen.id] & set(quiet)),
        )
    return figures


def plant(store: Store) -> dict[str, tuple[str, bool]]:
    """Lay every case into the store under its own mark; by mark the model and whether it must fire."""
    kinds = {}
    rows: dict[str, list[object]] = defaultdict(list)
    for number, case in enumerate(all_cases()):
        mark = f"K{number:04d}"
        world = World(prefix=f"{mark}~")
        case.build(world)
        kinds[mark] = (case.model, case.should_fire)
        for table in CANONICAL:
            if world.rows[table]:
                rows[table].append(world.table(table))
    for table, parts in rows.items():
        store.put("incoming", pa.concat_tables(parts))
        store.run(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    store.run("DROP TABLE incoming")
    store.run(
        "CREATE OR REPLACE TABLE column_catalog AS SELECT table_name, column_name, TRUE AS delivered, 1.0 AS filled_share "
        "FROM duckdb_columns() WHERE table_name <> 'column_catalog'"
    )
    return kinds
