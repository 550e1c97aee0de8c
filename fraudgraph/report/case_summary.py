"""Two pages to carry into an interview: who, what, when, how much, why, why perhaps not, what next, and who signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fraudgraph.records import Dossier, NodeKind, Role
from fraudgraph.report.account import account_steps, figures
from fraudgraph.report.answers import leaders, when_text
from fraudgraph.report.checks import Check
from fraudgraph.report.counter_evidence import against, counter_evidence
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.fields import member_rows
from fraudgraph.report.files import dossier_name
from fraudgraph.report.naming import Naming
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.seal import foot, ring_seal
from fraudgraph.report.words import KINDS, LEAD_NOT_VERDICT, MANY, ROLES, TYPOLOGIES, Text

__all__ = ["case_summary_page"]

_MEMBERS: Final = 12
_FOR: Final = 4
_AGAINST: Final = 4
_CHECKS: Final = 5
_ITEMS: Final = 2
_SENTENCE: Final = {"zh": 150, "en": 300}
"""What is longer than this stands in the annex: two pages are two pages."""


def case_summary_page(
    dossier: Dossier, cast: Cast, naming: Naming, checks: Sequence[Check], *, lang_default: str, month: str
) -> str:
    """One ring on at most two sheets of A4, as html; the dossier with its claims is the annex."""
    ring = dossier.ring
    counted = [(kind, sum(m.entity_type is kind for m in ring.members)) for kind in NodeKind]
    rows = member_rows(ring, naming)
    roles = {cast.handle(m.entity_type, m.entity_id): ROLES[m.role] for m in ring.members}
    kinds = {cast.handle(m.entity_type, m.entity_id): KINDS[m.entity_type] for m in ring.members}
    context: dict[str, Any] = {
        "lang": lang_default,
        "title": Text(f"案情摘要 {plain(ring.ring_id, 64)}", f"Case summary {plain(ring.ring_id, 64)}"),
        "lead": LEAD_NOT_VERDICT,
        "month": month,
        "ring": ring,
        "seal": ring_seal(ring),
        "foot": foot(ring),
        "page_name": dossier_name(ring.ring_id),
        "typology": TYPOLOGIES[ring.typology],
        "figures": figures(ring),
        "account": account_steps(ring),
        "summary": Text(naming.sentence(ring.summary_zh), naming.sentence(ring.summary_en)),
        "when": when_text(dossier, cast),
        "leaders": leaders(ring, naming),
        "counts": [((KINDS if count == 1 else MANY)[kind], count) for kind, count in counted if count],
        "victims": sum(m.role is Role.POSSIBLE_VICTIM for m in ring.members),
        "members": [{**row, "role_text": roles[str(row["handle"])], "kind_text": kinds[str(row["handle"])]} for row in rows[:_MEMBERS]],
        "more_members": max(len(rows) - _MEMBERS, 0),
        "for_it": _for_it(dossier, naming)[:_FOR],
        "against_it": [_short(text) for text in counter_evidence(dossier, naming)[:_AGAINST]],
        "next": [
            (check.title, [_short(item) for item in check.items[:_ITEMS]]) for check in checks[:_CHECKS]
        ],
    }  # fmt: skip
    return render("case_summary.html.j2", ("page.js",), context)


def _for_it(dossier: Dossier, naming: Naming) -> list[tuple[Text, int]]:
    """The sentences that say most, one of a kind, each with its number of claims."""
    seen: set[str] = set()
    found = []
    for item in dossier.ring.evidence:
        if against(item) or item.kind in seen:
            continue
        seen.add(item.kind)
        sentence = Text(naming.sentence(item.sentence_zh), naming.sentence(item.sentence_en))
        found.append((_short(sentence), len(item.claim_ids)))
    return found


def _short(text: Text) -> Text:
    """A sentence cut where it would cost the second page; the annex has it whole."""
    return Text(*(part if len(part) <= most else f"{part[:most]}…" for part, most in zip(text, _SENTENCE.values(), strict=True)))  # fmt: skip
