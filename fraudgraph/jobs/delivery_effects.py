"""What a delivery is and what it changes: looked into by itself, and compared with the deliveries before it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.jobs.damage import check_parquet
from fraudgraph.jobs.deliveries import INDEX_NAME, Delivery, checked_file
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["REMEDY", "Look", "again_with_nothing_since", "ensure_indexes", "look_into"]

_SQL = Path(__file__).parent / "sql"
REMEDY = (
    "Delete it and run again: it is made anew from the delivered files beside it.",
    "请删除该文件后重新运行：程序会根据旁边的交付文件重新生成。",
)
"""What to do about an index that is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look into delivered files found; the fields are those of `Delivery`, `kinds` goes by file."""

    months: dict[str, int]
    rows_read: dict[str, int]
    rows_kept: dict[str, int]
    rows_set_aside: dict[str, int]
    columns: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    touched: dict[str, int]
    effects: dict[str, int]

    def kinds_of(self, name: str) -> tuple[str, ...]:
        """Tables that were recognised in a delivered file, or in the files that it packs."""
        inside = [some for file, some in self.kinds.items() if file == name or file.startswith(f"{name}/")]
        return tuple(sorted({kind for some in inside for kind in some}))


def look_into(
    workspace: Workspace, settings: Settings, files: Path, scratch: Path, *, index: Path | None = None,
    before: Sequence[Delivery] = (),
) -> Look:  # fmt: skip
    """Read delivered files by themselves: what they are, whether they pass the gate, and what they change.

    Parameters
    ----------
    workspace : Workspace
        Where.
    settings : Settings
        The workspace's settings.
    files : Path
        The folder with the files.
    scratch : Path
        A folder to work in; it is removed.
    index : Path, optional
        Where to write the keys that they bring.
    before : sequence of Delivery
        What was delivered before.

    Raises
    ------
    SourceError
        If they don't pass.
    """
    from fraudgraph.claims.reading import read_claims  # noqa: PLC0415
    from fraudgraph.claims.sheet_cache import KeptSheets  # noqa: PLC0415  # an empty inbox needs none of these

    try:
        with _store(scratch, settings) as store:
            read = read_claims(
                store, [files], settings.source, mapping=workspace.mapping, kept=KeptSheets(workspace.kept), partial=True,
                index=index,
            )  # fmt: skip
            months = dict(
                store.rows(
                    "SELECT strftime(event_date, '%Y-%m'), count(*) FROM claims WHERE event_date IS NOT NULL GROUP BY 1 ORDER BY 1"
                )
            )
            columns = [
                f"{table}.{column}"
                for table, column in store.rows(
                    "SELECT table_name, column_name FROM column_catalog WHERE delivered AND coalesce(filled_share, 1) > 0 ORDER BY 1, 2"
                )
            ]
            touched, effects = _effects(store, index, before) if index is not None else ({}, {})
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    kinds: dict[str, set[str]] = {}
    for report in read.files:
        if report.table is not None:
            kinds.setdefault(report.file, set()).add(report.table)
    return Look(
        months=months, columns=tuple(columns), kinds={name: tuple(sorted(some)) for name, some in kinds.items()},
        rows_read={table: one.rows_read for table, one in read.tables.items()},
        rows_kept={table: one.rows_kept for table, one in read.tables.items()},
        rows_set_aside={table: one.rows_set_aside for table, one in read.tables.items()},
        touched=touched, effects=effects,
    )  # fmt: skip


def _store(scratch: Path, settings: Settings) -> Store:
    return Store(scratch, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib)


def _effects(store: Store, index: Path, before: Sequence[Delivery]) -> tuple[dict[str, int], dict[str, int]]:
    """By month the claims that are new, changed or withdrawn; and how many claims of each sort."""
    _indexes(store, before)
    store.run(
        "CREATE OR REPLACE TEMP TABLE arrived AS SELECT * FROM read_parquet($path)",
        path=str(index),
    )
    store.run(f"CREATE OR REPLACE TEMP TABLE effects AS {_sql('delivery_effects')}")
    touched = store.rows(
        "SELECT month, count(DISTINCT key) FROM ("
        "SELECT month, key FROM effects WHERE effect <> 'again' UNION ALL "
        "SELECT e.month, e.key FROM earlier_rows AS e INNER JOIN effects AS f ON f.key = e.key AND f.effect <> 'again' "
        "WHERE e.kind = f.kind OR (e.kind = 'claims' AND f.kind = 'claim_items')) "
        "WHERE month IS NOT NULL GROUP BY month ORDER BY month"
    )
    effects = store.rows(
        "SELECT effect, count(*) FROM effects WHERE kind = 'claims' GROUP BY effect ORDER BY effect"
    )
    return {str(m): int(n) for m, n in touched}, {str(e): int(n) for e, n in effects}


def _indexes(store: Store, before: Sequence[Delivery]) -> None:
    """The keys of earlier deliveries, each with its delivery's number and whether it counts."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE earlier_rows (kind VARCHAR, key UBIGINT, content UBIGINT, month VARCHAR, voided BOOLEAN, person UBIGINT, delivery_no INTEGER, withdrawn BOOLEAN)"
    )
    for one in before:
        path = one.folder / INDEX_NAME
        if path.is_file():
            check_parquet(path, REMEDY)
            store.run(
                "INSERT INTO earlier_rows SELECT *, $number, $withdrawn FROM read_parquet($path)",
                path=str(path), number=one.number, withdrawn=one.withdrawn,
            )  # fmt: skip


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def again_with_nothing_since(every: Sequence[Delivery], settings: Settings, beside: Path) -> set[str]:
    """Hashes of kept files that count as they are: delivered again, they bring nothing.

    A file of a delivery that a later one corrected is not among them: delivered again, it is the newest.
    """
    counting = [one for one in every if not one.withdrawn]
    if len(counting) < 2:
        return {file.sha256 for one in counting for file in one.files}
    scratch = beside / "again.tmp"
    try:
        with _store(scratch, settings) as store:
            _indexes(store, counting)
            outdated = {int(row[0]) for row in store.rows(_sql("outdated_deliveries"))}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return {file.sha256 for one in counting if one.number not in outdated for file in one.files}


def ensure_indexes(workspace: Workspace, every: Sequence[Delivery], settings: Settings) -> int:
    """Write the index of deliveries that have none; how many were written. What passed the gate once is not judged again."""
    made = 0
    lenient = settings.model_copy(
        update={"source": settings.source.model_copy(update={"max_reject_share": 1.0})}
    )
    for one in every:
        path = one.folder / INDEX_NAME
        if not path.is_file():
            for file in one.files:
                checked_file(one, file, gone=True)
            beside = path.with_name(f".{INDEX_NAME}.tmp")
            look_into(workspace, lenient, one.folder / "files", workspace.work / "look.tmp", index=beside)
            beside.replace(path)
            made += 1
    return made
