"""How Neo4j's own programs are called: settings file, class path, options of the Java machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.errors import GraphStoreError
from fraudgraph.graphdb.jars import locked_jars
from fraudgraph.graphdb.java import memory_mebibytes
from fraudgraph.graphdb.places import Places, ServerFacts, private_file

__all__ = ["GDS_ALLOWED", "Program", "argument_word", "browser_commands", "style_rules", "write_settings"]

GDS_ALLOWED = (
    "gds.graph.project",
    "gds.graph.drop",
    "gds.graph.list",
    "gds.wcc.stream",
    "gds.leiden.stream",
    "gds.util.asNode",
)
"""All that the cross-check uses. The library's others write files (gds.graph.export), the graph, models and settings."""

_SERVER = "org.neo4j.server.CommunityEntryPoint"
_ADMIN = "org.neo4j.cli.AdminTool"
_OPTIONS = (
    "-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+UnlockExperimentalVMOptions", "-XX:+TrustFinalNonStaticFields",
    "-XX:+DisableExplicitGC", "-Djdk.nio.maxCachedBufferSize=1024", "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dio.netty.leakDetection.level=DISABLED", "-Djdk.tls.ephemeralDHKeySize=2048", "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
    "-Dlog4j2.disable.jmx=true", "-Dfile.encoding=UTF-8", "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
)  # fmt: skip
"""What Neo4j's own start script gives to Java."""


_BROWSER = '{"autoComplete": false, "allowCrashReports": false, "allowUserStats": false}'
"""autoComplete draws lines between drawn nodes that a question did not ask for: those of other months too."""


def browser_commands(guide: str) -> str:
    """What Browser does once it is connected; `guide` is where the guides are served.

    Each command leaves a frame. A style that is fetched, and any `config`, leave theirs after `clear`: so the style
    stands here in full, and the guide's first slide, which is fetched, comes to lie on top of what `config` says.
    """
    style = json.dumps(style_rules(), separators=(",", ":"), ensure_ascii=True)
    return f"style {style}; clear; config {_BROWSER}; guide {guide}/start.html; play {guide}/start.html"


def style_rules() -> dict[str, dict[str, str]]:
    """The style as Browser holds it: what applies to which nodes and lines."""
    text = Path(__file__).with_name("fraudgraph.grass").read_text(encoding="utf-8")
    return {
        name: dict(re.findall(r'([\w-]+): "?(.*?)"?;', body))
        for name, body in re.findall(r"^([\w.]+) \{(.*?)\}$", text, re.MULTILINE | re.DOTALL)
    }


_CLOSED = {
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",  # LOAD CSV over any network, this machine's own included
    "dbms.security.procedures.allowlist": ",".join(GDS_ALLOWED),
    "dbms.security.procedures.unrestricted": ",".join(GDS_ALLOWED),
    "server.http_enabled_modules": "BROWSER",  # people and programs come over Bolt; no second door with the same key
}
"""Whoever has the graph's password gets the graph and nothing else that this account can read or reach."""


def write_settings(places: Places, facts: ServerFacts) -> None:
    """Write neo4j.conf: loopback only, no telemetry, ports and memory as settled, files and network closed, the guide allowed."""
    heap, pages = memory_mebibytes()
    guide = f"http://localhost:{facts.guide_port}"
    lines = {
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "localhost",
        "server.bolt.listen_address": f"127.0.0.1:{facts.bolt_port}",
        "server.bolt.advertised_address": f"localhost:{facts.bolt_port}",
        "server.http.listen_address": f"127.0.0.1:{facts.http_port}",
        "server.http.advertised_address": f"localhost:{facts.http_port}",
        "server.https.enabled": "false",
        "server.memory.heap.initial_size": f"{min(heap, 512)}m",
        "server.memory.heap.max_size": f"{heap}m",
        "server.memory.pagecache.size": f"{pages}m",
        "dbms.memory.transaction.total.max": f"{heap * 7 // 10}m",
        "db.transaction.timeout": "600s",
        "db.tx_log.rotation.retention_policy": "2 files",
        "db.tx_log.rotation.size": "64m",  # each of two databases sets aside this much at once, two files of it
        **_CLOSED,
        "server.directories.import": str(places.nothing),
        "client.allow_telemetry": "false",
        "dbms.usage_report.enabled": "false",
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",  # else each stop waits twice 5 s for nobody
        "browser.remote_content_hostname_whitelist": "localhost",  # Browser matches it by host, and 127.0.0.1 never
        "browser.post_connect_cmd": browser_commands(guide),
    }
    if facts.read_only:
        lines["server.databases.read_only"] = "neo4j"
    private_file(places.conf / "neo4j.conf", "".join(f"{key}={value}\n" for key, value in lines.items()))
    plugins = places.home / "plugins"
    for old in plugins.glob("*.jar"):
        old.unlink()


@dataclass(frozen=True, slots=True)
class Program:
    """Java and the fetched program files, ready to run against one workspace."""

    java: Path
    jars: Path
    places: Places

    def start(self) -> int:
        """Start the server in the background, in a session of its own; returns its process id."""
        self._link_plugins()
        heap, _ = memory_mebibytes()
        hosts = self.places.home / "run" / "hosts"
        private_file(hosts, "127.0.0.1 localhost\n")
        closed = f"-Djdk.net.hosts.file={hosts}"  # no name is ever looked up: a question to a name server carries data out too
        words = [f"-Xms{min(heap, 512)}m", f"-Xmx{heap}m", closed, *_OPTIONS]
        self._argument_file(
            "server", [*words, _SERVER, f"--home-dir={self.places.home}", f"--config-dir={self.places.conf}"]
        )
        with self.places.console.open("ab") as console:
            return subprocess.Popen(
                [str(self.java), argument_word(self.places)], stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                cwd=self.places.home, env=self._environment(), start_new_session=True,
            ).pid  # fmt: skip

    def administer(self, *words: str, heap_mebibytes: int = 1024) -> str:
        """Run one command of Neo4j's administration tool with the server stopped; returns what it said.

        Words go through a private file, not the command line: other users can't read a password there.

        Raises
        ------
        GraphStoreError
            If it failed; the message ends with what it said.
        """
        arguments = self._argument_file("admin", [f"-Xmx{heap_mebibytes}m", *_OPTIONS, _ADMIN, *words])
        try:
            done = subprocess.run(
                [str(self.java), f"@{arguments}"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                cwd=self.places.home, env=self._environment(), check=False,
            )  # fmt: skip
        finally:
            arguments.unlink(missing_ok=True)
        said = done.stdout + done.stderr
        if done.returncode != 0:
            tail = " / ".join(line for line in said.strip().splitlines() if line.strip())[:900]
            raise GraphStoreError(
                f"Neo4j's administration tool could not do {' '.join(words[:2])}: {tail}. Stop the server first (fraudgraph neo4j stop) and check the free disk space.",
                f"Neo4j 管理工具未能完成 {' '.join(words[:2])}:{tail}。请先停止服务器（fraudgraph neo4j stop）并检查磁盘空间。",
            )
        return said

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "NEO4J_HOME": str(self.places.home), "NEO4J_CONF": str(self.places.conf)}

    def _argument_file(self, name: str, words: list[str]) -> Path:
        path = self.places.home / "run" / f"{name}.args"
        class_path = ":".join(str(self.jars / jar.file_name) for jar in locked_jars())
        private_file(path, "\n".join(_quoted(word) for word in ["-cp", class_path, *words]) + "\n")
        return path

    def _link_plugins(self) -> None:
        for jar in locked_jars():
            if jar.is_plugin:
                (self.places.home / "plugins" / jar.file_name).symlink_to(self.jars / jar.file_name)


def argument_word(places: Places) -> str:
    """The word on the command line by which the server of these folders is told from others."""
    return f"@{places.home / 'run' / 'server.args'}"


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
