"""A profile's figure and its page."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fraudgraph.desk.arguments import save_private
from fraudgraph.desk.frames import each_row
from fraudgraph.desk.offline import Figure, styled
from fraudgraph.desk.style import FONT, GREY, PALETTE
from fraudgraph.report.sanitise import number

if TYPE_CHECKING:
    from fraudgraph.desk.peers import Profile

__all__ = ["as_record", "figure", "write_page"]

MONTHLY: Final = 3
"""So many measures are shown over time."""


def figure(profile: Profile) -> Figure:
    """Each measure beside all peers, and the most deviating ones month by month."""
    zh = profile.lang == "zh"
    measures = list(profile.frame.index)
    timed = measures[:MONTHLY]
    titles = ["与同类相比" if zh else "beside peers", *(profile.frame.loc[m, "title"] for m in timed)]
    rows = max(len(timed), 1)
    fig = Figure(
        make_subplots(
            rows=rows, cols=2, column_widths=[0.5, 0.5], horizontal_spacing=0.1, vertical_spacing=0.12,
            specs=[[{"rowspan": rows if row == 0 else 1}, {}] if row == 0 else [None, {}] for row in range(rows)],
            subplot_titles=titles,
        )
    )  # fmt: skip
    names = {m: profile.frame.loc[m, "title"] for m in measures}
    peers = profile.spread[measures].melt(var_name="measure", value_name="deviation", ignore_index=False)
    fig.add_trace(
        go.Scatter(
            x=peers["deviation"], y=peers["measure"].map(names), mode="markers", name="同类" if zh else "peers",
            marker={"color": "#5b6770", "size": 9, "opacity": 0.6, "symbol": "line-ns-open"}, text=peers.index,
        ),
        row=1, col=1,
    )  # fmt: skip
    fig.add_trace(
        go.Scatter(
            x=profile.frame["deviation"], y=profile.frame["title"], mode="markers", name=profile.title,
            marker={"color": PALETTE[1], "size": 13, "symbol": "diamond", "line": {"color": "#ffffff", "width": 1}},
            customdata=profile.frame[["own", "middle"]],
            hovertemplate="%{customdata[0]:,.2f} / %{customdata[1]:,.2f}<extra></extra>",
        ),
        row=1, col=1,
    )  # fmt: skip
    for row, measure in enumerate(timed, 1):
        _over_time(fig, profile, measure, row)
    fig.update_xaxes(
        title="距同类中位数(稳健标准差)" if zh else "robust standard deviations from the peers' median",
        row=1,
        col=1,
    )
    fig.update_yaxes(autorange="reversed", row=1, col=1)
    fig.update_layout(legend={"orientation": "h", "y": -0.16})
    styled(fig, f"{profile.title} · {profile.peers}", height=560)
    fig.update_layout(margin={"t": 96})
    return fig


def _over_time(fig: Figure, profile: Profile, measure: str, row: int) -> None:
    zh = profile.lang == "zh"
    part = profile.months[profile.months["measure"] == measure]
    first = row == 1
    band = "rgba(138,148,156,0.25)"
    fig.add_trace(go.Scatter(x=part["month"], y=part["high"], mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip"), row=row, col=2)  # fmt: skip
    fig.add_trace(
        go.Scatter(x=part["month"], y=part["low"], mode="lines", line={"width": 0}, fill="tonexty", fillcolor=band,
                   name="同类 10%–90%" if zh else "peers, 10 to 90 %", showlegend=first, hoverinfo="skip"),
        row=row, col=2,
    )  # fmt: skip
    fig.add_trace(
        go.Scatter(x=part["month"], y=part["middle"], mode="lines", line={"color": GREY, "dash": "dash"},
                   name="同类中位数" if zh else "peers' median", showlegend=first),
        row=row, col=2,
    )  # fmt: skip
    fig.add_trace(
        go.Scatter(x=part["month"], y=part["own"], mode="lines+markers", line={"color": PALETTE[1]},
                   marker={"symbol": "diamond", "size": 7}, name=profile.title, showlegend=False),
        row=row, col=2,
    )  # fmt: skip


def as_record(profile: Profile) -> dict[str, Any]:
    """The profile as plain values, for programs; an unknown number is None."""

    def known(value: Any) -> float | None:
        return None if value != value else round(float(value), 6)  # noqa: PLR0124  # only NaN differs from itself

    return {
        "entity_id": profile.entity_id,
        "entity_type": profile.kind,
        "peer_count": profile.peer_count,
        "peers": profile.peers,
        "measures": [
            {"measure": str(name), "title": row.title}
            | {part: known(getattr(row, part)) for part in ("own", "low", "middle", "high", "deviation")}
            for name, row in zip(profile.frame.index, each_row(profile.frame), strict=True)
        ],
    }


def _row(measure: Any) -> str:
    values = (measure.own, measure.low, measure.middle, measure.high, measure.deviation)
    cells = "".join(f"<td>{number(float(value))}</td>" for value in values)
    return f"<tr><td>{escape(str(measure.title))}</td>{cells}</tr>"


def write_page(profile: Profile, path: str | Path) -> Path:
    """One html page: who, beside whom, the figure, the numbers. It needs no network."""
    zh = profile.lang == "zh"
    lead = (
        "与同类不同不等于违规;以下数字只供核查时参考。"
        if zh
        else "Unlike its peers does not mean unlawful; these numbers are for checking only."
    )
    head = ("指标", "本对象", "同类10%", "同类中位数", "同类90%", "偏离") if zh else ("measure", "own", "peers 10 %", "median", "peers 90 %", "deviation")  # fmt: skip
    rows = "".join(_row(row) for row in each_row(profile.frame.fillna(0.0)))
    drawn = figure(profile).to_html(full_html=False, include_plotlyjs=True, div_id="profile", config={"displaylogo": False, "responsive": True})  # fmt: skip
    text = (
        f'<!doctype html><html lang="{"zh-CN" if zh else "en"}"><head><meta charset="utf-8"><title>{escape(profile.title)}</title><style>'
        f"body{{font-family:{FONT};margin:24px auto;max-width:1100px;color:#17262f;padding:0 16px}}table{{border-collapse:collapse}}"
        "td,th{padding:6px 14px;border-bottom:1px solid #d5dde2;text-align:right}td:first-child,th:first-child{text-align:left}"
        ".lead{background:#f3f6f8;padding:8px 14px}</style></head><body>"
        f"<h1>{escape(profile.title)}</h1><p class='lead'>{lead}</p><p>{escape(profile.peers)}</p>{drawn}"
        f"<table><thead><tr>{''.join(f'<th>{h}</th>' for h in head)}</tr></thead><tbody>{rows}</tbody></table></body></html>"
    )
    return save_private(path, text, ".html", ".htm")
