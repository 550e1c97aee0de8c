"""Peers 同类: who is of the same kind and similar size, and how far from them somebody stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import ndtri

__all__ = ["MAD_TO_SIGMA", "TOP_FEATURES", "Z_CAP", "PeerGroup", "compare", "distance", "peer_groups"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MAD_TO_SIGMA = 1.4826
Z_CAP = 8.0
"""No single feature counts for more: beyond this an odd value is an odd value."""
TOP_FEATURES = 3
LARGE_GROUP = 500
"""Among so many peers a value is also asked how rare it is: counts of a few visits are too coarse for a spread."""
SIMILAR_SIZE = 4.0
"""Peers have at most so many times the visits of the middle one, and at least that part of them."""
_SMALLEST_SPREAD = {"ratio": 0.05, "share": 0.03, "count": 0.25}
"""On the scales below: 5 % more, some 3 points of 100 at a half, a quarter more of what a few coincidences make."""
_TREND_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerGroup:
    """`judged` rows are compared with `reference` rows, which hold them. `label` says who the peers are."""

    judged: Rows
    reference: Rows
    label: str


def peer_groups(
    keys: list[pa.Array], names: tuple[str, ...], volume: Rows, *, essential: int, min_peers: int
) -> list[PeerGroup]:
    """Put everyone among peers of the same kind and similar size.

    Parameters
    ----------
    keys : list of Arrow string arrays
        What makes a kind. Rows with too few peers under all of them are compared under fewer, the last given up
        first.
    names : tuple of str
        The keys' names, for the label.
    volume : array of int
        Size: visits. Bands double; a band with too few takes in the next larger, as far as that is similar.
    essential : int
        So many of the first keys are never given up.
    min_peers : int
        Others that a comparison needs. Rows that find fewer are in no group.
    """
    unplaced = np.ones(len(volume), bool)
    groups: list[PeerGroup] = []
    for depth in range(len(keys), essential - 1, -1):
        for key, rows in _same_kind(keys[:depth], len(volume)):
            for band in _bands(volume[rows], min_peers + 1):
                reference = _similar(rows[band], volume)
                if len(reference) <= min_peers:
                    continue
                judged = reference[unplaced[reference]]
                if len(judged):
                    label = _label(names[:depth], key, volume[reference])
                    groups.append(PeerGroup(judged=judged, reference=reference, label=label))
                    unplaced[judged] = False
    return groups


def _same_kind(keys: list[pa.Array], size: int) -> list[tuple[tuple[str, ...], Rows]]:
    """Rows by what they have in common, in the order of the names."""
    code = np.zeros(size, np.int64)
    names: list[list[str]] = []
    for values in keys:
        encoded = pc.dictionary_encode(values)
        names.append(encoded.dictionary.to_pylist())
        code = code * max(len(names[-1]), 1) + encoded.indices.to_numpy()
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    found = []
    for rows in np.split(order, starts[1:]) if size else []:
        key: list[str] = []
        rest = int(code[rows[0]])
        for choices in reversed(names):
            rest, place = divmod(rest, len(choices))
            key.insert(0, choices[place])
        found.append((tuple(key), rows))
    return sorted(found, key=lambda entry: entry[0])


def _bands(volume: Rows, least: int) -> list[Rows]:
    """Positions by size; too small a band takes in the next, and what is left at the top joins the band below."""
    size = np.floor(np.log2(np.maximum(volume, 1))).astype(np.int64)
    bands: list[Rows] = []
    waiting = np.zeros(0, np.int64)
    for level in np.unique(size):
        waiting = np.concatenate([waiting, np.flatnonzero(size == level)])
        if len(waiting) >= least:
            bands.append(waiting)
            waiting = waiting[:0]
    if len(waiting) and bands:
        bands[-1] = np.concatenate([bands[-1], waiting])
    return bands


def _similar(rows: Rows, volume: Rows) -> Rows:
    """Those of a band whose size is like that of its middle; the largest of a town may have no peers there."""
    middle = float(np.median(volume[rows]))
    return rows[(volume[rows] <= SIMILAR_SIZE * middle) & (volume[rows] * SIMILAR_SIZE >= middle)]


def _label(names: tuple[str, ...], key: tuple[str, ...], volume: Rows) -> str:
    kinds = [f"{name.removeprefix('peer_')}={value or '?'}" for name, value in zip(names, key, strict=True)]
    return "; ".join([*kinds, f"visits={volume.min()}-{volume.max()}", f"peers={len(volume) - 1}"])


def compare(
    values: Floats, volume: Rows, group: PeerGroup, *, scale: str, side: str, min_peers: int
) -> tuple[Floats, float]:
    """How far the judged lie from their peers on the unusual side, in robust standard deviations.

    What size explains is no oddity: where the peers' value runs with their size, a row has to stand out from that
    line as well, and the smaller of the two deviations counts.

    Parameters
    ----------
    values, volume : arrays
        The feature, NaN where unknown, and the size, of all rows.
    scale : {"ratio", "share", "count"}
        What a step means.
    side : {"high", "low"}
        Which side is unusual; the other gives 0.

    Returns
    -------
    z, median : array, float
        0 to `Z_CAP` for each judged row, and the peers' median as it was measured (NaN where too few are known).
    """
    reference = group.reference[~np.isnan(values[group.reference])]
    own = values[group.judged]
    if len(reference) <= min_peers:
        return np.zeros(len(own)), np.nan
    median = float(np.median(values[reference]))
    sign = -1.0 if side == "low" else 1.0
    peers = sign * _scaled(values[reference], scale)
    judged = sign * _scaled(np.nan_to_num(own, nan=median), scale)
    z = _deviations(peers, judged, scale)
    size, own_size = np.log(volume[reference]), np.log(volume[group.judged])
    slope = _trend(size, peers)
    if slope:
        z = np.minimum(z, _deviations(peers - slope * size, judged - slope * own_size, scale))
    return np.where(np.isnan(own), 0.0, np.clip(z, 0.0, Z_CAP)), median


def _scaled(values: Floats, scale: str) -> Floats:
    """Where a step means the same everywhere: logarithm for ratios, arcsine of the root for shares."""
    if scale in {"ratio", "count"}:
        return np.log(np.maximum(values, 0.01))
    return np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0)))


def _deviations(peers: Floats, judged: Floats, scale: str) -> Floats:
    z = (judged - np.median(peers)) / _spread(peers, scale)
    if len(peers) >= LARGE_GROUP:
        as_far = len(peers) - np.searchsorted(np.sort(peers), judged, side="left")
        z = np.minimum(z, ndtri(1 - np.maximum(as_far, 1) / (len(peers) + 1)))
    return np.asarray(z)


def _spread(peers: Floats, scale: str) -> float:
    """A robust standard deviation: the median distance from the median, of all or of the unusual half if that is more.

    Where more than half of the peers are all the same it is the root mean square distance: one in a hundred apart from
    all others is then 10 standard deviations out, one in four only 2.
    """
    apart = peers - np.median(peers)
    mad = max(float(np.median(np.abs(apart))), float(np.median(apart[apart >= 0])))
    usual = MAD_TO_SIGMA * mad if mad > 0 else float(np.sqrt(np.mean(apart**2)))
    return max(usual, _SMALLEST_SPREAD[scale])


def _trend(size: Floats, peers: Floats) -> float:
    """How the peers' value runs with their size: the median of the slopes between pairs (Theil and Sen).

    0 where all are of one size to a factor of two. Of many peers an even sample by size is taken.
    """
    if size.max() - size.min() <= np.log(2):
        return 0.0
    order = np.lexsort((peers, size))
    chosen = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), _TREND_SAMPLE)).astype(np.int64))]
    left, right = np.triu_indices(len(chosen), k=1)
    run = size[chosen][right] - size[chosen][left]
    rise = peers[chosen][right] - peers[chosen][left]
    return float(np.median(rise[run > 0] / run[run > 0]))


def distance(z: Floats) -> Floats:
    """Length of the largest few deviations together: more features can't make anyone odder by their number alone."""
    top = np.sort(z, axis=1)[:, -TOP_FEATURES:]
    return np.asarray(np.sqrt((top**2).sum(axis=1)))
