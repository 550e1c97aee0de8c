"""One run on the sample delivery, shared by the desk's tests."""

from __future__ import annotations

import pytest

import fraudgraph as fg


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> fg.Run:
    return fg.demo_run(tmp_path_factory.mktemp("desk") / "out", lang="zh")


@pytest.fixture
def ring_id(run: fg.Run) -> str:
    """The ring at the head of the list."""
    return str(run.rings()["ring_id"].iloc[0])
