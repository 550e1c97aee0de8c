"""What happened when: all claims over the months, and close-ups of the minutes in which people met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from fraudgraph.records import Dossier, DossierClaim, NodeKind
from fraudgraph.report.co_attendance import Moment, moments, waves
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.sanitise import amount, plain

__all__ = ["CloseUp", "Mark", "PlaceMark", "Row", "Stay", "Timeline", "close_ups", "timeline"]

MAX_ROWS: Final = 60
MAX_MARKS: Final = 1_000
TOLD_MARKS: Final = 200
"""With more marks than this they don't say what they are: the page stays small, and the claims stand in their table."""
MAX_PLACES: Final = 5
MAX_CLOSE_UPS: Final = 6
CLOSE_UP_ROWS: Final = 14
_WIDTH, _LEFT, _RIGHT, _TOP = 1040.0, 132.0, 16.0, 30.0


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """Which mark stands for which place: 0 to 4 by number of claims, 5 for all others."""

    index: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One claim: where it stands, by which place's mark, and whether it belongs to a meeting."""

    x: float
    y: float
    place: int
    met: bool
    tip: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay: a bar from admission to discharge."""

    x: float
    y: float
    width: float
    place: int
    met: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One patient's row."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All claims of the ring's people over the days."""

    width: float
    height: float
    left: float
    right: float
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    bands: tuple[float, ...]
    marks: tuple[Mark, ...]
    stays: tuple[Stay, ...]
    places: tuple[PlaceMark, ...]
    row_height: float
    hidden_patients: int
    hidden_claims: int
    has_clock: bool


@dataclass(frozen=True, slots=True)
class CloseUp:
    """One meeting to the minute."""

    day: date
    place: str
    start: str
    end: str
    people: int
    operators: str
    width: float
    height: float
    left: float
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]
    hidden_patients: int


def timeline(dossier: Dossier, cast: Cast) -> Timeline | None:
    """One row per patient, marks by place, days of meetings as bands; None where there are no claims."""
    if not dossier.claims:
        return None
    patients, rows, row_height = _rows(dossier, cast)
    ranked = _ranked_places(dossier.claims)
    drawn = [c for c in dossier.claims if c.patient_id in patients]
    drawn = sorted(drawn, key=lambda c: (not c.in_meeting, c.day, c.claim_id))[:MAX_MARKS]
    first = min(c.day for c in dossier.claims)
    last = max(max(c.ended_on or c.day, c.day) for c in dossier.claims)
    days = max((last - first).days + 1, 7)
    scale = (_WIDTH - _LEFT - _RIGHT) / days

    def x(day: date, clock: time | None = None) -> float:
        part = 0.5 if clock is None else (clock.hour * 60 + clock.minute) / 1440
        return round(_LEFT + ((day - first).days + part) * scale, 1)

    few = len(drawn) <= TOLD_MARKS
    marks = [
        Mark(x(c.day, c.at.time() if c.at else None), patients[c.patient_id], ranked.get(c.place_id, MAX_PLACES), c.in_meeting, _tip(c, cast, whole=False) if few else "")
        for c in drawn
    ]  # fmt: skip
    stays = [
        Stay(x(c.day), patients[c.patient_id], max(round((c.ended_on - c.day).days * scale, 1), 2.0), ranked.get(c.place_id, MAX_PLACES), c.in_meeting)
        for c in drawn
        if c.ended_on is not None and c.ended_on > c.day
    ]  # fmt: skip
    together = {m.start.date() for m in moments(dossier.claims)} | {w.first for w in waves(dossier.claims)}
    return Timeline(
        _WIDTH,
        _TOP + len(rows) * row_height + 8,
        _LEFT,
        _WIDTH - _RIGHT,
        tuple(rows),
        tuple((x(day, time(0)), text) for day, text in _day_ticks(first, days)),
        tuple(x(day) for day in sorted(together)),
        tuple(sorted(marks, key=lambda m: (m.met, m.place, m.x, m.y))),
        tuple(sorted(stays, key=lambda s: (s.y, s.x))),
        _place_marks(dossier.claims, ranked, cast),
        row_height,
        len({c.patient_id for c in dossier.claims}) - len(patients),
        max(dossier.claim_count, len(dossier.claims)) - len(drawn),
        any(c.at is not None for c in dossier.claims),
    )


def _rows(dossier: Dossier, cast: Cast) -> tuple[dict[str, float], list[Row], float]:
    """Patients with most meetings first; their place from the top."""
    met = Counter(c.patient_id for c in dossier.claims if c.in_meeting)
    everyone = sorted({c.patient_id for c in dossier.claims}, key=lambda p: (-met[p], p))[:MAX_ROWS]
    height = 22.0 if len(everyone) <= 16 else 16.0 if len(everyone) <= 40 else 12.0
    labels = {c.patient_id: cast.patient(c) for c in dossier.claims}
    rows = [Row(_TOP + height * (i + 0.5), labels[patient][:18]) for i, patient in enumerate(everyone)]
    return dict(zip(everyone, (row.y for row in rows), strict=True)), rows, height


def _ranked_places(claims: Iterable[DossierClaim]) -> dict[str, int]:
    """The places with most claims in meetings, then most claims, get a mark of their own."""
    count: Counter[str] = Counter()
    for claim in claims:
        count[claim.place_id] += 1000 if claim.in_meeting else 1
    ordered = sorted(count, key=lambda place: (-count[place], place))[:MAX_PLACES]
    return {place: index for index, place in enumerate(ordered)}


def _place_marks(claims: Iterable[DossierClaim], ranked: dict[str, int], cast: Cast) -> tuple[PlaceMark, ...]:
    marks = [PlaceMark(index, cast.place(place)) for place, index in ranked.items()]
    if any(claim.place_id not in ranked for claim in claims):
        marks.append(PlaceMark(MAX_PLACES, ""))
    return tuple(marks)


def _tip(claim: DossierClaim, cast: Cast, *, whole: bool = True) -> str:
    """What a mark says under the pointer: when, who, how much; whole with the claim's id."""
    when = claim.at.strftime("%Y-%m-%d %H:%M") if claim.at else claim.day.isoformat()
    ident = f" · {plain(claim.claim_id, 40)}" if whole else ""
    return (
        f"{when} · {cast.handle(NodeKind.PATIENT, claim.patient_id)} · ¥{amount(claim.total_amount)}{ident}"
    )


def _day_ticks(first: date, days: int) -> list[tuple[date, str]]:
    """Months for long spans, weeks for middle ones, days for short ones."""
    every = [first + timedelta(days=i) for i in range(days)]
    if days > 75:
        months = [day for day in every if day.day == 1]
        step = -(-len(months) // 14)
        ticks = [(day, f"{day:%Y-%m}") for day in months[::step]]
        room = (ticks[0][0] - first).days > days / 12
        return [(first, first.isoformat()), *ticks] if room else ticks
    if days > 16:
        return [(day, f"{day:%m-%d}") for day in every if day.weekday() == 0]
    return [(day, f"{day:%m-%d}") for day in every]


def close_ups(dossier: Dossier, cast: Cast) -> list[CloseUp]:
    """The meetings with most people, each drawn to the minute."""
    ranked = _ranked_places(dossier.claims)
    return [_close_up(moment, ranked, cast) for moment in moments(dossier.claims)[:MAX_CLOSE_UPS]]


def _close_up(moment: Moment, ranked: dict[str, int], cast: Cast) -> CloseUp:
    width, left, right, top, height = 500.0, 104.0, 44.0, 24.0, 19.0
    begin, step, ticks = _minute_axis(moment.start, moment.end)
    minutes = step * ticks
    scale = (width - left - right) / minutes
    people = moment.patients[:CLOSE_UP_ROWS]
    y = {patient: top + height * (i + 0.5) for i, patient in enumerate(people)}
    labels = {c.patient_id: cast.patient(c)[:14] for c in moment.claims}

    def x(at: datetime) -> float:
        return round(left + (at - begin).total_seconds() / 60 * scale, 1)

    marks = tuple(
        Mark(
            x(c.at), y[c.patient_id], ranked.get(c.place_id, MAX_PLACES), True, _tip(c, cast), f"{c.at:%H:%M}"
        )
        for c in moment.claims
        if c.at is not None and c.patient_id in y
    )
    return CloseUp(
        moment.start.date(),
        cast.place(moment.place_id),
        f"{moment.start:%H:%M}",
        f"{moment.end:%H:%M}",
        len(moment.patients),
        ", ".join(_operator(cast, operator) for operator in moment.operators[:4]),
        width,
        top + height * len(people) + 6,
        left,
        tuple(Row(y[patient], labels[patient]) for patient in people),
        tuple(
            (round(left + i * step * scale, 1), f"{begin + timedelta(minutes=i * step):%H:%M}")
            for i in range(ticks + 1)
        ),
        marks,
        len(moment.patients) - len(people),
    )


def _operator(cast: Cast, operator_id: str) -> str:
    return cast.label(NodeKind.OPERATOR, operator_id)


def _minute_axis(start: datetime, end: datetime) -> tuple[datetime, int, int]:
    """Where the axis begins, minutes between ticks, and how many steps; at most seven ticks."""
    steps: Sequence[int] = (1, 2, 5, 10, 15, 30, 60, 120, 240)
    for step in steps:
        begin = start.replace(second=0, microsecond=0) - timedelta(minutes=start.minute % step)
        count = int((end - begin).total_seconds() // 60) // step + 1
        if count <= 6:
            break
    return begin, step, count
