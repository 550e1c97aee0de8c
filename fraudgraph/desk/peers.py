"""A doctor, pharmacy or facility beside its peers: on each measure, and month by month."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from fraudgraph.desk.arguments import as_text
from fraudgraph.desk.detectors import PeerDetector
from fraudgraph.desk.offline import Figure
from fraudgraph.desk.profile_page import figure, write_page
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.report.sanitise import masked_name

if TYPE_CHECKING:
    from fraudgraph.desk.run import Run

__all__ = ["FEW_PEERS", "MEASURES", "Profile", "features", "profile"]

FEW_PEERS: Final = 20
"""Fewer peers than this say little; the profile then says so."""
SIMILAR_SIZE: Final = 4.0
"""Peers have at most so many times the visits, and at least that part of them."""
KINDS: Final = ("doctor", "facility", "pharmacy")
MEASURES: Final = {
    "visits_per_day": ("每日接诊人次", "visits per day worked"),
    "visits_per_patient": ("人均就诊次数", "visits per patient"),
    "amount_per_visit": ("次均费用(元)", "amount per visit, yuan"),
    "fund_share": ("基金支付占比", "share the fund pays"),
    "off_hours_share": ("早7点前或晚9点后占比", "share before 07:00 or from 21:00"),
    "top_doctor_share": ("接诊最多医师占比", "share of the busiest doctor"),
    "place_count": ("出诊机构数", "places worked at"),
}


@cache
def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def features(run: Run, kind: str) -> pd.DataFrame:
    """One row of measures for each doctor, facility or pharmacy; `sort` is the specialty or level.

    Raises
    ------
    UsageError
        If `kind` is none of these.
    """
    if kind not in KINDS:
        hint_en, hint_zh = nearest_hint(kind, list(KINDS))
        raise UsageError(
            f"There are no measures for {kind!r}; {hint_en}", f"没有 {kind!r} 的对照指标;{hint_zh}"
        )
    found = run.sql(_sql("measures"), kind=kind, by_month=False).drop(columns="month")
    kinds = run.sql(_sql("peer_kinds"))
    sorts = kinds[kinds["kind"] == kind].set_index("entity_id")["sort"]
    frame = found.set_index("entity_id").dropna(axis="columns", how="all")
    return frame.assign(sort=sorts.reindex(frame.index).fillna(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One entity beside its peers. A deviation is a lead at most: it says unlike, not unlawful.

    Attributes
    ----------
    frame : DataFrame
        A row a measure: `own`, the peers' `low` (10 %), `middle` and `high` (90 %), and `deviation` in robust
        standard deviations, the largest first.
    months : DataFrame
        The same month by month: measure, month, own, low, middle, high, peer_count.
    peers : str
        Who the peers are, and how many.
    spread : DataFrame
        Every peer's deviations, for the figure.
    job_reasons : DataFrame
        What the run's own comparison says, if it scored this entity.
    """

    entity_id: str
    kind: str
    name: str
    lang: str
    peers: str
    peer_count: int
    frame: pd.DataFrame
    months: pd.DataFrame
    spread: pd.DataFrame
    job_reasons: pd.DataFrame

    def __repr__(self) -> str:
        return f"Profile({self.kind} {self.entity_id} {self.name}; {self.peers})"

    @property
    def title(self) -> str:
        """Who it is."""
        return " ".join(part for part in (self.entity_id, self.name) if part)

    def figure(self) -> Figure:
        """Left each measure beside all peers, right the most deviating ones month by month."""
        return figure(self)

    def save(self, path: str | Path) -> Path:
        """Write the profile as one html page that needs no network."""
        return write_page(self, path)


def profile(run: Run, entity_id: str) -> Profile:
    """Put an entity beside its peers; see `Run.profile`."""
    kind, name = _who(run, as_text(entity_id, "profile"))
    every = features(run, kind)
    if entity_id not in every.index:
        raise UsageError(
            f"{entity_id} has no claims in {run.out} that count, so there is nothing to compare.",
            f"{run.out} 中没有 {entity_id} 的有效结算单,无可比较。",
        )
    chosen, peers = _peers(every, entity_id, run.lang)
    names = [measure for measure in MEASURES if measure in every.columns]
    detector = PeerDetector(min_peers=0).fit(chosen[names])
    deviations = detector.deviations(every.loc[[entity_id, *chosen.index], names])
    return Profile(
        entity_id=entity_id, kind=kind, name=name, lang=run.lang, peers=peers, peer_count=len(chosen),
        frame=_measures(every.loc[[entity_id]].iloc[0], chosen, deviations.loc[[entity_id]].iloc[0], names, run.lang),
        months=_months(run, kind, entity_id, chosen, names), spread=deviations.drop(index=entity_id),
        job_reasons=_job_reasons(run, entity_id),
    )  # fmt: skip


def _who(run: Run, entity_id: str) -> tuple[str, str]:
    """The kind and the readable name of an id."""
    known = run.sql(_sql("peer_kinds"))
    found = known[known["entity_id"] == entity_id]
    if len(found):
        kind, name = found["kind"].iloc[0], found["name"].iloc[0]
        shown = "" if pd.isna(name) else str(name)
        return str(kind), masked_name(shown) if kind == "doctor" and not run.full_names else shown
    for kind in KINDS:
        if entity_id in features(run, kind).index:
            return kind, ""
    hint_en, hint_zh = nearest_hint(entity_id, known["entity_id"].tolist())
    raise UsageError(
        f"{run.out} knows no doctor, facility or pharmacy {entity_id!r}; {hint_en}",
        f"{run.out} 中没有医师、机构或药店 {entity_id!r};{hint_zh}",
    )


def _peers(every: pd.DataFrame, entity_id: str, lang: str) -> tuple[pd.DataFrame, str]:
    """Same sort and similar size if there are enough, else similar size, else all of the kind; said in words."""
    own = every.loc[entity_id]
    others = every.drop(index=entity_id)
    size = others["visit_count"]
    similar = others[
        (size <= own["visit_count"] * SIMILAR_SIZE) & (size * SIMILAR_SIZE >= own["visit_count"])
    ]
    same = similar[similar["sort"] == own["sort"]]
    if len(same) >= FEW_PEERS and own["sort"]:
        chosen, zh, en = (
            same,
            f"同类({own['sort']})且规模相近",
            f"of the same sort ({own['sort']}) and similar size",
        )
    elif len(similar) >= FEW_PEERS:
        chosen, zh, en = similar, "规模相近", "of similar size"
    else:
        chosen, zh, en = others, "全部同类对象", "all of the kind"
    few = len(chosen) < FEW_PEERS
    zh += f",共 {len(chosen)} 个" + (",数量偏少,仅供参考" if few else "")
    en += f", {len(chosen)} of them" + (", too few to say much" if few else "")
    return chosen, zh if lang == "zh" else en


def _measures(
    own: pd.Series, peers: pd.DataFrame, deviation: pd.Series, names: list[str], lang: str
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "title": [MEASURES[name][0 if lang == "zh" else 1] for name in names],
            "own": own[names].astype(float),
            "low": peers[names].quantile(0.1),
            "middle": peers[names].median(),
            "high": peers[names].quantile(0.9),
            "deviation": deviation[names].astype(float).round(2),
        },
        index=pd.Index(names, name="measure"),
    )
    return frame.sort_values("deviation", key=lambda column: -column.abs(), kind="stable")


def _months(run: Run, kind: str, entity_id: str, peers: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    monthly = run.sql(_sql("measures"), kind=kind, by_month=True)
    long = monthly.melt(id_vars=["entity_id", "month"], value_vars=names, var_name="measure").dropna(
        subset="value"
    )
    among = long[long["entity_id"].isin(peers.index)].groupby(["measure", "month"])["value"]
    band = pd.DataFrame(
        {
            "low": among.quantile(0.1),
            "middle": among.median(),
            "high": among.quantile(0.9),
            "peer_count": among.size(),
        }
    )
    own = long[long["entity_id"] == entity_id].set_index(["measure", "month"])["value"].rename("own")
    return band.join(own, how="outer").reset_index().sort_values(["measure", "month"], ignore_index=True)


def _job_reasons(run: Run, entity_id: str) -> pd.DataFrame:
    """The reasons in outliers.parquet, one row each; empty where the job gave no score."""
    outliers = run.outliers()
    found = outliers[outliers["entity_id"] == entity_id]
    reasons = json.loads(found["reasons"].iloc[0]) if len(found) else []
    return pd.DataFrame(reasons)
