"""Screening models 筛查模型: one `.sql` file each, and the runner that turns claims into flags 疑点."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.lazily import lazily

if TYPE_CHECKING:
    from fraudgraph.screening.card_checks import FAMILIES
    from fraudgraph.screening.cards import load_screens, parse_screen
    from fraudgraph.screening.catalogue import Measured, card_text, catalogue_page
    from fraudgraph.screening.check import check_screen
    from fraudgraph.screening.findings import link_rings, rank_findings
    from fraudgraph.screening.history import model_titles
    from fraudgraph.screening.runner import reason_sentence, screen_claims

__all__ = [
    "FAMILIES",
    "Measured",
    "card_text",
    "catalogue_page",
    "check_screen",
    "link_rings",
    "load_screens",
    "model_titles",
    "parse_screen",
    "rank_findings",
    "reason_sentence",
    "screen_claims",
]
_HOMES = {
    "FAMILIES": "card_checks",
    "Measured": "catalogue",
    "card_text": "catalogue",
    "catalogue_page": "catalogue",
    "check_screen": "check",
    "link_rings": "findings",
    "load_screens": "cards",
    "model_titles": "history",
    "parse_screen": "cards",
    "rank_findings": "findings",
    "reason_sentence": "runner",
    "screen_claims": "runner",
}
__getattr__ = lazily(__name__, _HOMES)
