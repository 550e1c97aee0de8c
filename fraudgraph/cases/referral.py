"""Referral 移送: people of a case with their own amounts, and the package for the police or for discipline inspection."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from fraudgraph.cases.case_file import Case, case_of
from fraudgraph.cases.documents import write_docx
from fraudgraph.cases.events import Entry
from fraudgraph.cases.officers import BODIES, check_actor, check_two
from fraudgraph.cases.referral_papers import ADDRESSEES, Involved, Package, papers_of
from fraudgraph.cases.step_rules import StepRules
from fraudgraph.cases.store import Reader
from fraudgraph.errors import ReplayError, UsageError, nearest_hint

__all__ = ["add_person", "build", "check_package", "hand_clue", "involved", "sums_of"]

_TAG = re.compile(r"<[^>]*>")
_SUMS = "SHA256SUMS"


def add_person(reader: Reader, name: str, one: Involved, rules: StepRules, *, by: str) -> list[Entry]:
    """Say what a person's own part in a case is; said again, it takes the place of what was said before.

    Raises
    ------
    UsageError
        If more was repaid than the person's own amount, or name or role is missing.
    """
    case = case_of(reader, name, rules)
    check_actor(reader, by, tuple(BODIES), what=("Naming a person", "登记涉案人员"), basis="")
    if not one.id.strip() or not one.name.strip() or not one.role.strip():
        raise UsageError(
            "A person of a case needs an id, a name and a role. Nothing was recorded.",
            "涉案人员须有编号、姓名和作用。未登记任何内容。",
        )
    if one.repaid > one.amount:
        raise UsageError(
            f"{one.id} has repaid {one.repaid} yuan of an own amount of {one.amount}; it can't be more. Nothing was recorded.",
            f"{one.id} 本人金额 {one.amount} 元，退缴 {one.repaid} 元，不能超过本人金额。未登记任何内容。",
        )
    body = {
        "id": one.id, "name": one.name, "role": one.role, "amount": one.amount, "repaid": one.repaid, "post": one.post,
        "political": one.political,
    }  # fmt: skip
    return [Entry(actor=by, kind="case_person", subject=case.id, body=body)]


def involved(case: Case) -> list[Involved]:
    """The people of a case, the largest own amount first."""
    found = {
        event.body["id"]: Involved(
            **{**event.body, "amount": Decimal(event.body["amount"]), "repaid": Decimal(event.body["repaid"])}
        )
        for event in case.events
        if event.kind == "case_person"
    }
    return sorted(found.values(), key=lambda one: (-one.amount, one.id))


def build(
    reader: Reader, package: Package, folder: Path, rules: StepRules, *,
    by: str, second: str, reporters: Collection[str], now: datetime,
) -> list[Entry]:  # fmt: skip
    """Write a package into a new folder and record its hashes; whole or not at all.

    Parameters
    ----------
    reader : Reader
        The store.
    package : Package
        For whom, about which case, how much in all, which goods.
    folder : Path
        Must not exist yet.
    rules : StepRules
        The table of steps.
    by, second : str
        The two officers.
    reporters : collection of str
        Names, phones and ids of reporters: no document may hold one. They are kept nowhere.
    now : datetime
        The document's time.

    Raises
    ------
    UsageError
        If the case is not ready, something a document needs is missing, or a reporter is named in a document.
    """
    case = case_of(reader, package.case_id, rules)
    people = involved(case)
    _check_ready(reader, case, people, package, by, second)
    if folder.exists():
        raise UsageError(
            f"{folder} exists; a package gets a folder of its own. Name another with --out. Nothing was recorded.",
            f"{folder} 已存在；移送材料须写入新目录。请用 --out 另行指定。未登记任何内容。",
        )
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True, mode=0o700)
    try:
        head = reader.head()
        for name, paper in papers_of(case, people, package, by=by, second=second).items():
            write_docx(paper, beside / name, head, made_on=now)
        _check_no_reporter(beside, reporters)
        sums = sums_of(beside)
        text = "".join(f"{sha}  {name}\n" for name, sha in sums.items()) + f"# case store {head}\n"
        (beside / _SUMS).write_text(text, encoding="utf-8")
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    body = {
        "to": package.to, "amount": package.amount, "files": sums, "folder": folder.name, "head": str(head),
    }  # fmt: skip
    return [
        Entry(
            actor=by, second_actor=second, kind="case_package", subject=case.id, body=body, rule_set=rules.id
        )
    ]


def _check_ready(
    reader: Reader, case: Case, people: Sequence[Involved], package: Package, by: str, second: str
) -> None:
    if package.to not in ADDRESSEES:
        hint_en, hint_zh = nearest_hint(package.to, sorted(ADDRESSEES))
        raise UsageError(
            f"--to {package.to!r} is not known; {hint_en}", f"--to {package.to!r} 无法识别；{hint_zh}"
        )
    to = ADDRESSEES[package.to]
    bodies = ("superior",) if case.competence == "superior" else ("bureau", "superior")
    check_two(
        reader, by, second, bodies, what=("Building a referral package", "制作移送材料"), basis=to.source
    )
    if to.states and case.state not in to.states:
        raise UsageError(
            f"A package for {to.en} is built once the transfer was approved; {case.id} stands at {case.state}. Basis: {to.source}. Nothing was recorded.",
            f"移送{to.zh}的材料须在批准移送后制作；{case.id} 目前为 {case.state}。依据：{to.source}。未登记任何内容。",
        )
    if not people:
        raise UsageError(
            f"{case.id} names nobody; add the people first with `fraudgraph refer person`. Nothing was recorded.",
            f"{case.id} 未登记涉案人员；请先用 `fraudgraph refer person` 登记。未登记任何内容。",
        )
    over = next((one for one in people if one.amount > package.amount), None)
    if over is not None:
        raise UsageError(
            f"{over.id}'s own amount, {over.amount} yuan, is beyond the case's total of {package.amount}. Correct --amount or the person. Nothing was recorded.",
            f"{over.id} 的本人金额 {over.amount} 元超过全案金额 {package.amount} 元。请改正 --amount 或人员金额。未登记任何内容。",
        )
    bare = [one.id for one in people if not one.post.strip() or not one.political.strip()]
    if to.needs_post and bare:
        raise UsageError(
            f"A package for {to.en} needs everybody's political status and post; missing for {', '.join(bare)}. Nothing was recorded.",
            f"移送{to.zh}须注明每人的政治面貌和职务；缺少：{'、'.join(bare)}。未登记任何内容。",
        )


def _check_no_reporter(folder: Path, reporters: Collection[str]) -> None:
    wanted = [word.strip() for word in reporters if word.strip()]
    for path in sorted(folder.glob("*.docx")):
        text = _text_of(path)
        found = sum(word in text for word in wanted)
        if found:
            raise UsageError(
                f"{path.name} would name a reporter ({found} of the {len(wanted)} words looked for). Take it out of the case's notes, reasons and origins of evidence by a correction. Nothing was written or recorded.",
                f"{path.name} 中会出现举报人信息（所查 {len(wanted)} 个词中有 {found} 个）。请通过更正从案件说明、理由、证据来源中去除。未写出或登记任何内容。",
            )


def _text_of(path: Path) -> str:
    """All text of a document, whatever part of it holds it."""
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
    return "\n".join(_TAG.sub("", part) for part in parts)


def sums_of(folder: Path) -> dict[str, str]:
    """SHA-256 of each document of a package."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.docx"))
    }


def hand_clue(
    reader: Reader, name: str, to: str, rules: StepRules, *, by: str, second: str, on: datetime, now: datetime
) -> list[Entry]:
    """Say that a clue was handed to an addressee that starts no clock of ours, such as discipline inspection.

    Raises
    ------
    UsageError
        If the two officers may not, or the moment lies ahead.
    """
    case = case_of(reader, name, rules)
    basis = ADDRESSEES[to].source
    check_two(
        reader, by, second, ("bureau", "superior"), what=("Handing a clue over", "移送问题线索"), basis=basis
    )
    if not case.opened_at <= on <= now:
        raise UsageError(
            f"--on {on:%Y-%m-%d %H:%M} is not between the opening of {name} and now. Nothing was recorded.",
            f"--on {on:%Y-%m-%d %H:%M} 不在 {name} 建立至现在之间。未登记任何内容。",
        )
    body = {"to": to, "on": on.isoformat(timespec="minutes")}
    return [Entry(actor=by, second_actor=second, kind="case_handed", subject=case.id, body=body)]


def check_package(reader: Reader, name: str, folder: Path, rules: StepRules, to: str) -> None:
    """See that what is handed over is what was built last.

    Raises
    ------
    UsageError
        If no package was built.
    ReplayError
        Naming the document that was changed, added or lost since.
    """
    built = [
        one
        for one in case_of(reader, name, rules).events
        if one.kind == "case_package" and one.body["to"] == to
    ]
    if not built:
        raise UsageError(
            f"No package for {to} was built for {name}; do so with `fraudgraph refer build`. Nothing was recorded.",
            f"{name} 尚未制作移送 {to} 的材料；请先执行 `fraudgraph refer build`。未登记任何内容。",
        )
    kept: Mapping[str, str] = built[-1].body["files"]
    now = sums_of(folder) if folder.is_dir() else {}
    wrong = sorted(one for one in {*kept, *now} if kept.get(one) != now.get(one))
    if wrong:
        raise ReplayError(
            f"{', '.join(wrong)} in {folder} is not what was built as event {built[-1].seq}. Build the package anew. Nothing was recorded.",
            f"{folder} 中的 {'、'.join(wrong)} 与第 {built[-1].seq} 条事件所记不一致。请重新制作移送材料。未登记任何内容。",
        )
