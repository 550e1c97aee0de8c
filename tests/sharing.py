"""On several processes (`--dist loadgroup`), tests that share something made once for a file or for all stay in one of them.

So a city, a run or a server is made once and not once a process.
"""

import pytest
from _pytest.nodeid import coerce_node_id


def keep_together(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name each test that shares something by its group too: the schedule reads what stands behind the @.

    pytest-xdist 3.8 does so for the mark `xdist_group`, but where pytest 9.2 no longer looks.
    """
    if getattr(config.option, "loadgroup", False):
        for item, group in zip(items, groups_of([shared_by(item) for item in items]), strict=True):
            if group is not None:
                item._id = coerce_node_id(f"{item.nodeid}@{group}")


def shared_by(item: pytest.Item) -> set[str]:
    """What is dear and shared: fixtures of ours that outlive a test, but the browser; and the one server's port."""
    defined = getattr(item, "_fixtureinfo", None)
    found = {"neo4j"} if item.get_closest_marker("neo4j") else set()
    for name, definitions in defined.name2fixturedefs.items() if defined else ():
        fixture = definitions[-1]
        if fixture.scope == "function" or not fixture.func.__module__.startswith("tests."):
            continue
        if name not in ("browser", "chromium"):
            place = "all" if fixture.scope == "session" else item.path.stem
            found.add(f"{fixture.func.__module__}.{name}.{place}")
    return found


def groups_of(shared: list[set[str]]) -> list[str | None]:
    """A group for each test, from what each shares with others: whoever shares anything is in one group, over any number of steps."""
    leaders: dict[str, str] = {}

    def leader(name: str) -> str:
        while leaders.setdefault(name, name) != name:
            name = leaders[name]
        return name

    for names in shared:
        first, *others = sorted(leader(name) for name in names) or [""]
        for other in others:
            leaders[other] = first
    return [leader(min(names)) if names else None for names in shared]
