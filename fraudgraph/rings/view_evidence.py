"""Evidence of the views that look at papers and not at clocks: the same bills, packs that return, places of one owner."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from fraudgraph.records import Evidence, Member, NodeKind
from fraudgraph.store import Store

__all__ = ["PlaceLinks", "flag_evidence", "linked_place_evidence", "paper_evidence", "read_place_links"]

_SQL = Path(__file__).parent / "sql"

PlaceLinks = dict[tuple[str, str], list[tuple[str, str, str, float, float]]]
"""For two places, the smaller id first: view, the two in the view's order, observed and expected."""


def paper_evidence(store: Store) -> dict[int, list[Evidence]]:
    """Sentences on the same bills and the repeated packs of a group's people, by group.

    Parameters
    ----------
    store : Store
        Holds meetings, members, their claims and the fee lines.
    """
    found: dict[int, list[Evidence]] = {}
    for name, tell in (("bill_evidence", _bills), ("pack_evidence", _packs)):
        for row in store.arrow((_SQL / f"{name}.sql").read_text(encoding="utf-8")).to_pylist():
            found.setdefault(int(row["group_no"]), []).append(tell(row))
    return found


def read_place_links(store: Store) -> PlaceLinks:
    """Which places have people of one owner, people taken over or packs in common beyond chance."""
    found: PlaceLinks = {}
    for a, b, view, observed, expected in store.rows(
        "SELECT a, b, view, observed, expected FROM place_meetings WHERE view IN ('ownership', 'successor', 'trace_code') ORDER BY a, b, view"
    ):
        found.setdefault((min(a, b), max(a, b)), []).append((view, a, b, observed, expected))
    return found


def linked_place_evidence(
    members: Sequence[Member], group_no: int, links: PlaceLinks, claims_of: dict[tuple[int, str], tuple[str, ...]]
) -> list[Evidence]:  # fmt: skip
    """Sentences on each two places of a ring that are linked.

    Parameters
    ----------
    members : sequence of Member
        Those of the ring.
    group_no : int
        Its group.
    links : PlaceLinks
        What `read_place_links` gave.
    claims_of : dict
        Claims of the meetings by group and place.
    """
    places = sorted(m.entity_id for m in members if m.entity_type in (NodeKind.FACILITY, NodeKind.PHARMACY))
    found = []
    for pair in combinations(places, 2):
        for view, a, b, observed, expected in links.get(pair, []):
            zh, en = _PLACES[view]
            numbers = {"a": a, "b": b, "observed": f"{observed:.0f}", "expected": f"{expected:.2f}"}
            both = {*claims_of.get((group_no, a), ()), *claims_of.get((group_no, b), ())}
            found.append(
                Evidence(
                    evidence_id="", kind=view, sentence_zh=zh.format(**numbers), sentence_en=en.format(**numbers),
                    observed=float(observed), expected=round(float(expected), 4), claim_ids=tuple(sorted(both)),
                )
            )  # fmt: skip
    return found


_PLACES = {
    "successor": (
        "机构 {a} 停止结算前后，机构 {b} 开始结算，承接其 {observed} 人；按居民就诊习惯及邻近机构的情况预计 {expected} 人",
        "Place {b} began to settle when {a} stopped, and has {observed} of its people; by the habits of the residents and what close "
        "neighbours share, {expected} were to be expected",
    ),
    "ownership": (
        "机构 {a} 与 {b} 登记的法定代表人、账户或电话相同，共用参保人或医师 {observed} 人；按居民就诊习惯及邻近机构的情况预计 {expected} 人",
        "Places {a} and {b} are registered with one legal representative, account or phone and share {observed} people or doctors; "
        "by the habits of the residents and what close neighbours share, {expected} were to be expected",
    ),
    "trace_code": (
        "{observed} 个追溯码在机构 {a} 和 {b} 都结算过；按全部机构的追溯码重复率预计 {expected} 个",
        "{observed} trace codes were settled both at {a} and at {b}; at the rate at which codes repeat everywhere {expected} were to be expected",
    ),
}


def _bills(row: dict[str, Any]) -> Evidence:
    people, pairs, observed, expected = (
        row["member_count"],
        row["pair_count"],
        row["observed"],
        row["expected"],
    )
    return Evidence(
        evidence_id="", kind="same_bill",
        sentence_zh=f"其中 {people} 人（{pairs} 对）在同一机构多次出现少见的雷同账单（同日金额相差约 1% 以内，或项目与数量相同）；最突出的两人有 {observed:.0f} 份，"
        f"按该机构的同类账单预计 {expected:.2f} 份",
        sentence_en=f"{people} of them ({pairs} {'pair' if pairs == 1 else 'pairs'}) had the same uncommon bills at one place several times (within about 1 % of the amount on one "
        f"day, or the same items and quantities); the most striking two had {observed:.0f} in common, {expected:.2f} were to be expected "
        "from the place's other bills of the kind",
        observed=float(observed), expected=round(float(expected), 4), claim_ids=tuple(row["claim_ids"]),
    )  # fmt: skip


def _packs(row: dict[str, Any]) -> Evidence:
    people, codes, observed, expected = (
        row["member_count"],
        row["code_count"],
        row["observed"],
        row["expected"],
    )
    return Evidence(
        evidence_id="", kind="trace_code",
        sentence_zh=f"{codes} 个追溯码在其中 {people} 人的结算中重复出现；最突出的两人中较少的一人有 {observed:.0f} 个重复的追溯码，"
        f"按其所去机构的重复率预计 {expected:.2f} 个",
        sentence_en=f"{codes} trace codes stand on the claims of two or more of {people} of them; of the most striking two the one with fewer has "
        f"{observed:.0f} repeated packs, {expected:.2f} were to be expected at the rate at which codes repeat at the places that person goes to",
        observed=float(observed), expected=round(float(expected), 4), claim_ids=tuple(row["claim_ids"]),
    )  # fmt: skip


def flag_evidence(
    rows: list[dict[str, Any]], members: int, titles: dict[str, tuple[str, str]]
) -> list[Evidence]:
    """Sentences on the screening models that hit a group's people, beside others of the same places.

    Parameters
    ----------
    rows : list of dict
        What flag_evidence.sql gave of the group.
    members : int
        How many patients it has.
    titles : dict
        The models' titles in Chinese and English.
    """
    found = []
    for row in rows:
        model, count, hit = row["model"], len(row["claim_ids"]), int(row["patient_count"])
        zh, en = titles.get(model, ("", ""))
        hit_peers, peers = int(row["hit_peer_count"]), int(row["peer_count"])
        share = hit_peers / peers if peers else None
        more_zh = more_en = ""
        if share is not None:
            more_zh, more_en = _hit_among_others(hit_peers, peers, share * members)
        found.append(
            Evidence(
                evidence_id="", kind="flag",
                sentence_zh=f"筛查模型 {model}{f'（{zh}）' if zh else ''}命中其中 {hit} 人、{count} 张结算单{more_zh}",
                sentence_en=f"Screening model {model}{f' ({en})' if en else ''} hit {count} {'claim' if count == 1 else 'claims'} of {hit} of them{more_en}",
                observed=float(hit), expected=None if share is None else round(share * members, 3),
                claim_ids=tuple(row["claim_ids"]),
            )
        )  # fmt: skip
    return found


def _hit_among_others(hit: int, peers: int, expected: float) -> tuple[str, str]:
    """How many others of the same places a model hit, and how many of the ring that would give."""
    if not hit:
        return (
            f"；同类人对照：去同样机构的其他 {peers} 人无一命中",
            f"; like people: none of {peers} others of the same places was hit",
        )
    few_zh, few_en = (
        (f" {expected:.1f}", f"{expected:.1f}") if expected >= 0.05 else ("不到 0.1", "fewer than 0.1")
    )
    return (
        f"；同类人对照：去同样机构的其他 {peers} 人中命中 {hit} 人（{hit / peers:.1%}），照此预计{few_zh} 人",
        f"; like people: {hit} of {peers} others of the same places {'was' if hit == 1 else 'were'} hit ({hit / peers:.1%}), which would give {few_en}",
    )
