"""Evidence 证据： sentences with their number, their comparison and the claims behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fraudgraph.records import Evidence, Member, NodeKind, Ring
from fraudgraph.rings.assemble import Candidate
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.patterns import is_block
from fraudgraph.rings.peer_comparison import LikePeople, read_like_people
from fraudgraph.rings.shared_members import SHARED_KINDS, told_holders
from fraudgraph.rings.view_evidence import (
    flag_evidence,
    linked_place_evidence,
    paper_evidence,
    read_place_links,
)
from fraudgraph.screening import model_titles
from fraudgraph.store import Store

__all__ = ["collect_evidence"]

_SQL = Path(__file__).parent / "sql"
_EPOCH = date(1970, 1, 1)
_STRONGEST_SITTINGS = 5


def collect_evidence(store: Store, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Put the evidence with each ring, the strongest first.

    Parameters
    ----------
    store : Store
        Holds member claims, sittings, meetings and flags.
    candidates : tuple of Candidate
        Named rings.
    """
    like = read_like_people(store)
    titles = model_titles(store)
    sittings = _by_group(store, (_SQL / "sitting_evidence.sql").read_text(encoding="utf-8"))
    shared = _by_group(store, (_SQL / "shared_evidence.sql").read_text(encoding="utf-8"))
    flags = _by_group(store, (_SQL / "flag_evidence.sql").read_text(encoding="utf-8"))
    claims_of = _claims_of_entities(store)
    papers, links = paper_evidence(store), read_place_links(store)
    codes = {
        (kind, value): code
        for kind, value, code in store.rows("SELECT kind, value, code FROM shared_identifiers")
    }
    steering = {
        (a, b): (observed, expected)
        for a, b, observed, expected in store.rows(
            "SELECT a, b, observed, expected FROM place_meetings WHERE view = 'steering' ORDER BY a, b"
        )
    }
    done = []
    for candidate in candidates:
        group_no = candidate.group_no
        found = [
            *_sitting_evidence(candidate, sittings.get(group_no, []), like),
            *_shared_evidence(shared.get(group_no, []), codes),
            *papers.get(group_no, []),
            *_entity_evidence(candidate.ring, group_no, claims_of, like),
            *_steering_evidence(candidate.ring, group_no, steering, claims_of),
            *linked_place_evidence(candidate.ring.members, group_no, links, claims_of),
            *flag_evidence(flags.get(group_no, []), candidate.facts.patient_count, titles),
        ]
        numbered = tuple(
            replace(e, evidence_id=f"{candidate.ring.ring_id}-E{i:02d}") for i, e in enumerate(found, 1)
        )
        done.append(replace(candidate, ring=replace(candidate.ring, evidence=numbered)))
    return tuple(done)


def _by_group(store: Store, sql: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in store.arrow(sql).to_pylist():
        found.setdefault(int(row["group_no"]), []).append(row)
    return found


def _claims_of_entities(store: Store) -> dict[tuple[int, str], tuple[str, ...]]:
    """Claims at the sittings by group and place, doctor or operator."""
    return {
        (group_no, entity): tuple(claims)
        for group_no, entity, claims in store.rows(
            "WITH seats AS (SELECT DISTINCT group_no, claim_id, place_id, doctor_id, operator_id FROM member_claims "
            "WHERE session_no IS NOT NULL), "
            "long AS (SELECT group_no, claim_id, place_id AS entity FROM seats "
            "UNION ALL SELECT group_no, claim_id, doctor_id FROM seats WHERE doctor_id IS NOT NULL "
            "UNION ALL SELECT group_no, claim_id, operator_id FROM seats WHERE operator_id IS NOT NULL) "
            "SELECT group_no, entity, list(claim_id ORDER BY claim_id) FROM long GROUP BY group_no, entity "
            "ORDER BY group_no, entity"
        )
    }


def _sitting_evidence(candidate: Candidate, rows: list[dict[str, Any]], like: LikePeople) -> list[Evidence]:
    blocks = [row for row in rows if row["kind"] == "block"]
    rows = [row for row in rows if row["kind"] != "block"]
    if not rows:
        every = tuple(sorted({claim for row in blocks for claim in row["claim_ids"]}))
        return (
            [*_block_evidence(blocks, candidate.facts), *like.evidence(candidate.group_no, every)]
            if blocks
            else []
        )
    facts = candidate.facts
    expected = sum(row["expected_count"] for row in rows) / len(rows)
    present = sum(row["present_count"] for row in rows) / len(rows)
    first, last = (_EPOCH + timedelta(days=int(facts[name])) for name in ("first_day", "last_day"))
    every = tuple(sorted({claim for row in rows for claim in row["claim_ids"]}))
    whole = Evidence(
        evidence_id="", kind="sittings",
        sentence_zh=f"{first} 至 {last}，这 {facts.patient_count} 人同现 {len(rows)} 次，平均每次 {present:.1f} 人；"
        f"按各机构平时的就诊规律，一人到场时，其余成员恰好也在的预计{_few(expected)[0]} 人",
        sentence_en=f"From {first} to {last} these {facts.patient_count} people met {_times(len(rows))}, {present:.1f} of them on average; "
        f"by the places' own rhythm {_few(expected)[1]} others of the ring were to be expected where one comes",
        observed=round(present - 1, 3), expected=round(expected, 3), claim_ids=every,
    )  # fmt: skip
    strongest = sorted(rows, key=lambda row: (row["p"], row["session_no"]))[:_STRONGEST_SITTINGS]
    compared = like.evidence(candidate.group_no, every)
    met = [whole, *compared, *(_one_sitting(row) for row in strongest)]
    of_block = _block_evidence(blocks, facts)
    return [*of_block, *met] if is_block(facts) else [*met, *of_block]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _few(expected: float) -> tuple[str, str]:
    """An expected number as it is said, in Chinese and English: two digits, and no row of zeros."""
    if expected < 0.005:
        return "不到 0.01", "fewer than 0.01"
    text = f"{expected:.2f}" if expected < 1 else f"{expected:.1f}"
    return f"只有 {text}", f"only {text}"


def _block_evidence(rows: list[dict[str, Any]], facts: GroupFacts) -> list[Evidence]:
    """A rare set of places that the people share, or how often they come to one: the whole, then each place."""
    found = []
    for row in rows[:1]:
        people = max(row["set_people"], 1.0)
        observed, expected = row["set_observed"], row["set_expected"]
        if "customs_nats_log" in facts.signs or "steering_nats_log" in facts.signs:
            found.append(_often(rows, observed, expected, steered="steering_nats_log" in facts.signs))
            continue
        found.append(
            Evidence(
                evidence_id="", kind="shared_places",
                sentence_zh=f"共同机构：其中 {people:.0f} 人平均每人到过这 {len(rows)} 家机构中的 {observed / people:.1f} 家；按其居住地居民的就诊习惯，预计 {expected / people:.2g} 家",
                sentence_en=f"Shared places: {people:.0f} of them went to {observed / people:.1f} of these {len(rows)} places each on average; by the habits of those who live where they live {expected / people:.2g} were to be expected",
                observed=float(observed), expected=float(expected),
                claim_ids=tuple(sorted({claim for each in rows for claim in each["claim_ids"]})),
            )
        )  # fmt: skip
    for row in rows:
        place = row["place_name"] or row["place_id"]
        first, last = (_EPOCH + timedelta(days=int(row[name])) for name in ("day", "to_day"))
        found.append(
            Evidence(
                evidence_id="", kind="shared_places",
                sentence_zh=f"{first} 至 {last}，其中 {row['present_count']} 人到过 {place}；按全体参保人的比例，预计 {row['expected_count']:.1f} 人",
                sentence_en=f"Between {first} and {last} {row['present_count']} of them came to {place}; by everybody's share {row['expected_count']:.1f} were to be expected",
                observed=float(row["present_count"]), expected=round(row["expected_count"], 4),
                claim_ids=tuple(row["claim_ids"]),
            )
        )  # fmt: skip
    return found


def _often(rows: list[dict[str, Any]], observed: float, expected: float, *, steered: bool) -> Evidence:
    """How many come so often, or went to the shop on the doctors' prescriptions, and how many would elsewhere or by themselves."""
    place = rows[0]["place_name"] or rows[0]["place_id"]
    if steered:
        zh = f"处方流向：有关医师的患者中 {observed:.0f} 人到 {place} 取药；按本人、邻里和同事患者的去处预计 {expected:.1f} 人"
        en = f"Where prescriptions went: {observed:.0f} of the doctors' patients filled them at {place}; by their own, their neighbours' and the colleagues' patients' habits {expected:.1f} were to be expected"
    else:
        zh = f"就诊频度：其中 {observed:.0f} 人到 {place} 就诊特别频繁；按同类医师和机构的患者分布，这样频繁的预计 {expected:.1f} 人"
        en = f"How often they come: {observed:.0f} of them come to {place} unusually often; by the patients of other doctors and places of the kind {expected:.1f} would come so often"
    return Evidence(
        evidence_id="", kind="shared_places", sentence_zh=zh, sentence_en=en, observed=float(observed), expected=round(float(expected), 4),
        claim_ids=tuple(sorted({claim for each in rows for claim in each["claim_ids"]})),
    )  # fmt: skip


def _one_sitting(row: dict[str, Any]) -> Evidence:
    day, others = _EPOCH + timedelta(days=int(row["day"])), int(row["others_count"])
    few_zh, few_en = _few(row["expected_count"])
    besides_zh = f"同一时段另有 {others} 名其他人" if others else "同一时段没有其他人"
    besides_en = (
        "nobody else" if not others else "1 other person" if others == 1 else f"{others} other people"
    )
    place = row["place_name"] or row["place_id"]
    clock = row["from_minute"] is not None
    when_zh = f"{day} {_clock(row['from_minute'])} 至 {_clock(row['to_minute'])}" if clock else f"{day}"
    when_en = (
        f"On {day}, between {_clock(row['from_minute'])} and {_clock(row['to_minute'])},"
        if clock
        else f"On {day},"
    )
    return Evidence(
        evidence_id="", kind="sitting",
        sentence_zh=f"{when_zh}，其中 {row['present_count']} 人在 {place} 结算，{besides_zh}；按平时的就诊规律，其余成员恰好也在的预计{few_zh} 人",
        sentence_en=f"{when_en} {row['present_count']} of them settled at {place}, and {besides_en} meanwhile; {few_en} others of the ring were to be expected",
        observed=float(row["present_count"] - 1), expected=round(row["expected_count"], 4),
        claim_ids=tuple(row["claim_ids"]),
    )  # fmt: skip


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _shared_evidence(rows: list[dict[str, Any]], codes: dict[tuple[str, str], str]) -> list[Evidence]:
    found = []
    for row in rows:
        _, zh, en = SHARED_KINDS[NodeKind(row["attribute"])]
        code = codes.get((row["attribute"], row["value"]), "")
        called = f" {code}" if code else ""
        holders_zh, holders_en = told_holders(int(row["holder_count"]), int(row["member_count"]))
        found.append(
            Evidence(
                evidence_id="", kind="identity",
                sentence_zh=f"其中 {row['member_count']} 人（分属 {row['household_count']} 户）共用同一{zh}{called}，{holders_zh}；同一{zh}通常只有 {row['usual_count']:.1f} 人",
                sentence_en=f"{row['member_count']} of them, of {row['household_count']} households, share one {en}{called}, {holders_en}; usually {row['usual_count']:.1f} people have the same {en}",
                observed=float(row["member_count"]), expected=float(row["usual_count"]), claim_ids=tuple(row["claim_ids"]),
            )
        )  # fmt: skip
    return found


def _entity_evidence(
    ring: Ring, group_no: int, claims_of: dict[tuple[int, str], tuple[str, ...]], like: LikePeople
) -> list[Evidence]:
    words = {NodeKind.DOCTOR: ("医师", "Doctor"), NodeKind.OPERATOR: ("经办人", "Operator"),
             NodeKind.FACILITY: ("医疗机构", "Facility"), NodeKind.PHARMACY: ("药店", "Pharmacy")}  # fmt: skip
    found = []
    for member in (m for m in ring.members if m.entity_type in words):
        zh, en = words[member.entity_type]
        compared = like.at_place(group_no, member.entity_id)
        observed, expected = float(member.claim_count), member.expected_claim_count
        more_zh = more_en = ""
        if compared is not None:
            here, anywhere, share, expected = compared
            observed = float(here)
            more_zh = f"；同类人对照：成员的 {anywhere} 张结算单中有 {here} 张在此，照去过此处的其他人的比例（{share:.1%}）预计 {expected:.1f} 张"
            more_en = f"; like people: of {anywhere} claims of the members {here} were made here, {expected:.1f} if they did as the others who come here ({share:.1%})"
        found.append(
            Evidence(
                evidence_id="", kind=str(member.entity_type),
                sentence_zh=f"{zh} {member.entity_id}：{member.reason_zh}{more_zh}",
                sentence_en=f"{en} {member.entity_id}: {member.reason_en}{more_en}",
                observed=observed, expected=expected, claim_ids=claims_of.get((group_no, member.entity_id), ()),
            )
        )  # fmt: skip
    return found


def _steering_evidence(
    ring: Ring, group_no: int, steering: dict[tuple[str, str], tuple[float, float]],
    claims_of: dict[tuple[int, str], tuple[str, ...]],
) -> list[Evidence]:  # fmt: skip
    def ids(kind: NodeKind) -> list[Member]:
        return [m for m in ring.members if m.entity_type == kind]

    found = []
    for doctor in ids(NodeKind.DOCTOR):
        for pharmacy in ids(NodeKind.PHARMACY):
            if (doctor.entity_id, pharmacy.entity_id) not in steering:
                continue
            observed, expected = steering[doctor.entity_id, pharmacy.entity_id]
            both = set(claims_of.get((group_no, doctor.entity_id), ()))
            found.append(
                Evidence(
                    evidence_id="", kind="steering",
                    sentence_zh=f"医师 {doctor.entity_id} 的处方有 {observed:.0f} 张在药店 {pharmacy.entity_id} 取药，"
                    f"按同院其他医师的处方流向预计 {expected:.1f} 张",
                    sentence_en=f"{observed:.0f} prescriptions of doctor {doctor.entity_id} were filled at pharmacy "
                    f"{pharmacy.entity_id}; {expected:.1f} were to be expected from the doctor's colleagues",
                    observed=observed, expected=round(expected, 3),
                    claim_ids=tuple(sorted(both & set(claims_of.get((group_no, pharmacy.entity_id), ())))),
                )
            )  # fmt: skip
    return found
