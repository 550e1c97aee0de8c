"""Running tests: what is left out is named with the command for it, and nothing dear is made twice."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import running
from tests.sharing import groups_of

ROOT = Path(__file__).parent.parent
WELL = {"health": "ok", "remedy": ""}


class Noted:
    """Runs of pytest, noted instead of made."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.airflow: list[str | None] = []

    def __call__(self, arguments: list[str]) -> tuple[int, str]:
        self.runs.append(arguments)
        self.airflow.append(os.environ.get("FRAUDGRAPH_AIRFLOW"))
        return 0, "== 3 passed =="

    def marks(self) -> list[str]:
        return [run[run.index("-m") + 1] for run in self.runs]

    def places(self) -> list[set[str]]:
        return [
            {str(Path(word).relative_to(ROOT)) for word in run if word.startswith(str(ROOT))}
            for run in self.runs
        ]


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Noted:
    runs = Noted()
    monkeypatch.setattr(running, "run_pytest", runs)
    monkeypatch.setenv("FRAUDGRAPH_AIRFLOW", "")  # so that what the script sets is taken back
    monkeypatch.delenv("FRAUDGRAPH_AIRFLOW")
    monkeypatch.delenv("FRAUDGRAPH_REQUIRE", raising=False)
    return runs


def a_doctor(monkeypatch: pytest.MonkeyPatch, venv: Path, **ill: str) -> None:
    """A `fraudgraph doctor` that finds all well but what is named, with its remedy."""
    names = ("chromium", "cjk_fonts", "java", "neo4j_files")
    found = [
        {"name": name, "health": "warn" if name in ill else "ok", "remedy": ill.get(name, "")}
        for name in names
    ]
    doctor = venv / "bin" / "fraudgraph"
    doctor.parent.mkdir(parents=True)
    doctor.write_text(f"#!/bin/sh\necho '{json.dumps(found)}'\n", encoding="utf-8")
    doctor.chmod(0o700)
    monkeypatch.setattr(running, "VENV", venv)


@pytest.mark.usefixtures("noted")
def test_tests_that_ci_requires_may_not_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_doctor(monkeypatch, tmp_path, chromium="apt-get install chromium")
    monkeypatch.setattr(running, "marks_in_use", lambda places: ["browser", "scale"])
    assert running.main([]) == 0
    out, err = capsys.readouterr()
    assert "apt-get install chromium && .venv/bin/python -m pytest -m browser" in err
    assert "pytest -m scale" in err
    assert out.strip().endswith("== 3 passed ==")
    monkeypatch.setenv("FRAUDGRAPH_REQUIRE", "browser")
    assert running.main([]) == 1


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pins of one Airflow, and a cache in which it is not yet."""
    pins = tmp_path / "3.0.6.txt"
    pins.write_text("apache-airflow==3.0.6", encoding="utf-8")
    a_doctor(monkeypatch, tmp_path / "venv")
    monkeypatch.setattr(running, "AIRFLOW_PINS", tmp_path)
    monkeypatch.setattr(running, "marks_in_use", lambda places: ["airflow"])
    monkeypatch.setattr(running, "own_mirror", lambda: "http://mirror.example/simple")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return pins


def test_an_airflow_is_fetched_once_and_told_to_its_tests(
    airflow: Path, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAUDGRAPH_REQUIRE", "airflow")
    fetched: list[str] = []

    def fetch(command: list[str]) -> None:
        fetched.append(" ".join(command))
        if "venv" in command:
            (Path(command[-1]) / "bin").mkdir(parents=True)
            (Path(command[-1]) / "bin" / "python").touch()

    monkeypatch.setattr(running, "fetch", fetch)
    assert running.main(["--install"]) == 0
    assert fetched[-1].endswith(f"mirror.example/simple --no-deps --requirement {airflow}")
    assert noted.marks()[-1].startswith("(airflow)")
    assert "airflow-3.0.6-" in str(noted.airflow[-1])
    fetched.clear()
    monkeypatch.delenv("FRAUDGRAPH_AIRFLOW")
    assert running.main([]) == 0
    assert "airflow-3.0.6-" in str(noted.airflow[-1])
    assert fetched == []
    airflow.write_text("apache-airflow==3.0.6\nanother==1", encoding="utf-8")
    monkeypatch.delenv("FRAUDGRAPH_AIRFLOW")
    assert running.main([]) == 1, "made from other pins than those that stand there now"


def test_an_airflow_that_cannot_be_fetched_is_told_and_fails_where_ci_requires_it(
    airflow: Path, noted: Noted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(command: list[str]) -> None:
        raise running.SetupError("The package index can't be reached.", "无法连接软件包索引。")

    monkeypatch.setattr(running, "fetch", failing)
    assert running.main(["--install"]) == 0
    said = capsys.readouterr().err
    assert "can't be reached.\nAirflow 3.0.6 can't be installed." in said
    assert "Left out, tests marked 'airflow'. To run them: python3 start.py test --install\n" in said
    assert len(noted.runs) == 1
    monkeypatch.setenv("FRAUDGRAPH_REQUIRE", "airflow")
    assert running.main(["--install"]) == 1


def test_quick_asks_for_nothing_dear_and_names_what_it_leaves_out(
    noted: Noted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "examine", lambda: pytest.fail("the doctor takes its time"))
    assert running.main(["--quick", "-x"]) == 0
    (run,) = noted.runs
    assert run[-1] == "-x"
    assert set(noted.marks()[0].split(" and ")) == {f"not {mark}" for mark in (*running.MARKS, "slow")}
    said = capsys.readouterr().err
    for name in (*running.marks_in_use([running.TESTS]), *running.slow_files()):
        assert name in said
    assert "python3 start.py test" in said


def test_every_line_of_slow_files_names_one() -> None:
    lines = (ROOT / "tests" / "slow.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines[1:] if not list(ROOT.glob(line))] == []
    assert len(running.slow_files()) >= len(lines[1:])


def test_a_room_is_its_folder_and_the_files_of_its_name(
    tmp_path: Path, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_doctor(monkeypatch, tmp_path)
    assert running.main(["--room", "screening"]) == 0
    assert noted.places() == [{"tests/screening"}] * 2
    assert noted.marks()[-1].startswith("(spark)")
    noted.runs.clear()
    assert running.main(["--room=pipeline", "--quick", "-x"]) == 0
    (found,) = noted.places()
    assert found == {path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/test_pipeline_*.py")}
    assert noted.runs[0][-1] == "-x"


@pytest.mark.parametrize("words", [["--room", "wrings"], ["--room"], ["--room="]])
def test_a_room_that_is_not_there_gets_the_names_of_those_that_are(
    words: list[str], noted: Noted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.main(words) == 1
    said = capsys.readouterr().err
    assert " rings," in said
    assert " killed_runs," in said
    assert noted.runs == []


def test_compiled_code_is_kept_though_the_shell_says_that_python_may_not_write_it(tmp_path: Path) -> None:
    environment = running.with_bytecode({"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"})
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "kept")
    (tmp_path / "one.py").write_text("", encoding="utf-8")
    subprocess.run([sys.executable, "-c", "import one"], cwd=tmp_path, env=environment, check=True)
    assert list((tmp_path / "kept").rglob("one.*.pyc"))
    assert not (tmp_path / "__pycache__").exists()


def test_who_shares_a_dear_thing_with_another_is_in_its_group_over_any_number_of_steps() -> None:
    shared: list[set[str]] = [{"city"}, {"run", "page"}, set(), {"city", "run"}, {"page"}, {"server"}]
    city, run, none, both, page, server = groups_of(shared)
    assert city == run == both == page
    assert none is None
    assert server not in (None, city)


CONFTEST = """
from tests.sharing import keep_together

def pytest_collection_modifyitems(config, items):
    keep_together(config, items)
"""
MADE_ONCE = """
import os
import pytest

@pytest.fixture(scope="module")
def dear(tmp_path_factory):
    with open(os.environ["MADE"], "a") as made:
        made.write("x")

@pytest.mark.parametrize("number", range(20))
def test_uses_it(dear, number):
    pass
"""


def test_on_two_processes_what_a_file_shares_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copy(ROOT / "tests" / "sharing.py", folder)
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_once.py").write_text(MADE_ONCE, encoding="utf-8")
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *running.ON_TWO_CORES,
        "-p",
        "no:cacheprovider",
        str(folder),
    ]
    done = subprocess.run(
        line, cwd=tmp_path, env={**os.environ, "MADE": str(tmp_path / "made")}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert "20 passed" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "made").read_text(encoding="utf-8") == "x"
