"""The DAG under a real Airflow: imported by its own loader, its month that of its own timetable, its command called for real.

Airflow is no dependency of ours: `FRAUDGRAPH_AIRFLOW` names the Pythons of environments that have it (several with `:`).
`start.py test --install` makes one with Airflow 2 and one with Airflow 3, from the pins in `airflow/`, and names them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fraudgraph.jobs import init_workspace

DAG = Path(__file__).parents[2] / "docs" / "schedules" / "fraudgraph_dag.py"
PYTHONS = [path for path in os.environ.get("FRAUDGRAPH_AIRFLOW", "").split(os.pathsep) if path]
AS_AIRFLOW_DOES = """
import json, sys
import airflow, pendulum
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
from airflow.timetables.base import DataInterval, TimeRestriction

bag = DagBag(sys.argv[1], include_examples=False)
dag = bag.dags["fraudgraph_month"]
told = {"version": airflow.__version__, "errors": dict(bag.import_errors), "ended": {}}
due = pendulum.datetime(2025, 11, 5, 2, tz="Asia/Shanghai")
allowed = TimeRestriction(earliest=due.subtract(months=2), latest=None, catchup=True)
before = dag.timetable.next_dagrun_info(last_automated_data_interval=None, restriction=allowed)
while before.run_after < due:
    before = dag.timetable.next_dagrun_info(last_automated_data_interval=before.data_interval, restriction=allowed)
told["run_after"] = before.run_after.in_timezone("Asia/Shanghai").isoformat()
context = {"data_interval_start": before.data_interval.start, "data_interval_end": before.data_interval.end,
           "logical_date": before.logical_date, "run_after": before.run_after}
try:
    dag.get_task("month").python_callable(**context)
except Exception as problem:
    told["ended"] = type(problem).__name__
print("TOLD " + json.dumps(told))
"""


@pytest.mark.airflow
@pytest.mark.parametrize("python", PYTHONS or [""], ids=lambda path: path.replace("/", "_") or "none")
def test_airflow_loads_the_dag_and_on_the_fifth_of_november_it_asks_for_october(
    python: str, tmp_path: Path
) -> None:
    """The workspace is empty, so that the command ends with 4: the task fails at once and is not tried again."""
    if not python:
        pytest.skip(
            "no Airflow here: `python3 start.py test --install` fetches it, or FRAUDGRAPH_AIRFLOW names a Python that has it"
        )
    workspace = tmp_path / "workspace"
    init_workspace(workspace)
    command = tmp_path / "fraudgraph"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m fraudgraph "$@"\n', encoding="utf-8")
    command.chmod(0o700)
    text = DAG.read_text(encoding="utf-8").replace("/srv/fraudgraph/.venv/bin/fraudgraph", str(command))
    text = text.replace("/srv/fraudgraph/workspace", str(workspace))
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "fraudgraph_dag.py").write_text(text, encoding="utf-8")
    ours = {"AIRFLOW_HOME": str(tmp_path / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    line = [python, "-c", AS_AIRFLOW_DOES, str(tmp_path / "dags")]
    done = subprocess.run(line, check=False, capture_output=True, text=True, env={**os.environ, **ours})
    found = [text for text in done.stdout.splitlines() if text.startswith("TOLD ")]
    assert found, done.stderr[-3000:]
    told = json.loads(found[0].removeprefix("TOLD "))
    assert told["errors"] == {}
    assert told["run_after"].startswith("2025-11-05T02:00:00")
    assert told["ended"] == "AirflowFailException"
    assert [path.name for path in (workspace / "logs").iterdir()] == ["2025-10.jsonl"], told
