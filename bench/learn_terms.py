"""`python -m bench learn_terms`: learns the table of terms from kept runs of worlds and writes it with its origin."""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from bench.worlds.files import truth_folder
from bench.worlds.groups import gather, labels, worth_asking
from bench.worlds.kept import LAST_TUNING_SEED, WORLDS, Case, kept_runs
from bench.worlds.learning import HeldOut, cross, held_out_table, learn
from bench.worlds.scoring import people, read_truth
from bench.worlds.terms import Learner, calibrated, with_hand_terms, write
from fraudgraph.rings.terms import Terms

__all__ = ["main", "origin"]

_DEFAULT = Learner()


def main(argv: list[str]) -> int:
    """Learn terms from kept runs."""
    options = _parser().parse_args(argv)
    cases = kept_runs(options.work, options.runs)
    if late := [case.name for case in cases if case.seed > LAST_TUNING_SEED]:
        raise SystemExit(
            f"Nothing is learnt on seeds above {LAST_TUNING_SEED}: {', '.join(late)}. Narrow --runs."
        )
    groups = gather(cases)
    learner = Learner(
        rounds=options.rounds,
        seeds=options.boosters,
    )
    rows: list[HeldOut] = []
    slope, shift = 1.0, 0.0
    if options.cross:
        rows, scored, (slope, shift) = cross(groups, _planted(cases), learner)
        print(held_out_table(rows))
        (options.work / "held_out.json").write_text(
            json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8"
        )
        scored.to_parquet(options.work / "held_out_groups.parquet", index=False)
    if options.write:
        terms = calibrated(learn(groups, learner, leave_out=options.leave_out), slope, shift)
        terms = with_hand_terms(terms)
        write(terms, options.write)
        told = [case for case in cases if case.world != options.leave_out]
        text = origin(
            terms,
            worth_asking(groups[groups.world != options.leave_out]),
            told,
            learner,
            rows,
            options.date,
            (slope, shift),
        )
        options.write.with_suffix(".toml").write_text(text, encoding="utf-8")
        print(f"{len(terms.trees)} trees over {len(terms.facts)} facts in {options.write}")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench learn_terms", description=__doc__)
    made.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "fraudgraph-worlds",
        help="where worlds and runs are kept",
    )
    made.add_argument(
        "--runs",
        nargs="+",
        default=None,
        help="patterns of run folders, as 'county-*-400000-[1-3]' (default: all)",
    )
    made.add_argument(
        "--write", type=Path, default=None, help="the table to write (csv); its origin goes beside it (toml)"
    )
    made.add_argument(
        "--leave-out", default=None, choices=WORLDS, help="a world that the written table must not see"
    )
    made.add_argument(
        "--cross",
        action="store_true",
        help="hold every world out in turn and tell what the terms are worth there",
    )
    made.add_argument("--rounds", type=int, default=_DEFAULT.rounds, help="trees a booster")
    made.add_argument("--boosters", type=int, default=_DEFAULT.seeds, help="boosters that are averaged")
    made.add_argument(
        "--date",
        default=datetime.date.today().isoformat(),
        help="the date in the origin (same input and date, same bytes)",
    )
    return made


def _planted(cases: list[Case]) -> dict[tuple[str, str], int]:
    count: dict[tuple[str, str], int] = {}
    for case in cases:
        key = (case.world, case.level)
        count[key] = count.get(key, 0) + len(people(read_truth(truth_folder(case.delivery)).members))
    return count


def origin(
    terms: Terms,
    groups: pd.DataFrame,
    cases: list[Case],
    learner: Learner,
    rows: list[HeldOut],
    date: str,
    calibration: tuple[float, float] = (1.0, 0.0),
) -> str:
    """Where a table comes from, as TOML."""
    listing = {
        name: sorted({getattr(case, name) for case in cases}) for name in ("world", "level", "seed", "claims")
    }
    lines = [
        "# Origin of the table of terms beside this file; written by `python -m bench learn_terms`, not by hand.",
        f"date = {date}",
        f"worlds = {json.dumps(listing['world'])}",
        f"levels = {json.dumps(listing['level'])}",
        f"seeds = {listing['seed']}",
        f"claims = {listing['claims']}",
        f"runs = {len(cases)}",
        f"groups = {len(groups)}",
        f"rings = {int(labels(groups).sum())}",
        f"facts = {len(terms.facts)}",
        f"calibration = [{calibration[0]}, {calibration[1]}]  # slope and shift of held-out log odds; 1 and 0: none",
        "",
        "[by_hand]",
        'chain_top_share = "chains of identifiers shared outside homes of which no single one links 0.8 of the people"',
        "",
        "[learner]",
        'kind = "boosted trees; each fact may speak one way only where signs.toml says so"',
        *(f"{key} = {json.dumps(value)}" for key, value in asdict(learner).items()),
    ]
    for row in rows:
        lines += ["", "[[held_out]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in asdict(row).items() if value is not None]
    return "\n".join(lines) + "\n"
