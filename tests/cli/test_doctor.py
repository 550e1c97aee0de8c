"""The doctor tells a well machine from a poor one."""

from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

from fraudgraph import doctor
from fraudgraph.cli import main
from fraudgraph.doctor import Check, Health, examine

Usage = namedtuple("Usage", "total used free")


def finding(name: str, folder: Path) -> Check:
    return next(check for check in examine(folder) if check.name == name)


def test_a_machine_that_runs_these_tests_is_well_where_it_must_be(tmp_path: Path) -> None:
    assert [c for c in examine(tmp_path) if c.required and c.health is Health.MISSING] == []


def test_a_package_that_is_not_there_stops_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = metadata.version

    def without_scipy(name: str) -> str:
        if name == "scipy":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(doctor.metadata, "version", without_scipy)
    found = finding("packages", tmp_path)
    assert (found.health, found.remedy) == (Health.MISSING, "uv sync --frozen")
    assert "scipy" in found.found_en
    assert main(["doctor", "--out", str(tmp_path), "--lang", "en"]) == 1
    assert "Packages" in capsys.readouterr().err


def test_a_version_beside_the_lock_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(doctor.metadata, "version", lambda name: "0.0.1" if name == "rich" else real(name))
    found = finding("packages", tmp_path)
    assert found.health is Health.WARN
    assert "rich 0.0.1" in found.found_zh


@pytest.mark.parametrize(
    ("free_gib", "health"), [(50.0, Health.OK), (3.0, Health.WARN), (0.5, Health.MISSING)]
)
def test_a_disk_that_fills_up_is_seen_before_it_does(
    free_gib: float, health: Health, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Usage(0, 0, int(free_gib * 1024**3)))
    assert finding("disk", tmp_path).health is health


def test_no_browser_and_no_fonts_are_notes_with_the_command_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    for name, package in (("chromium", "chromium"), ("cjk_fonts", "fonts-noto-cjk")):
        found = finding(name, tmp_path)
        assert (found.health, found.required) == (Health.WARN, False)
        assert package in found.remedy


def test_the_folder_need_not_exist_yet_and_is_not_made(tmp_path: Path) -> None:
    assert finding("permissions", tmp_path / "a" / "b").health is Health.OK
    assert list(tmp_path.iterdir()) == []
