"""The cases: violations of each kind and, beside each, what looks the same and is lawful."""

from __future__ import annotations

from fraudgraph.synthetic.hospital.case import Case, Kind
from fraudgraph.synthetic.hospital.cases_care import CARE
from fraudgraph.synthetic.hospital.cases_drugs import DRUGS
from fraudgraph.synthetic.hospital.cases_fees import FEES
from fraudgraph.synthetic.hospital.cases_machines import MACHINES
from fraudgraph.synthetic.hospital.cases_money import MONEY
from fraudgraph.synthetic.hospital.cases_papers import PAPERS
from fraudgraph.synthetic.hospital.cases_reports import REPORTS
from fraudgraph.synthetic.hospital.cases_theatre import THEATRE
from fraudgraph.synthetic.hospital.world import World

__all__ = ["KINDS", "Case", "write_cases"]

KINDS: tuple[Kind, ...] = (*FEES, *REPORTS, *THEATRE, *DRUGS, *CARE, *MACHINES, *PAPERS, *MONEY)


def write_cases(world: World, *, planted: bool, times: int) -> list[Case]:
    """All innocent twins, then, in a planted hospital, all violations."""
    made = []
    for role in ("twin", "violation") if planted else ("twin",):
        for kind in KINDS:
            for number in range(times):
                case = (kind.violate if role == "violation" else kind.innocent)(world, number)
                case.kind, case.role = kind, role
                made.append(case)
    return made
