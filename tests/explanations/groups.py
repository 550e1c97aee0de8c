"""What is known of made-up groups: a ring that nothing explains, and for each explanation groups that it fits and that miss it."""

from __future__ import annotations

from collections.abc import Mapping

from fraudgraph.explanations.facts import ExplanationSupport, Known

RING: dict[str, float | None] = {
    "people": 20, "sittings": 40, "sitting_days": 40, "months": 6, "step_minutes": 2.0, "sitting_days_each_month": 6.7,
    "further_sittings_each_month": 6.0, "main_place_share": 0.5, "attendance": 0.5, "part_of_larger": 0, "households": 20, "people_per_household": 1.0,
    "largest_household_share": 0.05, "care_age_share": 0.1, "school_age_share": 0.0, "one_home_share": 0.0, "one_address_share": 0.0,
    "own_contact_share": 0.0, "contact_share": 0.0, "default_contact_share": 0.0, "employer_share": 0.0, "residence_share": 0.1, "one_account_share": 0.0,
    "chronic_share": 0.1, "inpatient_share": 0.0, "pharmacy_share": 0.6, "dialysis_share": 0.0, "oncology_share": 0.02, "checkup_share": 0.0,
    "vaccination_share": 0.0, "epidemic_share": 0.05, "rehabilitation_share": 0.1, "maternity_share": 0.0, "course_days": 150,
    "course_visits_each_fortnight": 1.9, "course_amounts": 0.8, "price_ratio": 2.8, "private_share": 0.6, "primary_share": 0.3, "visiting_share": 0.0,
    "others_residence_share": 0.0, "new_share": 0.0, "moved_share": 0.1, "of_place_share": 0.4, "placeholder_share": 0.0, "twin_share": 0.02,
    "others_twin_share": 0.01, "refill_days_each_month": 0.7, "refill_day_carried": 0.0, "family_carried": 0.0, "family_people": 0,
    "daily_dose_share": 0.0, "long_stay_share": 0.02, "stay_days": 8, "usual_place_share": 0.1, "visit_days_each_week": 0.5, "paired_share": 0.0,
    "with_housemate_share": 0.0, "busy_day_ratio": 1.0, "crowd_share": 0.4, "one_date_share": 0.3, "from_hospital_share": 0.1,
    "others_from_hospital_share": 0.1, "others_employer_share": 0.0, "others_school_share": 0.1, "staff_elsewhere_share": 0.9, "claimed_at_once_share": 0.0,
}  # fmt: skip
"""Twenty people of twenty households who swipe cards at three places on forty days: nothing explains them."""

Values = Mapping[str, float | None]


def group(of: Values | None = None, /, **others: float | None) -> dict[str, float | None]:
    """What is otherwise than with the ring."""
    return {**(of or {}), **others}


def known(values: Values, support: Mapping[str, ExplanationSupport] | None = None) -> Known:
    """The ring with these values in place of its own."""
    assert set(values) <= set(RING), set(values) - set(RING)
    return Known(values={**RING, **values}, support=support or {})


FRIENDS = group(people=8, households=6, people_per_household=1.33, family_carried=0.61, family_people=3)
HOME = group(care_age_share=0.6, one_home_share=0.6)
CARER = group(care_age_share=0.6, people=8, households=8, contact_share=0.5)
COURSE = group(rehabilitation_share=0.6, pharmacy_share=0.0, course_days=30, course_visits_each_fortnight=9, course_amounts=0.1, price_ratio=1.5)  # fmt: skip
REFILL = group(
    chronic_share=0.8, private_share=0.0, primary_share=0.9, refill_days_each_month=1.7, pharmacy_share=0.1, price_ratio=1.1,
    step_minutes=8.0, refill_day_carried=0.9,
)  # fmt: skip
CHECKUP = group(checkup_share=0.5, sitting_days=3)
VACCINATION = group(vaccination_share=0.5, sitting_days=3)
EPIDEMIC = group(school_age_share=0.6, months=1.4, sitting_days=20)
VILLAGE = group(
    main_place_share=1.0, primary_share=1.0, private_share=0.0, price_ratio=1.1, others_residence_share=0.2, step_minutes=8.0, residence_share=0.2,
)  # fmt: skip
VISITING = group(visiting_share=0.6, price_ratio=1.1)
COLLEAGUES = group(employer_share=0.4)
MOVED = group(moved_share=0.5, of_place_share=0.1, price_ratio=1.0, attendance=0.2, main_place_share=0.9)
TWINS = group(twin_share=0.5, others_twin_share=0.5)
DORMITORY = group(price_ratio=1.1, one_address_share=0.4, further_sittings_each_month=0.2)

NEIGHBOURS = group(
    people=5,
    residence_share=1.0,
    main_place_share=1.0,
    usual_place_share=0.8,
    sitting_days_each_month=1.2,
    price_ratio=1.0,
)
COUPLES = group(people=6, households=3, people_per_household=2.0, largest_household_share=0.33, paired_share=1.0, with_housemate_share=0.9, price_ratio=1.1)  # fmt: skip
MEMBER_DAY = group(
    one_date_share=0.9,
    busy_day_ratio=2.2,
    crowd_share=0.1,
    pharmacy_share=1.0,
    main_place_share=1.0,
    price_ratio=1.2,
)
DAILY = group(
    daily_dose_share=0.9, visit_days_each_week=6.0, main_place_share=1.0, price_ratio=1.0, pharmacy_share=0.0
)
LONG_STAY = group(long_stay_share=0.9, stay_days=60, inpatient_share=1.0, pharmacy_share=0.0, price_ratio=1.0)
BESIDE = group(from_hospital_share=0.9, others_from_hospital_share=0.6, pharmacy_share=0.9, price_ratio=1.0)
OWN_CLINIC = group(
    employer_share=0.9, others_employer_share=0.7, main_place_share=1.0, primary_share=1.0, price_ratio=1.0
)
SCHOOL = group(
    school_age_share=0.9, others_school_share=0.8, main_place_share=1.0, primary_share=1.0, price_ratio=1.0
)

FITS: dict[str, list[Values]] = {
    "family": [
        group(households=3, people_per_household=6.67),
        group(people=8, largest_household_share=0.6, households=4, people_per_household=2.0),
        FRIENDS,
    ],
    "single_event": [group(sitting_days=2), group(sitting_days=1)],
    "care_home": [HOME, group(care_age_share=0.95)],
    "carer": [CARER],
    "dialysis": [group(dialysis_share=0.4)],
    "oncology": [group(oncology_share=0.4)],
    "rehabilitation": [COURSE, group(COURSE, course_amounts=0.9, price_ratio=1.0)],
    "refill_day": [
        REFILL,
        group(REFILL, sitting_days=60),  # with days at a shop, where they fill what they were given
        group(REFILL, primary_share=0.0, step_minutes=20.0),  # a hospital's chronic clinic
    ],
    "checkup_day": [CHECKUP],
    "vaccination_day": [VACCINATION],
    "epidemic": [EPIDEMIC, group(EPIDEMIC, school_age_share=0.0, epidemic_share=0.6)],
    "village": [
        VILLAGE,
        group(VILLAGE, others_residence_share=0.05, price_ratio=1.2),
        group(VILLAGE, others_residence_share=0.03, attendance=0.25),
        group(VILLAGE, step_minutes=None),  # nobody wrote down a time
    ],
    "visiting_doctor": [VISITING],
    "employer": [COLLEAGUES],
    "dormitory": [DORMITORY],
    "maternity": [group(maternity_share=0.6)],
    "new_place": [MOVED, group(MOVED, moved_share=0.0, new_share=0.5)],
    "placeholder": [group(placeholder_share=0.6), group(default_contact_share=0.9, sittings=0)],
    "code_mapping": [TWINS],
    "neighbours": [NEIGHBOURS, group(NEIGHBOURS, price_ratio=None)],
    "couples": [COUPLES],
    "member_day": [MEMBER_DAY],
    "daily_queue": [DAILY],
    "long_stay": [LONG_STAY],
    "beside_hospital": [BESIDE],
    "own_clinic": [OWN_CLINIC, SCHOOL],
}
MISSES: dict[str, list[Values]] = {
    "family": [
        group(households=5, people_per_household=4.0),
        group(people=4, households=3, people_per_household=1.33),  # a couple and two others
        group(FRIENDS, family_carried=0.58),  # friends who come without the family too
        group(FRIENDS, people=12, households=10),  # too many to be its friends
    ],
    "single_event": [group(sitting_days=3)],
    "care_home": [
        group(HOME, care_age_share=0.59),  # not old enough
        group(HOME, one_home_share=0.0),  # old, but of homes of their own
        group(HOME, people=4, households=4, one_home_share=0.75),
        group(HOME, part_of_larger=1),  # some of the home without the rest
    ],
    "carer": [
        group(CARER, care_age_share=0.59),
        group(CARER, contact_share=0.0),  # nobody who could be the carer
        group(CARER, people=16, households=16),  # nobody cares for sixteen
    ],
    "dialysis": [group(dialysis_share=0.39)],
    "oncology": [group(oncology_share=0.39)],
    "rehabilitation": [
        group(COURSE, rehabilitation_share=0.59),
        group(COURSE, course_days=120),  # a course that never ends
        group(COURSE, course_visits_each_fortnight=1.4),  # once a fortnight is no course
        group(COURSE, course_visits_each_fortnight=2.3, course_amounts=0.9, price_ratio=1.0),  # once a week, each at another price
        group(COURSE, pharmacy_share=0.8),  # no treatment, only goods
        group(COURSE, inpatient_share=0.8),
        group(COURSE, course_amounts=0.9, price_ratio=2.0),  # at prices of its own
    ],
    "refill_day": [
        group(REFILL, chronic_share=0.79),
        group(REFILL, refill_days_each_month=10),  # a day that is every third day
        group(REFILL, refill_day_carried=0.5),  # half of what is surprising is something else
        group(REFILL, private_share=0.9),
        group(REFILL, primary_share=0.1),  # one after another at a hospital's desk
        group(REFILL, primary_share=0.1, step_minutes=20.0, pharmacy_share=0.5),  # and on to a shop each time
        group(REFILL, primary_share=0.1, step_minutes=20.0, price_ratio=2.5),
    ],
    "checkup_day": [group(CHECKUP, checkup_share=0.49), group(CHECKUP, sitting_days=30)],
    "vaccination_day": [group(VACCINATION, vaccination_share=0.49), group(VACCINATION, sitting_days=30)],
    "epidemic": [group(EPIDEMIC, school_age_share=0.59), group(EPIDEMIC, months=6)],  # half a year is no wave
    "village": [
        group(VILLAGE, residence_share=0.19),
        group(VILLAGE, contact_share=0.5),  # neighbours have phones of their own
        group(VILLAGE, main_place_share=0.6),
        group(VILLAGE, others_residence_share=0.0),  # nobody else there is from that village
        group(VILLAGE, others_residence_share=0.03),  # few are, and half of the group comes each time
        group(VILLAGE, others_residence_share=0.05, price_ratio=2.0),  # some are, but the amounts are not theirs
        group(VILLAGE, primary_share=0.2),
        group(VILLAGE, private_share=1.0),
        group(VILLAGE, price_ratio=3.5),  # at three times what others pay there
        group(VILLAGE, step_minutes=2.5),  # faster than a doctor sees anybody
    ],
    "visiting_doctor": [
        group(VISITING, visiting_share=0.59),
        group(VISITING, price_ratio=3.5),
        group(VISITING, contact_share=0.5),
        group(VISITING, inpatient_share=0.8),
    ],
    "employer": [
        group(COLLEAGUES, employer_share=0.35),
        group(COLLEAGUES, own_contact_share=0.4),  # colleagues do not share a phone
        group(COLLEAGUES, staff_elsewhere_share=0.2),  # people who never fall ill but here
        group(COLLEAGUES, claimed_at_once_share=0.6),  # on the books to be paid
    ],
    "dormitory": [
        group(DORMITORY, one_address_share=0.35),
        group(DORMITORY, price_ratio=3.5),
        group(DORMITORY, further_sittings_each_month=9.0),  # flatmates don't fall ill together twice a week
    ],
    "maternity": [group(maternity_share=0.59)],
    "new_place": [
        group(MOVED, moved_share=0.49),
        group(MOVED, of_place_share=0.6),  # a place that lives on them
        group(MOVED, price_ratio=2.5),
        group(MOVED, attendance=0.8),  # all of them each time
        group(MOVED, contact_share=0.5),
    ],
    "placeholder": [
        group(placeholder_share=0.59),
        group(default_contact_share=0.7),  # they come together as well, which no default number explains
    ],
    "code_mapping": [
        group(TWINS, twin_share=0.49),
        group(TWINS, others_twin_share=0.05),  # only they are at two places at once
    ],
    "neighbours": [
        group(NEIGHBOURS, usual_place_share=0.2),  # gathered at a shop that is nobody's own
        group(NEIGHBOURS, residence_share=0.4),
        group(NEIGHBOURS, people=14),
        group(NEIGHBOURS, sitting_days_each_month=9.0),
        group(NEIGHBOURS, price_ratio=2.4),
        group(NEIGHBOURS, main_place_share=0.4),  # round the shops of the town
    ],
    "couples": [
        group(COUPLES, paired_share=0.5),  # a couple among strangers
        group(COUPLES, with_housemate_share=0.3),  # cards of couples, swiped one without the other
        group(COUPLES, people=16),
        group(COUPLES, price_ratio=2.5),
    ],
    "member_day": [
        group(MEMBER_DAY, busy_day_ratio=1.0),  # always on the 8th, when nobody else comes
        group(MEMBER_DAY, one_date_share=0.4),
        group(MEMBER_DAY, crowd_share=0.7),  # the crowd is themselves
        group(MEMBER_DAY, price_ratio=2.5),
        group(MEMBER_DAY, main_place_share=0.3),
    ],
    "daily_queue": [
        group(DAILY, daily_dose_share=0.3),
        group(DAILY, visit_days_each_week=1.0),  # the diagnosis without the doses
        group(DAILY, price_ratio=2.0),
    ],
    "long_stay": [
        group(LONG_STAY, stay_days=9),  # in and out: admissions, not a long stay
        group(LONG_STAY, long_stay_share=0.2),
        group(LONG_STAY, price_ratio=2.0),
    ],
    "beside_hospital": [
        group(BESIDE, others_from_hospital_share=0.05),  # sent past nearer shops: nobody else comes from there
        group(BESIDE, from_hospital_share=0.3),
        group(BESIDE, price_ratio=2.0),
        group(BESIDE, own_contact_share=0.6),
    ],
    "own_clinic": [
        group(OWN_CLINIC, others_employer_share=0.1),  # a clinic that is anybody's
        group(SCHOOL, others_school_share=0.2),
        group(OWN_CLINIC, price_ratio=2.5),
        group(OWN_CLINIC, own_contact_share=0.6),
    ],
}  # fmt: skip


def cases(table: Mapping[str, list[Values]]) -> list[tuple[str, Values]]:
    """Name and group, one after the other."""
    return [(name, values) for name, groups in table.items() for values in groups]
