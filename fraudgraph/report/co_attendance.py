"""Moments: the minutes in which a ring's people stood at one place together; and admissions of one wave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from fraudgraph.records import DossierClaim

__all__ = ["Moment", "Wave", "moments", "waves"]

_GAP = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Moment:
    """Claims of several people at one place within minutes of each other."""

    place_id: str
    start: datetime
    end: datetime
    claims: tuple[DossierClaim, ...]

    @property
    def patients(self) -> tuple[str, ...]:
        """Who was there, in order of their first claim."""
        return tuple(dict.fromkeys(claim.patient_id for claim in self.claims))

    @property
    def operators(self) -> tuple[str, ...]:
        """Desks or persons that settled the claims."""
        return tuple(sorted({claim.operator_id for claim in self.claims if claim.operator_id}))


@dataclass(frozen=True, slots=True)
class Wave:
    """Stays of several people at one facility that began within a day of each other."""

    place_id: str
    first: date
    last: date
    claims: tuple[DossierClaim, ...]

    @property
    def patients(self) -> tuple[str, ...]:
        """Who was admitted."""
        return tuple(dict.fromkeys(claim.patient_id for claim in self.claims))


def moments(claims: Iterable[DossierClaim]) -> list[Moment]:
    """The ring's meetings by the clock: most people first, then earliest.

    Only claims that stand in a meeting and carry a clock count; a pause of an hour ends a moment; stays are left
    to `waves`.
    """
    timed = sorted(
        (c for c in claims if c.in_meeting and c.at is not None and c.claim_type != "inpatient"),
        key=lambda c: (c.place_id, c.at, c.claim_id),
    )
    found = [
        Moment(place, run[0].at, run[-1].at, tuple(run))
        for place, at_place in groupby(timed, key=lambda c: c.place_id)
        for run in _runs(at_place)
        if run[0].at is not None and run[-1].at is not None
    ]
    several = [moment for moment in found if len(moment.patients) > 1]
    return sorted(several, key=lambda m: (-len(m.patients), m.start, m.place_id))


def _runs(claims: Iterable[DossierClaim]) -> Iterator[list[DossierClaim]]:
    """Claims of one place in time order, cut wherever an hour passes."""
    run: list[DossierClaim] = []
    for claim in claims:
        last = run[-1].at if run else None
        if last is not None and claim.at is not None and claim.at - last > _GAP:
            yield run
            run = []
        run.append(claim)
    if run:
        yield run


def waves(claims: Iterable[DossierClaim]) -> list[Wave]:
    """The ring's admissions by wave: most people first, then earliest."""
    stays = sorted(
        (c for c in claims if c.in_meeting and c.claim_type == "inpatient"),
        key=lambda c: (c.place_id, c.day, c.claim_id),
    )
    found: list[list[DossierClaim]] = []
    for stay in stays:
        last = found[-1][-1] if found else None
        if last is None or last.place_id != stay.place_id or (stay.day - last.day).days > 1:
            found.append([])
        found[-1].append(stay)
    several = [Wave(w[0].place_id, w[0].day, w[-1].day, tuple(w)) for w in found]
    return sorted(
        (wave for wave in several if len(wave.patients) > 1),
        key=lambda w: (-len(w.patients), w.first, w.place_id),
    )
