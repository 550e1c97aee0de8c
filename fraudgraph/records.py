"""The field's words as frozen types: what a person handles, some thousands a month at most.

Claims, meetings and flags never become objects: they stay in DuckDB tables (design, section 4).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fraudgraph.errors import UsageError

__all__ = [
    "Account",
    "Dossier",
    "DossierClaim",
    "DossierEdge",
    "Evidence",
    "Explanation",
    "Member",
    "Month",
    "NodeKind",
    "ReferralList",
    "Ring",
    "Role",
    "ScorePart",
    "Screen",
    "ScreenOutcome",
    "ScreenParameter",
    "ScreenReport",
    "Typology",
]


class NodeKind(StrEnum):
    """What can be a member of a ring."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    FACILITY = "facility"
    PHARMACY = "pharmacy"
    OPERATOR = "operator"
    AGENT = "agent"
    PHONE = "phone"
    ACCOUNT = "account"
    EMPLOYER = "employer"
    DEVICE = "device"


class Role(StrEnum):
    """What a member seems to do in a ring: a reading of numbers, never a finding."""

    ORGANISER = "organiser"
    CARD_HOLDER = "card_holder"
    PRESCRIBER = "prescriber"
    OUTLET = "outlet"
    FRONT = "front"
    SHARED = "shared"
    POSSIBLE_VICTIM = "possible_victim"


class Typology(StrEnum):
    """The pattern that a ring's strongest views look like (domain typologies; a reading, not a charge)."""

    CARD_SWEEP = "card_sweep"
    BATCH_ADMISSION = "batch_admission"
    COMPANION_VISITS = "companion_visits"
    STEERED_PRESCRIPTIONS = "steered_prescriptions"
    SHARED_IDENTITY = "shared_identity"
    ROTATION = "rotation"
    IDENTICAL_BILLS = "identical_bills"
    LINKED_PLACES = "linked_places"
    TRACE_CODES = "trace_codes"
    DENSE_BLOCK = "dense_block"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written 2025-10."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "YYYY-MM".

        Raises
        ------
        UsageError
            If the text is not a month.
        """
        found = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) == 0:
            raise UsageError(
                f"Month {text!r} is not of the form YYYY-MM, such as 2025-10. Give the month again in that form.",
                f"月份 {text!r} 不是 YYYY-MM 的形式（如 2025-10），请按此形式重新填写。",
            )
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that holds a day."""
        return cls(day.year, day.month)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person or place of a ring. `strength` is 0..1: how firmly it belongs."""

    entity_type: NodeKind
    entity_id: str
    role: Role
    strength: float
    name: str = ""
    reason_zh: str = ""
    reason_en: str = ""
    claim_count: int = 0
    expected_claim_count: float | None = None
    fund_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One part of a ring's score; the parts add up to the score. Lawful explanations count negative."""

    name: str
    title_zh: str
    title_en: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A lawful explanation that was tried on a ring, with the number that decided.

    `share` is how much of the ring's surprise it explains, 0..1; `observed` is the number that decided (None if it is not
    known), `threshold` the bound it was held against; `holds` says whether all its conditions are met.
    """

    name: str
    title_zh: str
    title_en: str
    share: float
    observed: float | None
    threshold: float
    holds: bool
    sentence_zh: str
    sentence_en: str
    claim_ids: tuple[str, ...] = ()
    claim_share: float = 0.0
    """How much of the surprise of the sittings the claims it is about carry, 0..1, whether or not it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence with its number, its comparison and the claims behind it."""

    evidence_id: str
    kind: str
    sentence_zh: str
    sentence_en: str
    observed: float | None
    expected: float | None
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a ring's money comes about, in yuan: every figure of a page is one of these or a difference of two.

    All claims of its people; of these the claims outside the meetings; of those at the meetings what a ring of a better
    rank counts already and what was recovered before. The rest is the ring's `fund_amount`, made of `claim_count`
    claims; less what like people cost it is `excess_amount`.
    """

    people_claim_count: int = 0
    people_total_amount: Decimal = Decimal(0)
    people_fund_amount: Decimal = Decimal(0)
    elsewhere_claim_count: int = 0
    """Claims at the meetings that a ring of a better rank counts."""
    elsewhere_fund_amount: Decimal = Decimal(0)
    recovered_claim_count: int = 0
    recovered_fund_amount: Decimal = Decimal(0)
    claim_count: int = 0
    """Claims that make up the ring's total and fund amounts."""
    expected_amount: Decimal = Decimal(0)
    """What as many like people cost the fund: others of the same places and ages who stand in no group."""
    peer_count: int = 0
    """How many like people that is learned from; 0 where it had to be everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A ring 疑似团伙： a lead for investigators, never a verdict.

    Amounts are yuan, each claim counted once over all rings. `q_value` is None until calibrated.
    """

    ring_id: str
    rank: int
    listed: bool
    score: float
    q_value: float | None
    total_amount: Decimal
    fund_amount: Decimal
    excess_amount: Decimal
    first_seen: date
    last_seen: date
    status: str
    typology: Typology
    summary_zh: str
    summary_en: str
    members: tuple[Member, ...] = ()
    parts: tuple[ScorePart, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    verdict: str = "pending"
    held_zh: str = ""
    """Why it is kept off the list although its score would put it there; empty where the score decides."""
    held_en: str = ""
    route_zh: str = ""
    route_en: str = ""
    owner: str = ""
    due_on: date | None = None
    age_days: int | None = None
    """Days since it was first listed."""
    excess_low: Decimal | None = None
    excess_high: Decimal | None = None
    """Between these lies what is above expectation, for 95 of 100 draws of as many like people."""
    account: Account = Account()


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEdge:
    """A line of a ring's drawing: who met or shared with whom, how often against how often expected."""

    source_type: NodeKind
    source_id: str
    target_type: NodeKind
    target_id: str
    kind: str
    observed: float
    expected: float | None
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierClaim:
    """A claim as the dossier's table and timeline show it. `at` is None where no clock was delivered."""

    claim_id: str
    patient_id: str
    place_id: str
    doctor_id: str
    operator_id: str
    claim_type: str
    day: date
    at: datetime | None
    ended_on: date | None
    diagnosis_code: str
    total_amount: Decimal
    fund_amount: Decimal
    in_meeting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that one ring's page shows."""

    ring: Ring
    edges: tuple[DossierEdge, ...]
    claims: tuple[DossierClaim, ...]
    claim_count: int
    place_names: dict[str, str] = field(default_factory=dict)
    place_points: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Longitude and latitude of the places, degrees, where they were delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralList:
    """What leaves the program: rings in the order an investigator should open them."""

    month: Month
    rings: tuple[Ring, ...]
    views_on: tuple[str, ...] = ()
    views_off: tuple[tuple[str, str, str], ...] = ()
    """(view, reason zh, reason en) for each view that could not run on these claims."""

    @property
    def listed(self) -> tuple[Ring, ...]:
        """The rings that are put forward."""
        return tuple(ring for ring in self.rings if ring.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenParameter:
    """One threshold of a screening model, with its default and where that comes from."""

    name: str
    default: bool | int | float | str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A screening model 筛查模型： the card of one `.sql` file and its SELECT.

    `columns` must have been delivered, or the model is off; `optional` columns sharpen it (mostly exclusions).
    `subject` is the type of `subject_id`, `members` the type of `member_ids`. `severity` is 1 (look at it last)
    to 5; `result` is "definite" only where the facts contradict each other. `basis_from` and `basis_to` are the
    days between which the legal basis is in force; None is open.
    """

    id: str
    name: str
    version: int
    status: str
    family: str
    title: str
    title_zh: str
    level: str
    result: str
    scheme: str
    basis: str
    basis_from: date
    basis_to: date | None
    subject: str
    members: str
    question: str
    question_zh: str
    look_alike: str
    look_alike_zh: str
    exclusions: tuple[str, ...]
    reason_zh: str
    reason_en: str
    severity: int
    money_rule: str
    columns: tuple[str, ...]
    optional: tuple[str, ...]
    parameters: tuple[ScreenParameter, ...]
    sql: str
    sha256: str
    built_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOutcome:
    """What became of one model in a run. `state` is ran, off, failed or retired; `seconds` is wall time."""

    model: str
    version: int
    title: str
    title_zh: str
    state: str
    reason_zh: str
    reason_en: str
    hits: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenReport:
    """Every model known to a run: which ran, which did not and why."""

    outcomes: tuple[ScreenOutcome, ...]

    @property
    def ran(self) -> tuple[ScreenOutcome, ...]:
        """The models that ran to their end."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == "ran")

    @property
    def not_run(self) -> tuple[ScreenOutcome, ...]:
        """The models that did not, each with its reason."""
        return tuple(outcome for outcome in self.outcomes if outcome.state != "ran")
