"""The page that lists all rings of a run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fraudgraph.records import NodeKind, ReferralList, Ring
from fraudgraph.report.account import figures
from fraudgraph.report.files import browser_link, dossier_name
from fraudgraph.report.naming import Naming
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, STATUSES, TYPOLOGIES, VIEWS, Text, word
from fraudgraph.settings import Settings

__all__ = ["index_page", "views_off"]


def index_page(
    referral: ReferralList,
    settings: Settings,
    *,
    with_page: set[str],
    with_quality: bool = False,
    lang_default: str = "zh",
) -> str:
    """The page that lists all rings: those put forward, those held back and why, and what the run could not see.

    Parameters
    ----------
    referral : ReferralList
        All rings.
    settings : Settings
        For privacy, links and facts of the run.
    with_page : set of str
        Rings that have a page to link to.
    with_quality : bool
        Whether the import quality page lies beside it.
    lang_default : str
        "zh" or "en".
    """
    ordered = sorted(referral.rings, key=lambda ring: (ring.rank, ring.ring_id))
    listed = [_index_row(ring, settings, ring.ring_id in with_page) for ring in ordered if ring.listed]
    held = [_index_row(ring, settings, False) for ring in ordered if not ring.listed]
    context: dict[str, Any] = {
        "lang": lang_default,
        "lead": LEAD_NOT_VERDICT,
        "title": Text(f"移送清单 {referral.month}", f"Referral list {referral.month}"),
        "month": str(referral.month),
        "with_quality": with_quality,
        "listed": listed,
        "held": held,
        "top_score": max((row["score"] for row in listed), default=0.0),
        "fund": sum((ring.fund_amount for ring in referral.listed), Decimal(0)),
        "excess": sum((ring.excess_amount for ring in referral.listed), Decimal(0)),
        "least": sum((ring.excess_low or Decimal(0) for ring in referral.listed), Decimal(0)),
        "patients": len({m.entity_id for ring in referral.listed for m in ring.members if m.entity_type is NodeKind.PATIENT}),
        "typologies": sorted({row["typology"] for row in listed}),
        "views_on": [word(VIEWS, plain(view, 64)) for view in referral.views_on],
        "views_off": views_off(referral),
        "facts": _run_facts(settings),
    }  # fmt: skip
    return render("index.html.j2", ("page.js", "index.js"), context)


def _index_row(ring: Ring, settings: Settings, has_page: bool) -> dict[str, Any]:
    naming = Naming([ring], settings)
    holding = [Text(plain(e.title_zh, 60), plain(e.title_en, 60)) for e in ring.explanations if e.holds]
    kinds = [member.entity_type for member in ring.members]
    return {
        "rank": ring.rank,
        "ring_id": plain(ring.ring_id, 64),
        "href": f"dossiers/{dossier_name(ring.ring_id)}" if has_page else "",
        "score": ring.score,
        "q_value": ring.q_value,
        "typology": TYPOLOGIES[ring.typology],
        "status": word(STATUSES, plain(ring.status, 64)),
        "summary": Text(naming.sentence(ring.summary_zh), naming.sentence(ring.summary_en)),
        "patients": kinds.count(NodeKind.PATIENT),
        "doctors": kinds.count(NodeKind.DOCTOR),
        "places": kinds.count(NodeKind.FACILITY) + kinds.count(NodeKind.PHARMACY),
        "fund": ring.fund_amount,
        "excess": ring.excess_amount,
        "figures": figures(ring),
        "first": ring.first_seen,
        "last": ring.last_seen,
        "holding": holding,
        "by_verdict": Text(plain(ring.held_zh), plain(ring.held_en)) if ring.held_zh else None,
        "browser_link": browser_link(settings, ring.ring_id),
    }


def views_off(referral: ReferralList) -> list[tuple[Text, Text]]:
    """The views that could not run on these claims, with the reason."""
    return [(word(VIEWS, plain(view, 64)), Text(zh, en)) for view, zh, en in referral.views_off]


def _run_facts(settings: Settings) -> list[tuple[Text, str]]:
    """The settings that decided what is on the list."""
    score = settings.rings.list_score
    capacity = settings.referral.capacity
    default = "—"
    return [
        (Text("随机种子", "seed"), str(settings.run.seed)),
        (Text("最少参保人数", "least patients in a ring"), str(settings.rings.min_patients)),
        (Text("列入门槛", "score needed"), default if score is None else f"{score:g}"),
        (Text("清单容量", "capacity of the list"), default if capacity is None else str(capacity)),
        (Text("社团分辨率", "resolution of groups"), f"{settings.groups.resolution:g}"),
    ]
