"""Reads invented files in every form with the truth known: `python -m bench fuzz_reading [--files 2000] [--seed S] [--json FILE]`.

Each file draws how its amounts, moments and ids are written (a column may mix two forms), its headers, container and
encoding, and its layout (titles, footers, subtotals, repeated and doubled headers, stray delimiters, merged cells, day
and clock in two columns, words for "not known", ends that are none). A value counts as silently wrong if a row was kept
and says something else than the truth, if it was left empty without a word, or if a record came of a row that is none.
Rows set aside with a reason and files refused with a proposal are counted apart. The aim is 0 silently wrong.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.fuzz_reading.files import File, file
from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.reading import read_claims
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["Tally", "fuzz", "main"]

PER_READ = 20
"""Files that are read together."""
_READ = {
    "person": "c.patient_id", "name": "p.name", "place": "c.place_id", "doctor": "c.doctor_id", "start": "c.started_at", "end": "c.ended_at",
    "settled": "c.settled_at", "total": "c.total_amount", "fund": "c.fund_amount",
}  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What came of the files. `wrong` lists what was silently wrong: file, forms, column, truth, what was read."""

    files: int = 0
    values: int = 0
    rows_kept: int = 0
    rows_aside: int = 0
    files_refused: int = 0
    left_empty: int = 0
    rows_lost: int = 0
    wrong: list[tuple[str, ...]] = field(default_factory=list)
    forms: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)


def _same(truth: Any, found: Any) -> bool:
    if hasattr(truth, "hour") and hasattr(found, "hour"):
        return abs((truth - found).total_seconds()) < 1.5
    return bool(truth == found)


def _judge(store: Store, files: Sequence[File], report: ReadReport, tally: Tally) -> None:
    asked = ", ".join(_READ.values())
    kept = {
        str(row[0]): dict(zip(_READ, row[1:], strict=True))
        for row in store.rows(
            f"SELECT c.claim_id, {asked} FROM claims AS c LEFT JOIN patients AS p ON p.patient_id = c.patient_id"
        )
    }
    aside: dict[str, str] = {}
    for name, code, raw in store.rows(
        "SELECT source_file, code, raw_line FROM rejects WHERE code <> 'E_NO_RECORD'"
    ):
        plain = "".join(
            char for char in unicodedata.normalize("NFKC", str(raw)) if unicodedata.category(char) != "Cf"
        )
        file_name = str(name).partition("[")[0]
        aside[file_name] = aside.get(file_name, "") + plain.replace(" ", "")
        tally.aside[str(code)] += 1
    rows_aside = Counter(str(row[0]).partition("[")[0] for row in store.rows("SELECT DISTINCT source_file, line FROM rejects WHERE code <> 'E_NO_RECORD'"))  # fmt: skip
    known = {claim for one in files for claim in one.truth}
    tally.wrong += [("", "", "a record that is none", "", claim) for claim in kept if claim not in known]
    told = {one.file: one.values_left_empty + one.open_ends for one in report.files}
    notes = "\n".join(note.en for note in report.notes)
    for one in files:
        here = [claim for claim in one.truth if claim in kept]
        gone = [claim for claim in one.truth if claim not in kept]
        named = aside.get(one.name, "")
        tally.rows_kept += len(here)
        tally.rows_aside += len(gone)
        lost = [claim for claim in gone if claim not in named][: max(0, len(gone) - rows_aside[one.name])]
        tally.rows_lost += len(lost)
        tally.rows_aside -= len(lost)
        tally.wrong += [
            (one.name, str(one.forms), "a row lost without a word", claim, "") for claim in lost[:3]
        ]
        empty = 0
        for claim in here:
            for column, truth in one.truth[claim].items():
                found = kept[claim][column]
                tally.values += 1
                if _same(truth, found):
                    continue
                if found is None:
                    empty += 1
                else:
                    tally.wrong.append((one.name, str(one.forms), column, str(truth), str(found)))
        tally.left_empty += empty
        if empty and not told.get(one.name) and one.name not in notes:
            tally.wrong.append((one.name, str(one.forms), "left empty without a word", "", str(empty)))


def _read(files: Sequence[File], tally: Tally) -> str:
    """Read files together; what was said if one of them was refused, else nothing."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "delivered"
        place.mkdir()
        for one in files:
            (place / one.name).write_bytes(one.content)
        with Store(Path(folder) / "store") as store:
            try:
                report = read_claims(store, [place], SourceSettings(max_reject_share=1))
            except SourceError as refused:
                return refused.message_en
            _judge(store, files, report, tally)
    return ""


def _read_by_parts(files: Sequence[File], tally: Tally) -> None:
    """Read files together, and where one of them is refused, each half by itself."""
    said = _read(files, tally) if files else ""
    if not said:
        return
    if len(files) == 1:
        tally.files_refused += 1
        tally.refused[said.split(": ", 1)[-1][:200] + f" | {files[0].forms}"] += 1
        return
    half = len(files) // 2
    _read_by_parts(files[:half], tally)
    _read_by_parts(files[half:], tally)


def fuzz(count: int, seed: int, tell: Callable[[str], None] = lambda _text: None, first: int = 0) -> Tally:
    """Make, read and judge files.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Same seed, same files.
    tell : callable
        Told how far it is.
    first : int
        Number of the first one.
    """
    tally = Tally()
    for start in range(first, first + count, PER_READ):
        files = [file(n, seed) for n in range(start, min(first + count, start + PER_READ))]
        for one in files:
            tally.forms.update(f"{kind}: {form}" for kind, form in one.forms.items())
        before = len(tally.wrong)
        _read_by_parts([one for one in files if not one.may_be_refused], tally)
        for one in files:
            if one.may_be_refused:
                _read_by_parts([one], tally)
        tally.files += len(files)
        for wrong in tally.wrong[before : before + 40]:
            tell(" | ".join(("WRONG", *wrong)))
        tell(f"{tally.files} files, {tally.values} values, {len(tally.wrong)} silently wrong")
    return tally


def main(argv: Sequence[str]) -> int:
    """Print what came of the files; 1 if a value was silently wrong or a row lost."""
    parser = argparse.ArgumentParser(prog="python -m bench fuzz_reading", description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file, to run in parts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="60 files")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    tally = fuzz(
        60 if asked.quick else asked.files, asked.seed, lambda text: print(text, flush=True), asked.first
    )
    for said, times in tally.refused.most_common():
        print("REFUSED", times, said, sep=" | ")
    figures = {
        "files": tally.files, "values": tally.values, "silently_wrong": len(tally.wrong), "rows_lost": tally.rows_lost,
        "rows_kept": tally.rows_kept, "rows_set_aside": tally.rows_aside, "files_refused": tally.files_refused,
        "values_left_empty": tally.left_empty, "seed": asked.seed, "first": asked.first, "forms": len(tally.forms), "reasons": dict(tally.aside.most_common()),
    }  # fmt: skip
    print(json.dumps(figures))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if tally.wrong else 0
