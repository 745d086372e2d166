"""What `epipass init` does: each step looks first, does only what is missing, and says what it did."""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cli.deployment import Deployment
from cli.extracts import extracts
from cli.roots import KmsSigner
from credentials.contexts import context_document
from credentials.statement import VALID_FOR_S, needed, peek_statement, sign_statement
from infra.paths import PAGES

STATEMENT = ".well-known/epipass-keys.jwt"
STATEMENTS = ".well-known/epipass-keys"
CONFIG, SITES, SWITCH = "config.json", "sites.json", "worker.json"
JWKS = ".well-known/jwks.json"
# A statement lives 31 days; one that has a week left is renewed, as a duty officer would be reminded to.
RENEW_S = 7 * 86_400
ORIGINS = ("me", "gate", "desk")
# Where a machine's own table of types differs, a browser would refuse to compile or install.
KINDS = {".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".js": "text/javascript"}


@dataclass(frozen=True)
class Login:
    """Where staff sign in: the provider's authorisation and token endpoints (OpenID Connect), as the desk's pages ask."""

    authorize: str = ""
    token: str = ""


@dataclass(frozen=True)
class Filing:
    """A number under which the site is filed, as 京ICP备…号, and where the register can be asked about it."""

    text: str
    url: str


def initialise(
    deployment: Deployment,
    *,
    phone: str = "",
    sites: Path | None = None,
    login: Login | None = None,
    filings: Sequence[Filing] = (),
    at: int | None = None,
) -> Iterator[str]:
    """Bring a fresh deployment to work, step by step; yields what each step did. Twice is the same as once.

    Of phone, sites, login and filings, what is not given stays as it is published.

    Args:
        deployment: the stack.
        phone: the district's help line, shown on every page.
        sites: a file of sampling sites, which the wallet shows before a pass ends.
        login: where staff sign in; at the first time by default below the issuer of staff tokens.
        filings: the numbers under which the site is filed, shown at the foot of pages.
        at: epoch seconds; now by default.
    """
    now = int(time.time()) if at is None else at
    made = deployment.call("PrepareSecretsFunction")
    yield "The pid secret was created." if made.get("created") else "The pid secret is there."
    made = deployment.call("DayKeysFunction").get("made", 0)
    yield f"{made} day keys were made." if made else "The coming days' keys are there."
    outputs, environment = deployment.outputs(), deployment.environment()
    public = Public(deployment.client("s3"), outputs["PublicBucket"])
    yield from _pages(public)
    root = KmsSigner(deployment.client("kms"), outputs["RootKey"])
    issuer = environment["EPIPASS_ISSUER"]
    public.put("contexts/v1", context_document(issuer), "application/ld+json")
    published = json.loads(public.get(CONFIG) or b"{}")
    config = _config(environment, root, published, phone, login, embedded=deployment.embedded)
    config["filings"] = [asdict(one) for one in filings] or published.get("filings", [])
    public.put(CONFIG, json.dumps(config, ensure_ascii=False).encode(), "application/json")
    yield from _sites(public, sites)
    yield f"The root key {root.kid} is pinned in /config.json."
    if deployment.embedded:
        yield _statement(public, root, issuer, now)
    else:
        yield "The key statement is two people's work: docs/operations.md, `epipass keys statement sign`."
    yield "The policy is the default one: a negative sample of the last 48 hours."


class Public:
    """The bucket of published files."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def get(self, key: str) -> bytes | None:
        """An object's bytes; None when there is none."""
        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004 - HTTP's own number
                return None
            raise

    def put(self, key: str, body: bytes, content_type: str, cache: str = "no-cache") -> bool:
        """Write an object unless it holds these bytes already; whether it was written."""
        if self.get(key) == body:
            return False
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, CacheControl=cache)
        return True


def _pages(public: Public) -> Iterator[str]:
    written = 0
    files = [path for origin in ORIGINS for path in sorted((PAGES / origin).rglob("*")) if path.is_file()]
    for path in files:
        name = path.relative_to(PAGES).as_posix()
        kind = KINDS.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Built assets carry a hash in their names; everything else is asked for again each time.
        cache = "public, max-age=31536000, immutable" if "/assets/" in name else "no-cache"
        written += public.put(f"pages/{name}", path.read_bytes(), kind, cache)
    for origin in ORIGINS:
        if manifest := page_manifest(origin):
            public.put(f".well-known/epipass-pages/{origin}.txt", manifest.encode(), "text/plain")
    if not files:
        yield "No pages were built: `make setup` and `npm run build` in web/ make them."
    else:
        yield f"{written} of {len(files)} page files were published."


def _config(
    environment: Mapping[str, str],
    root: KmsSigner,
    published: Mapping[str, Any],
    phone: str,
    login: Login | None,
    *,
    embedded: bool,
) -> dict[str, Any]:
    """`/config.json`: what is pinned when the pages are published, and where the other pages are."""
    # The embedded login answers at every origin of this machine, the desk's own among them.
    below = "/oidc" if embedded else environment["OIDC_ISSUER"]
    known = published.get("login", {})
    asked = login or Login(known.get("authorize", f"{below}/authorize"), known.get("token", f"{below}/token"))
    return {
        "issuer": environment["EPIPASS_ISSUER"],
        "roots": [root.public_jwk()],
        "specimen": embedded,
        "phone": phone or published.get("phone", ""),
        "pages": {origin: environment[f"EPIPASS_{origin.upper()}_URL"] for origin in ORIGINS},
        "login": {"client": environment["OIDC_CLIENT"], "authorize": asked.authorize, "token": asked.token},
    }


def _sites(public: Public, sites: Path | None) -> Iterator[str]:
    """Where to test, and the service workers' switch: small files that a person may change without a release."""
    if public.get(SWITCH) is None:
        public.put(SWITCH, b'{"off": false}', "application/json")
    if sites is not None and sites.is_file():
        listed = len(json.loads(sites.read_text(encoding="utf-8"))["sites"])
        public.put(SITES, sites.read_bytes(), "application/json")
        yield f"{listed} sampling sites are published."


def page_manifest(origin: str, folder: Path = PAGES) -> str:
    """Return the files of an origin's build as `sha256sum` lists them, in byte order: one line each, `./` before the path.

    The SHA-256 of this text is what a key statement names. Anybody can make it again from the files themselves.
    """
    root = folder / origin
    files = sorted(
        (path for path in root.rglob("*") if path.is_file()), key=lambda path: path.relative_to(root).as_posix()
    )
    return "".join(
        f"{sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(root).as_posix()}\n" for path in files
    )


def page_hashes(folder: Path = PAGES) -> list[str]:
    """Hex SHA-256 of each origin's manifest, as a key statement names them."""
    manifests = [page_manifest(origin, folder) for origin in ORIGINS]
    return sorted(sha256(manifest.encode()).hexdigest() for manifest in manifests if manifest)


def _statement(public: Public, root: KmsSigner, issuer: str, at: int) -> str:
    """The ceremony that two people perform in the cloud; here the machine does it, and every page says *specimen*."""
    held = public.get(STATEMENT)
    previous = held.decode("ascii") if held else None
    keys = needed(json.loads(public.get(JWKS) or b'{"keys": []}')["keys"], at, at + VALID_FOR_S)
    pages = page_hashes()
    if previous is not None:
        before = peek_statement(previous)
        missing = [key for key in keys if key["nbf"] < before.exp and key not in before.keys]
        if not missing and sorted(before.pages) == pages and before.iss == issuer and before.exp - at > RENEW_S:
            return f"The key statement {before.seq} is in force."
        if before.iss != issuer:
            previous = None
    token = sign_statement(issuer=issuer, at=at, keys=keys, signer=root, previous=previous, pages=pages)
    number = peek_statement(token).seq
    # Old statements stay published: auditors read them for ever.
    public.put(f"{STATEMENTS}/{number}.jwt", token.encode(), "application/jwt")
    # The statement before its extracts: whoever saw a newer extract would refuse the older statement as rolled back.
    public.put(STATEMENT, token.encode(), "application/jwt")
    for day, extract in extracts(token, keys, root, previous):
        public.put(f"{STATEMENTS}/{day}.jwt", extract.encode(), "application/jwt")
    return f"The key statement {number} was signed by the specimen root."
