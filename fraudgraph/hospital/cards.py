"""A model of the hospital side is one file: a card between `/*---` and `---*/`, then one SELECT; those made on site have the same form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from fraudgraph.errors import ModelError, nearest_hint
from fraudgraph.hospital.tables import site_tables

__all__ = ["SiteModel", "load_site_models", "parse_site_model"]

_FILE = re.compile(r"\A\s*/\*---\s*\n(?P<card>.*?)\n---\*/\s*\n(?P<sql>.*)\Z", re.DOTALL)
_TEXTS = (
    "id", "name", "title", "title_zh", "result", "basis", "question", "question_zh", "look_alike", "look_alike_zh", "reason_en", "reason_zh",
)  # fmt: skip
_OTHERS: dict[str, type] = {"version": int, "basis_from": date, "severity": int, "columns": list}
_OPTIONAL = ("parameters", "basis_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteModel:
    """One model. `columns` are what it needs of the visit's tables; `parameters` its thresholds with their defaults."""

    id: str
    name: str
    version: int
    title: str
    title_zh: str
    result: str
    basis: str
    question: str
    question_zh: str
    look_alike: str
    look_alike_zh: str
    reason_en: str
    reason_zh: str
    severity: int
    basis_from: date
    columns: tuple[str, ...]
    parameters: Mapping[str, Any]
    origins: Mapping[str, str]
    sql: str

    def reason(self, facts: Mapping[str, Any], lang: str) -> str:
        """The sentence of a finding, with its facts."""
        sentence = self.reason_zh if lang == "zh" else self.reason_en
        return Formatter().vformat(
            sentence,
            (),
            {key: "—" if value is None else _readable(value) for key, value in facts.items()},
        )


def _readable(value: Any) -> Any:
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else value


def load_site_models(extra: Path | None = None) -> tuple[SiteModel, ...]:
    """All models, the package's and those of a folder of models made on site, by id.

    Raises
    ------
    ModelError
        If a file breaks the form or two have one id.
    """
    paths = sorted((Path(__file__).parent / "models").glob("*.sql"))
    if extra is not None:
        paths += sorted(extra.glob("*.sql"))
    models: dict[str, SiteModel] = {}
    for path in paths:
        model = parse_site_model(path)
        if model.id in models:
            raise ModelError(
                f"Models {models[model.id].name!r} and {model.name!r} both have the id {model.id}. Give one another id.",
                f"模型 {models[model.id].name!r} 与 {model.name!r} 编号相同（{model.id}），请改其中一个。",
            )
        models[model.id] = model
    return tuple(models[key] for key in sorted(models))


def parse_site_model(path: Path) -> SiteModel:
    """Read one model's file.

    Raises
    ------
    ModelError
        One sentence on the first thing that breaks the form.
    """
    try:
        found = _FILE.match(path.read_text(encoding="utf-8"))
        card = tomllib.loads(found["card"]) if found else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ModelError(
            f"Model file {path.name} can't be read: {problem}. Correct the file.",
            f"模型文件 {path.name} 无法读取：{problem}。请改正文件。",
        ) from None
    if found is None or card is None:
        raise ModelError(
            f"Model file {path.name} has no card: it begins with a line /*---, then TOML, then a line ---*/, then one SELECT.",
            f"模型文件 {path.name} 没有卡片：应以 /*--- 一行开头，接 TOML、---*/ 一行和一条 SELECT。",
        )
    _check(card, path)
    parameters = card.get("parameters", {})
    return SiteModel(
        **{key: card[key] for key in _TEXTS},
        version=card["version"],
        severity=card["severity"],
        basis_from=card["basis_from"],
        columns=tuple(card["columns"]),
        parameters={name: one["default"] for name, one in parameters.items()},
        origins={name: one["origin"] for name, one in parameters.items()},
        sql=found["sql"].strip().rstrip(";").rstrip(),
    )


def _check(card: Mapping[str, Any], path: Path) -> None:
    known = [*_TEXTS, *_OTHERS, *_OPTIONAL]
    for key in card:
        if key not in known:
            hint_en, hint_zh = nearest_hint(key, known)
            raise ModelError(
                f"The card of {path.name} has the unknown key {key!r}; {hint_en}",
                f"{path.name} 的卡片有未知的键 {key!r}；{hint_zh}",
            )
    for key in (*_TEXTS, *_OTHERS):
        kind = _OTHERS.get(key, str)
        if not isinstance(card.get(key), kind) or not card[key]:
            raise _bad(path, key, card.get(key))
    if card["result"] not in ("definite", "suspicious"):
        raise _bad(path, "result", card["result"])
    if card["name"] != path.stem:
        raise _bad(path, "name", card["name"])
    for name, one in card.get("parameters", {}).items():
        if not isinstance(one, dict) or set(one) != {"default", "origin"}:
            raise _bad(path, f"parameters.{name}", one)
    for column in card["columns"]:
        table, _, name = str(column).partition(".")
        if table not in site_tables() or name not in {one.name for one in site_tables()[table].columns}:
            raise _bad(path, "columns", column)


def _bad(path: Path, key: str, value: object) -> ModelError:
    return ModelError(
        f"In the card of {path.name} the key {key!r} is missing or can't be {value!r}; docs/hospital.md shows a whole card.",
        f"{path.name} 的卡片中键 {key!r} 缺失或不能为 {value!r}；完整卡片见 docs/hospital.md。",
    )
