"""A month's list that was issued before stays, numbered, when the month is made anew; with a page of what changed and why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudgraph.casework.casebook import case_rows
from fraudgraph.jobs.deliveries import Delivery
from fraudgraph.jobs.plan import month_notes
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.records import Month
from fraudgraph.report.changes_page import ListChange, changes_page
from fraudgraph.report.files import save
from fraudgraph.report.words import Text

__all__ = ["EarlierList", "earlier_list", "keep_issues"]

ISSUED = "issued"
_KEPT = (
    "referral_list.xlsx",
    "referral_list.csv",
    "referral_list.jsonl",
    "casework.parquet",
    "month.html",
    "month.json",
    "changes.html",
)
_SAME = ("referral_list.jsonl", "casework.parquet")
"""If these are the same bytes, the list is the same."""
_CAUSES = {
    "version": Text("程序版本更新", "another version of the program"),
    "scoring": Text("评分设置有改动", "settings of the scoring were changed"),
    "listing": Text("清单设置有改动", "settings of the list were changed"),
    "mapping": Text("列名对照文件有改动", "the mapping file was changed"),
    "screens": Text("自建模型有改动", "models of your own were changed"),
    "casework": Text(
        "核查结论、人工调整、事件日历或台账有改动", "verdicts, edits by hand, the calendar or the ledger were changed"
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierList:
    """A published month before it is made anew."""

    folder: Path
    kept: dict[str, Any]

    @property
    def issue(self) -> int:
        """Its number."""
        return int(self.kept.get("issue", 1))

    def next_issue(self, fresh: Path) -> int:
        """The number of the list in a fresh folder: the same while the list is the same."""
        return self.issue + (not _same_list(self.folder, fresh))


def earlier_list(workspace: Workspace, month: Month) -> EarlierList | None:
    """The list that was issued for a month, if one was."""
    kept = month_notes(workspace, month)
    return None if kept is None else EarlierList(folder=workspace.month(month), kept=kept)


def _same_list(one: Path, other: Path) -> bool:
    """Whether two folders hold the same list (before casework.parquet is written, by the list alone)."""
    names = [name for name in _SAME if (other / name).is_file()]
    return all(
        (one / name).is_file() and (one / name).read_bytes() == (other / name).read_bytes() for name in names
    )


def keep_issues(before: EarlierList, fresh: Path, now: dict[str, Any], every: Sequence[Delivery]) -> None:
    """Put the lists issued before into a fresh folder, and write changes.html if this one is another.

    Parameters
    ----------
    before : EarlierList
        The month as it is published.
    fresh : Path
        The month's new folder, complete but for run.json.
    now : dict
        What month.json will say.
    every : sequence of Delivery
        All deliveries.
    """
    if (before.folder / ISSUED).is_dir():
        shutil.copytree(before.folder / ISSUED, fresh / ISSUED)
    if now["issue"] == before.issue:
        if (before.folder / "changes.html").is_file():
            shutil.copyfile(before.folder / "changes.html", fresh / "changes.html")
        return
    target = fresh / ISSUED / f"{before.issue:02d}"
    target.mkdir(parents=True, mode=0o700)
    for name in _KEPT:
        if (before.folder / name).is_file():
            shutil.copyfile(before.folder / name, target / name)
    rows = _changes(before.folder, fresh)
    why = _why(before.kept, now, every)
    page = changes_page(str(now["month"]), before.issue, now["issue"], why, rows)
    save(fresh / "changes.html", page)
    plain = {
        "from_issue": before.issue,
        "issue": now["issue"],
        "why": [one.en for one in why],
        "rings": [one.as_json() for one in rows],
    }
    save(fresh / "changes.json", json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


def _changes(before: Path, after: Path) -> list[ListChange]:
    """Ring by ring: on the list now or before, with rank, score, money, members and evidence then and now."""
    old, new = _cases(before), _cases(after)
    old_list, new_list = _records(before), _records(after)
    found = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name, {}), new.get(name, {})
        if was.get("listed") or now.get("listed"):
            change = ListChange(
                ring_id=name, was_listed=bool(was.get("listed")), listed=bool(now.get("listed")), rank_before=was.get("rank"),
                rank=now.get("rank"), score_before=was.get("score"), score=now.get("score"),
                held=Text(now.get("held_zh") or "", now.get("held_en") or ""), **_details(old_list.get(name), new_list.get(name)),
            )  # fmt: skip
            if change.any:
                found.append(change)
    return found


def _cases(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "casework.parquet"
    return {row["ring_id"]: row for row in case_rows(path)} if path.is_file() else {}


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    """The list as it was issued, by ring."""
    path = folder / "referral_list.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {record["ring_id"]: record for record in map(json.loads, lines)}


def _details(was: dict[str, Any] | None, now: dict[str, Any] | None) -> dict[str, Any]:
    """Money then and now; members and evidence that came and went where a ring was on both lists."""
    told: dict[str, Any] = {
        "fund_before": was["fund_amount"] if was else None, "fund": now["fund_amount"] if now else None
    }  # fmt: skip
    if was is None or now is None:
        return told
    members = [{str(member["entity_id"]) for member in one["members"]} for one in (was, now)]
    said = [{str(piece["sentence_zh"]) for piece in one["evidence"]} for one in (was, now)]
    return {
        **told, "joined": tuple(sorted(members[1] - members[0])), "left": tuple(sorted(members[0] - members[1])),
        "evidence_new": len(said[1] - said[0]), "evidence_gone": len(said[0] - said[1]),
    }  # fmt: skip


def _why(before: dict[str, Any], now: dict[str, Any], every: Sequence[Delivery]) -> list[Text]:
    had, has = set(before["deliveries"]), set(now["deliveries"])
    told = {one.id: one for one in every}
    why = []
    for name in sorted(has - had):
        one = told[name]
        numbers = ", ".join(f"{kind} {count}" for kind, count in sorted(one.effects.items()))
        again = one.decision is not None and one.decision.action == "restore"
        what = Text("恢复交付", "restored delivery") if again else Text("新交付", "new delivery")
        why.append(Text(f"{what.zh} {name}（{numbers}）", f"{what.en} {name} ({numbers})"))
    for name in sorted(had - has):
        decision = told[name].decision if name in told else None
        said = f"{decision.by}: {decision.reason}" if decision else ""
        why.append(Text(f"交付 {name} 不再计入 {said}", f"delivery {name} no longer counts {said}".rstrip()))
    earlier, latest = before.get("made_of", {}), now["made_of"]
    why += [_CAUSES[name] for name in _CAUSES if name in earlier and earlier[name] != latest[name]]
    return why or [Text("上一个月的清单有改动", "the month before was made anew")]
