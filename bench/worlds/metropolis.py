"""A blind world: one big Chinese city (`metropolis`), seen through the claims of some tens of thousands of its insured.

What it holds. Two or more huge tertiary hospitals with hundreds of doctors who sit in half-days; secondary and private hospitals;
community health centres with family-doctor teams; clinics of Chinese medicine, physiotherapy and dentistry with courses in fixed
slots; clinics of companies and universities; psychiatric, dialysis, methadone and rehabilitation units; care homes; chains of shops with
member days, shops at hospital gates, few shops licensed for dear drugs. Dense estates, employers in business districts: people use
places near work on weekdays, near home otherwise. Chronic refills, courses, stays, visits and purchases with usual places,
doctors, weekdays and hours; households that go together; season, an influenza wave, holidays; new and moved places; refunds; dirt. Items with codes for drugs
and services outside of stays; in some seeds trace codes. Registers are good, but agencies, property managers and community staff
lend their phone (or name as agent) to many.

Lawful groups (kind: mechanism, size, place, cause seen in) are the rows of `metropolis_groups.LAWFUL`, and moved_place:

| lawful kinds | what happens |
|---|---|
| carer_for_neighbours, family_on_one_phone, property_manager_books | one fetches or books for several: phone |
| member_day_neighbours, square_dance_friends, shopping_friends, company_benefit_day, night_shift_colleagues | people shop together: chain's calendar, employer, or nothing |
| methadone_queue, tuberculosis_watched_doses, dialysis_shift | daily or thrice weekly: diagnosis, items, place |
| oncology_cycles, rehabilitation_ward, psychiatric_long_stay, eye_camp_surgery | planned stays: diagnosis, address, agent |
| physiotherapy_slots, acupuncture_membership, orthodontic_half_day, couples_treated_together, pregnancy_school, diabetes_self_help | fixed slots |
| care_home_round, care_home_contract_shop, sheltered_workshop, escorted_unit | institutions: address, phone, agent, identity class |
| family_doctor_team_day, locum_month, professor_two_sites, group_practice_patients | a doctor's panel |
| firm_clinic_regulars, dormitory_influenza, school_screening, vaccination_days, screening_bus, estate_epidemic | firm, campus, school, campaign, wave |
| only_dual_channel_shop, drug_only_one_shop_stocks, shop_beside_hospital, moved_place | one place without alternative |
| building_site_crew, riders_of_an_agency, faith_community, resettled_village_account | communities: address, hub phone, bank account, or nothing |

| ring kinds | what happens |
|---|---|
| card_sweep, small_crew, card_agency, home_cards, trace_reuse | cards swept at shops in bursts; 4 to 6 people; 100 and more; of homes; with codes sold before |
| staged_admissions | each person in two of five batches of stays |
| rotating_pool, resale_tour, van_pickup | a pool over several places; a tour of places within a day; van loads |
| phantom_therapy, identical_bills, shell_employer | sessions that never were; one bill for all; staff of a firm that is none |
| steered_prescriptions, slow_drip, paper_patients, staff_and_relatives | nobody meets |

What it does not hold: stock records, care outside of the city, items of stays and of refunds, family trees across households, staff who change employer.
Truth is exact for rings; a lawful group's people may of course also be in others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from bench.worlds.files import Level, Truth, write_world
from bench.worlds.metropolis_city import (
    CHR,
    DAY,
    DEPTS,
    DRUGS,
    DX,
    HOUR,
    INP,
    OUT,
    PHA,
    SERVICES,
    Book,
    City,
    build,
    life,
)
from bench.worlds.metropolis_groups import Group, lawful, oracle, rings

__all__ = ["RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    "claims_per_person": (7.5, 10.0), "old_homes": (0.22, 0.36), "chronic": (0.8, 1.1), "place_density": (0.8, 1.25), "gate_shops": (0.06, 0.12),
    "chain_share": (0.45, 0.75), "winter": (0.05, 0.2), "flu": (0.1, 0.5), "refill_share": (0.6, 0.85), "weekday_habit": (0.3, 0.7), "keeps": (0.75, 0.92),
    "courses": (0.015, 0.04), "stays": (0.13, 0.2), "shop_share": (0.4, 0.55), "shop_resident": (0.04, 0.15), "near_work": (0.6, 0.85), "first_line": (0.42, 0.6),
    "member_pull": (0.15, 0.4), "loyal": (0.4, 0.65), "outside_rx": (0.05, 0.25), "together": (0.04, 0.1), "price": (0.85, 1.2), "refunds": (0.01, 0.03), "dirt": (0.002, 0.01),
    "days": (358, 372), "lawful_groups": (170, 290), "rings": (0.85, 1.15), "own_hub": (0.01, 0.04), "agents": (0.01, 0.05), "shared_phone": (0.15, 0.45), "mild": (0.6, 1.0),
}  # fmt: skip
"""Uniform ranges; one draw per seed. Groups per 400,000 claims."""
MISSING: dict[str, float] = {
    "household_id": 0.3, "bank_account": 0.3, "agent_id": 0.25, "employer": 0.15, "phone": 0.1, "address": 0.15, "operator_id": 0.2, "settled_at": 0.12, "prescriber_facility_id": 0.3,
    "admission_way": 0.3, "discharge_way": 0.3, "account_amount": 0.15, "longitude": 0.25, "patient_name": 0.4, "identity_class": 0.2, "trace_code": 0.5, "clock_in_start": 0.15, "diagnosis_code": 0.04,
}  # fmt: skip
"""Chance that a supplier of a seed does not deliver the column (`clock_in_start`: the start is a date, the clock is in the settlement)."""


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write the world of a seed at a level: the delivery at `out`, the truth beside it."""
    rng = np.random.default_rng([seed, 8080])
    par = SimpleNamespace(**{name: rng.uniform(low, high) for name, (low, high) in RANGES.items()})
    par.days, par.first_month = int(par.days), str(rng.choice(["2023-03", "2023-07", "2024-01", "2024-04"]))
    missing = {name for name, chance in MISSING.items() if rng.random() < chance}
    city = build(rng, max(300, round(claims / par.claims_per_person)), par)
    city.sites, city.renumbered = [], []
    scale, weak = claims / 400_000, 0.65 if level == "hard" else 1.0
    book = Book()
    decoys = lawful(city, rng, book, round(par.lawful_groups * scale), weak)
    count = max(2, round(14 * scale * par.rings))
    planted = rings(city, rng, book, level, count, max(4, city.n // 1000), "trace_code" not in missing) if level != "none" else []  # fmt: skip
    for group in [*decoys, *planted]:  # whoever is in a group has a life besides
        city.activity[group.members] = np.maximum(city.activity[group.members], 0.35)
    target = round(claims / (1 + par.refunds))
    life(city, rng, book, round((target - len(book)) * 0.99))
    rows = _clean(city, rng, book.arrays(), target)
    decoys.extend(_moved(city, rng, rows, max(2, round(8 * scale))))
    city.trace_rings = [i for i, g in enumerate(planted) if g.kind == "trace_reuse"]
    names = Names(city, rng, decoys, planted)
    tables, ids = deliver(city, rng, rows, names, missing)
    write_world(out, tables, _truth(city, rows, decoys, planted, names, ids, missing))


def _clean(
    c: City, rng: np.random.Generator, rows: dict[str, np.ndarray], target: int
) -> dict[str, np.ndarray]:
    """Nobody is in two places during a stay, apart from rings and a rest of dirt; then ordinary rows give way until the number is right."""
    rows["start"] = np.clip(rows["start"], 0, len(c.days) * DAY - 1)
    stay = np.flatnonzero(rows["kind"] == INP)
    stay = stay[np.lexsort((rows["start"][stay], rows["person"][stay]))]
    far = 10 * len(c.days) * DAY
    keys, ends = (
        rows["person"][stay] * far + rows["start"][stay],
        rows["person"][stay] * far + rows["end"][stay],
    )
    ends = np.maximum.accumulate(ends) if len(ends) else ends
    own = rows["person"] * far + rows["start"]
    before = np.searchsorted(keys, own, side="left") - 1
    inside = (
        (before >= 0) & (own < ends[np.maximum(before, 0)] - 12 * HOUR)
        if len(ends)
        else np.zeros(len(own), bool)
    )
    drop = inside & (rows["ring"] < 0) & (rng.random(len(own)) < 0.985)
    dead = np.full(c.n, far)
    gone = rng.random(c.n) < np.interp(c.age, [0, 50, 70, 90], [0.0002, 0.001, 0.01, 0.06])
    ringed = np.unique(rows["person"][rows["ring"] >= 0])
    gone[ringed] = False
    dead[gone] = rng.integers(20, len(c.days), gone.sum()) * DAY
    drop |= (rows["start"] > dead[rows["person"]]) & (rng.random(len(own)) < 0.997)
    c.dead = np.where(gone, dead // DAY, -1)
    rows = {name: column[~drop] for name, column in rows.items()}
    plain = np.flatnonzero((rows["ring"] < 0) & (rows["group"] < 0) & (rows["kind"] != INP))
    surplus = len(rows["person"]) - target
    if surplus > 0:
        keep = np.ones(len(rows["person"]), bool)
        keep[rng.choice(plain, min(surplus, len(plain)), replace=False)] = False
        rows = {name: column[keep] for name, column in rows.items()}
    order = np.lexsort((rows["place"], rows["person"], rows["start"]))
    return {name: column[order] for name, column in rows.items()}


def _moved(c: City, rng: np.random.Generator, rows: dict[str, np.ndarray], count: int) -> list[Group]:
    """Places that move or get another number: from a day on, everything there carries the new id."""
    old = rng.choice(np.flatnonzero(np.isin(c.role, ["shop", "gp", "chc", "tcm"])), min(count, len(c.role) // 8), replace=False)  # fmt: skip
    groups = []
    for place in old:
        new, day = len(c.role), int(rng.integers(60, len(c.days) - 60))
        c.role, c.chain, c.is_shop = np.append(c.role, c.role[place]), np.append(c.chain, c.chain[place]), np.append(c.is_shop, c.is_shop[place])  # fmt: skip
        c.xy, c.opened = np.vstack([c.xy, c.xy[place] + rng.normal(0, 0.2, 2)]), np.append(c.opened, day)
        here = rows["place"] == place
        rows["place"] = np.where(here & (rows["start"] // DAY >= day), new, rows["place"])
        c.sites.extend((int(d), new) for d in np.flatnonzero(c.doc_place == place))
        times = np.bincount(rows["person"][here & (rows["ring"] < 0)], minlength=c.n)
        people = np.argsort(-times, kind="stable")[: int(rng.integers(12, 120))]
        people = people[times[people] >= 3]
        if len(people) > 2:
            groups.append(Group("moved_place", people, places=np.array([place, new])))
        c.renumbered.append((int(place), new))
    return groups


def _truth(
    c: City,
    rows: dict[str, np.ndarray],
    decoys: list[Group],
    planted: list[Group],
    names: Names,
    ids: pd.DataFrame,
    missing: set[str],
) -> Truth:
    present = np.zeros(c.n, bool)
    present[rows["person"]] = True
    heads, members = [], []
    shares = names.holders(missing)
    for index, group in enumerate(planted):
        ring_id = f"T{index + 1:03d}"
        group.places = np.unique(np.concatenate([group.places, [new for old, new in c.renumbered if old in group.places]])).astype(np.int64)  # fmt: skip
        group.members = np.unique(rows["person"][rows["ring"] == index])
        heads.append((ring_id, group.kind, len(group.members), oracle(c, rows, group, index, shares)))
        members += [(ring_id, "patient", names.patient[p], "patient") for p in group.members]
        acting = set(rows["doctor"][rows["ring"] == index].tolist())
        members += [
            (ring_id, "doctor", names.doctor[d], "prescriber") for d in group.doctors if int(d) in acting
        ]
        used = np.unique(rows["place"][rows["ring"] == index])
        acts = [
            p for p in used if group.acting and c.role[p] not in ("tert", "sec", "chc") and p in group.places
        ]
        members += [
            (ring_id, "pharmacy" if c.is_shop[p] else "facility", names.place[p], "place") for p in acts
        ]
        members += [(ring_id, *held) for held in names.held_by(index, missing)]
    return Truth(
        rings=pd.DataFrame(heads, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(
            [
                (
                    f"L{i + 1:04d}",
                    g.kind,
                    "|".join(names.patient[p] for p in np.unique(g.members) if present[p]),
                )
                for i, g in enumerate(decoys)
            ],
            columns=["decoy_id", "kind", "patients"],
        ),
        ring_claims=ids[["ring_id", "claim_id"]],
    )


_SURNAMES = list(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = list(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红建国志海波宁辉梅琳晨欣怡宇轩梓涵子浩然思雨佳琪雪莹俊文博瑞春燕"
)
_PLACE_A, _PLACE_B = list("云星澜汐岚澄屿棠沐瑾曦霖珩砚鹭杉榆禾鸥荻"), list("泊州湾桥溪浦岗堤坞陂庭苑洲渡汀")
_TAIL = {"tert": "中心医院", "sec": "人民医院", "chc": "社区卫生服务中心", "gp": "诊所", "tcm": "中医门诊部", "physio": "理疗门诊部", "dental": "口腔门诊部", "firm": "职工医务室", "campus": "大学校医院",
         "psy": "精神卫生中心", "dialysis": "血液透析中心", "methadone": "药物维持治疗门诊", "rehab": "康复医院", "priv": "医院", "home": "颐养院医务室", "shop": "大药房", "dual": "大药房"}  # fmt: skip
_LEVEL = {
    "tert": "tertiary",
    "sec": "secondary",
    "psy": "tertiary",
    "rehab": "secondary",
    "priv": "primary",
    "chc": "primary",
    "campus": "primary",
}
_PUBLIC = ("tert", "sec", "chc", "psy", "methadone", "campus", "firm")
_SHARED = {
    "phone": "phone",
    "account": "bank_account",
    "agent": "agent_id",
    "employer": "employer",
    "address": "address",
    "identity": "identity_class",
}


def _text(prefix: str, numbers: np.ndarray, width: int) -> np.ndarray:
    return np.array([f"{prefix}{int(k):0{width}d}" for k in numbers], dtype=object)


class Names:
    """Ids and register entries of people, places and doctors; what groups share is written over the ordinary entries."""

    def __init__(self, c: City, rng: np.random.Generator, decoys: list[Group], planted: list[Group]) -> None:
        n, p, d = c.n, len(c.role), len(c.doc_place)
        self.patient = _text("37950", rng.permutation(n * 7)[:n] + 10_000_000_000, 17)
        region = 379501 + np.floor((c.xy[:, 0] - c.xy[:, 0].min()) / (np.ptp(c.xy[:, 0]) + 1e-9) * 6).astype(
            np.int64
        )
        serial = rng.permutation(p * 9)[:p] + 100
        self.place = np.array([f"{'P' if s else 'H'}{r}{k:05d}" for s, r, k in zip(c.is_shop, region, serial, strict=True)], dtype=object)  # fmt: skip
        self.doctor = _text("D3795", rng.permutation(d * 5)[:d] + 1000, 8)
        phones = rng.permutation(n * 3 + 5000)

        def number(k: int) -> str:
            return f"1{('38', '59', '86', '77', '99')[k % 5]}{(k * 7919 + 13_571_113) % 100_000_000:08d}"

        own = np.arange(n)
        first = np.searchsorted(c.hh, c.hh)
        shares = rng.random(n) < np.interp(c.age, [0, 15, 18, 60, 75, 97], [1.0, 0.9, 0.1, 0.12, 0.5, 0.7]) * (0.5 + c.par.shared_phone)  # fmt: skip
        owner = np.where(shares, first, own)
        phone = np.array([number(int(k)) for k in phones[:n]], dtype=object)[owner]
        account = _text("62179", rng.permutation(n * 11)[:n] + 10_000_000, 14)[
            np.where(c.age < 18, first, own)
        ]
        firm = np.array([f"{_PLACE_A[k % 20]}{_PLACE_B[k * 7 % 15]}{_GIVEN[k * 3 % len(_GIVEN)]}{('科技', '物流', '制造', '餐饮管理', '商贸', '建设')[k % 6]}有限公司" if k < c.n_employers else f"{_PLACE_A[k % 20]}{_PLACE_B[k % 15]}大学" for k in range(c.n_employers + 3)] + [None], dtype=object)  # fmt: skip
        road = np.array([f"{_PLACE_A[e % 20]}{_PLACE_B[e // 20 % 15]}路{e * 3 + 8}号{_PLACE_A[e * 7 % 20]}{_PLACE_B[e * 11 % 15]}苑" for e in range(c.n_estates)], dtype=object)  # fmt: skip
        flat = rng.integers(0, 1 << 30, n)[first]
        address = np.array([f"{road[e]}{f % 24 + 1}号楼{f // 24 % 4 + 1}单元{f // 96 % 28 + 1:d}0{f // 2688 % 4 + 1}" for e, f in zip(c.estate, flat, strict=True)], dtype=object)  # fmt: skip
        agent = np.full(n, None, dtype=object)
        family = rng.random(n) < c.par.agents
        agent[family] = self.patient[first[family]]
        klass = np.where(
            rng.random(n) < 0.015, "低保对象", np.where(rng.random(n) < 0.02, "残疾人", "一般人员")
        ).astype(object)
        self.columns = {"phone": phone, "account": account, "agent": agent, "employer": firm[c.employer], "address": address, "identity": klass}  # fmt: skip
        fresh = iter(range(n * 3 + 10_000, n * 3 + 10_000_000))
        make = {"phone": lambda: number(next(fresh)), "account": lambda: f"62284{next(fresh):014d}", "agent": lambda: f"DB{next(fresh):010d}", "identity": lambda: "残疾人",
                "employer": lambda: f"{rng.choice(_PLACE_A)}{rng.choice(_GIVEN)}{rng.choice(_PLACE_B)}{rng.choice(['人力资源', '企业服务', '商务信息'])}有限公司",
                "address": lambda: f"{road[int(rng.integers(0, len(road)))]}综合楼{int(rng.integers(1, 9))}号"}  # fmt: skip
        for _ in range(
            max(2, int(n * c.par.own_hub / 45))
        ):  # hubs that mean nothing: agencies, property managers, community staff
            sort = str(
                rng.choice(["phone", "phone", "phone", "agent", "account"], p=[0.3, 0.25, 0.2, 0.2, 0.05])
            )
            crowd = (
                c.by_employer[int(rng.integers(0, c.n_employers))]
                if rng.random() < 0.5
                else c.by_estate[int(rng.integers(0, c.n_estates))]
            )
            self.columns[sort][rng.permutation(crowd)[: min(160, int(8 + rng.pareto(1.2) * 14))]] = make[
                sort
            ]()
        self.held: dict[int, list[tuple[str, str]]] = {}
        for index, group in [(-1, g) for g in decoys] + list(enumerate(planted)):
            for sign, people in group.signs:
                if sign == "employer" and index < 0 and group.kind != "school_screening":
                    continue  # real colleagues: the employer is there already
                value = (
                    make[sign]()
                    if group.kind != "school_screening"
                    else f"{rng.choice(_PLACE_A)}{rng.choice(_PLACE_B)}小学"
                )
                self.columns[sign][people] = value
                if index >= 0 and len(people) > 1 and sign != "address":
                    self.held.setdefault(index, []).append((sign, value))

    def holders(self, missing: set[str]) -> dict[str, float]:
        """Share of people whose entry is shared by five or more; 1 where the column is not delivered."""
        shares = {}
        for sign, column in self.columns.items():
            counts = pd.Series(column).map(pd.Series(column).value_counts())
            shares[sign] = 1.0 if _SHARED[sign] in missing else max(0.002, float((counts >= 5).mean()) if sign != "employer" else 0.2)  # fmt: skip
        return shares

    def held_by(self, index: int, missing: set[str]) -> list[tuple[str, str, str]]:
        """The delivered identifiers that hold a ring together, as (entity_type, entity_id, role)."""
        return [
            (sign, value, "link") for sign, value in self.held.get(index, []) if _SHARED[sign] not in missing
        ]


def deliver(
    c: City, rng: np.random.Generator, rows: dict[str, np.ndarray], names: Names, missing: set[str]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The tables of the supplier, and which delivered claims belong to which ring."""
    lines = _lines(c, rng, rows)
    total = _money(c, rng, rows, lines)
    n = len(total)
    undo = np.flatnonzero((rng.random(n) < c.par.refunds) & (rows["kind"] != INP))
    source = np.concatenate([np.arange(n), undo])
    sign = np.where(np.arange(len(source)) < n, 1.0, -1.0)
    start = rows["start"][source]
    soon = start[n:] + rng.integers(120, 2 * HOUR, len(undo))
    day = start[n:] // DAY + rng.integers(1, 9, len(undo))
    next_days = day * DAY + rng.integers(8 * HOUR, 18 * HOUR, len(undo))
    soon = np.where((rng.random(len(undo)) < 0.6) & (soon % DAY < 21.5 * HOUR), soon, next_days)
    start[n:] = np.where(soon < len(c.days) * DAY, soon, start[n:] + 300)
    kind, place, person, doctor = (rows[k][source] for k in ("kind", "place", "person", "doctor"))
    code = 379500_000_000_000_000 + np.argsort(np.argsort(start, kind="stable"), kind="stable") * 97 + rng.integers(0, 96, len(source))  # fmt: skip
    claim_id = pd.Series(code).astype(str).to_numpy()
    shop = c.is_shop[place]
    end = np.where(kind == INP, np.maximum(rows["end"][source], start + HOUR), start + np.where(shop, 0, rng.integers(600, 5400, len(source))))  # fmt: skip
    settled = np.where(kind == INP, end + rng.integers(600, 2 * HOUR, len(source)), start + np.where(shop, rng.integers(15, 110, len(source)), rng.gamma(2, 600, len(source)).astype(np.int64)))  # fmt: skip
    fund, account, cash = (np.round(part[source] * sign, 2) + 0.0 for part in _split(c, rng, rows, total))
    dirty = lambda share=1.0: rng.random(len(source)) < c.par.dirt * share  # noqa: E731
    facility = pd.Categorical.from_codes(np.where(shop | (place < 0), -1, place), categories=names.place)
    pharmacy = pd.Categorical.from_codes(np.where(shop, place, -1), categories=names.place)
    doc = np.where(dirty(2), -1, doctor)
    dx = np.where(dirty(3) | (shop & (rng.random(len(source)) < 0.7)), -1, rows["dx"][source])
    at = lambda seconds: (c.epoch + seconds).astype("datetime64[s]")  # noqa: E731
    begun = at(start)
    if "clock_in_start" in missing:
        begun = begun.astype("datetime64[D]").astype("datetime64[s]")
        missing = missing - {"settled_at"}
    where = np.where(doctor >= 0, c.doc_place[doctor], -1)
    claims = pd.DataFrame(
        {
            "claim_id": claim_id, "patient_id": pd.Categorical.from_codes(person, categories=names.patient), "facility_id": facility, "pharmacy_id": pharmacy,
            "doctor_id": pd.Categorical.from_codes(doc, categories=names.doctor), "claim_type": pd.Categorical.from_codes(kind, categories=["outpatient", "chronic", "inpatient", "pharmacy"]),
            "started_at": begun, "ended_at": at(np.where(dirty(0.2), start - DAY, end)), "settled_at": at(settled), "diagnosis_code": pd.Categorical.from_codes(dx, categories=list(DX)),
            "total_amount": np.round(total[source] * sign, 2), "fund_amount": fund, "account_amount": account, "self_paid_amount": cash,
            "operator_id": _operators(c, rng, names, place, start), "prescriber_facility_id": pd.Categorical.from_codes(np.where(shop, where, -1), categories=names.place),
            "admission_way": pd.Categorical.from_codes(np.where(kind == INP, rng.choice(3, len(source), p=[0.7, 0.24, 0.06]), -1), categories=["2", "1", "3"]),
            "discharge_way": pd.Categorical.from_codes(np.where(kind == INP, rng.choice(4, len(source), p=[0.93, 0.03, 0.03, 0.01]), -1), categories=["1", "2", "4", "9"]),
            "med_type_raw": pd.Categorical.from_codes(kind, categories=["11", "14", "21", "41"]),
        }
    )  # fmt: skip
    claims["refund_of"] = pd.Series(
        np.where(sign < 0, claim_id[np.where(sign < 0, source, 0)], None), dtype="str"
    )
    order = np.argsort(code, kind="stable")
    ring = rows["ring"][source]
    ids = pd.DataFrame(
        {"ring_id": [f"T{k + 1:03d}" for k in ring[ring >= 0]], "claim_id": claim_id[ring >= 0]}
    )
    tables = {
        "claims": claims.iloc[order].drop(columns=[k for k in missing if k in claims]).reset_index(drop=True)
    }
    tables["claim_items"] = _item_table(c, rng, rows, lines, claim_id, names, at, missing)
    return tables | _registers(c, rng, names, missing), ids


def _operators(
    c: City, rng: np.random.Generator, names: Names, place: np.ndarray, start: np.ndarray
) -> pd.Categorical:
    desks = np.select(
        [c.role == "tert", c.role == "sec", np.isin(c.role, ["chc", "priv", "psy"])], [24, 10, 4], 2
    )
    shift = (start // DAY * 2 + (start % DAY > 13 * HOUR)) * 31 + place * 17
    seat = (shift + (rng.random(len(place)) * np.maximum(desks[place] // 2, 1)).astype(np.int64)) % desks[
        place
    ]
    return pd.Categorical.from_codes(
        place * 24 + seat, categories=[f"{p[1:]}{k + 1:03d}" for p in names.place for k in range(24)]
    )


def _lines(c: City, rng: np.random.Generator, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Lines of every claim but stays: drugs by diagnosis (a person's own ones come back), fees and tests at facilities."""
    n, shop, kind = len(rows["person"]), c.is_shop[rows["place"]], rows["kind"]
    fixed = rows["item"] >= 0
    service = rows["item"] >= len(DRUGS)
    drugs = np.where(service | (kind == INP), 0, np.where(shop, 1 + rng.binomial(3, 0.3, n), np.where(kind == CHR, 1 + rng.binomial(2, 0.45, n), rng.binomial(3, 0.33, n))))  # fmt: skip
    row = np.repeat(np.arange(n), drugs)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(drugs) - drugs, drugs)
    table = [[i for i, drug in enumerate(DRUGS) if code in drug[3]] or [20, 26, 24] for code in DX]
    width = np.array([len(t) for t in table])
    ragged = np.array([t + [t[0]] * (width.max() - len(t)) for t in table])
    dx, person = rows["dx"][row], rows["person"][row]
    own = ((person * 40503 + nth * 7) >> 3) % width[dx]
    pick = np.where(rng.random(len(row)) < 0.75, own, (rng.random(len(row)) * width[dx]).astype(np.int64))
    popular = np.array([0.0 if drug[2] > 300 else drug[2] ** -0.4 for drug in DRUGS])
    item = np.where(
        (nth == 0) | (rng.random(len(row)) < 0.45),
        ragged[dx, pick],
        rng.choice(len(DRUGS), len(row), p=popular / popular.sum()),
    )
    first = (nth == 0) & fixed[row]
    item = np.where(first, rows["item"][row], item)
    cheap = np.array([drug[2] for drug in DRUGS])[item] < 150
    qty = np.where(cheap, 1 + rng.binomial(3, np.where(rows["kind"][row] == CHR, 0.4, 0.2)), 1)
    qty = np.maximum(
        1, np.round(qty * rows["factor"][row] + rng.uniform(-0.3, 0.3, len(row)) * (rows["factor"][row] > 1))
    ).astype(np.int64)
    brand_house = np.where(c.chain >= 0, c.chain, 1000 + np.arange(len(c.role)))[rows["place"][row]]
    brand = np.where(
        rng.random(len(row)) < 0.8, (brand_house * 7 + item * 13) % 3, rng.integers(0, 3, len(row))
    )
    mark = rng.lognormal(0, 0.06, len(c.role))
    price = np.round(np.array([drug[2] for drug in DRUGS])[item] * np.array([0.72, 1.0, 1.38])[brand] * mark[rows["place"][row]] * c.par.price, 2)  # fmt: skip
    once = np.unique(row * 1000 + item, return_index=True)[1]
    parts = [(row[once], (item * 3 + brand)[once], qty[once], price[once])]
    seen = ~shop & (kind != INP)
    role = c.role[rows["place"]]
    fee = np.select([role == "tert", role == "sec", role == "chc"], [38.0, 24.0, 12.0], 20.0)
    series = (
        np.array([s[2] for s in SERVICES])[np.maximum(rows["item"] - len(DRUGS), 0)]
        * mark[rows["place"]]
        * c.par.price
    )
    alone = seen & service
    some = rng.random(n)
    deep = np.select([role == "tert", role == "sec"], [0.42, 0.33], 0.12)
    test = seen & ~service & (some < deep)
    base = len(DRUGS) * 3
    for mask, code, amount in (
        (seen & (~service | (some < 0.15)), np.zeros(n, np.int64), np.round(fee * c.par.price)),
        (test, np.where(some < deep * 0.65, 1, 2), np.round(rng.lognormal(np.log(np.where(some < deep * 0.65, 95, 260)), 0.55) * rows["factor"] * c.par.price, 2)),
        (alone & np.isnan(rows["total"]), rows["item"] - len(DRUGS), np.round(series)),
        (~np.isnan(rows["total"]), np.maximum(rows["item"] - len(DRUGS), 3), rows["total"]),
    ):  # fmt: skip
        at = np.flatnonzero(mask & (np.isnan(rows["total"]) | (amount == rows["total"])))
        many = np.where((code[at] >= 3) & np.isnan(rows["total"][at]), np.maximum(1, np.round(rows["factor"][at])), 1).astype(np.int64)  # fmt: skip
        parts.append((at, base + code[at], many, amount[at]))
    return dict(zip(("row", "code", "qty", "price"), (np.concatenate(cols) for cols in zip(*parts, strict=True)), strict=True))  # fmt: skip


def _money(
    c: City, rng: np.random.Generator, rows: dict[str, np.ndarray], lines: dict[str, np.ndarray]
) -> np.ndarray:
    total = np.bincount(lines["row"], weights=lines["qty"] * lines["price"], minlength=len(rows["person"]))
    stay = rows["kind"] == INP
    role = c.role[rows["place"]]
    mean = np.select(
        [role == "tert", role == "sec", role == "rehab", role == "psy"], [12400, 7900, 10500, 6100], 6200.0
    )
    nights = np.maximum((rows["end"] - rows["start"]) / DAY, 1)
    bill = rng.lognormal(np.log(mean) - 0.25, np.where(role == "tert", 0.72, 0.5)) * (nights / 8) ** 0.6 * rows["factor"] ** 0.5 * c.par.price  # fmt: skip
    return np.round(np.where(stay, bill, total), 2)


def _split(
    c: City, rng: np.random.Generator, rows: dict[str, np.ndarray], total: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    worker, kind, n = c.employee[rows["person"]], rows["kind"], len(total)
    role = c.role[rows["place"]]
    share = np.select([kind == OUT, kind == CHR, kind == INP], [np.where(worker, 0.58, 0.45), np.where(worker, 0.8, 0.66), np.where(worker, 0.78, 0.6)], np.where(worker, np.where(rng.random(n) < 0.45, 0.55, 0), 0.2))  # fmt: skip
    share = np.clip(
        share - np.where(role == "tert", 0.06, -0.04) * (kind != PHA) + rng.normal(0, 0.05, n) * (share > 0),
        0,
        0.95,
    )
    fund = np.round(total * np.where((kind == OUT) & (rng.random(n) < 0.25), share * 0.15, share), 2)
    rest = total - fund
    account = np.round(
        rest * np.where(worker & (rng.random(n) < 0.8), rng.choice([1.0, 1.0, 1.0, 0.6], n), 0), 2
    )
    return fund, account, np.round(rest - account, 2)


def _item_table(
    c: City,
    rng: np.random.Generator,
    rows: dict[str, np.ndarray],
    lines: dict[str, np.ndarray],
    claim_id: np.ndarray,
    names: Names,
    at: Callable[[np.ndarray], np.ndarray],
    missing: set[str],
) -> pd.DataFrame:
    stems = [(f"{code}{'ABC'[k]}0{k + 1}{(i * 7919 + k * 131) % 100000:05d}", name) for i, (code, name, *_) in enumerate(DRUGS) for k in range(3)]  # fmt: skip
    stems += [(code, name) for code, name, _ in SERVICES]
    order = np.lexsort((lines["code"], lines["row"]))
    row, code, qty, price = (lines[k][order] for k in ("row", "code", "qty", "price"))
    drug = code < len(DRUGS) * 3
    doctor = rows["doctor"][row]
    labels = pd.Index([name for _, name in stems]).unique()
    table = pd.DataFrame(
        {
            "claim_id": claim_id[row], "item_code": pd.Categorical.from_codes(code, categories=[stem for stem, _ in stems]),
            "item_name": pd.Categorical.from_codes(labels.get_indexer([name for _, name in stems])[code], categories=labels),
            "item_type": pd.Categorical.from_codes(np.where(drug, np.where(np.isin(code, [i for i, s in enumerate(stems) if s[0][0] == "Z"]), 1, 0), 2), categories=["09", "11", "05"]),
            "quantity": qty.astype(float), "unit_price": price, "amount": np.round(qty * price, 2), "charged_at": at(rows["start"][row]),
            "ordered_by": pd.Categorical.from_codes(np.where(c.is_shop[rows["place"][row]], -1, doctor), categories=names.doctor),
        }
    )  # fmt: skip
    if "trace_code" not in missing:
        serial = np.arange(len(row)) * 13 + rng.integers(0, 12, len(row))
        split = drug & (rng.random(len(row)) < 0.03) & (rows["kind"][row] != PHA)
        same = np.flatnonzero(split)[1:]
        serial[same] = np.where(rng.random(len(same)) < 0.5, serial[np.flatnonzero(split)[:-1]], serial[same])
        for index in c.trace_rings:
            mine = np.flatnonzero(drug & (rows["ring"][row] == index))
            serial[mine] = serial[mine[rng.integers(0, max(1, len(mine) // 4), len(mine))]]
        known = drug & (rng.random(len(row)) < 0.85)
        code_text = pd.Series(serial + 8_100_000_000_000_000_000).astype(str)
        table["trace_code"] = code_text.where(pd.Series(known), None)
        table["split_pack"] = split
    return table


def _registers(c: City, rng: np.random.Generator, names: Names, missing: set[str]) -> dict[str, pd.DataFrame]:
    people = lambda k: ["".join(rng.choice(_SURNAMES, 1)) + "".join(g) for g in rng.choice(_GIVEN, (k, 2))]  # noqa: E731
    n, d = c.n, len(c.doc_place)
    born = (
        c.days[0]
        - (c.age * 365.25).astype("timedelta64[D]")
        - rng.integers(0, 200, n).astype("timedelta64[D]")
    )
    surname = rng.choice(_SURNAMES, n)[
        np.where(rng.random(n) < 0.6, np.searchsorted(c.hh, c.hh), np.arange(n))
    ]
    given = rng.choice(_GIVEN, (n, 2))
    patients = pd.DataFrame(
        {
            "patient_id": names.patient, "name": [f"{s}{a}{b}" for s, (a, b) in zip(surname, given, strict=True)], "birth_date": born.astype("datetime64[s]"), "sex": c.sex.astype(str),
            **{_SHARED[sign]: column for sign, column in names.columns.items()},
            "household_id": [f"HK{k:09d}" for k in c.hh * 13 + 70021], "residence_code": (379501 + c.estate % 7).astype(str), "insurance_type": np.where(c.employee, "310", "390"),
            "death_date": np.where(c.dead >= 0, c.days[np.maximum(c.dead, 0)], np.datetime64("NaT")).astype("datetime64[s]"),
        }
    )  # fmt: skip
    blank = rng.random(n) < c.par.dirt * 2
    patients["phone"] = patients["phone"].where(~blank, "13800000000")
    patients["birth_date"] = patients["birth_date"].where(
        rng.random(n) >= c.par.dirt * 0.3, pd.Timestamp("1900-01-01")
    )
    doctors = pd.DataFrame({"doctor_id": names.doctor, "name": people(d), "facility_id": names.place[c.doc_place], "specialty": np.array(DEPTS)[c.doc_dept], "title": rng.choice(["主任医师", "副主任医师", "主治医师", "住院医师"], d, p=[0.15, 0.25, 0.38, 0.22])})  # fmt: skip
    sites = pd.DataFrame(
        sorted({(names.doctor[a], names.place[b]) for a, b in c.sites}), columns=["doctor_id", "facility_id"]
    )
    p = len(c.role)
    chain = [f"{_PLACE_A[k % 20]}{_PLACE_B[k * 4 % 15]}" for k in range(max(1, int(c.chain.max()) + 1))]
    title = [f"{chain[c.chain[i]] if c.chain[i] >= 0 else _PLACE_A[i * 3 % 20] + _PLACE_B[i * 5 % 15]}{_TAIL[role]}{f'第{i % 97 + 1}店' if c.chain[i] >= 0 else ''}" for i, role in enumerate(c.role)]  # fmt: skip
    boss = np.array(people(p), dtype=object)
    boss = np.where(c.chain >= 0, np.array(people(len(chain)), dtype=object)[c.chain], boss)
    places = pd.DataFrame(
        {
            "id": names.place, "name": title, "level": [_LEVEL.get(r, "clinic") for r in c.role], "ownership": np.where(np.isin(c.role, _PUBLIC), "public", "private"),
            "beds": np.select([c.role == "tert", c.role == "sec", np.isin(c.role, ["psy", "rehab", "priv"])], [rng.integers(900, 2400, p), rng.integers(180, 420, p), rng.integers(40, 160, p)], 0),
            "legal_representative": boss, "phone": [f"0000-{k:07d}" for k in rng.integers(2_000_000, 8_999_999, p)], "address": [f"{_PLACE_A[k % 20]}{_PLACE_B[k % 15]}路{k % 400 + 1}号" for k in rng.integers(0, 9000, p)],
            "account": [f"3795{k:012d}" for k in rng.integers(0, 10**11, p)], "longitude": np.round(101.4 + c.xy[:, 0] / 95, 5), "latitude": np.round(33.2 + c.xy[:, 1] / 111, 5),
        }
    )  # fmt: skip
    for old, new in c.renumbered:
        places.loc[new, ["name", "legal_representative", "account"]] = places.loc[
            old, ["name", "legal_representative", "account"]
        ].to_numpy()
    gone = set(missing) | ({"name"} if "patient_name" in missing else set())
    if "longitude" in missing:
        places = places.drop(columns=["longitude", "latitude"])
    shop = c.is_shop
    return {
        "patients": patients.drop(columns=[k for k in gone if k in patients]),
        "doctors": doctors,
        "doctor_sites": sites,
        "facilities": places[~shop].rename(columns={"id": "facility_id"}).reset_index(drop=True),
        "pharmacies": places[shop]
        .rename(columns={"id": "pharmacy_id"})
        .drop(columns=["level", "ownership", "beds"])
        .reset_index(drop=True),
    }
