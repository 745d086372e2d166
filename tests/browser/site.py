"""The guard's origin in small: the built pages and the published files, on a free port of this machine."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from infra.local.published import security_headers

PAGES = Path(__file__).parents[2] / "web" / "dist" / "gate"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
# What the edge sends with every page of the gate's.
HEADERS = security_headers("gate")


@dataclass
class Site:
    """Published files by path; a path that is absent is a 404. `sent` counts body bytes on the wire by path."""

    origin: str = ""
    published: dict[str, str] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def body(self, path: str) -> tuple[bytes, str] | None:
        """The body and its kind, or None."""
        if path in self.published:
            return self.published[path].encode(), "application/json" if path.endswith(".json") else "text/plain"
        file = (PAGES / ("v/index.html" if path == "/v" else path.lstrip("/"))).resolve()
        if not file.is_relative_to(PAGES) or not file.is_file():
            return None
        return file.read_bytes(), KINDS[file.suffix]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = site.body(path)
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = gzip.compress(found[0], 9)
            site.sent[path] = site.sent.get(path, 0) + len(body)
            self.send_response(HTTPStatus.OK)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", found[1])
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Say nothing: tests read the page, not the server."""

    return Handler


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve until the block ends; `site.origin` is where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.origin = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
