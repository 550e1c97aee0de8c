"""Rings that share members but not places are two; an organiser's cards, a few at a time, stay one."""

from fraudgraph.groups.splitting import _sides, _with_the_rest

LEFT, RIGHT = range(10), range(8, 16)


def all_of(people: range, times: int) -> dict[int, int]:
    return dict.fromkeys(people, times)


def test_two_rings_with_two_members_in_common_are_two_sides() -> None:
    by_place = {1: all_of(LEFT, 6), 2: all_of(LEFT, 4), 3: all_of(RIGHT, 8)}
    sides = _sides(by_place, {1: 8, 2: 5, 3: 10}, 4)
    assert [side.people for side in sides] == [set(LEFT), set(RIGHT)]
    assert [side.places for side in sides] == [{1, 2}, {3}]


def test_people_who_come_to_both_places_are_one_group() -> None:
    by_place = {1: all_of(LEFT, 6), 3: all_of(range(4, 12), 6)}
    assert len(_sides(by_place, {1: 8, 3: 8}, 4)) == 1


def test_many_cards_taken_a_few_at_a_time_are_not_split() -> None:
    by_place = {1: all_of(range(40), 3), 2: all_of(range(40, 80), 3)}
    assert _sides(by_place, {1: 14, 2: 14}, 4) == []


def test_who_is_no_regular_goes_where_they_were_most() -> None:
    by_place = {1: {**all_of(LEFT, 6), 99: 1}, 3: {**all_of(RIGHT, 8), 98: 1}}
    sides = _sides(by_place, {1: 8, 3: 10}, 4)
    left, right = _with_the_rest(sides, by_place)
    assert 99 in left - right
    assert 98 in right - left
