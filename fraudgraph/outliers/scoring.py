"""Peer-group outliers 同类离群: who differs from those of the same kind and similar size.

Size alone is no oddity: sorting by money finds the large, not the unusual (design, section 7). So everyone is measured
only against peers. How far each feature lies from the peers' median, in robust standard deviations, is the explanation;
an isolation forest over the same numbers is a second opinion on how unusual they are together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.ensemble import IsolationForest

from fraudgraph.outliers.kinds import KINDS, Feature, Kind, usable_features
from fraudgraph.outliers.peers import (
    MAD_TO_SIGMA,
    TOP_FEATURES,
    Z_CAP,
    Floats,
    PeerGroup,
    Rows,
    compare,
    distance,
    peer_groups,
)
from fraudgraph.progress import Progress
from fraudgraph.records import NodeKind
from fraudgraph.settings import OutlierSettings
from fraudgraph.store import Store

__all__ = ["OUTLIERS_TABLE_SQL", "OutlierKindReport", "OutlierReport", "score_outliers", "second_opinion"]

OUTLIERS_TABLE_SQL = (
    "CREATE OR REPLACE TABLE outliers (entity_type VARCHAR, entity_id VARCHAR, score DOUBLE, peer_group VARCHAR, "
    "reasons VARCHAR)"
)
REASON_Z = 1.0
"""A feature nearer to its peers than this explains nothing."""
FOREST_WEIGHT = 0.25
_TREES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierKindReport:
    """What became of one kind of entity.

    `measured_count` entities had enough visits to measure; `scored_count` of them had at least the peers asked for,
    `unscored_count` had too few and got no score; `kept_count` rows were written. `features_off` names each feature
    that could not be computed: (feature, reason zh, reason en).
    """

    entity_type: NodeKind
    measured_count: int
    scored_count: int
    unscored_count: int
    kept_count: int
    features_on: tuple[str, ...]
    features_off: tuple[tuple[str, str, str], ...]
    sentence_zh: str
    sentence_en: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierReport:
    """What the comparison with peers gave, kind by kind."""

    kinds: tuple[OutlierKindReport, ...]

    @property
    def kept_count(self) -> int:
        """Rows of the table `outliers`."""
        return sum(kind.kept_count for kind in self.kinds)


def score_outliers(
    store: Store, settings: OutlierSettings, *, seed: int, progress: Progress | None = None
) -> OutlierReport:
    """Say who differs most from peers of the same kind and similar size, and in what.

    Parameters
    ----------
    store : Store
        Holds the canonical tables and the coded ones (`coded_claims`, `visits`, `coded_stays` and the codes). Gets
        `outliers(entity_type, entity_id, score, peer_group, reasons)`: every facility, pharmacy and doctor with
        enough peers, and the persons whose score is at least `PATIENT_FLOOR`. A score is a distance from the peers
        in robust standard deviations; higher is more unusual. `reasons` is a JSON list.
    settings : OutlierSettings
        How many peers a comparison needs.
    seed : int
        The isolation forest's seed.
    progress : Progress, optional
        Told of each kind.

    Returns
    -------
    OutlierReport
        Per kind how many were measured, scored and kept, and which features were off and why.
    """
    if progress is not None:
        progress.stage("peers", "同类比较", len(KINDS))
    reports, tables = [], []
    for kind in KINDS:
        report, table = _score_kind(store, kind, settings.min_peers, seed)
        reports.append(report)
        tables.append(table)
        if progress is not None:
            progress.advance(1)
    store.put("incoming_outliers", pa.concat_tables(tables))
    store.run(OUTLIERS_TABLE_SQL)
    store.run(
        "INSERT INTO outliers SELECT * FROM incoming_outliers ORDER BY entity_type, score DESC, entity_id; DROP TABLE incoming_outliers"
    )
    if progress is not None:
        progress.done()
    return OutlierReport(kinds=tuple(reports))


def _score_kind(store: Store, kind: Kind, min_peers: int, seed: int) -> tuple[OutlierKindReport, pa.Table]:
    started = perf_counter()
    sql = kind.sql()
    measured = store.arrow(sql, **kind.parameters)
    features, off = usable_features(sql, measured, kind)
    keys = [measured[column].combine_chunks() for column in kind.peer_columns]
    volume = measured["visit_count"].to_numpy().astype(np.int64)
    groups = peer_groups(keys, kind.peer_columns, volume, essential=kind.essential, min_peers=min_peers)
    z, medians = _compare_all(measured, features, groups, volume, min_peers)
    judged = np.sort(np.concatenate([np.zeros(0, np.int64), *(group.judged for group in groups)]))
    score = distance(z)
    if kind.forest and len(judged) and features:
        opinion = second_opinion(z[judged], seed=seed)
        score[judged] = (1 - FOREST_WEIGHT) * score[judged] + FOREST_WEIGHT * opinion
    score = np.round(score, 4)
    kept = judged[score[judged] >= kind.floor]
    table = pa.table(
        {
            "entity_type": pa.array([kind.entity_type.value] * len(kept), pa.string()),
            "entity_id": measured["entity_id"].take(pa.array(kept)).cast(pa.string()),
            "score": pa.array(score[kept], pa.float64()),
            "peer_group": pa.array(_labels(groups, measured.num_rows, kept), pa.string()),
            "reasons": pa.array(_reasons(measured, features, kept, z, medians), pa.string()),
        }
    )
    seconds = round(perf_counter() - started, 3)
    counts = (measured.num_rows, len(judged), len(kept))
    return _report(kind, counts, features=features, off=off, min_peers=min_peers, seconds=seconds), table


def _report(
    kind: Kind,
    counts: tuple[int, int, int],
    *,
    features: list[Feature],
    off: tuple[tuple[str, str, str], ...],
    min_peers: int,
    seconds: float,
) -> OutlierKindReport:
    measured, scored, kept = counts
    few = measured - scored
    return OutlierKindReport(
        entity_type=kind.entity_type,
        measured_count=measured,
        scored_count=scored,
        unscored_count=few,
        kept_count=kept,
        features_on=tuple(feature.name for feature in features),
        features_off=off,
        sentence_zh=f"{kind.title_zh}:测算 {measured} 个,评分 {scored} 个;{few} 个的同类不足 {min_peers} 个,不评分。",
        sentence_en=f"{kind.title_en}: {measured} measured, {scored} scored; {few} with fewer than {min_peers} peers get no score.",
        seconds=seconds,
    )


def _compare_all(
    measured: pa.Table, features: list[Feature], groups: list[PeerGroup], volume: Rows, min_peers: int
) -> tuple[Floats, Floats]:
    """Deviations and peers' medians, a column per feature."""
    z = np.zeros((measured.num_rows, len(features)))
    medians = np.full(z.shape, np.nan)
    for column, feature in enumerate(features):
        values = _floats(measured, feature.name)
        for group in groups:
            rows = group.judged
            z[rows, column], medians[rows, column] = compare(
                values, volume, group, scale=feature.scale, side=feature.side, min_peers=min_peers
            )
    return z, medians


def second_opinion(z: Floats, *, seed: int) -> Floats:
    """What an isolation forest makes of the deviations, as robust standard deviations; higher is more unusual.

    Parameters
    ----------
    z : array
        Deviations from the peers, a row per entity; only the unusual side counts, so that odd means far out.
    seed : int
        The forest's seed.
    """
    forest = IsolationForest(n_estimators=_TREES, random_state=seed, n_jobs=1).fit(z)
    oddness = np.round(-forest.score_samples(z), 9)
    apart = oddness - np.median(oddness)
    spread = max(MAD_TO_SIGMA * float(np.median(apart[apart >= 0])), 0.01)
    return np.asarray(np.clip(apart / spread, 0.0, Z_CAP))


def _labels(groups: list[PeerGroup], size: int, kept: Rows) -> list[str]:
    labels = np.full(size, "", dtype=object)
    for group in groups:
        labels[group.judged] = group.label
    return [str(label) for label in labels[kept]]


def _reasons(
    measured: pa.Table, features: list[Feature], kept: Rows, z: Floats, medians: Floats
) -> list[str]:
    """For each kept row its oddest features first, each with its comparison, as JSON."""
    values = [_floats(measured, feature.name)[kept] for feature in features]
    texts = []
    for place, row in enumerate(kept.tolist()):
        order = np.argsort(-z[row], kind="stable")[:TOP_FEATURES].tolist()
        entries = [
            {
                "feature": features[column].name,
                "title_zh": features[column].title_zh,
                "title_en": features[column].title_en,
                "value": round(float(values[column][place]), 4),
                "peer_median": round(float(medians[row, column]), 4),
                "z": round(float(z[row, column]), 2),
            }
            for column in order
            if z[row, column] >= REASON_Z
        ]
        texts.append(json.dumps(entries, ensure_ascii=False, separators=(",", ":")))
    return texts


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(pc.cast(table[name], pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
