"""Everything that can go wrong, by whose turn it is.

* FraudgraphError
  x SourceError          the supplier's files                  exit 4
  x SettingsError        the operator's settings               exit 3
  x UsageError           the command as typed                  exit 2
  x ModelError           a screening model's author            exit 3
  x GraphStoreError      Neo4j is away or refuses              exit 5
  x LockedError          another run holds the workspace       exit 6
  x StorageError         disk full or permission               exit 7
  x ReplayError          a kept number its claims don't give   exit 8

Each message says what, where, what was found, what was expected and what to do, in both languages.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar

__all__ = [
    "FraudgraphError",
    "GraphStoreError",
    "LockedError",
    "ModelError",
    "ReplayError",
    "SettingsError",
    "SourceError",
    "StorageError",
    "UsageError",
    "nearest_hint",
]


class FraudgraphError(Exception):
    """A failure that a person can act on: one sentence in English and one in Chinese.

    Parameters
    ----------
    message_en, message_zh : str
        What, where, found against expected, and what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message_en: str, message_zh: str) -> None:
        super().__init__(message_en)
        self.message_en = message_en
        self.message_zh = message_zh

    def message(self, lang: str) -> str:
        """The sentence in the reader's language: "zh" or "en"."""
        return self.message_zh if lang == "zh" else self.message_en


class UsageError(FraudgraphError):
    """The command was typed in a way that can't be carried out."""

    exit_code = 2


class SettingsError(FraudgraphError):
    """A setting is unknown or has a value that can't be used."""

    exit_code = 3


class ModelError(FraudgraphError):
    """A screening model's file breaks the contract of section 6 of the design."""

    exit_code = 3


class SourceError(FraudgraphError):
    """A delivered file can't be used, or too many of its rows had to be set aside."""

    exit_code = 4


class GraphStoreError(FraudgraphError):
    """Neo4j is away, refuses, or is not what was expected; the list itself is safe."""

    exit_code = 5


class LockedError(FraudgraphError):
    """Another run is at work in this workspace."""

    exit_code = 6


class StorageError(FraudgraphError):
    """The disk is full, or a folder can't be written."""

    exit_code = 7


class ReplayError(FraudgraphError):
    """Numbers kept in a run's folder are not what its own claims give."""

    exit_code = 8


def nearest_hint(name: str, known: list[str]) -> tuple[str, str]:
    """A half-sentence naming the nearest known names, in English and Chinese.

    Parameters
    ----------
    name : str
        What was found.
    known : list of str
        What would have been accepted.
    """
    near = get_close_matches(name, known, n=3, cutoff=0.5) or sorted(known)[:8]
    listed = ", ".join(near)
    return f"did you mean: {listed}?", f"是否想写：{listed}?"
