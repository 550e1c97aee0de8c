"""How a ring grew: since when each is there, month against month, and where its places are."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fraudgraph.records import Dossier, NodeKind
from fraudgraph.report.drawing import drawing
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.growth import growth, month_rows
from fraudgraph.report.naming import Naming
from fraudgraph.report.place_map import PlaceMap, place_map
from fraudgraph.settings import Settings

from .conftest import FACILITY, PHARMACY, big_dossier, small_dossier


def cast_of(dossier: Dossier) -> Cast:
    return Cast(dossier, Naming([dossier.ring], Settings()))


def test_who_comes_later_is_drawn_later_and_a_line_never_before_its_ends() -> None:
    dossier = small_dossier()
    found = growth(dossier)
    met = sorted({claim.day for claim in dossier.claims if claim.in_meeting})
    assert list(found.days) == met
    for claim in dossier.claims:
        if claim.in_meeting:
            assert found.nodes[NodeKind.PATIENT, claim.patient_id] <= met.index(claim.day)
    picture = drawing(dossier, cast_of(dossier))
    since = {node.key: node.since for node in picture.nodes}
    assert picture.days == tuple(day.isoformat() for day in met)
    for line in picture.lines:
        assert line.since >= max(since[line.source], since[line.target]), (
            line.source,
            line.target,
            line.kind,
        )
        assert line.since < len(met)


def test_the_months_add_up_to_what_the_meetings_cost_and_everybody_joins_once() -> None:
    dossier = small_dossier()
    rows = month_rows(dossier, cast_of(dossier))
    met = [claim for claim in dossier.claims if claim.in_meeting]
    assert sum((row.fund_amount for row in rows), Decimal(0)) == sum(c.fund_amount for c in met)
    assert sum(row.claim_count for row in rows) == len(met)
    joined = [handle for row in rows for handle in row.joined]
    assert sorted(joined) == sorted({cast_of(dossier).handle(NodeKind.PATIENT, c.patient_id) for c in met})
    assert rows[-1].left == (), "of the last month nobody can say who left"
    assert max(row.bar for row in rows) == 1.0


def test_a_ring_without_meetings_has_no_months_and_no_days() -> None:
    base = small_dossier()
    quiet = replace(base, claims=tuple(replace(c, in_meeting=False) for c in base.claims))
    assert month_rows(quiet, cast_of(quiet)) == []
    assert growth(quiet).days == ()
    assert drawing(quiet, cast_of(quiet)).days == ()


def mapped(**points: tuple[float, float]) -> PlaceMap | None:
    dossier = replace(small_dossier(), place_points=dict(points))
    return place_map(dossier, cast_of(dossier))


def test_one_degree_of_latitude_is_111_km_and_north_is_up() -> None:
    found = mapped(**{PHARMACY: (120.0, 36.0), FACILITY: (120.0, 36.1)})
    assert found is not None
    ours = [point for point in found.points if point.member]
    others = [point for point in found.points if not point.member]
    assert len(ours) + len(others) == 2
    by_latitude = sorted(found.points, key=lambda point: point.y)
    assert by_latitude[0].y < by_latitude[1].y
    south = next(p for p in found.points if PHARMACY and p.kind == "pharmacy")
    assert south is by_latitude[1], "the pharmacy lies in the south"
    for a, b, km in found.distances:
        assert a != b
        assert km == pytest.approx(11.1, abs=0.05)
    assert found.scale_km * 1 <= 11.2
    for point in found.points:
        assert 0 <= point.x <= found.width
        assert 0 <= point.y <= found.height


def test_without_coordinates_there_is_no_map() -> None:
    assert mapped() is None
    assert mapped(**{PHARMACY: (120.0, 36.0)}) is None, "one point is no map"
    dossier = big_dossier()
    assert place_map(dossier, cast_of(dossier)) is None
