"""Writing the report's files: private to their owner, with one clear error where that fails."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from fraudgraph.errors import StorageError
from fraudgraph.settings import Settings

__all__ = ["browser_link", "dossier_name", "save"]


def save(path: Path, content: bytes | str) -> None:
    """Write a file that only its owner can read; folders are made, an older file is replaced.

    Raises
    ------
    StorageError
        If the disk is full or the folder can't be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as problem:
        raise StorageError(
            f"File {path} can't be written: {problem.strerror or problem}. Free some space or give a folder you may write to, and run again.",
            f"文件 {path} 无法写入：{problem.strerror or problem}。请腾出空间，或换一个有写权限的目录后重新运行。",
        ) from None


def dossier_name(ring_id: str) -> str:
    """The file name of a ring's page: its id, with anything that is no letter, digit, dot or dash spelled out."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else f"_{ord(c):x}_" for c in ring_id)
    return f"{safe}.html"


def browser_link(settings: Settings, ring_id: str) -> str:
    """A link that opens Neo4j Browser with the question for one ring in its editor; "" where none can be made.

    Browser decodes the whole address before it splits it, so the question holds no `&`, `#` or `+`.
    """
    base = settings.referral.browser_url.rstrip("/")
    if urlsplit(base).scheme not in ("http", "https") or any(c in ring_id for c in "&#+"):
        return ""
    wanted = ring_id.replace("\\", "\\\\").replace("'", "\\'")
    question = f"MATCH p = (:Published)<-[:PART_OF]-(:Ring {{id: '{wanted}'}})<-[:MEMBER_OF]-(member) RETURN p LIMIT 140"
    return f"{base}/browser/?cmd=edit&arg={quote(question, safe='')}"
