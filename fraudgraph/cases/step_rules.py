"""The table of steps 流程表: which step may follow which, who takes it, and which clock it starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from fraudgraph.cases.clocks import Term
from fraudgraph.cases.rule_sets import read_rules
from fraudgraph.errors import UsageError, nearest_hint

__all__ = ["CaseStep", "StepRules", "step_rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One row of the table. `theirs`: the clock runs for the party or another authority, not for us."""

    name: str
    zh: str
    en: str
    after: tuple[str, ...]
    by: tuple[str, ...]
    two: bool
    chief: bool
    source: str
    verified: bool
    term: Term | None
    ends_with: tuple[str, ...]
    what_zh: str
    what_en: str
    theirs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRules:
    """The whole table."""

    id: str
    steps: dict[str, CaseStep]
    escalate_superior: Term

    def step(self, name: str) -> CaseStep:
        """A step by its name.

        Raises
        ------
        UsageError
            If there is none.
        """
        if name in self.steps:
            return self.steps[name]
        hint_en, hint_zh = nearest_hint(name, sorted(self.steps))
        raise UsageError(
            f"There is no step {name!r}; {hint_en} Nothing was recorded.",
            f"没有步骤 {name!r}；{hint_zh} 未登记任何内容。",
        )

    def next_after(self, state: str) -> list[CaseStep]:
        """Steps that may follow."""
        return [step for step in self.steps.values() if state in step.after]


@cache
def step_rules() -> StepRules:
    """The table that comes with the program."""
    table = read_rules("steps.toml")
    return StepRules(
        id=table["id"],
        steps={row["name"]: _as_step(row) for row in table["step"]},
        escalate_superior=Term.parse(table["escalate_superior"]),
    )


def _as_step(row: dict[str, Any]) -> CaseStep:
    return CaseStep(
        name=row["name"], zh=row["zh"], en=row["en"], after=tuple(row["after"]), by=tuple(row["by"]), two=row["two"],
        chief=row.get("chief", False), source=row["source"], verified=row["verified"],
        term=Term.parse(row["term"], rolls=row["rolls"]) if "term" in row else None,
        ends_with=tuple(row.get("ends_with", ())), what_zh=row.get("what_zh", ""), what_en=row.get("what_en", ""),
        theirs=row.get("theirs", False),
    )  # fmt: skip
