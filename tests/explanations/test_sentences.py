"""Both sides of every condition of every explanation: the sentence says what is so, with its number, and nothing else."""

import re

import pytest

from fraudgraph.explanations.cards import Card, Condition, read_library
from fraudgraph.explanations.facts import UNITS, Known
from fraudgraph.explanations.sentences import Checked, sentence, without_rules
from fraudgraph.explanations.weighing import explain, weigh_card

LIBRARY = read_library()
JUST = {
    "share": 0.004,
    "fold": 0.04,
    "months": 0.04,
    "minutes": 0.04,
    "times": 0.04,
    "people": 1,
    "days": 1,
    "households": 1,
    "yes": 1,
}
BOUND_ZH = {"至少": ">=", "至多": "<=", "多于": ">", "少于": "<"}
BOUND_EN = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}


NONE_ZH, NONE_EN = (
    {getattr(fact, f"none_{lang}").format(**LIBRARY.numbers) for fact in LIBRARY.facts.values()} - {""}
    for lang in ("zh", "en")
)


def conditions_of(card: Card) -> list[tuple[str, Condition]]:
    every = [("", c) for c in card.conditions]
    return every + [(way, c) for way, conditions in card.ways.items() for c in conditions]


WALKS = [
    pytest.param(card, way, condition, id=f"{card.name}-{way}-{condition.name}")
    for card in LIBRARY.cards
    for way, condition in conditions_of(card)
]


def side(condition: Condition, met: bool) -> float:
    """A value that just meets a condition, or just does not."""
    gap = JUST[condition.fact.unit]
    if met:
        inside = gap if condition.operator[0] == ">" else -gap
        return condition.value if condition.operator[-1] == "=" else condition.value + inside
    outside = -gap if condition.operator[0] == ">" else gap
    return condition.value + outside if condition.operator[-1] == "=" else condition.value


def fitting(card: Card, way: str) -> dict[str, float | None]:
    """Values that just meet all conditions of a card by one way (where two bound one fact, both)."""
    found: dict[str, float | None] = {}
    for of, condition in conditions_of(card):
        if of in ("", way):
            value, before = side(condition, met=True), found.get(condition.fact.name)
            tighter = max if condition.operator[0] == ">" else min
            found[condition.fact.name] = value if before is None else tighter(value, before)
    return found


def only(card: Card, way: str, values: dict[str, float | None]) -> Known:
    """These values, and nothing known of what only other ways look at: so those don't hold."""
    names = {c.fact.name for of, c in conditions_of(card) if of in ("", way)}
    return Known(values={name: value for name, value in values.items() if name in names})


def claims_of_zh(text: str) -> list[tuple[str, float, bool, str, float]]:
    """What a Chinese sentence asserts: words, number, whether it says the bound is met, operator, bound."""
    found = []
    for clause in text.split("；"):
        said = re.fullmatch(
            r"(?P<words>.*)（标准：(?P<op>至少|至多|多于|少于) (?P<bound>[\d.]+)(?P<unit>.*?)(?P<unmet>，不符)?）",
            clause,
        )
        if said:
            none = said["words"] in NONE_ZH
            number = "0" if none else re.findall(rf"([\d.]+){re.escape(said['unit'])}", said["words"])[-1]
            scale = 100 if said["unit"] == "%" else 1
            found.append(
                (
                    said["words"],
                    float(number) / scale,
                    said["unmet"] is None,
                    BOUND_ZH[said["op"]],
                    float(said["bound"]) / scale,
                )
            )
        else:
            assert clause.startswith(("未看：", "是更大", "不是更大")) or "未知（" in clause, clause
    return found


def claims_of_en(text: str) -> list[tuple[str, float, bool, str, float]]:
    found = []
    for clause in text.split("; "):
        said = re.fullmatch(
            r"(?P<words>.*) \(rule: (?P<op>at least|at most|more than|less than) (?P<bound>[\d.]+)(?P<unit>%| \w+)(?P<unmet>, not met)?\)",
            clause,
        )
        if said:
            unit = said["unit"]
            words = (
                next(u for u in UNITS.values() if unit in (u.one, u.many)) if unit != "%" else UNITS["share"]
            )
            found_numbers = re.findall(
                rf"([\d.]+)(?:{re.escape(words.one)}|{re.escape(words.many)})", said["words"]
            )
            number = "0" if said["words"] in NONE_EN else found_numbers[0]
            scale = 100 if unit == "%" else 1
            found.append(
                (
                    said["words"],
                    float(number) / scale,
                    said["unmet"] is None,
                    BOUND_EN[said["op"]],
                    float(said["bound"]) / scale,
                )
            )
        else:
            assert (
                clause.startswith(("not looked at", "this is a part", "this is not a part"))
                or "is not known" in clause
            ), clause
    return found


def true_of(number: float, operator: str, bound: float) -> bool:
    return {">=": number >= bound, "<=": number <= bound, ">": number > bound, "<": number < bound}[operator]


def told_right(card: Card, known: Known) -> None:
    """Every clause of the sentence is one condition's, tells its own value and bound, and whether it is met, as it is."""
    weighed = weigh_card(card, known)
    said_zh, said_en = sentence(weighed.conditions, LIBRARY.numbers)
    for claims in (claims_of_zh(said_zh), claims_of_en(said_en)):
        for words, number, met, operator, bound in claims:
            assert true_of(number, operator, bound) == met, (words, number, operator, bound)
            checked = [
                c
                for c in weighed.conditions
                if c.observed is not None
                and c.met == met
                and c.condition.operator == operator
                and abs(c.condition.value - bound) < 1e-9
                and abs(c.observed - number) < max(0.051, abs(number) / 100)
            ]
            assert checked, (words, number, bound)
        assert len(claims) + said_zh.count("未知（") + said_zh.count("更大群体") + said_zh.count("未看") >= 1
    assert all(met for _, _, met, _, _ in claims_of_zh(said_zh)) if weighed.holds else True


@pytest.mark.parametrize(("card", "way", "condition"), WALKS)
def test_just_met_it_holds_and_the_sentence_says_so(card: Card, way: str, condition: Condition) -> None:
    for through in [way] if way else list(card.ways) or [""]:
        known = only(card, through, fitting(card, through))
        weighed = weigh_card(card, known)
        assert weighed.holds, (through, sentence(weighed.conditions, {**LIBRARY.numbers}))
        assert weighed.way == through
        told_right(card, known)
        said_zh, said_en = sentence(weighed.conditions, LIBRARY.numbers)
        assert "不符" not in said_zh
        assert "not met" not in said_en
        if not condition.quiet:
            zh, en = sentence(
                [Checked(condition=condition, observed=known.values[condition.fact.name], met=True)],
                LIBRARY.numbers,
            )
            tighter = [
                c
                for c in weighed.conditions
                if c.condition.fact is condition.fact and c.condition.value != condition.value
            ]
            assert tighter or (zh in said_zh and en in said_en)


@pytest.mark.parametrize(("card", "way", "condition"), WALKS)
def test_just_missed_it_does_not_hold_and_the_sentence_says_why(
    card: Card, way: str, condition: Condition
) -> None:
    for through in [way] if way else list(card.ways) or [""]:
        values = fitting(card, through)
        values[condition.fact.name] = side(condition, met=False)
        known = only(card, through, values)
        weighed = weigh_card(card, known)
        assert not weighed.holds
        told_right(card, known)
        said_zh, said_en = sentence(weighed.conditions, LIBRARY.numbers)
        if condition.fact.unit == "yes":
            assert "是更大群体" in said_zh
            assert "this is a part of a larger group" in said_en
        else:
            assert "不符" in said_zh
            assert "not met" in said_en


@pytest.mark.parametrize(("card", "way", "condition"), WALKS)
def test_not_known_is_never_told_as_a_number(card: Card, way: str, condition: Condition) -> None:
    for through in [way] if way else list(card.ways) or [""]:
        values = fitting(card, through)
        values[condition.fact.name] = None
        known = only(card, through, values)
        weighed = weigh_card(card, known)
        of_fact = [c for of, c in conditions_of(card) if of in ("", through) and c.fact is condition.fact]
        assert weighed.holds == all(c.passes for c in of_fact)
        told_right(card, known)
        if weighed.way != through:  # another way, of which more is known, came nearer
            continue
        assert condition.fact.name in weighed.missing
        said_zh, said_en = sentence(weighed.conditions, LIBRARY.numbers)
        assert "未看：" in said_zh if weighed.holds else "未知（" in said_zh
        assert "not looked at" in said_en if weighed.holds else "is not known" in said_en


@pytest.mark.parametrize(
    ("observed", "zh"),
    [
        (0.5951, "59.5%"),
        (0.5999, "59.99%"),
        (0.6, "60%"),
        (0.604, "60%"),
        (0.001, "0.1%"),
        (0.9996, "99.96%"),
    ],
)
def test_a_number_is_never_rounded_onto_the_other_side_nor_to_none_or_all(observed: float, zh: str) -> None:
    card = next(card for card in LIBRARY.cards if card.name == "maternity")
    checked = [Checked(condition=card.conditions[0], observed=observed, met=observed >= 0.6)]
    assert f" {zh} " in sentence(checked, LIBRARY.numbers)[0]


def test_the_largest_household_of_six_strangers_is_one_of_them() -> None:
    """Not the "0 %" that stood here once: who shares a home with nobody is a household of one."""
    known = Known(
        values={
            "people": 6,
            "households": 6,
            "people_per_household": 1.0,
            "largest_household_share": 1 / 6,
            "family_carried": 0.0,
        }
    )
    said = next(e for e in explain(known) if e.name == "family")
    assert "0%" not in said.sentence_zh.replace("60%", "").replace("50%", "")


def test_a_share_of_nothing_is_said_in_words_and_not_as_0_percent() -> None:
    checked = [
        Checked(condition=condition, observed=0.0, met=condition.met(0.0))
        for card in LIBRARY.cards
        for _, condition in conditions_of(card)
        if condition.fact.none_zh and not condition.quiet
    ]
    assert len({c.condition.fact.name for c in checked}) > 25
    for one in checked:
        zh, en = (without_rules(text) for text in sentence([one], LIBRARY.numbers))
        assert (zh in NONE_ZH, en in NONE_EN) == (True, True)
    one = checked[0]
    little = Checked(condition=one.condition, observed=0.001, met=one.condition.met(0.001))
    assert "0.1%" in sentence([little], LIBRARY.numbers)[0], "a little is a number, not nothing"


def test_the_rules_can_be_left_out_and_nothing_else_goes() -> None:
    checked = [
        Checked(condition=condition, observed=condition.value, met=condition.met(condition.value))
        for card in LIBRARY.cards
        for _, condition in conditions_of(card)
        if condition.fact.unit != "yes" and not condition.quiet
    ]
    for one in checked:
        zh, en = sentence([one], LIBRARY.numbers)
        assert ("（标准：" in zh, "(rule: " in en) == (True, True)
        bare_zh, bare_en = without_rules(zh), without_rules(en)
        assert zh.startswith(bare_zh) and en.startswith(bare_en)
        assert "标准" not in bare_zh and "rule:" not in bare_en
