"""A run as analysts hold it: the frames say what the job said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import fraudgraph as fg
from fraudgraph.errors import UsageError
from fraudgraph.rings import load_rings


def test_the_ring_table_is_the_jobs_own(run: fg.Run) -> None:
    kept = pd.read_parquet(run.out / "rings.parquet").sort_values("rank")
    ours = run.rings()
    assert ours["ring_id"].tolist() == kept["ring_id"].tolist()
    assert ours["score"].tolist() == kept["score"].tolist()
    assert ours["fund_amount"].sum() == pytest.approx(float(kept["fund_amount"].sum()))
    assert len(run.rings(listed=True)) + len(run.rings(listed=False)) == len(ours)
    assert run.rings(listed=True)["listed"].all()


def test_a_rings_claims_add_up_to_its_money_each_counted_once(run: fg.Run) -> None:
    counted: set[str] = set()
    for ring_id, fund in zip(run.rings()["ring_id"], run.rings()["fund_amount"], strict=True):
        claims = run.claims(ring_id)
        new = claims[~claims["claim_id"].isin(counted)]
        assert new["net_fund_amount"].sum() == pytest.approx(fund, abs=0.005), ring_id
        counted |= set(claims["claim_id"])


def test_all_claims_of_a_rings_patients_hold_those_of_its_evidence(run: fg.Run, ring_id: str) -> None:
    evidence = run.claims(ring_id)
    every = run.claims(ring_id, every=True)
    assert set(evidence["claim_id"]) == set(every.loc[every["in_evidence"], "claim_id"])
    assert len(every) > len(evidence)
    assert set(every.loc[~every["in_evidence"], "patient_id"]) <= set(run.ring(ring_id).patient_ids)


def test_the_parts_add_up_to_the_score(run: fg.Run) -> None:
    for ring in load_rings(run.out):
        assert run.ring(ring.ring_id).parts()["points"].sum() == pytest.approx(ring.score, abs=0.011)


def test_meetings_of_a_ring_lie_between_its_members(run: fg.Run, ring_id: str) -> None:
    met = run.meetings(ring_id)
    ids = {m.entity_id for m in run.ring(ring_id).record.members}
    assert len(met) > 0
    assert set(met["a"]) | set(met["b"]) <= ids
    assert (
        len(run.all_meetings())
        >= (run.meetings()["a_type"].eq("patient") & run.meetings()["b_type"].eq("patient")).sum()
    )


def test_persons_are_named_by_their_first_character_unless_asked(run: fg.Run, ring_id: str) -> None:
    short = run.ring(ring_id).members().query("entity_type == 'patient'")["name"]
    full = (
        fg.open_run(run.out, full_names=True)
        .ring(ring_id)
        .members()
        .query("entity_type == 'patient'")["name"]
    )
    assert short.str.fullmatch(r".\*").all()
    assert (full.str[0] == short.str[0]).all()
    assert full.str.len().ge(2).all()
    told = " ".join(run.ring(ring_id).evidence()["sentence"])
    assert not any(name in told for name in full)


def test_both_languages_speak(run: fg.Run, ring_id: str) -> None:
    english = fg.open_run(run.out, lang="en").ring(ring_id)
    assert english.evidence()["sentence"].tolist() != run.ring(ring_id).evidence()["sentence"].tolist()
    assert english.explanations()["title"].str.isascii().all()


def test_a_wrong_ring_number_names_the_nearest(run: fg.Run, ring_id: str) -> None:
    with pytest.raises(UsageError, match=ring_id):
        run.ring(f"{ring_id}x")


def test_sql_answers_questions_and_changes_nothing(run: fg.Run) -> None:
    before = int(run.sql("SELECT count(*) AS n FROM claims")["n"].iloc[0])
    assert before > 10_000
    assert (
        int(run.sql("SELECT count(*) AS n FROM claims WHERE fund_amount > $yuan", yuan=1000)["n"].iloc[0])
        < before
    )
    with pytest.raises(UsageError):
        run.sql("DELETE FROM claims")
    with pytest.raises(UsageError, match="no_such_table"):
        run.sql("SELECT * FROM no_such_table")
    assert int(run.sql("SELECT count(*) AS n FROM claims")["n"].iloc[0]) == before


def test_looking_leaves_the_folder_as_it_was(run: fg.Run, ring_id: str) -> None:
    def seen() -> dict[str, tuple[int, int]]:
        return {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in run.out.iterdir()}

    before = seen()
    ring = run.ring(ring_id)
    ring.plot()
    ring.timeline()
    run.profile(str(run.sql("SELECT min(pharmacy_id) AS id FROM pharmacies")["id"].iloc[0]))
    assert seen() == before


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"rings\.parquet"):
        fg.open_run(tmp_path)


def test_from_files_to_ranked_rings_in_five_lines(tmp_path: Path) -> None:
    from fraudgraph.content import content_folder

    found = fg.find_rings(content_folder("data_samples"), tmp_path / "out")
    again = fg.demo_run(tmp_path / "out")
    assert found.rings().equals(again.rings())
    assert found.rings()["listed"].is_monotonic_decreasing
    assert found.rings()["rank"].is_monotonic_increasing
