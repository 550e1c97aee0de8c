"""Presets and mapping files: what suppliers call their tables and columns. Both have one form (docs/files.md)."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fraudgraph.claims.schema.fields import KINDS, PLAIN_KINDS
from fraudgraph.claims.schema.schema import CANONICAL, CLAIM_TYPES
from fraudgraph.errors import SettingsError, nearest_hint

__all__ = ["TableRule", "load_mapping", "preset_rules"]

_PRESETS = Path(__file__).parent.parent / "presets"
_PRESET_FILES = ("medicare_like.toml", "public_layouts.toml", "standard.toml", "supervision.toml")


class TableRule(BaseModel):
    """How one delivered table is read: a `[[table]]` of a preset or a mapping file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "mapping file"
    table: str
    match: str | None = None
    sheet: str | None = None
    has: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    only: bool = False
    unit: Literal["yuan", "fen"] = "yuan"
    dates: tuple[str, ...] = ()
    decimal: Literal[".", ","] | None = None
    date_order: Literal["mdy", "dmy"] | None = None
    missing: tuple[str, ...] = ()
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    sums: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    claim_type: dict[str, str] = Field(default_factory=dict)
    layout: dict[str, Annotated[int, Field(gt=0, le=100_000)]] = Field(default_factory=dict)
    """Fixed-width text: each column's width in bytes, in order."""
    skip: int = Field(default=0, ge=0)
    """Lines above the first row of fixed-width text."""
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By header: the values of rows that are records of this table; other rows are left out, and told."""

    def means(self, file_name: str) -> bool:
        """Whether a file is meant: by its name, whatever folder or delivery it lies in."""
        patterns = () if self.match is None else (self.match, f"*/{self.match}")
        return not patterns or any(fnmatch(file_name, pattern) for pattern in patterns)

    def synonyms(self, name: str) -> tuple[str, ...]:
        """The headers that stand for a field, best first."""
        given = self.columns.get(name, ())
        return (given,) if isinstance(given, str) else given


class _MappingFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    table: tuple[TableRule, ...] = ()


@cache
def preset_rules() -> tuple[TableRule, ...]:
    """The rules that come with the package. Tables beyond claims also come under the Chinese titles of their columns."""
    return tuple(
        _with_titles(rule)
        for name in _PRESET_FILES
        for rule in _MappingFile.model_validate(
            tomllib.loads((_PRESETS / name).read_text(encoding="utf-8"))
        ).table
    )


def _with_titles(rule: TableRule) -> TableRule:
    if rule.table not in PLAIN_KINDS or rule.has:
        return rule
    titles = {
        column.name: (*rule.synonyms(column.name), column.title_zh)
        for column in CANONICAL[rule.table].columns
    }
    return rule.model_copy(
        update={
            "columns": {**rule.columns, **titles},
            "hints": (*rule.hints, rule.table, CANONICAL[rule.table].title_zh),
        }
    )


def load_mapping(path: Path) -> tuple[TableRule, ...]:
    """Read a mapping file.

    Raises
    ------
    SettingsError
        If the file can't be read, or names a table, field or setting that does not exist.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(
            f"Mapping file {path} does not exist. Check the path given with --mapping.",
            f"映射文件 {path} 不存在，请检查 --mapping 后的路径。",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise SettingsError(
            f"Mapping file {path} can't be read as TOML in UTF-8: {problem}. Correct the file (docs/files.md shows its form).",
            f"映射文件 {path} 不能按 UTF-8 编码的 TOML 读取：{problem}。请改正（格式见 docs/files.md）。",
        ) from None
    try:
        rules = _MappingFile.model_validate(raw).table
    except ValidationError as problem:
        raise _unusable(problem, path) from None
    for rule in rules:
        _check(rule, path)
    return rules


def _unusable(problem: ValidationError, path: Path) -> SettingsError:
    first = problem.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted(TableRule.model_fields if len(first["loc"]) > 1 else _MappingFile.model_fields)
        hint_en, hint_zh = nearest_hint(str(first["loc"][-1]), known)
        return SettingsError(
            f"Unknown key {key!r} in mapping file {path}; {hint_en}",
            f"映射文件 {path} 中有未知的键 {key!r}；{hint_zh}",
        )
    return SettingsError(
        f"{key!r} in mapping file {path} can't be used: {first['msg']}. Correct it (docs/files.md shows the form).",
        f"映射文件 {path} 中的 {key!r} 不可用：{first['msg']}。请改正（格式见 docs/files.md）。",
    )


def _check(rule: TableRule, path: Path) -> None:
    if rule.table not in KINDS:
        raise _unknown("table", "表", rule.table, sorted(KINDS), path)
    kind = KINDS[rule.table]
    for name in (*rule.columns, *rule.sums, *rule.constants):
        if name not in kind.field_names:
            raise _unknown(
                f"column of {rule.table}", f"{rule.table} 的列", name, list(kind.field_names), path
            )
    for name in rule.sums:
        if kind.field(name).type != "money":
            amounts = [one.name for one in kind.fields if one.type == "money"]
            raise _unknown("amount that can be a sum", "可求和的金额列", name, amounts, path)
    for value in (*rule.claim_type.values(), *(v for k, v in rule.constants.items() if k == "claim_type")):
        if value not in CLAIM_TYPES:
            raise _unknown("claim type", "就诊类型", value, list(CLAIM_TYPES), path)


def _unknown(what_en: str, what_zh: str, found: str, known: list[str], path: Path) -> SettingsError:
    hint_en, hint_zh = nearest_hint(found, known)
    return SettingsError(
        f"Mapping file {path} names {found!r}, which is no {what_en}; {hint_en}",
        f"映射文件 {path} 中的 {found!r} 不是{what_zh}；{hint_zh}",
    )
