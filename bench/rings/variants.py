"""A city told a little differently: rows shuffled, claims changed, cut off at a month, a placeholder planted."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

__all__ = ["Member", "listed_rings", "shuffled", "variant"]

Member = tuple[str, str]


def variant(city: Path, folder: Path, changed: dict[str, str], **values: object) -> Path:
    """A copy of a city in which some files are the answer to a query over the city's own.

    `changed` names a file (claims) and its query, in which {claims}, {patients} and so on stand for the city's
    files. Values enter as $name. Duplicate rows stay.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {path.stem: f"read_parquet('{path}')" for path in sorted(city.glob("*.parquet"))}
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SET enable_progress_bar = false").fetchall()
        for name in files:
            if name in changed:
                query = changed[name].format(**files)
                used = {key: value for key, value in values.items() if f"${key}" in query}
                table = con.sql(query, params=used).to_arrow_table()
                pq.write_table(table, folder / f"{name}.parquet")
            else:
                shutil.copyfile(city / f"{name}.parquet", folder / f"{name}.parquet")
    return folder


def shuffled(city: Path, folder: Path, *, seed: int) -> Path:
    """The same rows of every file in another order."""
    names = [path.stem for path in sorted(city.glob("*.parquet"))]
    query = (
        "SELECT * FROM (SELECT *, row_number() OVER () AS row_no FROM {{{name}}}) "
        "ORDER BY hash(row_no, $seed), row_no"
    )
    return variant(
        city,
        folder,
        {name: f"SELECT * EXCLUDE (row_no) FROM ({query.format(name=name)})" for name in names},
        seed=seed,
    )


def listed_rings(out: Path, *, also_unlisted: bool = False) -> dict[str, frozenset[Member]]:
    """Members of each listed ring of a run, of every kind; on demand also of those that were held back."""
    listed = {
        row["ring_id"]
        for row in pq.read_table(out / "rings.parquet", columns=["ring_id", "listed"]).to_pylist()
        if row["listed"] or also_unlisted
    }
    members: dict[str, set[Member]] = {ring: set() for ring in listed}
    columns = ["ring_id", "entity_type", "entity_id"]
    for row in pq.read_table(out / "ring_members.parquet", columns=columns).to_pylist():
        if row["ring_id"] in listed:
            members[row["ring_id"]].add((row["entity_type"], row["entity_id"]))
    return {ring: frozenset(people) for ring, people in members.items()}
