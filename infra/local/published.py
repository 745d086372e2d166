"""Published files and pages, read from the same bucket that CloudFront reads in the cloud."""

from __future__ import annotations

import mimetypes
from typing import Any

from botocore.exceptions import ClientError

from infra.local.gateway import Incoming, Outgoing

# Objects of these paths answer on every host; pages only on their own.
PREFIXES = ("/.well-known/", "/status/", "/contexts/")
FILES = ("/config.json",)
ORIGINS = ("me", "gate", "desk")
# The same words as infra/edge.yaml sends; tests/template holds them equal.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Published:
    """Answers GET and HEAD from the bucket."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def answer(self, incoming: Incoming) -> Outgoing | None:
        """The published file or page of this host and path; None when there is none."""
        if incoming.method not in {"GET", "HEAD"}:
            return None
        for key in keys(incoming.headers.get("host", ""), incoming.path):
            found = self._object(key, incoming)
            if found is not None:
                return found
        return None

    def _object(self, key: str, incoming: Incoming) -> Outgoing | None:
        try:
            held = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as refused:
            if refused.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403, 404}:
                return None
            raise
        etag = held["ETag"]
        headers = [
            ("ETag", etag),
            ("Cache-Control", held.get("CacheControl") or _cache(key)),
            *SECURITY_HEADERS.items(),
        ]
        if etag in incoming.headers.get("if-none-match", ""):
            return Outgoing(304, tuple(headers), b"")
        kind = held.get("ContentType") or mimetypes.guess_type(key)[0] or "application/octet-stream"
        body = b"" if incoming.method == "HEAD" else held["Body"].read()
        return Outgoing(200, (*headers, ("Content-Type", kind)), body)


def keys(host: str, path: str) -> tuple[str, ...]:
    """The objects that may answer a path on a host, most wanted first."""
    if path.startswith(PREFIXES) or path in FILES:
        return (path.lstrip("/"),)
    origin = host.split(":", maxsplit=1)[0].split(".", maxsplit=1)[0]
    if origin not in ORIGINS or ".." in path:
        return ()
    below = f"pages/{origin}{path}"
    if path.endswith("/"):
        return (f"{below}index.html",)
    return (below, f"{below}/index.html") if "." in path.rsplit("/", 1)[-1] else (f"{below}/index.html", below)


def _cache(key: str) -> str:
    # Built assets carry a hash in their names; everything else is asked for again each time.
    return "public, max-age=31536000, immutable" if "/assets/" in key else "no-cache"
