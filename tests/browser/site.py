"""An origin in small, the guard's unless told: built pages and published files, on a free port of this machine."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from infra.local.published import keys, security_headers

PAGES = Path(__file__).parents[2] / "web" / "dist" / "gate"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


@dataclass
class Site:
    """Published files by path; a path that is absent is a 404. `sent` counts body bytes on the wire by path.

    `pages` is the built folder, another in a moment when a new build is published; `name` the origin's, for its headers.
    While it is `down` no request is answered at all; `slow` paths wait so many seconds, `failing` ones are 503.
    """

    origin: str = ""
    name: str = "gate"
    pages: Path = PAGES
    down: bool = False
    slow: dict[str, float] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    published: dict[str, str] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def body(self, path: str) -> tuple[bytes, str] | None:
        """The body and its kind, or None."""
        if path in self.published:
            return self.published[path].encode(), "application/json" if path.endswith(".json") else "text/plain"
        found = next((self.pages / key for key in self._keys(path) if (self.pages / key).is_file()), None)
        if found is None or not found.resolve().is_relative_to(self.pages.resolve()):
            return None
        return found.read_bytes(), KINDS.get(found.suffix, "application/octet-stream")

    def _keys(self, path: str) -> list[str]:
        return [key.removeprefix(f"pages/{self.name}/") for key in keys(f"{self.name}.localhost", path)]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if site.down:
                self.close_connection = True
                return
            time.sleep(site.slow.get(path, 0))
            if path in site.failing:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            found = site.body(path)
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = gzip.compress(found[0], 9)
            site.sent[path] = site.sent.get(path, 0) + len(body)
            self.send_response(HTTPStatus.OK)
            for name, value in security_headers(site.name).items():
                self.send_header(name, value)
            self.send_header("Content-Type", found[1])
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", _cache(path))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Say nothing: tests read the page, not the server."""

    return Handler


def _cache(path: str) -> str:
    # As the edge says it, but for the rest: what a test changes must be seen at once.
    if "/assets/" in path:
        return "public, max-age=31536000, immutable"
    return "no-cache" if path == "/sw.js" else "no-store"


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
