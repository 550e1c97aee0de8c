"""Waiting for events, not for seconds: how slow a machine may be is nothing that a test decides."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

PATIENCE = 3_600
"""Seconds after which something hangs: the outer limit of every wait. Nothing takes so long, however slow the machine."""


def wait_until(seen: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for an event; fail at once where the process that was to bring it about has ended without it."""
    limit = time.monotonic() + PATIENCE
    while not seen():
        ended = process is not None and process.poll() is not None
        assert not ended or seen(), f"{process.args if process else ''} has ended first"
        assert time.monotonic() < limit, "it hangs"
        time.sleep(0.02)
