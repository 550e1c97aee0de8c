"""The judge: people and windows found together, by likelihood, each paying the price of having been picked.

For a set of people, the windows are sought that the group explains better than chance; then everybody who stood in these
windows is asked whether belonging explains their coming better than chance does, among the people who use these places as
often as they; and again, until nothing moves. All candidates are judged at once, as rows of long arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.groups.presences import MOST_PATRON_VISITS, Presences
from fraudgraph.groups.segments import Flags, Floats, Ints, distinct, distinct_counts, rows_between, where_in
from fraudgraph.groups.windows import Windows, attendance_of, find_windows

__all__ = ["Judged", "judge", "measure", "nats_of"]

FIRST_ATTENDANCE = 0.4
LEAST_ATTENDANCE, MOST_ATTENDANCE = 0.05, 0.95
LEAST_WINDOWS, LEAST_PEOPLE = 2, 3
MARGIN_NATS, MARGIN_STAY_NATS = 1.0, 0.3
"""What a member must bring beyond even odds; people have few stays, so little is asked where windows are of stays."""
LEAST_COME = 2
"""Windows a person must have come to, where these are of visits and no contact links them to the others."""
LEAST_WHILE_IN = 3
"""Somebody who joined later or left came to so many windows at least."""
LEAST_LINKED_PEOPLE, LEAST_LINKED_SHARE, MOST_LINKED_SHARE = 3, 0.2, 0.95
CHANCE_LINK = 2e-3
"""How often somebody shares a contact with one of a group of strangers."""
MAIN_SHARE, MAIN_WINDOWS = 0.1, 2
"""A station is one of a group's main ones from this share of its windows on, and so many of them."""
ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the judge found, by candidate: `gain` (nats), `attendance`; members as rows `group`, `person`; the windows kept."""

    group: Ints
    person: Ints
    gain: Floats
    attendance: Floats
    windows: Windows


def judge(seen: Presences, group: Ints, person: Ints) -> Judged:
    """Refine candidates to groups.

    Parameters
    ----------
    seen : Presences
        Who was where.
    group, person : arrays
        The candidates' people, one row each; candidates may overlap.
    """
    group, person, groups = _in_order(group, person)
    attendance = np.full(groups, FIRST_ATTENDANCE)
    gain = np.zeros(groups)
    windows = find_windows(seen, group[:0], person[:0], groups=groups, attendance=attendance)
    for _ in range(ROUNDS if len(group) else 0):
        windows, attendance = _kept_windows(seen, group, person, groups, attendance)
        found = _who_belongs(seen, group, person, windows, attendance)
        count = np.bincount(found.group[found.belongs], minlength=groups)
        gain = _sums(found.group[found.belongs], found.nats[found.belongs], groups)
        stays = found.belongs & (count >= LEAST_PEOPLE)[found.group]
        same = np.array_equal(found.group[stays], group) and np.array_equal(found.person[stays], person)
        group, person = found.group[stays], found.person[stays]
        if same or not len(group):
            break
    return Judged(group=group, person=person, gain=gain, attendance=attendance, windows=windows)


def measure(seen: Presences, group: Ints, person: Ints) -> Judged:
    """The gain, attendance and windows of groups whose people are given and stay as they are."""
    group, person, groups = _in_order(group, person)
    windows, attendance = _kept_windows(seen, group, person, groups, np.full(groups, FIRST_ATTENDANCE))
    windows, attendance = _kept_windows(seen, group, person, groups, attendance)
    found = _who_belongs(seen, group, person, windows, attendance)
    return Judged(
        group=group, person=person, attendance=attendance, windows=windows,
        gain=_sums(found.group[found.member], found.nats[found.member], groups),
    )  # fmt: skip


def nats_of(seen: Presences, members: Ints, patient: int) -> float:
    """What speaks for one person's belonging to one group, in nats beyond the prior and the margin; minus infinity if they
    never came to its windows."""
    group = np.zeros(len(members), np.int64)
    windows, attendance = _kept_windows(seen, group, members, 1, np.full(1, FIRST_ATTENDANCE))
    windows, attendance = _kept_windows(seen, group, members, 1, attendance)
    found = _who_belongs(seen, group, members, windows, attendance)
    own = found.nats[found.person == patient]
    return float(own[0]) if len(own) else float("-inf")


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    return np.bincount(group, values, minlength=groups).astype(np.float64)


def _in_order(group: Ints, person: Ints) -> tuple[Ints, Ints, int]:
    order = np.lexsort((person, group))
    return group[order], person[order], int(group.max(initial=-1)) + 1


def _kept_windows(
    seen: Presences, group: Ints, person: Ints, groups: int, attendance: Floats
) -> tuple[Windows, Floats]:
    """The windows that pay their price, of groups that have enough of them, and the attendance that they show."""
    windows = find_windows(seen, group, person, groups=groups, attendance=attendance)
    windows = windows.where(windows.nats > 0)
    count = np.bincount(windows.group, minlength=groups)
    size = np.bincount(group, minlength=groups)
    came = np.bincount(windows.group, windows.people, minlength=groups)
    enough = (count >= LEAST_WINDOWS) & (size >= LEAST_PEOPLE)
    attendance = np.clip(came / np.maximum(count * size, 1), LEAST_ATTENDANCE, MOST_ATTENDANCE)
    return windows.where(enough[windows.group]), attendance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Everybody asked whether they belong: by group and person, the nats beyond the prior, and the answer."""

    group: Ints
    person: Ints
    nats: Floats
    member: Flags
    belongs: Flags


def _who_belongs(seen: Presences, group: Ints, person: Ints, windows: Windows, attendance: Floats) -> _Asked:
    people, groups = seen.person_count, len(attendance)
    count = np.bincount(windows.group, minlength=groups)
    asked, came, nats = _by_presence(seen, windows, attendance)
    members = group * people + person
    asked, came, nats, linked = _by_contact(seen, members, asked, came, nats, attendance, count)
    of, who = asked // people, asked % people
    is_member = where_in(members, asked)[1]
    by_stays = np.bincount(
        windows.group, seen.is_stay[windows.station], minlength=groups
    ) >= 0.5 * np.maximum(count, 1)
    prior = _prior(seen, windows, count, of, who, is_member)
    nats = nats - prior - np.where(by_stays[of], MARGIN_STAY_NATS, MARGIN_NATS)
    enough = (came >= LEAST_COME) | linked | (by_stays[of] & (came >= 1))
    return _Asked(group=of, person=who, nats=nats, member=is_member, belongs=(nats > 0) & enough)


def _by_presence(seen: Presences, windows: Windows, attendance: Floats) -> tuple[Ints, Ints, Floats]:
    """Per (group, person) who came: the code, how often, and the log-likelihood ratio of all their coming and staying away."""
    there = attendance_of(seen, windows)
    of = windows.group[there.window]
    share = attendance[of]
    here = np.log((share + (1 - share) * there.chance) / there.chance)
    away = np.log1p(-share)
    code, at, came = np.unique(
        of * seen.person_count + seen.person[there.row], return_inverse=True, return_counts=True
    )
    group = code // seen.person_count
    count = np.bincount(windows.group, minlength=len(attendance))
    spoken = np.bincount(at, here - away, minlength=len(code))
    stayed = np.log1p(-attendance[group])
    while_in = _windows_while_in(windows, there.window, at, len(code))
    joined_or_left = np.where(
        came >= LEAST_WHILE_IN, while_in * stayed - 2 * np.log(np.maximum(count[group], 1)), -np.inf
    )
    return code, came, spoken + np.maximum(count[group] * stayed, joined_or_left)


def _windows_while_in(windows: Windows, window: Ints, at: Ints, size: int) -> Floats:
    """Per (group, person), how many windows the group had from the person's first to their last: who joins later, or leaves, is
    not held to have stayed away before or after, at the price of naming the two windows."""
    order = np.lexsort((windows.begin, windows.group))
    place = np.empty(len(windows), np.int64)
    place[order] = np.arange(len(windows))
    first = np.full(size, len(windows), np.int64)
    last = np.zeros(size, np.int64)
    np.minimum.at(first, at, place[window])
    np.maximum.at(last, at, place[window])
    return (last - first + 1).astype(np.float64)


def _by_contact(
    seen: Presences, members: Ints, asked: Ints, came: Ints, nats: Floats, attendance: Floats, count: Ints
) -> tuple[Ints, Ints, Floats, Flags]:
    """Add what shared phones, accounts and agents say, where a fifth of a group is linked by them outside homes."""
    if not len(seen.contact_to) or not len(members):
        return asked, came, nats, np.zeros(len(asked), bool)
    people, groups = seen.person_count, len(attendance)
    who = members % people
    row, member = rows_between(seen.contact_start[who], seen.contact_start[who + 1])
    linked = distinct(members[member] // people * people + seen.contact_to[row])
    inside = where_in(members, linked)[1]
    size = np.bincount(members // people, minlength=groups)
    number = np.bincount(linked[inside] // people, minlength=groups)
    rate = np.clip(number / np.maximum(size, 1), 0, MOST_LINKED_SHARE)
    used = (number >= LEAST_LINKED_PEOPLE) & (rate >= LEAST_LINKED_SHARE) & (count > 0)
    new = np.setdiff1d(linked[used[linked // people]], asked)
    asked = np.append(asked, new)
    came = np.append(came, np.zeros(len(new), np.int64))
    nats = np.append(nats, count[new // people] * np.log1p(-attendance[new // people]))
    order = np.argsort(asked, kind="stable")
    asked, came, nats = asked[order], came[order], nats[order]
    share, on = rate[asked // people], used[asked // people]
    is_linked = where_in(linked, asked)[1]
    term = np.where(is_linked, np.log((share + (1 - share) * CHANCE_LINK) / CHANCE_LINK), np.log1p(-share))
    return asked, came, nats + np.where(on, term, 0.0), is_linked & on


def _prior(seen: Presences, windows: Windows, count: Ints, of: Ints, who: Ints, is_member: Flags) -> Floats:
    """Log odds against belonging, among those who use the group's main stations as often."""
    groups, stations = len(count), seen.station_count
    code, number = distinct_counts(windows.group * stations + windows.station)
    most = np.zeros(groups)
    np.maximum.at(most, code // stations, number)
    main = code[
        (number >= np.maximum(MAIN_WINDOWS, MAIN_SHARE * count[code // stations]))
        | (number == most[code // stations])
    ]
    main_group, main_station = main // stations, main % stations
    patrons = np.zeros((groups, MOST_PATRON_VISITS + 1))
    np.add.at(patrons, main_group, seen.patrons[main_station])
    row, asked = rows_between(
        np.searchsorted(main_group, of, "left"), np.searchsorted(main_group, of, "right")
    )
    at, known = where_in(seen.pair_codes, who[asked] * stations + main_station[row])
    visits = np.bincount(asked, np.where(known, seen.pair_count[at], 0), minlength=len(of)).astype(np.int64)
    visits = np.minimum(visits, MOST_PATRON_VISITS)
    inside = np.zeros((groups, MOST_PATRON_VISITS + 1))
    np.add.at(inside, (of[is_member], visits[is_member]), 1)
    inside = inside[:, ::-1].cumsum(axis=1)[:, ::-1]
    ours = inside[of, visits]
    odds = np.maximum(patrons[of, visits] - ours, 1.0) / np.maximum(ours, 0.5)
    return np.asarray(np.maximum(np.log(odds), 0.0), np.float64)
