"""A blind world: a coastal city with tourists, fishing villages, wintering pensioners, old dock quarters and much TCM.

What it holds: claims, patients, doctors, facilities, pharmacies and, in some seeds, doctor_sites. One year from one of four
dates. Minutes of the day are delivered for clinics and pharmacies; hospitals and day-surgery centres give only dates in half
of the seeds. Doctors' ids at pharmacies are missing in most seeds. Addresses are streets without a number in half of the seeds;
phones are often old, missing, or those of the children; households, employers, accounts, agents, operators, care types and
coordinates are each missing in some. What it does not hold: claim lines, trace codes, stock, staff lists, catalogues, registers.

Order of making: city, rings, lawful groups, and ordinary life for the rest of the claims (members of groups live on as everybody).
Ordinary life: habits of place, doctor, weekday and hour; chronic refills; TCM courses; home visits; queues at opening; shops
beside hospitals; household companions; a winter wave; holidays; guest doctors; new and renamed places; refunds; dirt.

Lawful kinds (39): care_home, methadone_queue, tuberculosis_watch, dialysis_shift, infusion_cycles, needle_series,
stroke_exercise, village_chronic_day, crew_ashore, winter_colony, winter_choir, member_day, shop_beside, special_drug_shop,
fetching_carer, mahjong_friends, square_dancers, sugar_circle, college_rooms, fish_plant_clinic, vaccine_days, expectant_class,
young_workshop_births, long_stay_ward, home_round, cataract_bus, ferry_day, sheltered_workshop, bad_banquet, coach_upset,
temple_house, village_cooperative, dog_days_plasters, winter_paste_orders, two_site_doctor, coast_guard_post, allergy_shots,
family_phone, old_dock_couples.

Ring kinds (18): crew_cards_kept (boat crews' cards swept by the shop), lecture_admissions (pensioners from "health lectures",
some of up to seven batches), groceries_for_granules, visits_never_made (home care), landlord_cards (wintering pensioners),
day_surgery_mill (with recruiter), split_courses (bills alike, no meeting), resale_tour (cards over many shops in a day),
two_doctors_one_shop (steered), benefit_shells (maternity, employer), paper_identities (phone and account), rotating_pool,
slow_drip (4 to 6 people), staff_and_kin (evenings), van_pickup, circling_admissions, sessions_on_paper, lodgers_home_cards.
"""

from __future__ import annotations

from dataclasses import replace
from math import lgamma, log
from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds.coast_city import CATS, STREAMS, Book, City, amounts, build_city, live
from bench.worlds.coast_groups import LAWFUL, RINGS, Pattern, Played, choose, play
from bench.worlds.files import Level, Truth, write_world

__all__ = ["CHANCES", "RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    "claims_per_person": (7.6, 9.6),
    "places": (0.85, 1.2),
    "place_sigma": (0.7, 1.1),
    "new_places": (0.05, 0.14),
    "winterers": (0.04, 0.1),
    "tourists": (0.03, 0.07),
    "activity_shape": (0.7, 1.1),
    "hour_habit": (0.25, 0.5),
    "weekday_habit": (0.2, 0.45),
    "doctor_habit": (0.4, 0.75),
    "companions": (0.02, 0.05),
    "filled_beside": (0.04, 0.12),
    "prices": (0.8, 1.25),
    "wave": (0.2, 0.9),
    "refunds": (0.01, 0.03),
    "dirt": (0.003, 0.015),
    "lawful_rate": (0.75, 1.15),
    "ring_rate": (0.85, 1.15),
    "shared_phone": (0.15, 0.35),
    "stale_phone": (0.03, 0.1),
}
"""Drawn once per seed, evenly between the two."""
CHANCES: dict[str, float] = {
    "hospital_clock": 0.5,
    "doors": 0.5,
    "household_id": 0.55,
    "operator_id": 0.6,
    "med_type_raw": 0.8,
    "employer": 0.75,
    "bank_account": 0.5,
    "agent_id": 0.65,
    "coordinates": 0.7,
    "doctor_sites": 0.6,
    "full_names": 0.5,
    "seconds": 0.4,
    "pharmacy_doctor": 0.25,
    "prescriber_facility_id": 0.3,
    "identity_class": 0.7,
}
"""Drawn once per seed: is it delivered?"""
_FAR = np.array(
    ["230102", "220104", "210105", "140105", "640104", "110105", "330106", "510104"], dtype=object
)
_HOSPITAL = np.isin(CATS, ("TER", "SEC", "PRIV", "DAYS"))


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write one city of about so many claims to `out`, and its truth beside it."""
    rng = np.random.default_rng(seed)
    p: dict = {k: rng.uniform(*v) for k, v in RANGES.items()}
    p |= {k: bool(rng.random() < v) for k, v in CHANCES.items()}
    wave = np.exp(-(((np.arange(366) - rng.uniform(40, 320)) / rng.uniform(9, 20)) ** 2))
    city = build_city(rng, p | {"epidemic": 1 + p["wave"] * wave}, claims)
    _persons(city)
    book, ordinary = Book(), Book()
    rings = _plant(city, book, claims, level)
    lawful = _lawful(city, book, claims, level)
    wanted = int(claims / (1 + p["refunds"] * 1.33)) - book.count
    live(city, ordinary, wanted)
    table = _without_impossible(rng, _joined(book, ordinary))
    ids = _ids(city)
    frame = _claims(city, table, ids)
    truth = _truth(city, table, frame, rings, lawful, ids, book)
    frame = _with_refunds(city, frame, table)
    write_world(out, _tables(city, frame, ids), truth)


def _draw_size(city: City, low: int, high: int, share: float, bend: float = 1.0) -> int:
    """Between low and high on a log scale; bend below 1: rather large."""
    u = city.rng.random() ** bend
    size = round(float(np.exp(log(low) + u * log(high / low))))
    return max(3, min(size, int(len(city.group) * share)))


def _plant(city: City, book: Book, claims: int, level: Level) -> list[Played]:
    """Rings of a level. Members of the same index in the result are ring number i."""
    rng, rings = city.rng, []
    if level == "none":
        return rings
    people, bound = 0, len(city.group) / 1000
    number = max(3, round(14 * claims / 400_000 * city.p["ring_rate"]))
    kinds = [RINGS[i] for _ in range(number // len(RINGS) + 8) for i in rng.permutation(len(RINGS))]
    for usual in kinds:
        pattern = usual
        if (level == "real" and people >= bound) or (level != "real" and len(rings) >= number):
            break
        quiet = level in ("stealth", "hard") or (level == "real" and rng.random() < 0.5)
        size = _draw_size(city, *pattern.size, 1 / 60, 0.55)
        if level == "real":
            size = int(np.clip(rng.lognormal(log(9), 0.62), 4, 40))
        own = pattern.attend != Pattern.__dataclass_fields__["attend"].default
        attend = rng.uniform(*(pattern.attend if own else (0.55, 0.95))) * (0.6 if quiet else 1)
        if quiet:
            pattern = replace(pattern, scale=(0.85, 1.15))
        earlier = np.concatenate([r.members for r in rings]) if rings and level == "hard" else None
        fresh = choose(city, pattern, max(size, 4), earlier)
        if len(fresh) < 4:
            continue
        played = play(city, book, pattern, fresh, len(rings), level == "hard", attend)
        for sign in pattern.signs:
            _sign(
                city,
                played,
                sign,
                rng.uniform(0.45, 0.9) if quiet else rng.uniform(0.7, 1.0),
                ring=len(rings),
            )
        rings.append(played)
        people += len(fresh)
    return rings


def _lawful(city: City, book: Book, claims: int, level: Level) -> list[Played]:
    rng, out = city.rng, []
    scale, bound = claims / 400_000, book.count + 0.25 * claims
    for i in rng.permutation(len(LAWFUL)):
        pattern = LAWFUL[i]
        for _ in range(max(1, round(pattern.rate * scale * city.p["lawful_rate"] * rng.uniform(0.75, 1.25)))):
            size = _draw_size(city, *pattern.size, 1 / 45)
            often = 150 if pattern.style == "slots" and pattern.life[0] > 0.7 else 25
            if book.count > bound or (size * often > 0.05 * claims and often == 150):
                continue
            members = choose(city, pattern, size)
            if len(members) < 3:
                continue
            played = play(city, book, pattern, members, -1, False, rng.uniform(*pattern.attend))
            for sign in pattern.signs:
                _sign(city, played, sign, rng.uniform(0.4, 1.0) * (0.6 if level == "hard" else 1))
            if len(played.came) >= 3:
                out.append(played)
    return out


def _persons(city: City) -> None:
    """Columns of people: names, streets, phones, firms, accounts."""
    rng, n = city.rng, len(city.group)
    street_of = city.household // 45
    ends = np.array(["路", "街", "巷", "里", "村", "弄"], dtype=object)
    first, last = (
        np.array(list("望听观临靖宁安兴福永顺鼎金银白青碧")),
        np.array(list("海潮涛湾港浪鸥礁汐洲屿帆岬澳塘沙")),
    )
    u = rng.random((street_of.max() + 1, 3))
    a, b, c = (u * [len(first), len(last), len(ends)]).astype(int).T
    number = np.array([f"{x}" for x in range(len(u))], dtype=object)
    village = np.where(np.arange(len(u)) % 4 == 0, number, "")
    names = first[a].astype(object) + last[b].astype(object) + village + ends[c]
    house_no = (city.household * 7 % 311 + 1).astype(str).astype(object)
    phone = _phones(city)
    firms = max(6, n // 60)
    firm = (firms * rng.random(n) ** 2.2).astype(int)
    kinds = np.array(
        [
            "水产有限公司",
            "渔业合作社",
            "港务物流有限公司",
            "酒店管理有限公司",
            "服饰有限公司",
            "海洋工程公司",
        ],
        dtype=object,
    )
    heads = first[rng.integers(0, len(first), firms)].astype(object) + last[
        rng.integers(0, len(last), firms)
    ].astype(object)
    title = (
        heads
        + np.array([f"{i % 97}" if i > 200 else "" for i in range(firms)], dtype=object)
        + kinds[rng.integers(0, 6, firms)]
    )
    works = (city.group == 1) | ((city.group == 0) & (rng.random(n) < 0.2))
    visiting = city.group >= 4
    account = "62" + pd.Series(rng.integers(10**13, 10**14, n)).astype(str)
    agent = "A" + pd.Series(rng.integers(10**7, 10**8, n)).astype(str)
    insured = np.where(
        np.isin(city.group, (0, 4, 5)) & (rng.random(n) < 0.75) | (city.group == 1), "310", "390"
    )
    far = _FAR[(rng.random(n) ** 1.6 * len(_FAR)).astype(int)]
    city.columns = {
        "name": city.names(n), "street": names[street_of], "door": house_no + "号", "phone": phone,
        "employer": np.where(works, title[firm], None), "bank_account": np.where(rng.random(n) < 0.6, account, None),
        "agent_id": np.where(rng.random(n) < 0.02, agent, None), "insurance_type": insured.astype(object),
        "residence_code": np.where(visiting, far, "3799" + pd.Series(city.zone % 60 + 1).astype(str).str.zfill(2)).astype(object),
        "identity_class": np.where(rng.random(n) < 0.03, rng.choice(["2303", "2308", "2307", "2302"], n), None).astype(object),
    }  # fmt: skip


def _phones(city: City) -> np.ndarray:
    rng, n, p = city.rng, len(city.group), city.p
    prefix = rng.choice([138, 139, 135, 186, 150, 177, 189, 133], n)
    number = (prefix.astype(np.int64) * 10**8 + rng.integers(0, 10**8, n)).astype(str).astype(object)
    house = pd.Series(np.arange(n)).groupby(city.household).transform("first").to_numpy()
    leans = rng.random(n) < p["shared_phone"] * np.where((city.age > 68) | (city.age < 18), 2.2, 0.6)
    number = np.where(leans, number[house], number)
    stale = rng.random(n) < p["stale_phone"]
    number[stale] = number[rng.integers(0, n, stale.sum())]
    number[rng.random(n) < 0.04] = None
    number[rng.random(n) < 0.004] = "13800000000"
    return number


def _sign(city: City, played: Played, sign: str, share: float, ring: int = -1) -> None:
    """Write the cause (or the organiser) into a share of the members' columns."""
    rng, columns = city.rng, city.columns
    who = played.members[rng.random(len(played.members)) < share]
    if len(who) < 2:
        who = played.members[:2]
    lead = who[0]
    if sign in ("address", "street"):
        columns["street"][who] = columns["street"][lead]
    if sign == "address":
        columns["door"][who] = columns["door"][lead]
    elif sign == "employer":
        twins = {"benefit_shells": "商贸有限公司", "college_rooms": "海事职业学院", "coast_guard_post": "沿海哨所",
                 "sheltered_workshop": "阳光工疗站"}  # fmt: skip
        head = f"{columns['street'][lead][:2]}{rng.integers(10, 99)}"
        columns["employer"][who] = head + twins.get(
            played.pattern.kind, "远洋渔业公司" if rng.random() < 0.5 else "水产加工厂"
        )
    elif sign == "phone":
        columns["phone"][who] = columns["phone"][lead] if ring < 0 else _several(rng, len(who), "13", 9)
    elif sign == "account":
        columns["bank_account"][who] = _several(rng, len(who) if ring >= 0 else 1, "62", 14)
    elif sign == "agent":
        columns["agent_id"][who] = f"A{rng.integers(10**7, 10**8)}"
    elif sign == "residence":
        columns["residence_code"][who] = columns["residence_code"][lead]
    elif sign == "identity":
        columns["identity_class"][who] = "2308"


def _several(rng: np.random.Generator, n: int, head: str, digits: int) -> np.ndarray:
    """An organiser's numbers: one for some five to fifteen people."""
    low = 10 ** (digits - 1)
    held = max(1, n // int(rng.integers(5, 16)))
    numbers = np.array([f"{head}{x}" for x in rng.integers(low, low * 10, held)], dtype=object)
    return numbers[rng.integers(0, held, n)]


def _joined(*books: Book) -> dict[str, np.ndarray]:
    rows = [row for book in books for row in book.rows]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _without_impossible(rng: np.random.Generator, t: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Hardly anybody goes out during a stay: such claims of ordinary life and of lawful groups go, but for a few."""
    key = t["person"].astype(np.int64) * 1000 + t["day"]
    stays = np.flatnonzero(t["los"] > 0)
    stays = stays[np.argsort(key[stays], kind="stable")]
    drop = np.zeros(len(key), bool)
    for back in (1, 2):
        at = np.searchsorted(key[stays], key, side="left") - back
        last = stays[np.maximum(at, 0)]
        same = (at >= 0) & (t["person"][last] == t["person"])
        drop |= same & (t["day"] < t["day"][last] + t["los"][last])
    keep = ~drop | (t["ring"] >= 0) | (rng.random(len(key)) < 0.05)
    return {name: column[keep] for name, column in t.items()}


def _unique(rng: np.random.Generator, n: int, digits: int) -> np.ndarray:
    """That many different numbers as text."""
    base = np.arange(n, dtype=np.int64) * (10**digits // (n + 1)) + rng.integers(0, 10**digits // (n + 1), n)
    return pd.Series(rng.permutation(base)).astype(str).str.zfill(digits).to_numpy(dtype=object)


def _ids(city: City) -> dict[str, np.ndarray]:
    rng = city.rng
    shop = city.cat == CATS.index("PHA")
    district = "3799" + pd.Series(city.place_zone % 60 + 1).astype(str).str.zfill(2)
    place = (
        np.where(shop, "P", "H").astype(object) + district.to_numpy(dtype=object) + _unique(rng, len(shop), 5)
    )
    return {
        "place": place,
        "doctor": "D379900" + _unique(rng, len(city.doctor_place), 6),
        "person": "3799" + _unique(rng, len(city.group), 10),
    }


def _claims(city: City, t: dict[str, np.ndarray], ids: dict[str, np.ndarray]) -> pd.DataFrame:
    """The claims table (a row per row of `t`, in the same order), money and times in it."""
    rng, p, n = city.rng, city.p, len(t["person"])
    streams = list(STREAMS.values())
    stream, place, person = t["stream"].astype(int), t["place"], t["person"]
    shop, hospital = city.cat[place] == CATS.index("PHA"), _HOSPITAL[city.cat[place]]
    usual = amounts(city, stream, place, person) * np.abs(t["scale"])
    level = 1 + 0.2 * np.sin(place * 3.7)
    same = np.array([s.median for s in streams])[stream] * p["prices"] * np.abs(t["scale"]) * level
    long = np.where(t["los"] > 0, (np.maximum(t["los"], 1) / 8) ** 0.55, 1.0)
    total = np.round(
        np.maximum(np.where(t["scale"] < 0, same, usual) * np.where(stream == 5, long, 1), 1.5), 2
    )
    employee = city.columns["insurance_type"][person] == "310"
    fund_share = (
        np.array([s.fund for s in streams])[stream] + np.where(employee, 0.06, -0.04) + rng.normal(0, 0.05, n)
    )
    none = shop & (rng.random(n) < 0.55) & (stream == 0)
    fund = np.round(total * np.where(none, 0, np.clip(fund_share, 0, 0.95)), 2)
    left = np.round(total - fund, 2)
    purse = np.where(employee, rng.choice([0, 0.5, 1.0], n, p=[0.15, 0.15, 0.7]), 0)
    account = np.round(left * purse, 2)
    clock = ~hospital | p["hospital_clock"]
    day = city.start + t["day"]
    second = rng.integers(0, 60, n) * (1 if p["seconds"] else 0)
    begin = day.astype("datetime64[s]") + np.where(clock, t["minute"] * 60 + second, 0).astype(
        "timedelta64[s]"
    )
    stay = t["los"] >= 0
    end = (day + np.maximum(t["los"], 0)).astype("datetime64[s]")
    out_minute = np.maximum(rng.normal(620, 60, n).astype(int), np.where(t["los"] == 0, t["minute"] + 90, 0))
    wait = np.where(shop, rng.integers(0, 2, n), rng.integers(2, 45, n)) * 60
    settled = np.where(
        stay, end + np.where(clock, out_minute * 60, 0).astype("timedelta64[s]"),
        begin + np.where(clock, wait, 0).astype("timedelta64[s]"),
    )  # fmt: skip
    if p["pharmacy_doctor"]:
        t["doctor"] = _prescribers(city, t, shop)
    doctor = np.where(t["doctor"] >= 0, ids["doctor"][np.maximum(t["doctor"], 0)], None)
    absent = np.where(shop, (rng.random(n) < 0.35) | (not p["pharmacy_doctor"]), rng.random(n) < 0.012)
    med = np.array([s.med for s in streams], dtype=object)[stream]
    med = np.where(shop & (stream == 4), "9929", np.where(t["note"] != "", t["note"], med))
    return pd.DataFrame({
        "claim_id": _unique(rng, n, 12), "patient_id": ids["person"][person],
        "facility_id": np.where(shop, None, ids["place"][place]), "pharmacy_id": np.where(shop, ids["place"][place], None),
        "doctor_id": np.where(absent, None, doctor), "claim_type": np.array([s.ctype for s in streams], dtype=object)[stream],
        "started_at": begin, "ended_at": np.where(stay, settled, np.datetime64("NaT")), "settled_at": settled,
        "diagnosis_code": _diagnoses(city, t, shop), "total_amount": total, "fund_amount": fund, "account_amount": account,
        "self_paid_amount": np.round(left - account, 2), "operator_id": _operators(city, t),
        "prescriber_facility_id": np.where(shop & ~absent & (t["doctor"] >= 0),
                                           ids["place"][city.doctor_place[np.maximum(t["doctor"], 0)]], None),
        "admission_way": np.where(stay, rng.choice(["1", "2", "2", "2", "3"], n), None),
        "discharge_way": np.where(stay, rng.choice(["1"] * 17 + ["2", "4", "9"], n), None),
        "med_type_raw": med, "refund_of": np.full(n, None, dtype=object),
    })  # fmt: skip


def _prescribers(city: City, t: dict[str, np.ndarray], shop: np.ndarray) -> np.ndarray:
    """At a pharmacy some bring a prescription of a doctor they see."""
    seen = np.full(len(city.group), -1)
    at = np.flatnonzero(~shop & (t["ring"] < 0))
    seen[t["person"][at]] = t["doctor"][at]
    brought = shop & (t["doctor"] < 0) & (city.rng.random(len(shop)) < 0.3)
    return np.where(brought, seen[t["person"]], t["doctor"])


def _diagnoses(city: City, t: dict[str, np.ndarray], shop: np.ndarray) -> np.ndarray:
    rng, n = city.rng, len(shop)
    out = np.full(n, None, dtype=object)
    for i, (name, s) in enumerate(STREAMS.items()):
        of = np.flatnonzero(t["stream"] == i)
        codes = np.array(s.dx, dtype=object)
        pick = (len(codes) * rng.random(len(of)) ** 1.4).astype(int)
        if name == "chronic":
            pick = np.where(rng.random(len(of)) < 0.9, city.dx[t["person"][of]], pick)
        out[of] = codes[pick]
    out = _plausible(city, out, t["person"])
    out = np.where(t["dx"] != -1, t["dx"], out)
    return np.where((shop & (t["dx"] == -1)) | (out == "") | (rng.random(n) < city.p["dirt"]), None, out)


def _plausible(city: City, codes: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Diagnoses that fit sex and age."""
    male, young = city.sex[person] == 1, city.age[person] < 18
    codes = np.where((codes == "D25.900") & (male | young), "K80.200", codes)
    codes = np.where((codes == "N40.x00") & (~male | (city.age[person] < 45)), "N39.000", codes)
    grown = pd.Series(codes).isin(["I10.x00", "E11.900", "I25.100", "J44.900", "I69.300", "M05.900", "M47.800", "C34.900",
                                   "I63.900", "I20.000", "M17.900", "BNW030", "K80.100", "K80.200", "N20.000"]).to_numpy()  # fmt: skip
    early = np.isin(codes, ["I69.300", "J44.900", "I63.900", "I25.100", "I20.000"]) & (city.age[person] < 40)
    return np.where(grown & young, "J45.900", np.where(early, "J18.900", codes))


def _operators(city: City, t: dict[str, np.ndarray]) -> np.ndarray:
    desks = np.maximum(1, np.minimum(9, (city.size * np.where(city.cat < 2, 4, 1.3)).astype(int)))[t["place"]]
    shift = (city.weekday(t["day"]) // 2 + t["minute"] // 300 + city.rng.integers(0, 2, len(desks))) % desks
    return ("3" + pd.Series(t["place"] * 10 + shift).astype(str).str.zfill(6)).to_numpy(dtype=object)


def _with_refunds(city: City, frame: pd.DataFrame, t: dict[str, np.ndarray]) -> pd.DataFrame:
    """Add negative claims, some billed again; drop what this seed does not deliver; sort as a platform would."""
    rng, p, n = city.rng, city.p, len(frame)
    chosen = rng.choice(np.flatnonzero(t["ring"] < 0), int(n * p["refunds"]), replace=False)
    back = frame.iloc[chosen].copy()
    back["refund_of"] = back.claim_id
    money = ["total_amount", "fund_amount", "account_amount", "self_paid_amount"]
    back[money] = 0.0 - back[money]
    again = frame.iloc[chosen[: len(chosen) // 3]].copy()
    frame.loc[rng.random(n) < p["dirt"] / 5, "operator_id"] = None
    more = pd.concat([back, again], ignore_index=True)
    more["claim_id"] = "9" + _unique(rng, len(more), 11)
    later = pd.to_timedelta(rng.integers(0, 3, len(more)), unit="D")
    more["settled_at"] = more.settled_at + later
    frame = pd.concat([frame, more], ignore_index=True)
    wrong = np.flatnonzero(frame.ended_at.notna() & (rng.random(len(frame)) < p["dirt"] / 10))
    frame.loc[wrong, "ended_at"] = frame.started_at.iloc[wrong].to_numpy() - np.timedelta64(1, "D")
    frame = frame.sort_values(["settled_at", "claim_id"], kind="stable", ignore_index=True)
    away = [c for c in ("operator_id", "med_type_raw", "prescriber_facility_id") if not p[c]]
    if not p["pharmacy_doctor"] and "prescriber_facility_id" not in away:
        away.append("prescriber_facility_id")
    return frame.drop(columns=away)


def _tables(city: City, frame: pd.DataFrame, ids: dict[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    rng, p, c, n = city.rng, city.p, city.columns, len(city.group)
    names = (
        c["name"]
        if p["full_names"]
        else np.array([x[0] + "*" * (len(x) - 1) for x in c["name"]], dtype=object)
    )
    born = (city.start - (city.age * 365.25).astype(int)).astype("datetime64[D]").astype("datetime64[s]")
    dead = (rng.random(n) < 0.002) & (city.age > 70)
    last = frame.groupby("patient_id").settled_at.max().reindex(ids["person"])
    patients = pd.DataFrame({
        "patient_id": ids["person"], "name": names, "birth_date": born, "sex": city.sex.astype(str),
        "address": c["street"] + (c["door"] if p["doors"] else ""), "phone": c["phone"], "bank_account": c["bank_account"],
        "employer": c["employer"], "household_id": "HK" + pd.Series(city.household).astype(str).str.zfill(8),
        "agent_id": c["agent_id"], "residence_code": c["residence_code"], "insurance_type": c["insurance_type"],
        "identity_class": c["identity_class"],
        "death_date": np.where(dead, last.dt.normalize().to_numpy() + np.timedelta64(5, "D"), np.datetime64("NaT")),
    })  # fmt: skip
    patients.loc[rng.random(n) < p["dirt"], "address"] = None
    patients = patients[rng.random(n) > p["dirt"] / 6]
    keep = ("bank_account", "employer", "household_id", "agent_id", "identity_class")
    patients = patients.drop(columns=[k for k in keep if not p[k]])
    tables = {"claims": frame, "patients": patients.sort_values("patient_id", ignore_index=True)}
    return tables | _places(city, ids) | _doctors(city, ids)


def _places(city: City, ids: dict[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    rng, n = city.rng, len(city.cat)
    code = city.cat
    word = np.array(["中心医院", "人民医院", "医院", "社区卫生服务中心", "村卫生室", "诊所", "中医门诊部", "日间手术中心", "护理站",
                     "医务室", "血液净化中心", "大药房"], dtype=object)[code]  # fmt: skip
    chains = np.array(["潮生堂", "海晏", "百草湾", "同汐", "鼎安", "渔家", "", "", ""], dtype=object)
    a, b = (
        np.array(list("望听观临靖宁安兴福永顺鼎金银白青碧")),
        np.array(list("海潮涛湾港浪鸥礁汐洲屿帆岬澳塘沙")),
    )
    head = a[rng.integers(0, len(a), n)].astype(object) + b[rng.integers(0, len(b), n)].astype(object)
    chain = np.where(city.chain >= 0, chains[np.maximum(city.chain, 0)], "")
    name = np.where(chain != "", chain + word + head + "店", head + word)
    owner = city.names(n)
    shared = (city.chain >= 0) & (chain != "")
    bosses = city.names(9)
    owner = np.where(shared, bosses[np.maximum(city.chain, 0)], owner)
    account = ("3701" + _unique(rng, n, 12)).astype(object)
    phone = ("0599" + _unique(rng, n, 7)).astype(object)
    for old in np.flatnonzero(city.successor >= 0):
        new = city.successor[old]
        owner[new], phone[new] = owner[old], phone[old]
        account[new] = account[old] if old % 2 else account[new]
    public = np.isin(code, [0, 3, 4, 9]) | ((code == 1) & (rng.random(n) < 0.7))
    beds = np.where(
        np.isin(code, [0, 1, 2, 3, 7]), np.array([900, 260, 80, 20, 0, 0, 0, 30, 0, 0, 0, 0])[code], 0
    )
    beds = (beds * rng.lognormal(0, 0.25, n)).astype(int)
    frame = pd.DataFrame({
        "id": ids["place"], "name": name,
        "level": np.array(["tertiary", "secondary", "primary", "primary", "clinic", "clinic", "clinic", "primary", "clinic",
                           "clinic", "clinic", ""], dtype=object)[code],
        "ownership": np.where(public, "public", "private").astype(object), "beds": beds, "legal_representative": owner, "phone": phone,
        "address": head + "路" + pd.Series(rng.integers(1, 300, n)).astype(str) + "号", "account": account,
        "longitude": np.round(119.5 + city.place_xy[:, 0] / 95, 5), "latitude": np.round(25.6 + city.place_xy[:, 1] / 111, 5),
    })  # fmt: skip
    if not city.p["coordinates"]:
        frame = frame.drop(columns=["longitude", "latitude"])
    frame = frame.sort_values("id", ignore_index=True)
    shop = frame.id.str.startswith("P")
    return {
        "facilities": frame[~shop].rename(columns={"id": "facility_id"}),
        "pharmacies": frame[shop]
        .rename(columns={"id": "pharmacy_id"})
        .drop(columns=["level", "ownership", "beds"]),
    }


def _doctors(city: City, ids: dict[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    rng, n = city.rng, len(city.doctor_place)
    special = np.array(
        ["内科", "外科", "全科", "中医科", "骨伤科", "妇产科", "儿科", "眼科", "康复医学科"], dtype=object
    )
    skill = special[rng.integers(0, len(special), n)]
    where = city.cat[city.doctor_place]
    skill = np.where(where == CATS.index("TCM"), "中医科", np.where(np.isin(where, [3, 4]), "全科", skill))
    doctors = pd.DataFrame({
        "doctor_id": ids["doctor"], "name": city.names(n), "facility_id": ids["place"][city.doctor_place], "specialty": skill,
        "title": rng.choice(["主任医师", "副主任医师", "主治医师", "医师"], n, p=[0.1, 0.2, 0.4, 0.3]).astype(object),
    })  # fmt: skip
    out = {"doctors": doctors.sort_values("doctor_id", ignore_index=True)}
    if city.p["doctor_sites"]:
        host = np.flatnonzero(city.guest >= 0)
        both = pd.DataFrame({"doctor_id": ids["doctor"][city.guest[host]], "facility_id": ids["place"][host]})
        both = pd.concat([doctors[["doctor_id", "facility_id"]], both[rng.random(len(both)) < 0.85]])
        out["doctor_sites"] = both.drop_duplicates().sort_values(
            ["doctor_id", "facility_id"], ignore_index=True
        )
    return out


def _truth(city, t, frame, rings, lawful, ids, book) -> Truth:
    """Who was planted. People of a ring are those with at least one claim of it."""
    rows, members = [], []
    of = np.flatnonzero(t["ring"] >= 0)
    nats = _oracle(city, t, rings, book)
    for i, ring in enumerate(rings):
        ring_id = f"C{i + 1:03d}"
        mine = of[t["ring"][of] == i]
        people = np.unique(t["person"][mine])
        rows.append((ring_id, ring.pattern.kind, len(people), round(nats[i], 2)))
        members += [(ring_id, "patient", ids["person"][x], "patient") for x in people]
        members += _helpers_of(
            city, ring_id, ring, people, set(frame.doctor_id.iloc[mine].dropna()), t["place"][mine], ids
        )
    pairs = [(f"C{r + 1:03d}", c) for r, c in zip(t["ring"][of], frame.claim_id.to_numpy()[of], strict=True)]
    decoys = [
        (f"L{i + 1:04d}", d.pattern.kind, "|".join(ids["person"][d.came])) for i, d in enumerate(lawful)
    ]
    return Truth(
        rings=pd.DataFrame(rows, columns=["ring_id", "kind", "patients", "oracle_nats"]),
        members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(decoys, columns=["decoy_id", "kind", "patients"]),
        ring_claims=pd.DataFrame(pairs, columns=["ring_id", "claim_id"]),
    )


def _helpers_of(city, ring_id, ring, people, seen, places, ids) -> list[tuple[str, str, str, str]]:
    out, roles = [], ring.pattern.roles
    used = np.unique(places)
    acting = used[used != ring.second] if "place" in roles else used[:0]
    acting = np.append(acting, [ring.second] if "then" in roles and ring.second in used else []).astype(int)
    for place in acting:
        kind = "pharmacy" if city.cat[place] == CATS.index("PHA") else "facility"
        out.append((ring_id, kind, ids["place"][place], kind))
    if "doctor" in roles:
        own = {ids["doctor"][d] for d in ring.doctors if d >= 0}
        out += [(ring_id, "doctor", d, "doctor") for d in sorted(own & seen)]
    held = {"phone": "phone", "agent": "agent_id", "account": "bank_account", "employer": "employer"}
    for role in [r for r in roles if r in held]:
        if city.p.get(held[role], True):
            value = pd.Series(city.columns[held[role]][people]).value_counts()
            if len(value) and value.iloc[0] > 1:
                out.append((ring_id, role, str(value.index[0]), role))
    return out


def _oracle(city: City, t: dict[str, np.ndarray], rings: list[Played], book: Book) -> list[float]:
    """Nats of one who knows members, places and rates, by ring.

    Rings that meet: sum over events of ln Binomial(n; m, q) - ln Poisson(n; rate), the rate from the members' own ordinary claims at
    the place (and a small prior, doubled for busy hours) in the event's window; windows are whole days where no clock is delivered.
    Rings that do not meet (and those of daily sessions): for each member, ln of 0.9 over the share of the same quarter's people who
    have at least half as many claims at that place. Shared identifiers that are delivered add 2 nats a person, at most 60.
    """
    order = np.argsort(t["place"], kind="stable")
    starts = np.searchsorted(t["place"][order], np.arange(len(city.cat) + 1))
    of = np.flatnonzero(t["ring"] >= 0)
    quarter = np.bincount(city.zone, minlength=len(city.zone_kind))
    out = []

    def ordinary(place: int) -> np.ndarray:
        rows = order[starts[place] : starts[place + 1]]
        return np.bincount(t["person"][rows[t["ring"][rows] < 0]], minlength=len(city.group))

    for i, ring in enumerate(rings):
        mine = of[t["ring"][of] == i]
        people = np.unique(t["person"][mine])
        nats = _identifiers(city, ring, people)
        if ring.pattern.style in ("meet", "batches", "tour"):
            met = mine[t["event"][mine] >= 0]
            events, counts = np.unique(t["event"][met], return_counts=True)
            q = float(np.clip(counts.mean() / len(people), 0.02, 0.98))
            for place in np.unique([book.events[e][2 - 1] for e in events]):
                here = [
                    (book.events[e], n)
                    for e, n in zip(events, counts, strict=True)
                    if book.events[e][1] == place
                ]
                before = ordinary(int(place))
                usual = before[people].sum() + len(people) * before.mean()
                dated = _HOSPITAL[city.cat[place]] and not city.p["hospital_clock"]
                for event, n in here:
                    window = max(event[3], 600.0 * np.ceil(event[3] / 600)) if dated else event[3]
                    rate = 2 * usual * window / (600.0 * city.days) + 1e-6
                    nats += _binomial(int(n), len(people), q) - (
                        int(n) * log(rate) - rate - lgamma(int(n) + 1)
                    )
        else:
            places, n = np.unique(t["place"][mine], return_counts=True)
            for place in places[n > 0.25 * len(mine)][:2]:
                before = ordinary(int(place))
                visits = np.bincount(t["person"][mine][t["place"][mine] == place], minlength=len(city.group))
                for person in people[visits[people] > 0]:
                    like = (before >= max(1, visits[person] / 2)) & (city.zone == city.zone[person])
                    share = (like.sum() + 1) / (quarter[city.zone[person]] + 2)
                    nats += log(0.9 / share) * (0.5 if place == ring.second else 1.0)
        out.append(float(nats))
    return out


def _identifiers(city: City, ring: Played, people: np.ndarray) -> float:
    held = {"phone": "phone", "agent": "agent_id", "account": "bank_account", "employer": "employer"}
    most = 0
    for role in [r for r in ring.pattern.roles if r in held]:
        if city.p.get(held[role], True):
            value = pd.Series(city.columns[held[role]][people]).value_counts()
            most = max(most, int(value.iloc[0]) if len(value) else 0)
    return min(60.0, 2.0 * max(most - 1, 0))


def _binomial(n: int, m: int, q: float) -> float:
    n = min(n, m)
    return lgamma(m + 1) - lgamma(n + 1) - lgamma(m - n + 1) + n * log(q) + (m - n) * log(1 - q)
