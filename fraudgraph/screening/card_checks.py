"""What a card must hold: its keys, their values, and columns that exist; one sentence for each thing that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fraudgraph.claims.schema.schema import CANONICAL, DERIVED_CLAIM_COLUMNS
from fraudgraph.errors import ModelError, nearest_hint

__all__ = ["FAMILIES", "TEXT_KEYS", "bad", "check_keys", "check_values", "known_columns"]

FAMILIES = {
    "identity": "参保人身份与就诊矛盾",
    "inpatient": "住院",
    "charges": "收费明细",
    "drugs": "药品与药店",
    "staff": "医师、人员与设备",
    "network": "机构与网络",
    "agency": "经办机构自身",
}
"""The families of the catalogue, with their Chinese names."""

SUBJECTS = ("patient", "doctor", "facility", "pharmacy", "place", "operator", "claim", "staff", "value")
_LEVELS = ("line", "visit", "person", "doctor", "institution", "group")
TEXT_KEYS = (
    "title",
    "title_zh",
    "scheme",
    "basis",
    "question",
    "question_zh",
    "look_alike",
    "look_alike_zh",
    "reason_zh",
    "reason_en",
    "money_rule",
)
_CHOICES: dict[str, tuple[str, ...]] = {
    "family": tuple(FAMILIES),
    "level": _LEVELS,
    "result": ("definite", "suspicious"),
    "subject": SUBJECTS,
    "members": SUBJECTS,
    "status": ("active", "retired"),
}
_REQUIRED = (
    "id",
    "name",
    "version",
    *TEXT_KEYS,
    "family",
    "level",
    "result",
    "subject",
    "members",
    "basis_from",
    "severity",
    "columns",
)
_ALLOWED = (*_REQUIRED, "status", "basis_to", "exclusions", "optional", "parameters")


def check_keys(card: Mapping[str, Any], path: Path) -> None:
    """All required keys are there and no unknown one."""
    for key in card:
        if key not in _ALLOWED:
            hint_en, hint_zh = nearest_hint(key, list(_ALLOWED))
            raise ModelError(
                f"The card of model file {path.name} has the unknown key {key!r}; {hint_en}",
                f"模型文件 {path.name} 的卡片有未知的键 {key!r}；{hint_zh}",
            )
    for key in _REQUIRED:
        if key not in card:
            raise ModelError(
                f"The card of model file {path.name} lacks the key {key!r}. Add it; `fraudgraph screens show M001` shows a whole card.",
                f"模型文件 {path.name} 的卡片缺少键 {key!r}，请补上；`fraudgraph screens show M001` 可查看完整卡片。",
            )


def bad(path: Path, key: str, value: object, expected_en: str, expected_zh: str) -> ModelError:
    """The sentence for a key whose value is not what it must be."""
    return ModelError(
        f"In the card of model file {path.name} the key {key!r} is {value!r}; expected {expected_en}. Correct the card.",
        f"模型文件 {path.name} 的卡片中键 {key!r} 的值为 {value!r}，应为{expected_zh}。请改正卡片。",
    )


def check_values(card: Mapping[str, Any], path: Path) -> None:
    """Every key holds what it must."""
    for key in ("id", "name", *TEXT_KEYS):
        if not isinstance(card[key], str) or not card[key].strip():
            raise bad(path, key, card[key], "text that is not empty", "非空文字")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,31}", card["id"]):
        raise bad(
            path, "id", card["id"], "capital letters and digits, such as S001", "大写字母和数字，如 S001"
        )
    if card["name"] != path.stem:
        raise bad(path, "name", card["name"], f"the file's own name {path.stem!r}", f"文件名 {path.stem!r}")
    for key, choices in _CHOICES.items():
        if key in card and card[key] not in choices:
            raise bad(path, key, card[key], "one of " + ", ".join(choices), "以下之一：" + "、".join(choices))
    for key, least, most in (("version", 1, 9999), ("severity", 1, 5)):
        value = card[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise bad(path, key, value, f"a whole number from {least} to {most}", f"{least} 到 {most} 的整数")
    for key in ("basis_from", "basis_to"):
        if key in card and type(card[key]) is not date:
            raise bad(
                path,
                key,
                card[key],
                "a date such as 2021-05-01, no quotes",
                "日期，如 2021-05-01（不加引号）",
            )
    _check_lists(card, path)


def _check_lists(card: Mapping[str, Any], path: Path) -> None:
    for key in ("columns", "optional", "exclusions"):
        entries = card.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise bad(path, key, entries, "a list of texts", "文字列表")
    for column in (*card["columns"], *card.get("optional", ())):
        _check_column(column, path)
    parameters = card.get("parameters", {})
    if not isinstance(parameters, dict):
        raise bad(path, "parameters", parameters, "tables [parameters.NAME]", "[parameters.名称] 形式的表")
    for name, entry in parameters.items():
        if not isinstance(entry, dict) or set(entry) != {"default", "origin"}:
            raise bad(
                path,
                f"parameters.{name}",
                entry,
                "a table with default and origin",
                "含 default 和 origin 的表",
            )


def known_columns(table: str) -> tuple[str, ...]:
    """Columns of a canonical table, derived ones included."""
    derived = tuple(name for name, _, _ in DERIVED_CLAIM_COLUMNS) if table == "claims" else ()
    return CANONICAL[table].column_names + derived


def _check_column(column: str, path: Path) -> None:
    table, _, name = column.partition(".")
    if table not in CANONICAL:
        hint_en, hint_zh = nearest_hint(table, list(CANONICAL))
        raise ModelError(
            f"The card of model file {path.name} names the column {column!r}, but there is no table {table!r}; {hint_en}",
            f"模型文件 {path.name} 的卡片列出字段 {column!r}，但没有表 {table!r}；{hint_zh}",
        )
    if name not in known_columns(table):
        hint_en, hint_zh = nearest_hint(name, list(known_columns(table)))
        raise ModelError(
            f"The card of model file {path.name} names the column {column!r}, which table {table!r} does not have; {hint_en}",
            f"模型文件 {path.name} 的卡片列出字段 {column!r}，但表 {table!r} 没有该字段；{hint_zh}",
        )
