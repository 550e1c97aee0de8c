from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.reading import read_claims
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

Read = Callable[..., ReadReport]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def read(store: Store) -> Read:
    """Read files into the store; rows set aside don't stop it unless a test says so."""

    def run(*paths: Path, max_reject_share: float = 1.0, **options: Any) -> ReadReport:
        return read_claims(store, paths, SourceSettings(max_reject_share=max_reject_share), **options)

    return run
