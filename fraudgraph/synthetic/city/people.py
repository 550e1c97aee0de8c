"""The insured persons of the city: households, villages, employers, schools, phones, accounts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Drawer, Floats, Ints, Rng, within_group_rank
from fraudgraph.synthetic.city.plan import EMPLOYEE_SHARE, RETIRED_SHARE, CityPlan

__all__ = ["NO_PHONE", "People", "Villages", "make_people", "make_villages"]

# (share of households, ages of the members as (low, high) ranges; a second grown-up follows the first's age)
_HOUSEHOLDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.14, ("adult",)),
    (0.08, ("elder",)),
    (0.14, ("elder", "elder")),
    (0.16, ("adult", "adult")),
    (0.22, ("adult", "adult", "child")),
    (0.09, ("adult", "adult", "child", "child")),
    (0.10, ("adult", "adult", "child", "elder")),
    (0.07, ("adult", "adult", "child", "elder", "elder")),
)
NO_PHONE = 0
_DEFAULT_PHONES = (13_800_000_000, 11_111_111_111, 10_000_000_000)


@dataclass(slots=True)
class Villages:
    """Villages and urban neighbourhoods; kilometres from the centre."""

    town: Ints
    x: Floats
    y: Floats
    urban: Bools
    weight: Floats

    def __len__(self) -> int:
        return len(self.town)


@dataclass(slots=True)
class People:
    """One entry per insured person."""

    household: Ints
    village: Ints
    age: Ints
    birth_day: Ints
    male: Bools
    employee: Bools
    retired: Bools
    employer: Ints
    """Firm index, school index + `firms`, or -1."""
    firms: int
    school_class: Ints
    phone: Ints
    account: Ints
    """Bank account number, 0 for none."""
    agent: Ints
    """Index of the person who files for this one, or -1."""
    surname: Ints
    house_number: Ints
    """-1 unknown; the address is village + number unless `address` says otherwise."""
    identity: Ints
    death_day: Ints
    """Day of the city, or a large number."""
    address: dict[int, str] = field(default_factory=dict)
    """Addresses that differ from the household's (homes, dormitories)."""

    def __len__(self) -> int:
        return len(self.household)


def make_villages(plan: CityPlan) -> Villages:
    """Towns with their villages; two fifths of the people live in the urban core."""
    rng = plan.rng(1)
    count = max(6, plan.persons // 650)
    towns = max(3, plan.persons // 5_000)
    side = np.sqrt(plan.persons / 60.0)
    urban_town = np.arange(towns) < max(1, round(towns * 0.4))
    reach = np.where(urban_town, side / 9, side / 2)
    angle = rng.random(towns) * 2 * np.pi
    radius = reach * np.sqrt(rng.random(towns) * 0.9 + 0.1)
    town = (
        np.sort(np.r_[np.arange(towns), rng.integers(0, towns, count - towns)])
        if count > towns
        else np.arange(count)
    )
    scatter = np.where(urban_town[town], 0.7, 1.8)
    return Villages(
        town=town.astype(np.int64),
        x=radius[town] * np.cos(angle[town]) + scatter * rng.standard_normal(count),
        y=radius[town] * np.sin(angle[town]) + scatter * rng.standard_normal(count),
        urban=urban_town[town],
        weight=np.exp(0.45 * rng.standard_normal(count)),
    )


def make_people(plan: CityPlan, villages: Villages) -> People:
    """Draw all persons of the city."""
    rng = plan.rng(2)
    household, slot, age = _households(rng, plan.persons)
    count = len(household)
    homes = int(household[-1]) + 1
    odds = villages.weight / villages.weight.sum()
    village = rng.choice(len(villages), size=homes, p=odds)[household]
    employee, retired = _insurance(rng, age, villages.urban[village])
    firms = max(8, int(employee.sum()) // 22)
    employer, school_class = _employers(rng, age, employee & ~retired, villages.town[village], firms)
    surname_of_home = rng.integers(0, 1_000, homes)
    own_surname = (slot == 1) & (age >= 20)
    surname = np.where(own_surname, rng.integers(0, 1_000, count), surname_of_home[household])
    phone, account = _phones_and_accounts(rng, household, age)
    number = rng.integers(1, 400, homes)[household]
    number = np.where(rng.random(count) < 0.04, -1, number)
    dies = rng.random(count) < np.where(age >= 75, 0.045, np.where(age >= 60, 0.009, 0.0008)) * plan.years
    return People(
        household=household,
        village=village,
        age=age,
        birth_day=rng.integers(0, 365, count),
        male=np.where(
            (slot <= 1) & (age >= 20), slot == (rng.random(homes) < 0.5)[household], rng.random(count) < 0.51
        ),
        employee=employee,
        retired=retired,
        employer=employer,
        firms=firms,
        school_class=school_class,
        phone=phone,
        account=account,
        agent=_agents(rng, household, age),
        surname=surname,
        house_number=number,
        identity=np.where(rng.random(count) < 0.03, rng.integers(1, 9, count), 0),
        death_day=np.where(dies, rng.integers(0, plan.days, count), 10**6),
    )


def _households(rng: Rng, count: int) -> tuple[Ints, Ints, Ints]:
    shares = np.array([share for share, _ in _HOUSEHOLDS])
    sizes = np.array([len(slots) for _, slots in _HOUSEHOLDS])
    homes = int(count / float(shares @ sizes / shares.sum()) * 1.05) + 20
    kind = rng.choice(len(_HOUSEHOLDS), size=homes, p=shares / shares.sum())
    household = np.repeat(np.arange(homes), sizes[kind])[:count]
    slot = within_group_rank(household)
    who = np.zeros((len(_HOUSEHOLDS), 5), dtype=np.int64)  # 0 adult, 1 elder, 2 child
    for row, (_, slots) in enumerate(_HOUSEHOLDS):
        for column, word in enumerate(slots):
            who[row, column] = ("adult", "elder", "child").index(word)
    role = who[kind[household], slot]
    adult_age = rng.integers(22, 60, homes)[household] + np.where(slot == 1, rng.integers(-4, 5, count), 0)
    with_child = (kind >= 4)[household]
    adult_age = np.where(with_child, np.clip(adult_age, 24, 52), adult_age)
    elder_age = (
        60 + np.floor(rng.gamma(2.0, 5.2, homes)).astype(np.int64)[household] + rng.integers(-2, 4, count)
    )
    child_age = np.clip(adult_age - rng.integers(23, 34, count), 0, 22)
    age = np.select([role == 0, role == 1], [adult_age, np.clip(elder_age, 57, 98)], child_age)
    return household.astype(np.int64), slot, age.astype(np.int64)


def _insurance(rng: Rng, age: Ints, urban: Bools) -> tuple[Bools, Bools]:
    count = len(age)
    wish = rng.random(count) + np.where(urban, 0.45, 0.0)
    retired_count = round(count * EMPLOYEE_SHARE * RETIRED_SHARE)
    working_count = round(count * EMPLOYEE_SHARE) - retired_count
    old = np.where(age >= 60, wish, -1.0)
    young = np.where((age >= 20) & (age < 60), wish, -1.0)
    retired = np.zeros(count, dtype=np.bool_)
    retired[np.argpartition(-old, retired_count)[:retired_count]] = True
    working = np.zeros(count, dtype=np.bool_)
    working[np.argpartition(-young, working_count)[:working_count]] = True
    return retired | working, retired


def _employers(rng: Rng, age: Ints, working: Bools, town: Ints, firms: int) -> tuple[Ints, Ints]:
    towns = int(town.max()) + 1
    employer = np.full(len(age), -1, dtype=np.int64)
    firm_town = rng.integers(0, towns, firms)
    size = np.exp(1.2 * rng.standard_normal(firms))
    near = Drawer(np.where(firm_town[None, :] == np.arange(towns)[:, None], 1.0, 0.06) * size[None, :])
    rows = np.flatnonzero(working)
    employer[rows] = near.draw(town[rows], rng.random(len(rows)))
    schools_a_town = max(1, len(age) // towns // 2_500)
    pupil = np.flatnonzero((age >= 6) & (age <= 18))
    school = town[pupil] * schools_a_town + rng.integers(0, schools_a_town, len(pupil))
    known = rng.random(len(pupil)) < 0.8  # a fifth are enrolled through the village
    employer[pupil] = np.where(known, firms + school, -1)
    school_class = np.full(len(age), -1, dtype=np.int64)
    school_class[pupil] = (school * 13 + age[pupil] - 6) * 4 + rng.integers(0, 4, len(pupil))
    return employer, school_class


def _phones_and_accounts(rng: Rng, household: Ints, age: Ints) -> tuple[Ints, Ints]:
    count, homes = len(household), int(household[-1]) + 1
    own_phone = 13_000_000_000 + _distinct(rng, count, 6_900_000_000)
    home_phone = own_phone[np.searchsorted(household, np.arange(homes))][household]
    has_own = rng.random(count) < np.where(age < 14, 0.05, np.where(age < 70, 0.87, 0.5))
    phone = np.where(has_own, own_phone, home_phone)
    phone = np.where(rng.random(count) < 0.06, NO_PHONE, phone)
    stale = np.flatnonzero(rng.random(count) < 0.004)  # a number that was given to somebody else since
    phone[stale] = phone[rng.integers(0, count, len(stale))]
    default = np.flatnonzero(rng.random(count) < 0.012)
    phone[default] = np.array(_DEFAULT_PHONES)[rng.integers(0, 3, len(default))]
    own_account = 6_220_000_000_000_000 + _distinct(rng, count, 9_000_000_000)
    home_account = own_account[np.searchsorted(household, np.arange(homes))][household]
    pick = rng.random(count)
    account = np.where(pick < 0.4, own_account, np.where(pick < 0.55, home_account, 0))
    return phone, account


def _agents(rng: Rng, household: Ints, age: Ints) -> Ints:
    """Some old people's and children's papers are filed by the household's first grown-up, a few by a village worker."""
    count = len(age)
    first = np.searchsorted(household, household)
    dependent = (age >= 66) | (age < 14)
    pick = rng.random(count)
    family = dependent & (pick < 0.07) & (first != np.arange(count))
    workers = rng.integers(0, count, max(1, count // 8_000))
    worker = dependent & (pick > 0.993)
    by_worker = workers[rng.integers(0, len(workers), count)]
    return np.where(family, first, np.where(worker, by_worker, -1))


def _distinct(rng: Rng, count: int, room: int) -> Ints:
    """Different numbers below `room`, in no order."""
    step = room // count
    return rng.permutation(count).astype(np.int64) * step + rng.integers(0, step, count)
