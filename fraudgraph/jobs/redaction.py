"""A person's id taken out of the small files in which people and jobs wrote it down."""

from __future__ import annotations

import re
from pathlib import Path

from fraudgraph.jobs.registers import REGISTER_NAME
from fraudgraph.jobs.searching import stands_in, whole_id
from fraudgraph.jobs.workspace import Workspace, write_private

__all__ = ["lines_with", "redact", "texts_of"]

_TEXT = (".json", ".jsonl", ".csv", ".html", ".toml", ".md", ".txt")


def texts_of(workspace: Workspace) -> list[Path]:
    """Small files in which a person may be named: casework, logs, what was collected, quarantine, registers of rings."""
    found = [
        path
        for folder in (workspace.root, workspace.deliveries)
        for path in folder.glob("[!.]*")
        if path.suffix in _TEXT
    ]
    folders = (workspace.casework, workspace.root / "logs", workspace.quarantine)
    found += [path for folder in folders for path in folder.rglob("*")]
    found += [workspace.month(month) / REGISTER_NAME for month in workspace.published()]
    return sorted(path for path in found if path.is_file())


def lines_with(path: Path, person: str) -> int:
    """How many lines of a text have a person's id; 1 for another file that has it, or can't be looked into."""
    data = path.read_bytes()
    if path.suffix in _TEXT and (text := _text(data)) is not None:
        return len(re.findall(rf"^.*{whole_id(person)}.*$", text, re.MULTILINE))
    return int(stands_in(data, person) is not False)


def redact(path: Path, person: str) -> None:
    """Take a person's id out of a text. Another file that has it, or that nobody can look into, goes as a whole."""
    if not lines_with(path, person):
        return
    text = _text(path.read_bytes()) if path.suffix in _TEXT else None
    if text is None:
        path.unlink()
        return
    pattern = re.compile(whole_id(person))
    write_private(path, "".join(_without(line, pattern) for line in text.splitlines(keepends=True)))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _without(line: str, pattern: re.Pattern[str]) -> str:
    """A line without an id; lists of ids in JSON lose their entry."""
    if not pattern.search(line):
        return line
    short = re.sub(rf'"{pattern.pattern}"\s*,\s*|,\s*"{pattern.pattern}"(?=\s*[\]])', "", line)
    return pattern.sub("-", short)
