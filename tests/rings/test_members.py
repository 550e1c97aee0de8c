"""Roles are readings of numbers: who came far more often than the rest, whose card may be used by others."""

from datetime import date
from decimal import Decimal

import pytest

from fraudgraph.records import Member, Role
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.members import _organisers, _patient

FACTS = GroupFacts(group_no=1, numbers={"session_count": 20, "last_day": 20_000, "patient_count": 8})


def person(name: str, attended: int, born: date | None = None) -> Member:
    return _patient(FACTS, name, attended, attended, Decimal(100), None, born, 0)


def roles(people: list[Member]) -> dict[str, Role]:
    return {member.entity_id: member.role for member in _organisers(FACTS, people)}


def test_one_who_is_always_there_while_the_others_take_turns_organises() -> None:
    people = [person("a", 19), *(person(f"p{number}", 7) for number in range(7))]
    found = _organisers(FACTS, people)
    assert roles(people)["a"] is Role.ORGANISER
    assert "19 of 20" in found[0].reason_en
    assert "7.0" in found[0].reason_en
    assert {member.role for member in found[1:]} == {Role.CARD_HOLDER}


@pytest.mark.parametrize("others", [15, 18])
def test_where_all_come_to_most_nobody_organises(others: int) -> None:
    people = [person("a", 20), *(person(f"p{number}", others) for number in range(7))]
    assert Role.ORGANISER not in roles(people).values()


def test_several_who_are_always_there_are_a_core_and_no_organiser() -> None:
    people = [
        *(person(f"a{number}", 19) for number in range(4)),
        *(person(f"p{number}", 5) for number in range(6)),
    ]
    assert Role.ORGANISER not in roles(people).values()


def test_the_card_of_somebody_very_old_may_be_used_by_others() -> None:
    old = person("a", 12, date(1935, 1, 1))
    assert old.role is Role.POSSIBLE_VICTIM
    assert "89 years old" in old.reason_en
    assert "89 岁" in old.reason_zh
    assert person("b", 12, date(1960, 1, 1)).role is Role.CARD_HOLDER
