"""What people of the world "valley" do together: lawfully (34 kinds) and for a ring (16 kinds, each a mixture of ways of working)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import gammaln

from bench.worlds.valley_life import (
    CENTRE,
    CLINIC,
    DAYS,
    GENERAL,
    MCH,
    MEDIAN,
    OFF_A,
    OFF_C,
    OFF_K,
    OFF_S,
    PRIVATE,
    PSYCH,
    SHOP,
    STATION,
    TCM,
    TERTIARY,
    VCLINIC,
    Sheet,
    World,
    ragged,
)  # fmt: skip

__all__ = ["KINDS", "RINGS", "Marks", "Ring", "lawful_groups", "oracle", "plant_rings"]

Marks = dict[str, dict[int, str]]
"""Column of `patients`: person: value that replaces the ordinary one."""
_SP = OFF_K + 6  # first of the special diagnoses


# ---------------------------------------------------------------- common


class Pools:
    """People by the area they live in."""

    def __init__(self, w: World) -> None:
        self.w = w
        keys = [w.anc[w.people["home"], level] for level in range(3)]
        self.order = [np.argsort(key, kind="stable") for key in keys]
        self.keys = [key[order] for key, order in zip(keys, self.order, strict=True)]
        self.free = np.ones(w.n, bool)

    def members(
        self, rng: np.random.Generator, scope: str, size: int, fits: np.ndarray | None = None
    ) -> tuple[np.ndarray, int]:
        """Some `size` people of one area (and the area), not yet in a lawful group; fewer where there are not so many."""
        w, x = self.w, self.w.people
        best, where = np.zeros(0, int), len(w.anc) - 1
        for _ in range(12):
            anchor = int(rng.integers(0, w.n))
            home = int(x["home"][anchor])
            level = {"hamlet": 0, "house": 0, "village": 0, "town": 1, "county": 2, "any": 3}[scope]
            pool = self._at(level, home)
            if scope == "hamlet":
                pool = pool[x["hamlet"][pool] == x["hamlet"][anchor]]
            if scope == "house":
                pool = pool[np.abs(x["house"][pool] - x["house"][anchor]) < 3]
            pool = pool[self.free[pool]]
            pool = pool if fits is None else pool[fits[pool]]
            if len(pool) > len(best):
                best, where = pool, home
            if len(best) >= size:
                break
        return rng.choice(best, min(size, len(best)), replace=False), where

    def _at(self, level: int, home: int) -> np.ndarray:
        if level == 3:
            return np.arange(self.w.n)
        low, high = np.searchsorted(self.keys[level], [self.w.anc[home, level], self.w.anc[home, level] + 1])
        return self.order[level][low:high]


def _in_line(rng: np.random.Generator, event: np.ndarray, gap: float) -> np.ndarray:
    """Minutes after the event's start at which each comes up, one after the other in random order."""
    if not len(event):
        return np.zeros(0)
    order = np.lexsort((rng.random(len(event)), event))
    run = np.cumsum(rng.gamma(1.4, gap / 1.4, len(event)))
    first = np.flatnonzero(np.diff(event[order], prepend=-1))
    start = np.repeat(run[first], np.diff(np.append(first, len(event))))
    out = np.empty(len(event))
    out[order] = run - start
    return out


def _clock(
    rng: np.random.Generator, event: np.ndarray, start: np.ndarray, gap: float, hours: tuple[int, int]
) -> np.ndarray:
    """Minute of the day of each attendance: in line after the event's start, which is early enough that the last gets his turn."""
    if not len(event):
        return np.zeros(0, np.int64)
    offset = _in_line(rng, event, gap)
    last = np.zeros(len(start))
    np.maximum.at(last, event, offset)
    room = float(hours[1] - hours[0])
    squeeze = np.minimum(1.0, room / np.maximum(last, 1.0))
    begin = np.clip(start, hours[0], hours[1] - last * squeeze)
    return (begin[event] + offset * squeeze[event]).astype(np.int64)


def _within(rng: np.random.Generator, minute: np.ndarray, low: float, high: float) -> np.ndarray:
    """Inside the hours; who falls outside comes some time after opening or before closing."""
    minute = np.where(minute < low, low + np.minimum(rng.exponential(30, len(minute)), 200), minute)
    return np.where(minute > high, high - np.minimum(rng.exponential(40, len(minute)), 200), minute)


def _value(rng: np.random.Generator, column: str) -> str:
    """An invented value that several people share."""
    digits = "".join(map(str, rng.integers(0, 10, 12)))
    if column == "phone":
        return "1" + str(rng.choice(["35", "58", "87", "98", "73"])) + digits[:8]
    if column == "bank_account":
        return "6231" + digits + digits[3:6]
    if column == "agent_id":
        return "DB" + digits[:9]
    if column == "employer":
        a, b = rng.choice(list("岚苔砚棕鹤蕨梨麂松朗"), 2)
        return f"{a}{b}{rng.choice(['矿业', '水电', '药材', '劳务', '茶业', '建筑', '商贸'])}有限公司"
    if column == "address":
        return f"安置区{int(rng.integers(1, 30))}号{'院' if rng.random() < 0.5 else '楼'}"
    return (
        "HK" + digits[:10] if column == "household_id" else str(rng.choice(["2301", "2303", "2307", "2308"]))
    )


def _mark(rng: np.random.Generator, marks: Marks, people: np.ndarray, column: str, share: float) -> str:
    value = _value(rng, column)
    for person in people[rng.random(len(people)) < share]:
        marks.setdefault(column, {})[int(person)] = value
    return value


# ---------------------------------------------------------------- lawful groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One lawful kind. `count`: groups per 400,000 claims; `rhythm`: see `_days`; `gap`: minutes between people, 0 for spread over `span`."""

    count: tuple[float, float]
    size: tuple[int, int]
    scope: str
    places: tuple[int, ...]
    rhythm: str
    attend: tuple[float, float] = (0.4, 0.85)
    hour: tuple[int, int] = (500, 640)
    gap: float = 0.0
    span: int = 150
    typ: int = 0
    diag: int = -1
    factor: float = 1.0
    signs: tuple[str, ...] = ()
    who: Callable[[dict[str, np.ndarray]], np.ndarray] | None = None
    then_shop: float = 0.0
    one_doctor: float = 0.0
    nights: int = 0


def _old(x: dict[str, np.ndarray]) -> np.ndarray:
    return x["age"] > 58


def _ill(x: dict[str, np.ndarray]) -> np.ndarray:
    return x["chronic"]


def _grown(x: dict[str, np.ndarray]) -> np.ndarray:
    return (x["age"] > 18) & (x["age"] < 60)


def _pupils(x: dict[str, np.ndarray]) -> np.ndarray:
    return (x["age"] > 6) & (x["age"] < 18)


def _women(x: dict[str, np.ndarray]) -> np.ndarray:
    return (x["sex"] == 2) & (x["age"] > 20) & (x["age"] < 42)


def _paid(x: dict[str, np.ndarray]) -> np.ndarray:
    return x["employed"]


def _far(x: dict[str, np.ndarray]) -> np.ndarray:
    return x["away"]


KINDS: dict[str, Kind] = {
    "market_van": Kind(count=(9, 18), size=(5, 16), scope="village", places=(CENTRE,), rhythm="market", attend=(0.3, 0.7), gap=3.0, signs=("address",), who=_old, then_shop=0.4),
    "contract_round": Kind(count=(14, 26), size=(8, 45), scope="village", places=(VCLINIC,), rhythm="monthly", gap=4.0, typ=1, diag=OFF_C, who=_ill, one_doctor=1.0),
    "carer_errand": Kind(count=(10, 20), size=(4, 15), scope="hamlet", places=(SHOP, CENTRE), rhythm="monthly", attend=(0.6, 0.95), hour=(520, 1000), gap=1.6, typ=3, signs=("agent_id", "phone"), who=_old),
    "family_phone": Kind(count=(10, 22), size=(3, 7), scope="house", places=(CENTRE, CLINIC), rhythm="few", attend=(0.4, 0.8), hour=(500, 1000), gap=5.0, signs=("phone", "bank_account")),
    "member_day": Kind(count=(3, 7), size=(40, 190), scope="county", places=(SHOP,), rhythm="member", attend=(0.25, 0.55), hour=(500, 540), span=330, typ=3, who=_paid),
    "opiate_substitution": Kind(count=(1, 2), size=(12, 34), scope="county", places=(STATION,), rhythm="daily", attend=(0.6, 0.92), hour=(482, 500), span=190, diag=_SP, who=_grown),
    "observed_tb": Kind(count=(2, 5), size=(4, 14), scope="town", places=(CENTRE,), rhythm="mwf_half", attend=(0.7, 0.95), hour=(485, 560), gap=6.0, diag=_SP + 1),
    "dialysis_shift": Kind(count=(2, 5), size=(8, 26), scope="county", places=(GENERAL, PRIVATE), rhythm="shift", attend=(0.9, 0.99), hour=(440, 470), span=45, typ=1, diag=_SP + 2, factor=1.6, who=_old),
    "tumour_cycle": Kind(count=(2, 5), size=(8, 40), scope="any", places=(TERTIARY,), rhythm="cycle21", attend=(0.8, 0.98), typ=2, diag=_SP + 3, factor=0.6, nights=3, who=_old),
    "needle_slots": Kind(count=(8, 16), size=(4, 14), scope="town", places=(TCM, CENTRE, CLINIC), rhythm="series", attend=(0.75, 0.96), hour=(480, 960), gap=9.0, diag=OFF_K, one_doctor=1.0, who=_old),
    "rehab_returned": Kind(count=(4, 9), size=(4, 14), scope="town", places=(CENTRE,), rhythm="batch", attend=(0.25, 0.6), typ=2, diag=OFF_S + 1, nights=14, who=_old),
    "psychiatric_long": Kind(count=(1, 2), size=(20, 70), scope="any", places=(PSYCH,), rhythm="monthend", attend=(0.85, 0.99), typ=2, diag=OFF_C + 7, nights=29, signs=("identity_class",), who=_grown),
    "care_home_round": Kind(count=(3, 7), size=(10, 60), scope="county", places=(CENTRE, CLINIC), rhythm="fortnight", attend=(0.5, 0.9), gap=4.5, typ=1, diag=OFF_C, signs=("address", "phone"), who=_old, one_doctor=1.0),
    "dam_site_clinic": Kind(count=(2, 5), size=(20, 110), scope="county", places=(CLINIC, CENTRE), rhythm="weekly", attend=(0.06, 0.18), hour=(1050, 1110), gap=5.0, diag=OFF_A + 15, signs=("employer",), who=_grown),
    "firm_checkup": Kind(count=(3, 6), size=(25, 160), scope="county", places=(GENERAL, TCM), rhythm="once", attend=(0.85, 0.98), hour=(470, 490), span=170, diag=_SP + 7, factor=1.2, signs=("employer",), who=_paid),
    "boarding_school": Kind(count=(4, 9), size=(20, 120), scope="town", places=(CENTRE, CLINIC), rhythm="fewweeks", attend=(0.15, 0.4), hour=(720, 760), gap=3.0, diag=OFF_A, signs=("address",), who=_pupils),
    "feast_poisoning": Kind(count=(3, 8), size=(8, 60), scope="village", places=(CENTRE,), rhythm="outbreak", attend=(0.5, 0.8), hour=(500, 700), span=400, diag=_SP + 9),
    "valley_flu": Kind(count=(4, 9), size=(20, 90), scope="village", places=(VCLINIC, CENTRE), rhythm="wave", attend=(0.1, 0.25), hour=(490, 900), gap=6.0, diag=_SP + 10),
    "screening_bus": Kind(count=(4, 9), size=(15, 90), scope="village", places=(MCH, GENERAL), rhythm="once", attend=(0.8, 0.97), hour=(530, 580), gap=3.2, diag=_SP + 7, who=lambda x: (x["sex"] == 2) & (x["age"] > 34)),
    "birth_school": Kind(count=(3, 6), size=(6, 22), scope="county", places=(MCH,), rhythm="weekly_half", attend=(0.5, 0.85), hour=(540, 570), gap=5.0, diag=_SP + 6, who=_women),
    "only_licence": Kind(count=(2, 5), size=(8, 45), scope="county", places=(SHOP,), rhythm="own30", attend=(0.85, 0.98), hour=(520, 1050), span=480, typ=3, factor=9.0, diag=_SP + 4, who=_ill),
    "homecoming_week": Kind(count=(3, 7), size=(10, 50), scope="village", places=(CENTRE, GENERAL), rhythm="festival", attend=(0.2, 0.4), hour=(500, 640), span=260, who=_far),
    "specialist_day": Kind(count=(6, 12), size=(10, 50), scope="town", places=(CENTRE,), rhythm="weekly", attend=(0.1, 0.28), hour=(540, 560), gap=6.0, typ=1, diag=OFF_C + 2, who=_ill, one_doctor=1.0),
    "moved_station": Kind(count=(3, 6), size=(15, 70), scope="town", places=(CLINIC, CENTRE), rhythm="own30", attend=(0.6, 0.85), hour=(490, 1000), span=400, typ=1, diag=OFF_C, who=_ill),
    "herb_cooperative": Kind(count=(4, 8), size=(8, 60), scope="village", places=(CENTRE, SHOP), rhythm="few", attend=(0.2, 0.5), gap=6.0, signs=("bank_account", "employer"), who=_grown),
    "temple_household": Kind(count=(2, 4), size=(6, 36), scope="county", places=(CENTRE, TCM), rhythm="monthly", attend=(0.3, 0.6), hour=(510, 560), gap=3.0, signs=("address", "household_id"), who=_grown),
    "forest_brigade": Kind(count=(1, 3), size=(20, 80), scope="county", places=(GENERAL, CENTRE), rhythm="fewweeks", attend=(0.1, 0.25), hour=(520, 560), gap=4.0, signs=("employer", "address"), who=_grown),
    "resettled_block": Kind(count=(3, 7), size=(25, 140), scope="county", places=(CLINIC, CENTRE), rhythm="own30", attend=(0.35, 0.6), hour=(500, 1100), span=420, signs=("address", "identity_class")),
    "dance_companions": Kind(count=(5, 11), size=(4, 12), scope="county", places=(TCM, CLINIC, SHOP), rhythm="fortnight", attend=(0.4, 0.75), hour=(560, 600), gap=3.5, who=lambda x: (x["age"] > 54) & (x["sex"] == 2)),
    "sugar_circle": Kind(count=(4, 8), size=(8, 30), scope="county", places=(GENERAL, TCM), rhythm="monthly", attend=(0.5, 0.8), hour=(500, 540), gap=4.0, typ=1, diag=OFF_C + 1, one_doctor=0.8, who=_ill),
    "road_reopened": Kind(count=(4, 9), size=(20, 110), scope="town", places=(CENTRE, SHOP), rhythm="reopen", attend=(0.35, 0.7), hour=(485, 560), span=260, typ=1, diag=OFF_C, who=_ill),
    "fungus_season": Kind(count=(3, 6), size=(8, 40), scope="town", places=(CLINIC, CENTRE), rhythm="outbreak", attend=(0.3, 0.5), hour=(900, 1080), span=180, diag=OFF_A + 15, who=_grown),
    "teachers_year_end": Kind(count=(3, 7), size=(12, 80), scope="county", places=(SHOP,), rhythm="december", attend=(0.6, 0.9), hour=(510, 1020), span=300, typ=3, factor=2.6, signs=("employer",), who=lambda x: x["employed"] & (x["age"] > 45)),
    "sheltered_workshop": Kind(count=(2, 4), size=(6, 30), scope="county", places=(CENTRE, CLINIC), rhythm="monthly", attend=(0.6, 0.9), hour=(870, 900), gap=4.0, signs=("employer", "identity_class"), who=_grown),
}  # fmt: skip


def _days(rng: np.random.Generator, w: World, rhythm: str, unit: int) -> np.ndarray:  # noqa: PLR0911, PLR0912 — one case a rhythm
    """The days of a group's occasions."""
    day = np.arange(DAYS)
    open_ = w.next_work[:DAYS] == day
    work = day[open_]
    wd = w.dow(day)
    one = int(rng.integers(0, 5))
    at = int(rng.integers(8, DAYS - 40))
    month = np.arange(12) * 30.4
    match rhythm:
        case "market":
            days = np.flatnonzero(w.market[unit, :DAYS] & ~w.holiday[:DAYS])
            return days[:: int(rng.integers(2, 6))]
        case "monthly" | "member":
            return np.minimum(
                w.next_work[
                    (month + rng.uniform(0, 26) + rng.normal(0, 1.3 if rhythm == "monthly" else 0, 12))
                    .clip(0, 360)
                    .astype(int)
                ],
                DAYS - 1,
            )
        case "monthend":
            return (month + 0.5).astype(int)
        case "daily":
            return np.arange(at % 60, DAYS)
        case "mwf_half":
            return day[np.isin(wd, (0, 2, 4)) & (day >= at) & (day < at + 160)]
        case "shift":
            return day[np.isin(wd, (0, 2, 4) if rng.random() < 0.5 else (1, 3, 5))]
        case "series":
            runs = [
                work[(s := int(rng.integers(0, max(len(work) - 22, 1)))) : s + int(rng.integers(8, 20))]
                for _ in range(int(rng.integers(1, 4)))
            ]
            return np.unique(np.concatenate(runs))
        case "batch":
            return np.sort(
                rng.choice(work[:-15], min(int(rng.integers(3, 8)), len(work) - 15), replace=False)
            )
        case "fortnight":
            return day[(wd == one) & open_][:: int(rng.integers(2, 4))]
        case "weekly" | "weekly_half":
            days = day[(wd == one) & open_]
            return days if rhythm == "weekly" else days[(days > at - 20) & (days < at + 110)]
        case "once":
            return (
                np.unique(w.next_work[[at, at + 1, min(at + int(rng.integers(2, 9)), DAYS - 6)]])
                if rng.random() < 0.35
                else w.next_work[[at]]
            )
        case "outbreak":
            return np.arange(at, at + int(rng.integers(2, 4)))
        case "wave":
            return np.arange(at, at + int(rng.integers(6, 14)))
        case "fewweeks":
            return np.sort(rng.choice(work, 3 * int(rng.integers(2, 5)), replace=False))
        case "festival":
            days = np.flatnonzero(w.holiday[:DAYS])
            mid = int(rng.choice(days)) if len(days) else at
            return np.arange(max(mid - 3, 0), min(mid + 6, DAYS))
        case "reopen":
            shut = np.flatnonzero(w.reopen[unit, : DAYS - 1] != np.arange(DAYS - 1))
            return np.array([int(w.reopen[unit, shut[0]])]) if len(shut) else np.array([at])
        case "december":
            last = max((pd.Timestamp(year=w.start.year, month=12, day=22) - w.start).days, 10)
            return np.arange(last - 4, min(last + 8, DAYS))[:: int(rng.integers(1, 3))]
        case _:
            return np.sort(rng.choice(day, int(rng.integers(3, 9)), replace=False))


def _occasions(
    rng: np.random.Generator, w: World, kind: Kind, size: int, unit: int, attend: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Occasion, member and day of each attendance."""
    share = np.clip(rng.normal(attend, 0.12, size), 0.05, 0.99)
    if kind.rhythm.startswith(("own", "cycle")):
        step = int(kind.rhythm.removeprefix("own").removeprefix("cycle"))
        times = DAYS // step if step == 30 else int(rng.integers(4, 9))
        day = (
            rng.integers(0, DAYS - times * step + 1 if step != 30 else step, size)[None]
            + np.arange(times)[:, None] * step
        )
        day = (day + rng.normal(0, 2.2 if step == 30 else 0.8, day.shape)).clip(0, DAYS - 1).astype(int)
        come = rng.random(day.shape) < share
        e, i = np.nonzero(come)
        return day[e, i], i, day[e, i]
    days = _days(rng, w, kind.rhythm, unit)
    if kind.rhythm in ("outbreak", "december", "festival"):
        i = np.flatnonzero(rng.random(size) < share + 0.2)
        e = np.minimum(rng.geometric(0.5, len(i)) - 1, len(days) - 1)
        return e, i, days[e]
    e, i = np.nonzero(rng.random((len(days), size)) < share)
    return e, i, days[e]


def lawful_groups(
    rng: np.random.Generator, w: World, sheet: Sheet, marks: Marks, scale: float, weak: float
) -> pd.DataFrame:
    """All lawful groups; `weak` < 1 makes their signs rarer. Returns decoy_id, kind, patients (indices as arrays)."""
    pools = Pools(w)
    shrink = min(1.0, (w.n / 40_000) ** 0.5)
    rows = []
    for name, kind in KINDS.items():
        fits = kind.who(w.people) if kind.who else None
        for _ in range(max(1, round(rng.uniform(*kind.count) * scale * w.par["groups"]))):
            low, high = kind.size
            size = int(
                np.clip(np.exp(rng.uniform(np.log(low), np.log(high))) * (shrink if high > 20 else 1), 3, 200)
            )
            people, home = pools.members(rng, kind.scope, size, fits)
            if len(people) < 3:
                continue
            pools.free[people] = False
            came = _group(rng, w, sheet, marks, kind, name, people, home, weak)
            if len(came) >= 3:
                rows.append((f"L{len(rows) + 1:05d}", name, came))
    return pd.DataFrame(rows, columns=["decoy_id", "kind", "patients"])


def _group(
    rng: np.random.Generator,
    w: World,
    sheet: Sheet,
    marks: Marks,
    kind: Kind,
    name: str,
    people: np.ndarray,
    home: int,
    weak: float,
) -> np.ndarray:
    unit = int(w.people["unit"][people[0]])
    kinds = kind.places if rng.random() < 0.3 else (kind.places[int(rng.integers(len(kind.places)))],)
    place = w.near(rng, home, kinds)
    e, i, day = _occasions(rng, w, kind, len(people), unit, float(rng.uniform(*kind.attend)))
    day = np.minimum(day, DAYS - 1)
    if not len(e):
        return np.zeros(0, int)
    start = rng.uniform(*kind.hour) + rng.normal(0, 8, int(e.max()) + 1)
    loose = rng.random(len(e)) < rng.uniform(0, 0.3)
    if kind.gap:
        minute = _clock(rng, e, start, kind.gap * rng.uniform(0.6, 1.7), (425, 1180))
    else:
        minute = start[e] + rng.uniform(0, kind.span, len(e))
    minute = np.where(loose, start[e] + rng.exponential(70, len(e)), minute)
    minute = _within(rng, minute, 425, 1265 if w.kind[place] in (SHOP, CLINIC, VCLINIC, PRIVATE) else 1050)
    p, t = people[i], day * 1440 + minute.astype(np.int64)
    at = np.full(len(e), place)
    if name == "moved_station":
        second = w.near(rng, home, (CLINIC, CENTRE))
        at = np.where(day > rng.integers(100, 260), second, at)
    typ = np.where(w.kind[at] == SHOP, 3, kind.typ if kind.typ != 3 else 0)
    sure = rng.random(len(e)) < max(0.4, rng.uniform(0.4, 1.0) * weak)
    diag = np.where(sure & (kind.diag >= 0), kind.diag, OFF_A + (rng.random(len(e)) ** 1.5 * 20).astype(int))
    doc = w.doctor(rng, p, at, day)
    if kind.one_doctor and w.doc_n[place]:
        chosen = (
            _visiting(rng, w, place)
            if name == "specialist_day"
            else int(w.doc_0[place] + rng.integers(w.doc_n[place]))
        )
        doc = np.where(rng.random(len(e)) < kind.one_doctor * rng.uniform(0.75, 1), chosen, doc)
    amount = w.usual(rng, at, typ) * kind.factor * (max(kind.nights, 1) / 7.5 if kind.nights else 1) ** 0.7
    nights = np.maximum(1, rng.normal(kind.nights, 0.12 * kind.nights + 0.3, len(e))).astype(int)
    if kind.rhythm == "monthend":
        nights = np.full(len(e), 29)
    dur = np.where(typ == 2, nights * 1440 + rng.integers(-90, 240, len(e)), 0)
    sheet.add(p, at, t, typ, dur=dur, amt=amount, diag=diag, doc=doc, adm=np.where(typ == 2, 2, 0))
    follow = np.flatnonzero(rng.random(len(e)) < kind.then_shop)
    shop = np.full(len(follow), w.near(rng, home, (SHOP,)))
    sheet.add(p[follow], shop, t[follow] + 15 + rng.exponential(18, len(follow)).astype(np.int64), 3, amt=w.usual(rng, shop, np.full(len(follow), 3)),
              diag=diag[follow], doc=doc[follow], pres=at[follow])  # fmt: skip
    for column in kind.signs:
        if rng.random() < 0.8 * weak + 0.1:
            _mark(rng, marks, people, column, max(0.4, rng.uniform(0.4, 1.0) * weak))
    return np.unique(p)


def _visiting(rng: np.random.Generator, w: World, place: int) -> int:
    """A doctor of the county's hospital who also practises here."""
    county = w.anc[w.area[place], 2]
    main = np.flatnonzero(np.isin(w.kind, (GENERAL, TCM)) & (w.area == county))
    if not len(main):
        return int(w.doc_0[place])
    hospital = int(rng.choice(main))
    doctor = int(w.doc_0[hospital] + rng.integers(w.doc_n[hospital]))
    w.sites.append((doctor, place))
    return doctor


# ---------------------------------------------------------------- rings


@dataclass(slots=True, kw_only=True)
class Ring:
    """A ring at work, and what its events were (for the oracle)."""

    number: int
    kind: str
    people: np.ndarray
    prop: np.ndarray
    boost: float
    gap: float
    often: float
    first: int
    last: int
    home: int
    sigma: float
    roles: list[tuple[str, int | str, str]] = field(default_factory=list)
    meets: list[tuple[np.ndarray, int, int, int, int, float]] = field(default_factory=list)
    solo: list[tuple[np.ndarray, int, np.ndarray]] = field(default_factory=list)
    shared: list[tuple[str, float]] = field(default_factory=list)
    linked: bool = False


RINGS: dict[str, tuple[tuple[int, int], dict[str, float]]] = {
    "market_sweep": ((18, 60), {"burst": 1.0, "drip": 0.3, "steer": 0.15}),
    "left_cards": ((20, 70), {"burst": 0.8, "drip": 0.5}),
    "staged_beds": ((30, 110), {"batch": 1.0, "van": 0.35, "copy": 0.15}),
    "bed_relay": ((12, 40), {"relay": 1.0, "burst": 0.2}),
    "steered_scripts": ((25, 90), {"steer": 1.0, "burst": 0.25}),
    "roving_pool": ((24, 70), {"rove": 1.0, "drip": 0.3}),
    "slow_drip": ((90, 180), {"drip": 1.0, "steer": 0.1}),
    "paper_people": ((10, 40), {"copy": 1.0, "drip": 0.4}),
    "phantom_slots": ((10, 35), {"slots": 1.0, "typed": 0.2}),
    "copied_bills": ((15, 45), {"copy": 1.0, "van": 0.25}),
    "hollow_firm": ((8, 40), {"burst": 0.7, "van": 0.6, "batch": 0.3}),
    "kin_of_staff": ((4, 8), {"night": 1.0, "slots": 0.3}),
    "drug_tour": ((4, 6), {"tour": 1.0, "burst": 0.2}),
    "van_pickup": ((100, 180), {"van": 1.0, "slots": 0.1}),
    "home_cards": ((15, 60), {"burst": 1.0, "slots": 0.25}),
    "typed_evenings": ((25, 80), {"typed": 1.0, "drip": 0.2}),
}
_SIGNS = {  # column: how often the ring's people bear it in common
    "left_cards": ("agent_id",), "paper_people": ("phone", "bank_account", "address", "agent_id"), "hollow_firm": ("employer",),
    "kin_of_staff": ("household_id", "phone"), "home_cards": ("address",), "steered_scripts": ("agent_id",), "staged_beds": ("phone",),
}  # fmt: skip
_LISTED = {"agent_id": "agent", "phone": "phone", "bank_account": "account", "employer": "employer"}


def _event_days(
    rng: np.random.Generator, w: World, ring: Ring, low: int, high: int, market: bool = False
) -> np.ndarray:
    count = max(4, int(rng.uniform(low, high) * ring.often))
    day = np.arange(ring.first, ring.last)
    if market:
        day = day[w.market[w.people["unit"][ring.people[0]], ring.first : ring.last]]
    return np.sort(rng.choice(day, min(count, len(day)), replace=False))


def _come(
    rng: np.random.Generator, ring: Ring, events: int, invite: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Event and member of each attendance, and the attendance among those whom the event asked; nobody stays away for ever."""
    asked = np.ones((events, len(ring.people)), bool) if invite is None else invite
    come = asked & (rng.random(asked.shape) < ring.prop)
    for i in np.flatnonzero(come.sum(0) == 0):
        can = np.flatnonzero(asked[:, i]) if asked[:, i].any() else np.arange(events)
        come[rng.choice(can, min(2, len(can)), replace=False), i] = True
    e, i = np.nonzero(come)
    return e, i, float(come.sum() / max(asked.sum(), come.sum()))


def _write(
    rng: np.random.Generator,
    w: World,
    sheet: Sheet,
    ring: Ring,
    i: np.ndarray,
    place: np.ndarray,
    t: np.ndarray,
    typ: int,
    **more: object,
) -> None:
    place = np.broadcast_to(place, len(i))
    usual = w.usual(rng, place, np.full(len(i), typ))
    middle = _middle(w, place, typ)
    amount = ring.boost * middle * (usual / middle) ** ring.sigma
    diag = {
        0: OFF_A + (rng.random(len(i)) ** 1.5 * 20).astype(int),
        2: OFF_S + rng.integers(0, 12, len(i)),
    }.get(typ, OFF_C + (rng.random(len(i)) ** 2 * 10).astype(int))
    given = {"amt": amount, "diag": diag, "doc": w.doctor(rng, ring.people[i], place, t // 1440), **more}
    sheet.add(ring.people[i], place, t, typ, ring=ring.number, **given)


def _middle(w: World, place: np.ndarray, typ: int) -> np.ndarray:
    """The usual price there, without the noise."""
    return MEDIAN[w.kind[place], typ] * w.price[place] * w.par["price"]


def _log(
    ring: Ring,
    e: np.ndarray,
    i: np.ndarray,
    place: np.ndarray | int,
    t: np.ndarray,
    q: float,
    asked: np.ndarray | None = None,
) -> None:
    """Keep each event for the oracle: who was asked, where, from when to when, how many came."""
    place = np.broadcast_to(place, len(e))
    for event in np.unique(e):
        here = e == event
        group = (
            np.arange(len(ring.people))
            if asked is None
            else np.union1d(np.flatnonzero(asked[event]), i[here])
        )
        ring.meets.append(
            (
                ring.people[group],
                int(place[here][0]),
                int(t[here].min()),
                int(t[here].max()),
                int(here.sum()),
                min(q, 0.98),
            )
        )


def _burst(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    style = str(rng.choice(["market", "noon", "closing", "any"]))
    days = _event_days(rng, w, ring, 18, 46, style == "market")
    shops = [w.near(rng, ring.home, (SHOP,)) for _ in range(int(rng.integers(1, 4)))]
    teams = rng.integers(0, int(rng.integers(1, 4)), len(ring.people))
    asked = teams[None] == (np.arange(len(days)) % (teams.max() + 1))[:, None]
    e, i, q = _come(rng, ring, len(days), asked)
    hour = {"market": 590, "noon": 770, "closing": 1150, "any": 640}[style] + rng.normal(
        0, 35 if style != "any" else 150, len(days)
    )
    place = np.array(shops)[rng.integers(0, len(shops), len(days))][e]
    t = days[e] * 1440 + _clock(rng, e, hour, ring.gap, (480, 1300))
    _write(rng, w, sheet, ring, i, place, t, 3)
    _log(ring, e, i, place, t, q, asked)
    ring.roles += [("pharmacy", s, "place") for s in set(place.tolist())]


def _rove(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    days = _event_days(rng, w, ring, 28, 64)
    spots = [
        w.near(rng, int(rng.choice(w.anc[ring.home])), (SHOP,) if rng.random() < 0.7 else (CLINIC, PRIVATE))
        for _ in range(int(rng.integers(3, 7)))
    ]
    tired = np.zeros(len(ring.people))
    asked = np.zeros((len(days), len(ring.people)), bool)
    for at in range(len(days)):
        asked[
            at,
            np.argsort(tired + rng.gumbel(0, 1.2, len(tired)))[
                : max(4, round(len(tired) * rng.uniform(0.25, 0.55)))
            ],
        ] = True
        tired = tired * 0.7 + asked[at] * 2
    e, i, q = _come(rng, ring, len(days), asked)
    spot = np.array(spots)[rng.integers(0, len(spots), len(days))]
    t = days[e] * 1440 + _clock(rng, e, rng.uniform(520, 1080, len(days)), ring.gap * 1.5, (480, 1300))
    for typ, mask in ((3, w.kind[spot[e]] == SHOP), (0, w.kind[spot[e]] != SHOP)):
        _write(rng, w, sheet, ring, i[mask], spot[e][mask], t[mask], typ)
    _log(ring, e, i, spot[e], t, q, asked)
    ring.roles += [
        ("pharmacy" if w.kind[s] == SHOP else "facility", int(s), "place")
        for s in set(spots)
        if s in set(spot[e].tolist())
    ]


def _batch(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    days = _event_days(rng, w, ring, 8, 17)
    hospital = w.near(rng, int(w.anc[ring.home, 2]), (PRIVATE,))
    asked = rng.random((len(days), len(ring.people))) < rng.uniform(0.38, 0.55)
    e, i, q = _come(rng, ring, len(days), asked)
    t = (days[e] + (rng.random(len(e)) < 0.3)) * 1440 + _clock(
        rng, e, rng.uniform(540, 900, len(days)), ring.gap * 5, (480, 1390)
    )
    leave = (
        (days + rng.integers(5, 11, len(days)))[e] * 1440
        + rng.normal(620, 40, len(e)).astype(np.int64)
        + 1440 * (rng.random(len(e)) < 0.15)
    )
    doctors = int(w.doc_0[hospital]) + rng.choice(
        int(w.doc_n[hospital]), min(2, int(w.doc_n[hospital])), replace=False
    )
    _write(
        rng,
        w,
        sheet,
        ring,
        i,
        np.full(len(e), hospital),
        t,
        2,
        dur=leave - t,
        doc=doctors[rng.integers(0, len(doctors), len(e))],
        adm=np.full(len(e), 2),
    )
    _log(ring, e, i, hospital, t, q, asked)
    ring.roles += [("facility", hospital, "place"), *(("doctor", int(d), "admitting") for d in doctors)]


def _relay(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    houses = sorted({w.near(rng, int(w.anc[ring.home, 3 if k else 2]), (PRIVATE,)) for k in range(4)})
    starts = _event_days(rng, w, ring, 5, 9)
    for start in starts:
        day = int(start)
        for hospital in rng.permutation(houses)[: int(rng.integers(2, 4))]:
            nights = int(rng.integers(6, 13))
            if day + nights >= DAYS:
                break
            i = np.flatnonzero(rng.random(len(ring.people)) < ring.prop * 0.8)
            if len(i):
                t = (day + rng.integers(0, 3, len(i))) * 1440 + rng.normal(640, 70, len(i)).astype(np.int64)
                _write(
                    rng,
                    w,
                    sheet,
                    ring,
                    i,
                    np.full(len(i), hospital),
                    t,
                    2,
                    dur=np.full(len(i), nights * 1440) + rng.integers(-200, 200, len(i)),
                    adm=np.full(len(i), 2),
                )
                _log(ring, np.zeros(len(i), int), i, int(hospital), t, float(ring.prop.mean() * 0.8))
                ring.roles.append(("facility", int(hospital), "place"))
            day += nights + int(rng.integers(0, 6))


def _steer(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    hospital = w.near(rng, int(w.anc[ring.home, int(rng.integers(1, 3))]), (PRIVATE, CLINIC, CENTRE))
    shop = w.near(rng, int(w.anc[ring.home, 2]), (SHOP,))
    doctors = int(w.doc_0[hospital]) + rng.choice(
        int(w.doc_n[hospital]), min(int(rng.integers(1, 4)), int(w.doc_n[hospital])), replace=False
    )
    count = np.maximum(1, rng.poisson(np.maximum(rng.uniform(7, 16) * ring.often, 2) * ring.prop))
    i, _ = ragged(count)
    day = rng.integers(ring.first, ring.last, len(i))
    t = day * 1440 + _within(rng, rng.normal(615, 75, len(i)), 482, 1040).astype(np.int64)
    doc = doctors[rng.integers(0, len(doctors), len(i))]
    _write(rng, w, sheet, ring, i, np.full(len(i), hospital), t, 0, doc=doc)
    fill = rng.random(len(i)) < 0.9
    later = t[fill] + 12 + (rng.exponential(25, fill.sum()) * (1 + (ring.gap > 4) * 3)).astype(np.int64)
    _write(
        rng,
        w,
        sheet,
        ring,
        i[fill],
        np.full(fill.sum(), shop),
        later,
        3,
        doc=doc[fill],
        pres=np.full(fill.sum(), hospital),
    )
    ring.solo += [
        (ring.people, hospital, count),
        (ring.people, shop, np.bincount(i[fill], minlength=len(ring.people))),
    ]
    ring.roles += [("pharmacy", shop, "place"), *(("doctor", int(d), "prescriber") for d in np.unique(doc))]


def _drip(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    shop = w.near(rng, int(w.anc[ring.home, int(rng.integers(1, 3))]), (SHOP,))
    count = np.maximum(1, rng.poisson(np.maximum(rng.uniform(7, 15) * ring.often, 2) * ring.prop))
    i, _ = ragged(count)
    t = rng.integers(ring.first, ring.last, len(i)) * 1440 + _within(
        rng, rng.normal(rng.uniform(600, 1080), 130, len(i)), 500, 1280
    ).astype(np.int64)
    _write(rng, w, sheet, ring, i, np.full(len(i), shop), t, 3)
    ring.solo.append((ring.people, shop, count))
    ring.roles.append(("pharmacy", shop, "place"))


def _copy(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    clinics = sorted(
        {w.near(rng, int(w.anc[ring.home, 2]), (CLINIC, PRIVATE)) for _ in range(int(rng.integers(1, 3)))}
    )
    days = _event_days(rng, w, ring, 12, 27)
    e, i, q = _come(rng, ring, len(days))
    place = np.array(clinics)[rng.integers(0, len(clinics), len(days))][e]
    t = (days[e] + (rng.random(len(e)) < 0.4)) * 1440 + _clock(
        rng, e, rng.uniform(500, 1000, len(days)), ring.gap * 4, (460, 1200)
    )
    bills = _middle(w, place[:1], 0) * ring.boost * np.exp(rng.normal(0.15, 0.3, int(rng.integers(3, 8))))
    amount = np.round(bills[(rng.random(len(e)) ** 1.5 * len(bills)).astype(int)], 1)
    doc = w.doc_0[place] + rng.integers(0, 2, len(e)) % w.doc_n[place]
    _write(rng, w, sheet, ring, i, place, np.minimum(t, DAYS * 1440 - 1), 0, amt=amount, doc=doc)
    _log(ring, e, i, place, t, q)
    ring.roles += [("facility", int(c), "place") for c in np.unique(place)] + [
        ("doctor", int(d), "signing") for d in np.unique(doc)
    ]


def _slots(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    clinic = w.near(rng, int(w.anc[ring.home, 2]), (TCM, CLINIC, PRIVATE))
    doctor = int(w.doc_0[clinic] + rng.integers(w.doc_n[clinic]))
    for _ in range(max(1, round(rng.uniform(2.5, 6) * ring.often))):
        first = int(rng.integers(ring.first, max(ring.last - 18, ring.first + 1)))
        days = np.arange(first, min(first + int(rng.integers(9, 17)), DAYS))
        team = np.flatnonzero(rng.random(len(ring.people)) < rng.uniform(0.45, 0.9))
        come = rng.random((len(days), len(team))) < ring.prop[team]
        e, k = np.nonzero(come)
        if not len(e):
            continue
        hour = rng.uniform(500, 960) + rng.normal(0, 12, len(days))
        t = days[e] * 1440 + _clock(rng, e, hour, ring.gap * 2, (450, 1250))
        _write(
            rng,
            w,
            sheet,
            ring,
            team[k],
            np.full(len(e), clinic),
            t,
            0,
            doc=np.full(len(e), doctor),
            diag=np.full(len(e), OFF_K),
        )
        asked = np.zeros((len(days), len(ring.people)), bool)
        asked[:, team] = True
        _log(ring, e, team[k], clinic, t, float(ring.prop.mean()), asked)
    ring.roles += [("facility", clinic, "place"), ("doctor", doctor, "therapist")]


def _night(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    place = w.near(rng, ring.home, (PRIVATE, SHOP, CLINIC))
    days = _event_days(rng, w, ring, 22, 58)
    e, i, q = _come(rng, ring, len(days))
    t = days[e] * 1440 + _clock(rng, e, rng.normal(1120, 60, len(days)), ring.gap, (480, 1400))
    _write(rng, w, sheet, ring, i, np.full(len(e), place), t, 3 if w.kind[place] == SHOP else 0)
    _log(ring, e, i, place, t, q)
    ring.roles.append(("pharmacy" if w.kind[place] == SHOP else "facility", place, "place"))


def _tour(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    stops = list(
        dict.fromkeys(
            w.near(
                rng,
                int(w.anc[int(rng.integers(len(w.anc))) if rng.random() < 0.5 else ring.home, 2]),
                (GENERAL, TCM, CENTRE, TERTIARY),
            )
            for _ in range(7)
        )
    )
    days = _event_days(rng, w, ring, 11, 26)
    e, i, q = _come(rng, ring, len(days))
    clock = np.full(len(days), 495.0) + rng.normal(0, 18, len(days))
    for stop in stops[: int(rng.integers(2, 6))]:
        go = rng.random(len(e)) < 0.88
        t = days[e] * 1440 + _clock(rng, e, clock, ring.gap * 1.5, (480, 1290))
        _write(rng, w, sheet, ring, i[go], np.full(go.sum(), stop), t[go], 1)
        _log(ring, e[go], i[go], stop, t[go], q * 0.88)
        clock = clock + rng.uniform(70, 150, len(days))


def _van(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    clinic = w.near(rng, int(w.anc[ring.home, 2]), (PRIVATE, CLINIC))
    vans = max(1, round(len(ring.people) / rng.uniform(9, 15)))
    van = rng.permutation(np.arange(len(ring.people)) % vans)
    days = _event_days(rng, w, ring, 6 * vans, 10 * vans)
    asked = (van[None] == rng.permutation(np.arange(len(days)) % vans)[:, None]) ^ (
        rng.random((len(days), len(van))) < 0.02
    )
    e, i, q = _come(rng, ring, len(days), asked)
    t = days[e] * 1440 + _clock(rng, e, rng.normal(590, 50, len(days)), ring.gap * 2.5, (450, 1250))
    _write(rng, w, sheet, ring, i, np.full(len(e), clinic), t, 0)
    _log(ring, e, i, clinic, t, q, asked)
    ring.roles.append(("facility", clinic, "place"))


def _typed(rng: np.random.Generator, w: World, sheet: Sheet, ring: Ring) -> None:
    clinic = w.near(rng, ring.home, (VCLINIC, CLINIC))
    doctor = int(w.doc_0[clinic] + rng.integers(w.doc_n[clinic]))
    days = _event_days(rng, w, ring, 20, 48)
    asked = rng.random((len(days), len(ring.people))) < rng.uniform(0.3, 0.7)
    e, i, q = _come(rng, ring, len(days), asked)
    t = days[e] * 1440 + _clock(rng, e, rng.normal(1170, 50, len(days)), ring.gap, (480, 1400))
    _write(rng, w, sheet, ring, i, np.full(len(e), clinic), t, 0, doc=np.full(len(e), doctor))
    _log(ring, e, i, clinic, t, q, asked)
    ring.roles += [("facility", clinic, "place"), ("doctor", doctor, "typing")]


_ACTS = {"burst": _burst, "rove": _rove, "batch": _batch, "relay": _relay, "steer": _steer, "drip": _drip, "copy": _copy, "slots": _slots,
         "night": _night, "tour": _tour, "van": _van, "typed": _typed}  # fmt: skip


def _recruit(rng: np.random.Generator, w: World, kind: str, size: int) -> np.ndarray:
    """Ring people: some from one township, the rest from its county and beyond; each kind's liking for age and absence."""
    x = w.people
    like = np.where(x["age"] > 55, 2.0, np.where(x["age"] < 16, 0.15, 1.0)) * np.minimum(x["frail"], 2) ** 0.4
    like *= np.where(x["away"], 14.0 if kind == "left_cards" else 0.4, 1.0)
    like *= np.where((x["age"] > 66) if kind == "home_cards" else (x["age"] > 18), 1.0, 0.05)
    anchor = int(rng.choice(w.n, p=like / like.sum()))
    local = rng.uniform(0.25, 0.95)
    near = np.where(
        x["unit"] == x["unit"][anchor], local / max((like * (x["unit"] == x["unit"][anchor])).sum(), 1e-9), 0
    )
    county = w.anc[x["home"], 2] == w.anc[x["home"][anchor], 2]
    near = (
        near
        + np.where(county, (1 - local) * 0.85 / (like * county).sum(), 0)
        + (1 - local) * 0.15 / like.sum()
    )
    if kind == "kin_of_staff":
        near = near * np.where(np.abs(x["house"] - x["house"][anchor]) < 4, 400.0, 1.0)
    odds = like * near
    return rng.choice(w.n, size, replace=False, p=odds / odds.sum())


def plant_rings(
    rng: np.random.Generator, w: World, sheet: Sheet, marks: Marks, claims: int, level: str
) -> list[Ring]:
    """The rings of a level, at work."""
    rings: list[Ring] = []
    names = list(RINGS)
    must = [str(rng.choice(["kin_of_staff", "drug_tour"])), str(rng.choice(["slow_drip", "van_pickup"]))]
    quota = w.n / 1000 if level == "real" else max(2, round(14 * claims / 400_000))
    order: list[str] = []
    taken = 0
    while (taken if level == "real" else len(rings)) < quota:
        if not order:
            order = [str(k) for k in rng.permutation([n for n in names if n not in must])]
            order = order if level == "real" else must + order
        kind = order.pop(0)
        low, high = RINGS[kind][0]
        size = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
        if level == "real":
            size = int(np.clip(round(np.exp(rng.normal(np.log(9), 0.62))), 4, 40))
        size = max(4, min(size, w.n // 25))
        people = _recruit(rng, w, kind, size)
        if level == "hard" and rings:
            others = np.concatenate([r.people for r in rings])
            swap = rng.random(size) < 0.1
            people[swap] = rng.choice(others, swap.sum())
            people = rng.permutation(np.unique(people))
        rings.append(_ring(rng, w, sheet, marks, len(rings), kind, people, level))
        taken += size
    return rings


def _ring(
    rng: np.random.Generator,
    w: World,
    sheet: Sheet,
    marks: Marks,
    number: int,
    kind: str,
    people: np.ndarray,
    level: str,
) -> Ring:
    mood = ("standard" if rng.random() < 0.5 else "stealth") if level == "real" else level
    joins = rng.uniform(0.55, 0.95) * (1.0 if mood == "standard" else 0.6)
    first = int(rng.integers(0, 110))
    ring = Ring(number=number, kind=kind, people=people, prop=np.clip(rng.beta(joins * 9, (1 - joins) * 9, len(people)), 0.04, 0.98),
                boost=float(rng.uniform(1.15, 2.1)) if mood == "standard" else float(rng.uniform(0.9, 1.1)),
                gap=float(np.exp(rng.normal(0.45, 0.5))) * (6.0 if mood == "hard" else 1.0), often=0.6 if mood == "hard" else 1.0,
                first=first, last=int(min(DAYS - 1, first + rng.integers(150, 365))), home=int(w.people["home"][people[0]]),
                sigma=float(rng.uniform(0.15, 0.7)) if mood == "standard" else 1.0)  # fmt: skip
    acts = RINGS[kind][1]
    chosen = [name for name, odds in acts.items() if odds >= 1 or rng.random() < odds] or [next(iter(acts))]
    for name in chosen:
        _ACTS[name](rng, w, sheet, ring)
    _everybody(rng, sheet, ring)
    ring.linked = kind in ("roving_pool", "bed_relay", "copied_bills", "slow_drip") and bool(
        rng.random() < 0.5
    )
    for column in _SIGNS.get(kind, ()):
        if rng.random() < 0.75:
            share = float(rng.uniform(0.4, 1.0)) * (1.0 if mood == "standard" else 0.7)
            value = _mark(rng, marks, people, column, share)
            ring.shared.append(
                (column, min(2.5, max(0.0, np.log(share / 0.02))) * max(share * len(people) - 1, 0))
            )
            if column in _LISTED:
                ring.roles.append((_LISTED[column], f"{column}={value}", "link"))
    return ring


def _everybody(rng: np.random.Generator, sheet: Sheet, ring: Ring) -> None:
    """Who was listed and never came stands in for somebody else twice."""
    parts = [part for part in sheet.parts if len(part["ring"]) and part["ring"][0] == ring.number]
    all_ = {c: np.concatenate([part[c] for part in parts]) for c in parts[0]}
    absent = np.repeat(np.setdiff1d(ring.people, all_["p"]), 2)
    if len(absent):
        at = rng.integers(0, len(all_["t"]), len(absent))
        like = {c: v[at] for c, v in all_.items()} | {"p": absent.astype(np.int32)}
        like["t"] = like["t"] + rng.integers(2, 25, len(absent))
        sheet.parts.append(like)


# ---------------------------------------------------------------- oracle


def oracle(w: World, ring: Ring, life: dict[str, np.ndarray], columns: set[str]) -> float:
    """Log-likelihood ratio, in nats, of the ring's events for one who knows its people, places and the ordinary rates.

    Meetings: Σ ln Binomial(n; asked, q) − ln Poisson(n; λ); λ from the asked people's other claims at that place (plus what the place's share
    of all claims makes likely), put on the window's length within opening hours. Acts without meetings: per person
    ln Poisson(n; λ + mean) − ln Poisson(n; λ) of the year. A shared identifier that is delivered adds what it is worth, at most
    2.5 nats a person (a fiftieth of people share one anyway).
    """
    share = life["by_place"] / life["by_place"].sum()
    keys, counts = life["pair_key"], life["pair_count"]

    def own(people: np.ndarray, place: int) -> np.ndarray:
        key = people.astype(np.int64) * len(w.kind) + place
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        return np.where(keys[at] == key, counts[at], 0) + life["by_person"][people] * share[place]

    nats = 0.0
    for people, place, low, high, n, q in ring.meets:
        window = min((high - low + 10) / 1440 * 2.5, np.ceil((high - low + 10) / 1440))
        rate = own(people, place).sum() / DAYS * window + 1e-6
        m = max(len(people), n)
        binomial = (
            gammaln(m + 1) - gammaln(n + 1) - gammaln(m - n + 1) + n * np.log(q) + (m - n) * np.log1p(-q)
        )
        nats += binomial - (n * np.log(rate) - rate - gammaln(n + 1))
    for people, place, n in ring.solo:
        rate = own(people, place) + 1e-3
        more = rate + n.mean()
        nats += float((n * np.log(more / rate) - (more - rate)).sum())
    return float(nats + sum(worth for column, worth in ring.shared if column in columns))
