"""Every model gives the same hits on DuckDB and, translated, on Spark SQL.

All cases are laid under ids of their own into one set of tables, so each model runs once on each engine. Where the crowd
hides what a model looks for (peers, city-wide rates), its plain case is laid out alone.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.claims.schema.schema import CANONICAL, create_table_sql
from fraudgraph.records import Screen
from fraudgraph.screening import load_screens, screen_claims
from fraudgraph.screening.check import default_parameters
from fraudgraph.settings import ScreeningSettings
from fraudgraph.sql.translate import to_spark
from fraudgraph.store import Store
from fraudgraph.synthetic.violations import all_cases
from fraudgraph.synthetic.violations.world import World, catalogue_everything

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    server_module = pytest.importorskip("pysail.spark", reason="needs the extra: uv sync --extra spark")
    from pyspark.sql import SparkSession

    server = server_module.SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    session.stop()
    server.stop()


@pytest.fixture(scope="module")
def crowd(store: Store, spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """All cases in one set of tables, in both engines."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for number, case in enumerate(all_cases()):
        world = World(prefix=f"K{number:04d}~")
        case.build(world)
        for table in CANONICAL:
            if world.rows[table]:
                parts[table].append(world.table(table))
    folder: Path = tmp_path_factory.mktemp("crowd")
    for name, table in CANONICAL.items():
        store.run(create_table_sql(table))
        rows = pa.concat_tables(parts[name]) if parts[name] else World().table(name)
        store.put("incoming", rows)
        store.run(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        show(spark, name, rows, folder / f"{name}.parquet")
    catalogue_everything(store)
    return store


def show(spark: Any, name: str, rows: pa.Table, path: Path, *, suffix: str = "") -> None:
    pq.write_table(rows, path)
    spark.read.parquet(str(path)).createOrReplaceTempView(name + suffix)


@pytest.mark.parametrize("screen", [pytest.param(one, id=one.id) for one in load_screens()])
def test_both_engines_say_the_same(spark: Any, crowd: Store, tmp_path: Path, screen: Screen) -> None:
    expected = hits_of_duckdb(crowd, screen)
    if expected:
        assert hits_of_spark(spark, screen) == expected
        return
    world = World()
    next(case for case in all_cases() if case.model == screen.id and case.kind == "fires").build(world)
    with Store(tmp_path / "alone") as alone:
        world.fill(alone)
        expected = hits_of_duckdb(alone, screen)
    assert expected
    for name in {entry.partition(".")[0] for entry in (*screen.columns, *screen.optional)}:
        show(spark, name, world.table(name), tmp_path / f"{name}.parquet", suffix="_alone")
    assert hits_of_spark(spark, screen, suffix="_alone") == expected


@pytest.mark.parametrize("call", ["fg_mad(v)", "fg_quantile(v, 0.25)"])
def test_our_own_functions_mean_the_same(spark: Any, store: Store, call: str) -> None:
    values = "(VALUES ('a', 1.0), ('a', 2.0), ('a', 4.0), ('a', 10.0), ('b', 5.0), ('b', 7.5), ('b', 8.0), ('c', 3.0), ('d', NULL))"
    sql = f"SELECT k, {call} AS found FROM (SELECT k, CAST(v AS DOUBLE) AS v FROM {values} AS t(k, v)) AS s GROUP BY k ORDER BY k"
    found = [(row["k"], row["found"]) for row in spark.sql(to_spark(sql)).collect()]
    assert found == store.rows(sql)
    assert found[-1] == ("d", None)


def hits_of_duckdb(store: Store, screen: Screen) -> list[str]:
    (outcome,) = screen_claims(store, ScreeningSettings(), screens=[screen]).outcomes
    assert outcome.state == "ran", outcome.reason_en
    rows = store.rows("SELECT subject_id, member_ids, claim_ids, amount, strength, facts FROM flags")
    return sorted(plain(*row[:5], json.loads(row[5])) for row in rows)


def hits_of_spark(spark: Any, screen: Screen, *, suffix: str = "") -> list[str]:
    query = to_spark(screen.sql, default_parameters(screen))
    if suffix:
        named = {entry.partition(".")[0] for entry in (*screen.columns, *screen.optional)}
        views = ", ".join(f"{name} AS (SELECT * FROM {name}{suffix})" for name in sorted(named))
        query = f"WITH {views} SELECT * FROM ({query})"
    columns = ("subject_id", "member_ids", "claim_ids", "amount", "strength")
    return sorted(
        plain(*(row[name] for name in columns), row["facts"].asDict()) for row in asked(spark, query)
    )


def asked(spark: Any, query: str, *, seconds: float = 120) -> list[Any]:
    """The rows of a query; a plan that never ends fails its own test and holds up nothing else."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(spark.sql(query).collect())
        except Exception as problem:
            found.append(problem)

    worker = threading.Thread(target=ask, daemon=True)
    worker.start()
    worker.join(seconds)
    assert found, f"no answer within {seconds} s"
    if isinstance(found[0], Exception):
        raise found[0]
    return list(found[0])


def plain(
    subject: str, members: list[str], claims: list[str], amount: Any, strength: Any, facts: dict[str, Any]
) -> str:
    """A hit in a form that does not know which engine it came from."""
    return json.dumps(
        [
            subject,
            list(members),
            list(claims),
            f"{Decimal(str(amount)):.2f}",
            round(float(strength), 6),
            {name: _plain(value) for name, value in facts.items()},
        ],
        ensure_ascii=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    try:
        return round(float(value), 4)
    except ValueError:
        return str(value)
