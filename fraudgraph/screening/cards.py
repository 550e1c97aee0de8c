"""Reading a screening model's file: the card between `/*---` and `---*/`, then one SELECT (design, section 6).

Built-in models and those made on site are read by the same code and have the same duties.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from fraudgraph.errors import ModelError, nearest_hint
from fraudgraph.records import Screen, ScreenParameter
from fraudgraph.screening.card_checks import TEXT_KEYS, bad, check_keys, check_values

__all__ = ["MODELS_FOLDER", "load_screens", "load_what_can_be", "newest", "parse_screen"]

MODELS_FOLDER = Path(__file__).parent / "models"

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
    screens = list(_built_in())
    if extra_dir is not None and extra_dir.is_dir():
        screens += [parse_screen(path, built_in=False) for path in sorted(extra_dir.glob("*.sql"))]
    return in_order(screens)


@cache
def _built_in() -> tuple[Screen, ...]:
    """They come with the package and stay what they are while it runs."""
    return tuple(parse_screen(path, built_in=True) for path in sorted(MODELS_FOLDER.glob("*.sql")))


def load_what_can_be(extra_dir: Path | None) -> tuple[tuple[Screen, ...], tuple[tuple[str, ModelError], ...]]:
    """All models that keep the form, and for each file made on site that does not: its name and what is wrong."""
    screens = list(load_screens())
    faults: list[tuple[str, ModelError]] = []
    paths = sorted(extra_dir.glob("*.sql")) if extra_dir is not None and extra_dir.is_dir() else []
    for path in paths:
        try:
            screens = list(in_order([*screens, parse_screen(path)]))
        except ModelError as problem:
            faults.append((path.stem, problem))
    return tuple(screens), tuple(faults)


def newest(screens: Iterable[Screen]) -> dict[str, int]:
    """By id the highest version; it takes the place of the ones before, which stay listed."""
    versions: dict[str, int] = {}
    for screen in screens:
        versions[screen.id] = max(screen.version, versions.get(screen.id, 0))
    return versions


def in_order(screens: Iterable[Screen]) -> tuple[Screen, ...]:
    """Screens sorted by id and version; two of the same id and version are an error."""
    known: dict[tuple[str, int], Screen] = {}
    for screen in screens:
        other = known.get((screen.id, screen.version))
        if other is not None:
            raise ModelError(
                f"Models {other.name!r} and {screen.name!r} both have the id {screen.id} and version {screen.version}. Give the newer one another id or a higher version.",
                f"模型 {other.name!r} 与 {screen.name!r} 的编号和版本相同（{screen.id} 第 {screen.version} 版），请为较新的一个改编号或升版本。",
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
            f"模型文件 {path} 不能按 UTF-8 文本读取：{problem}。请检查路径和编码。",
        ) from None
    found = _FILE.match(text)
    if found is None:
        raise ModelError(
            f"Model file {path.name} has no card: it must begin with a line /*---, then the card in TOML, then a line ---*/, then one SELECT. `fraudgraph screens new` writes a file of that form.",
            f"模型文件 {path.name} 没有卡片：文件应以 /*--- 一行开头，接 TOML 卡片、---*/ 一行和一条 SELECT。可用 `fraudgraph screens new` 生成样板。",
        )
    try:
        card = tomllib.loads(found["card"])
    except tomllib.TOMLDecodeError as problem:
        raise ModelError(
            f"The card of model file {path.name} is no TOML: {problem}. Correct the card.",
            f"模型文件 {path.name} 的卡片不是有效的 TOML：{problem}。请改正卡片。",
        ) from None
    check_keys(card, path)
    check_values(card, path)
    screen = _screen(card, found["sql"].strip().rstrip(";").rstrip(), text, built_in)
    _check_parameters(screen, path)
    _check_reasons(screen, path)
    return screen


def _screen(card: Mapping[str, Any], sql: str, text: str, built_in: bool) -> Screen:
    return Screen(
        **{key: card[key].strip() for key in TEXT_KEYS},
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
            f"模型文件 {path.name} 的 SELECT 用到 ${name}，但卡片的 [parameters] 中没有声明；{hint_zh}",
        )
    for name in sorted(declared - used):
        raise ModelError(
            f"The card of model file {path.name} declares the parameter {name!r}, but the SELECT never reads ${name}. Use it or remove it.",
            f"模型文件 {path.name} 的卡片声明了参数 {name!r}，但 SELECT 没有用到 ${name}，请使用或删除。",
        )


def _check_reasons(screen: Screen, path: Path) -> None:
    for key, sentence in (("reason_zh", screen.reason_zh), ("reason_en", screen.reason_en)):
        try:
            list(Formatter().parse(sentence))
        except ValueError:
            raise bad(
                path, key, sentence, "a sentence with {facts} in closed braces", "花括号成对的句子"
            ) from None


def reason_fields(sentence: str) -> tuple[str, ...]:
    """The facts that a reason sentence names in braces."""
    return tuple(field for _, field, _, _ in Formatter().parse(sentence) if field)
