"""The load command's work: open the run, choose the way in, load, note what was unmasked."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.errors import UsageError
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.load import LoadSummary, load_run
from fraudgraph.graphdb.offline import import_offline, is_empty, worth_offline
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.server import LocalServer
from fraudgraph.graphdb.source import LoadOptions, RunSource
from fraudgraph.progress import Progress

__all__ = ["load_out"]


def load_out(
    out: Path,
    *,
    places: Places,
    graph: GraphStore | None = None,
    server: LocalServer | None = None,
    options: LoadOptions | None = None,
    way: str = "bolt",
    show: bool | None = None,
    progress: Progress,
) -> LoadSummary:
    """Load a run's folder into a server.

    Parameters
    ----------
    out : Path
        What `fraudgraph run` wrote.
    places : Places
        The workspace: key of the identifiers' codes, audit log.
    graph : GraphStore, optional
        An open server of the operator's own.
    server : LocalServer, optional
        The workspace's server, where `graph` is not given.
    options : LoadOptions, optional
        What goes in.
    way : str
        bolt, offline (an empty store of the local server only) or auto.
    show : bool, optional
        Make it the month that readers see.
    progress : Progress
        Told what is going on.

    Raises
    ------
    UsageError
        If the folder is no run, or offline import was asked for where the store is not empty or not local.
    GraphStoreError
        If the server is away or refuses.
    """
    chosen = options or LoadOptions()
    with RunSource(out, places.secret(), chosen) as source:
        if graph is not None:
            _note(graph, source, chosen)
            return load_run(graph, source, show=show, progress=progress)
        if server is None:
            raise UsageError("No server was named.", "未指定服务器。")
        with server.open_graph() as local:
            _note(local, source, chosen)
            empty = is_empty(local) if way != "bolt" else False
            if way == "offline" and not empty:
                raise UsageError(
                    "Offline import is only for an empty store, and this one holds data. Use --way bolt, or a new --workspace.",
                    "离线导入仅适用于空库，而当前库中已有数据。请用 --way bolt，或换一个新的 --workspace。",
                )
            if not empty or (way == "auto" and not worth_offline(source)):
                return load_run(local, source, show=show, progress=progress)
        return import_offline(server, source, show=show, progress=progress)


def _note(graph: GraphStore, source: RunSource, options: LoadOptions) -> None:
    graph.note("load unmasked" if options.unmask else "load", {"run": source.stamp, "out": source.out})
