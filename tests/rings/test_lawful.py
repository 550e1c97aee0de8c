"""Each lawful explanation holds for the group it was made for, and not for one that just misses it."""

import re
from dataclasses import dataclass, field, replace
from math import ceil, nan
from pathlib import Path

import pytest

from fraudgraph.errors import SettingsError
from fraudgraph.records import Explanation
from fraudgraph.rings.facts import Common, GroupFacts
from fraudgraph.rings.lawful import LAWFUL_MODELS, LawfulModel, explain
from fraudgraph.rings.lawful_claims import ExplanationSupport
from fraudgraph.rings.score import HOLDS_NATS, POINTS_PER_NAT, read_terms, score_parts, total
from tests.report.test_words import forbidden

PEOPLE = 20
MODELS = {model.name: model for model in LAWFUL_MODELS}
RING: dict[str, float] = {
    "patient_count": PEOPLE, "household_count": PEOPLE, "session_count": 40, "day_count": 40, "place_count": 3,
    "first_day": 20_000, "last_day": 20_180, "seat_count": 400, "largest_sitting": 15, "surprise": 300.0, "block_surprise": 0.0, "step_minutes": 2.0,
    "others_median": 3.0, "top_weekday_share": 0.2, "top_place_share": 0.5, "age_known": PEOPLE, "age_mean": 45.0, "share_70": 0.1,
    "share_60": 0.2, "share_school": 0.0, "share_young": 0.1, "claim_count": 400, "share_chronic": 0.1, "share_inpatient": 0.0,
    "share_pharmacy": 0.6, "diagnosis_count": 160, "dx_dialysis": 0.0, "dx_oncology": 0.02, "dx_checkup": 0.0, "dx_vaccination": 0.0,
    "dx_epidemic": 0.05, "dx_rehabilitation": 0.1, "dx_maternity": 0.0, "course_days": 150, "visits_each": 20, "price_ratio": 2.8,
    "share_visiting": 0.0, "share_private": 0.6, "share_primary": 0.3, "clientele_share": 0.0, "attendance": 0.5,
    "share_new": 0.0, "share_moved": 0.1, "share_of_place": 0.4, "share_unknown": 0.0, "share_twin": 0.02, "share_twin_others": 0.01,
    "refill_days": 4, "course_amounts": 0.8,
}  # fmt: skip
"""Twenty people of twenty households who swipe cards at three places on forty days: nothing explains them."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """What is otherwise with a group than with the ring; how many of its people have something in common."""

    numbers: dict[str, float] = field(default_factory=dict)
    common: dict[str, int] = field(default_factory=dict)
    carried: dict[str, float] = field(default_factory=dict)
    """What the claims that speak for an explanation carry of the surprise."""

    def but(
        self, common: dict[str, int] | None = None, carried: dict[str, float] | None = None, **numbers: float
    ) -> "Group":
        return Group(
            numbers={**self.numbers, **numbers},
            common=self.common if common is None else common,
            carried=self.carried if carried is None else carried,
        )

    def facts(self) -> GroupFacts:
        return GroupFacts(
            group_no=1,
            numbers={**RING, **self.numbers},
            common={
                name: (Common(value="x", member_count=count, holder_count=count + 40),)
                for name, count in self.common.items()
            },
            spoken={
                name: ExplanationSupport(patient_count=PEOPLE, claim_ids=("c1",), claim_share=share)
                for name, share in self.carried.items()
            },
        )


def needed(name: str) -> int:
    """How many of the twenty it takes for an explanation by a share of people."""
    return ceil(MODELS[name].threshold * PEOPLE - 1e-9)


def at(name: str, number: str, **others: float) -> Group:
    """A group whose number is just what an explanation needs."""
    return Group(numbers={number: MODELS[name].threshold, **others})


def under(name: str) -> float:
    """A number just short of what an explanation needs."""
    return MODELS[name].threshold - 0.01


FRIENDS = Group(numbers={"patient_count": 8, "household_count": 6}, carried={"family": 0.61})
HOME = Group(numbers={"share_70": MODELS["care_home"].threshold}, common={"address": needed("care_home")})
CARER = Group(
    numbers={"share_70": MODELS["carer"].threshold, "patient_count": 8, "household_count": 8},
    common={"phone": 4},
)
COURSE = at(
    "rehabilitation",
    "dx_rehabilitation",
    share_pharmacy=0.0,
    course_days=30,
    course_amounts=0.1,
    price_ratio=1.5,
)
REFILL = Group(
    numbers={
        "share_chronic": MODELS["refill_day"].threshold, "share_private": 0.0, "share_primary": 0.9, "refill_days": 10, "share_pharmacy": 0.1,
        "price_ratio": 1.1, "step_minutes": 8.0,
    },
    carried={"refill_day": 0.9},
)  # fmt: skip
CHECKUP = at("checkup_day", "dx_checkup", day_count=3)
VACCINATION = at("vaccination_day", "dx_vaccination", day_count=3)
EPIDEMIC = at("epidemic", "share_school", last_day=20_040, day_count=20)
VILLAGE = Group(
    numbers={
        "top_place_share": 1.0,
        "share_primary": 1.0,
        "share_private": 0.0,
        "price_ratio": 1.1,
        "clientele_share": 0.2,
        "step_minutes": 8.0,
    },
    common={"residence": needed("village")},
)
VISITING = at("visiting_doctor", "share_visiting", price_ratio=1.1)
MOVED = at(
    "new_place", "share_moved", share_of_place=0.1, price_ratio=1.0, attendance=0.2, top_place_share=0.9
)
TWINS = at("code_mapping", "share_twin", share_twin_others=0.5)
DORMITORY = Group(
    numbers={"price_ratio": 1.1, "session_count": 5, "day_count": 5}, common={"address": needed("dormitory")}
)

FITS: dict[str, list[Group]] = {
    "family": [
        Group(numbers={"household_count": 3}),
        Group(numbers={"household_count": 1}),
        FRIENDS,
    ],
    "single_event": [Group(numbers={"day_count": 2}), Group(numbers={"day_count": 1})],
    "care_home": [HOME, Group(numbers={"share_70": 0.95})],
    "carer": [CARER, CARER.but(common={"agent": 4}), CARER.but(common={"address": 4})],
    "dialysis": [at("dialysis", "dx_dialysis")],
    "oncology": [at("oncology", "dx_oncology")],
    "rehabilitation": [COURSE, COURSE.but(course_amounts=0.9, price_ratio=1.0)],
    "refill_day": [
        REFILL,
        REFILL.but(day_count=60),  # with days at a shop, where they fill what they were given
        REFILL.but(share_primary=0.0, step_minutes=20.0),  # a hospital's chronic clinic
    ],
    "checkup_day": [CHECKUP],
    "vaccination_day": [VACCINATION],
    "epidemic": [EPIDEMIC, EPIDEMIC.but(share_school=0.0, dx_epidemic=MODELS["epidemic"].threshold)],
    "village": [
        VILLAGE,
        VILLAGE.but(clientele_share=0.05, price_ratio=1.2),
        VILLAGE.but(clientele_share=0.03, attendance=0.25),
        VILLAGE.but(step_minutes=nan),  # nobody wrote down a time
    ],
    "visiting_doctor": [VISITING],
    "employer": [Group(common={"employer": needed("employer")})],
    "dormitory": [DORMITORY],
    "maternity": [at("maternity", "dx_maternity")],
    "new_place": [MOVED, MOVED.but(share_moved=0.0, share_new=MODELS["new_place"].threshold)],
    "placeholder": [
        at("placeholder", "share_unknown"),
    ],
    "code_mapping": [TWINS],
}
MISSES: dict[str, list[Group]] = {
    "family": [
        Group(numbers={"household_count": 5}),
        Group(numbers={"household_count": 3, "patient_count": 4}),  # a couple and two others
        FRIENDS.but(carried={"family": 0.58}),  # friends who come without the family too
        FRIENDS.but(patient_count=12, household_count=10),  # too many to be its friends
    ],
    "single_event": [Group(numbers={"day_count": 3})],
    "care_home": [
        HOME.but(share_70=under("care_home")),  # not old enough
        HOME.but(common={}),  # old, but of homes of their own
        HOME.but(patient_count=4, household_count=4, common={"address": 3}),
    ],
    "carer": [
        CARER.but(share_70=under("carer")),
        CARER.but(common={}),  # nobody who could be the carer
        CARER.but(patient_count=16, household_count=16, common={"phone": 8}),  # nobody cares for sixteen
    ],
    "dialysis": [Group(numbers={"dx_dialysis": under("dialysis")})],
    "oncology": [Group(numbers={"dx_oncology": under("oncology")})],
    "rehabilitation": [
        COURSE.but(dx_rehabilitation=under("rehabilitation")),
        COURSE.but(course_days=120),  # a course that never ends
        COURSE.but(visits_each=3),  # once a fortnight is no course
        COURSE.but(visits_each=5, course_amounts=0.9, price_ratio=1.0),  # once a week, each at another price
        COURSE.but(share_pharmacy=0.8),  # no treatment, only goods
        COURSE.but(share_inpatient=0.8),
        COURSE.but(course_amounts=0.9, price_ratio=2.0),  # at prices of its own
    ],
    "refill_day": [
        REFILL.but(share_chronic=under("refill_day")),
        REFILL.but(refill_days=60),  # a day that is every third day
        REFILL.but(carried={"refill_day": 0.5}),  # half of what is surprising is something else
        REFILL.but(carried={}),
        REFILL.but(share_private=0.9),
        REFILL.but(share_primary=0.1),  # one after another at a hospital's desk
        REFILL.but(share_primary=0.1, step_minutes=20.0, share_pharmacy=0.5),  # and on to a shop each time
        REFILL.but(share_primary=0.1, step_minutes=20.0, price_ratio=2.5),
    ],
    "checkup_day": [CHECKUP.but(dx_checkup=under("checkup_day")), CHECKUP.but(day_count=30)],
    "vaccination_day": [VACCINATION.but(dx_vaccination=under("vaccination_day")), VACCINATION.but(day_count=30)],
    "epidemic": [EPIDEMIC.but(share_school=under("epidemic")), EPIDEMIC.but(last_day=20_180)],  # half a year is no wave
    "village": [
        VILLAGE.but(common={"residence": needed("village") - 1}),
        VILLAGE.but(common={"residence": needed("village"), "phone": 10}),  # neighbours have phones of their own
        VILLAGE.but(top_place_share=0.6),
        VILLAGE.but(clientele_share=0.0),  # nobody else there is from that village
        VILLAGE.but(clientele_share=0.03),  # few are, and half of the group comes each time
        VILLAGE.but(clientele_share=0.05, price_ratio=2.0),  # some are, but the amounts are not theirs
        VILLAGE.but(share_primary=0.2),
        VILLAGE.but(share_private=1.0),
        VILLAGE.but(price_ratio=3.5),  # at three times what others pay there
        VILLAGE.but(step_minutes=2.5),  # faster than a doctor sees anybody
    ],
    "visiting_doctor": [
        VISITING.but(share_visiting=under("visiting_doctor")),
        VISITING.but(price_ratio=3.5),
        VISITING.but(common={"phone": 10}),
        VISITING.but(share_inpatient=0.8),
    ],
    "employer": [
        Group(common={"employer": needed("employer") - 1}),
        Group(common={"employer": needed("employer"), "phone": 8}),  # colleagues do not share a phone
    ],
    "dormitory": [
        DORMITORY.but(common={"address": needed("dormitory") - 1}),
        DORMITORY.but(price_ratio=3.5),
        DORMITORY.but(session_count=60),  # flatmates don't fall ill together twice a week
    ],
    "maternity": [Group(numbers={"dx_maternity": under("maternity")})],
    "new_place": [
        MOVED.but(share_moved=under("new_place")),
        MOVED.but(share_of_place=0.6),  # a place that lives on them
        MOVED.but(price_ratio=2.5),
        MOVED.but(attendance=0.8),  # all of them each time
        MOVED.but(common={"phone": 10}),
    ],
    "placeholder": [
        Group(numbers={"share_unknown": under("placeholder")}),
        Group(common={"phone": 14}),  # they come together as well, which no default number explains
    ],
    "code_mapping": [
        TWINS.but(share_twin=under("code_mapping")),
        TWINS.but(share_twin_others=0.05),  # only they are at two places at once
    ],
}  # fmt: skip


def cases(table: dict[str, list[Group]]) -> list[tuple[str, Group]]:
    return [(name, group) for name, groups in table.items() for group in groups]


def weighed(name: str, facts: GroupFacts) -> Explanation:
    return MODELS[name].weigh(facts)


def test_every_explanation_has_a_group_it_fits_and_one_that_misses_it() -> None:
    assert set(FITS) == set(MISSES) == set(MODELS)


def test_nothing_explains_a_ring() -> None:
    assert [found.name for found in explain(Group().facts()) if found.holds] == []


@pytest.mark.parametrize(("name", "group"), cases(FITS))
def test_it_holds_for_the_group_it_was_made_for_and_takes_all_of_its_surprise(
    name: str, group: Group
) -> None:
    found = weighed(name, group.facts())
    assert found.holds
    assert found.share == 1.0
    assert found.observed >= found.threshold - 1e-4


@pytest.mark.parametrize(("name", "group"), cases(MISSES))
def test_it_does_not_hold_for_one_that_just_misses_it(name: str, group: Group) -> None:
    found = weighed(name, group.facts())
    assert not found.holds
    assert 0 <= found.share < 0.5


@pytest.mark.parametrize(
    "model", [model for model in LAWFUL_MODELS if model.of_a_class], ids=lambda m: m.name
)
def test_what_explains_a_whole_class_does_not_explain_a_part_that_comes_without_the_rest(
    model: LawfulModel,
) -> None:
    for group in FITS[model.name]:
        assert not model.weigh(replace(group.facts(), parent_no=7)).holds


@pytest.mark.parametrize("name", MODELS)
def test_the_nearer_the_more_it_explains(name: str) -> None:
    fits, misses = FITS[name][0].facts(), MISSES[name][0].facts()
    assert weighed(name, fits).share > weighed(name, misses).share


@pytest.mark.parametrize(("name", "group"), cases(FITS))
def test_what_explains_a_group_takes_its_nats_off(name: str, group: Group) -> None:
    """All but "on a day or two only": that is a fact like others, and staged admissions have it too."""
    explanations = explain(group.facts())
    assert explanations[0].share == 1.0
    (lawful,) = (
        part for part in score_parts(group.facts(), explanations, read_terms()) if part.name == "lawful"
    )
    if {found.name for found in explanations if found.holds} == {"single_event"}:
        assert lawful.points > POINTS_PER_NAT * HOLDS_NATS / 2
    else:
        assert lawful.points <= POINTS_PER_NAT * HOLDS_NATS / 2


def test_the_parts_are_the_terms_and_the_prior_and_nothing_else() -> None:
    terms = read_terms()
    known = replace(Group().facts(), signs={name: edges[0] for name, edges in terms.edges.items() if edges})
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


def test_all_are_tried_on_every_group_the_strongest_stands_first() -> None:
    for _, group in cases(FITS) + cases(MISSES):
        tried = explain(group.facts())
        assert {found.name for found in tried} == set(MODELS)
        shares = [found.share for found in tried]
        assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("name", MODELS)
def test_the_sentences_are_whole_tell_the_number_and_accuse_nobody(name: str) -> None:
    for group in (Group(), *FITS[name], *MISSES[name]):
        found = weighed(name, group.facts())
        for sentence in (found.sentence_zh, found.sentence_en):
            assert not re.search(r"[{}]|\b(nan|inf|None)\b", sentence), sentence
            assert forbidden(sentence) == []
            assert re.search(r"\d", sentence)
        assert re.search(r"[\u4e00-\u9fff]", found.sentence_zh)
        assert found.sentence_en.isascii()
        assert found.title_zh
        assert found.title_en.isascii()


def test_a_group_without_a_single_sitting_is_weighed_all_the_same() -> None:
    """People tied by a phone and nothing else have no first day."""
    never = {name: 0.0 for name in RING if name not in {"patient_count", "household_count"}}
    group = Group(numbers={**never, "first_day": nan, "last_day": nan, "step_minutes": nan, "others_median": nan, "age_mean": nan})  # fmt: skip
    for found in explain(group.facts()):
        assert not re.search(r"\b(nan|inf)\b", found.sentence_zh + found.sentence_en), found.name
        assert found.observed == found.observed


def test_a_ring_inside_a_home_is_what_remains_of_it() -> None:
    """Residents explain the home; ten people who are none of them and come together among themselves stay."""
    claims = tuple(f"c{number}" for number in range(40))
    home = HOME.facts()
    whole = replace(
        home, spoken={"care_home": ExplanationSupport(patient_count=20, claim_ids=claims, claim_share=0.9)}
    )
    inside = replace(
        home,
        spoken={
            "care_home": ExplanationSupport(
                patient_count=10, claim_ids=claims, claim_share=0.6, rest_count=10, rest_share=0.4
            )
        },
    )
    assert weighed("care_home", whole).holds
    assert weighed("care_home", whole).share == 1.0
    assert weighed("care_home", whole).claim_ids == claims
    left = weighed("care_home", inside)
    assert not left.holds
    assert left.share == 0.6
    assert left.claim_share == 0.6
    assert "10 people are outside it" in left.sentence_en
    assert "10 人" in left.sentence_zh
    (lawful,) = (part for part in score_parts(inside, explain(inside), read_terms()) if part.name == "lawful")
    assert lawful.points > POINTS_PER_NAT * HOLDS_NATS / 2


def test_a_few_left_over_are_no_ring() -> None:
    spoken = ExplanationSupport(
        patient_count=19, claim_ids=("a",), claim_share=0.95, rest_count=4, rest_share=0.05
    )
    assert weighed("care_home", replace(HOME.facts(), spoken={"care_home": spoken})).holds


def test_an_explanation_that_is_switched_off_is_not_tried() -> None:
    tried = explain(HOME.facts(), ("care_home", "dormitory"))
    assert {found.name for found in tried} == set(MODELS) - {"care_home", "dormitory"}


def test_a_default_phone_of_thousands_ties_nobody_who_never_came_together() -> None:
    default = {"phone": (Common(value="13800000000", member_count=18, holder_count=4_000),)}
    facts = replace(Group(numbers={"session_count": 0}).facts(), common=default)
    assert weighed("placeholder", facts).holds
    family = {"phone": (Common(value="13800000001", member_count=18, holder_count=20),)}
    assert not weighed("placeholder", replace(facts, common=family)).holds


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"family", "placeholder"}))
def test_nothing_but_a_family_explains_one_bank_account_of_half_of_them(name: str) -> None:
    facts = FITS[name][0].facts()

    def paid(members: int) -> GroupFacts:
        account = (Common(value="6222000011112222", member_count=members, holder_count=members),)
        return replace(facts, common={**facts.common, "account": account})

    half = ceil(facts.patient_count / 2)
    assert not weighed(name, paid(half)).holds
    assert weighed(name, paid(half - 1)).holds, "a few of them are a family among the others"


def test_one_bank_account_of_a_family_is_its_own() -> None:
    account = {"account": (Common(value="6222000011112222", member_count=20, holder_count=20),)}
    assert weighed("family", replace(Group(numbers={"household_count": 3}).facts(), common=account)).holds
