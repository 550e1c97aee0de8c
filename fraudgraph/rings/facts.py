"""What is known of each group, read once from the tables: the input of explanations, score and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudgraph.explanations.facts import Known
from fraudgraph.store import Store

__all__ = ["GroupFacts", "read_facts"]

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """One group: numbers of its sittings by name, what explanations look at (`known`), and its signs.

    `parent_no` is set for the part of a larger group that comes to a place without the rest. `signs` are the facts whose
    likelihood under rings and lawful groups is known.
    """

    group_no: int
    numbers: dict[str, float]
    known: Known = field(default_factory=Known)
    parent_no: int | None = None
    signs: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    @property
    def patient_count(self) -> int:
        """People in the group."""
        return int(self.numbers["patient_count"])


def prepare_facts(store: Store) -> None:
    """Make the tables that facts are read from: member claims, attributes, entities, features."""
    for name in ("member_claims", "attributes", "places", "features"):
        store.run((_SQL / f"{name}.sql").read_text(encoding="utf-8"))


def read_facts(store: Store) -> dict[int, GroupFacts]:
    """Facts of every group, by group number."""
    from fraudgraph.explanations.known import read_known  # noqa: PLC0415  # scipy.stats: not for a look-up
    from fraudgraph.rings.signs import read_signs  # noqa: PLC0415

    prepare_facts(store)
    parents = dict(store.rows("SELECT group_no, parent_no FROM group_parents ORDER BY group_no"))
    known, signs = read_known(store), read_signs(store)
    features = store.arrow("SELECT * FROM group_features ORDER BY group_no").to_pylist()
    return {
        int(row["group_no"]): GroupFacts(
            group_no=int(row["group_no"]),
            numbers={name: _number(value) for name, value in row.items()},
            known=known[int(row["group_no"])],
            parent_no=parents.get(int(row["group_no"])),
            signs=signs.get(int(row["group_no"]), {}),
        )
        for row in features
    }


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
