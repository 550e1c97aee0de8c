"""A US-like payer without clocks, on a real-shaped background.

What it is. The background are the claims of a public training set shaped like US Medicare (`medicare_like`: 135,000 claims, 64,000
people, ICD-9 codes, dollars in the columns that elsewhere hold yuan). It is not part of this project: the folder is looked for as the argument
`shared`, as the environment variable FRAUDGRAPH_SHARED, or as `../shared/data/medicare_like` beside the repository. Up to 135,000
claims the background is used as it is (whole states, then single people, are left out to reach the number). Above that, people are repeated with
their whole history under new ids in their own county, birth dates moved by up to 18 months. Their dates move by whole weeks
within the quarter, each quarter of each copy by its own number of weeks, so that copies do not meet themselves; series within a
quarter keep their rhythm. What this does: more people per county and per place, the same heavy tails, no new kinds of history;
a place that would grow beyond `copies_per_place` generations gets a sister beside it, a doctor likewise a colleague. Every id is drawn anew.

What it holds. No clock, pharmacy, phone, household, employer or item line: lawful groups leave diagnoses, ages, counties and
habits of referral. An imaging centre, a laboratory or a supplier names the doctor who ordered. The background has no rhythm of
the week (the source has none) and about two claims a person; so there are more people per claim than in other worlds.
It may hold fraud of its own that nobody labelled; it counts as ordinary life.

Lawful kinds (27): dialysis_chain, group_practice, snow_birds, retirement_community_practice, cardiac_rehabilitation,
pulmonary_rehabilitation, infusion_cycles, hospitalists_on_rota, cataract_lists (surgery and anaesthesia of two eyes),
mobile_imaging_days, hospice_house, home_health_episodes, nursing_facility_rounds, church_screening_days, flu_clinic_days,
anticoagulation_clinic, wound_clinic, psychiatric_day_programme, joint_replacement_class, recovery_house, visiting_specialist_day,
senior_van_neighbours, moved_practice, outbreak, only_imaging_centre, mail_order_supplies, clinical_trial_visits.

| ring kind | people | meets |
|---|---|---|
| loose_dense_block | 40 to 180 | no: the same three to five places |
| staged_admissions | 15 to 110 | batches; each comes to two of five |
| nursing_home_sweep | 20 to 140 | days of one travelling doctor, beside honest rounds |
| phantom_therapy | 8 to 50 | two or three sessions a week |
| sober_home_brokers | 6 to 20 | centre after centre, one laboratory |
| imaging_kickback | 40 to 180 | no: few doctors, one centre |
| clinic_tour | 16 to 80 | some of the pool in each van |
| identical_bills | 25 to 130 | no: one sum, one code |
| equipment_by_one_prescriber | 40 to 180 | no: one doctor, people from everywhere |
| hospice_recruits | 10 to 50 | no: weekly bills, two sister houses |
| small_crew | 4 to 6 | together at one place after another |
| slow_drip | 8 to 30 | a few at a time, all year |
| home_health_ghosts | 15 to 70 | no: one agency, one certifying doctor |

What it does not hold: item lines, trace codes, claims after death, names, anything of a person's household or money.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.worlds.files import Level, Truth, write_world
from bench.worlds.payer_groups import FIRST_DAY, Ints, Payer, plant_lawful
from bench.worlds.payer_rings import Ring, oracle_nats, plant_rings

__all__ = ["RANGES", "make", "source_folder"]

RANGES: dict[str, tuple[float, float]] = {
    "groups_per_400k": (130, 230),
    "lawful_sign": (0.4, 1.0),  # share of members that show the group's sign; x 0.6 at `hard`
    "new_place": (0.3, 0.6),  # groups and rings with a place of their own
    "new_place_traffic": (25, 160),  # usual number of ordinary claims of such a place
    "rings_per_400k": (13, 15),
    "ring_join": (0.55, 0.95),
    "ring_money": (1.1, 2.2),
    "refunds": (0.01, 0.03),
    "dirt": (0.001, 0.006),
    "copies_per_place": (2, 4),
    "copies_per_doctor": (1, 2),
    "without_column": (0.2, 0.2),  # chance of each optional column to be missing
}
_SOURCE_CLAIMS = 135_392
_OPTIONAL = ("ended_at", "self_paid_amount", "death_date", "level", "doctor_facility")
_CHAPTERS = (
    *((str(number), "cardiology") for number in range(410, 430)),
    *((str(number), "oncology") for number in (*range(140, 210), "V58")),
    *((str(number), "psychiatry") for number in range(290, 317)),
    *((str(number), "ophthalmology") for number in range(360, 380)),
    *((str(number), "orthopaedics") for number in range(710, 740)),
    *((str(number), "nephrology") for number in (*range(580, 590), 403, "V56")),
    *((str(number), "pulmonology") for number in range(490, 520)),
    *((str(number), "emergency medicine") for number in range(800, 960)),
)
_FILES = ("beneficiary.csv.gz", "inpatient.csv.gz", "outpatient.csv.gz")


def source_folder(shared: Path | None = None) -> Path:
    """The folder of the background.

    Raises
    ------
    FileNotFoundError
        It is in none of the three places.
    """
    named = os.environ.get("FRAUDGRAPH_SHARED")
    root = Path(__file__).parents[2]
    bases = (
        [shared]
        if shared
        else [Path(named)]
        if named
        else [root / "../shared", root.resolve() / "../../shared"]
    )
    for base in bases:
        for folder in (base, base / "medicare_like", base / "data/medicare_like"):
            if all((folder / name).is_file() for name in _FILES):
                return folder
    raise FileNotFoundError(
        f"The background of this world, medicare_like ({', '.join(_FILES)}), is not under {bases[0]}; "
        "put it there or name the folder that holds it in FRAUDGRAPH_SHARED."
    )


@lru_cache(maxsize=1)
def _read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """People sorted by state and county, their claims as numbers, and the diagnosis codes."""
    used = ["BeneID", "Provider", "AttendingPhysician", "ClaimStartDt", "ClaimEndDt", "ClmDiagnosisCode_1", "InscClaimAmtReimbursed", "DeductibleAmtPaid"]  # fmt: skip
    parts = []
    for name, inpatient in (("inpatient.csv.gz", True), ("outpatient.csv.gz", False)):
        part = pd.read_csv(folder / name, usecols=used, dtype={"ClmDiagnosisCode_1": str})
        parts.append(part.assign(inpatient=inpatient))
    raw = pd.concat(parts, ignore_index=True)
    people = pd.read_csv(
        folder / "beneficiary.csv.gz", usecols=["BeneID", "DOB", "DOD", "Gender", "State", "County"]
    )
    people = people.sort_values(["State", "County", "BeneID"], ignore_index=True)
    number = pd.Series(people.index, index=people.BeneID)
    start = raw.ClaimStartDt.to_numpy(dtype="datetime64[D]")
    codes, names = pd.factorize(raw.ClmDiagnosisCode_1.fillna(""), sort=True)
    claims = pd.DataFrame(
        {
            "patient": number[raw.BeneID].to_numpy(),
            "facility": pd.factorize(raw.Provider, sort=True)[0],
            "doctor": pd.factorize(raw.AttendingPhysician, sort=True)[0],
            "day": (start - FIRST_DAY).astype(int),
            "length": (raw.ClaimEndDt.to_numpy(dtype="datetime64[D]") - start).astype(int),
            "dx": codes,
            "fund": raw.InscClaimAmtReimbursed.astype(float),
            "deductible": raw.DeductibleAmtPaid.fillna(0).astype(float),
            "inpatient": raw.inpatient,
        }
    )
    return people, claims, list(names)


def _jitter(rng: np.random.Generator, day: Ints, person: Ints, people: int) -> Ints:
    """Move dates by whole weeks within their quarter; one number of weeks per person and quarter."""
    begins = np.array([0, 90, 181, 273])
    quarter = np.clip(np.searchsorted(begins, day, side="right") - 1, 0, 3)
    weeks = rng.integers(1, 13, (people, 4))[person, quarter]
    since = day - begins[quarter]
    moved = begins[quarter] + (since // 7 + weeks) % 13 * 7 + since % 7
    moved = np.where(since >= 91, day - 7 * weeks, moved)
    return np.where(day < 0, day, moved)


def _background(
    rng: np.random.Generator, people: pd.DataFrame, claims: pd.DataFrame, wanted: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """At least `wanted` claims where that can be: states left out, or people repeated."""
    if wanted <= len(claims):
        sizes = people.State.iloc[claims.patient].value_counts()
        order = rng.permutation(sizes.sort_index().index)
        until = int(np.searchsorted(np.cumsum(sizes[order]), wanted)) + 1
        kept = people[people.State.isin(order[:until])].index.to_numpy()
        people = people.loc[kept].assign(source=kept).reset_index(drop=True)
        renumber = pd.Series(people.index, index=kept)
        claims = claims[claims.patient.isin(kept)]
        return people, claims.assign(patient=renumber[claims.patient].to_numpy())
    copies = -(-wanted // len(claims))
    per_place, per_doctor = (
        int(rng.integers(a, b + 1)) for a, b in (RANGES["copies_per_place"], RANGES["copies_per_doctor"])
    )
    facilities, doctors, many = claims.facility.max() + 1, claims.doctor.max() + 1, len(people)
    folk, bills = [], []
    for copy in range(copies):
        last = copy == copies - 1
        chosen = rng.random(many) < (wanted / len(claims) - copy if last else 1.0)
        bill = claims[chosen[claims.patient]]
        months = rng.integers(-18, 19, many) if copy else np.zeros(many, dtype=int)
        born = people.DOB.to_numpy(dtype="datetime64[M]") + months
        folk.append(people.assign(DOB=born.astype("datetime64[D]").astype(str), copy=copy)[chosen])
        place, colleague = copy // per_place, copy // per_doctor
        bills.append(
            bill.assign(
                day=_jitter(rng, bill.day.to_numpy(), bill.patient.to_numpy(), many) if copy else bill.day,
                patient=bill.patient + copy * many,
                facility=bill.facility + place * facilities,
                doctor=np.where(bill.doctor < 0, -1, bill.doctor + colleague * doctors),
            )
        )
    everyone = pd.concat(folk)
    old = everyone.index.to_numpy() + everyone["copy"].to_numpy() * many
    everyone = everyone.assign(source=old).sort_values(["State", "County", "source"], ignore_index=True)
    renumber = np.full(copies * many, -1)
    renumber[everyone.source] = everyone.index
    bills = pd.concat(bills, ignore_index=True)
    return everyone, bills.assign(patient=renumber[bills.patient])


def _workshop(
    rng: np.random.Generator, people: pd.DataFrame, claims: pd.DataFrame, codes: list[str]
) -> Payer:
    """Number places and doctors without gaps; a place's state is that of most of its claims."""
    claims = claims.reset_index(drop=True)
    claims["facility"] = pd.factorize(claims.facility, sort=True)[0]
    none = claims.doctor < 0
    claims["doctor"] = np.where(
        none, -1, pd.factorize(claims.doctor.where(~none, claims.doctor.max() + 1), sort=True)[0]
    )
    state = people.State.to_numpy()
    votes = (
        pd.DataFrame({"facility": claims.facility, "state": state[claims.patient]})
        .value_counts(sort=False)
        .reset_index()
    )
    top = votes.sort_values(["facility", "count", "state"], ascending=[True, False, True]).drop_duplicates(
        "facility"
    )
    main = claims[~none].groupby("doctor").facility.first()
    return Payer(
        rng=rng,
        state=state,
        county=state * 1000 + people.County.to_numpy(),
        age=2009 - people.DOB.str[:4].astype(int).to_numpy(),
        sex=people.Gender.to_numpy(),
        background=claims.assign(ring=-1, event=-1),
        facility_state=top.state.tolist(),
        doctor_facility=main.tolist(),
        codes=codes,
        own_share=float(rng.uniform(*RANGES["new_place"])),
    )


def _traffic(payer: Payer) -> None:
    """New places get ordinary patients: claims of their state's people that were some other place's."""
    rng, back = payer.rng, payer.background
    usual = rng.uniform(*RANGES["new_place_traffic"])
    outpatient = np.flatnonzero(~back.inpatient.to_numpy())
    by_state = outpatient[np.argsort(payer.state[back.patient.to_numpy()[outpatient]], kind="stable")]
    states = payer.state[back.patient.to_numpy()[by_state]]
    facility, doctor = back.facility.to_numpy().copy(), back.doctor.to_numpy().copy()
    staff = (
        pd.Series(np.arange(len(payer.doctor_facility))).groupby(np.array(payer.doctor_facility)).agg(list)
    )
    for place in payer.new_places:
        first, last = np.searchsorted(states, [payer.facility_state[place], payer.facility_state[place] + 1])
        many = int(min((last - first) // 200, np.exp(rng.normal(np.log(usual), 0.7))))
        at = by_state[rng.integers(first, last, many)] if last > first else by_state[:0]
        facility[at] = place
        if place in staff.index:
            doctor[at] = rng.choice(staff[place], len(at))
    payer.background = back.assign(facility=facility, doctor=doctor)


def _ring_sizes(rng: np.random.Generator, level: Level, claims: int, people: int) -> list[int | None]:
    """How many rings, and how large where the level says so."""
    if level == "none":
        return []
    if level != "real":
        return [None] * max(1, round(rng.uniform(*RANGES["rings_per_400k"]) * claims / 400_000))
    sizes: list[int | None] = []
    left = people / 1000
    while left > 0:
        sizes.append(int(np.clip(round(9 * np.exp(rng.normal(0, 0.7))), 4, 40)))
        left -= sizes[-1]
    return sizes


def make(out: Path, *, claims: int, seed: int, level: Level, shared: Path | None = None) -> None:
    """Write the world to `out`: some `claims` claims, the same bytes for the same seed."""
    rng = np.random.default_rng(seed)
    folk, source, codes = _read(source_folder(shared))
    folk, bills = _background(rng, folk, source, round(0.93 * claims))
    payer = _workshop(rng, folk, bills, codes)
    weaker = 0.6 if level == "hard" else 1.0
    sign = (RANGES["lawful_sign"][0] * weaker, RANGES["lawful_sign"][1] * weaker)
    groups = max(18, round(rng.uniform(*RANGES["groups_per_400k"]) * claims / 400_000))
    plant_lawful(payer, groups=groups, sign=sign, shrink=min(1.0, 0.45 + claims / 200_000))
    sizes = _ring_sizes(rng, level, claims, round(0.42 * claims))
    rings = plant_rings(payer, level=level, sizes=sizes, ranges=RANGES)
    _traffic(payer)
    refunds = rng.uniform(*RANGES["refunds"])
    everything = _join(payer, round(claims / (1 + refunds)))
    nats = oracle_nats(rings, everything, np.bincount(payer.state), np.array(payer.facility_state))
    tables, truth = _deliver(payer, folk, everything, rings, nats, refunds)
    write_world(out, tables, truth)


def _join(payer: Payer, wanted: int) -> pd.DataFrame:
    """All claims; uninvolved people leave until the number fits; nobody is billed after death."""
    planted = pd.concat(payer.rows, ignore_index=True)
    back = payer.background
    died = payer.death[back.patient]
    back = back[(died < 0) | (back.day <= died)]
    involved = np.zeros(len(payer.state), dtype=bool)
    involved[planted.patient] = True
    surplus = len(back) + len(planted) - wanted
    if surplus > 0:
        counts = np.bincount(back.patient, minlength=len(involved))
        order = payer.rng.permutation(np.flatnonzero(~involved & (counts > 0)))
        gone = order[: int(np.searchsorted(np.cumsum(counts[order]), surplus))]
        leaves = np.zeros(len(involved), dtype=bool)
        leaves[gone] = True
        back = back[~leaves[back.patient]]
    planted["deductible"] = np.where(
        planted.inpatient, 1068.0, np.where(payer.rng.random(len(planted)) < 0.05, 70.0, 0.0)
    )
    everything = pd.concat([back, planted], ignore_index=True)
    everything = everything.iloc[payer.rng.permutation(len(everything))]
    return everything.sort_values("day", kind="stable", ignore_index=True)


def _ids(rng: np.random.Generator, prefix: str, many: int, first: int) -> np.ndarray:
    """Ids as this payer writes them, in no order."""
    numbers = rng.choice(max(many + many // 3, 1000), many, replace=False) + first
    return (prefix + pd.Series(numbers).astype(str)).to_numpy(dtype=object)


def _dates(days: Ints) -> pd.Series:
    """Days of the year as dates without a clock; -9999 is none."""
    dates = FIRST_DAY + np.where(days == -9999, 0, days).astype("timedelta64[D]")
    dates = np.where(days == -9999, np.datetime64("NaT"), dates).astype("datetime64[D]")
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(dates, type=pa.date32())))


def _deliver(
    payer: Payer,
    folk: pd.DataFrame,
    claims: pd.DataFrame,
    rings: list[Ring],
    nats: list[float],
    refunds: float,
) -> tuple[dict[str, pd.DataFrame], Truth]:
    """Name everybody, add refunds and dirt, leave columns out, and say what was planted."""
    rng = payer.rng
    people = _ids(rng, "BENE", len(folk), 11_001)
    places = _ids(rng, "PRV", len(payer.facility_state), 51_001)
    doctors = np.append(_ids(rng, "PHY", len(payer.doctor_facility), 311_001), None)
    numbers = _ids(rng, "CLM", len(claims), 31_237)
    missing = {name for name in _OPTIONAL if rng.random() < RANGES["without_column"][0]}
    table = pd.DataFrame(
        {
            "claim_id": numbers,
            "patient_id": people[claims.patient],
            "facility_id": places[claims.facility],
            "doctor_id": doctors[claims.doctor],
            "claim_type": np.where(claims.inpatient, "inpatient", "outpatient"),
            "started_at": _dates(claims.day.to_numpy()),
            "ended_at": _dates((claims.day + claims.length).to_numpy()),
            "diagnosis_code": np.array(payer.codes, dtype=object)[claims.dx],
            "total_amount": claims.fund + claims.deductible,
            "fund_amount": claims.fund,
            "self_paid_amount": claims.deductible,
            "refund_of": None,
        }
    )
    table = _refund(rng, table, refunds)
    _soil(rng, table)
    last = claims.groupby("patient").day.max().reindex(range(len(folk)))
    tables = _side_tables(payer, folk, claims, last, people, places, doctors, missing)
    tables["claims"] = table.drop(columns=missing & set(table.columns))
    return tables, _truth(payer, claims, rings, nats, people, places, doctors, numbers)


def _refund(rng: np.random.Generator, table: pd.DataFrame, share: float) -> pd.DataFrame:
    """Reversing records: the same claim, negative."""
    back = table[rng.random(len(table)) < share].copy()
    back["refund_of"] = back.claim_id
    back["claim_id"] = back.claim_id + "R"
    for name in ("total_amount", "fund_amount", "self_paid_amount"):
        back[name] = -back[name]
    return pd.concat([table, back], ignore_index=True)


def _soil(rng: np.random.Generator, table: pd.DataFrame) -> None:
    """Dirt: no doctor, no code, an end before the start, an id in small letters."""
    share = rng.uniform(*RANGES["dirt"])
    hit = [rng.random(len(table)) < share / 3 for _ in range(4)]
    table.loc[hit[0], "doctor_id"] = None
    table.loc[hit[1], "diagnosis_code"] = ""
    table.loc[hit[2], "ended_at"] = _dates(np.array([-40])).iloc[0]
    table.loc[hit[3], "doctor_id"] = table.doctor_id[hit[3]].str.lower()


def _specialties(payer: Payer, claims: pd.DataFrame) -> pd.Series:
    """A doctor's specialty as enrolled: it follows what most of the claims are about, for somewhat more than half of them."""
    chapters = dict(_CHAPTERS)
    chapter = np.array([chapters.get(code[:3], "internal medicine") for code in payer.codes])
    mine = claims[claims.doctor >= 0]
    counts = (
        pd.DataFrame({"doctor": mine.doctor, "chapter": chapter[mine.dx]})
        .value_counts(sort=False)
        .reset_index()
    )
    top = counts.sort_values(["doctor", "count", "chapter"], ascending=[True, False, True]).drop_duplicates(
        "doctor"
    )
    general = payer.rng.random(len(top)) < 0.4
    return pd.Series(np.where(general, "internal medicine", top.chapter), index=top.doctor)


def _side_tables(
    payer: Payer,
    folk: pd.DataFrame,
    claims: pd.DataFrame,
    last: pd.Series,
    people: np.ndarray,
    places: np.ndarray,
    doctors: np.ndarray,
    missing: set[str],
) -> dict[str, pd.DataFrame]:
    """People, doctors and facilities that have claims."""
    known = folk.DOD.notna().to_numpy()
    death = np.where(
        known, (pd.to_datetime(folk.DOD).to_numpy(dtype="datetime64[D]") - FIRST_DAY).astype(int), -9999
    )
    death = np.where(known, np.maximum(death, last.fillna(-9999).to_numpy() + 1).astype(int), death)
    death = np.where(
        payer.death >= 0, np.maximum(payer.death, last.fillna(-9999).to_numpy()).astype(int), death
    )
    born = (folk.DOB.to_numpy(dtype="datetime64[D]") - FIRST_DAY).astype(int)
    patients = pd.DataFrame(
        {
            "patient_id": people,
            "birth_date": _dates(born),
            "sex": folk.Gender.astype(str),
            "residence_code": folk.State.map("{:02d}".format) + folk.County.map("{:03d}".format),
            "death_date": _dates(death),
        }
    )[last.notna().to_numpy()]
    seen = np.unique(claims.doctor[claims.doctor >= 0])
    staff = pd.DataFrame(
        {"doctor_id": doctors[seen], "facility_id": places[np.array(payer.doctor_facility)[seen]]}
    )
    staff["specialty"] = _specialties(payer, claims).reindex(seen).fillna("internal medicine").to_numpy()
    beds = claims.groupby("facility").inpatient.agg(["sum", "size"])
    level = np.select(
        [beds["sum"] > 25, beds["sum"] > 0, beds["size"] > 60], ["tertiary", "secondary", "primary"], "clinic"
    )
    houses = pd.DataFrame(
        {
            "facility_id": places[beds.index],
            "level": level,
            "ownership": np.where(payer.rng.random(len(beds)) < 0.35, "public", "private"),
        }
    )
    if "death_date" in missing:
        patients = patients.drop(columns="death_date")
    if "doctor_facility" in missing:
        staff = staff.drop(columns="facility_id")
    if "level" in missing:
        houses = houses.drop(columns="level")
    return {
        "patients": patients.sort_values("patient_id", ignore_index=True),
        "doctors": staff.sort_values("doctor_id", ignore_index=True),
        "facilities": houses.sort_values("facility_id", ignore_index=True),
    }


def _truth(
    payer: Payer,
    claims: pd.DataFrame,
    rings: list[Ring],
    nats: list[float],
    people: np.ndarray,
    places: np.ndarray,
    doctors: np.ndarray,
    numbers: np.ndarray,
) -> Truth:
    """What was planted, in delivered ids; patients of a ring are those with a claim of it."""
    names = [f"R{number + 1:03d}" for number in range(len(rings))]
    planted = claims[claims.ring >= 0]
    members, heads = [], []
    for ring, name, nat in zip(rings, names, nats, strict=True):
        mine = planted[planted.ring == ring.number]
        who = np.unique(mine.patient)
        acting = sorted(doctor for doctor in ring.doctors if doctor >= 0 and (mine.doctor == doctor).any())
        heads.append((name, ring.kind, len(who), round(nat, 2)))
        members += [(name, "patient", people[person], "patient") for person in who]
        members += [(name, "doctor", doctors[doctor], "doctor") for doctor in acting]
        members += [(name, "facility", places[place], "facility") for place in sorted(ring.facilities)]
    ring_claims = pd.DataFrame(
        {"ring_id": np.array(names, dtype=object)[planted.ring], "claim_id": numbers[planted.index]}
    )
    return Truth(
        rings=pd.DataFrame(heads, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(
            [(name, kind, "|".join(people[who])) for name, kind, who in payer.decoys],
            columns=["decoy_id", "kind", "patients"],
        ),
        ring_claims=ring_claims,
    )
