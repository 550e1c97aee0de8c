"""Screening models 筛查模型: one `.sql` file each, and the runner that turns claims into flags 疑点."""

from fraudgraph.screening.cards import FAMILIES, load_screens, parse_screen
from fraudgraph.screening.catalogue import card_text
from fraudgraph.screening.check import check_screen
from fraudgraph.screening.runner import reason_sentence, screen_claims

__all__ = [
    "FAMILIES",
    "card_text",
    "check_screen",
    "load_screens",
    "parse_screen",
    "reason_sentence",
    "screen_claims",
]
