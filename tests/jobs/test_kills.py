"""A process that ends at a change of the file system loses nothing; `python -m bench months --part events --kills 60` does it sixty times."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KILLS = """
import json, random, sys
from pathlib import Path
from bench.months.events import kill_at_events
print(json.dumps(kill_at_events(Path(sys.argv[1]), 10, random.Random(7))))
"""
STAGES = ("take_in", "scoring", "publishing", "migration", "erasure")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """All stages one after the other, each on what the one before left, in a process of its own, which parts before each kill: this one
    may have threads at work."""
    line = [sys.executable, "-c", KILLS, str(tmp_path_factory.mktemp("kills"))]
    done = subprocess.run(line, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])["stages"], done.stderr


@pytest.mark.parametrize("stage", STAGES)
def test_what_was_killed_ends_as_if_it_had_not_been_and_readers_always_had_their_month(
    killed: tuple[dict[str, Any], str], stage: str
) -> None:
    told, said = killed[0][stage], killed[1]
    assert told.pop("events") > 10, "there was something to be killed at"
    assert told == {"kills": 2, "changed": 0, "left_half": 0, "without_month": 0}, said


def test_no_stage_is_left_out(killed: tuple[dict[str, Any], str]) -> None:
    assert tuple(killed[0]) == STAGES
