"""What people read: the referral list, a page per ring, the index page, and rings on a terminal."""

from __future__ import annotations

from fraudgraph.report.dossiers import write_dossiers
from fraudgraph.report.referral import referral_schema, ring_record, write_referral
from fraudgraph.report.terminal import ring_text, rings_table

__all__ = ["referral_schema", "ring_record", "ring_text", "rings_table", "write_dossiers", "write_referral"]
