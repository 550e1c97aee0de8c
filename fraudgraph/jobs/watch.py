"""The daily look: which known rings moved, which new ones crossed the line, and where an inspector may still be in time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from fraudgraph.casework.forecast import Session, forecast
from fraudgraph.casework.known import KnownRing, Register
from fraudgraph.casework.ring_tracking import Found, follow, months_between
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.errors import SourceError
from fraudgraph.groups import search_groups
from fraudgraph.jobs.day_outputs import DaySummary, Move, NextSession, write_day
from fraudgraph.jobs.deliveries import deliveries, link_window, window_of
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.registers import latest_register
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.jobs.workspace import Workspace, disk_told, tidy
from fraudgraph.meetings import find_meetings
from fraudgraph.outliers.scoring import OUTLIERS_TABLE_SQL
from fraudgraph.progress import Progress
from fraudgraph.records import Month, NodeKind
from fraudgraph.rings import Candidate, assemble_rings, collect_evidence
from fraudgraph.screening.runner import FLAGS_TABLE_SQL
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["watch_day"]

_SQL = Path(__file__).parent / "sql"


def watch_day(
    workspace: Workspace, day: date, settings: Settings, *, listener: Callable[[str], None] | None = None,
    progress: Progress | None = None, known_only: bool = False,
) -> DaySummary:  # fmt: skip
    """Add what arrived and look at one day.

    New rings are looked for in the last months only (watch.window_months) and without screening models and peer
    comparison, which are left to the month: what crosses the line here would cross it there all the more.

    Parameters
    ----------
    workspace : Workspace
        Where.
    day : date
        The day to look at.
    settings : Settings
        The workspace's settings.
    listener : callable, optional
        Gets the log's lines.
    progress : Progress, optional
        Told of the stages.
    known_only : bool
        Look at known rings only: nothing but the months since the last published one is read, and no group is sought.

    Raises
    ------
    SourceError
        If the day has no claims.
    FraudgraphError
        With one sentence that says what to do.
    """
    began = perf_counter()
    journal = Journal(workspace.root / "logs" / f"{Month.of(day)}.jsonl", listener, progress)
    with Lock(workspace.checked(), f"fraudgraph watch {day}") as lock:
        journal.note("begin", day=str(day), left_behind=lock.left_behind)
        for folder in (workspace.months, workspace.days):
            tidy(folder)
        take_in(workspace, settings)
        scratch = workspace.work / "day"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True, mode=0o700)
        try:
            with disk_told(scratch):
                summary = _look(workspace, day, settings, scratch, journal, began, known_only=known_only)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        journal.note("end", day=str(day), claims=summary.claims, moved=len(summary.moved), crossed=list(summary.crossed), seconds=summary.seconds)  # fmt: skip
    return summary


def _look(
    workspace: Workspace, day: date, settings: Settings, scratch: Path, journal: Journal, began: float, *,
    known_only: bool,
) -> DaySummary:  # fmt: skip
    month, register = Month.of(day), latest_register(workspace)
    back = settings.watch.window_months
    if known_only and register is not None:
        back = max(1, months_between(Month.parse(register.month).last_day, month))
    with Store(
        scratch, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
    ) as store:
        journal.stage("Reading", "读取数据")
        claims = _read(store, workspace, day, settings, scratch / "window", back)
        moved = _moved(store, register, day)
        found = () if known_only else _rings(store, settings, journal)
        names = follow(_found(found), register, month, settings.casework).names
        crossed = _crossed(found, names, register, day)
        since = _together(store, register) if known_only else _sittings(store, names)
        expected = _expected(store, _sessions(since, register, workspace), day)
        summary = DaySummary(
            day=day, out=workspace.days / str(day), claims=claims, moved=moved, crossed=tuple(one.ring.ring_id for one in crossed),
            expected=expected, seconds=round(perf_counter() - began, 3),
        )  # fmt: skip
        journal.stage("Writing", "写出结果")
        proven = collect_evidence(store, crossed) if crossed else ()
        write_day(summary, proven, month, settings)
        journal.done()
    return summary


def _read(store: Store, workspace: Workspace, day: date, settings: Settings, links: Path, months: int) -> int:
    """Claims of some months up to the day; how many are of the day itself."""
    of_window = settings.model_copy(
        update={"month": settings.month.model_copy(update={"window_months": months})}
    )
    _, used = window_of(deliveries(workspace), Month.of(day), of_window)
    if used:
        read_claims(
            store, [link_window(used, links)], settings.source, month=Month.of(day), window_months=months, mapping=workspace.mapping,
            kept=KeptSheets(workspace.kept), partial=True, deliveries=True,
        )  # fmt: skip
        store.run("DELETE FROM claims WHERE event_date > $day", day=day)
    claims = int(store.one("SELECT count(*) FROM claims WHERE event_date = $day", day=day)[0]) if used else 0
    if not claims:
        raise SourceError(
            f"No claims of {day} were delivered. Put them into {workspace.inbox} and run again.",
            f"尚未收到 {day} 的结算数据。请放入 {workspace.inbox} 后重新运行。",
        )
    return claims


def _moved(store: Store, register: Register | None, day: date) -> tuple[Move, ...]:
    """Known rings of which two or more members were at one place on the day, the most first."""
    rows = [
        (ring.ring_id, patient)
        for ring in (register.rings.values() if register else ())
        if ring.state in ("active", "dormant") and ring.first_listed
        for patient in ring.patients
    ]
    if not rows:
        return ()
    store.run("CREATE OR REPLACE TEMP TABLE watched (ring_id VARCHAR, patient_id VARCHAR)")
    store.run(
        "INSERT INTO watched SELECT unnest($rings), unnest($patients)",
        rings=[ring for ring, _ in rows],
        patients=[patient for _, patient in rows],
    )
    return tuple(
        Move(
            ring_id=row[0], place_id=row[1], place_name=row[2] or row[1], present=int(row[3]), usual=round(float(row[4]), 3),
            first_at=row[5] or "", last_at=row[6] or "", claims=int(row[7]), fund_amount=row[8],
        )
        for row in store.rows((_SQL / "moves.sql").read_text(encoding="utf-8"), day=day)
    )  # fmt: skip


def _rings(store: Store, settings: Settings, journal: Journal) -> tuple[Candidate, ...]:
    """Groups of the short window as rings, by togetherness, identity and money alone."""
    least, seed = settings.rings.min_patients, settings.run.seed
    find_meetings(store, settings.meetings, progress=journal)
    journal.stage("Groups", "社团")
    search_groups(store, settings.groups, seed=seed, min_patients=least)
    store.run(FLAGS_TABLE_SQL)
    store.run(OUTLIERS_TABLE_SQL)
    return assemble_rings(store, settings.rings)


def _found(candidates: Sequence[Candidate]) -> list[Found]:
    return [
        Found(
            group_no=one.group_no,
            patients=frozenset(m.entity_id for m in one.ring.members if m.entity_type is NodeKind.PATIENT),
            last_seen=one.ring.last_seen,
            listed=one.ring.listed,
        )
        for one in candidates
    ]


def _crossed(
    candidates: tuple[Candidate, ...], names: Mapping[int, str], register: Register | None, day: date
) -> tuple[Candidate, ...]:
    """Rings that no month has put forward yet and that were together on the day, numbered within it."""
    known: Mapping[str, KnownRing] = register.rings if register else {}
    before = {name for name, ring in known.items() if ring.first_listed}
    fresh = [
        one
        for one in candidates
        if one.ring.listed and one.ring.last_seen == day and names.get(one.group_no) not in before
    ]
    return tuple(
        replace(one, ring=replace(one.ring, ring_id=f"{day}-{number:03d}", rank=number))
        for number, one in enumerate(sorted(fresh, key=lambda one: -one.ring.score), 1)
    )


def _sittings(store: Store, names: Mapping[int, str]) -> list[tuple[str, date, str]]:
    """Days and places of the known rings' sittings in the short window."""
    rows = store.rows((_SQL / "sessions_of_groups.sql").read_text(encoding="utf-8"))
    return [(names[group_no], _day(day), place) for group_no, day, place in rows if group_no in names]


def _together(store: Store, register: Register | None) -> list[tuple[str, date, str]]:
    """Days and places at which two or more members of a known ring were, where no sittings were sought."""
    if register is None or not store.has("watched"):
        return []
    return [
        (str(ring), day, str(place))
        for ring, day, place in store.rows(
            "SELECT w.ring_id, c.event_date, c.place_id FROM watched AS w JOIN claims AS c ON c.patient_id = w.patient_id "
            "WHERE c.counted GROUP BY 1, 2, 3 HAVING count(DISTINCT w.patient_id) >= 2 ORDER BY 1, 2, 3"
        )
    ]


def _sessions(
    since: Sequence[tuple[str, date, str]], register: Register | None, workspace: Workspace
) -> dict[str, list[Session]]:
    """Days and places of each known ring's sessions: from the last published month, and from the days since."""
    if register is None:
        return {}
    month = Month.parse(register.month)
    with Store(workspace.month(month), read_only=True) as before:
        kept = before.rows((_SQL / "sessions_of_rings.sql").read_text(encoding="utf-8"))
    every = [(str(name), _day(day), str(place)) for name, day, place in kept]
    every += [one for one in since if one[1] > month.last_day]
    found: dict[str, list[Session]] = {}
    for name, day, place in every:
        if name in register.rings and register.rings[name].first_listed:
            found.setdefault(name, []).append(Session(day, place))
    return found


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))


def _expected(store: Store, sessions: dict[str, list[Session]], day: date) -> tuple[NextSession, ...]:
    told = {name: one for name in sorted(sessions) if (one := forecast(sessions[name], day)) is not None}
    places = dict(
        store.rows(
            "SELECT facility_id, name FROM facilities WHERE name IS NOT NULL UNION ALL SELECT pharmacy_id, name FROM pharmacies WHERE name IS NOT NULL ORDER BY 1"
        )
    )
    found = [
        NextSession(ring_id=name, place_name=places.get(one.place_id, one.place_id), told=one) for name, one in told.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.told.day, -one.told.chance, one.ring_id)))
