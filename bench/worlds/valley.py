"""A mountain prefecture, blind to the detector: few places, long roads, market days, hollow villages.

What it is. A poor prefecture of some counties, each a few long valleys. Most people are residents (390), many old; working-age people are
away and come home for the festival. A county's hospitals and township centres are one consortium that sends patients up and back
down. Village clinics hold contracted lists; some type the day's visits in the evening. Outpatient care is pooled, also at the
shops that qualify. Nobody here visits at a rate: needs fall due and wait for an errand day (market day, own weekday, reopening of the
road), the whole trip is done at once, vans bring a village together, and places serve their queue in order. See `valley_life`.

Lawful kinds (34): market_van, contract_round, carer_errand, family_phone, member_day, opiate_substitution, observed_tb, dialysis_shift,
tumour_cycle, needle_slots, rehab_returned, psychiatric_long, care_home_round, dam_site_clinic, firm_checkup, boarding_school,
feast_poisoning, valley_flu, screening_bus, birth_school, only_licence, homecoming_week, specialist_day, moved_station,
herb_cooperative, temple_household, forest_brigade, resettled_block, dance_companions, sugar_circle, road_reopened, fungus_season,
teachers_year_end, sheltered_workshop. Unlisted, in everybody's life: couples, vans, evening typing, chains of shops, village cadres
as agents, one bank card a household, placeholder phones, sending up and down.

Ring kinds (16; each works in one main way and, by chance, one or two more)
  market_sweep     cards from the villages swept at shops in bursts            roving_pool      a pool rotates over three to six places
  left_cards       cards of people away, swept or drained                      slow_drip        90 to 180 cards, one at a time, one shop
  staged_beds      admissions by the batch, each comes to some of them         paper_people     identities behind one phone or account
  bed_relay        the same people from hospital to hospital                   copied_bills     the same few bills over and over
  steered_scripts  prescriber and shop past nearer shops                       hollow_firm      a firm whose staff claim together
  phantom_slots    therapy nobody had                                          kin_of_staff     4 to 8, after hours
  drug_tour        4 to 6 on a round of hospitals in a day                     van_pickup       100 to 180, van by van to a clinic
  home_cards       cards of old people held together                           typed_evenings   a doctor types visits that never were

What it does not hold: claim lines and trace codes, stock, prescriptions, out-of-region claims, more than one year, changes of the rules.
Parameters are drawn per seed from `RANGES`; what the supplier delivers too (`_delivered`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.worlds.files import Level, Truth, write_world
from bench.worlds.valley_groups import Marks, Ring, lawful_groups, oracle, plant_rings
from bench.worlds.valley_life import (
    CENTRE,
    CLINIC,
    DAYS,
    DIAGNOSES,
    GENERAL,
    MCH,
    OFF_C,
    PRIVATE,
    PSYCH,
    SHOP,
    STATION,
    TCM,
    TERTIARY,
    VCLINIC,
    Sheet,
    World,
    build,
    daily_life,
    h01,
)  # fmt: skip

__all__ = ["KEYS", "RANGES", "make"]

RANGES: dict[str, tuple[float, float]] = {
    "claims_each": (7.4, 11.2),  # claims a person and year
    "per_town": (1500, 3000),  # people a township
    "villages": (3, 7),  # villages a township, mean (two more at least)
    "rural": (0.5, 0.68),  # people in villages
    "migrants": (0.12, 0.34),  # of working-age villagers, away
    "place_tail": (0.55, 1.0),  # log size of places, standard deviation
    "frailty": (0.65, 0.95),  # log need of people, standard deviation
    "chronic": (0.75, 1.25),
    "courses": (0.6, 1.5),
    "couples": (0.15, 0.5),  # households whose two elders go together
    "market": (0.5, 1.1),  # strength of the market day
    "patience": (0.7, 1.6),  # how long needs wait
    "van": (0.25, 0.75),  # villagers who ride the van
    "village_pull": (0.7, 1.3),
    "closures": (0.15, 0.5),  # townships whose road closes once
    "winter": (0.1, 0.4),
    "evening": (0.1, 0.4),  # village clinics that type in the evening
    "laxness": (0.5, 2.0),
    "refill_kept": (0.72, 0.93),
    "chronic_coded": (0.45, 0.95),  # refills under the chronic code
    "shops": (0.2, 0.36),  # of the rest of the needs
    "stay_share": (0.02, 0.036),
    "sent_up": (0.05, 0.14),
    "sent_down": (0.25, 0.6),
    "new_places": (0.03, 0.09),
    "price": (0.75, 1.35),
    "spread": (0.8, 1.15),
    "groups": (0.75, 1.15),  # number of lawful groups
    "refunds": (0.01, 0.03),
    "pooled_shops": (0.35, 0.8),
    "pooled_rate": (0.5, 0.7),
    "bad_phones": (0.03, 0.15),
    "dirt": (0.002, 0.012),
}
KEYS = (
    "doctor_id", "ended_at", "settled_at", "diagnosis_code", "account_amount", "self_paid_amount", "operator_id", "prescriber_facility_id",
    "admission_way", "discharge_way", "med_type_raw", "refund_of", "name", "birth_date", "sex", "address", "phone", "bank_account",
    "employer", "household_id", "agent_id", "residence_code", "insurance_type", "identity_class", "death_date",
)  # fmt: skip
"""Columns a supplier may leave out."""
_SURNAMES = list("李杨张王和罗段赵普白沙木余郭熊陶马何尹施刀岩蜂阿吉海曲盘邓")
_GIVEN = list("秀英文华明珍兰芳国建玉春花云生福荣学东梅强军丽金贵海成林艳红")
_LAND = list("雾岚苔梨杉鹿鹤麂棕藤砚磨蕨蓑笋荞茅柏朗桐")
_FORM = list("坪箐坝垭溪塘岭坳湾坎冲梁")


def make(out: Path, *, claims: int, seed: int, level: Level) -> None:
    """Write the valley of a seed: about `claims` claims, the rings of `level`."""
    rng = np.random.default_rng([seed, 0x7A11E7])
    par = {name: float(rng.uniform(*span)) for name, span in RANGES.items()}
    w = build(rng, par, int(claims / par["claims_each"]))
    marks: Marks = {}
    scale = claims / 400_000
    lawful, foul = Sheet(), Sheet()
    groups = lawful_groups(rng, w, lawful, marks, scale, 0.6 if level == "hard" else 1.0)
    rings = [] if level == "none" else plant_rings(rng, w, foul, marks, claims, level)
    wanted = int(claims / (1 + par["refunds"]))
    life = Sheet()
    daily_life(rng, w, life, int((wanted - len(lawful) - len(foul)) * 1.16))
    c = _together(rng, w, lawful, foul, life, wanted)
    delivered = _delivered(rng)
    _evening(rng, w, c)
    tables, ids = _tables(rng, w, c, marks, rings, delivered)
    form = "csv" if claims <= 1_000_000 and rng.random() < 0.15 else "parquet"
    write_world(out, tables, _truth(w, c, tables, ids, groups, rings, delivered), form=form)


# ---------------------------------------------------------------- claims


def _together(
    rng: np.random.Generator, w: World, lawful: Sheet, foul: Sheet, life: Sheet, wanted: int
) -> dict[str, np.ndarray]:
    """All claims in the order of their settlement; nobody is out and about while in bed, save by a ring or by mistake."""
    sheets = [s.columns() for s in (lawful, foul, life) if len(s)]
    c = {name: np.concatenate([s[name] for s in sheets]) for name in sheets[0]}
    base = np.arange(len(c["p"])) >= len(lawful) + len(foul)
    keep = (c["ring"] >= 0) | ~_in_bed(c) | (rng.random(len(base)) < w.par["dirt"])
    spare = int(keep.sum()) - wanted
    if spare > 0:
        mine = np.flatnonzero(keep & base)
        keep[rng.choice(mine, min(spare, len(mine)), replace=False)] = False
    c = {name: values[keep] for name, values in c.items()}
    order = np.lexsort((c["p"], c["place"], c["t"] + c["dur"]))
    return {name: values[order] for name, values in c.items()}


def _in_bed(c: dict[str, np.ndarray]) -> np.ndarray:
    """Claims that begin while another stay of the same person lasts."""
    big = np.int64(1) << 22
    stay = np.flatnonzero(c["typ"] == 2)
    stay = stay[np.argsort(c["p"][stay] * big + c["t"][stay], kind="stable")]
    key = c["p"][stay].astype(np.int64) * big + c["t"][stay]
    end = np.maximum.accumulate(key + c["dur"][stay])
    mine = c["p"].astype(np.int64) * big + c["t"]
    before = np.searchsorted(key, mine, side="left") - 1
    if not len(stay):
        return np.zeros(len(mine), bool)
    return (before >= 0) & (end[np.maximum(before, 0)] > mine)


def _evening(rng: np.random.Generator, w: World, c: dict[str, np.ndarray]) -> None:
    """Some village clinics type the day's visits one after the other in the evening."""
    at = np.flatnonzero(w.evening[c["place"]] & (c["ring"] < 0) & (c["typ"] != 2))
    group = c["place"][at].astype(np.int64) * 512 + c["t"][at] // 1440
    order = np.argsort(group, kind="stable")
    run = np.cumsum(rng.gamma(1.5, 1.1, len(at)))
    first = np.flatnonzero(np.diff(group[order], prepend=-1))
    offset = run - np.repeat(run[first], np.diff(np.append(first, len(at))))
    minute = 1130 + 70 * h01(group[order], 1, 61) + offset
    c["t"][at[order]] = group[order] % 512 * 1440 + np.minimum(minute, 1420).astype(np.int64)


def _delivered(rng: np.random.Generator) -> set[str]:
    """Which optional columns and tables this supplier sends; some send little."""
    mood = rng.choice(3, p=[0.45, 0.3, 0.25])
    odds = (0.97, 0.72, 0.34)[mood]
    sure = {
        "doctor_id": 0.78,
        "ended_at": 0.85,
        "refund_of": 0.7,
        "diagnosis_code": 0.8,
        "birth_date": 0.7,
        "sex": 0.8,
        "insurance_type": 0.7,
    }
    sent = {name for name in KEYS if rng.random() < max(odds, sure.get(name, 0))}
    sent |= {
        name
        for name in ("doctors", "doctor_sites", "facilities", "pharmacies", "coordinates")
        if rng.random() < max(odds, 0.5)
    }
    if rng.random() < 0.3:
        sent.add("holidays")
    sent.add(str(rng.choice(["both", "settled", "started"], p=[0.55, 0.3, 0.15])))
    return sent | {"settled_at"} if "settled" in sent else sent


# ---------------------------------------------------------------- tables


def _words(rng: np.random.Generator, number: int, tail: str) -> np.ndarray:
    pairs = (
        [a + b for a in _LAND for b in _FORM]
        if number <= 200
        else [a + b + d for a in _LAND for b in _FORM for d in _LAND]
    )
    return np.array([str(x) + tail for x in rng.permutation(pairs)[:number]], dtype=object)


def _person_names(rng: np.random.Generator, surname: np.ndarray) -> np.ndarray:
    one, two = (np.array(_GIVEN, dtype=object)[rng.integers(0, len(_GIVEN), len(surname))] for _ in range(2))
    return (
        np.array(_SURNAMES, dtype=object)[surname] + one + np.where(rng.random(len(surname)) < 0.72, two, "")
    )


def _area_names(rng: np.random.Generator, w: World) -> tuple[np.ndarray, np.ndarray]:
    """Full name and division code of every area."""
    county = _words(rng, w.counties, "县")
    town = _words(rng, w.towns, "")
    town = town + rng.choice(np.array(["乡", "镇"], dtype=object), w.towns)
    village = (
        np.array([a + b for a in _LAND for b in _FORM], dtype=object)[
            rng.integers(0, len(_LAND) * len(_FORM), w.villages)
        ]
        + "村"
    )
    c_of = w.anc[:, 2] - w.villages - w.towns
    t_of = w.anc[:, 1] - w.villages
    full, code = np.empty(len(w.anc), object), np.empty(len(w.anc), object)
    for area in range(len(w.anc)):
        if area == len(w.anc) - 1:
            full[area], code[area] = "岚州市", "539801001001"
            continue
        full[area] = county[c_of[area]]
        if area < w.villages + w.towns:
            full[area] += town[t_of[area]] + (village[area] if area < w.villages else "街")
        else:
            full[area] += "城关"
        code[area] = f"5398{c_of[area] + 21:02d}{100 + t_of[area] % 800:03d}{200 + area % 700:03d}"
    return full, code


_TITLES = {VCLINIC: "卫生室", CENTRE: "卫生院", CLINIC: "诊所", GENERAL: "人民医院", TCM: "中医医院", MCH: "妇幼保健院", PRIVATE: "医院",
           TERTIARY: "州医院", PSYCH: "精神病医院", SHOP: "药房", STATION: "疾控门诊部"}  # fmt: skip


def _place_table(
    rng: np.random.Generator, w: World, full: np.ndarray, code: np.ndarray, rings: list[Ring]
) -> pd.DataFrame:
    m = len(w.kind)
    serial = rng.permutation(90_000)[:m] + 1000 if m < 90_000 else np.arange(m) + 1000
    shop = w.kind == SHOP
    ids = [
        ("P" if s else "H") + code[a][:6] + f"{n % 100_000:05d}"
        for s, a, n in zip(shop, w.area, serial, strict=True)
    ]
    own = _words(rng, m, "") if m <= 4800 else np.array([f"第{k}" for k in range(m)], dtype=object)
    private = np.isin(w.kind, (CLINIC, PRIVATE, SHOP))
    name = [(own[i] if private[i] else full[w.area[i]]) + _TITLES[int(w.kind[i])] for i in range(m)]
    owner = _person_names(rng, rng.integers(0, len(_SURNAMES), m))
    account = np.array([f"8{v:017d}" for v in rng.integers(0, 10**16, m)], dtype=object)
    chain = np.where(shop & (rng.random(m) < 0.35), rng.integers(0, max(m // 60, 2), m), -1)
    for k in np.unique(chain[chain >= 0]):
        owner[chain == k] = owner[chain == k][0]
        account[chain == k] = account[chain == k][0]
    for ring in rings:
        acting = [v for kind, v, _ in ring.roles if kind in ("facility", "pharmacy")]
        if ring.linked and acting:
            owner[acting] = owner[acting[0]]
    beds = np.array([0, 40, 0, 380, 160, 70, 85, 900, 260, 0, 0])[w.kind] * np.exp(rng.normal(0, 0.3, m))
    level = np.array(
        [
            "clinic",
            "primary",
            "clinic",
            "secondary",
            "secondary",
            "secondary",
            "primary",
            "tertiary",
            "secondary",
            "",
            "primary",
        ],
        dtype=object,
    )
    phone = np.array([f"08{v:09d}" for v in rng.integers(0, 10**9, m)], dtype=object)
    at = w.xy[w.area] + rng.normal(0, 0.4, (m, 2))
    return pd.DataFrame({"id": ids, "name": name, "level": level[w.kind], "ownership": np.where(private, "private", "public"),
                         "beds": beds.astype(int), "legal_representative": owner, "phone": phone, "address": full[w.area],
                         "account": account, "longitude": np.round(100.7 + at[:, 0] / 98, 5), "latitude": np.round(24.6 + at[:, 1] / 111, 5)})  # fmt: skip


def _money(rng: np.random.Generator, w: World, c: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Total, fund, account and cash, rounded as tills do."""
    n, kind, employed = len(c["p"]), w.kind[c["place"]], w.people["employed"][c["p"]]
    total = np.where((rng.random(n) < 0.55) & (c["typ"] != 2), np.round(c["amt"], 1), np.round(c["amt"], 2))
    total = np.where(
        (rng.random(n) < 0.35) & np.isin(kind, (VCLINIC, CLINIC)), np.maximum(np.round(c["amt"]), 2), total
    )
    rate = (
        np.array([w.par["pooled_rate"] - 0.04, w.par["pooled_rate"] + 0.1, 0.0, w.par["pooled_rate"] - 0.05])[
            c["typ"]
        ]
        + 0.06 * employed
    )
    bed = np.array([0.8, 0.84, 0.7, 0.71, 0.74, 0.72, 0.75, 0.56, 0.77, 0.5, 0.7])[kind] + 0.07 * employed
    deductible = np.array([100, 200, 100, 500, 400, 400, 300, 1000, 300, 0, 0])[kind]
    rate = np.where(c["typ"] == 2, bed, rate) * np.clip(rng.normal(0.93, 0.07, n), 0.4, 1)
    base = np.maximum(total - np.where(c["typ"] == 2, deductible, np.where(rng.random(n) < 0.2, 20, 0)), 0)
    pools = h01(c["place"], 0, 71) < w.par["pooled_shops"]
    cash_only = ((c["typ"] == 3) & ((~pools & (c["ring"] < 0)) | (rng.random(n) < 0.18))) | (
        (kind == TERTIARY) & (c["typ"] == 0) & (rng.random(n) < 0.3)
    )
    fund = np.where(cash_only, 0.0, np.round(base * rate, 2))
    rest = np.round(total - fund, 2)
    purse = employed | (h01(w.people["house"][c["p"]], 0, 72) < 0.12)
    account = np.where(purse & (rng.random(n) < 0.86) & (c["typ"] != 2), rest, 0.0)
    return {
        "total_amount": total,
        "fund_amount": fund,
        "account_amount": account,
        "self_paid_amount": np.round(rest - account, 2),
    }


def _refunds(rng: np.random.Generator, w: World, c: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Index of each refunded claim and the minute of its refund."""
    n = len(c["p"])
    at = np.sort(rng.choice(n, int(n * w.par["refunds"]), replace=False))
    late = np.where(
        rng.random(len(at)) < 0.7, rng.exponential(25, len(at)) + 2, rng.exponential(5 * 1440, len(at))
    )
    return at, c["t"][at] + c["dur"][at] + late.astype(np.int64) + 3


def _claims(
    rng: np.random.Generator,
    w: World,
    c: dict[str, np.ndarray],
    ids: dict[str, np.ndarray],
    delivered: set[str],
) -> pd.DataFrame:
    n = len(c["p"])
    money = _money(rng, w, c)
    back, when = _refunds(rng, w, c)
    settled = c["t"] + c["dur"] + np.where(c["typ"] == 2, 0, rng.integers(0, 4, n))
    src = np.concatenate([np.arange(n), back])
    is_back = np.arange(len(src)) >= n
    done = np.concatenate([settled, when])
    order = np.lexsort((src, done))
    src, is_back, done = src[order], is_back[order], done[order]
    step = np.cumsum(rng.integers(1, 4, len(src)))
    stamp = w.start.to_datetime64().astype("datetime64[m]")
    moment = stamp + done.astype("timedelta64[m]")
    dates = (
        (w.start + pd.to_timedelta(np.arange(int(done.max()) // 1440 + 1), unit="D"))
        .strftime("%y%m%d")
        .astype(np.int64)
    )
    number = 539800000000000000 + dates.to_numpy()[done // 1440] * 10**8 + step % 10**8
    claim_id = number.astype(str).astype(object)
    first = np.empty(n, np.int64)
    first[src[~is_back]] = np.flatnonzero(~is_back)
    second = rng.integers(0, 60, len(src)).astype("timedelta64[s]")
    begun = stamp + np.where(is_back, done, c["t"][src]).astype("timedelta64[m]")
    frame = _columns(rng, w, {k: v[src] for k, v in c.items()}, ids)
    frame.insert(0, "claim_id", pd.Series(claim_id, dtype=object))
    frame["started_at"] = begun.astype("datetime64[s]") + second
    ended = stamp + np.where(is_back, done, (c["t"] + c["dur"])[src]).astype("timedelta64[m]")
    lying = pd.Series(c["typ"][src] == 2)
    frame["ended_at"] = pd.Series(ended.astype("datetime64[s]") + second).where(lying, frame["started_at"])
    frame["settled_at"] = moment.astype("datetime64[s]") + second + np.timedelta64(20, "s")
    if "settled" in delivered:
        frame["started_at"] = frame["started_at"].dt.normalize()
        frame["ended_at"] = frame["ended_at"].dt.normalize()
    if "started" in delivered:
        frame["settled_at"] = frame["settled_at"].dt.normalize()
    sign = np.where(is_back, -1.0, 1.0)
    for name, values in money.items():
        frame[name] = np.round(values[src] * sign, 2) + 0.0
    lost = rng.random(len(src)) < w.par["dirt"] * 4
    frame["refund_of"] = _text(np.where(is_back & ~lost, claim_id[first[src]], None))
    wanted = [
        "claim_id",
        "patient_id",
        "facility_id",
        "pharmacy_id",
        "claim_type",
        "started_at",
        "total_amount",
        "fund_amount",
        *KEYS[:12],
        "ring",
    ]
    return frame[[k for k in wanted if k not in KEYS or k in delivered]]


def _text(values: np.ndarray) -> pd.Series:
    return pd.Series(values, dtype=object)


def _columns(
    rng: np.random.Generator, w: World, c: dict[str, np.ndarray], ids: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Who, where, what for: everything of a claim but its number, times and money."""
    place, typ, doc, n = c["place"], c["typ"], c["doc"], len(c["p"])
    shop = w.kind[place] == SHOP
    shift = c["t"] // 1440 * 2 + (c["t"] % 1440 > 780)
    desks = np.array([1, 3, 1, 9, 5, 3, 3, 14, 2, 2, 1])[w.kind[place]]
    tills = np.array([[f"{i[-5:]}{k:02d}" for k in range(1, 15)] for i in ids["place"]], dtype=object)
    blank = (rng.random(n) < w.par["dirt"] * 3) | ((typ == 3) & (rng.random(n) < 0.55)) | (c["diag"] < 0)
    way = np.where(rng.random(n) < 0.9, "1", np.where(rng.random(n) < 0.6, "2", "4"))
    mild = (typ == 1) & np.isin(c["diag"], (OFF_C, OFF_C + 1))
    med = np.array(["11", "140104", "21", "41", "9901"], dtype=object)[np.where(mild, 4, typ)]
    ways = np.array([None, "1", "2", "3"], dtype=object)
    return pd.DataFrame({
        "patient_id": _text(ids["patient"][c["p"]]), "facility_id": _text(np.where(shop, None, ids["place"][place])),
        "pharmacy_id": _text(np.where(shop, ids["place"][place], None)),
        "doctor_id": _text(np.where(doc >= 0, ids["doctor"][np.maximum(doc, 0)], None)),
        "claim_type": _text(np.array(["outpatient", "chronic", "inpatient", "pharmacy"], dtype=object)[typ]),
        "diagnosis_code": _text(np.where(blank, None, DIAGNOSES[c["diag"]])),
        "operator_id": _text(tills[place, (h01(place, shift, 81) * desks).astype(int)]),
        "prescriber_facility_id": _text(np.where(c["pres"] >= 0, ids["place"][np.maximum(c["pres"], 0)], None)),
        "admission_way": _text(ways[c["adm"]]), "discharge_way": _text(np.where(typ == 2, way.astype(object), None)),
        "med_type_raw": _text(med), "ring": c["ring"],
    })  # fmt: skip


def _patients(rng: np.random.Generator, w: World, c: dict[str, np.ndarray], marks: Marks, ids: dict[str, np.ndarray], full: np.ndarray,
              code: np.ndarray, delivered: set[str]) -> pd.DataFrame:  # fmt: skip
    x, n, par = w.people, w.n, w.par
    houses = int(x["house"].max()) + 1
    clan = rng.integers(0, len(_SURNAMES), (len(w.anc), 4))
    name_of = np.where(x["level"] < 2, (h01(x["house"], 1, 91) ** 2.2 * 4).astype(int), 0)
    surname = np.where(
        (x["level"] == 2) | (x["pos"] == 1), rng.integers(0, len(_SURNAMES), n), clan[x["home"], name_of]
    )
    own = np.array(
        [
            "1" + p + f"{v:08d}"
            for p, v in zip(
                rng.choice(["38", "59", "87", "36", "99", "73"], n), rng.integers(0, 10**8, n), strict=True
            )
        ],
        dtype=object,
    )
    head = np.zeros(houses, int)
    head[x["house"][::-1]] = np.arange(n)[::-1]
    sharing = rng.random(n) < np.where((x["age"] > 62) | (x["age"] < 17), 0.62, 0.08)
    phone = np.where(sharing, own[head[x["house"]]], own)
    bad = rng.random(n) < par["bad_phones"]
    office = np.array([f"08{v:09d}" for v in rng.integers(0, 10**9, len(w.anc))], dtype=object)
    phone = np.where(
        bad,
        np.where(rng.random(n) < 0.25, "13800000000", np.where(rng.random(n) < 0.4, office[x["home"]], None)),
        phone,
    )
    cards = np.array([f"62317{v:014d}" for v in rng.integers(0, 10**14, houses)], dtype=object)
    card = np.where(rng.random(n) < 0.75, cards[x["house"]], None)
    firms = max(20, n // 90)
    firm = _words(rng, min(firms, 4000), "")[
        (rng.random(n) ** 2.5 * min(firms, 4000)).astype(int)
    ] + rng.choice(np.array(["中学", "公司", "合作社", "局", "厂"], dtype=object), n)
    agents = np.array([f"DB{v:09d}" for v in rng.integers(0, 10**9, len(w.anc))], dtype=object)
    classes = rng.choice(np.array(["2301", "2303", "2307", "2308"], dtype=object), n)
    born = w.start - pd.to_timedelta((x["age"] * 365.25).astype(int) + 182, unit="D")
    number = np.char.mod("%d", (h01(x["house"], 2, 92) * 400).astype(int) + 1).astype(object)
    group = np.char.mod("%d", x["hamlet"] + 1).astype(object)
    detail = np.where(x["level"] == 0, group + "组", "") + number + "号"
    last = np.full(n, -1)
    np.maximum.at(last, c["p"], (c["t"] + c["dur"]) // 1440)
    died = (last > 0) & (x["age"] > 60) & (rng.random(n) < 0.02) & (last < DAYS - 20)
    frame = pd.DataFrame({
        "patient_id": ids["patient"], "name": _person_names(rng, surname),
        "birth_date": pd.Series(born.normalize()).where(rng.random(n) > par["dirt"]).dt.date,
        "sex": x["sex"].astype(str), "address": np.where(rng.random(n) < 0.04, None, full[x["home"]] + detail), "phone": phone, "bank_account": card,
        "employer": np.where(x["employed"], firm, None), "household_id": np.char.mod("HK%010d", x["house"] * 7919 % 10**10).astype(object),
        "agent_id": np.where((rng.random(n) < 0.05) & (x["age"] > 55), agents[x["home"]], None), "residence_code": code[x["home"]],
        "insurance_type": np.where(x["employed"], "310", "390"), "identity_class": np.where(rng.random(n) < 0.09, classes, None),
        "death_date": pd.Series(w.start + pd.to_timedelta(last + rng.integers(1, 19, n), unit="D")).where(died).dt.date,
    })  # fmt: skip
    for column, values in marks.items():
        who = np.fromiter(values, int, len(values))
        frame.loc[who, column] = list(values.values())
    seen = np.zeros(n, bool)
    seen[c["p"]] = True
    frame = frame[seen | (rng.random(n) < 0.5)].drop(columns=[k for k in KEYS[12:] if k not in delivered])
    return frame.sort_values("patient_id", ignore_index=True)


def _tables(
    rng: np.random.Generator,
    w: World,
    c: dict[str, np.ndarray],
    marks: Marks,
    rings: list[Ring],
    delivered: set[str],
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray]]:
    full, code = _area_names(rng, w)
    places = _place_table(rng, w, full, code, rings)
    home = w.people["home"]
    number = rng.permutation(w.n) * 13 + rng.integers(1, 9, w.n) + 100_000_000
    doctors = int(w.doc_n.sum())
    owner = np.repeat(np.arange(len(w.kind)), w.doc_n)
    serial = rng.permutation(900_000)[:doctors] + 10_000 if doctors < 900_000 else np.arange(doctors)
    short = np.array([a[:6] for a in code], dtype=object)
    ids = {
        "patient": short[home] + np.char.mod("%09d", number).astype(object), "place": places["id"].to_numpy(dtype=object),
        "doctor": "D" + short[w.area[owner]] + np.char.mod("%06d", serial).astype(object),
    }  # fmt: skip
    tables = {"claims": _claims(rng, w, c, ids, delivered)}
    patients = _patients(rng, w, c, marks, ids, full, code, delivered)
    if patients.shape[1] > 1:
        tables["patients"] = patients
    shop = (w.kind == SHOP)[: len(places)]
    for name, mask, without in (
        ("facilities", ~shop, []),
        ("pharmacies", shop, ["level", "ownership", "beds"]),
    ):
        if name in delivered:
            gone = without + ([] if "coordinates" in delivered else ["longitude", "latitude"])
            tables[name] = (
                places[mask]
                .drop(columns=gone)
                .rename(columns={"id": "facility_id" if name == "facilities" else "pharmacy_id"})
                .reset_index(drop=True)
            )
    if "doctors" in delivered and "doctor_id" in delivered:
        field = np.array(
            ["全科", "内科", "全科", "内科", "中医科", "妇产科", "内科", "内科", "精神科", "", "全科"],
            dtype=object,
        )[w.kind[owner]]
        other = rng.choice(
            np.array(["外科", "骨科", "中医科", "儿科", "康复科", "内科"], dtype=object), doctors
        )
        tables["doctors"] = pd.DataFrame({"doctor_id": ids["doctor"], "name": _person_names(rng, rng.integers(0, len(_SURNAMES), doctors)),
                                          "facility_id": ids["place"][owner], "specialty": np.where(rng.random(doctors) < 0.55, field, other),
                                          "title": rng.choice(np.array(["234", "233", "232", "231"], dtype=object), doctors, p=[0.5, 0.3, 0.15, 0.05])})  # fmt: skip
    if "doctor_sites" in delivered and "doctor_id" in delivered and w.sites:
        sites = sorted(set(w.sites))
        tables["doctor_sites"] = pd.DataFrame(
            {
                "doctor_id": [ids["doctor"][d] for d, _ in sites],
                "facility_id": [ids["place"][f] for _, f in sites],
            }
        )
    if "holidays" in delivered:
        days = np.flatnonzero(w.holiday[:DAYS])
        tables["holidays"] = pd.DataFrame(
            {"day": [(w.start + pd.Timedelta(days=int(d))).date() for d in days], "name": "节假日"}
        )
    return tables, ids


# ---------------------------------------------------------------- truth


def _truth(
    w: World,
    c: dict[str, np.ndarray],
    tables: dict[str, pd.DataFrame],
    ids: dict[str, np.ndarray],
    groups: pd.DataFrame,
    rings: list[Ring],
    delivered: set[str],
) -> Truth:
    ordinary = c["ring"] < 0
    p, place = c["p"][ordinary].astype(np.int64), c["place"][ordinary]
    key, count = np.unique(p * len(w.kind) + place, return_counts=True)
    life = {
        "pair_key": key,
        "pair_count": count,
        "by_person": np.bincount(p, minlength=w.n),
        "by_place": np.bincount(place, minlength=len(w.kind)),
    }
    ring_rows, member_rows = [], []
    for ring in rings:
        number = f"V{ring.number + 1:03d}"
        people = np.unique(c["p"][c["ring"] == ring.number])
        ring_rows.append((number, ring.kind, len(people), round(oracle(w, ring, life, delivered), 1)))
        member_rows += [(number, "patient", ids["patient"][i], "patient") for i in people]
        for kind, value, role in dict.fromkeys(ring.roles):
            if kind in ("facility", "pharmacy"):
                member_rows.append((number, kind, ids["place"][int(value)], role))
            elif kind == "doctor" and "doctor_id" in delivered:
                member_rows.append((number, kind, ids["doctor"][int(value)], role))
            elif kind != "doctor" and str(value).split("=")[0] in delivered:
                member_rows.append((number, kind, str(value).split("=")[1], role))
    claims = tables["claims"]
    foul = claims.loc[claims.ring >= 0, ["ring", "claim_id"]]
    ring_claims = pd.DataFrame(
        {"ring_id": [f"V{r + 1:03d}" for r in foul.ring], "claim_id": foul.claim_id.to_list()}
    )
    tables["claims"] = claims.drop(columns="ring")
    seen = np.zeros(w.n, bool)
    seen[c["p"]] = True
    rows = [
        (d, k, "|".join(ids["patient"][v[seen[v]]]))
        for d, k, v in groups.itertuples(index=False)
        if seen[v].sum() >= 3
    ]
    return Truth(rings=pd.DataFrame(ring_rows, columns=["ring_id", "kind", "patients", "oracle_nats"]),
                 members=pd.DataFrame(member_rows, columns=["ring_id", "entity_type", "entity_id", "role"]),
                 decoys=pd.DataFrame(rows, columns=["decoy_id", "kind", "patients"]), ring_claims=ring_claims)  # fmt: skip
