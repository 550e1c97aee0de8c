"""The world `mosaic`: an industrial and university prefecture whose groups are composed, not listed.

What it is: factories with their zones and dormitories, a campus, urban quarters and villages at the edge; hospitals of three levels, clinics and shops
(some of a chain, some with a dual-channel licence). Both lawful groups and rings are drawn from grammars (`mosaic_groups`), so two seeds hold very different
cities. A year of claims. Every range that a seed draws from stands in `RANGES` (`mosaic_city`). Columns of the register that a seed leaves out are absent.

Lawful kinds: `lawful:cause+who+where+rhythm+hours+money+shared`. Causes (each with a table of combinations that make sense):
kin, neighbours, card_companions, helper (fetches for others), dormitory, barracks, congregation, self_help | work_crew, workshop, school_class, accident |
dialysis, methadone, tuberculosis, chemotherapy, physiotherapy, acupuncture, rehabilitation, pregnancy_school | refill_day, family_doctor, visiting_doctor,
morning_queue, referral, transport | member_day, campaign, vaccination, epidemic | care_home, long_stay, winter_ward | only_licence, only_stock, moved_place,
shared_rooms, cooperative.

Ring kinds: `ring:recruit+scheme+where+hidden+shared`. Recruits: village_cards, employer_staff, relatives, lured_patients, data_bought, doctors_patients,
elders_of_home. Schemes:
phantom_visits (common sessions at a clinic), staged_admissions and staff_and_relatives (batches of stays; each person in some two of them), drug_resale (tours
through a pool of places), steered_prescriptions (doctors and a shop), split_bills, identical_bills, phantom_therapy (series), lent_cards (slow drip, no
meeting), shell_employer, card_sweep (bursts at shops), paper_patients (identities with one phone, account or address), van_pickups, home_cards.

What it does not hold: fee lines, trace codes, supervision tables, places outside the prefecture, moves of home, births and new enrolments within the year,
more than one year. A death is only a date after the last claim.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds.files import Level, Truth, write_world
from bench.worlds.mosaic_city import (
    CLINIC,
    DAYS,
    FAMILIES,
    FAMILY,
    INPATIENT,
    PHARMACY,
    PRIMARY,
    RANGES,
    SECONDARY,
    SHOP,
    TERTIARY,
    Book,
    City,
    build_city,
    give_doctors,
    give_money,
    live,
    settle,
)
from bench.worlds.mosaic_groups import CAUSES, SCHEMES, Plan, Ring, lawful, plan_for, ring

__all__ = ["RANGES", "make"]

_OPTIONAL = {
    "claims": (
        "operator_id",
        "prescriber_facility_id",
        "admission_way",
        "discharge_way",
        "account_amount",
        "self_paid_amount",
        "med_type_raw",
        "ended_at",
    ),
    "patients": (
        "name",
        "bank_account",
        "agent_id",
        "household_id",
        "identity_class",
        "residence_code",
        "phone",
        "address",
        "employer",
        "death_date",
    ),
    "facilities": ("legal_representative", "phone", "account", "address", "longitude", "latitude", "beds"),
    "pharmacies": ("legal_representative", "phone", "account", "address", "longitude", "latitude"),
}
_SIGN = {
    "phone": "phone",
    "bank_account": "account",
    "agent_id": "agent",
    "address": "address",
    "employer": "employer",
}
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶贺顾毛郝龚邵"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文晓春雪峰宁辉燕鹏飞云莲珍凤鑫波斌宇浩凯健俊帆佳欣怡婷琳"
_PLACE_CHARS = "瑞澜泽岚沐栖堰埠皋漾汀嵘峪翠槐柏榆梓枫霖淮沁湛邑墩垣陌圩渚坞"
_TRADES = (
    "机械",
    "纺织",
    "电子",
    "食品",
    "建材",
    "化工",
    "服装",
    "物流",
    "包装",
    "家具",
    "铸造",
    "塑业",
    "印务",
    "汽配",
)


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write one prefecture of about so many claims."""
    rng = np.random.default_rng([seed, 20260])
    dials = {name: float(rng.uniform(low, high)) for name, (low, high) in RANGES.items()}
    absent = _absent(rng, dials)
    city = build_city(rng, dials, max(400, int(claims / dials["claims_per_person"])))
    book = Book()
    plan = plan_for(city, book, {sign for column, sign in _SIGN.items() if column not in absent["patients"]})
    _plant_lawful(plan, claims, 0.6 if level == "hard" else 1.0)
    _plant_rings(plan, claims, level)
    in_ring = np.unique(np.concatenate([one.members for one in plan.rings] or [np.array([], int)]))
    city.rate[in_ring] = np.maximum(city.rate[in_ring], np.median(city.rate))
    goal = int(claims / (1 + 1.55 * dials["refund_share"]))
    planted = book.rows
    live(city, book, goal - planted)
    columns = book.columns()
    kept = np.flatnonzero(settle(city, columns))
    loose = kept[kept >= planted]
    spare = max(0, len(kept) - goal)
    gone = rng.choice(loose, min(spare, len(loose)), replace=False) if spare else loose[:0]
    kept = np.setdiff1d(kept, gone)
    columns = {name: values[kept] for name, values in columns.items()}
    table, ids = _claims_table(city, columns)
    tables = _registers(city, columns, ids, table)
    truth = _truth(plan, columns, table, ids)
    table = table.drop(columns=["ring"])
    tables = {"claims": table, **tables}
    for name, names in absent.items():
        tables[name] = tables[name].drop(columns=[column for column in names if column in tables[name]])
    write_world(out, tables, truth)


def _absent(rng: np.random.Generator, dials: dict[str, float]) -> dict[str, set[str]]:
    missing = dials["column_missing"]
    absent = {
        name: {column for column in columns if rng.random() < missing} for name, columns in _OPTIONAL.items()
    }
    told = [column for column in _SIGN if column not in absent["patients"]]
    for column in sorted(set(_SIGN) - set(told))[: max(0, 3 - len(told))]:
        absent["patients"].discard(column)
    for name in ("facilities", "pharmacies"):
        if "longitude" in absent[name] or "latitude" in absent[name]:
            absent[name] |= {"longitude", "latitude"}
    return absent


def _plant_lawful(plan: Plan, claims: int, weak: float) -> None:
    rng, dials = plan.city.rng, plan.city.dials
    many = max(len(CAUSES), round(dials["lawful_groups_per_400k"] * claims / 400_000))
    budget = dials["lawful_share"] * claims
    names = list(CAUSES)
    turns = [names[at] for _ in range(many // len(names) + 1) for at in rng.permutation(len(names))][:many]
    for nth, name in enumerate(turns):
        left = max(budget * 0.02, budget - plan.book.rows)
        lawful(plan, name, max(24, int(4.0 * left / max(1, many - nth))), weak)


def _plant_rings(plan: Plan, claims: int, level: Level) -> None:
    rng, people = plan.city.rng, plan.city.people
    if level == "none":
        return
    schemes = list(SCHEMES)
    if level == "real":
        sizes: list[int] = []
        while sum(sizes) < people / 1000:
            sizes.append(int(np.clip(np.round(rng.lognormal(np.log(9), 0.6)), 4, 40)))
        turns = [
            schemes[at] for _ in range(len(sizes) // len(schemes) + 1) for at in rng.permutation(len(schemes))
        ]
        for name, size in zip(turns, sizes, strict=False):
            ring(plan, name, size, "standard" if rng.random() < 0.5 else "stealth")
        return
    many = max(3, round(14 * claims / 400_000))
    turns = [schemes[at] for _ in range(many // len(schemes) + 1) for at in rng.permutation(len(schemes))][
        :many
    ]
    ladder = np.exp(
        np.log(plan.city.dials["ring_size_median"])
        + 0.85 * np.sqrt(2) * _probit((rng.permutation(many) + rng.random(many)) / many)
    )
    each = [_CLAIMS_EACH[SCHEMES[name].form] * np.mean(SCHEMES[name].events) for name in turns]
    aim = plan.city.dials["ring_claims_aimed_at"] * claims * many / (14 * claims / 400_000)
    scale, edge = 1.0, rng.uniform(0.65, 1.0, many)
    for _ in range(6):
        sizes = [
            int(np.clip(round(size * scale), SCHEMES[name].size[0], SCHEMES[name].size[1] * high))
            for size, name, high in zip(ladder, turns, edge, strict=True)
        ]
        scale *= float(np.clip(aim / float(np.dot(sizes, each)), 0.5, 1.6))
    large = [at for at, name in enumerate(turns) if SCHEMES[name].size[1] >= 110]
    small = [at for at, name in enumerate(turns) if SCHEMES[name].size[0] <= 5]
    for at in large[: max(1, many // 14)]:
        sizes[at] = int(rng.integers(100, SCHEMES[turns[at]].size[1] + 1))
    for at in small[: max(1, many // 7)]:
        sizes[at] = int(rng.integers(4, 7))
    for name, size in zip(turns, sizes, strict=True):
        ring(plan, name, max(4, min(size, people // 40)), level)


_CLAIMS_EACH = {
    "meet": 0.75,
    "split": 1.3,
    "tour": 1.2,
    "steer": 1.5,
    "alike": 0.75,
    "series": 0.75,
    "drip": 0.75,
    "batches": 0.23,
}
"""About how many claims a member makes per event of a standard ring."""


def _probit(u: np.ndarray) -> np.ndarray:
    """A near enough inverse of the normal distribution, in units of 1 / sqrt(2)."""
    return np.sign(u - 0.5) * np.sqrt(
        np.maximum(0, -np.log(np.maximum(1e-9, 1 - (2 * u - 1) ** 2)) * np.pi / 4)
    )


# ---------------------------------------------------------------- the delivery
def _digits(values: np.ndarray, prefix: str, width: int) -> np.ndarray:
    """Ids with a prefix and leading zeros."""
    return (prefix + pd.Series(values).astype(str).str.zfill(width)).to_numpy(object)


def _ids(city: City) -> dict[str, np.ndarray]:
    rng = city.rng
    region = f"39{int(rng.integers(10, 90))}"
    shop = city.cls == SHOP
    number = rng.permutation(len(city.cls)) + 100
    place = np.where(shop, _digits(number, f"P{region}0", 6), _digits(number, f"H{region}0", 6))
    return {
        "region": np.array([region]),
        "patient": _digits(rng.permutation(city.people) * 23 + 70_000_000, f"{region}000", 10),
        "place": place,
        "doctor": _digits(rng.permutation(len(city.doc_place)) * 3 + 1000, f"D{region}0", 7),
    }


def _claims_table(city: City, c: dict[str, np.ndarray]) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    rng, many, ids = city.rng, len(c["person"]), _ids(city)
    man = (city.sex[c["person"]] == 1) & np.isin(c["family"], (FAMILY["gyn"], FAMILY["preg"]))
    c["family"] = np.where(man, FAMILY["skin"], c["family"])
    doctor, source = give_doctors(city, c)
    c["doctor"] = doctor
    total, fund, account = give_money(city, c)
    stay, cls = c["type"] == INPATIENT, city.cls[c["place"]]
    ended = c["when"] + np.where(
        stay,
        c["nights"].astype(np.int64) * 86400 + rng.integers(-7200, 14400, many),
        rng.integers(0, 3600, many) * (cls != SHOP),
    )
    settled = np.where(stay, ended + rng.integers(300, 20000, many), ended + rng.integers(5, 240, many))
    windows = np.maximum(1, np.round(np.array([14, 7, 3, 1, 2])[cls] * city.size[c["place"]] ** 0.5)).astype(
        int
    )
    shift = (settled // 43200 + c["place"] * 3) % 3
    operator = shift * windows + (rng.random(many) * windows).astype(int)
    frame = pd.DataFrame({
        "person": c["person"], "place": c["place"], "doctor": doctor, "source": source, "type": c["type"], "start": c["when"], "end": ended,
        "settle": settled, "total": total, "fund": fund, "account": account, "operator": c["place"].astype(np.int64) * 200 + operator,
        "family": c["family"], "ring": c["ring"], "refunds": -1,
    })  # fmt: skip
    frame = _refund(city, frame)
    return _deliver(
        city,
        frame.sort_values(["settle", "person", "place", "total"], kind="stable").reset_index(drop=True),
        ids,
    ), ids


def _refund(city: City, frame: pd.DataFrame) -> pd.DataFrame:
    """Refunds (half of them billed anew) and some rows sent twice."""
    rng = city.rng
    frame["row"] = np.arange(len(frame))
    back = frame[rng.random(len(frame)) < city.dials["refund_share"]].copy()
    back["refunds"] = back["row"]
    back["settle"] += np.where(
        rng.random(len(back)) < 0.7,
        rng.integers(60, 3600, len(back)),
        rng.integers(3600, 86400 * 6, len(back)),
    )
    again = back[rng.random(len(back)) < 0.5].copy()
    again["refunds"] = -1
    again["settle"] += rng.integers(20, 600, len(again))
    again["total"] = np.round(again["total"] * rng.choice([1.0, 0.9, 1.05], len(again)), 2)
    again["fund"] = np.minimum(again["fund"], again["total"])
    again["account"] = np.minimum(again["account"], np.round(again["total"] - again["fund"], 2))
    for name in ("total", "fund", "account"):
        back[name] = 0.0 - back[name]
    twice = frame[rng.random(len(frame)) < 0.15 * city.dials["dirt_share"]].copy()
    twice["settle"] += rng.integers(0, 90, len(twice))
    return pd.concat([frame, back, again.assign(row=-1), twice.assign(row=-1)], ignore_index=True)


def _deliver(city: City, f: pd.DataFrame, ids: dict[str, np.ndarray]) -> pd.DataFrame:
    rng, many, dials = city.rng, len(f), city.dials
    dirt = dials["dirt_share"]
    number = 4_000_000_000 + np.cumsum(rng.integers(1, 9, many))
    claim = _digits(number, f"{ids['region'][0]}S", 12)
    row = f["row"].to_numpy()
    where = np.zeros(int(row.max()) + 2, np.int64)
    original = (row >= 0) & (f["refunds"].to_numpy() < 0)
    where[row[original]] = np.flatnonzero(original)
    refunds = f["refunds"].to_numpy()
    clockless = city.clockless[f["place"]]
    place, shop = f["place"].to_numpy(), (city.cls == SHOP)[f["place"]]

    def time(name: str) -> pd.Series:
        value = f[name].to_numpy()
        value = np.where(clockless, value // 86400 * 86400, value)
        return pd.Series(city.start.to_datetime64() + value.astype("timedelta64[s]")).astype("datetime64[us]")

    def pick(names: np.ndarray, at: np.ndarray, use: np.ndarray) -> pd.Categorical:
        return pd.Categorical.from_codes(np.where(use, at, -1), categories=pd.Index(names))

    codes = [code for family in FAMILIES.values() for code in family[0]]
    first = np.cumsum([0] + [len(family[0]) for family in FAMILIES.values()])[:-1]
    length = np.array([len(family[0]) for family in FAMILIES.values()])
    family = np.maximum(f["family"].to_numpy(), 0)
    habit = np.where(
        rng.random(many) < 0.7, (f["person"].to_numpy() * 31 + family) % 97 / 97, rng.random(many)
    )
    blank = np.where(shop, dials["no_diagnosis_at_shop"], 0.02)
    known = (f["family"].to_numpy() >= 0) & (rng.random(many) > blank)
    stay, doctor = (f["type"] == INPATIENT).to_numpy(), f["doctor"].to_numpy()
    operators, operator = np.unique(f["operator"].to_numpy(), return_inverse=True)
    kind = f["type"].to_numpy()
    rest = np.round(f["total"] - f["fund"] - f["account"], 2)
    old = (rng.random(many) < 0.5).astype(int)
    return pd.DataFrame({
        "claim_id": claim,
        "patient_id": pick(ids["patient"], f["person"].to_numpy(), np.ones(many, bool)),
        "facility_id": pick(ids["place"], place, ~shop),
        "pharmacy_id": pick(ids["place"], place, shop),
        "doctor_id": pick(ids["doctor"], doctor, (doctor >= 0) & (rng.random(many) > dirt * 3)),
        "claim_type": pick(np.array(["outpatient", "chronic", "inpatient", "pharmacy"], object), kind, np.ones(many, bool)),
        "started_at": time("start"),
        "ended_at": time("end"),
        "settled_at": time("settle"),
        "diagnosis_code": pick(np.array(codes, object), first[family] + (habit * length[family]).astype(int), known),
        "total_amount": f["total"].to_numpy(),
        "fund_amount": f["fund"].to_numpy(),
        "account_amount": f["account"].to_numpy(),
        "self_paid_amount": rest.to_numpy(),
        "operator_id": pick(_digits(operators * 7 % 9_999_991, "OP", 7), operator, rng.random(many) > dirt * 2),
        "prescriber_facility_id": pick(ids["place"], f["source"].to_numpy(), f["source"].to_numpy() >= 0),
        "admission_way": pick(np.array(["1", "2", "3", "9"], object), rng.choice(4, many, p=[0.17, 0.75, 0.04, 0.04]), stay),
        "discharge_way": pick(np.array(["1", "2", "4", "9"], object), rng.choice(4, many, p=[0.9, 0.04, 0.05, 0.01]), stay),
        "med_type_raw": pick(np.array(["11", "13", "140104", "140201", "21", "21", "41", "41"], object)[[0, 1, 2, 3, 4, 6]],
                             np.where(kind == PHARMACY, 5, np.where(stay, 4, kind * 2 + old * ((kind == 1) | (rng.random(many) < 0.06)))), np.ones(many, bool)),
        "refund_of": pd.Series(np.where(refunds >= 0, claim[where[np.maximum(refunds, 0)]], None), dtype=object),
        "ring": f["ring"].to_numpy(),
    })  # fmt: skip


def _names(rng: np.random.Generator, many: int, *, masked: bool) -> np.ndarray:
    weight = 1 / np.arange(2, len(_SURNAMES) + 2) ** 0.8
    first = np.array(list(_SURNAMES))[rng.choice(len(_SURNAMES), many, p=weight / weight.sum())]
    if masked:
        return np.char.add(first, np.where(rng.random(many) < 0.75, "**", "*")).astype(object)
    given = np.array(list(_GIVEN))
    second = np.where(rng.random(many) < 0.8, given[rng.integers(0, len(given), many)], "")
    return np.char.add(np.char.add(first, given[rng.integers(0, len(given), many)]), second).astype(object)


def _scramble(values: np.ndarray, modulus: int) -> np.ndarray:
    return (values.astype(np.int64) * 7919 + 104_729) % modulus


def _town_names(city: City) -> np.ndarray:
    rng, chars = city.rng, _PLACE_CHARS
    pairs = [a + b for a in chars for b in chars if a != b]
    names = [pairs[at] for at in rng.permutation(len(pairs))]
    tails = (
        ("街道{}小区", "街道{}社区"),
        ("开发区{}工业园", "开发区{}公寓"),
        ("大学城{}校区",),
        ("镇{}村", "乡{}村"),
    )
    return np.array([
        names[at % 40] + tails[kind][at % len(tails[kind])].format(names[40 + at % (len(names) - 40)]) for at, kind in enumerate(city.stype)
    ], object)  # fmt: skip


def _patients(
    city: City, c: dict[str, np.ndarray], ids: dict[str, np.ndarray], towns: np.ndarray
) -> pd.DataFrame:
    rng, people, dirt = city.rng, city.people, city.dials["dirt_share"]
    home = towns[city.home]
    nth = city.household - np.searchsorted(city.home, city.home) % 7
    house = [
        f"{name}{h // 96 % 40 + 1}号楼{h // 24 % 4 + 1}单元{h // 4 % 6 + 1}0{h % 4 + 1}室"
        for name, h in zip(home, nth, strict=True)
    ]
    common = city.address >= 0
    first = {code: home[at] for at, code in reversed(list(enumerate(city.address))) if code >= 0}
    shared = [
        f"{first[code]}{_scramble(np.array([code]), 389)[0] + 1}号院" if code >= 0 else ""
        for code in city.address
    ]
    address = np.where(common, np.array(shared, object), np.array(house, object))
    address = np.where(rng.random(people) < 6 * dirt + 0.01, None, address)
    phone = _digits(_scramble(city.phone, 999_999_937), "16", 9)
    phone = np.where(
        rng.random(people) < 2 * dirt, "13800000000", np.where(rng.random(people) < 0.04, None, phone)
    )
    account = _digits(_scramble(city.account, 999_999_937), "629900", 13)
    account = np.where((city.account < 10_000_000) & (rng.random(people) < 0.45), None, account)
    code = np.where(city.employer >= 10_000_000, city.employers + city.employer - 10_000_000, city.employer)
    code = _scramble(code, 14 * 961)
    chars = np.array(list(_PLACE_CHARS + "华"), object)
    firm = np.array(
        [chars[k % 31] + chars[k // 31 % 31] + _TRADES[k // 961] + "有限公司" for k in code], object
    )
    last = np.zeros(people, np.int64)
    np.maximum.at(last, c["person"], c["when"] // 86400 + c["nights"])
    dead = (city.age > 60) & (rng.random(people) < 0.03) & (last < DAYS - 15)
    birth = city.start - pd.to_timedelta(np.round(city.age * 365.25), unit="D")
    day = city.start.to_datetime64() + (last + rng.exponential(30, people).astype(int)).astype(
        "timedelta64[D]"
    )
    return pd.DataFrame({
        "patient_id": ids["patient"], "name": _names(rng, people, masked=True), "birth_date": birth.date, "sex": city.sex.astype(str), "address": address,
        "phone": phone, "bank_account": account, "employer": np.where(city.employer >= 0, firm, None),
        "household_id": np.where(rng.random(people) < 0.03, None, _digits(_scramble(city.household, 99_999_989), "HK", 8)),
        "agent_id": np.where(city.agent >= 0, _digits(_scramble(city.agent, 99_999_989), "39", 8), None),
        "residence_code": _digits(city.home % 9 + 1, f"{ids['region'][0]}", 2), "insurance_type": np.where(city.employee, "310", "390"),
        "identity_class": np.where(rng.random(people) < 0.03, "低保", np.where(rng.random(people) < 0.005, "特困", None)),
        "death_date": pd.Series(pd.to_datetime(np.where(dead, day, np.datetime64("NaT")))).dt.date,
    })[np.isin(np.arange(people), c["person"]) & (rng.random(people) > dirt)].sort_values("patient_id")  # fmt: skip


def _registers(
    city: City, c: dict[str, np.ndarray], ids: dict[str, np.ndarray], table: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    rng, many = city.rng, len(city.cls)
    towns = _town_names(city)
    patients = _patients(city, c, ids, towns)
    specialty = np.array([row[1] for row in FAMILIES.values()], object)[city.doc_family]
    doctors = pd.DataFrame({
        "doctor_id": ids["doctor"], "name": _names(rng, len(city.doc_place), masked=False), "facility_id": ids["place"][city.doc_place], "specialty": specialty,
        "title": rng.choice(["住院医师", "主治医师", "副主任医师", "主任医师"], len(city.doc_place), p=[0.34, 0.38, 0.2, 0.08]),
    }).sort_values("doctor_id")  # fmt: skip
    seen = c["doctor"] >= 0
    seen &= city.cls[c["place"]] != SHOP
    pair, times = np.unique(c["doctor"][seen].astype(np.int64) * many + c["place"][seen], return_counts=True)
    guest = (city.doc_place[pair // many] != pair % many) & (times > 3) & (rng.random(len(pair)) < 0.75)
    doctor = np.concatenate([np.arange(len(city.doc_place)), pair[guest] // many])
    site = np.concatenate([city.doc_place, pair[guest] % many])
    sites = (
        pd.DataFrame({"doctor_id": ids["doctor"][doctor], "facility_id": ids["place"][site]})
        .drop_duplicates()
        .sort_values(["doctor_id", "facility_id"])
    )
    places = _places(city, ids, towns)
    shop = city.cls == SHOP
    facilities = places[~shop].rename(columns={"place": "facility_id"}).sort_values("facility_id")
    pharmacies = (
        places[shop]
        .rename(columns={"place": "pharmacy_id"})
        .drop(columns=["level", "ownership", "beds"])
        .sort_values("pharmacy_id")
    )
    used = set(table["patient_id"].unique())
    patients = patients[patients["patient_id"].isin(used)]
    return {
        "patients": patients,
        "doctors": doctors,
        "doctor_sites": sites,
        "facilities": facilities,
        "pharmacies": pharmacies,
    }


def _places(city: City, ids: dict[str, np.ndarray], towns: np.ndarray) -> pd.DataFrame:
    rng, many = city.rng, len(city.cls)
    near = np.hypot(city.sx[None] - city.x[:, None], city.sy[None] - city.y[:, None]).argmin(1)
    chars = _PLACE_CHARS
    word = [chars[int(a)] + chars[int(b)] for a, b in rng.integers(0, len(chars), (many, 2))]
    tail = {TERTIARY: "中心医院", SECONDARY: "医院", PRIMARY: "卫生院", CLINIC: "诊所", SHOP: "大药房"}
    chain = [chars[at] + chars[at + 9] + "连锁" for at in range(7)]
    name = [
        (chain[city.chain[at]] + towns[near[at]][2:6] + "店")
        if city.chain[at] >= 0
        else word[at] + tail[int(kind)]
        for at, kind in enumerate(city.cls)
    ]
    owner = _names(rng, many, masked=False)
    account = _digits(rng.permutation(many) * 97 + 5000, "3301", 12)
    bosses, accounts = _names(rng, 7, masked=False), _digits(np.arange(7) * 31 + 400, "3301", 12)
    one = rng.random(many) < 0.7
    beds = np.select(
        [city.cls == TERTIARY, city.cls == SECONDARY, city.cls == PRIMARY], [900, 230, 45], 0
    ) * np.clip(city.size, 0.4, 3)
    return pd.DataFrame({
        "place": ids["place"], "name": name, "level": np.array(["tertiary", "secondary", "primary", "clinic", "shop"], object)[city.cls],
        "ownership": np.where(city.private, "private", "public"), "beds": np.round(beds).astype(int),
        "legal_representative": np.where((city.chain >= 0) & one, bosses[city.chain], owner),
        "phone": _digits(rng.permutation(many) * 13 + 1000, "0399", 7), "address": [f"{towns[at]}{number}号" for at, number in zip(near, rng.integers(1, 400, many), strict=True)],
        "account": np.where((city.chain >= 0) & one, accounts[city.chain], account),
        "longitude": np.round(117.3 + city.x / 95, 5), "latitude": np.round(33.8 + city.y / 111, 5),
    })  # fmt: skip


# ---------------------------------------------------------------- the truth
def _log_gamma(values: np.ndarray) -> np.ndarray:
    table = np.concatenate([[0.0, 0.0], np.cumsum(np.log(np.arange(1, int(values.max(initial=1)) + 3)))])
    return table[values.astype(int) + 1]


def _log_poisson(n: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return n * np.log(mean) - mean - _log_gamma(n)


class _Ordinary:
    """What the members would do anyway, from the claims that no ring made."""

    def __init__(self, city: City, c: dict[str, np.ndarray]):
        free = c["ring"] < 0
        self.city, self.person, self.place = city, c["person"][free], c["place"][free]
        self.rate = np.bincount(self.person, minlength=city.people).astype(float)
        self.by_home = np.bincount(city.home[self.person], minlength=len(city.sx)) + 2.0

    def expected(self, members: np.ndarray, place: int) -> np.ndarray:
        """Claims of each member at that place in the whole year: neighbours' share of it, or the own habit if that is more."""
        here = self.person[self.place == place]
        near = np.bincount(self.city.home[here], minlength=len(self.by_home))
        share = (near + 2.0 * len(here) / len(self.person)) / self.by_home
        own = np.bincount(here, minlength=self.city.people)[members]
        return np.maximum(self.rate[members] * share[self.city.home[members]], own)


def _oracle(
    this: Ring, c: dict[str, np.ndarray], rows: np.ndarray, ordinary: _Ordinary, delivered: set[str]
) -> float:
    """Log-likelihood ratio of the ring's events (nats) for one who knows its members and places.

    With meetings: over the events, Binomial(n; m, q) against Poisson(n; what these m people do at that place in such a window). Several stops of one tour
    count once. Without: over the members, how often each uses the ring's places, against the own ordinary use; anyone may be a
    regular there by chance, as often as the place's share near home, which bounds what one person can add. A common identifier adds 1.5 nats per person
    who has it, as lawful groups have such too.
    """
    members, person = np.unique(this.members), c["person"][rows]
    m = len(members)
    expected = {int(place): ordinary.expected(members, int(place)) for place in np.unique(c["place"][rows])}
    sign = 1.5 * max(0.0, this.strength * m - 1) if this.shared in delivered else 0.0
    if not this.meets:
        times = np.bincount(np.searchsorted(members, person), minlength=m).astype(float)
        rates = sum(expected.values()) + 1e-6
        regular = np.clip(rates / np.maximum(1.0, ordinary.rate[members]), 1e-4, 0.9)
        as_ring = _log_poisson(times, np.full(m, times.mean()))
        anyway = np.logaddexp(np.log1p(-regular) + _log_poisson(times, rates), np.log(regular) + as_ring)
        return float((as_ring - anyway).sum() + sign)
    event = c["event"][rows].astype(np.int64)
    pairs = np.unique(event * 10_000_000 + person)
    number, n = np.unique(pairs // 10_000_000, return_counts=True)
    order = np.lexsort((c["when"][rows], event))
    first = order[np.searchsorted(event[order], number)]
    window = (
        min(1.0, max(1.0, this.window_hours) / 11.0) if this.window_hours < 24 else this.window_hours / 24
    )
    where = c["place"][rows][first]
    window = np.where(ordinary.city.clockless[where], max(window, 1.0), window)
    mean = np.array([expected[int(place)].sum() for place in where]) * window / DAYS + 1e-6
    q = min(0.999, max(this.attendance, n.mean() / m))
    binomial = (
        _log_gamma(np.full(len(n), m))
        - _log_gamma(n)
        - _log_gamma(m - n)
        + n * np.log(q)
        + (m - n) * np.log(1 - q)
    )
    return float((binomial - _log_poisson(n.astype(float), mean)).sum() + sign)


def _truth(plan: Plan, c: dict[str, np.ndarray], table: pd.DataFrame, ids: dict[str, np.ndarray]) -> Truth:
    city, ordinary = plan.city, _Ordinary(plan.city, c)
    rings, members = [], []
    names = {"doctor": ids["doctor"], "facility": ids["place"], "pharmacy": ids["place"]}
    render = {
        "phone": ("16", 9, 999_999_937),
        "account": ("629900", 13, 999_999_937),
        "agent": ("39", 8, 99_999_989),
    }
    for this in plan.rings:
        rows = np.flatnonzero(c["ring"] == this.number)
        this.members = np.unique(c["person"][rows])
        if len(this.members) < 2:
            continue
        key = f"R{this.number + 1:03d}"
        rings.append(
            (key, this.kind, len(this.members), round(_oracle(this, c, rows, ordinary, plan.delivered), 2))
        )
        members += [(key, "patient", ids["patient"][at], "member") for at in this.members]
        acting = set(np.unique(c["place"][rows])), set(np.unique(c["doctor"][rows]))
        for what, at in this.others:
            if what in names and at in acting[what == "doctor"]:
                members.append((key, what, names[what][at], "actor"))
            elif what in render and what in plan.delivered:
                prefix, width, modulus = render[what]
                members.append(
                    (key, what, _digits(_scramble(np.array([at]), modulus), prefix, width)[0], "link")
                )
            elif what == "employer" and what in plan.delivered:
                code = int(_scramble(np.array([city.employers + at - 10_000_000]), 14 * 961)[0])
                chars = _PLACE_CHARS + "华"
                members.append(
                    (
                        key,
                        what,
                        chars[code % 31] + chars[code // 31 % 31] + _TRADES[code // 961] + "有限公司",
                        "link",
                    )
                )
    seen = np.zeros(city.people, bool)
    seen[c["person"]] = True
    decoys = [
        (f"L{at + 1:04d}", kind, "|".join(ids["patient"][people[seen[people]]]))
        for at, (kind, people) in enumerate(plan.decoys)
        if seen[people].sum() > 1
    ]
    known = {row[0] for row in rings}
    planted = table.loc[table["ring"] >= 0, ["claim_id", "ring"]]
    planted = planted.assign(ring_id=[f"R{number + 1:03d}" for number in planted["ring"]])
    return Truth(
        rings=pd.DataFrame(rings, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(
            members, columns=["ring_id", "entity_type", "entity_id", "role"]
        ).drop_duplicates(),
        decoys=pd.DataFrame(decoys, columns=["decoy_id", "kind", "patients"]),
        ring_claims=planted[planted["ring_id"].isin(known)][["ring_id", "claim_id"]],
    )
