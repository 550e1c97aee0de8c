"""kill -9 at twenty events of a run: OUT is the earlier run or the new one, whole, never a half; the next run goes through."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.jobs.town import crowd, deliver, others, team
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
WEST = "H3702020001"
POINTS = 20
DRIVER = """
import hashlib, json, os, random, signal, sys, threading, time
from pathlib import Path
import sklearn.ensemble, scipy.stats, xlsxwriter, jinja2, pyarrow.parquet, python_calamine, graspologic_native
from fraudgraph.pipeline import run
from fraudgraph.screening import load_screens
from fraudgraph.settings import Settings

few_models = Settings.model_validate(
    {"screening": {"off": [screen.id for screen in load_screens()][8:]}, "rings": {"list_score": -100.0}}
)
city, base, points = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
out = base / "out"

def child(at=0, later=0.0):
    '''A run of its own; killed at an event, or a moment after it, when the database may be in the middle of its work.'''
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    code, told = 1, 0

    def kill():
        time.sleep(later)
        os.kill(os.getpid(), signal.SIGKILL)

    def count(event, arguments):
        nonlocal told
        if event == "open" or event.startswith("os."):
            told += 1
            if told == at:
                kill() if not later else threading.Thread(target=kill, daemon=True).start()

    sys.addaudithook(count)
    try:
        run([city], out, settings=few_models, replace=True)
        code = 0
    finally:
        (base.parent / "events").write_text(str(told))
        os._exit(code)

def whole():
    '''None: nothing there; else whether every file is what the sums written last say.'''
    if not out.exists():
        return None
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {line[66:]: line[:64] for line in lines}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    return there == set(told) and all(hashlib.sha256((out / n).read_bytes()).hexdigest() == s for n, s in told.items())

ended, first = child(), whole()
events = int((base.parent / "events").read_text())
chance = random.Random(20251001)
states, visible, killed = [], [], 0
for point in range(points):
    if point == points // 2:
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        out.rmdir()
    at = 1 + int(events * (point % (points // 2) + chance.random()) / (points // 2))
    killed += os.WIFSIGNALED(child(min(at, events), later=point % 2 * chance.random() / 10))
    states.append(whole())
    visible.append(sorted(p.name for p in base.iterdir() if not p.name.startswith(".")))
last = child()
(base.parent / "told").write_text(json.dumps({"dossiers": len(list((out / "dossiers").glob("*.html"))), "ended": ended, "first": first, "states": states, "visible": visible, "killed": killed, "last": last,
                  "whole": whole(), "left": sorted(p.name for p in base.iterdir()), "events": events}))
"""


def test_a_run_killed_anywhere_leaves_a_whole_folder_or_none_and_the_next_goes_through(
    tmp_path: Path,
) -> None:
    """A small town: what is killed is mostly the writing of all that a run leaves, with a ring and its pages."""
    city = tmp_path / "town"
    city.mkdir()
    deliver(city, "claims.csv", others("2025-09", WEST, a_day=4), team("2025-09", "A", crowd(0, 5), WEST))
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(city), str(tmp_path / "work"), str(POINTS)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(
        (tmp_path / "told").read_text(encoding="utf-8")
    )  # not stdout: there a slow query's progress is drawn
    assert (told["ended"], told["first"]) == (0, True)
    assert told["dossiers"] == 1, "the ring has its page"
    assert told["events"] > 100, "there was something to be killed at"
    assert told["killed"] >= POINTS * 3 // 4, (
        "all that were killed at an event, and most of those a moment after it"
    )
    assert set(told["states"][: POINTS // 2]) == {True}, "the earlier run stays whole until the new one is"
    assert set(told["states"][POINTS // 2 :]) <= {None, True}
    assert all(names in ([], ["out"]) for names in told["visible"])
    assert (told["last"], told["whole"], told["left"]) == (0, True, ["out"])
