"""The page of a day: which rings moved, which crossed the line, where one may still be in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fraudgraph.records import NodeKind, Ring
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, TYPOLOGIES, Text

__all__ = ["day_page"]


def day_page(
    day: date, moved: Sequence[Any], crossed: Sequence[Ring], expected: Sequence[Any], *, lang_default: str = "zh"
) -> str:  # fmt: skip
    """The page of a day.

    Parameters
    ----------
    day : date
        The day.
    moved : sequence
        Members of known rings together on the day (`fraudgraph.jobs.watch.Move`).
    crossed : sequence of Ring
        Rings that were never put forward before.
    expected : sequence
        Sessions foreseen (`fraudgraph.jobs.watch.NextSession`).
    lang_default : str
        "zh" or "en".
    """
    context: dict[str, Any] = {
        "lang": lang_default, "lead": LEAD_NOT_VERDICT, "title": Text(f"{day} 每日观察", f"The day {day}"),
        "day": day,
        "moved": [
            {"ring_id": plain(m.ring_id, 64), "place": plain(m.place_name, 80), "present": m.present, "usual": m.usual,
             "when": f"{m.first_at}–{m.last_at}" if m.first_at else "", "fund": m.fund_amount}
            for m in moved
        ],
        "crossed": [
            {"ring_id": plain(r.ring_id, 64), "typology": TYPOLOGIES[r.typology], "score": r.score, "fund": r.fund_amount,
             "patients": sum(m.entity_type is NodeKind.PATIENT for m in r.members),
             "summary": Text(plain(r.summary_zh), plain(r.summary_en))}
            for r in crossed
        ],
        "expected": [
            {"ring_id": plain(e.ring_id, 64), "place": plain(e.place_name, 80), "day": e.told.day, "chance": e.told.chance,
             "chance_day": e.told.chance_day, "guess": e.told.guess, "tried": e.told.tried}
            for e in expected
        ],
    }  # fmt: skip
    return render("day.html.j2", ("page.js",), context)
