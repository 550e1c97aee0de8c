"""World `longstay`: an industrial city with an old population and much inpatient and series care.

Holds: a year of claims of some 150 places and few pharmacies per 400,000 claims, with people, doctors and practice sites. Two thirds of the claims have a clock: a
batch of institutions delivers dates only, and some small ones post their day's claims together in the evening. Phones and residence codes are good. Depending on the seed:
bank accounts, agents, household books, addresses, operators, coordinates, care types and more are delivered or not.
Does not hold: employers, claim items, trace codes, kinship, anything from outside the settlement system.
Half of life is lawful routine: usual places, doctors, weekdays and hours; company of kin and neighbours; refills; courses; stays; new, closed and moved places; a doctor on leave.

Lawful kinds (per 400,000 claims some 240 groups):
psychiatric_ward (monthly settlement and re-admission on the same days), rehabilitation_ward, care_home_rounds (contracted shop), dialysis_shift, methadone_queue, tuberculosis_queue,
psychiatric_day_hospital, physiotherapy_slots, acupuncture_course, occupational_ward, sanatorium_party, free_bus_clinic, cataract_bus, winter_infusions, respite_stays, oncology_cycles,
family_one_phone, carer_fetching, hamlet_walkers, member_day, village_chronic_day, family_doctor_team, screening_bus, vaccination_day, school_clinic, epidemic, cooperative_account, dormitory,
disability_workshop, congregation, self_help_group, sheltered_flats, only_dual_channel_shop, migrant_crew, card_companions, multi_site_doctor, pregnancy_school, infusion_room_regulars,
unit_pensioners, moved_place, substitute_doctor.

Ring kinds (a third of the rings are of stays):
staged_admissions, rotating_stays, held_cards_ward, bussed_stays, staff_relatives_stays | card_sweep, steered_prescriptions, rotating_pool, slow_drip, paper_patients,
phantom_therapy, identical_bills, agent_certificates, home_cards, resale_tour, van_pickups.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds.files import Level, Truth, write_world
from bench.worlds.longstay_city import (
    CHRONIC,
    CLOSED,
    DAYS,
    DX,
    OUT,
    PLACES,
    SHOP,
    STAY,
    Book,
    City,
    build_city,
    live,
)
from bench.worlds.longstay_groups import LAWFUL, Made, oracle_nats, plant_lawful, plant_rings

__all__ = ["RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    "claims_per_person": (7.6, 11.2),
    "people_per_neighbourhood": (190, 420),
    "old": (0.44, 0.58),  # households with a head past sixty or so
    "old_on_kin_phone": (0.1, 0.3),
    "urban": (0.5, 0.72),
    "chronic": (0.55, 0.9),
    "activity_shape": (0.8, 1.3),
    "winter": (0.08, 0.25),
    "holiday": (0.2, 0.5),
    "loyal": (0.5, 0.72),
    "own_hour": (0.3, 0.55),
    "own_weekday": (0.15, 0.4),
    "own_doctor": (0.45, 0.8),
    "company": (0.03, 0.09),
    "new_places": (0.03, 0.12),
    "evening_posters": (0.1, 0.3),
    "clockless": (0.3, 0.37),  # share of claims without a clock
    "refunds": (0.01, 0.028),
    "dirt": (0.001, 0.004),
    "no_doctor": (0.01, 0.04),
    "no_prescriber": (0.03, 0.3),  # of purchases on prescription
    "leave_pass": (0.03, 0.1),  # outpatient claims inside a lawful stay that remain
}
OPTIONAL = {
    **dict.fromkeys(("bank_account", "agent_id", "address"), 0.65),
    **dict.fromkeys(("household_id", "death_date", "name", "identity_class"), 0.5),
    **dict.fromkeys(
        ("operator_id", "med_type_raw", "account_amount", "self_paid_amount", "prescriber_facility_id"), 0.75
    ),
    **dict.fromkeys(
        ("admission_way", "discharge_way", "coordinates", "legal_representative", "account"), 0.65
    ),
}
"""Columns that a delivery may lack, and how often it has them."""
DIVISION = "2407"  # no such division exists
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂珍玉凤荣华国建春梅海燕红文淑"


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Invent the city of this seed and write its delivery and truth."""
    rng = np.random.default_rng(seed)
    p = {name: float(rng.uniform(*span)) for name, span in RANGES.items()}
    has = {name: bool(rng.random() < share) for name, share in OPTIONAL.items()}
    city, book, made = build_city(rng, p, claims), Book(), Made()
    plant_lawful(city, book, made, claims, 0.6 if level == "hard" else 1.0)
    plant_rings(city, book, made, claims, level)
    planted = _fit(book, claims)
    wanted = round(claims / (1 + p["refunds"])) - len(planted)
    ordinary = Book()
    live(city, ordinary, wanted * 1.16)
    table = _thin(
        city,
        pd.concat([planted, _moves(city, made, ordinary.frame())], ignore_index=True),
        wanted + len(planted),
    )
    table = _whole_rings(table)
    ids = _ids(city)
    delivered = _claims(city, made, table, ids, has)
    tables = {"claims": delivered, **_registers(city, made, ids, has)}
    write_world(out, tables, _truth(city, made, table, tables, ids))


def _fit(book: Book, claims: int) -> pd.DataFrame:
    """Planted claims; in a small city lawful groups lose people so that ordinary life stays the larger part."""
    table = book.frame()
    lawful = table.tag > 0
    if (excess := lawful.sum() / (0.45 * claims)) > 1:
        lot = (table.who.to_numpy().astype("i8") * 2654435761 + table.tag.to_numpy() * 97) % 10007 / 10007
        rank = table[lawful].groupby("tag").who.transform(lambda who: pd.factorize(who)[0])
        spared = lawful & (rank.reindex(table.index, fill_value=0) < 4)
        table = table[~lawful | spared | (lot < 1 / excess)]
    return table.reset_index(drop=True)


def _moves(city: City, made: Made, table: pd.DataFrame) -> pd.DataFrame:
    """New and closed places, two kinds of them lawful groups: a place that moves under a new code, a doctor on leave whose substitute sees the patients."""
    rng = city.rng
    place, day = table.place.to_numpy(), table.day.to_numpy()
    gone = (day < city.opened[place]) | (day >= city.shut[place])
    kind = city.kind[place]
    again = np.flatnonzero(gone & (rng.random(len(table)) < 0.9))
    for k, role in ((SHOP, "shop"), (OUT, "primary")):
        at = again[(kind[again] == 16) == (k == SHOP)]
        table.loc[at, "place"] = city.draw_places(table.who.to_numpy()[at], role).astype("i4")
    place = table.place.to_numpy()
    table.loc[again, "doc"] = city.doctors(table.who.to_numpy()[again], place[again], day[again]).astype("i4")
    table = table[~((day < city.opened[place]) | (day >= city.shut[place]))].reset_index(drop=True)
    tag = 1 + max((t for t, _, _ in made.lawful), default=0)
    newer = np.flatnonzero((city.opened > 0) & (city.shut >= CLOSED) & np.isin(city.kind, (11, 15, 16, 9)))
    for new in newer[: max(1, len(newer) // 3)]:
        old = city.near(
            int(np.argmin(np.hypot(*(city.nb_xy - city.place_xy[new]).T))), (int(city.kind[new]),), 2.0
        )
        moved = (table.place == old) & (table.day >= city.opened[new])
        count = table[table.place == old].groupby("who").size()
        shift = table.doc[moved] - city.doc_first[old]
        if city.doc_count[new]:
            table.loc[moved, "doc"] = (city.doc_first[new] + shift % city.doc_count[new]).astype("i4")
        table.loc[moved, "place"] = new
        city.names[new] = city.names[old]
        regulars = count[count >= 3].index.to_numpy()
        if len(regulars) >= 3:
            made.lawful.append(
                (tag, "moved_place", np.sort(rng.permutation(regulars)[: rng.integers(20, 160)]))
            )
            tag += 1
    visits = table[(table.doc >= 0) & (table.kind != STAY)]
    busy = visits.groupby("doc").size().nlargest(60).index.to_numpy()
    for doc in rng.choice(busy, min(len(busy), max(1, round(5 * len(table) / 400_000))), replace=False):
        first = int(rng.integers(20, 280))
        away = (table.doc == doc) & (table.day >= first) & (table.day < first + rng.integers(30, 80))
        helper = int(rng.integers(0, len(city.doc_place)))
        table.loc[away, "doc"] = helper
        made.sites.add((helper, int(city.doc_place[doc])))
        people = table.who[away].value_counts()
        if len(people) >= 3:
            made.lawful.append(
                (tag, "substitute_doctor", np.sort(people.index.to_numpy()[: rng.integers(25, 150)]))
            )
            tag += 1
    return table


def _thin(city: City, table: pd.DataFrame, wanted: int) -> pd.DataFrame:
    """Nobody is in two beds, few are elsewhere while in one, and the ordinary part is cut to measure."""
    rng = city.rng
    on_paper = table[
        (table.tag < 0) & (table.kind == STAY) & (table.stay >= 29)
    ].tag.unique()  # their people go on living outside
    order = np.where(table.tag < 0, 0, np.where(table.tag > 0, 1, 2))
    stays = table[table.kind == STAY].assign(order=order[table.kind == STAY])
    for _ in range(4):
        stays = stays.sort_values(["who", "day", "order"], kind="stable")
        who, day, end, rank = (stays[c].to_numpy() for c in ("who", "day", "stay", "order"))
        clash = np.zeros(len(stays), bool)
        hit = (who[1:] == who[:-1]) & (day[1:] < day[:-1] + end[:-1])
        clash[1:] |= hit & (rank[1:] >= rank[:-1])
        clash[:-1] |= hit & (rank[1:] < rank[:-1])
        if not clash.any():
            break
        stays = stays[~clash]
    visits = table[table.kind != STAY]
    quiet = stays[~stays.tag.isin(on_paper)]
    length = np.maximum(quiet.stay.to_numpy() - 1, 0)
    inside = np.repeat(quiet.who.to_numpy().astype("i8") * 512 + quiet.day.to_numpy() + 1, length)
    inside += np.arange(len(inside)) - np.repeat(np.cumsum(length) - length, length)
    blocked = (
        np.isin(visits.who.to_numpy().astype("i8") * 512 + visits.day.to_numpy(), inside)
        & (visits.tag.to_numpy() >= 0)
        & (rng.random(len(visits)) > city.p["leave_pass"])
    )
    table = pd.concat([stays.drop(columns="order"), visits[~blocked]])
    ordinary = np.flatnonzero((table.tag == 0).to_numpy())
    surplus = len(table) - wanted
    if surplus > 0:
        drop = rng.choice(ordinary, min(surplus, len(ordinary)), replace=False)
        table = table.drop(table.index[drop])
    return table.sort_index().reset_index(drop=True)


def _whole_rings(table: pd.DataFrame) -> pd.DataFrame:
    """A ring that clashes and dirt have left with fewer than three people goes altogether."""
    people = table[table.tag < 0].groupby("tag").who.nunique()
    return table[~table.tag.isin(people[people < 3].index)].reset_index(drop=True)


def _ids(city: City) -> dict[str, np.ndarray]:
    rng = city.rng
    n, places, docs = city.n, len(city.kind), len(city.doc_place)
    county = rng.integers(1, 8, places)
    letter = np.where(city.kind == 16, "P", "H")
    number = rng.permutation(places * 7)[:places] + 101
    return {
        "patient": np.char.add(f"{DIVISION}0000", (rng.permutation(n * 3)[:n] + 10_000_000).astype(str)),
        "place": np.array(
            [f"{x}{DIVISION}0{c}{k:05d}" for x, c, k in zip(letter, county, number, strict=True)]
        ),
        "doctor": np.char.add(
            f"D{DIVISION}00", np.char.zfill((rng.permutation(docs * 5)[:docs] + 1000).astype(str), 6)
        ),
        "phone": np.char.add(
            rng.choice(["1390", "1359", "1874", "1588", "1730", "1516"], n),
            np.char.zfill(rng.integers(0, 10_000_000, n).astype(str), 7),
        ),
        "account": np.char.add("62", np.char.zfill(rng.integers(0, 10**16, n).astype(str), 17)),
        "agent": np.char.add("DB", np.char.zfill((rng.permutation(2 * n) + 50_000).astype(str), 7)),
    }


def _claims(
    city: City, made: Made, table: pd.DataFrame, ids: dict[str, np.ndarray], has: dict[str, bool]
) -> pd.DataFrame:
    rng, p, n = city.rng, city.p, len(table)
    place, kind, day, who = (table[c].to_numpy() for c in ("place", "kind", "day", "who"))
    minute = table.minute.to_numpy().astype("f8").copy()
    evening = city.evening_poster[place] & (kind != STAY)
    rank = table[evening].groupby(["place", "day"]).cumcount().to_numpy()
    minute[evening] = 1015 + city.place_price[place[evening]] * 40 + rank * 1.3 + rng.random(evening.sum())
    seconds = np.floor(np.clip(minute, 0, 1439) * 60 + rng.integers(0, 60, n)).clip(0, 86399).astype("i8")
    start = city.start.astype("M8[s]") + day.astype("i8") * 86400 + seconds
    stay = kind == STAY
    leave = (
        city.start.astype("M8[s]")
        + (day.astype("i8") + table.stay.to_numpy()) * 86400
        + np.where(table.stay.to_numpy() >= 29, 480 * 60, 500 * 60)
        + (rng.random(n) * 250 * 60).astype("i8")
    )
    settled = np.where(
        stay, leave, start + np.where(kind == SHOP, rng.integers(5, 90, n), rng.integers(60, 2400, n))
    )
    ended = np.where(stay, leave - rng.integers(300, 5000, n), settled)
    bare = _clockless(city, table)
    started, ended, settled = (
        np.where(bare, moment.astype("M8[D]").astype("M8[s]"), moment) for moment in (start, ended, settled)
    )
    total = np.round(np.maximum(table.amount.to_numpy(), 1.2), 2)
    employee = city.employee[who]
    pooled = np.where(
        kind == STAY,
        np.where(employee, 0.83, 0.67),
        np.where(
            kind == CHRONIC,
            np.where(employee, 0.78, 0.6),
            np.where(kind == SHOP, np.where(rng.random(n) < 0.35, 0.5, 0.0), np.where(employee, 0.52, 0.5)),
        ),
    )
    deductible = np.where(kind == STAY, 300, np.where(kind == OUT, 12, 0))
    fund = np.round(np.maximum(total - deductible, 0) * pooled * rng.beta(30, 2.5, n), 2)
    fund = np.where((kind == OUT) & (rng.random(n) < 0.12), 0, fund)
    account = np.where(
        employee, np.round((total - fund) * np.where(rng.random(n) < 0.75, 1.0, rng.random(n)), 2), 0
    )
    dx = np.array(DX)[table.dx.to_numpy().clip(0)]
    doc, at_shop = table.doc.to_numpy(), city.kind[place] == 16
    no_doc = (doc < 0) | (rng.random(n) < np.where(at_shop, p["no_prescriber"], p["no_doctor"]))
    ways = np.where(stay, np.where(table.stay >= 29, "2", rng.choice(["1", "2", "2", "2", "3"], n)), "")
    raw = np.where(
        kind == STAY, "21", np.where(kind == CHRONIC, "140104", np.where(kind == SHOP, "41", "11"))
    ).astype("U8")
    for tag, code in made.med_type.items():
        hit = (table.tag == tag).to_numpy() & np.isin(kind, (STAY, CHRONIC))
        raw[hit] = code
    drop_dx = at_shop & (rng.random(n) < 0.55)
    frame = pd.DataFrame({
        "claim_id": "", "patient_id": ids["patient"][who],
        "facility_id": np.where(at_shop, None, ids["place"][place]), "pharmacy_id": np.where(at_shop, ids["place"][place], None),
        "doctor_id": np.where(no_doc, None, ids["doctor"][np.where(doc >= 0, doc, 0)]), "claim_type": np.array(["outpatient", "chronic", "inpatient", "pharmacy"])[kind],
        "started_at": started, "ended_at": ended, "settled_at": settled, "diagnosis_code": np.where(drop_dx, None, dx), "total_amount": total, "fund_amount": fund,
        "account_amount": account, "self_paid_amount": np.round(total - fund - account, 2),
        "operator_id": [f"{k:06d}" for k in 100000 + place * 7 + (seconds // 23400 + day // 4) % np.where(np.isin(city.kind[place], (0, 1)), 6, 2)],
        "prescriber_facility_id": np.where(at_shop & ~no_doc, ids["place"][city.doc_place[np.where(doc >= 0, doc, 0)]], None),
        "admission_way": np.where(stay, ways, None), "discharge_way": np.where(stay, np.where(rng.random(n) < 0.93, "1", rng.choice(["2", "3", "4", "9"], n)), None), "med_type_raw": raw, "refund_of": None,
    }).drop(columns=[c for c in has if not has[c]], errors="ignore")  # fmt: skip
    frame = _number(city, frame)
    table["claim_id"] = frame.claim_id
    return _dirty(city, frame)


def _clockless(city: City, table: pd.DataFrame) -> np.ndarray:
    """Claims of places that deliver dates only: a batch of them, until their claims make up the wanted share."""
    volume = np.bincount(table.place, minlength=len(city.kind))
    total, batch = 0, np.zeros(len(city.kind), bool)
    for place in city.rng.permutation(len(city.kind)):
        if total + volume[place] <= city.p["clockless"] * len(table) * 1.02:
            batch[place], total = True, total + volume[place]
    return batch[table.place]


def _number(city: City, frame: pd.DataFrame) -> pd.DataFrame:
    """Settlement numbers in order of settlement, as a platform gives them out."""
    order = np.argsort(
        frame.settled_at.to_numpy() + (city.rng.random(len(frame)) * 600).astype("m8[s]"), kind="stable"
    )
    number = np.empty(len(frame), "i8")
    number[order] = np.cumsum(city.rng.integers(1, 4, len(frame)))
    frame["claim_id"] = np.char.add(f"{DIVISION}00S", np.char.zfill((number + 30_000_000).astype(str), 12))
    return frame


def _dirty(city: City, frame: pd.DataFrame) -> pd.DataFrame:
    """Refunds (some redone), strangers to the register, wrong dates, bare amounts."""
    rng, n = city.rng, len(frame)
    back = frame.iloc[np.sort(rng.choice(n, round(n * city.p["refunds"]), replace=False))].copy()
    back["refund_of"] = back.claim_id
    back["claim_id"] = back.claim_id + "R"
    amounts = [c for c in back.columns if c.endswith("_amount")]
    back[amounts] = 0 - back[amounts]
    back["settled_at"] = back.settled_at + (rng.exponential(30, len(back)) * 3600).astype("i8").astype(
        "m8[s]"
    )
    bare = back.started_at.dt.normalize() == back.started_at
    back.loc[bare, "settled_at"] = back.settled_at[bare].dt.normalize()
    lost = rng.random(len(back)) < 0.08
    back.loc[lost, "refund_of"] = None
    wrong = rng.random(n) < city.p["dirt"]
    frame.loc[wrong, "ended_at"] = frame.started_at[wrong] - pd.Timedelta(days=1)
    frame.loc[rng.random(n) < city.p["dirt"], "diagnosis_code"] = "/"
    frame = pd.concat([frame, back], ignore_index=True)
    frame = frame.sort_values("claim_id", kind="stable", ignore_index=True)
    for name in ("started_at", "ended_at", "settled_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame


def _registers(
    city: City, made: Made, ids: dict[str, np.ndarray], has: dict[str, bool]
) -> dict[str, pd.DataFrame]:
    rng, n = city.rng, city.n
    first = np.array(list(_SURNAMES))[(np.sqrt(city.house * 977 % 1600)).astype(int).clip(0, 39)]
    given = np.char.add(
        rng.choice(list(_GIVEN), n), np.where(rng.random(n) < 0.75, rng.choice(list(_GIVEN), n), "")
    )
    code = np.char.add(
        f"{DIVISION}0",
        np.char.add(
            (city.town[city.lives] % 7 + 1).astype(str),
            np.char.zfill((city.town[city.lives] * 1000 + city.lives % 997).astype(str), 6),
        ),
    )
    phone = ids["phone"][city.phone].astype(object)
    phone[rng.random(n) < 0.012] = None
    phone[rng.random(n) < 0.002] = "13800000000"
    birth = (city.start - (city.age * 365.25).astype("i8")).astype("M8[s]")
    town = np.array(city.towns)[city.town[city.lives]]
    address = [
        f"{t}{r}组{h // 40 % 60 + 1}号楼{h % 40 + 1}室"
        for t, r, h in zip(town, city.lives % 9 + 1, city.home, strict=True)
    ]
    dead = rng.random(n) < 0.00004 * np.exp(city.age / 14)
    patients = pd.DataFrame({
        "patient_id": ids["patient"], "name": np.char.add(first, given), "birth_date": birth, "sex": city.sex.astype(str), "address": address, "phone": phone,
        "bank_account": ids["account"][city.account], "household_id": np.char.add("HK", (city.house * 3 + 400_000).astype(str)),
        "agent_id": np.where(city.agent >= 0, ids["agent"][city.agent.clip(0)], None), "residence_code": np.where(rng.random(n) < 0.008, None, code),
        "insurance_type": np.where(city.employee, "310", "390"), "identity_class": np.array([None, "2303", "2308", "2304"], dtype=object)[city.ident],
        "death_date": np.where(dead, city.start + np.timedelta64(DAYS + 5, "D"), np.datetime64("NaT")).astype("M8[s]"),
    }).drop(columns=[c for c in ("name", "bank_account", "agent_id", "address", "household_id", "death_date", "identity_class") if not has[c]])  # fmt: skip
    patients = patients[rng.random(n) > 0.002].sort_values("patient_id", ignore_index=True)
    docs = len(city.doc_place)
    dname = np.char.add(
        rng.choice(list(_SURNAMES), docs),
        np.char.add(
            rng.choice(list(_GIVEN), docs),
            np.where(rng.random(docs) < 0.7, rng.choice(list(_GIVEN), docs), ""),
        ),
    )
    special = {
        2: "精神科",
        3: "康复医学科",
        5: "肾内科",
        8: "中医科",
        13: "传染科",
        6: "职业病科",
        14: "精神科",
    }
    dept = np.array([special.get(int(k), "") for k in city.kind[city.doc_place]])
    doctors = pd.DataFrame(
        {
            "doctor_id": ids["doctor"],
            "name": dname,
            "facility_id": ids["place"][city.doc_place],
            "specialty": np.where(
                dept == "", rng.choice(["内科", "全科", "外科", "骨科", "中医科", "神经内科"], docs), dept
            ),
            "title": rng.choice(["232", "233", "233", "234"], docs),
        }
    )
    pairs = sorted(made.sites | {(int(d), int(city.doc_place[d])) for d in range(docs)})
    sites = pd.DataFrame(
        {
            "doctor_id": [ids["doctor"][d] for d, _ in pairs],
            "facility_id": [ids["place"][x] for _, x in pairs],
        }
    )
    places = len(city.kind)
    owner = np.char.add(
        rng.choice(list(_SURNAMES), places),
        np.char.add(rng.choice(list(_GIVEN), places), rng.choice(list(_GIVEN), places)),
    )
    common = pd.DataFrame({
        "id": ids["place"], "name": city.names, "level": [PLACES[k].level for k in city.kind], "ownership": np.where(rng.random(places) < np.array([PLACES[k].private for k in city.kind]), "private", "public"),
        "beds": np.round(np.array([PLACES[k].beds for k in city.kind]) * np.exp(rng.normal(0, 0.3, places))).astype(int), "legal_representative": owner, "phone": [f"0{x}" for x in rng.integers(4_000_000_000, 4_999_999_999, places)],
        "account": [f"41{x}" for x in rng.integers(10**14, 10**15, places)], "longitude": np.round(122.4 + city.place_xy[:, 0] / 84, 5), "latitude": np.round(42.1 + city.place_xy[:, 1] / 111, 5),
    }).drop(columns=[c for c in ("legal_representative", "account") if not has[c]])  # fmt: skip
    if not has["coordinates"]:
        common = common.drop(columns=["longitude", "latitude"])
    shop = city.kind == 16
    pharmacies = (
        common[shop].drop(columns=["level", "ownership", "beds"]).rename(columns={"id": "pharmacy_id"})
    )
    return {
        "patients": patients,
        "doctors": doctors,
        "doctor_sites": sites,
        "facilities": common[~shop].rename(columns={"id": "facility_id"}),
        "pharmacies": pharmacies,
    }


def _held(register: pd.DataFrame, column: str, people: np.ndarray, value: str) -> bool:
    """Whether the delivery shows at least two of these people with this value."""
    return column in register and (register[column].reindex(people) == value).sum() >= 2


def _truth(
    city: City, made: Made, table: pd.DataFrame, tables: dict[str, pd.DataFrame], ids: dict[str, np.ndarray]
) -> Truth:
    others = table[table.tag >= 0]
    share = np.bincount(others.place, minlength=len(city.kind)) / max(len(others), 1)
    frequent = others.groupby(["place", "who"]).size()
    frequent = frequent[frequent >= 4].groupby("place").size()
    habitual = frequent.reindex(range(len(city.kind)), fill_value=0).to_numpy() / city.n
    known, register = set(tables["claims"].patient_id), tables["patients"].set_index("patient_id")
    rings, members, ring_claims = [], [], []
    for ring in made.rings:
        own = table[table.tag == -ring["tag"]]
        people = np.unique(own.who)
        if not len(people):
            continue
        name = f"longstay-{ring['tag']:03d}"
        rings.append(
            (name, ring["kind"], len(people), round(oracle_nats(ring, own, others, share, habitual), 1))
        )
        members += [(name, "patient", ids["patient"][x], "patient") for x in people]
        for kind, x in ring["entities"]:
            column = {"phone": "phone", "account": "bank_account", "agent": "agent_id"}.get(kind)
            if column and not _held(register, column, ids["patient"][people], ids[kind][x]):
                continue
            what = ("pharmacy" if city.kind[x] == 16 else "facility") if kind == "place" else kind
            members.append(
                (name, what, ids[kind][x], {"doctor": "prescriber", "place": "provider"}.get(kind, "link"))
            )
        ring_claims += [(name, claim) for claim in own.claim_id]
    present = set(table.who)
    came = table[table.tag > 0].groupby("tag").who.unique().to_dict()
    decoys = []
    for tag, kind, people in made.lawful:
        here = (
            np.sort(came.get(tag, np.zeros(0, int)))
            if kind in LAWFUL
            else np.array([x for x in people if x in present])
        )
        if len(here) >= 3:
            listed = [ids["patient"][x] for x in here if ids["patient"][x] in known]
            decoys.append((f"lawful-{tag:04d}", kind, "|".join(listed)))
    return Truth(
        rings=pd.DataFrame(rings, columns=["ring_id", "kind", "patients", "oracle_nats"]), members=pd.DataFrame(members, columns=["ring_id", "entity_type", "entity_id", "role"]),
        decoys=pd.DataFrame(decoys, columns=["decoy_id", "kind", "patients"]), ring_claims=pd.DataFrame(ring_claims, columns=["ring_id", "claim_id"]),
    )  # fmt: skip
