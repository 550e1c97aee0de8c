"""fraudgraph: from a bureau's claims to explained rings and a referral list.

The names here are what analysts and programs may build on. They are looked up when they are first used, so that
`import fraudgraph` stays quick.

Examples
--------
From files to ranked rings in five lines::

    import fraudgraph as fg

    run = fg.find_rings(["delivery/"], out="2025-10")
    print(run.rings(listed=True))
    run.ring("2025-10-001").plot()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fraudgraph.desk import Run as Run
    from fraudgraph.desk import open_run as open_run
    from fraudgraph.desk import show as show
    from fraudgraph.desk.detectors import PeerDetector as PeerDetector
    from fraudgraph.desk.groupings import DenseBlocks as DenseBlocks
    from fraudgraph.desk.groupings import LeidenGroups as LeidenGroups
    from fraudgraph.desk.trying import try_out as try_out
    from fraudgraph.nxbackend.interface import disable_fast as disable_fast
    from fraudgraph.nxbackend.interface import enable_fast as enable_fast

    __version__ = ""

_HOMES = {
    "DenseBlocks": "fraudgraph.desk.groupings",
    "LeidenGroups": "fraudgraph.desk.groupings",
    "PeerDetector": "fraudgraph.desk.detectors",
    "Run": "fraudgraph.desk",
    "disable_fast": "fraudgraph.nxbackend.interface",
    "enable_fast": "fraudgraph.nxbackend.interface",
    "open_run": "fraudgraph.desk",
    "show": "fraudgraph.desk",
    "try_out": "fraudgraph.desk.trying",
}

__all__ = [
    "DenseBlocks",
    "LeidenGroups",
    "PeerDetector",
    "Run",
    "__version__",
    "demo_run",
    "disable_fast",
    "enable_fast",
    "find_rings",
    "open_run",
    "show",
    "try_out",
]


def find_rings(
    sources: "Sequence[str | Path] | str | Path",
    out: "str | Path",
    *,
    settings: "str | Path | None" = None,
    replace: bool = False,
    lang: str | None = None,
) -> "Run":
    """Run the main job on claims files and open what it found: the same as `fraudgraph run`.

    Parameters
    ----------
    sources : path or sequence of paths
        Claims files or folders of them.
    out : path
        Where to write; must not exist yet.
    settings : path, optional
        A settings file; the defaults if left out.
    replace : bool
        Put the new results in the place of an earlier run's.
    lang : {"zh", "en"}, optional
        Language of what the run shows; the environment's if left out.

    Raises
    ------
    UsageError, SettingsError, SourceError, StorageError
        Each with one sentence that says what to do.

    Examples
    --------
    >>> run = find_rings("delivery/", "2025-10")  # doctest: +SKIP
    >>> run.rings(listed=True)  # doctest: +SKIP
    """
    from pathlib import Path  # noqa: PLC0415  # `import fraudgraph` stays quick

    from fraudgraph.desk import open_run  # noqa: PLC0415
    from fraudgraph.pipeline import run  # noqa: PLC0415
    from fraudgraph.settings import load_settings  # noqa: PLC0415

    named = [sources] if isinstance(sources, str | Path) else list(sources)
    wanted = load_settings(Path(settings) if settings is not None else None)
    run([Path(source) for source in named], Path(out), settings=wanted, replace=replace)
    return open_run(out, lang=lang)


def demo_run(out: "str | Path" = "fraudgraph-demo", *, lang: str | None = None) -> "Run":
    """The run on the sample delivery that comes with the program; made on the first call, opened on later ones.

    Parameters
    ----------
    out : path
        Where it lies or shall lie.
    lang : {"zh", "en"}, optional
        Language of what the run shows; the environment's if left out.
    """
    from pathlib import Path  # noqa: PLC0415

    from fraudgraph.content import content_folder  # noqa: PLC0415
    from fraudgraph.desk import open_run  # noqa: PLC0415

    if (Path(out) / "run.json").is_file():
        return open_run(out, lang=lang)
    return find_rings([content_folder("data_samples")], out, lang=lang)


def __getattr__(name: str) -> Any:
    if name != "__version__" and name not in _HOMES:
        raise AttributeError(f"module 'fraudgraph' has no attribute {name!r}")
    thing = _version() if name == "__version__" else getattr(import_module(_HOMES[name]), name)
    globals()[name] = thing
    return thing


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # a tenth of what --help takes

    try:
        return version("fraudgraph-rings")
    except PackageNotFoundError:  # a bare checkout on the path, not installed
        return "0.0.0+uninstalled"


def __dir__() -> list[str]:
    return sorted(__all__)
