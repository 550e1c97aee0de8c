"""THE STORY: from delivered claims to a referral list. Read this first.

`find_rings` is the whole flow in ten lines; `run` puts it into a folder that is either complete or not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.groups import search_groups
from fraudgraph.importing import write_import_pages
from fraudgraph.manifest import write_manifest
from fraudgraph.meetings import MeetingReport, find_meetings
from fraudgraph.outliers import score_outliers
from fraudgraph.progress import NullProgress, Progress
from fraudgraph.records import Month, ReferralList, ScreenReport
from fraudgraph.report import write_dossiers, write_referral
from fraudgraph.rings import (
    Candidate,
    assemble_rings,
    calibrate_rings,
    collect_evidence,
    make_dossiers,
    name_rings,
    write_results,
)
from fraudgraph.run_folder import RunFolder
from fraudgraph.screening import screen_claims
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = [
    "Findings",
    "RunSummary",
    "Scored",
    "Stages",
    "describe_run",
    "explain_rings",
    "find_rings",
    "run",
    "score_claims",
    "summarise",
    "write_found",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run found, in numbers. `views_off` holds (view, reason zh, reason en)."""

    out: Path
    month: str
    listed_count: int
    ring_count: int
    claims_read: int
    claims_kept: int
    rejects_count: int
    views_off: tuple[tuple[str, str, str], ...]
    seconds: float


@dataclass(slots=True)
class Stages:
    """Times each stage and tells the listener."""

    progress: Progress
    seconds: dict[str, float]

    def do(self, name: str, work: Callable[[], T], *, title_en: str = "", title_zh: str = "") -> T:
        """Do one stage's work, timed under a name; a title tells the listener."""
        if title_en:
            self.progress.stage(title_en, title_zh)
        started = perf_counter()
        try:
            return work()
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + perf_counter() - started, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the claims themselves say, before anybody weighs it: the store holds groups, flags and outliers."""

    read: ReadReport
    screens: ScreenReport
    meetings: MeetingReport
    month: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that one pass over the claims brought out."""

    read: ReadReport
    screens: ScreenReport
    meetings: MeetingReport
    candidates: tuple[Candidate, ...]
    referral: ReferralList


def find_rings(
    store: Store, sources: Sequence[Path], settings: Settings, *, month: Month | None, mapping: Path | None, stages: Stages
) -> Findings:  # fmt: skip
    """From delivered files to ranked, explained rings.

    Parameters
    ----------
    store : Store
        Empty; gets every table of the run.
    sources : sequence of Path
        Folders or files.
    settings : Settings
        All settings.
    month : Month, optional
        The last month to use; None takes the last one delivered.
    mapping : Path, optional
        The operator's mapping file.
    stages : Stages
        Times and tells.
    """
    scored = score_claims(store, sources, settings, month=month, mapping=mapping, stages=stages)
    return explain_rings(
        store, scored, settings, stages=stages, name=lambda found: name_rings(found, scored.month)
    )


def score_claims(
    store: Store, sources: Sequence[Path], settings: Settings, *, month: Month | None, mapping: Path | None, stages: Stages,
    kept: KeptSheets | None = None,
) -> Scored:  # fmt: skip
    """From delivered files to groups, flags and outliers; parameters as for `find_rings`, and sheets kept from before."""
    say, least, seed = stages.progress, settings.rings.min_patients, settings.run.seed
    read = stages.do("read", lambda: _read(store, sources, settings, month, mapping, say, kept))
    screens = stages.do("screen", lambda: screen_claims(store, settings.screening, progress=say))
    meetings = stages.do("meetings", lambda: find_meetings(store, settings.meetings, progress=say))
    stages.do("groups", lambda: search_groups(store, settings.groups, seed=seed, min_patients=least))
    stages.do("outliers", lambda: score_outliers(store, settings.outliers, seed=seed, progress=say))
    last = month or Month.parse(read.last_month or "1970-01")
    return Scored(read=read, screens=screens, meetings=meetings, month=last)


def explain_rings(
    store: Store, scored: Scored, settings: Settings, *, stages: Stages,
    name: Callable[[tuple[Candidate, ...]], tuple[Candidate, ...]],
) -> Findings:  # fmt: skip
    """From groups to ranked, explained rings; `name` gives them their ids."""
    key = settings.privacy.code_key.get_secret_value()
    found = stages.do(
        "rings",
        lambda: assemble_rings(store, settings.rings, capacity=settings.referral.capacity, code_key=key),
        title_en="Rings",
        title_zh="疑似团伙",
    )
    sure = stages.do("calibrate", lambda: calibrate_rings(store, found, settings, progress=stages.progress))
    named = stages.do("follow", lambda: name(sure))
    proven = stages.do(
        "evidence", lambda: collect_evidence(store, named), title_en="Evidence", title_zh="证据"
    )
    return Findings(
        read=scored.read,
        screens=scored.screens,
        meetings=scored.meetings,
        candidates=proven,
        referral=_refer(scored.month, proven, scored.meetings),
    )


def run(
    sources: Sequence[Path],
    out: Path,
    *,
    month: Month | None = None,
    settings: Settings | None = None,
    mapping: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """Run the main job: claims files in, a folder with the referral list and all that stands behind it out.

    Parameters
    ----------
    sources : sequence of Path
        Folders or files that a bureau or institution delivered.
    out : Path
        Where the results go; must not exist, unless it is a run of ours and `replace` is given.
    month : Month, optional
        The last month to use; None takes the last one in the data.
    settings : Settings, optional
        All settings; the defaults if left out.
    mapping : Path, optional
        The operator's mapping file.
    replace : bool
        Put the new results in the place of an earlier run's, once they are complete.
    progress : Progress, optional
        Told what is going on.

    Returns
    -------
    RunSummary
        Counts, and where to look.

    Raises
    ------
    UsageError, SettingsError, SourceError, StorageError
        Each with one sentence that says what to do; `out` is then as it was before.
    """
    started = perf_counter()
    settings = settings or Settings()
    stages = Stages(progress or NullProgress(), {})
    with RunFolder(out, replace=replace) as folder:
        with Store(
            folder.path, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
        ) as store:
            found = find_rings(store, sources, settings, month=month, mapping=mapping, stages=stages)
            write_found(store, found, folder.path, settings, stages=stages)
            stages.do("write", store.drop_working_tables)
        summary = summarise(found, out, round(perf_counter() - started, 3))
        describe_run(folder.path, found, settings, stages.seconds, summary)
        stages.progress.done()
    return summary


def write_found(store: Store, found: Findings, folder: Path, settings: Settings, *, stages: Stages) -> None:
    """Write the result tables, the pages about the import, the referral list and the dossiers into a folder."""
    stages.do(
        "write",
        lambda: write_results(store, found.candidates, folder),
        title_en="Writing",
        title_zh="写出结果",
    )
    stages.do("write", lambda: write_import_pages(store, found.read, folder))
    stages.do(
        "write",
        lambda: write_referral(folder, found.referral, settings, generated_for=str(found.referral.month)),
    )
    stages.do(
        "dossiers",
        lambda: _dossiers(store, found, folder, settings),
        title_en="Dossiers",
        title_zh="线索材料",
    )


def _read(
    store: Store, sources: Sequence[Path], settings: Settings, month: Month | None, mapping: Path | None, say: Progress,
    kept: KeptSheets | None,
) -> ReadReport:  # fmt: skip
    say.stage("Reading", "读取数据")
    return read_claims(
        store, sources, settings.source, month=month, window_months=settings.run.window_months, mapping=mapping,
        kept=kept, partial=kept is not None, deliveries=kept is not None, progress=say.stage,
    )  # fmt: skip


def _refer(month: Month, candidates: tuple[Candidate, ...], meetings: MeetingReport) -> ReferralList:
    return ReferralList(
        month=month,
        rings=tuple(candidate.ring for candidate in candidates),
        views_on=tuple(view.view for view in meetings.views if view.on),
        views_off=tuple(
            (view.view, view.reason_zh, view.reason_en) for view in meetings.views if not view.on
        ),
    )


def _dossiers(store: Store, found: Findings, folder: Path, settings: Settings) -> None:
    write_dossiers(folder, make_dossiers(store, found.candidates), found.referral, settings)


def describe_run(
    folder: Path, found: Findings, settings: Settings, seconds: dict[str, float], summary: RunSummary
) -> None:
    """Write run.json into a finished folder."""
    counts = {
        "month": summary.month, "claims_read": summary.claims_read, "claims_kept": summary.claims_kept,
        "rows_set_aside": summary.rejects_count, "rings": summary.ring_count, "listed": summary.listed_count,
    }  # fmt: skip
    write_manifest(
        folder, counts=counts, reading=found.read.as_json(), screens=found.screens,
        views=[asdict(view) for view in found.meetings.views], settings=settings, stage_seconds=seconds,
    )  # fmt: skip


def summarise(found: Findings, out: Path, seconds: float) -> RunSummary:
    """What a run found, in numbers."""
    claims = found.read.tables["claims"]
    return RunSummary(
        out=out, month=str(found.referral.month), listed_count=len(found.referral.listed), ring_count=len(found.candidates),
        claims_read=claims.rows_read, claims_kept=claims.rows_kept, rejects_count=sum(t.rows_set_aside for t in found.read.tables.values()),
        views_off=found.referral.views_off, seconds=seconds,
    )  # fmt: skip
