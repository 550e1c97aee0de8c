"""One click: delivered files in, every screening model that can run, findings in the order in which to look."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.manifest import write_manifest
from fraudgraph.progress import NullProgress, Progress
from fraudgraph.records import Screen, ScreenReport
from fraudgraph.report.files import save
from fraudgraph.report.sanitise import formula_safe, shortened
from fraudgraph.run_folder import RunFolder
from fraudgraph.screening import link_rings, rank_findings, reason_sentence, screen_claims
from fraudgraph.screening.cards import load_what_can_be
from fraudgraph.settings import Settings
from fraudgraph.store import DATABASE_NAME, Store

__all__ = ["ScreenSummary", "Trial", "screen", "try_screen"]

_HEADER = (
    "序号 no", "模型 model", "名称 title", "性质 result", "严重度 severity", "对象 subject", "金额 amount", "强度 strength",
    "人员数 members", "结算数 claims", "说明 reason zh", "reason en", "同一事实的其他模型 also", "所属团伙 rings", "结算ID claim ids",
)  # fmt: skip
_MAX_CLAIM_IDS = 50
"""Claim ids shown in a csv cell; all of them stand in findings.parquet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSummary:
    """What one click found."""

    out: Path
    finding_count: int
    linked_count: int
    report: ScreenReport
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a model under trial found: its outcome, its first hits as sentences, and another version's for comparison."""

    report: ScreenReport
    sentences: tuple[tuple[str, str], ...]
    only_here: int | None = None
    only_there: int | None = None
    in_both: int | None = None
    beside: ScreenReport | None = None


def screen(
    sources: Sequence[Path],
    out: Path,
    *,
    settings: Settings,
    extra_dir: Path | None = None,
    mapping: Path | None = None,
    run: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> ScreenSummary:
    """Read claims, run every model that can run, and write ranked findings.

    Parameters
    ----------
    sources : sequence of Path
        What was delivered.
    out : Path
        Gets findings.csv, findings.parquet, flags.parquet, run.json and the store.
    settings : Settings
        As for a run.
    extra_dir : Path, optional
        Models made on site; left out, the folder that the settings name.
    run : Path, optional
        An earlier run's OUT; each finding is linked to its rings.

    Raises
    ------
    FraudgraphError
        With one sentence that says what to do; `out` is then as it was before.
    """
    begun = perf_counter()
    listening = progress or NullProgress()
    extra_dir = extra_dir or settings.screening.folder
    seconds: dict[str, float] = {}
    with RunFolder(out, replace=replace) as folder:
        with Store(
            folder.path, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
        ) as store:
            listening.stage("Reading", "读取")
            read = read_claims(store, sources, settings.source, mapping=mapping)
            seconds["read"] = round(perf_counter() - begun, 3)
            report = screen_claims(store, settings.screening, progress=listening, extra_dir=extra_dir)
            seconds["screen"] = round(perf_counter() - begun - seconds["read"], 3)
            screens, _ = load_what_can_be(extra_dir)
            ran = {(outcome.model, outcome.version) for outcome in report.ran}
            current = [one for one in screens if (one.id, one.version) in ran]
            findings = rank_findings(store, current)
            linked = link_rings(store, run) if run is not None else 0
            store.write_parquet(
                "SELECT * FROM findings ORDER BY finding_no", folder.path / "findings.parquet"
            )
            store.write_parquet(
                "SELECT * FROM flags ORDER BY model, subject_type, subject_id, claim_ids, facts",
                folder.path / "flags.parquet",
            )
            save(folder.path / "findings.csv", _csv(store, current))
        write_manifest(
            folder.path,
            counts={"findings": findings, "linked": linked},
            reading={"tables": [str(table) for table in read.tables]},
            screens=report,
            views=[],
            settings=settings,
            stage_seconds=seconds,
        )
    return ScreenSummary(
        out=out, finding_count=findings, linked_count=linked, report=report, seconds=perf_counter() - begun
    )


def try_screen(
    candidate: Screen,
    sources: Sequence[Path],
    folder: Path,
    *,
    settings: Settings,
    against: Screen | None = None,
    limit: int = 5,
) -> Trial:
    """Run one model on delivered claims, and side by side with another, or with its other version, if asked.

    Parameters
    ----------
    candidate : Screen
        The model under trial; it runs behind the locked door whatever it is.
    sources : sequence of Path
        What was delivered, or the OUT of a finished `run` or `screen`: its claims are used again, which takes seconds.
    folder : Path
        A scratch folder for the store.
    against : Screen, optional
        Another model or an earlier version, to compare with on the same claims.
    limit : int
        Hits to tell.
    """
    with Store(folder, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib) as store:
        _bring_claims(store, sources, settings)
        plain = settings.screening.model_copy(update={"off": (), "parameters": {}})
        other_subjects: set[tuple[str, ...]] | None = None
        beside: ScreenReport | None = None
        if against is not None:
            beside = screen_claims(store, plain, screens=[against])
            other_subjects = _subjects(store)
        report = screen_claims(store, plain, screens=[candidate])
        subjects = _subjects(store)
        rows = store.rows(
            "SELECT subject_id, member_ids, claim_ids, amount, facts FROM flags ORDER BY strength DESC, amount DESC, subject_id, facts LIMIT $limit",
            limit=limit,
        )
    names = ("subject_id", "member_ids", "claim_ids", "amount", "facts")
    hits = [dict(zip(names, row, strict=True)) for row in rows]
    sentences = tuple(
        (reason_sentence(candidate, hit, "zh"), reason_sentence(candidate, hit, "en")) for hit in hits
    )
    if other_subjects is None:
        return Trial(report=report, sentences=sentences)
    return Trial(
        report=report,
        sentences=sentences,
        only_here=len(subjects - other_subjects),
        only_there=len(other_subjects - subjects),
        in_both=len(subjects & other_subjects),
        beside=beside,
    )


def _bring_claims(store: Store, sources: Sequence[Path], settings: Settings) -> None:
    """Read what was delivered; the OUT of a finished run is used as it stands, without reading anything again."""
    if len(sources) != 1 or not (sources[0] / DATABASE_NAME).is_file():
        read_claims(store, sources, settings.source)
    else:
        store.borrow(sources[0], (*CANONICAL, "column_catalog"))


def _subjects(store: Store) -> set[tuple[str, ...]]:
    return set(store.rows("SELECT DISTINCT subject_type, subject_id FROM flags"))


def _csv(store: Store, screens: Sequence[Screen]) -> bytes:
    by_id = {one.id: one for one in screens}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for row in store.rows(
        "SELECT finding_no, model, title_zh, title_en, result, severity, subject_id, member_ids, claim_ids, amount, strength, facts, also, ring_ids "
        "FROM findings ORDER BY finding_no"
    ):
        (
            no,
            model,
            zh,
            en,
            result,
            severity,
            subject,
            members,
            claims,
            amount,
            strength,
            facts,
            also,
            rings,
        ) = row
        flag = {
            "subject_id": subject,
            "member_ids": members,
            "claim_ids": claims,
            "amount": amount,
            "facts": facts,
        }
        shown = "、".join(claims[:_MAX_CLAIM_IDS]) + ("…" if len(claims) > _MAX_CLAIM_IDS else "")
        cells = (
            no, model, f"{zh} {en}", "明确 definite" if result == "definite" else "可疑 suspicious", severity, subject, amount, round(strength, 3),
            len(members), len(claims), reason_sentence(by_id[model], flag, "zh"), reason_sentence(by_id[model], flag, "en"), "、".join(also), "、".join(rings), shown,
        )  # fmt: skip
        writer.writerow([formula_safe(shortened(cell)) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")
