"""A small office for the tests: officers of three bodies, a clock that can be set, a store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fraudgraph.cases.anchors import keeping
from fraudgraph.cases.events import Entry
from fraudgraph.cases.officers import Officer, new_officer
from fraudgraph.cases.store import CaseStore

PEOPLE = (
    Officer(name="李敏", body="bureau", certificate="37020001", chief=False),
    Officer(name="王强", body="bureau", certificate="37020002", chief=False),
    Officer(name="赵局", body="bureau", certificate="37020003", chief=True),
    Officer(name="孙经", body="agency", certificate="", chief=False),
    Officer(name="周办", body="agency", certificate="", chief=False),
    Officer(name="吴核", body="agency", certificate="", chief=False),
    Officer(name="郑核", body="agency", certificate="", chief=False),
    Officer(name="钱督", body="superior", certificate="37000001", chief=True),
)


def store_at(
    folder: Path, clock: Callable[[], datetime] | None = None, *, anchored: bool = True
) -> CaseStore:
    kept = keeping(folder / "outside" / "anchors.jsonl") if anchored else None
    path = folder / "cases" / "cases.sqlite"
    return CaseStore(path, on_added=kept) if clock is None else CaseStore(path, clock=clock, on_added=kept)


def staffed(store: CaseStore) -> CaseStore:
    store.act(lambda reader: [entry for one in PEOPLE for entry in new_officer(reader, one, by="李敏")])
    return store


def ticking(start: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> Callable[[], datetime]:
    now = [start]

    def tell() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    return tell


def note(number: int) -> Entry:
    return Entry(
        actor="李敏",
        kind="note",
        subject=f"C-2026-{number % 500:04d}",
        body={"number": number, "say": "线索核实"},
    )
