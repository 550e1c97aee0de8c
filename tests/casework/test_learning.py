"""What verdicts teach: how often the list was right, and weights that foresee later verdicts better, or stay at 1."""

import random
from datetime import date, timedelta

from fraudgraph.casework.forecast import Session, forecast
from fraudgraph.casework.learning import Decided, hit_rates, learn_weights


def decided(
    number: int,
    *,
    confirmed: bool,
    month: str = "2025-06",
    rank: int = 1,
    on: date = date(2025, 7, 1),
    **parts: float,
) -> Decided:
    return Decided(
        ring_id=f"R-2025-{number:04d}", month=month, score_rank=rank, score=sum(parts.values()), parts=parts,
        models=("M001",) if number % 2 else (), views=("burst",), verdict="confirmed" if confirmed else "cleared", on=on,
    )  # fmt: skip


def test_precision_counts_what_was_decided_among_the_first_k() -> None:
    rings = [decided(i, confirmed=i <= 3, rank=i, together=10.0) for i in (1, 2, 3, 4, 9)]
    rates = {(rate.kind, rate.name): (rate.decided, rate.confirmed) for rate in hit_rates(rings)}
    assert rates["top", "5"] == (4, 3)
    assert rates["top", "10"] == (5, 3)
    assert rates["model", "M001"] == (3, 2)
    assert rates["view", "burst"] == (5, 3)


def a_year_of_verdicts(count: int, *, telling: str, seed: int = 1) -> list[Decided]:
    """One part of the score tells confirmed from cleared, the other is noise of the same size."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        good, noise = chance.uniform(0, 40), chance.uniform(0, 40)
        parts = (
            {"together": good, "screens": noise}
            if telling == "together"
            else {"together": noise, "screens": good}
        )
        on = date(2025, 1, 15) + timedelta(days=360 * number // count)
        found.append(
            decided(
                number, confirmed=good + chance.gauss(0, 5) > 20, month=on.strftime("%Y-%m"), on=on, **parts
            )
        )
    return found


def test_few_verdicts_teach_nothing() -> None:
    told = learn_weights(a_year_of_verdicts(20, telling="together"), least=30)
    assert not told.enough
    assert told.verdicts == 20


def test_many_verdicts_teach_which_part_tells_and_do_better_on_later_ones() -> None:
    told = learn_weights(a_year_of_verdicts(200, telling="together"), least=30)
    assert told.weights["together"] > 1.3
    assert told.weights["screens"] < 0.7
    assert told.better
    assert told.tested > 100
    assert told.auc_learned is not None
    assert told.auc_prior is not None
    assert told.auc_learned > told.auc_prior + 0.03


def test_verdicts_of_one_kind_alone_teach_nothing() -> None:
    rings = [decided(i, confirmed=True, together=float(i)) for i in range(60)]
    assert not learn_weights(rings, least=30).enough


def test_a_score_that_says_nothing_about_the_verdicts_is_left_as_it_is() -> None:
    chance = random.Random(2)
    rings = [
        decided(i, confirmed=i % 2 == 0, together=60.0 - 50.0 * (i % 2 == 0) + chance.random())
        for i in range(80)
    ]
    told = learn_weights(rings, least=30)
    assert set(told.weights.values()) == {1.0}


# The next session.


def sessions(gap: int, count: int, place: str = "H1") -> list[Session]:
    return [Session(date(2025, 1, 6) + timedelta(days=gap * i), place) for i in range(count)]


def test_a_weekly_ring_is_expected_a_week_on_at_its_place() -> None:
    past = sessions(7, 15)
    told = forecast(past, past[-1].day + timedelta(days=2))
    assert told is not None
    assert (told.day, told.place_id) == (past[-1].day + timedelta(days=7), "H1")
    assert told.chance > 0.8 > 5 * told.guess


def test_a_session_that_did_not_take_place_moves_the_next_one_on() -> None:
    past = sessions(7, 15)
    told = forecast(past, past[-1].day + timedelta(days=8))
    assert told is not None
    assert told.day == past[-1].day + timedelta(days=14)


def test_without_a_rhythm_nothing_is_foreseen() -> None:
    chance = random.Random(4)
    days = sorted(chance.sample(range(365), 20))
    past = [Session(date(2025, 1, 1) + timedelta(days=day), f"H{chance.randrange(6)}") for day in days]
    assert forecast(past, date(2025, 12, 31)) is None
    assert forecast(sessions(7, 5), date(2025, 3, 1)) is None, "too few to say"


def test_what_is_foreseen_rests_on_nothing_later() -> None:
    past = sessions(7, 20)
    assert forecast(past, past[12].day) == forecast(past[:13], past[12].day)
