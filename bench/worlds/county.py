"""A rural county: one county hospital, township centres, village doctors, markets every five days, poor registers.

What this world is
    Villages with a doctor each, townships with a health centre and one or two shops, a county seat with hospitals and a few shops.
    The whole area comes to town on market day (every fifth day, each township its own phase), so shops and centres are full then.
    Migrant workers are away for about half of the year. Most village doctors enter the day's claims in one batch in the evening,
    sometimes the day after: their clocks are entry times. Visits per person and sizes of places have heavy tails; people have a
    usual clinic, centre, hospital, shop, doctor, hour and (in town) weekday; refills follow intervals; courses run on consecutive
    days; households and neighbours come together.
What it holds
    claims, patients, doctors, doctor_sites, facilities, pharmacies and (in half of the seeds) claim_items of drugs.
    No household ids; about half of the phones; addresses only to the village; no doctor on about a third of village claims.
What it does not hold
    Other counties' claims, births, prices by item, stocks. A migrant's claims where the migrant works are not delivered.
    Age, sex and family fit each other only roughly; the market is every fifth day of the sun's calendar, not the moon's.

Lawful kinds (`county_groups.LAWFUL`, 38)
    On market days: carers for neighbours, families (centre, shop), hamlets walking, members of a cooperative with one account.
    In the village: chronic days, family-doctor rounds, cadres with the cards of the poor, outbreaks, substitute doctors, renamed
    clinics, sheltered houses, grandparents with children left behind. Daily or in shifts: tuberculosis, methadone, dialysis,
    oncology cycles, acupuncture slots, rehabilitation, psychiatric stays settled monthly. By institution: old people's homes,
    quarries, schools, workshops, sites' workers home for the feast. In town: antenatal days, screening buses, the shop beside the
    hospital, the only dual-channel shop, one drug at one shop, visiting specialists, congregations, member days, dance companions,
    self-help groups, the twice-weekly bus, a doctor's Saturday circle. In winter: stays of old people after the harvest.

Ring kinds (`county_groups.RINGS`, 16)
    Meeting: cards swept at a shop, staged stays (two of five batches), rotating pool over places, slow drip, phantom therapy, shell
    employer, home cards, staff and kin, drug resale tour, van pickup, one account's large circle. Not meeting: steered prescriptions,
    paper patients of absent migrants, identical bills, clinics billing each other's villagers, medicines bought back (trace codes).

Every parameter is drawn per seed from `RANGES`. Names and ids are invented.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from bench.worlds.county_groups import (
    Group,
    Ring,
    Sign,
    meeting_nats,
    plant_lawful,
    plant_rings,
    visiting_nats,
)
from bench.worlds.county_life import (
    CLINIC,
    DAYS,
    DIAGNOSES,
    SHOP,
    County,
    Ledger,
    auto_diagnosis,
    auto_doctor,
    build,
    live,
)
from bench.worlds.files import Level, Truth, write_world

__all__ = ["RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    # people and places
    "claims_per_person": (7.4, 11.5), "people_per_township": (4000, 9000), "people_per_village": (320, 700), "household_size": (2.4, 3.2),
    "hamlet_size": (28, 70), "migrants": (0.3, 0.55), "away_days": (160, 215), "chronic": (0.07, 0.12), "employees": (0.05, 0.11),
    "activity_shape": (0.55, 1.0), "second_clinic": (0.06, 0.2), "new_shops": (0.04, 0.15), "batch_clinics": (0.6, 0.9), "border_villages": (0.04, 0.12),
    # habits and calendar
    "to_clinic": (0.36, 0.48), "to_centre": (0.17, 0.25), "to_hospital": (0.12, 0.18), "to_shop": (0.13, 0.22), "strays": (0.12, 0.25), "near_shop": (0.5, 0.75),
    "market_pull": (0.35, 0.65), "weekday_habit": (0.15, 0.4), "weekend": (0.6, 0.9), "holiday_dip": (0.3, 0.55), "usual_doctor": (0.45, 0.75), "start_month": (0, 15),
    "courses": (0.035, 0.08), "companions": (0.05, 0.12), "stays": (0.03, 0.05), "stays_at_centre": (0.35, 0.55), "refill_clinic": (0.25, 0.42), "missed_refills": (0.06, 0.2),
    "queue": (9, 26),
    "prescribed": (0.2, 0.45), "next_day_entry": (0.04, 0.15),
    # prices
    "price": (0.85, 1.2), "spread": (0.9, 1.15),
    # lawful groups, per 400,000 claims, and their most claims
    "groups": (150, 280), "group_share": (0.1, 0.16),
    # registers and dirt
    "phones": (0.42, 0.58), "accounts": (0.3, 0.6), "village_account": (0.0, 0.12), "doctor_gaps": (0.01, 0.05), "diagnosis_gaps": (0.01, 0.05), "refunds": (0.011, 0.027),
    "no_clock": (0.002, 0.015), "unregistered": (0.003, 0.015), "placeholders": (0.005, 0.03), "strange_ends": (0.0005, 0.004), "with_items": (0, 2), "with_operators": (0, 4),
    "with_prescriber": (0, 3), "with_ways": (0, 3), "with_map": (0, 2), "with_account_paid": (0, 4), "with_agent": (0, 4),
}  # fmt: skip

_WHOLE = {
    "start_month",
    "with_items",
    "with_operators",
    "with_prescriber",
    "with_ways",
    "with_map",
    "with_account_paid",
    "with_agent",
}
_MEDIAN = {  # yuan by place kind: outpatient, chronic, stay, pharmacy
    0: (43, 92, 800, 50), 1: (82, 158, 2150, 60), 2: (172, 262, 5600, 60), 3: (148, 235, 4600, 60), 4: (150, 200, 3600, 60), 5: (130, 205, 3900, 60), 6: (60, 180, 900, 62), 7: (140, 240, 4400, 60),
}  # fmt: skip
_SIGMA = (0.62, 0.45, 0.6, 0.7)
_RATIO = (0.52, 0.66, 0.7, 0.5)
_SURNAMES = np.array(list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"))
_GIVEN = np.array(list("英兰秀芳桂玉华明国建军平福贵林生海春花红梅珍云娟强伟勇丽霞燕婷浩宇轩子"))
_PLACE = np.array(list("岚澜砚峪埝岙洑垭澄蒲葛栎椴枫桐槐榆柘芦苇荻雁鹭獾"))
_LAND = np.array(list("溪岭坪沟湾坝寨店桥铺塘堰坡崖冲垌"))
_DRUG_NAMES = (
    "苯磺酸氨氯地平片 硝苯地平控释片 缬沙坦胶囊 盐酸二甲双胍片 阿卡波糖片 格列美脲片 阿托伐他汀钙片 瑞舒伐他汀钙片 阿司匹林肠溶片 硫酸氢氯吡格雷片 酒石酸美托洛尔片 复方丹参片 "
    "通心络胶囊 参松养心胶囊 稳心颗粒 脑心通胶囊 银杏叶片 茶碱缓释片 孟鲁司特钠片 沙丁胺醇气雾剂 奥美拉唑肠溶胶囊 铝碳酸镁片 阿莫西林胶囊 头孢克肟分散片 连花清瘟胶囊 感冒灵颗粒 板蓝根颗粒 "
    "甘草片 布洛芬缓释胶囊 双氯芬酸钠缓释片 甘精胰岛素注射液 门冬胰岛素注射液 利伐沙班片 恩替卡韦分散片 左甲状腺素钠片 甲氨蝶呤片 碳酸钙D3片 骨化三醇软胶囊 蒙脱石散 氯雷他定片"
)
_DRUGS = tuple(_DRUG_NAMES.split())


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Invent a county with about `claims` claims and write its delivery and its truth."""
    rng = np.random.default_rng(seed)
    p = _parameters(rng)
    world = build(rng, p, int(claims / p.claims_per_person))
    ledger = Ledger()
    number = {"none": 0, "real": 10**6}.get(level, max(2, round(14 * claims / 400_000)))
    if level == "real":
        number = max(1, world.size // 3000)
    rings, ring_signs = plant_rings(rng, world, ledger, number=number, level=level) if number else ([], [])
    budget = ledger.size + int(p.group_share * claims)
    groups, signs = plant_lawful(
        rng,
        world,
        ledger,
        number=max(45, round(p.groups * claims / 400_000)),
        budget=budget,
        weak=level == "hard",
    )
    live(rng, world, ledger, int(claims * (1 - p.refunds)) - ledger.size)
    events = ledger.frame()
    bills = _bills(rng, world, events)
    ids = _Ids(rng, world)
    tables, ring_of = _tables(
        rng, world, events, bills, ids, {i for i, r in enumerate(rings) if r.scheme.extra == "trace"}
    )
    tables |= _registers(rng, world, tables["claims"], ids, signs + ring_signs)
    write_world(out, tables, _truth(world, events, tables["claims"], ring_of, ids, rings, groups))


def _parameters(rng: np.random.Generator) -> SimpleNamespace:
    drawn = {
        name: int(rng.integers(lo, hi + 1)) if name in _WHOLE else float(rng.uniform(lo, hi))
        for name, (lo, hi) in RANGES.items()
    }
    return SimpleNamespace(**drawn)


class _Ids:
    """Ids as the supplier writes them: numbers that tell nothing of the village."""

    def __init__(self, rng: np.random.Generator, w: County) -> None:
        region = int(rng.integers(9801, 9899))
        self.region = f"{region}{rng.integers(21, 30)}"
        kind, n = w.places["kind"], len(w.places["kind"])
        number = rng.permutation(n) + int(rng.integers(11, 400))
        self.patient = self._text(
            f"{self.region}0000",
            np.sort(rng.permutation(w.size * 7)[: w.size])[rng.permutation(w.size)] + 10**8,
            10,
        )
        self.place = np.where(
            kind == SHOP, self._text(f"P{self.region}", number, 5), self._text(f"H{self.region}", number, 5)
        )
        doctors = int(w.places["doctors"].sum())
        self.doctor = self._text(f"D{self.region}", rng.permutation(doctors * 3)[:doctors], 6)
        self.operator = self._text("OP", rng.permutation(n * 12), 6)

    @staticmethod
    def _text(prefix: str, numbers: np.ndarray, width: int) -> np.ndarray:
        return np.array([f"{prefix}{x:0{width}d}" for x in numbers.tolist()], dtype=object)


def _bills(rng: np.random.Generator, w: County, e: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return amounts and clocks; mends `e` where shops were not open yet and village doctors entered batches."""
    p, places, n = w.p, w.places, len(e["person"])
    early = (e["day"] < places["open_day"][e["place"]]) & (e["ring"] < 0)
    old = np.flatnonzero((places["kind"] == SHOP) & (places["open_day"] == 0))
    old_of = np.array([old[np.argmin(np.abs(places["township"][old] - t))] for t in range(len(w.seat))])
    e["place"] = np.where(early, old_of[places["township"][e["place"]]], e["place"])
    kind = places["kind"][e["place"]]
    e["diag"], e["doctor"] = auto_diagnosis(rng, w, e), auto_doctor(rng, w, e)
    median = np.array([_MEDIAN[k] for k in range(8)], float)[kind, e["ctype"]]
    sigma = np.array(_SIGMA)[e["ctype"]] * p.spread
    stay = np.where(e["los"] > 0, (np.maximum(e["los"], 1) / 8.0) ** 0.75, 1.0)
    total = (
        median
        * p.price
        * places["level"][e["place"]]
        * w.people["thrift"][e["person"]]
        * e["scale"]
        * stay
        * rng.lognormal(0, sigma)
    )
    total = np.where(np.isfinite(e["fixed"]), e["fixed"], total)
    tidy = (kind == CLINIC) | (kind == SHOP)
    total = np.where(
        tidy & (rng.random(n) < 0.35) & ~np.isfinite(e["fixed"]), np.round(total), total
    )  # round prices at villages and shops
    total = np.round(np.maximum(total, 2.0), 2)
    minute = _entry(rng, w, e)
    minute = np.clip(minute, 0, 1438.9)
    wait = np.where(tidy, rng.gamma(1.2, 1.0, n), rng.gamma(1.8, p.queue / 1.8, n))
    market = (e["day"] - w.market[places["township"][e["place"]]]) % 5 == 0
    wait = np.where(market & ~tidy, wait * 1.7, wait)
    return {"total": total, "minute": minute, "wait": wait}


def _entry(rng: np.random.Generator, w: County, e: dict[str, np.ndarray]) -> np.ndarray:
    """Village doctors who enter in batches: the day's people in a row in the evening, sometimes on the day after."""
    minute = e["minute"].astype(float)
    late = np.flatnonzero(w.places["batch"][e["place"]] & (rng.random(len(minute)) < 0.93))
    place, day = e["place"][late].astype(np.int64), e["day"][late].astype(np.int64)
    lag = rng.random((len(w.places["kind"]), DAYS + 1)) < w.p.next_day_entry
    moved = lag[place, day] & (day < DAYS - 1)
    day = day + moved
    e["day"][late] = day
    key = place * (DAYS + 1) + day
    order = np.lexsort((minute[late] + rng.normal(0, 90, len(late)), key))
    key = key[order]
    first = np.r_[True, key[1:] != key[:-1]]
    pause = rng.gamma(1.1, 1.8, len(key)) + np.where(
        rng.random(len(key)) < 0.06, rng.uniform(5, 40, len(key)), 0
    )
    total = np.cumsum(pause)
    since = total - np.maximum.accumulate(np.where(first, total - pause, 0))
    start = w.places["batch_at"][place[order]] + rng.normal(0, 35, first.sum())[np.cumsum(first) - 1]
    minute[late[order]] = np.minimum(start + since, 1300 + (start + since) % 110)
    return minute


def _tables(
    rng: np.random.Generator,
    w: County,
    e: dict[str, np.ndarray],
    bills: dict[str, np.ndarray],
    ids: _Ids,
    traced: set[int],
) -> tuple[dict[str, pd.DataFrame], np.ndarray]:
    """Return the claims (settled order), their drug lines where delivered, and each claim's ring (-1: none)."""
    p, n = w.p, len(e["person"])
    order = np.lexsort((bills["minute"], e["day"] + e["los"]))
    e.update({name: values[order] for name, values in e.items()})
    bills.update({name: values[order] for name, values in bills.items()})
    refunds = np.sort(rng.choice(n, int(n * p.refunds / (1 - p.refunds)), replace=False))
    rows = np.r_[np.arange(n), refunds]
    back = np.arange(n + len(refunds)) >= n
    frame = _claim_columns(rng, w, e, bills, ids, rows, back)
    gaps = rng.integers(1, 4, len(rows)).cumsum() + int(rng.integers(10**6, 10**7))
    number = np.empty(len(rows), np.int64)
    by_time = np.argsort(frame["settled_at"].to_numpy(), kind="stable")
    number[by_time] = gaps
    frame.insert(0, "claim_id", np.array([f"{ids.region}S{x:011d}" for x in number.tolist()], dtype=object))
    frame["refund_of"] = None
    frame.loc[back, "refund_of"] = frame["claim_id"].to_numpy()[refunds]
    tables = {}
    if p.with_items:
        tables["claim_items"] = _items(rng, e, frame.iloc[:n], traced)
    frame = frame.iloc[by_time].reset_index(drop=True)
    return {"claims": frame, **tables}, e["ring"][rows][by_time]


def _claim_columns(
    rng: np.random.Generator,
    w: County,
    e: dict[str, np.ndarray],
    bills: dict[str, np.ndarray],
    ids: _Ids,
    rows: np.ndarray,
    back: np.ndarray,
) -> pd.DataFrame:
    p, n = w.p, len(rows)
    person, place, ctype, doctor = (e[name][rows] for name in ("person", "place", "ctype", "doctor"))
    shop = w.places["kind"][place] == SHOP
    total = bills["total"][rows]
    employee = w.people["employee"][person]
    ratio = np.array(_RATIO)[ctype] + np.where(employee, 0.11, 0) + rng.normal(0, 0.035, n)
    floor = np.where(ctype == 2, np.where(w.places["kind"][place] == 1, 200, 500), 0)
    fund = np.round(
        np.maximum(total - floor, 0)
        * np.clip(ratio, 0.05, 0.95)
        * np.where((ctype == 3) & employee & (rng.random(n) < 0.5), 0, 1),
        2,
    )
    fund = np.where(~shop & (ctype == 0) & (rng.random(n) < 0.07), 0, fund)
    account = np.round(np.where(employee, (total - fund) * np.where(rng.random(n) < 0.7, 1, 0.4), 0), 2)
    sign = np.where(back, -1.0, 1.0)
    start = np.datetime64(w.start, "s")
    seconds = (bills["minute"][rows] * 60).astype(np.int64)
    begun = start + (e["day"][rows].astype(np.int64) * 86400 + seconds).astype("timedelta64[s]")
    wait = (bills["wait"][rows] * 60).astype(np.int64)
    los = e["los"][rows].astype(np.int64)
    ended = begun + np.where(
        los > 0, los * 86400 + (rng.normal(0, 60, n) * 60).astype(np.int64), wait
    ).astype("timedelta64[s]")
    settled = np.where(
        los > 0,
        np.maximum(ended, begun) + (rng.gamma(1.5, 30, n) * 60).astype(np.int64).astype("timedelta64[s]"),
        ended,
    )
    delay = (rng.choice([0, 0, 1, 2, 5, 9], n) * 86400 + rng.integers(600, 9000, n)).astype("timedelta64[s]")
    settled = np.where(back, settled + delay, settled)
    blank = rng.random(n) < p.no_clock
    begun = np.where(blank, begun.astype("datetime64[D]").astype("datetime64[s]"), begun)
    ended = np.where(rng.random(n) < p.strange_ends, begun - np.timedelta64(86400, "s"), ended)
    has_doctor = (doctor >= 0) & (rng.random(n) >= w.places["no_doctor"][place])
    diagnosis = np.array(DIAGNOSES, dtype=object)[e["diag"][rows]]
    diagnosis[(rng.random(n) < w.places["no_diag"][place]) | (shop & (rng.random(n) < 0.5))] = None
    columns = {
        "patient_id": ids.patient[person],
        "facility_id": np.where(shop, None, ids.place[place]),
        "pharmacy_id": np.where(shop, ids.place[place], None),
        "doctor_id": np.where(has_doctor, ids.doctor[np.maximum(doctor, 0)], None),
        "claim_type": np.array(["outpatient", "chronic", "inpatient", "pharmacy"], dtype=object)[ctype],
        "started_at": begun,
        "ended_at": ended,
        "settled_at": settled,
        "diagnosis_code": diagnosis,
        "total_amount": sign * total,
        "fund_amount": sign * fund + 0.0,
        "self_paid_amount": np.round(sign * (total - fund - account), 2) + 0.0,
        "med_type_raw": np.array(["11", "14", "21", "41"], dtype=object)[ctype],
    }
    if p.with_account_paid:
        columns["account_amount"] = sign * account + 0.0
    if p.with_operators:
        terminal = place * 12 + (
            (person.astype(np.int64) * 31 + e["day"][rows] * 17) % w.places["terminals"][place]
        )
        columns["operator_id"] = ids.operator[np.minimum(terminal, len(ids.operator) - 1)]
    if p.with_prescriber:
        home = np.repeat(np.arange(len(w.places["kind"])), w.places["doctors"])
        columns["prescriber_facility_id"] = np.where(
            shop & has_doctor, ids.place[home[np.maximum(doctor, 0)]], None
        )
    if p.with_ways:
        columns["admission_way"] = np.where(
            ctype == 2, rng.choice(np.array(["1", "2", "9"], dtype=object), n, p=[0.15, 0.8, 0.05]), None
        )
        columns["discharge_way"] = np.where(
            ctype == 2,
            rng.choice(np.array(["1", "2", "4", "5"], dtype=object), n, p=[0.9, 0.02, 0.06, 0.02]),
            None,
        )
    return pd.DataFrame(columns, copy=False)


def _items(
    rng: np.random.Generator, e: dict[str, np.ndarray], claims: pd.DataFrame, traced: set[int]
) -> pd.DataFrame:
    """Return one or two drug lines of pharmacy and chronic claims; about half of the lines have a trace code."""
    rows = np.flatnonzero((e["ctype"] == 3) | (e["ctype"] == 1))
    second = rows[rng.random(len(rows)) < 0.35]
    usual = (e["person"].astype(np.int64) * 37 + e["diag"]) % 22
    casual = rng.integers(14, 40, len(usual))
    drug = np.where(
        e["drug"] >= 0,
        e["drug"],
        np.where(e["ctype"] == 1, usual, np.where(rng.random(len(usual)) < 0.4, usual, casual)),
    )
    share = np.ones(len(usual))
    share[second] = rng.uniform(0.4, 0.8, len(second))
    line = np.sort(np.r_[rows * 2, second * 2 + 1])
    row, later = line // 2, line % 2 == 1
    total = claims["total_amount"].to_numpy()[row]
    amount = np.round(total * share[row], 2)
    amount = np.where(later, np.round(total - amount, 2), amount)
    item = np.where(later, (drug[row] + 7) % 40, drug[row])
    price = 8 + (item * 7919 % 83)
    quantity = np.maximum(np.round(amount / price), 1)
    trace = np.arange(len(line)) + int(rng.integers(10**7, 10**8))
    split = rng.random(len(line)) < 0.015
    trace = np.where(split, trace - 1, trace)
    for ring in sorted(traced):
        theirs = np.flatnonzero(e["ring"][row] == ring)
        half = theirs[: len(theirs) // 2]
        trace[theirs[len(half) : 2 * len(half)]] = trace[half]
    shown = rng.random(len(line)) < 0.5
    shown |= np.isin(e["ring"][row], sorted(traced)) & (rng.random(len(line)) < 0.7)
    codes = np.array(
        [
            f"8{x:08d}{x * 7919 % 99991:05d}{x % 97:02d}" if s else None
            for x, s in zip(trace.tolist(), shown.tolist(), strict=True)
        ],
        dtype=object,
    )
    return pd.DataFrame({
        "claim_id": claims["claim_id"].to_numpy()[row],
        "item_code": np.array([f"X{86000 + i * 37:07d}" for i in range(40)], dtype=object)[item],
        "item_name": np.array(_DRUGS, dtype=object)[item],
        "item_type": "西药费",
        "quantity": quantity,
        "unit_price": np.round(amount / quantity, 4),
        "amount": amount,
        "charged_at": claims["started_at"].to_numpy()[row],
        "trace_code": codes,
        "split_pack": split & (rng.random(len(line)) < 0.7),
    })  # fmt: skip


def _names(rng: np.random.Generator, number: int, endings: np.ndarray) -> np.ndarray:
    """Return place names of two signs that do not repeat (a number is added where the pairs run out)."""
    pairs = np.array([a + b for a in _PLACE for b in endings])[rng.permutation(len(_PLACE) * len(endings))]
    return np.array(
        [
            pairs[i % len(pairs)] + ("" if i < len(pairs) else "东西南北上下前后里外"[i // len(pairs) % 10])
            for i in range(number)
        ],
        dtype=object,
    )


def _registers(
    rng: np.random.Generator, w: County, claims: pd.DataFrame, ids: _Ids, signs: list[Sign]
) -> dict[str, pd.DataFrame]:
    towns, villages = _names(rng, len(w.seat), _LAND), _names(rng, len(w.village_township), _LAND)
    county = np.array([f"澜{rng.choice(_LAND)}县" for _ in range(int(w.county_of.max()) + 1)], dtype=object)
    town_seat = w.seat[w.village_township]
    where = np.array(
        [
            f"{county[w.county_of[t]]}{towns[t]}镇{v}{'社区' if s else '村'}"
            for v, t, s in zip(villages, w.village_township, town_seat, strict=True)
        ],
        dtype=object,
    )
    firm, keeper = _firm_names(rng, w, county, towns, villages)
    facilities, pharmacies = _place_tables(rng, w, ids, firm, keeper, where, county, towns)
    seen = rng.random(w.size) >= w.p.unregistered
    people = _people_table(rng, w, ids, where, _last_seen(claims, ids))
    for sign in signs:
        value = sign.value
        if value.startswith("@"):
            value = firm[int(value[1:])]
        if value.startswith("#"):
            number = value[1:].rstrip("".join(sorted(set(value[1:]) - set("0123456789"))))
            value = (where if sign.column == "address" else villages)[int(number)] + value[1 + len(number) :]
        if sign.column in people:
            column = people[sign.column].to_numpy(copy=True)
            column[sign.people] = value
            people[sign.column] = column
    people = people[seen].iloc[rng.permutation(int(seen.sum()))].reset_index(drop=True)
    home = np.repeat(np.arange(len(firm)), w.places["doctors"])
    rank = np.concatenate([np.arange(k) for k in w.places["doctors"]])
    known = rng.random(len(home)) > 0.01
    specialty = np.where(
        w.places["kind"][home] == CLINIC,
        "全科",
        rng.choice(
            np.array(["内科", "外科", "中医科", "儿科", "妇产科", "骨科", "康复科"], dtype=object), len(home)
        ),
    )
    doctors = pd.DataFrame({
        "doctor_id": ids.doctor, "name": rng.choice(_SURNAMES, len(home)) + "*" + rng.choice(_GIVEN, len(home)), "facility_id": ids.place[home], "specialty": specialty,
        "title": np.where(w.places["kind"][home] == CLINIC, "乡村医生", np.select([rank < 2, rank < 6], ["副主任医师", "主治医师"], "医师")),
    })[known].reset_index(drop=True)  # fmt: skip
    used = claims.loc[
        claims["facility_id"].notna() & claims["doctor_id"].notna(), ["doctor_id", "facility_id"]
    ].value_counts()
    used = used[used >= 12].reset_index()[["doctor_id", "facility_id"]]
    main = pd.DataFrame({"doctor_id": ids.doctor, "facility_id": ids.place[home]})[known]
    sites = (
        pd.concat([main, used[rng.random(len(used)) < 0.97]])
        .drop_duplicates()
        .sort_values(["doctor_id", "facility_id"])
        .reset_index(drop=True)
    )
    return {
        "patients": people,
        "doctors": doctors,
        "doctor_sites": sites,
        "facilities": facilities,
        "pharmacies": pharmacies,
    }


def _last_seen(claims: pd.DataFrame, ids: _Ids) -> np.ndarray:
    """Return each person's last day with a claim (NaT: none)."""
    return (
        claims.groupby("patient_id")["settled_at"]
        .max()
        .reindex(ids.patient)
        .to_numpy()
        .astype("datetime64[D]")
    )


def _people_table(
    rng: np.random.Generator, w: County, ids: _Ids, where: np.ndarray, last_seen: np.ndarray
) -> pd.DataFrame:
    p, people, n = w.p, w.people, w.size
    clan = rng.integers(0, len(_SURNAMES), len(where))
    surname = np.where(rng.random(n) < 0.38, _SURNAMES[clan[people["village"]]], rng.choice(_SURNAMES, n))
    born = np.datetime64(w.start, "D") - (people["age"] * 365.25 + rng.uniform(0, 365, n)).astype(int).astype(
        "timedelta64[D]"
    )
    phone = np.array(
        [
            f"1{a}{b:08d}"
            for a, b in zip(
                rng.choice([36, 38, 50, 52, 57, 59, 78, 83, 87, 98], n).tolist(),
                rng.integers(0, 10**8, n).tolist(),
                strict=True,
            )
        ],
        dtype=object,
    )
    near = np.flatnonzero(
        rng.random(n) < 0.16
    )  # the young keep the phone of the old: one number for the household
    lead = np.maximum(near - 1, 0)
    same = people["household"][near] == people["household"][lead]
    phone[near[same]] = phone[lead[same]]
    phone[rng.random(n) >= p.phones] = None
    phone[rng.random(n) < p.placeholders] = str(
        rng.choice(["13800000000", "00000000000", "13888888888", "1"])
    )
    account = np.array(
        [
            f"62{a:011d}{b:06d}"
            for a, b in zip(
                rng.integers(0, 10**11, n).tolist(), rng.integers(0, 10**6, n).tolist(), strict=True
            )
        ],
        dtype=object,
    )
    cooperative = (rng.random(len(where)) < p.village_account)[people["village"]] & (rng.random(n) < 0.7)
    account = np.where(
        cooperative,
        np.array([f"6230{rng.integers(10**9, 10**10)}{v:03d}" for v in range(len(where))], dtype=object)[
            people["village"]
        ],
        account,
    )
    account[(rng.random(n) >= p.accounts) & ~cooperative] = None
    firms = np.array(
        [
            f"{a}{b}{c}"
            for a in "澜岚砚澄"
            for b in ("兴", "盛", "源", "丰")
            for c in ("建材有限公司", "茶业有限公司", "运输有限公司", "服饰有限公司")
        ],
        dtype=object,
    )
    public = np.array(["县教育系统", "县机关事务中心", "县供电所", "县卫生系统"], dtype=object)
    employer = np.where(
        rng.random(n) < 0.45, rng.choice(public, n), firms[(rng.pareto(0.9, n) * 3).astype(int) % len(firms)]
    )
    end = np.datetime64(w.start, "D") + np.timedelta64(DAYS, "D")
    quiet = np.isnat(last_seen) | (
        end - last_seen > np.timedelta64(25, "D")
    )  # the dead have no claims, a few wrong dates apart
    died = rng.random(n) < np.where(quiet, 4, 0.02) * np.interp(
        people["age"], [0, 60, 80, 97], [0.0, 0.004, 0.025, 0.1]
    )
    death = np.where(died, last_seen + rng.integers(1, 25, n).astype("timedelta64[D]"), np.datetime64("NaT"))
    wrong = died & (rng.random(n) < 0.03)
    death = np.where(wrong, death - np.timedelta64(90, "D"), death)
    frame = pd.DataFrame({
        "patient_id": ids.patient, "name": np.char.add(np.char.add(surname.astype(str), "*"), rng.choice(_GIVEN, n).astype(str)).astype(object),
        "birth_date": born.astype("datetime64[s]"), "sex": np.where(rng.random(n) < 0.004, None, people["sex"].astype(str).astype(object)),
        "address": where[people["village"]], "phone": phone, "bank_account": account,
        "employer": np.where(people["employee"] & (rng.random(n) < 0.85), employer, None).astype(object),
        "residence_code": np.array([f"{ids.region}{100 + t:03d}" for t in range(len(w.seat))], dtype=object)[people["township"]],
        "insurance_type": np.where(people["employee"], "310", "390").astype(object),
        "identity_class": rng.choice(np.array([None, "低保对象", "脱贫人口", "残疾人"], dtype=object), n, p=[0.88, 0.04, 0.06, 0.02]),
        "death_date": death.astype("datetime64[s]"),
    })  # fmt: skip
    if p.with_agent:
        clerk = np.array([f"AG{x}" for x in rng.integers(10**5, 10**6, len(where))], dtype=object)
        frame["agent_id"] = np.where(
            people["chronic"] & (rng.random(n) < 0.25), clerk[people["village"]], None
        )
    return frame


def _firm_names(
    rng: np.random.Generator, w: County, county: np.ndarray, towns: np.ndarray, villages: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    names = []
    columns = (w.places[x].tolist() for x in ("kind", "township", "village", "county"))
    for serial, (kind, t, v, c) in enumerate(zip(*columns, strict=True)):
        fancy = f"{rng.choice(_PLACE)}{rng.choice(list('康安仁济和泰宁'))}"
        names.append((
            f"{towns[t]}镇{villages[v]}村卫生室", f"{towns[t]}镇卫生院", f"{county[c]}人民医院", f"{county[c]}中医院", f"{county[c]}妇幼保健院",
            f"{county[c]}{fancy}医院", f"{county[c]}{fancy}大药房{serial % 40 + 1}店", f"{county[c]}{fancy}精神病医院",
        )[kind])  # fmt: skip
    people = rng.choice(_SURNAMES, len(names)) + "*" + rng.choice(_GIVEN, len(names))
    shops = np.flatnonzero(w.places["kind"] == SHOP)
    chain = shops[rng.random(len(shops)) < 0.35]
    people[chain] = people[chain[0]] if len(chain) else ""
    return np.array(names, dtype=object), people.astype(object)


def _place_tables(
    rng: np.random.Generator,
    w: County,
    ids: _Ids,
    firm: np.ndarray,
    keeper: np.ndarray,
    where: np.ndarray,
    county: np.ndarray,
    towns: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    places, n = w.places, len(firm)
    kind, township = places["kind"], places["township"]
    rural = where[np.maximum(places["village"], 0)]
    street = np.array([f"{county[w.county_of[t]]}{towns[t]}镇" for t in range(len(w.seat))], dtype=object)[
        township
    ]
    account = np.array([f"62{x:015d}" for x in rng.integers(0, 10**15, n).tolist()], dtype=object)
    centre = np.empty(len(w.seat), int)
    for i in np.flatnonzero(kind == 1):
        centre[township[i]] = i
    managed = (kind == CLINIC) & (rng.random(n) < 0.45)  # the centre keeps the books of village clinics
    account = np.where(managed, account[centre[township]], account)
    frame = pd.DataFrame({
        "id": ids.place, "name": firm,
        "level": np.array(["clinic", "primary", "secondary", "secondary", "secondary", "primary", None, "primary"], dtype=object)[kind],
        "ownership": np.where(np.isin(kind, [5, 7]) | ((kind == CLINIC) & (rng.random(n) < 0.3)), "private", "public"),
        "beds": np.array([0, 40, 450, 180, 100, 70, 0, 120])[kind] + rng.integers(0, 9, n) * np.where(kind == CLINIC, 0, 5),
        "legal_representative": np.where(managed, keeper[centre[township]], keeper),
        "phone": np.where(rng.random(n) < 0.6, np.array([f"0{x}" for x in rng.integers(10**9, 10**10, n)], dtype=object), None),
        "address": np.where(kind == CLINIC, rural, street), "account": account,
    })  # fmt: skip
    if w.p.with_map:
        middle = rng.normal(0, 0.16, (len(w.seat), 2))[township] + rng.normal(0, 0.03, (n, 2))
        frame["longitude"], frame["latitude"] = (
            np.round(111.3 + middle[:, 0], 5),
            np.round(29.8 + middle[:, 1], 5),
        )
    shop = kind == SHOP
    shops = frame[shop].drop(columns=["level", "ownership", "beds"]).rename(columns={"id": "pharmacy_id"})
    return frame[~shop].rename(columns={"id": "facility_id"}).reset_index(drop=True), shops.reset_index(
        drop=True
    )


def _truth(
    w: County,
    e: dict[str, np.ndarray],
    claims: pd.DataFrame,
    ring_of: np.ndarray,
    ids: _Ids,
    rings: list[Ring],
    groups: list[Group],
) -> Truth:
    ordinary = e["ring"] < 0
    at_place = np.bincount(e["place"][ordinary], minlength=len(w.places["kind"]))
    rows, members = [], []
    for i, ring in enumerate(rings):
        name = f"K{i + 1:03d}"
        mine = ordinary & np.isin(e["person"], ring.people)
        if ring.kind == "clinics_bill_each_others_villagers":
            mine &= e["place"] != w.people["clinic"][e["person"]]
        at = np.bincount(e["place"][mine], minlength=len(at_place))
        rate = {int(x): float(at[x] + len(ring.people) * at_place[x] / w.size) for x in ring.places}
        nats = meeting_nats(ring.meetings, ring.attendance, rate)
        if not ring.scheme.meets:
            nats = visiting_nats(
                int((e["ring"] == i).sum()), len(ring.people), ring.expected_own, sum(rate.values())
            )
        rows.append((name, ring.kind, len(ring.people), round(nats, 1)))
        members += [(name, "patient", ids.patient[x], "patient") for x in ring.people]
        members += [(name, "doctor", ids.doctor[x], "doctor") for x in ring.doctors]
        if ring.scheme.place_acts:
            kinds = ["pharmacy" if w.places["kind"][x] == SHOP else "facility" for x in ring.places]
            members += [(name, kind, ids.place[x], kind) for kind, x in zip(kinds, ring.places, strict=True)]
        words = {"phone": "phone", "bank_account": "account"}
        members += [
            (name, words[s.column], s.value, "shared identifier") for s in ring.shared if s.column in words
        ]
    known = np.zeros(w.size, bool)
    known[e["person"]] = True
    decoys = [
        (f"L{i + 1:04d}", g.kind, "|".join(ids.patient[g.people[known[g.people]]]))
        for i, g in enumerate(groups)
        if known[g.people].sum() >= 3
    ]
    planted = np.flatnonzero(ring_of >= 0)
    return Truth(
        rings=pd.DataFrame(rows, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(decoys, columns=["decoy_id", "kind", "patients"]),
        ring_claims=pd.DataFrame(
            {
                "ring_id": [f"K{x + 1:03d}" for x in ring_of[planted]],
                "claim_id": claims["claim_id"].to_numpy()[planted],
            }
        ),
    )
