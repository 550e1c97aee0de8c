"""What people hand in by mistake, told in a sentence; and files that only their owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from fraudgraph.errors import StorageError, UsageError

__all__ = ["as_choice", "as_path", "as_text", "save_private"]


def as_text(value: object, name: str) -> str:
    """A text, or a sentence that says what was given instead.

    Raises
    ------
    UsageError
        If it is no text.
    """
    if not isinstance(value, str):
        raise UsageError(
            f"{name} takes text, not {type(value).__name__} ({value!r:.60}).",
            f"{name} 应为文本，不能是 {type(value).__name__}（{value!r:.60}）。",
        )
    return value


def as_choice(value: object, name: str) -> bool | None:
    """True, False or None (no choice), or a sentence that says what was given instead.

    Raises
    ------
    UsageError
        If it is anything else.
    """
    if value is not None and not isinstance(value, bool):
        raise UsageError(
            f"{name} takes True, False or None, not {type(value).__name__} ({value!r:.60}).",
            f"{name} 应为 True、False 或 None，不能是 {type(value).__name__}（{value!r:.60}）。",
        )
    return value


def as_path(value: object, name: str) -> Path:
    """A path, or a sentence that says what was given instead.

    Raises
    ------
    UsageError
        If it is neither text nor a path.
    """
    if not isinstance(value, (str, os.PathLike)) or not str(value):
        raise UsageError(
            f"{name} takes a path, not {type(value).__name__} ({value!r:.60}).",
            f"{name} 应为路径，不能是 {type(value).__name__}（{value!r:.60}）。",
        )
    return Path(value)


def save_private(path: object, text: str, *suffixes: str) -> Path:
    """Write a picture or page under a name that says what it is, readable by its owner only.

    Parameters
    ----------
    path : str or Path
        Where.
    text : str
        What.
    *suffixes : str
        Endings that fit; the first is the usual one.

    Raises
    ------
    UsageError
        If the name ends otherwise: a .png with something else in it helps nobody.
    StorageError
        If it can't be written.
    """
    target = as_path(path, "save")
    if target.suffix.lower() not in suffixes:
        listed = ", ".join(suffixes)
        raise UsageError(
            f"save writes {listed}, not {target.suffix or 'a name without ending'!r}; nothing was written. Name it {target.with_suffix(suffixes[0]).name!r}.",
            f"save 可写 {listed}，不能写 {target.suffix or '无扩展名的文件'!r}；未写出任何文件。请命名为 {target.with_suffix(suffixes[0]).name!r}。",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise StorageError(
            f"{target} can't be written: {problem.strerror or problem}. Give a folder that you may write to.",
            f"无法写入 {target}：{problem.strerror or problem}。请换一个有写权限的目录。",
        ) from None
    return target
