"""The delta's lawful groups and its rings: both are plans of who comes where, when and with what on their papers.

A plan is one row of a table; one engine turns plans into claims, so that nothing but life separates a ring from a lawful group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import gammaln

from bench.worlds import delta_city as dc
from bench.worlds.delta_city import (
    CDC,
    CH,
    CHRONIC,
    CL,
    CREW,
    DEN,
    DIA,
    DORM,
    EYE,
    FAC,
    GYN,
    INPATIENT,
    ON,
    OUTPATIENT,
    PH,
    PHARMACY,
    PRV,
    PSY,
    REH,
    SH,
    TCM,
    TH,
    VILLAGE,
    City,
)

__all__ = ["LAWFUL", "RINGS", "Group", "Picker", "Plan", "gather", "meeting_nats", "ring_nats", "using_nats"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One kind of group. Pairs are ranges drawn from anew for each group."""

    name: str
    size: tuple[int, int]
    pool: str
    at: tuple[int, ...]
    when: str
    times: tuple[int, int]
    come: tuple[float, float] = (0.55, 0.95)
    gap: tuple[float, float] = (1.5, 8.0)
    hour: tuple[float, float] = (8.2, 10.5)
    pays: tuple[int, float] = (OUTPATIENT, 150.0)
    dx: tuple[str, ...] = ("J06.9",)
    shape: str = "meet"
    signs: tuple[str, ...] = ()
    doctor: float = 0.6
    sites: tuple[int, int] = (1, 1)
    stay: tuple[int, int] = (0, 0)
    # rings only
    doctors: tuple[int, int] = (0, 0)
    place_acts: bool = True
    operator: bool = False
    packages: bool = False
    split: float = 0.0  # chance that a bill is followed by a second one, so that neither is high
    model: str = ""


_HYP = ("I10", "E11.9", "I25.1", "E78.5")
LAWFUL: tuple[Plan, ...] = (
    Plan(name="rest_day_shuttle", size=(4, 26), pool="dorm", at=(SH, PRV), when="fortnight", times=(6, 22), come=(0.25, 0.6), dx=("J06.9", "K29.5", "L30.9", "N76.0"), signs=("address",)),
    Plan(name="shift_change_clinic", size=(5, 30), pool="crew", at=(FAC, CL), when="offday", times=(8, 24), come=(0.25, 0.6), hour=(7.3, 8.6), pays=(OUTPATIENT, 60), dx=("M54.5", "J06.9", "L30.9")),
    Plan(name="payday_pharmacy", size=(4, 22), pool="employer", at=(PH,), when="payday", times=(8, 12), come=(0.4, 0.8), gap=(1, 6), hour=(18.2, 20.5), pays=(PHARMACY, 90)),
    Plan(name="works_check_up", size=(25, 180), pool="employer", at=(SH, PRV, CH), when="once", times=(1, 3), come=(0.7, 0.95), gap=(1.2, 3.5), pays=(OUTPATIENT, 190), dx=("Z00.0", "Z10.0"), signs=("employer",)),
    Plan(name="dialysis_shift", size=(5, 18), pool="town_chronic", at=(DIA, SH), when="mwf", times=(80, 140), come=(0.9, 0.98), gap=(1.5, 5), hour=(6.8, 16.5), pays=(CHRONIC, 420), dx=("N18.5", "N18.9", "Z49.1", "N18.0"), shape="slots"),
    Plan(name="methadone_queue", size=(6, 20), pool="town_adult", at=(CDC,), when="daily", times=(60, 130), come=(0.6, 0.92), gap=(1, 4), hour=(7.2, 9.0), pays=(OUTPATIENT, 25), dx=("F11.2",)),
    Plan(name="tuberculosis_doses", size=(4, 15), pool="town_adult", at=(CDC, CH), when="mwf", times=(40, 75), come=(0.7, 0.95), gap=(1, 6), pays=(CHRONIC, 85), dx=("A15.0", "A16.2")),
    Plan(name="oncology_cycles", size=(5, 25), pool="city_old", at=(TH,), when="cycle", times=(4, 10), come=(0.75, 0.95), hour=(7.8, 9.5), pays=(INPATIENT, 7800), dx=("C34.9", "C50.9", "C18.9", "Z51.1"), shape="stays", stay=(1, 4)),
    Plan(name="physiotherapy_slots", size=(4, 16), pool="town_adult", at=(REH,), when="series", times=(10, 24), come=(0.75, 0.95), hour=(8.5, 16), pays=(OUTPATIENT, 150), dx=("M51.2", "M54.5", "M75.0"), shape="slots", doctor=0.85),
    Plan(name="acupuncture_evenings", size=(4, 14), pool="town_adult", at=(TCM, CL), when="mwf", times=(10, 30), come=(0.55, 0.85), hour=(17.5, 19), pays=(OUTPATIENT, 120), dx=("M54.2", "G47.0", "M54.5"), shape="slots", doctor=0.85),
    Plan(name="braces_saturday", size=(4, 18), pool="child", at=(DEN,), when="month", times=(8, 12), come=(0.7, 0.95), gap=(8, 20), hour=(8.6, 10), pays=(OUTPATIENT, 260), dx=("K07.6", "K07.3"), doctor=0.95),
    Plan(name="pregnancy_school", size=(6, 28), pool="mother", at=(GYN, SH), when="fortnight", times=(6, 13), come=(0.6, 0.9), gap=(3, 10), pays=(OUTPATIENT, 230), dx=("Z34.9", "O26.9"), doctor=0.7),
    Plan(name="care_home_round", size=(10, 60), pool="old", at=(CH, CL), when="month", times=(9, 12), come=(0.7, 0.95), gap=(2, 6), pays=(CHRONIC, 210), dx=(*_HYP, "I63.9"), signs=("address", "phone", "agent"), doctor=0.95),
    Plan(name="care_home_contract_shop", size=(8, 45), pool="old", at=(PH,), when="month", times=(8, 12), come=(0.7, 0.95), gap=(0.6, 2), hour=(9, 15.5), pays=(PHARMACY, 170), signs=("address", "agent")),
    Plan(name="village_chronic_day", size=(8, 60), pool="village_old", at=(CH,), when="month", times=(9, 12), come=(0.55, 0.9), gap=(1.5, 5), pays=(CHRONIC, 170), dx=_HYP, doctor=0.8),
    Plan(name="family_doctor_team", size=(15, 90), pool="old", at=(CH,), when="quarter", times=(3, 5), come=(0.6, 0.9), gap=(1.5, 6), pays=(CHRONIC, 160), dx=_HYP, doctor=0.97),
    Plan(name="neighbour_fetches", size=(3, 8), pool="old", at=(PH, CH), when="month", times=(8, 22), come=(0.6, 0.95), gap=(0.7, 3), hour=(8, 17), pays=(CHRONIC, 190), dx=_HYP, signs=("agent", "phone")),
    Plan(name="member_day_regulars", size=(5, 30), pool="old", at=(PH,), when="member_day", times=(9, 12), come=(0.45, 0.8), gap=(1.5, 9), hour=(8.1, 10), pays=(PHARMACY, 120)),
    Plan(name="square_dance_friends", size=(4, 12), pool="old", at=(PH, CL, TCM), when="week", times=(15, 40), come=(0.3, 0.65), gap=(1, 6), hour=(8.2, 9.4), pays=(OUTPATIENT, 80), dx=("M54.5", "I10", "G47.0")),
    Plan(name="psychiatric_ward", size=(8, 50), pool="city_adult", at=(PSY,), when="month", times=(8, 12), come=(0.85, 0.98), gap=(0.5, 2), hour=(9, 11), pays=(INPATIENT, 5200), dx=("F20.9", "F31.9", "F03"), shape="stays", stay=(26, 29), signs=("agent", "identity")),
    Plan(name="disability_workshop", size=(6, 24), pool="town_adult", at=(CH, PSY, PH), when="month", times=(9, 12), come=(0.6, 0.9), gap=(1, 4), pays=(CHRONIC, 140), dx=("F71.9", "G80.9", "F20.9"), signs=("phone", "identity", "agent")),
    Plan(name="school_eye_class", size=(12, 55), pool="child", at=(EYE,), when="quarter", times=(2, 4), come=(0.6, 0.9), gap=(2, 5), hour=(13.5, 16), pays=(OUTPATIENT, 110), dx=("H52.1", "H52.2")),
    Plan(name="training_school_infirmary", size=(5, 40), pool="young_dorm", at=(CL, CH), when="week", times=(8, 22), come=(0.2, 0.45), gap=(2, 9), hour=(12, 17), pays=(OUTPATIENT, 65), dx=("J06.9", "K52.9", "L70.0"), signs=("address",)),
    Plan(name="line_outbreak", size=(15, 90), pool="employer", at=(SH, FAC, CH), when="once", times=(2, 4), come=(0.35, 0.7), gap=(2, 6), hour=(8.2, 18), pays=(OUTPATIENT, 210), dx=("A09.9", "J11.1", "T62.9")),
    Plan(name="sole_dual_channel_shop", size=(6, 40), pool="city_adult", at=(PH,), when="month", times=(7, 12), come=(0.7, 0.95), hour=(9, 17), pays=(PHARMACY, 3600), shape="scatter"),
    Plan(name="online_self_help", size=(5, 30), pool="city_chronic", at=(ON,), when="month", times=(7, 12), come=(0.5, 0.85), gap=(0.5, 4), hour=(0.1, 21), pays=(PHARMACY, 210)),
    Plan(name="countrymen_of_one_doctor", size=(5, 40), pool="migrant", at=(CL,), when="week", times=(10, 30), come=(0.15, 0.4), hour=(19, 20.3), pays=(OUTPATIENT, 85), dx=("J06.9", "M54.5", "K29.5"), doctor=0.97),
    Plan(name="after_the_service", size=(5, 24), pool="town_adult", at=(CL, CH, TCM), when="sunday", times=(10, 30), come=(0.25, 0.6), hour=(10.5, 11.6), pays=(OUTPATIENT, 90), dx=("I10", "M54.5", "J06.9")),
    Plan(name="custody_van", size=(5, 20), pool="city_adult", at=(SH, CDC), when="fortnight", times=(8, 20), come=(0.35, 0.7), gap=(3, 9), hour=(8.8, 9.8), pays=(OUTPATIENT, 180), dx=("B24", "A15.0", "B18.1", "K29.5"), signs=("address", "phone", "agent")),
    Plan(name="moved_practice", size=(8, 45), pool="old", at=(CL, TCM), when="month", times=(9, 14), come=(0.45, 0.8), gap=(3, 14), hour=(8.3, 10), pays=(OUTPATIENT, 105), dx=(*_HYP, "M54.5"), shape="move", sites=(2, 2), doctor=0.95),
    Plan(name="village_share_company", size=(15, 120), pool="village", at=(CH, SH), when="quarter", times=(2, 4), come=(0.5, 0.85), gap=(1, 4), pays=(OUTPATIENT, 170), dx=("Z00.0", "I10"), signs=("account",)),
    Plan(name="hand_injury_ward", size=(4, 14), pool="employer", at=(SH, REH), when="loose", times=(2, 3), come=(0.6, 0.9), gap=(15, 60), pays=(INPATIENT, 9800), dx=("S62.6", "S68.1", "S66.9"), shape="stays", stay=(6, 21), signs=("employer",)),
    Plan(name="visiting_specialist", size=(6, 30), pool="old", at=(CH, PRV), when="month", times=(8, 12), come=(0.45, 0.8), gap=(4, 12), hour=(8.5, 14), pays=(OUTPATIENT, 190), dx=("I25.1", "E11.9", "M54.5"), sites=(2, 2), doctor=0.97),
    Plan(name="cataract_village_bus", size=(10, 50), pool="village_old", at=(EYE,), when="once", times=(1, 3), come=(0.45, 0.85), gap=(5, 12), pays=(INPATIENT, 5600), dx=("H25.9",), shape="stays", stay=(1, 3), doctor=0.7),
    Plan(name="vaccination_morning", size=(15, 120), pool="town_adult", at=(CH,), when="once", times=(1, 2), come=(0.7, 0.95), gap=(0.6, 2), pays=(OUTPATIENT, 60), dx=("Z25.1",)),
    Plan(name="sheltered_flats", size=(4, 12), pool="old", at=(PH, CH), when="week", times=(14, 40), come=(0.3, 0.6), gap=(1, 5), pays=(CHRONIC, 120), dx=_HYP, signs=("address", "phone")),
)  # fmt: skip
"""The lawful kinds that are planned; families and dormitory rooms come from life itself (module `delta`)."""

RINGS: tuple[Plan, ...] = (
    Plan(name="balance_cash_out", size=(16, 80), pool="dorm", at=(PH,), when="payday", times=(14, 24), gap=(0.6, 2.6), hour=(19.5, 21.2), pays=(PHARMACY, 165), signs=("agent", "phone"), sites=(1, 3), operator=True, split=0.5,
         model="A branch manager buys account balances of workers after pay day at 70 %, through the room's eldest; sums stay below the audit line, branches take turns."),
    Plan(name="rest_day_admissions", size=(35, 140), pool="dorms", at=(PRV, REH), when="fortnight", times=(16, 26), gap=(6, 25), pays=(INPATIENT, 5200), dx=("M51.2", "M54.5", "K29.5", "J20.9"), shape="batches", stay=(4, 8), doctors=(2, 5), signs=("agent", "phone"), doctor=0.8,
         model="Foremen are paid by head for workers who 'rest' on a ward on their free days; five lists take turns, so nobody comes too often."),
    Plan(name="steered_prescriptions", size=(20, 90), pool="town_chronic", at=(PH,), when="week", times=(30, 50), gap=(8, 40), hour=(9, 16), pays=(PHARMACY, 480), shape="steer", doctors=(2, 4), doctor=0.9, split=0.3,
         model="Doctors of one hospital send their chronic patients to a shop that pays by the box; the patients pass nearer shops."),
    Plan(name="card_collector_tour", size=(14, 60), pool="far_old", at=(CH, SH, CL), when="fortnight", times=(15, 26), gap=(1.5, 7), hour=(8.1, 9.2), pays=(CHRONIC, 390), dx=_HYP, shape="tour", sites=(3, 6), place_acts=False, signs=("agent",), split=0.35,
         model="A collector rents pensioners' cards, tours several centres on one morning and sells the boxes on."),
    Plan(name="quiet_five", size=(4, 6), pool="town_adult", at=(CL, TCM), when="week", times=(28, 48), gap=(20, 120), hour=(9, 18), pays=(OUTPATIENT, 190), dx=("M54.5", "M54.2", "G47.0"), shape="scatter", doctors=(1, 1), doctor=0.95,
         model="A clinic's owner bills a handful of friends' cards a little each week; nobody comes on the same day."),
    Plan(name="paper_patients", size=(30, 120), pool="city_adult", at=(CL, PRV), when="loose", times=(10, 20), hour=(9, 17), pays=(OUTPATIENT, 230), dx=("K29.5", "M54.5", "N39.0", "J20.9"), shape="scatter", doctors=(1, 3), signs=("phone", "account"), doctor=0.9, split=0.3,
         model="An enrolment agent registers people who have left town and sells the entitlements to a clinic; refunds run into few accounts."),
    Plan(name="phantom_therapy", size=(10, 40), pool="town_old", at=(REH, TCM), when="series", times=(30, 75), gap=(2, 5), hour=(8.4, 15), pays=(OUTPATIENT, 165), dx=("M51.2", "I69.3", "M75.0"), shape="slots", doctors=(1, 3), doctor=0.92, operator=True,
         model="Cards are left at the counter; sessions are billed down the list every working day while the holders stay at home."),
    Plan(name="dental_packages", size=(25, 100), pool="town_adult", at=(DEN,), when="loose", times=(7, 14), hour=(9, 17), pays=(OUTPATIENT, 290), dx=("K05.3", "K04.0"), shape="scatter", doctors=(1, 3), doctor=0.85, packages=True,
         model="A dental chain sells whitening on account balances and bills gum treatment, always one of three packages."),
    Plan(name="shell_employers", size=(16, 50), pool="mother_far", at=(GYN, SH), when="loose", times=(6, 11), gap=(10, 60), pays=(INPATIENT, 7200), dx=("O80.0", "O82.0", "O26.9"), shape="batches", stay=(2, 5), signs=("employer", "agent", "account"), place_acts=False,
         model="Two or three firms without a workshop insure women some months before birth, for a fee; stays are booked by the same agent."),
    Plan(name="home_cards", size=(12, 48), pool="old", at=(PH,), when="fortnight", times=(18, 26), come=(0.6, 0.95), gap=(0.6, 2.2), hour=(13, 20), pays=(PHARMACY, 260), signs=("address",), sites=(1, 2), operator=True, split=0.3,
         model="The owner of an unlicensed home keeps residents' cards and has them swiped at a friend's shop, the same basket for all."),
    Plan(name="staff_and_relatives", size=(10, 36), pool="estate", at=(PRV, SH), when="loose", times=(8, 14), gap=(15, 80), pays=(INPATIENT, 5900), dx=("M51.2", "I20.9", "K29.5"), shape="batches", stay=(5, 9), doctors=(2, 4), doctor=0.85,
         model="Each employee of a private hospital owes it so many bed days a quarter and brings in relatives when the ward is empty."),
    Plan(name="eye_vans", size=(85, 180), pool="far_old", at=(EYE, PRV), when="week", times=(24, 46), gap=(2, 8), hour=(8.6, 10), pays=(OUTPATIENT, 320), dx=("H25.9", "H04.1", "H52.2"), shape="batches", doctors=(2, 4), signs=("phone",), doctor=0.8, split=0.6,
         model="Vans bring pensioners from several villages to lunch and a lecture; each is billed examinations that were never made."),
    Plan(name="returning_boxes", size=(16, 60), pool="far_old", at=(PH,), when="fortnight", times=(14, 26), gap=(1.5, 6), hour=(14, 19), pays=(PHARMACY, 340), shape="tour", sites=(2, 4), signs=("agent", "account"), operator=True, split=0.3,
         model="Shops under one owner sell on cards, buy the boxes back at a fifth and put them on the shelf again."),
    Plan(name="forged_special_drug", size=(12, 48), pool="city_adult", at=(PH,), when="loose", times=(8, 14), gap=(4, 20), hour=(10, 20), pays=(PHARMACY, 3300), shape="steer", doctors=(1, 2), doctor=0.95, sites=(1, 2), operator=True, signs=("agent",), split=0.15,
         model="Prescriptions for dear drugs are written out behind the counter in the name of a doctor who is paid for silence."),
    Plan(name="voucher_rooms", size=(16, 70), pool="dorms", at=(ON,), when="payday", times=(14, 24), gap=(0.4, 1.8), hour=(21.5, 22.6), pays=(PHARMACY, 150), signs=("account", "phone"), sites=(1, 2), place_acts=False, split=0.5,
         model="Dormitory agents collect electronic vouchers in a chat group and order tonics online at night, in one go; half the value comes back in cash."),
    Plan(name="three_sister_hospitals", size=(15, 60), pool="town_old", at=(PRV, REH), when="loose", times=(7, 12), gap=(30, 120), pays=(INPATIENT, 6100), dx=("I63.9", "I25.1", "M51.2", "J44.9"), shape="rotate", stay=(6, 10), sites=(3, 3), doctors=(3, 6), doctor=0.8,
         model="Three hospitals of one owner hand the same pensioners on to each other before the stay gets too long."),
)  # fmt: skip
"""The ring kinds: what the organiser sells or claims is in `model`."""


@dataclass(slots=True)
class Group:
    """One group as it came out: its plan, people, claims (a frame), and what stands on people's papers."""

    plan: Plan
    members: np.ndarray
    sites: np.ndarray
    doctors: np.ndarray
    rows: pd.DataFrame
    signs: list[tuple[str, np.ndarray, str]]


class Picker:
    """Finds people who could plausibly belong together, and places near them."""

    def __init__(self, city: City, rng: np.random.Generator) -> None:
        self.city, self.rng = city, rng
        people = city.people
        self.taken = np.zeros(len(people.home), bool)
        self.by_nb = np.argsort(people.home, kind="stable")
        self.nb_at = np.searchsorted(people.home[self.by_nb], np.arange(len(city.nb_kind) + 1))
        self.by_firm = np.argsort(people.employer, kind="stable")
        self.firm_at = np.searchsorted(people.employer[self.by_firm], np.arange(len(city.employer_xy) + 1))
        p = people
        grown, old = (p.age >= 18) & (p.age < 60), p.age >= 60
        self.fits = {
            "old": old, "adult": p.age >= 18, "child": (p.age >= 6) & (p.age < 18), "mother": (p.sex == 2) & (p.age >= 20) & (p.age < 42),
            "chronic": p.chronic & (p.age >= 35), "dorm": grown & ~p.kin, "village": p.kin, "estate": p.age >= 25, "migrant": p.migrant & grown,
            "young": (p.age >= 18) & (p.age < 24), "crew": p.rota == CREW,
        }  # fmt: skip

    def people(self, pool: str, m: int) -> np.ndarray:
        """About m people of a pool who are in no other group yet."""
        if pool in ("employer", "crew"):
            return self._firm(pool, m)
        city, rng = self.city, self.rng
        words = pool.split("_")
        what = {"dorms": "dorm", "young_dorm": "young", "village_old": "old", "mother_far": "mother"}.get(
            pool, words[-1]
        )
        fit = self.fits[what] & ~self.taken
        if words[0] == "city":
            return self._take(np.flatnonzero(fit), m)
        nb_kind = DORM if "dorm" in pool else VILLAGE if words[0] == "village" else -1
        wide = {"town": 6, "dorms": 5, "mother_far": 12, "far": 9}.get(
            pool if pool in ("dorms", "mother_far") else words[0], 1
        )
        allowed = np.flatnonzero((city.nb_kind == nb_kind) | (nb_kind < 0))
        size = np.diff(self.nb_at)[allowed] + 1
        anchor = rng.choice(allowed, p=size / size.sum())
        far = ((city.nb_xy[allowed] - city.nb_xy[anchor]) ** 2).sum(1)
        far = far * rng.uniform(0.3, 3, len(far)) if words[0] == "far" else far
        found: list[np.ndarray] = []
        for nb in allowed[np.argsort(far, kind="stable")]:
            here = self.by_nb[self.nb_at[nb] : self.nb_at[nb + 1]]
            found.append(here[fit[here]])
            if sum(map(len, found)) >= m * wide and len(found) >= min(wide, 3):
                break
        return self._take(np.concatenate(found), m)

    def _firm(self, pool: str, m: int) -> np.ndarray:
        sizes = np.diff(self.firm_at)
        big = np.flatnonzero(sizes >= min(2 * m, np.sort(sizes)[-3]))
        firm = self.rng.choice(big, p=sizes[big] / sizes[big].sum())
        staff = self.by_firm[self.firm_at[firm] : self.firm_at[firm + 1]]
        staff = staff[~self.taken[staff]]
        if pool == "crew" and self.fits["crew"][staff].sum() >= 4:
            staff = staff[self.fits["crew"][staff]]
            phases = np.bincount(self.city.people.phase[staff], minlength=6)
            staff = staff[self.city.people.phase[staff] == phases.argmax()] if phases.max() >= 4 else staff
        return self._take(staff, m)

    def _take(self, from_: np.ndarray, m: int) -> np.ndarray:
        chosen = np.sort(self.rng.choice(from_, min(m, len(from_)), replace=False))
        self.taken[chosen] = True
        return chosen

    def places(self, kinds: tuple[int, ...], members: np.ndarray, n: int, private: bool) -> np.ndarray:
        """Places of these kinds near where most members live; a ring's are rather the smaller ones."""
        city, rng = self.city, self.rng
        kind = rng.choice(kinds)
        if kind == FAC and city.people.employer[members[0]] >= 0 and city.people.clinic[members[0]] >= 0:
            return np.array([city.people.clinic[members[0]]])
        there = city.places_of(int(kind))
        if len(there) < n or private:
            there = city.places_of(*kinds) if n > 1 or len(there) == 0 else there
        middle = np.median(city.nb_xy[city.people.home[members]], axis=0)
        far = np.sqrt(((city.xy[there] - middle) ** 2).sum(1))
        pull = (
            np.exp(-far / (dc._REACH[int(kind)] * 1.3)) * city.weight[there] ** (0.25 if private else 0.6)
            + 1e-9
        )
        return rng.choice(there, min(n, len(there)), replace=False, p=pull / pull.sum())


def _days(
    plan: Plan, times: int, city: City, rng: np.random.Generator, members: np.ndarray, place: int
) -> np.ndarray:
    """The group's dates, sorted, inside the year; `times` at most."""
    last, wd, dom = len(city.dates), city.dates.day_of_week.to_numpy(), city.dates.day.to_numpy()
    span = np.arange(last)
    people = city.people
    step = {"week": 7, "fortnight": 14, "cycle": 21, "quarter": 91}.get(plan.when)
    if step:
        days = np.arange(int(rng.integers(0, max(1, min(last - step * (times - 1), last // 2)))), last, step)
        days = days + (rng.random(len(days)) < 0.12) * rng.integers(-2, 3, len(days))
    elif plan.when in ("month", "payday", "member_day"):
        day = {"payday": int(people.payday[members[0]]), "member_day": int(city.member_day[place])}.get(
            plan.when, 0
        ) or int(rng.integers(2, 28))
        days = span[dom == day]
        if plan.when == "payday":
            days = (
                np.concatenate([days + rng.integers(0, 3, len(days)), days + rng.integers(3, 8, len(days))])
                if times > 12
                else days + rng.integers(0, 3, len(days))
            )
        elif plan.when == "month":
            days = days + rng.integers(-1, 2, len(days)) * (rng.random() < 0.6)
    elif plan.when == "daily":
        days = int(rng.integers(0, max(1, last - times - 1))) + span[:times]
    elif plan.when == "mwf":
        odd = rng.random() < 0.5
        days = span[np.isin(wd, (0, 2, 4) if odd else (1, 3, 5))]
        days = days[int(rng.integers(0, max(1, len(days) - times))) :][:times]
    elif plan.when == "series":
        days = span[wd < 6][int(rng.integers(0, last * 6 // 7 - times - 1)) :][:times]
    elif plan.when == "sunday":
        days = span[wd == 6]
    elif plan.when == "offday":
        days = span[(span + people.phase[members[0]]) % 6 == 4]
    elif plan.when == "once":
        days = int(rng.integers(5, last - 20)) + np.sort(rng.choice(9, times, replace=False))
    else:
        days = rng.choice(last - 12, times, replace=False)
    days = np.unique(days[(days >= 0) & (days < last - 1)])
    if len(days) > times:
        days = (
            days[np.sort(rng.choice(len(days), times, replace=False))]
            if plan.when in ("offday", "sunday")
            else days[int(rng.integers(0, len(days) - times + 1)) :][:times]
        )
    return days


def gather(
    plan: Plan,
    picker: Picker,
    prm: dict[str, float],
    *,
    members: np.ndarray,
    ring: bool,
    join: float,
    fewer: float,
    slower: float,
    sign: float,
    dear: float,
) -> Group:
    """One group's year: who comes to which of its dates, at which minute, to whom and for how much."""
    city, rng = picker.city, picker.rng
    n = int(rng.integers(plan.sites[0], plan.sites[1] + 1))
    sites = picker.places(plan.at, members, n, ring)
    times = max(2 if plan.times[0] > 1 else 1, round(rng.integers(plan.times[0], plan.times[1] + 1) * fewer))
    come = rng.uniform(*plan.come) * join
    days = _days(plan, times, city, rng, members, int(sites[0]))
    rows = (
        _scatter(plan, rng, members, len(city.dates), times, come)
        if plan.shape == "scatter"
        else _meet(plan, rng, members, days, come, slower)
    )
    if plan.shape == "tour":
        tour = [
            rows.assign(site=s, minute=rows.minute + int(s) * rng.integers(35, 80)) for s in range(len(sites))
        ]
        kept = pd.concat([part[rng.random(len(part)) < 0.8] for part in tour])
        rows = kept.assign(event=kept.event * len(sites) + kept.site)
    elif plan.shape == "move":
        rows = rows.assign(
            site=(rows.day > np.quantile(days, rng.uniform(0.3, 0.7))).astype(int).clip(0, len(sites) - 1)
        )
    elif plan.shape == "rotate":
        rows = rows.assign(site=(rows.event + rows.person % 3) % len(sites))
    else:
        turn = rng.choice(len(sites), max(1, int(rows.event.max()) + 1) if len(rows) else 1)
        rows = rows.assign(site=turn[rows.event])
    people = city.people
    rows = rows[
        ~((people.leave_from[rows.person] <= rows.day) & (rows.day < people.leave_to[rows.person]))
    ].reset_index(drop=True)
    if plan.split:
        second = rows[rng.random(len(rows)) < plan.split]
        rows = pd.concat(
            [rows, second.assign(minute=second.minute + rng.integers(1, 9, len(second)))], ignore_index=True
        )
    k = len(rows)
    place = sites[rows.site]
    shop = np.isin(city.kind[place], (PH, ON))
    own = np.flatnonzero(np.isin(city.doctor_home, sites))
    script = (
        np.flatnonzero(np.isin(city.doctor_home, city.tables[SH][people.home[members]].ravel()))
        if plan.shape == "steer"
        else own
    )
    doctors = (
        rng.choice(
            script, min(len(script), int(rng.integers(plan.doctors[0], plan.doctors[1] + 1))), replace=False
        )
        if plan.doctors[1]
        else own[:0]
    )
    named = doctors if len(doctors) else rng.choice(script, 1) if len(script) else own
    doctor = np.full(k, -1)
    if len(named) and k:
        theirs = named[rng.integers(0, len(named), k)]
        belongs = (
            (city.doctor_home[theirs] == place)
            | (plan.shape in ("steer", "move"))
            | (plan.name == "visiting_specialist")
        )
        doctor = np.where(
            (rng.random(k) < plan.doctor) & belongs & (~shop | (plan.shape == "steer")), theirs, -1
        )
    person_dx = rng.integers(0, len(plan.dx), int(members.max()) + 1)
    dx = np.where(rng.random(k) < 0.8, person_dx[rows.person], rng.integers(0, len(plan.dx), k))
    amount = plan.pays[1] * city.price[place] * rng.lognormal(0, prm["group_spread"], k) * dear
    if plan.packages:
        amount = np.round(plan.pays[1] * dear * np.array([0.82, 1.0, 1.27]))[rng.integers(0, 3, k)]
    rows = rows.assign(
        place=place, doctor=doctor, code=np.array(plan.dx)[dx], ctype=np.where(shop, PHARMACY, plan.pays[0] if plan.pays[0] != PHARMACY else OUTPATIENT),
        amount=amount, stay=rng.integers(plan.stay[0], plan.stay[1] + 1, k) if plan.stay[1] else 0, own_operator=plan.operator & (rng.random(k) < 0.8),
        minute=rows.minute.clip(2, 1436),
    )  # fmt: skip
    return Group(plan, members, sites, doctors, rows, _signs(plan, rng, members, sign))


def _signs(
    plan: Plan, rng: np.random.Generator, members: np.ndarray, sign: float
) -> list[tuple[str, np.ndarray, str]]:
    signs = []
    for column in plan.signs:
        part = members[rng.random(len(members)) < rng.uniform(0.4, 1.0) * sign]
        shared = 1 if column in ("address", "agent", "identity") else 1 + len(part) // 25
        for piece in np.array_split(part, shared):
            if len(piece) > 1:
                signs.append((column, piece, f"{rng.integers(10**8, 10**9)}"))
    return signs


def _frame(event: np.ndarray, person: np.ndarray, day: np.ndarray, minute: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event": event.astype(int),
            "person": person.astype(int),
            "day": day.astype(int),
            "minute": minute.astype(int),
        }
    )


def _scatter(
    plan: Plan, rng: np.random.Generator, members: np.ndarray, last: int, times: int, come: float
) -> pd.DataFrame:
    """Everybody by themselves: intervals of their own, hours of their own."""
    each = np.maximum(1, rng.poisson(times * come, len(members)))
    each = np.minimum(each, 60)
    person = np.repeat(members, each)
    place_in = np.arange(len(person)) - np.repeat(np.cumsum(each) - each, each)
    first = np.repeat(rng.uniform(0, last / 4, len(members)), each)
    day = first + (place_in + rng.normal(0, 0.22, len(person))) * np.repeat((last * 0.72) / each, each)
    minute = rng.uniform(plan.hour[0] * 60, plan.hour[1] * 60, len(person))
    return _frame(np.zeros(len(person)), person, day.clip(0, last - 2), minute)


def _meet(
    plan: Plan, rng: np.random.Generator, members: np.ndarray, days: np.ndarray, come: float, slower: float
) -> pd.DataFrame:
    """Dates to which each member comes with a zeal of their own, one after the other or in slots of their own."""
    m, e = len(members), len(days)
    zeal = (come * rng.beta(6, 2, m) / 0.75).clip(0.02, 0.98)
    there = rng.random((e, m)) < zeal
    if plan.shape == "batches":
        mine = np.argsort(rng.random((m, 5)), axis=1) < 2
        there &= mine[:, np.arange(e) % 5].T
    if plan.shape in ("steer", "rotate"):
        there &= rng.random((e, m)) < (0.85 if plan.when == "loose" else 0.35)
    if plan.when == "series":
        starts, lasts = rng.integers(0, max(1, e // 3), m), rng.integers(max(2, e // 2), e + 1, m)
        spell = np.arange(e)[:, None]
        there &= (spell >= starts) & (spell < starts + lasts)
    gap = rng.uniform(*plan.gap) * slower
    if plan.shape == "slots":
        slot = (
            rng.integers(0, 5, m) * 30
            if plan.hour[1] - plan.hour[0] > 2 and plan.when != "mwf"
            else rng.integers(0, 3, m) * 15
        )
        offset = slot[None, :] * min(slower, 1.5) + rng.exponential(gap, (e, m))
    else:
        order = np.argsort(rng.random((e, m)), axis=1)
        walk = np.cumsum(rng.exponential(gap, (e, m)) * np.take_along_axis(there, order, 1), axis=1)
        offset = np.empty((e, m))
        np.put_along_axis(offset, order, walk, 1)
        offset = offset * np.minimum(1, 330 / np.maximum(offset.max(1, keepdims=True), 1))
    wander = 6 if plan.shape == "slots" else 14
    start = rng.uniform(*plan.hour) * 60 + rng.normal(0, wander, e)
    event, who = np.nonzero(there)
    day = days[event]
    if plan.shape in ("stays", "batches") and plan.stay[1] and plan.when != "month":
        day = day + (rng.random(len(day)) < 0.25) * rng.integers(0, 3 if slower == 1 else 6, len(day))
    if plan.shape == "rotate":
        day = day + rng.integers(0, 8, len(day))
    return _frame(event, members[who], day, start[event] + offset[event, who])


def meeting_nats(came: int, members: int, share: float, expected: float) -> float:
    """ln Binomial(came; members, share) - ln Poisson(came; expected): one event, judged by one who knows the ring and ordinary life.

    `expected` is how many of these very members the place would see in that window if they only lived their lives.
    """
    share, expected = min(max(share, 1e-6), 1 - 1e-6), expected + 1e-6
    binomial = (
        gammaln(members + 1)
        - gammaln(came + 1)
        - gammaln(members - came + 1)
        + came * np.log(share)
        + (members - came) * np.log1p(-share)
    )
    return float(binomial - (came * np.log(expected) - expected - gammaln(came + 1)))


def using_nats(visits: np.ndarray, usual: np.ndarray, share: float) -> float:
    """A ring without meetings: who uses its places so often, against their ordinary habits.

    Per member the Poisson ratio of so many visits; never more than it costs to say that this person simply moved their custom there
    (`share`: the part of ordinary people who use these places at all), so that habit alone proves little about one person.
    """
    usual = usual + 1e-3
    ratio = visits * np.log(np.maximum(visits, 1e-9) / usual) - visits + usual
    return float(np.clip(ratio, None, -np.log(min(max(share, 1e-4), 1.0))).sum())


def ring_nats(group: Group, ordinary: pd.DataFrame, persons: int, seen: set[str]) -> float:
    """What is knowable about a ring at best; `ordinary` are the claims of ordinary life at its places, `seen` the columns delivered."""
    rows = group.rows.drop_duplicates(["event", "person", "day"])
    members = np.unique(rows.person)
    shared = sum(0.9 * 3 * (len(who) - 1) for column, who, _ in group.signs if column in seen)
    if group.plan.shape in ("scatter", "steer", "rotate"):
        visits = rows.groupby("person").size().reindex(members, fill_value=0).to_numpy()
        theirs = (
            ordinary[ordinary.person.isin(members)]
            .groupby("person")
            .size()
            .reindex(members, fill_value=0)
            .to_numpy()
        )
        share = ordinary.person.nunique() / persons
        return using_nats(visits, theirs + len(ordinary) / persons, share) + shared
    total = shared
    events = rows.groupby("event")
    q = len(rows) / (len(members) * max(1, events.ngroups))
    stays = bool(group.plan.stay[1])
    at = dict(iter(ordinary.groupby("place")))
    for _, part in events:
        site, day = int(part.place.iloc[0]), int(part.day.median())
        life = at.get(site, ordinary.iloc[:0])
        window = (part.minute.min() - 2, part.minute.max() + 2)
        hours = (
            1.0
            if stays
            else (((life.minute >= window[0]) & (life.minute <= window[1])).sum() + 0.5) / (len(life) + 1)
        )
        width = int(part.day.max() - part.day.min()) + 1
        load = ((life.day - day).abs() < width).sum() + 0.5 * width
        usual = life.person.isin(members).sum() + len(members) * len(life) / persons
        total += meeting_nats(len(part), len(members), q, usual * hours * min(load / (len(life) + 1), 1.0))
    return total


def shrunk(plan: Plan, most: int) -> Plan:
    """The plan for a small world: never more people than `most`."""
    return replace(plan, size=(min(plan.size[0], max(4, most // 2)), min(plan.size[1], max(5, most))))
