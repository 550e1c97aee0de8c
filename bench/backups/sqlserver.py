"""SQL Server files: fuzz in processes with limits, and speed with peak memory.

Files are made from the specification by tests/backups/sqlserver; Microsoft's samples are broken too where the
shared folder is present.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

MEMORY_MIB, SECONDS = 2048, 20
"""Limits of address space for a process, of processor time for one broken copy."""

WORKER = """
import json, resource, signal, sys
from pathlib import Path
from tests.backups.sqlserver import fuzz
count, seed, first, step, folder, limit, seconds = json.loads(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit << 20, limit << 20))
base = fuzz.bases() | fuzz.shared_bases()
for name, number, data in fuzz.broken_copies(count, seed, base):
    if number % step != first:
        continue
    print(json.dumps(["at", name, number]), flush=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        end, rows, size = fuzz.read_through(data, Path(folder), Path(name).suffix)
    except BaseException as error:
        end = f"crash {type(error).__name__}: {error}"
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps([end, name, number]), flush=True)
print(json.dumps(["peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 0]), flush=True)
"""


def fuzz(count: int, seed: int) -> int:
    """Read broken copies and print how they ended; the number that crashed, hung or asked for too much memory."""
    started, ends, bad, peak = time.time(), Counter[str](), [], 0
    with tempfile.TemporaryDirectory(prefix="fraudgraph-fuzz-") as folder:
        task = json.dumps([count, seed, 0, 1, folder, MEMORY_MIB, SECONDS])
        with subprocess.Popen([sys.executable, "-c", WORKER, task], stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            last = ["", "", 0]
            for line in run.stdout:
                last = json.loads(line)
                if last[0] == "peak":
                    peak = last[1]
                elif last[0] != "at":
                    ends[last[0].split(":")[0]] += 1
                    if last[0].startswith("crash"):
                        bad.append(last)
    if run.returncode:
        bad.append([f"process ended with {run.returncode}", *last[1:]])
    print(
        f"{count} broken copies, seed {seed}: {dict(sorted(ends.items()))}, {time.time() - started:.0f} s, peak {peak} MiB"
    )
    for end, name, number in bad[:20]:
        print(f"  {name} copy {number}: {end}")
    return len(bad)


def _columns() -> list[object]:
    from tests.backups.sqlserver.build import LATIN, PRC, Col  # noqa: PLC0415  # only this piece needs the tests

    return [
        Col("id", 127), Col("patient", 231, 40), Col("fee", 106, prec=18, scale=2), Col("at", 61),
        Col("drug", 167, 80, collation=PRC), Col("quantity", 56), Col("flag", 104), Col("code", 175, 10, collation=LATIN),
        Col("day", 42, scale=3),
    ]  # fmt: skip


def _row(k: int) -> list[object]:
    return [
        k, f"病人{k % 977}", Decimal(k % 100000) / 100, dt.datetime(2024, 1, 1) + dt.timedelta(minutes=k % 400000),
        f"阿莫西林胶囊{k % 53}", k % 31, k % 2 == 0, f"A{k % 999:05d}", (dt.date(2024, 1, 1), k * 7919 % 86_400_000),
    ]  # fmt: skip


def make(path: Path, mebibytes: int, form: str) -> None:
    """A data file or backup of about a size, with one table of claims in one form of record."""
    from tests.backups.sqlserver import kinds  # noqa: PLC0415
    from tests.backups.sqlserver.build import Builder, compressed, fixed_var, place_columns  # noqa: PLC0415

    cols = _columns()
    places = place_columns(cols)
    if form == "row-compressed":
        rows = [
            compressed([kinds.tight(c, v) for c, v in zip(cols, _row(k), strict=True)]) for k in range(20_000)
        ]
    else:
        rows = [
            fixed_var(places, [kinds.loose(c, v) for c, v in zip(cols, _row(k), strict=True)])
            for k in range(20_000)
        ]
    count = mebibytes * 1024 * 1024 // (sum(map(len, rows)) // len(rows) + 2)
    builder = Builder()
    records = [rows[k % len(rows)] for k in range(count)]
    builder.table("claims", cols, [records], compression=int(form == "row-compressed"))
    builder.finish()
    path.write_bytes(builder.tape() if form == "backup" else builder.data())


READER = """
import sys, time
from pathlib import Path
from fraudgraph.backups.sqlserver import open_database
began, cpu, rows = time.time(), time.process_time(), 0
with open_database(sys.argv[1]) as database:
    for table in database.tables():
        for batch in table.batches():
            rows += batch.num_rows
        assert table.rows_read == table.row_count
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) // 1024  # ru_maxrss would count the parent too
print(rows, time.time() - began, time.process_time() - cpu, peak)
"""


def speed(mebibytes: int) -> None:
    """Read made files, each in a fresh process, and print MB/s and peak memory."""
    with tempfile.TemporaryDirectory(prefix="fraudgraph-speed-") as folder:
        for form in ("data file", "backup", "row-compressed"):
            path = Path(folder) / "claims.bin"
            make(path, mebibytes, form)
            said = subprocess.run(
                [sys.executable, "-c", READER, str(path)], capture_output=True, text=True, check=True
            )
            rows, wall, cpu, peak = map(float, said.stdout.split())
            size = path.stat().st_size / 1e6
            print(
                f"{form}: {size:.0f} MB, {rows:.0f} rows, {size / wall:.0f} MB/s ({size / cpu:.0f} MB/s of CPU), peak {peak:.0f} MiB"
            )
