"""The set-up script: readable by the Pythons it turns away, quick when all is there, one sentence per failure."""

import ast
import importlib.util
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, in a folder of its own where nothing is set up."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_text(f"what {name} says", encoding="utf-8")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "stamp.json",
    }.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def steps(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What set-up would do, noted instead of done: the environment springs up, the network stays out."""
    done: list[str] = []

    def make_venv() -> None:
        done.append("venv")
        start.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        start.PYTHON.touch()

    monkeypatch.setattr(start, "make_venv", make_venv)
    monkeypatch.setattr(start, "fetch", lambda command: done.append(" ".join(command)))
    monkeypatch.setattr(start, "pip_setting", lambda name: "")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    return done


def test_a_python_too_old_for_the_program_can_still_read_the_script() -> None:
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_script_needs_nothing_but_pythons_own_library() -> None:
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in modules} <= set(sys.stdlib_module_names)


def test_the_second_set_up_does_nothing(start: ModuleType, steps: list[str]) -> None:
    start.set_up(with_tests=True)
    assert steps[0] == "venv"
    assert steps[-1].endswith("uv sync --frozen --inexact --extra spark")
    steps.clear()
    start.set_up(with_tests=True)
    start.set_up(with_tests=False)
    assert steps == []


def test_tests_after_a_demo_fetch_what_only_tests_need(start: ModuleType, steps: list[str]) -> None:
    start.set_up(with_tests=False)
    assert steps[-1].endswith("--no-dev")
    steps.clear()
    start.set_up(with_tests=True)
    assert steps[-1].endswith("--inexact --extra spark")


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed_anew(name: str, start: ModuleType, steps: list[str]) -> None:
    start.set_up(with_tests=False)
    (start.ROOT / name).write_text("something new", encoding="utf-8")
    steps.clear()
    start.set_up(with_tests=False)
    assert steps != []


def test_a_mirror_is_used_and_hashes_are_still_checked(
    start: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://mirror.example/simple")
    start.set_up(with_tests=False)
    installs = [step for step in steps if "pip install" in step and "mirror.example" in step]
    assert any("--require-hashes" in step for step in installs)


def test_a_set_up_that_failed_is_not_taken_for_done(
    start: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(command: list[str]) -> None:
        raise start.SetupError("no", "不")

    monkeypatch.setattr(start, "fetch", failing)
    with pytest.raises(start.SetupError):
        start.set_up(with_tests=False)
    assert not start.STAMP.exists()


def test_too_little_disk_is_said_before_anything_is_made(
    start: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: Usage(0, 0, 1024**3))
    with pytest.raises(start.SetupError, match=r"1\.0 GiB"):
        start.set_up(with_tests=False)
    assert steps == []


def saying(text: str, code: int) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("error: failed to write: No space left on device (os error 28)", "disk filled up"),
        ("Temporary failure in name resolution: dns error", "can't be reached"),
        ("ERROR: No matching distribution found for uv", "can't be reached"),
        ("something else", "step of the set-up failed"),
    ],
)
def test_each_failure_of_an_installer_has_its_sentence(text: str, sentence: str, start: ModuleType) -> None:
    with pytest.raises(start.SetupError, match=sentence):
        start.run_watched(saying(text, 1), {})


def test_an_unknown_certificate_is_tried_with_the_systems_own(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    real: Callable[..., Any] = subprocess.Popen

    def noting(command: list[str], **options: Any) -> Any:
        system = options["env"].get("UV_SYSTEM_CERTS")
        seen.append(system)
        return real(
            saying("fine", 0) if system else saying("invalid peer certificate: UnknownIssuer", 2), **options
        )

    monkeypatch.setattr(start.subprocess, "Popen", noting)
    start.fetch(["uv", "sync"])
    assert seen == [None, "1"]


def test_a_word_it_does_not_know_gets_the_usage(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["dmeo"]) == 2
    assert "start.py demo" in capsys.readouterr().out


def test_tests_are_run_from_the_folder_and_told_all_that_was_typed(
    start: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[list[str], str]] = []
    monkeypatch.setattr(start.subprocess, "call", lambda command, cwd: called.append((command, cwd)) or 5)
    assert start.main(["test", "--room", "rings", "-x"]) == 5
    assert called == [([str(start.PYTHON), "-m", "tests.running", "--room", "rings", "-x"], str(start.ROOT))]
