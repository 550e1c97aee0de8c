"""From claims to flags: every model that can run on what was delivered, each on its own, in the order of the ids."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.errors import ModelError
from fraudgraph.progress import NullProgress, Progress
from fraudgraph.records import Screen, ScreenOutcome, ScreenReport
from fraudgraph.screening.cards import load_what_can_be, newest
from fraudgraph.screening.check import check_screen
from fraudgraph.screening.history import keep_outcomes
from fraudgraph.screening.site_room import SiteRoom
from fraudgraph.screening.thresholds import check_settings, model_parameters
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store, StoreTimeoutError

__all__ = ["FLAGS_TABLE_SQL", "reason_sentence", "screen_claims"]

FLAGS_TABLE_SQL = (
    "CREATE OR REPLACE TABLE flags (model VARCHAR, subject_type VARCHAR, subject_id VARCHAR, member_ids VARCHAR[], "
    "claim_ids VARCHAR[], amount DECIMAL(16,2), strength DOUBLE, facts VARCHAR)"
)
_HITS = (
    "CREATE OR REPLACE TEMP TABLE model_hits AS SELECT subject_id, member_ids, claim_ids, "
    "CAST(amount AS DECIMAL(16,2)) AS amount, round(CAST(strength AS DOUBLE), 6) AS strength, "
    "CAST(to_json(facts) AS VARCHAR) AS facts FROM "
)
_BROKEN_HITS = (
    "SELECT count(*) FROM model_hits WHERE subject_id IS NULL OR member_ids IS NULL OR claim_ids IS NULL "
    "OR amount IS NULL OR amount < 0 OR strength IS NULL OR strength < 0 OR strength > 1"
)


def screen_claims(
    store: Store,
    settings: ScreeningSettings,
    *,
    progress: Progress | None = None,
    extra_dir: Path | None = None,
    screens: Iterable[Screen] | None = None,
) -> ScreenReport:
    """Run every screening model that the delivered columns allow and fill the table `flags`.

    Parameters
    ----------
    store : Store
        Holds the canonical tables and `column_catalog`; gets `flags`.
    settings : ScreeningSettings
        Which models are off, thresholds in place of the defaults, the time limit of one model.
    progress : Progress, optional
        Told model by model.
    extra_dir : Path, optional
        Models made on site; they run on a read-only copy behind a locked door. Left out: the settings' folder.
    screens : iterable of Screen, optional
        Run these instead of all.

    Returns
    -------
    ScreenReport
        For each model: ran, off (and which column is missing), failed or retired, with hits and seconds.

    Raises
    ------
    SettingsError
        If the settings name a model or a threshold that does not exist.
    ModelError
        If a model's file breaks the form.
    """
    listening = progress or NullProgress()
    folder = extra_dir or settings.folder
    known, faults = (tuple(screens), ()) if screens is not None else load_what_can_be(folder)
    versions = newest(known)
    check_settings(settings, known)
    store.run(FLAGS_TABLE_SQL)
    delivered = delivered_columns(store)
    listening.stage("Screening", "筛查", len(known))
    outcomes = [_fault(name, problem) for name, problem in faults]
    with SiteRoom(store, [screen for screen in known if not screen.built_in], delivered) as site:
        for screen in known:
            reason = _why_off(screen, settings, delivered, versions[screen.id])
            outcomes.append(
                _outcome(screen, reason[0], reason[1:])
                if reason is not None
                else _run_one(screen, settings, store, site)
            )
            listening.advance()
    store.run(
        "CREATE OR REPLACE TABLE flags AS SELECT * FROM flags ORDER BY model, subject_type, subject_id, claim_ids, facts, amount"
    )
    keep_outcomes(store, outcomes, known)
    return ScreenReport(outcomes=tuple(outcomes))


def reason_sentence(screen: Screen, flag: Mapping[str, Any], lang: str) -> str:
    """The sentence that tells a reader why a flag was raised.

    Parameters
    ----------
    screen : Screen
        The model that raised it.
    flag : mapping
        A row of `flags`, by column name.
    lang : str
        "zh" or "en".
    """
    values = {
        **json.loads(flag["facts"]),
        "subject_id": flag["subject_id"],
        "amount": f"{flag['amount']:,.2f}",
        "claim_count": len(flag["claim_ids"]),
        "member_count": len(flag["member_ids"]),
    }
    return Formatter().vformat(screen.reason_zh if lang == "zh" else screen.reason_en, (), values)


def delivered_columns(store: Store) -> frozenset[str]:
    """Columns that hold something, as "table.column"; derived ones and whole missing tables included in the answer's sense."""
    catalogue = {
        f"{table}.{column}"
        for table, column, share in store.rows(
            "SELECT table_name, column_name, filled_share FROM column_catalog WHERE delivered"
        )
        if share is None or share > 0
    }
    if store.one("SELECT count(*) FROM (SELECT 1 FROM claims WHERE event_at IS NOT NULL LIMIT 1)")[0]:
        catalogue.add("claims.event_at")
    else:
        catalogue.discard("claims.event_at")
    always = (
        "place_id",
        "place_type",
        "event_date",
        "is_refund",
        "net_total_amount",
        "net_fund_amount",
        "counted",
    )
    catalogue.update(f"claims.{name}" for name in always)
    existing = {
        name
        for (name,) in store.rows(
            "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views()"
        )
    }
    return frozenset(entry for entry in catalogue if entry.partition(".")[0] in existing)


def _why_off(
    screen: Screen, settings: ScreeningSettings, delivered: frozenset[str], newest_version: int
) -> tuple[str, str, str] | None:
    """The state and the reason in both languages, or None where the model can run."""
    if screen.status == "retired":
        return "retired", "该模型已停用。", "The model is retired."
    if screen.version < newest_version:
        return (
            "retired",
            f"已由第 {newest_version} 版取代。",
            f"Version {newest_version} has taken its place.",
        )
    if screen.id in settings.off:
        return "off", "已在设置中关闭。", "Switched off in the settings."
    missing = [column for column in screen.columns if column not in delivered]
    if missing:
        names = _titles(missing, screen.columns)
        return (
            "off",
            f"缺少字段：{'、'.join(zh for zh, _ in names)}。",
            f"Not delivered: {', '.join(en for _, en in names)}.",
        )
    return None


def _fault(name: str, problem: ModelError) -> ScreenOutcome:
    return ScreenOutcome(
        model=name,
        version=0,
        title=name,
        title_zh=name,
        state="failed",
        reason_zh=problem.message_zh,
        reason_en=problem.message_en,
        hits=0,
        seconds=0.0,
    )


def _titles(missing: list[str], needed: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is missing, in Chinese and English: a table where nothing of it came, else its columns."""
    titles: dict[str, tuple[str, str]] = {}
    for entry in missing:
        table, _, name = entry.partition(".")
        if all(other in missing for other in needed if other.startswith(f"{table}.")) and table != "claims":
            titles[table] = (f"{CANONICAL[table].title_zh}（{table}）", f"table {table}")
            continue
        columns = {column.name: column.title_zh for column in CANONICAL[table].columns}
        title_zh = columns.get(name, "事件时刻" if name == "event_at" else name)
        titles[entry] = (f"{CANONICAL[table].title_zh}.{title_zh}（{entry}）", entry)
    return list(titles.values())


def _outcome(
    screen: Screen, state: str, reason: tuple[str, str] = ("", ""), *, hits: int = 0, seconds: float = 0.0
) -> ScreenOutcome:
    return ScreenOutcome(
        model=screen.id,
        version=screen.version,
        title=screen.title,
        title_zh=screen.title_zh,
        state=state,
        reason_zh=reason[0],
        reason_en=reason[1],
        hits=hits,
        seconds=seconds,
    )


def _run_one(screen: Screen, settings: ScreeningSettings, store: Store, site: SiteRoom) -> ScreenOutcome:
    begun = time.perf_counter()
    try:
        if not screen.built_in:  # those of the package are held to the same contract by its tests
            check_screen(screen)
        _collect_hits(screen, settings, store, site)
        _check_hits(screen, store)
    except ModelError as problem:
        return _outcome(
            screen, "failed", (problem.message_zh, problem.message_en), seconds=time.perf_counter() - begun
        )
    store.run(
        "INSERT INTO flags SELECT $model, $subject, subject_id, member_ids, claim_ids, amount, strength, facts FROM model_hits",
        model=screen.id,
        subject=screen.subject,
    )
    hits = store.count("model_hits")
    store.run("DROP TABLE model_hits")
    return _outcome(screen, "ran", hits=hits, seconds=time.perf_counter() - begun)


def _collect_hits(screen: Screen, settings: ScreeningSettings, store: Store, site: SiteRoom) -> None:
    values = model_parameters(screen, settings)
    try:
        if screen.built_in:
            with store.guarded(settings.max_seconds):
                store.run(f"{_HITS} ({screen.sql}\n) AS model", **values)
        else:
            answer = site.ask(screen, values, settings.max_seconds)
            store.put("site_model_hits", answer)
            store.run(f"{_HITS} site_model_hits")
            store.run("DROP TABLE site_model_hits")
    except StoreTimeoutError:
        limit = settings.max_seconds
        raise ModelError(
            f"Model {screen.id} was stopped after {limit:g} s. Filter earlier in its SELECT, or raise screening.max_seconds.",
            f"模型 {screen.id} 运行超过 {limit:g} 秒被停止。请在 SELECT 中尽早过滤，或调高 screening.max_seconds。",
        ) from None
    except ValueError as problem:
        first = str(problem).split("\n", 1)[0]
        raise ModelError(
            f"Model {screen.id} stopped with an error: {first}. The other models went on.",
            f"模型 {screen.id} 运行出错：{first}。其他模型不受影响。",
        ) from None


def _check_hits(screen: Screen, store: Store) -> None:
    (broken,) = store.one(_BROKEN_HITS)
    if broken:
        raise ModelError(
            f"Model {screen.id} returned {broken} rows with an empty value, a negative amount or a strength outside 0..1; none of its hits were kept. Correct the SELECT.",
            f"模型 {screen.id} 返回的 {broken} 行含空值、负金额或不在 0 到 1 之间的强度，其结果均未保留。请改正 SELECT。",
        )
