"""Serves the guides and the style to Neo4j Browser, on loopback: `python -m fraudgraph.graphdb.guide_server PORT`."""

from __future__ import annotations

import contextlib
import http.server
import sys
from urllib.parse import urlsplit

from fraudgraph.errors import GraphStoreError
from fraudgraph.graphdb.kit import kit_files

__all__ = ["USUAL_PORT", "serve"]

USUAL_PORT = 7490

_TYPES = {".html": "text/html", ".grass": "text/css", ".adoc": "text/plain", ".zip": "application/zip", ".cypher": "text/plain", ".svg": "image/svg+xml"}  # fmt: skip


class _Handler(http.server.BaseHTTPRequestHandler):
    """Hands out the kit's files, which are held in memory, and nothing else."""

    files: dict[str, bytes]

    def do_GET(self) -> None:
        """One file of the kit."""
        name = urlsplit(self.path).path.lstrip("/") or "start.html"
        content = self.files.get(name)
        if content is None:
            self.send_error(404)
            return
        kind = _TYPES.get("." + name.rpartition(".")[2], "application/octet-stream")
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def do_OPTIONS(self) -> None:
        """Browser asks first whether it may send its headers (it asks for uncached files)."""
        self.send_response(204)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "GET, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: what is looked at is noted by the server's own log."""


def serve(port: int) -> None:
    """Serve until ended.

    Raises
    ------
    GraphStoreError
        If another program holds the port.
    """
    handler = type("Handler", (_Handler,), {"files": kit_files(f"http://localhost:{port}")})
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as problem:
        raise GraphStoreError(
            f"The guides can't be served on port {port}: {problem.strerror or problem}. `neo4j start` serves them already; otherwise name another with --port.",
            f"无法在端口 {port} 提供向导：{problem.strerror or problem}。`neo4j start` 已自动提供；否则请用 --port 另行指定。",
        ) from None
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
