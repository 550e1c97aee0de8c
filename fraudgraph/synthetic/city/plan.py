"""How large the city is and which days it lives through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fraudgraph.errors import UsageError
from fraudgraph.synthetic.city.arrays import Floats, Ints, Rng

__all__ = ["DAY", "RING_KINDS", "CityPlan"]

RING_KINDS = ("none", "standard", "stealth", "hard", "real")
DAY = 86_400
LAST_DAY = date(2025, 12, 31)

EMPLOYEE_SHARE = 0.286
RETIRED_SHARE = 0.276
VISITS_A_YEAR = {  # claim type: (employee, resident), national 2024
    "outpatient": (6.94, 2.51),
    "chronic": (0.85, 0.44),
    "inpatient": (0.217, 0.217),
    "pharmacy": (5.99, 0.037),
}
REFUND_SHARE = 0.052
"""Refund records among all records."""

_HOLIDAYS = (
    ("2023-01-21", 7), ("2023-04-05", 1), ("2023-04-29", 5), ("2023-06-22", 3), ("2023-09-29", 8),
    ("2024-01-01", 1), ("2024-02-10", 8), ("2024-04-04", 3), ("2024-05-01", 5), ("2024-06-10", 1),
    ("2024-09-15", 3), ("2024-10-01", 7), ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3),
    ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CityPlan:
    """What was asked for, and the sizes that follow from it."""

    claims: int
    months: int
    rings: str
    seed: int
    items: bool = False
    dirt: bool = True
    big_block: bool = False

    def __post_init__(self) -> None:
        if self.rings not in RING_KINDS:
            raise UsageError(
                f"--rings {self.rings!r} is not known. Choose one of: {', '.join(RING_KINDS)}.",
                f"--rings {self.rings!r} 不认识,请从以下取值中选择:{'、'.join(RING_KINDS)}。",
            )
        if not 2_000 <= self.claims <= 50_000_000:
            raise UsageError(
                f"--claims {self.claims} can't be made: the sample city holds 2,000 to 50,000,000 claims.",
                f"--claims {self.claims} 无法生成:样例城市的结算单数应在 2,000 到 50,000,000 之间。",
            )
        if not 1 <= self.months <= 36:
            raise UsageError(
                f"--months {self.months} can't be made: the sample city lives 1 to 36 months.",
                f"--months {self.months} 无法生成:样例城市的月数应在 1 到 36 之间。",
            )
        if self.seed < 0:
            raise UsageError(
                f"--seed {self.seed} can't be used: give a number from 0 upwards.",
                f"--seed {self.seed} 不可用:请给出 0 或以上的整数。",
            )

    @property
    def first_day(self) -> date:
        """The first day of the city's claims; the last is always 2025-12-31."""
        year, month = divmod(LAST_DAY.year * 12 + LAST_DAY.month - self.months, 12)
        return date(year, month + 1, 1)

    @property
    def days(self) -> int:
        """Days from first to last."""
        return (LAST_DAY - self.first_day).days + 1

    @property
    def years(self) -> float:
        """The same in years."""
        return self.days / 365.25

    @property
    def events(self) -> int:
        """Claims that are no refund records."""
        return self.claims - self.refunds - self.duplicates

    @property
    def refunds(self) -> int:
        """Refund records."""
        return round(self.claims * REFUND_SHARE)

    @property
    def duplicates(self) -> int:
        """Rows delivered twice."""
        return round(self.claims * 0.0004) if self.dirt else 0

    @property
    def billed_again(self) -> int:
        """Refunded claims that are billed a second time; the other two of five were no visits after all."""
        return round(self.refunds * 0.6)

    @property
    def visits(self) -> int:
        """Claims before refunds."""
        return self.events - self.billed_again

    @property
    def persons(self) -> int:
        """Insured persons who make that many visits in that time at the national rates."""
        a_year = sum(
            EMPLOYEE_SHARE * employee + (1 - EMPLOYEE_SHARE) * resident
            for employee, resident in VISITS_A_YEAR.values()
        )
        return max(300, round((self.events - self.refunds) / a_year / self.years))

    def rng(self, room: int) -> Rng:
        """A stream of random numbers of its own for each part of the city."""
        return np.random.default_rng([self.seed, room])

    def weekday(self) -> Ints:
        """0 Monday … 6 Sunday, by day."""
        return (np.arange(self.days) + self.first_day.weekday()) % 7

    def month_of_day(self) -> Ints:
        """Calendar month 1..12 by day."""
        return np.array([(self.first_day + timedelta(days=d)).month for d in range(self.days)])

    def is_holiday(self) -> Ints:
        """1 on a public holiday."""
        flags = np.zeros(self.days, dtype=np.int64)
        for text, length in _HOLIDAYS:
            first = (date.fromisoformat(text) - self.first_day).days
            flags[max(0, first) : max(0, first + length)] = 1
        return flags

    def day_weights(self, weekday_weight: tuple[float, ...], holiday: float, winter: float) -> Floats:
        """How busy each day is: by weekday, holiday and season."""
        weights = np.array(weekday_weight)[self.weekday()] * np.where(self.is_holiday() == 1, holiday, 1.0)
        season = 1 + winter * np.cos((self.month_of_day() - 1) / 12 * 2 * np.pi)
        return weights * season
