"""Figures of rings: how a score adds up, when claims were made, two rings side by side, what a threshold lets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fraudgraph.desk.offline import Figure, styled
from fraudgraph.desk.style import CLAIM_MARKS, GREY, MINUS, PALETTE, PLACE_SYMBOLS, PLUS
from fraudgraph.records import NodeKind, Ring
from fraudgraph.report.naming import handles
from fraudgraph.report.sanitise import masked_name
from fraudgraph.report.words import CLAIM_TYPES, TYPOLOGIES, word

__all__ = ["MAX_ROWS", "capacity", "compare", "timeline", "waterfall"]

MAX_ROWS: Final = 40
"""Patients a timeline shows; the rest stand together in one row."""


def waterfall(ring: Ring, lang: str) -> Figure:
    """How a ring's score adds up; the parts are the record's own and sum to the score."""
    zh = lang == "zh"
    names = [p.title_zh if zh else p.title_en for p in ring.parts]
    points = [p.points for p in ring.parts]
    figure = Figure(
        go.Waterfall(
            orientation="h",
            y=[*names, "得分合计" if zh else "score"],
            x=[*points, 0],
            measure=[*["relative"] * len(points), "total"],
            text=[*[f"{p:+.2f}" for p in points], f"{ring.score:.2f}"],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": PLUS}},
            decreasing={"marker": {"color": MINUS}},
            totals={"marker": {"color": "#4a4a4a"}},
            connector={"line": {"color": GREY, "width": 1}},
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="分" if zh else "points")
    return styled(figure, f"{ring.ring_id} · {'得分构成' if zh else 'how the score adds up'}", height=120 + 42 * (len(names) + 1))  # fmt: skip


def timeline(ring: Ring, claims: pd.DataFrame, place_names: Mapping[str, str], lang: str) -> Figure:
    """The claims of a ring's evidence by day and patient, the firmest member on top."""
    zh = lang == "zh"
    rows, hidden = _rows(ring, lang)
    ids = [m.entity_id for m in _patients(ring)]
    more = "+" + (f"{hidden} 人" if zh else f"{hidden} more")
    row_of = {pid: rows[i] if i < len(rows) else more for i, pid in enumerate(ids)}
    frame = claims[claims["patient_id"].isin(row_of)].assign(row=lambda f: f["patient_id"].map(row_of))
    frame["when"] = frame["event_at"].fillna(pd.to_datetime(frame["event_date"]))
    places = list(frame["place_id"].value_counts().index)
    shown = dict.fromkeys(places[: len(PALETTE)])
    figure = Figure()
    for (place, kind), part in frame.groupby(["place_id", "claim_type"], sort=True):
        known = place in shown
        at = places.index(place)
        symbol = (PLACE_SYMBOLS[at] if known else "x-thin-open") + (
            CLAIM_MARKS.get(str(kind), "") if known else ""
        )
        name = place_names.get(str(place), str(place)) if known else ("其他机构" if zh else "other places")
        figure.add_trace(
            go.Scatter(
                x=part["when"], y=part["row"], mode="markers", name=f"{name} · {word(CLAIM_TYPES, str(kind)).of(lang)}",
                marker={"symbol": symbol, "size": 9, "opacity": 0.85,
                        "color": PALETTE[at] if known else GREY},
                customdata=part[["claim_id", "net_fund_amount"]],
                hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{y}<br>%{customdata[0]}<br>¥%{customdata[1]:,.2f}<extra></extra>",
            )
        )  # fmt: skip
    order = [*rows, *([more] if hidden else [])]
    figure.update_yaxes(
        categoryorder="array", categoryarray=order[::-1], title="参保人" if zh else "patients"
    )
    figure.update_layout(legend={"orientation": "h", "yref": "container", "y": 0.0, "yanchor": "bottom"})
    title = f"{ring.ring_id} · {'各参保人的结算时间' if zh else 'when claims were made, by patient'}"
    styled(figure, title, height=240 + 18 * max(len(order), 8))
    figure.update_layout(margin={"b": 96})
    return figure


def _patients(ring: Ring) -> list[Any]:
    patients = [m for m in ring.members if m.entity_type is NodeKind.PATIENT]
    return sorted(patients, key=lambda m: (-m.strength, m.entity_id))


def _rows(ring: Ring, lang: str) -> tuple[list[str], int]:
    """A name for each patient's row, the firmest first, and how many have none."""
    del lang
    short = handles(ring)
    patients = _patients(ring)
    kept = patients if len(patients) <= MAX_ROWS else patients[: MAX_ROWS - 1]
    names = [f"{short[m.entity_type, m.entity_id]} {masked_name(m.name)}".strip() for m in kept]
    return names, len(patients) - len(kept)


def compare(a: Ring, b: Ring, lang: str) -> Figure:
    """Score parts of two rings as bars, and their numbers as a table."""
    zh = lang == "zh"
    figure = Figure(
        make_subplots(
            rows=1, cols=2, specs=[[{"type": "xy"}, {"type": "domain"}]], column_widths=[0.5, 0.5],
            horizontal_spacing=0.04,
        )
    )  # fmt: skip
    names = list(dict.fromkeys([p.name for p in (*a.parts, *b.parts)]))
    for ring, colour, pattern in ((a, PALETTE[0], ""), (b, PALETTE[1], "/")):
        points = {p.name: p.points for p in ring.parts}
        figure.add_trace(
            go.Bar(
                orientation="h", y=[_part_title(a, b, name, lang) for name in names], x=[points.get(n, 0.0) for n in names],
                name=ring.ring_id, marker={"color": colour, "pattern": {"shape": pattern}},
            ),
            row=1, col=1,
        )  # fmt: skip
    figure.add_trace(
        go.Table(
            columnwidth=[1.0, 1.1, 1.1],
            header={"values": ["", a.ring_id, b.ring_id], "align": "left", "fill": {"color": "#e8edf0"}},
            cells={
                "values": [list(column) for column in zip(*_facts(a, b, lang), strict=True)],
                "align": "left",
                "height": 28,
                "fill": {"color": "#ffffff"},
            },
        ),
        row=1, col=2,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="分" if zh else "points")
    figure.update_layout(barmode="group", legend={"orientation": "h", "y": -0.18})
    title = f"{a.ring_id} {'与' if zh else 'and'} {b.ring_id}"
    return styled(figure, title, height=580)


def _part_title(a: Ring, b: Ring, name: str, lang: str) -> str:
    """A part's title; the lawful explanation's names which one, and that differs between two rings."""
    if name == "lawful":
        return "合理解释" if lang == "zh" else "lawful explanation"
    part = next(p for p in (*a.parts, *b.parts) if p.name == name)
    return part.title_zh if lang == "zh" else part.title_en


def _facts(a: Ring, b: Ring, lang: str) -> list[tuple[str, str, str]]:
    zh = lang == "zh"

    def row(zh_title: str, en_title: str, tell: Any) -> tuple[str, str, str]:
        return (zh_title if zh else en_title, tell(a), tell(b))

    def best(ring: Ring) -> str:
        found = max(ring.explanations, key=lambda e: (e.share, e.name), default=None)
        return (
            f"{found.title_zh if zh else found.title_en} {found.share:.0%}" if found and found.share else "—"
        )

    return [
        row("得分", "score", lambda r: f"{r.score:.2f}"),
        row("列为线索", "put forward", lambda r: ("是" if r.listed else "否") if zh else ("yes" if r.listed else "no")),
        row("类型", "pattern", lambda r: TYPOLOGIES[r.typology].of(lang)),
        row("参保人", "patients", lambda r: str(len(_patients(r)))),
        row("机构与药店", "places", lambda r: str(sum(m.entity_type in (NodeKind.FACILITY, NodeKind.PHARMACY) for m in r.members))),
        row("基金(元)", "fund, yuan", lambda r: f"{r.fund_amount:,.2f}"),
        row("超出预期(元)", "excess, yuan", lambda r: f"{r.excess_amount:,.2f}"),
        row("首次", "first seen", lambda r: str(r.first_seen)),
        row("末次", "last seen", lambda r: str(r.last_seen)),
        row("最强合理解释", "best explanation", best),
    ]  # fmt: skip


def capacity(rings: pd.DataFrame, lang: str) -> Figure:
    """For each score threshold the rings put forward and their fund money; what the run listed is marked."""
    zh = lang == "zh"
    ranked = rings.sort_values(["score", "ring_id"], ascending=[False, True], ignore_index=True)
    figure = Figure(make_subplots(specs=[[{"secondary_y": True}]]))
    figure.add_trace(
        go.Scatter(x=ranked["score"], y=ranked.index + 1, mode="lines+markers", line={"shape": "hv", "color": PALETTE[0]},
                   marker={"symbol": ["circle" if listed else "circle-open" for listed in ranked["listed"]], "size": 10},
                   name="疑似团伙数" if zh else "rings", text=ranked["ring_id"]),
        secondary_y=False,
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(x=ranked["score"], y=ranked["fund_amount"].cumsum(), mode="lines+markers",
                   line={"shape": "hv", "color": PALETTE[1], "dash": "dash"}, marker={"symbol": "square", "size": 7},
                   name="累计基金(元)" if zh else "fund money, yuan, added up"),
        secondary_y=True,
    )  # fmt: skip
    figure.update_xaxes(title="得分门槛" if zh else "score threshold", autorange="reversed")
    figure.update_yaxes(title="疑似团伙数" if zh else "rings", secondary_y=False, rangemode="tozero")
    figure.update_yaxes(
        title="累计基金(元)" if zh else "fund, yuan", secondary_y=True, rangemode="tozero", showgrid=False
    )
    figure.update_layout(legend={"orientation": "h", "y": -0.2})
    title = "门槛与工作量(实心为已列为线索)" if zh else "threshold and workload (filled: put forward)"
    return styled(figure, title)
