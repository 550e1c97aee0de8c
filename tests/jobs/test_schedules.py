"""The ready-made schedules use nothing but the command, as it is, and know its exit codes."""

import ast
import configparser
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pendulum
import pytest
import typer.main

from fraudgraph.cli.app import app
from fraudgraph.jobs.month import NOTHING_TO_DO

FOLDER = Path(__file__).parents[2] / "docs" / "schedules"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())
UNITS = [path for path in FILES if path.suffix in (".service", ".timer")]
WANT_A_PERSON = {1, 2, 3, 4, 7, 8}


def calls(text: str) -> list[tuple[str, set[str]]]:
    """Commands of ours in a text, each with its options."""
    found = re.findall(r"bin/fraudgraph (\w+)([^\n;]*)", text)
    found += [(name, rest) for name, rest in re.findall(r'\[FRAUDGRAPH, "(\w+)"([^\]]*)\]', text)]
    return [(name, set(re.findall(r"--[a-z-]+", rest))) for name, rest in found]


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix != ".timer"], ids=lambda path: path.name
)
def test_every_call_is_a_command_of_ours_with_its_own_options(path: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = calls(path.read_text(encoding="utf-8"))
    assert found
    for name, options in found:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert options <= known
        assert "--workspace" in options


def test_every_unit_loads(tmp_path: Path) -> None:
    """As systemd itself sees it; only the user, who exists on the server and not here, is left out."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine (apt install systemd)")
    for path in UNITS:
        text = "\n".join(
            line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("User=")
        )
        (tmp_path / path.name).write_text(text + "\n", encoding="utf-8")
    names = [str(tmp_path / path.name) for path in UNITS]
    told = subprocess.run(["systemd-analyze", "verify", *names], check=False, capture_output=True, text=True)
    ours = [line for line in told.stderr.splitlines() if "fraudgraph" in line]
    assert (ours, told.returncode) == ([], 0)


@pytest.mark.parametrize("job", ["month", "watch"])
def test_a_unit_tries_again_only_what_may_be_tried_again(job: str) -> None:
    service = configparser.ConfigParser(interpolation=None, strict=False)
    service.read(FOLDER / f"fraudgraph-{job}.service", encoding="utf-8")
    assert service["Service"]["Restart"] == "on-failure"
    assert {int(code) for code in service["Service"]["RestartPreventExitStatus"].split()} == WANT_A_PERSON
    if job == "month":
        assert service["Service"]["SuccessExitStatus"] == str(NOTHING_TO_DO)
    assert (FOLDER / f"fraudgraph-{job}.timer").is_file()


def test_the_unit_asks_for_the_month_before_on_the_last_days_of_a_month_too() -> None:
    """`date -d "last month"` on the 31st gives the month itself; the unit's own line doesn't."""
    text = (FOLDER / "fraudgraph-month.service").read_text(encoding="utf-8")
    line = re.search(r'month "(\$\$\(.*\))" --workspace', text)
    assert line is not None
    asked = (
        line[1]
        .replace("$$", "$")
        .replace("%%", "%")
        .replace("$(date +%Y-%m-01)", "$(date -d 2025-10-31 +%Y-%m-01)")
    )
    told = subprocess.run(["sh", "-c", f"echo {asked}"], check=True, capture_output=True, text=True)
    assert told.stdout == "2025-09\n"


class SkippedError(Exception):
    """Stands for Airflow's own."""


class FailedError(Exception):
    """Stands for Airflow's own."""


@pytest.fixture(params=["2", "3"])
def dag(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The DAG's own file, run with the names that Airflow 2 or 3 gives it, and the real pendulum."""
    tasks: list[dict[str, Any]] = []

    class Dag:
        def __init__(self, **settings: Any) -> None:
            self.settings = settings

        def __enter__(self) -> "Dag":
            return self

        def __exit__(self, *_: object) -> None: ...

    def module(name: str, **names: Any) -> None:
        made = types.ModuleType(name)
        made.__dict__.update(names)
        monkeypatch.setitem(sys.modules, name, made)

    def operator(**settings: Any) -> None:
        tasks.append(settings)

    module("airflow", DAG=Dag)
    module("airflow.exceptions", AirflowSkipException=SkippedError, AirflowFailException=FailedError)
    if request.param == "2":
        module("airflow.operators")
        module("airflow.operators.python", PythonOperator=operator)
        monkeypatch.setitem(sys.modules, "airflow.providers", None)  # type: ignore[arg-type]
    else:
        for name in (
            "airflow.providers",
            "airflow.providers.standard",
            "airflow.providers.standard.operators",
        ):
            module(name)
        module("airflow.providers.standard.operators.python", PythonOperator=operator)
    names: dict[str, Any] = {"__name__": "dag"}
    exec(compile((FOLDER / "fraudgraph_dag.py").read_text(encoding="utf-8"), "dag", "exec"), names)
    yield {**names, "tasks": tasks, "airflow": request.param}


def test_the_dag_asks_for_october_on_the_fifth_of_november(dag: dict[str, Any]) -> None:
    """Airflow 2: the interval runs from October to November; Airflow 3: it has no length."""
    due = pendulum.datetime(2025, 11, 5, 2, tz="Asia/Shanghai").in_timezone("UTC")
    start = due.subtract(months=1) if dag["airflow"] == "2" else due
    asked: list[list[str]] = []
    dag["subprocess"] = types.SimpleNamespace(
        PIPE=-1, STDOUT=-2, Popen=lambda line, **_: Process(asked, line, 0)
    )
    context = {"data_interval_start": start, "data_interval_end": due, "logical_date": start}
    run_in(dag, context)
    assert asked[0][1:3] == ["month", "2025-10"]
    assert [task["task_id"] for task in dag["tasks"]] == ["month"]


def test_the_month_is_that_of_the_clinics_clock(dag: dict[str, Any]) -> None:
    """Two in the morning on the first of January in Shanghai is the year before in Greenwich."""
    assert dag["month_of"](pendulum.datetime(2025, 12, 31, 18, tz="UTC")) == "2025-12"


@pytest.mark.parametrize(("code", "becomes"), [(0, None), (99, SkippedError), (5, RuntimeError), (6, RuntimeError), (4, FailedError), (3, FailedError), (7, FailedError)])  # fmt: skip
def test_the_dag_tries_again_only_what_may_be_tried_again(
    dag: dict[str, Any], code: int, becomes: type[Exception] | None
) -> None:
    dag["subprocess"] = types.SimpleNamespace(
        PIPE=-1, STDOUT=-2, Popen=lambda line, **_: Process([], line, code)
    )
    due = {"data_interval_end": pendulum.datetime(2025, 11, 5, tz="UTC")}
    if becomes is None:
        run_in(dag, due)
        return
    with pytest.raises(becomes):
        run_in(dag, due)


class Process:
    """A command that ends with a code."""

    def __init__(self, asked: list[list[str]], line: list[str], code: int) -> None:
        asked.append(line)
        self.stdout, self.returncode = ["said\n"], code

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None: ...


def run_in(dag: dict[str, Any], context: dict[str, Any]) -> None:
    """Call the task as Airflow does, with the file's own names."""
    task = dag["make_month"]
    task.__globals__["subprocess"] = dag["subprocess"]
    task(**context)


def test_the_dag_imports_nothing_of_ours() -> None:
    tree = ast.parse((FOLDER / "fraudgraph_dag.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {module.split(".")[0] for module in modules} == {
        "__future__",
        "airflow",
        "pendulum",
        "subprocess",
        "typing",
    }
    numbers = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int)
    }
    assert NOTHING_TO_DO in numbers
