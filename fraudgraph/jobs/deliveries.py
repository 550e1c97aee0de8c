"""Deliveries: from the inbox into the workspace, as they came, each with its hashes and the months that it holds."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.errors import StorageError
from fraudgraph.jobs.workspace import Workspace, disk_told, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = ["DeliveredFile", "Delivery", "deliveries", "inbox_files", "link_window", "take_in", "window_of"]

_UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload")
_OF_A_TIME = {"claims", "claim_items", "encounters"}
"""Tables whose rows belong to days; all others are registers that stay true until better ones come."""


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
class Delivery:
    """What lay in the inbox at one time. `months` counts the claims of each month."""

    id: str
    taken_in_at: str
    files: tuple[DeliveredFile, ...]
    months: dict[str, int]
    rows_read: dict[str, int]
    rows_kept: dict[str, int]
    rows_set_aside: dict[str, int]
    columns: tuple[str, ...]
    folder: Path

    def holds(self, first: Month, last: Month) -> bool:
        """Whether it has claims between two months."""
        return any(str(first) <= month <= str(last) for month in self.months)


def deliveries(workspace: Workspace) -> list[Delivery]:
    """All deliveries that were taken in, in order."""
    if not workspace.deliveries.is_dir():
        return []
    found = []
    for path in sorted(workspace.deliveries.iterdir()):
        if not path.name.startswith(".") and (path / "delivery.json").is_file():
            kept = json.loads((path / "delivery.json").read_text(encoding="utf-8"))
            files = tuple(DeliveredFile(**{**one, "kinds": tuple(one["kinds"])}) for one in kept.pop("files"))
            columns = tuple(kept.pop("columns"))
            found.append(Delivery(**kept, files=files, columns=columns, folder=path))
    return found


def inbox_files(workspace: Workspace) -> list[Path]:
    """Files that wait to be taken in; hidden ones and those still being copied are left alone."""
    if not workspace.inbox.is_dir():
        return []
    return sorted(
        path
        for path in workspace.inbox.rglob("*")
        if path.is_file()
        and not path.name.endswith(_UNFINISHED)
        and not any(part.startswith((".", "~$")) for part in path.relative_to(workspace.inbox).parts)
    )


def take_in(workspace: Workspace, settings: Settings) -> Delivery | None:
    """Read what lies in the inbox once, and keep it if it can be used.

    The files move in one step: a delivery is either in the inbox or taken in, whenever the process may end.

    Returns
    -------
    Delivery or None
        None if the inbox is empty, or holds only what was delivered before.

    Raises
    ------
    SourceError
        If the delivery can't be used; it then stays in the inbox.
    """
    waiting = inbox_files(workspace)
    known = {file.sha256 for one in deliveries(workspace) for file in one.files}
    prints = {path: _sha256(path) for path in waiting}
    for path in [path for path in waiting if prints[path] in known]:
        path.unlink()  # the same bytes are kept already
    waiting = [path for path in waiting if prints[path] not in known]
    for left in workspace.deliveries.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    if not waiting:
        return None
    taken = [path.name.partition("-")[0] for path in workspace.deliveries.iterdir() if path.is_dir()]
    number = max((int(text) for text in taken if text.isdecimal()), default=0) + 1
    digest = hashlib.sha256("".join(sorted(prints[path] for path in waiting)).encode()).hexdigest()
    name = f"{number:04d}-{digest[:8]}"
    beside = workspace.deliveries / f".{name}"
    try:
        with disk_told(workspace.deliveries):
            return _keep(workspace, settings, {path: prints[path] for path in waiting}, beside, name)
    except OSError as problem:
        raise StorageError(
            f"The delivery can't be kept in {workspace.deliveries}: {problem.strerror or problem}. It is still in the inbox; free some space and run again.",
            f"数据无法存入 {workspace.deliveries}：{problem.strerror or problem}。文件仍在 inbox 中，请清理空间后重新运行。",
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _keep(
    workspace: Workspace, settings: Settings, prints: dict[Path, str], beside: Path, name: str
) -> Delivery:
    beside.mkdir(parents=True, mode=0o700)
    for path in prints:
        kept = beside / "files" / path.relative_to(workspace.inbox)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(path, kept)
    delivery = _look_into(workspace, settings, prints, beside, name)
    text = asdict(delivery)
    del text["folder"]
    write_private(beside / "delivery.json", json.dumps(text, ensure_ascii=False, indent=2) + "\n")
    beside.rename(workspace.deliveries / name)
    for path in prints:
        path.unlink()
    return delivery


def _look_into(
    workspace: Workspace, settings: Settings, prints: dict[Path, str], beside: Path, name: str
) -> Delivery:
    """Read the delivery by itself: what it is, and whether it passes the gate."""
    from fraudgraph.claims.reading import read_claims  # noqa: PLC0415
    from fraudgraph.claims.sheet_cache import KeptSheets  # noqa: PLC0415  # an empty inbox needs none of these
    from fraudgraph.store import Store  # noqa: PLC0415

    scratch = beside / "look.tmp"
    with Store(
        scratch, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
    ) as store:
        read = read_claims(
            store, [beside / "files"], settings.source, mapping=workspace.mapping,
            kept=KeptSheets(workspace.kept), partial=True,
        )  # fmt: skip
        months = dict(
            store.rows(
                "SELECT strftime(event_date, '%Y-%m'), count(*) FROM claims WHERE event_date IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
        )
        columns = [
            f"{table}.{column}"
            for table, column in store.rows(
                "SELECT table_name, column_name FROM column_catalog WHERE delivered AND coalesce(filled_share, 1) > 0 ORDER BY 1, 2"
            )
        ]
    shutil.rmtree(scratch)
    kinds: dict[str, set[str]] = {}
    for report in read.files:
        if report.table is not None:
            kinds.setdefault(report.file, set()).add(report.table)
    files = tuple(
        DeliveredFile(
            name=relative, sha256=prints[path], size=path.stat().st_size, kinds=tuple(sorted(kinds.get(relative, ())))
        )
        for path in sorted(prints)
        for relative in [path.relative_to(workspace.inbox).as_posix()]
    )  # fmt: skip
    return Delivery(
        id=name,
        taken_in_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files=files,
        months=months,
        rows_read={table: one.rows_read for table, one in read.tables.items()},
        rows_kept={table: one.rows_kept for table, one in read.tables.items()},
        rows_set_aside={table: one.rows_set_aside for table, one in read.tables.items()},
        columns=tuple(columns),
        folder=workspace.deliveries / name,
    )


def window_of(
    every: Iterable[Delivery], month: Month, settings: Settings
) -> tuple[Month, list[tuple[Delivery, list[DeliveredFile]]]]:
    """The first month of a month's window, and the files that it is scored from.

    Registers come from every delivery that holds nothing later than the month, or claims of the window.
    """
    back = month.year * 12 + month.month - 1 - (settings.month.window_months - 1)
    first = Month(back // 12, back % 12 + 1)
    used = []
    for one in every:
        inside = one.holds(first, month)
        earlier = bool(one.months) and max(one.months) <= str(month)
        files = [file for file in one.files if inside or (earlier and file.is_register)]
        if files:
            used.append((one, files))
    return first, used


def link_window(used: Iterable[tuple[Delivery, list[DeliveredFile]]], folder: Path) -> Path:
    """A folder with the files of a window, by delivery; nothing is copied where the disk can link."""
    shutil.rmtree(folder, ignore_errors=True)
    for delivery, files in used:
        for file in files:
            target = folder / delivery.id / file.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _link_or_copy(delivery.folder / "files" / file.name, target)
    return folder


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
