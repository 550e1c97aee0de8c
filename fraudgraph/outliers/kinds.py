"""What is compared with peers: facilities, pharmacies, doctors, insured persons, and which of their numbers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.records import NodeKind

__all__ = ["KINDS", "PATIENT_FLOOR", "PATIENT_LEAST_VISITS", "Feature", "Kind", "usable_features"]

_HERE = Path(__file__).parent
PATIENT_FLOOR = 3.0
"""Persons below this score are not kept: there are millions of them, and they are ordinary."""
PATIENT_LEAST_VISITS = 4
"""Shares of fewer visits than this are noise."""
LEAST_COUNT = 10
"""A mean stay, a readmission share or a pharmacy share needs so many stays or prescriptions."""
_CLOCK: dict[str, Any] = {"opening_minute": 7 * 60, "closing_minute": 21 * 60, "near_minutes": 2}
# An open day of ten hours, over which chance spreads the visits; so many meetings are added to both sides of a ratio.
_DAY: dict[str, Any] = {"open_minutes": 600.0, "prior_count": 5.0}
# The span that supervisors ask about (split stays).
_READMISSION: dict[str, Any] = {"readmission_days": 15}
_LEAST: dict[str, Any] = {"least_count": LEAST_COUNT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind is measured: its SQL file and the columns that make peers.

    The last of them is given up first, the first `essential` never.
    """

    entity_type: NodeKind
    title_zh: str
    title_en: str
    file: str
    parameters: dict[str, Any]
    peer_columns: tuple[str, ...]
    essential: int
    forest: bool
    floor: float

    def sql(self) -> str:
        """The file that measures it: a header that names the features, then one SELECT."""
        return (_HERE / "sql" / f"{self.file}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number of a kind, from its SQL file's header."""

    name: str
    title_zh: str
    title_en: str
    scale: str
    side: str


KINDS = (
    Kind(
        entity_type=NodeKind.FACILITY,
        title_zh="定点医疗机构",
        title_en="facilities",
        file="places",
        parameters={**_CLOCK, **_DAY, **_READMISSION, **_LEAST, "place_type": "facility"},
        peer_columns=("peer_level", "peer_ownership"),
        essential=1,
        forest=True,
        floor=0.0,
    ),
    Kind(
        entity_type=NodeKind.PHARMACY,
        title_zh="定点零售药店",
        title_en="pharmacies",
        file="places",
        parameters={**_CLOCK, **_DAY, **_READMISSION, **_LEAST, "place_type": "pharmacy"},
        peer_columns=(),
        essential=0,
        forest=True,
        floor=0.0,
    ),
    Kind(
        entity_type=NodeKind.DOCTOR,
        title_zh="医师",
        title_en="doctors",
        file="doctors",
        parameters={**_DAY, **_LEAST},
        peer_columns=("peer_specialty", "peer_level"),
        essential=1,
        forest=True,
        floor=0.0,
    ),
    Kind(
        entity_type=NodeKind.PATIENT,
        title_zh="参保人",
        title_en="insured persons",
        file="patients",
        parameters={"least_visits": PATIENT_LEAST_VISITS},
        peer_columns=("peer_age",),
        essential=0,
        forest=False,
        floor=PATIENT_FLOOR,
    ),
)


def usable_features(
    sql: str, measured: pa.Table, kind: Kind
) -> tuple[list[Feature], tuple[tuple[str, str, str], ...]]:
    """The features of a file's header that have values; the others with the reason they are off."""
    card = tomllib.loads(sql.split("/*---", 1)[1].split("---*/", 1)[0])
    usable, off = [], []
    for entry in card["features"]:
        if kind.entity_type not in entry.get("kinds", [kind.entity_type]):
            continue
        if measured[entry["name"]].null_count == measured.num_rows:
            needs = entry["needs"]
            off.append(
                (entry["name"], f"结算数据没有足够的 {needs}", f"the claims have too few usable {needs}")
            )
            continue
        usable.append(
            Feature(
                name=entry["name"],
                title_zh=entry["title_zh"],
                title_en=entry["title"],
                scale=entry["scale"],
                side=entry["side"],
            )
        )
    return usable, tuple(off)
