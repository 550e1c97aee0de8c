"""The page of a visit: what was taken in, how it matched, what was found, which stays to open first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fraudgraph.hospital.found import findings_of
from fraudgraph.hospital.landing import REASONS
from fraudgraph.hospital.matching import CLASSES
from fraudgraph.hospital.tables import site_tables
from fraudgraph.hospital.visit import open_visit
from fraudgraph.report.files import dossier_name, save
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, Text
from fraudgraph.store import Store

__all__ = ["write_page"]

_SHOWN = 500
_SIDES = {"settlement": Text("结算", "settlement"), "hospital": Text("院端", "hospital")}


def write_page(visit: Path, *, lang: str = "zh") -> Path:
    """Write the visit's page; steps that were not taken yet are left empty."""
    with open_visit(visit, read_only=True) as store:
        page = render("site_visit.html.j2", ("page.js",), _context(store, visit, lang))
    path = visit / "index.html"
    save(path, page)
    return path


def _context(store: Store, visit: Path, lang: str) -> dict[str, Any]:
    findings = findings_of(store)
    balance = (
        store.rows(
            "SELECT side, class, rule, line_count, yuan FROM m_balance ORDER BY side DESC, class, rule"
        )
        if store.has("m_balance")
        else []
    )
    settled = [row for row in balance if row[0] == "settlement"]
    equal = sum(row[3] for row in settled if row[1] == "equal") / max(1, sum(row[3] for row in settled))
    return {
        "lang": lang, "lead": LEAD_NOT_VERDICT, "title": Text("现场核查", "On site"), "equal_share": equal,
        "files": _files(store), "asides": _asides(store),
        "balance": [{"side": _SIDES[side], "kind": Text(*CLASSES[kind]), "rule": rule or "—", "count": count, "yuan": yuan} for side, kind, rule, count, yuan in balance],
        "models": _models(store), "findings": findings[:_SHOWN], "shown": min(_SHOWN, len(findings)), "total": len(findings),
        "stays": _stays(findings, visit),
    }  # fmt: skip


def _files(store: Store) -> list[dict[str, Any]]:
    rows = store.rows("SELECT file, sheet, table_name, nearest, missing, unknown, rows_read, rows_taken, rows_set_aside, yuan_taken, yuan_set_aside FROM taken ORDER BY side DESC, file, sheet")  # fmt: skip
    found = []
    for file, sheet, table, nearest, missing, unknown, read, taken, aside, yuan, yuan_aside in rows:
        told = site_tables().get(table or "")
        title = (
            Text(told.title_zh, told.title_en)
            if told
            else Text(
                f"未识别{f'（近似 {nearest}，缺 {missing}）' if nearest else ''}",
                f"unknown{f' (nearly {nearest}, lacks {missing})' if nearest else ''}",
            )
        )
        found.append(
            {
                "file": plain(f"{file}{f'[{sheet}]' if sheet else ''}", 120), "table": title, "read": read, "taken": taken, "aside": aside, "yuan": yuan, "yuan_aside": yuan_aside,
                "unknown": plain("、".join(json.loads(unknown or "[]")), 300),
            }
        )  # fmt: skip
    return found


def _asides(store: Store) -> list[dict[str, Any]]:
    rows = store.rows(
        "SELECT reason, table_name, column_name, count(*) FROM set_aside GROUP BY ALL ORDER BY count(*) DESC, reason, table_name, column_name"
    )
    return [
        {"reason": Text(*REASONS.get(reason, (reason, reason))), "table": table, "column": column, "count": count}
        for reason, table, column, count in rows
    ]  # fmt: skip


def _models(store: Store) -> list[dict[str, Any]]:
    if not store.has("outcomes"):
        return []
    rows = store.rows(
        "SELECT model, title_zh, title, reason_zh, reason_en, definite, suspicious, amount FROM outcomes ORDER BY amount DESC, model"
    )
    return [
        {"model": model, "title": Text(zh, en), "why": Text(why_zh, why_en), "definite": definite, "suspicious": suspicious, "amount": amount}
        for model, zh, en, why_zh, why_en, definite, suspicious, amount in rows
    ]  # fmt: skip


def _stays(findings: list[dict[str, Any]], visit: Path) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for finding in findings:
        for visit_no in finding["visit_nos"]:
            one = found.setdefault(
                visit_no, {"visit": plain(visit_no, 64), "count": 0, "amount": 0, "link": ""}
            )
            one["count"] += 1
            one["amount"] = max(one["amount"], finding["amount"])
            if (visit / "stays" / dossier_name(visit_no)).is_file():
                one["link"] = f"stays/{dossier_name(visit_no)}"
    return sorted(found.values(), key=lambda one: (-one["amount"], -one["count"], one["visit"]))[:_SHOWN]
