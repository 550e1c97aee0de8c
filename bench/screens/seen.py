"""Where each model was seen firing: the planted violations, the data samples, an ordinary sample city."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fraudgraph.claims.reading import read_claims
from fraudgraph.screening import screen_claims
from fraudgraph.settings import ScreeningSettings, SourceSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.planting import Planted, plant_violations

__all__ = ["SEEN", "measure_seen", "planted_hits", "read_seen"]

SEEN = Path(__file__).parent / "seen.json"
ROOT = Path(__file__).parents[2]


def read_seen() -> dict[str, dict[str, int]]:
    """By model: flags by delivery, as last measured."""
    found: dict[str, dict[str, int]] = json.loads(SEEN.read_text(encoding="utf-8"))
    return found


def planted_hits(base: Path) -> list[tuple[Planted, bool]]:
    """Plant, read the files as any delivery, screen: each case with whether its model flagged it."""
    (base / "city").mkdir(parents=True)
    (base / "truth").mkdir()
    planted = plant_violations(base / "city", base / "truth")
    found = []
    for number, delivery in enumerate(sorted({one.delivery for one in planted})):
        with Store(base / f"store{number}") as store:
            flags = _flags(store, base / delivery)
        for one in planted:
            if one.delivery == delivery:
                hit = any(
                    model == one.model and any(name.startswith(one.mark) for name in names)
                    for model, names in flags
                )
                found.append((one, hit))
    return found


def _flags(store: Store, source: Path) -> list[tuple[str, Sequence[str]]]:
    read_claims(store, [source], SourceSettings(max_reject_share=1.0))
    screen_claims(store, ScreeningSettings())
    rows = store.rows("SELECT model, subject_id, member_ids, claim_ids FROM flags")
    return [(str(model), [str(subject), *members, *claims]) for model, subject, members, claims in rows]


def measure_seen() -> dict[str, dict[str, int]]:
    """Flags by model and delivery."""
    seen: dict[str, dict[str, int]] = {}

    def add(model: str, delivery: str) -> None:
        counts = seen.setdefault(model, {})
        counts[delivery] = counts.get(delivery, 0) + 1

    with tempfile.TemporaryDirectory() as scratch:
        for one, hit in planted_hits(Path(scratch)):
            if hit and one.must_fire:
                add(one.model, "sample --supervision")
        city = Path(scratch) / "sample"
        command = [sys.executable, "-m", "fraudgraph", "sample", str(city), "--claims", "20000", "--items"]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        for name, source in (("data_samples", ROOT / "data_samples"), ("sample --items", city)):
            with Store(Path(scratch) / f"store {name}") as store:
                for model, _ in _flags(store, source):
                    add(model, name)
    return {model: dict(sorted(counts.items())) for model, counts in sorted(seen.items())}
