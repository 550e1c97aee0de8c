"""Replay: every number of a ring's evidence once more, from the claims kept in OUT, and where one differs.

Only who belongs to the ring is taken as given. Meetings, sittings, the places' own rhythm, like people, money and
explanations are counted again from the claims in a store of their own, and held against what the run wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.errors import StorageError, UsageError, nearest_hint
from fraudgraph.groups.blocks import measure_blocks
from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.meetings import VIEWS, find_meetings
from fraudgraph.records import Account, NodeKind, Ring
from fraudgraph.rings.assemble import assemble_rings
from fraudgraph.rings.evidence import collect_evidence
from fraudgraph.rings.kept_store import told_as_another_version
from fraudgraph.rings.loading import load_rings, load_run_settings
from fraudgraph.settings import MeetingSettings, Settings
from fraudgraph.store import Store

__all__ = ["Difference", "Replay", "find_ring", "replay_ring"]

_BORROWED = (*CANONICAL, "flags", "outliers", "screen_runs")
_NEEDED_VIEWS = {"identity", "steering", "same_bill", "shared_places", "ownership", "successor", "trace_code"}
_OF_RING = (
    "total_amount",
    "fund_amount",
    "excess_amount",
    "excess_low",
    "excess_high",
    "first_seen",
    "last_seen",
)
_OF_MEMBER = (
    "role",
    "strength",
    "claim_count",
    "expected_claim_count",
    "fund_amount",
    "reason_zh",
    "reason_en",
)
_OF_EVIDENCE = ("kind", "observed", "expected", "claim_ids", "sentence_zh", "sentence_en")
_OF_EXPLANATION = (
    "share",
    "observed",
    "threshold",
    "holds",
    "claim_ids",
    "claim_share",
    "sentence_zh",
    "sentence_en",
)
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number that the claims don't give: where it stands, what the run wrote, what the claims give."""

    where: str
    what: str
    kept: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of counting a ring again: how much was held against the claims, and what differs."""

    ring_id: str
    evidence_count: int
    number_count: int
    claim_count: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every number is what the claims give."""
        return not self.differences


def replay_ring(out: Path, ring_id: str) -> Replay:
    """Count every number of a ring's evidence again from the claims in OUT.

    Parameters
    ----------
    out : Path
        A folder that a run wrote; nothing in it is changed.
    ring_id : str
        The ring, listed or not.

    Raises
    ------
    UsageError
        If the folder holds no run, or the run no such ring.
    StorageError
        If the claims kept in OUT can't be opened.
    """
    kept = find_ring(load_rings(out), ring_id)
    settings = load_run_settings(out)
    with (
        TemporaryDirectory(prefix="fraudgraph-replay-") as folder,
        Store(Path(folder), threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib) as store,
        told_as_another_version(store, out),
    ):  # fmt: skip
        again = _count_again(store, out, kept, settings)
    compared = list(_compared(kept, again))
    return Replay(
        ring_id=ring_id, evidence_count=len(kept.evidence), number_count=len(compared),
        claim_count=len({claim for item in kept.evidence for claim in item.claim_ids}),
        differences=tuple(found for found in compared if found.kept != found.again),
    )  # fmt: skip


def find_ring(rings: tuple[Ring, ...], ring_id: str) -> Ring:
    """The ring with this number.

    Raises
    ------
    UsageError
        If there is none; the nearest are named.
    """
    for ring in rings:
        if ring.ring_id == ring_id:
            return ring
    hint_en, hint_zh = nearest_hint(ring_id, [ring.ring_id for ring in rings])
    raise UsageError(
        f"There is no ring {ring_id!r} among the {len(rings)} of this run; {hint_en}",
        f"本批次的 {len(rings)} 个疑似团伙中没有 {ring_id!r}；{hint_zh}",
    )


def _count_again(store: Store, out: Path, kept: Ring, settings: Settings) -> Ring | None:
    """The ring as the claims give it, or None if they give none for these people."""
    store.borrow(out, _BORROWED)
    if not store.has("claims"):
        raise StorageError(
            f"The store in {out} holds no claims, so nothing can be counted again. Use the folder as the run left it.",
            f"{out} 的数据文件中没有结算数据，无法复算。请使用运行原样写出的文件夹。",
        )
    off = {*settings.meetings.off, *(view for view in VIEWS if view not in _NEEDED_VIEWS)}
    find_meetings(store, MeetingSettings(off=tuple(sorted(off))))
    group_no = _put_groups(store, kept)
    store.run("CREATE TABLE known_codes AS SELECT * FROM kept.shared_identifiers")
    find_sittings(store)
    measure_blocks(store)
    for candidate in assemble_rings(store, settings.rings):
        if candidate.group_no == group_no:
            named = replace(candidate, ring=replace(candidate.ring, ring_id=kept.ring_id))
            (proven,) = collect_evidence(store, (named,))
            return proven.ring
    return None


def _put_groups(store: Store, kept: Ring) -> int:
    """The run's groups in this store's codes: the ring's people as its table of members names them, the rest as kept."""
    (group_no,) = store.one(
        "SELECT group_no FROM kept.ring_names WHERE ring_id = $ring_id", ring_id=kept.ring_id
    )
    people = [m.entity_id for m in kept.members if m.entity_type is NodeKind.PATIENT]
    store.put("ring_people", pa.table({"patient_id": pa.array(people, pa.string())}))
    store.run(
        "CREATE TABLE group_members AS "
        "SELECT g.group_no, n.patient FROM kept.group_members AS g JOIN kept.patient_codes AS c ON c.patient = g.patient "
        "JOIN patient_codes AS n ON n.patient_id = c.patient_id WHERE g.group_no <> $group_no "
        "UNION ALL SELECT CAST($group_no AS INTEGER), n.patient FROM ring_people AS r "
        "JOIN patient_codes AS n ON n.patient_id = r.patient_id",
        group_no=group_no,
    )
    store.run("CREATE TABLE group_parents AS SELECT * FROM kept.group_parents")
    store.run(
        "CREATE TABLE group_steering AS SELECT s.group_no, n.place, e.doctor, s.people, s.expected, s.nats FROM kept.group_steering AS s "
        "JOIN kept.place_codes AS c ON c.place = s.place JOIN place_codes AS n ON n.place_id = c.place_id "
        "JOIN kept.doctor_codes AS d ON d.doctor = s.doctor JOIN doctor_codes AS e ON e.doctor_id = d.doctor_id"
    )
    store.run(
        "CREATE TABLE group_customs AS SELECT s.group_no, n.place, e.doctor, s.people, s.expected, s.nats FROM kept.group_customs AS s "
        "JOIN kept.place_codes AS c ON c.place = s.place JOIN place_codes AS n ON n.place_id = c.place_id "
        "LEFT JOIN kept.doctor_codes AS d ON d.doctor = s.doctor LEFT JOIN doctor_codes AS e ON e.doctor_id = d.doctor_id"
    )
    store.run(
        "CREATE TABLE block_columns AS SELECT b.group_no, b.block_no, n.place, e.doctor FROM kept.block_columns AS b "
        "JOIN kept.place_codes AS c ON c.place = b.place JOIN place_codes AS n ON n.place_id = c.place_id "
        "LEFT JOIN kept.doctor_codes AS d ON d.doctor = b.doctor LEFT JOIN doctor_codes AS e ON e.doctor_id = d.doctor_id "
        "WHERE b.doctor IS NULL OR e.doctor IS NOT NULL"
    )
    return int(group_no)


def _compared(kept: Ring, again: Ring | None) -> Iterator[Difference]:
    """Every number side by side; equal ones too, so that they can be counted."""
    if again is None:
        yield Difference(where=kept.ring_id, what="ring", kept="1", again="0")
        return
    for name in _OF_RING:
        yield _side_by_side(kept.ring_id, name, getattr(kept, name), getattr(again, name))
    for field in fields(Account):
        yield _side_by_side(
            kept.ring_id, field.name, getattr(kept.account, field.name), getattr(again.account, field.name)
        )
    pairs: tuple[tuple[str, tuple[str, ...], dict[str, Any], dict[str, Any]], ...] = (
        ("member", _OF_MEMBER, _members(kept), _members(again)),
        ("evidence", _OF_EVIDENCE, {e.evidence_id: e for e in kept.evidence}, {e.evidence_id: e for e in again.evidence}),
        ("explanation", _OF_EXPLANATION, {e.name: e for e in kept.explanations}, {e.name: e for e in again.explanations}),
    )  # fmt: skip
    for kind, names, before, after in pairs:
        for key in [*before, *(key for key in after if key not in before)]:
            if key not in before or key not in after:
                yield Difference(
                    where=key, what=kind, kept=str(int(key in before)), again=str(int(key in after))
                )
                continue
            for name in names:
                yield _side_by_side(key, name, getattr(before[key], name), getattr(after[key], name))


def _members(ring: Ring) -> dict[str, Any]:
    return {f"{member.entity_type} {member.entity_id}": member for member in ring.members}


def _side_by_side(where: str, what: str, kept: Any, again: Any) -> Difference:
    if isinstance(kept, tuple):
        kept, again = _ids_apart(kept, again)
    elif (
        isinstance(kept, float)
        and isinstance(again, float)
        and abs(kept - again) <= _CLOSE * max(1.0, abs(kept))
    ):
        again = kept  # the last digits of a sum of fractions are not evidence
    return Difference(where=where, what=what, kept=_text(kept), again=_text(again))


def _ids_apart(kept: tuple[str, ...], again: tuple[str, ...]) -> tuple[str, str]:
    """How many claims, and the first that only one side has."""
    only_kept, only_again = sorted(set(kept) - set(again)), sorted(set(again) - set(kept))
    told = [
        f"{len(ids)}{f' (+ {only[0]})' if only else ''}"
        for ids, only in ((kept, only_kept), (again, only_again))
    ]
    return told[0], told[1]


def _text(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.12g}"
    return (
        f"{value:.2f}"
        if isinstance(value, Decimal)
        else value.isoformat()
        if isinstance(value, date)
        else str(value)
    )
