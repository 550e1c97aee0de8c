"""Hostile values in a delivery come out as text in everything that people and programs read."""

import csv
import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.cli import main
from fraudgraph.report.pages import static_text
from fraudgraph.synthetic.city import make_city

HOSTILE = (
    '"><script>alert(1)</script>', "'; DROP TABLE claims; --", "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "a,b\"c'd;e",
    "</script><img src=x onerror=alert(1)>", "\u202eקיט\u200b\ufeff零宽", "{{ 7 * 7 }}{% raw %}", "长" * 10_000,
    "MATCH (n) DETACH DELETE n //", "}) DETACH DELETE n //", "\x1b[31mred\x07", "line\none\ttwo",
)  # fmt: skip
HIDDEN = re.compile("[\u200b\u202e\ufeff\x07\x1b]")


def spoil(path: Path, columns: tuple[str, ...]) -> None:
    """Put hostile values into columns; an id column keeps its ids apart."""
    table = pq.read_table(path)
    for column in columns:
        values = table[column].to_pylist()
        spoiled = [
            value
            if value is None
            else f"{HOSTILE[i % len(HOSTILE)]}{value if column.endswith('_id') else ''}"
            for i, value in enumerate(values)
        ]
        table = table.set_column(table.column_names.index(column), column, pa.array(spoiled, pa.string()))
    pq.write_table(table, path)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("hostile")
    city = make_city(base / "city", claims=12_000, months=3, rings="standard", seed=7).out
    for name in ("patients", "doctors", "facilities", "pharmacies"):
        spoil(city / f"{name}.parquet", ("name",))
    claims = pq.read_table(city / "claims.parquet")
    numbers = {who: i for i, who in enumerate(sorted({x for x in claims["operator_id"].to_pylist() if x}))}
    operators = [x and f"{HOSTILE[numbers[x] % len(HOSTILE)]}{x}" for x in claims["operator_id"].to_pylist()]
    codes = [f"{HOSTILE[i % len(HOSTILE)]}" for i in range(claims.num_rows)]
    for column, values in (("operator_id", operators), ("diagnosis_code", codes)):
        claims = claims.set_column(claims.column_names.index(column), column, pa.array(values, pa.string()))
    pq.write_table(claims, city / "claims.parquet")
    assert main(["run", str(city), "--out", str(base / "out")]) == 0
    return base / "out"


class Tags(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_the_city_has_rings_and_hostile_values_reached_them(out: Path) -> None:
    assert list((out / "dossiers").glob("*.html"))
    names = pq.read_table(out / "ring_members.parquet")["name"].to_pylist()
    assert len({value for value in names if value in HOSTILE}) > len(HOSTILE) // 2


def test_no_page_runs_or_hides_anything(out: Path) -> None:
    for path in [out / "index.html", *(out / "dossiers").glob("*.html")]:
        page = path.read_text(encoding="utf-8").replace(static_text("cytoscape.min.js"), "")
        read = Tags(page)
        assert "img" not in read.tags
        assert not [name for name in read.attributes if name.startswith("on")]
        assert read.tags.count("script") == (2 if path.name == "index.html" else 5), path.name
        assert not HIDDEN.search(page)
        assert "alert(1)</script>" not in page
        assert page.count("长") < 200_000


def test_no_cell_is_a_formula(out: Path) -> None:
    rows = list(
        csv.reader(StringIO((out / "referral_list.csv").read_bytes().decode("utf-8-sig"), newline=""))
    )
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-(?!\d)", cell)]
    book = openpyxl.load_workbook(out / "referral_list.xlsx")
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if HIDDEN.search(str(cell.value))]
    assert max(len(str(cell.value)) for cell in cells) <= 32_767


def test_every_line_is_json_of_the_schema(out: Path) -> None:
    schema = json.loads((out / "referral_list.schema.json").read_text(encoding="utf-8"))
    lines = (out / "referral_list.jsonl").read_text(encoding="utf-8").splitlines()
    rings: list[dict[str, Any]] = [json.loads(line) for line in lines]
    listed = pq.read_table(out / "rings.parquet", filters=[("listed", "=", True)]).num_rows
    assert len(rings) == listed > 0
    for ring in rings:
        assert set(ring) == set(schema["properties"])
        for part in ("members", "evidence", "explanations"):
            wanted = set(schema["properties"][part]["items"]["properties"])
            assert all(set(row) == wanted for row in ring[part])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_terminal_shows_text(out: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    members = pq.read_table(out / "ring_members.parquet").to_pylist()
    hostile = [m["entity_id"] for m in members if m["entity_type"] == "operator"][:6]
    first = members[0]["ring_id"]
    for words in (["rings", "show", first], ["who", *hostile], ["evidence", "replay", str(out), first]):
        capsys.readouterr()
        tail = [] if words[0] == "evidence" else ["--out", str(out)]
        assert main([*words, *tail, "--lang", lang]) == 0
        said = capsys.readouterr().out
        assert not HIDDEN.search(said)
        assert said.count("长") < 20_000
