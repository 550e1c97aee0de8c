"""The import quality page: what came, what is missing, what stands out, and what changed since the last delivery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.accounting.rejects import REASONS
from fraudgraph.claims.accounting.uploads import LATE_DAYS
from fraudgraph.claims.inspection.comparing import Comparison
from fraudgraph.claims.inspection.quality import Quality, measure_quality
from fraudgraph.claims.schema.fields import KINDS
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import masked_name, plain
from fraudgraph.report.words import Text
from fraudgraph.store import Store

__all__ = ["QUALITY_PAGE", "quality_page", "write_quality_page"]

QUALITY_PAGE = "quality.html"
_QUALITY_NOT_SUSPICION = Text(
    "本页说明数据质量，不是疑点：异常多为录入、接口或映射造成，请先与提供方核对。",
    "This page is about the quality of data, not about suspicion: most of what stands out here comes from typing, interfaces or mappings. Ask the supplier first.",
)


def write_quality_page(
    store: Store, read: ReadReport, folder: Path, *, comparison: Comparison | None = None
) -> None:
    """Write quality.html into a folder.

    Parameters
    ----------
    store : Store
        Holds the import.
    read : ReadReport
        What reading found.
    folder : Path
        Of the import or run.
    comparison : Comparison, optional
        Against an earlier delivery.
    """
    page = quality_page(measure_quality(store), read, comparison)
    path = folder / QUALITY_PAGE
    path.write_text(page, encoding="utf-8")
    path.chmod(0o600)


def quality_page(
    quality: Quality, read: ReadReport, comparison: Comparison | None = None, *, lang_default: str = "zh"
) -> str:
    """The page as text; the same import gives the same page."""
    months = max(quality.month_counts, default=1)
    context: dict[str, Any] = {
        "lang": lang_default,
        "lead": _QUALITY_NOT_SUSPICION,
        "title": Text("数据质量", "Import quality"),
        "quality": quality,
        "bars": [round(120 * count / months) for count in quality.month_counts],
        "peaks": [max(volume.counts, default=1) or 1 for volume in quality.volumes],
        "tables": list(read.tables.values()),
        "table_titles": {name: Text(kind.title_zh, kind.title_en) for name, kind in KINDS.items()},
        "reasons": [
            (table, code, Text(REASONS[code].zh, REASONS[code].en), count)
            for table, codes in read.reasons.items()
            for code, count in codes.items()
        ],
        "files": [(plain(one.file, 120), one) for one in read.files],
        "skipped": [(plain(one.file, 120), one) for one in read.skipped],
        "notes": [Text(plain(note.zh), plain(note.en)) for note in read.notes],
        "remarks": [Text(remark.zh, remark.en) for remark in quality.remarks],
        "placeholders": [(one, _hidden(one.value)) for one in quality.placeholders],
        "comparison": comparison,
        "changes": read.changes,
        "late_days": LATE_DAYS,
    }
    return render("quality.html.j2", ("page.js",), context)


def _hidden(value: str) -> str:
    """A default value as it may be shown: enough to find it, not a whole phone or account."""
    shown = plain(value, 60)
    if len(shown) > 6:
        return f"{shown[:3]}…{shown[-2:]}"
    return masked_name(shown) if not shown.isascii() else shown
