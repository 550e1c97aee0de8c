"""The clerk of a month: names its rings, weighs what is known besides, and settles the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fraudgraph.casework.casebook import case_rows, decided_rings, kept_rows
from fraudgraph.casework.facts import read_case_facts
from fraudgraph.casework.kept_tables import calendar_explanations, read_calendar
from fraudgraph.casework.known import KnownRing, Register
from fraudgraph.casework.learning import HitRate, Learned, hit_rates, learn_weights
from fraudgraph.casework.listing import Case, CaseFacts, decide
from fraudgraph.casework.manual_edits import HandEdit, apply_edits, hand_rules, in_force, read_edits
from fraudgraph.casework.ring_tracking import Followed, Found, follow
from fraudgraph.casework.verdicts import Standing, read_verdicts, standings
from fraudgraph.casework.weighing import Seeds, Weighing, weigh_candidates
from fraudgraph.groups.blocks import measure_blocks
from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.jobs.registers import REGISTER_NAME
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.records import Month, NodeKind
from fraudgraph.rings import Candidate
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["CaseFile", "Clerk", "open_case_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What was known before this month's rings are looked at."""

    before: Register | None
    reserved: dict[str, KnownRing]
    standings: dict[str, Standing]
    edits: tuple[HandEdit, ...]
    seeds: Seeds
    learned: Learned
    rates: tuple[HitRate, ...]


def open_case_file(workspace: Workspace, month: Month, settings: Settings) -> CaseFile:
    """Read verdicts, hand edits and earlier months."""
    published = workspace.published()
    earlier = [one for one in published if one < month]
    before = Register.read(workspace.month(earlier[-1]) / REGISTER_NAME) if earlier else None
    reserved: dict[str, KnownRing] = {}
    for one in published:
        if one >= month:
            register = Register.read(workspace.month(one) / REGISTER_NAME)
            reserved = {**register.rings, **reserved}
    for path in sorted((workspace.casework / "names").glob("*.json")):
        if Month.parse(path.stem) not in published:
            reserved = {**Register.read(path).rings, **reserved}
    held = standings(read_verdicts(workspace.casework), month.last_day, settings.casework)
    cases = {str(one): case_rows(workspace.month(one) / "casework.parquet") for one in earlier}
    decided = decided_rings(cases, held)
    return CaseFile(
        before=before,
        reserved=reserved,
        standings=dict(held),
        edits=in_force(read_edits(workspace.casework)),
        seeds=_seeds(workspace, published, held),
        learned=learn_weights(decided, least=settings.casework.reweigh_least),
        rates=hit_rates(decided),
    )


def _seeds(workspace: Workspace, published: Sequence[Month], held: Any) -> Seeds:
    """Members of confirmed rings, as the latest month that saw them has them."""
    wanted = {name for name, standing in held.items() if standing.verdict == "confirmed"}
    people: dict[str, set[str]] = {}
    staff: dict[tuple[str, str], set[str]] = {}
    for month in reversed(published):
        missing = wanted - set(people)
        if not missing:
            break
        for row in kept_rows(workspace.month(month) / "ring_members.parquet"):
            if row["ring_id"] not in missing:
                continue
            if row["entity_type"] == NodeKind.PATIENT:
                people.setdefault(row["ring_id"], set()).add(row["entity_id"])
            elif row["entity_type"] in (NodeKind.DOCTOR, NodeKind.OPERATOR):
                staff.setdefault((row["entity_type"], row["entity_id"]), set()).add(row["ring_id"])
    return Seeds(
        people={name: frozenset(some) for name, some in people.items()},
        staff={key: frozenset(some) for key, some in staff.items()},
    )


@dataclass(slots=True)
class Clerk:
    """Takes a month's candidates through names, weights and verdicts; keeps what the month's files need."""

    workspace: Workspace
    month: Month
    settings: Settings
    file: CaseFile
    followed: Followed | None = None
    cases: tuple[Case, ...] = ()
    edits_applied: int = 0
    _facts: CaseFacts = field(default_factory=CaseFacts)

    def edit_groups(self, store: Store) -> None:
        """Apply what analysts settled to the groups, and find their sittings again."""
        known = dict(self.file.before.rings) if self.file.before else {}
        self.edits_applied = apply_edits(store, self.file.edits, {**self.file.reserved, **known})
        if self.edits_applied:
            find_sittings(store)
            measure_blocks(store)

    def name(self, store: Store, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Lasting names, weights, verdicts, routes and the order of the list."""
        weighed = self._weigh(store, candidates)
        self.followed = self._follow(weighed)
        named = _with_names(weighed, self.followed, self.month)
        listed, self.cases = decide(
            named, self._facts, self.followed.register, self.file.standings,
            statuses=self.followed.statuses, month=self.month, settings=self.settings,
        )  # fmt: skip
        return listed

    def _weigh(self, store: Store, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        facts = read_case_facts(store, self.workspace.casework / "ledger.csv")
        events = read_calendar(self.workspace.casework / "calendar.csv")
        plain = weigh_candidates(
            candidates,
            Weighing(explanations=calendar_explanations(store, events), seeds=self.file.seeds),
            self.settings,
        )
        self._facts = replace(facts, prior={one.group_no: one.ring.parts for one in plain})
        if not (self.settings.casework.reweigh and self.file.learned.enough):
            return plain
        return weigh_candidates(plain, Weighing(weights=self.file.learned.weights), self.settings)

    def _follow(self, candidates: tuple[Candidate, ...]) -> Followed:
        found = [
            Found(
                group_no=one.group_no,
                patients=frozenset(
                    m.entity_id for m in one.ring.members if m.entity_type is NodeKind.PATIENT
                ),
                last_seen=one.ring.last_seen,
                listed=one.ring.listed,
            )
            for one in candidates
        ]
        return follow(
            found, self.file.before, self.month, self.settings.casework,
            reserved=self.file.reserved, rules=hand_rules(self.file.edits),
        )  # fmt: skip

    @property
    def seed_people(self) -> frozenset[str]:
        """Patients of confirmed rings."""
        return frozenset(person for people in self.file.seeds.people.values() for person in people)

    def register_path(self, folder: Path) -> Path:
        """Where the register of the month goes."""
        return folder / REGISTER_NAME


def _with_names(candidates: tuple[Candidate, ...], followed: Followed, month: Month) -> tuple[Candidate, ...]:
    """Lasting names where there are any; the others are numbered within the month."""
    width = max(3, len(str(len(candidates))))
    return tuple(
        replace(
            one,
            ring=replace(
                one.ring, ring_id=followed.names.get(one.group_no, f"{month}-{one.ring.rank:0{width}d}")
            ),
        )
        for one in candidates
    )
