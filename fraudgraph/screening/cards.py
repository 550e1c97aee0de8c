"""Reading a screening model's file: the card between `/*---` and `---*/`, then one SELECT (design, section 6).

Built-in models and those made on site are read by the same code and have the same duties.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from fraudgraph.claims.schema import CANONICAL, DERIVED_CLAIM_COLUMNS
from fraudgraph.errors import ModelError, nearest_hint
from fraudgraph.records import Screen, ScreenParameter

__all__ = ["FAMILIES", "MODELS_FOLDER", "load_screens", "parse_screen"]

MODELS_FOLDER = Path(__file__).parent / "models"

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
_TEXT = (
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
    *_TEXT,
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
_FILE = re.compile(r"\A\s*/\*---\s*\n(?P<card>.*?)\n---\*/\s*\n(?P<sql>.*)\Z", re.DOTALL)


def load_screens(extra_dir: Path | None = None) -> tuple[Screen, ...]:
    """All screening models: the built-in ones and those made on site, sorted by id.

    Parameters
    ----------
    extra_dir : Path, optional
        A folder of models made on site, such as the workspace's `screens`; a folder that does not exist is empty.

    Raises
    ------
    ModelError
        If a file breaks the form, or two files have the same id.
    """
    screens = [parse_screen(path, built_in=True) for path in sorted(MODELS_FOLDER.glob("*.sql"))]
    if extra_dir is not None and extra_dir.is_dir():
        screens += [parse_screen(path, built_in=False) for path in sorted(extra_dir.glob("*.sql"))]
    return in_order(screens)


def in_order(screens: Iterable[Screen]) -> tuple[Screen, ...]:
    """Screens sorted by id and version; two of the same id and version are an error."""
    known: dict[tuple[str, int], Screen] = {}
    for screen in screens:
        other = known.get((screen.id, screen.version))
        if other is not None:
            raise ModelError(
                f"Models {other.name!r} and {screen.name!r} both have the id {screen.id} and version {screen.version}. Give the newer one another id or a higher version.",
                f"模型 {other.name!r} 与 {screen.name!r} 的编号和版本相同({screen.id} 第 {screen.version} 版),请为较新的一个改编号或升版本。",
            )
        known[screen.id, screen.version] = screen
    return tuple(known[key] for key in sorted(known))


def parse_screen(path: Path, *, built_in: bool = False) -> Screen:
    """Read one model's file.

    Parameters
    ----------
    path : Path
        The `.sql` file; its stem is the model's name.
    built_in : bool
        Whether the file came with the package. It gives no privileges; it only says where the model came from.

    Raises
    ------
    ModelError
        One sentence on the first thing that breaks the form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ModelError(
            f"Model file {path} can't be read as UTF-8 text: {problem}. Check the path and the encoding.",
            f"模型文件 {path} 不能按 UTF-8 文本读取:{problem}。请检查路径和编码。",
        ) from None
    found = _FILE.match(text)
    if found is None:
        raise ModelError(
            f"Model file {path.name} has no card: it must begin with a line /*---, then the card in TOML, then a line ---*/, then one SELECT. `fraudgraph screens new` writes a file of that form.",
            f"模型文件 {path.name} 没有卡片:文件应以 /*--- 一行开头,接 TOML 卡片、---*/ 一行和一条 SELECT。可用 `fraudgraph screens new` 生成样板。",
        )
    try:
        card = tomllib.loads(found["card"])
    except tomllib.TOMLDecodeError as problem:
        raise ModelError(
            f"The card of model file {path.name} is no TOML: {problem}. Correct the card.",
            f"模型文件 {path.name} 的卡片不是有效的 TOML:{problem}。请改正卡片。",
        ) from None
    _check_keys(card, path)
    _check_values(card, path)
    screen = _screen(card, found["sql"].strip().rstrip(";").rstrip(), text, built_in)
    _check_parameters(screen, path)
    _check_reasons(screen, path)
    return screen


def _screen(card: Mapping[str, Any], sql: str, text: str, built_in: bool) -> Screen:
    return Screen(
        **{key: card[key].strip() for key in _TEXT},
        id=card["id"],
        name=card["name"],
        version=card["version"],
        status=card.get("status", "active"),
        family=card["family"],
        level=card["level"],
        result=card["result"],
        subject=card["subject"],
        members=card["members"],
        basis_from=card["basis_from"],
        basis_to=card.get("basis_to"),
        exclusions=tuple(card.get("exclusions", ())),
        severity=card["severity"],
        columns=tuple(card["columns"]),
        optional=tuple(card.get("optional", ())),
        parameters=tuple(
            ScreenParameter(name=name, default=entry["default"], origin=entry["origin"])
            for name, entry in card.get("parameters", {}).items()
        ),
        sql=sql,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        built_in=built_in,
    )


def _check_keys(card: Mapping[str, Any], path: Path) -> None:
    for key in card:
        if key not in _ALLOWED:
            hint_en, hint_zh = nearest_hint(key, list(_ALLOWED))
            raise ModelError(
                f"The card of model file {path.name} has the unknown key {key!r}; {hint_en}",
                f"模型文件 {path.name} 的卡片有未知的键 {key!r};{hint_zh}",
            )
    for key in _REQUIRED:
        if key not in card:
            raise ModelError(
                f"The card of model file {path.name} lacks the key {key!r}. Add it; `fraudgraph screens show M001` shows a whole card.",
                f"模型文件 {path.name} 的卡片缺少键 {key!r},请补上;`fraudgraph screens show M001` 可查看完整卡片。",
            )


def _bad(path: Path, key: str, value: object, expected_en: str, expected_zh: str) -> ModelError:
    return ModelError(
        f"In the card of model file {path.name} the key {key!r} is {value!r}; expected {expected_en}. Correct the card.",
        f"模型文件 {path.name} 的卡片中键 {key!r} 的值为 {value!r},应为{expected_zh}。请改正卡片。",
    )


def _check_values(card: Mapping[str, Any], path: Path) -> None:
    for key in ("id", "name", *_TEXT):
        if not isinstance(card[key], str) or not card[key].strip():
            raise _bad(path, key, card[key], "text that is not empty", "非空文字")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,31}", card["id"]):
        raise _bad(
            path, "id", card["id"], "capital letters and digits, such as S001", "大写字母和数字,如 S001"
        )
    if card["name"] != path.stem:
        raise _bad(path, "name", card["name"], f"the file's own name {path.stem!r}", f"文件名 {path.stem!r}")
    for key, choices in _CHOICES.items():
        if key in card and card[key] not in choices:
            raise _bad(path, key, card[key], "one of " + ", ".join(choices), "以下之一:" + "、".join(choices))
    for key, least, most in (("version", 1, 9999), ("severity", 1, 5)):
        value = card[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _bad(
                path, key, value, f"a whole number from {least} to {most}", f"{least} 到 {most} 的整数"
            )
    for key in ("basis_from", "basis_to"):
        if key in card and type(card[key]) is not date:
            raise _bad(
                path, key, card[key], "a date such as 2021-05-01, no quotes", "日期,如 2021-05-01(不加引号)"
            )
    _check_lists(card, path)


def _check_lists(card: Mapping[str, Any], path: Path) -> None:
    for key in ("columns", "optional", "exclusions"):
        entries = card.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise _bad(path, key, entries, "a list of texts", "文字列表")
    for column in (*card["columns"], *card.get("optional", ())):
        _check_column(column, path)
    parameters = card.get("parameters", {})
    if not isinstance(parameters, dict):
        raise _bad(path, "parameters", parameters, "tables [parameters.NAME]", "[parameters.名称] 形式的表")
    for name, entry in parameters.items():
        if not isinstance(entry, dict) or set(entry) != {"default", "origin"}:
            raise _bad(
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
            f"模型文件 {path.name} 的卡片列出字段 {column!r},但没有表 {table!r};{hint_zh}",
        )
    if name not in known_columns(table):
        hint_en, hint_zh = nearest_hint(name, list(known_columns(table)))
        raise ModelError(
            f"The card of model file {path.name} names the column {column!r}, which table {table!r} does not have; {hint_en}",
            f"模型文件 {path.name} 的卡片列出字段 {column!r},但表 {table!r} 没有该字段;{hint_zh}",
        )


RUN_PARAMETERS = ("in_force_from", "in_force_to")
"""Parameters that the run gives to every model: the first and last day on which its legal basis is in force."""


def used_parameters(sql: str) -> tuple[str, ...]:
    """The `$names` that a SELECT reads, comments and quoted text left aside."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", sql, flags=re.DOTALL)
    return tuple(sorted(set(re.findall(r"\$([A-Za-z_]\w*)", bare))))


def _check_parameters(screen: Screen, path: Path) -> None:
    declared = {parameter.name for parameter in screen.parameters}
    used = set(used_parameters(screen.sql)) - set(RUN_PARAMETERS)
    for name in sorted(used - declared):
        hint_en, hint_zh = nearest_hint(name, [*sorted(declared), *RUN_PARAMETERS])
        raise ModelError(
            f"The SELECT of model file {path.name} reads ${name}, which the card does not declare under [parameters]; {hint_en}",
            f"模型文件 {path.name} 的 SELECT 用到 ${name},但卡片的 [parameters] 中没有声明;{hint_zh}",
        )
    for name in sorted(declared - used):
        raise ModelError(
            f"The card of model file {path.name} declares the parameter {name!r}, but the SELECT never reads ${name}. Use it or remove it.",
            f"模型文件 {path.name} 的卡片声明了参数 {name!r},但 SELECT 没有用到 ${name},请使用或删除。",
        )


def _check_reasons(screen: Screen, path: Path) -> None:
    for key, sentence in (("reason_zh", screen.reason_zh), ("reason_en", screen.reason_en)):
        try:
            list(Formatter().parse(sentence))
        except ValueError:
            raise _bad(
                path, key, sentence, "a sentence with {facts} in closed braces", "花括号成对的句子"
            ) from None


def reason_fields(sentence: str) -> tuple[str, ...]:
    """The facts that a reason sentence names in braces."""
    return tuple(field for _, field, _, _ in Formatter().parse(sentence) if field)
