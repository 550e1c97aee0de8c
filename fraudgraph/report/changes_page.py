"""The page beside a list that was issued anew: what is another than in the issue before, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fraudgraph.report.pages import render
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import LEAD_NOT_VERDICT, Text

__all__ = ["ListChange", "changes_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """One ring in two issues of a month's list; rank, score and fund amount are None where it did not exist or was not listed.

    `joined` and `left` are members, `evidence_new` and `evidence_gone` count pieces of evidence of a ring on both lists.
    """

    ring_id: str
    was_listed: bool
    listed: bool
    rank_before: int | None
    rank: int | None
    score_before: float | None
    score: float | None
    held: Text
    fund_before: float | None = None
    fund: float | None = None
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    evidence_new: int = 0
    evidence_gone: int = 0

    @property
    def any(self) -> bool:
        """Whether anything is another."""
        before = (self.was_listed, self.rank_before, self.score_before, self.fund_before)
        return before != (self.listed, self.rank, self.score, self.fund) or bool(self.details)

    @property
    def details(self) -> tuple[Text, ...]:
        """Who joined and left, and how much evidence came and went."""
        told = []
        if self.joined:
            told.append(Text(f"新增成员：{'、'.join(self.joined)}", f"joined: {', '.join(self.joined)}"))
        if self.left:
            told.append(Text(f"移出成员：{'、'.join(self.left)}", f"left: {', '.join(self.left)}"))
        if self.evidence_new or self.evidence_gone:
            told.append(
                Text(
                    f"证据：新增 {self.evidence_new} 条，减少 {self.evidence_gone} 条",
                    f"evidence: {self.evidence_new} new, {self.evidence_gone} gone",
                )
            )
        return tuple(told)

    @property
    def what(self) -> Text:
        """What happened to it."""
        if self.listed and not self.was_listed:
            return Text("新列入", "now on the list")
        if self.was_listed and not self.listed:
            return Text("不再列入", "no longer on the list")
        if (self.rank_before, self.score_before) != (self.rank, self.score):
            return Text("得分或名次有变", "another score or rank")
        return Text("明细有变", "other details")

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "ring_id": self.ring_id, "what": self.what.en, "rank_before": self.rank_before, "rank": self.rank,
            "score_before": self.score_before, "score": self.score, "fund_before": self.fund_before, "fund": self.fund,
            "joined": list(self.joined), "left": list(self.left), "evidence_new": self.evidence_new,
            "evidence_gone": self.evidence_gone,
        }  # fmt: skip


def changes_page(
    month: str, before: int, issue: int, why: Sequence[Text], rows: Sequence[ListChange], *, lang_default: str = "zh"
) -> str:  # fmt: skip
    """The page as text.

    Parameters
    ----------
    month : str
        The month.
    before, issue : int
        Numbers of the two issues.
    why : sequence of Text
        The reasons for making it anew.
    rows : sequence of ListChange
        Rings that are another than before.
    lang_default : str
        "zh" or "en".
    """
    context: dict[str, Any] = {
        "lang": lang_default, "lead": LEAD_NOT_VERDICT, "month": month, "before": before, "issue": issue,
        "title": Text(f"{month} 清单第 {issue} 版的改动", f"What issue {issue} of {month} changed"),
        "why": [Text(plain(one.zh, 400), plain(one.en, 400)) for one in why],
        "rows": [(plain(one.ring_id, 64), one, _notes(one)) for one in rows],
    }  # fmt: skip
    return render("changes.html.j2", ("page.js",), context)


def _notes(one: ListChange) -> list[Text]:
    said = [*one.details, *([one.held] if one.held.en else [])]
    return [Text(plain(text.zh, 600), plain(text.en, 600)) for text in said]
