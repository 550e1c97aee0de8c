"""Run in a child process: opens one backup with a reader that holds foreign code, and hands its tables over as Arrow.

`list` answers with JSON, `table N` with a stream of Arrow batches; what was lost is left in a file beside.
"""

from __future__ import annotations

import ctypes
import encodings
import json
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from fraudgraph.backups.form import Database, Losses
from fraudgraph.backups.sqltext.rows import schema_of
from fraudgraph.errors import FraudgraphError

__all__ = ["main"]

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_TOLD = 3
"""Exit code where the error is on stderr as JSON, for the parent to raise again."""


def main(asked: dict[str, Any]) -> int:
    """Answer one question about a backup."""
    module = import_module(asked["module"])
    for name in asked["preload"]:
        import_module(name)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what foreign code prints must not get among the answer's bytes
    if asked["user"] is not None:
        _drop(asked["user"])
    try:
        database: Database = module.open_inside([Path(one) for one in asked["files"]], Path(asked["folder"]))
        if asked["table"] is None:
            answer.write(json.dumps(_facts(database)).encode())
        else:
            _stream(database, asked["table"], Path(asked["losses"]), answer)
        answer.close()
        database.close()
    except FraudgraphError as problem:
        sys.stderr.write(json.dumps([problem.message_en, problem.message_zh]))
        return _TOLD
    return 0


def _drop(user: int) -> None:
    """From here on as a user without rights; what is needed from protected folders was loaded before."""
    for one in pkgutil.iter_modules(encodings.__path__):
        if one.name not in ("mbcs", "oem"):
            import_module(f"encodings.{one.name}")
    import_module("_strptime")
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def _facts(database: Database) -> dict[str, Any]:
    return {
        "kind": database.kind,
        "version": database.version,
        "made_at": database.made_at.isoformat() if database.made_at is not None else None,
        "warnings": [[one.en, one.zh] for one in database.warnings],
        "skipped": dict(database.skipped),
        "tables": [
            {
                "schema": table.schema,
                "name": table.name,
                "row_count": table.row_count,
                "columns": [[one.name, one.type, one.code_page] for one in table.columns],
            }
            for table in database.tables()
        ],
    }


def _stream(database: Database, number: int, losses_file: Path, answer: IO[bytes]) -> None:
    table = database.tables()[number]
    writer = None
    with pa.PythonFile(answer, "w") as sink:
        for batch in table.batches():
            if writer is None:
                writer = pa.ipc.new_stream(sink, batch.schema)
            writer.write_batch(batch)
        if writer is None:
            writer = pa.ipc.new_stream(sink, schema_of(table.columns))
        writer.close()
    losses = getattr(table, "losses", None)
    listed = losses.listed() if isinstance(losses, Losses) else []
    losses_file.write_text(json.dumps(listed), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
