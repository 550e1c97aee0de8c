"""What a team with little time opens first: strong rings, few of the same people or claims twice."""

from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.rings.capacity import Openable, choose


def ring(score: float, people: str, claims: str = "") -> Openable:
    return Openable(score=score, people=frozenset(people), claims=dict.fromkeys(claims or people, 100.0))


def test_the_strongest_comes_first_and_its_double_does_not_follow() -> None:
    rings = [ring(50, "abcde"), ring(45, "abcd"), ring(20, "vwxyz")]
    assert choose(rings, 2) == (0, 2)
    assert choose(rings, 3) == (0, 2, 1)


def test_new_people_with_money_already_counted_are_half_new() -> None:
    rings = [ring(50, "abc", "1234"), ring(30, "xyz", "1234"), ring(20, "uvw", "5678")]
    assert choose(rings, 2) == (0, 2)


def test_equals_stay_in_their_order() -> None:
    assert choose([ring(10, "ab"), ring(10, "cd"), ring(10, "ef")], 2) == (0, 1)


@given(
    st.lists(
        st.tuples(st.decimals(0, 100, places=2).map(float), st.sets(st.sampled_from("abcdefgh"), min_size=1)),
        max_size=6,
    ),
    st.integers(1, 8),
)
def test_as_many_as_asked_for_or_all_and_none_twice(
    given: list[tuple[float, set[str]]], capacity: int
) -> None:
    rings = [ring(score, "".join(sorted(people))) for score, people in given]
    chosen = choose(rings, capacity)
    assert len(chosen) == len(set(chosen)) == min(capacity, len(rings))
    if len(rings) > 1 and max(r.score for r in rings) > 0:
        assert rings[chosen[0]].score == max(r.score for r in rings)
