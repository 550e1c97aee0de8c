"""What is known of every group, read once: each query under sql/ gives some facts of the registry, one row a group."""

from __future__ import annotations

import re
import tomllib

import pyarrow as pa

from fraudgraph.explanations.cards import ROOM, Library, read_library
from fraudgraph.explanations.facts import FROM_CLAIMS, ExplanationSupport, Known
from fraudgraph.explanations.support import read_support
from fraudgraph.store import Store

__all__ = ["prepare_known", "read_known"]


def prepare_known(store: Store, library: Library | None = None) -> None:
    """Make the tables that explanations are read from: `diagnosis_families`, `explanation_marks`, `lawful_claims`."""
    library = library or read_library()
    families = tomllib.loads((ROOM / "diagnoses.toml").read_text(encoding="utf-8"))
    rows = [(family, prefix) for family, prefixes in sorted(families.items()) for prefix in prefixes]
    store.put(
        "diagnosis_families",
        pa.table({"family": [family for family, _ in rows], "prefix": [prefix for _, prefix in rows]}),
    )
    marks = [(card.name, mark, card.about_people) for card in library.cards for mark in card.speaks]
    store.put(
        "explanation_marks",
        pa.table(
            {
                "name": [name for name, _, _ in marks],
                "mark": [mark for _, mark, _ in marks],
                "about_people": [people for _, _, people in marks],
            }
        ),
    )
    sql, numbers = _query("claims", library)
    store.run(sql, **numbers)


def read_known(store: Store, library: Library | None = None) -> dict[int, Known]:
    """What is known of every group, by group number.

    Parameters
    ----------
    store : Store
        Holds groups, sittings, `member_claims`, `group_attributes`, `group_parents`, visits and the delivered tables.
    library : Library, optional
        The explanations; the built-in ones if none are given.
    """
    library = library or read_library()
    prepare_known(store, library)
    values: dict[int, dict[str, float | None]] = {
        no: dict.fromkeys(library.facts)
        for (no,) in store.rows("SELECT DISTINCT group_no FROM group_members ORDER BY group_no")
    }
    for name in sorted({fact.sql for fact in library.facts.values()} - {FROM_CLAIMS}):
        sql, numbers = _query(name, library)
        for row in store.arrow(sql, **numbers).to_pylist():
            values[row["group_no"]].update(
                {fact: None if value is None else float(value) for fact, value in row.items() if fact in library.facts}
            )  # fmt: skip
    support = read_support(store)
    return {
        no: Known(values={**found, **_of_claims(support.get(no, {}), library)}, support=support.get(no, {}))
        for no, found in values.items()
    }


def _query(name: str, library: Library) -> tuple[str, dict[str, float]]:
    """A query and the parameters that it names."""
    sql = (ROOM / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    named = set(re.findall(r"\$(\w+)", sql))
    return sql, {key: value for key, value in library.numbers.items() if key in named}


def _of_claims(support: dict[str, ExplanationSupport], library: Library) -> dict[str, float | None]:
    """Facts named EXPLANATION_carried and EXPLANATION_people: what the claims that speak for it carry, and of how many people."""
    found: dict[str, float | None] = {}
    for fact in library.facts.values():
        if fact.sql == FROM_CLAIMS:
            name, _, what = fact.name.rpartition("_")
            spoken = support.get(name)
            found[fact.name] = 0.0 if spoken is None else float(spoken.claim_share if what == "carried" else spoken.patient_count)  # fmt: skip
    return found
