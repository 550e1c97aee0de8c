"""What `sample` makes beside a city: a hospital's year, planted violations."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.cli.language import t
from fraudgraph.cli.terminal import print_result, say

__all__ = ["make_hospital_year", "plant_beside"]


def make_hospital_year(out: Path, *, dialect: str, stays: int, seed: int, planted: bool) -> None:
    """Make an invented hospital-year and tell where it is."""
    from fraudgraph.synthetic.hospital import make_hospital

    made = make_hospital(out, dialect=dialect, stays=stays, seed=seed, planted=planted)
    print_result(
        t(
            f"{made.visits:,} visits and {made.charges:,} charges of an invented hospital are in {made.books}, {made.lines:,} settled lines in {made.settlements}.\n"
            f"What is true ({made.cases} cases, and why the two sides differ) is in {made.truth}; no run reads it.",
            f"虚构医院就诊 {made.visits:,} 人次、院端费用 {made.charges:,} 条，已写入 {made.books}；结算明细 {made.lines:,} 条，见 {made.settlements}。\n"
            f"真相（案例 {made.cases} 个，以及两端差额的原因）另存于 {made.truth}，运行时不会读取。",
        )
    )


def plant_beside(out: Path, truth: Path) -> None:
    """Plant violations and their innocent twins beside a city and tell how many."""
    from fraudgraph.synthetic.planting import plant_violations

    planted = plant_violations(out, truth)
    wrong = sum(one.must_fire for one in planted)
    say(
        t(
            f"Planted beside it: {wrong} violations and {len(planted) - wrong} innocent twins of {len({one.model for one in planted})} models ({out / 'supervision'}, {out.name}-alone; what is what: {truth / 'violations.csv'}).",
            f"另植入 {len({one.model for one in planted})} 个模型的违规 {wrong} 例、合理情形 {len(planted) - wrong} 例（{out / 'supervision'}、{out.name}-alone；对照见 {truth / 'violations.csv'}）。",
        )
    )
