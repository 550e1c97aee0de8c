"""Measures for whoever learns: one row a patient, ring, doctor, facility or pharmacy, between two days; and where a ring's places lie."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
import plotly.graph_objects as go

from fraudgraph.desk.frames import parquet_frame
from fraudgraph.desk.offline import Figure, styled
from fraudgraph.desk.peers import KINDS, features
from fraudgraph.errors import UsageError, nearest_hint

if TYPE_CHECKING:
    from fraudgraph.desk.ring_view import RingView
    from fraudgraph.desk.run import Run

__all__ = ["FEATURE_KINDS", "measures_of", "ring_map"]

_STRETCH: Final = 1.24
"""A degree of latitude beside one of longitude, in the middle latitudes of China (36°)."""
FEATURE_KINDS: Final = ("patient", "ring", *KINDS)


@cache
def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def measures_of(
    run: Run, kind: str, *, first: str | date | None = None, last: str | date | None = None
) -> pd.DataFrame:
    """One row of numbers for each entity of a kind; see `Run.features`.

    Raises
    ------
    UsageError
        If there are no measures for this kind, or days are given for one that has none.
    """
    if kind not in FEATURE_KINDS:
        hint_en, hint_zh = nearest_hint(kind, list(FEATURE_KINDS))
        raise UsageError(f"There are no measures for {kind!r}; {hint_en}", f"没有 {kind!r} 的指标；{hint_zh}")
    if kind == "patient":
        return _patients(run, first, last)
    if first is not None or last is not None:
        raise UsageError(
            f"Measures of a {kind} are those of the whole run; days (first, last) can be given for kind='patient' only.",
            f"{kind} 的指标只有整个批次的；起止日期（first、last）只能用于 kind='patient'。",
        )
    if kind == "ring":
        facts = parquet_frame(run.out / "ring_facts.parquet")
        return facts.pivot_table(index="ring_id", columns="fact", values="value").rename_axis(
            None, axis="columns"
        )
    return features(run, kind)


def _patients(run: Run, first: str | date | None, last: str | date | None) -> pd.DataFrame:
    span = run.sql(
        "SELECT min(event_date) AS first_day, max(event_date) AS last_day FROM claims WHERE counted"
    )
    begin, end = (str(span[name].iloc[0])[:10] for name in ("first_day", "last_day"))
    found = run.sql(_sql("patient_measures"), first=str(first or begin), last=str(last or end))
    return found.set_index("entity_id")


def ring_map(ring: RingView) -> Figure:
    """A ring's places as points, by longitude and latitude, sized by the claims at them; no tiles, no network.

    Raises
    ------
    UsageError
        If none of its places has coordinates.
    """
    zh = ring.run.lang == "zh"
    places = [m for m in ring.record.members if m.entity_type in ("facility", "pharmacy")]
    points = ring.run.sql(
        "SELECT facility_id AS place_id, longitude, latitude FROM facilities WHERE list_contains($ids, facility_id) AND longitude IS NOT NULL "
        "UNION ALL SELECT pharmacy_id AS place_id, longitude, latitude FROM pharmacies WHERE list_contains($ids, pharmacy_id) AND longitude IS NOT NULL "
        "ORDER BY 1",
        ids=[m.entity_id for m in places],
    ).set_index("place_id")
    known = [m for m in places if m.entity_id in points.index]
    if not known:
        raise UsageError(
            f"None of the places of ring {ring.record.ring_id} has coordinates. They come with the registers: columns longitude and latitude.",
            f"团伙 {ring.record.ring_id} 的机构都没有经纬度。经纬度随机构名录交付：字段 longitude 和 latitude。",
        )
    longitudes, latitudes = points["longitude"].to_dict(), points["latitude"].to_dict()
    drawn = Figure(
        go.Scatter(
            x=[longitudes[m.entity_id] for m in known],
            y=[latitudes[m.entity_id] for m in known],
            mode="markers+text", text=[m.name or m.entity_id for m in known], textposition="top center",
            marker={
                "size": [12 + 22 * m.claim_count / max(*(n.claim_count for n in known), 1) for m in known],
                "color": ["#009e73" if m.entity_type == "facility" else "#cc79a7" for m in known],
                "symbol": ["square" if m.entity_type == "facility" else "diamond" for m in known],
            },
            customdata=[m.claim_count for m in known],
            hovertemplate="%{text}<br>" + ("结算单 %{customdata} 张" if zh else "%{customdata} claims") + "<extra></extra>",
        )
    )  # fmt: skip
    drawn.update_xaxes(title="经度" if zh else "longitude")
    drawn.update_yaxes(title="纬度" if zh else "latitude", scaleanchor="x", scaleratio=_STRETCH)
    styled(drawn, f"{ring.record.ring_id} · {'机构的位置' if zh else 'where its places are'}", height=460)
    return drawn
