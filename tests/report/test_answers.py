"""The nine questions at the head of a dossier, and what speaks against a ring."""

import re
from dataclasses import replace

from fraudgraph.records import Dossier, Typology
from fraudgraph.report.answers import answers
from fraudgraph.report.checks import QUESTIONS, checks
from fraudgraph.report.counter_evidence import against, counter_evidence
from fraudgraph.report.dossiers import dossier_page
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.naming import Naming
from fraudgraph.settings import Settings

from .conftest import a_referral, big_dossier, held_ring, small_dossier, small_ring


def told(dossier: Dossier) -> dict[str, tuple[str, str]]:
    naming = Naming([dossier.ring], Settings())
    cast = Cast(dossier, naming)
    found = answers(dossier, cast, naming, checks(dossier, cast))
    return {item.question.en: (item.answer.zh, item.answer.en) for item in found}


def test_each_of_the_nine_is_answered_in_both_languages_with_a_number() -> None:
    for dossier in (
        small_dossier(),
        big_dossier(),
        replace(small_dossier(), ring=held_ring(), claims=(), edges=()),
    ):
        found = told(dossier)
        assert len(found) == 9
        for question, (zh, en) in found.items():
            assert re.search(r"[\u4e00-\u9fff]", zh)
            if question in ("Who", "When", "How much", "Why not lawful", "How sure"):
                assert re.search(r"\d", zh), zh
                assert re.search(r"\d", en), en
            assert not re.search(r"。。|\.\.", zh + en)


def test_the_answers_are_those_of_the_ring() -> None:
    found = told(small_dossier())
    assert found["Who"][1] == "8 patients, 2 doctors, 1 pharmacy; 1 of them may be victims."
    assert "2025-08-07 18:41" in found["When"][1]
    assert "13,904.30" in found["How much"][1]
    assert "87 %" in found["Why it is worth a look"][1]
    assert "observed 38, expected 1.9" in found["Why not chance"][1]
    assert found["Why not lawful"][1].startswith(
        "4 lawful explanations were tried, none holds; nearest is 'family'"
    )
    assert "1.2%" in found["How sure"][1]
    assert "2025-08-07 18:36–19:00" in found["What to check first"][1]


def test_a_block_is_held_against_chance_by_its_places_not_by_a_meeting() -> None:
    dossier = small_dossier()
    block = replace(
        dossier.ring.evidence[0],
        kind="shared_places",
        sentence_en="22 of them went to 3.0 of these 4 places each",
        observed=66.0,
        expected=2.2,
    )
    ring = replace(dossier.ring, typology="dense_block", evidence=(*dossier.ring.evidence, block))
    answer = told(replace(dossier, ring=ring))["Why not chance"][1]
    assert answer == "22 of them went to 3.0 of these 4 places each (observed 66, expected 2.2)."


def test_an_explanation_that_holds_is_what_comes_first() -> None:
    ring = held_ring()
    said = ring.explanations[0].sentence_en.rstrip(".")
    assert told(replace(small_dossier(), ring=ring))["Why not lawful"][1].startswith(
        f"Settle this first: 'care home' holds: {said}. The score has stepped down."
    )


def test_a_sentence_no_higher_than_expected_speaks_against_the_ring() -> None:
    base = small_ring()
    quiet = replace(base.evidence[3], observed=300.0, expected=504.0, sentence_zh="人均 300 元，同类 504 元。", sentence_en="300 yuan a person, 504 for like people.")  # fmt: skip
    dossier = replace(small_dossier(), ring=replace(base, evidence=(*base.evidence[:3], quiet)))
    assert against(quiet)
    spoken = [text.en for text in counter_evidence(dossier, Naming([dossier.ring], Settings()))]
    assert any("300 yuan a person" in sentence and "no more than" in sentence for sentence in spoken)
    page = dossier_page(dossier, a_referral(dossier.ring), Settings())
    evidence = page.split('<section id="evidence">')[1].split("</section>")[0]
    counter = page.split('<section id="counter">')[1].split("</section>")[0]
    assert "300 yuan a person" not in evidence
    assert "300 yuan a person" in counter


def test_every_typology_has_its_questions() -> None:
    assert set(QUESTIONS) == set(Typology)


def test_the_desk_to_ask_at_is_named_by_its_id() -> None:
    dossier = small_dossier()
    video = next(
        check
        for check in checks(dossier, Cast(dossier, Naming([dossier.ring], Settings())))
        if "Video" in check.title.en
    )
    assert "operator OP17:" in video.items[0].en
    assert "经办人 OP17：" in video.items[0].zh
