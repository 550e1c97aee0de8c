"""A phone that more than sixty people have is a default value: it says nothing against a lawful explanation."""

import pytest

from fraudgraph.explanations.known import read_known
from fraudgraph.explanations.weighing import weigh_card
from fraudgraph.store import Store
from tests.explanations.groups import COLLEAGUES, VILLAGE, group, known
from tests.explanations.test_cases import CARDS
from tests.explanations.test_claims import meeting, store

__all__ = ["store"]


@pytest.mark.parametrize(
    ("name", "values", "fact"),
    [("village", VILLAGE, "contact_share"), ("employer", COLLEAGUES, "own_contact_share")],
)
@pytest.mark.parametrize("contact", ["phone", "agent"])
def test_a_default_contact_is_not_a_shared_one(
    store: Store, name: str, values: dict[str, float | None], fact: str, contact: str
) -> None:
    meeting(store, patients=0, others=20, times=2)
    column = {"phone": "phone", "agent": "agent_id"}[contact]
    store.run(f"UPDATE patients SET {column} = patient_id")
    for holders, holds in ((60, False), (61, True)):
        store.run("DELETE FROM group_attributes")
        store.run(
            "INSERT INTO group_attributes VALUES (1, $contact, 'x', 10, $holders, 1)",
            contact=contact,
            holders=holders,
        )
        observed = read_known(store)[1].values[fact]
        assert observed == (0.0 if holds else 0.5)
        assert weigh_card(CARDS[name], known(group(values, **{fact: observed}))).holds == holds
