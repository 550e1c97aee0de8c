"""Meetings 异常同现： pairs together more often than chance allows at their own places.

Each kind of meeting is one SQL file in `views/` that returns candidates with observed and expected counts; the
p-value is taken here, over that small table, because no engine has the distributions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import binom, poisson

from fraudgraph.graph.neighbours import find_neighbours
from fraudgraph.progress import Progress
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store

__all__ = ["VIEWS", "MeetingReport", "ViewReport", "find_meetings"]

_HERE = Path(__file__).parent
VIEWS = ("burst", "same_day", "journey", "batch", "identity", "steering", "shared_places")
SMALLEST_P = 1e-300
PLACE_SET_FOLD, PLACE_SET_P = 8.0, 1e-8
"""A set of places is rare whose people are this many times the number expected, at this p; sets are many."""
WEAKEST_P = 1e-2
"""Pairs above this are no meetings; groups are tested as groups later."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewReport:
    """What became of one view: on with its number of pairs, or off with the reason."""

    view: str
    title_zh: str
    title_en: str
    on: bool
    meeting_count: int
    seconds: float
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingReport:
    """What all views found."""

    views: tuple[ViewReport, ...]

    @property
    def meeting_count(self) -> int:
        """Meetings over all views."""
        return sum(view.meeting_count for view in self.views)


def find_meetings(
    store: Store, settings: MeetingSettings, *, progress: Progress | None = None
) -> MeetingReport:
    """Find the pairs that are together more often than their places explain.

    Parameters
    ----------
    store : Store
        Holds the canonical tables. Gets `pair_meetings(view, a, b, observed, expected, p)` over patient codes,
        `place_meetings(view, a_type, a, b_type, b, observed, expected, p)` over ids and
        `place_sets(a, b, c, observed, expected, p)` over place codes.
    settings : MeetingSettings
        Views that shall not run.
    progress : Progress, optional
        Told of each view.

    Returns
    -------
    MeetingReport
        Which views ran, what they found, which were off and why.
    """
    if progress is not None:
        progress.stage("meetings", "异常同现", len(VIEWS))
    prepare_visits(store)
    _empty_tables(store)
    reports = []
    for view in VIEWS:
        reports.append(_run_view(store, view, settings))
        if progress is not None:
            progress.advance(1)
    if progress is not None:
        progress.done()
    return MeetingReport(views=tuple(reports))


def prepare_visits(store: Store) -> None:
    """Make the coded tables that the views read: codes, visits, stays, neighbours, strata."""
    for name in ("10_codes", "20_visits", "25_stays", "26_trips"):
        store.run((_HERE / "prepare" / f"{name}.sql").read_text(encoding="utf-8"))
    prepare_neighbours(store)


def prepare_neighbours(store: Store) -> None:
    """Make what depends on who stood where: neighbours and strata (made anew for shuffled visits)."""
    find_neighbours(store, terminal="place", table="place_pairs", density_table="place_density")
    store.run((_HERE / "prepare" / "30_strata.sql").read_text(encoding="utf-8"))


def _empty_tables(store: Store) -> None:
    store.run(
        "CREATE OR REPLACE TABLE pair_meetings (view VARCHAR, a INTEGER, b INTEGER, observed DOUBLE, expected DOUBLE, p DOUBLE)"
    )
    store.run(
        "CREATE OR REPLACE TABLE place_sets (a INTEGER, b INTEGER, c INTEGER, observed DOUBLE, expected DOUBLE, p DOUBLE)"
    )
    store.run(
        "CREATE OR REPLACE TABLE place_meetings (view VARCHAR, a_type VARCHAR, a VARCHAR, b_type VARCHAR, b VARCHAR, "
        "observed DOUBLE, expected DOUBLE, p DOUBLE)"
    )


def view_card(view: str) -> dict[str, object]:
    """The header of a view's SQL file."""
    text = (_HERE / "views" / f"{view}.sql").read_text(encoding="utf-8")
    return tomllib.loads(text.split("/*---", 1)[1].split("---*/", 1)[0])


def _run_view(store: Store, view: str, settings: MeetingSettings) -> ViewReport:
    started = perf_counter()
    card = view_card(view)
    title_zh, title_en = str(card["title_zh"]), str(card["title"])
    off = ("设置中已关闭", "switched off in the settings") if view in settings.off else _lacking(store, card)
    if off is not None:
        return ViewReport(
            view=view, title_zh=title_zh, title_en=title_en, on=False, meeting_count=0, seconds=0.0,
            reason_zh=off[0], reason_en=off[1],
        )  # fmt: skip
    sql = (_HERE / "views" / f"{view}.sql").read_text(encoding="utf-8")
    count = _JUDGES[view](store, view, sql)
    return ViewReport(
        view=view, title_zh=title_zh, title_en=title_en, on=True, meeting_count=count,
        seconds=round(perf_counter() - started, 3),
    )  # fmt: skip


def _lacking(store: Store, card: dict[str, object]) -> tuple[str, str] | None:
    """Why a view can't run on these claims, or None if it can."""
    for need in card["needs"]:  # type: ignore[attr-defined]
        if need == "patients":
            if not store.count("patients"):
                return "未提供参保人表", "no table of patients was delivered"
        elif str(need).startswith("patients."):
            column = str(need).partition(".")[2]
            if not store.one(f"SELECT count({column}) FROM patients")[0]:
                return f"参保人表没有可用的 {column}", f"the patients have no usable {column}"
        elif not store.one(f"SELECT count(*) FROM (SELECT 1 FROM claims WHERE {need} IS NOT NULL LIMIT 1)")[
            0
        ]:
            return f"结算数据没有可用的 {need}", f"the claims have no usable {need}"
    return None


def _judge_burst(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    scales = ("10", "45", "180")
    ps = np.column_stack(
        [poisson.sf(_column(table, f"observed_{s}") - 1, _column(table, f"expected_{s}")) for s in scales]
    )
    best = ps.argmin(axis=1)
    rows = np.arange(len(best))
    observed = np.column_stack([_column(table, f"observed_{s}") for s in scales])[rows, best]
    expected = np.column_stack([_column(table, f"expected_{s}") for s in scales])[rows, best]
    return _keep(store, view, table, observed, expected, np.minimum(ps[rows, best] * len(scales), 1.0))


def _judge_counts(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    observed, expected = _column(table, "observed"), _column(table, "expected")
    return _keep(store, view, table, observed, expected, poisson.sf(observed - 1, expected))


def _judge_steering(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    observed, trials, chance = (_column(table, name) for name in ("observed", "trial_count", "chance"))
    p = np.maximum(binom.sf(observed - 1, trials, np.clip(chance, 1e-9, 1.0)), SMALLEST_P)
    kept = p <= 1e-6
    found = pa.table(
        {
            "view": [view] * int(kept.sum()),
            "a_type": ["doctor"] * int(kept.sum()),
            "a": table["a"].filter(pa.array(kept)),
            "b_type": ["pharmacy"] * int(kept.sum()),
            "b": table["b"].filter(pa.array(kept)),
            "observed": observed[kept],
            "expected": (trials * chance)[kept],
            "p": p[kept],
        }
    )
    return _append(store, "place_meetings", found)


def _judge_place_sets(store: Store, _view: str, sql: str) -> int:
    table = store.arrow(sql, fold=PLACE_SET_FOLD)
    observed, expected = _column(table, "observed"), np.maximum(_column(table, "expected"), 1e-6)
    p = np.maximum(poisson.sf(observed - 1, expected), SMALLEST_P)
    kept = pa.array((p <= PLACE_SET_P) & (observed >= PLACE_SET_FOLD * expected))
    found = table.select(["a", "b", "c"]).append_column("observed", pa.array(observed))
    found = found.append_column("expected", pa.array(expected)).append_column("p", pa.array(p)).filter(kept)
    return _append(store, "place_sets", found)


def _keep(store: Store, view: str, table: pa.Table, observed: Floats, expected: Floats, p: Floats) -> int:
    kept = p <= WEAKEST_P
    found = pa.table(
        {
            "view": [view] * int(kept.sum()),
            "a": table["a"].filter(pa.array(kept)),
            "b": table["b"].filter(pa.array(kept)),
            "observed": observed[kept],
            "expected": expected[kept],
            "p": np.maximum(p[kept], SMALLEST_P),
        }
    )
    return _append(store, "pair_meetings", found)


def _append(store: Store, name: str, found: pa.Table) -> int:
    store.put("incoming_meetings", found)
    store.run(f"INSERT INTO {name} SELECT * FROM incoming_meetings; DROP TABLE incoming_meetings")
    return int(found.num_rows)


def _column(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].to_numpy().astype(np.float64)
    return values


_JUDGES: dict[str, Callable[[Store, str, str], int]] = {
    "burst": _judge_burst,
    "same_day": _judge_counts,
    "journey": _judge_counts,
    "batch": _judge_counts,
    "identity": _judge_counts,
    "steering": _judge_steering,
    "shared_places": _judge_place_sets,
}
