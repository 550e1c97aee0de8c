"""Suggested routes: which authority a ring may concern, from thresholds that are settings with their legal source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fraudgraph.records import NodeKind, Ring
from fraudgraph.settings import RouteSettings

__all__ = ["Route", "routes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A suggestion for after the check, with what speaks for it and its legal source."""

    name: str
    title_zh: str
    title_en: str
    reason_zh: str
    reason_en: str
    source: str


def routes_of(ring: Ring, models: Collection[str], settings: RouteSettings) -> tuple[Route, ...]:
    """The routes that a ring's numbers suggest, the weightiest first; always at least one.

    Parameters
    ----------
    ring : Ring
        With money that was recovered before already taken off.
    models : collection of str
        Screening models with a flag on its claims.
    settings : RouteSettings
        Thresholds and their legal sources.
    """
    kinds = [member.entity_type for member in ring.members]
    patients = kinds.count(NodeKind.PATIENT)
    sure = float(ring.excess_amount if ring.excess_low is None else ring.excess_low)
    found = []
    if sure >= settings.police_yuan and patients >= settings.police_least_patients:
        found.append(
            Route(
                name="police", title_zh="公安机关（核实后移送）", title_en="police, once verified",
                reason_zh=f"超出预期的基金至少 {sure:,.2f} 元，达到 {settings.police_yuan:,.0f} 元；{patients} 名参保人一同出现",
                reason_en=f"at least {sure:,.2f} yuan of fund above expectation, which reaches {settings.police_yuan:,.0f}; {patients} patients together",
                source=f"{settings.police_source}；{settings.police_procedure}",
            )
        )  # fmt: skip
    for name, zh, en, wanted, source in (
        ("discipline", "纪检监察机关", "discipline inspection", settings.discipline_models, settings.discipline_source),
        ("market", "市场监管、药品监管部门", "market or drug regulator", settings.market_models, settings.market_source),
        ("health", "卫生健康部门", "health authority", settings.health_models, settings.health_source),
    ):  # fmt: skip
        hit = sorted(set(models) & set(wanted))
        if hit:
            found.append(
                Route(
                    name=name, title_zh=zh, title_en=en, reason_zh=f"筛查模型 {'、'.join(hit)} 命中",
                    reason_en=f"flags of screening models {', '.join(hit)}", source=source,
                )
            )  # fmt: skip
    if NodeKind.FACILITY in kinds or NodeKind.PHARMACY in kinds:
        found.append(
            Route(
                name="agreement", title_zh="协议处理", title_en="handling under the agreement",
                reason_zh="成员中有定点医药机构", reason_en="a designated facility or pharmacy is among the members",
                source=settings.agreement_source,
            )
        )  # fmt: skip
    if not found:
        found.append(
            Route(
                name="bureau", title_zh="医保部门处理", title_en="handling by the bureau",
                reason_zh="成员中没有定点医药机构，金额未达移送标准",
                reason_en="no designated place among the members, and less money than a transfer takes",
                source=settings.bureau_source,
            )
        )  # fmt: skip
    return tuple(found)
