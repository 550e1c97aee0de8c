"""Shared agents, phones, payout accounts, employers and devices as members of a ring, each under a stable keyed code."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from fraudgraph.records import Member, NodeKind, Role
from fraudgraph.store import Store

__all__ = ["SHARED_KINDS", "Shared", "read_shared"]

_SQL = Path(__file__).parent / "sql"
SHARED_KINDS: Final = {
    NodeKind.AGENT: ("A", "代办人", "agent"),
    NodeKind.PHONE: ("T", "电话", "phone"),
    NodeKind.ACCOUNT: ("B", "收款账户", "payout account"),
    NodeKind.EMPLOYER: ("E", "单位", "employer"),
    NodeKind.DEVICE: ("M", "设备", "device"),
}
"""Letter of the code, and words."""
MOST_HOLDERS: Final = 60
"""A value of more people than this is a hotline or a placeholder, nobody's contact."""
LEAST_SHARE: Final = 0.5
"""What this share of the people have in common belongs to the ring; of what ties them closely (agent, account, device) less will do."""
LEAST_CLOSE_SHARE: Final = 0.25
COLLECTING: Final = (NodeKind.AGENT, NodeKind.ACCOUNT, NodeKind.DEVICE)
"""Who or what collects: these are called possible organisers where half of the people, of three homes, go through them."""
COLLECTOR_HOMES: Final = 3
_ID_LETTERS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One shared value of a group, as a member, with the people who share it."""

    member: Member
    value: str
    patient_ids: tuple[str, ...]

    @property
    def collects(self) -> bool:
        """Whether it is called a possible organiser."""
        return self.member.role is Role.ORGANISER


def read_shared(store: Store, code_key: str = "") -> dict[int, tuple[Shared, ...]]:
    """Shared values that belong to a group, the most shared first; makes `shared_identifiers` (kind, value, code).

    Parameters
    ----------
    store : Store
        Holds patients, claims, `group_members` and `member_claims`; `known_codes`, where it is there, says which codes
        values had before.
    code_key : str
        Keys the codes; without one they are keyed by the patients themselves, and stay as long as those do.
    """
    if not store.has("claim_details"):
        store.run("CREATE TABLE claim_details (claim_id VARCHAR, device_id VARCHAR)")
    store.run((_SQL / "shared_members.sql").read_text(encoding="utf-8"), most_holders=MOST_HOLDERS)
    rows = store.arrow(
        "SELECT * FROM group_shared ORDER BY group_no, member_count DESC, kind, value"
    ).to_pylist()
    rows = [row for row in rows if _belongs(row)]
    codes = _codes(store, {(row["kind"], row["value"]) for row in rows}, code_key)
    names = _agents(store, {row["value"] for row in rows if row["kind"] == NodeKind.AGENT})
    found: dict[int, list[Shared]] = {}
    for row in rows:
        shared = _shared(row, codes[row["kind"], row["value"]], names)
        found.setdefault(int(row["group_no"]), []).append(shared)
    return {group_no: tuple(shared) for group_no, shared in found.items()}


def _belongs(row: dict[str, Any]) -> bool:
    share = row["member_count"] / row["people_count"]
    return bool(share >= (LEAST_SHARE if row["kind"] == NodeKind.EMPLOYER else LEAST_CLOSE_SHARE))


def _shared(row: dict[str, Any], code: str, names: dict[str, str]) -> Shared:
    kind = NodeKind(row["kind"])
    _, zh, en = SHARED_KINDS[kind]
    count, people, homes = row["member_count"], row["people_count"], row["home_count"]
    collects = kind in COLLECTING and count >= LEAST_SHARE * people and homes >= COLLECTOR_HOMES
    usual = row["usual_count"]
    holders_zh, holders_en = told_holders(row["holder_count"], count)
    who_zh, who_en = (
        (f"全部 {people} 人", f"all {people} people")
        if count == people
        else (f"{people} 人中有 {count} 人", f"{count} of the {people} people")
    )
    shares_zh, shares_en = (
        ("同在此单位", "work for this employer")
        if kind is NodeKind.EMPLOYER
        else (f"共用此{zh}", f"share this {en}")
    )
    member = Member(
        entity_type=kind, entity_id=code, role=Role.ORGANISER if collects else Role.SHARED,
        strength=round(count / people, 4), name=_readable(kind, row["value"], names),
        reason_zh=f"{who_zh}（分属 {homes} 户）{shares_zh}，{holders_zh}；同一{zh}通常只有 {usual:.1f} 人",
        reason_en=f"{who_en}, of {homes} households, {shares_en}, {holders_en}; usually {usual:.1f} people have the same {en}",
        claim_count=row["claim_count"], fund_amount=row["fund_amount"], expected_claim_count=None,
    )  # fmt: skip
    return Shared(member=member, value=row["value"], patient_ids=tuple(row["patient_ids"]))


def told_holders(holders: int, members: int) -> tuple[str, str]:
    """Who else has what the members share, in Chinese and English."""
    if holders <= members:
        return "此外无人使用", "and nobody else does"
    return f"全部参保人中共有 {holders} 人", f"{holders} people in all"


def _readable(kind: NodeKind, value: str, names: dict[str, str]) -> str:
    """What may stand beside the code: an agent's or employer's name, the ends of a phone, account or device number."""
    if kind is NodeKind.AGENT:
        return names.get(value, "")
    if kind is NodeKind.EMPLOYER:
        return value
    return (
        f"{value[:3]}****{value[-4:]}" if kind is NodeKind.PHONE and len(value) >= 10 else f"****{value[-4:]}"
    )


def _agents(store: Store, values: set[str]) -> dict[str, str]:
    """Names of agents who are insured themselves."""
    rows = store.rows(
        "SELECT patient_id, min(name) FROM patients WHERE patient_id IN (SELECT unnest($ids)) AND name IS NOT NULL GROUP BY patient_id",
        ids=sorted(values),
    )
    return {str(patient): str(name) for patient, name in rows}


def _codes(store: Store, values: Iterable[tuple[str, str]], code_key: str) -> dict[tuple[str, str], str]:
    known = (
        {(kind, value): code for kind, value, code in store.rows("SELECT kind, value, code FROM known_codes")}
        if store.has("known_codes")
        else {}
    )
    key = code_key.encode() or _own_key(store)
    codes = {
        (kind, value): known.get((kind, value)) or _code(kind, value, key) for kind, value in sorted(values)
    }
    store.put(
        "shared_identifiers",
        pa.table({
            "kind": pa.array([kind for kind, _ in codes], pa.string()), "value": pa.array([value for _, value in codes], pa.string()),
            "code": pa.array(list(codes.values()), pa.string()),
        }),
    )  # fmt: skip
    return codes


def _code(kind: str, value: str, key: bytes) -> str:
    digest = hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).digest()
    return f"{SHARED_KINDS[NodeKind(kind)][0]}-{base64.b32encode(digest).decode()[:_ID_LETTERS]}"


def _own_key(store: Store) -> bytes:
    """A key that whoever holds the claims can make again, and whoever holds only a printed page can't."""
    rows = store.rows(
        "SELECT patient_id, phone, bank_account, address FROM patients ORDER BY patient_id, phone, bank_account, address LIMIT 1000"
    )
    return hashlib.sha256(repr(rows).encode()).digest()
