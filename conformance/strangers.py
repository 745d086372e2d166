"""What programs of other people say of our tokens: `python -m conformance.strangers --modules FOLDER`.

FOLDER has the node packages that `conformance/README.md` names, and a Python in `.venv` that has sd-jwt. What is not on
the machine is named as absent. Genuine tokens must be accepted, the spoilt ones refused; exit status 1 when one is not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, cast

import jwt
from joserfc import jwk
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError

from conformance.answers import Issuer, Strict, payload_of
from credentials import LocalSigner, sign_proof, status_list
from credentials.contexts import context_document
from credentials.live import nonce_of
from functions.status.rules import bitstring

HERE = Path(__file__).parent
Verdicts = list[bool]
Check = Callable[[list[str]], Verdicts]


class SilentError(Exception):
    """A program that did not say something of each text; its own reason."""


class Case(NamedTuple):
    """A text and whether it is genuine; `in_time` is false where only its time is wrong."""

    name: str
    text: str
    is_genuine: bool
    in_time: bool = True


class Stranger(NamedTuple):
    """A program of other people; None where it is not on this machine. Some know signatures alone, and no time."""

    name: str
    check: Check | None
    knows_time: bool = True


def tokens(issuer: Issuer, strict: Strict) -> list[Case]:
    """Ours, and ours spoilt."""
    genuine, old = strict.make(), strict.make(ago_s=90_000)
    head, payload, signature = genuine.split(".")
    other = strict.make(zone="B2").split(".")[1]
    stranger = Strict(Issuer(issuer.url)).make()
    return [
        Case("pass", genuine, is_genuine=True),
        Case("printed pass", strict.make(printed=True), is_genuine=True),
        Case("status list", issuer.status_token, is_genuine=True),
        Case("another's payload", f"{head}.{other}.{signature}", is_genuine=False),
        Case("another's signature", f"{head}.{payload}.{stranger.split('.')[2]}", is_genuine=False),
        Case("a key nobody published", stranger, is_genuine=False),
        Case("over since a day", old, is_genuine=False, in_time=False),
    ]


def presentations(issuer: Issuer, strict: Strict, at: int) -> list[Case]:
    """A pass with its live proof, and proofs that are not its own."""
    genuine, other = strict.make(), strict.make(zone="B2")

    def shown(token: str, proven: str, holder: LocalSigner, at: int) -> str:
        return f"{token}~{sign_proof(proven, holder, issuer=issuer.url, at=at)}"

    return [
        Case("pass with proof", shown(genuine, genuine, strict.holder, at), is_genuine=True),
        Case("proof of another pass", shown(genuine, other, strict.holder, at), is_genuine=False),
        Case("proof by another key", shown(genuine, genuine, LocalSigner.generate(), at), is_genuine=False),
        Case("nonce of an hour ago", shown(genuine, genuine, strict.holder, at - 3_600), is_genuine=False),
    ]


def by_program(command: list[str], needs: str = "") -> Check | None:
    """A program that reads texts, one a line, and prints one JSON object each with `ok`; `needs` is a Perl module."""
    if shutil.which(command[0]) is None:
        return None
    if needs and subprocess.run([command[0], f"-M{needs}", "-e1"], capture_output=True, check=False).returncode:
        return None

    def check(texts: list[str]) -> Verdicts:
        ran = subprocess.run(
            command, input="\n".join(texts) + "\n", capture_output=True, text=True, timeout=120, check=False
        )
        said = [json.loads(line) for line in ran.stdout.splitlines()]
        if len(said) != len(texts):
            raise SilentError(next((line for line in ran.stderr.splitlines() if "Error: " in line), "no reason"))
        return [bool(one["ok"]) for one in said]

    return check


def by_pyjwt(jwks: dict[str, Any], issuer: str) -> Check:
    """PyJWT with the key set."""
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(jwks).keys}

    def is_good(token: str) -> bool:
        try:
            jwt.decode(token, keys[jwt.get_unverified_header(token)["kid"]], ["ES256"], issuer=issuer)
        except (jwt.PyJWTError, KeyError):
            return False
        return True

    return lambda texts: [is_good(text) for text in texts]


def by_joserfc(jwks: dict[str, Any], issuer: str) -> Check:
    """Joserfc with the key set; its claims are checked by its own registry."""
    keys = jwk.KeySet.import_key_set(cast("jwk.KeySetSerialization", jwks))
    registry = joserfc_jwt.JWTClaimsRegistry(iss={"essential": True, "value": issuer})

    def is_good(token: str) -> bool:
        try:
            registry.validate(joserfc_jwt.decode(token, keys, algorithms=["ES256"]).claims)
        except (JoseError, ValueError):
            return False
        return True

    return lambda texts: [is_good(text) for text in texts]


def by_jose_c(file: Path) -> Check | None:
    """The C program `jose`: signatures alone."""
    if shutil.which("jose") is None:
        return None

    def is_good(token: str) -> bool:
        command = ["jose", "jws", "ver", "-i", "-", "-k", str(file)]
        return subprocess.run(command, input=token, capture_output=True, text=True, check=False).returncode == 0

    return lambda texts: [is_good(text) for text in texts]


def report(title: str, cases: list[Case], strangers: Iterable[Stranger]) -> bool:
    """Print each stranger's verdicts; whether all are as they should be."""
    print(f"\n{title}: {', '.join(case.name for case in cases)}")
    all_right = True
    for stranger in strangers:
        if stranger.check is None:
            print(f"  {stranger.name}: not on this machine")
            continue
        try:
            said = stranger.check([case.text for case in cases])
        except SilentError as reason:
            print(f"  {stranger.name}: did not run: {reason}")
            all_right = False
            continue
        wanted = [case.is_genuine or not (case.in_time or stranger.knows_time) for case in cases]
        all_right &= said == wanted
        marks = " ".join("yes" if verdict else "no" for verdict in said)
        print(f"  {stranger.name}: {marks}{'' if said == wanted else '   WRONG'}")
    return all_right


def documents(issuer: Issuer, strict: Strict) -> list[Case]:
    """The credentials inside our tokens, and two that the data model refuses."""

    def line(token: str, **changes: object) -> str:
        return json.dumps({**payload_of(token), **changes}, ensure_ascii=False)

    genuine = strict.make()
    return [
        Case("pass", line(genuine), is_genuine=True),
        Case("printed pass", line(strict.make(printed=True)), is_genuine=True),
        Case("status list", line(issuer.status_token), is_genuine=True),
        Case("a member without meaning", line(genuine, shoeSize=43), is_genuine=False),
        Case("no subject", line(genuine, credentialSubject=None), is_genuine=False),
    ]


def bits(issuer: Issuer) -> list[Case]:
    """Places in a status list; genuine is who was withdrawn."""
    withdrawn = {0, 9, 94_567, 131_071}
    laid_out = bitstring(withdrawn, 131_072)
    token = status_list(list_id="a", bits=laid_out, issuer=issuer.url, signer=issuer.status_key, at=issuer.now)
    encoded = payload_of(token)["credentialSubject"]["encodedList"]
    asked = (0, 9, 94_567, 131_071, 1, 8, 94_560, 131_064)
    return [
        Case(str(index), json.dumps({"encodedList": encoded, "index": index}), is_genuine=index in withdrawn)
        for index in asked
    ]


def jwt_libraries(issuer: Issuer, file: Path) -> list[Stranger]:
    """Whoever verifies a JWT from the key set in `file`."""
    common = [str(file), issuer.url]
    return [
        Stranger("npm jose", by_program(["node", str(HERE / "jose-verify.mjs"), *common])),
        Stranger(f"PyJWT {version('pyjwt')}", by_pyjwt(issuer.jwks, issuer.url)),
        Stranger(f"joserfc {version('joserfc')}", by_joserfc(issuer.jwks, issuer.url)),
        Stranger("Perl Crypt::JWT", by_program(["perl", str(HERE / "jwt-verify.pl"), *common], needs="Crypt::JWT")),
        Stranger("jose (C), signatures alone", by_jose_c(file), knows_time=False),
    ]


def sd_jwt_libraries(issuer: Issuer, file: Path, nonce: str, modules: Path) -> list[Stranger]:
    """Whoever verifies an SD-JWT with key binding."""
    common = [str(file), issuer.url, nonce]
    script = [str(modules / ".venv" / "bin" / "python"), str(HERE / "sd_jwt_verify.py")]
    return [
        Stranger("npm @sd-jwt/core", by_program(["node", str(HERE / "sd-jwt-verify.mjs"), *common, str(modules)])),
        Stranger("PyPI sd-jwt", by_program([*script, *common])),
    ]


def json_ld_libraries(issuer: Issuer, context: Path, modules: Path) -> list[Stranger]:
    """Whoever reads a credential as JSON-LD."""
    script = ["node", str(HERE / "json-ld.mjs"), f"{issuer.url}/contexts/v1", str(context), str(modules)]
    return [Stranger("npm @digitalbazaar/vc and jsonld", by_program(script))]


def status_libraries(modules: Path) -> list[Stranger]:
    """Whoever reads a status list."""
    script = ["node", str(HERE / "status-bit.mjs"), str(modules)]
    return [Stranger("npm @digitalbazaar/vc-bitstring-status-list", by_program(script))]


def ask_all(modules: Path) -> bool:
    """Make tokens, ask everybody, print; whether all said what they should."""
    issuer = Issuer("https://pass.example.gov")
    strict, at = Strict(issuer), int(time.time())
    with tempfile.TemporaryDirectory() as name:
        file, context = Path(name) / "jwks.json", Path(name) / "context.json"
        file.write_text(json.dumps(issuer.jwks), encoding="utf-8")
        context.write_bytes(context_document(issuer.url))
        shown = presentations(issuer, strict, at)
        tables = [
            ("Tokens", tokens(issuer, strict), jwt_libraries(issuer, file)),
            ("SD-JWT with key binding", shown, sd_jwt_libraries(issuer, file, nonce_of(at), modules)),
            ("Documents", documents(issuer, strict), json_ld_libraries(issuer, context, modules)),
            ("Withdrawn, by place in the list", bits(issuer), status_libraries(modules)),
        ]
        # Each is asked, whatever the one before said.
        verdicts = [report(*table) for table in tables]
    return all(verdicts)


def main() -> int:
    """Ask everybody; 1 when somebody said what they should not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=Path, required=True)
    return 0 if ask_all(parser.parse_args().modules.resolve()) else 1


if __name__ == "__main__":
    sys.exit(main())
