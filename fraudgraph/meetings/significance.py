"""Judges: the p-value of each candidate pair, taken over the small table that a view's SQL returns.

One judge for each form of null; which view has which stands in `JUDGES`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import binom, poisson

from fraudgraph.store import Store

__all__ = ["CO_USE_P", "JUDGES", "SMALLEST_P", "WEAKEST_P"]

SMALLEST_P = 1e-300
UNUSUAL_SHARE, MOST_COLUMNS = 0.05, 400
"""Uses that at most this share would have are counted together; not of a person with more places and doctors than this."""
CO_USE_P = 3e-4
"""Places and doctors with too many people in common at this p are where the search for blocks begins."""
WEAKEST_P = 1e-2
"""Pairs of people above this are no meetings; groups are tested as groups later."""
PLACE_P = 1e-6
"""Pairs of doctors and places above this are no meetings: there are few of them and each stands for itself."""
PLACE_FOLD = 2.0
"""Linked places share this many times the people or doctors expected: neighbours share a third more anyway."""

Floats = npt.NDArray[np.float64]


def _judge_burst(store: Store, view: str, sql: str) -> int:
    return _judge_scales(store, view, store.arrow(sql), ("10", "45", "180"))


def _judge_batch(store: Store, view: str, sql: str) -> int:
    return _judge_scales(store, view, store.arrow(sql), ("1", "3"))


def _judge_scales(store: Store, view: str, table: pa.Table, scales: tuple[str, ...]) -> int:
    """The most surprising scale counts, as often as there are scales."""
    ps = np.column_stack(
        [poisson.sf(_column(table, f"observed_{s}") - 1, _column(table, f"expected_{s}")) for s in scales]
    )
    best = ps.argmin(axis=1)
    rows = np.arange(len(best))
    observed = np.column_stack([_column(table, f"observed_{s}") for s in scales])[rows, best]
    expected = np.column_stack([_column(table, f"expected_{s}") for s in scales])[rows, best]
    return _keep(store, view, table, observed, expected, np.minimum(ps[rows, best] * len(scales), 1.0))


def _judge_counts(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    observed, expected = _column(table, "observed"), _column(table, "expected")
    return _keep(store, view, table, observed, expected, poisson.sf(observed - 1, expected))


def _judge_steering(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    observed, trials, chance = (_column(table, name) for name in ("observed", "trial_count", "chance"))
    p = np.maximum(binom.sf(observed - 1, trials, np.clip(chance, 1e-9, 1.0)), SMALLEST_P)
    kept = p <= PLACE_P
    return _keep_places(
        store, view, table.append_column("a_type", pa.array(["doctor"] * table.num_rows, pa.string()))
        .append_column("b_type", pa.array(["pharmacy"] * table.num_rows, pa.string())),
        kept, observed, trials * chance, p,
    )  # fmt: skip


def _judge_bills(store: Store, view: str, sql: str) -> int:
    """Two readings of the bills, the better one counts. The first bill in common is how two people were found."""
    table = store.arrow(sql)
    observed, expected = _column(table, "observed"), _column(table, "expected")
    p = np.minimum(2 * poisson.sf(observed - 2, expected), 1.0)
    a, b = (table[name].to_numpy() for name in ("a", "b"))
    order = np.lexsort((_column(table, "all_days"), p, b, a))
    repeated = (np.diff(a[order], prepend=-1) == 0) & (np.diff(b[order], prepend=-1) == 0)
    best = np.sort(order[~repeated])
    return _keep(store, view, table.take(pa.array(best)), observed[best], expected[best], p[best])


def _judge_ownership(store: Store, view: str, sql: str) -> int:
    """People or doctors in common, the more surprising counts, as often as the owner's places make pairs."""
    table = store.arrow(sql)
    seen = [_column(table, f"{who}_observed") for who in ("people", "doctors")]
    due = [np.maximum(_column(table, f"{who}_expected"), 1e-6) for who in ("people", "doctors")]
    ps = np.column_stack(
        [np.where(s >= PLACE_FOLD * d, poisson.sf(s - 1, d), 1.0) for s, d in zip(seen, due, strict=True)]
    )
    best, rows = ps.argmin(axis=1), np.arange(len(ps))
    p = np.clip(ps[rows, best] * 2 * _column(table, "link_count"), SMALLEST_P, 1.0)
    observed, expected = (np.column_stack(both)[rows, best] for both in (seen, due))
    return _keep_places(store, view, table, p <= PLACE_P, observed, expected, p)


def _judge_successors(store: Store, view: str, sql: str) -> int:
    table = store.arrow(sql)
    observed, expected = _column(table, "observed"), np.maximum(_column(table, "expected"), 1e-6)
    p = np.maximum(poisson.sf(observed - 1, expected), SMALLEST_P)
    kept = (p <= PLACE_P) & (observed >= PLACE_FOLD * expected)
    return _keep_places(store, view, table, kept, observed, expected, p)


def _judge_packs(store: Store, view: str, sql: str) -> int:
    """Repeated packs of the two; the one less surprising decides. The first pack in common is how they were found."""
    table = store.arrow(sql)
    seen = np.column_stack([_column(table, name) for name in ("observed", "other_observed")])
    due = np.column_stack([_column(table, name) for name in ("expected", "other_expected")])
    ps = np.maximum(poisson.sf(seen - 2, due), SMALLEST_P)
    worse, rows = ps.argmax(axis=1), np.arange(len(ps))
    observed, expected, p = (values[rows, worse] for values in (seen, due, ps))
    people = np.array(table["a_type"].to_pylist(), dtype=object) == "patient"
    among = table.filter(pa.array(people))
    coded = pa.table({name: among[name].cast(pa.int32()) for name in ("a", "b")})
    found = _keep(store, view, coded, observed[people], expected[people], p[people])
    return found + _keep_places(store, view, table, ~people & (p <= PLACE_P), observed, expected, p)


def _judge_co_uses(store: Store, _view: str, sql: str) -> int:
    """Pairs of columns where the search for blocks begins; no judgement of theirs stands alone."""
    table = store.arrow(sql, share=UNUSUAL_SHARE, most=MOST_COLUMNS)
    p = poisson.sf(_column(table, "observed") - 1, np.maximum(_column(table, "expected"), 1e-6))
    return _append(store, "co_uses", table.filter(pa.array(p <= CO_USE_P)))


def _keep(store: Store, view: str, table: pa.Table, observed: Floats, expected: Floats, p: Floats) -> int:
    kept = p <= WEAKEST_P
    found = pa.table(
        {
            "view": [view] * int(kept.sum()),
            "a": table["a"].filter(pa.array(kept)),
            "b": table["b"].filter(pa.array(kept)),
            "observed": observed[kept],
            "expected": expected[kept],
            "p": np.maximum(p[kept], SMALLEST_P),
        }
    )
    return _append(store, "pair_meetings", found)


def _keep_places(
    store: Store, view: str, table: pa.Table, kept: npt.NDArray[np.bool_], observed: Floats, expected: Floats, p: Floats
) -> int:  # fmt: skip
    ends = table.select(["a_type", "a", "b_type", "b"]).filter(pa.array(kept))
    found = ends.add_column(0, "view", pa.array([view] * ends.num_rows, pa.string()))
    for name, values in (("observed", observed), ("expected", expected), ("p", p)):
        found = found.append_column(name, pa.array(values[kept]))
    return _append(store, "place_meetings", found)


def _append(store: Store, name: str, found: pa.Table) -> int:
    store.put("incoming_meetings", found)
    store.run(f"INSERT INTO {name} SELECT * FROM incoming_meetings; DROP TABLE incoming_meetings")
    return int(found.num_rows)


def _column(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].to_numpy().astype(np.float64)
    return values


JUDGES: dict[str, Callable[[Store, str, str], int]] = {
    "burst": _judge_burst,
    "same_day": _judge_counts,
    "journey": _judge_counts,
    "batch": _judge_batch,
    "identity": _judge_counts,
    "steering": _judge_steering,
    "same_bill": _judge_bills,
    "shared_places": _judge_co_uses,
    "ownership": _judge_ownership,
    "successor": _judge_successors,
    "trace_code": _judge_packs,
}
