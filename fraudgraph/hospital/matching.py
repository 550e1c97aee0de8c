"""Visits and lines of the two sides brought together, in SQL; each pair says by which rule (docs/hospital.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from fraudgraph.errors import FraudgraphError, SourceError
from fraudgraph.hospital.visit import open_visit
from fraudgraph.store import Store

__all__ = ["CLASSES", "BalanceRow", "Matched", "match"]

CLASSES: Final = {
    "equal": ("一致", "equal"),
    "code_differs": ("编码不符", "code differs"),
    "quantity_differs": ("数量不符", "quantity differs"),
    "price_differs": ("单价或金额不符", "price or amount differs"),
    "settlement_only": ("仅结算有", "settlement only"),
    "hospital_only": ("仅院端有", "hospital only"),
    "ambiguous": ("无法唯一对应", "ambiguous"),
    "outside": ("超出导出期间", "outside the export's period"),
    "reversed": ("已冲销", "reversed"),
}
"""Where a line or charge can stand after matching."""
_PARAMETERS: Final[dict[str, object]] = {"record_days": 1, "near_seconds": 60, "sum_yuan": Decimal("0.01")}
"""Days between admission and settlement (V3), seconds (L2), yuan (L3): rules of docs/hospital.md, own choice."""


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One class of one side."""

    side: str
    kind: str
    rule: str
    line_count: int
    yuan: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The result of matching: settlements by visit rule, and each side's classes, which add up to what was taken."""

    visits: tuple[tuple[str, str, int], ...]
    balance: tuple[BalanceRow, ...]

    @property
    def equal_share(self) -> float:
        """The share of settled lines that stand equal in the hospital's books."""
        mine = [row for row in self.balance if row.side == "settlement"]
        return sum(row.line_count for row in mine if row.kind == "equal") / max(
            1, sum(row.line_count for row in mine)
        )


def match(visit: Path) -> Matched:
    """Match a visit's two sides anew.

    Raises
    ------
    SourceError
        If one side is missing.
    FraudgraphError
        If classes don't add up to what was taken, which would be a fault of ours.
    """
    with open_visit(visit) as store:
        _both_sides(store)
        for path in sorted((Path(__file__).parent / "matching_sql").glob("*.sql")):
            for statement in path.read_text(encoding="utf-8").split(";\n"):
                wanted = {
                    name: value for name, value in _PARAMETERS.items() if re.search(rf"\${name}\b", statement)
                }
                store.run(statement, **wanted)
        _check_balance(store)
        return Matched(
            visits=tuple(
                store.rows(
                    "SELECT coalesce(rule, ''), state, count(*) FROM m_claim_visits GROUP BY ALL ORDER BY ALL"
                )
            ),
            balance=tuple(
                BalanceRow(*row)
                for row in store.rows(
                    "SELECT side, class, rule, line_count, yuan FROM m_balance ORDER BY side DESC, class, rule"
                )
            ),
        )


def _both_sides(store: Store) -> None:
    for table, en, zh in (
        ("h_charges", "the hospital's own charges", "院端费用明细"),
        ("s_lines", "settlement lines", "结算明细"),
    ):
        if not store.count(table):
            raise SourceError(
                f"The visit has no {en}; nothing can be matched. Take them in: `fraudgraph site take FILES --settlement FILES --visit W`.",
                f"核查目录中没有{zh}，无法比对。请先用 `fraudgraph site take 文件 --settlement 结算文件 --visit W` 读入。",
            )


def _check_balance(store: Store) -> None:
    for side, table in (("settlement", "s_lines"), ("hospital", "h_charges")):
        taken = store.one(f"SELECT count(*), coalesce(sum(amount), 0) FROM {table}")
        classed = store.one(
            "SELECT coalesce(sum(line_count), 0), coalesce(sum(yuan), 0) FROM m_balance WHERE side = $side",
            side=side,
        )
        if taken != classed:
            raise FraudgraphError(
                f"Matching lost rows or yuan of the {side} side: taken {taken}, classed {classed}. Please report this.",
                f"比对后 {side} 侧行数或金额不符：读入 {taken}，分类 {classed}。请反馈此问题。",
            )
