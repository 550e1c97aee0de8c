"""Run the tests that this machine can run and name the others; `python3 start.py test` sets up and then calls this.

--install first fetches what tests need, --quick leaves out what takes long, --room NAME runs one room's; the rest goes to pytest.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from start import PYTHON, ROOT, VENV, SetupError, fetch, own_mirror, run_watched, say

MARKS = ("airflow", "browser", "neo4j", "spark", "scale")
NEEDS = {
    "airflow": ("airflow",),
    "browser": ("chromium", "cjk_fonts"),
    "neo4j": ("java", "neo4j_files"),
    "spark": (),
}
"""Marks whose tests run here, and the checks of `fraudgraph doctor` (and of Airflow) that must be well for that."""
SYSTEM_PACKAGES = {"chromium": ["chromium"], "cjk_fonts": ["fontconfig", "fonts-noto-cjk"]}
TESTS = ROOT / "tests"
AIRFLOW_PINS = TESTS / "jobs" / "airflow"
"""One file of pinned packages for each Airflow that the ready-made DAG is tried under."""
ON_TWO_CORES = ("-n", "2", "--dist", "loadgroup")
"""Two processes; tests that share something dear stay in one of them (conftest.py says which)."""


def main(arguments):
    """Run what was asked for and return the exit code: of pytest, 1 too where a mark that must run could not."""
    try:
        install, quick, places, rest = parse(arguments)
        return run_tests(install=install, quick=quick, places=places, arguments=rest)
    except SetupError as problem:
        say(*problem.args)
        return 1
    except KeyboardInterrupt:
        return 130


def parse(arguments):
    """What is asked for: to install, to be quick, the places of one room or all; and what is pytest's."""
    rest = [argument for argument in arguments if argument not in ("--install", "--quick")]
    places = [TESTS]
    for index, argument in enumerate(rest):
        if argument == "--room" or argument.startswith("--room="):
            named = [argument.partition("=")[2]] if "=" in argument else rest[index + 1 : index + 2]
            places = places_of(named[0] if named else "")
            rest = rest[:index] + rest[index + (1 if "=" in argument else 2) :]
            break
    return "--install" in arguments, "--quick" in arguments, places, rest


def places_of(room):
    """Where the tests of a room are: its folder, and the files beside the folders that begin with its name."""
    files = sorted(TESTS.glob("test_*.py"))
    folders = sorted(
        path.parent for path in TESTS.glob("*/__init__.py") if any(path.parent.rglob("test_*.py"))
    )
    found = [folder for folder in folders if folder.name == room]
    found += [path for path in files if f"{path.stem}_".startswith(f"test_{room}_")]
    if found:
        return found
    known = ", ".join([*(folder.name for folder in folders), *(path.stem[5:] for path in files)])
    raise SetupError(
        f"--room {room}: there are no tests of that name. There are: {known}. docs/contributing.md says which to run after which change.",
        f"--room {room}：没有这个名称的测试。可用名称：{known}。改动之后应运行哪些测试，见 docs/contributing.md。",
    )


def run_tests(*, install, quick, places, arguments):
    """Tests without a mark first, then those that need something this machine has; say what was left out."""
    used = marks_in_use(places)
    lacking = {mark: [] for mark in used} if quick else find_lacking(used, install=install)
    runnable = [mark for mark in used if mark in NEEDS and not lacking[mark] and not quick]
    where = [str(place) for place in places if place != TESTS]
    plain = [f"not {mark}" for mark in (*MARKS, *(["slow"] if quick else []))]
    results = [run_pytest([*ON_TWO_CORES, "-m", " and ".join(plain), *where, *arguments])]
    if runnable:
        others = "".join(f" and not {mark}" for mark in MARKS if mark not in runnable)
        marked = f"({' or '.join(runnable)}){others}"
        results.append(run_pytest([*ON_TWO_CORES, "-m", marked, *where, *arguments]))
    left_out = [mark for mark in used if mark not in runnable]
    if quick:
        say_what_quick_leaves(left_out, places)
    else:
        for mark in left_out:
            say_left_out(mark, lacking[mark])
    for _, closing in results:
        print(closing, flush=True)
    required = os.environ.get("FRAUDGRAPH_REQUIRE", "").split(",")
    return max([code for code, _ in results] + [1 for mark in left_out if mark in required])


def find_lacking(used, *, install):
    """What each mark lacks on this machine, once what may be fetched was; and tell the tests where Airflow is."""
    needed = sorted({name for mark in used for name in NEEDS.get(mark, ())})
    if not needed:
        return {mark: [] for mark in used}
    checks = examine()
    wanting = [name for name in needed if checks[name]["health"] != "ok"]
    if install and wanting:
        install_system([name for name in wanting if name in SYSTEM_PACKAGES])
        if "neo4j_files" in wanting:
            fetch_server()
        if "airflow" in wanting:
            make_airflows()
        checks = examine()
    if checks["airflow"]["health"] == "ok":
        os.environ.setdefault("FRAUDGRAPH_AIRFLOW", os.pathsep.join(map(str, airflow_pythons())))
    return {
        mark: [checks[name] for name in NEEDS.get(mark, ()) if checks[name]["health"] != "ok"]
        for mark in used
    }


def say_left_out(mark, lacking):
    """Name a mark whose tests did not run, and the command that runs them."""
    commands = [check["remedy"] for check in lacking]
    if mark != "airflow":  # its environments are told to pytest by this script
        commands.append(f".venv/bin/python -m pytest -m {mark}")
    line = " && ".join(commands)
    say(
        f"Left out, tests marked {mark!r}. To run them: {line}",
        f"未运行标记为 {mark!r} 的测试。运行方法：{line}",
    )


def say_what_quick_leaves(marks, places):
    """Name what --quick did not run."""
    slow = ", ".join(
        path for path in sorted(slow_files()) if any(ROOT / path in (p, *p.rglob("*")) for p in places)
    )
    named = ", ".join(marks)
    say(
        f"Left out by --quick: tests marked {named or '(none)'}; what rests on the story's cities; the slow files {slow or '(none)'}. To run them too: python3 start.py test",
        f"--quick 未运行：标记为 {named or '（无）'} 的测试；用到示例城市的测试；较慢的文件 {slow or '（无）'}。全部运行：python3 start.py test",
    )


def slow_files():
    """The files of tests that --quick leaves out: what slow.txt names, one name or pattern a line."""
    lines = (TESTS / "slow.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    return {path.relative_to(ROOT).as_posix() for line in named for path in ROOT.glob(line)}


def examine():
    """The findings of `fraudgraph doctor`, by name, and whether the Airflows of the tests are here."""
    done = subprocess.run(
        [str(VENV / "bin" / "fraudgraph"), "doctor", "--json"], capture_output=True, text=True, check=False
    )
    try:
        checks = {check["name"]: check for check in json.loads(done.stdout)}
    except ValueError:
        raise SetupError(
            f"{done.stderr}\nfraudgraph doctor failed.", f"{done.stderr}\nfraudgraph doctor 运行失败。"
        ) from None
    ready = os.environ.get("FRAUDGRAPH_AIRFLOW") or all(map(airflow_is_ready, airflow_pythons()))
    checks["airflow"] = {"health": "ok" if ready else "warn", "remedy": "python3 start.py test --install"}
    return checks


def airflow_pythons():
    """The Pythons of the environments with Airflow, and the pins each is made from: kept for all copies of this folder."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "fraudgraph"
    made = {}
    for pins in sorted(AIRFLOW_PINS.glob("*.txt")):
        key = hashlib.sha256(pins.read_bytes() + f"{sys.version_info[:2]}".encode()).hexdigest()[:8]
        made[base / f"airflow-{pins.stem}-{key}" / "bin" / "python"] = pins
    return made


def airflow_is_ready(python):
    """Whether an environment with Airflow was made to its end."""
    return python.exists() and (python.parent.parent / "ready").is_file()


def make_airflows():
    """Make the environments with Airflow; without them its tests are left out, and named."""
    uv, mirror = str(VENV / "bin" / "uv"), own_mirror()
    index = ["--default-index", mirror] if mirror else []
    for python, pins in airflow_pythons().items():
        if airflow_is_ready(python):
            continue
        say(
            f"Fetching Airflow {pins.stem} for the tests of its DAG, about 50 MB",
            f"正在获取 Airflow {pins.stem}（用于测试其 DAG），约 50 MB",
        )
        home = python.parent.parent
        install = [uv, "pip", "install", "--python", str(python), *index, "--no-deps"]
        try:
            fetch([uv, "venv", "--quiet", "--clear", "--python", str(PYTHON), str(home)])
            fetch([*install, "--requirement", str(pins)])
        except SetupError as problem:
            en, zh = problem.args
            say(f"{en}\nAirflow {pins.stem} can't be installed.", f"{zh}\n无法安装 Airflow {pins.stem}。")
            return
        (home / "ready").touch()


def install_system(names):
    """Fetch what tests need from the system's own packages."""
    if not names:
        return
    packages = [package for name in names for package in SYSTEM_PACKAGES[name]]
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        say(
            "--install needs root on Debian or Ubuntu; going on without: " + " ".join(packages),
            "--install 需要 Debian 或 Ubuntu 的 root 权限；以下未安装，继续：" + " ".join(packages),
        )
        return
    say("Installing " + " ".join(packages), "正在安装 " + " ".join(packages))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run_watched(["apt-get", "update", "-q"], environment)
    run_watched(command, environment)


def fetch_server():
    """Fetch Neo4j's program files; without them its tests are left out, and named."""
    say("Fetching Neo4j's program files, 158 MB", "正在获取 Neo4j 程序文件，共 158 MB")
    try:
        run_watched([str(VENV / "bin" / "fraudgraph"), "neo4j", "fetch", "--yes"], dict(os.environ))
    except SetupError as problem:
        say(*problem.args)


def marks_in_use(places):
    """The marks that at least one test file there carries."""
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("test_*.py"))]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return [mark for mark in MARKS if any(f"mark.{mark}" in text for text in texts)]


def run_pytest(arguments):
    """Run pytest, let it speak, and return its exit code with its closing line. No tests at all is no failure."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    closing = ""
    with subprocess.Popen(
        [str(PYTHON), "-m", "pytest", "--durations=20", "--durations-min=1", *colour, *arguments],
        cwd=str(ROOT),
        env=with_bytecode(os.environ),
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if line.strip():
                closing = line.rstrip()
    return (0 if process.returncode == 5 else process.returncode), closing


def with_bytecode(environment):
    """The environment with compiled code kept in .venv: else each of the programs that tests start compiles its libraries anew."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(VENV / "bytecode"), **kept}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
