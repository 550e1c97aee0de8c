"""The sample city: claims of a made-up city, with planted rings and lawful groups that look like rings.

It was written by somebody who has not read the detection, and is frozen: a change raises `CITY_VERSION` and is
listed in docs/method.md with the figures before and after.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fraudgraph.errors import StorageError, UsageError
from fraudgraph.synthetic.city.arrays import Ints
from fraudgraph.synthetic.city.clocks import Calendar
from fraudgraph.synthetic.city.finishing import finish, make_dirt
from fraudgraph.synthetic.city.ids import make_ids
from fraudgraph.synthetic.city.items import write_items
from fraudgraph.synthetic.city.lawful import LAWFUL_KINDS, add_lawful
from fraudgraph.synthetic.city.ledger import Ledger
from fraudgraph.synthetic.city.ordinary import City, add_ordinary, make_habits
from fraudgraph.synthetic.city.people import make_people, make_villages
from fraudgraph.synthetic.city.places import make_doctors, make_places
from fraudgraph.synthetic.city.plan import RING_KINDS, CityPlan
from fraudgraph.synthetic.city.planted import TYPOLOGIES, add_rings
from fraudgraph.synthetic.city.together import Truth
from fraudgraph.synthetic.city.truth import write_truth
from fraudgraph.synthetic.city.writing import write_claims, write_registers

__all__ = [
    "CITY_FROZEN",
    "CITY_VERSION",
    "LAWFUL_KINDS",
    "RING_KINDS",
    "TYPOLOGIES",
    "CityReport",
    "make_city",
]

CITY_VERSION = 1
CITY_FROZEN = "2026-11-22"


@dataclass(frozen=True, slots=True, kw_only=True)
class CityReport:
    """What was made, for the person who asked for it. Amounts are yuan."""

    out: Path
    truth: Path
    claims: int
    persons: int
    facilities: int
    pharmacies: int
    doctors: int
    rings: int
    ring_persons: int
    ring_claims: int
    lawful_groups: int
    seconds: float


def make_city(
    out: Path,
    *,
    claims: int,
    months: int,
    rings: str,
    seed: int,
    items: bool = False,
    dirt: bool = True,
    big_block: bool = False,
    progress: Callable[[str], None] | None = None,
) -> CityReport:
    """Make a city's claims files, and what was planted in a folder beside them.

    The same arguments give the same bytes. The last day is always 2025-12-31.

    Parameters
    ----------
    out : Path
        Folder for the Parquet files; must be missing or empty. The truth goes to `<out>-truth`, replacing an older one.
    claims : int
        Rows of claims.parquet, refund records and duplicates included: 2,000 to 50,000,000.
    months : int
        Calendar months, 1 to 36. With the claims they decide how many persons live there.
    rings : str
        none, standard, stealth, hard or real.
    seed : int
        Decides everything random.
    items : bool
        Also write claim_items.parquet.
    dirt : bool
        Duplicates, bad dates, missing ids, impossible amounts and placeholders in small shares.
    big_block : bool
        Also plant the block of 122 doctors and 181 patients.
    progress : callable, optional
        Told each step in a few words.

    Raises
    ------
    UsageError
        If an argument can't be used, or `out` is not empty.
    StorageError
        If the files can't be written.
    """
    began = time.monotonic()
    say = progress or (lambda _: None)
    plan = CityPlan(
        claims=claims, months=months, rings=rings, seed=seed, items=items, dirt=dirt, big_block=big_block
    )
    _refuse_taken(out)
    say("people and places")
    city = _found(plan)
    say("groups and rings")
    truth, ledger = Truth(), Ledger()
    add_lawful(city, ledger, truth)
    add_rings(city, ledger, truth, plan.rings)
    say("ordinary life")
    add_ordinary(city, ledger, _counts(city, ledger))
    say("refunds and settlement")
    rows = finish(city, ledger.columns(), truth)
    del ledger
    ids = make_ids(city, len(rows["patient"]))
    spoiled = make_dirt(city, rows)
    say("writing")
    truth_folder = out.with_name(out.name + "-truth")
    beside, truth_beside = out.with_name(out.name + ".tmp"), out.with_name(out.name + "-truth.tmp")
    try:
        for folder in (beside, truth_beside):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        write_claims(beside, city, rows, ids, spoiled)
        write_registers(beside, city, ids)
        if plan.items:
            write_items(beside, city, rows, ids)
        write_truth(truth_beside, city, rows, ids=ids, dirt=spoiled, truth=truth)
        if out.exists():
            out.rmdir()
        shutil.rmtree(truth_folder, ignore_errors=True)
        beside.rename(out)
        truth_beside.rename(truth_folder)
    except OSError as problem:
        raise StorageError(
            f"The sample city can't be written to {out}: {problem}. Check the free disk space and the permissions.",
            f"样例城市无法写入 {out}:{problem}。请检查磁盘空间和权限。",
        ) from None
    in_rings = (
        np.unique(np.concatenate([ring.patients for ring in truth.rings])) if truth.rings else np.zeros(0)
    )
    return CityReport(
        out=out,
        truth=truth_folder,
        claims=len(rows["patient"]) + len(spoiled.duplicates),
        persons=len(city.people),
        facilities=city.places.facilities,
        pharmacies=len(city.places) - city.places.facilities,
        doctors=len(city.doctors),
        rings=len(truth.rings),
        ring_persons=len(in_rings),
        ring_claims=int(((rows["ring"] >= 0) & (rows["refund_of"] < 0)).sum()),
        lawful_groups=len(truth.groups),
        seconds=round(time.monotonic() - began, 2),
    )


def _refuse_taken(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"{out} exists and is not empty. Name a new folder, or empty this one first.",
            f"{out} 已存在且不为空。请指定新的文件夹,或先清空它。",
        )


def _found(plan: CityPlan) -> City:
    villages = make_villages(plan)
    people = make_people(plan, villages)
    places = make_places(plan, villages)
    return City(
        plan=plan,
        villages=villages,
        people=people,
        places=places,
        doctors=make_doctors(plan, places),
        calendar=Calendar(plan),
        habit=make_habits(plan, people),
        special_patients=np.zeros(len(people), dtype=np.bool_),
    )


def _counts(city: City, ledger: Ledger) -> Ints:
    rows = ledger.columns()
    cell = rows["kind"].astype(np.int64) * 2 + city.people.employee[rows["patient"]]
    return np.bincount(cell, minlength=8).reshape(4, 2)
