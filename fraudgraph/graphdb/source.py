"""A run's folder read as the graph's tables: claims and results go through SQL, row by row never."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.errors import UsageError
from fraudgraph.graphdb.model import CASE_WORDS_ZH, WORDS_ZH, EdgeTable, NodeTable
from fraudgraph.screening import load_screens
from fraudgraph.store import Store

__all__ = ["LoadOptions", "RunSource"]

_SQL = Path(__file__).parent / "sql"
_RESULTS = (
    "rings",
    "ring_members",
    "evidence",
    "explanations",
    "score_parts",
    "meetings",
    "flags",
    "outliers",
)
_NUMBER = (r"([1-9]\d{5})\d{8}(\d{3}[\dXx])", r"\1********\2")
_PHONE = (r"\b(1[3-9]\d)\d{4}(\d{4})\b", r"\1****\2")
"""What is cut in sentences, and what is left of it."""
_BLOCK = 64
_HIGH_SCORE = 15.0
"""A listed ring's score from which its tier is called high: four and a half to one that it is a ring."""
_MOST_HOLDERS = 200
"""A phone or address that more people hold than this is a placeholder, not a tie; it stays out."""
_OUR_MARK = 4
"""The model's version: it is part of the stamp, so that a newer program loads anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What goes into the graph."""

    all_claims: bool = False
    """Every claim as a node, not only those of rings, evidence and flags."""
    unmask: bool = False
    """Names, phones, addresses and accounts as delivered; noted in the audit log."""


class RunSource:
    """The folder that a run wrote, opened for reading.

    Parameters
    ----------
    out : Path
        The folder.
    secret : bytes
        Keys the codes of shared identifiers.
    options : LoadOptions
        What goes into the graph.

    Raises
    ------
    UsageError
        If the folder is no run of ours.
    """

    def __init__(self, out: Path, secret: bytes, options: LoadOptions) -> None:
        missing = [n for n in ("run.json", *(f"{r}.parquet" for r in _RESULTS)) if not (out / n).is_file()]
        if missing:
            raise UsageError(
                f"{out} holds no complete run: {missing[0]} is not there. Give the folder that `fraudgraph run --out` wrote.",
                f"{out} 中没有完整的运行结果：缺少 {missing[0]}。请指定 `fraudgraph run --out` 写出的目录。",
            )
        self.out = out
        self.options = options
        self.manifest: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
        self.month = str(self.manifest["counts"]["month"])
        self.stamp = f"{self.month}.{self._fingerprint(secret)}"
        self._store = Store(out, read_only=True)
        self._prepared = False
        self._secret = secret

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()

    def _fingerprint(self, secret: bytes) -> str:
        """The same results, options and key give the same stamp: loading them again creates nothing."""
        digest = hmac.new(
            secret, f"{_OUR_MARK} {self.options} {self.manifest['counts']}".encode(), hashlib.sha256
        )
        for name in _RESULTS:
            digest.update((self.out / f"{name}.parquet").read_bytes())
        return digest.hexdigest()[:10]

    def nodes(self, table: NodeTable) -> pa.Table:
        """Nodes of a label: the first column is their key."""
        return self._ask(table.sql, {})

    def edges(self, table: EdgeTable) -> pa.Table:
        """Relationships of a table: `a` and `b` are the keys of their ends."""
        return self._ask(table.sql, table.values)

    def safe_text(self, text: str) -> str:
        """A text that somebody wrote, identity numbers and phones in it cut unless the run is loaded unmasked."""
        if self.options.unmask:
            return text
        return re.sub(*_PHONE, re.sub(*_NUMBER, text))

    def _ask(self, name: str, values: dict[str, str]) -> pa.Table:
        self._prepare()
        sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        given = {"run": self.stamp, "high_score": _HIGH_SCORE, **values}
        return self._store.arrow(sql, **{key: given[key] for key in given if re.search(rf"\${key}\b", sql)})

    def _prepare(self) -> None:
        if self._prepared:
            return
        for name in _RESULTS:
            self._store.con.register(f"out_{name}", pq.read_table(self.out / f"{name}.parquet"))
        self._store.con.register("out_screens", _screens())
        self._store.con.register("out_views", self._views())
        words = WORDS_ZH | CASE_WORDS_ZH
        self._store.con.register("out_words", pa.table({"word": [*words], "word_zh": [*words.values()]}))
        for macro in _macros(self._secret, self.options.unmask):
            self._store.run(macro)
        for statement in (_SQL / "prepare.sql").read_text(encoding="utf-8").split(";\n"):
            if not statement.strip():
                continue
            given = {"all_claims": self.options.all_claims, "most_holders": _MOST_HOLDERS}
            self._store.run(statement, **{key: given[key] for key in given if f"${key}" in statement})
        self._prepared = True

    def _views(self) -> pa.Table:
        views = self.manifest.get("views", [])
        return pa.table(
            {
                name: pa.array([view[name] for view in views], pa.string())
                for name in ("view", "title_zh", "title_en")
            }
        )


def _screens() -> pa.Table:
    newest = {screen.id: screen for screen in load_screens()}
    columns = {
        "model": [s.id for s in newest.values()],
        "title": [s.title for s in newest.values()],
        "title_zh": [s.title_zh for s in newest.values()],
        "result": [s.result for s in newest.values()],
        "basis": [s.basis for s in newest.values()],
        "members": [s.members for s in newest.values()],
    }
    severity = pa.array([s.severity for s in newest.values()], pa.int32())
    return pa.table(
        {**{name: pa.array(values, pa.string()) for name, values in columns.items()}, "severity": severity}
    )


def _macros(secret: bytes, unmask: bool) -> list[str]:
    """HMAC-SHA-256 as a macro, so that a million identifiers are coded in SQL; and what shortens names and ids."""
    key = secret.ljust(_BLOCK, b"\0")
    inner, outer = bytes(b ^ 0x36 for b in key).hex(), bytes(b ^ 0x5C for b in key).hex()
    national = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    code = f"left(sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode(kind || ':' || value)))), 16)"
    shortened = f"CASE WHEN regexp_full_match(value, '{national}') THEN value[1:6] || '********' || value[-4:] || ' ' || keyed('person', value)[1:8] ELSE value END"
    hidden = {
        "who": shortened,
        "spoken": "left(value, 1) || '*'",
        "safe_text": f"regexp_replace(regexp_replace(value, '{_NUMBER[0]}', '{_NUMBER[1]}', 'g'), '{_PHONE[0]}', '{_PHONE[1]}', 'g')",
        "shown": "kind || ' ' || keyed(kind, value)[1:6]",
    }
    if unmask:
        hidden = {"who": "value", "spoken": "value", "safe_text": "value", "shown": "kind || ' ' || value"}
    return [
        f"CREATE OR REPLACE TEMP MACRO keyed(kind, value) AS {code}",
        f"CREATE OR REPLACE TEMP MACRO who(value) AS {hidden['who']}",
        f"CREATE OR REPLACE TEMP MACRO spoken(value) AS {hidden['spoken']}",
        f"CREATE OR REPLACE TEMP MACRO safe_text(value) AS {hidden['safe_text']}",
        f"CREATE OR REPLACE TEMP MACRO shown_value(kind, value) AS {hidden['shown']}",
        "CREATE OR REPLACE TEMP MACRO named(sentence, names) AS list_reduce(list_concat([sentence], coalesce(names, [])), "
        "lambda said, one: replace(said, split_part(one, chr(31), 1), split_part(one, chr(31), 2)))",
        "CREATE OR REPLACE TEMP MACRO who_of(entity_type, value) AS CASE WHEN entity_type IN ('patient', 'doctor', 'operator') THEN who(value) ELSE value END",
    ]
