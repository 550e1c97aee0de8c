"""Legal hold 保留: whose data must not be erased, because a case is open or somebody said so."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from fraudgraph.casework.appending import append_lines, read_records
from fraudgraph.casework.verdicts import read_verdicts, standings
from fraudgraph.errors import UsageError
from fraudgraph.jobs.registers import check_known, known_rings
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.settings import load_settings

__all__ = ["AUTOMATIC", "Hold", "check_not_held", "held_people", "held_rings", "set_hold"]

_FILE = "holds.jsonl"
AUTOMATIC = "fraudgraph"
"""Who holds a ring whose case is open without anybody's word; the reason is then its verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """That a ring's people are kept, or (`action` release) no longer are."""

    ring_id: str
    action: str
    by: str
    on: str
    reason: str


def set_hold(workspace: Workspace, ring: str, *, release: bool, by: str, reason: str) -> Hold:
    """Put a ring on hold, or release it; added to the file, never changed.

    Raises
    ------
    UsageError
        If there is no such ring, or nobody and no reason is named.
    """
    check_known(workspace, [ring])
    if not by.strip() or not reason.strip():
        raise UsageError(
            "Say who decides and why (--by, --reason).", "请注明操作人和理由（--by、--reason）。"
        )
    made = Hold(
        ring_id=ring, action="release" if release else "hold", by=by, on=date.today().isoformat(), reason=reason
    )  # fmt: skip
    append_lines(workspace.casework / _FILE, [json.dumps(asdict(made), ensure_ascii=False, sort_keys=True)])
    return made


def held_rings(workspace: Workspace) -> dict[str, Hold]:
    """Rings whose people are kept: put on hold by hand, confirmed, or listed and waiting for an answer.

    Releasing a ring by hand ends every hold on it.
    """
    said = {one.ring_id: one for one in read_records(workspace.casework / _FILE, lambda row: Hold(**row))}
    settings = load_settings(workspace.settings).casework
    given = standings(read_verdicts(workspace.casework), date.today(), settings)
    found: dict[str, Hold] = {}
    for name, ring in sorted(known_rings(workspace).items()):
        if name in said:
            if said[name].action == "hold":
                found[name] = said[name]
            continue
        verdict = given[name].verdict if name in given else "pending"
        if verdict == "confirmed" or (verdict == "pending" and ring.first_listed and ring.state == "active"):
            found[name] = Hold(ring_id=name, action="hold", by=AUTOMATIC, on=ring.since, reason=verdict)
    return found


def held_people(workspace: Workspace) -> dict[str, str]:
    """Everybody whose data are kept, with the ring."""
    known = known_rings(workspace)
    return {person: name for name in held_rings(workspace) for person in known[name].patients}


def check_not_held(workspace: Workspace, person: str) -> None:
    """See that a person may be erased.

    Raises
    ------
    UsageError
        Naming the ring that holds them.
    """
    ring = held_people(workspace).get(person)
    if ring is not None:
        raise UsageError(
            f"{person} belongs to {ring}, whose case is open: the data are on legal hold. Nothing was erased. Close the case with a verdict, or `fraudgraph workspace hold {ring} --release --by … --reason …`.",
            f"{person} 属于 {ring}，该案件尚未了结，数据处于法定保留状态。未删除任何数据。请先登记核查结论，或执行 `fraudgraph workspace hold {ring} --release --by … --reason …`。",
        )
