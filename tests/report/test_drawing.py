"""Where a drawing's nodes stand."""

import math
import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from fraudgraph.records import Dossier, DossierEdge, NodeKind, Role
from fraudgraph.report.dossiers import dossier_page
from fraudgraph.report.drawing import Drawing, drawing
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.naming import Naming
from fraudgraph.settings import Settings

from .conftest import PHARMACY, a_member, a_referral, big_dossier, patient_id, small_dossier


def drawn(dossier: Dossier) -> Drawing:
    return drawing(dossier, Cast(dossier, Naming([dossier.ring], Settings())))


def ring_of(patients: int, people: int) -> Dossier:
    members = (
        *(a_member(NodeKind.PATIENT, patient_id(i), Role.CARD_HOLDER) for i in range(patients)),
        *(a_member(NodeKind.DOCTOR, f"D{i:05d}", Role.PRESCRIBER) for i in range(people)),
    )
    return Dossier(ring=replace(small_dossier().ring, members=members), edges=(), claims=(), claim_count=0)


@pytest.mark.parametrize(
    ("patients", "people"), [(1, 0), (0, 3), (4, 1), (36, 0), (37, 2), (90, 20), (149, 0), (400, 30)]
)
def test_no_two_nodes_lie_on_each_other_and_none_outside(patients: int, people: int) -> None:
    picture = drawn(ring_of(patients, people))
    assert len(picture.nodes) == min(patients + people, 150)
    for one, two in combinations(picture.nodes, 2):
        assert math.hypot(one.x - two.x, one.y - two.y) >= 28, (one.label, two.label)
    for node in picture.nodes:
        assert 20 <= node.x <= picture.width - 20
        assert 20 <= node.y <= picture.height - 20


def test_lines_between_the_same_two_stand_beside_each_other() -> None:
    picture = drawn(small_dossier())
    keys = {n.label.split()[0]: n.key for n in picture.nodes}
    pair = [line for line in picture.lines if {line.source, line.target} == {keys["P2"], keys["P5"]}]
    assert {line.kind for line in pair} == {"burst", "identity"}
    assert (pair[0].x1, pair[0].y1) != (pair[1].x1, pair[1].y1)


def test_the_likeliest_chance_is_the_thinnest_line_and_presence_is_thin() -> None:
    lines = drawn(small_dossier()).lines
    bursts = [line.width for line in lines if line.kind == "burst"]
    assert bursts == sorted(bursts), "thin ones first, strong ones on top"
    assert max(bursts) > 2 * max(line.width for line in lines if line.kind == "visited")


def test_a_line_tells_observed_against_expected() -> None:
    told = next(
        line.told for line in drawn(small_dossier()).lines if line.kind == "steering" and "36" in line.told.en
    )
    assert told.en == "steered prescriptions: 36, expected 2.4"
    assert told.zh == "处方导流 36 次，预期 2.4"


def test_whoever_is_no_member_is_drawn_as_such() -> None:
    base = small_dossier()
    stranger = DossierEdge(
        source_type=NodeKind.OPERATOR, source_id="OP99", target_type=NodeKind.PHARMACY, target_id=PHARMACY,
        kind="visited", observed=3, expected=None, weight=1,
    )  # fmt: skip
    nodes = {n.ident: n for n in drawn(replace(base, edges=(*base.edges, stranger))).nodes}
    assert not nodes["OP99"].member
    assert nodes[PHARMACY].member


def test_patients_of_one_place_stand_together() -> None:
    picture = drawn(big_dossier())
    patients = [node for node in picture.nodes if node.kind == "patient"]
    x, y = (sum(getattr(n, axis) for n in patients) / len(patients) for axis in "xy")
    round_the_circle = sorted(patients, key=lambda n: math.atan2(n.x - x, y - n.y))
    places = [(int(node.ident) - int(patient_id(100))) // 20 % 2 for node in round_the_circle]
    changes = sum(one != two for one, two in pairwise(places))
    assert len(set(places)) == 2
    assert changes <= 6, "by chance it would be some seventy"


def test_every_line_stands_whole_in_the_still_drawing_however_many_there_are() -> None:
    """A path of hundreds of lines is longer than any text of a supplier's may be, and is not cut like one."""
    dossier = big_dossier()
    picture = drawn(dossier)
    page = dossier_page(dossier, a_referral(dossier.ring), Settings())
    paths = re.findall(r'<path d="([^"]*)" stroke-width="[\d.]+" class="l ', page)
    assert sum(path.count("M") for path in paths) == len(picture.lines)
    assert all(re.fullmatch(r"(M-?[\d.]+ -?[\d.]+L-?[\d.]+ -?[\d.]+)+", path) for path in paths)
