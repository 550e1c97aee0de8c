"""The cities that tests of the story share: made once, run once (imported by conftest)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

CLAIMS, MONTHS, SEED = 60_000, 6, 3


@dataclass(frozen=True, kw_only=True)
class Story:
    """A run and what it was made from."""

    city: Path
    truth: Path
    out: Path

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a result table."""
        rows: list[dict[str, Any]] = pq.read_table(self.out / f"{name}.parquet").to_pylist()
        return rows

    def people(self) -> dict[str, set[str]]:
        """Patients by ring, listed or not."""
        found: dict[str, set[str]] = {}
        for row in self.rows("ring_members"):
            if row["entity_type"] == "patient":
                found.setdefault(row["ring_id"], set()).add(row["entity_id"])
        return found

    def listed(self) -> dict[str, set[str]]:
        """Patients by ring that is put forward."""
        people = self.people()
        return {row["ring_id"]: people[row["ring_id"]] for row in self.rows("rings") if row["listed"]}


def _make(folder: Path, rings: str) -> Path:
    from fraudgraph.synthetic.city import make_city

    return make_city(folder / "city", claims=CLAIMS, months=MONTHS, rings=rings, seed=SEED).out


def _run(city: Path) -> Story:
    from fraudgraph.pipeline import run

    out = city.with_name("out")
    run([city], out)
    return Story(city=city, truth=city.with_name("city-truth"), out=out)


@pytest.fixture(scope="session")
def story_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city with planted rings."""
    return _make(tmp_path_factory.mktemp("story"), "standard")


@pytest.fixture(scope="session")
def story(story_city: Path) -> Story:
    """The run on it."""
    return _run(story_city)


@pytest.fixture(scope="session")
def quiet_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The run on a city where nobody does wrong."""
    return _run(_make(tmp_path_factory.mktemp("quiet"), "none"))
