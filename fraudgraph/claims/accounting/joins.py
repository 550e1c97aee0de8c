"""Whether the files of a delivery meet: for each key the share of values that find their register, both ways, and the nearest repair.

A repair is only ever proposed: 123 and 00123 may be one place or two. Fee lines are held against their claims' totals too,
by place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from fraudgraph.store import Store

__all__ = [
    "KEYS",
    "Join",
    "LineSum",
    "few_found",
    "join_sentence",
    "measure_joins",
    "measure_line_sums",
    "write_joins",
]

FEW = 0.9
"""Below this share of values that find their register the delivery is worth a remark."""
_GAINS = 0.1
_OFF = Decimal("0.05")
_MOST_PLACES = 30
Rows = Callable[[tuple[tuple[str, str], ...]], list[str]]
"""SELECTs that give one column `key` for each (kind, field) that was delivered."""

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], ...] = (
    ("patients", (("claims", "patient_id"),), (("patients", "patient_id"),)),
    ("doctors", (("claims", "doctor_id"), ("encounters", "doctor_id")), (("doctors", "doctor_id"), ("doctor_sites", "doctor_id"))),
    ("facilities", (("claims", "facility_id"),), (("facilities", "facility_id"), ("institutions", "place_id"))),
    ("pharmacies", (("claims", "pharmacy_id"),), (("pharmacies", "pharmacy_id"), ("institutions", "place_id"))),
    ("claims", (("claim_items", "claim_id"),), (("claims", "claim_id"),)),
    ("encounters", (("claims", "encounter_id"),), (("encounters", "encounter_id"),)),
    ("item_catalogue", (("claim_items", "item_code"),), (("item_catalogue", "item_code"),)),
)  # fmt: skip
"""(register, columns that point at it, its own keys)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """How the values of a key meet their register: distinct values, those found in it, and of the register those that are used.

    `repair` is what would make most of the others meet (English, Chinese), with `repaired` values found then.
    """

    register: str
    key: str
    values: int
    found: int
    registered: int
    used: int
    repair_en: str = ""
    repair_zh: str = ""
    repaired: int = 0

    @property
    def share(self) -> float:
        """Share of the values that find their register."""
        return self.found / self.values if self.values else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSum:
    """One place's claims that have fee lines: how many, on how many the lines do not make the total, and both sums in yuan."""

    place_id: str
    claims: int
    differing: int
    lines_amount: Decimal
    total_amount: Decimal


def measure_joins(store: Store, rows: Rows) -> tuple[Join, ...]:
    """Every key of which both sides were delivered."""
    found = []
    for register, pointing, own in KEYS:
        left, right = rows(pointing), rows(own)
        if left and right:
            one = _measured(
                store, register, pointing[0][1], " UNION ALL ".join(left), " UNION ALL ".join(right)
            )
            found += [] if one is None else [one]
    return tuple(found)


def _measured(store: Store, register: str, key: str, left: str, right: str) -> Join | None:
    store.run(
        f"CREATE OR REPLACE TABLE scratch.join_left AS SELECT DISTINCT key FROM ({left}) WHERE key IS NOT NULL"
    )
    store.run(
        f"CREATE OR REPLACE TABLE scratch.join_right AS SELECT DISTINCT key FROM ({right}) WHERE key IS NOT NULL"
    )
    values, registered = store.one(
        "SELECT (SELECT count(*) FROM scratch.join_left), (SELECT count(*) FROM scratch.join_right)"
    )
    if not values or not registered:
        return None
    found, used = _met(store, "key", "key")
    one = Join(register=register, key=key, values=values, found=found, registered=registered, used=used)
    return one if one.share >= FEW else _with_repair(store, one)


def _met(store: Store, left: str, right: str) -> tuple[int, int]:
    """How many values of either side meet, each side written in a way."""
    row = store.one(
        f"""SELECT (SELECT count(*) FROM scratch.join_left WHERE {left} IN (SELECT {right} FROM scratch.join_right)),
            (SELECT count(*) FROM scratch.join_right WHERE {right} IN (SELECT {left} FROM scratch.join_left))"""
    )
    return int(row[0]), int(row[1])


def _with_repair(store: Store, one: Join) -> Join:
    width = "SELECT max(length(key)) FROM scratch.join_{} WHERE regexp_full_match(key, '[0-9]+')"
    own, pointing = (store.one(width.format(side))[0] or 0 for side in ("right", "left"))
    padded = "CASE WHEN regexp_full_match(key, '[0-9]+') AND length(key) < {0} THEN lpad(key, {0}, '0') ELSE key END"
    plain = "upper(regexp_replace(key, '[^0-9A-Za-z]', '', 'g'))"
    trials = [("upper(key)", "upper(key)", "capitals and small letters taken as one", "不区分大小写")]
    if own:
        trials.append((padded.format(own), "key", f"zfill {own} on the pointing side: leading zeros were lost there", f"引用一侧补零至 {own} 位（前导零丢失）"))  # fmt: skip
    if pointing:
        trials.append(("key", padded.format(pointing), f"zfill {pointing} in the register: leading zeros were lost there", f"名册一侧补零至 {pointing} 位（前导零丢失）"))  # fmt: skip
    trials += [
        (plain, plain, "without dashes, dots and other marks", "去掉连字符等符号"),
        ("ltrim(upper(key), '0')", "ltrim(upper(key), '0')", "without leading zeros", "去掉前导零"),
        ("regexp_replace(key, '^[A-Za-z]+', '')", "regexp_replace(key, '^[A-Za-z]+', '')", "without the letters in front", "去掉前缀字母"),
    ]  # fmt: skip
    best = one
    for left, right, en, zh in trials:
        found, _ = _met(store, left, right)
        if found >= one.found + max(1, _GAINS * one.values) and found > best.repaired:
            best = Join(
                register=one.register, key=one.key, values=one.values, found=one.found, registered=one.registered,
                used=one.used, repair_en=en, repair_zh=zh, repaired=found,
            )  # fmt: skip
    return best


def few_found(one: Join) -> bool:
    """Whether so few values find their register that somebody should look."""
    return one.share < FEW


def join_sentence(one: Join) -> tuple[str, str]:
    """A key's shares and proposal in English and Chinese."""
    en = f"{one.key}: {one.found} of {one.values} values are in {one.register} ({one.share:.1%}); {one.used} of its {one.registered} are used"
    zh = f"{one.key}：{one.values} 个值中 {one.found} 个见于 {one.register}（{one.share:.1%}）；名册 {one.registered} 个中 {one.used} 个被用到"
    if one.repair_en:
        en += f"; proposal: {one.repair_en} would find {one.repaired}"
        zh += f"；建议：{one.repair_zh}，可对上 {one.repaired} 个"
    return en, zh


def write_joins(store: Store, kinds: set[str]) -> tuple[Join, ...]:
    """Measure the keys of what was just read, and keep them as the table `key_joins` beside `line_sums`."""

    def rows(wanted: tuple[tuple[str, str], ...]) -> list[str]:
        return [
            f"SELECT {field} AS key FROM scratch.{kind}_in WHERE fault_no IS NULL"
            for kind, field in wanted
            if kind in kinds
        ]

    joins = measure_joins(store, rows)
    store.run(
        "CREATE OR REPLACE TABLE key_joins (register VARCHAR, key VARCHAR, value_count BIGINT, found_count BIGINT, registered_count BIGINT, used_count BIGINT, repair_en VARCHAR, repair_zh VARCHAR, repaired_count BIGINT)"
    )
    for one in joins:
        store.run(
            "INSERT INTO key_joins VALUES ($register, $key, $values, $found, $registered, $used, $en, $zh, $repaired)",
            register=one.register, key=one.key, values=one.values, found=one.found, registered=one.registered,
            used=one.used, en=one.repair_en, zh=one.repair_zh, repaired=one.repaired,
        )  # fmt: skip
    store.run(
        f"""CREATE OR REPLACE TABLE line_sums AS
        WITH lines AS (SELECT claim_id, sum(amount) AS lines_amount FROM claim_items GROUP BY claim_id)
        SELECT c.place_id, count(*) AS claim_count, count(*) FILTER (WHERE abs(l.lines_amount - c.total_amount) > {_OFF}) AS differing_count,
            sum(l.lines_amount) AS lines_amount, sum(c.total_amount) AS total_amount
        FROM claims AS c INNER JOIN lines AS l ON l.claim_id = c.claim_id
        GROUP BY c.place_id ORDER BY c.place_id"""
    )
    return joins


def measure_line_sums(store: Store) -> tuple[LineSum, ...]:
    """Places where fee lines do not make their claims' totals, the largest difference first."""
    found = store.rows(
        f"SELECT place_id, claim_count, differing_count, lines_amount, total_amount FROM line_sums WHERE differing_count > 0 ORDER BY abs(lines_amount - total_amount) DESC, place_id LIMIT {_MOST_PLACES}"
    )
    return tuple(
        LineSum(
            place_id=str(place),
            claims=int(count),
            differing=int(off),
            lines_amount=Decimal(lines),
            total_amount=Decimal(total),
        )
        for place, count, off, lines, total in found
    )
