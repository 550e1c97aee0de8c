"""What people read: the referral list, a page per ring, the index page, and rings on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.lazily import lazily

if TYPE_CHECKING:
    from fraudgraph.report.dossiers import write_dossiers
    from fraudgraph.report.referral import referral_schema, ring_record, write_referral
    from fraudgraph.report.terminal import ring_text, rings_table

__all__ = [
    "referral_schema",
    "ring_record",
    "ring_text",
    "rings_table",
    "write_dossiers",
    "write_referral",
]
_HOMES = {
    "referral_schema": "referral",
    "ring_record": "referral",
    "ring_text": "terminal",
    "rings_table": "terminal",
    "write_dossiers": "dossiers",
    "write_referral": "referral",
}
__getattr__ = lazily(__name__, _HOMES)
