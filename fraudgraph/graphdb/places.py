"""Where the graph server of a workspace keeps its things, and what only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fraudgraph.errors import StorageError

__all__ = ["Places", "ServerFacts", "default_workspace", "private_file"]

_DEFAULT = "fraudgraph-workspace"


def default_workspace() -> Path:
    """The workspace of FRAUDGRAPH_WORKSPACE, else the folder `fraudgraph-workspace` here."""
    return Path(os.environ.get("FRAUDGRAPH_WORKSPACE") or _DEFAULT)


def private_file(path: Path, content: str) -> None:
    """Write a file that only its owner can read: never readable by others, not even for a moment.

    Raises
    ------
    StorageError
        If it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(path.name + ".tmp")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        beside.replace(path)
    except OSError as problem:
        raise StorageError(
            f"{path} can't be written: {problem.strerror or problem}. Free some space, or give another --workspace.",
            f"无法写入 {path}:{problem.strerror or problem}。请清理空间，或另行指定 --workspace。",
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What is settled when a server first starts (ports), and who runs now (`pid` 0: nobody)."""

    bolt_port: int
    http_port: int
    guide_port: int
    pid: int = 0
    started: str = ""
    """The kernel's start time of `pid`, so that another process with the same number is not taken for it."""
    guide_pid: int = 0
    guide_started: str = ""
    read_only: bool = False
    java: str = ""
    """The Java that runs it."""
    log_start: int = 0
    """How long its log was when it started, bytes: what stands before that is of earlier servers."""


@dataclass(frozen=True, slots=True)
class Places:
    """Paths of one workspace's graph server."""

    workspace: Path

    @property
    def home(self) -> Path:
        """Neo4j's home: data, logs, conf."""
        return self.workspace.resolve() / "neo4j"

    @property
    def conf(self) -> Path:
        """Neo4j's settings, written anew at each start."""
        return self.home / "conf"

    @property
    def logs(self) -> Path:
        """Neo4j's logs."""
        return self.home / "logs"

    @property
    def console(self) -> Path:
        """What the server says on its way up and down."""
        return self.logs / "console.log"

    @property
    def import_mark(self) -> Path:
        """Stands while the import tool writes the store; one that outlived its import tells of a store half written."""
        return self.home / "import-at-work"

    @property
    def nothing(self) -> Path:
        """An empty folder: the only one that the server is told it could read files from."""
        return self.home / "nothing"

    def clear_half_import(self) -> None:
        """Take away a store that an import left half written; it was empty before that."""
        if self.import_mark.exists():
            for kind in ("databases", "transactions"):
                shutil.rmtree(self.home / "data" / kind / "neo4j", ignore_errors=True)
            self.import_mark.unlink()

    @property
    def audit(self) -> Path:
        """Who asked which question through our commands, one JSON object a line."""
        return self.workspace.resolve() / "neo4j-audit.jsonl"

    @property
    def password_file(self) -> Path:
        """The generated password, 0600."""
        return self.workspace.resolve() / "neo4j-password"

    @property
    def secret_file(self) -> Path:
        """The key of the shared identifiers' codes, 0600. Lost, the codes of new loads no longer match old ones."""
        return self.workspace.resolve() / "identifier-key"

    @property
    def facts_file(self) -> Path:
        """Ports and the process."""
        return self.workspace.resolve() / "neo4j-server.json"

    def make(self) -> None:
        """Make the folders, closed to others.

        Raises
        ------
        StorageError
            If that can't be done.
        """
        try:
            for folder in (
                self.workspace,
                self.home,
                self.conf,
                self.logs,
                self.home / "plugins",
                self.home / "run",
                self.nothing,
            ):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.home.chmod(0o700)
        except OSError as problem:
            raise StorageError(
                f"Workspace {self.workspace} can't be made: {problem.strerror or problem}. Give another --workspace.",
                f"无法建立工作区 {self.workspace}:{problem.strerror or problem}。请另行指定 --workspace。",
            ) from None

    def password(self) -> str:
        """The server's password; made at random the first time, of letters and digits: a first `-` would be an option."""
        return self._kept(self.password_file, lambda: secrets.token_hex(16))

    def secret(self) -> bytes:
        """The key that turns phones, addresses and accounts into codes; made at random the first time."""
        return bytes.fromhex(self._kept(self.secret_file, lambda: secrets.token_hex(32)))

    def _kept(self, path: Path, make: Callable[[], str]) -> str:
        if path.is_file() and (found := path.read_text(encoding="utf-8").strip()):
            return found
        value = make()
        private_file(path, value + "\n")
        return value

    def facts(self) -> ServerFacts | None:
        """What was settled at the first start; None before it."""
        try:
            return ServerFacts(**json.loads(self.facts_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, facts: ServerFacts) -> None:
        """Keep the facts for the next command."""
        private_file(self.facts_file, json.dumps(asdict(facts), indent=1) + "\n")
