"""Own ideas beside the job's answer: detectors, views, explanations, groupings, peers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson
from sklearn.ensemble import IsolationForest

import fraudgraph as fg
from fraudgraph.desk.detectors import unusualness
from fraudgraph.desk.groupings import NetworkxGroups, agreement
from fraudgraph.desk.peers import FEW_PEERS, features
from fraudgraph.desk.trying import _poisson
from fraudgraph.errors import UsageError
from fraudgraph.rings.score import HOLDS_NATS, POINTS_PER_NAT


@pytest.fixture
def crowd() -> pd.DataFrame:
    draw = np.random.default_rng(3)
    return pd.DataFrame(
        {"visits": draw.normal(100, 10, 200), "share": draw.normal(0.4, 0.05, 200)},
        index=[f"D{i}" for i in range(200)],
    )


def test_the_odd_one_out_scores_highest_with_ours_and_with_scikit_learns(crowd: pd.DataFrame) -> None:
    crowd.loc["D7"] = [300.0, 0.9]
    for detector in (fg.PeerDetector(), IsolationForest(random_state=1)):
        assert unusualness(detector, crowd).idxmax() == "D7"


def test_peers_are_compared_with_peers(crowd: pd.DataFrame) -> None:
    large = crowd.assign(visits=crowd["visits"] * 10).rename(index=lambda name: f"L{name}")
    both = pd.concat([crowd.assign(sort="small"), large.assign(sort="large")])
    among_peers = fg.PeerDetector(by="sort").fit(both).score(both)
    assert among_peers[large.index].median() == pytest.approx(among_peers[crowd.index].median(), rel=0.3)


def test_too_few_peers_give_no_score(crowd: pd.DataFrame) -> None:
    few = crowd.iloc[:10]
    assert fg.PeerDetector().fit(few).score(few).isna().all()


def test_a_detector_of_ones_own_gets_into_the_ring_table(run: fg.Run) -> None:
    class MoneyPerVisit:
        def fit(self, frame: pd.DataFrame) -> MoneyPerVisit:
            self.usual = frame["amount_per_visit"].median()
            return self

        def score(self, frame: pd.DataFrame) -> pd.Series:
            return frame["amount_per_visit"] / self.usual

    trial = fg.try_out(run, detector=MoneyPerVisit(), kind="pharmacy")
    assert trial.rings["ring_id"].tolist() == run.rings()["ring_id"].tolist()
    scored = trial.rings.dropna(subset="own_score")
    assert len(scored)
    assert trial.scores is not None
    for row in scored.itertuples():
        assert row.own_score == pytest.approx(trial.scores[row.own_top_member])


def test_an_explanation_of_ones_own_lowers_the_score_as_the_jobs_do(run: fg.Run) -> None:
    nothing = fg.try_out(run, explanation=lambda _: 0.0).rings
    everything = fg.try_out(run, explanation=lambda _: 1.0).rings
    assert nothing["score_with_it"].tolist() == pytest.approx(nothing["score"].tolist(), abs=0.011)
    lost = (everything["score"] - everything["score_with_it"]).round(2)
    taken = -POINTS_PER_NAT * HOLDS_NATS
    assert set(lost) <= {0.0, taken}, "an explanation that holds takes off the same, once"
    assert (lost == taken).any()
    with pytest.raises(UsageError, match="between 0 and 1"):
        fg.try_out(run, explanation=lambda _: 2.0)


def test_a_view_of_ones_own_joins_the_meetings(run: fg.Run, ring_id: str) -> None:
    people = run.ring(ring_id).patient_ids[:4]

    def met(_: fg.Run) -> pd.DataFrame:
        return pd.DataFrame(
            [(a, b, 5, 0.01) for a in people for b in people if a < b],
            columns=["a", "b", "observed", "expected"],
        )

    trial = fg.try_out(run, view=met, grouping=fg.DenseBlocks())
    with_it = trial.rings.set_index("ring_id")["own_pair_share"]
    assert with_it[ring_id] > 0
    assert (with_it.drop(ring_id) < with_it[ring_id]).all()
    assert trial.groups is not None
    assert trial.groups.set_index("ring_id").index.isin([ring_id]).any()
    with pytest.raises(UsageError, match="expected"):
        fg.try_out(run, view=lambda _: pd.DataFrame({"a": [], "b": []}))


def test_poisson_tails_are_scipys() -> None:
    for observed, expected in [(1, 0.5), (5, 0.01), (3, 3.0), (2, 9.0), (40, 2.0), (0, 1.0)]:
        assert _poisson(observed, expected) == pytest.approx(poisson.sf(observed - 1, expected), rel=1e-9)


def planted(groups: int = 3, size: int = 6) -> pd.DataFrame:
    """Tight groups, and single chance meetings between them."""
    rows = []
    for g in range(groups):
        names = [f"g{g}p{i}" for i in range(size)]
        rows += [(a, b, 1e-6) for a in names for b in names if a < b]
    rows += [(f"g{g}p0", f"g{(g + 1) % groups}p1", 1e-2) for g in range(groups)]
    return pd.DataFrame(rows, columns=["a", "b", "p"])


@pytest.mark.parametrize("grouping", [fg.LeidenGroups(), fg.DenseBlocks()], ids=["leiden", "blocks"])
def test_planted_groups_come_back(grouping: fg.LeidenGroups) -> None:
    known = [{f"g{g}p{i}" for i in range(6)} for g in range(3)]
    assert grouping.fit(planted()).score(known) == 1.0 or isinstance(grouping, fg.DenseBlocks)
    assert grouping.labels_.nunique() == len(grouping.groups_)


def test_any_networkx_function_is_a_grouping() -> None:
    import networkx as nx

    assert len(NetworkxGroups(nx.community.louvain_communities, seed=1).fit(planted()).groups_) == 3
    assert len(NetworkxGroups(nx.connected_components).fit(planted()).groups_) == 1


def test_agreement_counts_fragments_and_padding_against() -> None:
    known = [set("abcd"), set("wxyz")]
    assert agreement([set("abcd"), set("wxyz")], known)["f1"] == 1.0
    assert agreement([set("ab"), set("cd")], known)["recall"] == 0.5
    assert agreement([set("abcdefghi")], known)["recall"] == 0.0
    assert agreement([], known) == {"found_count": 0, "recall": 0.0, "precision": 0.0, "f1": 0.0}


def test_a_profile_says_who_the_peers_are_and_when_they_are_too_few(run: fg.Run) -> None:
    pharmacy = features(run, "pharmacy").index[0]
    profile = run.profile(pharmacy)
    assert profile.kind == "pharmacy"
    assert profile.peer_count < FEW_PEERS
    assert "偏少" in profile.peers
    assert profile.frame["deviation"].abs().is_monotonic_decreasing


def test_a_profiles_numbers_are_the_claims_own(run: fg.Run) -> None:
    doctor = features(run, "doctor")["visit_count"].idxmax()
    profile = run.profile(doctor)
    claims = run.claims().query("counted and doctor_id == @doctor and place_type == 'facility'")
    visits = claims.groupby(["patient_id", "place_id", claims["event_date"]]).ngroups
    assert profile.frame.loc["amount_per_visit", "own"] == pytest.approx(
        claims["net_total_amount"].sum() / visits
    )
    share = claims["net_fund_amount"].sum() / claims["net_total_amount"].sum()
    assert profile.frame.loc["fund_share", "own"] == pytest.approx(share)
    months = profile.months.query("measure == 'amount_per_visit'").dropna(subset="own")
    assert set(months["month"]) == set(claims["event_date"].astype(str).str[:7])


def test_an_unknown_entity_names_the_nearest(run: fg.Run) -> None:
    pharmacy = features(run, "pharmacy").index[0]
    with pytest.raises(UsageError, match=pharmacy):
        run.profile(pharmacy[:-1] + "?")
    with pytest.raises(UsageError, match="doctor"):
        features(run, "doctors")


def test_the_profile_command_writes_a_page_that_needs_no_network(run: fg.Run, tmp_path: Path) -> None:
    pharmacy = features(run, "pharmacy").index[0]
    page = tmp_path / "page.html"
    command = [sys.executable, "-m", "fraudgraph", "--lang", "en", "profile", pharmacy, "--out", str(run.out)]
    said = subprocess.run(
        [*command, "--page", str(page), "--json"], capture_output=True, text=True, check=True
    )
    told = json.loads(said.stdout)
    assert told["entity_id"] == pharmacy
    assert {measure["measure"] for measure in told["measures"]} == set(run.profile(pharmacy).frame.index)
    text = page.read_text(encoding="utf-8")
    assert "does not mean unlawful" in text
    assert 'src="http' not in text
    assert oct(page.stat().st_mode & 0o777) == "0o600"
    wrong = subprocess.run(
        [*command[:6], "nobody", *command[7:]], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert "nobody" in wrong.stderr
