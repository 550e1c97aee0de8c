"""The places that bill: hospitals, centres, clinics, pharmacies, with their doctors and operators' desks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Drawer, Floats, Ints, Rng
from fraudgraph.synthetic.city.people import Villages
from fraudgraph.synthetic.city.plan import CityPlan

__all__ = [
    "CENTRE", "CLINIC", "KINDS", "PHARMACY", "PRIMARY", "SECONDARY", "SPECIALTIES", "TERTIARY", "VILLAGE", "Doctors", "Places", "make_doctors", "make_places",
]  # fmt: skip

KINDS = ("tertiary", "secondary", "primary", "centre", "clinic", "village", "pharmacy")
TERTIARY, SECONDARY, PRIMARY, CENTRE, CLINIC, VILLAGE, PHARMACY = range(7)
SPECIALTIES = (
    "internal",
    "surgery",
    "paediatrics",
    "general",
    "tcm",
    "rehabilitation",
    "nephrology",
    "oncology",
    "gynaecology",
    "emergency",
)
_DOCTORS_PER_PERSON = 0.0048
_DOCTOR_SHARE = (0.26, 0.24, 0.13, 0.20, 0.10, 0.07)
_DUTY_DAYS = (4, 4, 5, 6, 6, 7)  # days a week with a clinic session, by kind
# kilometres over which a place of the kind loses most of its pull, and how unequal places are
_PULL_KM = (14.0, 8.0, 6.0, 3.0, 2.5, 1.2, 1.8)
_SIZE_SPREAD = (0.5, 0.6, 0.6, 0.5, 0.6, 0.4, 0.65)
_BEDS_PER_PERSON = 0.0064
_BED_SHARE = (0.45, 0.30, 0.18, 0.07, 0, 0, 0)
_LEAST_BEDS = (60, 30, 12, 6, 0, 0, 0)


@dataclass(slots=True)
class Places:
    """Facilities first, then pharmacies; grouped by kind."""

    kind: Ints
    x: Floats
    y: Floats
    village: Ints
    size: Floats
    private: Bools
    owner: Ints
    """Number of the legal representative; linked places share one."""
    beds: Ints
    desks: Ints
    """Operators a shift."""
    first: Ints
    """First place of each kind; `first[k + 1]` is one past its last."""
    pull: list[Drawer]
    """By kind: draws a place for a village."""
    nearest_pharmacy: Ints
    """By place: the closest pharmacy."""

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def facilities(self) -> int:
        """How many places are no pharmacies."""
        return int(self.first[PHARMACY])

    def of_kind(self, *kinds: int) -> Ints:
        """The places of some kinds."""
        return np.concatenate([np.arange(self.first[k], self.first[k + 1]) for k in kinds])


@dataclass(slots=True)
class Doctors:
    """Doctors ordered by their main facility."""

    facility: Ints
    specialty: Ints
    title: Ints
    first: Ints
    """First doctor of each facility; one past the last at the end."""
    ladder: Floats
    """Running share of the facility's visits, with the facility's index added: for a search."""
    wait: Ints
    """doctors x 7: days from a weekday until the next session."""
    second_site: dict[int, int]

    def __len__(self) -> int:
        return len(self.facility)

    def at(self, facility: int) -> Ints:
        """Doctors whose main facility it is."""
        return np.arange(self.first[facility], self.first[facility + 1])

    def pick(self, facility: Ints, level: Floats) -> Ints:
        """A doctor of each facility, busier ones more often."""
        found = np.searchsorted(self.ladder, facility + np.clip(level, 0, 1 - 1e-9), side="right")
        return np.minimum(found, self.first[facility + 1] - 1)


def make_places(plan: CityPlan, villages: Villages) -> Places:
    """Put the places where the people are."""
    rng = plan.rng(3)
    persons = plan.persons
    scale = persons / 60_000
    counts = (
        max(1, round(4 * scale**0.75)), max(2, round(8 * scale**0.85)), max(3, persons // 5_000), max(3, persons // 4_000),
        max(4, persons // 2_500), max(3, round(0.5 * int((~villages.urban).sum()))), max(6, persons // 900),
    )  # fmt: skip
    kind = np.repeat(np.arange(7), counts)
    first = np.r_[0, np.cumsum(counts)]
    village = _sites(rng, villages, counts)
    x = villages.x[village] + 0.35 * rng.standard_normal(len(kind))
    y = villages.y[village] + 0.35 * rng.standard_normal(len(kind))
    size = np.exp(np.array(_SIZE_SPREAD)[kind] * rng.standard_normal(len(kind)))
    private = np.select(
        [kind == PRIMARY, kind == CLINIC, kind == PHARMACY, kind == SECONDARY],
        [rng.random(len(kind)) < 0.75, True, True, rng.random(len(kind)) < 0.2],
        False,
    )
    owner = np.arange(len(kind))
    chain = np.flatnonzero((kind == PHARMACY) & (rng.random(len(kind)) < 0.45))
    heads = max(1, len(chain) // 8)
    owner[chain] = len(kind) + rng.integers(0, heads, len(chain))
    desks = np.select(
        [kind == TERTIARY, kind == SECONDARY, kind == PRIMARY, kind == CENTRE, kind == PHARMACY],
        [rng.integers(5, 9, len(kind)), rng.integers(3, 6, len(kind)), 2, rng.integers(1, 3, len(kind)), 1],
        1,
    )
    shops = np.arange(first[PHARMACY], first[PHARMACY + 1])
    return Places(
        kind=kind, x=x, y=y, village=village, size=size, private=private, owner=owner,
        beds=_beds(persons, kind, size), desks=desks.astype(np.int64), first=first,
        pull=[_pull(villages, x[first[k] : first[k + 1]], y[first[k] : first[k + 1]], size[first[k] : first[k + 1]], _PULL_KM[k]) for k in range(7)],
        nearest_pharmacy=shops[_nearest(x, y, x[shops], y[shops])],
    )  # fmt: skip


def _sites(rng: Rng, villages: Villages, counts: tuple[int, ...]) -> Ints:
    """A village for each place: hospitals in the core, village clinics one to a village."""
    odds = villages.weight / villages.weight.sum()
    core = odds * np.where(villages.urban, 4.0, 1.0)
    core /= core.sum()
    sites = [rng.choice(len(villages), size=n, p=core) for n in counts[:3]]
    towns = int(villages.town.max()) + 1
    middle = np.searchsorted(villages.town, np.arange(counts[3]) % towns)  # a centre in every town first
    sites.append(np.minimum(middle, len(villages) - 1))
    sites.append(rng.choice(len(villages), size=counts[4], p=core))
    rural = np.flatnonzero(~villages.urban)
    sites.append(
        rng.permutation(rural)[np.arange(counts[5]) % len(rural)]
        if len(rural)
        else rng.integers(0, len(villages), counts[5])
    )
    sites.append(rng.choice(len(villages), size=counts[6], p=(core + odds) / 2))
    return np.concatenate(sites).astype(np.int64)


def _pull(villages: Villages, x: Floats, y: Floats, size: Floats, reach_km: float) -> Drawer:
    distance = np.hypot(villages.x[:, None] - x[None, :], villages.y[:, None] - y[None, :])
    return Drawer(size[None, :] * np.exp(-distance / reach_km) + 1e-9)


def _beds(persons: int, kind: Ints, size: Floats) -> Ints:
    """Approved beds: so many a person, by the size of the house."""
    in_kind = np.bincount(kind, size, minlength=7)[kind]
    wanted = persons * _BEDS_PER_PERSON * np.array(_BED_SHARE)[kind] * size / in_kind
    beds: Ints = np.maximum(np.round(wanted), np.array(_LEAST_BEDS)[kind]).astype(np.int64)
    return beds


def _nearest(x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Ints:
    found = np.empty(len(x), dtype=np.int64)
    for start in range(0, len(x), 512):
        part = slice(start, start + 512)
        found[part] = np.argmin((x[part, None] - to_x) ** 2 + (y[part, None] - to_y) ** 2, axis=1)
    return found


def make_doctors(plan: CityPlan, places: Places) -> Doctors:
    """Staff the facilities: larger ones get more doctors, each doctor has weekly sessions."""
    rng = plan.rng(4)
    kind = places.kind[: places.facilities]
    total = plan.persons * _DOCTORS_PER_PERSON
    staff = np.ones(len(kind), dtype=np.int64)
    for k, share in enumerate(_DOCTOR_SHARE):
        rows = np.flatnonzero(kind == k)
        part = places.size[rows] / places.size[rows].sum() * total * share
        staff[rows] = np.maximum((6, 4, 3, 2, 1, 1)[k], np.round(part)).astype(np.int64)
    facility = np.repeat(np.arange(len(kind)), staff)
    first = np.r_[0, np.cumsum(staff)]
    pull = np.exp(0.6 * rng.standard_normal(len(facility)))
    running = np.cumsum(pull)
    before = np.r_[0.0, running][first[:-1]]
    share = (running - before[facility]) / (running[first[1:] - 1] - before)[facility]
    return Doctors(
        facility=facility,
        specialty=_specialties(rng, kind[facility], facility, first),
        title=rng.choice(4, size=len(facility), p=(0.12, 0.25, 0.38, 0.25)),
        first=first,
        ladder=share + facility,
        wait=_waits(rng, np.array(_DUTY_DAYS)[kind[facility]]),
        second_site={},
    )


def _specialties(rng: Rng, kind: Ints, facility: Ints, first: Ints) -> Ints:
    hospital = np.array([0.26, 0.16, 0.1, 0.08, 0.08, 0.07, 0.05, 0.06, 0.08, 0.06])
    drawn = rng.choice(10, size=len(kind), p=hospital / hospital.sum())
    drawn = np.where(kind == CENTRE, rng.choice([0, 2, 3, 3, 4, 5], size=len(kind)), drawn)
    drawn = np.where(kind == CLINIC, rng.choice([3, 4, 4, 5, 8], size=len(kind)), drawn)
    drawn = np.where(kind == VILLAGE, 3, drawn)
    place_in_house = np.arange(len(kind)) - first[facility]
    for position, specialty in ((0, 0), (1, 6), (2, 7), (3, 5), (4, 2)):  # hospitals have these at the least
        drawn = np.where((kind <= SECONDARY) & (place_in_house == position), specialty, drawn)
    return drawn.astype(np.int64)


def _waits(rng: Rng, days: Ints) -> Ints:
    """Days until the next session, from each weekday; sessions stay the same all year."""
    rank = np.argsort(
        np.argsort(rng.random((len(days), 7)) + np.array([0, 0, 0, 0, 0, 0.35, 0.5]), axis=1), axis=1
    )
    on = rank < days[:, None]
    wait = np.zeros((len(days), 7), dtype=np.int64)
    for ahead in range(6, -1, -1):
        wait = np.where(np.roll(on, -ahead, axis=1), ahead, wait)
    return wait
