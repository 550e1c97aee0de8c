"""The language of one call of the command: what --lang says, else what the environment says.

`main` settles it before the commands are imported, because help texts are made when a command is defined.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from fraudgraph.errors import UsageError

__all__ = ["LANGUAGES", "language", "settle_language", "t"]

LANGUAGES = ("zh", "en")

_settled = ["en"]


def language() -> str:
    """The settled language: "zh" or "en"."""
    return _settled[0]


def t(en: str, zh: str) -> str:
    """The text in the settled language."""
    return zh if language() == "zh" else en


def settle_language(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """Settle the language and move --lang to the front, so that it may stand anywhere in the line.

    Parameters
    ----------
    arguments : sequence of str
        The command line after the program's name.
    environment : mapping, optional
        Where LC_ALL, LC_MESSAGES and LANG are looked up; the process's own by default.

    Returns
    -------
    list of str
        The arguments without --lang.

    Raises
    ------
    UsageError
        If --lang names no language of ours, or nothing.
    """
    _settled[0] = _from_environment(os.environ if environment is None else environment)
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return [*rest, word, *waiting]
        if word == "--lang":
            _settled[0] = _checked(waiting.pop(0) if waiting else "")
        elif word.startswith("--lang="):
            _settled[0] = _checked(word.removeprefix("--lang="))
        else:
            rest.append(word)
    return rest


def _from_environment(environment: Mapping[str, str]) -> str:
    said = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "zh" if said.lower().startswith("zh") else "en"


def _checked(said: str) -> str:
    if said not in LANGUAGES:
        raise UsageError(
            f"--lang takes zh or en, not {said!r}. Give one of the two, or leave --lang out.",
            f"--lang 只能是 zh 或 en，不能是 {said!r}。请改为其中之一，或不写 --lang。",
        )
    return said
