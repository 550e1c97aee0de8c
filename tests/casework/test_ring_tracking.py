"""A ring keeps its name while most of its people stay; what else may happen to it is told with a date."""

import random
from datetime import date, timedelta

import pytest

from fraudgraph.casework.known import EventKind, Register, next_number
from fraudgraph.casework.ring_tracking import Found, HandRules, follow
from fraudgraph.records import Month
from fraudgraph.settings import CaseworkSettings

SETTINGS = CaseworkSettings()
OCTOBER, NOVEMBER, DECEMBER = Month(2025, 10), Month(2025, 11), Month(2025, 12)


def people(first: int, last: int) -> set[str]:
    return {f"P{number:03d}" for number in range(first, last)}


def found(
    number: int, who: set[str], month: Month, *, listed: bool = True, last: date | None = None
) -> Found:
    return Found(group_no=number, patients=frozenset(who), last_seen=last or month.last_day, listed=listed)


def october(*groups: set[str]) -> Register:
    return follow(
        [found(i, who, OCTOBER) for i, who in enumerate(groups, 1)], None, OCTOBER, SETTINGS
    ).register


def kinds(register: Register, month: Month, name: str) -> set[str]:
    return {
        str(event.event) for event in register.events if event.month == str(month) and event.ring_id == name
    }


def test_the_first_month_names_what_is_put_forward_and_nothing_else() -> None:
    told = follow(
        [found(1, people(0, 8), OCTOBER), found(2, people(20, 26), OCTOBER, listed=False)],
        None,
        OCTOBER,
        SETTINGS,
    )
    assert dict(told.names) == {1: "R-2025-0001"}
    assert told.statuses == {"R-2025-0001": EventKind.BORN}


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (people(0, 10), EventKind.CONTINUING),
        (people(0, 14), EventKind.GROWN),
        (people(0, 7), EventKind.SHRUNK),
        (people(5, 15), EventKind.SHRUNK),  # half of them changed: as many left as joined
    ],
)
def test_a_ring_keeps_its_name_while_half_of_its_people_stay(who: set[str], kind: EventKind) -> None:
    told = follow([found(7, who, NOVEMBER)], october(people(0, 10)), NOVEMBER, SETTINGS)
    assert dict(told.names) == {7: "R-2025-0001"}
    assert told.statuses["R-2025-0001"] == kind


def test_one_shared_person_is_no_shared_ring() -> None:
    told = follow([found(1, {"P000", *people(50, 58)}, NOVEMBER)], october(people(0, 8)), NOVEMBER, SETTINGS)
    assert dict(told.names) == {1: "R-2025-0002"}
    assert told.statuses == {"R-2025-0001": EventKind.DORMANT, "R-2025-0002": EventKind.BORN}


def test_names_are_dealt_so_that_most_people_stay_with_theirs() -> None:
    """One group holds most of both rings, another some of the first: taking the best pair first would lose a ring."""
    before = october(people(0, 10), people(10, 18))
    groups = [found(1, people(4, 18), NOVEMBER), found(2, people(0, 4), NOVEMBER)]
    told = follow(groups, before, NOVEMBER, SETTINGS)
    assert dict(told.names) == {1: "R-2025-0002", 2: "R-2025-0001"}


def test_the_larger_part_of_a_split_ring_keeps_the_name() -> None:
    told = follow(
        [found(1, people(0, 7), NOVEMBER), found(2, people(7, 12), NOVEMBER)],
        october(people(0, 12)),
        NOVEMBER,
        SETTINGS,
    )
    assert dict(told.names) == {1: "R-2025-0001", 2: "R-2025-0002"}
    (child,) = [event for event in told.events if event.ring_id == "R-2025-0002"]
    assert (child.event, child.other_id, child.on) == (EventKind.SPLIT, "R-2025-0001", date(2025, 11, 30))


def test_of_merged_rings_the_larger_gives_the_name_and_the_other_says_where_it_went() -> None:
    told = follow(
        [found(1, people(0, 15), NOVEMBER)], october(people(0, 9), people(9, 15)), NOVEMBER, SETTINGS
    )
    assert dict(told.names) == {1: "R-2025-0001"}
    gone = told.register.rings["R-2025-0002"]
    assert (gone.state, gone.into, gone.since) == ("merged", "R-2025-0001", "2025-11")


def test_merged_rings_that_part_again_have_their_old_names() -> None:
    merged = follow(
        [found(1, people(0, 15), NOVEMBER)], october(people(0, 9), people(9, 15)), NOVEMBER, SETTINGS
    )
    told = follow(
        [found(1, people(0, 9), DECEMBER), found(2, people(9, 15), DECEMBER)],
        merged.register,
        DECEMBER,
        SETTINGS,
    )
    assert dict(told.names) == {1: "R-2025-0001", 2: "R-2025-0002"}
    assert told.statuses["R-2025-0002"] == EventKind.REAWAKENED


def test_a_ring_sleeps_wakes_and_in_the_end_is_closed() -> None:
    register = october(people(0, 8))
    asleep = follow([found(1, people(0, 8), DECEMBER, last=date(2025, 10, 20))], register, DECEMBER, SETTINGS)
    assert asleep.statuses["R-2025-0001"] == EventKind.DORMANT, (
        "still in the window, but not together for two months"
    )
    awake = follow([found(1, people(0, 8), Month(2026, 1))], asleep.register, Month(2026, 1), SETTINGS)
    assert (awake.names[1], awake.statuses["R-2025-0001"]) == ("R-2025-0001", EventKind.REAWAKENED)
    register = asleep.register
    for month in [Month(2026, number) for number in range(1, 13)]:
        register = follow([], register, month, SETTINGS).register
    assert register.rings["R-2025-0001"].state == "closed"
    assert kinds(register, Month(2026, 12), "R-2025-0001") == {"closed"}


def test_names_that_were_published_stay_when_a_month_is_scored_anew() -> None:
    register = october(people(0, 8))
    november = follow(
        [found(1, people(0, 8), NOVEMBER), found(2, people(30, 36), NOVEMBER)], register, NOVEMBER, SETTINGS
    )
    again = follow(
        [found(5, people(60, 70), NOVEMBER), found(9, people(30, 37), NOVEMBER), found(3, people(0, 8), NOVEMBER)],
        register, NOVEMBER, SETTINGS, reserved=november.register.rings,
    )  # fmt: skip
    assert dict(again.names) == {3: "R-2025-0001", 9: "R-2025-0002", 5: "R-2025-0003"}


def test_a_published_ring_that_a_new_score_no_longer_sees_is_not_forgotten() -> None:
    register = october(people(0, 8))
    november = follow(
        [found(1, people(0, 8), NOVEMBER), found(2, people(30, 36), NOVEMBER)], register, NOVEMBER, SETTINGS
    )
    again = follow(
        [found(1, people(0, 8), NOVEMBER)], register, NOVEMBER, SETTINGS, reserved=november.register.rings
    )
    assert again.register.rings["R-2025-0002"].state == "dormant"
    assert next_number(again.register.rings, 2025) == 3


def test_what_an_analyst_merged_or_cut_off_is_so_in_the_names() -> None:
    before = october(people(0, 6), people(6, 16))
    merged = follow(
        [found(1, people(0, 16), NOVEMBER)],
        before,
        NOVEMBER,
        SETTINGS,
        rules=HandRules(merged={"R-2025-0002": "R-2025-0001"}),
    )
    assert dict(merged.names) == {1: "R-2025-0001"}, "the smaller ring was to stay"
    cut = HandRules(merged={}, cut_off=[("R-2025-0001", frozenset(people(4, 12)))])
    parted = follow(
        [found(1, people(0, 4), NOVEMBER), found(2, people(4, 12), NOVEMBER)], october(people(0, 12)), NOVEMBER, SETTINGS, rules=cut
    )  # fmt: skip
    assert dict(parted.names) == {1: "R-2025-0001", 2: "R-2025-0002"}


def test_a_register_comes_back_from_its_file_as_it_was(tmp_path) -> None:  # type: ignore[no-untyped-def]
    register = october(people(0, 8), people(8, 14))
    (tmp_path / "following.json").write_text(register.as_json(), encoding="utf-8")
    assert Register.read(tmp_path / "following.json") == register


@pytest.mark.parametrize("seed", range(5))
def test_names_hold_over_a_year_of_coming_and_going(seed: int) -> None:
    """Thirty rings that lose and gain a few people each month, in groups whose numbers and order mean nothing."""
    chance = random.Random(seed)
    rings = [set(people(100 * i, 100 * i + chance.randint(5, 20))) for i in range(30)]
    first, register = {}, None
    for month in [Month(2025, number) for number in range(1, 13)]:
        for number, ring in enumerate(rings):
            for one in sorted(ring)[:: max(len(ring) // 2, 1)]:
                if chance.random() < 0.5 and len(ring) > 4:
                    ring.remove(one)
            ring.add(f"N{month}-{number}-{chance.randint(0, 99)}")
        numbers = chance.sample(range(1000), len(rings))
        told = follow(
            [found(n, ring, month) for n, ring in zip(numbers, rings, strict=True)], register, month, SETTINGS
        )
        register = told.register
        for number, n in enumerate(numbers):
            assert told.names[n] == first.setdefault(number, told.names[n])
    assert len(set(first.values())) == 30


def test_the_order_of_groups_decides_nothing() -> None:
    before = october(people(0, 10), people(10, 20), people(20, 26))
    groups = [
        found(i, who, NOVEMBER) for i, who in enumerate((people(2, 13), people(13, 24), people(40, 50)), 1)
    ]
    told = follow(groups, before, NOVEMBER, SETTINGS)
    again = follow(groups[::-1], before, NOVEMBER, SETTINGS)
    assert told.register.as_json() == again.register.as_json()
    assert told.register.rings["R-2025-0001"].last_seen - timedelta(days=1) < NOVEMBER.last_day
