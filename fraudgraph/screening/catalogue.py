"""Cards as text: one for the terminal, all of them for the catalogue page `docs/models.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fraudgraph.records import Screen
from fraudgraph.screening.card_checks import FAMILIES

__all__ = ["Measured", "card_text", "catalogue_page"]

FAMILY_TITLES = {
    "identity": "Identity and person",
    "inpatient": "Inpatient",
    "charges": "Charge lines",
    "drugs": "Drugs, pharmacies, stock, trace codes",
    "staff": "Doctors and staff",
    "network": "Institutions and network",
    "agency": "The agency's own conduct",
}
_HEAD = """# Screening models 筛查模型

This page is written from the models' own cards by `python -m bench screens --page`; a test holds the two equal.
本页由模型卡片自动生成（`python -m bench screens --page`），有测试保证二者一致。

{count} models 个模型: {families}.

How to read a card 卡片说明:
- **definite 明确** is used only where the facts contradict each other; everything else is **suspicious 可疑**. A flag is a lead, never a finding. 疑点只是线索，不是结论。
- Severity 严重度 1 to 5 is the order in which to look; the money rule 金额口径 says what the amount means.
- Thresholds 阈值 marked "own choice" are proposals of this project, not of any regulation; settings change them. 标注 "own choice" 的阈值为本项目建议值，可在设置中调整。
- Lawful look-alikes 合理情形 are set aside in the SQL itself; each has a test. 各合理情形均在 SQL 中排除并有测试。
- Recall and precision 召回率与准确率 are measured on an invented city of 200,000 claims into which every violation and every lawful look-alike of the cases is laid in turn; planted cases are easier than life. Flags among ordinary claims are what a model raises in that city before anything is planted: the price of looking. Those of definite models (M001, M004, M014D) are contradictions that the invented data really hold: its diagnoses do not heed sex and age, and some of its lawful groups meet after a member's death. 在 20 万笔结算的虚构城市中逐一植入各违规及合理情形测得；植入的案例比实际容易。普通结算中命中，是未植入任何案例时的疑点数；其中明确类模型（M001、M004、M014D）的命中是虚构数据自身的矛盾（诊断未考虑性别年龄等）。
"""


class Measured(NamedTuple):
    """How a model did on a city with planted cases.

    Attributes
    ----------
    planted, found : int
        Violations laid into the city, and those the model flagged.
    look_alikes, wrong : int
        Lawful look-alikes laid into the city, and those the model flagged.
    ordinary : int or None
        Flags in the same city before anything was planted; None where the city has not the columns.
    """

    planted: int
    found: int
    look_alikes: int
    wrong: int
    ordinary: int | None


def card_text(screen: Screen, lang: str) -> str:
    """One model's card and SELECT as plain text in the reader's language."""
    zh = lang == "zh"
    lines = [
        f"{screen.id}  {screen.title_zh if zh else screen.title}  ({screen.name}, {'版本' if zh else 'version'} {screen.version})",
        f"{'性质' if zh else 'Result'}: {_result(screen, zh)}   {'严重度' if zh else 'Severity'}: {screen.severity}/5",
        f"{'查什么' if zh else 'Question'}: {screen.question_zh if zh else screen.question}",
        f"{'合理情形' if zh else 'Lawful look-alikes'}: {screen.look_alike_zh if zh else screen.look_alike}",
        f"{'依据' if zh else 'Basis'}: {screen.basis} ({_in_force(screen)})",
        f"{'排除' if zh else 'Set aside'}: {'; '.join(screen.exclusions)}",
        f"{'金额口径' if zh else 'Money'}: {screen.money_rule}",
        f"{'说明句' if zh else 'Reason'}: {screen.reason_zh if zh else screen.reason_en}",
        f"{'所需字段' if zh else 'Columns'}: {', '.join(screen.columns)}",
    ]
    if screen.optional:
        lines.append(f"{'可选字段' if zh else 'Used if delivered'}: {', '.join(screen.optional)}")
    lines += [
        f"{'阈值' if zh else 'Threshold'} {parameter.name} = {parameter.default}  ({parameter.origin})"
        for parameter in screen.parameters
    ]
    return "\n".join([*lines, "", screen.sql])


def catalogue_page(
    screens: Sequence[Screen],
    measured: Mapping[str, Measured] | None = None,
    seen: Mapping[str, Mapping[str, int]] | None = None,
) -> str:
    """The catalogue page in Markdown, both languages side by side.

    Parameters
    ----------
    screens : sequence of Screen
        The models to describe.
    measured : mapping, optional
        By model id: how it did on a city with planted cases.
    seen : mapping, optional
        By model id: flags by the delivery in which it was seen firing.
    """
    counts = {family: sum(screen.family == family for screen in screens) for family in FAMILIES}
    families = ", ".join(
        f"{FAMILY_TITLES[family]} {FAMILIES[family]} {count}" for family, count in counts.items()
    )
    parts = [_HEAD.format(count=len(screens), families=families)]
    for family, title in FAMILY_TITLES.items():
        parts.append(f"\n## {title} {FAMILIES[family]}\n")
        parts += [
            _entry(screen, (measured or {}).get(screen.id), None if seen is None else seen.get(screen.id, {}))
            for screen in screens
            if screen.family == family
        ]
    return "\n".join(parts)


def _entry(screen: Screen, measured: Measured | None, seen: Mapping[str, int] | None) -> str:
    lines = [
        f"### {screen.id} {screen.title} {screen.title_zh}\n",
        f"`{screen.name}` v{screen.version} · {screen.level} · {_result(screen, False)} {_result(screen, True)} · severity 严重度 {screen.severity}",
        "",
        f"- {screen.question} {screen.question_zh}",
        f"- Look-alikes 合理情形: {screen.look_alike} {screen.look_alike_zh}",
        f"- Set aside 排除: {'; '.join(screen.exclusions)}",
        f"- Basis 依据: {screen.basis} ({_in_force(screen)})",
        f"- Money 金额: {screen.money_rule}",
        f"- Columns 字段: {', '.join(f'`{column}`' for column in screen.columns)}",
    ]
    if screen.optional:
        lines.append(f"- Used if delivered 可选: {', '.join(f'`{column}`' for column in screen.optional)}")
    lines += [
        f"- Threshold 阈值 `{parameter.name}` = `{parameter.default}`: {parameter.origin}"
        for parameter in screen.parameters
    ]
    if measured is not None:
        lines.append(_measured(measured))
    if seen is not None:
        listed = ", ".join(f"`{delivery}` {count}" for delivery, count in seen.items())
        lines.append(f"- Seen firing 已见命中: {listed or 'nowhere 无'}")
    return "\n".join(lines) + "\n"


def _measured(measured: Measured) -> str:
    planted, found, look_alikes, wrong, ordinary = measured
    recall = found / planted if planted else 0.0
    precision = found / (found + wrong) if found + wrong else 0.0
    line = f"- Measured 实测: recall 召回率 {recall:.2f} ({found}/{planted}), precision 准确率 {precision:.2f}, look-alikes flagged 误报 {wrong}/{look_alikes}"
    if ordinary is not None:
        line += f", flags among ordinary claims 普通结算中命中 {ordinary}"
    return line


def _in_force(screen: Screen) -> str:
    return f"{screen.basis_from} – {screen.basis_to or ''}".rstrip()


def _result(screen: Screen, zh: bool) -> str:
    if screen.result == "definite":
        return "明确" if zh else "definite"
    return "可疑" if zh else "suspicious"
