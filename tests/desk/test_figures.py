"""Figures: true to the record, small enough to read, complete in themselves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pandas as pd
import plotly.graph_objects as go
import pytest

import fraudgraph as fg
from fraudgraph.desk import figures, offline
from fraudgraph.desk.ring_drawing import draw_ring
from fraudgraph.desk.style import PALETTE
from fraudgraph.records import Member, NodeKind, Role


def test_the_waterfall_shows_the_records_own_parts(run: fg.Run, ring_id: str) -> None:
    record = run.ring(ring_id).record
    (bars,) = run.waterfall(ring_id).data
    assert list(bars.x)[:-1] == [part.points for part in record.parts]
    assert bars.measure[-1] == "total"
    assert bars.text[-1] == f"{record.score:.2f}"


def test_the_timeline_shows_every_claim_of_the_evidence(run: fg.Run, ring_id: str) -> None:
    ring = run.ring(ring_id)
    shown = [claim for trace in ring.timeline().data for claim, _ in trace.customdata]
    patients = ring.claims()["patient_id"].isin(ring.patient_ids)
    assert sorted(shown) == sorted(ring.claims().loc[patients, "claim_id"])


def test_colour_is_never_alone(run: fg.Run, ring_id: str) -> None:
    shapes: dict[str, set[str]] = {}
    for trace in run.ring(ring_id).timeline().data:
        shapes.setdefault(trace.marker.color, set()).add(trace.marker.symbol.split("-")[0])
    assert all(len(of_colour) == 1 for of_colour in shapes.values())
    assert len({next(iter(of_colour)) for of_colour in shapes.values()}) == len(shapes)
    a, b = run.rings()["ring_id"].iloc[:2]
    patterns = [t.marker.pattern.shape for t in run.compare(a, b).data if isinstance(t, go.Bar)]
    assert len(set(patterns)) == 2


def test_two_rings_side_by_side(run: fg.Run) -> None:
    a, b = run.rings()["ring_id"].iloc[:2]
    table = next(trace for trace in run.compare(a, b).data if isinstance(trace, go.Table))
    assert list(table.header.values)[1:] == [a, b]
    assert f"{run.ring(a).record.fund_amount:,.2f}" in table.cells["values"][1]


def test_the_threshold_figure_counts_what_a_threshold_lets_through(run: fg.Run) -> None:
    rings = run.rings()
    count = run.capacity().data[0]
    for score, many in zip(count.x, count.y, strict=True):
        assert (rings["score"] >= score).sum() >= many
    assert max(count.y) == len(rings)


def test_a_figure_brings_html_beside_plotlys_note_and_the_script_once(
    monkeypatch: pytest.MonkeyPatch, run: fg.Run, ring_id: str
) -> None:
    monkeypatch.setattr(offline._Kernel, "figures", 0)
    first = run.waterfall(ring_id)._repr_mimebundle_()
    second = run.waterfall(ring_id)._repr_mimebundle_()
    assert set(first) == {"application/vnd.plotly.v1+json", "text/html", "text/plain"}
    assert len(first["text/html"]) > 1_000_000 > len(second["text/html"])
    for made in (first, second):
        assert "src=" not in made["text/html"].split("Plotly.newPlot")[-1]
        assert "cdn.plot.ly" not in made["text/html"].split("Plotly.newPlot")[-1]


def test_any_plotly_figure_can_be_made_to_survive() -> None:
    plain = go.Figure(go.Bar(y=[1, 2]))
    assert "text/html" in fg.show(plain)._repr_mimebundle_()


def test_colours_that_plotly_chose_become_safe_and_ones_own_stay() -> None:
    import plotly.express as px

    frame = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 3], "of": ["a", "b", "c"]})
    chosen = [trace.marker.color for trace in fg.show(px.bar(frame, x="x", y="y", color="of")).data]
    assert chosen == list(PALETTE[:3])
    own = fg.show(px.bar(frame, x="x", y="y", color_discrete_sequence=["#123456"]))
    assert own.data[0].marker.color == "#123456"


def big_ring(run: fg.Run, ring_id: str, patients: int) -> object:
    record = run.ring(ring_id).record
    extra = tuple(
        Member(entity_type=NodeKind.PATIENT, entity_id=f"X{i:05d}", role=Role.CARD_HOLDER, strength=0.1, fund_amount=Decimal(0))
        for i in range(patients)
    )  # fmt: skip
    return replace(record, members=record.members + extra)


def test_no_hairballs(run: fg.Run, ring_id: str) -> None:
    ring = run.ring(ring_id)
    drawn = draw_ring(big_ring(run, ring_id, 400), ring.meetings(), ring.claims(), {}, lang="zh")  # type: ignore[arg-type]
    assert drawn.node_count <= 150
    assert drawn.hidden_count == len(ring.record.members) + 400 - 149
    assert f"+{drawn.hidden_count}" in drawn.svg


def test_among_many_pairs_only_the_firmest_are_drawn_and_it_says_so(run: fg.Run, ring_id: str) -> None:
    ring = big_ring(run, ring_id, 30)
    names = [f"X{i:05d}" for i in range(30)]
    pairs = [(a, b) for a in names for b in names if a < b]
    met = pd.DataFrame(
        [
            ("burst", "patient", a, "patient", b, 5.0, 0.1, 10.0 ** -(3 + i % 7))
            for i, (a, b) in enumerate(pairs)
        ],
        columns=["view", "a_type", "a", "b_type", "b", "observed", "expected", "p"],
    )
    nothing = run.ring(ring_id).claims().iloc[:0]
    drawn = draw_ring(ring, met, nothing, {}, lang="zh")  # type: ignore[arg-type]
    root = ElementTree.fromstring(drawn.svg)
    lines = [line for line in root.iter("{http://www.w3.org/2000/svg}line") if line.get("data-line")]
    assert 30 <= len(lines) <= 90
    assert f"另有 {len(pairs) - len(lines)} 对未画" in drawn.svg
    few = draw_ring(ring, met.iloc[:20], nothing, {}, lang="zh")  # type: ignore[arg-type]
    assert "未画" not in few.svg


def test_the_drawing_is_svg_and_html_without_a_network(run: fg.Run, ring_id: str) -> None:
    drawing = run.ring(ring_id).plot()
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert "http" not in bundle["text/html"].replace("http://www.w3.org/2000/svg", "")
    assert drawing.svg == run.ring(ring_id).plot().svg, "the same ring is the same picture"


def outline(shape: ElementTree.Element) -> str:
    """A shape told by where its corners lie about its middle: a square is not a diamond."""
    points = [tuple(map(float, pair.split(","))) for pair in (shape.get("points") or "").split()]
    if not points:
        return shape.tag
    tops = sum(y == min(y for _, y in points) for _, y in points)
    return f"{len(points)} corners, {tops} of them on top"


def test_each_kind_of_member_has_its_own_shape(run: fg.Run, ring_id: str) -> None:
    drawing = run.ring(ring_id).plot()
    root = ElementTree.fromstring(drawing.svg)
    groups = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("data-node")]
    assert len(groups) == drawing.node_count
    by_colour: dict[str, set[str]] = {}
    for group in groups:
        shape = group[0]
        by_colour.setdefault(str(shape.get("fill")), set()).add(outline(shape))
    assert all(len(shapes) == 1 for shapes in by_colour.values())
    assert len({next(iter(shapes)) for shapes in by_colour.values()}) == len(by_colour)


def test_hostile_names_stay_text(run: fg.Run, ring_id: str) -> None:
    ring = run.ring(ring_id)
    places = dict.fromkeys(ring.claims()["place_id"], '<script>alert("x")</script>')
    svg = draw_ring(ring.record, ring.meetings(), ring.claims(), places, lang="en").svg
    assert "<script" not in svg


def test_a_ring_without_claims_in_the_clock_still_has_a_timeline(run: fg.Run, ring_id: str) -> None:
    ring = run.ring(ring_id)
    claims = ring.claims().assign(event_at=pd.NaT)
    assert figures.timeline(ring.record, claims, {}, "en").data
