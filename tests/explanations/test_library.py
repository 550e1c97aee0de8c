"""The files of explanations: what is wrong in one is said, and every number stands in one place."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.errors import ModelError
from fraudgraph.explanations.cards import ROOM, read_library
from fraudgraph.explanations.facts import FROM_CLAIMS
from fraudgraph.explanations.known import read_known
from fraudgraph.explanations.page import page
from fraudgraph.explanations.weighing import explain
from fraudgraph.store import Store
from tests.explanations.test_claims import meeting, store

__all__ = ["store"]

LIBRARY = read_library()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "room"
    shutil.copytree(ROOM, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    yield copy
    read_library.cache_clear()


def changed(room: Path, name: str, old: str, new: str) -> None:
    path = room / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "english", "chinese"),
    [
        ('fact = "dialysis_share"', 'fact = "dialisis_share"', "names the fact 'dialisis_share', which facts.toml does not have; did you mean: dialysis_share", "不在 facts.toml 中"),
        ('0.4\nunit = "share"', '0.4\nunit = "days"', "is in 'days', but", "单位为 'days'"),
        ('operator = ">="', 'operator = "=="', "has the operator '=='; expected one of >= <= > <", "运算符"),
        ("check_zh", "chekc_zh", "has an unknown key 'chekc_zh'; did you mean: check_zh", "未知的键"),
        ('title_en = "a dialysis bench"\n', "", "lacks 'title_en'", "缺少"),
        ('uses = ["no_common_purse"]', 'uses = ["no_purse"]', "uses 'no_purse', which shared.toml does not have; did you mean: no_common_purse", "不在 shared.toml 中"),
        ("[parameters.bench_gap]", "[parameters.school_age]", "the parameter 'school_age' stands in another file too", "已有"),
        ("[conditions.diagnoses]", "[conditions.diagnoses", "can't be read", "无法读取"),
        ("speaks = [", 'speaks = ["kidneys", ', "speaks of 'kidneys', which sql/claims.sql does not mark; did you mean", "sql/claims.sql"),
    ],
)  # fmt: skip
def test_a_card_that_is_none_is_refused_in_one_clear_sentence(
    room: Path, old: str, new: str, english: str, chinese: str
) -> None:
    changed(room, "cards/dialysis.toml", old, new)
    with pytest.raises(ModelError) as refused:
        read_library(room)
    assert "dialysis.toml" in refused.value.message_en
    assert english in refused.value.message_en
    assert chinese in refused.value.message_zh


def test_a_number_without_origin_is_refused(room: Path) -> None:
    path = room / "cards/maternity.toml"
    path.write_text(
        re.sub(r'origin = ".*"', 'origin = ""', path.read_text(encoding="utf-8")), encoding="utf-8"
    )
    with pytest.raises(ModelError, match="does not say where its number comes from"):
        read_library(room)


def test_every_fact_is_used_and_every_query_is_somebodys() -> None:
    used = {
        c.fact.name
        for card in LIBRARY.cards
        for c in [*card.conditions, *(c for way in card.ways.values() for c in way)]
    }
    assert used == set(LIBRARY.facts), "a fact that nobody reads is not computed"
    files = {path.stem for path in (ROOM / "sql").glob("*.sql")} - {"claims", "rest", FROM_CLAIMS}
    assert files == {fact.sql for fact in LIBRARY.facts.values()} - {FROM_CLAIMS}


def test_every_parameter_is_bound_in_a_query_or_said() -> None:
    queries = "".join(path.read_text(encoding="utf-8") for path in (ROOM / "sql").glob("*.sql"))
    words = (ROOM / "facts.toml").read_text(encoding="utf-8")
    for name in LIBRARY.parameters:
        assert f"${name}" in queries or f"{{{name}}}" in words, name
    bound = set(re.findall(r"\$(\w+)", queries)) - {"least"}
    assert bound <= set(LIBRARY.parameters)


def test_every_query_gives_every_fact_that_names_it(store: Store) -> None:
    meeting(store, patients=3, others=3, times=4)
    store.run(
        "UPDATE patients SET household_id = patient_id, address = patient_id, phone = patient_id, employer = 'E', residence_code = 'R', bank_account = patient_id"
    )
    values = read_known(store)[1].values
    assert set(values) == set(LIBRARY.facts)
    for fact in LIBRARY.facts.values():
        if fact.sql in ("gathering", "people", "twins"):
            assert values[fact.name] is not None, fact.name


def test_changing_where_care_home_begins_changes_the_decision_and_the_sentence(
    store: Store, room: Path
) -> None:
    """One number in one file: the query, the decision and both sentences follow."""
    meeting(store, patients=0, others=10, times=6)
    born = date(1970 - 67, 1, 1)  # the claims are of January 1970
    store.run("UPDATE patients SET birth_date = $born, address = '1 Elm Road'", born=born)
    store.run("INSERT INTO group_attributes VALUES (1, 'address', '1 Elm Road', 10, 10, 1)")

    def told(at: Path) -> tuple[bool, str, str]:
        read_library.cache_clear()
        library = read_library(at)
        found = next(
            e for e in explain(read_known(store, library)[1], library=library) if e.name == "care_home"
        )
        return found.holds, found.sentence_zh, found.sentence_en

    holds, zh, en = told(room)
    assert (holds, "没有人年满 70 岁（标准：" in zh, "nobody is 70 or older (rule: " in en) == (
        False,
        True,
        True,
    )
    card = tomllib.loads((room / "cards/care_home.toml").read_text(encoding="utf-8"))
    assert card["parameters"]["care_home_age"]["value"] == 70
    changed(
        room,
        "cards/care_home.toml",
        "[parameters.care_home_age]\nvalue = 70",
        "[parameters.care_home_age]\nvalue = 65",
    )
    holds, zh, en = told(room)
    assert (
        holds,
        "年满 65 岁的占 100%（标准：至少 60%）" in zh,
        "100% are 65 or older (rule: at least 60%)" in en,
    ) == (
        True,
        True,
        True,
    )


def test_no_age_of_an_explanation_stands_in_a_query() -> None:
    for path in (ROOM / "sql").glob("*.sql"):
        assert not re.search(r"\bage\s*[<>]=?\s*\d", path.read_text(encoding="utf-8")), path.name


def test_the_page_lists_every_explanation_as_it_is() -> None:
    text = (Path(__file__).parents[2] / "docs/explanations.md").read_text(encoding="utf-8")
    assert text.split("## The list\n\n")[1].strip() == page(LIBRARY).strip()
