"""Public names of a room that are imported when they are first asked for: a look-up does not pay for what computes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazily"]


def lazily(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a room whose names come from modules imported on first use.

    Parameters
    ----------
    room : str
        The room's `__name__`.
    homes : mapping of str to str
        Module inside the room by public name.
    """

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        thing = getattr(import_module(f"{room}.{homes[name]}"), name)
        setattr(sys.modules[room], name, thing)
        return thing

    return found
