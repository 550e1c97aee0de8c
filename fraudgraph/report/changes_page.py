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
    """One ring in two issues of a month's list; rank and score are None where it did not exist."""

    ring_id: str
    was_listed: bool
    listed: bool
    rank_before: int | None
    rank: int | None
    score_before: float | None
    score: float | None
    held: Text

    @property
    def any(self) -> bool:
        """Whether anything is another."""
        return (self.was_listed, self.rank_before, self.score_before) != (self.listed, self.rank, self.score)

    @property
    def what(self) -> Text:
        """What happened to it."""
        if self.listed and not self.was_listed:
            return Text("新列入", "now on the list")
        if self.was_listed and not self.listed:
            return Text("不再列入", "no longer on the list")
        return Text("得分或名次有变", "another score or rank")

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "ring_id": self.ring_id, "what": self.what.en, "rank_before": self.rank_before, "rank": self.rank,
            "score_before": self.score_before, "score": self.score,
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
        "rows": [(plain(one.ring_id, 64), one, Text(plain(one.held.zh, 300), plain(one.held.en, 300))) for one in rows],
    }  # fmt: skip
    return render("changes.html.j2", ("page.js",), context)
