"""find: whose name, phone, address or id it is; with whom; and that looking costs little and is logged."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from fraudgraph.casework.access_log import read_access
from fraudgraph.cli import main
from fraudgraph.records import NodeKind
from fraudgraph.rings import load_rings
from tests.story_city import Story
from tests.waiting import PATIENCE

Said = tuple[int, str, str]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def type_it(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_it


@pytest.fixture
def copied(story: Story, tmp_path: Path) -> Path:
    shutil.copytree(story.out, tmp_path / "out")
    return tmp_path / "out"


def test_a_name_a_part_of_it_a_phone_and_an_id_find_the_same_person(
    copied: Path, typed: Callable[..., Said]
) -> None:
    ring = next(ring for ring in load_rings(copied) if ring.listed)
    person = next(m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT)
    with duckdb.connect(str(copied / "fraudgraph.duckdb"), read_only=True) as con:
        row = con.execute("SELECT name, phone FROM patients WHERE patient_id = ?", [person]).fetchone()
    assert row is not None
    name, phone = row
    for text in (name, name[1:], phone, phone[-6:], person, f" {person} "):
        code, said, _ = typed("find", text, "--out", copied, "--json")
        found = json.loads(said)["found"]
        assert code == 0
        one = next(one for one in found if one["id"] == person)
        assert one["name"] == name and ring.ring_id in one["rings"]
    whole = json.loads(typed("find", name, "--out", copied, "--json")[1])["found"]
    assert whole[0]["exact"]
    assert [entry["subject"] for entry in read_access(copied)][:3] == [name, name[1:], phone]


def test_what_nobody_has_is_found_nowhere_and_nothing_to_look_for_is_told(
    copied: Path, typed: Callable[..., Said]
) -> None:
    code, said, _ = typed("find", "没有这样的人", "--out", copied, "--lang", "zh")
    assert code == 0 and "找到 0 项" in said
    assert typed("find", " ", "--out", copied)[0] == 2


def test_who_tells_which_rings_people_came_to_a_place(story: Story, typed: Callable[..., Said]) -> None:
    ring = next(ring for ring in load_rings(story.out) if ring.listed)
    place = next(m for m in ring.members if m.entity_type in (NodeKind.PHARMACY, NodeKind.FACILITY))
    (known,) = json.loads(typed("who", place.entity_id, "--out", story.out, "--json")[1])["known"]
    told = next(one for one in known["ring_people"] if one["ring_id"] == ring.ring_id)
    people = {m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT}
    with duckdb.connect(str(story.out / "fraudgraph.duckdb"), read_only=True) as con:
        rows = con.execute(
            "SELECT patient_id FROM claims WHERE counted AND place_id = ? AND patient_id IN (SELECT unnest(?))",
            [place.entity_id, sorted(people)],
        ).fetchall()
    assert told["claim_count"] == len(rows)
    assert told["people_count"] == len({row[0] for row in rows})
    assert known["partners"] and set(told["patients"]) <= people


HEAVY = (
    "scipy.stats",
    "sklearn",
    "pandas",
    "networkx",
    "plotly",
    "jinja2",
    "xlsxwriter",
    "graspologic_native",
)


@pytest.mark.parametrize("words", [["--help"], ["rings", "list"], ["rings", "show"], ["who"], ["why-not"], ["find"], ["screens", "list"]])  # fmt: skip
def test_a_look_up_imports_nothing_that_computes(story: Story, tmp_path: Path, words: list[str]) -> None:
    ring = next(ring for ring in load_rings(story.out) if ring.listed)
    person = ring.members[-1].entity_id if ring.members[-1].entity_type is NodeKind.PATIENT else next(
        m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT
    )  # fmt: skip
    subject = {"show": [ring.ring_id], "who": [person], "why-not": [person], "find": [person]}.get(
        words[-1], []
    )
    folder = [] if words[-1] == "--help" or words[0] == "screens" else ["--out", str(story.out)]
    code = (
        "import sys; from fraudgraph.cli import main; code = main(sys.argv[1:]); "
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words, *subject, *folder], capture_output=True, text=True, timeout=PATIENCE, check=True
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "0 []"
