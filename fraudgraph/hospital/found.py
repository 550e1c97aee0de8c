"""Findings of a visit as pages and workbooks show them."""

from __future__ import annotations

from typing import Any, Final

from fraudgraph.hospital.cards import load_site_models
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import Text
from fraudgraph.store import Store

__all__ = ["CERTAINTY", "findings_of"]

CERTAINTY: Final = {"definite": Text("明确", "definite"), "suspicious": Text("可疑", "suspicious")}
"""What a finding's degree is called."""


def findings_of(store: Store, visit_no: str | None = None) -> list[dict[str, Any]]:
    """All findings, or those that name one visit, dearest first; none where nothing was screened yet."""
    if not store.has("findings"):
        return []
    models = {model.id: model for model in load_site_models()}
    wanted = "" if visit_no is None else "WHERE list_contains(visit_nos, $visit)"
    values = {} if visit_no is None else {"visit": visit_no}
    rows = store.rows(
        f"SELECT finding_no, model, certainty, subject_id, visit_nos, row_ids, amount, reason_zh, reason_en FROM findings {wanted} ORDER BY finding_no",
        **values,
    )
    titles = {row[0]: (row[1], row[2]) for row in store.rows("SELECT model, title_zh, title FROM outcomes")}
    return [
        {
            "no": no,
            "model": model,
            "title": Text(*titles[model]),
            "certainty": CERTAINTY[certainty],
            "subject": plain(subject, 80),
            "stays": [plain(one, 64) for one in visits[:3]],
            "visit_nos": visits,
            "row_ids": row_ids,
            "amount": amount,
            "reason": Text(plain(zh), plain(en)),
            "look_alike": Text(models[model].look_alike_zh, models[model].look_alike)
            if model in models
            else Text("", ""),
            "basis": models[model].basis if model in models else "",
        }
        for no, model, certainty, subject, visits, row_ids, amount, zh, en in rows
    ]
