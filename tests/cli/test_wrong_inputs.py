"""The table of wrong inputs: files, mappings, settings, commands, environment.

Each gets one message in the reader's language, that names what is wrong and ends like a sentence; the exit code says
whose turn it is; nothing is printed as a result and nothing is left or changed.
"""

import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fraudgraph.cli import main

HEADER = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount"
ROWS = "".join(
    f"S{i},P{i % 7},H1,outpatient,2025-10-{i % 28 + 1:02d} 09:00:00,10.00,6.00\n" for i in range(30)
)
GOOD = f"{HEADER}\n{ROWS}"


class Wrong(NamedTuple):
    """One wrong input: its name in the report, what it makes and types, the exit code, and what the message must name."""

    name: str
    make: Callable[[Path], list[str]]
    code: int
    named: str


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def run(folder: Path, *words: str) -> list[str]:
    return ["run", *words, "--out", str(folder / "out")]


def file_of(name: str, content: str | bytes) -> Callable[[Path], list[str]]:
    """A delivery of one file."""
    return lambda folder: run(folder, write(folder, name, content))


def option(flag: str, name: str, content: str | bytes) -> Callable[[Path], list[str]]:
    """A good delivery with a settings or mapping file that is not."""
    return lambda folder: run(folder, write(folder, "claims.csv", GOOD), flag, write(folder, name, content))


def typed(*words: str) -> Callable[[Path], list[str]]:
    """A command; FOLDER stands for the test's folder, GOOD for a good delivery, RUN for a small run's folder."""

    def make(folder: Path) -> list[str]:
        good = write(folder, "claims.csv", GOOD) if "GOOD" in words else ""
        return [word.replace("FOLDER", str(folder)).replace("GOOD", good) for word in words]

    return make


def zip_of(name: str, entries: dict[str, bytes]) -> Callable[[Path], list[str]]:
    def make(folder: Path) -> list[str]:
        with zipfile.ZipFile(folder / name, "w") as packed:
            for entry, content in entries.items():
                packed.writestr(entry, content)
        return run(folder, str(folder / name))

    return make


def no_folder(folder: Path) -> list[str]:
    (folder / "delivery").mkdir()
    return run(folder, str(folder / "delivery"))


def dangling(folder: Path) -> list[str]:
    (folder / "claims.csv").symlink_to(folder / "gone.csv")
    return run(folder, str(folder / "claims.csv"))


def good_and_missing(folder: Path) -> list[str]:
    return run(folder, write(folder, "claims.csv", GOOD), str(folder / "nowhere.csv"))


def out_is(kind: str) -> Callable[[Path], list[str]]:
    """OUT is taken by something that is not ours."""

    def make(folder: Path) -> list[str]:
        source, out = write(folder, "claims.csv", GOOD), folder / "out"
        if kind == "a file":
            write(folder, "out", "a letter")
        elif kind == "a folder":
            write(folder, "out/photo.jpg", b"precious")
        elif kind == "a run":
            write(folder, "out/run.json", "{}")
        elif kind == "a link":
            out.symlink_to(folder / "gone")
        elif kind == "below a file":
            write(folder, "letter", "dear all")
            return ["run", source, "--out", str(folder / "letter" / "out")]
        return run(folder, source) + (["--replace"] if kind == "a folder" else [])

    return make


def spoiled(name: str, content: bytes | None, *words: str) -> Callable[[Path], list[str]]:
    """A run whose folder lost a file, or had one changed."""

    def make(folder: Path) -> list[str]:
        shutil.copytree(SMALL["out"], folder / "run")
        path = folder / "run" / name
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        return [word.replace("RUN", str(folder / "run")) for word in words]

    return make


SMALL: dict[str, Path] = {}
"""A small run, made once: where it stands."""

FILES = [
    Wrong("no such file", lambda f: run(f, str(f / "nowhere.csv")), 4, "nowhere.csv"),
    Wrong("one of two is missing", good_and_missing, 4, "nowhere.csv"),
    Wrong("an empty file", file_of("empty.csv", b""), 4, "empty.csv"),
    Wrong("an empty folder", no_folder, 4, "delivery"),
    Wrong("a link to nowhere", dangling, 4, "claims.csv"),
    Wrong("a header and no row", file_of("claims.csv", HEADER + "\n"), 4, ""),
    Wrong("random bytes", file_of("noise.csv", bytes((i * 7919 + i // 251) % 256 for i in range(20_000))), 4, "noise.csv"),
    Wrong("one column", file_of("claims.csv", "claim_id\n" + "".join(f"S{i}\n" for i in range(30))), 4, "claims.csv"),
    Wrong("no patient", file_of("claims.csv", GOOD.replace("patient_id", "colour")), 4, "claims.csv"),
    Wrong("no time", file_of("claims.csv", GOOD.replace("started_at", "colour")), 4, "E_REQUIRED"),
    Wrong("no amounts", file_of("claims.csv", GOOD.replace("total_amount", "a1").replace("fund_amount", "a2")), 4, "claims.csv"),
    Wrong("no row usable", file_of("claims.csv", HEADER + "\n" + ",,,?,?,?,?\n" * 30), 4, ""),
    Wrong("half of the rows set aside", file_of("claims.csv", GOOD + "S,,,?,?,?,?\n" * 30), 4, ""),
    Wrong("only a register of people", file_of("patients.csv", "patient_id,name,sex\nP1,张三,1\n"), 4, "patients.csv"),
    Wrong("a letter", file_of("letter.docx", b"PK\x03\x04 dear all"), 4, "letter.docx"),
    Wrong("a picture", file_of("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(200)), 4, "photo.png"),
    Wrong("a broken workbook", file_of("broken.xlsx", b"PK\x03\x04 and then nothing that a workbook needs"), 4, "broken.xlsx"),
    Wrong("a workbook behind a password", file_of("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)), 4, "locked.xlsx"),
    Wrong("parquet that is none", file_of("noise.parquet", b"PAR1" + bytes(range(256)) * 20 + b"PAR1"), 4, "noise.parquet"),
    Wrong("half of a gzip", file_of("claims.csv.gz", gzip.compress((GOOD * 50).encode())[:200]), 4, "claims.csv.gz"),
    Wrong("a gzip that is none", file_of("claims.csv.gz", b"not packed at all"), 4, "claims.csv.gz"),
    Wrong("an empty zip", zip_of("empty.zip", {}), 4, ""),
    Wrong("a zip without tables", zip_of("papers.zip", {"letter.docx": b"dear all"}), 4, "papers.zip"),
    Wrong("half of a zip", file_of("half.zip", b"PK\x03\x04" + bytes(100)), 4, "half.zip"),
    Wrong("json that stops", file_of("claims.json", '[{"claim_id": "S1", "patient_id"'), 4, "claims.json"),
    Wrong("a saved login page", file_of("claims.xls", "<html><body><h1>请先登录</h1></body></html>"), 4, "claims.xls"),
    Wrong("months nobody asked for", lambda f: [*run(f, write(f, "claims.csv", GOOD)), "--month", "1999-01"], 4, "1999-01"),
]  # fmt: skip

MAPPINGS = [
    Wrong("no mapping file", lambda f: run(f, write(f, "claims.csv", GOOD), "--mapping", str(f / "m.toml")), 3, "m.toml"),
    Wrong("a mapping that is no toml", option("--mapping", "m.toml", "claims: {}\n"), 3, "m.toml"),
    Wrong("a mapping in another encoding", option("--mapping", "m.toml", "# 映射\n[[table]]\n".encode("gb18030")), 3, "m.toml"),
    Wrong("a table that is none", option("--mapping", "m.toml", '[[table]]\ntable = "claimz"\n'), 3, "claimz"),
    Wrong("a column that is none", option("--mapping", "m.toml", '[[table]]\ntable = "claims"\n[table.columns]\npatint_id = "psn_no"\n'), 3, "patint_id"),
    Wrong("an unknown key", option("--mapping", "m.toml", '[[table]]\ntable = "claims"\ncolour = "blue"\n'), 3, "colour"),
    Wrong("a unit that is none", option("--mapping", "m.toml", '[[table]]\ntable = "claims"\nunit = "dollars"\n'), 3, "unit"),
    Wrong("a claim type that is none", option("--mapping", "m.toml", '[[table]]\ntable = "claims"\n[table.claim_type]\n11 = "dental"\n'), 3, "dental"),
    Wrong("a sum of what is no amount", option("--mapping", "m.toml", '[[table]]\ntable = "claims"\n[table.sums]\npatient_id = ["a", "b"]\n'), 3, "patient_id"),
    Wrong("a folder for a mapping", lambda f: run(f, write(f, "claims.csv", GOOD), "--mapping", str(f)), 3, ""),
]  # fmt: skip

SETTINGS = [
    Wrong("no settings file", lambda f: run(f, write(f, "claims.csv", GOOD), "--settings", str(f / "s.toml")), 3, "s.toml"),
    Wrong("settings that are no toml", option("--settings", "s.toml", "seed: 3\n"), 3, "s.toml"),
    Wrong("settings in another encoding", option("--settings", "s.toml", "[run]\n# 种子\nseed = 3\n".encode("gb18030")), 3, "s.toml"),
    Wrong("an unknown setting", option("--settings", "s.toml", "[run]\nseeed = 3\n"), 3, "seed"),
    Wrong("an unknown section", option("--settings", "s.toml", "[runn]\nseed = 3\n"), 3, "runn"),
    Wrong("a word for a number", option("--settings", "s.toml", '[run]\nseed = "three"\n'), 3, "run.seed"),
    Wrong("a share above one", option("--settings", "s.toml", "[source]\nmax_reject_share = 7\n"), 3, "source.max_reject_share"),
    Wrong("no thread", option("--settings", "s.toml", "[run]\nthreads = 0\n"), 3, "run.threads"),
    Wrong("hardly any memory", option("--settings", "s.toml", "[run]\nmemory_limit_gib = 0.01\n"), 3, "run.memory_limit_gib"),
    Wrong("rings of one", option("--settings", "s.toml", "[rings]\nmin_patients = 1\n"), 3, "rings.min_patients"),
    Wrong("a section that is a word", option("--settings", "s.toml", 'run = "fast"\n'), 3, "run"),
    Wrong("masked ids without a key", option("--settings", "s.toml", "[privacy]\nmask_ids = true\n"), 3, "FRAUDGRAPH_CODE_KEY"),
    Wrong("a negative seed", typed("run", "GOOD", "--out", "FOLDER/out", "--seed", "-1"), 3, "seed"),
    Wrong("a folder for settings", lambda f: run(f, write(f, "claims.csv", GOOD), "--settings", str(f)), 3, ""),
]  # fmt: skip

COMMANDS = [
    Wrong("no such command", typed("rnu"), 2, "rnu"),
    Wrong("no such option", typed("run", "GOOD", "--colour", "blue"), 2, "--colour"),
    Wrong("an option without its value", typed("run", "GOOD", "--out"), 2, "--out"),
    Wrong("nothing to read", typed("run", "--out", "FOLDER/out"), 2, "SOURCE"),
    Wrong("a month that is none", typed("run", "GOOD", "--out", "FOLDER/out", "--month", "2025-13"), 2, "2025-13"),
    Wrong("a seed that is a word", typed("run", "GOOD", "--out", "FOLDER/out", "--seed", "three"), 2, "--seed"),
    Wrong("rings of no kind", typed("sample", "FOLDER/city", "--rings", "golden"), 2, "golden"),
    Wrong("a city of nobody", typed("sample", "FOLDER/city", "--claims", "0"), 2, "0"),
    Wrong("a city of no time", typed("sample", "FOLDER/city", "--months", "0"), 2, "0"),
    Wrong("a ring that is not there", typed("rings", "show", "2025-12-999", "--out", "RUN"), 2, "2025-12-999"),
    Wrong("rings of what is no run", typed("rings", "list", "--out", "FOLDER"), 2, "rings.parquet"),
    Wrong("a ring without its number", typed("rings", "show", "--out", "RUN"), 2, "ID"),
    Wrong("evidence of a ring that is not there", typed("evidence", "replay", "RUN", "2025-12-999"), 2, "2025-12-999"),
    Wrong("evidence of what is no run", typed("evidence", "replay", "FOLDER"), 2, "run.json"),
    Wrong("somebody nobody knows", typed("who", "P99", "--out", "RUN"), 2, "'P99'"),
    Wrong("who of no id", typed("who", "--out", "RUN"), 2, "ID"),
    Wrong("why not of two", typed("why-not", "P1", "P2", "--out", "RUN"), 2, "P2"),
    Wrong("why not in what is no run", typed("why-not", "P1", "--out", "FOLDER"), 2, ""),
    Wrong("a profile of nobody", typed("profile", "P0", "--out", "RUN"), 2, "P0"),
    Wrong("a model that is not there", typed("screens", "show", "M999"), 2, "M999"),
    Wrong("screening of nothing", typed("screen", "FOLDER/nowhere", "--out", "FOLDER/out"), 4, "nowhere"),
]  # fmt: skip

ENVIRONMENT = [
    Wrong("OUT is a file", out_is("a file"), 2, "out"),
    Wrong("OUT is somebody's folder", out_is("a folder"), 2, "out"),
    Wrong("OUT holds a run", out_is("a run"), 2, "--replace"),
    Wrong("OUT is a link", out_is("a link"), 2, "out"),
    Wrong("OUT is below a file", out_is("below a file"), 7, "letter"),
    Wrong("a run without its rings", spoiled("rings.parquet", None, "rings", "list", "--out", "RUN"), 2, "rings.parquet"),
    Wrong("rings that are no parquet", spoiled("rings.parquet", b"PAR1 nothing", "rings", "list", "--out", "RUN"), 2, "rings.parquet"),
    Wrong("a run without its evidence", spoiled("evidence.parquet", None, "rings", "list", "--out", "RUN"), 2, "evidence.parquet"),
    Wrong("a run without its description", spoiled("run.json", None, "evidence", "replay", "RUN"), 2, "run.json"),
    Wrong("a description that is no json", spoiled("run.json", b"{", "who", "P1", "--out", "RUN"), 2, "run.json"),
    Wrong("settings kept that can't be", spoiled("run.json", json.dumps({"settings": {"run": {"seed": "x"}}}).encode(), "who", "P1", "--out", "RUN"), 2, "run.json"),
    Wrong("a run without its claims", spoiled("fraudgraph.duckdb", None, "who", "P1", "--out", "RUN"), 7, "run"),
    Wrong("claims that are no database", spoiled("fraudgraph.duckdb", b"not a database" * 1000, "why-not", "P1", "--out", "RUN"), 7, "run"),
]  # fmt: skip

TABLE = [*FILES, *MAPPINGS, *SETTINGS, *COMMANDS, *ENVIRONMENT]


@pytest.fixture(scope="module", autouse=True)
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("small")
    assert main(["run", write(base, "claims.csv", GOOD), "--out", str(base / "out")]) == 0
    SMALL["out"] = base / "out"
    return base / "out"


def state(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def test_the_table_is_long_enough_and_names_each_case_once() -> None:
    assert len(TABLE) >= 60
    assert len({wrong.name for wrong in TABLE}) == len(TABLE)


@pytest.mark.parametrize("wrong", TABLE, ids=lambda wrong: wrong.name)
def test_a_wrong_input_gets_one_clear_message_in_each_language_and_leaves_nothing(
    wrong: Wrong,
    small_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("FRAUDGRAPH_CODE_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    words = [word.replace("RUN", str(small_run)) for word in wrong.make(tmp_path)]
    before = state(tmp_path)
    messages = {}
    for lang in ("zh", "en"):
        capsys.readouterr()
        code = main([*words, "--lang", lang])
        said = capsys.readouterr()
        assert code == wrong.code, said.err
        assert said.out == ""
        message = said.err.removesuffix("\n")
        assert "\n" not in message
        assert message[-1] in (".?" if lang == "en" else "。？?") or message.endswith("--help"), message
        assert wrong.named in message
        assert not re.search(r"Traceback|\bduckdb\.|<class|[a-z](?:Error|Exception)\b", message), message
        assert len(message) < 900, message
        assert message.isprintable(), message
        assert not re.search(
            r"。。|。：|\.\.(?!\.)|: *\.", message.replace("SOURCE...", "").replace("ID...", "")
        ), message
        messages[lang] = message
        assert state(tmp_path) == before
    assert re.search(r"[\u4e00-\u9fff]{2,}", messages["zh"])
    assert re.search(r"[a-z]{2,} [a-z]{2,}", messages["en"])
    outside = re.sub(r"'[^']*'|\"[^\"]*\"|\S*/\S*", "", messages["en"])
    if wrong.name != "random bytes":  # whose header, read as GB18030, is Chinese
        assert not re.search(r"[\u4e00-\u9fff]{4,}", outside), messages["en"]
