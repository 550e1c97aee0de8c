"""Every violation of the catalogue with its innocent twins as files of their own, beside a city that stays as it is.

`OUT/supervision/` holds what can lie in one city with everything else; cases that say something about all peers or a whole
city come each as a delivery of its own in `OUT-alone/`. What was planted, and what each model must make of it, stands in
`violations.csv` beside the city's truth; no run reads it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.synthetic.violations import Case, all_cases
from fraudgraph.synthetic.violations.world import World

__all__ = ["Planted", "plant_violations", "plantable_cases"]

_BY_PEERS = ("M031",)
"""Models that hold a place against all others: the places of other cases would be its peers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One case in the files: ids of it begin with `mark`; `delivery` is the folder that holds it."""

    model: str
    case: str
    must_fire: bool
    mark: str
    delivery: str


def plantable_cases() -> tuple[tuple[int, Case], ...]:
    """Cases that files can carry, with their numbers: violations and innocent twins, not the edges of thresholds."""
    return tuple(
        (number, case)
        for number, case in enumerate(all_cases())
        if case.kind in ("fires", "silent") and not _by_hand(case)
    )


def _by_hand(case: Case) -> bool:
    """Whether a case sets what cleaning makes of claims, which can't come as a file."""
    world = World()
    case.build(world)
    return any(claim["is_refund"] or not claim["counted"] for claim in world.rows["claims"])


def plant_violations(out: Path, truth: Path) -> tuple[Planted, ...]:
    """Write the files beside a city; the same program gives the same bytes.

    Parameters
    ----------
    out : Path
        The city's folder.
    truth : Path
        The folder of its truth.
    """
    together: dict[str, list[pa.Table]] = defaultdict(list)
    for name, table in _ordinary().items():
        together[name].append(table)
    planted = []
    for number, case in plantable_cases():
        mark = f"K{number:04d}~"
        world = World(prefix=mark)
        case.build(world)
        tables = {name: _delivered(world, name) for name in CANONICAL if world.rows[name]}
        alone = out.parent / f"{out.name}-alone" / f"{case.model}-{number:04d}"
        apart = case.own_city or case.model in _BY_PEERS
        if apart:
            _write(alone, {name: [table] for name, table in tables.items()})
        else:
            for name, table in tables.items():
                together[name].append(table)
        delivery = f"{alone.parent.name}/{alone.name}" if apart else f"{out.name}/supervision"
        planted.append(
            Planted(
                model=case.model, case=case.name, must_fire=case.should_fire, mark=mark, delivery=delivery
            )
        )
    _write(out / "supervision", together)
    _write_truth(truth / "violations.csv", planted)
    return tuple(planted)


def _ordinary() -> dict[str, pa.Table]:
    """One ordinary row for columns that violations are seen by the lack of: a model whose column is empty throughout is off."""
    world = World(prefix="ordinary~")
    place = {"name": "甲", "legal_representative": "乙", "phone": "05320000001", "address": "丙路1号", "account": "622200000001", "longitude": 120.0, "latitude": 36.0}  # fmt: skip
    world.put("facilities", facility_id="H1", level="primary", ownership="public", beds=10, **place)
    other = {**place, "name": "丁", "legal_representative": "戊", "phone": "05320000002", "account": "622200000002", "address": "己路2号", "latitude": 36.1}  # fmt: skip
    world.put("pharmacies", pharmacy_id="P1", **other)
    world.put("stock_moves", move_id="m1", place_id="P1", item_code="i1", move_type="purchase", moved_at="2025-03-01 09:00", quantity=10, unit_price=10, supplier_id="s1", invoice_number="f1", slip_number="d1")  # fmt: skip
    return {name: _delivered(world, name) for name in CANONICAL if world.rows[name]}


def _delivered(world: World, name: str) -> pa.Table:
    table = world.table(name)
    return table.select(list(CANONICAL[name].column_names))


def _write(folder: Path, tables: dict[str, list[pa.Table]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(tables):
        whole = pa.concat_tables(tables[name])
        if name == "holidays":  # days of all cases: each once
            whole = pa.Table.from_pylist(
                list({row["day"]: row for row in whole.to_pylist()}.values()), whole.schema
            )
        pq.write_table(whole, folder / f"{name}.parquet", compression="zstd")


def _write_truth(path: Path, planted: Sequence[Planted]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("model", "case", "must_fire", "mark", "delivery"))
        rows.writerows((one.model, one.case, int(one.must_fire), one.mark, one.delivery) for one in planted)
