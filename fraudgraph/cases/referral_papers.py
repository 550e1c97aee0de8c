"""The documents of a referral: transfer letter 移送书, investigation report 调查报告, list of goods 涉案物品清单, people, return slip 回执."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fraudgraph.cases.amounts import in_words
from fraudgraph.cases.case_file import Case
from fraudgraph.cases.documents import Paper, Table

__all__ = ["ADDRESSEES", "Addressee", "Involved", "Package", "papers_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Where a package goes, after which steps, and what it needs."""

    zh: str
    en: str
    source: str
    verified: bool
    states: tuple[str, ...]
    needs_post: bool


ADDRESSEES = {
    "police": Addressee(
        zh="公安机关", en="the police", source="国务院令第310号；医保发〔2021〕49号", verified=False,
        states=("referral_approved",), needs_post=False,
    ),
    "discipline": Addressee(
        zh="纪检监察机关", en="discipline inspection", source="国务院令第310号第19条", verified=False, states=(), needs_post=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """A person's own part: role, own amount in yuan, what was repaid; post and political status where they are known."""

    id: str
    name: str
    role: str
    amount: Decimal
    repaid: Decimal
    post: str = ""
    political: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a package is about. `goods` are lines of the list of goods: name, number, where kept."""

    case_id: str
    to: str
    office: str
    addressee: str
    amount: Decimal
    number: str
    goods: tuple[tuple[str, str, str], ...] = ()


def papers_of(
    case: Case, people: Sequence[Involved], package: Package, *, by: str, second: str
) -> dict[str, Paper]:
    """All documents of a package, by file name."""
    papers = {
        "01-移送书.docx": _letter(case, people, package),
        "02-调查报告.docx": _report(case, people, by, second),
        "03-涉案物品及材料清单.docx": _goods(case, package, by, second),
        "05-回执.docx": _slip(case, package),
    }
    for number, one in enumerate(people, 1):
        papers[f"04-{number:02d}-人员情况表-{_file_name(one.id)}.docx"] = _person(case, one)
    to = ADDRESSEES[package.to]
    note = f"依据 basis: {to.source}{'' if to.verified else '（附件格式未经核对 layout of the annexes unverified）'}"
    return {
        name: Paper(
            title=paper.title, number=paper.number, parts=paper.parts, signatures=paper.signatures,
            notes=(*paper.notes, note),
        )
        for name, paper in sorted(papers.items())
    }  # fmt: skip


def _file_name(text: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in text)[:40]


def _letter(case: Case, people: Sequence[Involved], package: Package) -> Paper:
    zh = ADDRESSEES[package.to].zh
    police = package.to == "police"
    return Paper(
        title="涉嫌犯罪案件移送书" if police else "问题线索移送书",
        number=package.number,
        parts=(
            f"{package.addressee}：",
            f"我局办理的“{case.title}”一案（{case.id}），经查涉及医疗保障基金 {package.amount:,.2f} 元（人民币{in_words(package.amount)}），涉及 {len(people)} 人。"
            + (
                "当事人的行为涉嫌犯罪，根据《行政执法机关移送涉嫌犯罪案件的规定》，现将案件移送你单位。"
                if police
                else f"办理中发现的问题线索，现移送{zh}。"
            ),
            "附件：1. 调查报告；2. 涉案物品及材料清单；3. 人员情况表；4. 检验报告或者鉴定结论（如有）；5. 回执。",
            "请在回执上签字，并在法定期限内告知是否立案。" if police else "请在回执上签字，并告知办理情况。",
        ),
        signatures=(package.office, "（印章）", "    年  月  日"),
    )


def _report(case: Case, people: Sequence[Involved], by: str, second: str) -> Paper:
    steps = tuple(
        (
            f"{one.at:%Y-%m-%d %H:%M}",
            one.step.zh,
            one.step.source + ("" if one.step.verified else "（未经核对）"),
        )
        for one in case.steps
    )
    rows = tuple(
        (one.name, one.role, f"{one.amount:,.2f}", f"{one.repaid:,.2f}", f"{one.amount - one.repaid:,.2f}")
        for one in people
    )
    return Paper(
        title="涉嫌犯罪案件情况的调查报告",
        number=case.id,
        parts=(
            f"一、案由：{case.title}。线索：{case.about or '–'}。承办：{case.owner}。",
            "# 二、办理经过",
            Table(header=("时间", "步骤", "依据"), rows=steps),
            "# 三、人员及本人金额（元）",
            Table(header=("姓名", "作用", "本人金额", "已退缴", "未退缴"), rows=rows),
            "各人金额为本人参与部分，可能重叠，不得相加为全案金额。",
            "# 四、证据",
            Table(header=("文件", "SHA-256", "来源"), rows=_evidence(case)),
            "# 五、说明",
            "系统筛查结果为线索，不是结论；事实以经核实的证据为准。违法事实、证据认定及法律适用由调查人员填写：",
            "                                        ",
        ),
        signatures=(f"调查人员：{by}、{second}", "    年  月  日"),
    )


def _evidence(case: Case) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (event.body["file"], event.body["sha256"], event.body["origin"])
        for event in case.events
        if event.kind == "case_evidence"
    )


def _goods(case: Case, package: Package, by: str, second: str) -> Paper:
    return Paper(
        title="涉案物品及材料清单",
        number=case.id,
        parts=(
            "# 一、涉案物品" + ("" if package.goods else "：无"),
            Table(header=("名称", "数量", "存放地点"), rows=package.goods),
            "# 二、电子文件",
            Table(header=("文件", "SHA-256", "来源"), rows=_evidence(case)),
        ),
        signatures=(f"移交人：{by}、{second}", "接收人：            ", "    年  月  日"),
    )


def _person(case: Case, one: Involved) -> Paper:
    return Paper(
        title="涉案人员情况表",
        number=f"{case.id} {one.id}",
        parts=(
            Table(
                header=("项目", "内容"),
                rows=(
                    ("姓名", one.name), ("编号", one.id), ("职务", one.post or "（待填）"),
                    ("政治面貌", one.political or "（待填）"), ("在案件中的作用", one.role),
                    ("本人金额（元）", f"{one.amount:,.2f}（{in_words(one.amount)}）"),
                    ("已退缴（元）", f"{one.repaid:,.2f}（{in_words(one.repaid)}）"),
                    ("未退缴（元）", f"{one.amount - one.repaid:,.2f}（{in_words(one.amount - one.repaid)}）"),
                ),
            ),
            "组织者、职业骗保人与作用较小、已退缴的人员，处理上区别对待（法发〔2024〕6号，条文未经核对）；本表只列事实，不作评价。",
        ),
    )  # fmt: skip


def _slip(case: Case, package: Package) -> Paper:
    return Paper(
        title="移送案件回执",
        number=package.number,
        parts=(
            f"{package.office}：",
            f"你单位移送的“{case.title}”一案（{case.id}）材料收悉。",
            "收到时间：    年  月  日  时  分",
            "是否属于本单位管辖：□ 是  □ 否（24小时内转送：            ）",
        ),
        signatures=(f"{package.addressee}（印章）", "接收人：            "),
    )
