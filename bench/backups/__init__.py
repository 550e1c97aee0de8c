"""Backups: broken copies of SQL Server files, and how fast whole ones are read.

`python -m bench backups --fuzz 10000 [--seed 7]` reads that many broken copies, each in a process with limits of memory and time;
`python -m bench backups --speed 1024` makes files of about that many MiB and reads them.
"""

from __future__ import annotations

import argparse

from bench.backups import sqlserver


def main(argv: list[str]) -> int:
    """Run the parts asked for; by default a short fuzz and a small file."""
    parser = argparse.ArgumentParser(prog="python -m bench backups")
    parser.add_argument("--fuzz", type=int, default=0, help="broken copies to read")
    parser.add_argument("--speed", type=int, default=0, help="MiB of a file to make and read")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="200 broken copies, 16 MiB")
    given = parser.parse_args(argv)
    if given.quick or not (given.fuzz or given.speed):
        given.fuzz, given.speed = given.fuzz or 200, given.speed or 16
    failed = sqlserver.fuzz(given.fuzz, given.seed) if given.fuzz else 0
    if given.speed:
        sqlserver.speed(given.speed)
    return 1 if failed else 0
