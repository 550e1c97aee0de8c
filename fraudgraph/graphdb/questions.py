"""The questions of `cypher/`: read by name, asked with parameters, noted in the audit log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from neo4j.graph import Node, Relationship
from neo4j.graph import Path as GraphPath

from fraudgraph.content import content_folder
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.graphdb.connection import GraphStore

__all__ = [
    "MOST_NODES",
    "Question",
    "ask",
    "elements_of",
    "find_question",
    "load_questions",
    "real_parameters",
]

MOST_NODES = 150
"""No question draws more nodes than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One file of `cypher/`. `text` is the whole file, as an investigator pastes it into Browser."""

    name: str
    number: str
    folder: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    parameters: tuple[str, ...]
    text: str

    @property
    def file_name(self) -> str:
        """The path under `cypher/`."""
        return f"{self.folder}/{self.number}_{self.name}.cypher"


@cache
def load_questions() -> tuple[Question, ...]:
    """All questions, in the order of an investigator's work."""
    return tuple(_read(path) for path in sorted(content_folder("cypher").rglob("*.cypher")))


def _read(path: Path) -> Question:
    text = path.read_text(encoding="utf-8")
    title, about_zh, about_en, *rest = text.splitlines()
    title_zh, _, title_en = title.removeprefix("// ").partition(" / ")
    number, _, name = path.stem.partition("_")
    return Question(
        name=name, number=number, folder=path.parent.name, title_zh=title_zh, title_en=title_en,
        about_zh=about_zh.removeprefix("// 说明："), about_en=about_en.removeprefix("// About: "),
        parameters=tuple(m[1] for line in rest if (m := re.match(r"// 参数 Parameter: (\w+) ", line))), text=text,
    )  # fmt: skip


def find_question(name: str) -> Question:
    """The question of a name or number, such as ring_whole or 21.

    Raises
    ------
    UsageError
        If there is none.
    """
    for question in load_questions():
        if name in (question.name, question.number):
            return question
    hint_en, hint_zh = nearest_hint(name, [question.name for question in load_questions()])
    raise UsageError(
        f"There is no question {name!r} among {len(load_questions())}; {hint_en}",
        f"{len(load_questions())} 个查询中没有 {name!r};{hint_zh}",
    )


def ask(graph: GraphStore, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Ask a question; read-only, noted in the audit log.

    Parameters
    ----------
    graph : GraphStore
        The server.
    name : str
        A question's name or number.
    **parameters
        Its parameters, such as ringId="2025-10-001".

    Returns
    -------
    list of dict
        The rows: graph elements and plain values.

    Raises
    ------
    UsageError
        If there is no such question, or a parameter is missing or unknown.
    """
    question = find_question(name)
    wanted, given = set(question.parameters), set(parameters)
    if wanted != given:
        odd = sorted(wanted ^ given)[0]
        state_en, state_zh = ("is missing", "缺少") if odd in wanted else ("is unknown", "多余")
        raise UsageError(
            f"Question {question.name!r} takes {', '.join(question.parameters) or 'no parameters'}; {odd} {state_en}. Give each with --param NAME=VALUE.",
            f"查询 {question.name!r} 的参数为 {'、'.join(question.parameters) or '无'};{state_zh} {odd}。请用 --param 名称=值 逐个给出。",
        )
    graph.note(f"question {question.number} {question.name}", parameters)
    return graph.rows(question.text, **parameters)


def elements_of(value: Any) -> tuple[dict[str, Node], dict[str, Relationship]]:
    """Every node and relationship inside an answer (paths and lists too), by element id."""
    nodes: dict[str, Node] = {}
    lines: dict[str, Relationship] = {}
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Node):
            nodes[one.element_id] = one
        elif isinstance(one, Relationship):
            lines[one.element_id] = one
            waiting += [node for node in (one.start_node, one.end_node) if node is not None and node.labels]
        elif isinstance(one, GraphPath):
            waiting += [*one.nodes, *one.relationships]
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return nodes, lines


def real_parameters(graph: GraphStore) -> dict[str, str]:
    """A parameter of each name that leads somewhere in this graph: the first ring, its firmest member, its place …

    They stand in the guide's examples, and the tests ask every question with them.
    """
    found = graph.rows(
        """
        MATCH (run:Published)<-[:PART_OF]-(ring:Ring)
        WITH run, ring ORDER BY ring.rank LIMIT 1
        OPTIONAL MATCH (ring)<-[m:MEMBER_OF]-(person:Patient)
        WITH run, ring, person ORDER BY m.strength DESC, person.id
        WITH run, ring, collect(person.id)[..2] AS people
        OPTIONAL MATCH (ring)<-[m:MEMBER_OF]-(place) WHERE place:Facility OR place:Pharmacy
        WITH run, ring, people, place ORDER BY m.strength DESC, place.id
        WITH run, ring, people, collect(place.id)[0] AS place
        OPTIONAL MATCH (flag:Flag {run: run.key})
        WITH run, ring, people, place, flag ORDER BY flag.severity DESC, flag.id LIMIT 1
        OPTIONAL MATCH (:Doctor)-[p:PRACTISES_AT {run: run.key}]->(facility:Facility)
        WITH run, ring, people, place, flag, facility.id AS facility, sum(p.claim_count) AS weight ORDER BY weight DESC, facility LIMIT 1
        RETURN run.key AS run, ring.id AS ringId, toString(ring.first_seen) AS fromDay, toString(ring.last_seen) AS toDay, people, place, flag.id AS flagId, flag.model AS model, facility AS facilityId
        """
    )
    if not found:
        return {}
    first = found[0]
    more = graph.rows(
        """
        OPTIONAL MATCH (doctor:Doctor)-[p:PRESCRIBED_AT {run: $run}]->()
        WITH doctor, sum(p.claim_count) AS weight ORDER BY weight DESC, doctor.id LIMIT 1
        OPTIONAL MATCH (:Facility|Pharmacy {id: $place})<-[:VISITED|FILLED_AT {run: $run}]-(p:Patient)
        WITH doctor, p LIMIT 200
        OPTIONAL MATCH (p)-[:VISITED|FILLED_AT {run: $run}]->(other) WHERE other.id <> $place
        WITH doctor, other, count(*) AS common_count ORDER BY common_count DESC, other.id LIMIT 1
        RETURN doctor.id AS doctorId, other.id AS otherPlaceId
        """,
        run=first["run"], place=first["place"] or "",
    )[0]  # fmt: skip
    people = [*first["people"], "", ""]
    values = {
        "ringId": first["ringId"], "personId": people[0], "otherId": people[1], "placeId": first["place"], "text": first["place"],
        "flagId": first["flagId"], "model": first["model"], "facilityId": first["facilityId"],
        "fromDay": first["fromDay"], "toDay": first["toDay"], **more,
    }  # fmt: skip
    return {name: str(value or "") for name, value in values.items()}
