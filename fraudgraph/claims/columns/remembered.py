"""Mappings that were right once: kept in a settings folder under the fingerprint of a supplier's headers."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from glob import escape
from pathlib import Path

from fraudgraph.claims.columns.mapping import TableRule, load_mapping
from fraudgraph.claims.columns.matching import TableMapping, normalised
from fraudgraph.claims.columns.understanding import Understood
from fraudgraph.claims.schema.fields import KINDS

__all__ = [
    "fingerprint",
    "guessed_text",
    "mapping_text",
    "memory_folder",
    "recall",
    "remember",
    "skeleton_text",
]


def memory_folder() -> Path:
    """Where mappings are kept: FRAUDGRAPH_MAPPINGS, else the user's settings folder."""
    named = os.environ.get("FRAUDGRAPH_MAPPINGS")
    if named:
        return Path(named)
    settings = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(settings) / "fraudgraph" / "mappings"


def fingerprint(headers: Sequence[str]) -> str:
    """Sixteen digits that stand for a set of headers, whatever their order, case and spaces."""
    plain = sorted(normalised(header) for header in headers)
    return hashlib.sha256("\n".join(plain).encode()).hexdigest()[:16]


def recall(headers: Sequence[str], folder: Path | None = None) -> TableRule | None:
    """The mapping kept for these headers; None if there is none.

    Raises
    ------
    SettingsError
        If the file that keeps it was changed into something that is no mapping.
    """
    path = (folder or memory_folder()) / f"{fingerprint(headers)}.toml"
    if not path.is_file():
        return None
    return load_mapping(path)[0].model_copy(update={"name": f"remembered {path.stem}"})


def remember(mapping: TableMapping, headers: Sequence[str], folder: Path | None = None) -> Path:
    """Keep a mapping for all later files with the same headers.

    Parameters
    ----------
    mapping : TableMapping
        As it was found or corrected.
    headers : sequence of str
        Of the delivered table.
    folder : Path, optional
        Instead of the settings folder.
    """
    target = folder or memory_folder()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = target / f"{fingerprint(headers)}.toml"
    beside = path.with_suffix(".tmp")
    beside.write_text(mapping_text(mapping, headers), encoding="utf-8")
    beside.replace(path)
    return path


def mapping_text(
    mapping: TableMapping, headers: Sequence[str], *, file: str | None = None, sheet: str | None = None
) -> str:
    """A mapping as a `[[table]]` of a mapping file, with the headers that nothing claims as remarks."""
    rule = mapping.rule
    lines = ["[[table]]", f"table = {_text(mapping.kind.name)}"]
    if file is not None:
        lines.append(f"match = {_text(escape(file))}")
    if sheet is not None:
        lines.append(f"sheet = {_text(escape(sheet))}")
    lines.append("only = true")
    if "unit" in rule.model_fields_set:
        lines.append(f"unit = {_text(rule.unit)}")
    if rule.dates:
        lines.append(f"dates = {_list(rule.dates)}")
    lines += [
        f"{name} = {_text(value)}"
        for name, value in (("decimal", rule.decimal), ("date_order", rule.date_order))
        if value
    ]
    if rule.missing:
        lines.append(f"missing = {_list(rule.missing)}")
    if rule.skip:
        lines.append(f"skip = {rule.skip}")
    lines += ["", "[table.columns]"]
    lines += [f"{name} = {_text(headers[position])}" for name, position in mapping.columns.items()]
    lines += [
        f"# {' '.join(headers[position].split())}" for position in mapping.unmapped if headers[position]
    ]
    if mapping.sums:
        lines += ["", "[table.sums]"]
        lines += [f"{name} = {_list([headers[i] for i in parts])}" for name, parts in mapping.sums.items()]
    for title, pairs in (("constants", rule.constants), ("claim_type", rule.claim_type)):
        if pairs:
            lines += ["", f"[table.{title}]", *(f"{_text(k)} = {_text(v)}" for k, v in pairs.items())]
    if rule.keep:
        lines += ["", "[table.keep]", *(f"{_text(k)} = {_list(v)}" for k, v in rule.keep.items())]
    if rule.layout:
        lines += ["", "[table.layout]", *(f"{_text(k)} = {v}" for k, v in rule.layout.items())]
    return "\n".join(lines) + "\n"


def guessed_text(guesses: Sequence[tuple[str, str]], *, file: str) -> str:
    """A mapping that values suggest, for a person to check before it is used."""
    lines = [
        "# 按列值推测，使用前请逐列核对。 Suggested by the values alone: check every line before use.",
        "[[table]]",
        'table = "claims"',
        f"match = {_text(escape(file))}",
        "",
        "[table.columns]",
    ]
    return "\n".join([*lines, *(f"{name} = {_text(header)}" for name, header in guesses)]) + "\n"


def skeleton_text(
    understood: Understood,
    headers: Sequence[str],
    *,
    file: str,
    sheet: str | None = None,
    active: bool = False,
) -> str:
    """What a table that is none of ours would need to be read: the nearest kind, columns that are known, fields still to be named.

    All of it stands behind `#`, so that the file can be used for the other tables as it is; a person fills in the names
    and takes the marks away. `active`: only what is missing stands behind `#`, and whoever uses the file is told so.
    """
    near = understood.nearest
    if understood.hospital is not None:
        name = understood.hospital
        said = f"院端数据（{name.title_zh}），留待院端比对。 The hospital's own: {name.title_en}; not settlements."
        return f"# {file}: {said}\n"
    kind = near.kind.name if near else "claims"
    missing = understood.missing or (() if near else KINDS["claims"].needs)
    lines = [
        f"# {file}: 未识别，按最接近的表列出；补全后去掉行首的 #。 Not recognised: the nearest table; complete it and take the # away.",
        "[[table]]",
        f"table = {_text(kind)}",
        f"match = {_text(escape(file))}",
        *([f"sheet = {_text(escape(sheet))}"] if sheet else []),
        "only = true",
        "[table.columns]",
        *(
            f"{name} = {_text(headers[position])}"
            for name, position in (near.columns if near else {}).items()
        ),
        *(f'# {group[0]} = "?"{_instead(group)}' for group in missing),
        *(
            f"# {' '.join(headers[i].split())}"
            for i in (near.unmapped if near else range(len(headers)))
            if headers[i]
        ),
    ]
    return "\n".join([lines[0], *(line if active else f"# {line}" for line in lines[1:])]) + "\n"


def _instead(group: Sequence[str]) -> str:
    return f"  # 或 or: {', '.join(group[1:])}" if len(group) > 1 else ""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"
