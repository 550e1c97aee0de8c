"""The page a month begins with: what changed, what is held back and why, whose turn it is; and the drift page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fraudgraph.casework.drift import DriftRow
from fraudgraph.casework.known import CHANGES, Event, EventKind, Register
from fraudgraph.casework.learning import HitRate, Learned
from fraudgraph.casework.listing import Case
from fraudgraph.casework.manual_edits import HandEdit
from fraudgraph.claims.cleaning.claim_changes import ClaimChanges
from fraudgraph.records import Month, ScreenOutcome
from fraudgraph.report.files import dossier_name
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, STATUSES, VERDICTS, VIEWS, Text, word

__all__ = ["MonthFacts", "drift_page", "month_page"]

_KINDS: Mapping[str, Text] = {
    "volume": Text("结算单数", "claims"),
    "column": Text("字段填充率", "filled share of a column"),
    "code": Text("新出现的代码", "new codes"),
    "model": Text("筛查模型命中", "hits of a screening model"),
}
_GONE = (EventKind.DORMANT, EventKind.CLOSED, EventKind.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """All that the month's page shows. `first` is the first month of the window.

    `changed_people` counts whose claims later deliveries changed; `broken` are models that failed; `issue` is the
    how-manieth list of the month this is.
    """

    month: Month
    first: Month
    cases: Sequence[Case]
    events: Sequence[Event]
    register: Register
    notes: Mapping[str, Sequence[HandEdit]]
    learned: Learned
    rates: Sequence[HitRate]
    reweighed: bool
    unusual: Sequence[DriftRow]
    districts: Sequence[str]
    changes: ClaimChanges
    changed_people: int
    broken: Sequence[ScreenOutcome]
    issue: int = 1
    district_names: Mapping[str, str] = field(default_factory=dict)


def month_page(facts: MonthFacts, *, lang_default: str = "zh") -> str:
    """The page that a month begins with.

    Parameters
    ----------
    facts : MonthFacts
        The month.
    lang_default : str
        "zh" or "en".
    """
    listed = [_row(case, facts) for case in facts.cases if case.ring.listed]
    changed = [row for row in listed if row["changed"]]
    held = [_row(case, facts) for case in facts.cases if case.ring.held_zh]
    context: dict[str, Any] = {
        "lang": lang_default, "lead": LEAD_NOT_VERDICT, "month": str(facts.month), "first": str(facts.first),
        "title": Text(f"{facts.month} 月度清单", f"The month {facts.month}"),
        "changed": changed, "rest": [row for row in listed if not row["changed"]], "held": held,
        "fund": sum((case.ring.fund_amount for case in facts.cases if case.ring.listed), Decimal(0)),
        "disagreeing": _disagreeing(facts), "gone": _gone(facts),
        "rates": [rate for rate in facts.rates if rate.kind == "top"], "by_sign": _by_sign(facts.rates),
        "learned": facts.learned, "weights": sorted(facts.learned.weights.items()), "reweighed": facts.reweighed,
        "unusual": [_drift_row(row) for row in facts.unusual],
        "districts": [(code, plain(facts.district_names.get(code, code), 60)) for code in facts.districts],
        "changes": facts.changes, "changed_people": facts.changed_people, "issue": facts.issue,
        "broken": [(plain(one.model, 80), Text(plain(one.reason_zh, 600), plain(one.reason_en, 600))) for one in facts.broken],
        "overdue": sum(row["overdue"] for row in listed),
    }  # fmt: skip
    return render("month.html.j2", ("page.js",), context)


def _row(case: Case, facts: MonthFacts) -> dict[str, Any]:
    ring = case.ring
    own = [event for event in facts.events if event.ring_id == ring.ring_id]
    return {
        "ring_id": plain(ring.ring_id, 64),
        "href": f"dossiers/{dossier_name(ring.ring_id)}" if ring.listed else "",
        "changed": case.change in CHANGES,
        "status": word(STATUSES, plain(ring.status, 64)),
        "how": [_what(event) for event in own if event.other_id or _counts(event)],
        "score": ring.score,
        "fund": ring.fund_amount,
        "summary": Text(plain(ring.summary_zh), plain(ring.summary_en)),
        "verdict": word(VERDICTS, ring.verdict),
        "held": Text(plain(ring.held_zh), plain(ring.held_en)),
        "routes": [
            (Text(r.title_zh, r.title_en), Text(plain(r.reason_zh), plain(r.reason_en)), plain(r.source)) for r in case.routes
        ],
        "owner": plain(ring.owner, 80),
        "due": ring.due_on,
        "age": ring.age_days,
        "overdue": ring.due_on is not None and ring.due_on < facts.month.last_day and ring.verdict == "pending",
        "district": plain(facts.district_names.get(case.district, case.district), 60),
        "recovered": case.recovered_amount,
        "notes": [f"{edit.on} {plain(edit.by, 40)}：{plain(edit.reason, 300)}" for edit in facts.notes.get(ring.ring_id, ())],
    }  # fmt: skip


def _what(event: Event) -> Text:
    """What happened, with how many came and went."""
    said = word(STATUSES, event.event)
    zh, en = said.zh, said.en
    if event.other_id:
        zh, en = f"{zh}（{plain(event.other_id, 64)}）", f"{en} ({plain(event.other_id, 64)})"
    if _counts(event):
        zh = f"{zh}：加入 {event.joined} 人，离开 {event.left} 人"
        en = f"{en}: {event.joined} joined, {event.left} left"
    return Text(zh, en)


def _counts(event: Event) -> bool:
    """Whether who came and went says anything: in a first month everybody came."""
    return bool(event.joined or event.left) and event.event is not EventKind.BORN


def _disagreeing(facts: MonthFacts) -> list[dict[str, Any]]:
    return [
        {
            "ring_id": plain(case.ring.ring_id, 64),
            "said": [
                Text(f"{plain(one.by, 40)}：{VERDICTS[one.verdict].zh}（{one.on}）", f"{plain(one.by, 40)}: {one.verdict} ({one.on})")
                for one in case.standing.disagreeing
            ],
        }
        for case in facts.cases
        if case.standing is not None and case.standing.disagreeing
    ]  # fmt: skip


def _gone(facts: MonthFacts) -> list[dict[str, Any]]:
    """Rings that fell asleep, ended or went into another this month."""
    return [
        {"ring_id": plain(event.ring_id, 64), "what": _what(event), "on": event.on}
        for event in facts.events
        if event.event in _GONE
        and facts.register.rings[event.ring_id].state in ("dormant", "merged", "closed")
        and facts.register.rings[event.ring_id].first_listed
        and facts.register.rings[event.ring_id].since == str(facts.month)
    ]


def _by_sign(rates: Sequence[HitRate]) -> list[dict[str, Any]]:
    """Hit rates of models and views over all months."""
    totals: dict[tuple[str, str], list[int]] = {}
    for rate in rates:
        if rate.kind != "top":
            total = totals.setdefault((rate.kind, rate.name), [0, 0])
            total[0] += rate.decided
            total[1] += rate.confirmed
    return [
        {
            "name": word(VIEWS, name) if kind == "view" else Text(name, name),
            "decided": decided,
            "confirmed": confirmed,
            "share": confirmed / decided,
        }
        for (kind, name), (decided, confirmed) in sorted(
            totals.items(), key=lambda item: (-item[1][0], item[0])
        )
        if decided
    ]


def drift_page(month: Month, rows: Sequence[DriftRow], *, lang_default: str = "zh") -> str:
    """The page that compares a month's delivery and findings with the months before.

    Parameters
    ----------
    month : Month
        The month.
    rows : sequence of DriftRow
        What was compared.
    lang_default : str
        "zh" or "en".
    """
    context: dict[str, Any] = {
        "lang": lang_default, "lead": LEAD_NOT_VERDICT, "month": str(month),
        "title": Text(f"{month} 数据变化", f"Drift {month}"),
        "unusual": [_drift_row(row) for row in rows if row.unusual],
        "kinds": [
            (title, [_drift_row(row) for row in rows if row.kind == kind]) for kind, title in _KINDS.items()
        ],
    }  # fmt: skip
    return render("drift.html.j2", ("page.js",), context)


def _drift_row(row: DriftRow) -> dict[str, Any]:
    return {
        "kind": word(_KINDS, row.kind), "name": plain(row.name, 80), "now": row.now, "usual": row.usual,
        "unusual": row.unusual, "note": Text(row.note_zh, row.note_en),
    }  # fmt: skip
