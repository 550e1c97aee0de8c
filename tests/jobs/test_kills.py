"""A process that ends at a change of the file system loses nothing; `python -m bench months --part events --kills 60` does it sixty times."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = """
import json, random, sys
from pathlib import Path
from bench.months.events import kill_at_events
print(json.dumps(kill_at_events(Path(sys.argv[1]), 2, random.Random(7), sys.argv[2:])))
"""


@pytest.mark.parametrize("stage", ["take_in", "scoring", "publishing", "migration", "erasure"])
def test_what_was_killed_ends_as_if_it_had_not_been_and_readers_always_had_their_month(
    tmp_path: Path, stage: str
) -> None:
    """In a process of its own, which parts before each kill: this one may have threads at work."""
    line = [sys.executable, "-c", KILLS, str(tmp_path), stage]
    done = subprocess.run(line, check=True, capture_output=True, text=True, cwd=ROOT)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told[f"{stage}_events"] > 10, "there was something to be killed at"
    assert {name: told[name] for name in ("kills", "changed", "left_half", "without_month")} == {
        "kills": 2, "changed": 0, "left_half": 0, "without_month": 0,
    }, done.stderr  # fmt: skip
