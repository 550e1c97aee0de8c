"""run.json: what went in, what came out, with which settings and versions, and how long each stage took."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fraudgraph import __version__
from fraudgraph.records import ScreenReport
from fraudgraph.run_folder import MANIFEST_NAME
from fraudgraph.settings import Settings

__all__ = ["CHECKSUMS_NAME", "write_manifest"]

CHECKSUMS_NAME = "SHA256SUMS"

_PACKAGES = (
    "duckdb",
    "numpy",
    "scipy",
    "pyarrow",
    "graspologic-native",
    "scikit-learn",
    "python-calamine",
    "xlsxwriter",
)
_NOT_HASHED = {"fraudgraph.duckdb", MANIFEST_NAME, CHECKSUMS_NAME}


def write_manifest(
    folder: Path, *, counts: dict[str, Any], reading: dict[str, Any], screens: ScreenReport, views: list[dict[str, Any]],
    settings: Settings, stage_seconds: dict[str, float],
) -> None:  # fmt: skip
    """Write run.json into a finished run's folder, and after it SHA256SUMS over every file.

    Parameters
    ----------
    folder : Path
        The run's folder, complete but for run.json.
    counts : dict
        Month, claims, rings, rejects.
    reading : dict
        The read report, as plain values.
    screens : ScreenReport
        Which models ran, hit, or were off and why.
    views : list of dict
        Which views ran, found, or were off and why.
    settings : Settings
        As used.
    stage_seconds : dict
        Seconds by stage.
    """
    manifest = {
        "program": "fraudgraph",
        "version": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "seed": settings.run.seed,
        "counts": counts,
        "stages": [{"name": name, "seconds": seconds} for name, seconds in stage_seconds.items()],
        "views": views,
        "screens": [
            {
                "model": outcome.model, "version": outcome.version, "state": outcome.state, "hits": outcome.hits, "seconds": outcome.seconds,
                "reason_zh": outcome.reason_zh, "reason_en": outcome.reason_en,
            }
            for outcome in screens.outcomes
        ],
        "reading": reading,
        "settings": settings.model_dump(mode="json"),
        "outputs": {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name not in _NOT_HASHED
        },
    }  # fmt: skip
    path = folder / MANIFEST_NAME
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    beside.replace(path)
    _write_checksums(folder)


def _write_checksums(folder: Path) -> None:
    """SHA256SUMS, the last file of a run: `sha256sum -c SHA256SUMS` says whether anything was changed since."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != CHECKSUMS_NAME:
            with path.open("rb") as file:
                lines.append(
                    f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.relative_to(folder).as_posix()}\n"
                )
    beside = folder / f"{CHECKSUMS_NAME}.tmp"
    beside.write_text("".join(lines), encoding="utf-8")
    beside.replace(folder / CHECKSUMS_NAME)
