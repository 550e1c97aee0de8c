"""How fast and in how much memory each format is read: `python -m bench import [--rows N] [--quick] [--formats a,b]`.

One invented delivery of settlements (15 columns, Chinese headers and names) is written in every format and read by a
fresh process, which tells its seconds and its largest resident size. `inspect` is timed on a folder of 30 mixed files.
Old .xls sheets end at 65,536 rows, so that format is measured there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]

XLS_ROWS = 65_000
AIM_ROWS_PER_SECOND = 200_000
"""Of GB18030 csv."""
FORMATS = (
    "csv-gb18030", "csv-utf8", "csv-utf16", "csv-stray-bytes", "csv-gz", "zip", "fixed", "dbf", "json-lines", "json-array",
    "parquet", "xlsx", "xlsb", "ods", "html", "xls",
)  # fmt: skip


def main(argv: list[str]) -> int:
    """Write, read, print a table, write json."""
    options = _options(argv)
    rows = options.rows or (20_000 if options.quick else 1_000_000)
    options.work.mkdir(parents=True, exist_ok=True)
    wanted = options.formats.split(",") if options.formats else list(FORMATS)
    figures = []
    print(f"{rows:,} rows of 15 columns")
    for name in wanted:
        count = min(rows, XLS_ROWS) if name == "xls" else rows
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            _work("write", name, str(count), folder)
            found = {"format": name, "rows": count, **_work("read", name, str(count), folder)}
        figures.append(found)
        print(
            f"{name:16} {found['seconds']:8.2f} s  {count / found['seconds']:>10,.0f} rows/s  cpu {found['cpu_seconds']:>7.2f} s  peak {found['peak_mib']:>6,.0f} MiB  file {found['file_mib']:>6,.0f} MiB",
            flush=True,
        )
    if not options.formats:
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            mixed = _work("inspect", "mixed", str(200 if options.quick else 5_000), folder)
        figures.append({"format": "inspect 30 mixed files", **mixed})
        print(f"inspect of 30 mixed files {mixed['seconds']:.2f} s, {mixed['recognised']} recognised")
    target = options.json or options.work / f"import-{rows}.json"
    target.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"figures in {target}")
    return 0


def _work(*words: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.import.work", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout))


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench import", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 rows: does it work at all")
    parser.add_argument("--rows", type=int, default=0, help="rows of the delivery (default 1,000,000)")
    parser.add_argument("--formats", default="", help=f"some of: {','.join(FORMATS)}")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "fraudgraph-bench")
    parser.add_argument(
        "--json", type=Path, default=None, help="where the figures go (default: in the work folder)"
    )
    return parser.parse_args(argv)
