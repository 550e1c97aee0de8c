"""Every SQL file of the package is read by sqlglot, says the same in Spark SQL, and keeps to what both engines know."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from fraudgraph.sql.translate import forbidden_in, select_of, spark_macros, to_spark

PACKAGE = Path(__file__).parents[1] / "fraudgraph"
FILES = [
    pytest.param(path, id=str(path.relative_to(PACKAGE)))
    for path in sorted(PACKAGE.rglob("*.sql"))
    if not path.name.startswith("macros_")
]


@pytest.mark.parametrize("path", FILES)
def test_a_file_of_sql_has_a_form_in_spark(path: Path) -> None:
    statements = sqlglot.parse(select_of(path.read_text(encoding="utf-8")), read="duckdb")
    for statement in statements:
        assert statement is not None
        translated = to_spark(statement.sql(dialect="duckdb"))
        assert "fg_" not in translated.lower()
        assert sqlglot.parse_one(translated, read="spark")


@pytest.mark.parametrize("path", FILES)
def test_what_differs_between_engines_stays_behind_macros(path: Path) -> None:
    assert forbidden_in(select_of(path.read_text(encoding="utf-8"))) == []


def test_each_macro_has_one_definition_per_engine() -> None:
    duckdb_text = (PACKAGE / "sql" / "macros_duckdb.sql").read_text(encoding="utf-8")
    names = {line.split("MACRO ")[1].split("(")[0] for line in duckdb_text.splitlines() if "MACRO " in line}
    assert names == set(spark_macros())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT quantile_cont(x, 0.5) FROM t",
        "SELECT hash(x) FROM t",
        "SELECT regexp_replace(x, 'a', 'b') FROM t",
        "SELECT * FROM t ASOF JOIN u ON t.a >= u.a",
    ],
)
def test_what_does_not_carry_over_is_seen(sql: str) -> None:
    assert forbidden_in(sql)
