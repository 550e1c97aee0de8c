"""Deliveries as they came, each with its hashes and the months that it concerns; which count, and what a window is read from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fraudgraph.casework.appending import append_lines, read_records
from fraudgraph.errors import StorageError, UsageError, nearest_hint
from fraudgraph.jobs.damage import damaged, read_json
from fraudgraph.jobs.workspace import Workspace, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = [
    "Decision",
    "DeliveredFile",
    "Delivery",
    "checked_file",
    "decide_on",
    "decisions",
    "deliveries",
    "delivery_by_id",
    "link_window",
    "sha256_of",
    "window_of",
    "write_delivery",
]

INDEX_NAME = "index.parquet"
_DECISIONS = "decisions.jsonl"
_OF_A_TIME = {"claims", "claim_items", "encounters"}
"""Tables whose rows belong to days; all others are registers that stay true until better ones come."""
_REMEDY = (
    "Restore it from a backup; or move the folder out of deliveries/ and deliver its files again.",
    "请从备份恢复；或将该目录移出 deliveries/ 并重新交付其中的文件。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredFile:
    """A file as it came. `kinds` are the tables that were recognised in it."""

    name: str
    sha256: str
    size: int
    kinds: tuple[str, ...]

    @property
    def is_register(self) -> bool:
        """Whether it holds nothing but people, doctors, places and the like."""
        return not _OF_A_TIME & set(self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That a delivery shall not count any more (`withdraw`), or shall again (`restore`)."""

    delivery: str
    action: str
    by: str
    on: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What lay in the inbox at one time.

    `months` counts its claims by month; `touched` counts the claims of each month that were new, changed or withdrawn
    with it, by where they are now and by where they were before. `effects` counts its claims against the deliveries
    before it: new, changed, withdrawn, again (the same as before).
    """

    id: str
    taken_in_at: str
    files: tuple[DeliveredFile, ...]
    months: dict[str, int]
    rows_read: dict[str, int]
    rows_kept: dict[str, int]
    rows_set_aside: dict[str, int]
    columns: tuple[str, ...]
    folder: Path
    touched: dict[str, int] = field(default_factory=dict)
    effects: dict[str, int] = field(default_factory=dict)
    decision: Decision | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken out by hand and does not count."""
        return self.decision is not None and self.decision.action == "withdraw"

    @property
    def number(self) -> int:
        """Its place in the order of deliveries."""
        return int(self.id.partition("-")[0])

    def holds(self, first: Month, last: Month) -> bool:
        """Whether it has, or changed, claims between two months."""
        return any(str(first) <= month <= str(last) for month in (*self.months, *self.touched))


def deliveries(workspace: Workspace) -> list[Delivery]:
    """All deliveries that were taken in, in order; those withdrawn by hand are told by `withdrawn`.

    Raises
    ------
    StorageError
        If a delivery's own file is damaged, naming it.
    """
    if not workspace.deliveries.is_dir():
        return []
    last = {one.delivery: one for one in decisions(workspace)}
    found = []
    for path in sorted(workspace.deliveries.iterdir()):
        kept = None if path.name.startswith(".") else read_json(path / "delivery.json", _REMEDY)
        if kept is not None:
            found.append(replace(_from_json(path, kept), decision=last.get(path.name)))
    return found


def _from_json(path: Path, kept: dict[str, Any]) -> Delivery:
    try:
        files = tuple(DeliveredFile(**{**one, "kinds": tuple(one["kinds"])}) for one in kept.pop("files"))
        columns = tuple(kept.pop("columns"))
        return Delivery(**kept, files=files, columns=columns, folder=path)
    except (KeyError, TypeError):
        raise damaged(path / "delivery.json", _REMEDY) from None


def write_delivery(delivery: Delivery, folder: Path) -> None:
    """Write delivery.json into a delivery's folder."""
    text = {name: value for name, value in asdict(delivery).items() if name not in ("folder", "decision")}
    write_private(folder / "delivery.json", json.dumps(text, ensure_ascii=False, indent=2) + "\n")


def delivery_by_id(workspace: Workspace, name: str) -> Delivery:
    """A delivery by its id, or by its number alone.

    Raises
    ------
    UsageError
        If there is none, naming the nearest.
    """
    every = deliveries(workspace)
    for one in every:
        if name == one.id or (name.isdecimal() and int(name) == one.number):
            return one
    hint_en, hint_zh = nearest_hint(name, [one.id for one in every])
    raise UsageError(
        f"There is no delivery {name!r} in {workspace.root}; {hint_en} See `fraudgraph deliveries list`.",
        f"{workspace.root} 中没有交付 {name!r}；{hint_zh} 可用 `fraudgraph deliveries list` 查看。",
    )


def decisions(workspace: Workspace) -> list[Decision]:
    """All that was decided on deliveries, in order."""
    return read_records(workspace.deliveries / _DECISIONS, lambda row: Decision(**row))


def decide_on(workspace: Workspace, delivery: Delivery, action: str, *, by: str, reason: str) -> Decision:
    """Withdraw or restore a delivery; nothing is deleted, and the line stays.

    Raises
    ------
    UsageError
        If nobody and no reason is named, or it is so already.
    """
    if not by.strip() or not reason.strip():
        raise UsageError(
            "Say who decides and why (--by, --reason).", "请注明操作人和理由（--by、--reason）。"
        )
    if (action == "withdraw") == delivery.withdrawn:
        en, zh = (
            ("is withdrawn already", "已撤回") if delivery.withdrawn else ("was not withdrawn", "未被撤回")
        )
        raise UsageError(
            f"Delivery {delivery.id} {en}. Nothing was changed.", f"交付 {delivery.id} {zh}，未作改动。"
        )
    made = Decision(
        delivery=delivery.id, action=action, by=by, on=datetime.now(UTC).isoformat(timespec="seconds"), reason=reason
    )  # fmt: skip
    append_lines(
        workspace.deliveries / _DECISIONS, [json.dumps(asdict(made), ensure_ascii=False, sort_keys=True)]
    )
    return made


def window_of(
    every: Iterable[Delivery], month: Month, settings: Settings
) -> tuple[Month, list[tuple[Delivery, list[DeliveredFile]]]]:
    """The first month of a month's window, and the files that it is scored from.

    Registers come from every delivery that holds nothing later than the month, or claims of the window. A delivery that
    changed claims of the window counts too, wherever they are now.
    """
    back = month.year * 12 + month.month - 1 - (settings.month.window_months - 1)
    first = Month(back // 12, back % 12 + 1)
    used = []
    for one in every:
        if one.withdrawn:
            continue
        inside = one.holds(first, month) or not (one.months or one.touched)
        earlier = bool(one.months) and max(one.months) <= str(month)
        files = [file for file in one.files if inside or (earlier and file.is_register)]
        if files:
            used.append((one, files))
    return first, used


def link_window(used: Iterable[tuple[Delivery, list[DeliveredFile]]], folder: Path) -> Path:
    """A folder with the files of a window, by delivery; nothing is copied where the disk can link.

    Raises
    ------
    StorageError
        If a kept file is gone or is not, byte for byte, what was delivered.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for delivery, files in used:
        for file in files:
            kept = checked_file(delivery, file)
            target = folder / delivery.id / file.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _link_or_copy(kept, target)
    return folder


def checked_file(delivery: Delivery, file: DeliveredFile, *, gone: bool = False) -> Path:
    """The path of a kept file that is, byte for byte, what was delivered.

    Parameters
    ----------
    delivery : Delivery
        Where it came.
    file : DeliveredFile
        The file.
    gone : bool
        Whether taking the delivery out of the workspace is the other remedy, where withdrawing it would not do.

    Raises
    ------
    StorageError
        If it is gone or another.
    """
    path = delivery.folder / "files" / file.name
    if path.is_file() and sha256_of(path) == file.sha256:
        return path
    en, zh = (
        ("is not what was delivered: its hash differs", "与交付时不同：哈希不符")
        if path.is_file()
        else ("is gone", "已不存在")
    )
    remedy = (
        f"Restore it from a backup; or `fraudgraph deliveries withdraw {delivery.id}` and deliver the file again.",
        f"请从备份恢复；或执行 `fraudgraph deliveries withdraw {delivery.id}` 后重新交付该文件。",
    )
    en_do, zh_do = _REMEDY if gone else remedy
    raise StorageError(f"{path} {en}. Nothing was made of it. {en_do}", f"{path} {zh}。未予使用。{zh_do}")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sha256_of(path: Path) -> str:
    """A file's fingerprint."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
