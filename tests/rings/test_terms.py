"""The score is the terms of what is known, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from fraudgraph.errors import SettingsError
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.score import POINTS_PER_NAT, score_parts, total
from fraudgraph.rings.terms import COLUMNS, read_signs_file, read_terms

FACTS = GroupFacts(group_no=1, numbers={"patient_count": 20})
HEADER = ",".join(COLUMNS)
PRIOR = "0,0,,,,,,-3.0"


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "terms.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    read_terms.cache_clear()
    return path


def test_the_parts_are_the_terms_and_the_prior_and_nothing_else() -> None:
    terms = read_terms()
    cuts = {node.fact: node.cut for tree in terms.trees for node in tree if node.fact}
    for moved in (-0.5, 0.5):
        known = replace(
            FACTS, signs={fact: cut + moved for fact, cut in cuts.items() if fact != "explained_share"}
        )
        nats = terms.prior + sum(terms.of({**known.signs, "explained_share": 0.0}).values())
        assert total(score_parts(known, (), terms)) == pytest.approx(POINTS_PER_NAT * nats, abs=0.05)


def test_each_fact_is_told_what_its_answers_moved(tmp_path: Path) -> None:
    terms = read_terms(
        table(
            tmp_path, PRIOR, "1,0,fund_log,10.0,1,2,1,0.5", "1,1,,,,,,-1.0", "1,2,others_log,2.0,3,4,4,1.0", "1,3,,,,,,2.0", "1,4,,,,,,0.25",
        )
    )  # fmt: skip
    assert terms.prior == -2.5
    assert terms.of({"fund_log": 9.0}) == {"fund_log": -1.5}
    assert terms.of({"fund_log": 10.0, "others_log": 1.0}) == {"fund_log": 0.5, "others_log": 1.0}
    assert terms.of({"fund_log": 10.0}) == {"fund_log": 0.5, "others_log": -0.75}
    assert terms.of({}) == {"fund_log": -1.5}


def test_what_ships_asks_for_registered_facts_in_their_direction() -> None:
    signs = read_signs_file()
    assert {sign.part for sign in signs.values()} == {
        "together", "rhythm", "places", "people", "identity", "money", "lawful",
    }  # fmt: skip
    assert {sign.direction for sign in signs.values()} == {-1, 0, 1}
    for tree in read_terms().trees:
        for node in tree:
            if node.fact and signs[node.fact].direction:
                step = tree[node.beyond].nats - tree[node.below].nats
                assert step * signs[node.fact].direction >= -1e-4


@pytest.mark.parametrize(
    "rows",
    [
        (PRIOR,),
        ("1,0,,,,,,1.0",),
        (PRIOR, "1,0,,,,,,one"),
        (PRIOR, "1,1,,,,,,1.0"),
        (PRIOR, "1,0,fund_log,1.0,0,1,1,0.0", "1,1,,,,,,1.0"),
        (PRIOR, "1,0,shoe_size,1.0,1,2,2,0.0", "1,1,,,,,,1.0", "1,2,,,,,,2.0"),
    ],
    ids=["no tree", "no prior", "no number", "a node left out", "a circle", "an unknown fact"],
)
def test_a_table_of_terms_that_is_none_is_refused(tmp_path: Path, rows: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="no table of terms"):
        read_terms(table(tmp_path, *rows))
