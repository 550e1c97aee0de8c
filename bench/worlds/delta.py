"""A manufacturing delta: migrant workers on shifts, dormitories, firms' clinics, chain pharmacies by the hundred, private specialists.

Agent-based: `delta_city.live` walks the calendar for everybody at once. People have rotas (office, six-day week, crews of two day, two
night and two free turns, long months with two days off, pensioners, pupils), rooms and families that infect and take along each other,
pills that run out, pay days, usual places and hours, courses of treatment, stays, and the long leave at the Spring Festival.
Lawful groups and rings (`delta_groups`) are plans put on top of that life; every ring member goes on living it.

Lawful kinds (each several times per 400,000 claims; signs on papers in 40 to 100 % of members, less at `hard`)
    work       rest_day_shuttle, shift_change_clinic, payday_pharmacy, works_check_up, line_outbreak, hand_injury_ward
    treatment  dialysis_shift (several codes), methadone_queue, tuberculosis_doses, oncology_cycles, physiotherapy_slots,
               acupuncture_evenings, braces_saturday, pregnancy_school, psychiatric_ward, visiting_specialist, moved_practice,
               sole_dual_channel_shop, cataract_village_bus, vaccination_morning
    living     care_home_round, care_home_contract_shop, sheltered_flats, custody_van, training_school_infirmary,
               disability_workshop, school_eye_class, village_chronic_day, village_share_company (one account), family_doctor_team
    habit      neighbour_fetches, member_day_regulars, square_dance_friends, online_self_help, countrymen_of_one_doctor,
               after_the_service, and from life itself: families, dormitory_rooms
Ring kinds (what each organiser sells is in `delta_groups.RINGS`, field `model`)
    meeting    balance_cash_out, card_collector_tour, phantom_therapy, home_cards, returning_boxes (trace codes twice, if delivered),
               voucher_rooms, rest_day_admissions and eye_vans and shell_employers (two of five lists each), staff_and_relatives
    not        quiet_five, paper_patients, dental_packages, steered_prescriptions, forged_special_drug, three_sister_hospitals
Suppliers: `rich` delivers nearly everything (agents, phones, accounts, operators, drug lines with trace codes), `poor` little.

Not in it: other cities' claims, deaths, price changes, stock tables, money beyond the claim. Doctors' rotas are weekly and fixed.
Cash and account split is coarse. Nobody changes firm or home in the year; only one practice in a while moves.
The oracle is approximate: places' clocks and daily loads are taken from delivered life, habits of members from their own other claims;
rings without meetings are capped per member by how common it is to use these places at all (see `using_nats`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds import delta_city as dc
from bench.worlds.delta_city import CHRONIC, INPATIENT, ON, OUTPATIENT, PH, PHARMACY, City
from bench.worlds.delta_groups import LAWFUL, RINGS, Group, Picker, gather, ring_nats, shrunk
from bench.worlds.files import Level, Truth, write_world

__all__ = ["RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    "claims_per_person": (7.9, 10.6),
    "dormitory": (0.05, 0.15),  # of households; a room holds four to eight
    "home_leave": (0.35, 0.85),  # of migrants, at the Spring Festival
    "places": (0.75, 1.3),
    "place_tail": (0.6, 1.1),
    "new_places": (0.03, 0.10),
    "closing": (0.01, 0.05),
    "multi_site": (0.01, 0.06),
    "shutdown": (0.0, 1.0),  # above one half: factories close on holidays
    "workday_free": (0.25, 0.5),
    "feast_quiet": (0.45, 0.85),
    "contagion": (0.6, 3.0),
    "payday": (0.2, 1.4),
    "member_day": (0.3, 1.8),
    "go_together": (0.12, 0.4),
    "admit": (0.7, 1.3),
    "script_out": (0.08, 0.3),
    "script_shown": (0.15, 0.7),
    "second_bill": (0.03, 0.12),  # of hospital visits: the examination or the drugs on a bill of their own
    "price_spread": (0.5, 0.75),
    "group_spread": (0.2, 0.45),
    "lawful_groups": (150, 270),  # per 400,000 claims
    "lawful_sign": (0.75, 1.0),
    "ring_size": (1.25, 1.75),  # upon the sizes in the plans, but for the smallest kind
    "refunds": (0.011, 0.027),
    "no_clock": (0.0, 0.02),
    "no_diagnosis": (0.02, 0.2),
    "no_doctor": (0.01, 0.08),
    "placeholder_phone": (0.004, 0.03),
    "fund_level": (0.9, 1.1),
}
_CODES = sorted(
    {
        *dc.ACUTE_DX,
        *dc.CHRONIC_DX,
        *dc.STAY_DX,
        *(c for v in dc.SPECIAL_DX.values() for c in v),
        *(c for plan in (*LAWFUL, *RINGS) for c in plan.dx),
    }
)
_CODE = {code: i for i, code in enumerate(_CODES)}
_MEDIAN = {
    PH: 62,
    ON: 88,
    dc.CL: 82,
    dc.CH: 68,
    dc.SH: 165,
    dc.TH: 255,
    dc.EYE: 190,
    dc.DEN: 310,
    dc.GYN: 230,
    dc.DIA: 400,
    dc.REH: 150,
    dc.TCM: 135,
}
_MEDIAN |= {dc.FAC: 48, dc.PSY: 210, dc.CDC: 60, dc.PRV: 150}
_STAY_MEDIAN = {dc.CH: 2900, dc.SH: 6300, dc.TH: 11800, dc.PRV: 5100}
_OPTIONAL = {
    "claims": ("ended_at", "settled_at", "diagnosis_code", "account_amount", "self_paid_amount", "operator_id", "prescriber_facility_id", "admission_way", "discharge_way", "med_type_raw"),
    "patients": ("name", "birth_date", "sex", "address", "phone", "bank_account", "employer", "household_id", "agent_id", "residence_code", "insurance_type", "identity_class"),
    "doctors": ("name", "specialty", "title"),
    "facilities": ("ownership", "beds", "legal_representative", "phone", "address", "account", "longitude", "latitude"),
    "pharmacies": ("legal_representative", "phone", "address", "account", "longitude", "latitude"),
}  # fmt: skip
_DROPS = {"rich": 0.06, "middling": 0.35, "poor": 0.75}
_SIGN_COLUMN = {
    "address": "address",
    "phone": "phone",
    "agent": "agent_id",
    "account": "bank_account",
    "employer": "employer",
    "identity": "identity_class",
}


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write this world's delivery to `out` and its truth beside it."""
    stream = iter(np.random.default_rng([seed, k]) for k in range(20))
    rng = next(stream)
    prm = {name: float(rng.uniform(*bounds)) for name, bounds in RANGES.items()}
    delivery = str(rng.choice(list(_DROPS), p=[0.4, 0.35, 0.25]))
    persons = int(claims / prm["claims_per_person"])
    city = dc.build(prm, next(stream), persons)
    picker = Picker(city, next(stream))
    lawful = _lawful(picker, prm, claims, level)
    rings = _rings(picker, prm, claims, level)
    planned = sum(len(group.rows) for group in (*lawful, *rings))
    life = dc.live(
        city,
        prm,
        next(stream),
        _scale(city, prm, next(stream), claims * (1 - prm["refunds"] - 0.3 * prm["second_bill"]) - planned),
    )
    rows = _together(city, prm, next(stream), life, lawful, rings)
    _name_doctors(city, prm, next(stream), rows)
    seen = _delivered(next(stream), delivery)
    ids = _identities(city, next(stream))
    claims_table, *refunds = _claims(city, prm, next(stream), rows, ids, seen["claims"])
    tables = {
        "claims": claims_table,
        **_registers(city, prm, next(stream), rows, ids, [*lawful, *rings], seen),
    }
    rng = next(stream)
    if rng.random() < {"rich": 0.75, "middling": 0.3, "poor": 0.0}[delivery]:
        tables["claim_items"] = _items(rng, rows, claims_table, traced=bool(rng.random() < 0.7))
    write_world(out, tables, _truth(city, next(stream), rows, ids, lawful, rings, seen, refunds))


def _scale(city: City, prm: dict[str, float], rng: np.random.Generator, wanted: float) -> float:
    """How often needs must arise so that ordinary life yields the wanted number of claims: tried on a part of the people."""
    n = len(city.people.home)
    if n < 6000:
        return max(0.2, 1 + 1.2 * (wanted / (9.2 * n) - 1))  # what small worlds came to, within a twentieth
    some = np.arange(6000)
    made = len(dc.live(city, prm, rng, 1.0, city.people.take(some))["person"]) * n / len(some)
    return max(0.2, 1 + 1.2 * (wanted / made - 1))  # refills do not follow the scale


def _lawful(picker: Picker, prm: dict[str, float], claims: int, level: Level) -> list[Group]:
    rng, groups = picker.rng, []
    count = max(len(LAWFUL), round(prm["lawful_groups"] * claims / 400_000))
    kinds = np.concatenate([np.arange(len(LAWFUL)), rng.integers(0, len(LAWFUL), count - len(LAWFUL))])
    most = max(8, len(picker.taken) // 60)
    sign = prm["lawful_sign"] * (0.6 if level == "hard" else 1.0)
    for kind in kinds:
        plan = shrunk(LAWFUL[kind], most)
        members = picker.people(plan.pool, _size(rng, plan.size))
        if len(members) >= 3:
            groups.append(
                gather(
                    plan,
                    picker,
                    prm,
                    members=members,
                    ring=False,
                    join=1.0,
                    fewer=1.0,
                    slower=1.0,
                    sign=sign,
                    dear=float(rng.lognormal(0, 0.15)),
                )
            )
    return [group for group in groups if group.rows.person.nunique() >= 3]


def _size(rng: np.random.Generator, size: tuple[int, int]) -> int:
    return round(float(np.exp(rng.uniform(np.log(size[0] - 0.49), np.log(size[1] + 0.49)))))


def _rings(picker: Picker, prm: dict[str, float], claims: int, level: Level) -> list[Group]:
    """The rings that the level asks for."""
    if level == "none":
        return []
    rng, people = picker.rng, len(picker.taken)
    order = np.concatenate([rng.permutation(len(RINGS)) for _ in range(1 + claims // 300_000 * 2)])
    groups: list[Group] = []
    planted, wanted = 0, max(2, round(14 * claims / 400_000))
    for kind in np.resize(order, 4000):
        if (planted >= people / 1000) if level == "real" else (len(groups) >= wanted):
            break
        plan = shrunk(RINGS[kind], max(10, people // 40))
        size = round(_size(rng, plan.size) * (prm["ring_size"] if plan.size[0] > 6 else 1.0))
        if level == "real":
            size = int(np.clip(np.round(rng.lognormal(np.log(9), 0.62)), 4, 40))
        quiet = level in ("stealth", "hard") or (level == "real" and rng.random() < 0.5)
        hard = level == "hard"
        members = picker.people(plan.pool, max(4, size))
        if hard and groups:
            known = np.concatenate([group.members for group in groups])
            members = np.unique(
                np.concatenate(
                    [
                        members[max(1, len(members) // 10) :],
                        rng.choice(known, max(1, len(members) // 10), replace=False),
                    ]
                )
            )
        group = gather(
            plan, picker, prm, members=members, ring=True, join=0.6 if quiet else 1.0, fewer=0.6 if hard else 1.0,
            slower=6.0 if hard else 1.0, sign=0.45 if quiet else 0.8, dear=float(rng.uniform(0.85, 1.1) if quiet else rng.uniform(1.2, 1.9)),
        )  # fmt: skip
        if group.rows.person.nunique() >= 4:
            groups.append(group)
            planted += group.rows.person.nunique()
    return groups


def _together(
    city: City,
    prm: dict[str, float],
    rng: np.random.Generator,
    life: dict[str, np.ndarray],
    lawful: list[Group],
    rings: list[Group],
) -> pd.DataFrame:
    """Life, lawful groups and rings as one table, sorted by time; almost nobody is claimed for while on a ward."""
    frame = pd.DataFrame(life)
    kind, need = city.kind[frame.place], frame.need.to_numpy()
    shop = np.isin(kind, (PH, ON))
    frame["ctype"] = np.select(
        [shop, need == dc.STAY, need == dc.REFILL], [PHARMACY, INPATIENT, CHRONIC], OUTPATIENT
    )
    dx = frame.dx.to_numpy()
    code = np.select(
        [need == dc.REFILL, need == dc.STAY],
        [_global(dc.CHRONIC_DX)[dx % len(dc.CHRONIC_DX)], _global(dc.STAY_DX)[dx % len(dc.STAY_DX)]],
        _global(dc.ACUTE_DX)[dx % len(dc.ACUTE_DX)],
    )
    for special, codes in dc.SPECIAL_DX.items():
        mine = (kind == special) & np.isin(need, (dc.SPECIAL, dc.COURSE))
        code[mine] = _global(codes)[dx[mine] % 4]
    frame["code"] = code
    chronic = need == dc.REFILL
    median = np.select(
        [need == dc.STAY],
        [pd.Series(kind).map(_STAY_MEDIAN).fillna(4600).to_numpy()],
        pd.Series(kind).map(_MEDIAN).to_numpy(),
    ) * np.where(chronic, 2.1, 1)
    median = median * np.where(need == dc.STAY, (frame.stay.to_numpy() / 7.0) ** 0.7, 1)
    frame["amount"] = (
        median
        * city.price[frame.place]
        * city.people.purse[frame.person]
        * rng.lognormal(0, prm["price_spread"], len(frame))
    )
    parts = [
        frame.drop(columns="dx").assign(
            doctor=-1, ring=-1, own_operator=False, event=-1, decoy=-1, boxes=False
        )
    ]
    for column, groups in (("decoy", lawful), ("ring", rings)):
        for i, group in enumerate(groups):
            other = "ring" if column == "decoy" else "decoy"
            parts.append(
                group.rows.drop(columns="site").assign(
                    need=dc.GROUP,
                    code=group.rows.code.map(_CODE).astype(int),
                    boxes=group.plan.name == "returning_boxes",
                    **{column: i, other: -1},
                )
            )
    rows = pd.concat(parts, ignore_index=True)
    again = (
        (rows.ctype == OUTPATIENT) & (rows.ring < 0) & np.isin(city.kind[rows.place], (*dc.HOSPITALS, dc.CH))
    )
    second = rows[again & (rng.random(len(rows)) < prm["second_bill"])]
    second = second.assign(
        minute=second.minute + rng.integers(3, 75, len(second)),
        amount=second.amount * rng.lognormal(0, 0.6, len(second)),
    )
    rows = pd.concat([rows, second], ignore_index=True)
    rows["minute"] = rows.minute.clip(1, 1438)
    stays = rows[(rows.ctype == INPATIENT) & (rows.stay > 1)]
    inside = np.repeat(stays.person.to_numpy() * 500 + stays.day.to_numpy() + 1, stays.stay - 1)
    inside += np.arange(len(inside)) - np.repeat(np.cumsum(stays.stay - 1) - (stays.stay - 1), stays.stay - 1)
    impossible = np.isin(rows.person.to_numpy(np.int64) * 500 + rows.day.to_numpy(), inside) & (
        rng.random(len(rows)) < 0.93
    )
    impossible |= rows.day.to_numpy() >= len(city.dates)
    rows = rows[~impossible]
    return rows.iloc[
        np.argsort(rows.day.to_numpy() * 1440 + rows.minute.to_numpy(), kind="stable")
    ].reset_index(drop=True)


def _global(codes: tuple[str, ...]) -> np.ndarray:
    return np.array([_CODE[code] for code in codes])


def _name_doctors(city: City, prm: dict[str, float], rng: np.random.Generator, rows: pd.DataFrame) -> None:
    """The usual doctor if on duty in that half day, else one who is; at a pharmacy the one whose prescription was shown."""
    n, kind = len(rows), city.kind[rows.place]
    shop = np.isin(kind, (PH, ON))
    shown = shop & (
        rng.random(n)
        < np.where(np.isin(rows.need, (dc.REFILL, dc.FOLLOW, dc.GROUP)), prm["script_shown"], 0.05)
    )
    usual_place = city.people.usual_acute[rows.person]
    at = np.where(shop, usual_place, rows.place)
    counts = np.bincount(city.doctor_home, minlength=len(city.kind))
    half = (city.dates.day_of_week.to_numpy()[rows.day] * 2 + (rows.minute.to_numpy() >= 750)).astype(int)
    usual = city.first_doctor[at] + (rows.person.to_numpy() * 7919 + at * 31) % np.maximum(counts[at], 1)
    doctor = usual.copy()
    loyal = rng.random(n) < 0.72
    pull = rng.random(n) ** 1.5
    for slot in range(14):
        home = np.flatnonzero(city.duty[:, slot])
        guests = city.sites[~city.duty[city.sites[:, 0], slot]]
        who = np.concatenate([home, guests[:, 0]])
        where = np.concatenate([city.doctor_home[home], guests[:, 1]])
        order = np.argsort(where, kind="stable")
        who, first = who[order], np.searchsorted(where[order], np.arange(len(city.kind) + 1))
        mine = np.flatnonzero(half == slot)
        f = at[mine]
        many = first[f + 1] - first[f]
        other = who[np.minimum(first[f] + (pull[mine] * many).astype(int), len(who) - 1)]
        keeps = (many == 0) | (city.duty[usual[mine], slot] & loyal[mine])
        doctor[mine] = np.where(keeps, usual[mine], other)
    doctor = np.where((shop & ~shown) | (counts[at] == 0) | (rng.random(n) < prm["no_doctor"]), -1, doctor)
    rows["doctor"] = np.where(rows.doctor >= 0, rows.doctor, doctor)


def _delivered(rng: np.random.Generator, delivery: str) -> dict[str, set[str]]:
    """Which optional columns this supplier delivers."""
    drop = _DROPS[delivery]
    kept: dict[str, set[str]] = {}
    for table, columns in _OPTIONAL.items():
        kept[table] = {
            c
            for c in columns
            if rng.random()
            >= drop * (0.4 if c in ("settled_at", "diagnosis_code", "birth_date", "sex", "ended_at") else 1)
        }
    return kept


def _identities(city: City, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The supplier's numbers for people, places and doctors."""
    n, shop = len(city.people.home), np.isin(city.kind, (PH, ON))
    numbers = rng.permutation(len(city.kind)) + 101
    towns = 1 + rng.integers(0, 29, len(city.kind))
    people = 30_000_000 + np.cumsum(rng.integers(1, 40, n))
    return {
        "person": np.array([f"449700000{number:011d}" for number in rng.permutation(people)], object),
        "place": np.array(
            [f"{'P' if s else 'H'}4497{t:02d}{i:05d}" for s, t, i in zip(shop, towns, numbers, strict=True)],
            object,
        ),
        "doctor": np.array(
            [
                f"D449700{i:06d}"
                for i in 1000 + np.sort(rng.choice(900_000, len(city.doctor_home), replace=False))
            ],
            object,
        ),
    }


def _claims(
    city: City,
    prm: dict[str, float],
    rng: np.random.Generator,
    rows: pd.DataFrame,
    ids: dict[str, np.ndarray],
    seen: set[str],
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    n, kind = len(rows), city.kind[rows.place]
    shop, stay = np.isin(kind, (PH, ON)), rows.ctype.to_numpy() == INPATIENT
    start = city.dates.to_numpy().astype("datetime64[s]")[rows.day] + (
        rows.minute.to_numpy() * 60 + rng.integers(0, 60, n)
    ).astype("timedelta64[s]")
    end_minute = np.where(
        stay,
        rows.stay * 1440 + rng.normal(620, 70, n).clip(480, 1020) - rows.minute,
        rng.exponential(np.where(shop, 2.0, 22), n),
    )
    end = start + (np.maximum(end_minute, 0) * 60).astype("timedelta64[s]")
    settled = end + (rng.exponential(np.where(stay, 1500, 45), n)).astype("timedelta64[s]")
    total = np.round(
        np.maximum(rows.amount.to_numpy(float), 3.0)
        + np.where(rng.random(n) < 0.18, 0.5, 0.0) * rng.integers(0, 2, n),
        2,
    )
    tenth = rng.random(n) < 0.35
    total = np.where(tenth, np.round(total, 0), total)
    worker = city.people.age[rows.person] < 60
    base = np.select(
        [stay, rows.ctype == CHRONIC, shop],
        [np.where(worker, 0.76, 0.7), 0.68, np.where(rng.random(n) < 0.45, 0.42, 0.0)],
        0.5,
    )
    fund = np.round(
        total * np.clip(base * prm["fund_level"] + rng.normal(0, 0.05, n) * (base > 0), 0, 0.95), 2
    )
    account = np.round(
        (total - fund) * np.where(worker & ~stay, rng.choice([0, 0.6, 1.0], n, p=[0.25, 0.15, 0.6]), 0), 2
    )
    code = np.where(rng.random(n) < np.where(shop, 0.7, prm["no_diagnosis"]), -1, rows.code)
    blank = (rng.random(n) < prm["no_clock"]) & ~stay
    start = np.where(blank, start.astype("datetime64[D]").astype("datetime64[s]"), start)
    operator = _operators(city, rng, rows)
    raw = np.select([stay, rows.ctype == CHRONIC, shop, kind == dc.GYN, kind == dc.TCM], [2, 1, 3, 4, 5], 0)
    back = np.sort(rng.choice(n, round(prm["refunds"] * n), replace=False))
    take = np.concatenate([np.arange(n), back])
    is_back = np.arange(len(take)) >= n
    sign = np.where(is_back, -1.0, 1.0)
    later = (rng.exponential(1.3 * 86400, len(take)) + 600).astype("timedelta64[s]")
    moved = np.where(is_back, settled[take] + later, start[take])
    order = np.argsort(np.where(is_back, moved, settled[take]), kind="stable")
    number = np.empty(len(take), np.int64)
    number[order] = 4497_0000_0000_0000 + int(rng.integers(10**8)) + np.cumsum(rng.integers(1, 9, len(take)))
    text = pd.Series(number).astype(str)
    of = np.full(len(take), None, object)
    of[n:] = text.to_numpy()[back]
    facility = lambda places, keep: pd.Categorical.from_codes(np.where(keep, places, -1), ids["place"])  # noqa: E731
    doctor = rows.doctor.to_numpy()[take]
    table = pd.DataFrame(
        {
            "claim_id": text,
            "patient_id": pd.Categorical.from_codes(rows.person.to_numpy()[take], ids["person"]),
            "facility_id": facility(rows.place.to_numpy()[take], ~shop[take]),
            "pharmacy_id": facility(rows.place.to_numpy()[take], shop[take]),
            "doctor_id": pd.Categorical.from_codes(doctor, ids["doctor"]),
            "claim_type": pd.Categorical.from_codes(rows.ctype.to_numpy()[take], ["outpatient", "chronic", "inpatient", "pharmacy"]),
            "started_at": moved, "ended_at": np.where(is_back, moved, end[take]), "settled_at": np.where(is_back, moved, settled[take]),
            "diagnosis_code": pd.Categorical.from_codes(code[take], _CODES),
            "total_amount": total[take] * sign, "fund_amount": fund[take] * sign, "account_amount": account[take] * sign,
            "self_paid_amount": np.round(total - fund - account, 2)[take] * sign,
            "operator_id": operator[take],
            "prescriber_facility_id": facility(city.doctor_home[doctor], shop[take] & (doctor >= 0)),
            "admission_way": pd.Categorical.from_codes(np.where(stay, rng.choice(3, n, p=[0.22, 0.7, 0.08]), -1)[take], ["1", "2", "9"]),
            "discharge_way": pd.Categorical.from_codes(np.where(stay, rng.choice(4, n, p=[0.9, 0.03, 0.05, 0.02]), -1)[take], ["1", "2", "4", "9"]),
            "med_type_raw": pd.Categorical.from_codes(raw[take], ["11", "14", "21", "41", "51", "16"]),
            "refund_of": of,
        }
    )  # fmt: skip
    text_of_backs = text.to_numpy()[n:]
    rows["claim_id"] = text.to_numpy()[:n]
    rows["start"] = start
    rows["total"] = total
    rows["operator"] = operator
    table = table.iloc[order].reset_index(drop=True)
    return table.drop(columns=[c for c in _OPTIONAL["claims"] if c not in seen]), back, text_of_backs


def _operators(city: City, rng: np.random.Generator, rows: pd.DataFrame) -> pd.Categorical:
    """Two to eight a place, by weekday and half day; a ring that has one at the till mostly gets that one."""
    tills = rng.integers(2, 9, len(city.kind))
    first = np.cumsum(tills) - tills
    turn = (rows.day * 2 + (rows.minute >= 840)) % 7 * 3 + (rng.random(len(rows)) < 0.3)
    mine = np.where(rows.own_operator, 0, turn.to_numpy() % tills[rows.place])
    names = [
        f"{place + 3000}{chr(65 + k)}{(place * 37 + k * 11) % 90 + 10}"
        for place in range(len(tills))
        for k in range(tills[place])
    ]
    return pd.Categorical.from_codes(first[rows.place] + mine, names)


_TOWNS = (
    "青涌镇",
    "榕头镇",
    "沙尾镇",
    "石碣围镇",
    "水濂口镇",
    "横坑头镇",
    "北栅围镇",
    "蕉浦镇",
    "望洲镇",
    "凤涌镇",
    "麻岭镇",
    "大沥围镇",
)
_SPOTS = (
    "塘角",
    "新围",
    "沙头",
    "涌口",
    "岭下",
    "石角",
    "下坝",
    "榕树",
    "南岸",
    "西溪",
    "高田",
    "鹅塘",
    "井头",
    "旧圩",
    "水口",
    "莲塘",
)
_SURNAMES = "陈李黄张刘吴王梁杨周何罗林谢邓叶莫钟温卢"
_CHAINS = (
    "禾康大药房",
    "榕安药店",
    "信涌医药",
    "海沅堂",
    "百岭大药房",
    "惠里药房",
    "同岸药店",
    "康沙大药房",
    "一方圩药房",
)
_LABELS = {
    dc.CL: "诊所",
    dc.CH: "社区卫生服务中心",
    dc.SH: "人民医院",
    dc.TH: "中心医院",
    dc.EYE: "眼科医院",
    dc.DEN: "口腔门诊部",
    dc.GYN: "妇产医院",
    dc.DIA: "血液透析中心",
}
_LABELS |= {
    dc.REH: "康复医院",
    dc.TCM: "中医馆",
    dc.FAC: "职工医务室",
    dc.PSY: "精神卫生中心",
    dc.CDC: "慢性病防治站",
    dc.PRV: "综合医院",
}


def _registers(
    city: City,
    prm: dict[str, float],
    rng: np.random.Generator,
    rows: pd.DataFrame,
    ids: dict[str, np.ndarray],
    groups: list[Group],
    seen: dict[str, set[str]],
) -> dict[str, pd.DataFrame]:
    spots = [
        f"{_TOWNS[t % 12]}{_SPOTS[i % 16]}{'村' if k == 0 else '花园' if k == 1 else '工业区宿舍'}"
        for i, (t, k) in enumerate(zip(city.town, city.nb_kind, strict=True))
    ]
    patients = _patients(city, prm, rng, ids, groups, spots)
    claimed = np.bincount(rows.person, minlength=len(patients)) > 0
    patients = patients[claimed | (rng.random(len(patients)) < 0.3)]
    near = np.argmin(
        np.abs(city.nb_xy[None, :, 0] - city.xy[:, None, 0])
        + np.abs(city.nb_xy[None, :, 1] - city.xy[:, None, 1]),
        axis=1,
    )
    n, shop = len(city.kind), np.isin(city.kind, (PH, ON))
    owner = np.array(
        [f"{_SURNAMES[i % 20]}某{chr(0x4E00 + 37 * (i // 20) % 5000)}" for i in range(n * 2)], object
    )
    head = np.where(city.chain >= 0, city.chain, np.arange(n) + 20)
    solo = (city.chain >= 0) & (rng.random(n) < 0.35)
    head = np.where(solo, np.arange(n) + n // 2 + 20, head)
    for group in groups:
        if group.plan.model and group.plan.place_acts and len(group.sites) > 1 and rng.random() < 0.6:
            head[group.sites] = head[group.sites[0]]
    names = [
        f"{_CHAINS[c]}{_SPOTS[i % 16]}{i % 97}店"
        if c >= 0
        else f"{_TOWNS[i % 12][:2]}{_SPOTS[(i // 3) % 16]}{_LABELS.get(int(k), '')}"
        for i, (c, k) in enumerate(zip(city.chain, city.kind, strict=True))
    ]
    private = np.isin(city.kind, (dc.CL, dc.EYE, dc.DEN, dc.GYN, dc.DIA, dc.REH, dc.TCM, dc.PRV, dc.FAC))
    beds = {dc.CH: 40, dc.SH: 260, dc.TH: 900, dc.EYE: 50, dc.GYN: 90, dc.REH: 110, dc.PSY: 300, dc.PRV: 120}
    place = pd.DataFrame(
        {
            "id": ids["place"], "name": names, "level": np.select([city.kind == dc.TH, np.isin(city.kind, (dc.SH, dc.PSY, dc.GYN, dc.EYE, dc.PRV)), np.isin(city.kind, (dc.CH, dc.REH, dc.DIA, dc.CDC))], ["tertiary", "secondary", "primary"], "clinic"),
            "ownership": np.where(private, "private", "public"), "beds": (pd.Series(city.kind).map(beds).fillna(0) * rng.lognormal(0, 0.25, n)).astype(int),
            "legal_representative": owner[head], "phone": [f"07{i % 90 + 10}-8{i:07d}" for i in rng.integers(10**6, 10**7, n)], "address": [f"{spots[i]}{j}号" for i, j in zip(near, rng.integers(1, 300, n), strict=True)],
            "account": [f"4400{h + 7:06d}{(h * 7717) % 10**8:08d}" for h in head], "longitude": (113.4 + city.xy[:, 0] * 0.011).round(5), "latitude": (22.7 + city.xy[:, 1] * 0.01).round(5),
        }
    )  # fmt: skip
    facilities = place[~shop].rename(columns={"id": "facility_id"})
    pharmacies = (
        place[shop].rename(columns={"id": "pharmacy_id"}).drop(columns=["level", "ownership", "beds"])
    )
    many = len(city.doctor_home)
    doctors = pd.DataFrame(
        {
            "doctor_id": ids["doctor"], "name": [f"{_SURNAMES[i]}某{chr(0x4E00 + j)}" for i, j in zip(rng.integers(0, 20, many), rng.integers(0, 4000, many), strict=True)], "facility_id": ids["place"][city.doctor_home],
            "specialty": pd.Series(city.kind[city.doctor_home]).map({dc.EYE: "眼科", dc.DEN: "口腔科", dc.GYN: "妇产科", dc.DIA: "肾内科", dc.REH: "康复医学科", dc.TCM: "中医科", dc.PSY: "精神科"}).fillna(pd.Series(rng.choice(["内科", "外科", "全科医疗科", "儿科", "急诊医学科"], many))),
            "title": rng.choice(["医师", "主治医师", "副主任医师", "主任医师"], many, p=[0.35, 0.38, 0.19, 0.08]),
        }
    )  # fmt: skip
    tables = {"patients": patients, "doctors": doctors, "facilities": facilities, "pharmacies": pharmacies}
    tables = {
        name: t.drop(columns=[c for c in _OPTIONAL[name] if c not in seen[name]]).reset_index(drop=True)
        for name, t in tables.items()
    }
    if "specialty" in seen["doctors"]:
        pairs = np.concatenate([np.stack([np.arange(many), city.doctor_home], 1), city.sites])
        tables["doctor_sites"] = pd.DataFrame(
            {"doctor_id": ids["doctor"][pairs[:, 0]], "facility_id": ids["place"][pairs[:, 1]]}
        )
    return tables


def _sign_value(column: str, value: str) -> str:
    """What stands on the papers of those who share this."""
    return {
        "address": f"{_TOWNS[int(value) % 12]}{_SPOTS[int(value) // 12 % 16]}路{int(value) % 480 + 1}号", "phone": f"13{value}", "agent": f"DB{value[:6]}", "account": f"6217{value}0{value[:5]}",
        "employer": f"4497{value[:8]}", "identity": "2308",
    }[column]  # fmt: skip


def _patients(
    city: City,
    prm: dict[str, float],
    rng: np.random.Generator,
    ids: dict[str, np.ndarray],
    groups: list[Group],
    spots: list[str],
) -> pd.DataFrame:
    people, n = city.people, len(city.people.home)
    families = int(people.household.max()) + 1
    own, common = rng.permutation(n) + 10**7 * 5, rng.permutation(families) + 10**7 * 9
    room = rng.integers(1, 280, families)
    borrows = people.kin & (
        (people.age < 16) | ((people.age >= 65) & (rng.random(n) < 0.3)) | (rng.random(n) < 0.05)
    )
    phone = np.array(
        [f"1{3 + i % 7}{i:09d}" for i in np.where(borrows, common[people.household], own)], object
    )
    phone[rng.random(n) < prm["placeholder_phone"]] = "13800000000"
    phone[rng.random(n) < 0.06] = None
    account = np.array(
        [f"6228{i:013d}" for i in np.where(borrows, common[people.household] * 11, own * 13)], object
    )
    account[rng.random(n) < 0.35] = None
    agent = np.full(n, None, object)
    some = rng.random(n) < 0.02
    agent[some] = [f"DB{i + 100000}" for i in rng.integers(0, max(4, n // 250), int(some.sum()))]
    firm = rng.permutation(len(city.employer_xy)) + 30_000_000
    employer = np.array([f"4497{firm[e]}" if e >= 0 else None for e in people.employer], object)
    employer[rng.random(n) < 0.08] = None
    insured = np.where((people.employer >= 0) | ((people.age >= 60) & (rng.random(n) < 0.5)), "310", "390")
    born = city.dates[0] - pd.to_timedelta(people.age.astype(int) * 365 + rng.integers(0, 365, n), unit="D")
    born = pd.Series(born).where(rng.random(n) > 0.002, pd.Timestamp(1900, 1, 1))
    identity = np.where(rng.random(n) < 0.045, rng.choice(["2303", "2308", "2302", "2305", "2101"], n), None)
    table = pd.DataFrame(
        {
            "patient_id": ids["person"], "name": [f"{_SURNAMES[i]}*{chr(0x4E00 + j)}" for i, j in zip(rng.integers(0, 20, n), rng.integers(0, 3000, n), strict=True)], "birth_date": born.dt.date, "sex": people.sex.astype(str),
            "address": [f"{spots[h]}{room[f] % 60 + 1}{'巷' if k else '栋'}{room[f]}号" for h, f, k in zip(people.home, people.household, people.kin, strict=True)],
            "phone": phone, "bank_account": account, "employer": employer, "household_id": pd.Series(np.where(people.kin, people.household + 700_000, -1)).astype(str).where(people.kin), "agent_id": agent,
            "residence_code": np.array([f"4497{t + 1:02d}" for t in city.town % 30])[people.home], "insurance_type": insured, "identity_class": identity,
        }
    )  # fmt: skip
    for group in groups:
        for column, members, value in group.signs:
            table.loc[members, _SIGN_COLUMN[column]] = _sign_value(column, value)
    return table


_DRUGS = (
    "苯磺酸氨氯地平片", "盐酸二甲双胍片", "阿托伐他汀钙片", "阿司匹林肠溶片", "硫酸氢氯吡格雷片", "缬沙坦胶囊", "硝苯地平控释片", "阿卡波糖片", "瑞舒伐他汀钙片", "复方丹参片",
    "连花清瘟胶囊", "布洛芬缓释胶囊", "阿莫西林胶囊", "头孢克肟分散片", "奥美拉唑肠溶胶囊", "蒙脱石散", "感冒灵颗粒", "板蓝根颗粒", "氯雷他定片", "骨化三醇软胶囊",
    "通心络胶囊", "参松养心胶囊", "银杏叶片", "恩替卡韦片", "甘精胰岛素注射液", "他克莫司胶囊", "利伐沙班片", "非布司他片", "布地奈德吸入剂", "云南白药膏",
)  # fmt: skip


def _items(
    rng: np.random.Generator, rows: pd.DataFrame, claims: pd.DataFrame, *, traced: bool
) -> pd.DataFrame:
    """Drug lines of pharmacy and chronic claims; each pack's trace code once, but for split packs, rescans and boxes that came back."""
    drugs = rows[rows.ctype.isin((PHARMACY, CHRONIC)).to_numpy()]
    two = rng.random(len(drugs)) < 0.4
    at = np.concatenate([np.arange(len(drugs)), np.flatnonzero(two)])
    second = np.arange(len(at)) >= len(drugs)
    share = np.where(two, rng.uniform(0.3, 0.7, len(drugs)), 1.0)
    first_part = np.round(drugs.total.to_numpy() * share, 2)
    amount = np.where(second, np.round(drugs.total.to_numpy() - first_part, 2)[at], first_part[at])
    person = drugs.person.to_numpy()[at]
    steady = (person * 2654435761 % 1000 / 1000) ** 1.8
    drug = np.where(rng.random(len(at)) < 0.55, steady, rng.random(len(at)) ** 1.4) * len(_DRUGS)
    drug = np.minimum(drug.astype(int) + second, len(_DRUGS) - 1)
    price = (18 + 9 * (np.arange(len(_DRUGS)) * 7 % 13))[drug]
    quantity = np.maximum(1, np.round(amount / price))
    table = pd.DataFrame(
        {
            "claim_id": drugs.claim_id.to_numpy()[at], "item_code": pd.Categorical.from_codes(drug, [f"X{'ABCGJN'[i % 6]}{i:02d}AAE{i * 7 % 90 + 10:03d}A{i:03d}0101{i * 773 % 100000:05d}" for i in range(len(_DRUGS))]),
            "item_name": pd.Categorical.from_codes(drug, list(_DRUGS)), "item_type": "09", "quantity": quantity, "unit_price": np.round(amount / quantity, 4), "amount": amount, "charged_at": drugs.start.to_numpy()[at],
        }
    )  # fmt: skip
    if traced:
        code = 8_100_000_000_000_000_000 + rng.permutation(len(table)) * 977
        split = rng.random(len(table)) < 0.012
        again = split | (rng.random(len(table)) < 0.0015)
        code[again] = code[rng.integers(0, len(table), int(again.sum()))]
        returned = np.flatnonzero((drugs.boxes.to_numpy() & (rng.random(len(drugs)) < 0.4))[at])
        if len(returned) > 1:
            half = len(returned) // 2
            code[returned[half : 2 * half]] = code[returned[:half]]
        text = pd.Series(code).astype(str)
        table["trace_code"] = text.where(rng.random(len(table)) > 0.09)
        table["split_pack"] = split
    return table[table.claim_id.isin(claims.claim_id)].reset_index(drop=True)


def _life_groups(city: City, rng: np.random.Generator, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Families and rooms who went together often, as life made them."""
    life = rows[rows.ring < 0]
    key = pd.DataFrame(
        {
            "household": city.people.household[life.person],
            "person": life.person,
            "place": life.place,
            "day": life.day,
        }
    ).drop_duplicates()
    trips = key.groupby(["household", "place", "day"]).size()
    often = trips[trips >= 2].groupby("household").size()
    grown = key.groupby("household").person.nunique()
    families = often[(often >= 3) & (grown.reindex(often.index) >= 3)]
    chosen = families.index.to_numpy()[
        np.argsort(-families.to_numpy() * rng.uniform(0.5, 1.5, len(families)), kind="stable")
    ][: max(4, len(rows) // 12_000)]
    found = key[key.household.isin(chosen)].groupby("household").person.unique()
    return [("family" if city.people.kin[who[0]] else "dormitory_room", np.sort(who)) for who in found]


def _truth(
    city: City,
    rng: np.random.Generator,
    rows: pd.DataFrame,
    ids: dict[str, np.ndarray],
    lawful: list[Group],
    rings: list[Group],
    seen: dict[str, set[str]],
    refunds: list[np.ndarray],
) -> Truth:
    decoys = [
        (lawful[i].plan.name, np.unique(part)) for i, part in rows[rows.decoy >= 0].groupby("decoy").person
    ] + _life_groups(city, rng, rows)
    decoy_rows = [
        (f"L{i + 1:04d}", kind, "|".join(ids["person"][who]))
        for i, (kind, who) in enumerate(d for d in decoys if len(d[1]) >= 3)
    ]
    visible = {sign for sign, column in _SIGN_COLUMN.items() if column in seen["patients"]}
    back, back_ids = refunds
    ring_of = rows.ring.to_numpy()
    life = rows.loc[rows.ring < 0, ["person", "place", "day", "minute"]]
    life = life[np.isin(life.place, np.concatenate([g.sites for g in rings]) if rings else [])]
    table, members, claims = [], [], []
    for i, group in enumerate(rings):
        mine = rows[ring_of == i]
        name, people = f"R{i + 1:03d}", np.unique(mine.person)
        nats = ring_nats(
            Group(group.plan, group.members, group.sites, group.doctors, mine, group.signs),
            life[life.place.isin(group.sites)],
            len(city.people.home),
            visible,
        )
        table.append((name, group.plan.name, len(people), round(nats, 2)))
        claims += [(name, claim) for claim in mine.claim_id] + [
            (name, claim) for claim in back_ids[ring_of[back] == i]
        ]
        members += [(name, "patient", ids["person"][p], "patient") for p in people]
        members += [
            (name, "doctor", ids["doctor"][d], "doctor")
            for d in np.sort(group.doctors)
            if (mine.doctor == d).any()
        ]
        if group.plan.place_acts:
            kinds = {p: "pharmacy" if city.kind[p] in (PH, ON) else "facility" for p in np.unique(mine.place)}
            members += [(name, kind, ids["place"][p], kind) for p, kind in kinds.items()]
        if group.plan.operator and "operator_id" in seen["claims"]:
            members += [
                (name, "operator", operator, "operator")
                for operator in sorted(set(mine.operator[mine.own_operator.astype(bool)]))
            ]
        for sign, who, value in group.signs:
            if sign in visible and sign != "address" and np.isin(who, people).sum() > 1:
                members.append(
                    (name, sign, _sign_value(sign, value), "organiser" if sign == "agent" else "shared")
                )
    return Truth(
        rings=pd.DataFrame(table, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(decoy_rows, columns=["decoy_id", "kind", "patients"]),
        ring_claims=pd.DataFrame(claims, columns=["ring_id", "claim_id"]),
    )
