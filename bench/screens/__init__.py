"""Recall and precision of every screening model on a city with violations and their lawful look-alikes planted in it.

`python -m bench screens [--quick]` prints one line a model; `--page` also writes `docs/models.md` from the cards and the figures.
The plants are the cases of `fraudgraph/synthetic/violations`, one after another laid into an invented city without rings and taken out
again. Cases about all peers or the whole city ("as at peers", "city-wide wave") get a city of their own. What a model flags in
the city before anything is planted is counted too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from bench.screens.scale import measure_cost
from bench.screens.seen import SEEN, measure_seen, read_seen
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.screening import Measured, catalogue_page, load_screens, screen_claims
from fraudgraph.settings import ScreeningSettings, SourceSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations import Case, all_cases
from fraudgraph.synthetic.violations.world import World, catalogue_everything

ROOT = Path(__file__).parents[2]
FIGURES = Path(__file__).parent / "figures.json"
PAGE = ROOT / "docs" / "models.md"

Figures = dict[str, Measured]


def main(argv: list[str]) -> int:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(prog="python -m bench screens", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a city of 20,000 claims instead of 200,000")
    parser.add_argument("--page", action="store_true", help="write docs/models.md and the figures behind it")
    parser.add_argument(
        "--cost", type=Path, metavar="OUT", help="what the models cost on a finished run's claims"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("screens-work"), help="a folder for --cost; emptied first"
    )
    parser.add_argument(
        "--text", action="store_true", help="write docs/models.md again from the figures that stand"
    )
    parser.add_argument("--seen", action="store_true", help="measure again where each model is seen firing")
    options = parser.parse_args(argv)
    if options.seen:
        SEEN.write_text(json.dumps(measure_seen(), indent=0) + "\n", encoding="utf-8")
    if options.text or options.seen:
        PAGE.write_text(catalogue_page(load_screens(), read_figures(), read_seen()), encoding="utf-8")
        return 0
    if options.cost is not None:
        measure_cost(options.cost, options.work, lines=4, memory_gib=6)
        return 0
    begun = time.perf_counter()
    figures = measure(20_000 if options.quick else 200_000)
    for model, row in figures.items():
        mark = "" if row.found == row.planted and not row.wrong else "  <-"
        print(
            f"{model:6} planted {row.planted:3} found {row.found:3} look-alikes {row.look_alikes:3} flagged {row.wrong:3} in the city {row.ordinary}{mark}"
        )
    planted, found, look_alikes, wrong = (sum(row[place] for row in figures.values()) for place in range(4))
    print(
        f"all    planted {planted} found {found} look-alikes {look_alikes} flagged {wrong}  in {time.perf_counter() - begun:.0f} s"
    )
    if options.page:
        FIGURES.write_text(json.dumps(figures, indent=0) + "\n", encoding="utf-8")
        PAGE.write_text(catalogue_page(load_screens(), figures, read_seen()), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def read_figures() -> Figures:
    """The figures that stand in the page."""
    return {model: Measured(*row) for model, row in json.loads(FIGURES.read_text(encoding="utf-8")).items()}


def measure(claims: int) -> Figures:
    """By model: violations planted and found, look-alikes planted and flagged, flags among ordinary claims."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        options = ("--claims", str(claims), "--months", "12", "--rings", "none", "--seed", "3")
        command = [sys.executable, "-m", "fraudgraph", "sample", str(city), *options]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        with Store(Path(scratch) / "store") as store, Store(Path(scratch) / "empty") as empty:
            read_claims(store, [city], SourceSettings())
            report = screen_claims(store, ScreeningSettings())
            ordinary = {one.model: one.hits for one in report.outcomes if one.state == "ran"}
            catalogue_everything(store)
            World().fill(empty)
            fired = [
                (case, fires(empty if case.own_city else store, case, n))
                for n, case in enumerate(all_cases())
            ]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case, hit in fired:
        counts[case.model][("planted" if case.should_fire else "look_alikes")] += 1
        counts[case.model][("found" if case.should_fire else "wrong")] += hit
    return {
        screen.id: Measured(
            planted=counts[screen.id]["planted"],
            found=counts[screen.id]["found"],
            look_alikes=counts[screen.id]["look_alikes"],
            wrong=counts[screen.id]["wrong"],
            ordinary=ordinary.get(screen.id),
        )
        for screen in load_screens()
    }


def fires(store: Store, case: Case, number: int) -> bool:
    """Whether the case's model flags what the case lays into the store; the store is afterwards as it was before."""
    mark = f"K{number:04d}~"
    world = World(prefix=mark)
    case.build(world)
    store.run("BEGIN")
    try:
        for table in CANONICAL:
            if world.rows[table]:
                store.put("incoming", world.table(table))
                store.run(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
        (screen,) = (one for one in load_screens() if one.id == case.model)
        (outcome,) = screen_claims(store, ScreeningSettings(), screens=[screen]).outcomes
        if outcome.state != "ran":
            raise SystemExit(f"{case.model}: {outcome.reason_en}")
        return bool(
            store.one(
                "SELECT count(*) FROM flags WHERE starts_with(subject_id, $mark) OR len(list_filter(claim_ids, lambda one: starts_with(one, $mark))) > 0 "
                "OR len(list_filter(member_ids, lambda one: starts_with(one, $mark))) > 0",
                mark=mark,
            )[0]
        )
    finally:
        store.run("ROLLBACK")
