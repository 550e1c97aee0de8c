"""The front-page documents say what is true: links, commands, settings and exit codes are those of the program."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel, SecretStr

from fraudgraph.cli.app import app
from fraudgraph.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.zh.md",
        ROOT / "CHANGELOG.md",
        ROOT / "THIRD_PARTY_NOTICES.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def typed_commands(page: Path) -> list[list[str]]:
    """What a reader would type after `fraudgraph`, from the page's shell blocks."""
    blocks = re.findall(r"```(?:sh|cron)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line.split("#")[0] for block in blocks for line in block.splitlines()]
    found = (re.search(r"(?:^|/bin/)fraudgraph ((?!\.|-m).+)", line.strip()) for line in lines)
    return [shlex.split(match[1].replace("[", " ").replace("]", " ")) for match in found if match]


@pytest.mark.parametrize(
    "words",
    [words for page in PAGES for words in typed_commands(page)],
    ids=lambda words: " ".join(words)[:60],
)
def test_every_command_in_the_documents_is_one_of_ours(words: list[str]) -> None:
    command = typer.main.get_command(app)
    while getattr(command, "commands", None):
        assert words[0] in command.commands, words
        command = command.commands[words[0]]
        words = words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--lang", "--help"}
    typed = [word.split("=")[0] for word in words if word.startswith("--")]
    assert set(typed) <= known


def settings_with_defaults() -> dict[str, str]:
    found = {}
    for section, part in Settings():
        assert isinstance(part, BaseModel)
        for key, value in part:
            plain = value.get_secret_value() or None if isinstance(value, SecretStr) else value
            found[f"{section}.{key}"] = (
                "none"
                if plain is None
                else "[]"
                if plain == ()
                else str(plain).lower()
                if isinstance(plain, bool)
                else str(plain)
            )
    return found


def test_the_settings_table_is_complete_and_its_defaults_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRAUDGRAPH_CODE_KEY", raising=False)
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    text = text.partition("## Settings")[2]
    documented = dict(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| ([^|]+?) \|", text, flags=re.MULTILINE))
    assert documented == settings_with_defaults()


def test_every_dependency_has_its_licence_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=~! \[]", line)[0] for line in project["dependencies"]}
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    assert {name for name in names if f"| {name}" not in notices} == set()


def test_the_readme_leads_to_its_chinese_twin_and_back() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    assert "](README.zh.md)" in english
    assert "](README.md)" in chinese
    assert not re.search(r"[\u4e00-\u9fff][,;?!]|[,;?!][\u4e00-\u9fff]|\]（", chinese), (
        "punctuation is full-width, links are not"
    )
