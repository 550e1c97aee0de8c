"""Working days 工作日 of the People's Republic, with the make-up Saturdays and Sundays, from a dated table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from fraudgraph.errors import SettingsError

__all__ = ["WorkingDays", "read_working_days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """Which days are worked, for the years that are known."""

    years: frozenset[int]
    free: frozenset[date]
    work: frozenset[date]

    def knows(self, day: date) -> bool:
        """Whether the arrangement for the day's year is known; if not, plain Saturdays and Sundays are taken as free."""
        return day.year in self.years

    def is_worked(self, day: date) -> bool:
        """Whether a day is a working day."""
        return day in self.work or (day.weekday() < 5 and day not in self.free)

    def after(self, day: date, count: int) -> date:
        """The working day that is `count` working days after a day, which itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_worked(day)
        return day

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next that is."""
        while not self.is_worked(day):
            day += timedelta(days=1)
        return day


def read_working_days(own: Path | None = None) -> WorkingDays:
    """The table that comes with the program, and the workspace's own years where there are some.

    Raises
    ------
    SettingsError
        If the workspace's table is not of the form of ours.
    """
    tables = [files("fraudgraph.cases").joinpath("rules", "working_days.toml").read_text(encoding="utf-8")]
    if own is not None and own.is_file():
        tables.append(own.read_text(encoding="utf-8"))
    years: set[int] = set()
    free: set[date] = set()
    work: set[date] = set()
    for text in tables:
        try:
            for name, one in tomllib.loads(text).items():
                year = int(name)
                free = {day for day in free if day.year != year} | _days(one["free"], year)
                work = {day for day in work if day.year != year} | _days(one["work"], year)
                years.add(year)
        except (KeyError, TypeError, ValueError) as problem:
            raise SettingsError(
                f"{own} is no table of working days ({problem}); expected [YEAR] with free and work, days as 2027-01-01 or 2027-02-05..2027-02-11.",
                f"{own} 不是工作日表（{problem}）；应为 [年份]，含 free 和 work，日期写作 2027-01-01 或 2027-02-05..2027-02-11。",
            ) from None
    return WorkingDays(years=frozenset(years), free=frozenset(free), work=frozenset(work))


def _days(spans: list[str], year: int) -> set[date]:
    found: set[date] = set()
    for span in spans:
        first, _, last = span.partition("..")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        if not day.year == end.year == year or end < day:
            raise ValueError(span)
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return found
