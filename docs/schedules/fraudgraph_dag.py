"""An Airflow DAG for fraudgraph (Airflow 2.6 or newer, also 3): it uses nothing but the command, and needs fraudgraph beside the worker only.

Exit codes: 99 (nothing to do) marks the task skipped; 5 (Neo4j away) and 6 (another job at work) are tried again;
2, 3, 4 and 7 want a person and fail at once.
"""

from __future__ import annotations

import pendulum
from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

FRAUDGRAPH = "/srv/fraudgraph/.venv/bin/fraudgraph"
WORKSPACE = "/srv/fraudgraph/workspace"

with DAG(
    dag_id="fraudgraph_month",
    schedule="0 2 5 * *",
    start_date=pendulum.datetime(2025, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
) as dag:
    # A run of the fifth of November covers the month that began on the fifth of October: its list is October's.
    BashOperator(
        task_id="month",
        bash_command=(
            f"{FRAUDGRAPH} month {{{{ data_interval_start.strftime('%Y-%m') }}}} --workspace {WORKSPACE} --log-json"
        ),
        skip_on_exit_code=99,
        retries=6,
        retry_delay=pendulum.duration(minutes=30),
    )
