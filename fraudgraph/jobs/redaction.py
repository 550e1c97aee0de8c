"""A person's id taken out of the small files in which people and jobs wrote it down."""

from __future__ import annotations

import re
from pathlib import Path

from fraudgraph.jobs.registers import REGISTER_NAME
from fraudgraph.jobs.workspace import Workspace, write_private

__all__ = ["redact", "texts_of"]

_TEXT = (".json", ".jsonl", ".csv", ".html", ".toml", ".md", ".txt")


def texts_of(workspace: Workspace) -> list[Path]:
    """Small files in which a person may be named: casework, logs, what was collected, quarantine's reasons."""
    folders = (workspace.casework, workspace.root / "logs", workspace.deliveries)
    found = [
        path for folder in folders for path in folder.glob("*") if path.is_file() and path.suffix in _TEXT
    ]
    found += [path for path in workspace.quarantine.rglob("*") if path.is_file()]
    found += [workspace.month(month) / REGISTER_NAME for month in workspace.published()]
    return sorted(found)


def redact(path: Path, person: str) -> int:
    """Take a person's id out of a text; how many lines had it. Binary files that hold it go as a whole."""
    data = path.read_bytes()
    if person.encode() not in data:
        return 0
    if path.suffix not in _TEXT:
        path.unlink()
        return 1
    pattern = re.compile(rf"(?<![0-9A-Za-z]){re.escape(person)}(?![0-9A-Za-z])")
    lines = data.decode("utf-8", errors="replace").splitlines(keepends=True)
    kept = [_without(line, pattern) for line in lines]
    text = "".join(kept)
    write_private(path, text)
    return sum(one != other for one, other in zip(lines, kept, strict=True))


def _without(line: str, pattern: re.Pattern[str]) -> str:
    """A line without an id; lists of ids in JSON lose their entry."""
    if not pattern.search(line):
        return line
    short = re.sub(rf'"{pattern.pattern}"\s*,\s*|,\s*"{pattern.pattern}"(?=\s*[\]])', "", line)
    return pattern.sub("-", short)
