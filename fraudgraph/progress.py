"""How long work tells its reader where it is, without knowing who listens: a terminal, a log, or nobody."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NullProgress", "Progress"]


class Progress(Protocol):
    """Listens to work. One stage at a time: a new stage ends the one before."""

    def stage(self, name_en: str, name_zh: str, total: int | None = None) -> None:
        """A stage begins.

        Parameters
        ----------
        name_en, name_zh : str
            A few words each, such as "Reading claims" and "读取结算单".
        total : int, optional
            How many units (rows, files, rings) the stage has; None where that isn't known.
        """

    def advance(self, n: int = 1) -> None:
        """So many more units of the stage are done."""

    def done(self) -> None:
        """All work is over, or has failed. May be called more than once."""


class NullProgress:
    """Says nothing: for pipes, tests and notebooks."""

    def stage(self, name_en: str, name_zh: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, n: int = 1) -> None:
        """Nothing."""

    def done(self) -> None:
        """Nothing."""
