"""who, why-not: what a run knows of an id, what links several, and the number that decides."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fraudgraph.cli import main
from fraudgraph.records import NodeKind, Ring
from fraudgraph.rings import load_rings
from tests.story_city import Story

Said = tuple[int, str, str]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def type_it(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_it


def ids(ring: Ring, kind: NodeKind) -> list[str]:
    return [member.entity_id for member in ring.members if member.entity_type is kind]


def counted(out: Path, sql: str, *values: Any) -> Any:
    with duckdb.connect(str(out / "fraudgraph.duckdb"), read_only=True) as con:
        return con.execute(sql, list(values)).fetchall()


def test_of_a_member_it_knows_claims_meetings_and_the_ring(story: Story, typed: Callable[..., Said]) -> None:
    ring = next(ring for ring in load_rings(story.out) if ring.listed)
    person = ids(ring, NodeKind.PATIENT)[0]
    code, said, _ = typed("who", person, "--out", story.out, "--json")
    assert code == 0
    (known,) = json.loads(said)["known"]
    ((claims, fund),) = counted(
        story.out,
        "SELECT count(*), sum(net_fund_amount) FROM claims WHERE counted AND patient_id = ?",
        person,
    )
    assert (known["claim_count"], known["fund_amount"]) == (claims, float(fund))
    assert known["meeting_count"] > 0
    assert ring.ring_id in {found["ring_id"] for found in known["rings"]}
    assert known["deciding"]["stage"] == "listed"
    for lang in ("zh", "en"):
        assert ring.ring_id in typed("who", person, "--out", story.out, "--lang", lang)[1]


def test_two_of_one_ring_are_linked_by_it_and_by_their_meetings(
    story: Story, typed: Callable[..., Said]
) -> None:
    ring = next(ring for ring in load_rings(story.out) if ring.listed)
    people = ids(ring, NodeKind.PATIENT)
    place = (ids(ring, NodeKind.PHARMACY) + ids(ring, NodeKind.FACILITY))[0]
    links = json.loads(typed("who", *people[:2], place, "--out", story.out, "--json")[1])["links"]
    kinds = {link["kind"] for link in links}
    assert {"ring", "same_place_days"} <= kinds
    with_place = [link for link in links if link["kind"] == "claims" and place in (link["a"], link["b"])]
    assert sum(link["count"] for link in with_place) == counted(
        story.out, "SELECT count(*) FROM claims WHERE counted AND patient_id IN (?, ?) AND place_id = ?", *people[:2], place
    )[0][0]  # fmt: skip


def test_why_not_names_the_number_that_decided(story: Story, typed: Callable[..., Said]) -> None:
    rings = load_rings(story.out)
    held = next(ring for ring in rings if not ring.listed and any(e.holds for e in ring.explanations))
    listed = {m.entity_id for ring in rings if ring.listed for m in ring.members}
    person = next(p for p in ids(held, NodeKind.PATIENT) if p not in listed)
    decided = json.loads(typed("why-not", person, "--out", story.out, "--json")[1])["known"][0]["deciding"]
    holding = max((e for e in held.explanations if e.holds), key=lambda e: e.share)
    assert (decided["stage"], decided["ring_id"]) == ("explained", held.ring_id)
    assert decided["needed"] == holding.threshold


def test_a_person_who_met_nobody_is_told_so(story: Story, typed: Callable[..., Said]) -> None:
    ((person,),) = counted(
        story.out,
        "SELECT patient_id FROM patient_codes WHERE patient NOT IN (SELECT a FROM pair_meetings UNION SELECT b FROM pair_meetings) "
        "AND patient NOT IN (SELECT patient FROM group_members) ORDER BY patient_id LIMIT 1",
    )
    found = json.loads(typed("why-not", person, "--out", story.out, "--json")[1])["known"][0]
    assert found["deciding"] | {"sentence_zh": "", "sentence_en": ""} == {
        "stage": "no_group", "ring_id": "", "observed": 0, "needed": 1, "sentence_zh": "", "sentence_en": "",
    }  # fmt: skip


def test_every_place_doctor_and_operator_gets_an_answer_with_a_number(
    story: Story, typed: Callable[..., Said]
) -> None:
    rows = counted(
        story.out,
        "SELECT place_id FROM place_codes UNION SELECT doctor_id FROM doctor_codes "
        "UNION (SELECT operator_id FROM claims WHERE operator_id IS NOT NULL) ORDER BY 1 LIMIT 12",
    )
    for (found,) in rows:
        for known in json.loads(typed("why-not", found, "--out", story.out, "--json")[1])["known"]:
            assert known["deciding"]["observed"] is not None
            assert known["deciding"]["sentence_zh"].endswith("。")


def test_an_id_that_nobody_has_is_wrong_usage_and_names_the_nearest(
    story: Story, typed: Callable[..., Said]
) -> None:
    ((person,),) = counted(story.out, "SELECT min(patient_id) FROM claims")
    code, said, err = typed("who", person[:-1] + "x", "--out", story.out, "--lang", "en")
    assert (code, said) == (2, "")
    assert person[:6] in err


def test_an_id_that_only_rows_set_aside_name_is_told_so_and_tables_of_another_version_too(
    typed: Callable[..., Said], tmp_path: Path
) -> None:
    header = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount\n"
    rows = "".join(
        f"S{i},P{i % 7},H1,outpatient,2025-10-{i % 28 + 1:02d} 09:00:00,10.00,6.00\n" for i in range(60)
    )
    bad = "S99,QQ4711,H1,outpatient,2025-10-09 09:00:00,ten,6.00\n"
    (tmp_path / "claims.csv").write_text(header + rows + bad, encoding="utf-8")
    assert main(["run", str(tmp_path / "claims.csv"), "--out", str(tmp_path / "out")]) == 0
    code, _, err = typed("who", "QQ4711", "--out", tmp_path / "out", "--lang", "en")
    assert code == 2
    assert "1 rows that name it were set aside" in err
    with duckdb.connect(str(tmp_path / "out" / "fraudgraph.duckdb")) as con:
        con.execute("DROP TABLE flags").fetchall()  # as if another version had written the folder
    code, _, err = typed("who", "P1", "--out", tmp_path / "out", "--lang", "en")
    assert code == 2
    assert "version" in err


def test_no_whole_name_is_printed(story: Story, typed: Callable[..., Said]) -> None:
    ((person, name),) = counted(
        story.out, "SELECT patient_id, name FROM patients WHERE length(name) >= 3 AND patient_id IN (SELECT patient_id FROM claims) ORDER BY patient_id LIMIT 1"
    )  # fmt: skip
    said = typed("who", person, "--out", story.out, "--lang", "zh")[1]
    assert name[0] + "*" in said
    assert name not in said
