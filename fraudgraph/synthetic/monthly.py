"""A sample city as a bureau would deliver it: month by month, registers with the first."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.errors import UsageError
from fraudgraph.store import Store

__all__ = ["write_monthly"]

_BY_CLAIM = ("claim_items",)
_LEAST_SHARE = 0.1
"""Months with fewer claims than this share of the fullest month's are slips of the pen."""


def write_monthly(city: Path, out: Path) -> tuple[Path, ...]:
    """Write a city's tables as one folder a month.

    Parameters
    ----------
    city : Path
        What `make_city` wrote.
    out : Path
        The folder to make; `2025-01/claims-2025-01.parquet` and so on. Fee lines go with their claims, all other tables and
        claims without a believable date with the first month.

    Returns
    -------
    tuple of Path
        The months' folders, in order.

    Raises
    ------
    UsageError
        If the folder is there already and not empty.
    """
    if out.exists() and any(out.iterdir()):
        raise UsageError(
            f"{out} exists and is not empty. Nothing was written; name another folder.",
            f"{out} 已存在且不为空。未写入任何文件，请换一个目录。",
        )
    claims = literal(str(city / "claims.parquet"))
    folders = []
    with tempfile.TemporaryDirectory(prefix="fraudgraph-") as scratch, Store(Path(scratch)) as store:
        months = [
            str(row[0])
            for row in store.rows(
                f"SELECT month FROM (SELECT strftime(started_at, '%Y-%m') AS month, count(*) AS n FROM read_parquet({claims}) GROUP BY 1) "
                "WHERE month IS NOT NULL QUALIFY n >= $least * max(n) OVER () ORDER BY month",
                least=_LEAST_SHARE,
            )
        ]
        for month in months:
            folder = out / month
            folder.mkdir(parents=True, mode=0o700)
            folders.append(folder)
            of_month = f"SELECT * FROM read_parquet({claims}) WHERE {_month_of(months)} = {literal(month)}"
            _copy(store, of_month, folder / f"claims-{month}.parquet")
            for table in _BY_CLAIM:
                if (city / f"{table}.parquet").is_file():
                    rows = f"SELECT i.* FROM read_parquet({literal(str(city / f'{table}.parquet'))}) AS i SEMI JOIN ({of_month}) AS c ON c.claim_id = i.claim_id"
                    _copy(store, rows, folder / f"{table}-{month}.parquet")
    for path in sorted(city.glob("*.parquet")):
        if path.stem not in ("claims", *_BY_CLAIM):
            shutil.copyfile(path, folders[0] / path.name)
            (folders[0] / path.name).chmod(0o600)
    return tuple(folders)


def _month_of(months: list[str]) -> str:
    """The month with which a claim is delivered, as SQL: that of its day, else of its settlement, else the first."""
    known = ", ".join(map(literal, months))
    begun, settled = (f"strftime({column}, '%Y-%m')" for column in ("started_at", "settled_at"))
    return f"CASE WHEN {begun} IN ({known}) THEN {begun} WHEN {settled} IN ({known}) THEN {settled} ELSE {literal(months[0])} END"


def _copy(store: Store, rows: str, target: Path) -> None:
    store.run(
        f"COPY (SELECT * FROM ({rows}) ORDER BY ALL) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    )
    target.chmod(0o600)
