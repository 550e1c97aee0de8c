"""Where models made on site run: a copy of the columns they declare, read-only, behind a locked door."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from fraudgraph.records import Screen
from fraudgraph.screening.check import Value, column_type
from fraudgraph.store import LockedStore, Store, quoted

__all__ = ["SiteRoom"]


class SiteRoom:
    """Where models made on site run: a copy of the columns they declare, read-only, behind a locked door."""

    def __init__(self, store: Store, screens: list[Screen], delivered: frozenset[str]) -> None:
        self._store = store
        self._screens = [
            screen for screen in screens if all(column in delivered for column in screen.columns)
        ]
        self._copy = store.folder / "site_models.duckdb"
        self._room: LockedStore | None = None

    def __enter__(self) -> SiteRoom:
        return self

    def __exit__(self, *_: object) -> None:
        if self._room is not None:
            self._room.con.close()
        self._copy.unlink(missing_ok=True)

    def ask(self, screen: Screen, values: Mapping[str, Value], seconds: float) -> pa.Table:
        """The model's answer. ValueError and StoreTimeoutError as from `LockedStore.ask`."""
        if self._room is None:
            self._room = self._open()
        return self._room.ask(screen.sql, values, seconds=seconds)

    def _open(self) -> LockedStore:
        wanted: dict[str, dict[str, str]] = {}
        for screen in self._screens:
            for entry in (*screen.columns, *screen.optional):
                table, _, name = entry.partition(".")
                wanted.setdefault(table, {})[name] = column_type(table, name)
        self._copy.unlink(missing_ok=True)
        path = str(self._copy).replace("'", "''")
        self._store.run(f"ATTACH '{path}' AS site_copy")
        self._copy.chmod(0o600)
        for table, columns in wanted.items():
            names = ", ".join(quoted(name) for name in columns)
            source = (
                f"SELECT {names} FROM main.{quoted(table)}"
                if self._store.has(table)
                else f"SELECT {', '.join(f'CAST(NULL AS {type_}) AS {quoted(name)}' for name, type_ in columns.items())} WHERE FALSE"
            )
            self._store.run(f"CREATE TABLE site_copy.{quoted(table)} AS {source}")
        self._store.run("DETACH site_copy")
        views = [f"CREATE VIEW {quoted(table)} AS SELECT * FROM kept.{quoted(table)}" for table in wanted]
        return LockedStore(views, database=self._copy, spill=self._store.folder / "spill.tmp")
