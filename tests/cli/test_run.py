"""The main job from the command line: a run, what it leaves, and what it says to wrong input."""

import csv
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fraudgraph.cli import main
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).parent.parent.parent
Said = tuple[int, str, str]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "city"
    assert (
        main(
            [
                "sample",
                str(folder),
                "--claims",
                "12000",
                "--months",
                "3",
                "--rings",
                "standard",
                "--seed",
                "7",
            ]
        )
        == 0
    )
    return folder


@pytest.fixture(scope="module")
def out(city: Path) -> Path:
    folder = city.with_name("run")
    assert main(["run", str(city), "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type a command; get its exit code, stdout and stderr."""

    def type_it(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_it


def test_what_a_run_leaves_is_its_owners_alone(out: Path) -> None:
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()} == {0o600}


def test_the_last_words_say_where_to_look(out: Path, city: Path, typed: Callable[..., Said]) -> None:
    code, said, _ = typed("run", city, "--out", out, "--replace", "--lang", "en")
    assert code == 0
    paths = re.findall(r"[^\s(]+/(?:index\.html|referral_list\.xlsx|rejects\.parquet)", said)
    assert len(paths) == 3
    assert all(Path(path).is_file() for path in paths)


def test_json_on_stdout_counts_what_the_files_hold(city: Path, out: Path, typed: Callable[..., Said]) -> None:
    code, said, err = typed("run", city, "--out", out, "--replace", "--json")
    summary = json.loads(said)
    assert (code, err) == (0, "")
    with (out / "referral_list.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert summary["listed_count"] == sum(1 for _ in csv.reader(lines)) - 1
    assert 0 < summary["claims_kept"] <= summary["claims_read"]
    assert summary["ring_count"] >= summary["listed_count"]


def test_rings_come_back_from_a_run(out: Path, typed: Callable[..., Said]) -> None:
    lines = (out / "referral_list.jsonl").read_text(encoding="utf-8").splitlines()
    listed = [json.loads(line) for line in lines]
    assert listed, "this city has rings to list"
    code, said, _ = typed("rings", "list", "--out", out, "--json")
    shown = json.loads(said)
    assert code == 0
    assert [ring["ring_id"] for ring in shown] == [ring["ring_id"] for ring in listed]
    assert all(ring["listed"] for ring in shown)
    everyone = json.loads(typed("rings", "list", "--out", out, "--all", "--json")[1])
    assert len(everyone) >= len(shown)
    first = listed[0]["ring_id"]
    one = json.loads(typed("rings", "show", first, "--out", out, "--json")[1])
    assert {**one, "listed": True} == {**listed[0], "listed": True}
    for lang in ("zh", "en"):
        assert first in typed("rings", "list", "--out", out, "--lang", lang)[1]
        text = typed("rings", "show", first, "--out", out, "--lang", lang)[1]
        assert first in text
        assert listed[0][f"summary_{lang}"] in text


def test_no_whole_name_is_printed(city: Path, out: Path, typed: Callable[..., Said]) -> None:
    import pyarrow.parquet as pq

    names = {
        name
        for name in pq.read_table(city / "patients.parquet")["name"].to_pylist()
        if name and len(name) > 2
    }
    printed = typed("rings", "list", "--out", out, "--all", "--json")[1]
    for ring in json.loads(printed):
        printed += typed("rings", "show", ring["ring_id"], "--out", out, "--lang", "zh")[1]
    assert [name for name in names if name in printed] == []


def test_a_ring_that_is_not_there_is_wrong_usage_and_names_those_that_are(
    out: Path, typed: Callable[..., Said]
) -> None:
    code, said, err = typed("rings", "show", "2025-12-999", "--out", out, "--lang", "en")
    assert (code, said) == (2, "")
    assert "2025-12-0" in err


# Wrong input: one clear message, its exit code, and nothing half written.

HEADER = "setl_id,psn_no,fixmedins_code,setl_time,begndate,medfee_sumamt,fund_pay_sumamt,med_type"


def no_such_file(folder: Path) -> list[str]:
    return [str(folder / "nowhere.csv")]


def empty_file(folder: Path) -> list[str]:
    (folder / "empty.csv").touch()
    return [str(folder / "empty.csv")]


def empty_folder(folder: Path) -> list[str]:
    (folder / "delivery").mkdir()
    return [str(folder / "delivery")]


def random_bytes(folder: Path) -> list[str]:
    (folder / "noise.csv").write_bytes(bytes((i * 7919 + i // 251) % 256 for i in range(50_000)))
    return [str(folder / "noise.csv")]


def broken_workbook(folder: Path) -> list[str]:
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 and then nothing that a workbook needs")
    return [str(folder / "broken.xlsx")]


def no_patient_column(folder: Path) -> list[str]:
    text = "setl_id,fixmedins_code,setl_time,medfee_sumamt\n1,H1,2025-10-01 10:00:00,12.50\n"
    (folder / "claims.csv").write_text(text, encoding="gb18030")
    return [str(folder / "claims.csv")]


def no_row_usable(folder: Path) -> list[str]:
    rows = "".join(f"S{i},,H1,not a day,not a day,??,??,11\n" for i in range(20))
    (folder / "claims.csv").write_text(f"{HEADER}\n{rows}", encoding="gb18030")
    return [str(folder / "claims.csv")]


def unknown_setting(folder: Path) -> list[str]:
    (folder / "s.toml").write_text("[run]\nseeed = 3\n", encoding="utf-8")
    return ["CITY", "--settings", str(folder / "s.toml")]


def settings_missing(folder: Path) -> list[str]:
    return ["CITY", "--settings", str(folder / "nowhere.toml")]


def mapping_missing(folder: Path) -> list[str]:
    return ["CITY", "--mapping", str(folder / "nowhere.toml")]


def bad_month(_: Path) -> list[str]:
    return ["CITY", "--month", "2025-13"]


def month_without_claims(_: Path) -> list[str]:
    return ["CITY", "--month", "1999-01"]


def negative_seed(_: Path) -> list[str]:
    return ["CITY", "--seed", "-1"]


WRONG: list[tuple[Callable[[Path], list[str]], int, str]] = [
    (no_such_file, 4, "nowhere.csv"),
    (empty_file, 4, "empty.csv"),
    (empty_folder, 4, "delivery"),
    (random_bytes, 4, "noise.csv"),
    (broken_workbook, 4, "broken.xlsx"),
    (no_patient_column, 4, "claims.csv"),
    (no_row_usable, 4, ""),
    (unknown_setting, 3, "seed"),
    (settings_missing, 3, "nowhere.toml"),
    (mapping_missing, 3, "nowhere.toml"),
    (bad_month, 2, "2025-13"),
    (month_without_claims, 4, "1999-01"),
    (negative_seed, 3, "seed"),
]


@pytest.mark.parametrize(("make", "code", "named"), WRONG, ids=[make.__name__ for make, _, _ in WRONG])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrong_input_gets_one_message_and_leaves_nothing(
    make: Callable[[Path], list[str]],
    code: int,
    named: str,
    lang: str,
    city: Path,
    tmp_path: Path,
    typed: Callable[..., Said],
) -> None:
    words = [str(city) if word == "CITY" else word for word in make(tmp_path)]
    before = sorted(tmp_path.rglob("*"))
    found, said, err = typed("run", *words, "--out", tmp_path / "out", "--lang", lang)
    assert (found, said) == (code, ""), err
    assert named in err
    assert "Traceback" not in err
    sentence = r"[\u4e00-\u9fff]{4,}" if lang == "zh" else r"[a-z]{2,} [a-z]{2,} [a-z]{2,}"
    assert re.search(sentence, err)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_no_run_of_ours_is_never_replaced(
    city: Path, tmp_path: Path, typed: Callable[..., Said]
) -> None:
    mine = tmp_path / "holiday"
    mine.mkdir()
    (mine / "photo.jpg").write_bytes(b"precious")
    for extra in ([], ["--replace"]):
        code, _, err = typed("run", city, "--out", mine, *extra)
        assert code == 2
        assert "holiday" in err
    assert [path.name for path in tmp_path.rglob("*")] == ["holiday", "photo.jpg"]


def test_a_failed_replacement_leaves_the_earlier_run_as_it_was(
    out: Path, tmp_path: Path, typed: Callable[..., Said]
) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert typed("run", *no_row_usable(tmp_path), "--out", out, "--replace")[0] == 4
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [path.name for path in out.parent.iterdir() if "partial" in path.name] == []


def delivery_rows(count: int) -> Iterator[str]:
    """Plain outpatient settlements of 900 persons at 9 places in one month."""
    for i in range(count):
        day, amounts = f"2025-10-{i % 28 + 1:02d}", f"{i % 300}.50,{i % 200}.00"
        yield f"S{i},P{i % 900},H{i % 9},{day} {i % 12 + 8:02d}:{i % 60:02d}:00,{day},{amounts},11\n"


@pytest.mark.parametrize("kibibytes", [300, 1500])
def test_a_disk_that_fills_up_on_the_way_is_said_and_leaves_nothing(kibibytes: int, tmp_path: Path) -> None:
    """No test can fill a disk; a limit on the size of files is refused by the system in the same place."""
    delivery = tmp_path / "claims.csv"
    delivery.write_text(HEADER + "\n" + "".join(delivery_rows(60_000)), encoding="gb18030")
    limit = kibibytes * 1024
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "fraudgraph",
            "run",
            str(delivery),
            "--out",
            str(tmp_path / "out"),
            "--lang",
            "en",
        ],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (7, ""), done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_in_the_middle_leaves_nothing(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    delivery = tmp_path / "claims.csv"
    delivery.write_text(HEADER + "\n" + "".join(delivery_rows(100_000)), encoding="gb18030")
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "fraudgraph",
            "run",
            str(delivery),
            "--out",
            str(tmp_path / "out"),
            "--lang",
            "en",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: [path for path in tmp_path.iterdir() if "partial" in path.name], running)
    running.send_signal(number)
    said, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, said, err.count("\n")) == (code, "", 1), err
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]
