"""The score is the terms of what is known, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from fraudgraph.errors import SettingsError
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.score import POINTS_PER_NAT, read_terms, score_parts, total

FACTS = GroupFacts(group_no=1, numbers={"patient_count": 20})


def test_the_parts_are_the_terms_and_the_prior_and_nothing_else() -> None:
    terms = read_terms()
    known = replace(FACTS, signs={name: edges[0] for name, edges in terms.edges.items() if edges})
    parts = score_parts(known, (), terms)
    nats = terms.prior + sum(terms.of({**known.signs, "explained_share": 0.0}).values())
    assert total(parts) == pytest.approx(POINTS_PER_NAT * nats, abs=0.05)
    assert total(score_parts(replace(known, signs={}), (), terms)) == pytest.approx(
        POINTS_PER_NAT * terms.prior, abs=0.5
    )


def test_a_table_of_terms_that_is_none_is_refused(tmp_path: Path) -> None:
    for text in ("fact,nats\ngain,1\n", "fact,low,high,nats\ngain,one,,1\n"):
        (tmp_path / "terms.csv").write_text(text, encoding="utf-8")
        read_terms.cache_clear()
        with pytest.raises(SettingsError, match="no table of terms"):
            read_terms(tmp_path / "terms.csv")
