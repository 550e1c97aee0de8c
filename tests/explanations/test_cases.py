"""Each explanation holds for the groups it was made for, and not for one that just misses it."""

import re

import pytest

from fraudgraph.explanations.cards import read_library
from fraudgraph.explanations.facts import ExplanationSupport, Known
from fraudgraph.explanations.weighing import Weighed, explain, weigh, weigh_card
from fraudgraph.records import Explanation
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.score import HOLDS_NATS, POINTS_PER_NAT, score_parts
from fraudgraph.rings.terms import read_terms
from tests.explanations.groups import FITS, HOME, MISSES, RING, Values, cases, group, known
from tests.report.test_words import forbidden

CARDS = {card.name: card for card in read_library().cards}
OF_A_CLASS = sorted(
    name for name, card in CARDS.items() if any(c.name == "whole_group" for c in card.conditions)
)


def weighed(name: str, values: Values) -> Weighed:
    return weigh_card(CARDS[name], known(values))


def shown(name: str, found: Known) -> Explanation:
    return next(e for e in explain(found) if e.name == name)


def test_every_explanation_has_a_group_it_fits_and_one_that_misses_it() -> None:
    assert set(FITS) == set(MISSES) == set(CARDS)


def test_the_ring_has_a_value_for_every_fact() -> None:
    assert set(RING) == set(read_library().facts)


def test_nothing_explains_a_ring() -> None:
    assert [found.name for found in weigh(known({})) if found.holds] == []


@pytest.mark.parametrize(("name", "values"), cases(FITS))
def test_it_holds_for_the_group_it_was_made_for_and_takes_all_of_its_surprise(name: str, values: Values) -> None:  # fmt: skip
    found = weighed(name, values)
    assert found.holds
    assert found.nearness == 1.0
    assert shown(name, known(values)).share == 1.0


@pytest.mark.parametrize(("name", "values"), cases(MISSES))
def test_it_does_not_hold_for_one_that_just_misses_it(name: str, values: Values) -> None:
    found = weighed(name, values)
    assert not found.holds
    assert 0 <= found.nearness < 1
    assert 0 <= shown(name, known(values)).share <= 0.3


@pytest.mark.parametrize("name", OF_A_CLASS)
def test_what_explains_a_whole_class_does_not_explain_a_part_that_comes_without_the_rest(name: str) -> None:
    for values in FITS[name]:
        assert not weighed(name, group(values, part_of_larger=1)).holds


@pytest.mark.parametrize("name", CARDS)
def test_the_nearer_the_more_it_explains(name: str) -> None:
    assert weighed(name, FITS[name][0]).nearness > weighed(name, MISSES[name][0]).nearness
    condition = weighed(name, MISSES[name][0]).conditions[0].condition
    gaps = [condition.nearness(condition.value + (1 if condition.operator[0] == "<" else -1) * gap * condition.soft) for gap in (0.1, 0.5, 0.9, 2)]  # fmt: skip
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] == 0


@pytest.mark.parametrize(("name", "values"), cases(FITS))
def test_what_explains_a_group_takes_its_nats_off(name: str, values: Values) -> None:
    """All but "on a day or two only": that is a fact like others, and staged admissions have it too."""
    explanations = explain(known(values))
    facts = GroupFacts(group_no=1, numbers={"patient_count": 20}, known=known(values))
    (lawful,) = (part for part in score_parts(facts, explanations, read_terms()) if part.name == "lawful")
    if {found.name for found in explanations if found.holds} == {"single_event"}:
        assert lawful.points > POINTS_PER_NAT * HOLDS_NATS / 2
    else:
        assert lawful.points <= POINTS_PER_NAT * HOLDS_NATS / 2


def test_all_are_tried_on_every_group_the_strongest_stands_first() -> None:
    for _, values in cases(FITS) + cases(MISSES):
        tried = explain(known(values))
        assert {found.name for found in tried} == set(CARDS)
        shares = [found.share for found in tried]
        assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("name", CARDS)
def test_the_sentences_are_whole_tell_the_number_and_accuse_nobody(name: str) -> None:
    for values in ({}, *FITS[name], *MISSES[name]):
        found = shown(name, known(values))
        for sentence in (found.sentence_zh, found.sentence_en):
            assert not re.search(r"[{}]|\b(nan|inf|None)\b", sentence), sentence
            assert forbidden(sentence) == []
            assert re.search(r"\d", sentence)
        assert re.search(r"[\u4e00-\u9fff]", found.sentence_zh)
        assert found.sentence_en.isascii()
        assert found.title_zh
        assert found.title_en.isascii()
        assert len(found.title_en) <= 60, "a page cuts it there"
        assert CARDS[name].check_zh
        assert CARDS[name].check_en.isascii()


def test_of_a_group_of_which_nothing_is_known_nothing_is_said_but_that() -> None:
    for found in weigh(Known()):
        assert not found.holds
        assert (found.nearness, found.nearness_low) == (0.0, 0.0)
        assert found.nearness_high == 1.0
        assert found.missing
    for explanation in explain(Known()):
        assert explanation.observed is None
        assert "is not known" in explanation.sentence_en
        assert "未知" in explanation.sentence_zh
        assert not re.search(r"\b(nan|inf)\b", explanation.sentence_zh + explanation.sentence_en)


def test_what_is_not_known_makes_the_answer_wider_and_is_said() -> None:
    """Without phones and addresses a village may still be one, and the sentence says what was not looked at."""
    values = FITS["village"][0]
    all_known, without = weighed("village", values), weighed("village", group(values, contact_share=None))
    assert (all_known.nearness_low, all_known.nearness_high) == (1.0, 1.0)
    assert without.holds
    assert (without.nearness_low, without.nearness, without.nearness_high) == (0.0, 1.0, 1.0)
    assert without.missing == ("contact_share",)
    said = shown("village", known(group(values, contact_share=None)))
    assert "not looked at, no data: phone, agent who files for the person, address" in said.sentence_en
    assert "未看：联系电话、代办人、地址（无数据）" in said.sentence_zh
    bare = weighed("village", group(values, residence_share=None))
    assert not bare.holds
    assert (bare.nearness, bare.nearness_high) == (0.0, 1.0)


def test_a_ring_inside_a_home_is_what_remains_of_it() -> None:
    """Residents explain the home; ten people who are none of them and come together among themselves stay."""
    claims = tuple(f"c{number}" for number in range(40))
    residents = ExplanationSupport(patient_count=20, claim_ids=claims, claim_share=0.9)
    whole = shown("care_home", known(HOME, {"care_home": residents}))
    assert whole.holds
    assert whole.share == 1.0
    assert whole.claim_ids == claims
    others = ExplanationSupport(
        patient_count=10, claim_ids=claims, claim_share=0.6, rest_count=10, rest_share=0.4
    )
    inside = known(HOME, {"care_home": others})
    left = shown("care_home", inside)
    assert not left.holds
    assert left.share == 0.6
    assert left.claim_share == 0.6
    assert "10 people are outside it" in left.sentence_en
    assert "10 人" in left.sentence_zh
    facts = GroupFacts(group_no=1, numbers={"patient_count": 20}, known=inside)
    (lawful,) = (part for part in score_parts(facts, explain(inside), read_terms()) if part.name == "lawful")
    assert lawful.points > POINTS_PER_NAT * HOLDS_NATS / 2


def test_a_few_left_over_are_no_ring() -> None:
    few = ExplanationSupport(
        patient_count=19, claim_ids=("a",), claim_share=0.95, rest_count=4, rest_share=0.05
    )
    assert shown("care_home", known(HOME, {"care_home": few})).holds


def test_an_explanation_that_is_switched_off_is_not_tried() -> None:
    tried = explain(known(HOME), ("care_home", "dormitory"))
    assert {found.name for found in tried} == set(CARDS) - {"care_home", "dormitory"}


@pytest.mark.parametrize("name", sorted(set(CARDS) - {"family", "placeholder"}))
def test_nothing_but_a_family_explains_one_bank_account_of_half_of_them(name: str) -> None:
    values = FITS[name][0]
    assert not weighed(name, group(values, one_account_share=0.5)).holds
    assert weighed(name, group(values, one_account_share=0.45)).holds, "a few of them are a family among the others"  # fmt: skip


def test_one_bank_account_of_a_family_is_its_own() -> None:
    assert weighed("family", group(FITS["family"][0], one_account_share=1.0)).holds
