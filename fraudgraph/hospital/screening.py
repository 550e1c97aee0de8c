"""All models over a visit that was matched: findings with their rows, definite or suspicious, in the locked room."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from fraudgraph.errors import ModelError, UsageError
from fraudgraph.hospital.cards import SiteModel, load_site_models
from fraudgraph.hospital.tables import site_tables
from fraudgraph.hospital.visit import open_visit
from fraudgraph.store import DATABASE_NAME, LockedStore, Store, StoreTimeoutError

__all__ = ["SiteOutcome", "prepare_facts", "screen_visit"]

_TEXT_SETTINGS = {"shortest": 60, "template_share": 0.2, "fewest_shingles": 40}
"""Texts shorter than so many characters say nothing; what a fifth of the texts of a kind hold is template; own choice."""
_SECONDS = 600.0
_FINDINGS = (
    "CREATE OR REPLACE TABLE findings (finding_no BIGINT, model VARCHAR, certainty VARCHAR, subject_id VARCHAR, visit_nos VARCHAR[], row_ids VARCHAR[], "
    "amount DECIMAL(16,2), strength DOUBLE, facts VARCHAR, reason_zh VARCHAR, reason_en VARCHAR)"
)
_OUTCOMES = "CREATE OR REPLACE TABLE outcomes (model VARCHAR, title_zh VARCHAR, title VARCHAR, state VARCHAR, reason_zh VARCHAR, reason_en VARCHAR, definite BIGINT, suspicious BIGINT, amount DECIMAL(16,2))"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutcome:
    """What became of one model: ran, off (why) or failed (why); its findings and their yuan."""

    model: SiteModel
    state: str
    reason_zh: str = ""
    reason_en: str = ""
    definite: int = 0
    suspicious: int = 0
    amount: float = 0.0
    seconds: float = 0.0


def prepare_facts(store: Store) -> None:
    """What several models ask: families of items, orders and reports behind charges, days inside stays, stock, texts."""
    for path in sorted((Path(__file__).parent / "facts_sql").glob("*.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            wanted = {
                name: value for name, value in _TEXT_SETTINGS.items() if re.search(rf"\${name}\b", statement)
            }
            store.run(statement, **wanted)


def screen_visit(
    visit: Path, *, extra: Path | None = None, only: Sequence[str] = ()
) -> tuple[SiteOutcome, ...]:
    """Run every model that the delivered tables allow; each answers only for itself.

    Parameters
    ----------
    visit : Path
        The visit's folder, matched.
    extra : Path, optional
        A folder of models made on site.
    only : sequence of str
        Ids of models to run; all where it is empty.

    Raises
    ------
    UsageError
        If the visit was not matched yet.
    ModelError
        If a model's file breaks the form.
    """
    models = [model for model in load_site_models(extra) if not only or model.id in only]
    with open_visit(visit) as store:
        if not store.has("m_balance"):
            raise UsageError(
                f"The visit in {visit} was not matched yet. Run `fraudgraph site match --visit {visit}` first.",
                f"{visit} 尚未比对，请先运行 `fraudgraph site match --visit {visit}`。",
            )
        prepare_facts(store)
        delivered = _delivered(store)
        tables = [
            row[0]
            for row in store.rows(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY 1"
            )
        ]
        store.run("CHECKPOINT")
    spill = visit / "spill.tmp"
    views = [f'CREATE VIEW "{name}" AS SELECT * FROM kept."{name}"' for name in tables]
    outcomes, answers = [], []
    with LockedStore(
        views, database=visit / DATABASE_NAME, spill=spill, threads=2, memory_limit_gib=3.0
    ) as room:
        for model in models:
            outcome, answer = _run(room, model, delivered)
            outcomes.append(outcome)
            if answer is not None:
                answers.append((model, answer))
    with open_visit(visit) as store:
        _keep(store, outcomes, answers)
    return tuple(outcomes)


def _delivered(store: Store) -> frozenset[str]:
    """Columns that hold something."""
    found = set()
    for table in site_tables().values():
        counts = ", ".join(f'count("{column.name}")' for column in table.columns)
        row = store.one(f"SELECT {counts} FROM {table.name}")
        found |= {
            f"{table.name}.{column.name}" for column, count in zip(table.columns, row, strict=True) if count
        }
    return frozenset(found)


def _run(
    room: LockedStore, model: SiteModel, delivered: frozenset[str]
) -> tuple[SiteOutcome, pa.Table | None]:
    missing = [column for column in model.columns if column not in delivered]
    if missing:
        names_zh, names_en = zip(*(_title(column) for column in missing), strict=True)
        return SiteOutcome(
            model=model,
            state="off",
            reason_zh=f"缺少：{'、'.join(dict.fromkeys(names_zh))}",
            reason_en=f"Not delivered: {', '.join(dict.fromkeys(names_en))}",
        ), None
    begun = time.perf_counter()
    try:
        answer = room.ask(
            f"SELECT subject_id, visit_nos, row_ids, CAST(amount AS DECIMAL(16,2)) AS amount, certain, round(CAST(strength AS DOUBLE), 6) AS strength, CAST(to_json(facts) AS VARCHAR) AS facts FROM ({model.sql}\n) AS model",
            model.parameters,
            seconds=_SECONDS,
        )
        _check(model, answer)
    except (ValueError, StoreTimeoutError, ModelError) as problem:
        first = str(problem).splitlines()[0]
        return SiteOutcome(
            model=model,
            state="failed",
            reason_zh=f"运行出错：{first}",
            reason_en=f"Stopped with an error: {first}",
        ), None
    sure = [bool(certain) and model.result == "definite" for certain in answer.column("certain").to_pylist()]
    return SiteOutcome(
        model=model,
        state="ran",
        definite=sum(sure),
        suspicious=len(sure) - sum(sure),
        amount=float(sum(value or 0 for value in answer.column("amount").to_pylist())),
        seconds=time.perf_counter() - begun,
    ), answer


def _check(model: SiteModel, answer: pa.Table) -> None:
    for row in answer.select(["subject_id", "amount", "certain", "strength"]).to_pylist():
        if None in row.values() or row["amount"] < 0 or not 0 <= row["strength"] <= 1:
            raise ModelError(
                f"Model {model.id} returned a row with an empty value, a negative amount or a strength outside 0..1: {row}.",
                f"模型 {model.id} 返回的行含空值、负金额或不在 0 到 1 之间的强度：{row}。",
            )


def _title(column: str) -> tuple[str, str]:
    table, _, name = column.partition(".")
    told = site_tables()[table]
    one = next(one for one in told.columns if one.name == name)
    return f"{told.title_zh}.{one.title_zh}", f"{told.title_en}.{one.title_en}"


def _keep(
    store: Store, outcomes: Sequence[SiteOutcome], answers: Sequence[tuple[SiteModel, pa.Table]]
) -> None:
    """Findings, dearest first, numbered in that order."""
    rows = []
    for model, answer in answers:
        for row in answer.to_pylist():
            facts = {
                **json.loads(row["facts"]),
                "subject_id": row["subject_id"],
                "amount": f"{row['amount']:,.2f}",
            }
            rows.append(
                {
                    "model": model.id,
                    "certainty": "definite"
                    if row["certain"] and model.result == "definite"
                    else "suspicious",
                    "subject_id": row["subject_id"],
                    "visit_nos": sorted(row["visit_nos"] or []),
                    "row_ids": row["row_ids"] or [],
                    "amount": row["amount"],
                    "strength": row["strength"],
                    "facts": row["facts"],
                    "reason_zh": model.reason(facts, "zh"),
                    "reason_en": model.reason(facts, "en"),
                }
            )
    rows.sort(key=lambda row: (row["certainty"], -row["amount"], row["model"], row["subject_id"], row["row_ids"], row["facts"]))  # fmt: skip
    store.run(_FINDINGS)
    store.run(_OUTCOMES)
    if rows:
        store.put(
            "findings_in",
            pa.Table.from_pylist([{"finding_no": number, **row} for number, row in enumerate(rows, start=1)]),
        )
        store.run("INSERT INTO findings SELECT * FROM findings_in ORDER BY finding_no")
        store.run("DROP TABLE findings_in")
    for one in outcomes:
        store.run(
            "INSERT INTO outcomes VALUES ($model, $zh, $en, $state, $rz, $re, $d, $s, $a)",
            model=one.model.id, zh=one.model.title_zh, en=one.model.title, state=one.state, rz=one.reason_zh, re=one.reason_en,
            d=one.definite, s=one.suspicious, a=one.amount,
        )  # fmt: skip
