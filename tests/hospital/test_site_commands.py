"""The commands as an inspector uses them: files in, balance, findings, pages, and the folder gone at the end."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fraudgraph.cli.app import app
from fraudgraph.errors import SettingsError, UsageError
from fraudgraph.hospital.pack import write_pack
from fraudgraph.hospital.taking import take
from fraudgraph.hospital.understanding import understand_sheet
from fraudgraph.hospital.visit import made_visit, open_visit
from tests.hospital.small_hospital import FIRST, SmallHospital, at


def _world() -> SmallHospital:
    world = SmallHospital(6)
    world.exam("V003", FIRST + timedelta(days=7), report=False)
    world.line("V003", "STENT", at(FIRST + timedelta(days=8)))
    return world


@pytest.mark.parametrize(("headers", "encoding"), [("zh", "gb18030"), ("en", "utf-8")])
def test_all_steps_at_once_find_what_is_wrong_and_lose_no_yuan(
    tmp_path: Path, headers: str, encoding: str
) -> None:
    world = _world()
    his, settled = world.write_csv(tmp_path, headers=headers, encoding=encoding)
    visit = tmp_path / "visit"
    done = CliRunner().invoke(
        app, ["site", "check", str(his), "--settlement", str(settled), "--visit", str(visit)]
    )
    assert done.exit_code == 0, done.output
    with open_visit(visit, read_only=True) as store:
        assert store.one("SELECT sum(rows_set_aside), count(*) FILTER (table_name IS NULL) FROM taken") == (
            0,
            0,
        )
        taken = dict(
            store.rows(
                "SELECT table_name, yuan_taken FROM taken WHERE table_name IN ('h_charges', 's_lines')"
            )
        )
        found = dict(store.rows("SELECT model, certainty FROM findings"))
    assert float(taken["h_charges"]) == sum(row["amount"] for row in world.rows["h_charges"])
    assert float(taken["s_lines"]) == sum(row["amount"] for row in world.rows["s_lines"])
    assert found == {"H01": "definite", "H09": "suspicious"}
    assert sorted(path.name for path in visit.iterdir() if path.suffix in (".xlsx", ".html")) == [
        "findings.xlsx",
        "index.html",
    ]
    page = (visit / "stays" / "V003.html").read_text(encoding="utf-8")
    assert "有结算无院端记录" in page
    assert "settled, not in the hospital" in page
    assert page.count('fill="#b3261e"') == 2


def test_a_file_that_was_taken_is_passed_over_and_a_row_without_its_day_goes_aside(tmp_path: Path) -> None:
    world = SmallHospital(2)
    world.rows["h_charges"][3]["charged_at"] = "someday"
    his, settled = world.write_csv(tmp_path)
    first = take([his], tmp_path / "visit", settlement=[settled])
    charges = next(one for one in first if one.table == "h_charges")
    assert (charges.landed.rows_read, charges.landed.rows_set_aside) == (len(world.rows["h_charges"]), 1)
    assert charges.landed.yuan_read == charges.landed.yuan_taken + charges.landed.yuan_set_aside
    with open_visit(tmp_path / "visit", read_only=True) as store:
        assert store.rows("SELECT reason, column_name, source_row FROM set_aside") == [
            ("E_VALUE", "charged_at", 5)
        ]
    assert all(one.already for one in take([his], tmp_path / "visit", settlement=[settled]))


def test_a_file_without_a_table_is_told_beside_the_others(tmp_path: Path) -> None:
    his, settled = SmallHospital(2).write_csv(tmp_path)
    (his / "torn.csv").write_bytes(b"\xff\xfe\x00bad\x00")
    told = take([his], tmp_path / "visit", settlement=[settled])
    assert [one.table for one in told if one.file.endswith("torn.csv")] == [None]
    assert any(one.table == "h_charges" for one in told)


def test_the_same_findings_are_the_same_bytes(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "other"):
        folder = tmp_path / name
        _world().findings(folder, "H01")
        pages.append([path.read_bytes() for path in write_pack(folder)])
    assert pages[0] == pages[1]


def test_a_mapping_says_what_headers_dont(tmp_path: Path) -> None:
    his, settled = SmallHospital(2).write_csv(tmp_path, headers="en")
    path = his / "h_charges.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("charge_id", "qq1", 1).replace("charged_at", "qq2", 1), encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[files."h_charges.csv"]\ntable = "h_charges"\ncolumns = { charge_id = "qq1", charged_at = "qq2" }\n',
        encoding="utf-8",
    )
    taken = take([his], tmp_path / "visit", settlement=[settled], mapping=mapping)
    assert "h_charges" in {one.table for one in taken}
    mapping.write_text('[files."h_charges.csv"]\ntable = "h_chargs"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="h_charges"):
        take([his], tmp_path / "visit", mapping=mapping)


def test_forgetting_wants_a_yes_and_only_ever_takes_a_visit(tmp_path: Path) -> None:
    visit = made_visit(tmp_path / "visit")
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept.txt").write_text("mine", encoding="utf-8")
    run = CliRunner()
    assert run.invoke(app, ["site", "forget", "--visit", str(visit)]).exit_code != 0
    assert visit.exists()
    assert run.invoke(app, ["site", "forget", "--visit", str(other), "--yes"]).exit_code != 0
    assert (other / "kept.txt").exists()
    assert run.invoke(app, ["site", "forget", "--visit", str(visit), "--yes"]).exit_code == 0
    assert not visit.exists()
    with pytest.raises(UsageError, match="not empty"):
        made_visit(other)


@pytest.mark.parametrize(
    ("name", "headers", "table"),
    [
        ("ZY_FYMX.csv", ["FYXH", "ZYH", "JFSJ", "XMDM", "XMMC", "SL", "DJ", "JE"], "h_charges"),
        (
            "yizhu.csv",
            ["yizhuhao", "zhuyuanhao", "yizhuneirong", "kailishijian", "tingzhishijian"],
            "h_orders",
        ),
        (
            "手术.csv",
            ["手术流水号", "住院号", "手术名称", "手术间", "手术开始时间", "手术结束时间", "主刀医生"],
            "h_operations",
        ),
    ],
)
def test_a_table_is_known_by_its_headers(name: str, headers: list[str], table: str) -> None:
    made = understand_sheet(name, None, headers, ["hospital"])
    assert made.table is not None
    assert made.table.name == table
    assert json.dumps(made.unknown) == "[]"
