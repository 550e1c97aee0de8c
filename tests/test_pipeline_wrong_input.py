"""What can't be done is refused before or without a trace: the right kind of refusal, one message in each language, nothing written.

What is refused at the command line and how it is said there, tests/cli holds; here are the cases that it leaves out, and
the same promise for those who call `run` from Python.
"""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.errors import FraudgraphError, SettingsError, SourceError, UsageError
from fraudgraph.pipeline import run
from fraudgraph.records import Month
from fraudgraph.settings import load_settings

HEADER = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount"
ROWS = "".join(
    f"S{i},P{i % 7},H1,outpatient,2025-10-{i % 28 + 1:02d} 09:00:00,10.00,6.00\n" for i in range(30)
)
Make = Callable[[Path], list[Path]]


def good(folder: Path) -> list[Path]:
    (folder / "claims.csv").write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    return [folder / "claims.csv"]


def missing(folder: Path) -> list[Path]:
    return [folder / "nowhere.csv"]


def one_of_two_missing(folder: Path) -> list[Path]:
    return [*good(folder), folder / "nowhere.csv"]


def empty(folder: Path) -> list[Path]:
    (folder / "empty.csv").touch()
    return [folder / "empty.csv"]


def header_only(folder: Path) -> list[Path]:
    (folder / "claims.csv").write_text(HEADER + "\n", encoding="utf-8")
    return [folder / "claims.csv"]


def random_bytes(folder: Path) -> list[Path]:
    (folder / "noise.csv").write_bytes(bytes((i * 7919 + i // 251) % 256 for i in range(20_000)))
    return [folder / "noise.csv"]


def random_parquet(folder: Path) -> list[Path]:
    (folder / "noise.parquet").write_bytes(b"PAR1" + bytes(range(256)) * 20 + b"PAR1")
    return [folder / "noise.parquet"]


def cut_gzip(folder: Path) -> list[Path]:
    packed = gzip.compress(f"{HEADER}\n{ROWS * 50}".encode())
    (folder / "claims.csv.gz").write_bytes(packed[: len(packed) // 2])
    return [folder / "claims.csv.gz"]


def no_patient_column(folder: Path) -> list[Path]:
    (folder / "claims.csv").write_text(f"{HEADER}\n{ROWS}".replace("patient_id", "colour"), encoding="utf-8")
    return [folder / "claims.csv"]


def no_row_usable(folder: Path) -> list[Path]:
    (folder / "claims.csv").write_text(HEADER + "\n" + ",,,?,?,?,?\n" * 30, encoding="utf-8")
    return [folder / "claims.csv"]


def too_many_set_aside(folder: Path) -> list[Path]:
    (folder / "claims.csv").write_text(f"{HEADER}\n{ROWS}" + "S,,,?,?,?,?\n" * 30, encoding="utf-8")
    return [folder / "claims.csv"]


def only_people(folder: Path) -> list[Path]:
    (folder / "patients.csv").write_text("patient_id,name,sex\nP1,张三,1\n", encoding="utf-8")
    return [folder / "patients.csv"]


UNUSABLE = [
    missing, one_of_two_missing, empty, header_only, random_bytes, random_parquet, cut_gzip, no_patient_column, no_row_usable,
    too_many_set_aside, only_people,
]  # fmt: skip


def hold_to_the_promise(problem: FraudgraphError) -> None:
    """One message of whole sentences in each language, that ends, and says nothing of the program's insides."""
    for message in (problem.message_en, problem.message_zh):
        assert message.strip() == message
        assert message[-1] in ".。?？", message
        assert "Traceback" not in message
        assert not re.search(r"\bduckdb\.|<class", message), message
    assert re.search(r"[\u4e00-\u9fff]{4,}", problem.message_zh)
    assert re.search(r"[a-z]{2,} [a-z]{2,}", problem.message_en)


@pytest.mark.parametrize("make", UNUSABLE, ids=lambda make: make.__name__)
def test_a_delivery_that_cannot_be_used_is_the_suppliers_turn_and_leaves_no_trace(
    make: Make, tmp_path: Path
) -> None:
    sources = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SourceError) as refused:
        run(sources, tmp_path / "deep" / "out")
    hold_to_the_promise(refused.value)
    assert refused.value.exit_code == 4
    assert sorted(tmp_path.rglob("*")) == before


def test_an_out_that_is_taken_is_told_before_a_row_is_read(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError) as refused:
        run([tmp_path / "nowhere.csv"], tmp_path / "out")
    hold_to_the_promise(refused.value)


@pytest.mark.parametrize("month", [Month(1999, 1), Month(2031, 12)])
def test_a_month_without_claims_is_refused_and_names_the_months_there_are(
    month: Month, tmp_path: Path
) -> None:
    with pytest.raises(FraudgraphError) as refused:
        run(good(tmp_path), tmp_path / "out", month=month)
    hold_to_the_promise(refused.value)
    for message in (refused.value.message_en, refused.value.message_zh):
        assert str(month) in message
        assert "2025-10" in message
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "0000-10", "2025-1", "25-10", "202510", "October", "", "2025-10-01"])  # fmt: skip
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Month.parse(text)
    hold_to_the_promise(refused.value)


SETTINGS = {
    "no toml": (b"[run\nseed = 3\n", "s.toml"),
    "not utf-8": ("[run]\n# 种子\nseed = 3\n".encode("gb18030"), "s.toml"),
    "unknown key": (b"[run]\nseeed = 3\n", "seed"),
    "unknown section": (b"[runn]\nseed = 3\n", "run"),
    "no number": (b'[run]\nseed = "three"\n', "run.seed"),
    "out of range": (b"[source]\nmax_reject_share = 7\n", "source.max_reject_share"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_cannot_be_used_say_which_and_where(name: str, tmp_path: Path) -> None:
    text, named = SETTINGS[name]
    (tmp_path / "s.toml").write_bytes(text)
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path / "s.toml")
    hold_to_the_promise(refused.value)
    for message in (refused.value.message_en, refused.value.message_zh):
        assert named in message
        assert "s.toml" in message


def a_taken_out(folder: Path) -> list[str]:
    (folder / "out").mkdir()
    (folder / "out" / "thesis.txt").write_text("years of work", encoding="utf-8")
    return []


def a_run_in_out(folder: Path) -> list[str]:
    (folder / "out").mkdir()
    (folder / "out" / "run.json").write_text("{}", encoding="utf-8")
    return []


def settings_no_toml(folder: Path) -> list[str]:
    (folder / "s.toml").write_text("seed: 3\n", encoding="utf-8")
    return ["--settings", str(folder / "s.toml")]


def mapping_no_toml(folder: Path) -> list[str]:
    (folder / "m.toml").write_text("claims: {}\n", encoding="utf-8")
    return ["--mapping", str(folder / "m.toml")]


def seed_no_number(_: Path) -> list[str]:
    return ["--seed", "three"]


def month_no_month(_: Path) -> list[str]:
    return ["--month", "soon"]


TYPED: list[tuple[Callable[[Path], list[str]], int, str]] = [
    (a_taken_out, 2, "out"),
    (a_run_in_out, 2, "--replace"),
    (settings_no_toml, 3, "s.toml"),
    (mapping_no_toml, 3, "m.toml"),
    (seed_no_number, 2, "--seed"),
    (month_no_month, 2, "soon"),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("make", "code", "named"), TYPED, ids=[make.__name__ for make, _, _ in TYPED])
def test_what_is_typed_wrong_gets_one_message_and_changes_nothing(
    make: Callable[[Path], list[str]], code: int, named: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    (source,) = good(tmp_path)
    words = make(tmp_path)
    before = {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")}
    capsys.readouterr()
    assert main(["run", str(source), "--out", str(tmp_path / "out"), *words, "--lang", lang]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err
    assert said.err.count("\n") == 1
    assert bool(re.search(r"[\u4e00-\u9fff]{4,}", said.err)) == (lang == "zh")
    assert {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")} == before
