"""Every model of the hospital side fires on its violation and spares its innocent twin, all in one hospital each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fraudgraph.hospital.cards import load_site_models, parse_site_model
from fraudgraph.hospital.matching import match
from fraudgraph.hospital.screening import screen_visit
from fraudgraph.hospital.visit import open_visit
from tests.hospital import bent_hospital, cases_care, cases_money
from tests.hospital.small_hospital import SmallHospital

assert cases_care
assert cases_money
MODELS = load_site_models()


def _found(world: SmallHospital, folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Model to subject to certainty, and each model's state."""
    world.put_into(folder)
    match(folder)
    states = {one.model.id: f"{one.state} {one.reason_en}" for one in screen_visit(folder)}
    found: dict[str, dict[str, str]] = {}
    with open_visit(folder, read_only=True) as store:
        for model, subject, certainty, stays in store.rows(
            "SELECT model, subject_id, certainty, visit_nos FROM findings"
        ):
            for name in (subject, *stays):
                found.setdefault(model, {}).setdefault(name, certainty)
    return found, states


@pytest.fixture(scope="module")
def bent(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, dict[str, str]], dict[str, str], dict[str, str]]:
    world, expected = bent_hospital.bent()
    return *_found(world, tmp_path_factory.mktemp("bent") / "visit"), expected


@pytest.fixture(scope="module")
def innocent(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    world, spared = bent_hospital.innocent()
    return _found(world, tmp_path_factory.mktemp("innocent") / "visit")[0], spared


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    return _found(bent_hospital.usual(), tmp_path_factory.mktemp("ordinary") / "visit")[0]


@pytest.mark.parametrize("model", [one.id for one in MODELS])
def test_a_model_fires_on_its_violation(
    model: str, bent: tuple[dict[str, dict[str, str]], dict[str, str], dict[str, str]]
) -> None:
    found, states, expected = bent
    assert states[model].startswith("ran"), states[model]
    assert expected[model] in found.get(model, {}), f"{model} found {sorted(found.get(model, {}))}"


@pytest.mark.parametrize("model", sorted(bent_hospital.TWINS))
def test_an_innocent_twin_is_spared(
    model: str, innocent: tuple[dict[str, dict[str, str]], dict[str, set[str]]]
) -> None:
    found, spared = innocent
    assert spared[model] & set(found.get(model, {})) == set()


def test_a_hospital_whose_books_agree_has_no_finding(ordinary: dict[str, dict[str, str]]) -> None:
    assert ordinary == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.id)
def test_both_reasons_name_only_facts_that_the_select_gives(model: object) -> None:
    one = next(known for known in MODELS if known is model)
    for sentence in (one.reason_en, one.reason_zh):
        for name in re.findall(r"\{(\w+)\}", sentence):
            assert name in ("subject_id", "amount") or f"'{name}'" in one.sql, f"{one.id} names {name}"
    for name, origin in one.origins.items():
        assert f"${name}" in one.sql
        assert origin


def test_a_card_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.sql"
    text = (
        Path(bent_hospital.__file__).parents[2] / "fraudgraph/hospital/models/charge_after_stop.sql"
    ).read_text(encoding="utf-8")
    path.write_text(
        text.replace('name = "charge_after_stop"', 'name = "mine"').replace(
            "h_orders.stopped_at", "h_orders.stoped_at"
        ),
        encoding="utf-8",
    )
    with pytest.raises(Exception, match="columns"):
        parse_site_model(path)
