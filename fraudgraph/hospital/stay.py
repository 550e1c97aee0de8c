"""One stay on one time axis: orders, executions, samples, reports, operations, nursing, papers, charges, settlement."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fraudgraph.errors import UsageError
from fraudgraph.hospital.found import findings_of
from fraudgraph.hospital.visit import open_visit
from fraudgraph.report.files import dossier_name, save
from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, Text
from fraudgraph.store import Store

__all__ = ["stay_page", "write_stay"]

_LANES: Final = (
    ("h_orders", Text("医嘱", "orders"), "issued_at", "coalesce(item, order_id)", "#33658a"),
    ("h_executions", Text("执行", "executions"), "executed_at", "coalesce(executor, '')", "#33658a"),
    ("h_lab", Text("检验报告", "lab reports"), "coalesce(sampled_at, reported_at)", "coalesce(panel, item)", "#2f7d5b"),
    ("h_exams", Text("检查报告", "examinations"), "study_at", "coalesce(item, modality, report_no)", "#2f7d5b"),
    ("h_operations", Text("手术", "operations"), "started_at", "coalesce(name, op_id)", "#8a5a33"),
    ("h_sessions", Text("治疗", "sessions"), "started_at", "coalesce(item, session_id)", "#8a5a33"),
    ("h_nursing", Text("护理", "nursing"), "recorded_at", "coalesce(level, kind, nurse, '')", "#6a4c93"),
    ("h_ward_days", Text("床位", "beds"), 'CAST("on" AS TIMESTAMP) + INTERVAL 12 HOUR', "coalesce(bed, '') || ' ' || coalesce(state, '')", "#6a4c93"),
    ("h_documents", Text("病历", "papers"), "written_at", "coalesce(kind, doc_id)", "#6a4c93"),
    ("h_dispensing", Text("发药", "dispensing"), "dispensed_at", "item", "#9a7d0a"),
    ("h_charges", Text("院端费用", "charges"), "charged_at", "coalesce(name, hosp_item_code) || ' ' || CAST(amount AS VARCHAR)", "#1f2a30"),
    ("s_lines", Text("结算明细", "settled lines"), "charged_at", "coalesce(item_name, item_code) || ' ' || CAST(amount AS VARCHAR)", "#1f2a30"),
)  # fmt: skip
_LEFT, _RIGHT, _TOP, _STEP = 120.0, 1180.0, 40.0, 28.0


def write_stay(visit: Path, visit_no: str, *, lang: str = "zh") -> Path:
    """Write the page of one stay into the visit's folder.

    Raises
    ------
    UsageError
        If the visit knows no such stay.
    """
    with open_visit(visit, read_only=True) as store:
        page = stay_page(store, visit_no, lang=lang)
    path = visit / "stays" / dossier_name(visit_no)
    save(path, page)
    return path


def stay_page(store: Store, visit_no: str, *, lang: str = "zh") -> str:
    """The page of one stay.

    Raises
    ------
    UsageError
        If the visit knows no such stay.
    """
    told = _visit(store, visit_no)
    findings = findings_of(store, visit_no)
    bad = {row for finding in findings for row in finding["row_ids"]}
    events = [(lane, title, color, _events(store, lane, when, what, visit_no)) for lane, title, when, what, color in _LANES]  # fmt: skip
    moments = [event[1] for *_, rows in events for event in rows if event[1] is not None]
    moments += [one for one in (told["admitted_at"], told["discharged_at"]) if one is not None]
    start, end = _span(moments, told)
    lanes = []
    contradicting = []
    shown = [one for one in events if one[3]]
    for place, (table, title, color, rows) in enumerate(shown):
        marks = []
        for row_id, when, text, file, line in rows:
            wrong = f"{table}:{row_id}" in bad
            if wrong:
                contradicting.append(
                    {
                        "when": _short(when),
                        "lane": title,
                        "text": plain(text or "", 80),
                        "file": file,
                        "line": line,
                    }
                )
            if when is not None:
                marks.append(
                    {
                        "x": _x(when, start, end),
                        "bad": wrong,
                        "text": f"{_short(when)} {plain(text or '', 80)}",
                    }
                )
        marks.sort(key=lambda mark: bool(mark["bad"]))
        lanes.append({"title": title, "color": color, "y": _TOP + place * _STEP, "marks": marks})
    context: dict[str, Any] = {
        "lang": lang, "lead": LEAD_NOT_VERDICT, "title": Text(f"住院 {visit_no}", f"Stay {visit_no}"),
        "visit": {"visit_no": plain(visit_no, 64), "admitted": _short(told["admitted_at"]), "discharged": _short(told["discharged_at"]), "ward": plain(told["ward"] or "—", 40),
                  "charged": told["charged"], "settled": told["settled"]},
        "width": 1200, "height": round(_TOP + _STEP * max(1, len(lanes)) + 40), "lanes": lanes, "days": _days(start, end),
        "ground": _ground(told, start, end), "findings": findings, "contradicting": sorted(contradicting, key=lambda row: (row["when"], row["line"]))[:200],
    }  # fmt: skip
    return render("site_stay.html.j2", ("page.js",), context)


def _visit(store: Store, visit_no: str) -> dict[str, Any]:
    rows = (
        store.rows(
            "SELECT admitted_at, discharged_at, ward, from_at, to_at FROM m_visits WHERE visit_no = $visit",
            visit=visit_no,
        )
        if store.has("m_visits")
        else []
    )
    if not rows:
        raise UsageError(
            f"The visit knows no stay {visit_no!r}. The page of the visit (`site page`) lists those with findings; `site match` comes first.",
            f"核查目录中没有就诊 {visit_no!r}。`site page` 的总览页列出有疑点的就诊；须先运行 `site match`。",
        )
    admitted, discharged, ward, from_at, to_at = rows[0]
    charged = store.one(
        "SELECT coalesce(sum(amount), 0) FROM h_charges WHERE visit_no = $visit", visit=visit_no
    )[0]
    settled = store.one("SELECT coalesce(sum(amount), 0) FROM m_s WHERE visit_no = $visit", visit=visit_no)[0]
    return {
        "admitted_at": admitted, "discharged_at": discharged, "ward": ward, "from_at": from_at, "to_at": to_at, "charged": charged, "settled": settled,
    }  # fmt: skip


def _events(store: Store, table: str, when: str, what: str, visit_no: str) -> list[tuple[Any, ...]]:
    if table == "s_lines":
        where = "row_id IN (SELECT unit_id FROM m_s WHERE visit_no = $visit)"
    elif table == "h_executions":
        where = "visit_no = $visit OR order_id IN (SELECT order_id FROM h_orders WHERE visit_no = $visit)"
    else:
        where = "visit_no = $visit"
    one = "QUALIFY row_number() OVER (PARTITION BY report_no ORDER BY row_id) = 1" if table == "h_lab" else ""
    return store.rows(
        f"SELECT row_id, {when} AS moment, {what}, source_file, source_row FROM {table} WHERE {where} {one} ORDER BY moment, row_id LIMIT 4000",
        visit=visit_no,
    )


def _span(moments: list[datetime], told: dict[str, Any]) -> tuple[datetime, datetime]:
    first = min(moments) if moments else datetime(2000, 1, 1)
    last = max(moments) if moments else first
    begin = told["admitted_at"] or first
    finish = told["discharged_at"] or last
    start = max(first, begin - timedelta(days=30))
    end = min(last, finish + timedelta(days=30))
    start = datetime(start.year, start.month, start.day)
    return start, max(end, start + timedelta(hours=23)) + timedelta(hours=1)


def _x(when: datetime, start: datetime, end: datetime) -> float:
    share = (when - start) / (end - start)
    return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share)), 1)


def _days(start: datetime, end: datetime) -> list[dict[str, Any]]:
    count = (end - start).days + 1
    step = max(1, count // 14)
    return [
        {
            "x": _x(start + timedelta(days=day), start, end),
            "label": f"{start + timedelta(days=day):%m-%d}",
        }
        for day in range(0, count, step)
    ]


def _ground(told: dict[str, Any], start: datetime, end: datetime) -> dict[str, float]:
    left = _x(told["admitted_at"] or start, start, end)
    right = _x(told["discharged_at"] or end, start, end)
    return {"x": left, "width": round(max(0.0, right - left), 1)}


def _short(when: datetime | None) -> str:
    return "—" if when is None else f"{when:%Y-%m-%d %H:%M}"
