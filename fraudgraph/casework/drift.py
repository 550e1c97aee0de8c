"""Drift: whether this month's delivery and findings are like those of the months before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from fraudgraph.errors import StorageError
from fraudgraph.records import Month, ScreenReport
from fraudgraph.store import Store

__all__ = ["DriftRow", "drift_rows", "earlier_measures", "measure"]

_FAR = 1.5
"""A number this many times the usual one, or less than one in this many, is worth a look."""
_SMALL = 20
"""Below this a count jumps by chance."""
_CODES = ("med_type_raw", "admission_way", "discharge_way")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """One number against the months before. `kind` is volume, column, code or model."""

    kind: str
    name: str
    now: float
    usual: float | None
    unusual: bool
    note_zh: str = ""
    note_en: str = ""


def measure(store: Store, month: Month, screens: ScreenReport) -> dict[str, Any]:
    """This month's numbers, in plain values: they are kept with the month and compared later."""
    volumes = store.rows(
        "SELECT strftime(event_date, '%Y-%m') AS month, claim_type, count(*), CAST(sum(net_fund_amount) AS DOUBLE) "
        "FROM claims WHERE counted GROUP BY 1, 2 ORDER BY 1, 2"
    )
    columns = {
        f"{table}.{column}": float(share)
        for table, column, share in store.rows(
            "SELECT table_name, column_name, coalesce(filled_share, 0) FROM column_catalog "
            "WHERE delivered AND table_name IN ('claims', 'claim_items') ORDER BY 1, 2"
        )
    }
    return {
        "volumes": [[name, kind, int(count), float(fund or 0)] for name, kind, count, fund in volumes],
        "columns": columns,
        "new_codes": _new_codes(store, month),
        "models": {one.model: one.hits for one in screens.ran},
        "off": sorted(one.model for one in screens.not_run if one.state == "off"),
    }


def _new_codes(store: Store, month: Month) -> list[list[Any]]:
    """Codes that occur this month and in no earlier month of the window, with how many claims have them."""
    found: list[list[Any]] = []
    for column in (*_CODES, "left(diagnosis_code, 3)"):
        rows = store.rows(
            f"SELECT {column} AS code, count(*) FROM claims WHERE {column} IS NOT NULL GROUP BY 1 "
            "HAVING min(strftime(event_date, '%Y-%m')) = $month ORDER BY 2 DESC, 1 LIMIT 20",
            month=str(month),
        )
        name = "diagnosis_code" if "(" in column else column
        found += [[name, str(code), int(count)] for code, count in rows]
    return found


def drift_rows(now: Mapping[str, Any], before: Sequence[Mapping[str, Any]], month: Month) -> list[DriftRow]:
    """Compare a month's numbers with those of the months before.

    Parameters
    ----------
    now : mapping
        What `measure` gave.
    before : sequence of mapping
        The same of earlier published months.
    month : Month
        The month.
    """
    return [*_volumes(now, month), *_columns(now, before), *_codes(now, month), *_models(now, before)]


def _row(kind: str, name: str, now: float, usual: float | None) -> DriftRow:
    ratio = (now / usual) if usual else None
    far = ratio is not None and not 1 / _FAR <= ratio <= _FAR and max(now, usual or 0) >= _SMALL
    vanished = usual is not None and usual >= _SMALL and now == 0
    zh, en = (
        (f"平常的 {ratio:.1f} 倍", f"{ratio:.1f} times the usual") if far and ratio is not None else ("", "")
    )
    return DriftRow(
        kind=kind, name=name, now=now, usual=usual, unusual=far or vanished, note_zh=zh, note_en=en
    )


def _volumes(now: Mapping[str, Any], month: Month) -> list[DriftRow]:
    counts: dict[str, dict[str, int]] = {}
    for name, kind, count, _ in now["volumes"]:
        counts.setdefault(kind, {})[name] = count
    found = []
    for kind, months in sorted(counts.items()):
        earlier = [count for name, count in months.items() if name < str(month)]
        found.append(_row("volume", kind, months.get(str(month), 0), median(earlier) if earlier else None))
    return found


def _columns(now: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[DriftRow]:
    """Columns that were delivered before and are missing or much emptier now."""
    found = []
    for name in sorted({name for one in before for name in one["columns"]}):
        usual = median(one["columns"].get(name, 0.0) for one in before)
        share = now["columns"].get(name, 0.0)
        if share < usual / 2 and usual > 0.05:
            found.append(
                DriftRow(
                    kind="column", name=name, now=round(share, 4), usual=round(usual, 4), unusual=True,
                    note_zh="比以往空缺得多", note_en="much emptier than before",
                )
            )  # fmt: skip
    return found


def _codes(now: Mapping[str, Any], month: Month) -> list[DriftRow]:
    if len({name for name, *_ in now["volumes"] if name <= str(month)}) < 2:
        return []  # in a first month every code is new
    return [
        DriftRow(
            kind="code", name=f"{column} {code}", now=count, usual=0, unusual=count >= _SMALL, note_zh="本月首次出现",
            note_en="seen for the first time",
        )
        for column, code, count in now["new_codes"]
    ]  # fmt: skip


def _models(now: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[DriftRow]:
    found = []
    for model in sorted({*now["models"], *(name for one in before for name in one["models"])}):
        usual = [one["models"].get(model, 0) for one in before]
        found.append(_row("model", model, now["models"].get(model, 0), median(usual) if usual else None))
    return found


def earlier_measures(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Measures that earlier months kept.

    Raises
    ------
    StorageError
        If one is damaged, naming it.
    """
    return [_kept(path) for path in paths if path.is_file()]


def _kept(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise StorageError(
            f"{path} is damaged. Delete it to compare without that month, or make its month anew: fraudgraph month {path.parent.name} --from-stage rings",
            f"{path} 已损坏。可删除该文件（比较时不计该月），或重新生成该月：fraudgraph month {path.parent.name} --from-stage rings",
        ) from None
    return found
