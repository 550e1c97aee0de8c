"""What a job did, one JSON object a line: for schedulers and for whoever asks later."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from fraudgraph.progress import NullProgress, Progress

__all__ = ["Journal"]


class Journal:
    """Writes events to a file as they happen, and to a listener if there is one. It is a `Progress` too.

    Parameters
    ----------
    path : Path
        The log file; events are added at its end.
    listener : callable, optional
        Gets each line as well.
    progress : Progress, optional
        Told of the stages: bars for whoever sits in front of it.
    """

    def __init__(
        self, path: Path, listener: Callable[[str], None] | None = None, progress: Progress | None = None
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._listener = listener
        self._progress = progress or NullProgress()
        self._stage: tuple[str, float] | None = None

    def note(self, event: str, **facts: Any) -> None:
        """Write one event."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **facts}, ensure_ascii=False, default=str)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(line + "\n")
        if self._listener is not None:
            self._listener(line)

    def stage(self, name_en: str, name_zh: str, total: int | None = None) -> None:
        """A stage begins; the one before is over."""
        self._end_stage()
        self._progress.stage(name_en, name_zh, total)
        self._stage = (name_en, perf_counter())

    def advance(self, n: int = 1) -> None:
        """Units of a stage are shown and not logged."""
        self._progress.advance(n)

    def done(self) -> None:
        """All work is over."""
        self._end_stage()
        self._progress.done()

    def _end_stage(self) -> None:
        if self._stage is not None:
            name, began = self._stage
            self._stage = None
            self.note("stage", stage=name, seconds=round(perf_counter() - began, 3))
