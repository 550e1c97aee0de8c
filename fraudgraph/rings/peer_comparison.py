"""Comparison among like people: others who go to the same places at the same ages and stand in no group.

Chance at the place's own rhythm says how surprising a meeting is; this says how unusual the ring's people are among
those who live as they do. Where they are not unusual, the sentence speaks against the ring and is shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from fraudgraph.records import Evidence
from fraudgraph.store import Store

__all__ = ["LikePeople", "prepare_like_people", "read_like_people"]

_SQL = Path(__file__).parent / "sql"
_KINDS_OF_CARE = {
    (True, True): ("全部结算", "all care"),
    (True, False): ("住院", "stays"),
    (False, True): ("门诊和购药", "visits and medicines"),
}
LEAST_PEERS = 5
"""Fewer like people than this and nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikePeople:
    """What like people do, by group; and what share of their claims a place's other people make there."""

    sittings: dict[int, dict[str, Any]]
    money: dict[int, dict[str, Any]]
    loyalty: dict[tuple[int, str], dict[str, Any]]

    def evidence(self, group_no: int, claims: tuple[str, ...]) -> list[Evidence]:
        """Two sentences: how often like people came to the sittings, and what they cost the fund."""
        found = []
        if group_no in self.sittings:
            found.append(_attendance(self.sittings[group_no], claims))
        if group_no in self.money:
            found.append(_money(self.money[group_no], claims))
        return found

    def at_place(self, group_no: int, place_id: str) -> tuple[int, int, float, float] | None:
        """Claims of the group's people at a place and anywhere, the share of others there, and what that would give."""
        row = self.loyalty.get((group_no, place_id))
        if row is None or not row["other_anywhere"]:
            return None
        anywhere, share = int(row["anywhere"]), int(row["other_here"]) / int(row["other_anywhere"])
        return int(row["here"]), anywhere, share, round(share * anywhere, 3)


def prepare_like_people(store: Store) -> None:
    """Make `group_peers` and `group_expected`; reads `group_entities`, `group_members`, claims and patients."""
    for name in ("like_people", "peer_money"):
        store.run((_SQL / f"{name}.sql").read_text(encoding="utf-8"))


def read_like_people(store: Store) -> LikePeople:
    """The comparison of every group with like people; call `prepare_like_people` and `read_money` first."""
    sittings, loyalty = (
        store.arrow((_SQL / f"peer_{name}.sql").read_text(encoding="utf-8")).to_pylist()
        for name in ("sittings", "loyalty")
    )
    money = store.arrow("SELECT * FROM group_expected WHERE peer_count > 0 ORDER BY group_no").to_pylist()
    return LikePeople(
        sittings={int(row["group_no"]): row for row in sittings if row["peer_count"] >= LEAST_PEERS},
        money={int(row["group_no"]): row for row in money},
        loyalty={(int(row["group_no"]), row["place_id"]): row for row in loyalty},
    )


def _attendance(row: dict[str, Any], claims: tuple[str, ...]) -> Evidence:
    members, peers = int(row["member_count"]), int(row["peer_count"])
    own, other = int(row["member_attended"]) / members, int(row["peer_attended"]) / peers
    least, most = ceil(row["least_claims"]), int(row["peer_most"])
    at_zh, at_en = (
        (
            f"平均到场{f' {other:.2f}' if other >= 0.005 else '不到 0.01'} 次，最多的一人 {most} 次",
            f"on average they were at {f'{other:.2f}' if other >= 0.005 else 'fewer than 0.01'} of these meetings, the most that one of them came to is {most}",
        )
        if most
        else ("一次也没有到场", "none of them was at any of these meetings")
    )
    return Evidence(
        evidence_id="", kind="attendance",
        sentence_zh=f"同类人对照：另有 {peers} 人同样常去这些机构（至少 {least} 张结算单），{at_zh}；这 {members} 名成员平均到场 {own:.1f} 次",
        sentence_en=f"Like people: {peers} others go to these places as often (at least {least} {'claim' if least == 1 else 'claims'}); {at_en}; these {members} people were at {own:.1f}",
        observed=round(own, 3), expected=round(other, 3), claim_ids=claims,
    )  # fmt: skip


def _money(row: dict[str, Any], claims: tuple[str, ...]) -> Evidence:
    members, peers = int(row["member_count"]), int(row["peer_count"])
    own, other = row["comparable_amount"] / members, row["expected_amount"] / members
    kind_zh, kind_en = _KINDS_OF_CARE[bool(row["stays"]), bool(row["visits"])]
    return Evidence(
        evidence_id="", kind="money",
        sentence_zh=f"同类人对照：这 {members} 名成员{kind_zh}人均基金支付 {own:,.2f} 元；同期去同样机构、同年龄段的其他 {peers} 人，人均 {other:,.2f} 元",
        sentence_en=f"Like people: for {kind_en} the fund paid {own:,.2f} yuan a person for these {members}; for {peers} others of the same "
        f"places and ages in the same time {other:,.2f} yuan",
        observed=round(float(own), 2), expected=round(float(other), 2), claim_ids=claims,
    )  # fmt: skip
