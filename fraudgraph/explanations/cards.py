"""Reading explanations: one file each under cards/, what they share in shared.toml, the facts they may name in facts.toml.

A condition is a fact, an operator, a value, its unit, and its origin: why this number. A card's `conditions` must all be so,
and one of its `ways` besides, if it has any. Parameters are numbers that a query needs (`$name`) or that stand in the words of
a fact (`{name}`): each stands once, in the card it belongs to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.errors import ModelError, nearest_hint
from fraudgraph.explanations.facts import FROM_CLAIMS, UNITS, Fact

__all__ = ["OPERATORS", "ROOM", "Card", "Condition", "Library", "Parameter", "read_library"]

ROOM = Path(__file__).parent
OPERATORS = (">=", "<=", ">", "<")
_PASSES = "passes"
_ATTRIBUTES = ("household", "address", "phone", "agent", "account", "employer", "residence")
_CARD_KEYS = {
    "title_zh", "title_en", "check_zh", "check_en", "speaks", "uses", "about_people", "parameters", "conditions", "ways",
}  # fmt: skip
_CONDITION_KEYS = {"fact", "operator", "value", "unit", "origin", "soft", "missing", "quiet"}
_FACT_KEYS = {"unit", "sql", "title_zh", "title_en", "says_zh", "says_en"}
_FACT_MAY = {"columns", "none_zh", "none_en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that a query or a fact's words need, with its unit and where it comes from."""

    name: str
    value: float
    unit: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition. `soft` is the gap at which it is not near at all; `passes`: it is left out where the fact is not known;
    `quiet`: it is mentioned only where it is not met or not known.
    """

    name: str
    fact: Fact
    operator: str
    value: float
    origin: str
    soft: float
    passes: bool = False
    quiet: bool = False

    def met(self, observed: float) -> bool:
        """Whether an observed value is what the condition needs."""
        return {
            ">=": observed >= self.value,
            "<=": observed <= self.value,
            ">": observed > self.value,
            "<": observed < self.value,
        }[self.operator]

    def nearness(self, observed: float) -> float:
        """How near an observed value is: 1 if met, falling to 0 at a gap of `soft`."""
        if self.met(observed):
            return 1.0
        return max(0.0, min(0.999, 1.0 - abs(observed - self.value) / self.soft))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One explanation. `uses` names those of its conditions that stand in shared.toml; `speaks` names the marks of the claims it is about (claims.sql); `about_people`: those of its people,
    so that others who meet among themselves are looked at by themselves.
    """

    name: str
    title_zh: str
    title_en: str
    check_zh: str
    check_en: str
    speaks: tuple[str, ...]
    conditions: tuple[Condition, ...]
    ways: Mapping[str, tuple[Condition, ...]]
    uses: tuple[str, ...] = ()
    about_people: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The delivered columns ("table.column") without which some condition is not known."""
        every = [*self.conditions, *(c for way in self.ways.values() for c in way)]
        return tuple(sorted({column for condition in every for column in condition.fact.columns}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All explanations with the facts and parameters that they use."""

    cards: tuple[Card, ...]
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    shared: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, float]:
        """Parameters by name: whole numbers as such, as they are said."""
        return {
            name: int(p.value) if p.value == int(p.value) else p.value for name, p in self.parameters.items()
        }


@cache
def read_library(room: Path = ROOM) -> Library:
    """Read every explanation.

    Parameters
    ----------
    room : Path
        The folder with facts.toml, shared.toml and cards/.

    Raises
    ------
    ModelError
        If a file is no such card: an unknown fact, unit or operator, a number without origin.
    """
    facts = {name: _fact(name, raw, room / "facts.toml") for name, raw in _table(room / "facts.toml").items()}
    shared = _table(room / "shared.toml")
    common = {
        name: _condition(room / "shared.toml", name, raw, facts) for name, raw in shared["conditions"].items()
    }
    parameters = _parameters(room / "shared.toml", shared)
    cards = []
    for path in sorted((room / "cards").glob("*.toml")):
        raw = _table(path)
        own = _parameters(path, raw)
        if twice := sorted(set(own) & set(parameters)):
            raise _wrong(
                path,
                f"the parameter {twice[0]!r} stands in another file too; give it one place",
                f"参数 {twice[0]!r} 在另一文件中已有；请只保留一处",
            )
        parameters |= own
        cards.append(_card(path, raw, facts, common))
    return Library(cards=tuple(cards), facts=facts, parameters=parameters, shared=common)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise _wrong(
            path, f"it can't be read ({problem}); expected TOML", f"无法读取（{problem}）；应为 TOML"
        ) from None


def _wrong(path: Path, english: str, chinese: str) -> ModelError:
    where = f"{path.parent.name}/{path.name}"
    return ModelError(f"Explanation {where}: {english}.", f"合理解释 {where}：{chinese}。")


def _keys(path: Path, what: str, raw: Mapping[str, Any], known: set[str], needed: set[str]) -> None:
    for key in sorted(set(raw) - known):
        en, zh = nearest_hint(key, sorted(known))
        raise _wrong(path, f"{what} has an unknown key {key!r}; {en}", f"{what} 有未知的键 {key!r}；{zh}")
    for key in sorted(needed - set(raw)):
        raise _wrong(path, f"{what} lacks {key!r}", f"{what} 缺少 {key!r}")


def _fact(name: str, raw: Mapping[str, Any], path: Path) -> Fact:
    _keys(path, name, raw, _FACT_KEYS | _FACT_MAY, _FACT_KEYS)
    columns = tuple(raw.get("columns", ()))
    for column in columns:
        table, _, field_name = column.partition(".")
        if table not in CANONICAL or field_name not in CANONICAL[table].column_names:
            raise _wrong(
                path, f"{name} names {column!r}, which is no column", f"{name} 所列 {column!r} 不是字段"
            )
    if raw["unit"] not in UNITS:
        en, zh = nearest_hint(raw["unit"], sorted(UNITS))
        raise _wrong(path, f"{name} has the unknown unit {raw['unit']!r}; {en}", f"{name} 的单位 {raw['unit']!r} 未知；{zh}")  # fmt: skip
    if raw["sql"] != FROM_CLAIMS and not (ROOM / "sql" / f"{raw['sql']}.sql").is_file():
        raise _wrong(path, f"{name} comes from sql/{raw['sql']}.sql, which is not there", f"{name} 所用 sql/{raw['sql']}.sql 不存在")  # fmt: skip
    return Fact(**{**raw, "name": name, "columns": columns})


def _parameters(path: Path, raw: Mapping[str, Any]) -> dict[str, Parameter]:
    found = {}
    for name, entry in raw.get("parameters", {}).items():
        _keys(path, name, entry, {"value", "unit", "origin"}, {"value", "unit", "origin"})
        found[name] = Parameter(
            name=name, value=float(entry["value"]), unit=entry["unit"], origin=entry["origin"]
        )
    return found


def _condition(path: Path, name: str, raw: Mapping[str, Any], facts: Mapping[str, Fact]) -> Condition:
    _keys(path, name, raw, _CONDITION_KEYS, {"fact", "operator", "value", "unit", "origin"})
    if raw["fact"] not in facts:
        en, zh = nearest_hint(raw["fact"], sorted(facts))
        raise _wrong(
            path,
            f"condition {name!r} names the fact {raw['fact']!r}, which facts.toml does not have; {en}",
            f"条件 {name!r} 所用事实 {raw['fact']!r} 不在 facts.toml 中；{zh}",
        )
    fact = facts[raw["fact"]]
    if raw["unit"] != fact.unit:
        raise _wrong(
            path,
            f"condition {name!r} is in {raw['unit']!r}, but {fact.name} is in {fact.unit!r}",
            f"条件 {name!r} 的单位为 {raw['unit']!r}，而 {fact.name} 的单位为 {fact.unit!r}",
        )
    if raw["operator"] not in OPERATORS:
        raise _wrong(path, f"condition {name!r} has the operator {raw['operator']!r}; expected one of {' '.join(OPERATORS)}", f"条件 {name!r} 的运算符为 {raw['operator']!r}；应为 {' '.join(OPERATORS)} 之一")  # fmt: skip
    if not str(raw["origin"]).strip():
        raise _wrong(path, f"condition {name!r} does not say where its number comes from", f"条件 {name!r} 未写明数值来源")  # fmt: skip
    if raw.get("missing", "fails") not in ("fails", _PASSES):
        raise _wrong(path, f"condition {name!r} has missing = {raw['missing']!r}; expected fails or passes", f"条件 {name!r} 的 missing 为 {raw['missing']!r}；应为 fails 或 passes")  # fmt: skip
    value = float(raw["value"])
    return Condition(
        name=name, fact=fact, operator=raw["operator"], value=value, origin=raw["origin"],
        soft=float(raw.get("soft", abs(value) or 1.0)), passes=raw.get("missing") == _PASSES, quiet=bool(raw.get("quiet", False)),
    )  # fmt: skip


def _card(
    path: Path, raw: Mapping[str, Any], facts: Mapping[str, Fact], common: Mapping[str, Condition]
) -> Card:
    _keys(path, "the card", raw, _CARD_KEYS, {"title_zh", "title_en", "check_zh", "check_en", "speaks"})
    for name in raw.get("uses", ()):
        if name not in common:
            en, zh = nearest_hint(name, sorted(common))
            raise _wrong(path, f"it uses {name!r}, which shared.toml does not have; {en}", f"所用 {name!r} 不在 shared.toml 中；{zh}")  # fmt: skip
    _speaks(path, raw)
    own = tuple(_condition(path, name, entry, facts) for name, entry in raw.get("conditions", {}).items())
    ways = {
        way: tuple(_condition(path, name, entry, facts) for name, entry in entries.items())
        for way, entries in raw.get("ways", {}).items()
    }
    if not own and not ways:
        raise _wrong(path, "it has no condition", "没有任何条件")
    return Card(
        name=path.stem, title_zh=raw["title_zh"], title_en=raw["title_en"], check_zh=raw["check_zh"], check_en=raw["check_en"],
        speaks=tuple(raw["speaks"]), conditions=own + tuple(common[name] for name in raw.get("uses", ())),
        ways=ways, uses=tuple(raw.get("uses", ())), about_people=bool(raw.get("about_people", False)),
    )  # fmt: skip


@cache
def _marks(room: Path) -> frozenset[str]:
    """The marks that claims.sql puts on claims, with the families of diagnoses and what people share."""
    sql = (room / "sql" / "claims.sql").read_text(encoding="utf-8")
    families = tomllib.loads((room / "diagnoses.toml").read_text(encoding="utf-8"))
    return frozenset(re.findall(r"'(\w+)' AS mark", sql)) | set(families) | set(_ATTRIBUTES)


def _speaks(path: Path, raw: Mapping[str, Any]) -> None:
    known = _marks(ROOM)
    for mark in raw["speaks"]:
        if mark not in known:
            en, zh = nearest_hint(mark, sorted(known))
            raise _wrong(path, f"it speaks of {mark!r}, which sql/claims.sql does not mark; {en}", f"speaks 所列 {mark!r} 不是 sql/claims.sql 中的标记；{zh}")  # fmt: skip
