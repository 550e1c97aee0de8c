"""The month in the workspace's Neo4j: a view of the list, made once the list is safe."""

from __future__ import annotations

import json

from fraudgraph.errors import FraudgraphError, GraphStoreError
from fraudgraph.jobs.damage import read_json
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.plan import month_notes
from fraudgraph.jobs.workspace import Workspace, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings

__all__ = ["publish_graph"]

_MARK = "neo4j.json"


def publish_graph(
    workspace: Workspace, month: Month, settings: Settings, *, force: bool, journal: Journal
) -> bool:
    """Load a month into the local Neo4j, if the settings say so and it isn't there yet.

    Returns
    -------
    bool
        Whether it was loaded now.

    Raises
    ------
    GraphStoreError
        If the server is away; the list is safe, and a later job or `--from-stage publish` tries again.
    """
    if not settings.month.publish_graph and not force:
        return False
    out = workspace.month(month)
    kept = month_notes(workspace, month)
    if kept is None:
        return False
    key, mark = kept["case_key"], workspace.root / "logs" / _MARK
    remedy = ("Delete it: months are then loaded once more.", "可删除该文件，各月将重新载入一次。")
    loaded: dict[str, str] = read_json(mark, remedy) or {}
    if loaded.get(str(month)) == key and not force:
        return False
    from fraudgraph.graphdb.job import load_out  # noqa: PLC0415  # only where a server is wanted
    from fraudgraph.graphdb.places import Places  # noqa: PLC0415
    from fraudgraph.graphdb.server import LocalServer  # noqa: PLC0415

    places = Places(workspace.root)
    try:
        done = load_out(out, places=places, server=LocalServer(places), progress=journal)
    except FraudgraphError as problem:
        raise GraphStoreError(
            f"The list of {month} is complete in {out}; Neo4j did not take it: {problem.message_en} Later: fraudgraph month {month} --from-stage publish",
            f"{month} 的清单已完整写入 {out}；但未能载入 Neo4j：{problem.message_zh}稍后可执行：fraudgraph month {month} --from-stage publish",
        ) from None
    write_private(mark, json.dumps({**loaded, str(month): key}, indent=2) + "\n")
    journal.note("neo4j", month=str(month), created=done.created, seconds=done.seconds)
    return True
