"""The pieces of the import benchmark, each in a process of its own: write a format, read it, inspect a folder."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

formats = importlib.import_module(
    "bench.import.formats"
)  # `import` is a keyword, so no from-import can name it

MAPPING = "m.toml"


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round(used.ru_utime + used.ru_stime, 2)


def write(name: str, rows: int, folder: Path) -> dict[str, float]:
    """Write the delivery in one format."""
    target = folder / "delivery"
    target.mkdir()
    mapping = formats.FORMAT_WRITERS[name](target, rows)
    if mapping:
        (folder / MAPPING).write_text(mapping, encoding="utf-8")
    return {}


def read(_name: str, rows: int, folder: Path) -> dict[str, float]:
    """Import it and check that nothing was lost but what is at fault."""
    from fraudgraph.claims.reading import read_claims  # noqa: PLC0415  # only this piece needs it
    from fraudgraph.settings import SourceSettings  # noqa: PLC0415  # only this piece needs it
    from fraudgraph.store import Store  # noqa: PLC0415  # only this piece needs it

    size = sum(path.stat().st_size for path in (folder / "delivery").iterdir())
    mapping = folder / MAPPING
    started = time.perf_counter()
    with Store(folder / "store") as store:
        report = read_claims(
            store,
            [folder / "delivery"],
            SourceSettings(),
            mapping=mapping if mapping.is_file() else None,
        )
    seconds = time.perf_counter() - started
    claims = report.tables["claims"]
    assert claims.rows_read == rows and claims.rows_set_aside <= 10, claims
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": _cpu_seconds(),
        "peak_mib": _peak_mib(),
        "file_mib": round(size / 2**20, 1),
    }


def inspect(_name: str, rows: int, folder: Path) -> dict[str, float]:
    """Look into 30 files of all formats."""
    from fraudgraph.claims.inspection.inspecting import inspect_files  # noqa: PLC0415  # only this piece needs it
    from fraudgraph.store import Store  # noqa: PLC0415  # only this piece needs it

    formats.mixed_folder(folder / "delivery", rows)
    started = time.perf_counter()
    with Store(folder / "store") as store:
        found = inspect_files(store, [folder / "delivery"])
    seconds = time.perf_counter() - started
    recognised = sum(sheet.table == "claims" for sheet in found.sheets)
    return {"seconds": round(seconds, 2), "recognised": recognised, "peak_mib": _peak_mib()}


PIECES: dict[str, Callable[[str, int, Path], dict[str, float]]] = {
    "write": write,
    "read": read,
    "inspect": inspect,
}

if __name__ == "__main__":
    piece, format_name, count, where = sys.argv[1:]
    print(json.dumps(PIECES[piece](format_name, int(count), Path(where))))
