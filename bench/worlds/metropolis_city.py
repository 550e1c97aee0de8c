"""The city of `metropolis`: people, homes, work, places, doctors, and the ordinary life that fills most of the delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

__all__ = [
    "CHR",
    "DAY",
    "DEPTS",
    "DRUGS",
    "DX",
    "HOUR",
    "INP",
    "OUT",
    "PHA",
    "SERVICES",
    "Book",
    "City",
    "build",
    "doctors_for",
    "hospital_clock",
    "life",
    "shop_clock",
]

DAY, HOUR = 86400, 3600
OUT, CHR, INP, PHA = range(4)
DEPTS = ("general", "cardiology", "endocrinology", "respiratory", "oncology", "orthopaedics", "obstetrics", "paediatrics", "tcm", "rehabilitation", "dental", "psychiatry", "nephrology", "neurology")  # fmt: skip
_D = {name: i for i, name in enumerate(DEPTS)}
_DX_ROWS = "J06.9 respiratory 10,J20.9 respiratory 6,K29.5 general 6,M54.5 orthopaedics 5,K21.9 general 4,R05 respiratory 3,L20.9 general 3,N39.0 general 3,H10.9 general 2,J30.4 respiratory 3,M17.9 orthopaedics 3,K02.9 dental 3,I10 cardiology 6,E11.9 endocrinology 4,I25.1 cardiology 4,E78.5 cardiology 3,J44.9 respiratory 1,I63.9 neurology 2,N18.5 nephrology 0,Z49.1 nephrology 0,C34.9 oncology 0.3,C50.9 oncology 0.3,F20.9 psychiatry 0.2,F32.9 psychiatry 0.6,A15.0 respiratory 0,F11.2 psychiatry 0,Z34.9 obstetrics 0.6,Z23 general 0,Z00.0 general 1,M51.2 rehabilitation 2,M47.8 tcm 3,G47.0 tcm 2,B18.1 general 0.6,M06.9 orthopaedics 0.5,J10.1 respiratory 0,Z01.0 general 0,K07.4 dental 0,N18.9 nephrology 0,G20 neurology 0.2,Z94.0 nephrology 0,D45 oncology 0,S83.2 orthopaedics 0.8,H25.9 general 0.2"  # fmt: skip
DX = {row.split()[0]: i for i, row in enumerate(_DX_ROWS.split(","))}
DX_DEPT = np.array([_D[row.split()[1]] for row in _DX_ROWS.split(",")])
DX_WEIGHT = np.array([float(row.split()[2]) for row in _DX_ROWS.split(",")])
CHRONIC = [
    DX[c] for c in ("I10", "E11.9", "I25.1", "E78.5", "J44.9", "I63.9", "B18.1", "F32.9", "M06.9", "G20")
]
_CHRONIC_SHARE = np.array([0.42, 0.2, 0.12, 0.06, 0.05, 0.06, 0.03, 0.02, 0.02, 0.02])
# code stem, name, price of a pack, diagnoses it is sold for
DRUGS: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("XC08CA01", "苯磺酸氨氯地平片", 12, ("I10",)), ("XC08CA05", "硝苯地平控释片", 31, ("I10",)), ("XC09CA03", "缬沙坦胶囊", 19, ("I10", "I25.1")),
    ("XC07AB02", "琥珀酸美托洛尔缓释片", 24, ("I10", "I25.1")), ("XA10BA02", "盐酸二甲双胍片", 14, ("E11.9",)), ("XA10BF01", "阿卡波糖片", 29, ("E11.9",)),
    ("XA10AE04", "甘精胰岛素注射液", 78, ("E11.9",)), ("XA10BK01", "达格列净片", 61, ("E11.9",)), ("XC10AA05", "阿托伐他汀钙片", 22, ("E78.5", "I25.1", "I63.9")),
    ("XB01AC06", "阿司匹林肠溶片", 15, ("I25.1", "I63.9")), ("XB01AC04", "硫酸氢氯吡格雷片", 48, ("I25.1", "I63.9")), ("ZA04CAT", "参芍通络胶囊", 36, ("I25.1", "I63.9")),
    ("ZA09BAY", "丹七脉康片", 33, ("I25.1", "I10")), ("XR03BB04", "噻托溴铵粉吸入剂", 128, ("J44.9",)), ("XR03AK07", "布地奈德福莫特罗", 142, ("J44.9",)),
    ("XJ05AF10", "恩替卡韦分散片", 26, ("B18.1",)), ("XN06AB06", "盐酸舍曲林片", 52, ("F32.9",)), ("XN05AH04", "富马酸喹硫平片", 88, ("F20.9",)),
    ("XL04AX03", "甲氨蝶呤片", 24, ("M06.9",)), ("XN04BA02", "多巴丝肼片", 64, ("G20",)), ("XJ01CA04", "阿莫西林胶囊", 13, ("J06.9", "J20.9", "N39.0")),
    ("ZA01BAL", "银柴清热颗粒", 25, ("J06.9", "J10.1", "R05")), ("XR05CB06", "盐酸氨溴索口服液", 18, ("J20.9", "R05")), ("XR06AE07", "西替利嗪片", 16, ("J30.4", "L20.9")),
    ("XA02BC05", "艾司奥美拉唑肠溶片", 44, ("K29.5", "K21.9")), ("ZA06CAW", "健胃和中丸", 27, ("K29.5", "K21.9")), ("XM01AE01", "布洛芬缓释胶囊", 17, ("M54.5", "M17.9", "S83.2")),
    ("ZA12GAG", "筋骨宁膏", 38, ("M54.5", "M17.9", "M47.8")), ("ZA07BAA", "安神养心丸", 34, ("G47.0",)), ("XS01AA12", "左氧氟沙星滴眼液", 14, ("H10.9",)),
    ("XJ05AH02", "磷酸奥司他韦胶囊", 56, ("J10.1",)), ("XA12AX", "碳酸钙D3片", 41, ("M17.9", "Z34.9")), ("XB03BB01", "叶酸片", 9, ("Z34.9",)),
    ("XL01EB04", "第三代靶向肺癌片", 5180, ("C34.9",)), ("XL02BG04", "来曲唑片", 310, ("C50.9",)), ("XL04AD02", "他克莫司胶囊", 520, ("Z94.0",)),
    ("XL01XE18", "磷酸芦可替尼片", 3900, ("D45",)), ("XB03XA01", "重组促红素注射液", 46, ("N18.5", "N18.9", "Z49.1")), ("XJ04AM05", "抗结核固定剂量复合片", 58, ("A15.0",)),
    ("XN07BC02", "美沙酮口服溶液", 10, ("F11.2",)), ("ZC02AAX", "中药饮片（代煎）", 186, ("M47.8", "G47.0")), ("XH01CB02", "奥曲肽微球", 4300, ("C34.9",)),
)  # fmt: skip
SERVICES = (("110200001", "诊查费", 20), ("250403", "化验组合", 85), ("210300001", "影像检查", 240), ("340100012", "推拿治疗", 75), ("430000001", "针刺治疗", 52), ("340200020", "康复训练", 90), ("311000006", "血液透析", 410), ("310510", "口腔正畸复诊", 220), ("121100001", "预防保健", 35))  # fmt: skip
FIELDS = ("person", "place", "doctor", "kind", "start", "end", "dx", "factor", "total", "item", "qty", "ring", "group")  # fmt: skip
_DEFAULT = {"doctor": -1, "end": -1, "dx": -1, "factor": 1.0, "total": np.nan, "item": -1, "qty": 0, "ring": -1, "group": -1}  # fmt: skip


@dataclass
class Book:
    """Claims as columns, gathered chunk by chunk."""

    chunks: dict[str, list] = field(default_factory=lambda: {name: [] for name in FIELDS})

    def add(self, **columns: object) -> None:
        """Append rows; `person` sets their number, scalars are repeated."""
        n = len(columns["person"])  # type: ignore[arg-type]
        for name in FIELDS:
            dtype = np.float64 if name in ("factor", "total") else np.int64
            value = np.asarray(columns.get(name, _DEFAULT.get(name)), dtype=dtype)
            self.chunks[name].append(np.broadcast_to(value, n))

    def arrays(self) -> dict[str, np.ndarray]:
        """All rows, column by column."""
        return {name: np.concatenate(parts) for name, parts in self.chunks.items()}

    def __len__(self) -> int:
        return sum(len(part) for part in self.chunks["person"])


City = SimpleNamespace
"""people (age, sex, hh, estate, employer, …), places (role, x, y, …), doctors (place, dept, sessions), the calendar, the parameters."""


def build(rng: np.random.Generator, persons: int, par: SimpleNamespace) -> City:
    """Draw the city: calendar, housing estates, households, employers, places, doctors, choice sets."""
    c = City(n=persons, par=par)
    _calendar(c, rng)
    _people(c, rng)
    _places(c, rng)
    _doctors(c, rng)
    _choices(c, rng)
    return c


def _calendar(c: City, rng: np.random.Generator) -> None:
    start = np.datetime64(f"{c.par.first_month}-01")
    c.days = np.arange(start, start + np.timedelta64(int(c.par.days), "D"))
    c.epoch = int(c.days[0].astype("datetime64[s]").astype(np.int64))
    c.weekday = (c.days.astype(np.int64) + 3) % 7
    feasts = np.concatenate([np.arange(np.datetime64(a), np.datetime64(b)) for a, b in (
        ("2023-01-21", "2023-01-28"), ("2023-04-05", "2023-04-06"), ("2023-04-29", "2023-05-04"), ("2023-06-22", "2023-06-25"), ("2023-09-29", "2023-10-07"),
        ("2024-01-01", "2024-01-02"), ("2024-02-10", "2024-02-18"), ("2024-04-04", "2024-04-07"), ("2024-05-01", "2024-05-06"), ("2024-06-08", "2024-06-11"), ("2024-10-01", "2024-10-08"),
        ("2025-01-01", "2025-01-02"), ("2025-01-28", "2025-02-05"), ("2025-04-04", "2025-04-07"), ("2025-05-01", "2025-05-06"), ("2025-10-01", "2025-10-09"))])  # fmt: skip
    c.feast = np.isin(c.days, feasts)
    month = (c.days.astype("datetime64[M]").astype(np.int64)) % 12
    season = 1 + c.par.winter * np.cos(2 * np.pi * (month - 0.3) / 12)
    wave = 1 + c.par.flu * np.exp(
        -0.5 * ((np.arange(len(c.days)) - rng.integers(30, len(c.days) - 30)) / 11) ** 2
    )
    noise = rng.lognormal(0, 0.05, len(c.days))
    c.day_hosp = np.array([1.25, 1.1, 1.05, 1.0, 1.0, 0.62, 0.45])[c.weekday] * season * wave * noise * np.where(c.feast, 0.35, 1)  # fmt: skip
    c.day_shop = np.array([1.0, 0.97, 0.97, 0.97, 1.02, 1.08, 1.05])[c.weekday] * season * noise * np.where(c.feast, 0.7, 1)  # fmt: skip


def _people(c: City, rng: np.random.Generator) -> None:
    n = c.n
    sizes = rng.choice(5, n, p=[0.25, 0.31, 0.24, 0.13, 0.07]) + 1
    c.hh = np.repeat(np.arange(n), sizes)[:n]
    rank = np.arange(n) - np.searchsorted(c.hh, c.hh)
    old = rng.random(n) < c.par.old_homes
    head = np.where(old, rng.triangular(62, 68, 92, n), rng.triangular(22, 36, 63, n))[c.hh]
    age = np.select([rank == 0, rank == 1, (rank == 2) | ((rank == 3) & (rng.random(n) < 0.5))], [head, head + rng.normal(-1, 3.5, n), head - rng.normal(28.5, 4, n)], head + rng.normal(27, 3.5, n))  # fmt: skip
    c.age = np.clip(np.where((rank > 1) & old[c.hh], rng.triangular(3, 34, 60, n), age), 0.2, 97)
    c.sex = np.where(rank == 1, 3 - np.roll(rng.integers(1, 3, n), 0), rng.integers(1, 3, n))
    hubs = max(3, int(np.sqrt(n) / 28))
    centre = rng.normal(0, 9 * (n / 42000) ** 0.25, (hubs, 2))
    c.n_estates = max(12, n // 190)
    c.estate_xy = centre[rng.integers(0, hubs, c.n_estates)] + rng.normal(0, 2.4, (c.n_estates, 2))
    weight = rng.lognormal(0, 0.8, c.n_estates)
    c.estate = rng.choice(c.n_estates, n, p=weight / weight.sum())[c.hh]
    c.n_employers = max(12, n // 70)
    size = rng.pareto(1.15, c.n_employers) + 0.25
    size = np.minimum(size, size.sum() * 0.03)
    c.work_xy = centre[rng.integers(0, max(2, hubs // 2), c.n_employers)] + rng.normal(
        0, 1.1, (c.n_employers, 2)
    )
    works = (c.age > 20) & (c.age < 60) & (rng.random(n) < 0.74)
    c.employer = np.where(works, rng.choice(c.n_employers, n, p=size / size.sum()), -1)
    student = (c.age >= 18) & (c.age < 24) & ~works
    c.employer = np.where(
        student & (rng.random(n) < 0.75), rng.integers(0, 3, n) + c.n_employers, c.employer
    )  # universities
    c.work_xy = np.vstack([c.work_xy, centre[rng.integers(0, hubs, 3)] + rng.normal(0, 2, (3, 2))])
    c.employee = (
        works | ((c.age >= 58) & (rng.random(n) < 0.66)) | (~works & (c.age > 24) & (rng.random(n) < 0.12))
    )
    c.activity = rng.gamma(0.75, 1.33, n) * rng.lognormal(0, 0.55, n) * np.interp(c.age, [0, 6, 15, 30, 50, 65, 80, 97], [1.6, 1.3, 0.55, 0.6, 0.9, 1.6, 2.0, 1.6])  # fmt: skip
    c.hour_habit = rng.random(n)
    prob = np.interp(c.age, [0, 30, 45, 60, 75, 97], [0.002, 0.02, 0.13, 0.42, 0.62, 0.55])
    sick = rng.random(n) < prob * c.par.chronic
    c.dx = np.where(sick, rng.choice(CHRONIC, n, p=_CHRONIC_SHARE / _CHRONIC_SHARE.sum()), -1)


def _places(c: City, rng: np.random.Generator) -> None:
    n, k = c.n, c.par.place_density
    want = {"tert": max(2, round(n / 16000)), "sec": max(2, round(n / 9000)), "chc": max(4, round(n / 2600)), "gp": max(5, round(n * k / 1900)), "tcm": max(3, round(n * k / 2600)),
            "physio": max(3, round(n / 4200)), "dental": max(3, round(n / 2600)), "firm": max(2, round(n / 7000)), "campus": 3, "psy": max(1, round(n / 40000)), "dialysis": max(1, round(n / 14000)),
            "methadone": max(1, round(n / 40000)), "rehab": max(1, round(n / 20000)), "priv": max(3, round(n / 7000)), "home": max(2, round(n / 6000)), "shop": max(12, round(n * k / 430)), "dual": max(2, round(n / 14000))}  # fmt: skip
    c.role = np.repeat(list(want), list(want.values()))
    p = len(c.role)
    xy = c.estate_xy[rng.integers(0, c.n_estates, p)] + rng.normal(0, 0.5, (p, 2))
    near_work = rng.random(p) < np.where(np.isin(c.role, ["gp", "tcm", "physio", "dental", "shop"]), 0.35, 0)
    xy = np.where(
        near_work[:, None], c.work_xy[rng.integers(0, c.n_employers, p)] + rng.normal(0, 0.3, (p, 2)), xy
    )
    sizes = np.bincount(c.employer[c.employer >= 0], minlength=c.n_employers + 3)
    c.firm_of = {}
    for i, employer in zip(
        np.flatnonzero(c.role == "firm"), np.argsort(-sizes[: c.n_employers]), strict=False
    ):
        xy[i], c.firm_of[int(employer)] = c.work_xy[employer], int(i)
    for i, employer in zip(
        np.flatnonzero(c.role == "campus"), range(c.n_employers, c.n_employers + 3), strict=True
    ):
        xy[i], c.firm_of[employer] = c.work_xy[employer], int(i)
    tert = np.flatnonzero(c.role == "tert")
    gate = np.flatnonzero((c.role == "shop") | (c.role == "dual"))[:: max(2, round(1 / c.par.gate_shops))]
    xy[gate] = xy[tert[rng.integers(0, len(tert), len(gate))]] + rng.normal(0, 0.12, (len(gate), 2))
    c.xy = xy
    c.pop = rng.lognormal(0, 0.75, p)
    c.is_shop = np.isin(c.role, ["shop", "dual"])
    chains = max(3, round(c.is_shop.sum() ** 0.5))
    share = rng.pareto(1.1, chains) + 0.3
    c.chain = np.where(
        c.is_shop & (rng.random(p) < c.par.chain_share), rng.choice(chains, p, p=share / share.sum()), -1
    )
    c.member_rule = rng.integers(
        0, 3, chains
    )  # 0: days with 8, 1: one weekday, 2: first of the month and the 16th
    c.member_wd = rng.integers(0, 7, chains)
    c.opened = np.where(np.isin(c.role, ["shop", "gp", "tcm", "physio", "dental"]) & (rng.random(p) < 0.05), rng.integers(40, 260, p), 0)  # fmt: skip
    dom = (c.days - c.days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    c.member_day = np.stack([{0: dom % 10 == 8, 1: c.weekday == c.member_wd[i], 2: np.isin(dom, (1, 16))}[int(c.member_rule[i])] for i in range(chains)])  # fmt: skip


def _doctors(c: City, rng: np.random.Generator) -> None:
    wide = list(range(len(DEPTS)))
    depts = {"tert": wide, "sec": [0, 1, 2, 3, 5, 6, 7, 8, 9, 10], "chc": [0, 0, 0, 1, 2, 8, 7], "gp": [0], "tcm": [8, 8, 9, 0], "physio": [9, 9, 0], "dental": [10, 0], "firm": [0], "campus": [0, 0, 3],
             "psy": [11, 0], "dialysis": [12, 0], "methadone": [11, 0], "rehab": [9, 13, 0], "priv": [0, 1, 5, 9, 13], "home": [0]}  # fmt: skip
    size = {"tert": (110, 320), "sec": (35, 80), "chc": (8, 24), "gp": (1, 4), "tcm": (3, 10), "physio": (3, 8), "dental": (2, 7), "firm": (1, 3), "campus": (4, 9), "psy": (8, 20), "dialysis": (3, 6),
            "methadone": (2, 4), "rehab": (6, 14), "priv": (8, 25), "home": (1, 3)}  # fmt: skip
    place, dept = [], []
    for i, role in enumerate(c.role):
        if role in depts:
            m = int(rng.integers(*size[role], endpoint=True))
            base = np.array(depts[role])
            place.append(np.full(m, i))
            dept.append(np.where(np.arange(m) < len(base), base[np.arange(m) % len(base)], base[rng.integers(0, len(base), m)]))  # fmt: skip
    c.doc_place, c.doc_dept = np.concatenate(place), np.concatenate(dept)
    d = len(c.doc_place)
    small = ~np.isin(c.role[c.doc_place], ["tert", "sec"])
    rate = np.where(small, rng.uniform(0.55, 0.9, d), rng.uniform(0.15, 0.5, d))
    week = np.tile(np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.3, 0.4, 0.2]), (d, 1))
    c.sessions = rng.random((d, 14)) < rate[:, None] * week
    c.sessions[np.arange(d), rng.integers(0, 10, d)] = True
    who, half = np.nonzero(c.sessions)
    key = (c.doc_place[who] * len(DEPTS) + c.doc_dept[who]) * 14 + half
    order = np.argsort(key, kind="stable")
    c.sess_key, c.sess_doc = key[order], who[order]
    keep = np.argsort(c.doc_place * len(DEPTS) + c.doc_dept, kind="stable")
    c.dept_key, c.dept_doc = (c.doc_place * len(DEPTS) + c.doc_dept)[keep], keep
    c.sess_of, c.half_of = np.searchsorted(who, np.arange(d)), half
    c.sess_n = np.bincount(who, minlength=d)


def _draw(keys: np.ndarray, values: np.ndarray, want: np.ndarray, u: np.ndarray) -> np.ndarray:
    lo, hi = np.searchsorted(keys, want), np.searchsorted(keys, want, side="right")
    at = lo + np.minimum((u * (hi - lo)).astype(np.int64), np.maximum(hi - lo - 1, 0))
    return np.where(hi > lo, values[np.minimum(at, len(values) - 1)], -1)


def doctors_for(
    c: City, rng: np.random.Generator, place: np.ndarray, dx: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """A doctor of the fitting department who sits in that half-day; else one of the department, else a general one; -1 at shops."""
    dept = DX_DEPT[dx]
    day, clock = start // DAY, start % DAY
    half = c.weekday[np.clip(day, 0, len(c.days) - 1)] * 2 + (clock >= 12.5 * HOUR)
    found = np.full(len(place), -1)
    for keys, values, want in (
        (c.sess_key, c.sess_doc, (place * len(DEPTS) + dept) * 14 + half),
        (c.sess_key, c.sess_doc, (place * len(DEPTS)) * 14 + half),
        (c.dept_key, c.dept_doc, place * len(DEPTS) + dept),
        (c.dept_key, c.dept_doc, place * len(DEPTS)),
    ):
        found = np.where(found < 0, _draw(keys, values, want, rng.random(len(place))), found)
    return found


def _top(
    c: City,
    rng: np.random.Generator,
    roles: list[str],
    xy: np.ndarray,
    cell: np.ndarray,
    draws: int,
    reach: float,
) -> np.ndarray:
    """`draws` usual places of each person among the roles: by popularity and distance from the person's cell, with taste."""
    pool = np.flatnonzero(np.isin(c.role, roles))
    dist = np.hypot(xy[:, None, 0] - c.xy[None, pool, 0], xy[:, None, 1] - c.xy[None, pool, 1])
    util = np.log(c.pop[pool])[None] * 0.8 - dist / reach
    top = np.argsort(-util, axis=1, kind="stable")[:, :10]
    score = np.take_along_axis(util, top, axis=1)
    taste = score[cell] + rng.gumbel(0, 0.8, (len(cell), score.shape[1]))
    return pool[top[cell[:, None], np.argsort(-taste, axis=1)[:, np.arange(draws) % score.shape[1]]]]


def _choices(c: City, rng: np.random.Generator) -> None:
    home, work = c.estate, np.maximum(c.employer, 0)
    clinics = ["gp", "tcm", "dental"]
    c.h_shop, c.h_chc = _top(c, rng, ["shop", "dual"], c.estate_xy, home, 3, 1.3), _top(c, rng, ["chc"], c.estate_xy, home, 2, 1.2)  # fmt: skip
    c.h_clinic, c.h_hosp = _top(c, rng, clinics, c.estate_xy, home, 2, 1.5), _top(c, rng, ["tert"], c.estate_xy, home, 2, 9)  # fmt: skip
    c.h_sec = _top(c, rng, ["sec", "priv"], c.estate_xy, home, 2, 4)
    c.w_shop, c.w_clinic = _top(c, rng, ["shop", "dual"], c.work_xy, work, 3, 1.0), _top(c, rng, [*clinics, "chc"], c.work_xy, work, 2, 1.0)  # fmt: skip
    firm = np.full(c.n_employers + 4, -1)
    for employer, place in c.firm_of.items():
        firm[employer] = place
    c.firm_clinic = firm[c.employer]
    own = rng.random(c.n)
    c.refill_place = np.select([own < 0.5, own < 0.72, own < 0.8], [c.h_chc[:, 0], c.h_hosp[:, 0], c.h_sec[:, 0]], np.where(c.employee, c.h_shop[:, 0], c.h_chc[:, 0]))  # fmt: skip


def hospital_clock(rng: np.random.Generator, habit: np.ndarray, pm: np.ndarray) -> np.ndarray:
    """Second of the day of a visit in a half-day session: early heaps, personal habit, a little noise."""
    n = len(habit)
    u = np.clip(0.55 * habit + 0.45 * rng.beta(1.3, 2.2, n), 0, 1)
    return np.where(pm, 13.4 * HOUR + u * 3.6 * HOUR, 7.7 * HOUR + u * 4.0 * HOUR).astype(np.int64) + rng.integers(0, 900, n)  # fmt: skip


def shop_clock(rng: np.random.Generator, habit: np.ndarray, busy: np.ndarray) -> np.ndarray:
    """Second of the day of a purchase: mornings for those at home, noon and evening for those at work."""
    n, u = len(habit), rng.random(len(habit))
    hour = np.where(busy, np.where(u < 0.3, rng.normal(12.5, 0.5, n), rng.normal(18.9, 1.1, n)), np.where(u < 0.6, rng.normal(9.4, 1.0, n), rng.normal(16.6, 1.9, n)))  # fmt: skip
    hour = np.where(rng.random(n) < 0.15, rng.uniform(8, 21.5, n), hour + (habit - 0.5) * 1.2)
    return (np.clip(hour, 7.6, 21.9) * HOUR).astype(np.int64) + rng.integers(0, 600, n)


def life(c: City, rng: np.random.Generator, book: Book, budget: int) -> None:
    """Refills, courses, stays, then visits and purchases until `budget` claims are in the book."""
    before = len(book)
    _refills(c, rng, book)
    _courses(c, rng, book)
    _stays(c, rng, book)
    _visits(c, rng, book, max(0, budget - (len(book) - before)))


def _refills(c: City, rng: np.random.Generator, book: Book) -> None:
    who = np.flatnonzero((c.dx >= 0) & (rng.random(c.n) < c.par.refill_share))
    if not len(who):
        return
    gap = rng.choice([14, 28, 30, 56, 84], len(who), p=[0.12, 0.36, 0.27, 0.15, 0.1])
    most = int(len(c.days) // 14) + 2
    steps = np.maximum(gap[:, None] + rng.normal(0, 1 + 0.09 * gap[:, None], (len(who), most)), 4)
    day = (np.cumsum(steps, axis=1) - rng.random(len(who))[:, None] * gap[:, None]).astype(np.int64)
    wd = rng.integers(0, 7, len(who))
    snap = rng.random(day.shape) < c.par.weekday_habit
    shift = (wd[:, None] - c.weekday[np.clip(day, 0, len(c.days) - 1)] + 3) % 7 - 3
    day = np.where(snap, day + shift, day)
    use = (day >= 0) & (day < len(c.days)) & (rng.random(day.shape) < c.par.keeps)
    row, col = np.nonzero(use)
    person, day = who[row], day[row, col]
    place = np.where(rng.random(len(person)) < 0.9, c.refill_place[person], c.h_shop[person, 1])
    _write(c, rng, book, person, place, day, c.dx[person], chronic=True)


def _courses(c: City, rng: np.random.Generator, book: Book) -> None:
    who = np.flatnonzero(
        rng.random(c.n) < c.par.courses * np.interp(c.age, [0, 20, 50, 97], [0.2, 0.6, 1.3, 1.2])
    )
    if not len(who):
        return
    pools = [
        np.flatnonzero(np.isin(c.role, roles))
        for roles in (("tcm",), ("physio", "rehab"), ("chc",), ("dental",))
    ]
    sort = rng.choice(4, len(who), p=[0.38, 0.3, 0.2, 0.12])
    place = np.array([pools[s][np.argmin(np.hypot(*(c.xy[pools[s]] - c.estate_xy[e]).T) + rng.exponential(1.5, len(pools[s])))] for s, e in zip(sort, c.estate[who], strict=True)])  # fmt: skip
    count = np.minimum(rng.geometric(0.11, len(who)) + 3, 30)
    every = rng.choice([1, 2, 3.5, 7], len(who), p=[0.3, 0.25, 0.25, 0.2])
    first, slot = rng.integers(0, len(c.days) - 20, len(who)), rng.integers(16, 40, len(who)) * 1800
    row = np.repeat(np.arange(len(who)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    day = first[row] + (nth * every[row]).astype(np.int64)
    ok = (day < len(c.days)) & (rng.random(len(row)) < 0.93)
    row, day = row[ok], day[ok]
    ok = ~c.feast[day]
    row, day = row[ok], day[ok]
    start = day * DAY + slot[row] + rng.normal(240, 260, len(row)).astype(np.int64)
    dx = np.array([DX["M47.8"], DX["M51.2"], DX["M54.5"], DX["K02.9"]])[sort[row]]
    once = doctors_for(c, rng, place, np.array([DX["M47.8"], DX["M51.2"], DX["M54.5"], DX["K02.9"]])[sort], first * DAY + slot)  # fmt: skip
    doctor = np.where(rng.random(len(row)) < 0.85, once[row], doctors_for(c, rng, place[row], dx, start))
    item = len(DRUGS) + np.array([4, 5, 3, 7])[sort[row]]
    book.add(person=who[row], place=place[row], doctor=doctor, kind=OUT, start=start, dx=dx, item=item, qty=1)


def _stays(c: City, rng: np.random.Generator, book: Book) -> None:
    rate = c.par.stays * np.interp(c.age, [0, 5, 20, 45, 65, 80, 97], [0.6, 0.4, 0.35, 0.6, 1.6, 2.8, 3.2]) * rng.gamma(0.8, 1.25, c.n)  # fmt: skip
    person = np.repeat(np.arange(c.n), rng.poisson(rate))
    u = rng.random(len(person))
    place = np.where(
        u < 0.58, c.h_hosp[person, 0], np.where(u < 0.93, c.h_sec[person, 0], c.h_sec[person, 1])
    )
    day = rng.choice(len(c.days), len(person), p=c.day_hosp / c.day_hosp.sum())
    start = day * DAY + hospital_clock(rng, rng.random(len(person)), rng.random(len(person)) < 0.35)
    long = np.maximum(rng.lognormal(1.85, 0.6, len(person)), 1).astype(np.int64)
    dx = rng.choice(len(DX), len(person), p=_mix(c))
    end = (day + long) * DAY + rng.integers(9 * HOUR, 16 * HOUR, len(person))
    book.add(person=person, place=place, doctor=doctors_for(c, rng, place, dx, start), kind=INP, start=start, end=end, dx=dx)  # fmt: skip


def _mix(c: City) -> np.ndarray:
    weight = DX_WEIGHT * np.where(np.arange(len(DX)) == DX["Z00.0"], 0.2, 1) + np.where(np.isin(np.arange(len(DX)), CHRONIC), 2, 0)  # fmt: skip
    return weight / weight.sum() if c is not None else weight


def _visits(c: City, rng: np.random.Generator, book: Book, n: int) -> None:
    person = np.sort(rng.choice(c.n, n, p=c.activity / c.activity.sum()))
    shop = rng.random(n) < np.where(c.employee[person], c.par.shop_share, c.par.shop_resident)
    day = np.where(shop, rng.choice(len(c.days), n, p=c.day_shop / c.day_shop.sum()), rng.choice(len(c.days), n, p=c.day_hosp / c.day_hosp.sum()))  # fmt: skip
    works = (c.employer[person] >= 0) & (c.weekday[day] < 5) & ~c.feast[day]
    at_work = works & (rng.random(n) < c.par.near_work)
    which = rng.choice(3, n, p=[0.66, 0.24, 0.1])
    bought = np.where(at_work, c.w_shop[person, which], c.h_shop[person, which])
    two, u = np.minimum(which, 1), rng.random(n)
    clinic = np.where(
        at_work, c.w_clinic[person, two], np.where(u < 0.6, c.h_chc[person, two], c.h_clinic[person, two])
    )
    firm = at_work & (c.firm_clinic[person] >= 0) & (rng.random(n) < 0.45)
    seen = np.select([firm, u < c.par.first_line], [c.firm_clinic[person], clinic], np.where(rng.random(n) < 0.72, c.h_hosp[person, two], c.h_sec[person, two]))  # fmt: skip
    place = np.where(shop, bought, seen)
    move = shop & (c.chain[place] >= 0) & (rng.random(n) < c.par.member_pull)  # members wait for the day
    near = np.clip(day[move] + rng.integers(-9, 10, move.sum()), 0, len(c.days) - 1)
    ahead = _next_member_day(c)
    day[move] = ahead[c.chain[place[move]], near]
    ok = c.opened[place] <= day
    person, place, day = person[ok], place[ok], day[ok]
    dx = rng.choice(len(DX), len(person), p=DX_WEIGHT / DX_WEIGHT.sum())
    dx = np.where((c.dx[person] >= 0) & (rng.random(len(person)) < 0.35), c.dx[person], dx)
    dx = np.where(c.role[place] == "dental", DX["K02.9"], np.where(c.role[place] == "tcm", np.where(rng.random(len(place)) < 0.5, DX["M47.8"], DX["G47.0"]), dx))  # fmt: skip
    dx = np.where((c.age[person] < 14) & (rng.random(len(person)) < 0.75), DX["J06.9"], dx)
    _write(c, rng, book, person, place, day, dx, chronic=False)


def _next_member_day(c: City) -> np.ndarray:
    t = np.arange(len(c.days))
    return np.stack([np.minimum(np.flatnonzero(m)[np.minimum(np.searchsorted(np.flatnonzero(m), t), m.sum() - 1)], len(t) - 1) for m in c.member_day])  # fmt: skip


def _write(
    c: City,
    rng: np.random.Generator,
    book: Book,
    person: np.ndarray,
    place: np.ndarray,
    day: np.ndarray,
    dx: np.ndarray,
    *,
    chronic: bool,
) -> None:
    """Clock, doctor (the usual one pulls the day towards a session), companions of the household."""
    n = len(person)
    shop = c.is_shop[place]
    busy = (c.employer[person] >= 0) & (c.weekday[day] < 5)
    pm = rng.random(n) < np.where(busy, 0.45, 0.28)
    habit = c.hour_habit[person]
    loyal = ~shop & (rng.random(n) < (c.par.loyal * (1.25 if chronic else 0.8)))
    mixed = ((person * 2654435761 + place * 97) >> 5) % 1000003 / 1000003
    usual = _draw(c.dept_key, c.dept_doc, place * len(DEPTS) + DX_DEPT[dx], mixed)
    usual = np.where(usual < 0, _draw(c.dept_key, c.dept_doc, place * len(DEPTS), mixed), usual)
    loyal &= usual >= 0
    session = c.half_of[c.sess_of[usual] + (rng.random(n) * c.sess_n[usual]).astype(np.int64)]
    moved = day - c.weekday[day] + session // 2
    ok = loyal & (moved >= 0) & (moved < len(c.days))
    ok &= ~c.feast[np.clip(moved, 0, len(c.days) - 1)]
    day, pm = np.where(ok, moved, day), np.where(ok, session % 2 == 1, pm)
    start = day * DAY + np.where(shop, shop_clock(rng, habit, busy), hospital_clock(rng, habit, pm))
    night = ~shop & ~chronic & (c.role[place] == "tert") & ~ok & (rng.random(n) < 0.08)
    start = np.where(night, day * DAY + (rng.uniform(17.5, 31, n) % 24 * HOUR).astype(np.int64), start)
    doctor = np.where(ok, usual, doctors_for(c, rng, place, dx, start))
    if len(person):
        outside = shop & (rng.random(n) < c.par.outside_rx)  # a hospital's prescription filled at a shop
        doctor = np.where(outside, doctors_for(c, rng, c.h_hosp[person, 0], dx, start - 1800), doctor)
    kind = np.where(shop, PHA, CHR if chronic else OUT)
    book.add(person=person, place=place, doctor=doctor, kind=kind, start=start, dx=dx)
    mate = np.clip(person + rng.choice([-1, 1], n), 0, c.n - 1)
    along = (
        (c.hh[mate] == c.hh[person])
        & (mate != person)
        & (rng.random(n) < c.par.together)
        & (~shop | c.employee[mate])
    )
    book.add(person=mate[along], place=place[along], doctor=doctor[along], kind=kind[along], start=start[along] + rng.integers(35, 700, along.sum()), dx=dx[along])  # fmt: skip
