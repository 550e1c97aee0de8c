"""What users may build on. A change here is a change for them: it goes into CHANGELOG.md."""

import fraudgraph

PUBLIC = [
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


def test_the_public_names_are_these() -> None:
    assert sorted(fraudgraph.__all__) == PUBLIC


def test_each_public_name_is_there_and_says_what_it_is() -> None:
    for name in fraudgraph.__all__:
        thing = getattr(fraudgraph, name)
        assert isinstance(thing, str) or (thing.__doc__ or "").strip(), name


def test_the_installed_version_is_the_projects() -> None:
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert fraudgraph.__version__ == project["project"]["version"]


def test_importing_the_package_brings_nothing_heavy_along() -> None:
    import subprocess
    import sys

    heavy = ["pandas", "networkx", "plotly", "duckdb", "scipy", "sklearn", "pyarrow"]
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, fraudgraph; print([m for m in {heavy} if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
