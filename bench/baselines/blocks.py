"""Baselines that look for dense blocks: FRAUDAR between patients and places, M-Zoom in patient x place x day."""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np

from bench.baselines.grouping import Floats
from bench.baselines.visits import Ints, OnDemand, Visits

__all__ = ["fraudar", "fraudar_block", "m_zoom", "prepare_fraudar", "prepare_zoom", "zoom_block"]

BLOCKS = 60
BOUNDS = (0, 40, 150)
"""Patients a block may have where its size is bounded (M-Zoom's option); 0: as many as it likes."""
FEWEST = 4
Blocks = list[tuple[Ints, float]]


def prepare_fraudar(visits: Visits) -> dict[tuple[str, int], Blocks]:
    """Sixty blocks by kind of object, each found after the edges of those before were taken out.

    Once as published, and with bounded blocks: then peeled side by side as M-Zoom does.
    """
    size = len(visits.patients)

    def blocks(key: tuple[str, int]) -> Blocks:
        objects, bound = key
        patient, thing = visits.objects(objects)
        width = int(thing.max()) + 1
        pair = np.unique(patient * width + thing)
        a, b = pair // width, pair % width
        weight = 1 / np.log(np.bincount(b, minlength=width) + 5.0)[b]  # FRAUDAR's own damping of busy objects
        if bound:
            return _blocks(np.stack([a, b]), weight, measure="arithmetic", bound=bound)
        found: Blocks = []
        while len(a) and len(found) < BLOCKS:
            inside, density = fraudar_block(a, b + size, weight, size + width)
            held = inside[a] & inside[b + size]
            found.append((np.unique(a[held]), density))
            a, b, weight = a[~held], b[~held], weight[~held]
        return found

    return OnDemand(blocks)


def _blocks(cells: Ints, mass: Floats, *, measure: str, bound: int) -> Blocks:
    found: Blocks = []
    while len(mass) and len(found) < BLOCKS:
        held, density = zoom_block(cells, mass, measure=measure, bound=bound)
        if not held.any():
            break
        found.append((np.unique(cells[0][held]), density))
        cells, mass = cells[:, ~held], mass[~held]
    return found


def fraudar_block(a: Ints, b: Ints, weight: Floats, size: int) -> tuple[np.ndarray, float]:
    """The densest block that greedy peeling meets: (which nodes, weight a node).

    A node that hangs on the rest with less than a density already reached is peeled before the best block in any
    case, so all of those go at once; the nodes that remain are peeled one by one.
    """
    none = np.zeros(size, dtype=bool)
    alive = np.zeros(size, dtype=bool)
    alive[a], alive[b] = True, True
    reached = 0.0
    while len(a):
        reached = max(reached, float(weight.sum() / alive.sum()))
        degree = np.bincount(a, weight, size) + np.bincount(b, weight, size)
        low = alive & (degree < reached * (1 - 1e-12))
        if not low.any():
            break
        alive &= ~low
        keep = alive[a] & alive[b]
        a, b, weight = a[keep], b[keep], weight[keep]
    if not len(a):
        return none, 0.0
    kept, density = _peel(a, b, weight)
    none[kept] = True
    return none, density


def _peel(a: Ints, b: Ints, weight: Floats) -> tuple[list[int], float]:
    near: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for left, right, value in zip(a.tolist(), b.tolist(), weight.tolist(), strict=True):
        near[left].append((right, value))
        near[right].append((left, value))
    degree = {node: sum(value for _, value in links) for node, links in near.items()}
    waiting = [(value, node) for node, value in degree.items()]
    heapq.heapify(waiting)
    mass, order = float(weight.sum()), []
    best, best_at = mass / len(degree), 0
    gone: set[int] = set()
    while waiting:
        value, node = heapq.heappop(waiting)
        if node in gone or value > degree[node] + 1e-9:
            continue
        gone.add(node)
        order.append(node)
        mass -= degree[node]
        for other, link in near[node]:
            if other not in gone:
                degree[other] -= link
                heapq.heappush(waiting, (degree[other], other))
        left = len(degree) - len(order)
        if left and mass / left > best + 1e-12:
            best, best_at = mass / left, len(order)
    return sorted(set(degree) - set(order[:best_at])), best


def fraudar(
    _visits: Visits,
    found: dict[tuple[str, int], Blocks],
    *,
    objects: str,
    bound: int,
    count: int,
    least: int,
    most: int,
) -> list[Ints]:
    """The first blocks that have the size of a ring."""
    return [people for people, _ in found[objects, bound] if least <= len(people) <= most][:count]


def prepare_zoom(visits: Visits) -> dict[tuple[str, bool, int], Blocks]:
    """Sixty blocks in the table of patient, place and day, by measure of density, mass and bound.

    Mass is the claims of a cell, or (damped) less of it where the place had many claims that day.
    """
    days = visits.day - visits.day.min()
    cells, claims = np.unique(np.stack([visits.patient, visits.place, days]), axis=1, return_counts=True)
    place_day = np.unique(cells[1] * 100_000 + cells[2], return_inverse=True)[1]
    damped = claims / np.log(np.bincount(place_day, claims) + 5.0)[place_day]
    table = cells.astype(np.int64)

    def blocks(key: tuple[str, bool, int]) -> Blocks:
        measure, less, bound = key
        return _blocks(table, damped if less else claims.astype(float), measure=measure, bound=bound)

    return OnDemand(blocks)


def _density(mass: Floats, sizes: list[Floats], *, measure: str, whole: tuple[float, float]) -> Floats:
    """Density of blocks with this mass and these many values a side; empty sides give minus infinity."""
    number = len(sizes)
    empty = np.minimum.reduce(sizes) < 1
    some = [np.maximum(size, 1.0) for size in sizes]
    if measure == "arithmetic":
        value = mass / (sum(some) / number)
    elif measure == "geometric":
        value = mass / np.prod(some, axis=0) ** (1 / number)
    else:  # the log odds of so much mass in a block of this volume, if mass fell at random
        expected = whole[0] * np.exp(sum(np.log(size) for size in some) - whole[1])
        value = np.where(
            mass > expected, mass * (np.log(np.maximum(mass, 1e-9) / expected) - 1) + expected, 0.0
        )
    return np.where(empty, -np.inf, value)


def zoom_block(cells: Ints, mass: Floats, *, measure: str, bound: int = 0) -> tuple[np.ndarray, float]:
    """One dense block: (which cells, density). M-Zoom in the form its authors gave as D-Cube.

    On one side at a time, all values with at most the mean mass go, the lightest first, and the density is looked at
    after each; the side is the one whose step leaves the densest rest. The densest moment is the block: with a
    bound, the densest at which the first side has 4 values or more and no more than the bound.
    """
    sides, top = len(cells), cells.max(axis=1) + 1
    gone_at = [np.full(top[side], -1, dtype=np.int64) for side in range(sides)]
    alive = [np.bincount(cells[side], minlength=top[side]) > 0 for side in range(sides)]
    counts = [float(values.sum()) for values in alive]
    whole = (float(mass.sum()), float(sum(np.log(count) for count in counts)))
    here, left, weight, clock = np.arange(len(mass)), whole[0], mass, 0
    best, best_at = -np.inf, 0
    if not bound or FEWEST <= counts[0] <= bound:
        best = float(
            _density(np.array([left]), [np.array([c]) for c in counts], measure=measure, whole=whole)[0]
        )
    while min(counts) >= 1 and len(here):
        steps = []
        for side in range(sides):
            of = np.bincount(cells[side][here], weight, int(top[side]))
            light = np.flatnonzero(alive[side] & (of <= left / counts[side] * (1 + 1e-9) + 1e-12))
            light = light[np.argsort(of[light], kind="stable")]
            masses = left - np.cumsum(of[light])
            after = [
                np.full(len(light), counts[s]) - (np.arange(1, len(light) + 1) if s == side else 0)
                for s in range(sides)
            ]
            densities = _density(masses, after, measure=measure, whole=whole)
            allowed = np.ones(len(light), bool) if not bound else (after[0] >= FEWEST) & (after[0] <= bound)
            steps.append((float(densities[-1]), side, light, masses, np.where(allowed, densities, -np.inf)))
        _, side, light, masses, densities = max(steps, key=lambda step: (step[0], -step[1]))
        gone_at[side][light] = clock + np.arange(1, len(light) + 1)
        if densities.max() > best:
            best, best_at = float(densities.max()), clock + 1 + int(densities.argmax())
        clock += len(light)
        alive[side][light] = False
        counts[side] -= len(light)
        keep = alive[side][cells[side][here]]
        here, weight = here[keep], weight[keep]
        left = float(weight.sum())
    held = np.full(len(mass), np.isfinite(best))
    for side in range(sides):
        when = gone_at[side][cells[side]]
        held &= (when == -1) | (when > best_at)
    return held, best


def m_zoom(
    _visits: Visits,
    found: dict[tuple[str, bool, int], Blocks],
    *,
    measure: str,
    damped: bool,
    bound: int,
    count: int,
    least: int,
    most: int,
) -> list[Ints]:
    """The first blocks whose patients could be a ring."""
    return [people for people, _ in found[measure, damped, bound] if least <= len(people) <= most][:count]
