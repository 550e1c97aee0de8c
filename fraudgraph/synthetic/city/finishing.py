"""Refunds, settlement times and dirt: what makes claims look like delivered ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Ints, Rng
from fraudgraph.synthetic.city.clocks import on_duty
from fraudgraph.synthetic.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP, price
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.plan import DAY
from fraudgraph.synthetic.city.together import LawfulGroup, Truth

__all__ = ["Dirt", "finish", "make_dirt"]


def finish(city: City, rows: dict[str, Any], truth: Truth) -> dict[str, Any]:
    """Price the claims, refund some, and put all records in the order of settlement.

    Adds the columns total, fund, account (fen) and settled (second); `refund_of` is a position in the result.
    """
    rng = city.plan.rng(300)
    _close_pharmacies(city, rows, truth)
    last = city.plan.days * DAY - 1
    rows["start"] = np.minimum(rows["start"], last - 60)
    rows["total"], rows["fund"], rows["account"] = price(rng, rows, city.people, city.places)
    free = rows["desk"] < 0
    rows["desk"][free] = on_duty(rng, city.places, rows["place"][free], rows["start"][free])
    rows["settled"] = rows["start"] + _until_settled(rng, rows)
    rows["settled"] = np.minimum(rows["settled"], last)
    rows = _refunds(city, rng, rows)
    order = np.lexsort((rng.permutation(len(rows["settled"])), rows["settled"]))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    rows = {name: column[order] for name, column in rows.items()}
    rows["refund_of"] = np.where(rows["refund_of"] >= 0, position[rows["refund_of"]], -1)
    return rows


def _close_pharmacies(city: City, rows: dict[str, Any], truth: Truth) -> None:
    """Here and there a pharmacy closes for good, and all its regulars go next door from one day to the next."""
    rng, places = city.plan.rng(301), city.places
    shops = np.arange(places.facilities, len(places))
    busy = np.unique(rows["place"][rows["ring"] >= 0])
    quiet = np.setdiff1d(shops, busy)
    for shop in rng.permutation(quiet)[: round(len(shops) / 60)].tolist():
        away = np.hypot(places.x[shops] - places.x[shop], places.y[shops] - places.y[shop])
        heir = int(shops[np.argsort(away, kind="stable")[1]])
        day = int(rng.uniform(0.3, 0.7) * city.plan.days)
        there = np.flatnonzero(rows["place"] == shop)
        later = there[rows["start"][there] >= day * DAY]
        rows["place"][later] = heir
        visits = np.bincount(rows["patient"][there], minlength=len(city.people))
        regulars = np.argsort(-visits, kind="stable")[:40]
        truth.groups.append(LawfulGroup("closed_neighbour", np.sort(regulars[visits[regulars] >= 6])))


def _until_settled(rng: Rng, rows: dict[str, Any]) -> Ints:
    kind = rows["kind"]
    count = len(kind)
    wait: Ints = np.select(
        [kind == OUTPATIENT, kind == CHRONIC, kind == INPATIENT],
        [
            rng.integers(240, 4_200, count),
            rng.integers(180, 2_400, count),
            rows["stay"] + rng.integers(0, 5_400, count),
        ],
        rng.integers(0, 45, count),
    )
    return wait


def _refunds(city: City, rng: Rng, rows: dict[str, Any]) -> dict[str, Any]:
    plan = city.plan
    count = len(rows["patient"])
    source = rng.choice(count, size=min(plan.refunds, count), replace=False)
    again = source[: plan.billed_again]
    delay = np.where(
        rng.random(len(source)) < 0.7,
        rng.integers(60, 1_500, len(source)),
        rng.integers(DAY // 2, 5 * DAY, len(source)),
    )
    back = {name: column[source].copy() for name, column in rows.items()}
    for name in ("total", "fund", "account"):
        back[name] = -back[name]
    back["settled"] = back["settled"] + delay
    back["refund_of"] = source
    anew = {name: column[again].copy() for name, column in rows.items()}
    soon = delay[: len(again)] + rng.integers(30, 400, len(again))
    anew["settled"] = anew["settled"] + soon
    anew["start"] = np.where(anew["kind"] == INPATIENT, anew["start"], anew["start"] + soon)
    change = rng.choice([100, 100, 95, 80, 110], size=len(again))
    for name in ("total", "fund", "account"):
        anew[name] = anew[name] * change // 100
    anew["account"] = np.minimum(anew["account"], anew["total"] - anew["fund"])
    last = plan.days * DAY - 1
    joined = {name: np.concatenate([rows[name], anew[name], back[name]]) for name in rows}
    joined["settled"] = np.minimum(joined["settled"], last)
    joined["start"] = np.minimum(joined["start"], joined["settled"])
    return joined


@dataclass(slots=True)
class Dirt:
    """Which rows are dirty, by what; every share is below one in two hundred."""

    duplicates: Ints
    missing_patient: Bools
    bad_start: Bools
    end_before_start: Bools
    unknown_doctor: Bools
    fund_above_total: Bools
    missing_total: Bools
    missing_operator: Bools
    missing_diagnosis: Bools
    unpaired_refund: Bools

    def counts(self) -> dict[str, int]:
        """Rows by kind of dirt."""
        return {
            name: len(self.duplicates) if name == "duplicates" else int(getattr(self, name).sum())
            for name in self.__slots__
        }


def make_dirt(city: City, rows: dict[str, Any]) -> Dirt:
    """Choose the rows that arrive dirty."""
    rng = city.plan.rng(400)
    count = len(rows["patient"])
    on = float(city.plan.dirt)

    def some(share: float) -> Bools:
        return rng.random(count) < share * on

    original = rows["refund_of"] < 0
    return Dirt(
        duplicates=np.sort(rng.choice(count, size=min(city.plan.duplicates, count), replace=False)),
        missing_patient=some(0.0003),
        bad_start=some(0.0003) & original,
        end_before_start=some(0.0003) & (rows["kind"] != SHOP),
        unknown_doctor=some(0.004) & (rows["doctor"] >= 0),
        fund_above_total=some(0.0002) & original,
        missing_total=some(0.0001) & original,
        missing_operator=some(0.003),
        missing_diagnosis=some(0.03),
        unpaired_refund=some(0.04) & ~original,
    )
