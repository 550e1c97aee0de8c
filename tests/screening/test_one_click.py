"""As an inspector works: one click, a model of one's own, what fired by version."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.make_sample_registers import PLANTED
from fraudgraph.errors import SourceError
from fraudgraph.records import ScreenReport
from fraudgraph.screening import link_rings, load_screens, model_titles, rank_findings, screen_claims
from fraudgraph.screening.history import Fired, read_ring_verdicts, version_history
from fraudgraph.screening.site import new_screen
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data_samples"


def fraudgraph(*arguments: object, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fraudgraph", "--lang", "en", *(str(argument) for argument in arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


def test_from_an_idea_to_a_model_of_ones_own_in_three_commands(tmp_path: Path) -> None:
    path = fraudgraph("screens", "new", "my_idea", "--dir", tmp_path / "screens").splitlines()[0]
    assert "hits in" in fraudgraph("screens", "try", path, SAMPLE)
    told = json.loads(
        fraudgraph("screen", SAMPLE, "--out", tmp_path / "out", "--dir", tmp_path / "screens", "--json")
    )
    states = {outcome["model"]: outcome["state"] for outcome in told["report"]["outcomes"]}
    assert states["S001"] == "ran"
    assert states["M038"] == "off"
    hits = {outcome["model"]: outcome["hits"] for outcome in told["report"]["outcomes"]}
    assert all(hits[model] for model in PLANTED), (
        hits
    )  # from fee lines, stock, logs and lists beside the claims
    with (tmp_path / "out" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == told["finding_count"] + 1
    assert pq.read_table(tmp_path / "out" / "findings.parquet").num_rows == told["finding_count"]
    history = json.loads(fraudgraph("screens", "history", tmp_path / "out", "--json"))
    assert {row["model"] for row in history} == set(states)
    again = fraudgraph("screens", "try", path, tmp_path / "out", "--against", path)
    assert "0 only here, 0 only there" in again
    assert "already holds a run" in fraudgraph("screen", SAMPLE, "--out", tmp_path / "out", code=2)


def test_a_bad_model_under_trial_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.sql").write_text("SELECT 1", encoding="utf-8")
    said = fraudgraph("screens", "try", tmp_path / "bad.sql", SAMPLE, code=3)
    assert "has no card" in said
    assert "Traceback" not in said


@pytest.fixture
def flagged(store: Store) -> Store:
    world = World()
    world.person("p1", sex="1", birth_date="1950-01-01")
    world.visit("p1", "H1", "2025-03-01 09:00", diagnosis_code="O80.0", fund_amount=900)
    world.person("p2", death_date="2025-01-01")
    world.visit("p2", "H1", "2025-03-01 10:00", fund_amount=50)
    world.fill(store)
    screen_claims(
        store,
        ScreeningSettings(),
        screens=[one for one in load_screens() if one.id in ("M001", "M014D", "M016")],
    )
    return store


def test_flags_on_one_fact_become_one_finding_and_definite_ones_come_first(flagged: Store) -> None:
    assert flagged.count("flags") == 3
    assert rank_findings(flagged, load_screens()) == 2
    assert flagged.rows("SELECT model, subject_id, also FROM findings ORDER BY finding_no") == [
        ("M001", "p2", []),
        ("M014D", "p1", ["M016"]),
    ]


def test_findings_name_the_rings_their_people_belong_to(flagged: Store, tmp_path: Path) -> None:
    rank_findings(flagged, load_screens())
    members = pa.table({"ring_id": ["2025-03-001", "2025-03-002"], "entity_id": ["p2", "zz"]})
    pq.write_table(members, tmp_path / "ring_members.parquet")
    assert link_rings(flagged, tmp_path) == 1
    assert flagged.rows("SELECT subject_id, ring_ids FROM findings ORDER BY finding_no") == [
        ("p2", ["2025-03-001"]),
        ("p1", []),
    ]


def test_history_says_how_often_investigators_agreed(tmp_path: Path) -> None:
    out = tmp_path / "2025-03"
    with Store(out) as store:
        world = World()
        for person in ("p1", "p2", "p3"):
            world.person(person, death_date="2025-01-01")
            world.visit(person, "H1", "2025-03-01 10:00")
        world.fill(store)
        report: ScreenReport = screen_claims(
            store, ScreeningSettings(), screens=[one for one in load_screens() if one.id in ("M001", "M002")]
        )
        assert [one.hits for one in report.outcomes] == [3, 0]
        store.write_parquet("SELECT * FROM flags", out / "flags.parquet")
    rings = {"ring_id": ["A", "B", "C", "D"], "entity_id": ["p1", "p2", "p3", "zz"]}
    pq.write_table(pa.table(rings), out / "ring_members.parquet")
    verdicts = tmp_path / "verdicts.csv"
    verdicts.write_text(
        "ring_id,verdict\nA,pending\nA,confirmed\nB,confirmed\nC,cleared\nD,cleared\n", encoding="utf-8"
    )
    fired = {row.model: row for row in version_history([out], read_ring_verdicts(verdicts))}
    assert (fired["M001"].confirmed, fired["M001"].cleared) == (2, 1)
    assert fired["M001"].hit_share == pytest.approx(2 / 3)
    assert (fired["M002"].confirmed, fired["M002"].cleared, fired["M002"].hit_share) == (0, 0, None)
    plain: list[Fired] = version_history([out])
    assert plain[0].confirmed is None
    verdicts.write_text("ring,finding\nA,confirmed\n", encoding="utf-8")
    with pytest.raises(SourceError, match="ring_id"):
        read_ring_verdicts(verdicts)


def test_models_of_the_settings_folder_run_with_the_built_in_ones(store: Store, tmp_path: Path) -> None:
    world = World()
    for number in range(10):
        world.purchase("p1", "P1", f"2025-03-{number + 1:02d}")
    world.fill(store)
    new_screen("own_model", tmp_path)
    report = screen_claims(store, ScreeningSettings(folder=tmp_path))
    assert {one.model: one.hits for one in report.ran}["S001"] == 1
    assert model_titles(store)["S001"] == ("月购药次数过多", "many purchases in a month")
    assert model_titles(store)["M001"][1] == "settlement after death"
