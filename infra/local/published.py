"""Published files and pages, read from the same bucket that CloudFront reads in the cloud."""

from __future__ import annotations

import mimetypes
from typing import Any

from botocore.exceptions import ClientError

from infra.local.gateway import Incoming, Outgoing

# Objects of these paths answer on every host; pages only on their own.
PREFIXES = ("/.well-known/", "/status/", "/contexts/")
FILES = ("/config.json", "/sites.json", "/worker.json")
ORIGINS = ("me", "gate", "desk")
# A venue code's address is the check-in page's, whatever the code.
UNDER = {"me": "/c/"}
_EVERYWHERE = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'"
    "{connections}; worker-src 'self'; manifest-src 'self';{media} base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types epipass"
)
# The same words as infra/edge.yaml sends; tests/template holds them equal. What a page may do is its origin's: the
# scanner's WebAssembly and recorded voice at the gate; at the desk a large file straight to its presigned address, and
# the WebAssembly that reads the poster a grid worker stands before.
POLICIES = {
    "me": _EVERYWHERE.format(scripts="", connections="", media=""),
    "gate": _EVERYWHERE.format(scripts=" 'wasm-unsafe-eval'", connections="", media=" media-src 'self';"),
    "desk": _EVERYWHERE.format(scripts=" 'wasm-unsafe-eval'", connections=" {elsewhere}", media=""),
}
PERMISSIONS = "camera={camera}, geolocation={position}, microphone=(), payment=(), usb=()"
CAMERA = {"me": "()", "gate": "(self)", "desk": "(self)"}
# Whoever applies for a venue may say where they stand, as may a worker who applies for them; a page asks when its button
# is pressed, and not before.
POSITION = {"me": "(self)", "gate": "()", "desk": "(self)"}


def security_headers(origin: str, elsewhere: str = "") -> dict[str, str]:
    """What every page and published file of an origin is sent with; `elsewhere`: where a desk's large files go."""
    known = origin if origin in ORIGINS else "me"
    return {
        "Content-Security-Policy": POLICIES[known].replace(" {elsewhere}", f" {elsewhere}" if elsewhere else ""),
        "Permissions-Policy": PERMISSIONS.format(camera=CAMERA[known], position=POSITION[known]),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


class Published:
    """Answers GET and HEAD from the bucket."""

    def __init__(self, s3: Any, bucket: str, elsewhere: str = "") -> None:
        self._s3 = s3
        self._bucket = bucket
        self._elsewhere = elsewhere

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
            *security_headers(_origin(incoming.headers.get("host", "")), self._elsewhere).items(),
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
    origin = _origin(host)
    if origin not in ORIGINS or ".." in path:
        return ()
    under = UNDER.get(origin)
    if under and path.startswith(under):
        path = under
    below = f"pages/{origin}{path}"
    if path.endswith("/"):
        return (f"{below}index.html",)
    return (below, f"{below}/index.html") if "." in path.rsplit("/", 1)[-1] else (f"{below}/index.html", below)


def _origin(host: str) -> str:
    return host.split(":", maxsplit=1)[0].split(".", maxsplit=1)[0]


def _cache(key: str) -> str:
    # Built assets carry a hash in their names; everything else is asked for again each time.
    return "public, max-age=31536000, immutable" if "/assets/" in key else "no-cache"
