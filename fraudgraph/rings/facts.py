"""What is known of each group, read once from the tables: the input of explanations, score and evidence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fraudgraph.store import Store

if TYPE_CHECKING:
    from fraudgraph.rings.lawful_claims import ExplanationSupport

__all__ = ["Common", "GroupFacts", "read_facts"]

_HERE = Path(__file__).parent
_CIRCUMSTANCES = {
    "share_new",
    "share_moved",
    "share_of_place",
    "share_unknown",
    "share_twin",
    "share_twin_others",
    "refill_days",
    "course_amounts",
}
"""Numbers that only groups with a sitting have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """A value that several people of a group have in common, and how many people have it in all."""

    value: str
    member_count: int
    holder_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """One group: numbers of its people and sittings by name, and what its people have in common.

    `parent_no` is set for the part of a larger group that comes to a place without the rest. `spoken` holds the claims
    behind each lawful explanation, `signs` the facts whose likelihood under rings and lawful groups is known.
    """

    group_no: int
    numbers: dict[str, float]
    common: dict[str, tuple[Common, ...]] = field(default_factory=dict)
    parent_no: int | None = None
    spoken: dict[str, ExplanationSupport] = field(default_factory=dict)
    signs: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def get(self, name: str) -> float:
        """A number that not every group has; 0 where it is missing."""
        return self.numbers.get(name, 0.0)

    @property
    def patient_count(self) -> int:
        """People in the group."""
        return int(self.numbers["patient_count"])

    def top(self, attribute: str) -> Common | None:
        """The most common value of an attribute, or None."""
        values = self.common.get(attribute, ())
        return values[0] if values else None

    def top_share(self, attribute: str, *, most_holders: int | None = None, least_holders: int = 0) -> float:
        """Share of the people who have the most common value (of at most, or at least, so many holders in all)."""
        for common in self.common.get(attribute, ()):
            fits = most_holders is None or common.holder_count <= most_holders
            if fits and common.holder_count >= least_holders:
                return common.member_count / self.patient_count
        return 0.0


def prepare_facts(store: Store) -> None:
    """Make the tables that facts are read from: member claims, attributes, entities, features."""
    families = tomllib.loads((_HERE / "diagnoses.toml").read_text(encoding="utf-8"))
    rows = [(family, prefix) for family, prefixes in sorted(families.items()) for prefix in prefixes]
    store.put(
        "diagnosis_families",
        pa.table({"family": [family for family, _ in rows], "prefix": [prefix for _, prefix in rows]}),
    )
    for name in ("member_claims", "attributes", "places", "features", "circumstances"):
        store.run((_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8"))


def read_facts(store: Store) -> dict[int, GroupFacts]:
    """Facts of every group, by group number."""
    from fraudgraph.rings.lawful_claims import read_spoken  # noqa: PLC0415  # scipy.stats: not for a look-up
    from fraudgraph.rings.signs import read_signs  # noqa: PLC0415

    prepare_facts(store)
    common: dict[int, dict[str, list[Common]]] = {}
    for group_no, attribute, value, members, holders in store.rows(
        "SELECT group_no, attribute, value, member_count, holder_count FROM group_attributes "
        "WHERE place_in_line <= 8 ORDER BY group_no, attribute, place_in_line"
    ):
        common.setdefault(group_no, {}).setdefault(attribute, []).append(
            Common(value=value, member_count=members, holder_count=holders)
        )
    parents = dict(store.rows("SELECT group_no, parent_no FROM group_parents ORDER BY group_no"))
    spoken = read_spoken(store)
    signs = read_signs(store)
    features = store.arrow(
        "SELECT f.*, c.* EXCLUDE (group_no) FROM group_features AS f "
        "LEFT JOIN group_circumstances AS c ON c.group_no = f.group_no ORDER BY f.group_no"
    ).to_pylist()
    return {
        int(row["group_no"]): GroupFacts(
            group_no=int(row["group_no"]),
            numbers={
                name: _number(0 if value is None and name in _CIRCUMSTANCES else value)
                for name, value in row.items()
            },
            common={name: tuple(values) for name, values in common.get(int(row["group_no"]), {}).items()},
            parent_no=parents.get(int(row["group_no"])),
            spoken=spoken.get(int(row["group_no"]), {}),
            signs=signs.get(int(row["group_no"]), {}),
        )
        for row in features
    }


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
