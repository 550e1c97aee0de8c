"""Delivered lines of a sheet that were looked up once, for rows that were set aside: kept, so that the file stays closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["KeptLines"]


@dataclass(slots=True)
class KeptLines:
    """What stands in a sheet's lines, by what was asked of them.

    Parameters
    ----------
    place : Path
        The folder of the delivered file.
    index : int
        Which of the file's sheets.
    key : str
        What the reading of the sheet depends on; set when it is known.
    """

    place: Path
    index: int
    key: str = ""

    def path(self, what: str, ending: str) -> Path:
        """Where one kind of kept rows lies."""
        return self.place / f"{what}-{self.index}-{self.key}.{ending}"

    def look_up(
        self, what: str, lines: Iterable[int], read: Callable[[list[int]], dict[int, list[str]]]
    ) -> dict[int, list[str]]:
        """The cells of some lines; only those that were never asked for are read from the delivery.

        Parameters
        ----------
        what : str
            "raw" or "cells".
        lines : iterable of int
            Line numbers.
        read : callable
            Gives the cells of lines from the delivered file; lines that it does not know are left out.
        """
        path, wanted = self.path(what, "parquet"), sorted(set(lines))
        known = _read(path)
        missing = [line for line in wanted if line not in known]
        if missing:
            found = read(missing)
            known |= {line: found.get(line) for line in missing}
            _write(path, known)
        return {line: cells for line in wanted if (cells := known[line]) is not None}


def _read(path: Path) -> dict[int, list[str] | None]:
    try:
        table = pq.read_table(path)
        return dict(zip(table["line"].to_pylist(), table["cells"].to_pylist(), strict=True))
    except (OSError, pa.ArrowException, KeyError):
        return {}


def _write(path: Path, known: dict[int, list[str] | None]) -> None:
    """Keep the lines; where there is no room for them, they are looked up again next time."""
    columns = {
        "line": pa.array(list(known), pa.int64()),
        "cells": pa.array(list(known.values()), pa.list_(pa.string())),
    }
    beside = path.with_name(f"{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pq.write_table(pa.table(columns), beside)
        beside.chmod(0o600)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
