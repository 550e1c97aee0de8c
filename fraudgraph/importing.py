"""import: deliveries read into a folder, with the rows that go back, the quality page and what changed. No rings are looked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from fraudgraph import __version__
from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.inspection.comparing import CHANGES_QUERY, Comparison, compare_deliveries
from fraudgraph.claims.reading import read_claims
from fraudgraph.errors import UsageError
from fraudgraph.progress import NullProgress, Progress
from fraudgraph.records import Month
from fraudgraph.report.quality import write_quality_page
from fraudgraph.report.rejects_book import write_rejects_book
from fraudgraph.report.sanitise import formula_safe
from fraudgraph.run_folder import MANIFEST_NAME, RunFolder
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["ImportSummary", "import_delivery", "write_import_pages"]

_REJECTS_QUERY = (
    'SELECT * FROM rejects ORDER BY source_file, "line", code, "column", "value", amount, raw_line'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import brought: rows and yuan of claims, and what changed against the earlier delivery."""

    out: Path
    claims_read: int
    claims_kept: int
    rejects_count: int
    corrected_count: int
    amount_read: Decimal
    amount_kept: Decimal
    comparison: Comparison | None


def import_delivery(
    sources: Sequence[Path],
    out: Path,
    *,
    retry: Sequence[Path] = (),
    against: Path | None = None,
    month: Month | None = None,
    settings: Settings | None = None,
    mapping: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Read deliveries into a folder that is either complete or not there.

    Parameters
    ----------
    sources : sequence of Path
        Folders or files as they were delivered; with `retry` they may be left out: those of the earlier import into `out` are read.
    out : Path
        Where the import goes.
    retry : sequence of Path
        Reject workbooks that came back corrected.
    against : Path, optional
        The folder of an earlier import or run to compare with.
    month : Month, optional
        The last month to keep.
    settings : Settings, optional
        All settings; the defaults if left out.
    mapping : Path, optional
        The operator's mapping file.
    replace : bool
        Put the new import in the place of an earlier one.
    progress : Progress, optional
        Told what is going on.

    Raises
    ------
    UsageError, SettingsError, SourceError, StorageError
        Each with one sentence that says what to do; `out` is then as it was before.
    """
    settings, say = settings or Settings(), progress or NullProgress()
    given = tuple(sources) or _earlier_sources(out, retry)
    with RunFolder(out, replace=replace) as folder:
        with Store(
            folder.path, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib
        ) as store:
            say.stage("Reading", "读取数据")
            window = settings.run.window_months
            everything = (*given, *retry)
            read = read_claims(
                store, everything, settings.source, month=month, window_months=window, mapping=mapping, progress=say.stage
            )  # fmt: skip
            comparison = None
            if against is not None:
                say.stage("Comparing with the earlier delivery", "与先前交付比对")
                comparison = compare_deliveries(store, against)
                _write_changes(store, folder.path)
            store.write_parquet(_REJECTS_QUERY, folder.path / "rejects.parquet")
            write_import_pages(store, read, folder.path, comparison=comparison)
            store.run("CHECKPOINT")
        summary = _summary(out, read, comparison)
        _describe(folder.path, everything, read, settings, summary)
        say.done()
    return summary


def write_import_pages(
    store: Store, read: ReadReport, folder: Path, *, comparison: Comparison | None = None
) -> None:
    """Write what tells people about an import: rejects.xlsx for the supplier, quality.html."""
    write_rejects_book(store, folder)
    write_quality_page(store, read, folder, comparison=comparison)


def _earlier_sources(out: Path, retry: Sequence[Path]) -> tuple[Path, ...]:
    manifest = out / MANIFEST_NAME
    if retry and manifest.is_file():
        named = json.loads(manifest.read_text(encoding="utf-8")).get("sources", [])
        if named:
            return tuple(Path(one) for one in named)
    raise UsageError(
        "No source was given. Name the delivered files or folders; with --retry they may be left out only if --out is an earlier import.",
        "未指定数据来源。请给出数据文件或目录；仅当 --out 是先前的导入结果时，--retry 才可省略来源。",
    )


def _write_changes(store: Store, folder: Path) -> None:
    store.write_parquet(CHANGES_QUERY, folder / "delivery_changes.parquet")
    table = store.arrow(CHANGES_QUERY)
    path = folder / "delivery_changes.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                writer.writerow([_cell(value) for value in row])
    path.chmod(0o600)


def _cell(value: object) -> str:
    """A csv cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    return formula_safe(text) if isinstance(value, str) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return (
        text.removeprefix("-").replace(".", "", 1).isascii()
        and text.removeprefix("-").replace(".", "", 1).isdigit()
    )


def _summary(out: Path, read: ReadReport, comparison: Comparison | None) -> ImportSummary:
    claims = read.tables["claims"]
    return ImportSummary(
        out=out,
        claims_read=claims.rows_read,
        claims_kept=claims.rows_kept,
        rejects_count=sum(table.rows_set_aside for table in read.tables.values()),
        corrected_count=sum(codes.get("E_CORRECTED", 0) for codes in read.reasons.values()),
        amount_read=claims.amount_read,
        amount_kept=claims.amount_kept,
        comparison=comparison,
    )


def _describe(
    folder: Path, sources: Sequence[Path], read: ReadReport, settings: Settings, summary: ImportSummary
) -> None:
    manifest = {
        "program": "fraudgraph",
        "version": __version__,
        "command": "import",
        "sources": [str(source.resolve()) for source in sources],
        "reading": read.as_json(),
        "comparison": asdict(summary.comparison) if summary.comparison else None,
        "settings": settings.model_dump(mode="json"),
    }
    path = folder / MANIFEST_NAME
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
