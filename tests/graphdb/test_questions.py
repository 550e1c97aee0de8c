"""Every question of cypher/ against the real server: it is understood, it answers, and it keeps its bound."""

from __future__ import annotations

import re

import pytest

from fraudgraph.errors import UsageError
from fraudgraph.graphdb import neighbourhood, query
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.model import CASE_WORDS_ZH, WORDS_ZH
from fraudgraph.graphdb.questions import (
    MOST_NODES,
    Question,
    ask,
    elements_of,
    load_questions,
    real_parameters,
)
from fraudgraph.report.words import EVIDENCE_KINDS, ROLES, STATUSES, TYPOLOGIES, VERDICTS

QUESTIONS = [pytest.param(question, id=question.file_name) for question in load_questions()]
neo4j = pytest.mark.neo4j


def test_there_are_at_least_thirty_questions_with_names_of_their_own() -> None:
    names = [question.name for question in load_questions()]
    assert len(names) >= 30
    assert len(set(names)) == len(names)
    assert len({question.number for question in load_questions()}) == len(names)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_file_says_in_both_languages_what_it_asks_and_takes(question: Question) -> None:
    assert question.title_zh and question.title_en and question.about_zh and question.about_en
    assert question.title_en.isascii()
    used = set(
        re.findall(r"\$(\w+)", "\n".join(x for x in question.text.splitlines() if not x.startswith("//")))
    )
    assert used == set(question.parameters)
    for name in question.parameters:
        assert f"//   :param {name} => " in question.text
    assert "left_out" in question.text
    assert re.fullmatch(r"[A-Za-z0-9_/.]+", question.file_name)


def test_browser_and_dossiers_call_roles_evidence_and_typologies_the_same() -> None:
    told = {str(role): text.zh for role, text in ROLES.items()} | {
        k: text.zh for k, text in EVIDENCE_KINDS.items()
    }
    assert told | {str(typology): text.zh for typology, text in TYPOLOGIES.items()} == WORDS_ZH
    assert {word: text.zh for word, text in (STATUSES | VERDICTS).items()} == CASE_WORDS_ZH  # type: ignore[operator]


@pytest.fixture(scope="module")
def parameters(served: object) -> dict[str, str]:
    with served.server.open_graph() as graph:  # type: ignore[attr-defined]
        return real_parameters(graph)


@neo4j
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_server_understands_it_and_it_only_reads(
    question: Question, graph: GraphStore, parameters: dict[str, str]
) -> None:
    given = {name: parameters[name] for name in question.parameters}
    with graph.session(read=True) as session:
        summary = session.run("EXPLAIN " + question.text, given).consume()  # type: ignore[arg-type]
    assert summary.query_type == "r"
    assert summary.plan is not None


@neo4j
@pytest.mark.parametrize("question", QUESTIONS)
def test_it_answers_on_the_sample_within_its_bound(
    question: Question, graph: GraphStore, parameters: dict[str, str]
) -> None:
    rows = ask(graph, question.name, **{name: parameters[name] for name in question.parameters})
    nodes, _ = elements_of(rows)
    assert rows, "no rows"
    assert len(nodes) <= MOST_NODES
    assert len(rows) <= 1000
    assert all(isinstance(row["left_out"], int) and row["left_out"] >= 0 for row in rows)


@neo4j
def test_questions_look_at_one_month_only(graph: GraphStore) -> None:
    months = graph.rows("MATCH (r:Run) RETURN r.month AS month, r.published AS shown ORDER BY month")
    assert months == [{"month": "2025-11", "shown": False}, {"month": "2025-12", "shown": True}]
    runs = {row["ring"]["run"] for row in ask(graph, "rings_of_the_month")}
    assert len(runs) == 1 and next(iter(runs)).startswith("2025-12.")


@neo4j
def test_loose_ends_are_none(graph: GraphStore) -> None:
    assert {row["found"] for row in ask(graph, "loose_ends")} == {0}


@neo4j
def test_what_is_left_out_is_counted(graph: GraphStore, parameters: dict[str, str]) -> None:
    ring = {"ringId": parameters["ringId"]}
    shown = len(ask(graph, "evidence_and_claims", **ring))
    assert shown > 0
    members = graph.value(
        "MATCH (:Published)<-[:PART_OF]-(r:Ring {id: $ringId})<-[:MEMBER_OF]-(n) RETURN count(n)", **ring
    )
    assert len(ask(graph, "ring_whole", **ring)) == min(members, 140)


@neo4j
def test_a_missing_parameter_is_named(graph: GraphStore) -> None:
    with pytest.raises(UsageError, match="ringId is missing"):
        ask(graph, "ring_whole")
    with pytest.raises(UsageError, match="did you mean: ring_whole"):
        ask(graph, "ring_whol", ringId="x")


@neo4j
def test_analysts_get_tables_and_networks(graph: GraphStore, parameters: dict[str, str]) -> None:
    table = query(graph, "timeline", ringId=parameters["ringId"])
    assert {"day", "person_count", "fund_amount"} <= set(table.columns)
    network = neighbourhood(graph, parameters["ringId"])
    assert parameters["personId"] in network
    assert {"MEMBER_OF", "MET"} <= {kind for *_, kind in network.edges(data="type")}


@neo4j
@pytest.mark.parametrize(
    "text",
    ["a+b (c", '"', "\\", "*", "~!^:/", "AND OR NOT", "", " ", "[x] {y}", "a:b && c || !d", "x~0.5^2 <>="],
)
def test_any_text_may_be_searched_for(graph: GraphStore, text: str) -> None:
    assert ask(graph, "find_person_or_place", text=text) == []


@neo4j
def test_the_first_letters_find_names_and_numbers(graph: GraphStore, parameters: dict[str, str]) -> None:
    place = graph.rows(
        "MATCH (p:Facility|Pharmacy {id: $id}) RETURN p.id AS id, p.name AS name", id=parameters["placeId"]
    )[0]
    for text in (
        place["id"],
        place["id"][:6].lower(),
        place["id"][:6] + "*",
        place["name"],
        place["name"][:2],
        f"{place['name'][:2]} {place['id'][:6]}",
    ):
        assert place["id"] in {row["id"] for row in ask(graph, "find_person_or_place", text=text)}, text
    person = graph.value("MATCH (p:Patient:InRing) WHERE p.name CONTAINS '*' RETURN p.name LIMIT 1")
    assert person in {row["name"] for row in ask(graph, "find_person_or_place", text=person)}


@neo4j
def test_a_stretch_of_time_holds_its_days_and_no_others(
    graph: GraphStore, parameters: dict[str, str]
) -> None:
    ring = {"ringId": parameters["ringId"]}
    days = sorted({str(row["day"]) for row in ask(graph, "timeline", **ring)})
    inner = days[len(days) // 3], days[len(days) // 2]
    found = {
        str(row["day"])
        for row in ask(graph, "ring_between_two_days", **ring, fromDay=inner[0], toDay=inner[1])
    }
    assert inner[0] in found and all(inner[0] <= day <= inner[1] for day in found)
    assert ask(graph, "ring_between_two_days", **ring, fromDay="1999-01-01", toDay="1999-12-31") == []
    months = ask(graph, "place_month_by_month", placeId=parameters["placeId"])
    every = graph.value(
        "MATCH (run:Published) MATCH ({id: $id})<-[:BILLED_BY {run: run.key}]-(c:Claim) RETURN count(DISTINCT c)",
        id=parameters["placeId"],
    )
    assert sum(row["claim_count"] for row in months) == every
    assert [row["month"] for row in months] == sorted({row["month"] for row in months})
