"""Who stood next to whom: the visits before and after each visit at a terminal.

This is the one claims-sized step that numpy does instead of SQL. At 9 M visits a grouped self-join took 74 s and
spilled; two passes over shifted columns with a bitmap of pairs seen once take 8 s and give the same pairs (measured,
two cores). What it returns is exact: the bitmap only drops pairs that can't have met twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.store import Store

__all__ = ["NEXT_IN_LINE", "find_neighbours"]

NEXT_IN_LINE = 12
"""How many visits after one at a terminal still count as next to it."""
SCALES_MINUTES = (10, 45, 180, 1440)
"""How many minutes apart two swipes may be, one scale after the other; the last is "the same day"."""
_SCALE_NAMES = ("10", "45", "180", "day")
STRATA = 10
"""Parts of the day, weekdays and weekends apart (prepare/20_visits.sql)."""
_BITMAP_BITS = 27
_MIX = np.uint64(0x9E3779B97F4A7C15)

Ints = npt.NDArray[np.int32]
Keys = npt.NDArray[np.int64]


def find_neighbours(store: Store, *, terminal: str, table: str, density_table: str) -> None:
    """Write the pairs of people who stood next to each other on at least two days.

    Parameters
    ----------
    store : Store
        Holds `visits`.
    terminal : str
        Column of `visits` that names the terminal: "place" or "doctor".
    table : str
        Gets `(a, b, place, day, gap_minutes)`, `a` < `b`: one row per pair, place and day.
    density_table : str
        Gets `(place, stratum, other, near_10 …, rare_10 …)`, each also for 45, 180 and day: how many visits of one
        part of the day have one of the other part next to them, per scale, counted from either side; near_* of all
        visits, rare_* of visits by people who rarely come there (`rare_visits`).
    """
    columns = store.arrow(
        f"SELECT v.patient, v.place, v.day, coalesce(v.minute, 0) AS minute, v.stratum, v.{terminal} AS terminal, "
        "CAST(r.patient IS NOT NULL AS INTEGER) AS rare FROM visits AS v "
        "LEFT JOIN rare_visitors AS r ON r.patient = v.patient AND r.place = v.place "
        f"WHERE v.{terminal} IS NOT NULL ORDER BY v.{terminal}, v.day, v.minute, v.patient, v.visit"
    )
    patient, place, day, minute, stratum, station, rare = (
        columns[name].to_numpy().astype(np.int32, copy=False)
        for name in ("patient", "place", "day", "minute", "stratum", "terminal", "rare")
    )
    near, both_rare = _density(place, stratum, rare, _shifts(station, day, minute))
    repeated = _PairsSeenTwice()
    for _, key, _ in _pair_keys(station, day, minute, patient):
        repeated.add(key)
    found: list[tuple[Keys, Ints, Ints, Ints]] = []
    for offset, key, ok in _pair_keys(station, day, minute, patient):
        kept = repeated.holds(key)
        left = np.flatnonzero(ok)[kept]
        found.append((key[kept], place[left], day[left], minute[left + offset] - minute[left]))
    _write_pairs(store, found, table)
    _write_density(store, near, both_rare, density_table)


def _density(
    place: Ints, stratum: Ints, rare: Ints, shifts: Iterator[tuple[int, npt.NDArray[np.bool_], Ints]]
) -> tuple[list[Keys], list[Keys]]:
    """Visits next to each other by place and the parts of the day of the two, at each scale: all, and those of two rare visitors."""
    scales = len(SCALES_MINUTES)
    cells = (int(place.max(initial=0)) + 1) * STRATA * STRATA
    near, both_rare = np.zeros(cells * scales, np.int64), np.zeros(cells * scales, np.int64)
    for offset, same, gap in shifts:
        first = np.flatnonzero(same)
        second = first + offset
        narrowest = sum((gap[first] > limit).astype(np.int64) for limit in SCALES_MINUTES[:-1])
        cell = (place[first].astype(np.int64) * STRATA + stratum[first]) * STRATA + stratum[second]
        cell = cell * scales + narrowest
        near += np.bincount(cell, minlength=len(near))
        both_rare += np.bincount(cell[rare[first] + rare[second] == 2], minlength=len(near))
    both = (counts.reshape(cells, scales).cumsum(axis=1) for counts in (near, both_rare))
    near_each, rare_each = (list(np.ascontiguousarray(counts.T)) for counts in both)
    return near_each, rare_each


def _write_density(store: Store, near: list[Keys], both_rare: list[Keys], table: str) -> None:
    """Ordered pairs of visits next to each other, by place and the parts of the day of the two."""
    both = [counts.reshape(-1, STRATA, STRATA) for counts in (*near, *both_rare)]
    both = [counts + counts.transpose(0, 2, 1) for counts in both]
    place, stratum, other = np.nonzero(both[len(near) - 1])
    columns = {"place": place, "stratum": stratum, "other": other}
    names = (*(f"near_{scale}" for scale in _SCALE_NAMES), *(f"rare_{scale}" for scale in _SCALE_NAMES))
    store.put(
        table,
        pa.table(
            {name: values.astype(np.int32) for name, values in columns.items()}
            | {name: counts[place, stratum, other] for name, counts in zip(names, both, strict=True)}
        ),
    )


def _shifts(station: Ints, day: Ints, minute: Ints) -> Iterator[tuple[int, npt.NDArray[np.bool_], Ints]]:
    for offset in range(1, min(NEXT_IN_LINE, len(station) - 1) + 1):
        same = (station[offset:] == station[:-offset]) & (day[offset:] == day[:-offset])
        yield offset, same, minute[offset:] - minute[:-offset]


def _pair_keys(
    station: Ints, day: Ints, minute: Ints, patient: Ints
) -> Iterator[tuple[int, Keys, npt.NDArray[np.bool_]]]:
    for offset, same, _ in _shifts(station, day, minute):
        ok = same & (patient[offset:] != patient[:-offset])
        one, other = patient[:-offset][ok].astype(np.int64), patient[offset:][ok].astype(np.int64)
        yield offset, (np.minimum(one, other) << 32) | np.maximum(one, other), ok


class _PairsSeenTwice:
    """A bitmap that forgets no pair seen twice; it may keep some seen once."""

    def __init__(self) -> None:
        self._seen = np.zeros(1 << _BITMAP_BITS, np.uint8)

    def add(self, key: Keys) -> None:
        cell = np.sort(self._cells(key).astype(np.uint32))  # half the width sorts in half the time
        if not len(cell):
            return
        fresh = np.r_[True, cell[1:] != cell[:-1]]
        self._seen[cell[~fresh]] = 2
        once = cell[fresh]
        self._seen[once] = np.minimum(self._seen[once] + 1, 2)

    def holds(self, key: Keys) -> npt.NDArray[np.bool_]:
        return self._seen[self._cells(key)] >= 2

    @staticmethod
    def _cells(key: Keys) -> npt.NDArray[np.int64]:
        return ((key.astype(np.uint64) * _MIX) >> np.uint64(64 - _BITMAP_BITS)).astype(np.int64)


def _write_pairs(store: Store, found: list[tuple[Keys, Ints, Ints, Ints]], table: str) -> None:
    if found:
        key, place, day, gap = (np.concatenate([part[i] for part in found]) for i in range(4))
    else:
        key, place, day, gap = np.zeros(0, np.int64), *(np.zeros(0, np.int32) for _ in range(3))
    store.put(
        table,
        pa.table(
            {
                "a": (key >> 32).astype(np.int32),
                "b": (key & 0xFFFFFFFF).astype(np.int32),
                "place": place,
                "day": day,
                "gap_minutes": gap,
            }
        ),
    )
