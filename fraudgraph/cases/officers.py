"""Who may act 办案人员: people of the workspace, the body each belongs to, and the rule of two."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fraudgraph.cases.events import Entry
from fraudgraph.cases.store import CLOCK_CORRECTED, Reader
from fraudgraph.errors import UsageError, nearest_hint

__all__ = [
    "BODIES",
    "Officer",
    "body_words",
    "check_actor",
    "check_two",
    "clock_corrected",
    "new_officer",
    "officers",
]

BODIES = {
    "bureau": ("the bureau (administrative department)", "医疗保障行政部门"),
    "agency": ("the agency", "医疗保障经办机构"),
    "superior": ("the superior bureau", "上级医疗保障行政部门"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """A person who acts in cases. `chief`: head of the body, who approves."""

    name: str
    body: str
    certificate: str
    chief: bool


def body_words(name: str, lang: str) -> str:
    """A body's name as people read it."""
    en, zh = BODIES[name]
    return zh if lang == "zh" else en


def officers(reader: Reader) -> dict[str, Officer]:
    """Everybody who may act now; the last word on a person counts."""
    found: dict[str, Officer] = {}
    for event in reader.events(kinds=("officer", "officer_left")):
        if event.kind == "officer_left":
            found.pop(event.subject, None)
        else:
            found[event.subject] = Officer(name=event.subject, **event.body)
    return found


def new_officer(reader: Reader, officer: Officer, *, by: str) -> list[Entry]:
    """A person is taken in; the first one by anybody, later ones by somebody who is there already.

    Raises
    ------
    UsageError
        If the body is not known, the certificate is missing, or `by` is nobody.
    """
    if officer.body not in BODIES:
        hint_en, hint_zh = nearest_hint(officer.body, sorted(BODIES))
        raise UsageError(
            f"--body {officer.body!r} is not known; {hint_en}",
            f"--body {officer.body!r} 无法识别；{hint_zh}",
        )
    if not officer.name.strip() or (officer.body != "agency" and not officer.certificate.strip()):
        raise UsageError(
            "An officer of a bureau needs a name and the number of the enforcement certificate (--certificate). Nothing was recorded.",
            "行政部门人员须填写姓名和行政执法证件号（--certificate）。未登记任何内容。",
        )
    if officers(reader):
        check_actor(reader, by, tuple(BODIES), what=("taking an officer in", "登记办案人员"), basis="")
    body = {"body": officer.body, "certificate": officer.certificate, "chief": officer.chief}
    return [Entry(actor=by, kind="officer", subject=officer.name, body=body)]


def check_actor(
    reader: Reader, name: str, bodies: Collection[str], *, what: tuple[str, str], basis: str
) -> Officer:
    """See that a person may do something.

    Parameters
    ----------
    reader : Reader
        The store.
    name : str
        Who acts.
    bodies : collection of str
        Bodies that the rule allows.
    what : tuple of str
        The act, in English and Chinese.
    basis : str
        The article or document that says so.

    Raises
    ------
    UsageError
        If nobody is named, the person is unknown, or belongs to a body that the rule does not allow.
    """
    known = officers(reader)
    if not name.strip():
        raise UsageError(
            f"Nobody is named for {what[0]}. Say who acts (--by). Nothing was recorded.",
            f"{what[1]}未注明办理人，请用 --by 填写。未登记任何内容。",
        )
    if name not in known:
        hint_en, hint_zh = nearest_hint(name, sorted(known)) if known else ("", "")
        raise UsageError(
            f"{name!r} is not among the officers of this workspace; {hint_en} Take the person in with `fraudgraph case officer`. Nothing was recorded.",
            f"{name!r} 不在本工作区的办案人员名单中；{hint_zh} 请先用 `fraudgraph case officer` 登记。未登记任何内容。",
        )
    one = known[name]
    if one.body not in bodies:
        allowed_en, allowed_zh = ("、".join(body_words(b, lang) for b in bodies) for lang in ("en", "zh"))
        raise UsageError(
            f"{what[0]} is for {allowed_en.replace('、', ' or ')}; {name} belongs to {body_words(one.body, 'en')}. Basis: {basis}. Nothing was recorded.",
            f"{what[1]}应由{allowed_zh}办理，{name} 属于{body_words(one.body, 'zh')}。依据：{basis}。未登记任何内容。",
        )
    return one


def check_two(
    reader: Reader, first: str, second: str, bodies: Collection[str], *, what: tuple[str, str], basis: str
) -> None:
    """See that two different people act, both of a body that the rule allows.

    Raises
    ------
    UsageError
        If the second is missing, is the first again, or may not act.
    """
    check_actor(reader, first, bodies, what=what, basis=basis)
    if not second.strip() or second == first:
        raise UsageError(
            f"{what[0]} needs a second person (--with), other than {first}. Basis: {basis}. Nothing was recorded.",
            f"{what[1]}须有 {first} 以外的第二人（--with）。依据：{basis}。未登记任何内容。",
        )
    check_actor(reader, second, bodies, what=what, basis=basis)


def clock_corrected(reader: Reader, *, by: str, second: str, reason: str) -> list[Entry]:
    """Two people say that the machine's clock was wrong: the one event that may be dated before the one it follows."""
    check_two(reader, by, second, tuple(BODIES), what=("Correcting the clock", "校正时钟"), basis="双人复核")
    if not reason.strip():
        raise UsageError(
            "Say why the clock was wrong (--reason). Nothing was recorded.",
            "请用 --reason 说明时钟有误的原因。未登记任何内容。",
        )
    return [
        Entry(actor=by, second_actor=second, kind=CLOCK_CORRECTED, subject="clock", body={"reason": reason})
    ]
