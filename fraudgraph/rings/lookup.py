"""What a run knows of one person, doctor, place or operator: claims, meetings, flags, rings; and what links several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final

from fraudgraph.claims.typing.pasted_ids import pasted_forms
from fraudgraph.errors import UsageError
from fraudgraph.records import Member, NodeKind, Ring
from fraudgraph.rings.with_whom import Partner, RingPeople, partners_of, ring_people_of
from fraudgraph.store import Store

__all__ = ["Flagged", "InRing", "Known", "Link", "Met", "links_between", "look_up"]

CLAIM_COLUMN: Final = {
    NodeKind.PATIENT: "patient_id",
    NodeKind.DOCTOR: "doctor_id",
    NodeKind.FACILITY: "facility_id",
    NodeKind.PHARMACY: "pharmacy_id",
    NodeKind.OPERATOR: "operator_id",
}
_REGISTER: Final = {
    NodeKind.PATIENT: ("patients", "patient_id"),
    NodeKind.DOCTOR: ("doctors", "doctor_id"),
    NodeKind.FACILITY: ("facilities", "facility_id"),
    NodeKind.PHARMACY: ("pharmacies", "pharmacy_id"),
}
_IDENTIFIERS: Final = ("household_id", "phone", "bank_account", "agent_id", "address", "employer")
MOST_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Somebody this one met more often than chance allows (or whose prescriptions went there)."""

    view: str
    kind: NodeKind
    entity_id: str
    observed: float
    expected: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A screening model that hit this one, or claims of this one; how many of them."""

    model: str
    subject_id: str
    claim_count: int
    strength: float
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InRing:
    """A ring this one belongs to, as the member it is there."""

    ring: Ring
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a run knows of one id in one kind. Amounts are yuan, of claims that count."""

    kind: NodeKind
    entity_id: str
    name: str
    claim_count: int
    total_amount: Decimal
    fund_amount: Decimal
    first_day: date | None
    last_day: date | None
    meeting_count: int
    meetings: tuple[Met, ...]
    flags: tuple[Flagged, ...]
    rings: tuple[InRing, ...]
    outlier_score: float | None
    peer_group: str
    ring_people: tuple[RingPeople, ...] = ()
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What ties two of the ids asked for: its kind, how much of it, and since and until when."""

    a: tuple[NodeKind, str]
    b: tuple[NodeKind, str]
    kind: str
    count: float
    expected: float | None = None
    first_day: date | None = None
    last_day: date | None = None
    detail: str = ""


def look_up(store: Store, rings: Sequence[Ring], entity_id: str) -> tuple[Known, ...]:
    """All that is known of an id; one entry for each kind it stands for.

    Parameters
    ----------
    store : Store
        The run's own, opened to read.
    rings : sequence of Ring
        The run's rings.
    entity_id : str
        As delivered, or as somebody pasted it: with blanks, in full width, in another case.

    Raises
    ------
    UsageError
        If neither claims nor registers hold the id; the nearest are named.
    """
    for form in pasted_forms(entity_id):
        found = tuple(
            _known(store, rings, kind, form) for kind in CLAIM_COLUMN if _stands_for(store, kind, form)
        )
        if found:
            return found
    raise _unknown(store, entity_id)


def _stands_for(store: Store, kind: NodeKind, entity_id: str) -> bool:
    sql = f"SELECT 1 FROM claims WHERE {CLAIM_COLUMN[kind]} = $id"
    if kind in _REGISTER:
        table, column = _REGISTER[kind]
        sql += f" UNION ALL SELECT 1 FROM {table} WHERE {column} = $id"
    return bool(store.rows(f"SELECT 1 FROM ({sql}) LIMIT 1", id=entity_id))


def _unknown(store: Store, entity_id: str) -> UsageError:
    columns = " UNION ".join(
        f"SELECT {column} AS id FROM claims WHERE {column} IS NOT NULL" for column in CLAIM_COLUMN.values()
    )
    near = store.rows(
        f"SELECT id FROM ({columns}) ORDER BY levenshtein(id, $id), id LIMIT 3", id=entity_id[:64]
    )
    named = [str(row[0])[:64] for row in near]
    shown = entity_id if len(entity_id) <= 64 else entity_id[:64] + "…"
    (aside,) = store.one("SELECT count(*) FROM rejects WHERE contains(raw_line, $id)", id=entity_id)
    aside_en = f" {aside} rows that name it were set aside (rejects.parquet)." if aside else ""
    aside_zh = f"被剔除的记录中有 {aside} 行提到它（见 rejects.parquet）。" if aside else ""
    return UsageError(
        f"No claim and no register of this run holds the id {shown!r}.{aside_en} Ids are those of the delivery; the nearest are: {', '.join(named)}. Check it and ask again.",
        f"本批次的结算数据和名录中都没有编号 {shown!r}。{aside_zh}请使用交付数据中的编号；最接近的有：{'、'.join(named)}。请核对后重试。",
    )


def _known(store: Store, rings: Sequence[Ring], kind: NodeKind, entity_id: str) -> Known:
    count, total, fund, first, last = store.one(
        f"SELECT count(*), coalesce(sum(net_total_amount), 0), coalesce(sum(net_fund_amount), 0), min(event_date), max(event_date) "
        f"FROM claims WHERE counted AND {CLAIM_COLUMN[kind]} = $id",
        id=entity_id,
    )
    meetings = _meetings(store, kind, entity_id)
    outlier = store.rows(
        "SELECT score, peer_group FROM outliers WHERE entity_type = $kind AND entity_id = $id ORDER BY score DESC",
        kind=str(kind), id=entity_id,
    )  # fmt: skip
    return Known(
        kind=kind, entity_id=entity_id, name=_name(store, kind, entity_id), claim_count=count,
        total_amount=Decimal(total), fund_amount=Decimal(fund), first_day=first, last_day=last,
        meeting_count=len(meetings), meetings=tuple(meetings[:MOST_ROWS]), flags=_flags(store, kind, entity_id),
        rings=tuple(
            InRing(ring=ring, member=member)
            for ring in rings
            for member in ring.members
            if (member.entity_type, member.entity_id) == (kind, entity_id)
        ),
        outlier_score=outlier[0][0] if outlier else None, peer_group=outlier[0][1] if outlier else "",
        ring_people=ring_people_of(store, kind, entity_id), partners=partners_of(store, kind, entity_id),
    )  # fmt: skip


def _name(store: Store, kind: NodeKind, entity_id: str) -> str:
    if kind not in _REGISTER:
        return ""
    table, column = _REGISTER[kind]
    rows = store.rows(f"SELECT coalesce(min(name), '') FROM {table} WHERE {column} = $id", id=entity_id)
    return str(rows[0][0])


def _meetings(store: Store, kind: NodeKind, entity_id: str) -> list[Met]:
    """The most surprising first. Patients meet patients; doctors' prescriptions meet pharmacies."""
    if kind is NodeKind.PATIENT:
        rows = store.rows(
            "WITH own AS (SELECT patient FROM patient_codes WHERE patient_id = $id), "
            "met AS (SELECT m.view, m.b AS other, m.observed, m.expected, m.p FROM pair_meetings AS m JOIN own AS o ON o.patient = m.a "
            "UNION ALL SELECT m.view, m.a, m.observed, m.expected, m.p FROM pair_meetings AS m JOIN own AS o ON o.patient = m.b) "
            "SELECT m.view, 'patient', c.patient_id, m.observed, m.expected, m.p FROM met AS m "
            "JOIN patient_codes AS c ON c.patient = m.other ORDER BY m.p, c.patient_id, m.view",
            id=entity_id,
        )
    else:
        rows = store.rows(
            "SELECT view, b_type, b, observed, expected, p FROM place_meetings WHERE a_type = $kind AND a = $id "
            "UNION ALL SELECT view, a_type, a, observed, expected, p FROM place_meetings WHERE b_type = $kind AND b = $id "
            "ORDER BY p, b, view",
            kind=str(kind), id=entity_id,
        )  # fmt: skip
    return [
        Met(view=view, kind=NodeKind(other), entity_id=who, observed=seen, expected=expected, p=p)
        for view, other, who, seen, expected, p in rows
    ]


def _flags(store: Store, kind: NodeKind, entity_id: str) -> tuple[Flagged, ...]:
    """Flags on this one, or on claims of this one; the strongest first."""
    rows = store.rows(
        f"WITH own AS (SELECT claim_id FROM claims WHERE {CLAIM_COLUMN[kind]} = $id), "
        "numbered AS (SELECT row_number() OVER (ORDER BY model, subject_id, member_ids, claim_ids) AS flag_no, * FROM flags), "
        "hit AS (SELECT n.flag_no, count(*) AS claim_count FROM (SELECT flag_no, unnest(claim_ids) AS claim_id FROM numbered) AS n "
        "JOIN own AS o ON o.claim_id = n.claim_id GROUP BY n.flag_no), "
        "titled AS (SELECT model, max(title_zh) AS title_zh, max(title_en) AS title_en FROM screen_runs GROUP BY model) "
        "SELECT n.model, n.subject_id, coalesce(h.claim_count, 0), n.strength, coalesce(t.title_zh, ''), coalesce(t.title_en, '') "
        "FROM numbered AS n LEFT JOIN hit AS h ON h.flag_no = n.flag_no LEFT JOIN titled AS t ON t.model = n.model "
        "WHERE h.claim_count IS NOT NULL OR (n.subject_type = $kind AND n.subject_id = $id) "
        "OR ($kind = 'patient' AND list_contains(n.member_ids, $id)) ORDER BY n.strength DESC, n.model, n.subject_id",
        id=entity_id, kind=str(kind),
    )  # fmt: skip
    return tuple(
        Flagged(model=m, subject_id=s, claim_count=c, strength=x, title_zh=zh, title_en=en)
        for m, s, c, x, zh, en in rows
    )


def links_between(store: Store, known: Sequence[Known]) -> tuple[Link, ...]:
    """What ties each two of several ids: rings, meetings, identifiers, claims, days at the same place."""
    found: list[Link] = []
    for x, y in combinations(known, 2):
        if x.entity_id == y.entity_id:
            continue
        a, b = (x.kind, x.entity_id), (y.kind, y.entity_id)
        shared = {r.ring.ring_id for r in x.rings} & {r.ring.ring_id for r in y.rings}
        found += [Link(a=a, b=b, kind="ring", count=1, detail=ring_id) for ring_id in sorted(shared)]
        found += [
            Link(a=a, b=b, kind=met.view, count=met.observed, expected=met.expected)
            for met in _meetings(store, x.kind, x.entity_id)
            if (met.kind, met.entity_id) == b
        ]
        both_patients = x.kind is NodeKind.PATIENT and y.kind is NodeKind.PATIENT
        found += _as_patients(store, a, b) if both_patients else _in_claims(store, a, b)
    return tuple(found)


def _as_patients(store: Store, a: tuple[NodeKind, str], b: tuple[NodeKind, str]) -> list[Link]:
    """Identifiers two patients share, and the days both were at one place."""
    found = []
    for column in _IDENTIFIERS:
        (count,) = store.one(
            f"SELECT count(*) FROM patients AS p JOIN patients AS q ON q.{column} = p.{column} "
            "WHERE p.patient_id = $a AND q.patient_id = $b",
            a=a[1], b=b[1],
        )  # fmt: skip
        if count:
            found.append(Link(a=a, b=b, kind=column, count=1))
    for place, days, first, last in store.rows(
        "SELECT x.place_id, count(DISTINCT x.event_date), min(x.event_date), max(x.event_date) FROM claims AS x "
        "JOIN claims AS y ON y.place_id = x.place_id AND y.event_date = x.event_date "
        "WHERE x.counted AND y.counted AND x.patient_id = $a AND y.patient_id = $b "
        "GROUP BY x.place_id ORDER BY 2 DESC, 1",
        a=a[1], b=b[1],
    ):  # fmt: skip
        found.append(
            Link(a=a, b=b, kind="same_place_days", count=days, first_day=first, last_day=last, detail=place)
        )
    return found[:MOST_ROWS]


def _in_claims(store: Store, a: tuple[NodeKind, str], b: tuple[NodeKind, str]) -> list[Link]:
    """Claims on which both stand."""
    if a[0] is b[0]:
        return []
    count, fund, first, last = store.one(
        "SELECT count(*), coalesce(sum(net_fund_amount), 0), min(event_date), max(event_date) FROM claims "
        f"WHERE counted AND {CLAIM_COLUMN[a[0]]} = $a AND {CLAIM_COLUMN[b[0]]} = $b",
        a=a[1], b=b[1],
    )  # fmt: skip
    if not count:
        return []
    return [Link(a=a, b=b, kind="claims", count=count, first_day=first, last_day=last, detail=f"{fund:.2f}")]
