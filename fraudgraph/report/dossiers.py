"""A page per listed ring, and the page that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from fraudgraph.records import Dossier, DossierClaim, Explanation, NodeKind, ReferralList, Ring
from fraudgraph.report.account import account_steps, figures
from fraudgraph.report.answers import answers, carried
from fraudgraph.report.case_summary import case_summary_page
from fraudgraph.report.checks import checks
from fraudgraph.report.counter_evidence import against, counter_evidence
from fraudgraph.report.drawing import drawing
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.fields import claim_id_lists, member_rows
from fraudgraph.report.files import browser_link, dossier_name, save
from fraudgraph.report.growth import month_rows
from fraudgraph.report.index_page import index_page, views_off
from fraudgraph.report.naming import ROLE_ORDER, Naming
from fraudgraph.report.pages import render, save_shared
from fraudgraph.report.place_map import place_map
from fraudgraph.report.quality import QUALITY_PAGE
from fraudgraph.report.sanitise import plain
from fraudgraph.report.seal import foot, ring_seal
from fraudgraph.report.timeline import close_ups, timeline
from fraudgraph.report.tried import far_line, near_and_far
from fraudgraph.report.waterfall import money_waterfall, waterfall
from fraudgraph.report.words import (
    CLAIM_TYPES,
    EVIDENCE_KINDS,
    KINDS,
    LEAD_NOT_VERDICT,
    MANY,
    ROLES,
    STATUSES,
    TYPOLOGIES,
    Text,
    word,
)
from fraudgraph.settings import Settings

__all__ = ["SUMMARIES", "dossier_page", "write_dossiers"]

SUMMARIES: Final = "summaries"
_SHARED_SCRIPTS: Final = ("cytoscape.min.js",)
MAX_CLAIMS: Final = 300
MAX_IDS: Final = 30
MAX_MEMBERS: Final = 60


def write_dossiers(
    out: Path,
    dossiers: Iterable[Dossier],
    referral: ReferralList,
    settings: Settings,
    *,
    lang_default: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write dossiers/<ring id>.html and summaries/<ring id>.html for each dossier given, and index.html that lists them.

    Pages open from disk without a network; the script of the interactive drawing stands once in `shared/`. A page that has left the
    folder shows the still drawing instead; `in_one_file` puts the script into it.

    Parameters
    ----------
    out : Path
        The run's folder.
    dossiers : iterable of Dossier
        One per listed ring; they may be made one at a time.
    referral : ReferralList
        All rings; those held back are named on the index page with the reason.
    settings : Settings
        For privacy, links and the facts of the run.
    lang_default : str
        The language a page opens in, "zh" or "en"; each page holds both.
    progress : callable, optional
        Called with pages written and pages expected.

    Raises
    ------
    StorageError
        If a file can't be written.
    SettingsError
        If ids shall be masked and there is no key.
    """
    save_shared(out, _SHARED_SCRIPTS)
    total = len(referral.listed)
    written: set[str] = set()
    for dossier in dossiers:
        page = dossier_page(dossier, referral, settings, lang_default=lang_default)
        save(out / "dossiers" / dossier_name(dossier.ring.ring_id), page)
        save(
            out / SUMMARIES / dossier_name(dossier.ring.ring_id),
            _case_summary(dossier, referral, settings, lang_default),
        )
        written.add(dossier.ring.ring_id)
        if progress is not None:
            progress(len(written), total)
    save(
        out / "index.html",
        index_page(
            referral,
            settings,
            with_page=written,
            with_quality=(out / QUALITY_PAGE).is_file(),
            lang_default=lang_default,
        ),
    )


def dossier_page(
    dossier: Dossier, referral: ReferralList, settings: Settings, *, lang_default: str = "zh"
) -> str:
    """One ring's page as html.

    Parameters
    ----------
    dossier : Dossier
        The ring, its edges and claims.
    referral : ReferralList
        For the views that were on and off.
    settings : Settings
        For privacy and links.
    lang_default : str
        "zh" or "en".
    """
    ring = dossier.ring
    naming = Naming([ring], settings, _claim_ids(dossier))
    cast = Cast(dossier, naming)
    picture = drawing(dossier, cast)
    to_check = checks(dossier, cast)
    near, far = near_and_far(ring)
    context: dict[str, Any] = {
        "lang": lang_default,
        "lead": LEAD_NOT_VERDICT,
        "ring": ring,
        "title": Text(f"线索材料 {plain(ring.ring_id, 64)}", f"Dossier {plain(ring.ring_id, 64)}"),
        "summary": Text(naming.sentence(ring.summary_zh), naming.sentence(ring.summary_en)),
        "typology": TYPOLOGIES[ring.typology],
        "status": word(STATUSES, plain(ring.status, 64)),
        "counts": _counts(ring),
        "figures": figures(ring),
        "seal": ring_seal(ring),
        "foot": foot(ring),
        "page_name": dossier_name(ring.ring_id),
        "account": account_steps(ring),
        "score_bars": waterfall(ring),
        "money_bars": money_waterfall(ring),
        "groups": _groups(ring, naming, cast),
        "max_members": MAX_MEMBERS,
        "timeline": timeline(dossier, cast),
        "close_ups": close_ups(dossier, cast),
        "drawing": picture,
        "elements": picture.elements(),
        "drawn": {"days": picture.days, "titles": picture.titles()},
        "months": month_rows(dossier, cast),
        "map": place_map(dossier, cast),
        "answers": answers(dossier, cast, naming, to_check),
        "evidence": _evidence(ring, naming, cast),
        "explanations": _explanations(near, naming),
        "far_explanations": _explanations(far, naming),
        "far_line": far_line(len(near), len(far)),
        "counter": counter_evidence(dossier, naming),
        "checks": to_check,
        "claims": [_claim_row(claim, cast) for claim in _first_claims(dossier)],
        "claim_count": max(dossier.claim_count, len(dossier.claims)),
        "browser_link": browser_link(settings, ring.ring_id),
        "month": str(referral.month),
        "views_off": views_off(referral),
        "max_ids": MAX_IDS,
    }
    return render("dossier.html.j2", ("page.js", "drawing.js"), context, shared=_SHARED_SCRIPTS)


def _case_summary(dossier: Dossier, referral: ReferralList, settings: Settings, lang: str) -> str:
    naming = Naming([dossier.ring], settings, _claim_ids(dossier))
    cast = Cast(dossier, naming)
    return case_summary_page(
        dossier, cast, naming, checks(dossier, cast), lang_default=lang, month=str(referral.month)
    )


def _claim_ids(dossier: Dossier) -> set[str]:
    ring = dossier.ring
    named = {claim for ids in claim_id_lists(ring) for claim in ids}
    return named | {claim.claim_id for claim in dossier.claims}


def _counts(ring: Ring) -> list[tuple[Text, int]]:
    counted = [(kind, sum(member.entity_type is kind for member in ring.members)) for kind in NodeKind]
    return [((KINDS if count == 1 else MANY)[kind], count) for kind, count in counted if count]


def _groups(ring: Ring, naming: Naming, cast: Cast) -> list[dict[str, Any]]:
    """Members by role, firmest first."""
    rows = member_rows(ring, naming)
    by_handle = {row["handle"]: row for row in rows}
    groups = []
    for role in ROLE_ORDER:
        members = [m for m in ring.members if m.role == role]
        keyed = sorted(members, key=lambda m: (m.entity_type, -m.strength, m.entity_id))
        shown = [
            {**by_handle[cast.handle(m.entity_type, m.entity_id)], "kind": m.entity_type.value, "kind_text": KINDS[m.entity_type]}
            for m in keyed
        ]  # fmt: skip
        if shown:
            groups.append({"role": ROLES[members[0].role], "members": shown})
    return groups


def _evidence(ring: Ring, naming: Naming, cast: Cast) -> list[dict[str, Any]]:
    """What speaks for the ring; sentences whose number is no higher than expected stand with the counter-evidence."""
    return [
        {
            "id": plain(item.evidence_id, 64),
            "kind": word(EVIDENCE_KINDS, plain(item.kind, 64)),
            "sentence": Text(naming.sentence(item.sentence_zh), naming.sentence(item.sentence_en)),
            "observed": item.observed,
            "expected": item.expected,
            "times": _times(item.observed, item.expected),
            "claim_ids": [plain(claim, 64) for claim in item.claim_ids[:MAX_IDS]],
            "claim_count": len(item.claim_ids),
            "handles": [
                cast.label(m.entity_type, m.entity_id)
                for m in ring.members
                if m.entity_type is not NodeKind.PATIENT and f" {m.entity_id}" in item.sentence_en
            ],
        }
        for item in ring.evidence
        if not against(item)
    ]


def _times(observed: float | None, expected: float | None) -> float | None:
    """How many times the expected; None where that says nothing."""
    if observed is None or expected is None or expected <= 0:
        return None
    ratio = observed / expected
    return ratio if ratio >= 1.5 else None


def _explanations(tried: list[Explanation], naming: Naming) -> list[dict[str, Any]]:
    return [
        {
            "title": Text(plain(item.title_zh, 60), plain(item.title_en, 60)),
            "sentence": Text(naming.sentence(item.sentence_zh), naming.sentence(item.sentence_en)),
            "carried": carried(item),
            "share": min(max(item.share, 0.0), 1.0),
            "observed": item.observed,
            "threshold": item.threshold,
            "holds": item.holds,
            "claim_ids": [plain(claim, 64) for claim in item.claim_ids[:MAX_IDS]],
            "claim_count": len(item.claim_ids),
        }
        for item in tried
    ]


def _first_claims(dossier: Dossier) -> list[DossierClaim]:
    """The claims of the table in order of time; those in meetings are kept first when there are too many."""
    kept = sorted(dossier.claims, key=lambda c: (not c.in_meeting, c.day, c.claim_id))[:MAX_CLAIMS]
    return sorted(kept, key=lambda c: (c.day, c.at is None, c.at, c.claim_id))


def _claim_row(claim: DossierClaim, cast: Cast) -> dict[str, Any]:
    return {
        "when": f"{claim.at:%Y-%m-%d %H:%M}" if claim.at else claim.day.isoformat(),
        "until": claim.ended_on.isoformat() if claim.ended_on and claim.ended_on > claim.day else "",
        "claim_id": plain(claim.claim_id, 64),
        "patient": cast.patient(claim),
        "place": cast.place(claim.place_id),
        "doctor": cast.label(NodeKind.DOCTOR, claim.doctor_id) if claim.doctor_id else "",
        "operator": cast.label(NodeKind.OPERATOR, claim.operator_id) if claim.operator_id else "",
        "type": word(CLAIM_TYPES, plain(claim.claim_type, 40)),
        "diagnosis": plain(claim.diagnosis_code, 24),
        "total": claim.total_amount,
        "fund": claim.fund_amount,
        "met": claim.in_meeting,
    }
