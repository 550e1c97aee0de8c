"""Calibration 校准: how many rings of a score chance alone would make.

The same search runs on the same claims with the people dealt out anew inside each place's own hours. What it finds
there is chance's work; a ring's q-value is the share of rings at its score or above that chance would have made.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fraudgraph.groups import find_groups, find_parts
from fraudgraph.meetings import find_meetings
from fraudgraph.progress import Progress
from fraudgraph.rings.assemble import Candidate, assemble_rings
from fraudgraph.settings import MeetingSettings, Settings
from fraudgraph.store import Store

__all__ = ["calibrate_rings", "q_values"]

_SQL = Path(__file__).parent / "sql"
_KEPT_WHEN_SHUFFLED = ("identity", "steering", "shared_places", "ownership", "successor")
"""Views that dealing people out anew inside a place leaves as they are: who uses a place, which phone, which pharmacy, whose place it was."""


def calibrate_rings(
    store: Store, candidates: tuple[Candidate, ...], settings: Settings, *, progress: Progress
) -> tuple[Candidate, ...]:
    """Give each ring its q-value, where the settings ask for shuffles.

    Parameters
    ----------
    store : Store
        Holds all tables of a run; the shuffled ones live in a schema of their own and are gone afterwards.
    candidates : tuple of Candidate
        The rings as found.
    settings : Settings
        `calibration.shuffles` says how many times people are dealt out anew.
    progress : Progress
        Told of each shuffle.
    """
    if not settings.calibration.shuffles:
        return candidates
    progress.stage("Calibration", "校准", settings.calibration.shuffles)
    chance: list[float] = []
    for number in range(settings.calibration.shuffles):
        chance += _scores_by_chance(store, settings, seed=settings.run.seed + number)
        progress.advance(1)
    found = np.array([c.ring.score for c in candidates], np.float64)
    q = q_values(found, np.array(chance, np.float64), shuffles=settings.calibration.shuffles)
    return tuple(
        replace(c, ring=replace(c.ring, q_value=round(float(value), 6)))
        for c, value in zip(candidates, q, strict=True)
    )


def q_values(
    found: npt.NDArray[np.float64], chance: npt.NDArray[np.float64], *, shuffles: int
) -> npt.NDArray[np.float64]:
    """The share of rings at each score or above that chance would make.

    Parameters
    ----------
    found : array
        Scores of the rings found.
    chance : array
        Scores of the rings found in all shuffles together.
    shuffles : int
        How many shuffles.

    Returns
    -------
    array
        Between 0 and 1, never rising with the score. One more chance ring is counted than was seen, in one more
        shuffle than was made: few shuffles can't promise much.
    """
    expected = (np.array([(chance >= score).sum() for score in found]) + 1) / (shuffles + 1)
    above = np.array([(found >= score).sum() for score in found])
    rate = np.where(found > 0, np.minimum(expected / np.maximum(above, 1), 1.0), 1.0)
    order = np.argsort(found, kind="stable")
    q = np.empty_like(rate)
    q[order] = np.minimum.accumulate(rate[order])
    return q


def _scores_by_chance(store: Store, settings: Settings, *, seed: int) -> list[float]:
    """Scores of what the search finds where only chance is at work."""
    sql = (_SQL / "shuffled_claims.sql").read_text(encoding="utf-8")
    store.run("DROP SCHEMA IF EXISTS shuffled CASCADE; CREATE SCHEMA shuffled")
    try:
        store.run(f"CREATE TABLE shuffled.claims AS {sql}", seed=seed)
        store.run("SET search_path = 'shuffled,main'")
        off = tuple(sorted({*settings.meetings.off, *_KEPT_WHEN_SHUFFLED}))
        find_meetings(store, MeetingSettings(off=off))
        find_groups(store, settings.groups, seed=settings.run.seed, min_patients=settings.rings.min_patients)
        find_parts(store, min_patients=settings.rings.min_patients)
        for name in ("group_blocks", "group_steering", "group_customs"):
            store.run(f"CREATE TABLE {name} AS SELECT * FROM main.{name} LIMIT 0")
        return [c.ring.score for c in assemble_rings(store, settings.rings)]
    finally:
        store.run("SET search_path = 'main'; DROP SCHEMA shuffled CASCADE")
