from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudgraph.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    with Store(folder) as opened:
        yield opened
