"""Meetings 异常同现： pairs together more often than chance allows at their own places.

Each kind of meeting is one SQL file in `views/` that returns candidates with observed and expected counts; the
p-value is taken in `significance.py`, over that small table, because no engine has the distributions.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.meetings.neighbours import find_neighbours
from fraudgraph.meetings.significance import JUDGES
from fraudgraph.progress import Progress
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store

__all__ = ["VIEWS", "MeetingReport", "ViewReport", "find_meetings"]

_HERE = Path(__file__).parent
VIEWS = (
    "burst", "same_day", "journey", "batch", "identity", "steering", "same_bill", "shared_places", "ownership", "successor",
    "trace_code",
)  # fmt: skip


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
        `co_uses(a, b, observed, expected)` over places and doctors' seats.
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
    for name in ("10_codes", "20_visits", "25_stays", "26_trips", "27_homes", "28_uses"):
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
    store.run("CREATE OR REPLACE TABLE co_uses (a INTEGER, b INTEGER, observed DOUBLE, expected DOUBLE)")
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
    count = JUDGES[view](store, view, sql)
    return ViewReport(
        view=view, title_zh=title_zh, title_en=title_en, on=True, meeting_count=count,
        seconds=round(perf_counter() - started, 3),
    )  # fmt: skip


def _lacking(store: Store, card: dict[str, object]) -> tuple[str, str] | None:
    """Why a view can't run on these claims, or None if it can."""
    for need in card["needs"]:  # type: ignore[attr-defined]
        columns = [name if "." in name else f"claims.{name}" for name in str(need).split(" | ")]
        if need == "patients":
            if not store.count("patients"):
                return "未提供参保人表", "no table of patients was delivered"
        elif not any(_is_usable(store, column) for column in columns):
            tables = [table for table in CANONICAL if any(name.startswith(f"{table}.") for name in columns)]
            names = sorted({name.partition(".")[2] for name in columns})
            return (
                f"{'、'.join(f'{CANONICAL[table].title_zh}表' for table in tables)}没有可用的 {'、'.join(names)}",
                f"the {' and '.join(CANONICAL[table].title_en for table in tables)} have no usable {', '.join(names)}",
            )
    return None


def _is_usable(store: Store, column: str) -> bool:
    table, _, name = column.partition(".")
    return bool(
        store.rows(
            f"SELECT 1 FROM {table} WHERE {name} IS NOT NULL AND CAST({name} AS VARCHAR) <> '' LIMIT 1"
        )
    )
