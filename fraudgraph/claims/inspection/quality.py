"""The quality of an import in numbers: volumes, missing values, outliers in days and amounts, codes outside their sets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fraudgraph.claims.accounting.joins import Join, LineSum, measure_line_sums
from fraudgraph.claims.inspection.broken_text import broken_lines
from fraudgraph.claims.inspection.column_remarks import Remark, broken_remark
from fraudgraph.claims.inspection.sex_codes import BIRTH_WORDS, sex_remark
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.store import Store

__all__ = ["CodeCount", "ColumnFill", "LagRow", "Outlier", "Quality", "Volume", "measure_quality"]

_MOST_PLACES = 60
_MOST_CODES = 12
_FAR_OUT = 50
"""A claim of so many times the median of its care type stands far out."""
_NAMED = (
    ("patients", ("name", "address", "employer")), ("doctors", ("name",)), ("facilities", ("name",)),
    ("pharmacies", ("name",)), ("claim_items", ("item_name",)),
)  # fmt: skip
"""Tables with text of people, looked through for signs of a wrong encoding."""
_PLACEHOLDERS = (
    ("claims", "doctor_id", 0.2),
    ("claims", "patient_id", 0.02),
    ("patients", "phone", 0.005),
    ("patients", "bank_account", 0.005),
    ("patients", "household_id", 0.005),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One institution's claims by month, in the order of `Quality.months`; `fund_amount` in yuan."""

    place_id: str
    name: str | None
    counts: tuple[int, ...]
    fund_amount: Decimal

    @property
    def total(self) -> int:
        """Claims over all months."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFill:
    """How much of a delivered column is filled."""

    table: str
    column: str
    title_zh: str
    title_en: str
    filled_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """Something far from the rest: what, how often, and up to three claims to look at."""

    what_zh: str
    what_en: str
    count: int
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """A value that stands outside its code set, or on too many rows to be a real one."""

    column: str
    value: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LagRow:
    """How late one institution uploads; `backfill_count` late uploads came on `backfill_day`."""

    place_id: str
    measured_by: str
    claim_count: int
    median_days: float
    p95_days: float
    late_count: int
    late_share: float
    backfill_day: str | None
    backfill_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All that the quality page shows about what was imported."""

    months: tuple[str, ...]
    month_counts: tuple[int, ...]
    month_funds: tuple[Decimal, ...]
    volumes: tuple[Volume, ...]
    places_left_out: int
    columns: tuple[ColumnFill, ...]
    outliers: tuple[Outlier, ...]
    unknown_codes: tuple[CodeCount, ...]
    placeholders: tuple[CodeCount, ...]
    lags: tuple[LagRow, ...]
    remarks: tuple[Remark, ...]
    joins: tuple[Join, ...] = ()
    line_sums: tuple[LineSum, ...] = ()


def measure_quality(store: Store) -> Quality:
    """Measure what was imported; the store holds the canonical tables, `rejects`, `column_catalog` and `upload_lag`."""
    by_month = store.rows(
        "SELECT strftime(event_date, '%Y-%m') AS m, count(*), sum(fund_amount) FROM claims GROUP BY m ORDER BY m"
    )
    months = tuple(str(row[0]) for row in by_month)
    volumes = _volumes(store, months)
    return Quality(
        months=months,
        month_counts=tuple(int(row[1]) for row in by_month),
        month_funds=tuple(Decimal(row[2]) for row in by_month),
        volumes=volumes[:_MOST_PLACES],
        places_left_out=max(0, len(volumes) - _MOST_PLACES),
        columns=_columns(store),
        outliers=tuple(_outliers(store)),
        unknown_codes=_unknown_codes(store),
        placeholders=tuple(_placeholders(store)),
        lags=_lags(store),
        remarks=_remarks(store),
        joins=_joins(store),
        line_sums=measure_line_sums(store),
    )


def _volumes(store: Store, months: tuple[str, ...]) -> tuple[Volume, ...]:
    at = {month: i for i, month in enumerate(months)}
    counts: dict[str, list[int]] = {}
    funds: dict[str, Decimal] = {}
    for place, month, count, fund in store.rows(
        "SELECT place_id, strftime(event_date, '%Y-%m') AS m, count(*), sum(fund_amount) FROM claims GROUP BY place_id, m ORDER BY place_id, m"
    ):
        counts.setdefault(str(place), [0] * len(months))[at[str(month)]] = int(count)
        funds[str(place)] = funds.get(str(place), Decimal(0)) + Decimal(fund)
    names = dict(
        store.rows(
            "SELECT facility_id, name FROM facilities UNION ALL SELECT pharmacy_id, name FROM pharmacies"
        )
    )
    found = [
        Volume(place_id=place, name=names.get(place), counts=tuple(row), fund_amount=funds[place])
        for place, row in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.total, one.place_id)))


def _columns(store: Store) -> tuple[ColumnFill, ...]:
    shares = {
        (table, column): float(share)
        for table, column, share in store.rows(
            "SELECT table_name, column_name, filled_share FROM column_catalog WHERE delivered"
        )
    }
    return tuple(
        ColumnFill(
            table=table.name,
            column=column.name,
            title_zh=column.title_zh,
            title_en=column.title_en,
            filled_share=shares[table.name, column.name],
        )
        for table in CANONICAL.values()
        for column in table.columns
        if (table.name, column.name) in shares
    )


def _outliers(store: Store) -> list[Outlier]:
    """Counted over claims that took place; nothing here is a suspicion."""
    median = f"""SELECT c.claim_id, c.total_amount AS size FROM claims AS c INNER JOIN (
        SELECT claim_type, quantile_disc(total_amount, 0.5) AS middle FROM claims WHERE counted GROUP BY claim_type
        ) AS m ON m.claim_type = c.claim_type WHERE c.counted AND m.middle > 0 AND c.total_amount > {_FAR_OUT} * m.middle"""
    questions = (
        ("基金支付大于总额", "the fund pays more than the total", "SELECT claim_id, fund_amount AS size FROM claims WHERE total_amount > 0 AND fund_amount > total_amount"),
        ("总额为 0", "a total of 0", "SELECT claim_id, fund_amount AS size FROM claims WHERE total_amount = 0"),
        (f"总额超过同类中位数 {_FAR_OUT} 倍", f"a total above {_FAR_OUT} times the median of its care type", median),
        ("未找到原单的负数记录", "negative records whose original was not found", "SELECT claim_id, abs(total_amount) AS size FROM claims WHERE is_refund AND refund_of IS NULL"),
        ("住院超过 365 天", "stays of more than 365 days", "SELECT claim_id, date_diff('day', started_at, ended_at) AS size FROM claims WHERE date_diff('day', started_at, ended_at) > 365"),
        ("结算早于就诊", "settled before it began", "SELECT claim_id, date_diff('day', settled_at, started_at) AS size FROM claims WHERE CAST(settled_at AS DATE) < CAST(started_at AS DATE)"),
        ("死亡日期之后的结算", "settled after the date of death", "SELECT c.claim_id, date_diff('day', p.death_date, c.event_date) AS size FROM claims AS c INNER JOIN patients AS p ON p.patient_id = c.patient_id WHERE c.event_date > p.death_date AND c.counted"),
    )  # fmt: skip
    found = []
    for zh, en, sql in questions:
        rows = store.rows(f"SELECT claim_id FROM ({sql}) ORDER BY size DESC, claim_id LIMIT 3")
        if rows:
            count = int(store.one(f"SELECT count(*) FROM ({sql})")[0])
            found.append(
                Outlier(what_zh=zh, what_en=en, count=count, claim_ids=tuple(str(row[0]) for row in rows))
            )
    return found


def _unknown_codes(store: Store) -> tuple[CodeCount, ...]:
    total = max(1, store.count("claims") + store.count("rejects"))
    rows = store.rows(
        f"""SELECT "column", "value", count(*) AS n FROM rejects WHERE code = 'E_CODE' GROUP BY 1, 2
        UNION ALL
        SELECT 'diagnosis_code', diagnosis_code, count(*) FROM claims
        WHERE diagnosis_code IS NOT NULL AND NOT regexp_matches(upper(diagnosis_code), '^([A-Z][0-9]|[0-9]{{3}}|[EV][0-9])') GROUP BY 2
        ORDER BY n DESC, 1, 2 LIMIT {_MOST_CODES}"""
    )
    return tuple(
        CodeCount(column=str(column), value=str(value), count=int(count), share=round(int(count) / total, 4))
        for column, value, count in rows
    )


def _placeholders(store: Store) -> list[CodeCount]:
    """Values that stand for "not known": one of them on a share of the rows that no real one has."""
    found = []
    for table, column, least in _PLACEHOLDERS:
        total, kinds = store.one(f"SELECT count({column}), count(DISTINCT {column}) FROM {table}")
        if total < 100 or kinds < 5:
            continue
        for value, count in store.rows(
            f"SELECT {column}, count(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 3"
        ):
            if count >= max(5, least * total):
                found.append(CodeCount(column=f"{table}.{column}", value=str(value), count=int(count), share=round(count / total, 4)))  # fmt: skip
    return found


def _lags(store: Store) -> tuple[LagRow, ...]:
    rows = store.rows(
        "SELECT place_id, measured_by, claim_count, median_days, p95_days, late_count, late_share, CAST(backfill_day AS VARCHAR), backfill_count FROM upload_lag WHERE late_count > 0 ORDER BY late_count DESC, place_id LIMIT 30"
    )
    names = ("place_id", "measured_by", "claim_count", "median_days", "p95_days", "late_count", "late_share", "backfill_day", "backfill_count")  # fmt: skip
    return tuple(LagRow(**dict(zip(names, row, strict=True))) for row in rows)


def _joins(store: Store) -> tuple[Join, ...]:
    names = ("register", "key", "values", "found", "registered", "used", "repair_en", "repair_zh", "repaired")
    rows = store.rows("SELECT * FROM key_joins ORDER BY register")
    return tuple(Join(**dict(zip(names, row, strict=True))) for row in rows)


def _remarks(store: Store) -> tuple[Remark, ...]:
    events = (
        "SELECT patient_id FROM claims WHERE counted AND regexp_matches(upper(diagnosis_code), '^O[0-9]')"
    )
    events += f" UNION ALL SELECT c.patient_id FROM claim_items AS i INNER JOIN claims AS c ON c.claim_id = i.claim_id WHERE regexp_matches(i.item_name, '{BIRTH_WORDS}')"
    men, women = store.one(
        f"SELECT count(CASE WHEN p.sex = '1' THEN 1 END), count(CASE WHEN p.sex = '2' THEN 1 END) FROM ({events}) AS e INNER JOIN patients AS p ON p.patient_id = e.patient_id"
    )
    remark = sex_remark(int(men), int(women))
    found = [] if remark is None else [remark]
    for table, columns in _NAMED:
        total, lines, example = broken_lines(store, table, columns)
        if lines:
            found.append(broken_remark(total, lines, example))
    return tuple(found)
