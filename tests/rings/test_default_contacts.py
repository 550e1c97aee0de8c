"""A phone that more than sixty people have is a default value: it says nothing against a lawful explanation."""

from dataclasses import replace

import pytest

from fraudgraph.rings.facts import Common, GroupFacts
from fraudgraph.rings.lawful import explain
from tests.rings.test_lawful import VILLAGE, Group, needed

COLLEAGUES = Group(common={"employer": needed("employer")})


def holding(facts: GroupFacts) -> set[str]:
    return {found.name for found in explain(facts) if found.holds}


@pytest.mark.parametrize(("name", "group"), [("village", VILLAGE), ("employer", COLLEAGUES)])
@pytest.mark.parametrize("contact", ["phone", "agent"])
def test_a_default_contact_is_not_a_shared_one(name: str, group: Group, contact: str) -> None:
    plain = group.facts()
    assert name in holding(plain)
    for holders, counts in ((60, True), (61, False)):
        shared = {contact: (Common(value="x", member_count=10, holder_count=holders),)}
        assert (name not in holding(replace(plain, common=plain.common | shared))) == counts
