"""Signs: the facts by which rings and lawful groups differ, one number each, whatever the city.

How regular the windows are, who else was there, whether the people keep their own rhythm or the group's, how alike they are,
what they cost. A fact that can't be known (a column that was not delivered) is absent and says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fraudgraph.groups.judging import MAIN_SHARE, MAIN_WINDOWS, Judged, measure
from fraudgraph.groups.presences import DAY_MINUTES, MOST_HOLDERS, Presences, read_presences
from fraudgraph.groups.segments import Floats, Ints, distinct, distinct_counts, rows_between, where_in
from fraudgraph.groups.windows import Attendance, attendance_of
from fraudgraph.rings.alone import LEAST_COMMON, how_alone
from fraudgraph.rings.signs_apart import add_from_places, by_kind, without_windows
from fraudgraph.store import Store

__all__ = ["read_signs"]

_SQL = Path(__file__).parent / "sql"
_HOURS = 24
_HOUR_FLOOR = 0.005
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What all groups are looked at against."""

    seen: Presences
    judged: Judged
    there: Attendance
    ours: Ints
    crowd: Ints
    inside: Ints
    hours: Floats
    day_codes: Ints
    day_sizes: Ints
    day_usual: Floats
    groups_at: Ints


def read_signs(store: Store) -> dict[int, dict[str, float]]:
    """Read the signs of every group.

    Parameters
    ----------
    store : Store
        Holds `group_members`, `group_blocks`, `member_claims`, `visits`, `coded_stays`, `person_homes`, `patients`, claims.

    Returns
    -------
    dict
        Group number, then fact by name; shares 0..1, `_log` natural logarithms, `_nats` natural logarithms of odds.
    """
    members = store.arrow("SELECT group_no, patient FROM group_members ORDER BY group_no, patient")
    group, person = (members[name].to_numpy().astype(np.int64) for name in ("group_no", "patient"))
    signs: dict[int, dict[str, float]] = {int(no): {} for no in np.unique(group)}
    for name, values in (
        ("signs_claims", {}), ("signs_people", {"most": MOST_HOLDERS}), ("signs_own", {}),
        ("signs_lives", {"least_common": LEAST_COMMON}), ("signs_bills", {}),
    ):  # fmt: skip
        table = store.arrow((_SQL / f"{name}.sql").read_text(encoding="utf-8"), **values)
        for row in table.to_pylist():
            signs[row["group_no"]].update(
                {
                    fact: float(value)
                    for fact, value in row.items()
                    if value is not None and fact != "group_no"
                }
            )
    steered = add_from_places(store, signs)
    scene = _scene(store, group, person)
    starts = np.searchsorted(group, np.arange(int(group.max(initial=0)) + 2))
    for no, found in signs.items():
        found.update(_of_group(scene, no, person[starts[no] : starts[no + 1]]))
        if "window_count_log" not in found and no not in steered:
            found.update(without_windows(found))
    signs = {
        no: {fact: round(value, 6) for fact, value in found.items() if np.isfinite(value)}
        for no, found in signs.items()
    }
    people = {no: frozenset(person[starts[no] : starts[no + 1]].tolist()) for no in signs}
    for no, ranks in how_alone(signs, people).items():
        signs[no].update({fact: round(value, 6) for fact, value in ranks.items()})
    return {no: dict(sorted(by_kind(found, steered=no in steered).items())) for no, found in signs.items()}


def _scene(store: Store, group: Ints, person: Ints) -> _Scene:
    seen = read_presences(store)
    judged = measure(seen, group, person)
    windows = judged.windows
    there = attendance_of(seen, windows)
    members = group * seen.person_count + person
    ours = where_in(members, windows.group[there.window] * seen.person_count + seen.person[there.row])[1]
    hours = np.zeros((seen.station_count, _HOURS))
    np.add.at(hours, (seen.station, seen.time % DAY_MINUTES // 60), 1)
    code, size = distinct_counts(seen.station * (seen.day_count + 2) + seen.day)
    days = np.bincount(code // (seen.day_count + 2), minlength=seen.station_count)
    main = [
        int(np.bincount(windows.station[windows.group == no]).argmax()) for no in np.unique(windows.group)
    ]
    return _Scene(
        seen=seen, judged=judged, there=there, ours=np.flatnonzero(ours),
        crowd=np.bincount(there.window, minlength=len(windows)),
        inside=np.bincount(there.window[ours], minlength=len(windows)),
        hours=hours / np.maximum(hours.sum(axis=1, keepdims=True), 1),
        day_codes=code, day_sizes=size, day_usual=seen.station_size / np.maximum(days, 1),
        groups_at=np.bincount(np.array(main, np.int64), minlength=seen.station_count),
    )  # fmt: skip


def _of_group(scene: _Scene, no: int, people: Ints) -> dict[str, float]:
    seen, windows = scene.seen, scene.judged.windows
    first, beyond = np.searchsorted(windows.group, [no, no + 1])
    own = np.arange(first, beyond)
    found = {"people_log": float(np.log(len(people))), **_of_homes(seen, people)}
    row, _ = rows_between(seen.person_start[people], seen.person_start[people + 1])
    every = seen.by_person[row]
    busy = np.diff(seen.person_start)
    found["busy_log"] = float(np.log(max(len(every), 1) / len(people) / busy[busy > 0].mean()))
    if not len(own):
        return found
    low, high = np.searchsorted(scene.there.window[scene.ours], [first, beyond])
    picked = scene.ours[low:high]
    return {
        **found,
        **_of_time(scene, own),
        **_of_place(scene, own, people),
        **_of_habit(scene, picked, people, len(own)),
        **_of_life(scene, own, scene.there.row[picked], every),
        **_of_order(scene, picked, people),
        "gain_log": float(np.log(max(scene.judged.gain[no], 1.0))),
        "gain_per_person_log": float(np.log(max(scene.judged.gain[no] / len(people), 0.1))),
        "attendance": float(scene.judged.attendance[no]),
    }


def _of_homes(seen: Presences, people: Ints) -> dict[str, float]:
    _, counts = np.unique(seen.home[people], return_counts=True)
    row, owner = rows_between(seen.contact_start[people], seen.contact_start[people + 1])
    linked = people[owner][np.isin(seen.contact_to[row], people)]
    return {
        "home_share": len(counts) / len(people),
        "top_home_share": float(counts.max()) / len(people),
        "linked_share": len(np.unique(linked)) / len(people),
    }


def _of_time(scene: _Scene, own: Ints) -> dict[str, float]:
    """When the windows are: how regular, on which weekdays, at which hours, over how long."""
    windows, seen = scene.judged.windows, scene.seen
    begin, end = windows.begin[own], windows.end[own]
    days = np.unique(begin // DAY_MINUTES)
    gaps = np.diff(days).astype(np.float64)
    middle = (begin + end) // 2 % DAY_MINUTES
    found = {
        "window_count_log": float(np.log1p(len(own))),
        "weekday_share": float(np.bincount(begin // DAY_MINUTES % 7).max()) / len(own),
        "days_per_window": len(days) / len(own),
        "span_share": float(days[-1] - days[0] + 1) / seen.day_count,
        "odd_hour_log": float(np.log(scene.hours[windows.station[own], middle // 60] + _HOUR_FLOOR).mean()),
        "hour_spread_log": float(np.log1p(middle.std())),
        "step_log": float(np.log1p(np.median((end - begin) / np.maximum(windows.people[own] - 1, 1)))),
    }
    if len(gaps):
        found["gap_log"] = float(np.log(np.median(gaps)))
        found["consecutive_share"] = float((gaps <= 1).mean())
    if len(gaps) > 1:
        found["gap_spread"] = float(gaps.std() / gaps.mean())
    if len(gaps) > 2:
        found["gap_irregularity"] = float(np.median(np.abs(gaps - np.median(gaps))) / np.median(gaps))
    return found


def _of_place(scene: _Scene, own: Ints, people: Ints) -> dict[str, float]:
    """Where, who else was there, and what the day was like at the place."""
    windows, seen = scene.judged.windows, scene.seen
    station = windows.station[own]
    at = np.bincount(station)
    main = int(at.argmax())
    others = np.maximum(scene.crowd[own] - scene.inside[own], 0)
    code, known = where_in(
        scene.day_codes, station * (seen.day_count + 2) + windows.begin[own] // DAY_MINUTES
    )
    volume = np.where(known, scene.day_sizes[code], 0)
    rest = (np.maximum(volume - scene.inside[own], 0) + 1) / (scene.day_usual[station] + 1)
    days = np.unique(np.stack([windows.begin[own] // DAY_MINUTES, station]), axis=1)
    patrons = float(seen.patrons[main, 1])
    return {
        "place_count_log": float(np.log(np.count_nonzero(at))),
        "main_place_share": float(at.max()) / len(own),
        "present_share": float(np.median(windows.people[own])) / len(people),
        "purity": float(np.median(scene.inside[own] / np.maximum(scene.crowd[own], 1))),
        "others_log": float(np.log1p(np.median(others))),
        "occasion_log": float(np.median(np.log(rest))),
        "journey_share": 1 - len(np.unique(days[0])) / days.shape[1],
        "groups_here_log": float(np.log1p(max(int(scene.groups_at[main]) - 1, 0))),
        "groups_per_patron": max(int(scene.groups_at[main]) - 1, 0) / max(patrons / 1000, 0.2),
        "place_size_log": float(np.log(seen.station_size[main])),
        "of_patrons_share": len(people) / max(patrons, 1.0),
    }


def _of_habit(scene: _Scene, picked: Ints, people: Ints, windows: int) -> dict[str, float]:
    """Whether the people come by their own rhythm, and how evenly they come."""
    seen, row = scene.seen, scene.there.row[picked]
    hour = np.where(seen.is_stay[seen.station[row]], 1.0, seen.habits.hour[row])
    by_habit = np.log(np.maximum(seen.habits.day[row] * hour, _SMALLEST))
    by_place = np.log(scene.there.chance[picked])
    came = np.bincount(np.searchsorted(people, seen.person[row]), minlength=len(people))
    return {
        "habit_nats": float(np.maximum(by_habit, np.log(1e-6)).mean()),
        "habit_beyond_nats": float(np.maximum(by_habit - by_place, 0).mean()),
        "chance_log": float(by_place.mean()),
        "attendance_spread": float(came.std() / max(came.mean(), _SMALLEST)),
        "least_attendance": float(came.min()) / windows,
    }


def _of_order(scene: _Scene, picked: Ints, people: Ints) -> dict[str, float]:
    """Whether people keep their own turn and minute in the windows: slots and queues do, cards from one drawer come in one order."""
    seen, row = scene.seen, scene.there.row[picked]
    window = scene.there.window[picked]
    timed = ~seen.is_stay[seen.station[row]]
    row, window = row[timed], window[timed]
    if len(row) < 8:
        return {}
    person = np.searchsorted(people, seen.person[row])
    time = (seen.time[row] % DAY_MINUTES).astype(np.float64)
    order = np.lexsort((time, window))
    person, window, time = person[order], window[order], time[order]
    _, first, index, size = np.unique(window, return_index=True, return_inverse=True, return_counts=True)
    rank = (np.arange(len(window)) - first[index] + 0.5) / size[index] - 0.5
    many = size[index] >= 3
    came = np.bincount(person[many], minlength=len(people))
    often = many & (came[person] >= 2)
    if np.count_nonzero(often) < 8:
        return {}
    person, rank, time = person[often], rank[often], time[often]
    came = np.bincount(person, minlength=len(people)).astype(np.float64)
    mean = np.bincount(person, rank, len(people)) / np.maximum(came, 1)
    between = float((came[came > 0] * mean[came > 0] ** 2).sum() / max((rank**2).sum(), _SMALLEST))
    expected = np.count_nonzero(came) / came.sum()
    center = np.bincount(person, time, len(people)) / np.maximum(came, 1)
    return {
        "order_kept": (between - expected) / max(1 - expected, 0.05),
        "own_minute_log": float(np.log1p(np.median(np.abs(time - center[person])))),
    }


def _of_life(scene: _Scene, own: Ints, here: Ints, every: Ints) -> dict[str, float]:
    """What else the people do: at these places without the others, and elsewhere for the same kind of care."""
    windows, seen = scene.judged.windows, scene.seen
    station, count = distinct_counts(windows.station[own])
    main = station[count >= max(MAIN_WINDOWS, MAIN_SHARE * len(own))]
    if not len(main):
        main = station[[int(count.argmax())]]
    here = distinct(here)
    at_main = np.isin(seen.station[every], main)
    together = np.count_nonzero(np.isin(seen.station[here], main))
    stay = bool(seen.is_stay[main[0]])
    alone = np.setdiff1d(every[seen.is_stay[seen.station[every]] == stay], here)
    found = {
        "together_share": together / max(int(np.count_nonzero(at_main)), 1),
        "life_share": len(here) / max(len(every), 1),
        "of_place_share": float(np.count_nonzero(seen.station[here] == main[0]))
        / float(seen.station_size[main[0]]),
    }
    if len(alone) >= 3:
        found["elsewhere_share"] = 1 - float(np.isin(seen.station[alone], main).mean())
    return found
