"""kill -9 at twenty points of a run: OUT is the earlier run or the new one, whole, never a half; the next run goes through."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.jobs.town import crowd, deliver, others, team

ROOT = Path(__file__).parents[1]
WEST = "H3702020001"
POINTS = 20
DRIVER = """
import hashlib, json, os, random, signal, sys, time
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

def child():
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            run([city], out, settings=few_models, replace=True)
            code = 0
        finally:
            os._exit(code)
    return pid

def whole():
    '''None: nothing there; else whether every file is what the sums written last say.'''
    if not out.exists():
        return None
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {line[66:]: line[:64] for line in lines}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    return there == set(told) and all(hashlib.sha256((out / n).read_bytes()).hexdigest() == s for n, s in told.items())

begun = time.monotonic()
ended = os.waitpid(child(), 0)[1]
seconds = time.monotonic() - begun
first = whole()
chance = random.Random(20251001)
states, visible, killed = [], [], 0
for point in range(points):
    if point == points // 2:
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        out.rmdir()
    pid = child()
    time.sleep(seconds * (point + chance.random()) / points)
    os.kill(pid, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    states.append(whole())
    visible.append(sorted(p.name for p in base.iterdir() if not p.name.startswith(".")))
last = os.waitpid(child(), 0)[1]
print(json.dumps({"dossiers": len(list((out / "dossiers").glob("*.html"))), "ended": ended, "first": first, "states": states, "visible": visible, "killed": killed, "last": last,
                  "whole": whole(), "left": sorted(p.name for p in base.iterdir()), "seconds": seconds}))
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
        timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["ended"], told["first"]) == (0, True)
    assert told["dossiers"] == 1, "the ring has its page"
    assert told["killed"] >= POINTS * 3 // 4, "most were killed on the way"
    assert set(told["states"][: POINTS // 2]) == {True}, "the earlier run stays whole until the new one is"
    assert set(told["states"][POINTS // 2 :]) <= {None, True}
    assert all(names in ([], ["out"]) for names in told["visible"])
    assert (told["last"], told["whole"], told["left"]) == (0, True, ["out"])
