"""The store that a run left in OUT, opened to read; tables of another version are told as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudgraph.errors import UsageError
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["opened", "told_as_another_version"]


@contextmanager
def opened(out: Path, settings: Settings) -> Iterator[Store]:
    """A run's own store, without the right to change it.

    Raises
    ------
    UsageError
        If its tables are not those of this version.
    StorageError
        If it can't be opened.
    """
    run = settings.run
    with (
        Store(out, read_only=True, threads=run.threads, memory_limit_gib=run.memory_limit_gib) as store,
        told_as_another_version(store, out),
    ):
        yield store


@contextmanager
def told_as_another_version(store: Store, out: Path) -> Iterator[None]:
    """A table or column that the run in OUT does not have is told in one sentence, with what to do."""
    try:
        with store.guarded():
            yield
    except ValueError as problem:
        said = str(problem).splitlines()[0]
        raise UsageError(
            f"The tables in {out} are not those of this version of the program ({said}). Use the version that run.json names, or run again.",
            f"{out} 中的数据表不是本版本程序的格式（{said}）。请使用 run.json 所记的版本，或重新运行。",
        ) from None
