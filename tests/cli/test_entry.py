"""The command's door: language, exit codes, one sentence per failure, silence in a pipe."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudgraph import __version__, errors
from fraudgraph.cli import entry, main
from fraudgraph.cli.language import language, settle_language
from tests.waiting import PATIENCE

COMMANDS = [
    "demo",
    "run",
    "sample",
    "rings",
    "rings list",
    "rings show",
    "screens",
    "screens list",
    "screens show",
    "doctor",
]


def call(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user's shell runs it, with nothing but the given language in its environment."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "FRAUDGRAPH"))
    }
    return subprocess.run(
        [sys.executable, "-m", "fraudgraph", *arguments],
        cwd=cwd,
        env={
            **clean,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(errors.__file__).parent.parent),
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_the_version_is_one_line_on_stdout(tmp_path: Path) -> None:
    done = call("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"fraudgraph {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("lang", "heading"), [("en", "Examples:"), ("zh", "示例：")])
def test_every_command_explains_itself_with_an_example_in_both_languages(
    command: str, lang: str, heading: str, tmp_path: Path
) -> None:
    done = call(*command.split(), "--help", "--lang", lang, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    if command not in {"rings", "screens"}:  # groups: their commands have the examples
        assert heading in done.stdout
        assert f"fraudgraph {command}" in done.stdout
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stdout) == (lang == "zh")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.GB18030", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": ""}, "en"),
    ],
)
def test_without_a_word_the_environment_sets_the_language(environment: dict[str, str], expected: str) -> None:
    settle_language([], environment)
    assert language() == expected


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (["--lang", "zh", "run", "x"], ["run", "x"]),
        (["run", "x", "--lang", "zh"], ["run", "x"]),
        (["run", "--lang=zh", "x"], ["run", "x"]),
        (["run", "x", "--lang", "zh", "--", "--lang", "en"], ["run", "x", "--", "--lang", "en"]),
    ],
)
def test_lang_may_stand_anywhere_in_the_line(line: list[str], rest: list[str]) -> None:
    assert settle_language(line, {}) == rest
    assert language() == "zh"


@pytest.mark.parametrize("line", [["--lang", "fr"], ["--lang"], ["--lang="]])
def test_an_unknown_language_is_wrong_usage(line: list[str]) -> None:
    with pytest.raises(errors.UsageError):
        settle_language(line, {})


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (["nosuch"], "nosuch"),
        (["run"], "SOURCE"),
        (["run", "x", "--seeed", "1"], "--seed"),
        (["run", "x", "--seed", "three"], "--seed"),
        (["run", "x", "--month", "2025-13"], "2025-13"),
        (["rings", "show"], "ID"),
        (["rings"], "fraudgraph rings --help"),
        (["screens", "show"], "ID"),
        (["--lang", "fr", "doctor"], "fr"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrong_usage_is_one_message_naming_the_word_and_exit_2(
    line: list[str], named: str, lang: str, tmp_path: Path
) -> None:
    done = call(*line, cwd=tmp_path, LANG="zh_CN.UTF-8" if lang == "zh" else "C.UTF-8")
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


ERRORS = [
    (errors.UsageError, 2),
    (errors.SettingsError, 3),
    (errors.ModelError, 3),
    (errors.SourceError, 4),
    (errors.GraphStoreError, 5),
    (errors.LockedError, 6),
    (errors.StorageError, 7),
]


def fail_with(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> Callable[[], int]:
    def raising(_: object) -> int:
        raise problem

    monkeypatch.setattr(entry, "_run", raising)
    return lambda: main([])


@pytest.mark.parametrize(("kind", "code"), ERRORS)
@pytest.mark.parametrize(("lang", "sentence"), [("en", "what to do"), ("zh", "如何处理")])
def test_each_kind_of_failure_has_its_sentence_and_its_exit_code(
    kind: type[errors.FraudgraphError],
    code: int,
    lang: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settle_language(["--lang", lang])
    assert fail_with(monkeypatch, kind("what to do", "如何处理"))() == code
    assert capsys.readouterr() == ("", f"{sentence}\n")


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "out/rings.parquet"), 7, "out/rings.parquet"),
        (PermissionError(errno.EACCES, "Permission denied", "out"), 7, "out"),
        (KeyboardInterrupt(), 130, "Stopped"),
        (ZeroDivisionError("division by zero"), 1, "FRAUDGRAPH_DEBUG=1"),
    ],
)
def test_what_no_room_foresaw_is_one_sentence_too(
    problem: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settle_language([], {})
    monkeypatch.delenv("FRAUDGRAPH_DEBUG", raising=False)
    assert fail_with(monkeypatch, problem)() == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_the_trace_comes_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FRAUDGRAPH_DEBUG", "1")
    assert fail_with(monkeypatch, ZeroDivisionError("division by zero"))() == 1
    assert "Traceback" in capsys.readouterr().err


def test_doctor_speaks_to_programs_and_stays_silent_on_stderr(tmp_path: Path) -> None:
    done = call("doctor", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert {"python", "packages", "duckdb", "memory", "disk", "chromium", "cjk_fonts"} <= set(checks)
    assert all(check["health"] in {"ok", "warn", "missing"} for check in checks.values())
    assert all(check["remedy"] for check in checks.values() if check["health"] != "ok")
    assert list(tmp_path.iterdir()) == [], "doctor leaves nothing behind"


def test_a_sample_city_is_made_and_said_where_and_nothing_else_is_said_in_a_pipe(tmp_path: Path) -> None:
    done = call(
        "sample", "city", "--claims", "2000", "--months", "1", "--rings", "none", "--lang", "zh", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "city-truth" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["city", "city-truth"]
    again = call("sample", "city", "--claims", "2000", cwd=tmp_path)
    assert again.returncode == 2
    assert "city" in again.stderr
