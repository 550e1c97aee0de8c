"""What `sample --supervision` lays beside a city comes back through the files: violations flagged, innocent twins left alone."""

from __future__ import annotations

from pathlib import Path

from bench.screens.seen import planted_hits
from fraudgraph.screening import load_screens
from fraudgraph.synthetic.planting import plant_violations

MOST_TWINS_FLAGGED = 2
"""Two twins of 387 cases are flagged beside the others though alone they are spared: a placeholder code that the other cases use
too is one value of them all. Mend this and lower the number."""


def test_every_model_fires_on_its_violation_and_spares_its_innocent_twin(tmp_path: Path) -> None:
    hits = planted_hits(tmp_path)
    wrong = [(one.model, one.case, one.must_fire) for one, hit in hits if hit != one.must_fire]
    assert [one for one in wrong if one[2]] == [], "violations that nothing flags"
    assert len(wrong) <= MOST_TWINS_FLAGGED, wrong
    fired = {one.model for one, hit in hits if hit}
    spared = {one.model for one, _ in hits if not one.must_fire}
    assert fired == {screen.id for screen in load_screens()}
    assert spared == fired


def test_the_same_program_plants_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        city, truth = tmp_path / name / "city", tmp_path / name / "truth"
        city.mkdir(parents=True)
        truth.mkdir()
        plant_violations(city, truth)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert written[0] == written[1]
    assert len(written[0]) > 20
