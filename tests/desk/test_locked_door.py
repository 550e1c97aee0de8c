"""At the desk a question is one SELECT, a file is what its name says, and a slip of the hand gets a sentence."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from fraudgraph.desk.arguments import as_choice, as_path, as_text, save_private
from fraudgraph.desk.frames import parquet_frame, query
from fraudgraph.desk.offline import show
from fraudgraph.desk.ring_drawing import RingDrawing
from fraudgraph.errors import StorageError, UsageError
from fraudgraph.store import DATABASE_NAME, Store


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run's folder, as far as questions go."""
    with Store(tmp_path / "run") as store:
        store.run(
            "CREATE TABLE claims AS SELECT 'C' || i AS claim_id, CAST(i AS DECIMAL(16,2)) AS fund_amount FROM range(5) AS r(i)"
        )
        store.run("CHECKPOINT")
    return tmp_path / "run"


def test_a_select_with_its_values_is_answered_in_its_own_order(out: Path) -> None:
    found = query(
        out, "SELECT claim_id FROM claims WHERE fund_amount >= $least ORDER BY fund_amount DESC;", least=3
    )
    assert found["claim_id"].tolist() == ["C4", "C3"]


@pytest.mark.parametrize(
    "text",
    [
        "COPY claims TO '{folder}/stolen.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/run/fraudgraph.duckdb')",
        "DELETE FROM claims",
        "SELECT 1) AS a; DROP TABLE claims; SELECT * FROM (SELECT 1",
        "ATTACH '{folder}/other.duckdb'",
        "SELECT * FROM '{folder}/x.parquet'",
        "SET threads = 1",
    ],
)
def test_nothing_but_a_question_gets_through(out: Path, text: str) -> None:
    before = (out / DATABASE_NAME).read_bytes()
    with pytest.raises(UsageError, match="can't be answered"):
        query(out, text.replace("{folder}", str(out.parent)))
    assert (out / DATABASE_NAME).read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == ["run"]


def test_a_figure_and_a_drawing_are_saved_as_what_their_names_say(tmp_path: Path) -> None:
    drawing = RingDrawing(title="R", svg="<svg/>", width=10.0, height=10.0, node_count=1, hidden_count=0)
    for made in (drawing, show(go.Figure())):
        with pytest.raises(UsageError, match=r"not '\.png'"):
            made.save(tmp_path / "x.png")
        page = made.save(tmp_path / "deep" / "x.html")
        assert page.stat().st_mode & 0o777 == 0o600
    assert drawing.save(str(tmp_path / "x.svg")).read_text(encoding="utf-8") == "<svg/>"
    assert not (tmp_path / "x.png").exists()


def test_what_is_no_text_and_no_path_gets_a_sentence(out: Path, tmp_path: Path) -> None:
    assert as_text("R-2025-0001", "ring") == "R-2025-0001"
    assert as_path(tmp_path, "Run") == tmp_path
    assert (as_choice(True, "listed"), as_choice(None, "listed")) == (True, None)
    with pytest.raises(UsageError, match="listed takes True, False or None, not str"):
        as_choice("yes", "listed")
    with pytest.raises(UsageError, match="sql takes text, not int"):
        query(out, 5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="save takes a path, not NoneType"):
        save_private(None, "x", ".svg")


def test_a_table_that_was_cut_off_or_is_gone_is_named(tmp_path: Path) -> None:
    pd.DataFrame({"claim_id": ["C1"]}).to_parquet(tmp_path / "flags.parquet")
    assert parquet_frame(tmp_path / "flags.parquet")["claim_id"].tolist() == ["C1"]
    whole = (tmp_path / "flags.parquet").read_bytes()
    (tmp_path / "flags.parquet").write_bytes(whole[:-5])
    for name in ("flags.parquet", "outliers.parquet"):
        with pytest.raises(StorageError, match=name):
            parquet_frame(tmp_path / name)
