"""An Airflow DAG for fraudgraph (Airflow 2.6 or newer, also 3): it uses nothing but the command, and needs fraudgraph beside the worker only.

Exit codes: 99 (nothing to do) marks the task skipped; 5 (Neo4j away) and 6 (another job at work) are tried again;
all others want a person and fail at once.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pendulum
from airflow import DAG
from airflow.exceptions import AirflowFailException, AirflowSkipException

try:
    from airflow.providers.standard.operators.python import PythonOperator
except ImportError:  # Airflow 2
    from airflow.operators.python import PythonOperator

FRAUDGRAPH = "/srv/fraudgraph/.venv/bin/fraudgraph"
WORKSPACE = "/srv/fraudgraph/workspace"
ZONE = "Asia/Shanghai"
NOTHING_TO_DO = 99
TRY_AGAIN = (5, 6)


def month_of(run_at: Any) -> str:
    """The month before the one in which a run is due.

    Airflow 2 gives a cron run the interval from the fifth of one month to the fifth of the next and starts it at the
    interval's end; Airflow 3 by default gives an interval of no length, at the start. The end of the interval is the
    fifth on which the run is due in both.
    """
    return str(pendulum.instance(run_at).in_timezone(ZONE).subtract(months=1).strftime("%Y-%m"))


def make_month(
    data_interval_end: Any = None, logical_date: Any = None, run_after: Any = None, **_context: Any
) -> None:
    """Run the command for the month that is due; its exit code says what becomes of the task."""
    due = (
        data_interval_end or run_after or logical_date or pendulum.now(ZONE)
    )  # a run asked for by hand has no interval
    line = [FRAUDGRAPH, "month", month_of(due), "--workspace", WORKSPACE, "--log-json"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as job:
        for told in job.stdout or ():
            print(told, end="")  # noqa: T201  # Airflow's log takes what is printed
    code = job.returncode
    if code == NOTHING_TO_DO:
        raise AirflowSkipException("nothing to do")
    if code in TRY_AGAIN:
        raise RuntimeError(f"exit code {code}: tried again")
    if code:
        raise AirflowFailException(f"exit code {code}: see the sentence above")


with DAG(
    dag_id="fraudgraph_month",
    schedule="0 2 5 * *",
    start_date=pendulum.datetime(2025, 1, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
) as dag:
    PythonOperator(
        task_id="month",
        python_callable=make_month,
        retries=6,
        retry_delay=pendulum.duration(minutes=30),
    )
