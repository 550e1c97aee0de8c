"""The lawful groups of the world `payer`, and the workshop (`Payer`) in which groups and rings are made.

Most kinds are one row of `KINDS`: a cohort with its own weekdays, weeks, attendance, ages and codes. What has a structure of its own
(two eyes on two lists, a practice that moves, a hospice that ends in death) is a short function in `_SPECIAL`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["KINDS", "YEAR", "Kind", "Payer", "plant_lawful"]

YEAR = 365
FIRST_DAY = np.datetime64("2009-01-01")  # a Thursday
_HOLIDAYS = np.array(
    [0, 18, 46, 144, 183, 249, 284, 314, 329, 358]
)  # federal holidays of 2009 as days of the year
_NORTH = (14, 22, 23, 24, 33, 36, 39, 52)  # where winter guests come from
_SOUTH = (3, 10)
Ints = np.ndarray


@dataclass(slots=True, kw_only=True)
class Payer:
    """People, places and the claims written so far; people are numbers, sorted by state and county."""

    rng: np.random.Generator
    state: Ints
    county: Ints
    age: Ints
    sex: Ints
    background: pd.DataFrame
    facility_state: list[int]
    doctor_facility: list[int]
    codes: list[str]
    own_share: float
    taken: np.ndarray = field(init=False)
    death: np.ndarray = field(init=False)
    rows: list[pd.DataFrame] = field(default_factory=list)
    new_places: list[int] = field(default_factory=list)
    decoys: list[tuple[str, str, Ints]] = field(default_factory=list)
    slices: dict[int, tuple[int, int]] = field(init=False)
    _code: dict[str, int] = field(init=False)
    _place_claims: Ints = field(init=False)
    _old_facility_state: Ints = field(init=False)
    _by_place: pd.DataFrame = field(init=False)
    own_doctor: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Index people by state, places by size, doctors by place."""
        people = len(self.state)
        self.taken = np.zeros(people, dtype=bool)
        self.death = np.full(people, -1)
        states, starts = np.unique(self.state, return_index=True)
        self.slices = dict(zip(states.tolist(), zip(starts, [*starts[1:], people], strict=True), strict=True))
        self._code = {code: number for number, code in enumerate(self.codes)}
        back = self.background
        self._place_claims = np.bincount(back.facility, minlength=len(self.facility_state))
        self._old_facility_state = np.array(self.facility_state)
        with_doctor = back[back.doctor >= 0]
        self._by_place = with_doctor.sort_values(["facility", "patient", "day"], kind="stable")
        self.own_doctor = np.full(people, -1)
        self.own_doctor[with_doctor.patient] = with_doctor.doctor

    def pick_state(self, people: int, among: tuple[int, ...] = ()) -> int:
        """A state with enough people, big ones more often."""
        fit = [s for s, (a, b) in self.slices.items() if b - a >= 4 * people and (not among or s in among)]
        if not fit:
            fit = sorted(self.slices, key=lambda s: self.slices[s][0] - self.slices[s][1])[:3]
        sizes = np.array([self.slices[s][1] - self.slices[s][0] for s in fit], dtype=float)
        return int(self.rng.choice(fit, p=sizes / sizes.sum()))

    def pick_people(self, state: int, many: int, *, ages: tuple[int, int], local: float, sign: float) -> Ints:
        """`many` people who are in no group yet; a share `local` of one county, a share `sign` of the ages asked."""
        first, last = self.slices[state]
        free = np.flatnonzero(~self.taken[first:last]) + first
        fitting = free[(self.age[free] >= ages[0]) & (self.age[free] <= ages[1])]
        if len(fitting) < many:
            fitting = free
        centre = int(self.rng.choice(fitting))
        same = fitting[self.county[fitting] == self.county[centre]]
        near = round(many * local)
        chosen = self.rng.permutation(same)[:near]
        rest = many - len(chosen)
        loose = self.rng.random(rest) > sign  # those who do not look the part
        for pool, wanted in ((fitting, int((~loose).sum())), (free, int(loose.sum()))):
            at = int(np.searchsorted(pool, centre))
            reach = max(60, 4 * many, len(pool) // 7)
            around = np.setdiff1d(pool[max(0, at - reach) : at + reach], chosen)
            chosen = np.concatenate([chosen, self.rng.permutation(around)[:wanted]])
        self.taken[chosen] = True
        return np.sort(chosen)

    def pick_far(self, many: int, *, ages: tuple[int, int]) -> Ints:
        """People from all over the country who are in no group yet."""
        free = np.flatnonzero(~self.taken & (self.age >= ages[0]) & (self.age <= ages[1]))
        chosen = np.sort(self.rng.permutation(free)[:many])
        self.taken[chosen] = True
        return chosen

    def place(self, state: int, doctors: int, *, own: float | None = None) -> tuple[int, Ints]:
        """A facility of the state with its doctors: a new one (it gets ordinary patients too) or one that is long there."""
        fit = np.flatnonzero((self._old_facility_state == state) & (self._place_claims >= 15))
        if not len(fit) or self.rng.random() < (self.own_share if own is None else own):
            self.facility_state.append(state)
            facility = len(self.facility_state) - 1
            self.new_places.append(facility)
            return facility, self.new_doctors(facility, doctors)
        weights = np.sqrt(self._place_claims[fit])
        facility = int(self.rng.choice(fit, p=weights / weights.sum()))
        known = self.doctors_of(facility)
        kept = known[: self.rng.integers(0, doctors + 1)]
        return facility, np.concatenate([kept, self.new_doctors(facility, doctors - len(kept))])

    def doctors_of(self, facility: int) -> Ints:
        """Doctors of a long-standing facility in random order, busy ones first more often."""
        first, last = np.searchsorted(self._by_place.facility.to_numpy(), [facility, facility + 1])
        drawn = self.rng.permutation(self._by_place.doctor.to_numpy()[first:last])
        return drawn[np.sort(np.unique(drawn, return_index=True)[1])]

    def new_doctors(self, facility: int, many: int) -> Ints:
        """Doctors who begin at the facility."""
        first = len(self.doctor_facility)
        self.doctor_facility.extend([facility] * many)
        return np.arange(first, first + many)

    def codes_for(self, members: Ints, codes: tuple[str, ...], share: float) -> Ints:
        """One diagnosis per member: of the group's own codes for a share of them, anything for the rest."""
        own = np.array([self.code(code) for code in codes])
        drawn = self.rng.choice(own, len(members))
        other = self.rng.choice(self.background.dx.to_numpy(), len(members))
        return np.where(self.rng.random(len(members)) < share, drawn, other)

    def code(self, text: str) -> int:
        """The number of a diagnosis code."""
        if text not in self._code:
            self._code[text] = len(self.codes)
            self.codes.append(text)
        return self._code[text]

    def money(self, base: float, many: int, spread: float) -> np.ndarray:
        """Reimbursements about `base`, in tens of dollars as this payer states them."""
        return np.maximum(10, np.round(base * np.exp(self.rng.normal(0, spread, many)) / 10) * 10)

    def add(self, patient: Ints, facility: Ints | int, doctor: Ints | int, day: Ints, **more: object) -> None:
        """Write claims: `dx`, `fund` and, where it matters, `length`, `inpatient`, `ring`, `event`."""
        frame = pd.DataFrame({"patient": patient, "facility": facility, "doctor": doctor, "day": day, **more})
        frame = frame[(frame.day >= 0) & (frame.day < YEAR)]
        for name, value in (("length", 0), ("inpatient", False), ("ring", -1), ("event", -1)):
            if name not in frame:
                frame[name] = value
        self.rows.append(frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Ranges of one lawful kind; each group draws its own values. `days` 0: visits at free dates, `attend` visits each."""

    name: str
    size: tuple[int, int, int]  # least, usual, most
    ages: tuple[int, int] = (30, 105)
    local: tuple[float, float] = (0.3, 0.95)
    dx: tuple[str, ...]
    fund: tuple[int, int] = (60, 250)
    days: tuple[int, int] = (1, 1)  # weekdays a week
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)  # 0 is Monday
    every: tuple[int, int] = (1, 1)  # weeks
    weeks: tuple[int, int] = (8, 20)
    stagger: tuple[int, int] = (0, 0)  # weeks over which members begin
    attend: tuple[float, float] = (0.7, 0.95)
    phased: bool = False  # each member has a week of their own in the cycle
    season: tuple[int, int] = (0, 364)  # first day falls in here
    doctors: tuple[int, int] = (1, 3)
    weight: float = 1.0


KINDS: tuple[Kind, ...] = (
    Kind(name="dialysis_chain", size=(9, 22, 60), dx=("5856", "40391", "V560", "40311", "V4511"), fund=(180, 320), days=(3, 3), weeks=(9, 22), attend=(0.85, 0.97), doctors=(2, 5), weight=1.3),
    Kind(name="group_practice", size=(25, 60, 180), dx=("4019", "25000", "2724", "4011", "41401"), days=(0, 0), weeks=(30, 52), attend=(2, 5), doctors=(3, 8), weight=1.4),
    Kind(name="snow_birds", size=(8, 25, 70), ages=(66, 95), dx=("4019", "2724", "42731", "71590"), days=(0, 0), weeks=(11, 14), attend=(1.5, 4), doctors=(2, 5)),
    Kind(name="retirement_community_practice", size=(12, 35, 90), ages=(72, 105), local=(0.8, 1.0), dx=("4019", "3310", "78079", "2449"), weeks=(24, 50), every=(1, 3), attend=(0.2, 0.45), doctors=(1, 2), weight=1.3),
    Kind(name="cardiac_rehabilitation", size=(5, 11, 24), ages=(50, 90), dx=("41401", "412", "V4581", "V4582"), fund=(40, 120), days=(3, 3), weeks=(12, 12), stagger=(0, 10), attend=(0.65, 0.92)),
    Kind(name="pulmonary_rehabilitation", size=(5, 9, 16), dx=("496", "49121", "515"), fund=(40, 120), days=(2, 2), weeks=(7, 10), attend=(0.65, 0.92)),
    Kind(name="infusion_cycles", size=(5, 12, 35), dx=("V5811", "1749", "1629", "20280", "7140"), fund=(700, 3200), every=(2, 4), weeks=(14, 28), stagger=(0, 8), attend=(0.85, 0.98)),
    Kind(name="hospitalists_on_rota", size=(15, 40, 100), dx=("4280", "486", "49121", "5990", "0389"), fund=(4000, 9000), days=(0, 0), weeks=(20, 50), attend=(1.2, 2.4), doctors=(3, 7)),
    Kind(name="cataract_lists", size=(14, 45, 150), ages=(64, 95), dx=("36616", "36610", "36617"), fund=(800, 1600), weeks=(6, 26), doctors=(2, 4)),
    Kind(name="mobile_imaging_days", size=(12, 35, 110), ages=(45, 85), local=(0.6, 1.0), dx=("V7612", "V7651", "73300"), fund=(50, 130), every=(13, 20), weeks=(26, 50), attend=(0.5, 0.85), doctors=(1, 2)),
    Kind(name="hospice_house", size=(6, 14, 45), ages=(70, 105), dx=("1629", "3310", "4280", "7997", "1579"), fund=(700, 1300), weeks=(4, 16), stagger=(10, 34), attend=(0.95, 1.0), doctors=(1, 2)),
    Kind(name="home_health_episodes", size=(8, 24, 70), ages=(68, 105), dx=("4280", "25000", "V5789", "7197", "V5489"), fund=(60, 180), days=(2, 2), weeks=(8, 9), stagger=(6, 36), attend=(0.8, 0.97), doctors=(2, 6)),
    Kind(name="nursing_facility_rounds", size=(10, 40, 130), ages=(76, 105), local=(0.6, 1.0), dx=("3310", "29010", "4280", "V6284", "7282"), fund=(50, 110), every=(4, 5), weeks=(22, 50), attend=(0.65, 0.95), doctors=(1, 2), weight=1.6),
    Kind(name="church_screening_days", size=(15, 45, 140), local=(0.6, 1.0), dx=("V700", "V771", "4019", "V811"), fund=(20, 60), weekdays=(6,), every=(8, 16), weeks=(30, 50), attend=(0.3, 0.65), doctors=(1, 2)),
    Kind(name="flu_clinic_days", size=(25, 70, 200), ages=(60, 105), local=(0.5, 1.0), dx=("V0481", "V0482", "V066"), fund=(20, 40), every=(1, 3), weeks=(1, 4), attend=(0.35, 0.6), season=(262, 320), doctors=(1, 2)),
    Kind(name="anticoagulation_clinic", size=(10, 30, 80), dx=("V5861", "42731", "V5883"), fund=(20, 50), every=(4, 4), weeks=(24, 50), attend=(0.75, 0.95), phased=True, doctors=(1, 2), weight=1.3),
    Kind(name="wound_clinic", size=(4, 11, 30), dx=("70715", "70703", "45981", "25080"), fund=(90, 260), weeks=(6, 22), stagger=(0, 14), attend=(0.7, 0.92), doctors=(1, 2)),
    Kind(name="psychiatric_day_programme", size=(5, 10, 18), ages=(30, 85), dx=("29620", "29633", "29570", "30000"), fund=(140, 260), days=(3, 5), weeks=(3, 5), stagger=(0, 3), attend=(0.75, 0.95), doctors=(1, 2)),
    Kind(name="joint_replacement_class", size=(4, 8, 16), ages=(58, 90), dx=("71536", "71535", "V5481"), fund=(40, 110), days=(3, 3), weeks=(4, 7), attend=(0.7, 0.92), doctors=(1, 2)),
    Kind(name="recovery_house", size=(4, 8, 16), ages=(26, 66), local=(0.7, 1.0), dx=("30390", "30400", "30401", "30500"), fund=(90, 240), days=(3, 3), weeks=(6, 10), stagger=(0, 8), attend=(0.65, 0.9), doctors=(1, 2)),
    Kind(name="visiting_specialist_day", size=(8, 24, 60), local=(0.6, 1.0), dx=("41401", "7140", "36511", "42731"), every=(4, 6), weeks=(26, 50), attend=(0.3, 0.6), doctors=(1, 1)),
    Kind(name="senior_van_neighbours", size=(3, 5, 9), ages=(66, 100), local=(0.9, 1.0), dx=("4019", "25000", "7245", "71590"), every=(2, 6), weeks=(20, 50), attend=(0.7, 0.95), doctors=(1, 2), weight=1.8),
    Kind(name="moved_practice", size=(20, 50, 140), dx=("4019", "25000", "2720", "53081"), days=(0, 0), weeks=(40, 52), attend=(2.5, 6), doctors=(2, 4)),
    Kind(name="outbreak", size=(8, 25, 80), local=(0.8, 1.0), dx=("00863", "4871", "5589", "0088"), fund=(80, 400), days=(0, 0), weeks=(1, 2), attend=(0.8, 1.6), doctors=(3, 6)),
    Kind(name="only_imaging_centre", size=(25, 60, 180), dx=("7242", "71941", "7840", "72252"), fund=(250, 600), days=(0, 0), weeks=(30, 52), attend=(1, 1.8)),
    Kind(name="mail_order_supplies", size=(20, 60, 180), dx=("25000", "32723", "496", "25002"), fund=(80, 300), every=(12, 13), weeks=(26, 50), attend=(0.85, 0.98), phased=True),
    Kind(name="clinical_trial_visits", size=(6, 16, 40), local=(0.1, 0.4), dx=("V707", "4280", "1749", "3310"), fund=(150, 500), every=(3, 6), weeks=(18, 48), stagger=(0, 12), attend=(0.88, 0.98), doctors=(1, 2)),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Group:
    """One group as drawn: who, where, by whom, with which codes and money."""

    kind: Kind
    state: int
    members: Ints
    facility: int
    doctors: Ints
    dx: Ints
    base: float
    spread: float
    sign: float


def _between(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(rng.uniform(*span))


def _whole(rng: np.random.Generator, span: tuple[int, int]) -> int:
    return int(rng.integers(span[0], span[1] + 1))


def size_of(rng: np.random.Generator, span: tuple[int, int, int]) -> int:
    """A size between least and most, log-normal about the usual one."""
    return int(np.clip(round(span[1] * np.exp(rng.normal(0, 0.55))), span[0], span[2]))


def calendar(rng: np.random.Generator, kind: Kind, many: int, slip: float) -> tuple[Ints, Ints]:
    """Who (number within the group) comes on which day of the year."""
    weeks = _whole(rng, kind.weeks)
    stagger = _whole(rng, kind.stagger)
    start = int(
        rng.integers(kind.season[0], max(kind.season[0] + 1, min(kind.season[1], 364 - 7 * weeks) + 1))
    )
    if not kind.days[1]:
        who = np.repeat(np.arange(many), rng.poisson(_between(rng, kind.attend), many))
        return who, start + rng.integers(0, 7 * weeks, len(who))
    every = _whole(rng, kind.every)
    monday = start - (start + 3) % 7
    weekdays = np.sort(rng.permutation(kind.weekdays)[: _whole(rng, kind.days)])
    if len(weekdays) == 3:
        weekdays = np.array([[0, 2, 4], [1, 3, 5]][int(rng.integers(2))])
    week = np.arange(0, weeks + stagger)
    begins = rng.integers(0, stagger + 1, many)
    phase = rng.integers(0, every, many) if kind.phased else np.zeros(many, dtype=int)
    due = (
        (week[:, None] >= begins) & (week[:, None] < begins + weeks) & ((week[:, None] - phase) % every == 0)
    )
    slots = np.repeat(due[:, None, :], len(weekdays), axis=1)
    at, day_of, who = np.nonzero(slots & (rng.random(slots.shape) < _between(rng, kind.attend)))
    day = monday + 7 * week[at] + weekdays[day_of]
    day = day + np.where(rng.random(len(day)) < slip, rng.integers(-2, 3, len(day)), 0)
    return who, np.where(np.isin(day, _HOLIDAYS), day + 1, day)


def _visits(payer: Payer, group: _Group, who: Ints, day: Ints) -> None:
    """Ordinary claims of a group: by the doctor on rota that week, or by each one's own doctor there."""
    many = len(group.doctors)
    turn = day // 7 if payer.rng.random() < 0.5 else group.members[who]
    money = payer.money(group.base, len(who), group.spread)
    payer.add(
        group.members[who], group.facility, group.doctors[turn % many], day, dx=group.dx[who], fund=money
    )


def _plain(payer: Payer, group: _Group) -> None:
    """A large cohort is seen in parts, on the days after one another, except where the day takes all who come."""
    slip = _between(payer.rng, (0.0, 0.25))
    who, day = calendar(payer.rng, group.kind, len(group.members), slip)
    if group.kind.name not in ("church_screening_days", "flu_clinic_days", "outbreak", "group_practice"):
        day = day + who // int(payer.rng.integers(14, 40))
    _visits(payer, group, who, day)


def _dialysis(payer: Payer, group: _Group) -> None:
    """Two shifts on their own weekdays; some patients change between the sites of the chain on holidays."""
    sister, more = payer.place(group.state, 1, own=0.8)
    shift = payer.rng.integers(0, 2, len(group.members))
    for number in (0, 1):
        part = np.flatnonzero(shift == number)
        if not len(part):
            continue
        who, day = calendar(payer.rng, group.kind, len(part), 0.03)
        who = part[who]
        away = payer.rng.random(len(who)) < 0.04
        money = payer.money(group.base, len(who), group.spread)
        payer.add(
            group.members[who],
            np.where(away, sister, group.facility),
            np.where(away, more[0], group.doctors[(day // 7) % len(group.doctors)]),
            day,
            dx=group.dx[who],
            fund=money,
        )


def _snow_birds(payer: Payer, group: _Group) -> None:
    """January to March, some again in December, at one place of the south."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0)
    day = day % 90
    again = payer.rng.random(len(day)) < 0.2
    _visits(payer, group, who, np.where(again, 335 + day % 30, day))


def _hospitalists(payer: Payer, group: _Group) -> None:
    """Stays of the same frail people under whoever is on duty, seven days on."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0)
    stay = 2 + payer.rng.geometric(0.25, len(who))
    doctor = group.doctors[(day // 7) % len(group.doctors)]
    money = payer.money(group.base, len(who), 0.6)
    payer.add(
        group.members[who],
        group.facility,
        doctor,
        day,
        dx=group.dx[who],
        fund=money,
        length=stay,
        inpatient=True,
    )


def _cataracts(payer: Payer, group: _Group) -> None:
    """Two eyes, two lists some weeks apart: who met on the first often meets on the second. A look before and after."""
    rng, many = payer.rng, len(group.members)
    lists = max(2, many // int(rng.integers(6, 15)))
    first_day = int(rng.integers(4, max(5, 320 - 7 * lists))) // 7 * 7 + int(rng.integers(4, 8))
    first = first_day + 7 * rng.integers(0, lists, many)
    gap = 7 * int(rng.integers(2, 5))
    second = first + gap + np.where(rng.random(many) < 0.3, 7, 0)
    both = rng.random(many) < 0.75
    everyone = np.arange(many)
    for who, day in ((everyone, first), (everyone[both], second[both])):
        _visits(payer, group, who, day)
        _visits(payer, group, who, day - rng.integers(5, 25, len(who)))


def _hospice(payer: Payer, group: _Group) -> None:
    """Weekly bills until death; most die in the house's care."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0.1)
    day = np.minimum(day, YEAR - 1)
    _visits(payer, group, who, day)
    last = np.full(len(group.members), -1)
    np.maximum.at(last, who, day)
    dies = (last >= 0) & (payer.rng.random(len(last)) < 0.85)
    payer.death[group.members[dies]] = last[dies] + payer.rng.integers(1, 7, int(dies.sum()))


def _joints(payer: Payer, group: _Group) -> None:
    """A class, an operating day or two, then exercise in fixed slots."""
    rng, many = payer.rng, len(group.members)
    who, day = calendar(rng, group.kind, many, 0.1)
    start = int(day.min(initial=60))
    everyone = np.arange(many)
    _visits(payer, group, everyone, np.full(many, start - 21))
    operated = start - 6 - rng.integers(0, 2, many)
    stay = 3 + rng.integers(0, 3, many)
    money = payer.money(11000, many, 0.25)
    payer.add(
        group.members,
        group.facility,
        group.doctors[0],
        operated,
        dx=payer.code("71536"),
        fund=money,
        length=stay,
        inpatient=True,
    )
    _visits(payer, group, who, day)


def _recovery_house(payer: Payer, group: _Group) -> None:
    """Group sessions thrice a week; a laboratory that also serves half the county, once a fortnight or so."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0.1)
    _visits(payer, group, who, day)
    laboratory, _ = payer.place(group.state, 1, own=0.2)
    tested = payer.rng.random(len(who)) < _between(payer.rng, (0.08, 0.25))
    who, day = who[tested], day[tested] + 1
    money = payer.money(80, len(who), group.spread)
    payer.add(group.members[who], laboratory, group.doctors[0], day, dx=group.dx[who], fund=money)


def _moved(payer: Payer, group: _Group) -> None:
    """The same doctors and patients under a new number from one day on."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0)
    payer.facility_state.append(group.state)
    later = len(payer.facility_state) - 1
    payer.new_places.append(later)
    where = np.where(day < payer.rng.integers(100, 260), group.facility, later)
    doctor = group.doctors[group.members[who] % len(group.doctors)]
    money = payer.money(group.base, len(who), group.spread)
    payer.add(group.members[who], where, doctor, day, dx=group.dx[who], fund=money)


def _ordered_elsewhere(payer: Payer, group: _Group) -> None:
    """Pictures or supplies that each one's own doctor ordered."""
    who, day = calendar(payer.rng, group.kind, len(group.members), 0.3)
    money = payer.money(group.base, len(who), group.spread)
    doctor = payer.own_doctor[group.members[who]]
    payer.add(group.members[who], group.facility, doctor, day, dx=group.dx[who], fund=money)


_SPECIAL: dict[str, Callable[[Payer, _Group], None]] = {
    "dialysis_chain": _dialysis,
    "snow_birds": _snow_birds,
    "hospitalists_on_rota": _hospitalists,
    "cataract_lists": _cataracts,
    "hospice_house": _hospice,
    "joint_replacement_class": _joints,
    "recovery_house": _recovery_house,
    "moved_practice": _moved,
    "only_imaging_centre": _ordered_elsewhere,
    "mail_order_supplies": _ordered_elsewhere,
}


def _gather(payer: Payer, kind: Kind, sign: float, shrink: float) -> _Group:
    """Draw who, where and with what; signs hold for a share `sign` of the members."""
    rng = payer.rng
    many = max(kind.size[0], round(size_of(rng, kind.size) * shrink))
    local = _between(rng, kind.local) * sign
    state = payer.pick_state(many)
    if kind.name == "snow_birds":
        state = payer.pick_state(many, _SOUTH)
        parts = [payer.pick_state(many, _NORTH) for _ in range(min(4, 1 + many // 8))]
        shares = [many // len(parts) + (number < many % len(parts)) for number in range(len(parts))]
        members = np.concatenate(
            [
                payer.pick_people(home, share, ages=kind.ages, local=local, sign=sign)
                for home, share in zip(parts, shares, strict=True)
            ]
        )
    elif kind.name == "mail_order_supplies":
        members = payer.pick_far(many, ages=kind.ages)
    else:
        members = payer.pick_people(state, many, ages=kind.ages, local=local, sign=sign)
    facility, doctors = payer.place(state, _whole(rng, kind.doctors))
    return _Group(
        kind=kind,
        state=state,
        members=members,
        facility=facility,
        doctors=doctors,
        dx=payer.codes_for(members, kind.dx, sign),
        base=_between(rng, kind.fund),
        spread=float(rng.choice([0.0, 0.1, 0.35], p=[0.25, 0.3, 0.45])),  # a fee schedule, or not
        sign=sign,
    )


def plant_lawful(payer: Payer, *, groups: int, sign: tuple[float, float], shrink: float) -> None:
    """Lay `groups` lawful groups in: every kind once as far as they go, then by weight."""
    rng = payer.rng
    weights = np.array([kind.weight for kind in KINDS])
    order = rng.permutation(len(KINDS))[:groups]
    more = rng.choice(len(KINDS), max(0, groups - len(order)), p=weights / weights.sum())
    for number, kind in enumerate([KINDS[at] for at in (*order, *more)]):
        group = _gather(payer, kind, _between(rng, sign), shrink)
        before = len(payer.rows)
        _SPECIAL.get(kind.name, _plain)(payer, group)
        there = np.unique(np.concatenate([rows.patient.to_numpy() for rows in payer.rows[before:]]))
        if len(there) >= 3:
            payer.decoys.append((f"L{number + 1:04d}", kind.name, there))
