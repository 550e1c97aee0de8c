"""Staff with a qualification for payment 医保支付资格人员, and where they are registered."""

from __future__ import annotations

from dataclasses import dataclass

from fraudgraph.cases.events import Entry
from fraudgraph.cases.officers import check_actor
from fraudgraph.cases.store import Reader
from fraudgraph.errors import UsageError, nearest_hint

__all__ = ["Staff", "known_staff", "new_staff", "staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person with a qualification for payment, and every place where they are registered: effects hold at all of them."""

    id: str
    name: str
    sites: tuple[str, ...]


def new_staff(reader: Reader, one: Staff, *, by: str) -> list[Entry]:
    """Take a person in, or their sites anew."""
    check_actor(reader, by, ("agency", "bureau"), what=("Registering staff", "登记人员"), basis="")
    if not one.id.strip() or not one.sites:
        raise UsageError(
            "A person needs an id and at least one registered site (--site). Nothing was recorded.",
            "人员须有编号和至少一个登记执业地点（--site）。未登记任何内容。",
        )
    return [Entry(actor=by, kind="staff", subject=one.id, body={"name": one.name, "sites": one.sites})]


def staff(reader: Reader) -> dict[str, Staff]:
    """Everybody who was taken in, with the sites last said."""
    return {
        event.subject: Staff(
            id=event.subject, name=event.body["name"], sites=tuple(sorted(event.body["sites"]))
        )
        for event in reader.events(kinds=("staff",))
    }


def known_staff(reader: Reader, person: str) -> Staff:
    """A person by id.

    Raises
    ------
    UsageError
        If nobody of that id was taken in.
    """
    known = staff(reader)
    if person in known:
        return known[person]
    hint_en, hint_zh = (
        nearest_hint(person, sorted(known)) if known else ("nobody was registered yet.", "尚未登记任何人员。")
    )
    raise UsageError(
        f"{person!r} is not among the registered staff; {hint_en} Register with `fraudgraph points staff`. Nothing was recorded.",
        f"{person!r} 不在已登记人员中；{hint_zh} 请先用 `fraudgraph points staff` 登记。未登记任何内容。",
    )  # fmt: skip
