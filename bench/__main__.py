"""Runs one benchmark by name: `bench/NAME.py` or `bench/NAME/__init__.py`, each with `main(argv) -> int`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def names() -> list[str]:
    """The benchmarks that can be run."""
    here = str(Path(__file__).parent)
    return sorted(
        found.name for found in pkgutil.iter_modules([here]) if not found.name.startswith(("_", "make_"))
    )


def main(argv: list[str]) -> int:
    """Run the benchmark named first, with what follows its name."""
    known = names()
    if not argv or argv[0] in ("-h", "--help"):
        print(f"python -m bench NAME [--quick] …\nNAME is one of: {', '.join(known)}")
        return 0 if argv else 2
    if argv[0] not in known:
        print(f"There is no benchmark {argv[0]!r}. Choose one of: {', '.join(known)}.", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"bench.{argv[0]}").main(argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
