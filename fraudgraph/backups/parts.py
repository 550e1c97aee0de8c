"""Engines and converters that are fetched at the user's word and kept in this user's cache."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["parts_folder"]


def parts_folder(given: Path | None) -> Path:
    """Where fetched parts lie."""
    if given is not None:
        return given
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "fraudgraph" / "backups"
