"""A sample city delivered month by month is taken in month by month: every claim once, registers with the first."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudgraph.errors import UsageError
from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.settings import Settings
from fraudgraph.synthetic.city import make_city
from fraudgraph.synthetic.monthly import write_monthly


def test_a_city_split_by_month_is_taken_in_month_by_month(tmp_path: Path) -> None:
    city = tmp_path / "city"
    make_city(city, claims=2_000, months=2, rings="standard", seed=7, items=True)
    folders = write_monthly(city, tmp_path / "deliveries")
    assert [folder.name for folder in folders] == ["2025-11", "2025-12"]
    workspace = Workspace(tmp_path / "w")
    init_workspace(workspace.root)
    found: list[str] = []
    lines = 0
    for folder in folders:
        for path in folder.iterdir():
            (workspace.inbox / path.name).write_bytes(path.read_bytes())
        taken = take_in(workspace, Settings())
        assert taken is not None
        assert list(taken.months) == [folder.name]
        assert any(file.is_register for file in taken.files) == (folder == folders[0])
        found += pq.read_table(folder / f"claims-{folder.name}.parquet", columns=["claim_id"])[0].to_pylist()
        lines += pq.read_metadata(folder / f"claim_items-{folder.name}.parquet").num_rows
    assert sorted(found) == sorted(
        pq.read_table(city / "claims.parquet", columns=["claim_id"])[0].to_pylist()
    )
    assert lines == pq.read_metadata(city / "claim_items.parquet").num_rows
    with pytest.raises(UsageError, match="not empty"):
        write_monthly(city, tmp_path / "deliveries")
