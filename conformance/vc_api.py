"""A VC-API over HTTPS on this machine alone, so that the W3C's suites can speak to a library.

`POST /credentials/issue`, `POST /credentials/verify`, `POST /presentations/verify` (always refused: the product has no
verifiable presentation, and no proof but an envelope), `GET /status/<list>`.
"""

from __future__ import annotations

import json
import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.answers import REFUSALS, Answers, Issuer, choose, envelope, opened, payload_of
from conformance.datamodel import Json, Nonconforming

MAX_BODY = 1_048_576
Reply = tuple[int, Json]


class Service:
    """The endpoints, without HTTP.

    Args:
        issuer: whose keys and list are used.
        answers: how to answer.
        plain: for a suite that reads no envelopes: a credential goes out as the payload of its token, and comes back
            so; the service remembers which token it was, and verifies that.
    """

    def __init__(self, issuer: Issuer, answers: Answers, *, plain: bool) -> None:
        self.issuer = issuer
        self._answers = answers
        self._plain = plain
        self._tokens: dict[str, str] = {}

    def post(self, path: str, body: Json) -> Reply:
        """The reply to a request: 200 or 201, 400 with the reason, 404."""
        routes: dict[str, Callable[[Json], Reply]] = {
            "/credentials/issue": self._issue,
            "/credentials/verify": self._verify,
            "/presentations/verify": self._verify_presentation,
        }
        if path not in routes:
            return 404, {"detail": "no such endpoint"}
        try:
            return routes[path](body)
        except REFUSALS as refusal:
            return 400, {
                "verified": False,
                "problemDetails": [{"title": type(refusal).__name__, "detail": str(refusal)}],
            }

    def get(self, path: str) -> Reply:
        """The status list, as the payload of its token: the suite asks for JSON."""
        payload = payload_of(self.issuer.status_token)
        return (200, payload) if self.issuer.url + path == payload["id"] else (404, {"detail": "no such list"})

    def _issue(self, body: Json) -> Reply:
        credential = body.get("credential")
        if not isinstance(credential, dict):
            raise Nonconforming("no credential in the request")
        token = self._answers.issue(credential)
        if not self._plain:
            return 201, {"verifiableCredential": envelope(token)}
        payload = payload_of(token)
        self._tokens[_key_of(payload)] = token
        return 201, {"verifiableCredential": payload}

    def _verify(self, body: Json) -> Reply:
        document = body.get("verifiableCredential")
        token = self._tokens.get(_key_of(document)) if self._plain else opened(document)
        if token is None:
            raise Nonconforming("not what was issued here")
        self._answers.verify(token)
        return 200, {"verified": True, "problemDetails": []}

    def _verify_presentation(self, body: Json) -> Reply:
        raise Nonconforming(f"no verifiable presentation is known here ({len(body)} members)")


def _key_of(document: Any) -> str:
    return json.dumps(document, sort_keys=True)


class _Handler(BaseHTTPRequestHandler):
    service: ClassVar[Service]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        try:
            body = json.loads(self.rfile.read(min(length, MAX_BODY)))
        except ValueError:
            body = None
        reply = self.service.post(self.path, body) if isinstance(body, dict) else (400, {"detail": "not JSON"})
        self._reply(*reply)

    def do_GET(self) -> None:
        self._reply(*self.service.get(self.path))

    def _reply(self, status: int, body: Json) -> None:
        raw = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Silent: a suite's own report says what was asked."""


def certificate(folder: Path) -> Path:
    """A key and a certificate that it signed itself, for localhost and this hour, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "localhost.pem"
    path.write_bytes(key.private_bytes(*form) + built.public_bytes(serialization.Encoding.PEM))
    return path


def serve(how: str, *, plain: bool) -> ThreadingHTTPServer:
    """A server at a free port of 127.0.0.1, not yet running; `https://localhost:<server_port>` is its issuer."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    issuer = Issuer(f"https://localhost:{server.server_port}")
    service = Service(issuer, choose(how, issuer, with_status=plain), plain=plain)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"service": service})
    with tempfile.TemporaryDirectory() as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(Path(folder)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server
