"""The ready-made schedules use nothing but the command, as it is, and know its exit codes."""

import ast
import configparser
import re
from pathlib import Path

import pytest
import typer.main

from fraudgraph.cli.app import app
from fraudgraph.jobs.month import NOTHING_TO_DO

FOLDER = Path(__file__).parents[2] / "docs" / "schedules"
FILES = sorted(FOLDER.iterdir())


def calls(text: str) -> list[tuple[str, set[str]]]:
    """Commands of ours in a text, each with its options."""
    found = re.findall(r"(?:bin/fraudgraph|\{FRAUDGRAPH\}) (\w+)([^\n;\"]*(?:\"\$[^\n]*)?)", text)
    return [(name, set(re.findall(r"--[a-z-]+", rest))) for name, rest in found]


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix != ".timer"], ids=lambda path: path.name
)
def test_every_call_is_a_command_of_ours_with_its_own_options(path: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = calls(path.read_text(encoding="utf-8"))
    assert found
    for name, options in found:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert options <= known
        assert "--workspace" in options


def test_the_units_belong_together_and_take_nothing_to_do_for_success() -> None:
    service = configparser.ConfigParser(interpolation=None, strict=False)
    service.read(FOLDER / "fraudgraph-month.service", encoding="utf-8")
    assert service["Service"]["SuccessExitStatus"] == str(NOTHING_TO_DO)
    assert service["Service"]["RestartForceExitStatus"].split() == ["5", "6"]
    assert (FOLDER / "fraudgraph-month.timer").is_file()


def test_the_dag_imports_nothing_of_ours() -> None:
    tree = ast.parse((FOLDER / "fraudgraph_dag.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {module.split(".")[0] for module in modules} == {"__future__", "airflow", "pendulum"}
    numbers = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int)
    }
    assert NOTHING_TO_DO in numbers
