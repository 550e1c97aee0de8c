"""Groups of kept runs, with what they are in truth: what terms are learnt from.

A frame of groups has one row per ring of a run, listed or not: columns `world`, `level`, `seed`, `ring_id`, `jaccard` (with the planted
ring that fits best), `planted` (that ring's id), `inside` (share of its people who are in any planted ring), and a column per fact.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds.files import truth_folder
from bench.worlds.kept import Case
from bench.worlds.scoring import people, read_truth

__all__ = [
    "ABOUT",
    "FRAGMENT_WEIGHT",
    "facts_of",
    "gather",
    "groups_of_run",
    "labels",
    "weights",
]

ABOUT = ("world", "level", "seed", "ring_id", "jaccard", "planted", "inside", "lawful_holds")
FRAGMENT_WEIGHT = 0.3
"""A piece of a ring is no ring of its own, and no innocent group either: it weighs less."""


def gather(cases: list[Case]) -> pd.DataFrame:
    """The groups of all cases one below the other.

    Raises
    ------
    SystemExit
        A run that is asked for holds no `ring_facts.parquet`.
    """
    frames = []
    for case in cases:
        groups = groups_of_run(case.out, truth_folder(case.delivery))
        frames.append(groups.assign(world=case.world, level=case.level, seed=case.seed))
    return pd.concat(frames, ignore_index=True)


def groups_of_run(out: Path, truth: Path) -> pd.DataFrame:
    """The groups of one run with their facts and what they are in truth."""
    told = out / "ring_facts.parquet"
    if not told.is_file():
        raise SystemExit(f"{told} is not there: this run is of a program that writes no facts of rings.")
    facts = pd.read_parquet(told).pivot(index="ring_id", columns="fact", values="value")
    named = people(pd.read_parquet(out / "ring_members.parquet"))
    planted = people(read_truth(truth).members)
    everybody = set().union(*planted.values())
    rows = []
    for ring_id, group in sorted(named.items()):
        fits = [(len(group & ring) / len(group | ring), key) for key, ring in planted.items() if group & ring]
        jaccard, key = max(fits, default=(0.0, ""))
        rows.append((ring_id, jaccard, key, len(group & everybody) / len(group)))
    about = pd.DataFrame(rows, columns=["ring_id", "jaccard", "planted", "inside"])
    return about.merge(facts.reset_index(), on="ring_id", how="left")


def facts_of(groups: pd.DataFrame) -> list[str]:
    """Facts that vary among these groups, by name."""
    return [f for f in sorted(set(groups.columns) - set(ABOUT)) if groups[f].nunique(dropna=True) > 1]


def worth_asking(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups that no lawful explanation takes off: the others are not what the terms decide."""
    if "lawful_holds" not in groups:
        return groups
    return groups[~(groups.lawful_holds > 0)].reset_index(drop=True)


def labels(groups: pd.DataFrame) -> np.ndarray:
    """1 for a group that is a planted ring."""
    return (groups.jaccard >= 0.5).to_numpy(np.int64)


def weights(groups: pd.DataFrame) -> np.ndarray:
    """Each world weighs the same; a piece of a ring weighs less than a group that is none."""
    fragment = (groups.jaccard < 0.5) & (groups.inside > 0.5)
    size = groups.groupby("world").world.transform("size")
    share = len(groups) / groups.world.nunique() / size
    return (np.where(fragment, FRAGMENT_WEIGHT, 1.0) * share).to_numpy(np.float64)
