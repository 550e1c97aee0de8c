"""Clocks 期限: until when something must be done, counted as its source says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fraudgraph.cases.working_days import WorkingDays
from fraudgraph.casework.verdicts import add_months
from fraudgraph.errors import SettingsError

__all__ = ["Term", "Until", "until"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term as a rule states it: `3 working_days`, `30 days`, `6 months`, `24 hours`.

    `rolls`: whether a last day that is not worked moves to the next working day.
    """

    number: int
    unit: str
    rolls: bool = False

    @classmethod
    def parse(cls, text: str, *, rolls: bool = False) -> Term:
        """A term from a rule file."""
        number, _, unit = text.partition(" ")
        if not number.isdigit() or unit not in ("working_days", "days", "months", "hours"):
            raise SettingsError(
                f"{text!r} is no term; expected for example `3 working_days`, `30 days`, `6 months` or `24 hours`.",
                f"{text!r} 不是期限；应写作 `3 working_days`、`30 days`、`6 months` 或 `24 hours` 等。",
            )
        return cls(number=int(number), unit=unit, rolls=rolls)

    def words(self, lang: str) -> str:
        """The term as people read it."""
        zh = {"working_days": "个工作日", "days": "日", "months": "个月", "hours": "小时"}[self.unit]
        return f"{self.number}{zh}" if lang == "zh" else f"{self.number} {self.unit.replace('_', ' ')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """The last moment at which something is in time.

    `sure` is false where the arrangement of a year's working days is not known yet: the day may then move.
    """

    at: datetime
    sure: bool

    @property
    def day(self) -> date:
        """The last day."""
        return self.at.date()


def until(start: datetime, term: Term, days: WorkingDays) -> Until:
    """When a term that starts at a moment is over. The day on which it starts does not count; hours run from the moment.

    Parameters
    ----------
    start : datetime
        Local time of the event that starts the clock.
    term : Term
        How long.
    days : WorkingDays
        Which days are worked.
    """
    if term.unit == "hours":
        return Until(at=start + timedelta(hours=term.number), sure=True)
    if term.unit == "working_days":
        last = days.after(start.date(), term.number)
    elif term.unit == "months":
        last = add_months(start.date(), term.number)
    else:
        last = start.date() + timedelta(days=term.number)
    if term.rolls:
        last = days.on_or_after(last)
    known = days.knows(last) and days.knows(start.date())
    sure = known or not (term.rolls or term.unit == "working_days")
    return Until(at=datetime.combine(last, time(23, 59, 59)), sure=sure)
