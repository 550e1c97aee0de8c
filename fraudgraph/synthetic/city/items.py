"""Fee lines of every claim: each adds up to its claim's total, and drugs carry trace codes.

What a line holds follows from its claim by hashing, so a refund has exactly the lines of what it refunds, and a
package has the same lines for everybody who got it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.synthetic.city.arrays import Floats, Ints
from fraudgraph.synthetic.city.ids import Ids
from fraudgraph.synthetic.city.ledger import CHRONIC, INPATIENT, OUTPATIENT, SHOP
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.plan import DAY
from fraudgraph.synthetic.city.writing import money

__all__ = ["write_items"]

_CHUNK = 400_000
_DRUGS = (
    "苯磺酸氨氯地平片", "缬沙坦胶囊", "盐酸二甲双胍片", "阿卡波糖片", "阿托伐他汀钙片", "硫酸氢氯吡格雷片", "阿司匹林肠溶片", "酒石酸美托洛尔片",
    "硝苯地平控释片", "甘精胰岛素注射液", "奥美拉唑肠溶胶囊", "阿莫西林胶囊", "头孢克洛胶囊", "蒙脱石散", "布洛芬缓释胶囊", "碳酸钙片",
    "沙格列汀片", "利伐沙班片", "恩替卡韦分散片", "复方丹参片", "通心络胶囊", "参松养心胶囊", "银杏叶片", "速效救心丸", "连花清瘟胶囊", "稳心颗粒",
    "板蓝根颗粒", "藿香正气胶囊", "六味地黄丸", "感冒灵颗粒",
)  # fmt: skip
_CARE = (
    ("一般诊疗费", "12"), ("挂号费", "13"), ("血常规", "04"), ("尿常规", "04"), ("肝功能", "04"), ("肾功能", "04"), ("血脂", "04"), ("糖化血红蛋白", "04"),
    ("胸部CT", "03"), ("腹部彩超", "03"), ("心电图", "03"), ("静脉输液", "05"), ("针刺", "05"), ("推拿", "05"), ("红外线治疗", "05"), ("血液透析", "05"),
)  # fmt: skip
_WARD = (
    ("床位费", "01"),
    ("二级护理", "07"),
    ("静脉输液", "05"),
    ("雾化吸入", "05"),
    ("一次性耗材", "08"),
    ("手术费", "06"),
)
_NAMES = (*_DRUGS, *(name for name, _ in _CARE), *(name for name, _ in _WARD))
_ITEM_TYPES = (
    *("09" if n < 19 else "11" for n in range(len(_DRUGS))),
    *(kind for _, kind in _CARE),
    *(kind for _, kind in _WARD),
)
_CODES = tuple(
    f"{'X' if n < 19 else 'Z'}A{n + 1:02d}XX{n * 37 % 1000:03d}A001010{n + 11:03d}{n * 91 % 10000:04d}"
    if n < len(_DRUGS)
    else f"0031{n:05d}0000{n % 7}0"
    for n in range(len(_NAMES))
)
_PRICES: Floats = np.round(8 + 150 * ((np.arange(len(_NAMES)) * 0.6180339887) % 1.0) ** 2, 1)
_SELLS_AGAIN = 3  # one ring in three that buys at pharmacies resells; its packs come back


def _hash(*parts: npt.NDArray[Any] | int) -> npt.NDArray[np.uint64]:
    """A number for each row from its parts (splitmix64)."""
    mixed: Any = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        for part in parts:
            value = np.asarray(part).astype(np.uint64)
            mixed = (mixed ^ value) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = mixed ^ (mixed >> np.uint64(31))
    return np.asarray(mixed, dtype=np.uint64)


def _uniform(*parts: npt.NDArray[Any] | int) -> Floats:
    level: Floats = (_hash(*parts) >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return level


def write_items(folder: Path, city: City, rows: dict[str, Any], ids: Ids) -> None:
    """Write claim_items.parquet."""
    writer: pq.ParquetWriter | None = None
    for low in range(0, len(rows["patient"]), _CHUNK):
        at = np.arange(low, min(low + _CHUNK, len(rows["patient"])))
        table = _lines(city, rows, at, ids)
        if writer is None:
            writer = pq.ParquetWriter(folder / "claim_items.parquet", table.schema, compression="zstd")
        writer.write_table(table, row_group_size=122_880)
    if writer is not None:
        writer.close()


def _lines(city: City, rows: dict[str, Any], at: Ints, ids: Ids) -> pa.Table:
    source = np.where(rows["refund_of"][at] >= 0, rows["refund_of"][at], at)
    kind = rows["kind"][at].astype(np.int64)
    seed = city.plan.seed
    package = rows["fixed"][source] > 0
    basket = np.where(
        package, _hash(seed, rows["place"][source], rows["fixed"][source]), _hash(seed, source + 10**10)
    )
    more = np.array([3.0, 2.5, 16.0, 1.1])[kind]
    count = np.array([1, 1, 4, 1])[kind] + np.floor(-np.log(1 - 0.98 * _uniform(basket, 1)) * more).astype(
        np.int64
    )
    claim = np.repeat(np.arange(len(at)), count)
    first = np.cumsum(count) - count
    line = np.arange(len(claim)) - first[claim]
    item = _item(kind[claim], basket[claim], line)
    share = 0.15 - np.log(1 - 0.99 * _uniform(basket[claim], line, 2))
    total = rows["total"][at]
    amount = np.floor(np.abs(total)[claim] * share / np.add.reduceat(share, first)[claim]).astype(np.int64)
    amount[first] += np.abs(total) - np.add.reduceat(amount, first)
    amount *= np.sign(total)[claim]
    quantity = np.maximum(1, np.round(np.abs(amount) / 100 / _PRICES[item])).astype(np.int64)
    start = rows["start"][at][claim]
    moment = start + (rows["stay"][at][claim] * _uniform(basket[claim], line, 3)).astype(np.int64)
    trace, split = _trace(rows, source, claim=claim, line=line, item=item)
    doctor = np.where(rows["kind"][at] == SHOP, -1, rows["doctor"][at])[claim]
    names, codes, kinds = pa.array(_NAMES), pa.array(_CODES), pa.array(_ITEM_TYPES)
    base = np.datetime64(city.plan.first_day, "s")
    return pa.table(
        {
            "claim_id": ids.claim(at).take(pa.array(claim)),
            "item_code": codes.take(pa.array(item)),
            "item_name": names.take(pa.array(item)),
            "item_type": kinds.take(pa.array(item)),
            "quantity": pa.array((quantity * np.sign(amount)).astype(np.float64)).cast(pa.decimal128(16, 4)),
            "unit_price": pa.array(np.round(np.abs(amount) / 100 / quantity, 4)).cast(pa.decimal128(16, 4)),
            "amount": money(amount),
            "charged_at": pa.array((base + moment.astype("timedelta64[s]")).astype("datetime64[us]")),
            "ordered_by": ids.doctors.take(pa.array(np.maximum(doctor, 0), mask=doctor < 0)),
            "trace_code": trace,
            "split_pack": split,
        }
    )


def _item(kind: Ints, basket: npt.NDArray[np.uint64], line: Ints) -> Ints:
    pick = _uniform(basket, line, 4)
    drugs, care, ward = len(_DRUGS), len(_CARE), len(_WARD)
    drug = (pick * drugs).astype(np.int64)
    service = drugs + (_uniform(basket, line, 5) * care).astype(np.int64)
    bedside = drugs + care + (_uniform(basket, line, 6) * ward).astype(np.int64)
    medicine_share = np.select(
        [kind == SHOP, kind == CHRONIC, kind == INPATIENT, kind == OUTPATIENT], [1.0, 0.8, 0.35, 0.5]
    )
    at_ward = (kind == INPATIENT) & (_uniform(basket, line, 7) < 0.5)
    return np.where(_uniform(basket, line, 8) < medicine_share, drug, np.where(at_ward, bedside, service))


def _trace(
    rows: dict[str, Any], source: Ints, *, claim: Ints, line: Ints, item: Ints
) -> tuple[pa.Array, pa.Array]:
    """Twenty digits for each pack; a split pack's code is used again, and so are the packs of rings that resell."""
    medicine = item < len(_DRUGS)
    origin = source[claim]
    day = rows["start"][origin] // DAY
    place = rows["place"][origin].astype(np.int64)
    ring = rows["ring"][origin].astype(np.int64)
    split = medicine & (_uniform(origin, line, 9) < 0.02)
    resold = medicine & (ring >= 0) & (ring % _SELLS_AGAIN == 0) & (_uniform(origin, line, 10) < 0.3)
    # a ring's pack comes back in the next or the next but one of six weeks; a split pack within the week at its shop
    own = _hash(origin, line, 11)
    again = _hash(ring, item, day // 42, 12)
    shared = _hash(place, item, day // 7, 13)
    number = np.where(resold, again, np.where(split, shared, own)) % np.uint64(10**17)
    missing = ~medicine | (_uniform(origin, line, 14) < 0.1)  # old stock without a code
    codes = pa.array([f"81{n:018d}" for n in number.tolist()], mask=missing)
    return codes, pa.array(split, mask=~medicine)
